"""The best polars plan that was found when polars is given the library's own algebra: gathers into fused keys, then dense histograms.

What was tried (README.md has the numbers): ``group_by`` on the fused keys, in memory and streaming; sorting the keys and run lengths;
``value_counts``; ``hist`` with as many bins as there are keys, which counts densely and was the fastest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from benchmarks.reference_work.polars_idiomatic import dossier_frame
from benchmarks.reference_work.work import CHANNELS, Answer, Array, Tables, Work, from_histograms, split_pending, tables


@dataclass(frozen=True, slots=True)
class Prepared:
    """The frame in memory, and the tables."""

    dossiers: pl.DataFrame
    tables: Tables
    work: Work


def prepare(work: Work) -> Prepared:
    """Return the frame and the tables."""
    return Prepared(dossier_frame(work), tables(work), work)


def keys(prepared: Prepared) -> pl.LazyFrame:
    """Return three fused keys for each dossier.

    ``days`` is (turnaround, unit, month of the end), turnaround first so that its range need not be known, null for the pending;
    ``timing`` is (unit, month of the end, early / on the due date / late); ``received`` is (unit, month of the receipt, channel).
    """
    work, table = prepared.work, prepared.tables
    columns = work.months + 1  # one for the pending
    cells = work.units * columns
    received = (pl.col("received").to_physical() - table.first).cast(pl.Int64)
    ended = (pl.col("ended").to_physical() - table.first).fill_null(len(table.through) - 1).cast(pl.Int64)

    def look_up(values: Array, at: pl.Expr) -> pl.Expr:
        return pl.lit(pl.Series(values.astype(np.int32))).gather(at)

    end_cell = pl.Series((table.through * cells + table.month)[:-1].astype(np.int32)).append(pl.Series([None], dtype=pl.Int32))
    unit = pl.col("unit").cast(pl.Int32)
    code = look_up(table.code, ended)
    due = look_up(2 * table.through, received) + 2 * (pl.col("term") + pl.col("paused"))
    return prepared.dossiers.lazy().select(
        days=pl.lit(end_cell).gather(ended) - look_up(table.through * cells, received) + unit * columns,
        timing=(unit * columns + look_up(table.month, ended)) * 3 + (code >= due).cast(pl.Int32) + (code > due).cast(pl.Int32),
        received=(unit * work.months + look_up(table.month, received)) * CHANNELS + pl.col("channel"),
    )


def count_keys(found: pl.DataFrame) -> dict[str, Array]:
    """Return how often each key occurs, from 0 to the largest.

    ``hist`` with one bin for each whole number from the smallest to the largest is exact: bin k then holds k and nothing else.
    """
    lowest, highest = found.min().row(0), found.max().row(0)
    counted = found.lazy().select(
        pl.col(name).hist(bin_count=high - low + 1).implode() for name, low, high in zip(found.columns, lowest, highest, strict=True)
    )
    counts = {}
    for low, series in zip(lowest, counted.collect(), strict=True):
        counts[series.name] = np.concatenate([np.zeros(low, dtype=np.uint32), series.item().to_numpy()])
    return counts


def answer(prepared: Prepared) -> Answer:
    """Return the answer."""
    work = prepared.work
    counts = count_keys(keys(prepared).collect(engine="streaming"))

    def shaped(name: str, *shape: int) -> Array:
        found = counts[name]
        whole = int(np.prod(shape)) if shape[0] != -1 else -(-len(found) // int(np.prod(shape[1:]))) * int(np.prod(shape[1:]))
        return np.pad(found, (0, whole - len(found))).reshape(shape)

    timing, pending = split_pending(shaped("timing", work.units, work.months + 1, 3))
    days = shaped("days", -1, work.units, work.months + 1)[:, :, :-1]
    return from_histograms(shaped("received", work.units, work.months, CHANNELS), timing, days, pending)
