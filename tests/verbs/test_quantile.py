"""Quantiles from histograms against the sorted cases themselves."""

from __future__ import annotations

import math
import statistics
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.verbs.quantile import twice_quantiles

cases = st.lists(st.lists(st.integers(0, 20), max_size=12), min_size=1, max_size=5)


def histograms(lists: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    values = sorted({v for found in lists for v in found})
    counts = [[found.count(v) for v in values] for found in lists]
    return np.array(values, dtype=np.int64), np.array(counts, dtype=np.int64).reshape(len(lists), len(values))


@given(cases)
def test_the_median_is_that_of_the_cases(lists: list[list[int]]) -> None:
    found = twice_quantiles(*histograms(lists), Fraction(1, 2)).tolist()
    assert found == [int(2 * statistics.median(map(Fraction, one))) if one else -1 for one in lists]


@given(cases, st.sampled_from([Fraction(1, 4), Fraction(3, 4), Fraction(9, 10)]))
def test_other_levels_take_the_nearest_rank(lists: list[list[int]], level: Fraction) -> None:
    found = twice_quantiles(*histograms(lists), level).tolist()
    assert found == [2 * sorted(one)[math.ceil(level * len(one)) - 1] if one else -1 for one in lists]


@pytest.mark.parametrize("level", [Fraction(1, 2), Fraction(9, 10)])
def test_no_value_at_all(level: Fraction) -> None:
    assert twice_quantiles(np.zeros(0, dtype=np.int64), np.zeros((2, 0), dtype=np.int64), level).tolist() == [-1, -1]
