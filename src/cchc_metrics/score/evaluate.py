"""Score: from inputs and a scheme to a scorecard, for one unit or for many that are compared with each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from cchc_metrics.arguments import public
from cchc_metrics.errors import InputError
from cchc_metrics.score.aggregate import criterion_line, field_line, scorecard, total_line
from cchc_metrics.score.card import Line, Scorecard, Scorecards, Stake, WayScore
from cchc_metrics.score.facts import Facts, GivenPoints, NoPointsError, Peers, Ratio, Value
from cchc_metrics.score.inputs import Inputs, check_inputs, inputs_of
from cchc_metrics.score.scheme import WAY_NAMES, WAYS, Component, Criterion, Field, Scheme, Way
from cchc_metrics.tables.numbers import round_half_up
from cchc_metrics.values import REASONS, Measure, Status, Text, worst

_ZERO = Fraction(0)
_NO_TEXT = Text()


@public
def score_scheme(
    inputs: Inputs | Mapping[str, Value],
    scheme: Scheme,
    *,
    peers: Mapping[str, Inputs | Mapping[str, Value]] | None = None,
    counts: tuple[Way, ...] = (),
    unit: str = "",
    year: int | None = None,
    allow_unused: bool = False,
) -> Scorecard:
    """Return the scorecard of one unit.

    Args:
        inputs: what the criteria are scored on; a plain mapping is taken as measured values.
        scheme: the scheme.
        peers: unit code → inputs of the other units; only rules that compare units read them.
        counts: whose score counts, in place of what the scheme says: ``("self",)`` for the self-assessed total. Criteria that only a
            survey scores keep the survey.
        unit: unit code, where the inputs do not say.
        year: the year that is scored, where the inputs do not say; deadlines without a year need it.
        allow_unused: accept inputs that no criterion reads.

    Raises:
        InputError: inputs that the scheme cannot use; lists every one, with the nearest name.

    >>> from fractions import Fraction
    >>> from cchc_metrics.score import Ratio, qd766
    >>> card = score_scheme({"2.1": Ratio(4358, 4474)}, qd766())
    >>> card["2"].points, card.points, card.total.status.value
    (Fraction(487, 25), None, 'no_data')
    """
    own = inputs_of(inputs)
    unit = own.unit or unit
    units = {code: inputs_of(found) for code, found in (peers or {}).items()}
    _refuse_mistakes({**units, "": own}, scheme, allow_unused=allow_unused)
    peers_of = _peers({**units, unit: own} if units else {})
    return _scored(_Scorer(scheme, own, peers_of, _first(own.year, year), counts), unit)


@public
def score_units(
    inputs: Mapping[str, Inputs | Mapping[str, Value]],
    scheme: Scheme,
    *,
    counts: tuple[Way, ...] = (),
    year: int | None = None,
    allow_unused: bool = False,
) -> Scorecards:
    """Return the scorecards of several units, each compared with all where a rule compares units.

    Args:
        inputs: unit code → inputs.
        scheme: the scheme.
        counts: see ``score_scheme``.
        year: the year that is scored, where the inputs do not say.
        allow_unused: accept inputs that no criterion reads.

    Raises:
        InputError: inputs that the scheme cannot use; lists every one, with its unit.

    >>> from cchc_metrics.score import Ratio, qd766
    >>> cards = score_units({"A": {"2.1": Ratio(98, 100)}, "B": {"2.1": Ratio(90, 100)}}, qd766())
    >>> [(unit, card["2.1"].points) for unit, card in cards.items()]
    [('A', Fraction(98, 5)), ('B', Fraction(18, 1))]
    """
    units = {code: inputs_of(found) for code, found in inputs.items()}
    _refuse_mistakes(units, scheme, allow_unused=allow_unused)
    peers = _peers(units)
    return Scorecards({code: _scored(_Scorer(scheme, own, peers, _first(own.year, year), counts), code) for code, own in units.items()})


def _peers(units: Mapping[str, Inputs]) -> dict[Way, Peers]:
    return {way: Peers({code: found.all(way) for code, found in units.items()}) for way in WAYS}


def _refuse_mistakes(units: Mapping[str, Inputs], scheme: Scheme, *, allow_unused: bool) -> None:
    mistakes = []
    for code, found in units.items():
        unit = f"«{code}»: " if code else ""
        mistakes += [Text(unit + m.vi, unit + m.en) for m in check_inputs(found, scheme, allow_unused=allow_unused)]
    if mistakes:
        raise InputError("; ".join(m.vi for m in mistakes), "; ".join(m.en for m in mistakes))


def _first(own: int | None, common: int | None) -> int | None:
    return common if own is None else own


def _scored(kind: _Scorer, unit: str) -> Scorecard:
    scheme = kind.scheme
    fields = [field_line(field, [kind.criterion(criterion, field) for criterion in field.criteria], scheme) for field in scheme.fields]
    return scorecard(total_line(fields, scheme), scheme, unit, kind.year)


@dataclass(frozen=True, slots=True)
class _Scorer:
    """What all criteria of one unit are scored with."""

    scheme: Scheme
    inputs: Inputs
    peers: Mapping[Way, Peers]
    year: int | None
    counts: tuple[Way, ...]

    def criterion(self, criterion: Criterion, field: Field) -> Line:
        if criterion.rule is not None or self._given(criterion):
            return self._leaf(criterion, field, criterion)
        return criterion_line(criterion, field, [self._leaf(part, field, criterion) for part in criterion.components], self.scheme)

    def _given(self, criterion: Criterion) -> bool:
        """Return whether points were given to a criterion as a whole, in a way that counts."""
        return any(isinstance(self.inputs.own(way).get(criterion.id), GivenPoints) for way in self._counts(criterion, criterion))

    def _counts(self, item: Component, criterion: Criterion) -> tuple[Way, ...]:
        declared = item.counts or criterion.counts or self.scheme.counts
        return declared if declared == ("surveyed",) else self.counts or declared

    def _leaf(self, item: Component, field: Field, criterion: Criterion) -> Line:
        counts = self._counts(item, criterion)
        ways = tuple(self._ways(item))
        found = next((score for way in counts for score in ways if score.way == way), None)
        counted = found or self._nothing(item, counts)
        points, status = counted.points, counted.status
        applies = status is not Status.NOT_APPLICABLE
        stake = _stake(item)
        lost = applies or self.scheme.rescale == "none"
        return Line(
            id=item.id,
            name=item.name,
            depth="criterion" if item is criterion else "component",
            kind=field.kind,
            max=item.full,
            out_of=item.full or _ZERO if lost else _ZERO,
            points=points,
            status=status,
            reason=counted.reason,
            inputs=self._read(item, found.way) if found else (),
            ways=ways,
            counted=found.way if found else "",
            notes=counted.notes,
            missing=(item.id,) if points is None and applies else (),
            stake=Stake(stake, stake or _ZERO if points is not None else _ZERO) if applies else Stake(_ZERO, _ZERO),
        )

    def _ways(self, item: Component) -> Iterator[WayScore]:
        names = {item.id, *(need.name for need in item.needs())}
        for way in WAYS:
            if way == "surveyed" and not self.inputs.survey_held:
                continue
            if names & self.inputs.own(way).keys() or (way == "measured" and item.rule is not None and item.rule.shown_only):
                yield self._score(item, way)

    def _nothing(self, item: Component, counts: tuple[Way, ...]) -> WayScore:
        """Return what a criterion has for which none of the ways that count gave anything."""
        if "surveyed" in counts and not self.inputs.survey_held:
            status = Status.NOT_APPLICABLE if self.scheme.no_survey == "rescale" else Status.NO_DATA
            return WayScore(counts[0], None, status, Text("không tổ chức điều tra xã hội học", "no survey was held"))
        if item.when_missing == "zero":
            return WayScore(counts[0], _ZERO, notes=(_COUNTED_AS_ZERO,))
        names = [WAY_NAMES[way] for way in counts]
        vi, en = (" / ".join(parts) for parts in zip(*names, strict=True))
        return WayScore(counts[0], None, Status.NO_DATA, Text(f"chưa có điểm ({vi})", f"nothing given ({en})"))

    def _score(self, item: Component, way: Way) -> WayScore:
        values = self.inputs.all(way)
        given = values.get(item.id)
        if isinstance(given, GivenPoints):
            note = given.note or "—"
            return WayScore(way, _held(given.points, item), notes=(Text(f"điểm cho trực tiếp: {note}", f"points given: {note}"),))
        if item.full is None or item.rule is None:
            why = Text("chưa biết điểm tối đa của tiêu chí", "the criterion's maximum is not known")
            return WayScore(way, None, Status.NO_DATA, why)
        facts = Facts(values, item.id, self.peers[way], self.year)
        notes = _notes(item, values)
        try:
            points = item.rule.points(facts, item.full)
        except NoPointsError as error:
            return _no_points(item, way, error)
        read = [value for name in dict.fromkeys(need.name for need in item.needs()) if (value := values.get(name)) is not None]
        status = worst(*(value.status for value in read if isinstance(value, Measure) and value.status.usable))
        reason = next((value.reason for value in read if isinstance(value, Measure) and value.status is status), REASONS[status])
        doubt = item.rule.doubt(facts)
        if doubt is not None:
            status, reason = worst(status, Status.ESTIMATED), doubt
        return WayScore(way, _held(points, item), status, _NO_TEXT if status is Status.OK else reason, notes)

    def _read(self, item: Component, way: Way) -> tuple[tuple[str, Value], ...]:
        values = self.inputs.all(way)
        names = dict.fromkeys([*(need.name for need in item.needs()), *([item.id] if isinstance(values.get(item.id), GivenPoints) else [])])
        return tuple((name, values[name]) for name in names if name in values)


def _no_points(item: Component, way: Way, error: NoPointsError) -> WayScore:
    """Return what a criterion has when its rule gives no points: what it declares for no cases, or for nothing given."""
    if error.status is Status.ZERO_DENOMINATOR and item.no_case is not None:
        if item.no_case == "not_applicable":
            return WayScore(way, None, Status.NOT_APPLICABLE, Text("không phát sinh: không tính", "no cases: left out"))
        points = (item.full or _ZERO) if item.no_case == "full" else _ZERO
        return WayScore(way, _held(points, item), notes=(_NO_CASE[item.no_case],))
    if error.status is Status.NO_DATA and item.when_missing == "zero":
        return WayScore(way, _ZERO, notes=(_COUNTED_AS_ZERO,))
    reason = error.reason
    if error.status is Status.ZERO_DENOMINATOR:
        reason = Text(
            f"{reason.vi}; bộ tiêu chí không nêu điểm khi không phát sinh (no_case)",
            f"{reason.en}; the scheme does not say what no cases earn (no_case)",
        )
    return WayScore(way, None, error.status, reason)


def _held(points: Fraction, item: Component) -> Fraction:
    return points if item.round is None else round_half_up(points, item.round)


def _stake(item: Component) -> Fraction | None:
    """Return the points between the worst and the best result; from zero where nothing bounds them from below."""
    if item.full is None:
        return None
    ends = item.bounds
    return item.full if ends is None else ends.high - (min(ends.high, _ZERO) if ends.low is None else ends.low)


def _notes(item: Component, values: Mapping[str, Value]) -> tuple[Text, ...]:
    """Return what a reader should know about the inputs: exclusions with their evidence, rates above 100 %, what is only shown."""
    notes = []
    if item.rule is not None and item.rule.shown_only:
        notes.append(item.rule.words)
    for name in dict.fromkeys(need.name for need in item.needs()):
        value = values.get(name)
        if isinstance(value, Ratio) and value.excluded:
            notes.append(
                Text(f"«{name}»: loại trừ {value.excluded} ({value.evidence})", f"«{name}»: {value.excluded} excluded ({value.evidence})")
            )
        if isinstance(value, Ratio) and value.percent is not None and value.percent > 100:
            notes.append(Text(f"«{name}»: tử số lớn hơn mẫu số", f"«{name}»: the numerator is more than the denominator"))
    return tuple(notes)


_COUNTED_AS_ZERO = Text("không có số liệu: tính 0 theo quy định của tiêu chí", "nothing given: counted as 0, as the criterion says")
_NO_CASE = {
    "full": Text("không phát sinh: điểm tối đa", "no cases: full marks"),
    "zero": Text("không phát sinh: 0 điểm", "no cases: 0"),
}
