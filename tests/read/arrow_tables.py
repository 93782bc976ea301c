"""Strategies for Arrow tables: every column of a kind under any type that a warehouse could give it, with good, bad and missing cells."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st
from tests.read.cells import NAMES, TERMS, WHOLES, choices

from cchc_metrics.records.kind import Kind
from cchc_metrics.records.record import ColumnSpec, schema

Typed = tuple[pa.DataType, st.SearchStrategy[Any]]

DAYS = st.dates(date(2020, 12, 1), date(2021, 3, 1)) | st.sampled_from(
    [date(1989, 12, 31), date(1990, 1, 1), date(2099, 12, 31), date(2100, 1, 1), date(1969, 12, 31), date(1, 1, 1), date(9999, 12, 31)]
)
INSTANTS = st.datetimes(datetime(2021, 1, 1), datetime(2021, 1, 4)) | DAYS.map(lambda d: datetime(d.year, d.month, d.day, 17))
NEAR = st.datetimes(datetime(1989, 12, 30), datetime(1990, 1, 2)) | st.datetimes(datetime(2099, 12, 31), datetime(2100, 1, 2)) | INSTANTS
SAFE = NEAR.filter(lambda t: datetime(1700, 1, 1) < t < datetime(2200, 1, 1))  # what nanoseconds can hold
INTEGERS = st.integers(-3, 40) | st.sampled_from([2**31 - 1, 2**31, 10_000, 10_001, -(2**63), 2**63 - 1, 20_210_301, 44_256])
FLOATS = (
    st.sampled_from([0.0, 2.0, 2.5, 1.25, 1.234, 0.125, 2.096, -1.0, 1e15, 1e16, 2.0**31, 1e300, 1e-7, float("inf"), float("nan")])
    | st.integers(0, 30).map(lambda n: n / 2)
    | st.floats().map(lambda x: x + 0.0)  # no minus zero: equal cells are shown alike
)
TEXTS = NAMES.map(lambda v: v if v is None else str(v)) | st.sampled_from(["a  b", "Nha\u0303", "x\u00a0y", " ", "\x1c", "1.0"])


def _text(spec: ColumnSpec) -> st.SearchStrategy[Any]:
    if spec.choice is not None:
        return choices(spec.choice).map(str) | st.sampled_from(["?!", "13", ""])
    kinds = {
        "moment": DAYS.map(str) | DAYS.map(lambda d: f"{d:%d/%m/%Y}") | st.just("31/02/2021"),
        "whole": WHOLES.map(str),
        "term": TERMS.map(str),
    }
    return kinds.get(spec.cell_type.name, TEXTS)


def _whole(low: int, high: int) -> st.SearchStrategy[Any]:
    return INTEGERS.filter(lambda n: low <= n <= high)


def types(spec: ColumnSpec) -> st.SearchStrategy[Typed]:
    """Return a strategy for a type of a column, with the strategy for its cells."""
    text = _text(spec)
    fitting: dict[str, list[Typed]] = {
        "moment": [
            (pa.date32(), DAYS),
            (pa.date64(), DAYS),
            (pa.timestamp("s"), NEAR.map(lambda t: t.replace(microsecond=0))),
            (pa.timestamp("ms"), NEAR.map(lambda t: t.replace(microsecond=t.microsecond // 1000 * 1000))),
            (pa.timestamp("us"), NEAR),
            (pa.timestamp("ns"), SAFE),
            (pa.timestamp("us", "UTC"), NEAR),
            (pa.timestamp("s", "Asia/Ho_Chi_Minh"), SAFE.map(lambda t: t.replace(microsecond=0))),
            (pa.dictionary(pa.int8(), pa.date32()), DAYS),
        ],
        "whole": [(pa.float64(), FLOATS), (pa.decimal128(12, 2), st.sampled_from([Decimal("5.00"), Decimal("1.25"), Decimal(-1)]))],
        "term": [(pa.float32(), st.floats(width=32).map(lambda x: x + 0.0) | st.sampled_from([0.5, 1.5, 0.1])), (pa.float64(), FLOATS)],
        "id": [(pa.large_string(), TEXTS)],
    }
    any_kind: list[Typed] = [
        (pa.string(), text),
        (pa.dictionary(pa.int32(), pa.string()), text),
        (pa.dictionary(pa.uint8(), pa.large_string()), text),
    ]
    odd: list[Typed] = [
        (pa.int64(), INTEGERS),
        (pa.int8(), _whole(-128, 127)),
        (pa.uint32(), _whole(0, 2**32 - 1)),
        (pa.uint64(), _whole(0, 2**63 - 1) | st.just(2**64 - 1)),
        (pa.int16(), _whole(-(2**15), 2**15 - 1)),
        (pa.bool_(), st.booleans()),
        (pa.float64(), FLOATS),
        (pa.null(), st.none()),
        (pa.binary(), st.sampled_from([b"", b"x"])),
        (pa.list_(pa.int8()), st.just([1])),
        (pa.duration("s"), st.just(timedelta(days=1))),
        (pa.decimal128(5, 1), st.sampled_from([Decimal("1.5"), Decimal("2.0")])),
        (pa.timestamp("us"), NEAR),
    ]
    kept = fitting.get(spec.cell_type.name, [])
    return st.integers(0, 9).flatmap(lambda n: st.sampled_from(odd if n == 0 else [*kept, *any_kind] if n < 5 or not kept else kept))


@st.composite
def tables(draw: st.DrawFn, kind: Kind, *, size: int = 8, ids: int = 0) -> pa.Table:
    """Return a strategy for tables of a kind; ``ids`` is how many identifiers there are, 0 for whatever comes."""
    rows = draw(st.integers(0, size))
    columns = {}
    for spec in schema(kind.model):
        if not spec.required and not draw(st.integers(0, 2)):
            continue
        typed, cells = draw(types(spec))
        if ids and spec.cell_type.name == "id":
            typed, cells = pa.string(), st.integers(1, ids).map(str)
        missing = st.none() | cells if draw(st.booleans()) else cells
        values = draw(st.lists(missing, min_size=rows, max_size=rows))
        encoded = pa.types.is_dictionary(typed)
        column = pa.array(values, typed.value_type).dictionary_encode().cast(typed) if encoded else pa.array(values, typed)
        if draw(st.booleans()):  # as it comes in several pieces, each beginning somewhere in a larger one
            cut = draw(st.integers(0, rows))
            column = pa.chunked_array([pa.concat_arrays([column, column])[rows : rows + cut], column[cut:]], typed)
        columns[spec.name] = column
    return pa.table(columns)
