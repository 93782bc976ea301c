"""Reading a folder: ``district.toml``, the unit tree, the calendar and the tables that it names."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from cchc_metrics.errors import CchcError, InputError, suggestion
from cchc_metrics.read.checks import Given
from cchc_metrics.read.district import FILE, CalendarEntry, CalendarYearEntry, District, UnitEntry, load_district, mistakes_of
from cchc_metrics.read.files import is_parquet, is_table, is_there, parse_file, raw_table, table_place
from cchc_metrics.read.findings import Findings, shown
from cchc_metrics.read.headings import heading_key
from cchc_metrics.read.parquet_files import scan_parquet
from cchc_metrics.read.raw import Progress, UnreadableFileError
from cchc_metrics.read.tables import Parsed
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.fields import cell_text
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.problems import Code, Problem, Problems
from cchc_metrics.reference.calendar import Calendar, CalendarYear
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import LEVELS, Unit, UnitTree

PLAN, BASELINE = "plan.toml", "baseline.json"
WRITTEN = ("problems.csv", "report.xlsx")
"""Written by the command itself; may stand in the folder."""
JOINED = ("procedures", "dossier_events")
"""Kinds that are read into the dossiers and not counted by themselves; they are read whole, whatever their format."""

Parts = Callable[..., Iterator[Parsed]]
"""Takes ``keep_ids=…``, yields a kind part by part as ``scan_parquet`` does, and raises as it does."""


@dataclass(frozen=True, slots=True, eq=False)
class Folder:
    """A district's folder, read.

    Args:
        path: the folder.
        district: what ``district.toml`` says.
        units: the unit tree.
        calendar: the packaged calendar with the district's own years.
        rules: how disputed points are decided.
        columns: kind → valid rows, for every kind that was supplied and whose headings could be understood. A kind that is not here has no
            data, which is not the same as no events.
        problems: everything found, over all files.
        coverage: kind → first and last day between which its records are complete.
        plan_path, baseline_path: files of the folder, or None.
        catalogue_paths: files with the district's own indicators.
        parts: kind → what yields it part by part, for kinds in Parquet that were left to be read so; nothing of them is in
            ``columns`` or ``problems`` yet.
        reported: the problems, each with the kind that it is about (``""`` for none), in the order of the kinds; what is in ``parts`` has
            its place too.
    """

    path: Path
    district: District
    units: UnitTree
    calendar: Calendar
    rules: Rules
    columns: Mapping[str, Columns]
    problems: Problems
    coverage: Mapping[str, tuple[date, date]] = field(default_factory=dict)
    plan_path: Path | None = None
    baseline_path: Path | None = None
    catalogue_paths: tuple[Path, ...] = ()
    parts: Mapping[str, Parts] = field(default_factory=dict)
    reported: tuple[tuple[str, Problems], ...] = ()


def read_folder(path: Path | str, *, progress: Progress | None = None, in_parts: bool = False) -> Folder:
    """Read a district's folder; bad rows are set apart and reported, never dropped silently.

    A kind's table is ``<kind>.csv``, or ``<kind>`` with another ending of a table, unless ``[files]`` names another. A kind without a file
    is not supplied; a file that is named and is not there is a problem. See docs/bad-input.md.

    Args:
        path: a folder with ``district.toml``.
        progress: called with what is being read, how much is done and how much there is (bytes; rows of Parquet).
        in_parts: whether kinds in Parquet are left to be read part by part (``Folder.parts``), in memory that does not grow with them;
            otherwise they are read whole like every other table.

    Returns:
        Everything the verbs need.

    Raises:
        InputError: the folder, its ``district.toml``, unit tree or calendar cannot be used, or there is no table at all; the message is one
            line and says the fix.
    """
    folder = Path(path)
    district = load_district(_district_text(folder))
    coverage = MappingProxyType(dict(_coverage(district)))
    units, found = _units(folder, district)
    reported: list[tuple[str, Problems]] = [("", found)]
    calendar = _calendar(folder, district.calendar)
    given = Given(units, calendar, district.extracted_on)
    columns: dict[str, Columns] = {}
    parts: dict[str, Parts] = {}
    found_any = False
    for kind in KINDS.values():
        name, sheet = table_place(folder, kind.name, district.files.get(kind.name))
        if not is_there(folder / name):
            if kind.name in district.files:
                found_any = True
                reported.append((kind.name, _missing(name)))
            continue
        found_any = True
        if in_parts and not sheet and kind.name not in JOINED and is_parquet(folder / name):
            parts[kind.name] = _parts(folder / name, name, kind, given, district, progress)
            reported.append((kind.name, Problems()))
            continue
        parsed = _read_kind(folder / name, name, sheet, kind, given, district, progress)
        if isinstance(parsed, Problems):
            reported.append((kind.name, parsed))
            continue
        reported.append((kind.name, parsed.problems))
        if parsed.usable:
            columns[kind.name] = parsed.columns
    if not found_any:
        names = ", ".join(f"{name}.csv" for name in KINDS)
        raise InputError(
            f"«{folder}» không có bảng nào; cần ít nhất một trong: {names}, hoặc ghi tên tệp dưới [files] trong {FILE}",
            f"«{folder}» has no table; at least one of {names} is needed, or names under [files] in {FILE}",
        )
    reported.append(("", _unused(folder, district)))
    named = {"plan": district.plan, "baseline": district.baseline}
    absent = [name for name in (*named.values(), *district.catalogue) if name is not None and not (folder / name).exists()]
    reported += [("", _missing(name)) for name in absent]
    return Folder(
        folder,
        district,
        units,
        calendar,
        district.rules,
        MappingProxyType(columns),
        sum((problems for _, problems in reported), Problems()),
        coverage,
        _existing(folder, district.plan, PLAN),
        _existing(folder, district.baseline, BASELINE),
        tuple(folder / name for name in district.catalogue if name not in absent),
        MappingProxyType(parts),
        tuple(reported),
    )


def _district_text(folder: Path) -> str:
    if not folder.is_dir():
        raise InputError(f"không có thư mục «{folder}»", f"there is no folder «{folder}»")
    if not (folder / FILE).is_file():
        raise InputError(
            f"thư mục «{folder}» thiếu {FILE}; xem mẫu: cchc-metrics example",
            f"folder «{folder}» has no {FILE}; for a model see: cchc-metrics example",
        )
    return _text(folder / FILE)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path.name} không phải UTF-8; lưu lại dạng UTF-8", f"{path.name} is not UTF-8; save it as UTF-8") from None
    except OSError as error:
        raise InputError(f"không đọc được {path.name}: {error.strerror}", f"cannot read {path.name}: {error.strerror}") from None


def _missing(name: str) -> Problems:
    return Problems({(name, Code.MISSING_FILE): 1}, (Problem(Code.MISSING_FILE, name),))


def _unused(folder: Path, district: District) -> Problems:
    """Return a finding for each table that nothing names: a table under a mistyped name must not go unseen."""
    units, _ = table_place(folder, "units", district.units_file)
    used = {table_place(folder, kind, district.files.get(kind))[0] for kind in KINDS} | {units if district.units_file else "", *WRITTEN}
    found = sorted(path.name for path in folder.iterdir() if is_table(path) and path.name not in used)
    reported = Problems()
    for name in found:
        vi, en = suggestion(name, [f"{kind}{Path(name).suffix}" for kind in KINDS])
        problem = Problem(Code.UNUSED_FILE, name, fix_vi=vi, fix_en=en)
        reported += Problems({(name, Code.UNUSED_FILE): 1}, (problem,))
    return reported


def _existing(folder: Path, named: str | None, default: str) -> Path | None:
    path = folder / (named or default)
    return path if path.exists() else None


def _read_kind(
    path: Path, name: str, sheet: str, kind: Kind, given: Given, district: District, progress: Progress | None
) -> Parsed | Problems:
    own = district.headings.get(kind.name, {})
    try:
        return parse_file(path, kind, given, own, sheet=sheet, file=name, progress=progress)
    except UnreadableFileError as error:
        return unreadable(name, error)


def unreadable(name: str, error: UnreadableFileError) -> Problems:
    """Return the finding that a file cannot be read."""
    problem = Problem(Code.UNREADABLE_FILE, name, fix_vi=f" ({error.vi})", fix_en=f" ({error.en})")
    return Problems({(name, Code.UNREADABLE_FILE): 1}, (problem,))


def _parts(path: Path, name: str, kind: Kind, given: Given, district: District, progress: Progress | None) -> Parts:
    return partial(
        scan_parquet,
        kind,
        path,
        units=given.units,
        extracted_on=given.extracted_on,
        calendar=given.calendar,
        own_headings=district.headings.get(kind.name, {}),
        file=name,
        progress=progress,
    )


def _coverage(district: District) -> Iterator[tuple[str, tuple[date, date]]]:
    for kind, entry in district.coverage.items():
        last = entry.last or district.extracted_on
        if last is None:
            raise InputError(
                f"{FILE}: coverage.{kind}.last: thiếu, và cũng không có extracted_on",
                f"{FILE}: coverage.{kind}.last: is missing, and so is extracted_on",
            )
        yield kind, (entry.first, last)


def _units(folder: Path, district: District) -> tuple[UnitTree, Problems]:
    place, problems = district.units_file or FILE, Problems()
    listed: list[Unit] = list(district.units)
    if district.units_file:
        listed, problems = _unit_file(folder, district.units_file)
    listed = [Unit.model_validate(entry.model_dump()) for entry in listed]
    if district.code not in {unit.code for unit in listed}:
        listed.insert(0, Unit(code=district.code, name=district.name, level=district.level))
    # A lower unit without a parent would be missing from every total of the district, and nobody would see it.
    level = LEVELS.index(next(unit.level for unit in listed if unit.code == district.code))
    adrift = ", ".join(unit.code for unit in listed if not unit.parent and LEVELS.index(unit.level) > level)
    if adrift:
        raise InputError(
            f'{place}: thiếu đơn vị cấp trên: {adrift}; ghi parent = "{district.code}"',
            f'{place}: without a unit above: {adrift}; write parent = "{district.code}"',
        )
    try:
        return UnitTree(listed), problems
    except CchcError as error:
        raise InputError(f"{place}: {error.vi}", f"{place}: {error.en}") from None


_UNIT_HEADINGS = {
    "code": ("code", "mã", "mã đơn vị"),
    "name": ("name", "tên", "tên đơn vị"),
    "kind": ("kind", "loại", "loại đơn vị"),
    "level": ("level", "cấp"),
    "parent": ("parent", "mã cấp trên", "đơn vị cấp trên", "cấp trên"),
    "valid_from": ("valid_from", "hiệu lực từ", "từ ngày"),
    "valid_to": ("valid_to", "hiệu lực đến", "đến ngày"),
    "predecessors": ("predecessors", "đơn vị trước", "nhập từ"),
}


def _unit_file(folder: Path, named: str) -> tuple[list[Unit], Problems]:
    name, sheet = table_place(folder, "units", named)
    if not (folder / name).is_file():
        raise InputError(f"thiếu tệp đơn vị {name} (units_file trong {FILE})", f"the unit file {name} is missing (units_file in {FILE})")
    try:
        table = raw_table(folder / name, sheet=sheet)
    except UnreadableFileError as error:
        raise InputError(f"{name}: {error.vi}", f"{name}: {error.en}") from None
    meaning = {heading_key(spelling): key for key, spellings in _UNIT_HEADINGS.items() for spelling in spellings}
    keys = [meaning.get(heading_key(heading)) for heading in table.headings]
    mistakes: list[tuple[str, str]] = []
    findings = Findings(name)
    for heading, key in zip(table.headings, keys, strict=True):
        if key is None:
            findings.add(Code.UNKNOWN_HEADING, table.heading_row, shown(heading), fix=suggestion(heading, _UNIT_HEADINGS))
    twice = [key for key in dict.fromkeys(keys) if key is not None and keys.count(key) > 1]
    mistakes += [(f"hai cột cùng nghĩa {key}", f"two columns mean {key}") for key in twice]
    mistakes += [(f"dòng {r.row}: số ô khác số cột", f"row {r.row}: its cells are not as many as the columns") for r in table.refused]
    units: list[Unit] = []
    for at, row in enumerate(table.rows):
        entry = {key: _unit_cell(column.cell(at)) for position, column in table.columns.items() if (key := keys[position]) is not None}
        try:
            units.append(UnitEntry.model_validate(entry))
        except ValidationError as error:
            reported = mistakes_of(error, UnitEntry, "")
            mistakes.append((f"dòng {row}{reported.vi}", f"row {row}{reported.en}"))
    if mistakes:
        raise InputError(f"{name}: " + "; ".join(vi for vi, _ in mistakes), f"{name}: " + "; ".join(en for _, en in mistakes))
    return units, findings.problems(0, 0)


def _unit_cell(cell: object) -> object:
    return cell if isinstance(cell, date) else cell_text(cell)


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


def _calendar_file(folder: Path, name: str) -> Mapping[int, CalendarYearEntry]:
    if not (folder / name).is_file():
        raise InputError(f"thiếu tệp lịch {name} ([calendar] trong {FILE})", f"the calendar file {name} is missing ([calendar] in {FILE})")
    text = _text(folder / name)
    try:
        data: Any = tomllib.loads(text) if name.endswith(".toml") else json.loads(text)
    except (tomllib.TOMLDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"{name}: không đọc được: {error}", f"{name}: cannot be read: {error}") from None
    try:
        return CalendarEntry.model_validate({"years": data.get("years") if isinstance(data, dict) else data}).years
    except ValidationError as error:
        raise mistakes_of(error, CalendarEntry, name) from None
