"""Hypothesis strategies for those who embed the library: records that are valid, in the spread that real files have.

Needs the extra ``testing``. Every record drawn passes the model; dates lie inside the packaged calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from cchc_metrics.records.assigned_task import AssignedTask
from cchc_metrics.records.choices import (
    AdoptionStatus,
    Channel,
    Digitised,
    Direction,
    Interlinked,
    MeetingKind,
    MeetingStatus,
    OutreachChannel,
    Payment,
    ProactiveLevel,
    Score,
    Secrecy,
    ServiceLevel,
    StatedTiming,
    Status,
    TermUnit,
    Tier,
)
from cchc_metrics.records.document import Document
from cchc_metrics.records.dossier import ENDED, NOT_RECEIVED, Dossier
from cchc_metrics.records.dossier_event import DossierEvent, EventKind
from cchc_metrics.records.fields import Flag
from cchc_metrics.records.initiative import InitiativeAdoption
from cchc_metrics.records.inspection import Inspection
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.legal_document import LegalDocument
from cchc_metrics.records.meeting import Meeting
from cchc_metrics.records.outreach import OutreachActivity
from cchc_metrics.records.periodic_report import PeriodicReport
from cchc_metrics.records.petition import Petition
from cchc_metrics.records.procedure import Procedure, TermChannel
from cchc_metrics.records.record import ColumnSpec, Record, RecordError, schema
from cchc_metrics.records.survey import SurveyAnswer

UNITS = ("TM", "TM.01", "TM.02")
FIRST, LAST = date(2020, 1, 1), date(2022, 12, 31)


def moments(first: date = FIRST, last: date = LAST) -> st.SearchStrategy[date | datetime]:
    """Return a strategy for dates, some with a time.

    Args:
        first: the first day.
        last: the last.

    >>> from hypothesis import find
    >>> find(moments(), lambda day: True)
    datetime.date(2020, 1, 1)
    """
    days = st.dates(first, last)
    times = st.times(time(6), time(20)).map(lambda t: t.replace(microsecond=0))
    return days | st.builds(datetime.combine, days, times)


@st.composite
def dossiers(draw: st.DrawFn, *, units: Sequence[str] = UNITS, first: date = FIRST, last: date = LAST) -> Dossier:
    """Return a strategy for valid dossiers of all statuses, with and without due dates, terms, pauses and times of day.

    The arguments are as for ``records``.
    """
    status = draw(st.sampled_from(list(Status)))
    received = None if status in NOT_RECEIVED and draw(st.booleans()) else draw(moments(first, last))
    ended = returned = None
    if received is not None and (status in ENDED or draw(st.integers(0, 4)) == 0):
        day = received.date() if isinstance(received, datetime) else received
        end = day + timedelta(days=draw(st.integers(0, 40)))
        if draw(st.booleans()):
            ended = end
        else:
            returned = end
    submitted = draw(st.none() | moments(first, last)) if received is None else None
    if received is not None and draw(st.booleans()):
        submitted = received - timedelta(days=draw(st.integers(0, 20)))
    due = None
    if received is not None and draw(st.booleans()):
        day = received.date() if isinstance(received, datetime) else received
        due = day + timedelta(days=draw(st.integers(0, 40)))
    term = draw(st.none() | st.integers(0, 60).map(lambda n: Fraction(n, 2)))
    unit = draw(st.sampled_from([u for u in TermUnit if u is not TermUnit.NONE]))
    free = draw(st.sampled_from([Flag.UNKNOWN, Flag.UNKNOWN, *Flag]))
    elsewhere = (
        received - timedelta(days=draw(st.integers(0, 3))) if received is not None and free is Flag.YES and draw(st.booleans()) else None
    )
    return Dossier(
        dossier_id=draw(st.uuids()).hex,
        unit_code=draw(st.sampled_from(list(units))),
        field=draw(st.sampled_from(["", "Hộ tịch", "Đất đai"])),
        procedure_code=draw(st.sampled_from(["", "1.000001", "1.000002"])),
        channel=draw(st.sampled_from(list(Channel))),
        service_level=draw(st.sampled_from(list(ServiceLevel))),
        status=status,
        submitted_at=submitted,
        received_at=received,
        due_at=due,
        ended_at=ended,
        returned_at=returned,
        term=term,
        term_unit=unit if term is not None else TermUnit.NONE,
        paused_days=draw(st.none() | st.integers(0, 10)),
        supplement_requests=draw(st.none() | st.integers(0, 3)),
        received_elsewhere_at=elsewhere,
        boundary_free=free,
        reappointments=draw(st.none() | st.integers(0, 2)),
        apologies=draw(st.none() | st.integers(0, 2)),
        postal_in=draw(st.sampled_from(list(Flag))),
        postal_out=draw(st.sampled_from(list(Flag))),
        fee_due=draw(st.sampled_from(list(Flag))),
        paid_online=draw(st.sampled_from(list(Payment))),
        digitised=draw(st.sampled_from(list(Digitised))),
        electronic_result=draw(st.sampled_from(list(Flag))),
        components=draw(st.none() | st.integers(0, 4)),
        components_digitised=draw(st.none() | st.integers(0, 4)),
        stated_timing=draw(st.sampled_from(list(StatedTiming))),
    )


def documents(*, units: Sequence[str] = UNITS, first: date = FIRST, last: date = LAST) -> st.SearchStrategy[Document]:
    """Return a strategy for documents of every direction and secrecy mark.

    The arguments are as for ``records``.
    """
    flags = st.sampled_from(list(Flag))
    return st.builds(
        Document,
        document_id=st.uuids().map(lambda u: u.hex),
        unit_code=st.sampled_from(list(units)),
        issued_on=moments(first, last),
        direction=st.sampled_from(list(Direction)),
        electronic=flags,
        signed_by_person=flags,
        signed_by_agency=flags,
        exchanged=flags,
        secrecy=st.sampled_from(list(Secrecy)),
    )


@st.composite
def meetings(draw: st.DrawFn, *, units: Sequence[str] = UNITS, first: date = FIRST, last: date = LAST) -> Meeting:
    """Return a strategy for meetings of every kind and status.

    The arguments are as for ``records``.
    """
    status = draw(st.sampled_from(list(MeetingStatus)))
    return Meeting(
        meeting_id=draw(st.uuids()).hex,
        unit_code=draw(st.sampled_from(list(units))),
        kind=draw(st.sampled_from(list(MeetingKind))),
        status=status,
        held_on=draw(moments(first, last)) if status is MeetingStatus.HELD else draw(st.none() | moments(first, last)),
        paperless=draw(st.sampled_from(list(Flag))),
        secrecy=draw(st.sampled_from(list(Secrecy))),
    )


def outreach_activities(
    *,
    units: Sequence[str] = UNITS,
    first: date = FIRST,
    last: date = LAST,
) -> st.SearchStrategy[OutreachActivity]:
    """Return a strategy for outreach activities of every channel.

    The arguments are as for ``records``.
    """
    return st.builds(
        OutreachActivity,
        activity_id=st.uuids().map(lambda u: u.hex),
        unit_code=st.sampled_from(list(units)),
        channel=st.sampled_from(list(OutreachChannel)),
        held_on=moments(first, last),
        topic=st.sampled_from(["", "CCHC", "hồ sơ trực tuyến"]),
        reach=st.none() | st.integers(0, 5000),
    )


@st.composite
def adoptions(draw: st.DrawFn, *, units: Sequence[str] = UNITS, first: date = FIRST, last: date = LAST) -> InitiativeAdoption:
    """Return a strategy for adoptions; draw lists of them with ``unique_by=lambda a: (a.initiative_id, a.unit_code)``.

    The arguments are as for ``records``.
    """
    status = draw(st.sampled_from(list(AdoptionStatus)))
    return InitiativeAdoption(
        initiative_id=draw(st.sampled_from(["5-trong-1", "một-cửa"])),
        unit_code=draw(st.sampled_from(list(units))),
        adopted_on=draw(moments(first, last)) if status is AdoptionStatus.ADOPTED else draw(st.none() | moments(first, last)),
        status=status,
    )


def survey_answers(*, units: Sequence[str] = UNITS, first: date = FIRST, last: date = LAST) -> st.SearchStrategy[SurveyAnswer]:
    """Return a strategy for survey answers.

    The arguments are as for ``records``.
    """
    return st.builds(
        SurveyAnswer,
        response_id=st.uuids().map(lambda u: u.hex),
        unit_code=st.sampled_from(list(units)),
        answered_on=moments(first, last),
        question=st.sampled_from(["", "5 trong 1"]),
        score=st.sampled_from(list(Score)),
    )


@st.composite
def petitions(draw: st.DrawFn, *, units: Sequence[str] = UNITS, first: date = FIRST, last: date = LAST) -> Petition:
    """Return a strategy for petitions in every stage.

    The arguments are as for ``records``.
    """
    received = draw(st.dates(first, last))

    def later() -> date | None:
        days = draw(st.none() | st.integers(0, 30))
        return None if days is None else received + timedelta(days=days)

    return Petition(
        petition_id=draw(st.uuids()).hex,
        unit_code=draw(st.sampled_from(list(units))),
        topic=draw(st.sampled_from(["", "thái độ phục vụ"])),
        received_at=received,
        refused_at=later(),
        supplement_requested_at=later(),
        resolved_at=later(),
        published_at=later(),
        satisfied=draw(st.sampled_from(list(Flag))),
    )


@st.composite
def dossier_events(draw: st.DrawFn, *, ids: Sequence[str] = ("TM-1", "TM-2"), first: date = FIRST, last: date = LAST) -> DossierEvent:
    """Return a strategy for events of every kind on the way of the dossiers of these ids.

    The other arguments are as for ``records``.
    """
    kind = draw(st.sampled_from(list(EventKind)))
    happened = draw(moments(first, last))
    day = happened.date() if isinstance(happened, datetime) else happened
    due = day + timedelta(days=draw(st.integers(1, 30))) if kind is EventKind.REAPPOINTED else None
    return DossierEvent(dossier_id=draw(st.sampled_from(list(ids))), kind=kind, happened_at=happened, due_at=due)


@st.composite
def procedures(draw: st.DrawFn, *, first: date = FIRST, last: date = LAST) -> Procedure:
    """Return a strategy for versions of procedures, some of them open at an end, for a channel or with a cut-off.

    The arguments are as for ``records``.
    """
    begun, ended = sorted([draw(st.dates(first, last)), draw(st.dates(first, last))])
    term = draw(st.none() | st.integers(0, 60).map(lambda n: Fraction(n, 2)))
    unit = draw(st.sampled_from([u for u in TermUnit if u is not TermUnit.NONE]))
    return Procedure(
        procedure_code=draw(st.sampled_from(["1.000001", "1.000002"])),
        name=draw(st.sampled_from(["", "Cấp bản sao"])),
        field=draw(st.sampled_from(["", "Hộ tịch", "Đất đai"])),
        channel=draw(st.sampled_from(list(TermChannel))),
        valid_from=draw(st.sampled_from([None, begun])),
        valid_to=draw(st.sampled_from([None, ended])),
        term=term,
        term_unit=unit if term is not None else TermUnit.NONE,
        cut_off=draw(st.sampled_from(["", "15:00", "16h30"])),
        tier=draw(st.sampled_from(list(Tier))),
        service_level=draw(st.sampled_from(list(ServiceLevel))),
        boundary_free=draw(st.sampled_from(list(Flag))),
        interlinked=draw(st.sampled_from(list(Interlinked))),
        proactive=draw(st.sampled_from(list(ProactiveLevel))),
    )


def _days_after(draw: st.DrawFn, day: date, earliest: int = 0) -> date | None:
    days = draw(st.none() | st.integers(earliest, 30))
    return None if days is None else day + timedelta(days=days)


@st.composite
def assigned_tasks(draw: st.DrawFn, *, units: Sequence[str] = UNITS, first: date = FIRST, last: date = LAST) -> AssignedTask:
    """Return a strategy for tasks of superiors, done in time, late or not yet, with and without a last day.

    The arguments are as for ``records``.
    """
    given = draw(st.dates(first, last))
    return AssignedTask(
        task_id=draw(st.uuids()).hex,
        unit_code=draw(st.sampled_from(list(units))),
        assigned_by=draw(st.sampled_from(["", "Chính phủ", "UBND tỉnh"])),
        assigned_on=given,
        due_on=_days_after(draw, given, -2),
        done_on=_days_after(draw, given),
    )


@st.composite
def inspections(draw: st.DrawFn, *, units: Sequence[str] = UNITS, first: date = FIRST, last: date = LAST) -> Inspection:
    """Return a strategy for inspections that say what they found and what was handled, or not; some say more than can be.

    The arguments are as for ``records``.
    """
    return Inspection(
        inspection_id=draw(st.uuids()).hex,
        unit_code=draw(st.sampled_from(list(units))),
        inspected_by=draw(st.sampled_from(["", "Sở Nội vụ"])),
        held_on=draw(moments(first, last)),
        problems_found=draw(st.none() | st.integers(0, 5)),
        problems_handled=draw(st.none() | st.integers(0, 5)),
    )


@st.composite
def periodic_reports(draw: st.DrawFn, *, units: Sequence[str] = UNITS, first: date = FIRST, last: date = LAST) -> PeriodicReport:
    """Return a strategy for reports that units owe, sent early, late or not at all.

    The arguments are as for ``records``.
    """
    due = draw(st.dates(first, last))
    return PeriodicReport(
        report_id=draw(st.uuids()).hex,
        unit_code=draw(st.sampled_from(list(units))),
        name=draw(st.sampled_from(["", "CCHC quý I"])),
        due_on=due,
        sent_on=_days_after(draw, due, -5),
        on_system=draw(st.sampled_from(list(Flag))),
    )


@st.composite
def legal_documents(draw: st.DrawFn, *, units: Sequence[str] = UNITS, first: date = FIRST, last: date = LAST) -> LegalDocument:
    """Return a strategy for normative documents in every stage.

    The arguments are as for ``records``.
    """
    issued = draw(st.dates(first, last))
    return LegalDocument(
        document_id=draw(st.uuids()).hex,
        unit_code=draw(st.sampled_from(list(units))),
        type=draw(st.sampled_from(["", "Nghị quyết", "Quyết định"])),
        issued_on=issued,
        checked_on=_days_after(draw, issued),
        reviewed_on=_days_after(draw, issued),
        needs_handling=draw(st.sampled_from(list(Flag))),
        handled_on=_days_after(draw, issued),
    )


def records(kind: Kind, *, units: Sequence[str] = UNITS, first: date = FIRST, last: date = LAST) -> st.SearchStrategy[Any]:
    """Return a strategy for valid records of any kind: its own where there is one, else one that is read off the model.

    Args:
        kind: the kind, e.g. ``KINDS["dossiers"]``; also one that this module has never heard of.
        units: codes of the units.
        first: the first day on which things happen.
        last: the last.

    >>> from hypothesis import find
    >>> from cchc_metrics.records.kinds import KINDS
    >>> find(records(KINDS["meetings"]), lambda meeting: meeting.status == "held").unit_code
    'TM'
    """
    own = STRATEGIES.get(kind.name)
    if own is None:
        return _of_model(kind.model, units, first, last)
    return own(units=units, first=first, last=last) if "unit_code" in kind.headings else own(first=first, last=last)


STRATEGIES: Mapping[str, Callable[..., st.SearchStrategy[Any]]] = MappingProxyType(
    {
        "dossiers": dossiers,
        "dossier_events": dossier_events,
        "procedures": procedures,
        "documents": documents,
        "meetings": meetings,
        "outreach": outreach_activities,
        "initiatives": adoptions,
        "surveys": survey_answers,
        "petitions": petitions,
        "assigned_tasks": assigned_tasks,
        "inspections": inspections,
        "periodic_reports": periodic_reports,
        "legal_documents": legal_documents,
    }
)
"""Kind → its own strategy, which follows the spread of real files; see ``records``."""


@st.composite
def _of_model(draw: st.DrawFn, model: type[Record], units: Sequence[str], first: date, last: date) -> Record:
    cells = {spec.name: draw(_cell(spec, units, first, last)) for spec in schema(model)}
    try:
        return model(**cells)
    except RecordError:  # a rule about the whole row
        reject()


def _cell(spec: ColumnSpec, units: Sequence[str], first: date, last: date) -> st.SearchStrategy[Any]:
    by_type: Mapping[str, st.SearchStrategy[Any]] = {
        "id": st.uuids().map(lambda u: u.hex),
        "unit": st.sampled_from(list(units)),
        "label": st.sampled_from(["a", "b"]),
        "choice": st.sampled_from(list(spec.choice or ())),
        "moment": moments(first, last),
        "whole": st.integers(0, 1000),
        "term": st.integers(0, 60).map(lambda n: Fraction(n, 2)),
    }
    found = by_type[spec.cell_type.name]
    return found if spec.required else st.just(spec.default) | found
