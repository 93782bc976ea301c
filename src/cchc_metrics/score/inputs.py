"""The inputs of one unit: what was measured, self-assessed, appraised and surveyed; from TOML text or from measures."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from cchc_metrics.errors import CchcError, InputError, suggestion
from cchc_metrics.plan.fields import exact
from cchc_metrics.reference.period import Period
from cchc_metrics.score.facts import Absent, Given, Ratio, Value, kind_of, wanted
from cchc_metrics.score.scheme import Component, Scheme, Way
from cchc_metrics.tables.numbers import exact_text
from cchc_metrics.values import Breakdown, MeasureSource, Status, Text


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of one unit.

    A self-assessed, appraised or surveyed reading uses its own values, and ``values`` for what it has none of its own.

    Args:
        values: input name → what was measured or is a plain fact.
        self_assessed, appraised, surveyed: the same as each of them sees it; or points, ``Given``, under a criterion's id.
        survey_held: whether a survey was held.
        unit: unit code.
        year: the year that is scored.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    self_assessed: Mapping[str, Value] = field(default_factory=dict)
    appraised: Mapping[str, Value] = field(default_factory=dict)
    surveyed: Mapping[str, Value] = field(default_factory=dict)
    survey_held: bool = True
    unit: str = ""
    year: int | None = None

    def own(self, way: Way) -> Mapping[str, Value]:
        """Return what one way gives itself."""
        return {"measured": self.values, "self": self.self_assessed, "appraised": self.appraised, "surveyed": self.surveyed}[way]

    def all(self, way: Way) -> Mapping[str, Value]:
        """Return what a reading of one way uses."""
        return self.values if way == "measured" else {**self.values, **self.own(way)}


def inputs_of(inputs: Inputs | Mapping[str, Value]) -> Inputs:
    """Return inputs as they are; of a plain mapping, inputs with these values."""
    return inputs if isinstance(inputs, Inputs) else Inputs(inputs)


def load_inputs(text: str, *, file: str = "inputs.toml") -> Inputs:
    r"""Return the inputs that a TOML text describes.

    Args:
        text: ``unit``, ``year``, ``survey_held`` and the tables ``[values]``, ``[self]``, ``[appraised]``, ``[surveyed]``. A value is a
            number (``92.83``; ``"92,83"`` is text and so a label), counts (``{ numerator = 1, denominator = 2 }``, with ``excluded`` and
            ``evidence``), true or false, a text, a date, ``{ points = 1.5, note = "…" }``, ``{ status = "not_applicable", reason = "…" }``.
        file: its name, for messages.

    Raises:
        InputError: lists every mistake with its place.

    >>> load_inputs('[values]\non_time = { numerator = 9, denominator = 10 }').values["on_time"]
    Ratio(numerator=9, denominator=10, excluded=0, evidence='')
    """
    mistakes: list[Text] = []
    found = _inputs(_parsed(text, file), file, mistakes)
    _raise(mistakes)
    return found


def load_unit_inputs(text: str, *, file: str = "inputs.toml") -> dict[str, Inputs]:
    r"""Return the inputs of several units: ``[[units]]`` tables, each as for ``load_inputs``.

    Args:
        text: the TOML; ``year`` and ``survey_held`` above the tables hold for all.
        file: its name, for messages.

    Raises:
        InputError: lists every mistake with its place.

    >>> sorted(load_unit_inputs('[[units]]\nunit = "A"\n[[units]]\nunit = "B"'))
    ['A', 'B']
    """
    mistakes: list[Text] = []
    data = _parsed(text, file)
    shared = {key: value for key, value in data.items() if key in ("year", "survey_held")}
    _unknown(data, ("year", "survey_held", "units"), file, mistakes)
    found: dict[str, Inputs] = {}
    tables = data.get("units", [])
    if not isinstance(tables, list):
        mistakes.append(Text(f"{file}: units: viết thành các bảng [[units]]", f"{file}: units: write it as tables [[units]]"))
        tables = []
    for number, table in enumerate(tables, start=1):
        place = f"{file}: units[{number}]"
        inputs = _inputs({**shared, **table}, place, mistakes) if isinstance(table, dict) else Inputs()
        if not inputs.unit or inputs.unit in found:
            mistakes.append(Text(f"{place}.unit: thiếu hoặc trùng", f"{place}.unit: missing or named twice"))
        found[inputs.unit] = inputs
    _raise(mistakes)
    return found


def inputs_from_measures(
    measures: MeasureSource,
    mapping: Mapping[str, str | tuple[str, Breakdown]],
    unit: str,
    period: Period,
) -> Inputs:
    """Return inputs that are measures: each carries its counts, its status and why it has no value when it has none.

    Args:
        measures: what ``measure`` returned, or a baseline.
        mapping: input name → indicator id, or indicator id and breakdown; ``scheme.indicators`` is such a mapping.
        unit: unit code.
        period: the period; its year is the year that is scored.
    """
    values: dict[str, Value] = {}
    for name, wanted_one in mapping.items():
        indicator, breakdown = (wanted_one, ()) if isinstance(wanted_one, str) else wanted_one
        found = measures.get(indicator, unit, period, breakdown)
        if found is None:
            reason = Text(f"không có «{indicator}» của «{unit}», {period.label}", f"no «{indicator}» of «{unit}», {period.label}")
            values[name] = Absent(Status.NO_DATA, reason)
        else:
            values[name] = found
    return Inputs(values, unit=unit, year=period.year)


def check_inputs(inputs: Inputs, scheme: Scheme, *, allow_unused: bool = False) -> list[Text]:
    """Return every input that the scheme cannot use: an unknown name, the wrong kind, an unknown label, points out of bounds.

    Args:
        inputs: the inputs.
        scheme: the scheme.
        allow_unused: accept names that no rule reads.
    """
    needs = scheme.needs()
    items = {item.id: item for _, item in scheme.items()}
    may_exclude = {need.name for leaf in scheme.leaves() if leaf.component.exclusions for need in leaf.component.needs()}
    mistakes: list[Text] = []

    def say(place: str, vi: str, en: str) -> None:
        mistakes.append(Text(f"{place}: {vi}", f"{place}: {en}"))

    for key, values in (
        ("values", inputs.values),
        ("self", inputs.self_assessed),
        ("appraised", inputs.appraised),
        ("surveyed", inputs.surveyed),
    ):
        for name, value in values.items():
            place = f"{key}.{name}"
            if name not in needs and name not in items:
                if not allow_unused:
                    vi, en = suggestion(name, [*needs, *items])
                    say(place, f"không tiêu chí nào dùng{vi}", f"no criterion reads it{en}")
                continue
            try:
                kind = kind_of(value)
            except CchcError as error:
                say(place, error.vi, error.en)
                continue
            if isinstance(value, Given):
                item = items.get(name)
                if not isinstance(item, Component):
                    say(place, "điểm phải đặt dưới mã của tiêu chí", "points go under the id of a criterion")
                elif not item.may_have(value.points):
                    points = exact_text(value.points)
                    say(place, f"{points} điểm ngoài giới hạn của tiêu chí", f"{points} points are outside what the criterion can have")
                continue
            for need in needs.get(name, ()):
                if kind not in (None, need.kind) and not (need.kind == "day" and value is False):
                    vi, en = wanted(need.kind)
                    say(place, f"cần {vi}", f"{en} is needed")
                elif need.labels and isinstance(value, str) and value not in need.labels:
                    vi, en = suggestion(value, need.labels)
                    say(place, f"không có mức «{value}»{vi}", f"there is no level «{value}»{en}")
            if isinstance(value, Ratio) and value.excluded and name not in may_exclude:
                say(place, "tiêu chí không cho loại trừ", "the criterion allows no exclusions")
    return list(dict.fromkeys(mistakes))


def _parsed(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{file}: không phải TOML: {error}", f"{file}: not TOML: {error}") from None


_PLAIN: Mapping[str, tuple[type, str, str]] = {
    "unit": (str, "một chuỗi", "a text"),
    "year": (int, "một số nguyên", "a whole number"),
    "survey_held": (bool, "true hoặc false", "true or false"),
}
_WAY_KEYS = ("values", "self", "appraised", "surveyed")


def _inputs(data: Mapping[str, Any], place: str, mistakes: list[Text]) -> Inputs:
    _unknown(data, (*_PLAIN, *_WAY_KEYS), place, mistakes)
    plain: dict[str, Any] = {}
    for key, (kind, vi, en) in _PLAIN.items():
        if key in data and not (isinstance(data[key], kind) and (kind is bool or not isinstance(data[key], bool))):
            mistakes.append(Text(f"{place}: {key}: cần {vi}", f"{place}: {key}: {en} is needed"))
        elif key in data:
            plain[key] = data[key]
    ways: list[Mapping[str, Value]] = []
    for key in _WAY_KEYS:
        table = data.get(key, {})
        if not isinstance(table, dict):
            mistakes.append(Text(f"{place}: {key}: cần một bảng", f"{place}: {key}: a table is needed"))
            table = {}
        ways.append(dict(_values(table, f"{place}: {key}", mistakes)))
    measured, own, appraised, surveyed = ways
    return Inputs(measured, own, appraised, surveyed, **plain)


def _values(table: Mapping[str, Any], place: str, mistakes: list[Text]) -> Iterator[tuple[str, Value]]:
    for name, value in table.items():
        try:
            yield name, _value(value)
        except CchcError as error:
            mistakes.append(Text(f"{place}.{name}: {error.vi}", f"{place}.{name}: {error.en}"))


def _value(value: object) -> Value:
    if isinstance(value, dict):
        return _from_table(value)
    if isinstance(value, Decimal):
        return exact(value)
    if isinstance(value, (bool, int, str, date)):
        return value
    raise CchcError(f"không dùng được «{value}»", f"«{value}» cannot be used")


def _from_table(table: Mapping[str, Any]) -> Value:
    for keys in (("numerator", "denominator", "excluded", "evidence"), ("points", "note"), ("status", "reason", "reason_en")):
        if keys[0] not in table:
            continue
        wrong = [key for key in table if key not in keys]
        if wrong:
            vi, en = suggestion(wrong[0], keys)
            raise CchcError(f"khóa lạ «{wrong[0]}»{vi}", f"unknown key «{wrong[0]}»{en}")
        if keys[0] == "numerator":
            return Ratio(
                _count(table, "numerator"),
                _count(table, "denominator") if "denominator" in table else None,
                _count(table, "excluded") if "excluded" in table else 0,
                str(table.get("evidence", "")),
            )
        if keys[0] == "points":
            return Given(exact(table["points"]), str(table.get("note", "")))
        if table["status"] not in list(Status):
            vi, en = suggestion(str(table["status"]), Status)
            raise CchcError(f"không có trạng thái «{table['status']}»{vi}", f"there is no status «{table['status']}»{en}")
        reason = str(table.get("reason", ""))
        return Absent(Status(table["status"]), Text(reason, str(table.get("reason_en", reason))))
    raise CchcError("bảng cần numerator, points hoặc status", "a table needs numerator, points or status")


def _count(table: Mapping[str, Any], key: str) -> int:
    value = table[key]
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise CchcError(f"{key}: cần một số nguyên", f"{key}: a whole number is needed")


def _unknown(data: Mapping[str, Any], keys: tuple[str, ...], place: str, mistakes: list[Text]) -> None:
    for key in data:
        if key not in keys:
            vi, en = suggestion(key, keys)
            mistakes.append(Text(f"{place}: {key}: khóa lạ{vi}", f"{place}: {key}: unknown key{en}"))


def _raise(mistakes: list[Text]) -> None:
    if mistakes:
        raise InputError("; ".join(m.vi for m in mistakes), "; ".join(m.en for m in mistakes))
