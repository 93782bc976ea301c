"""Scopes: whom a value covers, and how counts of units add up to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cchc_metrics.records.columns import Array
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.period import Period
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
    """Return every scope of a tree: each unit as a whole and, where units lie below it, each of its levels.

    A unit whose name, kind or parent changed is one unit over all of its days.
    """
    found = []
    for code in units.codes:
        if units.whole(code) != code:
            continue
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
        earlier: the scopes of units that changed, once for each earlier stage, and the sums of these; None where no unit changed.
        repeated: scopes that hold several stages of a unit, each with the places of these.
    """

    first: Array
    after: Array
    level: Array
    of_level: Array
    earlier: tuple[Array, ScopeSums] | None = None
    repeated: tuple[tuple[int, Array], ...] = ()

    @classmethod
    def of(cls, scopes: tuple[Scope, ...], units: UnitTree) -> ScopeSums:
        """Return the sums for scopes of a tree."""
        position = {code: i for i, code in enumerate(units.codes)}
        of_level = np.array([[units.unit(code).level == name for code in units.codes] for name in LEVELS], dtype=bool)

        def sums(listed: Sequence[Scope], **more: Any) -> ScopeSums:
            first = np.array([position[scope.unit] for scope in listed], dtype=np.int64)
            after = first + np.array([len(units.below(scope.unit)) for scope in listed], dtype=np.int64)
            level = np.array([LEVELS.index(scope.level) if scope.level else len(LEVELS) for scope in listed], dtype=np.int64)
            return cls(first, after, level, of_level, **more)

        stages = [(at, Scope(code, scope.level)) for at, scope in enumerate(scopes) for code in units.stages(scope.unit)[:-1]]
        if not stages:
            return sums(scopes)
        earlier = np.array([at for at, _ in stages], dtype=np.int64), sums([scope for _, scope in stages])
        return sums(scopes, earlier=earlier, repeated=tuple(_repeated(scopes, units, position)))

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
        if self.earlier is not None:
            at, sums = self.earlier
            found = found.astype(np.int64)
            np.add.at(found, at, sums.add(counts))
        return found

    @property
    def whole(self) -> Array:
        """bool[scope]: whether it is everything: all units of a tree of one root, on all levels."""
        found: Array = (self.first == 0) & (self.after == self.of_level.shape[1]) & (self.level == len(LEVELS))
        return found

    def different(self, place: Array, code: Array) -> Array:
        """Return int64[scope], how many different codes the units of each scope have together.

        Args:
            place: int64[n] position of the unit in the tree, ascending; −1 for what is of no unit, and so of the whole alone.
            code: int64[n] whole numbers from 0 on, no pair of place and code twice.
        """
        of_no_unit = int(np.searchsorted(place, 0))
        # In a scope of one unit no code is twice, so that its pairs are counted.
        found: Array = np.bincount(place[of_no_unit:], minlength=self.of_level.shape[1])[self.first]
        several = (self.after - self.first > 1) | (self.level < len(LEVELS)) | self.whole
        runs: dict[int, list[tuple[ScopeSums, int]]] = {scope: [(self, scope)] for scope in np.flatnonzero(several).tolist()}
        if self.earlier is not None:
            at, sums = self.earlier
            for row, scope in enumerate(at.tolist()):
                runs.setdefault(scope, [(self, scope)]).append((sums, row))
        whole = self.whole
        for scope, parts in runs.items():
            there = np.zeros(int(code.max(initial=-1)) + 1, dtype=bool)
            for sums, row in parts:
                start, stop = np.searchsorted(place, [sums.first[row], sums.after[row]])
                level, inside = int(sums.level[row]), code[start:stop]
                there[inside if level == len(LEVELS) else inside[sums.of_level[level][place[start:stop]]]] = True
            if whole[scope]:
                there[code[:of_no_unit]] = True
            found[scope] = np.count_nonzero(there)
        return found

    def add_once(self, counts: Array) -> Array:
        """Return the same of 1 or 0 for each unit, where a unit that changed in between is one unit and not two."""
        found = self.add(counts)
        for scope, stages in self.repeated:
            found[scope] -= np.maximum(counts[stages].sum(axis=0) - 1, 0)
        return found


class HandedOver:
    """Finds what units had on hand when they ended: a record is of the unit of the day on which it came in, also when it ends later.

    What happened to such records in later periods is in no value of a unit that exists then, unless a unit above both does. The units that
    took over, and those above them, have to say so.

    Args:
        scopes: whom values cover.
        units: the unit tree.
        periods: the periods.
    """

    def __init__(self, scopes: Sequence[Scope], units: UnitTree, periods: Sequence[Period]) -> None:
        self._tree, self._periods = units, periods
        self._place = {scope: at for at, scope in enumerate(scopes)}
        ends = [units.unit(code).valid_to for code in units.codes]
        last = np.array([2**31 if day is None else day_number(day) for day in ends], dtype=np.int64)
        gone = last[:, None] < np.array([p.first_day for p in periods], dtype=np.int64)
        self._ended = np.flatnonzero(gone.any(axis=1))
        self._gone = gone[self._ended]
        self._takers: dict[tuple[int, int], Array] = {}

    def add(self, counts: Array) -> Array | None:
        """Return int64[scope, label, period], what is missing in the values of scopes, of int64[unit, label, period]; None for nothing."""
        mine = counts[self._ended] if len(self._ended) else counts[:0]
        left = np.argwhere((mine != 0).any(axis=1) & self._gone[:, : mine.shape[2]])
        if not len(left):
            return None
        found = np.zeros((len(self._place), *counts.shape[1:]), dtype=np.int64)
        takers = [self._takers_of(row, period) for row, period in left.tolist()]
        row, period = np.repeat(left, [len(scopes) for scopes in takers], axis=0).T
        by_label = found.transpose(0, 2, 1)
        np.add.at(by_label, (np.concatenate(takers), period), mine.transpose(0, 2, 1)[row, period])
        return found if found.any() else None

    def _takers_of(self, row: int, period: int) -> Array:
        key = (row, period)
        if key not in self._takers:
            scopes = dict.fromkeys(self._scopes_of(self._tree.codes[self._ended[row]], self._periods[period]))
            self._takers[key] = np.array(list(scopes), dtype=np.int64)
        return self._takers[key]

    def _scopes_of(self, stage: str, period: Period) -> Iterator[int]:
        tree, level = self._tree, self._tree.unit(stage).level
        own, above = set(), stage
        while above:  # whose values hold them
            own.add(tree.whole(above))
            above = tree.unit(above).parent
        for taker in self._living(tree.whole(stage), period):
            for above in self._upwards(taker, period):
                if above not in own:
                    yield from (at for of in ("", level) if (at := self._place.get(Scope(above, of))) is not None)

    def _living(self, code: str, period: Period) -> tuple[str, ...]:
        """Return the unit itself in a period in which it exists, else those that took over from it, else from the nearest above it."""
        tree = self._tree
        while code:
            found: dict[str, None] = {}
            new = [code]
            while new:
                found.update(dict.fromkeys(unit for unit in new if tree.overlaps(unit, period.first, period.last)))
                new = [tree.whole(after) for before in new if before not in found for after in tree.successors(before)]
            if found:
                return tuple(found)
            code = tree.whole(tree.unit(code).parent)
        return ()

    def _upwards(self, code: str, period: Period) -> Iterator[str]:
        """Yield a unit and those above it in a period."""
        while code:
            code = self._tree.whole(code)
            yield code
            stages = [self._tree.unit(stage) for stage in self._tree.stages(code)]
            code = ([stage for stage in stages if stage.exists(period.first, period.last)] or stages)[-1].parent


def _repeated(scopes: Sequence[Scope], units: UnitTree, position: Mapping[str, int]) -> Iterator[tuple[int, Array]]:
    """Yield the scopes in which a unit has several stages, each with the places of these in the order of the tree."""
    place = {scope: at for at, scope in enumerate(scopes)}
    for code in units.codes:
        stages = units.stages(code)
        held: dict[int, list[int]] = {}
        for stage in stages if len(stages) > 1 else ():
            above: str = stage
            while above:
                for level in ("", units.unit(code).level):
                    if (at := place.get(Scope(units.whole(above), level))) is not None:
                        held.setdefault(at, []).append(position[stage])
                above = units.unit(above).parent
        yield from ((at, np.array(inside)) for at, inside in held.items() if len(inside) > 1)
