"""The fast way in plain numpy, on one thread.

A chunk of rows goes through a few dozen operations on 32-bit integers that stay in the processor's cache: look-ups by day give the working
days passed and the stretch, a fused code names the cell, and cells are counted by addition. What is cheap to rule out for a whole chunk is
ruled out at once (a smallest and a largest value); masks of rows are made only where that fails.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from cchc_metrics.count.fast import plan as of
from cchc_metrics.count.fast.plan import Beyond, CountPlan, Histogram
from cchc_metrics.count.fast.rows import either, given_due, special, working_days_code
from cchc_metrics.count.fast.statuses import StatusReader
from cchc_metrics.count.fast.tables import LARGEST_BIN, LARGEST_TERM, OFF, PASSED_SHIFT
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.ends import end_days
from cchc_metrics.records.lateness import is_late, timings

CHUNK_ROWS: Final = 131_072
_LARGE_CELLS: Final = 1 << 21
"""Beyond so many cells of a chunk's units a histogram is counted from sorted codes: in any other order each row would wait for memory."""
_HELD_ROWS: Final = 1 << 20
_ONE = np.uint32(1)
_AGES: Final = {of.OVERDUE_5: 5, of.ENDED_5: 5, of.OVERDUE_10: 10, of.ENDED_10: 10}


@dataclass(slots=True)
class _Chunk:
    """What is known of the rows of a chunk; all int32[n] unless said otherwise.

    Args:
        unit: unit × bins.
        received, ended, due: days.
        at_start, at_end: entries of the days' table.
        requests: requests for papers, below 0 where not said; of any type, None where no histogram needs them.
        pending: bool[n]; has not ended.
        gone: bool[n] of rows that no histogram counts, or None.
        codes: dimension → codes.
    """

    unit: Array
    received: Array
    ended: Array
    due: Array
    at_start: Array
    at_end: Array
    requests: Array | None
    pending: Array
    gone: Array | None
    codes: dict[str, Array]


class PureCounter:
    """Counts dossiers chunk after chunk."""

    def __init__(self, plan: CountPlan) -> None:
        self._plan = plan
        self._statuses = StatusReader(plan.rules)
        self._cells = np.zeros(plan.cells, dtype=np.uint32)
        self._views = [self._cells[h.start : h.start + h.cells] for h in plan.histograms]
        self._held: dict[int, list[Array]] = {}
        self._places = np.empty(CHUNK_ROWS, dtype=np.intp)
        self.chunk_rows = CHUNK_ROWS
        self.beyond: dict[int, list[Beyond]] = {}

    def add(self, columns: Columns) -> Array:
        """Count a chunk of at most ``CHUNK_ROWS`` dossiers; return the positions of those that do not take the usual course."""
        if not len(columns):
            return np.zeros(0, dtype=np.intp)
        chunk, left = self._chunk(columns)
        _Count(self, self._plan, chunk).all()
        return left

    def counts(self) -> Array:
        """Return int32[cells] of all histograms."""
        for position in self._held:
            self._flush(position)
        return self._cells.view(np.int32)  # no table in memory has 2^31 rows

    def count(self, position: int, codes: Array, *, scattered: bool) -> None:
        """Count the cells of one histogram (int32 codes, which may be overwritten); ``scattered`` where they are too many for a cache."""
        if not scattered:
            self._count(position, codes)
            return
        held = self._held.setdefault(position, [])
        held.append(codes.copy())
        if sum(map(len, held)) >= _HELD_ROWS:
            self._flush(position)

    def _count(self, position: int, codes: Array) -> None:
        places = self._places[: len(codes)]
        places[...] = codes
        np.add.at(self._views[position], places, _ONE)

    def _flush(self, position: int) -> None:
        if not self._held[position]:
            return
        codes = np.concatenate(self._held[position])
        self._held[position].clear()
        codes.sort()
        for start in range(0, len(codes), CHUNK_ROWS):
            self._count(position, codes[start : start + CHUNK_ROWS])

    def _chunk(self, columns: Columns) -> tuple[_Chunk, Array]:
        plan, tables = self._plan, self._plan.tables
        received, ended = columns.days("received_at"), end_days(columns, plan.rules)
        statuses = self._statuses.of(columns)
        status = columns.codes("status")[0]
        gone, bad = _are(status, statuses.out), _are(status, statuses.left)
        lowest = int(received.min())
        if lowest < 0:
            gone = either(gone, received < 0)
        if int(received.max()) > tables.last or lowest < tables.first:
            bad = either(bad, (received < tables.first) | (received > tables.last))

        has_ended = _are(status, statuses.ended)
        if has_ended is None:
            has_ended = np.zeros(len(columns), dtype=bool)
        dated = ended >= 0
        has_ended &= dated
        if int(ended.view(np.uint32).min()) < tables.first or int(ended.max()) > tables.last:
            bad = either(bad, has_ended & ((ended < tables.first) | (ended > tables.last)))
        bad = either(bad, special(columns, plan.rules))

        at_start = tables.days.take(received + 1, mode="clip")
        due, unknown = self._due(columns, received, at_start)
        bad = either(bad, unknown)
        if bad is None:
            left = np.zeros(0, dtype=np.intp)
        else:
            if gone is not None:
                bad &= ~gone
            left = np.flatnonzero(bad)
            gone = either(gone, bad) if len(left) else gone
        if gone is not None:
            at_start[gone] = tables.days[0]
            has_ended &= ~gone
        place = ended + 1
        if gone is not None or not np.array_equal(has_ended, dated):
            place[~has_ended] = 0
        unit = columns.codes("unit_code")[0].astype(np.int32)
        unit *= plan.bins
        codes = {dim: of.codes_of(dim, columns) for dim in plan.dims if dim not in (*of.JUDGED, "outcome")}
        if "outcome" in plan.dims:
            codes["outcome"] = statuses.outcome.take(status)
        at_end = tables.days.take(place, mode="clip")
        requests = columns.arrays.get("supplement_requests")
        return _Chunk(unit, received, ended, due, at_start, at_end, requests, ~has_ended, gone, codes), left

    def _due(self, columns: Columns, received: Array, at_start: Array) -> tuple[Array, Array | None]:
        """Return the due date of each dossier, and the mask of those that have none that is this simple (None: all have one)."""
        tables = self._plan.tables
        given = given_due(columns, self._plan.rules)
        if given is None:
            return self._computed(columns, at_start)
        due, unknown = given.astype(np.int32, copy=False), None
        if int(given.min()) < 0:
            computed, unknown = self._computed(columns, at_start)
            if unknown is not None:
                unknown &= given < 0
            due = np.where(given >= 0, due, computed)
        wrong = due < received
        wrong |= due > tables.last_due
        return (due, either(unknown, wrong)) if wrong.any() else (due, unknown)

    def _computed(self, columns: Columns, at_start: Array) -> tuple[Array, Array | None]:
        """Return the due dates that follow from whole working days, and the mask of the dossiers whose terms are none."""
        tables, rules = self._plan.tables, self._plan.rules
        if "term" not in columns:
            return np.zeros(len(columns), dtype=np.int32), np.ones(len(columns), dtype=bool)
        number = columns.numbers("term").astype(np.int32)  # in halves; −1, which is odd, where there is none
        unknown: Array | None = None
        odd = np.bitwise_or.reduce(number)
        if odd & 1:
            unknown = (number & 1).astype(bool)
        units, labels = columns.codes("term_unit")
        working = working_days_code(labels)
        if int(units.min()) != working or int(units.max()) != working:
            unknown = either(unknown, units != working)
        number >>= 1
        if rules.pauses == "shift" and "paused_days" in columns:
            paused = columns.arrays["paused_days"]
            if int(paused.max()) > 0:
                if int(paused.max()) > LARGEST_TERM:
                    unknown = either(unknown, paused > LARGEST_TERM)
                    paused = np.minimum(paused, LARGEST_TERM)
                if int(paused.min()) < 0:
                    paused = np.maximum(paused, 0)
                np.add(number, paused, out=number, casting="unsafe")
        if int(number.min()) <= 0:  # a term of 0 days ends on the day it starts, or on the next working day
            number += (number == 0) & ((at_start & OFF) != 0)
        number += at_start >> PASSED_SHIFT
        number -= 1
        if int(number.max()) >= tables.usual:
            unknown = either(unknown, number >= tables.usual)
        return tables.working_day.take(number, mode="clip"), unknown


@dataclass(slots=True)
class _Count:
    """Counts one chunk into every histogram; what several of them need is made once."""

    counter: PureCounter
    plan: CountPlan
    chunk: _Chunk
    _made: dict[str, Array] = field(default_factory=dict)
    _units: int = -1  # from the first to the last of the chunk

    def all(self) -> None:
        """Count every histogram."""
        for position, histogram in enumerate(self.plan.histograms):
            if histogram.anchor in (of.RECEIVED, of.DUE, of.ENDED):
                self._dense(position, histogram)
            else:
                self._sparse(position, histogram)

    def _dense(self, position: int, histogram: Histogram) -> None:
        """Count a histogram in which about every row has an event."""
        base = self._base(histogram.anchor)
        stride = self.plan.stride
        key = np.empty(len(base), dtype=np.int32)
        if histogram.value != of.PLAIN:
            self._value(position, histogram, key)
            self._fuse(histogram, key)
        elif histogram.dims:
            key[...] = self._codes(histogram.dims[0])
            self._fuse(histogram, key, first=1)
        else:
            self._add(position, histogram, base)
            return
        key *= stride
        key += base
        self._add(position, histogram, key)

    def _add(self, position: int, histogram: Histogram, codes: Array) -> None:
        """Count cells. Where rows come unit after unit, a chunk has few units, and those of its cells fit a cache that of all do not."""
        scattered = histogram.cells > _LARGE_CELLS
        if scattered:
            if self._units < 0:
                unit = self.chunk.unit
                self._units = (int(unit.max()) - int(unit.min())) // self.plan.bins + 1
            scattered = histogram.cells // self.plan.units * self._units > _LARGE_CELLS
        self.counter.count(position, codes, scattered=scattered)

    def _fuse(self, histogram: Histogram, key: Array, *, first: int = 0, rows: Array | None = None) -> None:
        """Fuse the dimensions from ``first`` on into the code of each row's cell, or of some rows'."""
        for dim, size in zip(histogram.dims[first:], histogram.sizes[first:], strict=True):
            codes = self._codes(dim)
            key *= size
            key += codes if rows is None else codes.take(rows)

    def _value(self, position: int, histogram: Histogram, key: Array) -> None:
        """Write the value of each row that ended; what its slots have no kind for is listed, and stands in the last slot."""
        chunk, last = self.chunk, of.SLOTS[histogram.value] - 1
        if histogram.value == of.WORKING:
            np.subtract(chunk.at_end >> PASSED_SHIFT, chunk.at_start >> PASSED_SHIFT, out=key)
        elif histogram.value == of.CALENDAR:
            np.subtract(chunk.ended, chunk.received, out=key)
        else:
            assert chunk.requests is not None  # noqa: S101  such a histogram is made where there is the column
            key[...] = chunk.requests
        if int(key.max()) >= last:
            rows = np.flatnonzero((key >= last) & ~chunk.pending)
            if len(rows):
                part = (chunk.unit[rows] // self.plan.bins, chunk.at_end[rows] & LARGEST_BIN, key[rows])
                self.counter.beyond.setdefault(position, []).append(part)
        if histogram.value == of.REQUESTS:
            key[key < 0] = last
        np.clip(key, 0, last, out=key)  # below 0: the row has not ended, and its bin is none

    def _sparse(self, position: int, histogram: Histogram) -> None:
        """Count a histogram in which few rows have an event: those that are overdue, or ended late."""
        rows = self._made.get("overdue")
        if rows is None:
            over = self._late() | self.chunk.pending
            if self.chunk.gone is not None:
                over &= ~self.chunk.gone
            rows = self._made["overdue"] = np.flatnonzero(over)
        days = self.plan.tables.days
        if histogram.anchor == of.OVERDUE:
            bins = days.take(self.chunk.due.take(rows) + 2) & LARGEST_BIN
        else:
            rows, since = self._aged(rows, _AGES[histogram.anchor])
            if histogram.anchor in (of.ENDED_5, of.ENDED_10):
                bins = self.chunk.at_end.take(rows) & LARGEST_BIN
            else:
                bins = days.take(since + 1) & LARGEST_BIN
        key = np.zeros(len(rows), dtype=np.int32)
        self._fuse(histogram, key, rows=rows)
        key *= self.plan.stride
        key += self.chunk.unit.take(rows)
        key += bins
        self._add(position, histogram, key)

    def _aged(self, rows: Array, working_days: int) -> tuple[Array, Array]:
        """Return the rows that were overdue by more than so many working days, and the days since when they were."""
        chunk, tables = self.chunk, self.plan.tables
        number = (tables.days.take(chunk.due.take(rows) + 1) >> PASSED_SHIFT) + working_days  # of the first such day, from 0
        # A pending row has passed no day at all, and stands in the bin of none.
        chosen = chunk.pending.take(rows) | ((chunk.at_end.take(rows) >> PASSED_SHIFT) > number)
        chosen &= number < len(tables.working_day)
        which = np.flatnonzero(chosen)
        return rows.take(which), tables.working_day.take(number.take(which))

    def _base(self, anchor: int) -> Array:
        """Return unit and bin of each row's event of one day, fused."""
        name = f"base {anchor}"
        found = self._made.get(name)
        if found is None:
            if anchor == of.DUE:
                at = self.plan.tables.days.take(self.chunk.due + 1, mode="clip")
                if self.chunk.gone is not None:
                    at[self.chunk.gone] = self.plan.tables.days[0]
            else:
                at = self.chunk.at_start if anchor == of.RECEIVED else self.chunk.at_end
            found = self._made[name] = at & LARGEST_BIN
            found += self.chunk.unit
        return found

    def _late(self) -> Array:
        """Return the mask of the rows whose end is after their due date."""
        found = self._made.get("late")
        if found is None:
            found = self._made["late"] = is_late(self.chunk.ended, self.chunk.due)
        return found

    def _codes(self, dim: str) -> Array:
        if dim not in of.JUDGED:
            return self.chunk.codes[dim]
        found = self._made.get(dim)
        if found is None:
            found = self._made[dim] = self._standings() if dim == "standing" else timings(self.chunk.ended, self.chunk.due)
        return found

    def _standings(self) -> Array:
        """Return what has become of each row by the day of the question: 2 if not ended by then, and 1 if it ended late or is overdue."""
        chunk, today = self.chunk, np.array(self.plan.day, dtype=np.int32)
        pending = chunk.pending
        if int(chunk.ended.max()) > today:
            pending = pending | (chunk.ended > today)
        over = is_late(today, chunk.due)
        over &= self._late() | pending
        found: Array = pending.view(np.uint8) << np.uint8(1)
        found |= over.view(np.uint8)
        return found


def _are(codes: Array, wanted: tuple[int, ...]) -> Array | None:
    """Return the mask of the rows with one of some codes, or None where there is none."""
    found: Array | None = None
    for code in wanted:
        mask = codes == code
        if found is None:
            found = mask
        else:
            found |= mask
    return found if found is not None and found.any() else None
