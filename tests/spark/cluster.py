"""A real Spark on this machine: two workers in one JVM, or two executors that are JVMs of their own."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cchc_metrics.spark.session import job

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.session.timeZone": "Asia/Ho_Chi_Minh",
    "spark.sql.shuffle.partitions": "4",
    "spark.log.level": "ERROR",
}


@contextmanager
def running(master: str, folder: Path, **settings: str) -> Iterator[Any]:
    """Yield a session of Spark; it ends with the block, and everything that it started."""
    os.environ |= {
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_HOSTNAME": "localhost",
        "SPARK_WORKER_DIR": str(folder / "work"),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
    }
    from pyspark.sql import SparkSession  # noqa: PLC0415  reads the environment when it is loaded

    builder: Any = SparkSession.builder.master(master).appName("cchc-metrics")
    for name, value in {**SETTINGS, "spark.local.dir": str(folder), **settings}.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    try:
        yield session
    finally:
        gateway = session.sparkContext._gateway
        session.stop()
        gateway.shutdown()
        gateway.proc.stdin.close()  # the JVM ends with it
        gateway.proc.wait(60)
        from pyspark import SparkContext  # noqa: PLC0415  see above

        SparkContext._gateway = SparkContext._jvm = None


def when(condition: Any, seconds: float = 120) -> Any:
    """Return what a condition says as soon as it says something.

    Raises:
        TimeoutError: it never did.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise TimeoutError


def parent_of(pid: int) -> int:
    """Return the process that started another."""
    return int(Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()[1])


def children_of(pid: int) -> set[int]:
    """Return the processes that a process started and that are not gone."""
    found = set()
    for each in Path("/proc").iterdir():
        with suppress(OSError):
            if each.name.isdigit() and parent_of(int(each.name)) == pid:
                found.add(int(each.name))
    return found


def mapped(frame: Any, change: Any) -> Any:
    """Return the batches of a frame after a change, with the same columns."""
    with job():  # which keeps what pyspark says of pandas to itself
        return frame.mapInArrow(change, frame.schema)


def held(frame: Any, folder: Path, *, part: int, attempts: int = 1) -> Any:
    """Return the same rows, but one partition waits in the middle of them until ``go`` stands in a folder.

    Each attempt at a partition leaves the id of its process in the folder, see ``waiting``.

    Args:
        frame: a data frame.
        folder: an empty folder.
        part: the partition that waits.
        attempts: how many attempts wait; later ones go on at once.
    """
    place = str(folder)

    def slow(batches: Iterator[Any]) -> Iterator[Any]:
        import os  # noqa: PLC0415  runs in another process
        import time  # noqa: PLC0415
        from pathlib import Path  # noqa: PLC0415

        from pyspark import TaskContext  # noqa: PLC0415

        context = TaskContext.get()
        for at, batch in enumerate(batches):
            yield batch
            if at == 0:
                name = f"{context.stageId()}-{context.partitionId()}-{context.attemptNumber()}"
                (Path(place) / f"{name}.new").write_text(str(os.getpid()))
                (Path(place) / f"{name}.new").rename(Path(place) / f"{name}.pid")
            while context.partitionId() == part and context.attemptNumber() < attempts and not (Path(place) / "go").exists():
                time.sleep(0.05)

    return mapped(frame, slow)


def waiting(folder: Path, part: int, attempt: int = 0) -> Iterator[int]:
    """Yield the processes of ``held`` that had rows of a partition."""
    return (int(path.read_text("utf-8")) for path in folder.glob(f"*-{part}-{attempt}.pid"))


def executors_of(session: Any) -> set[int]:
    """Return the JVMs of the executors, which the driver's started."""
    own = children_of(session.sparkContext._gateway.proc.pid)
    return {pid for pid in own if b"CoarseGrainedExecutorBackend" in Path(f"/proc/{pid}/cmdline").read_bytes()}
