"""Every shape of a scoring rule: its laws, and the real instance that it was made for."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.errors import CchcError, InputError
from cchc_metrics.reference.period import Period
from cchc_metrics.score.base import Condition
from cchc_metrics.score.facts import Absent, Facts, NoPointsError, Ratio, Value
from cchc_metrics.score.shapes import SHAPES, shape_of
from cchc_metrics.values import Measure, Scale, Status, Text

BANDS_HIGH = [{"more_than": 90, "points": 2}, {"at_least": 70, "at_most": 90, "points": 1}, {"less_than": 70, "points": 0}]
BANDS_LOW = [
    {"at_least": 100, "points": 2},
    {"at_least": 95, "less_than": 100, "points": "1,75"},
    {"at_least": 80, "less_than": 95, "points": "1,5"},
    {"at_least": 70, "less_than": 80, "points": 1},
    {"at_least": 60, "less_than": 70, "points": "0,5"},
    {"less_than": 60, "points": 0},
]
MEETINGS = [{"count": 4, "points": 20}, {"count": 3, "points": 15}, {"count": 2, "points": 10}, {"count": 1, "points": 5}]
PEOPLE = {"shape": "base_step", "base": 10, "start": 3500, "size": 100, "add": "0,5", "cap": 35}
POOR = {"shape": "base_step", "base": 2, "start": "4,5", "size": 1, "add": 1, "direction": "down", "cap": 5}

# (what, rule, maximum, [(inputs, points)]); the only input of a rule that names none is "".
INSTANCES: list[tuple[str, dict[str, Any], Any, list[tuple[dict[str, Any], Any]]]] = [
    (
        "the plan has all tasks and funding: 1, else 0",
        {"shape": "yes_no", "when": {"all_of": ["tasks", "funding"]}},
        1,
        [({"tasks": True, "funding": True}, 1), ({"tasks": True, "funding": False}, 0), ({"tasks": False}, 0)],
    ),
    (
        "either of two is enough",
        {"shape": "yes_no", "when": {"any_of": ["own", {"input": "grant", "more_than": 0}]}},
        1,
        [({"own": False, "grant": 1}, 1), ({"own": False, "grant": 0}, 0), ({"own": True}, 1)],
    ),
    (
        "in time 1; late 0,5; not issued 0",
        {"shape": "levels", "levels": {"in time": 1, "late": "0,5", "not issued": 0}},
        1,
        [({"": "in time"}, 1), ({"": "late"}, "1/2"), ({"": "not issued"}, 0)],
    ),
    (
        "as a share of the maximum: 1, 1/2, 0",
        {"shape": "levels", "levels": {"full": 1, "part": "1/2", "none": 0}, "points_are": "share"},
        "1,5",
        [({"": "full"}, "1,5"), ({"": "part"}, "0,75"), ({"": "none"}, 0)],
    ),
    (
        "> 90 %: 2; 70–90 %: 1; < 70 %: 0, so 90 is in the lower band",
        {"shape": "bands", "bands": BANDS_HIGH},
        2,
        [({"": "90,01"}, 2), ({"": 90}, 1), ({"": 70}, 1), ({"": "69,99"}, 0)],
    ),
    (
        "100 % → 2; 95–<100 → 1,75; 80–<95 → 1,5; 70–<80 → 1; 60–<70 → 0,5; <60 → 0",
        {"shape": "bands", "bands": BANDS_LOW},
        2,
        [
            ({"": Ratio(10, 10)}, 2),
            ({"": Ratio(9999, 10000)}, "1,75"),
            ({"": 95}, "1,75"),
            ({"": Ratio(9499, 10000)}, "1,5"),
            ({"": 80}, "1,5"),
            ({"": 70}, 1),
            ({"": 60}, "0,5"),
            ({"": 59}, 0),
        ],
    ),
    (
        "4 meetings a year 20; 3: 15; 2: 10; 1: 5; else 0",
        {"shape": "steps", "steps": MEETINGS},
        20,
        [({"": 6}, 20), ({"": 4}, 20), ({"": 3}, 15), ({"": 2}, 10), ({"": 1}, 5), ({"": 0}, 0)],
    ),
    ("points = a/b × maximum", {"shape": "linear"}, 20, [({"": Ratio(4358, 4474)}, Fraction(4358 * 20, 4474)), ({"": 0}, 0)]),
    (
        "0 below 80 %, else rate × maximum",
        {"shape": "threshold_linear", "threshold": 80},
        5,
        [({"": Ratio(7999, 10000)}, 0), ({"": 80}, 4), ({"": 100}, 5)],
    ),
    (
        "threshold t of QĐ 766: the maximum if R ≥ t, else maximum × R/t",
        {"shape": "full_at", "target": 80},
        2,
        [({"": Decimal("32.34")}, Fraction(3234 * 2, 8000)), ({"": 80}, 2), ({"": 93}, 2)],
    ),
    (
        "linear between two bounds",
        {"shape": "between", "zero_at": 50, "full_at": 90},
        4,
        [({"": 50}, 0), ({"": 70}, 2), ({"": 90}, 4), ({"": 30}, 0), ({"": 99}, 4)],
    ),
    (
        "100 % → 3; 90–<100 → 1,5; <90 → 0",
        {"shape": "cliff", "part_from": 90, "part": "1,5"},
        3,
        [({"": 100}, 3), ({"": Ratio(9999, 10000)}, "1,5"), ({"": 90}, "1,5"), ({"": "89,99"}, 0)],
    ),
    (
        "0,1 + 0,1 + 0,1",
        {"shape": "sum", "parts": [{"max": "0,1", "rule": {"shape": "yes_no", "when": name}} for name in ("a", "b", "c")]},
        "0,3",
        [({"a": True, "b": True, "c": True}, "0,3"), ({"a": True, "b": False, "c": True}, "0,2")],
    ),
    (
        "rate × 45 + 1 per application, at most 5",
        {
            "shape": "sum",
            "parts": [
                {"max": 45, "rule": {"shape": "linear", "input": "rate"}},
                {"max": 5, "rule": {"shape": "per_case", "input": "applications", "each": 1}},
            ],
        },
        50,
        [({"rate": 80, "applications": 3}, 39), ({"rate": 80, "applications": 9}, 41), ({"rate": 100, "applications": 5}, 50)],
    ),
    (
        "≤ 3.500 people → 10, each further 100 → +0,5, at most 35",
        PEOPLE,
        35,
        [({"": 900}, 10), ({"": 3500}, 10), ({"": 3599}, 10), ({"": 3600}, "10,5"), ({"": 8500}, 35), ({"": 20000}, 35)],
    ),
    (
        "poor households ≥ 4,5 % → 2, each 1 % less adds, cap 5",
        POOR,
        5,
        [({"": 9}, 2), ({"": "4,5"}, 2), ({"": "3,6"}, 2), ({"": "3,5"}, 3), ({"": "1,5"}, 5), ({"": 0}, 5)],
    ),
    ("× 75 %", POOR | {"multiplier": "0,75"}, 5, [({"": "3,5"}, "2,25"), ({"": 0}, "3,75")]),
    (
        "× 75 % under a condition",
        POOR | {"multiplier": "0,75", "multiplier_when": "merged"},
        5,
        [({"": "3,5", "merged": True}, "2,25"), ({"": "3,5", "merged": False}, 3)],
    ),
    (
        "each failed assessment takes 25 % of the item",
        {"shape": "deduct", "each": "0,25", "points_are": "share"},
        2,
        [({"": 0}, 2), ({"": 1}, "1,5"), ({"": 4}, 0), ({"": 5}, 0)],
    ),
    (
        "absolute deductions, below zero where the scheme says so",
        {"shape": "deduct", "each": "0,5", "floor": "none"},
        1,
        [({"": 1}, "0,5"), ({"": 4}, -1)],
    ),
    (
        "absolute deductions down to a negative floor",
        {"shape": "deduct", "each": "0,5", "start": 0, "floor": -2},
        0,
        [({"": 1}, "-0,5"), ({"": 9}, -2)],
    ),
    (
        "one document not issued: 0",
        {"shape": "zero_if", "when": {"input": "not_issued", "at_least": 1}, "rule": {"shape": "linear", "input": "on_time"}},
        1,
        [({"not_issued": 1}, 0), ({"not_issued": 0, "on_time": 90}, "0,9")],
    ),
    (
        "0 and −0,25",
        {"shape": "zero_if", "when": {"input": "not_issued", "at_least": 1}, "further": "0,25"},
        1,
        [({"not_issued": 2}, "-0,25"), ({"not_issued": 0}, 1)],
    ),
    (
        "the case with the highest points",
        {
            "shape": "best_of",
            "alternatives": [{"rule": {"shape": "linear", "input": "rate"}}, {"rule": {"shape": "yes_no", "when": "award", "full": 1}}],
        },
        2,
        [({"rate": 40, "award": True}, 1), ({"rate": 60, "award": True}, "1,2"), ({"rate": 100}, 2)],
    ),
    (
        "issued in January 0,2; later or not issued 0",
        {"shape": "deadline", "date_of": "issued", "due": [{"by_day": "31/01", "points": "0,2"}]},
        "0,2",
        [({"": date(2022, 1, 31)}, "0,2"), ({"": date(2021, 12, 30)}, "0,2"), ({"": date(2022, 2, 1)}, 0), ({"": False}, 0)],
    ),
    (
        "sent by a day full, by another half",
        {
            "shape": "deadline",
            "date_of": "sent",
            "due": [{"by": date(2022, 12, 10), "points": "1/2"}, {"by": date(2022, 12, 1), "points": 1}],
            "points_are": "share",
        },
        3,
        [({"": date(2022, 12, 1)}, 3), ({"": date(2022, 12, 2)}, "1,5"), ({"": date(2022, 12, 11)}, 0)],
    ),
    ("1 per application", {"shape": "per_case", "each": 1, "cap": 5}, 50, [({"": 0}, 0), ({"": 4}, 4), ({"": 6}, 5)]),
    ("points that an assessor gives", {"shape": "assessed"}, 1, [({"": "0,75"}, "0,75")]),
    ("shown only", {"shape": "shown_only"}, 0, [({"": 12}, 0), ({}, 0)]),
]


def number(value: Any) -> Fraction:
    return Fraction(value.replace(",", ".")) if isinstance(value, str) else Fraction(value)


def value_of(key: str, value: Any, kinds: Mapping[str, str]) -> Value:
    """Read "90,01" as a number where the rule wants one."""
    return number(value) if isinstance(value, str) and kinds.get(key) == "number" else value


CASES = [
    pytest.param(rule, maximum, inputs, points, id=f"{what}: {inputs}")
    for what, rule, maximum, cases in INSTANCES
    for inputs, points in cases
]


@pytest.mark.parametrize(("rule", "maximum", "inputs", "points"), CASES)
def test_the_real_instance(rule: dict[str, Any], maximum: Any, inputs: dict[str, Any], points: Any) -> None:
    shape = shape_of(rule)
    kinds = {need.name: need.kind for need in shape.needs()}
    facts = Facts({key: value_of(key, value, kinds) for key, value in inputs.items()}, year=2022)
    assert shape.points(facts, number(maximum)) == number(points)


@pytest.mark.parametrize(("rule", "maximum", "inputs", "points"), CASES)
def test_the_points_lie_in_the_declared_bounds(rule: dict[str, Any], maximum: Any, inputs: dict[str, Any], points: Any) -> None:
    del inputs
    bounds = shape_of(rule).bounds(number(maximum))
    assert bounds.low is None or bounds.low <= number(points)
    assert number(points) <= bounds.high


def test_every_shape_has_an_instance() -> None:
    assert {rule["shape"] for _, rule, _, _ in INSTANCES} | {"relative"} == set(SHAPES)


def own_over_highest(values: dict[str, Any], unit: str, **options: Any) -> Fraction:
    peers = {u: {"": value} for u, value in values.items()}
    return shape_of({"shape": "relative", "to": "best"} | options).points(Facts(peers[unit], peers=peers), Fraction(40))


def test_own_over_highest_times_40() -> None:
    units = {"A": 30, "B": 40, "C": 0}
    assert [own_over_highest(units, u) for u in units] == [30, 40, 0]


def test_where_lower_is_better_the_quotient_is_turned_over() -> None:
    units = {"A": 5, "B": 10, "C": 20}
    assert [own_over_highest(units, u, better="lower") for u in units] == [40, 20, 10]
    units = {"A": 0, "B": 10}
    assert [own_over_highest(units, u, better="lower") for u in units] == [40, 0]


def test_everyone_at_zero_is_as_good_as_the_best() -> None:
    assert own_over_highest({"A": 0, "B": 0}, "A") == 40


def test_an_average_of_percentages_is_taken_from_the_counts() -> None:
    units = {"A": Ratio(1, 2), "B": Ratio(270, 300)}  # 50 % and 90 %: their mean is 70 %, of all cases it is 271/302
    assert own_over_highest(units, "A", to="pooled") == Fraction(40) * 50 / Fraction(27100, 302)
    assert own_over_highest(units, "A", to="mean") == Fraction(40) * 50 / 70
    assert own_over_highest(units, "B", to="mean") == 40
    with pytest.raises(CchcError, match="numerator"):
        own_over_highest({"A": 50, "B": 60}, "A", to="pooled")


def test_measures_carry_the_counts_of_an_average() -> None:
    def measure(numerator: int, denominator: int) -> Measure:
        day = date(2021, 12, 31)
        return Measure("i", "u", Period.parse("2021"), (), day, Status.OK, numerator, denominator, Scale.PERCENT)

    units = {"A": measure(1, 2), "B": measure(270, 300)}
    assert own_over_highest(units, "A", to="pooled") == Fraction(40) * 50 / Fraction(27100, 302)


def test_why_there_are_no_points_survives_pickling() -> None:
    error = NoPointsError(Status.NO_DATA, Text("thiếu", "missing"))
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  its own
    assert (again.status, again.reason, str(again)) == (error.status, error.reason, str(error))


def test_a_missing_unit_is_named() -> None:
    units: dict[str, Value] = {"A": 30, "B": 40, "C": Absent(Status.NO_DATA)}
    with pytest.raises(NoPointsError, match="C") as found:
        own_over_highest(units, "A")
    assert found.value.status is Status.NO_DATA
    assert own_over_highest(units, "A", units_at_least=60) == 30
    peers = {u: {"": value} for u, value in units.items()}
    doubt = shape_of({"shape": "relative", "to": "best"}).doubt(Facts(peers["A"], peers=peers))
    assert doubt is not None
    assert doubt.en == "no number for C"


def test_it_needs_the_others() -> None:
    with pytest.raises(NoPointsError, match="other units"):
        shape_of({"shape": "relative", "to": "best"}).points(Facts({"": 1}), Fraction(1))


# --- laws


def fractions(low: int, high: int, denominator: int) -> st.SearchStrategy[Fraction]:
    return st.integers(low * denominator, high * denominator).map(lambda n: Fraction(n, denominator))


WHOLE = fractions(0, 100, 60)
MAXIMA = fractions(0, 50, 20)
SHARES = fractions(0, 1, 20)


@st.composite
def rising_bands(draw: st.DrawFn) -> dict[str, Any]:
    ends = sorted(draw(st.sets(st.integers(1, 99), min_size=1, max_size=5)))
    points = sorted(draw(st.lists(SHARES, min_size=len(ends) + 1, max_size=len(ends) + 1)))
    bands: list[dict[str, Any]] = []
    lower: dict[str, Any] = {}
    for end, earned in zip([*ends, None], points, strict=True):
        upper_in = draw(st.booleans())
        upper = {} if end is None else {"at_most" if upper_in else "less_than": end}
        bands.append({**lower, **upper, "points": earned})
        lower = {"more_than" if upper_in else "at_least": end}
    return {"shape": "bands", "points_are": "share", "bands": draw(st.permutations(bands))}


@st.composite
def rising_steps(draw: st.DrawFn) -> dict[str, Any]:
    counts = sorted(draw(st.sets(st.integers(0, 100), min_size=1, max_size=5)))
    points = sorted(draw(st.lists(SHARES, min_size=len(counts), max_size=len(counts))))
    steps = [{"count": c, "points": p} for c, p in zip(counts, points, strict=True)]
    return {"shape": "steps", "points_are": "share", "steps": steps}


POSITIVE = st.integers(1, 1200).map(lambda n: Fraction(n, 12))
RISING = st.one_of(
    rising_bands(),
    rising_steps(),
    st.builds(lambda full: {"shape": "linear", "full": full}, POSITIVE),
    st.builds(lambda t, e: {"shape": "threshold_linear", "threshold": t, "threshold_earns": e}, WHOLE, st.booleans()),
    st.builds(lambda t: {"shape": "full_at", "target": t}, POSITIVE),
    st.builds(lambda z, d: {"shape": "between", "zero_at": z, "full_at": z + d}, WHOLE, POSITIVE),
    st.builds(lambda f, s: {"shape": "cliff", "part_from": 50, "full_from": 50 + f, "part": s, "points_are": "share"}, POSITIVE, SHARES),
    st.builds(lambda e: {"shape": "per_case", "each": e}, POSITIVE),
    st.builds(
        lambda start, size, add, partial: {
            "shape": "base_step",
            "base": 0,
            "start": start,
            "size": size,
            "add": add,
            "partial": partial,
        },
        WHOLE,
        POSITIVE,
        POSITIVE,
        st.booleans(),
    ),
)


def nested(rules: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    parts = st.lists(st.builds(lambda rule, m: {"max": m, "rule": rule}, rules, MAXIMA), min_size=2, max_size=3)
    return st.one_of(
        st.builds(lambda p: {"shape": "sum", "parts": p}, parts),
        st.builds(lambda p: {"shape": "best_of", "alternatives": p}, parts),
        st.builds(lambda r: {"shape": "zero_if", "when": {"input": "", "any_of": [{"input": "v", "at_least": 1}]}, "rule": r}, rules),
    )


MONOTONE = st.recursive(RISING, nested, max_leaves=4)


def points(rule: dict[str, Any], value: Value, maximum: Fraction) -> Fraction:
    return shape_of(rule).points(Facts({"": value, "v": 0}), maximum)


@given(MONOTONE, WHOLE, WHOLE, MAXIMA)
def test_points_never_fall_when_a_higher_is_better_input_rises(rule: dict[str, Any], a: Fraction, b: Fraction, maximum: Fraction) -> None:
    assert points(rule, min(a, b), maximum) <= points(rule, max(a, b), maximum)


@given(
    st.one_of(
        st.builds(lambda e, f: {"shape": "deduct", "each": e, "floor": f}, POSITIVE, st.sampled_from([0, -3, "none"])),
        st.builds(lambda z, d: {"shape": "between", "zero_at": z, "full_at": z - d}, WHOLE, POSITIVE),
        st.builds(lambda s: {"shape": "base_step", "base": 1, "start": s, "size": 2, "add": 1, "direction": "down"}, WHOLE),
    ),
    WHOLE,
    WHOLE,
    MAXIMA,
)
def test_points_never_rise_when_a_lower_is_better_input_rises(rule: dict[str, Any], a: Fraction, b: Fraction, maximum: Fraction) -> None:
    assert points(rule, min(a, b), maximum) >= points(rule, max(a, b), maximum)


@given(MONOTONE, fractions(-50, 300, 60), MAXIMA)
def test_points_stay_within_the_declared_bounds(rule: dict[str, Any], value: Fraction, maximum: Fraction) -> None:
    bounds = shape_of(rule).bounds(maximum)
    earned = points(rule, value, maximum)
    assert bounds.low is not None
    assert bounds.low <= earned <= bounds.high


@given(RISING, WHOLE, MAXIMA, fractions(0, 5, 12))
def test_share_rules_scale_with_the_maximum(rule: dict[str, Any], value: Fraction, maximum: Fraction, factor: Fraction) -> None:
    if rule["shape"] in ("per_case", "base_step"):  # these speak of points, not of shares
        return
    assert points(rule, value, maximum * factor) == points(rule, value, maximum) * factor


@given(st.integers(0, 500), st.integers(1, 500), MAXIMA, MONOTONE)
def test_counts_and_their_rate_score_alike(n: int, d: int, maximum: Fraction, rule: dict[str, Any]) -> None:
    assert points(rule, Ratio(n, d), maximum) == points(rule, Fraction(100 * n, d), maximum)


@given(MONOTONE)
def test_a_rule_reads_back_from_what_it_writes(rule: dict[str, Any]) -> None:
    shape = shape_of(rule)
    assert shape_of(shape.model_dump(exclude_unset=True)) == shape


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.booleans(), min_size=3, max_size=3))
def test_conditions_follow_logic(answers: dict[str, bool]) -> None:
    names = sorted(answers)
    facts = Facts(answers)

    def holds(key: str) -> bool:
        return Condition.model_validate({key: names}).holds(facts)

    assert holds("all_of") == all(answers.values())
    assert holds("any_of") == any(answers.values())
    assert holds("none_of") == (not any(answers.values()))


# --- what has no points


@pytest.mark.parametrize(
    ("inputs", "status"),
    [
        ({}, Status.NO_DATA),
        ({"": Ratio(0, 0)}, Status.ZERO_DENOMINATOR),
        ({"": Ratio(3, None)}, Status.NO_DATA),
        ({"": Ratio(0, 2, excluded=2, evidence="12/BC-UBND")}, Status.ZERO_DENOMINATOR),
        ({"": Absent(Status.NOT_APPLICABLE, Text("không có tuyến biên giới", "no border"))}, Status.NOT_APPLICABLE),
    ],
)
def test_it_says_why_there_are_no_points(inputs: dict[str, Value], status: Status) -> None:
    with pytest.raises(NoPointsError) as found:
        shape_of({"shape": "linear"}).points(Facts(inputs, own="x"), Fraction(1)) if not inputs else shape_of(
            {"shape": "linear", "input": "y"}
        ).points(Facts({"y": inputs[""]}), Fraction(1))
    assert found.value.status is status
    assert found.value.reason.vi


def test_a_number_between_two_bands_has_no_points() -> None:
    rule = shape_of({"shape": "bands", "bands": [{"at_least": 90, "points": 1}, {"at_most": 80, "points": 0}]})
    with pytest.raises(NoPointsError, match=r"no band holds 85\.5"):
        rule.points(Facts({"": Decimal("85.5")}), Fraction(1))


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ({"shape": "linear"}, "92"),
        ({"shape": "linear"}, True),
        ({"shape": "yes_no"}, 1),
        ({"shape": "levels", "levels": {"late": 1}}, True),
        ({"shape": "levels", "levels": {"late": 1}}, "lat"),
        ({"shape": "deadline", "date_of": "issued", "due": [{"by": date(2022, 1, 1), "points": 1}]}, True),
        ({"shape": "assessed"}, 2),
        ({"shape": "assessed"}, -1),
    ],
)
def test_an_input_of_the_wrong_kind_is_refused(rule: dict[str, Any], value: Value) -> None:
    with pytest.raises(InputError):
        shape_of(rule).points(Facts({"": value}), Fraction(1))


def test_a_binary_float_is_refused_everywhere() -> None:
    with pytest.raises(CchcError, match="float"):
        shape_of({"shape": "linear"}).points(Facts({"": 0.5}), Fraction(1))  # type: ignore[dict-item]  # that is the point
    with pytest.raises(CchcError, match="float"):
        shape_of({"shape": "full_at", "target": 0.5})


def test_a_deadline_without_a_year_needs_one() -> None:
    rule = shape_of({"shape": "deadline", "date_of": "issued", "due": [{"by_day": "29/02", "points": 1}]})
    assert rule.points(Facts({"": date(2023, 2, 28)}, year=2023), Fraction(1)) == 1
    assert rule.points(Facts({"": date(2023, 3, 1)}, year=2023), Fraction(1)) == 0
    assert rule.points(Facts({"": date(2024, 2, 29)}, year=2024), Fraction(1)) == 1
    with pytest.raises(InputError, match="year"):
        rule.points(Facts({"": date(2023, 2, 28)}), Fraction(1))


def test_a_plan_is_due_in_the_year_before() -> None:
    rule = shape_of({"shape": "deadline", "date_of": "issued", "due": [{"by_day": "31/12", "years_after": -1, "points": 1}]})
    assert [rule.points(Facts({"": d}, year=2022), Fraction(1)) for d in (date(2021, 12, 31), date(2022, 1, 1))] == [1, 0]


def test_an_alternative_that_is_missing_leaves_the_best_unknown() -> None:
    parts = [{"rule": {"shape": "linear", "input": "a"}}, {"rule": {"shape": "linear", "input": "b"}}]
    rule = shape_of({"shape": "best_of", "alternatives": parts})
    with pytest.raises(NoPointsError, match="b"):
        rule.points(Facts({"a": 40}), Fraction(1))
    assert rule.points(Facts({"a": 100}), Fraction(1)) == 1
    not_here = Absent(Status.NOT_APPLICABLE, Text("không có", "none here"))
    assert rule.points(Facts({"a": 40, "b": not_here}), Fraction(1)) == Fraction(2, 5)
    with pytest.raises(NoPointsError) as found:
        rule.points(Facts({"a": not_here, "b": not_here}), Fraction(1))
    assert found.value.status is Status.NOT_APPLICABLE


def test_a_part_may_say_what_no_cases_earn() -> None:
    def rule(no_case: str | None) -> dict[str, Any]:
        part = {"max": 2, "rule": {"shape": "linear"}} | ({"no_case": no_case} if no_case else {})
        return {"shape": "sum", "parts": [part, {"max": 1, "rule": {"shape": "per_case", "input": "v", "each": 1}}]}

    facts = Facts({"": Ratio(0, 0), "v": 1})
    assert shape_of(rule("full")).points(facts, Fraction(3)) == 3
    assert shape_of(rule("zero")).points(facts, Fraction(3)) == 1
    with pytest.raises(NoPointsError):
        shape_of(rule(None)).points(facts, Fraction(3))


def test_the_denominator_may_have_a_substitute() -> None:
    rule = shape_of({"shape": "linear", "fallback": {"input": "last_year", "divide_by": 12}})
    for ratio in (Ratio(50, 0), Ratio(50, None)):
        assert rule.points(Facts({"": ratio, "last_year": 1200}), Fraction(6)) == 3
    with pytest.raises(NoPointsError) as found:
        rule.points(Facts({"": Ratio(0, 0), "last_year": 0}), Fraction(6))
    assert found.value.status is Status.ZERO_DENOMINATOR
    assert rule.points(Facts({"": Ratio(1, 2), "last_year": 1200}), Fraction(6)) == 3
    year = shape_of({"shape": "linear", "fallback": {"input": "last_year"}})  # of a year, against the whole of the year before
    assert year.points(Facts({"": Ratio(50, 0), "last_year": 1200}), Fraction(6)) == Fraction(1, 4)


def test_a_rate_may_have_a_coefficient() -> None:
    rule = shape_of({"shape": "full_at", "target": 50, "times": "synchronised"})
    assert rule.points(Facts({"": 40, "synchronised": Fraction(1, 2)}), Fraction(4)) == Fraction(8, 5)
    with pytest.raises(NoPointsError, match="synchronised"):
        rule.points(Facts({"": 40}), Fraction(4))


@pytest.mark.parametrize(
    "rule",
    [
        {"shape": "band"},
        {},
        {"shape": "bands", "bands": []},
        {"shape": "bands", "bands": [{"at_least": 9, "more_than": 8, "points": 1}]},
        {"shape": "bands", "bands": [{"at_most": 9, "less_than": 8, "points": 1}]},
        {"shape": "bands", "bands": [{"at_least": 9, "less_than": 9, "points": 1}]},
        {"shape": "steps", "steps": [{"count": 1, "points": 1}, {"count": 1, "points": 2}]},
        {"shape": "cliff", "part_from": 100, "part": 1},
        {"shape": "between", "zero_at": 1, "full_at": 1},
        {"shape": "full_at", "target": 0},
        {"shape": "deadline", "due": [{"by_day": "31/01", "points": 1}]},
        {"shape": "deadline", "date_of": "issued", "due": [{"by_day": "31/04", "points": 1}]},
        {"shape": "deadline", "date_of": "issued", "due": [{"points": 1}]},
        {"shape": "deadline", "date_of": "issued", "due": [{"by": date(2022, 1, 1), "years_after": 1, "points": 1}]},
        {"shape": "yes_no", "when": {"input": "a", "all_of": ["b"]}},
        {"shape": "yes_no", "when": {"input": "a", "equals": "x", "at_least": 1}},
        {"shape": "yes_no", "when": {"all_of": ["a"], "equals": True}},
        {"shape": "yes_no", "when": {"input": "a", "equals": 3}},
        {"shape": "best_of", "alternatives": [{"rule": {"shape": "linear"}}]},
        {"shape": "zero_if", "when": "a", "further": -1},
        {"shape": "relative"},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(CchcError):
        shape_of(rule)


@pytest.mark.parametrize(
    ("n", "d", "excluded", "evidence"), [(-1, 2, 0, ""), (1, -2, 0, ""), (1, 2, 3, "x"), (1, 2, 1, ""), (0, None, 1, "x")]
)
def test_counts_that_make_no_sense_are_refused(n: int, d: int | None, excluded: int, evidence: str) -> None:
    with pytest.raises(CchcError):
        Ratio(n, d, excluded, evidence)
