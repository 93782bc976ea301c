"""Arrow arrays of any type, as far as reading needs them; pyarrow is an extra and is imported where it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, time
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from cchc_metrics.errors import InputError
from cchc_metrics.records.columns import Array
from cchc_metrics.records.fields import CellError, cell_text, parse_day, parse_moment

_INFINITE: Final = MappingProxyType(
    {
        # DuckDB: days, microseconds
        2**31 - 1: "infinity",
        -(2**31) + 1: "-infinity",
        2**63 - 1: "infinity",
        -(2**63) + 1: "-infinity",
        # PostgreSQL by ADBC, which counts on from another day: 10,957 days later
        2**31 - 1 + 10_957 - 2**32: "infinity",
        -(2**31) + 10_957: "-infinity",
        2**63 - 1 + 10_957 * 86_400_000_000 - 2**64: "infinity",
        -(2**63) + 10_957 * 86_400_000_000: "-infinity",
    }
)
"""Numbers by which databases hand on a day or an instant that never comes, or never was; all of them lie beyond what Python can write."""

_BLOCK: Final = 1 << 20


def arrow() -> Any:
    """Return the module ``pyarrow``.

    Raises:
        InputError: it is not installed.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415  an extra
    except ImportError:
        raise InputError(
            'thiếu pyarrow để đọc Parquet và Arrow; cài: pip install "cchc-metrics[arrow]"',
            'pyarrow, which reads Parquet and Arrow, is missing; install: pip install "cchc-metrics[arrow]"',
        ) from None
    return pa


def array_of(cells: Any) -> Array:
    """Return the numbers of an Arrow array (numbers, dates or instants) without a copy; what stands in place of nulls means nothing.

    Arrow's own way loads pandas where it is installed, which takes longer than a million rows do.
    """
    types, size = arrow().types, cells.type.bit_width // 8
    letter = "f" if types.is_floating(cells.type) else "u" if types.is_unsigned_integer(cells.type) else "i"
    kind = np.dtype(f"{letter}{size}")
    return np.frombuffer(cells.buffers()[1], dtype=kind, count=len(cells), offset=cells.offset * size) if len(cells) else np.zeros(0, kind)


def nulls_of(array: Any) -> Array:
    """Return 1 for each null, 0 for everything else (uint8)."""
    if not array.null_count:
        return np.zeros(len(array), dtype=np.uint8)
    bits = np.frombuffer(array.buffers()[0], dtype=np.uint8)[array.offset // 8 :]
    skipped = array.offset % 8
    return np.unpackbits(bits, count=skipped + len(array), bitorder="little")[skipped:] ^ np.uint8(1)


def arrow_of(numbers: Array) -> Any:
    """Return an array of whole numbers as Arrow has them, without a copy where they lie side by side."""
    pa = arrow()
    numbers = np.ascontiguousarray(numbers)
    return pa.Array.from_buffers(pa.from_numpy_dtype(numbers.dtype), len(numbers), [None, pa.py_buffer(numbers)])


def text_array(texts: Sequence[str]) -> Any:
    """Return texts as Arrow has them (``large_string``), without what ``pyarrow.array`` would load."""
    pa = arrow()
    encoded = [text.encode() for text in texts]
    places = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(list(map(len, encoded)), out=places[1:])
    return pa.Array.from_buffers(pa.large_string(), len(texts), [None, pa.py_buffer(places), pa.py_buffer(b"".join(encoded))])


def objects_of(texts: Any) -> Array:
    """Return texts as Python has them; Arrow's own way loads pandas where it is installed, and takes as long."""
    found = np.empty(len(texts), dtype=object)
    found[:] = texts.to_pylist()
    return found


def one_array(cells: Any) -> Any:
    """Return an array, or a chunked array in one piece; texts of every type, UTF-8 bytes too, as ``string`` or ``large_string``."""
    pa = arrow()
    if isinstance(cells, pa.ChunkedArray):
        if cells.num_chunks == 1:
            cells = cells.chunk(0)
        elif not cells.num_chunks and pa.types.is_dictionary(cells.type):  # of some types Arrow makes no empty dictionary itself
            cells = pa.DictionaryArray.from_arrays(pa.array([], cells.type.index_type), pa.array([], cells.type.value_type))
        else:
            if pa.types.is_dictionary(cells.type):
                cells = cells.unify_dictionaries()
            whole = cells.combine_chunks()
            cells = pa.concat_arrays(whole.chunks) if isinstance(whole, pa.ChunkedArray) else whole
    if not pa.types.is_dictionary(cells.type):
        return _as_texts(cells)
    values = _as_texts(cells.dictionary)
    return cells if values is cells.dictionary else pa.DictionaryArray.from_arrays(cells.indices, values)


def _as_texts(array: Any) -> Any:
    """Return views of texts, and bytes that are UTF-8, as texts: Arrow makes no dictionaries of views, and some systems write bytes.

    What is no UTF-8 is returned as bytes, whatever its type says.
    """
    pa = arrow()
    if not is_text_or_bytes(array.type):
        return array
    plain = pa.types.is_string(array.type) or pa.types.is_large_string(array.type)
    try:
        texts = array if plain else array.cast(pa.large_string())
        if not _is_ascii(texts):
            texts.validate(full=True)  # a file may call a column text whose bytes are none: 5 ns a row
    except pa.ArrowInvalid:
        return array.cast(pa.large_binary()) if is_text(array.type) else array
    return texts


def _is_ascii(texts: Any) -> bool:
    """Return whether texts are plain ASCII, each where it says, so that there is nothing to look for in them; quickly seen."""
    texts.validate()
    _, places, data = texts.buffers()
    if data is None or not len(texts):
        return True
    kind = np.dtype(np.int64 if arrow().types.is_large_string(texts.type) else np.int32)
    offsets = np.frombuffer(places, dtype=kind, count=len(texts) + 1, offset=texts.offset * kind.itemsize)
    if bool((offsets[1:] < offsets[:-1]).any()):
        return False
    first, last = int(offsets[0]), int(offsets[-1])
    return all(data.slice(at, min(_BLOCK, last - at)).to_pybytes().isascii() for at in range(first, last, _BLOCK))


def as_large_string(cells: Any) -> Any:
    """Return an array or chunked array of texts, of whatever type, as ``large_string``; bytes that are not UTF-8 stay bytes."""
    pa, array = arrow(), one_array(cells)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    return array.cast(pa.large_string()) if is_text(array.type) else array


def is_text(kind: Any) -> bool:
    """Return whether an Arrow type is text, dictionaries of text among them."""
    types = arrow().types
    if types.is_dictionary(kind):
        kind = kind.value_type
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def is_text_or_bytes(kind: Any) -> bool:
    """Return whether an Arrow type is text, or bytes that may be text."""
    types = arrow().types
    if types.is_dictionary(kind):
        kind = kind.value_type
    return is_text(kind) or bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind))


def cells_of(array: Any) -> Callable[[int], Any]:
    """Return what takes a row, counted from 0, and returns its cell as Python has it."""
    instant = arrow().types.is_timestamp(array.type)
    return lambda row: _value(array[row], instant=instant)


def python_value(scalar: Any) -> Any:
    """Return an Arrow value as Python has it; as the text of its number where Python has none (the year 20000)."""
    return _value(scalar, instant=arrow().types.is_timestamp(scalar.type))


def _value(scalar: Any, *, instant: bool) -> Any:
    try:
        if instant:  # a datetime has no nanoseconds
            return scalar.cast(arrow().timestamp("us", scalar.type.tz), safe=False).as_py()
        return scalar.as_py()
    except UnicodeDecodeError:  # bytes that are said to be text
        return scalar.as_buffer().to_pybytes()
    except (ValueError, OverflowError, LookupError):  # an ArrowInvalid is a ValueError
        return _INFINITE.get(scalar.value, str(scalar.value))


def with_cells(array: Any, cells: Mapping[int, Any]) -> Any:
    """Return an Arrow array in which some cells are other ones, of its own type; one that its type cannot hold stays as it was.

    Args:
        array: the array; a dictionary stays one.
        cells: position → cell, as a workbook has it.
    """
    pa = arrow()
    import pyarrow.compute as pc  # noqa: PLC0415  an extra

    coded = pa.types.is_dictionary(array.type)
    plain = array.dictionary_decode() if coded else array
    values: dict[int, Any] = {}
    for at, cell in cells.items():
        with suppress(CellError, pa.ArrowException, ValueError, TypeError, OverflowError):
            values[at] = pa.array([_as_typed(pa, plain.type, cell)], type=plain.type)
    if not values:
        return array
    mask = np.zeros(len(plain), dtype=bool)
    mask[list(values)] = True
    found = pc.replace_with_mask(plain, mask, pa.concat_arrays([values[at] for at in sorted(values)]))
    return found.dictionary_encode() if coded else found


def _as_typed(pa: Any, typed: Any, cell: Any) -> Any:
    text = cell_text(cell)
    if not text:
        return None
    if pa.types.is_date(typed):
        return parse_day(cell)
    if pa.types.is_timestamp(typed):
        moment = parse_moment(cell)
        return moment if isinstance(moment, datetime) else datetime.combine(moment, time()) if moment else None
    if pa.types.is_integer(typed):
        return int(text)
    return float(text) if pa.types.is_floating(typed) else text
