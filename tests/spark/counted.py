"""What is counted by Spark in the tests, and what one process finds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
from tests.fold.asked import DAY, PERIODS, ask_of, only
from tests.read.test_rows import UNITS

from cchc_metrics.errors import InputError
from cchc_metrics.fold import Ask, settle, tally_batches
from cchc_metrics.scan import Scan


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


def read(spark: Any, *paths: Path) -> Any:
    return spark.read.parquet(*map(str, paths))


def in_background(work: Callable[[], Scan]) -> tuple[threading.Thread, list[Any]]:
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(work())
        except InputError as error:
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, found
