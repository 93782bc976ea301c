"""Scopes: whom a value covers, and how counts of units add up to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cchc_metrics.records.columns import Array
from cchc_metrics.reference.unit import LEVELS, UnitTree


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a value covers: a unit and everything below it, or only those units of it that stand on one level.

    Args:
        unit: unit code.
        level: ``""`` for the whole subtree, else the level.
    """

    unit: str
    level: str = ""


def scopes_of(units: UnitTree) -> tuple[Scope, ...]:
    """Return every scope of a tree: each unit as a whole and, where units lie below it, each of its levels."""
    found = []
    for code in units.codes:
        found.append(Scope(code))
        below = units.subtree(code)
        if len(below) > 1:
            found += [Scope(code, level) for level in dict.fromkeys(units.unit(unit).level for unit in below)]
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class ScopeSums:
    """Adds counts of units up to scopes. A subtree is a run of the tree's order, so each sum is a difference of two running sums.

    Args:
        first, after: int64[scope] the run of units of each scope.
        level: int64[scope] position in ``LEVELS``, or their number for all levels.
        of_level: bool[level, unit].
    """

    first: Array
    after: Array
    level: Array
    of_level: Array

    @classmethod
    def of(cls, scopes: tuple[Scope, ...], units: UnitTree) -> ScopeSums:
        """Return the sums for scopes of a tree."""
        position = {code: i for i, code in enumerate(units.codes)}
        first = np.array([position[scope.unit] for scope in scopes], dtype=np.int64)
        after = first + np.array([len(units.subtree(scope.unit)) for scope in scopes], dtype=np.int64)
        level = np.array([LEVELS.index(scope.level) if scope.level else len(LEVELS) for scope in scopes], dtype=np.int64)
        of_level = np.array([[units.unit(code).level == name for code in units.codes] for name in LEVELS], dtype=bool)
        return cls(first, after, level, of_level)

    def add(self, counts: Array) -> Array:
        """Return integers[scope, …], sums of integers[unit, …]: of the same type where no scope has several units, else int64."""
        found: Array = counts[self.first]  # which is all there is to a scope of one unit
        several = np.flatnonzero((self.after - self.first > 1) | (self.level < len(LEVELS)))
        if len(several):
            found = found.astype(np.int64, copy=False)
        for level in np.unique(self.level[several]).tolist():
            chosen = several[self.level[several] == level]
            part = counts
            if level < len(LEVELS):
                part = counts * self.of_level[level].reshape(-1, *([1] * (counts.ndim - 1)))
            running = np.zeros((len(part) + 1, *part.shape[1:]), dtype=np.int64)
            np.cumsum(part, axis=0, out=running[1:])
            found[chosen] = running[self.after[chosen]] - running[self.first[chosen]]
        return found
