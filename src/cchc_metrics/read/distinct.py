"""Columns of texts from pyarrow whose cells are nearly all distinct, as identifiers and times are: told apart only where that is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import compress
from typing import Any, Final

import numpy as np

from cchc_metrics.hashes import text_hashes
from cchc_metrics.read.arrow import array_of, arrow_of, nulls_of, objects_of, one_array, text_array
from cchc_metrics.read.identifiers import alike_rows, judged_column, text_buffers
from cchc_metrics.read.moment_shapes import Shapes, Understood
from cchc_metrics.read.raw import RawColumn, TypedColumn
from cchc_metrics.records.columns import Array
from cchc_metrics.records.fields import NO_DAY

_AT_A_TIME: Final = 1 << 15


def decoded(pa: Any, cells: Any) -> Any:
    """Return texts in place of a dictionary of them."""
    if not pa.types.is_dictionary(cells.type):
        return cells
    values = cells.dictionary.to_pylist()
    return text_array([values[code] for code in array_of(cells.indices).tolist()])


class Texts:
    """Texts, and what tells them apart or what they mean, which is found out where it is asked for.

    Args:
        cells: a chunked array of ``large_string``; nulls are empty cells.
        known: what is known already, by the name of the property.
        shapes: of dates and times, as far as texts before these have shown them.
    """

    __slots__ = ("_shapes", "cells", "known")

    def __init__(self, cells: Any, known: dict[str, Any] | None = None, shapes: Shapes | None = None) -> None:
        self.cells, self._shapes = cells, shapes or Shapes()
        self.known = {} if known is None else known

    @classmethod
    def of(cls, pa: Any, chunks: Sequence[Any], shapes: Shapes | None = None) -> Texts:
        """Return the texts in chunks of a column."""
        return cls(pa.chunked_array([decoded(pa, chunk) for chunk in chunks], pa.large_string()), shapes=shapes)

    @classmethod
    def joined(cls, pa: Any, parts: Sequence[Texts]) -> Texts:
        """Return texts one after the other, with what is known of all of them."""
        cells = pa.chunked_array([chunk for part in parts for chunk in part.cells.chunks], pa.large_string())
        ways: dict[str, Callable[[list[Any]], Any]] = {"objects": np.concatenate, "hashes": np.concatenate, "moments": _moments_joined}
        shared = [name for name in ways if parts and all(name in part.known for part in parts)]
        return cls(cells, {name: ways[name]([part.known[name] for part in parts]) for name in shared})

    @property
    def objects(self) -> Array:
        """The texts as Python has them."""
        found: Array = self._known("objects", lambda: objects_of(self.cells))
        return found

    @property
    def hashes(self) -> Array:
        """Their ``text_hashes``."""
        none = np.zeros(0, dtype=np.uint64)
        found: Array = self._known(
            "hashes", lambda: np.concatenate([none, *(text_hashes(*text_buffers(chunk)) for chunk in self.cells.chunks)])
        )
        return found

    @property
    def moments(self) -> tuple[Understood, Array]:
        """What they mean as dates and times, and the ascending positions of those that are left (``Shapes.understand``)."""
        found: tuple[Understood, Array] = self._known(
            "moments", lambda: _moments_joined([_moments_of(self._shapes, chunk) for chunk in self.cells.chunks])
        )
        return found

    def _known(self, name: str, find: Callable[[], Any]) -> Any:
        if name not in self.known:
            self.known[name] = find()
        return self.known[name]

    def without_digits(self) -> Array:
        """Return the ascending positions of the texts without an ASCII digit."""
        found = [np.zeros(0, dtype=np.int64)]
        first = 0
        for chunk in self.cells.chunks:
            for at in range(0, len(chunk), _AT_A_TIME):
                offsets, data = text_buffers(chunk[at : at + _AT_A_TIME])
                digits = np.zeros(int(offsets[-1] - offsets[0]) + 1, dtype=np.int32)
                np.cumsum((data[offsets[0] : offsets[-1]] - np.uint8(48)) < 10, out=digits[1:])
                before = digits[offsets - offsets[0]]
                found.append(first + at + np.flatnonzero(before[1:] == before[:-1]))
            first += len(chunk)
        return np.concatenate(found)

    def taken(self, where: Array) -> Texts:
        """Return some of the texts."""
        return Texts(self.cells.take(arrow_of(where)), {n: self.known[n][where] for n in ("objects", "hashes") if n in self.known})

    def are_moments(self) -> bool:
        """Return whether most are dates or times."""
        return 2 * len(self.moments[1]) < len(self.cells)


def _moments_of(shapes: Shapes, texts: Any) -> tuple[Understood, Array]:
    found, left = shapes.understand(*text_buffers(texts))
    if texts.null_count:  # whatever stands in place of a null
        nulls = nulls_of(texts).view(bool)
        found.days[nulls], found.seconds[nulls], found.signs[nulls] = NO_DAY, -1, 0
        left = left[~nulls[left]]
    return found, left


def _moments_joined(parts: Sequence[tuple[Understood, Array]]) -> tuple[Understood, Array]:
    starts = np.cumsum([0, *(len(found.days) for found, _ in parts)])
    left = [start + some for start, (_, some) in zip(starts.tolist(), parts, strict=False)]
    return Understood.joined([found for found, _ in parts]), np.concatenate(left) if left else np.zeros(0, dtype=np.int64)


class DistinctColumn(RawColumn):
    """A column of texts that are told apart only where that is asked for, which neither identifiers nor dates and times are."""

    __slots__ = ("_reported", "_texts")
    _texts: Texts
    _reported: RawColumn | None

    def __init__(self, texts: Texts) -> None:
        object.__setattr__(self, "_texts", texts)
        object.__setattr__(self, "_reported", None)

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
        return self._texts.cells[row].as_py()

    def cells(self, rows: Array) -> list[Any]:
        """Return the cells of some rows, counted from 0."""
        found: list[Any] = self._texts.cells.take(arrow_of(rows)).to_pylist()
        return found

    def rows_of(self, wanted: Callable[[Any], bool]) -> Array:
        """Return the ascending rows whose cell is wanted, of cells without an ASCII digit."""
        rows = self._texts.without_digits()
        return rows[np.flatnonzero(np.fromiter(map(wanted, self.cells(rows)), dtype=bool, count=len(rows)))]

    def taken(self, where: Array) -> RawColumn:
        """Return the cells of some rows."""
        return DistinctColumn(self._texts.taken(where))

    def ids(self) -> TypedColumn | None:
        """Return the cells as identifiers, judged by their bytes."""
        return judged_column(one_array(self._texts.cells), self._texts.hashes.copy(), self._texts.objects.copy())

    def moments(self) -> tuple[Understood, Array] | None:
        """Return what the rows mean as dates and times, and the rows that are left, by their bytes."""
        return self._texts.moments

    def _apart(self) -> RawColumn:
        reported = self._reported
        if reported is None:
            reported = _told_apart(self._texts)
            object.__setattr__(self, "_reported", reported)
        return reported


def _told_apart(texts: Texts) -> RawColumn:
    """Return a column of which nearly all cells are distinct: by hashes, and by the texts themselves where hashes are equal."""
    cells: list[str] = texts.objects.tolist()
    rows = np.arange(len(cells), dtype=np.int32)
    seen: dict[str, int] = {}
    first = rows.copy()
    for row in alike_rows(texts.hashes, texts.hashes).tolist():
        first[row] = seen.setdefault(cells[row], row)
    new = first == rows
    if new.all():
        return RawColumn(cells, rows)
    number = np.cumsum(new, dtype=np.int32) - np.int32(1)
    return RawColumn(list(compress(cells, new.tolist())), number[first])
