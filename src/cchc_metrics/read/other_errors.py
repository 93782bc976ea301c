"""Cells of .xlsb and .ods that show an error (#N/A, #DIV/0!), which their reader gives as empty or as 0."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from typing import Final
from xml.sax.saxutils import unescape

from cchc_metrics.read.xls_parts import ERRORS

_ROW, _ERROR, _CALCULATED_ERROR, _SHEET = 0, 3, 11, 156
"""Kinds of records ([MS-XLSB] 2.3)."""
_LINK: Final = re.compile(rb"<(?:\w+:)?Relationship\b[^<>]*")
_ATTRIBUTE: Final = re.compile(rb"""\b(Id|Target)\s*=\s*["']([^"']*)["']""")


def errors_of_xlsb(parts: zipfile.ZipFile, sheet: int) -> Mapping[tuple[int, int], str]:
    """Return (1-based row, column from 0) → the error that a cell of a sheet of an .xlsb shows.

    Args:
        parts: the workbook.
        sheet: which sheet, counted from 0.

    Raises:
        LookupError, ValueError, struct.error: the workbook is broken.
    """
    sheets = [data for kind, data in _records(parts.read("xl/workbook.bin")) if kind == _SHEET]
    (length,) = struct.unpack_from("<I", sheets[sheet], 8)
    link = sheets[sheet][12 : 12 + 2 * length].decode("utf-16-le").encode()
    links = [dict(_ATTRIBUTE.findall(tag)) for tag in _LINK.findall(parts.read("xl/_rels/workbook.bin.rels"))]
    target: str = next(found[b"Target"] for found in links if found.get(b"Id") == link).decode()
    found, row = {}, 0
    for kind, data in _records(parts.read(target.removeprefix("/") if target.startswith("/") else f"xl/{target}")):
        if kind == _ROW and len(data) >= 4:
            row = struct.unpack_from("<I", data)[0] + 1
        elif kind in (_ERROR, _CALCULATED_ERROR) and len(data) >= 9:
            found[row, struct.unpack_from("<I", data)[0]] = ERRORS.get(data[8], "#ERROR!")
    return found


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a part: their kind and their data; both kind and size have seven bits a byte."""
    at, end = 0, len(part)
    while at < end:
        kind = part[at]
        at += 1
        if kind > 127 and at < end:
            kind = kind & 0x7F | (part[at] & 0x7F) << 7
            at += 1
        size = 0
        for place in range(4):
            if at >= end:
                return
            byte = part[at]
            at += 1
            size |= (byte & 0x7F) << 7 * place
            if byte < 128:
                break
        yield kind, part[at : at + size]
        at += size


_TAG: Final = re.compile(rb"""<table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])((?:[^<>"']|"[^"]*"|'[^']*')*)>""")
_TIMES: Final = re.compile(rb"""\btable:number-(?:columns|rows)-repeated\s*=\s*["'](\d{1,18})["']""")
_SAYS_ERROR: Final = re.compile(rb"""\bcalcext:value-type\s*=\s*["']error["']""")
_SHOWN: Final = re.compile(rb"<text:p>(#(?:N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|DIV/0!)|Err:[0-9]{3})</text:p>")
_MOST: Final = 1 << 20
"""Errors that one cell repeated stands for; a file of a few bytes can say any number."""


def errors_of_ods(content: bytes, sheet: int) -> Mapping[tuple[int, int], str]:
    """Return (1-based row, column from 0) → the error that a cell of a table of an .ods shows.

    Args:
        content: the part that holds the tables.
        sheet: which table, counted from 0.
    """
    found: dict[tuple[int, int], str] = {}
    if not _SAYS_ERROR.search(content) and not _SHOWN.search(content):
        return found
    table, row, times, column, tags = -1, 0, 0, 0, list(_TAG.finditer(content))
    for tag, end in zip(tags, [*(each.start() for each in tags[1:]), len(content)], strict=True):
        repeated = 1 if (said := _TIMES.search(tag[2])) is None else int(said[1])
        if tag[1] == b"table":
            table, row, times, column = table + 1, 0, 0, 0
        elif table == sheet and tag[1] == b"table-row":
            row, times, column = row + times, repeated, 0
        elif table == sheet:
            shown = _SHOWN.search(content, tag.end(), end)
            if (shown or _SAYS_ERROR.search(tag[2])) and not tag[2].endswith(b"/") and (shown is None or _empty(tag[2])):
                text = "#ERROR!" if shown is None else unescape(shown[1].decode())
                if len(found) + repeated * times <= _MOST:
                    found |= {(row + down, column + right): text for down in range(1, times + 1) for right in range(repeated)}
            column += repeated
    return found


_TEXT: Final = re.compile(rb"""\boffice:value-type\s*=\s*["']string["']""")


def _empty(said: bytes) -> bool:
    """Return whether a cell that shows an error holds no text of these letters: somebody can have typed them."""
    return _SAYS_ERROR.search(said) is not None or not _TEXT.search(said)
