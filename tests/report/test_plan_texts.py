"""A value and what was asked of it, as a reader sees them, never contradict the verdict beside them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.verbs.fakes import Fake, made

from cchc_metrics.plan import Plan
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.report.format import assessment_texts
from cchc_metrics.tables.numbers import format_number
from cchc_metrics.text import Lang
from cchc_metrics.values import Better, Scale
from cchc_metrics.verbs.assess import Assessment, Verdict, assess

UNITS = UnitTree([Unit(code="TM", name="Tháp Mười", kind="huyện", level="district")])
LANGS: Any = st.sampled_from(["vi", "en"])


def judged(target: dict[str, Any], *counts: int, scale: Scale = Scale.PERCENT, before: tuple[int, ...] = ()) -> Assessment:
    plan = Plan.model_validate(
        {"number": "1/KH", "issued_on": "2022-01-04", "issuer": "UBND", "year": 2022, "targets": [{"id": "t", "indicator": "x", **target}]}
    )
    measures = [made(*counts, scale=scale)]
    if before:
        measures.append(made(*before, scale=scale, period="2021"))
    return assess(Fake(*measures), plan, units=UNITS, as_of=date(2022, 12, 31)).items[0]


def printed(text: str, lang: Lang) -> tuple[str, Fraction]:
    sign, _, number = text.rpartition(" ")
    thousands, mark = (".", ",") if lang == "vi" else (",", ".")
    return sign or "≥", Fraction(number.removesuffix("%").replace(thousands, "").replace(mark, "."))


def holds(value: Fraction, sign: str, target: Fraction) -> bool:
    return {"≥": value >= target, ">": value > target, "≤": value <= target, "<": value < target, "=": value == target}[sign]


def agrees(found: Assessment, lang: Lang) -> bool:
    reached, required = assessment_texts(found, lang)
    return holds(printed(reached.partition(" (")[0], lang)[1], *printed(required, lang)) is (found.verdict is Verdict.MET)


@given(
    st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.decimals(0, 100, places=4),
    st.sampled_from([">=", ">", "<=", "<", "="]),
    st.integers(2, 9),
    LANGS,
)
def test_a_rate_and_its_target_compare_as_printed(rate: tuple[int, int], target: Decimal, sign: str, digits: int, lang: Lang) -> None:
    near = format_number(Fraction(100 * rate[0], rate[1]), decimals=digits)
    for value, more in ((format_number(target, decimals=4), {}), (near, {}), (near, {"round_to": digits // 2})):
        assert agrees(judged({"value": value, "comparator": sign, "in_percent": True, **more}, *rate), lang)


def test_a_target_stands_apart_from_a_value_that_is_rounded_before_it_is_judged() -> None:
    found = judged({"value": "1,5625", "comparator": ">=", "in_percent": True, "round_to": 2}, 1, 64)
    assert assessment_texts(found, "vi") == ("1,56% (1,563%)", "1,563%")


@given(st.integers(0, 5000), st.integers(1, 5000), st.integers(-50, 50), st.sampled_from([">=", ">", "<=", "<"]), LANGS)
def test_a_count_and_what_a_percentage_asks_of_it_compare_as_printed(now: int, before: int, percent: int, sign: str, lang: Lang) -> None:
    found = judged({"value": percent, "comparator": sign, "against": "increase_percent"}, now, scale=Scale.COUNT, before=(before,))
    assert agrees(found, lang)
    assert "," not in assessment_texts(found, "vi")[1]


@pytest.mark.parametrize(
    ("target", "counts", "scale", "before", "vi"),
    [
        ({"value": 90}, (17_999, 20_000), Scale.PERCENT, (), ("89,995%", "90%")),
        ({"value": 90}, (18_000, 20_000), Scale.PERCENT, (), ("90%", "90%")),
        ({"value": 90, "comparator": ">"}, (18_000, 20_000), Scale.PERCENT, (), ("90%", "> 90%")),
        ({"value": 90, "round_to": 1}, (17_999, 20_000), Scale.PERCENT, (), ("90% (89,995%)", "90%")),
        ({"value": 3, "comparator": "<="}, (6_001, 200_000), Scale.PERCENT, (), ("3,001%", "≤ 3%")),
        ({"value": 3, "comparator": "between", "upper": 5}, (10_001, 200_000), Scale.PERCENT, (), ("5,001%", "3%–5%")),
        ({"value": "9.5", "comparator": "="}, (9,), Scale.COUNT, (), ("9", "= 9,5")),
        ({"value": 3, "against": "increase_percent"}, (1_406,), Scale.COUNT, (1_365,), ("1.406", "1.406")),
        ({"value": 3, "against": "increase_percent"}, (1_406,), Scale.COUNT, (1_366,), ("1.406", "1.407")),
        ({"value": 3, "against": "increase_percent", "comparator": "<="}, (1_406,), Scale.COUNT, (1_366,), ("1.406", "≤ 1.406")),
    ],
)
def test_a_value_beside_its_target(
    target: dict[str, Any], counts: tuple[int, ...], scale: Scale, before: tuple[int, ...], vi: tuple[str, str]
) -> None:
    found = judged(target, *counts, scale=scale, before=before)
    assert assessment_texts(found, "vi") == vi
    assert found.measure is None or found.measure.better is Better.HIGHER
