"""The counts of one set of events: per unit, stretch of time, labels and, where events carry one, whole number.

Counts are kept as they were counted, in full or only the cells that occur, and are read by adding along axes. Only when two cubes are
compared or written down are they brought into one canonical form, so that equal counts are equal bytes whoever counted them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from cchc_metrics.errors import TallyMismatchError
from cchc_metrics.records.columns import Array

UNIT, BIN, VALUE = "unit", "bin", "value"
_FULL_CELLS: Final = 1 << 25  # sums of unlike cubes are kept in full up to so many cells

Labels = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """Counts of one set of events.

    Args:
        axes: ``("unit", "bin", *dimensions)``, and ``"value"`` last where the events carry a whole number.
        labels: axis → the texts that its codes point to; ``bin`` and ``value`` are numbers and have none.
        full: int32 or int64 array with an axis for each of ``axes``, or None.
        some: int64[n, axes] cells, in any order, of counts that are not in ``full``: a cell may be in both and occur often.
        some_counts: int64[n], their counts, all positive.
    """

    axes: tuple[str, ...]
    labels: Labels
    full: Array | None
    some: Array
    some_counts: Array

    @classmethod
    def of_full(cls, axes: tuple[str, ...], labels: Labels, full: Array, some: Array | None = None, counts: Array | None = None) -> Cube:
        """Return a cube of counts in full, with the cells beyond it where there are any."""
        if some is None or counts is None:
            some, counts = np.zeros((0, len(axes)), dtype=np.int64), np.zeros(0, dtype=np.int64)
        return cls(axes, labels, full, some, counts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cube) or self.axes != other.axes:
            return False
        one, two = self.canonical(), other.canonical()
        return (
            dict(one.labels) == dict(two.labels) and np.array_equal(one.some, two.some) and np.array_equal(one.some_counts, two.some_counts)
        )

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def __reduce__(self) -> tuple[type[Cube], tuple[object, ...]]:
        return (Cube, (self.axes, dict(self.labels), self.full, self.some, self.some_counts))

    def __add__(self, other: Cube) -> Cube:
        if self.axes != other.axes:
            raise TallyMismatchError(
                f"hai bảng đếm khác chiều: {self.axes} và {other.axes}",
                f"two tallies of unlike axes: {self.axes} and {other.axes}",
            )
        labels = {axis: tuple(dict.fromkeys((*texts, *other.labels[axis]))) for axis, texts in self.labels.items()}
        one, two = _relabelled(self, labels), _relabelled(other, labels)
        some, counts = np.concatenate([one.some, two.some]), np.concatenate([one.some_counts, two.some_counts])
        if one.full is None and two.full is None:
            return canonical(self.axes, labels, some, counts)
        if len(some):
            some, counts = _sorted_unique(some, counts)
        return Cube(self.axes, labels, _added_full(one.full, two.full), some, counts)

    @property
    def total(self) -> int:
        """How many events there are in all."""
        return (0 if self.full is None else int(self.full.sum(dtype=np.int64))) + int(self.some_counts.sum())

    @property
    def has_events(self) -> bool:
        """Whether there is any event; cheaper than ``total``."""
        return bool(len(self.some)) or (self.full is not None and bool(self.full.any()))

    def units_counted(self) -> list[str]:
        """Return the units that have any event."""
        found = np.zeros(len(self.labels[UNIT]), dtype=bool)
        found[self.some[:, 0]] = True
        if self.full is not None:
            found |= self.full.any(axis=tuple(range(1, self.full.ndim)))
        return [code for code, counted in zip(self.labels[UNIT], found.tolist(), strict=True) if counted]

    @property
    def cells(self) -> Array:
        """int64[n, axes]: the cells that are not zero, in canonical order."""
        return self.canonical().some

    @property
    def counts(self) -> Array:
        """int64[n]: the counts of ``cells``, all positive."""
        return self.canonical().some_counts

    def canonical(self) -> Cube:
        """Return the cube with only the cells that are not zero, sorted, and only the labels in use, sorted."""
        cells, counts = self.some, self.some_counts
        if self.full is not None:
            occurring = np.nonzero(self.full)
            cells = np.concatenate([np.stack(occurring, axis=1).astype(np.int64), cells])
            counts = np.concatenate([self.full[occurring].astype(np.int64), counts])
        return canonical(self.axes, self.labels, cells, counts)

    def moved(self, to: Array, n_bins: int) -> Cube:
        """Return the counts by other stretches.

        Args:
            to: int64[stretches] the stretch that takes each, ascending.
            n_bins: how many there are then.
        """
        some = self.some.copy()
        some[:, 1] = to[some[:, 1]]
        if self.full is None:
            return canonical(self.axes, self.labels, some, self.some_counts)
        taken = to[: self.full.shape[1]]
        starts = np.flatnonzero(np.concatenate([[True], taken[1:] != taken[:-1]]))
        full = np.zeros((self.full.shape[0], n_bins, *self.full.shape[2:]), dtype=np.int64)
        full[:, taken[starts]] = np.add.reduceat(self.full, starts, axis=1, dtype=np.int64)
        return Cube(self.axes, self.labels, full, some, self.some_counts)

    def bins(self, n_bins: int) -> Array:
        """Return which stretches have any event (bool[n_bins])."""
        found = np.zeros(n_bins, dtype=bool)
        found[self.some[:, 1]] = True
        if self.full is not None:
            found[: self.full.shape[1]] |= self.full.any(axis=(0, *range(2, self.full.ndim)))
        return found

    def grid(
        self, n_bins: int, dims: Sequence[str] = (), where: Mapping[str, Sequence[str]] | None = None, *, weighted: bool = False
    ) -> Array:
        """Return int64[unit, bin, *dims] over the cube's own labels, all other axes added up.

        Args:
            n_bins: how many stretches there are.
            dims: dimensions that stay axes.
            where: dimension → the labels whose events are wanted.
            weighted: whether each event counts its value instead of 1.
        """
        chosen = {dim: np.array([text in wanted for text in self.labels[dim]] or [False]) for dim, wanted in (where or {}).items()}
        if self.full is None:
            return self._some_grid(n_bins, dims, chosen, weighted=weighted)
        full = self.full
        kept = list(self.axes)
        for axis in reversed(range(2, len(self.axes))):
            name = self.axes[axis]
            if name == VALUE:
                full = _weighted(full) if weighted else full.sum(axis=axis, dtype=np.int64)
            elif name in dims:
                if name in chosen:
                    full = full * chosen[name].reshape([-1 if a == axis else 1 for a in range(full.ndim)])
                continue
            elif name in chosen and int(chosen[name].sum()) == 1:
                full = full.take(int(chosen[name].argmax()), axis=axis)
            elif name in chosen:
                full = full.compress(chosen[name], axis=axis).sum(axis=axis, dtype=np.int64)
            else:
                full = full.sum(axis=axis, dtype=np.int64)
            del kept[axis]
        full = full.transpose([0, 1, *(kept.index(dim) for dim in dims)])
        if not len(self.some) and full.shape[1] == n_bins:
            return full.astype(np.int64, copy=False)
        found = self._some_grid(n_bins, dims, chosen, weighted=weighted)
        found[:, : full.shape[1]] += full
        return found

    def histogram(self, n_bins: int) -> tuple[Array, Array]:
        """Return int[unit, bin, v] how often each value occurs, and the values int64[v], ascending; dimensions are added up."""
        axis = self.axes.index(VALUE)
        dense = 0 if self.full is None else self.full.shape[axis]
        full = None
        if self.full is not None:
            full = np.moveaxis(self.full, axis, -1)
            if full.ndim > 3:
                full = full.sum(axis=tuple(range(2, full.ndim - 1)), dtype=np.int64)
            if not len(self.some) and full.shape[1] == n_bins:
                return full, np.arange(dense)
        beyond = np.unique(self.some[:, axis])
        values = np.union1d(np.arange(dense), beyond)
        found = np.zeros((len(self.labels[UNIT]), n_bins, len(values)), dtype=np.int64)
        if full is not None:
            found[:, : full.shape[1], :dense] += full
        at = np.searchsorted(values, self.some[:, axis])
        np.add.at(found, (self.some[:, 0], self.some[:, 1], at), self.some_counts)
        return found, values

    def _some_grid(self, n_bins: int, dims: Sequence[str], chosen: Mapping[str, Array], *, weighted: bool) -> Array:
        """Return the grid of the cells beside ``full``."""
        shape = (len(self.labels[UNIT]), n_bins, *(len(self.labels[dim]) for dim in dims))
        keep = np.ones(len(self.some), dtype=bool)
        for dim, mask in chosen.items():
            keep &= mask[self.some[:, self.axes.index(dim)]]
        rows = np.flatnonzero(keep)
        weights = self.some_counts[rows]
        if weighted:
            weights = weights * self.some[rows, self.axes.index(VALUE)]
        return added(shape, tuple(self.some[rows, self.axes.index(name)] for name in (UNIT, BIN, *dims)), weights)


def _weighted(full: Array) -> Array:
    """Return the values of the last axis, counted as often as they occur, exactly (int64)."""
    values = full.shape[-1]
    if int(full.sum(dtype=np.int64)) * values < 2**53:  # whole numbers below are exact in floats, which are multiplied faster
        return (full @ np.arange(values, dtype=np.float64)).astype(np.int64)
    found: Array = full @ np.arange(values, dtype=np.int64)
    return found


def added(shape: tuple[int, ...], at: tuple[Array, ...], weights: Array) -> Array:
    """Return int64[shape] with the weights added at their places, exactly."""
    size = 1
    place = np.zeros(len(weights), dtype=np.int64)
    for length, position in zip(shape, at, strict=True):
        size *= length
        place *= length
        place += position
    if not len(weights):
        found = np.zeros(size, dtype=np.int64)
    elif int(np.abs(weights).sum()) < 2**53:  # whole numbers below are exact in the floats that bincount adds with
        found = np.bincount(place, weights=weights, minlength=size).astype(np.int64)
    else:
        found = np.zeros(size, dtype=np.int64)
        np.add.at(found, place, weights)
    return found.reshape(shape)


def project(cube: Cube, dims: Sequence[str]) -> Cube:
    """Return a cube of cells with only some of its dimensions, the others added up."""
    axes = (UNIT, BIN, *dims)
    keep = [cube.axes.index(axis) for axis in axes]
    labels = {axis: cube.labels[axis] for axis in axes if axis != BIN}
    return canonical(axes, labels, cube.some[:, keep], cube.some_counts)


def canonical(axes: tuple[str, ...], labels: Labels, cells: Array, counts: Array) -> Cube:
    """Return a cube of cells whose labels are sorted and all in use, whose cells are sorted and unique."""
    cells = cells.copy()
    used: dict[str, tuple[str, ...]] = {}
    for axis, name in enumerate(axes):
        if name not in labels:
            continue
        present = np.flatnonzero(np.bincount(cells[:, axis], minlength=1)) if len(cells) else np.zeros(0, dtype=np.int64)
        texts = [labels[name][code] for code in present.tolist()]
        used[name] = tuple(sorted(set(texts)))
        position = {text: i for i, text in enumerate(used[name])}
        table = np.zeros(int(present.max(initial=0)) + 1, dtype=np.int64)
        table[present] = [position[text] for text in texts]
        cells[:, axis] = table[cells[:, axis]]
    if len(cells):
        cells, counts = _sorted_unique(cells, counts)
    cells.flags.writeable = False
    counts.flags.writeable = False
    return Cube(axes, MappingProxyType(used), None, cells, counts)


def _sorted_unique(cells: Array, counts: Array) -> tuple[Array, Array]:
    sizes = cells.max(axis=0) + 1
    total = 1
    for size in sizes.tolist():
        total *= size
    if total < 2**62:
        key = cells[:, 0].copy()
        for axis in range(1, cells.shape[1]):
            key *= sizes[axis]
            key += cells[:, axis]
        order = np.argsort(key, kind="stable") if (key[1:] <= key[:-1]).any() else None
        if order is None:
            return cells, counts
        key, cells, counts = key[order], cells[order], counts[order]
        starts = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
    else:
        order = np.lexsort(cells.T[::-1])
        cells, counts = cells[order], counts[order]
        starts = np.flatnonzero(np.concatenate([[True], (cells[1:] != cells[:-1]).any(axis=1)]))
    return cells[starts], np.add.reduceat(counts, starts)


def _positions(cube: Cube, labels: Labels) -> dict[str, Array]:
    """Return for each labelled axis where its labels stand in other labels."""
    found = {}
    for name, texts in cube.labels.items():
        position = {text: i for i, text in enumerate(labels[name])}
        found[name] = np.array([position[text] for text in texts], dtype=np.int64)
    return found


def _relabelled(cube: Cube, labels: Labels) -> Cube:
    """Return the cube under labels that hold all of its own; in full only where that is not too large."""
    if dict(cube.labels) == dict(labels):
        return cube
    positions = _positions(cube, labels)
    full = cube.full
    if full is not None:
        shape = [len(labels[name]) if name in labels else size for name, size in zip(cube.axes, full.shape, strict=True)]
        if int(np.prod(shape)) > _FULL_CELLS:
            cube = cube.canonical()
            positions, full = _positions(cube, labels), None
        else:
            wider = np.zeros(shape, dtype=np.int64)
            at = np.ix_(*(positions[n] if n in labels else np.arange(s) for n, s in zip(cube.axes, full.shape, strict=True)))
            np.add.at(wider, at, full.astype(np.int64))
            full = wider
    cells = cube.some.copy()
    for axis, name in enumerate(cube.axes):
        if name in positions and len(cells):
            cells[:, axis] = positions[name][cells[:, axis]]
    return Cube(cube.axes, labels, full, cells, cube.some_counts)


def _added_full(one: Array | None, two: Array | None) -> Array | None:
    """Return the sum of counts in full; along an axis in which one is shorter it has nothing."""
    if one is None or two is None:
        return two if one is None else one
    if one.shape == two.shape:
        found: Array = np.add(one, two, dtype=np.int64)
        return found
    found = np.zeros(np.maximum(one.shape, two.shape), dtype=np.int64)
    for part in (one, two):
        found[tuple(map(slice, part.shape))] += part
    return found
