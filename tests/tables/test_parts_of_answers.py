"""Some rows of an answer table: what is said of the whole stays that of the whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from tests.folders import EXAMPLE

import cchc_metrics as cm
from cchc_metrics.errors import CchcError
from cchc_metrics.provenance.verify import ReportDifference, Verification
from cchc_metrics.reference.period import Period
from cchc_metrics.snapshot.changes import FigureChange, FigureChanges
from cchc_metrics.values import Measure, Scale, Status, Text


@cache
def example() -> cm.Dataset:
    return cm.read_folder(EXAMPLE)


def test_the_sum_below_contributions_is_that_of_the_whole_and_says_what_is_not_shown() -> None:
    found = example().contributions("field", "resolved_on_time", period="2021")
    whole = example().deltas("2021")["resolved_on_time", "H20.38"].difference
    (said,) = [line for line in str(found).splitlines() if line.startswith("Cộng: ")]
    parts = (found.head(3), found.filter(group=[row.group for row in found.rows[2:4]]), found.head(9).head(1))
    for part in parts:
        lines = part.to_text(rows=None).splitlines()
        assert said in lines
        (others,) = [line for line in lines if "nhóm không hiện ở đây" in line]
        assert others.startswith(f"{len(found) - len(part)} nhóm")
        assert said in part.to_markdown()
        assert "groups that are not shown" in part.to_text("en")
        assert part.change == found.change == whole != sum((row.total for row in part), Fraction(0))
    assert "không hiện" not in str(found) + str(found.filter(indicator="resolved_on_time"))
    assert found.head(0).change == 0
    assert "Cộng" not in str(found.head(0))


def test_one_whole_of_several_keeps_its_own_sum() -> None:
    found = example().deltas("2021").contributions("unit")
    for name in ("resolved_on_time", "dossiers_received"):
        own = found.filter(indicator=name, unit="H20.38", level=None)
        assert own.head(2).change == own.change == example().deltas("2021")[name, "H20.38"].difference


def test_the_picture_of_some_groups_has_the_values_of_the_whole() -> None:
    pytest.importorskip("matplotlib")
    found = example().contributions("field", "resolved_on_time", period="2021")
    delta = example().deltas("2021")["resolved_on_time", "H20.38"]
    assert delta.baseline is not None
    assert delta.current.value is not None
    assert delta.baseline.value is not None
    axes = found.head(2).plot().axes[0]
    whole = [float(line.get_xdata()[0]) for line in axes.lines if line.get_gid() == "whole"]  # type: ignore[index,arg-type]
    assert whole == [float(delta.baseline.value), float(delta.current.value)]


def test_a_verdict_is_of_all_differences() -> None:
    one = ReportDifference("measures", "x", "value", "1", "2", Text("?", "?"), unexplained=True)
    found = Verification((one, replace(one, part="deltas")), 7)
    for part in (found.filter(part="plan"), found.head(1), found.head(0).head(1)):
        assert (part.equal, part.unexplained, part.verdict) == (False, 2, found.verdict)
        assert str(part).startswith("Khác: 2 chỗ")
    assert Verification((), 7).head(1).equal


def test_how_many_figures_changed_is_of_all() -> None:
    then = Measure("x", "TM", Period.parse("2021"), (), date(2022, 1, 1), Status.OK, 1, None, Scale.COUNT)
    items = tuple(FigureChange(then, replace(then, unit=unit, numerator=2), "changed") for unit in "ABC")
    found = FigureChanges(items, 9)
    for part in (found.head(1), found.filter(unit="none"), found.head(2).head(1)):
        assert "9 figures compared: 3 are others today" in part.to_text("en")


def test_a_form_of_some_rows_has_the_totals_of_the_form(tmp_path: Path) -> None:
    form = example().form06("2021")
    fields = [row.field for row in form if row.field is not None and row.level == "commune"]
    part = form.filter(field=[fields[0], None])
    part.to_excel(tmp_path / "f.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "f.xlsx").active
    lines = [row for row in range(1, sheet.max_row + 1) if str(sheet.cell(row, 2).value).startswith("Cộng ")]
    totals = [row for row in part if row.field is None and row.level]
    for line, total in zip(lines, totals, strict=True):
        shown = sum(row.total for row in part if row.level == total.level and row.field is not None)
        assert shown != total.total
        assert sheet.cell(line, 3).value == total.total  # no formula, which would give what is shown
    form.head(0).to_excel(tmp_path / "none.xlsx")  # no row, no total, no note of one
    assert form.head(3).sheet().cells


WRONG = {
    "a status": ({"status": "okk"}, "status cannot be «okk»; did you mean «ok»?"),
    "one of several": ({"status": ["ok", "estimate"]}, "did you mean «estimated»?"),
    "no text at all": ({"status": 3}, "status cannot be «3»; there are: ok, entered"),
    "a unit": ({"unit": "H20.38.1"}, "did you mean «H20.38.1"),
    "an indicator": ({"indicator": "resolved_ontime"}, "did you mean «resolved_on_time»?"),
    "a label": ({"channel": "onlin"}, "did you mean «online»?"),
    "a level": ({"level": "communes"}, "did you mean «commune»?"),
    "a scale": ({"scale": "percents"}, "did you mean «percent»?"),
    "a label of a breakdown": ({"breakdown": {"channel": "onlin"}}, "did you mean «online»?"),
    "a dimension": ({"breakdown": {"chanel": "online"}}, "did you mean «channel»?"),
    "a period": ({"period": "20211"}, "20211"),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("name", ["measures", "deltas"])
def test_what_no_row_could_have_is_refused_and_the_nearest_is_named(name: str, case: tuple[dict[str, object], str]) -> None:
    asked, said = case
    table = example().measures("2021") if name == "measures" else example().deltas("2021")
    for part in (table, table.head(1), table.head(0)):
        with pytest.raises(CchcError) as caught:
            part.filter(**asked)
        assert said in str(caught.value)


LEGAL: dict[str, dict[str, object]] = {
    "a status": {"status": "not_applicable"},
    "a level": {"level": "province"},
    "a label": {"channel": "postal"},
    "an indicator of the catalogue": {"indicator": "staff_trained"},
    "a period": {"period": "2035"},
    "a unit": {"unit": "H20.38.01", "level": "district"},
}


@pytest.mark.parametrize("asked", LEGAL.values(), ids=LEGAL)
def test_what_a_row_could_have_and_none_has_gives_an_empty_table(asked: dict[str, object]) -> None:
    assert len(example().measures("2021").head(0).filter(**asked)) == 0


def test_other_tables_know_their_closed_lists() -> None:
    data = example()
    with pytest.raises(CchcError, match="did you mean «unknown_code»"):
        data.problems.filter(code="unknown_cod")
    assert len(data.problems.filter(code="unknown_code", severity="error")) == 0
    found = data.contributions("field", "resolved_on_time", period="2021")
    with pytest.raises(CchcError, match="unit cannot be «nobody»"):
        found.filter(unit="nobody")
    why = data.explain("resolved_on_time", "H20.38", "2021")
    with pytest.raises(CchcError, match="did you mean «numerator»"):
        why.filter(part="numerators")
    assessed = data.assessments("2021")
    with pytest.raises(CchcError, match="verdict cannot be «mett»"):
        assessed.filter(verdict="mett")
