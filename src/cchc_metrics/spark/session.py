"""A session of Spark and its jobs: what is wrong with them in the library's words."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from cchc_metrics.errors import InputError
from cchc_metrics.spark.tasks import ERROR, Reply

_CHECKSUMS: Final = "parquet.page.verify-checksum.enabled"
_FILE: Final = re.compile(r"(?:reading file|File) ['\"]?((?:[a-z0-9+.-]+:)?/[^\s'\"]*)", re.IGNORECASE)
_TASK: Final = re.compile(r"Task (\d+) in stage [\d.]+ failed (\d+) times")
_NO_MODULE: Final = re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'")
_LOST: Final = re.compile(r"(ExecutorLostFailure[^\n]*|Python worker exited unexpectedly[^\n]*)")


class SparkJobError(InputError):
    """A job of Spark failed, or its session reads files in a way that loses rows or cells; nothing was counted."""

    code = "spark"


def pyspark() -> Any:
    """Return the module ``pyspark.sql``.

    Raises:
        InputError: it is not installed.
    """
    try:
        import pyspark.sql  # noqa: PLC0415  an extra
    except ImportError:
        raise InputError(
            'thiếu pyspark; cài trên máy này và trên mọi máy của Spark: pip install "cchc-metrics[spark]"',
            'pyspark is missing; install here and on every machine of Spark: pip install "cchc-metrics[spark]"',
        ) from None
    return pyspark.sql


@contextmanager
def job() -> Iterator[None]:
    """Let what a job of Spark raises be an error of the library, which names the partition or the file.

    Raises:
        SparkJobError: the job failed.
    """
    from py4j.protocol import Py4JError  # noqa: PLC0415  comes with pyspark
    from pyspark.errors import PySparkException  # noqa: PLC0415  an extra

    with warnings.catch_warnings():
        # It says so of every call that takes a Python function; pandas is not used for what is done here.
        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)
        try:
            yield
        except (PySparkException, Py4JError) as error:
            raise failed(str(error)) from error


@contextmanager
def checksums(spark: Any) -> Iterator[None]:
    """Let Spark compare the checksums of Parquet pages, where files have them: a flipped bit can give another date that is as good."""
    before = spark.conf.get(_CHECKSUMS, "unset")
    spark.conf.set(_CHECKSUMS, "true")
    try:
        yield
    finally:
        if before == "unset":
            spark.conf.unset(_CHECKSUMS)
        else:
            spark.conf.set(_CHECKSUMS, before)


def failed(text: str) -> SparkJobError:
    """Return the error for what Spark says of a job that failed.

    >>> failed("Job aborted: Task 3 in stage 1.0 failed 4 times, most recent failure: ExecutorLostFailure (executor 0 exited)").en
    'Spark: partition 3 failed 4 times: ExecutorLostFailure (executor 0 exited)'
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()] or ["?"]
    lacks = _NO_MODULE.search(text)
    if lacks is not None:
        return SparkJobError(
            f'Spark: máy làm việc thiếu gói {lacks[1]}; cài trên mọi máy: pip install "cchc-metrics[spark]"',
            f'Spark: a worker lacks the package {lacks[1]}; install on every machine: pip install "cchc-metrics[spark]"',
        )
    task, file, lost = _TASK.search(text), _FILE.search(text), _LOST.search(text)
    reason = (
        lost[1] if lost is not None else next((line for line in reversed(lines) if re.match(r"[\w.]*(Error|Exception)\b", line)), lines[0])
    )
    if task is None and file is None:
        return SparkJobError(f"Spark: việc không chạy được: {reason}", f"Spark: the job failed: {reason}")
    where_vi = [f"phần {task[1]} hỏng {task[2]} lần"] if task is not None else []
    where_en = [f"partition {task[1]} failed {task[2]} times"] if task is not None else []
    named = [] if file is None else [file[1].rstrip(".,;")]
    return SparkJobError(
        f"Spark: {', '.join([*where_vi, *named])}: {reason}",
        f"Spark: {', '.join([*where_en, *named])}: {reason}",
    )


def collected(frame: Any) -> list[Reply]:
    """Return what the tasks of a job handed back.

    Raises:
        SparkJobError: the job failed, or a task says what is wrong; the message names the partition.
    """
    with job():
        rows = [Reply(row[0], row[1], row[2], row[3], bytes(row[4])) for row in frame.collect()]
    errors = [row for row in rows if row.what == ERROR]
    if errors:
        first = min(errors)
        vi, en = json.loads(first.data)
        more = len(errors) - 1
        raise SparkJobError(
            f"Spark: phần {first.part}: {vi}" + (f" (và {more} phần khác)" if more else ""),
            f"Spark: partition {first.part}: {en}" + (f" (and {more} more)" if more else ""),
        )
    return rows
