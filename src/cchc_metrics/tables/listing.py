"""How an answer table is written as text, HTML, Markdown and CSV: only the rows and columns that are shown are ever made."""

from __future__ import annotations

import csv
import html as html_text
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from cchc_metrics.folding import nfc, one_line, visible
from cchc_metrics.tables.columns import Cell, Column, Quotients, spoken
from cchc_metrics.tables.numbers import decimal_text, format_date
from cchc_metrics.text import Lang

_NONE = "–"
SUPPRESSED, NOT_SHOWN = "suppressed", "•"
"""The status of a row whose numbers are not shown, and what stands in their places: they are there, which a dash would not say."""
_GAP = "  "
_WIDEST_CELL = 40  # of a table that would otherwise be too wide
_NARROWEST_CELL = 12
_NAMING = 3  # so many columns, the first ones, name a row: they are cut last
_NAME_CELL = 20
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # East Asian spreadsheets take the wide ones, too
_FORMULA_WITHIN = re.compile(r"(?<=[;\t])(?=[=+\-@＝＋－＠])")
"""What a spreadsheet of another delimiter would take for the start of a cell."""
NumberWriter = Callable[[Fraction, Sequence["int | Fraction"]], str]
"""How a number is written beside others, from which it is told apart."""
_MARKS = str.maketrans({mark: "\\" + mark for mark in "\\|<`*_[&~"})
_LISTED = re.compile(r"(\d+)(?=[.)]\s)", re.ASCII)
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)")


@dataclass(frozen=True, slots=True)
class Shown:
    """What is printed of a table.

    Args:
        names, headings: the columns, and what stands above them.
        right: which columns are of numbers and stand to the right.
        rows: the cells as texts.
        more: how many rows are not shown.
        above, below: what stands before and after the table.
        lang: the language.
    """

    names: tuple[str, ...]
    headings: tuple[str, ...]
    right: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int = 0
    above: str = ""
    below: str = ""
    lang: Lang = "vi"

    @property
    def rest(self) -> str:
        """What is said of the rows that are not shown."""
        if not self.more:
            return ""
        return f"… {self.more} more" if self.lang == "en" else f"… còn {self.more} dòng"


def shown(
    columns: Mapping[str, Column],
    *,
    headings: Mapping[str, str],
    write: NumberWriter,
    compared: Iterable[Sequence[str]],
    ordered: Iterable[str],
    signed: Iterable[str],
    beside: Mapping[str, Sequence[Fraction]],
    more: int,
    above: str,
    below: str,
    lang: Lang,
) -> Shown:
    """Return what is printed of columns; those without any cell are left out, unless all are.

    Args:
        columns: the columns, of the rows that are shown.
        headings: column → what stands above it.
        write: how a number is written beside others.
        compared: groups of columns whose numbers are told apart in each row.
        ordered: columns whose numbers are told apart from those of the rows before and after.
        signed: columns of changes, whose numbers are written with their sign.
        beside: column → numbers from which its own are told apart in every row.
        more: how many rows are not shown.
        above: what stands before the table.
        below: what stands after it.
        lang: the language.
    """
    cells = {name: column.cells() for name, column in columns.items()}
    hidden = [row for row, cell in enumerate(cells.get("status", ())) if cell == SUPPRESSED]
    filled = [name for name, found in cells.items() if any(spoken(cell, lang) for cell in found) or (hidden and name == "value")]
    filled = filled or list(cells)
    texts = {name: [_text_of(cell, lang) for cell in cells[name]] for name in filled}
    for name in filled if hidden else ():
        if columns[name].type in ("whole", "number"):
            for row in hidden:
                none = name.endswith("denominator") and "scale" in cells and cells["scale"][row] == "count"
                texts[name][row] = NOT_SHOWN if cells[name][row] is None and not none else texts[name][row]
    for name in filled:
        if columns[name].type == "number":
            group = [other for group in compared if name in group for other in group if other in cells]
            for row, number in enumerate(cells[name]):
                near = [cells[other][row] for other in group]
                near += cells[name][max(row - 1, 0) : row + 2] if name in ordered else []
                near += [0] if name in signed else []
                if isinstance(number, Fraction):
                    apart = (*(cell for cell in near if isinstance(cell, (int, Fraction))), *beside.get(name, ()))
                    texts[name][row] = ("+" if name in signed and number > 0 else "") + write(number, apart)
    return Shown(
        names=tuple(filled),
        headings=tuple(headings.get(name, name) for name in filled),
        right=tuple(columns[name].type in ("whole", "number") for name in filled),
        rows=tuple(zip(*texts.values(), strict=True)),
        more=more,
        above=above,
        below=below,
        lang=lang,
    )


def text(found: Shown, width: int | None = None, *, rule: bool = False) -> str:
    """Return a table as aligned text.

    Args:
        found: what is printed.
        width: how wide at most; the widest texts are cut first, then columns are left out from the right, and named. None for any.
        rule: whether a line is drawn under the headings.
    """
    widths = [max(display_width(cell) for cell in column) for column in zip(found.headings, *found.rows, strict=True)]
    kept = len(widths)
    if width is not None:
        kept = _fit(widths, found.right, width)
    lines = [*found.above.splitlines()]
    for row in (found.headings, *found.rows):
        cells = [_aligned(cell, widths[n], right=found.right[n]) for n, cell in enumerate(row[:kept])]
        lines.append(_GAP.join(cells).rstrip())
        if rule and row is found.headings:
            lines.append(_GAP.join("─" * widths[n] for n in range(kept)))
    if found.rest:
        lines.append(found.rest)
    if kept < len(widths):
        left_out = ", ".join(found.names[kept:])
        lines.append(f"… more columns: {left_out}" if found.lang == "en" else f"… còn các cột: {left_out}")
    lines += found.below.splitlines()
    return "\n".join(line if width is None else _cut(line, width) for line in lines)


def html(found: Shown) -> str:
    """Return a table in HTML, every cell escaped."""

    def row(tag: str, cells: Sequence[str]) -> str:
        styled = (f'<{tag} style="text-align:right">' if right else f"<{tag}>" for right in found.right)
        return "<tr>" + "".join(f"{start}{_escape(cell)}</{tag}>" for start, cell in zip(styled, cells, strict=True)) + "</tr>"

    caption = f"<caption>{_escape(found.above)}</caption>" if found.above else ""
    body = "".join(row("td", cells) for cells in found.rows)
    table = f"<table>{caption}<thead>{row('th', found.headings)}</thead><tbody>{body}</tbody></table>"
    return table + "".join(f"<p>{_escape(line)}</p>" for line in (found.rest, *found.below.splitlines()) if line)


def markdown(found: Shown) -> str:
    """Return a table in Markdown, what Markdown would read in a cell escaped."""
    rule = "|" + "|".join("---:" if right else "---" for right in found.right) + "|"
    rows = [[markdown_line(cell) for cell in row] for row in (found.headings, *found.rows)]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, rule)
    around = [[markdown_line(line) for line in part.splitlines()] for part in (found.above, found.rest, found.below)]
    before, after = around[0], around[1] + around[2]
    return "\n\n".join(filter(None, ("\n".join(before), "\n".join(lines), "\n".join(after))))


def markdown_line(text: str) -> str:
    r"""Return a text as Markdown in which nothing of it is a mark, a link, an element of HTML or the start of a list or a title.

    >>> print(markdown_line("<b>[a](b) | 5*3"), markdown_line("# 1"), markdown_line("1. x"), markdown_line("https://a.vn"))
    \<b>\[a](b) \| 5\*3 \# 1 1\. x https:\//a.vn
    """
    line = _ADDRESS.sub(r"\\", one_line(text).translate(_MARKS))
    start = line.lstrip()
    if start.startswith(("#", ">", "+", "=", "-")):
        return line[: len(line) - len(start)] + "\\" + start
    return _LISTED.sub(r"\1\\", line, count=1) if _LISTED.match(start) else line


def csv_text(columns: Mapping[str, Sequence[str]], *, heading: bool = True) -> str:
    """Return columns of texts as CSV text, with their names above or without."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if heading:
        writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return out.getvalue()


def plain_cells(column: Column, lang: Lang) -> list[str | int | bool | None]:
    """Return the cells of a column as JSON takes them: numbers as decimal strings, dates as ``yyyy-mm-dd``."""
    if column.type == "text":
        texts: list[str | int | bool | None] = column.exported(lang)[0].tolist()
        return texts
    if isinstance(column, Quotients):
        pairs = zip(column.numerator.tolist(), column.denominator.tolist(), strict=True)
        return [decimal_text(over, under) if under > 0 else decimal_text(-over, -under) if under else None for over, under in pairs]
    return [_plain_cell(cell) for cell in column.cells()]


def csv_cells(column: Column, lang: Lang) -> list[str]:
    """Return the cells of a column as texts of a CSV file; nothing where there is none, and no text that is a formula.

    Lines within a cell end in a line feed: a lone carriage return is read by some packages as the end of the row.
    """
    cells = plain_cells(column, lang)
    if column.type == "text":
        safe = {cell: "" if cell is None else no_formula(str(cell)) for cell in set(cells)}
        return [safe[cell] for cell in cells]
    if column.type == "flag":
        return ["" if cell is None else str(cell).lower() for cell in cells]
    return ["" if cell is None else str(cell) for cell in cells]


def no_formula(cell: str) -> str:
    """Return a text that no spreadsheet runs: what starts like a formula, after a semicolon too, gets an apostrophe before it.

    Line ends are line feeds, and nothing in it gives orders to a terminal (``folding.visible``).

    >>> no_formula("=1+1"), no_formula("a;=1+1"), no_formula("Tháp Mười")
    ("'=1+1", "a;'=1+1", 'Tháp Mười')
    """
    text = visible(cell.replace("\r\n", "\n").replace("\r", "\n"))
    return ("'" if text.startswith(_FORMULA_STARTS) else "") + _FORMULA_WITHIN.sub("'", text)


def display_width(line: str) -> int:
    """Return how many columns of a terminal a text takes; marks above and below letters take none, wide letters two.

    >>> display_width("Tháp Mười"), display_width("東")
    (9, 2)
    """
    return sum(_letter_width(letter) for letter in nfc(line))


def _letter_width(letter: str) -> int:
    if letter.isascii():
        return 1
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _fit(widths: list[int], right: Sequence[bool], width: int) -> int:
    """Narrow columns of texts, the widest first and the one that names the row last, until they fit; return how many columns do."""

    def total(kept: int) -> int:
        return sum(widths[:kept]) + len(_GAP) * (kept - 1)

    texts = [n for n, of_numbers in enumerate(right) if not of_numbers]
    for n in texts:
        widths[n] = min(widths[n], width)
    named = [n for n in texts if n < _NAMING]
    others = [n for n in texts if n >= _NAMING]

    def narrow(kept: int, columns: Sequence[int], floor: int) -> None:
        while total(kept) > width and (wide := [n for n in columns if n < kept and widths[n] > floor]):
            widths[max(wide, key=widths.__getitem__)] -= 1

    narrow(len(widths), texts, _WIDEST_CELL)
    narrow(len(widths), others, _NARROWEST_CELL)
    spare = sum(max(widths[n] - _NARROWEST_CELL, 0) for n in named)
    if total(len(widths)) - spare > width:  # some columns have to go, so the names need not be cut as short as they can be
        narrow(len(widths), named, _NAME_CELL)
    else:
        narrow(len(widths), named, _NARROWEST_CELL)
    kept = len(widths)
    while kept > 1 and total(kept) > width:
        kept -= 1
    narrow(kept, texts, _NARROWEST_CELL)
    return kept


def _aligned(cell: str, width: int, *, right: bool) -> str:
    cut = _cut(one_line(cell), width)
    pad = " " * (width - display_width(cut))
    return pad + cut if right else cut + pad


def _cut(line: str, width: int) -> str:
    """Return a text that takes no more columns than it may; one that is cut ends in ``…``."""
    line = nfc(line)
    if display_width(line) <= width:
        return line
    taken, room = [], width - 1
    for letter in line:
        room -= _letter_width(letter)
        if room < 0:
            break
        taken.append(letter)
    return "".join(taken) + "…"


def _escape(cell: str) -> str:
    return html_text.escape(one_line(cell))


def _text_of(cell: Cell, lang: Lang) -> str:
    if cell is None:
        return _NONE
    if isinstance(cell, bool):
        return (("không", "có") if lang == "vi" else ("no", "yes"))[cell]
    if isinstance(cell, date):
        return format_date(cell, lang)
    return spoken(cell, lang) or ""


def _plain_cell(cell: Cell) -> str | int | bool | None:
    if isinstance(cell, Fraction):
        return decimal_text(cell.numerator, cell.denominator)
    return cell.isoformat() if isinstance(cell, date) else cell if cell is None or isinstance(cell, (bool, int)) else str(cell)
