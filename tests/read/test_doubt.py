"""Cells that can be read in two ways: the column settles them or they are refused, whatever way the table comes in."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.read import csv_files
from cchc_metrics.read.doubt import signs_of
from cchc_metrics.read.files import read_file
from cchc_metrics.read.parquet_files import scan_parquet
from cchc_metrics.read.raw import RawColumn
from cchc_metrics.read.rows import Parsed, read_rows, read_table
from cchc_metrics.read.typed import read_arrow
from cchc_metrics.records.codes import Code
from cchc_metrics.records.fields import CellError, parse_term, parse_whole
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import schema_by_name

NAMES = ["activity_id", "unit_code", "channel", "held_on"]


def columns(cells: Sequence[Any], name: str) -> dict[str, list[Any]]:
    """Return a table of outreach with these cells in one of its columns."""
    size = len(cells)
    good = {
        "activity_id": [f"A{n}" for n in range(size)],
        "unit_code": ["TM"] * size,
        "channel": ["loa"] * size,
        "held_on": ["13/05/2021"] * size,
    }
    return {**good, name: list(cells)}


def memory(cells: Sequence[Any], name: str, _: Path) -> list[Parsed]:
    table = columns(cells, name)
    return [read_table("outreach", list(table), list(table.values()))]


def rows(cells: Sequence[Any], name: str, _: Path) -> list[Parsed]:
    table = columns(cells, name)
    return [read_rows("outreach", [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)])]


def text(cells: Sequence[Any], name: str, folder: Path) -> list[Parsed]:
    with (folder / "t.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns(cells, name), *zip(*columns(cells, name).values(), strict=True)])
    return [read_file("outreach", folder / "t.csv")]


def blocks(cells: Sequence[Any], name: str, folder: Path) -> list[Parsed]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_files, "_WORTH_BLOCKS", 0)
        return text(cells, name, folder)


def workbook(cells: Sequence[Any], name: str, folder: Path) -> list[Parsed]:
    table = columns(cells, name)
    with xlsxwriter.Workbook(str(folder / "t.xlsx"), {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet()
        for at, (heading, column) in enumerate(table.items()):
            sheet.write(0, at, heading)
            sheet.write_column(1, at, column)
    return [read_file("outreach", folder / "t.xlsx")]


def arrow(cells: Sequence[Any], name: str, _: Path) -> list[Parsed]:
    # A dictionary, of which no row has the last text: it shows nothing.
    table = {**columns(cells, name), name: pa.DictionaryArray.from_arrays(pa.array(range(len(cells))), pa.array([*cells, "1,234"]))}
    return [read_arrow("outreach", pa.table(table))]


def parts(cells: Sequence[Any], name: str, folder: Path) -> list[Parsed]:
    pq.write_table(pa.table(columns(cells, name)), folder / "t.parquet", row_group_size=1)
    return list(scan_parquet("outreach", folder / "t.parquet", part_rows=1, keep_ids=True))


WAYS = [memory, rows, text, blocks, workbook, arrow, parts]
Way = Callable[[Sequence[Any], str, Path], list[Parsed]]


def verdicts(parsed: list[Parsed], size: int, name: str) -> list[Any]:
    """Return for each row the value of a column, or the code of its problem."""
    found: dict[str, Any] = {}
    for part in parsed:
        found.update((record.model_dump()["activity_id"], getattr(record, name)) for record in part.columns.records())
    first = min((row for part in parsed for row in part.columns.row_numbers().tolist() + [p.row for p in part.problems]), default=1)
    codes = {f"A{p.row - first}": p.code for part in parsed for p in part.problems}
    return [codes.get(f"A{at}", found.get(f"A{at}")) for at in range(size)]


DOUBT, NONE = Code.AMBIGUOUS_VALUE, Code.NOT_A_NUMBER


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["2,000", "12,000", "0,000", "1,500"], [2000, 12000, NONE, 1500]),
        (["2,000", "12,000"], [DOUBT, DOUBT]),
        (["2,000", "2.000"], [DOUBT, DOUBT]),
        (["2,000", "2.000", "2.096"], [DOUBT, 2000, 2096]),
        (["2.000", "1,500"], [DOUBT, NONE]),
        (["2.000", "12.000", "7"], [2000, 12000, 7]),
        (["2,000", "1,234,567"], [2000, 1234567]),
        (["1,234,567", "7"], [NONE, 7]),
        (["2.0", "2.000"], [2, DOUBT]),
        (["2,0", "2,000"], [2, DOUBT]),
        (["1,500", "x"], [1500, NONE]),
    ],
)
def test_whole_numbers_are_judged_as_a_column(tmp_path: Path, way: Way, cells: list[str], expected: list[Any]) -> None:
    assert verdicts(way(cells, "reach", tmp_path), len(cells), "reach") == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["2,000", "2,5"], [2, Fraction(5, 2)]),
        (["2,000", "0,500"], [2, Fraction(1, 2)]),
        (["2,000", "1,500"], [DOUBT, DOUBT]),
        (["2,000", "1,234"], [2000, 1234]),
        (["2.5", "1.500"], [Fraction(5, 2), DOUBT]),
        (["2.5", "2,000"], [Fraction(5, 2), 2000]),
        (["2.5", "2,5", "2,000"], [Fraction(5, 2), Fraction(5, 2), DOUBT]),
    ],
)
def test_terms_are_judged_as_a_column(cells: list[str], expected: list[Any]) -> None:
    size, name = len(cells), "term"
    table = {"dossier_id": [f"A{n}" for n in range(size)], "unit_code": ["TM"] * size, "status": ["1"] * size, "term": cells}
    parsed = read_table("dossiers", [*table, "term_unit"], [*table.values(), ["ngày"] * size])
    codes = {p.row: p.code for p in parsed.problems}
    terms = dict(zip(parsed.columns.row_numbers().tolist(), (getattr(r, name) for r in parsed.columns.records()), strict=True))
    assert [codes.get(at, terms.get(at)) for at in range(1, size + 1)] == expected


DAY = date(2021, 3, 5)
LATE_MAY, IMPOSSIBLE = "25/05/2021", Code.IMPOSSIBLE_DATE


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["01/25/2021", "05/03/2021", "04/04/2021", LATE_MAY], [IMPOSSIBLE, DOUBT, date(2021, 4, 4), date(2021, 5, 25)]),
        (["01/25/2021 08:30", "05/03/2021 08:30"], [IMPOSSIBLE, DOUBT]),
        (["05/03/2021", LATE_MAY, "2021-03-05"], [DAY, date(2021, 5, 25), DAY]),
        (["31/02/2021", "05/03/2021"], [IMPOSSIBLE, DAY]),
        (["05/33/2021", "05/03/2021"], [IMPOSSIBLE, DAY]),
    ],
)
def test_texts_of_a_column_have_one_order_of_day_and_month(tmp_path: Path, way: Way, cells: list[str], expected: list[Any]) -> None:
    assert verdicts(way(cells, "held_on", tmp_path), len(cells), "held_on") == expected


SHORT, SHORT_MAY = "05/03/21", date(2021, 5, 25)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([SHORT, "25/05/21", "1.4.21 08:30", "08:30 01/04/21"], [DAY, SHORT_MAY, datetime(2021, 4, 1, 8, 30), datetime(2021, 4, 1, 8, 30)]),
        ([SHORT, LATE_MAY], [DAY, SHORT_MAY]),  # a whole year beside it shows the order
        (["25/05/95", "05/03/89"], [date(1995, 5, 25), date(2089, 3, 5)]),
        ([SHORT], [DOUBT]),
        ([SHORT, "04/04/21", "06/03/21"], [DOUBT, date(2021, 4, 4), DOUBT]),
        ([SHORT, "05/25/21"], [DOUBT, IMPOSSIBLE]),  # as another country writes it
        ([SHORT, "05/25/21", "25/05/21"], [DOUBT, IMPOSSIBLE, DOUBT]),
        ([SHORT, "01/25/2021"], [DOUBT, IMPOSSIBLE]),
        (["05-03-21", "25-05-21", "21-03-05"], [DOUBT, DOUBT, DOUBT]),  # the year may come first
        (["05-03-95", "25-05-95"], [date(1995, 3, 5), date(1995, 5, 25)]),
        (["99/99/99", "25/13/21", SHORT], [IMPOSSIBLE, IMPOSSIBLE, DOUBT]),
        (["31/02/21", SHORT], [IMPOSSIBLE, DAY]),  # no day, and its day comes first
        (["1/2/3/21", "12/05/03/21", LATE_MAY], [IMPOSSIBLE, IMPOSSIBLE, SHORT_MAY]),
    ],
)
def test_years_of_two_digits_are_read_where_the_column_shows_the_order(
    tmp_path: Path, way: Way, cells: list[str], expected: list[Any]
) -> None:
    assert verdicts(way(cells, "held_on", tmp_path), len(cells), "held_on") == expected


def test_a_short_year_in_doubt_names_its_readings() -> None:
    (found,) = [p for part in memory([SHORT], "held_on", Path()) for p in part.problems]
    assert found.fix_en == "; 05/03/2021 or 03/05/2021? the column does not show the order; write the year in full"
    (found,) = [p for part in memory(["05-03-21"], "held_on", Path()) for p in part.problems]
    assert found.fix_en.startswith("; 05/03/2021 or 03/05/2021 or 21/03/2005?")


@given(st.lists(st.dates(date(1990, 1, 1), date(2089, 12, 31)), max_size=8), st.sampled_from(["/", "."]), st.booleans())
def test_short_years_that_are_read_are_the_days_that_were_written(days: list[date], mark: str, timed: bool) -> None:
    cells = [f"{day.day:02}{mark}{day.month}{mark}{day.year % 100:02}{' 08:30' if timed else ''}" for day in days]
    shown = any(day.day > 12 for day in days)
    for day, found in zip(days, verdicts(memory(cells, "held_on", Path()), len(cells), "held_on"), strict=True):
        assert (
            found == (datetime(day.year, day.month, day.day, 8, 30) if timed else day) if shown or day.day == day.month else found is DOUBT
        )


@pytest.mark.parametrize("way", [memory, rows, workbook])
@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([DAY, "25/05/21"], [DOUBT, SHORT_MAY]),
        ([DAY, date(2021, 4, 4), LATE_MAY], [DOUBT, date(2021, 4, 4), date(2021, 5, 25)]),
        ([datetime(2021, 3, 5, 8), "25/05/2021 08:30"], [DOUBT, datetime(2021, 5, 25, 8, 30)]),
        ([DAY, "01/25/2021"], [DOUBT, IMPOSSIBLE]),
        ([DAY, date(2021, 5, 25), LATE_MAY], [DAY, date(2021, 5, 25), date(2021, 5, 25)]),
        ([DAY, "05/03/2021", LATE_MAY], [DAY, DAY, date(2021, 5, 25)]),
        ([DAY, date(2021, 3, 6)], [DAY, date(2021, 3, 6)]),
    ],
)
def test_dates_that_a_spreadsheet_exchanged_are_refused(tmp_path: Path, way: Way, cells: list[Any], expected: list[Any]) -> None:
    assert verdicts(way(cells, "held_on", tmp_path), len(cells), "held_on") == expected


NUMBERS = st.sampled_from(["2,000", "2.000", "1,500", "2.096", "0,000", "2,0", "2.0", "1,234,567", "1.234.567", "7", 2000, None, "x"])
DATES = st.sampled_from(
    [
        "05/03/2021",
        "05/03/21",
        "25/05/21",
        "05-03-21",
        "01/25/2021",
        LATE_MAY,
        "04/04/2021",
        "2021-05-03",
        DAY,
        datetime(2021, 3, 25, 8),
        None,
        "x",
        44256,
    ]
)


@given(
    st.one_of(*(st.tuples(st.just(name), st.lists(cell, max_size=6)) for name, cell in (("reach", NUMBERS), ("held_on", DATES)))), st.data()
)
def test_the_order_of_the_rows_changes_no_reading(case: tuple[str, list[Any]], data: st.DataObject) -> None:
    name, cells = case
    order = data.draw(st.permutations(range(len(cells))))
    once = verdicts(memory(cells, name, Path()), len(cells), name)
    again = verdicts(memory([cells[at] for at in order], name, Path()), len(cells), name)
    assert again == [once[at] for at in order]


@given(
    st.one_of(*(st.tuples(st.just(name), st.lists(cell, max_size=6)) for name, cell in (("reach", NUMBERS), ("held_on", DATES)))),
    st.integers(0, 6),
)
def test_signs_of_parts_add_up(case: tuple[str, list[Any]], cut: int) -> None:
    name, cells = case
    spec = schema_by_name(KINDS["outreach"].model)[name]
    whole, *parts = (signs_of(spec, RawColumn.of(some)) for some in (cells, cells[:cut], cells[cut:]))
    assert whole == parts[0] | parts[1]


@given(st.lists(NUMBERS, max_size=6))
def test_a_number_that_is_read_has_the_digits_of_its_cell(cells: list[Any]) -> None:
    """Nothing that has three digits after its mark is read as a number without them, in whatever column it stands."""
    for cell, found in zip(cells, verdicts(memory(cells, "reach", Path()), len(cells), "reach"), strict=True):
        if isinstance(cell, str) and isinstance(found, int) and cell not in ("2,0", "2.0"):
            assert str(found) == cell.replace(",", "").replace(".", "")


@pytest.mark.parametrize("cell", [Decimal("2.000"), np.float32(2.0), 2.0, Fraction(2), np.int64(2)])
def test_what_is_a_number_is_no_text(cell: Any) -> None:
    assert parse_whole(cell) == parse_term(cell) == 2


@pytest.mark.parametrize("cell", [Decimal("1.125"), np.float32(1.125), Decimal("NaN"), np.float64("inf")])
def test_a_number_with_a_part_is_no_whole_one(cell: Any) -> None:
    with pytest.raises(CellError) as reported:
        parse_whole(cell)
    assert reported.value.code is Code.NOT_A_NUMBER


def test_a_decimal_of_a_million_digits_is_not_written_out() -> None:
    with pytest.raises(CellError) as reported:
        parse_whole(Decimal("1E+1000000000"))
    assert reported.value.code is Code.NUMBER_OUT_OF_RANGE
