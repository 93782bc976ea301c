"""The library itself, through its public names: columns → tally → measure."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from benchmarks.reference_work.make import months_of
from benchmarks.reference_work.work import CHANNELS, NO_DAY, OK, ZERO_DENOMINATOR, Answer, Array, Work
from cchc_metrics import (
    Calendar,
    Catalogue,
    Columns,
    Measures,
    Period,
    Rules,
    Status,
    Tally,
    Unit,
    UnitTree,
    load_catalogue,
    measure,
    tally,
)
from cchc_metrics.records import Dossier
from cchc_metrics.records.choices import Channel, TermUnit, Timing
from cchc_metrics.records.choices import Status as DossierStatus
from cchc_metrics.values import Breakdown

OWN = """
[[indicator]]
id = "ended_by_timing"
vi = "Hồ sơ đã giải quyết"
en = "Dossiers ended"
numerator = ["dossiers.ended"]
scale = "count"
source = "the reference work"
breakdowns = ["timing"]
total = false

[[indicator]]
id = "received_by_channel"
vi = "Hồ sơ tiếp nhận"
en = "Dossiers received"
numerator = ["dossiers.received"]
scale = "count"
source = "the reference work"
breakdowns = ["channel"]
total = false

[[indicator]]
id = "stock"
vi = "Hồ sơ đang giải quyết"
en = "Dossiers pending"
numerator = ["dossiers.pending"]
scale = "count"
source = "the reference work"
"""
SELECTED = (
    "received_by_channel",
    "ended_by_timing",
    "turnaround_mean",
    "turnaround_median",
    "stock",
    "dossiers_pending_overdue",
    "resolved_on_time",
    "online_share",
)

NO_BREAKDOWN: dict[str, list[list[str]]] = {"resolved_on_time": []}  # the reference work asks for its total


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that stands before the first run."""

    columns: Columns
    work: Work
    periods: list[Period]
    units: UnitTree
    catalogue: Catalogue
    options: dict[str, Any]

    @property
    def as_of(self) -> date:
        """The last day of the work."""
        return self.periods[-1].last


def to_columns(work: Work) -> Columns:
    """Return the dossiers as the library's columns; only the term is copied (it is held in halves)."""
    pending = work.ended == NO_DAY
    statuses, units = list(DossierStatus), list(TermUnit)
    return Columns(
        Dossier,
        {
            "unit_code": work.unit,
            "procedure_code": work.procedure,
            "channel": work.channel,
            "status": np.where(
                pending, np.uint8(statuses.index(DossierStatus.PROCESSING)), np.uint8(statuses.index(DossierStatus.RESOLVED))
            ),
            "received_at": work.received,
            "ended_at": work.ended,
            "term": work.term * np.int32(2),
            "term_unit": np.full(len(work), units.index(TermUnit.WORKING_DAYS), dtype=np.uint8),
            "paused_days": work.paused,
        },
        {
            "unit_code": unit_codes(work.units),
            "procedure_code": tuple(f"P{n:05d}" for n in range(int(work.procedure.max(initial=0)) + 1)),
            "channel": Channel.labels(),
            "status": DossierStatus.labels(),
            "term_unit": TermUnit.labels(),
        },
    )


def unit_codes(units: int) -> tuple[str, ...]:
    """Return the unit codes, as ``synthetic.dossier_columns`` has them."""
    return tuple(f"U{n:04d}" for n in range(units))


def unit_tree(units: int) -> UnitTree:
    """Return the units side by side: the work asks for each of them and for no sum."""
    return UnitTree([Unit(code=code, name=code, kind="xã", level="commune") for code in unit_codes(units)])


def prepare(work: Work) -> Prepared:
    """Return the columns and the catalogue; BENCH_WORKERS and BENCH_ENGINE say how it is counted."""
    options = {"workers": int(os.environ.get("BENCH_WORKERS", "1")), "engine": os.environ.get("BENCH_ENGINE", "auto")}
    catalogue = load_catalogue(OWN).select(SELECTED)
    return Prepared(to_columns(work), work, months_of(work), unit_tree(work.units), catalogue, options)


def count(prepared: Prepared, breakdowns: dict[str, list[list[str]]] | None = None) -> Tally:
    """Return the tally of the rows, of what the indicators read: the part whose cost grows with them."""
    arguments: dict[str, Any] = {
        "periods": prepared.periods,
        "rules": Rules.preset("default"),
        "calendar": Calendar.official(),
        "as_of": prepared.as_of,
        "sets": prepared.catalogue.event_sets(breakdowns),
    }
    return tally({"dossiers": prepared.columns}, **prepared.options, **arguments)


def answer(prepared: Prepared) -> Answer:
    """Return the answer, read off the measures of every indicator that is asked for."""
    counted = count(prepared, NO_BREAKDOWN)
    found = measure(
        counted,
        prepared.catalogue,
        units=prepared.units,
        periods=prepared.periods,
        as_of=prepared.as_of,
        breakdowns=NO_BREAKDOWN,
    )
    return read_off(found, prepared.work)


def read_off(found: Measures, work: Work) -> Answer:
    """Return the answer that the measures hold; they are in the order of units, labels and months."""
    of_indicator = found.indicators[1][found.basis]
    place = {indicator: i for i, indicator in enumerate(found.indicators[0])}

    def rows(name: str, breakdown: Breakdown = ()) -> Array:
        code = found.codes["breakdown"].get(breakdown, -1)
        return np.flatnonzero((of_indicator == place[name]) & (found.breakdown == code))

    def spread(values: Array, at: Array) -> Array:
        made = np.zeros((work.units, work.months), dtype=np.int64)
        made[found.unit[at], found.period[at]] = values
        return made

    def counted(name: str, labels: tuple[str, ...]) -> Array:
        ((dim, _),) = found.labels(name)[0]
        each = [rows(name, ((dim, label),)) for label in labels]
        return np.stack([spread(found.numerator[at], at) for at in each], axis=-1)

    def plain(name: str) -> Array:
        at = rows(name)
        return spread(found.numerator[at], at)

    def rated(name: str) -> Array:
        at = rows(name)
        codes = np.full(len(Status), -1, dtype=np.int64)
        codes[list(Status).index(Status.OK)] = OK
        codes[list(Status).index(Status.ZERO_DENOMINATOR)] = ZERO_DENOMINATOR
        return np.stack([spread(column, at) for column in (found.numerator[at], found.denominator[at], codes[found.status[at]])], axis=-1)

    at = rows("turnaround_median")
    median = found.values.take(at)
    twice = spread(np.where(median.there, 2 * median.over // np.maximum(median.under, 1), -1), at)
    stock, overdue = plain("stock"), plain("dossiers_pending_overdue")
    return Answer(
        received=counted("received_by_channel", Channel.labels()[:CHANNELS]),
        ended=counted("ended_by_timing", Timing.labels()[:3]),
        turnaround_sum=plain("turnaround_mean"),
        turnaround_median_twice=twice,
        stock=stock,
        pending=np.stack([stock[:, -1] - overdue[:, -1], overdue[:, -1]], axis=1),
        on_time=rated("resolved_on_time"),
        online=rated("online_share"),
    )
