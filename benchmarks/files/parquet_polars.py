"""polars over a Parquet file, as a whole process: a lazy scan, the calendar join, collected streaming.

``python -m benchmarks.files.parquet_polars FILE ANSWER UNITS YEARS``
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from benchmarks.files.setting import empty_work
from benchmarks.reference_work.polars_idiomatic import answer_from, calendar_frame
from benchmarks.reference_work.work import Answer
from benchmarks.worker import store_answer

CHANNEL_CODES = {"counter": 0, "online": 1, "postal": 2}


def answer(path: Path, units: int, years: int) -> Answer:
    """Return the answer."""
    work = empty_work(path.parent, units, years)
    unit_codes = {f"U{n:04d}": n for n in range(units)}
    dossiers = pl.scan_parquet(path).select(
        unit="unit_code", channel="channel", received="received_at", term="term", paused="paused_days", ended="ended_at"
    )
    codes = [
        pl.col("unit").cast(pl.String).replace_strict(unit_codes, return_dtype=pl.UInt16),
        pl.col("channel").cast(pl.String).replace_strict(CHANNEL_CODES, return_dtype=pl.UInt8),
    ]
    return answer_from(dossiers, calendar_frame(work).lazy(), work, codes)


if __name__ == "__main__":
    store_answer(answer(Path(sys.argv[1]), int(sys.argv[3]), int(sys.argv[4])), Path(sys.argv[2]))
