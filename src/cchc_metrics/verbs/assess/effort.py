"""What it takes: how many more are needed, how many may still fail. Exact, from counts; a few comparisons of integers and fractions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor


@dataclass(frozen=True, slots=True)
class Effort:
    """The two answers.

    Args:
        needed: the smallest number that is enough; 0 when the target is reached; None when no number is.
        spare: the largest number that still leaves it reached; None when it is not reached, when nothing more can come, or when there is
            no limit.
    """

    needed: int | None
    spare: int | None = None


def effort_rate(good: int, cases: int, target: Fraction, *, up: bool = True, strict: bool = False, more_to_come: bool = True) -> Effort:
    """Return what it takes for ``good / cases`` to reach a target.

    With more cases to come, ``needed`` is how many further cases must all go well: the smallest k with
    ``(good + k) / (cases + k) >= target``.
    ``spare`` is how many of the further ones may fail: the largest m with ``good / (cases + m) >= target``. A target of 1 that one case has
    missed is out of reach, and ``needed`` is None.

    With nothing more to come, ``needed`` is how many of the cases that there were should have gone otherwise: the smallest k with
    ``(good + k) / cases >= target``; there is no ``spare``.

    Where lower is better (``up=False``) ``good`` counts the bad cases and the inequalities turn round: ``good / (cases + k) <= target``,
    ``(good + m) / (cases + m) <= target``, and ``(good - k) / cases <= target``.

    Args:
        good: numerator.
        cases: denominator, above 0.
        target: the rate, as a fraction of 1, not of 100.
        up: whether the rate must be at least the target; otherwise at most.
        strict: whether the rate must be above (below) the target, not on it.
        more_to_come: whether more cases can come before the due date.

    >>> effort_rate(180, 195, Fraction(95, 100)), effort_rate(195, 200, Fraction(95, 100))
    (Effort(needed=105, spare=None), Effort(needed=0, spare=5))
    >>> effort_rate(180, 195, Fraction(95, 100), more_to_come=False)
    Effort(needed=6, spare=None)
    >>> effort_rate(199, 200, Fraction(1))
    Effort(needed=None, spare=None)
    """
    reached = _holds(Fraction(good, cases), target, up=up, strict=strict)
    if reached and not more_to_come:
        return Effort(0)
    if reached:
        return Effort(0, _spare(good, cases, target, up=up, strict=strict))
    if not more_to_come:
        missing = target * cases - good if up else good - target * cases
        return Effort(_least(missing, strict=strict))
    if up:
        # (good + k) >= target × (cases + k); from 1 on further cases cannot lift the rate over the target.
        return Effort(_least((target * cases - good) / (1 - target), strict=strict) if target < 1 else None)
    return Effort(_least(good / target - cases, strict=strict) if target > 0 else None)


def _spare(good: int, cases: int, target: Fraction, *, up: bool, strict: bool) -> int | None:
    if up:
        return _most(good / target - cases, strict=strict) if target > 0 else None
    return _most((target * cases - good) / (1 - target), strict=strict) if target < 1 else None


def effort_count(count: int, target: Fraction, *, up: bool = True, strict: bool = False) -> Effort:
    """Return what it takes for a count to reach a target: how many more, or under a ceiling how many too many and how many may still come.

    Args:
        count: the count.
        target: the number.
        up: whether at least the target is wanted; otherwise at most.
        strict: whether more (fewer) than the target is wanted.

    >>> effort_count(9, Fraction(12)), effort_count(3, Fraction(4), up=False), effort_count(6, Fraction(4), up=False)
    (Effort(needed=3, spare=None), Effort(needed=0, spare=1), Effort(needed=2, spare=None))
    """
    missing = target - count if up else count - target
    if not _holds(Fraction(count), target, up=up, strict=strict):
        return Effort(_least(missing, strict=strict))
    return Effort(0, None if up else _most(-missing, strict=strict))


def _holds(value: Fraction, target: Fraction, *, up: bool, strict: bool) -> bool:
    if value == target:
        return not strict
    return (value > target) is up


def _least(bound: Fraction, *, strict: bool) -> int:
    """Return the smallest whole number from 0 on that is at least the bound, or above it."""
    return max(0, floor(bound) + 1 if strict else ceil(bound))


def _most(bound: Fraction, *, strict: bool) -> int:
    """Return the largest whole number that is at most the bound, or below it."""
    return ceil(bound) - 1 if strict else floor(bound)
