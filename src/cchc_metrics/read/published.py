"""Figures typed in from a published report, as a baseline: with their counts, or only as they were printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from pydantic import Field, field_validator, model_validator

from cchc_metrics.catalogue.model import Catalogue, Indicator
from cchc_metrics.declared import Day, DeclaredModel, Exact, Mistakes, parse_toml
from cchc_metrics.errors import CchcError
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.tables.numbers import format_number
from cchc_metrics.values import REASONS, Measure, Printed, Scale, Status, Text, join_reasons
from cchc_metrics.verbs.figures import unit_in
from cchc_metrics.verbs.measures import Basis, Measures

_THOUSANDS = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+")
_EXACT = 20
"""Decimals of a number that was not rounded, as 1/3."""
_SHOWN = 6
"""Decimals up to which it is said how near to what was printed a value lies."""


class PublishedFigure(DeclaredModel):
    """A figure as a report gave it.

    Args:
        indicator: indicator id.
        unit: unit code; the unit that reports where not said.
        period: the period.
        breakdown: dimension → label.
        numerator, denominator: the counts; a count has no denominator.
        value: the value as printed, where the counts are not known: ``"92,83"`` lies within 0,005 of what it was.
        decimals: how many decimals it was printed with, where the number does not show it.
        source, signed_by, signed_on: where it was published, who answers for it, on which day; those of the whole file where not said.
        as_of: the last day that it counts, where it was signed before its period ended.
    """

    indicator: str = Field(min_length=1)
    unit: str = ""
    period: str = Field(min_length=1)
    breakdown: Mapping[str, str] = Field(default_factory=dict)
    numerator: int | None = Field(default=None, ge=0)
    denominator: int | None = Field(default=None, ge=0)
    value: Exact | None = None
    decimals: int = Field(default=0, ge=0, le=20)
    source: str = ""
    signed_by: str = ""
    signed_on: Day | None = None
    as_of: Day | None = None

    @field_validator("period", mode="after")
    @classmethod
    def _period(cls, value: str) -> str:
        return Period.parse(value).label

    @model_validator(mode="before")
    @classmethod
    def _printed_with(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or "decimals" in data or "value" not in data:
            return data
        return {**data, "decimals": decimals_of(data["value"])}


class _Published(DeclaredModel):
    source: str = ""
    signed_by: str = ""
    signed_on: Day | None = None
    figures: tuple[PublishedFigure, ...] = ()


def decimals_of(value: object) -> int:
    """Return with how many decimals a number was written.

    >>> from decimal import Decimal
    >>> decimals_of("92,80"), decimals_of("92.8 %"), decimals_of("2.096"), decimals_of(Decimal("92.830")), decimals_of(95)
    (2, 1, 0, 3, 0)
    """
    text = str(value)
    if "/" in text:
        return _EXACT
    if isinstance(value, str) and _THOUSANDS.fullmatch(text.strip()):
        return 0
    after = re.split(r"[.,]", text)[-1] if re.search(r"[.,]", text) else ""
    return len(after) - len(after.lstrip("0123456789"))


def printed(decimals: int, *, known: Text = Text()) -> Printed:  # noqa: B008  a frozen value
    """Return the reason of a figure that is known as it was printed only.

    Args:
        decimals: with how many decimals.
        known: what else is said of it.
    """
    within = Fraction(1, 2 * 10**decimals)
    vi, en = "chỉ có tỷ lệ đã công bố, không có số đếm", "only a published rate, without its counts"
    if decimals <= _SHOWN:
        near = (format_number(within, decimals=decimals + 1, lang=lang) for lang in ("vi", "en"))
        vi, en = (f"{text} (± {size})" for text, size in zip((vi, en), near, strict=True))
    said = join_reasons(known, Text(vi, en))
    return Printed(said.vi, said.en, within)


def read_published(raw: str | bytes, catalogue: Catalogue, units: UnitTree, unit: str, *, file: str) -> Measures:
    """Return the figures of a TOML file as measures: never ok as if they had been counted, each with where it was published.

    Args:
        raw: the TOML.
        catalogue: the indicators.
        units: the unit tree.
        unit: code of the unit that reports.
        file: its name, for messages.

    Raises:
        MistakesError: lists every mistake, each with its line and key: an indicator or unit that there is not, no source or signer, counts
            that contradict each other, a figure that stands there twice.
    """
    mistakes = Mistakes(parse_toml(raw, file))
    found = mistakes.model(_Published, mistakes.source.data)
    measures: dict[Any, Measure] = {}
    for at, figure in enumerate(found.figures if found is not None else ()):
        assert found is not None  # noqa: S101  it has figures
        path = ("figures", at)
        if figure.indicator not in catalogue:
            mistakes.missing_name((*path, "indicator"), figure.indicator, catalogue.indicators, "chỉ tiêu", "indicator")
            continue
        of = figure.unit or unit
        if of not in units:  # a name; a code is understood by its days where figures are compared
            try:
                of = unit_in(units, of, Period.parse(figure.period))
            except CchcError as error:
                mistakes.say((*path, "unit"), error.vi, error.en)
                continue
        try:
            measure = _measure(figure, found, catalogue[figure.indicator], of)
        except CchcError as error:
            mistakes.say(path, error.vi, error.en)
            continue
        if measures.setdefault(measure.key, measure) is not measure:
            mistakes.say(path, "số này ghi hai lần", "this figure stands there twice")
    mistakes.raise_if_any()
    changes = catalogue.definition_changes()
    used = {m.indicator for m in measures.values()}
    bases = {i.id: Basis(i.id, Text(i.vi, i.en), i.scale, i.better, date.min, changed=changes.get(i.id)) for i in catalogue if i.id in used}
    return Measures.of(measures.values(), bases=bases)


def _measure(figure: PublishedFigure, whole: _Published, indicator: Indicator, unit: str) -> Measure:
    source, by, on = figure.source or whole.source, figure.signed_by or whole.signed_by, figure.signed_on or whole.signed_on
    if not source or not by or on is None:
        raise CchcError(
            "thiếu source, signed_by hoặc signed_on, ở số này hoặc ở đầu tệp", "give source, signed_by and signed_on, here or above"
        )
    if (figure.value is None) == (figure.numerator is None) or (figure.denominator is not None and figure.numerator is None):
        raise CchcError(
            "ghi tử số (và mẫu số), hoặc ghi value khi không có hai số đó",
            "give the numerator (and the denominator), or value where these are not known",
        )
    count = indicator.scale is Scale.COUNT
    if count and figure.numerator is None:
        raise CchcError("là số đếm: ghi numerator", "a count: give its numerator")
    if figure.numerator is not None and (figure.denominator is None) != (count or bool(indicator.quantile)):
        raise CchcError(
            "số đếm không có denominator, tỷ lệ phải có denominator", "a count has no denominator, and a rate needs one: add or delete it"
        )
    if figure.denominator == 0 and figure.numerator:
        raise CchcError(f"{figure.numerator}/0 không phải tỷ lệ: sửa denominator", f"{figure.numerator}/0 is no rate: fix the denominator")
    said = Text(f"đã công bố: {source}; {by} ký ngày {on:%d/%m/%Y}", f"published: {source}; signed by {by} on {on}")
    period = Period.parse(figure.period)
    status, reason = Status.ENTERED, said
    if figure.denominator == 0:
        status, reason = Status.ZERO_DENOMINATOR, join_reasons(said, REASONS[Status.ZERO_DENOMINATOR])
    elif figure.numerator is None:
        status, reason = Status.ESTIMATED, printed(figure.decimals, known=said)
    return Measure(
        indicator.id,
        unit,
        period,
        tuple(sorted(figure.breakdown.items())),
        figure.as_of or max(on, period.first),
        status,
        figure.numerator,
        figure.denominator,
        indicator.scale,
        indicator.better,
        reason,
        formula=indicator.formula_id,
        quantile=figure.value,
    )
