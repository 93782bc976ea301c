"""Laws of folding and of reading numbers, then the examples that fix the rule."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from fractions import Fraction
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.errors import CchcError
from cchc_metrics.folding import nfd
from cchc_metrics.text import fold, nfc, parse_number_vi

VIETNAMESE = st.text(alphabet="aăâeêioôơuưyđAĂÂEÊIOÔƠUƯYĐmnhg _\t\u0300\u0301\u0303\u0309\u0323", max_size=20)
NUMBER_LIKE = st.text(alphabet="0123456789.,-+ %e", max_size=12)


@given(VIETNAMESE | st.text(max_size=20))
def test_fold_sees_no_difference_of_normal_form(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text)) == fold(text)


@given(VIETNAMESE | st.text(max_size=20))
def test_fold_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(VIETNAMESE)
def test_fold_of_vietnamese_is_plain_lower_case_ascii_in_single_spaces(text: str) -> None:
    folded = fold(text)
    assert folded.isascii()
    assert folded == folded.lower()
    assert folded.split(" ") == (folded.split() or [""])


@given(VIETNAMESE, VIETNAMESE, st.sampled_from([" ", "  ", "_", " _ ", "\N{NO-BREAK SPACE}", "\n"]))
def test_fold_does_not_care_how_words_are_parted(left: str, right: str, gap: str) -> None:
    assert fold(left + gap + right) == f"{fold(left)} {fold(right)}".strip()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Mã đơn vị", "ma don vi"),
        ("MÃ ĐƠN VỊ", "ma don vi"),
        ("ma_don_vi", "ma don vi"),
        ("Đốc Binh Kiều", "doc binh kieu"),
        ("Hoà An", "hoa an"),
        ("Hòa An", "hoa an"),
        ("Ðơn vị", "don vi"),  # the eth of old Vietnamese fonts
        ("\N{ZERO WIDTH NO-BREAK SPACE}Mã\N{ZERO WIDTH SPACE} đơn vị", "ma don vi"),
        ("", ""),
    ],
)
def test_fold_examples(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_fold_keeps_i_and_y_apart() -> None:
    assert fold("Mỹ Quí") != fold("Mỹ Quý")


@given(st.text(max_size=20))
def test_nfc_composes(text: str) -> None:
    assert unicodedata.is_normalized("NFC", nfc(text))
    assert unicodedata.normalize("NFD", nfc(text)) == unicodedata.normalize("NFD", text)


@given(st.integers(), st.integers(0, 9))
def test_a_number_written_with_a_comma_reads_as_itself(units: int, decimals: int) -> None:
    whole, part = divmod(abs(units), 10**decimals)
    text = ("-" if units < 0 else "") + str(whole) + (f",{part:0{decimals}}" if decimals else "")
    assert parse_number_vi(text) == Fraction(units, 10**decimals)


@given(st.integers(min_value=0))
def test_dots_in_groups_of_three_change_nothing(whole: int) -> None:
    assert parse_number_vi(f"{whole:,}".replace(",", ".")) == parse_number_vi(str(whole)) == whole


@given(st.integers(0, 10**12), st.integers(1, 9).filter(lambda n: n != 3), st.data())
def test_a_point_before_no_group_of_three_is_decimal(whole: int, decimals: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, 10**decimals - 1))
    text = f"{whole}.{part:0{decimals}}"
    assert parse_number_vi(text) == Fraction(text)


@given(NUMBER_LIKE | st.text(max_size=12))
def test_a_text_is_a_number_or_an_error_that_names_it(text: str) -> None:
    try:
        value = parse_number_vi(text)
    except CchcError as error:
        assert f"«{text.strip()}»" in error.vi
        assert f"«{text.strip()}»" in error.en
    else:
        assert sum(c.isdigit() for c in text) >= len(str(abs(value.numerator) // value.denominator))


@given(NUMBER_LIKE)
def test_the_sign_only_turns_the_value(text: str) -> None:
    try:
        value = parse_number_vi(text.strip("+- "))
    except CchcError:
        return
    for sign, turned in (("-", -value), ("−", -value), ("+", value), ("", value)):
        assert parse_number_vi(f" {sign}{text.strip('+- ')}\N{NO-BREAK SPACE}") == turned


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2.096", Fraction(2096)),
        ("1.234", Fraction(1234)),
        ("1.234.567", Fraction(1_234_567)),
        ("12.345,67", Fraction(1_234_567, 100)),
        ("92,83", Fraction(9283, 100)),
        ("92.83", Fraction(9283, 100)),
        ("2,096", Fraction(2096, 1000)),
        ("92.8312", Fraction(928_312, 10_000)),
        ("0,125", Fraction(1, 8)),
        ("-0,5", Fraction(-1, 2)),
        ("100", Fraction(100)),
        ("007", Fraction(7)),
    ],
)
def test_numbers_that_read(text: str, value: Fraction) -> None:
    assert parse_number_vi(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-", ",", ".", "5,", "5.", ",5", ".5", "1.23.456", "1.2345.678", "1,2,3", "12.34,5", "0.125.000",
        "1e5", "1_000", "1 234", "92,83%", "--1", "- 1", "nan", "inf", "½", "٣", "x", "1.234,5,6", "1\n2",
    ],
)  # fmt: skip
def test_numbers_that_do_not_read(text: str) -> None:
    with pytest.raises(CchcError, match="không đọc được số"):
        parse_number_vi(text)


@pytest.mark.parametrize(
    ("text", "fix"),
    [("12,345.67", "12.345,67"), ("1,234,567", "1.234.567"), ("0.125", "0,125"), ("1234.567", "1234,567")],
)
def test_an_error_proposes_the_fix_where_there_is_one(text: str, fix: str) -> None:
    with pytest.raises(CchcError) as caught:
        parse_number_vi(text)
    assert f"«{fix}»" in caught.value.vi
    assert f"did you mean «{fix}»" in caught.value.en
    parse_number_vi(fix)


def test_a_text_of_any_length_gives_a_short_message() -> None:
    with pytest.raises(CchcError) as caught:
        parse_number_vi("9" * 10_000)
    assert len(caught.value.en) < 300


@pytest.mark.parametrize(("form", "name"), [(nfc, "NFC"), (nfd, "NFD")])
def test_a_letter_of_marks_without_end_is_normal_in_little_time(form: Callable[[str], str], name: Literal["NFC", "NFD"]) -> None:
    for text in ("Thâ\u0323p Mươ\u0300i " * 90, "x" * 300 + "\u0323\u0302\u0301" * 10, "— … ≥ " * 99):
        assert form(text) == unicodedata.normalize(name, text)  # what people write, and thirty marks
    endless = "a" + "\u0301\u0323" * 60_000  # which takes minutes, since marks are sorted one by one
    found = form(endless)
    assert form(found) == found
    assert [found.count(mark) for mark in "\u0301\u0323"] == [60_000, 60_000 - (name == "NFC")]
    assert found.replace("\u034f", "").startswith("ạ" if name == "NFC" else "a\u0323")
