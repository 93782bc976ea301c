"""Loading a plan from TOML text: every mistake at once, a line each, with its place in the file and in both languages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cchc_metrics.errors import CchcError, MistakesError, suggestion
from cchc_metrics.plan.model import Milestone, Plan, Quota, Target, Task, key_of
from cchc_metrics.reference.unit import LEVEL_NAMES, UnitTree, level_exists
from cchc_metrics.values import Text

M = TypeVar("M", bound=BaseModel)
_Item = Target | Quota | Task

_TABLES: Mapping[str, type[_Item]] = {"targets": Target, "quotas": Quota, "tasks": Task}


class PlanError(MistakesError):
    """A plan that cannot be used: all its mistakes."""


def load_plan(
    text: str,
    *,
    file: str = "plan.toml",
    indicators: Collection[str] | None = None,
    units: UnitTree | None = None,
) -> Plan:
    """Return the plan that a TOML text describes; ``docs/plans.md`` has the keys.

    Args:
        text: the TOML: keys of ``Plan``, then ``[[targets]]``, ``[[quotas]]`` and ``[[tasks]]`` with the keys of their models.
        file: its name, for messages.
        indicators: the ids that targets may name (``catalogue.indicators``); None to accept any.
        units: the units that may be named; None to accept any.

    Raises:
        PlanError: lists every mistake, each with its place (``plan.toml:12: targets[2].indicator``) and,
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
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise PlanError(f"{file}: không phải TOML: {error}", f"{file}: not TOML: {error}") from None
    loader = _Loader(file, _Lines.of(text), indicators, units, [])
    plan = loader.load(data)
    if plan is None or loader.mistakes:
        raise PlanError("\n".join(m.vi for m in loader.mistakes), "\n".join(m.en for m in loader.mistakes))
    return plan


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines on which the tables of each kind begin."""

    by_key: Mapping[str, list[int]]

    @classmethod
    def of(cls, text: str) -> _Lines:
        found: dict[str, list[int]] = {}
        for number, line in enumerate(text.split("\n"), start=1):
            header = re.match(r"\s*\[\[\s*\"?(\w+)\"?\s*\]\]", line)
            if header:
                found.setdefault(header[1], []).append(number)
        return cls(found)

    def line(self, key: str, number: int, how_many: int) -> str:
        """Return ``":12"`` for the table with a number, ``""`` where tables and headers do not agree (inline tables)."""
        lines = self.by_key.get(key, [])
        return f":{lines[number - 1]}" if len(lines) == how_many else ""


@dataclass(slots=True)
class _Loader:
    file: str
    lines: _Lines
    indicators: Collection[str] | None
    units: UnitTree | None
    mistakes: list[Text]

    def load(self, data: Mapping[str, Any]) -> Plan | None:
        header = {key: value for key, value in data.items() if key not in _TABLES}
        plan = self._model(Plan, header, self.file, "")
        own = header.get("unit")
        if isinstance(own, str) and own:
            self._unit(f"{self.file}: unit", own)
        elif self.units is not None and not own and len(self.units.roots) != 1:
            self._say(
                f"{self.file}: unit",
                "cây đơn vị có nhiều gốc; ghi unit của kế hoạch",
                "the unit tree has several roots; give unit",
            )
        found: dict[str, list[Any]] = {key: [] for key in _TABLES}
        ids: list[tuple[str, str]] = []
        for key, model in _TABLES.items():
            tables = data.get(key, [])
            if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
                self._say(f"{self.file}: {key}", f"viết thành các bảng [[{key}]]", f"write it as tables [[{key}]]")
                continue
            for number, table in enumerate(tables, start=1):
                file = self.file + self.lines.line(key, number, len(tables))
                item = self._item(model, table, file, f"{key}[{number}]", plan)
                name = table.get("id") if item is None else key_of(item)
                ids += [(f"{file}: {key}[{number}]", name)] if isinstance(name, str) else []
                found[key] += [item] if item is not None else []
        self.mistakes += Plan.repeated(iter(ids))
        if plan is None or self.mistakes:
            return None
        return Plan.model_validate({**header, **found})

    def _item(self, model: type[_Item], table: Mapping[str, Any], file: str, place: str, plan: Plan | None) -> _Item | None:
        item = self._model(model, table, file, place)
        if model is Task:
            return item
        self._references(table, f"{file}: {place}", item, plan)
        if isinstance(item, (Target, Quota)) and plan is not None:
            for mistake in plan.misfits(item):
                self._say(f"{file}: {place}", mistake.vi, mistake.en)
        return item

    def _model(self, model: type[M], table: Mapping[str, Any], file: str, place: str) -> M | None:
        try:
            return model.model_validate(table)
        except ValidationError as error:
            for found in error.errors():
                where = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in found["loc"])
                keys = Milestone.model_fields if "milestones" in found["loc"] else model.model_fields
                said = _said(found, keys)
                self._say(f"{file}: {(place + where).removeprefix('.')}".removesuffix(": "), said.vi, said.en)
            return None

    def _references(self, table: Mapping[str, Any], place: str, item: object, plan: Plan | None) -> None:
        name = table.get("indicator", "outreach_activities")
        if self.indicators is not None and isinstance(name, str) and name not in self.indicators:
            vi, en = suggestion(name, self.indicators)
            self._say(f"{place}.indicator", f"không có chỉ tiêu «{name}»{vi}", f"there is no indicator «{name}»{en}")
        unit, several = table.get("unit"), table.get("units", [])
        known = not unit or (isinstance(unit, str) and self._unit(f"{place}.unit", unit))
        for number, code in enumerate(several if isinstance(several, list) else [], start=1):
            if isinstance(code, str):
                self._unit(f"{place}.units[{number}]", code)
        if self.units is None or plan is None or not known or not isinstance(item, (Target, Quota)):
            return
        due, within = plan.due_of(item), item.unit or plan.unit or self.units.roots[0]
        for key, level in (("level", item.level), ("each", item.each)):
            if level is None or within not in self.units:
                continue
            there = self.units.at_level(level, within=within, on=due)
            vi, en = LEVEL_NAMES[level]
            if not level_exists(level, due):
                self._say(f"{place}.{key}", f"{vi} không còn vào ngày {due:%d/%m/%Y}", f"there is no {en} on {due}")
            elif not there:
                self._say(f"{place}.{key}", f"«{within}» không có đơn vị {vi}", f"«{within}» has no unit on the {en}")
            elif key == "each" and isinstance(item, Target) and item.at_least is not None and item.at_least > len(there):
                self._say(f"{place}.at_least", f"chỉ có {len(there)} đơn vị {vi}", f"there are only {len(there)} units on the {en}")

    def _unit(self, place: str, code: str) -> bool:
        if self.units is None or code in self.units:
            return True
        vi, en = suggestion(code, self.units.codes)
        self._say(place, f"không có đơn vị «{code}»{vi}", f"there is no unit «{code}»{en}")
        return False

    def _say(self, place: str, vi: str, en: str) -> None:
        self.mistakes.append(Text(f"{place}: {vi}".replace("\n", " "), f"{place}: {en}".replace("\n", " ")))


def _said(found: Mapping[str, Any], keys: Collection[str]) -> Text:
    """Return one mistake that pydantic found, in both languages."""
    kind, value, context = found["type"], found["input"], found.get("ctx", {})
    own = context.get("error")
    if isinstance(own, CchcError):
        return Text(own.vi, own.en)
    if kind == "missing":
        return Text("thiếu", "missing")
    if kind == "extra_forbidden":
        vi, en = suggestion(str(found["loc"][-1]), keys)
        return Text(f"khóa lạ{vi}", f"unknown key{en}")
    if kind == "literal_error":
        options = tuple(re.findall(r"'([^']*)'", context["expected"]))
        # Signs have no near spelling: ">" is as near to "=>" as ">=" is, and means something else.
        vi, en = suggestion(str(value), options) if str(value).isidentifier() else ("", "")
        return Text(f"không có «{value}»; dùng {', '.join(options)}{vi}", f"there is no «{value}»; use {', '.join(options)}{en}")
    for beginning, vi, en in _WANTED:
        if kind.startswith(beginning):
            return Text(f"«{value}»: {vi}", f"«{value}»: {en}")
    return Text(f"«{value}»: {found['msg']}", f"«{value}»: {found['msg']}")


_WANTED = (
    ("date", "cần một ngày, ví dụ 2022-12-31", "a day is needed, as 2022-12-31"),
    ("int", "cần một số nguyên", "a whole number is needed"),
    ("greater_than_equal", "quá nhỏ", "too small"),
    ("less_than_equal", "quá lớn", "too big"),
    ("bool", "cần true hoặc false", "true or false is needed"),
    ("string_too_short", "không được trống", "must not be empty"),
    ("string", "cần một chuỗi trong ngoặc kép", "text in quotation marks is needed"),
    ("tuple", "cần một danh sách", "a list is needed"),
    ("model", "cần một bảng", "a table is needed"),
)
