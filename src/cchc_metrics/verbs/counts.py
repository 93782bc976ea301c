"""Reading counts off a tally: per unit, label and period, flows and stocks alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

import numpy as np

from cchc_metrics.catalogue.model import UNITS_ROOM, Count, set_with
from cchc_metrics.records.columns import Array
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.verbs.histogram import Cube
from cchc_metrics.verbs.tally import Tally, stretch_of

Labels = tuple[str, ...]
_SMALL = 1 << 22  # histograms of all units and stretches up to so many cells are made at once


@dataclass(frozen=True, slots=True, eq=False)
class CountReader:
    """Reads counts for a fixed list of units and periods.

    Args:
        tally: the tally.
        units: the unit tree; units of the tally that are not in it are left out (reading has rejected them before).
        windows: per period, positions in ``edges`` of its first day and of the day after its last (or after as_of, for a running period).
        n_edges: number of edges of the tally.
    """

    tally: Tally
    units: UnitTree
    windows: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, tally: Tally, units: UnitTree, periods: Sequence[Period], as_of: date) -> CountReader:
        """Return a reader; the tally must have been made for these periods (and as_of).

        Raises:
            KeyError: when the tally has no edge at a boundary that is needed.
        """
        position = {edge: i for i, edge in enumerate(tally.frame.edges)}
        windows = []
        for period in periods:
            first = day_number(period.first)
            after = min(day_number(period.last), day_number(as_of)) + 1
            windows.append((position[first], position[max(after, first)]))
        return cls(tally, units, tuple(windows))

    def labels(self, count: Count, dims: Labels) -> list[Labels]:
        """Return the labels under which a count has events; the closed lists are not filled up with zeros."""
        found: set[Labels] = set()
        for name in filter(None, (count.events, count.until)):
            cube = self.tally.cubes.get(set_with(name, {*count.where, *dims}) or name)
            if cube is None:
                continue
            axes = [cube.axes.index(d) for d in dims]
            mask = self._selected(cube, count.where)
            sizes = [len(cube.labels[d]) for d in dims]
            fused = np.ravel_multi_index(tuple(cube.cells[mask, axis] for axis in axes), sizes)
            for code in np.flatnonzero(np.bincount(fused)).tolist():
                found.add(tuple(cube.labels[d][int(c)] for d, c in zip(dims, np.unravel_index(code, sizes), strict=True)))
        return sorted(found)

    def read(self, count: Count, dims: Labels, labels: Sequence[Labels]) -> Array:
        """Return int64[unit, label, period] in the order of ``units.codes``, ``labels`` and the periods.

        ``of = "units"`` gives 1 or 0 per unit. Without dims, ``labels`` is ``[()]``.
        """
        if count.room == UNITS_ROOM:
            before = self._existing()
            spread = np.broadcast_to(before[:, None, :], (before.shape[0], len(labels), before.shape[1]))
        else:
            spread = self._before_edges(count.events, count, dims, labels)
            if count.until:
                spread = spread - self._before_edges(count.until, count, dims, labels)
        start = [first for first, _ in self.windows]
        end = [after for _, after in self.windows]
        if count.at == "period":
            found: Array = spread[:, :, end] - spread[:, :, start]
        else:
            found = spread[:, :, end if count.at == "end" else start]
        return (found > 0).astype(np.int64) if count.of == "units" else found

    def histograms(self, name: str) -> Iterator[tuple[Array, Array]]:
        """Yield for each period int64[unit, value] counts of the values of a set of events, and the values int64[value], ascending.

        One period at a time: the histograms of every unit and period at once would be large.
        """
        cube = self.tally.cubes.get(name)
        if cube is None:
            for _ in self.windows:
                yield np.zeros((len(self.units.codes), 0), dtype=np.int64), np.zeros(0, dtype=np.int64)
            return
        values, position = _numbered(cube.cells[:, cube.axes.index("value")])
        unit, stretch = self._unit_rows(cube), cube.cells[:, 1]
        n_units, n_stretches = len(self.units.codes), len(self.tally.frame.edges) + 1
        if n_units * n_stretches * len(values) <= _SMALL:
            every = np.ones(len(cube.counts), dtype=bool)
            before = np.cumsum(self._dense(cube, cube.counts, every, position, len(values)), axis=2)
            yield from ((before[:, :, after] - before[:, :, first], values) for first, after in self.windows)
            return
        for first, after in self.windows:
            chosen = np.flatnonzero((stretch > first) & (stretch <= after) & (unit >= 0))
            shape = (len(self.units.codes), len(values))
            yield _added(shape, (unit[chosen], position[chosen]), cube.counts[chosen]), values

    def _before_edges(self, name: str, count: Count, dims: Labels, labels: Sequence[Labels]) -> Array:
        """Return how many selected events fall before each edge: int64[unit, label, edge]."""
        cube = self.tally.cubes.get(set_with(name, {*count.where, *dims}) or name)
        n_edges = len(self.tally.frame.edges)
        if cube is None:
            return np.zeros((len(self.units.codes), len(labels), n_edges), dtype=np.int64)
        mask = self._selected(cube, count.where)
        label = np.zeros(len(cube.counts), dtype=np.int64)
        if dims:
            position = {key: i for i, key in enumerate(labels)}
            sizes = [len(cube.labels[d]) for d in dims]
            table = np.full(sizes, -1, dtype=np.int64)
            for combination in product(*(range(s) for s in sizes)):
                key = tuple(cube.labels[d][c] for d, c in zip(dims, combination, strict=True))
                table[combination] = position.get(key, -1)
            label = table[tuple(cube.cells[:, cube.axes.index(d)] for d in dims)]
            mask = mask & (label >= 0)
        weights = cube.counts * cube.cells[:, cube.axes.index("value")] if count.of == "value" else cube.counts
        dense = self._dense(cube, weights, mask, label, len(labels))
        found: Array = np.cumsum(dense, axis=2)[:, :, :n_edges]
        return found

    def _dense(self, cube: Cube, weights: Array, mask: Array, label: Array, n_labels: int) -> Array:
        """Return int64[unit, label, stretch]."""
        unit = self._unit_rows(cube)
        keep = np.flatnonzero(mask & (unit >= 0))
        shape = (len(self.units.codes), n_labels, len(self.tally.frame.edges) + 1)
        return _added(shape, (unit[keep], label[keep], cube.cells[keep, 1]), weights[keep])

    def _unit_rows(self, cube: Cube) -> Array:
        """Return the position of each cell's unit in the tree, −1 for a unit that is not in it."""
        order = {code: i for i, code in enumerate(self.units.codes)}
        found: Array = np.array([order.get(code, -1) for code in cube.labels["unit"]], dtype=np.int64)[cube.cells[:, 0]]
        return found

    def _existing(self) -> Array:
        """Return 1 for each unit and edge on the day before which the unit exists: int64[unit, edge]."""
        edges = self.tally.frame.edges
        found = np.zeros((len(self.units.codes), len(edges)), dtype=np.int64)
        for row, code in enumerate(self.units.codes):
            unit = self.units.unit(code)
            begun = 0 if unit.valid_from is None else int(stretch_of(np.array([day_number(unit.valid_from)]), edges)[0])
            ended = len(edges) if unit.valid_to is None else int(stretch_of(np.array([day_number(unit.valid_to) + 1]), edges)[0])
            found[row, begun:ended] = 1
        return found

    @staticmethod
    def _selected(cube: Cube, where: Mapping[str, Sequence[str]]) -> Array:
        mask = np.ones(len(cube.counts), dtype=bool)
        for dim, wanted in where.items():
            table = np.array([text in wanted for text in cube.labels[dim]] or [False], dtype=bool)
            mask &= table[cube.cells[:, cube.axes.index(dim)]]
        return mask


def _added(shape: tuple[int, ...], at: tuple[Array, ...], weights: Array) -> Array:
    """Return int64[shape] with the weights added at their places, exactly."""
    size = 1
    place = np.zeros(len(weights), dtype=np.int64)
    for length, position in zip(shape, at, strict=True):
        size *= length
        place *= length
        place += position
    if int(np.abs(weights).sum()) < 2**53:  # whole numbers below are exact in the floats that bincount adds with
        found = np.bincount(place, weights=weights, minlength=size).astype(np.int64)
    else:
        found = np.zeros(size, dtype=np.int64)
        np.add.at(found, place, weights)
    return found.reshape(shape)


def _numbered(values: Array) -> tuple[Array, Array]:
    """Return the different whole numbers, ascending, and the position of each value among them."""
    top = int(values.max(initial=0))
    if top > 2**20:
        found, position = np.unique(values, return_inverse=True)
        return found, position
    occurring = np.bincount(values, minlength=1) > 0
    return np.flatnonzero(occurring), (np.cumsum(occurring) - 1)[values]
