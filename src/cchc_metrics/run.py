"""The main job: a folder that was read becomes a report. Pure; reading and writing stand around it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.count.tally import Tally, tally
from cchc_metrics.errors import InputError
from cchc_metrics.plan import Plan
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.problems import Problems
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.report.model import Report
from cchc_metrics.score import Inputs, Scheme, Scorecard, inputs_from_measures, score_units
from cchc_metrics.values import Breakdown, Measure, MeasureSource, Text
from cchc_metrics.verbs.assess import assess, plan_periods
from cchc_metrics.verbs.compare import compare
from cchc_metrics.verbs.judge import Coverage
from cchc_metrics.verbs.measure import Measures, measure

_NO_PROBLEMS = Problems()
_NO_NOTE = Text()


@dataclass(frozen=True, slots=True)
class Dataset:
    """Everything that a run needs, already read.

    Args:
        unit: code of the unit that reports.
        units: the unit tree.
        columns: kind → valid rows.
        calendar, rules: how days and disputed points are counted.
        catalogue: the indicators.
        problems: what reading found.
        coverage: kind → days between which its records are complete.
        synthetic, note: printed with every output.
        counted: counts of kinds that are not in ``columns`` because they were counted part by part, over the periods of
            ``periods_needed``; None for none.
    """

    unit: str
    units: UnitTree
    columns: Mapping[str, Columns]
    calendar: Calendar
    rules: Rules
    catalogue: Catalogue
    problems: Problems = _NO_PROBLEMS
    coverage: Coverage | None = None
    synthetic: bool = False
    note: Text = _NO_NOTE
    counted: Tally | None = None

    def tally(self, periods: Iterable[Period], *, as_of: date, sets: Mapping[str, Collection[str]] | None = None) -> Tally:
        """Return the counts of every kind, those that were counted before among them.

        Args:
            periods: the periods to be measured.
            as_of: the day on which the question is asked.
            sets: sets of events to count → dimensions to keep, as for ``tally``.

        Raises:
            TallyMismatchError: kinds were counted before over other periods.
        """
        found = tally(self.columns, periods=periods, rules=self.rules, calendar=self.calendar, as_of=as_of, sets=sets)
        return found if self.counted is None else found + self.counted


def run(
    data: Dataset,
    *,
    period: Period,
    as_of: date,
    baseline_period: Period | None = None,
    plan: Plan | None = None,
    baseline: MeasureSource | None = None,
    scheme: Scheme | None = None,
    scores: Mapping[str, Inputs] | None = None,
) -> Report:
    """Return the report of one period.

    Args:
        data: what was read.
        period: the period reported on.
        as_of: the day on which the question is asked; a plan is assessed on this day.
        baseline_period: what to compare with; None for the same-named period one year earlier.
        plan: the plan to assess, of any year; None for none.
        baseline: measures of ``baseline_period`` from elsewhere (another folder, a published file), instead of the folder's own records.
            A plan's targets are compared with the folder's own records where it says nothing about the year that they name.

        scheme: a scoring scheme; None for none.
        scores: unit code → what the scheme is scored on beside the measures; what is given here wins over a measure.

    Raises:
        InputError: when the period has not begun on ``as_of``.
    """
    if period.first > as_of:
        raise InputError(
            f"kỳ {period.label} chưa bắt đầu vào ngày {as_of:%d/%m/%Y}; chọn --as-of muộn hơn",
            f"period {period.label} has not begun on {as_of}; choose a later --as-of",
        )
    base = baseline_period or period.year_earlier()
    periods = periods_needed(period, base, as_of, plan)
    sets = data.catalogue.event_sets()
    counted = data.tally(periods, as_of=as_of, sets=sets)
    measures = measure(
        counted,
        data.catalogue,
        units=data.units,
        periods=periods,
        as_of=as_of,
        coverage=data.coverage,
    )
    changes = data.catalogue.definition_changes()
    assessments = None
    if plan is not None:
        assessments = assess(
            measures,
            plan,
            units=data.units,
            as_of=as_of,
            baseline=measures if baseline is None else _Either(baseline, measures),
            catalogue=data.catalogue,
            definition_changes=changes,
        )
    return Report(
        unit=data.unit,
        units=data.units,
        period=period,
        baseline_period=base,
        as_of=as_of,
        rules=data.rules.id,
        calendar=data.calendar.id,
        catalogue=data.catalogue,
        measures=measures,
        deltas=compare(
            _of_period(measures, period), baseline or measures, units=data.units, baseline_period=base, definition_changes=changes
        ),
        plan=plan,
        assessments=assessments,
        scorecards={} if scheme is None else scorecards(measures, scheme, scores or {}, unit=data.unit, period=period),
        problems=data.problems,
        synthetic=data.synthetic,
        note=data.note,
    )


def scorecards(
    measures: MeasureSource,
    scheme: Scheme,
    scores: Mapping[str, Inputs],
    *,
    unit: str,
    period: Period,
) -> dict[str, Scorecard]:
    """Return the scorecard of each unit that scores are given for (of ``unit`` where none are); see ``score_inputs``."""
    return score_units(score_inputs(measures, scheme, scores, unit=unit, period=period), scheme)


def score_inputs(
    measures: MeasureSource,
    scheme: Scheme,
    scores: Mapping[str, Inputs],
    *,
    unit: str,
    period: Period,
) -> dict[str, Inputs]:
    """Return unit code → what it is scored on: given values, and measures for what the scheme takes from indicators and nobody gave."""
    inputs = {}
    for code, given in (scores or {unit: Inputs(unit=unit)}).items():
        measured = inputs_from_measures(measures, scheme.indicators, code, period)
        inputs[code] = replace(given, values={**measured.values, **given.values}, unit=code, year=given.year or period.year)
    return inputs


def periods_needed(period: Period, base: Period, as_of: date, plan: Plan | None) -> tuple[Period, ...]:
    """Return every period that a report reads: its own and the baseline's, the plan year and the year before, and elapsed windows."""
    wanted = [period, base]
    if period.last > as_of:
        window = period.until(as_of)
        wanted += [window, window.year_earlier()]
    if plan is not None:
        wanted += plan_periods(plan, as_of)
    return tuple(dict.fromkeys(p for p in wanted if p.first <= as_of))


@dataclass(frozen=True, slots=True, eq=False)
class _Either:
    """Measures of one source, and of a second where the first says nothing."""

    first: MeasureSource
    second: MeasureSource

    def __iter__(self) -> Iterator[Measure]:
        seen = {m.key for m in self.first}
        yield from self.first
        yield from (m for m in self.second if m.key not in seen)

    def get(self, indicator: str, unit: str, period: Period, breakdown: Breakdown = ()) -> Measure | None:
        """Return one measure, or None where neither has it."""
        found = self.first.get(indicator, unit, period, breakdown)
        return self.second.get(indicator, unit, period, breakdown) if found is None else found


def _of_period(measures: Measures, period: Period) -> Sequence[Measure]:
    return measures.filter(period=period)
