"""The rows of a ledger as a table of a dataset, and by month."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import numpy as np

from cchc_metrics.errors import InputError
from cchc_metrics.ledger.question import LedgerQuestion, add_verdicts, problems_of
from cchc_metrics.ledger.state import State
from cchc_metrics.read.sources import TableSource
from cchc_metrics.read.tables import Parsed
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array, Columns, columns_from_values, stacked
from cchc_metrics.records.fields import NO_DAY
from cchc_metrics.records.problems import Problems
from cchc_metrics.records.record import schema_by_name
from cchc_metrics.reference.days import day_number

AT_ONCE: Final = 1 << 19
"""So many rows are taken out at once."""


def parts_of(where: Array) -> Iterator[Array]:
    """Yield positions in runs that are not too large."""
    yield from (where[first : first + AT_ONCE] for first in range(0, len(where), AT_ONCE))


def table_of(state: State, question: LedgerQuestion) -> TableSource:
    """Return the rows that are there after a night as a table that is read part by part."""
    kind = question.kind

    def parts(keep_ids: bool) -> Iterator[Parsed]:  # noqa: FBT001  the only argument
        first = 1
        yield Parsed(_empty(state, question), Problems())
        for segment, alive in state.alive():
            for where in parts_of(alive):
                rows = segment.take(where, keep_ids=keep_ids)
                counts = rows.counting
                columns = rows.columns.take(np.flatnonzero(counts))
                numbers = Counter[str]()
                add_verdicts(numbers, rows)
                numbers[f"problem {Code.DATE_IN_FUTURE.value}"] += question.in_future(columns, state.day)
                if keep_ids:
                    texts = np.array([text.decode() for text in rows.ids], dtype=object)[counts]
                    columns = Columns(kind.model, {kind.id_columns[0]: texts, **columns.arrays}, columns.labels)
                place = range(first, first + len(columns))
                first += len(columns)
                yield Parsed(Columns(kind.model, columns.arrays, columns.labels, kind.name, place), problems_of(numbers, kind.name))

    def whole() -> Parsed:
        found = list(parts(True))
        return Parsed(stacked(kind.model, [part.columns for part in found]), sum((part.problems for part in found), Problems()))

    return TableSource(kind.name, kind.name, parts, whole, held=False, rows=state.rows)


def _empty(state: State, question: LedgerQuestion) -> Columns:
    """Return no row of the table, with all of its columns: what it says even where no row is left."""
    specs = schema_by_name(question.kind.model)
    return columns_from_values(question.kind.model, {name: [] for name in state.names if name in specs}, file=question.kind.name)


def check_month(days: Array | None, month: str, first: int, last: int) -> None:
    """Check that no row is of another month than the one that is given whole, of which all that is not given is gone.

    Args:
        days: int32[n] their main dates (since 1970-01-01); None where the table has none.
        month: the month; ``""`` for the rows without a day.
        first: its first day.
        last: its last day.

    Raises:
        InputError: some are; says how many, and of which month the first is.
    """
    other = np.empty(0, dtype=np.int32) if days is None else days[((days < first) | (days > last)) & (days != NO_DAY)]
    if len(other):
        n, found = len(other), str(np.datetime64(int(other[0]), "D"))[:7]
        vi, en = (month, month) if month else ("không có ngày", "without a day")
        raise InputError(
            f"{n} dòng không thuộc tháng được thay «{vi}», như một dòng của {found}; thay cả tháng nào thì đưa đúng các dòng của tháng đó",
            f"{n} rows are not of the month that is replaced, «{en}», as one of {found}; give all rows of that month and no others",
        )


def month_days(month: str) -> tuple[int, int]:
    """Return the first and last day of a month (since 1970-01-01); of ``""`` those of no day.

    Raises:
        InputError: it is no month.
    """
    if not month:
        return NO_DAY, NO_DAY
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise InputError(f"«{month}» không phải tháng; viết như 2026-03", f"«{month}» is no month; write it as 2026-03")
    first = date(int(month[:4]), int(month[5:]), 1)
    return day_number(first), day_number((first + timedelta(days=31)).replace(day=1)) - 1
