"""What a kind of records offers to the tally: sets of events, each landing on the time axis with a few countable dimensions.

Everything the library counts is a sum over events. A flow (received in the period) sums the events inside it; a stock (pending at its end)
is the events that began it, up to that day, less those that ended it. So all periods come from one pass and all counts merge by addition.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from cchc_metrics.records.choices import SECRET
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.fields import NO_DAY, Choice
from cchc_metrics.records.record import Record, schema_by_name
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.rules import Rules

_RUN_ROWS = 65_536


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
        named_only: whether it is counted only where it is named: its labels are many, as those of procedures are.
        bound: whether its dimensions say what is so on the day of the question, so that its counts answer for that day only.
    """

    name: str
    dims: tuple[Dim, ...] = ()
    value: str = ""
    needs: tuple[str, ...] = ()
    named_only: bool = False
    bound: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """What follows from any of several columns, such as a due date from the appointment or from a term with its unit.

    Args:
        name: its name, unlike that of any column of the kind.
        any_of: what it follows from: any of these, each all of its columns. A name with a colon is no column but what rules settle.
    """

    name: str
    any_of: tuple[tuple[str, ...], ...]

    def columns(self, said: Collection[str]) -> str:
        """Return the columns, as a message names them: the smallest sets of those that would do under the rules.

        Args:
            said: what was said, with what the rules settle.

        >>> late = Fact("late", (("requests", "days"), ("requests", ":days"), (":requests", "days"), (":requests", ":days")))
        >>> late.columns([":days"]), late.columns([":requests"]), late.columns([])
        ('requests', 'days', 'requests + days')
        """
        settled = [names for names in self.any_of if all(name in said for name in names if name.startswith(":"))]
        ways = [tuple(name for name in names if not name.startswith(":")) for names in settled]
        smallest = dict.fromkeys(way for way in ways if not any(set(other) < set(way) for other in ways))
        return " / ".join(map(" + ".join, smallest))


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
    """What the meaning of a record depends on beyond the record, and which sets of events are asked for.

    Args:
        rules: how disputed points are decided.
        calendar: the working calendar.
        sets: full names of the sets of events to be found; all are where none are named.
        day: the day of the question (since 1970-01-01), on which the events of ``bound`` sets are classed.
    """

    rules: Rules
    calendar: Calendar
    sets: frozenset[str] | None = None
    day: int = NO_DAY

    def wants(self, name: str) -> bool:
        """Return whether a set of events, by its full name, is to be found; all are where none are named."""
        return self.sets is None or name in self.sets


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """When the rows of a kind that has due dates fell due and ended; days are int32, ``NO_DAY`` where there is none.

    Args:
        due: the due date under the rules.
        ended: the day of the end.
        late: bool[n], whether the end was late; only of rows that ended.
        overdue, until: the days between which a row that has not ended is overdue; the second ``NO_DAY`` while it is.
        rules_from: the first day of the version of the rules that each row follows, −1 for the one before every change.
    """

    due: Array
    ended: Array
    late: Array
    overdue: Array
    until: Array
    rules_from: Array


UNIT_HEADINGS = ("Mã đơn vị", "Đơn vị", "Mã cơ quan", "Cơ quan", "Cơ quan, đơn vị", "Mã ĐVHC")
"""Headings by which the unit of a record is known in every kind."""


@dataclass(frozen=True, slots=True)
class Dates:
    """What the dates of a kind mean; every moment column is one or another.

    Args:
        main: the date on which a unit must exist.
        facts: dates of what has happened, which cannot lie after the day of export.
        appointments: dates that can lie in the future.
        timed: dates from which working days are counted, so that the calendar must know their year.
        happened: (column, labels) of the rows that have happened; what is only planned may lie in the future. None: all rows.
    """

    main: str
    facts: tuple[str, ...]
    appointments: tuple[str, ...] = ()
    timed: tuple[str, ...] = ()
    happened: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Join:
    """What the rows of a kind take from the table of another kind before they are counted.

    Args:
        kind: name of the other kind; its table is read whole.
        column: the column, of the same name in both, by whose equal values rows belong together: an ``id``, or a label.
        attach: takes rows of this kind and the other table, returns the rows with what the other table says of them.
        must: whose rows need a partner: ``"this"``, every row of this kind whose column is filled; ``"other"``, every row of the other.
        code: the problem of one that has none.
    """

    kind: str
    column: str
    attach: Callable[[Columns, Columns], Columns]
    must: Literal["this", "other"]
    code: Code


@dataclass(frozen=True, slots=True)
class Follows:
    """A column that follows from the words of another, where a table lacks it.

    Args:
        column: what follows.
        source: the column whose words it follows from; a table that has none of them says nothing of it.
        meant: takes a word, returns the code that follows from it, None where nothing does.
        reported: whether it is reported, as what figures rest on is.
    """

    column: str
    source: str
    meant: Callable[[str], str | None]
    reported: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """One kind of record: everything that the library knows of it is said here.

    Args:
        name: plural English name, also the default file name: ``dossiers``.
        vi: Vietnamese name.
        model: the record model.
        event_sets: everything that can be counted.
        events: finds the events in columns; yields one ``Events`` for each set.
        id_columns: the columns that make a row unique.
        headings: column → the other headings by which it is known. They are compared without case, diacritics, spaces and punctuation, so
            each spelling stands once: «Mã hồ sơ» is also ma_ho_so and MaHoSo.
        dates: what its dates mean.
        doubtful: heading → the columns that it could mean; it means the first, unless another heading of the table means that too: then it
            is asked for.
        by_words: headings that mean their column only where the cells are words of its closed list.
        weak: headings that mean their column only where no other heading of the table does.
        ticked: heading of a column that is ticked → the code that a tick means and the one that none does, of the list of its column.
        words: column → word → code, beside those of the column's closed list.
        follows: columns that follow from the words of others, where a table lacks them.
        row_is_id: whether the number of a row stands in for an id that a sheet lacks, where offices only number such rows.
        joins: what it takes from other kinds, in this order.
        facts: what follows from any of several columns.
        needing: column or fact → the rows (bool[n], under rules) of which something is not known without it: whether the table has it or
            not, no other answer hangs on it. What is not listed is needed by every row.
        under: takes the names of columns and the rules, returns what they say under them: columns that are not read are left out, and what
            the rules settle is added.
        working_days: whether working days are counted, so that what is counted in a year whose calendar is estimated is estimated too.
        listing: whether its table lists what holds, from day to day, and so says something of days on which nothing happens.
        course: finds when rows fell due and ended; None for kinds without due dates.
    """

    name: str
    vi: str
    model: type[Record]
    event_sets: tuple[EventSet, ...]
    events: Callable[[Columns, Context], Iterator[Events]]
    id_columns: tuple[str, ...]
    headings: Mapping[str, tuple[str, ...]]
    dates: Dates
    doubtful: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    by_words: frozenset[str] = frozenset()
    weak: frozenset[str] = frozenset()
    ticked: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    follows: tuple[Follows, ...] = ()
    row_is_id: bool = False
    joins: tuple[Join, ...] = ()
    facts: tuple[Fact, ...] = ()
    needing: Mapping[str, Callable[[Columns, Rules], Array]] = field(default_factory=dict)
    under: Callable[[frozenset[str], Rules], frozenset[str]] = lambda names, _: names
    working_days: bool = False
    course: Callable[[Columns, Context], Course] | None = None
    listing: bool = False

    @property
    def of_units(self) -> bool:
        """Whether its rows are of units; a list that is of all of them together has no unit."""
        return "unit_code" in schema_by_name(self.model)

    def needs(self, event_set: EventSet, dims: Iterable[str]) -> frozenset[str]:
        """Return the columns and facts without which a set of events, selected by some of its dimensions, is not known."""
        chosen = set(dims)
        own = [(d.name,) if d.needs is None else d.needs for d in event_set.dims if d.name in chosen]
        return frozenset(event_set.needs).union(*own)

    def missing(self, needs: Iterable[str], said: Collection[str], needed: Collection[str]) -> Iterator[str]:
        """Yield the columns, as messages name them, of those needs that follow from nothing of what tables said.

        Args:
            needs: columns and facts.
            said: what the tables said, see ``said``.
            needed: what some row needs, see ``needed``: dossiers of which none has ended need no count of requests for papers.
        """
        there = {*said, *(self.needing.keys() - set(needed))}
        facts = {fact.name: fact for fact in self.facts}
        for need in needs:
            if need not in facts and need not in said:
                yield need
            elif need in facts and not any(set(names) <= there for names in facts[need].any_of):
                yield facts[need].columns(there)

    def event_set(self, name: str) -> EventSet:
        """Return a set by its short name; ``KeyError`` where there is none."""
        return {s.name: s for s in self.event_sets}[name]


def marked_secret(columns: Columns) -> Array:
    """Return bool[n], the rows with a mark of secrecy: they are counted, and never listed."""
    return columns.equals("secrecy", *SECRET) if "secrecy" in columns else np.zeros(len(columns), dtype=bool)


def said(kind: Kind, columns: Columns, rules: Rules) -> frozenset[str]:
    """Return the columns that a table of a kind has, whatever their cells say, and what they say under rules.

    Identifiers that nothing counted needs are left out: they are read, checked and then often not kept, as those of a large table.
    """
    asked = {need for event_set in kind.event_sets for d in event_set.dims for need in ((d.name,) if d.needs is None else d.needs)}
    idle = set(kind.id_columns) - asked - {need for event_set in kind.event_sets for need in event_set.needs} - {"unit_code"}
    return kind.under(frozenset(name for name in schema_by_name(kind.model) if name in columns and name not in idle), rules)


def needed(kind: Kind, columns: Columns, rules: Rules) -> frozenset[str]:
    """Return the columns and facts without which something is not known of some row of a table, whether the table has them or not."""
    if not len(columns):
        return frozenset()
    every = {need for event_set in kind.event_sets for need in event_set.needs} - kind.needing.keys()
    # Mostly one of the first rows needs it already, so rows are looked at in runs.
    runs = [columns.part(start, start + _RUN_ROWS) for start in range(0, len(columns), _RUN_ROWS)]
    return frozenset(every).union(name for name, rows in kind.needing.items() if any(rows(run, rules).any() for run in runs))


def events_from_columns(event_set: EventSet, columns: Columns, day: Array, value: Any = None) -> Events:
    """Return events whose dimensions are columns of the same names."""
    return Events(
        event_set,
        day,
        columns.codes("unit_code"),
        {d.name: columns.codes(d.name) for d in event_set.dims},
        value,
    )
