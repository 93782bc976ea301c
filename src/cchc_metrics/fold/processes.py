"""A table of Parquet files counted by several processes: what one scan gives, byte for byte; each process reads its own parts.

In three rounds: the numbers of all ids, kept on disk by their first bits; which of them stand twice, a share of the bits each; the counts,
which are added up. A process is told everything once, when it starts: what is asked, with the joined tables.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Protocol, Self

import numpy as np

from cchc_metrics.count.tally import Tally
from cchc_metrics.errors import CchcError, InputError
from cchc_metrics.fold.ask import Ask
from cchc_metrics.fold.counting import Counting
from cchc_metrics.fold.ids import part_hashes, signs_of_batches
from cchc_metrics.fold.partial import Partial
from cchc_metrics.fold.settle import settled
from cchc_metrics.read.doubt import JUDGED, NO_SIGNS, Signs
from cchc_metrics.read.parquet_files import PART_ROWS, id_headings
from cchc_metrics.read.parquet_table import Load, ParquetTable, open_parquet, read
from cchc_metrics.read.raw import Progress
from cchc_metrics.read.repeats import BUCKETS, put_by_bits, twice_in
from cchc_metrics.read.sources import TableSource
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.record import schema_by_name
from cchc_metrics.scan import Beside, CountedBeside, TableScan

AT_LEAST: Final = 1_000_000
"""Of fewer rows one process is done before others have begun."""
_RUNS: Final = 4
"""So many runs of parts for each process: whoever is done sooner takes another."""


@dataclass(frozen=True, slots=True, eq=False)
class ProcessErrand:
    """What every process is told when it starts.

    Args:
        ask: what is counted.
        path: the file, or the folder of part files.
        part_rows: how many rows a part has, as far as the row groups allow.
        beside: what else is counted.
        folder: where the numbers of ids are kept.
    """

    ask: Ask
    path: Path
    part_rows: int
    beside: Beside | None
    folder: Path


class Job(Protocol):
    """What one process is asked to do at a time."""

    def done_by(self, worker: Worker) -> Any:
        """Return the answer, which is sent back."""


class Worker:
    """What a process has: the table, opened."""

    def __init__(self, errand: ProcessErrand, number: int) -> None:
        self.errand, self.number = errand, number
        self.table = open_parquet(errand.path, errand.ask.own.limits)

    def parts(self, headings: Sequence[str], plain: Iterable[str], run: range) -> Iterator[tuple[int, Load]]:
        """Yield the parts of a run: the number of the first row, and what reads it."""
        first = 1
        for at, (rows, load) in enumerate(self.table.loads(headings, plain=tuple(plain), part_rows=self.errand.part_rows)):
            if at in run:
                yield first, load
            first += rows


@dataclass(frozen=True, slots=True)
class _Look:
    """Put the numbers of the ids of some parts aside; tell how their texts are written, and whether no id is bad."""

    run: range

    def done_by(self, worker: Worker) -> tuple[dict[str, Signs], bool]:
        ask, sound, found = worker.errand.ask, True, dict[str, Signs]()
        names = ask.understood.names
        headings = [names[name] for name in ask.id_names]
        with ExitStack() as opened:
            files = [
                opened.enter_context((worker.errand.folder / f"{bucket}-{worker.number}-{self.run.start}").open("wb"))
                for bucket in range(BUCKETS)
            ]
            for _, load in worker.parts(headings, headings, self.run) if headings else ():
                hashes, bad = part_hashes(ask, read(load))
                sound &= not bad.any()
                put_by_bits(hashes[~bad] if bad.any() else hashes, files)
        texts = _texts(ask, worker.table)
        for _, load in worker.parts([names[name] for name in texts], (), self.run) if texts else ():
            part = read(load)
            only = replace(ask, head=replace(ask.understood, names={name: names[name] for name in texts}))
            for name, signs in signs_of_batches(only, [part]).items():
                found[name] = found.get(name, NO_SIGNS) | signs
        return found, sound


@dataclass(frozen=True, slots=True)
class _Twice:
    """Tell which numbers of ids stand twice among those with some first bits."""

    buckets: range

    def done_by(self, worker: Worker) -> Array:
        folder = worker.errand.folder
        return np.concatenate([twice_in(sorted(folder.glob(f"{bucket}-*"))) for bucket in self.buckets])


@dataclass(frozen=True, slots=True, eq=False)
class _Count:
    """Count some parts, knowing what is known of the whole table."""

    run: range
    repeated: Array
    signs: dict[str, Signs]
    unread: frozenset[str]

    def done_by(self, worker: Worker) -> tuple[bytes, bytes]:
        errand = worker.errand
        ask = errand.ask.with_repeated(self.repeated).with_signs(self.signs)
        beside = _beside(errand)
        counter = replace(Counting.of(ask), unread=self.unread, note=None if beside is None else beside.add)
        names = {name: heading for name, heading in ask.understood.names.items() if name not in self.unread}
        partial = counter.sum(
            counter.table(part := read(load).select([*names.values()]), np.arange(first, first + part.num_rows, dtype=np.int64), "")
            for first, load in worker.parts([*names.values()], id_headings(ask.known, names), self.run)
        )
        return partial.to_bytes(), b"" if beside is None else beside.counted.to_bytes()


def scan_in_processes(
    table: TableSource,
    ask: Ask,
    *,
    workers: int,
    beside: Beside | None = None,
    part_rows: int = PART_ROWS,
    at_least: int = AT_LEAST,
    progress: Progress | None = None,
) -> TableScan | None:
    """Return what reading a table gives, read by several processes; None where one process reads it better, or only one can.

    That is a table that is no Parquet, is small, lies in too few or too large row groups, has rows that were fixed since, or headings that
    only the words below them explain; and a kind whose rows say nothing without the others.

    Args:
        table: the table.
        ask: what is counted of it, without its headings.
        workers: how many processes.
        beside: what else is counted of it.
        part_rows: how many rows a part has, as far as the row groups allow.
        at_least: smaller tables are not read by several.
        progress: called with the name, how many rows are done and how many there are.

    Raises:
        UnreadableFileError: the table cannot be read.
        InputError: a process was stopped: no number is given then.
    """
    if table.given is None or len(table.paths) != 1 or table.given.fixes.rows.get((table.file, "")):
        return None
    if any(join.kind == ask.kind for join in ask.known.joins):
        return None
    path = table.paths[0]
    opened = open_parquet(path, ask.own.limits)
    asked = ask.like(path)
    runs = _runs(opened, part_rows, workers)
    if len(runs) < 2 or opened.rows < at_least or not asked.understood.usable or asked.worded:
        return None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        errand = ProcessErrand(asked, path, part_rows, beside, Path(folder))
        with _Processes(errand, min(workers, len(runs))) as pool:
            signs: dict[str, Signs] = {}
            repeated, sound = np.zeros(0, dtype=np.uint64), True
            if asked.id_names or _texts(asked, opened):
                for found, good in pool.answers(_Look(run) for run in runs):
                    signs = {name: signs.get(name, NO_SIGNS) | found.get(name, NO_SIGNS) for name in {**signs, **found}}
                    sound &= good
                shares = np.array_split(np.arange(BUCKETS), min(BUCKETS, _RUNS * workers))
                repeated = np.sort(np.concatenate(pool.answers(_Twice(range(int(b[0]), int(b[-1]) + 1)) for b in shares)))
            final = asked.with_repeated(repeated).with_signs(signs)
            counter = Counting.of(final)
            unread = frozenset[str]()
            if not repeated.size and sound and not counter.keep_ids:  # nothing more is to be learnt from them
                names = asked.understood.names
                unread = frozenset(name for name in names if names[name] in id_headings(asked.known, names))
            done = pool.answers(
                (_Count(run, repeated, signs, unread) for run in runs),
                None if progress is None else lambda n: progress(table.file, opened.rows * n // len(runs), opened.rows),
            )
    other = _beside(errand)
    counter = replace(counter, note=None if other is None else other.add)

    def once_more() -> Iterator[Columns]:
        yield from (parsed.columns for parsed in table.parts(counter.keep_ids) if parsed.usable)

    whole, problems = settled(counter, Partial.sum(partial for partial, _ in done), once_more())
    also = None if other is None else Tally.sum([other.counted, *(more for _, more in done)])
    return TableScan(whole.tally, problems, whole.quality, also)


def _beside(errand: ProcessErrand) -> CountedBeside | None:
    ask = errand.ask
    return None if errand.beside is None else CountedBeside(errand.beside, ask.calendar, ask.as_of, "auto")


def _texts(ask: Ask, table: ParquetTable) -> list[str]:
    """Return the columns of dates and numbers that are text, of which the whole table shows how they are written."""
    specs = schema_by_name(ask.known.model)
    texts = table.texts | table.uneven
    return [name for name, heading in ask.understood.names.items() if heading in texts and specs[name].cell_type.name in JUDGED]


def _runs(table: ParquetTable, part_rows: int, workers: int) -> list[range]:
    """Return the parts of a table in runs of about as many rows; none where a row group is so large that it is read in pieces."""
    if any(m.row_group(group).num_rows > 2 * part_rows for m in table.metadata for group in range(m.num_row_groups)):
        return []
    sizes = [rows for rows, _ in table.loads(table.headings, plain=(), part_rows=part_rows)]
    if not sizes:
        return []
    share = (np.cumsum(sizes) - np.array(sizes) / 2) * min(_RUNS * workers, len(sizes)) // sum(sizes)
    cuts = np.flatnonzero(np.diff(share, prepend=-1))
    return [range(int(start), int(stop)) for start, stop in zip(cuts, [*cuts[1:], len(sizes)], strict=True)]


# --- Processes


@dataclass(frozen=True, slots=True)
class _Failed:
    """What went wrong in a process."""

    error: CchcError


class _Processes:
    """Processes that do jobs; to be used with ``with``, which ends them."""

    def __init__(self, errand: ProcessErrand, workers: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._running: dict[Connection, BaseProcess] = {}
        told = ForkingPickler.dumps(errand)
        for number in range(workers):
            here, there = context.Pipe()
            process = context.Process(target=_target, args=(there, number), daemon=True)
            with _of_no_program():
                process.start()
            there.close()
            self._running[here] = process
        # Not as an argument: what is more than a pipe holds would wait for ever where a process ends before it begins.
        for connection in self._running:
            try:
                connection.send_bytes(told)
            except OSError:
                raise self._stopped(connection) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection, process in self._running.items():
            connection.close()
            process.terminate()
            process.join()

    def answers(self, jobs: Iterable[Job], done: Callable[[int], None] | None = None) -> list[Any]:
        """Return the answers to some jobs, in their order.

        Raises:
            CchcError: what went wrong in a process, as it would have here.
            InputError: a process was stopped.
        """
        left = list(enumerate(jobs))[::-1]
        found: list[Any] = [None] * len(left)
        at_work: dict[Connection, int] = {}
        for connection in self._running:
            self._give(connection, left, at_work)
        while at_work:
            for ready in wait([*at_work]):
                assert isinstance(ready, Connection)  # noqa: S101  nothing else was waited for
                try:
                    answer = ready.recv()
                except (EOFError, OSError):
                    raise self._stopped(ready) from None
                if isinstance(answer, _Failed):
                    raise answer.error
                found[at_work.pop(ready)] = answer
                if done is not None:
                    done(sum(each is not None for each in found))
                self._give(ready, left, at_work)
        return found

    def _give(self, connection: Connection, left: list[tuple[int, Job]], at_work: dict[Connection, int]) -> None:
        if left:
            at_work[connection], job = left.pop()
            try:
                connection.send(job)
            except OSError:
                raise self._stopped(connection) from None

    def _stopped(self, connection: Connection) -> InputError:
        process = self._running[connection]
        process.join(5)
        status = process.exitcode
        return InputError(
            f"một tiến trình đọc đã dừng giữa chừng (mã {status}), nên không có số liệu; thường do hết bộ nhớ: bớt workers",
            f"a process that read was stopped (status {status}), so there are no figures; often memory was short: fewer workers",
        )


@contextmanager
def _of_no_program() -> Iterator[None]:
    """Let processes that are started here run nothing of the program that starts them, which need not be written for it."""
    program = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program


def _serve(connection: Connection, number: int) -> None:
    """Do jobs until there are no more; the errand comes first."""
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started this process ends it
    worker: Worker | None = None
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        errand: ProcessErrand = connection.recv()
        while True:
            job: Job = connection.recv()
            answer: Any
            try:
                worker = worker or Worker(errand, number)
                answer = job.done_by(worker)
            except CchcError as error:
                answer = _Failed(error)
            connection.send(answer)


_target = _serve
"""What a process runs."""
