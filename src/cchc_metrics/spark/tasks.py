"""What the tasks of Spark do: from Arrow batches to Arrow batches. Each runs in a Python process of its own, with one partition.

What is wrong is handed back as a row like any other: an error of the library would be as wrong if Spark tried again. Anything else, such as
a process that is killed, fails the task, and Spark does it again or fails the job.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from cchc_metrics.errors import CchcError, InputError
from cchc_metrics.fold.ask import Ask
from cchc_metrics.fold.counting import tally_batches, tally_files
from cchc_metrics.fold.ids import id_hashes, signs_of_batches
from cchc_metrics.fold.partial import Partial
from cchc_metrics.hashes import hash_of
from cchc_metrics.read.arrow import arrow
from cchc_metrics.read.doubt import NO_SIGNS, Sign, Signs
from cchc_metrics.read.parquet_files import PART_ROWS
from cchc_metrics.read.parquet_table import open_parquet, read
from cchc_metrics.read.raw import UnreadableFileError
from cchc_metrics.read.repeats import Repeats
from cchc_metrics.records.columns import Array

SCHEMA: Final = "what int, part int, rows long, mark long, data binary"
ERROR, SEEN, IDS, TWICE, PARTIAL = range(5)
BUCKETS: Final = 2048
"""Numbers of ids are sent by their last bits: those that are alike meet, and as many tasks as there are may share the work."""
_HELD: Final = 1 << 22


class Reply(NamedTuple):
    """One row of what a task hands back.

    Args:
        what: an error, what was seen of a partition, numbers of ids, those that stand twice, or a partial answer.
        part: the partition; of numbers of ids: which of them.
        rows: how many rows were gone through.
        mark: a number that tells other rows from these: the sum of the numbers of their ids, or of those of their files.
        data: what was found.
    """

    what: int
    part: int
    rows: int
    mark: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Errand:
    """What all tasks of a pass are told.

    Args:
        ask: what is counted; in the first pass only with the columns that are looked at.
        ids: whether repeated ids are looked for.
        large: whether the session wants bytes with long offsets: Spark does not cast what it is given.
        groups: the files of each task; None where rows come from a data frame.
    """

    ask: Ask
    ids: bool
    large: bool = False
    groups: tuple[tuple[str, ...], ...] | None = None


def look(errand: Errand, batches: Iterator[Any]) -> Iterator[Any]:
    """Yield what is known only of a whole table: the numbers of ids, how texts are written, and how many rows there are."""
    if errand.groups is None:
        return _answered(errand.large, batches, lambda part: _looked(errand, part, _tables(batches), None))
    return _answered(errand.large, batches, lambda part: _looked_at_files(errand, part, _paths(errand, batches)))


def meet(large: bool, batches: Iterator[Any]) -> Iterator[Any]:  # noqa: FBT001  see ``Errand``
    """Yield the numbers that stand more than once among those that were sent here, and everything else as it came."""
    return _answered(large, batches, lambda part: _met(part, _rows(batches)))


def count(errand: Errand, batches: Iterator[Any]) -> Iterator[Any]:
    """Yield the partial answer of a partition."""
    if errand.groups is None:
        return _answered(errand.large, batches, lambda part: _counted(errand, part, _tables(batches)))
    return _answered(errand.large, batches, lambda part: _counted_files(errand, part, _paths(errand, batches)))


def merge(large: bool, batches: Iterator[Any]) -> Iterator[Any]:  # noqa: FBT001  see ``Errand``
    """Yield the sum of the partial answers that were sent here."""
    return _answered(large, batches, lambda part: _merged(part, _rows(batches)))


def file_mark(path: str) -> int:
    """Return a number that changes when a file is written anew.

    Raises:
        UnreadableFileError: it is not there.
    """
    try:
        found = Path(path).stat()
    except OSError as error:
        name, reason = Path(path).name, str(error.strerror)
        raise UnreadableFileError(f"{name}: {reason}", f"{name}: {reason}") from None
    return int(hash_of(f"{path}\n{found.st_size}\n{found.st_mtime_ns}"))


def signed(number: int) -> int:
    """Return the whole number of 64 bits with a sign that has the last 64 bits of a number."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


def signs_text(signs: dict[str, Signs]) -> bytes:
    """Return signs as they are sent."""
    return json.dumps({name: sorted(sign.name for sign in own) for name, own in sorted(signs.items())}).encode()


def signs_of_text(data: bytes) -> dict[str, Signs]:
    """Return what ``signs_text`` wrote."""
    return {name: frozenset(Sign[sign] for sign in own) for name, own in json.loads(data).items()}


# --- Between Spark and what is done


def _answered(large: bool, batches: Iterator[Any], work: Callable[[int], Iterator[Reply]]) -> Iterator[Any]:  # noqa: FBT001  as above
    from pyspark import TaskContext  # noqa: PLC0415  an extra

    context = TaskContext.get()
    part = 0 if context is None else int(context.partitionId())
    try:
        for found in work(part):
            yield _batch(large, found)
    except CchcError as error:
        for _ in batches:  # what nobody reads would be taken for the rows of the next task
            pass
        yield _batch(large, Reply(ERROR, part, 0, 0, json.dumps([error.vi, error.en]).encode()))


def _batch(large: bool, found: Reply) -> Any:  # noqa: FBT001  as above
    pa = arrow()
    data = pa.large_binary() if large else pa.binary()
    types = (pa.int32(), pa.int32(), pa.int64(), pa.int64(), data)
    return pa.RecordBatch.from_arrays([pa.array([cell], kind) for cell, kind in zip(found, types, strict=True)], names=list(Reply._fields))


def _rows(batches: Iterable[Any]) -> Iterator[Reply]:
    for batch in batches:
        for at in range(batch.num_rows):
            yield Reply(*(batch.column(name)[at].as_py() for name in Reply._fields))


def _tables(batches: Iterable[Any]) -> Iterator[Any]:
    for batch in batches:
        yield arrow().Table.from_batches([batch])


def _paths(errand: Errand, batches: Iterable[Any]) -> Iterator[str]:
    for batch in batches:
        for at in batch.column(0).to_pylist():
            yield from (errand.groups or ())[at]


# --- The first pass


def _looked_at_files(errand: Errand, part: int, paths: Iterable[str]) -> Iterator[Reply]:
    for path in paths:
        mark = file_mark(path)
        yield from _looked(errand, part, _of_file(errand.ask, Path(path)), mark)


def _of_file(ask: Ask, path: Path) -> Iterator[Any]:
    """Yield the columns of a file that are looked at."""
    wanted = [*ask.understood.names.values()]
    try:
        table = open_parquet(path, ask.own.limits)
        empty = table.empty()
        ask.checked(empty.select([name for name in empty.schema.names if name in wanted]))
        for _, load in table.loads(wanted, plain=wanted, part_rows=PART_ROWS):
            yield read(load).select(wanted)
    except InputError as error:
        raise type(error)(f"{path.name}: {error.vi}", f"{path.name}: {error.en}") from None


def _looked(errand: Errand, part: int, tables: Iterable[Any], mark: int | None) -> Iterator[Reply]:
    """Yield the numbers of the ids of tables, by their last bits, and then what was seen of them.

    Args:
        errand: what is looked for.
        part: the partition.
        tables: its rows.
        mark: what tells these rows from others; None: their ids do.
    """
    held: list[Array] = []
    rows = total = size = 0
    signs: dict[str, Signs] = {}
    for table in tables:
        rows += table.num_rows
        for name, found in signs_of_batches(errand.ask, [table]).items():
            signs[name] = signs.get(name, NO_SIGNS) | found
        if not errand.ids:
            continue
        held.append(id_hashes(errand.ask, table))
        total += _sum(held[-1])
        size += len(held[-1])
        if size >= _HELD:
            yield from _sent(held)
            held, size = [], 0
    yield from _sent(held)
    yield Reply(SEEN, part, rows, signed(total if mark is None else mark), signs_text(signs))


def _sum(numbers: Array) -> int:
    return int(numbers.sum(dtype=np.uint64))


def _sent(held: Sequence[Array]) -> Iterator[Reply]:
    numbers = np.concatenate([np.zeros(0, dtype=np.uint64), *held])
    buckets = (numbers % np.uint64(BUCKETS)).astype(np.int64)
    numbers = numbers[np.argsort(buckets, kind="stable")]
    ends = np.cumsum(np.bincount(buckets, minlength=BUCKETS)).tolist()
    for bucket, (first, last) in enumerate(zip([0, *ends], ends, strict=False)):
        if first < last:
            yield Reply(IDS, bucket, last - first, 0, numbers[first:last].tobytes())


def _met(part: int, rows: Iterable[Reply]) -> Iterator[Reply]:
    with Repeats() as repeats:
        for row in rows:
            if row.what == IDS:
                repeats.add(np.frombuffer(row.data, dtype=np.uint64))
            else:
                yield row
        found = repeats.twice()
    if len(found):
        yield Reply(TWICE, part, len(found), 0, found.tobytes())


# --- The second pass


def _counted(errand: Errand, part: int, tables: Iterable[Any]) -> Iterator[Reply]:
    rows = mark = 0

    def seen() -> Iterator[Any]:
        nonlocal rows, mark
        for table in tables:
            rows += table.num_rows
            if errand.ids:
                mark += _sum(id_hashes(errand.ask, table))
            yield table

    partial = tally_batches(errand.ask, seen())
    yield Reply(PARTIAL, part, rows, signed(mark), partial.to_bytes())


def _counted_files(errand: Errand, part: int, paths: Iterable[str]) -> Iterator[Reply]:
    rows = mark = 0

    def each() -> Iterator[Partial]:
        nonlocal rows, mark
        yield Partial.zero(errand.ask)
        for path in paths:
            before, name = file_mark(path), Path(path).name
            partial = tally_files(errand.ask, path)
            if file_mark(path) != before:
                raise UnreadableFileError(f"{name}: tệp bị ghi lại trong khi đọc", f"{name}: the file was written anew while it was read")
            rows += partial.problems.read + sum(each.rows.num_rows for each in partial.apart)
            mark += before
            yield partial

    partial = Partial.sum(each())
    yield Reply(PARTIAL, part, rows, signed(mark), partial.to_bytes())


def _merged(part: int, found: Iterable[Reply]) -> Iterator[Reply]:
    """Yield the sum of partial answers, with one of them in memory; where there are errors, these alone."""
    errors: list[Reply] = []
    rows = mark = 0

    def partials() -> Iterator[bytes]:
        nonlocal rows, mark
        for row in found:
            if row.what == ERROR:
                errors.append(row)
                continue
            rows += row.rows
            mark += row.mark
            yield row.data

    given = partials()
    first = next(given, None)
    whole = None if first is None else Partial.sum(chain([first], given))
    yield from errors
    if whole is not None and not errors:
        yield Reply(PARTIAL, part, rows, signed(mark), whole.to_bytes())
