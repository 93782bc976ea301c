"""The columns of ``compare`` equal the item-by-item reference, on drawn measures of every status, in units that merged and split."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.slow.compare_slow import compare_slow
from tests.verbs.fakes import Fake, made

from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.values import Better, Measure, Scale, Status, Text
from cchc_metrics.verbs.compare import compare
from cchc_metrics.verbs.measures import Measures

AFTER, BEFORE = date(2025, 7, 1), date(2025, 6, 30)


def commune(code: str, *predecessors: str, since: date | None = None, until: date | None = None) -> Unit:
    return Unit(code=code, name=code, kind="xã", level="commune", parent="T", predecessors=predecessors, valid_from=since, valid_to=until)


# A and B became M; C was split into N and O; M, with D, became P a year later; K is as it always was; R, made of R and S, took over
# its code; G's was taken over by a stranger a year after it ended; W changed its kind and is one unit.
TREE = UnitTree(
    [
        Unit(code="T", name="T", level="province"),
        commune("A", until=BEFORE),
        commune("B", until=BEFORE),
        commune("C", until=BEFORE),
        commune("D"),
        commune("M", "A", "B", since=AFTER, until=date(2026, 6, 30)),
        commune("N", "C", since=AFTER),
        commune("O", "C", "B", since=AFTER),
        commune("P", "M", "D", since=date(2026, 7, 1)),
        commune("Q", "A", since=date(2024, 3, 1)),
        commune("K"),
        commune("R", until=BEFORE),
        commune("R", "R", "S", since=AFTER),
        commune("S", until=BEFORE),
        commune("G", until=date(2023, 12, 31)),
        commune("G", since=date(2025, 1, 1)),
        commune("W", until=BEFORE),
        commune("W", since=AFTER).model_copy(update={"continues": True}),
    ]
)
UNITS = st.sampled_from([*TREE.codes, "nowhere"])
LABELS = """2023 2024 2025 2026 2027 2024-Q1 2025-Q1 2025-Q1@nd09 2026-H2 2025-H2 2024-H2 2023-06-01..2025-05-31
    2024-06-01..2026-05-31 2026-01-01..2026-03-31 2025-01-01..2025-03-31"""
PERIODS = st.sampled_from([Period.parse(label) for label in LABELS.split()])
BREAKDOWNS = st.sampled_from([(), (("level", "commune"),), (("channel", "online"),), (("channel", "online"), ("level", "province"))])
COUNTS = st.integers(-3, 40) | st.sampled_from([2**27 - 1, 2**27, 2**40, 2**62, 2**63 - 1, 2**64, 10**30])


@st.composite
def measures(draw: st.DrawFn) -> Measure:
    """A measure of any status, with or without counts; of few indicators, units and periods, so that baselines are found."""
    status = draw(st.sampled_from([Status.OK, Status.OK, Status.OK, *Status]))
    scale = draw(st.sampled_from([Scale.PERCENT, Scale.COUNT, Scale.WORKING_DAYS]))
    denominator = None if scale is Scale.COUNT else draw(st.integers(0, 30) | COUNTS.filter(lambda n: n >= 0))
    period = draw(PERIODS)
    return Measure(
        draw(st.sampled_from("xy")),
        draw(UNITS),
        period,
        draw(BREAKDOWNS),
        draw(st.sampled_from([period.last, period.last, date(2027, 12, 31), date(2026, 3, 31), date(2025, 3, 31)])),
        status,
        draw(COUNTS) if draw(st.integers(0, 9)) else None,
        denominator,
        scale,
        draw(st.sampled_from(Better)),
        reason=draw(st.sampled_from([Text(), Text("lý do", "a reason"), Text("", "only English")])),
        excluded=draw(st.dictionaries(st.sampled_from(["secret", "no_due_date"]), st.integers(1, 5), max_size=2)),
        formula=draw(st.sampled_from(["", "f", "g"])),
        rules=draw(st.sampled_from(["", "default"])),
        quantile=draw(st.fractions(0, 50, max_denominator=6)) if draw(st.integers(0, 5)) == 0 else None,
    )


SHARES = st.sampled_from([None, {"C": {"N": Fraction(1, 3), "O": Fraction(2, 3)}}, {"C": {"N": Fraction(1, 2)}}])
CHANGES = st.sampled_from([{}, {"x": (date(2025, 1, 1), Text("đổi", "changed"))}])


@settings(max_examples=300, deadline=None)
@given(
    current=st.lists(measures(), max_size=12),
    baseline=st.lists(measures(), max_size=30),
    period=st.none() | PERIODS,
    shares=SHARES,
    changes=CHANGES,
    competence=st.sampled_from(["mark", "refuse", "ignore"]),
)
def test_columns_equal_one_by_one(
    current: list[Measure], baseline: list[Measure], period: Period | None, shares: Any, changes: Any, competence: Any
) -> None:
    options = {"units": TREE, "baseline_period": period, "shares": shares, "definition_changes": changes, "competence": competence}
    assert list(compare(current, Fake(*baseline), **options)) == compare_slow(current, Fake(*baseline), **options)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_alike_measures_of_whole_trees_equal_one_by_one(data: st.DataObject) -> None:
    """As ``measure`` gives them: one indicator's scale, formula and day, in every unit; so most baselines are found and merged."""
    like = data.draw(measures())
    like = replace(like, status=Status.OK, quantile=None, reason=Text(), formula="", rules="")
    after = like.scale is not Scale.COUNT

    def of(year: str, as_of: date) -> list[Measure]:
        drawn = []
        for code in TREE.codes:
            n, d = data.draw(COUNTS), data.draw(st.integers(0, 5)) if after else None
            status = data.draw(st.sampled_from([Status.OK, Status.OK, Status.ESTIMATED, Status.NO_DATA]))
            status = Status.ZERO_DENOMINATOR if d == 0 and status.usable else status
            n_or_none = None if status is Status.NO_DATA else n
            one = replace(like, unit=code, period=Period.parse(year), as_of=as_of, status=status, numerator=n_or_none)
            drawn.append(replace(one, denominator=None if n_or_none is None else d))
        return drawn

    now = data.draw(st.sampled_from([("2026", date(2026, 12, 31)), ("2027", date(2027, 12, 31)), ("2025-H2", date(2025, 12, 31))]))
    before = data.draw(st.sampled_from(["2024", "2025", "2024-H2", "2026"]))
    current, baseline = of(*now), of(before, Period.parse(before).last)
    options: dict[str, Any] = {
        "units": TREE,
        "baseline_period": Period.parse(before),
        "shares": data.draw(SHARES),
        "definition_changes": {},
    }
    assert list(compare(current, Measures.of(baseline), **options)) == compare_slow(current, Fake(*baseline), **options)


@pytest.mark.parametrize(("count", "share"), [(1, 1), (-1, -1), (3, 2), (-3, -2), (-2, -1)])
def test_half_of_a_count_is_rounded_away_from_zero_whatever_its_sign(count: int, share: int) -> None:
    """A count can be below zero where it is what came in less what went out."""
    current = [replace(made(0, unit="N"), period=Period.parse("2026"), as_of=date(2026, 12, 31))]
    baseline = [replace(made(count, unit="C"), period=Period.parse("2024"), as_of=date(2024, 12, 31))]
    options: dict[str, Any] = {"units": TREE, "baseline_period": Period.parse("2024"), "shares": {"C": {"N": Fraction(1, 2)}}}
    slow = compare_slow(current, Fake(*baseline), **options, definition_changes={})
    (found,) = compare(current, Measures.of(baseline), **options, definition_changes={})
    assert found.baseline is not None
    assert (found.baseline.numerator, found.baseline.value) == (share, Fraction(count, 2))
    assert slow[0].baseline == found.baseline


def test_measures_survive_the_table() -> None:
    given = [made(1, 3), made(2**70, unit="A"), replace(made(5, scale=Scale.WORKING_DAYS, unit="B"), quantile=Fraction(7, 2))]
    assert list(Measures.of(given)) == given
    assert Measures.of(given).column("value") == [m.value for m in given]


@given(st.lists(measures(), max_size=20), st.data())
def test_items_values_and_parts_of_a_table(given_measures: list[Measure], data: st.DataObject) -> None:
    table = Measures.of(given_measures)
    assert list(table) == given_measures
    assert table.column("value") == [m.value for m in given_measures]
    rows = data.draw(st.lists(st.integers(0, len(given_measures) - 1), max_size=8)) if given_measures else []
    part = table.filter(unit=[m.unit for m in given_measures])
    assert list(part) == given_measures
    assert list(table.head(3)) == given_measures[:3]
    assert list(table.followed_by(part)) == given_measures * 2
    for row in rows:
        m = given_measures[row]
        assert list(table.filter(indicator=m.indicator, unit=m.unit, period=m.period, breakdown=m.breakdown)) == [
            other for other in given_measures if other.key == m.key
        ]
        assert table.get(m.indicator, m.unit, m.period, m.breakdown) == next(o for o in given_measures if o.key == m.key)


def test_overlapping_windows_are_marked() -> None:
    now, before = (made(30, period=p, unit="K") for p in ("2011-01-01..2022-12-31", "2010-01-01..2021-12-31"))
    found = next(iter(compare([now], Fake(before), units=TREE)))
    assert found.difference == 0
    assert found.status is Status.ESTIMATED
    assert "01/01/2011" in found.reason.vi
    assert "2021-12-31" in found.reason.en


@pytest.mark.parametrize("explicit", [None, {}])
def test_definitions_that_changed_are_known_without_being_told(explicit: Any) -> None:
    now, before = (made(30, 100, indicator="online_share", period=p, unit="K") for p in ("2023", "2021"))
    found = next(iter(compare([now], Fake(before), units=TREE, baseline_period=before.period, definition_changes=explicit)))
    assert found.status is (Status.NOT_COMPARABLE if explicit is None else Status.OK)
