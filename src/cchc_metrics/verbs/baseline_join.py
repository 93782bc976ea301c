"""The baselines of a whole table of measures at once: found by integer keys, judged once for all values that are judged alike.

What stands against a comparison is decided in ``baseline``, for one measure; here it is asked once for each group of measures for which
it is the same. The cost grows with the measures, and with the units once for each window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from cchc_metrics.records.columns import Array
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.level import LEVELS
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit_columns import OPEN_END, OPEN_START
from cchc_metrics.values import REASONS, Measure, Restated, Status, Text, join_reasons
from cchc_metrics.verbs.baseline import (
    ADDED,
    NO_BASELINE,
    NO_REASON,
    NO_WINDOW,
    NOT_BEGUN,
    BaselineFinder,
    needs_days,
    no_counts,
    no_shares,
    of_baseline,
    of_predecessor,
    window_before,
)
from cchc_metrics.verbs.exact import NO_VALUES, distinct, sums
from cchc_metrics.verbs.figures import not_there
from cchc_metrics.verbs.measures import POSITION, Codes, Measures

_OK, _NO_DATA, _NOT_COMPARABLE = (POSITION[s] for s in (Status.OK, Status.NO_DATA, Status.NOT_COMPARABLE))
_ZERO, _SUPPRESSED = POSITION[Status.ZERO_DENOMINATOR], POSITION[Status.SUPPRESSED]


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Baselines of n measures.

    Args:
        row: int64[n], the row of each in a table; −1 where there is none.
        status: int8[n], as in ``FoundBaseline``.
        reason: int32[n], codes of the reasons.
    """

    row: Array
    status: Array
    reason: Array

    @classmethod
    def nothing(cls, n: int) -> Found:
        """Return n measures of which nothing is known yet."""
        return cls(np.full(n, -1, dtype=np.int64), np.zeros(n, dtype=np.int8), np.zeros(n, dtype=np.int32))

    def put(self, rows: Array, other: Found) -> None:
        """Set some rows."""
        self.row[rows], self.status[rows], self.reason[rows] = other.row, other.status, other.reason

    def say(self, rows: Array, status: int, reason: Array | int) -> None:
        """Set status and reason of some rows."""
        self.status[rows], self.reason[rows] = status, reason


_REFUSALS: Final[tuple[Callable[[str, Text], Text], ...]] = (
    lambda name, _: no_shares(name),
    lambda name, _: no_counts(name),
    of_predecessor,
)
"""Why a predecessor cannot be added: it was split; its value is no quotient of counts; it has none."""


class BaselineJoin:
    """Finds the baselines of a table of measures.

    Args:
        finder: the earlier measures and the rules, and where baselines of units that were split are found one by one.
        current: the measures.
    """

    def __init__(self, finder: BaselineFinder, current: Measures) -> None:
        self.finder, self.current = finder, current
        self.source = source = Measures.of(finder.source)
        tree = finder.units
        self.reasons = Codes()
        self.nothing = self.reasons[NO_REASON]  # which is 0
        self.columns = columns = tree.columns
        self.unit_codes = Codes()
        self.unit_codes.add(source.units)
        if current.units != source.units:
            self.unit_codes.add(current.units)
        self.unit_codes.add(columns.codes[at] for at in columns.before_all(columns.places(tuple(self.unit_codes))).tolist())
        self.units = tuple(self.unit_codes)
        self.table = replace(source, units=self.units)
        self.place = place = columns.places(self.units)
        self.in_tree = place >= 0
        self.since, self.until = np.full(len(place), OPEN_START), np.full(len(place), OPEN_END)
        self.n_before = np.zeros(len(place), dtype=np.int64)
        own = place[self.in_tree]
        self.since[self.in_tree], self.until[self.in_tree] = columns.since[own], columns.until[own]
        self.n_before[self.in_tree] = columns.n_before[own]
        self.allocated = self._allocated()

    def find(self, period: Period | None) -> Found:
        """Return the baseline of every measure; ``period`` as in ``BaselineFinder.of``."""
        current, found = self.current, Found.nothing(len(self.current))
        days = Codes()
        as_of = np.array([days[basis.as_of] for basis in current.bases], dtype=np.int64)
        ids = {indicator: i for i, indicator in enumerate(self.source.indicators[0])}
        indicator = np.array([ids.get(basis.indicator, -1) for basis in current.bases], dtype=np.int64)[current.basis]
        unit = current.unit.astype(np.int64)
        if current.units != self.units[: len(current.units)]:
            unit = np.array([self.unit_codes[code] for code in current.units], dtype=np.int64)[unit]
        codes = self.source.codes["breakdown"]
        breakdown = np.array([codes.get(b, -1) for b in current.breakdowns], dtype=np.int64)[current.breakdown]
        group, first = distinct(as_of[current.basis], current.period)
        for number, at in enumerate(first.tolist()):
            rows = np.flatnonzero(group == number)
            like = current._item(at)  # noqa: SLF001  one measure stands for all of its period and day
            found.put(rows, self._of(like, rows, indicator[rows], unit[rows], breakdown[rows], period))
        self._judge(found)
        return found

    def _of(self, like: Measure, rows: Array, indicator: Array, unit: Array, breakdown: Array, period: Period | None) -> Found:
        """Return the baselines of measures of one period and day, of which ``like`` is one; ``rows`` are their rows."""
        found = Found.nothing(len(unit))
        everything = np.arange(len(unit))
        if like.period.first > like.as_of:
            found.say(everything, _NO_DATA, self.reasons[NOT_BEGUN])
            return found
        elapsed = like.period.until(like.as_of)
        part = self._say_part(found, unit, elapsed)
        window = window_before(like, period)
        gone = self._say_gone(found, unit, elapsed, self.current.values.there[rows])
        rest = np.flatnonzero(~part & ~gone)
        if window is None:
            found.say(rest, _NOT_COMPARABLE, self.reasons[NO_WINDOW])
            return found
        found.put(rest, self._at(indicator[rest], unit[rest], breakdown[rest], window))
        if like.period.last > like.as_of:
            found.say(rest[(found.row[rest] < 0) & (found.status[rest] == _NO_DATA)], _NOT_COMPARABLE, self.reasons[needs_days(window)])
        return found

    def _at(self, indicator: Array, unit: Array, breakdown: Array, window: Period) -> Found:
        """Return the values in a window, from the units' own records or from the counts of the units that they were made of."""
        found, table, source = Found.nothing(len(unit)), self.table, self.source
        part = self._say_part(found, unit, window)
        own_unit = np.where(unit < len(source.units), unit, -1)  # the units of the source come first
        own = source.rows_at(indicator, own_unit, source.codes["period"].get(window.label, -1), breakdown)
        has = (own >= 0) & ~part
        has[has] = table.has_numerator[own[has]] | source.values.there[own[has]]
        found.row[has] = own[has]
        if has.any():
            refused = np.flatnonzero(has)
            refused = refused[source.status[own[refused]] == _NOT_COMPARABLE]
            found.say(refused, _NOT_COMPARABLE, self._of_baseline(own[refused]))
            self._say_gone(found, unit, window, has)
        made = self.in_tree & (self.n_before > 0) & ~self._overlaps(window.first, window.last)
        merged = ~part & ~has & made[unit]
        without = np.flatnonzero(~part & ~has & ~merged)
        found.row[without] = own[without]
        missing = own[without] < 0
        found.say(without, _NO_DATA, self.reasons[NO_BASELINE])
        found.reason[without[~missing]] = self._of_baseline(own[without[~missing]])
        if not missing.all():
            found.status[without[~missing]] = np.where(source.status[own[without[~missing]]] == _SUPPRESSED, _SUPPRESSED, _NO_DATA)
        rows = np.flatnonzero(merged & self.allocated[unit])
        if len(rows):
            found.put(rows, self._one_by_one(indicator[rows], unit[rows], breakdown[rows], window))
        rows = np.flatnonzero(merged & ~self.allocated[unit])
        if len(rows):
            found.put(rows, self._merged(indicator[rows], unit[rows], breakdown[rows], window))
        return found

    def _of_baseline(self, rows: Array) -> Array:
        """Return the reasons of some rows of the source, as reasons of the baseline (int32)."""
        each, which = np.unique(self.source.reason[rows], return_inverse=True)
        said = [self.reasons[of_baseline(self.source.reasons[code])] for code in each.tolist()]
        found: Array = np.array(said or [0], dtype=np.int32)[which]
        return found

    def _merged(self, indicator: Array, unit: Array, breakdown: Array, window: Period) -> Found:
        """Return the counts of predecessors, added; the first that has none is the reason why there are none."""
        found, n = Found.nothing(len(unit)), self.n_before[unit]
        whose = np.repeat(np.arange(len(unit)), n)
        starts = np.concatenate(([0], np.cumsum(n)[:-1]))
        each, which = np.unique(unit, return_inverse=True)
        all_before, all_refused = self._pairs(each)
        offsets = np.concatenate(([0], np.cumsum(self.n_before[each])[:-1]))
        pair = np.repeat(offsets[which] - starts, n) + np.arange(int(n.sum()))  # where each row's predecessors are among those of each unit
        before, split = all_before[pair], all_refused[pair]
        parts = self._at(indicator[whose], before, breakdown[whose], window)
        table = self.table
        there = parts.row >= 0
        at = np.where(there, parts.row, 0)
        has_own_value = np.zeros(len(at), dtype=bool)
        has_counts = np.zeros(len(at), dtype=bool)
        if len(table):
            has_own_value = there & (False if table.quantile is NO_VALUES else table.quantile.there[at])
            has_counts = there & table.has_numerator[at]
        failed = split | has_own_value | ~has_counts | (parts.status == _NOT_COMPARABLE)
        place = np.where(failed, np.arange(len(at)), len(at))
        first = np.minimum.reduceat(place, starts)
        bad = np.flatnonzero(first < len(at))
        why = first[bad]
        kind = np.where(split[why], 0, np.where(has_own_value[why], 1, 2))
        group, shown = distinct(kind, before[why], np.where(kind == 2, parts.reason[why], 0))
        texts = list(self.reasons)
        said = []
        names = {u: self.finder.units.called(self.units[u]) for u in np.unique(before[why[shown]]).tolist()}
        for one in shown.tolist():
            name = names[int(before[why[one]])]
            reason = texts[int(parts.reason[why[one]])]
            said.append(self.reasons[_REFUSALS[int(kind[one])](name, reason)])
        found.say(bad, 0, np.array(said, dtype=np.int32)[group] if len(bad) else 0)
        found.status[bad] = np.where(kind == 2, parts.status[why], _NOT_COMPARABLE)
        good = np.flatnonzero(first == len(at))
        if len(good):
            chosen = np.repeat(first == len(at), n)
            made = self._added(at[chosen], n[good], unit[good])
            found.row[good] = len(self.table) + np.arange(len(good))
            found.reason[good] = self.reasons[ADDED]
            self.table = self.table.followed_by(made)
        return found

    def _added(self, parts: Array, n: Array, unit: Array) -> Measures:
        """Return rows of the table, added in runs of n, as measures of some units."""
        table = self.table
        starts = np.concatenate(([0], np.cumsum(n)[:-1]))
        like = parts[starts]
        # A part without any case is no reason against the whole.
        worst = np.maximum.reduceat(np.where(table.status[parts] == _ZERO, _OK, table.status[parts]), starts)
        has_denominator = table.has_denominator[like]
        denominator = np.where(has_denominator, sums(table.denominator[parts], starts), 0)
        empty = has_denominator & (denominator == 0).astype(bool)
        reasons = list(table.reasons)
        codes = [reasons.index(text) if text in reasons else -1 for text in (ADDED, REASONS[Status.ZERO_DENOMINATOR])]
        for position, text in enumerate((ADDED, REASONS[Status.ZERO_DENOMINATOR])):
            if codes[position] < 0:
                codes[position] = len(reasons)
                reasons.append(text)
        reason = np.where(empty, codes[1], codes[0]).astype(np.int32)
        marks = np.array([isinstance(text, Restated) for text in table.reasons] or [False], dtype=bool)[table.reason[parts]]
        for at in np.flatnonzero(np.logical_or.reduceat(marks, starts)).tolist():
            own = range(int(starts[at]), int(starts[at] + n[at]))
            said = [self._restated(int(parts[part])) for part in own if marks[part]]
            text = join_reasons(*([reasons[codes[1]]] if empty[at] else []), *said)
            reason[at] = len(reasons)
            reasons.append(Restated(text.vi, text.en))
        excluded = {}
        for why, (rows, counts) in table.excluded.items():
            dense = np.zeros(len(table), dtype=counts.dtype)
            dense[rows] = counts
            added = sums(dense[parts], starts)
            kept = np.flatnonzero(added != 0)
            if len(kept):
                excluded[why] = (kept, added[kept])
        return replace(
            table,
            reasons=tuple(reasons),
            basis=table.basis[like],
            unit=unit.astype(np.int32),
            period=table.period[like],
            breakdown=table.breakdown[like],
            reason=reason,
            status=np.maximum(worst, np.where(empty, _ZERO, _OK)).astype(np.int8),
            numerator=sums(table.numerator[parts], starts),
            denominator=denominator,
            has_numerator=np.ones(len(like), dtype=bool),
            has_denominator=has_denominator,
            excluded=excluded,
            quantile=NO_VALUES,
        )

    def _restated(self, row: int) -> Text:
        """Return what is said of a restated figure of a unit that another was made of."""
        table = self.table
        code = table.units[int(table.unit[row])]
        return of_predecessor(self.finder.units.unit(code).full_name, table.reasons[int(table.reason[row])])

    def _one_by_one(self, indicator: Array, unit: Array, breakdown: Array, window: Period) -> Found:
        """Return the baselines of units of which a part was split: allocated by shares, one by one."""
        found = Found.nothing(len(unit))
        made: list[Measure] = []
        ids = self.source.indicators[0]
        for row, (i, u, b) in enumerate(zip(indicator.tolist(), unit.tolist(), breakdown.tolist(), strict=True)):
            if i < 0 or b < 0:  # the source has no such value of any unit
                one = self.finder.at("", self.units[u], window, ())
            else:
                one = self.finder.at(ids[i], self.units[u], window, self.source.breakdowns[b])
            found.status[row], found.reason[row] = POSITION[one.status], self.reasons[one.reason]
            if one.measure is not None:
                found.row[row] = len(self.table) + len(made)
                made.append(one.measure)
        if made:
            self.table = self.table.followed_by(Measures.of(made))
        return found

    def _judge(self, found: Found) -> None:
        """Add to each baseline what stands against comparing it."""
        rows = np.flatnonzero(found.row >= 0)
        if not len(rows):
            return
        current, table, base = self.current, self.table, found.row[rows]
        levels = Codes()
        levels.add((*LEVELS, ""))  # in the order of the columns; the last for what is no unit of the tree
        place = self.columns.places(current.units)
        of_unit = np.where(place >= 0, self.columns.level[place], levels[""])
        of_breakdown = np.array([levels[dict(b)["level"]] if "level" in dict(b) else -1 for b in current.breakdowns], dtype=np.int64)
        level = np.where(of_breakdown[current.breakdown[rows]] >= 0, of_breakdown[current.breakdown[rows]], of_unit[current.unit[rows]])
        group, first = distinct(current.basis[rows], current.period[rows], table.basis[base], table.period[base], level)
        said = [
            self.finder.against(current._item(int(rows[at])), table._item(int(base[at])))  # noqa: SLF001  one stands for its group
            for at in first.tolist()
        ]
        status = np.array([POSITION[against.status] for against in said], dtype=np.int8)[group]
        refused = np.array([against.refused for against in said], dtype=bool)[group]
        found.status[rows] = np.where(refused, status, np.maximum(found.status[rows], status))
        marked = np.array([bool(against.reason.vi or against.reason.en) for against in said], dtype=bool)[group]
        chosen = np.flatnonzero(marked)
        texts = list(self.reasons)
        pair, shown = distinct(group[chosen], found.reason[rows[chosen]])
        joined = []
        for at in shown.tolist():
            against = said[int(group[chosen[at]])]
            own = texts[int(found.reason[rows[chosen[at]]])]
            joined.append(self.reasons[against.reason if against.refused else join_reasons(own, against.reason)])
        if joined:
            found.reason[rows[chosen]] = np.array(joined, dtype=np.int32)[pair]

    def _overlaps(self, first: date, last: date) -> Array:
        found: Array = self.in_tree & (self.since <= day_number(last)) & (self.until >= day_number(first))
        return found

    def _say_part(self, found: Found, unit: Array, window: Period) -> Array:
        """Refuse the units that existed for a part of a window only; return bool[n], which they are."""
        whole = self._overlaps(window.first, window.first) & self._overlaps(window.last, window.last)
        part = self._overlaps(window.first, window.last) & ~whole
        hit: Array = part[unit]
        if hit.any():
            codes = np.zeros(len(self.units), dtype=np.int32)
            for u in np.unique(unit[hit]).tolist():
                codes[u] = self.reasons[self.finder.part_of(self.units[u], window)]
            found.say(hit, _NOT_COMPARABLE, codes[unit[hit]])
        return hit

    def _say_gone(self, found: Found, unit: Array, window: Period, chosen: Array) -> Array:
        """Refuse the figures (``chosen``) of units that were not there in a window; return bool[n], which they are."""
        hit: Array = chosen & (self.in_tree & ~self._overlaps(window.first, window.last))[unit]
        if hit.any():
            codes = np.zeros(len(self.units), dtype=np.int32)
            for u in np.unique(unit[hit]).tolist():
                codes[u] = self.reasons[not_there(self.finder.units, self.units[u], window)]
            found.say(hit, _NOT_COMPARABLE, codes[unit[hit]])
        return hit

    def _pairs(self, units: Array) -> tuple[Array, Array]:
        """Return the codes of the predecessors of some units, one unit after the other, and which were split and have no share for it."""
        columns = self.columns
        pairs, n = columns.made_of(self.place[units])
        at = np.zeros(len(columns.codes), dtype=np.int64)  # place in the tree → code here
        at[self.place[self.in_tree]] = np.flatnonzero(self.in_tree)
        before, refused = at[columns.before[pairs]], columns.split[pairs].copy()
        whose = np.repeat(units, n)
        for pair in np.flatnonzero(refused).tolist() if self.finder.shares else ():
            shares = self.finder.shares.get(self.units[before[pair]], {})
            refused[pair] = shares.get(self.units[whose[pair]]) is None
        return before, refused

    def _allocated(self) -> Array:
        """Return bool[unit]: whether a unit, or one of those before it, got a share of a unit that was split."""
        known: dict[str, bool] = {}

        def allocated(code: str) -> bool:
            if code not in known:
                split = self.finder.units.split_predecessors(code)
                known[code] = any(
                    (p in split and code in self.finder.shares.get(p, {})) or allocated(p) for p in self.finder.units.predecessors(code)
                )
            return known[code]

        if not self.finder.shares:
            return np.zeros(len(self.units), dtype=bool)
        return np.array([bool(here) and allocated(code) for code, here in zip(self.units, self.in_tree, strict=True)], dtype=bool)
