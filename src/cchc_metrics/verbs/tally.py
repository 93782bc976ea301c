"""Tally: from columns to integer counts that merge by addition.

A tally holds, for each set of events, how many fell on each unit, stretch of time and label. The stretches are cut by the first days and
the days after the last days of the periods asked for, so every flow and stock of every period follows by adding stretches; nothing is
counted twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from cchc_metrics.errors import TallyMismatchError
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.room import Context, Events, Room
from cchc_metrics.records.rooms import ROOMS
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules

SCHEMA_VERSION: Final = 1
_DENSE_CELLS: Final = 1 << 22  # up to this many cells a dense count is cheaper than sorting, and fits in memory many times over


@dataclass(frozen=True, slots=True)
class Frame:
    """What two tallies must share to be added.

    Args:
        rules, calendar: ids of the rules and of the calendar.
        edges: the days (since 1970-01-01) that cut time into stretches, ascending. Stretch ``i`` is the days with exactly ``i`` edges on or
            before them, so the first and the last stretch are open.
        estimated_years: years of the calendar that are estimated.
    """

    rules: str
    calendar: str
    edges: tuple[int, ...]
    estimated_years: tuple[int, ...] = ()

    @classmethod
    def of(cls, periods: Iterable[Period], rules: Rules, calendar: Calendar, *, as_of: date | None = None) -> Frame:
        """Return the frame for periods; ``as_of`` adds an edge, so that a running period can be read up to that day."""
        edges = {edge for p in periods for edge in (day_number(p.first), day_number(p.last) + 1)}
        if as_of is not None:
            edges.add(day_number(as_of) + 1)
        estimated = tuple(y for y in calendar.years if calendar.status(y) == "estimated")
        return cls(rules.id, calendar.id, tuple(sorted(edges)), estimated)


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """Counts of one set of events, only the cells that are not zero, in canonical order (so equal counts are equal bytes).

    Args:
        axes: ``("unit", "bin", *dimensions)``, and ``"value"`` last where the events carry a whole number.
        labels: axis → the texts its codes point to, sorted and all in use; ``bin`` and ``value`` are numbers and have none.
        cells: int64[n, axes] codes, rows sorted.
        counts: int64[n], all positive.
    """

    axes: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]
    cells: Array
    counts: Array

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Cube)
            and self.axes == other.axes
            and dict(self.labels) == dict(other.labels)
            and np.array_equal(self.cells, other.cells)
            and np.array_equal(self.counts, other.counts)
        )

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def __add__(self, other: Cube) -> Cube:
        if self.axes != other.axes:
            raise TallyMismatchError(
                f"hai bảng đếm khác chiều: {self.axes} và {other.axes}",
                f"two tallies of unlike axes: {self.axes} and {other.axes}",
            )
        labels = {axis: tuple(sorted({*self.labels[axis], *other.labels[axis]})) for axis in self.labels}
        cells = np.concatenate([_relabel(self, labels), _relabel(other, labels)])
        return _canonical(self.axes, labels, cells, np.concatenate([self.counts, other.counts]))

    @property
    def total(self) -> int:
        """How many events there are in all."""
        return int(self.counts.sum())


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Integer counts of every set of events, per unit and stretch of time; a commutative monoid under ``+``.

    ``Tally.zero(frame)`` is the identity; ``tally(a) + tally(b) == tally(a ++ b)`` for any partition and order of the rows.

    Args:
        frame: what the counts rest on.
        cubes: full name of the event set → counts.
        rooms: names of the rooms that were supplied, even if empty: a room that was not supplied has no data, which is not zero.
    """

    frame: Frame
    cubes: Mapping[str, Cube]
    rooms: frozenset[str]

    @classmethod
    def zero(cls, frame: Frame) -> Tally:
        """Return the tally of nothing."""
        return cls(frame, MappingProxyType({}), frozenset())

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Tally) and self.frame == other.frame and self.rooms == other.rooms and dict(self.cubes) == dict(other.cubes)
        )

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def __add__(self, other: Tally) -> Tally:
        if self.frame != other.frame:
            vi, en = _frame_difference(self.frame, other.frame)
            raise TallyMismatchError(f"không cộng được hai bảng đếm: {vi}", f"the tallies cannot be added: {en}")
        cubes = dict(self.cubes)
        for name, cube in other.cubes.items():
            cubes[name] = cubes[name] + cube if name in cubes else cube
        return Tally(self.frame, MappingProxyType(dict(sorted(cubes.items()))), self.rooms | other.rooms)

    def to_json(self) -> str:
        """Return the tally as JSON text with a schema version; the inverse of ``from_json``."""
        return json.dumps(
            {
                "schema_version": SCHEMA_VERSION,
                "rules": self.frame.rules,
                "calendar": self.frame.calendar,
                "edges": list(self.frame.edges),
                "estimated_years": list(self.frame.estimated_years),
                "rooms": sorted(self.rooms),
                "cubes": {
                    name: {
                        "axes": list(cube.axes),
                        "labels": {axis: list(texts) for axis, texts in cube.labels.items()},
                        "cells": cube.cells.tolist(),
                        "counts": cube.counts.tolist(),
                    }
                    for name, cube in self.cubes.items()
                },
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> Tally:
        """Return the tally that ``to_json`` wrote.

        Raises:
            TallyMismatchError: when the text was written under another schema version.
        """
        data: dict[str, Any] = json.loads(text)
        if data.get("schema_version") != SCHEMA_VERSION:
            found = data.get("schema_version")
            raise TallyMismatchError(
                f"phiên bản bảng đếm {found} khác {SCHEMA_VERSION}",
                f"tally schema version {found}, expected {SCHEMA_VERSION}",
            )
        frame = Frame(data["rules"], data["calendar"], tuple(data["edges"]), tuple(data["estimated_years"]))
        cubes = {
            name: Cube(
                tuple(c["axes"]),
                {axis: tuple(texts) for axis, texts in c["labels"].items()},
                np.array(c["cells"], dtype=np.int64).reshape(-1, len(c["axes"])),
                np.array(c["counts"], dtype=np.int64),
            )
            for name, c in data["cubes"].items()
        }
        return cls(frame, MappingProxyType(cubes), frozenset(data["rooms"]))


def tally(
    rooms: Mapping[str, Columns],
    *,
    periods: Iterable[Period],
    rules: Rules,
    calendar: Calendar,
    as_of: date | None = None,
) -> Tally:
    """Count the events of every room supplied, in one pass over the rows.

    Args:
        rooms: room name → columns of its valid rows.
        periods: the periods to be measured; any number, overlapping as they like.
        rules: how disputed points are decided.
        calendar: the working calendar.
        as_of: a day up to which a running period is to be read; None when every period is over.

    Returns:
        The tally. Events outside every period are kept in the open stretches at both ends: stocks need them.
    """
    frame = Frame.of(periods, rules, calendar, as_of=as_of)
    context = Context(rules, calendar)
    cubes = {}
    for name, columns in sorted(rooms.items()):
        room: Room = ROOMS[name]
        for found in room.events(columns, context):
            cube = count_events(found, frame)
            if len(cube.counts):
                cubes[f"{name}.{found.set.name}"] = cube
    return Tally(frame, MappingProxyType(dict(sorted(cubes.items()))), frozenset(rooms))


def count_events(events: Events, frame: Frame) -> Cube:
    """Count one set of events per unit, stretch of time and label."""
    rows = np.flatnonzero(events.day >= 0)
    whole = len(rows) == len(events.day)

    def pick(array: Array) -> Array:
        return array if whole else array[rows]

    axes = ["unit", "bin"]
    columns = [pick(events.unit[0]), stretch_of(pick(events.day), frame.edges)]
    sizes = [len(events.unit[1]), len(frame.edges) + 1]
    labels = {"unit": events.unit[1]}
    for name, (codes, texts) in events.dims.items():
        axes.append(name)
        columns.append(pick(codes))
        sizes.append(len(texts))
        labels[name] = texts
    if events.value is not None:
        values = pick(events.value)
        axes.append("value")
        columns.append(values)
        sizes.append(int(values.max(initial=0)) + 1)
    cells, counts = _count_cells(columns, sizes)
    return _canonical(tuple(axes), labels, cells, counts)


def stretch_of(days: Array, edges: tuple[int, ...]) -> Array:
    """Return the stretch of each day: how many edges lie on or before it."""
    if not edges:
        return np.zeros(len(days), dtype=np.int64)
    low = edges[0] - 1
    table = np.searchsorted(np.asarray(edges), np.arange(low, edges[-1] + 1), side="right").astype(np.int64)
    return table[np.clip(days.astype(np.int64) - low, 0, len(table) - 1)]


def _count_cells(columns: list[Array], sizes: list[int]) -> tuple[Array, Array]:
    total = 1
    for size in sizes:
        total *= size  # Python integers: no overflow before the comparison
    if total >= 2**62:
        stacked = np.stack([c.astype(np.int64) for c in columns], axis=1)
        cells, counts = np.unique(stacked, axis=0, return_counts=True)
        return cells, counts.astype(np.int64)
    fused = np.zeros(len(columns[0]), dtype=np.int64)
    for column, size in zip(columns, sizes, strict=True):
        fused *= size
        fused += column
    if total <= max(_DENSE_CELLS, 4 * len(fused)):
        dense = np.bincount(fused, minlength=total)
        keys = np.flatnonzero(dense)
        counts = dense[keys]
    else:
        keys, counts = np.unique(fused, return_counts=True)
    return _unfuse(keys, sizes), counts.astype(np.int64)


def _unfuse(keys: Array, sizes: list[int]) -> Array:
    cells = np.empty((len(keys), len(sizes)), dtype=np.int64)
    for axis in range(len(sizes) - 1, -1, -1):
        keys, cells[:, axis] = np.divmod(keys, sizes[axis])
    return cells


def _canonical(axes: tuple[str, ...], labels: Mapping[str, tuple[str, ...]], cells: Array, counts: Array) -> Cube:
    """Return a cube whose labels are sorted and all in use, whose cells are sorted and unique."""
    cells = cells.copy()
    used: dict[str, tuple[str, ...]] = {}
    for axis, name in enumerate(axes):
        if name not in labels:
            continue
        present = np.unique(cells[:, axis])
        texts = [labels[name][code] for code in present.tolist()]
        used[name] = tuple(sorted(set(texts)))
        position = {text: i for i, text in enumerate(used[name])}
        table = np.zeros(int(present.max(initial=0)) + 1, dtype=np.int64)
        table[present] = [position[text] for text in texts]
        cells[:, axis] = table[cells[:, axis]]
    order = np.lexsort(cells.T[::-1]) if len(cells) else np.zeros(0, dtype=np.int64)
    cells, counts = cells[order], counts[order]
    if len(cells):
        first = np.concatenate([[True], (cells[1:] != cells[:-1]).any(axis=1)])
        starts = np.flatnonzero(first)
        cells, counts = cells[starts], np.add.reduceat(counts, starts)
    cells.flags.writeable = False
    counts.flags.writeable = False
    return Cube(axes, MappingProxyType(used), cells, counts)


def _relabel(cube: Cube, labels: Mapping[str, tuple[str, ...]]) -> Array:
    cells = cube.cells.copy()
    for axis, name in enumerate(cube.axes):
        if name in labels:
            position = {text: i for i, text in enumerate(labels[name])}
            table = np.array([position[text] for text in cube.labels[name]] or [0], dtype=np.int64)
            cells[:, axis] = table[cells[:, axis]]
    return cells


def _frame_difference(one: Frame, other: Frame) -> tuple[str, str]:
    if one.rules != other.rules:
        return f"quy tắc «{one.rules}» và «{other.rules}»", f"rules «{one.rules}» and «{other.rules}»"
    if one.calendar != other.calendar:
        return f"lịch «{one.calendar}» và «{other.calendar}»", f"calendars «{one.calendar}» and «{other.calendar}»"
    return "các kỳ khác nhau; đếm lại với cùng danh sách kỳ", "unlike periods; tally again with the same list of periods"
