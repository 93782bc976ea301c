"""Loading a plan from TOML: every mistake at once, a line each, with its place in the file and in both languages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cchc_metrics.arguments import public
from cchc_metrics.catalogue.model import Indicator
from cchc_metrics.declared import Mistakes, source_of
from cchc_metrics.declared.lines import Path
from cchc_metrics.errors import MistakesError
from cchc_metrics.plan.model import Plan, Quota, Target, Task, key_of, repeated
from cchc_metrics.reference.unit import LEVEL_NAMES, UnitTree, level_exists
from cchc_metrics.values import Scale

_Item = Target | Quota | Task

_TABLES: Mapping[str, type[_Item]] = {"targets": Target, "quotas": Quota, "tasks": Task}


class PlanError(MistakesError):
    """A plan that cannot be used: all its mistakes."""

    code = "plan"


@public
def load_plan(
    text: str | bytes | Mapping[str, Any],
    *,
    file: str = "plan.toml",
    indicators: Collection[str] | None = None,
    units: UnitTree | None = None,
) -> Plan:
    """Return the plan that a TOML text describes; ``docs/plans.md`` has the keys.

    Args:
        text: the TOML, as text or as the file's bytes: keys of ``Plan``, then ``[[targets]]``, ``[[quotas]]`` and ``[[tasks]]`` with the
            keys of their models. Or the same as data, as JSON gives it.
        file: its name, for messages.
        indicators: the ids that targets may name; None to accept any. With ``catalogue.indicators`` a percent target of 1 or less, such as
            0,95, is doubted.
        units: the units that may be named; None to accept any.

    Raises:
        PlanError: lists every mistake, each with its place (``plan.toml:12: targets[2] «on-time».indicator``) and,
            for a mistyped name, the nearest one.

    >>> plan = load_plan('''
    ... number = "01/KH-UBND"
    ... issued_on = 2022-01-04
    ... issuer = "UBND xã"
    ... year = 2022
    ...
    ... [[targets]]
    ... id = "on-time"
    ... indicator = "resolved_on_time"
    ... comparator = ">="
    ... value = 99.5
    ... ''')
    >>> plan.targets[0].value, plan.due_of(plan.targets[0])
    (Fraction(199, 2), datetime.date(2022, 12, 31))
    """
    mistakes = Mistakes(source_of(text, file, error=PlanError))
    plan = _Checks(mistakes, indicators, units).plan(mistakes.source.data)
    mistakes.raise_if_any()
    assert plan is not None  # noqa: S101  without mistakes there is one
    return plan


@dataclass(frozen=True, slots=True)
class _Checks:
    mistakes: Mistakes
    indicators: Collection[str] | None
    units: UnitTree | None

    def plan(self, data: Mapping[str, Any]) -> Plan | None:
        header = {key: value for key, value in data.items() if key not in _TABLES}
        plan = self.mistakes.model(Plan, header)
        own = header.get("unit")
        if own:
            self._unit(("unit",), own)
        elif self.units is not None and len(self.units.roots) != 1:
            self.mistakes.say(
                ("unit",), "danh mục đơn vị có nhiều gốc; ghi unit của kế hoạch", "the unit tree has several roots; give unit"
            )
        found: dict[str, list[Any]] = {key: [] for key in _TABLES}
        ids: list[tuple[Path, str]] = []
        for key, model in _TABLES.items():
            for path, table in self.mistakes.tables(key):
                item = self._item(model, table, path, plan)
                name = table.get("id") if item is None else key_of(item)
                ids += [(path, name)] if isinstance(name, str) else []
                found[key].append(item)
        for path, twice in repeated(ids):
            self.mistakes.say(path, twice.vi, twice.en)
        return None if plan is None or self.mistakes else Plan.model_validate({**header, **found})

    def _item(self, model: type[_Item], table: Mapping[str, Any], path: Path, plan: Plan | None) -> _Item | None:
        item: _Item | None = self.mistakes.model(model, table, path)
        if model is Task:
            return item
        self._references(table, path, item, plan)
        if isinstance(item, (Target, Quota)) and plan is not None:
            for tail, misfit in plan.misfits(item):
                self.mistakes.say((*path, *tail), misfit.vi, misfit.en)
        if isinstance(item, Target):
            for tail, doubt in item.doubts(self._scale(item.indicator)):
                self.mistakes.say((*path, *tail), doubt.vi, doubt.en)
        return item

    def _scale(self, indicator: str) -> Scale | None:
        """Return the scale of an indicator, where the indicators were given with their definitions."""
        found = self.indicators.get(indicator) if isinstance(self.indicators, Mapping) else None
        return found.scale if isinstance(found, Indicator) else None

    def _references(self, table: Mapping[str, Any], path: Path, item: object, plan: Plan | None) -> None:
        name = table.get("indicator", "outreach_activities")
        if self.indicators is not None and isinstance(name, str):
            self.mistakes.missing_name((*path, "indicator"), name, self.indicators, "chỉ tiêu", "indicator")
        unit, several = table.get("unit"), table.get("units", [])
        known = not unit or self._unit((*path, "unit"), unit)
        for number, code in enumerate(several if isinstance(several, list) else []):
            self._unit((*path, "units", number), code)
        if self.units is None or plan is None or not known or not isinstance(item, (Target, Quota)):
            return
        due, within = plan.due_of(item), item.unit or plan.unit or self.units.roots[0]
        for key, level in (("level", item.level), ("each", item.each)):
            if level is None or within not in self.units:
                continue
            there = self.units.at_level(level, within=within, on=due)
            vi, en = LEVEL_NAMES[level]
            if not level_exists(level, due):
                self.mistakes.say((*path, key), f"{vi} không còn vào ngày {due:%d/%m/%Y}", f"there is no {en} on {due}")
            elif not there:
                self.mistakes.say((*path, key), f"«{within}» không có đơn vị {vi}", f"«{within}» has no unit on the {en}")
            elif key == "each" and isinstance(item, Target) and item.at_least is not None and item.at_least > len(there):
                vi, en = f"chỉ có {len(there)} đơn vị {vi}", f"there are only {len(there)} units on the {en}"
                self.mistakes.say((*path, "at_least"), vi, en)

    def _unit(self, path: Path, code: object) -> bool:
        """Return whether a unit may be named; what is no text is the model's mistake and not an unknown unit."""
        if self.units is None or not isinstance(code, str):
            return isinstance(code, str)
        return not self.mistakes.missing_name(path, code, self.units.codes, "đơn vị", "unit")
