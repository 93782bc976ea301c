"""The units of a folder: written in ``district.toml``, in a file of units, or in an official list of changes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from cchc_metrics.declared import Declared, Mistakes
from cchc_metrics.errors import CchcError, InputError, suggestion
from cchc_metrics.read.district import FILE, District, UnitEntry
from cchc_metrics.read.files import as_it_is_named, raw_table, table_place
from cchc_metrics.read.findings import Findings, shown
from cchc_metrics.read.headings import heading_key
from cchc_metrics.read.own import Own
from cchc_metrics.read.places import refuse
from cchc_metrics.read.raw import UnreadableFileError
from cchc_metrics.read.unit_changes import change_table, units_in
from cchc_metrics.records.codes import Code
from cchc_metrics.records.fields import cell_text
from cchc_metrics.records.problems import Problem, Problems
from cchc_metrics.reference.unit import LEVELS, Unit, UnitTree
from cchc_metrics.reference.unit_changes import REFORM


def folder_units(folder: Path, district: District) -> tuple[UnitTree, Problems]:
    """Return the unit tree of a folder, and what was found about it.

    Of a list of changes those units are taken that the reporting unit has to do with: all below it, what that became or was made of.

    Raises:
        InputError: the list is missing or contradicts itself; every mistake is named.
    """
    place, problems = district.units_file or FILE, Problems()
    listed: list[Unit] = list(district.units)
    if district.units_file:
        changed = _changed(folder, district)
        if changed is not None:
            return changed
        listed, problems = _unit_file(folder, district.units_file, district.own(""))
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
        tree = UnitTree(listed)
    except CchcError as error:
        raise InputError(f"{place}: {error.vi}", f"{place}: {error.en}") from None
    return tree, problems + unit_problems(tree, place)


_CODES = {code.value: code for code in Code}


def unit_problems(tree: UnitTree, file: str) -> Problems:
    """Return what was found about the units of a tree as problems.

    Args:
        tree: the units.
        file: the name of their list, for messages.
    """
    return Problems.of(
        Problem(_CODES[f.code], file, "", f.row, f.column or "code", f.value or f.unit, f": {f.text('vi')}", f": {f.text('en')}")
        for f in tree.findings()
    )


def _changed(folder: Path, district: District) -> tuple[UnitTree, Problems] | None:
    """Return the units that the reporting unit has to do with in a list of changes; None where the file is no such list."""
    name, sheet = table_place(folder, "units", district.units_file)
    _there(folder, name)
    table = change_table(folder / name, sheet=sheet, file=name, own=district.own(""))
    if table is None:
        return None
    later = [folder / as_it_is_named(folder, each) for each in district.units_later]
    for path in later:
        refuse(folder, path)
    units, noticed = units_in(table, name, on=district.units_changed_on or REFORM, later=later, own=district.own(""))
    try:
        tree = UnitTree(units, noticed=noticed)
    except CchcError as error:
        raise InputError(f"{name}: {error.vi}", f"{name}: {error.en}") from None
    if district.code not in tree:
        alike = tree.match(district.name)
        codes = ", ".join((alike.unit.code,) if alike.unit is not None else alike.candidates)
        vi, en = (f"; «{district.name}» là {codes}", f"; «{district.name}» is {codes}") if codes else suggestion(district.code, tree.codes)
        raise InputError(f"{FILE}: code: {name} không có «{district.code}»{vi}", f"{FILE}: code: {name} has no «{district.code}»{en}")
    tree = tree.concerning(district.code)
    return tree, unit_problems(tree, name)


def _there(folder: Path, name: str) -> None:
    refuse(folder, folder / name)
    if not (folder / name).is_file():
        raise InputError(f"thiếu tệp đơn vị {name} (units_file trong {FILE})", f"the unit file {name} is missing (units_file in {FILE})")


_UNIT_HEADINGS = {
    "code": ("code", "mã", "mã đơn vị"),
    "name": ("name", "tên", "tên đơn vị"),
    "kind": ("kind", "loại", "loại đơn vị"),
    "level": ("level", "cấp"),
    "parent": ("parent", "mã cấp trên", "đơn vị cấp trên", "cấp trên"),
    "valid_from": ("valid_from", "hiệu lực từ", "từ ngày"),
    "valid_to": ("valid_to", "hiệu lực đến", "đến ngày"),
    "predecessors": ("predecessors", "đơn vị trước", "nhập từ"),
    "parts_of": ("parts_of", "một phần của"),
    "continues": ("continues", "tiếp tục", "cùng đơn vị"),
}


def _unit_file(folder: Path, named: str, own: Own) -> tuple[list[Unit], Problems]:
    name, sheet = table_place(folder, "units", named)
    encoding = own.encoding_of(name)
    _there(folder, name)
    try:
        table = raw_table(folder / name, sheet=sheet, encoding=encoding, limits=own.limits)
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
        in_row = Mistakes(Declared("", entry))
        unit = in_row.model(UnitEntry, entry)
        units += [unit] if unit is not None else []
        mistakes += [(f"dòng {row}: {text.vi}", f"row {row}: {text.en}") for text in in_row.found]
    if mistakes:
        raise InputError(f"{name}: " + "; ".join(vi for vi, _ in mistakes), f"{name}: " + "; ".join(en for _, en in mistakes))
    return units, findings.problems(0, 0)


def _unit_cell(cell: object) -> object:
    return cell if isinstance(cell, date) else cell_text(cell)
