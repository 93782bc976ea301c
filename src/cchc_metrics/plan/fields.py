"""The kinds of value that only a plan holds: comparators, what a number is compared with, shapes of paths, channels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from cchc_metrics.errors import CchcError
from cchc_metrics.records.choices import OutreachChannel
from cchc_metrics.records.fields import CellError
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

_SIGNS = {"≥": ">=", "≤": "<=", "==": "="}


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


def _pairs(value: object) -> object:
    return tuple(sorted(value.items())) if isinstance(value, Mapping) else value


_BREAKDOWN_SCHEMA = {"type": "object", "additionalProperties": {"type": "string"}}
Pairs = Annotated[Breakdown, BeforeValidator(_pairs), PlainSerializer(dict, return_type=dict), WithJsonSchema(_BREAKDOWN_SCHEMA)]
"""A breakdown, written as a table in TOML: ``{ channel = "online" }``."""
