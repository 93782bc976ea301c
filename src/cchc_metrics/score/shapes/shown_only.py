"""An indicator that is shown and earns nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import ClassVar, Literal

from cchc_metrics.score.base import Bounds, Need, Shape
from cchc_metrics.score.facts import Facts
from cchc_metrics.values import Text

_ZERO = Fraction(0)


class ShownOnly(Shape):
    """An indicator that is shown and earns nothing (2.2 and 5.1 of QĐ 766).

    Args:
        input: name of the number; ``""`` for the criterion's own. It may be missing.

    >>> ShownOnly().points(Facts({}), Fraction(0))
    Fraction(0, 1)
    """

    shape: Literal["shown_only"] = "shown_only"
    words: ClassVar[Text] = Text("chỉ hiển thị", "shown only")
    no_cases: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {}
    shown_only: ClassVar[bool] = True
    input: str = ""

    def needs(self) -> Iterator[Need]:
        """Yield the number."""
        yield Need(self.input, "number")

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return 0 and 0."""
        del maximum
        return Bounds(_ZERO, _ZERO)

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return 0."""
        del facts, maximum
        return _ZERO
