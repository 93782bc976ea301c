"""A Parquet file, or a folder of part files, opened: what it holds, and what reads its parts; pyarrow is an extra."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cchc_metrics.read.arrow import arrow, is_text
from cchc_metrics.read.raw import UnreadableFileError

Load = Callable[[], Any]


@dataclass(frozen=True, slots=True, eq=False)
class ParquetTable:
    """A Parquet file, or the part files of a folder, opened.

    Args:
        paths: the files, in the order of their names.
        metadata: what the end of each says.
        headings: the columns, in the order of the first file.
        texts: headings of the columns that can be read as dictionaries.
    """

    paths: tuple[Path, ...]
    metadata: tuple[Any, ...]
    headings: tuple[str, ...]
    texts: frozenset[str]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(m.num_rows for m in self.metadata)

    def loads(self, headings: Collection[str], *, plain: Collection[str], part_rows: int) -> Iterator[tuple[int, Load]]:
        """Yield the parts in order: how many rows, and what reads them as an Arrow table.

        Args:
            headings: the columns to read.
            plain: those of them that are not read as dictionaries, though they are texts.
            part_rows: how many rows a part has, as far as the row groups allow.
        """
        for path, metadata in zip(self.paths, self.metadata, strict=True):
            reader = partial(_reader, path, metadata, [h for h in headings if h in self.texts and h not in plain])
            groups: list[int] = []
            rows = 0
            for group in range(metadata.num_row_groups):
                size = metadata.row_group(group).num_rows
                if not size:
                    continue
                if groups and rows + size > part_rows:
                    yield rows, partial(_groups, reader, groups, list(headings))
                    groups, rows = [], 0
                if size <= 2 * part_rows:
                    groups, rows = [*groups, group], rows + size
                    continue
                for batch in _batches(reader, group, list(headings), part_rows):
                    yield batch.num_rows, partial(_table, batch)
            if groups:
                yield rows, partial(_groups, reader, groups, list(headings))

    def empty(self) -> Any:
        """Return the table without its rows."""
        return _reader(self.paths[0], self.metadata[0], []).schema_arrow.empty_table()


def open_parquet(path: Path) -> ParquetTable:
    """Return a Parquet file or folder of part files, opened.

    Raises:
        UnreadableFileError: it is not Parquet, or its part files differ in their headings.
        InputError: pyarrow is not installed.
    """
    paths = tuple(sorted(path.glob("*.parquet"))) if path.is_dir() else (path,)
    if not paths:
        raise UnreadableFileError("thư mục không có tệp .parquet nào", "the folder has no .parquet file")
    opened = [read(partial(_reader, each, None, [])) for each in paths]
    headings = tuple(opened[0].schema_arrow.names)
    for each, reader in zip(paths, opened, strict=True):
        if set(reader.schema_arrow.names) != set(headings):
            raise UnreadableFileError(
                f"{each.name} có cột khác {paths[0].name}", f"the columns of {each.name} are not those of {paths[0].name}"
            )
    types = [reader.schema_arrow for reader in opened]
    read(lambda: arrow().unify_schemas(types, promote_options="permissive") if len(types) > 1 else None)
    texts = frozenset(h for h in headings if headings.count(h) == 1 and all(is_text(t.field(h).type) for t in types))
    return ParquetTable(paths, tuple(reader.metadata for reader in opened), headings, texts)


def joined(tables: list[Any]) -> Any:
    """Return tables with the same headings as one.

    Raises:
        UnreadableFileError: the types of a column do not fit together.
    """
    return read(lambda: arrow().concat_tables([table.unify_dictionaries() for table in tables], promote_options="permissive"))


def _reader(path: Path, metadata: Any, dictionaries: list[str]) -> Any:
    arrow()
    import pyarrow.parquet as pq  # noqa: PLC0415  an extra

    return pq.ParquetFile(path, metadata=metadata, read_dictionary=dictionaries, pre_buffer=True)


def _groups(reader: Load, groups: list[int], headings: list[str]) -> Any:
    return reader().read_row_groups(groups, columns=headings, use_threads=False)


def _batches(reader: Load, group: int, headings: list[str], rows: int) -> Iterator[Any]:
    batches = read(lambda: reader().iter_batches(batch_size=rows, row_groups=[group], columns=headings, use_threads=False))
    while (batch := read(lambda: next(batches, None))) is not None:
        yield batch


def _table(batch: Any) -> Any:
    return arrow().Table.from_batches([batch])


def read(load: Load) -> Any:
    """Return what pyarrow reads.

    Raises:
        UnreadableFileError: the file is not Parquet, or broken.
    """
    pa = arrow()
    try:
        return load()
    except (OSError, pa.ArrowException) as error:
        reported = str(error).split("\n")[0]
        raise UnreadableFileError(reported, reported) from None
