"""Tally: from columns to integer counts that merge by addition.

A tally holds, for each set of events, how many fell on each unit, stretch of time and label. The stretches are cut by the first days and
the days after the last days of the periods asked for, so every flow and stock of every period follows by adding stretches; nothing is
counted twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from itertools import pairwise
from operator import add
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

import numpy as np

from cchc_metrics.count.cube import Cube
from cchc_metrics.count.fast.plan import Counter, CountPlan, beyond_of, chunks
from cchc_metrics.count.fast.pure import PureCounter
from cchc_metrics.count.fast.rows import computed
from cchc_metrics.count.histogram import CHUNK_ROWS, KindCounter, Stretches
from cchc_metrics.count.workers import can_fork, in_processes, in_threads
from cchc_metrics.errors import InputError, TallyMismatchError, suggestion
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.kind import Context, Events, Kind, unsaid
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules

SCHEMA_VERSION: Final = 1
FAST_ROWS: Final = 2_000
"""``auto`` counts so many dossiers and more by tables."""
CELLS_A_ROW: Final = 64
"""Tables keep their counts in full; ``auto`` leaves them where that is more than so many cells for each row."""

Engine = Literal["auto", "general", "tables", "compiled"]
ENGINES: Final[tuple[str, ...]] = get_args(Engine)


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
        kinds: names of the kinds that were supplied, even if empty: a kind that was not supplied has no data, which is not zero.
        missing: ``kind.column`` of the columns that no cell said anything in, because a table did not have them: what is selected by such a
            column has no data either.
    """

    frame: Frame
    cubes: Mapping[str, Cube]
    kinds: frozenset[str]
    missing: frozenset[str] = frozenset()

    @classmethod
    def zero(cls, frame: Frame) -> Tally:
        """Return the tally of nothing."""
        return cls(frame, MappingProxyType({}), frozenset())

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Tally)
            and self.frame == other.frame
            and (self.kinds, self.missing) == (other.kinds, other.missing)
            and dict(self.cubes) == dict(other.cubes)
        )

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def __reduce__(self) -> tuple[type[Tally], tuple[object, ...]]:
        return (Tally, (self.frame, dict(self.cubes), self.kinds, self.missing))

    def __add__(self, other: Tally) -> Tally:
        if self.frame != other.frame:
            vi, en = _frame_difference(self.frame, other.frame)
            raise TallyMismatchError(f"không cộng được hai bảng đếm: {vi}", f"the tallies cannot be added: {en}")
        cubes = dict(self.cubes)
        for name, cube in other.cubes.items():
            cubes[name] = cubes[name] + cube if name in cubes else cube
        return Tally(self.frame, MappingProxyType(dict(sorted(cubes.items()))), self.kinds | other.kinds, self.missing | other.missing)

    def to_json(self) -> str:
        """Return the tally as JSON text with a schema version; the inverse of ``from_json``."""
        return json.dumps(
            {
                "schema_version": SCHEMA_VERSION,
                "rules": self.frame.rules,
                "calendar": self.frame.calendar,
                "edges": list(self.frame.edges),
                "estimated_years": list(self.frame.estimated_years),
                "kinds": sorted(self.kinds),
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
        return cls(frame, MappingProxyType(cubes), frozenset(data["kinds"]), frozenset(data["missing"]))


def tally(
    kinds: Mapping[str, Columns],
    *,
    periods: Iterable[Period],
    rules: Rules,
    calendar: Calendar,
    as_of: date | None = None,
    sets: Mapping[str, Collection[str]] | None = None,
    engine: Engine = "auto",
    workers: int = 1,
) -> Tally:
    """Count the events of every kind supplied, in one pass over the rows.

    Args:
        kinds: kind name → columns of its valid rows.
        periods: the periods to be measured; any number, overlapping as they like.
        rules: how disputed points are decided.
        calendar: the working calendar.
        as_of: a day up to which a running period is to be read; None when every period is over.
        sets: full name of each set of events to count → the dimensions to keep, see ``Catalogue.event_sets``; None for all of all. Fewer
            sets and dimensions are faster; what was not counted cannot be read off.
        engine: how dossiers are counted; the answer is the same. ``tables``: by look-up tables, in numpy. ``compiled``: the same, compiled
            (extra ``fast``). ``general``: event by event, as every other kind is. ``auto``: ``tables`` where that pays, else ``general``.
        workers: how many processor cores to use; worth it from a few million rows on. ``compiled`` takes threads; the others fork
            processes, which read the columns where they lie (where the system cannot fork, one process counts all).

    Returns:
        The tally. Events outside every period are kept in the open stretches at both ends: stocks need them.

    Raises:
        InputError: ``compiled`` without the extra ``fast``.
        ValueError: fewer than one worker, or an engine that there is not.
    """
    if workers < 1:
        raise ValueError(f"số tiến trình phải từ 1: {workers} | at least one worker: {workers}")
    if engine not in ENGINES:
        vi, en = suggestion(engine, ENGINES)
        raise ValueError(f"không có cách đếm «{engine}»{vi} | there is no engine «{engine}»{en}; there are: {', '.join(ENGINES)}")
    frame = Frame.of(periods, rules, calendar, as_of=as_of)
    context = Context(rules, calendar, None if sets is None else frozenset(sets))
    if workers == 1 or engine == "compiled" or not can_fork():
        return _tally(kinds, frame, context, sets, engine, workers)
    parts = [part for part in _parts(kinds, workers) if part]
    if len(parts) < 2:
        return _tally(kinds, frame, context, sets, engine, 1)
    found = in_processes(lambda part: _tally(part, frame, context, sets, engine, 1), parts)
    return reduce(add, found)


def _tally(
    kinds: Mapping[str, Columns],
    frame: Frame,
    context: Context,
    sets: Mapping[str, Collection[str]] | None,
    engine: Engine,
    threads: int,
) -> Tally:
    cubes: dict[str, Cube] = {}
    for name, columns in sorted(kinds.items()):
        found = _fast_cubes(columns, context, frame, sets, engine, threads) if name == "dossiers" and engine != "general" else None
        for short, cube in (_cubes(name, columns, context, frame, sets) if found is None else found).items():
            cubes[f"{name}.{short}"] = cube
    missing = {f"{name}.{column}" for name, columns in kinds.items() for column in unsaid(KINDS[name], columns)}
    return Tally(frame, MappingProxyType(dict(sorted(cubes.items()))), frozenset(kinds), frozenset(missing))


def _parts(kinds: Mapping[str, Columns], workers: int) -> list[dict[str, Columns]]:
    """Return runs of rows of about equal length, whole chunks each; small kinds stay with the first part."""
    parts: list[dict[str, Columns]] = [{} for _ in range(workers)]
    for name, columns in kinds.items():
        if len(columns) < workers * CHUNK_ROWS:
            parts[0][name] = columns
            continue
        for part, run in zip(parts, _runs(columns, workers), strict=True):
            part[name] = run
    return parts


def _runs(columns: Columns, workers: int) -> list[Columns]:
    """Return runs of rows of about equal length, whole chunks each but the last."""
    chunks_in_all = -(-len(columns) // CHUNK_ROWS)
    cuts = [min(chunks_in_all * n // workers * CHUNK_ROWS, len(columns)) for n in range(workers + 1)]
    return [columns.part(start, stop) for start, stop in pairwise(cuts)]


def _cubes(name: str, columns: Columns, context: Context, frame: Frame, sets: Mapping[str, Collection[str]] | None) -> dict[str, Cube]:
    """Return the counts of every set of a kind by its short name, the general way: the events of each row are found, then counted."""
    counter = KindCounter(frame.edges)
    for chunk in chunks(columns, CHUNK_ROWS):
        _count_events(counter, name, chunk, context, sets)
    return counter.cubes()


def _count_events(counter: KindCounter, name: str, chunk: Columns, context: Context, sets: Mapping[str, Collection[str]] | None) -> None:
    kind: Kind = KINDS[name]
    found = kind.events(chunk, context)
    counter.add(found if sets is None else _kept(found, name, sets))


def _fast_cubes(
    columns: Columns,
    context: Context,
    frame: Frame,
    sets: Mapping[str, Collection[str]] | None,
    engine: Engine,
    threads: int,
) -> dict[str, Cube] | None:
    """Return the counts of dossiers by short name, those that take the usual course counted the fast way; None where it does not pay."""
    make = compiled_counter() if engine == "compiled" else PureCounter
    if not len(columns) or (engine == "auto" and len(columns) < FAST_ROWS):
        return None
    plan = CountPlan.of(columns, context, frame.edges, sets)
    if plan is None or (engine == "auto" and plan.cells > CELLS_A_ROW * len(columns)):
        return None
    slim = columns.without("dossier_id")
    left = replace(context, sets=plan.named(plan.counted))

    def count(run: Columns) -> tuple[Counter, dict[str, Cube]]:
        counter, general = make(plan), KindCounter(frame.edges)
        for chunk in chunks(run, counter.chunk_rows):
            apart = chunk.take(rows) if len(rows := counter.add(chunk)) else None
            again = None if apart is None else computed(apart, context)
            if again is not None:  # often it was only the due date that could not be looked up
                apart = again.take(rows) if len(rows := counter.add(again)) else None
            if apart is not None:
                _count_events(general, "dossiers", apart, left, sets)
        return counter, general.cubes()

    done = in_threads(count, [slim] if threads == 1 or len(columns) < threads * CHUNK_ROWS else _runs(slim, threads))
    counters = [counter for counter, _ in done]
    cubes = plan.cubes(reduce(add, (counter.counts() for counter in counters)), beyond_of(counters))
    rest = [_cubes("dossiers", slim, replace(context, sets=plan.named(plan.rest)), frame, sets)] if plan.rest else []
    for found in (*rest, *(general for _, general in done)):
        for short, cube in found.items():
            cubes[short] = cubes[short] + cube if short in cubes else cube
    return cubes


def compiled_counter() -> Callable[[CountPlan], Counter]:
    """Return what makes a compiled counter, loading the compiler.

    Raises:
        InputError: the extra ``fast`` is not installed.
    """
    try:
        from cchc_metrics.count.fast.compiled import CompiledCounter  # noqa: PLC0415  needs the extra
    except ModuleNotFoundError as error:
        if error.name not in ("numba", "llvmlite"):
            raise
        raise InputError(
            'engine="compiled" cần gói numba; cài: pip install "cchc-metrics[fast]"',
            'engine="compiled" needs the package numba; install: pip install "cchc-metrics[fast]"',
        ) from None
    return CompiledCounter


def _kept(found: Iterable[Events], kind: str, sets: Mapping[str, Collection[str]]) -> Iterator[Events]:
    """Yield the wanted sets of events with the wanted dimensions."""
    for events in found:
        dims = sets.get(f"{kind}.{events.set.name}")
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
