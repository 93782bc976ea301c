"""A baseline from a ``report.json`` (or a hand-written file of the same shape): the counts, from which values are made again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from cchc_metrics.catalogue.model import Catalogue, Indicator
from cchc_metrics.errors import CchcError, InputError, suggestion
from cchc_metrics.read.published import decimals_of, printed
from cchc_metrics.reference.period import Period
from cchc_metrics.values import REASONS, UNSAID, Changes, Measure, Scale, Status, Text
from cchc_metrics.verbs.measures import Basis, Measures


def read_baseline(data: Any, catalogue: Catalogue, *, file: str = "baseline.json") -> Measures:
    """Return the measures of a ``report.json``.

    Only ``measures`` is read, and of each item ``indicator, unit, period, breakdown, status, numerator, denominator``. Values are made
    again from the counts, never taken from the printed text; only what does not follow from counts is taken from ``value``: a median or
    another quantile, and a rate or mean that was published without its counts, which is marked as estimated. Items of indicators that the
    catalogue does not have are passed over.

    Args:
        data: what JSON says.
        catalogue: the indicators.
        file: its name, for messages.

    Raises:
        InputError: the shape is not that of a report, an item contradicts itself (84/0, a rate without a denominator, no count and no
            value where its status says that there is one), or it stands there twice; names the item.
    """
    items = data.get("measures") if isinstance(data, dict) else None
    if not isinstance(items, list):
        raise InputError(f"«{file}»: thiếu danh sách measures", f"«{file}»: the list of measures is missing")
    found: dict[Any, Measure] = {}
    for number, item in enumerate(items):
        try:
            measure = _measure(item, data, catalogue)
        except (CchcError, KeyError, TypeError, ValueError, AttributeError) as error:
            vi, en = (error.vi, error.en) if isinstance(error, CchcError) else _said(error)
            raise InputError(f"«{file}»: measures[{number}]: {vi}", f"«{file}»: measures[{number}]: {en}") from None
        if measure is not None and found.setdefault(measure.key, measure) != measure:
            place = f"«{file}»: measures[{number}]"
            raise InputError(f"{place}: lặp lại với số khác", f"{place}: stands there twice, with other numbers")
    changes = catalogue.definition_changes()
    used = dict.fromkeys(m.indicator for m in found.values())
    bases = {i.id: _basis(i, changes.get(i.id)) for i in catalogue if i.id in used}
    return Measures.of(found.values(), bases=bases)


def _basis(indicator: Indicator, changed: Changes | None) -> Basis:
    return Basis(indicator.id, Text(indicator.vi, indicator.en), indicator.scale, indicator.better, date.min, changed=changed)


def _said(error: Exception) -> tuple[str, str]:
    """Return what is wrong with the shape of an item."""
    if isinstance(error, KeyError):
        return f"thiếu khóa «{error.args[0]}»", f"the key «{error.args[0]}» is missing"
    return f"không đúng dạng: {error}", f"not of the right form: {error}"


def _measure(item: Mapping[str, Any], data: Mapping[str, Any], catalogue: Catalogue) -> Measure | None:
    if item["indicator"] not in catalogue:
        return None
    indicator = catalogue[item["indicator"]]
    period = Period.parse(item["period"])
    given = item.get("status", "ok")
    if given not in list(Status):
        vi, en = suggestion(str(given), Status)
        raise CchcError(f"không có trạng thái «{given}»{vi}", f"there is no status «{given}»{en}")
    numerator, denominator = _count(item, "numerator"), _count(item, "denominator")
    status, reason, value = _judged(indicator, Status(given), numerator, denominator, item.get("value"))
    why = item.get("reason")
    if status is Status.ESTIMATED and reason == REASONS[status] and isinstance(why, str) and why:
        reason = Text(why, why)  # what was published says more: how many cases could change it
    found = Measure(
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
        reason=reason,
        formula=indicator.formula_id,
        rules=str(data.get("rules", "")),
        calendar=str(data.get("calendar", "")),
        quantile=value,
    )
    if found.numerator is not None and value is None:
        _agree(found, item.get("value"))
    return found


def _agree(found: Measure, given: object) -> None:
    """Raise where a value that was given beside counts is neither theirs nor theirs rounded or cut, at as many decimals as it has."""
    if given is None or found.value is None:
        return
    said = _decimal(str(given) if isinstance(given, (int, float)) else given)
    if abs(said - found.value) >= Fraction(1, 10 ** len(str(given).partition(".")[2])):
        of = f"{found.numerator}" if found.denominator is None else f"{found.numerator}/{found.denominator}"
        raise CchcError(f"value «{given}» không phải của {of}: sửa một trong hai", f"value «{given}» is not that of {of}: fix one of them")


def _count(item: Mapping[str, Any], key: str) -> int | None:
    value = item["numerator"] if key == "numerator" else item.get(key)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise CchcError(f"{key} {value!r}: phải là số nguyên hoặc null", f"{key} {value!r}: must be a whole number or null")


def _judged(
    indicator: Indicator, status: Status, numerator: int | None, denominator: int | None, value: object
) -> tuple[Status, Text, Fraction | None]:
    """Return the status and reason that follow from what an item says, and the value that does not follow from its counts.

    Raises:
        CchcError: the item contradicts itself.
    """
    divided = indicator.scale is not Scale.COUNT and not indicator.quantile
    if not divided and denominator is not None:
        raise CchcError("denominator phải là null với chỉ tiêu này", "denominator must be null for this indicator")
    for key, count in (("numerator", numerator), ("denominator", denominator)):
        if count is not None and count < 0:
            raise CchcError(f"{key} {count} âm", f"{key} {count} is negative")
    if not status.usable:
        return status, UNSAID if status is Status.NO_DATA and numerator is not None else REASONS[status], None
    if indicator.quantile:
        return status, REASONS[status], _decimal(value)
    if numerator is None:
        if denominator is not None or value is None or not divided:
            raise CchcError(
                f"numerator null với trạng thái {status.value}: ghi số đếm, hoặc status «no_data», hoặc chỉ value của một tỷ lệ",
                f"numerator null with status {status.value}: give the counts, or the status «no_data», or a rate's value alone",
            )
        exact = _decimal(value)
        return max((status, Status.ESTIMATED), key=list(Status).index), printed(decimals_of(Decimal(str(value)))), exact
    if divided and denominator is None:
        raise CchcError("thiếu denominator: tỷ lệ cần mẫu số", "denominator is missing: a rate needs one")
    if denominator == 0:
        if numerator != 0:
            raise CchcError(f"{numerator}/0 không phải tỷ lệ: sửa denominator", f"{numerator}/0 is no rate: fix the denominator")
        return Status.ZERO_DENOMINATOR, REASONS[Status.ZERO_DENOMINATOR], None
    return status, REASONS[status], None


def _decimal(value: object) -> Fraction:
    """Return a value from its decimal string; whole and half days are exact in it."""
    if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
        raise CchcError(f"value {value!r}: phải là số thập phân trong ngoặc kép", f"value {value!r}: must be a decimal string")
    return Fraction(value)
