"""The register: every kind of records, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cchc_metrics.records import (
    assigned_task,
    document,
    dossier,
    dossier_event,
    initiative,
    inspection,
    legal_document,
    meeting,
    outreach,
    periodic_report,
    petition,
    procedure,
    survey,
)
from cchc_metrics.records.kind import Kind


def register(*kinds: Kind) -> Mapping[str, Kind]:
    """Return kinds by name."""
    return MappingProxyType({kind.name: kind for kind in kinds})


def joined(kinds: Mapping[str, Kind]) -> tuple[str, ...]:
    """Return the names of the kinds that others take from; their tables are read whole, whatever their format."""
    return tuple(dict.fromkeys(join.kind for kind in kinds.values() for join in kind.joins))


KINDS = register(
    dossier.KIND,
    dossier_event.KIND,
    document.KIND,
    meeting.KIND,
    outreach.KIND,
    initiative.KIND,
    survey.KIND,
    petition.KIND,
    procedure.KIND,
    assigned_task.KIND,
    inspection.KIND,
    periodic_report.KIND,
    legal_document.KIND,
)
"""Kinds by name, those of which most is counted first."""

JOINED = joined(KINDS)
"""Names of the kinds that others take from."""
