"""Settling: what all parts found, put together, is what one reading of the whole table finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import add
from typing import Any, NamedTuple

import numpy as np

from cchc_metrics.arguments import public
from cchc_metrics.errors import InputError
from cchc_metrics.fold.ask import Ask
from cchc_metrics.fold.counting import Counting
from cchc_metrics.fold.keys import Keys, keys_of_columns, keys_of_table
from cchc_metrics.fold.partial import Apart, Partial
from cchc_metrics.read.arrow import arrow, python_value
from cchc_metrics.read.checks import duplicates
from cchc_metrics.read.findings import Findings, shown
from cchc_metrics.read.parquet_table import joined
from cchc_metrics.read.secret import secret_of
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array, Columns, stacked
from cchc_metrics.records.problems import Problems
from cchc_metrics.scan import CountedScan, mark_of


@public
def settle(ask: Ask, partial: Partial, parts: Iterable[Columns] = ()) -> CountedScan:
    """Return what one reading of the whole table gives: the counts, and everything that is wrong with it.

    Args:
        ask: what was counted.
        partial: the sum of what all parts added.
        parts: the rows once more as ``Columns`` with their ids, gone through only where rows of a joined table have no partner, to name the
            nearest; without them none is named.

    Raises:
        InputError: a heading means its column by its words only, and no row has one.

    >>> from cchc_metrics.fold.counting import tally_batches
    >>> from cchc_metrics.records.columns import columns_of
    >>> from cchc_metrics.records.meeting import Meeting
    >>> held = columns_of(Meeting, [Meeting(meeting_id=n, unit_code="TM", kind="họp UBND", held_on="05/01/2021") for n in "abc"])
    >>> ask = Ask.of("meetings", "2021").trusting_ids()
    >>> settle(ask, tally_batches(ask, [held])).problems.read
    3
    """
    whole, own = settled(Counting.of(ask), partial, parts)
    everything = own + whole.quality.findings()
    mark = mark_of(own)
    return CountedScan(whole.tally, everything, {ask.kind: own}, {} if mark is None else {ask.kind: mark})


def settled(counter: Counting, partial: Partial, parts: Iterable[Columns]) -> tuple[Partial, Problems]:
    """Return what all rows add, those that were set apart too, and what is wrong with the table; see ``settle``."""
    ask, counter = counter.ask, replace(counter, unread=frozenset())
    whole = reduce(add, _of_apart(counter, partial.apart), replace(partial, apart=()))
    if ask.head is not None and ask.head.usable:
        empty = arrow().Table.from_batches([], schema=ask.head.schema).select([*ask.head.names.values()])
        whole += counter.judged(empty, np.zeros(0, dtype=np.int64), "")
        _check_words(ask, whole)
    links = counter.joins.problems(whole.links, parts)
    return whole, _head(ask, whole) + (whole.problems + links).ordered()


def _check_words(ask: Ask, whole: Partial) -> None:
    for name in ask.worded:
        if whole.problems.read and f"words {name}" not in whole.met:
            heading = ask.understood.names[name]
            raise InputError(
                f'cột «{heading}» không có từ nào của {name}: ghi "{heading}" = "" dưới headings của own để bỏ qua',
                f'the column «{heading}» has no word of {name}: write "{heading}" = "" under headings of own to pass it over',
            )


def _head(ask: Ask, whole: Partial) -> Problems:
    """Return what is wrong with the table as such."""
    if ask.head is None:
        return Problems()
    findings = Findings(ask.file)
    findings.headings = ask.head.names
    if not whole.problems.read:
        findings.add(Code.EMPTY_TABLE)
    for rule in ask.follows if ask.head.usable else ():
        if f"follows {rule.column}" in whole.met:
            heading = shown(findings.headings.get(rule.source, rule.source))
            findings.add(Code.COLUMN_FOLLOWS, column=rule.column, fix=(f": «{heading}»", f": «{heading}»"))
    return ask.head.problems + findings.problems(0, 0)


def _of_apart(counter: Counting, apart: Iterable[Apart]) -> Iterator[Partial]:
    """Yield what the rows add that were set apart: judged together, then counted as all others."""
    read = [each for each in apart if isinstance(each.rows, Columns)]
    raw = [each for each in apart if not isinstance(each.rows, Columns)]
    if read and raw:
        raise InputError(
            "có phần là Columns, có phần là Arrow: mã lặp giữa hai loại không so được; dùng một loại",
            "some parts are Columns and some are Arrow: ids of the two are not compared; use one of them",
        )
    if raw:
        yield from _of_tables(counter, raw)
    if read:
        yield from _of_columns(counter, read)


def _of_tables(counter: Counting, apart: Sequence[Apart]) -> Iterator[Partial]:
    ask, named = counter.ask, counter.ask.known.id_columns[0]
    table = joined([each.rows for each in apart])
    places = [place for each in apart for place in _places(each, each.rows.num_rows, ask.file)]
    order = _order(places, lambda: _written(ask, table))
    table, places = table.take(order), [places[at] for at in order.tolist()]
    raw, cells = counter.raw(table, range(table.num_rows), "", keep_ids=True, distinct=False)
    secret = counter.secret(cells, table.num_rows)
    valid = counter.verdict(raw, cells).columns
    yield replace(Partial.zero(ask), met=counter.met(cells))
    rows = valid.row_numbers()
    gone = _repeats(ask, valid, rows, lambda at: cells[named].cell(int(rows[at])))
    for own, group in _groups(places):
        keys = keys_of_table(ask, table.take(group)) if own.numbered is False else None
        kept = np.array([at for at in group.tolist() if at not in gone], dtype=np.int64)
        hidden = None if secret is None else secret[kept]
        part = counter.judged(table.take(kept), None if keys else _numbers(places, kept), own.sheet, hidden)
        yield _with_repeats(ask, part, own, group, places, gone, keys, ask.understood.names, secret)


def _of_columns(counter: Counting, apart: Sequence[Apart]) -> Iterator[Partial]:
    ask, named = counter.ask, counter.ask.known.id_columns[0]
    columns = stacked(ask.known.model, [replace(each.rows, rows=None) for each in apart])
    places = [place for each in apart for place in _places(each, len(each.rows), each.rows.file or ask.file)]
    order = _order(places, lambda: [repr(record) for record in columns.records()])
    columns, places = replace(columns.take(order), rows=None), [places[at] for at in order.tolist()]
    secret = secret_of(columns, ask.known)
    gone = _repeats(ask, columns, np.arange(len(columns)), lambda at: columns.arrays[named][at])
    for own, group in _groups(places):
        keys = keys_of_columns(columns.take(group), ask.known) if own.numbered is False else None
        kept = np.array([at for at in group.tolist() if at not in gone], dtype=np.int64)
        rows = None if keys else _numbers(places, kept)
        part = counter.read(replace(columns.take(kept), rows=rows, file=own.file, sheet=own.sheet))
        yield _with_repeats(ask, part, own, group, places, gone, keys, columns.headings, secret)


class _Group(NamedTuple):
    """Rows of one file, whose problems are told together."""

    file: str
    sheet: str
    numbered: bool


class _Place(NamedTuple):
    """Where a row stands; its number is −1 where it is not known."""

    group: _Group
    number: int


def _places(apart: Apart, rows: int, file: str) -> list[_Place]:
    group = _Group(file, apart.sheet, apart.numbers is not None)
    numbers = [-1] * rows if apart.numbers is None else apart.numbers.tolist()
    return [_Place(group, number) for number in numbers]


def _order(places: Sequence[_Place], written: Callable[[], Sequence[Any]]) -> Array:
    """Return the rows in an order that does not depend on that of the parts: by their places, or by what is written in them."""
    texts = [""] * len(places) if all(place.number >= 0 for place in places) else written()
    return np.array(sorted(range(len(places)), key=lambda at: (places[at], texts[at])), dtype=np.int64)


def _written(ask: Ask, table: Any) -> list[tuple[str, ...]]:
    columns = [[repr(python_value(cell)) for cell in table.column(name)] for name in sorted(ask.understood.names.values())]
    return list(zip(*columns, strict=True))


def _groups(places: Sequence[_Place]) -> Iterator[tuple[_Group, Array]]:
    found: dict[_Group, list[int]] = {}
    for at, place in enumerate(places):
        found.setdefault(place.group, []).append(at)
    yield from ((group, np.array(rows, dtype=np.int64)) for group, rows in found.items())


def _numbers(places: Sequence[_Place], rows: Array) -> Array:
    return np.array([places[at].number for at in rows.tolist()], dtype=np.int64)


def _repeats(ask: Ask, columns: Columns, rows: Array, cell: Callable[[int], Any]) -> dict[int, tuple[Code, Any]]:
    """Return the rows that repeat an id and do not count: their number among ``rows`` → the problem and the id as it is shown."""
    found = duplicates(columns, np.arange(len(columns)), ask.known, {})
    return {int(rows[at]): (each.code, cell(at)) for each in found for at in each.where.tolist()}


def _with_repeats(
    ask: Ask,
    part: Partial,
    own: _Group,
    group: Array,
    places: Sequence[_Place],
    gone: Mapping[int, tuple[Code, Any]],
    keys: Keys | None,
    headings: Mapping[str, str],
    secret: Array | None,
) -> Partial:
    """Return what some rows add with those of them that repeat an id, which are rejected."""
    findings = Findings(own.file, own.sheet)
    findings.headings, findings.secret = headings, None if secret is None else secret[group]
    listed = group.tolist()
    numbers = _numbers(places, group) if keys is None else keys.numbers
    for code in (Code.DUPLICATE_CONFLICTING, Code.DUPLICATE_IDENTICAL):
        where = np.array([at for at, row in enumerate(listed) if row in gone and gone[row][0] is code], dtype=np.int64)
        findings.add_rows(code, numbers, where, ask.known.id_columns[0], lambda at: gone[listed[at]][1])
    size = sum(row in gone for row in listed)
    told = findings.problems(size, size)
    return replace(part, problems=(part.problems + (told if keys is None else keys.placed(told))).ordered())
