"""What a workbook would take in memory, asked before its reader allocates it: a file of a few kilobytes can ask for any amount.

The reader of workbooks makes a rectangle of each sheet, up to its last row and column, and a single stray cell in the last corner of a
sheet asks for 1,7·10^10 cells, which ends the process. What a sheet says of its own size is not trusted: its cells are looked at.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Final
from xml.parsers.expat import ExpatError, ParserCreate

from cchc_metrics.read.areas import area_of_xlsb, areas_of_ods, check_xls
from cchc_metrics.read.limits import LIMITS, Limits
from cchc_metrics.read.raw import UnreadableFileError

_OLE: Final = b"\xd0\xcf\x11\xe0"

_ROOT: Final = 1 << 12  # in so many bytes the first element of a part is found, or it is taken for a sheet
_OTHER: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<[?!][^>]*>\s*)*<(?!(?:\w+:)?worksheet\b)[A-Za-z_]")
_PIECE: Final = 1 << 20
_PLACE: Final = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{0,4})([0-9]{1,8})[\"']")
_USUAL: Final = b'<c r="'
# The widest and the longest first: what a place at most means, in columns and rows.
_COLUMNS: Final = ((re.compile(rb'<c r="[A-Z]{3}'), 16_384), (re.compile(rb'<c r="[D-Z][A-Z]'), 702), (re.compile(rb'<c r="[A-Z]{2}'), 104))
_ROWS: Final = tuple((re.compile(rb'<c r="[A-Z]+[0-9]{%d}' % digits), 10**digits) for digits in (7, 6, 5))
_CELL: Final = re.compile(rb"<(?:\w+:)?(c|row)(?=[\s/>])")
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, EOFError, OSError, LookupError, OverflowError, ValueError)
"""What the archive's reader says of one that is broken."""


def check_unpacked(data: bytes, limits: Limits = LIMITS) -> None:
    """Check that what is packed in a file is of a size that can be read.

    Args:
        data: the file; anything but an archive is left to its reader.
        limits: how much it may be.

    Raises:
        UnreadableFileError: it unpacks to more than the limit, to something else than it says, or not at all.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            _check_parts(parts, limits)
    except UnreadableFileError:
        raise
    except _BROKEN as error:
        if data.startswith(_OLE):
            return
        # Its own reader may read what this one does not, past a checksum that is wrong, and take memory that nobody asked about.
        raise UnreadableFileError(
            f"tệp hỏng hoặc không phải bảng tính: {error}; mở bằng Excel rồi lưu lại dạng .xlsx",
            f"broken, or no workbook: {error}; open it in Excel and save it as .xlsx",
        ) from None


def _check_parts(parts: zipfile.ZipFile, limits: Limits) -> None:
    size = sum(part.file_size for part in parts.infolist())
    limits.check("unpacked_bytes", size, "tệp nén mở ra có quá nhiều byte", "the file unpacks to too many bytes")
    for part in parts.infolist():
        with parts.open(part) as file:  # no more is unpacked than the archive says, and the checksum tells if there is more
            while file.read(_PIECE):
                pass


_LOCAL, _CENTRAL, _EOCD, _LOCATOR = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x07"
_UTF_8_NAME: Final = 0x800
_PACKED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def same_for_all(data: bytes) -> bytes:
    """Return an archive that all readers take for the same one: itself, or its parts in a plain archive.

    In one file several archives can stand, one after the other or in each other's comments, and readers differ in which one they take: what
    was looked at would be one, and what is read another. No part is unpacked.

    Raises:
        UnreadableFileError: its parts cannot stand in a plain archive.
    """
    if _is_plain(data):
        return data
    body, listed, names = bytearray(), bytearray(), 0
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        last = {part.filename: part for part in parts.infolist()}  # of one name it is the last that is looked at
        for filename, part in last.items():
            named, (name_size, extra_size) = filename.encode(), struct.unpack_from("<2H", data, part.header_offset + 26)
            start = part.header_offset + 30 + name_size + extra_size
            if part.compress_type not in _PACKED or part.flag_bits & 1 or max(part.file_size, len(body)) > _MOST or names == _MOST_NAMES:
                raise UnreadableFileError(
                    "tệp nén không theo dạng thường; mở bằng Excel rồi lưu lại dạng .xlsx",
                    "no plain archive; open it in Excel and save it as .xlsx",
                )
            about = struct.pack(
                "<5H3I2H", 20, _UTF_8_NAME, part.compress_type, 0, 33, part.CRC, part.compress_size, part.file_size, len(named), 0
            )
            listed += _CENTRAL + struct.pack("<H", 20) + about + struct.pack("<3H2I", 0, 0, 0, 0, len(body)) + named
            body += _LOCAL + about + named + data[start : start + part.compress_size]
            names += 1
    end = struct.pack("<4H2IH", 0, 0, names, names, len(listed), len(body), 0)
    return bytes(body + listed + _EOCD + end)


_MOST, _MOST_NAMES = 0xFFFFFFFE, 0xFFFE
"""What a plain archive can hold."""


def _is_plain(data: bytes) -> bool:
    """Return whether an archive begins where the file does, ends where it ends, and no other can stand in it."""
    end = len(data) - 22
    if (
        end < 0
        or not data.startswith(_LOCAL)
        or data.count(_EOCD) != 1
        or data[end : end + 4] != _EOCD
        or _LOCATOR in data[max(end - 20, 0) : end]
    ):
        return False
    names, size, start, comment = struct.unpack_from("<H2IH", data, end + 10)
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        once = len(parts.namelist()) == len(set(parts.namelist())) == names
    return once and not comment and start + size == end


def check_area(data: bytes, limits: Limits = LIMITS) -> None:
    """Check that the sheets of a workbook have an area that can be held in memory.

    Args:
        data: the workbook.
        limits: how many cells there may be.

    Raises:
        UnreadableFileError: a cell stands so far from the others that the sheet cannot be held in memory.
    """
    if data.startswith(_OLE):
        check_xls(data, limits)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            area = 0
            for rows, columns in _areas(parts, limits.cells):
                area += rows * columns
                limits.check(
                    "cells",
                    area,
                    f"trang tính có ô ở dòng {rows}, cột {columns}; xóa các ô lạc ở xa bảng. Số ô",
                    f"a sheet has cells down to row {rows} and column {columns}; delete the stray cells far from the table. Cells",
                )
    except UnreadableFileError:
        raise
    except _BROKEN:
        return


def _areas(parts: zipfile.ZipFile, most: int) -> Iterator[tuple[int, int]]:
    """Yield the rows and columns of each sheet of an archive, of whatever form it is."""
    names, area = parts.namelist(), 0
    if "content.xml" in names:
        for name in {"content.xml", "META-INF/manifest.xml"}.intersection(names):
            _check_whole(parts.read(name))  # its reader looks without end for an element that is not closed
        yield from areas_of_ods(parts.read("content.xml"))
    for name in names:
        if "xl/workbook.bin" in names and name.startswith(("xl/worksheets/", "xl/chartsheets/", "xl/dialogsheets/")):
            yield area_of_xlsb(parts.read(name))
        elif not _is_other(parts, name):
            rows, columns = _extent(parts, name, most - area)
            area += rows * columns
            yield rows, columns


def _check_whole(text: bytes) -> None:
    try:
        ParserCreate().Parse(text, True)
    except ExpatError as error:
        raise UnreadableFileError(
            f"tệp hỏng: XML {error}; mở bằng LibreOffice rồi lưu lại", f"broken: XML {error}; open it in LibreOffice and save it again"
        ) from None


def _is_other(parts: zipfile.ZipFile, name: str) -> bool:
    """Return whether a part is no sheet: what it begins with is no XML, or another element."""
    with parts.open(name) as file:
        start = file.read(_ROOT)
    return not start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or _OTHER.match(start) is not None


def _extent(parts: zipfile.ZipFile, name: str, room: int) -> tuple[int, int]:
    """Return rows and columns that the cells of a sheet take at most: by the digits of their places where that is within ``room``."""
    bound = (0, 0)
    for measured in (_at_most, _in_full):
        bound = (0, 0)
        with parts.open(name) as file:
            for text in _pieces(file):
                bound = _larger(bound, measured(text))
        bound = min(bound[0], 1 << 20), min(bound[1], 1 << 14)  # no sheet of Excel is longer or wider
        if bound[0] * bound[1] <= room:
            break
    return bound


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield a part in pieces that end where an element begins."""
    rest = b""
    while piece := file.read(_PIECE):
        text = rest + piece
        cut = text.rfind(b"<")
        text, rest = (text[:cut], text[cut:]) if cut > 0 else (text, b"")
        yield text
    yield rest


def _at_most(text: bytes) -> tuple[int, int]:
    """Return rows and columns that places can mean by how many letters and digits they have; no place is taken apart."""
    if text.count(_USUAL) != text.count(b"<c") + text.count(b":c"):  # some cell does not say where it stands as Excel writes it
        return _in_full(text)
    columns = next((most for places, most in _COLUMNS if places.search(text)), 26)
    rows = next((most for places, most in _ROWS if places.search(text)), 10_000)
    return (rows, columns) if _USUAL in text else (0, 0)


def _in_full(text: bytes) -> tuple[int, int]:
    """Return the last row and column, from 1, of cells; those that do not say where they stand come after those that do, at most."""
    places = set(_PLACE.findall(text))
    last_row = max(map(int, {row for _, row in places}), default=0)
    last_column = max(map(_number, {letters for letters, _ in places}), default=0)
    if text.count(_USUAL) == text.count(b"<c") + text.count(b":c"):
        return last_row, last_column
    rows = cells = most = 0
    for tag in _CELL.findall(text):
        rows, cells = (rows, cells + 1) if tag == b"c" else (rows + 1, 0)
        most = max(most, cells)
    return last_row + rows, last_column + most


def _larger(one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
    return max(one[0], two[0]), max(one[1], two[1])


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number
