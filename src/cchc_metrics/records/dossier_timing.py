"""When a dossier was received, fell due and ended, and what that makes it: the derived days that dossier events stand on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cchc_metrics.records.choices import Outcome, Status, Timing
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.due import due_days, pause_days
from cchc_metrics.records.fields import NO_DAY
from cchc_metrics.records.room import Context
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.rules import Rules

_OUT, _PENDING, _ENDED = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class Timed:
    """Derived columns of dossiers; all days are int32 since 1970-01-01, ``NO_DAY`` where there is none.

    Args:
        received: first day in the count; ``NO_DAY`` for dossiers not (yet) received.
        due: due date under the rules.
        ended: day of the end of processing, only for dossiers that ended.
        timing: positions in ``Timing``; meaningful where ``ended`` is a day.
        outcome: positions in ``Outcome``; meaningful where ``ended`` is a day.
        overdue_begins, overdue_ends: the days between which the dossier is pending and overdue.
        undated_begins, undated_ends: the days between which it is pending without a due date.
        turnaround_working_days: working days from receipt to end, first day not counted, pauses not subtracted; −1 where not known.
    """

    received: Array
    due: Array
    ended: Array
    timing: Array
    outcome: Array
    overdue_begins: Array
    overdue_ends: Array
    undated_begins: Array
    undated_ends: Array
    turnaround_working_days: Array


def class_dossiers(columns: Columns, context: Context, end: Array) -> Timed:
    """Return the derived columns of dossiers.

    Args:
        columns: dossiers.
        context: rules and calendar.
        end: int32[n] day of the end of processing as recorded, whatever the status.
    """
    rules, calendar = context.rules, context.calendar
    state, outcome = _states(columns, rules)
    received = np.where(state == _OUT, np.int32(NO_DAY), columns.days("received_at"))
    has_ended = (state == _ENDED) & (end >= 0) & (received >= 0)
    ended = np.where(has_ended, end, np.int32(NO_DAY))
    due = np.where(received >= 0, due_days(columns, rules, calendar), np.int32(NO_DAY))

    judged = subtract_pauses(ended, pause_days(columns), calendar) if rules.pauses == "subtract" else ended
    timing = np.full(len(columns), _at(Timing.EARLY), dtype=np.uint8)
    timing[judged == due] = _at(Timing.ON_DUE_DATE)
    late = judged > due
    if rules.two_supplements_late:
        late = late | (columns.numbers("supplement_requests") >= 2)
    timing[late] = _at(Timing.LATE)
    undated = due < 0
    timing[undated] = _at(Timing.NO_DUE_DATE if rules.missing_due == "bucket" else Timing.ON_DUE_DATE)

    dated = (received >= 0) & ~undated
    overdue_from = np.maximum(due + 1, received)
    overdue = dated & (~has_ended | (ended > overdue_from - 1))
    nothing = np.int32(NO_DAY)
    bucket = (received >= 0) & undated
    return Timed(
        received=received,
        due=due,
        ended=ended,
        timing=timing,
        outcome=outcome,
        overdue_begins=np.where(overdue, overdue_from, nothing).astype(np.int32),
        overdue_ends=np.where(overdue, ended, nothing),
        undated_begins=np.where(bucket, received, nothing),
        undated_ends=np.where(bucket, ended, nothing),
        turnaround_working_days=turnaround(received, ended, calendar),
    )


def turnaround(received: Array, ended: Array, calendar: Calendar) -> Array:
    """Return working days from receipt to end, the first day not counted (int64; −1 where a day is missing or outside the calendar).

    An end on a day off counts the working days up to it: received on Friday and ended on Saturday is 0.
    """
    found = np.full(len(received), -1, dtype=np.int64)
    rows = np.flatnonzero((ended >= 0) & calendar.covers(received) & calendar.covers(ended))
    found[rows] = calendar.working_days_through(ended[rows]) - calendar.working_days_through(received[rows])
    return found


def subtract_pauses(ended: Array, paused: Array, calendar: Calendar) -> Array:
    """Return the end days moved back by the working days waited, as the national portal compares them (``subtract``)."""
    rows = np.flatnonzero((paused > 0) & calendar.covers(ended))
    if not rows.size:
        return ended
    moved = ended.copy()
    number = np.maximum(calendar.working_days_through(ended[rows]) - paused[rows], 1)
    moved[rows] = calendar.working_day[number - 1]
    return moved


def _states(columns: Columns, rules: Rules) -> tuple[Array, Array]:
    """Return whether each dossier is out of every count, pending or ended, and the outcome of an end."""
    table = {
        Status.SUBMITTED: (_OUT, Outcome.RESOLVED),
        Status.RECEIVED: (_PENDING, Outcome.RESOLVED),
        Status.REFUSED: (_ENDED if rules.refused == "ended" else _OUT, Outcome.REFUSED),
        Status.PROCESSING: (_PENDING, Outcome.RESOLVED),
        Status.SUPPLEMENT_REQUESTED: (_PENDING, Outcome.RESOLVED),
        Status.PAYMENT_REQUESTED: (_PENDING, Outcome.RESOLVED),
        Status.WITHDRAWN: (_ENDED if rules.withdrawn == "ended" else _OUT, Outcome.WITHDRAWN),
        Status.STOPPED: (_ENDED if rules.stopped == "ended" else _PENDING, Outcome.STOPPED),
        Status.RESOLVED: (_ENDED, Outcome.RESOLVED),
        Status.RETURNED: (_ENDED, Outcome.RESOLVED),
    }
    codes, labels = columns.codes("status")
    states = np.array([table[Status.of(label)][0] for label in labels], dtype=np.uint8)
    outcomes = np.array([_at(table[Status.of(label)][1]) for label in labels], dtype=np.uint8)
    return states[codes], outcomes[codes]


def _at(choice: Timing | Outcome) -> int:
    return list(type(choice)).index(choice)
