"""Exact quantiles from histograms of whole numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from cchc_metrics.records.columns import Array


def twice_quantiles(values: Array, counts: Array, level: Fraction) -> Array:
    """Return twice the quantile of many histograms at once, exactly: doubled, a median between two whole numbers stays whole.

    Args:
        values: int64[v], ascending.
        counts: int[n, v], how often each occurs in each histogram.
        level: between 0 and 1. One half is the median: the mean of the two middle cases when their number is even. Every other level takes
            the nearest rank, the smallest value with at least that share of cases at or below it.

    Returns:
        int64[n]; −1 where there is no case.

    >>> twice_quantiles(np.array([1, 2, 6]), np.array([[1, 1, 1], [1, 1, 0], [0, 0, 0]]), Fraction(1, 2)).tolist()
    [4, 3, -1]
    """
    if not len(values):
        return np.full(len(counts), -1, dtype=np.int64)
    cumulative = np.array(counts.T, order="C")  # value after value, so that each step is over all histograms at once
    for row in range(1, len(cumulative)):
        cumulative[row] += cumulative[row - 1]
    cases = cumulative[-1]

    def at(rank: Array) -> Array:  # 1-based ranks
        found: Array = values[np.minimum((cumulative < rank).sum(axis=0), len(values) - 1)]
        return found

    if level == Fraction(1, 2):
        twice = at((cases + 1) // 2) + at(cases // 2 + 1)
    else:
        twice = 2 * at(np.maximum(-(-cases * level.numerator // level.denominator), 1))  # rounded up
    return np.where(cases > 0, twice, -1)
