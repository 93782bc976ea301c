"""The working calendar: which days count, as two look-up tables. It never guesses a year that it was not given."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cchc_metrics.errors import CalendarRangeError, CatalogueError
from cchc_metrics.reference.days import date_of, day_number

Days = NDArray[Any]
YearStatus = Literal["announced", "estimated"]


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year of the calendar.

    Args:
        year: the year.
        status: ``announced`` where official notices were seen; ``estimated`` where only the law was applied.
        days_off: weekdays that are not worked.
        working_weekend_days: Saturdays and Sundays that are worked (hoán đổi).
        sources: the notices.
    """

    year: int
    status: YearStatus
    days_off: tuple[date, ...]
    working_weekend_days: tuple[date, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """A working calendar over whole, consecutive years.

    The first day of a term is not counted (Civil Code 2015, art. 147); a holiday on a weekend is compensated on the next working day
    (Labour Code 2019, art. 111.3), which the data state day by day.

    Args:
        years: consecutive years.
        first_day, last_day: their first and last day, in days since 1970-01-01.
        before: int32[days + 1]; working days strictly before ``first_day + i``.
        working: bool[days].
        working_day: int32[working days]; the day number of each working day, in order.
        id: what measures carry: the years and a hash of the content.

    >>> calendar = Calendar.official()
    >>> calendar.add_working_days(date(2025, 12, 31), 1)  # 01 and 02/01/2026 are off
    datetime.date(2026, 1, 5)
    """

    by_year: Mapping[int, CalendarYear]
    first_day: int
    last_day: int
    before: Days
    working: Days
    working_day: Days
    id: str

    @classmethod
    def official(cls) -> Calendar:
        """Return the packaged calendar of Vietnamese state bodies."""
        return _official()

    @classmethod
    def of(cls, years: Iterable[CalendarYear]) -> Calendar:
        """Return a calendar of consecutive years.

        Raises:
            CatalogueError: when there is no year, a year is missing between two others, a day lies in another year, or a day off
                is a weekend.
        """
        ordered = sorted(years, key=lambda y: y.year)
        _check_years(ordered)
        first, last = date(ordered[0].year, 1, 1), date(ordered[-1].year, 12, 31)
        first_day, last_day = day_number(first), day_number(last)
        numbers = np.arange(first_day, last_day + 1)
        weekday = (numbers + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0
        working = weekday < 5
        for year in ordered:
            for day in year.days_off:
                working[day_number(day) - first_day] = False
            for day in year.working_weekend_days:
                working[day_number(day) - first_day] = True
        before = np.zeros(len(numbers) + 1, dtype=np.int32)
        np.cumsum(working, out=before[1:])
        working_day = numbers[working].astype(np.int32)
        for table in (before, working, working_day):
            table.flags.writeable = False
        content = json.dumps([_plain(y) for y in ordered], sort_keys=True)
        digest = hashlib.sha256(content.encode()).hexdigest()[:8]
        return cls(
            {y.year: y for y in ordered},
            first_day,
            last_day,
            before,
            working,
            working_day,
            f"vn-{ordered[0].year}..{ordered[-1].year}-{digest}",
        )

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Calendar:
        """Return a calendar from the shape of the packaged JSON: ``{"years": {"2021": {"days_off": [...], ...}}}``."""
        return cls.of(year_from_mapping(int(year), entry) for year, entry in data["years"].items())

    @classmethod
    def from_json(cls, text: str) -> Calendar:
        """Return a calendar from JSON text; the inverse of ``to_json``."""
        return cls.from_mapping(json.loads(text))

    def to_json(self) -> str:
        """Return the calendar as JSON text."""
        years = {str(y.year): {k: v for k, v in _plain(y).items() if k != "year"} for y in self.by_year.values()}
        return json.dumps({"years": years}, ensure_ascii=False, indent=1)

    def with_year(
        self,
        year: int,
        *,
        days_off: Iterable[date],
        working_weekend_days: Iterable[date] = (),
        status: YearStatus = "announced",
        sources: Iterable[str] = (),
    ) -> Calendar:
        """Return a calendar with one year replaced, or added next to the others: how a new notice is loaded without a new release."""
        new = CalendarYear(year, status, tuple(sorted(days_off)), tuple(sorted(working_weekend_days)), tuple(sources))
        return Calendar.of([*(y for y in self.by_year.values() if y.year != year), new])

    @property
    def years(self) -> tuple[int, ...]:
        """The years known, ascending."""
        return tuple(self.by_year)

    @property
    def first_date(self) -> date:
        """The first day known."""
        return date_of(self.first_day)

    @property
    def last_date(self) -> date:
        """The last day known."""
        return date_of(self.last_day)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"Calendar({self.id!r})"

    def status(self, year: int) -> YearStatus:
        """Return whether a year is announced or estimated.

        Raises:
            CalendarRangeError: when the year is not known.
        """
        return self._year(year).status

    def sources(self, year: int) -> tuple[str, ...]:
        """Return the notices a year rests on."""
        return self._year(year).sources

    def touches_estimated(self, first: date, last: date) -> bool:
        """Return whether any day from ``first`` to ``last`` lies in an estimated year; unknown years do not count."""
        return any(self.by_year[y].status == "estimated" for y in range(first.year, last.year + 1) if y in self.by_year)

    def is_working_day(self, day: date) -> bool:
        """Return whether a day is worked."""
        return bool(self.working[self._position(day)])

    def working_days(self, after: date, until: date) -> int:
        """Return the working days after one day, up to and including another; negative when reversed.

        >>> Calendar.official().working_days(date(2021, 9, 1), date(2021, 9, 6))  # 02 and 03/09 off, then a weekend
        1
        """
        return int(self.before[self._position(until) + 1]) - int(self.before[self._position(after) + 1])

    def add_working_days(self, start: date, n: int) -> date:
        """Return the n-th working day after a day; the first day is not counted. With n = 0, the first working day on or after it.

        Raises:
            CalendarRangeError: when the start or the result lies outside the calendar.
            ValueError: when n is negative.
        """
        if n < 0:
            raise ValueError(f"số ngày làm việc âm: {n} | negative number of working days: {n}")
        if n == 0:
            return self.roll(start)
        return self._nth(int(self.before[self._position(start) + 1]) + n)

    def roll(self, day: date) -> date:
        """Return the first working day on or after a day (Civil Code 2015, art. 148)."""
        return self._nth(int(self.before[self._position(day)]) + 1)

    def covers(self, days: Days) -> Days:
        """Return the mask of the day numbers that lie inside the calendar."""
        found: Days = (days >= self.first_day) & (days <= self.last_day)
        return found

    def working_days_before(self, days: Days) -> Days:
        """Return the working days strictly before each day number, counted from the calendar's first day (int64).

        Raises:
            CalendarRangeError: names the first year that is not known.
        """
        self._check(days)
        found: Days = self.before[days - self.first_day].astype(np.int64)
        return found

    def working_days_through(self, days: Days) -> Days:
        """Return the working days on or before each day number, counted from the calendar's first day (int64)."""
        self._check(days)
        found: Days = self.before[days - self.first_day + 1].astype(np.int64)
        return found

    def nth_working_day(self, numbers: Days) -> Days:
        """Return the day number of the n-th working day of the calendar, from 1 (int32).

        Raises:
            CalendarRangeError: when a number lies outside.
        """
        if len(numbers) and (numbers.min() < 1 or numbers.max() > len(self.working_day)):
            raise _outside(self.first_date.year - 1 if numbers.min() < 1 else self.last_date.year + 1, self)
        found: Days = self.working_day[numbers - 1]
        return found

    def add_working_days_column(self, days: Days, terms: Days) -> Days:
        """Return the column form of ``add_working_days``: int32 day numbers."""
        counted = self.working_days_through(days) + terms
        return self.nth_working_day(np.where(terms == 0, self.working_days_before(days) + 1, counted))

    def roll_column(self, days: Days) -> Days:
        """Return the column form of ``roll``: int32 day numbers."""
        return self.nth_working_day(self.working_days_before(days) + 1)

    def _year(self, year: int) -> CalendarYear:
        if year not in self.by_year:
            raise _outside(year, self)
        return self.by_year[year]

    def _position(self, day: date) -> int:
        number = day_number(day)
        if not self.first_day <= number <= self.last_day:
            raise _outside(day.year, self)
        return number - self.first_day

    def _nth(self, number: int) -> date:
        if number > len(self.working_day):
            raise _outside(self.last_date.year + 1, self)
        return date_of(int(self.working_day[number - 1]))

    def _check(self, days: Days) -> None:
        outside = ~self.covers(days)
        if outside.any():
            raise _outside(date_of(int(days[outside][0])).year, self)


def year_from_mapping(year: int, entry: Mapping[str, Any]) -> CalendarYear:
    """Return one year from a table with ``days_off``, ``working_weekend_days``, ``status`` and ``sources``; dates are ISO text or dates."""

    def days(key: str) -> tuple[date, ...]:
        return tuple(sorted(d if isinstance(d, date) else date.fromisoformat(d) for d in entry.get(key, ())))

    return CalendarYear(
        year,
        entry.get("status", "announced"),
        days("days_off"),
        days("working_weekend_days"),
        tuple(entry.get("sources", ())),
    )


@cache
def _official() -> Calendar:
    text = resources.files("cchc_metrics.reference").joinpath("data/calendar_vn.json").read_text(encoding="utf-8")
    return Calendar.from_json(text)


def _plain(year: CalendarYear) -> dict[str, Any]:
    return {
        "year": year.year,
        "status": year.status,
        "days_off": [d.isoformat() for d in year.days_off],
        "working_weekend_days": [d.isoformat() for d in year.working_weekend_days],
        "sources": list(year.sources),
    }


def _check_years(years: list[CalendarYear]) -> None:
    mistakes: list[tuple[str, str]] = []
    if not years:
        mistakes.append(("lịch không có năm nào", "the calendar has no year"))
    for one, next_one in pairwise(years):
        if next_one.year != one.year + 1:
            mistakes.append(
                (
                    f"thiếu năm {one.year + 1} giữa {one.year} và {next_one.year}; nạp thêm năm đó",
                    f"year {one.year + 1} is missing between {one.year} and {next_one.year}; load it too",
                )
            )
    for year in years:
        for day in (*year.days_off, *year.working_weekend_days):
            if day.year != year.year:
                mistakes += [(f"{day} không thuộc năm {year.year}", f"{day} is not in {year.year}")]
        mistakes += [
            (f"{day} đã là cuối tuần, không ghi vào days_off", f"{day} is a weekend already, not a day of days_off")
            for day in year.days_off
            if day.weekday() >= 5
        ]
        mistakes += [
            (f"{day} là ngày thường, không ghi vào working_weekend_days", f"{day} is a weekday, not a day of working_weekend_days")
            for day in year.working_weekend_days
            if day.weekday() < 5
        ]
    if mistakes:
        raise CatalogueError("; ".join(vi for vi, _ in mistakes), "; ".join(en for _, en in mistakes))


def _outside(year: int, calendar: Calendar) -> CalendarRangeError:
    known = f"{calendar.years[0]}–{calendar.years[-1]}"
    return CalendarRangeError(
        f"năm {year} chưa có trong lịch làm việc ({known}); nạp bằng Calendar.with_year({year}, days_off=…) "
        "hoặc [calendar] trong district.toml",
        f"year {year} is not in the working calendar ({known}); supply it with Calendar.with_year({year}, days_off=…) "
        "or [calendar] in district.toml",
    )
