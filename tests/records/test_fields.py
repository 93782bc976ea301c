"""Cells: what each kind of column understands, what it refuses and with which code; nothing is guessed."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.records import choices
from cchc_metrics.records.codes import Code
from cchc_metrics.records.fields import (
    CellError,
    Choice,
    Flag,
    cell_text,
    parse_day,
    parse_label,
    parse_moment,
    parse_required,
    parse_term,
    parse_whole,
)

CHOICES: list[type[Choice]] = [
    Flag,
    *(c for c in vars(choices).values() if isinstance(c, type) and issubclass(c, Choice) and c is not Choice),
]
DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31, 23, 59, 59)).map(lambda m: m.replace(microsecond=0))
PARSERS: list[Callable[[object], Any]] = [
    parse_label,
    parse_required,
    parse_whole,
    parse_term,
    parse_moment,
    parse_day,
    *(c.parse for c in CHOICES),
]
ANYTHING = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.decimals()
    | st.fractions()
    | st.dates()
    | st.datetimes()
    | st.datetimes(timezones=st.timezones())
    | st.lists(st.integers(), max_size=2)
    | st.sampled_from(list(Code))
)


def code_of(parse: Callable[[object], Any], value: object) -> Code:
    with pytest.raises(CellError) as raised:
        parse(value)
    return raised.value.code


@given(st.sampled_from(PARSERS), ANYTHING)
def test_a_cell_is_understood_or_refused_with_a_code_and_never_stops_the_reading(parse: Callable[[object], Any], value: object) -> None:
    try:
        found = parse(value)
    except CellError as error:
        assert error.code.severity == "error"
    else:
        assert parse(found) == found  # what was understood is understood again


@pytest.mark.parametrize("parse", [parse_whole, parse_term, parse_moment, parse_day])
@pytest.mark.parametrize("blank", [None, "", "  ", "\n", float("nan")])
def test_an_empty_cell_is_not_zero(parse: Callable[[object], Any], blank: object) -> None:
    assert parse(blank) is None


# --- text


@given(st.text(max_size=8))
def test_text_is_composed_and_on_one_line(text: str) -> None:
    label = parse_label(text)
    assert unicodedata.is_normalized("NFC", label)
    assert label == " ".join(label.split())
    assert parse_label(unicodedata.normalize("NFD", text)) == label


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (7, "7"),
        (7.0, "7"),
        (7.5, "7.5"),
        (True, "true"),
        (False, "false"),
        (Flag.YES, "yes"),
        (Decimal("1.0"), "1.0"),
        (date(2021, 1, 2), "2021-01-02"),
    ],
)
def test_codes_that_a_spreadsheet_made_numbers_are_codes_again(cell: object, text: str) -> None:
    assert cell_text(cell) == text


@pytest.mark.parametrize("blank", [None, "", " \t"])
def test_a_required_text_must_be_there(blank: object) -> None:
    assert code_of(parse_required, blank) is Code.MISSING_VALUE


def test_half_a_character_is_refused() -> None:
    assert code_of(parse_label, "Mỹ \ud83d An") is Code.UNKNOWN_CODE
    assert parse_label("Mỹ \U0001f600 An") == "Mỹ \U0001f600 An"


# --- closed lists


@pytest.mark.parametrize("choice", CHOICES, ids=lambda c: c.__name__)
def test_no_spelling_means_two_members(choice: type[Choice]) -> None:
    for member in choice:
        for spelling in (member.value, member.vi, *member.aliases):
            for written in (spelling, spelling.upper(), f" {spelling}\n", unicodedata.normalize("NFD", spelling)):
                assert choice.parse(written) is member
        assert choice.of(member.value) is member
        assert member.text("vi") == member.vi
        assert member.text("en") == member.value.replace("_", " ")


@pytest.mark.parametrize("choice", CHOICES, ids=lambda c: c.__name__)
def test_an_empty_cell_is_what_the_list_says_or_missing(choice: type[Choice]) -> None:
    blank = choice.blank()
    if blank is None:
        assert code_of(choice.parse, "") is Code.MISSING_VALUE
    else:
        assert choice.parse(None) is blank


def test_an_unknown_code_names_the_nearest_and_is_not_taken_for_it() -> None:
    with pytest.raises(CellError) as raised:
        choices.Channel.parse("onlin")
    assert raised.value.code is Code.UNKNOWN_CODE
    vi, en = raised.value.fix
    assert vi == "; có phải «online»?; có: trực tiếp, trực tuyến, bưu chính công ích"
    assert en == "; did you mean «online»?; there are: counter, online, postal"


def test_unknown_is_not_no() -> None:
    assert Flag.parse("") is Flag.UNKNOWN
    assert Flag.parse("không") is Flag.NO
    assert Flag.parse(False) is Flag.NO
    assert choices.Secrecy.parse("") is choices.Secrecy.UNKNOWN


# --- numbers


@given(st.integers(0, 2**31 - 1))
def test_a_whole_number_is_read_in_every_way_it_is_written(n: int) -> None:
    dotted = f"{n:,}".replace(",", ".")
    assert {parse_whole(cell) for cell in (n, str(n), dotted, f" {n} ", float(n), Decimal(n), Fraction(n))} == {n}


@pytest.mark.parametrize("parse", [parse_whole, parse_term])
def test_a_number_beyond_all_digits_is_refused_before_it_is_written_out(parse: Callable[[object], Any]) -> None:
    for text, code in (
        ("1e999999999", Code.NUMBER_OUT_OF_RANGE),
        ("1e-999999999", Code.NOT_A_NUMBER),
        ("-5e-999999999", Code.NOT_A_NUMBER),
    ):
        with pytest.raises(CellError) as raised:
            parse(Decimal(text))
        assert raised.value.code is code
    assert parse(Decimal("0e-999999999")) == 0


@given(st.integers(0, 20_000))
def test_a_term_is_a_multiple_of_one_half(halves: int) -> None:
    term = Fraction(halves, 2)
    text = f"{halves // 2},5" if halves % 2 else str(halves // 2)
    assert {parse_term(cell) for cell in (term, text, float(term), Decimal(halves) / 2)} == {term}


@pytest.mark.parametrize(
    ("parse", "cell", "code"),
    [
        (parse_whole, "1,5", Code.NOT_A_NUMBER),
        (parse_whole, 1.5, Code.NOT_A_NUMBER),
        (parse_whole, 1.125, Code.NOT_A_NUMBER),
        (parse_term, 1.125, Code.NOT_A_NUMBER),
        (parse_whole, "1,234,567", Code.NOT_A_NUMBER),
        (parse_whole, "hai", Code.NOT_A_NUMBER),
        (parse_whole, "50%", Code.NOT_A_NUMBER),
        (parse_whole, math.inf, Code.NOT_A_NUMBER),
        (parse_whole, -1, Code.NUMBER_OUT_OF_RANGE),
        (parse_whole, "-1", Code.NUMBER_OUT_OF_RANGE),
        (parse_whole, 2**31, Code.NUMBER_OUT_OF_RANGE),
        (parse_term, "0,3", Code.NOT_A_NUMBER),
        (parse_term, "0.125", Code.NOT_A_NUMBER),
        (parse_term, "10.001", Code.NUMBER_OUT_OF_RANGE),
    ],
)
def test_a_number_that_is_none_is_refused(parse: Callable[[object], Any], cell: object, code: Code) -> None:
    assert code_of(parse, cell) is code


@pytest.mark.parametrize(
    ("parse", "code"),
    [(parse_label, Code.NUMBER_OUT_OF_RANGE), (parse_whole, Code.NUMBER_OUT_OF_RANGE), (parse_moment, Code.NUMBER_OUT_OF_RANGE)],
)
def test_a_number_too_long_to_be_written_is_out_of_range(parse: Callable[[object], Any], code: Code) -> None:
    assert code_of(parse, 10**5000) is code


# --- days and moments


@given(DAYS, st.sampled_from("-/."))
def test_a_day_is_read_in_every_way_it_is_written(day: date, mark: str) -> None:
    d, m, y = day.day, day.month, day.year
    serial = (day - date(1899, 12, 30)).days
    written = [
        day,
        f"{y:04}{mark}{m:02}{mark}{d:02}",
        f"{d:02}{mark}{m:02}{mark}{y}",
        f"{d}{mark}{m}{mark}{y}",
        f"{y}{m:02}{d:02}",
        int(f"{y}{m:02}{d:02}"),
        serial,
        float(serial),
        str(serial),
        f"  {day}  ",
    ]
    assert {parse_moment(cell) for cell in written} == {day}
    assert {parse_day(cell) for cell in written} == {day}


@given(MOMENTS)
def test_a_moment_is_read_in_every_way_it_is_written(moment: datetime) -> None:
    elsewhere = moment.replace(tzinfo=timezone(timedelta(hours=7))).astimezone(timezone(timedelta(hours=-3, minutes=-30)))
    written: list[object] = [
        moment,
        f"{moment:%d/%m/%Y %H:%M:%S}",
        f"{moment:%Y-%m-%dT%H:%M:%S}",
        f"{moment:%Y%m%d%H%M%S}",
        f"{moment:%Y-%m-%d %H:%M:%S.123456}",
        moment.replace(tzinfo=timezone(timedelta(hours=7))),
        elsewhere,
        elsewhere.isoformat(),
        elsewhere.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        f"{moment:%d-%m-%Y %Hh%M}:{moment:%S}",
    ]
    assert {parse_moment(cell) for cell in written} == {moment}
    assert {parse_day(cell) for cell in written} == {moment.date()}
    assert all(type(parse_moment(cell)) is datetime for cell in written)


@given(MOMENTS)
def test_a_serial_of_a_spreadsheet_carries_the_time_to_the_second(moment: datetime) -> None:
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
    for cell in (serial, str(serial), str(serial).replace(".", ",")):
        found = parse_moment(cell)
        assert found is not None
        assert (found if isinstance(found, datetime) else datetime.combine(found, datetime.min.time())) == moment


@given(st.integers(1, 31), st.integers(1, 12), st.integers(1990, 2099))
def test_a_day_is_refused_exactly_when_the_calendar_has_it_not(d: int, m: int, y: int) -> None:
    try:
        day = date(y, m, d)
    except ValueError:
        assert code_of(parse_moment, f"{d}/{m}/{y}") is Code.IMPOSSIBLE_DATE
    else:
        assert parse_moment(f"{d}/{m}/{y}") == day


@pytest.mark.parametrize(
    "cell",
    [
        "29/02/2021",
        "13/13/2021",
        "03/21/2021",
        "2021-02-30",
        "2021",
        "03/2021",
        "1/1/21",
        "hôm qua",
        "20211301",
        "31/12/1989",
        "1/1/2100",
        date(1989, 12, 31),
        datetime(2100, 1, 1),
        12,
        1e300,
        -5,
        True,
        "2021-01-01 24:01",
        "2021-01-01T00:00+99:99",
        "9999-12-31T23:59Z",
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
        "2021/01-",
        "0000-01-01",
        math.inf,
    ],
)
def test_a_day_that_is_none_is_refused(cell: object) -> None:
    assert code_of(parse_moment, cell) is Code.IMPOSSIBLE_DATE


def test_the_day_comes_before_the_month() -> None:
    assert parse_moment("03/04/2021") == date(2021, 4, 3)


def test_an_instant_is_taken_to_vietnam() -> None:
    assert parse_moment("2021-03-01T18:30:00Z") == datetime(2021, 3, 2, 1, 30)


def test_the_not_a_time_of_data_frames_is_empty() -> None:
    class NotATime(datetime):
        __hash__ = None  # type: ignore[assignment]  # as little a value as its model

        def __eq__(self, other: object) -> bool:
            return False

        def __ne__(self, other: object) -> bool:
            return True

    assert parse_moment(NotATime(1, 1, 1)) is None
