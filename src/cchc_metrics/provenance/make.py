"""What the figures of a report follow from, with the digests of the files and of everything that is declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.read.inputs import SETTINGS, InputFile
from cchc_metrics.read.sources import TableSource
from cchc_metrics.records.problems import Problems
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.report.first_page import assumed_totals
from cchc_metrics.report.lineage import InputDigest, Lineage
from cchc_metrics.snapshot.model import definitions_of, digest_of, digest_of_calendar
from cchc_metrics.version import __version__

if TYPE_CHECKING:
    from cchc_metrics.score import Inputs


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What a dataset holds of inputs.

    Args:
        files: the files that it was read from.
        tables: kind → table.
        problems: kind → what was wrong with its table.
        compared: whether it is compared with figures that are neither files nor a dataset.
    """

    files: tuple[InputFile, ...]
    tables: Mapping[str, TableSource]
    problems: Mapping[str, Problems]
    compared: bool = False


def lineage_of(
    own: Held,
    baseline: Held | None,
    *,
    period: Period,
    baseline_period: Period,
    as_of: date,
    exported: date | None,
    rules: Rules,
    calendar: Calendar,
    catalogue: Catalogue,
    units: UnitTree,
    declared: Mapping[str, Any],
    scheme: str,
    problems: Problems,
) -> Lineage:
    """Return what the figures of a report follow from; every file is read once for its digest.

    Args:
        own: the inputs.
        baseline: those of another dataset that is compared with; None where there is none.
        period: what is reported.
        baseline_period: what it is compared with.
        as_of: the day of the question.
        exported: the day of export, as it was said.
        rules: how disputed points were decided.
        calendar: the working calendar.
        catalogue: the indicators.
        units: the unit tree.
        declared: plan, scheme, days of coverage and what else no file has to say, by name, as data; None or empty for what there is not.
        scheme: id of the scheme.
        problems: everything that is wrong with the tables.
    """
    found = {"units": [units.unit(code).model_dump(mode="json", exclude_defaults=True) for code in units.codes], **declared}
    years: dict[str, tuple[int, ...]] = {}
    for year, each in calendar.by_year.items():
        years[each.status] = (*years.get(each.status, ()), year)
    definitions, packaged = definitions_of(catalogue), default_catalogue()
    if [*catalogue] != [*packaged]:  # what values do not follow from, but the report: which way is better, by what they are broken down
        found["catalogue"] = [each.model_dump(mode="json", exclude_defaults=True) for each in catalogue]
    return Lineage(
        library=__version__,
        period=period.label,
        baseline_period=baseline_period.label,
        as_of=as_of,
        exported=exported,
        rules=rules.name,
        rules_sha256=digest_of(rules.model_dump(mode="json")),
        calendar=calendar.id,
        calendar_sha256=digest_of_calendar(calendar),
        years=years,
        catalogue="packaged" if definitions == definitions_of(packaged) else "own",
        indicators=len(catalogue),
        catalogue_sha256=digest_of(definitions),
        declared={name: digest_of(data) for name, data in found.items() if data},
        scheme=scheme,
        inputs=(*_inputs("report", own), *(() if baseline is None else _inputs("baseline", baseline))),
        assumed=tuple((file, code.value, n) for file, code, n in assumed_totals(problems)),
    )


def scores_as_data(given: Mapping[str, Inputs]) -> Mapping[str, Any]:
    """Return what units are scored on as data that JSON has."""

    def values(found: Mapping[str, Any]) -> Mapping[str, str]:
        return {key: repr(value) for key, value in found.items()}

    return {
        unit: [values(each.values), values(each.self_assessed), values(each.appraised), values(each.surveyed), each.survey_held, each.year]
        for unit, each in given.items()
    }


def _inputs(of: Literal["report", "baseline"], held: Held) -> Iterator[InputDigest]:
    settings = [each for each in held.files if each.kind in SETTINGS]
    yield from (_digest(of, each, None) for each in settings)
    for kind, problems in held.problems.items():
        files = [each for each in held.files if each.kind == kind]
        table = held.tables.get(kind)
        rows = {} if table is None else _rows(table, files, problems)
        yield from (_digest(of, each, rows.get(each.name)) for each in files)
        if table is not None and not files:
            yield InputDigest(of, kind, "", problems.read, None, None, "database" if table.file else "memory")
    if held.compared and not any(each.kind == "baseline" for each in settings):
        yield InputDigest(of, "baseline", "", None, None, None, "memory")


def _digest(of: Literal["report", "baseline"], file: InputFile, rows: int | None) -> InputDigest:
    sha256 = file.sha256()
    return InputDigest(of, file.kind, file.name, rows, file.bytes, sha256, "" if sha256 else "changed", file.outside)


def _rows(table: TableSource, files: Sequence[InputFile], problems: Problems) -> Mapping[str, int]:
    """Return file → how many rows were read of it: as reading counted them, of several part files of Parquet as each of them says."""
    if not table.held:
        return {each.name: n for each in files if (n := each.parquet_rows()) is not None}
    if len(files) == 1:
        return {files[0].name: problems.read}
    found = dict.fromkeys((each.name for each in files), 0)
    for parsed in table.parts(True):
        if parsed.columns.file in found:
            found[parsed.columns.file] += parsed.problems.read
    return found
