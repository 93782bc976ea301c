"""The verb: a plan compared with measures on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from cchc_metrics.arguments import public
from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.plan import Plan, Target
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.values import Measure, Text, each_change
from cchc_metrics.verbs.assess.model import Assessments, ItemKind
from cchc_metrics.verbs.assess.targets import TargetJudge
from cchc_metrics.verbs.assess.tasks import assess_task
from cchc_metrics.verbs.assess.windows import Window, baseline_window
from cchc_metrics.verbs.baseline import BaselineFinder, DefinitionChanges, Shares, known_changes
from cchc_metrics.verbs.measures import as_source


@public
def assess(
    measures: Iterable[Measure],
    plan: Plan,
    *,
    units: UnitTree,
    as_of: date,
    baseline: Iterable[Measure] | None = None,
    catalogue: Catalogue | None = None,
    nouns: Mapping[str, Text] | None = None,
    shares: Shares | None = None,
    definition_changes: DefinitionChanges | None = None,
) -> Assessments:
    """Return where every target, quota and task of a plan stands on a day. Values are compared exactly, never after rounding.

    Once the due date has come a target is met or not met; what happens later does not count. Before it:

    - a count that only grows and satisfies ``>=`` or ``>`` already is met; below that it is on track when it is at least the share of
      the target that the path asks for by now (an even pace, or the baseline's), else at risk; under a ceiling it is on track while it
      is at most that share;
    - a rate, a mean or a stock is on track when it satisfies the target as it stands, else at risk; it is never met before the due
      date, because it can fall again;
    - with milestones the last one that has passed decides, and before the first a target is not due unless it is satisfied;
    - it is not due before its period begins or the target is in force.

    A target without a value (0/0, no data, no baseline, data that stop before the due date or go beyond ``as_of``) cannot be judged, and
    the reason says why. A target whose force ended before its due date is left out.

    Args:
        measures: the values, for the periods that ``plan_periods`` names.
        plan: the plan.
        units: the unit tree.
        as_of: the day on which the question is asked; nothing later is known.
        baseline: values of earlier periods, for increases; None for ``measures`` itself.
        catalogue: for names, nouns, and whether a count is a flow or a stock; without it every count is taken for a flow.
        nouns: indicator → what one in its numerator is called ("hồ sơ đúng hạn"); wins over the catalogue.
        shares: of units that were split, as in ``compare``.
        definition_changes: as in ``compare``; None for those of the catalogue, else those that the measures carry. One that lies after
            ``as_of`` is not known yet.

    Returns:
        One assessment for each target, quota and task, in that order; those of several units hold the units' own as parts.

    Raises:
        UnknownUnitError: the plan names a unit that is not in the tree.
        CatalogueError: the plan names no unit and the tree has several roots.

    >>> import cchc_metrics as cm
    >>> units = [{"code": "MA", "name": "Mỹ An", "level": "commune"}]
    >>> row = {"unit_code": "MA", "kind": "họp UBND"}
    >>> rows = [
    ...     {**row, "meeting_id": 1, "held_on": "05/01/2020", "paperless": "không"},
    ...     {**row, "meeting_id": 2, "held_on": "06/01/2021", "paperless": "có"},
    ... ]
    >>> data = cm.Dataset(units=units, meetings=rows)
    >>> plan = cm.load_plan('''
    ... number = "01/KH-UBND"
    ... issued_on = 2021-01-04
    ... issuer = "UBND xã"
    ... year = 2021
    ...
    ... [[targets]]
    ... id = "paperless"
    ... indicator = "paperless_meetings"
    ... comparator = ">="
    ... value = 80
    ... ''')
    >>> found = assess(data.measures("2021"), plan, units=data.units, as_of=date(2022, 1, 4))
    >>> [(each.target, each.verdict.value) for each in found]
    [('paperless', 'met')]
    """
    source = as_source(measures)
    changes = definition_changes
    if changes is None:
        changes = known_changes(source) if catalogue is None else catalogue.definition_changes()
    known = {name: tuple(change for change in each_change(of) if change[0] <= as_of) for name, of in changes.items()}
    finder = BaselineFinder.over(baseline if baseline is not None else source, units, shares, known)
    judge = TargetJudge(source, plan, units, as_of, finder, catalogue, nouns or {})
    found = [judge.judge(target, kind) for target, kind in _wanted(plan, as_of)]
    tasks = [assess_task(task, judge.unit_of(""), as_of) for task in plan.tasks]
    about = {one.unit for item in (*found, *tasks) for one in (item, *item.parts)}
    return Assessments((*found, *tasks), as_of, names={code: units.called(code) for code in units.codes if code in about})


def plan_periods(plan: Plan, as_of: date) -> tuple[Period, ...]:
    """Return every period whose measures ``assess`` reads on a day: those of the targets, due windows, baselines and elapsed windows.

    Args:
        plan: the plan.
        as_of: the day; periods that begin later are left out.

    >>> plan = Plan(number="1/KH-UBND", issued_on="2022-01-01", issuer="UBND", year=2022, targets=[
    ...     {"id": "a", "indicator": "dossiers_postal", "value": 10, "against": "increase_percent", "due": "2022-06-30"}])
    >>> [p.label for p in plan_periods(plan, date(2022, 3, 31))]
    ['2022', '2021-01-01..2021-06-30']
    >>> [p.label for p in plan_periods(plan, date(2022, 7, 31))]
    ['2022-01-01..2022-06-30', '2021-01-01..2021-06-30']
    """
    found: list[Period] = []
    for target, _ in _wanted(plan, as_of):
        window = Window.of(plan, target, as_of)
        if window.period.first > as_of:
            continue
        found.append(window.judged if window.over else window.period)
        seasonal = target.path == "seasonal" and not window.over
        if target.against != "absolute" or seasonal:
            found.append(baseline_window(target, window.period, window.judged))
        if seasonal:
            found.append(baseline_window(target, window.period, Period.custom(window.period.first, as_of)))
    return tuple(dict.fromkeys(found))


def _wanted(plan: Plan, as_of: date) -> list[tuple[Target, ItemKind]]:
    items: list[tuple[Target, ItemKind]] = [(target, "target") for target in plan.targets]
    items += [(quota.target, "quota") for quota in plan.quotas]
    return [(t, kind) for t, kind in items if t.valid_to is None or as_of <= t.valid_to or plan.due_of(t) <= t.valid_to]
