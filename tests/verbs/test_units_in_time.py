"""Counts of units that merged, were divided, moved, ended and passed on their codes, against a plain reference: exactly, nothing lost."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.slow.units_slow import Entry, Plain

import cchc_metrics as cm
from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.reference.level import Level
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.values import Status

END, START = date(2025, 6, 30), date(2025, 7, 1)
ENTRIES = [
    Entry("87", "province", last=END),
    Entry("82", "province", last=END),
    Entry("82", "province", first=START, made_of=("82", "87")),
    Entry("872", "district", "87", last=END),
    Entry("820", "district", "82", last=END),
    # two communes of two districts became one, which took over the code of the first; a third was divided
    Entry("1", "commune", "872", last=END),
    Entry("2", "commune", "820", last=END),
    Entry("1", "commune", "82", first=START, made_of=("1", "2")),
    Entry("3", "commune", "820", last=END),
    Entry("4", "commune", "872", last=END),
    Entry("3", "commune", "82", first=START, made_of=("3", "4")),
    Entry("5", "commune", "82", first=START, last=date(2025, 12, 31), made_of=("4",)),
    Entry("6", "commune", "82", first=date(2026, 1, 1), made_of=("5",)),
    # one unit that moved twice: from one district to another, and to the province
    Entry("7", "commune", "872", last=date(2024, 12, 31)),
    Entry("7", "commune", "820", first=date(2025, 1, 1), last=END, continues=True),
    Entry("7", "commune", "82", first=START, continues=True),
    # a code that a stranger bore a year after it had become free, and that nobody took over from in the end
    Entry("9", "commune", "872", last=date(2023, 12, 31)),
    Entry("9", "commune", "872", first=date(2025, 1, 1), last=END),
]
PLAIN = Plain(ENTRIES)
TREE = UnitTree(
    Unit(
        code=e.code,
        name=f"{e.code} {n}",
        level=e.level,
        parent=e.parent,
        valid_from=None if e.first == date.min else e.first,
        valid_to=None if e.last == date.max else e.last,
        predecessors=e.made_of,
        continues=e.continues,
    )
    for n, e in enumerate(ENTRIES)
)
KEYS = {PLAIN.key(e): e for e in ENTRIES}
PERIODS = [cm.Period.parse(label) for label in ("2023", "2024-Q4", "2025", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1")]
LAST = date(2026, 3, 31)
CATALOGUE = default_catalogue().select(["dossiers_received", "dossiers_pending", "outreach_active_units"])
COVERED = {"dossiers": (date(2022, 1, 1), LAST)}
DAYS = st.dates(date(2023, 1, 1), LAST) | st.dates(date(2025, 6, 20), date(2025, 7, 10))


@st.composite
def rows(draw: st.DrawFn) -> list[tuple[str, date, date | None]]:
    found = []
    for code in draw(st.lists(st.sampled_from(["1", "2", "3", "4", "7", "9", "1", "4"]), min_size=1, max_size=30)):
        day = draw(DAYS)
        after = draw(st.none() | st.integers(0, 300))
        ended = None if after is None or day + timedelta(after) > LAST else day + timedelta(after)
        found.append((code, day, ended))
    return found


def records(drawn: list[tuple[str, date, date | None]]) -> list[dict[str, Any]]:
    return [
        {"dossier_id": str(n), "unit_code": code, "received_at": day, "ended_at": ended, "status": "4" if ended is None else "9"}
        for n, (code, day, ended) in enumerate(drawn)
    ]


def dataset(drawn: list[tuple[str, date, date | None]]) -> cm.Dataset:
    return cm.Dataset(units=TREE, unit="82", dossiers=records(drawn), as_of=LAST, catalogue=CATALOGUE, coverage=COVERED)


def days_of(period: cm.Period) -> tuple[date, date]:
    return period.first, period.last


def test_units_are_called_as_the_reference_calls_them() -> None:
    assert {TREE.whole(code) for code in TREE.codes} == set(KEYS)
    for key, entry in KEYS.items():
        assert set(TREE.predecessors(key)) == {PLAIN.key(b) for b in PLAIN.before(entry)}
        assert {TREE.whole(code) for code in TREE.successors(key)} == {PLAIN.key(a) for a in PLAIN.after(entry)}


@pytest.mark.parametrize("day", [date(2023, 6, 1), date(2024, 12, 31), date(2025, 1, 1), END, START, date(2026, 1, 1)])
def test_the_tree_of_a_day_is_that_of_the_entries_of_the_day(day: date) -> None:
    there = [e for e in ENTRIES if e.first <= day <= e.last]
    for key, entry in KEYS.items():
        below = {PLAIN.key(e) for e in there if key in {PLAIN.key(a) for a in PLAIN.above(e) if a.first <= day <= a.last}}
        assert set(TREE.subtree(key, day)) == below
        exists = PLAIN.there(entry, (day, day))
        assert TREE.active(key, day) == exists == bool(below)


@settings(max_examples=60, deadline=None)
@given(rows())
def test_every_value_of_every_unit_and_level_is_that_of_its_rows(drawn: list[tuple[str, date, date | None]]) -> None:
    found = dataset(drawn).measures(*PERIODS)
    for indicator, when in (("dossiers_received", 1), ("dossiers_pending", 2)):
        for key in KEYS:
            for level in ("", *get_args(Level)):
                for period in PERIODS:
                    measure = found.get(indicator, key, period, {"level": level} if level else ())
                    if measure is None:
                        continue
                    expected = handed = 0
                    for code, day, ended in drawn:
                        entry = PLAIN.of_row(code, day)
                        pending = day <= period.last and (ended is None or ended > period.last)
                        if pending if when == 2 else period.first <= day <= period.last:
                            expected += PLAIN.covers(key, level, entry)
                            handed += PLAIN.handed(key, level, entry, days_of(period))
                    about = (indicator, key, level, period.label)
                    said = re.search(r"chưa kể ([0-9]+) trường hợp", measure.reason.vi)
                    if measure.status is Status.NOT_APPLICABLE:
                        assert (measure.numerator or 0) == expected, about
                        assert f"{expected} trường hợp ghi cho đơn vị" in measure.reason.vi or not expected, about
                    else:
                        assert measure.numerator == expected, about
                        assert (int(said[1]) if said else 0) == handed, about
                        assert (measure.status is Status.OK) == (handed == 0), about


@settings(max_examples=40, deadline=None)
@given(rows())
def test_nothing_is_lost_of_the_province(drawn: list[tuple[str, date, date | None]]) -> None:
    found = dataset(drawn).measures(*PERIODS)
    for period in PERIODS[-3:]:
        whole = found["dossiers_pending", "82", period]
        said = re.search(r"chưa kể ([0-9]+)", whole.reason.vi)
        pending = sum(day <= period.last and (ended is None or ended > period.last) for _, day, ended in drawn)
        assert (whole.numerator or 0) + (int(said[1]) if said else 0) == pending


@settings(max_examples=40, deadline=None)
@given(rows())
def test_the_baseline_of_a_merged_unit_is_the_sum_of_its_predecessors_rows(drawn: list[tuple[str, date, date | None]]) -> None:
    found = dataset(drawn).deltas("2025-Q4")
    before = cm.Period.parse("2024-Q4")
    for key, divided in (("1", False), ("82", False), ("3", True), ("5", True), ("7", False)):
        change = found["dossiers_received", key]
        if divided:
            assert (change.status, change.difference) == (Status.NOT_COMPARABLE, None)
            assert "đã chia về nhiều đơn vị" in change.reason.vi
            continue
        own = {key} if key == "7" else {PLAIN.key(b) for b in PLAIN.before(KEYS[key])}
        of_them = [
            row
            for row in drawn
            if before.first <= row[1] <= before.last and own & {PLAIN.key(a) for a in PLAIN.above(PLAIN.of_row(*row[:2]))}
        ]
        assert change.baseline is not None
        assert change.baseline.numerator == len(of_them)


@settings(max_examples=40, deadline=None)
@given(rows(), st.data())
def test_tallies_of_parts_add_up_to_the_tally_of_their_union(drawn: list[tuple[str, date, date | None]], data: st.DataObject) -> None:
    whole = dataset(drawn)
    side = data.draw(st.lists(st.booleans(), min_size=len(drawn), max_size=len(drawn)))
    all_rows = records(drawn)
    parts = [
        cm.Dataset(
            units=TREE,
            unit="82",
            dossiers=[r for r, of in zip(all_rows, side, strict=True) if of is one],
            as_of=LAST,
            catalogue=CATALOGUE,
            coverage=COVERED,
        )
        for one in (False, True)
    ]
    tallies = [part.tally(PERIODS) for part in parts if part.tables["dossiers"].whole().columns.arrays["unit_code"].size]
    if len(tallies) == 2:
        assert tallies[0] + tallies[1] == whole.tally(PERIODS)


@settings(max_examples=30, deadline=None)
@given(rows())
def test_rows_mean_the_same_however_they_come_in(drawn: list[tuple[str, date, date | None]]) -> None:
    """Cells with codes, and columns that were read without a list of units."""
    unread = cm.columns_of(Dossier, [Dossier(**row) for row in records(drawn)])
    typed = cm.Dataset(units=TREE, unit="82", dossiers=unread, as_of=LAST, catalogue=CATALOGUE, coverage=COVERED)
    for data in (typed, dataset(drawn)):
        codes, labels = data.tables["dossiers"].whole().columns.codes("unit_code")
        assert [TREE.whole(labels[code]) for code in codes] == [PLAIN.key(PLAIN.of_row(code, day)) for code, day, _ in drawn]


@pytest.mark.parametrize("label", ["2023", "2025", "2025-Q4"])
@settings(max_examples=25, deadline=None)
@given(drawn=rows())
def test_a_unit_that_moved_is_one_unit_among_those_that_did_something(label: str, drawn: list[tuple[str, date, date | None]]) -> None:
    period = cm.Period.parse(label)
    activities = [
        {"activity_id": str(n), "unit_code": code, "channel": "Tọa đàm", "held_on": day} for n, (code, day, _) in enumerate(drawn)
    ]
    covered = {"outreach": (date(2022, 1, 1), LAST)}
    found = cm.Dataset(units=TREE, unit="82", outreach=activities, as_of=LAST, catalogue=CATALOGUE, coverage=covered).measures(period)
    for key in KEYS:
        for level in ("", "commune"):
            measure = found.get("outreach_active_units", key, period, {"level": level} if level else ())
            if measure is None or measure.numerator is None:
                continue
            entries = [PLAIN.of_row(code, day) for code, day, _ in drawn if period.first <= day <= period.last]
            assert measure.numerator == len({PLAIN.key(e) for e in entries if PLAIN.covers(key, level, e)}), (key, level)
