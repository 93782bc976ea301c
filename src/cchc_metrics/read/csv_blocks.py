"""The bytes of a CSV file in blocks of whole lines, and what their quotation marks and line ends say of them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final

import numpy as np

from cchc_metrics.read.csv_text import LONGEST_CELL, Head, least_delimiters
from cchc_metrics.records.columns import Array

NEW_LINE, QUOTE = b"\n", b'"'
NL: Final = 10
_CR, _Q = 13, 34
_LONGEST_LINE: Final = 1 << 20


class Blocks:
    """Cuts a file into blocks of whole lines; iterating yields each, and whether its quotation marks all stand where they must.

    Args:
        chunks: the bytes of the file after its heading; none at its end.
        head: the heading.
    """

    def __init__(self, chunks: Iterator[bytes], head: Head) -> None:
        self._chunks, self._delimiter = chunks, ord(head.delimiter)
        self._pending = b""
        self._stopped = False

    def __iter__(self) -> Iterator[tuple[bytes, bool]]:
        while not self._stopped:
            chunk = next(self._chunks, b"")
            if chunk and QUOTE not in chunk and QUOTE not in self._pending and (cut := chunk.rfind(NEW_LINE) + 1):
                # What follows, with a copy less.
                data, self._pending = b"".join((self._pending, memoryview(chunk)[:cut])), chunk[cut:]
                yield data, True
                continue
            self._pending += chunk
            if self._pending and not chunk and not self._pending.endswith(NEW_LINE):
                self._pending += NEW_LINE
            cut, plain = _cut(self._pending, self._delimiter)
            if cut:
                data, self._pending = self._pending[:cut], self._pending[cut:]
                yield data, plain
            # The end; or no line ends far and wide.
            if not chunk or (not cut and len(self._pending) > _LONGEST_LINE):
                return

    def stop(self, *blocks: bytes) -> None:
        """Give back blocks, the last that were yielded: a cell goes on beyond them, so that they are to be read with what follows."""
        self._pending = b"".join([*blocks, self._pending])
        self._stopped = True

    def rest(self) -> bytes:
        """Return what was not yielded, or was given back: text, whatever it holds."""
        return self._pending + b"".join(self._chunks)


class CountedLines:
    """The lines of a text; knows how many bytes those that were given out have in UTF-8."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="")
        self.bytes = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.bytes += len(line.encode())
        return line


def _cut(data: bytes, delimiter: int) -> tuple[int, bool]:
    """Return how many bytes make whole lines, and whether their quotation marks all stand where they must.

    Where they do, the last line is cut off too if a cell of it goes on in the next.
    """
    end = data.rfind(NEW_LINE) + 1
    if data.find(QUOTE, 0, end) < 0:
        return end, True
    text = np.frombuffer(data, dtype=np.uint8, count=end)
    marks = np.flatnonzero(text == _Q)
    opening, closing = marks[0::2], marks[1::2]
    before = text[opening[opening > 0] - 1]
    after = text[closing + 1]
    if not ((before == delimiter) | (before == NL) | (before == _Q)).all():
        return end, False
    if not ((after == delimiter) | (after == NL) | (after == _CR) | (after == _Q)).all():
        return end, False
    if len(opening) == len(closing):
        return end, True
    ends = np.flatnonzero(text[: marks[-1]] == NL)
    outside = ends[np.searchsorted(marks, ends) % 2 == 0]
    return (int(outside[-1]) + 1, True) if len(outside) else (end, False)


def lines_outside(data: bytes) -> Array:
    """Return where the lines end that do not end inside quotation marks."""
    text = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(text == NL)
    outside: Array = ends[np.searchsorted(np.flatnonzero(text == _Q), ends) % 2 == 0]
    return outside


def lines_within(data: bytes) -> bool:
    """Return whether a line ends inside quotation marks, so that a cell goes on in the next."""
    return QUOTE in data and len(lines_outside(data)) != data.count(NEW_LINE)


def may_swallow(data: bytes, ends: Array, width: int, delimiter: str) -> bool:
    """Return whether a record may be several that a stray quotation mark made one (``csv_text.swallows`` tells).

    Args:
        data: whole lines.
        ends: where those end that do not end inside quotation marks.
        width: how many cells a record has.
        delimiter: what stands between cells.
    """
    text = np.frombuffer(data, dtype=np.uint8)
    lines = np.flatnonzero(text == NL)
    between = np.diff(np.searchsorted(np.flatnonzero(text == ord(delimiter)), lines), prepend=0)
    record = np.searchsorted(ends, lines)
    within = np.diff(record, prepend=-1) == 0  # a line that is not the first of its record
    full = np.diff(record[between >= width - 1]) == 0
    return bool(full.any() or (within & (between >= least_delimiters(width))).any())


def lone_returns(data: bytes) -> bool:
    """Return whether a carriage return is no part of a line end."""
    if b"\r" not in data:
        return False
    text = np.frombuffer(data, dtype=np.uint8)
    returns = text == _CR
    return bool((returns[:-1] & (text[1:] != NL)).any() or returns[-1])


def long_lines(data: bytes) -> bool:
    """Return whether a line may be longer than the longest cell."""
    at = 0
    while at + LONGEST_CELL < len(data):
        at = data.rfind(NEW_LINE, at, at + LONGEST_CELL) + 1
        if not at:
            return True
    return False
