"""What is counted the fast way: which histograms, for which sets of events, and how cubes are read off them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from cchc_metrics.count.cube import BIN, UNIT, VALUE, Cube
from cchc_metrics.count.fast.tables import LARGEST_BIN, Tables
from cchc_metrics.records import digitising, dossier
from cchc_metrics.records.boundary_free import ELSEWHERE, can_be
from cchc_metrics.records.choices import Outcome, Standing, Timing
from cchc_metrics.records.columns import SECOND, Array, Columns
from cchc_metrics.records.due import CUT_OFF
from cchc_metrics.records.fields import Flag
from cchc_metrics.records.kind import Context
from cchc_metrics.records.waits import REAPPOINTED
from cchc_metrics.reference.rules import Rules

RECEIVED, DUE, ENDED, OVERDUE, OVERDUE_5, OVERDUE_10, ENDED_5, ENDED_10 = range(8)
"""The day on which the events of a histogram happen; the last four are of dossiers overdue by more than 5 and 10 working days."""
PLAIN, WORKING, CALENDAR, REQUESTS = range(4)
"""What a histogram counts beside labels: nothing, working days or calendar days from the receipt to the end, requests for papers."""
SLOTS: Final = {PLAIN: 1, WORKING: 64, CALENDAR: 128, REQUESTS: 8}
"""Values below the last slot are counted in full; the last stands for none, and for all from there on, which are listed one by one."""
Beyond = tuple[Array, Array, Array]
"""Units, bins and values of events, one entry each."""
LATE: Final = Timing.labels().index("late")

_SHARED_CELLS: Final = 1 << 18  # sets share one histogram of all their dimensions up to so many cells: about what a cache holds
_MOST_CELLS: Final = 1 << 26
_TIMINGS: Final = Timing.labels()[:3]  # a dossier without a due date does not take the usual course
_STANDINGS: Final = Standing.labels()[:4]  # 2 for one that has not ended by the day of the question, and 1 for one past its due date
JUDGED: Final = ("timing", "standing")
"""Dimensions that follow from the due date."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """How the events of a set are found: their day, their value, and whether only those that ended late are meant."""

    anchor: int
    value: int = PLAIN
    late: bool = False


_KINDS: Mapping[str, _Kind] = {
    dossier.RECEIVED.name: _Kind(RECEIVED),
    dossier.RECEIVED_BY_FIELD.name: _Kind(RECEIVED),
    dossier.RECEIVED_AS_OF.name: _Kind(RECEIVED),
    dossier.RECEIVED_BOUNDARY_FREE.name: _Kind(RECEIVED),
    dossier.DUE.name: _Kind(DUE),
    dossier.ENDED_SET.name: _Kind(ENDED),
    dossier.ENDED_BY_FIELD.name: _Kind(ENDED),
    dossier.PAID.name: _Kind(ENDED),
    dossier.DIGITISED.name: _Kind(ENDED),
    dossier.RESULTS.name: _Kind(ENDED),
    dossier.POSTED_OUT.name: _Kind(ENDED),
    dossier.OVERDUE_BEGINS.name: _Kind(OVERDUE),
    dossier.OVERDUE_ENDS.name: _Kind(ENDED, late=True),
    dossier.LATE_APOLOGISED.name: _Kind(ENDED, late=True),
    dossier.OVERDUE_5_BEGINS.name: _Kind(OVERDUE_5),
    dossier.OVERDUE_5_ENDS.name: _Kind(ENDED_5),
    dossier.OVERDUE_10_BEGINS.name: _Kind(OVERDUE_10),
    dossier.OVERDUE_10_ENDS.name: _Kind(ENDED_10),
    dossier.TURNAROUND.name: _Kind(ENDED, WORKING),
    dossier.TURNAROUND_CALENDAR.name: _Kind(ENDED, CALENDAR),
    dossier.SUPPLEMENTS.name: _Kind(ENDED, REQUESTS),
}
_NEEDS = {
    dossier.SUPPLEMENTS.name: "supplement_requests",
    dossier.ACCEPTED.name: "submitted_at",
    dossier.APOLOGIES.name: "apologies",
    dossier.REAPPOINTMENTS.name: "reappointments",
    dossier.COMPONENTS.name: "components_digitised",
    dossier.COMPONENTS_DIGITISED.name: "components_digitised",
}
_BY_COLUMN = {dossier.RECEIVED_BOUNDARY_FREE.name: ELSEWHERE, dossier.LATE_APOLOGISED.name: "apologies"}
"""Sets that are found by the general way where a table has a column, and are unknown of every row where it has none."""
_NEVER = (dossier.UNDATED_BEGINS.name, dossier.UNDATED_ENDS.name, dossier.AGE_UNKNOWN_BEGINS.name, dossier.AGE_UNKNOWN_ENDS.name)


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts over ``(value, *dims, unit, bin)``, flattened, unit and bin last.

    Args:
        anchor: the day.
        value: what is counted beside labels.
        dims: dimensions with more than one label.
        sizes: how many labels each has.
        start: its first cell among all cells.
        cells: how many cells it has.
    """

    anchor: int
    value: int
    dims: tuple[str, ...]
    sizes: tuple[int, ...]
    start: int
    cells: int


@dataclass(frozen=True, slots=True)
class _Member:
    """A set of events, and the histogram that it is read off.

    Args:
        name: short name of the set.
        histogram: position of the histogram.
        dims: the dimensions that its cube has.
        late: whether only those that ended late are meant.
    """

    name: str
    histogram: int
    dims: tuple[str, ...]
    late: bool


@dataclass(frozen=True, slots=True, eq=False)
class CountPlan:
    """What is counted, over which tables.

    Args:
        rules: how disputed points are decided.
        tables: look-ups by day.
        labels: dimension → its labels, and ``unit``.
        histograms, members: what is counted and what is read off it.
        day: the day of the question.
        never: short names of the sets in which a dossier of the usual course never is.
        rest: short names of the sets that are not counted the fast way at all.
    """

    rules: Rules
    tables: Tables
    labels: Mapping[str, tuple[str, ...]]
    day: int
    histograms: tuple[Histogram, ...]
    members: tuple[_Member, ...]
    never: tuple[str, ...]
    rest: tuple[str, ...]

    @property
    def units(self) -> int:
        """How many units there are."""
        return len(self.labels[UNIT])

    @property
    def bins(self) -> int:
        """How many bins a unit has: every stretch of time, and one for events that do not happen."""
        return self.tables.none + 1

    @property
    def stride(self) -> int:
        """How many cells units and bins take."""
        return self.units * self.bins

    @property
    def cells(self) -> int:
        """How many cells all histograms have."""
        return sum(h.cells for h in self.histograms)

    @property
    def dims(self) -> tuple[str, ...]:
        """Every dimension that some histogram has."""
        return tuple(dict.fromkeys(dim for h in self.histograms for dim in h.dims))

    @property
    def counted(self) -> tuple[str, ...]:
        """Short names of the sets that are counted the fast way where a dossier takes the usual course, those it is never in among them."""
        return (*(member.name for member in self.members), *self.never)

    @staticmethod
    def named(names: Collection[str]) -> frozenset[str]:
        """Return the full names of sets."""
        return frozenset(f"dossiers.{name}" for name in names)

    @classmethod
    def of(cls, columns: Columns, context: Context, edges: tuple[int, ...], sets: Mapping[str, Collection[str]] | None) -> CountPlan | None:
        """Return the plan for some dossiers, or None where the fast way does not pay or the columns do not allow it.

        Args:
            columns: the dossiers, all of them: the plan holds for each run of their rows.
            context: rules, calendar and the day of the question.
            edges: the days that cut time into stretches.
            sets: as for ``tally``.
        """
        rules = context.rules
        if len(edges) > LARGEST_BIN - 2 or not _usual(columns, rules):
            return None
        wanted = {
            s.name: tuple(d.name for d in s.dims if sets is None or d.name in sets[f"dossiers.{s.name}"])
            for s in dossier.KIND.event_sets
            if context.wants(f"dossiers.{s.name}") and _NEEDS.get(s.name, "received_at") in columns
        }
        labels = {UNIT: columns.codes("unit_code")[1], "timing": _TIMINGS, "standing": _STANDINGS, "outcome": Outcome.labels()}
        labels[digitising.NAME] = Flag.labels() if digitising.differs(columns) else (Flag.YES.value,)
        if not can_be(columns):
            wanted.pop(dossier.TRANSFERRED.name, None)
        general = {name for name in wanted if name not in _KINDS and name not in _NEVER}
        general |= {name for name, column in _BY_COLUMN.items() if column in columns and name in wanted}
        usual = {name: dims for name, dims in wanted.items() if name not in general}
        for dim in dict.fromkeys(d for dims in usual.values() for d in dims):
            if dim not in labels:
                labels[dim] = (Flag.UNKNOWN.value,) if dim == "apologised" else columns.codes(dim)[1]
        if any(len(set(texts)) < len(texts) for texts in labels.values()):
            return None
        tables = Tables.of(context.calendar, edges)
        if not tables.usual:
            return None
        histograms, members = _shared(usual, labels, len(labels[UNIT]) * (tables.none + 1))
        rest = tuple(name for name in wanted if name in general)
        never = tuple(name for name in _NEVER if name in wanted)
        plan = cls(rules, tables, labels, context.day, histograms, members, never, rest)
        return plan if plan.cells <= _MOST_CELLS else None

    def cubes(self, counts: Array, beyond: Mapping[int, Sequence[Beyond]]) -> dict[str, Cube]:
        """Return the counts of every set that has any, by short name.

        Args:
            counts: int32[cells] of all histograms.
            beyond: position of a histogram → units, bins and values of the events that its slots have no kind for.
        """
        found = {}
        for member in self.members:
            cube = self._cube(member, counts, beyond.get(member.histogram, ()))
            if cube.has_events:
                found[member.name] = cube
        return found

    def _cube(self, member: _Member, counts: Array, beyond: Sequence[Beyond]) -> Cube:
        histogram = self.histograms[member.histogram]
        slots = SLOTS[histogram.value]
        shape = (slots, *histogram.sizes, self.units, self.bins)
        full = counts[histogram.start : histogram.start + histogram.cells].reshape(shape)[..., : self.tables.none]
        valued = histogram.value != PLAIN
        full = full[: slots - 1] if valued else full[0]
        kept = list(histogram.dims)
        for dim in histogram.dims:
            axis = kept.index(dim) + valued
            if dim == "timing" and member.late:
                full = full.take(LATE, axis=axis)
            elif dim not in member.dims:
                full = full.sum(axis=axis, dtype=np.int32)  # a row is counted once, so that no sum is more than the rows
            else:
                continue
            kept.remove(dim)
        # From (value, kept…, unit, bin) to (unit, bin, dims…, value), with an axis of one label for what does not vary.
        order = [full.ndim - 2, full.ndim - 1, *(kept.index(d) + valued for d in member.dims if d in kept), *([0] if valued else [])]
        full = full.transpose(order)
        for axis, dim in enumerate(member.dims, start=2):
            if dim not in kept:
                full = np.expand_dims(full, axis)
        axes = (UNIT, BIN, *member.dims, *((VALUE,) if valued else ()))
        labels = {axis: self.labels[axis] for axis in axes if axis not in (BIN, VALUE)}
        if not beyond:
            return Cube.of_full(axes, labels, full)
        cells = np.concatenate([np.stack(part, axis=1) for part in beyond]).astype(np.int64)
        return Cube.of_full(axes, labels, full, cells, np.ones(len(cells), dtype=np.int64))


def _usual(columns: Columns, rules: Rules) -> bool:
    """Return whether any dossier of these columns can take the usual course."""
    if "received_at" not in columns or CUT_OFF in columns or rules.cut_off is not None:
        return False
    if rules.given_due == "ignored":
        return True
    if rules.appointment == "current" and REAPPOINTED in columns:
        return False
    by_clock = rules.compare == "instants" and "due_at" + SECOND in columns
    return "due_at" not in columns or (not by_clock and (rules.pauses != "shift" or rules.given_due_includes_pauses))


def _shared(
    wanted: Mapping[str, tuple[str, ...]], labels: Mapping[str, tuple[str, ...]], stride: int
) -> tuple[tuple[Histogram, ...], tuple[_Member, ...]]:
    """Return the histograms that hold all sets, as few as are small, and the sets read off them."""
    groups: list[tuple[int, int, list[str]]] = []  # anchor, value, dimensions
    at: dict[str, int] = {}

    def cells(dims: Collection[str], value: int = PLAIN) -> int:
        return stride * SLOTS[value] * int(np.prod([len(labels[d]) for d in dims], dtype=np.int64))

    varying = {
        name: [d for d in (*dims, *(("timing",) if _KINDS[name].late else ())) if len(labels[d]) > 1]
        for name, dims in wanted.items()
        if name in _KINDS
    }
    for name in sorted(varying, key=lambda name: -cells(varying[name])):
        kind, dims = _KINDS[name], varying[name]
        for position, (anchor, value, held) in enumerate(groups):
            union = list(dict.fromkeys([*held, *dims]))
            if (anchor, value) == (kind.anchor, kind.value) and (len(union) == len(held) or cells(union) <= _SHARED_CELLS):
                groups[position] = (anchor, value, union)
                at[name] = position
                break
        else:
            at[name] = len(groups)
            groups.append((kind.anchor, kind.value, dims))
    order = sorted(range(len(groups)), key=lambda position: groups[position][:2])  # those of one day side by side
    at = {name: order.index(position) for name, position in at.items()}
    histograms, start = [], 0
    for anchor, value, dims in (groups[position] for position in order):
        size = cells(dims, value)
        histograms.append(Histogram(anchor, value, tuple(dims), tuple(len(labels[d]) for d in dims), start, size))
        start += size
    members = tuple(_Member(name, at[name], wanted[name], _KINDS[name].late) for name in wanted if name in at)
    return tuple(histograms), members


def codes_of(dim: str, columns: Columns) -> Array:
    """Return the codes of a dimension that is a column, or follows from columns alone, by its labels in the plan."""
    return digitising.to_be_digitised(columns) if dim == digitising.NAME else columns.codes(dim)[0]


class Counter(Protocol):
    """Counts dossiers chunk after chunk."""

    chunk_rows: int
    """How many rows a chunk has at most."""
    beyond: dict[int, list[Beyond]]
    """Position of a histogram → what its slots have no kind for."""

    def add(self, columns: Columns) -> Array:
        """Count a chunk of dossiers; return the positions of those that do not take the usual course (intp)."""

    def counts(self) -> Array:
        """Return int32[cells] of all histograms."""


def beyond_of(counters: Iterable[Counter]) -> dict[int, list[Beyond]]:
    """Return what the slots of several counters have no kind for."""
    found: dict[int, list[Beyond]] = {}
    for counter in counters:
        for position, parts in counter.beyond.items():
            found.setdefault(position, []).extend(parts)
    return found


def chunks(columns: Columns, rows: int) -> Iterator[Columns]:
    """Yield runs of so many rows; all rows at once where there are no more."""
    if len(columns) <= rows:
        yield columns
        return
    for start in range(0, len(columns), rows):
        yield columns.part(start, start + rows)
