"""What each published number is a sum of: events of a set, selected by labels, over the days of its period.

A reader of a table can subtract whatever adds up. What adds up follows from here: two numbers are of the same events where they select the
same set, and each number of a unit and a period is the sum over the units below it and the stretches of days in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from cchc_metrics.catalogue.model import UNITS_KIND, Catalogue, Count, Indicator
from cchc_metrics.values import Breakdown, Scale
from cchc_metrics.verbs.suppress.small import of_persons

Where = frozenset[tuple[str, frozenset[str]]]
"""Dimension and the labels of it that are selected; what stands for no dimension selects all."""
Mode = Literal["flow", "end", "start"]
"""Events in the period; up to its last day; before its first."""

SAID: Final = "said"
_UNDATED: Final = ("no_due_date", "calendar_missing", "wait_without_dates", "start_unknown")
SAME: Final[Mapping[str, tuple[str, Mapping[str, tuple[str, ...]]]]] = {
    "dossiers.paid": ("dossiers.ended", {}),
    "dossiers.digitised": ("dossiers.ended", {}),
    "dossiers.results": ("dossiers.ended", {}),
    "dossiers.posted_out": ("dossiers.ended", {}),
    "dossiers.ended_late": ("dossiers.ended", {"timing": ("late",)}),
    "dossiers.undated_ends": ("dossiers.ended", {"timing": _UNDATED}),
    "dossiers.turnaround": ("dossiers.ended", {"turnaround": (SAID,)}),
    "dossiers.turnaround_calendar": ("dossiers.ended", {}),
    "dossiers.supplements": ("dossiers.ended", {"supplements": (SAID,)}),
    "dossiers.apologies": ("dossiers.ended", {"apologies": (SAID,)}),
    "dossiers.reappointments": ("dossiers.ended", {"reappointments": (SAID,)}),
    "dossiers.components": ("dossiers.ended", {"components": (SAID,)}),
    "dossiers.received_as_of": ("dossiers.received", {}),
    "dossiers.undated_begins": ("dossiers.received", {"standing": _UNDATED}),
    "dossiers.received_boundary_free": ("dossiers.received", {}),
    "dossiers.transferred": ("dossiers.received", {"boundary_free": ("yes",)}),
    "dossiers.accepted": ("dossiers.received", {"channel": ("online",), "acceptance": (SAID,)}),
    "outreach.reached": ("outreach.held", {"reach": (SAID,)}),
    "inspections.found": ("inspections.held", {"found": (SAID,)}),
    "inspections.followed_up": ("inspections.held", {"followed_up": (SAID,)}),
    "assigned_tasks.undated_ends": ("assigned_tasks.done", {"assigned_tasks.done.in_time": ("unknown",)}),
    "assigned_tasks.undated_begins": ("assigned_tasks.assigned", {"due": ("none",)}),
}
"""Sets of events that are the events of another set, on the same days, or those of them that have a label."""
CALLED: Final = {("dossiers.undated_begins", "timing"): "standing"}
"""Dimensions that are called otherwise in the set that they are of."""
CAME: Final = {
    "dossiers.overdue_begins|dossiers.overdue_ends": ("dossiers.ended", "timing", "late"),
    "assigned_tasks.overdue_begins|assigned_tasks.overdue_ends": ("assigned_tasks.done", "assigned_tasks.done.in_time", "no"),
}
"""What is on hand, of which those that go are published with a label: those that came since a day cannot be fewer than none."""
_OWN_DIMS: Final = ("in_time",)  # names of dimensions that mean other things in sets that are the events of one


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a number.

    Args:
        events: the set of events, or two with ``|`` between them: what the one began and the other has not ended. Sums of whole numbers
            that events carry have a name of their own.
        where: which of them.
        mode: over which days.
        factor: 1, or −1 where it is taken away.
    """

    events: str
    where: Where
    mode: Mode
    factor: int


@dataclass(frozen=True, slots=True)
class PublishedNumber:
    """A number that rows of one indicator and breakdown show.

    Args:
        line: the place of the indicator and breakdown among all.
        what: ``numerator``, ``denominator``, ``rest`` (which is the difference of both), the reason of what was left out, or ``came``: how
            many came since, of what is on hand; no line shows that (−1), but a reader can work it out, and none can be fewer than none.
        terms: what it is a sum of; empty where it is no sum of events, as a number of different labels.
        protected: whether it is not to be known where it is small.
    """

    line: int
    what: str
    terms: tuple[Term, ...]
    protected: bool


def terms_of(count: Count, labels: Mapping[str, str]) -> Iterator[Term]:
    """Yield the parts of a count under some labels: none of a number of units or of different labels, which is no sum."""
    if count.kind == UNITS_KIND or count.of in ("units", "labels"):
        return
    mode: Mode = "flow" if count.at == "period" else count.at
    own = _where(count.events, count.where, labels)
    if own is None:
        return
    if count.of == "value":
        yield Term(f"{count.events}#", _plain(count.where, labels), mode, 1)
        return
    events = SAME.get(count.events, (count.events, {}))[0]
    if count.until in SAME:
        yield Term(events, own, mode, 1)
        gone = _where(count.until, count.where, labels)
        if gone is not None:
            yield Term(SAME[count.until][0], gone, mode, -1)
    else:
        yield Term(f"{events}|{count.until}" if count.until else events, own, mode, 1)
    less = _where(count.less, {}, labels) if count.less else None
    if less is not None:
        yield Term(SAME.get(count.less, (count.less, {}))[0], less, mode, -1)


def _plain(where: Mapping[str, Iterable[str]], labels: Mapping[str, str]) -> Where:
    return frozenset(
        {**{dim: frozenset(wanted) for dim, wanted in where.items()}, **{d: frozenset([v]) for d, v in labels.items()}}.items()
    )


def _where(events: str, where: Mapping[str, Iterable[str]], labels: Mapping[str, str]) -> Where | None:
    """Return what is selected; None where nothing can be."""
    found: dict[str, frozenset[str]] = {}
    parts = [*((dim, frozenset(wanted)) for dim, wanted in where.items()), *((dim, frozenset([label])) for dim, label in labels.items())]
    for dim, wanted in parts:
        name = CALLED.get((events, dim), f"{events}.{dim}" if dim in _OWN_DIMS else dim)
        found[name] = found.get(name, wanted) & wanted
    for dim, said in SAME.get(events, (events, {}))[1].items():
        found[dim] = found.get(dim, frozenset(said)) & frozenset(said)
    return frozenset(found.items()) if all(found.values()) else None


def numbers_of(
    line: int, beside: int, indicator: Indicator | None, name: str, scale: Scale, labels: Breakdown, catalogue: Catalogue
) -> list[PublishedNumber]:
    """Return the numbers that rows of an indicator under some labels show.

    Args:
        line: the place of these rows among all.
        beside: that of the numbers of cases that are not in their figures, which can be withheld alone.
        indicator: the definition; None where it is not in the catalogue.
        name: its id.
        scale: its scale.
        labels: the labels, without the level.
        catalogue: the definitions of counts.
    """
    if indicator is None or indicator.entered:  # known by what is published of it only: one set of events of its own
        parts = {dim: frozenset([label]) for dim, label in labels}
        whole = Term(f"={name}", frozenset(parts.items()), "flow", 1)
        inside = Term(f"={name}", frozenset({**parts, "part": frozenset(["numerator"])}.items()), "flow", 1)
        if scale is Scale.PERCENT:
            rest = (whole, Term(inside.events, inside.where, "flow", -1))
            return [
                PublishedNumber(line, "numerator", (inside,), True),
                PublishedNumber(line, "denominator", (whole,), True),
                PublishedNumber(line, "rest", rest, True),
            ]
        other = Term(f"={name}/", whole.where, "flow", 1)
        return [PublishedNumber(line, "numerator", (whole,), True), PublishedNumber(line, "denominator", (other,), True)]

    def total(names: Iterable[str]) -> tuple[Term, ...]:
        return total_of(names, labels, catalogue)

    over, under = of_persons(indicator, catalogue)
    made = [PublishedNumber(line, "numerator", total(indicator.numerator), over)]
    if indicator.denominator:
        made.append(PublishedNumber(line, "denominator", total(indicator.denominator), under))
        if scale is Scale.PERCENT:
            away = [name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in indicator.numerator]
            made.append(PublishedNumber(line, "rest", total([*indicator.denominator, *away]), over and under))
    notes = {why: total([count]) for why, count in indicator.excluded.items()} | (
        {"unsaid": total(indicator.unsaid)} if indicator.unsaid else {}
    )
    for why, terms in notes.items():
        made.append(PublishedNumber(beside, why, terms, protected=False))
        made.append(PublishedNumber(beside, why, tuple(replace(term, events=_beside(term.events)) for term in terms), protected=True))
    return made


def _beside(events: str) -> str:
    """Return the name of a set of events, as it is known from what is said beside figures only.

    How many cases are in no figure says how well records are kept. It does not follow from what is said beside other figures; where it is
    the difference of two figures it is not hidden, since one of these would have to be.
    """
    return "|".join(f"~{each}" for each in events.split("|"))


def total_of(names: Iterable[str], labels: Breakdown, catalogue: Catalogue) -> tuple[Term, ...]:
    """Return the parts of a sum of counts under some labels; a leading ``-`` takes one away."""
    found: dict[tuple[str, Where, Mode], int] = {}
    for each in names:
        factor = -1 if each.startswith("-") else 1
        for term in terms_of(catalogue.counts[each.removeprefix("-")], dict(labels)):
            key = (term.events, term.where, term.mode)
            found[key] = found.get(key, 0) + factor * term.factor
    return tuple(Term(*key, factor) for key, factor in sorted(found.items(), key=str) if factor)


def settled(numbers: Iterable[PublishedNumber]) -> list[PublishedNumber]:
    """Return numbers in which what is on hand is a difference of two sets of events where these are published as flows, too.

    Where they are not, it is a number of its own for each day, since what came and went in between can be anything.
    """
    listed = list(numbers)
    flows = {term.events for number in listed for term in number.terms if "|" not in term.events and term.mode == "flow"}
    return [replace(n, terms=tuple(part for term in n.terms for part in _parted(term, flows))) for n in listed]


def _parted(term: Term, flows: Collection[str]) -> Iterator[Term]:
    begun, _, ended = term.events.partition("|")
    if not ended or not {begun, ended} & {*flows}:
        yield term
    else:
        yield replace(term, events=begun)
        yield replace(term, events=ended, factor=-term.factor)


def came(numbers: Sequence[PublishedNumber]) -> Iterator[tuple[PublishedNumber, int, int]]:
    """Yield how many came of what is on hand, with the numbers (positions) of those on hand and of those that went."""
    for stock, (events, dim, label) in CAME.items():
        on_hand, gone = Term(stock, frozenset(), "end", 1), Term(events, frozenset([(dim, frozenset([label]))]), "flow", 1)
        places = [next((i for i, number in enumerate(numbers) if number.terms == (term,)), None) for term in (on_hand, gone)]
        if places[0] is not None and places[1] is not None:
            terms = (on_hand, replace(on_hand, mode="start", factor=-1), gone)
            yield PublishedNumber(-1, "came", terms, protected=False), places[0], places[1]
