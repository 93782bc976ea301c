"""What a kind of records offers to the tally: sets of events, each landing on the time axis with a few countable dimensions.

Everything the library counts is a sum over events. A flow (received in the period) sums the events inside it; a stock (pending at its end)
is the events that began it, up to that day, less those that ended it. So all periods come from one pass and all counts merge by addition.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.fields import Choice
from cchc_metrics.records.record import Record, schema_by_name
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.rules import Rules


@dataclass(frozen=True, slots=True)
class Dim:
    """A countable dimension of events: a closed list of choices, or an open vocabulary where ``choice`` is None.

    Args:
        name: its name.
        choice: its closed list.
        needs: the columns and facts that it follows from, without which nothing is known; None for the column of its own name. ``()`` where
            a table without the column says something by that, as a list of meetings without secrecy marks has no secret ones.
    """

    name: str
    choice: type[Choice] | None = None
    needs: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class EventSet:
    """The declaration of one set of events.

    Args:
        name: what happened, e.g. ``received``; the full name is ``kind.name``.
        dims: the dimensions that its counts can select and be broken down by.
        value: name of the whole number that each event carries (with its unit), or ``""``: sums, means and medians come from it.
        needs: the columns and facts without which it is not known whether and when the event happened.
    """

    name: str
    dims: tuple[Dim, ...] = ()
    value: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """What follows from any of several columns, such as a due date from the appointment or from a term with its unit.

    Args:
        name: its name, unlike that of any column of the kind.
        any_of: what it follows from: any of these, each all of its columns. A name with a colon is no column but what rules settle.
    """

    name: str
    any_of: tuple[tuple[str, ...], ...]

    @property
    def columns(self) -> str:
        """The columns, as a message names them."""
        return " / ".join(" + ".join(names) for names in self.any_of if not names[0].startswith(":"))


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
        facts: what follows from any of several columns.
        under: takes the names of columns and the rules, returns what they say under them: columns that are not read are left out, and what
            the rules settle is added.
    """

    name: str
    vi: str
    model: type[Record]
    event_sets: tuple[EventSet, ...]
    events: Callable[[Columns, Context], Iterator[Events]]
    id_columns: tuple[str, ...]
    facts: tuple[Fact, ...] = ()
    under: Callable[[frozenset[str], Rules], frozenset[str]] = lambda names, _: names

    def needs(self, event_set: EventSet, dims: Iterable[str]) -> frozenset[str]:
        """Return the columns and facts without which a set of events, selected by some of its dimensions, is not known."""
        chosen = set(dims)
        own = [(d.name,) if d.needs is None else d.needs for d in event_set.dims if d.name in chosen]
        return frozenset(event_set.needs).union(*own)

    def missing(self, needs: Iterable[str], said: Collection[str]) -> Iterator[str]:
        """Yield the columns, as messages name them, of those needs that follow from nothing of what tables said."""
        facts = {fact.name: fact for fact in self.facts}
        for need in needs:
            if need not in facts and need not in said:
                yield need
            elif need in facts and not any(set(names) <= set(said) for names in facts[need].any_of):
                yield facts[need].columns

    def event_set(self, name: str) -> EventSet:
        """Return a set by its short name; ``KeyError`` where there is none."""
        return {s.name: s for s in self.event_sets}[name]


def said(kind: Kind, columns: Columns, rules: Rules) -> frozenset[str]:
    """Return the columns that a table of a kind has, whatever their cells say, and what they say under rules."""
    return kind.under(frozenset(name for name in schema_by_name(kind.model) if name in columns), rules)


def events_from_columns(event_set: EventSet, columns: Columns, day: Array, value: Any = None) -> Events:
    """Return events whose dimensions are columns of the same names."""
    return Events(
        event_set,
        day,
        columns.codes("unit_code"),
        {d.name: columns.codes(d.name) for d in event_set.dims},
        value,
    )
