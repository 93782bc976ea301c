"""The kinds of value that a plan holds: exact numbers, days, comparators, channels. A number is never a binary float."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BeforeValidator, PlainSerializer, PlainValidator, WithJsonSchema

from cchc_metrics.errors import CchcError
from cchc_metrics.records.choices import OutreachChannel
from cchc_metrics.records.fields import CellError
from cchc_metrics.text import parse_number_vi
from cchc_metrics.values import Breakdown

Comparator = Literal[">=", ">", "<=", "<", "=", "between"]
"""How the value is compared with the target; ``between`` includes both ends. TOML may also say ≥, ≤ and ==."""

Against = Literal["absolute", "increase_percent", "increase_points", "increase_number"]
"""What the target's number is: the value itself, or an increase against the baseline; a decrease is a negative increase.

``increase_percent``: baseline × (1 + value/100). ``increase_points``: baseline + value, for indicators in percent or points.
``increase_number``: baseline + value, for all others.
"""

PathShape = Literal["pro_rata", "seasonal"]
"""How a count is expected to grow before the due date: evenly by days, or as in the baseline's period."""

_LARGEST_EXPONENT = 100
_SIGNS = {"≥": ">=", "≤": "<=", "==": "="}
_FRACTION = re.compile(r"-?[0-9]+(?:/0*[1-9][0-9]*)?")


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
    raise CchcError(f"cần một số, không phải {value!r}", f"a number is needed, not {value!r}")


Exact = Annotated[
    Fraction,
    PlainValidator(exact),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": ["integer", "number", "string"], "description": 'an exact number: 95, 92.83, "92,83", "1/3"'}),
]
"""An exact number: 95, 92.83 (a Decimal, as plans are loaded), ``"92,83"`` or ``"1/3"``; it is written as text."""


def _sign(value: object) -> object:
    return _SIGNS.get(value, value) if isinstance(value, str) else value


Sign = Annotated[Comparator, BeforeValidator(_sign)]
"""A comparator in either spelling."""


def _channel(value: object) -> object:
    if not isinstance(value, str) or not value:
        return value
    try:
        return OutreachChannel.parse(value).value
    except CellError as error:
        vi, en = error.fix
        raise CchcError(f"không có hình thức «{value}»{vi}", f"there is no channel «{value}»{en}") from None


ChannelCode = Annotated[str, BeforeValidator(_channel)]
"""The code of an outreach channel, given in any spelling that records may use; ``""`` for all channels."""


def _day(value: object) -> object:
    """Let a day be written 31/12/2022 too, and keep numbers from being read as seconds since 1970."""
    if isinstance(value, str) and (found := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", value.strip())):
        return f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}"
    if isinstance(value, (int, float, Decimal)):
        raise CchcError(f"«{value}»: cần một ngày, ví dụ 2022-12-31", f"«{value}»: a day is needed, as 2022-12-31")
    return value


Day = Annotated[date, BeforeValidator(_day)]
"""A day: a date, ``2022-12-31`` or ``31/12/2022``."""


def _pairs(value: object) -> object:
    return tuple(sorted(value.items())) if isinstance(value, Mapping) else value


_BREAKDOWN_SCHEMA = {"type": "object", "additionalProperties": {"type": "string"}}
Pairs = Annotated[Breakdown, BeforeValidator(_pairs), PlainSerializer(dict, return_type=dict), WithJsonSchema(_BREAKDOWN_SCHEMA)]
"""A breakdown, written as a table in TOML: ``{ channel = "online" }``."""
