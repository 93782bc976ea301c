"""What all shapes of a scoring rule have in common: the inputs they need, the bounds of their points, the points; and conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from cchc_metrics.declared import DeclaredModel, Exact, exact
from cchc_metrics.declared.lines import Path
from cchc_metrics.errors import CchcError
from cchc_metrics.score.facts import Facts, Kind
from cchc_metrics.score.intervals import Interval
from cchc_metrics.values import Text


def _positive(value: Fraction) -> Fraction:
    if value <= 0:
        raise CchcError("phải lớn hơn 0", "must be more than 0")
    return value


def _not_negative(value: Fraction) -> Fraction:
    if value < 0:
        raise CchcError("không được âm", "must not be negative")
    return value


# Said by validators: the bounds of pydantic's Field are passed over by a type that, like Exact, has a plain validator.
Positive = Annotated[Exact, AfterValidator(_positive)]
"""An exact number above 0."""

NotNegative = Annotated[Exact, AfterValidator(_not_negative)]
"""An exact number, 0 or more."""


def _percent(value: Fraction) -> Fraction:
    if not 0 <= value <= 100:
        raise CchcError("cần 0 đến 100", "0 to 100 is needed")
    if 0 < value <= 1:  # 0.95 of a spreadsheet is 95 %, and would be reached by almost anything
        raise CchcError("là phần trăm, trên thang 100: viết 95, không viết 0,95", "is a percentage, of 100: write 95, not 0.95")
    return value


Percent = Annotated[Exact, AfterValidator(_percent)]
"""A percentage, 0 to 100; what lies above 0 and is 1 or less is doubted, and refused."""

NO_LIMIT = "none"


def _limit(value: object) -> object:
    return value if value == NO_LIMIT else exact(value)


Limit = Annotated[
    Fraction | Literal["none"],
    PlainValidator(_limit),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": ["integer", "number", "string"], "description": 'an exact number, or "none"'}),
]
"""A number, or ``"none"`` for no limit."""

PointsAre = Literal["points", "share"]
"""Whether the numbers of a rule are points, or shares of the criterion's maximum (``"1/2"``, ``0.5``)."""


@dataclass(frozen=True, slots=True)
class Need:
    """An input that a rule reads.

    Args:
        name: its name; ``""`` for the criterion's own, named like the criterion.
        kind: what it is read as.
        labels: for a label, those that the rule knows; ``()`` for any.
    """

    name: str
    kind: Kind
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bounds:
    """The lowest and highest points that a rule can give; ``low`` is None where nothing bounds them from below."""

    low: Fraction | None
    high: Fraction


Code = Literal[
    "total",
    "duplicate_id",
    "gap",
    "overlap",
    "unreachable",
    "above_maximum",
    "no_source",
    "no_case",
    "no_maximum",
    "two_kinds",
    "unknown_id",
    "small_percent",
    "doubtful_percent",
]
"""What ``check_scheme`` finds; see ``SchemeFinding``."""


@dataclass(frozen=True, slots=True)
class Inner:
    """A rule inside another, for those who go through all of them.

    Args:
        path: where it stands, from the outer rule.
        rule: the rule.
        max: its own maximum; None for that of the outer rule.
        no_case_said: whether the outer rule says what it earns when there were no cases.
    """

    path: Path
    rule: Shape
    max: Fraction | None = None
    no_case_said: bool = False


class Shape(DeclaredModel):
    """A scoring rule. Every shape has a file in ``shapes/`` that declares all of it, chosen by ``shape = "…"``.

    ``points`` is a pure function of the facts and the maximum: no rounding, no clock, no state.

    Args:
        words: what such a rule is called.
        no_cases: whether it has no points when the number that it reads has a denominator of 0.
        example: the least that a file says of such a rule, beside ``shape``.
        shown_only: whether it is only shown: scored as 0 though nothing was given.
    """

    words: ClassVar[Text]
    no_cases: ClassVar[bool]
    example: ClassVar[Mapping[str, object]]
    shown_only: ClassVar[bool] = False

    def needs(self) -> Iterator[Need]:
        """Yield the inputs that the rule reads."""
        raise NotImplementedError

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return the lowest and highest points that the rule can give to a criterion with this maximum."""
        raise NotImplementedError

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the exact points.

        Args:
            facts: the inputs.
            maximum: the criterion's maximum.

        Raises:
            NoPointsError: an input is missing, or there were no cases.
            InputError: an input is of the wrong kind.
        """
        raise NotImplementedError

    def inner(self) -> Iterator[Inner]:
        """Yield the rules inside this one."""
        yield from ()

    def checks(self) -> Iterator[tuple[Code, Path, Text]]:
        """Yield what does not fit together in the rule: what kind of mistake, where from the rule on, and what it is."""
        yield from ()

    def rising(self) -> Iterator[tuple[Path, Fraction]]:
        """Yield the bounds from which on a rate earns more, or all: where each stands in the rule, and the number."""
        yield from ()

    def doubt(self, facts: Facts) -> Text | None:
        """Return why the points rest on incomplete information though they can be computed, or None."""
        del facts
        return None


def _answer(value: object) -> object:
    if isinstance(value, (bool, str)):
        return value
    raise CchcError(f"«{value}»: cần true, false hoặc một mức", f"«{value}»: true, false or a label is needed")


_Answer = Annotated[bool | str, PlainValidator(_answer)]


class Condition(DeclaredModel):
    """A condition on the inputs: an answer, a label or a number in a range, or such conditions joined.

    Exactly one of ``input``, ``all_of``, ``any_of``, ``none_of``. A plain text stands for ``{ input = "…" }``: the answer is yes.
    Joined conditions are judged from left to right, and only as far as the result needs; what is not reached may be missing.

    Args:
        input: name of an input.
        equals: the answer or the label that is wanted; not together with a range.
        at_least, more_than, at_most, less_than: the range that a number is wanted in.
        all_of: AND. any_of: OR. none_of: NOR.

    >>> plan = Condition.model_validate({"all_of": ["has_tasks", {"any_of": ["own_funds", {"input": "grant", "more_than": 0}]}]})
    >>> plan.holds(Facts({"has_tasks": True, "own_funds": False, "grant": 120}))
    True
    """

    input: str = ""
    equals: _Answer = True
    at_least: Exact | None = None
    more_than: Exact | None = None
    at_most: Exact | None = None
    less_than: Exact | None = None
    all_of: tuple[When, ...] = ()
    any_of: tuple[When, ...] = ()
    none_of: tuple[When, ...] = ()

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(map(bool, (self.input, self.all_of, self.any_of, self.none_of))) != 1:
            raise CchcError(
                "điều kiện cần đúng một trong input, all_of, any_of, none_of",
                "a condition needs exactly one of input, all_of, any_of, none_of",
            )
        if self._range.bounded and (not self.input or "equals" in self.model_fields_set):
            raise CchcError("khoảng số chỉ đi cùng input và không cùng equals", "a range goes with input, and not with equals")
        if "equals" in self.model_fields_set and not self.input:
            raise CchcError("equals chỉ đi cùng input", "equals goes with input")
        return self

    @property
    def _range(self) -> Interval:
        return Interval(at_least=self.at_least, more_than=self.more_than, at_most=self.at_most, less_than=self.less_than)

    def needs(self) -> Iterator[Need]:
        """Yield the inputs that the condition reads."""
        if self.input:
            if self._range.bounded:
                yield Need(self.input, "number")
            elif isinstance(self.equals, bool):
                yield Need(self.input, "flag")
            else:
                yield Need(self.input, "label")
        for part in (*self.all_of, *self.any_of, *self.none_of):
            yield from part.needs()

    def holds(self, facts: Facts) -> bool:
        """Return whether the condition holds.

        Raises:
            NoPointsError: an input that decides it is missing.
            InputError: an input is of the wrong kind.
        """
        if self.all_of:
            return all(part.holds(facts) for part in self.all_of)
        if self.any_of:
            return any(part.holds(facts) for part in self.any_of)
        if self.none_of:
            return not any(part.holds(facts) for part in self.none_of)
        if self._range.bounded:
            return self._range.holds(facts.number(self.input))
        if isinstance(self.equals, bool):
            return facts.flag(self.input) is self.equals
        return facts.label(self.input) == self.equals


def _named(value: object) -> object:
    return {"input": value} if isinstance(value, str) else value


When = Annotated[Condition, BeforeValidator(_named)]
"""A condition, or the name of an input that must be true."""

Condition.model_rebuild()


def worth(value: Fraction, maximum: Fraction, points_are: PointsAre) -> Fraction:
    """Return the points that a number of a rule stands for."""
    return value * maximum if points_are == "share" else value


def within(value: Fraction, low: Limit, high: Fraction) -> Fraction:
    """Return a number held between the ends that the rule declares."""
    held = min(value, high)
    return held if low == NO_LIMIT else max(held, Fraction(low))
