"""One contender in a process of its own: loads the work, prepares, and then runs when it is reported to, so that runs can be interleaved.

``python -m benchmarks.worker MODULE FOLDER``; commands on standard input, a line each: ``check FILE`` runs once, stores the answer
and tells the memory it took beyond what was there before; ``run`` runs and tells its time. Answers are lines of JSON.
"""

from __future__ import annotations

import gc
import importlib
import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from benchmarks.reference_work.work import Answer, Work

T = TypeVar("T")
SKIPPED = "skipped"


def store_work(work: Work, folder: Path) -> None:
    """Write the work into a folder: a file for each array, and one for the rest."""
    plain = {}
    for name, value in ((f.name, getattr(work, f.name)) for f in fields(Work)):
        if isinstance(value, np.ndarray):
            np.save(folder / f"{name}.npy", value)
        else:
            plain[name] = value
    (folder / "work.json").write_text(json.dumps(plain), encoding="utf-8")


def load_work(folder: Path) -> Work:
    """Return the work that ``store_work`` wrote."""
    arrays = {path.stem: np.load(path) for path in folder.glob("*.npy")}
    return Work(**arrays, **json.loads((folder / "work.json").read_text(encoding="utf-8")))


def store_answer(answer: Answer, path: Path) -> None:
    """Write an answer."""
    np.savez(path, **asdict(answer))


def load_answer(path: Path) -> Answer:
    """Return the answer that ``store_answer`` wrote."""
    with np.load(path) as stored:
        return Answer(**{name: stored[name] for name in stored.files})


def memory_now_and_peak() -> tuple[int, int] | None:
    """Return the resident memory of this process and its peak since the last reset, in bytes; None where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return None
    found = {name: int(kilobytes) * 1024 for name, kilobytes in re.findall(r"(VmRSS|VmHWM):\s+(\d+) kB", status)}
    return (found["VmRSS"], found["VmHWM"]) if len(found) == 2 else None


def reset_peak() -> None:
    """Let the peak begin anew (Linux)."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def timed(module: Any, prepared: Any) -> tuple[float, float]:
    """Return the seconds of a run, on the clock and of all processors."""
    gc.collect()
    clock, processor = time.perf_counter(), time.process_time()
    module.answer(prepared)
    return time.perf_counter() - clock, time.process_time() - processor


def with_peak(job: Callable[[], T]) -> tuple[T, int | None]:
    """Return what a job gives and the bytes that it took beyond those there before it, or None where the system does not tell.

    It is to be the first run of the job: later ones find memory that this process has kept.
    """
    gc.collect()
    try:
        reset_peak()
    except OSError:
        return job(), None
    before = memory_now_and_peak()
    found = job()
    after = memory_now_and_peak()
    return found, None if before is None or after is None else after[1] - before[0]


def main(module_name: str, folder: Path) -> None:
    """Serve commands until the input ends."""
    module = importlib.import_module(f"benchmarks.reference_work.{module_name}")
    try:
        prepared = module.prepare(load_work(folder))
    except RuntimeError as error:  # no compiler
        _say({SKIPPED: str(error)})
        return
    gc.collect()
    _say({"ready": True})
    for line in sys.stdin:
        command, _, rest = line.strip().partition(" ")
        if command == "check":
            answer, peak = with_peak(lambda: module.answer(prepared))
            store_answer(answer, Path(rest))
            _say({"peak": peak})
        else:
            clock, processor = timed(module, prepared)
            _say({"seconds": clock, "processor": processor})


def _say(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
