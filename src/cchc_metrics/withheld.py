"""What is not shown where small counts are suppressed: the threshold, what is refused, and what is left of problems and given scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.errors import InputError
from cchc_metrics.records.columns import Array
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.values import REASONS, Measure, Restated, Status, Text
from cchc_metrics.verbs.entered import CONTRADICTS
from cchc_metrics.verbs.measures import POSITION, Measures
from cchc_metrics.verbs.suppress import suppress
from cchc_metrics.verbs.suppress.small import is_without_notes
from cchc_metrics.verbs.suppress.verb import checked, without_numbers

if TYPE_CHECKING:
    from cchc_metrics.score import Inputs
    from cchc_metrics.score.facts import Value


def checked_below(below: int | None) -> int | None:
    """Return a threshold; None for 0 and None, by which every count is shown.

    Raises:
        CchcError: it is none.

    >>> checked_below(5), checked_below(0)
    (5, None)
    """
    return None if below is None or below == 0 else checked(below)


def refused(what: str, below: int) -> InputError:
    """Return the error of what shows rows, or counts before they were suppressed.

    Args:
        what: what was asked for, as it is called.
        below: the threshold.
    """
    why = _WHY.get(what, _ROWS)
    return InputError(
        f"«{what}»: {why.vi}, nên không dùng được khi không công bố số nhỏ hơn {below}; để dùng nội bộ: --suppress 0 (suppress_below=None)",
        f"«{what}»: {why.en}, so it is refused where counts below {below} are not published; "
        "for use within the office: --suppress 0 (suppress_below=None)",
    )


_ROWS: Final = Text("cho thấy từng dòng hoặc số đếm chưa ẩn", "it shows rows, or counts before they were suppressed")
_FORM: Final = Text(
    "Biểu số 06 gửi cấp trên phải đủ số, không phải bảng công bố",
    "Form 06 is sent to a superior office with every number, and is no published table",
)
_OTHERS: Final = Text(
    "phân tổ ngoài danh mục chỉ tiêu chưa được xét khi chọn số phải ẩn",
    "what is hidden was chosen without the breakdowns that the catalogue does not declare",
)
_WHY: Final = {"form06": _FORM, "form06_why": _FORM, "breakdowns=": _OTHERS}


def published(measures: Measures, below: int, *, units: UnitTree, catalogue: Catalogue, beside: Measures | None = None) -> Measures:
    """Return measures as they are published: ``suppress``, and no reason that says what a figure was before, or what was entered beside it.

    Args:
        measures: the measures.
        below: the threshold.
        units: the unit tree.
        catalogue: the definitions.
        beside: what is published with them; what is hidden there, of the same unit and period, is hidden here too. None for nothing.
    """
    reasons = tuple(map(_without_figures, measures.reasons))
    said = measures if reasons == measures.reasons else replace(measures, reasons=reasons)
    found = suppress(said, below, units=units, catalogue=catalogue)
    if beside is not None:
        rows, notes = (_hidden_beside(found, beside, hidden) for hidden in (_is_suppressed, is_without_notes))
        if rows.any() or notes.any():
            found = suppress(without_numbers(found, rows, notes), below, units=units, catalogue=catalogue)
    return found


def _hidden_beside(measures: Measures, beside: Measures, is_hidden: Callable[[Measures], Array]) -> Array:
    """Return bool[n], which rows are shown in one table and hidden in another, where both speak of the same."""
    labels = {p.label for p in beside.periods_present} & {p.label for p in measures.periods_present}

    def rows(table: Measures, *, hidden: bool) -> Array:
        of_periods = np.array([p.label in labels for p in table.periods] or [False], dtype=bool)[table.period]
        return np.flatnonzero(of_periods & (is_hidden(table) == hidden))

    def keys(table: Measures, at: Array) -> Iterator[tuple[object, ...]]:
        codes = zip(*(column[at].tolist() for column in (table.basis, table.unit, table.period, table.breakdown)), strict=True)
        return ((table.bases[b].indicator, table.units[u], table.periods[p].label, table.breakdowns[d]) for b, u, p, d in codes)

    secret = set(keys(beside, rows(beside, hidden=True)))
    shown = rows(measures, hidden=False)
    found = np.zeros(len(measures), dtype=bool)
    found[shown] = [key in secret for key in keys(measures, shown)]
    return found


def _is_suppressed(measures: Measures) -> Array:
    found: Array = measures.status == POSITION[Status.SUPPRESSED]
    return found


def _without_figures(reason: Text) -> Text:
    if isinstance(reason, Restated):
        return _RESTATED
    vi, en = reason.vi.find(CONTRADICTS.vi), reason.en.find(CONTRADICTS.en)
    return reason if min(vi, en) < 0 else Text(reason.vi[:vi] + _DIFFERS.vi, reason.en[:en] + _DIFFERS.en)


_RESTATED: Final = Restated("đã tính lại sau khi báo cáo", "restated after it was reported")
_DIFFERS: Final = Text("số nhập tay khác số đếm từ hồ sơ", "the figure entered is not what the records give")


def check_declared(catalogue: Catalogue, indicator: str, dims: tuple[str, ...], below: int) -> None:
    """Refuse a breakdown that the catalogue does not declare: what it gives away of the declared ones was not looked at.

    Raises:
        InputError: names the breakdowns that are published.
    """
    declared = catalogue[indicator].breakdowns
    if dims and dims not in {tuple(sorted(each)) for each in declared}:
        known = "; ".join(", ".join(each) for each in declared) or "–"
        asked = ", ".join(dims)
        raise InputError(
            f"«{indicator}» không công bố theo «{asked}» khi không công bố số nhỏ hơn {below}; danh mục chỉ tiêu có: {known}",
            f"«{indicator}» is not published by «{asked}» where counts below {below} are suppressed; the catalogue declares: {known}",
        )


def without_small(given: Inputs, measured: Mapping[str, Value], below: int) -> Inputs:
    """Return what a unit is scored on without what was given by hand and is small, or stands for a measure that is not shown.

    Args:
        given: what was given by hand, and measures for the rest.
        measured: input name → its measure.
        below: the threshold.
    """
    from cchc_metrics.score.facts import Absent, Ratio  # noqa: PLC0415  scoring is loaded where there is a scheme only

    hidden = {name for name, value in measured.items() if isinstance(value, Measure) and value.status is Status.SUPPRESSED}

    def small(value: Value) -> bool:
        if not isinstance(value, Ratio):
            return False
        counts = [value.numerator, value.excluded]
        counts += [] if value.denominator is None else [value.denominator, value.denominator - value.excluded - value.numerator]
        return any(0 < n < below for n in counts)

    def shown(values: Mapping[str, Value]) -> dict[str, Value]:
        none = Absent(Status.SUPPRESSED, REASONS[Status.SUPPRESSED])
        return {name: none if name in hidden or small(value) else value for name, value in values.items()}

    return replace(
        given,
        values=shown(given.values),
        self_assessed=shown(given.self_assessed),
        appraised=shown(given.appraised),
        surveyed=shown(given.surveyed),
    )
