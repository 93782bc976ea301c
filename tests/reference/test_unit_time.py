"""One code, several units: which one is meant follows from the day."""

from __future__ import annotations

import pickle
from datetime import date

import pytest

from cchc_metrics.errors import CatalogueError
from cchc_metrics.reference.unit import Unit, UnitTree

END, START = date(2025, 6, 30), date(2025, 7, 1)


def commune(code: str, name: str, *, new: bool = False, **more: object) -> Unit:
    days = {"valid_from": START} if new else {"valid_to": END}
    return Unit.model_validate({"code": code, "name": name, "kind": "xã", "level": "commune", **days, **more})


@pytest.fixture
def tree() -> UnitTree:
    return UnitTree(
        [
            Unit(code="87", name="Đồng Tháp", level="province", valid_to=END),
            Unit(code="82", name="Tiền Giang", level="province", valid_to=END),
            Unit(code="82", name="Đồng Tháp", level="province", valid_from=START, predecessors=("82", "87")),
            commune("30043", "Hưng Thạnh", parent="87"),
            commune("30082", "Phương Thịnh", parent="87"),
            commune("28000", "Cũ", parent="82"),
            commune("30043", "Phương Thịnh", new=True, parent="82", predecessors=("30043", "30082")),
        ]
    )


def test_a_code_means_the_unit_that_bore_it_on_the_day(tree: UnitTree) -> None:
    old, new = tree.on_day("30043", END), tree.on_day("30043", START)
    assert (old.code, old.name, new.code, new.name) == ("30043@2025-06-30", "Hưng Thạnh", "30043", "Phương Thịnh")
    before, without = tree.match("30043", on=END).unit, tree.match("30043")
    assert before == old
    assert (without.unit, without.candidates) == (new, ("30043@2025-06-30", "30043"))


def test_parents_and_predecessors_are_those_of_the_days(tree: UnitTree) -> None:
    assert tree.predecessors("30043") == ("30043@2025-06-30", "30082")
    assert tree.predecessors("82") == ("82@2025-06-30", "87")
    assert tree.subtree("82@2025-06-30") == ("82@2025-06-30", "28000")
    assert tree.subtree("82") == ("82", "30043")
    assert tree.successors("30043@2025-06-30") == ("30043",)


def test_a_name_is_told_apart_by_the_day(tree: UnitTree) -> None:
    found = [tree.match("xã Phương Thịnh", on=day).unit for day in (END, START)]
    assert [unit.code for unit in found if unit] == ["30082", "30043"]
    assert tree.match("xã Phương Thịnh").candidates == ("30082", "30043")


def test_a_tree_with_reused_codes_is_a_value(tree: UnitTree) -> None:
    assert pickle.loads(pickle.dumps(tree)) == tree  # noqa: S301  own bytes
    assert UnitTree([tree.unit(code) for code in tree.codes]).codes == tree.codes


def test_a_unit_that_took_over_a_code_was_also_made_of_its_bearer() -> None:
    listed = [commune("1", "A"), commune("2", "B"), commune("1", "C", new=True, predecessors=("2",))]
    assert UnitTree(listed).predecessors("1") == ("1@2025-06-30", "2")
    other = commune("3", "D", new=True, predecessors=("1",))  # the bearer went elsewhere, and is said to
    assert UnitTree([*listed, other]).predecessors("1") == ("2",)


def test_a_renamed_unit_is_one_unit() -> None:
    tree = UnitTree(
        [
            Unit(code="P", name="Đồng Nai", level="province"),
            commune("D", "Huyện", level="commune", valid_to=None),
            commune("1", "Lộc Ninh", parent="P"),
            commune("1", "Lộc Ninh", new=True, kind="phường", parent="P", continues=True),
        ]
    )
    assert tree.days_of("1") == (None, None)
    assert tree.overlaps("1", date(2024, 1, 1), date(2024, 1, 1))
    assert [tree.on_day("1", day).kind for day in (END, START)] == ["xã", "phường"]
    assert tree.children("P") == ("1",)
    assert tree.at_level("commune", within="P", on=END) == ("1",)


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ([commune("1", "A", valid_to=None), commune("1", "B", new=True)], "occurs twice on the same days"),
        ([commune("1", "A"), Unit(code="1", name="B", level="commune", valid_from=END)], "occurs twice on the same days"),
        ([commune("1", "A", new=True, continues=True)], "continues needs a unit of the same code"),
        (
            [
                Unit(code="82", name="A", level="province", valid_to=END),
                Unit(code="82", name="B", level="province", valid_from=START),
                Unit(code="1", name="C", level="commune", parent="82"),
            ],
            "the parent's code «82» can be «82@2025-06-30», «82»",
        ),
    ],
)
def test_what_the_days_do_not_tell_apart_is_a_mistake(units: list[Unit], said: str) -> None:
    with pytest.raises(CatalogueError, match=said):
        UnitTree(units)


def test_no_two_units_are_called_alike(tree: UnitTree) -> None:
    names = {code: tree.called(code) for code in tree.codes}
    assert names["30043@2025-06-30"] == "xã Hưng Thạnh (–30/06/2025)"  # its code means another now
    assert names["30082"] == "xã Phương Thịnh (–30/06/2025)"  # its name means another now
    assert (names["30043"], names["28000"]) == ("xã Phương Thịnh", "xã Cũ")
    assert len(set(names.values())) == len(names)


def test_a_renamed_unit_is_called_by_the_name_of_the_day() -> None:
    tree = UnitTree([commune("1", "Lộc Ninh"), commune("1", "Lộc Hưng", new=True, kind="phường", continues=True)])
    assert [tree.called("1", day) for day in (END, START)] == ["xã Lộc Ninh", "phường Lộc Hưng"]
    assert [tree.called(code, START, kind=False) for code in tree.codes] == ["Lộc Hưng", "Lộc Hưng"]
    assert tree.called("1") == "phường Lộc Hưng"
