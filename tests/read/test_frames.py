"""Any table in: the same rows as mappings, pandas, polars, Arrow and DuckDB give the same columns and the same problems."""

from __future__ import annotations

import dataclasses
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.read.cells import choices
from tests.read.test_rows import EVERY_KIND, UNITS

import cchc_metrics as cm
from cchc_metrics.errors import InputError
from cchc_metrics.read.frames import read_frame
from cchc_metrics.read.rows import read_rows
from cchc_metrics.read.tables import Parsed
from cchc_metrics.records.codes import Code
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.record import ColumnSpec, schema
from cchc_metrics.reference.calendar import Calendar

CONNECTION = duckdb.connect()  # older versions close it when nobody holds it
GIVEN: dict[str, Any] = {"units": UNITS, "extracted_on": date(2021, 2, 1), "calendar": Calendar.official()}
TEXT, DAY, MOMENT, ZONED, WHOLE, PART, FLAG = "text", "day", "moment", "zoned", "whole", "part", "flag"
ARROW = {
    TEXT: pa.string(),
    DAY: pa.date32(),
    MOMENT: pa.timestamp("us"),
    ZONED: pa.timestamp("us", "Asia/Ho_Chi_Minh"),
    WHOLE: pa.int64(),
    PART: pa.float64(),
    FLAG: pa.bool_(),
}
PANDAS = {TEXT: "str", DAY: "object", MOMENT: "datetime64[us]", WHOLE: "Int64", PART: "float64", FLAG: "boolean"}
DAYS = st.dates(date(2020, 12, 1), date(2021, 3, 1)) | st.sampled_from([date(1989, 12, 31), date(2099, 12, 31), date(2100, 1, 1)])
MOMENTS = st.datetimes(datetime(2021, 1, 1), datetime(2021, 1, 4)).map(lambda t: t.replace(microsecond=0))
WRITTEN = st.text(st.characters(codec="utf-8"), max_size=4)
WORDS = st.sampled_from(["TM", "TM.01", " TM.02 ", "", "  ", "Đất đai", "a\nb", "00012", "="]) | st.text(
    st.characters(codec="utf-8"), max_size=4
)


def typed(spec: ColumnSpec) -> st.SearchStrategy[tuple[str, st.SearchStrategy[Any]]]:
    """Return a strategy for what a column is, with its cells."""
    text = choices(spec.choice).map(str) | st.just("?!") if spec.choice is not None else WORDS
    found: list[tuple[str, st.SearchStrategy[Any]]] = [(TEXT, text), (TEXT, text), (FLAG, st.booleans())]
    if spec.cell_type.name == "moment":
        zoned = MOMENTS.map(lambda t: pd.Timestamp(t, tz="Asia/Ho_Chi_Minh").to_pydatetime())
        found = [(DAY, DAYS), (MOMENT, MOMENTS), (ZONED, zoned), (TEXT, DAYS.map(lambda d: f"{d:%d/%m/%Y}") | st.just("31/02/2021"))]
    elif spec.cell_type.name in ("whole", "term"):
        found = [
            (WHOLE, st.integers(-2, 40)),
            (PART, st.sampled_from([0.0, 2.0, 2.5, 1.25, -1.0])),
            (TEXT, st.sampled_from(["5", "1,5", "x"])),
        ]
    elif spec.cell_type.name in ("id", "unit"):
        found = [(TEXT, text), (TEXT, st.sampled_from(["1", "2", "TM"])), (WHOLE, st.integers(1, 20))]
    return st.sampled_from(found)


@st.composite
def tables(draw: st.DrawFn, kind: Kind) -> tuple[dict[str, list[Any]], dict[str, str]]:
    """Return a strategy for columns of a kind, with what each is."""
    rows = draw(st.integers(1, 6))
    cells, what = {}, {}
    for spec in schema(kind.model):
        if not spec.required and not draw(st.integers(0, 2)):
            continue
        name = draw(st.sampled_from([spec.name, *kind.headings.get(spec.name, ())]))
        what[name], strategy = draw(typed(spec))
        cells[name] = draw(st.lists(st.none() | strategy if draw(st.booleans()) else strategy, min_size=rows, max_size=rows))
    return cells, what


CASES = EVERY_KIND.flatmap(lambda kind: st.tuples(st.just(kind), tables(kind)))


def arrow_table(cells: Mapping[str, list[Any]], what: Mapping[str, str]) -> Any:
    return pa.table({name: pa.array(column, ARROW[what[name]]) for name, column in cells.items()})


def objects(cells: Mapping[str, list[Any]], _: Mapping[str, str]) -> Any:
    missing = [None, float("nan"), pd.NA, pd.NaT]
    columns = {
        name: pd.Series([missing[at % 4] if cell is None else cell for at, cell in enumerate(column)], dtype=object)
        for name, column in cells.items()
    }
    frame = pd.DataFrame(columns)
    return frame.set_index(pd.Index(range(7, 7 + len(frame)), name="Mã hồ sơ gốc"))


def pandas_typed(cells: Mapping[str, list[Any]], what: Mapping[str, str]) -> Any:
    def column(name: str, values: list[Any]) -> Any:
        if what[name] == ZONED:
            return pd.Series(pd.to_datetime(pd.Series([None if v is None else v for v in values], dtype=object), utc=True))
        return pd.Series(values, dtype=PANDAS[what[name]])

    return pd.DataFrame({name: column(name, values) for name, values in cells.items()})


def categories(cells: Mapping[str, list[Any]], what: Mapping[str, str]) -> Any:
    return pandas_typed(cells, what).astype("category")


def of_arrow(cells: Mapping[str, list[Any]], what: Mapping[str, str]) -> Any:
    table = arrow_table(cells, what)
    return pd.DataFrame({name: pd.Series(pd.arrays.ArrowExtensionArray(table[name])) for name in table.column_names})


def polars_frame(cells: Mapping[str, list[Any]], what: Mapping[str, str]) -> Any:
    return pl.from_arrow(arrow_table(cells, what))


def polars_objects(cells: Mapping[str, list[Any]], _: Mapping[str, str]) -> Any:
    return pl.DataFrame([pl.Series(name, column, dtype=pl.Object) for name, column in cells.items()])


def relation(cells: Mapping[str, list[Any]], what: Mapping[str, str]) -> Any:
    return CONNECTION.from_arrow(arrow_table(cells, what))


FRAMES: tuple[Callable[[Mapping[str, list[Any]], Mapping[str, str]], Any], ...] = (
    lambda cells, _: cells,
    arrow_table,
    lambda cells, what: arrow_table(cells, what).to_batches()[0],
    lambda cells, what: pa.RecordBatchReader.from_batches((t := arrow_table(cells, what)).schema, t.to_batches(max_chunksize=2)),
    objects,
    pandas_typed,
    categories,
    of_arrow,
    polars_frame,
    lambda cells, what: polars_frame(cells, what).lazy(),
    polars_objects,
    relation,
)


def same(one: Parsed, other: Parsed) -> None:
    """Assert that two readings gave the same rows, column for column, and the same problems at the same cells."""
    assert one.usable == other.usable
    assert dict(one.columns.labels) == dict(other.columns.labels)
    assert {name: array.tolist() for name, array in one.columns.arrays.items()} == {
        name: array.tolist() for name, array in other.columns.arrays.items()
    }
    assert one.columns.row_numbers().tolist() == other.columns.row_numbers().tolist()
    assert [(p.code, p.row, p.column) for p in one.problems] == [(p.code, p.row, p.column) for p in other.problems]
    assert one.problems.totals == other.problems.totals
    assert (one.problems.read, one.problems.rejected) == (other.problems.read, other.problems.rejected)


@pytest.mark.parametrize("frame", FRAMES)
@given(CASES, st.sampled_from([{}, GIVEN]))
@settings(max_examples=25)
def test_the_same_rows_are_read_alike_from_every_package(
    frame: Callable[..., Any], case: tuple[Kind, tuple[dict[str, list[Any]], dict[str, str]]], compared: dict[str, Any]
) -> None:
    kind, (cells, what) = case
    rows = [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]
    same(read_frame(kind, frame(cells, what), **compared), read_rows(kind, rows, **compared))


HEADINGS = ("Mã phiếu", "Đơn vị", "Ngày trả lời", "Điểm")
ANSWERS: list[tuple[Any, ...]] = [
    ("1", "TM", "02/11/2021", 5),
    ("2", "TM", "31/02/2021", 4),
    ("3", "TM", None, 3),
    ("4", "TM", "03/11/2021", 1),
]
EXPECTED = read_rows("surveys", [dict(zip(HEADINGS, row, strict=True)) for row in ANSWERS])


@dataclasses.dataclass
class Answer:
    response_id: str
    unit_code: str
    answered_on: str | None
    score: int


class Named(NamedTuple):
    response_id: str
    unit_code: str
    answered_on: str | None
    score: int


OPENED: list[sqlite3.Connection] = []


@pytest.fixture(autouse=True)
def _databases_are_closed() -> Iterator[None]:
    """Close what a test opened; from Python 3.13 on one that is left open is warned of in whatever test is run then."""
    yield
    while OPENED:
        OPENED.pop().close()


def database(row_factory: Any = None) -> sqlite3.Connection:
    OPENED.append(sqlite3.connect(":memory:"))
    OPENED[-1].row_factory = row_factory
    return OPENED[-1]


def answered(row_factory: Any = None) -> sqlite3.Cursor:
    connection = database(row_factory)
    connection.execute('CREATE TABLE a ("Mã phiếu" TEXT, "Đơn vị" TEXT, "Ngày trả lời" TEXT, "Điểm" INTEGER)')
    connection.executemany("INSERT INTO a VALUES (?, ?, ?, ?)", ANSWERS)
    return connection.execute("SELECT * FROM a")


@pytest.mark.parametrize(
    "table",
    [
        answered,
        lambda: answered(sqlite3.Row),
        lambda: answered(sqlite3.Row).fetchall(),
        lambda: iter(answered(sqlite3.Row).fetchall()),
        lambda: [Named(*row) for row in ANSWERS],
        lambda: [Answer(*row) for row in ANSWERS],
        lambda: [Named(*ANSWERS[0]), *(dict(zip(Named._fields, row, strict=True)) for row in ANSWERS[1:])],
        lambda: {name: pd.Series(column) for name, column in zip(HEADINGS, zip(*ANSWERS, strict=True), strict=True)},
        lambda: {name: np.array(column, dtype=object) for name, column in zip(HEADINGS, zip(*ANSWERS, strict=True), strict=True)},
        lambda: {name: pa.array(column) for name, column in zip(HEADINGS, zip(*ANSWERS, strict=True), strict=True)},
    ],
)
def test_rows_with_names_and_columns_of_any_sort_are_a_table(table: Callable[[], Any]) -> None:
    same(read_frame("surveys", table()), EXPECTED)
    data = cm.Dataset(units=UNITS, unit=UNITS.roots[0], surveys=table())
    assert (data.problems.read, data.problems.rejected) == (4, 2)


def test_a_name_that_stands_twice_in_a_row_is_two_columns() -> None:
    rows = (
        database(sqlite3.Row)
        .execute("SELECT '1' AS response_id, '2' AS response_id, 'TM' AS unit_code, '2021-01-05' AS answered_on")
        .fetchall()
    )
    assert read_frame("surveys", rows).problems.count(Code.DUPLICATE_HEADING) == 1
    twice = pd.DataFrame([["1", "2", "TM", "2021-01-05"]], columns=["response_id", "response_id", "unit_code", "answered_on"])
    assert read_frame("surveys", twice).problems.count(Code.DUPLICATE_HEADING) == 1


def answers_frame() -> Any:
    return pd.DataFrame(ANSWERS, columns=list(HEADINGS))


def test_an_index_is_no_column() -> None:
    found = read_frame("surveys", answers_frame().set_index("Mã phiếu"))
    assert not found.usable
    assert [(p.code, p.column) for p in found.problems if p.code.severity == "error"] == [(Code.MISSING_HEADING, "response_id")]
    (missing,) = (p for p in found.problems if p.code is Code.MISSING_HEADING)
    assert missing.text("en").endswith("a required column is missing; «Mã phiếu» is an index and no column: use .reset_index()")
    same(read_frame("surveys", answers_frame().set_index(pd.Index([9, 9, 9, 9], name="Ngày trả lời"))), EXPECTED)


def test_mixed_objects_are_read_cell_by_cell() -> None:
    days = [date(2021, 11, 2), datetime(2021, 11, 2, 8), pd.Timestamp("2021-11-02 09:00"), np.datetime64("2021-11-02T10:00:00", "ns")]
    ids = ["a", 5, Decimal(6), np.int64(7)]
    frame = pd.DataFrame({"response_id": ids, "unit_code": "TM", "answered_on": pd.Series(days, dtype=object), "score": 5})
    found = read_frame("surveys", frame).columns
    assert [record.response_id for record in found.records()] == ["a", "5", "6", "7"]  # type: ignore[attr-defined]
    assert found.arrays["answered_on:second"].tolist() == [-1, 8 * 3600, 9 * 3600, 10 * 3600]


def test_a_column_that_nobody_reads_is_not_turned_into_anything() -> None:
    class Secret:
        def __str__(self) -> str:
            raise AssertionError

        __hash__ = None  # type: ignore[assignment]

    frame = answers_frame()
    frame["Họ tên"] = pd.Series([Secret()] * 4, dtype=object)
    frame["Chuyển"] = [date(2021, 1, 1), None, float("nan"), date(2021, 1, 2)]
    found = read_frame("surveys", frame)
    assert found.problems.count(Code.UNKNOWN_HEADING) == 2
    assert found.problems.count(Code.UNUSED_DATE_COLUMN) == 1


@pytest.mark.parametrize(
    "empty",
    [
        lambda: answers_frame()[:0],
        lambda: pl.from_pandas(answers_frame()[:0]),
        lambda: pa.Table.from_pandas(answers_frame())[:0].select(HEADINGS),
        lambda: CONNECTION.from_arrow(pa.Table.from_pandas(answers_frame())).filter("false").select(*(f'"{h}"' for h in HEADINGS)),
        lambda: dict.fromkeys(HEADINGS, ()),
    ],
)
def test_an_empty_frame_is_an_empty_table(empty: Callable[[], Any]) -> None:
    found = read_frame("surveys", empty())
    assert found.usable
    assert found.problems.by_code() == {Code.EMPTY_TABLE: 1}


def test_a_list_of_frames_is_a_table_in_parts() -> None:
    whole = answers_frame()
    parts = [whole[:2], pl.from_pandas(whole[2:3]), pa.Table.from_pandas(whole[3:], preserve_index=False)]
    data = cm.Dataset(units=UNITS, unit=UNITS.roots[0], surveys=parts)
    assert (data.problems.read, data.problems.rejected) == (4, 2)
    data = cm.Dataset(units=UNITS, unit=UNITS.roots[0], surveys=iter(parts))
    assert (data.problems.read, data.problems.rejected) == (4, 2)


class DataFrame:
    """A frame as Spark gives it: it does not hold its rows."""

    columns = ("a",)


DataFrame.__module__ = "pyspark.sql.dataframe"


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (lambda: pd.Series([1]), "surveys: no table can be read from «Series»; use ….to_frame()"),
        (lambda: pl.Series([1]), "surveys: no table can be read from «Series»; use ….to_frame()"),
        (lambda: pa.array([1]), "surveys: no table can be read from «Int64Array»; use pyarrow.table({heading: …})"),
        (lambda: pa.chunked_array([[1]]), "surveys: no table can be read from «ChunkedArray»; use pyarrow.table({heading: …})"),
        (duckdb.connect, 'surveys: no table can be read from «DuckDBPyConnection»; use ….sql("SELECT …")'),
        (DataFrame, "surveys: no table can be read from «DataFrame»; use ….toArrow()"),
        (lambda: "a.csv", 'surveys: no table can be read from «str»; use read_file("surveys", …)'),
        (lambda: Path("a.csv"), 'Path»; use read_file("surveys", …)'),
        (lambda: [(1, 2)], "surveys: no table can be read from «tuple» (a tuple without names); give a pandas"),
        (lambda: 5, "surveys: no table can be read from «int»; give a pandas"),
        (lambda: {"Mã phiếu": "abc"}, "surveys: column «Mã phiếu» must be a list of cells, not str"),
        (lambda: {"Mã phiếu": 5}, "surveys: column «Mã phiếu» must be a list of cells, not int"),
        (lambda: {"a": [1], "b": [1, 2]}, "they must agree"),
    ],
)
def test_what_is_no_table_is_refused_with_what_makes_it_one(table: Callable[[], Any], says: str) -> None:
    with pytest.raises(InputError) as caught:
        read_frame("surveys", table())
    assert says in caught.value.en
    with pytest.raises(InputError) as caught:
        cm.Dataset(units=UNITS, unit=UNITS.roots[0], surveys=table())
    assert says in caught.value.en


@pytest.mark.parametrize(
    "frame",
    [
        answers_frame,
        lambda: pl.from_pandas(answers_frame()),
        lambda: pl.from_pandas(answers_frame()).lazy(),
        lambda: pa.Table.from_pandas(answers_frame()),
        lambda: pa.Table.from_pandas(answers_frame()).to_reader(),
        lambda: CONNECTION.from_arrow(pa.Table.from_pandas(answers_frame())),
    ],
)
def test_tally_says_how_a_frame_is_counted(frame: Callable[[], Any]) -> None:
    with pytest.raises(InputError) as caught:
        cm.tally({"surveys": frame()}, periods="2021")
    assert 'read_frame("surveys", …).columns' in caught.value.en
    assert 'read_frame("surveys", …).columns' in caught.value.vi


OWN = """
import sys
{block}
import cchc_metrics as cm
{make}
found = cm.read_frame("surveys", table)
assert [len(found.columns), found.problems.rejected] == [1, 1], found
loaded = [name for name in {others} if sys.modules.get(name) is not None]
assert not loaded, loaded
"""
CELLS = '{"response_id": ["1", "2"], "unit_code": ["A", "A"], "answered_on": ["2021-01-05", None], "score": ["5", "4"]}'
QUERY = "SELECT * FROM (VALUES ('1', 'A', DATE '2021-01-05', 5), ('2', 'A', NULL, 4)) v(response_id, unit_code, answered_on, score)"


@pytest.mark.parametrize(
    ("make", "others", "block"),
    [
        (f"table = {CELLS}", ["pandas", "polars", "duckdb", "pyarrow"], ""),
        (f"import pyarrow as pa; table = pa.table({CELLS})", ["polars", "duckdb"], ""),
        (f"import polars as pl; table = pl.DataFrame({CELLS})", ["pandas", "duckdb"], ""),
        (f"import pandas as pd; table = pd.DataFrame({CELLS})", ["polars", "duckdb"], ""),
        (f"import pandas as pd; table = pd.DataFrame({CELLS})", ["polars", "duckdb", "pyarrow"], "sys.modules['pyarrow'] = None"),
        (
            f"import pandas as pd; table = pd.DataFrame({CELLS}); table['answered_on'] = pd.to_datetime(table['answered_on'])",
            ["polars", "duckdb", "pyarrow"],
            "sys.modules['pyarrow'] = None",
        ),
        (f"import duckdb; table = duckdb.sql({QUERY!r})", ["pandas", "polars"], ""),
    ],
)
def test_using_one_package_never_imports_another(make: str, others: list[str], block: str) -> None:
    code = OWN.format(make=make, others=others, block=block)
    done = subprocess.run(  # noqa: S603  this test's own code
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "cells",
    [
        [date(2021, 3, 5), datetime(2021, 3, 6, 8, 30), None],
        [datetime(2021, 3, 6, 8, 30), date(2021, 3, 5), float("nan")],
        [date(2021, 3, 5), None, float("nan"), date(2021, 3, 6)],
        ["05/03/2021 08:30", None, "2021-03-06", float("nan")],
        [20210305, 44256, None],
        [20210305, True],
        [10**30, 20210305],
        [20210305, "05/03/2021"],
    ],
)
def test_objects_of_pandas_are_what_they_are(cells: list[Any]) -> None:
    """An object column of one type is read as Arrow, one of several cell by cell; an instant among days keeps its time."""
    size = len(cells)
    table = {"dossier_id": [f"H{n}" for n in range(size)], "unit_code": ["TM"] * size, "status": ["received"] * size, "received_at": cells}
    frame = pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in table.items()})
    filled = {name: [None if isinstance(cell, float) else cell for cell in column] for name, column in table.items()}
    same(read_frame("dossiers", frame), read_frame("dossiers", filled))
