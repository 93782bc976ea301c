"""A sheet that is laid out to be printed and signed: cells with their place, form and formula. It knows nothing of what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal, TypeAlias

SheetValue: TypeAlias = str | int | Fraction | date | bool | None
"""What a cell of a sheet holds; an exact number becomes the float nearest to it."""


@dataclass(frozen=True, slots=True)
class SheetForm:
    """How a cell of a sheet looks.

    Args:
        numbers: the code of its number format, such as ``0.00%``; ``""`` for words.
        bold, italic: as they say.
        size: of its letters, in points.
        align: where its text stands.
        top: whether the text stands at the top of its cell, else in the middle.
        indent: how far its text is set in.
        border: whether the cell is framed.
        filled: whether it has the ground of a heading.
    """

    numbers: str = ""
    bold: bool = False
    italic: bool = False
    size: float = 12
    align: Literal["left", "center", "right"] = "left"
    top: bool = False
    indent: int = 0
    border: bool = False
    filled: bool = False


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A cell, or several that are merged; rows and columns are counted from 0.

    Args:
        row, column: its place.
        value: what it holds; of a formula the value that it gives, which is shown before anything is calculated.
        form: how it looks.
        last_row, last_column: the end of the merged cells; None for a single cell.
        formula: ``=SUM(C8:C12)``; never made of data.
    """

    row: int
    column: int
    value: SheetValue
    form: SheetForm = SheetForm()
    last_row: int | None = None
    last_column: int | None = None
    formula: str = ""


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """A sheet as it is printed: on A4, as wide as the page, as long as it takes.

    Args:
        name: its name; what names of sheets may not have is taken out, and it is cut to 31 letters.
        cells: its cells.
        widths: how wide each column is, in letters.
        heights: row → its height in points, for rows with more than one line.
        frozen: how many rows and columns stay in sight.
        repeated: the first and last row that stand on every page; None for none.
        landscape: whether the page lies.
        one_page: whether it is as long as one page too.
    """

    name: str
    cells: tuple[SheetCell, ...]
    widths: tuple[float, ...]
    heights: Mapping[int, float] = field(default_factory=dict)
    frozen: tuple[int, int] = (0, 0)
    repeated: tuple[int, int] | None = None
    landscape: bool = False
    one_page: bool = False


def column_letters(column: int) -> str:
    """Return how a spreadsheet calls a column, counted from 0.

    >>> column_letters(0), column_letters(26)
    ('A', 'AA')
    """
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def lines_of(text: str, width: float) -> int:
    """Return on how many lines a text stands in cells of a width in letters.

    >>> lines_of("Đất đai", 20), lines_of("Giáo dục và Đào tạo", 8)
    (1, 3)
    """
    lines = 0
    for paragraph in text.split("\n"):
        lines, left = lines + 1, width
        for word in paragraph.split(" "):
            if len(word) > left and left < width:
                lines, left = lines + 1, width
            left -= len(word) + 1
    return lines
