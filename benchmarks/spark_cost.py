"""What counting by Spark costs: processor seconds of the JVM and of all Python workers, and the memory of a worker.

    python -m benchmarks.spark_cost [--rows 1e6] [--units 3321] [--files 16]

Needs the extra ``spark`` and Java 17. Each way is run twice on two cores of this machine, and the second run is told.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import cchc_metrics as cm
from cchc_metrics.fold import Ask
from cchc_metrics.spark import tally_spark

_TICKS = os.sysconf("SC_CLK_TCK")
DAY = date(2026, 12, 31)


class Cost(NamedTuple):
    """What a run took: seconds on the clock, processor seconds of the JVM and of Python, the most memory of a Python worker in MB."""

    clock: float
    jvm: float
    python: float
    worker: float


def table_of(first: int, rows: int, units: int) -> pa.Table:
    """Return dossiers of communes in a year."""
    draw = np.random.default_rng(first)
    codes = pa.array([f"X{n:05}" for n in range(units)])
    received = draw.integers(20_454, 20_454 + 365, rows, dtype=np.int32)  # days of 2026
    due = received + draw.integers(1, 30, rows, dtype=np.int32)
    ended = received + draw.integers(0, 35, rows, dtype=np.int32)

    def drawn(values: list[str]) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(draw.integers(0, len(values), rows, dtype=np.int32)), pa.array(values))

    return pa.table(
        {
            "dossier_id": [f"000.00.{n % 64}.H{n % 34:02}-260101-{n:08}" for n in range(first, first + rows)],
            "unit_code": pa.DictionaryArray.from_arrays(pa.array(draw.integers(0, units, rows, dtype=np.int32)), codes),
            "procedure_code": drawn([f"1.{n:06}.000.00.00.H20" for n in range(300)]),
            "field": drawn([f"Lĩnh vực {n}" for n in range(30)]),
            "channel": drawn(["1", "2", "3"]),
            "service_level": drawn(["2", "3", "4"]),
            "status": drawn(["9", "10"]),
            "received_at": pa.array(received, pa.date32()),
            "due_at": pa.array(due, pa.date32()),
            "ended_at": pa.array(ended, pa.date32()),
            "returned_at": pa.array(ended, pa.date32()),
            "paid_online": drawn(["true", "false"]),
            "digitised": drawn(["true", "false"]),
        }
    )


def below(pid: int) -> Iterator[int]:
    """Yield a process and all that it started."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text("ascii").split():
            yield from below(int(child))


def seconds(pid: int) -> float:
    """Return the processor seconds of a process, and of those that it started and that are gone."""
    cells = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
    return sum(map(int, cells[11:15])) / _TICKS


def peak(pid: int) -> float:
    """Return the most memory that a process had, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)  # none of a process that is gone


def cost(jvm: int, run: Callable[[], Any]) -> Cost:
    """Return what a run took."""
    before = {pid: seconds(pid) for pid in below(jvm)}
    start = time.perf_counter()
    run()
    clock = time.perf_counter() - start
    after = {pid: seconds(pid) - before.get(pid, 0) for pid in below(jvm)}
    return Cost(clock, after[jvm], sum(after.values()) - after[jvm], max((peak(pid) for pid in after if pid != jvm), default=0))


def main() -> None:
    """Print what each way costs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--rows", type=float, default=1e6)
    parser.add_argument("--units", type=int, default=3321)
    parser.add_argument("--files", type=int, default=16)
    given = parser.parse_args()
    rows = int(given.rows) // given.files
    units = [{"code": "P", "name": "P", "level": "province"}]
    units += [{"code": f"X{n:05}", "name": f"X{n:05}", "level": "commune", "parent": "P"} for n in range(given.units)]
    os.environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_HOSTNAME": "localhost"}
    from pyspark.sql import SparkSession  # noqa: PLC0415  reads the environment

    builder: Any = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.session.timeZone", "Asia/Ho_Chi_Minh").config("spark.ui.showConsoleProgress", "false")
    with tempfile.TemporaryDirectory() as folder:
        for n in range(given.files):
            pq.write_table(table_of(n * rows, rows, given.units), Path(folder) / f"part-{n}.parquet", write_page_checksum=True)
        spark = builder.getOrCreate()
        jvm = spark.sparkContext._gateway.proc.pid  # noqa: SLF001  whose processes are measured
        data = cm.Dataset(units=units, as_of=DAY)
        ask: Ask = data.ask("dossiers", "2026", like=f"{folder}/part-0.parquet")
        frame = spark.read.parquet(folder)
        ways: dict[str, Callable[[], Any]] = {
            "through the JVM, ids checked": lambda: tally_spark(frame, ask),
            "through the JVM, ids trusted": lambda: tally_spark(frame, ask, unique="trusted"),
            "by files, ids checked": lambda: tally_spark(folder, ask, files=True),
            "by files, ids trusted": lambda: tally_spark(folder, ask, files=True, unique="trusted"),
        }
        for name, run in ways.items():
            cost(jvm, run)
            took = cost(jvm, run)
            each = 1e6 / (rows * given.files)
            print(
                f"{name}: {took.clock:.1f} s; {(took.jvm + took.python) * each:.2f} µs of processor a row "
                f"(JVM {took.jvm * each:.2f}, Python {took.python * each:.2f}); a worker {took.worker:.0f} MB"
            )
        spark.stop()


if __name__ == "__main__":
    main()
