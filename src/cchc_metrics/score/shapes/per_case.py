"""So many points for each case."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import ClassVar, Literal

from cchc_metrics.score.base import Bounds, NotNegative, Positive, within
from cchc_metrics.score.facts import Facts
from cchc_metrics.score.shapes.one_number import OneNumber
from cchc_metrics.values import Text

_ZERO = Fraction(0)


class PerCase(OneNumber):
    """So many points for each case, at most ``cap``: 1 per application, at most 5.

    Args:
        each: points for one case.
        cap: the most that they can bring; None for the maximum.

    >>> PerCase(each=1, cap=5).points(Facts({"": 7}), Fraction(50))
    Fraction(5, 1)
    """

    shape: Literal["per_case"] = "per_case"
    words: ClassVar[Text] = Text("theo từng trường hợp", "for each case")
    no_cases: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {"each": "0,5"}
    each: Positive
    cap: NotNegative | None = None

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return 0 and the cap."""
        return Bounds(_ZERO, maximum if self.cap is None else self.cap)

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return points × cases, up to the cap."""
        return within(self.number(facts) * self.each, _ZERO, self.bounds(maximum).high)
