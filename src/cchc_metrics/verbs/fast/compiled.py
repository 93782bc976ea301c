"""The fast way compiled (extra ``fast``): block after block of rows, a few short loops each, then the counting.

The steps are those of ``pure``, and so are the tables, the histograms and the rows that are set apart.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.dossier import end_days
from cchc_metrics.verbs.fast import blocks as do
from cchc_metrics.verbs.fast import plan as of
from cchc_metrics.verbs.fast.jit import jit
from cchc_metrics.verbs.fast.plan import Beyond, Plan
from cchc_metrics.verbs.fast.rows import given_due, special, working_days_code
from cchc_metrics.verbs.fast.statuses import Statuses, StatusReader

CHUNK_ROWS: Final = 131_072
_BINS, _STRIDE, _NONE = 7, 8, 9  # places in ``o``, see ``_count``


@jit
def _judge(  # noqa: PLR0917  compiled functions take no mappings
    s: Array,
    n: int,
    status: Array,
    received: Array,
    ended: Array,
    given: Array,
    term: Array,
    term_unit: Array,
    paused: Array,
    marked: Array,
    days: Array,
    working_day: Array,
    o: Array,
) -> bool:
    """Write what each row of a block is; return whether all are of the plainest kind, so that none is set apart."""
    plain = len(term) and not len(given) and not len(marked) and do.are_plain(n, status, received, ended, term, term_unit, paused, o)
    if plain and do.judge_plain(s, n, received, ended, term, paused, days, working_day):
        return True
    do.states(s, n, status, received, ended, o)
    do.look_up(s, do.START, n, days)
    if len(marked):
        do.mark(s, n, marked)
    if len(term):
        if len(paused):
            do.numbers_paused(s, n, term, paused)
        else:
            do.numbers(s, n, term)
        do.computed(s, n, term_unit, working_day, o)
    else:
        do.no_terms(s, n)
    if len(given):
        do.given(s, n, given, received, o)
    do.judge(s, n, ended, o[_NONE])
    do.look_up(s, do.END, n, days)
    return False


@jit
def _count_valued(
    s: Array, n: int, h: int, kind: int, slots: int, received: Array, ended: Array, requests: Array, bins: int, beyond: Array, at: int
) -> int:
    """Write the value of each row of a block, and list those that no slot holds; return how many are listed by now."""
    if kind == of.WORKING:
        most = do.values_working(s, n, slots)
    elif kind == of.CALENDAR:
        most = do.values_calendar(s, n, received, ended, slots)
    else:
        most = do.values_requests(s, n, requests, slots)
    if most >= slots - 1:
        at = do.list_beyond(s, n, kind, received, ended, requests, slots, h, bins, beyond, at)
    return at


@jit
def _count_block(  # noqa: PLR0917  compiled functions take no mappings
    s: Array,
    i: int,
    n: int,
    received: Array,
    ended: Array,
    requests: Array,
    codes: Array,
    days: Array,
    working_day: Array,
    o: Array,
    histograms: Array,
    dims: Array,
    cells: Array,
    carried: Array,
    beyond: Array,
    n_carried: int,
    n_beyond: int,
) -> tuple[int, int]:
    """Count a block that was judged into every histogram; return how many entries ``carried`` and ``beyond`` have by now."""
    anchored, listed = -1, -1
    for h in range(len(histograms)):
        anchor, kind, slots, first, after, start = histograms[h]
        if anchor >= of.OVERDUE_5:
            if listed < 0:
                listed = do.list_overdue(s, n)
            age = 5 if anchor in (of.OVERDUE_5, of.ENDED_5) else 10
            ends = 1 if anchor in (of.ENDED_5, of.ENDED_10) else 0
            found = do.write_aged(s, listed, days, working_day, age, ends)
            n_carried = do.increase(s, found, start, cells, carried, n_carried)
            continue
        if anchor != anchored:
            do.base(s, n, anchor, days)
            anchored = anchor
        if kind == of.PLAIN and after == first + 1:
            if dims[first, 0] < 0:
                do.cell_of_timing(s, n, o[_STRIDE])
            else:
                do.cell_of(s, n, codes[dims[first, 0], i : i + n], o[_STRIDE])
        else:
            if kind == of.PLAIN:
                do.zero(s, n)
            else:
                n_beyond = _count_valued(s, n, h, kind, slots, received, ended, requests, o[_BINS], beyond, n_beyond)
            for d in range(first, after):
                if dims[d, 0] < 0:
                    do.fuse_timing(s, n, dims[d, 1])
                else:
                    do.fuse(s, n, codes[dims[d, 0], i : i + n], dims[d, 1])
            do.finish(s, n, o[_STRIDE])
        n_carried = do.increase(s, n, start, cells, carried, n_carried)
    return n_carried, n_beyond


@jit
def _count(  # noqa: PLR0917  compiled functions take no mappings
    rows: int,
    unit: Array,
    status: Array,
    received: Array,
    ended: Array,
    given: Array,
    term: Array,
    term_unit: Array,
    paused: Array,
    marked: Array,
    requests: Array,
    codes: Array,
    days: Array,
    working_day: Array,
    o: Array,
    histograms: Array,
    dims: Array,
    cells: Array,
    carried: Array,
    left: Array,
    beyond: Array,
) -> tuple[int, int, int]:
    """Count rows; return how many rows were set apart, and how many entries ``carried`` and ``beyond`` have.

    Arrays of length 0 are columns that are not there. ``unit`` has unsigned codes; ``status``, ``term_unit`` and ``marked`` are uint8,
    days and numbers int32, ``codes`` a row for each dimension. ``o`` holds the first and last day, the masks of status codes that are
    out, ended and left, the code of working days, the number of working days, bins, stride and the bin of none. A row of ``histograms``
    is anchor, value, slots, first and last position in ``dims``, first cell; a row of ``dims`` is a row of ``codes`` (−1: timing) and its
    size. ``cells`` (uint8) are counted, ``carried`` lists those that began anew after 255; ``left`` and ``beyond`` are filled.
    """
    s = np.empty(do.SCRATCH, dtype=np.int32)
    n_left, n_carried, n_beyond = 0, 0, 0
    for i in range(0, rows, do.BLOCK):
        n = min(do.BLOCK, rows - i)
        r, e = received[i : i + n], ended[i : i + n]
        g, t, p, m = given[i : i + n], term[i : i + n], paused[i : i + n], marked[i : i + n]
        plain = _judge(s, n, status[i : i + n], r, e, g, t, term_unit[i : i + n], p, m, days, working_day, o)
        if not plain and do.count_left(s, n):
            n_left = do.list_left(s, i, n, left, n_left)
        do.units(s, n, unit[i : i + n], o[_BINS])
        q = requests[i : i + n]
        n_carried, n_beyond = _count_block(
            s, i, n, r, e, q, codes, days, working_day, o, histograms, dims, cells, carried, beyond, n_carried, n_beyond
        )
    return n_left, n_carried, n_beyond


class CompiledCounter:
    """Counts dossiers chunk after chunk, as ``PureCounter`` does."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._statuses = StatusReader(plan.rules)
        self._cells = np.zeros(plan.cells, dtype=np.uint8)
        self._carried = np.empty(CHUNK_ROWS * len(plan.histograms), dtype=np.uint32)
        self._carries: list[Array] = []
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
        statuses = self._statuses.of(columns)
        units, labels = columns.codes("term_unit")
        masks = map(_mask, (statuses.out, statuses.ended, statuses.left))
        options = [tables.first, tables.last, *masks, working_days_code(labels)]
        options += [len(tables.working_day), plan.bins, plan.stride, tables.none]
        codes = self._code_columns(columns, statuses, status)
        marked = special(columns, plan.rules)
        n_left, n_carried, n_beyond = _count(
            len(columns),
            np.ascontiguousarray(columns.codes("unit_code")[0]),
            _contiguous(status, np.uint8),
            _contiguous(columns.days("received_at"), np.int32),
            _contiguous(end_days(columns), np.int32),
            _numbers(given_due(columns, plan.rules)),
            _numbers(columns.arrays.get("term")),
            _contiguous(units, np.uint8),
            _numbers(columns.arrays.get("paused_days") if plan.rules.pauses == "shift" else None),
            np.zeros(0, dtype=np.uint8) if marked is None else marked.view(np.uint8),
            _numbers(columns.arrays.get("supplement_requests")),
            codes,
            tables.days,
            tables.working_day,
            np.array(options, dtype=np.int32),
            self._histograms,
            self._dims,
            self._cells,
            self._carried,
            self._left,
            self._beyond,
        )
        if n_carried:
            self._carries.append(self._carried[:n_carried].copy())
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
        """Return int32[cells] of all histograms."""
        found = self._cells.astype(np.int32)
        for carried in self._carries:
            np.add.at(found, carried.astype(np.intp), np.int32(256))
        return found


def _program(plan: Plan) -> tuple[Array, Array]:
    """Return the histograms and their dimensions as ``_count`` reads them."""
    codes = [dim for dim in plan.dims if dim != "timing"]
    histograms: list[tuple[int, ...]] = []
    dims: list[tuple[int, int]] = []
    for h in plan.histograms:
        first = len(dims)
        dims += [(-1 if dim == "timing" else codes.index(dim), size) for dim, size in zip(h.dims, h.sizes, strict=True)]
        histograms.append((h.anchor, h.value, of.SLOTS[h.value], first, len(dims), h.start))
    return np.array(histograms, dtype=np.int32).reshape(-1, 6), np.array(dims, dtype=np.int32).reshape(-1, 2)


def _mask(codes: tuple[int, ...]) -> int:
    return sum(1 << code for code in codes)


def _contiguous(array: Array, kind: Any) -> Array:
    return np.ascontiguousarray(array, dtype=kind)


def _numbers(found: Array | None) -> Array:
    """Return a column of numbers as int32, too large ones as the largest; nothing where it is not there."""
    if found is None:
        return np.zeros(0, dtype=np.int32)
    if found.dtype != np.int32 and len(found) and int(found.max()) > np.iinfo(np.int32).max:
        found = np.minimum(found, np.iinfo(np.int32).max)
    return _contiguous(found, np.int32)
