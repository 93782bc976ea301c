"""One reading of a dataset's tables: joined with each other, counted part by part, with everything that is wrong with them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from cchc_metrics.count.engines import Engine, engine_of_table
from cchc_metrics.count.frame import Frame
from cchc_metrics.count.tally import Tally, tally
from cchc_metrics.read.folder import BESIDE, unreadable
from cchc_metrics.read.joins import Joins, Links
from cchc_metrics.read.raw import UnreadableFileError
from cchc_metrics.read.sources import TableSource
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Columns, gathered
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.problems import Problems
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.values import Text
from cchc_metrics.verbs.dossier_codes import dossier_codes
from cchc_metrics.verbs.quality import Quality, quality_of_part

_LOG = logging.getLogger("cchc_metrics")  # numbers and names of files only: no cell of a record is logged


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """What else is counted of the dossiers while they are read: under other rules.

    Args:
        periods: the periods to be measured.
        rules: how disputed points are decided.
        sets: sets of events to count → dimensions to keep.
    """

    periods: tuple[Period, ...]
    rules: Rules
    sets: Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True, eq=False)
class TableScan:
    """What reading one table gave.

    Args:
        counted: its counts.
        problems: what is wrong with it, in the order of its rows.
        quality: what the rules and the calendar find in dossiers.
        beside: what was counted beside; None where nothing was.
    """

    counted: Tally
    problems: Problems
    quality: Quality
    beside: Tally | None


Elsewhere = Callable[[TableSource], TableScan | None]
"""Reads a table by other means; None where it does not."""


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """What one reading of every table gave.

    Args:
        counted: the counts; None where only the problems were asked for.
        problems: everything that is wrong with the tables, kind by kind, then what the rules and the calendar find in dossiers.
        of_kinds: kind → what is wrong with its table, a part of the problems.
        marks: kind → what has to stand beside every value of its table: a column of dates that nobody used may be one that counts.
        beside: the counts of the dossiers that were asked for beside; None where none were.
        unread: kind → what of its table was not read, so that its values are estimates: nobody knows how many rows are missing.
    """

    counted: Tally | None
    problems: Problems
    of_kinds: Mapping[str, Problems]
    marks: Mapping[str, Text]
    beside: Tally | None = None
    unread: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class CountedScan(Scan):
    """What one reading gave that counted, as whoever settles parts has asked."""

    counted: Tally


def scan_tables(
    tables: Mapping[str, TableSource],
    found: Sequence[tuple[str, Problems]],
    *,
    periods: tuple[Period, ...],
    rules: Rules,
    calendar: Calendar,
    as_of: date | None,
    exported: date | None,
    sets: Mapping[str, Collection[str]] | None,
    engine: Engine = "auto",
    beside: Beside | None = None,
    elsewhere: Elsewhere | None = None,
) -> Scan:
    """Read every table once: count it over the periods and find what is wrong with it.

    Args:
        tables: kind → table.
        found: problems found before, each with the kind that it is about; a table that is read here has its place among them.
        periods: the periods to be measured; without one, nothing is counted.
        rules: how disputed points are decided.
        calendar: the working calendar.
        as_of: the day on which the question is asked.
        exported: the day of export; None where it is not known.
        sets: sets of events to count → dimensions to keep; None for all but those by procedure.
        engine: how dossiers are counted.
        beside: what else is counted of the dossiers, so that they need not be read twice.
        elsewhere: reads a table by other means, such as several processes; what it does not read is read here.
    """
    # Asked about one day only, so a running period is not counted day by day.
    counted = Tally.zero(Frame.of(periods, rules, calendar, as_of=as_of, daily=False)) if periods else None
    problems: dict[str, Problems] = {}
    quality = Quality(Problems())
    also: Tally | None = None
    for kind, table in tables.items():
        try:
            found_there = None if elsewhere is None or counted is None else elsewhere(table)
        except UnreadableFileError as error:
            problems[kind] = unreadable(table.file, error)
            continue
        if found_there is not None and counted is not None:
            counted += found_there.counted
            problems[kind], also = found_there.problems, found_there.beside or also
            quality += found_there.quality
            continue
        findings = _Findings(table)
        parts = _parts(table, tables, findings)
        # A table that comes in parts is never compiled by itself: what reading it takes is many times what counting it does.
        chosen = engine_of_table(engine, table.rows if table.held else None) if kind == "dossiers" else engine
        if kind == "dossiers":
            parts = _checked(parts, findings, rules, calendar, exported)
        other = None
        if kind == "dossiers" and beside is not None:
            other = CountedBeside(beside, calendar, as_of, chosen)
            parts = other.noting(parts)
        try:
            if counted is None:
                for _ in parts:
                    pass
            else:
                counted += tally(
                    {kind: parts}, periods=periods, rules=rules, calendar=calendar, as_of=as_of, sets=sets, engine=chosen, daily=False
                )
        except UnreadableFileError as error:  # what was counted of it so far is forgotten
            problems[kind] = unreadable(table.file, error)
        else:
            problems[kind] = findings.in_order()
            quality += findings.quality
            also = also if other is None else other.counted
        _LOG.info("%s: %d rows read, %d rejected", table.file or kind, problems[kind].read, problems[kind].rejected)
    each = [(kind, problems.get(kind, before)) for kind, before in found]
    everything = sum((own for _, own in each), Problems()) + quality.findings()
    of_kinds: dict[str, Problems] = {}
    for kind, own in each:
        of_kinds[kind] = of_kinds.get(kind, Problems()) + own
    marks = {kind: mark for kind, own in problems.items() if (mark := mark_of(own)) is not None}
    whole: dict[str, Problems] = {}
    for kind, own in each:
        whole[kind.removesuffix(BESIDE)] = whole.get(kind.removesuffix(BESIDE), Problems()) + own
    unread = {kind: text for kind in KINDS if (text := unread_of(_resting_on(kind, whole))) is not None}
    return Scan(counted, everything, of_kinds, marks, also, unread)


def counted_of(scan: Scan) -> Tally:
    """Return the counts of a reading that was asked to count."""
    assert scan.counted is not None  # noqa: S101  periods were asked for
    return scan.counted


def mark_of(problems: Problems) -> Text | None:
    """Return what has to stand beside every value of a table with these problems; None for most."""
    names = ", ".join(f"«{p.heading or p.column}»" for p in problems.examples if p.code is Code.UNUSED_DATE_COLUMN)
    if not names:
        return None
    return Text(f"bảng có cột ngày chưa dùng: {names}", f"the table has columns of dates that are not used: {names}")


_UNREAD: Mapping[Code, Text] = {
    Code.UNUSED_SHEET: Text("trang tính cùng loại trong «{}»", "sheets of «{}» that look alike"),
    Code.HIDDEN_SHEET: Text("trang tính ẩn cùng loại trong «{}»", "hidden sheets of «{}» that look alike"),
    Code.UNUSED_FILE: Text("tệp cùng loại «{}»", "the file «{}» that looks alike"),
    Code.MISSING_FILE: Text("tệp còn thiếu «{}»", "the file «{}», which is missing"),
    Code.UNREADABLE_FILE: Text("tệp không đọc được «{}»", "the file «{}», which cannot be read"),
}


def unread_of(problems: Problems) -> Text | None:
    """Return what of a table with these problems was not read, for every value that rests on it; None where all of it was."""
    found = [Text(words.vi.format(file), words.en.format(file)) for file, code in problems.totals if (words := _UNREAD.get(code))]
    if not found:
        return None
    vi, en = ("; ".join(getattr(text, lang) for text in found) for lang in ("vi", "en"))
    return Text(
        f"chưa tính hết, không rõ thiếu bao nhiêu dòng, vì không đọc: {vi}", f"not read, so nobody knows how many rows are missing: {en}"
    )


def _resting_on(kind: str, found: Mapping[str, Problems]) -> Problems:
    """Return what is wrong with the table of a kind and beside it, and with the tables that it takes something from."""
    return sum((found.get(name, Problems()) for name in (kind, *(join.kind for join in KINDS[kind].joins))), Problems())


def quality_of_tables(tables: Mapping[str, TableSource], *, rules: Rules, calendar: Calendar, exported: date | None) -> Problems:
    """Return what the rules and the calendar find in dossiers that reading cannot; nothing where there are none."""
    dossiers = tables.get("dossiers")
    found = Quality(Problems())
    if dossiers is not None:
        for columns in _parts(dossiers, tables, _Findings(dossiers)):
            found += quality_of_part(columns, rules=rules, calendar=calendar, exported=exported, full=found.full())
    return found.findings()


def codes_of_tables(tables: Mapping[str, TableSource], units: UnitTree) -> Problems:
    """Return where the codes of dossiers disagree with their rows; nothing where there are none. The table is read with its ids."""
    dossiers = tables.get("dossiers")
    return Problems() if dossiers is None else dossier_codes((p.columns for p in dossiers.parts(True) if p.usable), units)


def joins_of(kind: str, tables: Mapping[str, TableSource]) -> Joins:
    """Return what a kind takes from the other tables, those that can be used."""
    names = [join.kind for join in KINDS[kind].joins if join.kind in tables]
    found = ((name, tables[name].whole()) for name in names)
    return Joins.of(KINDS[kind], {name: parsed.columns for name, parsed in found if parsed.usable})


def joined_parts(table: TableSource, tables: Mapping[str, TableSource]) -> Iterator[Columns]:
    """Yield the valid rows of a table part by part, with their ids, joined with those of other tables.

    Args:
        table: the table.
        tables: kind → table, of what it joins.
    """
    joins = joins_of(table.kind, tables)
    for parsed in table.parts(True):
        if parsed.usable:
            yield joins.join(parsed.columns)[0]


class _Findings:
    """What is found in a table while it is read part by part."""

    def __init__(self, table: TableSource) -> None:
        self.table = table
        self.problems = Problems()
        self.quality = Quality(Problems())

    def in_order(self) -> Problems:
        """Return the problems in the order of the rows where they came part by part: repeated ids come last."""
        return self.problems if self.table.held else self.problems.ordered()


def _parts(table: TableSource, tables: Mapping[str, TableSource], findings: _Findings) -> Iterator[Columns]:
    """Yield the valid rows of a table part by part, joined with those of other tables; what is wrong goes to ``findings``."""
    joins, links = joins_of(table.kind, tables), Links()
    keep_ids = bool(joins.columns & {*KINDS[table.kind].id_columns})
    for parsed in table.parts(keep_ids):
        findings.problems += parsed.problems
        if parsed.usable:
            columns, found = joins.join(parsed.columns)
            links += found
            yield columns
    findings.problems += joins.problems(links, (parsed.columns for parsed in table.parts(keep_ids) if parsed.usable))


def _checked(parts: Iterator[Columns], findings: _Findings, rules: Rules, calendar: Calendar, exported: date | None) -> Iterator[Columns]:
    """Yield parts of dossiers and note what the rules and the calendar find in them."""
    for columns in parts:
        findings.quality += quality_of_part(columns, rules=rules, calendar=calendar, exported=exported, full=findings.quality.full())
        yield columns


class CountedBeside:
    """Counts parts of dossiers under other rules while they go by."""

    def __init__(self, asked: Beside, calendar: Calendar, as_of: date | None, engine: Engine) -> None:
        self._asked, self._calendar, self._as_of, self._engine = asked, calendar, as_of, engine
        self.counted = Tally.zero(Frame.of(asked.periods, asked.rules, calendar, as_of=as_of, daily=False))

    def noting(self, parts: Iterator[Columns]) -> Iterator[Columns]:
        """Yield the parts, small ones as one, and count each."""
        for columns in gathered(parts):
            self.add(columns)
            yield columns

    def add(self, columns: Columns) -> None:
        """Count a part."""
        asked = self._asked
        self.counted += tally(
            {"dossiers": columns},
            periods=asked.periods,
            rules=asked.rules,
            calendar=self._calendar,
            as_of=self._as_of,
            sets=asked.sets,
            engine=self._engine,
            daily=False,
        )
