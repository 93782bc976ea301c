"""The same CSV, cut by pyarrow: blocks of a file that are well formed beyond doubt go this way, all others the way of ``csv_text``.

A block is given to pyarrow only where its rules and those of the standard library cannot differ: every quotation mark opens a cell, closes
one or is one of a pair; lines end alike; no cell is longer than the standard library allows. What comes back is taken only where every
line became one row of as many cells as the heading has, and no row is blank. So both ways give the same table, and a row that is out of
order costs the speed of its block and not that of the file.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import chain
from typing import Any, Final

import numpy as np

from cchc_metrics.read.arrow import array_of, arrow_of, text_array
from cchc_metrics.read.csv_blocks import (
    NEW_LINE,
    NL,
    Blocks,
    CountedLines,
    lines_outside,
    lines_within,
    lone_returns,
    long_lines,
    may_swallow,
)
from cchc_metrics.read.csv_text import LONGEST_CELL, Head, OpenQuoteError, TextRows, blank, dated_columns, kept_columns, read_head
from cchc_metrics.read.distinct import DistinctColumn, Texts, decoded
from cchc_metrics.read.layout import TOP
from cchc_metrics.read.limits import LIMITS, Limits
from cchc_metrics.read.moment_shapes import Shapes
from cchc_metrics.read.old_text import Rewrite
from cchc_metrics.read.raw import RawColumn, RawTable, Refused, Wanted
from cchc_metrics.records.columns import Array

BLOCK: Final = 1 << 23
_HEAD: Final = 1 << 16
_FIRST: Final = 1 << 20
"""Bytes of the first block: few, since columns of distinct cells are cut in a better way once they are known."""
_ROWS_THAT_TELL: Final = 4096
"""From so many rows it is seen whether nearly all cells of a column are distinct."""
_MARK: Final = "\ufeff".encode()
Read = Callable[[int], bytes]
"""Takes how many bytes are wanted, returns about so many of the file in UTF-8, without its mark; none at its end."""


def read_blocks(
    read: Read,
    wanted: Wanted | None,
    name: str,
    tick: Callable[[], None],
    *,
    block: int = BLOCK,
    rewrite: Rewrite | None = None,
    limits: Limits = LIMITS,
) -> RawTable | None:
    """Return the table in a CSV file; None where the heading is not in the first 64 KB, or pyarrow cannot hold the table.

    Args:
        read: see ``Read``.
        wanted: takes the headings, returns the positions of the columns to keep.
        name: the file's name for messages.
        tick: called now and then.
        block: how many bytes are looked at together.
        rewrite: what makes Unicode of the heading.
        limits: how many headings and rows there may be.

    Raises:
        UnreadableFileError: a quotation mark is never closed, or out of place in the heading; or there is more than the limits say.
        UnicodeDecodeError: the file is not UTF-8.
    """
    import pyarrow as pa  # noqa: PLC0415  an extra

    begin = read(_FIRST)
    whole = len(begin) < min(_FIRST, _HEAD)
    sample = (begin if whole else begin[: begin.rfind(NEW_LINE, 0, _HEAD) + 1]).decode()
    if wanted is not None and not whole and sample.count("\n") < TOP:  # the heading is sought among so many rows
        return None
    lines = CountedLines(sample)
    try:
        head, _ = read_head(sample, lines, wanted, rewrite)
    except OpenQuoteError:  # perhaps closed further on
        return None
    limits.check_table(len(head.headings))
    kept = kept_columns(head.headings, wanted)
    if not head.row or not kept:
        return None
    rows = _Rows(head, kept, limits)
    blocks = Blocks(chain((begin[at : at + block] for at in range(lines.bytes, len(begin), block)), iter(lambda: read(block), b"")), head)
    try:
        with ThreadPoolExecutor(1) as pool:
            waiting: deque[Future[tuple[bytes, Any]]] = deque()
            for data, plain in blocks:
                waiting.append(pool.submit(rows.parsed, data, plain=plain))
                # From when it is known which columns have distinct cells, a block is cut there while the one before is looked through here.
                if len(waiting) > rows.reported:
                    _add_first(rows, blocks, waiting)
                tick()
            while waiting:
                _add_first(rows, blocks, waiting)
        if rest := blocks.rest():
            rows.add_rest(rest)
        tick()
        return replace(rows.table(name), dated=dated_columns(sample if len(begin) >= _HEAD else begin.decode(), head, kept))
    except pa.ArrowException:  # such as more text in a column than pyarrow holds in one piece
        return None


def _add_first(rows: _Rows, blocks: Blocks, waiting: deque[Future[tuple[bytes, Any]]]) -> None:
    """Add the first block that waits, or give back all: a cell goes on beyond it."""
    data, table = waiting.popleft().result()
    if not rows.add(data, table):
        blocks.stop(data, *(each.result()[0] for each in waiting))
        waiting.clear()


class _Rows:
    """Rows from blocks, gathered as tables of pyarrow.

    Args:
        head: the heading.
        kept: positions of the columns that are kept.
        limits: how many rows there may be.
    """

    def __init__(self, head: Head, kept: list[int], limits: Limits) -> None:
        import pyarrow as pa  # noqa: PLC0415  an extra
        import pyarrow.csv  # noqa: PLC0415

        self._pa = pa
        self._head, self._kept, self._limits = head, kept, limits
        self._names = [str(position) for position in kept]
        self._blank = [str(position) for position in range(len(head.headings), head.cells)]
        self._text, self._listed = pa.large_string(), pa.dictionary(pa.int32(), pa.large_string())
        self._distinct: set[str] | None = None  # columns nearly all of whose cells are distinct; not known before the first rows
        self._timed: dict[str, Shapes] = {}  # those of them that hold dates and times, and how they are written
        self._next = head.after + 1
        self._tables: list[Any] = []
        self._texts: dict[tuple[int, str], Texts] = {}  # number of a table and column → what is known of a column of distinct cells
        self._rows: list[Array] = []
        self._refused: list[Refused] = []

    @property
    def reported(self) -> bool:
        """Whether it is known which columns have distinct cells."""
        return self._distinct is not None

    def parsed(self, data: bytes, *, plain: bool) -> tuple[bytes, Any]:
        """Return lines with the table that pyarrow makes of them, None where they are not beyond doubt; it may run beside ``add``."""
        if not plain or b"\x00" in data or data.startswith(_MARK) or lone_returns(data) or long_lines(data):
            return data, None
        csv_ = self._pa.csv
        names = [str(position) for position in range(self._head.cells)]
        asked = [*self._names, *self._blank]
        if len(asked) < len(names) and not _is_utf_8(data):  # which pyarrow asks of the columns only that it is asked for
            return data, None
        distinct = self._distinct or ()
        kinds = {name: self._text if name in distinct else self._listed for name in asked}
        try:
            table = csv_.read_csv(
                self._pa.BufferReader(data),
                read_options=csv_.ReadOptions(column_names=names, block_size=max(len(data) // 2, _HEAD)),
                parse_options=csv_.ParseOptions(delimiter=self._head.delimiter, newlines_in_values=lines_within(data)),
                convert_options=csv_.ConvertOptions(include_columns=asked, column_types=kinds),
                memory_pool=self._pa.system_memory_pool(),  # Arrow's own pool keeps what blocks leave: 50 MB for two million rows
            )
        except self._pa.ArrowInvalid:
            return data, None
        if table.num_rows != np.count_nonzero(np.frombuffer(data, dtype=np.uint8) == NL):
            ends = lines_outside(data)
            if may_swallow(data, ends, len(self._head.headings), self._head.delimiter):
                return data, None
            if table.num_rows != len(ends) or int(np.diff(ends, prepend=-1).max()) > LONGEST_CELL:
                return data, None
        return data, table

    def add(self, data: bytes, table: Any) -> bool:
        """Add lines, from the table made of them if there is one; False, and nothing is added, where a cell goes on beyond them."""
        if table is None or not self._rows_are_filled(table):
            try:
                self.add_rest(data)
            except OpenQuoteError:
                return False
            return True
        if self._distinct is None and table.num_rows >= _ROWS_THAT_TELL:
            self._distinct = {name for name in self._names if self._is_distinct(table.column(name))}
            self._timed = {name: Shapes() for name in self._distinct if Texts.of(self._pa, table.column(name).chunks).are_moments()}
        for name in self._distinct or ():
            # What will be asked of it is found out here, while the next block is cut.
            texts = Texts.of(self._pa, table.column(name).chunks, self._timed.get(name))
            _ = texts.moments if name in self._timed else (texts.objects, texts.hashes)
            self._texts[len(self._tables), name] = texts
        self._tables.append(table.select(self._names))
        self._rows.append(np.arange(self._next, self._next + table.num_rows, dtype=np.int64))
        self._next += table.num_rows
        self._limits.check_table(len(self._head.headings), self._next - 1 - self._head.after)
        return True

    def _rows_are_filled(self, table: Any) -> bool:
        """Return whether every row says something in the columns that are kept, and nothing beyond the headings."""
        for name in self._blank:
            if not all(blank(chunk.dictionary.to_pylist()) for chunk in table.column(name).chunks):
                return False
        listed = [table.column(name).chunks for name in self._names if name not in (self._distinct or ())]
        if not listed:
            texts = [decoded(self._pa, chunk).to_pylist() for chunk in table.column(self._names[0]).chunks]
            return all(all(part) and not any(map(str.isspace, part)) for part in texts)
        for parts in zip(*listed, strict=True):
            empty: Array | None = None  # the rows that are blank so far
            for part in sorted(parts, key=lambda part: len(part.dictionary)):  # a short list that has no blank settles it
                values = [at for at, cell in enumerate(part.dictionary.to_pylist()) if blank([cell])]
                if not values:
                    break
                here = np.isin(array_of(part.indices), values)
                empty = here if empty is None else empty & here
                if not empty.any():
                    break
            else:
                return False
        return True

    def add_rest(self, data: bytes) -> None:
        """Add lines of any form.

        Raises:
            OpenQuoteError: a quotation mark is never closed.
        """
        pa = self._pa
        text = TextRows(self._head, self._kept, self._limits)
        lines = io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="")
        after = text.extend(csv.reader(lines, delimiter=self._head.delimiter, strict=True), self._next, lambda: None)
        rows, builders = text.done()
        columns = [builders[position].done() for position in self._kept]
        arrays = [pa.DictionaryArray.from_arrays(arrow_of(column.codes), text_array(column.values)) for column in columns]
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

    def _is_distinct(self, cells: Any) -> bool:
        """Return whether cells are sooner understood than told apart: nearly all are distinct, or many and they are times."""
        distinct = sum(len(chunk.dictionary) for chunk in cells.chunks)
        return 4 * distinct > 3 * len(cells) or (8 * distinct > len(cells) and Texts.of(self._pa, cells.chunks).are_moments())

    def _column(self, name: str) -> RawColumn:
        if name in (self._distinct or ()):
            parts = [
                self._texts.get((number, name)) or Texts.of(self._pa, table.column(name).chunks)
                for number, table in enumerate(self._tables)
            ]
            return DistinctColumn(Texts.joined(self._pa, parts))
        chunks = [chunk for table in self._tables for chunk in table.column(name).chunks]
        one = self._pa.chunked_array(chunks, self._listed).unify_dictionaries()
        return RawColumn(one.chunk(0).dictionary.to_pylist(), np.concatenate([array_of(chunk.indices) for chunk in one.chunks]))


def _is_utf_8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
