"""The fold at work: many rows, many mistakes, files, processes; and what it refuses."""

from __future__ import annotations

import pickle
import random
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.fold.asked import DAY, PERIODS, added, ask_of, by_key, only, same, single
from tests.folders import EXAMPLE
from tests.read.test_rows import UNITS

from cchc_metrics.errors import InputError, TallyMismatchError
from cchc_metrics.fold import Ask, Partial, id_hashes, repeated, settle, signs_of_batches, tally_batches, tally_files
from cchc_metrics.fold.stored import rest_of
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.read.raw import UnreadableFileError
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.problems import Problem
from cchc_metrics.reference.period import Period
from cchc_metrics.scan import Scan, counted_of
from cchc_metrics.verbs.measure import measure

ROWS = 6_000


def table_of(rows: int = ROWS, seed: int = 1, *, words: int = 3) -> pa.Table:
    """Return dossiers of which many are wrong: bad units, days and codes, services that give information only, ids that repeat."""
    draw = random.Random(seed)  # noqa: S311  no secret
    start = date(2020, 12, 1)
    ids = [f"TM-{draw.randrange(rows * 3)}" for _ in range(rows)]
    ids[7::50] = [f" {ids[at]} " for at in range(len(ids[7::50]))]  # alike once they are understood
    received = [start + timedelta(days=draw.randrange(70)) for _ in range(rows)]
    return pa.table(
        {
            "dossier_id": ids,
            "unit_code": [draw.choice(["TM", "TM.02", "TM.03", "TM.03", f"TM.{draw.randrange(300)}"]) for _ in range(rows)],
            "status": pa.array([draw.choice(["9", "4", "10"]) for _ in range(rows)]).dictionary_encode(),
            "channel": [draw.choice(["1", "2", f"fax {draw.randrange(words)}"]) for _ in range(rows)],
            "service_level": [draw.choice(["1", "2", "3", "4"]) for _ in range(rows)],
            "received_at": pa.array(received, pa.date32()),
            "due_at": pa.array([day + timedelta(days=draw.randrange(-2, 12)) for day in received], pa.date32()),
            "ended_at": pa.array([day + timedelta(days=draw.randrange(12)) for day in received], pa.date32()),
        }
    )


def cut(table: pa.Table, parts: int, seed: int) -> list[tuple[int, pa.Table]]:
    """Return runs of rows of unlike lengths in any order, each with the number of its first row."""
    draw = random.Random(seed)  # noqa: S311  no secret
    edges = [0, *sorted(draw.sample(range(1, table.num_rows), parts - 1)), table.num_rows]
    found = [(first + 1, table.slice(first, last - first)) for first, last in pairwise(edges)]
    draw.shuffle(found)
    return found


@pytest.mark.parametrize("words", [3, 3000])
def test_more_problems_than_are_kept_are_those_of_one_scan(words: int) -> None:
    table = table_of(words=words)
    expected = single("dossiers", table)
    most = expected.problems.by_code()
    assert max(most.values()) > expected.problems.limit  # not all of them are examples
    assert most[Code.DUPLICATE_CONFLICTING] > 300
    for seed in range(3):
        pieces = cut(table, 7, seed)
        ask = ask_of("dossiers", table, [piece for _, piece in pieces])
        parts = [tally_batches(ask, [piece], first=first) for first, piece in pieces]
        same(settle(ask, added(parts)), expected, "dossiers")


@pytest.mark.parametrize("words", [3, 3000])
def test_rows_known_by_their_ids_have_the_same_examples_in_whatever_parts(words: int) -> None:
    table = table_of(words=words)
    order = np.random.default_rng(5)
    found = []
    for parts in (1, 2, 9):
        rows = order.permutation(table.num_rows)
        pieces = [table.take(some) for some in np.array_split(rows, parts)]
        ask = ask_of("dossiers", table, pieces)
        found.append(settle(ask, added([tally_batches(ask, [piece]) for piece in pieces])))
    assert found[0].problems == found[1].problems == found[2].problems
    assert only(found[0], "dossiers") == only(found[1], "dossiers") == only(single("dossiers", table), "dossiers")
    assert dict(found[0].problems.totals) == dict(single("dossiers", table).problems.totals)


def test_the_places_of_rows_without_numbers_are_their_ids() -> None:
    table = table_of(300)
    ids = {row: text.strip() for row, text in enumerate(table["dossier_id"].to_pylist(), 1)}
    ask = ask_of("dossiers", table, [table])
    found, expected = settle(ask, tally_batches(ask, [table])), single("dossiers", table)

    def told(problems: Any) -> list[tuple[Any, ...]]:
        return sorted((p.code, p.column, p.value, p.cells, tuple(sorted(p.keys))) for p in problems if p.code is not Code.COLUMN_FOLLOWS)

    assert told(found.problems) == told(by_key(list(expected.problems), ids))
    one = next(p for p in found.problems if p.code is Code.UNKNOWN_UNIT)
    assert f"id {one.keys[0]}, unit_code" in one.text("en")
    assert f"mã {one.keys[0]}" in one.text()
    assert "row" not in one.text("en").split("unit_code")[0].removeprefix("rows")


def test_secret_rows_and_whatever_bears_the_id_of_one_are_only_counted() -> None:
    table = pa.table(
        {
            "document_id": ["a", "b", "b", "b", "c"],
            "unit_code": ["nowhere"] * 2 + ["TM"] * 3,
            "issued_on": pa.array([date(2021, 1, 4)] * 5, pa.date32()),
            "direction": ["đi"] * 5,
            "secrecy": ["none", "none", "mật", "mật", "?!"],
        }
    )
    pieces = [table.slice(0, 2), table.slice(2, 1), table.slice(3)]
    ask = ask_of("documents", table, pieces)
    found = settle(ask, added([tally_batches(ask, [piece]) for piece in pieces])).problems
    assert sorted((p.code, p.keys, p.cells, p.unlisted) for p in found) == [
        (Code.DUPLICATE_IDENTICAL, (), 1, True),
        (Code.UNKNOWN_CODE, ("…",), 1, False),  # the mark that nobody can read is to be put right, the row is not named
        (Code.UNKNOWN_UNIT, (), 1, True),  # it has the id of a secret row of another part
        (Code.UNKNOWN_UNIT, ("a",), 1, False),
    ]
    assert not any("b" in (p.value, *p.keys) for p in found)


def test_all_repeated_ids_are_found_across_parts_with_those_that_are_written_otherwise() -> None:
    ids = [f"TM-{n}" for n in range(2_000)]
    others = [*ids[:800], *(f" {text}\u00a0" for text in ids[800:1_200])]
    columns = {"unit_code": "TM", "status": "4", "channel": "1"}
    pieces = [
        pa.table({"dossier_id": texts, **{name: [cell] * len(texts) for name, cell in columns.items()}, "received_at": [day] * len(texts)})
        for texts, day in ((ids, date(2021, 1, 4)), (others, date(2021, 1, 5)))
    ]
    ask = Ask.of("dossiers", "2021", like=pieces[0])
    numbers = [id_hashes(ask, piece) for piece in pieces]
    assert len(repeated(numbers)) == 1_200
    halves = [repeated(some[some % 2 == which] for some in numbers) for which in (0, 1)]
    assert sorted(np.concatenate(halves).tolist()) == repeated(numbers).tolist()
    known = ask.with_repeated(repeated(numbers))
    found = settle(known, added([tally_batches(known, [piece]) for piece in pieces])).problems
    assert found.by_code()[Code.DUPLICATE_CONFLICTING] == 2_400
    assert (found.read, found.rejected) == (3_200, 2_400)


# --- files and processes


def write(table: pa.Table, folder: Path, files: int) -> list[Path]:
    folder.mkdir()
    rows = table.num_rows
    paths = [folder / f"part-{number}.parquet" for number in range(files)]
    for number, path in enumerate(paths):
        first, last = (rows * at // files for at in (number, number + 1))
        pq.write_table(table.slice(first, last - first), path, row_group_size=400)
    return paths


def ask_of_files(paths: list[Path]) -> Ask:
    ask = Ask.of("dossiers", PERIODS, like=paths[0], as_of=DAY, units=UNITS, extracted_on=DAY, file="rows")
    return ask.with_repeated(repeated(id_hashes(ask, pq.read_table(path)) for path in paths))


def in_one_file(problems: Any, rows: int) -> list[Problem]:
    """Return problems of part files of so many rows each as if they were one file."""

    def row(p: Problem, number: int) -> int:
        return int(p.sheet.removeprefix("part-").removesuffix(".parquet")) * rows + number

    return [replace(p, sheet="", row=row(p, p.row), rows=tuple(row(p, n) for n in p.rows)) if p.sheet else p for p in problems]


def test_files_say_in_which_of_them_and_in_which_row(tmp_path: Path) -> None:
    table = table_of(400)
    paths = write(table, tmp_path / "rows", 4)
    ask = ask_of_files(paths)
    found, expected = settle(ask, tally_files(ask, paths[2:]) + tally_files(ask, paths[:2])), single("dossiers", table)
    assert only(found, "dossiers") == only(expected, "dossiers")
    assert dict(found.problems.totals) == dict(expected.problems.totals)

    def told(problems: Any) -> list[Problem]:
        return sorted((p for p in problems if not p.rows), key=repr)

    assert told(in_one_file(found.problems, 100)) == told(expected.problems)
    one = next(p for p in found.problems if p.code is Code.UNKNOWN_UNIT and p.sheet)
    assert one.text("en").startswith(f"rows, {one.sheet}, row {one.row}, unit_code")


PROCESSES = """
import multiprocessing
import pickle
import sys
from functools import partial

import pyarrow.parquet as pq

from cchc_metrics.fold import Partial, id_hashes, repeated, tally_files


def hashes(ask, path):
    return id_hashes(ask, pq.read_table(path, columns=["dossier_id"]))


if __name__ == "__main__":
    ask, paths = pickle.load(sys.stdin.buffer)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        ask = ask.with_repeated(repeated(pool.map(partial(hashes, ask), paths)))
        parts = pool.map(partial(tally_files, ask), [paths[:1], paths[1:2], paths[2:]])
    sys.stdout.buffer.write(pickle.dumps((ask, parts)))
"""


def test_processes_that_share_nothing(tmp_path: Path) -> None:
    table = table_of(2_000)
    paths = write(table, tmp_path / "rows", 4)
    ask = Ask.of("dossiers", PERIODS, like=paths[0], as_of=DAY, units=UNITS, extracted_on=DAY, file="rows")
    sent = pickle.dumps((ask, paths))
    assert len(sent) < 40_000
    program = tmp_path / "program.py"
    program.write_text(PROCESSES, encoding="utf-8")
    done = subprocess.run([sys.executable, program], input=sent, check=True, capture_output=True)  # noqa: S603  stands in this file
    ask, parts = pickle.loads(done.stdout)  # noqa: S301  written above
    assert len(done.stdout) < 1_000_000
    expected = single("dossiers", table)
    found = settle(ask, Partial.sum(parts))
    assert only(found, "dossiers") == only(expected, "dossiers")
    assert dict(found.problems.totals) == dict(expected.problems.totals)
    assert found.problems == settle(ask, Partial.sum(part.to_bytes() for part in reversed(parts))).problems
    assert found.problems == settle(ask, tally_files(ask, paths)).problems


@pytest.mark.parametrize("spoil", [lambda data: data[:-20], lambda data: data[:200] + bytes(300) + data[500:], lambda _: b""])
def test_a_broken_file_is_an_error_that_names_it(tmp_path: Path, spoil: Any) -> None:
    paths = write(table_of(400), tmp_path / "rows", 3)
    ask = ask_of_files(paths)
    paths[1].write_bytes(spoil(paths[1].read_bytes()))
    with pytest.raises(UnreadableFileError, match=r"part-1\.parquet: "):
        tally_files(ask, paths)


def test_a_part_without_a_column_is_refused(tmp_path: Path) -> None:
    table = table_of(40)
    ask = ask_of("dossiers", table, [table])
    without = table.drop_columns(["channel"])
    with pytest.raises(InputError, match=r"this one lacks «channel» and also has —"):
        tally_batches(ask, [table, without])
    (path,) = write(without.append_column("kênh?", table["channel"]), tmp_path / "rows", 1)
    with pytest.raises(InputError, match=r"lacks «channel» and also has «kênh\?»"):
        tally_files(ask, path)


def test_the_measures_of_a_dataset_whose_dossiers_are_elsewhere(tmp_path: Path) -> None:
    data = read_folder(EXAMPLE)
    (path,) = write(as_arrow(data.columns("dossiers")), tmp_path / "rows", 1)
    table = pq.read_table(path)
    ask = data.ask("dossiers", "2021", like=table)
    pieces = [piece for _, piece in cut(table, 5, 1)]
    ask = ask.with_repeated(repeated(id_hashes(ask, piece) for piece in pieces))
    found = settle(ask, Partial.sum(tally_batches(ask, [piece]) for piece in pieces))
    assert found.problems.rejected == 0
    year = Period.parse("2021")
    wanted = [m for m in data.measures("2021") if data.catalogue.kinds_of(m.indicator) == {"dossiers"}]
    counted = counted_of(found)
    names = {m.indicator for m in wanted}
    own = measure(counted, data.catalogue.select(sorted(names)), units=data.units, periods=[year], as_of=ask.as_of, coverage=data.coverage)
    assert {m.key: (m.numerator, m.denominator, m.status) for m in own} == {m.key: (m.numerator, m.denominator, m.status) for m in wanted}
    assert len(names) > 20


def as_arrow(columns: Columns) -> pa.Table:
    """Return rows that were read as they would stand in a warehouse."""
    cells: dict[str, Any] = {}
    for name in columns.arrays:
        if name in columns.labels:
            codes, labels = columns.codes(name)
            cells[name] = pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(labels))
    rows = list(columns.records())
    for spec in ("dossier_id",):
        cells[spec] = [getattr(row, spec) for row in rows]
    for name in ("submitted_at", "received_at", "due_at", "ended_at", "returned_at", "approved_at"):
        if name in columns:
            cells[name] = pa.array(
                [None if (day := getattr(row, name)) is None else np.datetime64(day, "s") for row in rows], pa.timestamp("s")
            )
    for name in ("term", "paused_days", "supplement_requests"):
        if name in columns:
            cells[name] = pa.array([None if (n := getattr(row, name)) is None else float(n) for row in rows], pa.float64())
    return pa.table(cells)


# --- what is refused


def test_it_must_be_said_which_ids_repeat() -> None:
    table = table_of(10)
    ask = Ask.of("dossiers", "2021", like=table)
    with pytest.raises(InputError, match=r"ask\.with_repeated"):
        tally_batches(ask, [table])
    trusted = ask.trusting_ids()
    twice = tally_batches(trusted, [table]) + tally_batches(trusted, [table])
    assert Code.DUPLICATE_IDENTICAL not in settle(trusted, twice).problems.by_code()


def test_texts_that_only_the_whole_table_settles_are_refused() -> None:
    table = table_of(10)
    texts = table.set_column(table.schema.get_field_index("due_at"), "due_at", pa.array(["05/03/2021"] * 10))
    ask = Ask.of("dossiers", "2021", like=texts).trusting_ids()
    with pytest.raises(InputError, match=r"column «due_at» is text, and only the whole table shows"):
        tally_batches(ask, [texts])
    assert tally_batches(ask.with_signs({}), [texts]).problems.read == 10


def test_headings_must_be_known_and_parts_be_tables() -> None:
    ask = Ask.of("dossiers", "2021").trusting_ids()
    with pytest.raises(InputError, match=r"add like="):
        tally_batches(ask, [table_of(3)])
    with pytest.raises(InputError, match=r"like must be an Arrow table, batch or schema, or the path of a Parquet file, not list"):
        ask.like([1])
    with pytest.raises(InputError, match=r"a batch must be an Arrow table, a record batch or Columns, not str"):
        tally_batches(ask.like(table_of(3)), ["rows"])
    with pytest.raises(InputError, match="there is nothing to add up"):
        Partial.sum([])


def test_answers_to_unlike_questions_do_not_add() -> None:
    table = table_of(40)
    ask = ask_of("dossiers", table, [table])
    one = tally_batches(ask, [table])
    for other in (ask.trusting_ids(), ask.with_signs({"due_at": frozenset()}).like(table.schema), replace(ask, units=None)):
        if other.mark != ask.mark:
            with pytest.raises(TallyMismatchError, match="unlike questions"):
                one + tally_batches(other, [table])
    assert replace(ask, units=None).mark != ask.mark != ask.trusting_ids().mark
    unlike = Ask.of("dossiers", "2020", like=table, units=UNITS, extracted_on=DAY, file="rows").with_repeated(np.zeros(0, dtype=np.uint64))
    with pytest.raises(TallyMismatchError):
        one + tally_batches(unlike, [table])


def test_a_heading_that_means_its_column_by_its_words_needs_one() -> None:
    table = table_of(6).append_column("Trực tuyến", pa.array(["", "hồ sơ giấy", "", "", "", ""])).drop_columns(["channel"])
    ask = ask_of("dossiers", table, [table])
    if "channel" not in ask.worded:
        pytest.skip("no heading of dossiers means its column by its words")
    with pytest.raises(InputError, match="has no word of channel"):
        settle(ask, tally_batches(ask, [table]))


def test_a_table_whose_headings_cannot_be_understood_counts_nothing() -> None:
    table = table_of(20).drop_columns(["status"])
    ask = Ask.of("dossiers", PERIODS, like=table, as_of=DAY, units=UNITS, extracted_on=DAY, file="rows").trusting_ids()
    found = settle(ask, tally_batches(ask, [table.slice(0, 5)]) + tally_batches(ask, [table.slice(5)]))
    same(found, single("dossiers", table), "dossiers")
    assert (found.problems.read, found.problems.rejected) == (20, 20)


def test_damaged_bytes_are_refused() -> None:
    table = table_of(30)
    ask = ask_of("dossiers", table, [table])
    data = tally_batches(ask, [table]).to_bytes()
    assert Partial.from_bytes(data).to_bytes() == data
    for at in range(0, len(data), 7):
        spoiled = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises(InputError, match="no partial answer"):
            Partial.from_bytes(spoiled)
        with pytest.raises(InputError, match="no partial answer"):
            Partial.from_bytes(data[:at])
    nothing: Any = None
    with pytest.raises(InputError):
        Partial.from_bytes(nothing)
    with pytest.raises(InputError, match="the head cannot be read"):
        rest_of((9000).to_bytes(4, "big") + b"[" * 9000)


def test_the_fold_loads_no_engine() -> None:
    program = (
        "import sys, cchc_metrics.fold\n"
        "print([n for n in ('pyspark', 'dask', 'duckdb', 'polars', 'pandas', 'pyarrow', 'numba') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)  # noqa: S603  stands in this file
    assert done.stdout.strip() == "[]"


def test_nothing_at_all_is_an_empty_table() -> None:
    table = table_of(0)
    ask = ask_of("dossiers", table, [])
    found: Scan = settle(ask, tally_batches(ask, []))
    same(found, single("dossiers", table), "dossiers")
    assert found.problems.by_code() == {Code.EMPTY_TABLE: 1}


def test_a_table_whose_rows_depend_on_each_other_is_refused_in_parts() -> None:
    with pytest.raises(InputError, match="procedures: what a row says depends on the other rows"):
        tally_batches(Ask.of("procedures", "2021").trusting_ids(), [])


@pytest.mark.parametrize("part", [None, 5, [table_of(1)], table_of(1).drop_columns(["dossier_id"])], ids=type)
def test_what_is_no_part_of_the_table_is_refused_with_what_it_is(part: Any) -> None:
    ask = ask_of("dossiers", table_of(1), [table_of(1)])
    for do in (lambda: id_hashes(ask, part), lambda: signs_of_batches(ask, [part]), lambda: tally_batches(ask, [part])):
        with pytest.raises(InputError, match=r"not (NoneType|int|list)|lacks.*«dossier_id»"):
            do()
