"""What the service answers: the items of ``report.json``, with the exact value of each measure beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import Field

import cchc_metrics as cm
from cchc_metrics.catalogue.model import Count, Indicator
from cchc_metrics.report.json_report import assessment_lines, delta_lines, measure_lines, problem_counts, problem_lines, unit_item
from cchc_metrics.report.json_shape import AssessmentItem, Day, DeltaItem, Id, JsonShape, MeasureItem, ProblemsItem, UnitItem

from .questions import Shown

Code = Literal[
    "argument", "calendar_range", "catalogue", "database", "duplicate_id", "error", "form_name", "input", "misfit", "mistakes", "no_points",
    "not_counted", "not_utf8", "open_quote", "plan", "record", "rejected_rows", "scheme", "tally_mismatch", "unknown_indicator",
    "unknown_unit", "unreadable_file",
    "bad_request", "busy", "internal", "not_found", "not_understood", "too_large", "too_many_columns", "too_many_rows", "too_many_values",
    "too_slow",
]  # fmt: skip
"""The closed list: codes of the library's errors, then those of the service."""


class ErrorItem(JsonShape):
    """Why there is no answer; `place` is the part of the question that it is about."""

    code: Code
    vi: str
    en: str
    place: str


class ErrorAnswer(JsonShape):
    """Everything that is wrong with the question, at once."""

    errors: list[ErrorItem]


class ExactMeasureItem(MeasureItem):
    """An item of `measures` of report.json, and its value as an exact fraction: `7055/76`, `12`; null where there is none."""

    exact: str | None = Field(pattern=r"^-?[0-9]+(/[1-9][0-9]*)?$")


class MeasuresAnswer(JsonShape):
    """The values; keys are those of report.json."""

    as_of: Day | None
    rules: Id
    calendar: Id
    units: dict[str, UnitItem]
    measures: list[ExactMeasureItem]
    problems: ProblemsItem


class CompareAnswer(MeasuresAnswer):
    """The values of the period and their changes."""

    deltas: list[DeltaItem]


class AssessAnswer(MeasuresAnswer):
    """The values of the period and where the plan stands."""

    assessments: list[AssessmentItem]


class CatalogueAnswer(JsonShape):
    """The indicators, and the counts that they are made of."""

    counts: list[Count]
    indicators: list[Indicator]


class Health(JsonShape):
    """That it answers, and by which version."""

    status: Literal["ok"]
    version: str
    calendar: str


def answer_text(
    data: cm.Dataset,
    measures: cm.Measures,
    shown: Shown,
    *,
    deltas: cm.Deltas | None = None,
    assessments: cm.Assessments | None = None,
) -> str:
    """Return an answer as JSON text: lines of report.json, put together and never parsed again.

    Args:
        data: the dataset that was asked.
        measures: its values that are wanted.
        shown: which of them are wanted.
        deltas: their changes, where these were asked for.
        assessments: where the plan stands, where that was asked for.
    """
    if shown.units:
        deltas = None if deltas is None else deltas.filter(unit=shown.units)
    problems = data.problems
    examples = problem_lines(list(problems)[: shown.examples], shown.lang)
    samples = {indicator.id for indicator in data.catalogue if indicator.sample}
    keys = dict.fromkeys([*measures.column("unit"), *(one.unit for each in assessments or () for one in (each, *each.parts))])
    parts = {
        "as_of": json.dumps(None if data.as_of is None else data.as_of.isoformat()),
        "rules": json.dumps(data.rules.id),
        "calendar": json.dumps(data.calendar.id),
        "units": json.dumps({key: unit_item(data.units, str(key)) for key in keys}, ensure_ascii=False),
        "measures": _listed(_with_exact(measures, measure_lines(measures, shown.lang, samples))),
    }
    if deltas is not None:
        parts["deltas"] = _listed(delta_lines(deltas, shown.lang))
    if assessments is not None:
        parts["assessments"] = _listed(assessment_lines(assessments, shown.lang))
    counts = json.dumps(problem_counts(problems))
    parts["problems"] = f'{counts[:-1]}, "examples": {_listed(examples)}}}'
    return "{" + ",\n".join(f'"{key}": {text}' for key, text in parts.items()) + "}\n"


def _with_exact(measures: cm.Measures, lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines with the exact value at the end of each; those whose definition does not apply have no line."""
    statuses, values = measures.column("status"), measures.column("value")
    exact = (value for status, value in zip(statuses, values, strict=True) if status != cm.Status.NOT_APPLICABLE)
    for line, value in zip(lines, exact, strict=True):
        yield f'{line[:-1]}, "exact": {"null" if value is None else json.dumps(str(value))}}}'


def _listed(lines: Iterable[str]) -> str:
    return "[" + ",\n".join(lines) + "]"
