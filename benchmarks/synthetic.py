"""Synthetic dossiers in columns, for timing only: shuffled rows, shares like those of a province's export."""

from __future__ import annotations

import numpy as np

from cchc_metrics.records.choices import Channel, Status, TermUnit
from cchc_metrics.records.columns import Columns, code_dtype
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.period import Period


def dossier_columns(rows: int, *, units: int = 150, procedures: int = 2000, years: int = 1, seed: int = 1) -> Columns:
    """Return dossiers received over whole years that end with 2024, terms in working days.

    Args:
        rows: how many.
        units: how many units, ``U0000`` on.
        procedures: how many procedures.
        years: over how many years they are received.
        seed: of the generator.
    """
    rng = np.random.default_rng(seed)
    calendar = Calendar.official()
    first, last = day_number(Period.parse(str(2025 - years)).first), day_number(Period.parse("2024").last)
    received = rng.integers(first, last + 1, rows, dtype=np.int32)
    term = rng.choice(np.array([1, 2, 3, 5, 10, 15, 20, 30], dtype=np.int32), rows)
    paused = np.where(rng.random(rows) < 0.1, rng.integers(1, 11, rows), 0).astype(np.int32)
    due = calendar.add_working_days_column(received, (term + paused).astype(np.int64))
    ended = np.maximum(due + rng.integers(-12, 4, rows, dtype=np.int32), received)
    pending = (rng.random(rows) < 0.06) | (ended > last)
    ended = np.where(pending, np.int32(-1), ended)
    status = np.where(pending, np.uint8(list(Status).index(Status.PROCESSING)), np.uint8(list(Status).index(Status.RESOLVED)))
    return Columns(
        Dossier,
        {
            "unit_code": rng.integers(0, units, rows).astype(code_dtype(units)),
            "procedure_code": rng.integers(0, procedures, rows).astype(code_dtype(procedures)),
            "channel": rng.integers(0, 3, rows, dtype=np.uint8),
            "status": status,
            "received_at": received,
            "ended_at": ended.astype(np.int32),
            "term": term * 2,
            "term_unit": np.full(rows, list(TermUnit).index(TermUnit.WORKING_DAYS), dtype=np.uint8),
            "paused_days": paused,
        },
        {
            "unit_code": tuple(f"U{n:04d}" for n in range(units)),
            "procedure_code": tuple(f"P{n:05d}" for n in range(procedures)),
            "channel": Channel.labels(),
            "status": Status.labels(),
            "term_unit": TermUnit.labels(),
        },
    )
