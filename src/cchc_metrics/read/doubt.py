"""Cells that can be read in two ways, settled by the column in which they stand, or refused where the column does not tell.

- Numbers: «2,000» is two thousand in a sheet of one country and two in one of another; so is «2.000». Columns of whole numbers and of terms
  tell by their other texts: «1,500» is no whole number but in thousands, «2,5» shows that the comma begins a part. Where the texts of a
  column show both ways, or none, what is in doubt is refused.
- Dates: the day comes before the month. Where a text of the column cannot be read so («01/25/2021»), its other texts are in doubt as far as
  both numbers could be a month. Where every date cell has a day up to 12 and every text one above, a spreadsheet of the other order took
  for a date what it could, with day and month exchanged, and left the rest as text: those date cells are in doubt.
- Years of two digits: «05/03/21» is read where a day above 12 shows that the day comes first and no cell shows the other order; else it is
  in doubt. Years up to 89 are of this century, those from 90 on of the last. «05-03-21» may begin with the year, and is always in doubt.

What the texts of a column show is a set of signs, and the signs of the parts of a table add up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from functools import partial
from typing import Any, Final

import numpy as np

from cchc_metrics.read.findings import shown
from cchc_metrics.read.moment_shapes import EITHER, HIGH, LOW, MONTH_FIRST, OF_DATE, SHORT, YEAR_FIRST, may_begin_with_the_year
from cchc_metrics.read.moments import Moments, understand_moments
from cchc_metrics.read.raw import RawColumn
from cchc_metrics.records.codes import Code
from cchc_metrics.records.fields import COMMA_BEFORE_THREE, MAX_MONTH, CellError, short_year, two_ways, whole_year
from cchc_metrics.records.record import ColumnSpec

NUMBERS: Final = ("whole", "term")
JUDGED: Final = (*NUMBERS, "moment")
"""Names of the types of column whose cells can be in doubt."""


class Sign(Enum):
    """What a cell shows of how its column is written."""

    COMMA_PARTS = "a comma begins a part, or dots separate thousands: 2,5; 1.234"
    COMMA_THOUSANDS = "commas separate thousands, or a dot begins a part: 1,234; 2.5"
    COMMA_IN_DOUBT = "2,000"
    DOT_IN_DOUBT = "2.000"
    MONTH_FIRST = "01/25/2021"
    TEXT_LOW = "a text whose day is 12 at most"
    TEXT_HIGH = "a text whose day is above 12"
    DATE_LOW = "a date cell whose day is 12 at most"
    DATE_HIGH = "a date cell whose day is above 12"


Signs = frozenset[Sign]
NO_SIGNS: Final[Signs] = frozenset()

_NUMBER: Final = re.compile(r"[+\-−]?([0-9]+(?:[.,][0-9]+)+)")
_GROUPS: Final = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+")


def signs_of(spec: ColumnSpec, column: RawColumn) -> Signs:
    """Return what the rows of a column show of how it is written; a cell that no row has shows nothing."""
    if spec.cell_type.name == "moment":
        return date_signs(understand_moments(spec, column))
    return _number_signs(spec, (column.values[at] for at in _used(column)))


def settle(
    spec: ColumnSpec, column: RawColumn, values: Sequence[Any], errors: dict[int, CellError], elsewhere: Signs = NO_SIGNS
) -> tuple[Sequence[Any], dict[int, CellError]]:
    """Return the values and errors of the distinct cells of a column of numbers after those in doubt were settled or refused.

    Args:
        spec: the column; of other types nothing is in doubt here.
        column: its cells.
        values: what each distinct cell means by itself.
        errors: position of a distinct cell → why it means nothing by itself.
        elsewhere: what the other parts of the table show.
    """
    if spec.cell_type.name not in NUMBERS or not any(type(cell) is str and ("," in cell or "." in cell) for cell in column.values):
        return values, errors
    places = _used(column)
    signs = elsewhere | _number_signs(spec, (column.values[at] for at in places))
    found, wrong = list(values), dict(errors)
    for at in places:
        try:
            if (settled := _number(spec, column.values[at], signs)) is not None:
                found[at] = settled
                wrong.pop(at, None)
        except CellError as error:
            wrong[at] = error.with_traceback(None)
    return found, wrong


def _used(column: RawColumn) -> list[int]:
    """Return the positions of the distinct cells that a row has."""
    return np.flatnonzero(np.bincount(column.codes, minlength=len(column.values))).tolist()


# --- numbers


def _digits(cell: object) -> str:
    """Return the digits and marks of a number that has a comma or a dot, ``""`` for everything else."""
    found = _NUMBER.fullmatch(cell.strip()) if isinstance(cell, str) else None
    return "" if found is None else found[1]


def _number_signs(spec: ColumnSpec, cells: Iterable[object]) -> Signs:
    return frozenset(sign for cell in cells if (sign := _number_sign(spec, cell)) is not None)


def _number_sign(spec: ColumnSpec, cell: object) -> Sign | None:
    digits = _digits(cell)
    if not digits:
        return None
    if COMMA_BEFORE_THREE.fullmatch(digits):
        if digits.startswith("0"):  # no group of thousands; a part of a term, and no whole number
            return Sign.COMMA_PARTS if spec.cell_type.name == "term" else None
        return Sign.COMMA_IN_DOUBT if _has_such_parts(spec, digits) else Sign.COMMA_THOUSANDS
    if COMMA_BEFORE_THREE.fullmatch(digits.replace(".", ",")) and not digits.startswith("0"):
        return Sign.DOT_IN_DOUBT if _has_such_parts(spec, digits) else Sign.COMMA_PARTS
    marks = re.sub("[0-9]", "", digits)
    last = marks[-1]
    if len(set(marks)) == 1 and len(marks) > 1:  # the mark of thousands, as there is one part at most
        return Sign.COMMA_THOUSANDS if last == "," else Sign.COMMA_PARTS
    return Sign.COMMA_PARTS if last == "," else Sign.COMMA_THOUSANDS


def _has_such_parts(spec: ColumnSpec, digits: str) -> bool:
    """Return whether what follows the mark can be the part of a number of the column: of whole numbers none, of terms a half."""
    return digits[-3:] == "000" or (spec.cell_type.name == "term" and digits[-3:] == "500")


def _number(spec: ColumnSpec, cell: object, signs: Signs) -> Any:
    """Return what a number means in its column, None where that is what it means by itself."""
    digits = _digits(cell)
    if not digits or digits.startswith("0"):
        return None
    thousands = Sign.COMMA_THOUSANDS in signs and not signs & {Sign.COMMA_PARTS, Sign.DOT_IN_DOUBT}
    if _GROUPS.fullmatch(digits):
        single = digits.count(",") == 1
        # A number that only one way of writing has is refused by itself; it is understood beside others that need the same way.
        if thousands and (single or Sign.COMMA_IN_DOUBT in signs):
            number = int(digits.replace(",", ""))
            return spec.cell_type.parse(-number if str(cell).strip()[0] in "-−" else number)
        if single and spec.cell_type.name == "term" and Sign.COMMA_PARTS in signs and Sign.COMMA_THOUSANDS not in signs:
            return spec.cell_type.parse(Fraction(digits.replace(",", ".")))
        if single and _has_such_parts(spec, digits):
            raise two_ways(shown(cell), mixed=bool(signs & {Sign.COMMA_PARTS, Sign.COMMA_THOUSANDS, Sign.DOT_IN_DOUBT}))
        return None
    doubted = Sign.COMMA_THOUSANDS in signs or (Sign.COMMA_IN_DOUBT in signs and Sign.COMMA_PARTS not in signs)
    if doubted and _number_sign(spec, cell) is Sign.DOT_IN_DOUBT:
        raise two_ways(shown(cell), mixed=True)
    return None


# --- dates


_SHOWN: Final = {
    LOW: Sign.TEXT_LOW,
    HIGH: Sign.TEXT_HIGH,
    MONTH_FIRST: Sign.MONTH_FIRST,
    OF_DATE + LOW: Sign.DATE_LOW,
    OF_DATE + HIGH: Sign.DATE_HIGH,
}


def date_signs(found: Moments) -> Signs:
    """Return what the rows of a column show of how its dates are written; a cell that no row has shows nothing."""
    used = found.used()
    signs = found.found.signs if used is None else found.found.signs[used]
    counts = np.bincount(signs & np.uint8(7), minlength=8)
    return frozenset(sign for code, sign in _SHOWN.items() if counts[code])


def settle_dates(column: RawColumn, found: Moments, elsewhere: Signs = NO_SIGNS) -> Moments:
    """Return the dates and times of a column after those were refused that the column as a whole puts, or leaves, in doubt.

    Args:
        column: its cells.
        found: what each means by itself; one with a year of two digits: where the column shows the order.
        elsewhere: what the other parts of the table show.
    """
    signs = found.found.signs
    dated, short = signs & np.uint8(OF_DATE) > 0, signs & np.uint8(SHORT) > 0
    if not elsewhere and not len(found.bad) and not short.any() and (not dated.any() or dated.all()):
        return found
    shown_by = elsewhere | date_signs(found)
    month_first = Sign.MONTH_FIRST in shown_by
    dates = Sign.DATE_HIGH not in shown_by and (month_first or (Sign.TEXT_HIGH in shown_by and Sign.TEXT_LOW not in shown_by))
    days_first = Sign.TEXT_HIGH in shown_by and not month_first
    doubted = signs & np.uint8(EITHER) > 0
    doubted &= np.where(dated, dates, np.where(short, not days_first, month_first))
    doubted |= signs & np.uint8(YEAR_FIRST) > 0
    if (used := found.used()) is not None:
        doubted &= used
    where = np.flatnonzero(doubted)
    if not len(where):
        return found
    reasons = list(found.reasons)
    why = np.full(len(signs), -1, dtype=np.int64)
    why[found.bad] = found.why
    why[where] = len(reasons)
    reasons.append(CellError(Code.AMBIGUOUS_VALUE, _MONTH_FIRST))
    for at in where[(dated | short)[where]].tolist():  # each with its own days
        why[at] = len(reasons)
        cell = column.cell(at) if found.codes is None else column.values[at]
        reasons.append(CellError(Code.AMBIGUOUS_VALUE, partial(_short if isinstance(cell, str) else _exchanged, cell)))
    bad = np.flatnonzero(why >= 0)
    return replace(found, bad=bad, why=why[bad], reasons=tuple(reasons))


_MONTH_FIRST: Final = (
    "; cột có ngày viết tháng trước ngày sau (như 01/25/2021): xuất lại cả cột dạng yyyy-mm-dd",
    "; other dates of the column have the month first (as 01/25/2021): export the whole column as yyyy-mm-dd",
)


def _short(cell: str) -> tuple[str, str]:
    """Return the days that a text with a year of two digits may mean."""
    found = short_year(cell)
    assert found is not None  # noqa: S101  it has such a year
    first, second, last, _ = found
    days = [(first, second, last)]
    if first <= MAX_MONTH:
        days.append((second, first, last))
    if may_begin_with_the_year(cell, last):
        days.append((last, second, first))
    texts = [f"{day:02}/{month:02}/{whole_year(year)}" for day, month, year in dict.fromkeys(days)]
    return (
        f"; {' hay '.join(texts)}? cột không cho biết thứ tự; ghi năm đủ bốn chữ số",
        f"; {' or '.join(texts)}? the column does not show the order; write the year in full",
    )


def _exchanged(cell: date) -> tuple[str, str]:
    day = cell.date() if isinstance(cell, datetime) else cell
    two = f"{day:%d/%m/%Y}", f"{day.month:02}/{day.day:02}/{day.year}"
    return (
        f"; {two[0]} hay {two[1]}: ô ngày đều có ngày ≤ 12, ô chữ đều > 12, bảng tính đã đổi ngày với tháng; nhập lại từ tệp gốc",
        f"; {two[0]} or {two[1]}: date cells have days up to 12 and texts days above: a spreadsheet exchanged day and month; import again",
    )
