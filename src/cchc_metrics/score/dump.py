"""Writing a scheme as TOML text that loads as the same scheme."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from cchc_metrics.arguments import public
from cchc_metrics.score.choices import as_data
from cchc_metrics.score.scheme import Scheme
from cchc_metrics.tables.numbers import decimal_digits, exact_text

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_TABLES = ("fields", "criteria", "components")


@public
def dump_scheme(scheme: Scheme) -> str:
    """Return the scheme as TOML text; ``load_scheme`` of it is equal to the scheme.

    Numbers whose decimals end are written as decimals, others as text (``"1/3"``); what is at its default is left out.

    Args:
        scheme: the scheme.

    >>> from cchc_metrics.score import load_scheme, qd766
    >>> load_scheme(dump_scheme(qd766())) == qd766()
    True
    """
    return "\n".join(_lines(as_data(scheme), "")) + "\n"


def _lines(table: Mapping[str, Any], path: str) -> Iterator[str]:
    for key, value in table.items():
        if key not in _TABLES:
            yield f"{_key(key)} = {_value(value)}"
    for key in _TABLES:
        for inner in table.get(key, ()):
            yield f"\n[[{path}{key}]]"
            yield from _lines(inner, f"{path}{key}.")


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }" if value else "{}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    if isinstance(value, (bool, int)):
        return json.dumps(value)
    if isinstance(value, Fraction) and decimal_digits(value) is not None:
        return exact_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return _text(exact_text(value) if isinstance(value, Fraction) else str(value))
