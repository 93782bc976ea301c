"""Whether a dossier is late, and since when: the one place where an end is compared with a due date, for the engines in numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cchc_metrics.records.choices import Status, Timing
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.due import CALENDAR_MISSING, NO_DUE_DATE, Due, plain_waits, time_waited
from cchc_metrics.records.ends import end_clock
from cchc_metrics.records.fields import NO_DAY
from cchc_metrics.records.terms import counts_calendar_days, runs_by_clock, term_units
from cchc_metrics.records.waits import waiting, waits_of
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.hours import moved_by, seconds_per_day
from cchc_metrics.reference.rules import Rules

ON_DUE_DATE, LATE = (np.uint8(Timing.labels().index(label)) for label in ("on_due_date", "late"))
WAITING: Final = (Status.SUPPLEMENT_REQUESTED.value, Status.PAYMENT_REQUESTED.value)
"""Statuses of dossiers that wait for the citizen."""
AGES: Final = (5, 10)
"""Working days overdue between which pending dossiers are told apart."""


def is_late(end: Array, due: Array) -> Array:
    """Return the mask of the ends after their due dates: an end on the due date itself is on time."""
    found: Array = end > due
    return found


def timings(end: Array, due: Array) -> Array:
    """Return positions in ``Timing`` (uint8): early 0, on the due date 1, late 2. A missing end (−1) is before every due date."""
    found: Array = is_late(end, due).view(np.uint8) + (end >= due).view(np.uint8)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """What is compared with the due date.

    Args:
        day: int32[n].
        second: int32[n]; −1 where no time is compared.
        unknown: bool[n]; time waited that should be taken off could not be counted, so the day may be too late.
    """

    day: Array
    second: Array
    unknown: Array


def classed_ends(columns: Columns, rules: Rules, calendar: Calendar, ended: Array, due: Due) -> Array:
    """Return the class of each end, positions in ``Timing`` (uint8); meaningful where ``ended`` is a day.

    Days are compared. With ``compare = "instants"`` an end on the due date is late when both carry a time and the end's is later. By rule
    two requests for papers, or two re-appointments, make a dossier late. What has no due date is classed by why it has none, and only a
    dossier that has neither appointment nor term is on time where the rules say so. A late end whose waits the calendar could not count is
    not known to be late.
    """
    judged = _judged_ends(columns, rules, calendar, ended)
    timing = timings(judged.day, due.day)
    if rules.compare == "instants":
        by_clock = (timing == ON_DUE_DATE) & (due.second >= 0) & is_late(judged.second, due.second)
        timing[by_clock] = LATE
    timing[judged.unknown & (timing == LATE)] = CALENDAR_MISSING
    if rules.two_supplements_late:
        timing[columns.numbers("supplement_requests") >= 2] = LATE
    if rules.two_reappointments_late:
        timing[columns.numbers("reappointments") >= 2] = LATE
    undated = due.day < 0
    timing[undated] = due.why[undated]
    if rules.missing_due == "on_time":
        timing[undated & (due.why == NO_DUE_DATE)] = ON_DUE_DATE
    return timing


def _judged_ends(columns: Columns, rules: Rules, calendar: Calendar, ended: Array) -> _Judged:
    """Return what is compared with the due date: the end itself, or with ``subtract`` moved back by the time waited."""
    second = end_clock(columns, rules)
    unknown = np.zeros(len(columns), dtype=bool)
    if rules.pauses != "subtract":
        return _Judged(ended, second, unknown)
    units = term_units(columns)
    by_calendar, by_clock = counts_calendar_days(units), runs_by_clock(columns.numbers("term"), units, rules)
    days, seconds = np.where(ended >= 0, plain_waits(columns), 0), np.zeros(len(columns), dtype=np.int64)
    for wait in waiting(columns, ended, second):
        rows = np.flatnonzero(wait.there & (ended >= 0))
        begun, until = (wait.day[rows], wait.second[rows]), (wait.end_day[rows], wait.end_second[rows])
        amount, clocked = time_waited(begun, until, by_calendar[rows], by_clock[rows], calendar, rules)
        unknown[rows[amount < 0]] = True
        amount = np.maximum(amount, 0)
        days[rows[~clocked]] += amount[~clocked]
        seconds[rows[clocked]] += amount[clocked]
    waited = (days > 0) | (seconds > 0)
    unknown |= waited & ~by_calendar & ~calendar.covers(ended)
    moved = ended.copy()
    rows = np.flatnonzero(waited & by_calendar)
    moved[rows] = ended[rows] - days[rows]
    rows = np.flatnonzero((days > 0) & (seconds == 0) & ~by_calendar & calendar.covers(ended))
    # The n-th working day before the end, be that a day off or not: one working day before a Saturday is its Friday.
    number = calendar.working_days_before(ended[rows]) + 1 - days[rows]
    moved[rows] = np.where(number >= 1, calendar.working_day[np.maximum(number, 1) - 1], calendar.first_day - 1)
    second = np.where(waited, np.int32(-1), second)
    rows = np.flatnonzero((seconds > 0) & calendar.covers(ended))
    if rows.size:
        length = seconds_per_day(rules.opening_hours)
        clock = end_clock(columns, rules)[rows]
        day, at = moved_by(ended[rows], clock, -(seconds[rows] + days[rows] * length), calendar, rules.opening_hours)
        moved[rows] = np.where(day >= 0, day, calendar.first_day - 1)
        second[rows] = np.where((day >= 0) & (clock >= 0), at, np.int32(-1))
    # What lies before the calendar is known to lie before every day of it, and no more.
    unknown |= waited & ~by_calendar & (moved < calendar.first_day)
    return _Judged(moved, second, unknown)


def overdue_between(columns: Columns, rules: Rules, received: Array, ended: Array, due: Due) -> tuple[Array, Array]:
    """Return the first day on which each dossier is pending and overdue, and the first on which it no longer is (int32, ``NO_DAY``).

    It is overdue from the day after its due date on, or from its receipt if that is later, until it ends. A dossier that waits for the
    citizen since a day on or before its due date is not overdue while it waits where waits move the date, nor where ``open_supplement`` is
    ``judged_at_request`` or ``in_time``: then it is compared with its due date at the moment of the request as long as what was asked for
    has not come. Under ``in_time`` one that waits to this day is not overdue from the request on, and one of which only the status says
    that it waits never is.
    """
    first = np.maximum(np.maximum(due.day + 1, due.resumed), received)
    begins = np.where((received >= 0) & (due.day >= 0) & ~due.suspended, first, np.int32(NO_DAY))
    stops, still_waits = ended, np.zeros(len(columns), dtype=bool)
    if rules.open_supplement != "pending":
        for start, until in waits_of(columns):
            in_time = (start >= 0) & (start <= due.day) & (begins >= 0)
            begins = np.where(in_time, np.where(until < 0, np.int32(NO_DAY), np.maximum(begins, until)), begins)
            if rules.open_supplement == "in_time":
                waits = (start >= 0) & (until < 0)
                stops = np.where(waits & ((stops < 0) | (stops > start)), start, stops)
                still_waits |= waits
    if rules.open_supplement == "in_time":
        begins = np.where(columns.equals("status", *WAITING) & ~still_waits, np.int32(NO_DAY), begins)
    overdue = (begins >= 0) & ((stops < 0) | (stops >= begins))
    nothing = np.int32(NO_DAY)
    return np.where(overdue, begins, nothing).astype(np.int32), np.where(overdue, stops, nothing).astype(np.int32)


def overdue_longer(due: Array, begins: Array, stops: Array, working_days: int, calendar: Calendar) -> tuple[Array, Array]:
    """Return the days between which dossiers are known to be pending and overdue by more than so many working days (int32, ``NO_DAY``).

    Args:
        due: int32[n] due dates.
        begins: int32[n] the first day on which each is overdue, ``NO_DAY`` where it never is.
        stops: int32[n] the first day on which it no longer is, ``NO_DAY`` where there is none.
        working_days: one of ``AGES``.
        calendar: the working calendar; see ``age_unknown`` for what it cannot count.
    """
    inside, older = begins >= 0, due < calendar.first_day
    inside &= due <= calendar.last_day
    at = np.clip(due, calendar.first_day - 1, calendar.last_day)
    passed = calendar.before[at + 1 - calendar.first_day].astype(np.int64)
    # Of a due date before the calendar so many days are proven at least, but the class is only once the highest is.
    since = _day_numbered(np.where(inside, passed + np.where(older, AGES[-1], working_days) + 1, 0), calendar)
    since = np.where(since >= 0, np.maximum(since, begins), since)
    _, lost = _first_uncounted(passed, inside & ~older, calendar)
    until = np.where((lost >= 0) & ((stops < 0) | (stops > lost)), lost, stops)
    return _between(since, until)


def age_unknown(due: Array, begins: Array, stops: Array, calendar: Calendar) -> tuple[Array, Array]:
    """Return the days between which dossiers are pending and overdue, and nobody knows by how many working days (int32, ``NO_DAY``).

    For a due date before the calendar that is until its own days prove the highest class; for one inside it from its end on, where that
    class was not reached by then; for one after it always.
    """
    overdue = begins >= 0
    older, newer = overdue & (due < calendar.first_day), overdue & (due > calendar.last_day)
    at = np.clip(due, calendar.first_day - 1, calendar.last_day)
    passed = calendar.before[at + 1 - calendar.first_day].astype(np.int64)
    proven, lost = _first_uncounted(passed, overdue & ~newer, calendar)
    since = np.where(older | newer, begins, np.where(lost >= 0, np.maximum(lost, begins), np.int32(NO_DAY)))
    until = np.where(older & (proven >= 0) & ((stops < 0) | (stops > proven)), np.maximum(proven, begins), stops)
    return _between(since, until)


def _first_uncounted(passed: Array, rows: Array, calendar: Calendar) -> tuple[Array, Array]:
    """Return the day from which the highest class is proven, and the first day after the calendar of those that never reach it."""
    proven = _day_numbered(np.where(rows, passed + AGES[-1] + 1, 0), calendar)
    return proven, np.where(rows & (proven < 0), np.int32(calendar.last_day + 1), np.int32(NO_DAY))


def _day_numbered(number: Array, calendar: Calendar) -> Array:
    """Return the n-th working day of the calendar, from 1 (int32); ``NO_DAY`` where there is none."""
    inside = (number >= 1) & (number <= len(calendar.working_day))
    if not len(calendar.working_day):
        return np.full(len(number), NO_DAY, dtype=np.int32)
    return np.where(inside, calendar.working_day[np.where(inside, number - 1, 0)], np.int32(NO_DAY))


def _between(since: Array, until: Array) -> tuple[Array, Array]:
    """Return begins and ends of what begins at all: not where it would begin after the end."""
    stays = (since >= 0) & ((until < 0) | (until >= since))
    nothing = np.int32(NO_DAY)
    return np.where(stays, since, nothing).astype(np.int32), np.where(stays, until, nothing).astype(np.int32)
