"""The tally on several processor cores: the rows are cut into runs, each is counted by a process of its own, and the counts are added."""

from __future__ import annotations

import multiprocessing
import warnings
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import reduce
from multiprocessing.connection import Connection
from operator import add
from typing import Any

from cchc_metrics.records.columns import Columns
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.verbs.histogram import CHUNK_ROWS
from cchc_metrics.verbs.tally import Tally, tally


def tally_in_processes(
    rooms: Mapping[str, Columns],
    *,
    workers: int,
    periods: Iterable[Period],
    rules: Rules,
    calendar: Calendar,
    as_of: date | None = None,
    sets: Mapping[str, Collection[str]] | None = None,
) -> Tally:
    """Return exactly what ``tally`` returns, counted by several processes.

    Worth it from a few million rows on: below, starting a process costs more than it saves. Processes are forked, so that they read the
    columns where they lie; where the system cannot fork (Windows), one process counts all.

    Args:
        rooms: as for ``tally``.
        workers: how many processes; 1 or more.
        periods: as for ``tally``.
        rules: as for ``tally``.
        calendar: as for ``tally``.
        as_of: as for ``tally``.
        sets: as for ``tally``.

    Raises:
        ValueError: fewer than one worker.
        RuntimeError: a process ended without an answer.
    """
    if workers < 1:
        raise ValueError(f"số tiến trình phải từ 1: {workers} | at least one worker: {workers}")
    options: dict[str, Any] = {"periods": tuple(periods), "rules": rules, "calendar": calendar, "as_of": as_of, "sets": sets}
    parts = _parts(rooms, workers)
    if len(parts) == 1 or "fork" not in multiprocessing.get_all_start_methods():
        return tally(rooms, **options)
    context = multiprocessing.get_context("fork")
    running = []
    for part in parts[1:]:
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_count, args=(part, options, sender))
        with warnings.catch_warnings():
            # Python warns of forking beside other threads; the child only counts, and takes no lock that a thread may hold.
            warnings.simplefilter("ignore", DeprecationWarning)
            process.start()
        sender.close()
        running.append((process, receiver))
    found = [tally(parts[0], **options)]
    for process, receiver in running:
        try:
            found.append(receiver.recv())
        except EOFError:
            raise RuntimeError("một tiến trình đếm đã dừng giữa chừng | a counting process ended without an answer") from None
        finally:
            receiver.close()
            process.join()
    return reduce(add, found)


def _parts(rooms: Mapping[str, Columns], workers: int) -> list[dict[str, Columns]]:
    """Return runs of rows of about equal length, whole chunks each; small rooms stay with the first part."""
    parts: list[dict[str, Columns]] = [{} for _ in range(workers)]
    for name, columns in rooms.items():
        chunks = -(-len(columns) // CHUNK_ROWS)
        if chunks < workers:
            parts[0][name] = columns
            continue
        cuts = [min(chunks * n // workers * CHUNK_ROWS, len(columns)) for n in range(workers + 1)]
        for part, start, stop in zip(parts, cuts[:-1], [*cuts[1:-1], len(columns)], strict=True):
            part[name] = columns.part(start, stop)
    return [part for n, part in enumerate(parts) if part or n == 0]


def _count(part: Mapping[str, Columns], options: Mapping[str, Any], sender: Connection) -> None:
    sender.send(tally(part, **options))
    sender.close()
