"""The rows of one night: any table that the library reads, judged, one row an id, ready to be kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from cchc_metrics.errors import InputError
from cchc_metrics.hashes import hashes_of
from cchc_metrics.ledger.question import LedgerQuestion
from cchc_metrics.ledger.segment import KeptRows, RowVerdict, cells_numbers
from cchc_metrics.read.checks import duplicates
from cchc_metrics.read.files import is_parquet, parse_file
from cchc_metrics.read.frames import frame_parsed
from cchc_metrics.read.parquet_files import PART_ROWS
from cchc_metrics.read.parquet_table import joined, open_parquet, read
from cchc_metrics.read.postgres import PostgresQuery
from cchc_metrics.read.raw import UnreadableFileError
from cchc_metrics.read.tables import Parsed
from cchc_metrics.read.unit_days import units_by_day
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.fields import NO_DAY
from cchc_metrics.records.record import schema_by_name

_REPEATED = (Code.DUPLICATE_CONFLICTING, Code.DUPLICATE_IDENTICAL)


@dataclass(slots=True, eq=False)
class _Judged:
    """The verdict on each row of a table, as reading tells it."""

    found: list[tuple[Code, str, Array]] = field(default_factory=list)
    every: Columns | None = None
    valid: Array | None = None

    def problem(self, code: Code, column: str, where: Array) -> None:
        self.found.append((code, column, np.asarray(where, dtype=np.int64)))

    def rows(self, every: Columns, counting: Array | None) -> None:
        self.every, self.valid = every, counting


@dataclass(frozen=True, slots=True, eq=False)
class NightRows:
    """The rows of one night.

    Args:
        rows: those with an id, one an id.
        rejected: rows that do not count.
        without_id: those of them that have no id: they are in no ledger, since nothing could ever replace them.
        names: the columns that the table has, with those that follow from others.
    """

    rows: KeptRows
    rejected: int
    without_id: int
    names: tuple[str, ...]


def read_night(question: LedgerQuestion, table: Any) -> NightRows:
    """Return the rows of a table.

    Args:
        question: what is counted of them.
        table: the path of a file; what ``scan_postgres`` gives; a data frame or whatever else ``read_frame`` takes; or ``Columns``.

    Raises:
        InputError: it is no table, or its headings cannot be understood.
        UnreadableFileError: the file cannot be read.
    """
    judged = _Judged()
    given = replace(question.given, verdicts=judged)
    kind = question.kind
    if isinstance(table, Columns):
        _judge_columns(question, table, judged)
        without = 0
    else:
        parsed = _parsed(question, table, given)
        if not parsed.usable or judged.every is None:
            told = next((p for p in parsed.problems if p.code.severity == "error"), None)
            vi, en = ("", "") if told is None else (f": {told.text('vi')}", f": {told.text('en')}")
            raise InputError(f"{kind.name}: không hiểu được bảng{vi}", f"{kind.name}: the table cannot be understood{en}")
        without = parsed.problems.read - len(judged.every)
    every = judged.every
    assert every is not None  # noqa: S101  it was judged
    [name] = kind.id_columns
    if name not in every:
        raise InputError(
            f"{kind.name}: bảng không có cột {name}; sổ cần mã để biết dòng nào thay dòng nào",
            f"{kind.name}: the table has no column {name}; a ledger needs the ids to know which row replaces which",
        )
    nameless = np.fromiter((not text for text in every.arrays[name].tolist()), dtype=bool, count=len(every))
    for code, column, where in judged.found:
        if column == name and code.severity == "error" and code not in _REPEATED:
            nameless[where] = True
    rows = _one_an_id(question, judged, nameless)
    read = without + len(every)
    return NightRows(rows, read - int(np.count_nonzero(rows.counting)), without + int(nameless.sum()), _names(every))


def _names(every: Columns) -> tuple[str, ...]:
    return tuple(name for name in schema_by_name(every.model) if name in every)


def _parsed(question: LedgerQuestion, table: Any, given: Any) -> Parsed:
    kind = question.kind
    if isinstance(table, PostgresQuery):
        batches = list(table.batches())
        return frame_parsed(kind, joined(batches) if batches else table.table.empty(), given)
    if isinstance(table, (str, Path)):
        path = Path(table)
        try:
            return _of_file(question, path, given)
        except UnreadableFileError as error:
            vi, en = f"{path.name}: không đọc được ({error.vi})", f"{path.name}: cannot be read ({error.en})"
            raise UnreadableFileError(vi, en) from None
    if isinstance(table, Parsed):
        raise InputError(
            f"{kind.name}: bảng đã đọc xong, sổ không biết mã của dòng bị loại; đưa chính bảng hoặc đường dẫn tệp",
            f"{kind.name}: the table was read already, and the ids of rejected rows are not known any more; give the table or its path",
        )
    if isinstance(table, list) and table and isinstance(table[0], Columns):
        raise InputError(f"{kind.name}: đưa một bảng, không phải danh sách bảng", f"{kind.name}: give one table and not a list of tables")
    return frame_parsed(kind, table, given)


def _of_file(question: LedgerQuestion, path: Path, given: Any) -> Parsed:
    if not is_parquet(path):
        return parse_file(path, question.kind, given, question.own.headings, file=path.name)
    opened = open_parquet(path, question.own.limits, in_parts=False)
    parts = [read(load) for _, load in opened.loads(opened.headings, plain=opened.headings, part_rows=PART_ROWS)]
    return frame_parsed(question.kind, joined(parts) if parts else opened.empty(), given, path.name)


def _judge_columns(question: LedgerQuestion, columns: Columns, judged: _Judged) -> None:
    kind = question.kind
    if columns.model is not kind.model:
        raise InputError(
            f"{kind.name}: các cột là của {columns.model.__name__}, không phải {kind.model.__name__}",
            f"{kind.name}: the columns are of {columns.model.__name__}, not of {kind.model.__name__}",
        )
    every = units_by_day(columns, kind, question.units)
    valid = np.ones(len(every), dtype=bool)
    if kind.id_columns[0] in every:
        for found in duplicates(every, np.arange(len(every)), kind, {}):
            judged.problem(found.code, found.column, found.where)
            valid[found.where] = False
    judged.rows(every, np.flatnonzero(valid))


def _one_an_id(question: LedgerQuestion, judged: _Judged, nameless: Array) -> KeptRows:
    """Return one row for each id: the one that counts, or the first of those that do not, and what was found about all of them."""
    every = judged.every
    assert every is not None  # noqa: S101  it was judged
    name = question.kind.id_columns[0]
    texts = every.arrays[name]
    named = np.flatnonzero(~nameless)
    numbers = hashes_of(texts[named].tolist())
    group, first = _groups(numbers, texts[named])
    of_row = np.full(len(every), -1, dtype=np.int64)
    of_row[named] = group
    count = len(first)
    counts = np.zeros(len(every), dtype=bool)
    counts[slice(None) if judged.valid is None else judged.valid] = True
    counts &= ~nameless
    chosen = named[first]
    chosen[of_row[counts]] = np.flatnonzero(counts)
    read = np.bincount(group, minlength=count)
    per_code: dict[str, Array] = {}
    for code, _, where in judged.found:
        own = of_row[where]
        told = np.bincount(own[own >= 0], minlength=count)
        if told.any():
            per_code[code.value] = per_code.get(code.value, 0) + told
    verdict, verdicts = _verdicts(read, read - np.bincount(of_row[counts], minlength=count), per_code)
    columns = _blanked(replace(every.without(name), rows=None).take(chosen), counts[chosen], question.kind.dates.main)
    columns = replace(columns, rows=None, file="", sheet="", headings={})
    ids = [text.encode() for text in texts[chosen].tolist()]
    until = np.full(count, NO_DAY, dtype=np.int32)
    valid = counts[chosen]
    if valid.all():
        until[:] = question.until(columns)
    elif valid.any():
        until[valid] = question.until(columns.take(valid))
    own_numbers = numbers[first]
    return KeptRows(columns, own_numbers, ids, verdict, verdicts, until, cells_numbers(columns, own_numbers, verdict, verdicts))


def _groups(numbers: Array, texts: Array) -> tuple[Array, Array]:
    """Return for each row the position of its id among the ids in the order of their numbers, and a row of each."""
    order = np.argsort(numbers, kind="stable")
    sorted_numbers = numbers[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = sorted_numbers[1:] != sorted_numbers[:-1]
    alike = np.flatnonzero(~new)
    if len(alike):  # most often rows of one id; unlike ids of one number are told apart by their text
        starts = np.flatnonzero(new)
        for run in np.unique(np.searchsorted(starts, alike, side="right") - 1).tolist():
            begin, end = int(starts[run]), int(starts[run + 1]) if run + 1 < len(starts) else len(order)
            rows = sorted(order[begin:end].tolist(), key=lambda row: (texts[row], row))
            order[begin:end] = rows
            new[begin + 1 : end] = [texts[b] != texts[a] for a, b in pairwise(rows)]
    group = np.empty(len(order), dtype=np.int64)
    group[order] = np.cumsum(new) - 1
    return group, order[new]


def _verdicts(read: Array, rejected: Array, per_code: dict[str, Array]) -> tuple[Array, tuple[RowVerdict, ...]]:
    """Return what was found about the rows of each id, each different finding once."""
    codes = [code.value for code in Code if code.value in per_code]
    key = np.zeros(len(read), dtype=np.int64)
    for numbers in (read, rejected, *(per_code[code] for code in codes)):
        key = key * (int(numbers.max(initial=0)) + 1) + numbers
        key = np.unique(key, return_inverse=True)[1] if len(key) else key
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    found = [
        RowVerdict(int(read[at]), int(rejected[at]), tuple((code, int(per_code[code][at])) for code in codes if per_code[code][at]))
        for at in first.tolist()
    ]
    return place.astype(np.int32), tuple(found)


def _blanked(columns: Columns, counts: Array, main: str) -> Columns:
    """Return rows of which those that do not count have no cell but their main date, by which the month is known that they stand in."""
    if counts.all():
        return columns
    arrays, labels = dict(columns.arrays), dict(columns.labels)
    for name, array in columns.arrays.items():
        if name == main:
            continue
        own = array.copy()
        if name in labels:
            spec = schema_by_name(columns.model)[name]
            default = str(spec.default if spec.default is not None else "")
            if default not in labels[name] and spec.choice is not None:  # a list that every row has a word of
                default = labels[name][0]
            elif default not in labels[name]:
                labels[name] = (*labels[name], default)
                own = own.astype(np.min_scalar_type(len(labels[name]) - 1))
            own[~counts] = labels[name].index(default)
        else:
            own[~counts] = -1
        arrays[name] = own
    return replace(columns, arrays=arrays, labels=labels)


__all__ = ["NightRows", "read_night"]
