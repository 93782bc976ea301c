"""Partial answers as they are sent: the bytes of a tally and of what stands beside it. Whatever comes back is checked.

The bytes are ``CCHP``, a checksum of what follows, the length of the tally, the tally, and the rest: a head (JSON) and what it names.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final, NamedTuple

import numpy as np

from cchc_metrics.errors import InputError, TallyMismatchError
from cchc_metrics.read.arrow import arrow
from cchc_metrics.read.joins import Links
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.problems import Problem, Problems
from cchc_metrics.verbs.quality import Quality

SCHEMA_VERSION: Final = 1
_MAGIC: Final = b"CCHP"
_FIXED: Final = len(_MAGIC) + 8
_CODES: Final = {code.value: code for code in Code}
_FIELDS: Final = tuple(each.name for each in fields(Problem))


class Rest(NamedTuple):
    """A partial answer without its tally: the other arguments of ``Partial``, in their order."""

    mark: int
    problems: Problems
    quality: Quality
    links: Links
    apart: tuple[tuple[Any, Array | None, str], ...]
    met: frozenset[str]


def bytes_of(tally: bytes, rest: bytes) -> bytes:
    """Return the bytes of a tally and of what stands beside it as one."""
    body = b"".join([len(tally).to_bytes(4, "big"), tally, rest])
    return b"".join([_MAGIC, zlib.crc32(body).to_bytes(4, "big"), body])


def parts_of_bytes(data: bytes) -> tuple[bytes, bytes]:
    """Return the bytes of a tally and of what stands beside it.

    Raises:
        InputError: the bytes are no partial answer, or damaged.
    """
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise _no_partial(f"cần bytes, không phải {type(data).__name__}", f"bytes are wanted, not {type(data).__name__}")
    view = memoryview(data)
    if len(view) < _FIXED or bytes(view[:4]) != _MAGIC:
        raise _no_partial("không bắt đầu bằng CCHP", "it does not begin with CCHP")
    if zlib.crc32(view[8:]).to_bytes(4, "big") != view[4:8]:
        raise _no_partial("sai mã kiểm tra: dữ liệu bị hỏng hoặc bị cắt", "the checksum differs: the data are damaged or cut short")
    end = _FIXED + int.from_bytes(view[8:_FIXED], "big")
    return bytes(view[_FIXED:end]), bytes(view[end:])


def stored_rest(rest: Rest) -> bytes:
    """Return what stands beside a tally as bytes."""
    apart = sorted((_apart_head(*each) for each in rest.apart), key=lambda pair: (_text(pair[0]), *pair[1]))
    masks = {str(at): np.packbits(mask).tobytes() for at, mask in sorted(rest.links.met.items())}
    blobs = [*masks.values(), *(blob for _, own in apart for blob in own)]
    head = {
        "schema_version": SCHEMA_VERSION,
        "mark": rest.mark,
        "problems": _problems(rest.problems),
        "quality": {
            "problems": _problems(rest.quality.problems),
            "ended": dict(sorted(rest.quality.ended.items())),
            "ties": dict(sorted(rest.quality.ties.items())),
            "file": rest.quality.file,
        },
        "links": _problems(rest.links.problems),
        "masks": {str(at): len(mask) for at, mask in sorted(rest.links.met.items())},
        "apart": [own for own, _ in apart],
        "met": sorted(rest.met),
        "bytes": [len(blob) for blob in blobs],
    }
    text = _text(head).encode()
    return b"".join([len(text).to_bytes(4, "big"), text, *blobs])


def rest_of(data: bytes) -> Rest:
    """Return what ``stored_rest`` wrote.

    Raises:
        TallyMismatchError: it was written under another schema version.
        InputError: the bytes are no partial answer.
    """
    end = 4 + int.from_bytes(data[:4], "big")
    try:
        head = json.loads(data[4:end])
        version = head["schema_version"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _no_partial(f"phần đầu không đọc được ({error})", f"the head cannot be read ({error})") from None
    if version != SCHEMA_VERSION:
        raise TallyMismatchError(
            f"phiên bản {version!r:.40} của phần đếm khác {SCHEMA_VERSION}; đếm lại",
            f"schema version {version!r:.40} of a partial answer, expected {SCHEMA_VERSION}; tally again",
        )
    try:
        blobs = []
        for length in head["bytes"]:
            blobs.append(data[end : end + length])
            end += length
        taken = iter(blobs)
        met = {
            int(at): np.unpackbits(np.frombuffer(next(taken), dtype=np.uint8), count=size).astype(bool)
            for at, size in head["masks"].items()
        }
        quality = head["quality"]
        return Rest(
            head["mark"],
            _problems_of(head["problems"]),
            Quality(_problems_of(quality["problems"]), quality["ended"], quality["ties"], quality["file"]),
            Links(_problems_of(head["links"]), met),
            tuple(_apart_of(own, taken) for own in head["apart"]),
            frozenset(head["met"]),
        )
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        raise _no_partial(f"nội dung không đọc được ({error})", f"its content cannot be read ({error})") from None


def _problems(problems: Problems) -> dict[str, Any]:
    examples = [[getattr(p, name) for name in _FIELDS] for p in problems.examples]
    totals = sorted([file, code.value, n] for (file, code), n in problems.totals.items())
    return {"totals": totals, "examples": examples, "read": problems.read, "rejected": problems.rejected, "limit": problems.limit}


def _problems_of(data: Mapping[str, Any]) -> Problems:
    examples = []
    for cells in data["examples"]:
        own = dict(zip(_FIELDS, cells, strict=True))
        examples.append(Problem(**{**own, "code": _CODES[own["code"]], "rows": tuple(own["rows"]), "keys": tuple(own["keys"])}))
    totals = {(file, _CODES[code]): n for file, code, n in data["totals"]}
    return Problems(totals, tuple(examples), data["read"], data["rejected"], data["limit"])


def _apart_head(rows: Any, numbers: Array | None, sheet: str) -> tuple[dict[str, Any], list[bytes]]:
    """Return what is said of rows apart, and their bytes: an Arrow stream, or the columns."""
    own: dict[str, Any] = {"sheet": sheet, "numbers": None if numbers is None else numbers.tolist()}
    if not isinstance(rows, Columns):
        pa = arrow()
        out = io.BytesIO()
        with pa.ipc.new_stream(out, rows.schema) as stream:
            stream.write_table(rows)
        return own | {"columns": None}, [out.getvalue()]
    ids = {name: array.tolist() for name, array in rows.arrays.items() if array.dtype == object}
    arrays = {name: array for name, array in sorted(rows.arrays.items()) if array.dtype != object}  # as JSON puts its keys
    said = {
        "kind": next(kind.name for kind in KINDS.values() if kind.model is rows.model),
        "file": rows.file,
        "sheet": rows.sheet,
        "headings": dict(rows.headings),
        "rows": None if rows.rows is None else rows.row_numbers().tolist(),
        "labels": {name: list(texts) for name, texts in rows.labels.items()},
        "ids": ids,
        "arrays": {name: array.dtype.str for name, array in arrays.items()},
    }
    return own | {"columns": said}, [np.ascontiguousarray(array).tobytes() for array in arrays.values()]


def _apart_of(own: Mapping[str, Any], blobs: Any) -> tuple[Any, Array | None, str]:
    numbers = None if own["numbers"] is None else np.array(own["numbers"], dtype=np.int64)
    said = own["columns"]
    if said is None:
        rows = arrow().ipc.open_stream(next(blobs)).read_all()
        return rows, numbers, own["sheet"]
    arrays = {name: np.frombuffer(next(blobs), dtype=np.dtype(kind)) for name, kind in said["arrays"].items()}
    for name, texts in said["ids"].items():
        arrays[name] = np.empty(len(texts), dtype=object)
        arrays[name][:] = texts
    columns = Columns(
        KINDS[said["kind"]].model,
        arrays,
        {name: tuple(texts) for name, texts in said["labels"].items()},
        said["file"],
        None if said["rows"] is None else np.array(said["rows"], dtype=np.int64),
        sheet=said["sheet"],
        headings=said["headings"],
    )
    return columns, numbers, own["sheet"]


def _text(data: Any) -> str:
    return json.dumps(data, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def _no_partial(vi: str, en: str) -> InputError:
    return InputError(f"không phải phần đếm: {vi}", f"this is no partial answer: {en}")
