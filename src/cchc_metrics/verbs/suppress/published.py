"""The numbers of a table by line (indicator and labels), scope (unit and level) and period, and whom each scope covers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.records.columns import Array
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.values import Breakdown, Scale
from cchc_metrics.verbs.measures import USABLE, Measures
from cchc_metrics.verbs.suppress.numbers import PublishedNumber, came, numbers_of, settled
from cchc_metrics.verbs.suppress.small import is_without_notes, said_in

Key = TypeVar("Key", bound=tuple[Any, Any])


@dataclass(frozen=True, eq=False)
class Published:
    """What a table shows.

    Args:
        measures: the table.
        lines: indicator id and labels, sorted.
        scopes: unit code and level, sorted.
        periods: first day and last day that is known, as numbers, sorted.
        numbers: every number that a line shows, and those that readers work out.
        came: of these, the numbers (positions) of those on hand and of those that went.
        at: int64[3, n], line, scope and period of each row.
        row: int32[2 · line, scope, period], the row, −1 where there is none that shows anything. The second half is of the numbers of cases
            that are not in the figures of the first, which can be withheld alone.
    """

    measures: Measures
    lines: tuple[tuple[str, Breakdown], ...]
    scopes: tuple[tuple[str, str], ...]
    periods: tuple[tuple[int, int], ...]
    numbers: tuple[PublishedNumber, ...]
    came: Mapping[PublishedNumber, tuple[int, int]]
    at: Array
    row: Array

    @classmethod
    def of(cls, measures: Measures, catalogue: Catalogue) -> Published:
        """Return what a table shows; rows without any number show nothing."""
        n = len(measures)
        labels = [tuple(pair for pair in b if pair[0] != "level") for b in measures.breakdowns]
        levels = [dict(b).get("level", "") for b in measures.breakdowns]
        at = np.zeros((3, n), dtype=np.int64)
        ids, days = [b.indicator for b in measures.bases], [day_number(b.as_of) for b in measures.bases]
        lines, at[0] = _placed(measures.basis, measures.breakdown, lambda i, b: (ids[i], labels[b]))
        scopes, at[1] = _placed(measures.unit, measures.breakdown, lambda u, b: (measures.units[u], levels[b]))
        spans = [(p.first_day, p.last_day) for p in measures.periods]

        def until(p: int, i: int) -> tuple[int, int]:  # a period that runs is read up to the day of the question
            return spans[p][0], max(spans[p][0] - 1, min(spans[p][1], days[i]))

        periods, at[2] = _placed(measures.period, measures.basis, until)
        shown = measures.has_numerator | measures.has_denominator
        for rows, _ in measures.excluded.values():
            shown = shown.copy()
            shown[rows] = True
        row = np.full((len(lines), len(scopes), len(periods)), -1, dtype=np.int32)
        those = np.flatnonzero(shown)[::-1]
        row[tuple(at[:, those])] = those
        row = np.concatenate([row, np.where((row >= 0) & np.append(is_without_notes(measures), False)[row], -1, row)])
        scale = {b.indicator: b.scale for b in measures.bases}
        numbers = settled(
            number
            for i, (name, by) in enumerate(lines)
            if (row[i] >= 0).any()
            for number in numbers_of(i, len(lines) + i, catalogue.indicators.get(name), name, scale.get(name, Scale.COUNT), by, catalogue)
        )
        flows = {number: (on_hand, gone) for number, on_hand, gone in came(numbers)}
        return cls(measures, lines, scopes, periods, (*numbers, *flows), flows, at, row)

    def values(self, number: PublishedNumber) -> tuple[Array, Array]:
        """Return int64[scope, period] a number, and bool[scope, period] where it is published."""
        if number in self.came:
            return self._came(*self.came[number])
        rows = self.row[number.line]
        m, there = self.measures, rows >= 0
        if number.what == "numerator":
            return np.where(there, m.numerator[rows], 0), there & m.has_numerator[rows]
        if number.what == "denominator":
            return np.where(there, m.denominator[rows], 0), there & m.has_denominator[rows]
        if number.what == "rest":
            return np.where(there, m.denominator[rows] - m.numerator[rows], 0), there & m.has_denominator[rows] & m.has_numerator[rows]
        if number.what == "unsaid":
            return np.where(there, np.maximum(self._said[rows], 0), 0), there & (self._said[rows] >= 0)
        left_out = self._excluded.get(number.what)
        there = there & m.has_numerator[rows]
        return (np.zeros_like(rows, dtype=np.int64) if left_out is None else np.where(there, left_out[rows], 0)), there

    def _came(self, on_hand: int, gone: int) -> tuple[Array, Array]:
        """Return how many came in each period: those on hand at its end and those that went, less those on hand before it."""
        stock, known = self.values(self.numbers[on_hand])
        went, there = self.values(self.numbers[gone])
        before = [next((q for q, (_, last) in enumerate(self.periods) if last == first - 1), -1) for first, _ in self.periods]
        there = there & known & known[:, before] & (np.array(before) >= 0)
        return np.where(there, stock + went - stock[:, before], 0), there

    @cached_property
    def _excluded(self) -> dict[str, Array]:
        found = {}
        for why, (rows, counts) in self.measures.excluded.items():
            found[why] = np.zeros(len(self.measures), dtype=counts.dtype)
            found[why][rows] = counts
        return found

    @cached_property
    def _said(self) -> Array:
        """int64[n], the number of cases that the reason of each row says, 0 where it says none and −1 where that is not known."""
        by_reason = np.zeros(max(len(self.measures.reasons), 1), dtype=np.int64)
        for at, numbers in said_in(self.measures.reasons).items():
            by_reason[at] = numbers[0] if len(numbers) == 1 else -1
        found: Array = np.where(USABLE[self.measures.status], by_reason[self.measures.reason], -1)
        return found


def _placed(one: Array, two: Array, of: Callable[[int, int], Key]) -> tuple[tuple[Key, ...], Array]:
    """Return the keys that pairs of codes mean, sorted, and the place of each row's."""
    width = int(two.max(initial=0)) + 1
    pairs, back = np.unique(one.astype(np.int64) * width + two, return_inverse=True)
    made = [of(*divmod(pair, width)) for pair in pairs.tolist()]
    known = {key: i for i, key in enumerate(sorted(set(made)))}
    return tuple(known), np.array([known[key] for key in made] or [0], dtype=np.int64)[back.ravel()]


@dataclass(frozen=True, eq=False)
class Places:
    """Whom scopes cover: each unit's own rows are in the scopes of its chain.

    Args:
        units: the units that have rows of their own.
        own: int64[unit], the scope that is a unit's own rows and nothing else, −1 where it is not published.
        chain: per unit the scopes in which any of its rows are.
        common: per unit the scopes in which all of its rows are, whenever they were.
        group: int64[unit], the same number for units that are in the same scopes but for their own.
    """

    units: tuple[str, ...]
    own: Array
    chain: tuple[frozenset[int], ...]
    common: tuple[frozenset[int], ...]
    group: Array

    @cached_property
    def steady(self) -> Array:
        """bool[unit], whether all rows of a unit are in the same scopes, whenever they were."""
        return np.array([c == d for c, d in zip(self.chain, self.common, strict=True)], dtype=bool)

    @classmethod
    def of(cls, scopes: tuple[tuple[str, str], ...], tree: UnitTree) -> Places:
        """Return whom scopes cover; a unit that is not in the tree is alone."""
        place = {scope: i for i, scope in enumerate(scopes)}
        codes = sorted({tree.whole(code) for code in tree.codes} | {unit for unit, _ in scopes})
        units, own, chains, commons = [], [], [], []
        known = {*tree.codes}
        for code in codes:
            if code not in known:
                chain = common = frozenset(i for scope, i in place.items() if scope[0] == code)
                alone = place.get((code, ""), -1)
            else:
                parts = []
                for stage in tree.stages(code):
                    level, above, part = tree.unit(stage).level, stage, set()
                    while above:
                        part |= {place[key] for key in ((tree.whole(above), ""), (tree.whole(above), level)) if key in place}
                        above = tree.unit(above).parent
                    parts.append(frozenset(part))
                chain, common = frozenset().union(*parts), parts[0].intersection(*parts)
                level = tree.unit(code).level
                alone = place.get((code, level if len(tree.subtree(code)) > 1 else ""), -1)
            if chain:
                units.append(code)
                own.append(alone)
                chains.append(chain)
                commons.append(common)
        groups: dict[object, int] = {}
        group = [
            groups.setdefault((chain - {alone}, common - {alone}), len(groups))
            for alone, chain, common in zip(own, chains, commons, strict=True)
        ]
        return cls(tuple(units), np.array(own, dtype=np.int64), tuple(chains), tuple(commons), np.array(group, dtype=np.int64))
