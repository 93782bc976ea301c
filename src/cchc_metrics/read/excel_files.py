"""Reading workbooks (.xlsx, .xls, .xlsb, .ods, and web pages and Excel 2003's XML): a sheet becomes the raw table that CSV becomes.

- Sheet: the one that is named; else, of the visible ones, the first that names the most of the kind's columns. Other sheets that look like
  it are reported, hidden ones too. Rows that are hidden or filtered out are read like others, and reported.
- Heading: of the first rows, those that name the most of the kind's columns (``layout``); titles may stand above, column numbers beneath.
- Merged cells: an area that goes downwards through the records says the same in each of them.
- Rows are numbered as the spreadsheet shows them; blank ones are passed over, rows with cells beyond the headings are refused.
- Cells: dates, times and numbers are what they are, whatever their format; a whole number has no point; a cell that shows an error holds
  the error, and one whose formula was never calculated holds that. (Of .xls errors are known only, of .xlsb and .ods
  neither: such cells are empty.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np

from cchc_metrics.errors import suggestion
from cchc_metrics.read.dated import ROWS, are_dates
from cchc_metrics.read.excel_parts import from_1904, hidden_rows, odd_cells
from cchc_metrics.read.findings import listed, shown
from cchc_metrics.read.grids import GridBook
from cchc_metrics.read.layout import TOP, Merged, find_heading
from cchc_metrics.read.limits import LIMITS, Limits
from cchc_metrics.read.raw import (
    Progress,
    RawColumn,
    RawColumnBuilder,
    RawTable,
    Refused,
    Remark,
    Uncalculated,
    UnreadableFileError,
    Wanted,
)
from cchc_metrics.read.workbooks import Workbook, broken, open_workbook
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array
from cchc_metrics.records.fields import EXACT_DIGITS
from cchc_metrics.text import fold, nfc

_CHUNK_ROWS: Final = 512
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True, eq=False)
class _Sheet:
    """A sheet whose heading was found.

    Args:
        sheet: the reader's sheet.
        name: as the workbook has it.
        row: 1-based (last) row of the heading; 0 where the first rows are empty.
        after: how many rows stand before the first record.
        headings: without the blank ones at the end.
        kept: positions of the columns that are wanted.
        merged: merged areas, in the columns of the rows.
    """

    sheet: Any
    name: str
    row: int
    after: int
    headings: tuple[str, ...]
    kept: tuple[int, ...]
    merged: tuple[Merged, ...]


def read_excel(
    path: Path,
    *,
    wanted: Wanted | None = None,
    sheet: str = "",
    file: str = "",
    progress: Progress | None = None,
    encoding: str = "",
    limits: Limits = LIMITS,
) -> RawTable:
    """Return the table in a workbook, or in a web page.

    Args:
        path: the file.
        encoding: of its texts, where they are not in Unicode; cells are still to be converted.
        wanted: takes the headings, returns the positions of the columns to keep; None keeps all. Others are never stored.
        sheet: the sheet's name; else it is chosen as the module says.
        file: the file's name for messages; the path's last part by default.
        progress: called with the name, bytes read and bytes in all.
        limits: how much it may hold.

    Raises:
        UnreadableFileError: the file is no workbook, or is protected by a password, or has no such sheet.
        InputError: the reader of workbooks is not installed.
    """
    name = file or path.name
    try:
        workbook = open_workbook(path, encoding, limits)
    except OSError as error:
        raise UnreadableFileError(f"{error.strerror or error}", f"{error.strerror or error}") from None
    size = len(workbook.data)
    if progress is not None:
        progress(name, 0, size)
    sheets = _sheets(workbook, wanted, sheet)
    chosen = max(sheets, key=lambda found: len(found.kept), default=None)  # the first of several that are alike
    remarks = [] if sheet else _hidden_sheets(workbook, wanted, chosen)
    if chosen is None:
        return RawTable((), {}, np.empty(0, dtype=np.int64), name, remarks=tuple(remarks))
    limits.check_table(len(chosen.headings))
    with broken():
        builders, rows, refused = _rows(chosen, {}, limits)
    columns = {position: builder.done() for position, builder in builders.items()}
    # Among them may be errors and formulas that were never calculated, which the reader does not tell.
    # A row of nothing but errors looks blank.
    passed = not workbook.in_memory and _height(chosen.sheet) - chosen.after > len(rows) + len(refused)
    if not workbook.in_memory and (passed or any("" in column.values or 0 in column.values for column in columns.values())):
        wrong = odd_cells(workbook.data, workbook.reader.sheet_names.index(chosen.name))
        if wrong:
            builders, rows, refused = _rows(chosen, wrong, limits)
            columns = {position: builder.done() for position, builder in builders.items()}
    hidden = sorted(_hidden_rows(workbook, chosen).intersection(rows.tolist()))
    if hidden:
        remarks.append((Code.HIDDEN_ROWS, (f": {len(hidden)} dòng ({listed(hidden)})", f": {len(hidden)} rows ({listed(hidden)})")))
    if progress is not None:
        progress(name, size, size)
    return RawTable(
        chosen.headings,
        {position: _tidied(column) for position, column in columns.items()},
        rows,
        name,
        chosen.name,
        heading_row=chosen.row,
        refused=tuple(refused),
        dated=_dated(chosen),
        like_sheets=tuple(other.name for other in sheets if other is not chosen and _like(other, chosen)),
        remarks=tuple(remarks),
        from_1904=workbook.reader.from_1904 if isinstance(workbook.reader, GridBook) else from_1904(workbook.data),
    )


def _height(sheet: Any) -> int:
    """Return how many rows a sheet has, from its first to the last with a cell; what calamine calls so is one less."""
    return 0 if sheet.end is None else int(sheet.end[0]) + 1


def _hidden_sheets(workbook: Workbook, wanted: Wanted | None, chosen: _Sheet | None) -> list[Remark]:
    """Return the remark that hidden sheets look like tables of the kind, which are not read."""
    if wanted is None:
        return []
    found = [_sheet(workbook, name, wanted) for name in workbook.names(hidden=True)]
    names = ", ".join(
        f"«{shown(other.name)}»" for other in found if other.row and len(other.kept) >= 2 and (chosen is None or _like(other, chosen))
    )
    return [(Code.HIDDEN_SHEET, (f": {names}", f": {names}"))] if names else []


def _hidden_rows(workbook: Workbook, sheet: _Sheet) -> frozenset[int]:
    if isinstance(workbook.reader, GridBook):
        return workbook.reader.get_sheet_by_name(sheet.name).hidden_rows
    return hidden_rows(workbook.data, workbook.reader.sheet_names.index(sheet.name))


def sheets_alike(path: Path, *, wanted: Wanted, encoding: str = "", limits: Limits = LIMITS) -> tuple[tuple[str, ...], tuple[Remark, ...]]:
    """Return the visible sheets that look like the one that names the most wanted columns, that one among them, and whether hidden ones do.

    Raises:
        UnreadableFileError: the file is no workbook, or is protected by a password.
        InputError: the reader of workbooks is not installed.
    """
    try:
        workbook = open_workbook(path, encoding, limits)
    except OSError as error:
        raise UnreadableFileError(f"{error.strerror or error}", f"{error.strerror or error}") from None
    sheets = _sheets(workbook, wanted, "")
    chosen = max(sheets, key=lambda found: len(found.kept), default=None)
    if chosen is None:  # what is said of the workbook is said where it is read
        return ("",), ()
    return tuple(found.name for found in sheets if chosen is found or _like(found, chosen)), tuple(_hidden_sheets(workbook, wanted, chosen))


def looked_at(path: Path, encoding: str = "", limits: Limits = LIMITS) -> Iterator[tuple[str, Iterator[list[Any]], tuple[Merged, ...]]]:
    """Yield every visible sheet that holds cells: its name, its rows with cells as the spreadsheet shows them, and its merged areas.

    Raises:
        UnreadableFileError: the file is no workbook, or is protected by a password.
        InputError: the reader of workbooks is not installed.
    """
    try:
        book = open_workbook(path, encoding, limits)
    except OSError as error:
        raise UnreadableFileError(f"{error.strerror or error}", f"{error.strerror or error}") from None
    for name in book.names(hidden=False):
        sheet = book.sheet(name)
        if sheet.start:
            yield name, ([_cell(cell) for cell in row] for row in sheet.iter_rows()), _areas(sheet)


def _sheets(workbook: Workbook, wanted: Wanted | None, name: str) -> list[_Sheet]:
    """Return the sheet that is named, or every visible one that holds cells."""
    if name:
        return [_sheet(workbook, _named(workbook.reader.sheet_names, name), wanted)]
    return [found for found in (_sheet(workbook, name, wanted) for name in workbook.names(hidden=False)) if found.row]


def _named(names: Sequence[str], name: str) -> str:
    for form in (str, nfc, fold):
        found = [other for other in names if form(other) == form(name)]
        if len(found) == 1:
            return found[0]
    vi, en = suggestion(name, names)
    listed = ", ".join(f"«{other}»" for other in names)
    raise UnreadableFileError(f"không có trang «{name}»{vi}; có: {listed}", f"there is no sheet «{name}»{en}; there are: {listed}")


def _sheet(workbook: Workbook, name: str, wanted: Wanted | None) -> _Sheet:
    sheet = workbook.sheet(name)
    merged = _areas(sheet)
    with broken():
        top = list(islice(sheet.iter_rows(), TOP))
    if workbook.rewrite is not None:
        rewrite = workbook.rewrite
        top = [[rewrite(cell) if isinstance(cell, str) else cell for cell in row] for row in top]
    found = find_heading(top, wanted, [area for area in merged if area[0][0] < TOP])
    return _Sheet(sheet, name, found.last + 1, found.after, found.headings, found.kept, merged)


def _dated(sheet: _Sheet) -> frozenset[int]:
    """Return the positions of the columns that are not kept and hold dates in the first rows."""
    with broken():
        rows = list(islice(sheet.sheet.iter_rows(), sheet.after, sheet.after + ROWS))
    places = [at for at in range(len(sheet.headings)) if at not in sheet.kept]
    return frozenset(at for at in places if are_dates(row[at] for row in rows))


def _areas(sheet: Any) -> tuple[Merged, ...]:
    left = sheet.start[1] if sheet.start else 0  # rows begin with the first column that holds a cell
    areas = getattr(sheet, "merged_cell_ranges", None) or ()
    return tuple(((top, first - left), (bottom, last - left)) for (top, first), (bottom, last) in areas)


def _like(other: _Sheet, chosen: _Sheet) -> bool:
    """Return whether a sheet may hold more rows of the same kind: it names two columns at least, and half of those of the one chosen."""
    return len(other.kept) >= 2 and 2 * len(other.kept) >= len(chosen.kept)


def _rows(
    sheet: _Sheet, wrong: Mapping[tuple[int, int], str | Uncalculated], limits: Limits
) -> tuple[dict[int, RawColumnBuilder], Array, list[Refused]]:
    """Return the columns, the numbers of the rows and the rows that are refused; errors stand where the reader leaves cells empty."""
    width, first = len(sheet.headings), sheet.sheet.start[1] if sheet.sheet.start else 0
    builders = {position: RawColumnBuilder() for position in sheet.kept}
    numbers: list[Array] = []
    refused: list[Refused] = []
    rows_wrong = {row for row, _ in wrong}
    rows = _unmerged(islice(sheet.sheet.iter_rows(), sheet.after, None), sheet)
    number = sheet.after + 1
    while chunk := list(islice(rows, _CHUNK_ROWS)):
        for row in rows_wrong.intersection(range(number, number + len(chunk))):
            cells = chunk[row - number]
            chunk[row - number] = [wrong.get((row, first + at), cell) for at, cell in enumerate(cells)]
        found = np.arange(number, number + len(chunk), dtype=np.int64)
        number += len(chunk)
        limits.check_table(width, number - 1 - sheet.after)
        columns = list(zip(*chunk, strict=True))
        # A blank row begins with a blank cell, and one that is refused has a cell beyond the headings: only such rows are looked at.
        odd = {at for at, cell in enumerate(columns[0]) if type(cell) is str and not cell.strip()}.union(
            at for column in columns[width:] for at, cell in enumerate(column) if cell != ""
        )
        if odd:
            out = set()
            for at in sorted(odd):
                cells = chunk[at]
                if _blank(cells):
                    out.add(at)
                elif not _blank(cells[width:]):
                    out.add(at)
                    last = max(place for place, cell in enumerate(cells, start=1) if not _blank([cell]))
                    refused.append(Refused.of(int(found[at]), cells, last))
            if out:
                kept = [at for at in range(len(chunk)) if at not in out]
                found = found[kept]
                columns = list(zip(*(chunk[at] for at in kept), strict=True)) or [()] * len(columns)
        numbers.append(found)
        for position, builder in builders.items():
            builder.extend(columns[position])
    return builders, np.concatenate(numbers) if numbers else np.empty(0, dtype=np.int64), refused


def _unmerged(rows: Iterator[list[Any]], sheet: _Sheet) -> Iterator[list[Any]]:
    """Yield rows in which every cell of an area merged downwards says what the area says; areas of one row are titles or totals."""
    starting: dict[int, list[tuple[int, int, int]]] = {}
    for (top, left), (bottom, right) in sheet.merged:
        if bottom > top >= sheet.after:
            starting.setdefault(top, []).append((bottom, left, right))
    if not starting:
        yield from rows
        return
    running: dict[int, tuple[int, Any]] = {}  # column → the last row of the area that is open there, and what it says
    for number, row in enumerate(rows, start=sheet.after):
        running = {at: area for at, area in running.items() if area[0] >= number}
        if running:
            row = list(row)  # noqa: PLW2901  the reader's own row is left as it is
            for at, (_, value) in running.items():
                if at < len(row) and row[at] == "":
                    row[at] = value
        for bottom, left, _ in starting.get(number, ()):
            if left < len(row):  # areas that lie over each other, which no program writes, are one: the longest
                running[left] = max(running.get(left, (0, row[left])), (bottom, row[left]), key=lambda area: area[0])
        yield row


def _blank(cells: Sequence[Any]) -> bool:
    return not any(cell != "" and not (isinstance(cell, str) and cell.isspace()) for cell in cells)


def _tidied(column: RawColumn) -> RawColumn:
    """Return a column with cells as the spreadsheet shows them: whole numbers without a point, moments to the second."""
    values = [_cell(value) for value in column.values]
    if len(set(zip(map(type, values), values, strict=True))) < len(values):  # two ways to write one cell
        again = RawColumn.of(values)
        return RawColumn(again.values, again.codes[column.codes])
    return RawColumn(values, column.codes)


def _cell(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT_DIGITS:  # of a larger one, digits were lost
        return int(value)
    if isinstance(value, datetime) and value.microsecond:
        return (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    if isinstance(value, str) and "_x" in value:
        return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), value)
    return value
