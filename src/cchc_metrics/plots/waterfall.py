"""Why a value changed: from what it was, group by group, to what it is; the largest parts first, the others as one."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cchc_metrics.plots.style import (
    BAD,
    BAD_HATCH,
    GOOD,
    INK,
    PALE,
    PLAIN,
    ROW,
    aligned,
    beside,
    canvas,
    is_better,
    legend,
    mark,
    nice_ticks,
    nothing,
    number_axis,
    patch,
    rows_of,
    spoken_in,
    title_of,
)
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Lang
from cchc_metrics.values import Better, Scale

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def waterfall(table: AnswerTable[Any], *, better: Better, most: int = 12, lang: Lang = "vi") -> Figure:
    """Return the picture of the contributions to the change of one value.

    Args:
        table: contributions of one whole.
        better: which way is better.
        most: how many groups are shown at most; the others are one step.
        lang: the language.

    Raises:
        CchcError: the table has several wholes, or none.
    """
    say = spoken_in(lang)
    rows = table.to_dicts(lang)
    wholes = {(row["indicator"], row["unit"], row["period"], row["level"]) for row in rows}
    if len(wholes) != 1:
        raise nothing(
            f"bảng có {len(wholes)} chỉ tiêu hoặc đơn vị; chọn một: indicator=, unit=", f"the table has {len(wholes)} wholes; choose one"
        )
    scale = Scale(str(rows[0]["scale"]))
    before, now = (_whole(table, side, scale) for side in ("baseline_", ""))
    totals = [total for total in table.column("total") if isinstance(total, Fraction)]
    order = sorted(range(len(rows)), key=lambda n: -abs(totals[n]))
    steps = [(str(rows[n]["group_name"]), totals[n]) for n in order]
    if len(steps) > most:
        rest = steps[most - 1 :]
        others = say(f"{len(rest)} nhóm khác cộng lại", f"{len(rest)} others together")
        steps = [*steps[: most - 1], (others, sum((total for _, total in rest), Fraction(0)))]
    ends = [before]
    for _, step in steps:
        ends.append(ends[-1] + step)
    period = table.column("period")[0]
    unit = str(rows[0]["unit_name"] or rows[0]["unit"])
    words = say("đóng góp vào thay đổi", "contributions to the change")
    if scale is Scale.PERCENT:
        words += say(" (điểm phần trăm)", " (percentage points)")
    figure, axes = canvas(
        1.9 + ROW * 1.15 * (len(steps) + 2),
        title=title_of(table.column("name")[0], str(rows[0]["indicator"]), lang),
        subtitle=f"{unit} · {getattr(period, 'text')(lang)} · " + words,  # noqa: B009
    )
    rows_of(axes, [say("kỳ gốc", "before"), *(name for name, _ in steps), say("kỳ này", "now")])
    ticks = nice_ticks(float(min(ends)), float(max(ends)))
    number_axis(axes.xaxis, ticks, scale, lang)
    room = (ticks[-1] - ticks[0]) * 0.03
    axes.set_xlim(ticks[0] - room, ticks[-1] + room)
    for at, value in ((0, before), (len(steps) + 1, now)):
        axes.plot([float(value)], [at], linestyle="none", marker="|", markersize=15, markeredgewidth=3, color=INK, gid="whole")
        change = [(f"({aligned(now - before, scale, lang, signed=True)})", 98.0)] if at else []
        beside(axes, at, [(aligned(value, scale, lang), 52), *change], bold=True)
    for at, ((_, step), (start, end)) in enumerate(zip(steps, pairwise(ends), strict=True), start=1):
        good = is_better(better, step)
        colour = PLAIN if good is None else GOOD if good else BAD
        bar = axes.barh(
            at, float(step), left=float(start), height=0.62, color="white" if good is False else colour, edgecolor=colour, linewidth=1.2
        )
        for box in bar:
            box.set(gid="step", hatch=BAD_HATCH if good is False else None)
        axes.plot([float(end)] * 2, [at, at + 1], color=PALE, linewidth=1, zorder=0)
        beside(axes, at, [(aligned(step, scale, lang, signed=True), 52)])
    axes.plot([float(before)] * 2, [0, 1], color=PALE, linewidth=1, zorder=0)
    handles = [mark(say("giá trị của toàn đơn vị", "value of the whole"), marker="|", markeredgewidth=3, markersize=12)]
    if better is Better.NEITHER:
        handles.append(patch(say("đóng góp", "contribution"), facecolor=PLAIN, edgecolor=PLAIN))
    else:
        handles.append(patch(say("làm tốt hơn", "for the better"), facecolor=GOOD, edgecolor=GOOD))
        handles.append(patch(say("làm xấu đi", "for the worse"), facecolor="white", edgecolor=BAD, hatch=BAD_HATCH))
    legend(figure, handles)
    return figure


def _whole(table: AnswerTable[Any], side: str, scale: Scale) -> Fraction:
    """Return the value of the whole: the counts of its groups, added and divided."""
    over, under = (sum(n for n in table.column(f"{side}{part}") if isinstance(n, int)) for part in ("numerator", "denominator"))
    if all(cell is None for cell in table.column(f"{side}denominator")):
        return Fraction(over)
    return Fraction((100 if scale is Scale.PERCENT else 1) * over, under)
