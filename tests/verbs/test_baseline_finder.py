"""The baseline of one measure, as targets of a plan ask for it: what the slow reference finds, unit by unit and window by window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import cycle, product
from typing import Any, Literal

import pytest
from tests.slow.compare_slow import SlowFinder, _by_key
from tests.verbs.fakes import Fake, made
from tests.verbs.test_compare_columns import TREE

from cchc_metrics.errors import CchcError
from cchc_metrics.reference.period import Period
from cchc_metrics.values import Measure, Restated, Scale, Status, Text
from cchc_metrics.verbs.baseline import BaselineFinder, known_changes
from cchc_metrics.verbs.compare import compare
from cchc_metrics.verbs.measures import Measures

SHARES = {
    "A": {"M": Fraction(3, 4), "Q": Fraction(1, 4)},
    "B": {"M": Fraction(1), "O": Fraction(0)},
    "C": {"N": Fraction(1, 3), "O": Fraction(2, 3)},
}
CHANGES = {"x": (date(2025, 1, 1), Text("đổi", "changed"))}
UNITS = [*dict.fromkeys(TREE.whole(code) for code in TREE.codes), "nowhere"]
LEFT_OUT = {"secret": 4}


def earlier(scale: Scale) -> list[Measure]:
    """Measures of every unit and of several windows, each status among them, some without counts and some restated."""
    kinds: Iterator[dict[str, Any]] = cycle(
        [
            {},
            {"excluded": LEFT_OUT},
            {"reason": Restated("sửa", "restated")},
            {"status": Status.ESTIMATED},
            {"excluded": LEFT_OUT},
            {"status": Status.NO_DATA, "numerator": None, "denominator": None, "reason": Text("thiếu", "missing")},
            {"excluded": LEFT_OUT},
            {"status": Status.NOT_COMPARABLE, "reason": Text("lạ", "strange")},
            {},
            {"quantile": Fraction(7, 2)},
            {},
        ]
    )
    windows = ("2023", "2024", "2025", "2024-H2", "2025-H2", "2026", "2025-01-01..2025-03-31", "2026-01-01..2026-03-31", "2024-Q1@nd09")
    found = []
    for n, (unit, label) in enumerate(product(UNITS, windows)):
        one = made(n % 7, None if scale is Scale.COUNT else n % 5, unit=unit, period=label, as_of=date(2027, 1, 15), scale=scale)
        found.append(replace(one, **next(kinds)))
    return found


@pytest.mark.parametrize("scale", [Scale.COUNT, Scale.PERCENT])
@pytest.mark.parametrize(("shares", "changes"), [({}, {}), (SHARES, {}), ({}, CHANGES)], ids=["alone", "shares", "changes"])
@pytest.mark.parametrize("competence", ["mark", "refuse"])
def test_one_measure_has_the_baseline_that_the_reference_finds(
    scale: Scale,
    shares: Mapping[str, Mapping[str, Fraction]],
    changes: Mapping[str, tuple[date, Text]],
    competence: Literal["mark", "refuse"],
) -> None:
    source = Fake(*earlier(scale))
    finder = BaselineFinder.over(source, TREE, shares, changes, competence)
    slow = SlowFinder(_by_key(source, TREE), TREE, shares, changes, competence)
    asked: list[tuple[str, date, str | None]] = [
        ("2026", date(2026, 12, 31), None),
        ("2026", date(2026, 12, 31), "2024"),
        ("2026", date(2026, 3, 31), None),
        ("2027", date(2027, 3, 31), None),
        ("2027", date(2026, 12, 31), None),
        ("2025-H2", date(2026, 1, 1), None),
        ("2025", date(2026, 1, 1), "2023"),
        ("2027", date(2027, 3, 31), "2025-H2"),
    ]
    for unit, (label, as_of, other) in product(UNITS, asked):
        now = replace(made(3, None if scale is Scale.COUNT else 4, unit=unit, period=label, as_of=as_of), scale=scale)
        period = None if other is None else Period.parse(other)
        found, expected = finder.of(now, period), slow.of(now, period)
        assert (found.status, found.reason) == (expected.status, expected.reason), now
        assert _without_reason(found.measure) == _without_reason(expected.measure), now


def _without_reason(m: Measure | None) -> Measure | None:
    return None if m is None else replace(m, reason=Text())


def test_what_was_left_out_before_a_merger_is_added_too() -> None:
    parts = [replace(made(n, unit=unit, period="2024"), excluded={"secret": n}) for n, unit in enumerate(("R@2025-06-30", "S"), 1)]
    year = Period.parse("2024")
    found = BaselineFinder.over(Fake(*parts), TREE, None, {}).at("x", "R", year, ())
    assert found.measure is not None
    assert (found.measure.unit, found.measure.numerator, found.measure.denominator) == ("R", 3, None)
    assert found.measure.excluded == {"secret": 3}
    assert found.reason.en == "the counts of the units before the merger, added"


@pytest.mark.parametrize("parts", [{"N": Fraction(1)}, {"N": Fraction(0), "O": Fraction(1)}, {"N": Fraction(1, 2), "O": Fraction(1, 2)}])
def test_all_of_a_unit_may_go_somewhere_and_nothing_elsewhere(parts: dict[str, Fraction]) -> None:
    assert BaselineFinder.over(Fake(), TREE, {"C": parts}, {}).shares == {"C": parts}
    with pytest.raises(CchcError, match="«C»"):
        BaselineFinder.over(Fake(), TREE, {"C": {**parts, "P": Fraction(1, 100)}}, {})


def test_windows_of_unlike_length_are_not_compared_and_a_leap_day_makes_none() -> None:
    def status(now: str, before: str) -> tuple[Status, str]:
        [found] = compare([made(5, 10, unit="K", period=now)], Fake(made(4, 10, unit="K", period=before)), units=TREE,
                          baseline_period=Period.parse(before))  # fmt: skip
        return found.status, found.reason.en

    assert status("2024-02-01..2024-02-29", "2023-02-01..2023-02-28") == (Status.OK, "")
    assert status("2024-02-01..2024-03-01", "2023-02-01..2023-02-28") == (Status.NOT_COMPARABLE, "windows of unlike length")
    assert status("2024-02-01..2024-02-29", "2023-Q1") == (Status.NOT_COMPARABLE, "windows of unlike length")


def test_a_definition_is_new_from_its_first_day_on() -> None:
    def refused(now: str, before: str) -> bool:
        finder = BaselineFinder.over(Fake(made(4, unit="K", period=before)), TREE, None, CHANGES)
        return finder.of(made(5, unit="K", period=now), Period.parse(before)).status is Status.NOT_COMPARABLE

    assert refused("2025-01-01..2025-01-01", "2024-12-31..2024-12-31")
    assert not refused("2024-12-31..2024-12-31", "2024-12-30..2024-12-30")
    assert not refused("2025-01-02..2025-01-02", "2025-01-01..2025-01-01")


def test_windows_that_share_their_last_day_overlap() -> None:
    def status(before: str) -> tuple[Status, str]:
        finder = BaselineFinder.over(Fake(made(4, unit="K", period=before)), TREE, None, {})
        found = finder.of(made(5, unit="K", period="2024-03-31..2024-04-29"), Period.parse(before))
        return found.status, found.reason.en

    assert status("2024-03-02..2024-03-31") == (Status.ESTIMATED, "the two periods share the days 2024-03-31 to 2024-03-31")
    assert status("2024-03-01..2024-03-30") == (Status.OK, "")


def test_a_table_carries_its_own_changes_of_definition_and_what_is_made_by_hand_has_those_of_the_catalogue() -> None:
    by_hand = known_changes(Fake())
    assert "online_share" in by_hand
    assert known_changes(Measures.of([made(1)])) == by_hand
