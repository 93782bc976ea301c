"""Reading a target before its due date: what the path asks for by now, and where it leads if things go on as they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from cchc_metrics.values import Text


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the whole is expected by a day.

    Args:
        share: 0 to 1.
        reason: the assumption, in both languages.
    """

    share: Fraction
    reason: Text


def pro_rata(first: date, last: date, day: date) -> Share:
    """Return the share of the days that have passed, the day itself included: the assumption of an even pace.

    >>> pro_rata(date(2022, 1, 1), date(2022, 12, 31), date(2022, 3, 31)).share
    Fraction(18, 73)
    """
    passed, days = (day - first).days + 1, (last - first).days + 1
    return Share(
        Fraction(passed, days),
        Text(f"giả định tiến độ đều theo ngày: đã qua {passed}/{days} ngày", f"assuming an even pace: {passed} of {days} days have passed"),
    )


def seasonal(so_far: Fraction | None, whole: Fraction | None) -> Share | None:
    """Return the share that had come by the same day of the baseline's period; None where the baseline does not say.

    Args:
        so_far: the baseline's count up to the same day.
        whole: the baseline's count of the whole period.

    >>> seasonal(Fraction(30), Fraction(200)).share
    Fraction(3, 20)
    """
    if so_far is None or whole is None or whole <= 0 or so_far < 0:
        return None
    a, b = int(so_far), int(whole)
    return Share(
        so_far / whole,
        Text(
            f"giả định theo nhịp kỳ gốc: đến ngày này kỳ gốc đã có {a}/{b}",
            f"assuming the baseline's pace: {a} of {b} had come by this day",
        ),
    )
