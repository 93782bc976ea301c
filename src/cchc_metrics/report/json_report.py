"""A report as JSON: every value with its numerator and denominator, so that each can be recomputed."""

from __future__ import annotations

import json
from typing import Any

from cchc_metrics.report.content import assessment_texts, delta_text
from cchc_metrics.report.format import measure_text
from cchc_metrics.report.model import Report
from cchc_metrics.tables.numbers import format_decimal_exact
from cchc_metrics.text import Lang
from cchc_metrics.values import Measure, Status
from cchc_metrics.verbs.interval import interval_95

SCHEMA_VERSION = 1


def report_json(report: Report, lang: Lang = "vi") -> str:
    """Return a report as JSON text; ``docs/report-json.md`` describes every key.

    Numbers that are not whole are decimal strings with at least 10 digits after the point unless they end before; ``text`` fields are
    as printed, rounded. Secret documents appear as counts only.
    """
    unit = report.units.unit(report.unit)
    data: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "district": {"code": unit.code, "name": unit.full_name, "level": unit.level, "synthetic": report.synthetic},
        "period": _period(report.period),
        "baseline_period": _period(report.baseline_period),
        "as_of": report.as_of.isoformat(),
        "rules": report.rules,
        "calendar": report.calendar,
        "measures": [
            measure_item(m, lang, sample=report.catalogue[m.indicator].sample)
            for m in report.measures
            if m.status is not Status.NOT_APPLICABLE
        ],
        "deltas": [
            {
                "indicator": d.indicator,
                "unit": d.unit,
                "period": d.period.label,
                "breakdown": dict(d.breakdown),
                "status": d.status.value,
                "baseline_period": d.baseline.period.label if d.baseline else None,
                "baseline": _decimal(d.baseline.value if d.baseline else None),
                "current": _decimal(d.current.value),
                "difference": _decimal(d.difference),
                "difference_unit": d.difference_unit,
                "relative_percent": _decimal(d.relative_percent),
                "better": d.better,
                "text": delta_text(d, d.current, lang),
                "reason": d.reason.text(lang),
            }
            for d in report.deltas
            if d.current.status is not Status.NOT_APPLICABLE
        ],
        "assessments": [
            {
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
            for a in report.assessments or ()
        ],
        "scores": {code: card.to_dict(_decimal) for code, card in report.scorecards.items()},
        "problems": {
            "read": report.problems.read,
            "valid": report.problems.valid,
            "rejected": report.problems.rejected,
            "totals": {code.value: n for code, n in report.problems.by_code().items()},
            "examples": [
                {
                    "code": p.code.value,
                    "severity": p.code.severity,
                    "file": p.file,
                    "sheet": p.sheet,
                    "row": p.row,
                    "column": p.column,
                    "heading": p.heading,
                    "value": p.value,
                    "text": p.text(lang),
                }
                for p in report.problems
            ],
        },
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def measure_item(measure: Measure, lang: Lang = "vi", *, sample: bool = False) -> dict[str, Any]:
    """Return one item of ``measures``; of a sample with the ends of its 95 % interval."""
    ends = interval_95(measure.numerator or 0, measure.denominator or 0) if sample and measure.value is not None else None
    item = {
        "indicator": measure.indicator,
        "unit": measure.unit,
        "period": measure.period.label,
        "breakdown": dict(measure.breakdown),
        "status": measure.status.value,
        "numerator": measure.numerator,
        "denominator": measure.denominator,
        "value": _decimal(measure.value),
        "scale": measure.scale.value,
        "text": measure_text(measure, lang),
        "reason": measure.reason.text(lang),
        "formula": measure.formula,
        "excluded": dict(measure.excluded),
    }
    return item if ends is None else {**item, "interval_95": [_decimal(end) for end in ends]}


def _decimal(value: Any) -> str | None:
    return None if value is None else format_decimal_exact(value)


def _period(period: Any) -> dict[str, str]:
    return {"label": period.label, "first": period.first.isoformat(), "last": period.last.isoformat(), "regime": period.regime}
