"""Procedures: the version of the day of receipt applies for life, the channel's own first; past the cut-off the next working day counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.slow import calendar_slow, draw
from tests.slow.dossiers_slow import Due, due_of

from cchc_metrics.records.choices import Channel, Status, TermUnit
from cchc_metrics.records.columns import Columns, columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.due import CUT_OFF, dues_of
from cchc_metrics.records.due_dates import due_date
from cchc_metrics.records.procedure import Procedure, attach_procedures
from cchc_metrics.records.record import RecordError
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import date_of
from cchc_metrics.reference.rules import Rules

OFFICIAL = Calendar.official()
SLOW = calendar_slow.official()
DEFAULT = Rules.preset("default")
FIRST, LAST = date(2021, 1, 4), date(2021, 3, 5)
CODES = ("1.000001", "1.000002")
CUT_OFFS = {"": None, "15:00": time(15), "7h30": time(7, 30), "00:00": time(0)}

terms = st.sampled_from([0, 1, 2, 3, 5, 16]).map(lambda n: Fraction(n, 2))
units = st.sampled_from([u for u in TermUnit if u is not TermUnit.NONE])


@st.composite
def procedures(draw_: st.DrawFn) -> Procedure:
    """Return a strategy for versions that follow one another, overlap, leave gaps, are for one channel or for all."""
    days = st.none() | st.dates(FIRST - timedelta(days=5), LAST + timedelta(days=5))
    term = draw_(st.none() | terms)
    return Procedure(
        procedure_code=draw_(st.sampled_from(CODES)),
        field=draw_(st.sampled_from(["", "Đất đai", "Hộ tịch"])),
        channel=draw_(st.sampled_from(["", *Channel])),
        valid_from=draw_(days),
        valid_to=draw_(days),
        term=term,
        term_unit=draw_(units) if term is not None else TermUnit.NONE,
        cut_off=draw_(st.sampled_from(list(CUT_OFFS))),
    )


@st.composite
def dossiers(draw_: st.DrawFn) -> Dossier:
    """Return a strategy for dossiers of these procedures, of others and of none, some with a term of their own."""
    status = draw_(st.sampled_from([Status.PROCESSING, Status.PROCESSING, Status.SUBMITTED]))
    term = draw_(st.none() | st.none() | terms)
    return Dossier(
        dossier_id=draw_(st.uuids()).hex,
        unit_code="TM",
        procedure_code=draw_(st.sampled_from(["", "1.000009", *CODES, *CODES])),
        field=draw_(st.sampled_from(["", "", "Chứng thực"])),
        channel=draw_(st.sampled_from(list(Channel))),
        status=status,
        received_at=None if status is Status.SUBMITTED else draw_(draw.moments(FIRST, LAST)),
        term=term,
        term_unit=draw_(units) if term is not None else TermUnit.NONE,
    )


def attached(rows: Sequence[Dossier], versions: Sequence[Procedure]) -> Columns:
    if len({row.dossier_id for row in rows}) < len(rows):
        rows = [row.model_copy(update={"dossier_id": str(n)}) for n, row in enumerate(rows)]
    return attach_procedures(columns_of(Dossier, rows), columns_of(Procedure, versions))


def cut_offs(columns: Columns) -> list[int]:
    found = columns.arrays.get(CUT_OFF)
    return [-1] * len(columns) if found is None else found.tolist()


def clock(second: int) -> time:
    return (datetime(2021, 1, 1) + timedelta(seconds=second)).time()


def due(columns: Columns, rules: Rules = DEFAULT) -> list[date | None]:
    return [None if day < 0 else date_of(day) for day in dues_of(columns, rules, OFFICIAL).day.tolist()]


# --- an obvious loop --------------------------------------------------------------------------------------------------------------------


def version_of(dossier: Dossier, versions: Sequence[Procedure]) -> Procedure | None:
    """Leaf through the versions: those for the dossier's channel first; among those in force on the day, the one that began last."""
    received = as_day(dossier.received_at)
    if received is None:
        return None
    for channel in (dossier.channel.value, "any"):
        best: Procedure | None = None
        for version in versions:
            if version.procedure_code != dossier.procedure_code or version.channel.value != channel:
                continue
            first, last = as_day(version.valid_from), as_day(version.valid_to)
            if (first is not None and received < first) or (last is not None and received > last):
                continue
            if best is None or (first or date.min) >= (as_day(best.valid_from) or date.min):
                best = version
        if best is not None:
            return best
    return None


def as_day(moment: date | datetime | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment


def slow_due(dossier: Dossier, version: Procedure | None, rules: Rules) -> Due:
    """Return the due date of a dossier whose sheet of paper says the term and the cut-off."""
    if version is not None and dossier.term is None:
        dossier = dossier.model_copy(update={"term": version.term, "term_unit": version.term_unit})
    cut_off = CUT_OFFS[version.cut_off] if version is not None else None
    return due_of(dossier, rules, SLOW, cut_off=cut_off)


@settings(max_examples=150)
@given(rows=st.lists(dossiers(), max_size=8), versions=st.lists(procedures(), max_size=8))
def test_the_version_is_the_one_that_leafing_through_finds(rows: list[Dossier], versions: list[Procedure]) -> None:
    columns = attached(rows, versions)
    for found, cut_off, row in zip(columns.records(), cut_offs(columns), rows, strict=True):
        version = version_of(row, versions)
        expected = row
        if version is not None:
            expected = expected.model_copy(update={"field": row.field or version.field})
            if row.term is None:
                expected = expected.model_copy(update={"term": version.term, "term_unit": version.term_unit})
        assert found == expected
        at = CUT_OFFS[version.cut_off] if version is not None else None
        assert cut_off == (-1 if at is None else at.hour * 3600 + at.minute * 60)


@settings(max_examples=100)
@given(
    rows=st.lists(dossiers(), max_size=6),
    versions=st.lists(procedures(), max_size=6),
    opening_hours=st.sampled_from([(), draw.OPENING_HOURS]),
)
def test_the_due_date_is_that_of_a_receipt_dated_the_next_working_day(
    rows: list[Dossier], versions: list[Procedure], opening_hours: Any
) -> None:
    rules = Rules(id="own", opening_hours=opening_hours)
    found = dues_of(attached(rows, versions), rules, OFFICIAL)
    slow = [slow_due(row, version_of(row, versions), rules) for row in rows]
    assert [None if day < 0 else date_of(day) for day in found.day.tolist()] == [one.day for one in slow]
    assert [None if s < 0 else clock(s) for s in found.second.tolist()] == [one.day and one.clock for one in slow]


# --- laws -------------------------------------------------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(rows=st.lists(dossiers(), max_size=8), versions=st.lists(procedures(), max_size=6), data=st.data())
def test_parts_are_attached_like_the_whole_and_the_order_of_versions_does_not_matter(
    rows: list[Dossier], versions: list[Procedure], data: st.DataObject
) -> None:
    versions = list({(v.procedure_code, v.channel, v.valid_from): v for v in versions}.values())  # as reading leaves them
    cut = data.draw(st.integers(0, len(rows)))
    whole = attached(rows, versions)
    parts = [attached(part, versions) for part in (rows[:cut], rows[cut:])]
    assert [r for part in parts for r in part.records()] == list(whole.records())
    assert [c for part in parts for c in cut_offs(part)] == cut_offs(whole)
    shuffled = attached(rows, data.draw(st.permutations(versions)))
    assert (list(shuffled.records()), cut_offs(shuffled)) == (list(whole.records()), cut_offs(whole))


@settings(max_examples=50)
@given(rows=st.lists(dossiers(), max_size=6), versions=st.lists(procedures(), max_size=5), new=procedures(), day=st.dates(FIRST, LAST))
def test_a_later_change_of_a_term_does_not_move_old_dues_of(
    rows: list[Dossier], versions: list[Procedure], new: Procedure, day: date
) -> None:
    change = new.model_copy(update={"valid_from": day, "valid_to": None})
    old = [i for i, row in enumerate(rows) if (received := as_day(row.received_at)) is not None and received < day]
    before, after = due(attached(rows, versions)), due(attached(rows, [*versions, change]))
    assert [after[i] for i in old] == [before[i] for i in old]
    closed = [v.model_copy(update={"valid_to": min(as_day(v.valid_to) or day, day - timedelta(days=1))}) for v in versions]
    replaced = due(attached(rows, [*closed, change]))
    assert [replaced[i] for i in old] == [before[i] for i in old]


@settings(max_examples=20)
@given(rows=st.lists(dossiers(), max_size=6))
def test_without_versions_nothing_changes(rows: list[Dossier]) -> None:
    columns = attached(rows, [])
    assert list(columns.records()) == rows
    assert due(columns) == due(columns_of(Dossier, rows))


# --- examples ---------------------------------------------------------------------------------------------------------------------------


def one(received: str, channel: str = "", **others: Any) -> Dossier:
    return Dossier.model_validate(
        {
            "dossier_id": "1",
            "unit_code": "TM",
            "status": "4",
            "procedure_code": "1.1",
            "received_at": received,
            "channel": channel,
            **others,
        }
    )


def version(term: int | None, **others: Any) -> Procedure:
    return Procedure.model_validate({"procedure_code": "1.1", "term": term, "term_unit": "nlv" if term is not None else None, **others})


OLD = version(10, valid_to="31/03/2021")
NEW = version(3, valid_from="01/04/2021")
ONLINE = version(1, channel="trực tuyến", valid_from="01/03/2021", valid_to="30/04/2021")


@pytest.mark.parametrize(
    ("received", "channel", "term"),
    [
        ("26/02/2021", "", 10),
        ("31/03/2021", "", 10),
        ("31/03/2021 23:59", "", 10),
        ("01/04/2021", "", 3),
        ("01/04/2021", "3", 3),
        ("26/02/2021", "2", 10),  # the channel has no version yet
        ("01/03/2021", "2", 1),
        ("30/04/2021", "2", 1),
        ("03/05/2021", "2", 3),  # and no longer
    ],
)
def test_the_version_of_the_day_of_receipt(received: str, channel: str, term: int) -> None:
    for order in ([OLD, NEW, ONLINE], [ONLINE, NEW, OLD]):
        [found] = attached([one(received, channel)], order).records()
        assert found == one(received, channel, term=term, term_unit="nlv")


def test_a_version_that_has_ended_uncovers_the_one_under_it() -> None:
    always = version(10)
    spring = version(2, valid_from="01/02/2021", valid_to="31/03/2021")
    days = ["29/01/2021", "01/02/2021", "31/03/2021", "01/04/2021"]
    found = attached([one(day) for day in days], [always, spring])
    assert [int(n) // 2 for n in found.numbers("term")] == [10, 2, 2, 10]


def test_a_term_of_its_own_and_a_given_due_date_win() -> None:
    found = attached([one("01/03/2021", term=4, term_unit="nlv"), one("01/03/2021", due_at="02/03/2021")], [OLD])
    assert due(found) == [date(2021, 3, 5), date(2021, 3, 2)]


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("01/03/2021", date(2021, 3, 2)),  # without a time nothing is known to be late
        ("01/03/2021 14:59", date(2021, 3, 2)),
        ("01/03/2021 15:00", date(2021, 3, 2)),
        ("01/03/2021 15:00:01", date(2021, 3, 3)),
        ("05/03/2021 15:01", date(2021, 3, 9)),  # Friday afternoon counts as Monday
        ("06/03/2021 10:00", date(2021, 3, 9)),  # a day off counts as the next working day too, or it would be due before that Friday
        ("06/03/2021", date(2021, 3, 9)),
        ("06/03/2021 16:00", date(2021, 3, 9)),
        ("09/02/2021 16:00", date(2021, 2, 18)),  # the day before Tết
    ],
)
def test_a_receipt_after_the_cut_off_counts_from_the_next_working_day(received: str, expected: date) -> None:
    row = one(received)
    assert due(attached([row], [version(1, cut_off="15:00")])) == [expected]
    assert row.received_at is not None
    assert due_date(row.received_at, 1, "nlv", calendar=OFFICIAL, cut_off=time(15)) == expected


def test_the_cut_off_holds_for_a_term_of_the_dossier_itself_and_the_receipt_stays() -> None:
    columns = attached([one("01/03/2021 16:00", term=1, term_unit="nlv")], [version(7, cut_off="15h00")])
    assert due(columns) == [date(2021, 3, 3)]
    assert date_of(int(columns.days("received_at")[0])) == date(2021, 3, 1)


@pytest.mark.parametrize("cell", ["15:00", "15h00", "15h", "15:00:00", time(15)])
def test_a_cut_off_is_understood_as_offices_and_spreadsheets_write_it(cell: object) -> None:
    assert due(attached([one("05/03/2021 16:00")], [version(1, cut_off=cell)])) == [date(2021, 3, 9)]
    assert due(attached([one("05/03/2021 15:00")], [version(1, cut_off=cell)])) == [date(2021, 3, 8)]


def test_the_field_is_filled_in_where_the_dossier_has_none() -> None:
    rows = [one("01/03/2021"), one("01/03/2021", field="Đất đai"), one("01/03/2021", procedure_code="")]
    columns = attached(rows, [version(1, field="Hộ tịch")])
    codes, labels = columns.codes("field")
    assert [labels[code] for code in codes] == ["Hộ tịch", "Đất đai", ""]


def test_the_input_is_left_alone() -> None:
    columns = columns_of(Dossier, [one("01/03/2021")])
    attach_procedures(columns, columns_of(Procedure, [version(1, field="Hộ tịch", cut_off="15:00")]))
    assert list(columns.records()) == [one("01/03/2021")]
    assert CUT_OFF not in columns
    assert not np.shares_memory(columns.arrays["term"], attached([one("01/03/2021")], []).arrays["term"])


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"cut_off": "25:00"}, "not_a_time"),
        ({"cut_off": "15:60"}, "not_a_time"),
        ({"cut_off": "15:00:60"}, "not_a_time"),
        ({"cut_off": "15"}, "not_a_time"),
        ({"cut_off": "3 giờ chiều"}, "not_a_time"),
        ({"channel": "fax"}, "unknown_code"),
        ({"term": 3}, "term_without_unit"),
        ({"term": "0,3", "term_unit": "nlv"}, "not_a_number"),
        ({"procedure_code": " "}, "missing_value"),
    ],
)
def test_what_is_no_version_is_refused(cells: dict[str, Any], code: str) -> None:
    with pytest.raises(RecordError) as caught:
        Procedure.model_validate({"procedure_code": "1.1", **cells})
    assert [*caught.value.codes] == [code]


@pytest.mark.parametrize(
    ("cell", "channel"), [("", "any"), ("mọi kênh", "any"), ("Trực tuyến", "online"), ("3", "postal"), ("1", "counter")]
)
def test_channels_are_understood_as_in_dossiers(cell: str, channel: str) -> None:
    assert version(1, channel=cell).channel.value == channel
