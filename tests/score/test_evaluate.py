"""Adding up: rescaling, availability, whose score counts, no cases, caps, rounding, bands, gates; and what a card says about it."""

from __future__ import annotations

import json
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
from cchc_metrics.score import (
    Absent,
    GivenPoints,
    Inputs,
    Line,
    Ratio,
    Scheme,
    Scorecard,
    Value,
    dump_scheme,
    load_scheme,
    score_scheme,
    score_units,
)
from cchc_metrics.tables.numbers import decimal_digits, exact_text, format_number, round_half_up
from cchc_metrics.values import Measure, Scale, Status, Text

NOT_HERE = Absent(Status.NOT_APPLICABLE, Text("không có ở đây", "none here"))


def criterion(name: str, maximum: Any = 1, rule: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    shape = {} if "components" in more else {"rule": rule or {"shape": "linear"}}
    return {"id": name, "vi": f"Tiêu chí {name}", "en": f"Criterion {name}", "max": maximum, "source": "x", **shape, **more}


def field(name: str, *criteria: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": name, "vi": f"Lĩnh vực {name}", "en": f"Field {name}", "criteria": list(criteria), **more}


def scheme(*fields: dict[str, Any], **more: Any) -> Scheme:
    return Scheme.model_validate({"id": "s", "version": "1", "vi": "Thử", "en": "Test", "source": "x", "fields": list(fields), **more})


def band(name: str, **ends: Any) -> dict[str, Any]:
    return {"id": name, "vi": name, "en": name, **ends}


def of(line: Line, *names: str) -> list[Any]:
    return [getattr(line, name) for name in names]


def ways(line: Line) -> dict[str, Any]:
    return {way.way: way.points for way in line.ways}


BANDS = [band("A", at_least=90), band("B", at_least=70, less_than=90), band("C", at_least=50, less_than=70), band("D", less_than=50)]


def test_a_published_composite() -> None:
    s = scheme(field("tham-dinh", criterion("t", 60, {"shape": "assessed"})), field("khao-sat", criterion("k", 40, {"shape": "assessed"})))
    card = score_scheme({"t": Decimal("43.26"), "k": Decimal("39.95")}, s)
    assert card.points == card.share == Fraction("83.21")


def test_the_composite_is_points_over_maximum_for_every_field_too() -> None:
    card = score_scheme({"a": 50, "b": 25}, scheme(field("A", criterion("a", 3)), field("B", criterion("b", 5))))
    assert [line.share for line in card.fields] == [50, 25]
    assert card.share == 100 * (Fraction(3, 2) + Fraction(5, 4)) / 8


# --- rescaling

TWO = (field("A", criterion("a", 4), criterion("b", 6)), field("B", criterion("c", 10)))


@pytest.mark.parametrize(
    ("rescale", "points", "out_of"),
    [("total", 2 + 10, 14), ("field", Fraction(2 * 10, 4) + 10, 20), ("none", 2 + 10, 20)],
)
def test_what_does_not_apply(rescale: str, points: Any, out_of: int) -> None:
    card = score_scheme({"a": 50, "b": NOT_HERE, "c": 100}, scheme(*TWO, rescale=rescale))
    assert of(card.total, "points", "out_of") == [points, out_of]
    assert card.share == Fraction(100 * points, out_of)
    assert card["b"].status is Status.NOT_APPLICABLE
    assert card["b"].reason.en == "none here"
    assert card.total.status is Status.OK


@pytest.mark.parametrize("rescale", ["total", "field"])
def test_a_field_of_which_nothing_applies_leaves_the_total(rescale: str) -> None:
    card = score_scheme({"a": NOT_HERE, "b": NOT_HERE, "c": 50}, scheme(*TWO, rescale=rescale))
    assert card["A"].status is Status.NOT_APPLICABLE
    assert of(card.total, "points", "out_of", "share") == [5, 10, 50]


def test_a_field_of_which_nothing_applies_may_be_lost() -> None:
    card = score_scheme({"a": NOT_HERE, "b": NOT_HERE, "c": 50}, scheme(*TWO, rescale="none"))
    assert of(card.total, "points", "out_of", "share") == [5, 20, 25]


def test_nothing_applies_at_all() -> None:
    card = score_scheme(dict.fromkeys("abc", NOT_HERE), scheme(*TWO, bands=BANDS))
    assert (card.points, card.share, card.band, card.total.status) == (None, None, None, Status.NOT_APPLICABLE)


RATES = st.integers(0, 100)
MAXIMA = st.integers(1, 20)


@given(st.lists(st.tuples(RATES, MAXIMA, st.booleans()), min_size=1, max_size=6), st.sampled_from(["total", "field"]))
def test_rescaling_keeps_proportions(criteria: list[tuple[int, int, bool]], rescale: str) -> None:
    """Leaving out what does not apply is the same as a scheme without it, brought to the same maximum."""
    names = [f"c{n}" for n in range(len(criteria))]
    whole = scheme(field("A", *(criterion(n, m) for n, (_, m, _) in zip(names, criteria, strict=True))), rescale=rescale)
    values: dict[str, Value] = {n: (r if applies else NOT_HERE) for n, (r, _, applies) in zip(names, criteria, strict=True)}
    card = score_scheme(values, whole)
    kept = [(n, r, m) for n, (r, m, applies) in zip(names, criteria, strict=True) if applies]
    if not kept:
        assert card.share is None
        return
    only = score_scheme({n: r for n, r, _ in kept}, scheme(field("A", *(criterion(n, m) for n, _, m in kept))))
    assert card.share == only.share
    assert card.total.scaled == (only.share or 0) * (whole.full or 0) / 100
    lines = [card[n] for n, _, _ in kept]
    assert [line.points for line in lines] == [only[n].points for n, _, _ in kept]


@given(st.lists(st.tuples(RATES, MAXIMA), min_size=1, max_size=6), st.integers(2, 9))
def test_a_scheme_in_larger_points_gives_the_same_share(criteria: list[tuple[int, int]], factor: int) -> None:
    def card(times: int) -> Scorecard:
        return score_scheme(
            {f"c{n}": rate for n, (rate, _) in enumerate(criteria)},
            scheme(field("A", *(criterion(f"c{n}", m * times) for n, (_, m) in enumerate(criteria)))),
        )

    assert card(1).share == card(factor).share


@given(
    st.lists(RATES, min_size=3, max_size=3),
    st.integers(0, 2),
    RATES,
    st.sampled_from(["total", "field", "none"]),
    st.sampled_from([None, 0, 2]),
)
def test_the_total_never_falls_when_a_criterion_rises(rates: list[int], which: int, other: int, rescale: str, decimals: int | None) -> None:
    s = scheme(*TWO, rescale=rescale, round=decimals)
    low, high = sorted((rates[which], other))
    lower, higher = (score_scheme({**dict(zip("abc", rates, strict=True)), "abc"[which]: value}, s) for value in (low, high))
    assert lower.points is not None
    assert higher.points is not None
    assert 0 <= lower.points <= higher.points <= 20


# --- availability


def test_a_missing_criterion_is_named_up_to_the_total() -> None:
    card = score_scheme({"a": 50, "c": 100}, scheme(*TWO))
    assert card["b"].status is Status.NO_DATA
    for line in (card["A"], card.total):
        assert (line.points, line.status, line.missing) == (None, Status.NO_DATA, ("b",))
        assert "b" in line.reason.vi
        assert "b" in line.reason.en
    assert card["B"].points == 10


@pytest.mark.parametrize(("at_least", "points"), [(40, 2), (Fraction(401, 10), None), (100, None), (0, 2)])
def test_the_availability_threshold(at_least: Any, points: Any) -> None:
    card = score_scheme({"a": 50, "c": 100}, scheme(*TWO, available_at_least=at_least))
    line = card["A"]
    assert line.points == points
    assert line.missing == ("b",)
    if points is not None:
        assert of(line, "out_of", "share", "status") == [4, 50, Status.ESTIMATED]


def test_a_field_and_a_criterion_may_have_thresholds_of_their_own() -> None:
    parts = [criterion("a.1", 3), criterion("a.2", 1)]
    s = scheme(field("A", criterion("a", 4, components=parts, available_at_least=75), available_at_least=50), available_at_least=10)
    card = score_scheme({"a.1": 100}, s)
    assert of(card["a"], "points", "out_of", "status") == [3, 3, Status.ESTIMATED]
    assert of(card.total, "points", "share") == [3, 100]
    assert score_scheme({"a.2": 100}, s)["a"].points is None


def test_the_status_of_a_measure_goes_up() -> None:
    period = Period.parse("2021")
    measure = Measure("a", "TM", period, (), date(2021, 6, 30), Status.PERIOD_OPEN, 1, 2, Scale.PERCENT, reason=Text("kỳ mở", "open"))
    card = score_scheme({"a": measure, "b": 10, "c": 10}, scheme(*TWO))
    assert card["a"].points == 2
    assert [card[name].status for name in ("a", "A", "B")] == [Status.PERIOD_OPEN, Status.PERIOD_OPEN, Status.OK]
    assert card.total.reason.en == "open"
    none = Measure("a", "TM", period, (), date(2021, 6, 30), Status.NO_DATA, None, None, Scale.PERCENT)
    assert score_scheme({"a": none, "b": 10, "c": 10}, scheme(*TWO))["a"].status is Status.NO_DATA


# --- no cases


@pytest.mark.parametrize(
    ("no_case", "points", "status"),
    [
        ("full", 4, Status.OK),
        ("zero", 0, Status.OK),
        ("not_applicable", None, Status.NOT_APPLICABLE),
        (None, None, Status.ZERO_DENOMINATOR),
    ],
)
def test_no_cases(no_case: str | None, points: Any, status: Status) -> None:
    s = scheme(field("A", criterion("a", 4, no_case=no_case), criterion("b", 6)))
    card = score_scheme({"a": Ratio(0, 0), "b": 50}, s)
    assert (card["a"].points, card["a"].status) == (points, status)
    assert card["a"].notes or card["a"].reason.vi
    assert card.total.out_of == {"full": 10, "zero": 10, "not_applicable": 6, None: 10}[no_case]
    assert (card.points is None) == (no_case is None)
    if no_case is None:  # then the reader learns what the scheme has to say
        assert "(no_case)" in card["a"].reason.vi
        assert "(no_case)" in card["a"].reason.en


def test_a_usable_value_needs_no_reason_and_a_marked_one_keeps_its_own() -> None:
    s = scheme(field("A", criterion("a", 4)))
    year = Period.parse("2022")
    for status, reason in ((Status.OK, ""), (Status.ESTIMATED, "beside it")):
        value = Measure("a", "TM", year, (), year.last, status, 1, 2, Scale.PERCENT, reason=Text("kèm theo", "beside it"))
        card = score_scheme({"a": value}, s)
        assert (card["a"].points, card["a"].status, card["a"].reason.en) == (Fraction(2), status, reason)
        assert card.to_dict()["schema_version"] == 1


def test_nothing_given_may_count_as_zero_and_says_so() -> None:
    card = score_scheme({"b": 50}, scheme(field("A", criterion("a", 4, when_missing="zero"), criterion("b", 6))))
    assert [card[name].points for name in ("a", "A")] == [0, 3]
    assert "counted as 0" in card["a"].notes[0].en
    half = score_scheme({"a": Ratio(3, None), "b": 50}, scheme(field("A", criterion("a", 4, when_missing="zero"), criterion("b", 6))))
    assert of(half["a"], "points", "notes") == [0, card["a"].notes]


def test_exclusions_need_permission_and_say_their_evidence() -> None:
    ratio = Ratio(17, 20, excluded=3, evidence="45/BC-UBND")
    allowed = score_scheme({"a": ratio}, scheme(field("A", criterion("a", 2, exclusions=True))))
    assert allowed["a"].points == 2
    assert "45/BC-UBND" in allowed["a"].notes[0].vi
    with pytest.raises(InputError, match="exclusions"):
        score_scheme({"a": ratio}, scheme(field("A", criterion("a", 2))))


def test_more_than_all_is_capped_by_the_rule_and_flagged() -> None:
    card = score_scheme({"a": Ratio(5, 4)}, scheme(field("A", criterion("a", 2))))
    assert card["a"].points == 2
    assert "more than the denominator" in card["a"].notes[0].en


# --- whose score counts

THREE = (field("A", criterion("a", 4), criterion("b", 4, counts=["surveyed"])),)


def parallel(**more: Any) -> Inputs:
    return Inputs({}, {"a": GivenPoints(Fraction(4))}, {"a": GivenPoints(Fraction(3), "Sở Nội vụ")}, {"b": 75}, **more)


def test_three_scores_in_parallel() -> None:
    card = score_scheme(parallel(), scheme(*THREE, counts=["appraised"]))
    assert ways(card["a"]) == {"self": 4, "appraised": 3}
    assert (card["a"].counted, card["b"].counted) == ("appraised", "surveyed")
    assert card.points == 6
    assert "Sở Nội vụ" in card["a"].notes[0].vi
    assert "appraised; points given: Sở Nội vụ" in card.to_text("en")
    assert score_scheme(parallel(), scheme(*THREE, counts=["appraised"]), counts=("self",)).points == 7


def test_what_counts_must_be_there() -> None:
    inputs = Inputs({}, {"a": GivenPoints(Fraction(4))}, {}, {"b": 75})
    card = score_scheme(inputs, scheme(*THREE, counts=["appraised"]))
    assert (card["a"].points, card["a"].status) == (None, Status.NO_DATA)
    assert "appraised" in card["a"].reason.en
    assert score_scheme(inputs, scheme(*THREE, counts=["appraised", "self"])).points == 7


@pytest.mark.parametrize(("no_survey", "share"), [("rescale", 75), ("missing", None)])
def test_no_survey(no_survey: str, share: Any) -> None:
    card = score_scheme(parallel(survey_held=False), scheme(*THREE, counts=["appraised"], no_survey=no_survey))
    assert card.share == share
    assert "survey" in card["b"].reason.en


def test_a_way_uses_the_common_values_for_what_it_has_none_of_its_own() -> None:
    rule = {"shape": "yes_no", "when": {"all_of": ["plan", "funds"]}}
    s = scheme(field("A", criterion("a", 1, rule)), counts=["appraised"])
    card = score_scheme(Inputs({"plan": True, "funds": True}, {}, {"funds": False}), s)
    assert card.points == 0
    assert ways(card["a"]) == {"measured": 1, "appraised": 0}


def test_points_given_to_a_whole_criterion_replace_its_components() -> None:
    s = scheme(field("A", criterion("a", 4, components=[criterion("a.1", 3), criterion("a.2", 1)])))
    assert score_scheme({"a": GivenPoints(Fraction(7, 2)), "a.1": 0}, s).points == Fraction(7, 2)


# --- bonus, penalty, rounding, bands, gates


def blocks(**more: Any) -> Scheme:
    minus = {"shape": "deduct", "each": "0,5", "start": 0, "floor": "none"}
    return scheme(
        field("A", criterion("a", 10)),
        field("plus", criterion("p", 5, {"shape": "per_case", "each": 1}), kind="bonus", cap=2),
        field("minus", criterion("m", 0, minus, when_missing="zero"), kind="penalty", cap=3),
        **more,
    )


@pytest.mark.parametrize(
    ("a", "p", "m", "points"), [(50, 0, 0, 5), (50, 1, 0, 6), (50, 4, 0, 7), (50, 0, 3, Fraction(7, 2)), (10, 0, 20, -2), (100, 2, 0, 12)]
)
def test_capped_blocks(a: int, p: int, m: int, points: Any) -> None:
    card = score_scheme({"a": a, "p": p, "m": m}, blocks())
    assert card.points == points
    assert card.total.out_of == 10
    assert card.share == 10 * Fraction(points)


def test_a_bonus_may_be_kept_from_lifting_the_total_above_the_maximum() -> None:
    assert score_scheme({"a": 100, "p": 2}, blocks(at_most_max=True)).points == 10


def test_a_missing_bonus_is_missing_and_a_penalty_not_given_is_none_where_the_scheme_says_so() -> None:
    card = score_scheme({"a": 50}, blocks())
    assert card.total.missing == ("p",)
    assert card["m"].points == 0


def test_rounding_only_where_declared() -> None:
    third = Ratio(1, 3)
    plain = score_scheme({"a": third, "b": third}, scheme(field("A", criterion("a", 1), criterion("b", 1))))
    assert plain.points == Fraction(2, 3)
    criteria = field("A", criterion("a", 1, round=2), criterion("b", 1, round=2))
    assert score_scheme({"a": third, "b": third}, scheme(criteria)).points == Fraction("0.66")
    rounded = scheme(field("A", criterion("a", 1), criterion("b", 1), round=2))
    assert score_scheme({"a": third, "b": third}, rounded).points == Fraction("0.67")


@pytest.mark.parametrize(("decimals", "expected"), [(None, "B"), (1, "A")])
def test_nothing_is_rounded_before_banding_unless_the_scheme_says_so(decimals: int | None, expected: str) -> None:
    card = score_scheme({"a": Decimal("89.96")}, scheme(field("A", criterion("a", 100)), bands=BANDS, round=decimals))
    assert card.band is not None
    assert card.band.id == expected


@pytest.mark.parametrize(("points", "expected"), [(18, "A"), (15, "A"), (14, "B"), (12, "B"), (9, "C"), (6, "D"), (5, "E")])
def test_bands_of_points_15_12_9_6_of_18(points: int, expected: str) -> None:
    ends: list[dict[str, Any]] = [{"at_least": 15}, {"at_least": 12, "less_than": 15}, {"at_least": 9, "less_than": 12}]
    ends += [{"at_least": 6, "less_than": 9}, {"less_than": 6}]
    bands = [band(name, **end) for name, end in zip("ABCDE", ends, strict=True)]
    s = scheme(field("A", criterion("a", 18, {"shape": "assessed"})), bands=bands, bands_on="points")
    card = score_scheme({"a": points}, s)
    assert card.band is not None
    assert card.band.id == expected


def test_bands_of_points_are_of_the_whole_maximum_when_something_does_not_apply() -> None:
    s = scheme(*TWO, bands=[band("A", at_least=15), band("B", less_than=15)], bands_on="points")
    card = score_scheme({"a": NOT_HERE, "b": NOT_HERE, "c": 80}, s)  # 8 of 10, so 16 of 20
    assert card.band is not None
    assert card.band.id == "A"


def test_a_gate_lowers_the_band_though_the_total_is_high() -> None:
    """The head's rating is lowered if any field is below 70 % though the total is above 90 %."""
    gate = {"of": "field", "below": 70, "best": "B"}
    s = scheme(field("X", criterion("x", 90)), field("Y", criterion("y", 10)), bands=BANDS, gates=[gate])
    lowered = score_scheme({"x": 100, "y": 69}, s)
    assert lowered.share == Fraction("96.9")
    assert lowered.band_before_gates is not None
    assert lowered.band is not None
    assert (lowered.band_before_gates.id, lowered.band.id) == ("A", "B")
    assert "Field Y" in lowered.gates[0].en
    kept = score_scheme({"x": 100, "y": 70}, s)
    assert kept.band == kept.band_before_gates
    assert kept.gates == ()
    low = score_scheme({"x": 50, "y": 10}, s)
    assert low.band == low.band_before_gates  # a gate never raises


def test_a_gate_on_one_criterion() -> None:
    gate = {"of": "criterion", "ids": ["y"], "below": 100, "best": "D"}
    s = scheme(field("X", criterion("x", 90), criterion("y", 10)), bands=BANDS, gates=[gate])
    card = score_scheme({"x": 100, "y": 99}, s)
    assert card.band is not None
    assert card.band.id == "D"


# --- other units


def test_all_units_are_compared_with_each_other() -> None:
    s = scheme(field("A", criterion("a", 40, {"shape": "relative", "to": "best"})))
    cards = score_units({"X": {"a": 30}, "Y": {"a": 60}, "Z": {"a": 0}}, s)
    assert {unit: card.points for unit, card in cards.items()} == {"X": 20, "Y": 40, "Z": 0}
    assert score_scheme({"a": 30}, s, peers={"Y": {"a": 60}}, unit="X").points == 20
    assert score_scheme({"a": 30}, s)["a"].status is Status.NO_DATA


def test_a_comparison_with_a_missing_unit_is_an_estimate() -> None:
    s = scheme(field("A", criterion("a", 40, {"shape": "relative", "to": "best", "units_at_least": 50})))
    card = score_units({"X": {"a": 30}, "Y": {"a": 60}, "Z": {}}, s)["X"]
    assert of(card.total, "points", "status") == [20, Status.ESTIMATED]
    assert "Z" in card["a"].reason.en


# --- inputs that a scheme cannot use


def test_every_wrong_input_is_reported_at_once() -> None:
    s = scheme(
        field(
            "A",
            criterion("on_time", 4),
            criterion("level", 1, {"shape": "levels", "levels": {"late": 1}}),
            criterion("day", 1, {"shape": "yes_no"}),
        )
    )
    wrong: dict[str, Value] = {"on_tme": 5, "on_time": True, "level": "lat", "day": 3, "A": GivenPoints(Fraction(1))}
    with pytest.raises(InputError) as found:
        score_scheme(wrong, s)
    for part in ("values.on_tme", "«on_time»", "values.on_time", "values.level", "«late»", "values.day", "values.A"):
        assert part in found.value.en
    assert score_scheme({"other": 1}, s, allow_unused=True).points is None
    with pytest.raises(InputError, match="not float"):
        score_scheme({"on_time": 0.5}, s)  # type: ignore[dict-item]  # that is the point


@pytest.mark.parametrize("points", [-1, 5])
def test_points_outside_the_bounds_are_refused(points: int) -> None:
    with pytest.raises(InputError, match="outside"):
        score_scheme({"a": GivenPoints(Fraction(points))}, scheme(field("A", criterion("a", 4))))


def test_a_wrong_input_of_another_unit_is_reported_with_its_unit() -> None:
    with pytest.raises(InputError, match=r"«Y»: values\.b"):
        score_units({"X": {"a": 1}, "Y": {"b": 1}}, scheme(field("A", criterion("a", 1))))


# --- the card


def example() -> Scorecard:
    s = scheme(*TWO, bands=BANDS, example=True)
    return score_scheme(Inputs({"a": Ratio(2, 3), "b": NOT_HERE, "c": 100}, unit="TM", year=2022), s)


def test_the_table_shows_every_line_in_both_languages() -> None:
    card = example()
    vi, en = str(card).splitlines(), card.to_text("en").splitlines()
    assert "ví dụ" in vi[0]
    assert "example" in en[0]
    assert "TM · 2022" in vi[0]
    assert len(vi) == 1 + 1 + 6 + 1
    assert "không có ở đây" in next(line for line in vi if line.startswith("b "))
    assert "none here" in next(line for line in en if line.startswith("b "))
    assert "2,67" in next(line for line in vi if line.startswith("a "))
    assert "2.67" in next(line for line in en if line.startswith("a "))
    assert vi[-1] == "Xếp loại: A"


def test_a_card_is_json_without_loss() -> None:
    card = example()
    data = json.loads(json.dumps(card.to_dict()))
    assert Fraction(data["total"]["points"]) == card.points
    line = data["total"]["parts"][0]["parts"][0]
    assert (line["id"], line["points"], line["max"], line["inputs"]) == ("a", "8/3", "4", {"a": {"numerator": 2, "denominator": 3}})
    assert data["total"]["parts"][0]["parts"][1]["reason"] == {"vi": "không có ở đây", "en": "none here"}
    assert data["band"]["id"] == "A"
    assert data["scheme"]["example"] is True
    assert card.to_dict(number=float)["total"]["points"] == pytest.approx(float(card.points or 0))


def test_every_kind_of_input_is_in_the_json() -> None:
    rule = {"shape": "yes_no", "when": {"all_of": ["flag", {"input": "n", "at_least": 0}, {"input": "l", "equals": "x"}]}}
    due = {"shape": "deadline", "date_of": "done", "due": [{"by": date(2022, 1, 1), "points": 1}]}
    s = scheme(
        field(
            "A", criterion("a", 1, rule), criterion("d", 1, due), criterion("g", 1), criterion("m", 1), criterion("e", 1, exclusions=True)
        )
    )
    inputs: dict[str, Value] = {
        "flag": True,
        "n": Decimal("0.5"),
        "l": "x",
        "d": date(2022, 1, 1),
        "g": GivenPoints(Fraction(1, 2), "hội đồng"),
        "m": NOT_HERE,
        "e": Ratio(1, 3, 1, "1/BC"),
    }
    found = {line.id: line for line in score_scheme(inputs, s).total.leaves()}
    data = json.loads(json.dumps(score_scheme(inputs, s).to_dict()))["total"]["parts"][0]["parts"]
    assert {line["id"]: line["inputs"] for line in data} == {
        "a": {"flag": True, "n": "0.5", "l": "x"},
        "d": {"d": "2022-01-01"},
        "g": {"g": {"points": "0.5", "note": "hội đồng"}},
        "m": {"m": {"status": "not_applicable", "reason": "không có ở đây", "reason_en": "none here"}},
        "e": {"e": {"numerator": 1, "denominator": 3, "excluded": 1, "evidence": "1/BC"}},
    }
    assert found["e"].points == Fraction(1, 2)


def test_components_take_over_whose_score_counts() -> None:
    parts = [criterion("a.1", 1), criterion("a.2", 1, counts=["measured"])]
    s = scheme(field("A", criterion("a", 2, components=parts, counts=["surveyed"])))
    card = score_scheme(Inputs({"a.1": 10, "a.2": 20}, surveyed={"a.1": 50, "a.2": 60}), s)
    assert [card[name].counted for name in ("a.1", "a.2", "a")] == ["surveyed", "measured", ""]
    assert card.points == Fraction(7, 10)
    with pytest.raises(CchcError, match="go to the components"):
        scheme(field("A", criterion("a", 2, components=parts, no_case="full")))


@given(st.dictionaries(st.sampled_from("XYZW"), st.one_of(RATES, st.just(NOT_HERE)), min_size=2))
def test_scored_together_or_one_by_one_is_the_same(values: dict[str, Value]) -> None:
    rules = [{"shape": "relative", "to": to, "units_at_least": 50} for to in ("best", "mean")]
    s = scheme(field("A", *(criterion(f"c{n}", 5, rule | {"input": "x"}) for n, rule in enumerate(rules))))
    inputs = {unit: {"x": value} for unit, value in values.items()}
    together = score_units(inputs, s)
    for unit, own in inputs.items():
        others = {other: given for other, given in inputs.items() if other != unit}
        assert score_scheme(own, s, peers=others, unit=unit) == together[unit]


def test_a_line_is_found_by_its_id() -> None:
    card = example()
    assert card["a"].name.en == "Criterion a"
    with pytest.raises(CchcError, match="«aa»"):
        card["aa"]


def test_same_inputs_same_card() -> None:
    assert example() == example()


def test_counts_print_as_they_were_given() -> None:
    assert [str(r) for r in (Ratio(9, 10), Ratio(9, None), Ratio(8, 10, 2, "1/BC"))] == ["9/10", "9/?", "8/10 − 2"]


@given(st.fractions(), st.integers(0, 6))
def test_rounding_is_half_up_and_exact_text_reads_back(value: Fraction, decimals: int) -> None:
    rounded = round_half_up(value, decimals)
    assert abs(rounded - value) * 2 * 10**decimals <= 1
    assert round_half_up(-value, decimals) == -rounded
    assert Fraction(exact_text(value)) == value
    digits = decimal_digits(value)
    assert digits is None or (value * 10**digits).denominator == 1
    assert Fraction(format_number(value, lang="en", decimals=decimals, group=False)) == rounded
    vi, en = format_number(value, decimals=decimals, group=False), format_number(value, lang="en", decimals=decimals, group=False)
    assert vi.replace(",", ".") == en


def test_a_day_of_a_scheme_is_written_as_a_day() -> None:
    s = scheme(field("A", criterion("a", 4)), valid_from=date(2022, 1, 1))
    assert "\nvalid_from = 2022-01-01\n" in dump_scheme(s)
    assert load_scheme(dump_scheme(s)).valid_from == date(2022, 1, 1)
