"""Dates and times as texts: what is understood, and where in a text its day, month, year and time stand.

A text is matched by its form alone: whichever digits stand in place of those of the day, the hour and so on, the same ones stand for the
same. So the form of one text tells what all texts of that form mean (``form_of``), which ``read/moments.py`` makes use of.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from typing import Final

from cchc_metrics.text import fold

EXCEL_EPOCH: Final = date(1899, 12, 30)
"""Day 0 of spreadsheets, for serials from 61; earlier ones carry the 1900 leap-year error and are out of range here."""
_VIETNAM: Final = timezone(timedelta(hours=7))

_DATE: Final = re.compile(
    r"""(?: (?P<year>\d{4}) [-/.] (?P<month>\d{1,2}) [-/.] (?P<day>\d{1,2})
          | (?P<day_2>\d{1,2}) [-/.] (?P<month_2>\d{1,2}) [-/.] (?P<year_2>\d{4}) )
        (?: [T\s]+ (?P<hour>\d{1,2}) [:h] (?P<minute>\d{2}) (?: : (?P<second>\d{2}) (?: [.,] (?P<fraction>\d+) )? )?
            \s* (?P<zone> Z | [+-]\d{2} (?: :?\d{2} )? )? )?""",
    re.VERBOSE,
)
_COMPACT: Final = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})(?:(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)?"
)
_SERIAL: Final = re.compile(r"(?P<whole>\d{5})(?:[.,](?P<part>\d+))?")

_CLOCK = r"""(?P<hour>\d{1,2}) \s* (?: : | h | g | gio ) \s* (?: (?P<minute>\d{2}) \s* (?: phut | p | : (?P<second>\d{2}) )? )?
    \s* (?P<half>sa|ch|am|pm)?"""
_CALENDAR = r"""(?: ngay \s* )? (?P<day>\d{1,2}) \s* (?: [-/.] | thang ) \s* (?P<month>\d{1,2}) \s* (?: [-/.] | nam ) \s* (?P<year>\d{4})"""
_WEEKDAY = r"""(?: (?: thu \s* (?: hai | ba | tu | nam | sau | bay | [2-7] ) | chu \s+ nhat | t[2-7] | cn ) \s* ,? \s* )?"""
_ZONE = r"""(?: \s* \(? (?: gmt | utc ) \s* \+ \s* 0?7 (?: :? 00 )? \)? )?"""
_DAY_FIRST: Final = re.compile(rf"{_WEEKDAY} {_CALENDAR} (?: [\s,]+ (?: luc \s+ )? {_CLOCK} )? {_ZONE}", re.VERBOSE)
_CLOCK_FIRST: Final = re.compile(rf"(?: luc \s+ )? {_CLOCK} (?: \s* ,? \s+ | \s* , \s* ) {_WEEKDAY} {_CALENDAR} {_ZONE}", re.VERBOSE)


def moment_of(text: str) -> date | datetime | None:
    """Return the date or local date-time that a text means; None where it means none.

    Args:
        text: without space around it, and composed (``fields.clean``).
    """
    match = _matched(text)
    if match is None:
        return None
    if match.re is _SERIAL:
        return _of_serial(text)
    parts = match.groupdict()
    year, month, day = (parts[name] or parts[f"{name}_2"] for name in ("year", "month", "day"))
    hour, minute, second = parts["hour"], parts.get("minute"), parts.get("second")
    try:
        if hour is None:
            return date(int(year), int(month), int(day))
        zone = parts.get("zone")
        moment = datetime(int(year), int(month), int(day), hour_of(int(hour), parts.get("half")), int(minute or 0), int(second or 0))
        return moment if zone is None else local(moment.replace(tzinfo=_zone(zone)))
    except ValueError:
        return None


def local(moment: datetime) -> datetime | None:
    """Return an instant in Vietnamese local time, to the second; None at the ends of what a datetime can be."""
    if moment.tzinfo is not None:
        try:
            moment = moment.astimezone(_VIETNAM)
        except OverflowError:
            return None
    return datetime(moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)


def hour_of(hour: int, half: str | None) -> int:
    """Return an hour of the day, of one of a half of the day (``sa``, ``ch``, ``am``, ``pm``); there is no thirteenth in the morning."""
    if half in ("ch", "pm"):
        return hour + 12 if hour < 12 else hour
    if half is None:
        return hour
    return 0 if hour == 12 else hour if hour < 12 else 24


@dataclass(frozen=True, slots=True)
class MomentForm:
    """What the digits of a text stand for.

    Args:
        digits: a letter for each ASCII digit of the text, in order: ``Y`` year, ``M`` month, ``D`` day, ``h`` hour, ``m`` minute, ``s``
            second, ``N`` and ``P`` days and part of a day of a spreadsheet's serial; ``.`` says nothing, ``=`` is part of the form itself:
            with another digit there the text may mean something else.
        half: the half of the day, None where there is none.
        ahead: seconds by which Vietnamese time is ahead of the text's.
    """

    digits: str
    half: str | None = None
    ahead: int = 0


_LETTERS: Final = {
    "year": "Y",
    "month": "M",
    "day": "D",
    "hour": "h",
    "minute": "m",
    "second": "s",
    "fraction": ".",
    "whole": "N",
    "part": "P",
}


def form_of(text: str) -> MomentForm | None:
    """Return the form of a text, whether there is such a day or not; None where no text of its form is understood, or it has other digits.

    Args:
        text: see ``moment_of``.

    >>> form_of("T6, 31/02/2021 08:30 CH"), form_of("2021-02-03 08:30:00.5Z"), form_of("soon")
    (MomentForm(digits='=DDMMYYYYhhmm', half='ch', ahead=0), MomentForm(digits='YYYYMMDDhhmmss.', half=None, ahead=25200), None)
    """
    match = _matched(text)
    if match is None or any(char.isdecimal() and not char.isascii() for char in text):
        return None
    letters = ["="] * len(match.string)
    for name, (first, last) in ((name, match.span(name)) for name in match.re.groupindex):
        if first >= 0 and (letter := _LETTERS.get(name.removesuffix("_2"))):
            letters[first:last] = letter * (last - first)
    digits = "".join(letter for letter, char in zip(letters, match.string, strict=True) if char.isdecimal())
    parts = match.groupdict()
    if parts.get("zone") is None:
        return MomentForm(digits, parts.get("half"))
    try:
        offset = _zone(parts["zone"]).utcoffset(None)
    except ValueError:
        return None
    return MomentForm(digits, None, round((timedelta(hours=7) - offset).total_seconds()))


def _matched(text: str) -> re.Match[str] | None:
    """Return the parts of a text; of what people write in words, those of its folded form, which has the same digits in the same order."""
    found = _DATE.fullmatch(text) or _COMPACT.fullmatch(text) or _SERIAL.fullmatch(text)
    if found is not None:
        return found
    folded = fold(text)
    return _DAY_FIRST.fullmatch(folded) or _CLOCK_FIRST.fullmatch(folded)


def _zone(text: str) -> timezone:
    """Return a zone as ISO 8601 writes it; ``ValueError`` where there is none such."""
    offset = timedelta(0) if text == "Z" else timedelta(hours=int(text[1:3]), minutes=int(text[3:].lstrip(":") or 0))
    return timezone(-offset if text[0] == "-" else offset)


def _of_serial(text: str) -> date | datetime | None:
    serial = Fraction(text.replace(",", "."))
    if not 30_000 <= serial <= 80_000:
        return None
    days = int(serial)
    day = EXCEL_EPOCH + timedelta(days=days)
    seconds = round((serial - days) * 86_400_000) // 1000  # a fraction of a second is cut off, as in texts; less than a thousandth is noise
    return day if seconds == 0 else datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)
