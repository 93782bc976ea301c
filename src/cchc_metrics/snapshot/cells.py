"""What each row of a table counts as: the cells of the tally that it is one of, and nothing else of it.

Rows that count alike are one class, so a table of many rows has few. By its class a row's part in any figure is known exactly, and nothing
that no figure needs is kept of it. Secret rows, and rows without an id of their own, are counted class by class and never named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from cchc_metrics.count.histogram import CHUNK_ROWS, Stretches
from cchc_metrics.read.secret import compared_ids, secret_of
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.kind import Context, Events
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.days import date_of

Cell = tuple[str | int, ...]
"""Short name of a set of events, unit, stretch of time, a label for each dimension, and the whole number of events that carry one."""
Class = tuple[Cell, ...]
"""The cells of a row, sorted; ``()`` for a row that no figure counts."""
_BETWEEN = " · "


@dataclass(frozen=True, slots=True)
class RowCells:
    """The rows of one kind by what they count as.

    Args:
        axes: short name of each set of events → its dimensions, in the order of the labels of its cells.
        listed: id of a row → its class.
        unlisted: class → how many rows are of it that are secret or have no id of their own.
        secret: the numbers that secret rows bear; known while the table is there, and never written.
    """

    axes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    listed: Mapping[str, Class] = field(default_factory=dict)
    unlisted: Mapping[Class, int] = field(default_factory=dict)
    secret: frozenset[str] = field(default=frozenset(), compare=False, repr=False)

    def is_secret(self, name: str) -> bool:
        """Return whether a row of this id must not be named: a secret row bears its number."""
        return bool(self.secret) and name.split(_BETWEEN, 1)[0] in self.secret


def row_cells(
    kind: str, parts: Iterable[Columns], context: Context, edges: tuple[int, ...], sets: Mapping[str, Collection[str]]
) -> RowCells:
    """Return what every row of a table counts as.

    Args:
        kind: name of the kind.
        parts: its valid rows, joined with what they take from other tables; any parts in any order give the same.
        context: rules, calendar and day, as the tally was made with.
        edges: the edges of the tally's stretches.
        sets: full name of each set of events that is counted → its dimensions.
    """
    stretches = Stretches.of(edges)
    own = {name.split(".", 1)[1]: frozenset(dims) for name, dims in sets.items() if name.startswith(kind + ".")}
    axes: dict[str, tuple[str, ...]] = {}
    listed: dict[str, Class] = {}
    unlisted: dict[Class, int] = {}
    known: dict[Class, Class] = {}
    twice: set[str] = set()
    secret: set[str] = set()
    for part in parts:
        for start in range(0, len(part), CHUNK_ROWS):
            chunk = part.part(start, start + CHUNK_ROWS)
            secret |= _secret_ids(kind, chunk)
            classes, codes = _classes(kind, chunk, context, stretches, own, axes)
            classes = [known.setdefault(each, each) for each in classes]
            for name, code in zip(names_of(kind, chunk), codes.tolist(), strict=True):
                each = classes[code]
                if name and name not in listed and name not in twice:
                    listed[name] = each
                    continue
                unlisted[each] = unlisted.get(each, 0) + 1
                if name in listed:  # an id that stands there twice names neither row
                    twice.add(name)
                    before = listed.pop(name)
                    unlisted[before] = unlisted.get(before, 0) + 1
    for name in [name for name in listed if secret and name.split(_BETWEEN, 1)[0] in secret]:  # of a row of another part
        each = listed.pop(name)
        unlisted[each] = unlisted.get(each, 0) + 1
    return RowCells(
        dict(sorted(axes.items())),
        dict(sorted(listed.items())),
        dict(sorted(unlisted.items(), key=lambda pair: _order(pair[0]))),
        frozenset(secret),
    )


def _order(each: Class) -> tuple[tuple[str, ...], ...]:
    """Return by what classes are sorted: their cells as texts."""
    return tuple(tuple(map(str, cell)) for cell in each)


def names_of(kind: str, columns: Columns) -> list[str]:
    """Return the id of every row, ``""`` for one that is secret or has none."""
    texts = [_texts(columns, name) for name in KINDS[kind].id_columns]
    secret = secret_of(columns, KINDS[kind])
    hidden = [False] * len(columns) if secret is None else secret.tolist()
    rows = zip(*texts, strict=True)
    return ["" if apart or not cells[0] else _BETWEEN.join(filter(None, cells)) for apart, cells in zip(hidden, rows, strict=True)]


def _secret_ids(kind: str, columns: Columns) -> set[str]:
    """Return the numbers that secret rows bear, whatever else bears them too."""
    secret = secret_of(columns, KINDS[kind])
    if secret is None:
        return set()
    return {cell for name in compared_ids(KINDS[kind]) for cell in np.array(_texts(columns, name), dtype=object)[secret].tolist()}


def _texts(columns: Columns, name: str) -> list[str]:
    """Return the cells of a column that is a part of an id as texts, ``""`` where the table lacks it."""
    if name not in columns:
        return [""] * len(columns)
    if name in columns.labels:
        codes, labels = columns.codes(name)
        return [labels[code] for code in codes.tolist()]
    cells = columns.arrays[name].tolist()
    return (
        [str(cell) for cell in cells]
        if columns.arrays[name].dtype == object
        else [date_of(day).isoformat() if day >= 0 else "" for day in cells]
    )


def _classes(
    kind: str,
    columns: Columns,
    context: Context,
    stretches: Stretches,
    sets: Mapping[str, frozenset[str]],
    axes: dict[str, tuple[str, ...]],
) -> tuple[list[Class], Array]:
    """Return the classes of some rows, and int64[n] the place of each row's class."""
    codes = np.zeros(len(columns), dtype=np.int64)
    classes: list[list[Cell]] = [[]]
    for events in KINDS[kind].events(columns, context):
        dims = sets.get(events.set.name)
        if dims is None:
            continue
        kept = {name: column for name, column in events.dims.items() if name in dims}
        axes[events.set.name] = tuple(sorted(kept))
        cells, of_row = _cells(events, kept, stretches)
        if not cells:
            continue
        pairs, codes = np.unique(codes * (len(cells) + 1) + of_row, return_inverse=True)
        before, now = np.divmod(pairs, len(cells) + 1)
        classes = [[*classes[b], cells[n - 1]] if n else classes[b] for b, n in zip(before.tolist(), now.tolist(), strict=True)]
    return [tuple(sorted(cells, key=lambda cell: tuple(map(str, cell)))) for cells in classes], codes


def _cells(events: Events, dims: Mapping[str, tuple[Array, tuple[str, ...]]], stretches: Stretches) -> tuple[list[Cell], Array]:
    """Return the cells of a set of events, and int64[n] the place of each row's cell, counted from 1; 0 for a row without an event."""
    bins = stretches.find(events.day)
    happened = bins < stretches.count
    columns = [events.unit, *(dims[name] for name in sorted(dims))]
    key = bins.astype(np.int64)
    for codes, labels in columns:
        key = key * max(len(labels), 1) + codes
    if events.value is not None:
        happened = happened & (events.value >= 0)
        key = key * (int(events.value.max(initial=0)) + 2) + np.maximum(events.value, 0)
    of_row = np.zeros(len(bins), dtype=np.int64)
    rows = np.flatnonzero(happened)
    if not len(rows):
        return [], of_row
    _, first, inverse = np.unique(key[rows], return_index=True, return_inverse=True)
    of_row[rows] = inverse + 1
    shown = rows[first]
    parts = [[labels[code] for code in codes[shown].tolist()] for codes, labels in columns]
    numbers = [] if events.value is None else [events.value[shown].tolist()]
    name = events.set.name
    found = zip(parts[0], bins[shown].tolist(), *parts[1:], *numbers, strict=True)
    return [(name, *cell) for cell in found], of_row
