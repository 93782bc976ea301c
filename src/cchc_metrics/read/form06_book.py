"""The one-stop's own Form 06 as a workbook: columns are known by the printed numbers (2) to (13), levels by the lines that name them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from cchc_metrics.errors import InputError
from cchc_metrics.read.excel_files import looked_at
from cchc_metrics.read.limits import LIMITS, Limits
from cchc_metrics.records.fields import CellError, cell_text, parse_whole
from cchc_metrics.reference.level import LEVEL_NAMES
from cchc_metrics.text import fold, nfc
from cchc_metrics.verbs.form06_rows import NUMBERS, Form06Row

_PRINTED: Final = NUMBERS[:11]
_NUMBERED: Final = re.compile(r"\(\s*(\d+)\s*\)")
_LEVELS: Final = {fold(name): level for level, names in LEVEL_NAMES.items() for name in names}
_TOTAL: Final = re.compile(rf"(?:tong(?: cong| so)?|cong|total(?: of)?)(?: (?:ubnd )?(?P<level>{'|'.join(_LEVELS)}))?")
_TOP: Final = 60
"""The numbers of the columns stand in one of so many first rows."""


def read_form06_book(path: Path, limits: Limits = LIMITS) -> tuple[Form06Row, ...]:
    """Return the rows of a form from a workbook: those of the first sheet that has the column numbers (2) to (13).

    A line without numbers names the level of the lines below it. Where no line does, the level of the fields is ``""``, as that of the
    total is. What stands below the last total, and a total that was never calculated, is passed over.

    Args:
        path: the workbook.
        limits: how much it may hold.

    Raises:
        InputError: no sheet has the column numbers, or there are no rows below them; or names the cell that is no whole number. An empty
            cell is 0.
        UnreadableFileError: the file is no workbook, or is protected by a password.
    """
    for sheet, rows, _ in looked_at(path, limits=limits):
        found: list[list[str]] = []
        for row in rows:
            found.append(list(map(cell_text, row)))
            limits.check_table(len(row), len(found))
        for at, row in enumerate(found[:_TOP]):
            if (columns := _columns_of(row)) is not None:
                if read := tuple(_rows(found, at + 1, columns, f"«{path.name}», {sheet}")):
                    return read
                raise InputError(f"«{path.name}», {sheet}: biểu không có dòng nào", f"«{path.name}», {sheet}: the form has no rows")
    raise InputError(
        f"«{path.name}»: không trang nào có dòng số cột (2) đến (13) của Biểu 06",
        f"«{path.name}»: no sheet has the line of column numbers (2) to (13) of Form 06",
    )


def _columns_of(row: Sequence[str]) -> Mapping[int, int] | None:
    """Return number → position, where a row has the numbers (2) to (13); of «(3)=(4)+(5)+(6)» the first is meant."""
    found: dict[int, int] = {}
    for position, cell in enumerate(row):
        if (number := _NUMBERED.match(cell.strip())) is not None:
            found.setdefault(int(number[1]), position)
    return found if set(range(2, 14)) <= found.keys() else None


def _rows(rows: Sequence[Sequence[Any]], start: int, columns: Mapping[int, int], place: str) -> Iterator[Form06Row]:
    level = ""
    for number, cells in enumerate(rows[start:], start=start + 1):
        name = nfc(cells[columns[2]]).strip()
        written = [cells[columns[n]].strip() for n in range(3, 14)]
        if not name:
            continue
        if not any(written):
            level = level_of(name) or level
            continue
        row = {printed: _whole(cell, place, number, n) for n, (printed, cell) in enumerate(zip(_PRINTED, written, strict=True), start=3)}
        total = _TOTAL.fullmatch(fold(name).rstrip(" :"))
        yield Form06Row(level, name, **row) if total is None else Form06Row(_LEVELS.get(total["level"] or "", ""), None, **row)


def level_of(name: str) -> str:
    """Return the level that a line names, ``""`` where it names none: «CẤP XÃ», «UBND cấp xã», «II. Cấp huyện».

    >>> level_of("UBND cấp xã"), level_of("Hộ tịch")
    ('commune', '')
    """
    return next((level for words, level in _LEVELS.items() if words in fold(name)), "")


def _whole(cell: str, place: str, row: int, number: int) -> int:
    try:
        return parse_whole(cell) or 0
    except CellError as error:
        raise InputError(
            f"{place}, dòng {row}, cột ({number}) = «{cell}»: {error.code.vi}",
            f"{place}, row {row}, column ({number}) = «{cell}»: {error.code.en}",
        ) from None
