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
    said = [first for first, row in enumerate(texts) if any(row)]
    if not said:
        return NO_HEADING
    if wanted is None:
        return _heading(texts, said[0], 1, _trimmed(texts[said[0]]), None)
    known = _Known(wanted, [text for row in texts for text in row])
    best, merit = (said[0], 1, _trimmed(texts[said[0]])), (-1, False, 0)
    for first in said:
        for height in range(1, HEIGHT + 1):
            below = first + height - 1
            if below >= len(texts) or (height > 1 and not _may_go_on(texts[below - 1], texts[below], below - 1, merged)):
                break
            headings = _composed(texts, first, height, known, merged)
            found = (sum(text in known for text in set(headings)), height > 1 and _fills(texts[first:below], texts[below]), -height)
            if found > merit:
                best, merit = (first, height, headings), found
    return _heading(texts, *best, wanted)


class _Known:
    """Which texts are wanted headings; each is asked about once, and those of the rows all at once."""

    def __init__(self, wanted: Wanted, texts: Sequence[str]) -> None:
        self._wanted = wanted
        listed = list(dict.fromkeys(texts))
        kept = set(wanted(listed))
        self._found = {text: at in kept for at, text in enumerate(listed)}

    def __contains__(self, text: str) -> bool:
        if text not in self._found:
            self._found[text] = bool(list(self._wanted([text])))
        return bool(text) and self._found[text]


def _heading(texts: Sequence[Sequence[str]], first: int, height: int, headings: tuple[str, ...], wanted: Wanted | None) -> Heading:
    kept = tuple(range(len(headings)) if wanted is None else sorted(set(wanted(headings))))
    after = first + height
    if wanted is not None:  # between them there may be a row of headings that adds no column, as one over names of persons
        below = next(
            (at for at in range(after, min(after + HEIGHT, len(texts))) if not _may_go_on(texts[at - 1], texts[at], at, ())), after
        )
        after = below + 1 if below < len(texts) and numbers_columns(texts[below]) else after
    titles = tuple(text for row in texts[:first] for text in row if text)
    return Heading(first, first + height - 1, after, headings, kept, titles)


def numbers_columns(cells: Sequence[object]) -> bool:
    """Return whether a row numbers the columns: ``(1) (2) (3)``, or five at least of ``1 2 3 4 5``; each is one more than the last.

    >>> numbers_columns(["(1)", "(2)", "(3)", ""]), numbers_columns(["A", "B", "1", "2", "3", "4", "5"]), numbers_columns([1, 2, 3])
    (True, True, False)
    """
    said = [text for cell in cells if (text := cell_text(cell).strip())]
    while said and re.fullmatch(r"\(?[A-Z]\)?", said[0]):
        said = said[1:]
    found = [_NUMBER.fullmatch(text) for text in said]
    numbers = [int(match[1]) for match in found if match is not None]
    least = 3 if said and said[0].startswith("(") else 5  # 1, 2 and 3 may be a record
    ascending = bool(numbers) and numbers[0] <= 2 and numbers == list(range(numbers[0], numbers[0] + len(said)))
    return len(said) >= least and ascending


def _may_go_on(upper: Sequence[str], lower: Sequence[str], row: int, merged: Sequence[Merged]) -> bool:
    """Return whether a row can belong to the heading above: it leaves some of its columns and holds no digit, unless an area spans it."""
    if not any(lower) or all(lower[at : at + 1] != [""] and at < len(lower) for at, text in enumerate(upper) if text):
        return False
    spanned = any(top <= row <= bottom and right > left for (top, left), (bottom, right) in merged)
    return spanned or not any(char.isdigit() for text in lower for char in text)


def _fills(upper: Sequence[Sequence[str]], lower: Sequence[str]) -> bool:
    """Return whether a row fills a gap of the rows above; a lone text is the name of a group of records."""
    return sum(map(bool, lower)) > 1 and any(text and not any("".join(row[at : at + 1]) for row in upper) for at, text in enumerate(lower))


def _composed(texts: Sequence[Sequence[str]], first: int, height: int, known: _Known, merged: Sequence[Merged]) -> tuple[str, ...]:
    """Return the headings of a block of rows, one for each column."""
    lowest = texts[first + height - 1]
    if height == 1:
        return _trimmed(lowest)
    width = max(len(row) for row in texts[first : first + height])
    lowest = [*lowest, *[""] * (width - len(lowest))]
    rows = [*(_spread(texts, row, width, first + height - 1, merged) for row in range(first, first + height - 1)), lowest]
    headings = []
    for at in range(width):
        parts = list(dict.fromkeys(text for row in rows if (text := row[at])))
        own = lowest[at] or "".join(parts[-1:])
        headings.append(next((text for text in (own, " ".join(parts), " ".join(reversed(parts))) if text in known), own))
    twice = {text for text in headings if text and headings.count(text) > 1 and text not in known}
    for at, text in enumerate(headings):
        if text in twice:
            headings[at] = " ".join(dict.fromkeys(part for row in rows if (part := row[at])))
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


def _trimmed(row: Sequence[str]) -> tuple[str, ...]:
    headings = list(row)
    while headings and not headings[-1]:
        headings.pop()
    return tuple(headings)
