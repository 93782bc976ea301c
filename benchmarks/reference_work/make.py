"""Makes the reference work from synthetic dossiers."""

from __future__ import annotations

import numpy as np

from benchmarks.reference_work.work import Work
from benchmarks.synthetic import dossier_columns
from cchc_metrics.records.columns import Columns
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period


def make(rows: int, *, units: int = 150, years: int = 3, seed: int = 1, grouped: bool = False) -> tuple[Columns, Work]:
    """Return the work with the library's columns and as plain arrays; both have the same dossiers in the same order.

    Args:
        rows: how many dossiers.
        units: how many units.
        years: over how many years, which end with 2024.
        seed: of the generator.
        grouped: whether the rows come sorted by unit, not shuffled.
    """
    columns = dossier_columns(rows, units=units, years=years, seed=seed)
    if grouped:
        columns = columns.take(np.argsort(columns.arrays["unit_code"], kind="stable"))
    return columns, from_columns(columns, years=years)


def from_columns(columns: Columns, *, years: int) -> Work:
    """Return the same dossiers as plain arrays."""
    calendar = Calendar.official()
    arrays = columns.arrays
    return Work(
        unit=arrays["unit_code"],
        procedure=arrays["procedure_code"],
        channel=arrays["channel"],
        received=arrays["received_at"],
        term=arrays["term"] // np.int32(2),  # the library holds halves
        paused=arrays["paused_days"],
        ended=arrays["ended_at"],
        units=len(columns.labels["unit_code"]),
        first_year=2025 - years,
        years=years,
        calendar_first=calendar.first_day,
        working=calendar.working,
    )


def months_of(work: Work) -> list[Period]:
    """Return the months as the library's periods."""
    return [m for year in range(work.first_year, work.first_year + work.years) for m in Period.parse(str(year)).parts("month")]
