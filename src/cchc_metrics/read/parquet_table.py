"""A Parquet file, or a folder of part files, opened: what it holds, and what reads its parts; pyarrow is an extra.

The part files of a folder are all of its ``.parquet`` files, those in folders below it too. A folder below it that is named ``key=value``,
as Hive and Spark write them, gives all rows in it that value in the column ``key``. Which files of a Delta, Iceberg or Hudi table count
only the packages of these formats know, so such a folder is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import unquote

import numpy as np

from cchc_metrics.read.arrow import arrow, arrow_of, as_large_string, is_text, is_text_or_bytes, one_array, text_array, with_cells
from cchc_metrics.read.limits import LIMITS, Limits
from cchc_metrics.read.raw import UnreadableFileError

Load = Callable[[], Any]

_HIVE_NULL: Final = "__HIVE_DEFAULT_PARTITION__"
_UNFINISHED: Final = "_temporary"


class PartedTable(Protocol):
    """A table of Arrow columns that can be read in parts, as often as is needed: the same rows in the same order every time."""

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns, in order."""

    @property
    def texts(self) -> frozenset[str]:
        """Headings of the columns that are text."""

    @property
    def uneven(self) -> frozenset[str]:
        """Headings of the columns that are text of unlike types."""

    @property
    def rows(self) -> int:
        """How many rows there are."""

    def loads(self, headings: Collection[str], *, plain: Collection[str], part_rows: int) -> Iterator[tuple[int, Load]]:
        """Yield the parts in order; see ``ParquetTable.loads``."""

    def first(self, headings: Collection[str], rows: int) -> Any:
        """Return some of its first rows as an Arrow table."""

    def empty(self) -> Any:
        """Return the table without its rows."""


@dataclass(frozen=True, slots=True, eq=False)
class ParquetTable:
    """A Parquet file, or the part files of a folder, opened.

    Args:
        paths: the files, in the order of their names.
        metadata: what the end of each says.
        headings: the columns, in the order of the first file.
        texts: headings of the columns that can be read as dictionaries.
        keys: for each file the columns that stand in the names of its folders, with their value (None: it has none).
        uneven: headings of the columns that are text of one type in one file and of another in another.
        shapes: for each file a number, equal for files of the same columns and types in the same order: rows of such can be one part.
        fixed: row, counted from 1 over all files → heading → the cell that is read in place of the file's.
    """

    paths: tuple[Path, ...]
    metadata: tuple[Any, ...]
    headings: tuple[str, ...]
    texts: frozenset[str]
    keys: tuple[Mapping[str, str | None], ...]
    uneven: frozenset[str]
    shapes: tuple[int, ...]
    fixed: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

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
        first = 1
        for rows, load in self._loads(headings, plain=plain, part_rows=part_rows):
            here = {row - first: cells for row, cells in self.fixed.items() if first <= row < first + rows}
            yield rows, partial(_with_fixed, load, here) if here else load
            first += rows

    def _loads(self, headings: Collection[str], *, plain: Collection[str], part_rows: int) -> Iterator[tuple[int, Load]]:
        held: list[Load] = []
        rows, shape, plain = 0, -1, frozenset(plain)
        for at, (path, metadata, keys) in enumerate(zip(self.paths, self.metadata, self.keys, strict=True)):
            reader = partial(_reader, path, metadata, [h for h in headings if h in self.texts and h not in plain and h not in keys])
            whole = partial(_whole, keys={h: keys[h] for h in headings if h in keys}, uneven=self.uneven.intersection(headings))
            written = [h for h in headings if h not in keys]
            some = partial(_groups, reader, headings=written, whole=whole, name=path.name if len(self.paths) > 1 else "")
            groups: list[int] = []
            for group in range(metadata.num_row_groups):
                size = metadata.row_group(group).num_rows
                if not size:
                    continue
                if rows and (rows + size > part_rows or shape != self.shapes[at]):
                    yield rows, _together([*held, *([partial(some, groups)] if groups else [])])
                    held, groups, rows = [], [], 0
                if size <= 2 * part_rows:
                    groups, rows, shape = [*groups, group], rows + size, self.shapes[at]
                    continue
                for batch in _batches(reader, group, written, part_rows):
                    yield batch.num_rows, partial(_table, batch, whole)
            if groups:
                held.append(partial(some, groups))
        if rows:
            yield rows, _together(held)

    def first(self, headings: Collection[str], rows: int) -> Any:
        """Return some of its first rows as an Arrow table."""
        part = next(iter(self.loads(headings, plain=headings, part_rows=rows)), None)
        return self.empty() if part is None else read(part[1])

    def empty(self) -> Any:
        """Return the table without its rows."""
        schema = _reader(self.paths[0], self.metadata[0], []).schema_arrow
        # Not ``schema.empty_table()``, which loads pandas where that is installed.
        return _whole(arrow().Table.from_batches([], schema=schema), keys=self.keys[0], uneven=self.uneven)


def open_parquet(path: Path, limits: Limits = LIMITS, *, in_parts: bool = True) -> ParquetTable:
    """Return a Parquet file or folder of part files, opened.

    Args:
        path: the file or folder.
        limits: how many headings and rows it may have.
        in_parts: whether it is counted part by part, and not read whole.

    Raises:
        UnreadableFileError: it is not Parquet; it belongs to a table of which only another package knows the files; it was not written to
            its end; its part files differ in their columns; or it holds more than the limits say.
        InputError: pyarrow is not installed.
    """
    _refuse_other_formats(path if path.is_dir() else path.parent)
    paths = part_files(path) if path.is_dir() else (path,)
    if not paths:
        raise UnreadableFileError("thư mục không có tệp .parquet nào", "the folder has no .parquet file")
    opened = [read(partial(_reader, each, None, [])) for each in paths]
    types = [reader.schema_arrow for reader in opened]
    keys = [
        {key: value for key, value in _keys(path, each).items() if key not in own.names} for each, own in zip(paths, types, strict=True)
    ]
    headings = (*types[0].names, *keys[0])
    limits.check_table(len(headings), sum(reader.metadata.num_rows for reader in opened), in_parts=in_parts)
    for each, own, named in zip(paths, types, keys, strict=True):
        if {*own.names, *named} != set(headings):
            raise _uneven(paths[0], set(headings), each, {*own.names, *named})
    pa = arrow()
    found: dict[str, set[Any]] = {heading: set() for heading in headings}
    for own, named in zip(types, keys, strict=True):
        for column in own:  # not by their names: two columns may have one, of which the headings tell
            found[column.name].add(column.type)
        for heading in named:
            found[heading].add(pa.large_string())
    uneven = frozenset(h for h, kinds in found.items() if len(kinds) > 1 and all(map(is_text_or_bytes, kinds)))
    times = Counter(headings)
    even = [pa.schema([field for field in own if field.name not in uneven and times[field.name] == 1]) for own in types]
    read(lambda: pa.unify_schemas(even, promote_options="permissive") if len(even) > 1 else None)
    texts = frozenset(h for h, kinds in found.items() if times[h] == 1 and all(map(is_text, kinds)))
    plain = [own.remove_metadata() for own in types]
    shapes = tuple(
        next(at for at, (other, keyed) in enumerate(zip(plain, keys, strict=True)) if other.equals(own) and keyed.keys() == named.keys())
        for own, named in zip(plain, keys, strict=True)
    )
    return ParquetTable(paths, tuple(reader.metadata for reader in opened), headings, texts, tuple(keys), uneven, shapes)


def part_files(folder: Path) -> tuple[Path, ...]:
    """Return the part files of a folder and of the folders below it, in the order of their names; what is hidden is none of them.

    Nothing of a file, which has no parts.

    Raises:
        UnreadableFileError: the folder has what may hold rows and would not be read.
    """
    found = (path for path in folder.rglob("*") if not any(part[:1] in "._" for part in path.relative_to(folder).parts))
    return tuple(sorted(path for path in found if _is_part(path)))


def _is_part(path: Path) -> bool:
    name = path.name
    if path.is_symlink() and not path.is_file():
        raise UnreadableFileError(
            f"«{name}» là liên kết không dẫn đến tệp nào, nên không đọc được gì dưới đó; chép chính thư mục hoặc tệp đó vào",
            f"«{name}» is a link that leads to no file, so that nothing below it is read; copy the folder or the file itself",
        )
    if path.suffix.lower() == ".parquet" or not path.is_file():
        return path.is_file()
    try:
        with path.open("rb") as file:
            begins = file.read(4)
    except OSError as error:
        raise UnreadableFileError(f"«{name}»: {error.strerror}", f"«{name}»: {error.strerror}") from None
    if begins == b"PAR1":
        raise UnreadableFileError(
            f"«{name}» là Parquet mà tên không kết thúc bằng .parquet; đổi tên, hoặc dời đi",
            f"«{name}» is Parquet and its name does not end with .parquet; rename it, or move it away",
        )
    return False


def _refuse_other_formats(folder: Path) -> None:
    """Raise where a folder is a table whose files do not all count, or was not written to its end."""
    for marks, name, fix in (
        (("_delta_log",), "Delta", "Dataset(…, dossiers=deltalake.DeltaTable(path).to_pyarrow_table())"),
        (
            ("metadata/*.metadata.json",),
            "Iceberg",
            "Dataset(…, dossiers=pyiceberg.table.StaticTable.from_metadata(path).scan().to_arrow())",
        ),
        ((".hoodie",), "Hudi", ""),
    ):
        if any(any(folder.glob(mark)) for mark in marks):
            raise UnreadableFileError(
                f"đây là bảng {name}, trong đó không phải tệp nào cũng còn hiệu lực; đọc bằng gói của {name}"
                + (f": {fix}," if fix else "")
                + " hoặc xuất ra Parquet",
                f"this is a {name} table, not all of whose files count; read it with the package of {name}"
                + (f": {fix}," if fix else "")
                + " or export it as Parquet",
            )
    if any((folder / _UNFINISHED).rglob("*.parquet")):
        raise UnreadableFileError(
            f"có thư mục {_UNFINISHED}: bảng chưa được ghi xong; ghi lại",
            f"there is a folder {_UNFINISHED}: the table is not finished; write it again",
        )


def _keys(folder: Path, path: Path) -> dict[str, str | None]:
    """Return what the names of the folders between say: ``nam=2021`` is a column and the value of all rows below."""
    if path == folder:
        return {}
    pairs = (part.partition("=") for part in path.relative_to(folder).parts[:-1])
    return {unquote(key): None if value == _HIVE_NULL else unquote(value) for key, mark, value in pairs if mark}


def _uneven(first: Path, headings: set[str], other: Path, own: set[str]) -> UnreadableFileError:
    without = ", ".join(f"«{heading}»" for heading in sorted(headings - own))
    beyond = ", ".join(f"«{heading}»" for heading in sorted(own - headings))
    vi = ", ".join(filter(None, (without and f"thiếu cột {without}", beyond and f"có thêm cột {beyond}")))
    en = ", ".join(filter(None, (without and f"it lacks {without}", beyond and f"it also has {beyond}")))
    return UnreadableFileError(
        f"{other.name} có cột khác {first.name}: {vi}", f"the columns of {other.name} are not those of {first.name}: {en}"
    )


def joined(tables: list[Any]) -> Any:
    """Return tables with the same headings as one.

    Raises:
        UnreadableFileError: the types of a column do not fit together, or two columns have one name.
    """
    twice = next((name for name, times in Counter(tables[0].schema.names).items() if times > 1), None)
    if twice is not None:
        raise UnreadableFileError(f"hai cột cùng tên «{twice}»; đổi tên một cột", f"two columns are named «{twice}»; rename one")
    return read(lambda: arrow().concat_tables([table.unify_dictionaries() for table in tables], promote_options="permissive"))


def _reader(path: Path, metadata: Any, dictionaries: list[str]) -> Any:
    arrow()
    import pyarrow.parquet as pq  # noqa: PLC0415  an extra

    # A flipped bit can give another number that is as good as the right one; checksums, where the file has them, tell.
    return pq.ParquetFile(path, metadata=metadata, read_dictionary=dictionaries, pre_buffer=True, page_checksum_verification=True)


def _together(loads: list[Load]) -> Load:
    """Return what reads the rows of several files as one part, since a part has costs of its own however few rows it has."""
    return loads[0] if len(loads) == 1 else lambda: joined([load() for load in loads])


def _groups(reader: Load, groups: list[int], headings: list[str], whole: Callable[[Any], Any], name: str) -> Any:
    try:
        return whole(read(lambda: reader().read_row_groups(groups, columns=headings, use_threads=False)))
    except UnreadableFileError as error:
        if not name:
            raise
        raise UnreadableFileError(f"{name}: {error.vi}", f"{name}: {error.en}") from None  # of many files the one is named


def _whole(table: Any, *, keys: Mapping[str, str | None], uneven: Collection[str]) -> Any:
    """Return a table with the columns that stand in the names of its folders, and with its uneven columns as ``large_string``."""
    pa = arrow()
    for key, value in keys.items():
        if value is None:
            cells = pa.nulls(table.num_rows, pa.dictionary(pa.int32(), pa.large_string()))
        else:
            cells = pa.DictionaryArray.from_arrays(arrow_of(np.zeros(table.num_rows, dtype=np.int32)), text_array([value]))
        table = table.append_column(key, cells)
    for heading in uneven:
        at = table.schema.names.index(heading)
        table = table.set_column(at, heading, as_large_string(table.column(at)))
    return table


def _with_fixed(load: Load, cells: Mapping[int, Mapping[str, Any]]) -> Any:
    """Return what is read, with some cells of some rows replaced."""
    table = load()
    for at, heading in enumerate(table.schema.names):
        new = {row: own[heading] for row, own in cells.items() if heading in own}
        if new:
            table = table.set_column(at, heading, with_cells(one_array(table.column(at)), new))
    return table


def _batches(reader: Load, group: int, headings: list[str], rows: int) -> Iterator[Any]:
    batches = read(lambda: reader().iter_batches(batch_size=rows, row_groups=[group], columns=headings, use_threads=False))
    while (batch := read(lambda: next(batches, None))) is not None:
        yield batch


def _table(batch: Any, whole: Callable[[Any], Any]) -> Any:
    return whole(arrow().Table.from_batches([batch]))


def read(load: Load) -> Any:
    """Return what pyarrow reads.

    Raises:
        UnreadableFileError: the file is not Parquet, or broken.
    """
    pa = arrow()
    try:
        return load()
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:  # names of columns that are not UTF-8, too
        reported = str(error).split("\n")[0]
        raise UnreadableFileError(reported, reported) from None
