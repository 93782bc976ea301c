"""A page: headings, lines and tables, rendered as plain text or Markdown. It knows nothing of indicators."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Args:
        headings: one per column.
        rows: cells as text, as long as the headings.
        right: columns that are aligned to the right (numbers).
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Section:
    """A section: a title, then lines, then a table where there is one."""

    title: str
    lines: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page.

    Args:
        title: first line.
        lines: what stands under the title.
        sections: in order.
    """

    title: str
    lines: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()


def width(text: str) -> int:
    """Return the columns that a text takes on a terminal: combining marks take none.

    >>> width("Tháp Mười")
    9
    """
    return sum(1 for c in unicodedata.normalize("NFC", text) if not unicodedata.combining(c))


def table_text(table: Table) -> str:
    """Return a table as aligned plain text.

    >>> print(table_text(Table(("đơn vị", "hồ sơ"), (("Mỹ An", "2.096"), ("Láng Biển", "160")), frozenset({1}))))
    đơn vị     hồ sơ
    ─────────  ─────
    Mỹ An      2.096
    Láng Biển    160
    """
    columns = range(len(table.headings))
    widths = [max(width(row[c]) for row in (table.headings, *table.rows)) for c in columns]

    def line(cells: Sequence[str]) -> str:
        padded = [
            " " * (widths[c] - width(cells[c])) + cells[c] if c in table.right else cells[c] + " " * (widths[c] - width(cells[c]))
            for c in columns
        ]
        return "  ".join(padded).rstrip()

    return "\n".join([line(table.headings), "  ".join("─" * w for w in widths), *(line(row) for row in table.rows)])


def table_markdown(table: Table) -> str:
    """Return a table as Markdown; pipes in cells are escaped.

    >>> print(table_markdown(Table(("đơn vị", "hồ sơ"), (("Mỹ An", "2.096"),), frozenset({1}))))
    | đơn vị | hồ sơ |
    |---|---:|
    | Mỹ An | 2.096 |
    """

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    rule = "|" + "|".join("---:" if c in table.right else "---" for c in range(len(table.headings))) + "|"
    return "\n".join([line(table.headings), rule, *(line(row) for row in table.rows)])


def page_text(page: Page) -> str:
    """Return a page as plain text, ending in a newline."""
    parts = ["\n".join([page.title, "═" * width(page.title), *page.lines])]
    for section in page.sections:
        block = [section.title, "─" * width(section.title), *section.lines]
        if section.table is not None:
            block += ["", table_text(section.table)] if section.lines else [table_text(section.table)]
        parts.append("\n".join(block))
    return "\n\n".join(parts) + "\n"


def page_markdown(page: Page) -> str:
    """Return a page as Markdown, ending in a newline."""
    parts = [f"# {page.title}", *page.lines]
    for section in page.sections:
        parts += [f"## {section.title}", *section.lines]
        if section.table is not None:
            parts.append(table_markdown(section.table))
    return "\n\n".join(parts) + "\n"
