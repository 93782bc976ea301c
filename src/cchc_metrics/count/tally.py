"""Tally: from columns to integer counts that merge by addition.

A tally holds, for each set of events, how many fell on each unit, stretch of time and label. The stretches are cut by the first days and
the days after the last days of the periods asked for, so every flow and stock of every period follows by adding stretches; nothing is
counted twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from operator import add
from types import MappingProxyType

import numpy as np

from cchc_metrics.arguments import public_methods
from cchc_metrics.count.arguments import as_calendar, as_day, as_periods, as_rules, as_sets, as_tables, checked
from cchc_metrics.count.cube import Cube
from cchc_metrics.count.engines import ENGINES, Engine, Sets, compiled_counter, cubes_of, engine_of_table, parts_of
from cchc_metrics.count.frame import Frame, common_edges
from cchc_metrics.count.stored import Counted, Flat, Stored, flat_of, from_bytes, from_json, to_bytes, to_json
from cchc_metrics.count.summing import CubeSum
from cchc_metrics.count.workers import can_fork, in_processes, usable_cores
from cchc_metrics.errors import InputError, TallyMismatchError, suggestion
from cchc_metrics.records.columns import Array, Columns, gathered
from cchc_metrics.records.kind import Context, needed, said
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import Record
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules

Table = Columns | Iterable[Columns] | Iterable[Record]


@public_methods
@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Integer counts of every set of events, per unit and stretch of time; a commutative monoid under ``+``.

    ``Tally.zero(frame)`` is the identity; ``tally(a) + tally(b) == tally(a ++ b)`` for any partition and order of the rows.

    Args:
        frame: what the counts rest on.
        cubes: full name of the event set → counts.
        counted: kind that was supplied, even if empty → short name of each set of its events that was counted → its dimensions. A kind that
            was not supplied has no data, which is not zero.
        said: ``kind.column`` of every column that any table of the kind had and that the rules read. What rests on a column that no table
            had has no data either, unless no row needs it.
        needed: ``kind.column`` or ``kind.fact`` of what some row of the kind needs, see ``Kind.needing``.
        mixed: full names of the ``bound`` sets of events that parts were classed in on unlike days: they have no counts any more.
    """

    frame: Frame
    cubes: Mapping[str, Cube]
    counted: Counted
    said: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()
    mixed: frozenset[str] = frozenset()

    @classmethod
    def zero(cls, frame: Frame) -> Tally:
        """Return the tally of nothing."""
        return cls(frame, MappingProxyType({}), MappingProxyType({}))

    @property
    def periods(self) -> tuple[Period, ...]:
        """The periods to be measured, in order."""
        return self.frame.periods

    @property
    def as_of(self) -> date | None:
        """The day up to which the rows are known; None when every period is over."""
        return self.frame.as_of

    @property
    def kinds(self) -> frozenset[str]:
        """Names of the kinds that were supplied, even if empty."""
        return frozenset(self.counted)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Tally)
            and self.frame == other.frame
            and (dict(self.counted), self.said, self.needed) == (dict(other.counted), other.said, other.needed)
            and self.mixed == other.mixed
            and dict(self.cubes) == dict(other.cubes)
        )

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def __reduce__(self) -> tuple[type[Tally], tuple[object, ...]]:
        counted = {kind: dict(sets) for kind, sets in self.counted.items()}
        return (Tally, (self.frame, dict(self.cubes), counted, self.said, self.needed, self.mixed))

    def __add__(self, other: Tally) -> Tally:
        """Return the tally of both: as of the later day, where they are known up to unlike days.

        What was classed on the earlier day (``bound`` sets of events) is not so on the later one: it is dropped and named in ``mixed``.

        Raises:
            TallyMismatchError: names what is unlike: rules, calendars, periods, sets of events or dimensions of a kind that both have; or
                the tally as of the earlier day has events beyond it and was not made ``daily``.
        """
        found = self.frame.difference(other.frame)
        found = _counted_difference(self.counted, other.counted) if found is None else found
        if found is not None:
            vi, en = found
            raise TallyMismatchError(f"không cộng được hai bảng đếm: {vi}", f"the tallies cannot be added: {en}")
        frame, parts = self.frame, (self, other)
        if frame != other.frame:
            edges = frame.edges
            if edges != other.frame.edges:
                edges = common_edges((frame, other.frame), (self.occupied(), other.occupied()))
            frame = replace(frame, as_of=frame.later(other.frame), edges=edges)
        one, two = (part.recut(frame) for part in parts)
        mixed = self.mixed | other.mixed | {name for part in parts if part.as_of != frame.as_of for name in _bound(part.counted)}
        cubes = dict(one)
        for name, cube in two.items():
            cubes[name] = cubes[name] + cube if name in cubes else cube
        cubes = {name: cube for name, cube in sorted(cubes.items()) if name not in mixed}
        counted = MappingProxyType(dict(sorted({**self.counted, **other.counted}.items())))
        said, needed = self.said | other.said, self.needed | other.needed
        return Tally(frame, MappingProxyType(cubes), counted, said, needed, mixed)

    def occupied(self, kind: str = "") -> Array:
        """Return which stretches of time have any event, of a kind where one is named (bool[stretches])."""
        bins = len(self.frame.edges) + 1
        found = np.zeros(bins, dtype=bool)
        for name, cube in self.cubes.items():
            if not kind or name.startswith(kind + "."):
                found |= cube.bins(bins)
        return found

    def recut(self, frame: Frame) -> Mapping[str, Cube]:
        """Return the counts by the stretches of another frame, whose new edges must lie where nothing happened."""
        if frame.edges == self.frame.edges:
            return self.cubes
        moved = self.frame.stretches_in(frame.edges)
        return {name: cube.moved(moved, len(frame.edges) + 1) for name, cube in self.cubes.items()}

    def to_json(self) -> str:
        """Return the tally as JSON text with a schema version; the inverse of ``from_json``."""
        return to_json(self._stored())

    @classmethod
    def from_json(cls, text: str) -> Tally:
        """Return the tally that ``to_json`` wrote.

        Raises:
            TallyMismatchError: the text was written under another schema version.
            InputError: the text is no tally.
        """
        return cls(*from_json(text))

    def to_bytes(self) -> bytes:
        """Return the tally as bytes, small to keep and to send; equal tallies give equal bytes."""
        return to_bytes(self._stored())

    @classmethod
    def from_bytes(cls, data: bytes) -> Tally:
        """Return the tally that ``to_bytes`` wrote.

        Raises:
            TallyMismatchError: the bytes were written under another schema version.
            InputError: the bytes are no tally, or damaged.
        """
        stored, flats = from_bytes(data)
        return cls(*stored._replace(cubes={name: flat.cube() for name, flat in flats.items()}))

    @classmethod
    def sum(cls, tallies: Iterable[Tally | bytes]) -> Tally:
        """Return the sum of many tallies, at least one, with no more than one of them in memory beside it.

        Args:
            tallies: tallies, or the bytes that ``to_bytes`` wrote, which are added fastest.

        Raises:
            TallyMismatchError: see ``+``.
            InputError: there is none, or bytes are damaged.

        >>> from cchc_metrics.reference.rules import Rules
        >>> nothing = Tally.zero(Frame.of([Period.parse("2021")], Rules.preset("default"), Calendar.official()))
        >>> Tally.sum([nothing, nothing.to_bytes()]) == nothing
        True
        """
        total = _Sum()
        for one in tallies:
            if isinstance(one, Tally):
                total.add(replace(one, cubes=MappingProxyType({})), ((name, flat_of(cube)) for name, cube in one.cubes.items()))
            else:
                stored, flats = from_bytes(one)
                total.add(cls(*stored), flats.items())
        return total.tally()

    def _stored(self) -> Stored:
        return Stored(self.frame, self.cubes, self.counted, self.said, self.needed, self.mixed)


class _Sum:
    """A sum of tallies that grows: what they rest on, and the counts of each set of events."""

    def __init__(self) -> None:
        self._bare: Tally | None = None
        self._cubes: dict[str, CubeSum] = {}

    def add(self, bare: Tally, flats: Iterable[tuple[str, Flat]]) -> None:
        if self._bare is None:
            self._bare = bare
        elif bare.frame == self._bare.frame:
            self._bare += bare
        else:  # as of another day: joined by the edges that both have, which ``+`` sees to
            whole = self.tally() + replace(bare, cubes={name: flat.cube() for name, flat in flats})
            self._bare, self._cubes = replace(whole, cubes=MappingProxyType({})), {}
            flats = [(name, flat_of(cube)) for name, cube in whole.cubes.items()]
        for name, flat in flats:
            if name not in self._cubes:
                self._cubes[name] = CubeSum(flat.axes)
            self._cubes[name].add(flat)

    def tally(self) -> Tally:
        if self._bare is None:
            raise InputError("không có bảng đếm nào để cộng", "there is no tally to add up")
        cubes = {name: total.cube() for name, total in sorted(self._cubes.items()) if name not in self._bare.mixed}
        return replace(self._bare, cubes=MappingProxyType(cubes))


def tally(
    tables: Mapping[str, Table] | Columns,
    *,
    periods: Iterable[Period | str] | Period | str,
    rules: Rules | str | None = None,
    calendar: Calendar | None = None,
    as_of: date | str | None = None,
    sets: Mapping[str, Collection[str]] | None = None,
    engine: Engine = "auto",
    workers: int | None = None,
    daily: bool = True,
) -> Tally:
    """Count the events of every kind supplied, in one pass over the rows.

    Args:
        tables: kind name → its valid rows: columns; or parts of them, such as those of ``scan_parquet``, which are counted one after the
            other in the memory of one part (no part at all: the kind was not supplied); or a list of records. Columns alone are the table
            of their kind.
        periods: the periods to be measured; any number, overlapping as they like; their names will do.
        rules: how disputed points are decided; None for the preset ``default``.
        calendar: the working calendar; None for the official one.
        as_of: the day up to which the rows are known; None when every period is over.
        sets: full name of each set of events to count → the dimensions to keep, see ``Catalogue.event_sets``; None for all but those by
            procedure. Fewer sets and dimensions are faster; what was not counted cannot be read off.
        engine: how dossiers are counted; the answer is the same. ``tables``: by look-up tables, in numpy. ``compiled``: the same, compiled
            (extra ``fast``). ``general``: event by event, as every other kind is. ``auto``: ``tables`` where that pays, else ``general``;
            ``compiled`` where the extra is installed and the table is known to have rows enough to pay for loading it.
        workers: how many processor cores to use. Where it is not said, ``compiled`` takes as many threads as the process may use, and the
            others one process; told to, they fork processes, which read the columns where they lie (where the system cannot fork, one
            process counts all). Worth it from a few million rows on.
        daily: whether a period that is not over on ``as_of`` is counted day by day: it can then be read as of any day of it, and added to
            tallies of other days. Without, it can be read as of that day only, and takes less memory. What has become of the dossiers
            received by then (``bound`` sets of events) can be read as of ``as_of`` only, either way.

    Returns:
        The tally. Events outside every period are kept in the open stretches at both ends: stocks need them.

    Raises:
        InputError: what an argument names is not there (with the nearest that is), a table is none, or ``compiled`` without the extra
            ``fast``.

    >>> from cchc_metrics.records.columns import columns_of
    >>> from cchc_metrics.records.meeting import Meeting
    >>> held = [Meeting(meeting_id=n, unit_code="TM", kind="họp UBND", held_on="05/01/2021") for n in (1, 2)]
    >>> parts = (columns_of(Meeting, [meeting]) for meeting in held)
    >>> tally({"meetings": parts}, periods="2021") == tally({"meetings": held}, periods="2021")
    True
    """
    if workers is not None and workers < 1:
        raise InputError(f"số tiến trình phải từ 1: {workers}", f"at least one worker: {workers}")
    if engine not in ENGINES:
        vi, en = suggestion(str(engine), ENGINES)
        listed = ", ".join(ENGINES)
        raise InputError(f"không có cách đếm «{engine}»{vi}; có: {listed}", f"there is no engine «{engine}»{en}; there are: {listed}")
    known, official, wanted = as_rules(rules), as_calendar(calendar), as_sets(sets)
    frame = Frame.of(as_periods(periods), known, official, as_of=as_day(as_of), daily=daily)
    context = Context(known, official, frozenset(wanted), frame.day)
    count = _Count(frame, context, wanted, engine, workers)
    whole, in_parts = as_tables(tables)
    found = count.all(whole)
    for kind, parts in in_parts.items():
        found = count.parts(found, kind, parts)
    return found


@dataclass(frozen=True, slots=True)
class _Count:
    """What a tally is made with."""

    frame: Frame
    context: Context
    sets: Sets
    engine: Engine
    workers: int | None

    def all(self, kinds: Mapping[str, Columns]) -> Tally:
        """Return the tally of whole tables."""
        count = replace(self, engine=engine_of_table(self.engine, len(kinds["dossiers"]) if "dossiers" in kinds else None))
        return count._all(kinds)  # noqa: SLF001  its own kind

    def _all(self, kinds: Mapping[str, Columns]) -> Tally:
        if self.engine == "compiled":
            return self._count(kinds, self.workers or usable_cores())
        workers = self.workers or 1
        if workers == 1 or not can_fork():
            return self._count(kinds, 1)
        parts = [part for part in parts_of(kinds, workers) if part]
        if len(parts) < 2:
            return self._count(kinds, 1)
        return reduce(add, in_processes(lambda part: self._count(part, 1), parts))

    def parts(self, found: Tally, kind: str, parts: Iterable[Columns]) -> Tally:
        """Return a tally with a table that comes part by part; no part is kept, and small ones are counted together."""
        with ThreadPoolExecutor(1) as pool:
            # The compiler is loaded while the first part is read, which takes about as long.
            if self.engine == "compiled" and kind == "dossiers":
                pool.submit(compiled_counter)
            for part in gathered(checked(kind, part) for part in parts):
                found += self.all({kind: part})
        return found

    def _count(self, kinds: Mapping[str, Columns], threads: int) -> Tally:
        cubes: dict[str, Cube] = {}
        for name, columns in sorted(kinds.items()):
            cubes |= cubes_of(name, columns, self.context, self.frame, self.sets, self.engine, threads)
        heard, asked = (
            frozenset(f"{name}.{what}" for name, columns in kinds.items() for what in of(KINDS[name], columns, self.context.rules))
            for of in (said, needed)
        )
        counted = {name: self._counted(name) for name in sorted(kinds)}
        return Tally(self.frame, MappingProxyType(dict(sorted(cubes.items()))), MappingProxyType(counted), heard, asked)

    def _counted(self, kind: str) -> Mapping[str, frozenset[str]]:
        every = {s.name: frozenset(d.name for d in s.dims) for s in KINDS[kind].event_sets}
        return {name: dims & frozenset(self.sets[full]) for name, dims in every.items() if (full := f"{kind}.{name}") in self.sets}


def _bound(counted: Counted) -> Iterator[str]:
    """Yield the full names of the sets that were counted, if only of no row, and classed on the day of the question."""
    for kind, sets in counted.items():
        yield from (f"{kind}.{s.name}" for s in KINDS[kind].event_sets if s.bound and s.name in sets)


def _counted_difference(one: Counted, other: Counted) -> tuple[str, str] | None:
    """Return what of the kinds that both have was counted in one only, None where nothing was."""
    for kind in sorted(one.keys() & other.keys()):
        left, right = one[kind], other[kind]
        for name in sorted(left.keys() | right.keys()):
            if name not in left or name not in right:
                return f"«{kind}.{name}» chỉ được đếm ở một bên", f"«{kind}.{name}» was counted in one of them only"
            if left[name] != right[name]:
                dims = ", ".join(sorted(left[name] ^ right[name]))
                return (
                    f"chiều {dims} của «{kind}.{name}» chỉ được đếm ở một bên",
                    f"{dims} of «{kind}.{name}» was counted in one of them only",
                )
    return None
