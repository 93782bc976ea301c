"""Pages as text and Markdown: every cell whole, in its column, on a line of at most so many columns, whatever letters it is made of."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.report.page import (
    COUNT,
    Cell,
    Form,
    Page,
    Paragraph,
    Section,
    Table,
    TableHeading,
    TableRow,
    date_cell,
    number_cell,
    words_table,
)
from cchc_metrics.report.page_text import page_markdown, page_text, table_markdown, table_text, wrapped
from cchc_metrics.tables.listing import display_width
from cchc_metrics.text import Lang

LETTERS = "abc đ Đ ư ơ ạ ế ỹ Ấ 0 1 , . % / | \\ * _ ─"
CELLS = st.text(st.sampled_from(LETTERS), max_size=8).map(lambda text: " ".join(text.split()))
FORMS = st.sampled_from(["NFC", "NFD"])
LANGS = st.sampled_from(["vi", "en"])
PERCENT, CHANGE = Form("percent", 2, suffix="%"), Form("points", 2, signed=True)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = draw(st.integers(1, 4))
    row = st.lists(CELLS, min_size=columns, max_size=columns)
    return words_table("t", draw(row), draw(st.lists(row, max_size=4)), draw(st.sets(st.integers(0, columns - 1))))


def texts(table: Table) -> list[list[str]]:
    return [[heading.text for heading in table.headings], *([cell.shown for cell in row.cells] for row in table.rows)]


# --- Cells


@given(st.fractions(-200, 200), st.sampled_from([PERCENT, CHANGE, Form("days", 2, suffix=" ngày")]), LANGS)
def test_a_cell_prints_its_number_rounded_half_up_with_all_its_decimals(number: Fraction, form: Form, lang: Lang) -> None:
    cell = number_cell(number, form, lang)
    digits = cell.text.removesuffix(form.suffix).replace("," if lang == "vi" else ".", ".")
    assert len(digits.partition(".")[2]) == cell.form.decimals >= form.decimals
    scaled = abs(number) * 10**cell.form.decimals
    assert abs(Fraction(digits)) * 10**cell.form.decimals == (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    assert digits.startswith("+") is (form.signed and number > 0)
    assert (cell.number, cell.form.kind, cell.form.suffix) == (number, form.kind, form.suffix)


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [
        (Fraction(989, 10), PERCENT, "98,90%"),
        (100, PERCENT, "100,00%"),
        (Fraction(99_999, 1000), PERCENT, "99,999%"),
        (Fraction(1, 1000), PERCENT, "0,001%"),
        (Fraction(1, 1000), CHANGE, "+0,001"),
        (0, CHANGE, "0,00"),
        (-3, CHANGE, "-3,00"),
        (2096, COUNT, "2.096"),
    ],
)
def test_what_is_not_all_is_not_printed_as_all(number: Fraction, form: Form, text: str) -> None:
    assert number_cell(number, form).text == text


def test_a_day_and_a_mark() -> None:
    assert (date_cell(dt.date(2021, 3, 1)).text, date_cell(dt.date(2021, 3, 1), "en").text) == ("01/03/2021", "2021-03-01")
    assert date_cell(dt.date(2021, 3, 1)).day == dt.date(2021, 3, 1)
    assert number_cell(5, COUNT, mark="*").shown == "5*"
    assert number_cell(Fraction(17_999, 200), Form("percent", 1, suffix="%"), beside=[90]).text == "89,995%"


# --- Text


@given(st.text(), FORMS)
def test_width_does_not_depend_on_how_letters_are_composed(text: str, form: str) -> None:
    normal = unicodedata.normalize("NFC", text)
    assert display_width(unicodedata.normalize("NFD" if form == "NFD" else "NFC", text)) == display_width(normal) <= 2 * len(normal)


def test_a_vietnamese_letter_takes_one_column() -> None:
    for form in ("NFC", "NFD"):
        assert display_width(unicodedata.normalize(form, "Kỳ họp Hội đồng nhân dân Huyện")) == 30


@given(st.text(), st.integers(3, 30), st.integers(0, 1))
def test_lines_have_every_letter_and_are_not_too_wide(text: str, width: int, hang: int) -> None:
    lines = wrapped(text, width, hang=hang)
    assert all(display_width(line) <= width for line in lines)
    assert all(line.startswith(" " * hang) for line in lines[1:])

    def letters(text: str) -> str:
        return "".join(
            "" if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") or c.isspace() else c for c in unicodedata.normalize("NFC", text)
        )

    assert letters("".join(lines)) == letters(text)


@given(tables())
def test_every_cell_stands_in_its_column(table: Table) -> None:
    lines = table_text(table, None).split("\n")
    assert len(lines) == len(table.rows) + 2
    sizes = [len(rule) for rule in lines[1].split("  ")]
    starts = [sum(sizes[:c]) + 2 * c for c in range(len(sizes))]
    for line, row in zip([lines[0], *lines[2:]], texts(table), strict=True):
        assert line == line.rstrip()
        full = line.ljust(sum(sizes) + 2 * len(sizes))
        for c, cell in enumerate(row):
            field = full[starts[c] : starts[c] + sizes[c]]
            assert field == (cell.rjust(sizes[c]) if table.headings[c].right else cell.ljust(sizes[c]))
            assert full[starts[c] + sizes[c] : starts[c] + sizes[c] + 2].strip() == ""


@given(tables())
def test_no_column_is_wider_than_it_has_to_be(table: Table) -> None:
    sizes = [len(rule) for rule in table_text(table, None).split("\n")[1].split("  ")]
    assert sizes == [max(1, *(len(row[c]) for row in texts(table))) for c in range(len(table.headings))]


@given(tables(), FORMS)
def test_composition_of_letters_moves_no_column(table: Table, form: str) -> None:
    other = words_table(
        "t",
        *([unicodedata.normalize("NFD" if form == "NFD" else "NFC", cell) for cell in texts(table)[0]],),
        [[unicodedata.normalize("NFD" if form == "NFD" else "NFC", cell) for cell in row] for row in texts(table)[1:]],
        [c for c, heading in enumerate(table.headings) if heading.right],
    )
    assert unicodedata.normalize("NFC", table_text(other)) == unicodedata.normalize("NFC", table_text(table))


@st.composite
def wide_tables(draw: st.DrawFn) -> Table:
    """Return tables of long names and many numbers, some in groups, some rows indented."""
    words = st.text(st.sampled_from("abcđ ưạế "), max_size=90)
    columns = draw(st.integers(2, 14))
    groups = draw(st.lists(st.sampled_from(["", "Năm 2021", "So với năm 2020"]), min_size=columns, max_size=columns))
    headings = tuple(TableHeading(draw(words), groups[c], right=c > 0) for c in range(columns))
    cells = st.one_of(words.map(Cell), st.fractions(-9999, 9999).map(lambda n: number_cell(n, Form("percent", 2, suffix="%"))))
    rows = draw(st.lists(st.tuples(words.map(Cell), *([cells] * (columns - 1))), max_size=4))
    return Table("t", headings, tuple(TableRow(row, depth=draw(st.integers(0, 2))) for row in rows))


@given(wide_tables())
def test_a_wide_table_is_a_hundred_columns_wide_and_has_every_cell(table: Table) -> None:
    found = table_text(table)
    assert all(display_width(line) <= 100 for line in found.split("\n"))
    for row in table.rows:
        for cell in row.cells[1:]:
            if cell.number is not None:
                assert cell.text in found
    words = [word for row in table.rows for cell in row.cells for word in cell.text.split() if len(word) <= 24]
    assert all(word in found for word in words)


def test_decimal_marks_stand_under_each_other() -> None:
    rows = [
        ("a", number_cell(Fraction(989, 10), PERCENT)),
        ("b", number_cell(6389, COUNT)),
        ("c", number_cell(Fraction(99_999, 1000), PERCENT)),
    ]
    table = Table("t", (TableHeading("x"), TableHeading("y", right=True)), tuple(TableRow((Cell(name), cell)) for name, cell in rows))
    assert table_text(table).split("\n")[2:] == ["a     98,90%", "b  6.389", "c     99,999%"]


def test_headings_of_two_levels() -> None:
    headings = (TableHeading("Chỉ tiêu"), TableHeading("Kết quả", "Năm 2021", right=True), TableHeading("Tử số", "Năm 2021", right=True))
    table = Table("t", headings, (TableRow((Cell("Hồ sơ"), Cell("50%"), Cell("1"))),))
    assert table_text(table).split("\n") == [
        "             Năm 2021",
        "          ──────────────",
        "Chỉ tiêu  Kết quả  Tử số",
        "────────  ───────  ─────",
        "Hồ sơ         50%      1",
    ]
    assert table_markdown(table).split("\n")[0] == "| Chỉ tiêu | Năm 2021: Kết quả | Năm 2021: Tử số |"


def test_parts_are_indented() -> None:
    table = Table("t", (TableHeading("x"),), (TableRow((Cell("cả huyện"),)), TableRow((Cell("cấp xã"),), depth=1)))
    assert table_text(table).split("\n")[2:] == ["cả huyện", "  cấp xã"]
    assert table_markdown(table).split("\n")[2:] == ["| cả huyện |", "| \N{NO-BREAK SPACE}\N{NO-BREAK SPACE}cấp xã |"]


# --- Markdown


def unescaped(line: str) -> list[str]:
    """Return the cells of a Markdown row: cut at the bars without a backslash, then without the backslashes."""
    inner = line.removeprefix("| ").removesuffix(" |")
    cells = re.split(r"(?<!\\)((?:\\\\)*) \| ", inner)
    joined = ["".join(cells[i : i + 2]) for i in range(0, len(cells), 2)]
    return [re.sub(r"\\([\\|*_])", r"\1", cell) for cell in joined]


@given(tables())
def test_markdown_keeps_every_cell(table: Table) -> None:
    heading, rule, *rows = table_markdown(table).split("\n")
    assert [mark.endswith(":") for mark in rule.strip("|").split("|")] == [heading.right for heading in table.headings]
    assert [unescaped(line) for line in (heading, *rows)] == texts(table)


def test_a_line_break_in_a_cell_does_not_break_the_table() -> None:
    table = words_table("t", ("a", "b"), [("1\n2", "3")])
    assert table_markdown(table).split("\n")[2:] == ["| 1 2 | 3 |"]
    assert table_text(table).split("\n")[2:] == ["1 2  3"]


# --- Pages

PAGE = Page(
    "Tiêu đề",
    ("dòng đầu",),
    (
        Section(
            "a",
            "Một",
            (Paragraph("lời"), Paragraph("ý", item=True)),
            (Table("t", (TableHeading("a"),), (TableRow((Cell("1"),)),), "Bảng", ("Ghi chú.",)),),
        ),
        Section("b", "Hai", (), (Table("u", (TableHeading("b"),), ()),), annex=True),
        Section("c", "Ba", annex=True),
    ),
)


def test_a_page_as_text() -> None:
    assert page_text(PAGE) == ("Tiêu đề\n═══════\ndòng đầu\n\nMột\n───\nlời\n- ý\n\nBảng\na\n─\n1\nGhi chú.\n\nHai\n───\nb\n─\n\nBa\n──\n")


def test_a_page_as_markdown() -> None:
    assert page_markdown(PAGE) == (
        "# Tiêu đề\n\ndòng đầu\n\n## Một\n\nlời\n\n- ý\n\n**Bảng**\n\n| a |\n|---|\n| 1 |\n\nGhi chú.\n\n## Hai\n\n| b |\n|---|\n\n## Ba\n"
    )
