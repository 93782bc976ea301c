"""What the file benchmarks share: the work without its dossiers. The calendar is a file, so that no peer has to import the library."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from benchmarks.reference_work.work import Work

CALENDAR = "calendar.json"


def empty_work(folder: Path, units: int, years: int) -> Work:
    """Return work of so many units and years without any dossier: the units, months and calendar that an answer needs.

    Args:
        folder: where ``make_files.write_calendar`` has written the calendar.
        units: how many units.
        years: how many years, which end with 2024.
    """
    calendar = json.loads((folder / CALENDAR).read_text(encoding="utf-8"))
    working = np.array(calendar["working"], dtype=bool)
    codes, days = np.zeros(0, dtype=np.uint16), np.zeros(0, dtype=np.int32)
    return Work(codes, codes, codes, days, days, days, days, units, 2025 - years, years, calendar["first"], working)
