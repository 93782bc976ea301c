"""What every answer table of the package must satisfy, each on a small instance that the library itself made."""

from __future__ import annotations

import csv
import importlib
import inspect
import io
import json
import pkgutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import xlsxwriter
from tests.verbs.fakes import Fake, made

import cchc_metrics as cm
from cchc_metrics.errors import CchcError
from cchc_metrics.plan import Plan
from cchc_metrics.records.codes import Code
from cchc_metrics.records.problems import Problem, Problems
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.report.json_report import report_json
from cchc_metrics.score import GivenPoints, cheapest_way, load_scheme, qd766, rank_units, score_units, what_if
from cchc_metrics.tables.listing import display_width
from cchc_metrics.tables.numbers import format_decimal_exact
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Text
from cchc_metrics.verbs.assess import assess

Table = AnswerTable[Any]
MARCH = ("2021-03-07..2021-03-10", "2021-03-03..2021-03-06")
ODD = ("=1+1", "<b>đậm</b>", "a|b", "Mỹ\nAn")


def tables_of_the_package() -> Iterator[type[Table]]:
    """Yield every answer table class that any module of the package defines."""
    for found in pkgutil.walk_packages(cm.__path__, "cchc_metrics."):
        if not found.name.endswith(("__main__", ".cli")) and ".count.fast" not in found.name:
            module = importlib.import_module(found.name)
            for _, value in inspect.getmembers(module, inspect.isclass):
                if issubclass(value, AnswerTable) and not inspect.isabstract(value) and value.__module__ == found.name:
                    yield value


TREE = UnitTree([Unit(code="TM", name="Tháp Mười", kind="huyện", level="district")])


@cache
def data(first: int = 0) -> Any:
    """Return a district of a few dossiers, without the first ones."""
    rows = [
        {
            "dossier_id": f"D{n}",
            "unit_code": "TM",
            "status": "resolved",
            "received_at": "2021-03-01",
            "due_at": "2021-03-08",
            "ended_at": day,
        }
        | {"channel": channel, "field": field}
        for n, (day, channel, field) in enumerate(
            [("2021-03-03", "online", "=1+1"), ("2021-03-08", "counter", "<b>đậm</b>"), ("2021-03-10", "online", "a|b")] * 8
        )
    ]
    return cm.Dataset(units=TREE, dossiers=rows[first:], as_of=date(2021, 12, 31))


@cache
def changes() -> Any:
    """Return which figures changed since two dossiers were there that are not now."""
    return data(2).changes_since(data().snapshot("tháng 3", "2021", on=date(2021, 12, 31), by="a|b"))


def assessments() -> Any:
    targets = [
        {"id": "t1", "indicator": "x", "value": 90, "name": "=1+1"},
        {"id": "t2", "indicator": "x", "value": 3, "comparator": "between", "upper": 95, "breakdown": [("kind", "a|b")]},
    ]
    tasks = [{"id": f"n{n}", "name": name, "due_on": "2022-01-31", "done_on": None} for n, name in enumerate(ODD * 6)]
    plan = Plan.model_validate(
        {"number": "1/KH", "issued_on": "2022-01-04", "issuer": "UBND", "year": 2022, "targets": targets, "tasks": tasks}
    )
    measures = (made(17_999, 20_000), made(1, 3, breakdown=(("kind", "a|b"),)))
    return assess(Fake(*measures), plan, units=TREE, as_of=date(2022, 12, 31))


def cards() -> Any:
    return score_units({unit: {"2": GivenPoints(Fraction(points, 7))} for unit, points in (("A", 118), ("B", 119), ("C", 118))}, qd766())


def problems() -> Problems:
    found = [Problem(code, f"{code}.csv", "", row, "unit_code", value) for code in list(Code)[:6] for row, value in enumerate(ODD, start=1)]
    return Problems.of(found, read=30, rejected=24, limit=3)


def filled_form() -> Any:
    with tempfile.TemporaryDirectory() as folder:
        form = Path(folder) / "form.xlsx"
        with xlsxwriter.Workbook(str(form)) as book:
            sheet = book.add_worksheet("=1+1")
            names = ("dossiers_received", "resolved_on_time", "resolved_on_time|difference", "unit", "dossiers_received|field==1+1")
            for row in range(30):
                sheet.write_string(row, 0, f"{{{{{names[row % len(names)]}}}}}")
        return data().fill_form(form, Path(folder) / "out.xlsx", period="2021")


MAKERS: dict[str, Callable[[], Any]] = {
    "Assessments": assessments,
    "CheapestWay": lambda: cheapest_way({"on_time": 20}, scheme(), 1),
    "Contributions": lambda: data().contributions("field", "resolved_on_time", "TM", MARCH[0], baseline_period=MARCH[1]),
    "Deltas": lambda: data().deltas("2021"),
    "FigureChanges": changes,
    "Explanation": lambda: data().explain("resolved_on_time", "TM", "2021"),
    "FilledForm": filled_form,
    "Form06": lambda: data().form06("2021"),
    "Form06Why": lambda: data().form06_why("2021", office=[replace(r, late=r.late + 1) for r in data().form06("2021").rows]),
    "Measures": lambda: data().measures("2021"),
    "PeriodicRows": lambda: data().periodic("2021"),
    "Problems": problems,
    "Ranking": lambda: rank_units(cards(), units="ABCD", line="2"),
    "RowChanges": lambda: changes().rows("resolved_on_time", "TM", "2021"),
    "Scorecard": lambda: cards()["A"],
    "Verification": lambda: data(2).verify(report_json(data().report("2021")).encode()),
    "WhatIf": lambda: what_if({"2.1": 90}, qd766(), {"2.1": 95}),
}


def scheme() -> Any:
    return load_scheme("""
        id = "own"
        version = "2022"
        vi = "Ví dụ"
        en = "Example"
        source = "ví dụ"
        [[bands]]
        id = "low"
        vi = "Yếu"
        en = "Low"
        less_than = 50
        [[bands]]
        id = "high"
        vi = "Tốt"
        en = "High"
        at_least = 50
        [[fields]]
        id = "A"
        vi = "Hồ sơ"
        en = "Dossiers"
        [[fields.criteria]]
        id = "on_time"
        vi = "=1+1"
        en = "<b>On time"
        max = 20
        source = "Điều 1"
        rule = { shape = "linear" }
        """)


CLASSES = {found.__name__: found for found in tables_of_the_package()}


@pytest.fixture(params=sorted(CLASSES))
def table(request: pytest.FixtureRequest) -> Table:
    name: str = request.param
    assert name in MAKERS, f"{name} is an answer table: add a small one to MAKERS"
    made_table: Table = MAKERS[name]()
    assert type(made_table) is CLASSES[name]
    assert len(made_table), f"the {name} has no rows: nothing would be tested"
    return made_table


def test_the_tables_were_found() -> None:
    assert {"Assessments", "Form06", "Explanation", "Problems", "Scorecard", "Ranking", "WhatIf"} <= set(CLASSES)
    assert set(MAKERS) <= set(CLASSES)


def test_it_has_one_item_and_one_cell_of_each_column_a_row(table: Table) -> None:
    assert len(list(table)) == len(table)
    assert all(len(table.column(name)) == len(table) for name in table.columns)
    assert [table._item(row) for row in range(len(table))] == list(table)


def test_it_prints_itself_by_the_mixin(table: Table) -> None:
    printers = ("__repr__", "__str__", "_repr_html_", "to_text", "to_markdown")
    for name in (*printers, "to_dicts", "to_arrow", "to_pandas", "to_polars", "to_parquet"):
        assert getattr(type(table), name) is getattr(AnswerTable, name), f"{name} is the mixin's"


def test_it_prints_within_twenty_rows_and_a_hundred_columns(table: Table) -> None:
    around = table._above("vi").count("\n") + table._below("vi").count("\n") + 2
    lines = repr(table).split("\n")
    assert all(display_width(line) <= 100 for line in lines)
    assert len(lines) <= 1 + 20 + 2 + around
    assert set(table._printed) <= set(table._shown_columns())
    assert set(table._key_columns) <= set(table.columns)
    assert "<b>" not in table._repr_html_()
    for lang in ("vi", "en"):
        assert table.to_text(lang, rows=None, width=None)


def test_filters_give_the_same_type_and_the_rows_that_have_the_cell(table: Table) -> None:
    everything = list(table)
    for name in table.columns:
        cells = table.column(name)
        value = cells[-1]
        found = table.filter(**{name: value})
        assert type(found) is type(table)
        assert list(found) == [item for item, cell in zip(everything, cells, strict=True) if cell == value]
        assert found.column(name) == [value] * len(found)
    if table._possible(table.columns[0]) is None:
        assert len(table.filter(**{table.columns[0]: "không có"})) == 0
    else:
        with pytest.raises(CchcError, match="cannot be «không có»"):
            table.filter(**{table.columns[0]: "không có"})
    assert list(table.head(2)) == everything[:2]
    with pytest.raises(CchcError, match="the table has no column «zzzz»"):
        table.filter(zzzz=1)


def test_a_row_is_found_by_its_key(table: Table) -> None:
    for row, item in enumerate(table):
        key = tuple(table.column(name)[row] for name in table._key_columns)
        same = sum(key == tuple(table.column(name)[other] for name in table._key_columns) for other in range(len(table)))
        if same == 1:
            assert table[key] == table.get(*key) == item
    absent = ("không có", *(table.column(name)[0] for name in table._key_columns[1:]))
    assert table.get(*absent) is None
    with pytest.raises(CchcError, match="không có"):
        table[absent]


def test_the_part_that_is_empty_has_the_same_columns_and_types(table: Table) -> None:
    empty = table.head(0)
    assert (len(empty), list(empty), empty.to_dicts()) == (0, [], [])
    assert empty.columns == table.columns
    assert empty.to_arrow().schema == table.to_arrow().schema
    assert empty.to_polars().schema == table.to_polars().schema
    assert list(empty.to_pandas().dtypes) == list(table.to_pandas().dtypes)
    assert str(empty)


def test_what_is_shipped_is_what_it_holds(table: Table) -> None:
    for lang in ("vi", "en"):
        dicts = table.to_dicts(lang)
        assert json.loads(json.dumps(dicts)) == dicts
        heading, *rows = csv.reader(io.StringIO(table.to_csv(lang), newline=""))
        assert tuple(heading) == table.columns
        assert len(rows) >= len(table)
        assert not any(cell.startswith(("=", "@")) for row in rows for cell in row)
        frames = table.to_arrow(lang), table.to_pandas(lang), table.to_polars(lang)
        for frame in frames:
            assert len(frame) == len(table)
        arrow, pandas, polars = frames
        assert arrow.column_names == list(pandas.columns) == polars.columns == list(table.columns)
        assert arrow.to_pylist() == polars.to_dicts()
        for name in table.columns:
            for cell, plain, shipped in zip(table.column(name), (row[name] for row in dicts), arrow.column(name).to_pylist(), strict=True):
                if isinstance(cell, Fraction):
                    assert (plain, shipped) == (format_decimal_exact(cell), float(cell))
                elif isinstance(cell, date):
                    assert (plain, shipped) == (cell.isoformat(), cell)
                elif isinstance(cell, Text):
                    assert plain == shipped == cell.text(lang)
                else:
                    assert plain == shipped
                    assert cell is None or plain == cell or plain == getattr(cell, "label", None)


def test_a_workbook_reads_back_as_the_same_cells(table: Table, tmp_path: Path) -> None:
    path, again = tmp_path / "table.xlsx", tmp_path / "again.xlsx"
    for place in (path, again):
        AnswerTable.to_excel(table, place, "en")  # a form that is laid out to be printed has tests of its own
    assert path.read_bytes() == again.read_bytes()
    sheet = openpyxl.load_workbook(path).active
    assert [cell.value for cell in sheet[1]] == list(table.columns)
    for column, name in enumerate(table.columns, start=1):
        for row, (cell, plain) in enumerate(zip(table.column(name), table.to_dicts("en"), strict=True), start=2):
            read = sheet.cell(row, column)
            assert read.data_type != "f"
            if isinstance(cell, Fraction):
                assert read.value == float(cell)
            elif isinstance(cell, date):
                assert read.value.date() == cell
            else:
                assert read.value == (plain[name] or None if isinstance(plain[name], str) else plain[name])


def test_rows_are_taken_in_their_order(table: Table) -> None:
    some = np.arange(0, len(table), 2)
    assert list(table._take(some)) == list(table)[::2]


def test_the_json_of_a_measure_has_the_cells_of_its_row() -> None:
    measures = MAKERS["Measures"]()
    for measure, row in zip(measures, measures.to_dicts("en"), strict=True):
        said = json.loads(json.dumps(measure.to_dict("en")))
        assert said["breakdown"] == {dim: row[dim] for dim, _ in measure.breakdown}
        for name in set(said) & set(row) - {"excluded", "reason"}:
            assert said[name] == row[name]
        assert said["reason"] == (row["reason"] or "")
        assert (said["value"] is None) == (measure.value is None)
