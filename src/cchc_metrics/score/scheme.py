"""A scoring scheme: fields (lĩnh vực), criteria (tiêu chí) and components (tiêu chí thành phần), bands, gates, and how points add up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import Field as Key
from pydantic import StringConstraints, model_validator

from cchc_metrics.declared import Day, DeclaredModel
from cchc_metrics.declared.lines import Path
from cchc_metrics.errors import CchcError, suggestion
from cchc_metrics.score.base import Bounds, Need, NotNegative, Percent
from cchc_metrics.score.intervals import Interval
from cchc_metrics.score.shapes import AnyShape
from cchc_metrics.values import Text

Way = Literal["measured", "self", "appraised", "surveyed"]
"""Whose score it is: measured from records, self-assessed (tự đánh giá), appraised (thẩm định), surveyed (điều tra xã hội học)."""

WAYS: tuple[Way, ...] = ("measured", "self", "appraised", "surveyed")
WAY_NAMES: Mapping[Way, tuple[str, str]] = {
    "measured": ("tính từ số liệu", "measured"),
    "self": ("tự đánh giá", "self-assessed"),
    "appraised": ("thẩm định", "appraised"),
    "surveyed": ("điều tra xã hội học", "surveyed"),
}
"""Way → (Vietnamese, English)."""

NoCase = Literal["full", "not_applicable", "zero"]
"""What a criterion earns when there were no cases (0/0): full marks, nothing and the rest is rescaled, or zero."""

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$")]
Decimals = Annotated[int, Key(ge=0, le=10, strict=True)]

_ZERO = Fraction(0)


class _Named(DeclaredModel):
    vi: str = Key(min_length=1)
    en: str = Key(min_length=1)

    @property
    def name(self) -> Text:
        """The name in both languages."""
        return Text(self.vi, self.en)


class Component(_Named):
    """A component of a criterion (tiêu chí thành phần): the smallest thing that is scored.

    Args:
        id: unique in the scheme. Inputs use it as their name where the rule names no other.
        vi, en: its name.
        max: its maximum; None when it is not known, and then it has no points until a maximum is given.
        rule: how it is scored; see ``shapes``.
        source: the document and article.
        counts: whose score counts, the first that is there; ``()`` for the scheme's.
        no_case: see ``NoCase``. Without it, 0/0 leaves the criterion without points.
        when_missing: ``zero`` counts 0 when nothing was given, and says so; for bonus and penalty criteria.
        exclusions: whether cases may be left out of its denominator, with evidence.
        round: decimals that its points are rounded to, half-up; None for exact.
        note_vi, note_en: what a reader should know.
    """

    id: Id
    max: NotNegative | None = None
    rule: AnyShape | None = None
    source: str = ""
    counts: tuple[Way, ...] = ()
    no_case: NoCase | None = None
    when_missing: Literal["missing", "zero"] = "missing"
    exclusions: bool = Key(default=False, strict=True)
    round: Decimals | None = None
    note_vi: str = ""
    note_en: str = ""

    @model_validator(mode="after")
    def _scored(self) -> Self:
        if self.rule is None and not getattr(self, "components", ()):
            raise CchcError("cần rule", "a rule is needed")
        return self

    @property
    def full(self) -> Fraction | None:
        """The maximum, or None where it is not known."""
        return self.max

    @property
    def bounds(self) -> Bounds | None:
        """The lowest and highest points that it can have, or None where the maximum is not known."""
        return None if self.full is None or self.rule is None else self.rule.bounds(self.full)

    def may_have(self, points: Fraction) -> bool:
        """Return whether points lie between the bounds; where these are not known, between 0 and the maximum if that is."""
        ends = self.bounds or Bounds(_ZERO, points if self.full is None else self.full)
        return (ends.low is None or min(ends.low, _ZERO) <= points) and points <= max(ends.high, self.full or _ZERO)

    def needs(self) -> Iterator[Need]:
        """Yield the inputs that the rule reads, under their full names."""
        for need in self.rule.needs() if self.rule is not None else ():
            yield Need(need.name or self.id, need.kind, need.labels)


class Criterion(Component):
    """A criterion (tiêu chí): scored by a rule of its own, or made of components, which take over its ``counts`` where they have none.

    Args:
        components: its components; then there is no rule, and the points are the sum of theirs.
        available_at_least: percent of the points at stake that must be known; None for the scheme's.
    """

    components: tuple[Component, ...] = ()
    available_at_least: Percent | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.rule is not None and self.components:
            raise CchcError("chọn rule hoặc components, không cả hai", "rule or components, not both")
        if self.components and (self.no_case or self.exclusions or self.when_missing != "missing"):
            raise CchcError(
                "no_case, exclusions, when_missing đặt ở tiêu chí thành phần", "no_case, exclusions and when_missing go to the components"
            )
        return self

    @property
    def full(self) -> Fraction | None:
        """The maximum: as declared, or the sum of the components'."""
        if self.max is not None or not self.components:
            return self.max
        return _sum(part.full for part in self.components)

    @property
    def bounds(self) -> Bounds | None:
        """The bounds of the rule, or those of the components added."""
        if self.rule is not None:
            return super().bounds
        ends = [part.bounds for part in self.components]
        known = [end for end in ends if end is not None]
        if len(known) < len(ends):
            return None
        lows = [end.low for end in known if end.low is not None]
        return Bounds(sum(lows, _ZERO) if len(lows) == len(known) else None, sum((end.high for end in known), _ZERO))


class Field(_Named):
    """A field (lĩnh vực): criteria that are added.

    Args:
        id: unique in the scheme.
        vi, en: its name.
        max: its maximum; None for the sum of its criteria's.
        kind: ``core``; ``bonus``: its points are added and its maximum is not part of the total's; ``penalty``: its points are negative.
        cap: the most that a bonus may add or a penalty may take; None for no limit.
        round: decimals that its points are rounded to, half-up, before they are added; None for exact.
        available_at_least: percent of the points at stake that must be known; None for the scheme's.
        source: the document.
        criteria: the criteria.
    """

    id: Id
    max: NotNegative | None = None
    kind: Literal["core", "bonus", "penalty"] = "core"
    cap: NotNegative | None = None
    round: Decimals | None = None
    available_at_least: Percent | None = None
    source: str = ""
    criteria: tuple[Criterion, ...] = Key(min_length=1)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.cap is not None and self.kind == "core":
            raise CchcError('cap chỉ dùng với kind = "bonus" hoặc "penalty"', 'cap goes with kind = "bonus" or "penalty"')
        return self

    @property
    def full(self) -> Fraction | None:
        """The maximum: as declared, or the sum of the criteria's."""
        return self.max if self.max is not None else _sum(criterion.full for criterion in self.criteria)


class Grade(Interval, _Named):
    """A band of the total (xếp loại): a range with chosen ends.

    Args:
        id: unique among the bands.
        vi, en: its name.
    """

    id: Id


class Gate(DeclaredModel):
    """A condition that lowers the band though the total is high enough: the head's rating is lowered if any field is below 70 %.

    Args:
        of: whether it looks at fields or at criteria.
        ids: which; ``()`` for all that have points and a maximum.
        below: percent of its maximum under which any of them sets the gate off.
        best: id of the best band that is then still given.
    """

    of: Literal["field", "criterion"] = "field"
    ids: tuple[Id, ...] = ()
    below: Percent
    best: Id


class Variant(_Named):
    """One of several readings of the document, as changes to the scheme; see ``with_choices``.

    Args:
        vi, en: what it follows.
        choices: ``"id:key"`` → value.
    """

    choices: Mapping[str, Any] = Key(default_factory=dict)


class Leaf(NamedTuple):
    """A component, or a criterion without components, with where it stands."""

    path: Path
    field: Field
    criterion: Criterion
    component: Component

    @property
    def counts(self) -> tuple[Way, ...]:
        """Whose score counts, as the component or its criterion says; ``()`` where it is the scheme that says."""
        return self.component.counts or self.criterion.counts


class Scheme(_Named):
    """A scoring scheme, one version of it.

    Args:
        id, version: which scheme; the structure changes between versions, so a version is data of its own.
        vi, en: its name.
        source: the document.
        example: whether it is an example and nobody's official scheme; every output says so.
        variant: which of several readings of the document this is; ``""`` where there is one.
        valid_from, valid_to: the days between which it applies.
        max: its maximum; None for the sum of the core fields'.
        counts: whose score counts, the first that is there, for criteria that do not say.
        rescale: what happens when a criterion does not apply. ``total``: the share is taken of what remains of the whole.
            ``field``: each field is first brought back to its own maximum. ``none``: its points are lost.
        no_survey: whether surveyed criteria do not apply when no survey is held, or are missing.
        available_at_least: percent of the points at stake that must be known for a criterion, field or total to be computed.
        round: decimals that the total is rounded to before banding and ranking, half-up; None for exact, which is the rule.
        at_most_max: whether a bonus cannot lift the total above the maximum.
        bands: of the total; ``check_scheme`` finds gaps and overlaps.
        bands_on: whether bands are of percent, or of points (brought back to the maximum where something does not apply).
        gates: see ``Gate``.
        indicators: input name → indicator id of the catalogue that it is measured by.
        note_vi, note_en: what a reader should know.
        fields: the fields.
    """

    id: Id
    version: str = Key(min_length=1)
    source: str = Key(min_length=1)
    example: bool = Key(default=False, strict=True)
    variant: str = ""
    valid_from: Day | None = None
    valid_to: Day | None = None
    max: NotNegative | None = None
    counts: tuple[Way, ...] = Key(default=("measured",), min_length=1)
    rescale: Literal["total", "field", "none"] = "total"
    no_survey: Literal["rescale", "missing"] = "rescale"
    available_at_least: Percent = Fraction(100)
    round: Decimals | None = None
    at_most_max: bool = Key(default=False, strict=True)
    bands: tuple[Grade, ...] = ()
    bands_on: Literal["percent", "points"] = "percent"
    gates: tuple[Gate, ...] = ()
    indicators: Mapping[str, str] = Key(default_factory=dict)
    note_vi: str = ""
    note_en: str = ""
    fields: tuple[Field, ...] = Key(min_length=1)

    @property
    def full(self) -> Fraction | None:
        """The maximum: as declared, or the sum of the core fields'."""
        return self.max if self.max is not None else _sum(field.full for field in self.fields if field.kind == "core")

    @property
    def grades(self) -> tuple[Grade, ...]:
        """The bands, the best first."""
        return tuple(sorted(self.bands, key=lambda band: band.low, reverse=True))

    def __getitem__(self, name: str) -> Field | Criterion | Component:
        """Return a field, criterion or component by its id.

        Raises:
            CchcError: there is none of this id; names the nearest.
        """
        found = {item.id: item for _, item in self.items()}
        if name not in found:
            vi, en = suggestion(name, found)
            raise CchcError(f"bộ tiêu chí không có «{name}»{vi}", f"the scheme has no «{name}»{en}")
        return found[name]

    def leaves(self) -> Iterator[Leaf]:
        """Yield what is scored by a rule, in order."""
        for f, field in enumerate(self.fields):
            for c, criterion in enumerate(field.criteria):
                path: Path = ("fields", f, "criteria", c)
                if criterion.rule is not None:
                    yield Leaf(path, field, criterion, criterion)
                for n, component in enumerate(criterion.components):
                    yield Leaf((*path, "components", n), field, criterion, component)

    def items(self) -> Iterator[tuple[Path, Field | Criterion | Component]]:
        """Yield every field, criterion and component with its place, in order."""
        for f, field in enumerate(self.fields):
            yield ("fields", f), field
            for c, criterion in enumerate(field.criteria):
                yield ("fields", f, "criteria", c), criterion
                for n, component in enumerate(criterion.components):
                    yield ("fields", f, "criteria", c, "components", n), component

    def needs(self) -> dict[str, list[Need]]:
        """Return the inputs that the scheme reads: name → what each rule reads it as."""
        found: dict[str, list[Need]] = {}
        for leaf in self.leaves():
            for need in leaf.component.needs():
                found.setdefault(need.name, []).append(need)
        return found


def place_of(scheme: Scheme, path: Path) -> str:
    """Return a place as it is reported to a reader: ``fields[1].criteria[2] «1.2».rule.bands[3]``.

    Args:
        scheme: the scheme.
        path: see ``Path``.
    """
    names = {found: item.id for found, item in scheme.items()}
    last = max((n for n in range(len(path) + 1) if path[:n] in names), default=0)
    written = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path[:last])
    name = f" «{names[path[:last]]}»" if last else ""
    tail = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path[last:])
    return (written + name + tail).removeprefix(".")


def _sum(numbers: Iterator[Fraction | None]) -> Fraction | None:
    total = _ZERO
    for number in numbers:
        if number is None:
            return None
        total += number
    return total
