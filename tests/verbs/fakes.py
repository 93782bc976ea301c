"""A source of measures made by hand, for tests of the verbs that read measures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from cchc_metrics.reference.period import Period
from cchc_metrics.values import Better, Breakdown, Measure, Scale, Status

PUBLISHED: Mapping[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[1] / "data" / "published_deltas_targets.json").read_text(encoding="utf-8")
)


class Fake:
    """Measures by what they are about."""

    def __init__(self, *measures: Measure) -> None:
        self.by_key = {m.key: m for m in measures}

    def __iter__(self) -> Iterator[Measure]:
        return iter(self.by_key.values())

    def get(self, indicator: str, unit: str, period: Period, breakdown: Breakdown = ()) -> Measure | None:
        return self.by_key.get((indicator, unit, period.label, tuple(sorted(breakdown))))


def made(
    numerator: int | None,
    denominator: int | None = None,
    *,
    indicator: str = "x",
    unit: str = "TM",
    period: str | Period = "2022",
    breakdown: Breakdown = (),
    as_of: date | None = None,
    status: Status | None = None,
    better: Better = Better.HIGHER,
    scale: Scale | None = None,
) -> Measure:
    """Return a measure: a rate where there is a denominator, else a count; its status follows from the rest."""
    window = Period.parse(period) if isinstance(period, str) else period
    day = window.last if as_of is None else as_of
    if status is None:
        status = Status.NO_DATA if numerator is None else Status.ZERO_DENOMINATOR if denominator == 0 else Status.OK
        if status is Status.OK and window.last > day:
            status = Status.PERIOD_OPEN
    kind = scale or (Scale.COUNT if denominator is None else Scale.PERCENT)
    return Measure(indicator, unit, window, breakdown, day, status, numerator, denominator, kind, better)


def valued(percent: str, **about: Any) -> Measure:
    """Return a measure with exactly this value, in percent or points, as a newspaper prints it."""
    value = Fraction(percent)
    scale = about.get("scale") or Scale.PERCENT
    denominator = value.denominator * (100 if scale is Scale.PERCENT else 1)
    return replace(made(value.numerator, denominator, **about), scale=scale)
