"""Times the reading of tables of other packages in memory, every row judged, beside Parquet with the same rows; see README.md.

    python -m benchmarks.frames [--rows 1e6] [--runs 3] [--write]

Every table is read once and the answers are compared first; then the tables take turns. Time is that of the processor, all threads.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.files.make_files import table_of
from benchmarks.reference_work.make import make
from benchmarks.results import machine, size_text, table, write_section
from cchc_metrics import Calendar, Unit, UnitTree, read_file, read_frame
from cchc_metrics.read.tables import Parsed
from cchc_metrics.records.columns import SECOND

UNITS = 150
BASE = "Parquet file"


def frames(rows: int) -> tuple[Any, Mapping[str, Any]]:
    """Return the same dossiers as an Arrow table, and as each package has them."""
    arrow = table_of(make(rows, units=UNITS, years=1, seed=7)[0], 0)
    plain = pa.table({name: c.cast(c.type.value_type) if pa.types.is_dictionary(c.type) else c for name, c in _columns(arrow)})
    pandas = plain.to_pandas()
    typed = pandas.assign(received_at=pd.to_datetime(pandas["received_at"]), ended_at=pd.to_datetime(pandas["ended_at"]))
    encoded = {name: "category" for name, c in _columns(arrow) if pa.types.is_dictionary(c.type)}
    return arrow, {
        "Arrow, codes as dictionaries": arrow,
        "Arrow, codes as texts": plain,
        "polars": pl.from_arrow(plain),
        "DuckDB relation": duckdb.connect().from_arrow(plain),
        "pandas, datetime64": typed,
        "pandas, categories": typed.astype(encoded),
        "pandas, all objects": pandas.astype(object),
        "heading → lists": plain.to_pydict(),
        "list of mappings": plain.to_pylist(),
    }


def _columns(arrow: Any) -> list[tuple[str, Any]]:
    return list(zip(arrow.column_names, arrow.columns, strict=True))


def answer(parsed: Parsed) -> object:
    """Return what two readings of the same rows have in common: all but the midnights that datetime64 adds to a day."""
    columns = {name: array.tolist() for name, array in parsed.columns.arrays.items() if not name.endswith(SECOND)}
    return columns, dict(parsed.columns.labels), parsed.problems.by_code(), parsed.problems.read, parsed.problems.rejected


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=lambda text: int(float(text)), default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    tree = UnitTree([Unit(code=f"U{n:04d}", name=f"U{n:04d}", kind="xã", level="commune") for n in range(UNITS)])
    given: dict[str, Any] = {"units": tree, "calendar": Calendar.official()}
    arrow, found = frames(chosen.rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dossiers.parquet"
        pq.write_table(arrow, path, compression="zstd")
        ways: dict[str, Callable[[], Parsed]] = {BASE: lambda: read_file("dossiers", path, file="", **given)}
        ways |= {name: lambda frame=frame: read_frame("dossiers", frame, **given) for name, frame in found.items()}  # type: ignore[misc]
        right = answer(ways[BASE]())
        for name, way in ways.items():
            assert answer(way()) == right, name
        del right
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(chosen.runs):
            for name, way in ways.items():
                begun = time.process_time()
                way()
                taken[name].append(time.process_time() - begun)
    base = min(taken[BASE])
    rows = [(name, f"{min(t):.2f}", f"{min(t):.2f}–{max(t):.2f}", f"{min(t) / base:.2f}") for name, t in taken.items()]
    title = f"## Tables of other packages, {size_text(chosen.rows)} rows, read and checked"
    text = (
        f"{title}\n\n{machine()} The machine was shared with other work.\n\n"
        f"The same columns, labels and problems of all; least processor seconds of {chosen.runs} runs, in turn.\n\n"
        + table(("table", "least processor seconds", "least–most", "times Parquet's"), rows)
    )
    print(text)
    if chosen.write:
        write_section("frames", text)


if __name__ == "__main__":
    main()
