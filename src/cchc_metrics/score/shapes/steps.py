"""Points by steps of a count."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from cchc_metrics.declared import DeclaredModel, Exact
from cchc_metrics.errors import CchcError
from cchc_metrics.score.base import Bounds, PointsAre, worth
from cchc_metrics.score.facts import Facts
from cchc_metrics.score.shapes.one_number import OneNumber
from cchc_metrics.values import Text

_ZERO = Fraction(0)


class Step(DeclaredModel):
    """A count and the points that so many, or more, earn."""

    count: Exact
    points: Exact


class Steps(OneNumber):
    """Count steps: 4 meetings a year 20; 3: 15; 2: 10; 1: 5; else 0. The highest step that is reached counts.

    Args:
        steps: counts with their points, in falling or rising order.
        otherwise: for less than the lowest step.
        points_are: see ``PointsAre``.

    >>> rule = Steps(steps=[{"count": 4, "points": 20}, {"count": 3, "points": 15}, {"count": 2, "points": 10}, {"count": 1, "points": 5}])
    >>> [int(rule.points(Facts({"": n}), Fraction(20))) for n in (5, 4, 1, 0)]
    [20, 20, 5, 0]
    """

    shape: Literal["steps"] = "steps"
    words: ClassVar[Text] = Text("theo bậc số lượng", "by steps of a count")
    no_cases: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {"steps": [{"count": 2, "points": 2}, {"count": 1, "points": 1}]}
    steps: tuple[Step, ...] = Field(min_length=1)
    otherwise: Exact = _ZERO
    points_are: PointsAre = "points"

    @model_validator(mode="after")
    def _order(self) -> Self:
        counts = [step.count for step in self.steps]
        rising, falling = (all(a < b for a, b in pairwise(cs)) for cs in (counts, counts[::-1]))
        if not rising and not falling:
            raise CchcError("các mức phải theo thứ tự và không trùng", "the steps must be in order, without repetition")
        return self

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return the points of the worst and the best step."""
        earned = [worth(points, maximum, self.points_are) for points in (self.otherwise, *(s.points for s in self.steps))]
        return Bounds(min(earned), max(earned))

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the points of the highest step that the number reaches."""
        number = self.number(facts)
        reached = [step for step in self.steps if number >= step.count]
        earned = max(reached, key=lambda step: step.count).points if reached else self.otherwise
        return worth(earned, maximum, self.points_are)
