"""The inputs of one unit: what was measured, self-assessed, appraised and surveyed; from TOML text or from measures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, PlainValidator

from cchc_metrics.arguments import public
from cchc_metrics.declared import DeclaredModel, MisfitError, Mistakes, exact, parse_toml
from cchc_metrics.declared.mistakes import short
from cchc_metrics.errors import CchcError, suggestion
from cchc_metrics.reference.period import Period
from cchc_metrics.score.facts import Absent, GivenPoints, Ratio, Value, kind_of, wanted
from cchc_metrics.score.scheme import Component, Scheme, Way
from cchc_metrics.tables.numbers import exact_text
from cchc_metrics.values import Breakdown, MeasureSource, Status, Text


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of one unit.

    A self-assessed, appraised or surveyed reading uses its own values, and ``values`` for what it has none of its own.

    Args:
        values: input name → what was measured or is a plain fact.
        self_assessed, appraised, surveyed: the same as each of them sees it; or points, ``GivenPoints``, under a criterion's id.
        survey_held: whether a survey was held.
        unit: unit code.
        year: the year that is scored.

    >>> Inputs({"2.1": 98}, unit="MA", year=2021).own("measured")
    {'2.1': 98}
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


def load_inputs(text: str | bytes, *, file: str = "inputs.toml") -> Inputs:
    r"""Return the inputs that a TOML text describes.

    Args:
        text: ``unit``, ``year``, ``survey_held`` and the tables ``[values]``, ``[self]``, ``[appraised]``, ``[surveyed]``. A value is a
            number (``92.83``; ``"92,83"`` is text and so a label), counts (``{ numerator = 1, denominator = 2 }``, with ``excluded`` and
            ``evidence``), true or false, a text, a date, ``{ points = 1.5, note = "…" }``, ``{ status = "not_applicable", reason = "…" }``.
        file: its name, for messages.

    Raises:
        MistakesError: lists every mistake with its place.

    >>> load_inputs('[values]\non_time = { numerator = 9, denominator = 10 }').values["on_time"]
    Ratio(numerator=9, denominator=10, excluded=0, evidence='')
    """
    mistakes = Mistakes(parse_toml(text, file))
    found = mistakes.model(_InputsTable, mistakes.source.data)
    mistakes.raise_if_any()
    assert found is not None  # noqa: S101  without mistakes there is one
    return found.inputs()


def load_unit_inputs(text: str | bytes, *, file: str = "inputs.toml") -> dict[str, Inputs]:
    r"""Return the inputs of several units: ``[[units]]`` tables, each as for ``load_inputs``.

    Args:
        text: the TOML, as text or as the file's bytes; ``year`` and ``survey_held`` above the tables hold for all.
        file: its name, for messages.

    Raises:
        MistakesError: lists every mistake with its place.

    >>> sorted(load_unit_inputs('[[units]]\nunit = "A"\n[[units]]\nunit = "B"'))
    ['A', 'B']
    """
    return _unit_inputs(Mistakes(parse_toml(text, file)))


def load_scores(text: str | bytes, *, file: str = "scores.toml", unit: str = "") -> dict[str, Inputs]:
    r"""Return unit code → inputs of a file that has either the tables ``[[units]]`` or the inputs of one unit.

    Args:
        text: the TOML, for ``load_unit_inputs`` or ``load_inputs``.
        file: its name, for messages.
        unit: the unit code where the file does not say it.

    Raises:
        MistakesError: lists every mistake with its place.

    >>> sorted(load_scores('[values]\n"2.1" = 5', unit="TM"))
    ['TM']
    """
    source = parse_toml(text, file)
    if "units" in source.data:
        return _unit_inputs(Mistakes(source))
    found = load_inputs(source.text, file=file)
    return {found.unit or unit: found}


def _unit_inputs(mistakes: Mistakes) -> dict[str, Inputs]:
    data = mistakes.source.data
    mistakes.unknown((), data, ("year", "survey_held", "units"))
    shared = {key: value for key, value in data.items() if key in ("year", "survey_held")}
    mistakes.model(_InputsTable, shared)
    found: dict[str, Inputs] = {}
    for path, table in mistakes.tables("units"):
        code = table.get("unit")
        if not isinstance(code, str) or not code or code in found:
            mistakes.say((*path, "unit"), "thiếu hoặc trùng", "missing or named twice")
        inputs = mistakes.model(_InputsTable, {**shared, **table}, path)
        if isinstance(code, str):
            found[code] = Inputs() if inputs is None else inputs.inputs()
    mistakes.raise_if_any()
    return found


@public
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

    >>> import cchc_metrics as cm
    >>> units = [{"code": "MA", "name": "Mỹ An", "level": "commune"}]
    >>> row = {"unit_code": "MA", "kind": "họp UBND"}
    >>> rows = [
    ...     {**row, "meeting_id": 1, "held_on": "05/01/2020", "paperless": "không"},
    ...     {**row, "meeting_id": 2, "held_on": "06/01/2021", "paperless": "có"},
    ... ]
    >>> data = cm.Dataset(units=units, meetings=rows)
    >>> found = inputs_from_measures(data.measures("2021"), {"4.1": "paperless_meetings"}, "MA", Period.parse("2021"))
    >>> found.values["4.1"].numerator, found.values["4.1"].denominator
    (1, 1)
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
            if isinstance(value, GivenPoints):
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


def _value(value: object) -> Value:
    if isinstance(value, dict):
        return _from_table(value)
    if isinstance(value, Decimal):
        return exact(value)
    if isinstance(value, (bool, int, str, date)):
        return value
    raise CchcError(f"không dùng được «{short(value)}»", f"«{short(value)}» cannot be used")


_FORMS = (("numerator", "denominator", "excluded", "evidence"), ("points", "note"), ("status", "reason", "reason_en"))


def _from_table(table: Mapping[str, Any]) -> Value:
    keys = next((keys for keys in _FORMS if keys[0] in table), None)
    if keys is None:
        raise CchcError("bảng cần numerator, points hoặc status", "a table needs numerator, points or status")
    wrong = [((key,), text) for key in table for text in _wrong_in(table, key, keys)]
    if wrong:
        raise MisfitError(wrong)
    if keys[0] == "numerator":
        return Ratio(table["numerator"], table.get("denominator"), table.get("excluded", 0), table.get("evidence", ""))
    if keys[0] == "points":
        return GivenPoints(exact(table["points"]), table.get("note", ""))
    reason = table.get("reason", "")
    return Absent(Status(table["status"]), Text(reason, table.get("reason_en", reason)))


def _wrong_in(table: Mapping[str, Any], key: str, keys: tuple[str, ...]) -> Iterator[Text]:
    value = table[key]
    if key not in keys:
        vi, en = suggestion(key, keys)
        yield Text(f"khóa lạ{vi}", f"unknown key{en}")
    elif key in ("numerator", "denominator", "excluded"):
        if not isinstance(value, int) or isinstance(value, bool):
            yield Text(f"«{short(value)}»: cần một số nguyên", f"«{short(value)}»: a whole number is needed")
    elif key == "status":
        if value not in list(Status):
            vi, en = suggestion(str(value), Status)
            yield Text(f"không có trạng thái «{short(value)}»{vi}", f"there is no status «{short(value)}»{en}")
    elif key != "points" and not isinstance(value, str):
        yield Text(f"«{short(value)}»: cần một chuỗi trong ngoặc kép", f"«{short(value)}»: text in quotation marks is needed")


GivenValue = Annotated[Any, PlainValidator(_value)]
"""A value as a file gives it; see ``load_inputs``."""


class _InputsTable(DeclaredModel):
    """The tables of one unit's inputs."""

    unit: str = ""
    year: int | None = Field(default=None, strict=True)
    survey_held: bool = Field(default=True, strict=True)
    values: Mapping[str, GivenValue] = Field(default_factory=dict)
    own: Mapping[str, GivenValue] = Field(default_factory=dict, alias="self")
    appraised: Mapping[str, GivenValue] = Field(default_factory=dict)
    surveyed: Mapping[str, GivenValue] = Field(default_factory=dict)

    def inputs(self) -> Inputs:
        return Inputs(self.values, self.own, self.appraised, self.surveyed, self.survey_held, self.unit, self.year)


def inputs_of_units(
    measures: MeasureSource, scheme: Scheme, scores: Mapping[str, Inputs], *, unit: str, period: Period
) -> dict[str, Inputs]:
    """Return unit code → what it is scored on: given values, and measures for what the scheme takes from indicators and nobody gave.

    Args:
        measures: where values of indicators are.
        scheme: the scheme.
        scores: unit code → given values; empty for ``unit`` alone, on its measures only.
        unit: code of the unit that reports.
        period: the period that is scored.
    """
    found = {}
    for code, given in (scores or {unit: Inputs(unit=unit)}).items():
        measured = inputs_from_measures(measures, scheme.indicators, code, period)
        found[code] = replace(given, values={**measured.values, **given.values}, unit=code, year=given.year or period.year)
    return found
