"""Steps of the compiled fast way, each over one block of rows that was judged: the cell of each row, and the counting."""

from __future__ import annotations

from typing import Final

import numpy as np

from cchc_metrics.count.fast import plan as of
from cchc_metrics.count.fast.block_rows import (
    AT,
    BASE,
    COUNTED_BIT,
    DUE,
    END,
    ENDED_BIT,
    HAS_ENDED,
    KEY,
    LATE_BIT,
    OVERDUE_BIT,
    ROWS,
    START,
    STATE,
    TIMING,
    UNIT,
    is_late,
    look_up,
)
from cchc_metrics.count.fast.jit import jit, prefetch
from cchc_metrics.count.fast.tables import LARGEST_BIN, PASSED_SHIFT, SPENT_SHIFT
from cchc_metrics.records.columns import Array

RUN: Final = 64
"""Rows that are counted between one asking for memory and the next; BLOCK is a multiple."""
LINE: Final = 64
"""Bytes that the memory hands over at once."""

_I = np.int32


@jit
def _base_start(s: Array, n: int) -> None:
    for j in range(n):
        s[BASE + j] = s[UNIT + j] + (s[START + j] & _I(LARGEST_BIN))


@jit
def _base_end(s: Array, n: int) -> None:
    for j in range(n):
        s[BASE + j] = s[UNIT + j] + (s[END + j] & _I(LARGEST_BIN))


@jit
def _base_due(s: Array, n: int, days: Array) -> None:
    for j in range(n):
        s[AT + j] = (s[DUE + j] + _I(1)) * ((s[STATE + j] >> _I(COUNTED_BIT)) & _I(1))
    look_up(s, KEY, n, days)
    for j in range(n):
        s[BASE + j] = s[UNIT + j] + (s[KEY + j] & _I(LARGEST_BIN))


@jit
def list_overdue(s: Array, n: int) -> int:
    """List the rows that are overdue or ended late, and return how many there are."""
    found = 0
    for j in range(n):
        s[ROWS + found] = j
        found += (s[STATE + j] >> _I(OVERDUE_BIT)) & _I(1)
    return found


@jit
def base_overdue(s: Array, listed: int, days: Array) -> int:
    """Write unit and bin of the day since when each listed row is overdue, and its position; return how many."""
    for k in range(listed):
        j = s[ROWS + k]
        s[AT + k] = j
        s[BASE + k] = s[UNIT + j] + (days[np.uint32(s[DUE + j] + 2)] & _I(LARGEST_BIN))
    return listed


@jit
def base_aged(s: Array, listed: int, days: Array, working_day: Array, age: int, ends: int) -> int:
    """Write what ``base_overdue`` does, of the day since when it is by more than so many working days, or of the end after that day."""
    many, found = len(working_day), 0
    for k in range(listed):
        j = s[ROWS + k]
        number = (days[np.uint32(s[DUE + j] + 1)] >> PASSED_SHIFT) + age
        has_ended = (s[STATE + j] & _I(HAS_ENDED)) != 0
        if number < many and (not has_ended or (s[END + j] >> PASSED_SHIFT) > number):
            entry = s[END + j] if ends else days[np.uint32(working_day[np.uint32(number)] + 1)]
            s[AT + found] = j
            s[BASE + found] = s[UNIT + j] + (entry & _I(LARGEST_BIN))
            found += 1
    return found


@jit
def base(s: Array, n: int, anchor: int, days: Array) -> None:
    """Write unit and bin of each row's event on one of the days that about every row has."""
    if anchor == of.RECEIVED:
        _base_start(s, n)
    elif anchor == of.ENDED:
        _base_end(s, n)
    else:
        _base_due(s, n, days)


@jit
def values_working(s: Array, n: int, slots: int) -> int:
    """Write the working days of each row, and return the largest; those of rows that have not ended are below 0, or stand for nothing."""
    most = _I(0)
    for j in range(n):
        days = (s[END + j] >> _I(PASSED_SHIFT)) - (s[START + j] >> _I(PASSED_SHIFT))
        most = max(most, days)
        s[KEY + j] = min(max(days, _I(0)), _I(slots - 1))
    return int(most)


@jit
def values_calendar(s: Array, n: int, received: Array, ended: Array, slots: int) -> int:
    """Write the calendar days of each row, and return the largest; as ``values_working``."""
    most = _I(0)
    for j in range(n):
        days = ended[j] - received[j]
        most = max(most, days)
        s[KEY + j] = min(max(days, _I(0)), _I(slots - 1))
    return int(most)


@jit
def values_requests(s: Array, n: int, requests: Array, slots: int) -> int:
    """Write the requests for papers of each row; the last slot where their number is not said."""
    most = _I(0)
    for j in range(n):
        number = requests[j]
        most = max(most, number)
        s[KEY + j] = min(number if number >= 0 else _I(slots - 1), _I(slots - 1))
    return int(most)


@jit
def list_beyond(
    s: Array, n: int, kind: int, r: Array, e: Array, requests: Array, slots: int, h: int, bins: int, beyond: Array, at: int
) -> int:
    """List histogram, unit, bin and value of the rows that ended with a value that no slot holds."""
    for j in range(n):
        if s[STATE + j] & _I(HAS_ENDED):
            if kind == of.WORKING:
                value = (s[END + j] >> _I(PASSED_SHIFT)) - (s[START + j] >> _I(PASSED_SHIFT))
            elif kind == of.CALENDAR:
                value = e[j] - r[j]
            else:
                value = requests[j]
            if value >= slots - 1:
                beyond[at, 0] = h
                beyond[at, 1] = s[UNIT + j] // bins
                beyond[at, 2] = s[END + j] & _I(LARGEST_BIN)
                beyond[at, 3] = value
                at += 1
    return at


@jit
def zero(s: Array, n: int) -> None:
    """Begin the code of each row's cell."""
    for j in range(n):
        s[KEY + j] = _I(0)


@jit
def fuse(s: Array, n: int, codes: Array, size: int) -> None:
    """Fuse a column into the code of each row's cell."""
    for j in range(n):
        s[KEY + j] = s[KEY + j] * _I(size) + _I(codes[j])


@jit
def fuse_listed(s: Array, listed: int, codes: Array, size: int) -> None:
    """Fuse a column into the code of the cell of each row that is written of."""
    for k in range(listed):
        s[KEY + k] = s[KEY + k] * _I(size) + _I(codes[s[AT + k]])


@jit
def cell_of(s: Array, n: int, codes: Array, stride: int) -> None:
    """Write the code of each row's cell in a histogram of one column."""
    for j in range(n):
        s[KEY + j] = _I(codes[j]) * _I(stride) + s[BASE + j]


@jit
def cell_of_timing(s: Array, n: int, stride: int) -> None:
    """Write the code of each row's cell in a histogram of timings."""
    for j in range(n):
        s[KEY + j] = (s[STATE + j] >> _I(TIMING)) * _I(stride) + s[BASE + j]


@jit
def fuse_timing(s: Array, n: int, size: int) -> None:
    """Fuse the timing into the code of each row's cell."""
    for j in range(n):
        s[KEY + j] = s[KEY + j] * _I(size) + (s[STATE + j] >> _I(TIMING))


@jit
def fuse_standing(s: Array, n: int, ended: Array, limits: int, day: int, today: int, size: int) -> None:
    """Fuse what has become of each row by the day of the question: 2 if it has not ended by then, and 1 if it ended late or is overdue.

    ``today`` is the entry of that day among the days; where limits stand for due dates, the days spent until then are compared with them.
    """
    for j in range(n):
        pending = ((s[STATE + j] >> _I(ENDED_BIT)) & _I(ended[j] <= _I(day))) ^ _I(1)
        passed = is_late((_I(today) - s[START + j]) >> _I(SPENT_SHIFT), s[DUE + j]) if limits else is_late(_I(day), s[DUE + j])
        late = (s[STATE + j] >> _I(LATE_BIT)) & _I(1)
        s[KEY + j] = s[KEY + j] * _I(size) + ((pending << _I(1)) | (passed & (pending | late)))


@jit
def finish(s: Array, n: int, stride: int) -> None:
    """Fuse unit and bin into the code of each row's cell."""
    for j in range(n):
        s[KEY + j] = s[KEY + j] * _I(stride) + s[BASE + j]


@jit
def increase(s: Array, first: int, after: int, start: int, cells: Array, carried: Array, at: int) -> int:
    """Count the cells of some rows from ``start`` on; list those that begin anew, return how many are.

    One byte a cell, so that many fit the cache.
    """
    for j in range(first, after):
        place = np.uint32(s[KEY + j] + _I(start))
        count = np.uint8(cells[place] + np.uint8(1))
        cells[place] = count
        if count == 0:
            carried[at] = place
            at += 1
    return at


@jit
def fetch(column: Array, at: int) -> None:
    """Ask for the memory of ``RUN`` rows of a column, which may lie beyond its end: it is there when the next block is read."""
    if len(column):
        for line in range(at, at + RUN, LINE // column.itemsize):
            prefetch(column, line)
