"""Terms (thời hạn) added to days and moments in columns: by the working calendar, by the calendar, by the clock of the opening hours."""

from __future__ import annotations

from typing import Final

import numpy as np

from cchc_metrics.records.choices import TermUnit
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.fields import NO_DAY
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.hours import moment, position, seconds_per_day
from cchc_metrics.reference.rules import Rules

HOURS_PER_WORKING_DAY: Final = 8

_CODE: Final = {unit: code for code, unit in enumerate(TermUnit)}


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
    extra_seconds: Array | None = None,
) -> tuple[Array, Array]:
    """Return the end of terms that start at given moments.

    The first day is not counted (Civil Code 2015, art. 147). Working days count the days of the calendar; a half day is 4 hours, 8 hours
    are a working day. Calendar days and months that end on a day off roll to the next working day; a month is clamped to its last day first
    (art. 148); the rules can let them stay where they end. A term of 0 days ends on the day it starts, or on the next working day. Under a
    cut-off a receipt after it counts from the next working day, and so does one on a day off: else it would fall due before one that came
    earlier. Otherwise a receipt on a day off counts as the rules say.

    Args:
        start: int[n] days since 1970-01-01.
        halves: int[n] length of the term in halves of its unit.
        units: int[n] positions in ``TermUnit``.
        calendar: the working calendar.
        rules: for the opening hours, the cut-off, for receipts on days off and for terms that end on one.
        start_second: int[n] second of the day, −1 where not known; None for none known.
        cut_off: int[n] second after which the start moves to the next working day, −1 for that of the rules,
            if any; None for that alone.
        extra_days: int[n] days to add: working days for terms in working days or hours, calendar days otherwise.
        extra_seconds: int[n] working seconds to add to the terms that run by the clock (``runs_by_clock``); nothing to others.

    Returns:
        int32[n] days, ``NO_DAY`` where start or result lies outside the calendar or the unit is ``none``; and int32[n] seconds of the day,
        −1 where the whole day counts.
    """
    n = len(start)
    due, second = np.full(n, NO_DAY, dtype=np.int32), np.full(n, -1, dtype=np.int32)
    seconds = np.full(n, -1, dtype=np.int32) if start_second is None else start_second
    extra = np.zeros(n, dtype=np.int64) if extra_days is None else extra_days
    more = np.zeros(n, dtype=np.int64) if extra_seconds is None else extra_seconds
    start, seconds = after_cut_off(start, seconds, cut_off, rules, calendar)
    if rules.received_on_day_off != "as_received":
        nothing_to_add = halves + extra + more == 0
        start, seconds = _from_working_day(start, seconds, nothing_to_add, calendar, forward=rules.received_on_day_off == "forward")
    inside = calendar.covers(start)
    in_hours = units == _CODE[TermUnit.HOURS]
    by_hours = (in_hours & (halves + extra + more > 0)) | ((units == _CODE[TermUnit.WORKING_DAYS]) & (halves % 2 == 1))
    by_days = (in_hours | (units == _CODE[TermUnit.WORKING_DAYS])) & ~by_hours  # 0 hours are 0 days
    if by_days.any():
        rows = np.flatnonzero(inside & by_days)
        due[rows] = _add_working_days(calendar, start[rows], halves[rows] // 2 + extra[rows])
    if by_hours.any():
        rows = np.flatnonzero(inside & by_hours)
        half_hours = np.where(units[rows] == _CODE[TermUnit.HOURS], halves[rows], halves[rows] * HOURS_PER_WORKING_DAY)
        if rules.opening_hours:
            length = half_hours * 1800 + extra[rows] * seconds_per_day(rules.opening_hours) + more[rows]
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
            due[rows] = _roll(calendar, end + extra[rows], rules)
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


def runs_by_clock(halves: Array, units: Array, rules: Rules) -> Array:
    """Return the mask of the terms that end at a time of the day: under opening hours those in hours, and in parts of a working day."""
    parts = (units == _CODE[TermUnit.WORKING_DAYS]) & (halves >= 0) & (halves % 2 == 1)
    found: Array = ((units == _CODE[TermUnit.HOURS]) | parts) & bool(rules.opening_hours)
    return found


def days_waited(start: Array, end: Array, by_calendar: Array, calendar: Calendar) -> Array:
    """Return the days of waits, the first day not counted: calendar days or working days (int64; −1 outside the calendar)."""
    found = np.where(by_calendar, end.astype(np.int64) - start, -1)
    rows = np.flatnonzero(~by_calendar & calendar.covers(start) & calendar.covers(end))
    found[rows] = calendar.working_days_through(end[rows]) - calendar.working_days_through(start[rows])
    return found


def move_days(days: Array, amount: Array, by_calendar: Array, calendar: Calendar, rules: Rules) -> Array:
    """Return days moved forward by calendar days (then rolled, if terms are) or working days; ``NO_DAY`` outside the calendar (int32)."""
    moved = np.full(len(days), NO_DAY, dtype=np.int32)
    inside = calendar.covers(days)
    rows = np.flatnonzero(inside & by_calendar)
    moved[rows] = _roll(calendar, days[rows].astype(np.int64) + amount[rows], rules)
    rows = np.flatnonzero(inside & ~by_calendar)
    moved[rows] = _add_working_days(calendar, days[rows], amount[rows])
    return moved


def after_cut_off(start: Array, seconds: Array, cut_off: Array | None, rules: Rules, calendar: Calendar) -> tuple[Array, Array]:
    """Return receipts with those after the cut-off, or on a day off, moved to the opening of the next working day.

    Args:
        start: int[n] day of each receipt.
        seconds: int[n] its second of the day, −1 where not known.
        cut_off: int[n] second of the procedure of each, −1 for that of the rules; None for none.
        rules: with the cut-off of procedures that have none of their own.
        calendar: the working calendar; a receipt whose next working day is beyond it has ``NO_DAY``.
    """
    if rules.cut_off is not None:
        own = rules.cut_off.hour * 3600 + rules.cut_off.minute * 60 + rules.cut_off.second
        cut_off = np.full(len(start), own, dtype=np.int64) if cut_off is None else np.where(cut_off < 0, own, cut_off)
    if cut_off is None:
        return start, seconds
    rows = np.flatnonzero((cut_off >= 0) & calendar.covers(start))
    rows = rows[(seconds[rows] > cut_off[rows]) | ~calendar.working[start[rows] - calendar.first_day]]
    if not rows.size:
        return start, seconds
    moved, second = start.copy(), seconds.copy()
    moved[rows], second[rows] = _nth(calendar, calendar.working_days_through(start[rows]) + 1), 0
    return moved, second


def _from_working_day(start: Array, seconds: Array, nothing_to_add: Array, calendar: Calendar, *, forward: bool) -> tuple[Array, Array]:
    """Return receipts with those on a day off moved to the opening of the next working day, or to the closing of the one before.

    A term of no length is not counted back: it would end before it began.
    """
    rows = np.flatnonzero(calendar.covers(start))
    rows = rows[~calendar.working[start[rows] - calendar.first_day]]
    if not forward:
        rows = rows[~nothing_to_add[rows]]
    if not rows.size:
        return start, seconds
    moved, second = start.copy(), seconds.copy()
    moved[rows] = _nth(calendar, calendar.working_days_through(start[rows]) + (1 if forward else 0))
    second[rows] = 0 if forward else -1
    return moved, second


def _add_working_days(calendar: Calendar, start: Array, amount: Array) -> Array:
    number = calendar.working_days_through(start) + amount
    return _nth(calendar, np.maximum(number, calendar.working_days_before(start) + 1))


def _nth(calendar: Calendar, numbers: Array) -> Array:
    found = np.full(len(numbers), NO_DAY, dtype=np.int32)
    inside = (numbers >= 1) & (numbers <= len(calendar.working_day))
    found[inside] = calendar.working_day[numbers[inside] - 1]
    return found


def _roll(calendar: Calendar, days: Array, rules: Rules) -> Array:
    found = np.full(len(days), NO_DAY, dtype=np.int32)
    rows = np.flatnonzero(calendar.covers(days))
    if rules.calendar_terms == "stay":
        found[rows] = days[rows]
        return found
    found[rows] = _nth(calendar, calendar.working_days_before(days[rows]) + 1)
    return found
