"""The library reading a CSV file or workbook of dossiers and checking every row, as a whole process; prints totals as JSON.

``python -m benchmarks.files.table_library FILE UNITS``
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cchc_metrics import Calendar, Unit, UnitTree, read_file
from cchc_metrics.read.rows import Parsed


def read(path: Path, units: int) -> Parsed:
    """Return the valid rows and the problems."""
    tree = UnitTree([Unit(code=f"U{n:04d}", name=f"U{n:04d}", kind="xã", level="commune") for n in range(units)])
    return read_file("dossiers", path, units=tree, calendar=Calendar.official())


if __name__ == "__main__":
    parsed = read(Path(sys.argv[1]), int(sys.argv[2]))
    found = parsed.problems
    errors = {code.value: n for code, n in found.by_code().items() if code.severity == "error"}
    print(json.dumps({"read": found.read, "rejected": found.rejected, "errors": errors}, sort_keys=True))
