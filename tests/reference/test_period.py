"""Periods: parse and label are inverse, neighbours leave no gap and no overlap, parts are a partition."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.errors import CchcError
from cchc_metrics.reference.period import Kind, Period, Regime

MANY: dict[Kind, int] = {"year": 1, "half": 2, "quarter": 4, "nine_months": 1, "month": 12}


@st.composite
def named(draw: st.DrawFn, kinds: tuple[Kind, ...] = ("year", "half", "quarter", "nine_months", "month")) -> Period:
    kind = draw(st.sampled_from(kinds))
    regime: Regime = draw(st.sampled_from(["calendar", "nd09"]))
    return Period.of(kind, draw(st.integers(2015, 2030)), draw(st.integers(1, MANY[kind])), regime)


@given(
    named() | st.builds(lambda d, n: Period.custom(d, d + timedelta(n)), st.dates(date(2019, 1, 1), date(2025, 1, 1)), st.integers(0, 900))
)
def test_the_label_reads_back(period: Period) -> None:
    assert Period.parse(period.label) == period


@given(named(("year", "half", "quarter", "month")))
def test_neighbours_touch(period: Period) -> None:
    assert period.next().first == period.last + timedelta(1)
    assert period.next().previous() == period


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
    assert all(a.last + timedelta(1) == b.first for a, b in pairwise(parts))
    assert sum(p.days for p in parts) == period.days


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
    ],
)
def test_vietnamese_names(text: str, label: str) -> None:
    assert Period.parse(text).label == label


@pytest.mark.parametrize(
    "text", ["", "2021-Q5", "2021-13", "2021-00", "tháng 13/2021", "2021@tcvn", "2021-02-30..2021-03-01", "quý V/2021", "21"]
)
def test_what_is_not_a_period_is_refused_by_name(text: str) -> None:
    with pytest.raises(CchcError) as error:
        Period.parse(text)
    assert f"«{text}»" in error.value.en
    assert "2021-Q3" in error.value.vi


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
