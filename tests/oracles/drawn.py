"""A made-up district drawn from a seed: valid records of every kind, as the cells that its tables would hold, every closed list in full."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

Row = dict[str, str]
Tables = dict[str, list[Row]]

UNITS = ("A", "B", "C", "D")
YOUNGEST = "C"
_FLAGS = ("yes", "no", "")
_DISTRICT = """code = "H"
name = "Tân Mai"
level = "province"
extracted_on = {extracted}
units_file = "units.csv"

[coverage]
first = {first}
last = {extracted}
"""


@dataclass(frozen=True)
class Draw:
    """What a district is drawn by: a seed, and a year whose dossiers and papers begin two months before it."""

    seed: int
    year: int
    rows: int = 240

    @property
    def extracted(self) -> date:
        """The day on which the tables were handed in."""
        return date(self.year + 1, 3, 31)

    @property
    def founded(self) -> date:
        """The first day of the youngest commune."""
        return date(self.year, 8, 1)


class Hand(Random):
    """The hand that draws: random days, units and empty cells of one district."""

    def __init__(self, draw: Draw) -> None:
        super().__init__(f"{draw.seed}/{draw.year}")
        self.draw = draw

    def day(self, since: date | None = None, longest: int = 420) -> date:
        """Draw a day of the year or of the two months before it, or one at most so many days after another."""
        return (since or date(self.draw.year - 1, 11, 1)) + timedelta(days=self.randint(0, longest))

    def some(self, cell: object, share: float = 0.7) -> str:
        """Draw a cell, or an empty one."""
        return str(cell) if self.random() < share else ""

    def unit(self, day: date) -> str:
        """Draw a unit that exists on a day."""
        return self.choice([code for code in (*UNITS, "H") if code != YOUNGEST or day >= self.draw.founded])


def drawn(draw: Draw) -> Tables:
    """Return the tables of a district: cells by column, by kind."""
    hand, blank = Hand(draw), {"valid_from": "", "valid_to": ""}
    units: list[Row] = [{"code": "H", "name": "Tân Mai", "kind": "tỉnh", "level": "province", "parent": "", **blank}]
    units += [{"code": code, "name": f"Xã {code}", "kind": "xã", "level": "commune", "parent": "H", **blank} for code in UNITS]
    units[1 + UNITS.index(YOUNGEST)]["valid_from"] = str(draw.founded)
    rows = {kind: range(draw.rows if kind == "dossiers" else draw.rows // 2) for kind in _MAKERS}
    return {"units": units, **{kind: [make(hand, n) for n in rows[kind]] for kind, make in _MAKERS.items()}}


def write(folder: Path, draw: Draw) -> Path:
    """Write a folder as an office hands it in."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = _DISTRICT.format(extracted=draw.extracted, first=date(draw.year - 1, 1, 1))
    (folder / "district.toml").write_text(settings, encoding="utf-8")
    for kind, rows in drawn(draw).items():
        with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)), restval="")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def _dossier(hand: Hand, n: int) -> Row:
    submitted = datetime.combine(hand.day(), datetime.min.time()) + timedelta(hours=hand.randint(7, 11), minutes=hand.randint(1, 59))
    received = submitted + timedelta(days=hand.choice((0, 0, 1, 1, 2, 3, 5)), hours=hand.randint(1, 5))
    day = received.date()
    status = hand.choice(
        ("submitted", "received", "refused", "processing", "supplement_requested", "payment_requested", "withdrawn", "stopped")
        + ("resolved", "returned") * 6
    )
    ended = hand.day(day + timedelta(days=1), hand.choice((3, 12, 60)))
    over = status in ("withdrawn", "resolved", "returned")
    which = hand.choice(("ended_at", "approved_at", "returned_at")) if over else ""
    due = hand.choice(("given", "term", "term", "none"))
    unit = hand.choice(("working_days", "calendar_days", "months"))
    components = hand.randint(0, 6)
    boundary = hand.choice(("yes", "", ""))
    row = {
        "dossier_id": f"{n:06d}",
        "unit_code": hand.unit(day),
        "procedure_code": f"1.{hand.randint(1, 9):03d}",
        "field": hand.choice(("Chứng thực", "Đất đai", "")),
        "channel": hand.choice(("counter", "online", "online", "postal", "")),
        "service_level": hand.choice(("level_2", "level_3", "level_4", "partial", "full", "full", "")),
        "status": status,
        "submitted_at": hand.some(submitted.isoformat(" ", "minutes")),
        "received_at": "" if status == "submitted" else received.isoformat(" ", "minutes"),
        "received_elsewhere_at": "",
        "boundary_free": "",
        "due_at": hand.day(day + timedelta(days=1), 15).isoformat() if due == "given" else "",
        "term": str(hand.randint(1, 3 if unit == "months" else 20)) if due == "term" else "",
        "term_unit": unit if due == "term" else "",
        "paused_days": hand.some(hand.randint(0, 6), 0.3) if due == "term" else "",
        "ended_at": "",
        "approved_at": "",
        "returned_at": "",
        "supplement_requests": hand.some(hand.randint(0, 3)),
        "reappointments": hand.some(hand.randint(0, 2)),
        "apologies": hand.some(hand.randint(0, 2)),
        "postal_in": hand.choice(_FLAGS),
        "postal_out": hand.choice(_FLAGS),
        "fee_due": hand.choice(_FLAGS),
        "paid_online": hand.choice(("no", "national", "local", "yes", "")),
        "digitised": hand.choice(("no", "digitised", "reused_component", "reused_result", "not_due", "not_required", "")),
        "electronic_result": hand.choice(_FLAGS),
        "components": hand.some(components),
        "components_digitised": hand.some(hand.randint(0, components)),
    }
    if over:
        row[which] = ended.isoformat()
        if which == "ended_at":
            row["returned_at"] = hand.some(hand.day(ended, 9).isoformat())
    if boundary and row["received_at"]:
        there = (day - timedelta(days=hand.randint(1, 4))).isoformat()
        at = hand.choice(("", " 09:30", " 15:00", " 15:01", " 16:45"))
        row |= {"boundary_free": hand.choice(("yes", "")), "received_elsewhere_at": there + at}
        row["submitted_at"] = ""
    elif row["received_at"]:
        row["boundary_free"] = hand.choice(("no", ""))
    return row


def _document(hand: Hand, n: int) -> Row:
    day = hand.day()
    return {
        "document_id": f"{n}/UBND",
        "unit_code": hand.unit(day),
        "issued_on": day.isoformat(),
        "direction": hand.choice(("outgoing", "outgoing", "outgoing", "incoming", "internal")),
        "electronic": hand.choice(("yes", "yes", "no", "")),
        "signed_by_person": hand.choice(_FLAGS),
        "signed_by_agency": hand.choice(_FLAGS),
        "exchanged": hand.choice(_FLAGS),
        "secrecy": hand.choice(("none", "none", "none", "mat", "toi_mat", "tuyet_mat", "unknown", "")),
    }


def _meeting(hand: Hand, n: int) -> Row:
    day, status = hand.day(), hand.choice(("held", "held", "held", "planned", "postponed", "cancelled"))
    return {
        "meeting_id": f"H{n}",
        "unit_code": hand.unit(day),
        "kind": hand.choice(("committee_meeting", "committee_conference", "council_session", "other")),
        "status": status,
        "held_on": day.isoformat() if status == "held" else "",
        "paperless": hand.choice(_FLAGS),
        "secrecy": hand.choice(("none", "none", "none", "mat", "tuyet_mat", "unknown", "")),
    }


def _outreach(hand: Hand, n: int) -> Row:
    day = hand.day()
    channels = ("radio", "leaflet", "social_network", "portal_news", "staff_dialogue", "citizen_dialogue", "other")
    return {
        "activity_id": f"T{n}",
        "unit_code": hand.choice(("A", "H")) if day < date(hand.draw.year, 6, 1) else hand.unit(day),
        "channel": hand.choice(channels),
        "held_on": day.isoformat(),
        "topic": hand.choice(("một cửa", "")),
        "reach": hand.some(hand.randint(0, 500)),
    }


def _adoption(hand: Hand, n: int) -> Row:
    unit = (*UNITS, "H")[n % 5]
    status = hand.choice(("adopted", "adopted", "planned", "exempt"))
    day = hand.day(hand.draw.founded, 200)
    return {
        "initiative_id": f"M{n // 5}",
        "name": f"Mô hình {n // 5}",
        "unit_code": unit,
        "adopted_on": day.isoformat() if status == "adopted" else hand.some(day.isoformat(), 0.4) if status == "exempt" else "",
        "status": status,
    }


def _answer(hand: Hand, n: int) -> Row:
    day = hand.day()
    return {
        "response_id": f"P{n}",
        "unit_code": hand.unit(day),
        "answered_on": day.isoformat(),
        "question": "chung",
        "score": str(hand.randint(1, 5)),
    }


def _petition(hand: Hand, n: int) -> Row:
    day = hand.day()
    row = {"petition_id": f"K{n}", "unit_code": hand.unit(day), "topic": "", "received_at": day.isoformat()}
    names = ("refused_at", "supplement_requested_at", "resolved_at", "published_at")
    row |= dict.fromkeys(names, "")
    if hand.random() < 0.2:
        row["refused_at"] = hand.day(day, 6).isoformat()
        return row
    if hand.random() < 0.3:
        row["supplement_requested_at"] = hand.day(day, 12).isoformat()
        day = date.fromisoformat(row["supplement_requested_at"])
    if hand.random() < 0.8:
        resolved = hand.day(day, 40)
        row["resolved_at"] = resolved.isoformat()
        row["published_at"] = hand.some(hand.day(resolved, 6).isoformat())
    return row | {"satisfied": hand.choice(_FLAGS)}


def _task(hand: Hand, n: int) -> Row:
    day = hand.day()
    return {
        "task_id": f"N{n}",
        "unit_code": hand.unit(day),
        "assigned_by": hand.choice(("UBND tỉnh", "")),
        "assigned_on": day.isoformat(),
        "due_on": hand.some(hand.day(day, 40).isoformat()),
        "done_on": hand.some(hand.day(day, 60).isoformat()),
    }


def _inspection(hand: Hand, n: int) -> Row:
    day, found = hand.day(), hand.randint(0, 8)
    return {
        "inspection_id": f"QD{n}",
        "unit_code": hand.choice(("A", "B")) if day < date(hand.draw.year, 10, 1) else hand.unit(day),
        "inspected_by": "",
        "held_on": day.isoformat(),
        "problems_found": hand.some(found),
        "problems_handled": hand.some(hand.randint(0, found)),
    }


def _periodic(hand: Hand, n: int) -> Row:
    due = hand.day()
    sent = hand.some((due + timedelta(days=hand.randint(-6, 4))).isoformat())
    return {
        "report_id": f"BC{n}",
        "unit_code": hand.unit(due - timedelta(days=10)),
        "name": "",
        "due_on": due.isoformat(),
        "sent_on": sent,
        "on_system": hand.choice(_FLAGS) if sent else "",
    }


def _legal(hand: Hand, n: int) -> Row:
    day = hand.day()
    checked, reviewed = (hand.some(hand.day(day, 90).isoformat(), 0.5) for _ in range(2))
    judged = checked or reviewed
    handled = hand.some(hand.day(date.fromisoformat(max(checked, reviewed)), 50).isoformat(), 0.5) if judged else ""
    return {
        "document_id": f"{n}/NQ-HĐND",
        "unit_code": hand.unit(day),
        "type": hand.choice(("Nghị quyết", "Quyết định")),
        "issued_on": day.isoformat(),
        "checked_on": checked,
        "reviewed_on": reviewed,
        "needs_handling": "yes" if handled else hand.choice(_FLAGS) if judged else "",
        "handled_on": handled,
    }


def _procedure(hand: Hand, n: int) -> Row:
    begun = hand.some(hand.day().isoformat(), 0.5)
    last = hand.day(date.fromisoformat(begun) if begun else date(hand.draw.year, 3, 1), 300).isoformat()
    return {
        "procedure_code": f"1.{n + 1:03d}",
        "name": f"Thủ tục {n + 1}",
        "field": "",
        "channel": "",
        "valid_from": begun,
        "valid_to": hand.some(last, 0.3),
        "tier": hand.choice(("province", "commune", "")),
        "service_level": hand.choice(("partial", "full", "level_2", "")),
        "boundary_free": hand.choice(_FLAGS),
        "interlinked": hand.choice(("none", "same_level", "several_levels", "")),
        "proactive": hand.choice(("none", "proactive_1", "proactive_3", "")),
    }


_MAKERS: Mapping[str, Callable[[Hand, int], Row]] = {
    "dossiers": _dossier,
    "documents": _document,
    "meetings": _meeting,
    "outreach": _outreach,
    "initiatives": _adoption,
    "surveys": _answer,
    "petitions": _petition,
    "assigned_tasks": _task,
    "inspections": _inspection,
    "periodic_reports": _periodic,
    "legal_documents": _legal,
    "procedures": _procedure,
}
