"""Where a plan stands: exact verdicts, the fewest that are enough, and why something cannot be judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.verbs.fakes import PUBLISHED, Fake, made, valued

from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.errors import CatalogueError, UnknownUnitError
from cchc_metrics.plan import Plan
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.tables.numbers import round_half_up
from cchc_metrics.values import Better, Breakdown, Measure, Scale, Status, Text
from cchc_metrics.verbs.assess import (
    Assessment,
    Assessments,
    TaskState,
    Verdict,
    assess,
    effort_count,
    effort_rate,
    plan_periods,
    task_rates,
)
from cchc_metrics.verbs.assess.windows import baseline_window

UNITS = UnitTree(
    [
        Unit(code="TM", name="Tháp Mười", kind="huyện", level="district"),
        *(Unit(code=f"TM.0{n}", name=f"Xã {n}", kind="xã", level="commune", parent="TM") for n in (1, 2, 3)),
    ]
)
YEAR_END = date(2022, 12, 31)
IN_YEAR = date(2022, 3, 31)  # 90 of 365 days
COMMUNES: Breakdown = (("level", "commune"),)
SIGNS = st.sampled_from([">=", ">", "<=", "<"])
TARGETS = st.fractions(0, 1, max_denominator=50)
RATES = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
ORDER = [Verdict.NOT_MET, Verdict.AT_RISK, Verdict.ON_TRACK, Verdict.MET]


def plan(*targets: dict[str, Any], **keys: Any) -> Plan:
    listed = [{"id": f"t{n}", "indicator": "x", **t} for n, t in enumerate(targets, start=1)]
    return Plan.model_validate(
        {"number": "1/KH-UBND", "issued_on": "2022-01-04", "issuer": "UBND", "year": 2022, "targets": listed, **keys}
    )


def judged(target: dict[str, Any], *measures: Measure, as_of: date = YEAR_END, **options: Any) -> Assessment:
    """Return the assessment of the only target."""
    found = assess(Fake(*measures), plan(target), units=UNITS, as_of=as_of, **options)
    assert len(found) == 1
    return found.items[0]


def holds(value: Fraction, sign: str, target: Fraction) -> bool:
    return {">=": value >= target, ">": value > target, "<=": value <= target, "<": value < target}[sign]


# --- what it takes: minimal and sufficient, against counting


@given(RATES, TARGETS, SIGNS)
def test_needed_is_enough_and_one_less_is_not(rate: tuple[int, int], target: Fraction, sign: str) -> None:
    a, b = rate
    up, strict = sign in (">=", ">"), sign in (">", "<")
    found = effort_rate(a, b, target, up=up, strict=strict)

    def enough(k: int) -> bool:
        return holds(Fraction(a + k if up else a, b + k), sign, target)

    # Beyond this many further cases nothing changes any more: fractions of at most 50 have been told apart.
    first = next((k for k in range(4000) if enough(k)), None)
    assert found.needed == first


@given(RATES, TARGETS, SIGNS)
def test_spare_is_the_most_that_still_leaves_it_reached(rate: tuple[int, int], target: Fraction, sign: str) -> None:
    a, b = rate
    up, strict = sign in (">=", ">"), sign in (">", "<")
    found = effort_rate(a, b, target, up=up, strict=strict)

    def still(m: int) -> bool:
        return holds(Fraction(a if up else a + m, b + m), sign, target)

    if found.spare is None:
        assert not still(0) or still(10**9)
    else:
        assert found.needed == 0
        assert all(still(m) for m in range(found.spare + 1))
        assert not still(found.spare + 1)


@given(RATES, TARGETS, SIGNS)
def test_needed_when_nothing_more_comes(rate: tuple[int, int], target: Fraction, sign: str) -> None:
    a, b = rate
    up, strict = sign in (">=", ">"), sign in (">", "<")
    found = effort_rate(a, b, target, up=up, strict=strict, more_to_come=False)
    assert found.needed == next(k for k in count() if holds(Fraction(a + k if up else a - k, b), sign, target))
    assert found.spare is None


@given(st.integers(0, 60), st.fractions(0, 60, max_denominator=4), SIGNS)
def test_needed_of_a_count(number: int, target: Fraction, sign: str) -> None:
    up, strict = sign in (">=", ">"), sign in (">", "<")
    found = effort_count(number, target, up=up, strict=strict)
    step = 1 if up else -1
    assert found.needed == next(k for k in count() if holds(Fraction(number + step * k), sign, target))
    if found.spare is not None:
        assert holds(Fraction(number + found.spare), sign, target)
        assert not holds(Fraction(number + found.spare + 1), sign, target)


# --- a count that cases which could not be classed might belong to


@given(
    st.integers(0, 12), st.integers(0, 6), st.integers(0, 15), st.integers(0, 4), st.sampled_from([">=", ">", "<=", "<", "=", "between"])
)
def test_a_count_is_judged_only_where_the_unclassed_cannot_change_the_verdict(
    n: int, unclassed: int, asked: int, more: int, sign: str
) -> None:
    target = {"value": asked, "comparator": sign, **({"upper": asked + more} if sign == "between" else {})}
    possible = {judged(target, made(n + k)).verdict for k in range(unclassed + 1)}
    found = judged(target, replace(made(n), excluded={"level_not_said": unclassed} if unclassed else {}))
    assert found.verdict is (possible.pop() if len(possible) == 1 else Verdict.CANNOT_BE_JUDGED)
    assert (found.verdict is not Verdict.CANNOT_BE_JUDGED) or f"hangs on {unclassed} cases" in found.reason.en


def test_a_sum_has_no_upper_end() -> None:
    reach = replace(made(100, indicator="outreach_reach"), excluded={"reach_not_said": 1})
    verdicts = [
        judged({"indicator": "outreach_reach", "value": value, "comparator": sign}, reach, catalogue=Catalogue.default()).verdict
        for sign, value in ((">=", 100), (">=", 500), ("<=", 50), ("<=", 500))
    ]
    assert verdicts == [Verdict.MET, Verdict.CANNOT_BE_JUDGED, Verdict.NOT_MET, Verdict.CANNOT_BE_JUDGED]


# --- a target that may mean something else, and targets that are judged after rounding


@given(st.fractions(0, 1, max_denominator=200).filter(bool), SIGNS)
def test_a_percent_target_of_one_or_less_is_never_judged_unasked(value: Fraction, sign: str) -> None:
    """0.95 against a rate of 50 % used to be «met»."""
    found = judged({"value": value, "comparator": sign}, made(1, 2))
    assert found.verdict is Verdict.CANNOT_BE_JUDGED
    assert "here; write" in found.reason.en
    assert judged({"value": value, "comparator": sign}, made(1)).verdict is not Verdict.CANNOT_BE_JUDGED  # of a count it is a number
    said = judged({"value": value, "comparator": sign, "in_percent": True}, made(1, 2))
    assert said.verdict is (Verdict.MET if sign in (">=", ">") else Verdict.NOT_MET)


def test_a_percent_sign_says_that_a_small_target_is_meant() -> None:
    assert judged({"value": "0,95%"}, made(1, 2)).verdict is Verdict.MET
    assert judged({"value": "0,4 %", "comparator": "<="}, made(1, 200)).verdict is Verdict.NOT_MET
    assert judged({"value": 95}, made(1, 2)).verdict is Verdict.NOT_MET


def test_a_target_may_be_judged_after_rounding() -> None:
    """17.999 of 20.000 is 89,995 %: 90,0 % to one decimal, and less than 90 % exactly."""
    exact, rounded = (judged({"value": 90, **keys}, made(17_999, 20_000)) for keys in ({}, {"round_to": 1}))
    assert (exact.verdict, exact.gap) == (Verdict.NOT_MET, Fraction(-5, 1000))
    assert (rounded.verdict, rounded.gap, rounded.measured) == (Verdict.MET, Fraction(0), Fraction(89_995, 1000))
    assert rounded.reason.vi == "so sánh sau khi làm tròn đến 1 chữ số thập phân: 90,0"
    assert rounded.reason.en == "judged after rounding to 1 decimals: 90.0"
    assert judged({"value": 90, "round_to": 1}, made(17_989, 20_000)).verdict is Verdict.NOT_MET  # 89,945 rounds to 89,9
    assert judged({"value": 90, "round_to": 1}, made(17_990, 20_000)).verdict is Verdict.MET  # a half is rounded up
    assert judged({"value": 90, "round_to": 1}, made(18_000, 20_000)).reason.en == ""  # nothing was rounded


@given(RATES, st.integers(2, 99), SIGNS, st.integers(0, 2))
def test_what_is_needed_agrees_with_the_rounding(rate: tuple[int, int], target: int, sign: str, decimals: int) -> None:
    a, b = rate
    up = sign in (">=", ">")
    found = judged({"value": target, "comparator": sign, "round_to": decimals}, made(a, b))

    def reached(k: int) -> bool:
        return holds(round_half_up(Fraction(100 * (a + k if up else a - k), b), decimals), sign, Fraction(target))

    assert found.reached == reached(0)
    assert found.needed == next(k for k in count() if reached(k))


@pytest.mark.parametrize(
    ("rate", "target", "options", "needed", "spare"),
    [
        ((83, 88), Fraction(95, 100), {}, 12, None),  # 95 of 100
        ((195, 200), Fraction(95, 100), {}, 0, 5),
        ((195, 200), Fraction(95, 100), {"strict": True}, 0, 5),
        ((190, 200), Fraction(95, 100), {"strict": True}, 1, None),
        ((2, 100), Fraction(5, 100), {"up": False}, 0, 3),  # 5 of 103
        ((2, 100), Fraction(4, 102), {"up": False, "strict": True}, 0, 1),  # 4 of 102 would be on it
        ((6, 100), Fraction(5, 100), {"up": False}, 20, None),  # 6 of 120
        ((6, 100), Fraction(1), {"up": False}, 0, None),  # whatever comes
        ((6, 100), Fraction(0), {"up": False}, None, None),
        ((0, 100), Fraction(0), {}, 0, None),
        ((6, 100), Fraction(5, 100), {"up": False, "more_to_come": False}, 1, None),
        ((83, 88), Fraction(95, 100), {"more_to_come": False}, 1, None),
    ],
)
def test_what_it_takes_worked_by_hand(
    rate: tuple[int, int], target: Fraction, options: dict[str, bool], needed: int | None, spare: int | None
) -> None:
    found = effort_rate(*rate, target, **options)
    assert (found.needed, found.spare) == (needed, spare)


@pytest.mark.parametrize(
    ("target", "value", "attainment"),
    [
        ({"value": 80}, 60, Fraction(3, 4)),
        ({"value": 80}, 0, Fraction(0)),
        ({"value": 0, "in_percent": True}, 0, Fraction(1)),
        ({"value": 0, "in_percent": True}, 60, None),  # how many times nothing is has no answer
        ({"value": 80, "comparator": "<="}, 60, Fraction(4, 3)),
        ({"value": 80, "comparator": "<="}, 0, None),
        ({"value": 80, "upper": 90, "comparator": "between"}, 80, Fraction(1)),
        ({"value": 80, "upper": 90, "comparator": "between"}, 85, Fraction(1)),
        ({"value": 80, "upper": 90, "comparator": "between"}, 60, Fraction(3, 4)),
        ({"value": 80, "upper": 90, "comparator": "between"}, 100, Fraction(9, 10)),
        ({"value": 80, "comparator": "="}, 60, Fraction(3, 4)),
    ],
)
def test_attainment_worked_by_hand(target: dict[str, Any], value: int, attainment: Fraction | None) -> None:
    assert judged(target, made(value, 100)).attainment == attainment


def test_the_change_of_a_count_is_said_once_its_year_is_over() -> None:
    target = {"value": 10, "against": "increase_percent"}
    over = judged(target, made(12), made(10, period="2021"))
    assert (over.change, over.verdict) == (Fraction(20), Verdict.MET)
    running = judged(target, made(12, as_of=IN_YEAR), made(10, period="2021"), as_of=IN_YEAR)
    assert (running.change, running.measured) == (None, Fraction(12))
    rate = judged({"value": 10, "against": "increase_points"}, made(8, 10, as_of=IN_YEAR), made(6, 10, period="2021"), as_of=IN_YEAR)
    assert rate.change == Fraction(20)


# --- verdicts


@given(st.integers(0, 40), st.integers(0, 40), st.fractions(0, 120, max_denominator=7), st.booleans(), st.dates(date(2022, 1, 1), YEAR_END))
def test_a_higher_value_never_gives_a_worse_verdict(low: int, more: int, target: Fraction, rate: bool, as_of: date) -> None:
    of = (80,) if rate else ()
    found = [judged({"value": target, "in_percent": True}, made(n, *of, as_of=as_of), as_of=as_of) for n in (low, low + more)]
    worse, better = (ORDER.index(a.verdict) for a in found)
    assert worse <= better
    assert found[0].measured is not None
    assert found[0].reached is (found[0].measured >= target)


@given(RATES, TARGETS, SIGNS, st.sampled_from(Better))
def test_attainment_is_one_exactly_on_target_and_more_for_better(rate: tuple[int, int], part: Fraction, sign: str, better: Better) -> None:
    target = 100 * part
    found = judged({"value": target, "comparator": sign}, made(*rate, better=better))
    assert found.measured is not None
    assert found.gap == found.measured - target
    if found.attainment is None:
        assert target != found.measured
    else:
        assert (found.attainment == 1) is (found.measured == target)
        assert (found.attainment > 1) is (found.measured > target if sign in (">=", ">") else found.measured < target)


@given(RATES, TARGETS, SIGNS)
def test_after_the_due_date_the_verdict_is_the_comparison(rate: tuple[int, int], part: Fraction, sign: str) -> None:
    found = judged({"value": 100 * part, "comparator": sign}, made(*rate))
    assert found.verdict is (Verdict.MET if holds(Fraction(*rate), sign, part) else Verdict.NOT_MET)
    assert (found.needed == 0) is (found.verdict is Verdict.MET)


@given(RATES, st.integers(1, 60), st.integers(-20, 60), st.sampled_from(["increase_percent", "increase_points"]))
def test_an_increase_is_held_against_the_baseline(rate: tuple[int, int], before: int, increase: int, against: str) -> None:
    base = made(before, 60, period="2021")
    found = judged({"value": increase, "against": against}, made(*rate), base)
    was = Fraction(100 * before, 60)
    assert found.required == (was * (1 + Fraction(increase, 100)) if against == "increase_percent" else was + increase)
    assert found.change is not None
    assert (found.verdict is Verdict.MET) is (found.change >= increase)
    assert found.baseline == base


@given(st.lists(st.integers(0, 4), min_size=3, max_size=3), st.integers(1, 3), st.booleans())
def test_at_least_so_many_units(numbers: list[int], wanted: int, over: bool) -> None:
    as_of = YEAR_END if over else IN_YEAR
    measures = [made(n, unit=f"TM.0{i}", as_of=as_of) for i, n in enumerate(numbers, start=1)]
    found = judged({"value": 3, "each": "commune", "at_least": wanted}, *measures, as_of=as_of)
    reached = sum(1 for n in numbers if n >= 3)
    assert (found.measured, found.required, found.needed) == (Fraction(reached), Fraction(wanted), max(0, wanted - reached))
    assert (found.verdict is Verdict.MET) is (reached >= wanted)
    assert [part.unit for part in found.parts] == ["TM.01", "TM.02", "TM.03"]
    if over:
        assert found.verdict in (Verdict.MET, Verdict.NOT_MET)


@pytest.mark.parametrize("row", PUBLISHED["plan_targets"], ids=lambda row: row["what"])
def test_a_published_result(row: dict[str, Any]) -> None:
    found = judged({"value": row["target"].removeprefix(">=")}, valued(row["result"]))
    assert found.verdict is (Verdict.MET if row["met"] else Verdict.NOT_MET)
    assert found.measured == Fraction(row["result"])


def test_a_value_just_below_is_not_met_whatever_it_would_print() -> None:
    found = judged({"value": 100}, made(99_999, 100_000))
    assert (found.verdict, found.gap, found.needed) == (Verdict.NOT_MET, Fraction(-1, 1000), 1)


# --- what is missing, in records

NOUNS = {"x": Text("hồ sơ đúng hạn", "dossiers on time")}
CEILING = {"comparator": "<="}
BETWEEN = {"value": 90, "upper": 95, "comparator": "between"}


@pytest.mark.parametrize(
    ("target", "counts", "as_of", "vi", "en"),
    [
        ({"value": 95}, (83, 88), IN_YEAR, "còn thiếu 12 hồ sơ đúng hạn", "12 more dossiers on time are needed"),
        ({"value": 95}, (83, 88), YEAR_END, "thiếu 1 hồ sơ đúng hạn", "1 more was needed: dossiers on time"),
        ({"value": 95}, (195, 200), IN_YEAR, "được phép thêm tối đa 5 trường hợp không đạt", "at most 5 more cases that fail are allowed"),
        ({"value": 95}, (195, 200), YEAR_END, "", ""),
        ({"value": 100}, (98, 100), IN_YEAR, "không còn đạt được: đã có 2 trường hợp không đạt", "out of reach: 2 cases that fail already"),
        ({"value": 3000}, (904,), IN_YEAR, "còn thiếu 2.096 hồ sơ đúng hạn", "2,096 more dossiers on time are needed"),
        ({"value": "16,5"}, (20,), YEAR_END, "vượt 3 hồ sơ đúng hạn", "3 dossiers on time more than asked"),
        ({"value": 4, **CEILING}, (1,), IN_YEAR, "được phép thêm tối đa 3 hồ sơ đúng hạn", "at most 3 more dossiers on time are allowed"),
        ({"value": 4, **CEILING}, (6,), YEAR_END, "vượt mức 2 hồ sơ đúng hạn", "2 dossiers on time too many"),
        ({"value": 5, **CEILING}, (6, 100), IN_YEAR, "cần thêm 20 trường hợp đạt", "20 more good cases are needed"),
        ({"value": 5, **CEILING}, (6, 100), YEAR_END, "vượt mức 1 hồ sơ đúng hạn", "1 too many: dossiers on time"),
        (
            {"value": 0, **CEILING},
            (6, 9),
            IN_YEAR,
            "không còn đạt được: đã có 6 trường hợp không đạt",
            "out of reach: 6 cases that fail already",
        ),
        ({"value": 101}, (100, 100), IN_YEAR, "không đạt được", "out of reach"),
        (BETWEEN, (97, 100), YEAR_END, "cao hơn mức yêu cầu", "above what is asked"),
        (BETWEEN, (80, 100), YEAR_END, "thiếu 10 hồ sơ đúng hạn", "10 more dossiers on time were needed"),
        (BETWEEN, (92, 100), YEAR_END, "", ""),
        ({"value": 4, "comparator": "="}, (4,), IN_YEAR, "", ""),
    ],
)
def test_what_is_missing_is_said_in_records(target: dict[str, Any], counts: tuple[int, ...], as_of: date, vi: str, en: str) -> None:
    assert judged(target, made(*counts, as_of=as_of), as_of=as_of, nouns=NOUNS).sentence == Text(vi, en)


def test_the_word_for_a_case() -> None:
    target = {"indicator": "electronic_exchange", "value": 95}
    measure = made(83, 88, indicator="electronic_exchange")
    assert judged(target, measure).sentence.vi == "thiếu 1 hồ sơ"
    assert judged(target, measure, catalogue=Catalogue.default()).sentence.vi == "thiếu 1 văn bản điện tử"


# --- before the due date


@pytest.mark.parametrize(
    ("target", "number", "verdict"),
    [
        ({"value": 365}, 90, Verdict.ON_TRACK),
        ({"value": 365}, 89, Verdict.AT_RISK),
        ({"value": 365}, 365, Verdict.MET),
        ({"value": 365, "comparator": ">"}, 365, Verdict.ON_TRACK),
        ({"value": 365, "comparator": "="}, 90, Verdict.ON_TRACK),
        ({"value": 365, "comparator": "="}, 365, Verdict.ON_TRACK),
        ({"value": 365, "comparator": "="}, 366, Verdict.AT_RISK),
        ({"value": 365, "comparator": "<="}, 90, Verdict.ON_TRACK),
        ({"value": 365, "comparator": "<="}, 91, Verdict.AT_RISK),
        ({"value": 365, "comparator": "<="}, 366, Verdict.AT_RISK),
        ({"value": 365, "upper": 400, "comparator": "between"}, 89, Verdict.AT_RISK),
        ({"value": 365, "upper": 400, "comparator": "between"}, 90, Verdict.ON_TRACK),
        ({"value": 365, "upper": 400, "comparator": "between"}, 370, Verdict.ON_TRACK),
        ({"value": 365, "upper": 400, "comparator": "between"}, 401, Verdict.AT_RISK),
    ],
)
def test_a_count_on_its_way(target: dict[str, Any], number: int, verdict: Verdict) -> None:
    found = judged(target, made(number, as_of=IN_YEAR), as_of=IN_YEAR)
    assert found.verdict is verdict
    if verdict is not Verdict.MET:
        assert "90/365" in found.reason.vi
        assert found.forecast == Fraction(number * 365, 90)


def test_a_rate_is_never_met_before_its_due_date() -> None:
    for target in ({"value": 95}, {"value": 100, "comparator": "="}):
        found = judged(target, made(100, 100, as_of=IN_YEAR), as_of=IN_YEAR)
        assert (found.verdict, found.forecast) == (Verdict.ON_TRACK, Fraction(100))
    assert judged({"value": 95}, made(94, 100, as_of=IN_YEAR), as_of=IN_YEAR).verdict is Verdict.AT_RISK


def test_a_stock_is_never_met_before_its_due_date() -> None:
    target = {"indicator": "dossiers_pending_overdue", "value": 5, "comparator": "<="}
    measure = made(5, indicator="dossiers_pending_overdue", as_of=IN_YEAR, better=Better.LOWER)
    flow = judged(target, measure, as_of=IN_YEAR)
    stock = judged(target, measure, as_of=IN_YEAR, catalogue=Catalogue.default())
    assert (flow.verdict, stock.verdict) == (Verdict.AT_RISK, Verdict.ON_TRACK)
    assert stock.forecast == 5


def test_of_a_share_of_units_no_more_cases_come() -> None:
    target = {"indicator": "outreach_active_units", "value": 100}
    measure = made(11, 13, indicator="outreach_active_units", as_of=IN_YEAR)
    found = judged(target, measure, as_of=IN_YEAR, catalogue=Catalogue.default())
    assert (found.needed, found.sentence.vi) == (2, "còn thiếu 2 đơn vị")
    assert judged(target, measure, as_of=IN_YEAR).needed is None


def test_a_seasonal_path_follows_the_year_before() -> None:
    target = {"value": 200, "path": "seasonal"}
    so_far = made(30, period="2021-01-01..2021-03-31")
    whole = made(150, period="2021")
    now = made(41, as_of=IN_YEAR)
    found = judged(target, now, so_far, whole, as_of=IN_YEAR)
    assert (found.verdict, found.expected, found.forecast) == (Verdict.ON_TRACK, Fraction(40), Fraction(205))
    assert "30/150" in found.reason.vi
    assert judged(target, replace(now, numerator=39), so_far, whole, as_of=IN_YEAR).verdict is Verdict.AT_RISK
    without = judged(target, now, as_of=IN_YEAR)
    assert without.expected == Fraction(200 * 90, 365)
    assert "kỳ gốc không có số liệu theo nhịp" in without.reason.vi


MILESTONES = {"value": 95, "milestones": [{"on": "2022-03-31", "value": 80}, {"on": "2022-06-30", "value": 90}]}


@pytest.mark.parametrize(
    ("as_of", "good", "verdict"),
    [
        (date(2022, 3, 30), 50, Verdict.NOT_DUE),
        (date(2022, 3, 30), 95, Verdict.ON_TRACK),
        (date(2022, 3, 31), 79, Verdict.AT_RISK),
        (date(2022, 6, 29), 80, Verdict.ON_TRACK),
        (date(2022, 6, 30), 89, Verdict.AT_RISK),
        (date(2022, 12, 30), 94, Verdict.ON_TRACK),
        (YEAR_END, 94, Verdict.NOT_MET),
    ],
)
def test_the_last_milestone_that_passed_decides(as_of: date, good: int, verdict: Verdict) -> None:
    assert judged(MILESTONES, made(good, 100, as_of=as_of), as_of=as_of).verdict is verdict


def test_before_the_first_milestone_no_data_are_expected() -> None:
    early = date(2022, 2, 1)
    assert judged(MILESTONES, made(0, 0, as_of=early), as_of=early).verdict is Verdict.NOT_DUE
    assert judged(MILESTONES, made(0, 0, as_of=IN_YEAR), as_of=IN_YEAR).verdict is Verdict.CANNOT_BE_JUDGED


def test_a_milestone_of_an_increase() -> None:
    target = {"value": 20, "against": "increase_percent", "milestones": [{"on": "2022-03-31", "value": -70}]}
    base = made(100, period="2021")
    found = judged(target, made(30, as_of=IN_YEAR), base, as_of=IN_YEAR)
    assert (found.verdict, found.expected, found.required, found.change) == (Verdict.ON_TRACK, Fraction(30), Fraction(120), None)


def test_nothing_is_due_before_it_begins() -> None:
    before = date(2021, 12, 31)
    found = judged({"value": 95}, as_of=before)
    assert (found.verdict, found.reason.vi) == (Verdict.NOT_DUE, "kỳ bắt đầu ngày 01/01/2022")
    later = judged({"value": 95, "valid_from": "2022-07-01"}, made(1, 2, as_of=IN_YEAR), as_of=IN_YEAR)
    assert later.verdict is Verdict.NOT_DUE
    group = judged({"value": 95, "each": "commune"}, as_of=before)
    assert (group.verdict, group.measured, len(group.parts)) == (Verdict.NOT_DUE, None, 3)


# --- due dates and windows


def test_what_happens_after_the_due_date_does_not_count() -> None:
    target = {"value": 10, "due": "2022-06-30"}
    year, half = made(12, as_of=date(2022, 9, 1)), made(8, period="2022-01-01..2022-06-30", as_of=date(2022, 9, 1))
    found = judged(target, year, half, as_of=date(2022, 9, 1))
    assert (found.verdict, found.measured, found.due) == (Verdict.NOT_MET, Fraction(8), date(2022, 6, 30))
    named = judged(target, year, replace(half, period=Period.parse("2022-H1")), as_of=date(2022, 9, 1))
    assert named.measured == 8
    missing = judged(target, year, as_of=date(2022, 9, 1))
    assert missing.verdict is Verdict.CANNOT_BE_JUDGED
    assert "01/01/2022–30/06/2022" in missing.reason.vi


def test_the_day_of_the_question_bounds_what_is_known() -> None:
    late = judged({"value": 1}, made(5), as_of=IN_YEAR)
    assert (late.verdict, late.measured) == (Verdict.CANNOT_BE_JUDGED, None)
    assert "sau ngày xét" in late.reason.vi
    early = judged({"value": 1}, made(5, as_of=IN_YEAR), as_of=YEAR_END)
    assert early.verdict is Verdict.CANNOT_BE_JUDGED
    assert "31/03/2022" in early.reason.vi
    older = judged({"value": 365}, made(90, as_of=IN_YEAR), as_of=date(2022, 4, 30))
    assert older.verdict is Verdict.ON_TRACK


def test_a_due_date_after_the_period_waits_for_nothing() -> None:
    found = judged({"value": 95, "due": "2023-01-15"}, made(95, 100), as_of=date(2023, 1, 2))
    assert (found.verdict, found.due) == (Verdict.MET, date(2023, 1, 15))


def test_a_target_that_lost_force_is_left_out() -> None:
    replaced = plan({"value": 95, "valid_to": "2022-06-30"}, {"value": 90, "valid_from": "2022-07-01"})
    found = assess(Fake(made(92, 100)), replaced, units=UNITS, as_of=YEAR_END)
    assert [(a.target, a.verdict) for a in found] == [("t2", Verdict.MET)]
    due_before = plan({"value": 95, "due": "2022-06-30", "valid_to": "2022-06-30"})
    assert len(assess(Fake(), due_before, units=UNITS, as_of=YEAR_END)) == 1


@given(
    st.dates(date(2022, 1, 1), date(2023, 2, 1)),
    st.dates(date(2022, 2, 1), date(2023, 1, 31)),
    st.sampled_from(["absolute", "increase_number"]),
    st.sampled_from(["pro_rata", "seasonal"]),
    st.sampled_from(["", "2020"]),
)
def test_the_named_periods_are_all_that_is_read(as_of: date, due: date, against: str, path: str, baseline: str) -> None:
    named = {"baseline": baseline} if against != "absolute" else {}
    made_plan = plan({"value": 1, "due": due, "against": against, "path": path, **named})
    read: set[Period] = set()

    class Recorder(Fake):
        def get(self, indicator: str, unit: str, period: Period, breakdown: Breakdown = ()) -> Measure | None:
            read.add(period)
            return super().get(indicator, unit, period, breakdown)

    periods = plan_periods(made_plan, as_of)
    source = Recorder(*(made(100, period=p, as_of=min(p.last, as_of)) for p in periods))
    found = assess(source, made_plan, units=UNITS, as_of=as_of)
    assert found.items[0].verdict not in (Verdict.CANNOT_BE_JUDGED, Verdict.NOT_DUE)
    assert set(periods) <= read


@pytest.mark.parametrize(
    ("baseline", "days", "expected"),
    [
        ("", "2022-01", Period.parse("2021-01")),
        ("2020", "2022", Period.parse("2020")),
        ("2020", "2022-01", Period.parse("2020-01")),  # part of the year against that part of the year named
        ("2020-Q1", "2022-01", Period.parse("2020-Q1")),  # a quarter has no month that stands for one of a year
    ],
)
def test_days_of_a_year_stand_against_those_days_of_the_year_named(baseline: str, days: str, expected: Period) -> None:
    against = {"baseline": baseline, "against": "increase_number"} if baseline else {}
    [target] = plan({"value": 1, **against}).targets
    assert baseline_window(target, Period.parse("2022"), Period.parse(days)) == expected


def test_the_table_says_how_a_value_is_compared_and_nothing_where_nothing_is_asked() -> None:
    found = assess(Fake(made(92, 100)), plan({"value": 90, "comparator": ">"}), units=UNITS, as_of=YEAR_END)
    assert [(row["comparator"], row["required"], row["required_upper"]) for row in found.to_dicts()] == [(">", "90", None)]


# --- scopes


def test_a_level_is_one_value() -> None:
    found = judged({"value": 90, "level": "commune"}, made(9, 10, breakdown=COMMUNES))
    assert (found.verdict, found.breakdown, found.unit) == (Verdict.MET, COMMUNES, "TM")
    alone = judged({"value": 90, "unit": "TM.01", "level": "commune"}, made(9, 10, unit="TM.01"))
    assert (alone.verdict, alone.breakdown) == (Verdict.MET, ())


def test_a_level_is_asked_of_the_units_that_there_are_on_the_last_day() -> None:
    ended = UNITS.unit("TM.03").model_copy(update={"valid_to": date(2022, 6, 30)})
    tree = UnitTree([UNITS.unit(code) if code != "TM.03" else ended for code in UNITS.codes])
    measures = [made(9, 10, unit=code) for code in ("TM.01", "TM.02", "TM.03")]
    [found] = assess(Fake(*measures), plan({"value": 90, "each": "commune"}), units=tree, as_of=YEAR_END)
    assert [part.unit for part in found.parts] == ["TM.01", "TM.02"]
    assert (found.verdict, found.required) == (Verdict.MET, Fraction(2))


def test_a_list_of_units() -> None:
    measures = made(9, 10, unit="TM.01"), made(8, 10, unit="TM.03")
    found = judged({"value": 90, "units": ["TM.01", "TM.03"]}, *measures)
    assert (found.verdict, found.needed, found.sentence.vi) == (Verdict.NOT_MET, 1, "thiếu 1 đơn vị")
    assert "xã Xã 3" in found.reason.vi
    assert "Xã 1" not in found.reason.vi


@pytest.mark.parametrize(
    ("numbers", "verdict"),
    [
        ((5, 5, None), Verdict.MET),
        ((5, None, None), Verdict.CANNOT_BE_JUDGED),
        ((5, 1, None), Verdict.CANNOT_BE_JUDGED),
        ((1, 1, None), Verdict.NOT_MET),
    ],
)
def test_a_unit_without_data_matters_only_where_it_could_decide(numbers: tuple[int | None, ...], verdict: Verdict) -> None:
    measures = [made(n, unit=f"TM.0{i}") for i, n in enumerate(numbers, start=1)]
    assert judged({"value": 3, "each": "commune", "at_least": 2}, *measures).verdict is verdict


@pytest.mark.parametrize(
    ("numbers", "verdict"),
    [((3, 1, 1), Verdict.ON_TRACK), ((3, 1, 0), Verdict.ON_TRACK), ((1, 0, 0), Verdict.AT_RISK), ((1, None, 0), Verdict.CANNOT_BE_JUDGED)],
)  # fmt: skip
def test_units_on_their_way(numbers: tuple[int | None, ...], verdict: Verdict) -> None:
    measures = [made(n, unit=f"TM.0{i}", as_of=IN_YEAR) for i, n in enumerate(numbers, start=1)]
    assert judged({"value": 3, "each": "commune", "at_least": 2}, *measures, as_of=IN_YEAR).verdict is verdict


def test_no_unit_of_the_level() -> None:
    found = judged({"value": 3, "each": "province"})
    assert (found.verdict, found.reached) == (Verdict.CANNOT_BE_JUDGED, None)


def test_an_unknown_unit_is_an_error() -> None:
    with pytest.raises(UnknownUnitError, match="did you mean"):
        judged({"value": 3, "unit": "TM.0"})
    roots = UnitTree([Unit(code=code, name=code, level="province") for code in "AB"])
    with pytest.raises(CatalogueError, match="several roots"):
        assess(Fake(), plan({"value": 3}), units=roots, as_of=YEAR_END)
    found = assess(Fake(made(3, unit="B")), plan({"value": 3}, unit="B"), units=roots, as_of=YEAR_END)
    assert found.items[0].verdict is Verdict.MET


# --- what cannot be judged


@pytest.mark.parametrize(
    ("target", "measures", "vi"),
    [
        ({"value": 1}, [], "không có số liệu năm 2022"),
        ({"value": 1}, [made(0, 0)], ""),
        ({"value": 1}, [made(None)], ""),
        ({"value": 1, "against": "increase_percent"}, [made(5)], "không có số liệu kỳ gốc"),
        ({"value": 1, "against": "increase_percent"}, [made(5), made(None, period="2021")], "kỳ gốc"),
        ({"value": 1, "against": "increase_percent"}, [made(5, 9), made(0, 0, period="2021")], "kỳ gốc"),
        ({"value": 1, "against": "increase_percent"}, [made(5), made(0, period="2021")], "kỳ gốc bằng 0"),
        ({"value": 1, "against": "increase_points"}, [made(5), made(4, period="2021")], "dùng increase_number"),
        ({"value": 1, "against": "increase_number"}, [made(5, 9), made(4, 9, period="2021")], "dùng increase_points"),
        ({"value": 1, "against": "increase_number", "baseline": "2021-Q1"}, [made(5), made(4, period="2021-Q1")], "khác loại kỳ"),
    ],
)
def test_what_cannot_be_judged_says_why(target: dict[str, Any], measures: list[Measure], vi: str) -> None:
    found = judged(target, *measures)
    assert found.verdict is Verdict.CANNOT_BE_JUDGED
    assert found.attainment is None
    assert found.needed is None
    assert vi in found.reason.vi


def test_a_baseline_of_its_own() -> None:
    source = Fake(made(100, period="2020"))
    target = {"value": 10, "against": "increase_number", "baseline": "2020"}
    found = judged(target, made(111), made(999, period="2020"), baseline=source)
    assert (found.verdict, found.required, found.change, found.gap) == (Verdict.MET, Fraction(110), Fraction(11), Fraction(1))


def test_a_decrease_is_a_negative_increase() -> None:
    target = {"value": -10, "against": "increase_percent", "comparator": "<="}
    base = made(50, period="2021", better=Better.LOWER)
    assert judged(target, made(45, better=Better.LOWER), base).verdict is Verdict.MET
    worse = judged(target, made(46, better=Better.LOWER), base)
    assert (worse.verdict, worse.change, worse.attainment) == (Verdict.NOT_MET, Fraction(-8), Fraction(45, 46))


def test_a_mean_has_no_number_of_cases() -> None:
    days = made(9, 3, scale=Scale.WORKING_DAYS, better=Better.LOWER)
    found = judged({"value": "2,5", "comparator": "<="}, days)
    assert (found.verdict, found.gap, found.needed, found.sentence) == (Verdict.NOT_MET, Fraction(1, 2), None, Text())


def test_marks_of_the_value_are_passed_on() -> None:
    measure = replace(made(5), status=Status.ESTIMATED, reason=Text("ước tính", "estimated"))
    assert judged({"value": 1}, measure).reason.en == "estimated"


# --- quotas


def test_a_channel_that_nobody_used_is_a_zero_and_not_a_gap() -> None:
    quotas = plan(quotas=[{"channel": "leaflet", "at_least": 2}, {"channel": "radio", "at_least": 2}])
    total = made(5, indicator="outreach_activities")
    radio = made(5, indicator="outreach_activities", breakdown=(("channel", "radio"),))
    leaflets, radios = assess(Fake(total, radio), quotas, units=UNITS, as_of=YEAR_END)
    assert (leaflets.kind, leaflets.verdict, leaflets.measured) == ("quota", Verdict.NOT_MET, Fraction(0))
    assert leaflets.sentence == Text("thiếu 2 hoạt động", "2 more activities were needed")
    assert (radios.verdict, radios.name.vi) == (Verdict.MET, "Tuyên truyền: hệ thống truyền thanh")
    nothing = assess(Fake(), quotas, units=UNITS, as_of=YEAR_END)
    assert [a.verdict for a in nothing] == [Verdict.CANNOT_BE_JUDGED] * 2
    no_kind = assess(Fake(made(None, indicator="outreach_activities")), quotas, units=UNITS, as_of=YEAR_END)
    assert [a.verdict for a in no_kind] == [Verdict.CANNOT_BE_JUDGED] * 2


def test_a_target_on_a_label_is_a_zero_only_where_the_label_is_known() -> None:
    total = made(5, indicator="dossiers_received")
    for label, expected in (("online", Verdict.NOT_MET), ("onlin", Verdict.CANNOT_BE_JUDGED)):
        target = {"indicator": "dossiers_received", "value": 2, "breakdown": {"channel": label}}
        assert judged(target, total, catalogue=Catalogue.default()).verdict is expected
        assert judged(target, total).verdict is Verdict.CANNOT_BE_JUDGED


def test_a_label_that_nobody_of_a_level_used_is_a_zero_of_that_level() -> None:
    target = {"indicator": "dossiers_received", "value": 2, "breakdown": {"channel": "online"}, "level": "commune"}
    whole, communes = (made(5, indicator="dossiers_received", breakdown=of) for of in ((), COMMUNES))
    found = judged(target, whole, communes, catalogue=Catalogue.default())
    assert (found.verdict, found.measured, found.needed) == (Verdict.NOT_MET, Fraction(0), 2)
    assert found.breakdown == (("channel", "online"), *COMMUNES)
    # What the whole counted says nothing of its communes.
    assert judged(target, whole, catalogue=Catalogue.default()).verdict is Verdict.CANNOT_BE_JUDGED


# --- tasks

TASKS = [
    {"id": "on-time", "name": "A", "due_on": "2022-03-31", "done_on": "2022-03-31"},
    {"id": "late", "name": "B", "due_on": "2022-03-01", "done_on": "2022-03-04"},
    {"id": "running", "name": "C", "due_on": "2022-03-31", "done_on": "2022-04-02", "owner": "Phòng Nội vụ"},
    {"id": "overdue", "name": "D", "due_on": "2022-03-30"},
    {"id": "excused", "name": "E", "due_on": "2022-01-31", "excused": True, "evidence": "12/UBND-NC"},
]


@pytest.mark.parametrize(
    ("task", "state", "verdict", "vi"),
    [
        ("on-time", TaskState.DONE_ON_TIME, Verdict.MET, "hoàn thành ngày 31/03/2022, hạn 31/03/2022"),
        ("late", TaskState.DONE_LATE, Verdict.NOT_MET, "hoàn thành ngày 04/03/2022, trễ 3 ngày"),
        ("running", TaskState.IN_PROGRESS, Verdict.NOT_DUE, "còn 0 ngày, hạn 31/03/2022"),
        ("overdue", TaskState.OVERDUE, Verdict.NOT_MET, "quá hạn 1 ngày, hạn 30/03/2022"),
        ("excused", TaskState.OVERDUE, Verdict.CANNOT_BE_JUDGED, "quá hạn 59 ngày, hạn 31/01/2022"),
    ],
)
def test_a_task(task: str, state: TaskState, verdict: Verdict, vi: str) -> None:
    found = assess(Fake(), plan(tasks=TASKS), units=UNITS, as_of=IN_YEAR).get(task)
    assert found is not None
    assert (found.state, found.verdict, found.sentence.vi) == (state, verdict, vi)
    assert found.excused is (task == "excused")
    if found.excused:
        assert "12/UBND-NC" in found.reason.vi


def test_completion_and_completion_in_time_are_two_rates() -> None:
    rates = task_rates(plan(tasks=TASKS), IN_YEAR)
    assert (rates.tasks, rates.excused) == (4, 1)
    assert (rates.completion_percent, rates.on_time_percent) == (Fraction(50), Fraction(25))
    assert rates.on_time_of_decided_percent == Fraction(100, 3)
    none = task_rates(plan(), IN_YEAR)
    assert (none.completion_percent, none.on_time_percent, none.on_time_of_decided_percent) == (None, None, None)


DAYS = st.dates(date(2022, 1, 1), YEAR_END)


@given(st.lists(st.tuples(DAYS, st.none() | DAYS, st.booleans()), max_size=8), DAYS)
def test_every_task_is_in_one_state(tasks: list[tuple[date, date | None, bool]], as_of: date) -> None:
    made_plan = plan(
        tasks=[
            {"id": f"n{n}", "name": "N", "due_on": due, "done_on": done, "excused": excused, "evidence": "1/BC"}
            for n, (due, done, excused) in enumerate(tasks)
        ]
    )
    rates = task_rates(made_plan, as_of)
    assert rates.tasks + rates.excused == len(tasks)
    counted = [due for due, done, excused in tasks if not excused and done is not None and done <= as_of]
    assert rates.done_on_time + rates.done_late == len(counted)
    later = task_rates(made_plan, as_of + timedelta(days=1))
    assert later.done_on_time >= rates.done_on_time
    assert later.in_progress <= rates.in_progress
    if rates.tasks:
        assert rates.completion_percent is not None
        assert rates.on_time_percent is not None
        assert rates.on_time_percent <= rates.completion_percent


# --- the collection


def both() -> Assessments:
    targets = plan({"value": 90, "name": "Đúng hạn"}, {"value": 3, "each": "commune"}, tasks=TASKS[:1])
    measures = made(85, 100), *(made(n, unit=f"TM.0{n}") for n in (1, 2, 3))
    return assess(Fake(*measures), targets, units=UNITS, as_of=YEAR_END)


@pytest.mark.parametrize("explicit", [None, {}])
def test_definitions_that_changed_are_known_without_being_told(explicit: Any) -> None:
    """As in ``compare``: of 2022, in which levels of service became two, against 2021."""
    target = {"indicator": "online_share", "value": 1, "against": "increase_points"}
    values = [made(30, 100, indicator="online_share"), made(20, 100, indicator="online_share", period="2021")]
    found = judged(target, *values, definition_changes=explicit)
    assert (found.verdict is Verdict.CANNOT_BE_JUDGED) is (explicit is None)


def test_assessments_are_found_filtered_and_counted() -> None:
    found = both()
    assert [a.target for a in found] == ["t1", "t2", "on-time"]
    part = found.get("t2", "TM.03")
    assert part is not None
    assert part.verdict is Verdict.MET
    assert found.get("t2") is found.items[1]
    assert found.get("t1", "TM") is found.items[0]
    assert found.get("t1", "TM.01") is found.get("t9") is None
    assert [a.unit for a in found.each_unit()] == ["TM", "TM.01", "TM.02", "TM.03", "TM"]
    assert [a.target for a in found.filter(kind="task", verdict=Verdict.MET)] == ["on-time"]
    assert [a.target for a in found.filter(indicator="x")] == ["t1", "t2"]
    counts = found.counts()
    assert set(counts) == set(Verdict)
    assert (counts[Verdict.NOT_MET], counts[Verdict.MET]) == (2, 1)


def test_assessments_print_as_a_table() -> None:
    found = both()
    lines = found.to_text(width=None).splitlines()
    assert len(lines) == 4
    assert all(len(line) <= 100 for line in str(found).splitlines())
    assert "Đúng hạn" in lines[1]
    assert "không đạt" in lines[1]
    assert "hoàn thành đúng hạn" in lines[3]
    assert "not met" in found.to_text("en")
    assert found._repr_html_().count("<tr>") == 4
    assert str(found.items[0]) == "t1 · TM: 85 / 90 not_met (5 more cases were needed)"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_verdict_and_state_has_words(lang: str) -> None:
    words = [v.text(lang) for v in (*Verdict, *TaskState)]
    assert len(set(words)) == len(words) == 10


def test_nothing_asked_is_nothing_assessed() -> None:
    found = assess(Fake(), plan(), units=UNITS, as_of=YEAR_END)
    assert len(found) == 0
    assert len(str(found).splitlines()) == 1
