"""The kinds of column and how one cell of each is understood; used by the models and, value by value, by the columns.

Every parser takes whatever a cell can hold (text, number, date) and returns the canonical value, or raises ``CellError`` with a code.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum, StrEnum
from fractions import Fraction
from functools import cache
from numbers import Integral, Rational, Real
from typing import Annotated, Any, Self

from cchc_metrics.errors import CchcError
from cchc_metrics.records.codes import Code
from cchc_metrics.records.moment_text import local, moment_of
from cchc_metrics.records.words import nearest_words
from cchc_metrics.text import letters_lost, nfc, parse_number_vi, word_key

NO_DAY = -1
"""The day number that stands for "no date" in columns (31/12/1969 is never a date of a record)."""

FIRST_DATE, LAST_DATE = date(1990, 1, 1), date(2099, 12, 31)
"""The first and the last date that a record can have."""
MAX_WHOLE = 2**31 - 1
"""The largest whole number."""
MAX_TERM = 10_000
"""The longest term, in its unit."""
_MOST_DIGITS = 30
MAX_MONTH = 12
"""The last month; a larger number is a day."""
NOT_THERE = frozenset({"NAType", "NaTType"})
"""Types of what pandas puts in place of a cell that is not there."""
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


class CellError(Exception):
    """A cell that cannot be understood: the code, and the fix in both languages where one is known.

    Args:
        code: what is wrong.
        fix: the fix, or what returns it: the nearest of a list is sought only where somebody reads it, since seeking costs more than
            understanding a cell does, and a column may be wrong in a million rows.
    """

    def __init__(self, code: Code, fix: tuple[str, str] | Callable[[], tuple[str, str]] = ("", "")) -> None:
        super().__init__(code)
        self.code = code
        self._fix = fix

    @property
    def fix(self) -> tuple[str, str]:
        """What to do, in Vietnamese and in English; empty where no more is known than the code says."""
        return self._fix() if callable(self._fix) else self._fix


class Choice(StrEnum):
    """A closed list: each member has its English code, its Vietnamese name and the other spellings that real files use."""

    vi: str
    aliases: tuple[str, ...]

    def __new__(cls, value: str, vi: str, aliases: tuple[str, ...] = ()) -> Self:
        """Make a member that carries its Vietnamese name and spellings."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.vi = vi
        member.aliases = aliases
        return member

    def text(self, lang: str) -> str:
        """Return the name in a language; English names are the codes with spaces."""
        return self.vi if lang != "en" else self.value.replace("_", " ")

    @classmethod
    def blank(cls) -> Self | None:
        """Return what an empty cell means, or None where the column must be filled."""
        return None

    @classmethod
    def labels(cls) -> tuple[str, ...]:
        """Return the codes in declared order; a column's numbers point into this tuple."""
        return tuple(member.value for member in cls)

    @classmethod
    def of(cls, label: str) -> Self:
        """Return the member with exactly this code; ``KeyError`` where there is none."""
        return {member.value: member for member in cls}[label]

    @classmethod
    def parse(cls, value: object) -> Self:
        """Return the member that a cell means; accepts codes, Vietnamese names and aliases, with or without diacritics.

        Raises:
            CellError: ``unknown_code`` with the nearest words and those that are accepted, ``missing_value`` or ``letters_lost``.
        """
        if isinstance(value, cls):
            return value
        text = whole_text(value)
        if not text:
            blank = cls.blank()
            if blank is None:
                raise CellError(Code.MISSING_VALUE)
            return blank
        spellings: dict[str, Self] = _spellings(cls)
        found = spellings.get(word_key(text))
        if found is None:
            raise CellError(Code.UNKNOWN_CODE, lambda: _unknown_word(cls, word_key(text)))
        return found


@cache
def _unknown_word(choice: type[Choice], key: str) -> tuple[str, str]:
    """Return the fix of a word that a closed list does not have: the nearest of its words, and the names of all its members."""
    words = [(word, member.value) for member in choice for word in (member.vi, *member.aliases, member.value)]
    near = " / ".join(f"«{word}»" for word in nearest_words(key, words))
    vi, en = (f"; có phải {near}?", f"; did you mean {near}?") if near else ("", "")
    return f"{vi}; có: {', '.join(member.vi for member in choice)}", f"{en}; there are: {', '.join(choice.labels())}"


@cache
def _spellings(choice: type[Choice]) -> dict[str, Any]:
    table: dict[str, Choice] = {}
    for member in choice:
        for spelling in (member.value, member.vi, *member.aliases):
            table[word_key(spelling)] = member
    return table


class Flag(Choice):
    """Yes, no, or not said: an empty cell is ``unknown`` and is never read as no."""

    NO = "no", "không", ("0", "false", "f", "n", "k", "khong co", "chưa")
    YES = "yes", "có", ("1", "true", "t", "y", "x", "v", "✓", "✔", "c", "rồi")
    UNKNOWN = "unknown", "không rõ", ("?",)

    @classmethod
    def blank(cls) -> Flag:
        """Return ``unknown``."""
        return cls.UNKNOWN


# What Unicode calls control (Cc, but for white space) and format characters (Cf): NUL, soft hyphen, zero-width space, byte order mark …
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
_TEXT_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
"""How a spreadsheet is made to keep text that looks like a number: ``="000123"``."""


def clean(text: str) -> str:
    r"""Return a text as it is understood: composed, without invisible characters and space around it; a text formula is its text.

    >>> clean("\ufeff TM\u00ad-1\x00"), clean('="000123"')
    ('TM-1', '000123')
    """
    if not text.isprintable():
        text = _INVISIBLE.sub("", text)
    text = nfc(text).strip()
    if text.startswith('="') and (formula := _TEXT_FORMULA.fullmatch(text)):
        return formula[1].replace('""', '"').strip()
    return text


def present(value: object) -> Any:
    """Return a cell, None for what pandas puts in place of one that is not there: its NA has no truth and equals nothing.

    >>> present("NA"), present(None)
    ('NA', None)
    """
    return None if type(value).__name__ in NOT_THERE else value


def cell_text(value: object) -> str:
    """Return a cell as text, see ``clean``; whole floats lose their ``.0`` (spreadsheets store codes as numbers).

    Booleans are the words ``true`` and ``false``: they are no number and no code.

    Raises:
        CellError: ``number_out_of_range`` for a whole number too long to be written out; ``unknown_code`` for bytes that are not UTF-8 and
            for lists.
    """
    if type(value) is str:
        return clean(value)
    if value is None:
        return ""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if math.isnan(value) else str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, (list, tuple, dict, set, frozenset)):
        raise CellError(Code.UNKNOWN_CODE, ("; ô là một danh sách, không phải một giá trị", "; the cell is a list, not one value"))
    try:
        return clean(value.decode() if isinstance(value, bytes) else str(value))  # some systems write texts as bytes
    except UnicodeDecodeError:
        raise CellError(Code.UNKNOWN_CODE, ("; byte không phải UTF-8", "; bytes that are not UTF-8")) from None
    except ValueError:
        raise CellError(Code.NUMBER_OUT_OF_RANGE) from None


_SHEET_ERROR = re.compile(
    r"#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!|GETTING_DATA|ERROR!|#{2,})|Err:\d{3}"
)
"""What a spreadsheet shows where it has no value: an error of a formula, or ### where a column was too narrow when it was exported."""


def cell_value(value: object) -> str:
    """Return a cell as text, see ``cell_text``, that is no error of a spreadsheet.

    Raises:
        CellError: as ``cell_text`` does; ``cell_error`` for ``#N/A``, ``#REF!``, ``####`` and their like.
    """
    text = cell_text(value)
    if text and text[0] in "#E" and _SHEET_ERROR.fullmatch(text):
        raise CellError(Code.CELL_ERROR)
    return text


def whole_text(value: object) -> str:
    """Return a cell as text, see ``cell_value``, none of whose letters was lost to «?».

    Raises:
        CellError: as ``cell_value`` does; ``letters_lost`` with how many.
    """
    text = cell_value(value)
    lost = letters_lost(text)
    if lost:
        every = lost + sum(map(str.isalpha, text))
        raise CellError(Code.LETTERS_LOST, (f" ({lost}/{every} chữ cái)", f" ({lost} of {every} letters)"))
    return text


def parse_label(value: object) -> str:
    """Return an open-vocabulary label; an empty cell is ``""`` (not said).

    Raises:
        CellError: ``unknown_code`` for half of a character (a lone surrogate, as broken JSON has), which no file could be written with.
    """
    text = " ".join(cell_value(value).split())
    if not text.isascii() and _HALF_CHARACTER.search(text):
        raise CellError(Code.UNKNOWN_CODE, ("; có ký tự hỏng", "; it has a broken character"))
    return text


def parse_required(value: object) -> str:
    """Return a label that must be there."""
    text = parse_label(value)
    if not text:
        raise CellError(Code.MISSING_VALUE)
    return text


def parse_unit(value: object) -> str:
    """Return the code or the name of a unit, which must be there with all of its letters."""
    return parse_required(whole_text(value))


EXACT_DIGITS = 10**15
"""Of whole numbers below, a spreadsheet keeps every digit."""
_MONTH_NAME = re.compile(r"(?:\d{1,2}-)?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:-\d{2,4})?")
"""How a spreadsheet shows an id such as 12/3 or 01/2021 that it took for a date: 12-Mar, Jan-21."""
_BECAME_A_DATE = ("; mã như 12/3 đã bị đổi thành ngày", "; an id such as 12/3 became a date")
_LOST_DIGITS = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE]\+\d+")


def parse_identifier(value: object) -> str:
    """Return an identifier: a label that must be there, and that did not lose digits on its way through a spreadsheet.

    Raises:
        CellError: ``missing_value``; ``letters_lost``; ``id_lost_digits`` for ``2,1E+17``, for a number with a part or of more than 15
            digits, and for a date.

    >>> parse_identifier("\u200bTM-1"), parse_identifier('="000123"'), parse_identifier(123.0)
    ('TM-1', '000123', '123')
    """
    if isinstance(value, float) and not math.isnan(value) and not (value.is_integer() and abs(value) < EXACT_DIGITS):
        raise CellError(Code.ID_LOST_DIGITS)
    if isinstance(value, (date, time)) and value == value:  # noqa: PLR0124  the "not a time" of data frames is an empty cell
        raise CellError(Code.ID_LOST_DIGITS, _BECAME_A_DATE)
    text = parse_required(value)
    if "-" in text and _MONTH_NAME.fullmatch(text):
        raise CellError(Code.ID_LOST_DIGITS, _BECAME_A_DATE)
    if "?" in text or "\ufffd" in text:
        whole_text(text)
    if "+" in text and _LOST_DIGITS.fullmatch(text):
        raise CellError(Code.ID_LOST_DIGITS)
    return text


def parse_whole(value: object) -> int | None:
    """Return a whole number from 0 to 2^31 − 1, or None for an empty cell; ``2.096`` is two thousand and ninety-six.

    Raises:
        CellError: ``not_a_number``; ``number_out_of_range``; ``ambiguous_value`` for ``2,000``, which only a column could tell from 2.
    """
    number = _number_of(value, parts_of_three=("000",))
    if number is None:
        return None
    if number.denominator != 1:
        raise CellError(Code.NOT_A_NUMBER)
    if not 0 <= number <= MAX_WHOLE:
        raise CellError(Code.NUMBER_OUT_OF_RANGE)
    return int(number)


def parse_term(value: object) -> Fraction | None:
    """Return a length of term: a multiple of one half (0,5 ngày), or None for an empty cell.

    Raises:
        CellError: as ``parse_whole`` does; ``1,500`` is ambiguous too.
    """
    number = _number_of(value, parts_of_three=("000", "500"))
    if number is None:
        return None
    if (number * 2).denominator != 1:
        raise CellError(Code.NOT_A_NUMBER)
    if not 0 <= number <= MAX_TERM:
        raise CellError(Code.NUMBER_OUT_OF_RANGE)
    return number


COMMA_BEFORE_THREE = re.compile("[0-9]{1,3},[0-9]{3}")
"""Numbers with a comma before exactly three digits."""


def two_ways(text: str, *, mixed: bool = False) -> CellError:
    """Return the error of a number that has thousands or a part, nobody knows which; ``mixed``: its column is written in both ways."""
    one, other = re.sub("[.,]", ".", text), re.sub("[.,]0*$", "", re.sub("[.,]", ",", text).rstrip("0"))
    vi, en = ("; cột viết số theo cả hai cách", "; the column is written in both ways") if mixed else ("", "")
    return CellError(Code.AMBIGUOUS_VALUE, (f"{vi}; ghi {one} hoặc {other}", f"{en}; write {one} or {other}"))


def _number_of(value: object, parts_of_three: tuple[str, ...]) -> Fraction | None:
    """Return the number of a cell, exactly, or None for an empty cell.

    Args:
        value: the cell. What is a number is taken as it is: written out, 1.125 would be a thousand one hundred and twenty-five.
        parts_of_three: what three digits after a comma can be the part of such a number; it could be thousands as well.
    """
    if not isinstance(value, bool):
        if isinstance(value, Integral):
            return Fraction(int(value))
        if isinstance(value, Rational):
            return Fraction(value)
        if isinstance(value, Decimal) and value.is_finite():
            if value.adjusted() > _MOST_DIGITS:  # written out, it would fill the memory
                raise CellError(Code.NUMBER_OUT_OF_RANGE)
            if value and value.adjusted() < -_MOST_DIGITS:  # so would what it is divided by
                raise CellError(Code.NOT_A_NUMBER)
            return Fraction(value)
        if isinstance(value, Real) and math.isfinite(value):
            return Fraction(float(value))
    text = cell_value(value)
    if not text:
        return None
    if COMMA_BEFORE_THREE.fullmatch(text):
        if text[0] != "0" and text.endswith(parts_of_three):
            raise two_ways(text)
        if "500" not in parts_of_three:  # no whole number is written with three decimals
            raise CellError(Code.NOT_A_NUMBER)
    return _number(text)


def _number(text: str) -> Fraction:
    try:
        return parse_number_vi(text)
    except CchcError:
        raise CellError(Code.NOT_A_NUMBER) from None


def parse_moment(value: object) -> date | datetime | None:
    """Return a date, or a local date-time where the cell carries a time, or None for an empty cell.

    Understood, beside what people write («08 giờ 00 ngày 05/03/2021», «Thứ sáu, 05/03/2021 08:30 SA», «ngày 05 tháng 3 năm 2021»):
    ``dd/mm/yyyy`` and ``yyyy-mm-dd`` with ``/``, ``-`` or ``.``, an optional time, ``yyyymmdd[HHMM[SS]]`` as the national
    exchange writes it, and Excel serials. The month is never guessed from an American order. Zoned
    instants become Vietnamese local time (UTC+7).

    Raises:
        CellError: ``impossible_date`` for a date that does not exist or lies outside 1990–2099.

    >>> parse_moment("01/03/2021"), parse_moment("2021-03-01 08:30"), parse_moment(44256)
    (datetime.date(2021, 3, 1), datetime.datetime(2021, 3, 1, 8, 30), datetime.date(2021, 3, 1))
    """
    found: date | datetime | None
    if isinstance(value, datetime):
        if value != value:  # noqa: PLR0124  the "not a time" of data frames is a datetime that is not equal to itself
            return None
        found = local(value)
    elif isinstance(value, date):
        found = value
    else:
        text = cell_value(value)
        if not text:
            return None
        found = moment_of(text)
    day = found.date() if isinstance(found, datetime) else found
    if found is None or day is None or not FIRST_DATE <= day <= LAST_DATE:
        raise CellError(Code.IMPOSSIBLE_DATE)
    return found


_SHORT_YEAR = re.compile(r"(?<![\d/.-])(\d{1,2})([-/.])(\d{1,2})\2(\d{2})(?![\d/.-])")
FIRST_OF_1900 = 90
"""Years from 90 on are of the last century, as records begin in 1990; all others are of this one."""


def whole_year(year: int) -> int:
    """Return the year that two digits stand for.

    >>> whole_year(21), whole_year(89), whole_year(90)
    (2021, 2089, 1990)
    """
    return year + (1900 if year >= FIRST_OF_1900 else 2000)


def short_year(text: str) -> tuple[int, int, int, str] | None:
    """Return the three numbers of a date with a year of two digits at its end, and the text with the whole year; None of other texts.

    What it means only its column can tell: «05/03/21» is the fifth of March in a column of which some day is above 12 and no month is.

    >>> short_year("08:30 05/03/21"), short_year("05/03/2021"), short_year("31-12-95")
    ((5, 3, 21, '08:30 05/03/2021'), None, (31, 12, 95, '31-12-1995'))
    """
    found = _SHORT_YEAR.search(text)
    if found is None:
        return None
    first, mark, second, year = found.groups()
    whole = f"{text[: found.start()]}{first}{mark}{second}{mark}{whole_year(int(year))}{text[found.end() :]}"
    return int(first), int(second), int(year), whole


def parse_day(value: object) -> date | None:
    """Return the calendar day of a moment, or None for an empty cell."""
    found = parse_moment(value)
    return found.date() if isinstance(found, datetime) else found


@dataclass(frozen=True, slots=True)
class CellType:
    """How a column's cells are understood and stored.

    Args:
        name: ``id`` (text, required), ``unit`` (unit code, required), ``label`` (open vocabulary), ``choice`` (closed list),
            ``moment`` (date with an optional time), ``whole`` (number ≥ 0), ``term`` (multiple of one half).
        parse: takes any cell, returns the canonical value or raises ``CellError``.
    """

    name: str
    parse: Callable[[object], Any]


Identifier = Annotated[str, CellType("id", parse_identifier)]
UnitCode = Annotated[str, CellType("unit", parse_unit)]
Label = Annotated[str, CellType("label", parse_label)]
RequiredLabel = Annotated[str, CellType("label", parse_required)]
Moment = Annotated[date | datetime | None, CellType("moment", parse_moment)]
Whole = Annotated[int | None, CellType("whole", parse_whole)]
Term = Annotated[Fraction | None, CellType("term", parse_term)]
