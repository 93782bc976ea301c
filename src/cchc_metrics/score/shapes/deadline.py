"""Points by the day on which something happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from cchc_metrics.declared import Day, DeclaredModel, Exact
from cchc_metrics.errors import CchcError, InputError
from cchc_metrics.score.base import Bounds, Need, PointsAre, Shape, worth
from cchc_metrics.score.facts import Facts
from cchc_metrics.values import Text

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


class DueDay(DeclaredModel):
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
    words: ClassVar[Text] = Text("theo hạn", "by deadlines")
    no_cases: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {"date_of": "issued", "due": [{"by_day": "31/01", "points": 2}]}
    date_of: DateOf
    input: str = ""
    due: tuple[DueDay, ...] = Field(min_length=1)
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


def _in_year(day_month: str, year: int) -> date:
    day, month = (int(part) for part in day_month.split("/"))
    try:
        return date(year, month, 28 if (day, month) == (29, 2) and not _leap(year) else day)
    except ValueError:
        raise CchcError(f"không có ngày {day_month}", f"there is no day {day_month}") from None


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
