"""Due dates of dossiers in columns: the given appointment, or the one computed from the term, moved by the waits as the rules say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from cchc_metrics.records.boundary_free import on_the_clock
from cchc_metrics.records.choices import TermUnit, Timing
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.ends import end_clock
from cchc_metrics.records.fields import NO_DAY
from cchc_metrics.records.rules_by_day import follows_receipt
from cchc_metrics.records.terms import add_terms, counts_calendar_days, days_waited, move_days, runs_by_clock, term_units
from cchc_metrics.records.waits import REAPPOINTED, waiting, waits_of
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.hours import moved_by, spent_between
from cchc_metrics.reference.rules import Rules

CUT_OFF = ":cut_off"
"""Companion column: the second of the day after which a receipt counts from the next working day, −1 for none."""

NO_DUE_DATE, CALENDAR_MISSING, WAIT_WITHOUT_DATES, START_UNKNOWN = (
    np.uint8(Timing.labels().index(why)) for why in ("no_due_date", "calendar_missing", "wait_without_dates", "start_unknown")
)
_NO_UNIT: Final = list(TermUnit).index(TermUnit.NONE)


@dataclass(frozen=True, slots=True, eq=False)
class Due:
    """Due dates in columns.

    Args:
        day: int32[n] days since 1970-01-01; ``NO_DAY`` where none is known.
        second: int32[n] second of the day; −1 where the whole day counts.
        suspended: bool[n]; the dossier waits for the citizen since a day on or before its due date, so the date does not pass.
        resumed: int32[n]; the day on which the last wait that moves the date was over, ``NO_DAY`` where there is none. Days off that
            are waited move no date by working days, but the dossier is not overdue on them either.
        why: uint8[n] positions in ``Timing``, meaningful where ``day`` is none: whether there is no due date, or one that is not known.
    """

    day: Array
    second: Array
    suspended: Array
    resumed: Array
    why: Array


@follows_receipt
def dues_of(columns: Columns, rules: Rules, calendar: Calendar, ended: Array | None = None) -> Due:
    """Return the due date of each dossier under the rules.

    A given ``due_at`` wins unless the rules ignore it; with ``appointment = "current"`` the last re-appointment takes its place. A computed
    one starts at the receipt: see ``add_terms``. Waiting moves it as ``rules.pauses`` says:

    - ``shift``: each wait that begins on or before the due date moves it by the time waited.
    - ``restart``: after each wait that begins on or before the due date the term is counted again from the end of the wait. A number of
      days waited without their dates does not say from when to count: the due date of such a dossier is not known.
    - ``subtract``: the due date stays.

    Time waited is counted as the term is: in calendar days for terms in calendar days and months, else in working days; where the term runs
    by the clock and the wait began and ended at known times, in hours within the opening hours.

    While a wait that moves it is open, the date does not pass; when the dossier ends every wait is over (``ended``, int32[n] days,
    ``NO_DAY`` while pending). A wait that begins later changes nothing: what was overdue at the end of a period stays so.

    A due date, a wait or an end at exactly 00:00:00 is a day without a time, row by row: see ``Columns.clock``. A receipt, a wait or a
    result outside the calendar gives no due date, and ``why`` says so: that is not the same as having none. A term that runs from a receipt
    elsewhere (rule ``boundary_free_clock``) of which the day is not given has none either.
    """
    columns, unknown = on_the_clock(columns, rules)
    received, units = columns.days("received_at"), term_units(columns)
    given = np.full(len(columns), NO_DAY, dtype=np.int32)
    second = np.full(len(columns), -1, dtype=np.int32)
    if rules.given_due == "wins":
        given, second = columns.days("due_at").astype(np.int32), columns.clock("due_at").astype(np.int32)
        if rules.appointment == "current" and REAPPOINTED in columns:
            again = columns.arrays[REAPPOINTED]
            second = np.where(again >= 0, np.int32(-1), second)
            given = np.where(again >= 0, again, given)
    due = given.copy()
    has_term = (received >= 0) & (columns.numbers("term") >= 0) & (units != _NO_UNIT)
    why = np.where((given >= 0) | has_term, CALENDAR_MISSING, NO_DUE_DATE)
    if unknown is not None:
        why[unknown & (given < 0) & (columns.numbers("term") >= 0) & (units != _NO_UNIT)] = START_UNKNOWN
    computed = np.flatnonzero((due < 0) & has_term)
    start, start_second = received, columns.seconds("received_at")
    if rules.pauses == "restart":
        start, start_second = start.copy(), start_second.copy()

    def end_of_term(rows: Array, days: Array | None, seconds: Array | None) -> tuple[Array, Array]:
        return add_terms(
            start[rows],
            columns.numbers("term")[rows],
            units[rows],
            calendar,
            rules,
            start_second=start_second[rows],
            cut_off=columns.arrays[CUT_OFF][rows] if CUT_OFF in columns else None,
            extra_days=days,
            extra_seconds=seconds,
        )

    if computed.size:
        # Days waited lengthen the term, as in ``due_date``: calendar days are added before the roll, not to a date that was rolled.
        plain = plain_waits(columns)[computed] if rules.pauses == "shift" else None
        due[computed], second[computed] = end_of_term(computed, plain, None)
    suspended, resumed = np.zeros(len(columns), dtype=bool), np.full(len(columns), NO_DAY, dtype=np.int32)
    if rules.pauses == "shift":
        movable = np.flatnonzero((given < 0) | (not rules.given_due_includes_pauses))
        suspended, resumed = _shift(columns, due, second, given >= 0, movable, units, rules, calendar, end_of_term, ended)
    elif rules.pauses == "restart":
        for moving in _moving_waits(columns, due, second, computed, rules, ended):
            suspended[moving.held] = True
            resumed[moving.over] = moving.end_day
            start[moving.over], start_second[moving.over] = moving.end_day, moving.end_second
            due[moving.over], second[moving.over] = end_of_term(moving.over, None, None)
        unsaid = has_term & (plain_waits(columns) > 0) & (given < 0)
        due[unsaid], why[unsaid] = NO_DAY, WAIT_WITHOUT_DATES
    return Due(due, np.where(due < 0, np.int32(-1), second), suspended, resumed, why)


def time_waited(
    begun: tuple[Array, Array], until: tuple[Array, Array], by_calendar: Array, by_clock: Array, calendar: Calendar, rules: Rules
) -> tuple[Array, Array]:
    """Return how long waits were, in days or in working seconds, and the mask of those in seconds.

    Args:
        begun: int32[n] days, and seconds of the day, −1 where only the day is known.
        until: the same.
        by_calendar: bool[n] whether days waited are calendar days.
        by_clock: bool[n] whether the term runs by the clock; the wait is in seconds where both its moments have a time too.
        calendar: the working calendar.
        rules: for the opening hours.

    Returns:
        int64[n], −1 where the calendar does not reach; and bool[n].
    """
    clocked = by_clock & (begun[1] >= 0) & (until[1] >= 0)
    amount = days_waited(begun[0], until[0], by_calendar, calendar)
    if clocked.any():
        day, second, end_day, end_second = (array[clocked] for array in (*begun, *until))
        amount[clocked] = spent_between(day, second, end_day, end_second, calendar, rules.opening_hours)
    return amount, clocked


def plain_waits(columns: Columns) -> Array:
    """Return the days waited of the dossiers whose waits have no dates of their own; 0 for all others (int64)."""
    plain = np.maximum(columns.numbers("paused_days"), 0).astype(np.int64)
    for start, _ in waits_of(columns):
        plain = np.where(start >= 0, 0, plain)
    return plain


def _shift(
    columns: Columns,
    due: Array,
    second: Array,
    is_given: Array,
    rows: Array,
    units: Array,
    rules: Rules,
    calendar: Calendar,
    end_of_term: Callable[[Array, Array, Array], tuple[Array, Array]],
    ended: Array | None,
) -> tuple[Array, Array]:
    """Move due dates in place by the waits, in order: a term is computed again with the time waited, an appointment is moved.

    Terms hold the plain number of days waited already. Returns whether an open wait holds the date (bool[n]), and the day on which the last
    wait that moves it was over (int32[n]).
    """
    suspended, resumed = np.zeros(len(columns), dtype=bool), np.full(len(columns), NO_DAY, dtype=np.int32)
    days, seconds = np.zeros(len(columns), dtype=np.int64), np.zeros(len(columns), dtype=np.int64)
    by_calendar, by_clock = counts_calendar_days(units), runs_by_clock(columns.numbers("term"), units, rules)
    for moving in _moving_waits(columns, due, second, rows, rules, ended):
        suspended[moving.held] = True
        over = moving.over
        resumed[over] = moving.end_day
        begun, until = (moving.day, moving.second), (moving.end_day, moving.end_second)
        amount, clocked = time_waited(begun, until, by_calendar[over], by_clock[over], calendar, rules)
        unknown = over[amount < 0]
        days[over[~clocked]] += amount[~clocked]
        seconds[over[clocked]] += amount[clocked]
        longer = over[~is_given[over]]
        due[longer], second[longer] = end_of_term(longer, days[longer], seconds[longer])
        by = is_given[over] & (amount > 0)
        _move_given(due, over[by & ~clocked], amount[by & ~clocked], by_calendar, calendar, rules)
        clock = over[by & clocked]
        if clock.size:
            due[clock], moved = moved_by(due[clock], second[clock], amount[by & clocked], calendar, rules.opening_hours)
            second[clock] = np.where(second[clock] >= 0, moved, np.int32(-1))
        due[unknown] = NO_DAY
    plain = plain_waits(columns)
    moved_rows = rows[is_given[rows] & (plain[rows] > 0)]
    _move_given(due, moved_rows, plain[moved_rows], by_calendar, calendar, rules)
    return suspended, resumed


def _move_given(due: Array, rows: Array, amount: Array, by_calendar: Array, calendar: Calendar, rules: Rules) -> None:
    """Move appointments in place by days; the time of the day stays."""
    if rows.size:
        due[rows] = move_days(due[rows], amount, by_calendar[rows], calendar, rules)


@dataclass(frozen=True, slots=True, eq=False)
class _Moving:
    """The waits of one turn that begin on or before the due date as it stands by then.

    Args:
        over: the rows of which such a wait is over.
        day, second, end_day, end_second: of these rows, when it began and was over; seconds −1 where only the day is known.
        held: the rows of which such a wait is open.
    """

    over: Array
    day: Array
    second: Array
    end_day: Array
    end_second: Array
    held: Array


def _moving_waits(columns: Columns, due: Array, second: Array, rows: Array, rules: Rules, ended: Array | None) -> Iterator[_Moving]:
    """Yield the waits that begin on or before the due date as it stands by then, first to last.

    Time before the receipt and after the end of the dossier is no waiting: the term does not run. Where moments are compared, a wait that
    begins at a later time of the due day comes after it.
    """
    for wait in waiting(columns, ended, None if ended is None else end_clock(columns, rules)):
        begins = wait.there & (due >= 0) & (wait.day <= due)
        if rules.compare == "instants":
            begins &= ~((wait.day == due) & (second >= 0) & (wait.second > second))
        moving = rows[begins[rows]]
        over = moving[wait.end_day[moving] >= 0]
        held = moving[wait.end_day[moving] < 0]
        yield _Moving(over, wait.day[over], wait.second[over], wait.end_day[over], wait.end_second[over], held)
