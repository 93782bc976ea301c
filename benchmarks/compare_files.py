"""Times whole processes that read files: Parquet to the answer of the reference work, CSV and workbooks to checked rows; see README.md.

    python -m benchmarks.compare_files [--parquet-rows 1e7] [--csv-rows 1e6] [--excel-rows 1e5] [--big] [--runs 5] [--only library,polars]
                                       [--write]

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
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.reference_work.work import differences
from benchmarks.results import busy, machine, size_text, table, write_section
from benchmarks.worker import load_answer

UNITS, YEARS = 150, 3
PARQUET = {"library": "parquet_library", "library_compiled": "parquet_library", "polars": "parquet_polars", "duckdb": "parquet_duckdb"}
ENGINES = {"library_compiled": "compiled"}
FULL = "full"
CSV = {"library": "table_library", "polars": "csv_polars"}


@dataclass(frozen=True, slots=True)
class Program:
    """A program that is run as a whole process.

    Args:
        module: module of ``benchmarks.files``.
        arguments: its arguments.
        engine: BENCH_ENGINE, where it is not the default.
    """

    module: str
    arguments: tuple[str, ...]
    engine: str = "auto"


@dataclass(slots=True)
class Times:
    """What the runs of one program took: seconds on the clock and of all processors, and peak memory in bytes."""

    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peak: list[int] = field(default_factory=list)


def run(program: Program) -> tuple[float, float, int, str]:
    """Run a program as a whole process; return its seconds, its processor seconds, its peak memory in bytes and what it printed.

    The system counts the memory of the process that starts it in too, so this command holds no data: the files are written by another.

    Raises:
        RuntimeError: when the process fails.
    """
    command = [sys.executable, "-m", f"benchmarks.files.{program.module}", *program.arguments]
    # An installed package is compiled once, as the peers here are; where this is forbidden, a checkout is compiled anew by each process.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["BENCH_ENGINE"] = program.engine
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603  this project's own modules
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{program.module} ended with status {process.returncode}")
    kilobytes = 1 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * kilobytes, printed


def in_turn(programs: Mapping[str, Program], runs: int) -> dict[str, Times]:
    """Run programs in turn for some rounds, after their answers were compared."""
    found = {name: Times() for name in programs}
    for _ in range(runs):
        for name, program in programs.items():
            seconds, processor, peak, _ = run(program)
            times = found[name]
            times.seconds.append(seconds)
            times.processor.append(processor)
            times.peak.append(peak)
    return found


def same_parquet(programs: Mapping[str, Program]) -> None:
    """Compare the answers from the Parquet file and end the command at a difference."""
    answers = {}
    for name, program in programs.items():
        run(program)
        answers[name] = load_answer(Path(program.arguments[1]))
    first = next(iter(answers))
    for name, answer in answers.items():
        if found := differences(answers[first], answer):
            sys.exit("\n".join([f"{name} does not agree with {first}:", *found]))
    print(f"{', '.join(answers)}: the same answer", flush=True)


def same_csv(programs: Mapping[str, Program]) -> str:
    """Compare the verdicts on the CSV file, end the command at a difference, and return them."""
    verdicts = {name: run(program)[3] for name, program in programs.items()}
    first = next(iter(verdicts))
    for name, verdict in verdicts.items():
        if verdict != verdicts[first]:
            sys.exit(f"{name} does not agree with {first}:\n{verdict}{verdicts[first]}")
    print(f"{', '.join(verdicts)}: the same verdict: {verdicts[first].strip()}", flush=True)
    return verdicts[first].strip()


def times_table(found: Mapping[str, Times]) -> str:
    """Return the table of some programs; ratios are to the library's median."""
    ours = statistics.median(found["library"].seconds) if "library" in found else None
    lines = []
    for name, times in found.items():
        median = statistics.median(times.seconds)
        spread = f"{min(times.seconds):.2f}–{max(times.seconds):.2f}"
        ratio = "–" if ours is None else f"{median / ours:.2f}"
        memory = f"{max(times.peak) / 2**20:,.0f}"
        lines.append([name, f"{median:.2f}", spread, f"{min(times.processor):.2f}", ratio, memory])
    return table(["process", "seconds", "fastest–slowest", "least processor time", "times the library's", "peak memory, MB"], lines)


def parquet_parts(folder: Path, rows: int, wanted: Collection[str], runs: int) -> list[str]:
    """Return the paragraphs on a Parquet file of so many rows."""
    path = folder / "dossiers.parquet"
    run(Program("make_files", ("parquet", str(path), str(rows), str(UNITS), str(YEARS))))
    programs = {
        name: Program(module, (str(path), str(folder / f"{name}.npz"), str(UNITS), str(YEARS)), ENGINES.get(name, "auto"))
        for name, module in PARQUET.items()
        if name in wanted
    }
    same_parquet(programs)
    size = path.stat().st_size / 2**20
    parts = [
        f"### Parquet, {size_text(rows)} rows, {size:,.0f} MB, to the answer of the reference work",
        times_table(in_turn(programs, runs)),
    ]
    if FULL in wanted:
        full = Program("parquet_full", (str(path), str(UNITS)))
        printed = run(full)[3].split("\n")[0]
        parts.append(f"The whole default report of a folder with that file, every row judged; no peer has it: {printed}")
        parts.append(times_table(in_turn({"parquet_full": full}, max(runs // 2, 1))))
    path.unlink()
    return parts


def csv_parts(folder: Path, rows: int, wanted: Collection[str], runs: int) -> list[str]:
    """Return the paragraphs on a CSV file of so many rows."""
    path = folder / "dossiers.csv"
    run(Program("make_files", ("csv", str(path), str(rows), str(UNITS), "1")))
    programs = {name: Program(module, (str(path), str(UNITS))) for name, module in CSV.items() if name in wanted}
    verdict = same_csv(programs)
    reported = f"The same verdict of all: `{verdict}`"
    return [f"### CSV, {size_text(rows)} rows, read and checked", reported, times_table(in_turn(programs, runs))]


def excel_parts(folder: Path, rows: int, runs: int) -> list[str]:
    """Return the paragraphs on a workbook of so many rows."""
    path = folder / "dossiers.xlsx"
    run(Program("make_files", ("excel", str(path), str(rows), str(UNITS), "1")))
    library = Program("table_library", (str(path), str(UNITS)))
    reported = f"The verdict: `{run(library)[3].strip()}`"
    return [
        f"### Excel, {size_text(rows)} rows of 15 columns, read and checked",
        reported,
        times_table(in_turn({"library": library}, runs)),
    ]


def main() -> None:
    """Write the files, compare, time, print and, if asked, write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parquet-rows", default="1e7", help="0 leaves it out (default: %(default)s)")
    parser.add_argument("--csv-rows", default="1e6", help="0 leaves it out (default: %(default)s)")
    parser.add_argument("--excel-rows", default="1e5", help="0 leaves it out (default: %(default)s)")
    parser.add_argument("--big", action="store_true", help="5e7 rows of Parquet")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", help="library, library_compiled, polars, duckdb, full")
    parser.add_argument("--write", action="store_true", help="write the section of RESULTS.md")
    given = parser.parse_args()
    before = machine()
    wanted = {name for name in given.only.split(",") if name} or {*PARQUET, *CSV, FULL}
    parquet_rows = 50_000_000 if given.big else int(float(given.parquet_rows))
    csv_rows, excel_rows = int(float(given.csv_rows)), int(float(given.excel_rows))
    parts = ["## From files, as whole processes"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if parquet_rows:
            parts += parquet_parts(folder, parquet_rows, wanted, given.runs)
        if csv_rows:
            parts += csv_parts(folder, csv_rows, wanted, given.runs)
        if excel_rows and "library" in wanted:
            parts += excel_parts(folder, excel_rows, given.runs)
    parts.insert(1, f"{before} At the end: {busy()} Medians of {given.runs} interleaved rounds after equal answers.")
    text = "\n\n".join(parts)
    print(text)
    if given.write:
        write_section("files", text)


if __name__ == "__main__":
    main()
