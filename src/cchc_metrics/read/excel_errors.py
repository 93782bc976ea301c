"""Cells of an .xlsx that show an error (#N/A, #DIV/0!): the reader of workbooks gives them as empty, which is not what they say."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Final

_ERROR: Final = b't="e"'
_CELL: Final = re.compile(rb"<(?:\w+:)?c\b([^<>]*\bt=\"e\"[^<>]*)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_PLACE: Final = re.compile(rb"\br=\"([A-Z]+)([0-9]+)\"")
_VALUE: Final = re.compile(rb"<(?:\w+:)?v>([^<]*)</")
_SHEET: Final = re.compile(r"<(?:\w+:)?sheet\b[^<>]*")
_LINK: Final = re.compile(r"<(?:\w+:)?Relationship\b[^<>]*")
_ID: Final = re.compile(r"\br:id=\"([^\"]*)\"")


def error_cells(data: bytes, sheet: int) -> Mapping[tuple[int, int], str]:
    """Return (1-based row, column from 0) → error of the cells of a sheet that show one; none of a workbook that is no .xlsx.

    Args:
        data: the workbook.
        sheet: which sheet, counted from 0.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            text = parts.read(_part(parts, sheet))
    except (zipfile.BadZipFile, KeyError, IndexError, AttributeError):
        return {}
    if _ERROR not in text:
        return {}
    found = {}
    for cell in _CELL.finditer(text):
        place, value = _PLACE.search(cell[1]), _VALUE.search(cell[2])
        if place is not None:
            found[int(place[2]), _column(place[1])] = "#ERROR!" if value is None else value[1].decode()
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
