"""Points in proportion to a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import ClassVar, Literal

from cchc_metrics.declared.lines import Path
from cchc_metrics.score.base import Positive, within
from cchc_metrics.score.facts import Facts
from cchc_metrics.score.shapes.one_number import OneNumber
from cchc_metrics.values import Text

_ZERO = Fraction(0)
_ONE = Fraction(1)
_HUNDRED = Fraction(100)


class Linear(OneNumber):
    """``points = a/b × maximum``; never below 0 or above the maximum.

    Args:
        full: the number that earns the maximum, 100 for a rate.

    >>> from cchc_metrics.score.facts import Ratio
    >>> Linear().points(Facts({"": Ratio(4358, 4474)}), Fraction(20)) == Fraction(4358 * 20, 4474)
    True
    """

    shape: Literal["linear"] = "linear"
    words: ClassVar[Text] = Text("theo tỷ lệ", "in proportion")
    no_cases: ClassVar[bool] = True
    example: ClassVar[Mapping[str, object]] = {}
    full: Positive = _HUNDRED

    def rising(self) -> Iterator[tuple[Path, Fraction]]:
        """Yield the bounds from which on the number earns more, or all."""
        yield ("full",), self.full

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the number's share of ``full``, of the maximum."""
        return maximum * within(self.number(facts) / self.full, _ZERO, _ONE)
