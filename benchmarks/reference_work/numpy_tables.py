"""The work in plain numpy and nothing else, on one thread: what the library's own kernel can hope for. No value is checked here.

Chunks that fit the cache; look-ups with ``take(mode="clip", out=…)`` on ``intp``; counts with ``np.add.at`` and a scalar of the counts'
type.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.reference_work.work import CHANNELS, Answer, Array, Tables, Work, from_histograms, split_pending, tables

CHUNK = 65_536
LONGEST = 64
"""Turnarounds that the first table of days can hold; it is doubled until all fit (counted in the time)."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The arrays and the tables by day."""

    work: Work
    tables: Tables


def prepare(work: Work) -> Prepared:
    """Return the arrays and the tables."""
    return Prepared(work, tables(work))


def answer(prepared: Prepared) -> Answer:
    """Return the answer."""
    longest = LONGEST
    while (found := _count(prepared, longest)) is None:
        longest *= 2
    return found


def _count(prepared: Prepared, longest: int) -> Answer | None:
    """Return the answer, or None when a turnaround does not fit the table of days."""
    work, table = prepared.work, prepared.tables
    columns = work.months + 1
    cells = work.units * columns

    def by_end(values: Array) -> Array:  # pending dossiers come first: their day, −1, is clipped to entry 0
        return np.concatenate([values[-1:], values[:-1]]).astype(np.intp)

    month_3, code = by_end(3 * table.month), by_end(table.code)
    end_cell = by_end(table.through.astype(np.intp) * cells + table.month)
    end_cell[0] = np.iinfo(np.int64).max // 2  # beyond every cell: the pending go where turnarounds that do not fit go
    start_cell = table.through.astype(np.intp) * cells
    start_2 = 2 * table.through.astype(np.intp)
    start_month_3 = 3 * table.month.astype(np.intp)

    limit = longest * cells
    received = np.zeros(work.units * work.months * CHANNELS, dtype=np.int32)
    timing = np.zeros(cells * 3, dtype=np.int32)
    days = np.zeros(limit + 1, dtype=np.int32)
    one = np.int32(1)
    size = min(CHUNK, max(len(work), 1))
    start, end, unit, key, found, due = (np.empty(size, dtype=np.intp) for _ in range(6))
    mask = np.empty(size, dtype=bool)
    for begin in range(0, len(work), CHUNK):
        rows = slice(begin, begin + CHUNK)
        n = len(work.received[rows])
        s, e, u, k, f, d, m = start[:n], end[:n], unit[:n], key[:n], found[:n], due[:n], mask[:n]
        np.subtract(work.received[rows], table.first, out=s)
        np.subtract(work.ended[rows], table.first - 1, out=e)
        u[...] = work.unit[rows]

        np.multiply(u, work.months * CHANNELS, out=k)
        k += start_month_3.take(s, mode="clip", out=f)
        k += work.channel[rows]
        np.add.at(received, k, one)

        u *= columns
        np.subtract(end_cell.take(e, mode="clip", out=k), start_cell.take(s, mode="clip", out=f), out=k)
        k += u
        np.minimum(k, limit, out=k)
        np.add.at(days, k, one)

        np.add(work.term[rows], work.paused[rows], out=d)
        d *= 2
        d += start_2.take(s, mode="clip", out=f)
        np.multiply(u, 3, out=k)
        k += month_3.take(e, mode="clip", out=f)
        code.take(e, mode="clip", out=f)
        k += np.greater_equal(f, d, out=m)
        k += np.greater(f, d, out=m)
        np.add.at(timing, k, one)

    by_class = timing.reshape(work.units, columns, 3)
    if int(days[limit]) != int(by_class[:, -1, :].sum()):
        return None
    classes, pending = split_pending(by_class)
    return from_histograms(
        received.reshape(work.units, work.months, CHANNELS), classes, days[:limit].reshape(longest, work.units, columns)[:, :, :-1], pending
    )
