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
    from cchc_metrics.count.parts import tally_parts
    from cchc_metrics.count.tally import Tally, tally
    from cchc_metrics.errors import CchcError
    from cchc_metrics.plan import Plan, Quota, Target, Task, load_plan
    from cchc_metrics.read.files import read_file
    from cchc_metrics.read.folder import Folder, read_folder
    from cchc_metrics.read.parquet_files import scan_parquet
    from cchc_metrics.read.rows import Parsed, read_rows
    from cchc_metrics.records.columns import Columns, columns_of
    from cchc_metrics.records.document import Document
    from cchc_metrics.records.dossier import Dossier
    from cchc_metrics.records.dossier_event import DossierEvent
    from cchc_metrics.records.due import due_date
    from cchc_metrics.records.initiative import InitiativeAdoption
    from cchc_metrics.records.meeting import Meeting
    from cchc_metrics.records.outreach import OutreachActivity
    from cchc_metrics.records.petition import Petition
    from cchc_metrics.records.problems import Problem, Problems
    from cchc_metrics.records.procedure import Procedure, attach_procedures
    from cchc_metrics.records.survey import SurveyAnswer
    from cchc_metrics.records.waits import attach_events
    from cchc_metrics.reference.calendar import Calendar
    from cchc_metrics.reference.period import Period
    from cchc_metrics.reference.rules import Rules
    from cchc_metrics.reference.unit import Unit, UnitTree
    from cchc_metrics.score import (
        Inputs,
        Scheme,
        Scorecard,
        cheapest_way,
        check_scheme,
        inputs_from_measures,
        load_inputs,
        load_scheme,
        qd766,
        rank_units,
        score_scheme,
        score_units,
        what_if,
    )
    from cchc_metrics.values import Better, Measure, Scale, Status
    from cchc_metrics.verbs.assess import (
        Assessment,
        Assessments,
        TaskState,
        Verdict,
        assess,
        plan_periods,
        task_rates,
    )
    from cchc_metrics.verbs.compare import Delta, Deltas, compare, delta
    from cchc_metrics.verbs.explain import Explanation, explain
    from cchc_metrics.verbs.form06 import Form06, Form06Row, check_form06, form06
    from cchc_metrics.verbs.measure import Measures, measure
    from cchc_metrics.verbs.quality import quality

__version__ = "0.1.0"

_KINDS = {
    "score": (
        "Inputs",
        "Scheme",
        "Scorecard",
        "check_scheme",
        "cheapest_way",
        "inputs_from_measures",
        "load_inputs",
        "load_scheme",
        "qd766",
        "rank_units",
        "score_scheme",
        "score_units",
        "what_if",
    ),
    "catalogue.load": ("load_catalogue",),
    "catalogue.model": ("Catalogue", "Count", "Indicator"),
    "errors": ("CchcError",),
    "plan": ("Plan", "Quota", "Target", "Task", "load_plan"),
    "read.files": ("read_file",),
    "read.parquet_files": ("scan_parquet",),
    "read.folder": ("Folder", "read_folder"),
    "read.rows": ("Parsed", "read_rows"),
    "records.columns": ("Columns", "columns_of"),
    "records.document": ("Document",),
    "records.dossier": ("Dossier",),
    "records.dossier_event": ("DossierEvent",),
    "records.due": ("due_date",),
    "records.initiative": ("InitiativeAdoption",),
    "records.meeting": ("Meeting",),
    "records.outreach": ("OutreachActivity",),
    "records.petition": ("Petition",),
    "records.problems": ("Problem", "Problems"),
    "records.procedure": ("Procedure", "attach_procedures"),
    "records.survey": ("SurveyAnswer",),
    "records.waits": ("attach_events",),
    "reference.calendar": ("Calendar",),
    "reference.period": ("Period",),
    "reference.rules": ("Rules",),
    "reference.unit": ("Unit", "UnitTree"),
    "values": ("Better", "Measure", "Scale", "Status"),
    "verbs.assess": ("Assessment", "Assessments", "TaskState", "Verdict", "assess", "plan_periods", "task_rates"),
    "verbs.compare": ("Delta", "Deltas", "compare", "delta"),
    "verbs.explain": ("Explanation", "explain"),
    "verbs.form06": ("Form06", "Form06Row", "check_form06", "form06"),
    "verbs.measure": ("Measures", "measure"),
    "count.parts": ("tally_parts",),
    "verbs.quality": ("quality",),
    "count.tally": ("Tally", "tally"),
}
_HOME = {name: kind for kind, names in _KINDS.items() for name in names}

__all__ = [
    "Assessment",
    "Assessments",
    "Better",
    "Calendar",
    "Catalogue",
    "CchcError",
    "Columns",
    "Count",
    "Delta",
    "Deltas",
    "Document",
    "Dossier",
    "DossierEvent",
    "Explanation",
    "Folder",
    "Form06",
    "Form06Row",
    "Indicator",
    "InitiativeAdoption",
    "Inputs",
    "Measure",
    "Measures",
    "Meeting",
    "OutreachActivity",
    "Parsed",
    "Period",
    "Petition",
    "Plan",
    "Problem",
    "Problems",
    "Procedure",
    "Quota",
    "Rules",
    "Scale",
    "Scheme",
    "Scorecard",
    "Status",
    "SurveyAnswer",
    "Tally",
    "Target",
    "Task",
    "TaskState",
    "Unit",
    "UnitTree",
    "Verdict",
    "__version__",
    "assess",
    "attach_events",
    "attach_procedures",
    "cheapest_way",
    "check_form06",
    "check_scheme",
    "columns_of",
    "compare",
    "delta",
    "due_date",
    "explain",
    "form06",
    "inputs_from_measures",
    "load_catalogue",
    "load_inputs",
    "load_plan",
    "load_scheme",
    "measure",
    "plan_periods",
    "qd766",
    "quality",
    "rank_units",
    "read_file",
    "read_folder",
    "read_rows",
    "scan_parquet",
    "score_scheme",
    "score_units",
    "tally",
    "tally_parts",
    "task_rates",
    "what_if",
]


def __getattr__(name: str) -> object:
    """Load a public name from its kind on first use."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_HOME[name]}")
    value: object = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
