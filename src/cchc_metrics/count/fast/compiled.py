"""The fast way compiled (extra ``fast``): what the kernel is given for each chunk of rows, and what it found."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from cchc_metrics.count.fast import plan as of
from cchc_metrics.count.fast.kernel import BY_STANDING, BY_TIMING, count
from cchc_metrics.count.fast.plan import Beyond, CountPlan
from cchc_metrics.count.fast.rows import given_due, special, working_days_code
from cchc_metrics.count.fast.statuses import Statuses, StatusReader
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.ends import end_days
from cchc_metrics.records.fields import NO_DAY

CHUNK_ROWS: Final = 524_288
_JUDGED: Final = dict(zip(of.JUDGED, (BY_TIMING, BY_STANDING), strict=True))
_NO_CODES, _NO_NUMBERS = np.zeros(0, dtype=np.uint8), np.zeros(0, dtype=np.int32)


class CompiledCounter:
    """Counts dossiers chunk after chunk, as ``PureCounter`` does."""

    def __init__(self, plan: CountPlan) -> None:
        self._plan = plan
        self._statuses = StatusReader(plan.rules)
        self._cells = np.zeros(plan.cells, dtype=np.uint8)
        self._carried = np.empty(CHUNK_ROWS * len(plan.histograms), dtype=np.uint32)
        self._carries: list[Array] = []
        self._histograms, self._dims = _program(plan)
        self._codes = tuple(dim for dim in plan.dims if dim not in of.JUDGED)
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
        options += [tables.usual, plan.bins, plan.stride, tables.none, tables.last_due]
        options += [plan.day, int(tables.days[max(min(plan.day, tables.last), NO_DAY) + 1])]
        codes = self._code_columns(columns, statuses, status)
        marked = special(columns, plan.rules)
        n_left, n_carried, n_beyond = count(
            len(columns),
            _contiguous(columns.codes("unit_code")[0]),
            _contiguous(status, np.uint8),
            _contiguous(columns.days("received_at"), np.int32),
            _contiguous(end_days(columns, plan.rules), np.int32),
            _numbers(given_due(columns, plan.rules)),
            _numbers(columns.arrays.get("term")),
            _contiguous(units, np.uint8),
            _numbers(columns.arrays.get("paused_days") if plan.rules.pauses == "shift" else None),
            _contiguous(_NO_CODES if marked is None else marked.view(np.uint8)),
            _numbers(columns.arrays.get("supplement_requests")),
            codes,
            tables.days,
            tables.starts,
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
        found = [statuses.outcome.take(status) if dim == "outcome" else of.codes_of(dim, columns) for dim in self._codes]
        rows = self._code_rows
        if len(found) == 1 and found[0].dtype == rows.dtype:
            return _contiguous(found[0]).reshape(1, -1)
        for row, codes in zip(rows, found, strict=True):
            row[: len(columns)] = codes
        return _contiguous(rows)

    def counts(self) -> Array:
        """Return int32[cells] of all histograms."""
        found = self._cells.astype(np.int32)
        for carried in self._carries:
            np.add.at(found, carried.astype(np.intp), np.int32(256))
        return found


def _program(plan: CountPlan) -> tuple[Array, Array]:
    """Return the histograms and their dimensions as ``count`` reads them."""
    codes = [dim for dim in plan.dims if dim not in of.JUDGED]
    histograms: list[tuple[int, ...]] = []
    dims: list[tuple[int, int]] = []
    for h in plan.histograms:
        first = len(dims)
        dims += [(_JUDGED[dim] if dim in _JUDGED else codes.index(dim), size) for dim, size in zip(h.dims, h.sizes, strict=True)]
        histograms.append((h.anchor, h.value, of.SLOTS[h.value], first, len(dims), h.start))
    return np.array(histograms, dtype=np.int32).reshape(-1, 6), np.array(dims, dtype=np.int32).reshape(-1, 2)


def _mask(codes: tuple[int, ...]) -> int:
    return sum(1 << code for code in codes)


def _contiguous(array: Array, kind: Any = None) -> Array:
    """Return an array as the kernel takes it; all read-only, so that it is not compiled once more for those that could be written to."""
    found = np.ascontiguousarray(array, dtype=kind).view()
    found.flags.writeable = False
    return found


def _numbers(found: Array | None) -> Array:
    """Return a column of numbers as int32, too large ones as the largest; nothing where it is not there."""
    if found is None:
        return _contiguous(_NO_NUMBERS)
    if found.dtype != np.int32 and len(found) and int(found.max()) > np.iinfo(np.int32).max:
        found = np.minimum(found, np.iinfo(np.int32).max)
    return _contiguous(found, np.int32)
