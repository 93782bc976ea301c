"""JSON Schemas of the models, for those who feed or read the library from other languages."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from cchc_metrics.catalogue.model import Count, Indicator
from cchc_metrics.errors import CchcError, suggestion
from cchc_metrics.plan import Plan
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import Unit
from cchc_metrics.report.json_shape import ReportFile
from cchc_metrics.score import Scheme

MODELS: dict[str, type[BaseModel]] = {
    **{kind.model.__name__: kind.model for kind in KINDS.values()},
    "Unit": Unit,
    "Rules": Rules,
    "Count": Count,
    "Indicator": Indicator,
    "Plan": Plan,
    "Scheme": Scheme,
    "ReportFile": ReportFile,
}
"""Every model with a schema, by name."""


def json_schemas(name: str | None = None) -> dict[str, Any]:
    """Return the JSON Schema of one model, or of all by name.

    Raises:
        CchcError: when there is no model of this name.

    >>> json_schemas("Dossier")["properties"]["channel"]["default"]
    'counter'
    """
    if name is None:
        return {key: json_schemas(key) for key in MODELS}
    if name not in MODELS:
        vi, en = suggestion(name, MODELS)
        raise CchcError(f"không có mô hình «{name}»{vi}", f"there is no model «{name}»{en}")
    return MODELS[name].model_json_schema()
