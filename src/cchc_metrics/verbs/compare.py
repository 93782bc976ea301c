"""Compare: a value against its baseline. Rates differ by percentage points; percent is a quotient; what cannot be compared says why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from cchc_metrics.errors import CchcError
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.tables.numbers import plain
from cchc_metrics.text import Lang
from cchc_metrics.values import Better, Breakdown, Measure, MeasureSource, Scale, Status, Text, worst
from cchc_metrics.verbs.baseline import (
    NO_BASELINE,
    NO_REASON,
    BaselineFinder,
    DefinitionChanges,
    FoundBaseline,
    Shares,
    join_reasons,
    mismatch,
    of_baseline,
)
from cchc_metrics.verbs.listing import about, aligned, as_html

DifferenceUnit = Literal["percentage_points", "count", "working_days", "calendar_days", "points", "mean"]
"""What a difference is counted in. The difference of two rates is in percentage points (điểm phần trăm), never in percent."""

_UNITS: Mapping[Scale, DifferenceUnit] = {
    Scale.PERCENT: "percentage_points",
    Scale.COUNT: "count",
    Scale.WORKING_DAYS: "working_days",
    Scale.CALENDAR_DAYS: "calendar_days",
    Scale.POINTS: "points",
    Scale.MEAN: "mean",
}
_UNIT_NAMES: Mapping[DifferenceUnit, Text] = {
    "percentage_points": Text("điểm phần trăm", "percentage points"),
    "count": Text(),
    "working_days": Text("ngày làm việc", "working days"),
    "calendar_days": Text("ngày", "days"),
    "points": Text("điểm", "points"),
    "mean": Text(),
}


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
        base = self.baseline.value if self.baseline is not None else None
        change = self.status.value if self.difference is None else f"{_signed(self.difference)} {self.difference_unit}"
        what = about(self.indicator, self.unit, self.breakdown)
        return f"{what} · {self.period.label}: {plain(self.current.value)} ← {plain(base)}: {change}"


@dataclass(frozen=True, slots=True)
class Deltas:
    """Changes in the order of the measures; iterable, searchable, printed as a table.

    Args:
        items: the changes.
    """

    items: tuple[Delta, ...]
    _by_key: Mapping[tuple[str, str, str, Breakdown], Delta] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_key = {(d.indicator, d.unit, d.period.label, tuple(sorted(d.breakdown))): d for d in self.items}
        object.__setattr__(self, "_by_key", by_key)

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Delta]:
        return iter(self.items)

    def get(self, indicator: str, unit: str, period: Period, breakdown: Breakdown = ()) -> Delta | None:
        """Return the change of one measure, or None where there is none; the pairs of the breakdown in any order."""
        return self._by_key.get((indicator, unit, period.label, tuple(sorted(breakdown))))

    def filter(
        self,
        *,
        indicator: str | None = None,
        unit: str | None = None,
        period: Period | None = None,
        breakdown: Breakdown | None = None,
        status: Status | None = None,
    ) -> Deltas:
        """Return the changes that match all that is given, in order."""
        return Deltas(
            tuple(
                d
                for d in self.items
                if (indicator is None or d.indicator == indicator)
                and (unit is None or d.unit == unit)
                and (period is None or d.period == period)
                and (breakdown is None or d.breakdown == tuple(sorted(breakdown)))
                and (status is None or d.status is status)
            ),
        )

    def table(self, lang: Lang = "vi") -> str:
        """Return the changes as aligned text; exact numbers, cut after six decimals with ``…``. Reports round, this does not."""
        return aligned(*self._cells(lang))

    def __str__(self) -> str:
        return self.table()

    def _repr_html_(self) -> str:
        return as_html(*self._cells("vi"))

    def _cells(self, lang: Lang) -> tuple[list[str], list[list[str]]]:
        headings = ["Chỉ tiêu", "Kỳ", "Giá trị", "Kỳ gốc", "Thay đổi", "Tương đối", "Ghi chú"]
        if lang == "en":
            headings = ["Indicator", "Period", "Value", "Baseline", "Change", "Relative", "Note"]
        rows = []
        for d in self.items:
            name = _UNIT_NAMES[d.difference_unit].text(lang)
            change = "–" if d.difference is None else f"{_signed(d.difference)} {name}".rstrip()
            relative = "–" if d.relative_percent is None else f"{_signed(d.relative_percent)}%"
            base = d.baseline.value if d.baseline is not None else None
            what = about(d.indicator, d.unit, d.breakdown)
            rows.append([what, d.period.label, plain(d.current.value), plain(base), change, relative, d.reason.text(lang)])
        return headings, rows


def delta(current: Measure, baseline: Measure | None) -> Delta:
    """Return the change of a measure against a baseline that the caller chose; ``compare`` finds the baseline itself.

    Args:
        current: the measure.
        baseline: an earlier measure of the same indicator and breakdown; None for none. Windows of unlike length (a running period against
            a whole one), unlike regimes, formulas or rules are refused: status ``not_comparable``, both values readable, no difference.

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
        return _delta(current, FoundBaseline(None, Status.NO_DATA, NO_BASELINE))
    if (baseline.indicator, baseline.breakdown) != (current.indicator, current.breakdown):
        a, b = (about(m.indicator, "", m.breakdown) for m in (current, baseline))
        raise CchcError(
            f"không so sánh hai chỉ tiêu khác nhau: «{a}» và «{b}»", f"two different indicators cannot be compared: «{a}» and «{b}»"
        )
    refused = mismatch(current, baseline)
    return _delta(current, FoundBaseline(baseline) if refused is None else FoundBaseline(baseline, Status.NOT_COMPARABLE, refused))


def compare(
    current: Iterable[Measure],
    baseline: MeasureSource,
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
    again; the mean of their rates is never taken.

    Args:
        current: the measures.
        baseline: where earlier measures are.
        units: the unit tree, with predecessors.
        baseline_period: what to compare with instead of the period one year earlier.
        shares: predecessor → successor → share, for units that were split: the comparison is then estimated; without them, refused.
        definition_changes: indicator → first day of its new definition and what changed. A comparison across that day is refused: there is
            no difference, and both counts stay readable.
        competence: volumes of communes and districts across 01/07/2025, when competences moved: ``mark`` them as estimated, ``refuse``
            or ``ignore``. Rates are compared all the same.

    Returns:
        One change for each measure, in their order.
    """
    finder = BaselineFinder(baseline, units, shares or {}, definition_changes or {}, competence)
    return Deltas(tuple(_delta(m, finder.of(m, baseline_period)) for m in current))


def _delta(current: Measure, found: FoundBaseline) -> Delta:
    baseline = found.measure
    now, before = current.value, baseline.value if baseline is not None else None
    status = worst(current.status, found.status, Status.OK if baseline is None else baseline.status)
    difference = relative = better = None
    if now is None:
        reason = current.reason
    elif before is None or not status.usable:
        reason = found.reason if found.reason.vi or baseline is None else of_baseline(baseline.reason)
    else:
        difference = now - before
        relative = 100 * difference / before if before > 0 else None
        if difference and current.better is not Better.NEITHER:
            better = (difference > 0) is (current.better is Better.HIGHER)
        marks = (m.reason for m in (current, baseline) if m is not None)
        reason = join_reasons(found.reason, NO_REASON if before > 0 else _no_quotient(now, before), *marks)
    return Delta(
        indicator=current.indicator,
        unit=current.unit,
        period=current.period,
        breakdown=current.breakdown,
        current=current,
        baseline=baseline,
        status=status,
        difference=difference,
        difference_unit=_UNITS[current.scale],
        relative_percent=relative,
        better=better,
        reason=reason,
    )


def _no_quotient(now: Fraction, before: Fraction) -> Text:
    if before < 0:
        return Text("kỳ gốc âm, không tính phần trăm", "the baseline is negative: no percent change")
    if now == 0:
        return Text("kỳ gốc bằng 0, không tính phần trăm", "the baseline is 0: no percent change")
    return Text("mới phát sinh", "new: the baseline is 0")


def _signed(value: Fraction) -> str:
    return f"+{plain(value)}" if value > 0 else plain(value)
