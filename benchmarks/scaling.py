"""Prints what the tally costs a row as rows, units and their order change; asserts nothing. See README.md.

    python -m benchmarks.scaling [--rows 1e6,1e7] [--big] [--units 15,150,700,3321] [--at 1e7] [--with numpy_tables,floor] [--write]

First the rows change at 150 units, then the units change at one number of rows; each shuffled and grouped by unit. The library's cost is
that of its tally: what follows does not depend on rows. ``--with`` times other contenders of this process on the same rows, in turn.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks.reference_work import library
from benchmarks.reference_work.make import make
from benchmarks.reference_work.work import Work
from benchmarks.results import busy, machine, size_text, table, write_section
from benchmarks.worker import with_peak

USUAL_UNITS = 150


def nanoseconds_a_row(work: Work, others: Sequence[str], runs: int) -> tuple[list[float], float, int | None]:
    """Return the median cost of a row for the library and the others, and the library's least processor time and peak memory."""
    prepared = library.prepare(work)
    jobs: list[Callable[[], object]] = [partial(library.count, prepared)]
    for name in others:
        module = importlib.import_module(f"benchmarks.reference_work.{name}")
        jobs.append(partial(module.answer, module.prepare(work)))
    seconds: list[list[float]] = [[] for _ in jobs]
    processor: list[list[float]] = [[] for _ in jobs]
    _, peak = with_peak(jobs[0])
    for job in jobs[1:]:
        job()
    for _ in range(runs):
        for job, times, of_processors in zip(jobs, seconds, processor, strict=True):
            gc.collect()
            start, begun = time.perf_counter(), time.process_time()
            job()
            times.append(time.perf_counter() - start)
            of_processors.append(time.process_time() - begun)
    scale = 1e9 / len(work)
    return [statistics.median(times) * scale for times in seconds], min(processor[0]) * scale, peak


def measured(cases: Sequence[tuple[int, int]], others: Sequence[str], runs: int, base: int) -> str:
    """Return the table of some cases (rows and units), each shuffled and grouped; the last column compares with case ``base``."""
    lines, costs = [], []
    for rows, units in cases:
        for grouped in (False, True):
            cost, processor, peak = nanoseconds_a_row(make(rows, units=units, grouped=grouped)[1], others, runs)
            costs.append(processor)
            memory = "–" if peak is None else f"{peak / 2**20:,.0f}"
            lines.append(
                [
                    size_text(rows),
                    f"{units:,}",
                    "grouped" if grouped else "shuffled",
                    *(f"{c:.1f}" for c in cost),
                    f"{processor:.1f}",
                    memory,
                ]
            )
            print(" ".join(lines[-1]), flush=True)
    for line, processor in zip(lines, costs, strict=True):
        line.append(f"{processor / costs[2 * base]:.2f}")
    costs_of = [f"{name}, ns a row" for name in ("library", *others)]
    return table(["rows", "units", "order", *costs_of, "library, processor", "peak, MB", "times the usual"], lines)


def main() -> None:
    """Measure, print and, if asked, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default="1e6,1e7", help="numbers of rows at 150 units (default: %(default)s)")
    parser.add_argument("--big", action="store_true", help="5e7 rows too")
    parser.add_argument("--units", default="15,150,700,3321", help="numbers of units (default: %(default)s)")
    parser.add_argument("--at", default="1e7", help="rows at which the units change (default: %(default)s)")
    parser.add_argument("--with", dest="others", default="", help="other contenders of this process: numpy_tables, floor")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="write the section of RESULTS.md")
    given = parser.parse_args()
    before = machine()
    others = [name for name in given.others.split(",") if name]
    rows = [int(float(text)) for text in given.rows.split(",") if text] + ([50_000_000] if given.big else [])
    units = [int(text) for text in given.units.split(",") if text]
    by_rows = measured([(n, USUAL_UNITS) for n in rows], others, given.runs, 0)
    usual = units.index(USUAL_UNITS) if USUAL_UNITS in units else 0
    by_units = measured([(int(float(given.at)), n) for n in units], others, given.runs, usual)
    told = (
        f"The library's tally, 36 months, medians of {given.runs} runs, and the least time of all processors, which a busy machine changes "
        f"less. «Times the usual»: the library's least processor time over that of the first line ({size_text(rows[0])} shuffled rows; "
        f"{units[usual]} units, shuffled)."
    )
    text = "\n\n".join(
        [
            "## The cost of a row",
            f"{before} At the end: {busy()}",
            told,
            "### As rows grow, 150 units",
            by_rows,
            f"### As units grow, {size_text(int(float(given.at)))} rows",
            by_units,
        ]
    )
    print(text)
    if given.write:
        write_section("scaling", text)


if __name__ == "__main__":
    main()
