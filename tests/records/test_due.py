"""Due dates: the columns agree with the slow reference, the laws of terms hold, and the official examples come out."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.calendars import LAST, TO_2027
from tests.slow import calendar_slow, draw
from tests.slow.dossiers_slow import due_of, story_of

from cchc_metrics.errors import CalendarRangeError
from cchc_metrics.records.choices import Status, TermUnit
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.dossier_event import DossierEvent
from cchc_metrics.records.due import dues_of
from cchc_metrics.records.due_dates import due_date
from cchc_metrics.records.terms import add_months
from cchc_metrics.records.waits import attach_events
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import date_of, day_number
from cchc_metrics.reference.rules import Rules

OFFICIAL = TO_2027
SLOW = calendar_slow.official(LAST)
DEFAULT = Rules.preset("default")
WORKING, CALENDAR, HOURS, MONTHS = TermUnit.WORKING_DAYS, TermUnit.CALENDAR_DAYS, TermUnit.HOURS, TermUnit.MONTHS

units = st.sampled_from([WORKING, CALENDAR, HOURS, MONTHS])
terms = st.integers(0, 60).map(lambda n: Fraction(n, 2))
receipts = st.dates(date(2019, 1, 1), date(2024, 12, 31))


def dossier(received: date | str | None, term: Any = None, unit: TermUnit = TermUnit.NONE, **others: Any) -> Dossier:
    return Dossier(dossier_id="1", unit_code="TM", status=Status.PROCESSING, received_at=received, term=term, term_unit=unit, **others)


def dates(rows: list[Dossier], rules: Rules = DEFAULT, calendar: Calendar = OFFICIAL) -> list[date | None]:
    numbered = [row.model_copy(update={"dossier_id": str(n)}) for n, row in enumerate(rows)]
    found = dues_of(columns_of(Dossier, numbered), rules, calendar).day
    assert found.dtype == np.int32
    return [None if day < 0 else date_of(day) for day in found.tolist()]


def clock(second: int) -> time:
    return (datetime(2021, 1, 1) + timedelta(seconds=second)).time()


def due(received: date | str, term: Any, unit: TermUnit, rules: Rules = DEFAULT, **others: Any) -> date | None:
    [found] = dates([dossier(received, term, unit, **others)], rules)
    return found


# --- the slow reference -----------------------------------------------------------------------------------------------------------------


def test_the_slow_calendar_has_the_official_number_of_working_days() -> None:
    counted = {
        year: sum(SLOW.is_working(day) for day in calendar_slow.days(date(year, 1, 1), date(year, 12, 31))) for year in range(2019, 2027)
    }
    assert counted == {2019: 252, 2020: 252, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 250, 2026: 249}


def test_both_calendars_work_on_the_same_days() -> None:
    assert (OFFICIAL.first_date, OFFICIAL.last_date) == (SLOW.first, SLOW.last)
    wrong = [day for day in calendar_slow.days(SLOW.first, SLOW.last) if OFFICIAL.is_working_day(day) != SLOW.is_working(day)]
    assert wrong == []


@settings(max_examples=100)
@given(file=draw.files(), rules=draw.rules())
def test_due_dates_of_columns_are_those_of_the_slow_reference(file: draw.Files, rules: Rules) -> None:
    rows, events = file
    columns = attach_events(columns_of(Dossier, rows), columns_of(DossierEvent, events))
    found = dues_of(columns, rules, OFFICIAL)
    slow = [due_of(d, rules, SLOW, story_of(e for e in events if e.dossier_id == d.dossier_id)) for d in rows]
    assert [None if day < 0 else date_of(day) for day in found.day.tolist()] == [due.day for due in slow]
    assert [None if s == -1 else clock(s) for s in found.second.tolist()] == [due.day and due.clock for due in slow]
    assert [bool(held) for held, due in zip(found.suspended, slow, strict=True) if due.day] == [due.held for due in slow if due.day]


@given(receipts, terms, units, st.integers(0, 30), draw.rules())
def test_due_dates_of_any_term_are_those_of_the_slow_reference(
    received: date, term: Fraction, unit: TermUnit, waited: int, rules: Rules
) -> None:
    row = dossier(received, term, unit, paused_days=waited)
    assert dates([row], rules) == [due_of(row, rules, SLOW).day]


@given(draw.moments(date(2019, 1, 1), date(2024, 12, 31)), terms, units, st.integers(0, 9), st.sampled_from([(), draw.OPENING_HOURS]))
def test_one_dossier_and_columns_have_the_same_due_date(
    received: date | datetime, term: Fraction, unit: TermUnit, waited: int, opening_hours: Any
) -> None:
    rules = Rules(id="own", opening_hours=opening_hours)
    alone = due_date(received, term, unit, calendar=OFFICIAL, rules=rules, paused_days=waited)
    found = dues_of(columns_of(Dossier, [dossier(received, term, unit, paused_days=waited)]), rules, OFFICIAL)
    day, second = date_of(int(found.day[0])), int(found.second[0])
    assert alone == (day if second < 0 else datetime.combine(day, clock(second)))


def test_one_dossier_outside_the_calendar_is_an_error_that_names_the_year() -> None:
    with pytest.raises(CalendarRangeError, match="2018"):
        due_date(date(2018, 12, 28), 1, WORKING, calendar=OFFICIAL)
    with pytest.raises(CalendarRangeError, match="2028"):
        due_date(date(2027, 12, 28), 30, WORKING, calendar=OFFICIAL)


# --- laws -------------------------------------------------------------------------------------------------------------------------------


@given(receipts, terms, units, st.integers(0, 20))
def test_a_computed_due_date_is_a_working_day_not_before_the_receipt(received: date, term: Fraction, unit: TermUnit, waited: int) -> None:
    found = due(received, term, unit, paused_days=waited)
    assert found is not None
    assert OFFICIAL.is_working_day(found)
    assert found >= received
    assert found > received or term + waited == 0 or unit in (CALENDAR, MONTHS)


@given(receipts, st.integers(0, 20), terms, terms, units)
def test_a_longer_term_a_longer_wait_and_a_later_receipt_never_fall_due_sooner(
    received: date, later: int, one: Fraction, other: Fraction, unit: TermUnit
) -> None:
    short, long = sorted([one, other])
    reference = due(received, short, unit)
    longer = due(received, long, unit)
    delayed = due(received + timedelta(days=later), short, unit)
    waited = due(received, short, unit, paused_days=later)
    assert reference is not None
    assert longer is not None
    assert delayed is not None
    assert waited is not None
    assert reference <= min(longer, delayed, waited)


@given(receipts, st.integers(1, 30), st.integers(0, 10))
def test_working_days_waited_are_working_days_more(received: date, term: int, waited: int) -> None:
    assert due(received, term, WORKING, paused_days=waited) == due(received, term + waited, WORKING)
    assert due(received, term * 8, HOURS, paused_days=waited) == due(received, term + waited, WORKING)


@given(receipts, st.integers(0, 30), st.integers(0, 10))
def test_calendar_days_waited_are_calendar_days_more(received: date, term: int, waited: int) -> None:
    assert due(received, term, CALENDAR, paused_days=waited) == due(received, term + waited, CALENDAR)


@given(receipts, st.integers(1, 15), st.integers(1, 15))
def test_a_term_continues_where_another_ended(received: date, one: int, two: int) -> None:
    middle = due(received, one, WORKING)
    assert middle is not None
    assert due(middle, two, WORKING) == due(received, one + two, WORKING)


@given(receipts, st.integers(0, 200))
def test_hours_are_eighths_of_a_working_day_and_a_part_counts_as_one(received: date, hours: int) -> None:
    assert due(received, hours, HOURS) == due(received, (hours + 7) // 8, WORKING)
    assert due(received, Fraction(hours, 2), WORKING) == due(received, 4 * hours, HOURS)


@given(receipts, terms, units, st.integers(0, 9))
def test_a_subtracted_pause_leaves_the_due_date_alone(received: date, term: Fraction, unit: TermUnit, waited: int) -> None:
    rules = Rules(id="own", pauses="subtract", given_due_includes_pauses=False)
    assert due(received, term, unit, rules, paused_days=waited) == due(received, term, unit, rules)


@given(receipts, receipts, terms, units, st.integers(0, 9))
def test_a_given_due_date_wins_or_is_ignored(received: date, given_due: date, term: Fraction, unit: TermUnit, waited: int) -> None:
    others: dict[str, Any] = {"due_at": given_due, "paused_days": waited}
    assert due(received, term, unit, **others) == given_due
    assert due(received, term, unit, Rules(id="own", given_due="ignored"), **others) == due(received, term, unit, paused_days=waited)


@given(receipts, st.integers(0, 40), st.integers(0, 30), units, st.integers(0, 20))
def test_in_a_calendar_without_holidays_weeks_are_all_alike(received: date, weeks: int, term: int, unit: TermUnit, waited: int) -> None:
    plain = Calendar.from_mapping({"years": {str(year): {"days_off": []} for year in range(2019, 2029)}})
    if unit is MONTHS:  # they are not
        unit = CALENDAR
    moved = timedelta(weeks=weeks)
    one, other = dates([dossier(r, term, unit, paused_days=waited) for r in (received, received + moved)], calendar=plain)
    assert one is not None
    assert other == one + moved


@given(st.lists(st.tuples(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 120)), max_size=8))
def test_months_in_columns_are_months_in_dates(cases: list[tuple[date, int]]) -> None:
    start = np.array([day_number(day) for day, _ in cases], dtype=np.int32)
    found = add_months(start, np.array([n for _, n in cases], dtype=np.int64))
    assert [date_of(day) for day in found.tolist()] == [calendar_slow.months_later(day, n) for day, n in cases]


@settings(max_examples=30)
@given(rows=draw.bundles(min_size=1), rules=draw.rules())
def test_a_due_date_depends_on_its_own_row_only(rows: list[Dossier], rules: Rules) -> None:
    known = dates(rows, rules)
    assert dates(rows[::-1], rules) == known[::-1]
    assert [found for row in rows for found in dates([row], rules)] == known


# --- examples ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "term", "unit", "expected"),
    [
        # The first day is not counted (art. 147); 01 and 02/01/2026 are off and Saturday 10/01/2026 is worked.
        ("31/12/2025", 1, WORKING, date(2026, 1, 5)),
        ("31/12/2025", 5, WORKING, date(2026, 1, 9)),
        ("31/12/2025", 6, WORKING, date(2026, 1, 10)),
        ("13/02/2026", 1, WORKING, date(2026, 2, 23)),  # the whole of Tết between
        # A swap across years: 31/12/2018 off, Saturday 05/01/2019 worked.
        ("04/01/2019", 1, WORKING, date(2019, 1, 5)),
        ("04/01/2019", 2, WORKING, date(2019, 1, 7)),
        # Months: clamp first, then roll (art. 148); 28/02/2026 is a Saturday.
        ("31/01/2026", 1, MONTHS, date(2026, 3, 2)),
        ("31/01/2023", 1, MONTHS, date(2023, 2, 28)),
        ("31/01/2020", 1, MONTHS, date(2020, 3, 2)),  # 29/02/2020 is a Saturday
        ("29/02/2024", 12, MONTHS, date(2025, 2, 28)),
        # Calendar days roll, working days cannot land on a day off.
        ("01/03/2021", 5, CALENDAR, date(2021, 3, 8)),  # Saturday 06/03
        ("01/03/2021", 5, WORKING, date(2021, 3, 8)),
        ("02/01/2026", 8, CALENDAR, date(2026, 1, 10)),  # a Saturday that is worked stays
        # 8 hours are a working day, half a day is 4 hours.
        ("01/03/2021", 8, HOURS, date(2021, 3, 2)),
        ("01/03/2021", "0,5", WORKING, date(2021, 3, 2)),
        ("01/03/2021", 4, HOURS, date(2021, 3, 2)),
        ("01/03/2021", 9, HOURS, date(2021, 3, 3)),
        ("01/03/2021", "1,5", WORKING, date(2021, 3, 3)),
        # Saturday receipts are valid.
        ("06/03/2021", 1, WORKING, date(2021, 3, 8)),
        ("06/03/2021", 0, WORKING, date(2021, 3, 8)),
        ("01/03/2021", 0, WORKING, date(2021, 3, 1)),
    ],
)
def test_official_examples(received: str, term: Any, unit: TermUnit, expected: date) -> None:
    row = dossier(received, term, unit)
    assert dates([row]) == [expected]
    assert due_of(row, DEFAULT, SLOW).day == expected


@given(st.times())
@example(datetime(2021, 3, 1, 15, 1).time())
def test_an_afternoon_receipt_moves_nothing(moment: Any) -> None:
    received = datetime.combine(date(2021, 3, 1), moment)
    assert due(received, 3, WORKING) == date(2021, 3, 4)


@pytest.mark.parametrize(
    ("received", "term", "unit", "expected"),
    [
        ("01/03/2021 08:00", 4, HOURS, datetime(2021, 3, 1, 14, 0)),  # 3,5 hours in the morning, half an hour from 13:30
        ("01/03/2021 07:00", 8, HOURS, datetime(2021, 3, 1, 17, 0)),
        ("01/03/2021 12:00", 1, HOURS, datetime(2021, 3, 1, 14, 30)),  # the break does not count
        ("05/03/2021 16:00", 2, HOURS, datetime(2021, 3, 8, 8, 0)),  # Friday to Monday
        ("05/03/2021 18:00", 2, HOURS, datetime(2021, 3, 8, 9, 0)),  # out of hours: from the next opening
        ("06/03/2021 09:00", 2, HOURS, datetime(2021, 3, 8, 9, 0)),  # on a day off as well
        ("05/03/2021", 2, HOURS, datetime(2021, 3, 8, 9, 0)),  # without a time: from closing time
        ("01/03/2021 08:00", "0,5", WORKING, datetime(2021, 3, 1, 14, 0)),  # half a day is 4 hours
        ("01/03/2021 08:00", 1, WORKING, date(2021, 3, 2)),
        ("06/03/2021 09:00", 0, HOURS, date(2021, 3, 8)),  # never before the receipt
    ],
)
def test_hours_under_opening_hours(received: str, term: Any, unit: TermUnit, expected: date) -> None:
    rules = Rules(id="own", opening_hours=draw.OPENING_HOURS)
    row = dossier(received, term, unit)
    found = dues_of(columns_of(Dossier, [row]), rules, OFFICIAL)
    slow = due_of(row, rules, SLOW)
    day, second = date_of(int(found.day[0])), int(found.second[0])
    assert (day if second < 0 else datetime.combine(day, clock(second))) == expected
    assert slow.day is not None
    assert (slow.day if slow.clock is None else datetime.combine(slow.day, slow.clock)) == expected
    assert row.received_at is not None
    assert row.term is not None
    assert due_date(row.received_at, row.term, unit, calendar=OFFICIAL, rules=rules) == expected


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (dossier("01/03/2021"), "no term and no appointment"),
        (dossier("28/12/2018", 3, WORKING), "received before the calendar begins"),
        (dossier("28/12/2027", 30, WORKING), "due after the calendar ends"),
        (dossier("28/12/2027", 30, CALENDAR), "due after the calendar ends"),
        (dossier("30/12/2027", 1, MONTHS), "due after the calendar ends"),
        (dossier("01/03/2028", 1, WORKING), "received after the calendar ends"),
    ],
)
def test_no_due_date(row: Dossier, why: str) -> None:
    assert dates([row]) == [None], why


def test_an_appointment_without_its_pauses_is_moved_in_the_days_of_the_term() -> None:
    rules = Rules(id="own", given_due_includes_pauses=False)
    friday: dict[str, Any] = {"due_at": "05/03/2021", "paused_days": 1}
    assert due("01/03/2021", 4, WORKING, rules, **friday) == date(2021, 3, 8)
    assert due("01/03/2021", 4, HOURS, rules, **friday) == date(2021, 3, 8)
    assert due("01/03/2021", 4, CALENDAR, rules, **friday) == date(2021, 3, 8)  # Saturday 06/03 rolls
    assert due("01/03/2021", 4, CALENDAR, rules, due_at="05/03/2021", paused_days=4) == date(2021, 3, 9)
    assert due("01/03/2021", 4, WORKING, rules, due_at="05/03/2021", paused_days=4) == date(2021, 3, 11)


def test_an_appointment_that_cannot_be_moved_is_not_replaced_by_the_term() -> None:
    rules = Rules(id="own", given_due_includes_pauses=False)
    assert due("20/12/2027", 2, WORKING, rules, due_at="31/12/2027", paused_days=3) is None
    assert due("20/12/2027", 2, WORKING, rules, due_at="15/01/2028", paused_days=3) is None
    assert due("20/12/2027", 2, WORKING, rules, due_at="15/01/2028", paused_days=0) == date(2028, 1, 15)


@pytest.mark.parametrize(
    ("waited", "expected"),
    [
        ((("02/03/2021 10:00", "04/03/2021 09:30"),), datetime(2021, 3, 4, 15, 30)),  # four hours from 09:30, over the break at noon
        ((("02/03/2021 10:00", "05/03/2021 16:00"),), datetime(2021, 3, 8, 10, 0)),  # over a weekend: one hour on Friday, three on Monday
        ((("02/03/2021 08:00", "02/03/2021 09:00"), ("02/03/2021 11:00", "03/03/2021 07:30")), datetime(2021, 3, 3, 11, 30)),
        ((("02/03/2021 10:00", "04/03/2021"),), datetime(2021, 3, 5, 11, 0)),  # ended on a day without a time: at its close
        ((("02/03/2021 14:00", "04/03/2021 09:30"),), datetime(2021, 3, 2, 11, 0)),  # begun when the term was over: nothing moves
    ],
)
def test_a_term_in_hours_starts_again_at_the_moment_a_wait_is_over(waited: tuple[tuple[str, str], ...], expected: datetime) -> None:
    rules = Rules(id="own", pauses="restart", opening_hours=((time(7), time(11, 30)), (time(13, 30), time(17))), compare="instants")
    events = [
        DossierEvent(dossier_id="1", kind=kind, happened_at=at)
        for pair in waited
        for kind, at in zip(("supplement_requested", "supplement_received"), pair, strict=True)
    ]
    columns = attach_events(columns_of(Dossier, [dossier("02/03/2021 07:00", 4, HOURS)]), columns_of(DossierEvent, events))
    found = dues_of(columns, rules, OFFICIAL)
    assert datetime.combine(date_of(int(found.day[0])), clock(int(found.second[0]))) == expected


@pytest.mark.parametrize(
    ("term", "unit", "expected"),
    [
        (1, WORKING, date(2021, 3, 5)),  # 03/03, and two working days more
        (3, WORKING, date(2021, 3, 9)),  # 05/03, and two working days more over a weekend
        ("1,5", WORKING, datetime(2021, 3, 5, 14, 30)),  # three of 12 hours were left: from 09:30, over the break at noon
        (12, HOURS, datetime(2021, 3, 5, 14, 30)),
        (3, CALENDAR, date(2021, 3, 8)),  # 05/03, and two days more: a Sunday
        ("1,5", CALENDAR, date(2021, 3, 8)),  # a part of a day counts as one: 04/03, and two days more: a Saturday
        (1, MONTHS, date(2021, 4, 5)),  # 02/04, and two days more: a Sunday
    ],
)
def test_hours_waited_move_terms_that_run_by_the_clock_and_days_waited_all_others(term: Any, unit: TermUnit, expected: date) -> None:
    rules = Rules(id="own", opening_hours=((time(7), time(11, 30)), (time(13, 30), time(17))))
    wait = (("supplement_requested", "03/03/2021 08:00"), ("supplement_received", "05/03/2021 09:30"))
    events = [DossierEvent(dossier_id="1", kind=kind, happened_at=at) for kind, at in wait]
    columns = attach_events(columns_of(Dossier, [dossier("02/03/2021 07:00", term, unit)]), columns_of(DossierEvent, events))
    found = dues_of(columns, rules, OFFICIAL)
    day, second = date_of(int(found.day[0])), int(found.second[0])
    assert (day if second == -1 else datetime.combine(day, clock(second))) == expected


OPENING: dict[str, Any] = {"opening_hours": draw.OPENING_HOURS}


@pytest.mark.parametrize(
    ("rules", "term", "unit", "expected"),
    [
        ({}, 1, WORKING, date(2021, 3, 8)),
        ({"received_on_day_off": "forward"}, 1, WORKING, date(2021, 3, 9)),
        ({"received_on_day_off": "back"}, 1, WORKING, date(2021, 3, 8)),
        ({"received_on_day_off": "forward"}, 3, CALENDAR, date(2021, 3, 11)),
        ({"received_on_day_off": "back"}, 3, CALENDAR, date(2021, 3, 8)),
        ({"received_on_day_off": "back"}, 0, CALENDAR, date(2021, 3, 8)),  # not before it was received
        ({"received_on_day_off": "forward", **OPENING}, 2, HOURS, datetime(2021, 3, 8, 9, 0)),  # from the opening on Monday
        ({"received_on_day_off": "back", **OPENING}, 2, HOURS, datetime(2021, 3, 8, 9, 0)),  # from the close on Friday
        ({"calendar_terms": "stay"}, 1, CALENDAR, date(2021, 3, 7)),
        ({"calendar_terms": "stay"}, 1, MONTHS, date(2021, 4, 6)),
    ],
)
def test_a_receipt_on_a_saturday_counts_as_the_rules_say(rules: dict[str, Any], term: int, unit: TermUnit, expected: date) -> None:
    assert due_date(datetime(2021, 3, 6, 16, 0), term, unit, calendar=OFFICIAL, rules=Rules(id="own", **rules)) == expected


def test_days_waited_under_opening_hours_move_the_day_and_not_the_time() -> None:
    received, rules = datetime(2021, 3, 2, 8, 0), Rules(id="own", **OPENING)
    found = [due_date(received, 4, HOURS, calendar=OFFICIAL, rules=rules, paused_days=waited) for waited in (0, 1, 9)]
    assert found == [datetime(2021, 3, day, 14, 0) for day in (2, 3, 15)]


def test_terms_of_all_units_in_one_table() -> None:
    rows = [
        ("01/03/2021", None, TermUnit.NONE),
        ("01/03/2021", 1, WORKING),
        ("01/03/2021", 5, CALENDAR),
        ("01/03/2021", 9, HOURS),
        ("31/01/2026", 1, MONTHS),
    ]
    found = dates([dossier(*row) for row in rows])
    assert found == [None, date(2021, 3, 2), date(2021, 3, 8), date(2021, 3, 3), date(2026, 3, 2)]
