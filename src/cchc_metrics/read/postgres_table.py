"""The answer to a query as a table in parts: its columns as the library understands them, its rows as often as they are needed.

Types whose driver gives something else than the database shows are asked for in another form: what is a label, an address or a range as its
text; ``char(n)`` without its padding; ``money`` as a number and not as a hundred times it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from cchc_metrics.errors import InputError
from cchc_metrics.read.arrow import arrow, is_text
from cchc_metrics.read.parquet_table import Load
from cchc_metrics.read.postgres_link import DatabaseError, PostgresSnapshot

_CASTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bpchar": "::text",
        "money": "::numeric",
        "float4": "::text::float8",  # 1.1 and not 1.100000023841858
        "oid": "::bigint",
        "interval": "::text",
        "record": "::text",
        "uuid": "::text",
        "xml": "::text",
    }
)
_AS_IT_COMES: Final = frozenset({"numeric", "json", "jsonb"})


@dataclass(frozen=True, slots=True, eq=False)
class QueryTable:
    """The answer to a query, as ``PartedTable`` wants it.

    Args:
        snapshot: where it is asked.
        sql: the query, as it was given.
        schema: the Arrow schema of its answer.
        rows: how many rows it has.
        connections: on how many connections its rows are fetched, each its share by a hash of the row.
    """

    snapshot: PostgresSnapshot = field(repr=False)
    sql: str
    schema: Any
    rows: int
    connections: int = 1

    @classmethod
    def of(cls, snapshot: PostgresSnapshot, sql: str, connections: int = 1) -> QueryTable:
        """Return the answer to a query, of which its columns and the number of its rows are asked now.

        Raises:
            DatabaseError: the query is wrong.
            InputError: it is empty.
        """
        inner = bare(sql)
        if not inner:
            raise InputError("PostgreSQL: truy vấn trống", "PostgreSQL: the query is empty")
        schema = snapshot.schema(inner)
        [(rows,)] = snapshot.rows(f"SELECT count(*) FROM (\n{inner}\n) AS q")  # noqa: S608  the query is the user's own
        return cls(snapshot, inner, schema, int(rows), connections)

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns, in order."""
        return tuple(self.schema.names)

    @property
    def texts(self) -> frozenset[str]:
        """Headings of the columns that come as text."""
        return frozenset(each.name for each in self.schema if is_text(each.type) or _cast(each) == "::text")

    @property
    def uneven(self) -> frozenset[str]:
        """No column is of unlike types."""
        return frozenset()

    def select(self, headings: Collection[str]) -> str:
        """Return the query for some of the columns, each in the form in which it is understood."""
        chosen = [f"c{at}{_cast(self.schema.field(at))} AS c{at}" for at in self.positions(headings)]
        return f"SELECT {', '.join(chosen)} FROM {self.source()}"  # noqa: S608  the query is the user's own

    def shares(self, headings: Collection[str]) -> list[str]:
        """Return the queries that together give all rows of some columns, each row once: one for each connection."""
        select, n = self.select(headings), self.connections
        if n == 1:
            return [select]
        cells = ", ".join(f"c{at}" for at in self.positions(headings))
        share = f"(hashtextextended(ROW({cells})::text, 0) & {2**62 - 1}) % {n}"
        return [f"{select} WHERE {share} = {at}" for at in range(n)]

    def where(self, condition: str) -> str:
        """Return the query for some of the rows, with its own headings.

        Args:
            condition: over ``c0``, ``c1`` …, the columns by their positions.
        """
        chosen = [f'c{at} AS "{name.replace(chr(34), chr(34) * 2)}"' for at, name in enumerate(self.headings)]
        return f"SELECT {', '.join(chosen)} FROM {self.source()} WHERE {condition}"  # noqa: S608  the query is the user's own

    def type_of(self, position: int) -> str:
        """Return the type of a column as the database names it."""
        return _type(self.schema.field(position))

    def source(self) -> str:
        """Return what stands behind ``FROM``: the query, its columns named by their positions, so that equal headings are told apart."""
        return f"(\n{self.sql}\n) AS q({', '.join(f'c{at}' for at in range(len(self.schema.names)))})"

    def positions(self, headings: Collection[str]) -> list[int]:
        """Return the positions of columns; of equal headings that of the first."""
        return [self.schema.names.index(heading) for heading in headings]

    def loads(self, headings: Collection[str], *, plain: Collection[str], part_rows: int) -> Iterator[tuple[int, Load]]:
        """Yield the parts in order: how many rows, and what gives them as an Arrow table.

        Args:
            headings: the columns to read.
            plain: not needed: no column comes as a dictionary.
            part_rows: the most rows of a part.

        Raises:
            DatabaseError: the query cannot be run, its answer broke off, or it has not as many rows as were counted.
        """
        del plain
        names = list(headings)
        if not names:  # of rows without a column that is known only their number is asked
            yield from self._blank(part_rows)
            return
        pa = arrow()
        read = 0
        for batch in self.snapshot.batches_of(self.shares(names)):
            for first in range(0, batch.num_rows, part_rows):
                part = pa.Table.from_batches([batch.slice(first, part_rows)]).rename_columns(names)
                read += part.num_rows
                yield part.num_rows, partial(_itself, part)
        if read != self.rows:
            raise DatabaseError(
                f"PostgreSQL: truy vấn trả {read} dòng, trước đó đếm được {self.rows}; bỏ random(), LIMIT không có ORDER BY",
                f"PostgreSQL: the query gave {read} rows after {self.rows} were counted; leave out random(), LIMIT without ORDER BY",
            )

    def _blank(self, part_rows: int) -> Iterator[tuple[int, Load]]:
        pa = arrow()
        for first in range(0, self.rows, part_rows):
            rows = min(part_rows, self.rows - first)
            yield rows, partial(_itself, pa.table({"": pa.nulls(rows)}))

    def first(self, headings: Collection[str], rows: int) -> Any:
        """Return some of its first rows as an Arrow table."""
        names = list(headings)
        batches = list(self.snapshot.batches(f"{self.select(names)} LIMIT {rows}"))
        return arrow().Table.from_batches(batches).rename_columns(names) if batches else self.empty()

    def empty(self) -> Any:
        """Return the table without its rows."""
        return arrow().Table.from_batches([], schema=self.schema)


def bare(sql: str) -> str:
    """Return a query without what ends it.

    >>> bare(" SELECT 1 ; ")
    'SELECT 1'
    """
    return re.sub(r"[\s;]+$", "", sql.strip())


def _cast(column: Any) -> str:
    """Return what is written behind a column, so that it comes as the database shows it."""
    named = _type(column)
    if named in _CASTS:
        return _CASTS[named]
    opaque = getattr(column.type, "extension_name", "") == "arrow.opaque"
    return "::text" if opaque and named not in _AS_IT_COMES else ""


def _type(column: Any) -> str:
    found: bytes = (column.metadata or {}).get(b"POSTGRESQL:type", b"")
    return found.decode()


def _itself(table: Any) -> Any:
    return table


def hashed(columns: Sequence[str]) -> str:
    """Return the sum of 64-bit numbers of rows, as SQL: exact, whatever their order.

    >>> hashed(["c0", "c2"])
    'coalesce(sum(hashtextextended(ROW(c0, c2)::text, 0)::numeric), 0)'
    """
    return f"coalesce(sum(hashtextextended(ROW({', '.join(columns)})::text, 0)::numeric), 0)"
