"""The floor of the machine: how fast memory can be read, and a single-pass kernel in C that does the reference work.

The kernel is compiled at run time with the compiler in CC, or ``cc``; where there is none, it is skipped and says so. The number of its
threads comes from BENCH_THREADS.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.reference_work.work import CHANNELS, Answer, Array, Tables, Work, from_histograms, split_pending, tables

SOURCE = Path(__file__).with_name("kernel.c")
FLAGS = ("-O3", "-march=native", "-shared", "-fPIC", "-pthread")
LONGEST = 64
"""Turnarounds that the first table of days can hold; it is doubled until all fit (counted in the time)."""


class NoCompilerError(RuntimeError):
    """There is no C compiler on this machine."""


@cache
def library(unit_type: str) -> ctypes.CDLL:
    """Return the compiled kernel.

    Raises:
        NoCompilerError: when there is no compiler; says what to do.
    """
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        raise NoCompilerError("no C compiler was found (set CC or install one): the C kernel is skipped")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"kernel_{unit_type}.so"
        subprocess.run([compiler, *FLAGS, f"-DUNIT={unit_type}", "-o", str(path), str(SOURCE)], check=True)  # noqa: S603  the compiler above
        found = ctypes.CDLL(str(path))
    found.tally.restype = ctypes.c_int64
    found.read_all.restype = ctypes.c_uint64
    return found


def compiler_version() -> str:
    """Return the first line of the compiler's version, or that there is none."""
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        return "no C compiler"
    reported = subprocess.run([compiler, "--version"], check=True, capture_output=True, text=True).stdout  # noqa: S603  as above
    return reported.splitlines()[0]


@dataclass(frozen=True, slots=True)
class Prepared:
    """The arrays, the tables and the kernel."""

    work: Work
    tables: Tables
    kernel: ctypes.CDLL
    threads: int


def prepare(work: Work) -> Prepared:
    """Return the arrays and the compiled kernel."""
    return Prepared(work, tables(work), library(f"{work.unit.dtype}_t"), int(os.environ.get("BENCH_THREADS", "1")))


def answer(prepared: Prepared) -> Answer:
    """Return the answer."""
    work, table = prepared.work, prepared.tables
    columns, longest = work.months + 1, LONGEST
    while True:
        received = np.zeros((work.units, work.months, CHANNELS), dtype=np.uint32)
        timing = np.zeros((work.units, columns, 3), dtype=np.uint32)
        days = np.zeros((longest, work.units, columns), dtype=np.uint32)
        too_long = prepared.kernel.tally(
            *map(_address, (work.unit, work.channel, work.received, work.term, work.paused, work.ended)),
            ctypes.c_int64(len(work)),
            *map(_address, (table.through, table.code, table.month)),
            ctypes.c_int32(table.first),
            ctypes.c_int32(len(table.through) - 1),
            ctypes.c_int32(work.units),
            ctypes.c_int32(work.months),
            ctypes.c_int32(longest),
            *map(_address, (received, timing, days)),
            ctypes.c_int32(prepared.threads),
        )
        if too_long < 0:
            raise MemoryError("the C kernel had no memory")
        if too_long == 0:
            break
        longest *= 2
    classes, pending = split_pending(timing)
    return from_histograms(received, classes, days[:, :, :-1], pending)


def _address(array: Array) -> Any:
    assert array.flags.c_contiguous
    return ctypes.c_void_p(array.ctypes.data)


def bandwidth(threads: int, *, megabytes: int = 512, runs: int = 7) -> float:
    """Return how many bytes a second can be read from memory, the median of some runs over a block far larger than the caches.

    With a compiler the block is summed by as many threads; without one numpy finds its maximum on one thread.
    """
    block = np.ones(megabytes * 2**20 // 8, dtype=np.uint64)
    try:
        kernel = library("uint8_t")
    except NoCompilerError as error:
        print(error, file=sys.stderr)
        kernel = None
    seconds = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        if kernel is not None:
            kernel.read_all(_address(block), ctypes.c_int64(len(block)), ctypes.c_int32(threads))
        else:
            block.max()
        seconds.append(time.perf_counter() - start)
    return block.nbytes / statistics.median(seconds[1:])


if __name__ == "__main__":
    print(compiler_version())
    for n in (1, 2):
        print(f"{n} thread(s): {bandwidth(n) / 1e9:.1f} GB/s")
