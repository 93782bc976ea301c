"""Units: identity by code, names only after normalisation, mistakes all at once."""

from __future__ import annotations

import copy
import pickle
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cchc_metrics.errors import CatalogueError, MistakesError, UnknownUnitError
from cchc_metrics.reference import unit_match
from cchc_metrics.reference.unit import DISTRICT_LEVEL_ENDED, LEVELS, Level, Unit, UnitTree, level_exists, normalise_unit_name

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


few = settings(max_examples=40)  # a tree is many draws


@st.composite
def trees(draw: st.DrawFn) -> UnitTree:
    """Provinces, districts below some of them and communes below any of these, given in any order."""
    units: list[Unit] = []
    for level in LEVELS:
        for n in range(draw(st.integers(0 if units else 1, 4))):
            above = [u.code for u in units if LEVELS.index(u.level) < LEVELS.index(level)]
            days = sorted(draw(st.lists(st.dates(date(2020, 1, 1), DISTRICT_LEVEL_ENDED), min_size=2, max_size=2)))
            units.append(
                Unit(
                    code=f"{level[0]}{n}",
                    name=draw(st.sampled_from(["Mỹ An", "Mỹ Hòa", "Mỹ Hóa", "Tháp Mười"])),
                    kind=draw(
                        st.sampled_from({"province": ["tỉnh"], "district": ["huyện", "thị xã"], "commune": ["xã", "thị trấn", ""]}[level])
                    ),
                    level=level,
                    parent=draw(st.sampled_from([*above, ""])),
                    valid_from=draw(st.sampled_from([None, days[0]])),
                    valid_to=draw(st.sampled_from([None, days[1]])),
                    predecessors=tuple(draw(st.lists(st.sampled_from([u.code for u in units]), unique=True, max_size=2))) if units else (),
                )
            )
    return UnitTree(draw(st.permutations(units)))


@few
@given(trees())
def test_subtrees_nest_and_the_roots_hold_all(tree: UnitTree) -> None:
    assert [c for root in tree.roots for c in tree.subtree(root)] == list(tree.codes)
    assert sorted(tree.codes) == sorted(set(tree.codes))
    for code in tree.codes:
        assert tree.subtree(code) == (code, *(c for child in tree.children(code) for c in tree.subtree(child)))
        assert all(tree.unit(child).parent == code for child in tree.children(code))
        assert set(tree.levels_below(code)) == {tree.unit(c).level for c in tree.subtree(code)}
        assert [c for level in LEVELS for c in tree.at_level(level, within=code)] == sorted(
            tree.subtree(code), key=lambda c: (LEVELS.index(tree.unit(c).level), tree.subtree(code).index(c))
        )


@few
@given(trees())
def test_successors_are_predecessors_read_backwards(tree: UnitTree) -> None:
    links = {(before, code) for code in tree.codes for before in tree.predecessors(code)}
    assert links == {(code, after) for code in tree.codes for after in tree.successors(code)}
    for code in tree.codes:
        assert set(tree.split_predecessors(code)) == {b for b, c in links if c == code and sum(b == other for other, _ in links) > 1}


@few
@given(tree=trees(), first=st.dates(date(2019, 6, 1), date(2026, 1, 1)), length=st.integers(0, 60))
def test_a_unit_overlaps_a_span_where_it_is_active_on_one_of_its_days(tree: UnitTree, first: date, length: int) -> None:
    span = [first + timedelta(n) for n in range(length + 1)]
    for code in tree.codes:
        assert tree.overlaps(code, span[0], span[-1]) == any(tree.active(code, day) for day in span)
    assert set(tree.at_level("commune", on=first)) == {c for c in tree.codes if tree.unit(c).level == "commune" and tree.active(c, first)}


@few
@given(trees())
def test_a_match_is_the_unit_or_a_reason_never_both(tree: UnitTree) -> None:
    for code in tree.codes:
        assert tree.match(code).unit == tree.unit(code)
        for text in (tree.unit(code).name, tree.unit(code).full_name, f"UBND {tree.unit(code).full_name}"):
            found = tree.match(text)
            assert (found.unit is None) == (found.reason is not None)
            if found.unit is None:
                assert code in found.candidates
                assert len(found.candidates) > 1
            else:
                assert found.unit.code == code
                assert found.candidates == ()


@few
@given(trees())
def test_a_tree_is_a_value(tree: UnitTree) -> None:
    for twin in (pickle.loads(pickle.dumps(tree)), copy.deepcopy(tree), UnitTree([tree.unit(c) for c in tree.codes])):  # noqa: S301  own bytes
        assert twin == tree
        assert hash(twin) == hash(tree)
        assert twin.codes == tree.codes
    assert tree != {code: tree.unit(code) for code in tree.codes}
    assert tree.match("Mỹ Hóa") == tree.match("Mỹ Hóa")
    with pytest.raises(AttributeError):
        tree.codes = ()


@pytest.mark.parametrize(
    ("text", "code", "candidates"),
    [
        ("Mỹ Hóa", "unknown", ()),  # another tone is another name
        ("Mỹ Hoa", "unknown", ()),  # the text has marks, so it is taken at its word
        ("phường Mỹ Quý", "other_kind", ("MQ", "N2")),
        ("huyện Mỹ Quý", "other_kind", ("MQ", "N2")),
        ("Mỹ An", "ambiguous", ("TT", "MA")),
        ("MY AN", "ambiguous", ("TT", "MA")),
        ("", "unknown", ()),
        ("xã", "unknown", ()),
    ],
)
def test_what_does_not_match_says_why(tree: UnitTree, text: str, code: str, candidates: tuple[str, ...]) -> None:
    found = tree.match(text)
    assert found.unit is None
    assert found.reason is not None
    assert (found.reason.code, found.candidates) == (code, candidates)
    for said in (found.reason.vi, found.reason.en):
        assert f"«{text}»" in said
        assert all(c in said for c in candidates)


def test_a_name_of_another_day_says_so(tree: UnitTree) -> None:
    found = tree.match("huyện Tháp Mười", on=date(2025, 7, 1))
    assert found.unit is None
    assert found.reason is not None
    assert (found.reason.code, found.candidates) == ("other_day", ("TM",))
    assert "01/07/2025" in found.reason.vi
    assert "2025-07-01" in found.reason.en


def test_a_name_without_marks_is_found_where_only_one_unit_can_be_meant(tree: UnitTree) -> None:
    for text, code in (("xa My Hoa", "MH"), ("TT My An", "TT"), ("UBND HUYEN THAP MUOI", "TM"), (" MH ", "MH")):
        found = tree.match(text)
        assert found.unit is not None
        assert found.unit.code == code


def test_the_kind_may_stand_in_the_name_of_the_unit() -> None:
    tree = UnitTree(
        [
            Unit(code="1", name="xã Mỹ Quý", level="commune"),
            Unit(code="2", name="Xa Mát", level="commune"),
            Unit(code="3", name="Tịnh Biên", kind="Huyện", level="district"),
            Unit(code="4", name="Xã Tắc", kind="phường", level="commune"),  # here the word is part of the name
        ]
    )
    for text, code in (
        ("Mỹ Quý", "1"),
        ("X. Mỹ Quí", "1"),
        ("Xa Mát", "2"),
        ("xã Xa Mát", "2"),
        ("TINH BIEN", "3"),
        ("H. Tịnh Biên", "3"),
        ("Xã Tắc", "4"),
    ):
        found = tree.match(text)
        assert found.unit is not None
        assert found.unit.code == code
    for text in ("phường Mỹ Quý", "huyện Xa Mát", "Biên", "Mát", "Tắc"):
        assert tree.match(text).unit is None


@pytest.mark.parametrize("level", LEVELS)
def test_only_a_district_ends_with_its_level(level: Level) -> None:
    unit = Unit(code="1", name="A", level=level)
    assert unit.valid_to == (DISTRICT_LEVEL_ENDED if level == "district" else None)
    assert UnitTree([unit]).active("1", date(2025, 7, 1)) == level_exists(level, date(2025, 7, 1)) == (level != "district")


def test_a_district_after_the_end_of_its_level_is_a_mistake() -> None:
    with pytest.raises(CatalogueError, match="«A»: the district level ended on 30/06/2025"):
        UnitTree([Unit(code="A", name="A", level="district", valid_to=date(2025, 7, 1))])


def test_circles_are_mistakes_each_said_once() -> None:
    with pytest.raises(CatalogueError) as error:
        UnitTree(
            [
                Unit(code="A", name="A", level="district", parent="B"),
                Unit(code="B", name="B", level="commune", parent="A"),
                Unit(code="C", name="C", level="commune", parent="C"),
                Unit(code="D", name="D", level="commune", predecessors=("E",)),
                Unit(code="E", name="E", level="commune", predecessors=("D",)),
                Unit(code="F", name="F", level="commune", predecessors=("F",)),
            ]
        )
    assert error.value.en.count("parents go in a circle") == 2
    assert error.value.en.count("predecessors go in a circle") == 2
    assert error.value.vi.count("lặp vòng") == 4


@pytest.mark.parametrize(
    "question",
    [
        UnitTree.unit,
        UnitTree.children,
        UnitTree.subtree,
        UnitTree.levels_below,
        UnitTree.predecessors,
        UnitTree.successors,
        UnitTree.split_predecessors,
    ],
)
def test_every_question_about_an_unknown_code_is_an_error(tree: UnitTree, question: Callable[[UnitTree, str], object]) -> None:
    with pytest.raises(UnknownUnitError, match="«MQX»"):
        question(tree, "MQX")


def test_a_unit_has_a_code_a_name_and_no_stray_spaces() -> None:
    unit = Unit(code=" MQ ", name=unicodedata.normalize("NFD", " Mỹ Quý "), kind=unicodedata.normalize("NFD", "xã"), level="commune")
    assert (unit.code, unit.full_name) == ("MQ", "xã Mỹ Quý")
    with pytest.raises(MistakesError, match="code"):
        Unit(code="  ", name="A", level="commune")


def test_names_are_spelled_when_the_first_is_looked_up_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    spelled: list[str] = []

    def spellings(unit: Unit) -> set[str]:
        spelled.append(unit.name)
        return known(unit)

    known = unit_match._spellings
    monkeypatch.setattr(unit_match, "_spellings", spellings)
    tree = UnitTree([Unit(code=str(at), name=f"Tân {at % 3}", level="commune") for at in range(9)])
    assert not spelled
    assert [tree.match(f"Tân {at}").candidates for at in range(3)] == [("0", "3", "6"), ("1", "4", "7"), ("2", "5", "8")]
    assert spelled == ["Tân 0", "Tân 1", "Tân 2"]
