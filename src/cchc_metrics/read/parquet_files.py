"""Reading Parquet: whole, or part by part in memory that does not grow with the file; pyarrow is an extra.

- A table is one file, or a folder of part files with the same headings, taken in the order of their names.
- Headings are understood as in every table, and only the columns that they name are read.
- Rows are numbered from 1, over all part files.
- Codes and labels stay codes and labels: texts are read as dictionaries, and each distinct text of a part is understood once.
- Rows of one id are judged together wherever they stand: they are found before anything else is read, and come last.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from cchc_metrics.arguments import public
from cchc_metrics.read.arrow import arrow, one_array, python_value
from cchc_metrics.read.assumed import following, report_followed
from cchc_metrics.read.checks import Given
from cchc_metrics.read.dated import ROWS
from cchc_metrics.read.doubt import JUDGED, NO_SIGNS, Signs, signs_of
from cchc_metrics.read.findings import EXAMPLES, Findings
from cchc_metrics.read.fixes import NO_FIXES, Fixes, text_of
from cchc_metrics.read.headings import match_headings
from cchc_metrics.read.limits import LIMITS, Limits
from cchc_metrics.read.own import Declared, own_of
from cchc_metrics.read.parquet_table import Load, ParquetTable, PartedTable, joined, open_parquet, read
from cchc_metrics.read.raw import Progress, RawColumn, RawTable, UnreadableFileError
from cchc_metrics.read.repeats import HASHES, Repeats
from cchc_metrics.read.rows import kind_named
from cchc_metrics.read.secret import compared_ids
from cchc_metrics.read.tables import Parsed, judge, report_fixes, tell_headings, understand, unusable, with_declared
from cchc_metrics.read.typed import column_of, dated_columns, raw_table, row_hashes
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array, Columns, code_dtype
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.record import schema_by_name
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.unit import UnitTree

PART_ROWS: Final = 1 << 20
"""Rows of a part, as far as the row groups of the file allow: small groups are read together, large ones in pieces."""
COUNTED_BY_ID: Final = ("initiatives",)
"""Kinds whose identifiers are counted too, so that they are always kept."""


def parse_parquet(path: Path, kind: Kind, given: Given, own: Mapping[str, str], *, file: str = "") -> Parsed:
    """Return what a Parquet file or folder says, read whole.

    Args:
        path: the file or folder.
        kind: what its rows are.
        given: what they are compared with.
        own: the district's own headings.
        file: its name for messages; the path's last part by default.

    Raises:
        UnreadableFileError: it cannot be read.
    """
    table = open_parquet(path, given.own.limits, in_parts=False)
    positions = match_headings(kind, table.headings, own).positions
    names = {name: table.headings[at] for name, at in positions.items()}
    times = Counter(table.headings)
    if any(times[heading] > 1 for heading in names.values()):  # of which there is no telling which is meant
        return next(scan_table(kind, table, given, own, file=file or path.name))
    findings = Findings(file or path.name)
    table = _with_fixes(table, names.get(kind.id_columns[0]), given.fixes, findings)
    given = replace(given, fixes=NO_FIXES)
    loads = table.loads(names.values(), plain=id_headings(kind, names), part_rows=1 << 62)
    whole = joined([read(load) for _, load in loads] or [table.empty()])
    numbers = range(1, table.rows + 1)  # of a file without a column that is known nothing is read, and its rows are rejected all the same
    raw = raw_table(kind, whole, {name: whole.schema.names.index(heading) for name, heading in names.items()}, rows=numbers)
    columns = {positions[name]: raw.columns[whole.schema.names.index(heading)] for name, heading in names.items()}
    parsed = understand(
        RawTable(table.headings, columns, raw.rows, file or path.name, dated=_dated(table, positions.values())), kind, given, own
    )
    return replace(parsed, problems=findings.problems(0, 0) + parsed.problems)


def parquet_rows(path: Path, wanted: Collection[int], known: Callable[[Sequence[str]], Collection[int]], *, file: str = "") -> RawTable:
    """Return some rows of a Parquet file cell by cell, as Python has them.

    Args:
        path: the file or folder.
        wanted: the numbers of the rows, from 1.
        known: takes the headings, returns the positions of the columns that are read.
        file: its name for messages; the path's last part by default.

    Raises:
        UnreadableFileError: it cannot be read.
    """
    table = open_parquet(path)
    positions = sorted(known(table.headings))
    names = [table.headings[at] for at in positions]
    cells: list[list[Any]] = [[] for _ in names]
    numbers: list[int] = []
    first = 1
    for rows, load in table.loads(names, plain=names, part_rows=PART_ROWS):
        here = [row for row in sorted(wanted) if first <= row < first + rows]
        part = read(load).take([row - first for row in here]) if here else None
        for column, heading in zip(cells, names, strict=True):
            column.extend([] if part is None else [python_value(cell) for cell in one_array(part.column(heading))])
        numbers += here
        first += rows
    columns: dict[int, Any] = {at: RawColumn.of(column) for at, column in zip(positions, cells, strict=True)}
    return RawTable(table.headings, columns, np.array(numbers, dtype=np.int64), file or path.name)


def _with_fixes(table: ParquetTable, named: str | None, fixes: Fixes, findings: Findings) -> ParquetTable:
    """Return a table with the rows that were fixed, which is reported; see ``tables``.

    Args:
        table: the file.
        named: the heading of its identifier; None where it has none.
        fixes: the fixed rows of the folder.
        findings: where it is reported.
    """
    fixed = fixes.rows.get((findings.file, ""), {})
    if not fixed:
        return table
    ids: dict[int, str] = {}
    first = 1
    for rows, load in table.loads([named], plain=[named], part_rows=PART_ROWS) if named else ():
        here = [row for row in fixed if first <= row < first + rows]
        column = one_array(read(load).column(0)) if here else None
        ids.update((row, text_of(python_value(column[row - first]))) for row in here if column is not None)
        first += rows
    good = {row: each.cells for row, each in fixed.items() if row <= table.rows and (named is None or ids.get(row) == each.id)}
    report_fixes(findings, sorted(good), sorted(set(fixed) - set(good)))
    return replace(table, fixed=good)


def parquet_cells(path: Path, *, file: str = "", limits: Limits = LIMITS) -> RawTable:
    """Return a Parquet file cell by cell, as Python has them; for small tables of no kind.

    Args:
        path: the file or folder.
        file: its name for messages; the path's last part by default.
        limits: how much it may hold.

    Raises:
        UnreadableFileError: it cannot be read, or holds more.
    """
    table = open_parquet(path, limits, in_parts=False)
    loads = table.loads(table.headings, plain=table.headings, part_rows=1 << 62)
    whole = joined([read(load) for _, load in loads] or [table.empty()])
    columns = {at: RawColumn.of([python_value(cell) for cell in whole.column(at)]) for at in range(whole.num_columns)}
    return RawTable(table.headings, columns, range(1, whole.num_rows + 1), file or path.name)


def id_headings(kind: Kind, names: Mapping[str, str]) -> tuple[str, ...]:
    """Return the headings of the identifiers, which are hardly ever the same."""
    return tuple(heading for name, heading in names.items() if schema_by_name(kind.model)[name].cell_type.name == "id")


@public
def scan_parquet(
    kind: str | Kind,
    path: Path | str,
    *,
    units: UnitTree | None = None,
    extracted_on: date | None = None,
    calendar: Calendar | None = None,
    own: Declared | None = None,
    columns: Collection[str] | None = None,
    keep_ids: bool = False,
    file: str = "",
    workers: int = 2,
    part_rows: int = PART_ROWS,
    progress: Progress | None = None,
) -> Iterator[Parsed]:
    """Yield a Parquet file part by part, in memory that does not grow with the file; the verdict on each row is that of reading it whole.

    The problems of all parts add up to those of the file, and their rows are the rows of the file. A kind always gives at least one part.
    Rows whose id stands in the file more than once are judged together and come last, whatever part they stand in.

    Args:
        kind: a kind or its name.
        path: a file, or a folder of part files.
        units: the unit tree; without it unit codes are taken as they are.
        extracted_on: the day of export; without it no date is found to lie in the future.
        calendar: the working calendar; without it no year is found to be missing.
        own: what is declared of the table, as under ``[headings]``, ``[values]``, ``[blank]`` and ``[columns]`` of ``district.toml``:
            ``{"headings": {heading: column}, "values": {column: {word: code}}, "blank": {column: code}, "columns": {column: code}}``; and
            ``"limits"`` of how much it may hold, where the usual ones (docs/bad-input.md) are too low.
        columns: canonical columns to read; None for all. What is not read is not checked: rows are judged as if they had these cells only,
            and without the columns of the id no repeated row is found.
        keep_ids: whether identifiers are kept. They are checked all the same; nothing that is counted needs them (except of initiatives,
            where they are always kept), and they take more memory than everything else.
        file: a name for messages; the path's last part by default.
        workers: how many parts are read at a time, while the one before them is used.
        part_rows: how many rows a part has, as far as the file's row groups allow.
        progress: called with the name, how many rows are done and how many there are.

    Raises:
        UnreadableFileError: the file cannot be read; also while parts are yielded, when it breaks off.
        InputError: there is no such kind, or pyarrow is not installed.

    >>> from tempfile import TemporaryDirectory
    >>> import pyarrow as pa
    >>> import pyarrow.parquet as pq
    >>> table = pa.table({"meeting_id": ["1", "2"], "unit_code": ["MA"] * 2, "kind": ["họp UBND"] * 2, "held_on": ["05/01/2021"] * 2})
    >>> with TemporaryDirectory() as folder:
    ...     pq.write_table(table, f"{folder}/meetings.parquet")
    ...     sum(part.problems.valid for part in scan_parquet("meetings", f"{folder}/meetings.parquet"))
    2
    """
    chosen = kind_named(kind)
    given = Given(units, calendar, extracted_on, own_of(chosen, own, limits=True))
    return scan_file(
        chosen,
        Path(path),
        given,
        given.own.headings,
        columns,
        keep_ids,
        file=file,
        workers=workers,
        part_rows=part_rows,
        progress=progress,
    )


def scan_file(
    kind: Kind,
    path: Path,
    given: Given,
    own: Mapping[str, str],
    columns: Collection[str] | None = None,
    keep_ids: bool = False,  # noqa: FBT001, FBT002  as the caller gave it
    *,
    file: str = "",
    workers: int = 2,
    part_rows: int = PART_ROWS,
    progress: Progress | None = None,
) -> Iterator[Parsed]:
    """Yield a Parquet file part by part; see ``scan_parquet``, which takes one by one what ``given`` holds."""
    return scan_table(
        kind,
        open_parquet(path, given.own.limits),
        given,
        own,
        columns,
        keep_ids,
        file=file or path.name,
        workers=workers,
        part_rows=part_rows,
        progress=progress,
    )


def scan_table(
    kind: Kind,
    table: PartedTable,
    given: Given,
    own: Mapping[str, str],
    columns: Collection[str] | None = None,
    keep_ids: bool = False,  # noqa: FBT001, FBT002  as the caller gave it
    *,
    file: str,
    workers: int = 2,
    part_rows: int = PART_ROWS,
    progress: Progress | None = None,
) -> Iterator[Parsed]:
    """Yield a table that can be read in parts, however often; see ``scan_parquet``."""
    given.own.limits.check_table(len(table.headings), table.rows, in_parts=True)
    return _scan(_Scan.of(kind, table, given, own, columns, keep_ids, file, part_rows), workers, progress)


@dataclass(frozen=True, slots=True, eq=False)
class _Scan:
    """What does not change from part to part."""

    table: PartedTable
    kind: Kind
    given: Given
    file: str
    findings: Findings
    usable: bool
    names: Mapping[str, str]
    ids: tuple[str, ...]
    keep_ids: bool
    part_rows: int
    signs: Mapping[str, Signs] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        kind: Kind,
        table: PartedTable,
        given: Given,
        own: Mapping[str, str],
        columns: Collection[str] | None,
        keep_ids: bool,  # noqa: FBT001  as the caller gave it
        file: str,
        part_rows: int,
    ) -> _Scan:
        if columns is not None:
            given = replace(given, unread=frozenset(schema_by_name(kind.model)) - set(columns))
        matched = match_headings(kind, table.headings, own, partial(_words, table), worded=given.own.values)
        findings = Findings(file)
        matched = with_declared(kind, matched, given, findings)
        tell_headings(
            findings,
            RawTable(table.headings, {}, np.zeros(0, dtype=np.int64), file, dated=_dated(table, matched.positions.values())),
            kind,
            matched,
        )
        if not table.rows:
            findings.add(Code.EMPTY_TABLE)
        at = matched.positions.get(kind.id_columns[0])
        if isinstance(table, ParquetTable):  # what comes from elsewhere is fixed there
            table = _with_fixes(table, None if at is None else table.headings[at], given.fixes, findings)
        names = {name: table.headings[at] for name, at in matched.positions.items() if columns is None or name in columns}
        findings.headings = names
        if matched.usable:
            report_followed(following(kind, names, given, names), lambda name: _words(table, matched.positions[name]), given.own, findings)
        needed = [name for name in kind.id_columns if schema_by_name(kind.model)[name].required]
        ids = tuple(name for name in compared_ids(kind) if name in names) if all(name in names for name in needed) else ()
        return cls(table, kind, given, file, findings, matched.usable, names, ids, keep_ids or kind.name in COUNTED_BY_ID, part_rows)

    def judged(self, part: Any, names: Mapping[str, str], rows: Array | range, findings: Findings, *, distinct: bool) -> Parsed:
        """Return the verdict on some rows; ``distinct`` where no id of theirs stands in the file twice."""
        positions = {name: part.schema.names.index(heading) for name, heading in names.items()}
        raw = raw_table(self.kind, part, positions, file=self.file, rows=rows, keep_ids=self.keep_ids, distinct=distinct)
        cells = {name: raw.columns[at] for name, at in positions.items()}
        findings.headings = self.names
        return judge(replace(raw, signs=self.signs), cells, self.kind, self.given, findings)


@dataclass(slots=True)
class _State:
    """What grows while parts are yielded: the labels so far, and how many problems of each code."""

    labels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    totals: dict[Code, int] = field(default_factory=dict)

    def full(self) -> frozenset[Code]:
        """Return the codes of which there are examples enough."""
        return frozenset(code for code, n in self.totals.items() if n >= EXAMPLES)

    def noted(self, parsed: Parsed) -> Parsed:
        """Return a part with the labels of all parts before it in front, and note what it has."""
        for (_, code), n in parsed.problems.totals.items():
            self.totals[code] = self.totals.get(code, 0) + n
        return replace(parsed, columns=self._unified(parsed.columns))

    def _unified(self, columns: Columns) -> Columns:
        arrays, labels = dict(columns.arrays), dict(columns.labels)
        changed = False
        for name in {**columns.labels, **self.labels}:
            codes, own = columns.codes(name)  # a column that only parts before have, since it follows from their cells, has its default
            known = self.labels.setdefault(name, own)
            if own == known and name in columns:
                continue
            position = {text: at for at, text in enumerate(known)}
            for text in own:
                position.setdefault(text, len(position))
            self.labels[name] = labels[name] = tuple(position)
            arrays[name] = np.array([position[text] for text in own], dtype=code_dtype(len(position))).take(codes)
            changed = True
        return replace(columns, arrays=arrays, labels=labels) if changed else columns


def _scan(scan: _Scan, workers: int, progress: Progress | None) -> Iterator[Parsed]:
    if not scan.usable:
        yield unusable(scan.kind, scan.findings, scan.table.rows)
        return
    state = _State()
    held: list[tuple[Any, Array]] = []
    done = 0
    with ThreadPoolExecutor(max_workers=max(workers, 1)) as pool:
        repeated, sound = _repeated(scan, pool, workers)
        scan = replace(scan, signs=_signs(scan, pool, workers))
        names = dict(scan.names)
        plain = id_headings(scan.kind, names)
        if not repeated.size and sound and not scan.keep_ids:  # nothing more is to be learnt from them
            names = {name: heading for name, heading in names.items() if heading not in plain}

        def part(load: Load, first: int, findings: Findings) -> tuple[Parsed, tuple[Any, Array] | None]:
            table = read(load)
            every = range(first, first + table.num_rows)
            rows: Array | range = every
            apart = None
            if repeated.size:
                hashes, _ = _hashes(scan, table)
                found = np.minimum(np.searchsorted(repeated, hashes), len(repeated) - 1)
                mask = repeated[found] == hashes
                if mask.any():
                    numbers = np.arange(every.start, every.stop, dtype=np.int64)
                    apart = table.take(np.flatnonzero(mask)), numbers[mask]
                    table, rows = table.take(np.flatnonzero(~mask)), numbers[~mask]
            return scan.judged(table, names, rows, findings, distinct=True), apart

        def tasks() -> Iterator[Callable[[], tuple[Parsed, tuple[Any, Array] | None]]]:
            first = 1
            for rows, load in scan.table.loads(names.values(), plain=plain, part_rows=scan.part_rows):
                yield partial(part, load, first, scan.findings if first == 1 else Findings(scan.file, full=state.full()))
                first += rows
            if first == 1:
                yield partial(part, scan.table.empty, 1, scan.findings)

        for parsed, apart in _ahead(pool, tasks(), workers):
            if apart is not None:
                held.append(apart)
            done += parsed.problems.read + (0 if apart is None else len(apart[1]))
            if progress is not None:
                progress(scan.file, done, scan.table.rows)
            yield state.noted(parsed)
    if held:
        together = joined([table for table, _ in held])
        yield state.noted(scan.judged(together, names, np.concatenate([rows for _, rows in held]), Findings(scan.file), distinct=False))


def _ahead(pool: ThreadPoolExecutor, tasks: Iterator[Callable[[], Any]], workers: int) -> Iterator[Any]:
    """Yield the results of tasks in order, a few of which are done ahead."""
    waiting: deque[Future[Any]] = deque()
    try:
        for task in tasks:
            waiting.append(pool.submit(task))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:  # whoever stops listening does not wait for the rest
        for future in waiting:
            future.cancel()


def _hashes(scan: _Scan, table: Any) -> tuple[Array, Array]:
    specs = schema_by_name(scan.kind.model)
    return row_hashes([(specs[name], table.column(scan.names[name])) for name in scan.ids])


def _dated(table: PartedTable, known: Collection[int]) -> frozenset[int]:
    """Return the positions of the columns that are not known and hold dates in the first rows."""
    times, used = Counter(table.headings), set(known)
    others = [h for at, h in enumerate(table.headings) if at not in used and times[h] == 1]
    try:
        rows = table.first(others, ROWS) if others else table.empty()
    except UnreadableFileError:  # a column that nobody reads may be broken
        return frozenset()
    names = rows.schema.names
    return frozenset(table.headings.index(names[at]) for at in dated_columns(rows, ()) if names[at] in others)


def _words(table: PartedTable, position: int) -> Iterator[Any]:
    """Yield the distinct cells of a column; no more of it is read than is asked for, since often the first rows say what is to be known."""
    heading = table.headings[position]
    known: set[Any] = set()
    for _, load in table.loads([heading], plain=(), part_rows=PART_ROWS):
        try:
            cells = {python_value(cell) for cell in one_array(read(load).column(0)).unique()}
        except arrow().ArrowNotImplementedError:  # lists and the like, which are no words
            return
        yield from cells - known
        known |= cells


def _signs(scan: _Scan, pool: ThreadPoolExecutor, workers: int) -> Mapping[str, Signs]:
    """Return what the whole file shows of how its numbers and dates are written, of the columns that are text."""
    specs = schema_by_name(scan.kind.model)
    names = {n: h for n, h in scan.names.items() if specs[n].cell_type.name in JUDGED and h in scan.table.texts | scan.table.uneven}
    found: dict[str, Signs] = dict.fromkeys(names, NO_SIGNS)

    def part(load: Load) -> dict[str, Signs]:
        table = read(load)
        columns = {n: column_of(specs[n], table.column(h)) for n, h in names.items()}
        return {n: signs_of(specs[n], column) if isinstance(column, RawColumn) else NO_SIGNS for n, column in columns.items()}

    if names:
        loads = scan.table.loads(list(names.values()), plain=(), part_rows=scan.part_rows)
        for signs in _ahead(pool, (partial(part, load) for _, load in loads), workers):
            found = {n: found[n] | signs[n] for n in names}
    return found


def _repeated(scan: _Scan, pool: ThreadPoolExecutor, workers: int) -> tuple[Array, bool]:
    """Return the numbers of the ids that stand in the file more than once (uint64, ascending), and whether no id is bad.

    Whoever has the number of another is judged with it, so a number that two ids share by chance changes nothing.
    """
    headings = [scan.names[name] for name in scan.ids]
    if not headings:
        return np.zeros(0, dtype=np.uint64), True

    def numbers(load: Load) -> tuple[Array, bool]:
        hashes, bad = _hashes(scan, read(load))
        good = hashes[~bad] if bad.any() else hashes  # rows without an id repeat none
        return good, len(good) == len(hashes)

    sound = True
    loads = scan.table.loads(headings, plain=headings, part_rows=scan.part_rows)
    with Repeats(min(HASHES, scan.table.rows)) as repeats:
        for hashes, good in _ahead(pool, (partial(numbers, load) for _, load in loads), workers):
            repeats.add(hashes)
            sound &= good
        return repeats.twice(), sound
