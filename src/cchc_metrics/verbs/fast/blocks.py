"""The steps of the compiled fast way, each over one block of rows.

Loops are short and write to one scratch array: a loop over many arrays is not turned into vector instructions, because whether they overlap
could not be ruled out. All numbers are 32-bit integers. Arrays are runs of columns, so that no position can be negative, which Python would
count from the end.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from cchc_metrics.records.columns import Array
from cchc_metrics.verbs.fast import plan as of
from cchc_metrics.verbs.fast.jit import jit
from cchc_metrics.verbs.fast.tables import LARGEST_BIN, LARGEST_TERM, OFF, PASSED_SHIFT

BLOCK: Final = 2048
"""Rows of a block: enough that starting its loops costs little, few enough that it stays in the cache."""

# Places of the block's arrays in the scratch array.
START: Final = 0  # entry of the days' table of the receipt; none where the row is not counted
END: Final = BLOCK  # entry of the days' table of the end; none where it has not ended
_DUE: Final = 2 * BLOCK
_UNIT: Final = 3 * BLOCK  # unit × bins
_STATE: Final = 4 * BLOCK  # bits below
_AT: Final = 5 * BLOCK  # places for the next look-up
_BASE: Final = 6 * BLOCK  # unit and bin, fused
_KEY: Final = 7 * BLOCK
_ROWS: Final = 8 * BLOCK  # positions of the rows that are overdue
SCRATCH: Final = 9 * BLOCK + 1

_GONE, _BAD, _HAS_ENDED, _OVERDUE, _COUNTED = 1, 2, 4, 8, 16
_TIMING: Final = 5  # from this bit on: early 0, on the due date 1, late 2

_I = np.int32


@jit
def are_plain(n: int, status: Array, received: Array, ended: Array, term: Array, term_unit: Array, paused: Array, o: Array) -> bool:
    """Return whether all rows are of the plainest kind: received and, if their status says so, ended in the calendar, with a term.

    Such blocks are most of those that a system exports, and nothing in them has to be set apart.
    """
    first, span = o[0], np.uint32(o[1] - o[0])
    wrong, has = o[2] | o[4], o[3]
    unlike = _I(0)
    for j in range(n):
        unlike |= _I(np.uint32(received[j] - first) > span)  # one comparison of unsigned numbers for both ends
    for j in range(n):
        e = ended[j]
        unlike |= _I(e >= 0) & _I(np.uint32(e - first) > span)
    for j in range(n):
        code = _I(status[j])
        unlike |= ((wrong >> code) | ((has >> code) ^ _I(ended[j] >= 0))) & _I(1)
    for j in range(n):
        # The lowest bit of a term, which is in halves, is set in parts of a day and in −1, no term at all.
        unlike |= (term[j] & _I(1)) | _I(term[j] == 0)
    working, units = np.uint8(o[5]), np.uint8(0)
    for j in range(n):
        units |= np.uint8(term_unit[j] ^ working)
    longest = _I(0)
    if len(paused):
        for j in range(n):
            longest = max(longest, paused[j])
    return bool(unlike == 0 and units == 0 and longest <= LARGEST_TERM)


@jit
def judge_plain(s: Array, n: int, received: Array, ended: Array, term: Array, paused: Array, days: Array, working_day: Array) -> bool:
    """Write all that ``states`` to ``judge`` write, for plain rows; return False where a due date lies outside the calendar."""
    for j in range(n):
        s[START + j] = days[np.uint32(received[j] + _I(1))]
    most = _I(0)
    if len(paused):
        for j in range(n):
            number = (term[j] >> _I(1)) + max(paused[j], _I(0)) + (s[START + j] >> _I(PASSED_SHIFT)) - _I(1)
            most = max(most, number)
            s[_AT + j] = number
    else:
        for j in range(n):
            number = (term[j] >> _I(1)) + (s[START + j] >> _I(PASSED_SHIFT)) - _I(1)
            most = max(most, number)
            s[_AT + j] = number
    if most >= len(working_day):
        return False
    for j in range(n):
        s[_DUE + j] = working_day[np.uint32(s[_AT + j])]
    for j in range(n):
        e, due = ended[j], s[_DUE + j]
        has, late = _I(e >= 0), _I(e > due)
        over = (has ^ _I(1)) | late
        s[_STATE + j] = (has << _I(2)) | (over << _I(3)) | _I(_COUNTED) | ((late + _I(e >= due)) << _I(_TIMING))
    for j in range(n):
        s[END + j] = days[np.uint32(ended[j] + _I(1))]
    return True


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
        s[_STATE + j] = gone * _GONE + bad * _BAD + over * _HAS_ENDED
    for j in range(n):
        s[_AT + j] = min(max(received[j], _I(-1)), last) + _I(1)


@jit
def look_up(s: Array, to: int, n: int, table: Array) -> None:
    """Write the entries of a table at the places that stand ready."""
    for j in range(n):
        s[to + j] = table[np.uint32(s[_AT + j])]


@jit
def mark(s: Array, n: int, special_rows: Array) -> None:
    """Set rows apart that a rule makes special."""
    for j in range(n):
        s[_STATE + j] |= _I(special_rows[j]) * _I(_BAD)


@jit
def no_terms(s: Array, n: int) -> None:
    """Write that no due date is known."""
    for j in range(n):
        s[_BASE + j] = _I(1)
        s[_DUE + j] = _I(0)


@jit
def numbers(s: Array, n: int, term: Array) -> None:
    """Write the number of the working day on which each term ends, without waits, counted from 0 over the calendar."""
    for j in range(n):
        length = term[j] >> _I(1)
        at = s[START + j]
        zero = _I(length == 0) & _I((at & _I(OFF)) != 0)
        s[_KEY + j] = length + zero + (at >> _I(PASSED_SHIFT)) - _I(1)
        s[_BASE + j] = term[j] & _I(1)  # −1, no term, is odd


@jit
def numbers_paused(s: Array, n: int, term: Array, paused: Array) -> None:
    """Write what ``numbers`` writes, with the days waited."""
    for j in range(n):
        waited = max(paused[j], _I(0))
        length = (term[j] >> _I(1)) + min(waited, _I(LARGEST_TERM))
        at = s[START + j]
        zero = _I(length == 0) & _I((at & _I(OFF)) != 0)
        s[_KEY + j] = length + zero + (at >> _I(PASSED_SHIFT)) - _I(1)
        s[_BASE + j] = (term[j] & _I(1)) | _I(waited > _I(LARGEST_TERM))


@jit
def computed(s: Array, n: int, term_unit: Array, working_day: Array, o: Array) -> None:
    """Write the due dates of terms, and 1 to the scratch's base where there is none."""
    working, days = o[5], o[6]
    for j in range(n):
        number = s[_KEY + j]
        s[_BASE + j] |= _I(_I(term_unit[j]) != working) | _I(number >= days)
        s[_AT + j] = min(max(number, _I(0)), days - _I(1))
    for j in range(n):
        s[_DUE + j] = working_day[np.uint32(s[_AT + j])]


@jit
def given(s: Array, n: int, given: Array, received: Array, o: Array) -> None:
    """Put given due dates in the place of those computed."""
    last = o[1]
    for j in range(n):
        g = given[j]
        wrong = _I(g < received[j]) | _I(g > last)
        known = g >= 0
        s[_BASE + j] = wrong if known else s[_BASE + j]
        s[_DUE + j] = g if known else s[_DUE + j]


@jit
def judge(s: Array, n: int, ended: Array, none: int) -> None:
    """Write what each row finally is, its timing, and the place of its end among the days."""
    for j in range(n):
        state = s[_STATE + j]
        e, due = ended[j], s[_DUE + j]
        bad = ((state >> _I(1)) | s[_BASE + j]) & (~state) & _I(1)
        counted = (~(state | bad)) & _I(1)
        has = (state >> _I(2)) & counted
        late = _I(e > due)
        over = counted & ((has ^ _I(1)) | late)
        s[_STATE + j] = (bad << _I(1)) | (has << _I(2)) | (over << _I(3)) | (counted << _I(4)) | ((late + _I(e >= due)) << _I(_TIMING))
        s[_AT + j] = (e + _I(1)) * has
        s[START + j] = s[START + j] if counted else _I(none)


@jit
def count_left(s: Array, n: int) -> int:
    """Return how many rows are set apart."""
    found = _I(0)
    for j in range(n):
        found += (s[_STATE + j] >> _I(1)) & _I(1)
    return int(found)


@jit
def list_left(s: Array, first_row: int, n: int, left: Array, at: int) -> int:
    """List the rows that are set apart; return how many are listed by now."""
    for j in range(n):
        if s[_STATE + j] & _I(_BAD):
            left[at] = first_row + j
            at += 1
    return at


@jit
def units(s: Array, n: int, unit: Array, bins: int) -> None:
    """Write where the cells of each row's unit begin."""
    for j in range(n):
        s[_UNIT + j] = _I(unit[j]) * _I(bins)


@jit
def _base_start(s: Array, n: int) -> None:
    for j in range(n):
        s[_BASE + j] = s[_UNIT + j] + (s[START + j] & _I(LARGEST_BIN))


@jit
def _base_end(s: Array, n: int) -> None:
    for j in range(n):
        s[_BASE + j] = s[_UNIT + j] + (s[END + j] & _I(LARGEST_BIN))


@jit
def _base_due(s: Array, n: int, days: Array, wanted: int, ahead: int) -> None:
    """Write unit and bin of the due date, or of some days after, where the state has a bit."""
    for j in range(n):
        s[_AT + j] = (s[_DUE + j] + _I(ahead)) if (s[_STATE + j] & _I(wanted)) != 0 else _I(0)
    look_up(s, _KEY, n, days)
    for j in range(n):
        s[_BASE + j] = s[_UNIT + j] + (s[_KEY + j] & _I(LARGEST_BIN))


@jit
def list_overdue(s: Array, n: int) -> int:
    """List the rows that are overdue or ended late, and return how many there are."""
    found = 0
    for j in range(n):
        s[_ROWS + found] = j
        found += (s[_STATE + j] >> _I(3)) & _I(1)
    return found


@jit
def write_aged(s: Array, listed: int, days: Array, working_day: Array, age: int, ends: int) -> int:
    """Write the cell of the day since when a dossier is overdue by more than so many working days, or of its end then; return how many."""
    many, found = len(working_day), 0
    for k in range(listed):
        j = s[_ROWS + k]
        number = (days[np.uint32(s[_DUE + j] + 1)] >> PASSED_SHIFT) + age
        has_ended = (s[_STATE + j] & _I(_HAS_ENDED)) != 0
        if number < many and (not has_ended or (s[END + j] >> PASSED_SHIFT) > number):
            entry = s[END + j] if ends else days[np.uint32(working_day[np.uint32(number)] + 1)]
            s[_KEY + found] = s[_UNIT + j] + (entry & _I(LARGEST_BIN))
            found += 1
    return found


@jit
def base(s: Array, n: int, anchor: int, days: Array) -> None:
    """Write unit and bin of each row's event on one of the days that histograms stand on."""
    if anchor == of.RECEIVED:
        _base_start(s, n)
    elif anchor == of.ENDED:
        _base_end(s, n)
    elif anchor == of.DUE:
        _base_due(s, n, days, _COUNTED, 1)
    else:
        _base_due(s, n, days, _OVERDUE, 2)


@jit
def values_working(s: Array, n: int, slots: int) -> int:
    """Write the working days of each row, and return the largest; those of rows that have not ended are below 0, or stand for nothing."""
    most = _I(0)
    for j in range(n):
        days = (s[END + j] >> _I(PASSED_SHIFT)) - (s[START + j] >> _I(PASSED_SHIFT))
        most = max(most, days)
        s[_KEY + j] = min(max(days, _I(0)), _I(slots - 1))
    return int(most)


@jit
def values_calendar(s: Array, n: int, received: Array, ended: Array, slots: int) -> int:
    """Write the calendar days of each row, and return the largest; as ``values_working``."""
    most = _I(0)
    for j in range(n):
        days = ended[j] - received[j]
        most = max(most, days)
        s[_KEY + j] = min(max(days, _I(0)), _I(slots - 1))
    return int(most)


@jit
def values_requests(s: Array, n: int, requests: Array, slots: int) -> int:
    """Write the requests for papers of each row; the last slot where their number is not said."""
    most = _I(0)
    for j in range(n):
        number = requests[j]
        most = max(most, number)
        s[_KEY + j] = min(number if number >= 0 else _I(slots - 1), _I(slots - 1))
    return int(most)


@jit
def list_beyond(
    s: Array, n: int, kind: int, r: Array, e: Array, requests: Array, slots: int, h: int, bins: int, beyond: Array, at: int
) -> int:
    """List histogram, unit, bin and value of the rows that ended with a value that no slot holds."""
    for j in range(n):
        if s[_STATE + j] & _I(_HAS_ENDED):
            if kind == of.WORKING:
                value = (s[END + j] >> _I(PASSED_SHIFT)) - (s[START + j] >> _I(PASSED_SHIFT))
            elif kind == of.CALENDAR:
                value = e[j] - r[j]
            else:
                value = requests[j]
            if value >= slots - 1:
                beyond[at, 0] = h
                beyond[at, 1] = s[_UNIT + j] // bins
                beyond[at, 2] = s[END + j] & _I(LARGEST_BIN)
                beyond[at, 3] = value
                at += 1
    return at


@jit
def zero(s: Array, n: int) -> None:
    """Begin the code of each row's cell."""
    for j in range(n):
        s[_KEY + j] = _I(0)


@jit
def fuse(s: Array, n: int, codes: Array, size: int) -> None:
    """Fuse a column into the code of each row's cell."""
    for j in range(n):
        s[_KEY + j] = s[_KEY + j] * _I(size) + _I(codes[j])


@jit
def cell_of(s: Array, n: int, codes: Array, stride: int) -> None:
    """Write the code of each row's cell in a histogram of one column."""
    for j in range(n):
        s[_KEY + j] = _I(codes[j]) * _I(stride) + s[_BASE + j]


@jit
def cell_of_timing(s: Array, n: int, stride: int) -> None:
    """Write the code of each row's cell in a histogram of timings."""
    for j in range(n):
        s[_KEY + j] = (s[_STATE + j] >> _I(_TIMING)) * _I(stride) + s[_BASE + j]


@jit
def fuse_timing(s: Array, n: int, size: int) -> None:
    """Fuse the timing into the code of each row's cell."""
    for j in range(n):
        s[_KEY + j] = s[_KEY + j] * _I(size) + (s[_STATE + j] >> _I(_TIMING))


@jit
def finish(s: Array, n: int, stride: int) -> None:
    """Fuse unit and bin into the code of each row's cell."""
    for j in range(n):
        s[_KEY + j] = s[_KEY + j] * _I(stride) + s[_BASE + j]


@jit
def increase(s: Array, n: int, start: int, cells: Array, carried: Array, at: int) -> int:
    """Count the cells from ``start`` on, in one byte each, so many fit the cache; list those that begin anew, return how many are."""
    for j in range(n):
        place = np.uint32(s[_KEY + j] + _I(start))
        count = np.uint8(cells[place] + np.uint8(1))
        cells[place] = count
        if count == 0:
            carried[at] = place
            at += 1
    return at
