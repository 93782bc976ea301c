"""Form 06 as a flow: how dossiers came in, what became of them and how timely; the height of a band is its number of dossiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cchc_metrics.plots.style import BAD, BAD_HATCH, BEHIND, GOOD, GREY, PLAIN, canvas, font, legend, nothing, patch, spoken_in, spread
from cchc_metrics.tables.numbers import format_count, format_percent
from cchc_metrics.text import Lang

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GOOD, _BAD, _PLAIN = "good", "bad", "plain"
_NODES: tuple[tuple[str, int, str, str, str], ...] = (
    ("online", 0, "trực tuyến (4)", "online (4)", _PLAIN),
    ("direct", 0, "trực tiếp, bưu chính (5)", "counter, post (5)", _PLAIN),
    ("carried_over", 0, "kỳ trước chuyển qua (6)", "carried over (6)", _PLAIN),
    ("total", 1, "tổng số (3)", "all (3)", _PLAIN),
    ("ended", 2, "đã giải quyết (7)", "resolved (7)", _PLAIN),
    ("pending", 2, "đang giải quyết (11)", "pending (11)", _PLAIN),
    ("early", 3, "trước hạn (8)", "early (8)", _GOOD),
    ("on_due_date", 3, "đúng hạn (9)", "on the due date (9)", _GOOD),
    ("ended_no_due_date", 3, "đã xong, không có hạn", "resolved, no due date", _PLAIN),
    ("ended_due_unknown", 3, "đã xong, không rõ hạn", "resolved, due date not known", _PLAIN),
    ("late", 3, "giải quyết quá hạn (10)", "late (10)", _BAD),
    ("in_time", 3, "chưa đến hạn (12)", "pending, in time (12)", _GOOD),
    ("pending_no_due_date", 3, "chưa xong, không có hạn", "pending, no due date", _PLAIN),
    ("pending_due_unknown", 3, "chưa xong, không rõ hạn", "pending, due date not known", _PLAIN),
    ("overdue", 3, "chưa xong, quá hạn (13)", "pending, overdue (13)", _BAD),
)
_PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("total", ("online", "direct", "carried_over")),
    ("total", ("ended", "pending")),
    ("ended", ("early", "on_due_date", "ended_no_due_date", "ended_due_unknown", "late")),
    ("pending", ("in_time", "pending_no_due_date", "pending_due_unknown", "overdue")),
)
_X = (0.0, 1.5, 3.1, 4.4)
_THICK = 0.12
_GAP = 0.03
_APART = 0.062
"""Of the height of the whole: between boxes, and between the lines of labels."""


@dataclass(frozen=True, slots=True)
class _Box:
    """A box of so many dossiers."""

    x: float
    bottom: float
    top: float


def flow(row: Mapping[str, int], *, title: str, subtitle: str, lang: Lang = "vi") -> Figure:
    """Return the picture of one row of Form 06.

    Args:
        row: its numbers by name.
        title: what it is about.
        subtitle: of whom and when.
        lang: the language.

    Raises:
        CchcError: there are no dossiers, or the numbers do not add up; the message names the sum.
    """
    say = spoken_in(lang)
    for whole, parts in _PARTS:
        if row[whole] != sum(row[part] for part in parts):
            sums = " + ".join(str(row[part]) for part in parts)
            raise nothing(
                f"biểu không khớp: {whole} = {row[whole]}, cộng lại {sums}", f"the form does not add up: {whole} = {row[whole]}, not {sums}"
            )
    if not row["total"]:
        raise nothing("biểu không có hồ sơ", "the form has no dossiers")
    nodes = [(name, column, say(vi, en), kind) for name, column, vi, en, kind in _NODES if row[name]]
    figure, axes = canvas(4.6, title=title, subtitle=subtitle)
    boxes = _placed(nodes, row)
    kinds = {name: kind for name, _, _, kind in nodes}
    for whole, parts in _PARTS:
        if whole in boxes:
            _bands(axes, boxes, whole, [part for part in parts if part in boxes], kinds)
    for name, _, _, kind in nodes:
        _box(axes, boxes[name], kind, name)
    _labels(axes, nodes, boxes, row, lang)
    axes.set_axis_off()
    axes.set_xlim(-2.3, _X[-1] + 2.5)
    axes.set_ylim(-0.02, 1.1)
    legend(
        figure,
        [
            patch(say("trước hạn, đúng hạn, chưa đến hạn", "early, on the due date, in time"), facecolor=GOOD, edgecolor=GOOD),
            patch(say("quá hạn", "late, overdue"), facecolor="white", edgecolor=BAD, hatch=BAD_HATCH),
        ],
    )
    return figure


def _placed(nodes: Sequence[tuple[str, int, str, str]], row: Mapping[str, int]) -> dict[str, _Box]:
    """Return the boxes, those of a column below each other, the first on top; all columns are as high as the whole and its gaps."""
    found: dict[str, _Box] = {}
    columns = [[name for name, of, _, _ in nodes if of == column] for column in range(len(_X))]
    room = 1.0 - _GAP * (max(map(len, columns)) - 1)
    for x, mine in zip(_X, columns, strict=True):
        top = 1.0
        for name in mine:
            height = room * row[name] / row["total"]
            found[name] = _Box(x, top - height, top)
            top -= height + _GAP
    return found


def _bands(axes: Axes, boxes: Mapping[str, _Box], whole: str, parts: Sequence[str], kinds: Mapping[str, str]) -> None:
    """Draw what flows between a box and its parts."""
    from matplotlib.patches import PathPatch  # noqa: PLC0415  an extra
    from matplotlib.path import Path  # noqa: PLC0415

    place = boxes[whole].top
    for part in parts:
        box = boxes[part]
        height = box.top - box.bottom
        left, right = ((box.x, box.top), (boxes[whole].x, place)) if box.x < boxes[whole].x else ((boxes[whole].x, place), (box.x, box.top))
        place -= height
        (x0, y0), (x1, y1) = (left[0] + _THICK, left[1]), right
        middle = (x0 + x1) / 2
        corners = [(x0, y0), (middle, y0), (middle, y1), (x1, y1), (x1, y1 - height), (middle, y1 - height), (middle, y0 - height)]
        path = Path(
            [*corners, (x0, y0 - height), (x0, y0)],
            [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.CLOSEPOLY],
        )
        bad = kinds[part] == _BAD
        axes.add_patch(PathPatch(path, facecolor="#f6d9c6" if bad else "#dfe7ee", edgecolor="none", gid=f"band {whole} {part}"))


def _box(axes: Axes, box: _Box, kind: str, name: str) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415  an extra

    how: dict[str, Any] = {
        _GOOD: {"facecolor": GOOD, "edgecolor": GOOD},
        _BAD: {"facecolor": "white", "edgecolor": BAD, "hatch": BAD_HATCH},
        _PLAIN: {"facecolor": PLAIN, "edgecolor": PLAIN},
    }[kind]
    axes.add_patch(Rectangle((box.x, box.bottom), _THICK, box.top - box.bottom, linewidth=1, gid=f"box {name}", **how))


def _labels(axes: Axes, nodes: Sequence[tuple[str, int, str, str]], boxes: Mapping[str, _Box], row: Mapping[str, int], lang: Lang) -> None:
    """Write the number of each box beside it: left of the first column, above the middle, right of the last, never over each other."""

    def said(name: str, words: str, *, share: bool) -> str:
        part = f"  {format_percent(Fraction(100 * row[name], row['total']), decimals=1, lang=lang)}" if share else ""
        return f"{words}: {format_count(row[name], lang)}{part}"

    for column, side in ((0, -1), (3, 1)):
        mine = [(name, words) for name, of, words, _ in nodes if of == column][::-1]  # from the foot up
        middles = [(boxes[name].top + boxes[name].bottom) / 2 for name, _ in mine]
        for (name, words), middle, place in zip(mine, middles, spread(middles, _APART, 0.0, 1.0), strict=True):
            edge = _X[column] + (_THICK if side > 0 else 0)
            axes.plot([edge, edge + side * 0.09], [middle, place], color=GREY, linewidth=0.7)
            axes.text(
                edge + side * 0.12,
                place,
                said(name, words, share=column == 3),
                ha="left" if side > 0 else "right",
                va="center",
                **font(8.5),
            )
    for column in (1, 2):
        mine = [(name, words) for name, of, words, _ in nodes if of == column]
        for n, (name, words) in enumerate(mine):
            box = boxes[name]
            above = column == 2 and n == 0
            axes.text(
                box.x + (_THICK if column == 1 else _THICK / 2),
                box.top + 0.025 if above else box.bottom - 0.025,
                said(name, words, share=False),
                ha="right" if column == 1 else "center",
                va="bottom" if above else "top",
                bbox=BEHIND,
                **font(8.5, weight="bold" if column == 1 else "normal"),
            )
