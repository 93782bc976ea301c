"""Spark as it is: the counts of one scan, or an error that names the partition or the file; never a smaller number: ``nox -s spark``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.fold.asked import DAY, PERIODS, ask_of, only
from tests.fold.test_fold import table_of, write
from tests.read.test_rows import UNITS
from tests.spark.cluster import running

from cchc_metrics.fold import Ask, settle, tally_batches, tally_files
from cchc_metrics.scan import Scan
from cchc_metrics.spark import tally_spark

pytestmark = pytest.mark.filterwarnings("default::ResourceWarning")  # sockets of pyspark, which it leaves to the collector


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with running("local[2]", tmp_path_factory.mktemp("spark")) as session:
        yield session


def ask_about(table: Any = None, kind: str = "dossiers") -> Ask:
    return Ask.of(kind, PERIODS, like=table, as_of=DAY, units=UNITS, extracted_on=DAY, file="rows")


def one(table: pa.Table, kind: str = "dossiers") -> Scan:
    """Return what one process finds in the whole table, whose rows it knows by their ids."""
    ask = ask_of(kind, table, [table])
    return settle(ask, tally_batches(ask, [table]))


def same(found: Scan, expected: Scan, kind: str = "dossiers") -> None:
    assert only(found, kind) == only(expected, kind)
    assert found.problems == expected.problems
    assert found.marks == expected.marks


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return table_of(3_000)


@pytest.fixture(scope="module")
def parts(table: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write(table, tmp_path_factory.mktemp("parts") / "rows", 4)


# --- The same as one scan


def test_a_frame_is_counted_as_one_scan_counts_it(spark: Any, table: pa.Table, parts: list[Path]) -> None:
    same(tally_spark(spark.read.parquet(*map(str, parts)), ask_about()), one(table))


def test_files_are_counted_by_tasks_that_read_them_themselves(spark: Any, table: pa.Table, parts: list[Path]) -> None:
    ask = ask_of("dossiers", table, [table])
    expected = settle(ask, tally_files(ask, parts))
    for rows in (parts, parts[0].parent, str(parts[0].parent), spark.read.parquet(str(parts[0].parent))):
        same(tally_spark(rows, ask_about(), files=True), expected)
    assert only(expected, "dossiers") == only(one(table), "dossiers")
