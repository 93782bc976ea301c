"""Full marks at a target, in proportion below it."""

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


class FullAt(OneNumber):
    """Full marks at a target, in proportion below it: the maximum if R ≥ t, else maximum × R/t (``threshold t`` of QĐ 766).

    Args:
        target: t.

    >>> FullAt(target=80).points(Facts({"": 40}), Fraction(2)), FullAt(target=80).points(Facts({"": 85}), Fraction(2))
    (Fraction(1, 1), Fraction(2, 1))
    """

    shape: Literal["full_at"] = "full_at"
    words: ClassVar[Text] = Text("đủ điểm từ mục tiêu", "full marks at a target")
    no_cases: ClassVar[bool] = True
    example: ClassVar[Mapping[str, object]] = {"target": 95}
    target: Positive

    def rising(self) -> Iterator[tuple[Path, Fraction]]:
        """Yield the bounds from which on the number earns more, or all."""
        yield ("target",), self.target

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the number's share of the target, of the maximum."""
        return maximum * within(self.number(facts) / self.target, _ZERO, _ONE)
