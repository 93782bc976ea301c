"""Scores by field: of one unit bars against what each field is out of, of several a row a unit and a column a field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from cchc_metrics.plots.rows import rows_shown
from cchc_metrics.plots.style import (
    BAD,
    BAD_HATCH,
    DARK,
    GOOD,
    GREY,
    INK,
    ROW,
    beside,
    canvas,
    clipped,
    font,
    legend,
    mark,
    nothing,
    patch,
    rows_of,
    spoken_in,
)
from cchc_metrics.tables.numbers import format_number, format_percent
from cchc_metrics.text import Lang

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WEAK = 50
"""Percent: below it a bar is marked."""


@dataclass(frozen=True, slots=True)
class FieldScore:
    """The score of one field.

    Args:
        name: its name.
        points: the points; None where there are none.
        out_of: what they are out of.
        share: 100 · points / out_of; None where there is none.
        reason: why there are no points.
    """

    name: str
    points: Fraction | None
    out_of: Fraction
    share: Fraction | None
    reason: str = ""


def one_unit(fields: Sequence[FieldScore], *, title: str, subtitle: str, lang: Lang = "vi") -> Figure:
    """Return the picture of the fields of one unit, in the order of the scheme.

    Args:
        fields: the fields; the total last.
        title: what stands above.
        subtitle: what stands below the title.
        lang: the language.

    Raises:
        CchcError: no field has points.
    """
    say = spoken_in(lang)
    if all(field.share is None for field in fields):
        raise nothing("không lĩnh vực nào có điểm", "no field has points")
    figure, axes = canvas(1.8 + ROW * 1.25 * len(fields), title=title, subtitle=subtitle)
    rows_of(axes, [field.name for field in fields])
    axes.grid(visible=False)
    axes.set_xlim(0, 100)
    axes.set_xticks([0, 25, 50, 75, 100], [format_percent(n, lang=lang) for n in (0, 25, 50, 75, 100)], **font(9, GREY))
    weak = gaps = False
    for at, field in enumerate(fields):
        if field.share is None or field.points is None:
            gaps = True
            axes.plot([0], [at], linestyle="none", marker="x", markersize=7, color=INK, clip_on=False, gid="gaps")
            axes.annotate(clipped(field.reason, 70), (0, at), (9, 0), textcoords="offset points", va="center", **font(8, GREY))
            continue
        low = field.share < _WEAK
        weak |= low
        axes.barh(at, 100, height=0.62, color="#eeeeee", gid="out of")
        bar = axes.barh(at, float(field.share), height=0.62, color="white" if low else GOOD, edgecolor=BAD if low else GOOD, linewidth=1.2)
        bar[0].set(gid="share", hatch=BAD_HATCH if low else None)
        points = format_number(field.points, lang=lang, strip=False, beside=[field.out_of])
        out_of = format_number(field.out_of, lang=lang)
        share = format_percent(field.share, lang=lang, decimals=1, strip=False)
        beside(axes, at, [(f"{points} / {out_of}", 82), (share, 128)])
    handles = [patch(say("phần điểm đạt được", "share of the points"), facecolor=GOOD, edgecolor=GOOD)]
    if weak:
        handles.append(patch(say(f"dưới {_WEAK}%", f"below {_WEAK}%"), facecolor="white", edgecolor=BAD, hatch=BAD_HATCH))
    if gaps:
        handles.append(mark(say("chưa có điểm", "no points"), marker="x"))
    legend(figure, handles)
    return figure


def many_units(
    units: Sequence[tuple[str, Sequence[FieldScore]]], *, title: str, subtitle: str, most: int = 30, lang: Lang = "vi"
) -> Figure:
    """Return the picture of the fields of several units, the best total first.

    Args:
        units: name of each unit and its fields, the total last; the same fields in each.
        title: what stands above.
        subtitle: what stands below the title.
        most: how many units are shown at most.
        lang: the language.

    Raises:
        CchcError: no unit has points.
    """
    say = spoken_in(lang)
    known = sorted((unit for unit in units if unit[1][-1].share is not None), key=lambda unit: -(unit[1][-1].share or 0))
    without = [unit for unit in units if unit[1][-1].share is None]
    if all(field.share is None for _, fields in units for field in fields):
        raise nothing("không đơn vị nào có điểm", "no unit has points")
    shown, names = rows_shown(known, without, lambda unit: unit[0], most, say)
    heads = [field.name for field in units[0][1]]
    figure, axes = canvas(2.6 + ROW * len(shown), title=title, subtitle=subtitle)
    rows_of(axes, names)
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks(
        range(len(heads)), [clipped(head, 26) for head in heads], rotation=35, ha="right", rotation_mode="anchor", **font(8.5, GREY)
    )
    axes.set_xlim(-0.5, len(heads) - 0.5)
    gaps = _cells(axes, shown, lang)
    legend(figure, [mark(say("chưa có điểm", "no points"), marker="x")] if gaps else [])
    return figure


def _cells(axes: Axes, shown: Sequence[tuple[str, Sequence[FieldScore]] | None], lang: Lang) -> bool:
    """Draw the share of each field, the darker the higher, with its number; return whether some has none."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415  an extra

    gaps = False
    for at, unit in enumerate(shown):
        for column, field in enumerate(unit[1] if unit is not None else ()):
            if field.share is None:
                gaps = True
                axes.plot([column], [at], linestyle="none", marker="x", markersize=7, color=INK, gid="gaps")
                continue
            depth = min(max(float(field.share) / 100, 0), 1) ** 2
            shade = tuple(1 - depth * (1 - part) for part in (0.0, 0.27, 0.42))
            axes.add_patch(
                Rectangle((column - 0.48, at - 0.44), 0.96, 0.88, facecolor=shade, edgecolor="#e4e4e4", linewidth=0.6, gid="cell")
            )
            text = format_number(field.share, decimals=1, lang=lang, strip=False)
            axes.text(column, at, text, ha="center", va="center", gid="number", **font(8, "white" if depth > DARK else INK))
    return gaps
