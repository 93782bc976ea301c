"""Dates and times many at a time: the verdict on each is that of its cell by itself, whatever stands around it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from cchc_metrics.read import csv_arrow, csv_files, moments
from cchc_metrics.read.files import read_file
from cchc_metrics.read.frames import read_frame
from cchc_metrics.read.moment_shapes import Shapes
from cchc_metrics.read.moments import bytes_of, understand_moments
from cchc_metrics.read.parquet_files import scan_parquet
from cchc_metrics.read.raw import ABSENT, RawColumn, Uncalculated
from cchc_metrics.read.rows import read_table
from cchc_metrics.read.tables import tidy
from cchc_metrics.read.typed import column_of
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array, moments_to_numbers
from cchc_metrics.records.fields import CellError, parse_moment
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import schema_by_name

SPEC = schema_by_name(KINDS["dossiers"].model)["submitted_at"]
WORDED = (
    "{D:02}/{M:02}/{Y} {h:02}:{m:02}",
    "{D}/{M}/{Y} {h}:{m:02}",
    "{D:02}-{M:02}-{Y} {h:02}:{m:02}:{s:02}",
    "{D:02}.{M:02}.{Y} {h}h{m:02}",
    "{Y}-{M:02}-{D:02}T{h:02}:{m:02}:{s:02}",
    "{Y}-{M:02}-{D:02} {h:02}:{m:02}:{s:02}.{f}",
    "{Y}-{M:02}-{D:02} {h:02}:{m:02}:{s:02},{s:03}",
    "{Y}-{M:02}-{D:02}T{h:02}:{m:02}:{s:02}+07:00",
    "{Y}-{M:02}-{D:02}T{h:02}:{m:02}:{s:02}Z",
    "{Y}-{M:02}-{D:02} {h:02}:{m:02} -0{s:.1}30",
    "{D:02}/{M:02}/{Y} {h:02}:{m:02}+{h:02}:{m:02}",
    "{Y}{M:02}{D:02}{h:02}{m:02}{s:02}",
    "{Y}{M:02}{D:02}{h:02}{m:02}",
    "{Y}{M:02}{D:02}",
    "{D:02}/{M:02}/{Y}",
    "{Y}/{M}/{D}",
    "{h:02}:{m:02} {D:02}/{M:02}/{Y}",
    "{h:02}:{m:02}:{s:02}, {D:02}/{M:02}/{Y}",
    "{D:02}/{M:02}/{Y} {h:02}:{m:02} SA",
    "{D:02}/{M:02}/{Y} {h:02}:{m:02}:{s:02} CH",
    "{D:02}/{M:02}/{Y} {h}:{m:02} pm",
    "{D:02}/{M:02}/{Y} {h:02}:{m:02} (GMT+7)",
    "{D:02}/{M:02}/{Y} {h:02}:{m:02} UTC+07:00",
    "Thứ sáu, {D:02}/{M:02}/{Y} {h:02}:{m:02}",
    "Thứ {wd} {D:02}/{M:02}/{Y}",
    "T{wd}{D:02}/{M:02}/{Y}",
    "CN, {D:02}/{M:02}/{Y}",
    "{h:02} giờ {m:02} ngày {D:02}/{M:02}/{Y}",
    "Lúc {h:02} giờ {m:02} phút, thứ hai ngày {D:02}/{M:02}/{Y}",
    "ngày {D:02} tháng {M} năm {Y}",
    "Ngày {D} tháng {M:02} năm {Y} lúc {h}g{m:02}",
    "{n}",
    "{n},{f}",
    "{n}.{s}",
    "{D:02}/{M:02}/{y:02} {h:02}:{m:02}",
    "{h}:{m:02} {D}.{M}.{y:02}",
    "Thứ năm, {D:02}/{M:02}/{y:02}",
)
"""Forms that are understood."""
GOOD = {"D": 5, "M": 3, "Y": 2021, "h": 8, "m": 30, "s": 15, "wd": 6, "n": 44260, "y": 21, "f": "354166667"}


@st.composite
def written(draw: st.DrawFn) -> str:
    """Return a text of one of the forms: a day or time that exists, or nearly."""
    odd = draw(st.booleans())
    near: dict[str, Any] = {
        "D": draw(st.integers(0, 32) if odd else st.integers(1, 28)),
        "M": draw(st.integers(0, 13) if odd else st.integers(1, 12)),
        "Y": draw(st.integers(1988, 2101) if odd else st.integers(1990, 2099)),
        "h": draw(st.integers(0, 25) if odd else st.integers(0, 11)),
        "m": draw(st.integers(0, 61) if odd else st.integers(0, 59)),
        "s": draw(st.integers(0, 61) if odd else st.integers(0, 59)),
        "wd": draw(st.integers(0, 9)),
        "y": draw(st.integers(0, 99)),
        "n": draw(st.integers(29_999, 80_001) if odd else st.integers(32_874, 73_050)),
        "f": draw(
            st.text("0123456789", min_size=1, max_size=19) | st.sampled_from(["9999999999", "999999994213", "99999999999999999", "5"])
        ),
    }
    text = draw(st.sampled_from(WORDED)).replace("{s:.1}", str(near["s"])[0]).format(**near)
    return draw(st.sampled_from(spellings(text)))


def spellings(text: str) -> list[str]:
    """Return a text, and as it comes out of other systems."""
    middle = len(text) // 2
    return [
        *[text] * 8,
        f" {text}\t",
        unicodedata.normalize("NFD", text),
        text.upper(),
        text.replace(" ", "\u00a0"),
        f"\ufeff{text}",
        f'="{text}"',
        f"{text[:middle]}\u200b{text[middle:]}",
        text.replace("1", "\u0661"),
        text.replace("2", "\uff12"),
        text[:-1],
        f"{text}0",
        f"{text}x",
    ]


TEXTS = (
    written()
    | st.sampled_from(["", " ", "soon", "-", "01/25/2021", "31/02/21", "05-03-21", "\ud800", "0" * 70, "a,b"])
    | st.text(max_size=9)
)
OTHERS = st.sampled_from(
    [
        *(None, ABSENT, Uncalculated("A1"), 44256, 44256.25, float("nan"), True, b"05/03/2021", (), date(2021, 3, 5), date(1800, 1, 1)),
        *(datetime(2021, 3, 5, 8, 30, 1, 9), datetime(2021, 3, 5, 20, tzinfo=UTC), datetime(1989, 12, 31, 23), datetime(2099, 12, 31)),
    ]
)


@pytest.fixture(autouse=True)
def _together(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few cells there are, they are looked at together; and columns of CSV are distinct from the first row."""
    monkeypatch.setattr(moments, "_FEW", 0)
    monkeypatch.setattr(csv_arrow, "_ROWS_THAT_TELL", 1)
    monkeypatch.setattr(csv_files, "_WORTH_BLOCKS", 0)


def alone(cells: Sequence[Any]) -> list[tuple[int, int, Code | None]]:
    """Return the day, the second and the error of each cell by itself."""
    found: list[tuple[int, int, Code | None]] = []
    for cell in cells:
        if isinstance(cell, Uncalculated):
            found.append((-1, -1, Code.FORMULA_WITHOUT_VALUE))
            continue
        try:
            days, seconds = moments_to_numbers([None if cell is ABSENT else parse_moment(cell)])
            found.append((int(days[0]), int(seconds[0]), None))
        except CellError as error:
            meant = moments._short(cell)  # which the column settles
            days, seconds = moments_to_numbers([meant])
            found.append((int(days[0]), int(seconds[0]), error.code if meant is None else None))
    return found


def together(column: RawColumn, rows: int) -> list[tuple[int, int, Code | None]]:
    """Return the same of the rows of a column."""
    found = understand_moments(SPEC, column)
    codes: list[Code | None] = [None] * rows
    for code, where, reason in found.wrong():
        for row in where.tolist():
            assert reason(row).code is code
            codes[row] = code
    days, seconds = found.rows(column)
    return list(zip(days.tolist(), seconds.tolist(), codes, strict=True))


@given(st.lists(TEXTS | OTHERS, max_size=30))
@example(["2021-03-05 08:30:00+23:59", "2099-12-31 23:00:00-05:00", "1990-01-01 00:00+08:00", "2021-03-05 08:30+24:00"])
@example(["44256,999999999999", "44256,9999999999999999", "44256,00000000000000001", "44256,0", "44256.000005787037037"])
def test_cells_mean_together_what_they_mean_alone(cells: list[Any]) -> None:
    column = RawColumn.of(cells)
    assert together(column, len(cells)) == alone(cells)


@given(st.lists(TEXTS.filter(lambda text: "\ud800" not in text) | st.none(), max_size=30), st.integers(0, 5), st.integers(0, 30))
def test_so_do_texts_of_arrow(cells: list[str | None], first: int, cut: int) -> None:
    array = pa.array(cells, pa.large_string())[first:]
    for texts in (array, array.cast(pa.string()), array.dictionary_encode(), pa.chunked_array([array[:cut], array[cut:]])):
        column = column_of(SPEC, texts)
        assert isinstance(column, RawColumn)
        assert together(column, len(array)) == alone(cells[first:])


@given(st.lists(TEXTS, min_size=1, max_size=30))
def test_what_they_show_of_their_column_is_the_same(cells: list[str]) -> None:
    """Texts that are understood together show what each shows by itself."""
    found, left = Shapes().understand(*bytes_of(cells))
    for at in set(range(len(cells))) - set(left.tolist()):
        assert int(found.signs[at]) == moments._sign(cells[at]), cells[at]


@pytest.mark.parametrize("form", WORDED)
def test_every_form_is_understood_together(form: str) -> None:
    """No text of a form that is understood is left to be looked at by itself."""
    texts = [form.replace("{s:.1}", "5").format(**{**GOOD, "D": day}) for day in range(10, 29)]
    found, left = Shapes().understand(*bytes_of(texts))
    assert not len(left)
    assert list(zip(found.days.tolist(), found.seconds.tolist(), strict=True)) == [(day, second) for day, second, _ in alone(texts)]


def test_digits_stand_for_the_same_on_every_day() -> None:
    """Each day of the calendar, before and after its ends, in two forms."""
    days = [date(1989, 12, 1) + timedelta(days=n) for n in range(40_300)]
    for texts in ([f"{day:%d/%m/}{day.year}" for day in days], [f"{day:%Y%m%d}0830" for day in days]):
        assert together(RawColumn.of(texts), len(texts)) == alone(texts)


# --- Whatever way a table comes in


def parsed_ways(cells: Sequence[str], folder: Path) -> dict[str, Any]:
    """Return what is read of dossiers with these texts in two columns, by every way in."""
    table = columns_of(cells)
    plain = pa.table({name: pa.array(column, pa.string()) for name, column in table.items()})
    pa.csv.write_csv(plain, folder / "t.csv")
    pq.write_table(plain, folder / "t.parquet")
    with xlsxwriter.Workbook(str(folder / "t.xlsx"), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for at, (name, column) in enumerate(table.items()):
            sheet.write_column(0, at, [name, *column])
    return {
        "memory": read_table("dossiers", list(table), list(table.values())),
        "CSV": read_file("dossiers", folder / "t.csv", file=""),
        "workbook": read_file("dossiers", folder / "t.xlsx", file=""),
        "Arrow": read_frame("dossiers", plain),
        "Parquet": read_file("dossiers", folder / "t.parquet", file=""),
        "Parquet in parts": next(iter(scan_parquet("dossiers", folder / "t.parquet", file="", keep_ids=True))),
    }


def columns_of(cells: Sequence[str]) -> dict[str, list[str]]:
    return {
        "dossier_id": [f"H{n}" for n in range(len(cells))],
        "unit_code": ["TM"] * len(cells),
        "status": ["received"] * len(cells),
        "submitted_at": list(cells),
        "received_at": list(reversed(cells)),
    }


def verdict(parsed: Any) -> tuple[dict[str, list[Any]], dict[Code, int], list[tuple[Code, str, str]]]:
    arrays: Mapping[str, Array] = tidy(parsed.columns).arrays  # parts are told of times of day that none of their rows has
    dated = {name: array.tolist() for name, array in arrays.items() if name.partition(":")[0].endswith("_at")}
    texts = sorted((p.code, p.column, p.value) for p in parsed.problems.examples if p.code.severity == "error")
    return dated, parsed.problems.by_code(), texts


FILED = written().filter(lambda text: text.isprintable() and text == text.strip() and not text.startswith("="))


@given(
    st.lists(
        FILED | st.sampled_from(["soon", "01/25/2021", "05/03/2021", "25/03/2021 07:00", "25/03/21", "05-03-21", "04/04/21", "01/25/21"]),
        min_size=1,
        max_size=12,
    )
)
def test_every_way_in_gives_the_same(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    found = {name: verdict(parsed) for name, parsed in parsed_ways(cells, tmp_path_factory.mktemp("ways")).items()}
    right = found.pop("memory")
    with pytest.MonkeyPatch.context() as patch:  # looked at one by one
        patch.setattr(moments, "_FEW", len(cells))
        table = columns_of(cells)
        assert verdict(read_table("dossiers", list(table), list(table.values()))) == right
    for name, other in found.items():
        assert other == right, name
