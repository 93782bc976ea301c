"""What periods are called: the label that programs keep, the names that people read, and which period a text means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from cchc_metrics.errors import CchcError, suggestion
from cchc_metrics.text import fold

PeriodKind = Literal["year", "half", "quarter", "nine_months", "month", "custom"]
Regime = Literal["calendar", "nd09"]

MONTHS: dict[PeriodKind, int] = {"year": 12, "half": 6, "quarter": 3, "nine_months": 9, "month": 1}
"""Kind of a named period → how many months it has."""
KIND_NAMES: dict[PeriodKind, tuple[str, str]] = {
    "year": ("năm", "years"),
    "half": ("kỳ 6 tháng", "halves"),
    "quarter": ("quý", "quarters"),
    "nine_months": ("9 tháng", "nine months"),
    "month": ("tháng", "months"),
}
# Not strftime, which follows the locale of the process.
_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_NUMBERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "dau nam": 1, "cuoi nam": 2, **{m.lower(): n for n, m in enumerate(_ENGLISH_MONTHS, 1)}}


def how_many(kind: PeriodKind) -> int:
    """Return how many periods of a kind a year has."""
    return 1 if kind == "nine_months" else 12 // MONTHS[kind]


# --- Writing


def label_of(kind: PeriodKind, year: int, number: int, regime: Regime, days: tuple[date, date]) -> str:
    """Return the label of a period: ``2021-Q3``, ``2021-Q3@nd09``.

    >>> label_of("month", 2021, 4, "nd09", (date(2021, 3, 15), date(2021, 4, 14)))
    '2021-04@nd09'
    """
    name = {
        "year": f"{year}",
        "half": f"{year}-H{number}",
        "quarter": f"{year}-Q{number}",
        "nine_months": f"{year}-9M",
        "month": f"{year}-{number:02d}",
        "custom": f"{days[0]}..{days[1]}",
    }[kind]
    return name if regime == "calendar" else f"{name}@{regime}"


def reader_name(kind: PeriodKind, year: int, number: int, regime: Regime, days: tuple[date, date], lang: str) -> str:
    """Return the name of a period for readers, with its days where its name alone would mean others."""
    vi, (first, last) = lang != "en", days
    between = f"{first:%d/%m/%Y}–{last:%d/%m/%Y}" if vi else f"{first} to {last}"
    if kind == "custom":
        return between
    roman = ("I", "II", "III", "IV")[min(number, 4) - 1]
    name = {
        "year": f"Năm {year}" if vi else f"{year}",
        "half": f"6 tháng {('đầu', 'cuối')[min(number, 2) - 1]} năm {year}" if vi else f"H{number} {year}",
        "quarter": f"Quý {roman} năm {year}" if vi else f"Q{number} {year}",
        "nine_months": f"9 tháng năm {year}" if vi else f"9 months of {year}",
        "month": f"Tháng {number} năm {year}" if vi else f"{_ENGLISH_MONTHS[number - 1]} {year}",
    }[kind]
    return name if regime == "calendar" else f"{name} ({between})"


# --- Reading


@dataclass(frozen=True, slots=True)
class NamedPeriod:
    """What a text says of a period.

    Args:
        kind, year, number: as in ``Period``; of a custom period the year is that of its first day.
        regime: the regime that it names; ``""`` where it names none.
        days: the first and last day that it says; None where it says none.
    """

    kind: PeriodKind
    year: int
    number: int = 1
    regime: Regime | Literal[""] = ""
    days: tuple[date, date] | None = None


def read_name(text: str) -> NamedPeriod:
    """Return what a text says of a period: a label, a name for readers in either language, or two days.

    >>> read_name("Quý I năm 2021 (15/12/2020–14/03/2021)")
    NamedPeriod(kind='quarter', year=2021, number=1, regime='', days=(datetime.date(2020, 12, 15), datetime.date(2021, 3, 14)))

    Raises:
        CchcError: names the text, what is understood, and the nearest label where one is near.
    """
    name, at, regime_name = fold(text).partition("@")
    regime: Regime | Literal[""] = "nd09" if regime_name == "nd09" else "calendar" if regime_name == "calendar" else ""
    if at and not regime:
        raise unknown(text)
    if between := _BETWEEN.fullmatch(name):
        if regime:
            raise unknown(text)
        days = _days(between, text)
        return NamedPeriod("custom", days[0].year, days=days)
    brackets = _WITH_DAYS.fullmatch(name)
    if brackets:
        name = brackets["name"]
    for pattern, kind in _PATTERNS:
        match = pattern.fullmatch(name)
        if match is None:
            continue
        number = match.groupdict().get("n") or "1"
        which = int(number) if number.isdigit() else _NUMBERS.get(number, 0)
        if not 1 <= which <= how_many(kind):
            raise unknown(text, kind)
        return NamedPeriod(kind, int(match["y"]), which, regime, _days(brackets, text) if brackets else None)
    raise unknown(text)


_YEAR = r"(?P<y>(?:19|20|21)[0-9]{2})"
_N = r"(?P<n>[0-9]{1,2})"  # too large a number is an error that says how many there are
_NAMES: tuple[tuple[str, PeriodKind], ...] = (
    (rf"(?:nam )?{_YEAR}", "year"),
    (rf"{_YEAR}[ -]?h{_N}", "half"),
    (rf"h{_N}[ /-]?{_YEAR}", "half"),
    (rf"6 thang (?P<n>dau nam|cuoi nam)[ /]?{_YEAR}", "half"),
    (rf"{_YEAR}[ -]?q{_N}", "quarter"),
    (rf"q{_N}[ /-]?{_YEAR}", "quarter"),
    (rf"quy (?P<n>[ivx]+|[0-9]{{1,2}}) ?(?:nam|/|-)? ?{_YEAR}", "quarter"),
    (rf"{_YEAR}[ -]?9m", "nine_months"),
    (rf"9 thang (?:dau )?(?:nam )?{_YEAR}", "nine_months"),
    (rf"9 months (?:of )?{_YEAR}", "nine_months"),
    (rf"{_YEAR}-m?{_N}", "month"),
    (rf"thang {_N} ?(?:nam|/|-)? ?{_YEAR}", "month"),
    (rf"(?P<n>{'|'.join(month.lower() for month in _ENGLISH_MONTHS)}) {_YEAR}", "month"),
)
_PATTERNS = tuple((re.compile(pattern), kind) for pattern, kind in _NAMES)
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}"
_TWO_DAYS = rf"(?:tu )?(?:ngay )?(?P<a>{_DAY}) ?(?:\.\.|–|—|-|to|den) ?(?:ngay )?(?P<b>{_DAY})"
_BETWEEN = re.compile(_TWO_DAYS)
_WITH_DAYS = re.compile(rf"(?P<name>[^(]+) \({_TWO_DAYS}\)")


def _days(match: re.Match[str], text: str) -> tuple[date, date]:
    first, last = (_day(match[end]) for end in "ab")
    if first is None or last is None:
        raise unknown(text)
    return first, last


def _day(text: str) -> date | None:
    """Return the day that 2021-01-05 or 05/01/2021 names, None where there is no such day."""
    parts = [int(part) for part in re.split("[-/]", text)]
    year, month, day = parts if "-" in text else parts[::-1]
    try:
        return date(year, month, day)
    except ValueError:
        return None


def unknown(text: str, kind: PeriodKind | None = None) -> CchcError:
    """Return the error for a text; with a kind, the text is of that kind and only its number is wrong."""
    accepted = "2021, 2021-H1, 2021-Q3, 2021-9M, 2021-04, 2021-Q1@nd09, 2021-01-05..2021-03-02, Quý I/2021"
    if kind is None:
        vi, en = suggestion(text, _labels_near(text))
    else:
        vi, en = (f"; một năm có {how_many(kind)} {KIND_NAMES[kind][0]}", f"; a year has {how_many(kind)} {KIND_NAMES[kind][1]}")
    return CchcError(f"kỳ báo cáo “{text}” không hợp lệ{vi}; dùng: {accepted}", f"period «{text}» is not understood{en}; use: {accepted}")


def _labels_near(text: str) -> list[str]:
    """Return the labels of the first year that stands in a text, in the regime that it seems to ask for."""
    year = re.search(_YEAR, text)
    if year is None or ".." in text:
        return []
    y, tail = year["y"], "@nd09" if "@" in text else ""
    names = (y, *(f"{y}-H{n}" for n in (1, 2)), *(f"{y}-Q{n}" for n in (1, 2, 3, 4)), f"{y}-9M", *(f"{y}-{n:02d}" for n in range(1, 13)))
    return [name + tail for name in names]
