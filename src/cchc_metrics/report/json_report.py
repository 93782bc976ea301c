"""A report as JSON, one item a line: every value with its numerator and denominator, so that each can be recomputed.

The text is made piece by piece from the columns of the answer tables, so that its cost and its memory grow with the lines and no faster.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np

from cchc_metrics.records.problems import Problem, Problems
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.reference.unit_time import official_code
from cchc_metrics.report.content import change_text
from cchc_metrics.report.format import assessment_texts, no_value_words
from cchc_metrics.report.model import Report
from cchc_metrics.tables.numbers import format_decimal_exact
from cchc_metrics.text import Lang
from cchc_metrics.values import Scale, Status, value_text
from cchc_metrics.verbs.assess import Assessment
from cchc_metrics.verbs.compare import UNIT_OF_SCALE, Deltas
from cchc_metrics.verbs.interval import interval_95
from cchc_metrics.verbs.measures import POSITION, STATUSES, Measures

SCHEMA_VERSION = 1
PROVENANCE, REPORT_DIGEST = "provenance", "report_sha256"
_END = "\n}\n"
_ROWS = 4096  # of a piece
_KEPT_TEXTS = 1 << 16  # so many texts of numbers are kept: few values are many
_NOT_APPLICABLE = POSITION[Status.NOT_APPLICABLE]


def report_json(report: Report, lang: Lang = "vi") -> str:
    """Return a report as JSON text; docs/report-json.md has every key.

    Args:
        report: what ``Dataset.report`` gives.
        lang: the language of its sentences, ``"vi"`` or ``"en"``.

    >>> import cchc_metrics as cm
    >>> units = [{"code": "MA", "name": "Mỹ An", "level": "commune"}]
    >>> row = {"unit_code": "MA", "kind": "họp UBND"}
    >>> rows = [
    ...     {**row, "meeting_id": 1, "held_on": "05/01/2020", "paperless": "không"},
    ...     {**row, "meeting_id": 2, "held_on": "06/01/2021", "paperless": "có"},
    ... ]
    >>> data = cm.Dataset(units=units, meetings=rows)
    >>> json.loads(report_json(data.report("2021")))["period"]["label"]
    '2021'
    """
    return "".join(report_json_parts(report, lang))


def report_json_parts(report: Report, lang: Lang = "vi") -> Iterator[str]:
    """Yield the pieces of a report as JSON text, the last with the digest of all before it; see ``_parts``."""
    if report.lineage is None:
        yield from _parts(report, lang)
        return
    digest, held = hashlib.sha256(), ""
    for piece in _parts(report, lang):
        digest.update(held.encode())
        yield held
        held = piece
    # The last line of the provenance says what stands above it, so that a change by hand is seen without the inputs.
    assert held == _END  # noqa: S101  what closes the text is yielded by itself
    yield f',\n "{REPORT_DIGEST}": {_json(digest.hexdigest())}{_END}'


def _parts(report: Report, lang: Lang) -> Iterator[str]:
    """Yield the pieces of a report as JSON text; ``docs/report-json.md`` describes every key.

    Numbers that are not whole are decimal strings with at least 10 digits after the point unless they end before; ``text`` fields are
    as printed, rounded. Secret documents appear as counts only.

    Args:
        report: the report.
        lang: the language of names, texts and reasons.
    """
    unit = report.units.unit(report.unit)
    single: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "district": {"code": unit.code, "name": unit.full_name, "level": unit.level, "synthetic": report.synthetic},
        "period": _period(report.period),
        "baseline_period": _period(report.baseline_period),
        "as_of": report.as_of.isoformat(),
        "rules": report.rules,
        "calendar": report.calendar,
    }
    yield "{\n" + "".join(f" {_json(key)}: {_json(value)},\n" for key, value in single.items())
    yield from _listed("units", (f"{_json(code)}: {_json(unit_item(report.units, code))}" for code in _mentioned(report)), "{}")
    yield ",\n"
    samples = {indicator.id for indicator in report.catalogue if indicator.sample}
    yield from _listed("measures", measure_lines(report.measures, lang, samples))
    yield ",\n"
    yield from _listed("deltas", delta_lines(report.deltas, lang))
    yield ",\n"
    yield from _listed("assessments", assessment_lines(report.assessments or (), lang))
    yield ",\n"
    cards = (f"{_json(code)}: {_json(card.to_dict(_decimal))}" for code, card in report.scorecards.items())
    yield from _listed("scores", cards, "{}")
    yield ",\n"
    yield from _problems(report.problems, lang)
    if report.lineage is not None:
        yield ",\n"
        yield from _listed(PROVENANCE, (f"{_json(key)}: {_json(value)}" for key, value in report.lineage().to_json(lang).items()), "{}")
    yield _END


def measure_lines(measures: Measures, lang: Lang = "vi", samples: Iterable[str] = ()) -> Iterator[str]:
    """Yield the items of ``measures`` as JSON, without those whose definition does not apply.

    Args:
        measures: the measures.
        lang: the language of texts.
        samples: indicators whose denominator is a sample: their items have the ends of the 95 % interval.
    """
    heads = [f'{{"indicator": {_json(b.indicator)}, "unit": ' for b in measures.bases]
    scales = [f'"scale": {_json(b.scale.value)}, "text": ' for b in measures.bases]
    formulas = [_json(b.formula) for b in measures.bases]
    units, periods, breakdowns = _about(measures)
    statuses = [_json(status.value) for status in STATUSES]
    reasons = [_json(text.text(lang)) for text in measures.reasons]
    said = lru_cache(_KEPT_TEXTS)(lambda over, under, scale: _value_texts(Fraction(over, under), scale, lang))
    sampled = {number for number, basis in enumerate(measures.bases) if basis.indicator in {*samples}}
    values = measures.values
    for rows in _pieces(measures.status != _NOT_APPLICABLE):
        columns = (measures.basis, measures.unit, measures.period, measures.breakdown, measures.status, measures.reason)
        counts = (measures.numerator, measures.has_numerator, measures.denominator, measures.has_denominator, values.over, values.under)
        left_out = _excluded(measures, int(rows[0]), int(rows[-1]) + 1)
        for row, b, u, p, d, s, r, n, has_n, m, has_m, over, under in zip(
            rows.tolist(), *(column[rows].tolist() for column in columns + counts), strict=True
        ):
            if under:
                value, text = said(over, under, measures.bases[b].scale)
                interval = _interval(n, m) if b in sampled else ""
            else:
                value, interval = "null", ""
                text = _json(no_value_words(STATUSES[s], measures.reasons[r], lang))
            yield (
                f'{heads[b]}{units[u]}, "period": {periods[p]}, "breakdown": {breakdowns[d]}, "status": {statuses[s]}, '
                f'"numerator": {n if has_n else "null"}, "denominator": {m if has_m else "null"}, "value": {value}, {scales[b]}{text}, '
                f'"reason": {reasons[r]}, "formula": {formulas[b]}, "excluded": {{{left_out.get(row, "")}}}{interval}}}'
            )


def delta_lines(deltas: Deltas, lang: Lang = "vi") -> Iterator[str]:
    """Yield the items of ``deltas`` as JSON, without those of measures whose definition does not apply."""
    current, base = deltas.current, deltas.baselines
    heads = [f'{{"indicator": {_json(b.indicator)}, "unit": ' for b in current.bases]
    scales = [b.scale for b in current.bases]
    in_units = [_json(UNIT_OF_SCALE[scale]) for scale in scales]
    units, periods, breakdowns = _about(current)
    statuses = [_json(status.value) for status in STATUSES]
    reasons = [_json(text.text(lang)) for text in deltas.reasons]
    base_periods = [*(_json(p.label) for p in base.periods), "null"]  # which −1 is the place of
    decimal = lru_cache(_KEPT_TEXTS)(lambda over, under: f'"{format_decimal_exact(Fraction(over, under))}"')
    changed = lru_cache(_KEPT_TEXTS)(_change_text)
    before = base.values.take(deltas.row)
    period_of = np.where(deltas.row >= 0, base.period[deltas.row], -1) if len(base) else np.full(len(deltas), -1)
    numbers = [column for v in (before, current.values, deltas.difference, deltas.relative) for column in (v.over, v.under)]
    for rows in _pieces(current.status != _NOT_APPLICABLE):
        columns = (
            current.basis,
            current.unit,
            current.period,
            current.breakdown,
            deltas.status,
            deltas.reason,
            period_of,
            deltas.better,
            deltas.restated,
        )
        for b, u, p, d, s, r, at, better, again, bo, bu, co, cu, do, du, ro, ru in zip(
            *(column[rows].tolist() for column in (*columns, *numbers)), strict=True
        ):
            text = changed(do, du, ro, ru, scales[b], better, lang) if du else reasons[r] if cu else '""'
            yield (
                f'{heads[b]}{units[u]}, "period": {periods[p]}, "breakdown": {breakdowns[d]}, "status": {statuses[s]}, '
                f'"baseline_period": {base_periods[at]}, "baseline": {decimal(bo, bu) if bu else "null"}, '
                f'"current": {decimal(co, cu) if cu else "null"}, "difference": {decimal(do, du) if du else "null"}, '
                f'"difference_unit": {in_units[b]}, "relative_percent": {decimal(ro, ru) if ru else "null"}, '
                f'"better": {_FLAGS[better]}, "baseline_restated": {_FLAGS[again]}, "text": {text}, "reason": {reasons[r]}}}'
            )


_FLAGS = {1: "true", 0: "false", -1: "null"}


def _about(measures: Measures) -> tuple[list[str], list[str], list[str]]:
    """Return the units, periods and breakdowns that the codes of a table mean, as JSON."""
    return (
        [_json(code) for code in measures.units],
        [_json(period.label) for period in measures.periods],
        [_json(dict(breakdown)) for breakdown in measures.breakdowns],
    )


def _pieces(chosen: Any) -> Iterator[Any]:
    """Yield the positions of the rows that are chosen, some thousands at a time."""
    rows = np.flatnonzero(chosen)
    return (rows[start : start + _ROWS] for start in range(0, len(rows), _ROWS))


def _excluded(measures: Measures, first: int, after: int) -> dict[int, str]:
    """Return row → its members of ``excluded``, for the rows between two."""
    found: dict[int, str] = {}
    for why, (rows, counts) in measures.excluded.items():
        low, high = np.searchsorted(rows, (first, after))
        for row, n in zip(rows[low:high].tolist(), counts[low:high].tolist(), strict=True):
            member = f"{_json(why)}: {n}"
            found[row] = f"{found[row]}, {member}" if row in found else member
    return found


def _value_texts(value: Fraction, scale: Scale, lang: Lang) -> tuple[str, str]:
    return f'"{format_decimal_exact(value)}"', _json(value_text(value, scale, lang))


def _change_text(do: int, du: int, ro: int, ru: int, scale: Scale, better: int, lang: Lang) -> str:
    relative = Fraction(ro, ru) if ru else None
    return _json(change_text(Fraction(do, du), relative, scale, None if better < 0 else bool(better), lang))


def _interval(numerator: int, denominator: int) -> str:
    ends = interval_95(numerator, denominator)
    return "" if ends is None else f', "interval_95": {_json([_decimal(end) for end in ends])}'


def _listed(key: str, items: Iterator[str], brackets: str = "[]") -> Iterator[str]:
    """Yield a list or an object, one item a line, some thousands of lines a piece."""
    left, right = brackets[0], brackets[1]
    first = next(items, None)
    yield f" {_json(key)}: {left}" + ("" if first is None else f"\n  {first}")
    piece: list[str] = []
    for item in items:
        piece.append(item)
        if len(piece) == _ROWS:
            yield ",\n  " + ",\n  ".join(piece)
            piece.clear()
    yield "".join(f",\n  {item}" for item in piece) + ("" if first is None else "\n ") + right


def problem_counts(problems: Problems) -> dict[str, Any]:
    """Return what stands in ``problems`` before its examples: how many rows were read, and how many problems there are of each code.

    Where small counts are suppressed no number is told.
    """
    if not problems.numbered:
        return {"read": None, "valid": None, "rejected": None, "totals": dict.fromkeys(code.value for code in problems.by_code())}
    return {
        "read": problems.read,
        "valid": problems.valid,
        "rejected": problems.rejected,
        "totals": {code.value: n for code, n in problems.by_code().items()},
    }


def problem_lines(problems: Iterable[Problem], lang: Lang = "vi") -> Iterator[str]:
    """Yield the examples of ``problems`` as JSON."""
    return (
        _json(
            {
                "code": p.code.value,
                "severity": p.code.severity,
                "file": p.file,
                "sheet": p.sheet,
                "row": p.row,
                "column": p.column,
                "heading": p.heading,
                "value": p.value,
                "cells": p.cells,
                "text": p.text(lang),
            }
        )
        for p in problems
    )


def _problems(problems: Problems, lang: Lang) -> Iterator[str]:
    yield ' "problems": {\n' + "".join(f"  {_json(key)}: {_json(value)},\n" for key, value in problem_counts(problems).items())
    yield from chain((" ",), _listed("examples", problem_lines(problems if problems.numbered else (), lang)))
    yield "\n }"


def assessment_lines(assessments: Iterable[Assessment], lang: Lang = "vi") -> Iterator[str]:
    """Yield the items of ``assessments`` as JSON."""
    return (_json(_assessment(each, lang)) for each in assessments)


def _assessment(a: Assessment, lang: Lang) -> Mapping[str, Any]:
    return {
        "id": a.target,
        "kind": a.kind,
        "name": a.name.text(lang),
        "indicator": a.indicator,
        "unit": a.unit,
        "breakdown": dict(a.breakdown),
        "verdict": a.verdict.value,
        "measured": _decimal(a.measured),
        "required": _decimal(a.required),
        "attainment": _decimal(a.attainment),
        "gap": _decimal(a.gap),
        "needed": a.needed,
        "spare": a.spare,
        "expected": _decimal(a.expected),
        "forecast": _decimal(a.forecast),
        "state": a.state.value if a.state is not None else None,
        "owner": a.owner,
        "due": a.due.isoformat(),
        "text": assessment_texts(a, lang)[0],
        "sentence": a.sentence.text(lang),
        "reason": a.reason.text(lang),
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _decimal(value: Any) -> str | None:
    return None if value is None else format_decimal_exact(value)


def _mentioned(report: Report) -> Iterator[str]:
    """Yield the keys of the units of which there are values or baselines."""
    tables = (report.measures, report.deltas.current, report.deltas.baselines)
    found = {table.units[place] for table in tables for place in np.unique(table.unit).tolist()}
    found |= {one.unit for item in report.assessments or () for one in (item, *item.parts)}
    yield from (code for code in report.units.codes if code in found)


def unit_item(units: UnitTree, code: str) -> dict[str, str | None]:
    """Return which unit a key of ``units`` means."""
    first, last = (None if day is None else day.isoformat() for day in units.days_of(code))
    unit = units.unit(code)
    return {
        "code": official_code(code), "name": unit.full_name, "level": unit.level, "parent": units.whole(unit.parent),
        "first_day": first, "last_day": last,
    }  # fmt: skip


def _period(period: Any) -> dict[str, str]:
    return {"label": period.label, "first": period.first.isoformat(), "last": period.last.isoformat(), "regime": period.regime}
