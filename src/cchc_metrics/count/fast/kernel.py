"""The compiled fast way: block after block of rows, a few short loops each, then the counting.

The steps are those of ``pure``, and so are the tables, the histograms and the rows that are set apart.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from cchc_metrics.count.fast import block_cells as cell
from cchc_metrics.count.fast import block_rows as block
from cchc_metrics.count.fast import plan as of
from cchc_metrics.count.fast.jit import jit
from cchc_metrics.records.columns import Array

USUAL: Final = 6
BINS: Final = 7
STRIDE: Final = 8
NONE: Final = 9
DAY: Final = 11
TODAY: Final = 12
"""Places in ``o``, see ``count``."""
BY_TIMING: Final = -1
BY_STANDING: Final = -2
"""What stands for a row of ``codes`` where a dimension follows from the due date."""


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
    starts: Array,
    working_day: Array,
    o: Array,
) -> bool:
    """Write what each row of a block is; return whether all are of the plainest kind: none is set apart, and limits stand for due dates."""
    plain = len(term) and not len(given) and not len(marked) and block.are_plain(n, status, received, ended, term, term_unit, paused, o)
    if plain and block.judge_plain(s, n, received, ended, term, paused, days, starts, o[USUAL]):
        return True
    block.states(s, n, status, received, ended, o)
    block.look_up(s, block.START, n, days)
    if len(marked):
        block.mark(s, n, marked)
    if len(term):
        if len(paused):
            block.numbers_paused(s, n, term, paused)
        else:
            block.numbers(s, n, term)
        block.computed(s, n, term_unit, working_day, o)
    else:
        block.no_terms(s, n)
    if len(given):
        block.given(s, n, given, received, o)
    block.judge(s, n, ended, o[NONE])
    block.look_up(s, block.END, n, days)
    return False


@jit
def _count_valued(
    s: Array, n: int, h: int, kind: int, slots: int, received: Array, ended: Array, requests: Array, bins: int, beyond: Array, at: int
) -> int:
    """Write the value of each row of a block, and list those that no slot holds; return how many are listed by now."""
    if kind == of.WORKING:
        most = cell.values_working(s, n, slots)
    elif kind == of.CALENDAR:
        most = cell.values_calendar(s, n, received, ended, slots)
    else:
        most = cell.values_requests(s, n, requests, slots)
    if most >= slots - 1:
        at = cell.list_beyond(s, n, kind, received, ended, requests, slots, h, bins, beyond, at)
    return at


@jit
def _increase(
    s: Array, n: int, start: int, cells: Array, carried: Array, at: int, days: Array, numbers: Array, codes: Array, more: Array, ahead: int
) -> int:
    """Count the cells of a block, and meanwhile ask for columns of the next: counting waits for the cache, and leaves the memory idle."""
    for first in range(0, n, cell.RUN):
        cell.fetch(days, ahead + first)
        cell.fetch(numbers, ahead + first)
        cell.fetch(codes, ahead + first)
        cell.fetch(more, ahead + first)
        at = cell.increase(s, first, min(first + cell.RUN, n), start, cells, carried, at)
    return at


@jit
def _count_sparse(  # noqa: PLR0917  compiled functions take no mappings
    s: Array,
    i: int,
    n: int,
    anchor: int,
    listed: int,
    codes: Array,
    days: Array,
    working_day: Array,
    stride: int,
    dims: Array,
    start: int,
    cells: Array,
    carried: Array,
    at: int,
) -> int:
    """Count a histogram in which few rows have an event: those that are listed as overdue, or ended late."""
    if anchor == of.OVERDUE:
        found = cell.base_overdue(s, listed, days)
    else:
        age = 5 if anchor in (of.OVERDUE_5, of.ENDED_5) else 10
        found = cell.base_aged(s, listed, days, working_day, age, 1 if anchor in (of.ENDED_5, of.ENDED_10) else 0)
    cell.zero(s, found)
    for d in range(len(dims)):
        cell.fuse_listed(s, found, codes[dims[d, 0], i : i + n], dims[d, 1])
    cell.finish(s, found, stride)
    return cell.increase(s, 0, found, start, cells, carried, at)


@jit
def _write_cells(  # noqa: PLR0917  compiled functions take no mappings
    s: Array,
    i: int,
    n: int,
    h: int,
    limits: int,
    received: Array,
    ended: Array,
    requests: Array,
    codes: Array,
    o: Array,
    histograms: Array,
    dims: Array,
    beyond: Array,
    at: int,
) -> int:
    """Write the cell of each row in a histogram of a day that about every row has; return how many entries ``beyond`` has by now."""
    _, kind, slots, first, after, _ = histograms[h]
    if kind == of.PLAIN and after == first + 1 and dims[first, 0] != BY_STANDING:
        if dims[first, 0] == BY_TIMING:
            cell.cell_of_timing(s, n, o[STRIDE])
        else:
            cell.cell_of(s, n, codes[dims[first, 0], i : i + n], o[STRIDE])
        return at
    if kind == of.PLAIN:
        cell.zero(s, n)
    else:
        at = _count_valued(s, n, h, kind, slots, received[i : i + n], ended[i : i + n], requests[i : i + n], o[BINS], beyond, at)
    for d in range(first, after):
        if dims[d, 0] == BY_TIMING:
            cell.fuse_timing(s, n, dims[d, 1])
        elif dims[d, 0] == BY_STANDING:
            cell.fuse_standing(s, n, ended[i : i + n], limits, o[DAY], o[TODAY], dims[d, 1])
        else:
            cell.fuse(s, n, codes[dims[d, 0], i : i + n], dims[d, 1])
    cell.finish(s, n, o[STRIDE])
    return at


@jit
def _count_block(  # noqa: PLR0917  compiled functions take no mappings
    s: Array,
    i: int,
    n: int,
    limits: int,
    unit: Array,
    status: Array,
    received: Array,
    ended: Array,
    term: Array,
    term_unit: Array,
    paused: Array,
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
    """Count a block that was judged into every histogram; return how many entries ``carried`` and ``beyond`` have by now.

    ``limits`` is 1 where limits stand for due dates. Histograms of days that about every row has come first.
    """
    anchored, listed = -1, -1
    no_days, no_codes = received[:0], status[:0]
    for h in range(len(histograms)):
        anchor, _, _, first, after, start = histograms[h]
        if anchor >= of.OVERDUE:
            if listed < 0:
                listed = cell.list_overdue(s, n)
                if limits:
                    block.due_of_listed(s, listed, working_day)
            n_carried = _count_sparse(
                s, i, n, anchor, listed, codes, days, working_day, o[STRIDE], dims[first:after], start, cells, carried, n_carried
            )
            continue
        if anchor != anchored:
            if anchor == of.DUE and limits:
                block.due_of_all(s, n, working_day)
                limits = 0
            cell.base(s, n, anchor, days)
            anchored = anchor
        n_beyond = _write_cells(s, i, n, h, limits, received, ended, requests, codes, o, histograms, dims, beyond, n_beyond)
        if h == 0:
            n_carried = _increase(s, n, start, cells, carried, n_carried, received, no_days, unit, codes.reshape(codes.size), i + n)
        elif h == 1:
            n_carried = _increase(s, n, start, cells, carried, n_carried, ended, no_days, status, no_codes, i + n)
        elif h == 2:
            n_carried = _increase(s, n, start, cells, carried, n_carried, term, paused, term_unit, no_codes, i + n)
        else:
            n_carried = cell.increase(s, 0, n, start, cells, carried, n_carried)
    return n_carried, n_beyond


@jit
def count(  # noqa: PLR0917  compiled functions take no mappings
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
    starts: Array,
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
    out, ended and left, the code of working days, the number of usual due dates, bins, stride, the bin of none, the last usual due date,
    the day of the question and its entry among the days. A row of ``histograms`` is anchor, value, slots, first and last position in
    ``dims``, first cell; a row of ``dims`` is a row of ``codes`` (``BY_TIMING`` and ``BY_STANDING`` are none) and its size. ``cells``
    (uint8) are counted, ``carried`` lists those that began anew after 255; ``left`` and ``beyond`` are filled.
    """
    s = np.empty(block.SCRATCH, dtype=np.int32)
    n_left, n_carried, n_beyond = 0, 0, 0
    for i in range(0, rows, block.BLOCK):
        n = min(block.BLOCK, rows - i)
        r, e = received[i : i + n], ended[i : i + n]
        g, t, p, m = given[i : i + n], term[i : i + n], paused[i : i + n], marked[i : i + n]
        plain = _judge(s, n, status[i : i + n], r, e, g, t, term_unit[i : i + n], p, m, days, starts, working_day, o)
        if not plain and block.count_left(s, n):
            n_left = block.list_left(s, i, n, left, n_left)
        block.units(s, n, unit[i : i + n], o[BINS])
        n_carried, n_beyond = _count_block(
            s,
            i,
            n,
            int(plain),
            unit,
            status,
            received,
            ended,
            term,
            term_unit,
            paused,
            requests,
            codes,
            days,
            working_day,
            o,
            histograms,
            dims,
            cells,
            carried,
            beyond,
            n_carried,
            n_beyond,
        )
    return n_left, n_carried, n_beyond
