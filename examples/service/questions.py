"""What the service is asked: the shape of each question, and the dataset that it makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

import cchc_metrics as cm
from cchc_metrics.plan import Plan
from cchc_metrics.read.baseline import read_baseline
from cchc_metrics.read.rows import kind_named
from cchc_metrics.verbs.entered import Figure
from cchc_metrics.verbs.measures import Measures

LONGEST = 32_767
"""In characters, of a cell: as in Excel."""
Cell = Annotated[str, Field(max_length=LONGEST)] | int | float | bool | None
Heading = Annotated[str, Field(max_length=1_000)]
Rows = Annotated[
    list[dict[Heading, Cell]], Field(description="Heading → cell, a row each; headings as in a file, in Vietnamese or canonical.")
]
Records = Annotated[dict[str, Rows], Field(description="Kind (dossiers, documents, meetings …) → its rows. What is not given has no data.")]
PeriodLabel = Annotated[str, Field(max_length=40, examples=["2021", "2021-Q1", "2021-03"])]


class Refused(Exception):  # noqa: N818  it is an answer
    """A question that cannot be answered: why, and which part of the question it is about."""

    def __init__(self, place: str, why: cm.CchcError, status: int = 422) -> None:
        super().__init__(place)
        self.place, self.why, self.status = place, why, status


@contextmanager
def at(place: str) -> Iterator[None]:
    """Say of every error of the library which part of the question it is about."""
    try:
        yield
    except cm.CchcError as why:
        raise Refused(place, why) from None


class Strict(BaseModel):
    """A key that is unknown is a mistake, as everywhere in the library."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Days(Strict):
    """Between which days the records of a kind are complete."""

    first: date
    last: date


class OwnTable(Strict):
    """What is declared of the table of one kind; see docs/records.md, «own»."""

    headings: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    blank: dict[str, str] = {}
    columns: dict[str, str] = {}


class Settings(Strict):
    """How it is counted: what a dataset is made with."""

    units: Annotated[list[cm.Unit], Field(min_length=1, description="The unit tree.")]
    unit: str = Field("", description="Code of the unit that reports; the only root where not said.")
    rules: str = Field("default", description="Name of a preset of rules.")
    as_of: date | None = Field(None, description="The day of export; the last day of the period where not said.")
    coverage: dict[str, Days] = Field({}, description="Kind → the days between which its records are complete.")
    local_only: bool = False
    own: dict[str, OwnTable] = Field({}, description="Kind → own headings, words and columns.")
    figures: list[Figure] = Field([], description="What no record gives, entered by hand.")


class Shown(Strict):
    """What of the answer is wanted."""

    indicators: list[str] = Field([], description="Only these indicators; all where none is said.")
    units: list[str] = Field([], description="Only the values of these units; of all where none is said.")
    breakdowns: dict[str, list[list[str]]] | None = Field(None, description="Indicator → lists of dimensions, instead of the catalogue's.")
    lang: Literal["vi", "en"] = "vi"
    examples: int = Field(20, ge=0, le=1000, description="How many problems are given with their places; they are all counted.")


class FilesQuestion(Shown):
    """A question about files that come beside it."""

    settings: Settings
    periods: Annotated[list[PeriodLabel], Field(min_length=1, max_length=60)]


class MeasuresQuestion(FilesQuestion):
    """What are the values of some periods?"""

    records: Records = {}


class Baseline(Strict):
    """What is compared with: earlier records, or figures as a report.json has them. One of the two."""

    records: Records | None = None
    report: dict[str, Any] | None = Field(None, description="A report.json, or `as_of` and `measures` of one; see docs/report-json.md.")


class CompareQuestion(Shown):
    """What has changed against a baseline? Without one, against earlier days of the same records."""

    settings: Settings
    records: Records = {}
    period: PeriodLabel
    baseline_period: PeriodLabel | None = None
    baseline: Baseline | None = None


class AssessQuestion(Shown):
    """Where does the plan stand?"""

    settings: Settings
    records: Records = {}
    period: PeriodLabel
    plan: dict[str, Any] = Field(description="The keys of plan.toml as JSON; its schema is that of `Plan` in GET /schema.")
    baseline: Baseline | None = None


def dataset(settings: Settings, tables: Mapping[str, Any]) -> cm.Dataset:
    """Return the dataset of some tables, rows or what a reader gave; each stage says what it was about.

    Args:
        settings: how it is counted.
        tables: kind → table.
    """
    for part, kinds in (("records", tables), ("settings.own", settings.own), ("settings.coverage", settings.coverage)):
        for kind in kinds:
            with at(f"{part}.{kind}"):
                kind_named(kind)
    read = {kind for kind, table in tables.items() if not isinstance(table, list)}
    with at("settings"):
        made = cm.Dataset(
            units=settings.units,
            unit=settings.unit,
            rules=settings.rules,
            as_of=settings.as_of,
            coverage={kind: (days.first, days.last) for kind, days in settings.coverage.items()},
            local_only=settings.local_only,
            figures=settings.figures,
        )
    with at("records"):
        return cm.Dataset(
            units=made.units,
            unit=made.unit,
            rules=made.rules,
            as_of=made.as_of,
            coverage=made.coverage,
            local_only=made.local_only,
            figures=made.figures,
            own={kind: own.model_dump() for kind, own in settings.own.items() if kind not in read},
            tables=tables,
        )


def chosen(data: cm.Dataset, shown: Shown) -> cm.Dataset:
    """Return the dataset with the indicators that are asked for; a unit that there is not is an error, too."""
    with at("units"):
        for code in shown.units:
            data.units.unit(code)
    with at("indicators"):
        return data.replace(catalogue=data.catalogue.select(dict.fromkeys(shown.indicators))) if shown.indicators else data


def with_baseline(data: cm.Dataset, settings: Settings, baseline: Baseline | None) -> cm.Dataset:
    """Return the dataset with what it is compared with."""
    if baseline is None:
        return data
    if (baseline.records is None) == (baseline.report is None):
        raise Refused("baseline", cm.CchcError("ghi một trong hai: records, report", "give one of records and report"))
    found: cm.Dataset | Measures
    if baseline.report is not None:
        with at("baseline.report"):
            found = read_baseline(baseline.report, data.catalogue, file="baseline.report")
    else:
        with at("baseline"):
            found = dataset(settings.model_copy(update={"figures": []}), baseline.records or {})
    return data.replace(baseline=found)


def plan_of(data: cm.Dataset, given: Mapping[str, Any]) -> Plan:
    """Return the plan, checked against the indicators and units; every mistake is said at once."""
    with at("plan"):
        return cm.load_plan(given, file="plan", indicators=data.catalogue.indicators, units=data.units)


def tables_of(question: BaseModel) -> Iterator[tuple[str, list[dict[str, Cell]]]]:
    """Yield the place and the rows of each table that a question brings, with those of its baseline."""
    for place, part in (("records", question), ("baseline.records", getattr(question, "baseline", None))):
        for kind, rows in (getattr(part, "records", None) or {}).items():
            yield f"{place}.{kind}" if kind in cm.records.KINDS else place, rows


def row_count(question: BaseModel) -> int:
    """Return how many rows a question brings, with those of its baseline."""
    return sum(len(rows) for _, rows in tables_of(question))
