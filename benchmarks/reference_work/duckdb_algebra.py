"""The best DuckDB plan that was found when DuckDB is given the library's own algebra: look-up tables joined by day number, fused keys."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks.reference_work.work import CHANNELS, Answer, Array, Work, from_histograms, split_pending, tables

RECEIVED = """
    SELECT (unit::INTEGER * $months + month) * 3 + channel AS key, count(*) AS n
    FROM dossiers JOIN look_up ON received = day
    GROUP BY key
"""
ENDED = """
    SELECT
        CASE WHEN ended IS NULL THEN 0 ELSE e.through - r.through END * $cells + unit::INTEGER * ($months + 1) + e.month AS days,
        sign(e.code - 2 * (r.through + term + paused)) AS timing,
        count(*) AS n
    FROM dossiers
    JOIN look_up AS r ON received = r.day
    JOIN look_up AS e ON coalesce(ended, $pending) = e.day
    GROUP BY ALL
"""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A connection with the tables ``dossiers`` and ``look_up``, and the work."""

    connection: duckdb.DuckDBPyConnection
    work: Work
    pending: int


def prepare(work: Work) -> Prepared:
    """Return a connection with all tables; days are INTEGER, which joins without hashing (a perfect hash join)."""
    connection = duckdb.connect()
    dossiers = pa.table(
        {
            "unit": work.unit,
            "procedure": work.procedure,
            "channel": work.channel,
            "received": work.received,
            "term": work.term,
            "paused": work.paused,
            "ended": pa.array(work.ended, mask=work.ended < 0),
        }
    )
    connection.register("given", dossiers)
    connection.execute("CREATE TABLE dossiers AS SELECT * FROM given")
    connection.unregister("given")
    found = tables(work)
    day = (np.arange(len(found.through)) + found.first).astype(np.int32)
    connection.register("given", pa.table({"day": day, "through": found.through, "code": found.code, "month": found.month}))
    connection.execute("CREATE TABLE look_up AS SELECT * FROM given")
    connection.unregister("given")
    connection.execute("SET perfect_ht_threshold = 20")  # groups by small whole numbers are counted without hashing
    return Prepared(connection, work, int(day[-1]))


def answer(prepared: Prepared) -> Answer:
    """Return the answer."""
    work, run = prepared.work, prepared.connection.execute
    cells = work.units * (work.months + 1)
    received = run(RECEIVED, {"months": work.months}).fetchnumpy()
    ended = run(ENDED, {"months": work.months, "cells": cells, "pending": prepared.pending}).fetchnumpy()
    turnaround, cell = np.divmod(ended["days"], cells)
    timing = np.bincount(cell * 3 + (ended["timing"].astype(np.int64) + 1), weights=ended["n"], minlength=cells * 3)
    days = np.zeros((int(turnaround.max(initial=0)) + 1, cells), dtype=np.int64)
    np.add.at(days, (turnaround, cell), ended["n"])
    classes, pending = split_pending(_whole(timing).reshape(work.units, work.months + 1, 3))
    grid = np.zeros(work.units * work.months * CHANNELS, dtype=np.int64)
    grid[received["key"]] = received["n"]
    return from_histograms(
        grid.reshape(work.units, work.months, CHANNELS),
        classes,
        days.reshape(-1, work.units, work.months + 1)[:, :, :-1],
        pending,
    )


def _whole(weights: Array) -> Array:
    return np.rint(weights).astype(np.int64)  # counts added as floats: exact below 2^53
