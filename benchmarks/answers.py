"""Prints what answers cost as units grow: measure, compare, assess, scores, ranks, Form 06, explain and the files written. See README.md.

    python -m benchmarks.answers [--units 150,700,3321,10000] [--rows 200000] [--runs 3] [--process] [--write]

Dossiers of two years are spread over the communes of one province. What answers cost does not depend on rows but on units, so rows are few.
``--process`` times ``cchc-metrics report`` as a whole process on a folder of 2·10^6 dossiers and 3.321 communes, and on the example.
"""

from __future__ import annotations

import argparse
import gc
import io
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import cchc_metrics as cm
from benchmarks.results import busy, machine, table, write_section
from benchmarks.synthetic import dossier_columns
from cchc_metrics.plan import Plan
from cchc_metrics.records import Columns
from cchc_metrics.report.content import report_page
from cchc_metrics.report.json_report import report_json_parts
from cchc_metrics.report.model import Report
from cchc_metrics.report.page_text import page_text
from cchc_metrics.score import GivenPoints, Inputs, qd766, rank_units, score_units

PERIOD, BASE, AS_OF = cm.Period.parse("2024"), cm.Period.parse("2023"), date(2024, 12, 31)
USUAL_UNITS = 700
PLAN = Plan.model_validate(
    {
        "number": "1/KH-UBND",
        "issued_on": "2024-01-01",
        "issuer": "UBND",
        "year": 2024,
        "unit": "T",
        "targets": [
            {"id": "1", "indicator": "resolved_on_time", "value": 95, "each": "commune"},
            {"id": "2", "indicator": "dossiers_received", "value": 5, "against": "increase_percent", "each": "commune"},
        ],
    }
)


def tree(units: int) -> cm.UnitTree:
    """Return one province with so many communes, ``U0000`` on."""
    communes = [cm.Unit(code=f"U{n:04d}", name=f"Xã {n}", kind="xã", level="commune", parent="T") for n in range(units)]
    return cm.UnitTree([cm.Unit(code="T", name="Tỉnh", kind="tỉnh", level="province"), *communes])


def folder_of(place: Path, rows: int, units: int) -> None:
    """Write a province's folder: dossiers of two years as CSV, one row a dossier, in shuffled order."""
    import pyarrow as pa  # noqa: PLC0415  only here
    from pyarrow import csv  # noqa: PLC0415

    columns = dossier_columns(rows, units=units, years=2)
    cells: dict[str, Any] = {"dossier_id": [f"H{n}" for n in range(rows)]}
    for name in ("unit_code", "procedure_code", "channel", "status", "term_unit"):
        codes, labels = columns.codes(name)
        cells[name] = pa.DictionaryArray.from_arrays(pa.array(codes.astype("int32")), list(labels)).cast(pa.string())
    for name in ("received_at", "ended_at"):
        days = columns.arrays[name]
        cells[name] = pa.array(days.astype("int32"), mask=days < 0).cast(pa.date32())
    cells["term"] = pa.array(columns.arrays["term"] // 2)
    cells["paused_days"] = pa.array(columns.arrays["paused_days"])
    place.mkdir(parents=True, exist_ok=True)
    csv.write_csv(pa.table(cells), place / "dossiers.csv")
    lines = ["code,name,kind,level,parent", "T,Tỉnh,tỉnh,province,", *(f"U{n:04d},Xã {n},xã,commune,T" for n in range(units))]
    (place / "units.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (place / "district.toml").write_text(
        'code = "T"\nname = "Tỉnh"\nlevel = "province"\nextracted_on = 2024-12-31\nperiod = "2024"\nunits_file = "units.csv"\n',
        encoding="utf-8",
    )


class Work:
    """What the steps hand on to each other."""

    def __init__(self, units: int, rows: int) -> None:
        self.columns: Columns = dossier_columns(rows, units=units, years=2)
        self.units = tree(units)
        self.catalogue = cm.Catalogue.default()
        self.counted = cm.tally(
            {"dossiers": self.columns},
            periods=[PERIOD, BASE],
            rules=cm.Rules.preset("default"),
            calendar=cm.Calendar.official(),
            as_of=AS_OF,
        )
        self.measures = self.measured()
        self.current = self.measures.filter(period=PERIOD)
        self.deltas = self.compared()
        self.inputs = {code: Inputs({"2": GivenPoints(Fraction(n % 20))}, unit=code) for n, code in enumerate(self.units.codes)}
        self.cards = score_units(self.inputs, qd766())

    def measured(self) -> cm.Measures:
        """Return every measure of both years."""
        return cm.measure(self.counted, self.catalogue, units=self.units, periods=[PERIOD, BASE], as_of=AS_OF)

    def as_workbook(self) -> None:
        """Write the measures as a workbook."""
        with tempfile.TemporaryDirectory() as folder:
            self.measures.to_excel(Path(folder) / "measures.xlsx")

    def compared(self) -> cm.Deltas:
        """Return the changes of the year."""
        return cm.compare(self.current, self.measures, units=self.units, baseline_period=BASE)

    def assessed(self) -> cm.Assessments:
        """Return where every commune stands."""
        return cm.assess(self.measures, PLAN, units=self.units, as_of=AS_OF, catalogue=self.catalogue)

    def report(self) -> Report:
        """Return the report."""
        return Report(
            unit="T",
            units=self.units,
            period=PERIOD,
            baseline_period=BASE,
            as_of=AS_OF,
            rules="default",
            calendar="vn",
            catalogue=self.catalogue,
            measures=self.measures,
            deltas=self.deltas,
            plan=None,
            assessments=None,
            problems=cm.Problems(),
        )

    def explained(self) -> object:
        """Return the rows behind the rate of the province."""
        return cm.explain(
            self.measures["resolved_on_time", "T", PERIOD],
            {"dossiers": self.columns},
            catalogue=self.catalogue,
            units=self.units,
            rules=cm.Rules.preset("default"),
            calendar=cm.Calendar.official(),
        )

    def steps(self) -> dict[str, tuple[Callable[[], Any], int]]:
        """Return step → what it does, and how many answers it gives."""
        n, changes, units = len(self.measures), len(self.deltas), len(self.units)
        report = self.report()
        return {
            "measure": (self.measured, n),
            "compare": (self.compared, changes),
            "assess": (self.assessed, 2 * units),
            "score_units": (lambda: score_units(self.inputs, qd766()), units),
            "rank_units": (lambda: rank_units(self.cards, units=self.units.codes, line="2"), units),
            "form06": (lambda: cm.form06(self.counted, units=self.units, unit="T", period=PERIOD, as_of=AS_OF), units),
            "explain": (self.explained, len(self.columns)),
            "report.txt": (lambda: page_text(report_page(report)), units),
            "report.json": (lambda: sum(len(part) for part in report_json_parts(report)), n + changes),
            "measures.csv": (self.measures.to_csv, n),
            "measures.parquet": (lambda: self.measures.to_parquet(io.BytesIO()), n),
            "measures.xlsx": (self.as_workbook, n),
        }


def seconds(job: Callable[[], Any], runs: int) -> float:
    """Return the median processor time of some runs, which other programs change less than the time of day."""
    times = []
    for _ in range(runs):
        gc.collect()
        start = time.process_time()
        job()
        times.append(time.process_time() - start)
    return statistics.median(times)


def measured(units: list[int], rows: int, runs: int) -> str:
    """Return the table of microseconds an answer, and how much an answer costs with the most units over one with the usual number."""
    found: dict[str, list[tuple[float, int]]] = {}
    for n in units:
        for name, (job, answers) in Work(n, rows).steps().items():
            found.setdefault(name, []).append((seconds(job, runs), answers))
            print(n, name, f"{found[name][-1][0]:.3f} s, {1e6 * found[name][-1][0] / answers:.2f} µs", flush=True)
    usual = units.index(USUAL_UNITS) if USUAL_UNITS in units else 0
    lines = []
    for name, cells in found.items():
        each = [1e6 * took / answers for took, answers in cells]
        lines.append([name, *(f"{one:.2f}" for one in each), f"{cells[-1][0]:.2f}", f"{each[-1] / each[usual]:.2f}"])
    head = ["step", *(f"{n:,} units, µs an answer" for n in units), f"s at {units[-1]:,}", f"{units[-1]:,} over {units[usual]:,}"]
    return table(head, lines)


def processes(rows: int, units: int, runs: int) -> str:
    """Return the table of whole processes: a province made for it, and the example."""
    with tempfile.TemporaryDirectory() as place:
        province = Path(place) / "province"
        folder_of(province, rows, units)
        cases = [(f"{rows:,} dossiers of {units:,} communes", province), ("the example", Path("examples/thap-muoi"))]
        lines = []
        for name, folder in cases:
            for formats in ("txt,json,md", "txt,csv,parquet"):
                found = [process(folder, formats, Path(place) / "out") for _ in range(runs)]
                wall, processor, peak = (statistics.median(column) for column in zip(*found, strict=True))
                lines.append([name, formats, f"{wall:.2f}", f"{processor:.2f}", f"{peak / 1000:,.0f}"])
                print(*lines[-1], flush=True)
    return table(["report of", "formats", "s", "s of processor", "peak MB"], lines)


_ONE = """
import resource, subprocess, sys, time
start = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""  # in a small process of its own: a child's peak begins with the memory of the one that started it


def process(folder: Path, formats: str, out: Path) -> tuple[float, float, float]:
    """Return the time, the processor time and the peak memory (kB) of one ``cchc-metrics report``."""
    program = [sys.executable, "-m", "cchc_metrics.cli", "report", str(folder), "--out", str(out), "--formats", formats]
    done = subprocess.run([sys.executable, "-c", _ONE, *program], check=True, capture_output=True, text=True)  # noqa: S603  stands here
    code, wall, processor, peak = done.stdout.split()
    if int(code) > 1:
        raise SystemExit(f"{program} ended with {code}")
    return float(wall), float(processor), float(peak)


def main() -> None:
    """Measure, print and, if asked, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", default="150,700,3321,10000", help="numbers of units (default: %(default)s), or none")
    parser.add_argument("--rows", default="200000", help="dossiers (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--process", action="store_true", help="whole processes too")
    parser.add_argument("--write", action="store_true", help="write the section of RESULTS.md")
    given = parser.parse_args()
    before = machine()
    sections = {}
    if given.units:
        said = (
            f"Medians of {given.runs} runs on a machine that others used; microseconds of processor time an answer: a measure, a change, "
            "a unit that is assessed, scored or ranked, a row that is explained; of report.txt and the form a unit. Last column: the cost "
            f"of an answer with the most units over that with {USUAL_UNITS}."
        )
        found = measured([int(n) for n in given.units.split(",")], int(float(given.rows)), given.runs)
        sections["answers"] = ["## The cost of an answer", f"{before} At the end: {busy()}", said, found]
    if given.process:
        said = f"Medians of {given.runs} runs of `cchc-metrics report`, reading CSV, on a machine that others used."
        found = processes(2_000_000, 3321, given.runs)
        sections["report"] = ["## A report as a whole process", f"{before} At the end: {busy()}", said, found]
    for name, parts in sections.items():
        print("\n\n".join(parts))
        if given.write:
            write_section(name, "\n\n".join(parts))


if __name__ == "__main__":
    main()
