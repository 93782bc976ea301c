"""Tables of a dataset: the rows of one kind, in one part or in many, from memory or from a file; each can be read again and again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cchc_metrics.errors import InputError
from cchc_metrics.read.checks import Given
from cchc_metrics.read.files import is_parquet, parse_file
from cchc_metrics.read.frames import ArrowStream, Cursor, frame_parsed, is_frame
from cchc_metrics.read.own import NOTHING
from cchc_metrics.read.parquet_files import parse_parquet, scan_file
from cchc_metrics.read.parquet_table import open_parquet
from cchc_metrics.read.raw import Progress, UnreadableFileError
from cchc_metrics.read.rows import kind_named
from cchc_metrics.read.several import judged_together
from cchc_metrics.read.tables import Parsed
from cchc_metrics.read.unit_days import units_by_day
from cchc_metrics.records.columns import Columns, stacked
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.problems import Problems


@dataclass(frozen=True, slots=True, eq=False)
class TableSource:
    """The rows of one kind and where they come from.

    Args:
        kind: name of the kind.
        file: where the rows come from, for messages; ``""`` for memory.
        parts: yields the table part by part, each with its problems; takes whether identifiers are kept. Every call reads anew.
        whole: returns the table in one part.
        held: whether the rows are in memory already.
        rows: how many rows there are, where that is known without reading; of a table that is held, those that count.
        paths: the files that it is read from; none for memory.
        given: what its rows are compared with, where it is Parquet that is left to be read.
    """

    kind: str
    file: str
    parts: Callable[[bool], Iterator[Parsed]]
    whole: Callable[[], Parsed]
    held: bool
    rows: int | None = None
    paths: tuple[Path, ...] = ()
    given: Given | None = None

    @classmethod
    def of_parts(cls, kind: str, parts: Sequence[Parsed], file: str = "", paths: Sequence[Path] = ()) -> TableSource:
        """Return the source of parts that are in memory."""
        model = kind_named(kind).model

        def whole() -> Parsed:
            if len(parts) == 1:
                return parts[0]
            columns = stacked(model, [part.columns for part in parts if part.usable])
            return Parsed(columns, sum((part.problems for part in parts), Problems()), any(part.usable for part in parts))

        return cls(kind, file, lambda _: iter(parts), whole, held=True, rows=sum(len(part.columns) for part in parts), paths=tuple(paths))


class DeferredTable(ABC):
    """A table that is still to be read, in parts; a dataset reads it with its own units, calendar and day of export."""

    @abstractmethod
    def source(self, kind: str, given: Given) -> TableSource:
        """Return the source of the table.

        Args:
            kind: name of the kind that it is given for.
            given: what its rows are compared with, as far as the table does not say so itself.

        Raises:
            InputError: it is of another kind.
        """


TableLike = DeferredTable | TableSource | Columns | Parsed | Iterable[Any] | Mapping[str, Sequence[Any]] | ArrowStream | Cursor
"""What a dataset takes for a table: columns, what a reader returned, whatever ``read_frame`` takes (frames of pandas, polars, Arrow and
DuckDB, rows with names, heading → cells), a list of such tables (a table in parts), or a table that is still to be read, as
``scan_postgres`` gives it."""


def memory_source(kind: str, table: object, given: Given) -> TableSource:
    """Return the source of a table in memory; see ``TableLike``.

    Args:
        kind: name of the kind.
        table: the table.
        given: what its rows are compared with where they are still to be understood.

    Raises:
        InputError: there is no such kind, or the table is nothing that can be read; the message says what can.
    """
    chosen = kind_named(kind)
    if isinstance(table, DeferredTable):
        return table.source(chosen.name, given)
    parts = [table] if isinstance(table, TableSource) else _parts_of(table)
    if given.own != NOTHING and any(isinstance(part, (TableSource, Columns, Parsed)) for part in parts):
        raise InputError(
            f"{kind}: bảng đã đọc xong, own không còn tác dụng; đưa own vào lúc đọc: read_frame, read_file",
            f"{kind}: the table was read already, so own comes too late; give it where it is read: read_frame, read_file",
        )
    if isinstance(table, TableSource):
        return table
    return TableSource.of_parts(chosen.name, _apart(chosen, [_parsed(chosen, part, given) for part in parts]))


def _apart(kind: Kind, parts: list[Parsed]) -> list[Parsed]:
    """Return the parts of a table without rows that repeat an id of another part, where ids were kept."""
    usable = [part.columns for part in parts if part.usable]
    if len(usable) < 2 or not all(name in columns for columns in usable for name in kind.id_columns):
        return parts
    return judged_together(kind, parts)


def _parts_of(table: object) -> list[object]:
    """Return the parts of a table: itself, unless it is a list of tables."""
    if is_frame(table):  # a reader of Arrow yields its batches, and is one table
        return [table]
    if isinstance(table, (list, tuple)) and table and all(_is_table(part) for part in table):
        return list(table)
    if isinstance(table, Iterator):
        listed = list(table)
        return listed if listed and all(_is_table(part) for part in listed) else [listed]
    return [table]


def _is_table(part: object) -> bool:
    return isinstance(part, (Columns, Parsed)) or is_frame(part)


def _parsed(kind: Kind, table: object, given: Given) -> Parsed:
    if isinstance(table, Parsed):
        _check_model(kind, table.columns)
        return table if given.units is None else replace(table, columns=units_by_day(table.columns, kind, given.units))
    if isinstance(table, Columns):
        _check_model(kind, table)
        return Parsed(table if given.units is None else units_by_day(table, kind, given.units), Problems(read=len(table)))
    return frame_parsed(kind, table, given)


def _check_model(kind: Kind, columns: Columns) -> None:
    if columns.model is not kind.model:
        raise InputError(
            f"{kind.name}: các cột là của {columns.model.__name__}, không phải {kind.model.__name__}",
            f"{kind.name}: the columns are of {columns.model.__name__}, not of {kind.model.__name__}",
        )


def file_source(
    path: Path, kind: Kind, given: Given, own: Mapping[str, str], *, sheet: str, file: str, whole: bool, progress: Progress | None
) -> TableSource:
    """Return the source of a file; Parquet is left to be read part by part, every other format is read now.

    Args:
        path: the file.
        kind: what its rows are.
        given: what they are compared with.
        own: the district's own headings.
        sheet: the sheet of a workbook, ``""`` for the one that fits best.
        file: its name for messages.
        whole: whether Parquet is read now, too.
        progress: called with the name, how much is done and how much there is.

    Raises:
        UnreadableFileError: no table can be read from the file.
    """
    if whole or sheet or not is_parquet(path):
        parsed = parse_file(path, kind, given, own, sheet=sheet, file=file, progress=progress)
        return TableSource.of_parts(kind.name, [parsed], file, [path])

    def parts(keep_ids: bool) -> Iterator[Parsed]:  # noqa: FBT001  the only argument
        return scan_file(kind, path, given, own, None, keep_ids, file=file, progress=progress)

    def everything() -> Parsed:
        return parse_parquet(path, kind, given, own, file=file)

    return TableSource(kind.name, file, parts, everything, held=False, rows=_rows(path), paths=(path,), given=given)


def _rows(path: Path) -> int | None:
    """Return how many rows the ends of Parquet files say that there are; None where they cannot be read, which is told when they are."""
    try:
        return open_parquet(path).rows
    except UnreadableFileError:
        return None
