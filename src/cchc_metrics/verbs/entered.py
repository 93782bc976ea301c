"""Figures that no record gives and somebody entered by hand, each with its source and who signed for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Final, Self

import numpy as np
from pydantic import Field, field_validator, model_validator

from cchc_metrics.catalogue.model import Catalogue, Indicator
from cchc_metrics.declared import Day, DeclaredModel, Mistakes, parse_toml
from cchc_metrics.declared.values import Exact
from cchc_metrics.errors import CchcError, InputError
from cchc_metrics.records.codes import Code
from cchc_metrics.records.problems import Problem, Problems
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.tables.numbers import round_half_up
from cchc_metrics.text import Lang
from cchc_metrics.values import REASONS, Measure, Scale, Status, Text, join_reasons, value_text
from cchc_metrics.verbs.figures import not_there, unit_in
from cchc_metrics.verbs.measures import Basis, Measures

FILE = "figures.toml"
_MOST_DIGITS = 30
NOT_ENTERED = Text("không có số liệu: không hồ sơ nào ghi và chưa ai nhập", "no data: no record gives it, and nobody has entered it")
"""Why a figure that only a person can give is not there."""


class Figure(DeclaredModel):
    """The value of an indicator for a unit and a period, entered by hand.

    Args:
        indicator: indicator id.
        unit: unit code; the unit that reports where not said.
        period: the period, as ``Period.parse`` reads it.
        numerator, denominator: the counts; a count has no denominator.
        value: the value in the indicator's scale, where the counts are not known.
        source: the document that it is taken from.
        signed_by: who answers for it: name, title or agency.
        signed_on: the day it was signed; before that it is not known.

    >>> signed = {"source": "QĐ 01/QĐ-UBND", "signed_by": "Phòng Nội vụ", "signed_on": "05/01/2027"}
    >>> Figure(indicator="org_units", period="2026", numerator=12, **signed).numerator
    12
    """

    indicator: str = Field(min_length=1)
    unit: str = ""
    period: str = Field(min_length=1)
    numerator: int | None = Field(default=None, ge=0)
    denominator: int | None = Field(default=None, ge=0)
    value: Exact | None = None
    source: str = Field(min_length=1)
    signed_by: str = Field(min_length=1)
    signed_on: Day

    @field_validator("period", mode="after")
    @classmethod
    def _period(cls, value: str) -> str:
        return Period.parse(value).label

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.value is None) == (self.numerator is None) or (self.denominator is not None and self.numerator is None):
            raise CchcError(
                "ghi tử số (và mẫu số), hoặc ghi value khi không có hai số đó",
                "give the numerator (and the denominator), or value where these are not known",
            )
        return self

    @property
    def said(self) -> Text:
        """What stands beside the value: that it was entered by hand, from where, by whom and when."""
        day = f"{self.signed_on:%d/%m/%Y}"
        return Text(
            f"nhập tay; nguồn: {self.source}; {self.signed_by} ký ngày {day}",
            f"entered by hand; source: {self.source}; signed by {self.signed_by} on {day}",
        )


class _Figures(DeclaredModel):
    figures: tuple[Figure, ...] = ()


def load_figures(text: str | bytes, *, file: str = FILE) -> tuple[Figure, ...]:
    r"""Return the ``[[figures]]`` of a TOML text; ``source``, ``signed_by`` and ``signed_on`` above them are of each that has none.

    Args:
        text: the TOML, as text or as the file's bytes.
        file: its name, for messages.

    Raises:
        MistakesError: lists every mistake, each with its line and key.

    >>> signed = 'source = "QĐ 01"\nsigned_by = "A"\nsigned_on = 2027-01-05'
    >>> load_figures('[[figures]]\nindicator = "org_units"\nperiod = "2026"\nnumerator = 12\n' + signed)[0].numerator
    12
    """
    mistakes = Mistakes(parse_toml(text, file))
    whole = dict(mistakes.source.data)
    above = {key: whole.pop(key) for key in ("source", "signed_by", "signed_on") if key in whole}
    if isinstance(listed := whole.get("figures"), list):
        whole["figures"] = [{**above, **figure} if isinstance(figure, Mapping) else figure for figure in listed]
    found = mistakes.model(_Figures, whole)
    mistakes.raise_if_any()
    assert found is not None  # noqa: S101  without mistakes there is one
    return found.figures


def checked_figures(
    figures: Iterable[Figure | Mapping[str, object]], catalogue: Catalogue, units: UnitTree, *, unit: str
) -> tuple[Figure, ...]:
    """Return figures of indicators and units that there are, one for each indicator, unit and period.

    A code is of the unit that bore it in the figure's period; the figure has that unit's key.

    Args:
        figures: the figures.
        catalogue: with their indicators.
        units: the unit tree.
        unit: the unit that reports, which is meant where none is said.

    Raises:
        CchcError: an indicator or a unit that there is not (the message names the nearest), counts that do not fit the scale of the
            indicator, or two figures of one thing.
    """
    found: dict[tuple[str, str, str], Figure] = {}
    for given in figures:
        figure = given if isinstance(given, Figure) else Figure.model_validate(given)
        indicator = catalogue[figure.indicator]
        figure = _of_its_unit(figure, units, unit)
        _check_scale(figure, indicator)
        key = (figure.indicator, figure.unit, figure.period)
        if key in found:
            raise InputError(
                f"số nhập tay: «{figure.indicator}» của kỳ {figure.period} ghi hai lần",
                f"figures: «{figure.indicator}» of {figure.period} is given twice",
            )
        found[key] = figure
    return tuple(found.values())


def _of_its_unit(figure: Figure, units: UnitTree, unit: str) -> Figure:
    period = Period.parse(figure.period)
    try:
        key = unit_in(units, figure.unit, period) if figure.unit else unit
        if not units.overlaps(key, period.first, period.last):
            said = not_there(units, key, period)
            raise InputError(said.vi, said.en)
    except CchcError as error:
        raise InputError(f"số nhập tay «{figure.indicator}»: {error.vi}", f"figures «{figure.indicator}»: {error.en}") from None
    return figure.model_copy(update={"unit": key}) if figure.unit else figure


def _check_scale(figure: Figure, indicator: Indicator) -> None:
    count = indicator.scale is Scale.COUNT
    if count and (figure.denominator is not None or figure.value is not None):
        raise InputError(
            f"số nhập tay «{figure.indicator}» là số đếm: chỉ ghi numerator",
            f"figures: «{figure.indicator}» is a count: give numerator alone",
        )
    if not count and figure.numerator is not None and figure.denominator is None:
        raise InputError(
            f"số nhập tay «{figure.indicator}» là tỷ lệ: ghi cả denominator, hoặc chỉ ghi value",
            f"figures: «{figure.indicator}» is a rate: give the denominator too, or value alone",
        )


def with_figures(
    measures: Measures, figures: Sequence[Figure], catalogue: Catalogue, *, unit: str, periods: Sequence[Period], as_of: date
) -> Measures:
    """Return measures with the figures that were entered, and why there is none of what only a person can give.

    What was counted stands: a figure is taken only where the records give no value, and where it contradicts what was counted, the reason
    says so with both. Figures of units do not add up to their superior's.

    Args:
        measures: what was counted.
        figures: what was entered; what was signed after ``as_of`` is not known.
        catalogue: with the indicators of both.
        unit: the unit that reports, whose figures are missed where nobody has entered them.
        periods: the periods that are asked about.
        as_of: the day of the question.
    """
    known = {(f.indicator, f.unit or unit, f.period): f for f in figures if f.signed_on <= as_of}
    counted, contradicted = {}, {}
    for row, own, figure in _counted_too(measures, known, catalogue, periods):
        if own.status is Status.NO_DATA:
            counted[row] = _filled(own, figure)
        elif _contradicts(own, figure):
            contradicted[row] = join_reasons(own.reason, _both(own, figure))
    if contradicted:
        reason = measures.reason.copy()
        reason[list(contradicted)] = np.arange(len(contradicted)) + len(measures.reasons)
        measures = replace(measures, reasons=(*measures.reasons, *contradicted.values()), reason=reason)
    others = list(_entered(known, catalogue, unit, periods, as_of))
    if counted:
        measures = measures.without_rows(counted)
    added = [*counted.values(), *others]
    if not added:
        return measures
    bases = {i.id: Basis(i.id, Text(i.vi, i.en), i.scale, i.better, as_of) for i in catalogue}
    made = measures.followed_by(Measures.of(added, bases=bases))
    return replace(made, names=measures.names)


def contradictions(
    measures: Measures, figures: Sequence[Figure], catalogue: Catalogue, *, unit: str, periods: Sequence[Period], as_of: date
) -> Problems:
    """Return a finding for each figure that contradicts what the records give, with both values; arguments as of ``with_figures``."""
    known = {(f.indicator, f.unit or unit, f.period): f for f in figures if f.signed_on <= as_of}
    found = []
    for _, own, figure in _counted_too(measures, known, catalogue, periods):
        if own.status is not Status.NO_DATA and _contradicts(own, figure):
            both = _both(own, figure)
            about = f"{own.indicator} · {own.unit} · {own.period.label}"
            entered = _written(figure.value, figure.numerator, figure.denominator, own.scale, "vi")
            found.append(Problem(Code.FIGURE_DIFFERS, FILE, "", 0, about, entered, f": {both.vi}", f": {both.en}"))
    return Problems({(FILE, Code.FIGURE_DIFFERS): len(found)}, tuple(found)) if found else Problems()


def _counted_too(
    measures: Measures, known: Mapping[tuple[str, str, str], Figure], catalogue: Catalogue, periods: Sequence[Period]
) -> Iterator[tuple[int, Measure, Figure]]:
    """Yield the figures of what records can give, each with the row and the measure of it."""
    asked = {period.label: period for period in periods}
    for (name, code, label), figure in known.items():
        if label in asked and name in catalogue and not catalogue[name].entered:
            row = measures.row_of(name, code, asked[label])
            own = measures.get(name, code, asked[label])
            if row is not None and own is not None:
                yield row, own, figure


def _contradicts(own: Measure, figure: Figure) -> bool:
    """Return whether a figure says another thing than was counted: other counts, or another value in the digits that it has."""
    if own.numerator is None and own.quantile is None:
        return False
    if figure.value is None:
        return (figure.numerator, figure.denominator) != (own.numerator, own.denominator)
    if own.value is None:
        return True
    decimals = next((n for n in range(_MOST_DIGITS) if 10**n % figure.value.denominator == 0), None)
    return (own.value if decimals is None else round_half_up(own.value, decimals)) != figure.value


def _both(own: Measure, figure: Figure) -> Text:
    entered, counted = (
        [_written(value, n, of, own.scale, lang) for lang in ("vi", "en")]
        for value, n, of in ((figure.value, figure.numerator, figure.denominator), (own.value, own.numerator, own.denominator))
    )
    said = figure.said
    return Text(
        f"{CONTRADICTS.vi} {entered[0]}, đếm từ hồ sơ là {counted[0]} ({said.vi})",
        f"{CONTRADICTS.en} {entered[1]}, the records give {counted[1]} ({said.en})",
    )


CONTRADICTS: Final = Text("số nhập tay là", "the figure entered is")
"""How a reason begins that says of a figure entered by hand that it is not what was counted, with both."""


def _written(value: Fraction | None, numerator: int | None, denominator: int | None, scale: Scale, lang: Lang) -> str:
    """Return a value with its counts, as far as they are known."""
    counts = "" if numerator is None or denominator is None else f"{numerator}/{denominator}"
    if value is None and numerator is not None and denominator != 0:
        factor = 100 if scale is Scale.PERCENT else 1
        value = Fraction(numerator * factor, denominator or 1)
    if value is None:
        return counts
    text = value_text(value, scale, lang)
    return f"{text} ({counts})" if counts else text


def _entered(
    known: Mapping[tuple[str, str, str], Figure], catalogue: Catalogue, unit: str, periods: Sequence[Period], as_of: date
) -> Iterator[Measure]:
    """Yield the values of the indicators that no record gives: those of the unit that reports, and those that were entered of others."""
    for indicator in catalogue:
        if not indicator.entered:
            continue
        for period in periods:
            units = dict.fromkeys([unit, *(code for name, code, label in known if (name, label) == (indicator.id, period.label))])
            for code in units:
                yield _measure(indicator, known.get((indicator.id, code, period.label)), code, period, as_of)


def _measure(indicator: Indicator, figure: Figure | None, unit: str, period: Period, as_of: date) -> Measure:
    none = Measure(
        indicator.id, unit, period, (), as_of, Status.NO_DATA, None, None, indicator.scale, indicator.better, NOT_ENTERED,
        formula=indicator.formula_id,
    )  # fmt: skip
    if not indicator.holds_in(period):
        return replace(none, status=Status.NOT_APPLICABLE, reason=REASONS[Status.NOT_APPLICABLE])
    return none if figure is None else _filled(none, figure)


def _filled(own: Measure, figure: Figure) -> Measure:
    """Return a measure that has no value with what was entered."""
    status = Status.ZERO_DENOMINATOR if figure.denominator == 0 else Status.ENTERED
    counts = figure.numerator, figure.denominator
    return replace(own, status=status, numerator=counts[0], denominator=counts[1], quantile=figure.value, reason=figure.said, excluded={})
