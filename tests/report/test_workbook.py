"""The report as a workbook: what it shows is what the page shows and report.json holds, and nothing in it runs."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.folders import EXAMPLE, small

from cchc_metrics.dataset import Dataset
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.read.excel_files import read_excel
from cchc_metrics.report.answer_words import answer_columns
from cchc_metrics.report.content import report_page
from cchc_metrics.report.json_report import report_json
from cchc_metrics.report.model import Report
from cchc_metrics.report.page import Cell, Form, Page, Paragraph, Section, Table, TableHeading, TableRow, number_cell
from cchc_metrics.report.page_sheets import number_format, page_sheets, sheet_value
from cchc_metrics.report.workbook import write_workbook
from cchc_metrics.tables.workbook import open_book
from cchc_metrics.values import Status


@cache
def report() -> Report:
    return read_folder(EXAMPLE).report("2021")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    written = tmp_path_factory.mktemp("workbook") / "report.xlsx"
    write_workbook(report(), written)
    return written


def shown(value: object, code: str) -> str:
    """Return what a Vietnamese spreadsheet shows of a cell, for the formats that the package writes."""
    if not isinstance(value, (int, float)):
        return "" if value is None else str(value)
    sections = re.findall(r'(?:"[^"]*"|[^;"])+', code)
    section = sections[0 if value > 0 or len(sections) == 1 else 1 if value < 0 else 2]
    found = re.fullmatch(r'(?:"([^"]*)")?([+-]?)(?:#,##)?0(?:\.(0+))?(%?)((?:"[^"]*")*)', section)
    assert found, code
    prefix, sign, zeros, percent, suffix = found.groups()
    number = Decimal(repr(value)) * (100 if percent else 1)
    number = abs(number) if len(sections) > 1 else number
    digits = f"{number.quantize(Decimal(1).scaleb(-len(zeros or '')), ROUND_HALF_UP):,}".translate(str.maketrans(",.", ".,"))
    return (prefix or "") + sign + digits + percent + suffix.replace('"', "")


def texts_of(sheet: Any) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a sheet as they are shown."""
    for row in sheet.iter_rows():
        yield tuple(
            cell.value.strftime("%d/%m/%Y") if isinstance(cell.value, date) else shown(cell.value, getattr(cell, "number_format", ""))
            for cell in row
        )


# --- The page


def test_the_sheets_show_what_the_page_says(path: Path) -> None:
    page = report_page(report())
    book = openpyxl.load_workbook(path)
    annexes = [section for section in page.sections if section.annex]
    assert len(book.sheetnames) == 1 + len(annexes) + 4
    sheets = {book.sheetnames[0]: [s for s in page.sections if not s.annex]}
    sheets |= {name: [section] for name, section in zip(book.sheetnames[1:], annexes, strict=False)}
    cells = 0
    for name, sections in sheets.items():
        rows = list(texts_of(book[name]))
        first = [row[0] for row in rows]
        assert first[0] == page.title
        for section in sections:
            assert section.title in first
            for paragraph in section.paragraphs:
                assert (f"– {paragraph.text}" if paragraph.item else paragraph.text) in first
            for table in section.tables:
                assert set(table.notes) <= set(first)
                printed = [tuple(cell.shown for cell in row.cells) for row in table.rows]
                start = next(at for at, row in enumerate(rows) if row[: len(table.headings)] == printed[0])
                assert [row[: len(table.headings)] for row in rows[start : start + len(printed)]] == printed
                cells += sum(map(len, printed))
    assert cells > 500


def test_numbers_of_the_page_are_numbers_to_sixteen_digits(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    for section, name in zip((s for s in report_page(report()).sections if s.annex), book.sheetnames[1:], strict=False):
        numbers = [sheet_value(cell) for table in section.tables for row in table.rows for cell in row.cells if cell.number is not None]
        read = [cell.value for row in book[name].iter_rows() for cell in row if isinstance(cell.value, (int, float)) and not cell.is_date]
        # So many digits a workbook is written with; the last bit of a float may take seventeen.
        assert read == [float(f"{float(number):.16G}") for number in numbers if isinstance(number, (int, Fraction))]


NUMBERS = st.one_of(st.integers(-(10**9), 10**9), st.fractions(-1000, 1000, max_denominator=10**6))


@given(NUMBERS, st.integers(0, 3), st.booleans(), st.sampled_from(["", "%", " ngày"]), st.sampled_from(["", "*"]))
def test_a_spreadsheet_shows_the_digits_of_the_page(number: int | Fraction, decimals: int, signed: bool, suffix: str, mark: str) -> None:
    form = Form("percent" if suffix == "%" else "number", decimals, signed, suffix)
    cell = number_cell(number, form, mark=mark)
    value = sheet_value(cell)
    assert isinstance(value, (int, Fraction))
    held = value if isinstance(value, int) else float(value)
    # A float that lies on a half to 15 digits is the one case in which a spreadsheet may round otherwise; it is drawn by none of these.
    assert shown(held, number_format(cell)) == cell.shown


def test_headings_of_two_rows_dates_titles_and_depth(tmp_path: Path) -> None:
    rows = (
        TableRow((Cell("Cấp huyện"), Cell(), Cell()), role="title"),
        TableRow((Cell("Mỹ An"), number_cell(3, Form("count")), Cell("31/12/2021", day=date(2021, 12, 31))), depth=1),
        TableRow((Cell("=1+1"), number_cell(3, Form("count")), Cell("–")), role="total"),
    )
    headings = (TableHeading("Đơn vị"), TableHeading("Đã xong", "Hồ sơ", right=True), TableHeading("Ngày", "Hồ sơ"))
    table = Table("t", headings, rows, "Bảng 1", ("Ghi chú.",))
    page = Page("BÁO CÁO", ("dòng",), (Section("a", "Phần", (Paragraph("đoạn"), Paragraph("mục", item=True)), (table,), annex=True),))
    with open_book(tmp_path / "p.xlsx") as book:
        for sheet in page_sheets(page):
            book.add(sheet)
    (sheet,) = openpyxl.load_workbook(tmp_path / "p.xlsx")  # a page of annexes alone has no first sheet
    assert sheet.title == "Phần"
    texts = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert texts == [
        ["BÁO CÁO", None, None], ["dòng", None, None], [None] * 3, ["Phần", None, None], ["đoạn", None, None], ["– mục", None, None],
        ["Bảng 1", None, None], ["Đơn vị", "Hồ sơ", None], [None, "Đã xong", "Ngày"], ["Cấp huyện", None, None],
        ["Mỹ An", 3, sheet["C11"].value], ["=1+1", 3, "–"], ["Ghi chú.", None, None],
    ]  # fmt: skip
    assert {"A8:A9", "B8:C8", "A10:C10"} <= {str(area) for area in sheet.merged_cells.ranges}
    assert (sheet["C11"].is_date, sheet["A11"].alignment.indent, sheet["A10"].font.b, sheet["A12"].data_type) == (True, 1, True, "s")
    assert sheet.print_title_rows == "$8:$9"


# --- The tables


def rows_read(path: Path, sheet: str) -> list[dict[str, Any]]:
    """Return the rows of a sheet as the library's own reader of workbooks gives them."""
    table = read_excel(path, sheet=sheet)
    columns = [[column.cell(at) for at in range(len(table.rows))] for _, column in sorted(table.columns.items())]
    return [dict(zip(table.headings, row, strict=True)) for row in zip(*columns, strict=True)]


def test_read_back_by_our_own_reader_it_holds_the_measures_of_report_json(path: Path) -> None:
    measures = [m for m in json.loads(report_json(report()))["measures"] if m["status"] != "not_applicable"]
    rows = rows_read(path, "Số liệu")
    assert len(rows) == len(measures) > 1000
    words = {"": None}
    for row, m in zip(rows, measures, strict=True):
        assert (row["Mã chỉ tiêu"], row["Mã đơn vị"], str(row["Kỳ"])) == (m["indicator"], m["unit"], m["period"])
        assert words.get(row["Tử số"], row["Tử số"]) == m["numerator"]
        assert words.get(row["Mẫu số"], row["Mẫu số"]) == m["denominator"]
        assert (row["Giá trị"] == "") == (m["value"] is None)
        assert m["value"] is None or abs(Fraction(row["Giá trị"]) - Fraction(m["value"])) < Fraction(1, 10**9)
        assert (row["Ghi chú"] or "") == m["reason"]
        excluded = dict(part.split("=") for part in row["Không tính"].split("; ")) if row["Không tính"] else {}
        assert {why: int(n) for why, n in excluded.items()} == m["excluded"]


def test_read_back_it_holds_the_changes_of_report_json(path: Path) -> None:
    deltas = json.loads(report_json(report()))["deltas"]
    rows = rows_read(path, "Thay đổi")
    assert len(rows) == len(deltas) > 100
    for row, d in zip(rows, deltas, strict=True):
        assert (row["Mã chỉ tiêu"], row["Mã đơn vị"]) == (d["indicator"], d["unit"])
        for heading, key in (("Giá trị kỳ gốc", "baseline"), ("Thay đổi", "difference"), ("Thay đổi tương đối (%)", "relative_percent")):
            assert (row[heading] == "") == (d[key] is None)
            assert d[key] is None or abs(Fraction(row[heading]) - Fraction(d[key])) < Fraction(1, 10**9)
        assert (row["Tốt hơn"] if row["Tốt hơn"] != "" else None) == d["better"]


def test_headings_and_words_are_vietnamese_or_english_throughout() -> None:
    for table in (report().measures, report().deltas, report().problems):
        headings = list(answer_columns(table, "vi"))
        assert len({heading.casefold() for heading in headings}) == len(headings)
        assert not [heading for heading in headings if heading in table.columns]
        assert set(answer_columns(table, "en")) <= set(table.columns)
    words = answer_columns(report().measures, "vi")
    assert {"trực tuyến", "trực tiếp"} <= set(words["Kênh"].cells())
    assert set(words["Cấp"].cells()) == {None, "cấp huyện", "cấp xã"}
    assert "đủ số liệu" in words["Trạng thái"].cells()
    assert not {status.value for status in Status} & set(words["Trạng thái"].exported("vi")[0])


def test_a_title_of_capitals_has_the_rows_that_it_needs() -> None:
    """64 capitals of 15 points do not stand on one line of a page, as letters do; nor are they cut off."""
    heights = [
        next(iter(page_sheets(Page(title, (), (Section("a", "A", annex=True),))))).heights[0]
        for title in ("MƯỜI BA " * 8, "Mười ba " * 8, "MƯỜI BA " * 4)
    ]
    assert heights[0] > heights[1] == heights[2]


def test_tables_have_filters_over_all_their_rows(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    for name in book.sheetnames[-3:]:
        sheet = book[name]
        (table,) = sheet.tables.values()
        assert table.ref == table.autoFilter.ref == f"A1:{sheet.cell(1, sheet.max_column).column_letter}{max(sheet.max_row, 2)}"
        assert [column.name for column in table.tableColumns] == [cell.value for cell in sheet[1]]
        assert sheet.freeze_panes == "A2"


# --- The whole


def test_the_same_report_gives_the_same_bytes_of_the_day_it_is_about(path: Path, tmp_path: Path) -> None:
    write_workbook(report(), tmp_path / "again.xlsx")
    assert path.read_bytes() == (tmp_path / "again.xlsx").read_bytes()
    assert openpyxl.load_workbook(path).properties.created.date() == report().as_of


def test_all_letters_are_of_one_font_whatever_the_theme(path: Path) -> None:
    with zipfile.ZipFile(path) as file:
        styles = file.read("xl/styles.xml").decode()
    assert set(re.findall(r'<name val="([^"]+)"', styles)) == {"Times New Roman"}
    assert "<scheme" not in styles  # by which Excel would take the font of the theme


def test_nothing_runs_but_the_totals_of_form06(tmp_path: Path) -> None:
    table = "Mã hồ sơ,Đơn vị,Trạng thái,Kênh thực hiện,Lĩnh vực,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc\n"
    table += "=1+1,TM,9,trực tuyến,=HYPERLINK(1),01/03/2021,05/03/2021,03/03/2021\n"
    table += "=2+2,TM,9,trực tuyến,http://a.vn,01/03/2021,=5/03/2021,03/03/2021\n"
    units = 'code,name,kind,level,parent\nTM,"=cmd|"" /C calc""!A0",,district,\n'
    data = read_folder(small(tmp_path / "data", dossiers_csv=table, units_csv=units, meetings_csv=None))
    data.report("2021").save(tmp_path / "out", formats=("xlsx",))
    with zipfile.ZipFile(tmp_path / "out" / "report.xlsx") as file:
        for name in file.namelist():
            text = file.read(name).decode("utf-8", "replace")
            assert "<hyperlink" not in text
            for formula in re.findall(r"<f>([^<]*)</f>", text):
                assert re.fullmatch(r"SUM\([A-Z0-9:,]+\)", formula)
        assert "=cmd|" in file.read("xl/sharedStrings.xml").decode()


def test_beside_each_problem_stands_how_many_there_are(tmp_path: Path) -> None:
    rows = "".join(f"{n},TM,9,hôm qua {n},05/03/2021,03/03/2021\n" for n in range(1200))
    heading = "Mã hồ sơ,Đơn vị,Trạng thái,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc\n"
    report = read_folder(small(tmp_path / "data", dossiers_csv=heading + rows)).report("2021")
    report.save(tmp_path / "out", formats=("xlsx",))
    listed = rows_read(tmp_path / "out" / "report.xlsx", "Vấn đề dữ liệu")
    dates = [row for row in listed if row["Mã"] == "impossible_date"]
    assert len(dates) == 1000
    assert {row["Tổng số cùng mã trong tệp"] for row in dates} == {1200}


def test_persons_and_secret_documents_are_in_no_workbook(tmp_path: Path) -> None:
    dossiers = "Mã hồ sơ,Đơn vị,Trạng thái,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc,Kênh thực hiện,Chủ hồ sơ,Số CCCD\n"
    dossiers += "1,TM,9,01/03/2021,05/03/2021,03/03/2021,trực tuyến,Nguyễn Văn Bí Mật,087099001234\n"
    dossiers += "2,TM,9,hôm qua,05/03/2021,,trực tuyến,Trần Thị Riêng,087099005678\n"
    documents = "Số ký hiệu,Đơn vị,Ngày ban hành,Điện tử,Độ mật,Trích yếu\n"
    documents += "77/TM-UBND,TM,05/03/2021,có,Tối mật,Việc kín\n88/UBND,TM,06/03/2021,có,Thường,Việc thường\n"
    data = read_folder(small(tmp_path / "data", dossiers_csv=dossiers, documents_csv=documents))
    report = data.report("2021")
    report.save(tmp_path / "out", formats=("xlsx",))
    data.form06("2021").to_excel(tmp_path / "out" / "form06.xlsx")
    report.problems.to_excel(tmp_path / "out" / "problems.xlsx")
    assert report.problems.rejected == 1
    for path in sorted((tmp_path / "out").glob("*.xlsx")):
        with zipfile.ZipFile(path) as file:
            text = "".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())
        for planted in ("Bí Mật", "Riêng", "087099", "77/TM", "Việc kín"):
            assert planted not in text, (path.name, planted)


def test_where_there_is_no_form06_the_sheet_says_why(tmp_path: Path) -> None:
    data = read_folder(small(tmp_path / "data", dossiers_csv=None))
    data.report("2021").save(tmp_path / "out", formats=("xlsx",), lang="en")
    book = openpyxl.load_workbook(tmp_path / "out" / "report.xlsx")
    assert "there is no table of dossiers" in book["Form 06"]["A1"].value


def test_a_report_without_a_problem_and_without_a_change(tmp_path: Path) -> None:
    units = [{"code": "TM", "name": "Tháp Mười", "kind": "huyện", "level": "district"}]
    rows = [{"Mã cuộc họp": "1", "Đơn vị": "TM", "Loại cuộc họp": "Họp UBND", "Ngày họp": "05/01/2021", "Họp không giấy": "x"}]
    Dataset(units=units, meetings=rows, as_of=date(2022, 1, 31)).report("2021").save(tmp_path, formats=("xlsx",))
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    assert book["Vấn đề dữ liệu"].max_row <= 2
