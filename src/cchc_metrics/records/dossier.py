"""Dossiers (hồ sơ thủ tục hành chính): the model, its columns, and the events that its indicators are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time

import numpy as np

from cchc_metrics.records import digitising
from cchc_metrics.records.boundary_free import boundary_free, can_be, transfers
from cchc_metrics.records.choices import (
    Channel,
    Digitised,
    Outcome,
    Payment,
    ServiceLevel,
    Standing,
    StatedTiming,
    Status,
    TermUnit,
    Timing,
)
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.dossier_timing import (
    ENDED_STATE,
    OUT_STATE,
    Timed,
    acceptance,
    class_dossiers,
    receipts,
    standings,
    state_table,
    turnaround,
)
from cchc_metrics.records.ends import AS_CHECKED, end_clock, end_days
from cchc_metrics.records.fields import NO_DAY, CellError, Flag, Identifier, Label, Moment, Term, UnitCode, Whole, parse_whole
from cchc_metrics.records.kind import (
    UNIT_HEADINGS,
    Context,
    Course,
    Dates,
    Dim,
    Events,
    EventSet,
    Fact,
    Follows,
    Join,
    Kind,
    events_from_columns,
)
from cchc_metrics.records.lateness import LATE, age_unknown, overdue_longer
from cchc_metrics.records.procedure import attach_procedures
from cchc_metrics.records.record import Record, RowCheck
from cchc_metrics.records.rules_by_day import follows_receipt, rules_from
from cchc_metrics.records.waits import attach_events
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.rules import Rules

NOT_RECEIVED = (Status.SUBMITTED, Status.REFUSED)
ENDED = (Status.WITHDRAWN, Status.RESOLVED, Status.RETURNED)


class Dossier(Record):
    """A dossier (hồ sơ) of an administrative procedure. No field for the applicant: no indicator needs one.

    Args:
        dossier_id: ``{unit}-{yymmdd}-{sequence}`` or any unique identifier.
        unit_code: the competent agency (NĐ 118/2025: the place of receipt and of help can be others).
        procedure_code: code of the procedure (mã TTHC).
        field: field of the procedure (lĩnh vực), for Form 06.
        channel: counter, online or postal; empty is counter.
        service_level: level of the online service.
        status: status 1–10 of the national exchange.
        submitted_at: when it was filed (online: the acceptance clock starts here).
        received_at: when its agency accepted it; the term starts here, its first day not counted.
        received_elsewhere_at: when another place accepted it that is not the competent agency, of a boundary-free dossier (phi địa giới);
            by the rule ``boundary_free_clock`` the term starts there.
        boundary_free: whether it is boundary-free; where that is not said, it is if it was received elsewhere.
        due_at: the appointment (ngày hẹn trả), where the system exported one.
        ended_at: end of processing (status 9), the day of the result; wins over ``approved_at`` and ``returned_at`` (rule ``end``).
        approved_at: when the result was signed (ngày duyệt); stands in for ``ended_at`` where that is missing.
        returned_at: hand-over to the citizen (status 10); stands in where both are missing.
        term, term_unit: the time limit, for dossiers without ``due_at``; half days occur.
        paused_days: time waited for the citizen, in the unit of days that the term counts (working or calendar days).
        supplement_requests: how many times papers were asked for.
        reappointments: how many times another day was appointed (hẹn lại ngày trả kết quả).
        apologies: how many letters or slips of apology were given (phiếu xin lỗi).
        postal_in, postal_out: the two directions of the postal service (QĐ 45/2016/QĐ-TTg).
        fee_due: whether there is a financial obligation.
        fee: how much it is, in đồng; a table that does not say ``fee_due`` says it by this: 0 đồng is no obligation.
        paid_online: whether it was paid online, and through which gateway.
        digitised: whether it was digitised, or digitised data were reused, or why it need not be.
        electronic_result: whether its result was given in electronic form.
        components, components_digitised: how many of its papers are to be digitised, and how many of these were.
        stated_timing: what the file itself says of the timing; compared with the dates and counted nowhere.

    >>> d = Dossier(dossier_id="TM-210301-0001", unit_code="TM", status="9", received_at="01/03/2021", ended_at="03/03/2021")
    >>> d.status.vi, d.received_at
    ('đã xử lý xong', datetime.date(2021, 3, 1))
    """

    dossier_id: Identifier
    unit_code: UnitCode
    procedure_code: Label = ""
    field: Label = ""
    channel: Channel = Channel.COUNTER
    service_level: ServiceLevel = ServiceLevel.UNKNOWN
    status: Status
    submitted_at: Moment = None
    received_at: Moment = None
    received_elsewhere_at: Moment = None
    boundary_free: Flag = Flag.UNKNOWN
    due_at: Moment = None
    ended_at: Moment = None
    approved_at: Moment = None
    returned_at: Moment = None
    term: Term = None
    term_unit: TermUnit = TermUnit.NONE
    paused_days: Whole = None
    supplement_requests: Whole = None
    reappointments: Whole = None
    apologies: Whole = None
    postal_in: Flag = Flag.UNKNOWN
    postal_out: Flag = Flag.UNKNOWN
    fee_due: Flag = Flag.UNKNOWN
    fee: Whole = None
    paid_online: Payment = Payment.UNKNOWN
    digitised: Digitised = Digitised.UNKNOWN
    electronic_result: Flag = Flag.UNKNOWN
    components: Whole = None
    components_digitised: Whole = None
    stated_timing: StatedTiming = StatedTiming.NOT_SAID


def _day(record: Dossier, name: str) -> int:
    value = getattr(record, name)
    return NO_DAY if value is None else day_number(value)


def _end_day(record: Dossier) -> int:
    end = _end(record)
    return NO_DAY if end is None else day_number(end)


def _end(record: Dossier) -> date | None:
    return next((moment for name in AS_CHECKED if (moment := getattr(record, name)) is not None), None)


def _earlier_that_day(one: date | None, other: date | None) -> bool:
    """Return whether both are moments of one day, the first before the other; exactly 00:00:00 is a day without a time, see ``clock``."""
    if not isinstance(one, datetime) or not isinstance(other, datetime) or one.time() == time(0):
        return False
    return one.date() == other.date() and one < other


def _earlier_that_day_in(day: Array, clock: Array, received: Array, second: Array) -> Array:
    """Return the mask of the days that are those of the receipts, at an earlier time."""
    found: Array = (day >= 0) & (day == received) & (clock >= 0) & (clock < second)
    return found


def _in(columns: Columns, *statuses: Status) -> Array:
    return columns.equals("status", *(s.value for s in statuses))


Dossier.checks = (
    RowCheck(
        Code.MISSING_RECEIVED_AT,
        "received_at",
        record=lambda r: r.status not in NOT_RECEIVED and r.received_at is None,
        columns=lambda c: ~_in(c, *NOT_RECEIVED) & (c.days("received_at") < 0),
    ),
    RowCheck(
        Code.ENDED_WITHOUT_TIME,
        "ended_at",
        record=lambda r: r.status in ENDED and _end_day(r) < 0,
        columns=lambda c: _in(c, *ENDED) & (end_days(c) < 0),
    ),
    RowCheck(
        Code.END_BEFORE_RECEIPT,
        "ended_at",
        record=lambda r: _end_day(r) >= 0 and _day(r, "received_at") >= 0 and _end_day(r) < _day(r, "received_at"),
        columns=lambda c: (end_days(c) >= 0) & (c.days("received_at") >= 0) & (end_days(c) < c.days("received_at")),
    ),
    RowCheck(
        Code.TERM_WITHOUT_UNIT,
        "term_unit",
        record=lambda r: r.term is not None and r.term_unit is TermUnit.NONE,
        columns=lambda c: (c.numbers("term") >= 0) & c.equals("term_unit", "none"),
    ),
    RowCheck(
        Code.END_BEFORE_RECEIPT_TIME,
        "ended_at",
        record=lambda r: _earlier_that_day(_end(r), r.received_at),
        columns=lambda c: _earlier_that_day_in(end_days(c), end_clock(c), c.days("received_at"), c.seconds("received_at")),
    ),
    RowCheck(
        Code.BOUNDARY_FREE_DIFFERS,
        "boundary_free",
        record=lambda r: r.boundary_free is Flag.NO and r.received_elsewhere_at is not None,
        columns=lambda c: c.equals("boundary_free", "no") & (c.days("received_elsewhere_at") >= 0),
    ),
    RowCheck(
        Code.ELSEWHERE_NOT_SAID,
        "received_elsewhere_at",
        record=lambda r: r.boundary_free is Flag.YES and r.received_elsewhere_at is None and r.received_at is not None,
        columns=lambda c: c.equals("boundary_free", "yes") & (c.days("received_elsewhere_at") < 0) & (c.days("received_at") >= 0),
    ),
    RowCheck(
        Code.ELSEWHERE_AFTER_RECEIPT,
        "received_elsewhere_at",
        record=lambda r: (
            (_day(r, "received_elsewhere_at") > _day(r, "received_at") >= 0) or _earlier_that_day(r.received_at, r.received_elsewhere_at)
        ),
        columns=lambda c: (
            ((c.days("received_elsewhere_at") > c.days("received_at")) & (c.days("received_at") >= 0))
            | _earlier_that_day_in(
                c.days("received_at"), c.clock("received_at"), c.days("received_elsewhere_at"), c.seconds("received_elsewhere_at")
            )
        ),
    ),
    RowCheck(
        Code.DUE_BEFORE_RECEIPT,
        "due_at",
        record=lambda r: (
            (_day(r, "due_at") >= 0 and _day(r, "due_at") < _day(r, "received_at")) or _earlier_that_day(r.due_at, r.received_at)
        ),
        columns=lambda c: (
            ((c.days("due_at") >= 0) & (c.days("due_at") < c.days("received_at")))
            | _earlier_that_day_in(c.days("due_at"), c.clock("due_at"), c.days("received_at"), c.seconds("received_at"))
        ),
    ),
)

_RECEIVED, _ENDED, _OVERDUE = ("received_at",), ("received_at", "ended"), ("received_at", "ended", "due")
_FILED = (Dim("channel", Channel), Dim("service_level", ServiceLevel), Dim("postal_in", Flag))
_FIELD, _CHANNEL, _PROCEDURE = Dim("field"), Dim("channel", Channel), Dim("procedure_code")
_TIMING, _WHY = Dim("timing", Timing, needs=("due", "lateness")), Dim("timing", Timing, needs=("due",))

RECEIVED = EventSet("received", _FILED, needs=_RECEIVED)
RECEIVED_BY_FIELD = EventSet("received_by_field", (_FIELD, _CHANNEL), needs=_RECEIVED)
RECEIVED_AS_OF = EventSet("received_as_of", (Dim("standing", Standing, needs=("due", "lateness")), _CHANNEL), needs=_ENDED, bound=True)
DUE = EventSet("due", (_CHANNEL,), needs=("received_at", "due"))
ENDED_SET = EventSet("ended", (_TIMING, Dim("outcome", Outcome, needs=()), _CHANNEL), needs=_ENDED)
ENDED_BY_FIELD = EventSet("ended_by_field", (_FIELD, _TIMING, _CHANNEL), needs=_ENDED)
RECEIVED_BY_PROCEDURE = EventSet("received_by_procedure", (_PROCEDURE, _CHANNEL), needs=_RECEIVED, named_only=True)
RECEIVED_BY_SERVICE = EventSet("received_by_service", (_PROCEDURE,), needs=(*_RECEIVED, "channel", "service_level"), named_only=True)
ENDED_BY_PROCEDURE = EventSet("ended_by_procedure", (_PROCEDURE, _TIMING, _CHANNEL), needs=_ENDED, named_only=True)
OVERDUE_BEGINS = EventSet("overdue_begins", (_FIELD, _CHANNEL), needs=_OVERDUE)
OVERDUE_ENDS = EventSet("overdue_ends", (_FIELD, _CHANNEL), needs=_OVERDUE)
UNDATED_BEGINS = EventSet("undated_begins", (_WHY, _FIELD, _CHANNEL), needs=_ENDED)
UNDATED_ENDS = EventSet("undated_ends", (_WHY, _FIELD, _CHANNEL), needs=_ENDED)
PAID = EventSet("paid", (Dim("fee_due", Flag), Dim("paid_online", Payment)), needs=_ENDED)
DIGITISED = EventSet("digitised", (Dim("digitised", Digitised), Dim(digitising.NAME, Flag, needs=())), needs=_ENDED)
RESULTS = EventSet("results", (Dim("electronic_result", Flag),), needs=_ENDED)
_COMPONENTS = (*_ENDED, "components", "components_digitised")
COMPONENTS = EventSet("components", (), value="components", needs=_COMPONENTS)
COMPONENTS_DIGITISED = EventSet("components_digitised", (), value="components_digitised", needs=_COMPONENTS)
POSTED_OUT = EventSet("posted_out", (Dim("postal_out", Flag),), needs=_ENDED)
ACCEPTED = EventSet("accepted", (Dim("in_time", Flag, needs=()),), needs=("received_at", "channel", "submitted_at"))
OVERDUE_5_BEGINS = EventSet("overdue_5_begins", needs=_OVERDUE)
OVERDUE_5_ENDS = EventSet("overdue_5_ends", needs=_OVERDUE)
OVERDUE_10_BEGINS = EventSet("overdue_10_begins", needs=_OVERDUE)
OVERDUE_10_ENDS = EventSet("overdue_10_ends", needs=_OVERDUE)
AGE_UNKNOWN_BEGINS = EventSet("overdue_age_unknown_begins", needs=_OVERDUE)
AGE_UNKNOWN_ENDS = EventSet("overdue_age_unknown_ends", needs=_OVERDUE)
TURNAROUND = EventSet("turnaround", (), value="turnaround_working_days", needs=_ENDED)
TURNAROUND_CALENDAR = EventSet("turnaround_calendar", (), value="turnaround_calendar_days", needs=_ENDED)
RECEIVED_BOUNDARY_FREE = EventSet(
    "received_boundary_free", (Dim("boundary_free", Flag, needs=()), _CHANNEL), needs=(*_RECEIVED, "filed_elsewhere")
)
TRANSFERRED = EventSet("transferred", (Dim("in_time", Flag, needs=()),), needs=("received_at", "received_elsewhere_at"))
APOLOGIES = EventSet("apologies", (), value="apologies", needs=(*_ENDED, "apologies"))
REAPPOINTMENTS = EventSet("reappointments", (), value="reappointments", needs=(*_ENDED, "reappointments"))
LATE_APOLOGISED = EventSet("ended_late", (Dim("apologised", Flag, needs=()),), needs=(*_ENDED, "due", "lateness", "apologies"))
SUPPLEMENTS = EventSet("supplements", (), value="supplement_requests", needs=(*_ENDED, "supplement_requests"))

_REQUESTS_DO_NOT_COUNT, _REAPPOINTMENTS_DO_NOT_COUNT = ":requests", ":reappointments"
_REAPPOINTING = ("reappointments", _REAPPOINTMENTS_DO_NOT_COUNT)
FACTS = (
    Fact("ended", (("ended_at",), ("approved_at",), ("returned_at",))),
    Fact("due", (("due_at",), ("term", "term_unit"))),
    Fact("filed_elsewhere", (("boundary_free",), ("received_elsewhere_at",))),
    Fact("lateness", tuple((one, other) for one in ("supplement_requests", _REQUESTS_DO_NOT_COUNT) for other in _REAPPOINTING)),
)


def _under(names: frozenset[str], rules: Rules) -> frozenset[str]:
    """Return what columns say under rules: requests or re-appointments can make late, an appointment count for nothing.

    Of rules that change only what columns say under every version: which rows follow which is not asked, so that counts of parts add up.
    """
    versions = [own for _, own in rules.versions]
    read = names if all(own.given_due == "wins" for own in versions) else names - {"due_at"}
    idle = {
        _REQUESTS_DO_NOT_COUNT: not any(own.two_supplements_late for own in versions),
        _REAPPOINTMENTS_DO_NOT_COUNT: not any(own.two_reappointments_late for own in versions),
    }
    return read.union(name for name, is_idle in idle.items() if is_idle)


@follows_receipt
def _received(columns: Columns, rules: Rules) -> Array:
    codes, labels = columns.codes("status")
    found: Array = np.array([state >> 4 != OUT_STATE for state in state_table(labels, rules)], dtype=bool).take(codes)
    return found


@follows_receipt
def _ended(columns: Columns, rules: Rules) -> Array:
    codes, labels = columns.codes("status")
    found: Array = np.array([state >> 4 == ENDED_STATE for state in state_table(labels, rules)], dtype=bool).take(codes)
    return found


_NEEDING: Mapping[str, Callable[[Columns, Rules], Array]] = {
    "received_at": _received,
    "channel": _received,
    "due": _received,
    "ended": _ended,  # who has not ended is pending, whatever day a column of ends might give
    "supplement_requests": _ended,
    "reappointments": _ended,
    "apologies": _ended,
    "submitted_at": lambda columns, rules: _received(columns, rules) & columns.equals("channel", Channel.ONLINE.value),
}


def events(columns: Columns, context: Context) -> Iterator[Events]:
    """Yield the sets of events of dossiers that are asked for: received, due, ended, becoming and ceasing to be overdue, and so on.

    A dossier is pending from the day it is received to the day it ends; overdue from the day after its due date (or its receipt, if later).
    Sets that happen on the same day share one array of days, so that they are counted together.
    """

    def wants(*sets: EventSet) -> bool:
        return any(context.wants(f"dossiers.{s.name}") for s in sets)

    unit, end = columns.codes("unit_code"), end_days(columns, context.rules)
    yield from _of_receipts(columns, context, end)
    if not wants(*(s for s in KIND.event_sets if s not in _OF_RECEIPTS)):
        return
    timed = class_dossiers(columns, context, end)
    derived = {"timing": (timed.timing, Timing.labels()), "outcome": (timed.outcome, Outcome.labels())}
    undated = {**derived, "timing": (timed.why, Timing.labels())}
    if wants(DIGITISED):
        derived[digitising.NAME] = (digitising.to_be_digitised(columns), Flag.labels())
    if wants(RECEIVED_AS_OF):
        derived["standing"] = (standings(timed, context.day), Standing.labels())
    for event_set, day in (
        (RECEIVED, timed.received),
        (RECEIVED_BY_FIELD, timed.received),
        (RECEIVED_AS_OF, timed.received),
        (DUE, timed.due),
        (ENDED_SET, timed.ended),
        (ENDED_BY_FIELD, timed.ended),
        (ENDED_BY_PROCEDURE, timed.ended),
        (PAID, timed.ended),
        (DIGITISED, timed.ended),
        (RESULTS, timed.ended),
        (POSTED_OUT, timed.ended),
        (OVERDUE_BEGINS, timed.overdue_begins),
        (OVERDUE_ENDS, timed.overdue_ends),
        (UNDATED_BEGINS, timed.undated_begins),
        (UNDATED_ENDS, timed.undated_ends),
    ):
        if wants(event_set):
            known = undated if event_set in (UNDATED_BEGINS, UNDATED_ENDS) else derived
            yield Events(event_set, day, unit, {d.name: known.get(d.name) or columns.codes(d.name) for d in event_set.dims})
    for days, begins, ends in ((5, OVERDUE_5_BEGINS, OVERDUE_5_ENDS), (10, OVERDUE_10_BEGINS, OVERDUE_10_ENDS)):
        if wants(begins, ends):
            since, until = overdue_longer(timed.due, timed.overdue_begins, timed.overdue_ends, days, context.calendar)
            yield Events(begins, since, unit)
            yield Events(ends, until, unit)
    if wants(AGE_UNKNOWN_BEGINS, AGE_UNKNOWN_ENDS):
        since, until = age_unknown(timed.due, timed.overdue_begins, timed.overdue_ends, context.calendar)
        yield Events(AGE_UNKNOWN_BEGINS, since, unit)
        yield Events(AGE_UNKNOWN_ENDS, until, unit)
    if wants(TURNAROUND):
        yield Events(TURNAROUND, timed.ended, unit, {}, turnaround(timed, context.calendar))
    if wants(TURNAROUND_CALENDAR):
        calendar_days = np.where(timed.ended >= 0, timed.ended - timed.received, np.int32(-1))
        yield Events(TURNAROUND_CALENDAR, timed.ended, unit, {}, calendar_days)
    for event_set in (SUPPLEMENTS, APOLOGIES, REAPPOINTMENTS):
        if wants(event_set) and event_set.value in columns:
            yield Events(event_set, timed.ended, unit, {}, columns.numbers(event_set.value))
    yield from _late(columns, context, timed)
    yield from _components(columns, context, timed)


_OF_RECEIPTS = (ACCEPTED, RECEIVED_BOUNDARY_FREE, TRANSFERRED, RECEIVED_BY_PROCEDURE, RECEIVED_BY_SERVICE)


def _of_receipts(columns: Columns, context: Context, end: Array) -> Iterator[Events]:
    """Yield the sets that do not follow from due dates: by procedure, acceptance, boundary-free dossiers and their way to the agency."""
    wanted = [s for s in _OF_RECEIPTS if context.wants(f"dossiers.{s.name}")]
    if not wanted:
        return
    unit, received = columns.codes("unit_code"), receipts(columns, context.rules, end)
    if RECEIVED_BY_PROCEDURE in wanted:
        yield events_from_columns(RECEIVED_BY_PROCEDURE, columns, received)
    if RECEIVED_BY_SERVICE in wanted:  # of few rows few cells: a province has as many as dossiers, where all are counted by procedure
        online = columns.equals("channel", Channel.ONLINE.value)
        online &= columns.equals("service_level", ServiceLevel.FULL.value, ServiceLevel.PARTIAL.value)
        yield events_from_columns(RECEIVED_BY_SERVICE, columns, np.where(online, received, np.int32(NO_DAY)))
    if ACCEPTED in wanted and "submitted_at" in columns:
        day, in_time = acceptance(columns, received, context)
        yield Events(ACCEPTED, day, unit, {"in_time": (in_time, Flag.labels())})
    if RECEIVED_BOUNDARY_FREE in wanted:  # where no column says it, it is not known, as of rows whose cells are empty
        dims = {"boundary_free": (boundary_free(columns), Flag.labels()), "channel": columns.codes("channel")}
        yield Events(RECEIVED_BOUNDARY_FREE, received, unit, dims)
    if TRANSFERRED in wanted and can_be(columns):
        day, in_time = _transfers(columns, context.rules, received, context.calendar)
        yield Events(TRANSFERRED, day, unit, {"in_time": (in_time, Flag.labels())})


def _late(columns: Columns, context: Context, timed: Timed) -> Iterator[Events]:
    """Yield those that ended late, by whether an apology was given."""
    if context.wants(f"dossiers.{LATE_APOLOGISED.name}"):  # where no column says it, it is not known, as of rows whose cells are empty
        late = np.where((timed.ended >= 0) & (timed.timing == LATE), timed.ended, np.int32(NO_DAY))
        given, flags = columns.numbers("apologies"), list(Flag)
        codes = np.where(given < 0, flags.index(Flag.UNKNOWN), np.where(given > 0, flags.index(Flag.YES), flags.index(Flag.NO)))
        yield Events(LATE_APOLOGISED, late, columns.codes("unit_code"), {"apologised": (codes.astype(np.uint8), Flag.labels())})


def _components(columns: Columns, context: Context, timed: Timed) -> Iterator[Events]:
    """Yield those that ended with how many papers were to be digitised and were; more digitised than there are is no answer."""
    wanted = [s for s in (COMPONENTS, COMPONENTS_DIGITISED) if context.wants(f"dossiers.{s.name}")]
    if wanted and "components_digitised" in columns:
        due, done = columns.numbers("components"), columns.numbers("components_digitised")
        day = np.where((done >= 0) & (done <= due), timed.ended, np.int32(NO_DAY))
        yield from (Events(s, day, columns.codes("unit_code"), {}, columns.numbers(s.value)) for s in wanted)


@follows_receipt
def _transfers(columns: Columns, rules: Rules, received: Array, calendar: Calendar) -> tuple[Array, Array]:
    return transfers(columns, received, rules, calendar)


def course(columns: Columns, context: Context) -> Course:
    """Return when dossiers fell due and ended, as they are counted."""
    timed = class_dossiers(columns, context, end_days(columns, context.rules))
    late = (timed.ended >= 0) & (timed.timing == LATE)
    since = rules_from(columns, context.rules)
    return Course(timed.due, timed.ended, late, timed.overdue_begins, timed.overdue_ends, since)


_BY_AGENCY = ("Ngày cơ quan có thẩm quyền tiếp nhận", "Thời điểm cơ quan có thẩm quyền tiếp nhận", "Ngày cơ quan giải quyết tiếp nhận")
_TICKED = {"Trực tuyến": ("online", "counter"), "Nộp trực tuyến": ("online", "counter")}
_JUDGING = ("Tình trạng hạn", "Tình trạng thời hạn", "Đúng hạn", "Quá hạn", "Tiến độ", "Tiến độ giải quyết", "Tiến độ xử lý", "Đánh giá")


def _by_post(word: str) -> str | None:
    """Return whether a dossier came by post, by the words of its channel; the national portal reads an empty one as counter."""
    try:
        return "yes" if Channel.parse(word) is Channel.POSTAL else "no"
    except CellError:
        return None


def _owed(word: str) -> str | None:
    """Return whether there is a financial obligation, by the amount: one that was set to 0 đồng is none."""
    try:
        amount = parse_whole(word)
    except CellError:
        return None
    return None if amount is None else "yes" if amount else "no"


def _judged(word: str) -> str | None:
    """Return the judgement that a status word ends with: «Hoàn thành trễ hạn»."""
    try:
        said = StatedTiming.parse(word)
        return None if said is StatedTiming.NOT_SAID or not Status.parse(word) else said.value
    except CellError:
        return None


KIND = Kind(
    "dossiers",
    "hồ sơ",
    Dossier,
    (
        RECEIVED,
        RECEIVED_BY_FIELD,
        RECEIVED_AS_OF,
        DUE,
        ENDED_SET,
        ENDED_BY_FIELD,
        RECEIVED_BY_PROCEDURE,
        RECEIVED_BY_SERVICE,
        ENDED_BY_PROCEDURE,
        OVERDUE_BEGINS,
        OVERDUE_ENDS,
        UNDATED_BEGINS,
        UNDATED_ENDS,
        PAID,
        DIGITISED,
        RESULTS,
        COMPONENTS,
        COMPONENTS_DIGITISED,
        POSTED_OUT,
        OVERDUE_5_BEGINS,
        OVERDUE_5_ENDS,
        OVERDUE_10_BEGINS,
        OVERDUE_10_ENDS,
        AGE_UNKNOWN_BEGINS,
        AGE_UNKNOWN_ENDS,
        ACCEPTED,
        RECEIVED_BOUNDARY_FREE,
        TRANSFERRED,
        APOLOGIES,
        REAPPOINTMENTS,
        LATE_APOLOGISED,
        TURNAROUND_CALENDAR,
        TURNAROUND,
        SUPPLEMENTS,
    ),
    events,
    ("dossier_id",),
    facts=FACTS,
    needing=_NEEDING,
    under=_under,
    working_days=True,
    course=course,
    headings={
        "dossier_id": ("Mã hồ sơ", "Số hồ sơ", "Mã số hồ sơ"),
        "unit_code": (*UNIT_HEADINGS, "Đơn vị giải quyết", "Cơ quan giải quyết", "Đơn vị xử lý", "Cơ quan thực hiện"),
        "procedure_code": ("Mã TTHC", "Mã thủ tục", "Mã thủ tục hành chính"),
        "field": ("Lĩnh vực", "Mã lĩnh vực"),
        "channel": ("Kênh thực hiện", "Kênh tiếp nhận", "Hình thức tiếp nhận", "Hình thức nộp", "Kênh nộp", "Trực tuyến", "Nộp trực tuyến"),
        "service_level": ("Mức độ", "Mức độ DVC", "Mức độ dịch vụ công", "Mức độ dịch vụ công trực tuyến"),
        "status": ("Trạng thái hồ sơ", "Trạng thái", "Tình trạng", "Tình trạng hồ sơ", "Tình trạng xử lý"),
        "submitted_at": ("Ngày nộp hồ sơ", "Ngày nộp", "Thời gian nộp", "Thời điểm nộp", "Ngày gửi", "Ngày gửi hồ sơ"),
        "received_at": ("Ngày tiếp nhận", "Thời gian tiếp nhận", "Thời điểm tiếp nhận", "Ngày nhận", "Ngày tiếp nhận hồ sơ", *_BY_AGENCY),
        "received_elsewhere_at": (
            "Ngày tiếp nhận tại nơi khác",
            "Thời điểm tiếp nhận tại nơi khác",
            "Ngày tiếp nhận phi địa giới",
            "Thời điểm tiếp nhận phi địa giới",
            "Ngày tiếp nhận tại nơi nộp",
        ),
        "boundary_free": ("Phi địa giới", "Hồ sơ phi địa giới", "Phi địa giới hành chính", "Không phụ thuộc địa giới hành chính"),
        "due_at": ("Ngày hẹn trả", "Ngày hẹn trả kết quả", "Hạn trả", "Hạn giải quyết", "Hạn xử lý", "Thời gian hẹn trả"),
        "ended_at": (
            "Ngày kết thúc xử lý",
            "Ngày kết thúc",
            "Ngày xử lý xong",
            "Ngày giải quyết xong",
            "Ngày hoàn thành",
            "Ngày có kết quả",
        ),
        "approved_at": ("Ngày duyệt", "Ngày phê duyệt", "Ngày ký duyệt", "Thời gian duyệt"),
        "returned_at": (
            "Ngày trả",
            "Ngày trả kết quả",
            "Thời gian trả kết quả",
            "Ngày trả thực tế",
            "Trả thực tế",
            "Ngày thực trả",
            "Ngày trả kết quả thực tế",
        ),
        "term": ("Thời hạn", "Thời hạn giải quyết", "Thời hạn xử lý"),
        "term_unit": ("Đơn vị thời hạn", "Đơn vị tính thời hạn", "Đơn vị tính"),
        "paused_days": ("Số ngày tạm dừng", "Số ngày chờ bổ sung", "Số ngày chờ"),
        "supplement_requests": ("Số lần yêu cầu bổ sung", "Số lần bổ sung"),
        "reappointments": ("Số lần hẹn lại", "Số lần hẹn lại ngày trả kết quả", "Số lần gia hạn"),
        "apologies": ("Số lần xin lỗi", "Số thư xin lỗi", "Số phiếu xin lỗi", "Số phiếu xin lỗi và hẹn lại ngày trả kết quả"),
        "postal_in": ("Nộp qua bưu chính", "Tiếp nhận qua bưu chính", "Nộp qua BCCI", "Tiếp nhận qua BCCI"),
        "postal_out": ("Trả qua bưu chính", "Trả kết quả qua bưu chính", "Trả qua BCCI", "Trả kết quả qua BCCI"),
        "fee": ("Mức phí, lệ phí", "Số tiền phí, lệ phí", "Phí, lệ phí (đồng)", "Mức thu phí, lệ phí"),
        "fee_due": ("Có nghĩa vụ tài chính", "Phải nộp phí, lệ phí", "Có phí, lệ phí"),
        "paid_online": ("Thanh toán trực tuyến", "Được thanh toán trực tuyến"),
        "digitised": ("Số hóa", "Trạng thái số hóa", "Số hóa hồ sơ", "Hồ sơ có thành phần số hóa"),
        "electronic_result": ("Kết quả điện tử", "Có kết quả điện tử", "Trả kết quả điện tử"),
        "components": ("Số thành phần hồ sơ", "Số thành phần phải số hóa"),
        "components_digitised": ("Số thành phần đã số hóa", "Số thành phần hồ sơ đã số hóa"),
        "stated_timing": _JUDGING,
    },
    by_words=frozenset(_JUDGING),
    weak=frozenset({*_JUDGING, *_TICKED}),
    ticked=_TICKED,
    follows=(
        Follows("postal_in", "channel", _by_post),
        Follows("fee_due", "fee", _owed),
        Follows("stated_timing", "status", _judged, reported=False),
    ),
    doubtful={
        "Ngày trả": ("returned_at", "due_at"),
        # Beside the receipt by the competent agency it is that of the counter, or the same once more.
        **dict.fromkeys(("Ngày tiếp nhận", "Thời gian tiếp nhận", "Thời điểm tiếp nhận"), ("received_at", "received_elsewhere_at")),
    },
    dates=Dates(
        "received_at",
        ("submitted_at", "received_elsewhere_at", "received_at", "ended_at", "approved_at", "returned_at"),
        ("due_at",),
        ("received_at", "ended_at"),
    ),
    joins=(
        Join("procedures", "procedure_code", attach_procedures, "this", Code.PROCEDURE_NOT_LISTED),
        Join("dossier_events", "dossier_id", attach_events, "other", Code.EVENT_WITHOUT_DOSSIER),
    ),
)
