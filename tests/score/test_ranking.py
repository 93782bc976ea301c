"""Ranking of units: competition ranks, ties and missing units named, exact unless the scheme rounds."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.errors import CchcError
from cchc_metrics.score import Absent, Inputs, Ratio, Scheme, load_scheme, rank_units, score_units, with_choices
from cchc_metrics.score.ranking import competition_ranks
from cchc_metrics.values import Status, Text

SCHEME = load_scheme("""
id = "s"
version = "1"
vi = "Xếp hạng các xã"
en = "Communes"
source = "x"
bands = [{ id = "a", vi = "Tốt", en = "Good", at_least = 50 }, { id = "b", vi = "Yếu", en = "Weak", less_than = 50 }]
[[fields]]
id = "A"
vi = "Hồ sơ"
en = "Dossiers"
[[fields.criteria]]
id = "on_time"
vi = "Đúng hạn"
en = "On time"
max = 60
no_case = "not_applicable"
rule = { shape = "linear" }
[[fields.criteria]]
id = "online"
vi = "Trực tuyến"
en = "Online"
max = 40
no_case = "zero"
rule = { shape = "linear" }
""")

SCORES = st.dictionaries(st.text("ABCDEFGH", min_size=1, max_size=2), st.integers(0, 12), max_size=8)


def inputs(scores: dict[str, int]) -> dict[str, Inputs]:
    return {unit: Inputs({"on_time": Ratio(score, 12), "online": 0}) for unit, score in scores.items()}


def test_1_2_2_4() -> None:
    ranking = rank_units(score_units(inputs({"A": 5, "B": 9, "C": 9, "D": 12}), SCHEME))
    assert [(row.rank, row.unit, row.tied) for row in ranking.rows] == [(1, "D", ()), (2, "B", ("C",)), (2, "C", ("B",)), (4, "A", ())]


@given(st.lists(st.fractions(0, 10, max_denominator=5)))
def test_a_rank_is_one_more_than_there_are_better_ones(values: list[Fraction]) -> None:
    assert competition_ranks(values) == [1 + sum(other > value for other in values) for value in values]


@given(SCORES, st.randoms(use_true_random=False))
def test_the_order_of_the_units_does_not_matter(scores: dict[str, int], random: object) -> None:
    shuffled = list(scores)
    getattr(random, "shuffle")(shuffled)  # noqa: B009  hypothesis types it as an object
    first = rank_units(score_units(inputs(scores), SCHEME))
    second = rank_units(score_units(inputs({unit: scores[unit] for unit in shuffled}), SCHEME))
    assert first == second
    assert {row.unit for row in first.rows} == set(scores)


@given(SCORES)
def test_who_scores_higher_is_not_ranked_lower(scores: dict[str, int]) -> None:
    ranking = rank_units(score_units(inputs(scores), SCHEME))
    for a, b in product(ranking.rows, repeat=2):
        assert (scores[a.unit] > scores[b.unit]) == (a.rank < b.rank)
    for row in ranking.rows:
        assert set(row.tied) == {u for u in scores if scores[u] == scores[row.unit]} - {row.unit}


def test_nothing_is_rounded_before_ranking_unless_the_scheme_says_so() -> None:
    close = {"A": Inputs({"on_time": Ratio(1, 3), "online": 0}), "B": Inputs({"on_time": Ratio(3333, 10000), "online": 0})}
    assert [row.rank for row in rank_units(score_units(close, SCHEME)).rows] == [1, 2]
    rounded = with_choices(SCHEME, {":round": 2})
    assert [row.rank for row in rank_units(score_units(close, rounded)).rows] == [1, 1]


def test_missing_units_are_named_with_why() -> None:
    units = inputs({"A": 5, "B": 9}) | {"C": Inputs({"on_time": 10})}
    ranking = rank_units(score_units(units, SCHEME), units=["A", "B", "C", "D"])
    assert [(found.unit, found.status) for found in ranking.missing] == [("C", Status.NO_DATA), ("D", Status.NO_DATA)]
    assert "online" in ranking.missing[0].reason.en
    assert ranking.rank_of("C") is None


def test_units_to_which_different_criteria_apply_are_ranked_by_share() -> None:
    part = Inputs({"on_time": Absent(Status.NOT_APPLICABLE, Text("không có", "none")), "online": 90})
    units = {"A": Inputs({"on_time": 80, "online": 80}), "B": part}
    cards = score_units(units, SCHEME)
    assert [row.unit for row in rank_units(cards).rows] == ["B", "A"]
    assert [row.unit for row in rank_units(cards, on="points").rows] == ["A", "B"]


def test_a_single_line_can_be_ranked() -> None:
    cards = score_units({"A": Inputs({"on_time": 10, "online": 90}), "B": Inputs({"on_time": 90, "online": 10})}, SCHEME)
    assert [row.unit for row in rank_units(cards, line="online").rows] == ["A", "B"]
    assert [row.unit for row in rank_units(cards, line="on_time").rows] == ["B", "A"]
    assert rank_units(cards, line="online").rows[0].band is None
    with pytest.raises(CchcError, match="online"):
        rank_units(cards, line="onlin")


def test_different_schemes_are_not_ranked_together() -> None:
    other: Scheme = with_choices(SCHEME, {"online:max": 30})
    cards = score_units(inputs({"A": 5}), SCHEME) | score_units(inputs({"B": 5}), other)
    with pytest.raises(CchcError, match="different schemes"):
        rank_units(cards)


def test_the_table_in_both_languages() -> None:
    units = inputs({"A": 5, "B": 9, "C": 9}) | {"D": Inputs({})}
    ranking = rank_units(score_units(units, SCHEME))
    assert str(ranking).splitlines() == [
        "Xếp hạng các xã",
        "hạng  đơn vị  điểm   %  xếp loại",
        "   1  B         45  45  Yếu       đồng hạng với C",
        "   1  C         45  45  Yếu       đồng hạng với B",
        "   3  A         25  25  Yếu",
        "   –  D          –   –  –         thiếu on_time, online",
    ]
    english = rank_units(score_units(units, SCHEME), names={"B": "Mỹ An"}).to_text("en")
    assert "tied with Mỹ An" in english
    assert "on_time, online missing" in english
    data = json.loads(json.dumps(ranking.to_dict()))
    assert {key: data["rows"][0][key] for key in ("rank", "unit", "points", "tied")} == {
        "rank": 1,
        "unit": "B",
        "points": "45",
        "tied": ["C"],
    }
    assert data["missing"][0]["unit"] == "D"


def test_no_units_no_rows() -> None:
    assert rank_units({}).rows == ()
    assert [found.unit for found in rank_units({}, units=["A"]).missing] == ["A"]
