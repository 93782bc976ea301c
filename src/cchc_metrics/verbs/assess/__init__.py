"""Assess: where a plan stands on a day, what is missing, and what it would take."""

from __future__ import annotations

from cchc_metrics.verbs.assess.effort import Effort, effort_count, effort_rate
from cchc_metrics.verbs.assess.model import Assessment, Assessments, TaskState, Verdict
from cchc_metrics.verbs.assess.tasks import TaskRates, task_rates
from cchc_metrics.verbs.assess.verb import assess, plan_periods

__all__ = [
    "Assessment",
    "Assessments",
    "Effort",
    "TaskRates",
    "TaskState",
    "Verdict",
    "assess",
    "effort_count",
    "effort_rate",
    "plan_periods",
    "task_rates",
]
