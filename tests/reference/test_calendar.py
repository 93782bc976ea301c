"""The working calendar: inverse laws, columns equal to scalars, the published vectors, and an outside cross-check."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from datetime import date, timedelta
from importlib import resources
from typing import Any

import holidays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.calendars import TO_2027

from cchc_metrics.errors import CalendarRangeError, CatalogueError, CchcError
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import date_of, day_number

CALENDAR = TO_2027
PACKAGED: dict[str, Any] = json.loads(
    resources.files("cchc_metrics.reference").joinpath("data/calendar_vn.json").read_text(encoding="utf-8")
)
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


def test_a_term_may_end_on_the_last_working_day_that_is_known() -> None:
    friday = date(2027, 12, 31)
    assert CALENDAR.add_working_days(date(2027, 12, 30), 1) == friday
    assert CALENDAR.roll(friday) == friday


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


def one_day_at_a_time(start: date, n: int) -> date:
    """Walk along the calendar: slow and obvious."""
    day = start
    while n > 0 or not CALENDAR.is_working_day(day):
        day += timedelta(1)
        n -= CALENDAR.is_working_day(day)
    return day


@given(day=days, term=st.integers(0, 30))
def test_a_term_is_what_walking_day_by_day_gives(day: date, term: int) -> None:
    assert CALENDAR.add_working_days(day, term) == one_day_at_a_time(day, term)


@given(day=days)
def test_a_term_of_no_days_is_the_first_working_day_from_the_day_on(day: date) -> None:
    assert CALENDAR.add_working_days(day, 0) == CALENDAR.roll(day)


@given(after=days, length=st.integers(0, 120))
def test_working_days_are_the_days_worked_one_by_one(after: date, length: int) -> None:
    counted = sum(CALENDAR.is_working_day(after + timedelta(n)) for n in range(1, length + 1))
    assert CALENDAR.working_days(after, after + timedelta(length)) == counted


@given(st.lists(st.tuples(days, terms), max_size=20))
def test_long_columns_agree_with_scalars_row_by_row(rows: list[tuple[date, int]]) -> None:
    numbers = np.array([day_number(d) for d, _ in rows], dtype=np.int32)
    lengths = np.array([n for _, n in rows], dtype=np.int32)
    due = CALENDAR.add_working_days_column(numbers, lengths)
    assert due.dtype == np.int32
    assert [date_of(int(n)) for n in due] == [CALENDAR.add_working_days(d, n) for d, n in rows]
    first = np.array([CALENDAR.first_day] * len(rows), dtype=np.int32)
    through_first = CALENDAR.working_days_through(first)
    assert (CALENDAR.working_days_through(numbers) - through_first).tolist() == [
        CALENDAR.working_days(CALENDAR.first_date, d) for d, _ in rows
    ]
    assert (CALENDAR.working_days_through(numbers) - CALENDAR.working_days_before(numbers)).tolist() == [
        CALENDAR.is_working_day(d) for d, _ in rows
    ]


def test_the_tables_say_what_they_are() -> None:
    n = CALENDAR.last_day - CALENDAR.first_day + 1
    assert (CALENDAR.first_date, CALENDAR.last_date) == (date(2019, 1, 1), date(2027, 12, 31))
    assert [t.shape for t in (CALENDAR.before, CALENDAR.working, CALENDAR.working_day)] == [(n + 1,), (n,), (CALENDAR.before[-1],)]
    assert [t.dtype for t in (CALENDAR.before, CALENDAR.working, CALENDAR.working_day)] == [np.int32, np.bool_, np.int32]
    assert (np.diff(CALENDAR.before) == CALENDAR.working).all()


def copies() -> list[Calendar]:
    return [CALENDAR, pickle.loads(pickle.dumps(CALENDAR)), copy.deepcopy(CALENDAR), Calendar.from_json(CALENDAR.to_json())]  # noqa: S301  own bytes


@pytest.mark.parametrize("calendar", copies(), ids=["official", "pickle", "deepcopy", "json"])
def test_a_calendar_and_its_copies_are_equal_and_cannot_be_changed(calendar: Calendar) -> None:
    assert calendar == CALENDAR
    assert hash(calendar) == hash(CALENDAR)
    assert calendar.by_year == CALENDAR.by_year
    for table in (calendar.before, calendar.working, calendar.working_day):
        with pytest.raises(ValueError, match="read-only"):
            table[0] = 1
    with pytest.raises(TypeError):
        calendar.by_year[2019] = calendar.by_year[2020]  # type: ignore[index]  # the type forbids it too
    with pytest.raises(dataclasses.FrozenInstanceError):
        calendar.first_day = 0  # type: ignore[misc]  # the type forbids it too


@given(
    change=st.fixed_dictionaries(
        {},
        optional={
            "days_off": st.just([date(2027, 1, 1)]),
            "working_weekend_days": st.just([date(2027, 1, 2)]),
            "status": st.just("announced"),
            "sources": st.just(["a notice"]),
        },
    )
)
def test_the_id_is_equal_exactly_when_the_content_is(change: dict[str, Any]) -> None:
    year = CALENDAR.by_year[2027]
    same: dict[str, Any] = {f.name: getattr(year, f.name) for f in dataclasses.fields(year) if f.name != "year"}
    changed = CALENDAR.with_year(2027, **(same | change))
    assert (changed.id == CALENDAR.id) == (not change)
    assert (changed == CALENDAR) == (not change)
    assert changed.id.startswith("vn-2019..2027-")


def test_the_id_does_not_depend_on_the_order_in_which_years_are_given() -> None:
    assert Calendar.of(reversed(list(CALENDAR.by_year.values()))) == CALENDAR


@pytest.mark.parametrize("stray", [np.iinfo(np.int32).max, np.iinfo(np.int32).min, -1])
def test_a_stray_day_number_is_a_range_error_however_far_it_lies(stray: int) -> None:
    numbers = np.array([day_number(date(2021, 1, 1)), stray], dtype=np.int32)
    assert CALENDAR.covers(numbers).tolist() == [True, False]
    for question in (CALENDAR.working_days_before, CALENDAR.working_days_through, CALENDAR.roll_column):
        with pytest.raises(CalendarRangeError):
            question(numbers)


def test_columns_name_the_first_bad_year() -> None:
    numbers = np.array([day_number(d) for d in (date(2021, 1, 1), date(2031, 5, 1), date(2017, 5, 1))])
    with pytest.raises(CalendarRangeError, match=r"with_year\(2031"):
        CALENDAR.working_days_before(numbers)
    with pytest.raises(CalendarRangeError, match=r"with_year\(2028"):
        CALENDAR.add_working_days_column(np.array([CALENDAR.last_day]), np.array([1]))
    with pytest.raises(CalendarRangeError, match=r"with_year\(2018"):
        CALENDAR.nth_working_day(np.array([0]))


def test_a_negative_term_is_an_error_in_a_column_as_for_one_day() -> None:
    with pytest.raises(CchcError, match="-3"):
        CALENDAR.add_working_days(date(2021, 1, 4), -3)
    with pytest.raises(CchcError, match="-3"):
        CALENDAR.add_working_days_column(np.array([CALENDAR.first_day] * 2), np.array([1, -3]))


def test_an_empty_column_is_an_empty_answer() -> None:
    nothing = np.zeros(0, dtype=np.int32)
    assert CALENDAR.add_working_days_column(nothing, nothing).tolist() == CALENDAR.roll_column(nothing).tolist() == []


def test_a_calendar_that_is_not_one_is_an_error_with_its_place() -> None:
    with pytest.raises(CatalogueError, match=r"calendar\.json:2: not JSON"):
        Calendar.from_json('{\n"years": }')
    with pytest.raises(CatalogueError, match="no year"):
        Calendar.of([])
    with pytest.raises(CatalogueError, match="2020 occurs twice"):
        Calendar.of([CALENDAR.by_year[2020]] * 2)
    with pytest.raises(CatalogueError, match="2028–2029 is missing"):
        CALENDAR.with_year(2030, days_off=[])


def test_the_packaged_data_are_dated_cited_and_agree_with_themselves() -> None:
    assert date.fromisoformat(PACKAGED["version"]) > date(2025, 12, 25)  # the last notice it holds
    assert PACKAGED["cross_year_swaps"][0]["off"] == "2018-12-31"
    for swap in PACKAGED["cross_year_swaps"]:
        worked = date.fromisoformat(swap["worked"])
        assert worked.weekday() >= 5
        assert CALENDAR.is_working_day(worked)
    for year, entry in PACKAGED["years"].items():
        assert CALENDAR.by_year[int(year)].working_days == entry["working_days"]
    assert any("111.3" in law for law in PACKAGED["laws"])
