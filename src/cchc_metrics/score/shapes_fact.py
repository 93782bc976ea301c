"""Shapes over facts that are no numbers: yes or no, named levels, deadlines, points given by an assessor, and what is only shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from cchc_metrics.declared import Day, DeclaredModel, Exact
from cchc_metrics.errors import CchcError, InputError, suggestion
from cchc_metrics.score.base import Bounds, Need, PointsAre, Shape, When, worth
from cchc_metrics.score.facts import Facts, Given
from cchc_metrics.tables.numbers import exact_text

_ZERO = Fraction(0)

DateOf = Literal["issued", "signed", "sent", "received", "in_force", "done"]
"""Which date of a document or task a deadline is compared with."""

DATE_NAMES: Mapping[DateOf, tuple[str, str]] = {
    "issued": ("ngày ban hành", "date of issue"),
    "signed": ("ngày ký", "date of signature"),
    "sent": ("ngày gửi", "date of sending"),
    "received": ("ngày đến", "date of receipt"),
    "in_force": ("ngày có hiệu lực", "date of entry into force"),
    "done": ("ngày hoàn thành", "date of completion"),
}
"""Date → (Vietnamese, English)."""


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


class Levels(Shape):
    """Named levels: in time 1; late 0,5; not issued 0. Or as shares of the maximum: 1, 1/2, 0.

    Args:
        input: name of the label; ``""`` for the criterion's own.
        levels: label → points or share.
        points_are: see ``PointsAre``.

    >>> rule = Levels(levels={"in time": 1, "late": "0,5", "not issued": 0})
    >>> rule.points(Facts({"": "late"}), Fraction(1))
    Fraction(1, 2)
    """

    shape: Literal["levels"] = "levels"
    input: str = ""
    levels: Mapping[str, Exact] = Field(min_length=1)
    points_are: PointsAre = "points"

    def needs(self) -> Iterator[Need]:
        """Yield the label."""
        yield Need(self.input, "label", tuple(self.levels))

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return the points of the worst and the best level."""
        earned = [worth(points, maximum, self.points_are) for points in self.levels.values()]
        return Bounds(min(earned), max(earned))

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the points of the level; a label that is none of them is an ``InputError``."""
        label = facts.label(self.input)
        if label not in self.levels:
            vi, en = suggestion(label, self.levels)
            raise InputError(f"không có mức «{label}»{vi}", f"there is no level «{label}»{en}")
        return worth(self.levels[label], maximum, self.points_are)


class Due(DeclaredModel):
    """A last day and what being in time earns.

    Args:
        by: the day itself, for one year's scheme.
        by_day: day and month in the scored year, ``"31/01"``; ``"29/02"`` is the 28th where there is no 29th.
        years_after: how many years after the scored one ``by_day`` lies; -1 for the year before.
        points: points or a share.
    """

    by: Day | None = None
    by_day: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,2}/[0-9]{1,2}$")] | None = None
    years_after: int = Field(default=0, ge=-5, le=5, strict=True)
    points: Exact

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.by is None) == (self.by_day is None):
            raise CchcError("cần đúng một trong by, by_day", "exactly one of by and by_day is needed")
        if self.years_after and self.by:
            raise CchcError("years_after chỉ đi cùng by_day", "years_after goes with by_day")
        if self.by_day:
            _in_year(self.by_day, 2024)
        return self

    def last_day(self, year: int | None) -> date:
        """Return the last day that is in time.

        Raises:
            InputError: the deadline has no year and the scored year is not known.
        """
        if self.by is not None:
            return self.by
        if year is None:
            raise InputError(
                f"hạn {self.by_day} cần năm chấm điểm: thêm year", f"the deadline {self.by_day} needs the scored year: add year"
            )
        return _in_year(self.by_day or "", year + self.years_after)


class Deadline(Shape):
    """Points by the day something happened: issued in January 0,2; later or not issued 0.

    Args:
        date_of: which date counts.
        input: name of the day; ``""`` for the criterion's own. ``False`` means that it never happened.
        due: the earlier the day, the more it may earn; the earliest deadline that is met counts.
        otherwise: after the last deadline, or never.
        points_are: see ``PointsAre``.

    >>> rule = Deadline(date_of="issued", due=[{"by_day": "31/01", "points": "0,2"}])
    >>> [rule.points(Facts({"": day}, year=2022), Fraction(1, 5)) for day in (date(2022, 1, 31), date(2022, 2, 1), False)]
    [Fraction(1, 5), Fraction(0, 1), Fraction(0, 1)]
    """

    shape: Literal["deadline"] = "deadline"
    date_of: DateOf
    input: str = ""
    due: tuple[Due, ...] = Field(min_length=1)
    otherwise: Exact = _ZERO
    points_are: PointsAre = "points"

    def needs(self) -> Iterator[Need]:
        """Yield the day."""
        yield Need(self.input, "day")

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return the points of the worst and the best deadline."""
        earned = [worth(points, maximum, self.points_are) for points in (self.otherwise, *(d.points for d in self.due))]
        return Bounds(min(earned), max(earned))

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the points of the earliest deadline that is met."""
        day = facts.day(self.input)
        met = [] if day is None else [due for due in self.due if day <= due.last_day(facts.year)]
        earned = min(met, key=lambda due: due.last_day(facts.year)).points if met else self.otherwise
        return worth(earned, maximum, self.points_are)


class Assessed(Shape):
    """Points that an assessor gives, without a rule: the input is the points, 0 to the maximum.

    Args:
        input: name of the input; ``""`` for the criterion's own.

    >>> Assessed().points(Facts({"": Fraction(3, 4)}), Fraction(1))
    Fraction(3, 4)
    """

    shape: Literal["assessed"] = "assessed"
    input: str = ""

    def needs(self) -> Iterator[Need]:
        """Yield the points."""
        yield Need(self.input, "number")

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return 0 and the maximum."""
        return Bounds(_ZERO, maximum)

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return the points as they were given; outside 0 to the maximum they are an ``InputError``."""
        value = facts.get(self.input)
        points = value.points if isinstance(value, Given) else facts.number(self.input)
        if not 0 <= points <= maximum:
            raise InputError(
                f"{exact_text(points)} điểm nằm ngoài 0 – {exact_text(maximum)}",
                f"{exact_text(points)} points lie outside 0 – {exact_text(maximum)}",
            )
        return points


class ShownOnly(Shape):
    """An indicator that is shown and earns nothing (2.2 and 5.1 of QĐ 766).

    Args:
        input: name of the number; ``""`` for the criterion's own. It may be missing.

    >>> ShownOnly().points(Facts({}), Fraction(0))
    Fraction(0, 1)
    """

    shape: Literal["shown_only"] = "shown_only"
    input: str = ""

    def needs(self) -> Iterator[Need]:
        """Yield the number."""
        yield Need(self.input, "number")

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return 0 and 0."""
        del maximum
        return Bounds(_ZERO, _ZERO)

    def points(self, facts: Facts, maximum: Fraction) -> Fraction:
        """Return 0."""
        del facts, maximum
        return _ZERO


def _in_year(day_month: str, year: int) -> date:
    day, month = (int(part) for part in day_month.split("/"))
    try:
        return date(year, month, 28 if (day, month) == (29, 2) and not _leap(year) else day)
    except ValueError:
        raise CchcError(f"không có ngày {day_month}", f"there is no day {day_month}") from None


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
