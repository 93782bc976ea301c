"""Which date ends a dossier: by its heading, by a named rule, and refused where a heading could be two dates."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

import cchc_metrics as cm
from cchc_metrics.read.rows import read_rows
from cchc_metrics.records.codes import Code

UNITS = cm.UnitTree([cm.Unit(code="TM", name="Tân Mai", kind="xã", level="commune")])
GIVEN = {"Mã hồ sơ": "1", "Đơn vị": "TM", "Trạng thái": "10", "Ngày tiếp nhận": "01/06/2021"}


def on_time(row: Mapping[str, str], *, end: str = "result", own: Mapping[str, str] | None = None) -> tuple[int | None, int | None]:
    parsed = read_rows("dossiers", [{**GIVEN, **row}], units=UNITS, own={"headings": own or {}})
    assert parsed.usable, [p.text("en") for p in parsed.problems]
    year, rules = cm.Period.parse("2021"), cm.Rules.preset("default").model_copy(update={"id": "own", "end": end})
    counted = cm.tally({"dossiers": parsed.columns}, periods=[year], rules=rules, calendar=cm.Calendar.official(), as_of=year.last)
    found = cm.measure(counted, units=UNITS)["resolved_on_time", "TM"]
    return found.numerator, found.denominator


@pytest.mark.parametrize("heading", ["Ngày có kết quả", "Ngày duyệt", "Ngày kết thúc"])
@pytest.mark.parametrize(("end", "numerator"), [("result", 1), ("approval", 1), ("hand_over", 0)])
def test_the_result_ends_a_dossier_and_the_citizen_may_fetch_it_late(heading: str, end: str, numerator: int) -> None:
    row = {"Ngày hẹn trả": "12/06/2021", heading: "10/06/2021", "Ngày trả kết quả": "15/06/2021"}
    assert on_time(row, end=end) == (numerator, 1)


@pytest.mark.parametrize(("end", "numerator"), [("result", 0), ("approval", 1), ("hand_over", 0)])
def test_the_result_wins_over_its_approval_unless_the_rules_say_so(end: str, numerator: int) -> None:
    row = {"Hạn trả": "12/06/2021", "Ngày duyệt": "10/06/2021", "Ngày kết thúc": "14/06/2021", "Ngày trả kết quả": "15/06/2021"}
    assert on_time(row, end=end) == (numerator, 1)


@pytest.mark.parametrize("actual", ["Trả thực tế", "Ngày thực trả", "Ngày trả thực tế"])
@pytest.mark.parametrize("due", [{"Hạn trả": "05/06/2021"}, {}])
def test_a_heading_that_can_be_two_dates_is_asked_for(actual: str, due: dict[str, str]) -> None:
    row = {**due, "Ngày trả": "05/06/2021", actual: "20/06/2021"}
    parsed = read_rows("dossiers", [{**GIVEN, **row}])
    [problem] = [p for p in parsed.problems if p.code.severity == "error"]
    assert (parsed.usable, problem.code, problem.column) == (False, Code.AMBIGUOUS_HEADING, "Ngày trả")
    for text in (problem.text("vi"), problem.text("en")):
        assert f"«{actual}»" in text
        assert '"Ngày trả" = "returned_at"' in text
        assert '"Ngày trả" = "due_at"' in text
    assert on_time(row, own={"Ngày trả": "" if due else "due_at"}) == (0, 1)
    assert on_time({**row, "Hạn trả": "05/06/2021"}, own={"Ngày trả": "returned_at", actual: ""}) == (1, 1)


def test_no_heading_is_suggested_for_a_column_that_is_filled() -> None:
    parsed = read_rows("dossiers", [{**GIVEN, "Ngày trả kết quả": "15/06/2021", "Ngày trả kết quảa": "x", "Mã TTHCC": "1"}])
    fixes = {p.column: p.fix_en for p in parsed.problems if p.code is Code.UNKNOWN_HEADING}
    assert "Ngày trả" not in fixes["Ngày trả kết quảa"]
    assert fixes["Mã TTHCC"] == "; did you mean «Mã TTHC»?"
