"""Due dates of dossiers: the given appointment, or the one computed from the term; for one dossier and for columns, by the same path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction

import numpy as np

from cchc_metrics.errors import CalendarRangeError, CchcError
from cchc_metrics.records.choices import TermUnit
from cchc_metrics.records.columns import Array, Columns, moments_to_numbers
from cchc_metrics.records.fields import NO_DAY, CellError
from cchc_metrics.records.waits import REAPPOINTED, waits_of
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import date_of
from cchc_metrics.reference.hours import moment, position
from cchc_metrics.reference.rules import Rules

HOURS_PER_WORKING_DAY = 8
CUT_OFF = ":cut_off"
"""Companion column: the second of the day after which a receipt counts from the next working day, −1 for none."""

_CODE = {unit: code for code, unit in enumerate(TermUnit)}


@dataclass(frozen=True, slots=True, eq=False)
class Due:
    """Due dates in columns.

    Args:
        day: int32[n] days since 1970-01-01; ``NO_DAY`` where none is known.
        second: int32[n] second of the day; −1 where the whole day counts.
        suspended: bool[n]; the dossier waits for the citizen since a day on or before its due date, so the date does not pass.
    """

    day: Array
    second: Array
    suspended: Array


def due_dates(columns: Columns, rules: Rules, calendar: Calendar, ended: Array | None = None) -> Due:
    """Return the due date of each dossier under the rules.

    A given ``due_at`` wins unless the rules ignore it; with ``appointment = "current"`` the last re-appointment takes its place. A computed
    one starts at the receipt: see ``add_terms``. Waiting moves it as ``rules.pauses`` says:

    - ``shift``: each wait that begins on or before the due date moves it by the days waited.
    - ``restart``: after each wait that begins on or before the due date the term is counted again from the end of the wait. A number of
      days waited without their dates does not say from when to count: such a dossier has no due date.
    - ``subtract``: the due date stays.

    While a wait that moves it is open, the date does not pass; when the dossier ends every wait is over (``ended``, int32[n] days,
    ``NO_DAY`` while pending). A wait that begins later changes nothing: what was overdue at the end of a period stays so.

    A receipt or a result outside the calendar gives no due date; reading reports such rows as ``year_not_in_calendar``.
    """
    received, units = columns.days("received_at"), term_units(columns)
    given = np.full(len(columns), NO_DAY, dtype=np.int32)
    second = np.full(len(columns), -1, dtype=np.int32)
    if rules.given_due == "wins":
        given, second = columns.days("due_at").astype(np.int32), columns.seconds("due_at").astype(np.int32)
        if rules.appointment == "current" and REAPPOINTED in columns:
            again = columns.arrays[REAPPOINTED]
            second = np.where(again >= 0, np.int32(-1), second)
            given = np.where(again >= 0, again, given)
    due = given.copy()
    computed = np.flatnonzero((due < 0) & (received >= 0) & (columns.numbers("term") >= 0))
    start, start_second = received, columns.seconds("received_at")
    if rules.pauses == "restart":
        start, start_second = start.copy(), start_second.copy()

    def end_of_term(rows: Array, waited: Array | None) -> tuple[Array, Array]:
        return add_terms(
            start[rows],
            columns.numbers("term")[rows],
            units[rows],
            calendar,
            rules,
            start_second=start_second[rows],
            cut_off=columns.arrays[CUT_OFF][rows] if CUT_OFF in columns else None,
            extra_days=waited,
        )

    if computed.size:
        # Days waited lengthen the term, as in ``due_date``: calendar days are added before the roll, not to a date that was rolled.
        plain = plain_waits(columns)[computed] if rules.pauses == "shift" else None
        due[computed], second[computed] = end_of_term(computed, plain)
    suspended = np.zeros(len(columns), dtype=bool)
    if rules.pauses == "shift":
        movable = np.flatnonzero((given < 0) | (not rules.given_due_includes_pauses))
        suspended = _shift(columns, due, second, given >= 0, movable, units, calendar, end_of_term, ended)
    elif rules.pauses == "restart":
        for rows, _, end, held in _moving_waits(columns, due, computed, ended):
            suspended[held] = True
            start[rows], start_second[rows] = end, -1
            due[rows], second[rows] = end_of_term(rows, None)
        due[(plain_waits(columns) > 0) & (given < 0)] = NO_DAY
    return Due(due, np.where(due < 0, np.int32(-1), second), suspended)


def due_date(
    received: date | datetime,
    term: int | Fraction,
    unit: TermUnit | str,
    *,
    calendar: Calendar,
    rules: Rules | None = None,
    paused_days: int = 0,
    cut_off: time | None = None,
) -> date | datetime:
    """Return the due date of one dossier.

    Args:
        received: when it was accepted; the first day is not counted (Civil Code 2015, art. 147).
        term: length; multiples of one half (0,5 working days are 4 hours).
        unit: ``working_days``, ``calendar_days``, ``hours`` or ``months``.
        calendar: the working calendar.
        rules: None for the default ones; their ``opening_hours`` make terms in hours end at a time of the day.
        paused_days: days waited, working days for terms in working days or hours, calendar days otherwise; they move the date.
        cut_off: a receipt after this time counts from the next working day.

    Returns:
        A date; for a term in hours under opening hours, a datetime.

    Raises:
        CalendarRangeError: when the receipt or the result lies outside the calendar.
        CchcError: when the unit is not known, the term is no multiple of one half, or a number is negative.

    >>> from cchc_metrics.reference.calendar import Calendar
    >>> due_date(date(2025, 12, 31), 6, "working_days", calendar=Calendar.official())  # a worked Saturday
    datetime.date(2026, 1, 10)
    >>> due_date(date(2026, 1, 31), 1, "months", calendar=Calendar.official())  # 28/02/2026 is a Saturday
    datetime.date(2026, 3, 2)
    """
    halves = Fraction(term) * 2
    if halves.denominator != 1 or halves < 0 or paused_days < 0:
        raise CchcError(
            f"thời hạn {term}, chờ {paused_days} ngày: thời hạn phải là bội số của 0,5, và không số nào âm",
            f"term {term}, {paused_days} days waited: the term must be a multiple of one half, and no number negative",
        )
    days, seconds = moments_to_numbers([received])
    found, second = add_terms(
        days,
        np.array([int(halves)]),
        np.array([_CODE[_known_unit(unit)]]),
        calendar,
        rules or Rules.preset("default"),
        start_second=seconds,
        cut_off=None if cut_off is None else np.array([cut_off.hour * 3600 + cut_off.minute * 60 + cut_off.second]),
        extra_days=np.array([paused_days]),
    )
    if found[0] < 0:
        calendar.is_working_day(received)  # raises where the receipt itself is outside
        year = calendar.years[-1] + 1
        raise CalendarRangeError(
            f"hạn trả rơi vào năm {year}, chưa có trong lịch làm việc",
            f"the due date falls into {year}, which is not in the calendar",
        )
    day = date_of(int(found[0]))
    return day if second[0] < 0 else datetime.combine(day, time()) + timedelta(seconds=int(second[0]))


def _known_unit(unit: TermUnit | str) -> TermUnit:
    try:
        found = TermUnit.parse(unit)
    except CellError as error:
        raise CchcError(f"đơn vị «{unit}»: {error.code.vi}{error.fix[0]}", f"unit «{unit}»: {error.code.en}{error.fix[1]}") from None
    if found is TermUnit.NONE:
        raise CchcError("thiếu đơn vị tính thời hạn", "the unit of the term is missing")
    return found


def add_terms(
    start: Array,
    halves: Array,
    units: Array,
    calendar: Calendar,
    rules: Rules,
    *,
    start_second: Array | None = None,
    cut_off: Array | None = None,
    extra_days: Array | None = None,
) -> tuple[Array, Array]:
    """Return the end of terms that start at given moments.

    The first day is not counted (Civil Code 2015, art. 147). Working days count the days of the calendar; a half day is 4 hours, 8 hours
    are a working day. Calendar days and months that end on a day off roll to the next working day; a month is clamped to its last day first
    (art. 148). A term of 0 days ends on the day it starts, or on the next working day.

    Args:
        start: int[n] days since 1970-01-01.
        halves: int[n] length of the term in halves of its unit.
        units: int[n] positions in ``TermUnit``.
        calendar: the working calendar.
        rules: for the opening hours.
        start_second: int[n] second of the day, −1 where not known; None for none known.
        cut_off: int[n] second after which the start moves to the next working day, −1 for none; None for none at all.
        extra_days: int[n] days to add: working days for terms in working days or hours, calendar days otherwise.

    Returns:
        int32[n] days, ``NO_DAY`` where start or result lies outside the calendar or the unit is ``none``; and int32[n] seconds of the day,
        −1 where the whole day counts.
    """
    n = len(start)
    due, second = np.full(n, NO_DAY, dtype=np.int32), np.full(n, -1, dtype=np.int32)
    seconds = np.full(n, -1, dtype=np.int32) if start_second is None else start_second
    extra = np.zeros(n, dtype=np.int64) if extra_days is None else extra_days
    if cut_off is not None:
        start, seconds = _after_cut_off(start, seconds, cut_off, calendar)
    inside = calendar.covers(start)
    in_hours = units == _CODE[TermUnit.HOURS]
    by_hours = (in_hours & (halves + extra > 0)) | ((units == _CODE[TermUnit.WORKING_DAYS]) & (halves % 2 == 1))
    by_days = (in_hours | (units == _CODE[TermUnit.WORKING_DAYS])) & ~by_hours  # 0 hours are 0 days
    if by_days.any():
        rows = np.flatnonzero(inside & by_days)
        due[rows] = _add_working_days(calendar, start[rows], halves[rows] // 2 + extra[rows])
    if by_hours.any():
        rows = np.flatnonzero(inside & by_hours)
        half_hours = np.where(units[rows] == _CODE[TermUnit.HOURS], halves[rows], halves[rows] * HOURS_PER_WORKING_DAY)
        if rules.opening_hours:
            length = half_hours * 1800 + extra[rows] * HOURS_PER_WORKING_DAY * 3600
            at = position(start[rows], seconds[rows], calendar, rules.opening_hours)
            due[rows], second[rows] = moment(at + length, calendar, rules.opening_hours)
        else:
            # Without opening hours a receipt is taken at closing time, so a part of a day reaches into the next working day.
            whole = -(-half_hours // (2 * HOURS_PER_WORKING_DAY))
            due[rows] = _add_working_days(calendar, start[rows], whole + extra[rows])
    for unit in (TermUnit.CALENDAR_DAYS, TermUnit.MONTHS):
        chosen = inside & (units == _CODE[unit])
        if chosen.any():
            rows = np.flatnonzero(chosen)
            length = (halves[rows] + 1) // 2
            end = start[rows].astype(np.int64) + length if unit is TermUnit.CALENDAR_DAYS else add_months(start[rows], length)
            due[rows] = _roll(calendar, end + extra[rows])
    return due, second


def add_months(days: Array, months: Array) -> Array:
    """Return day numbers moved by whole months, clamped to the last day of the month (Civil Code 2015, art. 148).

    >>> import numpy as np
    >>> np.datetime64(int(add_months(np.array([20484]), np.array([1]))[0]), "D")  # 31/01/2026
    np.datetime64('2026-02-28')
    """
    day = days.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    target = month + months.astype("timedelta64[M]")
    last = (target + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    moved = np.minimum(target.astype("datetime64[D]") + (day - month.astype("datetime64[D]")), last)
    found: Array = moved.astype(np.int64)
    return found


def term_units(columns: Columns) -> Array:
    """Return the unit of each term as positions in ``TermUnit`` (uint8)."""
    codes, labels = columns.codes("term_unit")
    table = np.array([_CODE[TermUnit.of(label)] for label in labels], dtype=np.uint8)
    found: Array = table[codes]
    return found


def counts_calendar_days(units: Array) -> Array:
    """Return the mask of the terms whose days, and so whose waiting, are calendar days."""
    found: Array = (units == _CODE[TermUnit.CALENDAR_DAYS]) | (units == _CODE[TermUnit.MONTHS])
    return found


def days_waited(start: Array, end: Array, by_calendar: Array, calendar: Calendar) -> Array:
    """Return the days of waits, the first day not counted: calendar days or working days (int64; 0 outside the calendar)."""
    found = np.where(by_calendar, end.astype(np.int64) - start, 0)
    rows = np.flatnonzero(~by_calendar & calendar.covers(start) & calendar.covers(end))
    found[rows] = calendar.working_days_through(end[rows]) - calendar.working_days_through(start[rows])
    return found


def move_days(days: Array, amount: Array, by_calendar: Array, calendar: Calendar) -> Array:
    """Return days moved forward by calendar days (then rolled) or working days; ``NO_DAY`` outside the calendar (int32)."""
    moved = np.full(len(days), NO_DAY, dtype=np.int32)
    inside = calendar.covers(days)
    rows = np.flatnonzero(inside & by_calendar)
    moved[rows] = _roll(calendar, days[rows].astype(np.int64) + amount[rows])
    rows = np.flatnonzero(inside & ~by_calendar)
    moved[rows] = _add_working_days(calendar, days[rows], amount[rows])
    return moved


def _shift(
    columns: Columns,
    due: Array,
    second: Array,
    is_given: Array,
    rows: Array,
    units: Array,
    calendar: Calendar,
    end_of_term: Callable[[Array, Array], tuple[Array, Array]],
    ended: Array | None,
) -> Array:
    """Move due dates in place by the waits, in order: a term is computed again with the days waited, an appointment is moved.

    Terms hold the plain number of days waited already. Returns whether an open wait holds the date (bool[n]).
    """
    suspended = np.zeros(len(columns), dtype=bool)
    waited = np.zeros(len(columns), dtype=np.int64)
    for over, start, end, held in _moving_waits(columns, due, rows, ended):
        suspended[held] = True
        amount = days_waited(start, end, counts_calendar_days(units[over]), calendar)
        waited[over] += amount
        longer = over[~is_given[over]]
        due[longer], second[longer] = end_of_term(longer, waited[longer])
        by = is_given[over] & (amount > 0)
        due[over[by]] = move_days(due[over[by]], amount[by], counts_calendar_days(units[over[by]]), calendar)
    plain = plain_waits(columns)
    moved = rows[is_given[rows] & (plain[rows] > 0)]
    if moved.size:
        due[moved] = move_days(due[moved], plain[moved], counts_calendar_days(units[moved]), calendar)
    return suspended


def _moving_waits(columns: Columns, due: Array, rows: Array, ended: Array | None) -> Iterator[tuple[Array, Array, Array, Array]]:
    """Yield the waits that begin on or before the due date as it stands by then, first to last.

    Yields the rows of which such a wait is over, its first and its last day, and the rows of which it is open. Time before the receipt and
    after the end of the dossier is no waiting: the term does not run.
    """
    received = columns.days("received_at")
    for begun, until in waits_of(columns):
        start, end = np.maximum(begun, received), until
        real = (begun >= 0) & ((until < 0) | (until >= start))
        if ended is not None:
            real &= (ended < 0) | (start <= ended)
            end = np.where(ended < 0, until, np.where(until < 0, ended, np.minimum(until, ended)))
        waiting = rows[real[rows] & (due[rows] >= 0) & (start[rows] <= due[rows])]
        over = waiting[end[waiting] >= 0]
        yield over, start[over], end[over], waiting[end[waiting] < 0]


def plain_waits(columns: Columns) -> Array:
    """Return the days waited of the dossiers whose waits have no dates of their own; 0 for all others (int64)."""
    plain = np.maximum(columns.numbers("paused_days"), 0).astype(np.int64)
    for start, _ in waits_of(columns):
        plain = np.where(start >= 0, 0, plain)
    return plain


def _after_cut_off(start: Array, seconds: Array, cut_off: Array, calendar: Calendar) -> tuple[Array, Array]:
    late = (cut_off >= 0) & (seconds > cut_off) & calendar.covers(start)
    if not late.any():
        return start, seconds
    moved, rows = start.copy(), np.flatnonzero(late)
    moved[rows] = _nth(calendar, calendar.working_days_through(start[rows]) + 1)
    return moved, np.where(late, np.int32(0), seconds)


def _add_working_days(calendar: Calendar, start: Array, amount: Array) -> Array:
    number = calendar.working_days_through(start) + amount
    return _nth(calendar, np.maximum(number, calendar.working_days_before(start) + 1))


def _nth(calendar: Calendar, numbers: Array) -> Array:
    found = np.full(len(numbers), NO_DAY, dtype=np.int32)
    inside = (numbers >= 1) & (numbers <= len(calendar.working_day))
    found[inside] = calendar.working_day[numbers[inside] - 1]
    return found


def _roll(calendar: Calendar, days: Array) -> Array:
    found = np.full(len(days), NO_DAY, dtype=np.int32)
    rows = np.flatnonzero(calendar.covers(days))
    found[rows] = _nth(calendar, calendar.working_days_before(days[rows]) + 1)
    return found
