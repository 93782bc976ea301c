"""Units against a target: a dot a unit, its number of cases beside it, the best on top; of very many both ends are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cchc_metrics.plots.rows import numbers, rows_shown
from cchc_metrics.plots.style import (
    BAD,
    GOOD,
    GREY,
    HIDDEN_MARK,
    HIDDEN_WORDS,
    INK,
    ROW,
    aligned,
    beside,
    canvas,
    clipped,
    font,
    legend,
    mark,
    nice_ticks,
    nothing,
    number_axis,
    rows_of,
    spoken_in,
    title_of,
    told_apart,
)
from cchc_metrics.tables.numbers import format_count
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Lang
from cchc_metrics.values import Better, Scale, Status, value_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Interval = tuple[Fraction, Fraction] | None


@dataclass(frozen=True, slots=True)
class _Dot:
    """One unit."""

    name: str
    value: Fraction | None
    n: int | None
    status: str
    reason: str
    interval: Interval = None


def units(
    table: AnswerTable[Any],
    *,
    target: Fraction | None = None,
    whole: tuple[str, Fraction] | None = None,
    intervals: Sequence[Interval] | None = None,
    about: str = "",
    most: int = 30,
    lang: Lang = "vi",
) -> Figure:
    """Return the picture of one indicator in one period, a row a unit.

    Args:
        table: measures of one indicator, period and breakdown.
        target: what is asked of every unit.
        whole: the name and value of what they are part of, drawn as a line.
        intervals: the lower and upper end of each row's 95 % interval, in the order of the table.
        about: what of the units is counted, where not all.
        most: how many units are shown at most; half of them are the best, half the worst.
        lang: the language.

    Raises:
        CchcError: no unit has a value, or ``most`` is too small.
    """
    say = spoken_in(lang)
    rows = table.to_dicts(lang)
    values = numbers(table.column("value"))
    if not any(value is not None for value in values):
        why = next((str(row["reason"]) for row in rows if row["reason"]), "")
        raise nothing(f"không đơn vị nào có giá trị ({why})", f"no unit has a value ({why})")
    codes = [str(row["unit"]) for row in rows]
    names = told_apart([str(row["unit_name"] or row["unit"]) for row in rows], codes)
    dots = [
        _Dot(
            name,
            value,
            row["denominator"] if isinstance(row["denominator"], int) else None,
            str(row["status"]),
            str(row["reason"] or ""),
            interval,
        )
        for name, value, row, interval in zip(names, values, rows, intervals or [None] * len(rows), strict=True)
    ]
    scale, better = Scale(str(rows[0]["scale"])), Better(str(rows[0]["better"]))
    sign = 1 if better is Better.LOWER else -1
    known = sorted((dot for dot in dots if dot.value is not None), key=lambda dot: sign * (dot.value or 0))
    shown, named = rows_shown(known, [dot for dot in dots if dot.value is None], lambda dot: dot.name, most, say)
    period = table.column("period")[0]
    figure, axes = canvas(
        1.7 + ROW * len(shown),
        title=title_of(table.column("name")[0], str(rows[0]["indicator"]), lang),
        subtitle=" · ".join(filter(None, (whole and whole[0], about, getattr(period, "text", lambda _: "")(lang), _order(better, say)))),
    )
    rows_of(axes, named)
    ends = [float(dot.value) for dot in shown if dot is not None and dot.value is not None]
    ends += [float(end) for dot in shown if dot is not None and dot.interval for end in dot.interval]
    ends += [float(value) for value in (target, whole and whole[1]) if value is not None]
    ticks = nice_ticks(0 if scale is Scale.COUNT else min(ends), max(ends))
    number_axis(axes.xaxis, ticks, scale, lang)
    room = (ticks[-1] - ticks[0]) * 0.03
    axes.set_xlim(ticks[0] - room, ticks[-1] + room)
    _draw(axes, shown, target, better, scale, lang)
    handles = _lines(axes, target, whole, scale, lang, say)
    met = {_met(dot.value, target, better) for dot in shown if dot is not None and dot.value is not None}
    if target is not None and True in met:
        handles.append(mark(say("đạt mục tiêu", "target met"), marker="o", color=GOOD))
    if False in met:
        handles.append(mark(say("chưa đạt", "not met"), marker="D", color=BAD, markerfacecolor="white", markeredgewidth=1.8))
    if any(dot is not None and dot.value is not None and dot.status != Status.OK.value for dot in shown):
        handles.append(mark(say("ước tính hoặc chưa hết kỳ", "estimated, or the period is open"), marker="s", markerfacecolor="white"))
    nothing_of = {dot.status == Status.SUPPRESSED.value for dot in shown if dot is not None and dot.value is None}
    if False in nothing_of:
        handles.append(mark(say("không có số liệu", "no data"), marker="x"))
    if True in nothing_of:
        handles.append(mark(say(*HIDDEN_WORDS), marker=HIDDEN_MARK))
    if any(dot is not None and dot.interval for dot in shown):
        handles.append(mark(say("khoảng tin cậy 95%", "95% interval"), linestyle="-", color=GREY))
    legend(figure, handles)
    return figure


def _order(better: Better, say: Callable[[str, str], str]) -> str:
    return say("xếp từ tốt đến kém", "best first") if better is not Better.NEITHER else say("xếp từ cao đến thấp", "highest first")


def _met(value: Fraction, target: Fraction | None, better: Better) -> bool:
    """Return whether a value is as it should be; where nothing is asked, it is."""
    if target is None or better is Better.NEITHER:
        return True
    return value >= target if better is Better.HIGHER else value <= target


def _draw(axes: Axes, shown: Sequence[_Dot | None], target: Fraction | None, better: Better, scale: Scale, lang: Lang) -> None:
    left, _ = axes.get_xlim()
    for row, dot in enumerate(shown):
        if dot is None:
            continue
        if dot.value is None:
            hidden = dot.status == Status.SUPPRESSED.value
            marker, gid = (HIDDEN_MARK, "hidden") if hidden else ("x", "gaps")
            axes.plot([left], [row], linestyle="none", marker=marker, markersize=7, color=INK, clip_on=False, gid=gid)
            axes.annotate(clipped(dot.reason, 70), (left, row), (9, 0), textcoords="offset points", va="center", **font(8, GREY))
            continue
        if dot.interval is not None:
            axes.plot([float(end) for end in dot.interval], [row, row], color=GREY, linewidth=1.4, gid="interval")
        met = _met(dot.value, target, better)
        known = dot.status == Status.OK.value
        colour = GOOD if met else BAD
        axes.plot(
            [float(dot.value)],
            [row],
            linestyle="none",
            marker=("o" if met else "D") if known else "s",
            markersize=7,
            color=colour,
            markerfacecolor=colour if met and known else "white",
            markeredgewidth=1.8,
            clip_on=False,
            gid="values",
        )
        n = [] if dot.n is None else [(f"n = {format_count(dot.n, lang)}", 110)]
        beside(axes, row, [(aligned(dot.value, scale, lang, near=target), 52), *n])


def _lines(axes: Axes, target: Fraction | None, whole: tuple[str, Fraction] | None, scale: Scale, lang: Lang, say: Any) -> list[Any]:
    handles = []
    for value, gid, words, dash in (
        (target, "target", say("mục tiêu", "target"), (0, (4, 2))),
        (whole and whole[1], "whole", whole[0] if whole else "", (0, (1, 1))),
    ):
        if value is not None:
            axes.axvline(float(value), color=INK if gid == "target" else GREY, linestyle=dash, linewidth=1.3, gid=gid, zorder=1)
            handles.append(mark(f"{words} {value_text(value, scale, lang)}", linestyle=dash, color=INK))
    return handles
