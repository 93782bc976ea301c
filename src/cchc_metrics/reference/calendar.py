"""The working calendar: which days count, as two look-up tables. It never guesses a year that it was not given.

A swap (hoán đổi) takes a weekday off and has a weekend day worked; the two can lie in different years. 05/01/2019 was worked for
31/12/2018, so the Saturday is in the packaged year 2019 while the year 2018 is not loaded; the data keep the pair in ``cross_year_swaps``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cchc_metrics.arguments import public_methods
from cchc_metrics.declared import parse_json
from cchc_metrics.errors import CalendarRangeError, CchcError
from cchc_metrics.reference.calendar_year import CalendarYear, YearStatus, check_years, plain_year, year_from_mapping, years_from_mapping
from cchc_metrics.reference.days import date_of, day_number

__all__ = ["Calendar", "CalendarYear", "YearStatus", "year_from_mapping"]

Days = NDArray[Any]


@public_methods
@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """A working calendar over whole, consecutive years.

    The first day of a term is not counted (Civil Code 2015, art. 147); a holiday on a weekend is compensated on the next working day
    (Labour Code 2019, art. 111.3), which the data state day by day. Built by ``official``, ``of``, ``from_mapping``, ``from_json`` and
    ``with_year``, never from its tables. Two calendars with the same id are equal.

    Args:
        by_year: year → its days, ascending.
        first_day, last_day: the first and last day known, in days since 1970-01-01.
        before: int32[days + 1], read-only; working days strictly before ``first_day + i``.
        working: bool[days], read-only; whether ``first_day + i`` is worked.
        working_day: int32[working days], read-only; the day number of each working day, in order.
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
        """Return the packaged calendar of Vietnamese state bodies, from 2019 on; its last year may be estimated.

        >>> Calendar.official().status(2026), Calendar.official().sources(2026)[1]
        ('announced', '12729/VPCP-KGVX of 2025-12-25')
        """
        return _official()

    @classmethod
    def of(cls, years: Iterable[CalendarYear]) -> Calendar:
        """Return a calendar of consecutive years.

        Raises:
            CatalogueError: names every mistake at once: there is no year, a year occurs twice or is missing between two others, a day
                lies in another year or is listed twice, a day off is a weekend, a worked weekend day is none.
        """
        ordered = sorted(years, key=lambda y: y.year)
        check_years(ordered)
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
        content = json.dumps([plain_year(y) for y in ordered], sort_keys=True)
        digest = hashlib.sha256(content.encode()).hexdigest()[:8]
        return cls(
            MappingProxyType({y.year: y for y in ordered}),
            first_day,
            last_day,
            before,
            working,
            working_day,
            f"vn-{ordered[0].year}..{ordered[-1].year}-{digest}",
        )

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Calendar:
        """Return a calendar from the shape of the packaged JSON: ``{"years": {"2021": {"days_off": [...], ...}}}``.

        Keys beside ``years`` are for readers (version, notes) and are not kept. Each year has the keys of ``year_from_mapping``.

        Raises:
            CatalogueError: when the shape or a day is wrong; names the place.
        """
        return cls.of(years_from_mapping(data))

    @classmethod
    def from_json(cls, text: str | bytes) -> Calendar:
        """Return a calendar from JSON text; the inverse of ``to_json``.

        Raises:
            CatalogueError: when the text is not JSON, or not a calendar.
        """
        return cls.from_mapping(parse_json(text, "calendar.json").data)

    def to_json(self) -> str:
        """Return the calendar as JSON text."""
        years = {str(y.year): {k: v for k, v in plain_year(y).items() if k != "year"} for y in self.by_year.values()}
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
        """Return a calendar with one year replaced, or added next to the others: how a new notice is loaded without a new release.

        Args:
            year: the year to replace, or one beside the years known.
            days_off: all its weekdays that are not worked, not only the new ones.
            working_weekend_days: its Saturdays and Sundays that are worked.
            status: ``announced`` or ``estimated``.
            sources: the notices.

        Raises:
            CatalogueError: as for ``of``; a year that is not adjacent leaves one missing.

        >>> Calendar.official().with_year(2028, days_off=[date(2028, 1, 3)]).last_date
        datetime.date(2028, 12, 31)
        """
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

    def __reduce__(self) -> tuple[Any, tuple[tuple[CalendarYear, ...]]]:
        # Built anew from its years, so that a copy in another process has read-only tables too.
        return Calendar.of, (tuple(self.by_year.values()),)

    def status(self, year: int) -> YearStatus:
        """Return whether a year is announced or estimated.

        Raises:
            CalendarRangeError: when the year is not known.
        """
        return self._year(year).status

    def sources(self, year: int) -> tuple[str, ...]:
        """Return the notices a year rests on; empty for an estimated year.

        Raises:
            CalendarRangeError: when the year is not known.
        """
        return self._year(year).sources

    def touches_estimated(self, first: date, last: date) -> bool:
        """Return whether any day from ``first`` to ``last`` lies in an estimated year; unknown years do not count."""
        return any(self.by_year[y].status == "estimated" for y in range(first.year, last.year + 1) if y in self.by_year)

    def is_working_day(self, day: date) -> bool:
        """Return whether a day is worked.

        Raises:
            CalendarRangeError: when the day lies outside the calendar.

        >>> Calendar.official().is_working_day(date(2026, 1, 10))  # a Saturday, worked for 02/01/2026
        True
        """
        return bool(self.working[self._position(day)])

    def working_days(self, after: date, until: date) -> int:
        """Return the working days after one day, up to and including another; negative when reversed, 0 for the same day.

        Raises:
            CalendarRangeError: when either day lies outside the calendar.

        >>> Calendar.official().working_days(date(2021, 9, 1), date(2021, 9, 6))  # 02 and 03/09 off, then a weekend
        1
        """
        return int(self.before[self._position(until) + 1]) - int(self.before[self._position(after) + 1])

    def add_working_days(self, start: date, n: int) -> date:
        """Return the n-th working day after a day; the first day is not counted (Civil Code 2015, art. 147).

        With n = 0 it is the first working day on or after the day, as ``roll`` gives: the day itself only where it is worked.

        Raises:
            CalendarRangeError: when the start or the result lies outside the calendar.
            CchcError: when n is negative.
        """
        if n < 0:
            raise _negative(n)
        if n == 0:
            return self.roll(start)
        return self._nth(int(self.before[self._position(start) + 1]) + n)

    def roll(self, day: date) -> date:
        """Return the first working day on or after a day: where a term that ends on a day off ends (Civil Code 2015, art. 148).

        Raises:
            CalendarRangeError: when the day or the result lies outside the calendar.

        >>> Calendar.official().roll(date(2026, 2, 28))
        datetime.date(2026, 3, 2)
        """
        return self._nth(int(self.before[self._position(day)]) + 1)

    def covers(self, days: Days) -> Days:
        """Return the mask (bool, same shape) of the day numbers that lie inside the calendar."""
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
        """Return the working days on or before each day number, counted from the calendar's first day (int64).

        Raises:
            CalendarRangeError: names the first year that is not known.
        """
        self._check(days)
        found: Days = self.before[days - self.first_day + 1].astype(np.int64)
        return found

    def nth_working_day(self, numbers: Days) -> Days:
        """Return the day number of the n-th working day of the calendar, from 1 (int32).

        Raises:
            CalendarRangeError: when a number lies outside.
        """
        outside = (numbers < 1) | (numbers > len(self.working_day))
        if outside.any():
            raise _outside(self.years[0] - 1 if numbers[outside][0] < 1 else self.years[-1] + 1, self)
        found: Days = self.working_day[numbers - 1]
        return found

    def add_working_days_column(self, days: Days, terms: Days) -> Days:
        """Return the column form of ``add_working_days``: int32 day numbers.

        Args:
            days: integers, day numbers of the first days, which are not counted.
            terms: integers of the same shape, working days; 0 rolls.

        Raises:
            CalendarRangeError: when a start or a result lies outside the calendar.
            CchcError: when a term is negative.
        """
        if (terms < 0).any():
            raise _negative(int(terms[terms < 0][0]))
        counted = self.working_days_through(days) + terms
        return self.nth_working_day(np.where(terms == 0, self.working_days_before(days) + 1, counted))

    def roll_column(self, days: Days) -> Days:
        """Return the column form of ``roll``: int32 day numbers.

        Raises:
            CalendarRangeError: when a day or a result lies outside the calendar.
        """
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
            # Through numpy, because a stray day number can lie beyond the years that a date can hold.
            raise _outside(int(days[outside][0].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)) + 1970, self)


@cache
def _official() -> Calendar:
    text = resources.files("cchc_metrics.reference").joinpath("data/calendar_vn.json").read_text(encoding="utf-8")
    return Calendar.from_json(text)


def _negative(n: int) -> CchcError:
    return CchcError(f"số ngày làm việc âm: {n}; dùng số từ 0", f"negative number of working days: {n}; use 0 or more")


def _outside(year: int, calendar: Calendar) -> CalendarRangeError:
    known = f"{calendar.years[0]}–{calendar.years[-1]}"
    return CalendarRangeError(
        f"năm {year} chưa có trong lịch làm việc ({known}); nạp bằng Calendar.with_year({year}, days_off=…) "
        "hoặc [calendar] trong district.toml",
        f"year {year} is not in the working calendar ({known}); supply it with Calendar.with_year({year}, days_off=…) "
        "or [calendar] in district.toml",
    )
