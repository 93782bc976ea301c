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
from dataclasses import replace
from functools import partial

from benchmarks.reference_work import library
from benchmarks.reference_work.make import make
from benchmarks.reference_work.work import Work
from benchmarks.results import busy, machine, size_text, table, write_section
from benchmarks.worker import with_peak

USUAL_UNITS = 150
ENGINES = ("tables", "compiled")


def nanoseconds_a_row(work: Work, others: Sequence[str], runs: int) -> list[tuple[float, float, int | None]]:
    """Return the median cost of a row, the least processor time of a row and the peak memory, for each engine and each of the others."""
    prepared = library.prepare(work)
    asked = [replace(prepared, options={**prepared.options, "engine": engine}) for engine in ENGINES]
    jobs: list[Callable[[], object]] = [partial(library.count, one) for one in asked]
    for name in others:
        module = importlib.import_module(f"benchmarks.reference_work.{name}")
        jobs.append(partial(module.answer, module.prepare(work)))
    seconds: list[list[float]] = [[] for _ in jobs]
    processor: list[list[float]] = [[] for _ in jobs]
    peaks = [with_peak(job)[1] for job in jobs]
    for _ in range(runs):
        for job, times, of_processors in zip(jobs, seconds, processor, strict=True):
            gc.collect()
            start, begun = time.perf_counter(), time.process_time()
            job()
            times.append(time.perf_counter() - start)
            of_processors.append(time.process_time() - begun)
    scale = 1e9 / len(work)
    return [
        (statistics.median(times) * scale, min(of_processors) * scale, peak)
        for times, of_processors, peak in zip(seconds, processor, peaks, strict=True)
    ]


def measured(cases: Sequence[tuple[int, int]], others: Sequence[str], runs: int, base: int) -> str:
    """Return the table of some cases (rows and units), each shuffled and grouped; costs are compared with case ``base``, shuffled."""
    lines, costs = [], []
    for rows, units in cases:
        for grouped in (False, True):
            found = nanoseconds_a_row(make(rows, units=units, grouped=grouped)[1], others, runs)
            costs.append([processor for _, processor, _ in found[: len(ENGINES)]])
            memory = ["–" if peak is None else f"{peak / 2**20:,.0f}" for _, _, peak in found[: len(ENGINES)]]
            order = "grouped" if grouped else "shuffled"
            lines.append([size_text(rows), f"{units:,}", order, *(f"{median:.1f}" for median, _, _ in found), *memory])
            print(" ".join(lines[-1]), flush=True)
    for line, cost in zip(lines, costs, strict=True):
        line += [f"{one / usual:.2f}" for one, usual in zip(cost, costs[2 * base], strict=True)]
    head = ["rows", "units", "order", *(f"{name}, ns a row" for name in (*ENGINES, *others)), *(f"{name}, peak MB" for name in ENGINES)]
    return table([*head, *(f"{name}, times the usual" for name in ENGINES)], lines)


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
    reported = (
        f"The library's tally, 36 months, medians of {given.runs} runs. «Times the usual»: the least processor time, which a busy machine "
        f"changes less, over that of the first line ({size_text(rows[0])} shuffled rows; {units[usual]} units, shuffled)."
    )
    text = "\n\n".join(
        [
            "## The cost of a row",
            f"{before} At the end: {busy()}",
            reported,
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
