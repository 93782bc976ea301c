"""Opening hours: a line of working seconds on which a moment has one place, and terms in hours beside a walk minute by minute."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.slow import calendar_slow

from cchc_metrics.records.choices import Status
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.dossier_timing import acceptance
from cchc_metrics.records.due_dates import due_date
from cchc_metrics.records.fields import Flag
from cchc_metrics.records.kind import Context
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import date_of, day_number
from cchc_metrics.reference.hours import Hours, moment, moved_by, position, seconds_per_day
from cchc_metrics.reference.rules import Rules

OFFICIAL = Calendar.official()
SLOW = calendar_slow.official()
OFFICE: Hours = ((time(7), time(11, 30)), (time(13, 30), time(17)))  # eight hours
MORNINGS: Hours = ((time(8), time(12)),)
LONG: Hours = ((time(6, 30), time(10)), (time(10, 15), time(12)), (time(13), time(19)))
ONE_MINUTE = timedelta(minutes=1)

openings = st.sampled_from([OFFICE, MORNINGS, LONG])
days = st.one_of(*(st.dates(first, first + timedelta(days=40)) for first in (date(2021, 1, 25), date(2024, 4, 15), date(2025, 12, 22))))
minutes = st.builds(datetime.combine, days, st.builds(time, st.integers(0, 23), st.integers(0, 59)))
instants = st.builds(datetime.combine, days, st.times().map(lambda t: t.replace(microsecond=0)))


def is_open(at: datetime, hours: Hours) -> bool:
    """Tell whether the office works in the minute that begins at a moment."""
    return SLOW.is_working(at.date()) and any(opens <= at.time() < closes for opens, closes in hours)


def next_open(at: datetime, hours: Hours) -> datetime:
    while not is_open(at, hours):
        at += ONE_MINUTE
    return at


def walked(start: datetime, hours_of_term: Fraction, hours: Hours) -> datetime:
    """Walk minute by minute until the term is spent; it ends when its last minute does."""
    left, now = hours_of_term * 60, start
    while left > 0:
        left -= is_open(now, hours)
        now += ONE_MINUTE
    return now


def place(at: datetime, hours: Hours) -> int:
    second = at.hour * 3600 + at.minute * 60 + at.second
    found = position(np.array([day_number(at.date())], dtype=np.int32), np.array([second], dtype=np.int32), OFFICIAL, hours)
    assert found.dtype == np.int64
    return int(found[0])


def moment_at(number: int, hours: Hours) -> datetime:
    day, second = moment(np.array([number], dtype=np.int64), OFFICIAL, hours)
    assert day.dtype == np.int32
    assert second.dtype == np.int32
    return datetime.combine(date_of(int(day[0])), time()) + timedelta(seconds=int(second[0]))


def due(received: date | datetime, term: Any, unit: str, hours: Hours = OFFICE, **others: Any) -> date | datetime:
    return due_date(received, Fraction(term), unit, calendar=OFFICIAL, rules=Rules(id="own", opening_hours=hours), **others)


# --- the line ---------------------------------------------------------------------------------------------------------------------------


@given(hours=openings, number=st.integers(0, 3_000_000))
def test_a_place_on_the_line_is_one_moment_and_back(hours: Hours, number: int) -> None:
    at = moment_at(number, hours)
    assert place(at, hours) == number
    assert SLOW.is_working(at.date())
    assert any(opens <= at.time() <= closes for opens, closes in hours)


@given(hours=openings, at=instants)
def test_a_moment_in_opening_hours_comes_back_and_any_other_stands_where_the_office_opens_next(hours: Hours, at: datetime) -> None:
    found = moment_at(place(at, hours), hours)
    if SLOW.is_working(at.date()) and any(opens < at.time() <= closes for opens, closes in hours):
        assert found == at
    else:
        assert found <= at  # the last closing: the border belongs to the day before
        whole_minute = at if at.second == 0 else at.replace(second=0) + ONE_MINUTE
        assert place(found, hours) == place(at, hours) == place(next_open(whole_minute, hours), hours)


@given(hours=openings, one=instants, other=instants)
def test_later_moments_never_lie_before_earlier_ones(hours: Hours, one: datetime, other: datetime) -> None:
    assume(one <= other)
    assert place(one, hours) <= place(other, hours)
    assert place(other, hours) - place(one, hours) <= (other - one).total_seconds()


@given(hours=openings, day=days)
def test_a_working_day_is_its_opening_hours_long_and_a_day_off_nothing(hours: Hours, day: date) -> None:
    morning, night = datetime.combine(day, time(0)), datetime.combine(day, time(23, 59, 59))
    long = place(night, hours) - place(morning, hours)
    assert long == (seconds_per_day(hours) if SLOW.is_working(day) else 0)
    closing = position(np.array([day_number(day)], dtype=np.int32), np.array([-1], dtype=np.int32), OFFICIAL, hours)
    assert int(closing[0]) == place(night, hours)  # without a time it is taken at closing time


@given(hours=openings, at=st.lists(instants, max_size=6))
def test_columns_say_what_single_moments_say(hours: Hours, at: list[datetime]) -> None:
    number = np.array([day_number(a.date()) for a in at], dtype=np.int32)
    second = np.array([a.hour * 3600 + a.minute * 60 + a.second for a in at], dtype=np.int32)
    found = position(number, second, OFFICIAL, hours)
    assert found.tolist() == [place(a, hours) for a in at]
    back = moment(found, OFFICIAL, hours)
    assert [datetime.combine(date_of(d), time()) + timedelta(seconds=s) for d, s in zip(*(b.tolist() for b in back), strict=True)] == [
        moment_at(n, hours) for n in found.tolist()
    ]


def test_beyond_the_calendar_there_is_no_moment() -> None:
    last = len(OFFICIAL.working_day) * seconds_per_day(OFFICE)
    day, _ = moment(np.array([last, last + 1], dtype=np.int64), OFFICIAL, OFFICE)
    assert day.tolist() == [int(OFFICIAL.working_day[-1]), -1]


@pytest.mark.parametrize(("back", "inside"), [(59, True), (60, False), (61, False)])
def test_what_is_moved_back_to_before_the_first_opening_lies_outside_the_calendar(back: int, inside: bool) -> None:
    """No office hour has passed at the first opening: the moment is the closing time of a day that the calendar does not have."""
    first = OFFICIAL.working_day[:1].astype(np.int64)
    day, second = moved_by(first, np.array([8 * 3600]), np.array([-60 * back]), OFFICIAL, OFFICE)
    assert (int(day[0]), int(second[0])) == (int(first[0]), 7 * 3600 + 60) if inside else int(day[0]) == -1


# --- terms ------------------------------------------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(hours=openings, received=minutes, halves=st.integers(1, 60))
def test_a_term_in_hours_ends_where_walking_minute_by_minute_ends(hours: Hours, received: datetime, halves: int) -> None:
    assert due(received, Fraction(halves, 2), "hours", hours) == walked(received, Fraction(halves, 2), hours)


@given(hours=openings, received=minutes, halves=st.integers(0, 9).map(lambda n: 2 * n + 1))
def test_a_half_day_is_four_hours(hours: Hours, received: datetime, halves: int) -> None:
    assert due(received, Fraction(halves, 2), "working_days", hours) == due(received, halves * 4, "hours", hours)


@settings(max_examples=60)
@given(hours=openings, received=minutes, term=st.integers(1, 20))
def test_what_is_filed_out_of_hours_counts_from_the_next_opening(hours: Hours, received: datetime, term: int) -> None:
    assert due(received, term, "hours", hours) == due(next_open(received, hours), term, "hours", hours)


@given(received=minutes, term=st.integers(1, 30), days_more=st.integers(0, 5))
def test_eight_hours_more_are_one_working_day_more_at_the_same_time(received: datetime, term: int, days_more: int) -> None:
    early, later = due(received, term, "hours"), due(received, term + 8 * days_more, "hours")
    assert isinstance(early, datetime)
    assert isinstance(later, datetime)
    assert later.time() == early.time()
    assert SLOW.working_days(early.date(), later.date()) == days_more
    assert due(received, term, "hours", paused_days=days_more) == later


@given(received=days, term=st.integers(1, 40))
def test_a_day_without_a_time_is_taken_at_its_closing_time(received: date, term: int) -> None:
    assert due(received, term, "hours") == due(datetime.combine(received, time(17)), term, "hours")


@given(received=minutes, term=st.integers(0, 20), unit=st.sampled_from(["working_days", "calendar_days"]))
def test_whole_days_know_no_clock(received: datetime, term: int, unit: str) -> None:
    found = due(received, term, unit)
    assert not isinstance(found, datetime)
    assert found == due_date(received, term, unit, calendar=OFFICIAL) == due(received.date(), term, unit)


@pytest.mark.parametrize(
    ("received", "term", "expected"),
    [
        (datetime(2021, 3, 1, 7), 8, datetime(2021, 3, 1, 17)),
        (datetime(2021, 3, 1, 8), 8, datetime(2021, 3, 2, 8)),
        (datetime(2021, 3, 1, 9), Fraction(5, 2), datetime(2021, 3, 1, 11, 30)),
        (datetime(2021, 3, 1, 9), 3, datetime(2021, 3, 1, 14)),
        (datetime(2021, 3, 1, 12), 1, datetime(2021, 3, 1, 14, 30)),  # filed at noon: from 13:30
        (datetime(2021, 3, 1, 20), 4, datetime(2021, 3, 2, 11)),  # in the evening: from the next morning
        (datetime(2021, 3, 5, 16), 2, datetime(2021, 3, 8, 8)),  # over a weekend
        (datetime(2021, 3, 6, 9), 1, datetime(2021, 3, 8, 8)),  # a Saturday receipt counts from Monday
        (datetime(2026, 1, 9, 16), 2, datetime(2026, 1, 10, 8)),  # a worked Saturday
        (datetime(2021, 2, 9, 16), 2, datetime(2021, 2, 17, 8)),  # over Tết
        (datetime(2021, 3, 1, 16, 59, 30), Fraction(1, 2), datetime(2021, 3, 2, 7, 29, 30)),
    ],
)
def test_examples(received: datetime, term: Any, expected: datetime) -> None:
    assert due(received, term, "hours") == expected


def test_half_days_by_the_clock_and_without_it() -> None:
    assert due(datetime(2021, 3, 1, 7), "0.5", "working_days") == datetime(2021, 3, 1, 11)
    assert due(datetime(2021, 3, 1, 15), "1.5", "working_days") == datetime(2021, 3, 3, 9)
    without = due_date(datetime(2021, 3, 1, 7), Fraction(1, 2), "working_days", calendar=OFFICIAL)
    assert without == date(2021, 3, 2)  # not known to be open: a receipt is taken at closing time


def test_no_opening_hours_have_no_seconds() -> None:
    assert seconds_per_day(()) == 0
    assert [seconds_per_day(hours) for hours in (OFFICE, MORNINGS)] == [8 * 3600, 4 * 3600]


# --- the acceptance clock of online dossiers --------------------------------------------------------------------------------------------


def accepted(submitted: date | datetime, received: date | datetime, rules: Rules, channel: str = "online") -> tuple[date | None, str]:
    cells = {"dossier_id": "1", "unit_code": "TM", "status": Status.RECEIVED, "submitted_at": submitted, "received_at": received}
    columns = columns_of(Dossier, [Dossier.model_validate({**cells, "channel": channel})])
    day, in_time = acceptance(columns, columns.days("received_at"), Context(rules, OFFICIAL))
    return (None if day[0] < 0 else date_of(int(day[0]))), Flag.labels()[int(in_time[0])]


@settings(max_examples=60)
@given(submitted=minutes, later=st.integers(0, 5000), limit=st.integers(1, 12))
def test_an_online_dossier_is_accepted_in_time_if_the_office_was_open_no_longer_than_allowed(
    submitted: datetime, later: int, limit: int
) -> None:
    received = submitted + later * ONE_MINUTE
    spent = sum(is_open(submitted + n * ONE_MINUTE, OFFICE) for n in range(later))
    rules = Rules(id="own", opening_hours=OFFICE, acceptance_hours=limit)
    assert accepted(submitted, received, rules) == (received.date(), "yes" if spent <= 60 * limit else "no")


@pytest.mark.parametrize(
    ("submitted", "received", "in_time"),
    [
        (datetime(2021, 3, 1, 22), datetime(2021, 3, 2, 17), "yes"),  # filed at night: from the next morning
        (datetime(2021, 3, 5, 9), datetime(2021, 3, 8, 9), "yes"),  # a weekend is no working time
        (datetime(2021, 3, 5, 9), datetime(2021, 3, 8, 9, 1), "no"),
        (date(2021, 3, 1), datetime(2021, 3, 2, 17), "yes"),  # a moment without a time: by working days
        (date(2021, 3, 1), date(2021, 3, 3), "no"),
    ],
)
def test_acceptance_examples(submitted: Any, received: Any, in_time: str) -> None:
    assert accepted(submitted, received, Rules(id="own", opening_hours=OFFICE))[1] == in_time


def test_only_online_dossiers_have_an_acceptance_clock() -> None:
    rules = Rules(id="own", opening_hours=OFFICE)
    assert accepted(date(2021, 3, 1), date(2021, 3, 1), rules, "counter") == (None, "unknown")
    assert accepted(date(2021, 3, 2), date(2021, 3, 1), rules) == (None, "unknown")  # accepted before it was filed
    assert accepted(date(2018, 3, 1), date(2021, 3, 1), rules) == (None, "unknown")  # the calendar begins in 2019
