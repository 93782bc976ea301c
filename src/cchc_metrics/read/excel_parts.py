"""What the parts of a workbook say beyond what its reader gives: errors (#N/A, #DIV/0!), formulas that were never calculated, hidden rows.

The reader gives errors and such formulas as empty. Programs that write formulas without calculating them leave no value, or write 0 and
ask for a calculation.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from typing import IO, Final
from xml.sax.saxutils import unescape

from cchc_metrics.read.raw import Uncalculated
from cchc_metrics.read.xls_parts import days_from_1904, errors_and_hidden

_OLE: Final = b"\xd0\xcf\x11\xe0"
_ERROR: Final = b't="e"'
_CELL: Final = re.compile(rb"<(?:\w+:)?c\b([^<>]*\bt=\"e\"[^<>]*)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[ >/]")
_ANY_CELL: Final = re.compile(rb"<(?:\w+:)?c\b([^<>]*[^/<>])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_FORMULA_TEXT: Final = re.compile(rb"<(?:\w+:)?f(?: [^<>]*)?>([^<]*)</")
_TO_BE_CALCULATED: Final = re.compile(rb"\bfullCalcOnLoad=\"(?:1|true)\"")
_PLACE: Final = re.compile(rb"\br=\"([A-Z]+)([0-9]+)\"")
_VALUE: Final = re.compile(rb"<(?:\w+:)?v>([^<]*)</")
_SHEET: Final = re.compile(r"<(?:\w+:)?sheet\b[^<>]*")
_LINK: Final = re.compile(r"<(?:\w+:)?Relationship\b[^<>]*")
_ID: Final = re.compile(r"\br:id=\"([^\"]*)\"")


def odd_cells(data: bytes, sheet: int) -> Mapping[tuple[int, int], str | Uncalculated]:
    """Return (1-based row, column from 0) → error or formula of the cells of a sheet that show one; errors only of .xls, none of others.

    Args:
        data: the workbook.
        sheet: which sheet, counted from 0.
    """
    if data.startswith(_OLE):
        return errors_and_hidden(data, sheet)[0]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            text = parts.read(_part(parts, sheet))
            asked = _TO_BE_CALCULATED.search(parts.read("xl/workbook.xml")) is not None
    except (zipfile.BadZipFile, KeyError, IndexError, AttributeError, StopIteration):
        return {}
    found: dict[tuple[int, int], str | Uncalculated] = {}
    if _ERROR in text:
        for cell in _CELL.finditer(text):
            place, value = _PLACE.search(cell[1]), _VALUE.search(cell[2])
            if place is not None:
                found[int(place[2]), _column(place[1])] = "#ERROR!" if value is None else value[1].decode()
    if _FORMULA.search(text):
        for cell in _ANY_CELL.finditer(text):
            place, value = _PLACE.search(cell[1]), _VALUE.search(cell[2])
            shown = b"" if value is None else value[1].strip()
            # A calculated text can be empty; a number cannot.
            blank = not shown and b't="str"' not in cell[1]
            if place is not None and (blank or (asked and shown == b"0")) and _FORMULA.search(cell[2]):
                formula = _FORMULA_TEXT.search(cell[2])
                found[int(place[2]), _column(place[1])] = Uncalculated("" if formula is None else unescape(formula[1].decode()))
    return found


_HIDDEN: Final = re.compile(rb"<(?:\w+:)?row\b[^<>]*\bhidden=\"(?:1|true)\"[^<>]*>")
_ROW_NUMBER: Final = re.compile(rb"\br=\"([0-9]+)\"")
_PIECE: Final = 1 << 20
_FROM_1904: Final = re.compile(rb"<(?:\w+:)?workbookPr\b[^<>]*\bdate1904=\"(?:1|true)\"")
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
    except (zipfile.BadZipFile, KeyError, IndexError, AttributeError, StopIteration):
        return frozenset()


def _hidden_in_xlsx(file: IO[bytes]) -> frozenset[int]:
    """Return the hidden rows in a part that is read piece by piece, as it may be longer than the memory that is left."""
    found: set[int] = set()
    rest = b""
    while piece := file.read(_PIECE):
        text = rest + piece
        if b"hidden=" in text:
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
    except (zipfile.BadZipFile, KeyError):
        return False


def _part(parts: zipfile.ZipFile, sheet: int) -> str:
    """Return the name of the part that holds a sheet."""
    tag = _SHEET.findall(parts.read("xl/workbook.xml").decode())[sheet]
    link = _ID.search(tag)[1]  # type: ignore[index]  # caught above
    links = parts.read("xl/_rels/workbook.xml.rels").decode()
    target = next(found for found in _LINK.findall(links) if f'Id="{link}"' in found).partition('Target="')[2].partition('"')[0]
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
