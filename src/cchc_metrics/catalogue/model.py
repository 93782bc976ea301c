"""The models of the catalogue: a count is a selection of events, an indicator is counts over counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Literal, Self, TypeVar

from pydantic import Field, field_validator, model_validator

from cchc_metrics.arguments import public, public_methods
from cchc_metrics.declared import Day, DeclaredModel
from cchc_metrics.errors import CchcError, UnknownIndicatorError, suggestion
from cchc_metrics.records.kind import EventSet
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.period import Period
from cchc_metrics.values import Better, Change, Scale, Text, each_change

UNITS_KIND = "units"
"""Pseudo-kind whose events come from the unit tree: a unit begins and ends to exist. It has no dimension and joins any breakdown."""


class Count(DeclaredModel):
    """A number of events.

    Args:
        id: ``kind.name``, unique in the catalogue.
        vi, en: what is counted.
        events: full name of the set of events. Sets named ``<events>_by_…`` hold the same events with other dimensions; the first whose
            dimensions suffice is taken.
        where: dimension → labels that are selected; all others are left out.
        at: ``period``: events inside the period (a flow). ``end`` or ``start``: events up to the period's last day, or before its first,
            less the ``until`` events (a stock).
        until: full name of the events that take away from a stock; ``""`` for none.
        less: full name of events that take away, whatever their labels, each of which is one of the selected too: ended dossiers less those
            whose turnaround is known are those whose turnaround is not; ``""`` for none.
        of: ``events`` counts them; ``value`` adds up their whole numbers; ``units`` counts the units that have at least one; ``labels``
            the different labels of ``labels_of`` that have at least one, in all units together and none twice.
        labels_of: for ``labels``, the dimension; events without a label are none.
    """

    id: str = Field(pattern=r"^[a-z_]+\.[a-z0-9_]+$")
    vi: str = Field(min_length=1)
    en: str = Field(min_length=1)
    events: str
    where: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    at: Literal["period", "start", "end"] = "period"
    until: str = ""
    less: str = ""
    of: Literal["events", "value", "units", "labels"] = "events"
    labels_of: str = ""

    @property
    def kind(self) -> str:
        """The kind whose records are counted."""
        return self.events.split(".", 1)[0]

    @property
    def dims(self) -> frozenset[str]:
        """The dimensions without which it cannot be counted."""
        return frozenset(self.where) | ({self.labels_of} if self.labels_of else set())


class DefinitionChange(DeclaredModel):
    """A further day on which what an indicator counts is defined anew.

    Args:
        on: the first day of the new definition.
        vi, en: what changed.
    """

    on: Day
    vi: str = Field(min_length=1)
    en: str = Field(min_length=1)


class OwnChange(DefinitionChange):
    """A break in the series of an indicator that there is: ``[[change]]`` of a district's own catalogue.

    Args:
        indicator: its id.
        source: the document that broke it, as a resolution of the people's council that sets fees to 0 đồng.

    >>> OwnChange(indicator="paid_online", on="29/09/2025", vi="lệ phí 0 đồng", en="fees of 0 đồng", source="NQ 01").said.en
    'fees of 0 đồng (NQ 01)'
    """

    indicator: str = Field(min_length=1)
    source: str = Field(min_length=1)

    @property
    def said(self) -> DefinitionChange:
        """The change as it stands beside a comparison, with its source."""
        return DefinitionChange(on=self.on, vi=f"{self.vi} ({self.source})", en=f"{self.en} ({self.source})")


class Indicator(DeclaredModel):
    """The definition of an indicator.

    Args:
        id: unique; lower case with underscores.
        vi, en: its name in both languages.
        numerator: counts that are added; a leading ``-`` subtracts one.
        denominator: counts that are added, as above; empty for a plain count.
        scale: unit of the value. ``percent``: 100 × numerator / denominator. ``count``: the numerator. ``mean``, ``working_days`` and
            ``points``: numerator / denominator, unless ``quantile`` is given.
        quantile: ``"1/2"`` for the median of the values of ``values_of``; other quantiles take the nearest rank.
        values_of: full name of the set of events whose values the quantile is of.
        better: which way is better.
        formula: id of the formula, where several are in official use.
        source, source_en: document and article, and how far to trust it: a default of the library that no document was seen for says so.
            ``source_en`` is empty where it is the same in English.
        breakdowns: lists of dimensions that reports show by default; others can be asked for.
        by_level: whether reports show the breakdowns for each level of unit apart.
        sample: whether the denominator is a sample of those it speaks of, so that reports add a 95 % interval.
        headline: levels whose value opens a report (``all`` for the whole unit); empty for none.
        per_unit: whether reports show the indicator in the table of units.
        total: whether there is a value without breakdown; false where adding up the labels would mean nothing (units over initiatives).
        excluded: reason → count that was left out of both.
        unsaid: counts, added, of the cases of which the records do not say whether they belong in the numerator. Where they are all of
            ``cases`` there is no data.
        cases: counts, added, of all cases that were asked; empty for those in the numerator and the unsaid themselves.
        entered: whether no record gives it, so that its values are those that were entered by hand (``figures.toml``).
        valid_from, valid_to: the days between which the definition applies.
        definition_changed_on: first day on which what is counted is defined anew under the same name; a comparison across it is refused.
        definition_changed_vi, definition_changed_en: what changed on that day.
        changes: further such days.
        example: an example in words and numbers.
        noun_vi, noun_en: what one more in the numerator is ("hồ sơ đúng hạn").
        bad_vi, bad_en: what one that is in the denominator only is ("hồ sơ trễ hạn").

    >>> from cchc_metrics.catalogue.load import default_catalogue
    >>> default_catalogue()["resolved_on_time"].scale.value
    'percent'
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    vi: str = Field(min_length=1)
    en: str = Field(min_length=1)
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    scale: Scale
    quantile: Literal["", "1/2", "1/4", "3/4", "9/10"] = ""
    values_of: str = ""
    better: Better = Better.HIGHER
    formula: str = ""
    source: str = Field(min_length=1)
    source_en: str = ""
    breakdowns: tuple[tuple[str, ...], ...] = ()
    by_level: bool = False
    sample: bool = False
    headline: tuple[Literal["all", "province", "district", "commune"], ...] = ()
    per_unit: bool = False
    total: bool = True
    excluded: Mapping[str, str] = Field(default_factory=dict)
    unsaid: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    entered: bool = False
    valid_from: Day | None = None
    valid_to: Day | None = None
    definition_changed_on: Day | None = None
    definition_changed_vi: str = ""
    definition_changed_en: str = ""
    changes: tuple[DefinitionChange, ...] = ()
    example: str = ""
    noun_vi: str = ""
    noun_en: str = ""
    bad_vi: str = ""
    bad_en: str = ""

    @field_validator("breakdowns", mode="before")
    @classmethod
    def _one_is_a_list(cls, value: object) -> object:
        if isinstance(value, (list, tuple)):
            return [[v] if isinstance(v, str) else v for v in value]
        return value

    @model_validator(mode="after")
    def _a_change_has_its_day_and_its_words(self) -> Self:
        given = (self.definition_changed_on is not None, bool(self.definition_changed_vi), bool(self.definition_changed_en))
        if any(given) and not all(given):
            raise CchcError(
                "definition_changed_on, definition_changed_vi và definition_changed_en phải đi cùng nhau",
                "definition_changed_on, definition_changed_vi and definition_changed_en belong together",
            )
        return self

    @property
    def counts(self) -> tuple[str, ...]:
        """Every count that it reads, by id; one that stands in several places several times."""
        parts = (self.numerator, self.denominator, self.excluded.values(), self.unsaid, self.cases)
        return tuple(name.removeprefix("-") for names in parts for name in names)

    @property
    def formula_id(self) -> str:
        """The id that measures carry: ``formula``, or the indicator's own id."""
        return self.formula or self.id

    def holds_in(self, period: Period) -> bool:
        """Return whether the definition applies on any day of a period."""
        return not (
            (self.valid_from is not None and period.last < self.valid_from) or (self.valid_to is not None and period.first > self.valid_to)
        )

    def name(self, lang: str) -> str:
        """Return the name in ``"vi"`` or ``"en"``."""
        return self.en if lang == "en" else self.vi

    def source_text(self, lang: str) -> str:
        """Return the source in ``"vi"`` or ``"en"``."""
        return self.source_en or self.source if lang == "en" else self.source


@public_methods
class Catalogue:
    """A checked, immutable collection of counts and indicators, each id once.

    >>> Catalogue.default()["resolved_on_time"].en
    'Share of dossiers resolved early or on the due date'
    """

    __slots__ = ("counts", "indicators")

    counts: Mapping[str, Count]
    indicators: Mapping[str, Indicator]

    @public
    def __init__(self, counts: Iterable[Count], indicators: Iterable[Indicator]) -> None:
        object.__setattr__(self, "counts", MappingProxyType(_each_once("số đếm", "count", counts)))
        object.__setattr__(self, "indicators", MappingProxyType(_each_once("chỉ tiêu", "indicator", indicators)))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"danh mục không thay đổi được | a catalogue does not change: {name} = {value!r}")

    def __reduce__(self) -> tuple[type[Catalogue], tuple[tuple[Count, ...], tuple[Indicator, ...]]]:
        return (Catalogue, (tuple(self.counts.values()), tuple(self.indicators.values())))

    @classmethod
    def default(cls) -> Catalogue:
        """Return the packaged catalogue."""
        from cchc_metrics.catalogue.load import default_catalogue  # noqa: PLC0415  the loader needs this class

        return default_catalogue()

    def __iter__(self) -> Iterator[Indicator]:
        return iter(self.indicators.values())

    def __len__(self) -> int:
        return len(self.indicators)

    def __contains__(self, name: object) -> bool:
        return name in self.indicators

    def __getitem__(self, name: str) -> Indicator:
        """Return an indicator by id.

        Raises:
            UnknownIndicatorError: names the nearest id.
        """
        found = self.indicators.get(name)
        if found is None:
            vi, en = suggestion(name, self.indicators)
            raise UnknownIndicatorError(f"không có chỉ tiêu «{name}»{vi}", f"there is no indicator «{name}»{en}")
        return found

    def kinds_of(self, name: str) -> frozenset[str]:
        """Return the kinds whose records an indicator is made of.

        Raises:
            UnknownIndicatorError: names the nearest id.
        """
        counts = (self.counts[count.removeprefix("-")] for count in (*self[name].numerator, *self[name].denominator))
        return frozenset(count.kind for count in counts if count.kind != UNITS_KIND)

    def definition_changes(self) -> dict[str, tuple[Change, ...]]:
        """Return indicator → the first days of its new definitions and what changed, the earliest first, for ``compare`` and ``assess``.

        >>> [str(day) for day, _ in Catalogue.default().definition_changes()["online_full_share"]]
        ['2022-06-24', '2026-07-01']
        """
        found: dict[str, list[Change]] = {}
        for i in self:
            if i.definition_changed_on is not None:
                found.setdefault(i.id, []).append((i.definition_changed_on, Text(i.definition_changed_vi, i.definition_changed_en)))
            for change in i.changes:
                found.setdefault(i.id, []).append((change.on, Text(change.vi, change.en)))
        return {name: each_change(tuple(changes)) for name, changes in found.items()}

    def event_sets(self, breakdowns: Mapping[str, Sequence[Sequence[str]]] | None = None) -> Mapping[str, frozenset[str]]:
        """Return what the indicators read, for ``tally(..., sets=…)``: full name of each set of events → its dimensions that are needed.

        Args:
            breakdowns: indicator id → lists of dimensions, as ``measure`` takes them, instead of those that the catalogue declares.
        """
        found: dict[str, set[str]] = {}
        for indicator in self:
            asked = indicator.breakdowns if breakdowns is None else breakdowns.get(indicator.id, indicator.breakdowns)
            for dims in ((), *asked):
                for count in (self.counts[name] for name in indicator.counts):
                    for events in filter(None, (count.events, count.until)):
                        needed = {*count.dims, *dims}
                        full = set_with(events, needed)
                        if full and not full.startswith(UNITS_KIND + "."):
                            found.setdefault(full, set()).update(needed)
                    full = set_with(count.less, dims) if count.less else None
                    if full:
                        found.setdefault(full, set()).update(dims)
            if indicator.values_of:
                found.setdefault(indicator.values_of, set())
        return MappingProxyType({name: frozenset(dims) for name, dims in sorted(found.items())})

    def select(self, names: Iterable[str]) -> Catalogue:
        """Return the catalogue with only the named indicators, in that order."""
        return Catalogue(self.counts.values(), [self[name] for name in dict.fromkeys(names)])


_Defined = TypeVar("_Defined", Count, Indicator)


def _each_once(vi: str, en: str, given: Iterable[_Defined]) -> dict[str, _Defined]:
    """Return definitions by id; two of one id would be one in silence.

    Raises:
        CchcError: names each id that stands twice.
    """
    listed = list(given)
    found = {each.id: each for each in listed}
    if len(found) < len(listed):
        twice = ", ".join(f"«{name}»" for name, n in Counter(each.id for each in listed).items() if n > 1)
        raise CchcError(
            f"danh mục có {vi} trùng mã: {twice}; mỗi mã một định nghĩa",
            f"the catalogue has more than one {en} with the id {twice}; give each id one definition",
        )
    return found


@cache
def event_sets() -> Mapping[str, EventSet]:
    """Return every set of events by its full name."""
    found = {f"{kind.name}.{s.name}": s for kind in KINDS.values() for s in kind.event_sets}
    found[f"{UNITS_KIND}.begun"] = EventSet("begun")
    found[f"{UNITS_KIND}.ended"] = EventSet("ended")
    return MappingProxyType(found)


def sets_like(name: str) -> tuple[str, ...]:
    """Return the sets that hold the events of ``name``: itself, then those named ``<name>_by_…``."""
    return tuple(full for full in event_sets() if full == name or full.startswith(name + "_by_"))


def set_with(name: str, dims: Iterable[str]) -> str | None:
    """Return the first set like ``name`` that has all the dimensions, or None; sets of the units kind have any."""
    if name.startswith(UNITS_KIND + "."):
        return name
    wanted = set(dims)
    for full in sets_like(name):
        if wanted <= {d.name for d in event_sets()[full].dims}:
            return full
    return None
