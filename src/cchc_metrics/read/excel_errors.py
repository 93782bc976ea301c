"""Cells of an .xlsx that say more than the reader of workbooks gives: errors (#N/A, #DIV/0!), and formulas that were never calculated.

It gives both as empty. Programs that write formulas without calculating them leave no value, or write 0 and ask for a calculation.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Final
from xml.sax.saxutils import unescape

from cchc_metrics.read.raw import Uncalculated

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
    """Return (1-based row, column from 0) → error or formula of the cells of a sheet that show one; none of a workbook that is no .xlsx.

    Args:
        data: the workbook.
        sheet: which sheet, counted from 0.
    """
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
