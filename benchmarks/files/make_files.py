"""Writes the files of the file benchmarks: dossiers in Parquet, one row group a million; in CSV with bad rows among them; in a workbook.

``python -m benchmarks.files.make_files parquet|csv|excel|moments FILE ROWS UNITS YEARS [FORM]``; the calendar is written beside the file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import xlsxwriter

from benchmarks.files.moment_forms import DAYS, FORMS
from benchmarks.files.setting import CALENDAR
from benchmarks.reference_work.make import make
from benchmarks.reference_work.work import Array
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.reference.calendar import Calendar

GROUP = 1_000_000
NAMES = {
    "unit_code": "unit_code",
    "procedure_code": "procedure_code",
    "channel": "channel",
    "status": "status",
    "term_unit": "term_unit",
}
MOMENTS = ("submitted_at", "received_at", "due_at", "ended_at", "returned_at")
BAD_SHARE = 0.01
"""Share of the rows of the CSV file that are made bad, in each of the ways of ``_spoilt`` alike."""


def write_calendar(folder: Path) -> None:
    """Write the calendar for those who do not import the library."""
    calendar = Calendar.official()
    content = {"first": calendar.first_day, "working": calendar.working.astype(int).tolist()}
    (folder / CALENDAR).write_text(json.dumps(content), encoding="utf-8")


def write_parquet(path: Path, rows: int, *, units: int = 150, years: int = 3) -> None:
    """Write dossiers as a data warehouse exports them: codes as dictionaries, dates as dates, nulls for what is not known."""
    writer = None
    for number, first in enumerate(range(0, rows, GROUP)):
        columns, _ = make(min(GROUP, rows - first), units=units, years=years, seed=100 + number)
        table = table_of(columns, first)
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=GROUP)
    assert writer is not None
    writer.close()


def table_of(columns: Columns, first: int) -> pa.Table:
    """Return columns as an Arrow table with the canonical headings; dossier ids count from ``first``."""
    arrays = {"dossier_id": pc.binary_join_element_wise("H", pa.array(np.arange(first, first + len(columns))).cast(pa.string()), "")}
    for name in NAMES:
        codes, labels = columns.codes(name)
        arrays[name] = pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(labels))
    for name in ("received_at", "ended_at"):
        days = columns.days(name)
        arrays[name] = pa.array(days, mask=days < 0).cast(pa.date32())
    arrays["term"] = pa.array(columns.numbers("term") // 2)
    arrays["paused_days"] = pa.array(columns.numbers("paused_days"))
    return pa.table(arrays)


def write_csv(path: Path, rows: int, *, units: int = 150, years: int = 1, seed: int = 7) -> None:
    """Write dossiers as CSV with dates as yyyy-mm-dd, some of them bad (see ``_spoilt``)."""
    columns, _ = make(rows, units=units, years=years, seed=seed)
    table = table_of(columns, 0)
    texts = {name: table[name].cast(pa.string()).fill_null("") for name in table.column_names}
    cells = {name: text.to_numpy(zero_copy_only=False).astype(object) for name, text in texts.items()}
    _spoilt(cells, np.random.default_rng(seed))
    empty = {name: pa.array(column, mask=column == "") for name, column in cells.items()}
    pa.csv.write_csv(pa.table(empty), path, pa.csv.WriteOptions(quoting_style="none"))


def write_moments(path: Path, rows: int, *, units: int = 150, years: int = 1, form: str = DAYS, seed: int = 7) -> None:
    """Write dossiers with five dates or times each, in one of the forms of ``moment_forms``: as CSV, or as texts in a workbook (.xlsx)."""
    columns, _ = make(rows, units=units, years=years, seed=seed)
    table = table_of(columns, 0)
    cells = {n: table[n].cast(pa.string()).fill_null("").to_numpy(zero_copy_only=False).astype(object) for n in table.column_names}
    rng = np.random.default_rng(seed + 1)  # with the same seed, the time would follow from the day
    clocks = rng.integers(7 * 3600, 17 * 3600, (2, rows))
    texts = [[f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}" for second in some] for some in clocks.tolist()]
    due = pa.array(columns.days("received_at") + np.int32(9)).cast(pa.date32()).cast(pa.string()).to_pylist()
    for name, days, clock in (
        ("submitted_at", cells["received_at"], texts[0]),
        ("due_at", due, texts[1]),
        ("returned_at", cells["ended_at"], texts[1]),
        ("received_at", cells["received_at"], texts[0]),
        ("ended_at", cells["ended_at"], texts[1]),
    ):
        cells[name] = np.array([f"{day} {time}" if day else "" for day, time in zip(days, clock, strict=True)], dtype=object)
    _spoilt(cells, rng)
    for name in MOMENTS:
        cells[name] = np.array([FORMS[form].written(cell) for cell in cells[name].tolist()], dtype=object)
    if path.suffix == ".xlsx":
        with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
            sheet = book.add_worksheet("Hồ sơ")
            for at, row in enumerate(zip(*([name, *column.tolist()] for name, column in cells.items()), strict=True)):
                sheet.write_row(at, 0, row)
        return
    empty = {name: pa.array(column, mask=column == "") for name, column in cells.items()}
    quoting = "needed" if "," in FORMS[form].text else "none"
    pa.csv.write_csv(pa.table(empty), path, pa.csv.WriteOptions(quoting_style=quoting))


def _spoilt(cells: dict[str, Array], rng: np.random.Generator) -> None:
    """Make rows bad in each of a number of ways: bad cells, rows that contradict themselves, rows that repeat an id."""
    rows = len(cells["dossier_id"])
    ended = np.flatnonzero(cells["ended_at"] != "")
    ways = 14
    each = max(1, int(rows * BAD_SHARE / ways))
    chosen = iter(np.split(rng.permutation(ended)[: ways * each], ways))
    cells["dossier_id"][next(chosen)] = ""
    cells["unit_code"][next(chosen)] = "X0001"
    cells["unit_code"][next(chosen)] = ""
    cells["channel"][next(chosen)] = "fax"
    cells["status"][next(chosen)] = "lost"
    cells["received_at"][next(chosen)] = "2024-02-31"
    cells["ended_at"][next(chosen)] = "soon"
    cells["term"][next(chosen)] = "ten"
    cells["paused_days"][next(chosen)] = "-3"
    cells["received_at"][next(chosen)] = ""
    cells["ended_at"][next(chosen)] = ""
    cells["ended_at"][next(chosen)] = "2019-03-01"
    cells["term_unit"][next(chosen)] = ""
    copies = next(chosen)
    for cut, differs in ((copies[: len(copies) // 2], False), (copies[len(copies) // 2 :], True)):
        for name, column in cells.items():
            if not (differs and name == "term"):
                column[cut] = column[(cut + 1) % rows]
        if differs:
            cells["term"][cut] = "77"


def write_excel(path: Path, rows: int, *, units: int = 150, years: int = 1) -> None:
    """Write a workbook of dossiers with the first 15 columns of the kind, five of them dates, as a spreadsheet program keeps them."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("Hồ sơ")
    form = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    sheet.write_row(0, 0, tuple(Dossier.model_fields)[:15])
    for n in range(rows):
        day = date(2025 - years, 1, 4) + timedelta(days=n % 300)
        submitted = datetime(day.year, day.month, day.day, n % 10 + 8, n % 60)
        times = [submitted, day, day + timedelta(9), day + timedelta(5), day + timedelta(5)]
        texts = [f"TM-{n:06d}", f"U{n % units:04d}", f"P{n % 2000:05d}", "Đất đai", "trực tiếp"]
        for at, cell in enumerate([*texts, n % 4 + 1, 9, *times, 5 + n % 3 / 2, "ngày làm việc", n % 4]):
            sheet.write(n + 1, at, cell, form if isinstance(cell, date) else None)
    book.close()


WRITERS: dict[str, Callable[..., None]] = {"parquet": write_parquet, "csv": write_csv, "excel": write_excel, "moments": write_moments}

if __name__ == "__main__":
    kind, file, *numbers = sys.argv[1:]
    rows, units, years = map(int, numbers[:3])
    write_calendar(Path(file).parent)
    WRITERS[kind](Path(file), rows, units=units, years=years, **({"form": numbers[3]} if numbers[3:] else {}))
