"""Swaps: what could be otherwise without any published number telling so.

A swap makes one event of a unit one of another sort, or no event, and does the opposite in another unit, so that every unit that both are
in has the same numbers; or on other days, so that every period that has both has. A small number that a swap changes cannot be known from
numbers that it does not change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from cchc_metrics.records.columns import Array
from cchc_metrics.verbs.suppress.events import ENDLESS, SeenEvents, Sort
from cchc_metrics.verbs.suppress.numbers import Mode
from cchc_metrics.verbs.suppress.published import Places, Published

_EACH = 4  # ways that are tried for each sort of event
_SORTS = 24  # sorts of events that are tried for each number
_STRETCHES = 4
_MANY = 1 << 20


@dataclass(frozen=True, eq=False)
class Conversion:
    """One sort of event beside another.

    Args:
        events: the set.
        before, after: the sorts; ``after`` None for no event.
        changes: mode → int64[number of the set].
        tables: those in which the sorts differ.
        weight: how much would not be published for it.
    """

    events: SeenEvents
    before: Sort
    after: Sort | None
    changes: Mapping[Mode, Array]
    tables: tuple[tuple[int, ...], ...]
    weight: float


@dataclass(frozen=True, eq=False)
class Swap:
    """A conversion on a stretch of days and, where there is another, its opposite there.

    Args:
        lines: int64[k], the lines that it changes.
        periods: bool[k, period], in which periods.
        lose: bool[unit], whether it can be done in a unit.
        gain: bool[unit], whether its opposite can.
        shown: bool[unit], whether all that it changes is a row of the unit: where one does not exist, it cannot have an event.
    """

    lines: Array
    periods: Array
    lose: Array
    gain: Array
    shown: Array


class Swaps:
    """Finds the swaps that change a number.

    Args:
        published: the table.
        places: whom scopes cover.
        events: the sets of events, by name.
        weights: float[line], what not publishing a line costs.
    """

    def __init__(self, published: Published, places: Places, events: Mapping[str, SeenEvents], weights: Array) -> None:
        self._published, self._places, self._events, self._weights = published, places, events, weights
        self._conversions: dict[str, list[Conversion]] = {}
        self._own: dict[int, tuple[Array, Array]] = {}
        self._made: dict[tuple[object, ...], Swap | None] = {}

    def of(self, number: int, period: int) -> Iterator[Swap]:
        """Yield swaps that change a number in a period, the cheapest of each sort of event first."""
        for name in dict.fromkeys(term.events for term in self._published.numbers[number].terms):
            events = self._events[name]
            k = events.numbers.index(number)
            mine = [c for c in self._of_set(events) if any(change[k] for change in c.changes.values())]
            tried: dict[Sort, int] = {}
            for c in sorted(mine, key=lambda c: c.weight):
                if tried.get(c.before, 0) < _EACH and (c.before in tried or len(tried) < _SORTS):
                    tried[c.before] = tried.get(c.before, 0) + 1
                    yield from self._on_days(c, k, period)

        yield from self._whatever(number, period)

    def _whatever(self, number: int, period: int) -> Iterator[Swap]:
        """Yield the swap of one event of those that a number counts, whatever else is said of it: all that could count it is changed."""
        published = self._published
        own, known = self._values(number)
        for name in dict.fromkeys(term.events for term in published.numbers[number].terms if term.factor > 0):
            events = self._events[name]
            mine = [term for at, term in events.terms if events.numbers[at] == number and term.factor > 0]
            lines: dict[int, Array] = {}
            if len(mine) < sum(term.factor > 0 for term in published.numbers[number].terms):
                continue  # it could be an event of another set
            lose = np.where(known[:, period], np.maximum(own[:, period], 0), 0)
            stretches = sum(np.abs(events.holds(term.mode)[period]) for term in mine) > 0
            for at, term in events.terms:
                where = dict(term.where)
                if any(all(where.get(dim, labels) & labels for dim, labels in one.where) for one in mine):
                    line = published.numbers[events.numbers[at]].line  # −1 is of no line: see below
                    periods = (events.holds(term.mode)[:, stretches] != 0).any(axis=1)
                    lines[line] = lines.get(line, np.zeros(len(periods), dtype=bool)) | periods
            gain = np.full(len(lose), ENDLESS, dtype=np.int64)
            for at, term in events.terms:
                line = published.numbers[events.numbers[at]].line
                # what is on hand, and what came of it, cannot be fewer than none, here or there
                if line in lines and (line < 0 or (events.flows and term.mode != "flow")):
                    values, there = self._values(events.numbers[at])
                    enough = np.where(there & lines[line], values, ENDLESS).min(axis=1)
                    lose, gain = np.minimum(lose, enough), np.minimum(gain, enough)
            lines.pop(-1, None)
            yield self._made_of(lines, lose, gain)

    def _of_set(self, events: SeenEvents) -> list[Conversion]:
        if events.name not in self._conversions:
            found: dict[tuple[Sort, Sort | None], Conversion] = {}
            for table in events.tables:
                cells = events.cells(table)
                for cell in cells:
                    before = self._filled(events, table, cell)
                    if before is None or not events.known(before, events.tables):
                        continue
                    pairs: list[tuple[Sort | None, tuple[tuple[int, ...], ...]]] = [(None, events.tables)]
                    for other in cells:
                        after = self._replaced(events, table, before, other)
                        if after is not None:
                            differ = {i for i in range(len(after)) if after[i] != before[i]}
                            pairs.append((after, tuple(t for t in events.tables if differ & {*t})))
                    for after, inside in pairs:
                        if (before, after) in found or (after is not None and (after, before) in found):
                            continue
                        changes = events.changes(before, after)
                        if changes and (after is None or events.known(after, inside)):
                            found[before, after] = Conversion(events, before, after, changes, inside, self._weight(events, changes))
            self._conversions[events.name] = list(found.values())
        return self._conversions[events.name]

    def _replaced(self, events: SeenEvents, table: tuple[int, ...], before: Sort, cell: tuple[int, ...]) -> Sort | None:
        """Return a sort with other labels in a table, the same in all other dimensions if there are any such; None for the same."""
        new = dict(zip(table, cell, strict=True))
        after = tuple(new.get(i, label) for i, label in enumerate(before))
        if after == before:
            return None
        inside = [t for t in events.tables if any(after[i] != before[i] for i in t)]
        return after if events.known(after, inside) else self._filled(events, table, cell)

    def _filled(self, events: SeenEvents, table: tuple[int, ...], cell: tuple[int, ...]) -> Sort | None:
        """Return a sort that has some labels, and of the other dimensions those that most events have beside them; None where none has."""
        sort: dict[int, int] = dict(zip(table, cell, strict=True))
        for other in sorted(events.tables, key=lambda t: (-len({*t} & {*table}), t)):
            open_ = [i for i in other if i not in sort]
            if open_:
                options = [c for c in events.cells(other) if all(sort.get(i, label) == label for i, label in zip(other, c, strict=True))]
                sums = [int(np.minimum(events.count(other, c)[:, 1 if events.flows else 0 :], _MANY).sum()) for c in options]
                if not options:
                    return None
                sort |= dict(zip(other, options[int(np.argmax(sums))], strict=True))
        return tuple(sort[i] for i in range(len(events.dims)))

    def _weight(self, events: SeenEvents, changes: Mapping[Mode, Array]) -> float:
        changed = np.zeros(len(events.numbers), dtype=bool)
        for change in changes.values():
            changed |= change != 0
        lines = {self._published.numbers[events.numbers[k]].line for k in np.flatnonzero(changed).tolist()}
        return float(sum(self._weights[line] for line in lines if line >= 0))

    def _on_days(self, c: Conversion, k: int, period: int) -> Iterator[Swap]:
        events = c.events
        holds = {mode: events.holds(mode) for mode in c.changes}
        effect = sum(change[k] * holds[mode][period] for mode, change in c.changes.items())
        there = events.there(c.before, c.tables)
        inside = [s for s in np.flatnonzero(effect).tolist() if there[:, s].any()]
        inside.sort(key=lambda s: (-int(np.count_nonzero(there[:, s])), s))
        for stretch in inside[:_STRETCHES]:
            near = [s for s in (stretch + 1, stretch - 1) if 0 <= s < events.stretches and effect[s] != effect[stretch]]
            for other in (*near, None):
                key = (events.name, c.before, c.after, stretch, other)
                if key not in self._made:
                    self._made[key] = self._swap(c, holds, stretch, other)
                swap = self._made[key]
                if swap is not None:
                    yield swap

    def _swap(self, c: Conversion, holds: Mapping[Mode, Array], stretch: int, other: int | None) -> Swap | None:
        events = c.events
        before = events.there(c.before, c.tables)
        after = np.full_like(before, ENDLESS) if c.after is None else events.there(c.after, c.tables)
        lose, gain = before[:, stretch], after[:, stretch]
        if other is not None:
            lose, gain = np.minimum(lose, after[:, other]), np.minimum(gain, before[:, other])
        change = np.zeros((len(events.numbers), len(self._published.periods)), dtype=np.int64)
        for mode, each in c.changes.items():
            change += each[:, None] * holds[mode][:, stretch]
            if other is not None:
                change -= each[:, None] * holds[mode][:, other]
        for at in np.flatnonzero(change.any(axis=1)).tolist():
            values, known = self._values(events.numbers[at])
            least = np.where(known, values // np.maximum(np.abs(change[at]), 1), ENDLESS)  # what would be fewer than none cannot be
            lose = np.minimum(lose, least[:, change[at] < 0].min(axis=1, initial=ENDLESS))
            gain = np.minimum(gain, least[:, change[at] > 0].min(axis=1, initial=ENDLESS))
        if not ((lose > 0).any() or (gain > 0).any()):
            return None
        by_line: dict[int, Array] = {}
        for at in np.flatnonzero(change.any(axis=1)).tolist():
            line = self._published.numbers[events.numbers[at]].line
            if line >= 0:
                by_line[line] = by_line.get(line, np.zeros(change.shape[1], dtype=bool)) | (change[at] != 0)
        if not by_line:
            return None
        swap = self._made_of(by_line, lose, gain)
        if other is None:
            return swap
        steady = swap.shown & self._places.steady  # an event of other days has to be in the same scopes
        return replace(swap, lose=swap.lose & steady, gain=swap.gain & steady)

    def _made_of(self, lines: Mapping[int, Array], lose: Array, gain: Array) -> Swap:
        which, periods = np.array(list(lines), dtype=np.int64), np.stack(list(lines.values()))
        there = self._published.row[which][:, self._places.own] >= 0
        return Swap(which, periods, lose > 0, gain > 0, (there | ~periods[:, None, :]).all(axis=(0, 2)) & (self._places.own >= 0))

    def _values(self, number: int) -> tuple[Array, Array]:
        """Return int64[unit, period] a number of each unit's own rows, and bool[unit, period] where it is known."""
        if number not in self._own:
            values, known = self._published.values(self._published.numbers[number])
            own = self._places.own
            self._own[number] = values[own].astype(np.int64), known[own] & (own >= 0)[:, None]
        return self._own[number]
