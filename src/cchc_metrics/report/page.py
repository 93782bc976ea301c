"""A page: headings, lines and tables, rendered as plain text or Markdown. It knows nothing of indicators."""

from __future__ import annotations

from dataclasses import dataclass

from cchc_metrics.tables import listing
from cchc_metrics.tables.listing import display_width


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


def table_text(table: Table) -> str:
    """Return a table as aligned plain text.

    >>> print(table_text(Table(("đơn vị", "hồ sơ"), (("Mỹ An", "2.096"), ("Láng Biển", "160")), frozenset({1}))))
    đơn vị     hồ sơ
    ─────────  ─────
    Mỹ An      2.096
    Láng Biển    160
    """
    return listing.text(_shown(table), rule=True)


def table_markdown(table: Table) -> str:
    """Return a table as Markdown; what Markdown would read in a cell is escaped.

    >>> print(table_markdown(Table(("đơn vị", "hồ sơ"), (("Mỹ An", "2.096"),), frozenset({1}))))
    | đơn vị | hồ sơ |
    |---|---:|
    | Mỹ An | 2.096 |
    """
    return listing.markdown(_shown(table))


def _shown(table: Table) -> listing.Shown:
    right = tuple(column in table.right for column in range(len(table.headings)))
    return listing.Shown(names=table.headings, headings=table.headings, right=right, rows=table.rows)


def page_text(page: Page) -> str:
    """Return a page as plain text, ending in a newline."""
    parts = ["\n".join([page.title, "═" * display_width(page.title), *page.lines])]
    for section in page.sections:
        block = [section.title, "─" * display_width(section.title), *section.lines]
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
