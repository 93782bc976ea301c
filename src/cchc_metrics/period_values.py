"""What every answer about one period rests on: its values, those of its baseline and of the plan's periods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.errors import InputError
from cchc_metrics.plan import Plan
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.values import MeasureSource
from cchc_metrics.verbs.assess import Assessments, assess, plan_periods
from cchc_metrics.verbs.compare import Deltas, compare
from cchc_metrics.verbs.figures import one_each
from cchc_metrics.verbs.measures import Measures


@dataclass(frozen=True, slots=True, eq=False)
class PeriodValues:
    """The values of a period and of those that it is seen against.

    Args:
        period: the period.
        base: the period compared with.
        day: nothing later is known.
        measures: the values of every period that is needed.
        baseline: values of earlier periods from elsewhere, or None.
    """

    period: Period
    base: Period
    day: date
    measures: Measures
    baseline: MeasureSource | None

    def deltas(self, catalogue: Catalogue, units: UnitTree) -> Deltas:
        """Return the change of every value of the period; see ``compare``."""
        return compare(
            self.measures.filter(period=self.period),
            self.baseline or self.measures,
            units=units,
            baseline_period=self.base,
            definition_changes=catalogue.definition_changes(),
        )

    def assessments(self, plan: Plan, catalogue: Catalogue, units: UnitTree) -> Assessments:
        """Return where every target and task of a plan stands; see ``assess``. A baseline wins over the dataset's own earlier values."""
        own = self.measures
        earlier = own if self.baseline is None else one_each(Measures.of(self.baseline), units).followed_by(own)
        return assess(
            own,
            plan,
            units=units,
            as_of=self.day,
            baseline=earlier,
            catalogue=catalogue,
            definition_changes=catalogue.definition_changes(),
        )


def check_begun(period: Period, day: date) -> None:
    """Refuse a period that has not begun.

    Raises:
        InputError: names the day.
    """
    if period.first > day:
        raise InputError(
            f"kỳ {period.label} chưa bắt đầu vào ngày {day:%d/%m/%Y}; chọn --as-of muộn hơn",
            f"period {period.label} has not begun on {day}; choose a later --as-of",
        )


def periods_needed(period: Period, base: Period, as_of: date, plan: Plan | None) -> tuple[Period, ...]:
    """Return every period that a report reads: its own and the baseline's, the plan year and the year before, and elapsed windows."""
    wanted = [period, base]
    if period.last > as_of:
        window = period.until(as_of) if period.first <= as_of else period
        wanted += [window, window.year_earlier()]
    if plan is not None:
        wanted += plan_periods(plan, as_of)
    return tuple(dict.fromkeys(p for p in wanted if p.first <= as_of))
