"""What a workbook would take in memory, asked before its reader allocates it: a file of a few kilobytes can ask for any amount.

The reader of workbooks makes a rectangle of each sheet, up to its last row and column, and a single stray cell in the last corner of a
sheet asks for 1,7·10^10 cells, which ends the process. What a sheet says of its own size is not trusted: its cells are looked at.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import IO, Final

from cchc_metrics.read.raw import UnreadableFileError

MOST_AREA: Final = 1 << 26
"""In cells, of the rectangles of all sheets of a workbook: the million rows of a sheet of Excel, 64 columns wide."""
MOST_UNPACKED: Final = 1 << 31
"""In bytes, of all that is packed in a workbook or a document."""
_SHEET_PART: Final = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_PIECE: Final = 1 << 20
_PLACE: Final = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{0,4})([0-9]{1,8})[\"']")
_USUAL: Final = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')
_CELL: Final = re.compile(rb"<(?:\w+:)?(c|row)(?=[\s/>])")
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError)
"""What the archive's reader says of one that is broken; such a workbook is refused by its own reader."""


def check_unpacked(data: bytes) -> None:
    """Check that what is packed in a file is of a size that can be read.

    Args:
        data: the file; anything but an archive is left to its reader.

    Raises:
        UnreadableFileError: it unpacks to more than 2 GB, or to more than it says.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            size = sum(part.file_size for part in parts.infolist())
            if size > MOST_UNPACKED:
                raise UnreadableFileError(
                    f"tệp nén mở ra thành {size} byte, quá {MOST_UNPACKED}; chia thành nhiều tệp hoặc lưu dạng CSV",
                    f"the file unpacks to {size} bytes, over {MOST_UNPACKED}; split it, or save it as CSV",
                )
            for part in parts.infolist():
                if part.filename.lower().endswith((".xml", ".bin", ".rels")):
                    with parts.open(part) as file:  # no more is unpacked than the archive says, and the checksum tells if there is more
                        while file.read(_PIECE):
                            pass
    except _BROKEN:
        return


def check_area(data: bytes) -> None:
    """Check that the sheets of an .xlsx have an area that can be held in memory.

    Args:
        data: the workbook.

    Raises:
        UnreadableFileError: a cell stands so far from the others that the sheet cannot be held in memory.
    """
    area = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            for name in parts.namelist():
                if _SHEET_PART.fullmatch(name):
                    with parts.open(name) as file:
                        rows, columns = _extent(file)
                    area += rows * columns
                    if area > MOST_AREA:
                        raise UnreadableFileError(
                            f"trang tính có ô ở dòng {rows}, cột {columns}: quá {MOST_AREA} ô; xóa các ô lạc ở xa bảng, hoặc lưu dạng CSV",
                            f"a sheet has cells down to row {rows} and column {columns}, over {MOST_AREA} cells in all; "
                            "delete the stray cells far from the table, or save it as CSV",
                        )
    except _BROKEN:
        return


def _extent(file: IO[bytes]) -> tuple[int, int]:
    """Return the last row and column, from 1, of the cells of a sheet; cells that do not say where they stand follow each other."""
    last_row = last_column = rows = cells = 0
    rest = b""
    while piece := file.read(_PIECE):
        text = rest + piece
        cut = text.rfind(b"<")
        text, rest = (text[:cut], text[cut:]) if cut > 0 else (text, b"")
        usual = _USUAL.findall(text)
        plain = len(usual) == text.count(b"<c") + text.count(b":c")  # every cell says where it stands, as Excel writes it
        places = set(usual if plain else _PLACE.findall(text))
        last_row = max(last_row, max(map(int, {row for _, row in places}), default=0))
        last_column = max(last_column, max(map(_number, {letters for letters, _ in places}), default=0))
        for tag in () if plain else _CELL.findall(text):
            if tag == b"c":
                cells += 1
                last_column = max(last_column, cells)
            else:
                rows, cells = rows + 1, 0
                last_row = max(last_row, rows)
    return last_row, last_column


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number
