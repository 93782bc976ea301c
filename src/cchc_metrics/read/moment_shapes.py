"""Dates and times in texts, many at a time: texts of one shape have their digits in the same places, so one look tells what all mean.

A text's shape is its bytes with every digit that may differ as 0. Texts are taken eight bytes at a time as numbers of 64 bits: one
subtraction of the shape leaves the digits and tells whether all else is as it must be. Which digits are the day, the month and so on, the
first text of a shape tells (``records.moment_text.form_of``). What is not understood so, or is no date of a record, is left: those few
texts are understood one by one, and only that way finds mistakes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from cchc_metrics.records.columns import Array
from cchc_metrics.records.fields import FIRST_DATE, FIRST_OF_1900, LAST_DATE, MAX_MONTH, NO_DAY, clean, short_year
from cchc_metrics.records.moment_text import EXCEL_EPOCH, MomentForm, form_of, hour_of
from cchc_metrics.reference.days import day_number

LOW, HIGH, MONTH_FIRST, OF_DATE, EITHER, SHORT, YEAR_FIRST = 1, 2, 3, 4, 8, 16, 32
"""What a cell shows of how its column is written: its day is 12 at most; it is above 12; its month comes first. Added: it is a date and no
text; day and month could be exchanged; its year has two digits, so that it means something only if the column shows the order; such a
one could begin with its year."""
_PAIR: Final = re.compile(r"\s*(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}(?!\d)")
_DASHES: Final = re.compile(r"\d-\d{1,2}-\d")
MAX_DAY: Final = 31
_AT_A_TIME: Final = 1 << 15
"""So many texts are looked at together that all of the work stays in the cache."""
_LONGEST: Final = 64
"""Longer texts, in bytes, are understood one by one."""
_SHAPES: Final = 64
"""So many shapes of one length are known; a column of more is no column of dates."""
_DIGIT, _SAME = 0x76, 0x7F
"""Added to a byte that must be below 10, or 0, they reach the eighth bit where it is not."""
_EIGHTHS: Final = np.uint64(0x8080808080808080)
_BYTE, _TEN = np.uint64(0xFF), np.uint64(10)
_LONGEST_PART: Final = 16
"""Digits of a part of a day, up to which numbers of 64 bits are exact."""
FIRST_DAY, LAST_DAY = day_number(FIRST_DATE), day_number(LAST_DATE)
_DAY: Final = 86_400


def pair_of(cell: object) -> tuple[int, int] | None:
    """Return the two numbers before the year of a text such as 05/03/2021."""
    found = _PAIR.match(cell) if isinstance(cell, str) else None
    return None if found is None else (int(found[1]), int(found[2]))


def may_begin_with_the_year(cell: str, last: int) -> bool:
    """Return whether a date of three short numbers may be one such as 21-03-05; where it has slashes or dots, nobody writes it so."""
    return last <= MAX_DAY and _DASHES.search(cell) is not None


@dataclass(frozen=True, slots=True, eq=False)
class Understood:
    """What texts mean.

    Args:
        days: int32[n] days since 1970-01-01, ``NO_DAY`` where there is none.
        seconds: int32[n] seconds of the day, −1 where there is none.
        signs: uint8[n] what each shows of how its column is written (``LOW`` and the others); 0 for nothing.
    """

    days: Array
    seconds: Array
    signs: Array

    @classmethod
    def joined(cls, parts: Sequence[Understood]) -> Understood:
        """Return what texts one after the other mean."""
        if len(parts) == 1:
            return parts[0]
        days, seconds, signs = (
            [part.days for part in parts],
            [part.seconds for part in parts],
            [part.signs for part in parts],
        )
        return cls(np.concatenate(days), np.concatenate(seconds), np.concatenate(signs)) if parts else cls.nothing(0)

    @classmethod
    def nothing(cls, size: int) -> Understood:
        """Return so many empty cells."""
        return cls(np.full(size, NO_DAY, dtype=np.int32), np.full(size, -1, dtype=np.int32), np.zeros(size, dtype=np.uint8))


def _months() -> Array:
    """Return uint64[year from 1990, the one after 2099 for all others; month to 127]: the day before the first · 32 + how many days."""
    found = np.zeros((LAST_DATE.year - FIRST_DATE.year + 2, 128), dtype=np.uint64)
    firsts = np.arange("1990-01", "2100-02", dtype="datetime64[M]").astype("datetime64[D]").astype(np.int64)
    found[:-1, 1:13] = ((firsts[:-1] - 1) * 32 + np.diff(firsts)).reshape(-1, 12)
    return found.reshape(-1)


_MONTHS: Final = _months()
_HOURS: Final = {half: np.array([hour_of(h, half) for h in range(100)], dtype=np.uint64) for half in (None, "sa", "ch", "am", "pm")}


class Shapes:
    """The shapes of a column's texts, learnt as they come."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[int, list[_Shape]] = {}

    def understand(self, offsets: Array, data: Array) -> tuple[Understood, Array]:
        """Return what texts mean, and the ascending positions of those that are left to be understood one by one.

        Args:
            offsets: int64[n + 1] where each text begins and ends; an empty text is an empty cell.
            data: the bytes, UTF-8.
        """
        size = len(offsets) - 1
        found = Understood.nothing(size)
        left: list[Array] = []
        for first in range(0, size, _AT_A_TIME):
            some = offsets[first : first + _AT_A_TIME + 1]
            rows = slice(first, first + len(some) - 1)
            part = Understood(found.days[rows], found.seconds[rows], found.signs[rows])
            left.append(
                first + self._part(some - some[0], np.concatenate([data[some[0] : some[-1]], np.zeros(_LONGEST, dtype=np.uint8)]), part)
            )
        return found, np.concatenate(left) if left else np.zeros(0, dtype=np.int64)

    def _part(self, offsets: Array, data: Array, found: Understood) -> Array:
        lengths = np.diff(offsets)
        shortest, longest = int(lengths.min()), int(lengths.max())
        left: list[Array] = [] if longest <= _LONGEST else [np.flatnonzero(lengths > _LONGEST)]
        if shortest == longest:
            every = None if 0 < longest <= _LONGEST else np.zeros(0, dtype=np.int64)
            left.append(self._of_length(longest, offsets[:-1], every, data, found))
        else:
            present = np.flatnonzero(np.bincount(np.minimum(lengths, _LONGEST + 1)))
            for length in present[(present > 0) & (present <= _LONGEST)].tolist():
                rows = np.flatnonzero(lengths == length)
                left.append(self._of_length(length, offsets[rows], rows, data, found))
        return np.sort(np.concatenate(left)) if len(left) > 1 else left[0]

    def _of_length(self, length: int, starts: Array, rows: Array | None, data: Array, found: Understood) -> Array:
        """Understand the texts of one length, those of ``rows`` or all; return the rows that are left."""
        places, rest = range(0, length, 8), length % 8
        if rows is None:  # the texts lie side by side, so that nothing need be gathered
            rows = np.arange(len(starts))
            taken = [np.ndarray((len(starts),), dtype="<u8", buffer=data, offset=at, strides=(length,)) for at in places]
        else:
            size = 8 * len(places)
            every = np.ndarray((len(data) - size + 1,), dtype=f"V{size}", buffer=data, strides=(1,))
            words = every[starts].view("<u8").reshape(len(starts), len(places))
            taken = [words[:, at] for at in range(len(places))]
        if rest:
            taken[-1] = taken[-1] & np.uint64((1 << 8 * rest) - 1)
        left: list[Array] = []
        known = self._known.setdefault(length, [])
        at = 0
        while len(rows):
            if at == len(known):
                if at == _SHAPES:
                    left.append(rows)
                    break
                start = int(starts[0])
                known.append(_Shape.of(data[start : start + length].tobytes()))
            shape, at = known[at], at + 1
            digits = [word ^ same for word, same in zip(taken, shape.same, strict=True)]
            same = shape.fits(digits)
            if same.all():
                left.append(shape.write(digits, rows, found))
                break
            here = np.flatnonzero(same)
            if len(here):
                left.append(shape.write([word.take(here) for word in digits], rows.take(here), found))
                other = np.flatnonzero(~same)
                rows, starts, taken = rows.take(other), starts.take(other), [word.take(other) for word in taken]
        return np.concatenate(left) if left else np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """A shape of texts.

    Args:
        same: uint64 words: the bytes that all texts of the shape have, 0 in place of digits.
        limits: uint64 words: ``_DIGIT`` in place of digits, else ``_SAME``.
        places: what the digits stand for, a letter of ``MomentForm`` → their places.
        form: of the texts; None where they are understood one by one.
        paired: ``LOW`` where the texts begin as 05/03/2021 does, so that they show the order of their column; with ``SHORT`` where the
            year has two digits; else 0.
    """

    same: tuple[np.uint64, ...]
    limits: tuple[np.uint64, ...]
    places: dict[str, Sequence[int]]
    form: MomentForm | None
    paired: int

    @classmethod
    def of(cls, text: bytes) -> _Shape:
        """Return the shape of a text."""
        at = [place for place, byte in enumerate(text) if 48 <= byte <= 57]
        decoded = text.decode("utf-8", "surrogatepass")
        form, paired = form_of(clean(decoded)), LOW if pair_of(decoded) else 0
        if form is None and not paired and (short := short_year(decoded)) is not None and not _DASHES.search(decoded):
            form, paired = form_of(clean(short[3])), LOW + SHORT
            form = form and replace(form, digits=form.digits.replace("YYYY", "YY"))
        if form is not None and (len(form.digits) != len(at) or form.digits.count("P") > _LONGEST_PART):
            form = None
        letters = "." * len(at) if form is None else form.digits
        same, limits = bytearray(text), bytearray([_SAME] * len(text))
        places: dict[str, list[int]] = {}
        for place, letter in zip(at, letters, strict=True):
            if letter != "=":
                same[place], limits[place] = 48, _DIGIT
                places.setdefault(letter, []).append(place)
        if any(listed[-1] - listed[0] >= len(listed) for letter, listed in places.items() if letter != "."):  # invisible characters between
            form = None
        return cls(_words(same), _words(limits), dict(places), form, paired)

    def fits(self, digits: Sequence[Array]) -> Array:
        """Return which texts have the shape, of their words less ``same``."""
        found: Any = None
        for word, limit in zip(digits, self.limits, strict=True):
            high = word + limit
            high |= word
            found = high if found is None else np.bitwise_or(found, high, out=found)
        found &= _EIGHTHS
        fits: Array = found == 0
        return fits

    def write(self, digits: Sequence[Array], rows: Array, found: Understood) -> Array:
        """Write what texts of the shape mean; return the rows that are left."""
        if self.form is None:
            return rows
        numbers = _Numbers(digits, self.places)
        days, seconds, signs, good = self._serial(numbers) if "N" in self.places else self._dated(numbers, self.form)
        left = rows[:0]
        if not good.all():
            left, rows, days = rows[~good], rows[good], days[good]
            seconds = seconds if isinstance(seconds, int) else seconds[good]
            signs = signs if isinstance(signs, int) else signs[good]
        where: Any = slice(None) if len(rows) == len(found.days) else rows
        found.days[where], found.seconds[where], found.signs[where] = days, seconds, signs
        return left

    def _dated(self, numbers: _Numbers, form: MomentForm) -> tuple[Array, Array | int, Array | int, Array]:
        year, month, day = numbers.of("Y"), numbers.of("M"), numbers.of("D")
        if self.paired & SHORT:
            year += np.uint64(2000) - (year >= np.uint64(FIRST_OF_1900)) * np.uint64(100)
        year -= np.uint64(FIRST_DATE.year)  # an earlier one becomes more than any other
        np.minimum(year, np.uint64(LAST_DATE.year - FIRST_DATE.year + 1), out=year)
        year <<= np.uint64(7)
        year += month
        of_month = _MONTHS.take(year.view(np.int64))
        good = (day - np.uint64(1)) < (of_month & np.uint64(31))
        of_month >>= np.uint64(5)
        of_month += day
        days = of_month.view(np.int64)
        signs: Array | int = 0
        if self.paired:
            high = day > np.uint64(MAX_MONTH)
            signs = np.uint8(self.paired) + high.view(np.uint8) * np.uint8(HIGH - LOW)
            either = day != month if self.paired & SHORT else (day != month) & ~high
            signs |= either.view(np.uint8) * np.uint8(EITHER)
        if "h" not in self.places:
            return days, -1, signs, good
        seconds = numbers.of("h")
        if form.half is not None:
            seconds = _HOURS[form.half].take(seconds.view(np.int64))
        good &= seconds < np.uint64(24)
        seconds *= np.uint64(3600)
        for letter, each in (("m", 60), ("s", 1)):
            if letter in self.places:
                more = numbers.of(letter)
                good &= more < np.uint64(60)
                more *= np.uint64(each)
                seconds += more
        found = seconds.view(np.int64)
        if form.ahead:
            found += form.ahead
            later = (found >= _DAY).astype(np.int64) + (found >= 2 * _DAY) - (found < 0)
            days += later
            found -= later * _DAY
            good &= (days >= FIRST_DAY) & (days <= LAST_DAY)
        return days, found, signs, good

    def _serial(self, numbers: _Numbers) -> tuple[Array, Array | int, Array | int, Array]:
        days = numbers.of("N").view(np.int64) + day_number(EXCEL_EPOCH)
        good = (days >= FIRST_DAY) & (days <= LAST_DAY)
        if "P" not in self.places:
            return days, -1, 0, good
        # A part of k digits is part · 86.400.000 / 10^k thousandths of a second, rounded half to even; 86.400.000 is 864 · 10^5.
        power = len(self.places["P"]) - 5
        part = numbers.of("P") * np.uint64(864 * 10 ** max(-power, 0))
        whole = np.uint64(10 ** max(power, 0))
        thousandths, over = part // whole, part % whole
        thousandths += (over * np.uint64(2) > whole) | ((over * np.uint64(2) == whole) & (thousandths & np.uint64(1) == 1))
        seconds = (thousandths // np.uint64(1000)).view(np.int64)
        good &= seconds < _DAY
        return days, np.where(seconds == 0, -1, seconds), 0, good


def _words(text: bytes | bytearray) -> tuple[np.uint64, ...]:
    padded = bytes(text).ljust(-(-len(text) // 8) * 8, b"\x00")
    return tuple(np.frombuffer(padded, dtype="<u8").astype(np.uint64))


class _Numbers:
    """The numbers that digits make.

    Args:
        digits: uint64 words of eight bytes, each of which is a digit or 0.
        places: see ``_Shape``.
    """

    __slots__ = ("_digits", "_pairs", "_places")

    def __init__(self, digits: Sequence[Array], places: dict[str, Sequence[int]]) -> None:
        self._digits, self._places = digits, places
        self._pairs: dict[int, Array] = {}

    def of(self, letter: str) -> Array:
        """Return the numbers whose digits have a letter (uint64)."""
        places = self._places[letter]
        found = self._one(places[0]) if len(places) % 2 else self._two(places[0])
        for place in places[2 - len(places) % 2 :: 2]:
            found *= np.uint64(100)
            found += self._two(place)
        return found

    def _one(self, place: int) -> Array:
        found: Array = self._digits[place // 8] >> np.uint64(place % 8 * 8)
        found &= _BYTE
        return found

    def _two(self, place: int) -> Array:
        """Return the number of two digits side by side."""
        word, at = divmod(place, 8)
        if at == 7:
            found = (self._digits[word] >> np.uint64(56)) * _TEN
            found += self._digits[word + 1] & _BYTE
            return found
        if word not in self._pairs:  # every byte together with the next one, at once
            pairs = self._digits[word] * _TEN
            pairs += self._digits[word] >> np.uint64(8)
            self._pairs[word] = pairs
        found = self._pairs[word] >> np.uint64(8 * at)
        found &= _BYTE
        return found
