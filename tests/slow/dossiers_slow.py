"""Dossiers counted the slow way: a clerk with a book, a calendar on the wall and no arithmetic but one day more, one dossier more.

It shares no code with the library: of it, it knows the models ``Dossier`` and ``DossierEvent``, the choices of their fields
and the names of the rules.
Where a fact decides, it is written where it is used; the facts are those of the rules of the field (Civil Code 2015, art. 147 and 148;
the status codes 1–10 of the national exchange; the on-time formulas).

A rule that is not written here raises ``NotImplementedError`` rather than being taken for its default.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from tests.slow.calendar_slow import ONE_DAY, OutsideError, SlowCalendar, days, months_later

from cchc_metrics.records.choices import Channel, Status, TermUnit
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.dossier_event import DossierEvent, EventKind
from cchc_metrics.records.fields import Flag
from cchc_metrics.reference.rules import OPTIONS, Rules

WRITTEN: dict[str, tuple[Any, ...]] = {
    "pauses": ("shift", "subtract", "restart"),
    "end": ("result", "approval", "approval_hand_over", "hand_over"),
    "compare": ("dates", "instants"),
    "stopped": ("pending", "ended"),
    "withdrawn": ("ended", "excluded"),
    "refused": ("excluded", "ended"),
    "missing_due": ("bucket", "on_time"),
    "given_due": ("wins", "ignored"),
    "given_due_includes_pauses": (True, False),
    "appointment": ("original", "current"),
    "two_supplements_late": (False, True),
    "open_supplement": ("pending", "judged_at_request", "in_time"),
    "unresolved": ("by_date", "on_due_date"),
    "received_on_day_off": ("as_received", "forward", "back"),
    "calendar_terms": ("roll", "stay"),
    "boundary_free_clock": ("counter", "competent"),
    "two_reappointments_late": (False, True),
}
"""Rule → the options that this book-keeping knows; the opening hours are free."""

COUNTING_CALENDAR_DAYS = (TermUnit.CALENDAR_DAYS, TermUnit.MONTHS)
"""Under such a term days waited are calendar days, else working days."""

Moment = date | datetime | None
OpeningHours = tuple[tuple[time, time], ...]


def check_rules(rules: Rules) -> None:
    """Refuse what is not written here."""
    for name, options in WRITTEN.items():
        if getattr(rules, name) not in options:
            raise NotImplementedError(f"{name} = {getattr(rules, name)}")


def of_its_day(rules: Rules, dossier: Dossier) -> Rules:
    """Return the rules of the day on which a dossier was received; they stay those of its whole life."""
    day, found = day_of(first_receipt(dossier)), rules.model_copy(update={"changes": ()})
    for change in rules.changes:
        if day is not None and day >= change.from_day:
            found = found.model_copy(update={name: value for name in OPTIONS if (value := getattr(change, name)) is not None})
    return found


def is_boundary_free(dossier: Dossier) -> bool:
    """Tell whether a dossier could be filed anywhere: its row says so, or says nothing of it and when it was received elsewhere."""
    return dossier.boundary_free is Flag.YES or (dossier.boundary_free is Flag.UNKNOWN and dossier.received_elsewhere_at is not None)


def first_receipt(dossier: Dossier) -> Moment:
    """Return when a counter took it first: the slip that the citizen has is of that day."""
    if is_boundary_free(dossier) and dossier.received_elsewhere_at is not None:
        return dossier.received_elsewhere_at
    return dossier.received_at


def as_the_clock_sees_it(dossier: Dossier, rules: Rules) -> Dossier:
    """Return a dossier received when its term began to run; never, where that is not written down."""
    if dossier.received_at is not None and is_boundary_free(dossier) and rules.boundary_free_clock == "counter":
        return dossier.model_copy(update={"received_at": dossier.received_elsewhere_at})
    return dossier


def day_of(moment: Moment) -> date | None:
    """Return the day of a moment."""
    return moment.date() if isinstance(moment, datetime) else moment


def the_day(moment: date | datetime) -> date:
    """Return the day of a moment that there is."""
    return moment.date() if isinstance(moment, datetime) else moment


def clock_of(moment: Moment) -> time | None:
    """Return the time of day, None where only the day is known; a database writes such a day as its midnight."""
    return moment.time() if isinstance(moment, datetime) and moment.time() != time(0) else None


def received_clock(moment: date | datetime) -> time | None:
    """Return the time of day of a receipt: the law has the term start at the stated moment, and midnight is one."""
    return moment.time() if isinstance(moment, datetime) else None


def in_order(moment: date | datetime) -> datetime:
    """Return where a moment stands among others: a day without a time at its end."""
    return datetime.combine(the_day(moment), clock_of(moment) or time.max)


# --- one dossier: what happened on its way ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wait:
    """Waiting for the citizen, from a request to what was asked for; ``end`` is None while it is open."""

    start: date | datetime
    end: Moment


@dataclass(frozen=True)
class Story:
    """What the events of a dossier say: its waits, the last new appointment, and how many times papers were asked for."""

    waits: tuple[Wait, ...] = ()
    reappointed: date | None = None
    asked: int = 0
    again: int = 0
    """How many times another day was appointed."""
    papers_since: date | None = None
    """Since when papers are waited for that have not come."""


NO_STORY = Story()


def story_of(events: Iterable[DossierEvent]) -> Story:
    """Read the events of one dossier in the order in which they happened; a request while one is open opens nothing new."""
    waits: list[Wait] = []
    reappointed, asked, again, since = None, 0, 0, None
    for event in sorted(events, key=lambda e: (day_of(e.happened_at), clock_of(e.happened_at) or time(0))):
        day = event.happened_at
        assert day is not None
        is_open = bool(waits) and waits[-1].end is None
        if event.kind is EventKind.SUPPLEMENT_REQUESTED:
            asked += 1
            since = since or day_of(day)
        elif event.kind is EventKind.SUPPLEMENT_RECEIVED:
            since = None
        if event.kind in (EventKind.SUPPLEMENT_REQUESTED, EventKind.PAYMENT_REQUESTED) and not is_open:
            waits.append(Wait(day, None))
        elif event.kind in (EventKind.SUPPLEMENT_RECEIVED, EventKind.PAYMENT_RECEIVED) and is_open:
            waits[-1] = Wait(waits[-1].start, day)
        elif event.kind is EventKind.REAPPOINTED:
            reappointed = day_of(event.due_at)
            again += 1
    return Story(tuple(waits), reappointed, asked, again, since)


def time_waited(wait: Wait, dossier: Dossier, rules: Rules, calendar: SlowCalendar) -> tuple[int, timedelta]:
    """Return how long a wait was that is over: days, the first not counted, in the days that the term counts, or opening hours.

    It is opening hours where the term runs by the clock and both moments are known. ``OutsideError`` where the calendar does not reach.
    """
    assert wait.end is not None
    begun, over = the_day(wait.start), the_day(wait.end)
    if runs_by_clock(dossier, rules) and clock_of(wait.start) and clock_of(wait.end):
        return 0, open_between(in_order(wait.start), in_order(wait.end), calendar, rules.opening_hours)
    if dossier.term_unit in COUNTING_CALENDAR_DAYS:
        return (over - begun).days, timedelta(0)
    return calendar.working_days(begun, over), timedelta(0)


def runs_by_clock(dossier: Dossier, rules: Rules) -> bool:
    """Tell whether the term ends at a time of the day: in hours or with half a day, in an office whose opening hours are known."""
    half = dossier.term is not None and dossier.term.denominator != 1 and dossier.term_unit is TermUnit.WORKING_DAYS
    return bool(rules.opening_hours) and (dossier.term_unit is TermUnit.HOURS or half)


def open_between(start: datetime, end: datetime, calendar: SlowCalendar, opening_hours: OpeningHours) -> timedelta:
    """Add up the time for which the office was open between two moments."""
    calendar.is_working(start.date())  # both must be known
    calendar.is_working(end.date())
    found = timedelta(0)
    for day in days(start.date(), end.date()):
        for opens, closes in opening_hours if calendar.is_working(day) else ():
            begin, until = max(start, datetime.combine(day, opens)), min(end, datetime.combine(day, closes))
            found += max(until - begin, timedelta(0))
    return found


def opening_time(opening_hours: OpeningHours) -> timedelta:
    """Return for how long the office is open on a working day."""
    someday = date(2021, 1, 1)
    return sum((datetime.combine(someday, b) - datetime.combine(someday, a) for a, b in opening_hours), timedelta(0))


# --- one dossier: due date --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """A due date: its day, None where there is none; the time of day where one is known; whether an open wait holds it from passing.

    ``why`` says why there is none; ``over`` are the waits that moved it, if only over days off.
    """

    day: date | None = None
    clock: time | None = None
    held: bool = False
    why: str = ""
    over: tuple[Wait, ...] = ()


NONE_GIVEN = Due(why="no_due_date")
NOT_KNOWN = Due(why="calendar_missing")


def due_of(
    dossier: Dossier,
    rules: Rules,
    calendar: SlowCalendar,
    story: Story = NO_STORY,
    ended: Moment = None,
    cut_off: time | None = None,
) -> Due:
    """Return the due date of a dossier that was received; none where the calendar does not reach.

    Where the due date moves with the waits, a wait that is open when the dossier ends is over then; what comes later is no waiting.
    """
    rules = of_its_day(rules, dossier)
    check_rules(rules)
    was_received, dossier = dossier.received_at is not None, as_the_clock_sees_it(dossier, rules)
    if story.waits:
        dossier = dossier.model_copy(update={"paused_days": None})  # dates say more than a number
    story = replace(story, waits=tuple(while_it_ran(story.waits, dossier.received_at, ended if rules.pauses != "subtract" else None)))
    given = None if rules.given_due == "ignored" else dossier.due_at
    if rules.given_due == "wins" and rules.appointment == "current" and story.reappointed is not None:
        given = story.reappointed
    try:
        if given is not None:
            return due_by_appointment(given, dossier, rules, calendar, story)
        if dossier.received_at is None or dossier.term is None:
            return NONE_GIVEN if dossier.term is None or not was_received else Due(why="start_unknown")
        return due_by_term(dossier.received_at, dossier.term, dossier, rules, calendar, story, cut_off)
    except OutsideError:
        return NOT_KNOWN


def while_it_ran(waits: Iterable[Wait], received: Moment, ended: Moment) -> Iterator[Wait]:
    """Yield the waits from the receipt on, and no longer than to the end of the dossier: outside no term could stand still."""
    for wait in waits:
        start = wait.start
        if received is not None:
            clock = received_clock(received)
            came = datetime.combine(the_day(received), time.max if clock is None else clock)
            start = received if in_order(start) < came else start
        end = wait.end
        if ended is not None:
            if the_day(start) > the_day(ended):
                continue
            end = ended if end is None or in_order(ended) < in_order(end) else end
        if end is None or the_day(end) >= the_day(start):
            yield Wait(start, end)


def comes_in_time(wait: Wait, day: date, clock: time | None, rules: Rules) -> bool:
    """Tell whether the citizen was asked before the due date had passed."""
    asked, at = the_day(wait.start), clock_of(wait.start)
    if rules.compare == "instants" and asked == day and clock is not None and at is not None:
        return at <= clock
    return asked <= day


def due_by_appointment(given: date | datetime, dossier: Dossier, rules: Rules, calendar: SlowCalendar, story: Story) -> Due:
    """Return the appointment, moved by each wait that began before it had passed, unless it was moved already."""
    day, clock = day_of(given), clock_of(given)
    assert day is not None
    if rules.pauses != "shift" or rules.given_due_includes_pauses:
        return Due(day, clock)
    if not story.waits and dossier.paused_days:
        return Due(moved_by_waiting(day, dossier.paused_days, dossier.term_unit, calendar, rules), clock)
    held = False
    over: tuple[Wait, ...] = ()
    for wait in story.waits:
        if not comes_in_time(wait, day, clock, rules):
            continue
        if wait.end is None:
            held = True
            continue
        over += (wait,)
        waited, hours = time_waited(wait, dossier, rules, calendar)
        if waited > 0:
            day = moved_by_waiting(day, waited, dossier.term_unit, calendar, rules)
        elif hours:
            calendar.is_working(day)
            start = day if clock is None else datetime.combine(day, clock)
            day, moved = end_by_the_clock(start, hours, calendar, rules.opening_hours)
            clock = None if clock is None else moved
    return Due(day, clock, held, over=over)


def due_by_term(
    received: date | datetime,
    term: Fraction,
    dossier: Dossier,
    rules: Rules,
    calendar: SlowCalendar,
    story: Story,
    cut_off: time | None,
) -> Due:
    """Return the end of the term, made longer by the waits (``shift``) or begun again after the last of them (``restart``)."""
    if rules.pauses == "restart" and not story.waits and dossier.paused_days:
        return Due(why="wait_without_dates")  # days waited without their dates do not say from when to count
    start, held = received, False
    over: tuple[Wait, ...] = ()
    waited, hours = (dossier.paused_days or 0) if rules.pauses == "shift" and not story.waits else 0, timedelta(0)

    def end() -> tuple[date | None, time | None]:
        counted_from = after_the_cut_off(start, rules.cut_off if cut_off is None else cut_off, calendar)
        if term or waited or hours or rules.received_on_day_off == "forward":
            counted_from = on_a_working_day(counted_from, rules, calendar)
        return end_of_term(counted_from, term, dossier.term_unit, waited, calendar, rules, hours)

    day, clock = end()
    for wait in story.waits if rules.pauses != "subtract" else ():
        if day is None or not comes_in_time(wait, day, clock, rules):
            continue  # it was overdue when the citizen was asked
        if wait.end is None:
            held = True
            continue
        over += (wait,)
        if rules.pauses == "shift":
            more_days, more_hours = time_waited(wait, dossier, rules, calendar)
            waited, hours = waited + more_days, hours + more_hours
        else:
            start = wait.end
        day, clock = end()
    return Due(day, clock, held, why="" if day else "no_due_date", over=over)


def after_the_cut_off(start: date | datetime, cut_off: time | None, calendar: SlowCalendar) -> date | datetime:
    """Return from when a receipt counts: with a cut-off, one after it or on a day off from the opening of the next working day."""
    day, clock = the_day(start), received_clock(start)
    if cut_off is None or (calendar.is_working(day) and (clock is None or clock <= cut_off)):
        return start
    return datetime.combine(calendar.working_day_after(day, 1), time(0))


def on_a_working_day(start: date | datetime, rules: Rules, calendar: SlowCalendar) -> date | datetime:
    """Return from when a receipt on a day off counts: itself, the opening of the next working day, or the closing of the one before."""
    day = the_day(start)
    if rules.received_on_day_off == "as_received" or calendar.is_working(day):
        return start
    if rules.received_on_day_off == "forward":
        return datetime.combine(calendar.working_day_after(day, 1), time(0))
    while not calendar.is_working(day):
        day -= ONE_DAY
    return day


def last_day_of_term(day: date, rules: Rules, calendar: SlowCalendar) -> date:
    """Return the last day of a term in calendar days, which rolls to a working day (art. 148) where the rules do not let it stay."""
    calendar.is_working(day)  # it must be known
    return day if rules.calendar_terms == "stay" else calendar.on_or_after(day)


def moved_by_waiting(given: date, waited: int, unit: TermUnit, calendar: SlowCalendar, rules: Rules) -> date:
    """Move an appointment by the days waited, in the days that the term counts."""
    if unit in COUNTING_CALENDAR_DAYS:
        calendar.is_working(given)  # it must be known
        return last_day_of_term(given + timedelta(days=waited), rules, calendar)
    return calendar.working_day_after(given, waited)


def end_of_term(
    start: date | datetime,
    term: Fraction,
    unit: TermUnit,
    waited: int,
    calendar: SlowCalendar,
    rules: Rules,
    more: timedelta = timedelta(0),
) -> tuple[date | None, time | None]:
    """Return the last day of a term, and under opening hours the time of a term in hours; the first day is not counted (art. 147)."""
    received = day_of(start)
    assert received is not None
    calendar.is_working(received)  # it must be known
    if unit is TermUnit.NONE:
        return None, None
    if unit in (TermUnit.WORKING_DAYS, TermUnit.HOURS):
        opening_hours = rules.opening_hours
        hours = term if unit is TermUnit.HOURS else term * 8  # half a day is 4 hours
        if opening_hours and (hours + waited or more) and (unit is TermUnit.HOURS or term.denominator != 1):
            length = timedelta(seconds=int(hours * 3600)) + waited * opening_time(opening_hours) + more
            return end_by_the_clock(start, length, calendar, opening_hours)
        n = waited
        while hours > 0:  # received at closing time: each begun 8 hours take one more working day
            hours -= 8
            n += 1
        return (calendar.working_day_after(received, n) if n else calendar.on_or_after(received)), None
    whole = 0
    while whole < term:
        whole += 1
    end = months_later(received, whole) if unit is TermUnit.MONTHS else received + timedelta(days=whole)
    return last_day_of_term(end + timedelta(days=waited), rules, calendar), None  # clamp first, then roll (art. 148)


def end_by_the_clock(
    start: date | datetime,
    left: timedelta,
    calendar: SlowCalendar,
    opening_hours: OpeningHours,
) -> tuple[date, time]:
    """Spend the hours of a term, opening after opening; a day without a time of day counts as its closing time."""
    day, now = the_day(start), received_clock(start)
    now = time.max if now is None else now
    while True:
        for opens, closes in opening_hours if calendar.is_working(day) else ():
            begin = datetime.combine(day, max(opens, now))
            kind = datetime.combine(day, closes) - begin
            if kind <= timedelta(0):
                continue
            if left <= kind:
                return day, (begin + left).time()
            left -= kind
        day, now = day + timedelta(days=1), time(0)


# --- one dossier: what became of it -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fate:
    """What became of a dossier that was received.

    ``timing`` and ``outcome`` are "" while it has not ended; ``why`` says why there is no due date, ``undated_is_in_time`` that the rules
    take such a dossier to be in time; ``turnaround`` is None where it is not known; ``held`` says that an open wait
    keeps the due date from passing; ``requests`` is how many times papers were asked for; ``asked_in_time`` are the waits in which it is in
    time: those that began on or before the due date, where the rules judge a dossier that waits as it stood when the citizen was asked, and
    that which is open to this day where they take whoever waits to be in time.
    """

    dossier: Dossier
    received: date
    due: date | None
    ended: date | None
    timing: str
    outcome: str
    turnaround: int | None
    undated_is_in_time: bool
    why: str
    held: bool
    requests: int | None
    asked_in_time: tuple[Wait, ...] = ()

    def pending(self, day: date) -> bool:
        """Tell whether it lies on the office's desk when a day closes."""
        return self.received <= day and not (self.ended is not None and self.ended <= day)

    def overdue(self, day: date) -> bool:
        """Tell whether it lies there past its due date."""
        if any(the_day(wait.start) <= day and (wait.end is None or day < the_day(wait.end)) for wait in self.asked_in_time):
            return False
        return self.pending(day) and not self.held and self.due is not None and self.due < day

    def standing(self, day: date) -> str:
        """Tell what has become of it by the end of a day on or after its receipt."""
        if not self.pending(day):
            return "in_time" if self.timing in ("early", "on_due_date") else self.timing
        if self.due is None and not self.undated_is_in_time:
            return self.why
        return "overdue" if self.overdue(day) else "open"


def ended_by(dossier: Dossier, rules: Rules) -> Moment:
    """Return what ended a dossier: status 9 wins over the signature and over status 10, where the rules say no other."""
    found: list[Moment] = [dossier.ended_at, dossier.approved_at, dossier.returned_at]
    if rules.end == "approval":
        found = [dossier.approved_at, dossier.ended_at, dossier.returned_at]
    if rules.end == "approval_hand_over":
        found = [dossier.approved_at, dossier.returned_at, dossier.ended_at]
    if rules.end == "hand_over":
        found = [dossier.returned_at, dossier.ended_at, dossier.approved_at]
    return next((moment for moment in found if moment is not None), None)


def closed_for_waiting(received: date, rules: Rules, calendar: SlowCalendar, story: Story) -> date | None:
    """Return when a dossier was closed because papers had not come, None where it was not."""
    if rules.closed_after is None or story.papers_since is None:
        return None
    try:
        closed = calendar.working_day_after(story.papers_since, rules.closed_after)
    except OutsideError:
        return None
    return closed if closed >= received else None


def fate_of(dossier: Dossier, rules: Rules, calendar: SlowCalendar, story: Story = NO_STORY, cut_off: time | None = None) -> Fate | None:
    """Return what became of a dossier, or None where it is out of every count."""
    rules = of_its_day(rules, dossier)
    check_rules(rules)
    received = day_of(dossier.received_at)
    end_moment = ended_by(dossier, rules)
    end = day_of(end_moment)
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
    waits = outcome == ""  # one that ended nobody knows when does not wait any more
    if waits or end is None:  # pending, whatever end is written beside it; or it ended nobody knows when
        outcome, end, end_moment = "", None, None
    as_ended = dossier
    if waits and (closed := closed_for_waiting(received, rules, calendar, story)) is not None:
        outcome, end, end_moment = "stopped", closed, closed
        as_ended = dossier.model_copy(update={"ended_at": closed, "approved_at": None, "returned_at": None})
    due = due_of(dossier, rules, calendar, story, end_moment, cut_off)
    asked_in_time = waits_in_time(dossier, received, due, rules, story)
    requests = dossier.supplement_requests
    if requests is None and story.asked:
        requests = story.asked
    timing, turnaround = "", None
    if end is not None:
        late_by_requests = rules.two_supplements_late and (requests or 0) >= 2
        again = story.again if dossier.reappointments is None else dossier.reappointments
        late_by_requests |= rules.two_reappointments_late and again >= 2
        timing = timing_of(as_the_clock_sees_it(as_ended, rules), end, due, rules, calendar, story, late_by_requests=late_by_requests)
        if outcome != "resolved" and rules.unresolved == "on_due_date":
            timing = "on_due_date"
        turnaround = working_days_taken(received, end, calendar)
    return Fate(
        dossier,
        received,
        due.day,
        end,
        timing,
        outcome,
        turnaround,
        due.why == "no_due_date" and rules.missing_due == "on_time",
        due.why,
        due.held,
        requests,
        asked_in_time,
    )


def waits_in_time(dossier: Dossier, received: date, due: Due, rules: Rules, story: Story) -> tuple[Wait, ...]:
    """Return the waits in which the rules take a dossier to be in time, whatever its due date."""
    found = due.over
    if rules.open_supplement != "pending" and due.day is not None:
        found += tuple(wait for wait in story.waits if the_day(wait.start) <= due.day)
    if rules.open_supplement == "in_time":
        still = tuple(wait for wait in story.waits if wait.end is None)
        if not still and dossier.status in (Status.SUPPLEMENT_REQUESTED, Status.PAYMENT_REQUESTED):
            still = (Wait(received, None),)  # it waits, and nobody wrote down since when
        found += still
    return found


def timing_of(
    dossier: Dossier,
    end: date,
    due: Due,
    rules: Rules,
    calendar: SlowCalendar,
    story: Story,
    *,
    late_by_requests: bool,
) -> str:
    """Return the class of an ended dossier."""
    if due.day is None:
        return "on_due_date" if due.why == "no_due_date" and rules.missing_due == "on_time" else due.why
    if late_by_requests:
        return "late"
    moment = ended_by(dossier, rules)
    assert moment is not None
    day, clock = end, clock_of(moment)
    uncounted = False
    if rules.pauses == "subtract":
        try:
            day, clock = moved_back(moment, dossier, rules, calendar, story)
        except OutsideError:  # so much is known: it was before the calendar, where the end itself is inside
            uncounted = due.day < calendar.first or not calendar.knows(end) or not all_known(dossier, calendar, story, moment)
            if not uncounted:
                return "early"
    if day != due.day:
        timing = "early" if day < due.day else "late"
    elif rules.compare == "instants" and clock is not None and due.clock is not None and clock > due.clock:
        timing = "late"
    else:
        timing = "on_due_date"
    return "calendar_missing" if uncounted and timing == "late" else timing


def all_known(dossier: Dossier, calendar: SlowCalendar, story: Story, end: date | datetime) -> bool:
    """Tell whether the calendar knows all days of waiting."""
    waits = while_it_ran(story.waits, dossier.received_at, end)
    return all(calendar.knows(the_day(w.start)) and w.end is not None and calendar.knows(the_day(w.end)) for w in waits)


def moved_back(end: date | datetime, dossier: Dossier, rules: Rules, calendar: SlowCalendar, story: Story) -> tuple[date, time | None]:
    """Return the end moved back by the time waited, in days or hours as the term counts; ``OutsideError`` where that is not known."""
    waits = list(while_it_ran(story.waits, dossier.received_at, end))
    waited = [time_waited(wait, dossier, rules, calendar) for wait in waits]
    n = sum(d for d, _ in waited) if story.waits else dossier.paused_days or 0
    hours = sum((h for _, h in waited), timedelta(0))
    day, clock = the_day(end), clock_of(end)
    if not n and not hours:
        return day, clock
    if dossier.term_unit in COUNTING_CALENDAR_DAYS:
        return day - timedelta(days=n), None
    if not hours:
        return calendar.working_day_before(day, n), None
    day, moved = back_by_the_clock(end, hours + n * opening_time(rules.opening_hours), calendar, rules.opening_hours)
    return day, None if clock is None else moved


def back_by_the_clock(end: date | datetime, left: timedelta, calendar: SlowCalendar, opening_hours: OpeningHours) -> tuple[date, time]:
    """Walk back through the opening hours; what is left when none is, is a closing time."""
    day, now = the_day(end), clock_of(end) or time.max
    while True:
        for opens, closes in reversed(opening_hours) if calendar.is_working(day) else ():
            until = datetime.combine(day, min(closes, now))
            kind = until - datetime.combine(day, opens)
            if kind <= timedelta(0):
                continue
            if left < kind:
                return day, (until - left).time()
            left -= kind
        day, now = day - ONE_DAY, time.max


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
    ended_calendar_missing: int = 0
    ended_wait_without_dates: int = 0
    ended_start_unknown: int = 0
    carried_over: int = 0
    pending: int = 0
    pending_in_time: int = 0
    pending_overdue: int = 0
    pending_no_due_date: int = 0
    pending_calendar_missing: int = 0
    pending_wait_without_dates: int = 0
    pending_start_unknown: int = 0
    pending_overdue_5: int = 0
    pending_overdue_10: int = 0
    pending_overdue_age_unknown: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    turnarounds: list[int] = field(default_factory=list)
    calendar_days: list[int] = field(default_factory=list)
    supplements: list[int] = field(default_factory=list)
    standings: dict[str, int] = field(default_factory=dict)
    """Of those received in the period, what has become of them by the day of the question, which may be long after."""

    def formulas(self) -> dict[str, tuple[int, int]]:
        """Return the on-time rates as numerator and denominator.

        A dossier without a due date is in neither, but in ``not_late``; one whose due date is not known is in none.
        """
        in_time = self.early + self.on_due_date
        late = self.late + self.pending_overdue
        all_handled = self.received + self.carried_over - self.ended_calendar_missing - self.ended_wait_without_dates
        all_handled -= self.pending_calendar_missing + self.pending_wait_without_dates
        all_handled -= self.ended_start_unknown + self.pending_start_unknown
        of_those_received = [self.standings.get(name, 0) for name in ("in_time", "late", "overdue")]
        return {
            "resolved_on_time": (in_time, in_time + self.late),
            "handled_on_time": (in_time + self.pending_in_time, in_time + self.late + self.pending_in_time + self.pending_overdue),
            "not_late": (all_handled - late, all_handled),
            "received_on_time": (of_those_received[0], sum(of_those_received)),
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
        _note_pending(book, fate, end, calendar)
    for fate in fates:
        if first <= fate.received <= end:
            standing = fate.standing(as_of)
            book.standings[standing] = book.standings.get(standing, 0) + 1
    return book


def _note_pending(book: Book, fate: Fate, end: date, calendar: SlowCalendar) -> None:
    book.pending += 1
    if fate.due is None and not fate.undated_is_in_time:
        name = f"pending_{fate.why}"
        setattr(book, name, getattr(book, name) + 1)
    elif fate.due is not None and fate.overdue(end):
        book.pending_overdue += 1
        age = working_days_overdue(fate.due, end, calendar)
        if calendar.knows(fate.due) and calendar.knows(end):
            book.pending_overdue_5 += age > 5
            book.pending_overdue_10 += age > 10
        elif age > 10:  # at least
            book.pending_overdue_5 += 1
            book.pending_overdue_10 += 1
        else:
            book.pending_overdue_age_unknown += 1
    else:
        book.pending_in_time += 1


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
        name = f"ended_{fate.timing}"
        setattr(book, name, getattr(book, name) + 1)
    if fate.turnaround is not None:
        book.turnarounds.append(fate.turnaround)
    if fate.ended is not None:
        book.calendar_days.append((fate.ended - fate.received).days)
    if fate.requests is not None:
        book.supplements.append(fate.requests)


def working_days_overdue(due: date, today: date, calendar: SlowCalendar) -> int:
    """Count the working days since a due date that the calendar knows of: so many there were at least."""
    first, last = max(due + ONE_DAY, calendar.first), min(today, calendar.last)
    return sum(calendar.is_working(day) for day in days(first, last))


def fates_of(
    dossiers: Iterable[Dossier],
    rules: Rules,
    calendar: SlowCalendar,
    events: Sequence[DossierEvent] = (),
) -> list[Fate]:
    """Return the fates of those that are in the count."""
    found = [fate_of(d, rules, calendar, story_of(e for e in events if e.dossier_id == d.dossier_id)) for d in dossiers]
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
