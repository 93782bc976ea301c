"""The dossiers of the example: how many came in by which channel, when they fell due, when they ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta

from cchc_metrics.example.draw import Draw, divide
from cchc_metrics.example.place import BUSY, COMMUNES, DISTRICT, EXTRACTED, SIZES, STRETCHES, SYNTHETIC, ExampleUnit
from cchc_metrics.example.procedures import COMMUNE_PROCEDURES, DISTRICT_PROCEDURES, ExampleProcedure
from cchc_metrics.example.workdays import DAY, Season, WorkingDays, saturday_before

HEADINGS: Final = (
    "dossier_id",
    "unit_code",
    "procedure_code",
    "field",
    "channel",
    "service_level",
    "status",
    "submitted_at",
    "received_at",
    "due_at",
    "ended_at",
    "returned_at",
    "term",
    "term_unit",
    "paused_days",
    "supplement_requests",
    "postal_in",
    "postal_out",
    "fee_due",
    "paid_online",
    "digitised",
)

# How many dossiers were received, per year: at the district's desk and at all desks of the communes.
# Online: 1.223 − 412 = 811 and 293 − 133 = 160. Postal of 2021: 1.010 + 1.086 = 2.096.
RECEIVED: Final[Mapping[str, tuple[Mapping[str, int], ...]]] = {
    "district": (
        {"counter": 571, "online": 412, "postal": 498},
        {"counter": 664, "online": 1223, "postal": 1010},
        {"counter": 118, "online": 352, "postal": 243},
    ),
    "commune": (
        {"counter": 1934, "online": 133, "postal": 287},
        {"counter": 2107, "online": 293, "postal": 1086},
        {"counter": 441, "online": 84, "postal": 262},
    ),
}
UNSTATED: Final = (4, 6, 1)  # filed online at the district, but the export does not say at which level
REFUSED: Final = (11, 19, 6)
SUBMITTED: Final = 9  # filed in the last two days and not yet looked at
LATE: Final[Mapping[str, tuple[int, ...]]] = {"district": (39, 43, 9), "commune": (41, 26, 10)}  # by the year of the end
OVER_NEW_YEAR: Final = 3  # of them, at each level, due in December and ended in January
PENDING_OVERDUE: Final = {"district": 5, "commune": 3}
STOPPED: Final = 7
WAITING: Final = {"supplement_requested": 7, "payment_requested": 5}


@dataclass(slots=True)
class Case:
    """One dossier while it is being made.

    Args:
        unit: the competent unit.
        procedure: what was asked for.
        channel: how it came in.
        received: day of receipt.
        due: due date, moved by the pauses; None where the procedure has no term.
        paused: working days waited for the citizen.
        given: whether the export has the due date, or only the term.
        ended: day of the end of processing; None while it is pending.
        status: status of the national exchange.
        stated: whether the export says the level of the service.
    """

    unit: ExampleUnit
    procedure: ExampleProcedure
    channel: str
    received: date
    due: date | None
    paused: int
    given: bool
    ended: date | None = None
    status: str = ""
    stated: bool = True

    @property
    def level(self) -> str:
        """Return ``district`` or ``commune``."""
        return _level(self.unit)

    @property
    def judged(self) -> bool:
        """Whether it ended in the ordinary way and took days, so that it can be made late."""
        return self.ended is not None and self.status == "" and self.procedure.term_unit.endswith("days") and self.paused == 0


def make_dossiers(seed: int, days: WorkingDays) -> list[dict[str, object]]:
    """Return the rows of dossiers.csv, in the order in which they came in.

    Args:
        seed: the seed of the example.
        days: the official working days.
    """
    draw = Draw(seed, "dossiers")
    cases = _received(draw, days)
    for case in cases:
        _settle(case, draw, days)
    _stop(cases, draw)
    for level, counts in LATE.items():
        for year, count in enumerate(counts):
            before = OVER_NEW_YEAR if year else 0
            _delay_over_new_year(cases, level, STRETCHES[year][0], before, draw=draw, days=days)
            _delay(cases, level, STRETCHES[year], count - before, draw=draw, days=days)
    _leave_overdue(cases, draw)
    _wait(cases, draw)
    for case in cases:
        _name_status(case, draw)
    rows = [_row(case, draw, days) for case in cases]
    rows += _not_received(draw, days)
    return _numbered(rows)


def appointment_day(procedure: ExampleProcedure, received: date, paused: int, days: WorkingDays) -> date | None:
    """Return the due date of a procedure: the first day is not counted; working days of pauses are added.

    Terms in hours end on the day itself (received in the morning), half days reach into the next working day,
    calendar days and months that end on a day off roll to the next working day.
    """
    if procedure.term is None:
        return None
    if procedure.term_unit == "hours":
        return received
    if procedure.term_unit == "working_days":
        return days.add(received, -int(-procedure.term // 1) + paused)
    length = int(procedure.term)
    end = received + (length * DAY if procedure.term_unit == "calendar_days" else relativedelta(months=length))
    return days.on_or_after(end)


def _received(draw: Draw, days: WorkingDays) -> list[Case]:
    cases = []
    for year, (first, last) in enumerate(STRETCHES):
        season = Season(days.within(first, last), BUSY)
        for channel, count in RECEIVED["district"][year].items():
            cases += [_open(DISTRICT, channel, season, draw, days) for _ in range(count)]
        for _ in range(UNSTATED[year]):
            cases.append(_open(DISTRICT, "online", season, draw, days))
            cases[-1].stated = False
        for channel, count in RECEIVED["commune"][year].items():
            shares = divide(count, SIZES)
            for unit in COMMUNES:
                cases += [_open(unit, channel, season, draw, days) for _ in range(shares[unit.code])]
    return cases


def _offers(procedures: tuple[ExampleProcedure, ...]) -> dict[str, dict[ExampleProcedure, float]]:
    return {
        "counter": {p: p.weight for p in procedures},
        "online": {p: p.weight for p in procedures if p.online},
        "postal": {p: p.weight for p in procedures if p.by_post},
    }


OFFERS: Final = {"district": _offers(DISTRICT_PROCEDURES), "commune": _offers(COMMUNE_PROCEDURES)}
"""Level → channel → procedure → weight."""


def _open(unit: ExampleUnit, channel: str, season: Season, draw: Draw, days: WorkingDays) -> Case:
    procedure = draw.weighted(OFFERS[_level(unit)][channel])
    received = season.draw(draw)
    saturday = saturday_before(received)
    if channel == "counter" and procedure.term_unit == "working_days" and saturday and saturday.year == received.year and draw.chance(12):
        received = saturday
    long = procedure.term_unit == "working_days" and (procedure.term or 0) >= 5
    paused = draw.between(1, 6) if long and draw.chance(5) else 0
    given = procedure.term_unit not in ("working_days", "calendar_days") or not draw.chance(12)
    return Case(unit, procedure, channel, received, appointment_day(procedure, received, paused, days), paused, given)


def _settle(case: Case, draw: Draw, days: WorkingDays) -> None:
    """Let a dossier end in time, or leave it pending where that day has not come."""
    earliest = days.add(case.received, case.paused) if case.paused else case.received
    due = case.due or days.add(case.received, draw.between(2, 15))
    slack = days.between(earliest, due)
    end = due
    if slack and not draw.chance(24):
        end = days.add(due, -1 - min(draw.below(slack), draw.below(slack)))
    end = max(end, earliest)
    saturday = end + DAY
    if end.weekday() == 4 and saturday < due and draw.chance(4):
        end = saturday  # a Saturday's work before a Monday's due date is early
    case.ended = end if end <= EXTRACTED else None
    if case.ended and draw.chance(1.2):
        case.status = "withdrawn"


def _stop(cases: list[Case], draw: Draw) -> None:
    found = [c for c in cases if c.judged and c.received.year < 2022]
    for case in draw.shuffled(found)[:STOPPED]:
        case.status = "stopped"


def _delay(cases: list[Case], level: str, stretch: tuple[date, date], count: int, *, draw: Draw, days: WorkingDays) -> None:
    """Make dossiers late that are due, and then end, in a stretch."""
    first, last = stretch
    units = {u.code: u.slow for u in COMMUNES} if level == "commune" else {DISTRICT.code: 1.0}
    latest = days.add(last, -12)
    for code, share in divide(count, units).items():
        fit = [c for c in cases if c.unit.code == code and c.judged and _due_within(c, first, latest) and not _late(c)]
        for case in draw.shuffled(fit)[:share]:
            case.ended = days.add(case.due or last, draw.between(1, 12))


def _delay_over_new_year(cases: list[Case], level: str, new_year: date, count: int, *, draw: Draw, days: WorkingDays) -> None:
    fit = [c for c in cases if c.level == level and c.judged and _due_within(c, new_year - 14 * DAY, new_year - DAY)]
    for case in draw.shuffled(fit)[:count]:
        case.ended = days.add(new_year, draw.between(1, 10))


def _leave_overdue(cases: list[Case], draw: Draw) -> None:
    for level, count in PENDING_OVERDUE.items():
        fit = [c for c in cases if c.level == level and c.judged and not _late(c)]
        fit = [c for c in fit if _due_within(c, EXTRACTED - 30 * DAY, EXTRACTED - 3 * DAY)]
        for case in draw.shuffled(fit)[:count]:
            case.ended = None


def _wait(cases: list[Case], draw: Draw) -> None:
    """Let some of the pending dossiers wait for papers, for a payment, or for their first working day."""
    pending = draw.shuffled(c for c in cases if c.ended is None)
    for case in [c for c in pending if c.procedure.term_unit == "working_days"][: WAITING["supplement_requested"]]:
        case.status = "supplement_requested"
    for case in [c for c in pending if c.procedure.fee and not c.status][: WAITING["payment_requested"]]:
        case.status = "payment_requested"


def _level(unit: ExampleUnit) -> str:
    return "district" if unit is DISTRICT else "commune"


def _due_within(case: Case, first: date, last: date) -> bool:
    return case.due is not None and first <= case.due <= last


def _late(case: Case) -> bool:
    return case.due is not None and case.ended is not None and case.ended > case.due


def _name_status(case: Case, draw: Draw) -> None:
    if case.status:
        return
    if case.ended:
        case.status = "returned" if draw.chance(72) else "resolved"
    else:
        case.status = "received" if case.received >= EXTRACTED - DAY else "processing"


def _row(case: Case, draw: Draw, days: WorkingDays) -> dict[str, object]:
    procedure = case.procedure
    row: dict[str, object] = {
        "unit_code": case.unit.code,
        "procedure_code": procedure.code,
        "field": procedure.field,
        "channel": case.channel,
        "service_level": procedure.service_level if case.stated else "",
        "status": case.status,
        "received_at": case.received,
        "due_at": case.due if case.given else "",
        "term": "" if procedure.term is None else f"{procedure.term:g}".replace(".", ","),
        "term_unit": procedure.term_unit,
        "paused_days": case.paused or "",
        "supplement_requests": _requests(case, draw),
        "postal_in": "yes" if case.channel == "postal" else "no",
        "postal_out": "yes" if draw.chance(3 if case.channel == "counter" else 18) else "no",
        "fee_due": "yes" if procedure.fee else "no",
        "paid_online": _payment(case, draw) if procedure.fee else "",
        "digitised": _digitised(case, draw),
    }
    if case.channel == "online":
        row["submitted_at"] = _filed(case.received, draw, days)
    if case.ended:
        row |= _ends(case, draw, days)
    if procedure.term_unit == "hours":
        row |= _clocked(case, draw)
    return row


def _requests(case: Case, draw: Draw) -> int | str:
    if case.paused:
        return 2 if draw.chance(8) else 1
    return 1 if case.status == "supplement_requested" else ""


def _filed(received: date, draw: Draw, days: WorkingDays) -> str:
    """Return when an online dossier was filed: that morning, the evening before, or too long before (the desk has 8 hours)."""
    if draw.chance(3):
        return _at(days.add(received, -2), draw.between(7 * 60, 10 * 60))
    if draw.chance(60):
        return _at(received, draw.between(7 * 60, 10 * 60))
    return _at(days.add(received, -1), draw.between(17 * 60 + 30, 22 * 60))


def _ends(case: Case, draw: Draw, days: WorkingDays) -> dict[str, object]:
    ended = case.ended or EXTRACTED
    if case.status != "returned":
        return {"ended_at": ended}
    if draw.chance(2):
        return {"returned_at": ended}  # the export has the hand-over only; it stands in for the end
    handed_over = days.add(ended, draw.weighted({0: 60, 1: 25, 2: 8, 5: 5, 12: 2}))
    if handed_over > EXTRACTED or ended > handed_over:
        handed_over = ended
    return {"ended_at": ended, "returned_at": handed_over}


def _clocked(case: Case, draw: Draw) -> dict[str, object]:
    """Return the times of a dossier with a term of four hours; some end after the hour, on the day itself."""
    begin = draw.between(7 * 60, 9 * 60 + 30)
    due = begin + 4 * 60
    if due > 11 * 60 + 30:
        due += 2 * 60  # the midday break
    times: dict[str, object] = {"received_at": _at(case.received, begin), "due_at": _at(case.received, due)}
    if case.ended:
        end = due + draw.between(5, 40) if draw.chance(2) else draw.between(begin + 10, due)
        times["ended_at"] = _at(case.ended, end)
        if case.status == "returned":
            times["returned_at"] = case.ended
    return times


def _payment(case: Case, draw: Draw) -> str:
    if case.channel != "online":
        return "no"
    return draw.weighted({"national": 22 + 9 * (case.received.year - 2020), "local": 6, "no": 60, "": 2})


def _digitised(case: Case, draw: Draw) -> str:
    if not case.procedure.paper:
        return "not_due"
    years = case.received.year - 2020
    return draw.weighted({"no": 90 - 30 * years, "digitised": 8 + 24 * years, "reused_component": 2 * years, "reused_result": years, "": 2})


def _not_received(draw: Draw, days: WorkingDays) -> Iterator[dict[str, object]]:
    """Yield what was filed online and refused, or not yet looked at: out of every count."""
    last = days.within(EXTRACTED - DAY, EXTRACTED)
    filed = [("refused", days.within(*stretch)) for stretch, n in zip(STRETCHES, REFUSED, strict=True) for _ in range(n)]
    filed += [("submitted", last)] * SUBMITTED
    for status, possible in filed:
        unit = draw.pick((DISTRICT, *COMMUNES))
        procedure = draw.weighted(OFFERS[_level(unit)]["online"])
        yield {
            "unit_code": unit.code,
            "procedure_code": procedure.code,
            "field": procedure.field,
            "channel": "online",
            "service_level": procedure.service_level,
            "status": status,
            "submitted_at": _at(draw.pick(possible), draw.between(7 * 60, 16 * 60)),
            "postal_in": "no",
            "fee_due": "yes" if procedure.fee else "no",
        }


def _numbered(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    def came_in(row: Mapping[str, object]) -> tuple[str, str]:
        return str(row.get("received_at") or row["submitted_at"])[:10], str(row["unit_code"])

    rows = sorted(rows, key=came_in)
    counters: dict[tuple[str, str], int] = {}
    for row in rows:
        day, unit = key = came_in(row)
        counters[key] = counters.get(key, 0) + 1
        row["dossier_id"] = f"{SYNTHETIC}-{unit}-{day[2:4]}{day[5:7]}{day[8:]}-{counters[key]:04d}"
    return rows


def _at(day: date, minutes: int) -> str:
    return (datetime.combine(day, time()) + timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M")
