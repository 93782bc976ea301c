"""Parts that are added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import ClassVar, Literal

from pydantic import Field

from cchc_metrics.declared import Exact
from cchc_metrics.score.base import NO_LIMIT, Bounds, Inner, Limit, Need, Shape, within
from cchc_metrics.score.facts import Facts
from cchc_metrics.score.shapes.part import Part
from cchc_metrics.values import Text

_ZERO = Fraction(0)


class Sum(Shape):
    """Parts that are added: 0,1 + 0,1 + 0,1; or rate × 45 + 1 per application, at most 5.

    Args:
        parts: the parts.
        cap: the most that they bring together; None for the maximum.
        floor: the least, 0 if not given, or ``"none"``.

    >>> rule = Sum.model_validate({"parts": [
    ...     {"max": 45, "rule": {"shape": "linear", "input": "adopted"}},
    ...     {"max": 5, "rule": {"shape": "per_case", "input": "applications", "each": 1}}]})
    >>> rule.points(Facts({"adopted": 80, "applications": 7}), Fraction(50))
    Fraction(41, 1)
    """

    shape: Literal["sum"] = "sum"
    words: ClassVar[Text] = Text("tổng các phần", "parts added")
    no_cases: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {
        "parts": [{"max": 1, "rule": {"shape": "linear", "input": "rate"}}, {"rule": {"shape": "per_case", "input": "cases", "each": 1}}]
    }
    parts: tuple[Part, ...] = Field(min_length=1)
    cap: Exact | None = None
    floor: Limit = _ZERO

    def needs(self) -> Iterator[Need]:
        """Yield what the parts read."""
        for part in self.parts:
            yield from part.rule.needs()

    def inner(self) -> Iterator[Inner]:
        """Yield the rules inside, as ``check_scheme`` goes through them."""
        for n, part in enumerate(self.parts):
            yield Inner(("parts", n, "rule"), part.rule, part.max, no_case_said=part.no_case is not None)

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return the sums of the parts' bounds, held by floor and cap."""
        ends = [part.bounds(maximum) for part in self.parts]
        cap = maximum if self.cap is None else self.cap
        lows = [end.low for end in ends if end.low is not None]
        low = None if self.floor == NO_LIMIT else Fraction(self.floor)
        if len(lows) == len(ends):
            low = within(sum(lows, _ZERO), self.floor, cap)
        return Bounds(low, within(sum((end.high for end in ends), _ZERO), self.floor, cap))

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the sum of the parts, held by floor and cap."""
        total = sum((part.points(facts, maximum) for part in self.parts), _ZERO)
        return within(total, self.floor, maximum if self.cap is None else self.cap)

    def doubt(self, facts: Facts) -> Text | None:
        """Return the first part's doubt."""
        return next(filter(None, (part.rule.doubt(facts) for part in self.parts)), None)
