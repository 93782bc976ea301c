"""The slow, obvious reference: one dossier at a time, one day at a time, nothing shared with the library but the list of days worked."""

from __future__ import annotations

import statistics
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

import numpy as np

from benchmarks.reference_work.work import (
    CHANNELS,
    EARLY,
    IN_TIME,
    LATE,
    NO_DAY,
    OK,
    ON_DUE_DATE,
    ONLINE,
    OVERDUE,
    ZERO_DENOMINATOR,
    Answer,
    Work,
)

_EPOCH = date(1970, 1, 1)
_ONE_DAY = timedelta(days=1)


def prepare(work: Work) -> Work:
    """Return the work as it is."""
    return work


def answer(work: Work) -> Answer:
    """Return the answer, counted by walking through the calendar."""
    first = _EPOCH + timedelta(days=work.calendar_first)
    worked = {first + timedelta(days=i) for i, is_worked in enumerate(work.working.tolist()) if is_worked}
    last_day = date(work.first_year + work.years - 1, 12, 31)
    grid = (work.units, work.months)
    received = np.zeros((*grid, CHANNELS), dtype=np.int64)
    ended = np.zeros((*grid, 3), dtype=np.int64)
    pending = np.zeros((work.units, 2), dtype=np.int64)
    stock = np.zeros(grid, dtype=np.int64)
    days_taken: dict[tuple[int, int], list[int]] = defaultdict(list)
    for unit, channel, received_day, term, paused, ended_day in zip(
        work.unit.tolist(),
        work.channel.tolist(),
        work.received.tolist(),
        work.term.tolist(),
        work.paused.tolist(),
        work.ended.tolist(),
        strict=True,
    ):
        start = _EPOCH + timedelta(days=received_day)
        due = _after(start, term + paused, worked)
        begun = _month(work, start)
        received[unit, begun, channel] += 1
        if ended_day == NO_DAY:
            pending[unit, OVERDUE if due < last_day else IN_TIME] += 1
            over = work.months
        else:
            end = _EPOCH + timedelta(days=ended_day)
            over = _month(work, end)
            timing = EARLY if end < due else ON_DUE_DATE if end == due else LATE
            ended[unit, over, timing] += 1
            days_taken[unit, over].append(sum(day in worked for day in _days(start + _ONE_DAY, end)))
        for month in range(begun, over):  # pending at the end of each month before the one it ended in
            stock[unit, month] += 1

    total = np.zeros(grid, dtype=np.int64)
    median_twice = np.full(grid, -1, dtype=np.int64)
    for cell, days in days_taken.items():
        total[cell] = sum(days)
        median_twice[cell] = int(2 * Fraction(statistics.median([Fraction(d) for d in days])))
    on_time = np.zeros((*grid, 3), dtype=np.int64)
    online = np.zeros((*grid, 3), dtype=np.int64)
    for cell in np.ndindex(grid):
        for rates, top, bottom in (
            (on_time, int(ended[cell][EARLY]) + int(ended[cell][ON_DUE_DATE]), int(sum(ended[cell]))),
            (online, int(received[cell][ONLINE]), int(sum(received[cell]))),
        ):
            rates[cell] = (top, bottom, ZERO_DENOMINATOR if bottom == 0 else OK)
    return Answer(received, ended, total, median_twice, stock, pending, on_time, online)


def _after(start: date, working_days: int, worked: set[date]) -> date:
    day = start
    while working_days:
        day += _ONE_DAY
        working_days -= day in worked
    return day


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def _month(work: Work, day: date) -> int:
    return 12 * (day.year - work.first_year) + day.month - 1
