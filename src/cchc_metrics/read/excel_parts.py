"""What the parts of a workbook say beyond what its reader gives: errors (#N/A, #DIV/0!), formulas that were never calculated, hidden rows.

The reader gives errors and such formulas as empty. Programs that write formulas without calculating them leave no value, or write 0 and
ask for a calculation.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import IO, Final
from xml.sax.saxutils import unescape

from cchc_metrics.read.other_errors import errors_of_ods, errors_of_xlsb
from cchc_metrics.read.raw import Uncalculated
from cchc_metrics.read.xls_parts import days_from_1904, errors_and_hidden

_BROKEN: Final = (zipfile.BadZipFile, zlib.error, struct.error, LookupError, StopIteration, ValueError, RuntimeError, EOFError, OSError)
"""Of what is broken its reader has already read what it could."""
_OLE: Final = b"\xd0\xcf\x11\xe0"
_ERROR: Final = re.compile(rb"""\bt\s*=\s*["']e["']""")
_CELL: Final = re.compile(rb"<(?:\w+:)?c(?=[\s/>])([^<>]*)>")
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[ >/]")
_FORMULA_TEXT: Final = re.compile(rb"<(?:\w+:)?f(?: [^<>]*)?>([^<]*)</")
_TO_BE_CALCULATED: Final = re.compile(rb"""\bfullCalcOnLoad\s*=\s*["'](?:1|true)["']""")
_PLACE: Final = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_TEXT: Final = re.compile(rb"""\bt\s*=\s*["']str["']""")
_VALUE: Final = re.compile(rb"<(?:\w+:)?v>([^<]*)</")
_SHEET: Final = re.compile(r"<(?:\w+:)?sheet\b[^<>]*")
_LINK: Final = re.compile(r"<(?:\w+:)?Relationship\b[^<>]*")
_ATTRIBUTE: Final = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def odd_cells(data: bytes, sheet: int) -> Mapping[tuple[int, int], str | Uncalculated]:
    """Return (1-based row, column from 0) → error or formula of the cells of a sheet that show one; of all but .xlsx errors only.

    Args:
        data: the workbook.
        sheet: which sheet, counted from 0.
    """
    if data.startswith(_OLE):
        return errors_and_hidden(data, sheet)[0]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            names = parts.namelist()
            if "content.xml" in names:
                return errors_of_ods(parts.read("content.xml"), sheet)
            if "xl/workbook.bin" in names:
                return errors_of_xlsb(parts, sheet)
            text = parts.read(_part(parts, sheet))
            asked = _TO_BE_CALCULATED.search(parts.read("xl/workbook.xml")) is not None
    except _BROKEN:
        return {}
    found: dict[tuple[int, int], str | Uncalculated] = {}
    errors, formulas = _ERROR.search(text) is not None, _FORMULA.search(text) is not None
    if not errors and not formulas:
        return found
    cells = list(_CELL.finditer(text))
    # What a cell holds ends where the next one begins, whether or not it is closed as it should be.
    for cell, end in zip(cells, [*(each.start() for each in cells[1:]), len(text)], strict=True):
        place = _PLACE.search(cell[1])
        if place is None:
            continue
        where = int(place[2]), _column(place[1])
        inside = b"" if cell[1].endswith(b"/") else text[cell.end() : end]
        value = _VALUE.search(inside)
        if errors and _ERROR.search(cell[1]):
            found[where] = "#ERROR!" if value is None else value[1].decode(errors="replace")
        if formulas and _FORMULA.search(inside):
            shown = b"" if value is None else value[1].strip()
            # A calculated text can be empty; a number cannot.
            blank = not shown and not _TEXT.search(cell[1])
            if blank or (asked and shown == b"0"):
                formula = _FORMULA_TEXT.search(inside)
                found[where] = Uncalculated("" if formula is None else unescape(formula[1].decode(errors="replace")))
    return found


_HIDDEN: Final = re.compile(rb"""<(?:\w+:)?row\b[^<>]*\bhidden\s*=\s*["'](?:1|true)["'][^<>]*>""")
_ROW_NUMBER: Final = re.compile(rb"""\br\s*=\s*["']([0-9]{1,7})["']""")
_PIECE: Final = 1 << 20
_FROM_1904: Final = re.compile(rb"""<(?:\w+:)?workbookPr\b[^<>]*\bdate1904\s*=\s*["'](?:1|true)["']""")
_TABLE_END: Final = b"</table:table>"
_ODS_ROW: Final = re.compile(rb"<table:table-row\b([^<>]*)>")
_ODS_TIMES: Final = re.compile(rb"number-rows-repeated=\"([0-9]+)\"")
_ODS_HIDDEN: Final = re.compile(rb"table:visibility=\"(?:collapse|filter)\"")


def hidden_rows(data: bytes, sheet: int) -> frozenset[int]:
    """Return the 1-based numbers of the rows of a sheet that are hidden or filtered out; of .xlsb none are known.

    Args:
        data: the workbook.
        sheet: which sheet, counted from 0.
    """
    if data.startswith(_OLE):
        return errors_and_hidden(data, sheet)[1]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if "content.xml" in parts.namelist():
                return _hidden_in_ods(parts.read("content.xml"), sheet)
            with parts.open(_part(parts, sheet)) as file:
                return _hidden_in_xlsx(file)
    except _BROKEN:
        return frozenset()


def _hidden_in_xlsx(file: IO[bytes]) -> frozenset[int]:
    """Return the hidden rows in a part that is read piece by piece, as it may be longer than the memory that is left."""
    found: set[int] = set()
    rest = b""
    while piece := file.read(_PIECE):
        text = rest + piece
        if b"hidden" in text:
            tags = (_ROW_NUMBER.search(tag[0]) for tag in _HIDDEN.finditer(text))
            found.update(int(number[1]) for number in tags if number is not None)
        rest = text[text.rfind(b"<") :]
    return frozenset(found)


def _hidden_in_ods(text: bytes, sheet: int) -> frozenset[int]:
    if not _ODS_HIDDEN.search(text):
        return frozenset()
    found: set[int] = set()
    number = 1
    for row in _ODS_ROW.finditer(text.split(_TABLE_END)[sheet]):
        times = _ODS_TIMES.search(row[1])
        after = number + (1 if times is None else int(times[1]))
        if _ODS_HIDDEN.search(row[1]) and after - number < _PIECE:
            found.update(range(number, after))
        number = after
    return frozenset(found)


def from_1904(data: bytes) -> bool:
    """Return whether an .xlsx or .xls counts its days from 1904."""
    if data.startswith(_OLE):
        return days_from_1904(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            return _FROM_1904.search(parts.read("xl/workbook.xml")) is not None
    except _BROKEN:
        return False


def _part(parts: zipfile.ZipFile, sheet: int) -> str:
    """Return the name of the part that holds a sheet."""
    tag = _attributes(_SHEET.findall(parts.read("xl/workbook.xml").decode())[sheet])
    link = next(value for name, value in tag.items() if name.endswith(":id"))
    links = map(_attributes, _LINK.findall(parts.read("xl/_rels/workbook.xml.rels").decode()))
    target = next(found["Target"] for found in links if found.get("Id") == link)
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _attributes(tag: str) -> dict[str, str]:
    """Return the attributes of a tag, in quotation marks of either sort."""
    return {name: double or single for name, double, single in _ATTRIBUTE.findall(tag)}


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
