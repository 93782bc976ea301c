"""Times whole processes that read and check dossiers with five dates and times each, in every form, beside plain days; see README.md.

    python -m benchmarks.moments [--rows 1e6] [--excel-rows 2e4] [--runs 3] [--only FORM;FORM] [--write]

Every verdict is compared. Each round runs the library on plain days, the library on the form and polars on the form, one after the
other: ratios are those of neighbours, which a busy machine slows alike.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.compare_files import Program, Times, run
from benchmarks.files.moment_forms import DAYS, FORMS
from benchmarks.results import busy, machine, size_text, table, write_section

UNITS = "150"
OURS, THEIRS = "library", "polars"


def make(path: Path, rows: int, form: str) -> Program:
    """Write a file of a form; return the program of the library that reads it."""
    run(Program("make_files", ("moments", str(path), str(rows), UNITS, "1", form)))
    return Program("table_library", (str(path), UNITS))


def compared(programs: dict[str, Program], runs: int) -> tuple[str, dict[str, Times]]:
    """Run programs in turn; return the verdict of all, and what they took. The command ends where their verdicts differ."""
    found = {name: Times() for name in programs}
    first = ""
    for _ in range(runs):
        for name, program in programs.items():
            seconds, processor, peak, verdict = run(program)
            first = first or verdict
            if verdict != first:
                sys.exit(f"{name} does not agree:\n{verdict}{first}")
            found[name].seconds.append(seconds)
            found[name].processor.append(processor)
            found[name].peak.append(peak)
    print(f"{', '.join(programs)}: {first.strip()}", flush=True)
    return first.strip(), found


def ratio(one: Times, other: Times) -> str:
    """Return how many times as long one took as its neighbour: the median of the rounds, and that of least processor seconds."""
    pairs = [a / b for a, b in zip(one.seconds, other.seconds, strict=True)]
    return f"{statistics.median(pairs):.2f} ({min(one.processor) / min(other.processor):.2f})"


def line(form: str, found: dict[str, Times]) -> list[str]:
    """Return the row of a form."""
    seconds = [f"{statistics.median(found[name].seconds):.2f} ({min(found[name].processor):.2f})" for name in found]
    seconds += ["–"] * (3 - len(seconds))
    against = ratio(found[OURS], found[THEIRS]) if THEIRS in found else "–"
    return [form, *seconds, ratio(found[OURS], found[DAYS]), against, f"{max(found[OURS].peak) / 2**20:,.0f}"]


def main() -> None:
    """Write the files, compare, time, print and, if asked, write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=lambda text: int(float(text)), default=1_000_000)
    parser.add_argument("--excel-rows", type=lambda text: int(float(text)), default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", help="forms, as the results name them, with ; between")
    parser.add_argument("--write", action="store_true", help="write the section of RESULTS.md")
    given = parser.parse_args()
    before = machine()
    wanted = [form for form in FORMS if form != DAYS and (not given.only or form in given.only.split(";"))]
    head = [f"{DAYS}, s", "the form, s", "polars, s", "times the plain days", "times polars", "peak MB"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        days = make(folder / "days.csv", given.rows, DAYS)
        verdict, found = compared({DAYS: days, OURS: days, THEIRS: Program("csv_polars", (*days.arguments, DAYS))}, given.runs)
        lines = [line(DAYS, found)]
        for form in wanted:
            ours = make(folder / "form.csv", given.rows, form)
            programs = {DAYS: days, OURS: ours, THEIRS: Program("csv_polars", (*ours.arguments, form))}
            verdict, found = compared(programs, given.runs)
            lines.append(line(form, found))
        sheets: list[list[str]] = []
        if given.excel_rows:
            days = make(folder / "days.xlsx", given.excel_rows, DAYS)
            for form in wanted[::4]:
                _, found = compared({DAYS: days, OURS: make(folder / "form.xlsx", given.excel_rows, form)}, given.runs)
                cells = line(form, found)
                sheets.append([*cells[:3], cells[4], cells[6]])
    busy_then = (
        f"{before} At the end: {busy()} The machine was shared with other work: {given.runs} rounds in which the library on plain days, the"
        " library on the form and polars on the form follow one another."
    )
    explained = (
        "Seconds: medians, in brackets the least processor seconds. Times: the median of the ratios of neighbours, in brackets that of"
        " least processor seconds. polars is given the format of the form and checks the same rows; where no format says the form (SA,"
        " weekdays), it replaces a text first. The library is told nothing."
    )
    text = "\n\n".join(
        [
            "## Dates and times, as whole processes",
            busy_then,
            explained,
            f"### CSV, {size_text(given.rows)} rows, five dates or times each, read and checked",
            f"The same verdict of all: `{verdict}`",
            table(["form", *head], lines),
            f"### Texts in a workbook, {size_text(given.excel_rows)} rows",
            table(["form", head[0], head[1], head[3], head[5]], sheets),
        ]
    )
    print(text)
    if given.write:
        write_section("moments", text)


if __name__ == "__main__":
    main()
