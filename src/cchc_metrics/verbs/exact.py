"""Columns of exact numbers: integers over integers, int64 as long as nothing can overflow and Python's integers where it could."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from cchc_metrics.records.columns import Array

# Four factors below this are multiplied and a hundredfold of two products added without leaving 63 bits: 2 · 100 · 2^27 · 2^27 < 2^63.
_SMALL = 2**27
_LARGEST = 2**63 - 1
_SMALL_TABLE = 1 << 16


def fits(values: Sequence[int] | Array) -> Array:
    """Return integers as int64 where all of them fit, else as Python's integers.

    >>> fits([1, 2]).dtype, fits([1, 2**64]).dtype
    (dtype('int64'), dtype('O'))
    """
    if isinstance(values, np.ndarray) and values.dtype != object:
        return values.astype(np.int64, copy=False)
    if all(-_LARGEST <= value <= _LARGEST for value in values):
        return np.array(values, dtype=np.int64) if len(values) else np.zeros(0, dtype=np.int64)
    found = np.empty(len(values), dtype=object)
    found[:] = [int(value) for value in values]
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """A column of exact numbers.

    Args:
        over, under: int64[n], or Python's integers where one is larger; ``under`` is above 0, and 0 where there is no number.
    """

    over: Array
    under: Array

    @classmethod
    def of(cls, values: Iterable[Fraction | None]) -> Values:
        """Return numbers as a column.

        >>> found = Values.of([Fraction(1, 3), None])
        >>> found.over.tolist(), found.under.tolist(), found.at(0), found.at(1)
        ([1, 0], [3, 0], Fraction(1, 3), None)
        """
        pairs = [(0, 0) if value is None else (value.numerator, value.denominator) for value in values]
        return cls(fits([over for over, _ in pairs]), fits([under for _, under in pairs]))

    @classmethod
    def none(cls, n: int) -> Values:
        """Return n rows without any number."""
        return cls(np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64))

    @classmethod
    def quotients(cls, over: Array, under: Array, there: Array, *, hundredfold: Array) -> Values:
        """Return ``over / under`` where there is a number, a hundred times as much where it is a percent; in lowest terms.

        Args:
            over: integers.
            under: integers, not 0 where there is a number.
            there: bool[n], where there is a number.
            hundredfold: bool[n], where it is a percent.
        """
        if object not in (over.dtype, under.dtype) and _reach(over) * 100 <= _LARGEST:
            up = np.where(there, over * np.where(hundredfold, 100, 1), 0)
        else:
            up = np.where(there, over.astype(object) * np.where(hundredfold, 100, 1), 0)
        return cls(up, np.where(there, under, 0)).reduced()

    def __len__(self) -> int:
        return len(self.over)

    @property
    def there(self) -> Array:
        """bool[n]: where there is a number."""
        found: Array = (self.under != 0).astype(bool)
        return found

    def at(self, row: int) -> Fraction | None:
        """Return one number, None where there is none."""
        return Fraction(int(self.over[row]), int(self.under[row])) if self.under[row] else None

    def take(self, rows: Array) -> Values:
        """Return the numbers of some rows; row −1 has none."""
        none = rows < 0
        if not len(self):
            return Values.none(len(rows))
        return Values(np.where(none, 0, self.over[rows]), np.where(none, 0, self.under[rows]))

    def followed_by(self, other: Values) -> Values:
        """Return the numbers of two columns, one after the other."""
        return Values(np.concatenate((self.over, other.over)), np.concatenate((self.under, other.under)))

    def replaced(self, other: Values, where: Array) -> Values:
        """Return the numbers with those of ``other`` instead, where it has any and ``where`` allows it."""
        chosen = other.there & where
        return Values(np.where(chosen, other.over, self.over), np.where(chosen, other.under, self.under))

    def less(self, other: Values) -> Values:
        """Return ``self − other`` where both have a number, exactly.

        >>> Values.of([Fraction(1, 2), Fraction(1), None]).less(Values.of([Fraction(1, 3), Fraction(2), Fraction(1)])).at(0)
        Fraction(1, 6)
        """
        return _in_parts(self, other, _less)

    def relative_to(self, other: Values) -> Values:
        """Return ``100 · (self − other) / other`` where both have a number and ``other`` is above 0, exactly."""
        return _in_parts(self, other, _relative)

    def reduced(self) -> Values:
        """Return the numbers in lowest terms, as int64 where they fit."""
        if object in (self.over.dtype, self.under.dtype):
            pairs = [Fraction(int(a), int(b)) if b else None for a, b in zip(self.over, self.under, strict=True)]
            return Values.of(pairs)
        sign = np.where(self.under < 0, -1, 1)
        common = np.maximum(np.gcd(self.over, self.under), 1)
        return Values(sign * (self.over // common), sign * (self.under // common))


NO_VALUES = Values(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
"""No column of numbers at all."""


def _less(a: Array, b: Array, c: Array, d: Array) -> tuple[Array, Array]:
    there = (b != 0) & (d != 0)
    return np.where(there, a * d - c * b, 0), b * d


def _relative(a: Array, b: Array, c: Array, d: Array) -> tuple[Array, Array]:
    there = (b != 0) & (d != 0) & (c > 0)
    return np.where(there, 100 * (a * d - c * b), 0), np.where(there, b * c, 0)


def _in_parts(left: Values, right: Values, how: Callable[[Array, Array, Array, Array], tuple[Array, Array]]) -> Values:
    """Return what a formula makes of four columns of integers: with Python's integers in the rows that could leave 64 bits."""
    columns = (left.over, left.under, right.over, right.under)
    large = np.zeros(len(left), dtype=bool)
    for column in columns:
        large |= ((column >= _SMALL) | (column <= -_SMALL)).astype(bool)
    small = [np.where(large, 0, column).astype(np.int64) for column in columns]
    found = Values(*how(*small)).reduced()
    rows = np.flatnonzero(large)
    if not len(rows):
        return found
    exact = Values(*how(*(column[rows].astype(object) for column in columns))).reduced()
    over, under = found.over.astype(exact.over.dtype), found.under.astype(exact.under.dtype)
    over[rows], under[rows] = exact.over, exact.under
    return Values(over, under)


def distinct(*columns: Array) -> tuple[Array, Array]:
    """Return int64[n], the group of each row, rows with the same codes being one, and the first row of each group.

    Args:
        *columns: integers of −1 or more.

    >>> group, first = distinct(np.array([5, 5, 7]), np.array([1, 1, 1]))
    >>> group.tolist(), first.tolist()
    ([0, 0, 1], [0, 2])
    """
    key = np.zeros(len(columns[0]), dtype=np.int64)
    size = 1
    for column in columns:
        width = int(column.max()) + 2 if len(column) else 1
        if size * width > _LARGEST:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
            size = int(key.max()) + 1
        key = key * width + (column.astype(np.int64) + 1)
        size *= width
    if size > 4 * len(key) + _SMALL_TABLE:
        _, first, group = np.unique(key, return_index=True, return_inverse=True)
        return group.astype(np.int64), first
    table = np.full(size, -1, dtype=np.int64)
    table[key[::-1]] = np.arange(len(key))[::-1]  # the first of each is written last
    present = np.flatnonzero(table >= 0)
    first = table[present]
    table[present] = np.arange(len(present))
    return table[key], first


def sums(values: Array, starts: Array) -> Array:
    """Return the sums of runs of integers that begin at some places, with Python's integers where they could leave 64 bits.

    >>> sums(np.array([1, 2, 3]), np.array([0, 2])).tolist()
    [3, 3]
    """
    if values.dtype != object and _reach(values) * len(values) > _LARGEST:
        values = values.astype(object)
    found: Array = np.add.reduceat(values, starts)
    return fits(found.tolist()) if found.dtype == object else found


def _reach(values: Array) -> int:
    """Return the largest distance from zero."""
    return max(abs(int(values.max())), abs(int(values.min()))) if len(values) else 0
