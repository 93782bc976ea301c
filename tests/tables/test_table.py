"""Answer tables: what every one of them does with its columns, drawn by hypothesis."""

from __future__ import annotations

import csv
import html
import io
import re
import subprocess
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.errors import CchcError
from cchc_metrics.reference.period import Period
from cchc_metrics.tables.columns import Cell, Cells, CellType, Coded, Lazy, Packed, Quotients, Rows, as_column
from cchc_metrics.tables.frames import _package
from cchc_metrics.tables.listing import Shown, display_width, no_formula, text
from cchc_metrics.tables.listing import html as page_of
from cchc_metrics.tables.numbers import format_decimal_exact, plain
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Text

Line = tuple[Cell, ...]

TYPES: tuple[CellType, ...] = ("text", "text", "text", "whole", "number", "number", "date", "flag")
NAMES = ("unit", "name", "period", "count", "value", "required", "due", "better")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Made(AnswerTable[Line]):
    """A table of drawn lines, with a column of each make."""

    lines: tuple[Line, ...]

    _key_columns = ("unit", "period")
    _compared = (("value", "required"),)

    def __len__(self) -> int:
        return len(self.lines)

    def _columns(self) -> Mapping[str, Lazy]:
        columns = dict(zip(NAMES, zip(*self.lines, strict=True), strict=True)) if self.lines else dict.fromkeys(NAMES, ())
        made: dict[str, Lazy] = {name: partial(Cells, kind, columns[name]) for name, kind in zip(NAMES, TYPES, strict=True)}
        for name in ("unit", "period"):
            labels = list(dict.fromkeys(cell for cell in columns[name] if cell is not None))
            made[name] = Coded(np.array([-1 if c is None else labels.index(c) for c in columns[name]], dtype=np.int8), labels)
        counts = columns["count"]
        made["count"] = Packed(np.array([c or 0 for c in counts], dtype=np.int64), np.array([c is not None for c in counts], dtype=bool))
        pairs = [(0, 0) if v is None else (v.numerator, v.denominator) for v in columns["value"]]
        over, under = (np.array([pair[n] for pair in pairs], dtype=np.int64) for n in (0, 1))
        made["value"] = Quotients(over, under)
        return made

    def _item(self, row: int) -> Line:
        return self.lines[row]

    def _take(self, rows: Rows) -> Made:
        return Made(tuple(self.lines[row] for row in rows.tolist()))


TEXTS = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    ["Tháp Mười", "=1+1", "@a", "<b>", "a|b", "東京", "a\u0301\u0300", "x\ny"]
)
FRACTIONS = st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=10**9)
LINES = st.tuples(
    st.none() | st.sampled_from(["TM", "30037", "Mỹ An"]),
    TEXTS | st.builds(Text, TEXTS, TEXTS),
    st.sampled_from([Period.parse("2021"), Period.parse("2021-Q1"), None]),
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | FRACTIONS,
    st.none() | FRACTIONS,
    st.none() | st.dates(date(1900, 1, 1), date(2200, 1, 1)),
    st.none() | st.booleans(),
)
TABLES = st.builds(Made, st.lists(LINES, max_size=30).map(tuple))
LANGS = st.sampled_from(["vi", "en"])


def spoken(cell: Any, lang: str) -> Any:
    if isinstance(cell, Text):
        return cell.text(lang)
    return cell.label if isinstance(cell, Period) else cell


def as_float(cell: Any, lang: str) -> Any:
    return float(cell) if isinstance(cell, Fraction) else spoken(cell, lang)


@given(TABLES)
def test_rows_columns_and_items_are_the_same_cells(table: Made) -> None:
    assert list(table) == list(table.lines)
    assert table.columns == NAMES
    assert list(zip(*map(table.column, NAMES), strict=True)) == list(table)


@given(TABLES, LANGS)
def test_dicts_hold_exact_decimals_and_plain_cells(table: Made, lang: Any) -> None:
    def plain_cell(cell: Any) -> Any:
        if isinstance(cell, Fraction):
            return format_decimal_exact(cell)
        return cell.isoformat() if isinstance(cell, date) else spoken(cell, lang)

    assert [tuple(row.values()) for row in table.to_dicts(lang)] == [tuple(map(plain_cell, line)) for line in table]
    assert all(tuple(row) == NAMES for row in table.to_dicts(lang))


def lines_of(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n")


@given(TABLES, LANGS)
def test_csv_reads_back_as_the_dicts(table: Made, lang: Any) -> None:
    heading, *rows = csv.reader(io.StringIO(table.to_csv(lang), newline=""))
    assert tuple(heading) == NAMES

    def written(name: str, cell: Any) -> str:
        if isinstance(cell, bool):
            return "true" if cell else "false"
        return "" if cell is None else lines_of(no_formula(cell)) if name in NAMES[:3] else str(cell)

    assert rows == [[written(name, cell) for name, cell in row.items()] for row in table.to_dicts(lang)]
    assert not any(cell.startswith(("=", "@", "\t", "\r")) for row in rows for cell in row)


@given(TABLES, LANGS)
def test_arrow_and_parquet_read_back_with_the_nearest_floats(table: Made, lang: Any) -> None:
    arrow = table.to_arrow(lang)
    assert [tuple(row.values()) for row in arrow.to_pylist()] == [tuple(as_float(cell, lang) for cell in line) for line in table]
    assert arrow.schema == Made(()).to_arrow().schema
    buffer = io.BytesIO()
    table.to_parquet(buffer, lang)
    assert pq.read_table(io.BytesIO(buffer.getvalue())).equals(arrow)


@given(TABLES, LANGS)
def test_polars_has_the_cells_of_arrow(table: Made, lang: Any) -> None:
    frame = table.to_polars(lang)
    assert frame.rows() == [tuple(as_float(cell, lang) for cell in line) for line in table]
    assert frame.schema == Made(()).to_polars().schema


@given(TABLES, LANGS)
def test_pandas_has_the_cells_of_arrow(table: Made, lang: Any) -> None:
    import pandas as pd  # noqa: PLC0415

    frame = table.to_pandas(lang)
    assert tuple(frame.columns) == NAMES
    assert len(frame) == len(table)
    for name, kind in zip(NAMES, TYPES, strict=True):
        for found, cell in zip(frame[name], table.column(name), strict=True):
            wanted = as_float(cell, lang)
            if wanted is None:
                assert pd.isna(found)
            else:
                assert found == (pd.Timestamp(wanted) if kind == "date" else wanted)


@given(TABLES, st.data())
def test_a_filter_gives_the_rows_that_have_the_cell(table: Made, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    cells = table.column(name)
    value = data.draw(st.sampled_from(cells)) if cells else None
    several = data.draw(st.lists(st.sampled_from(cells), max_size=3)) if cells else []
    found = table.filter(**{name: value})
    assert type(found) is Made

    def same(cell: Any) -> bool:
        # A text in both languages is found by either.
        return cell == value or (isinstance(cell, Text) and value in (cell.vi, cell.en))

    assert list(found) == [line for line, cell in zip(table, cells, strict=True) if same(cell)]
    assert len(table.filter(**{name: several})) == sum(
        cell in several or (isinstance(cell, Text) and (cell.vi in several or cell.en in several)) for cell in cells
    )
    assert list(table.filter()) == list(table)


@given(TABLES)
def test_what_is_filtered_by_each_language_and_label(table: Made) -> None:
    for line in table:
        if isinstance(line[1], Text):
            assert line in list(table.filter(name=line[1].vi))
            assert line in list(table.filter(name=[line[1].en]))
        if isinstance(line[2], Period):
            assert line in list(table.filter(period=line[2].label))
            assert line in list(table.filter(period={line[2]}, unit=line[0]))


@given(TABLES, LANGS)
def test_a_table_prints_within_its_rows_and_width(table: Made, lang: Any) -> None:
    for printed in (repr(table), str(table), table.to_text(lang)):
        lines = printed.split("\n")
        assert all(display_width(line) <= 100 for line in lines)
        assert len(lines) <= 1 + 20 + 2
    if len(table) > 20:
        assert f"… {len(table) - 20} more" in table.to_text("en")
    everything = table.to_text(lang, rows=None, width=None).split("\n")
    assert len(everything) == 1 + len(table)


@given(TABLES)
def test_what_html_and_markdown_say_is_nothing_but_the_table(table: Made) -> None:
    page = table._repr_html_()
    tags = set(re.findall(r"<([^>]*)>", page))
    assert tags <= {
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "p",
        *(f"/{t}" for t in ("table", "thead", "tbody", "tr", "th", "td", "p")),
    } | {
        'th style="text-align:right"',
        'td style="text-align:right"',
    }
    cells = [html.unescape(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", page)]
    shown = len(re.findall(r"<th[ >]", page))
    assert len(cells) == shown * min(len(table), 20)
    _, rule, *rows = table.to_markdown().split("\n")
    assert rule.count("|") == shown + 1 or len(table) > 20  # a column may be empty in the first rows only
    assert len(rows) == len(table)
    assert all(len(re.findall(r"(?<!\\)\|", re.sub(r"\\\\", "", row))) == rule.count("|") for row in rows)


@given(TABLES)
def test_an_item_is_found_by_its_key(table: Made) -> None:
    for line in table:
        same = [other for other in table if other[0] == line[0] and other[2] == line[2]]
        if len(same) == 1:
            assert table[line[0], line[2]] is line
            assert table.get(line[0], line[2]) is line
        else:
            with pytest.raises(CchcError, match=f"there are {len(same)} rows of"):
                table[line[0], line[2]]


@given(st.lists(FRACTIONS, min_size=1, max_size=4))
def test_numbers_beside_each_other_print_in_their_order(values: list[Fraction]) -> None:
    line = (None, "", None, None, values[0], values[-1], None, None)
    heading, cells = Made((line,)).to_text(rows=None, width=None).split("\n")
    shown = dict(zip(heading.split(), cells.split(), strict=True))
    assert (shown["value"] == shown["required"]) is (values[0] == values[-1])


def one(**cells: Cell) -> Made:
    return Made((tuple(cells.get(name) for name in NAMES),))


def test_an_empty_table_prints_its_headings() -> None:
    table = Made(())
    assert str(table).split() == list(NAMES)
    assert table.to_dicts() == []
    assert table.to_csv() == ",".join(NAMES) + "\n"
    assert len(table.to_arrow()) == len(table.to_pandas()) == len(table.to_polars()) == 0
    assert "<td" not in table._repr_html_()
    assert list(table.filter(unit="TM")) == []


def test_a_table_as_it_prints() -> None:
    table = Made(
        (
            ("TM", Text("Đúng hạn", "On time"), Period.parse("2021"), 12, Fraction(200, 3), Fraction(90), date(2021, 12, 31), False),
            ("Mỹ An", "=x", None, None, None, None, None, None),
        )
    )
    assert table.to_text("en") == (
        "unit   name     period  count       value  required  due         better\n"
        "TM     On time  2021       12  66.666666…        90  2021-12-31  no\n"
        "Mỹ An  =x       –           –           –         –  –           –"
    )
    assert table.to_markdown().split("\n")[2] == r"| TM | Đúng hạn | 2021 | 12 | 66.666666… | 90 | 31/12/2021 | không |"
    assert table.to_csv("en").split("\n")[1:] == ["TM,On time,2021,12,66.6666666667,90,2021-12-31,false", "Mỹ An,'=x,,,,,,", ""]


def test_columns_without_cells_are_not_printed() -> None:
    assert str(one(unit="TM", count=2)) == "unit  count\nTM        2"


def test_a_wide_table_names_the_columns_it_leaves_out() -> None:
    wide = one(
        unit="Mỹ An",
        name="dài " * 40,
        count=10**18,
        value=Fraction(10**18, 3),
        required=Fraction(10**24, 7),
        due=date(2021, 1, 1),
        better=True,
    )
    first, second, last = str(wide).split("\n")
    assert last == "… còn các cột: required, due, better"
    assert "…" in second
    assert wide.to_text(width=None).split("\n")[0].split() == ["unit", "name", "count", "value", "required", "due", "better"]
    assert first.split() == ["unit", "name", "count", "value"]


def test_nearly_equal_numbers_print_apart() -> None:
    table = one(value=Fraction(8_999_999_991, 10**8), required=Fraction(8_999_999_992, 10**8))
    assert table.to_text().split("\n")[1].split() == ["89.99999991", "89.99999992"]
    assert plain(Fraction(8_999_999_991, 10**8)) == "89.999999…"


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (("Tm1",), r"the table has no unit «Tm1»; did you mean «TM»\?"),
        (("TM", "2021-Q2"), r"the table has no period «2021-Q2»; did you mean «2021-Q1»\?"),
        (("zzz",), "the table has no unit «zzz»; there are: TM, 30037"),
        (("TM",), "there are 2 rows of «TM»; say period too: 2021, 2021-Q1"),
        (("TM", "2021", "x"), "the key of the table is: unit, period"),
        ((), "the key of the table is: unit, period"),
        ((["TM"], {}), "cannot filter by"),
    ],
)
def test_a_key_that_is_not_there_is_named(key: Any, message: str) -> None:
    none = (None,) * 5
    table = Made(
        (
            ("TM", "a", Period.parse("2021"), *none),
            ("TM", "b", Period.parse("2021-Q1"), *none),
            ("30037", "c", Period.parse("2021"), *none),
        )
    )
    with pytest.raises(CchcError, match=message):
        table[key]
    assert table["30037"][1] == "c"
    assert table["TM", "2021-Q1"][1] == "b"
    assert table.get("zzz") is None


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(CchcError, match=r"the table has no column «unitt»; did you mean «unit»\?"):
        Made(()).filter(unitt="TM")
    with pytest.raises(CchcError, match="the table has no column «zz»; there are: unit, name"):
        Made(()).column("zz")


def test_a_language_that_is_not_there_is_named() -> None:
    with pytest.raises(CchcError, match="choose vi or en"):
        Made(()).to_text("fr")  # type: ignore[arg-type]


def test_an_integer_beyond_64_bits_is_exact_in_text_and_refused_in_frames() -> None:
    @dataclass(frozen=True, slots=True, repr=False, eq=False)
    class Large(Made):
        def _columns(self) -> Mapping[str, Lazy]:
            return {"count": [2**70]}

    assert Large(one().lines).to_dicts() == [{"count": 2**70}]
    with pytest.raises(CchcError, match="does not fit into 64 bits"):
        Large(one().lines).to_arrow()


def test_an_array_of_floats_is_no_column() -> None:
    with pytest.raises(TypeError, match="is not exact"):
        as_column(np.array([0.5]))


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, fix in (("pandas", "pandas"), ("polars", "polars"), ("pyarrow", r"cchc-metrics\[arrow\]")):
        monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(CchcError, match=f'pip install "{fix}"'):
            _package(name, fix.replace("\\", ""))
    for export in ("to_arrow", "to_pandas", "to_polars"):
        with pytest.raises(CchcError, match="is needed"):
            getattr(one(unit="TM"), export)()


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_frames_need_their_own_package_only(package: str) -> None:
    others = {"pandas", "polars", "pyarrow"} - {package}
    program = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); sys.modules.update(dict.fromkeys({sorted(others)}));"
        f"from small_table import small; print(len(small().to_{package}()))"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, capture_output=True, text=True)  # noqa: S603
    assert done.stdout == "2\n"


def test_a_parquet_file_appears_whole(tmp_path: Path) -> None:
    table = one(unit="TM", value=Fraction(1, 8))
    table.to_parquet(tmp_path / "a.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]
    assert pq.read_table(tmp_path / "a.parquet").to_pylist()[0]["value"] == 0.125
    with pytest.raises(CchcError, match="cannot write"):
        table.to_parquet(tmp_path / "none" / "a.parquet")


def test_the_width_of_vietnamese_text_is_that_of_its_letters() -> None:
    word = "Thủ tục hành chính"
    assert display_width(word) == display_width(unicodedata.normalize("NFD", word)) == len(word)
    assert display_width("\u200bMỹ") == 2


def test_a_million_rows_are_shown_and_filtered_without_making_them() -> None:
    @dataclass(frozen=True, slots=True, repr=False, eq=False)
    class Million(AnswerTable[int]):
        codes: np.ndarray

        def __len__(self) -> int:
            return len(self.codes)

        def _columns(self) -> Mapping[str, Lazy]:
            return {"unit": Coded(self.codes, [str(n) for n in range(3321)]), "count": self._made}

        def _made(self) -> np.ndarray:
            pytest.fail("a column was made that is not shown")

        def _item(self, row: int) -> int:
            pytest.fail(f"item {row} was made")

        def _take(self, rows: Rows) -> Million:
            return Million(self.codes[rows])

        _printed = ("unit",)

    table = Million(np.arange(1_000_000, dtype=np.int64) % 3321)
    assert len(table.filter(unit=["7", "8"])) == 604
    assert len(str(table).split("\n")) == 22
    assert pa.array(table.head(3)._column("unit").exported("vi")[0]).to_pylist() == ["0", "1", "2"]


def test_columns_line_up_under_vietnamese_headings() -> None:
    found = Shown(("a", "b"), ("Chỉ tiêu", "Kỳ"), (False, False), (("a", "b"), ("đơn vị cấp xã", "z")))
    lines = text(found).splitlines()
    assert [line.index(last) for line, last in zip(lines, ("Kỳ", "b", "z"), strict=True)] == [15, 15, 15]
    assert "<th>&lt;</th>" in page_of(Shown(("a",), ("<",), (False,), (("&",),)))
    assert "<td>&amp;</td>" in page_of(Shown(("a",), ("<",), (False,), (("&",),)))
