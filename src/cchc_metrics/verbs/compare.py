"""Compare: a value against its baseline. Rates differ by percentage points; percent is a quotient; what cannot be compared says why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from cchc_metrics.arguments import public, public_methods
from cchc_metrics.catalogue.labels import label_name
from cchc_metrics.errors import CchcError
from cchc_metrics.records.columns import Array
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.tables.columns import Coded, Column, Lazy, Packed, Rows
from cchc_metrics.tables.numbers import plain
from cchc_metrics.text import Lang
from cchc_metrics.values import Better, Breakdown, Measure, Printed, Restated, Scale, Status, Text, about, join_reasons
from cchc_metrics.verbs.baseline import (
    NO_BASELINE,
    NO_REASON,
    BaselineFinder,
    DefinitionChanges,
    FoundBaseline,
    Shares,
    known_changes,
    mismatch,
    of_baseline,
    overlap,
    redefined,
)
from cchc_metrics.verbs.baseline_join import BaselineJoin, Found
from cchc_metrics.verbs.contributions import Contributions
from cchc_metrics.verbs.division import divide
from cchc_metrics.verbs.exact import Values, distinct
from cchc_metrics.verbs.figures import under_keys
from cchc_metrics.verbs.measures import (
    HEADINGS,
    POSITION,
    STATUSES,
    USABLE,
    Codes,
    KeyedByMeasure,
    Measures,
    as_breakdown,
    number_column,
    whole_column,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DifferenceUnit = Literal["percentage_points", "count", "working_days", "calendar_days", "points", "mean"]
"""What a difference is counted in. The difference of two rates is in percentage points (điểm phần trăm), never in percent."""

UNIT_OF_SCALE: Mapping[Scale, DifferenceUnit] = {
    Scale.PERCENT: "percentage_points",
    Scale.COUNT: "count",
    Scale.WORKING_DAYS: "working_days",
    Scale.CALENDAR_DAYS: "calendar_days",
    Scale.POINTS: "points",
    Scale.MEAN: "mean",
}


@public_methods
@dataclass(frozen=True, slots=True)
class Delta:
    """The change of one measure against its baseline.

    Args:
        indicator, unit, period, breakdown: what it is about, as in ``current``.
        current: the measure.
        baseline: what it was compared with; its counts can be read even when the two are not comparable. None where there is none.
        status: the worst of both measures' statuses and of what the comparison added: ``estimated`` (it can be used, with a mark),
            ``not_comparable``, ``no_data``.
        difference: current − baseline, exact, in ``difference_unit``; None unless the status is usable.
        difference_unit: see ``DifferenceUnit``.
        relative_percent: 100 × difference / baseline; None where the baseline is 0, negative or missing: never +100 % for what is new.
        better: True when it moved the good way; None when it did not move or neither way is good.
        reason: why the status is not ok, why there is no relative change, or how the baseline came about.

    >>> import cchc_metrics as cm
    >>> units = [{"code": "MA", "name": "Mỹ An", "level": "commune"}]
    >>> row = {"unit_code": "MA", "kind": "họp UBND"}
    >>> rows = [
    ...     {**row, "meeting_id": 1, "held_on": "05/01/2020", "paperless": "không"},
    ...     {**row, "meeting_id": 2, "held_on": "06/01/2021", "paperless": "có"},
    ... ]
    >>> data = cm.Dataset(units=units, meetings=rows)
    >>> change = data.deltas("2021")["paperless_meetings", "MA"]
    >>> change.current.numerator, change.baseline.numerator, change.difference
    (1, 0, Fraction(100, 1))
    """

    indicator: str
    unit: str
    period: Period
    breakdown: Breakdown
    current: Measure
    baseline: Measure | None
    status: Status
    difference: Fraction | None
    difference_unit: DifferenceUnit
    relative_percent: Fraction | None
    better: bool | None
    reason: Text

    def __str__(self) -> str:
        both = (self.current.value, self.baseline.value if self.baseline is not None else None)
        now, base = (plain(value, beside=both) for value in both)
        change = self.status.value if self.difference is None else f"{_signed(self.difference)} {self.difference_unit}"
        what = about(self.indicator, self.unit, self.breakdown)
        return f"{what} · {self.period.label}: {now} ← {base}: {change}"


@dataclass(frozen=True, repr=False, eq=False)
class Deltas(KeyedByMeasure[Delta]):
    """Changes in the order of the measures, as columns; frozen items on demand.

    Args:
        current: the measures.
        baselines: what they are compared with.
        row: int64[n], the row of each baseline; −1 where there is none.
        status: int8[n], positions in ``Status``.
        reasons: the texts of the reasons.
        reason: int32[n], positions in ``reasons``.
        difference: current − baseline, exact; none unless the status is usable.
        relative: 100 × difference / baseline, exact; none where the baseline is 0, negative or missing.
        better: int8[n], 1 where it moved the good way, 0 where the bad way, −1 where neither.
        tree: the unit tree; None where none was needed.

    >>> import cchc_metrics as cm
    >>> units = [{"code": "MA", "name": "Mỹ An", "level": "commune"}]
    >>> row = {"unit_code": "MA", "kind": "họp UBND"}
    >>> rows = [
    ...     {**row, "meeting_id": 1, "held_on": "05/01/2020", "paperless": "không"},
    ...     {**row, "meeting_id": 2, "held_on": "06/01/2021", "paperless": "có"},
    ... ]
    >>> data = cm.Dataset(units=units, meetings=rows)
    >>> data.deltas("2021")["paperless_meetings", "MA"].difference
    Fraction(100, 1)
    """

    current: Measures
    baselines: Measures
    row: Array
    status: Array
    reasons: tuple[Text, ...]
    reason: Array
    difference: Values
    relative: Values
    better: Array
    tree: UnitTree | None = None

    _printed = (
        "indicator", "unit", "breakdown", "period", "status", "value", "baseline_value", "difference", "difference_unit",
        "relative_percent", "better", "reason",
    )  # fmt: skip
    _compared = (("value", "baseline_value"),)
    _signed = ("difference", "relative_percent")

    def __len__(self) -> int:
        return len(self.row)

    def contributions(
        self,
        by: str,
        *,
        indicator: str | None = None,
        unit: str | None = None,
        breakdown: Breakdown | Mapping[str, str] = (),
        names: Mapping[str, str] | None = None,
    ) -> Contributions:
        """Return what each group added to the changes: of a rate by its own rate and by its part of the whole, exactly.

        Args:
            by: ``unit`` for the units directly below each unit and itself, or a dimension by which values were measured: ``channel``,
                ``field``, ``procedure_code``, ``level`` …
            indicator: the indicator whose change is asked about; None for every one.
            unit: the unit; None for every one.
            breakdown: what the wholes are: ``()`` for the totals, ``{"level": "commune"}`` for those of communes.
            names: group → its name, for groups whose names the library does not know, such as procedures.

        Raises:
            CchcError: there is nothing to divide, or no change, or none that is a quotient of counts that add up; the message says what to
                ask.
        """
        return divide(self, by, indicator=indicator, unit=unit, breakdown=breakdown, names=names)

    def plot(self, indicator: str, *, breakdown: Breakdown | Mapping[str, str] = (), most: int = 30, lang: Lang = "vi") -> Figure:
        """Return the changes of one indicator as a picture, a row a unit: from what it was to what it is.

        Args:
            indicator: indicator id.
            breakdown: of which values; ``()`` for the totals.
            most: how many units are shown at most: half of them rose the most, half fell the most.
            lang: the language.

        Raises:
            CchcError: there is no change to draw, or the extra ``plot`` is not installed; the message says why.
        """
        from cchc_metrics.plots.changes import changes  # noqa: PLC0415  drawing is loaded where something is drawn

        found = self.filter(indicator=indicator, breakdown=breakdown)
        if not len(found):
            raise self.current.not_drawn(indicator, as_breakdown(breakdown))
        better = found.current.bases[int(found.current.basis[0])].better
        said = " · ".join(label_name(dim, value).text(lang) for dim, value in as_breakdown(breakdown))
        return changes(found, better=better, about=said, most=most, lang=lang)

    @cached_property
    def restated(self) -> Array:
        """bool[n]: whether the baseline is a figure that was restated; its reason says when, by whom and from what to what."""
        said = np.array([isinstance(text, Restated) for text in self.baselines.reasons] or [False], dtype=bool)
        if not len(self.baselines):
            return np.zeros(len(self), dtype=bool)
        found: Array = (self.row >= 0) & said[self.baselines.reason[np.where(self.row >= 0, self.row, 0)]]
        return found

    @property
    def _keys(self) -> Measures:
        return self.current

    def _possible(self, column: str) -> Collection[str] | None:
        return self._keys._possible(column)  # noqa: SLF001  its own

    def _shown_columns(self) -> Mapping[str, Lazy]:
        return {**self._columns(), "breakdown": self.current.breakdown_column}

    def _columns(self) -> Mapping[str, Lazy]:
        here = self.current._columns()  # noqa: SLF001  the columns of a delta are those of its measure and more
        base, there = self.baselines, self.row >= 0
        at = np.where(there, self.row, 0)

        def counts(values: Array, has: Array) -> Column:
            if not len(base):
                return Packed(np.zeros(len(self), dtype=np.int64), np.zeros(len(self), dtype=bool))
            return whole_column(values[at], has[at] & there)

        def codes(column: Array) -> Array:
            return np.where(there, column[at], -1) if len(base) else np.full(len(self), -1)

        ids = [UNIT_OF_SCALE[basis.scale] for basis in self.current.bases]
        last = ("scale", "better", "reason", "excluded", "status")
        return {
            **{name: column for name, column in here.items() if name not in last},
            "status": lambda: Coded(self.status, [status.value for status in STATUSES]),
            "scale": here["scale"],
            "baseline_period": lambda: Coded(codes(base.period), base.periods),
            "baseline_status": lambda: Coded(codes(base.status), [status.value for status in STATUSES]),
            "baseline_numerator": lambda: counts(base.numerator, base.has_numerator),
            "baseline_denominator": lambda: counts(base.denominator, base.has_denominator),
            "baseline_value": lambda: number_column(base.values.take(self.row)),
            "baseline_restated": lambda: Packed(self.restated),
            "difference": lambda: number_column(self.difference),
            "difference_unit": lambda: Coded(self.current.basis, ids),
            "relative_percent": lambda: number_column(self.relative),
            "better": lambda: Packed(self.better > 0, self.better >= 0),
            "reason": lambda: Coded(self.reason, [text if text.vi or text.en else None for text in self.reasons]),
        }

    def _headings(self, lang: Lang) -> Mapping[str, str]:
        return HEADINGS[lang]

    def _item(self, row: int) -> Delta:
        current = self.current._item(row)  # noqa: SLF001  the item of the same row
        at = int(self.row[row])
        better = int(self.better[row])
        return Delta(
            indicator=current.indicator,
            unit=current.unit,
            period=current.period,
            breakdown=current.breakdown,
            current=current,
            baseline=None if at < 0 else self.baselines._item(at),  # noqa: SLF001  the item of its row
            status=STATUSES[self.status[row]],
            difference=self.difference.at(row),
            difference_unit=UNIT_OF_SCALE[current.scale],
            relative_percent=self.relative.at(row),
            better=None if better < 0 else bool(better),
            reason=self.reasons[self.reason[row]],
        )

    def _take(self, rows: Rows) -> Deltas:
        return replace(
            self,
            current=self.current._take(rows),  # noqa: SLF001  the same rows
            row=self.row[rows],
            status=self.status[rows],
            reason=self.reason[rows],
            difference=self.difference.take(rows),
            relative=self.relative.take(rows),
            better=self.better[rows],
        )


@public
def delta(current: Measure, baseline: Measure | None) -> Delta:
    """Return the change of a measure against a baseline that the caller chose; ``compare`` finds the baseline itself.

    Args:
        current: the measure.
        baseline: an earlier measure of the same indicator and breakdown; None for none. Windows of unlike length (a running period against
            a whole one), unlike regimes, formulas or rules, and windows between which the indicator was defined anew are refused: status
            ``not_comparable``, both values readable, no difference. The level of a unit is not known here, so that volumes across
            01/07/2025 are marked by ``compare`` only.

    Raises:
        CchcError: when the two are of different indicators or breakdowns.

    >>> from datetime import date
    >>> def rate(period: str, numerator: int) -> Measure:
    ...     return Measure("online_share", "TM", Period.parse(period), (), date(2022, 1, 1), Status.OK, numerator, 100, Scale.PERCENT)
    >>> change = delta(rate("2021", 12), rate("2020", 10))
    >>> change.difference, change.difference_unit, change.relative_percent, change.better
    (Fraction(2, 1), 'percentage_points', Fraction(20, 1), True)
    >>> new = delta(rate("2021", 12), rate("2020", 0))
    >>> new.difference, new.relative_percent, new.reason.vi
    (Fraction(12, 1), None, 'mới phát sinh')
    """
    if baseline is None:
        return _one(current, FoundBaseline(None, Status.NO_DATA, NO_BASELINE))
    if (baseline.indicator, baseline.breakdown) != (current.indicator, current.breakdown):
        a, b = (about(m.indicator, "", m.breakdown) for m in (current, baseline))
        raise CchcError(
            f"không so sánh hai chỉ tiêu khác nhau: «{a}» và «{b}»", f"two different indicators cannot be compared: «{a}» and «{b}»"
        )
    refused = mismatch(current, baseline) or redefined(current, baseline, known_changes(Measures.of([current])))
    shared = overlap(current, baseline)
    if refused is not None:
        return _one(current, FoundBaseline(baseline, Status.NOT_COMPARABLE, refused))
    return _one(current, FoundBaseline(baseline) if shared is None else FoundBaseline(baseline, Status.ESTIMATED, shared))


@public
def compare(
    current: Iterable[Measure],
    baseline: Iterable[Measure],
    *,
    units: UnitTree,
    baseline_period: Period | None = None,
    shares: Shares | None = None,
    definition_changes: DefinitionChanges | None = None,
    competence: Literal["mark", "refuse", "ignore"] = "mark",
) -> Deltas:
    """Return the change of every measure against its baseline.

    The baseline is the measure of the same indicator, unit and breakdown in the same-named period one year earlier, of the same regime.
    A running period is compared with the same elapsed days of that year (``baseline`` must hold that window, a custom period such as
    ``2021-01-01..2021-03-31``), else it is not comparable. A merged unit is compared with the counts of its predecessors, added and divided
    again; the mean of their rates is never taken. A value under an official code is of the unit that bore the code in the value's period;
    one of a period in which no such unit was there is not comparable.

    Args:
        current: the measures.
        baseline: the earlier measures.
        units: the unit tree, with predecessors.
        baseline_period: what to compare with instead of the period one year earlier.
        shares: predecessor → successor → share, for units that were split: the comparison is then estimated; without them, refused.
        definition_changes: indicator → first day of its new definition and what changed. A comparison across that day is refused: there is
            no difference, and both counts stay readable. None for those that the measures carry from their catalogue (measures that
            were read or made by hand: those of the packaged one).
        competence: volumes of communes and districts across 01/07/2025, when competences moved: ``mark`` them as estimated, ``refuse``
            or ``ignore``. Rates are compared all the same.

    Returns:
        One change for each measure, in their order.

    >>> import cchc_metrics as cm
    >>> units = [{"code": "MA", "name": "Mỹ An", "level": "commune"}]
    >>> row = {"unit_code": "MA", "kind": "họp UBND"}
    >>> rows = [
    ...     {**row, "meeting_id": 1, "held_on": "05/01/2020", "paperless": "không"},
    ...     {**row, "meeting_id": 2, "held_on": "06/01/2021", "paperless": "có"},
    ... ]
    >>> data = cm.Dataset(units=units, meetings=rows)
    >>> found = data.measures("2020", "2021")
    >>> change = compare(found.filter(period="2021"), found, units=data.units)["paperless_meetings", "MA"]
    >>> change.baseline.value, change.current.value, change.difference
    (Fraction(0, 1), Fraction(100, 1), Fraction(100, 1))
    """
    measures = under_keys(Measures.of(current), units)
    changes = known_changes(measures) if definition_changes is None else definition_changes
    join = BaselineJoin(BaselineFinder.over(baseline, units, shares, changes, competence), measures)
    found = join.find(baseline_period)
    return _changes(measures, join.table, found, tuple(join.reasons), units)


def _one(current: Measure, found: FoundBaseline) -> Delta:
    """Return the change of one measure against a baseline that was found."""
    at = Found(
        np.array([-1 if found.measure is None else 0]), np.array([POSITION[found.status]], dtype=np.int8), np.zeros(1, dtype=np.int32)
    )
    return next(iter(_changes(Measures.of([current]), Measures.of([] if found.measure is None else [found.measure]), at, (found.reason,))))


def _changes(current: Measures, baselines: Measures, found: Found, reasons: Sequence[Text], tree: UnitTree | None = None) -> Deltas:
    """Return the changes of measures against the baselines that were found; ``reasons`` are those that ``found`` has codes of."""
    there = found.row >= 0
    at = np.where(there, found.row, 0)
    base_status = baselines.status[at] if len(baselines) else np.zeros(len(at), dtype=np.int8)
    status = np.maximum(np.maximum(current.status, found.status), np.where(there, base_status, 0)).astype(np.int8)
    now, before = current.values, baselines.values.take(found.row)
    full = now.there & before.there & USABLE[status]
    before = Values(np.where(full, before.over, 0), np.where(full, before.under, 0))
    difference = now.less(before)
    relative = now.relative_to(before)
    alike = _as_printed(difference, baselines, np.where(full, found.row, -1))
    difference, relative = (_zero_where(alike, each) for each in (difference, relative))
    direction = np.array([_DIRECTION[basis.better] for basis in current.bases] or [0], dtype=np.int8)[current.basis]
    moved = full & (difference.over != 0).astype(bool) & (direction != 0)
    better = np.where(moved, (difference.over > 0).astype(bool) == (direction > 0), -1).astype(np.int8)
    # Why: of a value that is not there, of a baseline that is not, or the marks of both and of the quotient.
    case = np.where(~now.there, 0, np.where(~full, 1, 2))
    sign = np.where((before.over > 0).astype(bool), 0, np.where((before.over < 0).astype(bool), 1, np.where(now.over == 0, 2, 3)))
    sign = np.where(alike, 4, sign)
    own = np.where(case == 1, -1, current.reason)
    base_reason = np.where(there & (case > 0), baselines.reason[at] if len(baselines) else -1, -1)
    group, first = distinct(case, np.where(case == 2, sign, -1), own, np.where(case > 0, found.reason, -1), base_reason)
    texts = Codes()
    said = []
    for row in first.tolist():
        of_found = reasons[found.reason[row]]
        of_base = baselines.reasons[base_reason[row]] if base_reason[row] >= 0 else None
        if case[row] == 0:
            reason = current.reasons[current.reason[row]]
        elif case[row] == 1:
            reason = of_found if of_found.vi or of_base is None else of_baseline(of_base)
        else:
            new = of_base is not None and of_base.vi and of_base.vi not in of_found.vi  # that counts were added is said once
            of_base = of_baseline(of_base) if of_base is not None and new else NO_REASON
            reason = join_reasons(of_found, _NO_QUOTIENT[int(sign[row])], current.reasons[current.reason[row]], of_base)
        said.append(texts[reason])
    codes = np.array(said, dtype=np.int32)[group] if len(group) else np.zeros(0, dtype=np.int32)
    return Deltas(current, baselines, found.row, status, tuple(texts), codes, difference, relative, better, tree)


_DIRECTION = {Better.HIGHER: 1, Better.LOWER: -1, Better.NEITHER: 0}
_NO_QUOTIENT = (
    NO_REASON,
    Text("kỳ gốc âm, không tính phần trăm", "the baseline is negative: no percent change"),
    Text("kỳ gốc bằng 0, không tính phần trăm", "the baseline is 0: no percent change"),
    Text("mới phát sinh", "new: the baseline is 0"),
    Text("bằng số đã công bố trong độ chính xác đã in", "equal to what was published, as near as it was printed"),
)
"""What is said of the quotient: nothing, a negative baseline, 0 before and now, 0 before, as near to the baseline as that was printed."""


def _as_printed(difference: Values, baselines: Measures, row: Array) -> Array:
    """Return bool[n], where a value lies as near to its baseline as that was printed, so that no change is known; row −1 has none."""
    found = np.zeros(len(row), dtype=bool)
    within = {code: text.within for code, text in enumerate(baselines.reasons) if isinstance(text, Printed)}
    if within:
        codes = np.where(row >= 0, baselines.reason[np.where(row >= 0, row, 0)], -1)
        for at in np.flatnonzero(np.isin(codes, list(within))).tolist():
            apart = difference.at(at)
            found[at] = apart is not None and abs(apart) <= within[int(codes[at])]
    return found


def _zero_where(rows: Array, values: Values) -> Values:
    """Return numbers with 0 in some rows, where there is a number."""
    return Values(np.where(rows, 0, values.over), np.where(rows & values.there, 1, values.under)) if rows.any() else values


def _signed(value: Fraction) -> str:
    return f"+{plain(value)}" if value > 0 else plain(value)
