"""Exact quantiles from histograms of whole numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from cchc_metrics.records.columns import Array


def quantile_of(values: Array, counts: Array, level: Fraction) -> Fraction | None:
    """Return a quantile of whole numbers given as a histogram, exactly.

    Args:
        values: int64[v], ascending.
        counts: int64[v], how often each occurs.
        level: between 0 and 1. One half is the median: the mean of the two middle cases when their number is even. Every other level takes
            the nearest rank, the smallest value with at least that share of cases at or below it.

    Returns:
        The quantile, or None when there is no case.

    >>> quantile_of(np.array([1, 2, 6]), np.array([1, 1, 1]), Fraction(1, 2))
    Fraction(2, 1)
    >>> quantile_of(np.array([1, 2]), np.array([1, 1]), Fraction(1, 2))
    Fraction(3, 2)
    """
    cumulative = np.cumsum(counts)
    cases = int(cumulative[-1]) if len(cumulative) else 0
    if cases == 0:
        return None

    def at(rank: int) -> int:  # 1-based rank
        return int(values[int(np.searchsorted(cumulative, rank, side="left"))])

    if level == Fraction(1, 2) and cases % 2 == 0:
        return Fraction(at(cases // 2) + at(cases // 2 + 1), 2)
    rank = -(-cases * level.numerator // level.denominator)  # rounded up
    return Fraction(at(max(rank, 1)))


def twice_quantiles(values: Array, counts: Array, level: Fraction) -> Array:
    """Return twice the quantile of many histograms at once, so that a median between two values stays whole; see ``quantile_of``.

    Args:
        values: int64[v], ascending.
        counts: int64[n, v].
        level: between 0 and 1.

    Returns:
        int64[n]; −1 where there is no case.

    >>> twice_quantiles(np.array([1, 2, 6]), np.array([[1, 1, 1], [1, 1, 0], [0, 0, 0]]), Fraction(1, 2)).tolist()
    [4, 3, -1]
    """
    cumulative = np.cumsum(counts, axis=1)
    if not len(values):
        return np.full(len(counts), -1, dtype=np.int64)
    cases = cumulative[:, -1]

    def at(rank: Array) -> Array:  # 1-based ranks
        found: Array = values[np.minimum((cumulative < rank[:, None]).sum(axis=1), len(values) - 1)]
        return found

    if level == Fraction(1, 2):
        twice = at((cases + 1) // 2) + at(cases // 2 + 1)
    else:
        twice = 2 * at(np.maximum(-(-cases * level.numerator // level.denominator), 1))
    return np.where(cases > 0, twice, -1)
