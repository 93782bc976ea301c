"""Edges of adding up and of checking: what is at stake is nothing, ranges beyond the ends, several deadlines and steps, each by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from tests.score.test_evaluate import criterion, field, scheme

from cchc_metrics.reference.period import Period
from cchc_metrics.score import Ratio, cheapest_way, check_scheme, dump_scheme, load_scheme, score_scheme, score_units
from cchc_metrics.score.inputs import Inputs, load_inputs
from cchc_metrics.score.intervals import Interval, gaps
from cchc_metrics.score.ranking import rank_units
from cchc_metrics.score.text import score_text
from cchc_metrics.values import Measure, Scale, Status, Text

ALWAYS = {"shape": "steps", "steps": [{"count": 1, "points": 1}], "otherwise": 1}


def test_where_all_is_needed_a_criterion_is_missed_also_if_nothing_is_at_stake() -> None:
    fields = (field("A", criterion("a", 4), criterion("b", 1, ALWAYS)),)
    whole = score_scheme({"a": 50}, scheme(*fields, available_at_least=100))
    assert (whole.points, whole.total.status, whole.total.missing) == (None, Status.NO_DATA, ("b",))
    assert score_scheme({"a": 50}, scheme(*fields, available_at_least=99)).points == 2


def test_what_stands_beside_a_value_that_is_ok_is_no_reason_against_its_points() -> None:
    said = Text("số nhập tay khác", "the figure entered is another")
    measure = Measure("a", "TM", Period.parse("2021"), (), date(2022, 1, 1), Status.OK, 1, 2, Scale.PERCENT, reason=said)
    line = score_scheme({"a": measure}, scheme(field("A", criterion("a", 4))))["a"]
    assert (line.points, line.status, line.reason) == (Fraction(2), Status.OK, Text())


@pytest.mark.parametrize(
    ("ranges", "left"),
    [
        ([{"at_least": 0, "at_most": 100}], []),
        ([{"less_than": 70}, {"more_than": 150}], ["≥ 70, ≤ 100"]),
        ([{"less_than": 70}, {"at_least": 70, "less_than": 100}], ["100"]),
        ([{"more_than": 0}], ["0"]),
        ([{"at_least": 10, "at_most": 20}, {"more_than": 30}], ["≥ 0, < 10", "> 20, ≤ 30"]),
    ],
)
def test_what_ranges_leave_open_lies_between_the_ends(ranges: list[dict[str, Any]], left: list[str]) -> None:
    assert [gap.en for gap in gaps([Interval(**ends) for ends in ranges], Fraction(0), Fraction(100))] == left


def test_what_is_wrong_with_the_whole_is_said_first_and_then_in_the_order_of_the_scheme() -> None:
    first = criterion("a", 4, components=[criterion("a.1", 3), criterion("a.2", 2)])
    second = criterion("b", 5, components=[criterion("b.1", 3), criterion("b.2", 2)])
    gate = {"of": "field", "ids": ["X"], "below": 50, "best": "A"}
    found = check_scheme(scheme(field("A", first, second), field("B", criterion("c", 1), max=2), max=99))
    assert [f.path for f in found if f.code == "total"] == [("max",), ("fields", 0, "criteria", 0, "max"), ("fields", 1, "max")]
    assert found[0].path == ("max",)
    assert found[-1].path[:2] == ("fields", 1)
    found = check_scheme(scheme(field("A", criterion("a", 4), max=5), gates=[gate]))
    assert [f.path for f in found][:3] == [("gates", 0, "best"), ("gates", 0, "ids", 0), ("fields", 0, "max")]


def test_a_day_in_a_rule_is_written_as_a_day_and_read_back() -> None:
    own = scheme(field("A", criterion("a", 4)), valid_from=date(2026, 1, 1))
    text = dump_scheme(own)
    assert "valid_from = 2026-01-01\n" in text
    assert load_scheme(text) == own


def test_units_of_one_share_know_of_each_other() -> None:
    s = scheme(field("A", criterion("a", 4)))
    cards = score_units({unit: {"a": share} for unit, share in (("X", 50), ("Y", 75), ("Z", 50))}, s)
    rows = {row.unit: row for row in rank_units(cards).rows}
    assert [(unit, rows[unit].rank, rows[unit].alike) for unit in "YXZ"] == [("Y", 1, ("Y",)), ("X", 2, ("X", "Z")), ("Z", 2, ("X", "Z"))]


def test_counts_in_a_table_leave_out_nothing_where_nothing_is_said() -> None:
    found = load_inputs(
        "[values]\na = { numerator = 1, denominator = 2 }\nb = { numerator = 1, denominator = 4, excluded = 2, evidence = 'x' }\n"
    )
    assert found.values["a"] == Ratio(1, 2)
    assert found.values["b"] == Ratio(1, 4, 2, "x")


def test_the_way_to_the_next_band_without_rounding_is_found() -> None:
    bands = [{"id": "A", "vi": "A", "en": "A", "at_least": 75}, {"id": "B", "vi": "B", "en": "B", "less_than": 75}]
    s = scheme(field("A", criterion("a", 4), criterion("b", 4)), bands=bands)
    best = cheapest_way({"a": 50, "b": 100 - Fraction(1, 10)}, s).best
    assert best is not None
    assert [(move.id, move.gain) for move in best.moves] == [("b", Fraction(1, 250))]


def test_a_criterion_is_raised_as_far_as_its_rule_can_give_and_no_further() -> None:
    rule = {"shape": "steps", "steps": [{"count": 1, "points": 3}], "otherwise": 1}
    bands = [{"id": "A", "vi": "A", "en": "A", "at_least": 75}, {"id": "B", "vi": "B", "en": "B", "less_than": 75}]
    s = scheme(field("A", criterion("a", 4, rule)), bands=bands)
    best = cheapest_way({"a": 0}, s).best
    assert best is not None
    assert [(move.before, move.after) for move in best.moves] == [(Fraction(1), Fraction(3))]


def test_what_the_command_writes_of_scores_is_never_cut() -> None:
    name = "Tiêu chí dài " * 40 + "hết"
    bands = [{"id": "A", "vi": "A", "en": "A", "at_least": 75}, {"id": "B", "vi": "B", "en": "B", "less_than": 75}]
    s = scheme(field("A", {**criterion("a", 4), "vi": name}), bands=bands)
    inputs = {"TM": Inputs({"a": 50})}
    assert name in score_text(inputs, s, reporting="TM")
    assert name in score_text(inputs, s, reporting="TM", changes=["a=80"])
    assert name in score_text(inputs, s, reporting="TM", cheapest=1)
