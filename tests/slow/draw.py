"""Strategies that crowd dossiers, periods and rules around the days where mistakes show; not part of the slow reference."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import get_args

from hypothesis import strategies as st
from tests.slow.dossiers_slow import WRITTEN

from cchc_metrics import testing
from cchc_metrics.records.choices import Channel, Status, TermUnit
from cchc_metrics.records.dossier import ENDED, NOT_RECEIVED, Dossier
from cchc_metrics.records.dossier_event import DossierEvent, EventKind
from cchc_metrics.records.fields import Flag
from cchc_metrics.reference.period import Period, PeriodKind, Regime
from cchc_metrics.reference.rules import OPTIONS, RuleChange, Rules

WINDOWS = (
    (date(2020, 12, 10), date(2021, 3, 20)),  # Tết in February, a leap year behind
    (date(2024, 4, 10), date(2024, 5, 20)),  # a worked Saturday, 04/05
    (date(2025, 12, 15), date(2026, 3, 10)),  # a worked Saturday, 10/01; a year's end in the midst of a swap
    (date(2018, 12, 20), date(2019, 2, 15)),  # the first days that the calendar knows
    (date(2027, 11, 10), date(2028, 1, 15)),  # the last ones
)
"""First and last days of receipt."""

windows = st.sampled_from(WINDOWS)

KINDS_OF_WAITING = (
    (EventKind.SUPPLEMENT_REQUESTED, EventKind.SUPPLEMENT_RECEIVED),
    (EventKind.PAYMENT_REQUESTED, EventKind.PAYMENT_RECEIVED),
)


OPENING_HOURS = ((time(7), time(11, 30)), (time(13, 30), time(17)))


INTERLINKED = {"cut_off": st.sampled_from([None, None, time(16)]), "closed_after": st.sampled_from([None, None, 3, 15])}


def rules() -> st.SearchStrategy[Rules]:
    """Return a strategy for every combination of the options that the slow reference knows, and no other."""
    options = {name: st.sampled_from(known) for name, known in WRITTEN.items()}
    return st.builds(Rules, id=st.just("drawn"), opening_hours=st.sampled_from([(), OPENING_HOURS]), **INTERLINKED, **options)


@st.composite
def dated_rules(draw: st.DrawFn, first: date, last: date) -> Rules:
    """Return a strategy for rules that are decided anew on one or two of the days of receipt, days off among them."""
    one, *others = (draw(rules()) for _ in range(draw(st.integers(2, 3))))
    middle = first + (last - first) / 2
    saturday = middle + timedelta(days=5 - middle.weekday())
    near = st.sampled_from([saturday, saturday + timedelta(days=2), middle]) | st.dates(first, last)
    days = sorted(draw(st.sets(near, min_size=len(others), max_size=len(others))))
    options = [other.model_dump(include=set(OPTIONS)) for other in others]
    return one.with_options("dated", {}, tuple(RuleChange(from_day=day, **new) for day, new in zip(days, options, strict=True)))


def moments(first: date, last: date) -> st.SearchStrategy[date | datetime]:
    """Return a strategy for days, some with a time of day, midnight and the last second among them."""
    days = st.dates(first, last)
    times = st.sampled_from([time(0), time(7, 30), time(15, 1), time(23, 59, 59)])
    return days | st.builds(datetime.combine, days, times)


def _later(draw: st.DrawFn, moment: date | datetime, most: int, *, least: int = 0) -> date | datetime:
    moved = moment + timedelta(days=draw(st.integers(least, most)))
    if isinstance(moved, datetime) or draw(st.booleans()):
        return moved.date() if isinstance(moved, datetime) else moved
    return datetime.combine(moved, draw(st.sampled_from([time(0), time(16, 45)])))


@st.composite
def close_dossiers(draw: st.DrawFn, first: date, last: date) -> Dossier:
    """Return a strategy for valid dossiers whose receipt, due date and end lie close together, with the ties of real files."""
    status = draw(st.sampled_from([*Status, Status.RESOLVED, Status.RESOLVED, Status.RETURNED, Status.RETURNED, Status.PROCESSING]))
    received = draw(moments(first, last))
    ended = returned = due = None
    if status in ENDED or draw(st.integers(0, 2)) == 0:
        which = draw(st.sampled_from(["ended", "returned", "both", "both"]))
        if which != "returned":
            ended = _later(draw, received, 16)
        if which != "ended":
            returned = _later(draw, received, 20)
    approved = _later(draw, received, 12) if draw(st.integers(0, 3)) == 0 and (ended or returned) is not None else None
    end = ended if ended is not None else returned
    if draw(st.booleans()):
        anchor = end if end is not None and draw(st.booleans()) else received
        due = _later(draw, anchor, 3, least=-2)
    term = draw(st.none() | st.sampled_from([0, 1, 2, 3, 4, 5, 7, 9, 10, 16, 17, 40]).map(lambda n: Fraction(n, 2)))
    unit = draw(st.sampled_from([u for u in TermUnit if u is not TermUnit.NONE]))
    if unit is TermUnit.MONTHS and term is not None:
        term /= 4
        term = Fraction(int(term * 2), 2)
    free = draw(st.sampled_from([Flag.NO, Flag.UNKNOWN, *Flag]))
    elsewhere = _later(draw, received, 0, least=-4) if draw(st.integers(0, 2)) == 0 else None
    return Dossier(
        dossier_id=draw(st.uuids()).hex,
        received_elsewhere_at=elsewhere,
        boundary_free=free,
        reappointments=draw(st.none() | st.integers(0, 2)),
        unit_code=draw(st.sampled_from(testing.UNITS)),
        field=draw(st.sampled_from(["", "Hộ tịch", "Đất đai"])),
        channel=draw(st.sampled_from(list(Channel))),
        status=status,
        received_at=None if status in NOT_RECEIVED and draw(st.booleans()) else received,
        due_at=due,
        ended_at=ended,
        approved_at=approved,
        returned_at=returned,
        term=term,
        term_unit=unit if term is not None or draw(st.booleans()) else TermUnit.NONE,
        paused_days=draw(st.none() | st.integers(0, 6)),
        supplement_requests=draw(st.none() | st.integers(0, 3)),
    )


def as_plain(dossier: Dossier) -> Dossier:
    """Return the dossier with a term in whole working days and no appointment: such files take the library's short way."""
    status = Status.PROCESSING if dossier.status is Status.SUBMITTED or dossier.received_at is None else dossier.status
    term = Fraction(int(dossier.term or 0))
    received = dossier.received_at or dossier.ended_at or dossier.returned_at or WINDOWS[0][1]
    plain = {"status": status, "received_at": received, "due_at": None, "term": term, "term_unit": TermUnit.WORKING_DAYS}
    return dossier.model_copy(update=plain)


def bundles_in(first: date, last: date, *, min_size: int = 0, max_size: int = 8) -> st.SearchStrategy[list[Dossier]]:
    """Return a strategy for lists of dossiers received between two days: close ones, a mix with those of the library, or plain ones."""
    close = close_dossiers(first, last)
    mixed = close | close | close | testing.dossiers(first=first, last=last)

    def lists(one: st.SearchStrategy[Dossier]) -> st.SearchStrategy[list[Dossier]]:
        return st.lists(one, min_size=min_size, max_size=max_size, unique_by=lambda d: d.dossier_id)

    return lists(mixed) | lists(close.map(as_plain))


def bundles(*, min_size: int = 0, max_size: int = 8) -> st.SearchStrategy[list[Dossier]]:
    """Return a strategy for lists of dossiers of one window."""
    return windows.flatmap(lambda window: bundles_in(*window, min_size=min_size, max_size=max_size))


Files = tuple[list[Dossier], list[DossierEvent]]


@st.composite
def events_of(draw: st.DrawFn, dossier: Dossier) -> list[DossierEvent]:
    """Return a strategy for what happened to a dossier: papers or a payment asked for, once and again, brought or not, new appointments."""
    if dossier.received_at is None or draw(st.integers(0, 2)) == 0:
        return []
    with_time = draw(st.booleans())
    found = []
    day = dossier.received_at.date() if isinstance(dossier.received_at, datetime) else dossier.received_at
    for n in range(draw(st.integers(1, 3))):
        asked, brought = draw(st.sampled_from(KINDS_OF_WAITING))
        ways = [(asked, brought), (asked, brought), (asked, asked, brought), (brought,), (EventKind.REAPPOINTED,), (asked,)]
        kinds = draw(st.sampled_from(ways))
        for m, kind in enumerate(kinds):
            day += timedelta(days=draw(st.integers(0 if with_time else 1, 5)))
            happened = datetime.combine(day, time(8, 10 * n + m)) if with_time else day
            due = day + timedelta(days=draw(st.integers(0, 9))) if kind is EventKind.REAPPOINTED else None
            found.append(DossierEvent(dossier_id=dossier.dossier_id, kind=kind, happened_at=happened, due_at=due))
        if kinds == (asked,):
            break  # still waiting
    return found


@st.composite
def files_in(draw: st.DrawFn, first: date, last: date, *, min_size: int = 0, max_size: int = 8) -> Files:
    """Return a strategy for dossiers received between two days and the table of their events, in any order."""
    rows = draw(bundles_in(first, last, min_size=min_size, max_size=max_size))
    events = [event for d in rows for event in draw(events_of(d))] if draw(st.booleans()) else []
    return rows, draw(st.permutations(events))


def files(*, max_size: int = 8) -> st.SearchStrategy[Files]:
    """Return a strategy for dossiers of one window and their events."""
    return windows.flatmap(lambda window: files_in(*window, max_size=max_size))


@st.composite
def periods_about(draw: st.DrawFn, first: date, last: date) -> Period:
    """Return a strategy for periods of every kind and regime that have to do with the days between two days."""
    day = draw(st.dates(first - timedelta(days=3), last + timedelta(days=15)))
    kind = draw(st.sampled_from(get_args(PeriodKind)))
    if kind == "custom":
        return Period.custom(day, day + timedelta(days=draw(st.integers(0, 60))))
    months = {"year": 12, "half": 6, "quarter": 3, "nine_months": 12, "month": 1}[kind]
    return Period.of(kind, day.year, (day.month - 1) // months + 1, draw(st.sampled_from(get_args(Regime))))
