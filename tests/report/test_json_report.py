"""``report.json``: its shape, which ``docs/report-json.md`` describes, and that every value in it follows from the counts beside it."""

from __future__ import annotations

import json
import re
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from tests.folders import ROOT, SMALL, example_json, example_report, small

from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.read.baseline import read_baseline
from cchc_metrics.records.codes import Code
from cchc_metrics.reference.period import Period
from cchc_metrics.report.json_report import SCHEMA_VERSION, report_json
from cchc_metrics.report.json_shape import SHAPES, AssessmentItem, DeltaItem, MeasureItem, ReportFile
from cchc_metrics.tables.numbers import format_decimal_exact
from cchc_metrics.values import Scale, Status
from cchc_metrics.verbs.assess import Verdict


def no_float(text: str) -> float:
    raise AssertionError(f"{text} is a float: it has lost the digits that a reader would round by")


def loaded(text: str) -> Any:
    return json.loads(text, parse_float=no_float, parse_constant=no_float)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A folder with rejected rows, a warning and rates of nothing."""
    table = SMALL["dossiers.csv"] + "5,TM.09,9,01/03/2021,05/03/2021,05/03/2021\n6,TM,9,30/02/2021,,\n"
    return small(tmp_path, dossiers_csv=table, meetings_csv=SMALL["meetings.csv"].split("\n")[0] + "\n")


# --- Its shape


def test_the_example_has_the_shape() -> None:
    ReportFile.model_validate(loaded(report_json(example_report())))
    ReportFile.model_validate(loaded(report_json(example_report(), "en")))


def test_a_folder_with_problems_has_the_shape(bad: Path) -> None:
    data = loaded(report_json(read_folder(bad).report()))
    ReportFile.model_validate(data)
    assert data["problems"]["totals"] == {"impossible_date": 1, "unknown_unit": 1, "empty_table": 1}
    assert {p["code"] for p in data["problems"]["examples"]} <= {code.value for code in Code}
    assert data["assessments"] == []


def test_the_shape_refuses_another() -> None:
    data = loaded(report_json(example_report()))
    del data["measures"][7]["denominator"]
    with pytest.raises(ValueError, match=r"measures\[8\]\.denominator"):
        ReportFile.model_validate(data)


def test_the_shape_has_the_closed_lists_of_the_library() -> None:
    """So that a status or verdict that is added is added to the contract too."""
    of = {name: set(SHAPES[name].model_json_schema()["properties"][key]["enum"]) for name, key in (("measures", "scale"),)}
    assert of["measures"] == {scale.value for scale in Scale}
    assert set(AssessmentItem.model_json_schema()["properties"]["verdict"]["enum"]) == {verdict.value for verdict in Verdict}
    statuses = MeasureItem.model_json_schema()["properties"]["status"]["enum"]
    changes = DeltaItem.model_json_schema()["properties"]["status"]["enum"]
    # A definition that did not apply is left out; only a comparison can fail to be one.
    assert {*statuses, "not_applicable", "not_comparable"} == {*changes, "not_applicable"} == {status.value for status in Status}


def test_every_key_is_on_the_page_about_it() -> None:
    page = (ROOT / "docs" / "report-json.md").read_text(encoding="utf-8")
    reported = set(re.findall(r"`([a-z_0-9]+)`", page))
    assert {key for shape in SHAPES.values() for key in shape.model_fields} - reported == set()


def test_the_head() -> None:
    data = example_json()
    assert (data["schema_version"], data["as_of"], data["rules"]) == (SCHEMA_VERSION, "2022-03-31", "default")
    assert data["district"] == {"code": "H20.38", "name": "huyện Tháp Mười", "level": "district", "synthetic": True}
    assert data["period"] == {"label": "2021", "first": "2021-01-01", "last": "2021-12-31", "regime": "calendar"}
    assert data["baseline_period"]["label"] == "2020"
    assert data["calendar"] == example_report().calendar


# --- Every value follows from the counts beside it


def test_every_value_follows_from_its_counts() -> None:
    catalogue = default_catalogue()
    seen = 0
    for item in example_json()["measures"]:
        if item["value"] is None or catalogue[item["indicator"]].quantile:
            continue
        factor = 100 if item["scale"] == "percent" else 1
        exact = Fraction(item["numerator"] * factor, 1 if item["denominator"] is None else item["denominator"])
        assert item["value"] == format_decimal_exact(exact)
        assert (item["denominator"] is None) is (item["scale"] == "count")
        seen += 1
    assert seen > 1000


def test_a_value_stands_exactly_where_the_status_allows_one() -> None:
    for item in example_json()["measures"]:
        assert (item["value"] is not None) is (item["status"] in ("ok", "estimated", "period_open"))
        assert bool(item["reason"]) is (item["status"] != "ok")
        if item["numerator"] is None or item["status"] == "no_data":  # counts are kept where no row says what is asked: 0 of so many
            assert item["status"] == "no_data"
            assert not item["numerator"]
        if item["value"] is None:
            assert item["text"].startswith("không có số liệu")
        if item["status"] == "zero_denominator":
            assert item["denominator"] == 0


def test_every_change_is_between_two_values_that_stand_there() -> None:
    measures = {(m["indicator"], m["unit"], m["period"], str(m["breakdown"])): m for m in example_json()["measures"]}
    seen = 0
    for item in example_json()["deltas"]:
        now = measures[item["indicator"], item["unit"], item["period"], str(item["breakdown"])]
        assert item["current"] == now["value"]
        if item["baseline_period"] is None:
            assert item["difference"] is None
            continue
        before = measures[item["indicator"], item["unit"], item["baseline_period"], str(item["breakdown"])]
        assert item["baseline"] == before["value"]
        assert (item["difference"] is None) is (now["value"] is None or before["value"] is None)
        if item["difference"] is not None:
            # Each of the three was rounded at its tenth digit.
            assert abs(Fraction(item["difference"]) - (Fraction(now["value"]) - Fraction(before["value"]))) <= Fraction(3, 2 * 10**10)
            seen += 1
    assert seen > 700


def test_a_report_is_a_baseline_without_loss() -> None:
    """Values made again from the file are the values that were written, medians included."""
    report = example_report()
    again = read_baseline(example_json(), report.catalogue)
    seen = 0
    for measure in report.measures:
        found = again.get(measure.indicator, measure.unit, measure.period, measure.breakdown)
        if measure.status is Status.NOT_APPLICABLE:
            assert found is None
            continue
        assert found is not None
        assert (found.numerator, found.denominator, found.value) == (measure.numerator, measure.denominator, measure.value)
        seen += 1
    assert seen == len(example_json()["measures"])


def test_languages_differ_in_words_only() -> None:
    def wordless(value: Any) -> Any:
        if isinstance(value, dict):
            words = ("text", "reason", "sentence", "name", "lang", "report_sha256")  # which is of the words, too
            return {key: wordless(v) for key, v in value.items() if key not in words}
        return [wordless(v) for v in value] if isinstance(value, list) else value

    english = loaded(report_json(example_report(), "en"))
    assert wordless(english) == wordless(example_json())
    assert english["measures"] != example_json()["measures"]


def test_only_periods_that_were_read_for_a_reason_are_there() -> None:
    """The period, its baseline, and what the plan of 2022 looks at."""
    assert {m["period"] for m in example_json()["measures"]} == {"2021", "2020", "2022", "2022-Q1"}
    assert {Period.parse(m["period"]).first <= date(2022, 3, 31) for m in example_json()["measures"]} == {True}
    assert {d["period"] for d in example_json()["deltas"]} == {"2021"}


def test_letters_are_written_as_they_are() -> None:
    text = report_json(example_report())
    assert "huyện Tháp Mười" in text
    assert "\\u" not in text
    assert text.endswith("}\n")
