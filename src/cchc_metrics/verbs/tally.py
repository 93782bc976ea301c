"""Tally: from columns to integer counts that merge by addition.

A tally holds, for each set of events, how many fell on each unit, stretch of time and label. The stretches are cut by the first days and
the days after the last days of the periods asked for, so every flow and stock of every period follows by adding stretches; nothing is
counted twice.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from cchc_metrics.errors import TallyMismatchError
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.room import Context, Events, Room, unsaid
from cchc_metrics.records.rooms import ROOMS
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.verbs.cube import Cube
from cchc_metrics.verbs.histogram import CHUNK_ROWS, RoomCounter, Stretches

SCHEMA_VERSION: Final = 1


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
class Tally:
    """Integer counts of every set of events, per unit and stretch of time; a commutative monoid under ``+``.

    ``Tally.zero(frame)`` is the identity; ``tally(a) + tally(b) == tally(a ++ b)`` for any partition and order of the rows.

    Args:
        frame: what the counts rest on.
        cubes: full name of the event set → counts.
        rooms: names of the rooms that were supplied, even if empty: a room that was not supplied has no data, which is not zero.
        missing: ``room.column`` of the columns that no cell said anything in, because a table did not have them: what is selected by such a
            column has no data either.
    """

    frame: Frame
    cubes: Mapping[str, Cube]
    rooms: frozenset[str]
    missing: frozenset[str] = frozenset()

    @classmethod
    def zero(cls, frame: Frame) -> Tally:
        """Return the tally of nothing."""
        return cls(frame, MappingProxyType({}), frozenset())

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Tally)
            and self.frame == other.frame
            and (self.rooms, self.missing) == (other.rooms, other.missing)
            and dict(self.cubes) == dict(other.cubes)
        )

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def __reduce__(self) -> tuple[type[Tally], tuple[object, ...]]:
        return (Tally, (self.frame, dict(self.cubes), self.rooms, self.missing))

    def __add__(self, other: Tally) -> Tally:
        if self.frame != other.frame:
            vi, en = _frame_difference(self.frame, other.frame)
            raise TallyMismatchError(f"không cộng được hai bảng đếm: {vi}", f"the tallies cannot be added: {en}")
        cubes = dict(self.cubes)
        for name, cube in other.cubes.items():
            cubes[name] = cubes[name] + cube if name in cubes else cube
        return Tally(self.frame, MappingProxyType(dict(sorted(cubes.items()))), self.rooms | other.rooms, self.missing | other.missing)

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
                "missing": sorted(self.missing),
                "cubes": {
                    name: {
                        "axes": list(cube.axes),
                        "labels": {axis: list(texts) for axis, texts in cube.labels.items()},
                        "cells": cube.some.tolist(),
                        "counts": cube.some_counts.tolist(),
                    }
                    for name, cube in ((name, cube.canonical()) for name, cube in self.cubes.items())
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
                None,
                np.array(c["cells"], dtype=np.int64).reshape(-1, len(c["axes"])),
                np.array(c["counts"], dtype=np.int64),
            )
            for name, c in data["cubes"].items()
        }
        return cls(frame, MappingProxyType(cubes), frozenset(data["rooms"]), frozenset(data["missing"]))


def tally(
    rooms: Mapping[str, Columns],
    *,
    periods: Iterable[Period],
    rules: Rules,
    calendar: Calendar,
    as_of: date | None = None,
    sets: Mapping[str, Collection[str]] | None = None,
) -> Tally:
    """Count the events of every room supplied, in one pass over the rows.

    Args:
        rooms: room name → columns of its valid rows.
        periods: the periods to be measured; any number, overlapping as they like.
        rules: how disputed points are decided.
        calendar: the working calendar.
        as_of: a day up to which a running period is to be read; None when every period is over.
        sets: full name of each set of events to count → the dimensions to keep, see ``Catalogue.event_sets``; None for all of all. Fewer
            sets and dimensions are faster; what was not counted cannot be read off.

    Returns:
        The tally. Events outside every period are kept in the open stretches at both ends: stocks need them.
    """
    frame = Frame.of(periods, rules, calendar, as_of=as_of)
    context = Context(rules, calendar, None if sets is None else frozenset(sets))
    cubes = {}
    for name, columns in sorted(rooms.items()):
        room: Room = ROOMS[name]
        counter = RoomCounter(frame.edges)
        for start in range(0, max(len(columns), 1), CHUNK_ROWS):
            chunk = columns if len(columns) <= CHUNK_ROWS else columns.part(start, start + CHUNK_ROWS)
            found = room.events(chunk, context)
            counter.add(found if sets is None else _kept(found, name, sets))
        cubes.update({f"{name}.{short}": cube for short, cube in counter.cubes().items()})
    missing = {f"{name}.{column}" for name, columns in rooms.items() for column in unsaid(ROOMS[name], columns)}
    return Tally(frame, MappingProxyType(dict(sorted(cubes.items()))), frozenset(rooms), frozenset(missing))


def _kept(found: Iterable[Events], room: str, sets: Mapping[str, Collection[str]]) -> Iterator[Events]:
    """Yield the wanted sets of events with the wanted dimensions."""
    for events in found:
        dims = sets.get(f"{room}.{events.set.name}")
        if dims is not None:
            yield replace(events, dims={name: column for name, column in events.dims.items() if name in dims})


def stretch_of(days: Array, edges: tuple[int, ...]) -> Array:
    """Return the stretch of each day: how many edges lie on or before it (intp)."""
    return Stretches.of(edges).find(days)


def _frame_difference(one: Frame, other: Frame) -> tuple[str, str]:
    if one.rules != other.rules:
        return f"quy tắc «{one.rules}» và «{other.rules}»", f"rules «{one.rules}» and «{other.rules}»"
    if one.calendar != other.calendar:
        return f"lịch «{one.calendar}» và «{other.calendar}»", f"calendars «{one.calendar}» and «{other.calendar}»"
    return "các kỳ khác nhau; đếm lại với cùng danh sách kỳ", "unlike periods; tally again with the same list of periods"
