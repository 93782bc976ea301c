"""What the sheets of .xlsb, .ods and .xls would take in memory, asked before their reader makes a rectangle of each.

What a file says of its own size is not believed: its cells are looked at. And what an .xls says of how many sectors, entries and texts it
has is what its reader allocates before it looks: it may be no more than the file could hold.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Final

from cchc_metrics.read.limits import Limits
from cchc_metrics.read.raw import UnreadableFileError
from cchc_metrics.read.xls_parts import Compound, records

# --- .xlsb: records of a kind and a size, both of seven bits a byte ([MS-XLSB] 2.1.4)

_ROW, _FIRST_CELL, _LAST_CELL, _END = 0, 1, 11, 146
_LAST_ROW: Final = 1 << 20


def area_of_xlsb(sheet: bytes) -> tuple[int, int]:
    """Return the last row and column, from 1, of the cells of a sheet of an .xlsb."""
    at, row, last_row, last_column = 0, 0, 0, 0
    end = len(sheet) - 1
    number = struct.Struct("<I").unpack_from
    while at < end:
        kind = sheet[at]
        at += 1
        if kind > 127:
            kind = kind & 0x7F | (sheet[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        for _ in range(4):
            if at > end:
                return last_row, last_column
            byte = sheet[at]
            at += 1
            size |= (byte & 0x7F) << shift
            if byte < 128:
                break
            shift += 7
        if kind == _ROW and size >= 4 and at + 4 <= len(sheet):  # in a shorter one what came before still stands
            row = min(number(sheet, at)[0] + 1, _LAST_ROW + 1)
        elif _FIRST_CELL <= kind <= _LAST_CELL and size >= 4 and at + 4 <= len(sheet):
            last_row = max(last_row, row)
            last_column = max(last_column, number(sheet, at)[0] + 1)
        elif kind == _END:
            break
        at += size
    return last_row, last_column


# --- .ods

_TAG: Final = re.compile(rb"""<table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])((?:[^<>"']|"[^"]*"|'[^']*')*)>""")
_TIMES: Final = re.compile(rb"""\btable:number-(?:columns|rows)-repeated\s*=\s*["'](\d{1,18})["']""")
_VALUE: Final = re.compile(rb"""\boffice:(?:value|string-value|date-value|time-value|boolean-value)|\btable:formula""")


def areas_of_ods(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield the last row and column, from 1, of the cells of each table of an .ods that say something."""
    row, times, width, last_row, last_column, begun = 0, 0, 0, 0, 0, False
    for tag in _TAG.finditer(content):
        name, said = tag[1], tag[2]
        if name == b"table":
            if begun:
                yield last_row, last_column
            row, times, width, last_row, last_column, begun = 0, 0, 0, 0, 0, True
            continue
        found = _TIMES.search(said)
        repeated = 1 if found is None else int(found[1])
        if name == b"table-row":
            row, times, width = row + times, repeated, 0
            continue
        width += repeated
        if not said.endswith(b"/") or _VALUE.search(said):
            last_row, last_column = row + times, max(last_column, width)
    yield last_row, last_column


# --- .xls

_SHEET, _DIMENSIONS, _TEXTS = 0x85, 0x200, 0xFC
_CELLS: Final = frozenset((0x06, 0xBD, 0xD6, 0xFD, 0x201, 0x203, 0x204, 0x205, 0x27E))
_SEVERAL: Final = 0xBD  # numbers of several columns side by side


def check_xls(data: bytes, limits: Limits) -> None:
    """Check what an .xls asks its reader to allocate.

    Raises:
        UnreadableFileError: its sheets have too many cells, it says that it holds more than it does, or it is no .xls.
    """
    try:
        compound = Compound.of(data)
        compound.check()
        stream = compound.workbook()
    except UnreadableFileError:
        raise
    except (struct.error, IndexError, ValueError):
        # Its own reader may go on where this one cannot, round and round, or take it for an archive.
        raise UnreadableFileError(
            "tệp hỏng hoặc không phải bảng tính; mở bằng Excel rồi lưu lại dạng .xlsx",
            "broken, or no workbook; open it in Excel and save it as .xlsx",
        ) from None
    area, known = 0, {}
    try:
        for kind, at, size in records(stream, 0):
            if kind == _TEXTS and size >= 8 and struct.unpack_from("<i", stream, at + 4)[0] > len(stream):
                raise UnreadableFileError("tệp hỏng: khai nhiều chuỗi hơn tệp có thể chứa", "broken: it says that it has more texts")
            if kind == _SHEET and size >= 4:
                (place,) = struct.unpack_from("<I", stream, at)
                if place not in known:
                    known[place] = _area_of_xls(stream, place)
                rows, columns = known[place]
                area += rows * columns
    except (struct.error, IndexError):
        pass
    limits.check("cells", area, "các trang có quá nhiều ô, tính đến ô xa nhất", "too many cells, up to the farthest of each sheet")


def _area_of_xls(stream: bytes, at: int) -> tuple[int, int]:
    """Return the last row and column of a sheet, by its cells and by what it says: its reader takes memory for both."""
    rows = columns = 0
    for kind, start, size in records(stream, at):
        if kind in _CELLS and size >= 4:
            row, column = struct.unpack_from("<HH", stream, start)
            if kind == _SEVERAL:
                (column,) = struct.unpack_from("<H", stream, start + size - 2)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        elif kind == _DIMENSIONS and size >= 12:
            first, last, left, right = struct.unpack_from("<IIHH", stream, start)
            rows, columns = max(rows, min(last - first, 1 << 32) if last > first else 1), max(columns, right - left)
    return rows, columns
