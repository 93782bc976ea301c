"""Points in relation to the other units: to the best of them or to an average."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import ClassVar, Literal

from cchc_metrics.errors import CchcError
from cchc_metrics.score.base import Percent, within
from cchc_metrics.score.facts import Facts, NoPointsError, Peers, Ratio
from cchc_metrics.score.shapes.one_number import OneNumber
from cchc_metrics.values import Measure, Scale, Status, Text

_ZERO = Fraction(0)
_ONE = Fraction(1)
_SHOWN = 10


class Relative(OneNumber):
    """Points in relation to the best performer or to an average: own / highest × 40.

    The units compared are all that are scored together, the own one among them. Where lower is better the quotient is turned over.
    More than the average earns no more than the maximum.

    Args:
        to: ``best``: the highest number (the lowest, where lower is better). ``mean``: the plain mean of the units' numbers, for schemes
            that ask for it. ``pooled``: numerators added over denominators added, which is the average that percentages have.
        better: which way is better.
        units_at_least: how many percent of the units must have a number; some missing makes the score an estimate, and names them.

    >>> facts = Facts({"": 30}, peers={"A": {"": 30}, "B": {"": 40}})
    >>> Relative(to="best").points(facts, Fraction(40))
    Fraction(30, 1)
    """

    shape: Literal["relative"] = "relative"
    words: ClassVar[Text] = Text("so với các đơn vị khác", "compared with the other units")
    no_cases: ClassVar[bool] = True
    example: ClassVar[Mapping[str, object]] = {"to": "best"}
    to: Literal["best", "mean", "pooled"]
    better: Literal["higher", "lower"] = "higher"
    units_at_least: Percent = Fraction(100)

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the own number over that of the best or the average, of the maximum."""
        own = self.number(facts)
        if not facts.peers:
            raise NoPointsError(Status.NO_DATA, Text("cần số liệu của các đơn vị cùng xếp hạng", "the other units' inputs are needed"))
        reference, missing = self._compared(facts)
        if reference is None:
            raise NoPointsError(Status.NO_DATA, _missing(missing))
        over, under = (own, reference) if self.better == "higher" else (reference, own)
        if under <= 0:  # nothing to divide by: who is as good as the reference has everything
            return maximum if over >= under else _ZERO
        return maximum * within(over / under, _ZERO, _ONE)

    def doubt(self, facts: Facts) -> Text | None:
        """Return which units are missing from the comparison."""
        missing = self._compared(facts)[1]
        return _missing(missing) if missing else None

    def _compared(self, facts: Facts) -> tuple[Fraction | None, list[str]]:
        """Return what the own number is compared with, None where too many units are missing, and the units that are."""
        if isinstance(facts.peers, Peers):
            return facts.peers.once((self, facts.own), lambda: self._compare(facts))
        return self._compare(facts)

    def _compare(self, facts: Facts) -> tuple[Fraction | None, list[str]]:
        numbers: dict[str, Fraction] = {}
        missing: list[str] = []
        for unit in sorted(facts.peers):
            try:
                numbers[unit] = self.number(facts.of_peer(unit))
            except NoPointsError:
                missing.append(unit)
        enough = numbers and 100 * len(numbers) >= self.units_at_least * len(facts.peers)
        return self._reference(facts, numbers) if enough else None, missing

    def _reference(self, facts: Facts, numbers: dict[str, Fraction]) -> Fraction:
        if self.to == "best":
            return max(numbers.values()) if self.better == "higher" else min(numbers.values())
        if self.to == "mean":
            return sum(numbers.values(), _ZERO) / len(numbers)
        counts = [_counts(facts.of_peer(unit).get(self.input)) for unit in numbers]
        return Fraction(100 * sum(n for n, _ in counts), sum(d for _, d in counts))


def _counts(value: object) -> tuple[int, int]:
    if isinstance(value, Ratio) and value.cases:
        return value.numerator, value.cases
    if isinstance(value, Measure) and value.scale is Scale.PERCENT and value.quantile is None and value.denominator:
        return value.numerator or 0, value.denominator
    raise CchcError(
        'to = "pooled" cần numerator và denominator của mọi đơn vị; nếu chỉ có tỷ lệ thì dùng to = "mean"',
        'to = "pooled" needs numerator and denominator of every unit; with rates alone use to = "mean"',
    )


def _missing(units: list[str]) -> Text:
    more = f" … (+{len(units) - _SHOWN})" if len(units) > _SHOWN else ""
    listed = ", ".join(units[:_SHOWN]) + more
    return Text(f"thiếu số liệu của {listed}", f"no number for {listed}")
