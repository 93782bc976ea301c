"""What the file benchmarks share: the work without its dossiers."""

from __future__ import annotations

import numpy as np

from benchmarks.reference_work.work import Work
from cchc_metrics.reference.calendar import Calendar


def empty_work(units: int, years: int) -> Work:
    """Return work of so many units and years without any dossier: the units, months and calendar that an answer needs."""
    calendar = Calendar.official()
    codes, days = np.zeros(0, dtype=np.uint16), np.zeros(0, dtype=np.int32)
    return Work(codes, codes, codes, days, days, days, days, units, 2025 - years, years, calendar.first_day, calendar.working)
