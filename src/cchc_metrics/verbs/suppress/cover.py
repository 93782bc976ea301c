"""Which more rows are not published, so that no small number follows from those that are."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.records.columns import Array
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.values import Status
from cchc_metrics.verbs.measures import POSITION, Measures
from cchc_metrics.verbs.suppress.events import SeenEvents
from cchc_metrics.verbs.suppress.numbers import total_of
from cchc_metrics.verbs.suppress.published import Places, Published
from cchc_metrics.verbs.suppress.small import is_small
from cchc_metrics.verbs.suppress.swaps import Swap, Swaps

_BESIDE, _TOTAL, _ABOVE, _WHOLE = 0.25, 3.0, 4.0, 12.0
"""What it costs not to publish how many cases are in no figure, or a total, beside one row of a breakdown; the row of several units, and
of a whole, beside that of one."""
_TRIED = 24  # units of which the swap of another is tried with those of all others


def covered(measures: Measures, small: Array, notes: Array, below: int, units: UnitTree, catalogue: Catalogue) -> tuple[Array, Array]:
    """Return bool[n], the rows that are not published, with small numbers or what would give these away, and bool[n], those without notes.

    Args:
        measures: the measures.
        small: bool[n], the rows with small numbers.
        notes: bool[n], the rows with small numbers of cases that are not in their figure.
        below: the least count that is shown.
        units: the unit tree.
        catalogue: the definitions.
    """
    published = Published.of(measures, catalogue)
    cover = _Cover(published, Places.of(published.scopes, units), units, catalogue, small, notes)
    cover.sums_of_few(catalogue, below)
    for period in range(len(published.periods)):
        for number in cover.order:
            cover.units(number, period, below)
    for period in range(len(published.periods)):
        for number in cover.order:
            cover.sums(number, period, below)
    out, beside = cover.rows()
    return out | small, beside | notes


class _Cover:
    """What is published while rows are taken out.

    Args:
        published: the table.
        places: whom scopes cover.
        tree: the unit tree.
        catalogue: the definitions.
        small: bool[n], the rows that are out from the beginning.
        notes: bool[n], those whose cases that are not in the figure are.
    """

    def __init__(self, published: Published, places: Places, tree: UnitTree, catalogue: Catalogue, small: Array, notes: Array) -> None:
        self._published, self._places = published, places
        self._open, self._beside = published.row >= 0, len(published.lines)
        out = small | (published.measures.status == POSITION[Status.SUPPRESSED])
        self._open[tuple(published.at[:, out])] = False
        self._notes = (published.at[0] + self._beside, published.at[1], published.at[2])
        self._open[tuple(each[out | notes] for each in self._notes)] = False
        weights = np.array([*(1.0 if labels else _TOTAL for _, labels in published.lines), *[_BESIDE] * self._beside])
        names = sorted({term.events for number in published.numbers for term in number.terms})
        self._swaps = Swaps(published, places, {name: SeenEvents.of(name, published, places, catalogue) for name in names}, weights)
        self._weight = weights
        own = np.zeros(len(published.scopes), dtype=bool)
        own[places.own[places.own >= 0]] = True
        whole = [not level and (unit not in tree.codes or not tree.unit(unit).parent) for unit, level in published.scopes]
        self._is_own, self._scope_weight = own, np.where(np.array(whole), _WHOLE, np.where(own, 1.0, _ABOVE))
        self.order = [i for i, number in enumerate(published.numbers) if number.protected and number.terms]
        self._simple = np.array([c - {o} == d - {o} for o, c, d in zip(places.own.tolist(), places.chain, places.common, strict=True)])
        self._simple &= places.own >= 0
        self._kinds = [
            {term.events.split(".")[0] for number in published.numbers if number.line == line for term in number.terms}
            for line in range(len(weights))
        ]

    def rows(self) -> tuple[Array, Array]:
        """Return bool[n], the rows that are not published, of those that show a number, and those without what is not in their figure."""
        row, at = self._published.row, tuple(self._published.at)
        counted = np.isin(self._notes[0], [number.line for number in self._published.numbers])  # none of these is a number, too
        return (row[at] >= 0) & ~self._open[at], counted & (row[self._notes] >= 0) & ~self._open[self._notes]

    def _small(self, number: int, period: int, below: int) -> Array:
        """Return bool[scope], where a number is small."""
        values, known = self._published.values(self._published.numbers[number])
        found: Array = known[:, period] & is_small(values[:, period], below)
        return found

    def _cost(self, swap: Swap) -> Array:
        """Return float[scope], what a swap would still take out of each."""
        still = (self._open[swap.lines] & swap.periods[:, None, :]).sum(axis=2)
        found: Array = (still * self._weight[swap.lines][:, None]).sum(axis=0) * self._scope_weight
        return found

    def _take_out(self, swap: Swap, scopes: Iterable[int]) -> None:
        for scope in scopes:
            self._open[swap.lines, scope] &= ~swap.periods
            self._open[self._beside :, scope] &= self._open[: self._beside, scope]

    def sums_of_few(self, catalogue: Catalogue, below: int) -> None:
        """Take out sums of whole numbers over cases that are few: how many were reached by two talks."""
        published = self._published
        known = {(number.terms, number.what): number for number in published.numbers if number.what == "numerator"}
        for line, (name, labels) in enumerate(published.lines):
            defined = catalogue.indicators.get(name)
            if defined is None or not any(catalogue.counts[each.removeprefix("-")].of == "value" for each in defined.numerator):
                continue
            cases = known.get((total_of(defined.cases, labels, catalogue), "numerator"))
            if cases is not None and cases.terms:
                values, there = published.values(cases)
                self._open[line] &= ~(there & is_small(values, below))
        self._open[self._beside :] &= self._open[: self._beside]

    # --- units' own numbers, many at once

    def units(self, number: int, period: int, below: int) -> None:
        """See to it that a number of no unit that is small in a period follows from what is published."""
        places = self._places
        small = self._small(number, period, below)
        left = (places.own >= 0) & small[places.own]
        if not left.any():
            return
        swaps = []
        for swap in self._swaps.of(number, period):
            swaps.append(swap)
            left &= ~self._paired(swap, self._cost(swap)[places.own] == 0)
            if not left.any():
                return
        for group in np.unique(places.group[left & self._simple]).tolist():
            self._group(swaps, left, np.flatnonzero((places.group == group) & self._simple))
        for unit in np.flatnonzero(left).tolist():
            self._alone(swaps, [unit], int(places.own[unit]), number, period)

    def _paired(self, swap: Swap, ready: Array) -> Array:
        """Return bool[unit], those that can do a swap with another unit in the same scopes, all of these being ready for it."""
        found = np.zeros(len(ready), dtype=bool)
        group, ready = self._places.group, ready & self._simple
        for one, other in ((swap.lose, swap.gain), (swap.gain, swap.lose)):
            able = ready & other & swap.shown
            others = np.bincount(group[able], minlength=int(group.max()) + 1)[group] - able
            found |= ready & one & (others > 0)
        return found

    def _group(self, swaps: list[Swap], left: Array, inside: Array) -> None:
        """Choose swaps for the units of one group that are left, until there are none or no swap would do."""
        own = self._places.own
        while left[inside].any():
            best: tuple[float, int, Array, Array] | None = None
            for n, swap in enumerate(swaps):
                cost = self._cost(swap)[own]
                mine = left & (swap.lose | swap.gain)
                ready = np.zeros(len(left), dtype=bool)
                ready[inside] = mine[inside]
                done = self._paired(swap, ready)
                if not done[inside].any():  # one unit more, so that the others are not known
                    more = [u for u in inside[np.argsort(cost[inside], kind="stable")].tolist() if not ready[u]]
                    for unit in more[:_TRIED]:
                        ready[unit] = True
                        done = self._paired(swap, ready)
                        if (done & mine)[inside].any():
                            break
                        ready[unit] = False
                served = done & left
                served[np.setdiff1d(np.arange(len(left)), inside, assume_unique=True)] = False
                if served.any():
                    each = float(cost[ready].sum()) / int(np.count_nonzero(served))
                    if best is None or each < best[0]:
                        best = each, n, ready, served
            if best is None:
                return
            self._take_out(swaps[best[1]], own[best[2]].tolist())
            left &= ~best[3]

    # --- one number at a time

    def sums(self, number: int, period: int, below: int) -> None:
        """See to it that a number of several units that is small in a period does not follow from what is published."""
        small = self._small(number, period, below) & ~self._is_own
        swaps = list(self._swaps.of(number, period)) if small.any() else []
        for scope in np.flatnonzero(small).tolist():
            inside = [u for u, chain in enumerate(self._places.chain) if scope in chain]
            self._alone(swaps, inside, scope, number, period)

    def _alone(self, swaps: list[Swap], inside: list[int], scope: int, number: int, period: int) -> None:
        """Take out what the cheapest swap of any of some units changes, so that a scope's number is not known."""
        chain, common, own = self._places.chain, self._places.common, self._places.own
        best: tuple[float, int, frozenset[int]] | None = None
        for n, swap in enumerate(swaps):
            costs = self._cost(swap)
            by_unit = np.where(own >= 0, costs[own], 0.0)
            for one, other in ((swap.lose, swap.gain), (swap.gain, swap.lose)):
                able = [u for u in inside if one[u] and own[u] >= 0]
                for unit in sorted(able, key=lambda u: (by_unit[u], u))[:_TRIED]:
                    partners = np.flatnonzero(other & swap.shown)
                    partners = partners[np.argsort(by_unit[partners], kind="stable")][:_TRIED]
                    near = np.flatnonzero(other & swap.shown & (self._places.group == self._places.group[unit]))[:_TRIED]
                    for partner in (*partners.tolist(), *near.tolist(), None):
                        if partner == unit:
                            continue
                        both = chain[unit] if partner is None else (chain[unit] | chain[partner]) - (common[unit] & common[partner])
                        if scope in both:
                            cost = float(costs[sorted(both)].sum())
                            if best is None or cost < best[0]:
                                best = cost, n, both
                                if not cost:
                                    return
        if best is not None:
            self._take_out(swaps[best[1]], best[2])
            return
        self._record(inside, scope, number, period)

    def _record(self, inside: list[int], scope: int, number: int, period: int) -> None:
        """Take out all of a kind in a unit and another: a record, with everything that happened to it, could be the other's.

        Where there is no other, or it is not known which of several units has such a record, those above are taken out, too.
        """
        chain, common, own = self._places.chain, self._places.common, self._places.own
        line = self._published.numbers[number].line
        kinds = self._kinds[line]
        first = self._beside if line >= self._beside else 0  # what is beside figures never takes a figure out
        lines = np.array([i for i, each in enumerate(self._kinds) if i >= first and each & kinds], dtype=np.int64)
        values, known = self._published.values(self._published.numbers[number])
        having = [u for u in inside if own[u] >= 0 and known[own[u], period] and values[own[u], period] > 0][:_TRIED]
        swap = Swap(lines, np.ones((len(lines), len(self._published.periods)), dtype=bool), *[np.zeros(0, dtype=bool)] * 3)
        costs = self._cost(swap)
        others = np.flatnonzero((own >= 0) & (self._published.row[line, own, period] >= 0)).tolist()
        every = frozenset({scope}.union(*(chain[u] for u in inside)))
        options = [(float(costs[sorted(every)].sum()), every)]
        for unit in having:
            for partner in (*others, None):
                both = chain[unit] if partner is None else (chain[unit] | chain[partner]) - (common[unit] & common[partner])
                if scope in both and partner != unit:
                    options.append((float(costs[sorted(both)].sum()), both))
        self._take_out(swap, min(options, key=lambda option: (option[0], sorted(option[1])))[1])
