"""Small counts are suppressed alike through every door: what is hidden in one format is hidden in all, and what shows rows is refused."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import click
import docx
import openpyxl
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from click.testing import CliRunner, Result
from tests.folders import small
from tests.plots.test_pictures import drawn

from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.cli import main
from cchc_metrics.dataset import Dataset
from cchc_metrics.errors import CchcError, InputError
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.read.baseline import read_baseline
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.report.content import report_page
from cchc_metrics.report.files import FORMATS
from cchc_metrics.report.json_report import report_json
from cchc_metrics.report.json_shape import ReportFile
from cchc_metrics.report.model import Report
from cchc_metrics.report.page import Page
from cchc_metrics.score.inputs import load_scores
from cchc_metrics.tables.listing import NOT_SHOWN
from cchc_metrics.text import Lang
from cchc_metrics.values import Scale, Status
from cchc_metrics.verbs.measures import Measures

BELOW = 5
SECRETS = ("31/02/2021", "XYZ-CANARY")
"""A cell that cannot be read, and the id of a row that cannot be used."""
COUNTS = {  # unit, channel → received in 2020, in 2021, of these late
    ("TM", "Trực tiếp"): ((30, 1), (40, 6)),
    ("TM", "Bưu chính công ích"): ((2, 0), (12, 0)),
    ("TM.01", "Trực tiếp"): ((20, 0), (25, 2)),
    ("TM.01", "Bưu chính công ích"): ((9, 0), (3, 0)),
    ("TM.02", "Trực tiếp"): ((15, 0), (18, 0)),
    ("TM.02", "Bưu chính công ích"): ((8, 0), (7, 1)),
    ("TM.03", "Trực tiếp"): ((25, 7), (30, 9)),
    ("TM.03", "Bưu chính công ích"): ((20, 0), (31, 0)),
}
UNITS = "code,name,kind,level,parent\nTM,Tháp Mười,huyện,district,\n" + "".join(f"TM.0{n},Xã {n},xã,commune,TM\n" for n in (1, 2, 3))
RECEIVED = sum(received for _, (received, _) in COUNTS.values())
PLAN = """
number = "1/KH-UBND"
issued_on = 2020-12-31
issuer = "UBND"
year = 2021
[[targets]]
id = "on-time"
indicator = "resolved_on_time"
value = 80
[[targets]]
id = "hidden"
indicator = "paperless_meetings"
value = 50
[[targets]]
id = "grows"
indicator = "dossiers_postal"
unit = "TM"
level = "district"
against = "increase_percent"
value = 10
[[targets]]
id = "each"
indicator = "dossiers_postal"
units = ["TM.01", "TM.02"]
value = 5
"""
SCHEME = """
id = "own"
version = "1"
vi = "Bộ tiêu chí"
en = "Scheme"
source = "own"
max = 20
[indicators]
"1" = "resolved_on_time"
"2" = "paperless_meetings"
[[fields]]
id = "A"
vi = "Một"
en = "One"
max = 20
source = "own"
[[fields.criteria]]
id = "1"
vi = "Đúng hạn"
en = "On time"
max = 10
rule = { shape = "linear" }
[[fields.criteria]]
id = "2"
vi = "Họp"
en = "Meetings"
max = 10
rule = { shape = "linear" }
"""


def _dossiers() -> str:
    rows = ["Mã hồ sơ,Đơn vị,Hình thức tiếp nhận,Trạng thái,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc"]
    for (unit, channel), years in COUNTS.items():
        for year, (received, late) in zip((2020, 2021), years, strict=True):
            for n in range(received):
                ended = "09" if n < late else "04"
                rows.append(f"{unit}-{channel[-4:]}-{year}-{n},{unit},{channel},9,01/03/{year},05/03/{year},{ended}/03/{year}")
    rows.append(f"{SECRETS[1]},TM,Trực tiếp,9,{SECRETS[0]},05/03/2021,04/03/2021")
    return "\n".join(rows) + "\n"


def planted(folder: Path, **changes: str | None) -> Path:
    """Write a district of which some counts are small, with a row that cannot be read."""
    return small(folder, **{"units_csv": UNITS, "dossiers_csv": _dossiers(), "plan_toml": PLAN, "scheme_toml": SCHEME, **changes})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return planted(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def data(folder: Path) -> Dataset:
    return read_folder(folder, suppress_below=BELOW)


@pytest.fixture(scope="module")
def report(data: Dataset) -> Report:
    return data.report()


@pytest.fixture(scope="module")
def out(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("out")
    report.save(place, FORMATS)
    return place


Key = tuple[str, str, str, tuple[tuple[str, str], ...]]


def hidden_in(report: Report) -> set[Key]:
    return {found.key for found in report.measures if found.status is Status.SUPPRESSED}


# --- The same in every format


def test_what_is_small_is_hidden_and_the_rest_is_as_it_was(folder: Path, report: Report) -> None:
    whole = read_folder(folder).report()
    assert {m.key for m in whole.measures} == {m.key for m in report.measures}
    for before, found in zip(whole.measures, report.measures, strict=True):
        if found.status is not Status.SUPPRESSED:
            assert found == before
            assert [n for n in _counts(found) if 0 < n < BELOW] == [], found
        else:
            assert (found.numerator, found.denominator, found.value, found.excluded) == (None, None, None, {})
    hidden = hidden_in(report)
    assert ("dossiers_postal", "TM.01", "2021", ()) in hidden
    assert ("paperless_meetings", "TM", "2021", ()) in hidden
    assert ("dossiers_received", "TM", "2021", ()) not in hidden


def _counts(found: Any) -> Iterator[int]:
    yield from (n for n in (found.numerator, found.denominator, *found.excluded.values()) if n is not None)
    if found.scale is Scale.PERCENT and found.numerator is not None and found.denominator is not None:
        yield abs(found.denominator - found.numerator)


def test_no_total_less_what_is_shown_is_a_number_that_is_hidden(report: Report) -> None:
    """Of the parts of a shown whole none is hidden, or two are: units of a district and itself, and the channels of each."""
    found, checked = report.measures, 0
    channels = {b[0][1] for b in found.breakdowns if len(b) == 1 and b[0][0] == "channel"}
    for period in found.periods:
        for indicator in ("dossiers_received", "dossiers_postal", "dossiers_resolved"):
            wholes = [
                (
                    found.get(indicator, "TM", period),
                    [(unit, ()) for unit in ("TM.01", "TM.02", "TM.03")] + [("TM", (("level", "district"),))],
                )
            ]
            wholes += [(found.get(indicator, unit, period), [(unit, (("channel", c),)) for c in channels]) for unit in found.units]
            for whole, keys in wholes:
                parts = [part for unit, scope in keys if (part := found.get(indicator, unit, period, scope)) is not None]
                if whole is not None and whole.value is not None and parts:
                    checked += 1
                    assert sum(part.status is Status.SUPPRESSED for part in parts) != 1, (whole, parts)
    assert checked > 10


def _key(indicator: str, unit: str, period: str, **dims: str | None) -> Key:
    return indicator, unit, period, tuple(sorted((dim, label) for dim, label in dims.items() if label))


def _json_rows(out: Path) -> Iterator[tuple[Key, str, list[Any]]]:
    for item in json.loads((out / "report.json").read_text("utf-8"))["measures"]:
        key = _key(item["indicator"], item["unit"], item["period"], **item["breakdown"])
        yield key, item["status"], [item[name] for name in ("numerator", "denominator", "value")]


_NO_DIMS = {
    "indicator", "name", "unit", "unit_name", "period", "first_day", "last_day", "status", "numerator", "denominator", "value", "scale",
    "better", "reason", "excluded",
}  # fmt: skip


def _flat(rows: list[dict[str, Any]]) -> Iterator[tuple[Key, str, list[Any]]]:
    for row in rows:
        dims = {name: cell for name, cell in row.items() if name not in _NO_DIMS}
        numbers = [row[name] if row[name] != "" else None for name in ("numerator", "denominator", "value")]
        yield _key(row["indicator"], row["unit"], row["period"], **dims), row["status"], numbers


def _csv_rows(out: Path) -> Iterator[tuple[Key, str, list[Any]]]:
    return _flat(list(csv.DictReader(io.StringIO((out / "measures.csv").read_text("utf-8-sig")))))


def _parquet_rows(out: Path) -> Iterator[tuple[Key, str, list[Any]]]:
    return _flat(pq.read_table(out / "measures.parquet").to_pylist())


@pytest.mark.parametrize("rows", [_json_rows, _csv_rows, _parquet_rows])
def test_formats_for_programs_hide_the_same_rows(rows: Callable[[Path], Any], report: Report, out: Path) -> None:
    found = [row for row in rows(out) if row[1] == "suppressed"]
    assert {key for key, _, _ in found} == hidden_in(report)
    assert all(number is None for _, _, numbers in found for number in numbers)


def test_the_sheet_of_the_workbook_hides_as_many_rows(report: Report, out: Path) -> None:
    rows = list(openpyxl.load_workbook(out / "report.xlsx")["Số liệu"].iter_rows(values_only=True))
    head = [str(cell).lower() for cell in rows[0]]
    status, numbers = head.index("trạng thái"), [head.index(name) for name in ("tử số", "mẫu số", "giá trị")]
    found = [row for row in rows[1:] if row[status] == "không công bố vì số nhỏ"]
    assert len(found) == len(hidden_in(report))
    assert all(row[n] is None for row in found for n in numbers)


def _cells(page: Page) -> list[list[str]]:
    return [[cell.shown for cell in row.cells] for section in page.sections for table in section.tables for row in table.rows]


class _Html(HTMLParser):
    """The cells of the tables of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._in = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self._in = True

    def handle_endtag(self, tag: str) -> None:
        self._in &= tag not in ("td", "th", "tr")

    def handle_data(self, data: str) -> None:
        if self._in:
            self.rows[-1][-1] += data


def _html_marks(out: Path) -> int:
    parser = _Html()
    parser.feed((out / "report.html").read_text("utf-8"))
    return sum(cell.strip() == NOT_SHOWN for row in parser.rows for cell in row)


def _word_marks(out: Path) -> int:
    return sum(
        cell.text == NOT_SHOWN for table in docx.Document(str(out / "report.docx")).tables for row in table.rows for cell in row.cells
    )


def _sheet_marks(out: Path) -> int:
    return sum(
        cell == NOT_SHOWN
        for sheet in openpyxl.load_workbook(out / "report.xlsx").worksheets
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    )


def _markdown_marks(out: Path) -> int:
    lines = [line for line in (out / "report.md").read_text("utf-8").splitlines() if line.startswith("|")]
    return sum(cell.strip() == NOT_SHOWN for line in lines for cell in line.split("|"))


def _text_marks(out: Path) -> int:
    lines = (out / "report.txt").read_text("utf-8").splitlines()
    return sum(len(re.findall(rf"(?<=  ){NOT_SHOWN}(?=  |$)", line)) for line in lines)


@pytest.mark.parametrize("marks", [_html_marks, _word_marks, _sheet_marks, _markdown_marks, _text_marks])
def test_formats_for_people_mark_the_same_cells(marks: Callable[[Path], int], report: Report, out: Path) -> None:
    """Each makes its tables of the one page, whose cells say of which value they are."""
    sections = [section for section in report_page(report).sections if section.annex or marks is not _word_marks]  # which says it in words
    cells = [cell for section in sections for table in section.tables for row in table.rows for cell in row.cells]
    hidden = hidden_in(report)
    for cell in cells:
        if cell.about is not None:
            assert (cell.shown == NOT_SHOWN) == (cell.about in hidden), cell
    assert marks(out) == sum(cell.shown == NOT_SHOWN for cell in cells) > 0


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_it_is_said_what_the_mark_means(lang: Lang, report: Report) -> None:
    page = report_page(report, lang)
    said = {"vi": f"số nhỏ hơn {BELOW}", "en": f"a number below {BELOW}"}[lang]
    assert any(said in line and NOT_SHOWN in line for line in page.lines)
    for section in page.sections:
        for table in section.tables:
            if table.id in ("headlines", "indicators", "units") and any(
                NOT_SHOWN in row for row in _cells(replace(page, sections=(section,)))
            ):
                assert any(said in note for note in table.notes), table.id


def test_no_file_says_a_row_or_how_many_there_are(folder: Path, out: Path) -> None:
    for path in out.iterdir():
        if path.suffix not in (".xlsx", ".docx", ".parquet"):
            text = path.read_text("utf-8")
            assert [secret for secret in SECRETS if secret in text] == [], path.name
    made = json.loads((out / "report.json").read_text("utf-8"))
    assert made["problems"]["read"] is made["problems"]["rejected"] is None
    assert set(made["problems"]["totals"].values()) == {None}
    assert made["provenance"]["suppress_below"] == BELOW
    assert {each["rows"] for each in made["provenance"]["inputs"]} == {None}
    rows = list(csv.DictReader(io.StringIO((out / "problems.csv").read_text("utf-8-sig"))))
    assert [row["code"] for row in rows] == sorted(row["code"] for row in rows) != []
    assert {(row["row"], row["value"], row["cells"]) for row in rows} == {("", "", "")}
    assert {row["column"] for row in rows} <= {"", *(name for kind in KINDS.values() for name in kind.headings)}  # of what a column lacks
    whole = read_folder(folder).problems.read
    assert not re.search(rf"\b{whole}\b", (out / "report.txt").read_text("utf-8"))


# --- The same through every door


def test_every_question_hides_the_same(data: Dataset, report: Report) -> None:
    year = report.measures.filter(period="2021")
    assert list(data.measures()) == list(year)
    assert [d.current for d in data.deltas()] == list(year)
    assert list(data.assessments()) == list(report.assessments or ())
    assert data.scores() == report.scorecards


def test_a_change_with_a_hidden_side_is_hidden(report: Report) -> None:
    sides = 0
    for delta in report.deltas:
        was = delta.baseline
        if delta.current.status is Status.SUPPRESSED or (was is not None and was.status is Status.SUPPRESSED):
            sides += 1
            assert (delta.status, delta.difference, delta.relative_percent, delta.better) == (Status.SUPPRESSED, None, None, None)
            assert delta.reason.vi
    assert sides > 10
    now = report.deltas.get("dossiers_postal", "TM", breakdown={"level": "district"})
    assert now is not None
    assert now.current.numerator == 12
    assert now.status is Status.SUPPRESSED  # 2 before


def test_a_target_whose_value_is_hidden_is_neither_met_nor_missed(report: Report) -> None:
    found = {a.target: a for a in report.assessments or ()}
    assert found["on-time"].verdict.value == "met"
    for name in ("hidden", "grows", "each"):
        a = found[name]
        assert a.verdict.value == "cannot_be_judged", name
        assert (a.attainment, a.gap, a.needed, a.spare, a.forecast, a.sentence.vi) == (None, None, None, None, None, ""), name
        assert "không công bố" in a.reason.vi, name
    assert found["each"].measured is None  # how many of the two reach it would say of the one that is hidden
    assert found["grows"].required is None  # it would give what it was


def test_a_score_with_a_hidden_input_has_no_points(data: Dataset, report: Report) -> None:
    card = report.scorecards["TM"]
    assert (card["2"].points, card["2"].status) == (None, Status.SUPPRESSED)
    assert card["1"].points is not None
    assert card.points is None
    by_hand = read_folder_text({"2": "{ numerator = 2, denominator = 3 }"}, data)
    assert by_hand["TM"]["2"].status is Status.SUPPRESSED
    assert read_folder_text({"2": "95"}, data)["TM"]["2"].status is Status.SUPPRESSED  # what stands for a measure that is not shown


def read_folder_text(values: dict[str, str], data: Dataset) -> Any:
    text = "[values]\n" + "\n".join(f'"{name}" = {value}' for name, value in values.items())
    return data.replace(given_scores=load_scores(text, unit="TM")).scores()


def test_contributions_are_those_of_what_is_shown(data: Dataset) -> None:
    found = data.contributions("unit", "dossiers_received")
    shown = {d.unit: d for d in data.deltas() if d.indicator == "dossiers_received" and not d.breakdown}
    for row in found:
        if row.group in shown and row.group != "TM":
            assert shown[row.group].current.numerator == row.counts.numerator
    assert sum(row.total for row in found) == found.change
    with pytest.raises(InputError, match="procedure_code"):
        data.contributions("procedure", "dossiers_received")
    with pytest.raises(CchcError, match="không công bố"):
        data.contributions("unit", "paperless_meetings")


def test_an_offices_form_gets_the_mark_and_no_number(data: Dataset, tmp_path: Path) -> None:
    form = tmp_path / "form.xlsx"
    with xlsxwriter.Workbook(str(form)) as made:
        sheet = made.add_worksheet()
        for row, name in enumerate(
            ("dossiers_received|count", "dossiers_postal|unit=TM.01|count", "dossiers_postal|level=district|difference")
        ):
            sheet.write_string(row, 0, "{{" + name + "}}")
    found = data.fill_form(form, tmp_path / "filled.xlsx")
    cells = [cell for (cell,) in openpyxl.load_workbook(tmp_path / "filled.xlsx").active.iter_rows(values_only=True)]
    assert cells == [RECEIVED, NOT_SHOWN, NOT_SHOWN]
    assert [each.status for each in found] == [Status.OK, Status.SUPPRESSED, Status.SUPPRESSED]


def test_a_form_of_several_periods_is_filled_from_one_view(data: Dataset, tmp_path: Path) -> None:
    """A hidden quarter is not what the year less the other quarters gives."""
    form, out = tmp_path / "form.xlsx", tmp_path / "filled.xlsx"
    periods = ("2021", "2021-Q1", "2021-Q2", "2021-Q3", "2021-Q4", "2020")
    asked = [
        f"dossiers_postal|unit={unit}|{period}|{what}" for unit in ("TM", "TM.03") for period in periods for what in ("count", "difference")
    ]
    with xlsxwriter.Workbook(str(form)) as made:
        sheet = made.add_worksheet()
        for row, name in enumerate([*asked, "resolved_on_time|2021|target"]):
            sheet.write_string(row, 0, "{{" + name + "}}")
    every = data.measures(*periods)
    for each in list(data.fill_form(form, out))[: len(asked)]:
        own = every["dossiers_postal", each.unit, each.period]
        if each.what == "count":
            assert (each.status, each.value) == (own.status, own.value)
        elif own.status is Status.SUPPRESSED:
            assert (each.status, each.value) == (Status.SUPPRESSED, None)
    with pytest.raises(InputError, match="extracted_on"):
        data.replace(as_of=None).fill_form(form, out)
    with xlsxwriter.Workbook(str(form)) as made:
        made.add_worksheet().write_string(0, 0, "{{dossiers_received|procedure_code=1}}")
    with pytest.raises(InputError, match="procedure_code"):
        data.fill_form(form, out)


def test_the_periodic_report_hides_the_same(data: Dataset, report: Report, tmp_path: Path) -> None:
    rows = data.periodic()
    hidden = hidden_in(report)
    found = {row.measure.key for row in rows if row.status is Status.SUPPRESSED and row.measure is not None}
    assert found == {row.measure.key for row in rows if row.measure is not None and row.measure.key in hidden} != set()
    assert all((row.value, row.numerator, row.denominator) == (None, None, None) for row in rows if row.status is Status.SUPPRESSED)
    rows.save(tmp_path, ("txt", "json", "csv"))
    assert NOT_SHOWN in (tmp_path / "periodic.txt").read_text("utf-8")
    listed = json.loads((tmp_path / "periodic.json").read_text("utf-8"))["rows"]
    assert all(row["value"] is None for row in listed if row["status"] == "suppressed")


def test_pictures_mark_what_is_hidden(report: Report) -> None:
    figure = report.measures.plot("dossiers_postal", "TM", by="unit", period="2021")
    hidden = {unit for indicator, unit, period, scope in hidden_in(report) if (indicator, period, scope) == ("dossiers_postal", "2021", ())}
    assert len(drawn(figure, "hidden")) == len(hidden - {"TM"}) > 0
    assert len(drawn(figure, "gaps")) == 0


def test_tables_print_the_mark(data: Dataset) -> None:
    found = data.measures().filter(indicator="dossiers_postal", unit="TM.01", breakdown=())
    for text in (found.to_text(), found.to_markdown(), found._repr_html_()):
        assert NOT_SHOWN in text


# --- What shows rows is refused


REFUSED: dict[str, Callable[[Dataset], object]] = {
    "explain": lambda d: d.explain("resolved_on_time"),
    "tally": lambda d: d.tally(["2021"]),
    "ask": lambda d: d.ask("dossiers", "2021"),
    "ledger": lambda d: d.ledger("nowhere", "2021"),
    "columns": lambda d: d.columns("dossiers"),
    "quality": lambda d: d.quality(),
    "dossier_codes": lambda d: d.dossier_codes(),
    "snapshot": lambda d: d.snapshot("x", "2021", on=date(2022, 1, 1), by="VP"),
    "form06": lambda d: d.form06(),
    "form06_why": lambda d: d.form06_why(),
    "breakdowns=": lambda d: d.measures("2021", breakdowns={"resolved_on_time": [["procedure_code"]]}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_shows_rows_or_whole_counts_is_refused(name: str, data: Dataset) -> None:
    with pytest.raises(InputError, match=r"--suppress 0") as refused:
        REFUSED[name](data)
    assert f"«{name}»" in refused.value.vi
    assert f"«{name}»" in refused.value.en


def test_every_method_is_either_refused_or_looked_at() -> None:
    """A new question has to say what it does where small counts are suppressed."""
    known = {
        "replace",
        "problems",
        "errors",
        "measures",
        "deltas",
        "contributions",
        "assessments",
        "inputs",
        "scores",
        "fill_form",
        "report",
    }
    known |= {"verify", "periodic", "changes_since"}
    own = {
        name for name, member in vars(Dataset).items() if not name.startswith("_") and (callable(member) or isinstance(member, property))
    }
    fields = set(Dataset.__dataclass_fields__)
    assert own - fields - known == set(REFUSED) - {"breakdowns="}


def test_a_snapshot_is_refused_and_is_a_baseline(folder: Path, data: Dataset) -> None:
    kept = read_folder(folder).snapshot("2020", "2020", on=date(2022, 2, 1), by="VP")
    with pytest.raises(InputError, match="changes_since"):
        data.changes_since(kept)
    found = data.replace(baseline=kept).deltas().get("dossiers_postal", "TM", breakdown={"level": "district"})
    assert found is not None
    assert (found.status, found.baseline and found.baseline.numerator) == (Status.SUPPRESSED, None)


@pytest.mark.parametrize("below", [1, -1, True, 2.5, "5"])
def test_a_threshold_is_a_whole_number_of_at_least_2(below: Any, folder: Path) -> None:
    with pytest.raises(CchcError):
        read_folder(folder, suppress_below=below)


def test_0_shows_all(folder: Path, data: Dataset) -> None:
    assert data.replace(suppress_below=0).suppress_below is None
    assert report_json(data.replace(suppress_below=None).report()) == report_json(read_folder(folder).report())


# --- Reports that were published


def test_a_published_report_is_verified_under_its_own_threshold(folder: Path, out: Path) -> None:
    assert read_folder(folder).verify(out / "report.json").equal
    assert run("verify", out / "report.json", folder).exit_code == 0


def test_another_folder_is_a_baseline_by_the_same_rule(folder: Path, data: Dataset) -> None:
    found = data.replace(baseline=read_folder(folder)).deltas()
    assert [d.status for d in found] == [d.status for d in data.deltas()]
    now = found.get("dossiers_postal", "TM", breakdown={"level": "district"})
    assert now is not None
    assert (now.baseline and now.baseline.numerator, now.status) == (None, Status.SUPPRESSED)


def test_what_own_records_hide_no_baseline_shows(folder: Path, data: Dataset) -> None:
    """Both say the same of 2020: what protects a small number in one of them must not be read in the other, where nothing is small."""
    own, whole = data.report().measures, read_folder(folder).measures("2020")
    large = [m for m in whole if own[m.key].status is Status.SUPPRESSED and not any(0 < n < BELOW for n in _counts(m))]
    assert large
    for one in large[:2]:
        for delta in data.replace(baseline=Measures.of([one])).deltas().filter(indicator=one.indicator, unit=one.unit):
            assert delta.baseline is None or delta.baseline.numerator is None, delta


def test_the_file_has_the_shape_that_is_declared(out: Path) -> None:
    ReportFile.model_validate_json((out / "report.json").read_text("utf-8"))


def test_a_published_report_is_a_baseline(folder: Path, report: Report, out: Path) -> None:
    kept = read_baseline(json.loads((out / "report.json").read_text("utf-8")), default_catalogue())
    assert {m.key for m in kept if m.status is Status.SUPPRESSED} == hidden_in(report)
    whole = read_folder(folder, baseline=out / "report.json")
    found = whole.deltas().get("dossiers_postal", "TM", breakdown={"level": "district"})
    assert found is not None
    assert (found.status, found.difference) == (Status.SUPPRESSED, None)
    assert found.current.numerator == 12
    assert NOT_SHOWN in whole.report().text()


# --- The command, and the folder's own setting


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.mark.parametrize(
    "command",
    [
        ["explain", "{}", "resolved_on_time"],
        ["check", "{}"],
        ["form06", "{}"],
        ["form06", "{}", "--why"],
        ["snapshot", "take", "{}", "x", "--by", "VP"],
        ["ledger", "show", "{}", "nowhere"],
    ],
)
def test_commands_that_show_rows_are_refused(command: list[str], folder: Path) -> None:
    found = run(*(word.format(folder) for word in command), "--suppress", BELOW)
    assert found.exit_code == 2
    assert "--suppress 0" in found.output
    assert len(found.output.splitlines()) == 1


@pytest.mark.parametrize(
    "command", [["report", "{}"], ["why", "{}", "dossiers_postal"], ["plan", "{}"], ["score", "{}"], ["periodic", "{}"]]
)
def test_commands_that_publish_take_it(command: list[str], folder: Path) -> None:
    found = run(*(word.format(folder) for word in command), "--suppress", BELOW)
    assert found.exit_code in (0, 1)
    assert "không công bố" in found.output.lower()


def _commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        yield from _commands(command, f"{path}{name} ") if isinstance(command, click.Group) else [(path + name, command)]


def test_every_command_that_reads_a_folder_takes_it() -> None:
    """Else what the folder says could not be set aside within the office."""
    for name, command in _commands(main):
        names = {each.name for each in command.params}
        own = name in ("init", "verify", "snapshot list")  # which read no records, or take the number that the report says
        assert ("suppress_below" in names) == ("folder" in names and not own), name


def test_the_folder_says_it(tmp_path: Path) -> None:
    place = planted(tmp_path / "own")
    text = (place / "district.toml").read_text("utf-8")
    (place / "district.toml").write_text(text + "\n[publish]\nsuppress_below = 5\n", encoding="utf-8")
    assert read_folder(place).suppress_below == BELOW
    assert read_folder(place, suppress_below=0).suppress_below is None
    assert run("explain", place, "resolved_on_time").exit_code == 2
    assert run("explain", place, "resolved_on_time", "--suppress", 0).exit_code in (0, 1)
    (place / "district.toml").write_text(text + "\n[publish]\nsuppress_below = 1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"publish\.suppress_below"):
        read_folder(place)


def test_a_dataset_prints_itself_without_numbers_of_rows(folder: Path, data: Dataset) -> None:
    whole = read_folder(folder)
    rows = str(whole.problems.read)
    assert rows in repr(whole)
    assert not re.search(r"\b\d+ dòng\b", repr(data))
    assert rows not in repr(data).split()
    assert NOT_SHOWN in data._repr_html_()


FIGURES = """
[[figures]]
indicator = "satisfaction"
period = "2021"
numerator = 3
denominator = 40
source = "phiếu khảo sát"
signed_by = "VP"
signed_on = 2022-01-15
[[figures]]
indicator = "dossiers_received"
period = "2021"
numerator = 3
source = "sổ tay"
signed_by = "VP"
signed_on = 2022-01-15
"""


def test_counts_entered_by_hand_are_hidden_and_cannot_be_tried(tmp_path: Path) -> None:
    place = planted(tmp_path / "own", figures_toml=FIGURES)
    whole, found = read_folder(place).report(), read_folder(place, suppress_below=BELOW).report()
    assert "3/40" in report_json(whole) or '"numerator": 3' in report_json(whole)
    assert found.measures["satisfaction", "TM", "2021"].status is Status.SUPPRESSED
    both = found.measures["dossiers_received", "TM", "2021"]
    assert "là 3" in whole.measures["dossiers_received", "TM", "2021"].reason.vi
    assert both.reason.vi.endswith("số nhập tay khác số đếm từ hồ sơ")
    made = json.loads(report_json(found))["provenance"]
    assert "figures" not in made["declared"]
    assert [each["sha256"] for each in made["inputs"] if each["kind"] == "figures"] == [None]
    assert read_folder(place).verify(report_json(found).encode()).equal


def test_what_was_restated_is_said_without_what_it_was(folder: Path, data: Dataset) -> None:
    now = read_folder(folder)
    kept = now.snapshot("first", "2020", on=date(2022, 2, 1), by="VP")
    changed = replace(kept, measures=_one_more(kept.measures))
    again = now.snapshot("second", "2020", on=date(2022, 3, 1), by="VP", restates=changed)
    reasons = {d.reason.vi for d in now.replace(baseline=again).deltas() if "đã tính lại" in d.reason.vi}
    assert any("thành" in text for text in reasons)
    hidden = {d.reason.vi for d in data.replace(baseline=again).deltas() if "đã tính lại" in d.reason.vi}
    assert hidden
    assert not any("thành" in text for text in hidden)


def _one_more(measures: Any) -> Any:
    return replace(measures, numerator=measures.numerator + measures.has_numerator)


def test_what_was_assumed_names_its_column(tmp_path: Path) -> None:
    folder = small(tmp_path, meetings_csv="Đơn vị,Loại cuộc họp,Ngày họp,Họp không giấy\nTM.01,Họp UBND,05/01/2021,có\n")
    said = read_folder(folder, suppress_below=BELOW).report("2021").text()
    assert "meetings.csv, «Mã cuộc họp»: bảng không có cột mã" in " ".join(said.split())
