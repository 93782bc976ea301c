"""What the tests of the fold ask, and the single scan that says what is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import reduce
from operator import add
from typing import Any

import numpy as np
from hypothesis import strategies as st
from tests.read.test_rows import UNITS

from cchc_metrics.fold import Ask, Partial, id_hashes, repeated, signs_of_batches
from cchc_metrics.read.checks import Given
from cchc_metrics.read.sources import memory_source
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.problems import Problem, Problems
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.rules import Rules
from cchc_metrics.scan import Scan, scan_tables

PERIODS = ("2020-12", "2021-01", "2021")
DAY = date(2021, 2, 1)
RULES = Rules.preset("default")
CALENDAR = Calendar.official()


def ask_of(kind: str, table: Any = None, batches: Sequence[Any] = (), joins: Mapping[str, Columns] | None = None, **others: Any) -> Ask:
    """Return the question about a table, with what only the whole of it shows."""
    ask = Ask.of(kind, PERIODS, like=table, as_of=DAY, units=UNITS, extracted_on=DAY, joins=joins, file="rows", **others)
    if table is not None:
        ask = ask.with_signs(signs_of_batches(ask, batches) if ask.understood.usable else {})
    if table is not None and not ask.understood.usable:
        return ask.trusting_ids()
    return ask.with_repeated(repeated(id_hashes(ask, batch) for batch in batches))


def single(kind: str, table: Any, joins: Mapping[str, Columns] | None = None, *, given: bool = True) -> Scan:
    """Return what one scan of the table in one part gives."""
    read = memory_source(kind, table, Given(UNITS, CALENDAR, DAY) if given else Given())
    own = replace(read, held=False, file="rows", parts=lambda keep_ids: (named(part) for part in read.parts(keep_ids)))
    sources = {kind: own} | {name: memory_source(name, columns, Given()) for name, columns in (joins or {}).items()}
    periods = Ask.of(kind, PERIODS).periods
    return scan_tables(
        {kind: sources[kind]} | {name: other for name, other in sources.items() if name != kind},
        [(name, Problems()) for name in sources],
        periods=periods,
        rules=RULES,
        calendar=CALENDAR,
        as_of=DAY,
        exported=DAY,
        sets=None,
    )


def named(part: Any) -> Any:
    """Return what was read of a table from memory as if it had come from a file of the name «rows»."""
    # That the text is in an old encoding is said of files of text, not of those that come typed.
    problems = part.problems.filter(code=[code.value for code in part.problems.by_code() if code is not Code.OLD_ENCODING])
    totals = {("rows", code): n for (_, code), n in problems.totals.items()}
    examples = tuple(replace(p, file="rows") for p in problems.examples)
    return replace(part, columns=replace(part.columns, file="rows"), problems=replace(problems, totals=totals, examples=examples))


def only(scan: Scan, kind: str) -> Any:
    """Return the counts of a kind alone, as bytes."""
    counted = scan.counted
    assert counted is not None
    mine = {name: cube for name, cube in counted.cubes.items() if name.startswith(kind + ".")}
    return replace(
        counted,
        cubes=mine,
        counted={name: sets for name, sets in counted.counted.items() if name == kind},
        said=frozenset(name for name in counted.said if name.startswith(kind + ".")),
        needed=frozenset(name for name in counted.needed if name.startswith(kind + ".")),
    ).to_bytes()


def same(found: Scan, expected: Scan, kind: str) -> None:
    """Assert that a settled fold is what one scan gives, counts byte for byte and problems one by one."""
    assert only(found, kind) == only(expected, kind)
    one, other = found.of_kinds[kind].ordered(), expected.of_kinds[kind].ordered()
    assert (one.read, one.rejected, dict(one.totals)) == (other.read, other.rejected, dict(other.totals))
    assert one.examples == other.examples
    every, wanted = found.problems, expected.problems
    assert dict(every.totals) == dict(wanted.totals)
    assert sorted(every.examples, key=repr) == sorted(wanted.examples, key=repr)
    assert found.marks == {name: mark for name, mark in expected.marks.items() if name == kind}


@st.composite
def runs(draw: st.DrawFn, rows: int) -> list[tuple[int, int]]:
    """Return a strategy for runs of rows that together are all, in any order."""
    cuts = sorted(draw(st.lists(st.integers(0, rows), max_size=4)))
    return draw(st.permutations(list(zip([0, *cuts], [*cuts, rows], strict=True))))


@st.composite
def shares(draw: st.DrawFn, rows: int) -> list[Any]:
    """Return a strategy for parts of rows that together are all: any row in any part, in any order."""
    owners = draw(st.lists(st.integers(0, 3), min_size=rows, max_size=rows))
    order = np.array(draw(st.permutations(range(rows))), dtype=np.int64)
    own = np.array(owners, dtype=np.int64)[order] if rows else order
    return [order[own == part] for part in range(4)]


@st.composite
def merged(draw: st.DrawFn, parts: Sequence[Partial]) -> Partial:
    """Return a strategy for the sum of parts by any tree, some of them sent as bytes in between."""
    left = list(draw(st.permutations(list(parts))))
    while len(left) > 1:
        at = draw(st.integers(0, len(left) - 2))
        one, two = left[at : at + 2]
        left[at : at + 2] = [Partial.from_bytes((one + two).to_bytes()) if draw(st.booleans()) else one + two]
    return left[0]


def added(parts: Sequence[Partial]) -> Partial:
    return reduce(add, parts)


def by_key(problems: Sequence[Problem], key: Mapping[int, str]) -> list[Problem]:
    """Return problems whose rows are named by their ids."""
    return [
        p if not p.row else replace(p, row=0, rows=(0,) * len(p.rows), keys=tuple(key[row] for row in p.rows or (p.row,))) for p in problems
    ]
