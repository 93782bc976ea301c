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
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from typing import Any, Final

import numpy as np

from cchc_metrics.read.findings import shown
from cchc_metrics.read.raw import RawColumn
from cchc_metrics.records.fields import COMMA_BEFORE_THREE, MAX_MONTH, CellError, parse_moment, short_year, two_ways, whole_year
from cchc_metrics.records.problems import Code
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
MAX_DAY: Final = 31
_DASHES: Final = re.compile(r"\d-\d{1,2}-\d")
_DATE: Final = re.compile(r"\s*(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}(?!\d)")


def signs_of(spec: ColumnSpec, cells: Iterable[object]) -> Signs:
    """Return what the cells of a column show of how it is written.

    Args:
        spec: the column.
        cells: its cells, each at least once.
    """
    one: Callable[[object], Sign | None] = _date_sign if spec.cell_type.name == "moment" else lambda cell: _number_sign(spec, cell)
    return frozenset(sign for sign in map(one, cells) if sign is not None)


def settle(
    spec: ColumnSpec, column: RawColumn, values: Sequence[Any], errors: dict[int, CellError], elsewhere: Signs = NO_SIGNS
) -> tuple[Sequence[Any], dict[int, CellError]]:
    """Return the values and errors of the distinct cells of a column after those in doubt were settled or refused.

    Args:
        spec: the column.
        column: its cells.
        values: what each distinct cell means by itself.
        errors: position of a distinct cell → why it means nothing by itself.
        elsewhere: what the other parts of the table show.
    """
    if not _can_be_in_doubt(spec, column.values, errors, elsewhere):
        return values, errors
    used = np.bincount(column.codes, minlength=len(column.values)) > 0  # what no row has shows nothing
    places = np.flatnonzero(used).tolist()
    signs = elsewhere | signs_of(spec, (column.values[at] for at in places))
    found, wrong = list(values), dict(errors)
    for at in places:
        cell = column.values[at]
        try:
            settled = _date(cell, signs) if spec.cell_type.name == "moment" else _number(spec, cell, signs)
            if settled is not None:
                found[at] = settled
                wrong.pop(at, None)
        except CellError as error:
            wrong[at] = error.with_traceback(None)
    return found, wrong


def _can_be_in_doubt(spec: ColumnSpec, cells: Sequence[Any], errors: Mapping[int, CellError], elsewhere: Signs) -> bool:
    """Return whether it is worth while to look at the cells one by one."""
    if spec.cell_type.name in NUMBERS:
        return any(type(cell) is str and ("," in cell or "." in cell) for cell in cells)
    if spec.cell_type.name != "moment":
        return False
    if elsewhere or errors:
        return True
    kinds = set(map(type, cells))
    return str in kinds and any(issubclass(kind, date) for kind in kinds)


# --- numbers


def _digits(cell: object) -> str:
    """Return the digits and marks of a number that has a comma or a dot, ``""`` for everything else."""
    found = _NUMBER.fullmatch(cell.strip()) if isinstance(cell, str) else None
    return "" if found is None else found[1]


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


def _date_sign(cell: object) -> Sign | None:
    if isinstance(cell, date):
        if cell != cell:  # noqa: PLR0124  the "not a time" of data frames
            return None
        return Sign.DATE_LOW if cell.day <= MAX_MONTH else Sign.DATE_HIGH
    pair = _pair(cell)
    if pair is None:
        return None
    first, second = pair
    if first > MAX_MONTH:
        return Sign.TEXT_HIGH
    if second > MAX_MONTH:
        return Sign.MONTH_FIRST if first and second <= 31 else None
    return Sign.TEXT_LOW


def _pair(cell: object) -> tuple[int, int] | None:
    """Return the two numbers before the year of a text such as 05/03/2021 or 05/03/21."""
    if not isinstance(cell, str):
        return None
    if found := _DATE.match(cell):
        return int(found[1]), int(found[2])
    short = short_year(cell)
    if short is None or _may_begin_with_the_year(cell, short[2]) or min(short[:2]) > MAX_MONTH or max(short[:2]) > MAX_DAY:
        return None
    return short[:2]


def _may_begin_with_the_year(cell: str, last: int) -> bool:
    """Return whether a date of three short numbers may be one such as 21-03-05; where it has slashes or dots, nobody writes it so."""
    return last <= MAX_DAY and _DASHES.search(cell) is not None


def _short(cell: str, short: tuple[int, int, int, str], signs: Signs) -> date | datetime | None:
    """Return what a date with a year of two digits means in its column; ``CellError`` where the column does not tell."""
    first, second, last, whole = short
    try:
        meant = parse_moment(whole)
    except CellError:
        return None  # which is reported already
    year_first = _may_begin_with_the_year(cell, last)
    if not year_first and (first == second or (Sign.TEXT_HIGH in signs and Sign.MONTH_FIRST not in signs)):
        return meant
    days = [(first, second, last)]
    if first <= MAX_MONTH:
        days.append((second, first, last))
    if year_first:
        days.append((last, second, first))
    texts = [f"{day:02}/{month:02}/{whole_year(year)}" for day, month, year in dict.fromkeys(days)]
    vi, en = " hay ".join(texts), " or ".join(texts)
    raise CellError(
        Code.AMBIGUOUS_VALUE,
        (
            f"; {vi}? cột không cho biết thứ tự; ghi năm đủ bốn chữ số",
            f"; {en}? the column does not show the order; write the year in full",
        ),
    )


def _date(cell: object, signs: Signs) -> Any:
    """Return what a date means in its column, None where that is what it means by itself.

    Raises:
        CellError: the column shows that day and month of a cell may be exchanged, or does not show the order of one with a short year.
    """
    if isinstance(cell, str) and not _DATE.match(cell) and (short := short_year(cell)) is not None:
        return _short(cell, short, signs)
    if isinstance(cell, date):
        exchanged = Sign.MONTH_FIRST in signs or (Sign.TEXT_HIGH in signs and Sign.TEXT_LOW not in signs)
        if Sign.DATE_HIGH in signs or not exchanged or cell != cell or cell.day > MAX_MONTH:  # noqa: PLR0124  see above
            return None
        if cell.day != cell.month:
            day = cell.date() if isinstance(cell, datetime) else cell
            raise CellError(Code.AMBIGUOUS_VALUE, _exchanged(day))
        return None
    pair = _pair(cell)
    if Sign.MONTH_FIRST in signs and pair is not None and max(pair) <= MAX_MONTH and pair[0] != pair[1]:
        raise CellError(
            Code.AMBIGUOUS_VALUE,
            (
                "; cột có ngày viết tháng trước ngày sau (như 01/25/2021): xuất lại cả cột dạng yyyy-mm-dd",
                "; other dates of the column have the month first (as 01/25/2021): export the whole column as yyyy-mm-dd",
            ),
        )
    return None


def _exchanged(day: date) -> tuple[str, str]:
    two = f"{day:%d/%m/%Y}", f"{day.month:02}/{day.day:02}/{day.year}"
    return (
        f"; {two[0]} hay {two[1]}: ô ngày đều có ngày ≤ 12, ô chữ đều > 12, bảng tính đã đổi ngày với tháng; nhập lại từ tệp gốc",
        f"; {two[0]} or {two[1]}: date cells have days up to 12 and texts days above: a spreadsheet exchanged day and month; import again",
    )
