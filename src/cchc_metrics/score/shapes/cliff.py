"""All at full marks, a fixed part close below, nothing further down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from cchc_metrics.declared import Exact
from cchc_metrics.declared.lines import Path
from cchc_metrics.errors import CchcError
from cchc_metrics.score.base import Bounds, NotNegative, PointsAre, worth
from cchc_metrics.score.facts import Facts
from cchc_metrics.score.shapes.one_number import OneNumber
from cchc_metrics.values import Text

_ZERO = Fraction(0)
_HUNDRED = Fraction(100)


class Cliff(OneNumber):
    """All at full marks, a fixed part close below, nothing further down: 100 % → 3; 90–<100 → 1,5; <90 → 0.

    Args:
        full_from: the lowest number that earns the maximum.
        part_from: the lowest number that earns the part.
        part: what it earns, in points or as a share.

    >>> rule = Cliff(full_from=100, part_from=90, part="1,5")
    >>> [rule.points(Facts({"": r}), Fraction(3)) for r in (100, Fraction(9999, 100), 90, 89)]
    [Fraction(3, 1), Fraction(3, 2), Fraction(3, 2), Fraction(0, 1)]
    """

    shape: Literal["cliff"] = "cliff"
    words: ClassVar[Text] = Text("đủ điểm, một phần hoặc không điểm", "all, a part or nothing")
    no_cases: ClassVar[bool] = True
    example: ClassVar[Mapping[str, object]] = {"part_from": 90, "part": 1}
    full_from: Exact = _HUNDRED
    part_from: Exact
    part: NotNegative
    points_are: PointsAre = "points"

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.part_from >= self.full_from:
            raise CchcError("part_from phải nhỏ hơn full_from", "part_from must be below full_from")
        return self

    def rising(self) -> Iterator[tuple[Path, Fraction]]:
        """Yield the bounds from which on the number earns more, or all."""
        yield ("full_from",), self.full_from
        yield ("part_from",), self.part_from

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return 0 and the maximum, or the part if that is more."""
        return Bounds(_ZERO, max(maximum, worth(self.part, maximum, self.points_are)))

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the maximum, the part or 0."""
        number = self.number(facts)
        if number >= self.full_from:
            return maximum
        return worth(self.part, maximum, self.points_are) if number >= self.part_from else _ZERO
