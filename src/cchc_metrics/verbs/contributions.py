"""Contributions: why a whole changed, group by group, in parts that add up to its change exactly.

Of a rate N/D (and of a mean, which is a sum over its cases) a group i with rate r and weight w = d/D, before (0) and now (1), gives

    performance = (w0 + w1)/2 · (r1 − r0)                          its own rate moved, at its mean weight
    mix         = (w1 − w0) · ((r0 + r1)/2 − (R0 + R1)/2)          it became a larger or smaller part of the whole

The weights of all groups add up to 1 on both sides, so the sum over the groups is R1 − R0, to the last digit. Neither year is the base: the
same years the other way round give the same parts with the other sign. Weighting by means is Marshall's and Edgeworth's; for two factors
it is what Shapley's value gives (Shorrocks 2013, «Decomposition procedures for distributional analysis»; Das Gupta 1993, «Standardization
and decomposition of rates», U.S. Bureau of the Census P23-186). Measuring rates from the whole's only moves what the weights say: a group
that is better than the whole and grew helps.

A group without cases on one side has no rate there, so none that changed: its performance is 0 and all it moved is mix. A group without
cases on both sides is not listed. Groups of which a side is not known or cannot be compared, and what belongs to no group, make one group
«the rest»: the whole less the groups that are known. A count has neither weights nor rates: each group's difference is its part.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar, Self

from cchc_metrics.catalogue.labels import label_name
from cchc_metrics.reference.period import Period
from cchc_metrics.tables.columns import Cells, Lazy, Rows
from cchc_metrics.tables.numbers import format_points, format_signed
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Lang, Text
from cchc_metrics.values import Better, Breakdown, Scale, Status

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of a group, or of the whole, on both sides.

    Args:
        numerator, denominator: now; of a plain count the denominator is None.
        baseline_numerator, baseline_denominator: before.
    """

    numerator: int
    denominator: int | None
    baseline_numerator: int
    baseline_denominator: int | None

    @property
    def sides(self) -> tuple[tuple[int, int | None], tuple[int, int | None]]:
        """Now, and before."""
        return (self.numerator, self.denominator), (self.baseline_numerator, self.baseline_denominator)

    @property
    def empty(self) -> bool:
        """Whether there was nothing on both sides."""
        return not any(n or d for n, d in self.sides)

    def less(self, others: Sequence[Counts]) -> Counts:
        """Return what is left of a whole without some groups."""
        numerator = self.numerator - sum(c.numerator for c in others)
        before = self.baseline_numerator - sum(c.baseline_numerator for c in others)
        if self.denominator is None or self.baseline_denominator is None:
            return Counts(numerator, None, before, None)
        return Counts(
            numerator,
            self.denominator - sum(c.denominator or 0 for c in others),
            before,
            self.baseline_denominator - sum(c.baseline_denominator or 0 for c in others),
        )


def parts_of(group: Counts, whole: Counts, *, factor: int = 1) -> tuple[Fraction, Fraction]:
    """Return performance and mix of a group of a rate or mean; see the module for the formula.

    Args:
        group: its counts.
        whole: those of the whole, whose denominators are above 0.
        factor: 100 for percent.

    Of 100 cases each year, half were online; the counter stayed at 80 %, online went from 90 % to 100 % and doubled its part:

    >>> before_and_now = Counts(90, 100, 85, 100)
    >>> parts_of(Counts(50, 50, 45, 50), before_and_now, factor=100), parts_of(Counts(40, 50, 40, 50), before_and_now, factor=100)
    ((Fraction(5, 1), Fraction(0, 1)), (Fraction(0, 1), Fraction(0, 1)))
    """
    (n1, d1), (n0, d0) = ((n, d or 0) for n, d in group.sides)
    (over1, under1), (over0, under0) = ((n, d or 0) for n, d in whole.sides)
    both = 2 * under1 * under0
    performance = Fraction(0)
    if d1 and d0:
        performance = Fraction(factor * (d1 * under0 + d0 * under1) * (n1 * d0 - n0 * d1), both * d1 * d0)
        over, under = n1 * d0 + n0 * d1, 2 * d1 * d0
    else:  # the rate of the one side where there is one
        over, under = (n1, d1) if d1 else (n0, d0)
    grew = d1 * under0 - d0 * under1
    if not grew or not under:
        return performance, Fraction(0)
    mean = over1 * under0 + over0 * under1  # over ``both``
    return performance, Fraction(2 * factor * grew * (over * both - mean * under), both * both * under)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one group added to the change of the whole.

    Args:
        indicator, unit, period, breakdown: what the whole is.
        by: what the whole is divided by: a dimension, or ``unit``.
        group: the label, or the unit's code; None for the rest.
        name: its name.
        counts: its counts on both sides.
        performance: by its own rate; None of a count.
        mix: by its part of the whole; None of a count.
        total: both together, in percentage points of a percent, else in the scale of the indicator.
        share: 100 · total / change of the whole; None where the whole did not change.
        scale, better: of the indicator.
        status: the worst of the group's and the whole's.
        reason: why the status is not ok, or what is to be known of the group: that it is new or gone, or what the rest is.
    """

    indicator: str
    unit: str
    period: Period
    breakdown: Breakdown
    by: str
    group: str | None
    name: Text
    counts: Counts
    performance: Fraction | None
    mix: Fraction | None
    total: Fraction
    share: Fraction | None
    scale: Scale
    better: Better
    status: Status
    reason: Text


@dataclass(frozen=True, slots=True, repr=False)
class Contributions(AnswerTable[Contribution]):
    """What each group added to the change of its whole: the largest first, whole after whole; ``found["online"]`` is a row.

    Args:
        rows: the contributions.
        unit_names: unit code → name, for printing.
        indicator_names: indicator id → name.
        refused: why values that were asked for are not in the table → how many.
        whole: all rows of the table of which some were taken; None where it is the whole table.
    """

    rows: tuple[Contribution, ...]
    unit_names: Mapping[str, str]
    indicator_names: Mapping[str, Text]
    refused: Mapping[Text, int]
    whole: tuple[Contribution, ...] | None = None

    _key_columns = ("group", "indicator", "unit", "period", "level")
    _printed = ("group", "group_name", "indicator", "unit", "value", "baseline_value", "performance", "mix", "total", "share", "reason")
    _compared = (("value", "baseline_value"),)
    _signed = ("performance", "mix", "total")
    _decimals = 2
    _closed: ClassVar[Mapping[str, Iterable[str]]] = {"status": Status, "scale": Scale, "better": Better}

    def _possible(self, column: str) -> Collection[str] | None:
        known = {"unit": self.unit_names, "indicator": self.indicator_names}.get(column)
        return known or AnswerTable._possible(self, column)  # noqa: SLF001  its own

    def __len__(self) -> int:
        return len(self.rows)

    def _item(self, row: int) -> Contribution:
        return self.rows[row]

    def _take(self, rows: Rows) -> Self:
        return replace(self, rows=tuple(self.rows[row] for row in rows.tolist()), whole=self.rows if self.whole is None else self.whole)

    def _columns(self) -> Mapping[str, Lazy]:
        rows = self.rows
        return {
            "indicator": [r.indicator for r in rows],
            "name": Cells("text", [self.indicator_names.get(r.indicator) for r in rows]),
            "unit": [r.unit for r in rows],
            "unit_name": Cells("text", [self.unit_names.get(r.unit) for r in rows]),
            "level": Cells("text", [dict(r.breakdown).get("level") for r in rows]),
            "period": Cells("text", [r.period for r in rows]),
            "by": [r.by for r in rows],
            "group": Cells("text", [r.group for r in rows]),
            "group_name": Cells("text", [r.name for r in rows]),
            "numerator": Cells("whole", [r.counts.numerator for r in rows]),
            "denominator": Cells("whole", [r.counts.denominator for r in rows]),
            "value": Cells("number", [_value(r.counts.numerator, r.counts.denominator, r.scale) for r in rows]),
            "baseline_numerator": Cells("whole", [r.counts.baseline_numerator for r in rows]),
            "baseline_denominator": Cells("whole", [r.counts.baseline_denominator for r in rows]),
            "baseline_value": Cells("number", [_value(r.counts.baseline_numerator, r.counts.baseline_denominator, r.scale) for r in rows]),
            "performance": Cells("number", [r.performance for r in rows]),
            "mix": Cells("number", [r.mix for r in rows]),
            "total": Cells("number", [r.total for r in rows]),
            "share": Cells("number", [r.share for r in rows]),
            "scale": [r.scale.value for r in rows],
            "better": [r.better.value for r in rows],
            "status": [r.status.value for r in rows],
            "reason": Cells("text", [r.reason if r.reason.vi or r.reason.en else None for r in rows]),
        }

    def _shown_columns(self) -> Mapping[str, Lazy]:
        """Return the columns without those that are the same in every row and stand above the table, and groups once where named alike."""
        hidden = self._same | ({"group_name"} if all(r.group == r.name.vi == r.name.en for r in self.rows) else set())
        return {name: [None] * len(self) if name in hidden else column for name, column in self._columns().items()}

    @property
    def _same(self) -> frozenset[str]:
        one = {"indicator"} if len({r.indicator for r in self.rows}) == 1 else set()
        return frozenset(one | ({"unit"} if len({r.unit for r in self.rows}) == 1 else set()))

    def _headings(self, lang: Lang) -> Mapping[str, str]:
        return _HEADINGS[lang]

    def _above(self, lang: Lang) -> str:
        if self._same != {"indicator", "unit"}:
            return ""
        first = self.rows[0]
        name = self.indicator_names.get(first.indicator, Text()).text(lang) or first.indicator
        unit = self.unit_names.get(first.unit) or first.unit
        level = [label_name(dim, label).text(lang) for dim, label in first.breakdown]
        return " · ".join([name, unit, *level, first.period.text(lang)])

    def _below(self, lang: Lang) -> str:
        lines = [f"{n} × {why.text(lang)}" for why, n in self.refused.items()]
        if self._same == {"indicator", "unit"}:
            percent, rest = self.rows[0].scale is Scale.PERCENT, len(self._of_these) - len(self.rows)
            what, others = {"vi": ("Cộng", f"{rest} nhóm không hiện ở đây"), "en": ("In all", f"{rest} groups that are not shown")}[lang]
            sums = {what: self.change} | ({others: self.change - sum((r.total for r in self.rows), Fraction(0))} if rest else {})
            said = [f"{n}: {format_points(sum_, lang) if percent else format_signed(sum_, lang=lang)}" for n, sum_ in sums.items()]
            lines = [*said, *lines]
        return "\n".join(lines)

    def plot(self, *, most: int = 12, lang: Lang = "vi") -> Figure:
        """Return the contributions to the change of one value as a waterfall, of all groups also where the table has some of them.

        Args:
            most: how many groups are shown at most; the others are one step.
            lang: the language.

        Raises:
            CchcError: the table has several wholes, or the extra ``plot`` is not installed.
        """
        from cchc_metrics.plots.waterfall import waterfall  # noqa: PLC0415  drawing is loaded where something is drawn

        return waterfall(
            replace(self, rows=self._of_these), better=self.rows[0].better if self.rows else Better.NEITHER, most=most, lang=lang
        )

    @property
    def change(self) -> Fraction:
        """What all groups add up to, also where the table has some of them only; of a table of one whole, its change."""
        return sum((row.total for row in self._of_these), Fraction(0))

    @property
    def _of_these(self) -> tuple[Contribution, ...]:
        """All groups of the wholes of which the table has any."""
        if self.whole is None:
            return self.rows
        wholes = {(r.indicator, r.unit, r.period, r.breakdown, r.by) for r in self.rows}
        return tuple(r for r in self.whole if (r.indicator, r.unit, r.period, r.breakdown, r.by) in wholes)


_HEADINGS: Mapping[Lang, Mapping[str, str]] = {
    "vi": {
        "indicator": "chỉ tiêu",
        "unit": "đơn vị",
        "group": "nhóm",
        "group_name": "tên nhóm",
        "value": "kỳ này",
        "baseline_value": "kỳ gốc",
        "performance": "do kết quả",
        "mix": "do cơ cấu",
        "total": "đóng góp",
        "share": "tỷ trọng %",
        "reason": "ghi chú",
    },
    "en": {"group_name": "name", "value": "now", "baseline_value": "before", "share": "share %", "reason": "note"},
}


def _value(numerator: int, denominator: int | None, scale: Scale) -> Fraction | None:
    if denominator is None:
        return Fraction(numerator)
    return Fraction((100 if scale is Scale.PERCENT else 1) * numerator, denominator) if denominator else None
