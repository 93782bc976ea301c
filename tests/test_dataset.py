"""The front door: a dataset in memory answers as the same records in a folder do, in one part or many, and never surprises."""

from __future__ import annotations

import csv
import dataclasses
import inspect
import io
import json
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.folders import EXAMPLE, SMALL, small
from tests.test_cli_dossiers import DOSSIERS, PROCEDURES

import cchc_metrics as cm
from cchc_metrics import testing
from cchc_metrics.dataset import Dataset
from cchc_metrics.errors import CchcError, InputError
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.read.rows import read_rows
from cchc_metrics.read.sources import TableLike
from cchc_metrics.records.codes import Code
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.report.json_report import report_json
from cchc_metrics.scan import scan_tables
from cchc_metrics.values import Measure, Scale, Status

EVENTS = "Mã hồ sơ,Loại sự kiện,Thời điểm,Ngày hẹn trả\n1,yêu cầu bổ sung,02/03/2021,\n1,đã bổ sung,04/03/2021,\n"
UNITS = cm.UnitTree(
    [
        cm.Unit(code="TM", name="Tháp Mười", kind="huyện", level="district"),
        cm.Unit(code="TM.01", name="Mỹ An", kind="thị trấn", level="commune", parent="TM"),
        cm.Unit(code="TM.02", name="Mỹ Quý", kind="xã", level="commune", parent="TM"),
    ]
)
YEAR = cm.Period.parse("2021")
AS_OF = date(2022, 1, 31)


def rows_of_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def numbers(data: Dataset, period: str = "2021") -> list[tuple[Any, ...]]:
    return [(m.key, m.status, m.numerator, m.denominator, dict(m.excluded)) for m in data.measures(period)]


def in_memory(**changes: TableLike) -> Dataset:
    tables: dict[str, TableLike] = {name.removesuffix(".csv"): rows_of_csv(SMALL[name]) for name in ("dossiers.csv", "meetings.csv")}
    return Dataset(UNITS, as_of=AS_OF, period="2021", tables={**tables, **changes})


def test_memory_says_what_the_folder_says(tmp_path: Path) -> None:
    folder = read_folder(small(tmp_path))
    assert numbers(in_memory()) == numbers(folder)
    # Where the figures come from follows them, and is not the same.
    one, other = (report_json(data.report()).partition('\n "provenance"')[0] for data in (in_memory(), folder))
    assert one == other


@pytest.mark.parametrize(
    "how",
    [
        lambda rows: rows,
        iter,
        lambda rows: {name: [row[name] for row in rows] for name in rows[0]},
        lambda rows: read_rows("dossiers", rows, units=UNITS),
        lambda rows: read_rows("dossiers", rows, units=UNITS).columns,
        lambda rows: [read_rows("dossiers", rows[:1], units=UNITS), read_rows("dossiers", rows[1:], units=UNITS)],
        lambda rows: (read_rows("dossiers", [row], units=UNITS).columns for row in rows),
        pa.Table.from_pylist,
        lambda rows: [pa.Table.from_pylist(rows[:2]), pa.Table.from_pylist(rows[2:])],
    ],
    ids=["rows", "iterator", "columns of cells", "parsed", "columns", "two parts", "a part a row", "arrow", "arrow in parts"],
)
def test_a_table_comes_in_any_shape(how: Any) -> None:
    rows = rows_of_csv(SMALL["dossiers.csv"])
    assert numbers(in_memory(dossiers=how(rows))) == numbers(in_memory())


@pytest.mark.parametrize("how", [pa.Table.from_pylist, lambda rows: read_rows("dossiers", rows, units=UNITS).columns])
def test_an_id_that_two_parts_in_memory_have_counts_once(how: Any) -> None:
    row = {"Mã hồ sơ": "1", "Đơn vị": "TM.01", "Trạng thái": "đang xử lý", "Ngày tiếp nhận": "01/03/2021"}
    other = row | {"Mã hồ sơ": "2"}
    data = Dataset(units=UNITS, dossiers=[how([row, other]), how([row])])
    assert len(data.columns("dossiers")) == 2
    assert data.problems.by_code() == {Code.DUPLICATE_IDENTICAL: 1}
    contradicted = Dataset(units=UNITS, dossiers=[how([row, other]), how([row | {"Ngày tiếp nhận": "02/03/2021"}])])
    assert len(contradicted.columns("dossiers")) == 1
    assert contradicted.problems.by_code() == {Code.DUPLICATE_CONFLICTING: 2}


@pytest.mark.parametrize("periods", [(None,), ("2021", 5), (["2021", 5],), ([["2021"]],), ("no",)])
def test_each_of_several_periods_is_checked(periods: tuple[Any, ...]) -> None:
    with pytest.raises(CchcError, match="period"):
        in_memory().measures(*periods)


def test_periods_may_be_a_list() -> None:
    data = in_memory()
    assert list(data.measures(["2021", "2021-Q1"])) == list(data.measures("2021", "2021-Q1"))


def test_a_row_of_a_table_of_units_may_have_empty_cells() -> None:
    row = {
        "code": "TM",
        "name": "Tháp Mười",
        "kind": "huyện",
        "level": "district",
        "parent": "",
        "valid_from": None,
        "valid_to": float("nan"),
    }
    assert Dataset(units=[row]).units.unit("TM").valid_from is None


def test_records_are_a_table_too() -> None:
    """A record has every column, so what the table did not say is unknown and not without data; the counts are the same."""
    records = list(read_rows("dossiers", rows_of_csv(SMALL["dossiers.csv"]), units=UNITS).columns.records())
    found, expected = (data.measures("2021").get("resolved_on_time", "TM", YEAR) for data in (in_memory(dossiers=records), in_memory()))
    assert found == expected


DRAWN = {
    "dossiers": testing.dossiers(units=UNITS.codes),
    "documents": testing.documents(units=UNITS.codes),
    "meetings": testing.meetings(units=UNITS.codes),
    "surveys": testing.survey_answers(units=UNITS.codes),
    "petitions": testing.petitions(units=UNITS.codes),
    "assigned_tasks": testing.assigned_tasks(units=UNITS.codes),
    "inspections": testing.inspections(units=UNITS.codes),
    "periodic_reports": testing.periodic_reports(units=UNITS.codes),
    "legal_documents": testing.legal_documents(units=UNITS.codes),
}


@pytest.mark.parametrize("kind", DRAWN)
@given(data=st.data())
def test_any_cut_of_a_table_into_parts_gives_the_same(kind: str, data: st.DataObject) -> None:
    columns = cm.columns_of(KINDS[kind].model, data.draw(st.lists(DRAWN[kind], max_size=8)))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(columns)), max_size=3)))
    edges = [0, *cuts, len(columns)]
    parts = [columns.part(first, last) for first, last in pairwise(edges)]
    whole = Dataset(UNITS, as_of=date(2022, 6, 30), tables={kind: columns})
    cut = Dataset(UNITS, as_of=date(2022, 6, 30), tables={kind: parts})
    assert cut.tally(["2021", "2022-03"]) == whole.tally(["2021", "2022-03"])
    assert cut.columns(kind).row_numbers().tolist() == whole.columns(kind).row_numbers().tolist() or not len(columns)


def test_procedures_and_events_are_joined_in_memory_as_in_the_command(tmp_path: Path) -> None:
    folder = read_folder(small(tmp_path, dossiers_csv=DOSSIERS, procedures_csv=PROCEDURES, dossier_events_csv=EVENTS))
    tables = {name: rows_of_csv(text) for name, text in (("dossiers", DOSSIERS), ("procedures", PROCEDURES), ("dossier_events", EVENTS))}
    memory = Dataset(UNITS, as_of=AS_OF, tables={**tables, "meetings": rows_of_csv(SMALL["meetings.csv"])})
    assert numbers(memory) == numbers(folder)
    alone = Dataset(UNITS, as_of=AS_OF, tables={"dossiers": tables["dossiers"], "meetings": rows_of_csv(SMALL["meetings.csv"])})
    assert numbers(alone) != numbers(folder)


def test_bad_rows_are_problems_of_the_dataset() -> None:
    rows = [*rows_of_csv(SMALL["dossiers.csv"]), {"Mã hồ sơ": "9", "Đơn vị": "TM.09", "Trạng thái": "9", "Ngày tiếp nhận": "30/02/2021"}]
    data = in_memory(dossiers=rows)
    assert (data.problems.read, data.problems.rejected) == (7, 1)
    assert {Code.IMPOSSIBLE_DATE, Code.UNKNOWN_UNIT} <= set(data.problems.by_code())
    assert numbers(data) == numbers(in_memory())
    assert data.report().problems == data.problems


def test_it_does_not_change() -> None:
    data = in_memory()
    with pytest.raises(dataclasses.FrozenInstanceError):
        data.rules = cm.Rules.preset("form06")  # type: ignore[misc]
    other = data.replace(rules="form06", period="2021-Q1", as_of=date(2021, 3, 31))
    assert (data.rules.id, other.rules.id, other.period and other.period.label) == ("default", "form06", "2021-Q1")
    assert data.report().period.label == "2021"
    assert other.report().period.label == "2021-Q1"


def test_it_prints_itself() -> None:
    assert repr(in_memory()).splitlines() == [
        "huyện Tháp Mười (TM) · 31/01/2022",
        "  dossiers                   4",
        "  meetings                   2",
        "  đọc 6 dòng = 6 hợp lệ + 0 bị loại; quy tắc default",
    ]
    assert "<td>dossiers</td>" in in_memory()._repr_html_()
    assert "dossiers.csv" in repr(read_folder(EXAMPLE))


def wrong(table: Any) -> dict[str, Any]:
    return {"dossiers": table}


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Dataset(UNITS, dossier=[]), "there is no kind «dossier»; did you mean «dossiers»?"),
        (lambda: Dataset(UNITS, tables=wrong("dossiers.csv")), "dossiers: no table can be read from «str»"),
        (lambda: Dataset(UNITS, tables=wrong(5)), "dossiers: no table can be read from «int»"),
        (lambda: Dataset(UNITS, tables=wrong([5])), "dossiers: no table can be read from «int»"),
        (lambda: Dataset(UNITS, dossiers=read_rows("meetings", [])), "dossiers: the columns are of Meeting, not of Dossier"),
        (lambda: Dataset(UNITS, unit="TN"), "TN"),
        (lambda: Dataset(UNITS, rules="formo6"), "did you mean «form06»?"),
        (lambda: in_memory().replace(rule="form06"), "a dataset has no «rule»; did you mean «rules»?"),
        (lambda: in_memory().columns("dossier"), "there is no table «dossier»; did you mean «dossiers»?"),
        (lambda: Dataset(UNITS, dossiers=[]).report(), "no period is named"),
        (lambda: in_memory().report("2023"), "period 2023 has not begun"),
        (lambda: in_memory().assessments(), "there is no plan"),
        (lambda: in_memory().scores(), "there is no scheme"),
        (lambda: in_memory().explain("resolved_ontime"), "did you mean «resolved_on_time»?"),
        (lambda: in_memory().explain("resolved_on_time", chanel="online"), "did you mean «channel»?"),
        (lambda: in_memory().explain("resolved_on_time", "TM.1"), "did you mean «TM.01»?"),
        (
            lambda: Dataset([{"code": "A", "name": "A", "level": "district"}, {"code": "B", "name": "B", "level": "district"}]),
            "several roots",
        ),
    ],
)
def test_what_cannot_be_is_one_error_with_the_fix(make: Any, says: str) -> None:
    with pytest.raises(CchcError) as raised:
        make()
    assert says in raised.value.en
    assert raised.value.vi != raised.value.en


ACCEPTED = [("workers", 5), ("suppress_below", 5)]
SETTINGS = [name for name in inspect.signature(Dataset.__init__).parameters if name not in ("self", "kinds", "tables")]


@pytest.mark.parametrize("given", [5, "zz", [1], b"x"], ids=repr)
@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_of_another_type_is_an_error_where_it_is_given(name: str, given: Any) -> None:
    """Or it is understood, and then every question can be asked: what is kept now and fails later blames nobody."""
    whole = Dataset(UNITS)
    ways: tuple[Callable[[], Dataset], ...] = (
        lambda: Dataset(**{"units": UNITS, name: given}),
        lambda: whole.replace(**{name: given}),
    )
    for make in ways:
        try:
            data = make()
        except CchcError as error:
            assert error.en
            continue
        assert (name, given) in ACCEPTED
        assert data.measures("2021")


def test_settings_are_understood_alike_where_they_are_given_and_replaced() -> None:
    earlier = Measure("resolved_on_time", "TM", cm.Period.parse("2020"), (), date(2021, 1, 31), Status.OK, 9, 10, Scale.PERCENT)
    given: dict[str, Any] = {"rules": "form06", "period": "2021", "as_of": "2021-12-31", "calendar": None, "catalogue": None}
    made, changed = Dataset(UNITS, baseline=iter([earlier]), **given), Dataset(UNITS).replace(baseline=[earlier], **given)
    for data in (made, changed):
        assert (data.rules, data.period, data.as_of) == (cm.Rules.preset("form06"), YEAR, date(2021, 12, 31))
        for _ in range(2):  # what can be gone through but once is kept
            found = data.deltas()["resolved_on_time", "TM"].baseline
            assert found is not None
            assert found.numerator == 9


def test_every_question_has_its_answer() -> None:
    data = read_folder(EXAMPLE, scheme="district_example")
    assert len(data.measures("2021", "2020")) == len(data.measures("2021")) + len(data.measures("2020"))
    assert len(data.deltas("2021")) == len(data.measures("2021"))
    assert data.assessments("2022").get("a") is None
    assert set(data.scores("2021")) == {"H20.38"}
    assert data.replace(rules="form06").form06("2021").check() == []
    assert data.explain("electronic_exchange", period="2021").adds_up
    assert data.quality() == cm.Problems()
    assert not data.problems


def test_a_report_is_saved_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = in_memory().report()
    report.save(tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"report.txt", "report.md", "report.json", "problems.csv"}
    assert (tmp_path / "out" / "report.txt").read_text(encoding="utf-8") == report.text() == str(report)
    before = (tmp_path / "out" / "report.txt").read_bytes()
    with pytest.raises(InputError, match="did you mean «json»"):
        report.save(tmp_path / "out", formats=["jsn"])

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InputError, match="the disk is full"):
        in_memory().report("2020").save(tmp_path / "out", formats=["txt"])
    assert (tmp_path / "out" / "report.txt").read_bytes() == before
    assert not [path for path in (tmp_path / "out").iterdir() if ".part" in path.name]


def test_a_column_of_dates_that_nobody_uses_marks_the_values_of_its_table() -> None:
    rows = [{**row, "Ngày ký nháy": "02/03/2021"} for row in rows_of_csv(SMALL["dossiers.csv"])]
    data = in_memory(dossiers=rows)
    found, other = (data.measures("2021")[name, "TM"] for name in ("resolved_on_time", "paperless_meetings"))
    plain = in_memory().measures("2021")["resolved_on_time", "TM"]
    assert (found.status, found.value, found.reason.en) == (
        plain.status,
        plain.value,
        "the table has columns of dates that are not used: «Ngày ký nháy»",
    )
    assert not other.reason.en
    assert data.problems.count(Code.UNUSED_DATE_COLUMN) == 1
    item = next(m for m in json.loads(report_json(data.report()))["measures"] if m["indicator"] == "resolved_on_time")
    assert "«Ngày ký nháy»" in item["reason"]


def test_a_report_reads_the_tables_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also with a scheme and a baseline period of its own: scores are made of the values that the report has."""
    data = read_folder(EXAMPLE, scheme="district_example", period="2021")
    scans: list[object] = []

    def scan(*arguments: Any, **options: Any) -> Any:
        scans.append(options["periods"])
        return scan_tables(*arguments, **options)

    monkeypatch.setattr("cchc_metrics.counted_tables.scan_tables", scan)
    report = data.report(baseline_period="2019")
    assert report.scorecards
    assert report.baseline_period.label == "2019"
    assert not report.problems
    assert len(scans) == 1
