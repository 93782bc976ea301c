"""The one look of all pictures: colours that the colour-blind and a grey printer tell apart, one font, one layout; no global settings.

Nothing is told by colour alone: what is good and bad, known and estimated, has a marker, a fill or a hatch of its own. Every text is given
its font where it is drawn, so that settings of the session change nothing and are not changed.
"""

from __future__ import annotations

import hashlib
import io
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from cchc_metrics.errors import CchcError
from cchc_metrics.folding import one_line
from cchc_metrics.tables.numbers import check_language, format_number, format_percent, format_signed
from cchc_metrics.text import Lang, Text
from cchc_metrics.values import Better, Scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, GREY, PALE = "#222222", "#666666", "#d4d4d4"
GOOD, BAD, PLAIN = "#0072b2", "#d55e00", "#8a8a8a"
"""Of Okabe's and Ito's palette; blue and vermillion are told apart by all, and in grey by marker and hatch."""
DARK = 0.68
"""How deep a cell is from which on its number is white."""
BAD_HATCH = "////"
_LONG = 45  # letters of an entry from which on a legend has one column
FAMILY = "DejaVu Sans"  # comes with matplotlib and has every letter of Vietnamese
BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}
"""What stands between a text and the lines below it."""
WIDTH = 8.0
ROW = 0.27
"""Inches: the width of every picture, and the height of a row with a name."""
_TITLE, _LINE, _PAD = 12, 1.35, 0.06
"""Points of a title, height of its lines in them, and inches above it."""


class Series(NamedTuple):
    """How one of several lines is drawn."""

    colour: str
    marker: str
    dash: str


SERIES = (
    Series("#0072b2", "o", "-"),
    Series("#d55e00", "s", "--"),
    Series("#009e73", "^", "-."),
    Series("#cc79a7", "D", ":"),
    Series("#222222", "v", "-"),
)
"""Lines that can be told apart in one picture."""


@cache
def _picture() -> type[Figure]:
    """Return the class of all pictures; matplotlib is loaded here and nowhere before."""
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415  an extra
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != "matplotlib":
            raise
        raise CchcError(
            'vẽ hình cần gói matplotlib; cài: pip install "cchc-metrics[plot]"',
            'pictures need the package matplotlib; install: pip install "cchc-metrics[plot]"',
        ) from None

    class Picture(Figure):
        """A figure that a notebook shows by itself, whatever its backend."""

        def _repr_svg_(self) -> str:
            return figure_svg(self)

    return Picture


def canvas(height: float, *, title: str, subtitle: str = "", note: str = "", says: str = "") -> tuple[Figure, Axes]:
    """Return an empty picture and its axes.

    Args:
        height: inches.
        title: what the picture is about.
        subtitle: of whom and when.
        note: what stands below.
        says: what a reader who does not see it is told; the title where nothing is said.
    """
    title, subtitle, note, says = map(one_line, (title, subtitle, note, says))
    figure = _picture()(figsize=(WIDTH, height), dpi=100, facecolor="white", layout="constrained")
    figure.set_label(says or f"{title}. {subtitle}")
    lines = textwrap.wrap(title, 70)
    below = textwrap.wrap(subtitle, 105)
    # The layout keeps room for the title only: it gets an empty line for each line that stands below it.
    figure.suptitle("\n".join([*lines, *(" " for _ in below)]), x=0.01, ha="left", **font(_TITLE, weight="bold"))
    under = (_PAD + len(lines) * _TITLE * _LINE / 72) / height
    figure.text(0.01, 1 - under, "\n".join(below), ha="left", va="top", in_layout=False, **font(9, GREY))
    axes = figure.add_subplot(facecolor="white")
    if note:
        figure.supxlabel(textwrap.fill(note, 120), x=0.01, ha="left", **font(8, GREY))
    for side, spine in axes.spines.items():
        spine.set(visible=side in ("left", "bottom"), color=PALE, linewidth=0.8)
    axes.tick_params(length=0, labelsize=9, labelcolor=INK, labelfontfamily=FAMILY, pad=5)
    axes.set_axisbelow(True)
    axes.grid(visible=False)
    return figure, axes


def font(size: float, colour: str = INK, *, weight: str = "normal") -> dict[str, Any]:
    """Return how a text is written; what stands between two dollar signs is no formula."""
    return {"parse_math": False, "fontfamily": FAMILY, "fontsize": size, "color": colour, "fontweight": weight}


def rows_of(axes: Axes, names: Sequence[str]) -> None:
    """Give the axes one row a name, the first on top."""
    axes.set_yticks(range(len(names)), [clipped(name) for name in names], **font(9))
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="y", color="#ececec", linewidth=0.8)


def number_axis(axis: Any, ticks: Iterable[float], scale: Scale, lang: Lang) -> None:
    """Give an axis its numbers, as the language writes them."""
    at = list(ticks)
    axis.set_ticks(at, [tick_text(Fraction(str(round(tick, 9))), scale, lang) for tick in at], **font(9, GREY))
    axis.grid(visible=True, color="#ececec", linewidth=0.8)


def nice_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round numbers that span a range, the first at or below ``low`` and the last at or above ``high``.

    >>> nice_ticks(97.2, 99.1), nice_ticks(0, 12)
    ([97.0, 97.5, 98.0, 98.5, 99.0, 99.5], [0.0, 2.5, 5.0, 7.5, 10.0, 12.5])
    """
    span = Fraction(str(round(high - low, 9))) or Fraction(1)
    step = next(s for s in _steps(span / most) if -(-Fraction(str(high)) // s) - Fraction(str(low)) // s <= most - 1)
    first, last = Fraction(str(low)) // step, -(-Fraction(str(high)) // step)
    return [float(step * n) for n in range(first, last + 1)]


def _steps(least: Fraction) -> Iterable[Fraction]:
    power = Fraction(1)
    while power > least:
        power /= 10
    while True:
        yield from (power * n for n in (1, 2, Fraction(5, 2), 5) if power * n >= least)
        power *= 10


def tick_text(number: Fraction, scale: Scale, lang: Lang) -> str:
    """Return a number of an axis.

    >>> tick_text(Fraction(195, 2), Scale.PERCENT, "vi"), tick_text(Fraction(12500), Scale.COUNT, "en")
    ('97,5%', '12,500')
    """
    return format_number(number, decimals=6, lang=lang) + ("%" if scale is Scale.PERCENT else "")


def clipped(name: str, most: int = 44) -> str:
    """Return a name on one line that is not too long for an axis."""
    name = one_line(name)
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def told_apart(names: Sequence[str], codes: Sequence[str]) -> list[str]:
    """Return names, with the code beside those that several have.

    >>> told_apart(["Mỹ An", "Mỹ An", "Tân Kiều"], ["01", "02", "07"])
    ['Mỹ An (01)', 'Mỹ An (02)', 'Tân Kiều']
    """
    shared = {name for name, n in Counter(names).items() if n > 1}
    return [f"{clipped(name, 32)} ({code})" if name in shared and name != code else name for name, code in zip(names, codes, strict=True)]


def is_better(better: Better, change: Fraction) -> bool | None:
    """Return whether a change is for the better; None where neither way is, or nothing changed."""
    return None if better is Better.NEITHER or change == 0 else (change > 0) == (better is Better.HIGHER)


def legend(figure: Figure, handles: Sequence[Any], *, columns: int = 4) -> None:
    """Say below the picture what the marks mean."""
    if handles:
        labels = [textwrap.fill(one_line(str(handle.get_label())), 100) for handle in handles]
        for handle, label in zip(handles, labels, strict=True):
            handle.set_label(label)
        if max(map(len, labels)) > _LONG:
            columns = 1
        found = figure.legend(
            handles=handles,
            loc="outside lower left",
            ncols=columns,
            frameon=False,
            borderaxespad=0.6,
            handletextpad=0.5,
            columnspacing=1.6,
        )
        for text in found.get_texts():
            text.set(**font(8.5))


def beside(axes: Axes, at: float, cells: Sequence[tuple[str, float]], *, bold: bool = False) -> None:
    """Write numbers to the right of a row, one under the other.

    Args:
        axes: the axes, whose limits are set.
        at: the row.
        cells: each text with the points from the axes to its right end.
        bold: whether they stand out.
    """
    for text, offset in cells:
        axes.annotate(
            text,
            (1, at),
            (offset, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="right",
            va="center",
            **font(8.5, weight="bold" if bold else "normal"),
        )


def aligned(value: Fraction, scale: Scale, lang: Lang, *, signed: bool = False, near: Fraction | int | None = None) -> str:
    """Return a value with as many decimals as the others of its column have; a change with its sign, and never as 0 where there is one.

    Args:
        value: the value.
        scale: its scale.
        lang: the language.
        signed: whether it is a change.
        near: a target that it must not seem to be: it has more decimals where it would.

    >>> aligned(Fraction(994, 10), Scale.PERCENT, "vi"), aligned(Fraction(1, 1000), Scale.PERCENT, "en", signed=True)
    ('99,40%', '+0.001')
    """
    decimals = 0 if scale is Scale.COUNT else 2
    if signed:
        return format_signed(value, decimals=decimals, lang=lang, strip=False)
    if scale is Scale.PERCENT:
        return format_percent(value, decimals=decimals, lang=lang, strip=False, beside=[near])
    return format_number(value, decimals=decimals, lang=lang, strip=False, beside=[near])


HIDDEN_MARK, HIDDEN_WORDS = r"$\cdots$", ("không công bố", "not published")
"""The mark of a number that is not published, which no dot of a value is taken for, and what the legend says of it."""


def mark(label: str, **how: Any) -> Any:
    """Return an entry of a legend: a line or a marker."""
    from matplotlib.lines import Line2D  # noqa: PLC0415  an extra

    return Line2D([], [], **{"linestyle": "none", "linewidth": 1.5, "markersize": 7, "color": INK, **how, "label": label})


def patch(label: str, **how: Any) -> Any:
    """Return an entry of a legend: a filled box."""
    from matplotlib.patches import Patch  # noqa: PLC0415  an extra

    return Patch(**{"linewidth": 0.8, **how, "label": label})


def nothing(vi: str, en: str) -> CchcError:
    """Return the error of a picture that there is nothing for."""
    return CchcError(f"không có gì để vẽ: {vi}", f"there is nothing to draw: {en}")


def spoken_in(lang: Lang) -> Callable[[str, str], str]:
    """Return what chooses between Vietnamese and English.

    Raises:
        CchcError: there is no such language.
    """
    check_language(lang)
    return lambda vi, en: en if lang == "en" else vi


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Return places near those wanted, in their order (ascending), at least so far apart, between two ends if there is room.

    >>> spread([1.0, 1.1, 5.0], 1.0, 0.0, 6.0)
    [0.55, 1.55, 5.0]
    """
    blocks: list[list[float]] = []  # places wanted, less what those before in the block take
    for place in wanted:
        blocks.append([place])
        while len(blocks) > 1 and _start(blocks[-2], apart) + apart * len(blocks[-2]) > _start(blocks[-1], apart):
            last = blocks.pop()
            blocks[-1] += last
    found = [_start(block, apart) + apart * n for block in blocks for n in range(len(block))]
    for n in range(len(found)):  # pushed back from the low end, then from the high one
        found[n] = max(found[n], low + apart * n)
    for n in range(len(found)):
        found[-1 - n] = min(found[-1 - n], high - apart * n)
    return [round(place, 9) for place in found]


def _start(block: Sequence[float], apart: float) -> float:
    return sum(place - apart * n for n, place in enumerate(block)) / len(block)


def title_of(name: object, fallback: str, lang: Lang) -> str:
    """Return the name of an indicator, its id where it has none."""
    return (name.text(lang) if isinstance(name, Text) else "") or fallback


def exact(number: Fraction | float) -> Fraction:
    """Return a number as it is written: 99.9 is 999/10.

    >>> exact(99.9), exact(Fraction(1, 3)), exact(95)
    (Fraction(999, 10), Fraction(1, 3), Fraction(95, 1))

    Raises:
        CchcError: it is no number.
    """
    try:
        return Fraction(int(number)) if isinstance(number, bool) else Fraction(str(number))
    except ValueError:
        raise CchcError(f"«{number}» không phải là số", f"«{number}» is no number") from None


def figure_svg(figure: Figure) -> str:
    """Return a figure as SVG for a page: the same bytes every time, and no id that another figure of the page has.

    Args:
        figure: a picture of this package, or any figure of matplotlib.

    >>> from matplotlib.figure import Figure
    >>> figure_svg(Figure()).count("<svg")
    1
    """
    if not hasattr(figure, "savefig"):
        kind = type(figure).__name__
        raise CchcError(f"cần một hình của matplotlib, không phải {kind}", f"a figure of matplotlib is needed, not a {kind}")
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}, facecolor="white")
    text = out.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text[text.index("<svg") :], flags=re.DOTALL)
    # Comments say again what is drawn, and a hundredth of a point is not seen; factors below 1 stay exact.
    text = re.sub(r"\s*<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"(?<![\d.])[1-9]\d*\.\d{3,}", lambda found: f"{float(found[0]):.2f}", text)
    text = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", text, flags=re.DOTALL)  # a style of every element would be one of the page
    text = re.sub(r">\s+<", "><", text.replace("xlink:href=", "href="))
    text = re.sub(r"\s*\n\s*", " ", text).replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    # Ids are made of a number that is drawn anew each time: those that are referred to are numbered in their order instead, under a digest
    # of what is drawn; the others go.
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', text))
    text = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in used else "", text)
    ids = {name: str(n) for n, name in enumerate(re.findall(r' id="([^"]+)"', text))}
    digest = hashlib.sha256(_named(text, ids, "").encode()).hexdigest()[:6]
    alt = str(figure.get_label()).replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return _named(text, ids, f"c{digest}-").replace("<svg ", f'<svg role="img" aria-label="{alt}" stroke-linejoin="round" ', 1)


def _named(text: str, ids: Mapping[str, str], prefix: str) -> str:
    return re.sub(r'( id="|href="#|url\(#)([^")]+)', lambda found: found[1] + prefix + ids[found[2]], text)
