"""Normal forms of text: the composed one that is written, and the folded one that is matched by. The lowest layer of all."""

from __future__ import annotations

import re
import unicodedata

# Letters that stand for đ: U+0111, and the eth and the African d that old fonts and converters leave in its place.
_D_LETTERS = str.maketrans({"đ": "d", "ð": "d", "ɖ": "d"})
_BREAKS = frozenset(("Cc", "Zl", "Zp", "Cs"))
_GAPS = re.compile(r"[\s_]+")
_LONG, _MARKS, _JOINER = 256, 30, "\u034f"
_RUN = re.compile(r"[^\w\s\x00-\u02ff]{31,}")
"""Marks are neither letters nor blanks."""
_PUNCTUATION = re.compile(r"[\W_]+")


def nfc(text: str) -> str:
    r"""Return a text in Unicode's composed normal form, in which the library writes all Vietnamese.

    The same word typed on two systems can differ byte by byte; in this form it does not.

    Args:
        text: any text.

    >>> nfc("Tha\u0301p Mu\u031bo\u031b\u0300i") == "Tháp Mười"
    True
    """
    return unicodedata.normalize("NFC", text if len(text) <= _LONG else _RUN.sub(_parted, text))


def nfd(text: str) -> str:
    r"""Return a text in Unicode's decomposed normal form: letters and their marks apart.

    >>> nfd("Mười") == "Mu\u031bo\u031b\u0300i"
    True
    """
    return unicodedata.normalize("NFD", text if len(text) <= _LONG else _RUN.sub(_parted, text))


def _parted(found: re.Match[str]) -> str:
    """Return marks with a joiner after each thirty, as Unicode's stream-safe form has it: to sort more takes a time that grows squarely."""
    parted, marks = [], 0
    for letter in found[0]:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks > _MARKS:
            parted.append(_JOINER)
            marks = 1
        parted.append(letter)
    return "".join(parted)


def fold(text: str) -> str:
    """Return the form of a text by which headings and names are matched: without case, marks and stray gaps.

    Case is folded, đ becomes d, diacritics and invisible characters go, and each run of spaces and underscores
    becomes one space. Composed and decomposed spellings fold alike, as do Hòa and Hoà. Quí and Quý do not:
    i and y are different letters. Two different words may fold alike (``má``, ``mà``): match by it, never
    identify by it.

    Args:
        text: any text; the empty text folds to itself.

    >>> fold("  Mã_đơn   VỊ ")
    'ma don vi'
    >>> fold("dossier_id") == fold("Dossier ID")
    True
    """
    folded = nfd(text.casefold()).translate(_D_LETTERS)
    letters = (c for c in folded if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return _GAPS.sub(" ", "".join(letters)).strip()


def word_key(text: str) -> str:
    """Return the form by which words of closed lists are matched: folded, i for y, and without punctuation.

    >>> word_key("Đang xử lí") == word_key("ĐANG XỬ-LÝ")
    True
    """
    return _PUNCTUATION.sub(" ", fold(text)).replace("y", "i").strip() or fold(text)


def visible(text: str, keep: str = "\t\n") -> str:
    r"""Return a text as it may be shown anywhere: a terminal, a page and a workbook take some characters for orders to them.

    Control characters and half characters become blanks. What cannot be seen goes, as what turns the direction of writing does: with it
    a name can show as another one.

    Args:
        text: any text.
        keep: control characters that stay.

    >>> visible("a\x1b[31mb\u202ec"), visible("a\nb"), one_line("a\r\nb")
    ('a [31mbc', 'a\nb', 'a  b')
    """
    if text.isprintable():
        return text
    letters = ((letter, unicodedata.category(letter)) for letter in text)
    return "".join(
        letter if letter in keep else " " if kind in _BREAKS else letter for letter, kind in letters if kind != "Cf" or letter in keep
    )


def one_line(text: str) -> str:
    """Return a text as it may be shown on one line, see ``visible``: a blank stands for each line break too."""
    return visible(text, keep="")
