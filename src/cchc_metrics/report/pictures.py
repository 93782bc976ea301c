"""The pictures of a report: those that answer a question before the table does. Where they stand, and what they are of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cchc_metrics.errors import CchcError
from cchc_metrics.report.draft import Draft
from cchc_metrics.values import Scale

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_RATES: Final = 3
"""So many rates are drawn by unit."""
_UNITS: Final = 30


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a report.

    Args:
        section: id of the section that it stands in.
        title: what stands under it.
        figure: the picture; its label says what it shows, for who cannot see it.
    """

    section: str
    title: str
    figure: Figure


def pictures(draft: Draft) -> Iterator[Picture]:
    """Yield the pictures of a report, in the order of its sections; what there is nothing to draw of is left out.

    Raises:
        InputError: the extra ``plot`` is not installed.
    """
    yield from _overdue(draft)
    yield from _by_unit(draft)
    yield from _form06(draft)
    yield from _scores(draft)


def _overdue(draft: Draft) -> Iterator[Picture]:
    report = draft.report
    found = draft.get("dossiers_pending_overdue") if "dossiers_pending_overdue" in report.catalogue else None
    if found is None or not found.value or len(report.units.subtree(report.unit)) == 1:
        return
    figure = report.measures.plot("dossiers_pending_overdue", by="age", period=report.period, most=_UNITS, lang=draft.lang)
    yield Picture("attention", draft.say("Hồ sơ quá hạn theo số ngày làm việc", "Overdue dossiers by working days"), figure)


def _by_unit(draft: Draft) -> Iterator[Picture]:
    report = draft.report
    if len(report.units.subtree(report.unit)) == 1:
        return
    rates = [i for i in report.catalogue if i.per_unit and i.headline and i.scale is Scale.PERCENT and i.total]
    drawn = 0
    for indicator in rates:
        found = draft.get(indicator.id)
        if drawn == _RATES or found is None or found.value is None:
            continue
        target = draft.targets.get((indicator.id, report.unit, ()))
        with suppress(CchcError):  # no unit below has a value, as where only the district has such rows
            figure = report.measures.plot(
                indicator.id,
                report.unit,
                by="unit",
                period=report.period,
                target=None if target is None else target.required,
                most=_UNITS,
                lang=draft.lang,
            )
            drawn += 1
            yield Picture("units", draft.say(f"{indicator.name('vi')}, theo đơn vị", f"{indicator.name('en')}, by unit"), figure)


def _form06(draft: Draft) -> Iterator[Picture]:
    with suppress(CchcError):  # no dossiers, or a form that does not add up: its sheet says so
        figure = draft.report.form06().plot(lang=draft.lang)
        yield Picture("indicators", draft.say("Tiếp nhận và giải quyết hồ sơ", "Dossiers received and resolved"), figure)


def _scores(draft: Draft) -> Iterator[Picture]:
    own = draft.report.scorecards.get(draft.report.unit) or next(iter(draft.report.scorecards.values()), None)
    if own is not None:
        with suppress(CchcError):  # no field has points
            yield Picture("scores", draft.say("Điểm theo lĩnh vực", "Points by field"), own.plot(lang=draft.lang))
