"""What the status of a dossier means to the fast way, by code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cchc_metrics.records.choices import Outcome, Status
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.dossier_timing import ENDED_STATE, OUT_STATE, state_table
from cchc_metrics.records.lateness import WAITING
from cchc_metrics.reference.rules import Rules

_RESOLVED = list(Outcome).index(Outcome.RESOLVED)


@dataclass(frozen=True, slots=True, eq=False)
class Statuses:
    """Codes of the column ``status`` by what they mean under the rules.

    Args:
        out: codes of dossiers that no count knows.
        ended: codes of dossiers that ended, if their end has a day.
        left: codes that do not take the usual course: whether they count depends on more than the status.
        outcome: uint8[codes] the outcome of each.
    """

    out: tuple[int, ...]
    ended: tuple[int, ...]
    left: tuple[int, ...]
    outcome: Array

    @classmethod
    def of(cls, labels: tuple[str, ...], rules: Rules) -> Statuses:
        """Return what codes that point to some labels mean."""
        table = state_table(labels, rules)
        apart = {Status.REFUSED.value} if rules.refused == "ended" else set()
        if rules.unresolved == "on_due_date":
            apart |= {label for label, both in zip(labels, table, strict=True) if both >> 4 == ENDED_STATE and both & 15 != _RESOLVED}
        if rules.open_supplement == "in_time":
            apart |= set(WAITING)
        left = [code for code, label in enumerate(labels) if label in apart]
        by_state = {
            state: tuple(c for c, both in enumerate(table) if both >> 4 == state and c not in left) for state in (OUT_STATE, ENDED_STATE)
        }
        outcome = np.array([both & 15 for both in table], dtype=np.uint8)
        return cls(by_state[OUT_STATE], by_state[ENDED_STATE], tuple(left), outcome)


class StatusReader:
    """Finds what statuses mean, once for all chunks of a table, whose labels are the same."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._known: tuple[tuple[str, ...], Statuses] | None = None

    def of(self, columns: Columns) -> Statuses:
        """Return what the codes of some dossiers mean."""
        labels = columns.codes("status")[1]
        if self._known is None or self._known[0] is not labels:
            self._known = (labels, Statuses.of(labels, self._rules))
        return self._known[1]
