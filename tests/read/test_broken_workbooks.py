"""Workbooks that are broken, legal but unusual, or ask for more memory than there is: read where legal, else refused in one way."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cchc_metrics.read.excel_parts import odd_cells
from cchc_metrics.read.files import read_file
from cchc_metrics.read.raw import UnreadableFileError
from cchc_metrics.records.codes import Code

xlsxwriter = pytest.importorskip("xlsxwriter")
SHEET = "xl/worksheets/sheet1.xml"
Change = Callable[[bytes], bytes | None]


def workbook(path: Path, *, errors: int = 0, far: tuple[int, int] | None = None) -> Path:
    """Write a workbook of one activity, rows of nothing but errors, and one stray cell."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["activity_id", "unit_code", "channel", "held_on"])
        sheet.write_row(1, 0, ["A1", "TM", "radio", "2021-01-02"])
        for row in range(2, 2 + errors):
            for column in range(4):
                sheet.write_formula(row, column, "=NA()", None, "#N/A")
        if far is not None:
            sheet.write(*far, "x")
    return path


def changed(path: Path, parts: dict[str, Change]) -> Path:
    """Return the workbook with parts that are changed, or left out."""
    with zipfile.ZipFile(path) as old:
        held = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in held.items():
            text = parts[name](data) if name in parts else data
            if text is not None:
                new.writestr(name, text)
    return path


def long_time(data: bytes) -> bytes:
    return data.replace(b'<c r="D2" t="s"><v>7</v>', b'<c r="D2" s="1"><v>1e300</v>')


def as_duration(data: bytes) -> bytes:
    style = b'<xf numFmtId="46" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    return data.replace(b'<cellXfs count="1">', b'<cellXfs count="2">').replace(b"</cellXfs>", style)


@pytest.mark.parametrize(
    "parts",
    [
        {SHEET: lambda data: data[: len(data) // 2]},
        {SHEET: lambda _: b""},
        {SHEET: lambda _: None},
        {"xl/sharedStrings.xml": lambda _: None},
        {"xl/sharedStrings.xml": lambda data: data[: len(data) // 2]},
        {SHEET: long_time, "xl/styles.xml": as_duration},
    ],
    ids=["cut", "empty", "no sheet", "no texts", "texts cut", "duration of 1e300"],
)
def test_a_broken_workbook_is_refused_in_one_way(tmp_path: Path, parts: dict[str, Change]) -> None:
    path = changed(workbook(tmp_path / "outreach.xlsx"), parts)
    with pytest.raises(UnreadableFileError) as raised:
        read_file("outreach", path)
    assert raised.value.en.startswith("outreach.xlsx: cannot be read (broken, or no workbook: ")


def single(data: bytes) -> bytes:
    return data.replace(b'"', b"'")


def prefixed(data: bytes) -> bytes:
    return data.replace(b"xmlns:r=", b"xmlns:rel=").replace(b" r:id=", b" rel:id=")


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"xl/workbook.xml": single, "xl/_rels/workbook.xml.rels": single, SHEET: single},
        {"xl/workbook.xml": prefixed},
    ],
    ids=["plain", "single quotation marks", "another prefix"],
)
def test_rows_of_nothing_but_errors_are_counted_however_the_xml_is_written(tmp_path: Path, parts: dict[str, Change]) -> None:
    problems = read_file("outreach", changed(workbook(tmp_path / "outreach.xlsx", errors=50), parts)).problems
    assert (problems.read, problems.valid, problems.rejected) == (51, 1, 50)
    assert problems.by_code()[Code.CELL_ERROR] == 200


@pytest.mark.parametrize("implicit", [False, True], ids=["cells say where they stand", "only the last does"])
def test_a_stray_cell_in_the_last_corner_does_not_end_the_process(tmp_path: Path, implicit: bool) -> None:
    path = workbook(tmp_path / "outreach.xlsx", far=(1_048_575, 16_383))
    if implicit:
        changed(path, {SHEET: lambda data: data.replace(b' r="A1"', b"").replace(b'<dimension ref="A1:XFD1048576"/>', b"")})
    with pytest.raises(UnreadableFileError, match=r"row 1048576 and column 16384; .* Cells: 17179869184, over 67108864"):
        read_file("outreach", path)


def test_cells_without_places_count_by_where_they_follow(tmp_path: Path) -> None:
    path = workbook(tmp_path / "outreach.xlsx")
    rows = b"<sheetData>" + b"<row>" + b"<c><v>1</v></c>" * 50 + b"</row>" + b"<row><c><v>1</v></c></row>" * 49 + b"</sheetData>"
    changed(path, {SHEET: lambda data: data[: data.index(b"<sheetData>")] + rows + data[data.index(b"</sheetData>") + 12 :]})
    with pytest.raises(UnreadableFileError, match="row 50 and column 50"):
        read_file("outreach", path, own={"limits": {"cells": 2499}})


def test_a_workbook_that_unpacks_to_more_than_is_said_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "outreach.xlsx")
    with pytest.raises(UnreadableFileError, match="over 1000"):
        read_file("outreach", path, own={"limits": {"unpacked_bytes": 1000}})


def test_cells_that_are_closed_at_once_are_all_found(tmp_path: Path) -> None:
    path = workbook(tmp_path / "outreach.xlsx")
    many = b"".join(b'<row r="%d"><c r="A%d" t="e"/></row>' % (row, row) for row in range(3, 2_003))
    changed(path, {SHEET: lambda data: data.replace(b"</sheetData>", many + b"</sheetData>")})
    assert len(odd_cells(path.read_bytes(), 0)) == 2_000


def test_merged_areas_over_each_other_are_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "outreach.xlsx")
    rows = b"".join(b'<row r="%d"><c r="B%d"><v>1</v></c></row>' % (row, row) for row in range(10, 210))
    areas = b'<mergeCells count="200">' + b"".join(b'<mergeCell ref="A10:A%d"/>' % (20 + n) for n in range(200)) + b"</mergeCells>"
    changed(path, {SHEET: lambda data: data.replace(b"</sheetData>", rows + b"</sheetData>" + areas)})
    read_file("outreach", path)


@pytest.mark.parametrize("mark", ["<a ", "<!--", "<![CDATA[", "<?", "<"])
def test_marks_that_are_never_closed_are_refused(mark: str, tmp_path: Path) -> None:
    path = tmp_path / "outreach.html"
    path.write_text("<table><tr><td>" + mark * 2_000)
    with pytest.raises(UnreadableFileError, match="a broken web page: many"):
        read_file("outreach", path)
