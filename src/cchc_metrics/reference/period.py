"""Reporting periods: a name, a regime and exact first and last days. The same "Quý I" has several meanings; a period says which."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import total_ordering
from typing import Literal, get_args

from dateutil.relativedelta import relativedelta

from cchc_metrics.arguments import public_methods
from cchc_metrics.errors import CchcError, suggestion
from cchc_metrics.reference.days import day_number
from cchc_metrics.text import fold

PeriodKind = Literal["year", "half", "quarter", "nine_months", "month", "custom"]
Regime = Literal["calendar", "nd09"]

_MONTHS: dict[PeriodKind, int] = {"year": 12, "half": 6, "quarter": 3, "nine_months": 9, "month": 1}
_KIND_NAMES: dict[PeriodKind, tuple[str, str]] = {
    "year": ("năm", "years"),
    "half": ("kỳ 6 tháng", "halves"),
    "quarter": ("quý", "quarters"),
    "nine_months": ("9 tháng", "nine months"),
    "month": ("tháng", "months"),
}
_NUMBERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "dau nam": 1, "cuoi nam": 2}
# Not strftime, which follows the locale of the process.
_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
FIRST_YEAR, LAST_YEAR = 1900, 2199
"""The years that periods are named after."""
_ONE_DAY = timedelta(days=1)


@public_methods
@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """A reporting period. Periods are in the order of their first days, then their last days.

    Its days cannot contradict its name: whoever makes one by hand gets an error where they do. ``parse``, ``of`` and ``custom`` make them
    from less.

    Args:
        kind: year, half, quarter, nine_months, month or custom.
        year: the year it is named after; for ``custom`` the year of its first day.
        number: which half, quarter or month; 1 otherwise.
        regime: ``calendar``; or ``nd09``, the administrative reports of NĐ 09/2019/NĐ-CP art. 12, from the 15th of the month before to the
            14th of the last month. The decree names months, quarters, halves and years; its nine months are a default, by analogy.
        first, last: its first and last day, both included.

    Raises:
        CchcError: there is no such period, it ends before it begins, or its days are not those of its name.

    >>> Period.parse("2021-Q1@nd09").first, Period.parse("2021-Q1@nd09").last
    (datetime.date(2020, 12, 15), datetime.date(2021, 3, 14))
    """

    kind: PeriodKind
    year: int
    number: int
    regime: Regime
    first: date
    last: date

    def __post_init__(self) -> None:
        if self.kind == "custom":
            if self.last < self.first:
                days = f"{self.first}..{self.last}"
                raise CchcError(f"kỳ kết thúc trước khi bắt đầu: {days}", f"the period ends before it begins: {days}")
            _check_year(self.first.year)
            _check_year(self.last.year)
            fits = (self.year, self.number, self.regime) == (self.first.year, 1, "calendar")
        else:
            fits = (self.first, self.last) == _bounds(self.kind, self.year, self.number, self.regime)
        if not fits:
            raise CchcError(
                f"kỳ {self.label} không thể là {self.first}..{self.last}", f"period {self.label} cannot be {self.first}..{self.last}"
            )

    @classmethod
    def of(cls, kind: PeriodKind, year: int, number: int = 1, regime: Regime = "calendar") -> Period:
        """Return a named period.

        Args:
            kind: any but ``custom``.
            year: from 1900 to 2199.
            number: which half, quarter or month, from 1; 1 for a year and for nine months.
            regime: ``calendar`` or ``nd09``.

        Raises:
            CchcError: when there is no such half, quarter, month or year.

        >>> Period.of("quarter", 2021, 3).label
        '2021-Q3'
        """
        return cls(kind, year, number, regime, *_bounds(kind, year, number, regime))

    @classmethod
    def custom(cls, first: date, last: date) -> Period:
        """Return the period between two days, both included.

        Raises:
            CchcError: when it ends before it begins.

        >>> Period.custom(date(2021, 1, 5), date(2021, 3, 2)).days
        57
        """
        return cls("custom", first.year, 1, "calendar", first, last)

    @classmethod
    def parse(cls, text: str) -> Period:
        """Return the period that a text names.

        Args:
            text: ``2021``, ``2021-H1``, ``2021-Q3``, ``2021-9M``, ``2021-04``; each with ``@nd09`` for that regime;
                ``2021-01-05..2021-03-02`` or ``05/01/2021..02/03/2021``; or Vietnamese: ``Năm 2021``, ``Quý I/2021``,
                ``6 tháng đầu năm 2021``, ``9 tháng năm 2021``, ``tháng 4/2021``. Case and diacritics do not count.

        Raises:
            CchcError: names the text, what is understood, and the nearest label where one is near.

        >>> Period.parse("6 tháng đầu năm 2021") == Period.parse("2021-H1")
        True
        """
        name, at, regime_name = text.strip().partition("@")
        regime_name = fold(regime_name)
        if regime_name not in get_args(Regime) and at:
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
            which = int(number) if number.isdigit() else _NUMBERS.get(number, 0)
            if not 1 <= which <= _how_many(kind):
                raise _unknown(text, kind)
            return cls.of(kind, int(match["y"]), which, regime)
        raise _unknown(text)

    @property
    def label(self) -> str:
        """The canonical text; ``Period.parse`` reads it back to the same period."""
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
        """Return the name for readers; a period of NĐ 09/2019 says its days too, since its name alone would mean others.

        >>> Period.parse("2021-Q1").text("vi"), Period.parse("2021-Q1").text("en")
        ('Quý I năm 2021', 'Q1 2021')
        >>> Period.parse("2021-01@nd09").text("en")
        'January 2021 (2020-12-15 to 2021-01-14)'
        """
        roman = ("I", "II", "III", "IV")[min(self.number, 4) - 1]
        vi = lang != "en"
        name = {
            "year": f"Năm {self.year}" if vi else f"{self.year}",
            "half": f"6 tháng {('đầu', 'cuối')[min(self.number, 2) - 1]} năm {self.year}" if vi else f"H{self.number} {self.year}",
            "quarter": f"Quý {roman} năm {self.year}" if vi else f"Q{self.number} {self.year}",
            "nine_months": f"9 tháng năm {self.year}" if vi else f"9 months of {self.year}",
            "month": f"Tháng {self.number} năm {self.year}" if vi else f"{_ENGLISH_MONTHS[self.number - 1]} {self.year}",
            "custom": f"{self.first:%d/%m/%Y}–{self.last:%d/%m/%Y}" if vi else f"{self.first} to {self.last}",
        }[self.kind]
        if self.regime == "calendar":
            return name
        return f"{name} ({self.first:%d/%m/%Y}–{self.last:%d/%m/%Y})" if vi else f"{name} ({self.first} to {self.last})"

    def in_sentence(self, lang: str = "vi") -> str:
        """Return the name as it stands within a sentence, its numeral as it is.

        >>> Period.parse("2021-Q1").in_sentence()
        'quý I năm 2021'
        """
        name = self.text(lang)
        return name if lang == "en" else name[:1].lower() + name[1:]

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

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Period):
            return NotImplemented
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

        >>> Period.parse("2022").until(date(2022, 3, 31)).label
        '2022-01-01..2022-03-31'
        """
        if as_of < self.first:
            raise CchcError(
                f"kỳ {self.label} chưa bắt đầu vào ngày {as_of:%d/%m/%Y}", f"period {self.label} has not begun on {as_of.isoformat()}"
            )
        return self if as_of >= self.last else Period.custom(self.first, as_of)

    def next(self) -> Period:
        """Return the neighbour that begins the day after; same kind and regime.

        Raises:
            CchcError: nine months and custom periods have no neighbours.

        >>> Period.parse("2021-12@nd09").next().label
        '2022-01@nd09'
        """
        return self._step(1)

    def previous(self) -> Period:
        """Return the neighbour that ends the day before; same kind and regime.

        Raises:
            CchcError: nine months and custom periods have no neighbours.
        """
        return self._step(-1)

    def year_earlier(self) -> Period:
        """Return the same-named period one year earlier (so với cùng kỳ), same regime.

        A custom period moves by one year; 29/02 becomes 28/02, and a period that ends on the last day of February still does.

        Raises:
            CchcError: when the year before is before 1900.

        >>> Period.custom(date(2025, 1, 1), date(2025, 2, 28)).year_earlier().last
        datetime.date(2024, 2, 29)
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
            CchcError: when the period is not a whole number of them; a custom period never is.

        >>> [p.label for p in Period.parse("2021-Q1@nd09").parts("month")]
        ['2021-01@nd09', '2021-02@nd09', '2021-03@nd09']
        """
        length, whole = _MONTHS.get(kind, 0), _MONTHS.get(self.kind, 0)
        if not length or not whole or whole % length:
            vi, en = _KIND_NAMES.get(kind, (kind, kind))
            raise CchcError(f"không chia được kỳ {self.label} theo {vi}", f"period {self.label} cannot be divided into {en}")
        start = (self.number - 1) * whole // length
        return tuple(Period.of(kind, self.year, start + i + 1, self.regime) for i in range(whole // length))

    def _step(self, direction: int) -> Period:
        if self.kind in ("custom", "nine_months"):
            raise CchcError(f"kỳ {self.label} không có kỳ liền kề cùng loại", f"{self.label} has no neighbour of its kind")
        many = 12 // _MONTHS[self.kind]
        position = self.year * many + self.number - 1 + direction
        return Period.of(self.kind, position // many, position % many + 1, self.regime)


def _bounds(kind: PeriodKind, year: int, number: int, regime: Regime) -> tuple[date, date]:
    if kind not in _MONTHS or regime not in get_args(Regime):
        raise _unknown(f"{kind} {number}/{year} @{regime}")
    if not 1 <= number <= _how_many(kind):
        raise _unknown(f"{kind} {number}/{year}", kind)
    _check_year(year)
    length = _MONTHS[kind]
    first = date(year, (number - 1) * length + 1, 1)
    after = first + relativedelta(months=length)
    if regime == "nd09":
        # The 15th of the month before the period to the 14th of its last month (NĐ 09/2019/NĐ-CP art. 12).
        first, after = (d + relativedelta(months=-1, day=15) for d in (first, after))
    return first, after - _ONE_DAY


def _how_many(kind: PeriodKind) -> int:
    return 1 if kind == "nine_months" else 12 // _MONTHS[kind]


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CchcError(
            f"năm {year} nằm ngoài khoảng {FIRST_YEAR}–{LAST_YEAR}; sửa năm",
            f"year {year} is outside {FIRST_YEAR}–{LAST_YEAR}; fix the year",
        )


_YEAR = r"(?P<y>(?:19|20|21)[0-9]{2})"
_N = r"(?P<n>[0-9]{1,2})"  # too large a number is an error that says how many there are
_NAMES: tuple[tuple[str, PeriodKind], ...] = (
    (rf"(?:nam )?{_YEAR}", "year"),
    (rf"{_YEAR}[ -]?h{_N}", "half"),
    (rf"6 thang (?P<n>dau nam|cuoi nam)[ /]?{_YEAR}", "half"),
    (rf"{_YEAR}[ -]?q{_N}", "quarter"),
    (rf"q{_N}[ /-]?{_YEAR}", "quarter"),
    (rf"quy (?P<n>[ivx]+|[0-9]{{1,2}}) ?(?:nam|/|-)? ?{_YEAR}", "quarter"),
    (rf"{_YEAR}[ -]?9m", "nine_months"),
    (rf"9 thang (?:dau )?(?:nam )?{_YEAR}", "nine_months"),
    (rf"{_YEAR}-m?{_N}", "month"),
    (rf"thang {_N} ?(?:nam|/|-)? ?{_YEAR}", "month"),
)
_PATTERNS = tuple((re.compile(pattern), kind) for pattern, kind in _NAMES)


def _between(text: str, name: str, regime_name: str) -> Period:
    first, last = (_day(end) for end in name.split("..", maxsplit=1))
    if regime_name or first is None or last is None:
        raise _unknown(text)
    return Period.custom(first, last)


def _day(text: str) -> date | None:
    """Return the day that 2021-01-05 or 05/01/2021 names, None for another text."""
    match = _ISO_DAY.fullmatch(text.strip()) or _VIETNAMESE_DAY.fullmatch(text.strip())
    try:
        return date(int(match["y"]), int(match["m"]), int(match["d"])) if match else None
    except ValueError:
        return None


_ISO_DAY = re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})")
_VIETNAMESE_DAY = re.compile(r"(?P<d>[0-9]{1,2})/(?P<m>[0-9]{1,2})/(?P<y>[0-9]{4})")


def _unknown(text: str, kind: PeriodKind | None = None) -> CchcError:
    """Return the error for a text; with a kind, the text is of that kind and only its number is wrong."""
    accepted = "2021, 2021-H1, 2021-Q3, 2021-9M, 2021-04, 2021-Q1@nd09, 2021-01-05..2021-03-02, Quý I/2021"
    if kind is None:
        vi, en = suggestion(text, _labels_near(text))
    else:
        vi, en = (f"; một năm có {_how_many(kind)} {_KIND_NAMES[kind][0]}", f"; a year has {_how_many(kind)} {_KIND_NAMES[kind][1]}")
    return CchcError(f"kỳ báo cáo “{text}” không hợp lệ{vi}; dùng: {accepted}", f"period «{text}» is not understood{en}; use: {accepted}")


def _labels_near(text: str) -> list[str]:
    """Return the labels of the first year that stands in a text, in the regime that it seems to ask for."""
    year = re.search(_YEAR, text)
    if year is None or ".." in text:
        return []
    y, tail = year["y"], "@nd09" if "@" in text else ""
    names = (y, *(f"{y}-H{n}" for n in (1, 2)), *(f"{y}-Q{n}" for n in (1, 2, 3, 4)), f"{y}-9M", *(f"{y}-{n:02d}" for n in range(1, 13)))
    return [name + tail for name in names]
