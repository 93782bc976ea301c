"""Changes against the baseline: exact, antisymmetric, of counts that were added and never of rates that were averaged."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.verbs.fakes import PUBLISHED, Fake, made, valued

from cchc_metrics.errors import CchcError
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.tables.numbers import plain
from cchc_metrics.values import Better, Measure, Scale, Status, Text
from cchc_metrics.verbs.baseline import window_before
from cchc_metrics.verbs.compare import Delta, compare, delta

COUNTS = st.integers(0, 10_000)
RATES = st.tuples(COUNTS, st.integers(1, 10_000))
ALONE = UnitTree([Unit(code="TM", name="Tháp Mười", level="district")])
AFTER, BEFORE = date(2025, 7, 1), date(2025, 6, 30)


def commune(code: str, name: str, *predecessors: str, new: bool = False) -> Unit:
    return Unit(
        code=code,
        name=name,
        kind="xã",
        level="commune",
        predecessors=predecessors,
        valid_from=AFTER if new else None,
        valid_to=None if new else BEFORE,
    )


MERGED = UnitTree([commune("A", "A"), commune("B", "B"), commune("M", "M", "A", "B", new=True)])
SPLIT = UnitTree([commune("A", "A"), commune("M", "M", "A", new=True), commune("N", "N", "A", new=True)])


def only(current: Measure, *baseline: Measure, units: UnitTree = ALONE, **options: Any) -> Delta:
    deltas = compare([current], Fake(*baseline), units=units, **options)
    assert len(deltas) == 1
    return next(iter(deltas))


def test_what_was_defined_anew_is_not_comparable_however_it_is_asked() -> None:
    now, before = (made(1, 2, indicator="online_share", period=period) for period in ("2023", "2021"))
    for found in (delta(now, before), only(now, before, baseline_period=Period.parse("2021"))):
        assert (found.status, found.difference) == (Status.NOT_COMPARABLE, None)
        assert "2022-06-24" in found.reason.en
    assert delta(now, made(1, 2, indicator="online_share", period="2022")).status is Status.NOT_COMPARABLE
    later = made(1, 2, indicator="online_share", period="2024")
    assert delta(later, now).status is Status.OK
    assert delta(later, now).difference == 0


# --- laws


@given(RATES, RATES, st.sampled_from(Better))
def test_a_change_is_antisymmetric(now: tuple[int, int], before: tuple[int, int], better: Better) -> None:
    a, b = made(*now, period="2022", better=better), made(*before, period="2021", better=better)
    there, back = delta(a, b), delta(b, a)
    assert there.difference is not None
    assert back.difference is not None
    assert there.difference == -back.difference
    assert {there.better, back.better} in ({True, False}, {None})


@given(RATES, RATES)
def test_the_difference_added_to_the_baseline_is_the_value(now: tuple[int, int], before: tuple[int, int]) -> None:
    found = delta(made(*now), made(*before, period="2021"))
    assert found.baseline is not None
    assert found.difference is not None
    assert found.baseline.value_or(0) + found.difference == found.current.value


@given(COUNTS, COUNTS)
def test_the_relative_change_is_a_quotient_and_never_of_nothing(now: int, before: int) -> None:
    found = delta(made(now), made(before, period="2021"))
    assert found.difference == now - before
    if before == 0:
        assert found.relative_percent is None
        assert found.reason.vi
    else:
        assert found.relative_percent is not None
        assert before * (1 + found.relative_percent / 100) == now


@given(RATES, RATES)
def test_good_and_bad_flip_where_lower_is_better(now: tuple[int, int], before: tuple[int, int]) -> None:
    up = delta(made(*now), made(*before, period="2021")).better
    down = delta(made(*now, better=Better.LOWER), made(*before, period="2021", better=Better.LOWER)).better
    assert down is (None if up is None else not up)
    assert delta(made(*now, better=Better.NEITHER), made(*before, period="2021", better=Better.NEITHER)).better is None


@given(RATES, RATES, RATES)
def test_a_merged_unit_is_held_against_added_counts(now: tuple[int, int], a: tuple[int, int], b: tuple[int, int]) -> None:
    merged = only(
        made(*now, unit="M", period="2026"),
        made(*a, unit="A", period="2024"),
        made(*b, unit="B", period="2024"),
        units=MERGED,
        baseline_period=Period.parse("2024"),
    )
    assert merged.status is Status.OK
    assert merged.baseline is not None
    assert merged.baseline.unit == "M"
    assert (merged.baseline.numerator, merged.baseline.denominator) == (a[0] + b[0], a[1] + b[1])
    assert merged.difference == Fraction(100 * now[0], now[1]) - Fraction(100 * (a[0] + b[0]), a[1] + b[1])


@given(COUNTS, RATES, st.fractions(0, 1, max_denominator=100))
def test_a_split_unit_is_shared_out_exactly_and_marked(now: int, before: tuple[int, int], share: Fraction) -> None:
    count = only(
        made(now, unit="M", period="2026"),
        made(before[0], unit="A", period="2024"),
        units=SPLIT,
        baseline_period=Period.parse("2024"),
        shares={"A": {"M": share, "N": 1 - share}},
        competence="ignore",
    )
    assert count.status is Status.ESTIMATED
    assert count.difference == now - share * before[0]
    rate = only(
        made(1, 2, unit="M", period="2026"),
        made(*before, unit="A", period="2024"),
        units=SPLIT,
        baseline_period=Period.parse("2024"),
        shares={"A": {"M": share}},
    )
    if share:
        assert rate.status is Status.ESTIMATED
        assert rate.baseline is not None
        assert rate.baseline.value == Fraction(100 * before[0], before[1])
    else:
        assert rate.difference is None


@given(st.dates(date(2021, 1, 1), date(2029, 12, 30)))
def test_a_running_period_is_held_against_the_same_elapsed_days(as_of: date) -> None:
    year = Period.parse(str(as_of.year))
    window = window_before(made(1, period=year, as_of=as_of))
    assert window is not None
    if as_of == year.last:
        assert window == year.year_earlier()
    else:
        assert window.first == date(as_of.year - 1, 1, 1)
        # The same day of the year before; the last of February answers the last of February.
        leap = (as_of.month, as_of.day) in ((2, 28), (2, 29))
        assert (window.last.month, window.last.day) == (as_of.month, as_of.day) or (leap and window.last.month == 2)
        assert window.last.year == as_of.year - 1


# --- what authorities printed


@pytest.mark.parametrize("row", PUBLISHED["deltas"], ids=lambda row: row["what"])
def test_a_published_change(row: dict[str, Any]) -> None:
    found = delta(valued(row["current"], scale=Scale.POINTS), valued(row["baseline"], period="2021", scale=Scale.POINTS))
    assert found.difference == Fraction(row["printed_delta"])
    rate = delta(valued(row["current"]), valued(row["baseline"], period="2021"))
    assert (rate.difference, rate.difference_unit) == (Fraction(row["printed_delta"]), "percentage_points")
    assert rate.relative_percent != rate.difference


# --- what can be compared, and what is said where it cannot


def test_twelve_against_ten_percent() -> None:
    found = only(made(12, 100), made(10, 100, period="2021"))
    assert (found.difference, found.relative_percent) == (Fraction(2), Fraction(20))
    assert found.difference_unit == "percentage_points"
    assert (found.better, found.status) == (True, Status.OK)


@pytest.mark.parametrize(
    ("now", "before", "relative", "vi"),
    [(5, 0, None, "mới phát sinh"), (0, 0, None, "kỳ gốc bằng 0, không tính phần trăm"), (0, 5, -100, ""), (5, 5, 0, "")],
)
def test_nothing_before(now: int, before: int, relative: int | None, vi: str) -> None:
    found = only(made(now), made(before, period="2021"))
    assert found.difference == now - before
    assert found.relative_percent == relative
    assert found.reason.vi == vi


def test_no_baseline() -> None:
    for found in (only(made(5)), delta(made(5), None)):
        assert (found.status, found.difference, found.relative_percent) == (Status.NO_DATA, None, None)
        assert found.reason == Text("không có số liệu kỳ gốc", "no data for the baseline")


def test_a_baseline_without_a_value_says_why() -> None:
    found = only(made(1, 2), made(0, 0, period="2021"))
    assert (found.status, found.difference) == (Status.ZERO_DENOMINATOR, None)
    assert found.baseline is not None
    nothing = only(made(1, 2), made(None, period="2021", scale=Scale.PERCENT))
    assert (nothing.status, nothing.difference) == (Status.NO_DATA, None)
    assert "kỳ gốc" in nothing.reason.vi


def test_a_value_that_is_not_there_has_its_own_reason() -> None:
    found = only(made(0, 0), made(1, 2, period="2021"))
    assert (found.status, found.difference) == (Status.ZERO_DENOMINATOR, None)
    assert found.reason == found.current.reason


def test_a_running_period_needs_the_same_window() -> None:
    now = made(30, as_of=date(2022, 3, 31))
    whole, window = made(200, period="2021"), made(25, period="2021-01-01..2021-03-31")
    found = only(now, whole, window)
    assert (found.status, found.difference) == (Status.PERIOD_OPEN, Fraction(5))
    alone = only(now, whole)
    assert (alone.status, alone.difference) == (Status.NOT_COMPARABLE, None)
    assert "01/01/2021–31/03/2021" in alone.reason.vi
    chosen = delta(now, whole)
    assert (chosen.status, chosen.difference) == (Status.NOT_COMPARABLE, None)
    assert only(now, window, baseline_period=Period.parse("2021")).difference == 5
    earlier = made(20, period="2019-01-01..2019-03-31")
    assert only(now, whole, window, earlier, baseline_period=Period.parse("2019")).difference == 10
    assert only(now, whole, window, baseline_period=Period.parse("2021-Q1")).status is Status.NOT_COMPARABLE


def test_a_period_that_has_not_begun_has_no_change() -> None:
    found = only(made(None, as_of=date(2021, 12, 31), status=Status.NO_DATA), made(5, period="2021"))
    assert (found.status, found.difference) == (Status.NO_DATA, None)


def test_regimes_kinds_and_formulas_do_not_mix() -> None:
    now = made(30, period="2022-Q1")
    for other in ("2021-Q1@nd09", "2021"):
        found = only(now, made(25, period=other), baseline_period=Period.parse(other))
        assert (found.status, found.difference) == (Status.NOT_COMPARABLE, None)
        assert found.baseline is not None
    a, b = (Measure("x", "TM", Period.parse(y), (), date(2023, 1, 1), Status.OK, 1, 2, Scale.PERCENT, formula=y) for y in ("2022", "2021"))
    assert "«2022» và «2021»" in delta(a, b).reason.vi


def test_regimes_are_found_by_name() -> None:
    found = only(made(30, period="2022-Q1@nd09"), made(25, period="2021-Q1@nd09"), made(99, period="2021-Q1"))
    assert found.difference == 5


def test_crossing_a_change_of_definition() -> None:
    changes = {"x": (date(2022, 6, 24), Text("mức độ 1–4 thành một phần, toàn trình", "levels 1–4 became partial and full"))}
    found = only(made(30), made(25, period="2021"), definition_changes=changes)
    assert (found.status, found.difference) == (Status.NOT_COMPARABLE, None)
    assert found.baseline is not None
    assert (found.current.numerator, found.baseline.numerator) == (30, 25)
    assert "24/06/2022" in found.reason.vi
    assert "partial and full" in found.reason.en
    first = only(made(30, period="2022-Q1"), made(25, period="2021-Q1"), definition_changes=changes)
    later = only(made(30, period="2024"), made(25, period="2023"), definition_changes=changes)
    assert first.difference == later.difference == 5


def test_a_split_unit_without_shares_is_not_comparable() -> None:
    found = only(made(30, unit="M", period="2026"), made(25, unit="A", period="2024"), units=SPLIT, baseline_period=Period.parse("2024"))
    assert (found.status, found.difference) == (Status.NOT_COMPARABLE, None)
    assert "xã A" in found.reason.vi


@pytest.mark.parametrize("shares", [{"M": Fraction(2, 3), "N": Fraction(1, 2)}, {"M": Fraction(-1, 2)}])
def test_shares_that_cannot_be_shares(shares: dict[str, Fraction]) -> None:
    with pytest.raises(CchcError, match="«A»"):
        compare([made(1)], Fake(), units=SPLIT, shares={"A": shares})


def test_a_merged_unit_whose_predecessor_has_no_data() -> None:
    a = made(1, 2, unit="A", period="2024")
    found = only(made(1, 2, unit="M", period="2026"), a, units=MERGED, baseline_period=Period.parse("2024"))
    assert (found.status, found.difference) == (Status.NO_DATA, None)
    assert found.reason.vi.startswith("xã B")


def test_a_predecessor_without_cases_adds_nothing() -> None:
    parts = made(1, 2, unit="A", period="2024"), made(0, 0, unit="B", period="2024")
    found = only(made(1, 2, unit="M", period="2026"), *parts, units=MERGED, baseline_period=Period.parse("2024"))
    assert (found.status, found.difference) == (Status.OK, Fraction(0))
    empty = made(0, 0, unit="A", period="2024"), parts[1]
    found = only(made(1, 2, unit="M", period="2026"), *empty, units=MERGED, baseline_period=Period.parse("2024"))
    assert (found.status, found.difference) == (Status.ZERO_DENOMINATOR, None)


def test_medians_of_merged_units_are_not_added() -> None:
    median = Measure(
        "x", "A", Period.parse("2024"), (), date(2025, 1, 1), Status.OK, 5, None, Scale.WORKING_DAYS, Better.LOWER, quantile=Fraction(3)
    )
    found = only(made(1, 2, unit="M", period="2026"), median, units=MERGED, baseline_period=Period.parse("2024"))
    assert (found.status, found.difference) == (Status.NOT_COMPARABLE, None)


def test_a_unit_that_existed_for_a_part_of_the_period() -> None:
    parts = made(1, 2, unit="A", period="2024"), made(1, 2, unit="B", period="2024")
    found = only(made(1, 2, unit="M", period="2025"), *parts, units=MERGED)
    assert (found.status, found.difference) == (Status.NOT_COMPARABLE, None)
    assert "2025" in found.reason.vi
    half = [made(1, 2, unit=unit, period="2024-H2") for unit in "AB"]
    assert only(made(1, 2, unit="M", period="2025-H2"), *half, units=MERGED).difference == 0


KEPT = UnitTree(
    [Unit(code="T", name="T", level="province"), Unit(code="C", name="C", level="commune", parent="T")],
)


def test_volumes_across_the_change_of_competences() -> None:
    now, before = made(30, unit="C", period="2026"), made(25, unit="C", period="2024")
    year = Period.parse("2024")
    marked = only(now, before, units=KEPT, baseline_period=year)
    assert (marked.status, marked.difference) == (Status.ESTIMATED, Fraction(5))
    assert "thẩm quyền đã thay đổi" in marked.reason.vi
    refused = only(now, before, units=KEPT, baseline_period=year, competence="refuse")
    assert (refused.status, refused.difference) == (Status.NOT_COMPARABLE, None)
    ignored = only(now, before, units=KEPT, baseline_period=year, competence="ignore")
    assert (ignored.status, ignored.difference) == (Status.OK, Fraction(5))


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (made(3, 4, unit="C", period="2026"), made(1, 2, unit="C", period="2024")),  # a rate
        (made(30, unit="T", period="2026"), made(25, unit="T", period="2024")),  # the province as a whole
        (made(30, unit="C", period="2024"), made(25, unit="C", period="2023")),  # both before
        (made(30, unit="C", period="2027"), made(25, unit="C", period="2026")),  # both after
    ],
    ids=["rate", "province", "before", "after"],
)
def test_what_the_change_of_competences_leaves_alone(now: Measure, before: Measure) -> None:
    assert only(now, before, units=KEPT, baseline_period=before.period).status is Status.OK


def test_a_level_of_the_province_is_marked() -> None:
    level = (("level", "commune"),)
    now, before = (made(30, unit="T", period=p, breakdown=level) for p in ("2026", "2024"))
    assert only(now, before, units=KEPT, baseline_period=before.period).status is Status.ESTIMATED


def test_two_different_indicators_are_an_error() -> None:
    with pytest.raises(CchcError, match="«y»"):
        delta(made(1), made(1, indicator="y", period="2021"))


# --- the collection


def test_deltas_are_found_filtered_and_printed() -> None:
    online = (("channel", "online"), ("level", "commune"))
    current = [made(12, 100), made(160, breakdown=online), made(0, 0, indicator="y")]
    deltas = compare(current, Fake(made(10, 100, period="2021"), made(0, period="2021", breakdown=online)), units=ALONE)
    assert [d.current for d in deltas] == current
    year = Period.parse("2022")
    assert deltas.get("x", "TM", year, tuple(reversed(online))) == list(deltas)[1]
    assert deltas.get("x", "TM", Period.parse("2021")) is None
    assert list(deltas.filter(indicator="y")) == [list(deltas)[2]]
    assert list(deltas.filter(status=Status.OK, unit="TM", period=year, breakdown=())) == [next(iter(deltas))]
    lines = deltas.to_text(width=None).splitlines()
    assert len(lines) == 4
    assert lines[1].split()[-5:] == ["+2", "percentage_points", "+20", "có", "–"]
    assert "mới phát sinh" in lines[2]
    assert "100" not in lines[2]
    assert "percentage_points" in deltas.to_text("en", width=None)
    assert deltas._repr_html_().count("<tr>") == 4
    assert str(next(iter(deltas))) == "x · TM · 2022: 12 ← 10: +2 percentage_points"


@given(st.fractions())
def test_a_number_is_printed_exactly_or_says_that_it_goes_on(value: Fraction) -> None:
    text = plain(value)
    shown = Fraction(text.rstrip("…"))
    if text.endswith("…"):
        assert abs(shown) < abs(value) < abs(shown) + Fraction(1, 10**6)
    else:
        assert shown == value


def test_a_value_beside_its_baseline_is_told_apart_from_it() -> None:
    now, before = made(2_000_000_001, 3_000_000_000), made(2_000_000_000, 3_000_000_000, period="2021")
    change = delta(now, before)
    assert str(change) == "x · TM · 2022: 66.6666667 ← 66.6666666…: +0.000000… percentage_points"
