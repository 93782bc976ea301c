"""Shapes that turn one number into points: bands, steps, lines, thresholds, deductions, and comparison with other units.

A number is a rate in percent (of counts and measures), a count, or any exact number. ``input`` names it; without it the rule reads the
input that is named like the criterion. ``times`` names a second number that the first is multiplied by (a coefficient).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Literal, Self

from pydantic import Field, model_validator

from cchc_metrics.declared import DeclaredModel, Exact
from cchc_metrics.errors import CchcError
from cchc_metrics.score.base import NO_LIMIT, Bounds, Limit, Need, NotNegative, PointsAre, Positive, Shape, When, within, worth
from cchc_metrics.score.facts import Facts, NoPointsError, Ratio
from cchc_metrics.score.intervals import Interval
from cchc_metrics.tables.numbers import format_number
from cchc_metrics.values import Status, Text

_ZERO, _ONE, _HUNDRED = Fraction(0), Fraction(1), Fraction(100)


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


class Linear(OneNumber):
    """``points = a/b × maximum``; never below 0 or above the maximum.

    Args:
        full: the number that earns the maximum, 100 for a rate.

    >>> Linear().points(Facts({"": Ratio(4358, 4474)}), Fraction(20)) == Fraction(4358 * 20, 4474)
    True
    """

    shape: Literal["linear"] = "linear"
    full: Positive = _HUNDRED

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the number's share of ``full``, of the maximum."""
        return maximum * within(self.number(facts) / self.full, _ZERO, _ONE)


class ThresholdLinear(OneNumber):
    """0 below a threshold, else rate × maximum.

    Args:
        threshold: the lowest number that earns points.
        threshold_earns: whether the threshold itself does.
        full: the number that earns the maximum.

    >>> [ThresholdLinear(threshold=80).points(Facts({"": r}), Fraction(2)) for r in (79, 80, 90)]
    [Fraction(0, 1), Fraction(8, 5), Fraction(9, 5)]
    """

    shape: Literal["threshold_linear"] = "threshold_linear"
    threshold: Exact
    threshold_earns: bool = Field(default=True, strict=True)
    full: Positive = _HUNDRED

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return 0 below the threshold, else the number's share of ``full``, of the maximum."""
        number = self.number(facts)
        if number < self.threshold or (number == self.threshold and not self.threshold_earns):
            return _ZERO
        return maximum * within(number / self.full, _ZERO, _ONE)


class FullAt(OneNumber):
    """Full marks at a target, in proportion below it: the maximum if R ≥ t, else maximum × R/t (``threshold t`` of QĐ 766).

    Args:
        target: t.

    >>> FullAt(target=80).points(Facts({"": 40}), Fraction(2)), FullAt(target=80).points(Facts({"": 85}), Fraction(2))
    (Fraction(1, 1), Fraction(2, 1))
    """

    shape: Literal["full_at"] = "full_at"
    target: Positive

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the number's share of the target, of the maximum."""
        return maximum * within(self.number(facts) / self.target, _ZERO, _ONE)


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
    zero_at: Exact
    full_at: Exact

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.zero_at == self.full_at:
            raise CchcError("zero_at và full_at phải khác nhau", "zero_at and full_at must differ")
        return self

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the way from ``zero_at`` to ``full_at`` that the number has gone, of the maximum."""
        return maximum * within((self.number(facts) - self.zero_at) / (self.full_at - self.zero_at), _ZERO, _ONE)


class Cliff(OneNumber):
    """All at full marks, a fixed part close below, nothing further down: 100 % → 3; 90–<100 → 1,5; <90 → 0.

    Args:
        full_from: the lowest number that earns the maximum.
        part_from: the lowest number that earns the part.
        part: what it earns, in points or as a share.

    >>> rule = Cliff(full_from=100, part_from=90, part="1,5")
    >>> [rule.points(Facts({"": r}), Fraction(3)) for r in (100, Fraction(9999, 100), 90, 89)]
    [Fraction(3, 1), Fraction(3, 2), Fraction(3, 2), Fraction(0, 1)]
    """

    shape: Literal["cliff"] = "cliff"
    full_from: Exact = _HUNDRED
    part_from: Exact
    part: NotNegative
    points_are: PointsAre = "points"

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.part_from >= self.full_from:
            raise CchcError("part_from phải nhỏ hơn full_from", "part_from must be below full_from")
        return self

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return 0 and the maximum, or the part if that is more."""
        return Bounds(_ZERO, max(maximum, worth(self.part, maximum, self.points_are)))

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the maximum, the part or 0."""
        number = self.number(facts)
        if number >= self.full_from:
            return maximum
        return worth(self.part, maximum, self.points_are) if number >= self.part_from else _ZERO


class Band(Interval):
    """A range of numbers and the points that it earns.

    Args:
        points: points, or a share of the maximum.
    """

    points: Exact


class Bands(OneNumber):
    """Points by range; each band says which of its ends it includes. A number in no band has no points, and the reason says so.

    Args:
        bands: in any order; ``check_scheme`` finds gaps and overlaps. Of overlapping bands the first that holds the number counts.
        points_are: see ``PointsAre``.
        lowest, highest: the numbers between which every one must be in a band, for ``check_scheme``.

    >>> rule = Bands(bands=({"more_than": 90, "points": 2}, {"at_least": 70, "at_most": 90, "points": 1}, {"less_than": 70, "points": 0}))
    >>> [rule.points(Facts({"": r}), Fraction(2)) for r in (91, 90, 70, 69)]
    [Fraction(2, 1), Fraction(1, 1), Fraction(1, 1), Fraction(0, 1)]
    """

    shape: Literal["bands"] = "bands"
    bands: tuple[Band, ...] = Field(min_length=1)
    points_are: PointsAre = "points"
    lowest: Exact = _ZERO
    highest: Exact = _HUNDRED

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return the points of the worst and the best band."""
        earned = [worth(band.points, maximum, self.points_are) for band in self.bands]
        return Bounds(min(earned), max(earned))

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the points of the band that holds the number."""
        number = self.number(facts)
        for band in self.bands:
            if band.holds(number):
                return worth(band.points, maximum, self.points_are)
        ends = [end for band in self.bands for end in band.ends]
        raise NoPointsError(
            Status.NO_DATA,
            Text(
                f"không khoảng nào chứa {format_number(number, beside=ends)}",
                f"no band holds {format_number(number, lang='en', beside=ends)}",
            ),
        )


class Step(DeclaredModel):
    """A count and the points that so many, or more, earn."""

    count: Exact
    points: Exact


class Steps(OneNumber):
    """Count steps: 4 meetings a year 20; 3: 15; 2: 10; 1: 5; else 0. The highest step that is reached counts.

    Args:
        steps: counts with their points, in falling or rising order.
        otherwise: for less than the lowest step.
        points_are: see ``PointsAre``.

    >>> rule = Steps(steps=[{"count": 4, "points": 20}, {"count": 3, "points": 15}, {"count": 2, "points": 10}, {"count": 1, "points": 5}])
    >>> [int(rule.points(Facts({"": n}), Fraction(20))) for n in (5, 4, 1, 0)]
    [20, 20, 5, 0]
    """

    shape: Literal["steps"] = "steps"
    steps: tuple[Step, ...] = Field(min_length=1)
    otherwise: Exact = _ZERO
    points_are: PointsAre = "points"

    @model_validator(mode="after")
    def _order(self) -> Self:
        counts = [step.count for step in self.steps]
        rising, falling = (all(a < b for a, b in pairwise(cs)) for cs in (counts, counts[::-1]))
        if not rising and not falling:
            raise CchcError("các mức phải theo thứ tự và không trùng", "the steps must be in order, without repetition")
        return self

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return the points of the worst and the best step."""
        earned = [worth(points, maximum, self.points_are) for points in (self.otherwise, *(s.points for s in self.steps))]
        return Bounds(min(earned), max(earned))

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the points of the highest step that the number reaches."""
        number = self.number(facts)
        reached = [step for step in self.steps if number >= step.count]
        earned = max(reached, key=lambda step: step.count).points if reached else self.otherwise
        return worth(earned, maximum, self.points_are)


class PerCase(OneNumber):
    """So many points for each case, at most ``cap``: 1 per application, at most 5.

    Args:
        each: points for one case.
        cap: the most that they can bring; None for the maximum.

    >>> PerCase(each=1, cap=5).points(Facts({"": 7}), Fraction(50))
    Fraction(5, 1)
    """

    shape: Literal["per_case"] = "per_case"
    each: Positive
    cap: NotNegative | None = None

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return 0 and the cap."""
        return Bounds(_ZERO, maximum if self.cap is None else self.cap)

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return points × cases, up to the cap."""
        return within(self.number(facts) * self.each, _ZERO, self.bounds(maximum).high)


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


class Deduct(OneNumber):
    """A deduction for each violation, in points or as a share of the maximum: each failed assessment takes 25 % of the item.

    Args:
        each: what one violation takes, more than 0.
        points_are: see ``PointsAre``; of ``each`` only.
        start: what there is without violations; None for the maximum. 0 for penalties.
        floor: the least that remains, 0 if not given; a negative number, or ``"none"``, lets the score go below zero.

    >>> Deduct(each="0,25", points_are="share").points(Facts({"": 3}), Fraction(2))
    Fraction(1, 2)
    >>> Deduct(each="0,5", start=0, floor="none").points(Facts({"": 3}), Fraction(0))
    Fraction(-3, 2)
    """

    shape: Literal["deduct"] = "deduct"
    each: Positive
    points_are: PointsAre = "points"
    start: Exact | None = None
    floor: Limit = _ZERO

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return the floor and the start."""
        return Bounds(None if self.floor == NO_LIMIT else Fraction(self.floor), maximum if self.start is None else self.start)

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the start less the deductions, down to the floor."""
        start = self.bounds(maximum).high
        return within(start - max(self.number(facts), _ZERO) * worth(self.each, maximum, self.points_are), self.floor, start)
