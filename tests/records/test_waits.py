"""Waiting for the citizen: what the events of a dossier make of its waits, its due date and its class, beside a clock that stops."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.slow import calendar_slow

from cchc_metrics.records.choices import Status, TermUnit, Timing
from cchc_metrics.records.columns import Columns, columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.dossier_event import DossierEvent, EventKind
from cchc_metrics.records.dossier_timing import class_dossiers
from cchc_metrics.records.due import dues_of
from cchc_metrics.records.ends import end_days
from cchc_metrics.records.kind import Context
from cchc_metrics.records.waits import REAPPOINTED, REAPPOINTMENTS, attach_events, waits_of
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import date_of, day_number
from cchc_metrics.reference.rules import Rules

OFFICIAL = Calendar.official()
SLOW = calendar_slow.official()
SHIFT, SUBTRACT, RESTART = (Rules(id="own", pauses=name) for name in ("shift", "subtract", "restart"))
NO_DAY = -1
Waits = list[tuple[date, date | None]]
OVER_NEW_YEAR: tuple[date, int, Waits] = (  # asked on the due date, 31/12: the days waited are days off, so no working day moves it
    date(2025, 12, 29),
    2,
    [(date(2025, 12, 31), date(2026, 1, 2)), (date(2026, 1, 3), date(2026, 1, 3))],
)
windows = st.sampled_from([date(2021, 1, 25), date(2024, 4, 22), date(2025, 12, 22)])  # Tết, and two worked Saturdays


def attached(rows: Sequence[Dossier], events: Sequence[DossierEvent]) -> Columns:
    return attach_events(columns_of(Dossier, rows), columns_of(DossierEvent, events))


def waits(columns: Columns, at: int = 0) -> Waits:
    pairs = [(int(start[at]), int(end[at])) for start, end in waits_of(columns)]
    assert all(start >= 0 or end < 0 for start, end in pairs)
    return [(date_of(start), None if end < 0 else date_of(end)) for start, end in pairs if start >= 0]


def day(number: Any) -> date | None:
    return None if number < 0 else date_of(int(number))


def event(kind: EventKind | str, happened: Any, name: str = "1", **others: Any) -> DossierEvent:
    return DossierEvent.model_validate({"dossier_id": name, "kind": kind, "happened_at": happened, **others})


# --- from events to waits ---------------------------------------------------------------------------------------------------------------


@st.composite
def stories(draw: st.DrawFn, names: tuple[str, ...] = ("1", "2", "3")) -> list[DossierEvent]:
    """Return a strategy for events of any kind in any order, some at one moment, some of dossiers that nobody knows."""
    first = date(2021, 3, 1)
    found = []
    for _ in range(draw(st.integers(0, 12))):
        at = first + timedelta(days=draw(st.integers(0, 8)))
        moment = draw(st.just(at) | st.builds(datetime.combine, st.just(at), st.sampled_from([time(0), time(8), time(16)])))
        kind = draw(st.sampled_from(list(EventKind)))
        due = first + timedelta(days=draw(st.integers(0, 30))) if kind is EventKind.REAPPOINTED else None
        found.append(event(kind, moment, draw(st.sampled_from([*names, "nobody's"])), due_at=due))
    return found


def reported(events: Sequence[DossierEvent], name: str) -> tuple[Waits, int, list[date]]:
    """Tell a dossier's events one after the other, with two slips of paper on the desk: papers wanted, payment wanted."""
    desk: set[str] = set()
    found: Waits = []
    asked, appointments = 0, []
    own = [e for e in events if e.dossier_id == name]
    for moment in sorted({moment_of(e) for e in own}):
        for e in own:
            if moment_of(e) != moment:
                continue
            what = e.kind.value.split("_")[0]
            if e.kind.value.endswith("_requested"):
                asked += what == "supplement"
                if not desk:
                    found.append((moment.date(), None))
                desk.add(what)
            elif e.kind.value.endswith("_received") and what in desk:
                desk.remove(what)
                if not desk:
                    found[-1] = (found[-1][0], moment.date())
            elif e.due_at is not None:
                appointments.append(e.due_at)
    return found, asked, appointments


def moment_of(e: DossierEvent) -> datetime:
    assert e.happened_at is not None
    return e.happened_at if isinstance(e.happened_at, datetime) else datetime.combine(e.happened_at, time(0))


def plain(name: str, requests: int | None = None) -> Dossier:
    return Dossier(dossier_id=name, unit_code="TM", status=Status.PROCESSING, received_at=date(2021, 3, 1), supplement_requests=requests)


@settings(max_examples=150)
@given(events=stories(), own=st.none() | st.integers(0, 3))
def test_waits_requests_and_appointments_are_those_that_are_reported(events: list[DossierEvent], own: int | None) -> None:
    rows = [plain(name, own) for name in ("1", "2", "3")]
    columns = attached(rows, events)
    for at, row in enumerate(rows):
        expected, asked, appointments = reported(events, row.dossier_id)
        assert waits(columns, at) == expected
        assert int(columns.numbers("supplement_requests")[at]) == (own if own is not None else asked or NO_DAY)
        assert day(columns.arrays[REAPPOINTED][at]) == (appointments[-1] if appointments else None)
        assert int(columns.arrays[REAPPOINTMENTS][at]) == len(appointments)


@settings(max_examples=50)
@given(events=stories(), cut=st.integers(0, 3))
def test_parts_are_attached_like_the_whole(events: list[DossierEvent], cut: int) -> None:
    rows = [plain(name) for name in ("1", "2", "3")]
    whole = attached(rows, events)
    parts = [attached(part, events) for part in (rows[:cut], rows[cut:])]
    assert [waits(part, at) for part in parts for at in range(len(part))] == [waits(whole, at) for at in range(3)]
    for name in ("supplement_requests", REAPPOINTED, REAPPOINTMENTS):
        assert np.concatenate([part.arrays[name] for part in parts]).tolist() == whole.arrays[name].tolist()
    assert list(whole.records()) == [r for part in parts for r in part.records()]


@settings(max_examples=50)
@given(events=stories(), data=st.data())
def test_only_the_order_of_one_moment_matters(events: list[DossierEvent], data: st.DataObject) -> None:
    moments = {(e.dossier_id, moment_of(e)): e for e in events}
    alone = list(moments.values())
    rows = [plain(name) for name in ("1", "2", "3")]
    one, other = attached(rows, alone), attached(rows, data.draw(st.permutations(alone)))
    assert [waits(one, at) for at in range(3)] == [waits(other, at) for at in range(3)]


def test_papers_bring_no_payment_and_payment_no_papers() -> None:
    story = [
        event("supplement_requested", "01/03/2021"),
        event("payment_requested", "03/03/2021"),
        event("supplement_received", "05/03/2021"),
        event("payment_received", "09/03/2021"),
        event("payment_received", "10/03/2021"),  # nothing is wanted any more
        event("payment_requested", "12/03/2021"),
        event("supplement_received", "15/03/2021"),
    ]
    columns = attached([plain("1")], story)
    assert waits(columns) == [(date(2021, 3, 1), date(2021, 3, 9)), (date(2021, 3, 12), None)]
    assert int(columns.numbers("supplement_requests")[0]) == 1


def test_no_events_and_no_dossiers() -> None:
    columns = attached([plain("1")], [])
    assert waits(columns) == []
    assert list(columns.records()) == [plain("1")]
    assert len(attached([], [event("payment_requested", "01/03/2021")])) == 0


def test_the_input_is_left_alone() -> None:
    columns = columns_of(Dossier, [plain("1")])
    attach_events(columns, columns_of(DossierEvent, [event("supplement_requested", "01/03/2021")]))
    assert list(columns.records()) == [plain("1")]
    assert list(waits_of(columns)) == []


# --- the clock of the term, which stands still while the citizen is waited for ----------------------------------------------------------


@st.composite
def cases(draw: st.DrawFn, *, open_at_the_end: bool = True, on_working_days: bool = False) -> tuple[date, int, Waits]:
    """Return a strategy for a receipt, a term of working days and waits one after the other, the last one open or not.

    A request on a Saturday after a term that ended on Friday comes too late, though no working day more was used.
    """
    received = draw(windows) + timedelta(days=draw(st.integers(0, 30)))
    found: Waits = []
    at = received
    for _ in range(draw(st.integers(0, 3))):
        start = at + timedelta(days=draw(st.integers(0, 7)))
        start = SLOW.on_or_after(start) if on_working_days else start
        at = start + timedelta(days=draw(st.integers(0, 12)))
        found.append((start, at))
        at += timedelta(days=1)
    if found and open_at_the_end and draw(st.booleans()):
        found[-1] = (found[-1][0], None)
    return received, draw(st.integers(1, 12)), found


def story(found: Waits) -> list[DossierEvent]:
    """Return the events that make waits, for papers and for payment in turn."""
    made = []
    for n, (start, end) in enumerate(found):
        what = ("supplement", "payment")[n % 2]
        made.append(event(f"{what}_requested", start))
        made += [] if end is None else [event(f"{what}_received", end)]
    return made


def file(
    received: date, term: int, found: Waits, unit: TermUnit = TermUnit.WORKING_DAYS, ended: date | None = None, **others: Any
) -> Columns:
    row = Dossier(
        dossier_id="1",
        unit_code="TM",
        status=Status.PROCESSING if ended is None else Status.RESOLVED,
        received_at=received,
        ended_at=ended,
        term=term,
        term_unit=unit,
        **others,
    )
    return attached([row], story(found))


def stands_still(today: date, found: Waits) -> bool:
    """Tell whether a day is one of waiting; the day of the request is the office's, the day of the receipt the citizen's."""
    return any(start < today and (end is None or today <= end) for start, end in found)


def used(received: date, until: date, found: Waits) -> int:
    """Count the working days that the office has had."""
    return sum(SLOW.is_working(d) and not stands_still(d, found) for d in calendar_slow.days(received + timedelta(days=1), until))


def timing(columns: Columns, rules: Rules) -> str:
    found = class_dossiers(columns, Context(rules, OFFICIAL), end_days(columns, rules))
    return Timing.labels()[int(found.timing[0])]


@settings(max_examples=100)
@given(case=cases(on_working_days=True), taken=st.integers(0, 60))
def test_late_is_who_used_more_days_than_the_term_has_whether_shifted_or_subtracted(case: tuple[date, int, Waits], taken: int) -> None:
    received, term, found = case
    ended = SLOW.on_or_after(received + timedelta(days=taken))
    days = used(received, ended, found)
    expected = "early" if days < term else "on_due_date" if days == term else "late"
    columns = file(received, term, found, ended=ended)
    assert timing(columns, SHIFT) == expected
    assert timing(columns, SUBTRACT) == expected


@settings(max_examples=60)
@given(case=cases(on_working_days=True))
def test_pending_is_overdue_once_more_days_are_used_than_the_term_has(case: tuple[date, int, Waits]) -> None:
    received, term, found = case
    columns = file(received, term, found)
    timed = class_dossiers(columns, Context(SHIFT, OFFICIAL), end_days(columns, SHIFT))
    begins = day(timed.overdue_begins[0])
    for today in calendar_slow.days(received, received + timedelta(days=60)):
        if SLOW.is_working(today):
            assert (begins is not None and begins <= today) == (used(received, today, found) > term)


@settings(max_examples=60)
@given(case=cases(open_at_the_end=False))
def test_a_restarted_term_is_walked_from_the_end_of_the_last_wait_that_came_in_time(case: tuple[date, int, Waits]) -> None:
    received, term, found = case
    due = SLOW.working_day_after(received, term)
    for start, end in found:
        if start <= due and end is not None:
            due = SLOW.working_day_after(end, term)
    assert day(dues_of(file(received, term, found), RESTART, OFFICIAL).day[0]) == due


@settings(max_examples=60)
@example(case=OVER_NEW_YEAR, rules=SHIFT, cut=3)
@given(case=cases(open_at_the_end=False), rules=st.sampled_from([SHIFT, RESTART]), cut=st.integers(0, 60))
def test_what_was_known_on_a_day_does_not_change_by_what_happens_later(case: tuple[date, int, Waits], rules: Rules, cut: int) -> None:
    received, term, found = case
    today = received + timedelta(days=cut)
    known: Waits = [(start, end if end is not None and end <= today else None) for start, end in found if start <= today]
    then, now = (
        class_dossiers(columns := file(received, term, one), Context(rules, OFFICIAL), end_days(columns, rules)) for one in (known, found)
    )
    overdue = [0 <= int(timed.overdue_begins[0]) <= day_number(today) for timed in (then, now)]
    assert overdue[0] == overdue[1]


@settings(max_examples=60)
@given(case=cases(open_at_the_end=False), unit=st.sampled_from([TermUnit.CALENDAR_DAYS, TermUnit.MONTHS]))
def test_under_terms_of_calendar_days_each_day_waited_is_a_day_more(case: tuple[date, int, Waits], unit: TermUnit) -> None:
    received, term, found = case
    term = min(term, 3) if unit is TermUnit.MONTHS else term
    end = calendar_slow.months_later(received, term) if unit is TermUnit.MONTHS else received + timedelta(days=term)
    due = SLOW.on_or_after(end)
    for start, until in found:
        if start <= due and until is not None:
            end += until - start
            due = SLOW.on_or_after(end)
    assert day(dues_of(file(received, term, found, unit), SHIFT, OFFICIAL).day[0]) == due


@settings(max_examples=40)
@given(case=cases(), rules=st.sampled_from([SHIFT, SUBTRACT, RESTART]), early=st.integers(1, 9))
def test_time_before_the_receipt_is_no_waiting(case: tuple[date, int, Waits], rules: Rules, early: int) -> None:
    received, term, found = case
    ended = SLOW.on_or_after(received + timedelta(days=20))
    before: Waits = [(received - timedelta(days=early + 3), received - timedelta(days=early))]
    one, other = (file(received, term, w, ended=ended) for w in (found, [*before, *found]))
    assert timing(one, rules) == timing(other, rules)
    assert dues_of(one, rules, OFFICIAL).day[0] == dues_of(other, rules, OFFICIAL).day[0]


@settings(max_examples=40)
@given(case=cases(open_at_the_end=False), rules=st.sampled_from([SHIFT, SUBTRACT]))
def test_a_plain_number_of_days_says_the_same_as_the_waits_that_it_sums_up(case: tuple[date, int, Waits], rules: Rules) -> None:
    received, term, found = case
    number = sum(SLOW.working_days(start, end) for start, end in found if end is not None)
    ended = SLOW.on_or_after(received + timedelta(days=75))  # after all of them
    due = SLOW.working_day_after(received, term + number)
    if all(used(received, start, found[:n]) <= term for n, (start, _) in enumerate(found)):
        one, other = file(received, term, found, ended=ended), file(received, term, [], ended=ended, paused_days=number)
        assert timing(one, rules) == timing(other, rules)
        assert day(dues_of(other, SHIFT, OFFICIAL).day[0]) == due


# --- examples ---------------------------------------------------------------------------------------------------------------------------

FRIDAY = date(2021, 3, 5)
ASKED: Waits = [(date(2021, 3, 3), date(2021, 3, 10))]  # five working days
OPEN: Waits = [(date(2021, 3, 3), None)]


def overdue_on(columns: Columns, rules: Rules, today: date) -> bool:
    begins = class_dossiers(columns, Context(rules, OFFICIAL), end_days(columns, rules)).overdue_begins[0]
    return 0 <= int(begins) <= day_number(today)


@pytest.mark.parametrize(
    ("rules", "due"), [(SHIFT, date(2021, 3, 12)), (RESTART, date(2021, 3, 16)), (SUBTRACT, FRIDAY)], ids=["shift", "restart", "subtract"]
)
def test_three_treatments_of_one_wait(rules: Rules, due: date) -> None:
    columns = file(date(2021, 3, 1), 4, ASKED)
    assert day(dues_of(columns, rules, OFFICIAL).day[0]) == due


@pytest.mark.parametrize(
    ("rules", "given_due", "includes", "due"),
    [
        (SHIFT, FRIDAY, True, FRIDAY),
        (SHIFT, FRIDAY, False, date(2021, 3, 12)),
        (RESTART, FRIDAY, True, FRIDAY),
        (SUBTRACT, FRIDAY, False, FRIDAY),
    ],
)
def test_an_appointment_moves_only_where_the_waits_are_not_in_it(rules: Rules, given_due: date, includes: bool, due: date) -> None:
    rules = rules.model_copy(update={"given_due_includes_pauses": includes})
    assert day(dues_of(file(date(2021, 3, 1), 4, ASKED, due_at=given_due), rules, OFFICIAL).day[0]) == due


@pytest.mark.parametrize("rules", [SHIFT, RESTART], ids=["shift", "restart"])
def test_while_a_supplement_is_open_the_date_does_not_pass(rules: Rules) -> None:
    columns = file(date(2021, 3, 1), 4, OPEN)
    assert dues_of(columns, rules, OFFICIAL).suspended.tolist() == [True]
    assert not overdue_on(columns, rules, date(2021, 12, 31))
    too_late = file(date(2021, 3, 1), 4, [(date(2021, 3, 8), None)])
    assert dues_of(too_late, rules, OFFICIAL).suspended.tolist() == [False]
    assert overdue_on(too_late, rules, date(2021, 3, 6))


def test_a_dossier_that_ends_while_it_waits_is_not_late() -> None:
    columns = file(date(2021, 3, 1), 4, OPEN, ended=date(2021, 6, 1))
    assert [timing(columns, rules) for rules in (SHIFT, RESTART, SUBTRACT)] == ["early", "early", "early"]
    too_late = file(date(2021, 3, 1), 4, [(date(2021, 3, 8), None)], ended=date(2021, 6, 1))
    assert [timing(too_late, rules) for rules in (SHIFT, RESTART)] == ["late", "late"]


def test_the_portal_judges_an_open_supplement_at_the_request_as_of_each_day() -> None:
    portal = Rules.preset("qd766")
    still_open = file(date(2021, 3, 1), 4, OPEN)
    assert not overdue_on(still_open, portal, date(2021, 12, 31))
    brought = file(date(2021, 3, 1), 4, [(date(2021, 3, 3), date(2021, 3, 17))])
    assert [overdue_on(brought, portal, date(2021, 3, n)) for n in (5, 8, 16, 17, 18)] == [False, False, False, True, True]
    asked_too_late = file(date(2021, 3, 1), 4, [(date(2021, 3, 8), None)])
    assert [overdue_on(asked_too_late, portal, date(2021, 3, n)) for n in (5, 6, 8, 31)] == [False, True, True, True]
    assert overdue_on(still_open, SUBTRACT, date(2021, 3, 6))


def test_two_requests_for_papers_make_late_two_for_payment_do_not() -> None:
    portal = Rules.preset("qd766")
    row = Dossier(dossier_id="1", unit_code="TM", status="9", received_at="01/03/2021", ended_at="10/03/2021", term=20, term_unit="nlv")
    for what, expected in (("supplement", "late"), ("payment", "early")):
        twice = [event(f"{what}_{step}", f"{n:02}/03/2021") for n, step in ((2, "requested"), (3, "received"), (4, "requested"))]
        assert timing(attached([row], twice), portal) == expected
        assert timing(attached([row], twice), SHIFT) == "early"
    once = [event("supplement_requested", "02/03/2021"), event("payment_requested", "04/03/2021")]
    assert timing(attached([row], once), portal) == "early"
    own = row.model_copy(update={"supplement_requests": 1})  # what the dossier says wins
    assert timing(attached([own], [event("supplement_requested", f"0{n}/03/2021") for n in (2, 3)]), portal) == "early"


def test_waiting_for_payment_counts_like_waiting_for_papers() -> None:
    row = Dossier(dossier_id="1", unit_code="TM", status="4", received_at="01/03/2021", term=4, term_unit="nlv")
    both = [[event(f"{what}_requested", "03/03/2021"), event(f"{what}_received", "10/03/2021")] for what in ("supplement", "payment")]
    dues = [day(dues_of(attached([row], events), SHIFT, OFFICIAL).day[0]) for events in both]
    assert dues == [date(2021, 3, 12)] * 2


def test_a_new_appointment_counts_where_the_rules_say_so_and_an_apology_never() -> None:
    original, current = Rules(id="own"), Rules(id="own", appointment="current")
    row = Dossier(dossier_id="1", unit_code="TM", status="9", received_at="01/03/2021", due_at="05/03/2021", ended_at="11/03/2021")
    again = event("reappointed", "05/03/2021", due_at="11/03/2021")
    sorry = event("apologised", "05/03/2021")
    assert [timing(attached([row], [again, sorry]), rules) for rules in (original, current)] == ["late", "on_due_date"]
    assert [timing(attached([row], [sorry]), rules) for rules in (original, current)] == ["late", "late"]
    last = event("reappointed", "08/03/2021", due_at="10/03/2021")
    for order in ([again, last], [last, again]):
        assert timing(attached([row], order), current) == "late"  # the last one counts, in whatever order the table has them
    undated = row.model_copy(update={"due_at": None})
    assert [timing(attached([undated], [again]), rules) for rules in (original, current)] == ["no_due_date", "on_due_date"]


def test_days_waited_without_their_dates_cannot_restart_a_term() -> None:
    assert dues_of(file(date(2021, 3, 1), 4, [], paused_days=3), RESTART, OFFICIAL).day.tolist() == [NO_DAY]
    assert day(dues_of(file(date(2021, 3, 1), 4, ASKED, paused_days=3), RESTART, OFFICIAL).day[0]) == date(2021, 3, 16)
    assert day(dues_of(file(date(2021, 3, 1), 4, ASKED, paused_days=3), SHIFT, OFFICIAL).day[0]) == date(2021, 3, 12)  # dates win
