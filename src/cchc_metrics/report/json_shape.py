"""The shape of ``report.json`` as models: what its readers may rely on, key by key. ``docs/report-json.md`` says what each key means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from cchc_metrics.declared import FrozenModel
from cchc_metrics.reference.level import Level
from cchc_metrics.reference.period import Regime
from cchc_metrics.verbs.compare import DifferenceUnit

Decimals = Annotated[str, Field(pattern=r"^-?(0|[1-9][0-9]*)(\.[0-9]{0,9}[1-9])?$")]
"""A plain decimal string: a point, no exponent, no zeros at its end, ten digits at most."""
Id = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0)]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Words = Annotated[str, Field(min_length=1)]


class JsonShape(FrozenModel):
    """Exactly these keys: no other, none missing, none of another type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class DistrictItem(JsonShape):
    """Who reports."""

    code: Id
    name: Words
    level: Level
    synthetic: bool


class UnitItem(JsonShape):
    """A unit that has values."""

    code: Id
    name: Words
    level: Level
    parent: str
    first_day: Day | None
    last_day: Day | None


class PeriodItem(JsonShape):
    """A period with its days."""

    label: Words
    first: Day
    last: Day
    regime: Regime


class MeasureItem(JsonShape):
    """A value with the counts that it follows from."""

    indicator: Id
    unit: Id
    period: Words
    breakdown: dict[str, str]
    status: Literal["ok", "entered", "estimated", "period_open", "zero_denominator", "no_data", "suppressed"]
    numerator: int | None
    denominator: int | None
    value: Decimals | None
    scale: Literal["percent", "count", "working_days", "calendar_days", "points", "mean"]
    text: Words
    reason: str
    formula: Id
    excluded: dict[str, Annotated[int, Field(ge=1)]]
    interval_95: Annotated[list[Decimals], Field(min_length=2, max_length=2)] | None = None


class DeltaItem(JsonShape):
    """A change against the baseline."""

    indicator: Id
    unit: Id
    period: Words
    breakdown: dict[str, str]
    status: Literal["ok", "entered", "estimated", "period_open", "not_comparable", "zero_denominator", "no_data", "suppressed"]
    baseline_period: str | None
    baseline: Decimals | None
    current: Decimals | None
    difference: Decimals | None
    difference_unit: DifferenceUnit
    relative_percent: Decimals | None
    better: bool | None
    baseline_restated: bool
    text: str
    reason: str


class AssessmentItem(JsonShape):
    """Where a target, quota or task of the plan stands."""

    id: Id
    kind: Literal["target", "quota", "task"]
    name: Words
    indicator: str
    unit: Id
    breakdown: dict[str, str]
    verdict: Literal["met", "on_track", "at_risk", "not_met", "not_due", "cannot_be_judged"]
    measured: Decimals | None
    required: Decimals | None
    attainment: Decimals | None
    gap: Decimals | None
    needed: Count | None
    spare: Count | None
    expected: Decimals | None
    forecast: Decimals | None
    state: Literal["done_on_time", "done_late", "in_progress", "overdue"] | None
    owner: str
    due: Day
    text: str
    sentence: str
    reason: str


class ProblemItem(JsonShape):
    """A problem of one row or file."""

    code: Id
    severity: Literal["error", "warning"]
    file: str
    sheet: str
    row: Count
    column: str
    heading: str
    cells: int
    value: str
    text: Words


class ProblemsItem(JsonShape):
    """Everything that was wrong with the input, counted, with the first examples."""

    read: Count | None
    valid: Count | None
    rejected: Count | None
    totals: dict[str, Annotated[int, Field(ge=1)] | None]
    examples: list[ProblemItem]


class RulesItem(JsonShape):
    """The rules that dossiers were counted by."""

    name: Words
    sha256: Sha256


class CalendarItem(JsonShape):
    """The working calendar."""

    name: Words
    years: dict[Literal["announced", "estimated"], list[int]]
    sha256: Sha256


class CatalogueItem(JsonShape):
    """The indicators."""

    name: Literal["packaged", "own"]
    indicators: int
    sha256: Sha256


class AssumedItem(JsonShape):
    """What was assumed when a file was read."""

    file: str
    code: str
    times: int | None


class InputItem(JsonShape):
    """A file or table that figures follow from."""

    of: Literal["report", "baseline"]
    kind: str
    file: str
    rows: int | None
    bytes: int | None
    sha256: Sha256 | None
    note: Literal["", "memory", "database", "changed", "suppressed"]
    outside: bool


class ProvenanceItem(JsonShape):
    """What the figures follow from."""

    library: Words
    lang: Literal["vi", "en"]
    period: Words
    baseline_period: Words
    as_of: Day
    exported: Day | None
    rules: RulesItem
    calendar: CalendarItem
    catalogue: CatalogueItem
    scheme: str
    suppress_below: Annotated[int, Field(ge=2)] | None
    declared: dict[str, Sha256]
    assumed: list[AssumedItem]
    inputs: list[InputItem]


class ReportFile(JsonShape):
    """A whole ``report.json``."""

    schema_version: Literal[1]
    district: DistrictItem
    period: PeriodItem
    baseline_period: PeriodItem
    as_of: Day
    rules: Id
    calendar: Id
    units: dict[str, UnitItem]
    measures: list[MeasureItem]
    deltas: list[DeltaItem]
    assessments: list[AssessmentItem]
    scores: dict[str, dict[str, Any]]
    problems: ProblemsItem
    provenance: ProvenanceItem | None = None
    report_sha256: Sha256 | None = None


SHAPES: Mapping[str, type[JsonShape]] = {
    "report": ReportFile,
    "district": DistrictItem,
    "units": UnitItem,
    "period": PeriodItem,
    "measures": MeasureItem,
    "deltas": DeltaItem,
    "assessments": AssessmentItem,
    "problems": ProblemsItem,
    "examples": ProblemItem,
    "provenance": ProvenanceItem,
    "inputs": InputItem,
    "assumed": AssumedItem,
}
"""Key of the file → the shape of what stands under it, or of one of its items."""
