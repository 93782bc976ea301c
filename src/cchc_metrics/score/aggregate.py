"""Adding up: components to criteria, criteria to fields, fields to the total; rescaling, availability, caps, rounding, bands, gates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from cchc_metrics.score.card import Depth, Line, Scorecard, Stake
from cchc_metrics.score.scheme import Criterion, Field, Grade, Scheme
from cchc_metrics.tables.numbers import format_percent, round_half_up
from cchc_metrics.text import LANGS
from cchc_metrics.values import REASONS, Status, Text, worst

_ZERO = Fraction(0)
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class _Sum:
    """What lines come to: see the fields of ``Line``."""

    points: Fraction | None
    out_of: Fraction
    status: Status
    reason: Text
    stake: Stake
    missing: tuple[str, ...]


def criterion_line(criterion: Criterion, field: Field, parts: Sequence[Line], scheme: Scheme) -> Line:
    """Return the line of a criterion that is made of components."""
    found = _added(parts, _first(criterion.available_at_least, scheme.available_at_least))
    return _line(criterion.id, criterion.name, "criterion", field, criterion.full, _rounded(found, criterion.round), parts)


def field_line(field: Field, parts: Sequence[Line], scheme: Scheme) -> Line:
    """Return the line of a field: its criteria added, held by its cap; brought back to its maximum and rounded where the scheme says so."""
    found = _added(parts, _first(field.available_at_least, scheme.available_at_least))
    if found.points is not None and field.cap is not None:
        found = replace(found, points=min(found.points, field.cap) if field.kind == "bonus" else max(found.points, -field.cap))
    full = field.full
    if scheme.rescale == "field" and found.points is not None and full is not None and 0 < found.out_of < full:
        found = replace(found, points=found.points * full / found.out_of, out_of=full)
    if field.kind != "core":
        found = replace(found, out_of=_ZERO)
    return _line(field.id, field.name, "field", field, full, _rounded(found, field.round), parts)


def total_line(parts: Sequence[Line], scheme: Scheme) -> Line:
    """Return the total: core fields, bonuses and penalties added, rounded where the scheme says so."""
    found = _added(parts, scheme.available_at_least)
    if found.points is not None and scheme.at_most_max:
        found = replace(found, points=min(found.points, found.out_of))
    return _line("", scheme.name, "total", None, scheme.full, _rounded(found, scheme.round), parts)


def scorecard(total: Line, scheme: Scheme, unit: str, year: int | None) -> Scorecard:
    """Return the scorecard of a total: its band, and what gates make of that."""
    band = band_of(total, scheme)
    before, reasons = band, []
    for gate_band, reason in _closed_gates(total, scheme):
        if band is not None and gate_band.low < band.low:
            band = gate_band
            reasons.append(reason)
    return Scorecard(scheme, unit, year, total, band, before, tuple(reasons))


def band_of(total: Line, scheme: Scheme) -> Grade | None:
    """Return the band that a total gives without gates, or None where there is none."""
    value = total.share if scheme.bands_on == "percent" else total.scaled
    return None if value is None else next((grade for grade in scheme.grades if grade.holds(value)), None)


def _closed_gates(total: Line, scheme: Scheme) -> Iterator[tuple[Grade, Text]]:
    grades = {grade.id: grade for grade in scheme.bands}
    for gate in scheme.gates:
        for line in total.walk():
            if line.depth != gate.of or (gate.ids and line.id not in gate.ids) or line.share is None or line.share >= gate.below:
                continue
            best, share = grades[gate.best], line.share
            vi, en = ([format_percent(n, lang=lang, beside=(share, gate.below)) for n in (share, gate.below)] for lang in LANGS)
            yield (
                best,
                Text(
                    f"«{line.name.vi}» đạt {vi[0]} < {vi[1]}: xếp loại cao nhất là {best.vi}",
                    f"«{line.name.en}» has {en[0]} < {en[1]}: the band is at best {best.en}",
                ),
            )


def _added(parts: Sequence[Line], at_least: Fraction) -> _Sum:
    applicable = [part for part in parts if part.status is not Status.NOT_APPLICABLE]
    out_of = sum((part.out_of for part in parts if part.points is not None or part not in applicable), _ZERO)
    missing = tuple(name for part in applicable for name in part.missing)
    if not applicable:
        why = Text("không tiêu chí nào áp dụng", "nothing of it applies")
        return _Sum(None, out_of, Status.NOT_APPLICABLE, why, Stake(_ZERO, _ZERO), ())
    totals = [part.stake.total for part in applicable]
    at_stake = None if None in totals else sum((total for total in totals if total is not None), _ZERO)
    stake = Stake(at_stake, sum((part.stake.known for part in applicable), _ZERO))
    if missing and (stake.total is None or at_least == 100 or 100 * stake.known < at_least * stake.total):
        applies = sum((part.out_of for part in parts), _ZERO)
        return _Sum(None, applies, Status.NO_DATA, _without(missing, stake, at_least), stake, missing)
    known = [part for part in applicable if part.points is not None]
    points = sum((part.points for part in known if part.points is not None), _ZERO)
    if missing:
        return _Sum(points, out_of, Status.ESTIMATED, _without(missing, stake, at_least), stake, missing)
    status = worst(*(part.status for part in known))
    reason = next((part.reason for part in known if part.status is status), REASONS[status])
    return _Sum(points, out_of, status, reason, stake, ())


def _without(missing: tuple[str, ...], stake: Stake, at_least: Fraction) -> Text:
    listed = ", ".join(missing[:_SHOWN]) + (f" … (+{len(missing) - _SHOWN})" if len(missing) > _SHOWN else "")
    vi, en = f"thiếu {listed}", f"{listed} missing"
    if at_least < 100 and stake.total:
        share = 100 * stake.known / stake.total
        (known_vi, least_vi), (known_en, least_en) = (
            [format_percent(n, lang=lang, beside=(share, at_least)) for n in (share, at_least)] for lang in LANGS
        )
        vi += f"; biết {known_vi} số điểm, cần {least_vi}"
        en += f"; {known_en} of the points are known, {least_en} are needed"
    return Text(vi, en)


def _rounded(found: _Sum, decimals: int | None) -> _Sum:
    return found if found.points is None or decimals is None else replace(found, points=round_half_up(found.points, decimals))


def _first(own: Fraction | None, common: Fraction) -> Fraction:
    return common if own is None else own


def _line(name: str, text: Text, depth: Depth, field: Field | None, full: Fraction | None, found: _Sum, parts: Sequence[Line]) -> Line:
    return Line(
        id=name,
        name=text,
        depth=depth,
        kind=field.kind if field else "core",
        max=full,
        out_of=found.out_of,
        points=found.points,
        status=found.status,
        reason=found.reason,
        stake=found.stake,
        missing=found.missing,
        parts=tuple(parts),
    )
