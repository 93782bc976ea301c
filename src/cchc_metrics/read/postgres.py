"""Reading PostgreSQL: the answer to a query part by part, in memory that does not grow with it; ADBC is an extra (``postgres``).

- All that is read stands in one snapshot, read-only: what is written meanwhile changes nothing.
- The query is asked as often as reading needs: how many rows, which ids are repeated, then the rows. A Parquet file is read no differently.
- Whatever breaks off is an error, and never a shorter answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

from cchc_metrics.arguments import public
from cchc_metrics.errors import InputError, suggestion
from cchc_metrics.read.checks import Given
from cchc_metrics.read.headings import match_headings
from cchc_metrics.read.own import NOTHING, Declared, own_of
from cchc_metrics.read.parquet_files import scan_table
from cchc_metrics.read.postgres_link import DatabaseError, PostgresSnapshot
from cchc_metrics.read.postgres_table import QueryTable, hashed
from cchc_metrics.read.raw import Progress
from cchc_metrics.read.rows import kind_named
from cchc_metrics.read.sources import DeferredTable, TableSource
from cchc_metrics.read.tables import Parsed
from cchc_metrics.records.columns import stacked
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.problems import Problems
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.unit import UnitTree

PART_ROWS: Final = 1 << 18
"""The most rows of a part."""

MOST_CONNECTIONS: Final = 16
"""A database serves others too."""


@public
def scan_postgres(
    kind: str | Kind,
    uri: str | PostgresSnapshot,
    sql: str,
    *,
    units: UnitTree | None = None,
    extracted_on: date | None = None,
    calendar: Calendar | None = None,
    own: Declared | None = None,
    columns: Collection[str] | None = None,
    keep_ids: bool = False,
    file: str = "",
    workers: int = 2,
    connections: int = 1,
    progress: Progress | None = None,
) -> PostgresQuery:
    """Return the answer to a query as a table of a kind, which is read in parts: by a dataset, or by going over it.

    The verdict on each row is that of the same rows in a file. Rows whose id is repeated are judged together and come last.

    Args:
        kind: a kind or its name.
        uri: ``postgresql://user@host/database``, the password best in the environment variable ``PGPASSWORD``; or a ``PostgresSnapshot``,
            so that several queries see the same state of the database.
        sql: a query; the names of its columns are understood as the headings of a file are. Days of ``timestamptz`` are those of Vietnam.
        units: the unit tree; without it, that of the dataset, or unit codes are taken as they are.
        extracted_on: the day of export; without it, that of the dataset, or no date is found to lie in the future.
        calendar: the working calendar; likewise.
        own: what is declared of the table, see ``scan_parquet``.
        columns: canonical columns to read; None for all.
        keep_ids: whether identifiers are kept, see ``scan_parquet``.
        file: a name for messages.
        workers: how many parts are judged at a time, while the next is fetched.
        connections: on how many connections rows are fetched, all of them in the one snapshot; the server runs the query once on each, and
            rows come in another order than the query's.
        progress: called with the name, how many rows are done and how many there are.

    Raises:
        DatabaseError: the database cannot be reached or the query is wrong; also while parts are yielded, when the connection is lost.
        InputError: there is no such kind, or the driver is not installed.
    """
    chosen = kind_named(kind)
    given = Given(units, calendar, extracted_on, own_of(chosen, own, limits=True))
    _check(connections)
    snapshot = PostgresSnapshot(uri) if isinstance(uri, str) else uri
    table = QueryTable.of(snapshot, sql, connections)
    named = file or f"{chosen.name} (PostgreSQL)"
    return PostgresQuery(chosen, table, given, named, None if columns is None else frozenset(columns), keep_ids, workers, progress)


@dataclass(frozen=True, eq=False)
class PostgresQuery(DeferredTable):
    """The answer to a query as a table of a kind; made by ``scan_postgres``. Going over it yields its parts, each with its problems."""

    kind: Kind = field(repr=False)
    table: QueryTable = field(repr=False)
    given: Given = field(repr=False)
    file: str
    columns: frozenset[str] | None
    keep_ids: bool
    workers: int
    progress: Progress | None = field(repr=False)

    def __iter__(self) -> Iterator[Parsed]:
        return self._parts(self.given, keep_ids=self.keep_ids)

    def source(self, kind: str, given: Given) -> TableSource:
        """Return the source of the table; what it was given itself comes before what the dataset has.

        Raises:
            InputError: it is of another kind.
        """
        if kind != self.kind.name:
            raise InputError(f"{kind}: truy vấn này là của {self.kind.name}", f"{kind}: this query is of {self.kind.name}")
        mine = self.given
        whole = replace(
            given,
            units=mine.units or given.units,
            calendar=mine.calendar or given.calendar,
            extracted_on=mine.extracted_on or given.extracted_on,
            own=given.own if mine.own == NOTHING else mine.own,
        )

        def parts(keep_ids: bool) -> Iterator[Parsed]:  # noqa: FBT001  the only argument
            return self._parts(whole, keep_ids=keep_ids or self.keep_ids)

        return TableSource(kind, self.file, parts, lambda: _in_one(self.kind, parts(True)), held=False)

    def _parts(self, given: Given, *, keep_ids: bool) -> Iterator[Parsed]:
        return scan_table(
            self.kind,
            self.table,
            given,
            given.own.headings,
            self.columns,
            keep_ids,
            file=self.file,
            workers=self.workers,
            part_rows=PART_ROWS,
            progress=self.progress,
        )

    def batches(self) -> Iterator[Any]:
        """Yield the rows as Arrow tables, of the columns that are understood, before anything is judged: for ``tally_batches``.

        Raises:
            DatabaseError: the query cannot be run, or its answer broke off.
        """
        names = [self.table.headings[at] for at in sorted(self._names.values())]
        return (load() for _, load in self.table.loads(names, plain=(), part_rows=PART_ROWS))

    # --- Which months changed

    @cached_property
    def _names(self) -> Mapping[str, int]:
        """Canonical column → position, of the columns that are read."""
        matched = match_headings(self.kind, self.table.headings, self.given.own.headings)
        return {name: at for name, at in matched.positions.items() if self.columns is None or name in self.columns}

    def months(self, by: str = "received_at") -> MonthMarks:
        """Return for each month how many rows it has and the sum of their hashes: what tells that a month changed, deletions too.

        Counted in the database, in the snapshot that the rows are read in; nothing but the marks is sent.

        Args:
            by: canonical column of dates; the months are those of its days.

        Raises:
            InputError: the query has no such column, or it is text.
            DatabaseError: the query cannot be run.
        """
        names = [f"c{at}" for at in sorted(self._names.values())]
        sql = f"SELECT {self._month(by)}, count(*), {hashed(names)} FROM {self.table.source()} GROUP BY 1 ORDER BY 1"  # noqa: S608
        return {month or "": (int(rows), int(total)) for month, rows, total in self.table.snapshot.rows(sql)}

    def in_month(self, month: str, by: str = "received_at") -> PostgresQuery:
        """Return the rows of one month, in the same snapshot.

        Args:
            month: as ``months`` names it: ``2026-03``; ``""`` for the rows without a day.
            by: the column of dates.

        Raises:
            InputError: the query has no such column, or it is text.
        """
        at = self._day(by)
        where = f"c{at} IS NULL" if not month else f"{self._month(by)} = '{_month(month)}'"
        table = QueryTable.of(self.table.snapshot, self.table.where(where), self.table.connections)
        return replace(self, table=table)

    def _day(self, by: str) -> int:
        at = self._names.get(by)
        if at is None:
            vi, en = suggestion(by, self._names)
            raise InputError(f"truy vấn không có cột «{by}»{vi}", f"the query has no column «{by}»{en}")
        if self.table.type_of(at) not in ("date", "timestamp", "timestamptz"):
            name = self.table.headings[at]
            raise InputError(
                f"cột «{name}» không phải ngày trong cơ sở dữ liệu; viết to_date({name}, 'DD/MM/YYYY') trong truy vấn",
                f"column «{name}» is no date in the database; write to_date({name}, 'DD/MM/YYYY') in the query",
            )
        return at

    def _month(self, by: str) -> str:
        return f"to_char(c{self._day(by)}, 'YYYY-MM')"


MonthMarks = Mapping[str, tuple[int, int]]
"""Month (``2026-03``) → how many rows, and the sum of their hashes; kept as JSON between two nights."""


def changed_months(before: Mapping[str, Iterable[int]], now: MonthMarks) -> tuple[str, ...]:
    """Return the months that are to be counted again, in order: those that changed, that are new, and those whose rows are all gone.

    Args:
        before: what ``months`` gave the last time; nothing for the first time.
        now: what it gives now.

    >>> changed_months({"2026-01": (2, 71), "2026-02": (1, 5)}, {"2026-01": (2, 71), "2026-03": (1, 9)})
    ('2026-02', '2026-03')
    """
    marks = {month: tuple(mark) for month, mark in before.items()}
    return tuple(sorted(month for month in {*marks, *now} if marks.get(month) != (tuple(now[month]) if month in now else None)))


def _check(connections: int) -> None:
    if not 1 <= connections <= MOST_CONNECTIONS:
        raise InputError(
            f"connections: {connections}; dùng 1 đến {MOST_CONNECTIONS}", f"connections: {connections}; use 1 to {MOST_CONNECTIONS}"
        )


def _month(text: str) -> str:
    try:
        date.fromisoformat(f"{text}-01")
    except ValueError:
        raise InputError(f"«{text}» không phải tháng; viết 2026-03", f"«{text}» is no month; write 2026-03") from None
    return text


def _in_one(kind: Kind, parts: Iterator[Parsed]) -> Parsed:
    every = list(parts)
    if len(every) == 1:
        return every[0]
    columns = stacked(kind.model, [part.columns for part in every if part.usable])
    return Parsed(columns, sum((part.problems for part in every), Problems()), any(part.usable for part in every))


__all__ = ["DatabaseError", "MonthMarks", "PostgresQuery", "PostgresSnapshot", "changed_months", "scan_postgres"]
