"""Look-up tables by day: how many working days have passed, whether it is a day off, and in which stretch of time it lies.

One look-up of 4 bytes gives all three; entry 0 stands for no day, entry ``d + 1`` for day ``d`` since 1970-01-01.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cchc_metrics.count.histogram import Stretches
from cchc_metrics.records.columns import Array
from cchc_metrics.records.lateness import AGES
from cchc_metrics.reference.calendar import Calendar

BIN_BITS: Final = 12
LARGEST_BIN: Final = (1 << BIN_BITS) - 1
OFF: Final = 1 << BIN_BITS
PASSED_SHIFT: Final = BIN_BITS + 1
SPENT_SHIFT: Final = BIN_BITS
"""An end's entry in ``days`` less a receipt's in ``starts``, shifted so: twice the working days between, 1 more for an end on a day off."""
LARGEST_TERM: Final = 1 << 20
"""Days waited beyond are left to the general way; no calendar reaches so far."""


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """Look-ups over the days of a calendar.

    Args:
        first, last: the first and last day of the calendar.
        none: the bin of events that do not happen; the stretches of time are numbered below it.
        days: int32[last + 3], per day ``passed << 13 | off << 12 | bin``: working days of the calendar on or before it, whether it is a day
            off, its stretch. The day after the last has an entry too.
        starts: the same without the bit of a day off: a term begins alike on a day off and on the working day before.
        working_day: int32[working days], the day of each working day.
        usual: so many of them, the first ones, are due dates of the usual course: the calendar has every day on which such a dossier, still
            pending, passes into another class of overdue ones.
        last_due: the last day that is.
    """

    first: int
    last: int
    none: int
    days: Array
    starts: Array
    working_day: Array
    usual: int
    last_due: int

    @classmethod
    def of(cls, calendar: Calendar, edges: tuple[int, ...]) -> Tables:
        """Return the tables of a calendar, for stretches cut by edges."""
        stretches = Stretches.of(edges)
        every = np.arange(-1, calendar.last_day + 2, dtype=np.int64)
        bins = stretches.find(every)
        bins[0] = stretches.count
        passed = np.zeros(len(every), dtype=np.int64)
        off = np.zeros(len(every), dtype=np.int64)
        inside = slice(calendar.first_day + 1, calendar.last_day + 2)
        passed[inside] = calendar.before[1:]
        passed[-1] = calendar.before[-1]
        off[inside] = ~calendar.working
        packed = (passed << PASSED_SHIFT | off << BIN_BITS | bins).astype(np.int32)
        usual = max(len(calendar.working_day) - AGES[-1] - 1, 0)
        last_due = int(calendar.working_day[usual]) - 1 if usual else calendar.first_day - 1
        starts = packed & ~np.int32(OFF)
        return cls(calendar.first_day, calendar.last_day, stretches.count, packed, starts, calendar.working_day, usual, last_due)
