"""Rows from memory: the columns say of every row what its model says, and whatever else is found is found by the laws."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.read.cells import rows

from cchc_metrics.errors import InputError, RejectedRowsError
from cchc_metrics.read.rows import Parsed, read_rows, read_table
from cchc_metrics.records.choices import Secrecy
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Columns, columns_of
from cchc_metrics.records.fields import CellError, cell_text, parse_identifier
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import Record, RecordError, schema
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.unit import Unit, UnitTree

EVERY_KIND = st.sampled_from(list(KINDS.values()))
REPEATED = {Code.DUPLICATE_IDENTICAL, Code.DUPLICATE_CONFLICTING}
UNITS = UnitTree(
    [
        Unit(code="TM", name="Tháp Mười", kind="huyện", level="district", valid_to=date(2025, 6, 30)),
        Unit(code="TM.01", name="Mỹ An", kind="thị trấn", level="commune", parent="TM", valid_from=date(2021, 1, 1)),
        Unit(code="TM.02", name="Mỹ An", kind="xã", level="commune", parent="TM"),
        Unit(code="TM.03", name="Mỹ Quý", kind="xã", level="commune", parent="TM"),
    ]
)


def verdict(kind: Kind, row: Mapping[str, Any]) -> tuple[Record | None, set[str]]:
    """Return what the model makes of a row: the record, or the codes of its errors."""
    try:
        return kind.model(**row), set()
    except RecordError as error:
        return None, {code.value for code in error.codes}


def only_counted(kind: Kind, rows: list[dict[str, Any]]) -> set[int]:
    """Return the numbers of the rows of which messages tell nothing else: secret ones, and those of the id of one."""
    if "secrecy" not in kind.model.model_fields:
        return set()

    def read(model_part: str, row: Mapping[str, Any]) -> Any:
        try:
            return {"secrecy": Secrecy.parse, "id": parse_identifier}[model_part](
                row.get(kind.id_columns[0] if model_part == "id" else "secrecy")
            )
        except CellError:
            return None

    secret = {i for i, row in enumerate(rows, start=1) if read("secrecy", row) not in {Secrecy.NONE, Secrecy.UNKNOWN}}
    ids = {read("id", rows[i - 1]) for i in secret} - {None}
    return secret | {i for i, row in enumerate(rows, start=1) if read("id", row) in ids}


def codes_by_row(parsed: Parsed) -> dict[int, set[str]]:
    """Return the codes of the errors of each row, duplicates apart."""
    found: dict[int, set[str]] = defaultdict(set)
    for problem in parsed.problems:
        if problem.code.severity == "error" and problem.code not in REPEATED:
            for row in problem.rows or (problem.row,):
                found[row].add(problem.code.value)
    return found


def with_what_follows(kind: Kind, given_rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows with the columns that follow from others where no row has them, as a table says more than a record of it."""
    for rule in kind.follows:
        if any(rule.column in row for row in given_rows) or not any(rule.source in row for row in given_rows):
            continue
        cells = [row.get(rule.source, "") for row in given_rows]
        meant = [rule.meant(cell_text(cell)) if isinstance(cell, (str, int, float, type(None))) else None for cell in cells]
        given_rows = [row if code is None else {**row, rule.column: code} for row, code in zip(given_rows, meant, strict=True)]
    return given_rows


def same_columns(one: Columns, other: Columns) -> bool:
    """Return whether two columns hold the same rows; an absent column is its default."""
    return list(one.records()) == list(other.records())


def values(parsed: Parsed, *names: str) -> list[Any]:
    """Return one value, or a tuple of several, of each row that counts."""
    found = [tuple(getattr(record, name) for name in names) for record in parsed.columns.records()]
    return [row[0] for row in found] if len(names) == 1 else found


# --- one definition, two paths


@given(EVERY_KIND.flatmap(lambda kind: st.tuples(st.just(kind), rows(kind))))
@settings(max_examples=150)
def test_a_row_is_rejected_exactly_when_its_model_refuses_it_and_for_the_same_reasons(case: tuple[Kind, list[dict[str, Any]]]) -> None:
    kind, given_rows = case
    parsed = read_rows(kind, given_rows)
    verdicts = [verdict(kind, row) for row in with_what_follows(kind, given_rows)]
    assert parsed.problems.read == len(given_rows) == len(parsed.columns) + parsed.problems.rejected
    if not parsed.usable:
        assert all(record is None for record, _ in verdicts)
        return
    reported = codes_by_row(parsed)
    doubted = {row for row, codes in reported.items() if Code.AMBIGUOUS_VALUE.value in codes}  # as only the column tells
    hidden = only_counted(kind, given_rows)
    assert all(reported[i] == codes for i, (_, codes) in enumerate(verdicts, start=1) if i not in doubted | hidden)
    assert all(reported[i] - {Code.AMBIGUOUS_VALUE.value} <= verdicts[i - 1][1] for i in doubted)
    assert all(reported[i] <= {Code.UNKNOWN_CODE.value} for i in hidden)  # the mark itself
    verdicts = [(None if i in doubted else record, codes) for i, (record, codes) in enumerate(verdicts, start=1)]
    valid = parsed.columns.row_numbers().tolist()
    repeated = {p.row for p in parsed.problems if p.code in REPEATED}
    sound = {i for i, (record, _) in enumerate(verdicts, start=1) if record is not None}
    assert sound - hidden <= {*valid, *repeated} <= sound
    assert list(parsed.columns.records()) == [verdicts[i - 1][0] for i in valid]


@given(EVERY_KIND.flatmap(lambda kind: st.tuples(st.just(kind), rows(kind, bad=False))))
def test_the_arrays_are_those_that_the_models_make(case: tuple[Kind, list[dict[str, Any]]]) -> None:
    kind, given_rows = case
    parsed = read_rows(kind, given_rows)
    expected = columns_of(kind.model, parsed.columns.records())
    for name, array in parsed.columns.arrays.items():
        assert array.dtype == expected.arrays[name].dtype
        assert array.tolist() == expected.arrays[name].tolist()
    for name, labels in parsed.columns.labels.items():
        assert labels == expected.labels[name]


@given(EVERY_KIND.flatmap(lambda kind: st.tuples(st.just(kind), rows(kind))))
def test_what_was_read_can_be_read_again(case: tuple[Kind, list[dict[str, Any]]]) -> None:
    kind, given_rows = case
    once = read_rows(kind, given_rows).columns
    again = read_rows(kind, once.records())
    assert again.problems.rejected == 0
    assert same_columns(again.columns, once)


@given(EVERY_KIND.flatmap(lambda kind: st.tuples(st.just(kind), rows(kind))))
def test_rows_and_columns_of_cells_are_read_alike(case: tuple[Kind, list[dict[str, Any]]]) -> None:
    kind, given_rows = case
    names = [spec.name for spec in schema(kind.model)]
    full = [{name: row.get(name) for name in names} for row in given_rows]
    by_rows = read_rows(kind, full)
    by_columns = read_table(kind, names, [[row[name] for row in full] for name in names])
    if given_rows:
        assert by_columns.problems == by_rows.problems
        assert same_columns(by_columns.columns, by_rows.columns)


# --- duplicates


def expected_duplicates(kind: Kind, records: Sequence[Record]) -> dict[int, Code]:
    """Return the code of each duplicate, found the slow way."""
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for at, record in enumerate(records):
        groups[tuple(getattr(record, name) for name in kind.id_columns)].append(at)
    found = {}
    for members in groups.values():
        if len(members) > 1:
            same = all(records[at] == records[members[0]] for at in members)
            rejected = members[1:] if same else members
            found.update(dict.fromkeys(rejected, Code.DUPLICATE_IDENTICAL if same else Code.DUPLICATE_CONFLICTING))
    return found


@st.composite
def repeated_rows(draw: st.DrawFn) -> tuple[Kind, list[dict[str, Any]]]:
    kind = draw(EVERY_KIND)
    made = draw(rows(kind, ids=2, bad=draw(st.booleans())))
    copies = draw(st.lists(st.sampled_from(made), max_size=5)) if made else []
    return kind, draw(st.permutations([*made, *copies]))


@given(repeated_rows())
@settings(max_examples=100)
def test_identical_rows_leave_the_first_and_contradicting_rows_leave_none(case: tuple[Kind, list[dict[str, Any]]]) -> None:
    kind, given_rows = case
    parsed = read_rows(kind, given_rows)
    if not parsed.usable:
        return
    doubted = {p.row for p in parsed.problems if p.code is Code.AMBIGUOUS_VALUE}  # as only the column tells
    judged = ((i, verdict(kind, row)[0]) for i, row in enumerate(given_rows, start=1) if i not in doubted)
    sound = [(i, record) for i, record in judged if record is not None]
    expected = expected_duplicates(kind, [record for _, record in sound])
    hidden = only_counted(kind, given_rows)
    found = {p.row: p.code for p in parsed.problems if p.code in REPEATED and not p.unlisted}
    assert found == {sound[at][0]: code for at, code in expected.items() if sound[at][0] not in hidden}
    assert sum(parsed.problems.count(code) for code in REPEATED) == len(expected)
    assert parsed.columns.row_numbers().tolist() == [i for at, (i, _) in enumerate(sound) if at not in expected]


@given(repeated_rows(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing_that_counts(case: tuple[Kind, list[dict[str, Any]]], random: Any) -> None:
    kind, given_rows = case
    shuffled = list(given_rows)
    random.shuffle(shuffled)
    one, other = read_rows(kind, given_rows), read_rows(kind, shuffled)
    assert one.problems.totals == other.problems.totals
    assert sorted(map(repr, one.columns.records())) == sorted(map(repr, other.columns.records()))


def test_values_are_compared_as_understood() -> None:
    row = {"activity_id": "1", "unit_code": "TM", "channel": "Tọa đàm", "held_on": "12/05/2021", "reach": "1.200"}
    same = {"activity_id": " 1", "unit_code": "TM ", "channel": "talk_show", "held_on": "2021-05-12", "reach": 1200.0}
    parsed = read_rows("outreach", [row, same, {**row, "activity_id": "2"}])
    assert parsed.problems.by_code() == {Code.DUPLICATE_IDENTICAL: 1}
    assert parsed.columns.row_numbers().tolist() == [1, 3]


def test_a_time_of_day_is_part_of_what_a_row_says() -> None:
    row = {"meeting_id": "1", "unit_code": "TM", "kind": "other", "held_on": "2021-05-12 08:00"}
    parsed = read_rows("meetings", [row, {**row, "held_on": "2021-05-12"}])
    assert parsed.problems.by_code() == {Code.DUPLICATE_CONFLICTING: 2}


def test_a_row_that_was_rejected_for_itself_contradicts_nobody() -> None:
    row = {"meeting_id": "1", "unit_code": "TM", "kind": "other", "held_on": "2021-05-12"}
    parsed = read_rows("meetings", [row, {**row, "kind": "?!"}, {**row, "held_on": ""}])
    assert parsed.problems.by_code() == {Code.MISSING_VALUE: 1, Code.UNKNOWN_CODE: 1}
    assert len(parsed.columns) == 1


def test_a_row_without_an_id_bears_that_of_no_secret_row() -> None:
    """Nor does one whose id is the word that stands in the library for a cell that is not there."""
    secret = {"unit_code": "TM", "issued_on": "31/02/2021", "secrecy": "?!"}
    parsed = read_rows("documents", [secret, {"unit_code": "TM"}, {"document_id": "ABSENT"}])
    assert {problem.row for problem in parsed.problems} == {0, 1, 2, 3}


# --- units, days and the calendar

MEETING = {"meeting_id": "1", "unit_code": "TM", "kind": "other", "held_on": "2021-05-12"}
DOSSIER = {
    "dossier_id": "1",
    "unit_code": "TM",
    "status": "9",
    "received_at": "2021-03-01",
    "due_at": "2021-03-05",
    "ended_at": "2021-03-03",
}


@pytest.mark.parametrize("written", ["TM.03", " TM.03", "Mỹ Quý", "my quy", "xã Mỹ Quí", "UBND xã Mỹ Quý"])
def test_a_unit_may_be_named_where_the_name_means_one_unit(written: str) -> None:
    parsed = read_rows("meetings", [{**MEETING, "unit_code": written}], units=UNITS)
    assert values(parsed, "unit_code") == ["TM.03"]


@pytest.mark.parametrize(
    ("written", "fix"),
    [
        ("TM.O3", "; did you mean «TM.03»?"),
        ("xã Mỹ Quyy", "; did you mean «xã Mỹ Quý»?"),
        ("Mỹ An", "; the name could mean TM.01, TM.02: write the code"),
        ("thị trấn Mỹ Quý", "; TM.03 has the name and is of another kind: write the code"),
        ("?", ""),
    ],
)
def test_a_unit_that_is_not_in_the_tree_rejects_the_row(written: str, fix: str) -> None:
    parsed = read_rows("meetings", [MEETING, {**MEETING, "meeting_id": "2", "unit_code": written}], units=UNITS)
    assert parsed.problems.by_code() == {Code.UNKNOWN_UNIT: 1}
    (problem,) = parsed.problems
    assert (problem.row, problem.column, problem.value, problem.fix_en) == (2, "unit_code", written, fix)
    assert len(parsed.columns) == 1


def test_a_name_that_two_units_had_in_turn_means_the_one_of_the_day() -> None:
    tree = UnitTree(
        [
            Unit(code="old", name="Mỹ Quý", kind="xã", level="commune", valid_to=date(2025, 6, 30)),
            Unit(code="new", name="Mỹ Quý", kind="xã", level="commune", valid_from=date(2025, 7, 1), predecessors=("old",)),
        ],
    )
    days = ["2025-06-30", "01/07/2025", "2021-01-05", "", "31/02/2021"]
    rows_ = [{**MEETING, "meeting_id": day, "unit_code": "xã Mỹ Quý", "status": "dự kiến", "held_on": day} for day in days]
    rows_ = [{**row, "meeting_id": str(at)} for at, row in enumerate(rows_)]
    parsed = read_rows("meetings", rows_, units=tree)
    assert values(parsed, "unit_code") == ["old", "new", "old"]
    assert [(p.row, p.code, p.value) for p in parsed.problems] == [
        (4, Code.UNKNOWN_UNIT, "xã Mỹ Quý"),
        (5, Code.UNKNOWN_UNIT, "xã Mỹ Quý"),
        (5, Code.IMPOSSIBLE_DATE, "31/02/2021"),
    ]


def test_two_spellings_of_a_unit_are_one_unit() -> None:
    parsed = read_rows("meetings", [{**MEETING, "unit_code": "TM.03"}, {**MEETING, "unit_code": "Mỹ Quý"}], units=UNITS)
    assert parsed.problems.by_code() == {Code.DUPLICATE_IDENTICAL: 1}


@pytest.mark.parametrize(
    ("unit", "day", "found"),
    [("TM", "2025-06-30", 0), ("TM", "2025-07-01", 1), ("TM.01", "2021-01-01", 0), ("TM.01", "2020-12-31", 1), ("TM.02", "1995-01-01", 0)],
)
def test_a_unit_that_did_not_exist_on_the_day_is_reported_and_counts(unit: str, day: str, found: int) -> None:
    parsed = read_rows("meetings", [{**MEETING, "unit_code": unit, "held_on": day}], units=UNITS)
    assert parsed.problems.count(Code.UNIT_NOT_VALID_ON_DATE) == found
    assert (len(parsed.columns), parsed.problems.rejected) == (1, 0)


def test_what_has_happened_cannot_lie_after_the_export_but_an_appointment_can() -> None:
    rows_ = [
        {**DOSSIER, "dossier_id": "1", "due_at": "2021-04-01"},
        {**DOSSIER, "dossier_id": "2", "ended_at": "2021-04-01"},
        {**DOSSIER, "dossier_id": "3", "received_at": "2021-04-01", "ended_at": "2021-04-01", "due_at": ""},
    ]
    parsed = read_rows("dossiers", rows_, extracted_on=date(2021, 3, 31))
    assert [(p.row, p.column) for p in parsed.problems] == [(2, "ended_at"), (3, "received_at"), (3, "ended_at")]
    assert {p.code for p in parsed.problems} == {Code.DATE_IN_FUTURE}
    assert len(parsed.columns) == 3
    assert not read_rows("dossiers", rows_).problems
    assert not read_rows("dossiers", rows_, extracted_on=date(2021, 4, 1)).problems


@pytest.mark.parametrize(("status", "found"), [("đã họp", 1), ("dự kiến", 0), ("hoãn", 0)])
def test_what_is_planned_may_lie_in_the_future(status: str, found: int) -> None:
    parsed = read_rows("meetings", [{**MEETING, "status": status}], extracted_on=date(2021, 5, 11))
    assert parsed.problems.count(Code.DATE_IN_FUTURE) == found


def test_a_year_that_the_calendar_lacks_is_reported_and_the_row_counts() -> None:
    calendar = Calendar.official()
    year = calendar.years[0] - 1
    old = {**DOSSIER, "received_at": f"{year}-12-31"}
    parsed = read_rows("dossiers", [old, {**DOSSIER, "dossier_id": "2"}], calendar=calendar)
    assert [(p.code, p.row, p.column) for p in parsed.problems] == [(Code.YEAR_NOT_IN_CALENDAR, 1, "received_at")]
    assert len(parsed.columns) == 2
    held = {**MEETING, "held_on": f"{year}-12-31"}
    assert not read_rows("meetings", [held], calendar=calendar).problems  # no working days are counted from a meeting


def test_findings_are_about_rows_that_count() -> None:
    due_first = {**DOSSIER, "due_at": "2021-02-01"}
    parsed = read_rows("dossiers", [due_first, {**due_first, "dossier_id": "2", "ended_at": ""}, due_first], extracted_on=date(2021, 3, 2))
    assert parsed.problems.by_code() == {
        Code.ENDED_WITHOUT_TIME: 1,
        Code.DUPLICATE_IDENTICAL: 1,
        Code.DUE_BEFORE_RECEIPT: 1,
        Code.DATE_IN_FUTURE: 1,
    }


# --- what a problem says


def test_a_row_with_several_problems_is_rejected_once_and_says_each() -> None:
    parsed = read_rows("dossiers", [{"dossier_id": "", "unit_code": "TM", "status": "11", "received_at": "31/02/2021", "term": "x"}])
    assert (parsed.problems.read, parsed.problems.rejected, len(parsed.problems)) == (1, 1, 4)
    assert {(p.column, p.code.value) for p in parsed.problems} == {
        ("dossier_id", "missing_value"),
        ("status", "unknown_code"),
        ("received_at", "impossible_date"),
        ("term", "not_a_number"),
    }


def test_a_number_too_long_to_be_written_is_withheld() -> None:
    (problem,) = read_rows("meetings", [{**MEETING, "meeting_id": 10**5000}]).problems
    assert (problem.code, problem.value) == (Code.NUMBER_OUT_OF_RANGE, "…")


def test_what_is_reported_can_be_written() -> None:
    problems = read_rows("meetings", [{**MEETING, "kind": "\ud800", "meeting_id": "\udfff", "Ghi \ud800 chú": ""}]).problems
    assert [(p.column, p.value) for p in problems] == [("Ghi ? chú", ""), ("meeting_id", "?"), ("kind", "?")]
    assert problems.to_csv().encode()


def test_totals_are_exact_and_examples_are_limited() -> None:
    many = [{**MEETING, "meeting_id": str(i), "kind": "?", "held_on": "x" if i % 2 else ""} for i in range(3000)]
    problems = read_rows("meetings", many).problems
    assert problems.by_code() == {Code.IMPOSSIBLE_DATE: 1500, Code.UNKNOWN_CODE: 3000}
    assert len(problems.examples) == 1001  # the unknown word is one problem of 3000 cells
    (word,) = [p for p in problems if p.code is Code.UNKNOWN_CODE]
    assert (word.row, word.cells, word.rows) == (1, 3000, tuple(range(1, 1001)))
    assert [p.row for p in problems if p.code is Code.IMPOSSIBLE_DATE] == list(range(2, 2001, 2))
    assert [p.row for p in problems] == sorted(p.row for p in problems)
    assert problems.rejected == problems.read == 3000


def test_the_first_examples_are_the_first_of_the_sheet_whatever_their_column() -> None:
    cells = {"paused_days": ["1"] * 1500 + ["x"] * 1500, "supplement_requests": ["x"] * 1500 + ["1"] * 1500}
    problems = read_table(
        "dossiers",
        ["dossier_id", "unit_code", "status", *cells],
        [[str(i) for i in range(3000)], ["TM"] * 3000, ["1"] * 3000, *cells.values()],
    ).problems
    assert problems.by_code() == {Code.NOT_A_NUMBER: 3000}
    assert [(p.row, p.column) for p in problems] == [(row, "supplement_requests") for row in range(1, 1001)]


def test_columns_that_are_not_used_are_reported_without_what_they_hold() -> None:
    applicant = "Nguyễn Văn A, 001099012345"
    parsed = read_rows("meetings", [{**MEETING, "Họ và tên": applicant, "kind": "?"}], units=UNITS)
    assert [(p.code, p.column) for p in parsed.problems] == [(Code.UNKNOWN_HEADING, "Họ và tên"), (Code.UNKNOWN_CODE, "kind")]
    assert "Nguyễn" not in parsed.problems.to_csv() + "".join(p.text(lang) for p in parsed.problems for lang in ("vi", "en"))
    assert not any("Nguyễn" in repr(record) for record in parsed.columns.records())


@pytest.mark.parametrize(("mark", "shown"), [("mật", ""), ("tuyệt mật", ""), ("M@t", ""), ("", "11/BC"), ("thường", "11/BC")])
def test_the_number_of_a_secret_document_is_not_shown(mark: str, shown: str) -> None:
    row = {"document_id": "11/BC", "unit_code": "TM", "issued_on": "2021-01-05", "secrecy": mark}
    parsed = read_rows("documents", [row, {**row, "issued_on": "2021-02-30"}, row])
    texts = parsed.problems.to_csv() + "".join(p.text(lang) for p in parsed.problems for lang in ("vi", "en"))
    assert ("11/BC" in texts) == ("2021-02-30" in texts) == bool(shown)
    if not shown:
        assert {p.row for p in parsed.problems if p.column != "secrecy"} == {0}
        assert parsed.problems.count(Code.IMPOSSIBLE_DATE) == 1


def test_whatever_bears_the_number_of_a_secret_document_is_only_counted() -> None:
    row = {"document_id": "11/BC", "unit_code": "TM", "issued_on": "2021-01-05", "secrecy": "thường"}
    rows = [{**row, "issued_on": "2021-02-30"}, row, {**row, "document_id": "12/BC", "issued_on": "2021-02-31"}, {**row, "secrecy": "mật"}]
    for order in (rows, rows[::-1]):
        parsed = read_rows("documents", order)
        listed = [p for p in parsed.problems if not p.unlisted]
        assert [(p.code, p.value) for p in listed] == [(Code.IMPOSSIBLE_DATE, "2021-02-31")]
        assert parsed.problems.by_code() == {Code.IMPOSSIBLE_DATE: 2, Code.DUPLICATE_CONFLICTING: 2}
        assert [p.text("en") for p in parsed.problems if p.unlisted] == [
            "document_id: rows of one id contradict each other; none is counted (2 rows with a secrecy mark, not listed)",
            "issued_on: not a real or readable date; use dd/mm/yyyy or yyyy-mm-dd (1 rows with a secrecy mark, not listed)",
        ]


def test_a_missing_column_makes_the_table_unusable_and_the_sum_holds() -> None:
    parsed = read_rows("meetings", [{"meeting_id": "1", "Ma DV": "TM", "kind": "other"}] * 3)
    assert not parsed.usable
    assert (parsed.problems.read, parsed.problems.rejected, len(parsed.columns)) == (3, 3, 0)
    missing = next(p for p in parsed.problems if p.code is Code.MISSING_HEADING)
    assert missing.column == "unit_code"
    assert '"unit_code" under [headings.meetings]' in missing.fix_en
    with pytest.raises(RejectedRowsError):
        parsed.problems.raise_if_any()


def test_a_district_may_have_its_own_headings() -> None:
    row = {"meeting_id": "1", "Ma DV": "TM", "kind": "other", "status": "hoãn", "Trạng thái": "x"}
    own = {"mã đv": "unit_code", "Trạng thái": ""}
    parsed = read_rows("meetings", [row], own={"headings": own})
    assert values(parsed, "unit_code", "status") == [("TM", "postponed")]
    assert not parsed.problems


def test_two_headings_of_one_meaning_are_not_chosen_between() -> None:
    parsed = read_rows("meetings", [{**MEETING, "Loại cuộc họp": "khác"}])
    assert not parsed.usable
    (problem,) = parsed.problems
    assert (problem.code, problem.column) == (Code.DUPLICATE_HEADING, "kind")
    assert "«kind», «Loại cuộc họp»" in problem.fix_en


def test_an_absent_cell_is_the_default_and_an_empty_one_is_not() -> None:
    given_rows = [{**MEETING, "status": "đã họp"}, {**MEETING, "meeting_id": "2"}, {**MEETING, "meeting_id": "3", "status": ""}]
    parsed = read_rows("meetings", given_rows)
    assert values(parsed, "status") == ["held", "held"]
    assert [(p.row, p.column, p.code) for p in parsed.problems] == [(3, "status", Code.MISSING_VALUE)]


def test_no_rows_are_an_empty_table() -> None:
    parsed = read_table("surveys", ["response_id", "unit_code", "answered_on", "score"], [[], [], [], []])
    assert parsed.usable
    assert parsed.problems.by_code() == {Code.EMPTY_TABLE: 1}
    assert list(parsed.columns.records()) == []
    parsed.problems.raise_if_any()


def test_there_is_no_such_kind() -> None:
    with pytest.raises(InputError, match="did you mean «meetings»"):
        read_rows("meeting", [])


def test_columns_of_unlike_length_are_refused() -> None:
    with pytest.raises(InputError, match="must agree"):
        read_table("meetings", ["meeting_id", "unit_code"], [["1"], []])
    with pytest.raises(InputError, match="must agree"):
        read_table("meetings", ["meeting_id", "unit_code"], [["1"]])


def test_columns_may_be_arrays() -> None:
    days = np.array(["2021-05-12", "NaT"], dtype="datetime64[D]")
    parsed = read_table("meetings", list(MEETING), [np.array([1, 2]), np.array(["TM", "TM"]), np.array(["khác", "khác"]), days])
    assert values(parsed, "meeting_id", "held_on") == [("1", date(2021, 5, 12))]
    assert [(p.row, p.code) for p in parsed.problems] == [(2, Code.IMPOSSIBLE_DATE)]
