"""How a dataset prints itself: who reports, which tables with how many rows, and what reading them gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from html import escape

from cchc_metrics.read.sources import TableSource
from cchc_metrics.records.problems import Problems
from cchc_metrics.reference.unit import Unit
from cchc_metrics.tables.listing import NOT_SHOWN
from cchc_metrics.tables.numbers import format_count


def dataset_text(unit: Unit, as_of: date | None, tables: Mapping[str, TableSource], said: str, *, numbered: bool = True) -> str:
    """Return a dataset as lines: the unit with the day of export, a line for each table, what is said of their reading."""
    lines = [f"{unit.full_name} ({unit.code})" + (f" · {as_of:%d/%m/%Y}" if as_of else "")]
    lines += [f"  {kind:<15} {rows:>12}  {file}".rstrip() for kind, rows, file in _listing(tables, numbered=numbered)]
    return "\n".join([*lines, "  " + said])


def dataset_html(unit: Unit, tables: Mapping[str, TableSource], said: str, *, numbered: bool = True) -> str:
    """Return a dataset as a table for a notebook."""
    title = escape(f"{unit.full_name} ({unit.code})")
    body = "".join(
        f"<tr><td>{kind}</td><td style='text-align:right'>{rows}</td><td>{escape(file)}</td></tr>"
        for kind, rows, file in _listing(tables, numbered=numbered)
    )
    return f"<table><caption>{title}</caption>{body}<tfoot><tr><td colspan='3'>{escape(said)}</td></tr></tfoot></table>"


def reading_text(rules: str, problems: Problems | None) -> str:
    """Return the rules with what reading gave: rows read, valid and rejected, and how often each code was found.

    Args:
        rules: the id of the rules.
        problems: what is wrong with the tables; None where they were not read yet.
    """
    if problems is None:
        return f"quy tắc {rules}"
    if not problems.numbered:
        return "; ".join([f"quy tắc {rules}", *(code.value for code in problems.by_code())])
    codes = ", ".join(f"{code.value} × {format_count(n)}" for code, n in problems.by_code().items())
    read, valid, rejected = (format_count(n) for n in (problems.read, problems.valid, problems.rejected))
    counts = f"đọc {read} dòng = {valid} hợp lệ + {rejected} bị loại"
    return f"{counts}; quy tắc {rules}" + (f"; {codes}" if codes else "")


def _listing(tables: Mapping[str, TableSource], *, numbered: bool) -> Iterator[tuple[str, str, str]]:
    for kind, table in tables.items():
        yield kind, NOT_SHOWN if not numbered else "…" if table.rows is None else format_count(table.rows), table.file
