"""Any split and order of the rows, any way of adding up: the result is that of one scan, counts byte for byte, problems one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fold.asked import CALENDAR, DAY, ask_of, merged, only, runs, same, shares, single
from tests.read.arrow_tables import tables
from tests.read.test_rows import UNITS

from cchc_metrics.fold import settle, tally_batches
from cchc_metrics.read.checks import Given
from cchc_metrics.read.sources import memory_source
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.testing import STRATEGIES, dossier_events, procedures

# What a row of procedures says depends on the others, so that table is not counted in parts; see ``test_fold``.
COUNTED = [kind for kind in KINDS.values() if kind.event_sets and all(join.kind != kind.name for join in kind.joins)]
CASES = st.sampled_from(COUNTED).flatmap(lambda kind: st.tuples(st.just(kind), tables(kind, ids=3) | tables(kind)))


@given(CASES, st.data())
@settings(max_examples=150)
def test_runs_of_numbered_rows(case: tuple[Kind, pa.Table], data: st.DataObject) -> None:
    kind, table = case
    cut = data.draw(runs(table.num_rows))
    batches = [table.slice(first, last - first) for first, last in cut]
    ask = ask_of(kind.name, table, batches)
    parts = [tally_batches(ask, [batch], first=first + 1) for batch, (first, _) in zip(batches, cut, strict=True)]
    same(settle(ask, data.draw(merged(parts))), single(kind.name, table), kind.name)


@given(CASES, st.data())
@settings(max_examples=150)
def test_any_row_in_any_part_known_by_its_id(case: tuple[Kind, pa.Table], data: st.DataObject) -> None:
    kind, table = case
    shared = data.draw(shares(table.num_rows))
    batches = [table.take(rows) for rows in shared]
    ask = ask_of(kind.name, table, batches)
    parts = [tally_batches(ask, [batch]) for batch in batches]
    found, expected = settle(ask, data.draw(merged(parts))), single(kind.name, table)
    one, other = found.of_kinds[kind.name], expected.of_kinds[kind.name]
    assert (one.read, one.rejected, dict(one.totals)) == (other.read, other.rejected, dict(other.totals))
    assert only(found, kind.name) == only(expected, kind.name)
    whole = settle(ask, tally_batches(ask, [table]))
    assert found.problems == whole.problems
    assert all(not p.row for p in found.problems)


@given(st.sampled_from(COUNTED), st.data())
@settings(max_examples=60)
def test_rows_that_were_read(kind: Kind, data: st.DataObject) -> None:
    records = data.draw(st.lists(STRATEGIES[kind.name](), max_size=8))
    unique = list({tuple(getattr(r, name) for name in kind.id_columns): r for r in records}.values())
    columns = columns_of(kind.model, unique, file="rows")
    copied = data.draw(st.lists(st.integers(0, max(len(unique) - 1, 0)), max_size=3)) if unique else []
    order = data.draw(st.permutations([*range(len(unique)), *copied]))
    columns = columns.take(np.array(order, dtype=np.int64))
    columns = replace(columns, rows=np.arange(1, len(order) + 1))
    parts = [columns.take(rows) for rows in data.draw(shares(len(columns)))]
    ask = ask_of(kind.name, None, parts)
    found = settle(ask, data.draw(merged([tally_batches(ask, [part]) for part in parts])))
    halves = [columns.part(0, len(columns) // 2), columns.part(len(columns) // 2, len(columns))]
    same(found, single(kind.name, halves, given=False), kind.name)


@given(tables(KINDS["dossiers"], ids=4), st.lists(dossier_events(), max_size=6), st.lists(procedures(), max_size=4), st.data())
@settings(max_examples=120)
def test_joined_tables(table: pa.Table, happened: list[Any], listed: list[Any], data: st.DataObject) -> None:
    known = [event.model_copy(update={"dossier_id": str(n % 5)}) for n, event in enumerate(happened)]
    joins = {
        "dossier_events": columns_of(KINDS["dossier_events"].model, known, file="events"),
        "procedures": columns_of(KINDS["procedures"].model, listed, file="procedures"),
    }
    cut = data.draw(runs(table.num_rows))
    batches = [table.slice(first, last - first) for first, last in cut]
    ask = ask_of("dossiers", table, batches, joins)
    parts = [tally_batches(ask, [batch], first=first + 1) for batch, (first, _) in zip(batches, cut, strict=True)]
    once_more = [part.columns for part in memory_source("dossiers", table, Given(UNITS, CALENDAR, DAY)).parts(True) if part.usable]
    same(settle(ask, data.draw(merged(parts)), once_more), single("dossiers", table, joins), "dossiers")


def test_amounts_that_came_as_numbers_say_whether_a_fee_is_owed_in_parts_too() -> None:
    cells = {"dossier_id": ["1", "2"], "unit_code": ["TM"] * 2, "channel": ["online"] * 2, "status": ["resolved"] * 2}
    table = pa.table({**cells, "received_at": ["2021-01-04"] * 2, "ended_at": ["2021-01-05"] * 2, "fee": [0, 30_000]})
    batches = [table.slice(0, 1), table.slice(1)]
    ask = ask_of("dossiers", table, batches, {})
    parts = [tally_batches(ask, [batch], first=first) for first, batch in enumerate(batches, start=1)]
    found, expected = settle(ask, parts[0] + parts[1], []), single("dossiers", table, {})
    assert found.of_kinds["dossiers"].totals == expected.of_kinds["dossiers"].totals
    told = {p.column for p in expected.of_kinds["dossiers"] if p.code is Code.COLUMN_FOLLOWS}
    assert told == {"fee_due", "postal_in"}
