"""The working days of the example, as dates, and days drawn among them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import date, timedelta

from cchc_metrics.example.draw import Draw

DAY = timedelta(days=1)


class WorkingDays:
    """The working days of a calendar in order, numbered from 0.

    Args:
        days: every working day from well before the first record to well after the last due date.
    """

    def __init__(self, days: list[date]) -> None:
        self.days = days

    def __contains__(self, day: date) -> bool:
        at = bisect_left(self.days, day)
        return at < len(self.days) and self.days[at] == day

    def add(self, day: date, working_days: int) -> date:
        """Return the day that many working days on (or back); the first day is not counted, nor a day off at the start."""
        return self.days[bisect_right(self.days, day) - 1 + working_days]

    def between(self, first: date, last: date) -> int:
        """Return how many working days follow ``first`` up to and with ``last``."""
        return bisect_right(self.days, last) - bisect_right(self.days, first)

    def on_or_after(self, day: date) -> date:
        """Return the day itself, or the next working day where it is a day off (Civil Code 2015, art. 148)."""
        return self.days[bisect_left(self.days, day)]

    def within(self, first: date, last: date) -> list[date]:
        """Return the working days from ``first`` to ``last``."""
        return self.days[bisect_left(self.days, first) : bisect_right(self.days, last)]


class Season:
    """Draws working days of a stretch of time, some months more often than others.

    Args:
        days: working days to draw from.
        busy: (year, month) → how likely a day of that month is, against 1 for the others.
    """

    def __init__(self, days: list[date], busy: Mapping[tuple[int, int], float]) -> None:
        months: dict[tuple[int, int], list[date]] = {}
        for day in days:
            months.setdefault((day.year, day.month), []).append(day)
        self._months = months
        self._weights = {month: len(found) * busy.get(month, 1.0) for month, found in months.items()}

    def draw(self, draw: Draw) -> date:
        """Return a day."""
        return draw.pick(self._months[draw.weighted(self._weights)])


def saturday_before(day: date) -> date | None:
    """Return the Saturday before a Monday, None for another day: some one-stop desks open then."""
    return day - 2 * DAY if day.weekday() == 0 else None
