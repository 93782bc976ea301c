"""Units: identity by code, names only after normalisation, mistakes all at once."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest

from cchc_metrics.errors import CatalogueError, UnknownUnitError
from cchc_metrics.reference.unit import Unit, UnitTree, level_exists, normalise_unit_name

END = date(2025, 6, 30)


@pytest.fixture
def tree() -> UnitTree:
    return UnitTree(
        [
            Unit(code="TM", name="Tháp Mười", kind="huyện", level="district", valid_to=END),
            Unit(code="TT", name="Mỹ An", kind="thị trấn", level="commune", parent="TM", valid_to=END),
            Unit(code="MA", name="Mỹ An", kind="xã", level="commune", parent="TM", valid_to=END),
            Unit(code="MQ", name="Mỹ Quý", kind="xã", level="commune", parent="TM", valid_to=END),
            Unit(code="MH", name="Mỹ Hòa", kind="xã", level="commune", parent="TM", valid_to=END),
            Unit(code="N1", name="Tháp Mười", kind="xã", level="commune", valid_from=date(2025, 7, 1), predecessors=("TT", "MA")),
            Unit(code="N2", name="Mỹ Quý", kind="xã", level="commune", valid_from=date(2025, 7, 1), predecessors=("MQ", "MA")),
        ]
    )


def test_subtrees_and_levels(tree: UnitTree) -> None:
    assert tree.subtree("TM") == ("TM", "TT", "MA", "MQ", "MH")
    assert tree.subtree("TT") == ("TT",)
    assert tree.levels_below("TM") == ("district", "commune")
    assert tree.roots == ("TM", "N1", "N2")
    assert tree.at_level("commune", within="TM") == ("TT", "MA", "MQ", "MH")
    assert tree.at_level("commune", on=date(2025, 7, 1)) == ("N1", "N2")


@pytest.mark.parametrize(
    "text",
    [
        "MQ",
        "Mỹ Quý",
        "Mỹ Quí",
        "xã Mỹ Quí",
        "UBND xã Mỹ Quý",
        "MY QUY",
        unicodedata.normalize("NFD", "Mỹ Quý"),
        "Ủy ban nhân dân xã Mỹ Quý",
    ],
)
def test_a_name_is_understood_in_any_spelling(tree: UnitTree, text: str) -> None:
    found = tree.match(text, on=date(2021, 1, 1)).unit
    assert found is not None
    assert found.code == "MQ"


def test_the_tone_mark_may_stand_on_either_vowel(tree: UnitTree) -> None:
    found = tree.match("Mỹ Hoà").unit
    assert found is not None
    assert found.code == "MH"


def test_an_ambiguous_name_means_nothing_until_its_kind_is_said(tree: UnitTree) -> None:
    assert tree.match("Mỹ An").unit is None
    assert tree.match("Mỹ An").candidates == ("TT", "MA")
    found = tree.match("thị trấn Mỹ An").unit
    assert found is not None
    assert found.code == "TT"


def test_a_name_of_two_eras_is_told_apart_by_the_day(tree: UnitTree) -> None:
    before, after = tree.match("Tháp Mười", on=date(2021, 1, 1)).unit, tree.match("Tháp Mười", on=date(2026, 1, 1)).unit
    assert before is not None
    assert after is not None
    assert (before.code, after.code) == ("TM", "N1")


def test_split_predecessors(tree: UnitTree) -> None:
    assert tree.successors("MA") == ("N1", "N2")
    assert tree.split_predecessors("N1") == ("MA",)
    assert tree.predecessors("N2") == ("MQ", "MA")


def test_validity(tree: UnitTree) -> None:
    assert tree.active("TM", END)
    assert not tree.active("TM", date(2025, 7, 1))
    assert tree.overlaps("TM", END, date(2025, 12, 31))
    assert not tree.overlaps("N1", date(2025, 1, 1), END)
    assert level_exists("district", END)
    assert not level_exists("district", date(2025, 7, 1))
    assert level_exists("commune", date(2025, 7, 1))


def test_an_unknown_code_offers_the_nearest(tree: UnitTree) -> None:
    with pytest.raises(UnknownUnitError, match="did you mean «MQ»"):
        tree.unit("MQX")


def test_every_mistake_is_said_at_once() -> None:
    with pytest.raises(CatalogueError) as error:
        UnitTree(
            [
                Unit(code="A", name="A", level="commune"),
                Unit(code="A", name="A2", level="commune"),
                Unit(code="B", name="B", level="district", parent="A"),
                Unit(code="C", name="C", level="commune", parent="Z"),
                Unit(code="D", name="D", level="commune", predecessors=("Y",)),
                Unit(code="E", name="E", level="commune", valid_from=date(2021, 1, 2), valid_to=date(2021, 1, 1)),
            ]
        )
    for words in ("«A» occurs twice", "«B»: its parent", "no parent «Z»", "no predecessor «Y»", "«E»: ends before"):
        assert words in error.value.en


def test_kinds_are_not_part_of_a_name() -> None:
    assert normalise_unit_name("UBND TT. Mỹ An") == normalise_unit_name("thị trấn Mỹ An") == normalise_unit_name("my an")
    assert normalise_unit_name("UBND Huyện Tháp Mười") == normalise_unit_name("Tháp Mười")
    assert normalise_unit_name("Thanh Mỹ") != normalise_unit_name("Thạnh Lợi")
