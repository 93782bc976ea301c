"""Points by named levels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import ClassVar, Literal

from pydantic import Field

from cchc_metrics.declared import Exact
from cchc_metrics.errors import InputError, suggestion
from cchc_metrics.score.base import Bounds, Need, PointsAre, Shape, worth
from cchc_metrics.score.facts import Facts
from cchc_metrics.values import Text


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
    words: ClassVar[Text] = Text("theo mức", "named levels")
    no_cases: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {"levels": {"đúng hạn": 1, "trễ": "0,5"}}
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
