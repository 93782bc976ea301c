"""Every shape of a scoring rule, as one discriminated union: ``shape = "bands"`` chooses the model; and the shapes that hold others."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import Field, TypeAdapter

from cchc_metrics.declared import DeclaredModel, Exact
from cchc_metrics.score.base import NO_LIMIT, Bounds, Limit, Need, NotNegative, Shape, When, within
from cchc_metrics.score.facts import Facts, NoPointsError
from cchc_metrics.score.shapes_fact import Assessed, Deadline, Levels, ShownOnly, YesNo
from cchc_metrics.score.shapes_number import Bands, BaseStep, Between, Cliff, Deduct, FullAt, Linear, PerCase, Steps, ThresholdLinear
from cchc_metrics.score.shapes_peers import Relative
from cchc_metrics.values import Status, Text

_ZERO = Fraction(0)


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
    parts: tuple[Part, ...] = Field(min_length=1)
    cap: Exact | None = None
    floor: Limit = _ZERO

    def needs(self) -> Iterator[Need]:
        """Yield what the parts read."""
        for part in self.parts:
            yield from part.rule.needs()

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
    alternatives: tuple[Part, ...] = Field(min_length=2)

    def needs(self) -> Iterator[Need]:
        """Yield what the alternatives read."""
        for part in self.alternatives:
            yield from part.rule.needs()

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
    when: When
    further: NotNegative = _ZERO
    rule: AnyShape | None = None

    def needs(self) -> Iterator[Need]:
        """Yield what the violation and the rule read."""
        yield from self.when.needs()
        if self.rule is not None:
            yield from self.rule.needs()

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


AnyShape: TypeAlias = Annotated[
    YesNo
    | Levels
    | Bands
    | Steps
    | PerCase
    | Linear
    | ThresholdLinear
    | FullAt
    | Between
    | Cliff
    | BaseStep
    | Deduct
    | Relative
    | Deadline
    | Assessed
    | ShownOnly
    | Sum
    | BestOf
    | ZeroIf,
    Field(discriminator="shape"),
]
"""A scoring rule of any shape."""

for _model in (Part, Sum, BestOf, ZeroIf):
    _model.model_rebuild()

_ADAPTER: TypeAdapter[AnyShape] = TypeAdapter(AnyShape)

SHAPES: dict[str, type[Shape]] = {model.model_fields["shape"].default: model for model in get_args(get_args(AnyShape)[0])}
"""Every shape by its name."""


def shape_of(data: object) -> AnyShape:
    """Return the rule that a table describes.

    Args:
        data: ``{"shape": "linear", …}`` with exact numbers (no binary floats), or a rule.

    Raises:
        pydantic.ValidationError: the table has mistakes; all are listed.

    >>> shape_of({"shape": "full_at", "target": 80}).points(Facts({"": 40}), Fraction(2))
    Fraction(1, 1)
    """
    return _ADAPTER.validate_python(data)
