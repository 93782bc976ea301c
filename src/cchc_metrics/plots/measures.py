"""Which picture of measures is meant: over time, of units, or of what is overdue by its age."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from cchc_metrics.errors import CchcError, suggestion
from cchc_metrics.plots.over_time import Target, over_time, short
from cchc_metrics.plots.overdue import AGES, HIDDEN, overdue
from cchc_metrics.plots.rows import numbers
from cchc_metrics.plots.style import SERIES, exact, nothing, spoken_in, title_of, told_apart
from cchc_metrics.plots.units import units
from cchc_metrics.reference.period import Period
from cchc_metrics.tables.numbers import format_date
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Lang, Text
from cchc_metrics.values import Status

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OVERDUE = "dossiers_pending_overdue"
"""The indicator that has ages."""
_WAYS = ("period", "unit", "age")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a picture of measures is asked for with: the arguments of ``Measures.plot``, and what is known of the indicator.

    Args:
        unit, by, period, target, most, lang: as there.
        changed: the first day of a new definition, and what changed.
        interval: gives the 95 % interval of a rate's counts; None where it has none.
        about: what is counted of the units, where not all: the names of the labels of the breakdown.
    """

    unit: str | None
    by: Literal["period", "unit", "age"] | None
    period: str | None
    target: Target
    most: int
    lang: Lang
    changed: tuple[date, Text] | None
    interval: Callable[[int, int], tuple[Fraction, Fraction] | None] | None
    about: str = ""


def draw(table: AnswerTable[Any], others: Callable[[list[str]], AnswerTable[Any]], asked: Asked) -> Figure:
    """Return the picture that is asked for.

    Args:
        table: the measures of the indicator.
        others: gives those of other indicators, by their ids.
        asked: see ``Asked``.

    Raises:
        CchcError: there is nothing to draw; the message says why.
    """
    of_unit = table if asked.unit is None else table.filter(unit=asked.unit)
    if not len(of_unit):
        near = suggestion(str(asked.unit), [str(code) for code in dict.fromkeys(table.column("unit"))])
        raise CchcError(f"không có đơn vị «{asked.unit}» trong bảng{near[0]}", f"the table has no unit «{asked.unit}»{near[1]}")
    periods = sorted({p for p in of_unit.column("period") if isinstance(p, Period)}, key=lambda p: (p.last, p.first))
    several = len(periods) > 1 and asked.period is None
    by = asked.by
    if by is None:
        by = "period" if several and (asked.unit is not None or len(set(table.column("unit"))) <= len(SERIES)) else "unit"
    if by not in _WAYS:
        listed = ", ".join(_WAYS)
        raise CchcError(f"không vẽ được theo «{by}»; có: {listed}", f"nothing is drawn by «{by}»; there are: {listed}")
    if by == "period":
        return over_time(of_unit, target=asked.target, changed=asked.changed, about=asked.about, lang=asked.lang)
    chosen = asked.period or periods[-1].label
    if by == "age":
        return _ages(others(list(AGES)), table, asked, None if several and asked.unit is not None else chosen)
    wanted = asked.target.get(chosen) if isinstance(asked.target, Mapping) else asked.target
    target = None if wanted is None else exact(wanted)
    whole: tuple[str, Fraction] | None = None
    found = table.filter(period=chosen)
    if asked.unit is not None:
        own = found.filter(unit=asked.unit)
        of_whole = zip(own.column("unit_name"), numbers(own.column("value")), strict=True)
        whole = next(((str(name or asked.unit), value) for name, value in of_whole if value is not None), None)
        below = [code for code in found.column("unit") if code != asked.unit]
        found = found.filter(unit=below)
    if not len(found):
        raise nothing(f"không có đơn vị nào trong kỳ {chosen}", f"there are no units in period {chosen}")
    intervals = None
    if asked.interval is not None:
        counts = zip(found.column("numerator"), found.column("denominator"), strict=True)
        intervals = [asked.interval(n, d) if isinstance(n, int) and isinstance(d, int) else None for n, d in counts]
    return units(found, target=target, whole=whole, intervals=intervals, about=asked.about, most=asked.most, lang=asked.lang)


def _last_day(found: AnswerTable[Any], when: Period) -> date:
    """Return the day on which a stock is counted: the last of a period, or that up to which it is known."""
    return min(when.last, getattr(next(iter(found)), "as_of", when.last))


def _ages(found: AnswerTable[Any], table: AnswerTable[Any], asked: Asked, period: str | None) -> Figure:
    """Return the picture of what is overdue: a row a unit in one period, or a row a period of one unit."""
    say = spoken_in(asked.lang)
    if set(table.column("indicator")) != {OVERDUE}:
        raise nothing(f"chỉ «{OVERDUE}» vẽ được theo số ngày quá hạn", f"only «{OVERDUE}» is drawn by age")
    if period is None:
        found = found.filter(unit=asked.unit)
    else:
        found = found.filter(period=period, unit=[code for code in dict.fromkeys(found.column("unit")) if code != asked.unit])
    key = "unit" if period is not None else "period"
    counts: dict[str, dict[str, int | None]] = {}
    names: dict[str, str] = {}
    cells = zip(
        found.to_dicts(asked.lang),
        found.column("period"),
        [None if n is None else int(n) for n in numbers(found.column("value"))],
        strict=True,
    )
    for row, when, n in cells:
        code = str(row[key])
        counts.setdefault(code, {})[str(row["indicator"])] = HIDDEN if row["status"] == Status.SUPPRESSED.value else n
        names[code] = str(row["unit_name"] or row["unit"]) if key == "unit" or not isinstance(when, Period) else short(when, asked.lang)
    if not counts:
        listed = ", ".join(AGES)
        raise nothing(f"bảng không có {listed}", f"the table has no {listed}")
    apart = told_apart(list(names.values()), list(names)) if key == "unit" else [name.replace("\n", " ") for name in names.values()]
    rows = [(name, tuple(counts[code].get(age) for age in AGES)) for code, name in zip(names, apart, strict=True)]
    title = title_of(table.column("name")[0], OVERDUE, asked.lang)
    when = table.column("period")[0] if period is None else found.column("period")[0]
    unit = next((str(row["unit_name"] or row["unit"]) for row in found.to_dicts(asked.lang)), "")
    if period is not None and isinstance(when, Period):
        unit = say("tại ngày ", "on ") + format_date(_last_day(found, when), asked.lang)
    return overdue(
        rows, title=title, subtitle=" · ".join(filter(None, (unit, asked.about))), by_size=key == "unit", most=asked.most, lang=asked.lang
    )
