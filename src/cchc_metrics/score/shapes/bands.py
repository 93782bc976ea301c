"""Points by range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import ClassVar, Literal

from pydantic import Field

from cchc_metrics.declared import Exact
from cchc_metrics.declared.lines import Path
from cchc_metrics.score.base import Bounds, Code, PointsAre, worth
from cchc_metrics.score.facts import Facts, NoPointsError
from cchc_metrics.score.intervals import Interval, gaps, overlaps
from cchc_metrics.score.shapes.one_number import OneNumber
from cchc_metrics.tables.numbers import exact_text, format_number
from cchc_metrics.values import Status, Text

_ZERO = Fraction(0)
_HUNDRED = Fraction(100)


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
    words: ClassVar[Text] = Text("theo khoảng", "by ranges")
    no_cases: ClassVar[bool] = True
    example: ClassVar[Mapping[str, object]] = {"bands": [{"at_least": 90, "points": 2}, {"less_than": 90, "points": 0}]}
    bands: tuple[Band, ...] = Field(min_length=1)
    points_are: PointsAre = "points"
    lowest: Exact = _ZERO
    highest: Exact = _HUNDRED

    def bounds(self, maximum: Fraction) -> Bounds:
        """Return the points of the worst and the best band."""
        earned = [worth(band.points, maximum, self.points_are) for band in self.bands]
        return Bounds(min(earned), max(earned))

    def checks(self) -> Iterator[tuple[Code, Path, Text]]:
        """Yield gaps between the bands, overlaps, and bands that no number reaches."""
        for gap in gaps(self.bands, self.lowest, self.highest):
            yield "gap", ("bands",), Text(f"không khoảng nào chứa {gap.vi}", f"no band holds {gap.en}")
        for a, b, shared in overlaps(self.bands):
            yield "overlap", ("bands", b), Text(f"trùng với khoảng {a + 1} ở {shared.vi}", f"shares {shared.en} with band {a + 1}")
        low, high = exact_text(self.lowest), exact_text(self.highest)
        for n, band in enumerate(self.bands):
            if band.high <= (0, self.lowest, 0) or band.low >= (0, self.highest, 1):
                why = Text(f"nằm ngoài {low} – {high} (lowest, highest)", f"lies outside {low} – {high} (lowest, highest)")
                yield "unreachable", ("bands", n), why

    def rising(self) -> Iterator[tuple[Path, Fraction]]:
        """Yield the lower end of the best band, unless a lower band is as good."""
        best = max(band.points for band in self.bands)
        n, band = min(((n, band) for n, band in enumerate(self.bands) if band.points == best), key=lambda found: found[1].low)
        end = band.more_than if band.at_least is None else band.at_least
        if end is not None and any(other.low < band.low for other in self.bands):
            yield ("bands", n, "more_than" if band.at_least is None else "at_least"), end

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
