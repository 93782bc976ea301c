"""Which days a target is about: the period measured, the due date, and the days compared with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from cchc_metrics.errors import CchcError
from cchc_metrics.plan import Plan, Target
from cchc_metrics.reference.period import Period, PeriodKind
from cchc_metrics.values import Text

_HOW_MANY: tuple[tuple[PeriodKind, int], ...] = (("half", 2), ("quarter", 4), ("nine_months", 1), ("month", 12))


@dataclass(frozen=True, slots=True)
class Window:
    """The days of a target, seen from a day.

    Args:
        period: what is measured.
        due: the day by which it must be reached.
        final: the last day that counts: the due date, or the period's last day where that is earlier.
        judged: the days that count, once they are over.
        over: whether the last day that counts has come.
        begun: whether the target is in force and its period has begun.
        not_begun: why not.
    """

    period: Period
    due: date
    final: date
    judged: Period
    over: bool
    begun: bool
    not_begun: Text

    @classmethod
    def of(cls, plan: Plan, target: Target, as_of: date) -> Window:
        """Return the days of a target of a plan."""
        period, due = plan.period_of(target), plan.due_of(target)
        final = min(due, period.last)
        judged = period if final == period.last else Period.custom(period.first, final)
        reason = Text()
        if period.first > as_of:
            reason = Text(f"kỳ bắt đầu ngày {period.first:%d/%m/%Y}", f"the period begins on {period.first}")
        elif target.valid_from is not None and target.valid_from > as_of:
            reason = Text(f"có hiệu lực từ {target.valid_from:%d/%m/%Y}", f"in force from {target.valid_from}")
        return cls(period, due, final, judged, as_of >= final, not reason.vi, reason)


def same_days(period: Period) -> Iterator[Period]:
    """Yield a period and then, for a custom one, the named ones of its year that have exactly its days.

    >>> [p.label for p in same_days(Period.custom(date(2022, 1, 1), date(2022, 6, 30)))]
    ['2022-01-01..2022-06-30', '2022-H1']
    """
    yield period
    if period.kind == "custom":
        yield from (named for named in _named(period.last.year) if (named.first, named.last) == (period.first, period.last))


def _named(year: int) -> Iterator[Period]:
    for regime in ("calendar", "nd09"):
        for kind, many in _HOW_MANY:
            for number in range(1, many + 1):
                try:
                    yield Period.of(kind, year, number, regime)
                except CchcError:  # a year that periods do not know
                    return


def baseline_window(target: Target, period: Period, days: Period) -> Period:
    """Return the days of the baseline that stand for some days of a target's period.

    Args:
        target: for the baseline that it names; without one, the period one year earlier.
        period: what the target measures.
        days: the period itself, or days of it from its first on.
    """
    if not target.baseline:
        return days.year_earlier()
    named = Period.parse(target.baseline)
    if days == period:
        return named
    earlier = period
    for _ in range(max(0, period.year - named.year)):
        earlier, days = earlier.year_earlier(), days.year_earlier()
    # Part of a period that is named otherwise (a quarter against a year) has no counterpart: the whole is given, and found unlike.
    return days if earlier == named else named
