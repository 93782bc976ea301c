"""Which date ends a dossier that has several: a rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.rules_by_day import follows_receipt
from cchc_metrics.reference.rules import Rules

END_DATES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "result": ("ended_at", "approved_at", "returned_at"),
        "approval": ("approved_at", "ended_at", "returned_at"),
        "approval_hand_over": ("approved_at", "returned_at", "ended_at"),
        "hand_over": ("returned_at", "ended_at", "approved_at"),
    }
)
"""Rule ``end`` → the dates that end a dossier; the first that is there does."""
AS_CHECKED: Final = END_DATES["result"]
"""The dates by which a row is checked, whatever rules it is counted under."""


@follows_receipt
def end_days(columns: Columns, rules: Rules | None = None) -> Array:
    """Return the day on which each dossier ended under rules, or as rows are checked (int32, −1 where it is not known)."""
    names = _there(columns, rules)
    days = columns.days(names[-1])
    for name in reversed(names[:-1]):
        own = columns.days(name)
        days = np.where(own >= 0, own, days)
    return days.astype(np.int32, copy=False)


@follows_receipt
def end_clock(columns: Columns, rules: Rules | None = None) -> Array:
    """Return the time of day at which each dossier ended in seconds, −1 where only the day is known; see ``end_days``."""
    names = _there(columns, rules)
    clock = columns.clock(names[-1])
    for name in reversed(names[:-1]):
        clock = np.where(columns.days(name) >= 0, columns.clock(name), clock)
    return clock


def _there(columns: Columns, rules: Rules | None) -> Sequence[str]:
    names = AS_CHECKED if rules is None else END_DATES[rules.end]
    return [name for name in names if name in columns] or names[:1]
