"""A value over time: one line a unit, with the target and the days on which the definition changed; what is not known is a gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cchc_metrics.plots.rows import numbers
from cchc_metrics.plots.style import (
    BEHIND,
    GREY,
    HIDDEN_MARK,
    HIDDEN_WORDS,
    INK,
    SERIES,
    Series,
    canvas,
    exact,
    font,
    legend,
    mark,
    nice_ticks,
    nothing,
    number_axis,
    spoken_in,
    title_of,
    told_apart,
)
from cchc_metrics.reference.period import Period
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Lang, Text
from cchc_metrics.values import Scale, Status, value_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Target = Fraction | float | Mapping[str, Fraction | float] | None
"""A target for every period, or label of a period → its own."""
_LABELLED = 12
_TICKS = 13


def over_time(
    table: AnswerTable[Any], *, target: Target = None, changed: tuple[date, Text] | None = None, about: str = "", lang: Lang = "vi"
) -> Figure:
    """Return the picture of one indicator over the periods of a table.

    Args:
        table: measures of one indicator and one breakdown, of up to five units.
        target: see ``Target``.
        changed: the first day of a new definition, and what changed: the line is broken there.
        about: what of the units is counted, where not all.
        lang: the language.

    Raises:
        CchcError: there is no value, or too many lines.
    """
    say = spoken_in(lang)
    rows = table.to_dicts(lang)
    periods = sorted({p for p in table.column("period") if isinstance(p, Period)}, key=lambda p: (p.first, p.last))
    at = {p.label: n for n, p in enumerate(periods)}
    codes = list(dict.fromkeys(str(row["unit"]) for row in rows))
    values = numbers(table.column("value"))
    if not any(value is not None for value in values):
        why = next((str(row["reason"]) for row in rows if row["reason"]), "")
        raise nothing(f"không kỳ nào có giá trị ({why})", f"no period has a value ({why})")
    if len(codes) > len(SERIES):
        n, most = len(codes), len(SERIES)
        raise nothing(f"{n} đơn vị, tối đa {most}; chọn đơn vị: unit=", f"{n} units, at most {most}; say which: unit=")
    scale = Scale(str(rows[0]["scale"]))
    names = told_apart([next(str(r["unit_name"] or r["unit"]) for r in rows if r["unit"] == code) for code in codes], codes)
    figure, axes = canvas(
        4.2,
        title=title_of(table.column("name")[0], str(rows[0]["indicator"]), lang),
        subtitle=" · ".join(filter(None, (names[0] if len(names) == 1 else "", about))),
    )
    handles = []
    for code, name, how in zip(codes, names, SERIES, strict=False):
        mine = {at[str(row["period"])]: (row, value) for row, value in zip(rows, values, strict=True) if row["unit"] == code}
        _line(axes, mine, len(periods), how, _break(periods, changed))
        if len(codes) == 1 and len(mine) <= _LABELLED:
            _numbers(axes, {place: value for place, (_, value) in mine.items() if value is not None}, scale, lang)
        if len(codes) > 1:
            handles.append(mark(name, marker=how.marker, color=how.colour, linestyle=how.dash))
    known = [float(value) for value in values if value is not None] + [float(v) for v in _targets(target, periods) if v is not None]
    low, high = min(known), max(known)
    pad = (high - low) * 0.12 or abs(high) * 0.05 or 1
    top = min(high + pad, 100) if scale is Scale.PERCENT and high <= 100 else high + pad
    ticks = nice_ticks(0 if scale is Scale.COUNT else max(low - pad, 0) if low >= 0 else low - pad, top)
    number_axis(axes.yaxis, ticks, scale, lang)
    room = (ticks[-1] - ticks[0]) * 0.06
    axes.set_ylim(ticks[0] - room, ticks[-1] + room)
    axes.set_xlim(-0.5, len(periods) - 0.5)
    every = -(-len(periods) // _TICKS)
    axes.set_xticks(range(0, len(periods), every), [short(p, lang) for p in periods[::every]], **font(9))
    handles += _marks(axes, rows, at, ticks[0] - room * 0.4, say)
    handles += _target_line(axes, target, periods, scale, lang)
    line = _break(periods, changed)
    if changed is not None and line is not None:
        axes.axvline(line - 0.5, color=GREY, linestyle=(0, (1, 2)), linewidth=1.4, gid="changed")
        handles.append(mark(f"{changed[0]:%d/%m/%Y}: {changed[1].text(lang)}", linestyle=(0, (1, 2)), color=GREY))
    legend(figure, handles, columns=2)
    return figure


def short(period: Period, lang: Lang = "vi") -> str:
    """Return a period as it stands below an axis.

    >>> short(Period.parse("2021-Q1")).split(), short(Period.parse("2021-04"), "en"), short(Period.parse("2021"))
    (['Quý', 'I', '2021'], '04/2021', '2021')
    """
    if period.kind == "year":
        return str(period.year)
    if period.kind == "month":
        return f"{period.number:02}/{period.year}"
    if period.kind == "custom":
        return f"{period.first:%d/%m/%Y}\n{period.last:%d/%m/%Y}"
    text = period.text(lang)
    return text.replace(f" năm {period.year}", f"\n{period.year}").replace(f" {period.year}", f"\n{period.year}").replace(" of\n", "\n")


def _break(periods: Sequence[Period], changed: tuple[date, Text] | None) -> int | None:
    """Return the first period that a new definition holds in, if another one comes before it."""
    if changed is None:
        return None
    return next((n for n, p in enumerate(periods) if n and p.last >= changed[0] and periods[0].first < changed[0]), None)


def _line(axes: Axes, mine: Mapping[int, tuple[Mapping[str, Any], Fraction | None]], n: int, how: Series, cut: int | None) -> None:
    """Draw one line: through neighbours that both have a value under one definition, and a mark at each value."""
    values = [mine[place][1] if place in mine else None for place in range(n)]
    run: list[int] = []
    for place in range(n + 1):
        here = values[place] if place < n else None
        if run and (here is None or place == cut):
            axes.plot(run, [float(values[p] or 0) for p in run], color=how.colour, linestyle=how.dash, linewidth=1.8, gid="line")
            run = []
        if here is not None:
            run.append(place)
    for hollow in (False, True):
        chosen = [p for p in range(n) if values[p] is not None and (mine[p][0]["status"] != Status.OK.value) == hollow]
        if chosen:
            axes.plot(
                chosen,
                [float(values[p] or 0) for p in chosen],
                linestyle="none",
                marker=how.marker,
                markersize=7,
                color=how.colour,
                markerfacecolor="white" if hollow else how.colour,
                markeredgewidth=1.6,
                gid="estimated" if hollow else "values",
            )


def _numbers(axes: Axes, values: Mapping[int, Fraction], scale: Scale, lang: Lang) -> None:
    """Write each value above its mark; below it where the line comes down to it and goes up again."""
    for place, value in values.items():
        beside = [values[near] for near in (place - 1, place + 1) if near in values]
        below = len(beside) == 2 and min(beside) > value
        axes.annotate(
            value_text(value, scale, lang),
            (place, float(value)),
            (0, -9 if below else 8),
            textcoords="offset points",
            ha="center",
            va="top" if below else "bottom",
            bbox=BEHIND,
            **font(9),
        )


def _marks(axes: Axes, rows: Sequence[Mapping[str, Any]], at: Mapping[str, int], bottom: float, say: Any) -> list[Any]:
    """Mark what has no value at the foot, and say what the marks mean."""
    handles = []
    if any(row["value"] is not None and row["status"] != Status.OK.value for row in rows):
        handles.append(mark(say("ước tính hoặc chưa hết kỳ", "estimated, or the period is open"), marker="o", markerfacecolor="white"))
    none, hidden = (
        sorted({at[str(row["period"])] for row in rows if row["value"] is None and (row["status"] == Status.SUPPRESSED.value) is which})
        for which in (False, True)
    )
    for places, gid, marker, words in (
        (none, "gaps", "x", ("không có số liệu hoặc không so sánh được", "no data, or not comparable")),
        (hidden, "hidden", HIDDEN_MARK, HIDDEN_WORDS),
    ):
        if places:
            axes.plot(places, [bottom] * len(places), linestyle="none", marker=marker, markersize=8, color=INK, clip_on=False, gid=gid)
            handles.append(mark(say(*words), marker=marker))
    return handles


def _targets(target: Target, periods: Sequence[Period]) -> list[Fraction | None]:
    found = [target.get(p.label) if isinstance(target, Mapping) else target for p in periods]
    return [None if value is None else exact(value) for value in found]


def _target_line(axes: Axes, target: Target, periods: Sequence[Period], scale: Scale, lang: Lang) -> list[Any]:
    found = _targets(target, periods)
    for place, value in enumerate(found):
        if value is not None:
            axes.plot([place - 0.5, place + 0.5], [float(value)] * 2, color=INK, linestyle=(0, (4, 2)), linewidth=1.2, gid="target")
    shown = list(dict.fromkeys(value_text(value, scale, lang) for value in found if value is not None))
    words = "mục tiêu" if lang == "vi" else "target"
    return [mark(f"{words} {', '.join(shown)}", linestyle=(0, (4, 2)))] if shown else []
