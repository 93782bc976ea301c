"""Ranges of numbers of which each end says whether it belongs to the range; and what a list of them leaves open or covers twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Self, TypeAlias

from pydantic import model_validator

from cchc_metrics.declared import DeclaredModel, Exact
from cchc_metrics.errors import CchcError
from cchc_metrics.tables.numbers import exact_text
from cchc_metrics.values import Text

# A cut lies just below a number (…, 0) or just above it (…, 1); infinite cuts have -1 or 1 in front. Cuts compare as they lie on the line.
Cut: TypeAlias = tuple[int, Fraction, int]
_BELOW_ALL: Cut = (-1, Fraction(0), 0)
_ABOVE_ALL: Cut = (1, Fraction(0), 0)


class Interval(DeclaredModel):
    """A range of numbers; at most one of the first two ends and one of the last two.

    Args:
        at_least: lower end, in the range (≥).
        more_than: lower end, not in the range (>).
        at_most: upper end, in the range (≤).
        less_than: upper end, not in the range (<).

    >>> Interval(at_least=70, at_most=90).holds(Fraction(90)), Interval(at_least=70, less_than=90).holds(Fraction(90))
    (True, False)
    """

    at_least: Exact | None = None
    more_than: Exact | None = None
    at_most: Exact | None = None
    less_than: Exact | None = None

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.at_least is not None and self.more_than is not None:
            raise CchcError("chọn at_least hoặc more_than, không cả hai", "at_least or more_than, not both")
        if self.at_most is not None and self.less_than is not None:
            raise CchcError("chọn at_most hoặc less_than, không cả hai", "at_most or less_than, not both")
        if self.low >= self.high:
            raise CchcError(f"khoảng {self} không có số nào", f"the range {self} holds no number")
        return self

    @property
    def low(self) -> Cut:
        """Where the range begins."""
        if self.at_least is not None:
            return (0, self.at_least, 0)
        return _BELOW_ALL if self.more_than is None else (0, self.more_than, 1)

    @property
    def high(self) -> Cut:
        """Where the range ends."""
        if self.at_most is not None:
            return (0, self.at_most, 1)
        return _ABOVE_ALL if self.less_than is None else (0, self.less_than, 0)

    @property
    def ends(self) -> tuple[Fraction, ...]:
        """The ends that were given: what a number that is printed beside the range must be told apart from."""
        return tuple(end for end in (self.at_least, self.more_than, self.at_most, self.less_than) if end is not None)

    @property
    def bounded(self) -> bool:
        """Whether any end was given."""
        return (self.low, self.high) != (_BELOW_ALL, _ABOVE_ALL)

    def holds(self, value: Fraction) -> bool:
        """Return whether a number lies in the range."""
        return self.low <= (0, value, 0) < self.high

    def __str__(self) -> str:
        return _written(self.low, self.high)


def gaps(ranges: Sequence[Interval], lowest: Fraction, highest: Fraction) -> Iterator[Text]:
    """Yield the parts between two numbers, both included, that no range holds.

    Args:
        ranges: in any order.
        lowest: the first number that must lie in a range.
        highest: the last.

    >>> [g.en for g in gaps([Interval(less_than=70), Interval(more_than=70)], Fraction(0), Fraction(100))]
    ['70']
    """
    reached: Cut = (0, lowest, 0)
    end: Cut = (0, highest, 1)
    for low, high in sorted((r.low, r.high) for r in ranges):
        if low > reached and reached < end:
            yield _both(reached, min(low, end))
        reached = max(reached, high)
    if reached < end:
        yield _both(reached, end)


def overlaps(ranges: Sequence[Interval]) -> Iterator[tuple[int, int, Text]]:
    """Yield each pair of ranges (0-based positions) that hold a number in common, with what they share.

    >>> [(a, b, t.en) for a, b, t in overlaps([Interval(at_least=90), Interval(at_least=70, at_most=90)])]
    [(0, 1, '90')]
    """
    for a, first in enumerate(ranges):
        for b, second in enumerate(ranges[a + 1 :], start=a + 1):
            low, high = max(first.low, second.low), min(first.high, second.high)
            if low < high:
                yield a, b, _both(low, high)


def _both(low: Cut, high: Cut) -> Text:
    written = _written(low, high)
    return Text(written.replace(".", ","), written)


def _written(low: Cut, high: Cut) -> str:
    if low[0] == 0 == high[0] and low[1] == high[1]:
        return exact_text(low[1])
    parts = []
    if low[0] == 0:
        parts.append(("> " if low[2] else "≥ ") + exact_text(low[1]))
    if high[0] == 0:
        parts.append(("≤ " if high[2] else "< ") + exact_text(high[1]))
    return ", ".join(parts) or "−∞ … ∞"
