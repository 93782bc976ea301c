"""Reading a folder: ``district.toml``, the unit tree, the calendar and the tables that it names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from cchc_metrics.catalogue.load import default_catalogue, load_catalogue
from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.declared import Mistakes, parse_json, parse_toml
from cchc_metrics.errors import CchcError, InputError, suggestion
from cchc_metrics.plan import Plan, load_plan
from cchc_metrics.read.baseline import read_baseline
from cchc_metrics.read.checks import Given
from cchc_metrics.read.district import FILE, CalendarEntry, CalendarYearEntry, District, QueryEntry, load_district
from cchc_metrics.read.files import EVERY, as_it_is_named, table_places
from cchc_metrics.read.findings import shown
from cchc_metrics.read.fixes import read_fixes
from cchc_metrics.read.inputs import BASELINE, FIGURES, PLAN, InputFile, files_at, input_files
from cchc_metrics.read.kept import snapshot_names, snapshot_path
from cchc_metrics.read.places import bytes_in, bytes_of, fault_of, is_there
from cchc_metrics.read.postgres import PostgresSnapshot, scan_postgres
from cchc_metrics.read.published import read_published
from cchc_metrics.read.raw import Progress, UnreadableFileError
from cchc_metrics.read.scheme_files import read_scheme, read_scores
from cchc_metrics.read.several import judged_together, parse_place
from cchc_metrics.read.sources import TableSource, file_source
from cchc_metrics.read.tables import Parsed
from cchc_metrics.read.unit_files import folder_units
from cchc_metrics.read.unused import unused_files
from cchc_metrics.records.codes import Code
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.kinds import JOINED, KINDS
from cchc_metrics.records.problems import Problem, Problems
from cchc_metrics.reference.calendar import Calendar, CalendarYear
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.verbs.entered import Figure, load_figures
from cchc_metrics.verbs.measures import Measures

if TYPE_CHECKING:
    from cchc_metrics.score import Inputs, Scheme

BESIDE = "+"
"""Stands behind the kind of what is wrong beside its table, such as a second file that is missing."""


@dataclass(frozen=True, slots=True, eq=False)
class FolderFiles:
    """The files of a district's folder, read or ready to be read; ``dataset.read_folder`` makes a dataset of them.

    Args:
        path: the folder.
        district: what ``district.toml`` says.
        units: the unit tree.
        calendar: the packaged calendar with the district's own years.
        coverage: kind → first and last day between which its records are complete.
        tables: kind → its table, for every kind that was supplied and whose headings could be understood. A kind that is not here has no
            data, which is not the same as no events.
        found: the problems, each with the kind that it is about (``""`` for none; see ``BESIDE``), in the order of the kinds; a table
            that is still to be read has its place too.
        absent: files that ``district.toml`` names and that are not there.
        inputs: the files that are read.
    """

    path: Path
    district: District
    units: UnitTree
    calendar: Calendar
    coverage: Mapping[str, tuple[date, date]]
    tables: Mapping[str, TableSource]
    found: tuple[tuple[str, Problems], ...]
    absent: tuple[str, ...]
    inputs: tuple[InputFile, ...] = ()

    @property
    def baseline_path(self) -> Path | None:
        """The folder's own baseline, or None."""
        named = self.district.baseline
        return (snapshot_path(self.path, named) if named else None) or _existing(self.path, named, BASELINE)

    def catalogue(self) -> Catalogue:
        """Return the packaged indicators with the district's own."""
        found = default_catalogue()
        for name in self.district.catalogue:
            if name not in self.absent:
                found = load_catalogue(bytes_in(self.path, self.path / as_it_is_named(self.path, name)), file=name, base=found)
        return found

    def figures(self) -> tuple[Figure, ...]:
        """Return the figures that were entered by hand: those of the folder's ``figures.toml``; none where there is none."""
        path = _existing(self.path, None, FIGURES)
        return () if path is None else load_figures(bytes_in(self.path, path), file=path.name)

    def plan(self, chosen: Path | str | None, catalogue: Catalogue) -> Plan | None:
        """Return the chosen plan, else the folder's own; None where there is none."""
        path = Path(chosen) if chosen is not None else _existing(self.path, self.district.plan, PLAN)
        if path is None:
            return None
        data = bytes_in(self.path, path) if chosen is None else bytes_of(path)
        return load_plan(data, file=path.name, indicators=catalogue.indicators, units=self.units)

    def scheme(self, chosen: Path | str | None) -> Scheme | None:
        """Return the chosen scheme (built in, or a file), else the folder's own; None where there is none."""
        return read_scheme(self.path, None if chosen is None else str(chosen))

    def scores(self, chosen: Path | str | None) -> Mapping[str, Inputs]:
        """Return unit code → what is scored beside the measures; empty where there is no file."""
        return read_scores(self.path, None if chosen is None else Path(chosen), self.district.code)

    def baseline(self, path: Path, catalogue: Catalogue) -> Measures:
        """Return the measures of a published report: its ``report.json``, or a TOML of figures typed in from it."""
        if not path.exists() and (names := snapshot_names(self.path)):
            vi, en = suggestion(str(path), names)
            listed = ", ".join(names)
            raise InputError(
                f"không có tệp hay bản chụp «{path}»{vi or '; có: ' + listed}",
                f"there is no file or snapshot «{path}»{en or '; there are: ' + listed}",
            )
        data = bytes_in(self.path, path) if path == self.baseline_path else bytes_of(path)
        if path.suffix == ".toml":
            return read_published(data, catalogue, self.units, self.district.code, file=path.name)
        return read_baseline(parse_json(data, path.name).data, catalogue, file=path.name)


def open_folder(
    folder: Path, *, as_of: date | None = None, whole: bool = False, progress: Progress | None = None, needs_table: bool = True
) -> FolderFiles:
    """Read a district's folder; see ``dataset.read_folder``.

    Args:
        folder: a folder with ``district.toml``.
        as_of: the day on which the tables were exported, where that is later than the folder says.
        whole: whether Parquet is read now, in one part; else it is left to be read part by part, in memory that does not grow with it.
        progress: called with what is being read, how much is done and how much there is (bytes; rows of Parquet).
        needs_table: whether a folder without any table is refused.

    Raises:
        InputError: the folder, its ``district.toml``, unit tree or calendar cannot be used, or there is no table at all, or a database
            cannot be reached; the message is one line and says the fix.
    """
    district = load_district(_district_text(folder))
    inputs = input_files(folder, district)
    coverage = MappingProxyType(dict(_coverage(district)))
    units, problems = folder_units(folder, district)
    found: list[tuple[str, Problems]] = [("", problems)]
    calendar = _calendar(folder, district.calendar)
    exported = district.extracted_on if district.extracted_on is None or as_of is None else max(district.extracted_on, as_of)
    given = Given(units, calendar, exported, fixes=read_fixes(folder, district.limits))
    tables: dict[str, TableSource] = {}
    found_any = False
    snapshots: dict[str, PostgresSnapshot] = {}
    table: TableSource | None
    for kind in KINDS.values():
        chosen, now = replace(given, own=district.own(kind.name)), whole or kind.name in JOINED
        beside: list[Problems] = []
        if kind.name in district.queries:
            table = _queried(district.queries[kind.name], kind, chosen, snapshots, whole=now, progress=progress)
        else:
            table, beside = _supplied(folder, district, kind, chosen, whole=now, progress=progress)
        # Of a kind that has a table, what is found is told with the table; what is wrong beside it stands for itself.
        found += [(kind.name if table is None else kind.name + BESIDE, problem) for problem in beside]
        found_any |= table is not None or bool(beside)
        if table is None:
            continue
        if not table.held:
            found.append((kind.name, Problems()))
        else:
            parsed = table.whole()
            found.append((kind.name, parsed.problems))
            if not parsed.usable:
                continue
        tables[kind.name] = table
    if needs_table and not found_any:
        names = ", ".join(f"{name}.csv" for name in KINDS)
        raise InputError(
            f"«{folder}» không có bảng nào; cần ít nhất một trong: {names}, hoặc ghi tên tệp dưới [files] trong {FILE}",
            f"«{folder}» has no table; at least one of {names} is needed, or names under [files] in {FILE}",
        )
    for kind_name, name, problem in unused_files(folder, district):
        found.append((kind_name + BESIDE if kind_name in tables else "", problem))
        if kind_name in tables:  # figures follow from it: that it is not read makes them estimates
            inputs = (*inputs, *files_at(kind_name, folder / name, folder))
    wanted = (district.plan, district.baseline, *district.catalogue)
    absent = tuple(name for name in wanted if name is not None and not (folder / as_it_is_named(folder, name)).exists())
    absent = tuple(name for name in absent if name != district.baseline or snapshot_path(folder, name) is None)
    found += [("", _missing(name)) for name in absent]
    return FolderFiles(folder, district, units, calendar, coverage, MappingProxyType(tables), tuple(found), absent, inputs)


def _supplied(
    folder: Path, district: District, kind: Kind, given: Given, *, whole: bool, progress: Progress | None
) -> tuple[TableSource | None, list[Problems]]:
    """Return the table of a kind from its files, None where there is none; and what is wrong beside it: files missing or unreadable."""
    places = table_places(folder, kind.name, district.files.get(kind.name, ()))
    faults = {name: fault for name, _ in places if (fault := fault_of(folder, folder / name)) is not None}
    missing = [unreadable(name, fault) for name, fault in faults.items()]
    if kind.name in district.files:
        missing += [_missing(name) for name, _ in places if name not in faults and not is_there(folder / name)]
    places = [place for place in places if place[0] not in faults and is_there(folder / place[0])]
    if not places:
        return None, missing
    table, unread = _table(folder, kind, places, given, given.own.headings, whole=whole, progress=progress)
    return table, [*missing, *unread]


def _table(
    folder: Path,
    kind: Kind,
    places: Sequence[tuple[str, str]],
    given: Given,
    own: Mapping[str, str],
    *,
    whole: bool,
    progress: Progress | None,
) -> tuple[TableSource | None, list[Problems]]:
    """Return the table of a kind and the files that cannot be read; one in several files or sheets is read now, since ids are compared."""
    if len(places) == 1 and places[0][1] != EVERY:
        name, sheet = places[0]
        try:
            return file_source(folder / name, kind, given, own, sheet=sheet, file=name, whole=whole, progress=progress), []
        except UnreadableFileError as error:
            return None, [unreadable(name, error)]
    parts: list[Parsed] = []
    problems: list[Problems] = []
    for name, sheet in places:
        try:
            parts += parse_place(folder / name, kind, given, own, sheet=sheet, file=name, progress=progress)
        except UnreadableFileError as error:
            problems.append(unreadable(name, error))
    names = ", ".join(dict.fromkeys(name for name, _ in places))
    paths = list(dict.fromkeys(folder / name for name, _ in places))
    return TableSource.of_parts(kind.name, judged_together(kind, parts), names, paths) if parts else None, problems


def _queried(
    entry: QueryEntry, kind: Kind, given: Given, snapshots: dict[str, PostgresSnapshot], *, whole: bool, progress: Progress | None
) -> TableSource:
    """Return the table of a kind that a query gives; those of one database are read in one snapshot."""
    uri = entry.address(kind.name)
    if uri not in snapshots:
        snapshots[uri] = PostgresSnapshot(uri)
    query = scan_postgres(kind, snapshots[uri], entry.sql, progress=progress)
    table = query.source(kind.name, given)
    return TableSource.of_parts(kind.name, [table.whole()], table.file) if whole else table


def _district_text(folder: Path) -> bytes:
    if not folder.is_dir():
        raise InputError(f"không có thư mục «{folder}»", f"there is no folder «{folder}»")
    if not os.path.lexists(folder / FILE):
        raise InputError(
            f"thư mục «{folder}» thiếu {FILE}; tạo từ các tệp ở đó: cchc-metrics init {folder}; xem mẫu: cchc-metrics example",
            f"folder «{folder}» has no {FILE}; to make one from its files: cchc-metrics init {folder}; a model: cchc-metrics example",
        )
    return bytes_in(folder, folder / FILE)


def _missing(name: str) -> Problems:
    return Problems({(name, Code.MISSING_FILE): 1}, (Problem(Code.MISSING_FILE, name),))


def _existing(folder: Path, named: str | None, default: str) -> Path | None:
    path = folder / as_it_is_named(folder, named or default)
    return path if os.path.lexists(path) else None


def unreadable(name: str, error: UnreadableFileError) -> Problems:
    """Return the finding that a file cannot be read."""
    name = shown(name)
    problem = Problem(Code.UNREADABLE_FILE, name, fix_vi=f" ({error.vi})", fix_en=f" ({error.en})")
    return Problems({(name, Code.UNREADABLE_FILE): 1}, (problem,))


def _coverage(district: District) -> Iterator[tuple[str, tuple[date, date]]]:
    for kind, entry in district.coverage.items():
        if entry.first is None:
            continue
        last = entry.last or district.extracted_on
        if last is None:
            raise InputError(
                f"{FILE}: coverage.{kind}.last: thiếu, và cũng không có extracted_on",
                f"{FILE}: coverage.{kind}.last: is missing, and so is extracted_on",
            )
        yield kind, (entry.first, last)


def _calendar(folder: Path, entry: CalendarEntry) -> Calendar:
    """Return the packaged calendar, in which the district's own years replace or follow the packaged ones."""
    years: dict[int, CalendarYearEntry] = dict(_calendar_file(folder, entry.file)) if entry.file else {}
    years.update(entry.years)
    official = Calendar.official()
    if not years:
        return official
    own = [
        CalendarYear(year, y.status, tuple(sorted(y.days_off)), tuple(sorted(y.working_weekend_days)), y.sources)
        for year, y in years.items()
    ]
    try:
        return Calendar.of([*(y for y in official.by_year.values() if y.year not in years), *own])
    except CchcError as error:
        raise InputError(f"{FILE}: calendar: {error.vi}", f"{FILE}: calendar: {error.en}") from None


def _calendar_file(folder: Path, named: str) -> Mapping[int, CalendarYearEntry]:
    name = as_it_is_named(folder, named)
    if not os.path.lexists(folder / name):
        raise InputError(f"thiếu tệp lịch {name} ([calendar] trong {FILE})", f"the calendar file {name} is missing ([calendar] in {FILE})")
    raw = bytes_in(folder, folder / name)
    mistakes = Mistakes(parse_toml(raw, name) if name.endswith(".toml") else parse_json(raw, name))
    found = mistakes.model(CalendarEntry, {"years": mistakes.source.data.get("years")})
    mistakes.raise_if_any()
    assert found is not None  # noqa: S101  without mistakes there is one
    return found.years
