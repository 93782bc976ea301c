"""Executors that are killed: what they had counted is counted again, once, or the partition is named: ``nox -s spark``."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.fold.asked import ask_of
from tests.fold.test_fold import table_of, write
from tests.spark.cluster import executors_of, held, parent_of, running, waiting, when
from tests.spark.counted import ask_about, in_background, one, read, same

from cchc_metrics.fold import settle, tally_files
from cchc_metrics.spark import SparkJobError, tally_spark


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    settings = {"spark.task.maxFailures": "2", "spark.excludeOnFailure.enabled": "false"}
    with running("local-cluster[2,1,1024]", tmp_path_factory.mktemp("spark"), **settings) as session:
        when(lambda: len(executors_of(session)) == 2)
        yield session


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return table_of(3_000)


@pytest.fixture(scope="module")
def parts(table: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write(table, tmp_path_factory.mktemp("parts") / "rows", 4)


def executor_of(pid: int) -> int:
    return parent_of(parent_of(pid))


def test_an_executor_that_is_killed_at_work_counts_once(spark: Any, table: pa.Table, parts: list[Path], tmp_path: Path) -> None:
    thread, found = in_background(lambda: tally_spark(held(read(spark, *parts), tmp_path, part=1), ask_about(table)))
    own = executor_of(when(lambda: next(waiting(tmp_path, 1), None)))
    assert own in executors_of(spark)
    os.kill(own, signal.SIGKILL)
    (tmp_path / "go").touch()
    thread.join(300)
    assert [*waiting(tmp_path, 1, attempt=1)]
    same(found[0], one(table))


def test_what_an_executor_had_done_before_it_was_killed_is_done_again_once(
    spark: Any, table: pa.Table, parts: list[Path], tmp_path: Path
) -> None:
    """What it found waits on it for those who put it together."""
    when(lambda: len(executors_of(spark)) == 2)
    thread, found = in_background(lambda: tally_spark(held(read(spark, *parts), tmp_path, part=1), ask_about(table)))
    busy = executor_of(when(lambda: next(waiting(tmp_path, 1), None)))
    first = when(lambda: next(tmp_path.glob("*-0-0.pid"), None))
    before = first.read_text("utf-8")
    done = executor_of(int(before))
    assert done != busy
    time.sleep(2)  # until it has handed over what it found
    os.kill(done, signal.SIGKILL)
    (tmp_path / "go").touch()
    thread.join(300)
    assert [*waiting(tmp_path, 0, attempt=1)] or first.read_text("utf-8") != before  # in the same try of the stage, or in another
    same(found[0], one(table))


def test_an_executor_that_is_killed_while_it_reads_files(spark: Any, table: pa.Table, parts: list[Path]) -> None:
    ask = ask_of("dossiers", table, [table])
    expected = settle(ask, tally_files(ask, parts))
    executors = when(lambda: found if len(found := executors_of(spark)) == 2 else None)
    thread, found = in_background(lambda: tally_spark(parts, ask_about(table), files=True))
    time.sleep(1)
    os.kill(min(executors), signal.SIGKILL)
    thread.join(300)
    same(found[0], expected)


def test_a_partition_whose_executor_is_always_killed_is_named(spark: Any, table: pa.Table, parts: list[Path], tmp_path: Path) -> None:
    thread, found = in_background(lambda: tally_spark(held(read(spark, *parts), tmp_path, part=1, attempts=2), ask_about(table)))
    for attempt in range(2):
        os.kill(executor_of(when(lambda n=attempt: next(waiting(tmp_path, 1, attempt=n), None))), signal.SIGKILL)
    thread.join(300)
    assert isinstance(found[0], SparkJobError)
    assert found[0].en.startswith("Spark: partition 1 failed 2 times: ExecutorLostFailure")
