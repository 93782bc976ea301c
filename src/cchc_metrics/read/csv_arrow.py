"""The same CSV, cut by pyarrow: blocks of a file that are well formed beyond doubt go this way, all others the way of ``csv_text``.

A block is given to pyarrow only where its rules and those of the standard library cannot differ: every quotation mark opens a cell, closes
one or is one of a pair; lines end alike; no cell is longer than the standard library allows. What comes back is taken only where every
line became one row of as many cells as the heading has, and no row is blank. So both ways give the same table, and a row that is out of
order costs the speed of its block and not that of the file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, compress
from typing import Any, Final

import numpy as np

from cchc_metrics.read.csv_text import LONGEST_CELL, Head, OpenQuoteError, TextRows, blank, kept_columns, read_head
from cchc_metrics.read.identifiers import alike_rows, id_column, text_buffers, text_hashes
from cchc_metrics.read.raw import RawColumn, RawTable, Refused, TypedColumn, Wanted
from cchc_metrics.records.columns import Array

BLOCK: Final = 1 << 23
_HEAD: Final = 1 << 16
_LONGEST_LINE: Final = 1 << 20
_ROWS_THAT_TELL: Final = 4096
"""From so many rows it is seen whether nearly all cells of a column are distinct."""
_MARK: Final = "\ufeff".encode()
_NEW_LINE, _QUOTE = b"\n", b'"'
_NL, _CR, _Q = 10, 13, 34
Read = Callable[[int], bytes]
"""Takes how many bytes are wanted, returns about so many of the file in UTF-8, without its mark; none at its end."""


def read_blocks(read: Read, wanted: Wanted | None, name: str, tick: Callable[[], None], *, block: int = BLOCK) -> RawTable | None:
    """Return the table in a CSV file; None where the heading is not in the first 64 KB, or pyarrow cannot hold the table.

    Args:
        read: see ``Read``.
        wanted: takes the headings, returns the positions of the columns to keep.
        name: the file's name for messages.
        tick: called now and then.
        block: how many bytes are looked at together.

    Raises:
        UnreadableFileError: a quotation mark is never closed, or out of place in the heading.
        UnicodeDecodeError: the file is not UTF-8.
    """
    import pyarrow as pa  # noqa: PLC0415  an extra

    begin = read(_HEAD)
    sample = begin[: begin.rfind(_NEW_LINE) + 1].decode()
    lines = _Counted(sample)
    try:
        head, _ = read_head(sample, lines)
    except OpenQuoteError:  # perhaps closed further on
        return None
    kept = kept_columns(head.headings, wanted)
    if not head.row or not kept:
        return None
    rows = _Rows(head, kept)
    chunks = chain((begin[at : at + block] for at in range(lines.bytes, len(begin), block)), iter(lambda: read(block), b""))
    pending = b""
    try:
        while True:
            chunk = next(chunks, b"")
            pending += chunk
            if pending and not chunk and not pending.endswith(_NEW_LINE):
                pending += _NEW_LINE
            cut, plain = _cut(pending, ord(head.delimiter))
            if cut and ((plain and rows.add(pending[:cut])) or rows.add_text(pending[:cut])):
                pending = pending[cut:]
                tick()
            elif cut or not chunk or len(pending) > _LONGEST_LINE:
                # The end; or a cell goes on beyond the block, or no line ends far and wide: then the rest is text, whatever it holds.
                if rest := pending + b"".join(chunks):
                    rows.add_rest(rest)
                tick()
                return rows.table(name)
    except pa.ArrowException:  # such as more text in a column than pyarrow holds in one piece
        return None


class _Counted:
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
    end = data.rfind(_NEW_LINE) + 1
    if data.find(_QUOTE, 0, end) < 0:
        return end, True
    text = np.frombuffer(data, dtype=np.uint8, count=end)
    marks = np.flatnonzero(text == _Q)
    opening, closing = marks[0::2], marks[1::2]
    before = text[opening[opening > 0] - 1]
    after = text[closing + 1]
    if not ((before == delimiter) | (before == _NL) | (before == _Q)).all():
        return end, False
    if not ((after == delimiter) | (after == _NL) | (after == _CR) | (after == _Q)).all():
        return end, False
    if len(opening) == len(closing):
        return end, True
    ends = np.flatnonzero(text[: marks[-1]] == _NL)
    outside = ends[np.searchsorted(marks, ends) % 2 == 0]
    return (int(outside[-1]) + 1, True) if len(outside) else (end, False)


def _lines_outside(data: bytes) -> Array:
    """Return where the lines end that do not end inside quotation marks."""
    text = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(text == _NL)
    outside: Array = ends[np.searchsorted(np.flatnonzero(text == _Q), ends) % 2 == 0]
    return outside


def _lone_returns(data: bytes) -> bool:
    """Return whether a carriage return is no part of a line end."""
    if b"\r" not in data:
        return False
    text = np.frombuffer(data, dtype=np.uint8)
    returns = text == _CR
    return bool((returns[:-1] & (text[1:] != _NL)).any() or returns[-1])


def _long_lines(data: bytes) -> bool:
    """Return whether a line may be longer than the longest cell."""
    at = 0
    while at + LONGEST_CELL < len(data):
        at = data.rfind(_NEW_LINE, at, at + LONGEST_CELL) + 1
        if not at:
            return True
    return False


class _Rows:
    """Rows from blocks, gathered as tables of pyarrow.

    Args:
        head: the heading.
        kept: positions of the columns that are kept.
    """

    def __init__(self, head: Head, kept: list[int]) -> None:
        import pyarrow as pa  # noqa: PLC0415  an extra
        import pyarrow.csv  # noqa: PLC0415

        self._pa = pa
        self._head, self._kept = head, kept
        self._names = [str(position) for position in kept]
        self._blank = [str(position) for position in range(len(head.headings), head.cells)]
        self._text, self._listed = pa.large_string(), pa.dictionary(pa.int32(), pa.large_string())
        self._spread: set[str] | None = None  # columns nearly all of whose cells are distinct; not known before the first rows
        self._next = head.row + 1
        self._tables: list[Any] = []
        self._rows: list[Array] = []
        self._refused: list[Refused] = []

    def add(self, data: bytes) -> bool:
        """Add well-formed lines; False, and nothing is added, where they are not beyond doubt."""
        if b"\x00" in data or data.startswith(_MARK) or _lone_returns(data) or _long_lines(data):
            return False
        try:
            table = self._parsed(data)
        except self._pa.ArrowInvalid:
            return False
        if table.num_rows != np.count_nonzero(np.frombuffer(data, dtype=np.uint8) == _NL):
            ends = _lines_outside(data)
            if table.num_rows != len(ends) or int(np.diff(ends, prepend=-1).max()) > LONGEST_CELL:
                return False
        if not self._rows_are_filled(table):
            return False
        if self._spread is None and table.num_rows >= _ROWS_THAT_TELL:
            self._spread = {name for name in self._names if _is_spread(table.column(name).chunk(0))}
        self._tables.append(table.select(self._names))
        self._rows.append(np.arange(self._next, self._next + table.num_rows, dtype=np.int64))
        self._next += table.num_rows
        return True

    def _parsed(self, data: bytes) -> Any:
        csv_ = self._pa.csv
        names = [str(position) for position in range(self._head.cells)]
        asked = [*self._names, *self._blank]
        kinds = {name: self._text if name in (self._spread or ()) else self._listed for name in asked}
        return csv_.read_csv(
            self._pa.BufferReader(data),
            read_options=csv_.ReadOptions(column_names=names),
            parse_options=csv_.ParseOptions(delimiter=self._head.delimiter, newlines_in_values=_QUOTE in data),
            convert_options=csv_.ConvertOptions(include_columns=asked, column_types=kinds),
        )

    def _rows_are_filled(self, table: Any) -> bool:
        """Return whether every row says something in the columns that are kept, and nothing beyond the headings."""
        for name in self._blank:
            if not all(blank(chunk.dictionary.to_pylist()) for chunk in table.column(name).chunks):
                return False
        listed = [table.column(name).chunks for name in self._names if name not in (self._spread or ())]
        for parts in zip(*listed, strict=True):
            empty: Array | None = None  # the rows that are blank so far
            for part in sorted(parts, key=lambda part: len(part.dictionary)):  # a short list that has no blank settles it
                values = [at for at, cell in enumerate(part.dictionary.to_pylist()) if blank([cell])]
                if not values:
                    break
                here = np.isin(_codes(part), values)
                empty = here if empty is None else empty & here
                if not empty.any():
                    break
            else:
                return False
        return bool(listed)

    def add_text(self, data: bytes) -> bool:
        """Add lines of any form; False, and nothing is added, where a quotation mark is open at their end."""
        try:
            self.add_rest(data)
        except OpenQuoteError:
            return False
        return True

    def add_rest(self, data: bytes) -> None:
        """Add lines of any form.

        Raises:
            OpenQuoteError: a quotation mark is never closed.
        """
        pa = self._pa
        text = TextRows(len(self._head.headings), self._kept)
        lines = io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="")
        after = text.extend(csv.reader(lines, delimiter=self._head.delimiter, strict=True), self._next, lambda: None)
        rows, builders = text.done()
        columns = [builders[position].done() for position in self._kept]
        arrays = [pa.DictionaryArray.from_arrays(_array(pa, pa.int32(), column.codes), _texts(pa, column.values)) for column in columns]
        self._tables.append(pa.table(arrays, names=self._names))
        self._rows.append(rows)
        self._refused += text.refused
        self._next = after

    def table(self, file: str) -> RawTable:
        """Return all rows as one table; ``pyarrow.ArrowException`` where it is more than pyarrow can hold."""
        if not self._tables:
            self.add_rest(b"")
        columns = {position: self._column(name) for position, name in zip(self._kept, self._names, strict=True)}
        head = self._head
        return RawTable(head.headings, columns, np.concatenate(self._rows), file, heading_row=head.row, refused=tuple(self._refused))

    def _column(self, name: str) -> RawColumn:
        chunks = [chunk for table in self._tables for chunk in table.column(name).chunks]
        if name in (self._spread or ()):
            return _SpreadColumn(self._pa.concat_arrays([_decoded(self._pa, chunk) for chunk in chunks]))
        one = self._pa.chunked_array(chunks, self._listed).unify_dictionaries()
        return RawColumn(one.chunk(0).dictionary.to_pylist(), np.concatenate([_codes(chunk) for chunk in one.chunks]))


# What follows does by buffers what pyarrow's own ``array`` and ``to_numpy`` do: those load pandas where it is installed.


def _array(pa: Any, kind: Any, numbers: Array, *more: bytes) -> Any:
    count = len(numbers) - len(more)  # texts have one place more than there are texts
    return pa.Array.from_buffers(kind, count, [None, pa.py_buffer(numbers), *map(pa.py_buffer, more)])


def _texts(pa: Any, texts: Sequence[str]) -> Any:
    encoded = [text.encode() for text in texts]
    places = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(list(map(len, encoded)), out=places[1:])
    return _array(pa, pa.large_string(), places, b"".join(encoded))


def _decoded(pa: Any, cells: Any) -> Any:
    """Return texts in place of a dictionary of them."""
    if not pa.types.is_dictionary(cells.type):
        return cells
    values = cells.dictionary.to_pylist()
    return _texts(pa, [values[code] for code in _codes(cells).tolist()])


def _codes(cells: Any) -> Array:
    """Return the codes of a dictionary, which has no nulls."""
    codes = cells.indices
    return np.frombuffer(codes.buffers()[1], dtype=np.int32)[codes.offset : codes.offset + len(codes)]


def _is_spread(cells: Any) -> bool:
    return len(cells) >= _ROWS_THAT_TELL and 4 * len(cells.dictionary) > 3 * len(cells)


class _SpreadColumn(RawColumn):
    """A column of which nearly all cells are distinct; they are told apart only where that is asked for, which identifiers are not."""

    __slots__ = ("_texts", "_told")
    _texts: Any
    _told: RawColumn | None

    def __init__(self, texts: Any) -> None:
        object.__setattr__(self, "_texts", texts)
        object.__setattr__(self, "_told", None)

    @property
    def values(self) -> Sequence[Any]:
        """The distinct cells, in order of appearance."""
        return self._apart().values

    @property
    def codes(self) -> Array:
        """Position in ``values`` of each row's cell."""
        return self._apart().codes

    def cell(self, row: int) -> Any:
        """Return the cell of a row, counted from 0."""
        return self._texts[row].as_py()

    def ids(self) -> TypedColumn | None:
        """Return the cells as identifiers, judged by their bytes."""
        return id_column(self._texts, objects=_objects)

    def _apart(self) -> RawColumn:
        told = self._told
        if told is None:
            told = _told_apart(self._texts)
            object.__setattr__(self, "_told", told)
        return told


def _objects(texts: Any) -> Array:
    found = np.empty(len(texts), dtype=object)
    found[:] = texts.to_pylist()
    return found


def _told_apart(texts: Any) -> RawColumn:
    """Return a column of which nearly all cells are distinct: by hashes, and by the texts themselves where hashes are equal."""
    cells = texts.to_pylist()
    rows = np.arange(len(cells), dtype=np.int32)
    hashes = text_hashes(*text_buffers(texts))
    seen: dict[str, int] = {}
    first = rows.copy()
    for row in alike_rows(hashes, hashes).tolist():
        first[row] = seen.setdefault(cells[row], row)
    new = first == rows
    if new.all():
        return RawColumn(cells, rows)
    number = np.cumsum(new, dtype=np.int32) - np.int32(1)
    return RawColumn(list(compress(cells, new.tolist())), number[first])
