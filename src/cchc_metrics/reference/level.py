"""The levels of administration, and the day on which one of them ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal

Level = Literal["province", "district", "commune"]
LEVELS: tuple[Level, ...] = ("province", "district", "commune")
DISTRICT_LEVEL_ENDED = date(2025, 6, 30)
"""Last day of the district level; on 01/07/2025 communes merged and took over its competences."""
TWO_LEVELS_SINCE = date(2025, 7, 1)
"""First day of two levels: province and commune."""

LEVEL_NAMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "province": ("cấp tỉnh", "province level"),
        "district": ("cấp huyện", "district level"),
        "commune": ("cấp xã", "commune level"),
    }
)
"""Level → (Vietnamese, English)."""

LEVELS_OF_KIND: Mapping[str, tuple[Level, ...]] = MappingProxyType(
    {
        "tỉnh": ("province",),
        "thành phố": ("province", "district"),
        "huyện": ("district",),
        "quận": ("district",),
        "thị xã": ("district",),
        "xã": ("commune",),
        "phường": ("commune",),
        "thị trấn": ("commune",),
        "đặc khu": ("commune",),
    }
)
"""Kind of a unit → the levels it can be on: a city can be a province or belong to one."""


def level_exists(level: Level, on: date) -> bool:
    """Return whether an administrative level exists on a day: the district level ended on 30/06/2025.

    >>> level_exists("district", date(2025, 7, 1))
    False
    """
    return level != "district" or on <= DISTRICT_LEVEL_ENDED
