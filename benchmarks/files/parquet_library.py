"""The library over a Parquet file, as a whole process: parts are read, judged, tallied and forgotten; the tallies are added.

``python -m benchmarks.files.parquet_library FILE ANSWER UNITS YEARS``; BENCH_ENGINE names the engine.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from benchmarks.files.setting import empty_work
from benchmarks.reference_work import library
from benchmarks.reference_work.make import months_of
from benchmarks.reference_work.work import Answer
from benchmarks.worker import store_answer
from cchc_metrics import load_catalogue, measure, tally
from cchc_metrics.read.parquet_files import scan_parquet

COLUMNS = ("unit_code", "channel", "status", "received_at", "ended_at", "term", "term_unit", "paused_days")
"""What the work reads, and the status and the unit of the term, which no peer looks at: rows are judged by them."""


def answer(path: Path, units: int, years: int) -> Answer:
    """Return the answer."""
    work = empty_work(path.parent, units, years)
    periods = months_of(work)
    as_of = periods[-1].last
    catalogue = load_catalogue(library.OWN).select(library.SELECTED)
    engine: Any = os.environ.get("BENCH_ENGINE", "auto")
    counted = tally(
        {"dossiers": (part.columns for part in scan_parquet("dossiers", path, columns=COLUMNS))},
        periods=periods,
        as_of=as_of,
        sets=catalogue.event_sets(library.NO_BREAKDOWN),
        engine=engine,
    )
    tree = library.unit_tree(units)
    found = measure(counted, catalogue, units=tree, breakdowns=library.NO_BREAKDOWN)
    return library.read_off(found, work)


if __name__ == "__main__":
    store_answer(answer(Path(sys.argv[1]), int(sys.argv[3]), int(sys.argv[4])), Path(sys.argv[2]))
