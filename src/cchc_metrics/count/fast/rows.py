"""Which rows take the usual course, and due dates for those that only lack one that can be looked up."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from cchc_metrics.records.boundary_free import runs_from_counter
from cchc_metrics.records.choices import TermUnit
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.due import dues_of
from cchc_metrics.records.fields import NO_DAY
from cchc_metrics.records.kind import Context
from cchc_metrics.reference.rules import Rules

RECKONED: Final = ":computed_due"
"""Companion column: due dates that were computed the general way."""


def special(columns: Columns, rules: Rules) -> Array | None:
    """Return the mask of the dossiers that a rule makes special: dated waits, days waited that do not move the date, two requests.

    And those whose terms run from a receipt elsewhere.
    """
    found = None
    if ":wait0_from" in columns:
        waits = columns.arrays[":wait0_from"]
        if int(waits.max()) >= 0:
            found = waits >= 0
    if rules.pauses != "shift" and "paused_days" in columns:
        paused = columns.arrays["paused_days"]
        if int(paused.max()) > 0:
            found = either(found, paused > 0)
    if rules.two_supplements_late and "supplement_requests" in columns:
        requests = columns.arrays["supplement_requests"]
        if int(requests.max()) >= 2:
            found = either(found, requests >= 2)
    if rules.two_reappointments_late and "reappointments" in columns:
        found = either(found, columns.arrays["reappointments"] >= 2)
    return either(found, runs_from_counter(columns, rules))


def given_due(columns: Columns, rules: Rules) -> Array | None:
    """Return the due dates that need not be looked up (int32[n] days, below 0 where there is none), or None where no row has one."""
    wins = "due_at" if rules.given_due == "wins" else ""
    found = columns.arrays.get(RECKONED if RECKONED in columns else wins)
    return None if found is None or int(found.max()) < 0 else found


def working_days_code(labels: tuple[str, ...]) -> int:
    """Return the code of terms in working days in the column ``term_unit``; −1, which no row has, where there is none."""
    return labels.index(TermUnit.WORKING_DAYS.value) if TermUnit.WORKING_DAYS.value in labels else -1


def computed(columns: Columns, context: Context) -> Columns | None:
    """Return dossiers with their due dates beside them, computed the general way, or None where that would help none of them.

    Terms in calendar days, hours and months only need this to take the usual course. A due date with a time of day is left out where ends
    are compared with it by the clock.
    """
    apart = special(columns, context.rules)
    rows = np.arange(len(columns)) if apart is None else np.flatnonzero(~apart)
    if not len(rows):
        return None
    found = dues_of(columns if apart is None else columns.take(rows), context.rules, context.calendar)
    due = np.full(len(columns), NO_DAY, dtype=np.int32)
    due[rows] = found.day if context.rules.compare == "dates" else np.where(found.second < 0, found.day, np.int32(NO_DAY))
    return replace(columns, arrays={**columns.arrays, RECKONED: due})


def dated(columns: Columns, context: Context) -> Columns | None:
    """Return dossiers with their due dates beside them, and no terms to look any up by, where the rules move receipts; None elsewhere."""
    if context.rules.received_on_day_off == "as_received":
        return None
    found = computed(columns, context)
    return None if found is None else found.without("term")


def either(one: Array | None, other: Array | None) -> Array | None:
    """Return the rows that are in one of two masks; None is a mask of no row."""
    if one is None or other is None:
        return other if one is None else one
    found: Array = one | other
    return found
