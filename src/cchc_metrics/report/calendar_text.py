"""The working calendar as text."""

from __future__ import annotations

from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import day_number
from cchc_metrics.report.page import words_table
from cchc_metrics.report.page_text import table_text
from cchc_metrics.tables.numbers import format_date
from cchc_metrics.text import Lang


def calendar_text(calendar: Calendar, year: int | None = None, lang: Lang = "vi") -> str:
    """Return the years of a calendar with their working days and sources, or the days off and the weekend days worked of one year.

    Raises:
        CalendarRangeError: when the year is not known.
    """
    vi = lang == "vi"
    if year is None:
        rows = tuple((str(y), str(_working_days(calendar, y)), calendar.status(y), "; ".join(calendar.sources(y))) for y in calendar.years)
        headings = ("năm", "ngày làm việc", "tình trạng", "nguồn") if vi else ("year", "working days", "status", "sources")
        return f"{calendar.id}\n{table_text(words_table('calendar', headings, rows, right=[1]), None)}\n"
    calendar.status(year)
    found = calendar.by_year[year]
    off, worked = ("nghỉ", "làm bù") if vi else ("off", "worked")
    days = sorted([*((d, off) for d in found.days_off), *((d, worked) for d in found.working_weekend_days)])
    return "".join(f"{format_date(day, lang)}  {what}\n" for day, what in days)


def _working_days(calendar: Calendar, year: int) -> int:
    first, last = day_number(calendar.first_date.replace(year=year)), day_number(calendar.last_date.replace(year=year))
    return int(calendar.before[last - calendar.first_day + 1] - calendar.before[first - calendar.first_day])
