"""The values that the verbs exchange: a measure, its status and scale. Frozen; exact; each says why it has no value when it has none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, Protocol, TypeVar, runtime_checkable

from cchc_metrics.errors import no_member
from cchc_metrics.reference.period import Period
from cchc_metrics.tables.numbers import format_count, format_decimal_exact, format_number, format_percent, plain
from cchc_metrics.text import Lang, Text

__all__ = [
    "REASONS", "Better", "Breakdown", "Measure", "MeasureSource", "Printed", "Restated", "Scale", "Status", "Text", "about", "join_reasons",
    "value_text", "worst",
]  # fmt: skip

T = TypeVar("T")


class Status(StrEnum):
    """Whether a value can be used, and if not why; ordered from best to worst.

    >>> Status("no_data") is Status.NO_DATA
    True
    """

    OK = "ok"
    ENTERED = "entered"
    ESTIMATED = "estimated"
    PERIOD_OPEN = "period_open"
    NOT_COMPARABLE = "not_comparable"
    ZERO_DENOMINATOR = "zero_denominator"
    NO_DATA = "no_data"
    NOT_APPLICABLE = "not_applicable"
    SUPPRESSED = "suppressed"  # the last one: what rests on a number that is not shown is not shown, whatever else stands against it

    @classmethod
    def _missing_(cls, value: object) -> Status:
        raise no_member(value, cls)

    @property
    def usable(self) -> bool:
        """Whether a value may stand beside this status: ok, entered, estimated and period_open carry one."""
        return self in (Status.OK, Status.ENTERED, Status.ESTIMATED, Status.PERIOD_OPEN)


_ORDER = {status: i for i, status in enumerate(Status)}


def worst(*statuses: Status) -> Status:
    """Return the worst of several statuses; derived values carry it. ``ok`` for none.

    >>> worst(Status.OK, Status.NO_DATA, Status.ESTIMATED).value
    'no_data'
    """
    return max(statuses, key=_ORDER.__getitem__, default=Status.OK)


class Scale(StrEnum):
    """The unit of a value.

    >>> [scale.value for scale in Scale][:3]
    ['percent', 'count', 'working_days']
    """

    PERCENT = "percent"
    COUNT = "count"
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    POINTS = "points"
    MEAN = "mean"


_UNIT = {
    Scale.WORKING_DAYS: (" ngày làm việc", " working days"),
    Scale.CALENDAR_DAYS: (" ngày", " days"),
    Scale.POINTS: (" điểm", " points"),
}


def value_text(value: Fraction, scale: Scale, lang: Lang = "vi") -> str:
    """Return a value as printed in its scale.

    >>> value_text(Fraction(9283, 100), Scale.PERCENT), value_text(Fraction(7, 2), Scale.WORKING_DAYS)
    ('92,83%', '3,5 ngày làm việc')
    """
    if scale is Scale.PERCENT:
        return format_percent(value, lang=lang)
    if scale is Scale.COUNT:
        return format_count(int(value), lang)
    vi, en = _UNIT.get(scale, ("", ""))
    return format_number(value, lang=lang) + (en if lang == "en" else vi)


Change = tuple[date, Text]
"""The first day of a new definition, and what changed."""
Changes = Change | tuple[Change, ...]
"""One change of a definition, or several, in any order."""


def each_change(changes: Changes | None) -> tuple[Change, ...]:
    """Return one change of a definition, several or none as a tuple, the earliest first.

    >>> each_change((date(2022, 6, 24), Text("mới", "new")))[0][0]
    datetime.date(2022, 6, 24)
    """
    several = () if not changes else (changes,) if isinstance(changes[0], date) else changes
    return tuple(sorted(several, key=lambda change: change[0]))


class Better(StrEnum):
    """Which way is better.

    >>> Better("lower") is Better.LOWER
    True
    """

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


Breakdown = tuple[tuple[str, str], ...]
"""Pairs of dimension and label, sorted by dimension: ``(("channel", "online"), ("level", "commune"))``; ``()`` for the total."""


def about(indicator: str, unit: str, breakdown: Breakdown) -> str:
    """Return what a value is about, in one cell.

    >>> about("resolved_on_time", "TM", (("level", "commune"),))
    'resolved_on_time · TM · level=commune'
    """
    return " · ".join(filter(None, (indicator, unit, *(f"{dim}={label}" for dim, label in breakdown))))


REASONS: Mapping[Status, Text] = {
    Status.OK: Text("", ""),
    Status.ENTERED: Text("nhập tay, không đếm từ hồ sơ", "entered by hand, not counted from records"),
    Status.ESTIMATED: Text("dựa trên số liệu hoặc lịch ước tính", "rests on estimated data or an estimated calendar"),
    Status.PERIOD_OPEN: Text("kỳ chưa kết thúc", "the period is not over"),
    Status.ZERO_DENOMINATOR: Text("mẫu số bằng 0", "the denominator is 0"),
    Status.NO_DATA: Text("không có số liệu", "no data"),
    Status.NOT_APPLICABLE: Text("không áp dụng", "not applicable"),
    Status.NOT_COMPARABLE: Text("không so sánh được", "not comparable"),
    Status.SUPPRESSED: Text("không công bố vì số nhỏ", "not published: small numbers"),
}


def join_reasons(*reasons: Text) -> Text:
    """Return several reasons as one, each once, separated by semicolons; empty ones vanish.

    >>> join_reasons(Text("a", "b"), Text(), Text("c", "d"))
    Text(vi='a; c', en='b; d')
    """
    given = [r for r in dict.fromkeys(reasons) if r.vi or r.en]
    return Text("; ".join(r.vi for r in given), "; ".join(r.en for r in given))


@dataclass(frozen=True, slots=True)
class Restated(Text):
    """A reason that says of a figure that it was restated: when, by whom, from what to what."""


@dataclass(frozen=True, slots=True)
class Printed(Text):
    """A reason that says of a figure that it is known as it was printed only.

    Args:
        within: half a unit of its last digit: the value lies so near to what was printed.
    """

    within: Fraction = Fraction(0)


UNSAID = Text("không có số liệu: các dòng không ghi", "no data: the rows do not say")
"""Why a measure without data has counts all the same: there are rows, but none says what it asks."""


@dataclass(frozen=True, slots=True)
class Measure:
    """The value of one indicator for one unit, period and breakdown.

    Args:
        indicator: indicator id.
        unit: unit code; the value covers the unit and everything below it, unless the breakdown names a ``level``.
        period: the period, with its exact first and last day.
        breakdown: see ``Breakdown``.
        as_of: the day on which the question was asked; nothing later is known.
        status: see ``Status``.
        numerator: for percent the numerator; for a mean the sum; for a count the count. None when there is no
            data, unless there are rows and none of them says what is asked.
        denominator: for percent the denominator; for a mean the number of cases; None for a count.
        scale: unit of ``value``.
        better: which way is better.
        reason: why the status is not ok, in both languages; empty for ok.
        excluded: what was left out of both counts and why: reason id → how many.
        formula, calendar: the ids of what the value rests on.
        rules: the id of the rules, with the days up to its own last one on which they changed: ``qd766@2026-08-05``.
        quantile: exact value that is not a quotient of the two counts (a median, or a rate that was published without its counts), in
            ``scale``; None otherwise.

    >>> from cchc_metrics.reference.period import Period
    >>> m = Measure("electronic_exchange", "TM", Period.parse("2021"), (), date(2021, 12, 31), Status.OK, 9283, 10000, Scale.PERCENT)
    >>> m.value
    Fraction(9283, 100)
    """

    indicator: str
    unit: str
    period: Period
    breakdown: Breakdown
    as_of: date
    status: Status
    numerator: int | None
    denominator: int | None
    scale: Scale
    better: Better = Better.HIGHER
    reason: Text = Text()  # noqa: RUF009  a frozen value
    excluded: Mapping[str, int] = field(default_factory=dict)
    formula: str = ""
    rules: str = ""
    calendar: str = ""
    quantile: Fraction | None = None

    @property
    def value(self) -> Fraction | None:
        """The exact value in ``scale`` (a percent is 0 to 100, never clamped), or None where there is none."""
        if not self.status.usable:
            return None
        if self.quantile is not None:
            return self.quantile
        if self.numerator is None:
            return None
        if self.denominator is None:
            return Fraction(self.numerator)
        if self.denominator == 0:
            return None
        factor = 100 if self.scale is Scale.PERCENT else 1
        return Fraction(self.numerator * factor, self.denominator)

    def value_or(self, default: T) -> Fraction | T:
        """Return the value, or the default where there is none."""
        value = self.value
        return default if value is None else value

    @property
    def key(self) -> tuple[str, str, str, Breakdown]:
        """What the measure is about: indicator, unit, period label, breakdown."""
        return (self.indicator, self.unit, self.period.label, self.breakdown)

    def to_dict(self, lang: str = "vi") -> dict[str, Any]:
        """Return the measure as JSON takes it, with its value: a decimal text, rounded half-up at the tenth digit where it goes on.

        Args:
            lang: the language of the reason, ``"vi"`` or ``"en"``.

        >>> from cchc_metrics.reference.period import Period
        >>> m = Measure("electronic_exchange", "TM", Period.parse("2021"), (), date(2021, 12, 31), Status.OK, 2, 3, Scale.PERCENT)
        >>> {key: m.to_dict()[key] for key in ("period", "status", "numerator", "denominator", "value", "scale")}
        {'period': '2021', 'status': 'ok', 'numerator': 2, 'denominator': 3, 'value': '66.6666666667', 'scale': 'percent'}
        """
        value = self.value
        return {
            "indicator": self.indicator,
            "unit": self.unit,
            "period": self.period.label,
            "first_day": self.period.first.isoformat(),
            "last_day": self.period.last.isoformat(),
            "breakdown": dict(self.breakdown),
            "as_of": self.as_of.isoformat(),
            "status": self.status.value,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "value": None if value is None else format_decimal_exact(value),
            "scale": self.scale.value,
            "better": self.better.value,
            "reason": self.reason.text(lang),
            "excluded": dict(self.excluded),
            "formula": self.formula,
            "rules": self.rules,
            "calendar": self.calendar,
        }

    def __str__(self) -> str:
        parts = [self.indicator, self.unit, *(f"{d}={v}" for d, v in self.breakdown), self.period.label]
        counts = "" if self.denominator is None else f" ({self.numerator}/{self.denominator})"
        value = self.value
        shown = self.status.value if value is None else f"{plain(value)} {self.scale.value}"
        return f"{' · '.join(parts)}: {shown}{counts}"


@runtime_checkable
class MeasureSource(Protocol):
    """Where measures are found: ``Measures``, a baseline file, or anything with these two methods."""

    def __iter__(self) -> Iterator[Measure]:
        """Go through every measure."""
        ...

    def get(self, indicator: str, unit: str, period: Period, breakdown: Breakdown = ()) -> Measure | None:
        """Return one measure, or None where there is none."""
        ...
