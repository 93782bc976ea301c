"""How results print themselves in a session or notebook: aligned columns, exact numbers. Reports round and format; this does neither."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from cchc_metrics.tables.listing import display_width
from cchc_metrics.values import Breakdown


def about(indicator: str, unit: str, breakdown: Breakdown) -> str:
    """Return what a value is about, in one cell.

    >>> about("resolved_on_time", "TM", (("level", "commune"),))
    'resolved_on_time · TM · level=commune'
    """
    return " · ".join(filter(None, (indicator, unit, *(f"{dim}={label}" for dim, label in breakdown))))


def aligned(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows as text in aligned columns.

    >>> print(aligned(["unit", "value"], [["Mỹ An", "2"], ["A", "1"]]))
    unit   value
    Mỹ An  2
    A      1
    """
    lines = [list(headings), *([*row] for row in rows)]
    widths = [max(display_width(line[column]) for line in lines) for column in range(len(headings))]
    return "\n".join(
        "  ".join(cell + " " * (width - display_width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def as_html(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows as an HTML table, every cell escaped.

    >>> as_html(["a"], [["<1>"]])
    '<table><tr><th>a</th></tr><tr><td>&lt;1&gt;</td></tr></table>'
    """
    head = "".join(f"<th>{html.escape(heading)}</th>" for heading in headings)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"
