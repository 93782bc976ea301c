"""polars reading a CSV file of dossiers and checking every row as the library does, as a whole process; prints totals as JSON.

``python -m benchmarks.files.csv_polars FILE UNITS [FORM]``. Canonical spellings, and dates as yyyy-mm-dd only, or five dates or times in
the given form of ``moment_forms``, which are all that the file has; the library understands many more. Every problem is collected with
its row, column, code and value.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.files.moment_forms import FORMS, Form

CHANNELS = ["counter", "online", "postal"]
TERM_UNITS = ["none", "working_days", "calendar_days", "hours", "months"]
ENDED = ["withdrawn", "resolved", "returned"]
NOT_RECEIVED = ["submitted", "refused"]
STATUSES = [*NOT_RECEIVED, "received", "processing", "supplement_requested", "payment_requested", "stopped", *ENDED]
FIRST_DATE, LAST_DATE = date(1990, 1, 1), date(2099, 12, 31)
LARGEST_TERM, LARGEST_NUMBER = 10_000, 2**31 - 1


def cell_checks(units: list[str], dated: Collection[str]) -> list[tuple[str, str, pl.Expr]]:
    """Return column, code and the mask of bad cells; the parsed columns are named ``<column>_value``."""
    col = pl.col
    checks = [
        ("dossier_id", "missing_value", col("dossier_id").is_null()),
        ("unit_code", "missing_value", col("unit_code").is_null()),
        ("unit_code", "unknown_unit", col("unit_code").is_not_null() & ~col("unit_code").is_in(units)),
        ("channel", "unknown_code", col("channel").is_not_null() & ~col("channel").is_in(CHANNELS)),
        ("status", "missing_value", col("status").is_null()),
        ("status", "unknown_code", col("status").is_not_null() & ~col("status").is_in(STATUSES)),
        ("term_unit", "unknown_code", col("term_unit").is_not_null() & ~col("term_unit").is_in(TERM_UNITS)),
    ]
    for name in dated:
        value = col(f"{name}_value")
        unread = col(name).is_not_null() & (value.is_null() | ~value.cast(pl.Date).is_between(FIRST_DATE, LAST_DATE))
        checks.append((name, "impossible_date", unread))
    for name, step, largest in (("term", 2, LARGEST_TERM), ("paused_days", 1, LARGEST_NUMBER)):
        value = col(f"{name}_value")
        whole = (value * step) % 1 == 0
        checks.append((name, "not_a_number", col(name).is_not_null() & (value.is_null() | ~whole)))
        checks.append((name, "number_out_of_range", value.is_not_null() & whole & ~value.is_between(0, largest)))
    return checks


def row_checks(dated: Collection[str]) -> list[tuple[str, str, pl.Expr]]:
    """Return column, code and the mask of rows, among those whose cells are all good, that break a rule."""
    col = pl.col
    ends = [col(f"{name}_value").cast(pl.Date) for name in ("ended_at", "returned_at") if name in dated]
    received, ended = col("received_at_value").cast(pl.Date), pl.coalesce(ends)
    return [
        ("received_at", "missing_received_at", ~col("status").is_in(NOT_RECEIVED) & received.is_null()),
        ("ended_at", "ended_without_time", col("status").is_in(ENDED) & ended.is_null()),
        ("ended_at", "end_before_receipt", (ended < received).fill_null(value=False)),
        ("term_unit", "term_without_unit", col("term_value").is_not_null() & (col("term_unit").is_null() | (col("term_unit") == "none"))),
    ]


def problems_of(frame: pl.DataFrame, checks: list[tuple[str, str, pl.Expr]]) -> tuple[list[pl.DataFrame], pl.Series]:
    """Return the problems that the checks find, and the mask of the rows that have any."""
    masks = frame.select(mask.alias(str(n)) for n, (_, _, mask) in enumerate(checks))
    found = [
        frame.filter(masks[str(n)]).select("row", column=pl.lit(column), code=pl.lit(code), value=pl.col(column))
        for n, (column, code, _) in enumerate(checks)
        if masks[str(n)].any()
    ]
    return found, masks.select(pl.any_horizontal(pl.all())).to_series()


def moments(form: Form | None) -> pl.Expr:
    """Return the dates or times of the columns that hold them."""
    if form is None:
        return pl.col("received_at", "ended_at").str.to_date("%Y-%m-%d", strict=False)
    cells = pl.col("submitted_at", "received_at", "due_at", "ended_at", "returned_at")
    for pattern, text in form.before:
        cells = cells.str.replace(pattern, text, literal=not pattern.startswith("^"))
    if "%H" not in form.polars and "%I" not in form.polars:
        return cells.str.to_date(form.polars, strict=False)
    found = cells.str.to_datetime(form.polars, strict=False, time_unit="us")
    return found.dt.convert_time_zone("Asia/Ho_Chi_Minh").dt.replace_time_zone(None) if "%z" in form.polars else found


def read(path: Path, units: list[str], form: Form | None = None) -> dict[str, Any]:
    """Return how many rows there are and were rejected, and how many problems of each code."""
    cells = pl.read_csv(path, infer_schema=False, row_index_name="row", row_index_offset=2)
    parsed = cells.with_columns(
        moments(form).name.suffix("_value"),
        pl.col("term", "paused_days").cast(pl.Float64, strict=False).name.suffix("_value"),
    )
    dated = [name.removesuffix("_value") for name, typed in parsed.schema.items() if typed.is_temporal()]
    reported, bad_cells = problems_of(parsed, cell_checks(units, dated))
    whole = parsed.filter(~bad_cells)
    broken, bad_rows = problems_of(whole, row_checks(dated))
    left = whole.filter(~bad_rows)
    copies = left.filter(pl.col("dossier_id").is_duplicated())
    content = [name for name in cells.columns if name not in ("row", "dossier_id")]
    copies = copies.with_columns(content=pl.struct(content), first=pl.col("row") == pl.col("row").min().over("dossier_id"))
    copies = copies.with_columns(conflict=pl.col("content").n_unique().over("dossier_id") > 1)
    for code, mask in (("duplicate_conflicting", pl.col("conflict")), ("duplicate_identical", ~pl.col("conflict") & ~pl.col("first"))):
        repeated = copies.filter(mask)
        broken.append(repeated.select("row", column=pl.lit("dossier_id"), code=pl.lit(code), value=pl.col("dossier_id")))
        left = left.join(repeated.select("row"), on="row", how="anti")
    problems = pl.concat([*reported, *broken])
    totals = problems.group_by("code").len().sort("code")
    return {"read": len(cells), "rejected": len(cells) - len(left), "errors": dict(totals.iter_rows())}


if __name__ == "__main__":
    given = FORMS[sys.argv[3]] if sys.argv[3:] else None
    print(json.dumps(read(Path(sys.argv[1]), [f"U{n:04d}" for n in range(int(sys.argv[2]))], given), sort_keys=True))
