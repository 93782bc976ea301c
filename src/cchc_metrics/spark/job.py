"""Counting a table by Spark: a pass over what only the whole table shows, a pass that counts, and a tree that adds up."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from cchc_metrics.arguments import public
from cchc_metrics.errors import InputError, suggestion
from cchc_metrics.fold.ask import Ask
from cchc_metrics.fold.partial import Partial
from cchc_metrics.fold.settle import settle
from cchc_metrics.read.arrow import arrow
from cchc_metrics.read.dated import ROWS
from cchc_metrics.read.doubt import NO_SIGNS, Signs
from cchc_metrics.read.parquet_table import open_parquet
from cchc_metrics.records.columns import Array
from cchc_metrics.scan import CountedScan
from cchc_metrics.spark.frames import check_frame, check_keys, session_of, whole_files
from cchc_metrics.spark.session import SparkJobError, checksums, collected, job
from cchc_metrics.spark.tasks import PARTIAL, SCHEMA, SEEN, TWICE, Errand, Reply, count, file_mark, look, meet, merge, signed, signs_of_text

Step = Callable[[Errand, Iterator[Any]], Iterator[Any]]

FAN_IN: Final = 16
"""So many partial answers are added up by one task, and at most so many come to the driver."""
TASKS_A_CORE: Final = 4
"""Files are given to so many tasks for each core, so that those that end early take another."""


@public
def tally_spark(rows: Any, ask: Ask, *, unique: Literal["check", "trusted"] = "check", files: bool = False) -> CountedScan:
    """Return what one reading of a whole table gives, counted by Spark where its rows are: the counts, and everything that is wrong.

    The counts are byte for byte those of one scan. A task that Spark does again counts once; a job that fails gives nothing.

    Args:
        rows: a data frame of Spark; with ``files`` also the path of a Parquet file or folder, or several.
        ask: what is counted, see ``Dataset.ask``. What the headings mean is taken from the frame where the ask does not say it.
        unique: ``check``: rows of one id are found wherever they stand, by a pass that sends 8 bytes a row; this pass and the one that
            counts must have the same rows. ``trusted``: the ids are known to be unique, such as a primary key; nobody looks for
            repeated ones, each of which would then be counted.
        files: whether the tasks read the files themselves, which takes less than half of the time; for plain Parquet on a file system that
            every machine of Spark has under the same path. Messages then name the file and the row.

    Raises:
        SparkJobError: the job failed; a part is unlike the others; the rows were others when they were counted; or the session is set to
            pass over files or columns that cannot be read, or to another time zone than Vietnam's where days come from instants.
        InputError: the rows are neither a data frame nor files, or pyspark is not installed.
    """
    _check_unique(unique)
    spark = session_of(rows)
    with checksums(spark):
        return _tally(spark, rows, ask, unique == "check", files)


def _tally(spark: Any, rows: Any, ask: Ask, check: bool, files: bool) -> CountedScan:  # noqa: FBT001  as it was asked
    source = _Files(spark, whole_files(spark, rows)) if files else _Frame(spark, check_frame(spark, rows))
    if ask.head is None:
        ask = ask.like(source.first())
    if not files:
        check_keys(rows, ask)
    texts = ask.doubtful(source.empty(ask)) if ask.understood.usable and ask.signs is None else []
    ids = check and ask.understood.usable and bool(ask.id_names)
    seen = source.looked(ask, ids, texts) if ids or texts else None
    ask = ask.trusting_ids() if seen is None or not ids else ask.with_repeated(seen.repeated)
    if seen is not None and texts:
        ask = ask.with_signs(seen.signs)
    found = source.counted(ask, ids)
    _check_same(seen, found, source.mark())
    return settle(ask, Partial.sum([Partial.zero(ask), *(each.data for each in found)]))


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What the first pass found.

    Args:
        rows: how many rows there are.
        mark: what tells them from others.
        repeated: the numbers of the ids that stand more than once.
        signs: what the texts show of how dates and numbers are written.
    """

    rows: int
    mark: int
    repeated: Array
    signs: Mapping[str, Signs]


class _Source:
    """Where the rows are, and how the tasks come to them."""

    def __init__(self, spark: Any) -> None:
        self.spark = spark
        self.large = str(spark.conf.get("spark.sql.execution.arrow.useLargeVarTypes", "false")).lower() == "true"
        self.cores = int(spark.sparkContext.defaultParallelism)

    def looked(self, ask: Ask, ids: bool, texts: Collection[str]) -> _Seen:  # noqa: FBT001  as it was asked
        """Return what is known only of the whole table."""
        narrow = only(ask, {*(ask.id_names if ids else ()), *texts}).with_signs({})
        found = self.passed(look, Errand(narrow, ids, self.large))
        with job():
            found = found.repartition("part").mapInArrow(partial(meet, self.large), SCHEMA)
        rows = collected(found)
        signs: dict[str, Signs] = {}
        for row in rows:
            for name, own in (signs_of_text(row.data) if row.what == SEEN else {}).items():
                signs[name] = signs.get(name, NO_SIGNS) | own
        numbers = [np.frombuffer(row.data, dtype=np.uint64) for row in rows if row.what == TWICE]
        return _Seen(*_total(rows, SEEN), np.concatenate([np.zeros(0, dtype=np.uint64), *numbers]), signs)

    def counted(self, ask: Ask, ids: bool) -> list[Reply]:  # noqa: FBT001  as it was asked
        """Return a few partial answers that together are those of all rows; tasks add up what others found, level by level."""
        found = self.passed(count, Errand(self.asked(ask), ids, self.large))
        width = self.cores
        with job():
            while True:
                found = found.repartition(width, "part").mapInArrow(partial(merge, self.large), SCHEMA)
                if width <= FAN_IN:
                    return collected(found)
                width = -(-width // FAN_IN)

    def passed(self, step: Step, errand: Errand) -> Any:
        """Return the data frame of what the tasks of a pass hand back."""
        raise NotImplementedError

    def asked(self, ask: Ask) -> Ask:
        """Return what the tasks that count are asked."""
        return ask

    def mark(self) -> int | None:
        """Return what the marks of all rows must add up to, where that is known beforehand."""
        return None


class _Frame(_Source):
    """A data frame."""

    def __init__(self, spark: Any, frame: Any) -> None:
        super().__init__(spark)
        self.frame = frame

    def first(self) -> Any:
        with job():
            return self.frame.limit(ROWS).toArrow()

    def empty(self, ask: Ask) -> Any:
        with job():
            table = self.frame.limit(0).toArrow()
        ask.with_signs({}).checked(table)
        return table

    def asked(self, ask: Ask) -> Ask:
        return only(ask, ask.understood.names) if ask.understood.usable else ask

    def passed(self, step: Step, errand: Errand) -> Any:
        names = errand.ask.understood.schema.names
        with job():
            return self.frame.select([self.frame[f"`{name.replace('`', '``')}`"] for name in names]).mapInArrow(
                partial(step, errand), SCHEMA
            )


class _Files(_Source):
    """Parquet files that the tasks read themselves."""

    def __init__(self, spark: Any, paths: Sequence[Path]) -> None:
        super().__init__(spark)
        self.paths = tuple(map(str, paths))
        self.marks = sum(map(file_mark, self.paths))
        self.groups = _groups(self.paths, self.cores * TASKS_A_CORE)

    def first(self) -> Any:
        return self.paths[0]

    def empty(self, ask: Ask) -> Any:
        table = open_parquet(Path(self.paths[0])).empty()
        ask.with_signs({}).checked(table)
        return table

    def passed(self, step: Step, errand: Errand) -> Any:
        tasks = len(self.groups)
        with job():
            return self.spark.range(0, tasks, 1, tasks).mapInArrow(partial(step, replace(errand, groups=self.groups)), SCHEMA)

    def mark(self) -> int | None:
        return self.marks


def only(ask: Ask, names: Collection[str]) -> Ask:
    """Return the same about some columns of the table: others are not sent."""
    head = ask.understood
    chosen = {name: heading for name, heading in head.names.items() if name in names}
    schema = arrow().schema([head.schema.field(heading) for heading in dict.fromkeys(chosen.values())])
    return replace(ask, head=replace(head, schema=schema, names=chosen))


def _groups(paths: Sequence[str], tasks: int) -> tuple[tuple[str, ...], ...]:
    """Return the files of each task, the largest first and each to the task that has least."""
    sizes = sorted(((Path(path).stat().st_size, path) for path in paths), reverse=True)
    least = [(0, at) for at in range(min(tasks, len(paths)))]
    found: list[list[str]] = [[] for _ in least]
    for size, path in sizes:
        held, at = heapq.heappop(least)
        found[at].append(path)
        heapq.heappush(least, (held + size, at))
    return tuple(map(tuple, found))


def _total(found: Iterable[Reply], what: int) -> tuple[int, int]:
    mine = [row for row in found if row.what == what]
    return sum(row.rows for row in mine), signed(sum(row.mark for row in mine))


def _check_same(seen: _Seen | None, found: Sequence[Reply], mark: int | None) -> None:
    """Raise where the rows that were counted are not those that were looked at."""
    rows, own = _total(found, PARTIAL)
    if seen is not None and (seen.rows, seen.mark) != (rows, own):
        raise SparkJobError(
            f"Spark: hai lượt đọc không cùng các dòng ({seen.rows} rồi {rows} dòng): khung dữ liệu cho dòng khác nhau mỗi lần; "
            "ghi ra Parquet rồi đọc lại",
            f"Spark: two readings did not have the same rows ({seen.rows}, then {rows} of them): the frame gives other rows each time; "
            "write it as Parquet and read that",
        )
    if mark is not None and own != signed(mark):
        raise SparkJobError(
            "Spark: có tệp bị ghi lại trong khi đếm, hoặc máy làm việc thấy tệp khác; đếm lại",
            "Spark: files were written anew while they were counted, or a worker sees other files; count again",
        )


def _check_unique(unique: str) -> None:
    if unique not in (options := ("check", "trusted")):
        vi, en = suggestion(str(unique), options)
        raise InputError(f"unique: không có «{unique}»{vi}; dùng check, trusted", f"unique: there is no «{unique}»{en}; use check, trusted")
