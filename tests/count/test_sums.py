"""Sums of tallies worked by hand: units, labels and values that only some of the parts have, days that only some of them reach."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import reduce
from operator import add

import numpy as np
import pytest

from cchc_metrics.count.tally import Tally, tally
from cchc_metrics.count.varints import varints, varints_from
from cchc_metrics.errors import CchcError, TallyMismatchError
from cchc_metrics.records.choices import Channel, Status
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules

FIRST = date(2021, 3, 1)


def dossier(number: int, unit: str, days: int | None, channel: Channel = Channel.COUNTER, field: str = "") -> Dossier:
    received = FIRST + timedelta(days=number % 20)
    ended = None if days is None else received + timedelta(days=days)
    status = Status.PROCESSING if ended is None else Status.RESOLVED
    return Dossier(
        dossier_id=str(number),
        unit_code=unit,
        field=field,
        channel=channel,
        status=status,
        received_at=received,
        due_at=received,
        ended_at=ended,
    )


ROWS = [
    dossier(1, "B", 2),
    dossier(2, "A", 400),  # a turnaround that no other part has
    dossier(3, "C", None, Channel.ONLINE, "Đất đai"),
    dossier(4, "A", 0, Channel.POSTAL, "Hộ tịch"),
    dossier(5, "D", 7, Channel.ONLINE, "Hộ tịch"),
    dossier(6, "B", 2, Channel.ONLINE, "Đất đai"),
    dossier(7, "E", 30),
]


def counted(rows: list[Dossier], as_of: str | None = "2022-12-31", *, daily: bool = False) -> Tally:
    return tally(
        {"dossiers": columns_of(Dossier, rows)},
        periods=[Period.parse("2021"), Period.parse("2022")],
        rules=Rules.preset("default"),
        calendar=Calendar.official(),
        as_of=as_of,
        daily=daily,
    )


@pytest.mark.parametrize("order", [range(7), range(6, -1, -1), [2, 0, 1, 6, 3, 5, 4], [1, 1, 0, 2, 3, 3, 3, 4, 5, 6]])
def test_a_sum_of_parts_one_by_one_is_the_count_of_the_whole(order: Sequence[int]) -> None:
    """One row more than once is a count of two: nothing in a tally knows of rows."""
    parts = [counted([ROWS[at]]) for at in order]
    whole = reduce(add, (counted([row for row in ROWS if row is ROWS[at]]) for at in sorted(order)))
    assert reduce(add, parts) == whole == Tally.sum(parts)
    assert Tally.sum(parts).to_bytes() == whole.to_bytes()
    if len(set(order)) == len(list(order)):
        assert counted(ROWS) == whole
    assert Tally.from_bytes(whole.to_bytes()) == whole == Tally.from_json(whole.to_json())


def test_stretches_in_which_anything_happens_are_known() -> None:
    found = counted(ROWS, daily=True)
    days = {date(d.year, d.month, d.day) for row in ROWS for d in (row.received_at, row.ended_at) if d is not None}
    edges = [date(1970, 1, 1) + timedelta(days=int(edge)) for edge in found.frame.edges]
    for at, happened in enumerate(found.occupied("dossiers").tolist()):
        first = edges[at - 1] if at else date.min
        last = edges[at] if at < len(edges) else date.max
        inside = any(first <= day < last for day in days)
        assert happened or not inside, (first, last)
    assert not found.occupied("documents").any()
    assert not counted([]).occupied().any()


def test_tallies_of_two_days_add_up_where_nothing_happened_in_between() -> None:
    early = counted(ROWS[:1], "2021-04-30")
    late = counted(ROWS[3:5], "2021-05-31")
    assert early.frame.edges != late.frame.edges
    both = early + late
    assert both == late + early == Tally.sum([early, late])
    assert both.as_of == date(2021, 5, 31)
    assert both.occupied("dossiers").sum() >= early.occupied("dossiers").sum()
    with pytest.raises(TallyMismatchError):
        counted([dossier(8, "A", 70)], "2021-03-31") + late  # received before the earlier day, ended after it, in one stretch


def test_a_tally_by_days_that_are_over_now_is_cut_as_the_later_one_is() -> None:
    """On the earlier day both years were counted day by day, on the later one the first of them is one stretch."""
    early, late = counted(ROWS[:1], "2021-03-31", daily=True), counted(ROWS[3:5], "2022-05-31", daily=True)
    both, at_once = early + late, counted([ROWS[0], *ROWS[3:5]], "2022-05-31", daily=True)
    assert len(early.frame.edges) > len(both.frame.edges) == len(late.frame.edges)
    kept = {name: cube for name, cube in at_once.cubes.items() if name not in both.mixed}
    assert both == replace(at_once, cubes=kept, mixed=both.mixed) == late + early == Tally.sum([early, late])
    assert both.mixed == {"dossiers.received_as_of"}


@pytest.mark.parametrize("values", [[], [0], [127, 128, 16_383, 16_384], [2**62, 0, 2**63 - 1]])
def test_numbers_of_any_length_come_back(values: list[int]) -> None:
    data = np.frombuffer(varints(np.array(values, dtype=np.int64)), dtype=np.uint8)
    assert varints_from(data, len(values)).tolist() == values


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (b"\x80\x00", 1),  # 0 in two bytes
        (b"\x01\x81\x80\x00", 2),
        (b"\xff" * 9 + b"\x01", 1),  # 64 bits
        (b"\x01\x02", 1),
        (b"\x01\x80", 1),
        (b"", 1),
        (b"\x01", 0),
    ],
)
def test_numbers_that_are_written_otherwise_are_refused(data: bytes, count: int) -> None:
    with pytest.raises(ValueError, match="number"):
        varints_from(np.frombuffer(data, dtype=np.uint8), count)


def test_what_stands_behind_the_last_count_is_refused() -> None:
    data = counted(ROWS).to_bytes()
    longer = data[8:] + b"\x01"
    with pytest.raises(CchcError, match="more or less data than the head says"):
        Tally.from_bytes(data[:4] + zlib.crc32(longer).to_bytes(4, "big") + longer)
