"""The periodic report: its rows are data, each has the value of the report or says why it has none, and every format says the same."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import cache
from html import unescape
from pathlib import Path

import docx
import openpyxl
import pytest
from click.testing import CliRunner
from tests.folders import EXAMPLE, small

import cchc_metrics as cm
from cchc_metrics import cli
from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.errors import CchcError, InputError, MistakesError
from cchc_metrics.reference.period import Period
from cchc_metrics.report import periodic_files
from cchc_metrics.report.page_text import table_text
from cchc_metrics.report.periodic import NOT_FOUND, PeriodicRow, PeriodicRows, report_due
from cchc_metrics.report.periodic_outline import Outline, outline
from cchc_metrics.report.periodic_page import periodic_page
from cchc_metrics.text import Lang
from cchc_metrics.values import Scale, Status

GOLDEN = Path(__file__).parents[1] / "golden"
SMALL = GOLDEN / "two-communes"


@cache
def example() -> PeriodicRows:
    return cm.read_folder(EXAMPLE).periodic("2021")


@cache
def little() -> PeriodicRows:
    return cm.read_folder(SMALL).periodic("2021")


# --- The rows as data


def test_every_indicator_that_a_row_names_is_in_the_catalogue() -> None:
    named = [row.indicator for _, _, row in outline().rows() if row.indicator]
    assert [name for name in named if name not in default_catalogue()] == []
    assert len(set(named)) == len(named)
    assert len(named) > 40


def test_rows_are_numbered_in_order_in_seven_parts() -> None:
    assert [part.number for part in outline().parts] == ["I", "II", "III", "IV", "V", "VI", "VII"]
    for part in outline().parts:
        assert [group.number for group in part.groups] == [str(n) for n in range(1, len(part.groups) + 1)]
        for group in part.groups:
            assert [row.number for row in group.rows] == [f"{group.number}.{n}" for n in range(1, len(group.rows) + 1)]


def test_rows_have_words_in_both_languages_and_ids_of_their_own() -> None:
    rows = [row for _, _, row in outline().rows()]
    assert all(text for row in rows for text in (row.vi, row.en, row.counted_vi, row.counted_en))
    for row in rows:  # a row is counted in percent where its indicator is a rate, and nowhere else
        if row.indicator:
            assert (row.counted_vi == "%") == (default_catalogue()[row.indicator].scale is Scale.PERCENT), row.number
            assert (row.vi.startswith("Tỷ lệ")) == (row.counted_vi == "%"), row.number


@pytest.mark.parametrize(
    "row",
    [
        {"indicator": "satisfaction", "plan": "tasks"},
        {"plan": "tasks", "levels": True},
        {"labels": True},
    ],
)
def test_a_row_of_two_places_is_refused(row: dict[str, object]) -> None:
    words = {"number": "1.1", "vi": "a", "en": "a", "counted_vi": "b", "counted_en": "b"}
    with pytest.raises(CchcError, match="indicator"):
        Outline.model_validate(
            {"parts": [{"number": "I", "vi": "a", "en": "a", "groups": [{"number": "1", "vi": "a", "en": "a", "rows": [words | row]}]}]}
        )


# --- Its periods


def test_the_four_periods_are_due_on_the_20th_of_their_last_month() -> None:
    due = {"2026-Q1": (3, 20), "2026-H1": (6, 20), "2026-Q3": (9, 20), "2026": (12, 20)}
    kinds = [*(f"2026-Q{n}" for n in range(1, 5)), "2026-H1", "2026-H2", "2026-9M", "2026", *(f"2026-{n:02d}" for n in range(1, 13))]
    for label, regime in itertools.product(kinds, ("", "@nd09")):
        assert report_due(Period.parse(label + regime)) == (date(2026, *due[label]) if label in due else None)
    assert report_due(Period.parse("2026-01-01..2026-03-31")) is None


def test_a_period_of_the_decree_ends_before_it_is_due_and_one_of_the_calendar_says_that_it_does_not() -> None:
    data = cm.read_folder(SMALL)
    for label in ("2021-Q1", "2021-H1", "2021-Q3", "2021"):
        calendar, decree = (" ".join(note.en for note in data.periodic(label + regime).notes()) for regime in ("", "@nd09"))
        assert "The calendar period ends on" in calendar
        assert f"(period {label}@nd09)" in calendar
        assert "The calendar period" not in decree
        assert "To be sent by 2021-" in decree
    assert "asks for no report of this period" in " ".join(note.en for note in data.periodic("2021-Q2").notes())


# --- Its values


def rows_of(found: PeriodicRows) -> Iterator[PeriodicRow]:
    yield from found


@pytest.mark.parametrize("found", [example, little], ids=["example", "small"])
def test_each_row_has_the_value_of_the_report_or_says_why_it_has_none(found: object) -> None:
    made = found()  # type: ignore[operator]
    report = made.report
    seen = {(row.part, row.number) for row in made}
    assert seen == {(part.number, row.number) for part, _, row in outline().rows()}
    for row in rows_of(made):
        if row.value is None:
            assert row.status not in (Status.OK, Status.ESTIMATED, Status.PERIOD_OPEN), row
            assert row.reason.vi or row.status is Status.ZERO_DENOMINATOR, row
            assert bool(row.reason.vi) == bool(row.reason.en)
        elif row.comes in ("records", "entered"):
            measure = report.measures[row.id, report.unit, report.period, row.scope]
            delta = report.deltas[row.id, report.unit, report.period, row.scope]
            assert (row.value, row.status, row.denominator) == (measure.value, measure.status, measure.denominator)
            assert row.delta == delta
            assert (delta.difference is None) == bool(row.baseline_reason.vi), row


def test_the_figures_of_the_example() -> None:
    found = example()
    assert found["III", "3.3"].value == Fraction(6223 * 100, 6292)
    assert found["III", "3.3", "level=commune"].value == Fraction(3415 * 100, 3441)
    assert [found["III", number].value for number in ("3.1", "3.2")] == [6389, 6303]
    assert (found["VII", "1.1"].numerator, found["VII", "1.1"].denominator) == (1411, 1520)
    assert found["I", "5.5", "initiative=5-trong-1"].value == Fraction(1100, 13)
    assert found["I", "5.5"].status is Status.NOT_APPLICABLE
    assert found["IV", "1.1"].reason.vi == "chưa nhập vào figures.toml"
    assert found["I", "1.1"].reason.en == "the plan is that of 2022"
    delta = found["VII", "1.1"].delta
    assert delta is not None
    assert round(float(delta.difference or 0), 2) == 8.85


def test_the_plan_its_tasks_and_its_targets() -> None:
    found = little()
    assert [found["I", number].value for number in ("1.1", "1.2", "1.3", "1.4")] == [1, 1, 100, 100]
    target = found["III", "3.3"].target
    assert target is not None
    assert target.required == 95
    assert target.verdict.value == "not_met"
    assert found["III", "3.3", "level=commune"].target is None


def test_a_quarter_shows_the_target_of_its_year() -> None:
    target = cm.read_folder(SMALL).periodic("2021-Q1@nd09")["III", "3.3"].target
    assert target is not None
    assert target.required == 95
    assert target.due == date(2021, 12, 31)


def test_an_indicator_that_a_districts_own_catalogue_does_not_have_is_named() -> None:
    data = cm.read_folder(SMALL)
    few = data.replace(catalogue=data.catalogue.select(["dossiers_received"]), plan=None)
    found = few.periodic("2021")
    assert found["III", "3.1"].value is not None
    assert "«resolved_on_time»" in found["III", "3.3"].reason.vi
    assert found["I", "1.1"].reason.en == "there is no plan"


def test_nothing_is_invented_where_there_are_no_records(tmp_path: Path) -> None:
    small(tmp_path / "a")
    found = cm.read_folder(tmp_path / "a").periodic("2021")
    having = {row.id for row in found if row.value is not None}
    assert having
    assert all({"dossiers", "meetings"} & found.report.catalogue.kinds_of(name) for name in having)


def test_a_part_of_the_table_keeps_its_report() -> None:
    found = example().filter(part="VII")
    assert {row.part for row in found} == {"VII"}
    assert found.due == date(2021, 12, 20)
    assert NOT_FOUND.vi in found.to_text(width=None)
    with pytest.raises(CchcError, match=r"no number «3\.9»"):
        found["VII", "3.9"]


# --- Its page


def test_the_name_of_the_period_keeps_its_numeral_and_a_wide_table_keeps_the_names_of_its_rows() -> None:
    page = periodic_page(cm.read_folder(GOLDEN / "third-quarter-2025").periodic())
    (table,) = page.sections[-1].tables
    assert {heading.group for heading in table.headings} == {"", "Quý III năm 2025", "So với cùng kỳ"}
    assert sum("01/07/2025: cấp huyện kết thúc" in line for line in page.lines) == 1
    wide = table_text(periodic_page(little()).sections[-1].tables[0], 60)
    lines = [line for line in wide.splitlines() if line.startswith("3.3 ")]
    assert len(lines) > 2
    assert all(line.split()[1].isalpha() for line in lines)


def test_that_the_period_is_not_over_is_said_once() -> None:
    found = cm.read_folder(EXAMPLE).periodic("2022-H1@nd09")
    page = periodic_page(found)
    assert "Kỳ báo cáo chưa kết thúc" in page.lines[0]
    assert found["III", "3.1"].status is Status.PERIOD_OPEN
    assert not any("kỳ chưa kết thúc, số liệu đến" in note for table in page.sections[-1].tables for note in table.notes)


def test_what_the_office_has_to_write_itself_is_named_in_its_chapter() -> None:
    sections = {section.id: [paragraph.text for paragraph in section.paragraphs] for section in periodic_page(little()).sections}
    assert "Đơn vị bổ sung: Số thủ tục tiếp nhận tại Bộ phận một cửa." in sections["part-III"]
    assert "Đơn vị bổ sung: Số phiếu khảo sát phát ra; Tỷ lệ phiếu khảo sát thực hiện trực tuyến." in sections["part-I"]
    assert any(text.startswith("[Nội dung này không có trong số liệu") for text in sections["part-V"])
    assert "Số nhiệm vụ đã hoàn thành: 1 nhiệm vụ." in sections["part-I"]


# --- Its files


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_format_says_that_its_rows_are_to_be_checked(tmp_path: Path, lang: Lang) -> None:
    said = NOT_FOUND.text(lang)
    formats = [name for name in periodic_files.FORMATS if name != "csv"]
    written = {path.suffix: path for path in example().save(tmp_path, formats, lang)}
    document = docx.Document(str(written[".docx"]))
    assert said in [paragraph.text for paragraph in document.paragraphs]
    book = openpyxl.load_workbook(written[".xlsx"])
    assert said in [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
    assert said in json.loads(written[".json"].read_text(encoding="utf-8"))["notes"]
    for name in (".html", ".md"):
        assert said in unescape(written[name].read_text(encoding="utf-8"))
    assert said in " ".join(written[".txt"].read_text(encoding="utf-8").split())


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = (little().save(tmp_path / name, periodic_files.FORMATS) for name in "ab")
    assert [path.name for path in one] == [f"periodic.{name}" for name in periodic_files.FORMATS]
    for a, b in zip(one, two, strict=True):
        assert a.read_bytes() == b.read_bytes(), a.name


def test_the_document_has_the_seven_parts_in_order_and_the_table_of_the_page(tmp_path: Path) -> None:
    (path,) = example().save(tmp_path, ["docx"])
    document = docx.Document(str(path))
    headings = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Heading 1"]
    assert headings[:7] == [f"{part.number}. {part.vi.upper()}" for part in outline().parts]
    assert headings[-1].startswith("Phụ lục")
    page = periodic_page(example())
    (table,) = page.sections[-1].tables
    written = document.tables[-1]
    shown = [[cell.text for cell in row.cells] for row in written.rows][-len(table.rows) :]
    for row, cells in zip(table.rows, shown, strict=True):
        if row.role == "row":
            assert cells == [cell.shown for cell in row.cells]
        else:
            assert cells == [row.cells[0].text, *[row.cells[1].text] * (len(cells) - 1)]


def test_the_workbook_has_the_digits_of_the_page_as_numbers(tmp_path: Path) -> None:
    (path,) = example().save(tmp_path, ["xlsx"])
    sheet = openpyxl.load_workbook(path).worksheets[0]
    rows = {row[1].value: row for row in sheet.iter_rows() if row[0].value in ("3.2", "3.3", "1.1")}
    assert rows["Số hồ sơ đã giải quyết"][3].value == 6303
    share = rows["Tỷ lệ hồ sơ giải quyết trước hạn, đúng hạn"]
    heading, *lines = openpyxl.load_workbook(path).worksheets[1].iter_rows(values_only=True)
    answers = [dict(zip(heading, line, strict=True)) for line in lines]
    assert len(answers) == len(example())
    assert all(str(name)[:1].isupper() for name in heading)  # none is the name of a column of a program
    (line,) = (each for each in answers if each["Mã số liệu"] == "resolved_on_time" and each["Phân tổ"] == "cấp xã")
    assert (line["Tử số"], line["Mẫu số"], line["Nguồn số liệu"], line["Trạng thái"]) == (3415, 3441, "đếm từ hồ sơ, sổ sách", "đủ số liệu")
    assert (round(share[3].value, 6), share[4].value, share[5].value) == (round(6223 / 6292, 6), 6223, 6292)


def test_the_answers_as_csv_have_one_line_for_each_row(tmp_path: Path) -> None:
    (path,) = example().save(tmp_path, ["csv"])
    lines = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert len(lines) == len(example())
    (line,) = (each for each in lines if (each["part"], each["number"], each["scope"]) == ("III", "3.3", ""))
    assert (line["numerator"], line["denominator"], line["id"]) == ("6223", "6292", "resolved_on_time")


def test_a_format_that_there_is_not_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean «docx»"):
        little().save(tmp_path, ["docs"])
    assert list(tmp_path.iterdir()) == []


def test_the_command_prints_it_and_writes_it(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        cli.main, ["periodic", str(SMALL), "--period", "2021-H1@nd09", "--out", str(tmp_path / "out"), "--formats", "txt,docx"]
    )
    assert done.exit_code == 1, done.output  # a row of the folder is rejected
    assert "20/06/2021" in done.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["periodic.docx", "periodic.txt"]
    assert (tmp_path / "out" / "periodic.txt").read_text(encoding="utf-8") == done.stdout


OWN = """
[[parts]]
number = "I"
vi = "Hồ sơ"
en = "Dossiers"

[[parts.groups]]
number = "1"
vi = "Tiếp nhận"
en = "Received"
rows = [
  { number = "1.1", vi = "Tiếp nhận", en = "Received", counted_vi = "hồ sơ", counted_en = "dossiers", indicator = "dossiers_received" },
  { number = "1.2", vi = "Ý kiến", en = "Remarks", counted_vi = "ý kiến", counted_en = "remarks" },
]
"""


def test_rows_of_ones_own_are_filled_the_same_way(tmp_path: Path) -> None:
    path = tmp_path / "rows.toml"
    path.write_text(OWN, encoding="utf-8")
    found = cm.read_folder(SMALL).periodic("2021", rows=path)
    assert [row.value for row in found] == [little()["III", "3.1"].value, None]
    assert found["I", "1.2"].comes == "nowhere"
    assert found["I", "1.2"].reason.en == "no indicator says this yet: to be filled in"
    assert [section.title for section in periodic_page(found).sections][:1] == ["I. Hồ sơ"]
    assert NOT_FOUND not in found.notes()
    done = CliRunner().invoke(cli.main, ["periodic", str(SMALL), "--period", "2021", "--rows", str(path)])
    assert "1.1  Tiếp nhận" in done.stdout


def test_every_mistake_in_rows_of_ones_own_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.toml"
    path.write_text(OWN.replace("dossiers_received", "dossiers_receivd").replace('"1.2"', '"1.1"'), encoding="utf-8")
    with pytest.raises(MistakesError) as error:
        cm.read_folder(SMALL).periodic("2021", rows=path)
    assert "rows.toml:" in error.value.en
    assert "did you mean «dossiers_received»" in error.value.en
    assert "1.1 is twice in I" in error.value.en
    with pytest.raises(InputError, match="cannot read"):
        cm.read_folder(SMALL).periodic("2021", rows=tmp_path / "no.toml")


def test_a_figure_entered_by_hand_stands_in_its_row_with_who_signed_for_it() -> None:
    figure = {"indicator": "org_units", "period": "2021", "numerator": 12}
    signed = {"source": "Báo cáo 12/BC-UBND", "signed_by": "Chủ tịch UBND huyện", "signed_on": "05/01/2022"}
    found = cm.read_folder(SMALL).replace(figures=[figure | signed]).periodic("2021")
    row = found["IV", "1.1"]
    assert row.value == 12
    assert row.comes == "entered"
    assert row.status is Status.ENTERED
    assert "Báo cáo 12/BC-UBND" in row.reason.vi
    page = periodic_page(found)
    (table,) = page.sections[-1].tables
    assert any("Chủ tịch UBND huyện" in note for note in table.notes)
    assert next(cell.shown for row in table.rows for cell in row.cells if cell.about and cell.about[0] == "org_units") == "12†"
    assert any(note.startswith("†") for note in table.notes)
