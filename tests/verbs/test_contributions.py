"""Contributions: the parts of a change add up to it exactly, whatever the groups, their order and which of them are new or gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.folders import DISTRICT, EXAMPLE
from tests.verbs.fakes import Fake, made

import cchc_metrics as cm
from cchc_metrics import testing
from cchc_metrics.errors import CchcError
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.values import Measure, Scale, Status, Text
from cchc_metrics.verbs.compare import Deltas, compare
from cchc_metrics.verbs.contributions import Contributions, Counts, parts_of

Group = tuple[tuple[int, int], tuple[int, int]]
"""Numerator and denominator now, and before."""

TREE = UnitTree(
    [Unit(code="TM", name="Tháp Mười", kind="huyện", level="district")]
    + [Unit(code=c, name=c, kind="xã", level="commune", parent="TM") for c in ("A", "B", "C")]
)


def sides(draw: st.DrawFn) -> tuple[int, int]:
    denominator = draw(st.integers(0, 50) | st.sampled_from([0, 10**12]))
    return draw(st.integers(0, denominator)), denominator


@st.composite
def groups(draw: st.DrawFn) -> list[Group]:
    """Groups of a rate, some empty on a side; the whole has cases on both sides."""
    found = [(sides(draw), sides(draw)) for _ in range(draw(st.integers(1, 6)))]
    assume(all(sum(group[side][1] for group in found) for side in (0, 1)))
    return found


def whole_of(found: list[Group]) -> Counts:
    now, before = (tuple(sum(group[side][k] for group in found) for k in (0, 1)) for side in (0, 1))
    return Counts(*now, *before)


def counts(group: Group) -> Counts:
    return Counts(*group[0], *group[1])


def changes(found: list[Group], *, scale: Scale = Scale.PERCENT, rest: Group = ((0, 0), (0, 0))) -> Deltas:
    """Return the changes of a whole and of its groups g0, g1 …, and of what belongs to no group."""
    whole = whole_of([*found, rest])

    def one(period: str, at: int) -> list[Measure]:
        sums = ((whole.numerator, whole.denominator), (whole.baseline_numerator, whole.baseline_denominator))[at]
        rows = [made(*sums, period=period, scale=scale)]
        return rows + [made(*g[at], period=period, scale=scale, breakdown=(("field", f"g{n}"),)) for n, g in enumerate(found)]

    return compare(one("2022", 0), Fake(*one("2021", 1)), units=TREE)


def ask(deltas: Deltas, by: str = "field") -> Contributions:
    return deltas.contributions(by, indicator="x", unit="TM")


# --- laws


@given(groups(), st.sampled_from([Scale.PERCENT, Scale.MEAN, Scale.WORKING_DAYS]))
def test_the_parts_add_up_to_the_change_exactly(found: list[Group], scale: Scale) -> None:
    deltas = changes(found, scale=scale)
    change = deltas["x", "TM"].difference
    made_table = ask(deltas)
    assert made_table.change == change
    for row in made_table:
        assert row.performance is not None
        assert row.mix is not None
        assert row.performance + row.mix == row.total
    if change:
        assert sum((row.share or 0 for row in made_table), Fraction(0)) == 100
    else:
        assert {row.share for row in made_table} == {None}
    assert len(made_table) == sum(not counts(g).empty for g in found)


@given(groups(), st.randoms(use_true_random=False))
def test_the_order_of_the_groups_changes_nothing(found: list[Group], random: Any) -> None:
    order = list(range(len(found)))
    random.shuffle(order)
    whole = whole_of(found)
    parts = {n: parts_of(counts(found[n]), whole) for n in order}
    assert parts == {n: parts_of(counts(group), whole) for n, group in enumerate(found)}
    shuffled = [found[n] for n in order]
    assert sorted(r.total for r in ask(changes(shuffled))) == sorted(r.total for r in ask(changes(found)))


@given(groups(), st.integers(0, 5), st.tuples(st.integers(1, 9), st.integers(1, 9)))
def test_groups_with_equal_rates_are_one_group(found: list[Group], at: int, times: tuple[int, int]) -> None:
    """A group that is split into two of the same rates, of any size on each side, gives what both give."""
    group = found[at % len(found)]
    more: Group = tuple((times[side] * group[side][0], times[side] * group[side][1]) for side in (0, 1))  # type: ignore[assignment]
    whole = whole_of([*found, more])
    merged: Group = tuple((group[s][0] + more[s][0], group[s][1] + more[s][1]) for s in (0, 1))  # type: ignore[assignment]
    one, other, both = (parts_of(counts(g), whole, factor=100) for g in (group, more, merged))
    assert (one[0] + other[0], one[1] + other[1]) == both


@given(groups())
def test_the_other_way_round_every_part_has_the_other_sign(found: list[Group]) -> None:
    forward, back = whole_of(found), whole_of([(b, a) for a, b in found])
    for now, before in found:
        performance, mix = parts_of(counts((now, before)), forward)
        assert parts_of(counts((before, now)), back) == (-performance, -mix)


@given(groups())
def test_equal_rates_before_and_now_leave_mix_alone_and_equal_parts_leave_performance(found: list[Group]) -> None:
    whole = whole_of(found)
    for now, before in found:
        performance, mix = parts_of(counts((now, before)), whole)
        if now[1] and before[1] and now[0] * before[1] == before[0] * now[1]:
            assert performance == 0
        if now[1] * (whole.baseline_denominator or 0) == before[1] * (whole.denominator or 0):
            assert mix == 0


@given(st.lists(st.tuples(st.integers(0, 10**15), st.integers(0, 10**15)), min_size=1, max_size=6))
def test_of_a_count_each_difference_is_a_part(found: list[tuple[int, int]]) -> None:
    now, before = (
        [made(sum(g[s] for g in found), period=period)]
        + [made(g[s], period=period, breakdown=(("field", f"g{n}"),)) for n, g in enumerate(found)]
        for s, period in ((0, "2022"), (1, "2021"))
    )
    assume(any(a or b for a, b in found))
    table = ask(compare(now, Fake(*before), units=TREE))
    assert {r.group: r.total for r in table} == {f"g{n}": a - b for n, (a, b) in enumerate(found) if a or b}
    assert {(r.performance, r.mix) for r in table} == {(None, None)}


# --- cases by hand


def test_a_hand_made_change() -> None:
    """Online: 90 of 100, then 285 of 300; counter: 70 of 100 both years. 160/200 = 80 % → 355/400 = 88,75 %."""
    table = ask(changes([((285, 300), (90, 100)), ((70, 100), (70, 100))]))
    online, counter = table["g0"], table["g1"]
    # mean weight (1/2 + 3/4)/2 = 5/8 × 5 points; (3/4 − 1/2) × (92,5 − 84,375)
    assert (online.performance, online.mix) == (Fraction(25, 8), Fraction(65, 32))
    # (1/4 − 1/2) × (70 − 84,375)
    assert (counter.performance, counter.mix) == (Fraction(0), Fraction(115, 32))
    assert table.change == Fraction(35, 4)
    assert [r.group for r in table] == ["g0", "g1"]
    assert "+5,16" in str(table)


def test_the_largest_comes_first_whatever_its_sign() -> None:
    table = ask(changes([((50, 100), (51, 100)), ((10, 100), (90, 100)), ((99, 100), (80, 100))]))
    assert [r.group for r in table] == ["g1", "g2", "g0"]


def test_a_group_that_is_new_or_gone_is_all_mix() -> None:
    table = ask(changes([((9, 10), (0, 0)), ((0, 0), (3, 10)), ((5, 10), (5, 10)), ((0, 0), (0, 0))]))
    assert len(table) == 3
    assert [table[g].performance for g in ("g0", "g1", "g2")] == [0, 0, 0]
    assert table["g0"].reason.en.startswith("new")
    assert table["g1"].reason.vi.startswith("không còn")
    assert table.change == Fraction(7000, 100) - Fraction(4000, 100)


def test_a_group_that_only_the_baseline_names_is_found_there() -> None:
    now = [made(5, 10), made(5, 10, breakdown=(("field", "a"),))]
    before = [made(8, 20), *(made(n, 10, breakdown=(("field", f),)) for f, n in (("a", 3), ("b", 5)))]
    table = ask(compare(now, Fake(*(replace(m, period=made(1, period="2021").period) for m in before)), units=TREE))
    assert {r.group for r in table} == {"a", "b"}
    assert table["b"].counts == Counts(0, 0, 5, 10)
    assert table.change == 10


def test_what_belongs_to_no_group_is_the_rest() -> None:
    table = ask(changes([((5, 10), (5, 10))], rest=((1, 2), (0, 3))))
    (rest,) = (r for r in table if r.group is None)
    assert rest.counts == Counts(1, 2, 0, 3)
    assert rest.name.vi == "phần còn lại"


def test_a_group_of_which_a_side_is_not_known_is_in_the_rest_with_the_reason() -> None:
    deltas = changes([((5, 10), (5, 10)), ((2, 4), (1, 4))])
    chosen = list(deltas.current)
    chosen[2] = replace(chosen[2], status=Status.NO_DATA, numerator=None, denominator=None, reason=Text("thiếu cột", "no column"))
    table = ask(compare(chosen, deltas.baselines, units=TREE))
    (rest,) = (r for r in table if r.group is None)
    assert rest.counts == Counts(2, 4, 1, 4)
    assert rest.reason == Text("gồm g1: thiếu cột", "with g1: no column")


def test_groups_that_overlap_are_refused() -> None:
    deltas = changes([((5, 10), (5, 10)), ((2, 4), (1, 4))])
    chosen = list(deltas.current)
    chosen[2] = replace(chosen[2], numerator=3)
    with pytest.raises(CchcError, match="several groups"):
        ask(compare(chosen, deltas.baselines, units=TREE))


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (made(0, 0), made(1, 2, period="2021"), "denominator is 0"),
        (replace(made(1, 2), quantile=Fraction(3)), made(1, 2, period="2021"), "quantile"),
        (made(1, 2), replace(made(1, 2, period="2021"), quantile=Fraction(3)), "quantile"),
        (made(1, 2), replace(made(1, 2, period="2021"), status=Status.NO_DATA, numerator=None), "no data"),
    ],
)
def test_a_whole_that_cannot_be_divided_says_why(now: Measure, before: Measure, said: str) -> None:
    of = [replace(m, breakdown=(("field", "a"),)) for m in (now, before)]
    with pytest.raises(CchcError, match=said):
        ask(compare([now, of[0]], Fake(before, of[1]), units=TREE))


def test_a_baseline_without_the_breakdown_says_so() -> None:
    now = [made(5, 10), made(5, 10, breakdown=(("field", "a"),))]
    with pytest.raises(CchcError, match="the baseline has no values by «field»"):
        ask(compare(now, Fake(made(5, 9, period="2021")), units=TREE))


def test_what_was_not_measured_says_what_to_ask() -> None:
    with pytest.raises(CchcError, match=r'breakdowns=\{"x": \[\["channel"\]\]\}'):
        ask(changes([((5, 10), (5, 10))]), "channel")
    with pytest.raises(CchcError, match="did you mean «field»"):
        ask(changes([((5, 10), (5, 10))]), "fields")
    with pytest.raises(CchcError, match="no indicator «y»"):
        changes([((5, 10), (5, 10))]).contributions("field", indicator="y")


def test_what_is_refused_among_others_is_counted() -> None:
    deltas = changes([((5, 10), (5, 10))])
    other = [replace(m, indicator="y", status=Status.NOT_APPLICABLE, reason=Text("miễn", "exempt")) for m in deltas.current]
    table = compare([*deltas.current, *other], deltas.baselines, units=TREE).contributions("field")
    assert dict(table.refused) == {Text("miễn", "exempt"): 1}
    assert "1 × miễn" in str(table)


# --- units


def of_units(period: str, **rows: tuple[int, int]) -> list[Measure]:
    return [made(*found, unit=unit, period=period) for unit, found in rows.items()]


def test_by_unit_the_unit_itself_is_what_its_parts_leave() -> None:
    now = of_units("2022", TM=(80, 100), A=(30, 40), B=(20, 20))
    before = of_units("2021", TM=(70, 100), A=(25, 50), B=(10, 10))
    table = ask(compare(now, Fake(*before), units=TREE), "unit")
    assert table["TM"].counts == Counts(30, 40, 35, 40)
    assert table["TM"].name.vi == "huyện Tháp Mười (riêng cấp này)"
    assert table["A"].name.vi == "xã A"
    assert table.change == 10


def test_by_unit_the_communes_are_divided_without_the_district_itself(data: Any) -> None:
    deltas = data.deltas("2021")
    found = deltas.contributions("unit", indicator="resolved_on_time", unit=DISTRICT, breakdown={"level": "commune"})
    assert found.change == deltas["resolved_on_time", DISTRICT, {"level": "commune"}].difference != 0
    assert len(found) == 13
    assert "cấp xã" in str(found)


SINCE, UNTIL = date(2022, 1, 1), date(2021, 12, 31)
MERGED = UnitTree(
    [
        Unit(code="TM", name="T", level="district"),
        Unit(code="A", name="A", level="commune", parent="TM", valid_to=UNTIL),
        Unit(code="B", name="B", level="commune", parent="TM", valid_to=UNTIL),
        Unit(code="M", name="M", level="commune", parent="TM", predecessors=("A", "B"), valid_from=SINCE),
        Unit(code="K", name="K", level="commune", parent="TM"),
    ]
)


def test_by_unit_a_merged_unit_has_the_counts_of_those_before_it_once() -> None:
    now = of_units("2022", TM=(80, 100), A=(0, 0), B=(0, 0), M=(50, 60), K=(30, 40))
    before = of_units("2021", TM=(70, 100), A=(25, 50), B=(10, 10), M=(0, 0), K=(35, 40))
    before = [replace(m, numerator=None, denominator=None, status=Status.NO_DATA) if m.unit == "M" else m for m in before]
    table = ask(compare(now, Fake(*before), units=MERGED), "unit")
    assert table["M"].counts == Counts(50, 60, 35, 60)
    assert {r.group for r in table} == {"M", "K"}
    assert table.change == 10


TWICE_MERGED = UnitTree(
    [Unit(code="TM", name="Tháp Mười", kind="huyện", level="district")]
    + [
        Unit(code=code, name=code, kind="xã", level="commune", parent="TM", predecessors=made_of, valid_from=since, valid_to=until)
        for code, made_of, since, until in (
            ("A", (), None, date(2021, 12, 31)),
            ("B", (), None, date(2021, 12, 31)),
            ("D", (), None, date(2022, 12, 31)),
            ("M", ("A", "B"), date(2022, 1, 1), date(2022, 12, 31)),
            ("P", ("M", "D"), date(2023, 1, 1), None),
        )
    ]
)


@pytest.mark.parametrize("between", [{"M": (0, 0)}, {}], ids=["with the unit between", "without"])
def test_by_unit_what_merged_twice_has_the_counts_of_all_before_it_once(between: dict[str, tuple[int, int]]) -> None:
    now = of_units("2023", TM=(80, 100), P=(80, 100), A=(0, 0), B=(0, 0), D=(0, 0), **between)
    before = of_units("2021", TM=(70, 100), A=(25, 50), B=(10, 10), D=(35, 40))
    table = ask(compare(now, Fake(*before), units=TWICE_MERGED, baseline_period=Period.parse("2021")), "unit")
    rows: list[tuple[str | None, Counts, Fraction]] = [(r.group, r.counts, r.total) for r in table]
    assert rows == [("P", Counts(80, 100, 70, 100), Fraction(10))]


def test_without_a_unit_tree_units_are_no_groups() -> None:
    deltas = replace(changes([((5, 10), (5, 10))]), tree=None)
    with pytest.raises(CchcError, match="no unit tree"):
        ask(deltas, "unit")


# --- the example, through the front door


@pytest.fixture(scope="module")
def data() -> Any:
    return cm.read_folder(EXAMPLE)


@pytest.mark.parametrize("by", ["unit", "level", "channel", "field", "procedure"])
@pytest.mark.parametrize("indicator", ["resolved_on_time", "dossiers_received"])
def test_every_division_of_the_example_adds_up_to_its_change(data: Any, by: str, indicator: str) -> None:
    change = data.deltas("2021")[indicator, DISTRICT].difference
    table = data.contributions(by, indicator, period="2021")
    assert table.change == change != 0
    assert len(table) > 1
    assert None not in table.column("group")


def test_everything_that_has_groups_adds_up_at_once(data: Any) -> None:
    deltas = data.deltas("2021")
    for by in ("unit", "channel", "level"):
        table = deltas.contributions(by)
        found: dict[tuple[str, str], Fraction] = {}
        for row in table:
            found[row.indicator, row.unit] = found.get((row.indicator, row.unit), Fraction(0)) + row.total
        assert len(found) > 10
        assert found == {key: deltas[key].difference for key in found}


def test_procedures_have_their_names_where_there_is_a_list(data: Any) -> None:
    code = data.contributions("procedure", "resolved_on_time").column("group")[0]
    listed = [{"procedure_code": code, "name": "Khai sinh"}]
    tables = {kind: data.columns(kind) for kind in ("dossiers",)}
    again = cm.Dataset(units=data.units, unit=data.unit, as_of=data.as_of, tables={**tables, "procedures": listed})
    assert again.contributions("procedure", "resolved_on_time", period="2021")[code].name.vi == "Khai sinh"


@pytest.mark.parametrize(("by", "dim"), [("procedure", "procedure_code"), ("field", "field"), ("channel", "channel")])
def test_the_rows_behind_a_group_are_its_counts(data: Any, by: str, dim: str) -> None:
    first = data.contributions(by, "resolved_on_time", period="2021").rows[0]
    rows = data.explain("resolved_on_time", period="2021", **{dim: first.group})
    assert (len(rows.numerator), len(rows.numerator) + len(rows.rest)) == (first.counts.numerator, first.counts.denominator)


def test_a_dimension_that_the_indicator_does_not_have_is_named(data: Any) -> None:
    with pytest.raises(CchcError, match="did you mean «field»"):
        data.contributions("fild", "resolved_on_time")


def test_a_country_is_divided_quickly() -> None:
    """3.321 communes: what grows faster than them would show."""
    codes = [f"{n:05}" for n in range(3321)]
    tree = UnitTree([Unit(code="VN", name="VN", level="province"), *(Unit(code=c, name=c, level="commune", parent="VN") for c in codes)])

    def year(period: str, shift: int) -> list[Measure]:
        rows = [made(n % 89 + shift, 100 + n % 7, unit=c, period=period) for n, c in enumerate(codes)]
        total = made(sum(m.numerator or 0 for m in rows), sum(m.denominator or 0 for m in rows), unit="VN", period=period)
        return [total, *rows]

    table = compare(year("2022", 9), Fake(*year("2021", 3)), units=tree).contributions("unit", indicator="x", unit="VN")
    assert len(table) == 3321
    assert table.change == table.rows[0].total + sum((r.total for r in table.rows[1:]), Fraction(0)) != 0


# --- any records, by anything they can be divided by


DEEP = UnitTree(
    [
        Unit(code="T", name="T", level="province"),
        Unit(code="H1", name="H1", level="district", parent="T"),
        Unit(code="H2", name="H2", level="district", parent="T"),
        *(Unit(code=f"X{n}", name=f"X{n}", level="commune", parent="H1") for n in range(3)),
        Unit(code="Y", name="Y", level="commune", parent="H2"),
    ]
)
DRAWN: dict[str, Any] = {"units": DEEP.codes, "first": date(2021, 1, 1), "last": date(2021, 6, 30)}
RECORDS = st.fixed_dictionaries(
    {
        "dossiers": st.lists(testing.dossiers(**DRAWN), min_size=1, max_size=30),
        "surveys": st.lists(testing.survey_answers(**DRAWN), max_size=20),
        "outreach": st.lists(testing.outreach_activities(**DRAWN), max_size=10),
    }
)
DIMS = ("channel", "field", "procedure_code", "outcome", "question")


@settings(max_examples=25)
@given(RECORDS)
def test_whatever_is_on_record_every_division_adds_up(records: dict[str, list[Any]]) -> None:
    data = cm.Dataset(units=DEEP, as_of=date(2021, 6, 30), tables=records)
    asked = {
        "resolved_on_time": [["channel"], ["field"], ["procedure_code"], ["outcome"]],
        "dossiers_received": [["channel"], ["field"]],
        "satisfaction": [["question"]],
    }
    deltas = data.deltas("2021-Q2", baseline_period="2021-Q1", breakdowns=asked)
    for by in ("unit", "level", *DIMS):
        for breakdown in ((), (("level", "commune"),)) if by != "level" else ((),):
            try:
                table = deltas.contributions(by, breakdown=breakdown)
            except CchcError:
                continue  # nothing to divide
            sums: dict[tuple[str, str], Fraction] = {}
            for row in table:
                sums[row.indicator, row.unit] = sums.get((row.indicator, row.unit), Fraction(0)) + row.total
                assert row.performance is None or row.mix is None or row.performance + row.mix == row.total
            assert sums == {key: deltas[*key, dict(breakdown)].difference for key in sums}
