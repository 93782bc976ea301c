"""The one-stop's own Form 06 as a workbook: what the library writes is read back, and so is what offices print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cchc_metrics.errors import InputError
from cchc_metrics.read.form06_csv import read_form06_file
from cchc_metrics.reference.period import Period
from cchc_metrics.tables.workbook import open_book
from cchc_metrics.verbs.form06_rows import NUMBERS, Form06Row
from cchc_metrics.verbs.form06_sheet import form06_sheet

PRINTED = NUMBERS[:11]
NUMBERED = ("(1)", "(2)", "(3) = (4)+(5)+(6)", "(4)", "(5)", "(6)", "(7)=(8)\n+(9)+(10)", *(f"({n})" for n in range(8, 14)))
NUMBERS_OF_A_ROW = (100, 40, 55, 5, 90, 80, 8, 2, 10, 9, 1)


def row(level: str, field: str | None, *numbers: int) -> Form06Row:
    return Form06Row(level, field, *(numbers or NUMBERS_OF_A_ROW))


def written(path: Path, lines: list[list[Any]], sheet: str = "Biểu 06") -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Bìa"
    page = book.create_sheet(sheet)
    for line in lines:
        page.append(line)
    book.save(path)
    return path


def summed(level: str, rows: list[Form06Row]) -> Form06Row:
    return Form06Row(level, None, *(sum(getattr(r, name) for r in rows) for name in PRINTED))


@settings(max_examples=10, deadline=None)
@given(
    levels=st.lists(st.sampled_from(["province", "district", "commune"]), min_size=1, unique=True),
    lang=st.sampled_from(["vi", "en"]),
    numbers=st.lists(st.lists(st.integers(0, 9_999), min_size=11, max_size=11), min_size=6, max_size=6),
)
def test_what_the_library_writes_is_read_back(tmp_path_factory: pytest.TempPathFactory, levels: list[str], lang: Any, numbers: Any) -> None:
    rows: list[Form06Row] = []
    for at, level in enumerate(levels):
        of_level = [row(level, name, *numbers[2 * at + n]) for n, name in enumerate(("Hộ tịch", "Tổng hợp và đất đai"))]
        rows += [*of_level, summed(level, of_level)]
    rows.append(summed("", [r for r in rows if r.field is not None]))
    path = tmp_path_factory.mktemp("form") / "bieu.xlsx"
    with open_book(path, title="Biểu 06") as book:
        book.add(form06_sheet(rows, "xã Mỹ Quý", Period.parse("2021"), lang))
    if len(levels) == 1:  # the form then says no level, and its total is that of all
        rows = [Form06Row("", r.field, *(getattr(r, name) for name in PRINTED)) for r in rows if r.field is not None or not r.level]
    assert list(read_form06_file(path)) == rows


def test_what_an_office_prints(tmp_path: Path) -> None:
    path = written(
        tmp_path / "bieu.xlsx",
        [
            ["TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT"],
            list(NUMBERED),
            ["I", "UBND CẤP XÃ"],
            [1, "Hộ tịch", "1.100", 40, 55.0, 5, 90, 80, 8, 2, 10, 9, None],
            [None, "Cộng cấp xã", *NUMBERS_OF_A_ROW],
            [None, "TỔNG CỘNG", *NUMBERS_OF_A_ROW],
            [None, "Người lập biểu"],
            ["Ghi chú: (9) gồm cả hồ sơ xin rút"],
        ],
    )
    assert read_form06_file(path) == (
        row("commune", "Hộ tịch", 1100, *NUMBERS_OF_A_ROW[1:-1], 0),
        row("commune", None),
        row("", None),
    )


def test_a_cell_that_is_no_number_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "bieu.xlsx", [list(NUMBERED), [1, "Hộ tịch", "bốn", *NUMBERS_OF_A_ROW[1:]]])
    with pytest.raises(InputError, match=r"«bieu.xlsx», Biểu 06, row 2, column \(3\) = «bốn»"):
        read_form06_file(path)


def test_a_workbook_without_the_form_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "bieu.xlsx", [["Mã hồ sơ", "(3)"], ["1", "2"]])
    with pytest.raises(InputError, match="no sheet has the line of column numbers"):
        read_form06_file(path)
