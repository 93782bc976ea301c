"""Points in proportion to the way from one number to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from cchc_metrics.declared import Exact
from cchc_metrics.declared.lines import Path
from cchc_metrics.errors import CchcError
from cchc_metrics.score.base import within
from cchc_metrics.score.facts import Facts
from cchc_metrics.score.shapes.one_number import OneNumber
from cchc_metrics.values import Text

_ZERO = Fraction(0)
_ONE = Fraction(1)


class Between(OneNumber):
    """Linear between two bounds: 0 at one, the maximum at the other, in either order (lower may be better).

    Args:
        zero_at: the number that earns 0.
        full_at: the number that earns the maximum.

    >>> rule = Between(zero_at=10, full_at=2)
    >>> [rule.points(Facts({"": days}), Fraction(4)) for days in (12, 10, 4, 1)]
    [Fraction(0, 1), Fraction(0, 1), Fraction(3, 1), Fraction(4, 1)]
    """

    shape: Literal["between"] = "between"
    words: ClassVar[Text] = Text("theo tỷ lệ giữa hai mốc", "in proportion between two numbers")
    no_cases: ClassVar[bool] = True
    example: ClassVar[Mapping[str, object]] = {"zero_at": 50, "full_at": 100}
    zero_at: Exact
    full_at: Exact

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.zero_at == self.full_at:
            raise CchcError("zero_at và full_at phải khác nhau", "zero_at and full_at must differ")
        return self

    def rising(self) -> Iterator[tuple[Path, Fraction]]:
        """Yield the number that earns the maximum, unless less earns more."""
        if self.full_at > self.zero_at:
            yield ("full_at",), self.full_at

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the way from ``zero_at`` to ``full_at`` that the number has gone, of the maximum."""
        return maximum * within((self.number(facts) - self.zero_at) / (self.full_at - self.zero_at), _ZERO, _ONE)
