"""What an .xls says beyond what its reader gives: cells that show errors, hidden rows, and whether its days are counted from 1904.

An .xls is a stream of records (BIFF8, [MS-XLS]) in a compound file ([MS-CFB]); only what is asked for is looked at.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

_SIGNATURE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_SECTOR: Final = 0xFFFFFFFA
"""Numbers from here on are marks, and of no sector."""
_STREAMS: Final = ("Workbook", "Book")
_SMALL: Final = 4096
"""A shorter stream stands among the small ones, and no workbook with a sheet is so short."""
_ENTRY: Final = 128

_FORMULA, _DATE_MODE, _SHEET, _ERROR, _ROW, _BEGIN, _END = 0x06, 0x22, 0x85, 0x205, 0x208, 0x809, 0x0A
_ROW_IS_HIDDEN: Final = 0x20
ERRORS: Final[Mapping[int, str]] = MappingProxyType(
    {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
)


def errors_and_hidden(data: bytes, sheet: int) -> tuple[Mapping[tuple[int, int], str], frozenset[int]]:
    """Return (1-based row, column from 0) → the error that a cell of a sheet shows, and the 1-based numbers of its hidden rows.

    Nothing is known of a file that is no .xls, is broken, or is older than Excel 97.

    Args:
        data: the file.
        sheet: which sheet, counted from 0.
    """
    try:
        stream = _stream(data)
        places = [struct.unpack_from("<I", stream, at)[0] for kind, at, _ in _records(stream, 0) if kind == _SHEET]
        return _sheet(stream, places[sheet])
    except (struct.error, IndexError, ValueError):
        return {}, frozenset()


def days_from_1904(data: bytes) -> bool:
    """Return whether an .xls counts its days from 1904.

    Args:
        data: the file.
    """
    try:
        stream = _stream(data)
        return any(kind == _DATE_MODE and stream[at] == 1 for kind, at, _ in _records(stream, 0))
    except (struct.error, IndexError, ValueError):
        return False


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield the records of a part of a workbook: kind, where its data begin, and how long they are."""
    depth = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, at + 4, size
        depth += (kind == _BEGIN) - (kind == _END)  # charts stand inside of sheets
        if not depth:
            return
        at += 4 + size


def _sheet(stream: bytes, at: int) -> tuple[Mapping[tuple[int, int], str], frozenset[int]]:
    errors: dict[tuple[int, int], str] = {}
    hidden: set[int] = set()
    for kind, start, size in _records(stream, at):
        if kind == _ROW and size >= 16 and stream[start + 12] & _ROW_IS_HIDDEN:
            hidden.add(struct.unpack_from("<H", stream, start)[0] + 1)
        elif kind == _ERROR and size >= 8 and stream[start + 7] == 1:
            row, column = struct.unpack_from("<HH", stream, start)
            errors[row + 1, column] = ERRORS.get(stream[start + 6], "#ERROR!")
        elif kind == _FORMULA and size >= 14 and stream[start + 12 : start + 14] == b"\xff\xff" and stream[start + 6] == 2:
            row, column = struct.unpack_from("<HH", stream, start)
            errors[row + 1, column] = ERRORS.get(stream[start + 8], "#ERROR!")
    return errors, frozenset(hidden)


def _stream(data: bytes) -> bytes:
    """Return the stream of a compound file that holds its workbook."""
    shift = struct.unpack_from("<H", data, 30)[0]
    if not data.startswith(_SIGNATURE) or not 7 <= shift <= 16:
        raise ValueError
    size = 1 << shift

    def sector(number: int) -> bytes:
        return data[(number + 1) << shift : (number + 2) << shift]

    tables = list(struct.unpack_from("<109I", data, 76))
    following = struct.unpack_from("<I", data, 68)[0]
    while following < _NO_SECTOR and len(tables) <= len(data) // size + 109:
        *more, following = struct.unpack(f"<{size // 4}I", sector(following))
        tables += more
    next_of = [number for table in tables if table < _NO_SECTOR for number in struct.unpack(f"<{size // 4}I", sector(table))]

    def chain(first: int) -> bytes:
        parts: list[bytes] = []
        while first < _NO_SECTOR and len(parts) <= len(next_of):
            parts.append(sector(first))
            first = next_of[first]
        return b"".join(parts)

    directory = chain(struct.unpack_from("<I", data, 48)[0])
    for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
        length = struct.unpack_from("<H", directory, at + 64)[0]
        name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        first, length = struct.unpack_from("<II", directory, at + 116)
        if name in _STREAMS and length >= _SMALL:
            return chain(first)[:length]
    raise ValueError
