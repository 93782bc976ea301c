"""What a kind of records offers to the tally: sets of events, each landing on the time axis with a few countable dimensions.

Everything the library counts is a sum over events. A flow (received in the period) sums the events inside it; a stock (pending at its end)
is the events that began it, up to that day, less those that ended it. So all periods come from one pass and all counts merge by addition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.fields import Choice
from cchc_metrics.records.record import Record, schema_by_name
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.rules import Rules


@dataclass(frozen=True, slots=True)
class Dim:
    """A countable dimension of events: a closed list of choices, or an open vocabulary where ``choice`` is None."""

    name: str
    choice: type[Choice] | None = None


@dataclass(frozen=True, slots=True)
class EventSet:
    """The declaration of one set of events.

    Args:
        name: what happened, e.g. ``received``; the full name is ``kind.name``.
        dims: the dimensions that its counts can select and be broken down by.
        value: name of the whole number that each event carries (with its unit), or ``""``: sums, means and medians come from it.
    """

    name: str
    dims: tuple[Dim, ...] = ()
    value: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """The events of one set, found in columns.

    Args:
        set: the declaration.
        day: int32[n] day on which the event of each row happens, ``NO_DAY`` where the row has no such event.
        dims: dimension → (codes[n], labels).
        value: whole numbers (int[n]), below 0 where there is none; or None.
        unit: codes and labels of the unit, as in the columns.
    """

    set: EventSet
    day: Array
    unit: tuple[Array, tuple[str, ...]]
    dims: Mapping[str, tuple[Array, tuple[str, ...]]] = field(default_factory=dict)
    value: Array | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What the meaning of a record depends on beyond the record, and which sets of events are asked for."""

    rules: Rules
    calendar: Calendar
    sets: frozenset[str] | None = None

    def wants(self, name: str) -> bool:
        """Return whether a set of events, by its full name, is to be found; all are where none are named."""
        return self.sets is None or name in self.sets


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record.

    Args:
        name: plural English name, also the default file name: ``dossiers``.
        vi: Vietnamese name.
        model: the record model.
        event_sets: everything that can be counted.
        events: finds the events in columns; yields one ``Events`` for each set.
        id_columns: the columns that make a row unique.
    """

    name: str
    vi: str
    model: type[Record]
    event_sets: tuple[EventSet, ...]
    events: Callable[[Columns, Context], Iterator[Events]]
    id_columns: tuple[str, ...]

    def event_set(self, name: str) -> EventSet:
        """Return a set by its short name; ``KeyError`` where there is none."""
        return {s.name: s for s in self.event_sets}[name]


def unsaid(kind: Kind, columns: Columns) -> tuple[str, ...]:
    """Return the dimensions of a kind whose column the table does not have, and for which an empty cell says nothing (``unknown``).

    A column whose empty cell means something, as an empty channel means the counter, is not among them.
    """
    specs = schema_by_name(kind.model)
    dims = dict.fromkeys(dim.name for event_set in kind.event_sets for dim in event_set.dims if dim.name in specs)
    return tuple(name for name in dims if name not in columns and str(specs[name].default) == "unknown")


def events_from_columns(event_set: EventSet, columns: Columns, day: Array, value: Any = None) -> Events:
    """Return events whose dimensions are columns of the same names."""
    return Events(
        event_set,
        day,
        columns.codes("unit_code"),
        {d.name: columns.codes(d.name) for d in event_set.dims},
        value,
    )
