"""The nearest of many identifiers or codes, in one pass over them: who has two million of them waits a second, not an hour."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from cchc_metrics.errors import did_you_mean
from cchc_metrics.text import fold

_FEW: Final = 2000
"""Among so many candidates likeness as a whole is looked for too, which costs a comparison with each."""
_LIKELY: Final = 50
_GAPS: Final = str.maketrans(dict.fromkeys(string.punctuation, " "))


def nearest(wanted: Iterable[str], parts: Iterable[Sequence[str]]) -> dict[str, str]:
    """Return for each text the nearest candidate; texts without one are left out.

    Nearest is one that differs only in case, leading zeros or punctuation; then one with one character more, less, other or swapped; then,
    where candidates are few, the most alike. Of two as near the first in alphabetical order is taken, however the candidates come in parts.

    Args:
        wanted: the texts, of which there should be few.
        parts: the candidates, in parts; gone through once.

    >>> nearest(["tm-0001", "TM-20", "K"], [["TM-1", "TM-2"], ["TM-3"]])
    {'tm-0001': 'TM-1', 'TM-20': 'TM-2'}
    """
    asked = list(dict.fromkeys(wanted))
    if not asked:
        return {}
    by_key: dict[str, list[str]] = {}
    by_typing: dict[str, list[str]] = {}
    for text, key in zip(asked, _keys(asked), strict=True):
        by_key.setdefault(key, []).append(text)
    found: dict[str, tuple[int, str]] = {}
    letters: set[str] = set()
    few: list[str] = []
    for candidates in parts:
        if len(few) <= _FEW:
            few.extend(candidates[: _FEW + 1 - len(few)])
        new = set("".join(candidates)) - letters  # what can be typed instead is what the candidates are written with
        if new:
            letters |= new
            by_typing = {}
            for text in asked:
                for typed in _typed_almost(text, letters):
                    by_typing.setdefault(typed, []).append(text)
        _look_up(candidates, candidates, by_typing, 1, found)
        _look_up(_keys(candidates), candidates, by_key, 0, found)
    if len(few) <= _FEW:
        for text in asked:
            if text not in found and (near := did_you_mean(text, few)):
                found[text] = (2, near)
    return {text: found[text][1] for text in asked if text in found}


class Likely:
    """Which of many names a mistyped one may mean: those with which it has most pairs of letters in common.

    Args:
        names: the names.

    >>> Likely(["Mỹ An", "Mỹ Quý", "Tân Kiều"]).of("my qui")[0]
    'Mỹ Quý'
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = list(dict.fromkeys(names))
        listed: dict[str, list[int]] = {}
        for at, name in enumerate(self._names):
            for pair in _pairs(name):
                listed.setdefault(pair, []).append(at)
        self._listed = {pair: np.array(rows, dtype=np.int32) for pair, rows in listed.items()}

    def of(self, text: str) -> list[str]:
        """Return a few names, the likeliest first; of two as likely the first."""
        rows = [self._listed[pair] for pair in sorted(_pairs(text)) if pair in self._listed]
        if not rows:
            return []
        common = np.bincount(np.concatenate(rows), minlength=len(self._names))
        return [self._names[at] for at in np.argsort(-common, kind="stable")[:_LIKELY].tolist() if common[at]]


def _pairs(name: str) -> set[str]:
    text = f" {fold(name)} "
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _look_up(
    keys: Sequence[str], candidates: Sequence[str], sought: dict[str, list[str]], rank: int, found: dict[str, tuple[int, str]]
) -> None:
    for at in [at for at, key in enumerate(keys) if key in sought]:
        for text in sought[keys[at]]:
            one = (rank, candidates[at])
            found[text] = min(found.get(text, one), one)


def _keys(texts: Sequence[str]) -> list[str]:
    """Return the forms by which texts are compared that differ only in case, leading zeros or punctuation; made of all of them at once."""
    if not texts:
        return []
    line = ("\n" + "\n".join(texts)).casefold().translate(_GAPS)
    while " 0" in line or "\n0" in line:
        line = line.replace(" 0", " ").replace("\n0", "\n")
    return line.replace(" ", "")[1:].split("\n")


def _typed_almost(text: str, letters: Iterable[str]) -> Iterator[str]:
    """Yield the texts that differ in one character, or in two that are swapped."""
    for at in range(len(text) + 1):
        head, tail = text[:at], text[at:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in letters:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
