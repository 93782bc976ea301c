"""Points in proportion to a number, and none below a threshold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import ClassVar, Literal

from pydantic import Field

from cchc_metrics.declared import Exact
from cchc_metrics.declared.lines import Path
from cchc_metrics.score.base import Positive, within
from cchc_metrics.score.facts import Facts
from cchc_metrics.score.shapes.one_number import OneNumber
from cchc_metrics.values import Text

_ZERO = Fraction(0)
_ONE = Fraction(1)
_HUNDRED = Fraction(100)


class ThresholdLinear(OneNumber):
    """0 below a threshold, else rate × maximum.

    Args:
        threshold: the lowest number that earns points.
        threshold_earns: whether the threshold itself does.
        full: the number that earns the maximum.

    >>> [ThresholdLinear(threshold=80).points(Facts({"": r}), Fraction(2)) for r in (79, 80, 90)]
    [Fraction(0, 1), Fraction(8, 5), Fraction(9, 5)]
    """

    shape: Literal["threshold_linear"] = "threshold_linear"
    words: ClassVar[Text] = Text("theo tỷ lệ, từ một ngưỡng", "in proportion from a threshold")
    no_cases: ClassVar[bool] = True
    example: ClassVar[Mapping[str, object]] = {"threshold": 80}
    threshold: Exact
    threshold_earns: bool = Field(default=True, strict=True)
    full: Positive = _HUNDRED

    def rising(self) -> Iterator[tuple[Path, Fraction]]:
        """Yield the bounds from which on the number earns more, or all."""
        yield ("threshold",), self.threshold
        yield ("full",), self.full

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return 0 below the threshold, else the number's share of ``full``, of the maximum."""
        number = self.number(facts)
        if number < self.threshold or (number == self.threshold and not self.threshold_earns):
            return _ZERO
        return maximum * within(number / self.full, _ZERO, _ONE)
