"""The library reading a workbook of dossiers, 15 columns; prints the seconds of the read call, on the clock and of the processor.

``python -m benchmarks.files.excel_library [ROWS]``; the workbook is written first, which is not timed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import xlsxwriter

from cchc_metrics import read_file
from cchc_metrics.records.dossier import Dossier

COLUMNS = tuple(Dossier.model_fields)[:15]


def write(path: Path, rows: int) -> None:
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("Hồ sơ")
    form = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    sheet.write_row(0, 0, COLUMNS)
    for n in range(rows):
        day = date(2021, 1, 4) + timedelta(days=n % 300)
        times = [
            datetime(day.year, day.month, day.day, n % 10 + 8, n % 60),
            day,
            day + timedelta(9),
            day + timedelta(5),
            day + timedelta(5),
        ]
        texts = [f"TM-{n:06d}", f"U{n % 150:04d}", f"P{n % 2000:05d}", "Đất đai", "trực tiếp"]
        for at, cell in enumerate([*texts, n % 4 + 1, 9, *times, 5 + n % 3 / 2, "ngày làm việc", n % 4]):
            sheet.write(n + 1, at, cell, form if isinstance(cell, date) else None)
    book.close()


if __name__ == "__main__":
    count = int(float(sys.argv[1])) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        workbook = Path(folder) / "dossiers.xlsx"
        write(workbook, count)
        start, processor = time.perf_counter(), time.process_time()
        parsed = read_file("dossiers", workbook)
        print(
            f"{time.perf_counter() - start:.2f} s, processor {time.process_time() - processor:.2f} s; {parsed.problems.read} rows, ", end=""
        )
        print(f"{parsed.problems.rejected} rejected")
