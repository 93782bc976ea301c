"""Steps of the compiled fast way, each over one block of rows: what each row is, and when it is due.

Loops are short and write to one scratch array: a loop over many arrays is not turned into vector instructions, because whether they overlap
could not be ruled out. All numbers are 32-bit integers. Arrays are runs of columns, so that no position can be negative, which Python would
count from the end.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from cchc_metrics.count.fast.jit import jit
from cchc_metrics.count.fast.tables import LARGEST_TERM, OFF, PASSED_SHIFT, SPENT_SHIFT
from cchc_metrics.records.columns import Array

BLOCK: Final = 2048
"""Rows of a block: enough that starting its loops costs little, few enough that it stays in the cache."""

# Places of the block's arrays in the scratch array.
START: Final = 0  # entry of the days' table of the receipt; none where the row is not counted
END: Final = BLOCK  # entry of the days' table of the end; none where it has not ended
DUE: Final = 2 * BLOCK  # due date; in plain blocks the limit, until the due date is asked for
UNIT: Final = 3 * BLOCK  # unit × bins
STATE: Final = 4 * BLOCK  # bits below
AT: Final = 5 * BLOCK  # places for the next look-up
BASE: Final = 6 * BLOCK  # unit and bin, fused
KEY: Final = 7 * BLOCK
ROWS: Final = 8 * BLOCK  # positions of the rows that are overdue
SCRATCH: Final = 9 * BLOCK + 1

GONE, BAD, HAS_ENDED, COUNTED = 1, 2, 4, 16
ENDED_BIT, OVERDUE_BIT, COUNTED_BIT = 2, 3, 4
TIMING: Final = 5  # from this bit on: early 0, on the due date 1, late 2
LATE_BIT: Final = 6

_I = np.int32


@jit
def is_late(end: Any, due: Any) -> Any:
    """Return 1 for an end after its due date, or for days spent beyond their limit; else 0 (int32)."""
    return _I(end > due)


@jit
def are_plain(n: int, status: Array, received: Array, ended: Array, term: Array, term_unit: Array, paused: Array, o: Array) -> bool:
    """Return whether all rows are of the plainest kind: received and, if their status says so, ended in the calendar, with a term.

    Such blocks are most of those that a system exports, and nothing in them has to be set apart.
    """
    first, span = o[0], np.uint32(o[1] - o[0])
    wrong, has, working = o[2] | o[4], o[3], o[5]
    unlike, longest = _I(0), _I(0)
    for j in range(n):
        e, code = ended[j], _I(status[j])
        dated = _I(e >= 0)
        unlike |= _I(np.uint32(received[j] - first) > span)  # one comparison of unsigned numbers for both ends
        unlike |= dated & _I(np.uint32(e - first) > span)
        unlike |= ((wrong >> code) | ((has >> code) ^ dated)) & _I(1)
        # The lowest bit of a term, which is in halves, is set in parts of a day and in −1, no term at all.
        unlike |= (term[j] & _I(1)) | _I(np.uint32(term[j] - _I(1)) >= np.uint32(LARGEST_TERM)) | (_I(term_unit[j]) ^ working)
    for j in range(len(paused)):
        longest = max(longest, paused[j])
    return bool(unlike == 0 and longest <= LARGEST_TERM)


@jit
def judge_plain(s: Array, n: int, received: Array, ended: Array, term: Array, paused: Array, days: Array, starts: Array, many: int) -> bool:
    """Write all that ``states`` to ``judge`` write, for plain rows; return False where a due date may not be a usual one.

    In the place of due dates stand limits: twice the working days from the receipt to the due date. They tell the timing, and most due
    dates are never asked for.
    """
    for j in range(n):
        s[START + j] = starts[np.uint32(received[j] + _I(1))]
    for j in range(n):
        s[END + j] = days[np.uint32(ended[j] + _I(1))]
    if len(paused):
        for j in range(n):
            s[DUE + j] = term[j] + (max(paused[j], _I(0)) << _I(1))
    else:
        for j in range(n):
            s[DUE + j] = term[j]
    longest, latest = _I(0), _I(0)
    for j in range(n):
        limit = s[DUE + j]
        longest, latest = max(longest, limit), max(latest, s[START + j])
        # No end is in a stretch before that of its receipt, so that the difference of the bins takes nothing from the days.
        spent = (s[END + j] - s[START + j]) >> _I(SPENT_SHIFT)
        has, late = _I(ended[j] >= 0), is_late(spent, limit)
        over = (has ^ _I(1)) | late
        s[STATE + j] = (has << _I(2)) | (over << _I(OVERDUE_BIT)) | _I(COUNTED) | ((late + _I(spent >= limit)) << _I(TIMING))
    return bool((longest >> _I(1)) + (latest >> _I(PASSED_SHIFT)) <= many)


@jit
def due_of_all(s: Array, n: int, working_day: Array) -> None:
    """Put due dates in the place of limits."""
    for j in range(n):
        s[AT + j] = (s[DUE + j] >> _I(1)) + (s[START + j] >> _I(PASSED_SHIFT)) - _I(1)
    for j in range(n):
        s[DUE + j] = working_day[np.uint32(s[AT + j])]


@jit
def due_of_listed(s: Array, listed: int, working_day: Array) -> None:
    """Put due dates in the place of limits, of the rows that are overdue or ended late."""
    for k in range(listed):
        j = s[ROWS + k]
        s[DUE + j] = working_day[np.uint32((s[DUE + j] >> _I(1)) + (s[START + j] >> _I(PASSED_SHIFT)) - _I(1))]


@jit
def states(s: Array, n: int, status: Array, received: Array, ended: Array, o: Array) -> None:
    """Write the state of each row as far as its status and its days tell, and the place of its receipt among the days."""
    first, last, out, has, left = o[0], o[1], o[2], o[3], o[4]
    for j in range(n):
        code = _I(status[j])
        r, e = received[j], ended[j]
        gone = (_I(out >> code) & _I(1)) | _I(r < 0)
        over = (_I(has >> code) & _I(1)) & _I(e >= 0)
        bad = (_I(left >> code) & _I(1)) | _I(r < first) | _I(r > last) | (over & (_I(e < first) | _I(e > last)))
        s[STATE + j] = gone * GONE + bad * BAD + over * HAS_ENDED
    for j in range(n):
        s[AT + j] = min(max(received[j], _I(-1)), last) + _I(1)


@jit
def look_up(s: Array, to: int, n: int, table: Array) -> None:
    """Write the entries of a table at the places that stand ready."""
    for j in range(n):
        s[to + j] = table[np.uint32(s[AT + j])]


@jit
def mark(s: Array, n: int, special_rows: Array) -> None:
    """Set rows apart that a rule makes special."""
    for j in range(n):
        s[STATE + j] |= _I(special_rows[j]) * _I(BAD)


@jit
def no_terms(s: Array, n: int) -> None:
    """Write that no due date is known."""
    for j in range(n):
        s[BASE + j] = _I(1)
        s[DUE + j] = _I(0)


@jit
def numbers(s: Array, n: int, term: Array) -> None:
    """Write the number of the working day on which each term ends, without waits, counted from 0 over the calendar."""
    for j in range(n):
        length = term[j] >> _I(1)
        at = s[START + j]
        zero = _I(length == 0) & _I((at & _I(OFF)) != 0)
        s[KEY + j] = length + zero + (at >> _I(PASSED_SHIFT)) - _I(1)
        s[BASE + j] = term[j] & _I(1)  # −1, no term, is odd


@jit
def numbers_paused(s: Array, n: int, term: Array, paused: Array) -> None:
    """Write what ``numbers`` writes, with the days waited."""
    for j in range(n):
        waited = max(paused[j], _I(0))
        length = (term[j] >> _I(1)) + min(waited, _I(LARGEST_TERM))
        at = s[START + j]
        zero = _I(length == 0) & _I((at & _I(OFF)) != 0)
        s[KEY + j] = length + zero + (at >> _I(PASSED_SHIFT)) - _I(1)
        s[BASE + j] = (term[j] & _I(1)) | _I(waited > _I(LARGEST_TERM))


@jit
def computed(s: Array, n: int, term_unit: Array, working_day: Array, o: Array) -> None:
    """Write the due dates of terms, and 1 to the scratch's base where there is none."""
    working, days = o[5], o[6]
    for j in range(n):
        number = s[KEY + j]
        s[BASE + j] |= _I(_I(term_unit[j]) != working) | _I(number >= days)
        s[AT + j] = min(max(number, _I(0)), days - _I(1))
    for j in range(n):
        s[DUE + j] = working_day[np.uint32(s[AT + j])]


@jit
def given(s: Array, n: int, given: Array, received: Array, o: Array) -> None:
    """Put given due dates in the place of those computed."""
    last = o[10]
    for j in range(n):
        g = given[j]
        wrong = _I(g < received[j]) | _I(g > last)
        known = g >= 0
        s[BASE + j] = wrong if known else s[BASE + j]
        s[DUE + j] = g if known else s[DUE + j]


@jit
def judge(s: Array, n: int, ended: Array, none: int) -> None:
    """Write what each row finally is, its timing, and the place of its end among the days."""
    for j in range(n):
        state = s[STATE + j]
        e, due = ended[j], s[DUE + j]
        bad = ((state >> _I(1)) | s[BASE + j]) & (~state) & _I(1)
        counted = (~(state | bad)) & _I(1)
        has = (state >> _I(2)) & counted
        late = is_late(e, due)
        over = counted & ((has ^ _I(1)) | late)
        s[STATE + j] = (
            (bad << _I(1))
            | (has << _I(2))
            | (over << _I(OVERDUE_BIT))
            | (counted << _I(COUNTED_BIT))
            | ((late + _I(e >= due)) << _I(TIMING))
        )
        s[AT + j] = (e + _I(1)) * has
        s[START + j] = s[START + j] if counted else _I(none)


@jit
def count_left(s: Array, n: int) -> int:
    """Return how many rows are set apart."""
    found = _I(0)
    for j in range(n):
        found += (s[STATE + j] >> _I(1)) & _I(1)
    return int(found)


@jit
def list_left(s: Array, first_row: int, n: int, left: Array, at: int) -> int:
    """List the rows that are set apart; return how many are listed by now."""
    for j in range(n):
        if s[STATE + j] & _I(BAD):
            left[at] = first_row + j
            at += 1
    return at


@jit
def units(s: Array, n: int, unit: Array, bins: int) -> None:
    """Write where the cells of each row's unit begin."""
    for j in range(n):
        s[UNIT + j] = _I(unit[j]) * _I(bins)
