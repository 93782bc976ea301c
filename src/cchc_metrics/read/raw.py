"""Tables before they are understood: each distinct cell of a column once, and for each row which one it is.

A column of a real table repeats itself, so what is done once for each distinct cell costs little; the same form holds a CSV file
of a million rows in a few bytes a cell.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from operator import itemgetter
from typing import Any, Final

import numpy as np

from cchc_metrics.errors import InputError
from cchc_metrics.read.moment_shapes import Understood
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array
from cchc_metrics.records.fields import present

Progress = Callable[[str, int, int], None]
"""Takes what is being read, how much is done and how much there is; called now and then."""
Wanted = Callable[[Sequence[str]], Iterable[int]]
"""Takes the headings of a table, returns the positions of the columns to keep; others are never stored."""


class UnreadableFileError(InputError):
    """A file cannot be read as a table; the message says why, without the file's name."""

    code = "unreadable_file"


class _Absent:
    """A cell that is not there at all, which is not the same as an empty one."""

    def __repr__(self) -> str:
        return "ABSENT"

    def __str__(self) -> str:  # as text it is an empty cell, wherever one is read by its text alone
        return ""


ABSENT: Final = _Absent()
"""Stands in a column for rows that do not have it: the column's default holds, as for a model whose field was not given."""


@dataclass(frozen=True, slots=True)
class Uncalculated:
    """A cell with a formula that nobody calculated: what it means is not known, which is not the same as an empty cell.

    Args:
        formula: without its equals sign; ``""`` where it is written elsewhere.
    """

    formula: str

    def __str__(self) -> str:
        return f"={self.formula or '…'}"


_DIGIT: Final = re.compile("[0-9]")


def _has_digit(cell: Any) -> bool:
    return isinstance(cell, str) and _DIGIT.search(cell) is not None


@dataclass(frozen=True, slots=True, eq=False)
class RawColumn:
    """The cells of one column as they came.

    Args:
        values: the distinct cells, in order of appearance.
        codes: int32[rows] position in ``values`` of each row's cell.
    """

    values: Sequence[Any]
    codes: Array

    @classmethod
    def of(cls, cells: Iterable[Any]) -> RawColumn:
        """Return the column that holds these cells; cells are the same only if they are equal and of one type.

        >>> RawColumn.of(["a", "b", "a"]).codes.tolist(), len(RawColumn.of([1, True, 1.0]).values)
        ([0, 1, 0], 3)
        """
        column = RawColumnBuilder()
        column.extend(cells if isinstance(cells, Sequence) else list(cells))
        return column.done()

    def cell(self, row: int) -> Any:
        """Return the cell of a row, counted from 0."""
        return self.values[self.codes[row]]

    def cells(self, rows: Array) -> list[Any]:
        """Return the cells of some rows, counted from 0."""
        return [self.values[code] for code in self.codes[rows].tolist()]

    def rows_of(self, wanted: Callable[[Any], bool]) -> Array:
        """Return the ascending rows whose cell is wanted, of cells without an ASCII digit; each distinct cell is asked about once."""
        mask = np.fromiter((not _has_digit(cell) and wanted(cell) for cell in self.values), dtype=bool, count=len(self.values))
        return np.flatnonzero(mask[self.codes]) if mask.any() else np.zeros(0, dtype=np.int64)

    def taken(self, where: Array) -> RawColumn:
        """Return the cells of some rows; what stood in others is not kept, not even as a distinct cell."""
        codes = self.codes[where]
        used = np.flatnonzero(np.bincount(codes, minlength=len(self.values)))
        place = np.zeros(len(self.values), dtype=np.int32)
        place[used] = np.arange(len(used), dtype=np.int32)
        return RawColumn([self.values[at] for at in used.tolist()], place[codes])

    def ids(self) -> TypedColumn | None:
        """Return the cells as identifiers, judged, where the column can tell that sooner than cell by cell; else None."""
        return None

    def moments(self) -> tuple[Understood, Array] | None:
        """Return what the rows mean as dates and times, and the ascending rows that are left, where the column tells; else None."""
        return None

    def spread(self, items: Array) -> Array:
        """Return for each row the item that stands for its cell, of one for each distinct cell."""
        found: Array = items.take(self.codes)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class TypedColumn:
    """The cells of one column that came with a type, already judged; see ``typed.column_of``.

    Args:
        cell: takes a row, counted from 0, returns its cell as it came.
        arrays: what ``Columns`` stores, by what follows the column's name (``""``, and ``:second``); a stand-in where a cell is bad. Empty
            for identifiers that are judged and not kept.
        errors: code → ascending positions of the rows whose cell is bad.
        alike: ascending rows, among which are all whose cell is good and equals that of another; None where they are not known.
    """

    cell: Callable[[int], Any]
    arrays: Mapping[str, Array]
    errors: Mapping[Code, Array] = field(default_factory=dict)
    alike: Array | None = None


class RawColumnBuilder:
    """Collects a column part by part."""

    __slots__ = ("_cells", "_first", "_parts", "_rows")

    def __init__(self) -> None:
        self._first: dict[Hashable, int] = {}  # what tells cells apart → the row in which such a cell first stood
        self._cells: dict[int, Any] = {}  # that row → the cell, where it is not what tells it apart
        self._parts: list[Array] = []
        self._rows = 0

    def extend(self, cells: Sequence[Any]) -> None:
        """Add cells of any type."""
        if set(map(type, cells)) <= _THEMSELVES:
            self._extend(cells)
            return
        start = self._rows
        self._extend([_key(cell) for cell in cells])
        new = self._parts[-1] == np.arange(start, self._rows)
        self._cells.update((start + at, present(cells[at])) for at in np.flatnonzero(new).tolist())

    def extend_text(self, cells: Sequence[str]) -> None:
        """Add cells that are all text, at less than 0.1 µs a cell."""
        self._extend(cells)

    def _extend(self, keys: Sequence[Hashable]) -> None:
        rows = range(self._rows, self._rows + len(keys))
        found: Iterable[int] = map(self._first.setdefault, keys, rows)
        if len(keys) > 1:
            with contextlib.suppress(KeyError):  # where all are known, as cells mostly are, this takes half the time
                found = itemgetter(*keys)(self._first)
        self._parts.append(np.fromiter(found, dtype=np.int32, count=len(keys)))
        self._rows = rows.stop

    def done(self) -> RawColumn:
        """Return the column."""
        values = list(self._first)
        if not self._parts:
            return RawColumn(values, np.empty(0, dtype=np.int32))
        first = np.fromiter(self._first.values(), dtype=np.int32, count=len(values))
        if self._cells:
            values = [self._cells.get(row, key) for key, row in self._first.items()]
        number = np.empty(self._rows, dtype=np.int32)
        number[first] = np.arange(len(values), dtype=np.int32)
        return RawColumn(values, number[np.concatenate(self._parts)])


_THEMSELVES: Final = frozenset({str, float, date, datetime, time})
"""Types none of whose values is equal to one of another type here, so that they need no mark of their type."""


def _key(cell: object) -> Hashable:
    # 1, 1.0 and True are equal but not written alike; a list cannot be hashed, and its identity will do while the column holds it.
    try:
        hash(cell)
    except TypeError:
        return (list, id(cell))
    return cell if type(cell) in _THEMSELVES else (type(cell), cell)


_FEW: Final = 4
"""A signature at the foot has no more cells that say anything."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot even be cut into cells.

    Args:
        row: 1-based row.
        cells: how many cells it has; 0 where quotation marks make them impossible to tell.
        said: position → cell, where few cells of it say anything: such a row may be no record. They are in no output.
        lines: how many lines of the file went into it: a stray quotation mark makes one cell of many. Each counts as a row.
    """

    row: int
    cells: int
    said: Mapping[int, Any] = field(default_factory=dict, repr=False, compare=False)
    lines: int = 1

    @classmethod
    def of(cls, row: int, cells: Sequence[Any], count: int) -> Refused:
        """Return a row of so many cells that could not be cut into the columns."""
        said = {at: cell for at, cell in enumerate(cells) if cell is not None and not (isinstance(cell, str) and not cell.strip())}
        return cls(row, count, said if len(said) <= _FEW else {})


Remark = tuple[Code, tuple[str, str]]
"""What a reader found that is about a file and no row of it: a code, and the rest of the message in both languages."""


@dataclass(frozen=True, slots=True, eq=False)
class RawTable:
    """A table as it came.

    Args:
        headings: the headings as written.
        columns: position of a heading → its cells. Positions may be left out: columns that nobody wants are not kept.
        rows: int64[n] 1-based row numbers as a spreadsheet shows them, without refused rows; a range where none is missing.
        file, sheet: where it came from.
        heading_row: row of the headings, 0 where there is no such row.
        refused: rows that could not be cut into cells; they count as read and rejected.
        like_sheets: other sheets of the workbook that look like this one and were not read.
        dated: positions of columns that are not kept and hold dates, as far as the first rows tell.
        remarks: what its reader found, see ``Remark``.
        from_1904: whether numbers that are days are counted from 1904, as old workbooks of a Macintosh do.
        secret: bool[n] of rows that messages only count, whatever their own mark says: another row of their id is secret; None for none.
        signs: canonical column → what the cells of the other parts of the table show of how the column is written (``doubt.Signs``).
    """

    headings: tuple[str, ...]
    columns: Mapping[int, RawColumn | TypedColumn]
    rows: Array | range
    file: str = ""
    sheet: str = ""
    heading_row: int = 0
    refused: tuple[Refused, ...] = ()
    like_sheets: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    from_1904: bool = False
    signs: Mapping[str, frozenset[Any]] = field(default_factory=dict)
    dated: frozenset[int] = frozenset()
    secret: Array | None = None

    @property
    def refused_rows(self) -> int:
        """How many rows could not be cut into cells; every line that one of them swallowed is a row."""
        return sum(row.lines for row in self.refused)
