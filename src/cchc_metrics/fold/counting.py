"""Counting some rows of a table: what ``tally_batches`` and ``tally_files`` do wherever the rows are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from cchc_metrics.arguments import public
from cchc_metrics.count.tally import Tally, tally
from cchc_metrics.errors import InputError
from cchc_metrics.fold.ask import Ask, checked_part
from cchc_metrics.fold.ids import part_hashes
from cchc_metrics.fold.keys import Keys, keys_of_columns, keys_of_table
from cchc_metrics.fold.partial import Apart, Partial
from cchc_metrics.read.assumed import said_by, says_something, worded
from cchc_metrics.read.findings import Findings
from cchc_metrics.read.headings import has_word
from cchc_metrics.read.joins import Joins
from cchc_metrics.read.parquet_files import COUNTED_BY_ID, PART_ROWS
from cchc_metrics.read.parquet_table import joined, open_parquet, read
from cchc_metrics.read.raw import RawColumn, RawTable
from cchc_metrics.read.secret import secret_rows
from cchc_metrics.read.tables import Parsed, judge
from cchc_metrics.read.typed import raw_table
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.problems import Problems
from cchc_metrics.verbs.quality import Quality, quality_of_part

AT_ONCE: Final = 1 << 19
"""Smaller batches are gathered to so many rows, since a part has costs of its own: 1,2 µs a row of 3.321 units, and 2,3 with a quarter."""


@public
def tally_batches(ask: Ask, batches: Iterable[Any], *, part: str = "", first: int | None = None) -> Partial:
    """Return what some rows of a table add to the whole; any split of the rows and any order adds up to the same.

    Args:
        ask: what is counted.
        batches: Arrow tables or record batches with the columns of the ask, or ``Columns``; of one table all the same.
        part: what this part of the table is called in messages, such as the file that it stands in.
        first: the number of the first row of the first batch; the others follow. Where it is not known, messages name rows by their ids,
            but for those of secret rows.

    Raises:
        InputError: the batches have other columns than the ask, or it was not said which ids repeat, see ``Ask.with_repeated``.

    >>> from cchc_metrics.records.columns import columns_of
    >>> from cchc_metrics.records.meeting import Meeting
    >>> held = [Meeting(meeting_id=n, unit_code="TM", kind="họp UBND", held_on="05/01/2021") for n in "abc"]
    >>> ask = Ask.of("meetings", "2021").trusting_ids()
    >>> one, two = (tally_batches(ask, [columns_of(Meeting, rows)]) for rows in (held[:1], held[1:]))
    >>> (one + two).tally == (two + one).tally == tally({"meetings": held}, periods="2021", daily=False)
    True
    """
    counter = Counting.of(ask)
    return counter.sum(_parts(counter, batches, part, first))


@public
def tally_files(ask: Ask, paths: Iterable[Path | str] | Path | str) -> Partial:
    """Return what some Parquet files of a table add to the whole, read part by part; messages name the file and the row in it.

    Args:
        ask: what is counted.
        paths: files with the columns of the ask, or folders of such.

    Raises:
        UnreadableFileError: a file cannot be read or is cut off; the message names it.
        InputError: a file has other columns than the ask, or it was not said which ids repeat.

    >>> from tempfile import TemporaryDirectory
    >>> import pyarrow as pa
    >>> import pyarrow.parquet as pq
    >>> from datetime import date
    >>> table = pa.table({"meeting_id": ["1"], "unit_code": ["TM"], "kind": ["họp UBND"], "held_on": [date(2021, 1, 5)]})
    >>> with TemporaryDirectory() as folder:
    ...     pq.write_table(table, f"{folder}/a.parquet")
    ...     found = tally_files(Ask.of("meetings", "2021", like=table).trusting_ids(), f"{folder}/a.parquet")
    >>> found.problems.read
    1
    """
    counter = Counting.of(ask)
    listed = [paths] if isinstance(paths, (str, Path)) else paths
    return counter.sum(each for path in listed for each in _of_file(counter, Path(path)))


def _parts(counter: Counting, batches: Iterable[Any], part: str, first: int | None) -> Iterator[Partial]:
    for batch in _gathered(counter.ask, batches):
        size = len(batch) if isinstance(batch, Columns) else batch.num_rows
        numbers = None if first is None else np.arange(first, first + size, dtype=np.int64)
        if isinstance(batch, Columns):
            yield counter.columns(batch if numbers is None else replace(batch, rows=numbers, sheet=part))
        else:
            yield counter.table(batch, numbers, part)
        first = None if first is None else first + size


def _gathered(ask: Ask, batches: Iterable[Any]) -> Iterator[Any]:
    """Yield batches, small ones of Arrow as one."""
    held: list[Any] = []
    size = 0
    for batch in batches:
        if isinstance(batch, Columns):
            if batch.model is not ask.known.model:
                raise InputError(
                    f"{ask.kind}: các cột là của {batch.model.__name__}, không phải {ask.known.model.__name__}",
                    f"{ask.kind}: the columns are of {batch.model.__name__}, not of {ask.known.model.__name__}",
                )
            yield batch
            continue
        held.append(ask.checked(checked_part(batch)))
        size += batch.num_rows
        if size >= AT_ONCE:
            yield held[0] if len(held) == 1 else joined(held)
            held, size = [], 0
    if held:
        yield held[0] if len(held) == 1 else joined(held)


def _of_file(counter: Counting, path: Path) -> Iterator[Partial]:
    """Yield what the parts of a Parquet file add."""
    name = path.name
    try:
        table = open_parquet(path, counter.ask.own.limits)
        counter.ask.checked(table.empty())
        wanted = [*counter.ask.understood.names.values()]
        specs = {counter.ask.understood.names[n] for n in counter.ask.known.id_columns if n in counter.ask.understood.names}
        first = 1
        for rows, load in table.loads(wanted, plain=specs, part_rows=PART_ROWS):
            yield counter.table(read(load).select(wanted), np.arange(first, first + rows, dtype=np.int64), name)
            first += rows
    except InputError as error:
        raise type(error)(f"{name}: {error.vi}", f"{name}: {error.en}") from None


@dataclass(frozen=True, slots=True, eq=False)
class Counting:
    """What counts parts of a table, made ready once.

    Args:
        ask: what is counted.
        joins: the other tables.
        repeated: the numbers of the ids that stand more than once (uint64, ascending).
        unread: columns that are not read again, since nothing more is to be learnt from them.
        note: is given all rows that count, joined with the other tables.
    """

    ask: Ask
    joins: Joins
    repeated: Array
    unread: frozenset[str] = frozenset()
    note: Callable[[Columns], None] | None = None

    @classmethod
    def of(cls, ask: Ask) -> Counting:
        """Return what counts parts of the table of an ask.

        Raises:
            InputError: a row of the kind says nothing without the others, and the whole table was not given.
        """
        if any(join.kind == ask.kind for join in ask.known.joins) and ask.kind not in ask.joins:
            raise InputError(
                f'{ask.kind}: mỗi dòng còn tùy các dòng khác của bảng; đưa cả bảng: joins={{"{ask.kind}": …}}, hoặc đọc một lần',
                f'{ask.kind}: what a row says depends on the other rows; give it whole: joins={{"{ask.kind}": …}}, or read it at once',
            )
        return cls(ask, Joins.of(ask.known, ask.joins), ask.repeated_ids())

    @property
    def keep_ids(self) -> bool:
        """Whether identifiers are needed as texts."""
        return self.ask.kind in COUNTED_BY_ID or bool(self.joins.columns & {*self.ask.known.id_columns})

    def sum(self, parts: Iterable[Partial]) -> Partial:
        """Return the sum of what parts add, with one of them in memory."""
        return Partial.sum(part for parts in ([Partial.zero(self.ask)], parts) for part in parts)

    def table(self, table: Any, numbers: Array | None, sheet: str) -> Partial:
        """Return what an Arrow table adds, its columns those of the ask; rows whose id stands elsewhere too are set apart."""
        ask = self.ask
        if not ask.understood.usable:
            nothing = Problems(read=table.num_rows, rejected=table.num_rows)
            return replace(Partial.zero(ask), problems=nothing)
        mask = self._elsewhere(table, table.num_rows)
        if mask is None:
            return self.judged(table, numbers, sheet)
        apart = Apart(table.take(np.flatnonzero(mask)), None if numbers is None else numbers[mask], sheet)
        rest = self.judged(table.take(np.flatnonzero(~mask)), None if numbers is None else numbers[~mask], sheet)
        return replace(rest, apart=(apart,))

    def columns(self, columns: Columns) -> Partial:
        """Return what rows that were read add; those whose id stands elsewhere too are set apart."""
        mask = self._elsewhere(columns, len(columns))
        if mask is None:
            return self.read(columns)
        apart = columns.take(mask)
        if columns.rows is None:
            apart = replace(apart, rows=None)
        rest = columns.take(~mask)
        if columns.rows is None:
            rest = replace(rest, rows=None)
        return replace(self.read(rest), apart=(Apart(apart, None if apart.rows is None else apart.row_numbers(), apart.sheet),))

    def _elsewhere(self, part: Any, rows: int) -> Array | None:
        """Return the mask of the rows whose id has a number that stands more than once in the table; None where none has."""
        if not self.repeated.size or not rows:
            return None
        hashes, bad = part_hashes(self.ask, part)
        found = np.minimum(np.searchsorted(self.repeated, hashes), len(self.repeated) - 1)
        mask: Array = (self.repeated[found] == hashes) & ~bad
        return mask if mask.any() else None

    def raw(self, table: Any, rows: Array | range, sheet: str, *, keep_ids: bool, distinct: bool = True) -> tuple[RawTable, dict[str, Any]]:
        """Return an Arrow table as ``judge`` takes it: the table, and canonical column → cells."""
        names = {name: heading for name, heading in self.ask.understood.names.items() if name not in self.unread}
        positions = {name: table.schema.names.index(heading) for name, heading in names.items()}
        found = raw_table(self.ask.known, table, positions, file=self.ask.file, rows=rows, keep_ids=keep_ids, distinct=distinct)
        signs = {name: self.ask.sign(name) for name in names}
        return replace(found, signs=signs, sheet=sheet), {name: found.columns[at] for name, at in positions.items()}

    def verdict(self, raw: RawTable, cells: dict[str, Any]) -> Parsed:
        """Return the verdict on each row by itself."""
        findings = Findings(self.ask.file, raw.sheet)
        findings.headings = self.ask.understood.names
        return judge(raw, cells, self.ask.known, self.ask.given, findings)

    def met(self, cells: dict[str, Any]) -> frozenset[str]:
        """Return what rows show of their table: columns that follow from others, and headings that mean their column by their words."""
        words = {name: column.values if isinstance(column, RawColumn) else () for name, column in cells.items()}
        follows = {f"follows {rule.column}" for rule in self.ask.follows if says_something(rule, said_by(cells[rule.source]), self.ask.own)}
        return frozenset(follows | {f"words {name}" for name, lists in self.ask.worded.items() if has_word(lists, words[name])})

    def secret(self, cells: dict[str, Any], rows: int) -> Array | None:
        """Return the mask of the rows of an Arrow table that messages only count (bool[rows]); None where there are none."""
        return secret_rows(worded(self.ask.own.applied(cells, self.ask.known, rows), self.ask.known), self.ask.known)

    def judged(self, table: Any, numbers: Array | None, sheet: str, secret: Array | None = None) -> Partial:
        """Return what an Arrow table adds of which no row has to be set apart.

        Args:
            table: the rows.
            numbers: the number of each; None where they are not known.
            sheet: the part file that they stand in.
            secret: rows that messages only count, whatever their own mark says.
        """
        keys = keys_of_table(self.ask, table) if numbers is None else None
        rows = keys.numbers if keys is not None else numbers if numbers is not None else range(1, table.num_rows + 1)
        raw, cells = self.raw(table, rows, sheet, keep_ids=self.keep_ids)
        parsed = self.verdict(replace(raw, secret=secret), cells)
        return self._counted(parsed.columns, parsed.problems, self.met(cells), keys)

    def read(self, columns: Columns) -> Partial:
        """Return what rows add that were read, of which none has to be set apart."""
        keys = keys_of_columns(columns, self.ask.known) if columns.rows is None else None
        if keys is not None:
            columns = replace(columns, rows=keys.numbers)
        if not columns.file and self.ask.file:
            columns = replace(columns, file=self.ask.file)
        return self._counted(columns, Problems(read=len(columns)), frozenset(), keys)

    def _counted(self, columns: Columns, problems: Problems, met: frozenset[str], keys: Keys | None) -> Partial:
        ask = self.ask
        with_others, links = self.joins.join(columns)
        quality = Quality(Problems())
        if ask.kind == "dossiers":
            quality += quality_of_part(with_others, rules=ask.rules, calendar=ask.calendar, exported=ask.extracted_on)
        counted = self.tally(with_others)
        if self.note is not None:
            self.note(with_others)
        if keys is not None:
            problems = keys.placed(problems)
            quality = replace(quality, problems=keys.placed(quality.problems))
            links = replace(links, problems=keys.placed(links.problems))
        quality = replace(quality, problems=quality.problems.ordered())
        links = replace(links, problems=links.problems.ordered())
        return Partial(ask.mark, counted, problems.ordered(), quality, links, (), met)

    def tally(self, columns: Columns) -> Tally:
        """Return the counts of rows that count."""
        ask = self.ask
        return tally(
            {ask.kind: columns},
            periods=ask.periods,
            rules=ask.rules,
            calendar=ask.calendar,
            as_of=ask.as_of,
            sets=ask.sets,
            daily=ask.daily,
        )
