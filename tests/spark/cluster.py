"""A real Spark on this machine: two workers in one JVM, or two executors that are JVMs of their own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
