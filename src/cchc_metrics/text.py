"""Text as Vietnamese offices write it: one normal form, one folded form to match by, and their numbers.

A low layer: both what reads and what prints may use it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from cchc_metrics.errors import CchcError
from cchc_metrics.folding import fold, nfc, nfd, word_key

__all__ = ["LANGS", "Lang", "Text", "dictionary_order", "fold", "letters_lost", "nfc", "parse_number_vi", "word_key"]

Lang = Literal["vi", "en"]
"""A language of the output: Vietnamese or English."""
LANGS: tuple[Lang, Lang] = ("vi", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages.

    >>> Text("quá hạn", "late").text("en")
    'late'
    """

    vi: str = ""
    en: str = ""

    def text(self, lang: str) -> str:
        """Return the text in ``"vi"`` or ``"en"``."""
        return self.en if lang == "en" else self.vi


_QUERIED = re.compile(r"[^\W\d_]*[?\ufffd](?:[^\W\d_]|[?\ufffd])*")
_VOWEL = re.compile("[aeiouy]")


def letters_lost(text: str) -> int:
    """Return how many letters of a text were lost to «?», as happens where a program has no letter for what it is given.

    A question mark stands for a letter before or between letters, and after letters that are no word without it. Nothing is read from such
    a text: «C?» is no «c», and nobody knows what it was.

    Args:
        text: any text.

    >>> letters_lost("Tr?n V?n ?nh"), letters_lost("H? s?"), letters_lost("Trực tuyến?"), letters_lost("?"), letters_lost("a/b?c=1")
    (3, 2, 0, 0, 0)
    """
    if "?" not in text and "\ufffd" not in text:
        return 0
    lost = text.count("\ufffd")
    for word in text.split():
        if "?" in word and "=" not in word and "://" not in word:
            lost += sum(_lost_in(part[0]) for part in _QUERIED.finditer(word))
    return lost


def _lost_in(part: str) -> int:
    """Return how many question marks of a run of letters stand for a letter."""
    bare = part.rstrip("?")
    inside = bare.count("?")
    letters = bare.replace("?", "")
    if inside or (letters and not _VOWEL.search(fold(letters))):
        return part.count("?")
    return 0


_SIGN = r"(?P<sign>[+\-−]?)"
_GROUPED = re.compile(rf"{_SIGN}(?P<whole>[1-9][0-9]{{0,2}}(?:\.[0-9]{{3}})+)(?:,(?P<part>[0-9]+))?")
_COMMA = re.compile(rf"{_SIGN}(?P<whole>[0-9]+)(?:,(?P<part>[0-9]+))?")
_POINT = re.compile(rf"{_SIGN}(?P<whole>[0-9]+)\.(?P<part>(?![0-9]{{3}}$)[0-9]+)")
_ENGLISH = re.compile(r"[+\-−]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_THREE_AFTER_POINT = re.compile(r"[+\-−]?[0-9]+\.[0-9]{3}")

_LONGEST_NUMBER = 100
_SWAP = str.maketrans(",.", ".,")


def parse_number_vi(text: str) -> Fraction:
    """Return the exact value of a number written the Vietnamese way.

    The rule, stated plainly:

    - a comma is the decimal mark: ``92,83``, ``12.345,67``; so ``2,096`` is a little more than two;
    - dots between groups of three digits separate thousands: ``2.096``, ``1.234.567``; so ``1.234`` is one
      thousand two hundred and thirty-four, never a little more than one;
    - one dot before one, two, four or more digits cannot be a thousands separator and is read as a decimal
      point: ``92.83``;
    - everything else is refused, not guessed. ``0.125`` and ``1234.567`` too: three digits follow the dot,
      but those before it are no group, and a column that holds them may hold ``1.125`` with either meaning.

    A sign may precede the digits (``-``, ``−`` or ``+``) and spaces may surround the number. A percent sign is
    part of a unit and not of a number; it is refused.

    Args:
        text: the number as written; at most 100 characters.

    Raises:
        CchcError: the text is not such a number; the message holds the text and, where there is one, the fix.

    >>> parse_number_vi("2.096"), parse_number_vi("12.345,67"), parse_number_vi("92.83")
    (Fraction(2096, 1), Fraction(1234567, 100), Fraction(9283, 100))
    >>> parse_number_vi("0.125")
    Traceback (most recent call last):
        ...
    cchc_metrics.errors.CchcError: không đọc được số «0.125»; có phải «0,125»? | cannot read the number «0.125»; did you mean «0,125»?
    """
    number = text.strip()
    if len(number) <= _LONGEST_NUMBER:
        for form in (_GROUPED, _COMMA, _POINT):
            if match := form.fullmatch(number):
                part = match["part"] or ""
                digits = int(match["whole"].replace(".", "") + part)
                return Fraction(-digits if match["sign"] in {"-", "−"} else digits, 10 ** len(part))
    raise _not_a_number(number)


def _not_a_number(number: str) -> CchcError:
    shown = number if len(number) <= _LONGEST_NUMBER else number[:_LONGEST_NUMBER] + "…"
    vi, en = f"không đọc được số «{shown}»", f"cannot read the number «{shown}»"
    if _ENGLISH.fullmatch(number) or _THREE_AFTER_POINT.fullmatch(number):
        fix = number.translate(_SWAP)
        return CchcError(f"{vi}; có phải «{fix}»?", f"{en}; did you mean «{fix}»?")
    return CchcError(f"{vi}; viết như 2.096 hoặc 92,83", f"{en}; write it like 2.096 or 92,83")


_LETTERS = {letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz", start=1)}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền, hỏi, ngã, sắc, nặng


def dictionary_order(text: str) -> tuple[tuple[tuple[int, str], ...], tuple[int, ...], str]:
    """Return what a text is sorted by in a Vietnamese dictionary: Đ after D, Ă after A; tones decide where letters do not.

    >>> sorted(["Đất đai", "Xây dựng", "Dân tộc", "Đăng ký", "Hộ tịch"], key=dictionary_order)
    ['Dân tộc', 'Đăng ký', 'Đất đai', 'Hộ tịch', 'Xây dựng']
    """
    letters: list[tuple[int, str]] = []
    tones: list[int] = []
    for composed in nfc(text).lower():
        parts = nfd(composed)
        tone = next((_TONES[mark] for mark in parts if mark in _TONES), 0)
        letter = nfc("".join(mark for mark in parts if mark not in _TONES))
        letters.append((_LETTERS.get(letter, 0), letter))
        tones.append(tone)
    return tuple(letters), tuple(tones), text
