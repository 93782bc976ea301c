"""Times the library and its peers on the same reference work, in one run; see README.md.

    python -m benchmarks.compare [--sizes 1e5,1e6,1e7] [--big] [--only NAME,NAME] [--runs 5] [--write]

Every contender lives in a process of its own. First every answer is compared: with the slow reference on small work, then with each other
at every size; a difference ends the command. Then the contenders run in turn, round after round, so that a machine that grows slower slows
them alike; a collection of garbage stands before each run and is not timed. Times are medians; ratios are of medians of the same rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.reference_work.floor import bandwidth
from benchmarks.reference_work.make import make
from benchmarks.reference_work.work import Work, differences
from benchmarks.results import busy, machine, size_text, table, write_section
from benchmarks.worker import SKIPPED, load_answer, store_work

SMALL = ((3_000, 3, 1), (2_000, 1, 2), (500, 2, 3))
"""Rows, years and seed of the work on which everything is compared with the slow reference."""
LIBRARY = "library"


@dataclass(frozen=True, slots=True)
class Contender:
    """A way to do the work.

    Args:
        name: as the options and the tables have it.
        module: its module in ``reference_work``.
        threads: how many threads it uses.
        environment: variables that its process gets.
        at_most: the most rows that it is asked to do.
    """

    name: str
    module: str
    threads: str
    environment: Mapping[str, str] = field(default_factory=dict)
    at_most: int = 10**9


def contenders() -> list[Contender]:
    """Return all contenders, the library first."""
    compiled = {"BENCH_ENGINE": "compiled"}
    found = [
        Contender(LIBRARY, "library", "1"),
        Contender("library_workers_2", "library", "2 workers", {"BENCH_WORKERS": "2"}),
        Contender("library_compiled", "library", "1", compiled),
        Contender("library_compiled_2", "library", "2", {**compiled, "BENCH_WORKERS": "2"}),
    ]
    one = {"POLARS_MAX_THREADS": "1"}
    return [
        *found,
        Contender("library_full_report", "library_full", "1"),
        Contender("library_full_compiled", "library_full", "1", compiled),
        Contender("library_full_compiled_2", "library_full", "2", {**compiled, "BENCH_WORKERS": "2"}),
        Contender("polars_idiomatic", "polars_idiomatic", "all"),
        Contender("polars_idiomatic_1", "polars_idiomatic", "1", one),
        Contender("polars_algebra", "polars_algebra", "all"),
        Contender("polars_algebra_1", "polars_algebra", "1", one),
        Contender("duckdb_idiomatic", "duckdb_idiomatic", "all"),
        Contender("duckdb_algebra", "duckdb_algebra", "all"),
        Contender("pandas_idiomatic", "pandas_idiomatic", "1", at_most=10**7),
        Contender("numpy_tables", "numpy_tables", "1"),
        Contender("c_kernel", "floor", "1", {"BENCH_THREADS": "1"}),
        Contender("c_kernel_2", "floor", "2", {"BENCH_THREADS": "2"}),
    ]


@dataclass(slots=True)
class Runner:
    """A contender's process."""

    contender: Contender
    process: subprocess.Popen[str]
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peak: int | None = None

    def ask(self, command: str) -> dict[str, Any]:
        """Send a command and wait for its answer.

        Raises:
            RuntimeError: when the process has ended.
        """
        assert self.process.stdin is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.hear()

    def hear(self) -> dict[str, Any]:
        """Wait for an answer."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.contender.name}: its process ended with status {self.process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    @property
    def median(self) -> float:
        """The median time in seconds."""
        return statistics.median(self.seconds)

    @property
    def fastest(self) -> float:
        """The shortest time in seconds; on a busy machine it says more than the median."""
        return min(self.seconds)


@contextmanager
def started(contender: Contender, folder: Path) -> Iterator[Runner]:
    """Start a contender's process on the work in a folder; it has to be heard once before it is asked."""
    environment = {**os.environ, **contender.environment}
    command = [sys.executable, "-m", "benchmarks.worker", contender.module, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603
        try:
            yield Runner(contender, process)
        finally:
            if process.stdin is not None:
                process.stdin.close()
            process.wait()


def same_answers(work: Work, chosen: Sequence[Contender], *, slow: bool) -> None:
    """Compare the answers of all contenders and end the command at a difference.

    Args:
        work: the work.
        chosen: whom to ask.
        slow: whether the slow reference is asked too; the others are then compared with it, else against the first.
    """
    asked = [Contender("slow", "slow", "1"), *chosen] if slow else list(chosen)
    with tempfile.TemporaryDirectory() as name:
        store_work(work, Path(name))
        answers = {}
        for contender in asked:
            with started(contender, Path(name)) as runner:
                if SKIPPED in runner.hear():
                    continue
                path = Path(name) / f"answer_{contender.name}.npz"
                runner.ask(f"check {path}")
            answers[contender.name] = load_answer(path)
    _compare(answers, len(work))


def _compare(answers: Mapping[str, Any], rows: int) -> None:
    names = list(answers)
    for name in names[1:]:
        found = differences(answers[names[0]], answers[name])
        if found:
            sys.exit("\n".join([f"{name} does not agree with {names[0]} on {rows:,} rows:", *found]))
    print(f"{rows:,} rows: {', '.join(names)}: the same answer", flush=True)


def race(work: Work, chosen: Sequence[Contender], runs: int) -> list[Runner]:
    """Return the contenders with their times, after their answers were compared."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        store_work(work, folder)
        entered = []
        for contender in chosen:
            if len(work) > contender.at_most:
                print(f"{contender.name}: not asked to do {len(work):,} rows")
                continue
            runner = stack.enter_context(started(contender, folder))
            reported = runner.hear()  # one after another, so that no preparation overlaps another
            if SKIPPED in reported:
                print(f"{contender.name}: {reported[SKIPPED]}")
                continue
            entered.append(runner)
        answers = {}
        for runner in entered:  # the first run of each: its memory is reported, its time is not
            path = folder / f"answer_{runner.contender.name}.npz"
            runner.peak = runner.ask(f"check {path}")["peak"]
            answers[runner.contender.name] = load_answer(path)
        _compare(answers, len(work))
        for _ in range(runs):
            for runner in entered:
                reported = runner.ask("run")
                runner.seconds.append(reported["seconds"])
                runner.processor.append(reported["processor"])
    return entered


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the command's options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1e5,1e6,1e7", help="numbers of rows (default: %(default)s)")
    parser.add_argument("--big", action="store_true", help="5e7 rows too: about 20 GB of memory for all contenders")
    parser.add_argument("--only", default="", help="names of contenders; the library is always one of them")
    parser.add_argument("--runs", type=int, default=5, help="timed rounds for each size (default: %(default)s)")
    parser.add_argument("--units", type=int, default=150)
    parser.add_argument("--years", type=int, default=3, choices=(1, 2, 3))
    parser.add_argument("--grouped", action="store_true", help="rows sorted by unit, not shuffled")
    parser.add_argument("--write", action="store_true", help="write the section of RESULTS.md")
    return parser.parse_args(arguments)


def main() -> None:
    """Compare, time, print and, if asked, write."""
    given = options()
    known = contenders()
    wanted = {name for name in given.only.split(",") if name} | {LIBRARY}
    if unknown := wanted - {c.name for c in known}:
        sys.exit(f"no contender named {', '.join(sorted(unknown))}; there are: {', '.join(c.name for c in known)}")
    chosen = [c for c in known if not given.only or c.name in wanted]
    sizes = [int(float(size)) for size in given.sizes.split(",") if size] + ([50_000_000] if given.big else [])
    for rows, years, seed in SMALL:
        same_answers(make(rows, units=min(given.units, 40), years=years, seed=seed)[1], chosen, slow=True)
    before = machine()
    results = {}
    for rows in sizes:
        work = make(rows, units=given.units, years=given.years, grouped=given.grouped)[1]
        results[rows] = (race(work, chosen, given.runs), work.bytes_a_row)
        print(_times({rows: results[rows][0]}), flush=True)
    text = report(results, before, given)
    print(text)
    if given.write:
        write_section("compare", text)


def report(results: Mapping[int, tuple[list[Runner], int]], before: str, given: argparse.Namespace) -> str:
    """Return the section of RESULTS.md."""
    races = {rows: runners for rows, (runners, _) in results.items()}
    rows = max(results)
    bytes_a_row = results[rows][1]
    speeds = [bandwidth(threads) for threads in (1, 2)]
    floors = [f"{bytes_a_row / speed * 1e9:.2f} ns a row with {n} thread{'s' * (n > 1)}" for n, speed in enumerate(speeds, start=1)]
    order = "sorted by unit" if given.grouped else "shuffled"
    parts = [
        "## The reference work in memory",
        f"{before} At the end: {busy()}",
        f"{given.units} units, {12 * given.years} months, rows {order}; medians of {given.runs} interleaved rounds after equal answers.",
        "«All» threads: as many as there are cores.",
        "### Milliseconds",
        _times(races),
        "### Times the library's: how many times as long each takes, by medians (by fastest runs), same rounds",
        _ratios(races),
        "### The floor",
        f"Memory read at {speeds[0] / 1e9:.1f} GB/s by 1 thread, {speeds[1] / 1e9:.1f} by 2.",
        f"A row is {bytes_a_row} bytes, without its procedure: {', '.join(floors)}.",
        _nanoseconds(races[rows], rows),
        "### Goals of the reference work at 10^7",
        _goals(races),
    ]
    return "\n\n".join(part for part in parts if part)


def _names(races: Mapping[int, Sequence[Runner]]) -> list[Contender]:
    return list({r.contender.name: r.contender for runners in races.values() for r in runners}.values())


def _cell(runners: Sequence[Runner], name: str, show: Any) -> str:
    found = [show(r) for r in runners if r.contender.name == name]
    return found[0] if found else "–"


def _times(races: Mapping[int, Sequence[Runner]]) -> str:
    lines = []
    for contender in _names(races):
        cells = [_cell(runners, contender.name, lambda r: f"{1000 * r.median:,.1f}") for runners in races.values()]
        largest = races[max(races)]
        spread = _cell(largest, contender.name, lambda r: f"{1000 * min(r.seconds):,.1f}–{1000 * max(r.seconds):,.1f}")
        processor = _cell(largest, contender.name, lambda r: f"{1000 * min(r.processor):,.1f}")
        peak = _cell(largest, contender.name, lambda r: "–" if r.peak is None else f"{r.peak / 2**20:,.0f}")
        lines.append([contender.name, contender.threads, *cells, spread, processor, peak])
    last = size_text(max(races))
    head = ["contender", "threads", *map(size_text, races), f"fastest–slowest, {last}", f"least processor time, {last}"]
    return table([*head, f"peak beyond the input, MB, {last}"], lines)


def _ratios(races: Mapping[int, Sequence[Runner]]) -> str:
    base = {rows: next(r for r in runners if r.contender.name == LIBRARY) for rows, runners in races.items()}
    lines = []
    for contender in _names(races):
        cells = []
        for rows, runners in races.items():
            one = base[rows]
            cells.append(_cell(runners, contender.name, lambda r, one=one: f"{r.median / one.median:.2f} ({r.fastest / one.fastest:.2f})"))
        lines.append([contender.name, *cells])
    return table(["contender", *map(size_text, races)], lines)


def _nanoseconds(runners: Sequence[Runner], rows: int) -> str:
    interesting = ("c_kernel", "c_kernel_2", "numpy_tables", "library", "library_workers_2", "library_compiled", "library_compiled_2")
    reported = [f"{r.contender.name} {r.median / rows * 1e9:.1f}" for r in runners if r.contender.name in interesting]
    return f"Nanoseconds a row at {size_text(rows)}: {', '.join(reported)}."


GOALS = (
    ("library", "polars_idiomatic", 10.0),
    ("library", "duckdb_idiomatic", 6.5),
    ("library", "pandas_idiomatic", 60.0),
    ("library", "polars_algebra", 2.5),
    ("library_workers_2", "polars_idiomatic", 18.0),
    ("library_workers_2", "duckdb_idiomatic", 11.0),
    ("library_workers_2", "pandas_idiomatic", 110.0),
    ("library_workers_2", "polars_algebra", 4.5),
    ("library_compiled_2", "polars_algebra", 10.0),
)
AT_MOST = (
    ("library_full_report", "library", 2.0),
    ("library_full_compiled", "library_compiled", 2.0),
    ("library_compiled", "c_kernel", 1.3),
    ("library_compiled_2", "c_kernel_2", 1.3),
)


def _goals(races: Mapping[int, Sequence[Runner]]) -> str:
    found = {r.contender.name: r for r in races.get(10**7, ())}
    lines = []
    for ours, theirs, goal in GOALS:
        if ours in found and theirs in found:
            ratio, fastest = found[theirs].median / found[ours].median, found[theirs].fastest / found[ours].fastest
            lines.append([f"{ours} against {theirs}", f"{goal:g}", f"{ratio:.2f} ({fastest:.2f})", "yes" if ratio >= goal else "no"])
    for ours, theirs, goal in AT_MOST:
        if ours in found and theirs in found:
            ratio, fastest = found[ours].median / found[theirs].median, found[ours].fastest / found[theirs].fastest
            reported = f"{ours}, times {theirs} (at most)"
            lines.append([reported, f"{goal:g}", f"{ratio:.2f} ({fastest:.2f})", "yes" if ratio <= goal else "no"])
    if not lines:
        return "10^7 rows were not run."
    return table(["goal", "times", "measured", "reached"], lines)


if __name__ == "__main__":
    main()
