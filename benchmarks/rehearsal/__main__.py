"""Rehearses a country's year: the command that a province would run, as a whole process, from many Parquet files to every file on disk.

    python -m benchmarks.rehearsal [ROWS] [--workers 1,2] [--runs 1] [--folder DIR] [--write]

The folder is written once and kept (``--folder``, by default below the system's folder for temporary files), with the snapshot of the
year before, of a tenth of the rows. What the command wrote is compared with a plain count by DuckDB, commune by commune.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import duckdb

from benchmarks.rehearsal.make import COMMUNES, DOSSIERS, PROVINCES, YEAR
from benchmarks.results import busy, machine, size_text, table, write_section

FORMATS = "json,parquet,html"
_SAMPLE = 0.05


class Run(NamedTuple):
    """What one run of the command took.

    Args:
        wall: seconds on the clock.
        processor: seconds of all processors, of the command and the processes that it started.
        peak: the highest resident memory of all of them together, in bytes (Linux; 0 elsewhere).
    """

    wall: float
    processor: float
    peak: int


def folder_of(place: Path, rows: int, year: int) -> Path:
    """Return the country's folder of a year, which is written where it is not there yet."""
    folder = place / f"{year}-{rows}"
    if not folder.exists():
        unfinished = Path(tempfile.mkdtemp(dir=place))
        _call(sys.executable, "-m", "benchmarks.rehearsal.make", str(unfinished), str(rows), str(year))
        unfinished.rename(folder)
    return folder


def baseline_of(place: Path, rows: int) -> Path:
    """Return the snapshot of the year before, which is taken where it is not there yet."""
    folder = folder_of(place, rows, YEAR - 1)
    kept = folder / "snapshots" / "before.snapshot.json"
    if not kept.exists():
        _call(sys.executable, "-m", "cchc_metrics.cli", "snapshot", "take", str(folder), "before", "--by", "rehearsal", "--no-rows")
    return kept


def command_of(folder: Path, baseline: Path, out: Path, workers: int) -> list[str]:
    """Return the command."""
    given = ["--baseline", str(baseline), "--out", str(out), "--formats", FORMATS, "--workers", str(workers)]
    return [sys.executable, "-m", "cchc_metrics.cli", "report", str(folder), *given]


def run(command: list[str]) -> Run:
    """Run the command as a whole process.

    Raises:
        RuntimeError: it fails.
    """
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603  this project's own command
        peak = [0]
        done = threading.Event()
        watching = threading.Thread(target=_watch, args=(process.pid, peak, done))
        watching.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        done.set()
        watching.join()
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the command ended with status {process.returncode}: {' '.join(command)}")
    return Run(wall, usage.ru_utime + usage.ru_stime, peak[0])


def _watch(pid: int, peak: list[int], done: threading.Event) -> None:
    """Note the highest memory of a process and of those that it started."""
    page = os.sysconf("SC_PAGE_SIZE")
    while not done.wait(_SAMPLE):
        found = 0
        for each in _family(pid):
            try:
                found += int(Path(f"/proc/{each}/statm").read_text(encoding="ascii").split()[1]) * page
            except (OSError, IndexError):
                continue
        peak[0] = max(peak[0], found)


def _family(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        try:
            for task in Path(f"/proc/{each}/task").iterdir():
                found += map(int, (task / "children").read_text(encoding="ascii").split())
        except OSError:
            continue
    return found


def check(folder: Path, out: Path) -> int:
    """Compare what was written with a plain count of every commune, end the command at a difference, and return how many were compared."""
    files = str(folder / DOSSIERS / "*.parquet")
    query = f"""
        select "Mã đơn vị", count(*),
               count(*) filter ("Ngày kết thúc" is not null),
               count(*) filter ("Ngày kết thúc" is not null and "Ngày kết thúc" <= "Ngày hẹn trả")
        from '{files}' group by 1"""  # noqa: S608  this project's own folder
    plain = {unit: counts for unit, *counts in duckdb.sql(query).fetchall()}
    found = f"""
        select unit, max(numerator) filter (indicator = 'dossiers_received'),
               max(denominator) filter (indicator = 'resolved_on_time'), max(numerator) filter (indicator = 'resolved_on_time')
        from '{out / "measures.parquet"}'
        where period = '{YEAR}' and level is null and channel is null and unit like '%.%' group by 1"""  # noqa: S608  as above
    ours = {unit: [count or 0 for count in counts] for unit, *counts in duckdb.sql(found).fetchall()}
    wrong = [unit for unit, counts in plain.items() if ours.get(unit) != counts]
    if wrong:
        sys.exit(f"{len(wrong)} communes do not agree, as {wrong[0]}: {ours.get(wrong[0])}, counted plainly {plain[wrong[0]]}")
    return len(plain)


def main() -> None:
    """Make the folder, run, compare, print and, if asked, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="?", default="5e6", help="dossiers of the year (default: %(default)s)")
    parser.add_argument("--workers", default="1,2", help="how many processes, one run each (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "cchc-rehearsal", help="where folders are kept")
    parser.add_argument("--write", action="store_true", help="write the section of RESULTS.md")
    given = parser.parse_args()
    rows, before = int(float(given.rows)), machine()
    given.folder.mkdir(parents=True, exist_ok=True)
    folder, baseline = folder_of(given.folder, rows, YEAR), baseline_of(given.folder, max(rows // 10, 1))
    size = sum(path.stat().st_size for path in (folder / DOSSIERS).iterdir()) / 2**20
    lines = []
    for workers in map(int, given.workers.split(",")):
        times = []
        out = given.folder / f"out-{workers}"
        for _ in range(given.runs):
            shutil.rmtree(out, ignore_errors=True)
            times.append(run(command_of(folder, baseline, out, workers)))
            print(f"workers {workers}: {times[-1]}; {check(folder, out)} communes agree with a plain count", flush=True)
        wall, processor = (statistics.median(each) for each in ([t.wall for t in times], [t.processor for t in times]))
        written = sum(path.stat().st_size for path in out.iterdir()) / 2**20
        lines.append([str(workers), f"{wall:.1f}", f"{processor:.1f}", f"{max(t.peak for t in times) / 2**20:,.0f}", f"{written:,.0f}"])
    country = f"{PROVINCES} provinces, {COMMUNES:,} communes, {PROVINCES * 12} Parquet files, {size:,.0f} MB"
    about = f"{size_text(rows)} dossiers of one year, {country}"
    how = f"`cchc-metrics report … --baseline SNAPSHOT --formats {FORMATS} --workers N`, ids checked, to all files on disk"
    parts = [
        "## The dress rehearsal",
        f"{about}: {how}.",
        table(["workers", "seconds", "processor seconds", "peak memory of all processes, MB", "written, MB"], lines),
        f"{before} {busy()}",
    ]
    print("\n\n".join(parts))
    if given.write:
        write_section("rehearsal", "\n\n".join(parts))


def _call(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  this project's own commands


if __name__ == "__main__":
    main()
