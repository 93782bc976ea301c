"""Names of values in an office's own form: ``{{resolved_on_time|level=commune|2021|percent}}``.

The first part is an indicator, or one of ``FACTS``; the others stand in any order: ``unit=…``, a dimension ``=`` its label, a period, what
is wanted of the value (``WHATS``), ``baseline=`` the period compared with, ``target=`` the id of a target of the plan, ``empty=`` what
stands where there is no value. What is left out is as the caller says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from cchc_metrics.catalogue.model import Catalogue, event_sets
from cchc_metrics.errors import CchcError, suggestion
from cchc_metrics.plan import Plan
from cchc_metrics.records.fields import CellError
from cchc_metrics.reference.level import LEVEL_NAMES
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.report.answer_words import DIMENSIONS
from cchc_metrics.text import Text, fold
from cchc_metrics.values import Breakdown, Scale
from cchc_metrics.verbs.breakdowns import check_breakdown

FACTS: Final = ("unit", "period", "baseline_period", "as_of")
"""What a form says of itself: the unit, the period, the period compared with, the day on which it was asked."""
WHATS: Final = ("percent", "value", "count", "numerator", "denominator", "difference", "relative", "target", "name", "reason", "text")
"""What can be wanted of a value; docs/forms.md says what each is."""
COMPARED: Final = ("difference", "relative")
_KEYS: Final = ("unit", "baseline", "target", "empty")
_DIMENSIONS: Final = frozenset({"level", *(dim.name for events in event_sets().values() for dim in events.dims)})
_KEY_WORDS: Final = {fold(word): dim for dim, word in DIMENSIONS.items()} | {
    fold(word): key for key, word in {"unit": "đơn vị", "baseline": "kỳ gốc", "target": "chỉ tiêu giao", "empty": "để trống"}.items()
}
_WHAT_WORDS: Final = {
    fold(word): what
    for what, words in {
        "percent": ("tỷ lệ", "tỉ lệ", "phần trăm"),
        "value": ("giá trị",),
        "count": ("số lượng",),
        "numerator": ("tử số",),
        "denominator": ("mẫu số",),
        "difference": ("chênh lệch", "thay đổi"),
        "relative": ("tương đối",),
        "target": ("chỉ tiêu giao", "mục tiêu"),
        "name": ("tên",),
        "reason": ("lý do",),
        "text": ("bằng chữ",),
    }.items()
    for word in words
}
"""What keys and words may be called in Vietnamese, folded."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a name asks for.

    Args:
        written: as it stands in the form, between its braces.
        indicator: indicator id, or one of ``FACTS``.
        unit: unit code.
        breakdown: as in a measure.
        period: the period.
        baseline: the period compared with.
        what: one of ``WHATS``; ``""`` for a fact.
        target: id of a target of the plan; ``""`` for the one that fits.
        empty: what stands where there is no value; None for what the caller says.
    """

    written: str
    indicator: str
    unit: str
    breakdown: Breakdown
    period: Period
    baseline: Period
    what: str
    target: str = ""
    empty: str | None = None


@dataclass(frozen=True, slots=True)
class Asker:
    """What names are understood by, and what they mean where they do not say it.

    Args:
        catalogue, units, plan: what there is to be named.
        unit, period, baseline: what is meant where a name does not say it; None for the period one year earlier.
    """

    catalogue: Catalogue
    units: UnitTree
    unit: str
    period: Period
    baseline: Period | None = None
    plan: Plan | None = None

    def name(self, written: str) -> Name:
        """Return what a name asks for.

        Raises:
            FormNameError: everything in it that is not understood, each with the nearest that would be.
        """
        first, *rest = (part.strip() for part in written.split("|"))
        mistakes: list[Text] = []
        if first not in self.catalogue and first not in FACTS:
            vi, en = suggestion(first, (*self.catalogue.indicators, *FACTS))
            mistakes.append(Text(f"không có chỉ tiêu «{first}»{vi}", f"there is no indicator «{first}»{en}"))
        said: dict[str, str] = {}
        pairs: dict[str, str] = {}
        for part in filter(None, rest):
            key, equals, value = (text.strip() for text in part.partition("="))
            if equals:
                key = _KEY_WORDS.get(fold(key), key)
                if key not in _KEYS and key not in _DIMENSIONS:
                    vi, en = suggestion(key, (*_KEYS, *_DIMENSIONS, *_KEY_WORDS))
                    mistakes.append(Text(f"không hiểu «{key}=»{vi}", f"«{key}=» is not understood{en}"))
                    continue
                (said if key in _KEYS else pairs)[key] = value
                continue
            what = part if part in WHATS else _WHAT_WORDS.get(fold(part))
            kind = "period" if what is None else "what"
            if kind in said:
                mistakes.append(Text(f"«{said[kind]}» và «{part}» loại trừ nhau", f"«{said[kind]}» and «{part}» exclude each other"))
            said[kind] = what or part
        period = self._period(said.get("period"), self.period, mistakes)
        earlier = self.baseline if self.baseline is not None and period == self.period else period.year_earlier()
        baseline = self._period(said.get("baseline"), earlier, mistakes)
        unit = self._unit(said.get("unit"), mistakes)
        breakdown: Breakdown = ()
        what = ""
        if first in self.catalogue:
            breakdown = self._breakdown(first, pairs, mistakes)
            what = self._what(first, said.get("what"), mistakes)
            if what == "target":
                self._target(said.get("target", ""), mistakes)
        if mistakes:
            raise FormNameError(mistakes)
        return Name(written, first, unit, breakdown, period, baseline, what, said.get("target", ""), said.get("empty"))

    def _period(self, text: str | None, default: Period, mistakes: list[Text]) -> Period:
        if text is None:
            return default
        try:
            return Period.parse(text)
        except CchcError as error:
            near = suggestion(text, (*WHATS, *_WHAT_WORDS))
            mistakes.append(
                Text(f"không hiểu «{text}»{near[0]}", f"«{text}» is not understood{near[1]}") if near[0] else Text(error.vi, error.en)
            )
            return default

    def _unit(self, text: str | None, mistakes: list[Text]) -> str:
        if text is None:
            return self.unit
        found = self.units.match(text)
        if found.unit is not None:
            return found.unit.code
        assert found.reason is not None  # noqa: S101  there is one where there is no unit
        mistakes.append(Text(found.reason.vi, found.reason.en))
        return self.unit

    def _what(self, indicator: str, given: str | None, mistakes: list[Text]) -> str:
        scale = self.catalogue[indicator].scale
        what = given or {Scale.PERCENT: "percent", Scale.COUNT: "count"}.get(scale, "value")
        wrong = (what == "percent" and scale is not Scale.PERCENT) or (what == "count" and scale is not Scale.COUNT)
        if wrong:
            of_percent = scale is Scale.PERCENT
            use = "percent, numerator, denominator" if of_percent else "count" if scale is Scale.COUNT else "value"
            mistakes.append(Text(f"«{indicator}» không có «{what}»; dùng {use}", f"«{indicator}» has no «{what}»; use {use}"))
        return what

    def _target(self, target: str, mistakes: list[Text]) -> None:
        if self.plan is None:
            mistakes.append(Text("không có kế hoạch; thêm plan.toml hoặc --plan", "there is no plan; add plan.toml, or --plan"))
            return
        known = [*(item.id for item in self.plan.targets), *(item.key for item in self.plan.quotas)]
        if target and target not in known:
            vi, en = suggestion(target, known)
            mistakes.append(Text(f"kế hoạch không có chỉ tiêu «{target}»{vi}", f"the plan has no target «{target}»{en}"))

    def _breakdown(self, indicator: str, pairs: Mapping[str, str], mistakes: list[Text]) -> Breakdown:
        dims = [dim for dim in pairs if dim != "level"]
        try:
            check_breakdown(self.catalogue, indicator, dims)
        except CchcError as error:
            mistakes.append(Text(error.vi, error.en))
            return ()
        found = []
        for dim, label in pairs.items():
            try:
                found.append((dim, self._label(indicator, dim, label)))
            except CchcError as error:
                mistakes.append(Text(error.vi, error.en))
        return tuple(sorted(found))

    def _label(self, indicator: str, dim: str, label: str) -> str:
        """Return the code of a label that is written as its code or its name; that of an open list as it is written."""
        if dim == "level":
            known = {fold(word): code for code, names in LEVEL_NAMES.items() for word in (code, *names, names[0].removeprefix("cấp "))}
            if fold(label) in known:
                return known[fold(label)]
            raise _no_label(dim, label, known)
        kinds = self.catalogue.kinds_of(indicator)
        sets = [events for name, events in event_sets().items() if name.partition(".")[0] in kinds]
        choice = next((d.choice for events in sets for d in events.dims if d.name == dim and d.choice is not None), None)
        if choice is None:
            return label
        try:
            return choice.parse(label).value
        except CellError:
            raise _no_label(dim, label, [word for member in choice for word in (member.value, member.vi)]) from None


class FormNameError(CchcError):
    """What is not understood in a name."""

    code = "form_name"

    def __init__(self, mistakes: Iterable[Text]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(m.vi for m in self.mistakes), "; ".join(m.en for m in self.mistakes))

    def __reduce__(self) -> tuple[type[FormNameError], tuple[tuple[Text, ...]]]:  # type: ignore[override]
        return (type(self), (self.mistakes,))


def _no_label(dim: str, label: str, known: Iterable[str]) -> CchcError:
    vi, en = suggestion(label, known)
    return CchcError(f"«{dim}» không có «{label}»{vi}", f"«{dim}» has no «{label}»{en}")
