"""Names of units as offices write them: read into a kind and a name, in forms that can be compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cchc_metrics.folding import fold, nfc, nfd

KINDS: tuple[str, ...] = ("tỉnh", "thành phố", "huyện", "quận", "thị xã", "xã", "phường", "thị trấn", "đặc khu")
"""The words for a kind of unit."""

_SHORT = {"tp": "thành phố", "h": "huyện", "q": "quận", "tx": "thị xã", "x": "xã", "p": "phường", "tt": "thị trấn", "đk": "đặc khu"}
_OFFICES = ("ủy ban nhân dân", "hội đồng nhân dân", "ubnd", "hđnd")

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_TONE = re.compile(f"[{_TONES}]")
# y and i are two spellings of one vowel where they stand alone in a syllable: Mỹ and Mĩ, Quý and Quí; not in Tây, Túy, Yên.
_LONE_Y = re.compile(r"(?<!\w)(qu|[bcdđghklmnpqrstvx]*)y(?!\w)")
_ETHS = str.maketrans("ðɖ", "đđ")  # what old fonts leave in the place of đ
_APOSTROPHES = re.compile(r"['’‘ʼ`]")
_GAPS = re.compile(r"[^\w\u0300-\u036f]+|_")
_ZEROS = re.compile(r"(?<!\w)0+(?=[0-9])")


@dataclass(frozen=True, slots=True)
class UnitName:
    """One reading of a text as the name of a unit.

    Args:
        kind: one of ``KINDS``, or ``""`` where the text says none.
        name: the rest, with its marks, in the form that ``comparable`` gives.
        plain: the rest without marks.
    """

    kind: str
    name: str
    plain: str


def comparable(text: str) -> str:
    """Return a name with its marks in one spelling: what differs in this form is another name.

    Case, NFC and NFD, punctuation, zeros before a number, the vowel that carries the tone (Hòa, Hoà) and y for i where it is the only
    vowel (Mỹ Quí, Mĩ Quý) make no difference. Every other letter, accent and tone does. The form is for comparing, not for showing.

    >>> comparable("MỸ QUÍ") == comparable("Mỹ Quý"), comparable("Mỹ Hoà") == comparable("Mỹ Hòa")
    (True, True)
    >>> comparable("Mỹ Hóa") == comparable("Mỹ Hòa"), comparable("Tân Tây") == comparable("Tân Tài")
    (False, False)
    """
    visible = _APOSTROPHES.sub("", nfd(text.casefold().translate(_ETHS)))
    if not visible.isprintable():
        visible = "".join(c for c in visible if unicodedata.category(c) != "Cf")
    return nfc(" ".join(map(_syllable, filter(None, _GAPS.split(visible)))))


def plain(text: str) -> str:
    """Return the comparable form of a name without its marks: different names can have the same.

    >>> plain("Mỹ Hóa") == plain("My Hoa") == plain("Mỹ Hòa")
    True
    """
    return unmarked(comparable(text))


def unmarked(words: str) -> str:
    """Return a name that is in its comparable form without its marks, at less cost than ``plain``."""
    return _LONE_Y.sub(r"\1i", fold(words))


def marked(text: str) -> bool:
    """Return whether a text has any marks, so that a letter without one says that there is none.

    >>> marked("xã Ba Sao"), marked("XA BA SAO")
    (True, False)
    """
    return not comparable(text).isascii()


def readings(text: str) -> tuple[UnitName, ...]:
    """Return the ways to read a text: as a whole, and as a kind and a name where it begins with a kind.

    UBND, HĐND and their long forms at the beginning are passed over. A kind may be short (TT., TP., TX., H., Q., P., X.), and without marks
    where the whole text has none; otherwise it is taken at its word: Phượng Mao is no phường, Xa Mát no xã.

    >>> [(r.kind, r.plain) for r in readings("UBND TT. Mỹ An")]
    [('', 'tt mi an'), ('thị trấn', 'mi an')]
    """
    words = whole = comparable(text)
    while office := next((form for form in _OFFICE_FORMS if words.startswith(f"{form} ")), ""):
        words = words.removeprefix(f"{office} ")
    found = [("", words)]
    for form, kind in _PLAIN_KINDS if whole.isascii() else _MARKED_KINDS:
        if words.startswith(f"{form} "):
            found.append((kind, words.removeprefix(f"{form} ")))
            break
    return tuple(UnitName(kind, name, unmarked(name)) for kind, name in found)


def normalise_unit_name(text: str) -> str:
    """Return a name without marks, case, office and kind, for lists and searches; different names can have the same.

    ``UnitTree.match`` is stricter: it compares the marks where a text has any.

    >>> normalise_unit_name("UBND xã Mỹ Quí") == normalise_unit_name("Mỹ Quý")
    True
    """
    return readings(text)[-1].plain


def kind_of(text: str) -> str:
    """Return the kind that a text names, one of ``KINDS``; its comparable form where it names another, ``""`` where it is empty.

    >>> kind_of("Thị trấn"), kind_of("TT."), kind_of("cơ quan") == comparable("cơ quan")
    ('thị trấn', 'thị trấn', True)
    """
    words = comparable(text)
    return _KIND_OF.get(words, words)


@lru_cache(maxsize=4096)  # all names of the country are made of fewer syllables
def _syllable(syllable: str) -> str:
    """Return a decomposed syllable with its tone at the end, a lone y as i and without zeros before a number."""
    tones = "".join(_TONE.findall(syllable))
    return _ZEROS.sub("", _LONE_Y.sub(r"\1i", nfc(_TONE.sub("", syllable))) + tones)


def _kinds(form: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
    words = [(word, kind) for kind in KINDS for word in (kind, *(short for short, long in _SHORT.items() if long == kind))]
    return tuple((form(word), kind) for word, kind in words)


_MARKED_KINDS = _kinds(comparable)
_PLAIN_KINDS = _kinds(plain)
_KIND_OF = dict(_MARKED_KINDS + _PLAIN_KINDS)
_OFFICE_FORMS = tuple(dict.fromkeys(form(office) for office in _OFFICES for form in (comparable, plain)))
