"""One year of the working calendar: its days, read from a table and checked, every mistake at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Literal, get_args

from cchc_metrics.arguments import public_methods
from cchc_metrics.errors import CatalogueError, suggestion
from cchc_metrics.reference.days import day_number

YearStatus = Literal["announced", "estimated"]
"""Official notices were seen; or only the law was applied."""

_STATUSES: tuple[YearStatus, ...] = get_args(YearStatus)
_KEYS = ("status", "days_off", "working_weekend_days", "sources", "working_days")

_Mistake = tuple[str, str]


@public_methods
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

    @property
    def working_days(self) -> int:
        """The number of days worked: weekdays without the days off, and the worked weekend days.

        >>> CalendarYear(2021, "estimated", (date(2021, 1, 1),)).working_days
        260
        """
        first, after = day_number(date(self.year, 1, 1)), day_number(date(self.year, 12, 31)) + 1
        weekdays = sum((day + 3) % 7 < 5 for day in range(first, after))  # 1970-01-01 was a Thursday
        return weekdays - len(self.days_off) + len(self.working_weekend_days)


def years_from_mapping(data: Any) -> tuple[CalendarYear, ...]:
    """Return the years of ``{"years": {"2021": {...}, ...}}``, in the order given; other keys beside ``years`` are passed over.

    Raises:
        CatalogueError: when there is no table ``years``, a key is no year, or a year is wrong.
    """
    years = data.get("years") if isinstance(data, Mapping) else None
    if not isinstance(years, Mapping):
        raise CatalogueError("lịch làm việc phải có bảng «years»", "a working calendar needs the table «years»")
    wrong = [str(year) for year in years if not (re.fullmatch(r"[0-9]{1,4}", str(year)) and 1 <= int(year) <= 9998)]
    if wrong:
        names = ", ".join(f"«{year}»" for year in wrong)
        raise CatalogueError(f"lịch làm việc: {names} không phải năm", f"working calendar: {names} is not a year")
    return tuple(year_from_mapping(int(year), entry) for year, entry in years.items())


def year_from_mapping(year: int, entry: Mapping[str, Any]) -> CalendarYear:
    """Return one year from a table.

    Args:
        year: the year.
        entry: ``days_off`` and ``working_weekend_days`` (ISO text or dates), ``status`` (default ``announced``), ``sources`` (texts), and
            ``working_days``, a count that is only compared with the days. A key left out is empty; no other key is understood.

    Raises:
        CatalogueError: names the year and every mistake in the table.

    >>> year_from_mapping(2021, {"days_off": ["2021-01-01"], "sources": ["notice"]}).days_off
    (datetime.date(2021, 1, 1),)
    >>> year_from_mapping(2021, {"day_off": ["2021-01-01"]})
    Traceback (most recent call last):
        ...
    cchc_metrics.errors.CatalogueError: lịch năm 2021: không có khóa «day_off»; có phải «days_off»? | calendar year 2021: there is no key \
«day_off»; did you mean «days_off»?
    """
    mistakes: list[_Mistake] = []
    if not isinstance(entry, Mapping):
        raise _error(year, [("phải là một bảng", "must be a table")])
    for key in entry:
        if key not in _KEYS:
            vi, en = suggestion(str(key), _KEYS)
            mistakes.append((f"không có khóa «{key}»{vi}", f"there is no key «{key}»{en}"))
    status = entry.get("status", "announced")
    if status not in _STATUSES:
        vi, en = suggestion(str(status), _STATUSES)
        mistakes.append(
            (f"status «{status}» không phải announced hay estimated{vi}", f"status «{status}» is not announced or estimated{en}")
        )
    sources = _listed(entry, "sources", mistakes)
    found = CalendarYear(
        year,
        status,
        _days(entry, "days_off", mistakes),
        _days(entry, "working_weekend_days", mistakes),
        tuple(str(source) for source in sources),
    )
    expected = entry.get("working_days")
    if not mistakes and expected is not None and expected != found.working_days:
        mistakes.append(
            (
                f"ghi {expected} ngày làm việc nhưng các ngày đã nêu cho {found.working_days}",
                f"says {expected} working days but its days give {found.working_days}",
            )
        )
    if mistakes:
        raise _error(year, mistakes)
    return found


def plain_year(year: CalendarYear) -> dict[str, Any]:
    """Return a year as plain values for JSON; also what the id of a calendar is made of.

    >>> plain_year(CalendarYear(2021, "estimated", (date(2021, 1, 1),)))["days_off"]
    ['2021-01-01']
    """
    return {
        "year": year.year,
        "status": year.status,
        "days_off": [d.isoformat() for d in year.days_off],
        "working_weekend_days": [d.isoformat() for d in year.working_weekend_days],
        "sources": list(year.sources),
    }


def check_years(years: Sequence[CalendarYear]) -> None:
    """Check the years of a calendar, given in ascending order.

    Raises:
        CatalogueError: names every mistake at once.
    """
    mistakes: list[_Mistake] = []
    if not years:
        mistakes.append(("lịch không có năm nào", "the calendar has no year"))
    for one, other in pairwise(years):
        missing = _span(one.year + 1, other.year - 1)
        if other.year == one.year:
            mistakes.append((f"năm {one.year} lặp lại", f"year {one.year} occurs twice"))
        elif missing:
            mistakes.append(
                (
                    f"thiếu năm {missing} giữa {one.year} và {other.year}; nạp thêm năm đó",
                    f"year {missing} is missing between {one.year} and {other.year}; load it too",
                )
            )
    for year in years:
        mistakes += _mistakes_in(year)
    if mistakes:
        raise CatalogueError("; ".join(vi for vi, _ in mistakes), "; ".join(en for _, en in mistakes))


def _mistakes_in(year: CalendarYear) -> Iterable[_Mistake]:
    listed = Counter((*year.days_off, *year.working_weekend_days))
    for day, times in listed.items():
        if day.year != year.year:
            yield f"{day} không thuộc năm {year.year}", f"{day} is not in {year.year}"
        if times > 1:
            yield f"{day} ghi hai lần", f"{day} is listed twice"
    for day in year.days_off:
        if day.weekday() >= 5:
            yield f"{day} đã là cuối tuần, không ghi vào days_off", f"{day} is a weekend already, not a day of days_off"
    for day in year.working_weekend_days:
        if day.weekday() < 5:
            yield f"{day} là ngày thường, không ghi vào working_weekend_days", f"{day} is a weekday, not a day of working_weekend_days"


def _span(first: int, last: int) -> str:
    if last < first:
        return ""
    return f"{first}" if first == last else f"{first}–{last}"


def _listed(entry: Mapping[str, Any], key: str, mistakes: list[_Mistake]) -> Sequence[Any]:
    values = entry.get(key, ())
    if isinstance(values, (list, tuple)):
        return values
    mistakes.append((f"{key} phải là danh sách, không phải «{values}»", f"{key} must be a list, not «{values}»"))
    return ()


def _days(entry: Mapping[str, Any], key: str, mistakes: list[_Mistake]) -> tuple[date, ...]:
    found = []
    for value in _listed(entry, key, mistakes):
        try:
            day = value if isinstance(value, date) else date.fromisoformat(value)
        except (TypeError, ValueError):
            mistakes.append(
                (f"{key}: «{value}» không phải ngày; viết như 2021-01-31", f"{key}: «{value}» is not a day; write it like 2021-01-31")
            )
        else:
            found.append(day.date() if isinstance(day, datetime) else day)
    return tuple(sorted(found))


def _error(year: int, mistakes: Sequence[_Mistake]) -> CatalogueError:
    vi, en = ("; ".join(texts) for texts in zip(*mistakes, strict=True))
    return CatalogueError(f"lịch năm {year}: {vi}", f"calendar year {year}: {en}")
