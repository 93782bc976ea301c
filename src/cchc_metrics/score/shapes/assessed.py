"""Points that an assessor gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import ClassVar, Literal

from cchc_metrics.errors import InputError
from cchc_metrics.score.base import Bounds, Need, Shape
from cchc_metrics.score.facts import Facts, GivenPoints
from cchc_metrics.tables.numbers import exact_text
from cchc_metrics.values import Text

_ZERO = Fraction(0)


class Assessed(Shape):
    """Points that an assessor gives, without a rule: the input is the points, 0 to the maximum.

    Args:
        input: name of the input; ``""`` for the criterion's own.

    >>> Assessed().points(Facts({"": Fraction(3, 4)}), Fraction(1))
    Fraction(3, 4)
    """

    shape: Literal["assessed"] = "assessed"
    words: ClassVar[Text] = Text("điểm chấm trực tiếp", "given by an assessor")
    no_cases: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {}
    input: str = ""

    def needs(self) -> Iterator[Need]:
        """Yield the points."""
        yield Need(self.input, "number")

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return 0 and the maximum."""
        return Bounds(_ZERO, maximum)

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the points as they were given; outside 0 to the maximum they are an ``InputError``."""
        value = facts.get(self.input)
        points = value.points if isinstance(value, GivenPoints) else facts.number(self.input)
        if not 0 <= points <= maximum:
            raise InputError(
                f"{exact_text(points)} điểm nằm ngoài 0 – {exact_text(maximum)}",
                f"{exact_text(points)} points lie outside 0 – {exact_text(maximum)}",
            )
        return points
