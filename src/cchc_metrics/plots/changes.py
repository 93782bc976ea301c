"""Changes, a row a unit: from a hollow mark before to a filled one now, the largest gain on top; what cannot be compared is marked."""

from __future__ import annotations

from collections.abc import Sequence
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
    PLAIN,
    ROW,
    aligned,
    beside,
    canvas,
    clipped,
    font,
    is_better,
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
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Lang
from cchc_metrics.values import Better, Scale, Status

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class _Change:
    """The change of one unit; without values where it cannot be compared."""

    name: str
    before: Fraction | None
    now: Fraction | None
    reason: str
    hidden: bool = False

    @property
    def rise(self) -> Fraction | None:
        """Now less before."""
        return None if self.before is None or self.now is None else self.now - self.before


def changes(table: AnswerTable[Any], *, better: Better, about: str = "", most: int = 30, lang: Lang = "vi") -> Figure:
    """Return the picture of the changes of one indicator, a row a unit.

    Args:
        table: changes of one indicator, period and breakdown.
        better: which way is better.
        about: what of the units is counted, where not all.
        most: how many units are shown at most: half of them rose the most, half fell the most.
        lang: the language.

    Raises:
        CchcError: there is no change at all; the message says why.
    """
    say = spoken_in(lang)
    rows = table.to_dicts(lang)
    names = told_apart([str(row["unit_name"] or row["unit"]) for row in rows], [str(row["unit"]) for row in rows])
    before, now, difference = (numbers(table.column(name)) for name in ("baseline_value", "value", "difference"))
    found = [
        _Change(name, old, new, str(row["reason"] or ""))
        if change is not None
        else _Change(name, None, None, str(row["reason"] or ""), row["status"] == Status.SUPPRESSED.value)
        for name, row, old, new, change in zip(names, rows, before, now, difference, strict=True)
    ]
    known = sorted((one for one in found if one.rise is not None), key=lambda one: -(one.rise or 0))
    without = [one for one in found if one.rise is None]
    if not known:
        why = next((one.reason for one in without if one.reason), "")
        raise nothing(f"không có thay đổi nào ({why})", f"there is no change ({why})")
    shown, labels = rows_shown(known, without, lambda one: one.name, most, say)
    scale = Scale(str(rows[0]["scale"]))
    times = [next((getattr(p, "text")(lang) for p in table.column(c) if p is not None), "") for c in ("period", "baseline_period")]  # noqa: B009
    when = say(f"{times[0]} so với {times[1][:1].lower()}{times[1][1:]}", f"{times[0]} against {times[1]}")
    figure, axes = canvas(
        1.7 + ROW * len(shown),
        title=title_of(table.column("name")[0], str(rows[0]["indicator"]), lang),
        subtitle=" · ".join(filter(None, (about, when))),
    )
    rows_of(axes, labels)
    ends = [float(end) for one in known for end in (one.before, one.now) if end is not None]
    ticks = nice_ticks(0 if scale is Scale.COUNT else min(ends), max(ends))
    number_axis(axes.xaxis, ticks, scale, lang)
    room = (ticks[-1] - ticks[0]) * 0.03
    axes.set_xlim(ticks[0] - room, ticks[-1] + room)
    _draw(axes, shown, better, scale, lang)
    handles = [mark(times[1], marker="o", markerfacecolor="white")]
    if better is Better.NEITHER:
        handles.append(mark(times[0], marker="o", color=PLAIN))
    else:
        handles.append(mark(say("tốt hơn", "better"), marker="o", color=GOOD, linestyle="-"))
        if any(is_better(better, one.rise or Fraction(0)) is False for one in known):
            handles.append(mark(say("xấu đi", "worse"), marker="D", color=BAD, linestyle="--"))
    if any(not one.hidden for one in without):
        handles.append(mark(say("không so sánh được", "not comparable"), marker="x"))
    if any(one.hidden for one in without):
        handles.append(mark(say(*HIDDEN_WORDS), marker=HIDDEN_MARK))
    legend(figure, handles)
    return figure


def _draw(axes: Axes, shown: Sequence[_Change | None], better: Better, scale: Scale, lang: Lang) -> None:
    left, _ = axes.get_xlim()
    for at, one in enumerate(shown):
        if one is None:
            continue
        if one.before is None or one.now is None:
            marker, gid = (HIDDEN_MARK, "hidden") if one.hidden else ("x", "gaps")
            axes.plot([left], [at], linestyle="none", marker=marker, markersize=7, color=INK, clip_on=False, gid=gid)
            axes.annotate(clipped(one.reason, 70), (left, at), (9, 0), textcoords="offset points", va="center", **font(8, GREY))
            continue
        good = is_better(better, one.now - one.before)
        colour = PLAIN if good is None else GOOD if good else BAD
        dash, marker = ("--", "D") if good is False else ("-", "o")
        axes.plot([float(one.before), float(one.now)], [at, at], color=colour, linewidth=2.2, linestyle=dash, gid="change")
        axes.plot(
            [float(one.before)], [at], linestyle="none", marker="o", markersize=6, color=colour, markerfacecolor="white", gid="before"
        )
        axes.plot([float(one.now)], [at], linestyle="none", marker=marker, markersize=7, color=colour, gid="now")
        beside(axes, at, [(aligned(one.now, scale, lang), 52), (aligned(one.now - one.before, scale, lang, signed=True), 96)])
