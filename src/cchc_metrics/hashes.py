"""Numbers of 64 bits for texts: equal texts have equal ones, unlike texts once in 10^19; they are the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_MIX_1, _MIX_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)
_AT_A_TIME = 1 << 15
_FULL = np.array([(1 << 8 * n) - 1 for n in range(9)], dtype=np.uint64)
"""The mask of the first ``n`` bytes of a word."""


def text_hashes(offsets: Array, data: Array) -> Array:
    """Return a number of 64 bits for each text (uint64): its words of eight bytes, mixed one after the other."""
    found = np.empty(len(offsets) - 1, dtype=np.uint64)
    for first in range(0, len(found), _AT_A_TIME):
        some = offsets[first : first + _AT_A_TIME + 1]
        found[first : first + _AT_A_TIME] = _some_hashes(some - some[0], data[some[0] : some[-1]])
    return found


def _some_hashes(offsets: Array, data: Array) -> Array:
    """Return the numbers of so few texts that all of the work fits the cache."""
    lengths = np.diff(offsets)
    found = lengths.astype(np.uint64) * _MIX_1
    padded = np.concatenate([data, np.zeros(16, dtype=np.uint8)])
    # Every eight bytes in a row are a word, whatever they begin with.
    words = np.ndarray((len(data) + 9,), dtype="<u8", buffer=padded, strides=(1,))
    shortest, longest = int(lengths.min()), int(lengths.max())
    for start in range(0, longest, 8):
        if shortest == longest:  # as codes of one system are: the words lie at equal distances
            word = (
                np.ndarray((len(lengths),), dtype="<u8", buffer=padded, offset=start, strides=(longest,)) & _FULL[min(longest - start, 8)]
            )
            found = mixed(found ^ word)
            continue
        rows = slice(None) if start + 8 <= shortest else np.flatnonzero(lengths > start)
        word = words[offsets[:-1][rows] + start] & _FULL[np.minimum(lengths[rows] - start, 8)]
        found[rows] = mixed(found[rows] ^ word)
    return found


def mixed(numbers: Array) -> Array:
    """Return numbers whose every bit depends on every bit of those given (uint64)."""
    found: Array = (numbers ^ (numbers >> np.uint64(30))) * _MIX_2
    found ^= found >> np.uint64(27)
    found *= _MIX_1
    found ^= found >> np.uint64(31)
    return found


def hashes_of(texts: Sequence[str]) -> Array:
    """Return the number that ``text_hashes`` gives each of some texts (uint64)."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
    np.cumsum(list(map(len, encoded)), out=offsets[1:])
    return text_hashes(offsets, np.frombuffer(b"".join(encoded), dtype=np.uint8))


def hash_of(text: str) -> np.uint64:
    """Return the number that ``text_hashes`` gives a text."""
    found: np.uint64 = hashes_of([text])[0]
    return found
