"""The values that declared files share: exact numbers and days. A number is never a binary float."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, PlainValidator, WithJsonSchema

from cchc_metrics.errors import CchcError
from cchc_metrics.text import parse_number_vi

_LARGEST_EXPONENT = 100
_FRACTION = re.compile(r"-?[0-9]{1,100}(?:/0*[1-9][0-9]{0,100})?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def exact(value: object) -> Fraction:
    """Return an exact number from what TOML, JSON or Python holds.

    Args:
        value: int, Decimal or Fraction; or text: ``"92,83"``, ``"92.83"``, ``"2.096"`` (two thousand and ninety-six) or ``"1/3"``.

    Raises:
        CchcError: for a binary float, which is not exact, and for what is no number.

    >>> exact(Decimal("92.83")), exact("92,83"), exact("1/3")
    (Fraction(9283, 100), Fraction(9283, 100), Fraction(1, 3))
    """
    if isinstance(value, str):
        return Fraction(value.strip()) if _FRACTION.fullmatch(value.strip()) else parse_number_vi(value)
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) <= _LARGEST_EXPONENT:
        return Fraction(value)
    if isinstance(value, float):
        raise CchcError(
            f"số thực nhị phân {value!r} không chính xác; viết '{value!r}' trong ngoặc kép hoặc dùng Decimal",
            f"the binary float {value!r} is not exact; write it as text, '{value!r}', or use Decimal",
        )
    raise CchcError(f"cần một số, không phải «{value!s:.40}»", f"a number is needed, not «{value!s:.40}»")


Exact = Annotated[
    Fraction,
    PlainValidator(exact),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": ["integer", "number", "string"], "description": 'an exact number: 95, 92.83, "92,83", "1/3"'}),
]
"""An exact number: 95, 92.83 (a Decimal, as files are loaded), ``"92,83"`` or ``"1/3"``; it is written as text."""


def day(value: object) -> object:
    """Return the day that a date or a text is; None stays None.

    Raises:
        CchcError: for anything else: numbers are not read as seconds since 1970.

    >>> day("31/12/2022"), day("2022-12-31")
    (datetime.date(2022, 12, 31), datetime.date(2022, 12, 31))
    """
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    if isinstance(value, str):
        iso, day_first = _ISO.fullmatch(value.strip()), _DAY_FIRST.fullmatch(value.strip())
        parts = iso.groups() if iso else day_first.groups()[::-1] if day_first else None
        try:
            if parts:
                return date(int(parts[0]), int(parts[1]), int(parts[2]))
        except ValueError:
            raise CchcError(f"không có ngày «{value}»", f"there is no day «{value}»") from None
    if isinstance(value, datetime) and value.time() == value.time().min:
        return value.date()
    raise CchcError("cần một ngày, ví dụ 2022-12-31", "a day is needed, as 2022-12-31")


Day = Annotated[date, BeforeValidator(day)]
"""A day: a date, ``2022-12-31`` or ``31/12/2022``."""
