"""DuckDB as its documentation would have it: SQL over native tables that joins a calendar table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import duckdb
import numpy as np

from benchmarks.reference_work.work import CHANNELS, NO_DAY, Answer, Array, Work, assemble, calendar_table, grid

RECEIVED = """
    SELECT unit, month, channel, count(*) AS n
    FROM dossiers JOIN calendar ON received = day
    GROUP BY ALL
"""
ENDED = """
    SELECT
        unit,
        e.month,
        count(*) FILTER (WHERE ended < due.day) AS early,
        count(*) FILTER (WHERE ended = due.day) AS on_due_date,
        count(*) FILTER (WHERE ended > due.day) AS late,
        sum(e.through - r.through) AS days,
        median(e.through - r.through) AS median
    FROM dossiers
    JOIN calendar AS r ON received = r.day
    JOIN calendar AS e ON ended = e.day
    JOIN calendar AS due ON due.working AND due.through = r.through + term + paused
    GROUP BY ALL
"""
PENDING = """
    SELECT unit, due.day < make_date($last_day) AS overdue, count(*) AS n
    FROM dossiers
    JOIN calendar AS r ON received = r.day
    JOIN calendar AS due ON due.working AND due.through = r.through + term + paused
    WHERE ended IS NULL
    GROUP BY ALL
"""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A connection with the tables ``dossiers`` and ``calendar``, and the work."""

    connection: duckdb.DuckDBPyConnection
    work: Work


def connect(work: Work) -> duckdb.DuckDBPyConnection:
    """Return a connection whose native, in-memory table ``dossiers`` has the types of the library's columns, dates as dates."""
    import pyarrow as pa  # noqa: PLC0415  reading files as a whole process does not need it

    connection = duckdb.connect()
    ended = pa.array(work.ended, mask=work.ended == NO_DAY).cast(pa.date32())
    dossiers = pa.table(
        {
            "unit": work.unit,
            "procedure": work.procedure,
            "channel": work.channel,
            "received": pa.array(work.received).cast(pa.date32()),
            "term": work.term,
            "paused": work.paused,
            "ended": ended,
        }
    )
    connection.register("given", dossiers)
    connection.execute("CREATE TABLE dossiers AS SELECT * FROM given")
    connection.unregister("given")
    return connection


def create_calendar(connection: duckdb.DuckDBPyConnection, work: Work) -> None:
    """Create the table ``calendar``."""
    connection.register("given", calendar_table(work))
    connection.execute("CREATE TABLE calendar AS SELECT * REPLACE (make_date(day) AS day) FROM given")
    connection.unregister("given")


def prepare(work: Work) -> Prepared:
    """Return a connection with all tables."""
    connection = connect(work)
    create_calendar(connection, work)
    return Prepared(connection, work)


def answer(prepared: Prepared, codes: Mapping[str, Mapping[str, int]] = MappingProxyType({})) -> Answer:
    """Return the answer; ``codes`` turn texts of groups into codes once the groups are few."""
    work = prepared.work

    def run(query: str, parameters: Mapping[str, int] = MappingProxyType({})) -> dict[str, Array]:
        found: dict[str, Array] = prepared.connection.execute(query, dict(parameters)).fetchnumpy()
        for name in codes.keys() & found.keys():
            found[name] = np.array([codes[name][text] for text in found[name]], dtype=np.int64)
        return found

    received = run(RECEIVED)
    ended = run(ENDED)
    pending = run(PENDING, {"last_day": work.last_day})
    shape = (work.units, work.months)
    cells = (ended["unit"], ended["month"])
    return assemble(
        received=grid((*shape, CHANNELS), (received["unit"], received["month"], received["channel"]), received["n"]),
        ended=grid((*shape, 3), cells, np.stack([ended["early"], ended["on_due_date"], ended["late"]], axis=1)),
        turnaround_sum=grid(shape, cells, ended["days"]),
        turnaround_median_twice=grid(shape, cells, 2 * ended["median"], empty=-1),
        pending=grid((work.units, 2), (pending["unit"], pending["overdue"]), pending["n"]),
    )
