"""What is overdue and for how long: a row a unit or a period, a column a class of working days, the number in each cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cchc_metrics.plots.rows import rows_shown
from cchc_metrics.plots.style import (
    DARK,
    GREY,
    HIDDEN_MARK,
    HIDDEN_WORDS,
    INK,
    ROW,
    canvas,
    font,
    legend,
    mark,
    nothing,
    rows_of,
    spoken_in,
)
from cchc_metrics.tables.numbers import format_count
from cchc_metrics.text import Lang

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

AGES: Mapping[str, tuple[str, str]] = {
    "pending_overdue_1_5": ("1–5", "1 to 5"),
    "pending_overdue_6_10": ("6–10", "6 to 10"),
    "pending_overdue_over_10": ("trên 10", "over 10"),
}
"""Indicators of dossiers that are overdue → working days."""
Row = tuple[str, tuple[int | None, ...]]
"""A name and its number of each class; None where it is not known, ``HIDDEN`` where it is not published."""
HIDDEN = -1


def overdue(rows: Sequence[Row], *, title: str, subtitle: str, by_size: bool, most: int = 30, lang: Lang = "vi") -> Figure:
    """Return the picture of what is overdue.

    Args:
        rows: see ``Row``.
        title: what it is about.
        subtitle: of whom and when.
        by_size: whether rows are sorted by their sum, the largest first; else they stay in their order.
        most: how many rows are shown at most.
        lang: the language.

    Raises:
        CchcError: no number is known.
    """
    say = spoken_in(lang)
    known = [row for row in rows if _whole(row)]
    if not known:
        raise nothing("không có số liệu về hồ sơ quá hạn", "nothing is known of overdue dossiers")
    without = [row for row in rows if not _whole(row)]
    if by_size:
        known = sorted(known, key=lambda row: -sum(n or 0 for n in row[1]))
    else:
        known, without = list(rows), []
    shown, names = rows_shown(known, without, lambda row: row[0], most, say)
    figure, axes = canvas(1.9 + ROW * len(shown), title=title, subtitle=subtitle)
    rows_of(axes, names)
    axes.grid(visible=False)
    heads = [say(*words) for words in AGES.values()] + [say("cộng", "sum")]
    axes.set_xticks(range(len(heads)), heads, **font(9, GREY))
    axes.xaxis.tick_top()
    axes.set_xlabel(say("quá hạn bao nhiêu ngày làm việc", "overdue by so many working days"), labelpad=6, **font(9, GREY))
    axes.xaxis.set_label_position("top")
    axes.set_xlim(-0.5, len(heads) - 0.5)
    axes.spines["bottom"].set_visible(False)
    _cells(axes, shown, lang)
    handles = []
    if any(row is not None and None in row[1] for row in shown):
        handles.append(mark(say("không có số liệu", "no data"), marker="x"))
    if any(row is not None and HIDDEN in row[1] for row in shown):
        handles.append(mark(say(*HIDDEN_WORDS), marker=HIDDEN_MARK))
    if handles:
        legend(figure, handles)
    return figure


def _whole(row: Row) -> bool:
    """Return whether every number of a row is known and shown."""
    return None not in row[1] and HIDDEN not in row[1]


def _cells(axes: Axes, shown: Sequence[Row | None], lang: Lang) -> None:
    """Draw the cells: the darker the more, the number in each; nothing that is not known is drawn as 0."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415  an extra

    largest = max((n for row in shown if row is not None for n in row[1] if n is not None), default=0) or 1
    for at, row in enumerate(shown):
        if row is None:
            continue
        for column, n in enumerate(row[1]):
            if n is None or n == HIDDEN:
                marker, gid = ("x", "gaps") if n is None else (HIDDEN_MARK, "hidden")
                axes.plot([column], [at], linestyle="none", marker=marker, markersize=7, color=INK, gid=gid)
                continue
            depth = 0.0 if n == 0 else 0.12 + 0.88 * n / largest
            shade = tuple(1 - depth * (1 - part) for part in (0.0, 0.27, 0.42))  # from white to a blue that is dark in grey
            axes.add_patch(
                Rectangle((column - 0.48, at - 0.44), 0.96, 0.88, facecolor=shade, edgecolor="#e4e4e4", linewidth=0.6, gid="cell")
            )
            axes.text(
                column, at, format_count(n, lang), ha="center", va="center", gid="number", **font(9, "white" if depth > DARK else INK)
            )
        if _whole(row):
            total = sum(n or 0 for n in row[1])
            axes.text(len(row[1]), at, format_count(total, lang), ha="center", va="center", gid="sum", **font(9, weight="bold"))
