"""Reading counts off a tally: per unit, label and period, flows and stocks alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from cchc_metrics.catalogue.model import UNITS_KIND, Count
from cchc_metrics.count.cube import UNIT, Cube
from cchc_metrics.count.histogram import Stretches
from cchc_metrics.count.tally import Tally
from cchc_metrics.records.columns import Array
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.verbs.asked import check_units, set_asked, window_of
from cchc_metrics.verbs.scopes import ScopeSums

Labels = tuple[str, ...]
_BATCH = 1 << 20  # histograms of several periods are made at once, up to so many cells


@dataclass(frozen=True, slots=True, eq=False)
class CountReader:
    """Reads counts for a fixed list of units and periods.

    Args:
        tally: the tally.
        units: the unit tree; every unit that was counted is in it.
        windows: per period, positions in ``edges`` of its first day and of the day after its last (or after as_of, for a running period).
        position: unit code → its place in the tree.
    """

    tally: Tally
    units: UnitTree
    windows: tuple[tuple[int, int], ...]
    position: Mapping[str, int]

    @classmethod
    def of(cls, tally: Tally, units: UnitTree, periods: Sequence[Period], as_of: date) -> CountReader:
        """Return a reader for periods and a day that ``when_asked`` returned.

        Raises:
            UnknownUnitError: the tally counted units that are not in the tree.
        """
        check_units(tally, units)
        windows = tuple(window_of(tally, period, as_of) for period in periods)
        return cls(tally, units, windows, {code: i for i, code in enumerate(units.codes)})

    def labels(self, count: Count, dims: Labels) -> list[Labels]:
        """Return the labels under which a count has events; the closed lists are not filled up with zeros."""
        found: set[Labels] = set()
        for name in filter(None, (count.events, count.until)):
            cube = self._cube(name, {*count.dims, *dims})
            if cube is None:
                continue
            occurring = cube.grid(self._n_bins, dims, count.where).any(axis=(0, 1))
            for place in np.argwhere(occurring).tolist():
                found.add(tuple(cube.labels[d][c] for d, c in zip(dims, place, strict=True)))
        return sorted(found)

    def read(self, count: Count, dims: Labels, labels: Sequence[Labels]) -> Array:
        """Return int64[unit, label, period] in the order of ``units.codes``, ``labels`` and the periods.

        ``of = "units"`` gives 1 or 0 per unit. Without dims, ``labels`` is ``[()]``.
        """
        if count.kind == UNITS_KIND:
            before = self._existing()
            spread = np.broadcast_to(before[:, None, :], (before.shape[0], len(labels), before.shape[1]))
        else:
            weighted = count.of == "value"
            spread = self._before_edges(count.events, count.where, dims, labels, weighted=weighted)
            if count.until:
                spread = spread - self._before_edges(count.until, count.where, dims, labels, weighted=weighted)
            if count.less:
                spread = spread - self._before_edges(count.less, {}, dims, labels)
        start = [first for first, _ in self.windows]
        end = [after for _, after in self.windows]
        if count.at == "period":
            found: Array = spread[:, :, end] - spread[:, :, start]
        else:
            found = spread[:, :, end if count.at == "end" else start]
        return (found > 0).astype(np.int64) if count.of == "units" else found

    def different(self, count: Count, dims: Labels, labels: Sequence[Labels], sums: ScopeSums) -> Array:
        """Return int64[scope, label, period], how many different labels of ``count.labels_of`` have an event in each scope, none twice.

        Counts of a kind that has no unit are of the scope that is the whole tree; the others have none.
        """
        found = np.zeros((len(sums.first), len(labels), len(self.windows)), dtype=np.int64)
        parts = [(1, self._cells(count.events, count, dims, labels))]
        if count.until:
            parts.append((-1, self._cells(count.until, count, dims, labels)))
        texts = {text: n for n, text in enumerate(dict.fromkeys(text for _, (_, _, _, _, known) in parts for text in known))}
        codes = [np.array([texts[text] for text in known] or [0], dtype=np.int64)[code] for _, (_, _, code, _, known) in parts]
        for column in range(len(labels)):
            for period, (first, after) in enumerate(self.windows):
                here: list[tuple[Array, Array]] = []
                for (sign, (cells, place, _, at, _)), code in zip(parts, codes, strict=True):
                    bins = cells[:, 1]
                    low = first if count.at == "period" else -1
                    rows = np.flatnonzero((at == column) & (bins > low) & (bins <= (first if count.at == "start" else after)))
                    here.append((place[rows] * len(texts) + code[rows], sign * cells[rows, -1]))
                keys, back = np.unique(np.concatenate([key for key, _ in here]), return_inverse=True)
                net = np.zeros(len(keys), dtype=np.int64)
                np.add.at(net, back, np.concatenate([n for _, n in here]))
                keys = keys[net > 0]
                found[:, column, period] = sums.different(keys // max(len(texts), 1), keys % max(len(texts), 1))
        return found

    def _cells(self, name: str, count: Count, dims: Labels, labels: Sequence[Labels]) -> tuple[Array, Array, Array, Array, tuple[str, ...]]:
        """Return the cells (with their counts, last) of selected events, the place of each in the tree, its label and what it is of.

        The place of what has no unit is one before the first; what it is of is the position among ``labels``, −1 for none of them.
        """
        cube = self._cube(name, {*count.dims, *dims})
        if cube is None:
            none = np.zeros(0, dtype=np.int64)
            return np.zeros((0, 3), dtype=np.int64), none, none, none, ()
        whole = cube.canonical()
        cells = np.column_stack([whole.some, whole.some_counts])
        keep = np.ones(len(cells), dtype=bool)
        known = whole.labels[count.labels_of]
        for dim, wanted in (*count.where.items(), (count.labels_of, tuple(filter(None, known)))):
            mask = np.array([text in wanted for text in whole.labels[dim]] or [False], dtype=bool)
            keep &= mask[cells[:, whole.axes.index(dim)]]
        cells = cells[keep]
        place = np.array([self.position.get(code, -1) for code in whole.labels[UNIT]] or [-1], dtype=np.int64)[cells[:, 0]]
        if KINDS[count.kind].of_units:  # a unit that is not in the tree is in no scope
            cells, place = cells[place >= 0], place[place >= 0]
        at = np.zeros(len(cells), dtype=np.int64)
        if dims:
            numbers = {label: n for n, label in enumerate(labels)}
            columns = [[whole.labels[dim][code] for code in cells[:, whole.axes.index(dim)].tolist()] for dim in dims]
            at = np.array([numbers.get(label, -1) for label in zip(*columns, strict=True)], dtype=np.int64)
        return cells, place, cells[:, whole.axes.index(count.labels_of)], at, known

    def histograms(self, name: str) -> Iterator[tuple[Array, Array]]:
        """Yield int[unit, period, value] counts of the values of a set of events, and the values int64[value], ascending.

        A few periods at a time: the histograms of every unit and period at once can be large.
        """
        cube = self._cube(name, ())
        if cube is None:
            yield np.zeros((len(self.units.codes), len(self.windows), 0), dtype=np.int64), np.zeros(0, dtype=np.int64)
            return
        counted, values = cube.histogram(self._n_bins)
        counted = self._in_tree(cube, counted)
        step = max(1, _BATCH // max(1, counted.shape[0] * counted.shape[2]))
        for start in range(0, len(self.windows), step):
            chosen = self.windows[start : start + step]
            if all(after == first + 1 for first, after in chosen):
                yield counted[:, [after for _, after in chosen]], values
            else:
                sums = [counted[:, first + 1 : after + 1].sum(axis=1, dtype=np.int64) for first, after in chosen]
                yield np.stack(sums, axis=1), values

    def _cube(self, name: str, dims: Iterable[str]) -> Cube | None:
        """Return the counts of a set of events by dimensions; None where there is no such event."""
        full = set_asked(self.tally, name, dims)
        return None if full is None else self.tally.cubes.get(full)

    @property
    def _n_bins(self) -> int:
        return len(self.tally.frame.edges) + 1

    def _before_edges(
        self, name: str, where: Mapping[str, Sequence[str]], dims: Labels, labels: Sequence[Labels], *, weighted: bool = False
    ) -> Array:
        """Return how many selected events fall before each edge: int64[unit, label, edge]."""
        cube = self._cube(name, {*where, *dims})
        n_edges = self._n_bins - 1
        if cube is None:
            return np.zeros((len(self.units.codes), len(labels), n_edges), dtype=np.int64)
        grid = cube.grid(self._n_bins, dims, where, weighted=weighted)[:, :n_edges]
        if not dims:
            summed: Array = np.cumsum(self._in_tree(cube, grid), axis=1)[:, None, :]
            return summed
        places = [dict(zip(cube.labels[d], range(len(cube.labels[d])), strict=True)) for d in dims]
        chosen = np.zeros((grid.shape[0], len(labels), n_edges), dtype=np.int64)
        for column, label in enumerate(labels):
            at = [place.get(text) for place, text in zip(places, label, strict=True)]
            if None not in at:
                chosen[:, column] = grid[(slice(None), slice(None), *at)]
        found: Array = np.cumsum(self._in_tree(cube, chosen), axis=2)
        return found

    def _in_tree(self, cube: Cube, counted: Array) -> Array:
        """Return counts of the cube's units as counts of the tree's units, in its order; those that are not in it are left out."""
        if cube.labels[UNIT] == self.units.codes:
            return counted
        rows = np.array([self.position.get(code, -1) for code in cube.labels[UNIT]], dtype=np.intp)
        found = np.zeros((len(self.units.codes), *counted.shape[1:]), dtype=counted.dtype)
        known = rows >= 0
        found[rows[known]] = counted[known]
        return found

    def _existing(self) -> Array:
        """Return 1 for each unit and edge on the day before which the unit exists: int64[unit, edge]."""
        edges = self.tally.frame.edges
        found, stretches = np.zeros((len(self.units.codes), len(edges)), dtype=np.int64), Stretches.of(edges)
        for row, code in enumerate(self.units.codes):
            unit = self.units.unit(code)
            begun = 0 if unit.valid_from is None else int(stretches.find(np.array([day_number(unit.valid_from)]))[0])
            ended = len(edges) if unit.valid_to is None else int(stretches.find(np.array([day_number(unit.valid_to) + 1]))[0])
            found[row, begun:ended] = 1
        return found
