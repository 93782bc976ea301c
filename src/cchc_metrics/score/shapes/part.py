"""A rule inside another."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from cchc_metrics.declared import DeclaredModel
from cchc_metrics.score.base import Bounds, NotNegative
from cchc_metrics.score.facts import Facts, NoPointsError
from cchc_metrics.values import Status

_ZERO = Fraction(0)

if TYPE_CHECKING:
    from cchc_metrics.score.shapes import AnyShape


class Part(DeclaredModel):
    """A rule inside another.

    Args:
        vi, en: its name, where it has one.
        max: the maximum that the rule works with; None for the criterion's.
        no_case: what it earns when there were no cases; None to leave that to the criterion.
        rule: the rule.
    """

    vi: str = ""
    en: str = ""
    max: NotNegative | None = None
    no_case: Literal["full", "zero"] | None = None
    rule: AnyShape

    def own_max(self, maximum: Fraction) -> Fraction:
        """Return the maximum that the rule works with."""
        return maximum if self.max is None else self.max

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return the bounds of the rule."""
        return self.rule.bounds(self.own_max(maximum))

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the points of the rule; without cases what ``no_case`` says."""
        try:
            return self.rule.points(facts, self.own_max(maximum))
        except NoPointsError as error:
            if error.status is not Status.ZERO_DENOMINATOR or self.no_case is None:
                raise
            return self.own_max(maximum) if self.no_case == "full" else _ZERO
