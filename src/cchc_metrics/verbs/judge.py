"""Judging values before they are divided: whether there are data, whether the period is over, whether the definition applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from cchc_metrics.catalogue.model import UNITS_KIND, Catalogue, Indicator
from cchc_metrics.count.tally import Tally
from cchc_metrics.records.columns import Array
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.values import Status, Text
from cchc_metrics.verbs.asked import window_of
from cchc_metrics.verbs.measures import POSITION
from cchc_metrics.verbs.scopes import Scope, ScopeSums

Coverage = Mapping[str, tuple[date, date]]
"""Kind → first and last day between which its records are complete."""
LOCAL_ONLY_SINCE = date(2026, 7, 1)
"""From when the system of a province keeps only what ministries' systems do not serve; of NĐ 224/2026/NĐ-CP a copy was read."""
LOCAL_ONLY = Text(
    "chỉ gồm hồ sơ trên hệ thống của tỉnh, chưa kể hồ sơ trên hệ thống của bộ: từ 01/07/2026 chưa đếm được toàn bộ "
    "(NĐ 224/2026/NĐ-CP, Điều 15 khoản 1 điểm i; đọc ở bản chép của bên thứ ba, chưa đối chiếu Công báo)",
    "dossiers of the province's own system only, without those that ministries' systems keep: since 2026-07-01 not all of them are counted "
    "(NĐ 224/2026/NĐ-CP, art. 15.1i; read in a copy of a third party, not in the gazette)",
)
"""What stands beside every value of dossiers that reaches to that day: how many are missing nobody can say."""


@dataclass(frozen=True, slots=True, eq=False)
class StatusJudge:
    """What is known about every scope and period before any count is read.

    Args:
        periods: the periods.
        as_of: the day of the question.
        begun, over: bool[period]: whether it has begun, and is over, on the day asked about.
        estimated: bool[period]: whether it touches an estimated year of the calendar.
        exists: bool[scope, period]: whether any unit of the scope exists in the period.
        covered: kind → bool[period]: whether its records cover the period.
    """

    periods: tuple[Period, ...]
    as_of: date
    begun: Array
    over: Array
    estimated: Array
    exists: Array
    covered: Mapping[str, Array]

    @classmethod
    def of(
        cls,
        tally: Tally,
        units: UnitTree,
        scopes: tuple[Scope, ...],
        sums: ScopeSums,
        periods: tuple[Period, ...],
        as_of: date,
        coverage: Coverage,
    ) -> StatusJudge:
        """Return what is known for these scopes and periods."""
        alive = _alive(units, periods)
        years = tally.frame.estimated_years
        return cls(
            periods,
            as_of,
            np.array([p.first <= as_of for p in periods], dtype=bool),
            np.array([p.last <= as_of for p in periods], dtype=bool),
            np.array([any(p.first.year <= y <= p.last.year for y in years) for p in periods], dtype=bool),
            sums.add(alive) > 0 if scopes else np.zeros((0, len(periods)), dtype=bool),
            {kind: _covered(kind, tally, periods, as_of, coverage) for kind in tally.kinds},
        )

    def known(self, indicator: Indicator, catalogue: Catalogue) -> Array:
        """Return bool[period]: whether it has begun and the records of every kind of the indicator cover it."""
        known = self.begun.copy()
        for kind in _kinds(indicator, catalogue):
            known &= self.covered.get(kind, np.zeros(len(known), dtype=bool))
        return known

    def status(
        self,
        indicator: Indicator,
        catalogue: Catalogue,
        cases: Array | None,
        shape: tuple[int, ...],
        *,
        lacking: bool,
        unsaid: Array | None,
    ) -> Array:
        """Return int8[scope, label, period] positions in ``Status``.

        Args:
            indicator: the indicator.
            catalogue: with its counts.
            cases: int64[scope, label, period] denominators; None for a count.
            shape: (scopes, labels, periods).
            lacking: whether it has no data at all: a column that it rests on, or the day of the question, was not counted.
            unsaid: bool[scope, label, period], where no record says what the indicator asks.
        """
        kinds = _kinds(indicator, catalogue)
        found = np.full(shape, POSITION[Status.OK], dtype=np.int8)
        if any(kind in KINDS and KINDS[kind].working_days for kind in kinds):
            found[:, :, self.estimated] = POSITION[Status.ESTIMATED]
        found[:, :, ~self.over] = POSITION[Status.PERIOD_OPEN]
        if cases is not None:
            found[cases == 0] = POSITION[Status.ZERO_DENOMINATOR]
        if unsaid is not None:
            found[unsaid & (found != POSITION[Status.ZERO_DENOMINATOR])] = POSITION[Status.NO_DATA]
        known = self.known(indicator, catalogue)
        if lacking:
            known[:] = False
        found[:, :, ~known] = POSITION[Status.NO_DATA]
        defined = np.array([indicator.holds_in(p) for p in self.periods], dtype=bool)
        outside = ~(self.exists & defined[None, :])
        found[np.broadcast_to(outside[:, None, :], shape)] = POSITION[Status.NOT_APPLICABLE]
        return found

    def stray(self, indicator: Indicator, catalogue: Catalogue, cases: Array) -> Array | None:
        """Return bool[scope, label, period], where there are cases of units that did not exist in the period; None for nowhere.

        Args:
            indicator: the indicator.
            catalogue: with its counts.
            cases: int64[scope, label, period].
        """
        if self.exists.all():
            return None
        defined = np.array([indicator.holds_in(p) for p in self.periods], dtype=bool)
        found = (~self.exists & (self.known(indicator, catalogue) & defined)[None, :])[:, None, :] & (cases != 0)
        return found if found.any() else None


def _kinds(indicator: Indicator, catalogue: Catalogue) -> set[str]:
    """Return the kinds whose records an indicator is made of."""
    names = (*indicator.numerator, *indicator.denominator)
    kinds = {catalogue.counts[name.removeprefix("-")].kind for name in names} - {UNITS_KIND}
    return kinds | ({indicator.values_of.split(".", 1)[0]} if indicator.values_of else set())


def _alive(units: UnitTree, periods: tuple[Period, ...]) -> Array:
    """Return 1 for each unit and period in which the unit exists on any day: int64[unit, period]."""
    found = [units.unit(code) for code in units.codes]
    since = np.array([-(2**31) if u.valid_from is None else day_number(u.valid_from) for u in found], dtype=np.int64)
    until = np.array([2**31 if u.valid_to is None else day_number(u.valid_to) for u in found], dtype=np.int64)
    first = np.array([day_number(p.first) for p in periods], dtype=np.int64)
    last = np.array([day_number(p.last) for p in periods], dtype=np.int64)
    alive: Array = (since[:, None] <= last) & (until[:, None] >= first)
    return alive.astype(np.int64)


def _covered(kind: str, tally: Tally, periods: tuple[Period, ...], as_of: date, coverage: Coverage) -> Array:
    if kind in coverage:
        first, last = coverage[kind]
        return np.array([first <= p.first and min(p.last, as_of) <= last for p in periods], dtype=bool)
    occurring = tally.occupied(kind)
    if KINDS[kind].listing:  # what it lists holds on, so it says something of days on which nothing begins or ends
        return np.array([occurring[: window_of(tally, period, as_of)[1] + 1].any() for period in periods], dtype=bool)
    windows = [window_of(tally, period, as_of) for period in periods]
    return np.array([occurring[first + 1 : after + 1].any() for first, after in windows], dtype=bool)
