"""A violation leads to zero."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar, Literal

from cchc_metrics.score.base import Bounds, Inner, Need, NotNegative, Shape, When
from cchc_metrics.score.facts import Facts
from cchc_metrics.values import Text

_ZERO = Fraction(0)

if TYPE_CHECKING:
    from cchc_metrics.score.shapes import AnyShape


class ZeroIf(Shape):
    """A violation leads to zero, or to zero and a further deduction: one document not issued: 0; "0 and −0,25".

    Args:
        when: the violation.
        further: what is taken beyond zero.
        rule: what counts without the violation; None for the maximum.

    >>> rule = ZeroIf.model_validate({"when": {"input": "not_issued", "at_least": 1}, "further": "0,25"})
    >>> [rule.points(Facts({"not_issued": n}), Fraction(1)) for n in (0, 1)]
    [Fraction(1, 1), Fraction(-1, 4)]
    """

    shape: Literal["zero_if"] = "zero_if"
    words: ClassVar[Text] = Text("vi phạm thì không điểm", "zero on a violation")
    no_cases: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {"when": "not_issued", "rule": {"shape": "linear", "input": "rate"}}
    when: When
    further: NotNegative = _ZERO
    rule: AnyShape | None = None

    def needs(self) -> Iterator[Need]:
        """Yield what the violation and the rule read."""
        yield from self.when.needs()
        if self.rule is not None:
            yield from self.rule.needs()

    def inner(self) -> Iterator[Inner]:
        """Yield the rule, where there is one."""
        if self.rule is not None:
            yield Inner(("rule",), self.rule)

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return the bounds of the rule, with zero less the further deduction."""
        ends = Bounds(maximum, maximum) if self.rule is None else self.rule.bounds(maximum)
        return Bounds(None if ends.low is None else min(ends.low, -self.further), max(ends.high, -self.further))

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return what the violation leaves, or what the rule earns."""
        if self.when.holds(facts):
            return -self.further
        return maximum if self.rule is None else self.rule.points(facts, maximum)

    def doubt(self, facts: Facts) -> Text | None:
        """Return the rule's doubt."""
        return None if self.rule is None else self.rule.doubt(facts)
