"""Identifiers: most are understood as they are written, which is seen from their bytes; and numbers by which repeated ones are found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cchc_metrics.hashes import hash_of, text_hashes
from cchc_metrics.read.arrow import arrow, cells_of, is_text, nulls_of, objects_of, one_array
from cchc_metrics.read.raw import TypedColumn
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array
from cchc_metrics.records.fields import CellError, parse_identifier


@dataclass(frozen=True, slots=True, eq=False)
class JudgedIds:
    """Identifiers as they are understood.

    Args:
        texts: the cells as texts, an Arrow array.
        odd: row → text of those that are understood otherwise than they are written; ``""`` where there is none.
        hashes: uint64[n]; equal identifiers have equal numbers, unlike ones once in 10^19, so whoever finds equal ones looks at the texts.
        errors: code → ascending positions of bad cells.
    """

    texts: Any
    odd: Mapping[int, str]
    hashes: Array
    errors: Mapping[Code, Array]


def judged_texts(texts: Any, hashes: Array) -> JudgedIds:
    """Return texts as identifiers.

    Args:
        texts: a ``large_string`` array.
        hashes: their ``text_hashes``; those of texts that are understood otherwise are written anew.
    """
    offsets, data = text_buffers(texts)
    rows = _odd_rows(offsets, data, nulls_of(texts))
    odd: dict[int, str] = {}
    errors: dict[Code, list[int]] = {}
    numbers: dict[str, np.uint64] = {}
    for row in rows.tolist():
        odd[row] = ""
        try:
            odd[row] = parse_identifier(texts[row].as_py())
        except CellError as error:
            errors.setdefault(error.code, []).append(row)
        text = odd[row]
        if text not in numbers:  # most bad ones are empty
            numbers[text] = hash_of(text)
        hashes[row] = numbers[text]
    return JudgedIds(texts, odd, hashes, {code: np.array(bad, dtype=np.int64) for code, bad in errors.items()})


def judge_ids(cells: Any) -> JudgedIds | None:
    """Return the identifiers of an Arrow array or chunked array, None where they are neither texts nor whole numbers."""
    pa = arrow()
    array = one_array(cells)
    if not is_text(array.type) and not pa.types.is_integer(array.type):
        return None
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    texts = array if pa.types.is_large_string(array.type) else array.cast(pa.large_string())  # which loads more of pyarrow
    return judged_texts(texts, text_hashes(*text_buffers(texts)))


def id_column(cells: Any, *, keep: bool = True, distinct: bool = False) -> TypedColumn | None:
    """Return the identifiers of an Arrow array or chunked array as a judged column, None where they are neither texts nor whole numbers.

    Args:
        cells: the array.
        keep: whether they are wanted as texts; otherwise they are only judged, at a fifth of the cost.
        distinct: whether it is known that no row repeats the id of another, so that none is looked for.
    """
    array = one_array(cells)
    found = judge_ids(array)
    if found is None:
        return None
    alike = np.zeros(0, dtype=np.int64) if distinct else _alike(found)
    if not len(alike) and not keep:
        return TypedColumn(cells_of(array), {}, found.errors, alike)
    return _column(found, alike, cells_of(array), objects_of(found.texts))


def judged_column(texts: Any, hashes: Array, objects: Array) -> TypedColumn:
    """Return identifiers of which much is known as a judged column.

    Args:
        texts: see ``judged_texts``.
        hashes: see ``judged_texts``.
        objects: the same texts as Python has them, which may be overwritten.
    """
    found = judged_texts(texts, hashes)
    return _column(found, _alike(found), cells_of(texts), objects)


def _column(found: JudgedIds, alike: Array, cell: Callable[[int], Any], objects: Array) -> TypedColumn:
    for row, text in found.odd.items():
        objects[row] = text
    return TypedColumn(cell, {"": objects}, found.errors, alike)


def _alike(found: JudgedIds) -> Array:
    """Return the rows whose identifier has the number of another's, ascending."""
    bad = np.concatenate([np.zeros(0, dtype=np.int64), *found.errors.values()])
    return alike_rows(found.hashes, np.delete(found.hashes, bad))


def alike_rows(hashes: Array, among: Array) -> Array:
    """Return the rows whose number is twice or more among some numbers, ascending."""
    ordered = np.sort(among)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(again):
        return np.zeros(0, dtype=np.int64)
    near = np.zeros(1 << 16, dtype=bool)  # of most rows a few bits say that their number is not among those
    near[again & np.uint64(0xFFFF)] = True
    rows = np.flatnonzero(near[hashes & np.uint64(0xFFFF)])
    return rows[np.isin(hashes[rows], again)]


def text_buffers(array: Any) -> tuple[Array, Array]:
    """Return where each text of a ``large_string`` array begins and ends in its bytes (int64[n + 1]), and the bytes (uint8)."""
    _, offsets, data = array.buffers()
    size, first = len(array), array.offset
    found = np.frombuffer(offsets, dtype=np.int64)[first : first + size + 1] if size else np.zeros(1, dtype=np.int64)
    return found, np.zeros(0, dtype=np.uint8) if data is None else np.frombuffer(data, dtype=np.uint8)


_SHORTEST_DATE, _LONGEST_DATE = 5, 11
"""How many letters «1-Mar» and «12-Mar-2021» have."""


def _odd_rows(offsets: Array, data: Array, nulls: Array) -> Array:
    """Return the rows whose text is empty, has a byte that is no visible ASCII character or is one of = + ? #, or looks like a date.

    Only they can be understood otherwise than they are written.
    """
    odd = offsets[1:] == offsets[:-1]
    odd |= nulls.view(bool)
    found = list(_odd_places(data[offsets[0] : offsets[-1]]))
    lengths = np.diff(offsets)
    short = np.flatnonzero((lengths >= _SHORTEST_DATE) & (lengths <= _LONGEST_DATE))
    if short.size:  # 12-Mar, Jan-21
        second_to_fifth = data[offsets[short][:, None] + np.arange(1, _SHORTEST_DATE)]
        small = (second_to_fifth >= ord("a")) & (second_to_fifth <= ord("z"))
        odd[short[small.any(axis=1) & (second_to_fifth == ord("-")).any(axis=1)]] = True
    for places in found:
        odd[np.searchsorted(offsets, places + offsets[0], side="right") - 1] = True
    return np.flatnonzero(odd)


_BLOCK = 1 << 18
"""So many bytes are looked through at a time: they stay in the cache, and no memory is asked for."""
_MARKS = b"=+?#"
"""Of a text formula, ="000123", a number that a spreadsheet shortened, 2,1E+17, letters that were lost, 12/Q?, and errors, #N/A."""


def _odd_places(used: Array) -> Iterator[Array]:
    """Yield where bytes are that are no visible ASCII character, or one of the marks."""
    for first in range(0, len(used), _BLOCK):
        block = used[first : first + _BLOCK]
        # One subtraction: the 94 visible characters come to lie below 94, all others above.
        strange = block - np.uint8(33)
        if int(strange.max()) >= 94:
            yield first + np.flatnonzero(strange >= 94)
        written = block.tobytes()  # in which Python finds a byte many times as fast
        yield from (first + np.flatnonzero(block == mark) for mark in _MARKS if mark in written)
