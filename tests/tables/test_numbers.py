"""Laws of rounding and printing, then the figures that authorities printed."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cchc_metrics.errors import CchcError
from cchc_metrics.tables.numbers import (
    Exact,
    decimal_digits,
    decimals_beside,
    exact_text,
    format_count,
    format_date,
    format_decimal_exact,
    format_number,
    format_percent,
    format_points,
    format_signed,
    plain,
    round_half_up,
    truncate,
)
from cchc_metrics.text import Lang, parse_number_vi

FIGURES = json.loads((Path(__file__).parents[1] / "data" / "published_figures.json").read_text(encoding="utf-8"), parse_float=Decimal)[
    "figures"
]

LANGS = st.sampled_from(["vi", "en"])
DECIMALS = st.integers(0, 6)
# Small denominators meet halves and wholes often; powers of ten meet the last printed digit.
VALUES = st.fractions(max_denominator=2000) | st.builds(Fraction, st.integers(), st.sampled_from([1, 8, 200, 10**7]))
# Rates of large counts that are very near to none and to all.
NEAR_WHOLES = st.builds(
    lambda whole, n, sign: whole + sign * Fraction(100, n),
    st.sampled_from([0, 100]),
    st.integers(1, 10**9),
    st.sampled_from([-1, 1]),
)
PERCENTS = st.fractions(-5, 205, max_denominator=5000) | NEAR_WHOLES | st.sampled_from([Fraction(0), Fraction(100)])


def read(text: str, lang: str) -> Fraction:
    """Read a printed number back by another way than the one that is tested."""
    return Fraction(text.replace(",", "") if lang == "en" else text.replace(".", "").replace(",", "."))


# --- rounding


@given(VALUES, DECIMALS)
def test_rounding_lands_on_the_grid_at_most_half_a_step_away(value: Fraction, decimals: int) -> None:
    step = Fraction(1, 10**decimals)
    rounded = round_half_up(value, decimals)
    assert (rounded / step).denominator == 1
    assert abs(rounded - value) <= step / 2
    if abs(rounded - value) == step / 2:
        assert abs(rounded) > abs(value)  # a half goes away from zero


@given(VALUES, DECIMALS)
def test_truncation_never_leaves_zero_and_loses_less_than_a_step(value: Fraction, decimals: int) -> None:
    step = Fraction(1, 10**decimals)
    cut = truncate(value, decimals)
    assert (cut / step).denominator == 1
    assert 0 <= abs(value) - abs(cut) < step
    assert cut * value >= 0


@pytest.mark.parametrize("how", [round_half_up, truncate])
@given(left=VALUES, right=VALUES, decimals=DECIMALS)
def test_rounding_keeps_order_and_sign_and_is_done_once(
    how: Callable[[Exact, int], Fraction], left: Fraction, right: Fraction, decimals: int
) -> None:
    low, high = sorted((left, right))
    assert how(low, decimals) <= how(high, decimals)
    assert how(-left, decimals) == -how(left, decimals)
    assert how(how(left, decimals), decimals) == how(left, decimals)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**6), max_value=10**6), DECIMALS)
def test_decimal_and_fraction_round_alike(value: Decimal, decimals: int) -> None:
    assert round_half_up(value, decimals) == round_half_up(Fraction(value), decimals)
    assert truncate(value, decimals) == truncate(Fraction(value), decimals)


def test_numpy_integers_neither_overflow_nor_differ() -> None:
    big = 2**62 + 1
    value = np.int64(big)
    assert round_half_up(value, 6) == big  # type: ignore[arg-type]  # numpy's integers are no ints to the type checker
    assert format_count(value) == format_count(big)  # type: ignore[arg-type]  # as above
    ratio = Fraction(np.int64(big), np.int64(3))  # type: ignore[call-overload]  # as above
    assert format_decimal_exact(ratio) == format_decimal_exact(Fraction(big, 3))


WITH_VALUE: list[Callable[[Any], object]] = [
    lambda value: round_half_up(value, 2),
    lambda value: truncate(value, 2),
    format_number,
    format_signed,
    format_percent,
    format_points,
    format_decimal_exact,
]


@pytest.mark.parametrize("function", WITH_VALUE)
@pytest.mark.parametrize("value", [0.5, float("nan"), np.float64(0.5), np.float32(0.5)])
def test_floats_are_refused_with_the_reason(function: Callable[[Any], object], value: object) -> None:
    with pytest.raises(TypeError, match="binary float has lost the last digits"):
        function(value)


@pytest.mark.parametrize("function", WITH_VALUE)
@pytest.mark.parametrize("value", [True, None, "1", 1j])
def test_what_is_no_number_is_refused(function: Callable[[Any], object], value: object) -> None:
    with pytest.raises(TypeError, match="not an int, Fraction or Decimal"):
        function(value)


@pytest.mark.parametrize("function", WITH_VALUE)
@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity")])
def test_decimals_that_are_not_finite_are_refused(function: Callable[[Any], object], value: Decimal) -> None:
    with pytest.raises(ValueError, match="cannot be printed"):
        function(value)


def test_decimals_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="decimals must be a whole number from 0 to 1000, not -1"):
        round_half_up(5, -1)


# --- numbers


@given(VALUES, DECIMALS, LANGS, st.booleans(), st.booleans())
def test_a_printed_number_reads_back_as_the_rounded_value(value: Fraction, decimals: int, lang: Lang, strip: bool, group: bool) -> None:
    text = format_number(value, decimals=decimals, lang=lang, strip=strip, group=group)
    rounded = round_half_up(value, decimals)
    assert read(text, lang) == rounded
    assert text.startswith("-") == (rounded < 0)  # never a minus before zero
    if lang == "vi" and group:
        assert parse_number_vi(text) == rounded


@given(VALUES, DECIMALS, LANGS)
def test_languages_differ_by_their_marks_only(value: Fraction, decimals: int, lang: Lang) -> None:
    other: Lang = "en" if lang == "vi" else "vi"
    swapped = format_number(value, decimals=decimals, lang=other).translate(str.maketrans(",.", ".,"))
    assert format_number(value, decimals=decimals, lang=lang) == swapped


@given(VALUES, st.integers(1, 6))
def test_stripping_takes_zeros_and_nothing_else(value: Fraction, decimals: int) -> None:
    full = format_number(value, decimals=decimals, strip=False)
    assert len(full.partition(",")[2]) == decimals
    assert format_number(value, decimals=decimals) == full.rstrip("0").rstrip(",")


@given(VALUES, DECIMALS, LANGS)
def test_a_signed_number_is_the_number_with_plus_above_zero(value: Fraction, decimals: int, lang: Lang) -> None:
    number = format_number(value, decimals=decimals, lang=lang, beside=[0])
    signed = format_signed(value, decimals=decimals, lang=lang)
    assert signed.removeprefix("+") == number
    assert signed.startswith("+") == (value > 0)
    assert signed.startswith("-") == (value < 0)
    assert (signed == "0") == (value == 0)


def read_back(text: str, lang: Lang) -> Fraction:
    thousands, mark = (".", ",") if lang == "vi" else (",", ".")
    return Fraction(text.removesuffix("%").replace(thousands, "").replace(mark, "."))


NEAR = st.tuples(VALUES, st.fractions(-1, 1) | st.fractions(-1, 1).map(lambda part: part / 10**6)).map(lambda pair: [pair[0], sum(pair)])


@given(
    NEAR | st.lists(VALUES | st.fractions(99, 101), min_size=2, max_size=4),
    DECIMALS,
    LANGS,
    st.sampled_from(cast("Any", [format_number, format_percent])),
)
def test_numbers_beside_each_other_compare_as_the_exact_ones_do(numbers: list[Fraction], decimals: int, lang: Lang, write: Any) -> None:
    printed = [read_back(write(n, decimals=decimals, lang=lang, beside=[*numbers, None]), lang) for n in numbers]
    for one, as_one in zip(numbers, printed, strict=True):
        for other, as_other in zip(numbers, printed, strict=True):
            assert (as_one < as_other, as_one == as_other) == (one < other, one == other)


@given(NEAR, st.integers(0, 3))
def test_numbers_beside_each_other_have_no_more_decimals_than_it_takes(pair: list[Fraction], decimals: int) -> None:
    value, other = pair
    needed = decimals_beside(value, [other], decimals)
    assert value == other or round_half_up(value, needed) != round_half_up(other, needed)
    assert all(round_half_up(value, n) == round_half_up(other, n) for n in range(decimals, needed))


@given(st.lists(st.fractions(-2, 2) | VALUES, min_size=1, max_size=4))
def test_plain_numbers_beside_each_other_are_told_apart_and_never_rounded(numbers: list[Fraction]) -> None:
    printed = [plain(number, beside=[*numbers, None]) for number in numbers]
    for value, text in zip(numbers, printed, strict=True):
        shown = abs(Fraction(text.rstrip("…")))
        assert shown == abs(value) if not text.endswith("…") else 0 < abs(value) - shown < Fraction(1, 10**6)
    assert len(set(printed)) == len(set(numbers))


@given(st.integers(), LANGS)
def test_a_count_prints_as_the_number_it_is(value: int, lang: Lang) -> None:
    assert format_count(value, lang) == format_number(value, lang=lang)


@pytest.mark.parametrize("value", [Fraction(5), Decimal(5), 5.0, True, "5"])
def test_a_count_is_an_int(value: object) -> None:
    with pytest.raises(TypeError, match="not an int: things are counted"):
        format_count(cast("int", value))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (format_number(Fraction(1_234_567, 100)), "12.345,67"),
        (format_number(Fraction(1_234_567, 100), lang="en"), "12,345.67"),
        (format_number(1_234_567), "1.234.567"),
        (format_number(2021, group=False), "2021"),
        (format_number(Decimal("-0.004"), strip=False), "0,00"),
        (format_number(Decimal("-0.005"), strip=False), "-0,01"),
        (format_number(Decimal("50.775")), "50,78"),
        (format_number(Decimal("99.5"), decimals=0), "100"),
        (format_number(Decimal("7.05"), strip=False), "7,05"),
        (format_number(100, strip=False), "100,00"),
        (format_number(100), "100"),
        (format_count(2096), "2.096"),
        (format_count(-1500, "en"), "-1,500"),
        (format_signed(811), "+811"),
        (format_signed(Fraction(-1, 1000)), "-0,001"),
        (format_points(Fraction(1, 300)), "+0,003 điểm phần trăm"),
        (format_percent(Fraction(1_799_900, 20_000), beside=[90]), "89,995%"),
        (format_percent(90, beside=[Fraction(1_799_900, 20_000)]), "90%"),
        (format_points(Fraction(5, 2), "vi"), "+2,5 điểm phần trăm"),
        (format_points(Fraction(5, 2), "en"), "+2.5 percentage points"),
        (format_points(Fraction(-1), "en"), "-1 percentage point"),
        (format_points(Fraction(-1), "vi"), "-1 điểm phần trăm"),
        (format_points(0, "vi"), "0 điểm phần trăm"),
    ],
)
def test_examples(text: str, expected: str) -> None:
    assert text == expected


@given(VALUES, LANGS)
def test_points_are_a_signed_number_with_their_unit(value: Fraction, lang: Lang) -> None:
    number, _, unit = format_points(value, lang).partition(" ")
    assert number == format_signed(value, lang=lang)
    assert unit == "điểm phần trăm" if lang == "vi" else unit.removesuffix("s") == "percentage point"


# --- percentages


@given(PERCENTS, DECIMALS, LANGS)
def test_a_guarded_rate_is_never_printed_as_none_or_all_when_it_is_not(value: Fraction, decimals: int, lang: Lang) -> None:
    printed = read(format_percent(value, decimals=decimals, lang=lang).removesuffix("%"), lang)
    for whole in (0, 100):
        assert (printed > whole) == (value > whole)
        assert (printed < whole) == (value < whole)


@given(PERCENTS, PERCENTS, DECIMALS)
def test_guarded_rates_keep_their_order(left: Fraction, right: Fraction, decimals: int) -> None:
    low, high = (read(format_percent(v, decimals=decimals).removesuffix("%"), "vi") for v in sorted((left, right)))
    assert low <= high


@given(PERCENTS, DECIMALS, LANGS, st.booleans())
def test_the_guard_touches_nothing_but_false_wholes(value: Fraction, decimals: int, lang: Lang, strip: bool) -> None:
    plain = format_percent(value, decimals=decimals, lang=lang, strip=strip, guard_whole=False)
    guarded = format_percent(value, decimals=decimals, lang=lang, strip=strip)
    assert plain == format_number(value, decimals=decimals, lang=lang, strip=strip) + "%"
    assert (guarded != plain) == (value not in {0, 100} and round_half_up(value, decimals) in {0, 100})


@given(NEAR_WHOLES, DECIMALS)
def test_the_guard_adds_no_more_decimals_than_it_needs(value: Fraction, decimals: int) -> None:
    assume(value not in {0, 100} and round_half_up(value, decimals) in {0, 100})
    shown = len(format_percent(value, decimals=decimals).removesuffix("%").partition(",")[2])
    assert round_half_up(value, shown - 1) in {0, 100}


@pytest.mark.parametrize(
    ("numerator", "denominator", "decimals", "expected"),
    [
        (9999, 10_000, 1, "99,99%"),
        (9999, 10_000, 2, "99,99%"),
        (99_999, 100_000, 2, "99,999%"),
        (999_996, 1_000_000, 2, "99,9996%"),
        (999_999_999, 1_000_000_000, 2, "99,9999999%"),
        (1, 1_000_000, 2, "0,0001%"),
        (1_000_001, 1_000_000, 2, "100,0001%"),
        (-1, 1_000_000, 2, "-0,0001%"),
        (10_000, 10_000, 2, "100%"),
        (0, 10_000, 2, "0%"),
        (199_999, 100_000, 2, "200%"),  # two hundred is no whole: nothing is claimed by it
        (983, 1000, 2, "98,3%"),
    ],
)
def test_rates(numerator: int, denominator: int, decimals: int, expected: str) -> None:
    assert format_percent(Fraction(100 * numerator, denominator), decimals=decimals) == expected


# --- dates, machines, languages


@given(st.dates())
def test_dates_read_back(date: dt.date) -> None:
    day, month, year = format_date(date, "vi").split("/")
    assert (len(day), len(month), len(year)) == (2, 2, 4)
    assert dt.date(int(year), int(month), int(day)) == date == dt.date.fromisoformat(format_date(date, "en"))


def test_an_instant_prints_as_its_date() -> None:
    instant = dt.datetime(2021, 12, 31, 23, 59)
    assert (format_date(instant), format_date(instant, "en")) == ("31/12/2021", "2021-12-31")


@given(VALUES, st.integers(10, 14))
def test_the_decimal_string_is_exact_where_it_can_be(value: Fraction, digits: int) -> None:
    text = format_decimal_exact(value, digits)
    assert "e" not in text.lower()
    assert not text.endswith(".")
    assert "." not in text or not text.endswith("0")
    assert text != "-0"
    ends_within = (value * 10**digits).denominator == 1
    assert (Fraction(text) == value) == ends_within
    assert Fraction(text) == round_half_up(value, digits)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(9283, 100), "92.83"),
        (Fraction(2, 3), "0.6666666667"),
        (Fraction(1, 2**10), "0.0009765625"),
        (Fraction(10**20), "100000000000000000000"),
        (Decimal("1E+3"), "1000"),
        (Fraction(-1, 10**12), "0"),
        (0, "0"),
    ],
)
def test_decimal_strings(value: Exact, expected: str) -> None:
    assert format_decimal_exact(value) == expected


def test_fewer_than_ten_digits_are_refused() -> None:
    with pytest.raises(ValueError, match="10 or more, not 9"):
        format_decimal_exact(1, 9)


@pytest.mark.parametrize(
    "call",
    [
        lambda lang: format_number(1, lang=lang),
        lambda lang: format_signed(1, lang=lang),
        lambda lang: format_percent(1, lang=lang),
        lambda lang: format_points(1, lang),
        lambda lang: format_count(1, lang),
        lambda lang: format_date(dt.date(2021, 1, 1), lang),
    ],
)
def test_an_unknown_language_is_named(call: Callable[[str], str]) -> None:
    with pytest.raises(CchcError, match="no language «vn»; choose vi or en"):
        call("vn")


# --- the figures that were printed


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: f"{figure['numerator']}-{figure['denominator']}")
def test_published_figures_follow_the_rule_they_carry(figure: dict[str, Any]) -> None:
    rate = 100 * Fraction(figure["numerator"]) / Fraction(figure["denominator"])
    decimals = figure["decimals"]
    printed = parse_number_vi(figure["printed"])
    by_half_up, by_truncation = {
        "both half-up and truncation": (True, True),
        "half-up (truncation fails)": (True, False),
        "truncation (half-up fails)": (False, True),
        "none": (False, False),
    }[figure["rule"]]
    assert (round_half_up(rate, decimals) == printed) == by_half_up
    assert (truncate(rate, decimals) == printed) == by_truncation
    assert (format_percent(rate, decimals=decimals) == figure["printed"] + "%") == by_half_up


def test_the_published_figures_are_all_there() -> None:
    assert Counter(figure["rule"] for figure in FIGURES) == {
        "both half-up and truncation": 16,
        "half-up (truncation fails)": 15,
        "truncation (half-up fails)": 3,
        "none": 6,
    }
    assert all(figure["url"].startswith("http") for figure in FIGURES)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (Fraction(1234567, 100), 2, "12345.67"),
        (Fraction(1, 5), 1, "0.2"),
        (Fraction(3, 25), 2, "0.12"),
        (Fraction(1, 50), 2, "0.02"),
        (Fraction(7, 4), 2, "1.75"),
        (Fraction(1, 40), 3, "0.025"),
        (Fraction(-12), 0, "-12"),
        (Fraction(5, 6), None, "5/6"),
        (Fraction(1, 15), None, "1/15"),
    ],
)
def test_as_many_decimals_as_a_number_has(value: Fraction, digits: int | None, text: str) -> None:
    assert decimal_digits(value) == digits
    assert exact_text(value) == text


def test_two_decimals_where_nothing_is_said_and_as_many_as_are_said() -> None:
    third = Fraction(1, 3)
    assert (format_number(third), format_signed(third), format_percent(third)) == ("0,33", "+0,33", "0,33%")
    assert [format_points(third, decimals=n) for n in (1, 3)] == ["+0,3 điểm phần trăm", "+0,333 điểm phần trăm"]
    assert format_number(third, decimals=0) == "0"
    assert plain(third) == "0.333333…"
    assert round_half_up(third, 1000) == Fraction((10**1000 - 1) // 3, 10**1000)
    with pytest.raises(CchcError, match="from 0 to 1000"):
        round_half_up(third, 1001)


def test_a_fraction_of_numpy_integers_does_not_overflow() -> None:
    large: Any = np.int64(2**62)
    for value in (Fraction(large, 3), Fraction(3, large), Fraction(large, large - 1)):
        assert format_decimal_exact(value) == format_decimal_exact(Fraction(int(value.numerator), int(value.denominator)))
        assert format_number(value, decimals=25) == format_number(Fraction(int(value.numerator), int(value.denominator)), decimals=25)
