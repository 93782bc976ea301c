"""Reporting periods: a name, a regime and exact first and last days. The same "Quý I" has several meanings; a period says which."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from dateutil.relativedelta import relativedelta

from cchc_metrics.errors import CchcError
from cchc_metrics.reference.days import day_number
from cchc_metrics.text import fold

Kind = Literal["year", "half", "quarter", "nine_months", "month", "custom"]
Regime = Literal["calendar", "nd09"]

_MONTHS: dict[Kind, int] = {"year": 12, "half": 6, "quarter": 3, "nine_months": 9, "month": 1}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A reporting period.

    Args:
        kind: year, half, quarter, nine_months, month or custom.
        year: the year it is named after; for ``custom`` the year of its first day.
        number: which half, quarter or month; 1 otherwise.
        regime: ``calendar``; or ``nd09``, the administrative reports of NĐ 09/2019/NĐ-CP art. 12, from the 15th of the month before to the
            14th of the last month.
        first, last: its first and last day.

    >>> Period.parse("2021-Q1@nd09").first, Period.parse("2021-Q1@nd09").last
    (datetime.date(2020, 12, 15), datetime.date(2021, 3, 14))
    """

    kind: Kind
    year: int
    number: int
    regime: Regime
    first: date
    last: date

    @classmethod
    def of(cls, kind: Kind, year: int, number: int = 1, regime: Regime = "calendar") -> Period:
        """Return a named period.

        Raises:
            CchcError: when there is no such half, quarter or month.
        """
        length = _MONTHS[kind]
        how_many = 1 if kind == "nine_months" else 12 // length
        if kind == "custom" or not 1 <= number <= how_many or not 1900 <= year <= 2999:
            raise _unknown(f"{kind} {number}/{year}")
        first = date(year, (number - 1) * length + 1, 1)
        after = first + relativedelta(months=length)
        if regime == "nd09":
            # The 15th of the month before the period to the 14th of its last month.
            first, after = (d + relativedelta(months=-1, day=15) for d in (first, after))
        return cls(kind, year, number, regime, first, after - _ONE_DAY)

    @classmethod
    def custom(cls, first: date, last: date) -> Period:
        """Return the period between two days, both included."""
        if last < first:
            raise CchcError(f"kỳ kết thúc trước khi bắt đầu: {first}..{last}", f"the period ends before it begins: {first}..{last}")
        return cls("custom", first.year, 1, "calendar", first, last)

    @classmethod
    def parse(cls, text: str) -> Period:
        """Return the period that a text names.

        Args:
            text: ``2021``, ``2021-H1``, ``2021-Q3``, ``2021-9M``, ``2021-04``; each with ``@nd09`` for that regime;
                ``2021-01-05..2021-03-02``; or Vietnamese: ``Năm 2021``, ``Quý I/2021``, ``6 tháng đầu năm 2021``,
                ``9 tháng năm 2021``, ``tháng 4/2021``.

        Raises:
            CchcError: names the text and what is understood.
        """
        name, _, regime_name = text.strip().partition("@")
        if regime_name not in ("", "calendar", "nd09"):
            raise _unknown(text)
        regime: Regime = "nd09" if regime_name == "nd09" else "calendar"
        if ".." in name:
            return _between(text, name, regime_name)
        folded = fold(name)
        for pattern, kind in _PATTERNS:
            match = pattern.fullmatch(folded)
            if match is None:
                continue
            number = match.groupdict().get("n") or "1"
            number = {"dau nam": "1", "cuoi nam": "2"}.get(number, number)
            return cls.of(kind, int(match["y"]), _ROMAN[number] if number in _ROMAN else int(number), regime)
        raise _unknown(text)

    @property
    def label(self) -> str:
        """The canonical text; ``Period.parse`` reads it back."""
        name = {
            "year": f"{self.year}",
            "half": f"{self.year}-H{self.number}",
            "quarter": f"{self.year}-Q{self.number}",
            "nine_months": f"{self.year}-9M",
            "month": f"{self.year}-{self.number:02d}",
            "custom": f"{self.first}..{self.last}",
        }[self.kind]
        return name if self.regime == "calendar" else f"{name}@{self.regime}"

    def text(self, lang: str = "vi") -> str:
        """Return the name for readers.

        >>> Period.parse("2021-Q1").text("vi"), Period.parse("2021-Q1").text("en")
        ('Quý I năm 2021', 'Q1 2021')
        """
        roman = ("I", "II", "III", "IV")[min(self.number, 4) - 1]
        vi = lang != "en"
        name = {
            "year": f"Năm {self.year}" if vi else f"{self.year}",
            "half": f"6 tháng {('đầu', 'cuối')[min(self.number, 2) - 1]} năm {self.year}" if vi else f"H{self.number} {self.year}",
            "quarter": f"Quý {roman} năm {self.year}" if vi else f"Q{self.number} {self.year}",
            "nine_months": f"9 tháng năm {self.year}" if vi else f"9 months of {self.year}",
            "month": f"Tháng {self.number} năm {self.year}"
            if vi
            else f"{self.first if self.regime == 'calendar' else self.last:%B} {self.year}",
            "custom": f"{self.first:%d/%m/%Y}–{self.last:%d/%m/%Y}" if vi else f"{self.first} to {self.last}",
        }[self.kind]
        if self.regime == "calendar":
            return name
        return f"{name} ({self.first:%d/%m/%Y}–{self.last:%d/%m/%Y})" if vi else f"{name} ({self.first} to {self.last})"

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    @property
    def first_day(self) -> int:
        """First day, in days since 1970-01-01."""
        return day_number(self.first)

    @property
    def last_day(self) -> int:
        """Last day, in days since 1970-01-01."""
        return day_number(self.last)

    def __lt__(self, other: Period) -> bool:
        return (self.first, self.last, self.label) < (other.first, other.last, other.label)

    def __str__(self) -> str:
        return self.label

    def contains(self, day: date) -> bool:
        """Return whether a day lies in the period."""
        return self.first <= day <= self.last

    def until(self, as_of: date) -> Period:
        """Return the part of the period that has passed on a day, as a custom period; the period itself when it is over.

        Raises:
            CchcError: when the period has not begun.
        """
        return self if as_of >= self.last else Period.custom(self.first, as_of)

    def next(self) -> Period:
        """Return the neighbour that begins the day after; same kind and regime.

        Raises:
            CchcError: nine months and custom periods have no neighbours.
        """
        return self._step(1)

    def previous(self) -> Period:
        """Return the neighbour that ends the day before; same kind and regime."""
        return self._step(-1)

    def year_earlier(self) -> Period:
        """Return the same-named period one year earlier (so với cùng kỳ), same regime.

        A custom period moves by one year; 29/02 becomes 28/02, and a period that ends on the last day of February still does.
        """
        if self.kind != "custom":
            return Period.of(self.kind, self.year - 1, self.number, self.regime)
        last = self.last + relativedelta(years=-1)
        if (self.last + _ONE_DAY).day == 1:
            last = self.last + _ONE_DAY + relativedelta(years=-1) - _ONE_DAY
        return Period.custom(self.first + relativedelta(years=-1), last)

    def parts(self, kind: Literal["half", "quarter", "month"]) -> tuple[Period, ...]:
        """Return the halves, quarters or months that make up the period, in order, without gap or overlap.

        Raises:
            CchcError: when the period is not a whole number of them.
        """
        length = _MONTHS[kind]
        whole = _MONTHS.get(self.kind, 0)
        if whole % length or not whole:
            raise CchcError(f"không chia được {self.label} theo {kind}", f"{self.label} cannot be divided into {kind}s")
        start = (self.number - 1) * whole // length if self.kind != "nine_months" else 0
        return tuple(Period.of(kind, self.year, start + i + 1, self.regime) for i in range(whole // length))

    def _step(self, direction: int) -> Period:
        if self.kind in ("custom", "nine_months"):
            raise CchcError(f"kỳ {self.label} không có kỳ liền kề cùng loại", f"{self.label} has no neighbour of its kind")
        many = 12 // _MONTHS[self.kind]
        position = self.year * many + self.number - 1 + direction
        return Period.of(self.kind, position // many, position % many + 1, self.regime)


_YEAR = r"(?P<y>(?:19|20|21)\d{2})"
_NAMES: tuple[tuple[str, Kind], ...] = (
    (rf"(?:nam )?{_YEAR}", "year"),
    (rf"{_YEAR}-h(?P<n>[12])", "half"),
    (rf"6 thang (?P<n>dau nam|cuoi nam)[ /]?{_YEAR}", "half"),
    (rf"{_YEAR}-q(?P<n>[1-4])", "quarter"),
    (rf"quy (?P<n>iv|i{{1,3}}|[1-4]) ?(?:nam|/|-)? ?{_YEAR}", "quarter"),
    (rf"{_YEAR}-9m", "nine_months"),
    (rf"9 thang (?:dau )?(?:nam )?{_YEAR}", "nine_months"),
    (rf"{_YEAR}-m?(?P<n>0?[1-9]|1[0-2])", "month"),
    (rf"thang (?P<n>0?[1-9]|1[0-2]) ?(?:nam|/|-)? ?{_YEAR}", "month"),
)
_PATTERNS = tuple((re.compile(pattern), kind) for pattern, kind in _NAMES)


def _between(text: str, name: str, regime_name: str) -> Period:
    first, _, last = name.partition("..")
    try:
        days = date.fromisoformat(first.strip()), date.fromisoformat(last.strip())
    except ValueError:
        raise _unknown(text) from None
    if regime_name:
        raise _unknown(text)
    return Period.custom(*days)


def _unknown(text: str) -> CchcError:
    accepted = "2021, 2021-H1, 2021-Q3, 2021-9M, 2021-04, 2021-Q1@nd09, 2021-01-05..2021-03-02, Quý I/2021"
    return CchcError(f"không hiểu kỳ «{text}»; dùng: {accepted}", f"period «{text}» is not understood; use: {accepted}")
