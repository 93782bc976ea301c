"""Every kind of records, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cchc_metrics.records import document, dossier, dossier_event, initiative, meeting, outreach, petition, procedure, survey
from cchc_metrics.records.kind import Kind

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            dossier.KIND,
            dossier_event.KIND,
            document.KIND,
            meeting.KIND,
            outreach.KIND,
            initiative.KIND,
            survey.KIND,
            petition.KIND,
            procedure.KIND,
        )
    },
)
"""Kinds by name: dossiers, dossier_events, documents, meetings, outreach, initiatives, surveys, petitions, procedures."""
