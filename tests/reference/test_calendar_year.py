"""Years of the calendar as tables: read back as written, and every mistake named at once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.errors import CatalogueError
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.calendar_year import CalendarYear, YearStatus, plain_year, year_from_mapping, years_from_mapping


@st.composite
def years(draw: st.DrawFn) -> CalendarYear:
    year = draw(st.integers(1990, 2090))
    listed = draw(st.lists(st.dates(date(year, 1, 1), date(year, 12, 31)), unique=True, max_size=15))
    status: YearStatus = draw(st.sampled_from(["announced", "estimated"]))
    off = tuple(sorted(d for d in listed if d.weekday() < 5))
    worked = tuple(sorted(d for d in listed if d.weekday() >= 5))
    return CalendarYear(year, status, off, worked, tuple(draw(st.lists(st.text(max_size=5), max_size=2))))


@given(years())
def test_a_year_reads_back_as_it_was_written(year: CalendarYear) -> None:
    entry = {key: value for key, value in plain_year(year).items() if key != "year"}
    assert year_from_mapping(year.year, entry) == year
    assert years_from_mapping({"years": {str(year.year): entry}, "note": "passed over"}) == (year,)


@given(years())
def test_its_working_days_are_those_of_the_calendar_made_of_it(year: CalendarYear) -> None:
    calendar = Calendar.of([year])
    assert year.working_days == len(calendar.working_day)
    assert [calendar.is_working_day(d) for d in year.days_off] == [False] * len(year.days_off)
    assert all(calendar.is_working_day(d) for d in year.working_weekend_days)


def test_dates_may_be_text_or_dates_in_any_order() -> None:
    entry = {"days_off": ["2021-04-30", date(2021, 1, 1), datetime(2021, 2, 10, 8, 0)]}
    assert year_from_mapping(2021, entry).days_off == (date(2021, 1, 1), date(2021, 2, 10), date(2021, 4, 30))


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"day_off": []}, "did you mean «days_off»"),
        ({"status": "estimate"}, "did you mean «estimated»"),
        ({"status": ["announced"]}, "is not announced or estimated"),
        ({"days_off": ["01/01/2021"]}, "days_off: «01/01/2021» is not a day"),
        ({"days_off": [20210101]}, "«20210101» is not a day"),
        ({"days_off": "2021-01-01"}, "days_off must be a list"),
        ({"sources": "a notice"}, "sources must be a list"),
        ({"days_off": ["2021-01-01"], "working_days": 250}, "says 250 working days but its days give 260"),
        ("2021-01-01", "must be a table"),
    ],
)
def test_a_wrong_table_names_the_year_and_the_mistake(entry: Any, words: str) -> None:
    with pytest.raises(CatalogueError) as error:
        year_from_mapping(2021, entry)
    assert error.value.en.startswith("calendar year 2021: ")
    assert error.value.vi.startswith("lịch năm 2021: ")
    assert words in error.value.en


def test_all_mistakes_of_a_table_are_said_at_once() -> None:
    with pytest.raises(CatalogueError) as error:
        year_from_mapping(2021, {"day_off": [], "status": "x", "working_weekend_days": ["soon"]})
    assert error.value.en.count(";") >= 2
    assert all(words in error.value.en for words in ("day_off", "status «x»", "«soon»"))


@pytest.mark.parametrize("data", [{}, [], {"years": []}, {"years": {"mười": {}}}, {"years": {"0": {}}}, {"years": {"²021": {}}}])
def test_what_holds_no_years_is_refused(data: Any) -> None:
    with pytest.raises(CatalogueError, match="working calendar"):
        years_from_mapping(data)


def test_a_day_listed_twice_is_a_mistake() -> None:
    with pytest.raises(CatalogueError, match="2021-01-01 is listed twice"):
        Calendar.of([CalendarYear(2021, "announced", (date(2021, 1, 1), date(2021, 1, 1)))])
