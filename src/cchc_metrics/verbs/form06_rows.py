"""The rows of Form 06, and their numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Form06Row:
    """One row of the form; the numbers in brackets are its printed columns.

    Args:
        level: level of the units, ``""`` for the total of all levels.
        field: field of the procedures (lĩnh vực); ``""`` where dossiers name none, ``None`` for the total of a level.
        total: (3) all received, with what was carried over.
        online: (4) received online in the period.
        direct: (5) received at the counter and by post in the period.
        carried_over: (6) carried over from before.
        ended: (7) resolved in the period.
        early, on_due_date, late: (8), (9), (10).
        pending: (11) being processed at the end.
        in_time, overdue: (12), (13).
        ended_no_due_date, pending_no_due_date: not in the form; dossiers that rules with ``missing_due = "bucket"`` keep apart. They are in
            (7) and (11) but in none of their parts, so the check names the rows where they are not 0.
        ended_due_unknown, pending_due_unknown: not in the form; dossiers whose due date could not be computed, under any rules.
    """

    level: str
    field: str | None
    total: int
    online: int
    direct: int
    carried_over: int
    ended: int
    early: int
    on_due_date: int
    late: int
    pending: int
    in_time: int
    overdue: int
    ended_no_due_date: int = 0
    pending_no_due_date: int = 0
    ended_due_unknown: int = 0
    pending_due_unknown: int = 0

    def __add__(self, other: Form06Row) -> Form06Row:
        level = self.level if self.level == other.level else ""
        return Form06Row(level, None, *(getattr(self, name) + getattr(other, name) for name in NUMBERS))


NUMBERS = (
    "total",
    "online",
    "direct",
    "carried_over",
    "ended",
    "early",
    "on_due_date",
    "late",
    "pending",
    "in_time",
    "overdue",
    "ended_no_due_date",
    "pending_no_due_date",
    "ended_due_unknown",
    "pending_due_unknown",
)
"""The numbers of a row, in the order of columns (3) to (13), then the four that the form does not have."""
