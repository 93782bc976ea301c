"""Words of closed lists: which of them are nearest to one that is none of theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from cchc_metrics.text import word_key

_SHORTEST: Final = 3
"""Words of fewer letters are near everything."""


def nearest_words(text: str, words: Iterable[tuple[str, str]], *, most: int = 2) -> tuple[str, ...]:
    """Return the words of a closed list that are nearest to a text, the nearest first, one of each meaning.

    Nearest is the longest word that stands in the text; then those with the most letters in common. Spelling is folded.

    Args:
        text: the text.
        words: (word, code) of the list; the first spelling of a word is the one that is named.
        most: how many are returned at most.

    >>> words = [("trình ký", "processing"), ("chờ bổ sung", "supplement_requested"), ("chờ ký", "processing")]
    >>> nearest_words("Chờ lãnh đạo trình ký", words)
    ('trình ký',)
    """
    key = word_key(text)
    known: dict[str, tuple[str, str]] = {}
    for word, code in words:
        if len(word_key(word)) >= _SHORTEST:
            known.setdefault(word_key(word), (word, code))
    inside = sorted((other for other in known if re.search(rf"\b{re.escape(other)}\b", key)), key=len, reverse=True)
    found: dict[str, str] = {}
    for other in (*inside[:1], *get_close_matches(key, list(known), n=most + 1)):
        word, code = known[other]
        found.setdefault(code, word)
    return tuple(found.values())[:most]
