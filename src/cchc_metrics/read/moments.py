"""A column of dates and times, understood: texts and dates many at a time, what is left of them one by one, each distinct cell once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np

from cchc_metrics.read.cells import understood
from cchc_metrics.read.moment_shapes import (
    EITHER,
    FIRST_DAY,
    HIGH,
    LAST_DAY,
    LOW,
    MAX_DAY,
    MONTH_FIRST,
    OF_DATE,
    SHORT,
    YEAR_FIRST,
    Shapes,
    Understood,
    may_begin_with_the_year,
    pair_of,
)
from cchc_metrics.read.raw import RawColumn
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array, moments_to_numbers
from cchc_metrics.records.fields import MAX_MONTH, CellError, parse_moment, short_year
from cchc_metrics.records.record import ColumnSpec

_FEW: Final = 32
"""So many cells are looked at one by one sooner than together."""
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """A column of dates and times.

    Args:
        found: what the distinct cells mean, or the rows where there are no ``codes``.
        codes: int32[rows] position in ``found`` of each row; None where it has one of its own.
        bad: ascending positions in ``found`` of what cannot be understood.
        why: int64[bad] position in ``reasons`` of what is wrong.
        reasons: what is wrong.
    """

    found: Understood
    codes: Array | None
    bad: Array
    why: Array
    reasons: tuple[CellError, ...]

    def used(self) -> Array | None:
        """Return which cells any row has (bool); None for all."""
        return None if self.codes is None else np.bincount(self.codes, minlength=len(self.found.days)) > 0

    def wrong(self) -> Iterator[tuple[Code, Array, Callable[[int], CellError]]]:
        """Yield for each code the ascending rows that cannot be understood, and what takes a row and returns the reason."""
        why = np.full(len(self.found.days), -1, dtype=np.int64)
        why[self.bad] = self.why

        def reason(row: int) -> CellError:
            return self.reasons[int(why[row if self.codes is None else self.codes[row]])]

        codes = [error.code for error in self.reasons]
        for code in dict.fromkeys(codes[at] for at in self.why.tolist()):
            mask = np.array([*(other is code for other in codes), False], dtype=bool)[why]
            yield code, np.flatnonzero(mask if self.codes is None else mask[self.codes]), reason

    def rows(self, column: RawColumn) -> tuple[Array, Array]:
        """Return the days and the seconds of the rows of a column."""
        days, seconds = self.found.days, self.found.seconds
        return (days, seconds) if self.codes is None else (column.spread(days), column.spread(seconds))


def understand_moments(spec: ColumnSpec, column: RawColumn) -> Moments:
    """Return the dates and times of a column, each by itself; what the column as a whole puts in doubt is none of it (``doubt``)."""
    rows = column.moments()
    if rows is None:
        found, left = _together(column.values)
        cells: list[Any] = [column.values[at] for at in left.tolist()]
        distinct, which = cells, np.arange(len(cells))
    else:
        found, left = rows
        cells = column.cells(left)
        first: dict[Hashable, int] = {}
        which = np.fromiter((first.setdefault(cell, len(first)) for cell in cells), dtype=np.int64, count=len(cells))
        distinct = list(first)
    values: list[Any] = []
    reasons: list[CellError] = []
    wrong = np.full(len(distinct), -1, dtype=np.int64)
    for at, cell in enumerate(distinct):
        try:
            values.append(understood(spec, cell, spec.cell_type.parse))
        except CellError as error:
            values.append(_short(cell))
            if values[-1] is not None:
                continue
            wrong[at] = len(reasons)
            reasons.append(error.with_traceback(None))  # which would keep every frame alive
    days, seconds = moments_to_numbers(values)
    signs = np.fromiter(map(_sign, distinct), dtype=np.uint8, count=len(distinct))
    found.days[left], found.seconds[left], found.signs[left] = days[which], seconds[which], signs[which]
    why = wrong[which]
    return Moments(found, None if rows is not None else column.codes, left[why >= 0], why[why >= 0], tuple(reasons))


def _together(cells: Sequence[Any]) -> tuple[Understood, Array]:
    """Return what can be understood together of some cells, and the ascending positions of the others."""
    found = Understood.nothing(len(cells))
    if len(cells) <= _FEW:
        return found, np.arange(len(cells))
    if set(map(type, cells)) == {str}:
        return Shapes().understand(*bytes_of(cells))
    left = np.ones(len(cells), dtype=bool)
    texts = np.array([type(cell) is str for cell in cells], dtype=bool)
    if texts.any():
        where = np.flatnonzero(texts)
        some, others = Shapes().understand(*bytes_of([cells[at] for at in where.tolist()]))
        found.days[where], found.seconds[where], found.signs[where] = some.days, some.seconds, some.signs
        left[where] = False
        left[where[others]] = True
    for kind, unit in ((datetime, "s"), (date, "D")):
        where = np.array([at for at, cell in enumerate(cells) if type(cell) is kind and _is_local(cell)], dtype=np.int64)
        if len(where):
            ticks = np.array([cells[at] for at in where.tolist()], dtype=f"datetime64[{unit}]").astype(np.int64)
            days = ticks // _DAY if kind is datetime else ticks
            good = (days >= FIRST_DAY) & (days <= LAST_DAY)  # others are told one by one
            where, days = where[good], days[good]
            found.days[where] = days
            if kind is datetime:
                found.seconds[where] = ticks[good] - days * _DAY
            found.signs[where] = [_sign(cells[at]) for at in where.tolist()]
            left[where] = False
    return found, np.flatnonzero(left)


def _is_local(cell: date) -> bool:
    return not isinstance(cell, datetime) or cell.tzinfo is None


def bytes_of(texts: Sequence[str]) -> tuple[Array, Array]:
    """Return where each text begins and ends in their bytes (int64[n + 1]), and the bytes."""
    places = np.zeros(len(texts) + 1, dtype=np.int64)
    together = "".join(texts)
    if together.isascii():
        np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)), out=places[1:])
        return places, np.frombuffer(together.encode(), dtype=np.uint8)
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    np.cumsum(np.fromiter(map(len, encoded), dtype=np.int64, count=len(texts)), out=places[1:])
    return places, np.frombuffer(b"".join(encoded), dtype=np.uint8)


def _sign(cell: object) -> int:
    """Return what a cell shows of how its column is written."""
    if isinstance(cell, date):
        if cell != cell:  # noqa: PLR0124  the "not a time" of data frames
            return 0
        either = EITHER if cell.day <= MAX_MONTH and cell.day != cell.month else 0
        return OF_DATE + (LOW if cell.day <= MAX_MONTH else HIGH) + either
    return _text_sign(cell) if isinstance(cell, str) else 0


def _text_sign(cell: str) -> int:
    if (pair := pair_of(cell)) is not None:
        order = _order(*pair)
        return order + (EITHER if order == LOW and pair[0] != pair[1] else 0)
    if (short := short_year(cell)) is None:
        return 0
    first, second, last, _ = short
    year_first = may_begin_with_the_year(cell, last)
    order = 0 if year_first or min(first, second) > MAX_MONTH or max(first, second) > MAX_DAY else _order(first, second)
    if _short(cell) is None:  # which is bad, whatever the column shows
        return order
    return order + SHORT + (EITHER if first != second else 0) + (YEAR_FIRST if year_first else 0)


def _order(first: int, second: int) -> int:
    """Return what the two numbers before a year show of their order."""
    if first > MAX_MONTH:
        return HIGH
    if second > MAX_MONTH:
        return MONTH_FIRST if first and second <= MAX_DAY else 0
    return LOW


def _short(cell: object) -> date | datetime | None:
    """Return what a date with a year of two digits means where its column shows the order; None of other cells."""
    if not isinstance(cell, str) or pair_of(cell) is not None or (short := short_year(cell)) is None:
        return None
    try:
        return parse_moment(short[3])
    except CellError:
        return None
