"""Official lists of changes of units: the statistics office's conversion workbook as it is, and CSV of what became of what."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

from cchc_metrics.arguments import public
from cchc_metrics.errors import CchcError, InputError, suggestion
from cchc_metrics.read.files import raw_table
from cchc_metrics.read.findings import shown
from cchc_metrics.read.headings import heading_key
from cchc_metrics.read.own import NOTHING, Own, own_of_files
from cchc_metrics.read.raw import RawColumn, RawTable, UnreadableFileError
from cchc_metrics.read.unit_package import package_changes
from cchc_metrics.records.fields import CellError, cell_text, parse_day
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.reference.unit_changes import PARTS, REFORM, Part, Renaming, UnitChange, units_of_changes
from cchc_metrics.reference.unit_finding import UnitFinding
from cchc_metrics.text import fold, nfc

_HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "code_old": ("code_old", "Mã Xã cũ", "Mã đơn vị cũ", "Mã cũ"),
    "name_old": ("name_old", "Tên Xã cũ", "Tên đơn vị cũ", "Tên cũ"),
    "district_code_old": ("district_code_old", "Mã huyện cũ"),
    "district_old": ("district_old", "Quận/huyện", "Quận/huyện cũ", "Huyện cũ", "Tên huyện cũ"),
    "province_code_old": ("province_code_old", "Mã tỉnh cũ"),
    "province_old": ("province_old", "Tỉnh cũ", "Tên tỉnh cũ", "Tỉnh, thành phố cũ"),
    "code_new": ("code_new", "Mã Xã mới", "Mã đơn vị mới", "Mã mới"),
    "name_new": ("name_new", "Tên Xã mới", "Tên đơn vị mới", "Tên mới"),
    "province_code_new": ("province_code_new", "Mã tỉnh mới"),
    "province_new": ("province_new", "Tỉnh, thành phố", "Tỉnh, thành phố mới", "Tỉnh mới", "Tên tỉnh mới"),
    "part": ("part",),
    "note": ("note", "Ghi chú"),
}
_RENAMED: Final[Mapping[str, tuple[str, ...]]] = {
    "effective": ("effective", "valid_from", "Hiệu lực từ", "Từ ngày"),
    "code": ("code", "Mã", "Mã đơn vị"),
    "name_before": ("name_before", "Tên trước"),
    "name_after": ("name_after", "Tên sau", "Tên mới"),
}
_REQUIRED: Final = ("code_old", "name_old", "code_new", "name_new")
_WIDTH: Final[Mapping[str, int]] = {
    "code_old": 5,
    "code_new": 5,
    "district_code_old": 3,
    "province_code_old": 2,
    "province_code_new": 2,
}
_CODE_BEHIND: Final = re.compile(r"\s*\(\s*([0-9]+)\s*\)\s*$")
"""In the workbook a district and a province carry their code behind the name: «Huyện Tháp Mười (872)»."""
BUILT_IN: Final[Mapping[str, str]] = {"thap-muoi": "thap_muoi.csv"}
"""Lists that come with the library: huyện Tháp Mười, as NQ 1663/NQ-UBTVQH15 has it."""
PACKAGE: Final = "vietnam-provinces"
"""The package that has the list of the whole country."""
Mistake = tuple[str, str]


@public
def units_from_changes(
    source: Path | str,
    *,
    on: date = REFORM,
    later: Path | str | Sequence[Path | str] = (),
    sheet: str = "",
    own: Mapping[str, Any] | None = None,
) -> UnitTree:
    """Return the units before and after a change, from the official list of what became of what.

    Columns are found by their headings, in any order; others are passed over.

    Args:
        source: the statistics office's conversion workbook (extra ``excel``), which is read as it is: the names of districts and provinces
            with their codes in brackets, rows that name a province only, notes in words. Or a CSV file or workbook with the columns
            ``code_old, name_old, district_code_old, district_old, province_code_old, province_old, code_new, name_new, province_code_new,
            province_new, part`` (``whole``, ``part``, ``part_area_all_people`` or ``whole_area_only``).
            ``"thap-muoi"`` is built in: huyện Tháp Mười and what it became. ``"vietnam-provinces"`` is the whole country from the package
            of that name (extra ``units``, Python 3.12 or later; its licence is the GPL, version 3 or later).
        on: the first day of the new units.
        later: lists of what was renamed since and stayed the same unit: ``effective, code, name_after``, and ``name_before`` to compare.
        sheet: the sheet of a workbook; where not said, the first that names the most columns.
        own: what is declared of all these files: the ``"encoding"`` of their text, where that is not Unicode, and the ``"limits"`` of how
            much one may hold, as ``read_file`` takes them.

    Returns:
        The tree of all units through time; ``findings()`` has what is to be known about the list, with rows.

    Raises:
        InputError: the list cannot be read, or rows of it cannot be used: each is named with its column and value.

    >>> units = units_from_changes("thap-muoi")
    >>> [units.on_day("30043", day).full_name for day in (date(2025, 6, 30), date(2025, 7, 1))], units.predecessors("30043")
    (['xã Hưng Thạnh', 'xã Phương Thịnh'], ('30043@2025-06-30', '30082'))
    """
    name, declared = Path(source).name, own_of_files(own)
    lists = [Path(each) for each in ((later,) if isinstance(later, (str, Path)) else later)]
    if source == PACKAGE:
        units, noticed = _made(package_changes(), PACKAGE, on, lists, [], declared)
    elif source in BUILT_IN:
        with as_file(files("cchc_metrics.reference").joinpath("data", BUILT_IN[str(source)])) as path:
            units, noticed = _of_file(path, on, lists, "", declared, built_in=True)
    else:
        units, noticed = _of_file(Path(source), on, lists, sheet, declared)
    try:
        return UnitTree(units, noticed=noticed)
    except CchcError as error:
        raise InputError(f"{name}: {error.vi}", f"{name}: {error.en}") from None


def _of_file(
    path: Path, on: date, later: Sequence[Path], sheet: str, own: Own, *, built_in: bool = False
) -> tuple[list[Unit], list[UnitFinding]]:
    table = change_table(path, sheet=sheet, own=NOTHING if built_in else own)
    if table is None:
        listed = ", ".join(spellings[0] for key, spellings in _HEADINGS.items() if key in _REQUIRED)
        raise InputError(
            f"{path.name}: không phải bảng chuyển đổi đơn vị; cần các cột {listed}",
            f"{path.name}: is no list of changes of units; it needs the columns {listed}",
        )
    return units_in(table, path.name, on=on, later=later, own=own)


def change_table(path: Path, *, sheet: str = "", file: str = "", own: Own = NOTHING) -> RawTable | None:
    """Return the table of a list of changes; None where the file is a table of something else.

    Args:
        path: the file.
        sheet: the sheet of a workbook.
        file: its name, for messages.
        own: its encoding, and how much it may hold.

    Raises:
        InputError: there is no such file, no table can be read from it, or the extra that reads it is missing.
    """
    name = file or path.name
    if not path.is_file():
        vi, en = suggestion(str(path), (*BUILT_IN, PACKAGE))
        raise InputError(f"không có tệp «{path}»{vi}", f"there is no file «{path}»{en}")
    table = _table(path, name, _HEADINGS, sheet=sheet, own=own)
    return table if {"code_old", "code_new"} <= set(_meant(table, _HEADINGS).values()) else None


def units_in(
    table: RawTable, file: str, *, on: date = REFORM, later: Sequence[Path] = (), own: Own = NOTHING
) -> tuple[list[Unit], list[UnitFinding]]:
    """Return the units of a list of changes, and what was found about it.

    Raises:
        InputError: names every row that cannot be used, with its column and value.
    """
    read = _Reader(table, file)
    return _made(read.changes(), file, on, later, read.findings, own)


def _made(
    changes: Sequence[UnitChange], file: str, on: date, later: Sequence[Path], noticed: Sequence[UnitFinding], own: Own = NOTHING
) -> tuple[list[Unit], list[UnitFinding]]:
    renamings = [renaming for path in later for renaming in _renamings(path, own)]
    try:
        units, findings = units_of_changes(changes, on, renamings)
    except CchcError as error:
        raise InputError(f"{file}: {error.vi}", f"{file}: {error.en}") from None
    return units, [*noticed, *findings]


@dataclass(frozen=True, slots=True)
class _Spelled:
    """The cells of a column as text, each distinct one once."""

    texts: Sequence[str]
    codes: Sequence[int]

    def __getitem__(self, at: int) -> str:
        return self.texts[self.codes[at]]


class _Reader:
    """Reads the rows of a list of changes."""

    def __init__(self, table: RawTable, file: str) -> None:
        self.table, self.file = table, file
        self.findings: list[UnitFinding] = []
        self.mistakes: list[Mistake] = []
        self.cells = _cells(table, _HEADINGS, file)
        missing = [key for key in _REQUIRED if key not in self.cells]
        if "part" not in self.cells and "note" not in self.cells:
            missing.append("part")
        if missing:
            known = [heading for heading in table.headings if heading]
            found = [f"{_HEADINGS[key][0]}{suggestion(_HEADINGS[key][0], known)[0]}" for key in missing]
            listed = [f"{_HEADINGS[key][0]}{suggestion(_HEADINGS[key][0], known)[1]}" for key in missing]
            raise InputError(f"{file}: thiếu cột {', '.join(found)}", f"{file}: columns are missing: {', '.join(listed)}")
        self._parts: dict[tuple[str, str], Part | None] = {}

    def changes(self) -> list[UnitChange]:
        """Return the rows; raise where any cannot be used."""
        found = []
        rows = [int(row) for row in self.table.rows]
        for refused in self.table.refused:
            self._wrong(refused.row, "", "", "số ô khác số cột", "its cells are not as many as the columns")
        districts, provinces = self._coded("district_old", "district_code_old"), self._coded("province_old", "province_code_old")
        new_provinces = self._coded("province_new", "province_code_new")
        codes = {key: self._codes(key) for key in ("code_old", "code_new")}
        names = {key: self.cells[key] for key in ("name_old", "name_new")}
        for at, row in enumerate(rows):
            old, new = codes["code_old"][at], codes["code_new"][at]
            name_old, name_new = names["name_old"][at], names["name_new"][at]
            if not (old or new or name_old or name_new):
                continue  # a row that names the province of the rows below
            if not new or not name_new:
                column = "name_new" if new else "code_new"
                self._wrong(row, column, "", "thiếu", "is missing")
                continue
            if old and not name_old:
                self._wrong(row, "name_old", "", "thiếu", "is missing")
                continue
            part = self._part(at, row, new)
            if part is None:
                continue
            (district_code, district), (province_code, province) = districts[at], provinces[at]
            (new_code, new_province) = new_provinces[at]
            found.append(
                UnitChange(
                    row, old, name_old, new, name_new, part, district_code, district, province_code, province, new_code, new_province
                )
            )
        if self.mistakes:
            raise InputError(
                f"{self.file}: " + "; ".join(vi for vi, _ in self.mistakes), f"{self.file}: " + "; ".join(en for _, en in self.mistakes)
            )
        if not found:
            raise InputError(f"{self.file}: không có dòng nào", f"{self.file}: there is no row")
        return found

    def _wrong(self, row: int, column: str, value: str, vi: str, en: str) -> None:
        shown_value = f" = «{shown(value)}»" if value else ""
        place = f": {column}{shown_value}" if column else ""
        self.mistakes.append((f"dòng {row}{place}: {vi}", f"row {row}{place}: {en}"))

    def _codes(self, key: str) -> _Spelled:
        cells = self.cells[key]
        texts = []
        numbered = any(text.isdecimal() for text in cells.texts)
        for place, text in enumerate(cells.texts):
            code = text.zfill(_WIDTH[key]) if text.isdecimal() else text
            if text.isdecimal() and len(code) > _WIDTH[key]:
                row = int(self.table.rows[list(cells.codes).index(place)])
                self._wrong(row, key, text, f"mã có {_WIDTH[key]} chữ số", f"a code has {_WIDTH[key]} digits")
            if numbered and text and not text.isdecimal():
                row = int(self.table.rows[list(cells.codes).index(place)])
                self._wrong(row, key, text, "không phải mã chữ số như các mã khác", "is no code of digits, as the others are")
            texts.append(code)
        return _Spelled(texts, cells.codes)

    def _coded(self, key: str, code_key: str) -> Sequence[tuple[str, str]]:
        """Return for each row the code and the name of a district or a province: in two columns, or with the code behind the name."""
        count = len(self.table.rows)
        named = self.cells.get(key)
        if code_key in self.cells:
            codes = self._codes(code_key)
            return [(codes[at], (named[at] if named is not None else "") or codes[at]) for at in range(count)]
        if named is None:
            return [("", "")] * count
        width = _WIDTH[code_key]
        parted = []
        for text in named.texts:
            found = _CODE_BEHIND.search(text)
            parted.append((found[1].zfill(width), text[: found.start()].strip() or found[1]) if found else ("", text))
        pairs = [parted[code] for code in named.codes]
        names = (self.cells["name_old"], self.cells["name_new"])
        for at, (code, text) in enumerate(pairs):
            if text and not code and any(name[at] for name in names):
                row = int(self.table.rows[at])
                self._wrong(
                    row,
                    key,
                    text,
                    "thiếu mã trong ngoặc, như «Tỉnh Đồng Tháp (87)»",
                    "needs the code in brackets, as «Tỉnh Đồng Tháp (87)»",
                )
        return pairs

    def _part(self, at: int, row: int, new: str) -> Part | None:
        said = self.cells["part"][at] if "part" in self.cells else ""
        note = self.cells["note"][at] if "note" in self.cells else ""
        if said:
            found = next((part for part in PARTS if part == said.casefold()), None) or part_of_note(said)
            if found is None:
                vi, en = suggestion(said, PARTS)
                self._wrong(row, "part", said, f"dùng {', '.join(PARTS)}{vi}", f"use {', '.join(PARTS)}{en}")
            return found
        if "part" in self.cells and not note:
            self._wrong(row, "part", "", f"thiếu; dùng {', '.join(PARTS)}", f"is missing; use {', '.join(PARTS)}")
            return None
        found = part_of_note(note)
        if found is None:
            vi, en = "không hiểu; coi như chỉ một phần được nhập", "is not understood; taken for a part only"
            self.findings.append(UnitFinding("unit_note_not_understood", new, vi, en, row, "note", shown(note)))
        return found or "part"


def part_of_note(note: str) -> Part | None:
    """Return how much of an old unit a note of the workbook says came into the new one; None where it says nothing that is known.

    >>> part_of_note("Nhập một phần diện tích, toàn bộ dân số"), part_of_note("Giữ nguyên"), part_of_note("Xem phụ lục")
    ('part_area_all_people', 'whole', None)
    """
    words = fold(note).replace("nhâp", "nhap")
    if "mot phan" in words or "phan con lai" in words:
        return "part_area_all_people" if "toan bo dan so" in words else "part"
    if "toan bo dien tich" in words and "dan so" not in words:
        return "whole_area_only"
    if any(known in words for known in ("toan bo", "giu nguyen", "doi ten", "doi loai hinh")):
        return "whole"
    return None


def _renamings(path: Path, own: Own) -> list[Renaming]:
    if not path.is_file():
        raise InputError(f"không có tệp «{path}»", f"there is no file «{path}»")
    table = _table(path, path.name, _RENAMED, own=own)
    cells = _cells(table, _RENAMED, path.name)
    missing = [key for key in ("effective", "code", "name_after") if key not in cells]
    if missing:
        raise InputError(f"{path.name}: thiếu cột {', '.join(missing)}", f"{path.name}: columns are missing: {', '.join(missing)}")
    found, mistakes = [], []
    for at, row in enumerate(map(int, table.rows)):
        code, after, said = cells["code"][at], cells["name_after"][at], cells["effective"][at]
        blank = next((key for key, text in (("code", code), ("name_after", after), ("effective", said)) if not text), "")
        if blank:
            mistakes.append((f"dòng {row}: {blank}: thiếu", f"row {row}: {blank}: is missing"))
            continue
        try:
            day = parse_day(said)
        except CellError as error:
            mistakes.append(
                (f"dòng {row}: effective = «{shown(said)}»: {error.code.vi}", f"row {row}: effective = «{shown(said)}»: {error.code.en}")
            )
            continue
        if day is not None:
            found.append(Renaming(row, day, code, after, cells["name_before"][at] if "name_before" in cells else ""))
    if mistakes:
        raise InputError(f"{path.name}: " + "; ".join(vi for vi, _ in mistakes), f"{path.name}: " + "; ".join(en for _, en in mistakes))
    return found


def _table(path: Path, name: str, known: Mapping[str, tuple[str, ...]], *, sheet: str = "", own: Own = NOTHING) -> RawTable:
    keys = {heading_key(spelling) for spellings in known.values() for spelling in spellings}
    try:
        return raw_table(
            path,
            wanted=lambda headings: [at for at, heading in enumerate(headings) if heading_key(heading) in keys],
            sheet=sheet,
            file=name,
            encoding=own.encoding_of(name),
            limits=own.limits,
        )
    except UnreadableFileError as error:
        raise InputError(f"{name}: {error.vi}", f"{name}: {error.en}") from None


def _meant(table: RawTable, known: Mapping[str, tuple[str, ...]]) -> dict[int, str]:
    """Return what columns mean, by their positions; others are not there."""
    meaning = {heading_key(spelling): key for key, spellings in known.items() for spelling in spellings}
    keys = {position: meaning.get(heading_key(table.headings[position]), "") for position in table.columns}
    return {position: key for position, key in keys.items() if key}


def _cells(table: RawTable, known: Mapping[str, tuple[str, ...]], file: str) -> dict[str, _Spelled]:
    meant = _meant(table, known)
    listed = list(meant.values())
    twice = ", ".join(key for key in dict.fromkeys(listed) if listed.count(key) > 1)
    if twice:
        raise InputError(f"{file}: hai cột cùng nghĩa {twice}", f"{file}: two columns mean {twice}")
    found = {}
    for position, key in meant.items():
        column = table.columns[position]
        assert isinstance(column, RawColumn)  # noqa: S101  only tables of a kind have columns that are judged already
        texts = [" ".join(nfc(cell_text(value)).split()) for value in column.values]
        found[key] = _Spelled(texts, column.codes.tolist())
    return found
