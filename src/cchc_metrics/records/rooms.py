"""Every room of records, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cchc_metrics.records import document, dossier, dossier_event, initiative, meeting, outreach, petition, procedure, survey
from cchc_metrics.records.room import Room

ROOMS: Mapping[str, Room] = MappingProxyType(
    {
        room.name: room
        for room in (
            dossier.ROOM,
            dossier_event.ROOM,
            document.ROOM,
            meeting.ROOM,
            outreach.ROOM,
            initiative.ROOM,
            survey.ROOM,
            petition.ROOM,
            procedure.ROOM,
        )
    },
)
"""Rooms by name: dossiers, dossier_events, documents, meetings, outreach, initiatives, surveys, petitions, procedures."""
