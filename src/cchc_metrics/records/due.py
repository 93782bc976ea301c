"""Due dates of dossiers in columns: the given appointment, or the one computed from the term."""

from __future__ import annotations

from typing import Any

import numpy as np

from cchc_metrics.records.choices import TermUnit
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.fields import NO_DAY
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.rules import Rules

HOURS_PER_WORKING_DAY = 8


def due_days(columns: Columns, rules: Rules, calendar: Calendar) -> Array:
    """Return the due date of each dossier as int32 days since 1970-01-01; ``NO_DAY`` where none is known.

    A given ``due_at`` wins unless the rules ignore it. A computed one starts at the receipt; the first day is not counted (Civil Code 2015,
    art. 147); working-day terms count working days of the calendar; calendar days and months that end on a day off roll to the next working
    day, a month is clamped first (art. 148). With ``pauses = "shift"`` the waiting time is added, in the days that the term counts.
    A receipt or a result outside the calendar gives no due date; reading reports such rows as ``year_not_in_calendar``.
    """
    received = columns.days("received_at")
    given = columns.days("due_at")
    paused = pause_days(columns)
    shifted = rules.pauses == "shift"
    if rules.given_due == "ignored":
        due = np.full(len(columns), NO_DAY, dtype=np.int32)
    else:
        due = given.astype(np.int32, copy=True)
        if shifted and not rules.given_due_includes_pauses and (paused > 0).any():
            moved = np.flatnonzero((due >= 0) & (paused > 0))
            due[moved] = _shift_given(due[moved], paused[moved], _units(columns)[moved], calendar)
    missing = np.flatnonzero((due < 0) & (received >= 0) & (columns.numbers("term") >= 0))
    if missing.size:
        extra = paused[missing] if shifted else np.zeros(missing.size, dtype=np.int64)
        due[missing] = add_terms(
            received[missing],
            columns.numbers("term")[missing],
            _units(columns)[missing],
            extra,
            calendar,
        )
    return due


def pause_days(columns: Columns) -> Array:
    """Return the days waited for the citizen (int64; 0 where empty)."""
    return np.maximum(columns.numbers("paused_days"), 0)


def add_terms(start: Array, halves: Array, units: Array, extra_days: Array, calendar: Calendar) -> Array:
    """Return the last day of terms that start on given days.

    Args:
        start: int[n] days since 1970-01-01.
        halves: int[n] length of the term in halves of its unit.
        units: int[n] positions in ``TermUnit``.
        extra_days: int[n] days to add, working days for terms in working days or hours, calendar days otherwise.
        calendar: the working calendar.

    Returns:
        int32[n]; ``NO_DAY`` where start or result lies outside the calendar, or the unit is ``none``.
    """
    due = np.full(len(start), NO_DAY, dtype=np.int32)
    inside = calendar.covers(start)
    whole = {unit: i for i, unit in enumerate(TermUnit)}
    working = inside & ((units == whole[TermUnit.WORKING_DAYS]) | (units == whole[TermUnit.HOURS]))
    if working.any():
        rows = np.flatnonzero(working)
        hours = np.where(units[rows] == whole[TermUnit.HOURS], halves[rows] / 2, halves[rows] * (HOURS_PER_WORKING_DAY / 2))
        # A receipt without a time is taken at closing time, so a part of a day reaches into the next working day.
        days = np.ceil(hours / HOURS_PER_WORKING_DAY).astype(np.int64) + extra_days[rows]
        due[rows] = _nth(calendar, calendar.working_days_through(start[rows]) + days)
    for unit in (TermUnit.CALENDAR_DAYS, TermUnit.MONTHS):
        chosen = inside & (units == whole[unit])
        if chosen.any():
            rows = np.flatnonzero(chosen)
            length = (halves[rows] + 1) // 2
            end = start[rows].astype(np.int64) + length if unit is TermUnit.CALENDAR_DAYS else add_months(start[rows], length)
            due[rows] = _roll(calendar, end + extra_days[rows])
    return due


def add_months(days: Array, months: Array) -> Array:
    """Return day numbers moved by whole months, clamped to the last day of the month (Civil Code 2015, art. 148).

    >>> import numpy as np
    >>> np.datetime64(int(add_months(np.array([20484]), np.array([1]))[0]), "D")  # 31/01/2026
    np.datetime64('2026-02-28')
    """
    date = days.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    target = month + months.astype("timedelta64[M]")
    last = (target + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    moved = np.minimum(target.astype("datetime64[D]") + (date - month.astype("datetime64[D]")), last)
    found: Array = moved.astype(np.int64)
    return found


def _units(columns: Columns) -> Array:
    codes, labels = columns.codes("term_unit")
    order = {label: i for i, label in enumerate(TermUnit.labels())}
    table = np.array([order[label] for label in labels], dtype=np.uint8)
    found: Array = table[codes]
    return found


def _shift_given(due: Array, paused: Array, units: Array, calendar: Calendar) -> Array:
    moved = due.copy()
    order = {label: i for i, label in enumerate(TermUnit)}
    calendar_units = (units == order[TermUnit.CALENDAR_DAYS]) | (units == order[TermUnit.MONTHS])
    inside = calendar.covers(due)
    by_calendar = np.flatnonzero(inside & calendar_units)
    by_working = np.flatnonzero(inside & ~calendar_units)
    moved[by_calendar] = _roll(calendar, due[by_calendar].astype(np.int64) + paused[by_calendar])
    moved[by_working] = _nth(calendar, calendar.working_days_through(due[by_working]) + paused[by_working])
    return moved


def _nth(calendar: Calendar, numbers: Array) -> Array:
    table: Any = calendar.working_day
    found = np.full(len(numbers), NO_DAY, dtype=np.int32)
    inside = (numbers >= 1) & (numbers <= len(table))
    found[inside] = table[numbers[inside] - 1]
    return found


def _roll(calendar: Calendar, days: Array) -> Array:
    found = np.full(len(days), NO_DAY, dtype=np.int32)
    rows = np.flatnonzero(calendar.covers(days))
    number = calendar.working_days_before(days[rows]) + 1
    found[rows] = _nth(calendar, number)
    return found
