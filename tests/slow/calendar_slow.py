"""The working calendar the slow way: the facts as the JSON has them, one day at a time. It shares no code with the library."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

FACTS = Path(__file__).parents[2] / "src" / "cchc_metrics" / "reference" / "data" / "calendar_vn.json"
ONE_DAY = timedelta(days=1)


class OutsideError(Exception):
    """A day that the calendar does not know."""


@dataclass(frozen=True)
class SlowCalendar:
    """The first and last day known, the weekdays off and the weekend days worked."""

    first: date
    last: date
    days_off: frozenset[date]
    working_weekend_days: frozenset[date]

    def knows(self, day: date) -> bool:
        return self.first <= day <= self.last

    def is_working(self, day: date) -> bool:
        if not self.knows(day):
            raise OutsideError(day)
        if day.weekday() in (5, 6):
            return day in self.working_weekend_days
        return day not in self.days_off

    def working_day_after(self, day: date, n: int) -> date:
        """Walk forward to the n-th working day after a day; the day itself is not counted."""
        self.is_working(day)  # the day must be known
        while n > 0:
            day += ONE_DAY
            if self.is_working(day):
                n -= 1
        return day

    def working_day_before(self, day: date, n: int) -> date:
        """Walk back to the n-th working day before a day; the day itself is not counted."""
        self.is_working(day)
        while n > 0:
            day -= ONE_DAY
            if self.is_working(day):
                n -= 1
        return day

    def on_or_after(self, day: date) -> date:
        """Walk forward until a day is worked."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def working_days(self, after: date, until: date) -> int:
        """Count the working days after a day, up to and including another."""
        self.is_working(after)
        self.is_working(until)
        return sum(self.is_working(day) for day in days(after + ONE_DAY, until))


def days(first: date, last: date) -> Iterator[date]:
    """Yield every day from one to another, both included."""
    while first <= last:
        yield first
        first += ONE_DAY


@cache
def official(last: int | None = None) -> SlowCalendar:
    """Return the calendar that the package carries, up to the last year named, read as plain JSON."""
    facts = json.loads(FACTS.read_text(encoding="utf-8"))["years"]
    years = {year: days for year, days in facts.items() if last is None or int(year) <= last}
    names = sorted(int(year) for year in years)
    return SlowCalendar(
        date(names[0], 1, 1),
        date(names[-1], 12, 31),
        frozenset(date.fromisoformat(day) for year in years.values() for day in year["days_off"]),
        frozenset(date.fromisoformat(day) for year in years.values() for day in year["working_weekend_days"]),
    )


def same_day_next_month(day: date) -> tuple[int, int]:
    """Return the year and month after the one that a day lies in."""
    return (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)


def months_later(day: date, months: int) -> date:
    """Return the corresponding day some months later; where there is none, the last day of that month (Civil Code 2015, art. 148)."""
    wanted = day.day
    year, month = day.year, day.month
    for _ in range(months):
        year, month = same_day_next_month(date(year, month, 1))
    while True:
        try:
            return date(year, month, wanted)
        except ValueError:
            wanted -= 1
