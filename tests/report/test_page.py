"""Pages as text and Markdown: every cell in its column, whatever letters it is made of."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.report.page import Page, Section, Table, page_markdown, page_text, table_markdown, table_text
from cchc_metrics.tables.listing import display_width

LETTERS = "abc đ Đ ư ơ ạ ế ỹ Ấ 0 1 , . % / | \\ * _ ─"
CELLS = st.text(st.sampled_from(LETTERS), max_size=8).map(lambda text: " ".join(text.split()))
FORMS = st.sampled_from(["NFC", "NFD"])


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = draw(st.integers(1, 4))
    row = st.lists(CELLS, min_size=columns, max_size=columns).map(tuple)
    return Table(draw(row), tuple(draw(st.lists(row, max_size=4))), frozenset(draw(st.sets(st.integers(0, columns - 1)))))


@given(st.text(), FORMS)
def test_width_does_not_depend_on_how_letters_are_composed(text: str, form: str) -> None:
    normal = unicodedata.normalize("NFC", text)
    assert display_width(unicodedata.normalize("NFD" if form == "NFD" else "NFC", text)) == display_width(normal) <= 2 * len(normal)


def test_a_vietnamese_letter_takes_one_column() -> None:
    for form in ("NFC", "NFD"):
        assert display_width(unicodedata.normalize(form, "Kỳ họp Hội đồng nhân dân Huyện")) == 30


@given(tables())
def test_every_cell_stands_in_its_column(table: Table) -> None:
    lines = table_text(table).split("\n")
    assert len(lines) == len(table.rows) + 2
    sizes = [len(rule) for rule in lines[1].split("  ")]
    starts = [sum(sizes[:c]) + 2 * c for c in range(len(sizes))]
    for line, row in zip([lines[0], *lines[2:]], [table.headings, *table.rows], strict=True):
        assert line == line.rstrip()
        full = line.ljust(sum(sizes) + 2 * len(sizes))
        for c, cell in enumerate(row):
            field = full[starts[c] : starts[c] + sizes[c]]
            assert field == (cell.rjust(sizes[c]) if c in table.right else cell.ljust(sizes[c]))
            assert full[starts[c] + sizes[c] : starts[c] + sizes[c] + 2].strip() == ""


@given(tables())
def test_no_column_is_wider_than_it_has_to_be(table: Table) -> None:
    sizes = [len(rule) for rule in table_text(table).split("\n")[1].split("  ")]
    assert sizes == [max(len(row[c]) for row in (table.headings, *table.rows)) for c in range(len(table.headings))]


@given(tables(), FORMS)
def test_composition_of_letters_moves_no_column(table: Table, form: str) -> None:
    def composed(row: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(unicodedata.normalize("NFD" if form == "NFD" else "NFC", cell) for cell in row)

    other = Table(composed(table.headings), tuple(composed(row) for row in table.rows), table.right)
    assert unicodedata.normalize("NFC", table_text(other)) == unicodedata.normalize("NFC", table_text(table))


def unescaped(line: str) -> list[str]:
    """Return the cells of a Markdown row: cut at the bars without a backslash, then without the backslashes."""
    inner = line.removeprefix("| ").removesuffix(" |")
    cells = re.split(r"(?<!\\)((?:\\\\)*) \| ", inner)
    joined = ["".join(cells[i : i + 2]) for i in range(0, len(cells), 2)]
    return [re.sub(r"\\([\\|*_])", r"\1", cell) for cell in joined]


@given(tables())
def test_markdown_keeps_every_cell(table: Table) -> None:
    heading, rule, *rows = table_markdown(table).split("\n")
    assert [mark.endswith(":") for mark in rule.strip("|").split("|")] == [c in table.right for c in range(len(table.headings))]
    assert [unescaped(line) for line in (heading, *rows)] == [list(row) for row in (table.headings, *table.rows)]


def test_a_line_break_in_a_cell_does_not_break_the_table() -> None:
    assert table_markdown(Table(("a", "b"), (("1\n2", "3"),))).split("\n")[2:] == ["| 1 2 | 3 |"]


PAGE = Page(
    "Tiêu đề",
    ("dòng đầu",),
    (Section("Một", ("lời",), Table(("a",), (("1",),))), Section("Hai", (), Table(("b",), ())), Section("Ba")),
)


def test_a_page_as_text() -> None:
    assert page_text(PAGE) == "Tiêu đề\n═══════\ndòng đầu\n\nMột\n───\nlời\n\na\n─\n1\n\nHai\n───\nb\n─\n\nBa\n──\n"


def test_a_page_as_markdown() -> None:
    assert page_markdown(PAGE) == ("# Tiêu đề\n\ndòng đầu\n\n## Một\n\nlời\n\n| a |\n|---|\n| 1 |\n\n## Hai\n\n| b |\n|---|\n\n## Ba\n")
