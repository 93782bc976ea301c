"""Columns of texts from pyarrow whose cells are nearly all distinct, as identifiers are: they are told apart only where that is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np

from cchc_metrics.read.arrow import array_of, arrow_of, text_array
from cchc_metrics.read.identifiers import alike_rows, judged_column, text_buffers, text_hashes
from cchc_metrics.read.raw import RawColumn, TypedColumn
from cchc_metrics.records.columns import Array


def decoded(pa: Any, cells: Any) -> Any:
    """Return texts in place of a dictionary of them."""
    if not pa.types.is_dictionary(cells.type):
        return cells
    values = cells.dictionary.to_pylist()
    return text_array([values[code] for code in array_of(cells.indices).tolist()])


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Texts, and what tells them apart.

    Args:
        cells: an Arrow array.
        objects: the same as Python has them.
        hashes: their ``text_hashes``.
    """

    cells: Any
    objects: Array
    hashes: Array

    @classmethod
    def of(cls, pa: Any, chunks: Sequence[Any]) -> Texts:
        """Return the texts in chunks of a column."""
        cells = pa.concat_arrays([decoded(pa, chunk) for chunk in chunks]) if chunks else text_array(())
        objects = np.empty(len(cells), dtype=object)
        objects[:] = cells.to_pylist()
        return cls(cells, objects, text_hashes(*text_buffers(cells)))

    @classmethod
    def joined(cls, pa: Any, parts: Sequence[Texts]) -> Texts:
        """Return texts one after the other."""
        objects, hashes = np.concatenate([part.objects for part in parts]), np.concatenate([part.hashes for part in parts])
        return cls(pa.concat_arrays([part.cells for part in parts]), objects, hashes)


class DistinctColumn(RawColumn):
    """A column of which nearly all cells are distinct; they are told apart only where that is asked for, which identifiers are not."""

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
        return self._texts.objects[row]

    def rows_of(self, wanted: Callable[[Any], bool]) -> Array:
        """Return the ascending rows whose cell is wanted."""
        return np.flatnonzero(np.fromiter(map(wanted, self._texts.objects), dtype=bool, count=len(self._texts.objects)))

    def taken(self, where: Array) -> RawColumn:
        """Return the cells of some rows."""
        texts = self._texts
        return DistinctColumn(Texts(texts.cells.take(arrow_of(where)), texts.objects[where], texts.hashes[where]))

    def ids(self) -> TypedColumn | None:
        """Return the cells as identifiers, judged by their bytes."""
        return judged_column(self._texts.cells, self._texts.hashes.copy(), self._texts.objects.copy())

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
