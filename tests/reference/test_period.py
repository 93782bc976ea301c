"""Periods: parse and label are inverse, neighbours leave no gap and no overlap, parts are a partition."""

from __future__ import annotations

import itertools
import pickle
from datetime import date, timedelta
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.errors import CchcError
from cchc_metrics.reference.days import date_of, day_number
from cchc_metrics.reference.period import FIRST_YEAR, LAST_YEAR, Period, PeriodKind, Regime
from cchc_metrics.reference.period_names import read_name

MANY: dict[PeriodKind, int] = {"year": 1, "half": 2, "quarter": 4, "nine_months": 1, "month": 12}


@st.composite
def named(draw: st.DrawFn, kinds: tuple[PeriodKind, ...] = ("year", "half", "quarter", "nine_months", "month")) -> Period:
    kind = draw(st.sampled_from(kinds))
    regime: Regime = draw(st.sampled_from(["calendar", "nd09"]))
    return Period.of(kind, draw(st.integers(2000, 2100)), draw(st.integers(1, MANY[kind])), regime)


def custom(first: date = date(2000, 1, 1), last: date = date(2100, 12, 31)) -> st.SearchStrategy[Period]:
    return st.builds(lambda d, n: Period.custom(d, d + timedelta(n)), st.dates(first, last), st.integers(0, 900))


anything = named() | custom()
unbounded: st.SearchStrategy[Period] = st.builds(
    Period.of, st.sampled_from(["year", "quarter"]), st.integers(FIRST_YEAR, LAST_YEAR), st.just(1), st.sampled_from(["calendar", "nd09"])
)


@given(anything | unbounded)
def test_the_label_reads_back(period: Period) -> None:
    assert Period.parse(period.label) == period
    assert Period.parse(f"  {period.label.swapcase()} ") == period


@given(anything, st.sampled_from(["vi", "en"]))
def test_the_name_for_readers_reads_back(period: Period, lang: str) -> None:
    assert Period.parse(period.text(lang)) == period
    assert Period.parse(period.in_sentence(lang).upper()) == period


@given(named(), st.sampled_from(["vi", "en"]))
def test_the_name_without_its_days_is_of_the_regime_that_is_said(period: Period, lang: str) -> None:
    name = Period.of(period.kind, period.year, period.number).text(lang)
    assert Period.parse(name).regime == "calendar"
    assert Period.parse(f"{name}@{period.regime}") == period


@given(named(("year", "half", "quarter", "month")))
def test_the_year_earlier_of_neighbours_are_neighbours(period: Period) -> None:
    assert period.next().year_earlier() == period.year_earlier().next()
    assert period.year_earlier().days in range(period.days - 1, period.days + 2)


def test_the_two_regimes_have_no_days_of_a_name_in_common_but_those_of_the_decree() -> None:
    """NĐ 09/2019/NĐ-CP art. 12: from the 15th to the 14th, half a month before the calendar; the year begins in December."""
    for kind, many in MANY.items():
        for year, n in itertools.product(range(2000, 2101), range(1, many + 1)):
            own, decree = (Period.of(kind, year, n, regime) for regime in ("calendar", "nd09"))
            assert (own.first.day, decree.first.day, decree.last.day) == (1, 15, 14)
            assert decree.last == own.last.replace(day=14)
            assert decree.first == (own.first - timedelta(1)).replace(day=15)


def test_what_straddles_the_day_on_which_the_district_level_had_ended() -> None:
    both: tuple[Regime, ...] = ("calendar", "nd09")
    near = [
        Period.of(kind, y, n, regime)
        for kind, many in MANY.items()
        for y in range(2024, 2027)
        for n in range(1, many + 1)
        for regime in both
    ]
    assert Period.custom(date(2025, 6, 30), date(2025, 7, 1)).crosses(date(2025, 7, 1))
    found = [p.label for p in near if p.crosses(date(2025, 7, 1))]
    assert found == ["2025", "2025@nd09", "2025-H2@nd09", "2025-Q3@nd09", "2025-9M", "2025-9M@nd09", "2025-07@nd09"]


@given(named(), named())
def test_two_periods_have_two_texts(one: Period, two: Period) -> None:
    for lang in ("vi", "en"):
        assert (one.text(lang) == two.text(lang)) == (one == two)


@given(anything)
def test_days_are_counted_and_contained(period: Period) -> None:
    days = [date_of(n) for n in range(period.first_day, period.last_day + 1)]
    assert len(days) == period.days
    assert (days[0], days[-1]) == (period.first, period.last)
    assert all(period.contains(d) for d in (days[0], days[-1], days[len(days) // 2]))
    assert not period.contains(period.first - timedelta(1))
    assert not period.contains(period.last + timedelta(1))


@given(st.lists(anything, max_size=8))
def test_periods_are_in_the_order_of_their_days(periods: list[Period]) -> None:
    ordered = [(p.first, p.last) for p in sorted(periods)]
    assert ordered == sorted(ordered)
    for one, two in itertools.product(periods, periods):
        assert (one < two) + (one == two) + (one > two) == 1
        assert (one <= two) == (not two < one)


def test_a_period_has_no_order_with_what_is_none() -> None:
    with pytest.raises(TypeError):
        assert Period.parse("2021") < "2022"


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_day_numbers_and_dates_are_inverse(day: date) -> None:
    assert date_of(day_number(day)) == day
    assert day_number(day) == (day - date(1970, 1, 1)).days


@given(
    st.sampled_from(["year", "half", "quarter", "month"]),
    st.sampled_from(["calendar", "nd09"]),
    st.dates(date(2000, 1, 1), date(2100, 12, 31)),
)
def test_every_day_lies_in_exactly_one_period_of_a_kind(kind: PeriodKind, regime: Regime, day: date) -> None:
    near = [Period.of(kind, year, n, regime) for year in range(day.year - 1, day.year + 2) for n in range(1, MANY[kind] + 1)]
    assert sum(p.contains(day) for p in near) == 1


@given(named(("year", "half", "quarter", "month")))
def test_neighbours_touch(period: Period) -> None:
    assert period.next().first == period.last + timedelta(1)
    assert period.next().previous() == period
    assert period.previous().next() == period
    assert (period.next().kind, period.next().regime) == (period.kind, period.regime)


@given(named(), st.sampled_from(["half", "quarter", "month"]))
def test_parts_are_a_partition(period: Period, kind: Literal["half", "quarter", "month"]) -> None:
    months = {"year": 12, "half": 6, "quarter": 3, "nine_months": 9, "month": 1}
    if months[period.kind] % months[kind]:
        with pytest.raises(CchcError, match=period.label):
            period.parts(kind)
        return
    parts = period.parts(kind)
    assert parts[0].first == period.first
    assert parts[-1].last == period.last
    assert all(a.last + timedelta(1) == b.first for a, b in itertools.pairwise(parts))
    assert sum(p.days for p in parts) == period.days
    assert {(p.kind, p.regime) for p in parts} == {(kind, period.regime)}


@given(named())
def test_a_year_earlier_has_the_same_name(period: Period) -> None:
    before = period.year_earlier()
    assert (before.kind, before.number, before.regime, before.year) == (period.kind, period.number, period.regime, period.year - 1)
    assert before.last < period.last


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2021", date(2021, 1, 1), date(2021, 12, 31)),
        ("2021@nd09", date(2020, 12, 15), date(2021, 12, 14)),
        ("2021-H1@nd09", date(2020, 12, 15), date(2021, 6, 14)),
        ("2021-H2@nd09", date(2021, 6, 15), date(2021, 12, 14)),
        ("2021-Q1@nd09", date(2020, 12, 15), date(2021, 3, 14)),
        ("2021-9M@nd09", date(2020, 12, 15), date(2021, 9, 14)),
        ("2021-01@nd09", date(2020, 12, 15), date(2021, 1, 14)),
        ("2021-03@nd09", date(2021, 2, 15), date(2021, 3, 14)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2021-9M", date(2021, 1, 1), date(2021, 9, 30)),
        ("2021-01-05..2021-03-02", date(2021, 1, 5), date(2021, 3, 2)),
    ],
)
def test_first_and_last_days(text: str, first: date, last: date) -> None:
    period = Period.parse(text)
    assert (period.first, period.last) == (first, last)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Năm 2021", "2021"),
        ("Quý I/2021", "2021-Q1"),
        ("quý 4 năm 2021", "2021-Q4"),
        ("QUÝ IV năm 2021", "2021-Q4"),
        ("6 tháng đầu năm 2021", "2021-H1"),
        ("6 tháng cuối năm 2021", "2021-H2"),
        ("9 tháng năm 2021", "2021-9M"),
        ("Tháng 4/2021", "2021-04"),
        ("tháng 12 năm 2021", "2021-12"),
        ("Q3/2021", "2021-Q3"),
        ("2021Q3", "2021-Q3"),
        ("2021-4", "2021-04"),
        ("2021-Q1@NĐ09", "2021-Q1@nd09"),
        ("2021@calendar", "2021"),
        ("05/01/2021 .. 2/3/2021", "2021-01-05..2021-03-02"),
        ("từ ngày 05/01/2021 đến ngày 02/3/2021", "2021-01-05..2021-03-02"),
        ("2021-01-05 - 2021-03-02", "2021-01-05..2021-03-02"),
        ("quý III năm 2025 (15/6/2025 – 14/9/2025)", "2025-Q3@nd09"),
        ("Quý III/2025 (01/07/2025–30/09/2025)", "2025-Q3"),
        ("h2 2021", "2021-H2"),
        ("march 2021", "2021-03"),
    ],
)
def test_vietnamese_names(text: str, label: str) -> None:
    assert Period.parse(text).label == label


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2021-Q5",
        "2021-13",
        "2021-00",
        "tháng 13/2021",
        "2021@tcvn",
        "2021-02-30..2021-03-01",
        "quý V/2021",
        "21",
        "2021@",
        "1899",
        "2200",
        "2021-Q1..2021-Q2",
        "2021-01-05..2021-03-02@nd09",
        "30/02/2021–01/03/2021",
        "Quý I năm 2021 (31/02/2021–14/03/2021)",
        "Marchember 2021",
    ],
)
def test_what_is_not_a_period_is_refused_by_name(text: str) -> None:
    with pytest.raises(CchcError) as error:
        Period.parse(text)
    assert f"«{text}»" in error.value.en
    assert "2021-Q3" in error.value.vi


@pytest.mark.parametrize("text", ["Quý I năm 2021 (15/12/2020–15/03/2021)", "2021 (2021-01-01 to 2021-12-31)@nd09"])
def test_days_in_brackets_that_are_not_those_of_the_name_are_refused(text: str) -> None:
    with pytest.raises(CchcError, match=r"period 2021\S* cannot be|is not understood"):
        Period.parse(text)


def test_a_period_cannot_end_before_it_begins() -> None:
    with pytest.raises(CchcError, match="before it begins"):
        Period.parse("2021-03-02..2021-01-05")


def test_the_elapsed_window() -> None:
    year = Period.parse("2022")
    window = year.until(date(2022, 3, 31))
    assert window.label == "2022-01-01..2022-03-31"
    assert window.year_earlier().label == "2021-01-01..2021-03-31"
    assert year.until(date(2023, 1, 1)) is year


def test_leap_days_a_year_earlier() -> None:
    assert Period.parse("2024-01-01..2024-02-29").year_earlier().last == date(2023, 2, 28)
    assert Period.parse("2025-01-01..2025-02-28").year_earlier().last == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2021-Q5", "a year has 4 quarters"),
        ("2021-H0", "a year has 2 halves"),
        ("Tháng 13/2021", "a year has 12 months"),
        ("2021@nd9", "did you mean «2021@nd09»?"),
        ("2021--Q1", "did you mean «2021-Q1»?"),
    ],
)
def test_an_error_says_what_was_near(text: str, words: str) -> None:
    with pytest.raises(CchcError) as error:
        Period.parse(text)
    assert words in error.value.en


LIES: list[tuple[Any, ...]] = [
    ("quarter", 2021, 1, "calendar", date(2020, 12, 15), date(2021, 3, 14)),  # the days of the other regime
    ("quarter", 2021, 5, "calendar", date(2021, 1, 1), date(2021, 3, 31)),
    ("year", 2021, 1, "tcvn", date(2021, 1, 1), date(2021, 12, 31)),
    ("week", 2021, 1, "calendar", date(2021, 1, 1), date(2021, 1, 7)),
    ("custom", 2020, 1, "calendar", date(2021, 1, 1), date(2021, 1, 7)),
    ("custom", 2021, 1, "nd09", date(2021, 1, 1), date(2021, 1, 7)),
    ("custom", 2021, 1, "calendar", date(2021, 1, 7), date(2021, 1, 1)),
    ("custom", 1800, 1, "calendar", date(1800, 1, 1), date(1800, 1, 7)),
    ("custom", 1899, 1, "calendar", date(1899, 12, 31), date(1900, 1, 7)),
    ("custom", 2199, 1, "calendar", date(2199, 12, 31), date(2200, 1, 7)),
]


@pytest.mark.parametrize("fields", LIES)
def test_a_period_cannot_contradict_its_name(fields: tuple[Any, ...]) -> None:
    with pytest.raises(CchcError):
        Period(*fields)


@given(anything)
def test_a_period_is_a_value(period: Period) -> None:
    twin = pickle.loads(pickle.dumps(period))  # noqa: S301  own bytes
    assert twin == period
    assert hash(twin) == hash(period)
    assert str(period) == period.label


@given(period=anything, ahead=st.integers(-40, 1300))
def test_the_elapsed_window_is_the_part_up_to_the_day(period: Period, ahead: int) -> None:
    as_of = period.first + timedelta(ahead)
    if ahead < 0:
        with pytest.raises(CchcError, match="has not begun"):
            period.until(as_of)
        return
    window = period.until(as_of)
    assert (window.first, window.last) == (period.first, min(period.last, as_of))


@given(custom())
def test_a_custom_period_a_year_earlier_keeps_its_days_and_months(period: Period) -> None:
    before = period.year_earlier()
    for then, now in ((before.first, period.first), (before.last, period.last)):
        assert then.year == now.year - 1
        assert then.month == now.month
        assert then.day == now.day or now.month == 2
    assert abs(before.days - period.days) <= 1


@pytest.mark.parametrize("text", ["2021-9M", "2021-9M@nd09", "2021-01-01..2021-12-31"])
def test_what_has_no_neighbours_says_so(text: str) -> None:
    for step in (Period.parse(text).next, Period.parse(text).previous):
        with pytest.raises(CchcError, match="no neighbour"):
            step()


def test_what_cannot_be_divided_says_so() -> None:
    year, week = Period.parse("2021"), "week"
    with pytest.raises(CchcError, match="cannot be divided into week"):
        year.parts(week)  # type: ignore[arg-type]  # a text from outside
    with pytest.raises(CchcError, match="cannot be divided into months"):
        Period.custom(year.first, year.last).parts("month")


def test_a_year_has_one_period_of_its_own_and_two_days_are_of_the_year_of_the_first() -> None:
    assert Period.of("year", 2021) == Period.parse("2021")
    assert Period.of("half", 2021) == Period.parse("2021-H1")
    assert read_name("2021-12-01..2022-01-31").year == Period.parse("2021-12-01..2022-01-31").year == 2021


def test_the_years_end_somewhere() -> None:
    with pytest.raises(CchcError, match="1899 is outside 1900–2199"):
        Period.parse("1900").year_earlier()
    with pytest.raises(CchcError, match="2200 is outside"):
        Period.parse("2199-12").next()


@pytest.mark.parametrize(
    ("text", "vi", "en"),
    [
        ("2021", "Năm 2021", "2021"),
        ("2021-H2", "6 tháng cuối năm 2021", "H2 2021"),
        ("2021-Q4", "Quý IV năm 2021", "Q4 2021"),
        ("2021-9M", "9 tháng năm 2021", "9 months of 2021"),
        ("2021-05", "Tháng 5 năm 2021", "May 2021"),
        ("2021-01-05..2021-03-02", "05/01/2021–02/03/2021", "2021-01-05 to 2021-03-02"),
        ("2021-Q1@nd09", "Quý I năm 2021 (15/12/2020–14/03/2021)", "Q1 2021 (2020-12-15 to 2021-03-14)"),
    ],
)
def test_names_for_readers(text: str, vi: str, en: str) -> None:
    period = Period.parse(text)
    assert (period.text("vi"), period.text("en")) == (vi, en)
