"""A value of another type is no other word, and an id is what can be seen of it: in models, rows, typed columns and files alike."""

from __future__ import annotations

import sys
import unicodedata
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.read.cells import plain, understand_cells
from cchc_metrics.read.checks import Given
from cchc_metrics.read.files import parse_file
from cchc_metrics.read.identifiers import judge_ids
from cchc_metrics.read.rows import read_rows
from cchc_metrics.read.typed import read_arrow
from cchc_metrics.read.unit_days import unit_parser
from cchc_metrics.records.choices import Digitised, Payment, StatedTiming
from cchc_metrics.records.codes import Code
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.fields import CellError, Flag, cell_text, clean, parse_identifier, parse_moment, parse_term, parse_whole
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import ColumnSpec, RecordError, schema
from cchc_metrics.reference.unit import Unit, UnitTree

CHOICES = [(kind, spec) for kind in KINDS.values() for spec in schema(kind.model) if spec.choice is not None]
YES_OR_NO = {Flag: ("yes", "no"), Payment: ("yes", "no"), Digitised: ("digitised", "no")}
"""Closed lists whose members answer yes or no, and what true and false are among them."""


def understood(spec: ColumnSpec, cell: object) -> str:
    try:
        return str(spec.cell_type.parse(cell))
    except CellError as error:
        return error.code.value


@pytest.mark.parametrize(("kind", "spec"), CHOICES, ids=lambda x: x.name)
def test_a_boolean_is_true_or_false_and_no_code(kind: Any, spec: ColumnSpec) -> None:
    assert spec.choice is not None
    none = "not_said" if spec.choice is StatedTiming else "unknown_code"  # any cell may stand there: one that says no timing says none
    yes, no = YES_OR_NO.get(spec.choice, (none, none))
    for cell, meant in ((True, yes), ("true", yes), ("TRUE", yes), ("t", yes), (False, no), ("false", no), ("f", no)):
        assert understood(spec, cell) == meant, cell
    assert understood(spec, np.True_) == yes
    assert understood(spec, 1) == understood(spec, 1.0) == understood(spec, "1")  # a code is a code, whatever its type
    assert understood(spec, 0) == understood(spec, "0")
    for cells in (pa.array([True, False]), pa.array(["true", "f"]), pa.array(["t", "false"]).dictionary_encode()):
        parsed = read_arrow(kind, pa.table({spec.name: cells}))
        # Other columns are missing: only what is said of this one counts.
        assert parsed.problems.count(Code.MISSING_HEADING)
    values, errors = understand_cells(spec, [True, False], Given())
    assert [errors[at].code.value if at in errors else str(values[at]) for at in (0, 1)] == [yes, no]


BASE: dict[str, Any] = {"dossier_id": "1", "unit_code": "TM", "status": "4", "received_at": "01/03/2021"}


@pytest.mark.parametrize(("column", "cell", "meant"), [("paid_online", True, "yes"), ("digitised", False, "no"), ("fee_due", True, "yes")])
def test_booleans_of_models_rows_and_typed_columns(column: str, cell: bool, meant: str) -> None:
    row = {**BASE, column: cell}
    model = KINDS["dossiers"].model
    table = pa.table({name: pa.array([value]) for name, value in row.items()})
    for record in (model(**row), *read_rows("dossiers", [row]).columns.records(), *read_arrow("dossiers", table).columns.records()):
        assert str(getattr(record, column)) == meant


@pytest.mark.parametrize("column", ["status", "channel", "service_level", "term_unit"])
def test_a_boolean_for_a_code_is_refused_alike(column: str) -> None:
    row = {**BASE, column: True}
    with pytest.raises(RecordError) as caught:
        KINDS["dossiers"].model(**row)
    assert caught.value.codes == (Code.UNKNOWN_CODE,)
    table = pa.table({name: pa.array([value]) for name, value in row.items()})
    for parsed in (read_rows("dossiers", [row]), read_arrow("dossiers", table)):
        assert parsed.problems.by_code() == {Code.UNKNOWN_CODE: 1}


@pytest.mark.parametrize("parse", [parse_whole, parse_term, parse_moment])
def test_a_boolean_is_no_number_and_no_date(parse: Any) -> None:
    for cell in (True, False, np.True_):
        with pytest.raises(CellError):
            parse(cell)


@pytest.mark.parametrize("zone", ["+07", "+0700", "+07:00", " +07"])
def test_an_instant_as_postgresql_writes_it_is_understood(zone: str) -> None:
    assert parse_moment("2021-03-01 08:30:00" + zone) == datetime(2021, 3, 1, 8, 30)
    assert parse_moment("2021-03-01 08:30:00.123456+00") == datetime(2021, 3, 1, 15, 30)
    assert parse_moment("2021-03-01 20:30:00-03") == datetime(2021, 3, 2, 6, 30)
    assert parse_moment("2021-03-01") == date(2021, 3, 1)


def test_an_empty_id_alone_in_the_last_part_of_a_long_column_is_missing() -> None:
    spec = schema(KINDS["dossiers"].model)[0]
    assert list(understand_cells(spec, [*(f"TM-{n}" for n in range(1024)), ""], Given())[1]) == [1024]


# --- ids

INVISIBLE = [chr(c) for c in range(sys.maxunicode + 1) if unicodedata.category(chr(c)) in ("Cf", "Cc") and not chr(c).isspace()]


def test_everything_that_unicode_calls_invisible_is_no_part_of_a_text() -> None:
    assert len(INVISIBLE) > 150
    assert [char for char in INVISIBLE if clean(f"a{char}b") != "ab"] == []
    seen = [
        chr(c) for c in range(sys.maxunicode + 1) if unicodedata.category(chr(c))[0] in "LNPS" and unicodedata.is_normalized("NFC", chr(c))
    ]
    assert [char for char in seen if clean(f"a{char}b") != f"a{char}b"] == []


WRITTEN = {
    "TM-1": "TM-1",
    "\u200bTM-1": "TM-1",
    "TM\u00ad-1": "TM-1",
    "\ufeffTM-1": "TM-1",
    "TM-1\x00\x00": "TM-1",
    "\x00TM\x00-1": "TM-1",
    " TM-1\u00a0": "TM-1",
    "T\x7fM-1": "TM-1",
    '="TM-1"': "TM-1",
    '="000123"': "000123",
    "000123": "000123",
    "e\u0302": "ê",
    "e\u200d\u0302": "ê",
    "a+b": "a+b",
    "=a": "=a",
    "tm-1": "tm-1",
    "2E17": "2E17",
    "2,1E+17": "id_lost_digits",
    "1.23E+11": "id_lost_digits",
    "2.10301e+17": "id_lost_digits",
    "\u200b": "missing_value",
    "\x00": "missing_value",
    '=""': "missing_value",
}


@pytest.mark.parametrize("many", [1, 100])
def test_ids_are_understood_alike_wherever_they_come_from(many: int, tmp_path: Path) -> None:
    spec = schema(KINDS["dossiers"].model)[0]
    written = list(WRITTEN)
    expected = [WRITTEN[cell] for cell in written]
    assert [understood(spec, cell) for cell in written] == expected
    extra = [f"X-{n}" for n in range(many)]  # many cells are looked at together, a few one by one
    values, errors = understand_cells(spec, [*extra, *written], Given())
    assert [errors[at].code.value if at in errors else values[at] for at in range(many, many + len(written))] == expected
    for array in (pa.array(written), pa.array(written, pa.large_string()), pa.array(written).dictionary_encode()):
        judged = judge_ids(array)
        assert judged is not None
        wrong = {row: code.value for code, rows in judged.errors.items() for row in rows.tolist()}
        assert [wrong.get(row) or judged.odd.get(row, written[row]) for row in range(len(written))] == expected
        alike = {text: {int(judged.hashes[row]) for row, found in enumerate(expected) if found == text} for text in expected if text}
        assert all(len(hashes) == 1 for text, hashes in alike.items() if text not in wrong.values())
    for cell, meant in WRITTEN.items():
        if "\u00a0" in cell or cell.isspace():
            continue
        rows = {"dossier_id": [cell, "ZZ"], **{name: [value] * 2 for name, value in BASE.items() if name != "dossier_id"}}
        pq.write_table(pa.table(rows), tmp_path / "dossiers.parquet")
        quoted = ['"' + text.replace('"', '""') + '"' for text in (cell, "ZZ")]
        tail = ",".join(str(value) for value in list(BASE.values())[1:])
        (tmp_path / "dossiers.csv").write_text(f"{','.join(BASE)}\n" + "".join(f"{text},{tail}\n" for text in quoted), encoding="utf-8")
        for name in ("dossiers.parquet", "dossiers.csv"):
            parsed = parse_file(tmp_path / name, KINDS["dossiers"], Given(), {}, file=name)
            if meant in {code.value for code in Code}:
                assert {code.value: n for code, n in parsed.problems.by_code().items()} == {meant: 1}, (name, cell)
            else:
                assert parsed.columns.arrays["dossier_id"].tolist() == [meant, "ZZ"], (name, cell)


@given(st.lists(st.text('aé\u0301 \n\x00\u200b=+"E1', max_size=6), min_size=1, max_size=8))
def test_what_is_plain_is_what_it_is_understood_as(cells: list[str]) -> None:
    if plain(cells):
        assert [parse_identifier(cell) for cell in cells] == cells


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        (123, "123"),
        (123.0, "123"),
        (210301000000000123, "210301000000000123"),  # a whole number as such lost nothing
        (2.10301e17, "id_lost_digits"),
        (1e15, "id_lost_digits"),
        (999999999999999.0, "999999999999999"),
        (12.1, "id_lost_digits"),
        (float("nan"), "missing_value"),
        (None, "missing_value"),
    ],
)
def test_an_id_that_came_as_a_number_is_its_digits_or_reported(cell: object, meant: str) -> None:
    spec = schema(KINDS["dossiers"].model)[0]
    assert understood(spec, cell) == meant
    row = {**BASE, "dossier_id": cell}
    table = pa.table({name: pa.array([value]) for name, value in row.items()})
    for parsed in (read_rows("dossiers", [row]), read_arrow("dossiers", table)):
        found = [code.value for code in parsed.problems.by_code()] or parsed.columns.arrays["dossier_id"].tolist()
        assert found == [meant]


def test_ids_that_lost_digits_are_never_identical_rows() -> None:
    for cell in ("2,10301E+17", 2.10301e17):
        parsed = read_rows("dossiers", [{**BASE, "dossier_id": cell}] * 4)
        assert parsed.problems.by_code() == {Code.ID_LOST_DIGITS: 4}


def test_a_unit_whose_zeros_were_lost_is_understood_where_only_one_can_be_meant() -> None:
    names = {"00004": "Ba Lộc", "00007": "Ba Thọ", "008": "Tám", "08": "Tám Một"}
    tree = UnitTree([Unit(code=code, name=name, kind="xã", level="commune") for code, name in names.items()])
    parse = unit_parser(tree)
    assert [parse(cell) for cell in (4, 7.0, "0004", "00007", "08")] == ["00004", "00007", "00004", "00007", "08"]
    for cell in (8, "9", "0", "4a"):
        with pytest.raises(CellError):
            parse(cell)


def test_a_text_formula_is_understood_in_every_column() -> None:
    row = {name: f'="{cell}"' for name, cell in BASE.items()}
    (record,) = read_rows("dossiers", [row]).columns.records()
    assert record == KINDS["dossiers"].model(**BASE)
    assert cell_text('="a""b"') == 'a"b'


@pytest.mark.parametrize("missing", [pd.NA, pd.NaT, float("nan"), None])
def test_what_pandas_puts_in_place_of_a_cell_is_an_empty_cell_in_rows_and_records(missing: Any) -> None:
    row = {"dossier_id": missing, "unit_code": "TM", "channel": "online", "status": "1", "received_at": missing}
    parsed = read_rows("dossiers", [row, {**row, "dossier_id": "2"}])
    assert [(p.code, p.row, p.column) for p in parsed.problems if p.code.severity == "error"] == [(Code.MISSING_VALUE, 1, "dossier_id")]
    with pytest.raises(RecordError):
        Dossier(**row)
    assert Dossier(**{**row, "dossier_id": "1"}).received_at is None
