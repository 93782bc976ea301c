"""Times whole processes that read files: Parquet to the answer of the reference work, CSV to checked rows; see README.md.

    python -m benchmarks.compare_files [--parquet-rows 1e7] [--csv-rows 1e6] [--big] [--runs 5] [--only library,polars] [--write]

The answers are compared first; then the processes run in turn. Time is that of the whole process, imports and all; memory is its peak.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.reference_work.work import differences
from benchmarks.results import busy, machine, size_text, table, write_section
from benchmarks.worker import load_answer

UNITS, YEARS = 150, 3
PARQUET = ("library", "polars", "duckdb")
FULL = "full"
CSV = ("library", "polars")


@dataclass(slots=True)
class Times:
    """What the runs of one program took: seconds on the clock and of all processors, and peak memory in bytes."""

    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peak: list[int] = field(default_factory=list)


def run(module: str, arguments: Sequence[str]) -> tuple[float, float, int, str]:
    """Run a program as a whole process; return its seconds, its processor seconds, its peak memory in bytes and what it printed.

    The system counts the memory of the process that starts it in too, so this command holds no data: the files are written by another.

    Raises:
        RuntimeError: when the process fails.
    """
    command = [sys.executable, "-m", f"benchmarks.files.{module}", *arguments]
    # An installed package is compiled once, as the peers here are; where this is forbidden, a checkout is compiled anew by each process.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603  this project's own modules
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{module} ended with status {process.returncode}")
    kilobytes = 1 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * kilobytes, printed


def in_turn(modules: Mapping[str, Sequence[str]], runs: int) -> dict[str, Times]:
    """Run programs in turn for some rounds, after their answers were compared."""
    found = {module: Times() for module in modules}
    for _ in range(runs):
        for module, arguments in modules.items():
            seconds, processor, peak, _ = run(module, arguments)
            times = found[module]
            times.seconds.append(seconds)
            times.processor.append(processor)
            times.peak.append(peak)
    return found


def same_parquet(modules: Mapping[str, Sequence[str]]) -> None:
    """Compare the answers from the Parquet file and end the command at a difference."""
    answers = {}
    for module, arguments in modules.items():
        run(module, arguments)
        answers[module] = load_answer(Path(arguments[1]))
    first = next(iter(answers))
    for module, answer in answers.items():
        if found := differences(answers[first], answer):
            sys.exit("\n".join([f"{module} does not agree with {first}:", *found]))
    print(f"{', '.join(answers)}: the same answer", flush=True)


def same_csv(modules: Mapping[str, Sequence[str]]) -> str:
    """Compare the verdicts on the CSV file, end the command at a difference, and return them."""
    verdicts = {module: run(module, arguments)[3] for module, arguments in modules.items()}
    first = next(iter(verdicts))
    for module, verdict in verdicts.items():
        if verdict != verdicts[first]:
            sys.exit(f"{module} does not agree with {first}:\n{verdict}{verdicts[first]}")
    print(f"{', '.join(verdicts)}: the same verdict: {verdicts[first].strip()}", flush=True)
    return verdicts[first].strip()


def times_table(found: Mapping[str, Times]) -> str:
    """Return the table of some programs; ratios are to the library's median."""
    ours = next((statistics.median(t.seconds) for module, t in found.items() if module.endswith("library")), None)
    lines = []
    for module, times in found.items():
        median = statistics.median(times.seconds)
        spread = f"{min(times.seconds):.2f}–{max(times.seconds):.2f}"
        ratio = "–" if ours is None else f"{median / ours:.2f}"
        memory = f"{max(times.peak) / 2**20:,.0f}"
        lines.append([module, f"{median:.2f}", spread, f"{min(times.processor):.2f}", ratio, memory])
    return table(["process", "seconds", "fastest–slowest", "least processor time", "times the library's", "peak memory, MB"], lines)


def main() -> None:
    """Write the files, compare, time, print and, if asked, write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parquet-rows", default="1e7", help="0 leaves it out (default: %(default)s)")
    parser.add_argument("--csv-rows", default="1e6", help="0 leaves it out (default: %(default)s)")
    parser.add_argument("--big", action="store_true", help="5e7 rows of Parquet")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", help="library, polars, duckdb, full")
    parser.add_argument("--write", action="store_true", help="write the section of RESULTS.md")
    given = parser.parse_args()
    before = machine()
    wanted = {name for name in given.only.split(",") if name} or {*PARQUET, *CSV, FULL}
    parquet_rows = 50_000_000 if given.big else int(float(given.parquet_rows))
    csv_rows = int(float(given.csv_rows))
    parts = ["## From files, as whole processes"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if parquet_rows:
            path = folder / "dossiers.parquet"
            run("make_files", ["parquet", str(path), str(parquet_rows), str(UNITS), str(YEARS)])
            modules = {
                f"parquet_{peer}": [str(path), str(folder / f"{peer}.npz"), str(UNITS), str(YEARS)] for peer in PARQUET if peer in wanted
            }
            same_parquet(modules)
            size = path.stat().st_size / 2**20
            parts.append(f"### Parquet, {size_text(parquet_rows)} rows, {size:,.0f} MB, to the answer of the reference work")
            parts.append(times_table(in_turn(modules, given.runs)))
            if FULL in wanted:
                arguments = [str(path), str(UNITS)]
                printed = run("parquet_full", arguments)[3].split("\n")[0]
                parts.append(f"The whole default report of a folder with that file, every row judged; no peer has it: {printed}")
                parts.append(times_table(in_turn({"parquet_full": arguments}, max(given.runs // 2, 1))))
            path.unlink()
        if csv_rows:
            path = folder / "dossiers.csv"
            run("make_files", ["csv", str(path), str(csv_rows), str(UNITS), "1"])
            of_csv = {f"csv_{peer}": [str(path), str(UNITS)] for peer in CSV if peer in wanted}
            verdict = same_csv(of_csv)
            parts.append(f"### CSV, {size_text(csv_rows)} rows, read and checked")
            parts.append(f"The same verdict of all: `{verdict}`")
            parts.append(times_table(in_turn(of_csv, given.runs)))
    parts.insert(1, f"{before} At the end: {busy()} Medians of {given.runs} interleaved rounds after equal answers.")
    text = "\n\n".join(parts)
    print(text)
    if given.write:
        write_section("files", text)


if __name__ == "__main__":
    main()
