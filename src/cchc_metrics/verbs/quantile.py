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
