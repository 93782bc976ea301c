"""The library over a Parquet file, as a whole process: row groups become columns, are tallied and forgotten; the tallies are added.

``python -m benchmarks.files.parquet_library FILE ANSWER UNITS YEARS``
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.files.setting import empty_work
from benchmarks.reference_work import library
from benchmarks.reference_work.make import months_of
from benchmarks.reference_work.work import Answer
from benchmarks.worker import store_answer
from cchc_metrics import Calendar, Columns, Dossier, Rules, Tally, load_catalogue, measure, tally
from cchc_metrics.records.choices import Channel, Status, TermUnit
from cchc_metrics.records.columns import code_dtype

CLOSED = {"channel": Channel, "status": Status, "term_unit": TermUnit}


# === TO BE FILLED: the library's own way to stream a Parquet file takes the place of this function. ===
def row_groups(path: Path) -> Iterator[Columns]:
    """Yield the columns of each row group. By hand, and without validation, until the library reads Parquet itself."""
    labels: dict[str, tuple[str, ...]] = {}
    wanted = ["unit_code", "procedure_code", "channel", "status", "term_unit", "received_at", "ended_at", "term", "paused_days"]
    for batch in pq.ParquetFile(path, read_dictionary=wanted[:5]).iter_batches(batch_size=1 << 20, columns=wanted):
        arrays = {}
        for name in wanted[:5]:
            column = batch.column(name)
            texts = column.dictionary.to_pylist()
            closed = CLOSED.get(name)
            labels[name] = tuple(texts) if closed is None else closed.labels()
            codes = column.indices.to_numpy()
            if closed is not None:
                codes = np.array([labels[name].index(text) for text in texts])[codes]
            arrays[name] = codes.astype(code_dtype(len(labels[name])))
        for name in ("received_at", "ended_at"):
            arrays[name] = batch.column(name).cast(pa.int32()).fill_null(-1).to_numpy()
        arrays["term"] = (batch.column("term").to_numpy() * 2).astype(np.int32)
        arrays["paused_days"] = batch.column("paused_days").to_numpy()
        yield Columns(Dossier, arrays, labels)


# === End of what is to be filled. ===


def answer(path: Path, units: int, years: int) -> Answer:
    """Return the answer."""
    work = empty_work(path.parent, units, years)
    periods = months_of(work)
    as_of = periods[-1].last
    counted: Tally | None = None
    for columns in row_groups(path):
        part = tally({"dossiers": columns}, periods=periods, rules=Rules.preset("default"), calendar=Calendar.official(), as_of=as_of)
        counted = part if counted is None else counted + part
    assert counted is not None
    catalogue = load_catalogue(library.OWN).select(library.SELECTED)
    found = measure(counted, catalogue, units=library.unit_tree(units), periods=periods, as_of=as_of, breakdowns={"resolved_on_time": []})
    return library.read_off(found, work)


if __name__ == "__main__":
    store_answer(answer(Path(sys.argv[1]), int(sys.argv[3]), int(sys.argv[4])), Path(sys.argv[2]))
