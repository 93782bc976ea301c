"""Dossiers counted the slow way: a clerk with a book, a calendar on the wall and no arithmetic but one day more, one dossier more.

It shares no code with the library: of it, it knows the model ``Dossier``, the choices of its fields and the names of the rules.
Where a fact decides, it is written where it is used; the facts are those of the rules of the field (Civil Code 2015, art. 147 and 148;
the status codes 1–10 of the national exchange; the four on-time formulas).

A rule that is not written here raises ``NotImplementedError`` rather than being taken for its default.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from tests.slow.calendar_slow import OutsideError, SlowCalendar, days, months_later

from cchc_metrics.records.choices import Channel, Status, TermUnit
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.reference.rules import Rules

WRITTEN: dict[str, tuple[Any, ...]] = {
    "pauses": ("shift", "subtract"),
    "compare": ("dates",),
    "stopped": ("pending", "ended"),
    "withdrawn": ("ended", "excluded"),
    "refused": ("excluded", "ended"),
    "missing_due": ("bucket", "on_time"),
    "given_due": ("wins", "ignored"),
    "given_due_includes_pauses": (False, True),
    "appointment": ("original",),
    "two_supplements_late": (False, True),
    "open_supplement": ("pending",),
}
"""Rule → the options that this book-keeping knows."""

COUNTING_CALENDAR_DAYS = (TermUnit.CALENDAR_DAYS, TermUnit.MONTHS)
"""Under such a term days waited are calendar days, else working days."""


def check_rules(rules: Rules) -> None:
    """Refuse what is not written here."""
    for name, options in WRITTEN.items():
        if getattr(rules, name) not in options:
            raise NotImplementedError(f"{name} = {getattr(rules, name)}")


def day_of(moment: date | datetime | None) -> date | None:
    """Return the day; the time of day decides nothing under ``compare = "dates"``."""
    return moment.date() if isinstance(moment, datetime) else moment


# --- one dossier: due date -------------------------------------------------------------------------------------------------------------


def due_date(dossier: Dossier, rules: Rules, calendar: SlowCalendar) -> date | None:
    """Return the due date of a dossier that was received, or None where there is none or the calendar does not reach."""
    check_rules(rules)
    given, received = day_of(dossier.due_at), day_of(dossier.received_at)
    waited = dossier.paused_days or 0
    try:
        if given is not None and rules.given_due == "wins":
            if rules.pauses == "shift" and not rules.given_due_includes_pauses and waited > 0:
                return moved_by_waiting(given, waited, dossier.term_unit, calendar)
            return given
        if received is None or dossier.term is None:
            return None
        return end_of_term(received, dossier.term, dossier.term_unit, waited if rules.pauses == "shift" else 0, calendar)
    except OutsideError:
        return None


def moved_by_waiting(given: date, waited: int, unit: TermUnit, calendar: SlowCalendar) -> date:
    """Move an appointment by the days waited, in the days that the term counts."""
    if unit in COUNTING_CALENDAR_DAYS:
        calendar.is_working(given)  # it must be known
        return calendar.on_or_after(given + timedelta(days=waited))
    return calendar.working_day_after(given, waited)


def end_of_term(received: date, term: Fraction, unit: TermUnit, waited: int, calendar: SlowCalendar) -> date | None:
    """Return the last day of a term; the first day is not counted (art. 147)."""
    calendar.is_working(received)  # it must be known
    if unit is TermUnit.NONE:
        return None
    if unit in (TermUnit.WORKING_DAYS, TermUnit.HOURS):
        hours = term if unit is TermUnit.HOURS else term * 8  # half a day is 4 hours
        n = waited
        while hours > 0:  # received at closing time: each begun 8 hours take one more working day
            hours -= 8
            n += 1
        return calendar.working_day_after(received, n) if n else calendar.on_or_after(received)
    whole = 0
    while whole < term:
        whole += 1
    end = months_later(received, whole) if unit is TermUnit.MONTHS else received + timedelta(days=whole)
    return calendar.on_or_after(end + timedelta(days=waited))  # clamp first, then roll (art. 148)


# --- one dossier: what became of it -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fate:
    """What became of a dossier that was received.

    ``timing`` and ``outcome`` are "" while it has not ended; ``turnaround`` is None where it is not known.
    """

    dossier: Dossier
    received: date
    due: date | None
    ended: date | None
    timing: str
    outcome: str
    turnaround: int | None
    undated_is_in_time: bool

    def pending(self, day: date) -> bool:
        """Tell whether it lies on the office's desk when a day closes."""
        return self.received <= day and not (self.ended is not None and self.ended <= day)

    def overdue(self, day: date) -> bool:
        """Tell whether it lies there past its due date."""
        return self.pending(day) and self.due is not None and self.due < day


def fate_of(dossier: Dossier, rules: Rules, calendar: SlowCalendar) -> Fate | None:
    """Return what became of a dossier, or None where it is out of every count."""
    check_rules(rules)
    received = day_of(dossier.received_at)
    end = day_of(dossier.ended_at)  # status 9 wins over status 10
    if end is None:
        end = day_of(dossier.returned_at)
    outcome = ""
    status = dossier.status
    if status is Status.SUBMITTED or received is None:
        return None
    if status is Status.REFUSED:
        if rules.refused == "excluded" or end is None:
            return None
        outcome = "refused"
    elif status is Status.WITHDRAWN:
        if rules.withdrawn == "excluded":
            return None
        outcome = "withdrawn"
    elif status is Status.STOPPED:
        outcome = "stopped" if rules.stopped == "ended" else ""
    elif status in (Status.RESOLVED, Status.RETURNED):
        outcome = "resolved"
    if outcome == "" or end is None:  # pending, whatever end is written beside it; or it ended nobody knows when
        outcome, end = "", None
    due = due_date(dossier, rules, calendar)
    timing = "" if end is None else timing_of(dossier, end, due, rules, calendar)
    turnaround = None if end is None else working_days_taken(received, end, calendar)
    return Fate(dossier, received, due, end, timing, outcome, turnaround, rules.missing_due == "on_time")


def timing_of(dossier: Dossier, end: date, due: date | None, rules: Rules, calendar: SlowCalendar) -> str:
    """Return the class of an ended dossier."""
    if due is None:
        return "on_due_date" if rules.missing_due == "on_time" else "no_due_date"
    if rules.two_supplements_late and (dossier.supplement_requests or 0) >= 2:
        return "late"
    if rules.pauses == "subtract":
        end = moved_back(end, dossier.paused_days or 0, dossier.term_unit, calendar)
    if end < due:
        return "early"
    return "on_due_date" if end == due else "late"


def moved_back(end: date, waited: int, unit: TermUnit, calendar: SlowCalendar) -> date:
    """Move an end back by the days waited, in the days that the term counts.

    Working days as far as the calendar reaches; an end that it does not know stays.
    """
    if unit in COUNTING_CALENDAR_DAYS:
        return end - timedelta(days=waited)
    if not calendar.knows(end):
        return end
    try:
        return calendar.working_day_before(end, waited)
    except OutsideError:
        return calendar.on_or_after(calendar.first)


def working_days_taken(received: date, end: date, calendar: SlowCalendar) -> int | None:
    try:
        return calendar.working_days(received, end)
    except OutsideError:
        return None


# --- many dossiers: the book of a period ------------------------------------------------------------------------------------------------


@dataclass
class Book:
    """The counts of a period, as of its end; named as the catalogue names them."""

    received: int = 0
    due: int = 0
    ended: int = 0
    early: int = 0
    on_due_date: int = 0
    late: int = 0
    ended_no_due_date: int = 0
    carried_over: int = 0
    pending: int = 0
    pending_in_time: int = 0
    pending_overdue: int = 0
    pending_no_due_date: int = 0
    pending_overdue_5: int = 0
    pending_overdue_10: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    turnarounds: list[int] = field(default_factory=list)
    calendar_days: list[int] = field(default_factory=list)
    supplements: list[int] = field(default_factory=list)

    def formulas(self) -> dict[str, tuple[int, int]]:
        """Return the four on-time rates as numerator and denominator; without a due date a dossier is in neither, but in ``not_late``."""
        in_time = self.early + self.on_due_date
        late = self.late + self.pending_overdue
        all_handled = self.received + self.carried_over
        return {
            "resolved_on_time": (in_time, in_time + self.late),
            "handled_on_time": (in_time + self.pending_in_time, in_time + self.late + self.pending_in_time + self.pending_overdue),
            "not_late": (all_handled - late, all_handled),
            "resolved_or_overdue": (in_time, in_time + self.late + self.pending_overdue),
        }

    def median_turnaround(self) -> Fraction | None:
        """Return the middle one, or the mean of the two in the middle."""
        row = sorted(self.turnarounds)
        while len(row) > 2:
            row = row[1:-1]
        return Fraction(sum(row), len(row)) if row else None


def keep_book(fates: Sequence[Fate], first: date, last: date, as_of: date, calendar: SlowCalendar) -> Book:
    """Walk from the oldest receipt to the end of the period and put each dossier on the desk, take it off, and note the day's events."""
    book = Book()
    end = min(last, as_of)
    desk: list[Fate] = []
    start = min([first, *(f.received for f in fates), *(f.due for f in fates if f.due is not None)])
    for day in days(start, end):
        if day == first:
            book.carried_over = len(desk)
        for fate in fates:
            if fate.received == day:
                desk.append(fate)
                book.received += day >= first
            if fate.due == day:
                book.due += day >= first
        for fate in list(desk):
            if fate.ended == day:
                desk.remove(fate)
                if day >= first:
                    _note_end(book, fate)
    for fate in desk:
        book.pending += 1
        if fate.due is None and not fate.undated_is_in_time:
            book.pending_no_due_date += 1
        elif fate.due is not None and fate.due < end:
            book.pending_overdue += 1
            age = working_days_overdue(fate.due, end, calendar)
            book.pending_overdue_5 += age > 5
            book.pending_overdue_10 += age > 10
        else:
            book.pending_in_time += 1
    return book


def _note_end(book: Book, fate: Fate) -> None:
    book.ended += 1
    book.outcomes[fate.outcome] = book.outcomes.get(fate.outcome, 0) + 1
    if fate.timing == "early":
        book.early += 1
    elif fate.timing == "on_due_date":
        book.on_due_date += 1
    elif fate.timing == "late":
        book.late += 1
    else:
        book.ended_no_due_date += 1
    if fate.turnaround is not None:
        book.turnarounds.append(fate.turnaround)
    if fate.ended is not None:
        book.calendar_days.append((fate.ended - fate.received).days)
    if fate.dossier.supplement_requests is not None:
        book.supplements.append(fate.dossier.supplement_requests)


def working_days_overdue(due: date, today: date, calendar: SlowCalendar) -> int:
    """Count the working days since a due date that the calendar knows of; 0 where it does not know the due date."""
    return 0 if not calendar.knows(due) else calendar.working_days(due, min(today, calendar.last))


def fates_of(dossiers: Iterable[Dossier], rules: Rules, calendar: SlowCalendar) -> list[Fate]:
    """Return the fates of those that are in the count."""
    found = [fate_of(d, rules, calendar) for d in dossiers]
    return [fate for fate in found if fate is not None]


def chosen(
    fates: Iterable[Fate],
    *,
    units: Iterable[str] | None = None,
    channel: Channel | None = None,
    field_of_work: str | None = None,
) -> list[Fate]:
    """Return the fates of some units, of a channel, of a field."""
    wanted = None if units is None else set(units)
    return [
        fate
        for fate in fates
        if (wanted is None or fate.dossier.unit_code in wanted)
        and (channel is None or fate.dossier.channel is channel)
        and (field_of_work is None or fate.dossier.field == field_of_work)
    ]
