"""What a target asks for as numbers in the indicator's scale, and how a value is compared with them. Exactly, never after rounding."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from cchc_metrics.plan import Comparator, Target
from cchc_metrics.values import Better, Measure, Scale, Text


@dataclass(frozen=True, slots=True)
class Required:
    """What a value must be.

    Args:
        comparator: see the plan's ``Comparator``.
        value: the number, in the scale of the measure; the lower end of ``between``.
        upper: the upper end of ``between``, else None.
        lower_is_better: the indicator's own way, which matters for the attainment of ``=`` only.
    """

    comparator: Comparator
    value: Fraction
    upper: Fraction | None = None
    lower_is_better: bool = False

    def holds(self, value: Fraction) -> bool:
        """Return whether a value satisfies the target."""
        if self.comparator == "=":
            return value == self.value
        return not self.below(value) and not self.above(value)

    def below(self, value: Fraction) -> bool:
        """Return whether a value is too low."""
        if self.comparator == ">":
            return value <= self.value
        return self.comparator in (">=", "=", "between") and value < self.value

    def above(self, value: Fraction) -> bool:
        """Return whether a value is too high."""
        if self.comparator == "<":
            return value >= self.value
        ceiling = self.upper if self.comparator == "between" else self.value
        return self.comparator in ("<=", "=", "between") and ceiling is not None and value > ceiling

    def bound(self, value: Fraction) -> tuple[Fraction, bool]:
        """Return the end that a value is nearest to in the order of things, and whether it must be at least that end.

        One below the target, or above a floor, is compared with the floor; one above a ceiling, or under one, against the ceiling.
        """
        if self.comparator in (">=", ">") or self.below(value):
            return self.value, True
        if self.comparator in ("<=", "<", "="):
            return self.value, False
        return (self.upper if self.upper is not None else self.value), False

    def effort_end(self, value: Fraction, round_to: int | None) -> tuple[Fraction, bool, bool]:
        """Return the end that the exact value must reach, whether it must be at least that end, and whether the end is not enough.

        Args:
            value: the value.
            round_to: decimals to which the value is rounded half-up before it is compared; None for none.

        >>> Required(">=", Fraction(90)).effort_end(Fraction(85), 1), Required("<", Fraction(90)).effort_end(Fraction(85), 0)
        ((Fraction(1799, 20), True, False), (Fraction(179, 2), False, True))
        """
        end, up = self.bound(value)
        if round_to is None:
            return end, up, self.strict
        scale, half = 10**round_to, Fraction(1, 2 * 10**round_to)
        if up:
            least = floor(end * scale) + 1 if self.strict else ceil(end * scale)
            return Fraction(least, scale) - half, True, False
        most = ceil(end * scale) - 1 if self.strict else floor(end * scale)
        return Fraction(most, scale) + half, False, True

    def in_whole(self) -> Required:
        """Return the same of things that are counted: the whole numbers that ask for no more and no less of a whole number.

        >>> [Required(how, Fraction(140_645, 100)).in_whole().value for how in (">=", ">", "<=", "<")]
        [Fraction(1407, 1), Fraction(1406, 1), Fraction(1406, 1), Fraction(1407, 1)]
        """
        if self.comparator == "=":
            return self  # a number that is not whole equals no count, and must not seem to
        upwards = self.comparator in (">=", "<", "between")
        upper = None if self.upper is None else Fraction(floor(self.upper))
        return replace(self, value=Fraction(ceil(self.value) if upwards else floor(self.value)), upper=upper)

    @property
    def strict(self) -> bool:
        """Whether a value on the number itself is not enough."""
        return self.comparator in (">", "<")

    def attainment(self, value: Fraction) -> Fraction | None:
        """Return 1 exactly on plan and more for better: value / target, or target / value where lower is better.

        Inside ``between`` it is 1, below it value / lower end, above it upper end / value. None where the divisor is 0 or a number
        is negative; 0 against 0 is 1.
        """
        if self.comparator == "between" and self.holds(value):
            return Fraction(1)
        end, up = self.bound(value)
        if self.comparator == "=":
            up = not self.lower_is_better
        if end < 0 or value < 0:
            return None
        if end == value:
            return Fraction(1)
        top, bottom = (value, end) if up else (end, value)
        return top / bottom if bottom else None

    def gap(self, value: Fraction) -> Fraction:
        """Return value − target; for ``between`` the distance to the end that it misses, 0 inside."""
        if self.comparator == "between":
            return Fraction(0) if self.holds(value) else value - self.bound(value)[0]
        return value - self.value


def required_of(target: Target, measure: Measure, base: Fraction | None) -> Required | Text:
    """Return what a target asks for in the scale of its measure, or why that cannot be said.

    Args:
        target: the target.
        measure: the measure, for its scale.
        base: the baseline's value, for increases.
    """
    wrong = _unfit(target, measure, base)
    if wrong is not None:
        return wrong
    lower = measure.better is Better.LOWER
    upper = None if target.upper is None else raised(target, target.upper, base)
    return Required(target.comparator, raised(target, target.value, base), upper, lower)


def raised(target: Target, value: Fraction, base: Fraction | None) -> Fraction:
    """Return a number of a target (its value, upper end or a milestone) as a level: itself, or the baseline with the increase added."""
    if target.against == "absolute" or base is None:
        return value
    return base * (1 + value / 100) if target.against == "increase_percent" else base + value


def change_of(target: Target, value: Fraction, base: Fraction | None) -> Fraction | None:
    """Return the increase of a value over the baseline in the target's own terms; None for absolute targets."""
    if target.against == "absolute" or base is None:
        return None
    return 100 * (value - base) / base if target.against == "increase_percent" else value - base


def _unfit(target: Target, measure: Measure, base: Fraction | None) -> Text | None:
    doubt = next((text for _, text in target.doubts(measure.scale)), None)
    if doubt is not None:
        return doubt
    rate = measure.scale in (Scale.PERCENT, Scale.POINTS)
    if target.against == "increase_points" and not rate:
        return Text(
            "increase_points chỉ dùng cho chỉ tiêu tính bằng % hoặc điểm; dùng increase_number",
            "increase_points is for indicators in percent or points; use increase_number",
        )
    if target.against == "increase_number" and rate:
        return Text(
            "increase_number không dùng cho chỉ tiêu tính bằng % hoặc điểm; dùng increase_points",
            "increase_number is not for indicators in percent or points; use increase_points",
        )
    if target.against == "increase_percent" and base is not None and base <= 0:
        return Text("kỳ gốc bằng 0, không tính được tỷ lệ tăng", "the baseline is 0: there is no increase in percent")
    return None
