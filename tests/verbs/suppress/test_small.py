"""Rows with small numbers are not published; all others are as they were."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.errors import CchcError
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.values import REASONS, Measure, Status, Text, join_reasons
from cchc_metrics.verbs.measures import STATUSES, Measures
from cchc_metrics.verbs.suppress import suppress
from cchc_metrics.verbs.suppress.small import WITHHELD

YEAR = Period.parse("2021")
TREE = UnitTree([Unit(code="TM", name="Tháp Mười", level="district")])
CATALOGUE = default_catalogue()


def one(numerator: int | None, denominator: int | None = None, indicator: str = "resolved_on_time", **more: Any) -> Measure:
    more = {"status": Status.OK, "scale": CATALOGUE[indicator].scale, **more}
    return Measure(indicator, "TM", YEAR, (), date(2022, 1, 1), numerator=numerator, denominator=denominator, **more)


def shown(measure: Measure, below: int = 5) -> bool | str:
    """Return whether a measure is published; ``figure`` where only its figure is."""
    found = suppress(Measures.of([measure]), below, units=TREE, catalogue=CATALOGUE)
    kept = found[measure.indicator, "TM"]
    if is_without_notes(kept, measure):
        return "figure"
    assert kept == measure or (
        (kept.status, kept.reason, kept.value, kept.numerator, kept.denominator, dict(kept.excluded), kept.quantile)
        == (Status.SUPPRESSED, REASONS[Status.SUPPRESSED], None, None, None, {}, None)
    )
    return kept == measure


def is_without_notes(after: Measure, before: Measure) -> bool:
    """Return whether a measure is as it was but for the numbers of cases that are not in its figure, and says so."""
    kept = join_reasons(before.reason, WITHHELD), WITHHELD
    return after.reason in kept and after == replace(before, reason=after.reason, excluded={})


@pytest.mark.parametrize(
    ("measure", "published"),
    [
        (one(95, 100), True),
        (one(0, 100), True),
        (one(100, 100), True),
        (one(4, 100), False),
        (one(96, 100), False),  # four that were late
        (one(104, 100), False),  # over 100 %
        (one(1, 4), False),
        (one(0, 4), False),
        (one(0, 0, status=Status.ZERO_DENOMINATOR), True),
        (one(0, 0, status=Status.ZERO_DENOMINATOR, excluded={"no_due_date": 3}), "figure"),
        (one(50, 100, excluded={"no_due_date": 4}), "figure"),
        (one(50, 100, excluded={"no_due_date": 40, "start_unknown": 4}), "figure"),
        (one(4, 100, excluded={"no_due_date": 4}), False),
        (one(50, 100, excluded={"no_due_date": 5, "start_unknown": 0}), True),
        (one(4, None, "dossiers_received"), False),
        (one(5, None, "dossiers_received"), True),
        (one(None, None, status=Status.NO_DATA), True),
        (one(3, None, "dossiers_postal", status=Status.NO_DATA), False),  # counts without a value
        (one(2, None, "petitions_received", status=Status.NOT_APPLICABLE), False),
        (one(2, None, "staff_disciplined", status=Status.ENTERED), False),
        (one(4, None, "turnaround_median", quantile=Fraction(5, 2)), False),
        (one(9, None, "turnaround_median", quantile=Fraction(5, 2)), True),
        (one(20, 21, "turnaround_mean"), True),  # days of 21 cases: no complement
        (one(20, 4, "turnaround_mean"), False),
        (one(1, 1, "outreach_active_units"), True),  # offices are no persons
        (one(12, 13, "outreach_active_units"), True),
        (one(2, 13, "initiative_replication"), True),
        (one(3, None, "procedures_in_force"), True),
        (
            one(50, 100, status=Status.ESTIMATED, reason=Text("chưa chính xác", "not exact: 4 cases that could change it do not say")),
            "figure",
        ),
        (one(50, 100, status=Status.ESTIMATED, reason=Text("chưa chính xác", "not exact: 14 cases that could change it do not say")), True),
    ],
)
def test_a_row_with_a_small_number_is_not_published(measure: Measure, published: bool | str) -> None:
    assert shown(measure) is published


def test_the_least_count_is_the_one_that_is_asked_for() -> None:
    assert [below for below in range(2, 12) if shown(one(5, None, "dossiers_received"), below)] == [2, 3, 4, 5]


@pytest.mark.parametrize("below", [1, 0, -5, True, 2.5, "5", None])
def test_what_is_no_least_count_is_refused(below: Any) -> None:
    with pytest.raises(CchcError, match="at least 2"):
        suppress(Measures.of([one(5, 10)]), below, units=TREE, catalogue=CATALOGUE)


def test_nothing_is_not_published_of_nothing() -> None:
    assert len(suppress(Measures.of([]), 5, units=TREE, catalogue=CATALOGUE)) == 0


def test_it_is_the_worst_status_and_has_no_value() -> None:
    assert STATUSES[-1] is Status.SUPPRESSED
    assert not Status.SUPPRESSED.usable


COUNTS = st.none() | st.integers(0, 12)


@given(
    st.lists(st.tuples(COUNTS, COUNTS, st.dictionaries(st.sampled_from(["no_due_date", "start_unknown"]), st.integers(1, 9)))),
    st.integers(2, 6),
)
def test_every_row_is_as_it_was_or_without_numbers(rows: list[tuple[int | None, int | None, dict[str, int]]], below: int) -> None:
    table = Measures.of([one(n, d, excluded=left_out) for n, d, left_out in rows])
    found = suppress(table, below, units=TREE, catalogue=CATALOGUE)
    assert len(found) == len(table)
    for before, after in zip(table, found, strict=True):
        if after.status is Status.SUPPRESSED:
            assert (after.numerator, after.denominator, after.value, dict(after.excluded)) == (None, None, None, {})
            assert after.key == before.key
        else:
            assert after == before or is_without_notes(after, before)
            numbers = [after.numerator, after.denominator, *after.excluded.values()]
            if after.numerator is not None and after.denominator is not None:
                numbers.append(abs(after.denominator - after.numerator))
            assert not [n for n in numbers if n and 0 < n < below]
    again = suppress(found, below, units=TREE, catalogue=CATALOGUE)
    assert list(again) == list(found)
    assert np.array_equal(again.status, found.status)
