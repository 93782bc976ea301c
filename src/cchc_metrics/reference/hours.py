"""Opening hours as one line of working seconds, on which terms in hours are added."""

from __future__ import annotations

from datetime import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cchc_metrics.reference.calendar import Calendar

Array = NDArray[Any]
Hours = tuple[tuple[time, time], ...]
"""Opening hours of a working day: intervals in order, e.g. 07:00–11:30 and 13:30–17:00."""


def seconds_per_day(hours: Hours) -> int:
    """Return how many seconds a working day has.

    >>> seconds_per_day(((time(7), time(11, 30)), (time(13, 30), time(17))))
    28800
    """
    return sum(_second(end) - _second(start) for start, end in hours)


def position(days: Array, seconds: Array, calendar: Calendar, hours: Hours) -> Array:
    """Return the working seconds from the calendar's first day to each moment (int64).

    Args:
        days: int[n] days since 1970-01-01, inside the calendar.
        seconds: int[n] second of the day; −1 for a date without a time, which is taken at closing time.
        calendar: the working calendar.
        hours: opening hours. A moment outside them stands where the next opening begins.
    """
    length = seconds_per_day(hours)
    spent = np.zeros(len(days), dtype=np.int64)
    at = np.where(seconds < 0, 86_400, seconds)
    for start, end in hours:
        spent += np.clip(at - _second(start), 0, _second(end) - _second(start))
    worked = calendar.working[days - calendar.first_day]
    found: Array = calendar.working_days_before(days) * length + np.where(worked, spent, 0)
    return found


def moment(positions: Array, calendar: Calendar, hours: Hours) -> tuple[Array, Array]:
    """Return the day and second at which each number of working seconds is full; the inverse of ``position``.

    A position on the border of two days is the closing time of the first, not the opening of the second.

    Returns:
        int32[n] days (−1 where the position lies outside the calendar) and int32[n] seconds.
    """
    length = seconds_per_day(hours)
    index = np.maximum(positions - 1, 0) // length
    rest = positions - index * length
    inside = index < len(calendar.working_day)
    days = np.full(len(positions), -1, dtype=np.int32)
    days[inside] = calendar.working_day[index[inside]]
    seconds = np.zeros(len(positions), dtype=np.int32)
    left = rest
    for start, end in hours:
        span = _second(end) - _second(start)
        here = (left >= 0) & (left <= span)
        seconds[here] = (_second(start) + left[here]).astype(np.int32)
        left = np.where(here, -1, left - span)
    return days, seconds


def spent_between(days: Array, seconds: Array, until_days: Array, until_seconds: Array, calendar: Calendar, hours: Hours) -> Array:
    """Return the working seconds from moments to later ones (int64): 0 where the other is earlier, −1 outside the calendar."""
    found = np.full(len(days), -1, dtype=np.int64)
    rows = np.flatnonzero(calendar.covers(days) & calendar.covers(until_days))
    until = position(until_days[rows], until_seconds[rows], calendar, hours)
    found[rows] = np.maximum(until - position(days[rows], seconds[rows], calendar, hours), 0)
    return found


def moved_by(days: Array, seconds: Array, amount: Array, calendar: Calendar, hours: Hours) -> tuple[Array, Array]:
    """Return moments moved by working seconds, forward or back: int32[n] days, −1 outside the calendar, and int32[n] seconds."""
    found, clock = np.full(len(days), -1, dtype=np.int32), np.zeros(len(days), dtype=np.int32)
    rows = np.flatnonzero(calendar.covers(days))
    at = position(days[rows], seconds[rows], calendar, hours) + amount[rows]
    moved, second = moment(at, calendar, hours)
    found[rows], clock[rows] = np.where(at > 0, moved, np.int32(-1)), second
    return found, clock


def _second(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second
