"""What a list of units says about itself: every gap, overlap, orphan, division and double name is found, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.errors import CatalogueError
from cchc_metrics.reference.unit import Unit, UnitTree

END, START = date(2025, 6, 30), date(2025, 7, 1)


def commune(code: str, name: str = "", **more: object) -> Unit:
    return Unit.model_validate({"code": code, "name": name or f"Xã {code}", "level": "commune", **more})


@pytest.mark.parametrize(
    ("units", "found"),
    [
        ([commune("1", valid_to=END), commune("2", valid_from=START, predecessors=["1"])], []),
        ([commune("1", valid_to=date(2025, 6, 1)), commune("2", valid_from=START, predecessors=["1"])], [("unit_gap", "2")]),
        ([commune("1", valid_to=START), commune("2", valid_from=START, predecessors=["1"])], [("unit_overlap", "2")]),
        ([commune("1"), commune("2", valid_from=START, predecessors=["1"])], [("unit_overlap", "2")]),
        ([commune("1", valid_to=END), commune("2", valid_from=START)], [("unit_without_successor", "1")]),
        ([commune("1", valid_to=END), commune("2", valid_from=date(2026, 1, 1))], []),  # nothing is known of that day
        (
            [
                commune("1", valid_to=END),
                commune("2", valid_from=START, predecessors=["1"]),
                commune("3", valid_from=START, predecessors=["1"]),
            ],
            [("unit_divided", "1")],
        ),
        ([commune("1", valid_to=END), commune("2", valid_from=START, predecessors=["1"], parts_of=["1"])], [("unit_divided", "1")]),
        ([commune("1", "Mỹ Quí"), commune("2", "Mỹ Quý")], [("unit_same_name", "1")]),
        ([commune("1", "Mỹ An", kind="xã"), commune("2", "Mỹ An", kind="thị trấn")], []),
        ([commune("1", "Mỹ An", valid_to=END), commune("2", "Mỹ An", valid_from=START, predecessors=["1"])], []),
        (
            [Unit(code="P", name="P", level="province", valid_to=END), commune("1", parent="P")],
            [("unit_orphan", "1")],
        ),
        ([Unit(code="D", name="D", level="district"), commune("1", parent="D")], []),
        ([Unit(code="D", name="D", level="district"), commune("1", parent="D", valid_to=date(2025, 12, 31))], [("unit_orphan", "1")]),
        ([commune("1", valid_to=END), commune("1", "Mới", valid_from=START, continues=True)], []),
    ],
)
def test_each_kind_of_finding(units: list[Unit], found: list[tuple[str, str]]) -> None:
    assert [(each.code, each.unit) for each in UnitTree(units).findings()] == found
    assert UnitTree(list(reversed(units))).findings() or not found  # the order of the list hides nothing


def test_a_finding_says_only_the_days_that_are_known() -> None:
    tree = UnitTree([Unit(code="P", name="P", level="province", valid_to=END), commune("1", parent="P")])
    [orphan] = tree.findings()
    assert (orphan.code, orphan.unit) == ("unit_orphan", "1")
    assert "đến 30/06/2025" in orphan.vi
    assert "until 2025-06-30" in orphan.en
    assert "0001" not in orphan.vi + orphan.en


def test_a_part_has_to_be_of_a_predecessor() -> None:
    with pytest.raises(CatalogueError, match="«2»: parts_of «3» is not among its predecessors"):
        UnitTree([commune("1", valid_to=END), commune("2", valid_from=START, predecessors=["1"], parts_of=["3"])])


days = st.integers(0, 40).map(lambda n: date(2025, 6, 10) + timedelta(days=n))


@st.composite
def lists(draw: st.DrawFn) -> list[Unit]:
    """Some old communes, and new ones made of any of them, on days that need not fit; names that may be alike."""
    names = st.sampled_from(["Mỹ An", "Mỹ Hòa", "Mỹ Hoà", "Tân Kiều"])
    old = [commune(f"A{n}", draw(names), valid_to=draw(st.none() | days)) for n in range(draw(st.integers(1, 5)))]
    codes = st.lists(st.sampled_from([unit.code for unit in old]), unique=True, max_size=3)
    made = []
    for n in range(draw(st.integers(1, 4))):
        before = draw(codes)
        parts = [code for code in before if draw(st.booleans())]
        made.append(commune(f"B{n}", draw(names), valid_from=draw(days), predecessors=before, parts_of=parts))
    return [*old, *made]


@given(lists())
def test_every_finding_is_there_and_no_other(units: list[Unit]) -> None:
    """Counted the plain way, from the list itself."""
    old, new = [u for u in units if u.code[0] == "A"], [u for u in units if u.code[0] == "B"]
    by_code = {u.code: u for u in units}
    begins = {u.valid_from for u in new}
    expected = set()
    for unit in new:
        for code in unit.predecessors:
            last, first = by_code[code].valid_to, unit.valid_from
            assert first is not None
            if last is None or last >= first:
                expected.add(("unit_overlap", unit.code))
            elif last + timedelta(days=1) < first:
                expected.add(("unit_gap", unit.code))
    for unit in old:
        went = [u for u in new if unit.code in u.predecessors]
        if len(went) > 1 or any(unit.code in u.parts_of for u in went):
            expected.add(("unit_divided", unit.code))
        elif not went and unit.valid_to is not None and unit.valid_to + timedelta(days=1) in begins:
            expected.add(("unit_without_successor", unit.code))
    one_name = {"Mỹ Hoà": "Mỹ Hòa"}
    for at, one in enumerate(units):
        for other in units[at + 1 :]:
            shared = one.exists(other.valid_from or date.min, other.valid_to or date.max)
            if shared and one_name.get(one.name, one.name) == one_name.get(other.name, other.name):
                expected.add(("unit_same_name", one.code))
    found = UnitTree(units).findings()
    assert {(each.code, each.unit) for each in found} == expected
    for each in found:
        assert each.vi
        assert each.en
        assert each.vi != each.en
