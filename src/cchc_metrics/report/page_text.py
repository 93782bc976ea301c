"""A page as plain text, no wider than a sheet of paper, and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from cchc_metrics.folding import nfc, one_line
from cchc_metrics.report.page import Cell, Page, Section, Table, TableRow
from cchc_metrics.tables import listing
from cchc_metrics.tables.listing import display_width

WIDTH = 100
"""So many columns a line of text has at most."""
_GAP = 2
_LONGEST_WORD = 24  # a longer one is broken
_WHOLE = 12  # a cell that is no wider stands on one line
_INDENT = 2
_LOOKED_AT = 80  # rows by which the widths of a table are chosen


def page_text(page: Page, width: int | None = WIDTH) -> str:
    """Return a page as plain text, ending in a newline; no line is wider than ``width`` columns."""
    parts = ["\n".join([*_ruled(page.title, "═", width), *(line for text in page.lines for line in wrapped(text, width))])]
    parts += ["\n".join(_section(section, width)) for section in page.sections]
    return "\n\n".join(parts) + "\n"


def _section(section: Section, width: int | None) -> Iterator[str]:
    yield from _ruled(section.title, "─", width)
    for paragraph in section.paragraphs:
        yield from wrapped(("- " if paragraph.item else "") + paragraph.text, width, hang=2 if paragraph.item else 0)
    for number, table in enumerate(section.tables):
        if number or section.paragraphs:
            yield ""
        if table.caption:
            yield from wrapped(table.caption, width)
        yield table_text(table, width)
        for note in table.notes:
            yield from wrapped(note, width, hang=2)


def _ruled(title: str, rule: str, width: int | None) -> list[str]:
    lines = wrapped(title, width)
    return [*lines, rule * max(map(display_width, lines), default=0)]


def page_markdown(page: Page) -> str:
    """Return a page as Markdown, ending in a newline."""
    line = listing.markdown_line
    parts = [f"# {line(page.title)}", *map(line, page.lines)]
    for section in page.sections:
        parts.append(f"## {line(section.title)}")
        for listed, found in groupby(section.paragraphs, key=lambda paragraph: paragraph.item):
            texts = [line(paragraph.text) for paragraph in found]
            parts += ["\n".join(f"- {text}" for text in texts)] if listed else texts
        for table in section.tables:
            parts += [f"**{line(table.caption)}**"] if table.caption else []
            parts += [table_markdown(table), *map(line, table.notes)]
    return "\n\n".join(parts) + "\n"


def table_markdown(table: Table) -> str:
    """Return a table as Markdown; what Markdown would read in a cell is escaped, headings of two levels become one.

    >>> from cchc_metrics.report.page import words_table
    >>> print(table_markdown(words_table("a", ("đơn vị", "hồ sơ"), [("Mỹ An", "2.096")], right=[1])))
    | đơn vị | hồ sơ |
    |---|---:|
    | Mỹ An | 2.096 |
    """
    headings = tuple(f"{heading.group}: {heading.text}" if heading.group else heading.text for heading in table.headings)
    right = tuple(heading.right for heading in table.headings)
    rows = tuple(tuple(_indented(row, "\N{NO-BREAK SPACE}")) for row in table.rows)
    return listing.markdown(listing.Shown(names=headings, headings=headings, right=right, rows=rows))


def _indented(row: TableRow, blank: str) -> Iterator[str]:
    for column, cell in enumerate(row.cells):
        yield blank * (_INDENT * row.depth) + cell.shown if column == 0 else cell.shown


def table_text(table: Table, width: int | None = WIDTH) -> str:
    """Return a table as aligned text: decimal marks under each other, long cells on several lines.

    Args:
        table: the table.
        width: how wide at most: a table with too many columns continues below, each part with what the rows are of. None for any.

    >>> from cchc_metrics.report.page import words_table
    >>> print(table_text(words_table("a", ("đơn vị", "hồ sơ"), [("Mỹ An", "2.096"), ("Láng Biển", "160")], right=[1])))
    đơn vị     hồ sơ
    ─────────  ─────
    Mỹ An      2.096
    Láng Biển    160
    """
    columns = [_Column(table, number) for number in range(len(table.headings))]
    if width is None:
        return _block(table, columns, [column.natural for column in columns])
    said = columns[: table.names + 1]  # what says of which row the rest is
    blocks: list[list[_Column]] = [said.copy()]
    for column in columns[len(said) :]:
        if sum(c.least for c in blocks[-1]) + column.least + _GAP * len(blocks[-1]) > width and len(blocks[-1]) > len(said):
            blocks.append(said.copy())
        blocks[-1].append(column)
    return "\n\n".join(_block(table, block, _fitted(block, width)) for block in blocks)


class _Column:
    """A column of a table as it is laid out: its cells in two pieces, before and after where they are aligned."""

    def __init__(self, table: Table, number: int) -> None:
        self.number = number
        self.heading = table.headings[number]
        cells = [row.cells[number] for row in table.rows]
        numbers = [_pieces(cell) for cell in cells if _aligned(cell)]
        self.head = max((len(head) for head, _ in numbers), default=0)
        self.tail = max((len(tail) for _, tail in numbers), default=0)
        indents = [_INDENT * row.depth if number == 0 else 0 for row in table.rows]
        words = [(cell, indent) for cell, indent in zip(cells, indents, strict=True) if not _aligned(cell)]
        of_numbers = self.head + self.tail
        of_headings = _longest(self.heading.text.split())
        self.least = max(of_numbers, of_headings, *(indent + _longest(_unbroken(cell.shown)) for cell, indent in words), 1)
        self.middle = max(of_numbers, of_headings, *(indent + display_width(cell.shown) for cell, indent in words), 1)
        self.natural = max(self.middle, display_width(self.heading.text))
        texts = [
            (self.heading.text, 0),
            *(("" if _aligned(cell) else cell.shown, indent) for cell, indent in zip(cells, indents, strict=True)),
        ]
        self.words = [(indent, [display_width(word) for word in text.split()]) for text, indent in texts[: _LOOKED_AT + 1]]

    def heights(self, width: int) -> list[int]:
        """Return how many lines the heading and the first cells take in a column of a width."""
        return [_lines_of(words, width - indent) for indent, words in self.words]

    def lines(self, row: TableRow, width: int) -> list[str]:
        """Return the lines of a cell, all as wide as the column."""
        cell = row.cells[self.number]
        if _aligned(cell):
            head, tail = _pieces(cell)
            block = " " * (self.head - len(head)) + head + tail + " " * (self.tail - len(tail))
            return [_padded(block, width, right=self.heading.right)]
        indent = _INDENT * row.depth if self.number == 0 else 0
        lines = wrapped(cell.shown, width - indent)
        return [_padded(" " * indent + line, width, right=self.heading.right) for line in lines] or [" " * width]


def _longest(words: Iterable[str]) -> int:
    return min(max(map(display_width, words), default=0), _LONGEST_WORD)


def _unbroken(text: str) -> list[str]:
    return [text] if display_width(text) <= _WHOLE else text.split()


def _aligned(cell: Cell) -> bool:
    return cell.number is not None


def _pieces(cell: Cell) -> tuple[str, str]:
    """Return a number up to its decimal mark, and the rest."""
    rest = (1 + cell.form.decimals if cell.form.decimals else 0) + len(cell.form.suffix) + len(cell.shown) - len(cell.text)
    at = len(cell.shown) - rest
    return cell.shown[:at], cell.shown[at:]


def _fitted(columns: Sequence[_Column], width: int) -> list[int]:
    """Return how wide columns are: as they would be, or headings on several lines, or the widest narrowed until all fit."""
    gaps = _GAP * (len(columns) - 1)
    widths = [column.natural for column in columns]
    if sum(widths) + gaps > width:
        widths = [column.middle for column in columns]
    over = sum(widths) + gaps - width
    while over > 0:
        wide = [n for n, column in enumerate(columns) if widths[n] > column.least]
        if not wide:
            break
        widest = max(wide, key=widths.__getitem__)
        widths[widest] -= 1
        over -= 1
    if over < 0:  # what is left makes the tallest headings lower
        for _ in range(-over):
            high = [column.heights(size)[0] for column, size in zip(columns, widths, strict=True)]
            if max(high) <= 1:
                break
            widths[high.index(max(high))] += 1
        return widths
    return _balanced(columns, widths) if sum(widths) + gaps == width else widths


def _balanced(columns: Sequence[_Column], widths: list[int]) -> list[int]:
    """Return widths of the same sum with which the table has fewer lines: what one column loses another gains."""
    heights: dict[tuple[int, int], list[int]] = {}

    def lines(trial: Sequence[int]) -> int:
        for key in enumerate(trial):
            if key not in heights:
                heights[key] = columns[key[0]].heights(key[1])
        return sum(map(max, zip(*(heights[key] for key in enumerate(trial)), strict=True)))

    fewest = lines(widths)
    moves = [(i, j) for i in range(len(widths)) for j in range(len(widths)) if i != j]
    while True:
        trials = [
            [size - k * (n == i) + k * (n == j) for n, size in enumerate(widths)]
            for i, j in moves
            for k in range(1, widths[i] - columns[i].least + 1)
            if widths[j] + k <= columns[j].natural
        ]
        best = min(trials, key=lines, default=widths)
        if lines(best) >= fewest:
            return widths
        widths, fewest = best, lines(best)


def _lines_of(words: Sequence[int], width: int) -> int:
    lines, used = 1, -1
    for word in words:
        if used >= 0 and used + 1 + word > width:
            lines, used = lines + 1, word
        else:
            used += 1 + word
        lines += (used - 1) // width if used > width else 0
    return lines


def _block(table: Table, columns: Sequence[_Column], widths: Sequence[int]) -> str:
    widths = list(widths)
    lines: list[str] = []
    if any(column.heading.group for column in columns):
        lines += _groups(columns, widths)
    headings = [wrapped(column.heading.text, width) or [""] for column, width in zip(columns, widths, strict=True)]
    lines += _joined(
        [
            [" " * width] * (max(map(len, headings)) - len(cell)) + [_padded(line, width, right=column.heading.right) for line in cell]
            for column, width, cell in zip(columns, widths, headings, strict=True)
        ],
        widths,
    )
    lines.append((" " * _GAP).join("─" * width for width in widths))
    for row in table.rows:
        lines += _joined([column.lines(row, width) for column, width in zip(columns, widths, strict=True)], widths)
    return "\n".join(lines)


def _groups(columns: Sequence[_Column], widths: list[int]) -> list[str]:
    """Return the lines above the headings: each group over its columns, with a rule under it."""
    spans = [(group, [n for n, _ in found]) for group, found in groupby(enumerate(columns), key=lambda pair: pair[1].heading.group)]
    sizes = [sum(widths[n] for n in numbers) + _GAP * (len(numbers) - 1) for _, numbers in spans]
    texts = [wrapped(group, size) for (group, _), size in zip(spans, sizes, strict=True)]
    high = max(map(len, texts))
    cells = [
        [" " * size] * (high - len(text)) + [line.center(size) for line in text] + [("─" if group else " ") * size]
        for (group, _), size, text in zip(spans, sizes, texts, strict=True)
    ]
    return _joined(cells, sizes)


def _joined(cells: Sequence[Sequence[str]], widths: Sequence[int]) -> list[str]:
    """Return cells of several lines side by side."""
    high = max(map(len, cells))
    full = [[*cell, *([" " * width] * (high - len(cell)))] for cell, width in zip(cells, widths, strict=True)]
    return [(" " * _GAP).join(cell[line] for cell in full).rstrip() for line in range(high)]


def _padded(text: str, width: int, *, right: bool) -> str:
    pad = " " * (width - display_width(text))
    return pad + text if right else text + pad


def wrapped(text: str, width: int | None, *, hang: int = 0) -> list[str]:
    """Return a text as lines of at most ``width`` columns; the lines after the first are indented by ``hang``.

    >>> wrapped("không tính 11 hồ sơ không có hạn", 16, hang=2)
    ['không tính 11 hồ', '  sơ không có', '  hạn']
    """
    lines: list[str] = []
    line = ""
    if width is None:
        return [nfc(one_line(text))] if text else []
    words = nfc(one_line(text)).split()[::-1]
    while words:
        start = " " * hang if lines else ""
        candidate = f"{line} {words[-1]}" if line else start + words[-1]
        if display_width(candidate) <= width:
            line = candidate
            words.pop()
        elif line:
            lines.append(line)
            line = ""
        else:  # a word that is longer than a line
            piece, rest = _broken(words.pop(), width - len(start))
            lines.append(start + piece)
            words += [rest] if rest else []
    return [*lines, line] if line else lines


def _broken(word: str, width: int) -> tuple[str, str]:
    """Return as much of a word as fits, at least a letter, and the rest."""
    end = 1
    while end < len(word) and display_width(word[: end + 1]) <= width:
        end += 1
    return word[:end], word[end:]
