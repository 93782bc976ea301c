"""A deduction for each violation."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import ClassVar, Literal

from cchc_metrics.declared import Exact
from cchc_metrics.score.base import NO_LIMIT, Bounds, Limit, PointsAre, Positive, within, worth
from cchc_metrics.score.facts import Facts
from cchc_metrics.score.shapes.one_number import OneNumber
from cchc_metrics.values import Text

_ZERO = Fraction(0)


class Deduct(OneNumber):
    """A deduction for each violation, in points or as a share of the maximum: each failed assessment takes 25 % of the item.

    Args:
        each: what one violation takes, more than 0.
        points_are: see ``PointsAre``; of ``each`` only.
        start: what there is without violations; None for the maximum. 0 for penalties.
        floor: the least that remains, 0 if not given; a negative number, or ``"none"``, lets the score go below zero.

    >>> Deduct(each="0,25", points_are="share").points(Facts({"": 3}), Fraction(2))
    Fraction(1, 2)
    >>> Deduct(each="0,5", start=0, floor="none").points(Facts({"": 3}), Fraction(0))
    Fraction(-3, 2)
    """

    shape: Literal["deduct"] = "deduct"
    words: ClassVar[Text] = Text("trừ điểm", "deductions")
    no_cases: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {"each": "0,25"}
    each: Positive
    points_are: PointsAre = "points"
    start: Exact | None = None
    floor: Limit = _ZERO

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return the floor and the start."""
        return Bounds(None if self.floor == NO_LIMIT else Fraction(self.floor), maximum if self.start is None else self.start)

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the start less the deductions, down to the floor."""
        start = self.bounds(maximum).high
        return within(start - max(self.number(facts), _ZERO) * worth(self.each, maximum, self.points_are), self.floor, start)
