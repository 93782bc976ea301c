"""Where a table begins in a sheet as offices make them: titles above, headings on up to three rows, a row of column numbers beneath."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cchc_metrics.read.raw import Wanted
from cchc_metrics.records.fields import cell_text

TOP: Final = 30
"""Among so many rows the heading is sought."""
HEIGHT: Final = 3
"""A heading has at most so many rows."""
Merged = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell of a merged area, each as row and column from 0."""

_NUMBER: Final = re.compile(r"\(?\s*(\d{1,3})\s*\)?")


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a table.

    Args:
        first, last: 0-based rows; −1 where there is no row with text at all.
        after: 0-based row of the first record, past a row of column numbers.
        headings: one for each column, without the blank ones at the end; of a heading on several rows the lowest text, or what stands above
            it with it, whichever is a known heading.
        kept: positions of the columns that are wanted, ascending.
        titles: the texts above the heading.
    """

    first: int
    last: int
    after: int
    headings: tuple[str, ...]
    kept: tuple[int, ...]
    titles: tuple[str, ...] = ()


NO_HEADING: Final = Heading(-1, -1, 0, (), ())


def find_heading(rows: Sequence[Sequence[object]], wanted: Wanted | None, merged: Sequence[Merged] = ()) -> Heading:
    """Return the heading among the first rows: the block that names the most wanted columns, of as few rows as possible.

    Args:
        rows: the first rows of a sheet.
        wanted: takes headings, returns the positions of the columns to keep; None for the first row that says anything.
        merged: merged areas of the sheet; without them an empty cell of an upper row belongs to the text on its left.

    >>> rows = [["DANH SÁCH", "", ""], ["Mã", "Thời gian", ""], ["", "Ngày nhận", "Ngày trả"], ["(1)", "(2)", "(3)"], ["1", "2", "3"]]
    >>> found = find_heading(rows, lambda headings: [at for at, text in enumerate(headings) if text in ("Mã", "Ngày nhận")])
    >>> found.first, found.last, found.after, found.headings, found.titles
    (1, 2, 4, ('Mã', 'Ngày nhận', 'Ngày trả'), ('DANH SÁCH',))
    """
    texts = [[" ".join(cell_text(cell).split()) for cell in row] for row in rows[:TOP]]
    best, merit = NO_HEADING, (-1, False, 0)
    for first in range(len(texts)):
        for height in range(1, (1 if wanted is None else HEIGHT) + 1):
            if first + height > len(texts) or not any(texts[first]) or not any(texts[first + height - 1]):
                continue
            headings = _composed(texts, first, height, wanted, merged)
            kept = tuple(range(len(headings)) if wanted is None else sorted(set(wanted(headings))))
            goes_on = height > 1 and all(_goes_on(texts[row], texts[row + 1]) for row in range(first, first + height - 1))
            if (len(kept), goes_on, -height) > merit:
                merit = (len(kept), goes_on, -height)
                best = Heading(first, first + height - 1, first + height, headings, kept)
        if wanted is None and best.first >= 0:
            break
    if best.first < 0:
        return best
    after = best.after + (best.after < len(texts) and numbers_columns(texts[best.after]))
    titles = tuple(text for row in texts[: best.first] for text in row if text)
    return Heading(best.first, best.last, after, best.headings, best.kept, titles)


def numbers_columns(cells: Sequence[object]) -> bool:
    """Return whether a row numbers the columns: ``(1) (2) (3)`` or ``1 2 3``, three at least, each one more than the last.

    >>> numbers_columns(["(1)", "(2)", "(3)", ""]), numbers_columns(["A", "B", "1", "2", "3"]), numbers_columns([1, 7, 3])
    (True, True, False)
    """
    said = [text for cell in cells if (text := cell_text(cell).strip())]
    while said and re.fullmatch(r"\(?[A-Z]\)?", said[0]):
        said = said[1:]
    found = [_NUMBER.fullmatch(text) for text in said]
    numbers = [int(match[1]) for match in found if match is not None]
    return (
        len(said) >= 3 and len(numbers) == len(said) and numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] <= 2
    )


def _goes_on(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Return whether a row goes on with the heading above: it fills some of its gaps, leaves some of its columns, and holds no digit."""
    size = max(len(upper), len(lower))
    pairs = list(zip([*upper, *[""] * (size - len(upper))], [*lower, *[""] * (size - len(lower))], strict=True))
    fills, leaves = any(below and not above for above, below in pairs), any(above and not below for above, below in pairs)
    return fills and leaves and not any(char.isdigit() for text in lower for char in text)


def _composed(texts: Sequence[Sequence[str]], first: int, height: int, wanted: Wanted | None, merged: Sequence[Merged]) -> tuple[str, ...]:
    """Return the headings of a block of rows, one for each column."""
    width = max(len(row) for row in texts[first : first + height])
    if height == 1:
        return _trimmed(list(texts[first]))
    above = [_spread(texts, row, width, first + height - 1, merged) for row in range(first, first + height - 1)]
    lowest = [*texts[first + height - 1], *[""] * (width - len(texts[first + height - 1]))]
    headings = []
    for at in range(width):
        parts = list(dict.fromkeys(text for text in (*(row[at] for row in above), lowest[at]) if text))
        choices = [lowest[at], *([" ".join(parts), " ".join(reversed(parts))] if lowest[at] else [" ".join(parts[-1:]), " ".join(parts)])]
        known = [text for text in dict.fromkeys(choices) if text and wanted is not None and list(wanted([text]))]
        headings.append(known[0] if known else next((text for text in choices if text), ""))
    twice = {text for text in headings if text and headings.count(text) > 1}
    for at, text in enumerate(headings):
        if text in twice and not (wanted is not None and list(wanted([text]))):
            headings[at] = " ".join(dict.fromkeys(part for part in (*(row[at] for row in above), lowest[at]) if part))
    return _trimmed(headings)


def _spread(texts: Sequence[Sequence[str]], row: int, width: int, lowest: int, merged: Sequence[Merged]) -> list[str]:
    """Return an upper row of a heading with the text of each area in all of its columns."""
    cells = [*texts[row], *[""] * (width - len(texts[row]))]
    if merged:
        for (top, left), (bottom, right) in merged:
            if top <= row <= bottom and top < len(texts) and left < len(texts[top]):
                for at in range(left, min(right + 1, width)):
                    cells[at] = cells[at] or texts[top][left]
        return cells
    below = texts[lowest]
    for at in range(1, width):
        if not cells[at] and at < len(below) and below[at]:
            cells[at] = cells[at - 1]
    return cells


def _trimmed(headings: list[str]) -> tuple[str, ...]:
    while headings and not headings[-1]:
        headings.pop()
    return tuple(headings)
