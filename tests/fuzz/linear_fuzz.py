"""What grows with its input grows no faster: ``nox -s fuzz`` measures it, since a time says nothing on a machine that does other work.

Each shape is doubled twice; a time that grows with the square is four times as long each time, so sixteen times over both.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from tests.read.test_broken_workbooks import SHEET, changed, workbook

from cchc_metrics.declared import Mistakes, parse_toml
from cchc_metrics.errors import CchcError
from cchc_metrics.read.excel_parts import odd_cells
from cchc_metrics.read.files import read_file


def cells_closed_at_once(size: int, folder: Path) -> Callable[[], object]:
    path = workbook(folder / "outreach.xlsx")
    many = b"".join(b'<row r="%d"><c r="A%d" t="e"/></row>' % (row, row) for row in range(3, 3 + size))
    changed(path, {SHEET: lambda data: data.replace(b"</sheetData>", many + b"</sheetData>")})
    data = path.read_bytes()
    return lambda: odd_cells(data, 0)


def areas_over_each_other(size: int, folder: Path) -> Callable[[], object]:
    path = workbook(folder / "outreach.xlsx")
    rows = b"".join(b'<row r="%d"><c r="B%d"><v>1</v></c></row>' % (row, row) for row in range(10, 10 + size))
    areas = b"<mergeCells>" + b"".join(b'<mergeCell ref="A10:A%d"/>' % (20 + n) for n in range(size)) + b"</mergeCells>"
    changed(path, {SHEET: lambda data: data.replace(b"</sheetData>", rows + b"</sheetData>" + areas)})
    return lambda: read_file("outreach", path)


def marks_never_closed(size: int, folder: Path) -> Callable[[], object]:
    path = folder / "outreach.html"
    path.write_text("<table><tr><td>" + "<!--" * size)
    return lambda: read_file("outreach", path)


def parts_of_a_key(size: int, folder: Path) -> Callable[[], object]:
    del folder
    return lambda: parse_toml("a" + ".a" * size + " = 1", "own.toml")


def mistakes(size: int, folder: Path) -> Callable[[], object]:
    del folder

    def told() -> None:
        found = Mistakes(parse_toml("a = 1", "own.toml"))
        for n in range(size):
            found.say((), f"lỗi {n}", f"mistake {n}")

    return told


def marks_on_one_letter(size: int, folder: Path) -> Callable[[], object]:
    path = folder / "outreach.csv"
    path.write_text("Mã hoạt động,Đơn vị,Ngày,Hình thức\n1,TM,01/03/2021,a" + "\u0301\u0323" * size + "\n", encoding="utf-8")
    return lambda: read_file("outreach", path)


SHAPES: dict[Callable[[int, Path], Callable[[], object]], int] = {
    cells_closed_at_once: 10_000,
    areas_over_each_other: 4_000,
    marks_never_closed: 20_000,
    parts_of_a_key: 50_000,
    mistakes: 5_000,
    marks_on_one_letter: 8_000,
}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: str(shape.__name__))
def test_four_times_as_much_takes_no_sixteen_times_as_long(shape: Callable[[int, Path], Callable[[], object]], tmp_path: Path) -> None:
    seconds = []
    for size in (SHAPES[shape], 4 * SHAPES[shape]):
        asked, best = shape(size, tmp_path), float("inf")
        for _ in range(3):
            started = time.process_time()
            with suppress(CchcError):
                asked()
            best = min(best, time.process_time() - started)
        seconds.append(best)
    assert seconds[1] < 10 * seconds[0] + 0.05, seconds
