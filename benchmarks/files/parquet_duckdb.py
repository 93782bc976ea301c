"""DuckDB over a Parquet file, as a whole process: a view of the file, the calendar join.

``python -m benchmarks.files.parquet_duckdb FILE ANSWER UNITS YEARS``
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from benchmarks.files.setting import empty_work
from benchmarks.reference_work import duckdb_idiomatic
from benchmarks.reference_work.work import Answer
from benchmarks.worker import store_answer

DOSSIERS = """
    CREATE VIEW dossiers AS
    SELECT
        unit_code AS unit,
        channel,
        received_at AS received,
        term,
        paused_days AS paused,
        ended_at AS ended
    FROM read_parquet({path})
"""


def answer(path: Path, units: int, years: int) -> Answer:
    """Return the answer."""
    work = empty_work(path.parent, units, years)
    connection = duckdb.connect()
    quoted = "'" + str(path).replace("'", "''") + "'"  # a view takes no parameters
    connection.execute(DOSSIERS.format(path=quoted))
    duckdb_idiomatic.create_calendar(connection, work)
    codes = {"unit": {f"U{n:04d}": n for n in range(units)}, "channel": {"counter": 0, "online": 1, "postal": 2}}
    return duckdb_idiomatic.answer(duckdb_idiomatic.Prepared(connection, work), codes)


if __name__ == "__main__":
    store_answer(answer(Path(sys.argv[1]), int(sys.argv[3]), int(sys.argv[4])), Path(sys.argv[2]))
