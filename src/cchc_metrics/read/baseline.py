"""A baseline from a ``report.json`` (or a hand-written file of the same shape): the counts, from which values are made again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.errors import CchcError, InputError
from cchc_metrics.reference.period import Period
from cchc_metrics.values import REASONS, UNSAID, Breakdown, Measure, Status


@dataclass(frozen=True, slots=True, eq=False)
class BaselineMeasures:
    """Measures read from a file, found by what they are about."""

    by_key: Mapping[tuple[str, str, str, Breakdown], Measure]

    def __iter__(self) -> Iterator[Measure]:
        return iter(self.by_key.values())

    def get(self, indicator: str, unit: str, period: Period, breakdown: Breakdown = ()) -> Measure | None:
        """Return one measure, or None where the file has none."""
        return self.by_key.get((indicator, unit, period.label, tuple(sorted(breakdown))))


def read_baseline(data: Any, catalogue: Catalogue, *, file: str = "baseline.json") -> BaselineMeasures:
    """Return the measures of a ``report.json``.

    Only ``measures`` is read, and of each item ``indicator, unit, period, breakdown, status, numerator, denominator``. Values are made
    again from the counts, never taken from the printed text; only a median or another quantile, which does not follow from counts, is
    taken from ``value``. Items of indicators that the catalogue does not have are passed over.

    Raises:
        InputError: when the shape is not that of a report, naming the item.
    """
    items = data.get("measures") if isinstance(data, dict) else None
    if not isinstance(items, list):
        raise InputError(f"«{file}»: thiếu danh sách measures", f"«{file}»: the list of measures is missing")
    found = {}
    for number, item in enumerate(items):
        try:
            measure = _measure(item, data, catalogue)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            why = error.vi if isinstance(error, CchcError) else str(error)
            raise InputError(f"«{file}»: measures[{number}]: {why}", f"«{file}»: measures[{number}]: {error}") from None
        if measure is not None:
            found[measure.key] = measure
    return BaselineMeasures(found)


def _measure(item: Mapping[str, Any], data: Mapping[str, Any], catalogue: Catalogue) -> Measure | None:
    if item["indicator"] not in catalogue:
        return None
    indicator = catalogue[item["indicator"]]
    period = Period.parse(item["period"])
    status = Status(item.get("status", "ok"))
    numerator, denominator = item["numerator"], item.get("denominator")
    for value in (numerator, denominator):
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise TypeError(f"{value!r}: phải là số nguyên hoặc null | must be a whole number or null")
    return Measure(
        indicator=indicator.id,
        unit=str(item["unit"]),
        period=period,
        breakdown=tuple(sorted((str(k), str(v)) for k, v in item.get("breakdown", {}).items())),
        as_of=date.fromisoformat(data["as_of"]) if data.get("as_of") else period.last,
        status=status,
        numerator=numerator,
        denominator=denominator,
        scale=indicator.scale,
        better=indicator.better,
        reason=UNSAID if status is Status.NO_DATA and numerator is not None else REASONS[status],
        formula=indicator.formula_id,
        rules=str(data.get("rules", "")),
        calendar=str(data.get("calendar", "")),
        quantile=_quantile(item.get("value")) if indicator.quantile and status.usable else None,
    )


def _quantile(value: object) -> Fraction:
    """Return the value of a quantile from its decimal string; whole and half days are exact in it."""
    if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
        raise ValueError(f"value {value!r}: phải là số thập phân trong ngoặc kép | must be a decimal string")
    return Fraction(value)
