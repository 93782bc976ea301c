"""pandas as its documentation would have it: the calendar looked up with ``map``, then ``groupby``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.reference_work.work import CHANNELS, NO_DAY, Answer, Work, assemble, calendar_table, grid


@dataclass(frozen=True, slots=True)
class Prepared:
    """Frames in memory."""

    dossiers: pd.DataFrame
    calendar: pd.DataFrame
    work: Work


def _dates(days: pd.Series) -> pd.Series:
    return pd.Series(days.to_numpy().astype("datetime64[D]").astype("datetime64[s]")).mask(days == NO_DAY)


def prepare(work: Work) -> Prepared:
    """Return the dossiers with dates as ``datetime64[s]``, and the calendar indexed by day."""
    dossiers = pd.DataFrame(
        {
            "unit": work.unit,
            "procedure": work.procedure,
            "channel": work.channel,
            "received": _dates(pd.Series(work.received)),
            "term": work.term,
            "paused": work.paused,
            "ended": _dates(pd.Series(work.ended)),
        }
    )
    calendar = pd.DataFrame(calendar_table(work))
    calendar["day"] = _dates(calendar["day"])
    return Prepared(dossiers, calendar.set_index("day"), work)


def answer(prepared: Prepared) -> Answer:
    """Return the answer."""
    work, dossiers, calendar = prepared.work, prepared.dossiers, prepared.calendar
    due_days = calendar[calendar["working"]].reset_index().set_index("through")["day"]
    through_received = dossiers["received"].map(calendar["through"])
    timed = pd.DataFrame(
        {
            "unit": dossiers["unit"],
            "channel": dossiers["channel"],
            "month": dossiers["received"].map(calendar["month"]),
            "ended": dossiers["ended"],
            "due": (through_received + dossiers["term"] + dossiers["paused"]).map(due_days),
        }
    )
    received = timed.groupby(["unit", "month", "channel"]).size()

    ended = timed[timed["ended"].notna()].copy()
    ended["month"] = ended["ended"].map(calendar["month"])
    ended["days"] = ended["ended"].map(calendar["through"]) - through_received[ended.index]
    ended["early"] = ended["ended"] < ended["due"]
    ended["on_due_date"] = ended["ended"] == ended["due"]
    ended["late"] = ended["ended"] > ended["due"]
    groups = ended.groupby(["unit", "month"])
    timing = groups[["early", "on_due_date", "late"]].sum()
    days = groups["days"].agg(["sum", "median"])

    waiting = timed[timed["ended"].isna()]
    overdue = waiting["due"] < np.datetime64(work.last_day, "D")
    pending = waiting.groupby(["unit", overdue.rename("overdue")]).size()

    shape = (work.units, work.months)
    return assemble(
        received=grid((*shape, CHANNELS), _positions(received.index), received.to_numpy()),
        ended=grid((*shape, 3), _positions(timing.index), timing.to_numpy()),
        turnaround_sum=grid(shape, _positions(days.index), days["sum"].to_numpy()),
        turnaround_median_twice=grid(shape, _positions(days.index), 2 * days["median"].to_numpy(), empty=-1),
        pending=grid((work.units, 2), _positions(pending.index), pending.to_numpy()),
    )


def _positions(index: pd.MultiIndex) -> tuple[np.ndarray, ...]:
    return tuple(index.get_level_values(level).to_numpy() for level in range(index.nlevels))
