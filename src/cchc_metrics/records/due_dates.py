"""Due dates for those who ask: of one dossier, of whole columns of receipts and terms, of a table of dossiers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from cchc_metrics.arguments import public
from cchc_metrics.errors import CalendarRangeError, CchcError
from cchc_metrics.records.choices import TermUnit, Timing
from cchc_metrics.records.columns import NO_NUMBER, Array, Columns, moments_to_numbers
from cchc_metrics.records.dossier_timing import ends
from cchc_metrics.records.due import CALENDAR_MISSING, NO_DUE_DATE, dues_of
from cchc_metrics.records.ends import end_days
from cchc_metrics.records.fields import NO_DAY, CellError, parse_moment
from cchc_metrics.records.rules_by_day import rules_from
from cchc_metrics.records.terms import add_terms
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import date_of
from cchc_metrics.reference.rules import Rules

_CODE: Final = {unit: code for code, unit in enumerate(TermUnit)}
_LONGEST: Final = 2_000_000
"""Halves of a term, and days waited, beyond which no calendar reaches; longer ones need not be told apart, and would not fit."""


@dataclass(frozen=True, slots=True, eq=False)
class DueDates:
    """Due dates, one a row, and why a row has none.

    Args:
        day: datetime64[D][n]; ``NaT`` where there is none.
        second: int32[n] second of the day; −1 where the whole day counts.
        why: uint8[n] positions in ``Timing``; meaningful where there is none.
        rules_from: datetime64[D][n] the first day of the version of the rules that each follows; ``NaT`` for the one before every change.
    """

    day: Array
    second: Array
    why: Array
    rules_from: Array

    def __len__(self) -> int:
        return len(self.day)

    def __getitem__(self, row: int) -> date | datetime | None:
        """Return the due date of a row: a date, a datetime where it has a time, or None."""
        if np.isnat(self.day[row]):
            return None
        return _joined(int(self.day[row].astype(np.int64)), int(self.second[row]))

    def __iter__(self) -> Iterator[date | datetime | None]:
        return (
            None if day is None else day if second < 0 else datetime.combine(day, time()) + timedelta(seconds=second)
            for day, second in zip(self.day.tolist(), self.second.tolist(), strict=True)
        )

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why each row has no due date, ``""`` for one that has: ``no_due_date``, ``calendar_missing`` or ``wait_without_dates``."""
        labels = Timing.labels()
        known = ~np.isnat(self.day)
        return tuple("" if has else labels[why] for has, why in zip(known.tolist(), self.why.tolist(), strict=True))


@public
def due_dates(
    received: Columns | Sequence[date | datetime | str | None] | ArrayLike,
    terms: Any = None,
    units: Any = None,
    *,
    calendar: Calendar,
    rules: Rules | None = None,
    paused_days: Any = 0,
    cut_off: time | Sequence[time | None] | None = None,
) -> DueDates:
    """Return the due dates of many dossiers: each is the one that ``due_date`` gives, and a reason stands where that raises.

    Args:
        received: when they were accepted: dates, datetimes, texts as in a file, or a numpy array of datetime64; None and NaT for none. Or
            the columns of dossiers, whose own appointments, terms and waits then count as in the tally.
        terms: length of each term, or one for all: multiples of one half; None or NaN for none.
        units: unit of each term, or one for all: ``working_days``, ``calendar_days``, ``hours``, ``months``, or what files write.
        calendar: the working calendar.
        rules: None for the default ones; where they change on a day, each dossier follows those of the day of its receipt.
        paused_days: days waited, of each or of all.
        cut_off: of each or of all; a receipt after this time, or on a day off, counts from the next working day.

    Raises:
        CchcError: columns of unequal length, a unit that is not known or missing beside a term, a term that is no multiple of one half, a
            negative number; names the first such row.

    >>> from cchc_metrics.reference.calendar import Calendar
    >>> found = due_dates([date(2025, 12, 31), date(2018, 12, 20), None], [6, 15, 5], "working_days", calendar=Calendar.official())
    >>> list(found)
    [datetime.date(2026, 1, 10), None, None]
    >>> found.reasons
    ('', 'calendar_missing', 'no_due_date')
    """
    rules = rules or Rules.preset("default")
    if isinstance(received, Columns):
        due = dues_of(received, rules, calendar, ends(received, rules, calendar, end_days(received, rules)))
        return _made(due.day, due.second, due.why, rules_from(received, rules))
    day, second = _moments(received)
    n = len(day)
    halves = _numbers(terms, n, 2, "thời hạn", "term")
    unit = _units(units, n)
    if (bare := np.flatnonzero((halves >= 0) & (unit == _CODE[TermUnit.NONE]))).size:
        raise CchcError(
            f"thiếu đơn vị tính thời hạn ở dòng {int(bare[0]) + 1}; dùng {', '.join(TermUnit.labels()[1:])}",
            f"the unit of the term is missing in row {int(bare[0]) + 1}; use {', '.join(TermUnit.labels()[1:])}",
        )
    paused = np.maximum(_numbers(paused_days, n, 1, "số ngày chờ", "days waited"), 0)
    asked = np.flatnonzero((day != NO_DAY) & (halves >= 0))
    cut_offs = _cut_offs(cut_off, n)
    found, clock = np.full(n, NO_DAY, dtype=np.int32), np.full(n, -1, dtype=np.int32)
    first = np.array([-1, *(since for since, _ in rules.versions[1:])], dtype=np.int64)
    version = np.searchsorted(first[1:], day, side="right")
    for number in np.unique(version[asked]).tolist():
        rows = asked[version[asked] == number]
        found[rows], clock[rows] = add_terms(
            day[rows],
            halves[rows],
            unit[rows],
            calendar,
            rules.versions[number][1],
            start_second=second[rows],
            cut_off=None if cut_offs is None else cut_offs[rows],
            extra_days=paused[rows],
        )
    why = np.full(n, NO_DUE_DATE)
    why[asked] = CALENDAR_MISSING
    return _made(found, clock, why, first[version])


@public
def due_date(
    received: date | datetime,
    term: int | Fraction,
    unit: TermUnit | str,
    *,
    calendar: Calendar,
    rules: Rules | None = None,
    paused_days: int = 0,
    cut_off: time | None = None,
) -> date | datetime:
    """Return the due date of one dossier.

    Args:
        received: when it was accepted; the first day is not counted (Civil Code 2015, art. 147).
        term: length; multiples of one half (0,5 working days are 4 hours).
        unit: ``working_days``, ``calendar_days``, ``hours`` or ``months``.
        calendar: the working calendar.
        rules: None for the default ones; their ``opening_hours`` make terms in hours end at a time of the day.
        paused_days: days waited, working days for terms in working days or hours, calendar days otherwise; they move the date.
        cut_off: a receipt after this time, or on a day off, counts from the next working day.

    Returns:
        A date; for a term in hours under opening hours, a datetime.

    Raises:
        CalendarRangeError: when the receipt or the result lies outside the calendar.
        CchcError: when a part is missing or not understood, the term is no multiple of one half, or a number is negative.

    >>> from cchc_metrics.reference.calendar import Calendar
    >>> due_date(date(2025, 12, 31), 6, "working_days", calendar=Calendar.official())  # a worked Saturday
    datetime.date(2026, 1, 10)
    >>> due_date(date(2026, 1, 31), 1, "months", calendar=Calendar.official())  # 28/02/2026 is a Saturday
    datetime.date(2026, 3, 2)
    """
    found = due_dates([received], [term], unit, calendar=calendar, rules=rules, paused_days=paused_days, cut_off=cut_off)
    due = found[0]
    if due is None and found.reasons == ("no_due_date",):
        raise CchcError("thiếu ngày tiếp nhận hoặc thời hạn", "the receipt or the term is missing")
    if due is None:
        calendar.is_working_day(date_of(int(_moments([received])[0][0])))  # raises where the receipt itself is outside
        year = calendar.years[-1] + 1
        raise CalendarRangeError(
            f"hạn trả rơi vào năm {year}, chưa có trong lịch làm việc",
            f"the due date falls into {year}, which is not in the calendar",
        )
    return due


def _made(day: Array, second: Array, why: Array, since: Array) -> DueDates:
    return DueDates(_dates(day), second, why, _dates(since))


def _dates(days: Array) -> Array:
    found = days.astype("datetime64[D]")
    found[days == NO_DAY] = np.datetime64("NaT", "D")
    return found


def _joined(day: int, second: int) -> date | datetime:
    found = date_of(day)
    return found if second < 0 else datetime.combine(found, time()) + timedelta(seconds=second)


def _moments(values: Any) -> tuple[Array, Array]:
    """Return days and seconds of the day (int32; −1 for none); fractions of a second are cut off."""
    if hasattr(values, "__array__"):
        array = np.asarray(values)
        if array.dtype.kind == "M":
            none, days = np.isnat(array), array.astype("datetime64[D]")
            second = (array.astype("datetime64[s]") - days.astype("datetime64[s]")).astype(np.int64)
            has_time = np.datetime_data(array.dtype)[0] not in ("Y", "M", "W", "D")
            day = np.where(none, NO_DAY, days.astype(np.int64)).astype(np.int32)
            return day, np.where(none | (not has_time), -1, second).astype(np.int32)
        values = array.tolist()
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise CchcError("ngày tiếp nhận: cần một danh sách ngày", "receipts: a list of dates is needed")
    moments = list(values)
    if any(v is not None and type(v) is not date and (type(v) is not datetime or v.tzinfo is not None) for v in moments):
        moments = [_moment(row, v) for row, v in enumerate(moments, start=1)]
    return moments_to_numbers(moments)


def _moment(row: int, value: Any) -> date | datetime | None:
    try:
        return parse_moment(value)
    except CellError as error:
        raise CchcError(f"ngày tiếp nhận dòng {row}: «{value}» {error.code.vi}", f"receipt, row {row}: «{value}» {error.code.en}") from None


def _numbers(values: Any, n: int, times: int, vi: str, en: str) -> Array:
    """Return numbers × ``times`` (int64), ``NO_NUMBER`` where there is none."""
    one = values is None or isinstance(values, (str, int, float, Fraction, np.generic))
    spread = [values] if one else _spread(values, n, vi, en)
    try:
        array = np.asarray(spread, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise CchcError(f"{vi}: phải là số", f"{en}: must be numbers") from None
    none = np.isnan(array)
    found = np.where(none, 0, array * times)
    wrong = np.flatnonzero((found < 0) | (found != np.floor(found)))
    if wrong.size:
        row, value = int(wrong[0]) + 1, array[wrong[0]]
        step = ("bội số của 0,5", "a multiple of one half") if times == 2 else ("số nguyên", "whole")
        raise CchcError(
            f"{vi} {value:g} ở dòng {row}: phải là {step[0]}, và không số nào âm",
            f"{en} {value:g} in row {row}: must be {step[1]}, and no number negative",
        )
    numbers = np.where(none, NO_NUMBER, np.minimum(found, _LONGEST)).astype(np.int64)
    return np.repeat(numbers, n) if one else numbers


def _units(values: Any, n: int) -> Array:
    """Return positions in ``TermUnit`` (uint8)."""
    if values is None or isinstance(values, str):
        return np.full(n, _unit(values), dtype=np.uint8)
    spread = _spread(values, n, "đơn vị", "unit")
    try:
        codes = {value: _unit(value) for value in set(spread)}
    except TypeError:  # something that cannot be a unit, and is named as such
        return np.array([_unit(value) for value in spread], dtype=np.uint8)
    return np.fromiter((codes[value] for value in spread), dtype=np.uint8, count=n)


def _unit(value: Any) -> int:
    try:
        return _CODE[TermUnit.parse(value)]
    except CellError as error:
        raise CchcError(f"đơn vị «{value}»: {error.code.vi}{error.fix[0]}", f"unit «{value}»: {error.code.en}{error.fix[1]}") from None


def _cut_offs(values: Any, n: int) -> Array | None:
    if values is None:
        return None
    spread = _spread(values, n, "giờ chốt", "cut-off")
    if any(v is not None and not isinstance(v, time) for v in spread):
        raise CchcError("giờ chốt phải là giờ trong ngày", "a cut-off must be a time of day")
    return np.array([-1 if v is None else v.hour * 3600 + v.minute * 60 + v.second for v in spread], dtype=np.int64)


def _spread(values: Any, n: int, vi: str, en: str) -> Any:
    """Return one value a row: the values, or the only value for all."""
    if values is None or isinstance(values, (str, time)):
        return [values] * n
    if not isinstance(values, Iterable):
        raise CchcError(f"{vi}: cần một giá trị hoặc một danh sách", f"{en}: a value or a list is needed, not {type(values).__name__}")
    found = values if isinstance(values, np.ndarray) else np.asarray(values).tolist() if hasattr(values, "__array__") else list(values)
    if len(found) != n:
        raise CchcError(f"{vi}: {len(found)} giá trị cho {n} dòng", f"{en}: {len(found)} values for {n} rows")
    return found
