"""What becomes of a dossier: received, ended, its class, the days on which it is pending and overdue, each as in the slow reference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.calendars import LAST, TO_2027
from tests.slow import calendar_slow, draw
from tests.slow.dossiers_slow import WRITTEN, Fate, fate_of, fates_of, story_of

from cchc_metrics.records.choices import Outcome, Standing, Status, TermUnit, Timing
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.dossier_event import DossierEvent, EventKind
from cchc_metrics.records.dossier_timing import Timed, class_dossiers, receipts, standings, turnaround
from cchc_metrics.records.due import CUT_OFF
from cchc_metrics.records.ends import end_days
from cchc_metrics.records.fields import NO_DAY
from cchc_metrics.records.kind import Context
from cchc_metrics.records.waits import attach_events
from cchc_metrics.reference.days import date_of, day_number
from cchc_metrics.reference.rules import Rules

OFFICIAL = TO_2027
SLOW = calendar_slow.official(LAST)
DEFAULT = Rules.preset("default")
SUBTRACT = Rules(id="own", pauses="subtract")

Row = tuple[date | None, date | None, date | None, str, str, int | None]
"""Received, due, ended, timing, outcome, turnaround."""


def day(number: int) -> date | None:
    return None if number < 0 else date_of(number)


def timed(rows: Sequence[Dossier], rules: Rules = DEFAULT, events: Sequence[DossierEvent] = ()) -> Timed:
    if events:
        columns = attach_events(columns_of(Dossier, rows), columns_of(DossierEvent, events))
    else:
        columns = columns_of(Dossier, [row.model_copy(update={"dossier_id": str(n)}) for n, row in enumerate(rows)])
    return class_dossiers(columns, Context(rules, OFFICIAL), end_days(columns, rules))


def library(rows: Sequence[Dossier], rules: Rules = DEFAULT, events: Sequence[DossierEvent] = ()) -> list[Row | None]:
    """Return what the library makes of each dossier, None for those out of every count."""
    found = timed(rows, rules, events)
    taken_of = turnaround(found, OFFICIAL)
    made: list[Row | None] = []
    for i in range(len(rows)):
        received, due, ended = (day(int(column[i])) for column in (found.received, found.due, found.ended))
        if received is None:
            assert (due, ended) == (None, None)
            made.append(None)
            continue
        taken = int(taken_of[i])
        timing = Timing.labels()[found.timing[i]] if ended else ""
        outcome = Outcome.labels()[found.outcome[i]] if ended else ""
        made.append((received, due, ended, timing, outcome, taken if taken >= 0 else None))
    return made


def fates(rows: Sequence[Dossier], rules: Rules, events: Sequence[DossierEvent] = ()) -> list[Fate | None]:
    return [fate_of(d, rules, SLOW, story_of(e for e in events if e.dossier_id == d.dossier_id)) for d in rows]


def slow(rows: Sequence[Dossier], rules: Rules = DEFAULT, events: Sequence[DossierEvent] = ()) -> list[Row | None]:
    return [None if f is None else (f.received, f.due, f.ended, f.timing, f.outcome, f.turnaround) for f in fates(rows, rules, events)]


def dossier(status: Status = Status.RESOLVED, **others: Any) -> Dossier:
    return Dossier(dossier_id="1", unit_code="TM", status=status, **{"received_at": "01/03/2021", **others})


def timing(rules: Rules = DEFAULT, *, events: Sequence[DossierEvent] = (), **others: Any) -> str:
    row = dossier(**others)
    [found] = library([row], rules, events)
    assert [found] == slow([row], rules, events)
    assert found is not None
    return found[3]


# --- the slow reference -----------------------------------------------------------------------------------------------------------------


@settings(max_examples=100)
@given(file=draw.files(), rules=draw.rules())
def test_every_dossier_fares_as_in_the_slow_reference(file: draw.Files, rules: Rules) -> None:
    rows, events = file
    assert library(rows, rules, events) == slow(rows, rules, events)


def test_a_reappointment_counts_where_no_appointment_was_exported() -> None:
    row = dossier(Status.RECEIVED, received_at="10/12/2020", term=1, term_unit="working_days")
    again = DossierEvent(dossier_id="1", kind="reappointed", happened_at="11/12/2020", due_at="14/12/2020")
    rules = Rules(id="own", appointment="current")
    [found] = library([row], rules, [again])
    assert found is not None
    assert found[1] == date(2020, 12, 14)
    assert [found] == slow([row], rules, [again])


@pytest.mark.parametrize("status", [Status.STOPPED, Status.RECEIVED])
def test_one_that_ended_nobody_knows_when_is_not_closed_for_waiting(status: Status) -> None:
    asked = DossierEvent(dossier_id="1", kind="supplement_requested", happened_at="04/03/2021")
    rules = Rules(id="own", closed_after=15, stopped="ended")
    [found] = library([row := dossier(status, term=5, term_unit="working_days")], rules, [asked])
    assert found is not None
    assert [found] == slow([row], rules, [asked])
    assert found[2:4] == ((date(2021, 3, 25), "early") if status is Status.RECEIVED else (None, ""))


@settings(max_examples=50)
@given(file=draw.files(max_size=4), rules=draw.rules())
def test_each_day_of_being_overdue_or_pending_without_a_due_date(file: draw.Files, rules: Rules) -> None:
    rows, events = file
    found = timed(rows, rules, events)
    known = fates(rows, rules, events)
    moments = [f.received for f in known if f is not None]
    today_first, today_last = (min(moments), max(moments)) if moments else (date(2021, 1, 1), date(2021, 1, 1))
    for today in calendar_slow.days(today_first - timedelta(days=4), today_last + timedelta(days=45)):
        for i, fate in enumerate(known):

            def stock(begins: Any, ends: Any, i: int = i, today: date = today) -> int:
                """Return 1 for on, 0 for off, as the tally adds it up: what began by today less what ended by today."""
                begun, over = day(int(begins[i])), day(int(ends[i]))
                return (begun is not None and begun <= today) - (over is not None and over <= today)

            overdue = fate is not None and fate.overdue(today)
            undated = fate is not None and fate.due is None and fate.pending(today) and not fate.undated_is_in_time
            if undated and fate is not None:
                assert Timing.labels()[found.why[i]] == fate.why
            assert stock(found.overdue_begins, found.overdue_ends) == overdue
            assert stock(found.undated_begins, found.undated_ends) == undated


def corpus() -> Iterator[Dossier]:
    """Yield dossiers of every status, with and without an appointment, a term, a pause and requests for supplements."""
    monday = date(2021, 3, 1)
    ways: list[dict[str, Any]] = [
        {},
        {"due_at": date(2021, 3, 5)},
        {"due_at": datetime(2021, 3, 6, 9), "term": 2, "term_unit": TermUnit.CALENDAR_DAYS},
        {"term": 4, "term_unit": TermUnit.WORKING_DAYS},
        {"term": 0, "term_unit": TermUnit.WORKING_DAYS},
        {"term": Fraction(7, 2), "term_unit": TermUnit.WORKING_DAYS},
        {"due_at": date(2021, 3, 8), "term": 3, "term_unit": TermUnit.WORKING_DAYS},
        {"term": 30, "term_unit": TermUnit.HOURS},
        {"due_at": date(2021, 2, 26), "term": 5, "term_unit": TermUnit.CALENDAR_DAYS},
    ]
    ends: list[dict[str, Any]] = [
        {"ended_at": date(2021, 3, 5)},
        {"returned_at": date(2021, 3, 6)},
        {"ended_at": date(2021, 3, 8), "returned_at": date(2021, 3, 15)},
    ]
    waits: list[dict[str, Any]] = [{}, {"paused_days": 1}, {"paused_days": 2, "supplement_requests": 1}, {"supplement_requests": 2}]
    statuses = [s for s in Status if s not in (Status.RECEIVED, Status.PAYMENT_REQUESTED, Status.SUPPLEMENT_REQUESTED)]  # as PROCESSING
    for status, way, end, wait in product(statuses, ways, [*ends, {}], waits):
        if not end and status in (Status.WITHDRAWN, Status.RESOLVED, Status.RETURNED):
            continue
        yield dossier(status, received_at=monday, **way, **end, **wait)
    late_in_time: dict[str, Any] = {"received_at": date(2027, 12, 20), "ended_at": date(2027, 12, 31), "term_unit": TermUnit.WORKING_DAYS}
    yield from (dossier(term=term, **late_in_time) for term in (8, 9, 10))  # the calendar ends with the ninth working day
    yield from (dossier(status, received_at=None) for status in (Status.SUBMITTED, Status.REFUSED))
    yield from (dossier(status, received_at=None, ended_at=monday) for status in (Status.SUBMITTED, Status.REFUSED))


def test_every_pair_of_rules_on_every_kind_of_dossier() -> None:
    rows = list(corpus())
    pairs = {
        tuple(sorted(((one, a), (other, b))))
        for one, other in combinations(WRITTEN, 2)
        for a, b in product(WRITTEN[one], WRITTEN[other])
        if a != getattr(DEFAULT, one) and b != getattr(DEFAULT, other)
    }
    single = {((name, option),) for name, options in WRITTEN.items() for option in options}
    for chosen in [*single, *pairs]:
        rules = Rules(id="own", **dict(chosen))
        wrong = [(d, a, b) for d, a, b in zip(rows, library(rows, rules), slow(rows, rules), strict=True) if a != b]
        assert wrong[:1] == [], rules


@pytest.mark.parametrize(
    "rules",
    [DEFAULT, *(Rules(id="own", **{name: "ended"}) for name in ("stopped", "refused")), Rules(id="own", missing_due="on_time")],
    ids=["default", "stopped", "refused", "on_time"],
)
def test_a_dossier_alone_fares_as_among_others(rules: Rules) -> None:
    rows = list(corpus())
    alone = [found for row in rows for found in library([row], rules)]
    assert [(d, a, b) for d, a, b in zip(rows, alone, slow(rows, rules), strict=True) if a != b][:1] == []


# --- laws -------------------------------------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(rows=draw.bundles(), rules=draw.rules())
def test_a_class_needs_an_end_and_an_end_a_receipt(rows: list[Dossier], rules: Rules) -> None:
    for row in library(rows, rules):
        if row is not None:
            received, due, ended, timing, outcome, turnaround = row
            assert (ended is None) == (timing == "") == (outcome == "")
            assert ended is None or (received is not None and received <= ended)
            assert turnaround is None or ended is not None
            assert timing != "no_due_date" or (ended is not None and due is None and rules.missing_due == "bucket")
            assert (
                due is not None
                or timing in ("", "no_due_date", "calendar_missing", "wait_without_dates", "start_unknown")
                or rules.missing_due == "on_time"
                or (rules.unresolved == "on_due_date" and outcome != "resolved")
            )


@settings(max_examples=40)
@given(rows=draw.bundles(), rules=draw.rules(), later=st.integers(1, 10))
def test_ending_later_is_never_better(rows: list[Dossier], rules: Rules, later: int) -> None:
    order = ["early", "on_due_date", "late"]
    moved = timedelta(days=later)
    delayed = [d.model_copy(update={k: v and v + moved for k in ("ended_at", "returned_at") if (v := getattr(d, k))}) for d in rows]
    for before, after in zip(library(rows, rules), library(delayed, rules), strict=True):
        assert (before is None) == (after is None)
        if before is not None and after is not None and before[3] in order and after[3] in order:
            assert order.index(after[3]) >= order.index(before[3])


@settings(max_examples=40)
@given(rows=draw.bundles(), rules=draw.rules())
def test_the_time_of_day_decides_nothing_where_dates_are_compared(rows: list[Dossier], rules: Rules) -> None:
    rules = rules.model_copy(update={"compare": "dates", "opening_hours": (), "cut_off": None, "changes": ()})

    def bare(d: Dossier) -> Dossier:
        moments = ("received_at", "due_at", "ended_at", "returned_at")
        return d.model_copy(update={k: v.date() for k in moments if isinstance(v := getattr(d, k), datetime)})

    assert library([bare(d) for d in rows], rules) == library(rows, rules)


@given(
    received=st.dates(date(2019, 6, 1), date(2026, 6, 1)),
    term=st.integers(0, 15),
    waited=st.integers(0, 8),
    taken=st.integers(0, 40),
)
def test_to_shift_the_due_date_or_to_subtract_from_the_end_is_the_same_lateness(received: date, term: int, waited: int, taken: int) -> None:
    due = OFFICIAL.add_working_days(received, term)
    row: dict[str, Any] = {
        "received_at": received,
        "due_at": due,
        "ended_at": received + timedelta(days=taken),
        "paused_days": waited,
        "term": term,
        "term_unit": TermUnit.WORKING_DAYS,
    }
    shifted = timing(Rules(id="own", given_due_includes_pauses=False), **row)
    assert (timing(SUBTRACT, **row) == "late") == (shifted == "late")


@settings(max_examples=40)
@given(rows=draw.bundles(), rules=draw.rules())
def test_rules_that_take_dossiers_in_or_out_change_no_other(rows: list[Dossier], rules: Rules) -> None:
    wide = rules.model_copy(update={"withdrawn": "ended", "refused": "ended"})
    narrow = rules.model_copy(update={"withdrawn": "excluded", "refused": "excluded"})
    for d, one, two in zip(rows, library(rows, wide), library(rows, narrow), strict=True):
        if d.status in (Status.WITHDRAWN, Status.REFUSED):
            assert two is None
        else:
            assert one == two


# --- examples ---------------------------------------------------------------------------------------------------------------------------


def test_a_saturday_completion_before_a_monday_due_date_is_early() -> None:
    assert timing(ended_at="06/03/2021", due_at="08/03/2021") == "early"


@pytest.mark.parametrize(("end", "expected"), [("04/03/2021", "early"), ("05/03/2021", "on_due_date"), ("06/03/2021", "late")])
def test_classes(end: str, expected: str) -> None:
    assert timing(ended_at=end, due_at="05/03/2021") == expected
    assert timing(ended_at=end + " 23:59", due_at="05/03/2021 08:00") == expected


def test_status_9_wins_over_status_10() -> None:
    late_citizen: dict[str, Any] = {"status": Status.RETURNED, "due_at": "05/03/2021", "returned_at": "20/03/2021"}
    assert timing(ended_at="05/03/2021", **late_citizen) == "on_due_date"
    assert timing(**late_citizen) == "late"


def test_status_codes() -> None:
    def counted(status: Status, rules: Rules = DEFAULT, **others: Any) -> str | None:
        [found] = library([dossier(status, **{"ended_at": "03/03/2021", **others})], rules)
        return found if found is None else found[4] or "pending"

    assert {status.value: counted(status) for status in Status} == {
        "submitted": None,
        "received": "pending",
        "refused": None,
        "processing": "pending",
        "supplement_requested": "pending",
        "payment_requested": "pending",
        "withdrawn": "withdrawn",
        "stopped": "pending",
        "resolved": "resolved",
        "returned": "resolved",
    }
    portal = Rules.preset("qd766")
    assert counted(Status.STOPPED, portal) == "stopped"
    assert counted(Status.REFUSED, portal) == "refused"
    assert counted(Status.REFUSED, portal, received_at=None) is None  # it had never been received
    assert counted(Status.REFUSED, portal, ended_at=None) is None  # nobody knows when: not pending for ever
    assert counted(Status.STOPPED, portal, ended_at=None) == "pending"
    assert counted(Status.WITHDRAWN, Rules(id="own", withdrawn="excluded")) is None


@pytest.mark.parametrize(
    ("end", "waited", "due", "expected"),
    [
        ("08/03/2021", 1, "05/03/2021", "on_due_date"),  # Monday, one working day back: Friday
        ("08/03/2021", 2, "05/03/2021", "early"),
        ("09/03/2021", 1, "05/03/2021", "late"),
        ("06/03/2021", 1, "05/03/2021", "on_due_date"),  # Saturday, one working day back: Friday
        ("06/03/2021", 1, "04/03/2021", "late"),
        ("06/03/2021", 0, "05/03/2021", "late"),
        ("06/03/2021", None, "06/03/2021", "on_due_date"),
    ],
)
def test_waiting_is_subtracted_from_the_end_in_working_days(end: str, waited: int | None, due: str, expected: str) -> None:
    assert timing(SUBTRACT, ended_at=end, paused_days=waited, due_at=due) == expected


def test_two_requests_for_supplements_make_late_under_the_portal_only() -> None:
    portal = Rules(id="own", two_supplements_late=True)
    early: dict[str, Any] = {"ended_at": "02/03/2021", "due_at": "05/03/2021"}
    assert [timing(portal, supplement_requests=n, **early) for n in (None, 0, 1, 2, 3)] == ["early", "early", "early", "late", "late"]
    assert timing(supplement_requests=2, **early) == "early"


def test_no_due_date_is_a_bucket_of_its_own_or_on_time() -> None:
    assert timing(ended_at="02/03/2021") == "no_due_date"
    assert timing(Rules(id="own", missing_due="on_time"), ended_at="02/03/2021") == "on_due_date"


def story(*happened: tuple[str, str]) -> list[DossierEvent]:
    return [DossierEvent(dossier_id="1", kind=EventKind.parse(kind), happened_at=at) for kind, at in happened]


TERM: dict[str, Any] = {"term": 4, "term_unit": TermUnit.WORKING_DAYS}  # from Monday 01/03/2021: due on Friday 05/03
PAPERS = story(("supplement_requested", "03/03/2021"), ("supplement_received", "10/03/2021"))  # 5 working days


@pytest.mark.parametrize(
    ("pauses", "end", "expected"),
    [
        ("shift", "11/03/2021", "early"),  # due on 12/03
        ("shift", "12/03/2021", "on_due_date"),
        ("shift", "13/03/2021", "late"),
        ("restart", "16/03/2021", "on_due_date"),  # 4 working days after 10/03
        ("restart", "17/03/2021", "late"),
        ("subtract", "11/03/2021", "early"),  # 5 working days before it: 04/03
        ("subtract", "12/03/2021", "on_due_date"),
        ("subtract", "15/03/2021", "late"),
    ],
)
def test_three_treatments_of_one_wait(pauses: Any, end: str, expected: str) -> None:
    assert timing(Rules(id="own", pauses=pauses), events=PAPERS, ended_at=end, **TERM) == expected


@pytest.mark.parametrize("pauses", ["shift", "subtract"])
def test_who_never_brings_the_papers_does_not_make_the_office_late(pauses: Any) -> None:
    rules = Rules(id="own", pauses=pauses)
    asked = PAPERS[:1]
    assert timing(rules, events=asked, status=Status.WITHDRAWN, ended_at="30/04/2021", **TERM) == "early"
    assert timing(rules, events=story(("payment_requested", "08/03/2021")), ended_at="30/04/2021", **TERM) == "late"  # asked too late
    waiting = dossier(Status.SUPPLEMENT_REQUESTED, **TERM)
    [fate] = fates([waiting], DEFAULT, asked)
    assert fate is not None
    assert not fate.overdue(date(2021, 4, 30))
    assert timed([waiting], DEFAULT, asked).overdue_begins.tolist() == [-1]


def test_comparing_instants_an_end_later_in_the_day_is_late() -> None:
    rules = Rules(id="own", compare="instants")
    due: dict[str, Any] = {"due_at": "05/03/2021 10:00"}
    assert timing(rules, ended_at="05/03/2021 10:00", **due) == "on_due_date"
    assert timing(rules, ended_at="05/03/2021 10:01", **due) == "late"
    assert timing(rules, ended_at="05/03/2021", **due) == "on_due_date"  # its time is not known
    assert timing(rules, ended_at="05/03/2021 10:01", due_at="05/03/2021") == "on_due_date"


def test_the_original_appointment_counts_unless_the_rules_say_the_current_one() -> None:
    again = [DossierEvent(dossier_id="1", kind=EventKind.REAPPOINTED, happened_at=date(2021, 3, 4), due_at=date(2021, 3, 12))]
    row: dict[str, Any] = {"due_at": "05/03/2021", "ended_at": "12/03/2021"}
    assert timing(DEFAULT, events=again, **row) == "late"
    assert timing(Rules(id="own", appointment="current"), events=again, **row) == "on_due_date"


def test_a_supplement_open_at_the_reporting_date_is_judged_at_the_request() -> None:
    row: dict[str, Any] = {"status": Status.SUPPLEMENT_REQUESTED, "due_at": "05/03/2021"}
    portal = Rules.preset("qd766")
    in_time, too_late = (story(("supplement_requested", at)) for at in ("05/03/2021", "06/03/2021"))
    assert [
        timed([dossier(**row)], rules, events).overdue_begins.tolist()[0] >= 0
        for rules in (DEFAULT, portal)
        for events in (in_time, too_late)
    ] == [True, True, False, True]


def test_turnaround_counts_working_days_after_the_receipt() -> None:
    cases = {
        ("01/03/2021", "01/03/2021"): 0,
        ("01/03/2021", "02/03/2021"): 1,
        ("05/03/2021", "06/03/2021"): 0,  # Friday to Saturday
        ("05/03/2021", "08/03/2021"): 1,
        ("06/03/2021", "08/03/2021"): 1,
        ("09/02/2021", "17/02/2021"): 1,  # Tết from 10 to 16/02
        ("09/01/2026", "10/01/2026"): 1,  # a worked Saturday
        ("28/12/2018", "03/01/2019"): None,  # the calendar begins in 2019
        ("30/12/2027", "04/01/2028"): None,
    }
    rows = [dossier(received_at=received, ended_at=end, paused_days=1) for received, end in cases]
    assert [row and row[5] for row in library(rows)] == list(cases.values()) == [row and row[5] for row in slow(rows)]


@pytest.mark.parametrize(
    ("due", "begins"),
    [
        ("03/03/2021", date(2021, 3, 4)),
        ("01/03/2021", date(2021, 3, 2)),
        ("28/02/2021", date(2021, 3, 1)),
        ("20/02/2021", date(2021, 3, 1)),
    ],
)
def test_overdue_from_the_day_after_the_due_date_but_not_before_the_receipt(due: str, begins: date) -> None:
    row = dossier(Status.PROCESSING, due_at=due)
    [fate] = fates_of([row], DEFAULT, SLOW)
    assert [fate.overdue(begins - timedelta(days=1)), fate.overdue(begins)] == [False, True]
    assert day(int(timed([row]).overdue_begins[0])) == begins


def test_nothing_of_nothing() -> None:
    assert library([]) == [] == fates_of([], DEFAULT, SLOW)


@given(
    st.lists(
        st.tuples(
            st.dates(date(2020, 12, 1), date(2021, 12, 31)),
            st.integers(0, 30),
            st.none() | st.integers(0, 60),
            st.none() | st.integers(0, 10),
            st.sampled_from([Status.RESOLVED, Status.RETURNED, Status.WITHDRAWN, Status.STOPPED]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_the_short_way_gives_the_same_answer(rows: list[tuple[date, int, int | None, int | None, Status]]) -> None:
    made = [
        Dossier(
            dossier_id=str(n),
            unit_code="TM",
            status=status if taken is not None else Status.PROCESSING,
            received_at=received,
            ended_at=None if taken is None else received + timedelta(days=taken),
            term=term,
            term_unit="working_days",
            paused_days=paused,
        )
        for n, (received, term, taken, paused, status) in enumerate(rows)
    ]
    columns = columns_of(Dossier, made)
    # A column of cut-offs that cut nothing off changes no answer, and makes the library take the long way.
    long = replace(columns, arrays={**columns.arrays, CUT_OFF: np.full(len(columns), -1, dtype=np.int32)})
    short_found, long_found = (class_dossiers(c, Context(DEFAULT, OFFICIAL), end_days(c, DEFAULT)) for c in (columns, long))
    assert short_found.plain
    assert not long_found.plain
    for name in ("received", "due", "ended", "overdue_begins", "overdue_ends", "undated_begins", "undated_ends"):
        assert getattr(short_found, name).tolist() == getattr(long_found, name).tolist(), name
    ended = short_found.ended >= 0
    assert short_found.timing[ended].tolist() == long_found.timing[ended].tolist()
    assert turnaround(short_found, OFFICIAL).tolist() == turnaround(long_found, OFFICIAL).tolist()


@pytest.mark.parametrize("waited", [100_000, 2**31 - 1])
def test_who_waits_beyond_the_calendar_has_no_due_date(waited: int) -> None:
    # A column with such a wait is not the short way's: its due date is beyond every day that is known, and beyond 32 bits.
    given = {
        "unit_code": "TM",
        "status": "9",
        "received_at": "01/03/2021",
        "ended_at": "05/04/2021",
        "term": 5,
        "term_unit": "working_days",
    }
    columns = columns_of(Dossier, [Dossier(dossier_id=str(n), paused_days=waits, **given) for n, waits in enumerate([0, waited])])
    found = class_dossiers(columns, Context(DEFAULT, OFFICIAL), end_days(columns, DEFAULT))
    assert found.due.tolist() == [day_number(date(2021, 3, 8)), NO_DAY]
    assert found.overdue_begins.tolist() == [day_number(date(2021, 3, 9)), NO_DAY]


@pytest.mark.parametrize("stray", [date(2018, 12, 28), date(2027, 12, 31), date(2030, 1, 2)])
@pytest.mark.parametrize("ended", [None, date(2031, 1, 2)])
def test_a_receipt_outside_the_calendar_changes_nothing_of_other_rows(stray: date, ended: date | None) -> None:
    """Columns of one shape take a short way; one row that does not fit it takes them all the long way."""
    usual = {"unit_code": "TM", "term": 4, "term_unit": TermUnit.WORKING_DAYS}
    rows = [
        Dossier(dossier_id="1", status=Status.RESOLVED, received_at=date(2021, 3, 1), ended_at=date(2021, 3, 8), **usual),
        Dossier(dossier_id="2", status=Status.PROCESSING, received_at=date(2021, 3, 2), **usual),
        Dossier(dossier_id="3", status=Status.PROCESSING if ended is None else Status.RESOLVED, received_at=stray, ended_at=ended, **usual),
    ]
    assert library(rows) == [library([row])[0] for row in rows]
    assert library(rows)[:2] == [
        (date(2021, 3, 1), date(2021, 3, 5), date(2021, 3, 8), "late", "resolved", 5),
        (date(2021, 3, 2), date(2021, 3, 8), None, "", "", None),
    ]


def test_what_has_become_of_a_dossier_by_a_day() -> None:
    def one(status: Status, due: str | None, ended: str | None) -> Dossier:
        return Dossier(dossier_id="1", unit_code="TM", status=status, received_at="01/03/2021", due_at=due, ended_at=ended)

    rows = [
        one(Status.RESOLVED, "05/03/2021", "05/03/2021"),
        one(Status.RESOLVED, "05/03/2021", "04/03/2021"),
        one(Status.RESOLVED, "05/03/2021", "09/03/2021"),
        one(Status.PROCESSING, "05/03/2021", None),
        one(Status.PROCESSING, None, None),
        one(Status.RESOLVED, None, "09/03/2021"),
    ]
    found = timed(rows)
    columns = columns_of(Dossier, [row.model_copy(update={"dossier_id": str(n)}) for n, row in enumerate(rows)])
    assert receipts(columns, DEFAULT, end_days(columns, DEFAULT)).tolist() == found.received.tolist() == [day_number(date(2021, 3, 1))] * 6

    def by(day: date) -> list[str]:
        return [Standing.labels()[code] for code in standings(found, day_number(day)).tolist()]

    assert by(date(2021, 3, 3)) == ["open"] * 4 + ["no_due_date"] * 2
    assert by(date(2021, 3, 4)) == ["open", "in_time", "open", "open", "no_due_date", "no_due_date"]
    assert by(date(2021, 3, 5)) == ["in_time", "in_time", "open", "open", "no_due_date", "no_due_date"]
    assert by(date(2021, 3, 6)) == ["in_time", "in_time", "overdue", "overdue", "no_due_date", "no_due_date"]
    assert by(date(2021, 3, 9)) == ["in_time", "in_time", "late", "overdue", "no_due_date", "no_due_date"]
