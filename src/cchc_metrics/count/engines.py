"""Counting the rows of one kind into cubes: by look-up tables where that pays, else event by event; the counts are the same."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import reduce
from importlib.util import find_spec
from itertools import pairwise
from operator import add
from typing import Final, Literal, get_args

from cchc_metrics.count.cube import Cube
from cchc_metrics.count.fast.plan import Counter, CountPlan, beyond_of, chunks
from cchc_metrics.count.fast.pure import PureCounter
from cchc_metrics.count.fast.rows import computed, dated
from cchc_metrics.count.frame import Frame
from cchc_metrics.count.histogram import CHUNK_ROWS, KindCounter
from cchc_metrics.count.workers import in_threads
from cchc_metrics.errors import InputError
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.kind import Context, Events, Kind
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.rules_by_day import by_rules

FAST_ROWS: Final = 2_000
"""``auto`` counts so many dossiers and more by tables."""
COMPILED_ROWS: Final = 30_000_000
"""``auto`` takes the compiled engine from so many dossiers on: about a second to load it is what it saves on them."""
CELLS_A_ROW: Final = 256
"""Tables keep their counts in full; ``auto`` leaves them where that is more than so many cells for each row."""

Engine = Literal["auto", "general", "tables", "compiled"]
ENGINES: Final[tuple[str, ...]] = get_args(Engine)

Sets = Mapping[str, Collection[str]]
"""Full name of a set of events → the dimensions that are kept."""


def cubes_of(
    name: str, columns: Columns, context: Context, frame: Frame, sets: Sets | None, engine: Engine, threads: int
) -> dict[str, Cube]:
    """Return the counts of every set of a kind that has any, by its full name.

    Args:
        name: the kind.
        columns: its rows.
        context: rules, calendar and the sets that are asked for.
        frame: the stretches of time.
        sets: the sets that are counted, with their dimensions; None for all of all.
        engine: as for ``tally``.
        threads: how many threads may count.
    """
    # Where rules change on a day, the rows of each version are counted under it: every engine knows rules that do not change, and no more.
    versions = by_rules(columns, context.rules) if name == "dossiers" else [(None, context.rules)]
    found: dict[str, Cube] = {}
    for rows, rules in versions:
        own, part = replace(context, rules=rules), columns if rows is None else columns.take(rows)
        cubes = _fast_cubes(part, own, frame, sets, engine, threads) if name == "dossiers" and engine != "general" else None
        _add_to(found, _cubes(name, part, own, frame, sets) if cubes is None else cubes)
    return {f"{name}.{short}": cube for short, cube in found.items()}


def _add_to(cubes: dict[str, Cube], more: Mapping[str, Cube]) -> None:
    for short, cube in more.items():
        cubes[short] = cubes[short] + cube if short in cubes else cube


def engine_of_table(engine: Engine, rows: int | None) -> Engine:
    """Return the engine for a table of which it is known how many rows it has, or not; it depends on nothing else but the extra.

    Args:
        engine: the one that is asked for.
        rows: how many rows the whole table has, None where that is not known before it is read.

    Returns:
        ``compiled`` instead of ``auto`` where the extra ``fast`` is installed and so many rows pay for loading it; else what was asked for.
    """
    pays = engine == "auto" and rows is not None and rows >= COMPILED_ROWS
    return "compiled" if pays and find_spec("numba") is not None else engine


def parts_of(kinds: Mapping[str, Columns], workers: int) -> list[dict[str, Columns]]:
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


def _cubes(name: str, columns: Columns, context: Context, frame: Frame, sets: Sets | None) -> dict[str, Cube]:
    """Return the counts of every set of a kind by its short name, the general way: the events of each row are found, then counted."""
    counter = KindCounter(frame.edges)
    for chunk in chunks(columns, CHUNK_ROWS):
        _count_events(counter, name, chunk, context, sets)
    return counter.cubes()


def _count_events(counter: KindCounter, name: str, chunk: Columns, context: Context, sets: Sets | None) -> None:
    kind: Kind = KINDS[name]
    found = kind.events(chunk, context)
    counter.add(found if sets is None else _kept(found, name, sets))


def _fast_cubes(
    columns: Columns,
    context: Context,
    frame: Frame,
    sets: Sets | None,
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
            known = dated(chunk, context)
            apart = chunk.take(rows) if len(rows := counter.add(chunk if known is None else known)) else None
            again = None if apart is None or known is not None else computed(apart, context)
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
        _add_to(cubes, found)
    return cubes


def compiled_counter() -> Callable[[CountPlan], Counter]:
    """Return what makes a compiled counter, loading the compiler.

    Raises:
        InputError: the extra ``fast`` is not installed.
    """
    # Asked before it is loaded: of threads that load at once what cannot be loaded, some find half a module.
    if find_spec("numba") is None or find_spec("llvmlite") is None:
        raise InputError(
            'engine="compiled" cần gói numba; cài: pip install "cchc-metrics[fast]"',
            'engine="compiled" needs the package numba; install: pip install "cchc-metrics[fast]"',
        )
    from cchc_metrics.count.fast.compiled import CompiledCounter  # noqa: PLC0415  needs the extra

    return CompiledCounter


def _kept(found: Iterable[Events], kind: str, sets: Sets) -> Iterator[Events]:
    """Yield the wanted sets of events with the wanted dimensions."""
    for events in found:
        dims = sets.get(f"{kind}.{events.set.name}")
        if dims is not None:
            yield replace(events, dims={name: column for name, column in events.dims.items() if name in dims})
