"""Names of units: spellings of one name compare equal, different names do not."""

from __future__ import annotations

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.reference.unit_name import KINDS, comparable, kind_of, normalise_unit_name, plain, readings

SYLLABLES = [
    "Mỹ",
    "Quý",
    "Hòa",
    "Hóa",
    "Tây",
    "Tài",
    "Thúy",
    "Thủy",
    "Yên",
    "Đốc",
    "Kiều",
    "Kiểu",
    "Phượng",
    "Tịnh",
    "Xà",
    "Lợi",
    "1",
    "12",
]
FORMS: list[Literal["NFC", "NFD"]] = ["NFC", "NFD"]
names = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=3).map(" ".join)
anything = names | st.text(alphabet="aăâeêioôơuưyđAĂÂEÊIOÔƠUƯYĐmnhxqt 01'-_.\u0300\u0301\u0302\u0303\u0309\u031b\u0323", max_size=15)


@given(anything)
def test_a_form_is_its_own_form(text: str) -> None:
    assert comparable(comparable(text)) == comparable(text)
    assert plain(comparable(text)) == plain(text) == plain(plain(text))


@given(names, st.sampled_from(FORMS), st.sampled_from([str.upper, str.lower, str.title]), st.sampled_from([" ", "  ", " - ", "_"]))
def test_how_a_name_is_typed_makes_no_difference(name: str, form: Literal["NFC", "NFD"], case: object, gap: str) -> None:
    assert callable(case)
    typed = unicodedata.normalize(form, case(name)).replace(" ", gap)
    assert comparable(typed) == comparable(name)
    assert normalise_unit_name(typed) == normalise_unit_name(name)


@given(names, names)
def test_different_names_stay_different(one: str, two: str) -> None:
    assert (comparable(one) == comparable(two)) == (one == two)


@given(names, st.sampled_from(KINDS), st.sampled_from(["", "UBND ", "Ủy ban nhân dân ", "Uỷ ban nhân dân ", "HĐND-UBND ", "HDND "]))
def test_the_office_and_the_kind_come_off(name: str, kind: str, office: str) -> None:
    read = readings(f"{office}{kind} {name}")
    assert [r.kind for r in read] == ["", kind]
    assert read[-1].name == comparable(name)
    assert read[0].name == comparable(f"{kind} {name}")
    assert all(r.plain == plain(r.name) for r in read)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Mỹ Quí", "Mĩ Quý"),
        ("Hoà", "Hòa"),
        ("Thuỷ", "Thủy"),
        ("Lý", "Lí"),
        ("Ý Yên", "Í Yên"),
        ("Ea H'Leo", "Ea H’leo"),
        ("Ea H'Leo", "Ea Hleo"),
        ("Phường 01", "phường 1"),
        ("Ðốc Binh Kiều", "Đốc Binh Kiều"),
        ("Mỹ\N{ZERO WIDTH SPACE} An", "Mỹ An"),
    ],
)
def test_spellings_of_one_name(one: str, two: str) -> None:
    assert comparable(one) == comparable(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [("Hóa", "Hòa"), ("Tây", "Tài"), ("Thúy", "Thúi"), ("Yên", "Iên"), ("Phường 10", "Phường 1"), ("Đa", "Da"), ("Mỹ An", "MỹAn")],
)
def test_names_that_only_look_alike(one: str, two: str) -> None:
    assert comparable(one) != comparable(two)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("TT. Mỹ An", "thị trấn"),
        ("TP.Cao Lãnh", "thành phố"),
        ("Tp Cao Lãnh", "thành phố"),
        ("thi xa Hong Ngu", "thị xã"),
        ("X. Mỹ Quý", "xã"),
        ("P.1", "phường"),
        ("H. Tháp Mười", "huyện"),
        ("ĐK Phú Quốc", "đặc khu"),
        ("Tỉnh Đồng Tháp", "tỉnh"),
        ("Phượng Mao", ""),
        ("Tịnh Biên", ""),
        ("Xà Phìn", ""),
        ("Huyện", ""),  # a kind alone is no name
        ("Xãx", ""),
        ("Xa Mát", ""),  # marks elsewhere: the missing one is meant
        ("Xa Mat", "xã"),  # no marks at all
    ],
)
def test_the_kind_that_a_text_says(text: str, kind: str) -> None:
    assert readings(text)[-1].kind == kind


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_are_known_in_any_spelling(kind: str) -> None:
    assert kind_of(kind) == kind_of(kind.upper()) == kind_of(plain(kind)) == kind


def test_the_loose_form_has_no_marks() -> None:
    assert normalise_unit_name("Ủy ban nhân dân huyện Tháp Mười") == normalise_unit_name("thap muoi") == "thap muoi"
    assert kind_of("") == ""
