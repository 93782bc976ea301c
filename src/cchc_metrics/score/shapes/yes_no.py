"""Full marks when a condition holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import ClassVar, Literal

from cchc_metrics.declared import Exact
from cchc_metrics.score.base import Bounds, Need, Shape, When
from cchc_metrics.score.facts import Facts
from cchc_metrics.values import Text

_ZERO = Fraction(0)


class YesNo(Shape):
    """Full marks when a condition holds: the plan has all tasks and funding: 1, else 0.

    Args:
        when: the condition; None for the answer that is named like the criterion.
        full: what it earns; None for the maximum.
        otherwise: what the opposite earns.

    >>> rule = YesNo.model_validate({"when": {"all_of": ["has_tasks", "has_funding"]}})
    >>> rule.points(Facts({"has_tasks": True, "has_funding": False}), Fraction(1))
    Fraction(0, 1)
    """

    shape: Literal["yes_no"] = "yes_no"
    words: ClassVar[Text] = Text("có hoặc không", "yes or no")
    no_cases: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {}
    when: When | None = None
    full: Exact | None = None
    otherwise: Exact = _ZERO

    def needs(self) -> Iterator[Need]:
        """Yield what the condition reads."""
        if self.when is None:
            yield Need("", "flag")
        else:
            yield from self.when.needs()

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return the lesser and the greater of the two."""
        ends = (maximum if self.full is None else self.full, self.otherwise)
        return Bounds(min(ends), max(ends))

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the points of yes or of no."""
        holds = facts.flag("") if self.when is None else self.when.holds(facts)
        return (maximum if self.full is None else self.full) if holds else self.otherwise
