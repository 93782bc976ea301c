"""Baselines from files: counts as they are, a rate alone marked, and whatever contradicts itself refused with its place."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from tests.verbs.fakes import made

from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.errors import InputError
from cchc_metrics.read.baseline import read_baseline
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.values import Measure, Scale, Status
from cchc_metrics.verbs.compare import Delta, compare
from cchc_metrics.verbs.measures import Measures

CATALOGUE = default_catalogue()
YEAR = Period.parse("2020")


def read(*items: dict[str, Any], **data: Any) -> Measures:
    whole = [{"indicator": "resolved_on_time", "unit": "K", "period": "2020", "denominator": None, **item} for item in items]
    return read_baseline({"measures": whole, **data}, CATALOGUE)


def change(now: Measure, baseline: Measures) -> Delta:
    tree = UnitTree([Unit(code=code, name=code, level="commune") for code in "AK"] + [MERGED])
    return next(iter(compare([now], baseline, units=tree, baseline_period=YEAR)))


MERGED = Unit(code="M", name="M", level="commune", predecessors=("A", "K"), valid_from=date(2021, 1, 1))


def test_counts_are_divided_again() -> None:
    found = read({"numerator": 84, "denominator": 96, "value": "87"})["resolved_on_time", "K"]
    assert (found.value, found.status) == (Fraction(8400, 96), Status.OK)


@pytest.mark.parametrize("value", ["87.5", "87", "88", "87.50", 87.5, 87, None])
def test_a_value_beside_counts_may_be_rounded_or_cut(value: object) -> None:
    assert read({"numerator": 84, "denominator": 96, "value": value})["resolved_on_time", "K"].value == Fraction(175, 2)


def test_nothing_of_nothing_has_no_value() -> None:
    found = read({"numerator": 0, "denominator": 0})["resolved_on_time", "K"]
    assert (found.value, found.status) == (None, Status.ZERO_DENOMINATOR)


def test_a_rate_alone_is_compared_in_points_and_marked() -> None:
    baseline = read({"numerator": None, "value": "83.94"})
    assert baseline["resolved_on_time", "K"].value == Fraction("83.94")
    now = made(90, 100, indicator="resolved_on_time", unit="K", period="2021")
    found = change(now, baseline)
    assert (found.difference, found.difference_unit) == (Fraction("6.06"), "percentage_points")
    assert found.status is Status.ESTIMATED
    assert "không có số đếm" in found.reason.vi


def test_a_rate_alone_cannot_be_added_to_another() -> None:
    baseline = read({"numerator": None, "value": "83.94"}, {"unit": "A", "numerator": 1, "denominator": 2})
    found = change(made(90, 100, indicator="resolved_on_time", unit="M", period="2021"), baseline)
    assert (found.difference, found.status) == (None, Status.NOT_COMPARABLE)
    assert "không cộng được" in found.reason.vi


@pytest.mark.parametrize("status", [Status.NO_DATA, Status.NOT_APPLICABLE, Status.ZERO_DENOMINATOR])
def test_a_status_without_a_value_needs_no_counts(status: Status) -> None:
    found = read({"numerator": None, "status": status.value})["resolved_on_time", "K"]
    assert (found.status, found.value) == (status, None)


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"numerator": 84, "denominator": 0}, "84/0"),
        ({"numerator": 84}, "denominator is missing"),
        ({"numerator": None}, "numerator null with status ok"),
        ({"numerator": None, "denominator": 5, "value": "3"}, "numerator null"),
        ({"numerator": None, "indicator": "dossiers_received", "value": "3"}, "numerator null"),
        ({"numerator": 5, "denominator": 5, "indicator": "dossiers_received"}, "must be null"),
        ({"numerator": 5, "denominator": -5}, "negative"),
        ({"numerator": -5, "denominator": 5}, "negative"),
        ({"numerator": 84, "denominator": 100, "value": "85"}, "value «85» is not that of 84/100"),
        ({"numerator": 84, "denominator": 100, "value": 0.84}, "value «0.84» is not that of 84/100"),
        ({"numerator": 5, "indicator": "dossiers_received", "value": "6"}, "value «6» is not that of 5"),
        ({"numerator": 84, "denominator": 100, "value": "NaN"}, "decimal string"),
        ({"numerator": None, "value": "83,94"}, "decimal string"),
        ({"numerator": None, "value": 83.94}, "decimal string"),
        ({"numerator": 5.0, "denominator": 5}, "whole number"),
        ({"numerator": True, "denominator": 5}, "whole number"),
        ({"numerator": 1, "denominator": 2, "status": "okay"}, "did you mean «ok»"),
        ({"denominator": 2}, "«numerator» is missing"),
        ({"numerator": 1, "denominator": 2, "period": "20x0"}, "20x0"),
        ({"numerator": 1, "denominator": 2, "breakdown": ["a"]}, "not of the right form"),
    ],
)
def test_what_contradicts_itself_is_refused_with_its_place(item: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=r"measures\[1\]") as caught:
        read({"numerator": 1, "denominator": 2, "unit": "A"}, item)
    assert words in caught.value.en


def test_the_same_value_twice_is_refused_where_it_differs() -> None:
    same = {"numerator": 1, "denominator": 2}
    assert len(read(same, same)) == 1
    with pytest.raises(InputError, match="twice"):
        read(same, {"numerator": 2, "denominator": 2})


def test_what_is_known_of_its_indicators_comes_with_it() -> None:
    found = read({"indicator": "online_share", "numerator": 1, "denominator": 2}, as_of="2020-12-31")
    assert found.column("name") == [found.bases[0].name]
    assert found.bases[0].changed is not None
    assert found["online_share", "K"].scale is Scale.PERCENT
