"""How results print themselves in a session or notebook: aligned columns, exact numbers. Reports round and format; this does neither."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Sequence
from fractions import Fraction

from cchc_metrics.values import Breakdown, Text

_DIGITS = 6


def plain(value: Fraction | None) -> str:
    """Return a number with a point and at most six decimals; one that goes on ends in ``…`` and is cut, never rounded.

    >>> plain(Fraction(9283, 100)), plain(Fraction(200, 3)), plain(Fraction(99_999_999, 1_000_000)), plain(None)
    ('92.83', '66.666666…', '99.999999', '–')
    """
    if value is None:
        return "–"
    scaled, rest = divmod(abs(value.numerator) * 10**_DIGITS, value.denominator)
    whole, part = divmod(scaled, 10**_DIGITS)
    decimals = f"{part:0{_DIGITS}}" + "…" if rest else f"{part:0{_DIGITS}}".rstrip("0")
    return f"{'-' if value < 0 else ''}{whole}{'.' if decimals else ''}{decimals}"


def grouped(count: int) -> Text:
    """Return a count with its thousands separated as each language does.

    >>> grouped(2096)
    Text(vi='2.096', en='2,096')
    """
    english = f"{count:,}"
    return Text(english.replace(",", "."), english)


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
    widths = [max(_width(line[column]) for line in lines) for column in range(len(headings))]
    return "\n".join(
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def as_html(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows as an HTML table, every cell escaped.

    >>> as_html(["a"], [["<1>"]])
    '<table><tr><th>a</th></tr><tr><td>&lt;1&gt;</td></tr></table>'
    """
    head = "".join(f"<th>{html.escape(heading)}</th>" for heading in headings)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _width(text: str) -> int:
    return sum(1 for c in unicodedata.normalize("NFC", text) if not unicodedata.combining(c))
