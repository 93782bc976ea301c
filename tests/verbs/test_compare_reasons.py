"""What stands beside a change: which reason of which side, said once; and baselines that touch the edge of a unit's days or are printed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from tests.verbs.fakes import Fake, made
from tests.verbs.test_compare import AFTER, ALONE, BEFORE, MERGED, SPLIT, commune, only

from cchc_metrics.errors import CchcError
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.text import Lang
from cchc_metrics.values import Measure, Printed, Restated, Scale, Status, Text
from cchc_metrics.verbs.baseline import ADDED
from cchc_metrics.verbs.compare import compare, delta
from cchc_metrics.verbs.contributions import Contributions
from cchc_metrics.verbs.figures import one_each, unit_in
from cchc_metrics.verbs.measures import Measures

YEAR = Period.parse("2024")
LANGS: tuple[Lang, ...] = ("vi", "en")
ALPHABET = UnitTree([Unit(code=code, name=code, level="commune") for code in "ABC"])
EMPTY = Text("mẫu số bằng 0", "the denominator is 0")


def test_the_reason_of_a_baseline_without_a_value_is_said_as_the_baselines() -> None:
    before = replace(made(0, 0, period="2021"), reason=EMPTY)
    assert only(made(1, 2), before).reason == Text("kỳ gốc: mẫu số bằng 0", "baseline: the denominator is 0")
    assert only(made(1, 2), replace(before, reason=Text())).reason == Text("không có số liệu kỳ gốc", "no data for the baseline")
    marked = replace(made(1, 2, period="2021", status=Status.ESTIMATED), reason=Text("ước", "estimated"))
    assert only(made(1, 2), marked).reason.en == "baseline: estimated"


def test_that_counts_were_added_is_said_once() -> None:
    parts = made(1, 2, unit="A", period="2024"), made(1, 2, unit="B", period="2024")
    assert only(made(1, 2, unit="M", period="2026"), *parts, units=MERGED, baseline_period=YEAR).reason == ADDED
    empty = [replace(made(0, 0, unit=unit, period="2024"), reason=EMPTY) for unit in "AB"]
    found = only(made(1, 2, unit="M", period="2026"), *empty, units=MERGED, baseline_period=YEAR)
    assert (found.status, found.reason) == (Status.ZERO_DENOMINATOR, ADDED)
    assert found.baseline is not None
    assert found.baseline.reason == EMPTY


def test_what_was_restated_before_a_merger_is_said_of_its_unit_also_where_there_was_no_case() -> None:
    restated = replace(made(0, 0, unit="A", period="2024"), reason=Restated("sửa", "restated"))
    found = only(made(1, 2, unit="M", period="2026"), restated, made(0, 0, unit="B", period="2024"), units=MERGED, baseline_period=YEAR)
    assert found.baseline is not None
    assert isinstance(found.baseline.reason, Restated)
    assert found.baseline.reason.en == "the denominator is 0; xã A: restated"


def test_each_of_several_changes_has_its_own_baseline() -> None:
    refused = replace(made(4, unit="B", period="2024", status=Status.NOT_COMPARABLE), reason=Text("lạ", "strange"))
    current = [made(n, unit=unit, period="2025") for n, unit in enumerate("CAB", 5)]
    found = compare(current, Fake(refused, made(1, unit="A", period="2024")), units=ALPHABET, competence="ignore")
    assert [(d.unit, d.status, d.difference) for d in found] == [
        ("C", Status.NO_DATA, None),
        ("A", Status.OK, Fraction(5)),
        ("B", Status.NOT_COMPARABLE, None),
    ]
    assert [d.reason.en for d in found] == ["no data for the baseline", "", "baseline: strange"]
    assert [None if d.baseline is None else d.baseline.numerator for d in found] == [None, 1, 4]


def test_a_hidden_baseline_is_hidden_beside_one_without_a_value_and_one_that_is_not_there() -> None:
    hidden, none = (
        replace(made(1, 2, unit=unit, period="2024", status=status), numerator=None, denominator=None, reason=Text(said, said))
        for unit, status, said in (("A", Status.SUPPRESSED, "small"), ("B", Status.NO_DATA, "lost"))
    )
    found = compare([made(1, 2, unit=unit, period="2025") for unit in "CBA"], Fake(hidden, none), units=ALPHABET)
    assert [(d.unit, d.status, d.reason.en) for d in found] == [
        ("C", Status.NO_DATA, "no data for the baseline"),
        ("B", Status.NO_DATA, "baseline: lost"),
        ("A", Status.SUPPRESSED, "baseline: small"),
    ]


def test_a_figure_of_a_unit_that_was_not_there_is_refused_beside_one_that_has_no_baseline() -> None:
    tree = UnitTree([commune("M", "M", new=True), Unit(code="C", name="C", level="commune")])
    current = [made(5, unit=unit, period="2026") for unit in "CM"]
    found = compare(current, Fake(made(3, unit="M", period="2024")), units=tree, baseline_period=YEAR)
    assert [(d.status, d.difference) for d in found] == [(Status.NO_DATA, None), (Status.NOT_COMPARABLE, None)]
    assert "did not exist in 2024" in list(found)[1].reason.en


def test_a_difference_within_what_was_printed_is_no_change() -> None:
    printed = Printed("đã làm tròn", "rounded", within=Fraction(1, 20))
    before = [
        made(50, 100, unit="A", period="2024"),
        replace(
            made(None, unit="B", period="2024", scale=Scale.PERCENT), status=Status.ESTIMATED, quantile=Fraction(667, 10), reason=printed
        ),
    ]
    tree = UnitTree([Unit(code=code, name=code, level="commune") for code in "ABC"])
    current = [made(1, 2, unit="C", period="2025"), made(2, 3, unit="B", period="2025"), made(50_001, 100_000, unit="A", period="2025")]
    found = compare(current, Fake(*before), units=tree)
    assert [d.difference for d in found] == [None, 0, Fraction(1, 1000)]
    assert [d.better for d in found] == [None, None, True]
    assert "as near as it was printed" in list(found)[1].reason.en
    assert "printed" not in list(found)[2].reason.en


def test_shares_make_no_baseline_of_what_the_source_does_not_have() -> None:
    """No value of the indicator, or none by this breakdown, in a source that has others of the same units."""
    source = made(12, unit="A", period="2024"), made(9, unit="A", period="2024", breakdown=(("channel", "online"),))
    shares = {"A": {"M": Fraction(1, 3), "N": Fraction(2, 3)}}
    for asked in ({"indicator": "y"}, {"breakdown": (("channel", "postal"),)}, {"indicator": "y", "breakdown": (("channel", "online"),)}):
        now = made(5, unit="M", period="2026", **asked)
        found = only(now, *source, units=SPLIT, baseline_period=YEAR, shares=shares, competence="ignore")
        assert (found.status, found.baseline, found.difference) == (Status.NO_DATA, None, None)
        assert found.reason.en.endswith("no data for the baseline")
    found = only(made(5, unit="M", period="2026"), *source, units=SPLIT, baseline_period=YEAR, shares=shares, competence="ignore")
    assert found.difference == 1


@pytest.mark.parametrize(("day", "there"), [(BEFORE, True), (AFTER, False)])
def test_a_unit_is_there_on_its_last_day(day: date, there: bool) -> None:
    now, before = (Period.custom(day.replace(year=year), day.replace(year=year)) for year in (day.year, day.year - 1))
    tree = UnitTree([commune("A", "A"), commune("M", "M", "A", new=True)])
    found = only(made(5, unit="A", period=now), made(3, unit="A", period=before), units=tree)
    assert (found.status is Status.OK) == there
    assert found.difference == (2 if there else None)


def test_a_running_period_against_a_whole_one_says_that_it_is_not_over() -> None:
    running = delta(made(30, as_of=date(2022, 3, 31)), made(200, period="2021"))
    assert running.reason.en == "a period is not over: the elapsed days are not the same"
    over = delta(made(30, period="2022-01-01..2022-03-31"), made(200, period="2021"))
    assert over.reason.en == "windows of unlike length"


def test_a_measure_and_its_change_are_one_line_each() -> None:
    now, before = made(12, 100, breakdown=(("channel", "online"),)), made(10, 100, period="2021", breakdown=(("channel", "online"),))
    assert str(now) == "x · TM · channel=online · 2022: 12 percent (12/100)"
    assert str(delta(now, before)) == "x · TM · channel=online · 2022: 12 ← 10: +2 percentage_points"
    assert str(delta(now, None)) == "x · TM · channel=online · 2022: 12 ← –: no_data"


# --- which unit a figure is of

TWICE = UnitTree(
    [
        Unit(code="9", name="Cũ", kind="xã", level="commune", valid_to=BEFORE),
        Unit(code="9", name="Mới", kind="xã", level="commune", valid_from=AFTER),
        Unit(code="8", name="Khác", kind="xã", level="commune"),
    ]
)


def test_a_figure_under_two_spellings_is_one_and_others_stay_as_they_are() -> None:
    rows = [made(1, unit="9", period="2024"), made(1, unit="9@2025-06-30", period="2024"), made(3, unit="8", period="2024")]
    table = one_each(Measures.of(rows), TWICE)
    assert [(m.unit, m.numerator, m.status) for m in table] == [("9@2025-06-30", 1, Status.OK), ("8", 3, Status.OK)]
    unlike = one_each(Measures.of([rows[0], made(2, unit="9@2025-06-30", period="2024"), rows[2], replace(rows[2], numerator=4)]), TWICE)
    assert [(m.unit, m.numerator, m.status) for m in unlike] == [
        ("9@2025-06-30", 1, Status.NOT_COMPARABLE),
        ("8", 3, Status.OK),
        ("8", 4, Status.OK),
    ]


def test_a_code_or_a_name_means_the_unit_of_the_period_or_none() -> None:
    before, after = Period.parse("2024"), Period.parse("2026")
    assert [unit_in(TWICE, label, period) for label in ("9", "9@2025-06-30") for period in (before,)] == ["9@2025-06-30"] * 2
    assert [unit_in(TWICE, "xã Mới", after), unit_in(TWICE, "9", after), unit_in(TWICE, "Khác", before)] == ["9", "9", "8"]
    for label, period, said in (
        ("xã Mới", before, "period 2024"),
        ("nowhere", after, "unit «nowhere»"),
        ("9", Period.parse("2025"), "has days of both; write «9@2025-06-30», «9», or divide the period"),
        ("9@2025-06-30", after, "did not exist in 2026"),
    ):
        with pytest.raises(CchcError) as error:
            unit_in(TWICE, label, period)
        assert said in error.value.en


# --- contributions


def divided(*groups: tuple[int, int, int, int], whole: tuple[int, int, int, int] | None = None) -> Contributions:
    """Contributions of groups a, b, … of numerator and denominator now, then before."""
    sums = whole or tuple(sum(group[k] for group in groups) for k in range(4))

    def side(period: str, at: int) -> list[Measure]:
        named = [made(g[at], g[at + 1], period=period, breakdown=(("field", chr(97 + n)),)) for n, g in enumerate(groups)]
        return [made(sums[at], sums[at + 1], period=period), *named]

    return compare(side("2022", 0), Fake(*side("2021", 2)), units=ALONE).contributions("field", indicator="x", unit="TM")


def test_performance_and_mix_by_hand() -> None:
    """Weights 1/4 → 1/2 and 3/4 → 1/2; rates 20 % → 40 % and 60 % → 80 %; the whole 50 % → 60 %."""
    found = divided((40, 100, 10, 50), (80, 100, 90, 150))
    rows = {row.group: row for row in found}
    assert (rows["a"].performance, rows["a"].mix) == (Fraction(3, 8) * 20, Fraction(1, 4) * (30 - 55))
    assert (rows["b"].performance, rows["b"].mix) == (Fraction(5, 8) * 20, Fraction(-1, 4) * (70 - 55))
    assert found.change == 10
    assert [row.group for row in found] == ["b", "a"]
    assert [row.share for row in found] == [Fraction(175, 2), Fraction(25, 2)]
    assert {(row.scale, row.by, row.indicator, row.unit) for row in found} == {(Scale.PERCENT, "field", "x", "TM")}


def test_the_largest_part_comes_first_also_where_only_far_decimals_differ() -> None:
    n = 10**9
    found = divided((n + 1, 4 * n, n, 4 * n), (n - 3, 4 * n, n, 4 * n), (n + 2, 4 * n, n, 4 * n))
    assert [row.group for row in found] == ["b", "c", "a"]
    assert [abs(row.total) for row in found] == sorted((abs(row.total) for row in found), reverse=True)


def test_contributions_to_one_change_are_printed_under_its_name_with_their_sum() -> None:
    found = divided((40, 100, 10, 50), (80, 100, 90, 150))
    text = found.to_text("en", width=None)
    assert text.splitlines()[0].startswith("x · TM · ")
    assert "In all: +10 percentage points" in text
    assert "Cộng: +10 điểm phần trăm" in found.to_text("vi", width=None)
    assert "not shown" not in text
    assert "1 groups that are not shown: +1.25" in found.head(1).to_text("en", width=None)
    heading = next(line for line in text.splitlines() if "before" in line)
    assert "indicator" not in heading  # it stands above


def test_a_waterfall_is_in_the_language_that_is_asked_for() -> None:
    pytest.importorskip("matplotlib")
    found = divided((40, 100, 10, 50), (80, 100, 90, 150))
    labels = {lang: [text.get_text() for text in found.plot(lang=lang).axes[0].get_yticklabels()] for lang in LANGS}
    assert labels == {"vi": ["kỳ gốc", "b", "a", "kỳ này"], "en": ["before", "b", "a", "now"]}
    assert len(found.plot(most=1).axes[0].get_yticklabels()) == 3
