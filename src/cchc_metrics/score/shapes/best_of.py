"""The best of alternatives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import ClassVar, Literal

from pydantic import Field

from cchc_metrics.score.base import Bounds, Inner, Need, Shape
from cchc_metrics.score.facts import Facts, NoPointsError
from cchc_metrics.score.shapes.part import Part
from cchc_metrics.values import Status, Text


class BestOf(Shape):
    """The best of alternatives: the case with the highest points counts.

    An alternative that does not apply is passed over. One whose input is missing leaves the result unknown, unless another already earns
    the most that any could.

    Args:
        alternatives: two or more.

    >>> rule = BestOf.model_validate({"alternatives": [
    ...     {"rule": {"shape": "linear", "input": "rate"}}, {"rule": {"shape": "yes_no", "when": "award", "full": 1}}]})
    >>> rule.points(Facts({"rate": 40, "award": True}), Fraction(2))
    Fraction(1, 1)
    """

    shape: Literal["best_of"] = "best_of"
    words: ClassVar[Text] = Text("phương án cao nhất", "the best of alternatives")
    no_cases: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {
        "alternatives": [{"rule": {"shape": "linear", "input": "rate"}}, {"rule": {"shape": "yes_no", "when": "award"}}]
    }
    alternatives: tuple[Part, ...] = Field(min_length=2)

    def needs(self) -> Iterator[Need]:
        """Yield what the alternatives read."""
        for part in self.alternatives:
            yield from part.rule.needs()

    def inner(self) -> Iterator[Inner]:
        """Yield the rules inside, as ``check_scheme`` goes through them."""
        for n, part in enumerate(self.alternatives):
            yield Inner(("alternatives", n, "rule"), part.rule, part.max, no_case_said=part.no_case is not None)

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return the lowest and the highest points of any alternative: the others may not apply."""
        ends = [part.bounds(maximum) for part in self.alternatives]
        lows = [end.low for end in ends if end.low is not None]
        return Bounds(min(lows) if len(lows) == len(ends) else None, max(end.high for end in ends))

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the highest points that an alternative earns."""
        best: Fraction | None = None
        missing: NoPointsError | None = None
        for part in self.alternatives:
            try:
                earned = part.points(facts, maximum)
            except NoPointsError as error:
                if missing is None or missing.status is Status.NOT_APPLICABLE:
                    missing = error
            else:
                best = earned if best is None else max(best, earned)
        if missing is not None and (best is None or (missing.status is not Status.NOT_APPLICABLE and best < self.bounds(maximum).high)):
            raise missing
        assert best is not None  # noqa: S101  there are alternatives, and each either earned points or is missing
        return best

    def doubt(self, facts: Facts) -> Text | None:
        """Return the first alternative's doubt."""
        return next(filter(None, (part.rule.doubt(facts) for part in self.alternatives)), None)
