"""What all rules that read one number have in common."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pydantic import Field

from cchc_metrics.declared import DeclaredModel
from cchc_metrics.score.base import Bounds, Need, Shape
from cchc_metrics.score.facts import Facts, NoPointsError, Ratio
from cchc_metrics.values import Status, Text

_ZERO = Fraction(0)
_ONE = Fraction(1)


class Fallback(DeclaredModel):
    """What takes the place of a denominator that is 0 or not known: another count, divided.

    Args:
        input: name of the count (last year's total).
        divide_by: 12 for a month, 4 for a quarter, 1 for a year.
    """

    input: str = Field(min_length=1)
    divide_by: int = Field(default=1, ge=1, strict=True)


class OneNumber(Shape):
    """A rule that reads one number.

    Args:
        input: its name; ``""`` for the criterion's own.
        times: name of a number that it is multiplied by; ``""`` for none.
        fallback: see ``Fallback``; for counts with a denominator only.
    """

    input: str = ""
    times: str = ""
    fallback: Fallback | None = None

    def needs(self) -> Iterator[Need]:
        """Yield the number, its coefficient and the count that may take the place of its denominator."""
        yield Need(self.input, "number")
        if self.times:
            yield Need(self.times, "number")
        if self.fallback:
            yield Need(self.fallback.input, "number")

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return 0 and the maximum."""
        return Bounds(_ZERO, maximum)

    def number(self, facts: Facts) -> Fraction:
        """Return the number that the rule is applied to."""
        factor = facts.number(self.times) if self.times else _ONE
        value = facts.get(self.input)
        if self.fallback and isinstance(value, Ratio) and not value.cases:
            denominator = facts.number(self.fallback.input) / self.fallback.divide_by
            if denominator == 0:
                raise NoPointsError(Status.ZERO_DENOMINATOR, Text("mẫu số thay thế cũng bằng 0", "the denominator in its place is 0 too"))
            return 100 * value.numerator / denominator * factor
        return facts.number(self.input) * factor
