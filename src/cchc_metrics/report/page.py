"""A page as data: sections of paragraphs and tables of cells, of which every format is made. It knows nothing of indicators or of files.

A number is a cell that holds it exactly, how it is written, and its text: a spreadsheet takes the number and the form, everything else the
text, so that no two formats of one report can show different digits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from cchc_metrics.tables.numbers import decimals_beside, format_date, format_number
from cchc_metrics.text import Lang
from cchc_metrics.values import Breakdown

FormKind = Literal["text", "count", "percent", "points", "days", "number", "date"]
"""What a cell holds: words; a whole number; a rate in percent; percentage points; days; another number; a day."""

About = tuple[str, str, str, Breakdown]
"""What a number is the value of: indicator, unit, period label and breakdown, as ``Measure.key``."""

_NUMBERED = ("TT", "No.")
_WHOLES = (0, 100)  # "none" and "all": said of the exact values only


@dataclass(frozen=True, slots=True)
class Form:
    """How a cell is written.

    Args:
        kind: see ``FormKind``. A percent is 0 to 100: 92,83 % is the number 92.83.
        decimals: how many digits stand after the decimal mark, zeros at the end too.
        signed: whether a number above zero has its sign, as changes do.
        suffix: what follows the digits: ``"%"``, ``" ngày"``.
        prefix: what precedes them: ``"≤ "``.
    """

    kind: FormKind = "text"
    decimals: int = 0
    signed: bool = False
    suffix: str = ""
    prefix: str = ""


WORDS, COUNT, DATE = Form(), Form("count"), Form("date")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    Args:
        text: what is printed, in the language of the page; of a number its digits with what stands around them, rounded by its form.
        number: the exact number, None for words, dates and nothing.
        form: how it is written.
        day: the day of a date.
        mark: what follows the number and belongs to what is said of it: ``"*"`` for an estimated one, which a note explains.
        about: the measure that it is the value of, where it is one.
    """

    text: str = ""
    number: int | Fraction | None = None
    form: Form = WORDS
    day: dt.date | None = None
    mark: str = ""
    about: About | None = None

    @property
    def shown(self) -> str:
        """The text with what is said of it."""
        return self.text + self.mark


@dataclass(frozen=True, slots=True)
class TableHeading:
    """The heading of a column.

    Args:
        text: what stands above the column.
        group: what stands above the headings of it and its neighbours of the same group, merged; ``""`` for nothing.
        right: whether the column is of numbers and stands to the right.
    """

    text: str
    group: str = ""
    right: bool = False


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table.

    Args:
        cells: as many as there are headings.
        depth: how far its first cell is indented: 0 for what stands for itself, 1 for a part of it, …
        role: a row of values, a title over the rows that follow, or a total of rows.
    """

    cells: tuple[Cell, ...]
    depth: int = 0
    role: Literal["row", "title", "total"] = "row"

    @property
    def spread(self) -> int | None:
        """The cell of a title that takes all places up to the end of its row: the last one that says something; None in other rows."""
        return max((at for at, cell in enumerate(self.cells) if cell.shown), default=0) if self.role == "title" else None


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Args:
        id: a name for programs, unique on the page: ``"units"``.
        headings: one a column.
        rows: the rows.
        caption: what stands above it, or ``""``.
        notes: what stands under it.
    """

    id: str
    headings: tuple[TableHeading, ...]
    rows: tuple[TableRow, ...]
    caption: str = ""
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> int:
        """The column that says what a row is of: the second where the first has the numbers of the rows (TT), else the first."""
        return int(len(self.headings) > 1 and self.headings[0].text in _NUMBERED)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, or an item of a list."""

    text: str
    item: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A section: a title, then paragraphs, then tables, each with its notes.

    Args:
        id: a name for programs, unique on the page: ``"headlines"``.
        title: what stands above it.
        paragraphs: what is said first.
        tables: then the tables.
        annex: whether it is one of the annexes and not of the first page.
    """

    id: str
    title: str
    paragraphs: tuple[Paragraph, ...] = ()
    tables: tuple[Table, ...] = ()
    annex: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page, or a report: those sections first that make its first page, then the annexes.

    Args:
        title: first line.
        lines: what stands under the title.
        sections: in order.
        lang: its language.
    """

    title: str
    lines: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    lang: Lang = "vi"


def number_cell(
    value: int | Fraction,
    form: Form,
    lang: Lang = "vi",
    *,
    beside: Iterable[int | Fraction | None] = (),
    mark: str = "",
    about: About | None = None,
) -> Cell:
    """Return a number as a cell; it has more decimals than its form where it takes them to be told from what it is not.

    A rate is never printed as 0 % or 100 % without being it, a change never as 0.

    Args:
        value: exact, in the unit of the form.
        form: how it is written.
        lang: the language.
        beside: the numbers that it stands beside and must be told apart from.
        mark: what follows it.
        about: the measure that it is the value of.

    >>> number_cell(Fraction(9283, 100), Form("percent", 2, suffix="%")).text, number_cell(2096, COUNT).text
    ('92,83%', '2.096')
    >>> number_cell(Fraction(99_999, 1_000), Form("percent", 2, suffix="%")).form.decimals
    3
    """
    apart = (*beside, *(_WHOLES if form.kind == "percent" else ()), *((0,) if form.signed else ()))
    decimals = decimals_beside(value, apart, form.decimals) if apart else form.decimals
    digits = format_number(value, decimals=decimals, lang=lang, strip=False)
    sign = "+" if form.signed and value > 0 else ""
    written = form if decimals == form.decimals else replace(form, decimals=decimals)
    return Cell(form.prefix + sign + digits + form.suffix, value, written, mark=mark, about=about)


def date_cell(day: dt.date, lang: Lang = "vi") -> Cell:
    """Return a day as a cell.

    >>> date_cell(dt.date(2021, 12, 31)).text
    '31/12/2021'
    """
    return Cell(format_date(day, lang), form=DATE, day=day)


def words_table(id: str, headings: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> Table:  # noqa: A002  as in Table
    """Return a table of words alone.

    Args:
        id: a name for programs.
        headings: one a column.
        rows: as many texts as there are headings.
        right: columns that stand to the right.
    """
    numbers = frozenset(right)
    return Table(
        id,
        tuple(TableHeading(text, right=column in numbers) for column, text in enumerate(headings)),
        tuple(TableRow(tuple(Cell(text) for text in row)) for row in rows),
    )
