"""Administrative-reform (cải cách hành chính) indicators of a Vietnamese local government, exactly, from its records.

``read`` → ``tally`` → ``measure`` → ``compare``, ``assess`` → ``report``. Every verb is a pure function of its arguments.
Names are loaded when they are first used, so that importing the package costs little more than its three dependencies.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cchc_metrics.catalogue.load import load_catalogue
    from cchc_metrics.catalogue.model import Catalogue, Count, Indicator
    from cchc_metrics.errors import CchcError
    from cchc_metrics.plan import Plan, Quota, Target, Task, load_plan
    from cchc_metrics.read.folder import Folder, read_folder
    from cchc_metrics.read.rows import Parsed, read_rows
    from cchc_metrics.records.columns import Columns, columns_of
    from cchc_metrics.records.document import Document
    from cchc_metrics.records.dossier import Dossier
    from cchc_metrics.records.initiative import InitiativeAdoption
    from cchc_metrics.records.meeting import Meeting
    from cchc_metrics.records.outreach import OutreachActivity
    from cchc_metrics.records.problems import Problem, Problems
    from cchc_metrics.records.survey import SurveyAnswer
    from cchc_metrics.reference.calendar import Calendar
    from cchc_metrics.reference.period import Period
    from cchc_metrics.reference.rules import Rules
    from cchc_metrics.reference.unit import Unit, UnitTree
    from cchc_metrics.values import Better, Measure, Scale, Status
    from cchc_metrics.verbs.assess import Assessment, Assessments, assess
    from cchc_metrics.verbs.compare import Delta, Deltas, compare, delta
    from cchc_metrics.verbs.measure import Measures, measure
    from cchc_metrics.verbs.tally import Tally, tally

__version__ = "0.1.0"

_HOME = {
    "Assessment": "verbs.assess",
    "Assessments": "verbs.assess",
    "assess": "verbs.assess",
    "Catalogue": "catalogue.model",
    "Count": "catalogue.model",
    "Indicator": "catalogue.model",
    "load_catalogue": "catalogue.load",
    "Delta": "verbs.compare",
    "Deltas": "verbs.compare",
    "compare": "verbs.compare",
    "delta": "verbs.compare",
    "CchcError": "errors",
    "Measures": "verbs.measure",
    "measure": "verbs.measure",
    "Plan": "plan",
    "Quota": "plan",
    "Target": "plan",
    "Task": "plan",
    "load_plan": "plan",
    "Folder": "read.folder",
    "read_folder": "read.folder",
    "Parsed": "read.rows",
    "read_rows": "read.rows",
    "Columns": "records.columns",
    "columns_of": "records.columns",
    "Document": "records.document",
    "Dossier": "records.dossier",
    "InitiativeAdoption": "records.initiative",
    "Meeting": "records.meeting",
    "OutreachActivity": "records.outreach",
    "SurveyAnswer": "records.survey",
    "Problem": "records.problems",
    "Problems": "records.problems",
    "Calendar": "reference.calendar",
    "Period": "reference.period",
    "Rules": "reference.rules",
    "Unit": "reference.unit",
    "UnitTree": "reference.unit",
    "Tally": "verbs.tally",
    "tally": "verbs.tally",
    "Better": "values",
    "Measure": "values",
    "Scale": "values",
    "Status": "values",
}

__all__ = [  # noqa: RUF022  grouped by room, as above
    "Assessment",
    "Assessments",
    "assess",
    "Catalogue",
    "Count",
    "Indicator",
    "load_catalogue",
    "Delta",
    "Deltas",
    "compare",
    "delta",
    "CchcError",
    "Measures",
    "measure",
    "Plan",
    "Quota",
    "Target",
    "Task",
    "load_plan",
    "Folder",
    "read_folder",
    "Parsed",
    "read_rows",
    "Columns",
    "columns_of",
    "Document",
    "Dossier",
    "InitiativeAdoption",
    "Meeting",
    "OutreachActivity",
    "SurveyAnswer",
    "Problem",
    "Problems",
    "Calendar",
    "Period",
    "Rules",
    "Unit",
    "UnitTree",
    "Tally",
    "tally",
    "Better",
    "Measure",
    "Scale",
    "Status",
    "__version__",
]


def __getattr__(name: str) -> object:
    """Load a public name from its room on first use."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_HOME[name]}")
    value: object = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
