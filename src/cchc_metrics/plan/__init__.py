"""The year's plan as data: targets, outreach quotas and tasks, loaded from TOML and checked. ``assess`` says where it stands."""

from __future__ import annotations

from cchc_metrics.plan.fields import Against, Comparator
from cchc_metrics.plan.load import PlanError, load_plan
from cchc_metrics.plan.model import Milestone, Plan, Quota, Target, Task

__all__ = ["Against", "Comparator", "Milestone", "Plan", "PlanError", "Quota", "Target", "Task", "load_plan"]
