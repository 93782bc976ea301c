"""Workbooks as an office program shows and calculates them: ``nox -s office``."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import docx
import openpyxl
import pytest
import xlsxwriter
from tests.folders import EXAMPLE
from tests.office.soffice import converted, pages

from cchc_metrics.dataset import Dataset
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.report.content import report_page
from cchc_metrics.report.periodic_page import periodic_page
from cchc_metrics.report.workbook import write_workbook
from cchc_metrics.tables.numbers import format_count


@cache
def example() -> Dataset:
    return read_folder(EXAMPLE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return one folder for all, so that the program makes its settings once."""
    return tmp_path_factory.mktemp("office")


def words(text: str) -> str:
    """Return a text without what lines and columns do to its gaps."""
    return " ".join(text.split())


def test_form06_is_one_page_with_the_numbers_of_the_form(folder: Path) -> None:
    form = example().form06("2021")
    form.to_excel(folder / "form06.xlsx")
    (page,) = pages(converted(folder / "form06.xlsx", "pdf", folder))
    lines = [words(line) for line in page.splitlines()]
    total = form["", None]
    printed = [total.total, total.online, total.direct, total.carried_over, total.ended, total.early, total.on_due_date, total.late]
    assert any(line.startswith("Tổng cộng " + " ".join(format_count(n) for n in printed)) for line in lines)
    for row in form:
        if row.field:
            assert any(f" {row.field} {format_count(row.total)} " in f" {line} " for line in lines), row
    assert "THỦ TRƯỞNG ĐƠN VỊ" in page


def test_totals_are_the_same_when_they_are_calculated(folder: Path) -> None:
    example().form06("2021").to_excel(folder / "sums.xlsx")
    again = converted(folder / "sums.xlsx", "xlsx", folder)
    formulas = openpyxl.load_workbook(folder / "sums.xlsx").active
    ours, theirs = (openpyxl.load_workbook(path, data_only=True).active for path in (folder / "sums.xlsx", again))
    cells = [cell.coordinate for row in formulas.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(cells) == 33
    assert [ours[cell].value for cell in cells] == [theirs[cell].value for cell in cells]


def test_the_report_prints_what_the_page_says(folder: Path) -> None:
    report = example().report("2021")
    write_workbook(report, folder / "report.xlsx")
    printed = pages(converted(folder / "report.xlsx", "pdf", folder))
    page = report_page(report)
    assert words(page.title) in words(printed[0])
    # Words within a cell are broken into lines, between which stand those of its neighbours: the numbers are looked for.
    text = words(" ".join(printed))
    for section in page.sections:
        assert words(section.title) in text
        for table in section.tables:
            for cell in (cell for row in table.rows for cell in row.cells if cell.number is not None and not cell.mark):
                assert cell.text.strip() in text
    assert "###" not in text  # a number for which its column is too narrow


def test_a_form_that_another_program_wrote_is_filled_and_calculated(folder: Path) -> None:
    with xlsxwriter.Workbook(str(folder / "mau.xlsx")) as book:
        sheet = book.add_worksheet("Biểu 1")
        sheet.merge_range("A1:C1", "{{unit}} – {{period}}", book.add_format({"bold": True, "align": "center"}))
        sheet.write("A2", "{{dossiers_received}}", book.add_format({"num_format": "#,##0", "border": 1}))
        sheet.write("B2", "{{resolved_on_time}}")
        sheet.write("C2", "{{dossiers_received|2019}}")
        sheet.write_formula("A3", "=A2*2", None, 0)
        sheet.write("A4", "Đạt {{resolved_on_time}}.")
        sheet.insert_textbox("E2", "Đơn vị: {{unit}}")
        sheet.set_header("&L{{unit}}")
    own = converted(folder / "mau.xlsx", "xlsx", folder)
    for name, form in (("ours", folder / "mau.xlsx"), ("theirs", own)):
        out = folder / f"{name}.xlsx"
        found = example().fill_form(form, out, period="2021")
        assert [item.value is None for item in found].count(False) == 3
        (page,) = pages(converted(out, "pdf", folder))
        text = words(page)
        for said in ("huyện Tháp Mười – Năm 2021", "6.389", "98,90%", "12778", "Đạt 98,9%.", "Đơn vị: huyện Tháp Mười"):
            assert said in text, (name, said)
        assert "{{" not in text


def test_a_document_that_another_program_wrote_is_filled(folder: Path) -> None:
    form = docx.Document()
    form.add_paragraph("Trong {{period}} đạt {{resolved_on_time}}.")
    form.sections[0].header.paragraphs[0].text = "{{unit}}"
    table = form.add_table(rows=0, cols=2)
    for left, right in (
        ("{%tr for u in units if u.level == 'commune' %}", ""),
        ("{{u.full_name}}", "{{dossiers_received|unit=u}}"),
        ("{%tr endfor %}", ""),
    ):
        row = table.add_row().cells
        row[0].text, row[1].text = left, right
    form.save(folder / "mau-loop.docx")
    own = converted(folder / "mau-loop.docx", "docx", folder)
    data = example()
    measures = data.measures("2021")
    for name, template in (("ours", folder / "mau-loop.docx"), ("theirs", own)):
        out = folder / f"{name}.docx"
        data.fill_form(template, out, period="2021")
        text = words("\n".join(pages(converted(out, "pdf", folder))))
        assert "huyện Tháp Mười Trong năm 2021 đạt 98,9%." in text, name
        for code in data.units.at_level("commune", within=data.unit):
            assert f"{data.units.unit(code).full_name} {format_count(measures['dossiers_received', code].numerator or 0)}" in text, name
        assert "{{" not in text


@pytest.mark.parametrize("ending", ["docx", "xlsx"])
def test_the_periodic_report_prints_its_parts_and_numbers_under_its_headings(folder: Path, ending: str) -> None:
    found = example().periodic("2021")
    (path,) = found.save(folder / "periodic", [ending])
    printed = pages(converted(path, "pdf", folder))
    text = words(" ".join(printed))
    letters = "".join(text.split())  # what is made smaller to fit the sheet has gaps within its words
    page = periodic_page(found)
    (table,) = page.sections[-1].tables
    for row in table.rows:
        if row.role == "title":
            assert "".join(f"{row.cells[0].text}{row.cells[1].text}".split()) in letters  # on one line, over all columns
        for cell in row.cells:
            assert cell.number is None or cell.mark or cell.text in text
    # The table's headings stand on every page that has rows of it.
    own = [each for each in printed if re.search(r"^\s*[1-5]\.[1-9]\s{2,}\S", each, re.MULTILINE)]
    assert len(own) >= 3
    assert all("TT" in each and "Đơnvịtính" in "".join(each.split()) for each in own)
    assert "###" not in text
