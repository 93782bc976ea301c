"""The working calendar: inverse laws, columns equal to scalars, the published vectors, and an outside cross-check."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.errors import CalendarRangeError, CatalogueError
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import date_of, day_number

CALENDAR = Calendar.official()
days = st.dates(date(2019, 1, 1), date(2027, 6, 30))
terms = st.integers(0, 100)


@pytest.mark.parametrize(
    ("year", "expected"),
    [(2019, 252), (2020, 252), (2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 250), (2026, 249), (2027, 249)],
)
def test_working_days_of_each_year(year: int, expected: int) -> None:
    assert (
        sum(CALENDAR.is_working_day(date(year, 1, 1) + timedelta(n)) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days))
        == expected
    )


@pytest.mark.parametrize(
    ("received", "term", "due"),
    [
        (date(2025, 12, 31), 1, date(2026, 1, 5)),
        (date(2025, 12, 31), 5, date(2026, 1, 9)),
        (date(2025, 12, 31), 6, date(2026, 1, 10)),  # a worked Saturday
        (date(2026, 2, 13), 1, date(2026, 2, 23)),
    ],
)
def test_published_vectors(received: date, term: int, due: date) -> None:
    assert CALENDAR.add_working_days(received, term) == due


def test_a_day_off_rolls_to_the_next_working_day() -> None:
    assert CALENDAR.roll(date(2026, 2, 28)) == date(2026, 3, 2)


@given(day=days, term=terms)
def test_columns_agree_with_scalars(day: date, term: int) -> None:
    numbers, lengths = np.array([day_number(day)]), np.array([term])
    assert date_of(int(CALENDAR.add_working_days_column(numbers, lengths)[0])) == CALENDAR.add_working_days(day, term)
    assert date_of(int(CALENDAR.roll_column(numbers)[0])) == CALENDAR.roll(day)


@given(day=days, term=st.integers(1, 100))
def test_counting_back_gives_the_term(day: date, term: int) -> None:
    due = CALENDAR.add_working_days(day, term)
    assert CALENDAR.is_working_day(due)
    assert CALENDAR.working_days(day, due) == term
    assert CALENDAR.working_days(day, due - timedelta(1)) == term - 1


@given(day=days.filter(lambda d: d.year < 2027), one=terms, two=terms)
def test_terms_add(day: date, one: int, two: int) -> None:
    assert CALENDAR.add_working_days(CALENDAR.add_working_days(day, one + 1), two + 1) == CALENDAR.add_working_days(day, one + two + 2)


@given(a=days, b=days, c=days)
def test_working_days_are_additive_and_antisymmetric(a: date, b: date, c: date) -> None:
    assert CALENDAR.working_days(a, b) + CALENDAR.working_days(b, c) == CALENDAR.working_days(a, c)
    assert CALENDAR.working_days(a, b) == -CALENDAR.working_days(b, a)


@given(day=days)
def test_rolling_is_idempotent_and_never_goes_back(day: date) -> None:
    rolled = CALENDAR.roll(day)
    assert rolled >= day
    assert CALENDAR.roll(rolled) == rolled
    assert all(not CALENDAR.is_working_day(day + timedelta(n)) for n in range((rolled - day).days))


def test_the_tables_are_inverse_to_each_other() -> None:
    numbers = np.arange(1, len(CALENDAR.working_day) + 1)
    assert (CALENDAR.working_days_through(CALENDAR.nth_working_day(numbers)) == numbers).all()


def off(year: int) -> set[date]:
    every = (date(year, 1, 1) + timedelta(n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days))
    return {d for d in every if not CALENDAR.is_working_day(d)}


def off_by_the_other_package(year: int) -> set[date]:
    other = holidays.country_holidays("VN", years=year)
    every = (date(year, 1, 1) + timedelta(n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days))
    return {d for d in every if not other.is_working_day(d)}


@pytest.mark.parametrize("year", range(2019, 2026))
def test_agrees_with_an_independent_calendar(year: int) -> None:
    assert off(year) == off_by_the_other_package(year)


def test_differs_in_2026_in_exactly_the_swap_of_december_2025() -> None:
    assert off(2026) ^ off_by_the_other_package(2026) == {date(2026, 1, 2), date(2026, 1, 10)}


@pytest.mark.parametrize("day", [date(2018, 12, 31), date(2028, 1, 1)])
def test_a_year_that_is_not_loaded_is_an_error_that_says_how_to_load_it(day: date) -> None:
    for question in (CALENDAR.is_working_day, CALENDAR.roll, lambda d: CALENDAR.add_working_days(d, 3)):
        with pytest.raises(CalendarRangeError, match=rf"{day.year}.*with_year\({day.year}"):
            question(day)
    with pytest.raises(CalendarRangeError, match=str(day.year)):
        CALENDAR.working_days_before(np.array([day_number(day)]))


def test_a_term_that_leaves_the_calendar_is_an_error() -> None:
    with pytest.raises(CalendarRangeError, match="2028"):
        CALENDAR.add_working_days(date(2027, 12, 30), 5)


def test_a_year_can_be_replaced_or_added() -> None:
    own = CALENDAR.with_year(2028, days_off=[date(2028, 1, 3)], working_weekend_days=[date(2028, 1, 8)], sources=["notice"])
    assert own.add_working_days(date(2027, 12, 31), 1) == date(2028, 1, 4)
    assert own.is_working_day(date(2028, 1, 8))
    assert own.id != CALENDAR.id
    assert own.status(2028) == "announced"
    assert Calendar.from_json(own.to_json()) == own


def test_every_mistake_is_said_at_once() -> None:
    with pytest.raises(CatalogueError) as error:
        CALENDAR.with_year(2030, days_off=[date(2031, 1, 1), date(2030, 1, 5)], working_weekend_days=[date(2030, 1, 7)])
    for words in ("2028", "2031-01-01 is not in 2030", "2030-01-05 is a weekend", "2030-01-07 is a weekday"):
        assert words in error.value.en


def test_estimated_years_are_marked() -> None:
    assert CALENDAR.status(2027) == "estimated"
    assert CALENDAR.touches_estimated(date(2026, 12, 1), date(2027, 1, 1))
    assert not CALENDAR.touches_estimated(date(2019, 1, 1), date(2026, 12, 31))


def test_every_announced_year_names_its_notices() -> None:
    assert all(CALENDAR.sources(y) for y in CALENDAR.years if CALENDAR.status(y) == "announced")
