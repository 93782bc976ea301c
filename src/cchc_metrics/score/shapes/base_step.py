"""A base, and a step for each further unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import ClassVar, Literal

from pydantic import Field

from cchc_metrics.declared import Exact
from cchc_metrics.score.base import NO_LIMIT, Bounds, Limit, Need, Positive, When, within
from cchc_metrics.score.facts import Facts
from cchc_metrics.score.shapes.one_number import OneNumber
from cchc_metrics.values import Text

_ZERO = Fraction(0)
_ONE = Fraction(1)


class BaseStep(OneNumber):
    """A base, and a step for each further unit up or down, with a cap and a multiplier.

    ≤ 3.500 people → 10, each further 100 → +0,5, at most 35: ``base = 10, start = 3500, size = 100, add = 0.5, cap = 35``.
    Only whole steps count, unless ``partial``. The cap and the floor hold first, then the multiplier is applied.

    Args:
        base: points up to the start (down to it, for ``down``).
        start: where steps begin.
        size: what one step is.
        add: points for one step; below 0 takes away.
        direction: whether steps lie above the start or below it.
        cap: the most before the multiplier; None for the maximum.
        floor: the least before the multiplier, or ``"none"``.
        partial: whether part of a step counts in proportion.
        multiplier: what the result is multiplied by.
        multiplier_when: only under this condition; None for always.

    >>> poor = BaseStep(base=2, start="4,5", size=1, add=1, direction="down", cap=5, multiplier="0,75")
    >>> [poor.points(Facts({"": r}), Fraction(5)) for r in (6, Fraction(7, 2), Fraction(1, 2))]
    [Fraction(3, 2), Fraction(9, 4), Fraction(15, 4)]
    """

    shape: Literal["base_step"] = "base_step"
    words: ClassVar[Text] = Text("mức gốc và các bước", "a base and steps")
    no_cases: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {"base": 1, "start": 10, "size": 5, "add": "0,5"}
    base: Exact
    start: Exact
    size: Positive
    add: Exact
    direction: Literal["up", "down"] = "up"
    cap: Exact | None = None
    floor: Limit = _ZERO
    partial: bool = Field(default=False, strict=True)
    multiplier: Positive = _ONE
    multiplier_when: When | None = None

    def needs(self) -> Iterator[Need]:
        """Yield the number and what decides the multiplier."""
        yield from super().needs()
        if self.multiplier_when:
            yield from self.multiplier_when.needs()

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return what the steps lead from and to."""
        cap = maximum if self.cap is None else self.cap
        factors = {self.multiplier, _ONE} if self.multiplier_when else {self.multiplier}
        start = within(self.base, self.floor, cap)
        far = cap if self.add > 0 else start if self.add == 0 else None if self.floor == NO_LIMIT else Fraction(self.floor)
        ends = [end * f for end in (start, far) if end is not None for f in factors]
        return Bounds(None if far is None else min(ends), max(ends))

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the base and its steps, held by floor and cap, times the multiplier."""
        number = self.number(facts)
        beyond = max(number - self.start if self.direction == "up" else self.start - number, _ZERO) / self.size
        steps = beyond if self.partial else Fraction(beyond.numerator // beyond.denominator)
        held = within(self.base + steps * self.add, self.floor, maximum if self.cap is None else self.cap)
        return held * self.multiplier if self.multiplier_when is None or self.multiplier_when.holds(facts) else held
