"""Counting events into cells, chunk by chunk: what one chunk needs stays in the processor's cache.

Sets of events that share their days are counted once, by the set with the most dimensions; the others are sums of its cells. A day that is
missing falls into a bin of its own that is dropped at the end, so no row has to be picked out. Few days are picked out all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from cchc_metrics.count.cube import Cube, canonical, project
from cchc_metrics.records.columns import Array
from cchc_metrics.records.kind import Events

CHUNK_ROWS: Final = 65_536
"""Rows that are counted at a time."""
_DENSE_CELLS: Final = 1 << 23  # up to so many cells counts are kept in full; beyond, only the cells that occur
_SMALL_CELLS: Final = CHUNK_ROWS // 4  # up to so many, counting afresh and adding beats adding cell by cell
_VALUES: Final = 64  # whole numbers below are counted in full, larger ones by what occurs
_LARGE: Final = 2**31 + 1  # places for larger ones, and for none
_FEW: Final = 4  # days are picked out where fewer than one row in so many has one

_ONE = np.int32(1)


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Finds the stretch of a day by one look-up.

    Args:
        edges: ascending days since 1970-01-01; stretch ``i`` is the days with exactly ``i`` edges on or before them.
        table: intp[days]; entry 0 is for a missing day (−1), entry ``d + 1`` for day ``d``; the last entry for all days from there on.
    """

    edges: tuple[int, ...]
    table: Array

    @classmethod
    def of(cls, edges: tuple[int, ...]) -> Stretches:
        """Return the look-up for edges; no edge at all makes one stretch."""
        days = np.arange((edges[-1] if edges else 0) + 1)
        found = np.searchsorted(np.asarray(edges, dtype=np.int64), days, side="right")
        return cls(edges, np.concatenate([[len(edges) + 1], found]).astype(np.intp))

    @property
    def count(self) -> int:
        """How many stretches there are; the bin of missing days is this number."""
        return len(self.edges) + 1

    def find(self, days: Array) -> Array:
        """Return the stretch of each day (intp); ``count`` for missing days."""
        at = days.astype(np.intp)
        at += 1
        found: Array = self.table.take(at, mode="clip")
        return found


@dataclass(slots=True)
class _Cells:
    """The counts of one set while its kind is read: a full array, or what occurs, or both for values."""

    axes: tuple[str, ...]
    sizes: tuple[int, ...]
    labels: Mapping[str, tuple[str, ...]]
    dense: Array | None
    keys: list[Array] = field(default_factory=list)
    counts: list[Array] = field(default_factory=list)

    @classmethod
    def of(cls, axes: tuple[str, ...], sizes: tuple[int, ...], labels: Mapping[str, tuple[str, ...]]) -> _Cells:
        total = 1
        for size in sizes:
            total *= size  # Python integers: nothing overflows before it is compared
        return cls(axes, sizes, labels, np.zeros(total, dtype=np.int32) if total <= _DENSE_CELLS else None)

    def add(self, codes: Array) -> None:
        """Count fused codes."""
        if self.dense is None:
            self.add_sparse(codes)
        elif len(self.dense) <= _SMALL_CELLS:
            self.dense += np.bincount(codes, minlength=len(self.dense))
        else:
            np.add.at(self.dense, codes, _ONE)

    def add_sparse(self, codes: Array) -> None:
        """Count fused codes that the full array has no kind for."""
        keys, counts = np.unique(codes, return_counts=True)
        self.keys.append(keys)
        self.counts.append(counts)


class KindCounter:
    """Counts the events of one kind, chunk after chunk; the result does not depend on how the rows were cut."""

    def __init__(self, edges: tuple[int, ...]) -> None:
        self._stretches = Stretches.of(edges)
        self._cells: dict[str, _Cells] = {}
        self._large: dict[str, _Cells] = {}
        self._counted_by: dict[str, str] = {}
        self._members: dict[str, tuple[str, ...]] = {}

    def add(self, found: Iterable[Events]) -> None:
        """Count the events of one chunk."""
        groups: dict[int, list[Events]] = {}
        for events in found:
            groups.setdefault(id(events.day), []).append(events)
        offsets: dict[int, Array] = {}
        for group in groups.values():
            self._add_group(group, offsets)

    def cubes(self) -> dict[str, Cube]:
        """Return the counts of every set that has any, by short name."""
        made = {}
        for name, leader in self._counted_by.items():
            cube = self._cube(self._cells[leader], self._large.get(leader))
            if name in self._members and cube.axes[2:] != self._members[name]:
                cube = project(cube, self._members[name])
            if len(cube.counts):
                made[name] = cube
        return made

    def _add_group(self, group: Sequence[Events], offsets: dict[int, Array]) -> None:
        day, (unit, units) = group[0].day, group[0].unit
        rows: Array | None = None
        occurring = np.count_nonzero(day >= 0) if day.strides != (0,) else len(day) * int(day[:1].max(initial=-1) >= 0)
        if occurring * _FEW < len(day):
            rows = np.flatnonzero(day >= 0)
            base = self._stretches.find(day[rows])
            base += unit[rows].astype(np.intp) * (self._stretches.count + 1)
        else:
            offset = offsets.get(id(unit))
            if offset is None:
                offset = offsets[id(unit)] = unit.astype(np.intp) * (self._stretches.count + 1)
            base = self._stretches.find(day)
            base += offset
        plain = sorted((e for e in group if e.value is None), key=lambda e: -len(_varying(e)))
        leaders: list[Events] = []
        for events in plain:
            name = events.set.name
            leader = next((one for one in leaders if _varying(events) <= _varying(one)), events)
            known = self._counted_by.setdefault(name, leader.set.name)
            if known != leader.set.name:  # pragma: no cover  a kind yields its sets in the same way for every chunk
                raise AssertionError(f"{name}: {known} != {leader.set.name}")
            self._members[name] = tuple(events.dims)
            if leader is events:
                leaders.append(events)
                self._count(events, base, units, rows)
            else:
                self._missing_dims(leader, events)
        for events in group:
            if events.value is not None:
                self._counted_by[events.set.name] = events.set.name
                self._count_values(events, base, units, rows)

    def _count(self, events: Events, base: Array, units: tuple[str, ...], rows: Array | None) -> None:
        sizes = [len(units), self._stretches.count + 1, *(len(labels) for _, labels in events.dims.values())]
        labels = {"unit": units, **{name: texts for name, (_, texts) in events.dims.items()}}
        cells = self._cells.get(events.set.name)
        if cells is None:
            cells = self._cells[events.set.name] = _Cells.of(("unit", "bin", *events.dims), tuple(sizes), labels)
        codes = base
        varying = [(array, len(texts)) for array, texts in events.dims.values() if len(texts) > 1]
        if varying:
            small, size = _fused(varying, rows)
            codes = base * size
            codes += small
        cells.add(codes)

    def _missing_dims(self, leader: Events, events: Events) -> None:
        """Remember the single label of dimensions that only a projected set has."""
        cells = self._cells[leader.set.name]
        extra = {name: texts for name, (_, texts) in events.dims.items() if name not in cells.labels}
        if extra:
            cells.axes = (*cells.axes, *extra)
            cells.sizes = (*cells.sizes, *(1 for _ in extra))
            cells.labels = {**cells.labels, **extra}

    def _count_values(self, events: Events, base: Array, units: tuple[str, ...], rows: Array | None) -> None:
        assert events.value is not None  # noqa: S101  the caller chose these
        value = events.value if rows is None else events.value[rows]
        name, dims = events.set.name, events.dims
        sizes = (len(units), self._stretches.count + 1, *(len(texts) for _, texts in dims.values()))
        labels = {"unit": units, **{dim: texts for dim, (_, texts) in dims.items()}}
        if name not in self._cells:
            axes = ("unit", "bin", *dims, "value")
            self._cells[name] = _Cells.of(axes, (*sizes, _VALUES), labels)
            self._large[name] = _Cells(axes, (*sizes, _LARGE), labels, None)
        codes = base
        for array, texts in dims.values():
            codes = codes * len(texts) + (array if rows is None else array[rows])
        # A value of −1 is none at all; it takes the first place, which is dropped at the end.
        if int(value.max(initial=0)) >= _VALUES - 1:
            large = value >= _VALUES - 1
            chosen = np.flatnonzero(large)
            self._large[name].add_sparse(codes[chosen] * _LARGE + value[chosen].astype(np.int64) + 1)
            value = np.where(large, -1, value)
        codes = codes * _VALUES
        codes += value
        codes += 1
        self._cells[name].add(codes)

    def _cube(self, cells: _Cells, large: _Cells | None) -> Cube:
        dump = self._stretches.count
        parts = [part for part in (cells, large) if part is not None]
        found = [_occurring(part) for part in parts]
        stacked = np.concatenate([c for c, _ in found])
        counts = np.concatenate([n for _, n in found])
        keep = stacked[:, 1] != dump
        if cells.axes[-1] == "value":
            stacked[:, -1] -= 1
            keep &= stacked[:, -1] >= 0
        return canonical(cells.axes, cells.labels, stacked[keep], counts[keep])


def _fused(arrays: list[tuple[Array, int]], rows: Array | None) -> tuple[Array, int]:
    """Return one code of several dimensions, in the smallest type that holds it, and how many codes there are."""
    total = 1
    for _, size in arrays:
        total *= size
    kind = np.uint8 if total <= 2**8 else np.uint16 if total <= 2**16 else np.int64
    found: Array | None = None
    for array, size in arrays:
        picked = (array if rows is None else array[rows]).astype(kind, copy=False)
        if found is None:
            found = picked
        else:
            found = found * kind(size)
            found += picked
    assert found is not None  # noqa: S101  there is at least one dimension
    return found, total


def _varying(events: Events) -> frozenset[str]:
    return frozenset(name for name, (_, texts) in events.dims.items() if len(texts) > 1)


def _occurring(cells: _Cells) -> tuple[Array, Array]:
    if cells.dense is not None:
        keys: Array = np.flatnonzero(cells.dense)
        counts = cells.dense[keys].astype(np.int64)
    elif cells.keys:
        keys, where = np.unique(np.concatenate(cells.keys), return_inverse=True)
        counts = np.zeros(len(keys), dtype=np.int64)
        np.add.at(counts, where, np.concatenate(cells.counts))
    else:
        keys, counts = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    found = np.empty((len(keys), len(cells.sizes)), dtype=np.int64)
    for axis in range(len(cells.sizes) - 1, -1, -1):
        keys, found[:, axis] = np.divmod(keys, cells.sizes[axis])
    return found, counts
