"""The example schemes of a district and a commune: complete, without findings, and scored by hand once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.score import (
    GivenPoints,
    Inputs,
    Ratio,
    Scheme,
    Value,
    check_scheme,
    commune_example,
    district_example,
    load_scheme,
    rank_units,
    score_scheme,
    score_units,
)
from cchc_metrics.score.builtin import builtin_text
from cchc_metrics.score.shapes import SHAPES
from cchc_metrics.score.shapes.shown_only import ShownOnly
from cchc_metrics.values import Status

# (criterion, what is given, the points that follow from the scheme's text)
DISTRICT: list[tuple[str, dict[str, Value], Any]] = [
    ("A.1.1", {"A.1.1": date(2022, 1, 20)}, "1/2"),
    ("A.1.2", {"plan_has_all_tasks": True, "plan_has_budget": False, "plan_has_other_funds": True}, 1),
    ("A.1.3", {"A.1.3": Ratio(42, 50, 2, "45/BC-UBND")}, Fraction(3 * 42, 48)),
    ("A.2", {"reports_missing": 0, "reports_late": 1}, "3/2"),
    ("A.3", {"A.3": Ratio(6, 20)}, 2),
    ("A.4", {"outreach": 3}, 1),
    ("A.5", {"A.5": 1}, "1/2"),
    ("B.1", {"B.1": Ratio(0, 0)}, 4),
    ("B.2", {"B.2": Ratio(9, 10)}, 2),
    ("C.1", {"C.1": Ratio(19723, 19914)}, Fraction(10 * 7, 8)),
    ("C.2", {"C.2": "đầy đủ"}, 4),
    ("C.3", {"C.3": Ratio(38, 40)}, 3),
    ("C.4", {"C.4": 2}, 2),
    ("D.1", {"D.1": 4}, 4),
    ("D.2", {"staff_within_quota": True, "delegated_tasks_inspected": Ratio(0, 0)}, 5),
    ("E.1", {"E.1": Ratio(79, 100)}, 0),
    ("E.2", {"disciplined_leaders": 0, "disciplined_officials": 1}, 5),
    ("F.1", {"F.1": 77}, Fraction(4 * 27, 45)),
    ("F.2", {"F.2": 7}, 2),
    ("G.1", {"G.1": Ratio(9283, 10000)}, Fraction(6 * 9283, 9500)),
    ("G.2", {"G.2": 20, "online_rise_of_10_points": True}, 4),
    ("G.3", {"G.3": 30}, 3),
]
OTHERS = {"other": Inputs({"G.3": 60})}


def district_inputs(**more: Any) -> Inputs:
    values = {name: value for _, given, _ in DISTRICT for name, value in given.items()}
    return Inputs(values, surveyed={"H.1": Ratio(88, 100)}, unit="TM", year=2022, **more)


def test_a_district_scored_by_hand() -> None:
    card = score_scheme(district_inputs(), district_example(), peers=OTHERS)
    assert {name: card[name].points for name, _, _ in DISTRICT} == {name: Fraction(points) for name, _, points in DISTRICT}
    expected = sum((Fraction(points) for _, _, points in DISTRICT), Fraction(0)) + Fraction("8.8")
    assert card.points == card.share == expected
    assert card.band is not None
    assert card.band.id == "fair"
    assert card.total.status is Status.OK


def test_a_district_without_a_survey_is_scored_out_of_90() -> None:
    with_survey = score_scheme(district_inputs(), district_example(), peers=OTHERS)
    card = score_scheme(district_inputs(survey_held=False), district_example(), peers=OTHERS)
    assert card.total.out_of == 90
    assert card.share == 100 * ((with_survey.points or 0) - Fraction("8.8")) / 90


def test_an_appraised_score_takes_the_place_of_the_measured_one() -> None:
    inputs = Inputs(district_inputs().values, appraised={"C.1": GivenPoints(Fraction(10), "thẩm định")}, surveyed={"H.1": 88}, year=2022)
    card = score_scheme(inputs, district_example(), peers=OTHERS)
    assert card["C.1"].counted == "appraised"
    assert card["C.1"].points == 10


COMMUNE: dict[str, Value] = {"1.1": date(2022, 1, 31), "1.2": Ratio(9, 10), "1.3": 3, "2.1": 98, "2.2": Ratio(30, 100), "2.3": 20, "3.1": 7}


def test_communes_scored_by_hand_and_ranked() -> None:
    a = Inputs(COMMUNE, surveyed={"4.1": 77})
    b = Inputs({**COMMUNE, "2.2": Ratio(150, 300), "minus.1": 3}, survey_held=False)
    cards = score_units({"A": a, "B": b}, commune_example(), year=2022)
    pooled = Fraction(18000, 400)
    # 1 + 1,8 + 0,75; 2 + 2 × 30/pooled + 1; 2 + 0; 3 × 27/45
    assert cards["A"].points == Fraction("3.55") + 2 + 2 * 30 / pooled + 1 + 2 + Fraction("1.8")
    assert cards["B"].total.out_of == 15
    assert cards["B"].points == Fraction("3.55") + 2 + 2 + 1 + 2 - 2
    assert [row.unit for row in rank_units(cards).rows] == ["A", "B"]
    bands = {unit: card.band.id for unit, card in cards.items() if card.band}
    assert bands == {"A": "fair", "B": "fair"}  # B: 8,55 of 15 is 10,26 of 18


@pytest.mark.parametrize("scheme", [district_example, commune_example])
def test_nothing_in_an_example_is_worth_a_finding_and_it_says_that_it_is_one(scheme: Callable[[], Scheme]) -> None:
    assert check_scheme(scheme()) == []
    assert scheme().example
    assert "ví dụ" in str(score_scheme({}, scheme())).splitlines()[0]


@pytest.mark.parametrize("name", ["qd766", "district_example", "commune_example"])
def test_the_indicators_exist(name: str) -> None:
    assert load_scheme(builtin_text(name), indicators=default_catalogue().indicators).indicators


def test_the_district_shows_nearly_every_shape() -> None:
    def inside(data: Any) -> set[str]:
        if isinstance(data, dict):
            return {data["shape"]} if set(data) == {"shape"} else {data.get("shape", "")}.union(*(inside(v) for v in data.values()))
        return set().union(*(inside(v) for v in data)) if isinstance(data, (list, tuple)) else set()

    used = inside(district_example().model_dump()) | inside(commune_example().model_dump())
    assert set(SHAPES) - used == {ShownOnly.model_fields["shape"].default}
