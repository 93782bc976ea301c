"""Reporting periods: a name, a regime and exact first and last days. The same "Quý I" has several meanings; a period says which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import total_ordering
from typing import Literal, get_args

from dateutil.relativedelta import relativedelta

from cchc_metrics.arguments import public_methods
from cchc_metrics.errors import CchcError
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.period_names import KIND_NAMES, MONTHS, PeriodKind, Regime, how_many, label_of, read_name, reader_name, unknown

__all__ = ["FIRST_YEAR", "LAST_YEAR", "Period", "PeriodKind", "Regime"]

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
                ``2021-01-05..2021-03-02`` or ``05/01/2021..02/03/2021``; or what ``text`` gives in either language: ``Năm 2021``,
                ``Quý I/2021``, ``6 tháng đầu năm 2021``, ``9 months of 2021``, ``Tháng 4 năm 2021 (15/03/2021–14/04/2021)``. Case and
                diacritics do not count. Days in brackets say the regime.

        Raises:
            CchcError: names the text, what is understood, and the nearest label where one is near; or the days in brackets are not those
                of the name in any regime.

        >>> Period.parse("6 tháng đầu năm 2021") == Period.parse("2021-H1")
        True
        >>> Period.parse("Quý I năm 2021 (15/12/2020–14/03/2021)").label
        '2021-Q1@nd09'
        """
        said = read_name(text)
        if said.kind == "custom" and said.days is not None:
            return cls.custom(*said.days)
        if said.days is None:
            return cls.of(said.kind, said.year, said.number, said.regime or "calendar")
        regimes: tuple[Regime, ...] = (said.regime,) if said.regime else get_args(Regime)
        for regime in regimes:
            if _bounds(said.kind, said.year, said.number, regime) == said.days:
                return cls.of(said.kind, said.year, said.number, regime)
        return cls(said.kind, said.year, said.number, regimes[0], *said.days)  # which says that the days are not those of the name

    @property
    def label(self) -> str:
        """The canonical text; ``Period.parse`` reads it back to the same period."""
        return label_of(self.kind, self.year, self.number, self.regime, (self.first, self.last))

    def text(self, lang: str = "vi") -> str:
        """Return the name for readers; a period of NĐ 09/2019 says its days too, since its name alone would mean others.

        >>> Period.parse("2021-Q1").text("vi"), Period.parse("2021-Q1").text("en")
        ('Quý I năm 2021', 'Q1 2021')
        >>> Period.parse("2021-01@nd09").text("en")
        'January 2021 (2020-12-15 to 2021-01-14)'
        """
        return reader_name(self.kind, self.year, self.number, self.regime, (self.first, self.last), lang)

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

    def crosses(self, day: date) -> bool:
        """Return whether the period has days before a day, and that day or later ones.

        >>> Period.parse("2025-Q3@nd09").crosses(date(2025, 7, 1)), Period.parse("2025-Q3").crosses(date(2025, 7, 1))
        (True, False)
        """
        return self.first < day <= self.last

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
        length, whole = MONTHS.get(kind, 0), MONTHS.get(self.kind, 0)
        if not length or not whole or whole % length:
            vi, en = KIND_NAMES.get(kind, (kind, kind))
            raise CchcError(f"không chia được kỳ {self.label} theo {vi}", f"period {self.label} cannot be divided into {en}")
        start = (self.number - 1) * whole // length
        return tuple(Period.of(kind, self.year, start + i + 1, self.regime) for i in range(whole // length))

    def _step(self, direction: int) -> Period:
        if self.kind in ("custom", "nine_months"):
            raise CchcError(f"kỳ {self.label} không có kỳ liền kề cùng loại", f"{self.label} has no neighbour of its kind")
        many = 12 // MONTHS[self.kind]
        position = self.year * many + self.number - 1 + direction
        return Period.of(self.kind, position // many, position % many + 1, self.regime)


def _bounds(kind: PeriodKind, year: int, number: int, regime: Regime) -> tuple[date, date]:
    if kind not in MONTHS or regime not in get_args(Regime):
        raise unknown(f"{kind} {number}/{year} @{regime}")
    if not 1 <= number <= how_many(kind):
        raise unknown(f"{kind} {number}/{year}", kind)
    _check_year(year)
    length = MONTHS[kind]
    first = date(year, (number - 1) * length + 1, 1)
    after = first + relativedelta(months=length)
    if regime == "nd09":
        # The 15th of the month before the period to the 14th of its last month (NĐ 09/2019/NĐ-CP art. 12).
        first, after = (d + relativedelta(months=-1, day=15) for d in (first, after))
    return first, after - _ONE_DAY


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CchcError(
            f"năm {year} nằm ngoài khoảng {FIRST_YEAR}–{LAST_YEAR}; sửa năm",
            f"year {year} is outside {FIRST_YEAR}–{LAST_YEAR}; fix the year",
        )
