"""Form 06 as a workbook: the headings, the page and the formulas of the printed form, and the numbers of the table."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.folders import EXAMPLE

from cchc_metrics.dataset import Dataset
from cchc_metrics.errors import CchcError
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.reference.period import Period
from cchc_metrics.verbs.form06_rows import NUMBERS, Form06Row
from cchc_metrics.verbs.form06_sheet import form06_sheet

YEAR = Period.parse("2021")


@cache
def example() -> Dataset:
    return read_folder(EXAMPLE)


def written(path: Path, **options: Any) -> tuple[Any, Any]:
    """Return the sheet of the example's form with its formulas, and with the values that they were written with."""
    example().form06("2021").to_excel(path, **options)
    return openpyxl.load_workbook(path).active, openpyxl.load_workbook(path, data_only=True).active


def calculated(sheet: Any, cell: str) -> int:
    """Return what a cell gives when its formula, a sum of cells and areas, is calculated."""
    value = sheet[cell].value
    if not isinstance(value, str):
        return int(value or 0)
    found = re.fullmatch(r"=SUM\((.+)\)", value)
    assert found, value
    areas = (sheet[area] for area in found[1].split(","))
    return sum(calculated(sheet, c.coordinate) for area in areas for (c,) in (area if isinstance(area, tuple) else ((area,),)))


def test_the_numbers_are_those_of_the_form_and_totals_are_sums_over_the_rows(tmp_path: Path) -> None:
    form = example().form06("2021")
    formulas, values = written(tmp_path / "f.xlsx")
    lines = [row for row in range(11, values.max_row + 1) if isinstance(values.cell(row, 3).value, int)]
    assert len(lines) == len(form.rows)
    for line, row in zip(lines, form.rows, strict=True):
        for column, name in enumerate(NUMBERS[:11], start=3):
            cell = formulas.cell(line, column)
            assert values.cell(line, column).value == getattr(row, name) == calculated(formulas, cell.coordinate)
            assert (cell.data_type == "f") == (row.field is None)
            assert cell.number_format == "#,##0"
        name = values.cell(line, 2).value
        assert name == (
            row.field
            if row.field is not None
            else {"": "Tổng cộng"}.get(row.level, f"Cộng cấp {'huyện' if row.level == 'district' else 'xã'}")
        )
    # The total is of the totals, each once.
    assert formulas.cell(lines[-1], 3).value == f"=SUM(C{lines[9]},C{lines[-2]})"
    assert [values.cell(row, 1).value for row in lines] == [*range(1, 10), None, *range(1, 8), None, None]


def test_headings_page_and_places_to_sign(tmp_path: Path) -> None:
    sheet, _ = written(tmp_path / "f.xlsx")
    merged = {str(area) for area in sheet.merged_cells.ranges}
    assert merged >= {"A7:A9", "B7:B9", "C7:F7", "G7:J7", "K7:M7", "C8:C9", "D8:E8", "F8:F9", *(f"{c}8:{c}9" for c in "GHIJKLM")}
    headings = {
        "A7": "STT", "B7": "Lĩnh vực giải quyết", "C7": "Số lượng hồ sơ tiếp nhận", "G7": "Số lượng hồ sơ đã giải quyết",
        "K7": "Số lượng hồ sơ đang giải quyết", "C8": "Tổng số", "D8": "Trong kỳ", "F8": "Từ kỳ trước", "D9": "Trực tuyến",
        "E9": "Trực tiếp, dịch vụ bưu chính", "G8": "Tổng số", "H8": "Trước hạn", "I8": "Đúng hạn", "J8": "Quá hạn", "K8": "Tổng số",
        "L8": "Trong hạn", "M8": "Quá hạn",
    }  # fmt: skip
    assert {cell: sheet[cell].value for cell in headings} == headings
    assert [re.match(r"\(\d+\)", cell.value)[0] for cell in sheet[10]] == [f"({n})" for n in range(1, 14)]  # type: ignore[index]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, None)  # one page, which need not be said
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("C11", "$7:$10")
    assert sheet.print_area == f"'Biểu 06'!$A$1:$M${sheet.max_row}"
    assert {cell.font.name for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"Times New Roman"}
    texts = [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    for said in ("Biểu số 06/VPCP/KSTT\n", "huyện Tháp Mười", "(Từ ngày 01/01/2021 đến ngày 31/12/2021)", "THỦ TRƯỞNG ĐƠN VỊ"):
        assert any(said in text for text in texts)
    # By the rules of the folder some dossiers without a due date stand in (7) and in none of its parts.
    assert "Ghi chú: 11 hồ sơ đã giải quyết không có hạn trả, tính ở cột (7), không ở (8), (9), (10)." in texts


def test_under_the_rules_of_the_form_nothing_is_apart(tmp_path: Path) -> None:
    form = example().replace(rules="form06").form06("2021", unit="H20.38.01")
    form.to_excel(tmp_path / "f.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "f.xlsx").active
    texts = [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert not [text for text in texts if text.startswith("Ghi chú")]
    # One level: neither its name nor a total of its own.
    assert not [text for text in texts if text.startswith(("Cộng", "CẤP"))]
    assert "Tổng cộng" in texts


def test_english_and_a_language_that_there_is_not(tmp_path: Path) -> None:
    sheet, _ = written(tmp_path / "f.xlsx", lang="en")
    assert (sheet.title, sheet["D9"].value) == ("Form 06", "Online")
    with pytest.raises(CchcError, match="fr"):
        written(tmp_path / "g.xlsx", lang="fr")
    with pytest.raises(CchcError, match="cannot write"):
        written(tmp_path / "no" / "g.xlsx")


def test_the_same_form_gives_the_same_bytes(tmp_path: Path) -> None:
    written(tmp_path / "a.xlsx")
    written(tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


FIELDS = st.sampled_from(["=1+1", "Hộ tịch", "", "Một lĩnh vực có tên dài đến mức phải xuống nhiều dòng trong ô của nó"])


@given(st.dictionaries(st.sampled_from(["province", "district", "commune"]), st.dictionaries(FIELDS, st.integers(0, 10**6), max_size=4)))
def test_totals_are_sums_whatever_levels_and_fields_there_are(levels: dict[str, dict[str, int]]) -> None:
    rows = []
    for level, fields in levels.items():
        of_level = [Form06Row(level, field, *[n] * len(NUMBERS)) for field, n in fields.items()]
        rows += [*of_level, Form06Row(level, None, *[sum(fields.values())] * len(NUMBERS))]
    total = sum(sum(fields.values()) for fields in levels.values())
    sheet = form06_sheet([*rows, Form06Row("", None, *[total] * len(NUMBERS))], "x", YEAR)
    cells = {(cell.row, cell.column): cell for cell in sheet.cells}

    def value(row: int, column: int) -> int:
        cell = cells[row, column]
        if not cell.formula:
            return cell.value if isinstance(cell.value, int) else 0
        return sum(
            value(at, column)
            for area in cell.formula.removeprefix("=SUM(").removesuffix(")").split(",")
            for first, _, last in [area.partition(":")]
            for at in range(int(first[1:]) - 1, int((last or first)[1:]))
        )

    for (row, column), cell in cells.items():
        if cell.formula:
            assert value(row, column) == cell.value
    assert all(not str(cell.value).startswith("=") or not cell.formula for cell in sheet.cells)
