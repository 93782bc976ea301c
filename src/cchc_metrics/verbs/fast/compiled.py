"""The fast way compiled (extra ``fast``): block after block of rows, each a few short loops that the compiler turns into vector instructions.

The steps are those of ``pure``, and so are the tables, the histograms and the rows that are set apart. Loops are kept short and write to one
scratch array, because a loop over many arrays is not vectorised: whether they overlap could not be ruled out. Counting comes last, from
codes that lie ready in the cache.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from cchc_metrics.records.choices import TermUnit
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.dossier import end_days
from cchc_metrics.verbs.fast import plan as of
from cchc_metrics.verbs.fast.plan import Beyond, Plan
from cchc_metrics.verbs.fast.pure import LARGEST_TERM, special
from cchc_metrics.verbs.fast.statuses import Statuses
from cchc_metrics.verbs.fast.tables import LARGEST_BIN, OFF, PASSED_SHIFT

CHUNK_ROWS: Final = 131_072
BLOCK: Final = 1024

# Places of the block's arrays in the scratch array.
_START: Final = 0  # entry of the days' table of the receipt; none where the row is not counted
_END: Final = BLOCK  # entry of the days' table of the end; none where it has not ended
_DUE: Final = 2 * BLOCK
_UNIT: Final = 3 * BLOCK  # unit × bins
_STATE: Final = 4 * BLOCK  # bits below
_AT: Final = 5 * BLOCK  # places for the next look-up
_BASE: Final = 6 * BLOCK  # unit and bin, fused
_KEY: Final = 7 * BLOCK
_ROWS: Final = 8 * BLOCK  # positions of the rows that are overdue
_SCRATCH: Final = 9 * BLOCK + 1

_GONE, _BAD, _HAS_ENDED, _OVERDUE, _COUNTED = 1, 2, 4, 8, 16
_TIMING: Final = 5  # from this bit on: early 0, on the due date 1, late 2

_I = np.int32
_jit = numba.njit(nogil=True, cache=True, error_model="numpy", boundscheck=False)


@_jit
def _are_plain(n: int, status: Array, received: Array, ended: Array, term: Array, term_unit: Array, paused: Array, o: Array) -> bool:
    """Return whether all rows of a block are of the plainest kind: received and, if their status says so, ended in the calendar, with a term.

    Such blocks are most of those that a system exports, and nothing in them has to be set apart.
    """
    first, last, out, has, left, working = o[0], o[1], o[2], o[3], o[4], o[5]
    unlike = _I(0)
    for j in range(n):
        code = _I(status[j])
        r, e = received[j], ended[j]
        dated = _I(e >= 0)
        unlike |= (_I((out | left) >> code) & _I(1)) | _I(r < first) | _I(r > last) | ((_I(has >> code) & _I(1)) ^ dated)
        unlike |= (dated & _I(e < first)) | _I(e > last)
    for j in range(n):
        # The lowest bit of a term, which is in halves, is set in parts of a day and in −1, no term at all.
        unlike |= (term[j] & _I(1)) | _I(term[j] == 0) | _I(_I(term_unit[j]) != working)
    if len(paused):
        for j in range(n):
            unlike |= _I(paused[j] > _I(LARGEST_TERM))
    return unlike == 0


@_jit
def _judge_plain(s: Array, n: int, received: Array, ended: Array, term: Array, paused: Array, days: Array, working_day: Array) -> bool:
    """Write all that ``_states`` to ``_judge`` write, for plain rows; return False where a due date lies outside the calendar."""
    for j in range(n):
        s[_START + j] = days[np.uint32(received[j] + _I(1))]
    most = _I(0)
    if len(paused):
        for j in range(n):
            number = (term[j] >> _I(1)) + max(paused[j], _I(0)) + (s[_START + j] >> _I(PASSED_SHIFT)) - _I(1)
            most = max(most, number)
            s[_AT + j] = number
    else:
        for j in range(n):
            number = (term[j] >> _I(1)) + (s[_START + j] >> _I(PASSED_SHIFT)) - _I(1)
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
        s[_END + j] = days[np.uint32(ended[j] + _I(1))]
    return True


@_jit
def _states(s: Array, n: int, status: Array, received: Array, ended: Array, o: Array) -> None:
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


@_jit
def _look_up(s: Array, to: int, n: int, table: Array) -> None:
    for j in range(n):
        s[to + j] = table[np.uint32(s[_AT + j])]


@_jit
def _mark(s: Array, n: int, special_rows: Array) -> None:
    for j in range(n):
        s[_STATE + j] |= _I(special_rows[j]) * _I(_BAD)


@_jit
def _numbers(s: Array, n: int, term: Array) -> None:
    """Write the number of the working day on which each term ends, without waits, counted from 0 over the calendar."""
    for j in range(n):
        length = term[j] >> _I(1)
        at = s[_START + j]
        zero = _I(length == 0) & _I((at & _I(OFF)) != 0)
        s[_KEY + j] = length + zero + (at >> _I(PASSED_SHIFT)) - _I(1)
        s[_BASE + j] = term[j] & _I(1)  # −1, no term, is odd


@_jit
def _numbers_paused(s: Array, n: int, term: Array, paused: Array) -> None:
    for j in range(n):
        waited = max(paused[j], _I(0))
        length = (term[j] >> _I(1)) + min(waited, _I(LARGEST_TERM))
        at = s[_START + j]
        zero = _I(length == 0) & _I((at & _I(OFF)) != 0)
        s[_KEY + j] = length + zero + (at >> _I(PASSED_SHIFT)) - _I(1)
        s[_BASE + j] = (term[j] & _I(1)) | _I(waited > _I(LARGEST_TERM))


@_jit
def _computed(s: Array, n: int, term_unit: Array, working_day: Array, o: Array) -> None:
    """Write the due dates of terms, and 1 to the scratch's base where there is none."""
    working, days = o[5], o[6]
    for j in range(n):
        number = s[_KEY + j]
        s[_BASE + j] |= _I(_I(term_unit[j]) != working) | _I(number >= days)
        s[_AT + j] = min(max(number, _I(0)), days - _I(1))
    for j in range(n):
        s[_DUE + j] = working_day[np.uint32(s[_AT + j])]


@_jit
def _given(s: Array, n: int, given: Array, received: Array, o: Array) -> None:
    """Put given due dates in the place of those computed."""
    last = o[1]
    for j in range(n):
        g = given[j]
        wrong = _I(g < received[j]) | _I(g > last)
        known = g >= 0
        s[_BASE + j] = wrong if known else s[_BASE + j]
        s[_DUE + j] = g if known else s[_DUE + j]


@_jit
def _judge(s: Array, n: int, ended: Array, none: int) -> None:
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
        s[_START + j] = s[_START + j] if counted else _I(none)


@_jit
def _count_left(s: Array, n: int) -> int:
    found = _I(0)
    for j in range(n):
        found += (s[_STATE + j] >> _I(1)) & _I(1)
    return int(found)


@_jit
def _list_left(s: Array, first_row: int, n: int, left: Array, at: int) -> int:
    for j in range(n):
        if s[_STATE + j] & _I(_BAD):
            left[at] = first_row + j
            at += 1
    return at


@_jit
def _units(s: Array, n: int, unit: Array, bins: int) -> None:
    for j in range(n):
        s[_UNIT + j] = _I(unit[j]) * _I(bins)


@_jit
def _base_start(s: Array, n: int) -> None:
    for j in range(n):
        s[_BASE + j] = s[_UNIT + j] + (s[_START + j] & _I(LARGEST_BIN))


@_jit
def _base_end(s: Array, n: int) -> None:
    for j in range(n):
        s[_BASE + j] = s[_UNIT + j] + (s[_END + j] & _I(LARGEST_BIN))


@_jit
def _base_due(s: Array, n: int, days: Array, wanted: int, ahead: int) -> None:
    """Write unit and bin of the due date, or of some days after, where the state has a bit."""
    for j in range(n):
        s[_AT + j] = (s[_DUE + j] + _I(ahead)) if (s[_STATE + j] & _I(wanted)) != 0 else _I(0)
    _look_up(s, _KEY, n, days)
    for j in range(n):
        s[_BASE + j] = s[_UNIT + j] + (s[_KEY + j] & _I(LARGEST_BIN))


@_jit
def _list_overdue(s: Array, n: int) -> int:
    """List the rows that are overdue or ended late, and return how many there are."""
    found = 0
    for j in range(n):
        s[_ROWS + found] = j
        found += (s[_STATE + j] >> _I(3)) & _I(1)
    return found


@_jit
def _count_aged(s: Array, listed: int, days: Array, working_day: Array, age: int, ends: bool, cells: Array) -> None:
    """Count the day since when a dossier is overdue by more than so many working days, or of its end then."""
    many = len(working_day)
    for k in range(listed):
        j = s[_ROWS + k]
        number = (days[np.uint32(s[_DUE + j] + 1)] >> PASSED_SHIFT) + age
        has_ended = (s[_STATE + j] & _I(_HAS_ENDED)) != 0
        if number < many and (not has_ended or (s[_END + j] >> PASSED_SHIFT) > number):
            entry = s[_END + j] if ends else days[np.uint32(working_day[np.uint32(number)] + 1)]
            cells[np.uint32(s[_UNIT + j] + (entry & _I(LARGEST_BIN)))] += np.uint32(1)


@_jit
def _base(s: Array, n: int, anchor: int, days: Array) -> None:
    """Write unit and bin of each row's event on one of the days that histograms stand on."""
    if anchor == of.RECEIVED:
        _base_start(s, n)
    elif anchor == of.ENDED:
        _base_end(s, n)
    elif anchor == of.DUE:
        _base_due(s, n, days, _COUNTED, 1)
    else:
        _base_due(s, n, days, _OVERDUE, 2)


@_jit
def _values_working(s: Array, n: int, slots: int) -> int:
    """Write the working days of each row, and return the largest; those of rows that have not ended are below 0, or stand for nothing."""
    most = _I(0)
    for j in range(n):
        days = (s[_END + j] >> _I(PASSED_SHIFT)) - (s[_START + j] >> _I(PASSED_SHIFT))
        most = max(most, days)
        s[_KEY + j] = min(max(days, _I(0)), _I(slots - 1))
    return int(most)


@_jit
def _values_calendar(s: Array, n: int, received: Array, ended: Array, slots: int) -> int:
    most = _I(0)
    for j in range(n):
        days = ended[j] - received[j]
        most = max(most, days)
        s[_KEY + j] = min(max(days, _I(0)), _I(slots - 1))
    return int(most)


@_jit
def _list_beyond(
    s: Array, n: int, received: Array, ended: Array, working: bool, slots: int, bins: int, h: int, beyond: Array, at: int
) -> int:
    """List histogram, unit, bin and value of the rows whose value no slot holds."""
    for j in range(n):
        if s[_STATE + j] & _I(_HAS_ENDED):
            value = (s[_END + j] >> PASSED_SHIFT) - (s[_START + j] >> PASSED_SHIFT) if working else ended[j] - received[j]
            if value >= slots - 1:
                beyond[at, 0] = h
                beyond[at, 1] = s[_UNIT + j] // bins
                beyond[at, 2] = s[_END + j] & LARGEST_BIN
                beyond[at, 3] = value
                at += 1
    return at


@_jit
def _zero(s: Array, n: int) -> None:
    for j in range(n):
        s[_KEY + j] = _I(0)


@_jit
def _fuse(s: Array, n: int, codes: Array, size: int) -> None:
    for j in range(n):
        s[_KEY + j] = s[_KEY + j] * _I(size) + _I(codes[j])


@_jit
def _fuse_timing(s: Array, n: int, size: int) -> None:
    for j in range(n):
        s[_KEY + j] = s[_KEY + j] * _I(size) + (s[_STATE + j] >> _I(_TIMING))


@_jit
def _finish(s: Array, n: int, stride: int) -> None:
    for j in range(n):
        s[_KEY + j] = s[_KEY + j] * _I(stride) + s[_BASE + j]


@_jit
def _increase(s: Array, n: int, cells: Array) -> None:
    for j in range(n):
        cells[np.uint32(s[_KEY + j])] += np.uint32(1)


@_jit
def count(
    rows: int,
    unit: Array,
    status: Array,
    received: Array,
    ended: Array,
    given: Array,
    term: Array,
    term_unit: Array,
    paused: Array,
    special_rows: Array,
    codes: Array,
    days: Array,
    working_day: Array,
    o: Array,
    histograms: Array,
    dims: Array,
    cells: Array,
    left: Array,
    beyond: Array,
) -> tuple[int, int]:
    """Count rows; arrays of length 0 are columns that are not there.

    Args:
        rows: how many rows.
        unit: unsigned codes.
        status, term_unit, special_rows: uint8 codes and marks.
        received, ended, given, term, paused: int32 days and numbers.
        codes: uint8 or uint32[dimensions, rows or more].
        days, working_day: the tables.
        o: int32: first and last day, masks of status codes (out, ended, left), code of working days, number of working days, bins, stride,
            bin of none.
        histograms: int32[h, 6]: anchor, value, slots, first and last position in ``dims``, and whether its events are spread (unused 0).
        dims: int32[d, 2]: row of ``codes`` (−1: timing), size.
        cells: uint32, all histograms one after another; ``starts`` are sums of their sizes, the last column of ``histograms``.
        left: int32[rows], filled with the rows set apart.
        beyond: int32[…, 4], filled with what no slot holds.

    Returns:
        How many rows were set apart, and how many entries ``beyond`` has.
    """
    s = np.empty(_SCRATCH, dtype=np.int32)
    bins, stride, none = o[7], o[8], o[9]
    n_left, n_beyond = 0, 0
    for i in range(0, rows, BLOCK):
        n = min(BLOCK, rows - i)
        # Runs of the columns, so that no position in a loop can be negative, which Python would count from the end.
        r, e = received[i : i + n], ended[i : i + n]
        plain = False
        if len(term) and not len(given) and not len(special_rows):
            t, p = term[i : i + n], paused[i : i + n]
            plain = _are_plain(n, status[i : i + n], r, e, t, term_unit[i : i + n], p, o)
            plain = plain and _judge_plain(s, n, r, e, t, p, days, working_day)
        if not plain:
            _states(s, n, status[i : i + n], r, e, o)
            _look_up(s, _START, n, days)
            if len(special_rows):
                _mark(s, n, special_rows[i : i + n])
            if len(term):
                if len(paused):
                    _numbers_paused(s, n, term[i : i + n], paused[i : i + n])
                else:
                    _numbers(s, n, term[i : i + n])
                _computed(s, n, term_unit[i : i + n], working_day, o)
            else:
                for j in range(n):
                    s[_BASE + j] = _I(1)
                    s[_DUE + j] = _I(0)
            if len(given):
                _given(s, n, given[i : i + n], r, o)
            _judge(s, n, e, none)
            _look_up(s, _END, n, days)
            if _count_left(s, n):
                n_left = _list_left(s, i, n, left, n_left)
        _units(s, n, unit[i : i + n], bins)
        anchored, listed = -1, -1
        for h in range(len(histograms)):
            anchor, value, slots = histograms[h, 0], histograms[h, 1], histograms[h, 2]
            if anchor >= of.OVERDUE_5:
                if listed < 0:
                    listed = _list_overdue(s, n)
                age = 5 if anchor in (of.OVERDUE_5, of.ENDED_5) else 10
                ends = anchor in (of.ENDED_5, of.ENDED_10)
                _count_aged(s, listed, days, working_day, age, ends, cells[histograms[h, 5] :])
                continue
            if anchor != anchored:
                _base(s, n, anchor, days)
                anchored = anchor
            if value == of.PLAIN:
                _zero(s, n)
            elif value == of.WORKING:
                if _values_working(s, n, slots) >= slots - 1:
                    n_beyond = _list_beyond(s, n, r, e, True, slots, bins, h, beyond, n_beyond)
            elif _values_calendar(s, n, r, e, slots) >= slots - 1:
                n_beyond = _list_beyond(s, n, r, e, False, slots, bins, h, beyond, n_beyond)
            for d in range(histograms[h, 3], histograms[h, 4]):
                if dims[d, 0] < 0:
                    _fuse_timing(s, n, dims[d, 1])
                else:
                    _fuse(s, n, codes[dims[d, 0], i : i + n], dims[d, 1])
            _finish(s, n, stride)
            _increase(s, n, cells[histograms[h, 5] :])
    return n_left, n_beyond


class CompiledCounter:
    """Counts dossiers chunk after chunk, as ``PureCounter`` does."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._cells = np.zeros(plan.cells, dtype=np.uint32)
        self._histograms, self._dims = _program(plan)
        self._codes = tuple(dim for dim in plan.dims if dim != "timing")
        small = all(len(plan.labels[dim]) <= 256 for dim in self._codes)
        self._code_rows = np.empty((len(self._codes), CHUNK_ROWS), dtype=np.uint8 if small else np.uint32)
        self._left = np.empty(CHUNK_ROWS, dtype=np.int32)
        valued = sum(h.value != of.PLAIN for h in plan.histograms)
        self._beyond = np.empty((CHUNK_ROWS * valued, 4), dtype=np.int32)
        self.chunk_rows = CHUNK_ROWS
        self.beyond: dict[int, list[Beyond]] = {}

    def add(self, columns: Columns) -> Array:
        """Count a chunk of at most ``CHUNK_ROWS`` dossiers; return the positions of those that do not take the usual course."""
        plan, tables = self._plan, self._plan.tables
        status = columns.codes("status")[0]
        statuses = Statuses.of(columns, plan.rules)
        units, labels = columns.codes("term_unit")
        working = labels.index(TermUnit.WORKING_DAYS.value) if TermUnit.WORKING_DAYS.value in labels else -1
        options = [tables.first, tables.last, *map(_mask, (statuses.out, statuses.ended, statuses.left)), working]
        options += [len(tables.working_day), plan.bins, plan.stride, tables.none]
        codes = self._code_columns(columns, statuses, status)
        marked = special(columns, plan)
        n_left, n_beyond = count(
            len(columns),
            np.ascontiguousarray(columns.codes("unit_code")[0]),
            _contiguous(status, np.uint8),
            _contiguous(columns.days("received_at"), np.int32),
            _contiguous(end_days(columns), np.int32),
            _optional(columns, "due_at", wanted=plan.rules.given_due == "wins"),
            _optional(columns, "term"),
            _contiguous(units, np.uint8),
            _optional(columns, "paused_days", wanted=plan.rules.pauses == "shift"),
            np.zeros(0, dtype=np.uint8) if marked is None else marked.view(np.uint8),
            codes,
            tables.days,
            tables.working_day,
            np.array(options, dtype=np.int32),
            self._histograms,
            self._dims,
            self._cells,
            self._left,
            self._beyond,
        )
        for position, histogram in enumerate(plan.histograms):
            if n_beyond and histogram.value != of.PLAIN:
                rows = self._beyond[:n_beyond][self._beyond[:n_beyond, 0] == position].astype(np.int64)
                if len(rows):
                    self.beyond.setdefault(position, []).append((rows[:, 1], rows[:, 2], rows[:, 3]))
        return self._left[:n_left].astype(np.intp)

    def _code_columns(self, columns: Columns, statuses: Statuses, status: Array) -> Array:
        """Return the codes of every dimension that histograms have, a row each; a single column as it is, since copies crowd the cache."""
        found = [statuses.outcome.take(status) if dim == "outcome" else columns.codes(dim)[0] for dim in self._codes]
        rows = self._code_rows
        if len(found) == 1 and found[0].dtype == rows.dtype:
            return np.ascontiguousarray(found[0]).reshape(1, -1)
        for row, codes in zip(rows, found, strict=True):
            row[: len(columns)] = codes
        return rows

    def counts(self) -> Array:
        """Return int64[cells] of all histograms."""
        return self._cells.astype(np.int64)


def _program(plan: Plan) -> tuple[Array, Array]:
    """Return the histograms and their dimensions as ``count`` reads them."""
    codes = [dim for dim in plan.dims if dim != "timing"]
    histograms, dims = [], []
    for h in plan.histograms:
        first = len(dims)
        dims += [(-1 if dim == "timing" else codes.index(dim), size) for dim, size in zip(h.dims, h.sizes, strict=True)]
        histograms.append((h.anchor, h.value, of.SLOTS[h.value], first, len(dims), h.start))
    return np.array(histograms, dtype=np.int32).reshape(-1, 6), np.array(dims, dtype=np.int32).reshape(-1, 2)


def _mask(codes: tuple[int, ...]) -> int:
    return sum(1 << code for code in codes)


def _contiguous(array: Array, kind: Any) -> Array:
    return np.ascontiguousarray(array, dtype=kind)


def _optional(columns: Columns, name: str, *, wanted: bool = True) -> Array:
    """Return a column of numbers as int32, too large ones as the largest; nothing where it is not there or not wanted."""
    found = columns.arrays.get(name) if wanted else None
    if found is None:
        return np.zeros(0, dtype=np.int32)
    if found.dtype != np.int32 and len(found) and int(found.max()) > np.iinfo(np.int32).max:
        found = np.minimum(found, np.iinfo(np.int32).max)
    return _contiguous(found, np.int32)
