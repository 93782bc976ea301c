"""Tallies as they are kept and sent: JSON text to read, bytes to ship. Whatever comes back is checked before it is counted with.

The bytes are ``CCHC``, a checksum of what follows, the length of the head, the head (JSON) and the cubes. A cube is its cells that are not
zero, in order: each as its distance from the one before, then the counts; small numbers take one byte. Equal tallies are equal bytes,
whoever counted them and in whatever order.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain
from math import prod
from typing import Any, Final, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError

from cchc_metrics.count.cube import BIN, UNIT, VALUE, Cube
from cchc_metrics.count.frame import Frame, needed_edges
from cchc_metrics.count.varints import varints, varints_from
from cchc_metrics.errors import CchcError, InputError, TallyMismatchError
from cchc_metrics.records.columns import Array
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.period import Period

SCHEMA_VERSION: Final = 5
_MAGIC: Final = b"CCHC"
_FIXED: Final = len(_MAGIC) + 8
_EVENTS: Final = 2**53
"""A cube of so many events and more is not what rows of a country give; its sums could pass 64 bits."""
_DAYS: Final = 4_000_000

Counted = Mapping[str, Mapping[str, frozenset[str]]]


class Stored(NamedTuple):
    """What a tally consists of: the arguments of ``Tally``, in their order."""

    frame: Frame
    cubes: Mapping[str, Cube]
    counted: Counted
    said: frozenset[str]
    needed: frozenset[str]
    mixed: frozenset[str]


class Flat(NamedTuple):
    """The counts of one set of events by cell number, as they are sent.

    Args:
        axes: as of ``Cube``.
        labels: axis → its texts, sorted.
        shape: how many places each axis has; the number of a cell is its place in an array of this shape, the last axis running fastest.
        keys: int64[n] cell numbers, ascending.
        counts: int64[n], all positive.
    """

    axes: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]
    shape: tuple[int, ...]
    keys: Array
    counts: Array

    def cells(self) -> Array:
        """Return the place of each cell on each axis (int64[n, axes])."""
        return np.stack(np.unravel_index(self.keys, self.shape), axis=1).astype(np.int64, copy=False)

    def of(self, chosen: Array) -> Flat:
        """Return some of the counts (bool[n])."""
        return self._replace(keys=self.keys[chosen], counts=self.counts[chosen])

    def cube(self) -> Cube:
        """Return the counts as a cube of cells."""
        return Cube(self.axes, self.labels, None, self.cells(), self.counts)


class _CubeHead(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    axes: list[str]
    labels: dict[str, list[str]]
    shape: list[NonNegativeInt] = []
    cells: NonNegativeInt = 0
    bytes: list[NonNegativeInt] = []


class _Head(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    schema_version: int
    rules: str
    calendar: str
    periods: list[str]
    as_of: str | None
    edges: list[int]
    estimated_years: list[int]
    counted: dict[str, dict[str, list[str]]]
    said: list[str]
    needed: list[str]
    mixed: list[str]
    cubes: dict[str, _CubeHead]


def to_bytes(tally: Stored) -> bytes:
    """Return a tally as bytes, canonical: equal tallies give equal bytes."""
    heads, blobs = {}, []
    for name, cube in sorted(tally.cubes.items()):
        flat = flat_of(cube)
        if not len(flat.keys):
            continue
        pair = [varints(np.diff(flat.keys, prepend=0)), varints(flat.counts)]
        heads[name] = _cube_head(flat) | {"shape": list(flat.shape), "cells": len(flat.keys), "bytes": [len(blob) for blob in pair]}
        blobs += pair
    head = _text(_head(tally, heads)).encode()
    body = b"".join([len(head).to_bytes(4, "big"), head, *blobs])
    return b"".join([_MAGIC, zlib.crc32(body).to_bytes(4, "big"), body])


def from_bytes(data: bytes) -> tuple[Stored, dict[str, Flat]]:
    """Return what ``to_bytes`` wrote: a tally without its cubes, and the counts by full name of the set of events.

    Raises:
        TallyMismatchError: it was written under another schema version, or counts what this version of the library does not.
        InputError: the bytes are no tally, or damaged.
    """
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise _no_tally(f"cần bytes, không phải {type(data).__name__}", f"bytes are wanted, not {type(data).__name__}")
    view = memoryview(data)
    if len(view) < _FIXED or bytes(view[:4]) != _MAGIC:
        raise _no_tally("không bắt đầu bằng CCHC", "it does not begin with CCHC")
    if zlib.crc32(view[8:]).to_bytes(4, "big") != view[4:8]:
        raise _no_tally("sai mã kiểm tra: dữ liệu bị hỏng hoặc bị cắt", "the checksum differs: the data are damaged or cut short")
    end = _FIXED + int.from_bytes(view[8:12], "big")
    stored, heads = _read(bytes(view[_FIXED:end]))
    flats = {}
    for name, head in heads.items():
        if len(head.bytes) != 2:
            raise _no_tally(f"{name}: thiếu độ dài", f"{name}: lengths are missing")
        parts = []
        for length in head.bytes:
            parts.append(np.frombuffer(view[end : end + length], dtype=np.uint8))
            end += length
        try:
            gaps, counts = (varints_from(part, head.cells) for part in parts)
        except ValueError as error:
            raise _no_tally(f"{name}: {error}", f"{name}: {error}") from None
        flats[name] = _checked(name, head, np.cumsum(gaps), counts, stored)
    if end != len(view):
        raise _no_tally("thừa hoặc thiếu dữ liệu ở cuối", "there is more or less data than the head says")
    return stored, flats


def to_json(tally: Stored) -> str:
    """Return a tally as JSON text with a schema version."""
    heads = {}
    for name, cube in sorted(tally.cubes.items()):
        flat = flat_of(cube)
        heads[name] = _cube_head(flat) | {"cells": flat.cells().tolist(), "counts": flat.counts.tolist()}
    return _text(_head(tally, heads))


def from_json(text: str | bytes) -> Stored:
    """Return the tally that ``to_json`` wrote.

    Raises:
        TallyMismatchError: it was written under another schema version, or counts what this version of the library does not.
        InputError: the text is no tally.
    """
    data = _loaded(text)
    cubes = data.get("cubes")
    raw: dict[str, tuple[Any, Any]] = {}
    if isinstance(cubes, dict):
        for name, cube in cubes.items():
            if isinstance(cube, dict):
                raw[name] = cube.pop("cells", None), cube.pop("counts", None)
    stored, heads = _understood(data)
    found = {}
    for name, head in heads.items():
        cells, counts = (_whole(name, part) for part in raw[name])
        if cells.size != len(counts) * len(head.axes) or (len(counts) and cells.ndim != 2):
            raise _no_tally(f"{name}: số ô và số đếm khác nhau", f"{name}: unlike numbers of cells and counts")
        cells = cells.reshape(len(counts), len(head.axes))
        if (cells < 0).any():
            raise _no_tally(f"{name}: ô âm", f"{name}: a negative cell")
        shape = _shape(head.axes, {axis: tuple(texts) for axis, texts in head.labels.items()}, cells)
        inside = (cells < np.array(shape)).all() and prod(shape) < 2**63
        if not inside:
            raise _no_tally(f"{name}: có ô nằm ngoài", f"{name}: a cell lies outside")
        head.shape, head.cells = list(shape), len(counts)
        found[name] = _checked(name, head, _numbers(cells, shape), counts, stored).cube()
    return stored._replace(cubes=found)


def flat_of(cube: Cube) -> Flat:
    """Return a cube by cell number, canonical."""
    cube = cube.canonical()
    shape = _shape(cube.axes, cube.labels, cube.some)
    return Flat(cube.axes, cube.labels, shape, _numbers(cube.some, shape), cube.some_counts)


def _numbers(cells: Array, shape: tuple[int, ...]) -> Array:
    """Return the number of each cell in an array of a shape (int64)."""
    return np.asarray(np.ravel_multi_index(tuple(cells.T), shape) if len(cells) else (), dtype=np.int64)


def _shape(axes: Sequence[str], labels: Mapping[str, tuple[str, ...]], cells: Array) -> tuple[int, ...]:
    """Return how many places each axis needs."""
    most = cells.max(axis=0, initial=-1).tolist()
    return tuple(len(labels[axis]) if axis in labels else last + 1 for axis, last in zip(axes, most, strict=True))


def _cube_head(flat: Flat) -> dict[str, Any]:
    return {"axes": list(flat.axes), "labels": {axis: list(texts) for axis, texts in flat.labels.items()}}


def _head(tally: Stored, cubes: Mapping[str, Any]) -> dict[str, Any]:
    frame = tally.frame
    return {
        "schema_version": SCHEMA_VERSION,
        "rules": frame.rules,
        "calendar": frame.calendar,
        "periods": [period.label for period in frame.periods],
        "as_of": None if frame.as_of is None else frame.as_of.isoformat(),
        "edges": list(frame.edges),
        "estimated_years": list(frame.estimated_years),
        "counted": {kind: {name: sorted(dims) for name, dims in sets.items()} for kind, sets in tally.counted.items()},
        "said": sorted(tally.said),
        "needed": sorted(tally.needed),
        "mixed": sorted(tally.mixed),
        "cubes": cubes,
    }


def _text(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _loaded(text: str | bytes) -> dict[str, Any]:
    try:
        data = json.loads(text)
        json.dumps(data, ensure_ascii=False).encode()  # JSON can spell half a character, which nothing can write
    except (ValueError, RecursionError, TypeError) as error:
        raise _no_tally(f"không phải JSON ({error})", f"no JSON ({error})") from None
    if not isinstance(data, dict):
        raise _no_tally("không phải một đối tượng JSON", "no JSON object")
    version = data.get("schema_version")
    if version != SCHEMA_VERSION:
        raise TallyMismatchError(
            f"phiên bản bảng đếm {version!r:.40} khác {SCHEMA_VERSION}; đếm lại",
            f"tally schema version {version!r:.40}, expected {SCHEMA_VERSION}; tally again",
        )
    return data


def _read(head: bytes) -> tuple[Stored, dict[str, _CubeHead]]:
    return _understood(_loaded(head))


def _understood(data: Mapping[str, Any]) -> tuple[Stored, dict[str, _CubeHead]]:
    """Return a tally without its cubes, checked, and what is said of each cube."""
    try:
        head = _Head.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise _no_tally(f"{place}: {first['msg']}", f"{place}: {first['msg']}") from None
    try:
        as_of = None if head.as_of is None else date.fromisoformat(head.as_of)
        periods = tuple(Period.parse(label) for label in head.periods)
    except CchcError as error:
        raise _no_tally(error.vi, error.en) from None
    except ValueError as error:
        raise _no_tally(f"as_of: {error}", f"as_of: {error}") from None
    frame = Frame(head.rules, head.calendar, periods, as_of, tuple(head.edges), tuple(head.estimated_years))
    rising = all(a < b for a, b in zip(head.edges, head.edges[1:], strict=False))
    if not rising or any(abs(edge) > _DAYS for edge in (*head.edges[:1], *head.edges[-1:])):
        raise _no_tally("edges: các mốc không tăng dần", "edges: the days do not ascend")
    if list(periods) != sorted(set(periods)) or not needed_edges(periods, as_of) <= set(head.edges):
        raise _no_tally("periods: các kỳ không khớp các mốc", "periods: they do not fit the edges")
    for kind, sets in head.counted.items():
        known = {s.name: {d.name for d in s.dims} for s in KINDS[kind].event_sets} if kind in KINDS else {}
        for name, dims in sets.items():
            if not set(dims) <= known.get(name, set()) or name not in known:
                raise _of_another(f"counted: không có «{kind}.{name}»", f"counted: there is no «{kind}.{name}» of these dimensions")
        if kind not in KINDS:
            raise _of_another(f"counted: không có loại «{kind}»", f"counted: there is no kind «{kind}»")
    counted = {kind: {name: frozenset(dims) for name, dims in sets.items()} for kind, sets in sorted(head.counted.items())}
    bound = {f"{kind}.{s.name}" for kind, sets in counted.items() for s in KINDS[kind].event_sets if s.bound and s.name in sets}
    if not set(head.mixed) <= bound - head.cubes.keys():
        raise _no_tally(
            "mixed: có số đếm, hoặc không phải nhóm sự kiện theo ngày hỏi",
            "mixed: there are counts, or it is no bound set that was counted",
        )
    for name, cube in head.cubes.items():
        _check_axes(name, cube, counted)
    said, needed, mixed = (frozenset(names) for names in (head.said, head.needed, head.mixed))
    return Stored(frame, {}, counted, said, needed, mixed), head.cubes


def _check_axes(name: str, cube: _CubeHead, counted: Counted) -> None:
    kind, _, short = name.partition(".")
    dims = counted.get(kind, {}).get(short)
    if dims is None:
        raise _no_tally(f"{name}: không có trong «counted»", f"{name}: it is not among what was counted")
    events = next(s for s in KINDS[kind].event_sets if s.name == short)
    axes = [UNIT, BIN, *(d.name for d in events.dims if d.name in dims), *([VALUE] if events.value else [])]
    # The dimensions stand in the order in which they were counted, which equal tallies share.
    if sorted(cube.axes) != sorted(axes) or cube.axes[:2] != axes[:2] or (events.value and cube.axes[-1] != VALUE):
        raise _no_tally(f"{name}: các chiều phải là {axes}", f"{name}: the axes must be {axes}")
    if sorted(cube.labels) != sorted(a for a in axes if a not in (BIN, VALUE)):
        raise _no_tally(f"{name}: nhãn không khớp các chiều", f"{name}: the labels do not fit the axes")
    for axis, texts in cube.labels.items():
        if texts != sorted(set(texts)):
            raise _no_tally(f"{name}: nhãn của {axis} lặp hoặc không theo thứ tự", f"{name}: the labels of {axis} repeat or are not sorted")


def _checked(name: str, head: _CubeHead, keys: Array, counts: Array, stored: Stored) -> Flat:
    """Return the counts of a set of events when every one of them can be."""
    labels = {axis: tuple(texts) for axis, texts in head.labels.items()}
    shape = tuple(head.shape)
    fits = (
        len(shape) == len(head.axes)
        and all(size == len(labels[axis]) for axis, size in zip(head.axes, shape, strict=True) if axis in labels)
        and shape[1] <= len(stored.frame.edges) + 1
        and prod(shape) < 2**63
    )
    if not fits:
        raise _no_tally(f"{name}: kích thước {shape} không khớp", f"{name}: the shape {shape} does not fit")
    if len(keys) and (keys[0] < 0 or int(keys[-1]) >= prod(shape) or (keys[1:] <= keys[:-1]).any()):
        raise _no_tally(f"{name}: các ô không tăng dần hoặc nằm ngoài", f"{name}: cells do not ascend, or lie outside")
    # Added up as a float: a sum of whole numbers could pass 64 bits before it is looked at.
    if len(counts) and (int(counts.min()) < 1 or float(counts.sum(dtype=np.float64)) >= _EVENTS):
        raise _no_tally(f"{name}: số đếm phải từ 1 và tổng dưới 2^53", f"{name}: counts must be 1 or more, their sum below 2^53")
    return Flat(tuple(head.axes), labels, shape, keys, counts)


def _whole(name: str, numbers: Any) -> Array:
    """Return whole numbers of JSON as int64; nothing else passes."""
    try:
        found = np.array(numbers if isinstance(numbers, list) else None)
        if found.size == 0:
            return np.zeros(0, dtype=np.int64)
        flat = chain.from_iterable(numbers) if found.ndim > 1 else numbers
        if found.dtype == np.int64 and {*map(type, flat)} == {int}:  # numpy takes true for 1
            return found
    except (ValueError, OverflowError):
        pass
    raise _no_tally(f"{name}: phải là các số nguyên", f"{name}: whole numbers are wanted")


def _of_another(vi: str, en: str) -> TallyMismatchError:
    return TallyMismatchError(
        f"không phải bảng đếm của phiên bản thư viện này: {vi}; đếm lại",
        f"this is no tally of this version of the library: {en}; count again",
    )


def _no_tally(vi: str, en: str) -> InputError:
    return InputError(f"không phải bảng đếm: {vi}", f"this is no tally: {en}")
