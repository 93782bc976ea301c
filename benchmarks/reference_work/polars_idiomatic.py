"""polars as its documentation would have it: a lazy plan that joins a calendar table, all three results collected together, streaming.

A calendar table is the usual way to working days that can be swapped: polars' own business-day functions take holidays and a week mask,
which cannot say that a Saturday is worked, and are slower (``dt.add_business_days``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from benchmarks.reference_work.work import CHANNELS, NO_DAY, Answer, Work, assemble, calendar_table, grid


@dataclass(frozen=True, slots=True)
class Prepared:
    """Frames in memory."""

    dossiers: pl.DataFrame
    calendar: pl.DataFrame
    work: Work


def dossier_frame(work: Work) -> pl.DataFrame:
    """Return the dossiers as a frame, in the types that the library's columns have, dates as dates."""
    return pl.DataFrame(
        {
            "unit": work.unit,
            "procedure": work.procedure,
            "channel": work.channel,
            "received": pl.Series(work.received).cast(pl.Date),
            "term": work.term,
            "paused": work.paused,
            "ended": pl.Series(work.ended).replace(NO_DAY, None).cast(pl.Date),
        }
    ).rechunk()


def calendar_frame(work: Work) -> pl.DataFrame:
    """Return the calendar as a frame."""
    return pl.DataFrame(calendar_table(work)).with_columns(pl.col("day").cast(pl.Date))


def prepare(work: Work) -> Prepared:
    """Return everything as frames."""
    return Prepared(dossier_frame(work), calendar_frame(work), work)


def queries(dossiers: pl.LazyFrame, calendar: pl.LazyFrame, last_day: int) -> list[pl.LazyFrame]:
    """Return the three queries: received, ended, pending."""
    timed = (
        dossiers.join(calendar.select(received="day", month_received="month", through_received="through"), on="received", how="left")
        .with_columns(due_number=pl.col("through_received") + pl.col("term") + pl.col("paused"))
        .join(calendar.filter("working").select(due_number="through", due="day"), on="due_number", how="left")
        .join(calendar.select(ended="day", month_ended="month", through_ended="through"), on="ended", how="left")
    )
    days = pl.col("through_ended") - pl.col("through_received")
    ended, due = pl.col("ended"), pl.col("due")
    return [
        timed.group_by("unit", "month_received", "channel").len(),
        timed.filter(ended.is_not_null())
        .group_by("unit", "month_ended")
        .agg(
            early=(ended < due).sum(),
            on_due_date=(ended == due).sum(),
            late=(ended > due).sum(),
            days=days.sum(),
            median=days.median(),
        ),
        timed.filter(ended.is_null()).group_by("unit", overdue=due < pl.lit(last_day).cast(pl.Date)).len(),
    ]


def answer_from(dossiers: pl.LazyFrame, calendar: pl.LazyFrame, work: Work, codes: Sequence[pl.Expr] = ()) -> Answer:
    """Return the answer from lazy frames of any origin; of ``work`` only the units, months and last day are used.

    ``codes`` turn texts of groups into codes once the groups are few.
    """
    collected = pl.collect_all(queries(dossiers, calendar, work.last_day), engine="streaming")
    received, ended, pending = (f.with_columns(c for c in codes if c.meta.output_name() in f.columns) for f in collected)
    shape = (work.units, work.months)
    cells = (ended["unit"].to_numpy(), ended["month_ended"].to_numpy())
    return assemble(
        received=grid(
            (*shape, CHANNELS),
            (received["unit"].to_numpy(), received["month_received"].to_numpy(), received["channel"].to_numpy()),
            received["len"].to_numpy(),
        ),
        ended=grid((*shape, 3), cells, ended.select("early", "on_due_date", "late").to_numpy()),
        turnaround_sum=grid(shape, cells, ended["days"].to_numpy()),
        turnaround_median_twice=grid(shape, cells, (2 * ended["median"]).to_numpy(), empty=-1),
        pending=grid((work.units, 2), (pending["unit"].to_numpy(), pending["overdue"].to_numpy()), pending["len"].to_numpy()),
    )


def answer(prepared: Prepared) -> Answer:
    """Return the answer."""
    return answer_from(prepared.dossiers.lazy(), prepared.calendar.lazy(), prepared.work)
