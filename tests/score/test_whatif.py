"""What if: the differences that a change makes; and the cheapest way to the next band against trying everything."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cchc_metrics.errors import CatalogueError, CchcError, InputError
from cchc_metrics.score import (
    GivenPoints,
    Inputs,
    Scheme,
    Scorecard,
    Value,
    WhatIf,
    cheapest_way,
    district_example,
    qd766,
    score_scheme,
    what_if,
)
from cchc_metrics.score.whatif import changed_inputs

BANDS = [
    {"id": "a", "vi": "Tốt", "en": "Good", "at_least": 80},
    {"id": "b", "vi": "Khá", "en": "Fair", "at_least": 50, "less_than": 80},
    {"id": "c", "vi": "Yếu", "en": "Weak", "less_than": 50},
]


def criterion(name: str, maximum: int, **more: Any) -> dict[str, Any]:
    return {"id": name, "vi": f"Tiêu chí {name}", "en": f"Criterion {name}", "max": maximum, "rule": {"shape": "linear"}, **more}


def field(name: str, *criteria: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": name, "vi": f"Lĩnh vực {name}", "en": f"Field {name}", "criteria": list(criteria), **more}


def scheme(*fields: dict[str, Any], **more: Any) -> Scheme:
    data = {"id": "s", "version": "1", "vi": "Thử", "en": "Test", "source": "x", "bands": BANDS, "fields": list(fields), **more}
    return Scheme.model_validate(data)


PLAIN = scheme(field("A", criterion("a", 40), criterion("b", 30)), field("B", criterion("c", 30)))
BASE: dict[str, Value] = {"a": 50, "b": 50, "c": 40}  # 20 + 15 + 12 = 47


def totals(found: WhatIf) -> list[Any]:
    return [found.before.points, found.after.points]


def rows(before: Mapping[str, Value], **options: Any) -> dict[str, tuple[Any, Any]]:
    return {row.id: (row.before, row.after) for row in what_if(before, PLAIN, **options).rows}


def test_one_input_moves_its_line_its_field_and_the_total() -> None:
    assert rows(BASE, changes={"a": 60}) == {"A": (35, 39), "a": (20, 24), "": (47, 51)}
    found = what_if(BASE, PLAIN, {"a": 60})
    assert (found.before.band, found.after.band) == (PLAIN.bands[2], PLAIN.bands[1])
    assert str(found).splitlines() == [
        "mã  tên         trước  sau  thay đổi",
        "A   Lĩnh vực A     35   39        +4",
        "a   Tiêu chí a     20   24        +4",
        "    TỔNG           47   51        +4",
        "Xếp loại: Yếu → Khá",
    ]


def test_nothing_changed_nothing_differs() -> None:
    found = what_if(BASE, PLAIN)
    assert found.rows == ()
    assert found.before == found.after


def test_a_score_can_be_set() -> None:
    assert rows(BASE, changes={"c": GivenPoints(Fraction(30))})[""] == (47, 65)


def test_a_score_is_set_where_it_counts() -> None:
    s = scheme(field("A", criterion("a", 40), criterion("b", 60, counts=["surveyed"])), counts=["appraised"])
    inputs = Inputs({}, {"a": 90}, {"a": 50}, {"b": 50})
    found = what_if(inputs, s, {"a": GivenPoints(Fraction(40)), "b": GivenPoints(Fraction(60))})
    assert totals(found) == [50, 100]
    assert changed_inputs(inputs, s, {"a": 70}).self_assessed == {"a": 70}  # a value is changed in every way that has it
    assert changed_inputs(Inputs(), s, {"b": 70}).surveyed == {"b": 70}  # and a new one goes where it counts
    example = district_example()
    assert changed_inputs(Inputs(), example, {"reports_late": 1}).appraised == {"reports_late": 1}
    assert changed_inputs(Inputs(), example, {"A.1": GivenPoints(Fraction(4))}).appraised == {"A.1": GivenPoints(Fraction(4))}


def test_what_becomes_known_shows_as_a_line_that_had_no_points() -> None:
    found = what_if({"a": 50, "b": 50}, PLAIN, {"c": 40})
    row = next(row for row in found.rows if row.id == "c")
    assert row.after == 12
    assert row.before is row.change is None


def test_a_choice_of_the_scheme() -> None:
    assert rows(BASE, choices={"c:rule": {"shape": "full_at", "target": 80}})["c"] == (12, 15)
    assert rows(BASE, choices={"a:max": 20})["a"] == (20, 10)
    with pytest.raises(CatalogueError, match="there is no «d»"):
        what_if(BASE, PLAIN, choices={"d:max": 20})


def test_a_choice_may_read_other_inputs_but_not_unknown_ones() -> None:
    options = {"choices": {"c:rule": {"shape": "linear", "input": "online"}}}
    assert rows({**BASE, "online": 100}, **options)["c"] == (12, 30)
    with pytest.raises(InputError, match="onlin"):
        what_if({**BASE, "onlin": 100}, PLAIN, **options)  # type: ignore[arg-type]  # one option only
    with pytest.raises(InputError, match="did you mean"):
        what_if(BASE, PLAIN, {"aa": 1})


def test_the_sheet_instead_of_the_figures() -> None:
    found = what_if({"4.2": Decimal("15.48")}, qd766(), choices={"4.2:rule": {"shape": "full_at", "target": 80}})
    assert [(row.before, row.after) for row in found.rows] == [(Fraction("0.6192"), Fraction("0.774"))]


def test_ranks_move() -> None:
    others = {"Y": {"a": 55, "b": 50, "c": 40}, "Z": {"a": 10, "b": 10, "c": 10}}
    found = what_if(BASE, PLAIN, {"a": 60}, others=others, unit="X")
    assert found.ranks == {"X": (2, 1), "Y": (1, 2)}
    assert "Hạng X: 2 → 1" in str(found)


def test_the_others_move_too_where_a_rule_compares_units() -> None:
    s = scheme(field("A", criterion("a", 100, rule={"shape": "relative", "to": "best"})))
    found = what_if({"a": 50}, s, {"a": 100}, others={"Y": {"a": 50}}, unit="X")
    assert totals(found) == [100, 100]
    assert found.ranks == {"X": (1, 1), "Y": (1, 2)}


# --- the cheapest way to the next band


def brute_force(inputs: Mapping[str, Value], s: Scheme, k: int) -> tuple[int, Fraction] | None:
    """Try every set through the whole verb: the fewest criteria, then the fewest points."""
    card = score_scheme(inputs, s)
    leaves = [line for line in card.total.leaves() if line.points is not None]
    items = {leaf.component.id: leaf.component for leaf in s.leaves()}

    def most(name: str) -> Fraction:
        ends = items[name].bounds
        assert ends is not None
        return ends.high

    for size in range(1, k + 1):
        costs = []
        for chosen in combinations(leaves, size):
            if all(most(line.id) > (line.points or 0) for line in chosen):
                after = score_scheme({**inputs, **{line.id: GivenPoints(most(line.id)) for line in chosen}}, s)
                if better(after, card):
                    costs.append(sum((most(line.id) - (line.points or 0) for line in chosen), Fraction(0)))
        if costs:
            return size, min(costs)
    return None


def better(after: Scorecard, before: Scorecard) -> bool:
    if after.band is None:
        return False
    return before.band is None or after.band.low > before.band.low


RATES = st.integers(0, 100)


@settings(max_examples=60)
@given(
    st.lists(RATES, min_size=7, max_size=7),
    st.sampled_from(["total", "field", "none"]),
    st.sampled_from([None, 0, 1]),
    st.sampled_from([None, 0]),
    st.booleans(),
    st.integers(1, 3),
)
def test_it_finds_what_trying_everything_finds(
    rates: list[int], rescale: str, total_round: int | None, field_round: int | None, gated: bool, k: int
) -> None:
    parts = [criterion("p", 8, round=0), criterion("q", 4)]
    s = scheme(
        field("A", criterion("a", 10), criterion("b", 20), round=field_round),
        field("B", {"id": "c", "vi": "c", "en": "c", "components": parts}, criterion("d", 5, no_case="not_applicable"), round=field_round),
        field("plus", criterion("e", 9, rule={"shape": "per_case", "each": "0,1"}), kind="bonus", cap=3),
        field("minus", criterion("f", 0, rule={"shape": "deduct", "each": "0,1", "start": 0, "floor": "none"}), kind="penalty", cap=4),
        rescale=rescale,
        round=total_round,
        gates=[{"below": 40, "best": "b"}] if gated else [],
    )
    inputs: dict[str, Value] = dict(zip("abpqdef", rates, strict=True))
    found = cheapest_way(inputs, s, k)
    expected = brute_force(inputs, s, k) if found.goal is not None else None
    if found.goal is None:
        band = score_scheme(inputs, s).band
        assert band is not None
        assert band.id == "a"
    elif expected is None:
        assert found.best is None
        assert found.reason.en
    else:
        assert found.best is not None
        assert (len(found.best.moves), found.best.points) == expected
        after = score_scheme({**inputs, **{move.id: GivenPoints(move.after) for move in found.best.moves}}, s)
        assert (after.share, after.band) == (found.best.share, found.best.band)
        assert found.best.band is not None
        assert found.best.band.low >= found.goal.low
        assert [way.points for way in found.ways] == sorted(way.points for way in found.ways)


def test_the_fewest_criteria_then_the_fewest_points() -> None:
    found = cheapest_way(BASE, PLAIN)  # 47, to 50: b alone adds 15, c 18, a 20
    assert found.lacking == 3
    assert [[move.id for move in way.moves] for way in found.ways] == [["b"], ["c"], ["a"]]
    assert found.best is not None
    assert found.best.points == 15
    assert found.best.share == 62
    assert str(found).splitlines()[:3] == [
        "Lên mức Khá: còn thiếu 3",
        "cách  mã  tên         hiện có  cần  tổng thêm   %",
        "   1  b   Tiêu chí b       15   30        +15  62",
    ]
    assert found[2, "c"].gain == 18
    assert found.to_text("en").splitlines()[0] == "To Fair: 3 lacking"


def test_only_some_criteria_can_be_moved() -> None:
    found = cheapest_way(BASE, PLAIN, only=["a"])
    assert [[move.id for move in way.moves] for way in found.ways] == [["a"]]


def test_it_says_when_there_is_no_way() -> None:
    assert "no 1 criteria suffice" in cheapest_way({"a": 0, "b": 0, "c": 0}, PLAIN, 1).to_text("en")
    assert "no higher band" in cheapest_way({"a": 100, "b": 100, "c": 100}, PLAIN).to_text("en")
    assert "c missing" in cheapest_way({"a": 100, "b": 100}, PLAIN).to_text("en")


def test_a_search_that_is_too_large_is_refused_and_says_what_to_do() -> None:
    many = scheme(field("A", *(criterion(f"c{n}", 1) for n in range(120))))
    inputs: dict[str, Value] = {f"c{n}": 10 for n in range(120)}
    with pytest.raises(CchcError, match="only"):
        cheapest_way(inputs, many, 3)
    assert cheapest_way(inputs, many, 2).best is None
    assert cheapest_way(inputs, many, 3, only=["c1", "c2", "c3"]).best is None


def test_a_gate_is_part_of_the_goal() -> None:
    s = scheme(field("A", criterion("a", 90)), field("B", criterion("b", 10)), gates=[{"below": 70, "best": "b"}])
    found = cheapest_way({"a": 100, "b": 10}, s)
    assert found.lacking == 0
    assert found.best is not None
    assert [move.id for move in found.best.moves] == ["b"]


def test_what_does_not_apply_is_not_moved() -> None:
    example = district_example()
    leaves = {leaf.component.id for leaf in example.leaves()}
    assert {"A.1.1", "H.1"} <= leaves
    found = cheapest_way(
        {"2.1": 50, "2": GivenPoints(Fraction(10)), **{c: GivenPoints(Fraction(5)) for c in ("1", "3", "4", "5", "P")}}, qd766()
    )
    assert found.best is not None
    assert {move.id for way in found.ways for move in way.moves} <= {"1", "2", "3", "4", "5", "P"}
