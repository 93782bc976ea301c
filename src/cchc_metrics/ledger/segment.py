"""Rows as a ledger keeps them: column after column, one row an id, in the order of the numbers of their ids. Never changed.

The file is ``CCHL``, the length of the head and its checksum, the head (JSON) and the arrays. It is mapped, not read: a night looks at the
numbers of the ids and at the few rows that it replaces. Whatever is looked at is checked, an array by its checksum, a row by the number
that stands for all of its cells.
"""

from __future__ import annotations

import json
import mmap
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from cchc_metrics.hashes import hashes_of, mixed, text_hashes
from cchc_metrics.ledger.store import Store, damaged
from cchc_metrics.records.columns import SECOND, Array, Columns
from cchc_metrics.records.fields import NO_DAY
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.record import schema

ENDING: Final = "rows"
_MAGIC: Final = b"CCHL"
_ALIGNED: Final = 64
_RUN: Final = 1 << 16
NUMBER, CELLS, UNTIL, VERDICT, PLACE, TEXT = "#number", "#cells", "#until", "#verdict", "#place", "#text"


class RowVerdict(NamedTuple):
    """What reading found about the rows of one id.

    Args:
        read: how many rows bear it.
        rejected: how many of them do not count; at most one does.
        problems: code → how many problems of it they have, in the order of the codes.
    """

    read: int
    rejected: int
    problems: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class KeptRows:
    """Rows of a kind, one an id, in the order of the numbers of their ids.

    Args:
        columns: their cells, without the id; those of a row that does not count are empty but for its main date.
        numbers: uint64[n] ``text_hashes`` of the ids, ascending.
        ids: the ids, UTF-8; none where only what the rows add is asked.
        verdict: int32[n] positions in ``verdicts``.
        verdicts: what reading found.
        until: int32[n] the last day on which anything of the row happens; from then on what it counts as changes no more.
        cells: uint64[n] a number that stands for id, verdict and cells: equal rows have equal ones wherever they are kept.
    """

    columns: Columns
    numbers: Array
    ids: Sequence[bytes]
    verdict: Array
    verdicts: tuple[RowVerdict, ...]
    until: Array
    cells: Array

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, which: Array, *, keep_ids: bool = False) -> KeptRows:
        """Return some of the rows (ascending positions)."""
        ids = [self.ids[at] for at in which.tolist()] if keep_ids else []
        arrays = (self.numbers[which], ids, self.verdict[which], self.verdicts, self.until[which], self.cells[which])
        return KeptRows(self.columns.take(which), *arrays)

    @property
    def counting(self) -> Array:
        """Which rows count (bool[n])."""
        return counting(self.verdicts)[self.verdict]


def counting(verdicts: Sequence[RowVerdict]) -> Array:
    """Return of which verdicts a row counts (bool)."""
    return np.array([v.read > v.rejected for v in verdicts], dtype=bool)


def cells_numbers(columns: Columns, numbers: Array, verdict: Array, verdicts: Sequence[RowVerdict]) -> Array:
    """Return for each row the number that stands for its id, verdict and cells (uint64); an empty cell is as one that is not there."""
    told = hashes_of([json.dumps(v) for v in verdicts])[verdict]
    found: Array = mixed(numbers) + mixed(told)
    for spec in schema(columns.model):
        if spec.name not in columns or spec.cell_type.name == "id":
            continue
        salt = hashes_of([spec.name])[0]
        if spec.cell_type.name in ("unit", "label", "choice"):
            codes, labels = columns.codes(spec.name)
            empty = str(spec.default if spec.default is not None else "")
            table = mixed(hashes_of(labels) ^ salt)
            table[[text == empty for text in labels]] = 0
            found += table[codes]
            continue
        for name, nothing in ((spec.name, NO_DAY), (spec.name + SECOND, -1)):
            if name in columns:
                array = columns.arrays[name]
                step = np.uint64(len(name))
                for first in range(0, len(array), _RUN):
                    run = array[first : first + _RUN]
                    value = mixed((run.astype(np.int64).view(np.uint64) + step) ^ salt)
                    found[first : first + _RUN] += np.where(run == nothing, np.uint64(0), value)
    return found


# --- Writing


def write_segment(store: Store, rows: KeptRows) -> str:
    """Keep rows and return the name of their object."""
    lengths = np.fromiter(map(len, rows.ids), dtype=np.int64, count=len(rows))
    arrays = {
        NUMBER: rows.numbers,
        CELLS: rows.cells,
        UNTIL: rows.until.astype(np.int32),
        VERDICT: rows.verdict.astype(np.int32),
        PLACE: np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        TEXT: np.frombuffer(b"".join(rows.ids), dtype=np.uint8),
        **rows.columns.arrays,
    }
    heads, parts, end = {}, [], 0
    for name, array in arrays.items():
        plain = np.ascontiguousarray(array)
        data = memoryview(plain.tobytes() if plain.ndim != 1 else plain.view(np.uint8)) if plain.size else memoryview(b"")  # type: ignore[arg-type]
        heads[name] = [plain.dtype.str, end, len(data), zlib.crc32(data)]
        gap = -len(data) % _ALIGNED
        parts += [data, bytes(gap)]
        end += len(data) + gap
    head = {
        "rows": len(rows),
        "arrays": heads,
        "labels": {name: list(texts) for name, texts in rows.columns.labels.items()},
        "verdicts": rows.verdicts,
    }
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 12) % _ALIGNED)
    fixed = b"".join([_MAGIC, len(text).to_bytes(4, "big"), zlib.crc32(text).to_bytes(4, "big")])
    return store.put([fixed, text, *parts], ENDING)


# --- Reading


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Rows that were kept, mapped.

    Args:
        kind: what they are.
        path: their file.
        rows: how many there are.
        arrays: name → the array, not looked at yet, and its checksum.
        labels: as of ``Columns``.
        verdicts: as of ``KeptRows``.
    """

    kind: Kind
    path: Path
    rows: int
    arrays: Mapping[str, tuple[Array, int]]
    labels: Mapping[str, tuple[str, ...]]
    verdicts: tuple[RowVerdict, ...]
    _checked: set[str] = field(default_factory=set)

    @classmethod
    def open(cls, store: Store, name: str, kind: Kind) -> Segment:
        """Return rows that were kept.

        Raises:
            LedgerError: the file is not there, cut off or damaged.
        """
        path = store.objects / name
        try:
            with path.open("rb") as file:
                data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        except (OSError, ValueError) as error:  # an empty file cannot be mapped
            reason = getattr(error, "strerror", None) or str(error)
            raise damaged(path, reason, reason) from None
        begin = 12 + int.from_bytes(data[4:8], "big")
        text = data[12:begin]
        if bytes(data[:4]) != _MAGIC or zlib.crc32(text).to_bytes(4, "big") != data[8:12]:
            raise damaged(path, "sai mã kiểm tra ở phần đầu", "the checksum of its head differs")
        head = json.loads(bytes(text))
        arrays: dict[str, tuple[Array, int]] = {}
        for each, (kept, start, size, crc) in head["arrays"].items():
            piece = data[begin + start : begin + start + size]
            if len(piece) != size:
                raise damaged(path, "bị cắt", "it is cut off")
            arrays[each] = np.frombuffer(piece, dtype=np.dtype(kept)), crc
        labels = {each: tuple(texts) for each, texts in head["labels"].items()}
        verdicts = tuple(RowVerdict(read, no, tuple((code, n) for code, n in codes)) for read, no, codes in head["verdicts"])
        return cls(kind, path, head["rows"], arrays, labels, verdicts)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are kept."""
        return tuple(name for name in self.arrays if not name.startswith("#"))

    def whole(self, name: str) -> Array:
        """Return an array, checked.

        Raises:
            LedgerError: it is damaged.
        """
        array, crc = self.arrays[name]
        if name not in self._checked:
            if zlib.crc32(memoryview(array)) != crc:  # type: ignore[arg-type]  # an array is a buffer
                raise damaged(self.path, f"sai mã kiểm tra ở {name}", f"the checksum of {name} differs")
            self._checked.add(name)
        return array

    def find(self, numbers: Array, ids: Sequence[bytes]) -> tuple[Array, Array]:
        """Return which of some ids are here (positions among them), and where (positions of rows).

        Args:
            numbers: uint64[n] the numbers of the ids, ascending.
            ids: the ids.

        Raises:
            LedgerError: what was looked at is damaged.
        """
        own = self.whole(NUMBER)
        place = np.searchsorted(own, numbers)
        asked = np.arange(len(numbers))
        found, where = [], []
        while len(asked):  # once, but for unlike ids of one number
            there = place < len(own)
            asked, place = asked[there], place[there]
            alike = own[place] == numbers[asked]
            asked, place = asked[alike], place[alike]
            texts = self.ids(place)
            same = np.fromiter((ids[at] == text for at, text in zip(asked.tolist(), texts, strict=True)), dtype=bool, count=len(asked))
            found.append(asked[same])
            where.append(place[same])
            asked, place = asked[~same], place[~same] + 1
        which, rows = np.concatenate([np.zeros(0, np.int64), *found]), np.concatenate([np.zeros(0, np.int64), *where])
        return which.astype(np.int64), rows.astype(np.int64)

    def ids(self, where: Array) -> list[bytes]:
        """Return the ids of some rows, checked."""
        places, data = self.arrays[PLACE][0], self.arrays[TEXT][0]
        starts, ends = places[where], places[where + 1]
        sound = bool(((starts >= 0) & (ends >= starts) & (ends <= len(data))).all())
        whole = memoryview(data)  # type: ignore[arg-type]  # an array is a buffer
        texts = [bytes(whole[a:b]) for a, b in zip(starts.tolist(), ends.tolist(), strict=True)] if sound else []
        offsets = np.concatenate([[0], np.cumsum(ends - starts)]).astype(np.int64)
        if not sound or (texts and (text_hashes(offsets, np.frombuffer(b"".join(texts), np.uint8)) != self.arrays[NUMBER][0][where]).any()):
            raise damaged(self.path, "mã không khớp số của nó", "an id is not that of its number")
        return texts

    def take(self, where: Array, *, keep_ids: bool = False) -> KeptRows:
        """Return some rows (ascending positions), checked.

        Raises:
            LedgerError: one of them is damaged.
        """
        labels = {name: texts for name, texts in self.labels.items() if name in self.arrays}
        columns = Columns(self.kind.model, {name: self.arrays[name][0][where] for name in self.names}, labels)
        if not self.names:  # only rows that do not count, of which nothing is kept
            columns = Columns(self.kind.model, {}, {}, rows=range(1, len(where) + 1))
        numbers, cells = self.whole(NUMBER)[where], self.arrays[CELLS][0][where]
        verdict = self.arrays[VERDICT][0][where]
        sound = bool(((verdict >= 0) & (verdict < len(self.verdicts))).all()) and all(
            int(columns.arrays[name].max(initial=0)) < len(texts) for name, texts in labels.items()
        )
        if not sound or (cells_numbers(columns, numbers, verdict, self.verdicts) != cells).any():
            raise damaged(self.path, "dòng không khớp số của nó", "a row is not that of its number")
        ids = self.ids(where) if keep_ids else []
        return KeptRows(columns, numbers, ids, verdict, self.verdicts, self.whole(UNTIL)[where], cells)
