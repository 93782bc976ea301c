"""Whole numbers as bytes: seven bits a byte, the small ones in one byte (LEB128), encoded and decoded by columns."""

from __future__ import annotations

import numpy as np

from cchc_metrics.records.columns import Array

_BYTES = 9  # of 63 bits


def varints(values: Array) -> bytes:
    """Return whole numbers that are not negative as bytes: low bits first, the high bit of a byte says that another follows.

    Args:
        values: int64[n], none negative.

    >>> varints(np.array([1, 127, 300])).hex()
    '017fac02'
    """
    lengths = np.ones(len(values), dtype=np.int64)
    for more in range(1, _BYTES):
        lengths += values >= 1 << 7 * more
    ends = np.cumsum(lengths)
    starts = ends - lengths
    found = np.empty(int(ends[-1]) if len(values) else 0, dtype=np.uint8)
    for place in range(int(lengths.max(initial=0))):
        rows = np.flatnonzero(lengths > place)
        part = (values[rows] >> 7 * place) & 0x7F
        found[starts[rows] + place] = part | ((lengths[rows] > place + 1) << 7)
    return found.tobytes()


def varints_from(data: Array, count: int) -> Array:
    """Return int64[count], the numbers that ``varints`` wrote.

    Args:
        data: uint8[bytes].
        count: how many numbers there are.

    Raises:
        ValueError: the bytes are not so many numbers, or a number is not written as ``varints`` writes it.
    """
    ends = np.flatnonzero(data < 0x80)
    if len(ends) != count or (count and ends[-1] != len(data) - 1) or (not count and len(data)):
        raise ValueError(f"{len(ends)} numbers where {count} are said")
    starts = np.concatenate([[0], ends[:-1] + 1]) if count else ends
    lengths = ends - starts + 1
    if count and int(lengths.max()) > _BYTES:
        raise ValueError("a number of more than 63 bits")
    if (data[ends][lengths > 1] == 0).any():
        raise ValueError("a number with an empty last byte")
    found: Array = (data[starts] & 0x7F).astype(np.int64)
    for place in range(1, int(lengths.max(initial=0))):
        rows = np.flatnonzero(lengths > place)
        found[rows] |= (data[starts[rows] + place].astype(np.int64) & 0x7F) << 7 * place
    return found
