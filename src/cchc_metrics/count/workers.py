"""Work on several processor cores: a part for each worker, the answers in the order of the parts."""

from __future__ import annotations

import multiprocessing
import os
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import TypeVar

Part = TypeVar("Part")
Answer = TypeVar("Answer")


def usable_cores() -> int:
    """Return how many processor cores this process may use, which can be fewer than the machine has."""
    if hasattr(os, "process_cpu_count"):  # from Python 3.13 on
        return os.process_cpu_count() or 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def can_fork() -> bool:
    """Return whether processes can be forked here, so that they read what is in memory where it lies; not on Windows."""
    return "fork" in multiprocessing.get_all_start_methods()


def in_threads(work: Callable[[Part], Answer], parts: Sequence[Part]) -> list[Answer]:
    """Return the answer to each part; the first is worked on here, each other in a thread of its own."""
    if len(parts) < 2:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(len(parts) - 1) as pool:
        running = [pool.submit(work, part) for part in parts[1:]]
        return [work(parts[0]), *(each.result() for each in running)]


def in_processes(work: Callable[[Part], Answer], parts: Sequence[Part]) -> list[Answer]:
    """Return the answer to each part; the first is worked on here, each other in a forked process of its own.

    Raises:
        RuntimeError: a process ended without an answer.
    """
    context = multiprocessing.get_context("fork")
    running = []
    for part in parts[1:]:
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_answer, args=(work, part, sender))
        with warnings.catch_warnings():
            # Python warns of forking beside other threads; the child only counts, and takes no lock that a thread may hold.
            warnings.simplefilter("ignore", DeprecationWarning)
            process.start()
        sender.close()
        running.append((process, receiver))
    found = [work(parts[0])] if parts else []
    for process, receiver in running:
        try:
            found.append(receiver.recv())
        except EOFError:
            raise RuntimeError("một tiến trình đếm đã dừng giữa chừng | a counting process ended without an answer") from None
        finally:
            receiver.close()
            process.join()
    return found


def _answer(work: Callable[[Part], Answer], part: Part, sender: Connection) -> None:
    sender.send(work(part))
    sender.close()
