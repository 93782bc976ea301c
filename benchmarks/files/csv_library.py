"""The library reading a CSV file of dossiers and checking every row, as a whole process; prints totals as JSON.

``python -m benchmarks.files.csv_library FILE UNITS``
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.reference_work.library import unit_tree
from cchc_metrics import Calendar, Parsed
from cchc_metrics.read.csv_files import read_csv
from cchc_metrics.read.rows import read_table


# === TO BE FILLED: the library's own way to read one file takes the place of this function. ===
def read(path: Path, units: int) -> Parsed:
    """Return the valid rows and the problems, by the parts that ``read_folder`` is made of."""
    table = read_csv(path)
    cells = [table.columns[position] for position in range(len(table.headings))]
    return read_table(
        "dossiers",
        table.headings,
        cells,  # type: ignore[arg-type]  # columns that were read are taken as they are
        units=unit_tree(units),
        calendar=Calendar.official(),
        file=path.name,
        row_numbers=table.rows,
    )


# === End of what is to be filled. ===


if __name__ == "__main__":
    parsed = read(Path(sys.argv[1]), int(sys.argv[2]))
    found = parsed.problems
    errors = {code.value: n for code, n in found.by_code().items() if code.severity == "error"}
    print(json.dumps({"read": found.read, "rejected": found.rejected, "errors": errors}, sort_keys=True))
