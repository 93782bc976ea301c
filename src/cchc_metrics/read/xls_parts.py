"""What an .xls says beyond what its reader gives: cells that show errors, hidden rows, and whether its days are counted from 1904.

An .xls is a stream of records (BIFF8, [MS-XLS]) in a compound file ([MS-CFB]); only what is asked for is looked at.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from cchc_metrics.read.raw import UnreadableFileError

_SIGNATURE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_SECTOR: Final = 0xFFFFFFFA
"""Numbers from here on are marks, and of no sector."""
_STREAMS: Final = ("Workbook", "Book")
_SMALL: Final = 4096
"""A shorter stream stands among the small ones."""
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
        stream = Compound.of(data).workbook()
        places = [struct.unpack_from("<I", stream, at)[0] for kind, at, _ in records(stream, 0) if kind == _SHEET]
        return _sheet(stream, places[sheet])
    except (struct.error, IndexError, ValueError):
        return {}, frozenset()


def days_from_1904(data: bytes) -> bool:
    """Return whether an .xls counts its days from 1904.

    Args:
        data: the file.
    """
    try:
        stream = Compound.of(data).workbook()
        return any(kind == _DATE_MODE and stream[at] == 1 for kind, at, _ in records(stream, 0))
    except (struct.error, IndexError, ValueError):
        return False


def records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
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
    for kind, start, size in records(stream, at):
        if kind == _ROW and size >= 16 and stream[start + 12] & _ROW_IS_HIDDEN:
            hidden.add(struct.unpack_from("<H", stream, start)[0] + 1)
        elif kind == _ERROR and size >= 8 and stream[start + 7] == 1:
            row, column = struct.unpack_from("<HH", stream, start)
            errors[row + 1, column] = ERRORS.get(stream[start + 6], "#ERROR!")
        elif kind == _FORMULA and size >= 14 and stream[start + 12 : start + 14] == b"\xff\xff" and stream[start + 6] == 2:
            row, column = struct.unpack_from("<HH", stream, start)
            errors[row + 1, column] = ERRORS.get(stream[start + 8], "#ERROR!")
    return errors, frozenset(hidden)


@dataclass(frozen=True, slots=True)
class Compound:
    """A compound file: its sectors, and which follows which.

    Args:
        data: the file.
        shift: how many bits the size of a sector has.
        next_of: the sector that follows each; a mark at an end.
        whole: whether the list of those sectors ends.
    """

    data: bytes
    shift: int
    next_of: list[int]
    whole: bool

    @classmethod
    def of(cls, data: bytes) -> Compound:
        """Return a file as a compound one.

        Raises:
            ValueError, IndexError, struct.error: it is none.
        """
        shift = struct.unpack_from("<H", data, 30)[0]
        if not data.startswith(_SIGNATURE) or not 7 <= shift <= 16:
            raise ValueError
        size = 1 << shift
        tables = list(struct.unpack_from("<109I", data, 76))
        following = struct.unpack_from("<I", data, 68)[0]
        while following < _NO_SECTOR and len(tables) <= len(data) // size + 109:
            *more, following = struct.unpack(f"<{size // 4}I", _sector(data, following, shift))
            tables += more
        parts = (_sector(data, table, shift) for table in tables if table < _NO_SECTOR)
        return cls(data, shift, [number for part in parts for number in struct.unpack(f"<{size // 4}I", part)], following >= _NO_SECTOR)

    def chain(self, first: int) -> bytes:
        """Return the sectors that follow each other from one on; no more than there are."""
        parts: list[bytes] = []
        while first < _NO_SECTOR and len(parts) <= len(self.next_of):
            parts.append(_sector(self.data, first, self.shift))
            first = self.next_of[first]
        return b"".join(parts)

    def entries(self) -> Iterator[tuple[str, int, int]]:
        """Yield the streams: name, first sector, length."""
        directory = self.chain(struct.unpack_from("<I", self.data, 48)[0])
        for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
            length = struct.unpack_from("<H", directory, at + 64)[0]
            name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            yield name, *struct.unpack_from("<IQ" if self.shift > 9 else "<II", directory, at + 116)

    def workbook(self) -> bytes:
        """Return the stream that holds the workbook.

        Raises:
            ValueError, IndexError, struct.error: there is none.
        """
        for name, first, length in self.entries():
            if name in _STREAMS:
                return self.chain(first)[:length] if length >= _SMALL else self._small(first)[:length]
        raise ValueError

    def _small(self, first: int) -> bytes:
        """Return the small sectors that follow each other from one on, of 64 bytes each; they stand in the stream of the first entry."""
        _, start, length = next(self.entries())
        held, next_of = self.chain(start)[:length], self._next_of_small()
        parts: list[bytes] = []
        while first < _NO_SECTOR and len(parts) <= len(next_of):
            parts.append(held[first << 6 : (first + 1) << 6])
            first = next_of[first]
        return b"".join(parts)

    def _next_of_small(self) -> list[int]:
        table = self.chain(struct.unpack_from("<I", self.data, 60)[0])
        return list(struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4]))

    def check(self) -> None:
        """Check that nothing goes round, and nothing is said to be longer than the file.

        Raises:
            UnreadableFileError: something does, or is.
        """
        size, longest = 1 << self.shift, len(self.data)
        said = [struct.unpack_from("<I", self.data, at)[0] * size for at in (40, 44, 64, 72)]
        entries = list(self.entries())
        firsts = [*struct.unpack_from("<I8xI", self.data, 48), *(first for _, first, _ in entries)]
        if (
            not self.whole
            or any(each > longest for each in said)
            or any(length > longest for _, _, length in entries)
            or any(_goes_round(firsts, next_of) for next_of in (self.next_of, self._next_of_small()))
        ):
            raise UnreadableFileError(
                "tệp .xls hỏng: khai dài hơn tệp, hoặc các đoạn nối vòng; mở bằng Excel rồi lưu lại dạng .xlsx",
                "a broken .xls: it says that it is longer than the file, or its pieces go round; open it in Excel and save it as .xlsx",
            )


def _goes_round(firsts: Iterable[int], next_of: list[int]) -> bool:
    """Return whether any chain comes back to where it was; each place is looked at once."""
    seen = bytearray(len(next_of))  # 1: of the chain that is followed; 2: of one that ended
    for first in firsts:
        at, chain = first, []
        while at < len(next_of) and not seen[at]:
            seen[at] = 1
            chain.append(at)
            at = next_of[at]
        if at < len(next_of) and seen[at] == 1:
            return True
        for each in chain:
            seen[each] = 2
    return False


def _sector(data: bytes, number: int, shift: int) -> bytes:
    return data[(number + 1) << shift : (number + 2) << shift]
