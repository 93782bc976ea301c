"""Every indicator in pandas, under the library's default rules, straight from the cells of the tables.

Written from docs/formulas.md, docs/dossiers.md and docs/records.md beside the SQL of this folder, with masks in place of queries and with
days walked one by one in place of numbered working days; no code of the library is used.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from dateutil.relativedelta import relativedelta
from tests.oracles.sql import Found
from tests.slow import calendar_slow

Frame = Any
_DAYS_OFF = calendar_slow.official()
_WORKED = np.array([_DAYS_OFF.is_working(day) for day in calendar_slow.days(date(2019, 1, 1), date(2027, 12, 31))])
_ONE_DAY = pd.Timedelta(days=1)
_FIRST_DAY = pd.Timestamp(2019, 1, 1)


class Frames:
    """A folder's tables in pandas, every cell a text, those of dossiers with their days worked out."""

    def __init__(self, folder: Path, asked: date) -> None:
        self._cells: dict[str, Frame] = {path.stem: pd.read_csv(path, dtype=str, keep_default_na=False) for path in folder.glob("*.csv")}
        self._asked = pd.Timestamp(asked)
        self._cells["dossiers"] = _worked_out(self._cells["dossiers"], self._cells["procedures"])

    def measures(self, first: date, last: date, unit: str) -> Found:
        """Return numerator and denominator of each indicator of a unit in a period; of a quantile its value and None."""
        found: Found = {}
        period = pd.Timestamp(first), pd.Timestamp(last)
        units = self._cells["units"]
        begun = units["valid_from"].map(_day)
        there = units[begun.isna() | (begun <= period[1])]
        existing = len(there) if unit == "H" else int((there["code"] == unit).sum())
        for kind, count in _COUNTS.items():
            cells = self._cells[kind]
            if unit != "H" and "unit_code" in cells:
                cells = cells[cells["unit_code"] == unit]
            found |= count(cells, *period, existing)
        found |= self._by_receipt(unit, *period)
        listed = _in_force(self._cells["procedures"], period[1])
        online = _different(listed, listed["service_level"].isin(["partial", "full"]))
        came = self._of(unit)[self._of(unit)["received"].between(*period)]
        used = _different(came, (came["channel"] == "online") & came["level"].isin(["partial", "full"]))
        return found | {"services_with_dossiers": (used, online)}

    def _of(self, unit: str) -> Frame:
        cells = self._cells["dossiers"]
        return cells if unit == "H" else cells[cells["unit_code"] == unit]

    def _by_receipt(self, unit: str, first: Any, last: Any) -> Found:
        came = self._of(unit)[self._of(unit)["received"].between(first, last)]
        known = came[came["due"].notna()]
        over = known["ended"] <= self._asked
        in_time = int((over & (known["ended"] <= known["due"])).sum())
        late = int((over & (known["ended"] > known["due"])).sum()) + int((~over & (known["due"] < self._asked)).sum())
        return {"received_on_time": (in_time, in_time + late)}


def _day(text: str) -> Any:
    return pd.Timestamp(text).normalize() if text else pd.NaT


def _days(cells: Frame, *names: str) -> Frame:
    return cells.assign(**{name: pd.to_datetime(cells[name].map(_day)) for name in names})


def _working_days(begun: Any, until: Any) -> int:
    """Walk from one day to another and count the days that are worked, the first not among them."""
    return int(_WORKED[(begun - _FIRST_DAY).days + 1 : (until - _FIRST_DAY).days + 1].sum())


def _next_worked(day: Any) -> Any:
    while not _WORKED[(day - _FIRST_DAY).days]:
        day += _ONE_DAY
    return day


def _due(row: Any) -> Any:
    if row.due_at:
        return _day(row.due_at)
    if not row.term or pd.isna(row.runs_from):
        return pd.NaT
    term, waited, day = int(row.term), int(row.paused_days or 0), row.runs_from
    if row.term_unit == "months":
        return _next_worked(day + relativedelta(months=term) + waited * _ONE_DAY)
    if row.term_unit == "calendar_days":
        return _next_worked(day + (term + waited) * _ONE_DAY)
    for _ in range(term + waited):
        day = _next_worked(day + _ONE_DAY)
    return day


def _worked_out(cells: Frame, procedures: Frame) -> Frame:
    """Return the dossiers that were received, with the days that count."""
    cells["hour_elsewhere"] = cells["received_elsewhere_at"].str[11:]
    cells = _days(cells, "submitted_at", "received_at", "received_elsewhere_at")
    cells["channel"] = cells["channel"].replace("", "counter")
    cells["free"] = np.where((cells["boundary_free"] == "") & cells["received_elsewhere_at"].notna(), "yes", cells["boundary_free"])
    cells["received"] = cells["received_at"].where(~cells["status"].isin(["submitted", "refused"]))
    elsewhere = (cells["free"] == "yes") & cells["received_elsewhere_at"].notna()
    cells["first_came"] = cells["received_elsewhere_at"].where(elsewhere, cells["received_at"])
    new_law = cells["first_came"] >= pd.Timestamp(2026, 8, 5)
    cells["runs_from"] = cells["received_at"].where(new_law, cells["first_came"])
    cells["handed_on"] = ""
    cells.loc[elsewhere & new_law, "handed_on"] = [_handed_on(row) for row in cells[elsewhere & new_law].itertuples()]
    result = cells["ended_at"].where(cells["ended_at"] != "", cells["approved_at"].where(cells["approved_at"] != "", cells["returned_at"]))
    cells["ended"] = pd.to_datetime(result.where(cells["status"].isin(["withdrawn", "resolved", "returned"]), "").map(_day))
    cells["due"] = pd.to_datetime([_due(row) for row in cells.itertuples()])
    cells["level"] = [_level(row, procedures) for row in cells.itertuples()]
    return cells[cells["received"].notna()]


def _handed_on(row: Any) -> str:
    """Return whether the place of receipt handed a dossier on in time: the same working day, after 15:00 or on a day off the next one."""
    taken = _working_days(row.received_elsewhere_at, row.received_at)
    if not _WORKED[(row.received_elsewhere_at - _FIRST_DAY).days]:
        return "yes" if taken <= 1 else "no"
    if taken == 1 and not row.hour_elsewhere:
        return ""
    return "yes" if taken <= (row.hour_elsewhere > "15:00") else "no"


def _level(row: Any, procedures: Frame) -> str:
    if row.service_level or pd.isna(row.received_at):
        return str(row.service_level)
    listed = _in_force(procedures[procedures["procedure_code"] == row.procedure_code], row.received_at)
    return "" if listed.empty else str(listed["service_level"].iloc[0])


def _in_force(procedures: Frame, day: Any) -> Frame:
    begun, ended = procedures["valid_from"].map(_day), procedures["valid_to"].map(_day)
    return procedures[(begun.isna() | (begun <= day)) & (ended.isna() | (ended >= day))]


def _different(cells: Frame, chosen: Frame) -> int:
    return int(cells.loc[chosen, "procedure_code"].nunique())


def _sum(cells: Frame, name: str) -> int:
    return int(pd.to_numeric(cells.loc[cells[name] != "", name]).sum())


def _quantile(numbers: list[int], share: Fraction) -> Fraction | None:
    """Return the smallest number that so large a share does not exceed; of a median that lies between two, their mean."""
    numbers, place = sorted(numbers), share * len(numbers)
    if not numbers:
        return None
    lower = Fraction(numbers[math.ceil(place) - 1])
    return (lower + numbers[int(place)]) / 2 if share == Fraction(1, 2) and place.denominator == 1 else lower


def _dossiers(own: Frame, first: Any, last: Any, existing: int) -> Found:
    del existing
    came, gone = own[own["received"].between(first, last)], own[own["ended"].between(first, last)]
    pending = own[(own["received"] <= last) & ~(own["ended"] <= last)]
    carried = int(((own["received"] < first) & ~(own["ended"] < first)).sum())
    late = gone[gone["ended"] > gone["due"]]
    in_time, dated = int((gone["ended"] <= gone["due"]).sum()), int(gone["due"].notna().sum())
    overdue = pending[pending["due"] < last]
    ages = [_working_days(due, last) for due in overdue["due"]]
    not_due = int((pending["due"] >= last).sum())
    days = [_working_days(*pair) for pair in zip(gone["received"], gone["ended"], strict=True)]
    online = came[came["channel"] == "online"]
    submitted = online[online["submitted_at"].notna()]
    walked = [_working_days(*pair) for pair in zip(submitted["submitted_at"], submitted["received"], strict=True)]
    paid = gone[gone["fee_due"] == "yes"]
    said = gone[gone["digitised"].isin(["no", "digitised", "reused_component", "reused_result"])]
    to_do = said[(said["channel"] != "online") | (said["first_came"] < pd.Timestamp(2025, 9, 15))]
    papers = gone[(gone["components"] != "") & (gone["components_digitised"] != "")]
    results = gone[gone["electronic_result"] != ""]

    def n(cells: Frame) -> int:
        return len(cells)

    return {
        "resolved_on_time": (in_time, dated),
        "handled_on_time": (in_time + not_due, dated + not_due + n(overdue)),
        "not_late": (n(came) + carried - n(overdue) - n(late), n(came) + carried),
        "resolved_or_overdue": (in_time, dated + n(overdue)),
        "dossiers_received": (n(came), None),
        "dossiers_resolved": (n(gone), None),
        "dossiers_online_level_3_4": (int(online["level"].isin(["level_3", "level_4"]).sum()), None),
        "dossiers_online_partial_full": (int(online["level"].isin(["partial", "full"]).sum()), None),
        "online_full_share": (int((online["level"] == "full").sum()), n(came)),
        "online_share": (n(online), n(came)),
        "online_of_online_and_counter": (n(online), int((came["channel"] != "postal").sum())),
        "dossiers_postal": (int((came["postal_in"] == "yes").sum()), None),
        "dossiers_pending": (n(pending), None),
        "dossiers_pending_overdue": (n(overdue), None),
        "turnaround_mean": (sum(days), n(gone)),
        "turnaround_median": (_quantile(days, Fraction(1, 2)), None),
        "turnaround_p90": (_quantile(days, Fraction(9, 10)), None),
        "turnaround_calendar_mean": (int((gone["ended"] - gone["received"]).dt.days.sum()), n(gone)),
        "supplements_mean": (_sum(gone, "supplement_requests"), int((gone["supplement_requests"] != "").sum())),
        "dossiers_boundary_free": (int((came["free"] == "yes").sum()), None),
        "boundary_free_share": (int((came["free"] == "yes").sum()), int((came["free"] != "").sum())),
        "transferred_in_time": (int((came["handed_on"] == "yes").sum()), int((came["handed_on"] != "").sum())),
        "apologies": (_sum(gone, "apologies"), None),
        "reappointments": (_sum(gone, "reappointments"), None),
        "late_apologised": (int(late["apologies"].isin(["1", "2"]).sum()), n(late)),
        "pending_overdue_1_5": (sum(age <= 5 for age in ages), None),
        "pending_overdue_6_10": (sum(5 < age <= 10 for age in ages), None),
        "pending_overdue_over_10": (sum(age > 10 for age in ages), None),
        "accepted_in_time": (sum(taken <= 1 for taken in walked), n(submitted)),
        "paid_online": (int(paid["paid_online"].isin(["national", "local", "yes"]).sum()), n(paid)),
        "digitised": (int((to_do["digitised"] != "no").sum()), n(to_do)),
        "data_reused": (int(said["digitised"].str.startswith("reused").sum()), n(said)),
        "electronic_results": (int((results["electronic_result"] == "yes").sum()), n(results)),
        "components_digitised": (_sum(papers, "components_digitised"), _sum(papers, "components")),
        "dossiers_postal_out": (int((gone["postal_out"] == "yes").sum()), None),
    }


def _documents(own: Frame, first: Any, last: Any, existing: int) -> Found:
    del existing
    own = _days(own, "issued_on")
    own = own[own["issued_on"].between(first, last) & (own["direction"] == "outgoing") & (own["secrecy"] == "none")]
    electronic = own[own["electronic"] == "yes"]
    both = (electronic["signed_by_person"] == "yes") & (electronic["signed_by_agency"] == "yes")
    return {
        "electronic_exchange": (int((electronic["exchanged"] == "yes").sum()), len(own)),
        "electronic_form": (len(electronic), len(own)),
        "digitally_signed": (int(both.sum()), len(own)),
    }


def _meetings(own: Frame, first: Any, last: Any, existing: int) -> Found:
    del existing
    own = _days(own, "held_on")
    own = own[own["held_on"].between(first, last) & (own["status"] == "held") & (own["secrecy"] == "none")]
    return {"paperless_meetings": (int((own["paperless"] == "yes").sum()), len(own))}


def _outreach(own: Frame, first: Any, last: Any, existing: int) -> Found:
    own = _days(own, "held_on")
    own = own[own["held_on"].between(first, last)]
    return {
        "outreach_activities": (len(own), None),
        "dialogues": (int(own["channel"].str.endswith("_dialogue").sum()), None),
        "outreach_reach": (_sum(own, "reach"), None),
        "outreach_active_units": (int(own["unit_code"].nunique()), existing),
    }


def _initiatives(own: Frame, first: Any, last: Any, existing: int) -> Found:
    del first
    own = _days(own[own["initiative_id"] == "M1"], "adopted_on")
    adopted = (own["status"] == "adopted") & (own["adopted_on"] <= last)
    exempt = (own["status"] == "exempt") & ~(own["adopted_on"] > last)
    return {"initiative_replication": (int(adopted.sum()), existing - int(exempt.sum()))}


def _surveys(own: Frame, first: Any, last: Any, existing: int) -> Found:
    del existing
    own = _days(own, "answered_on")
    own = own[own["answered_on"].between(first, last)]
    return {"satisfaction": (int(own["score"].isin(["4", "5"]).sum()), len(own))}


def _petitions(own: Frame, first: Any, last: Any, existing: int) -> Found:
    del existing
    own = _days(own, "received_at", "refused_at", "supplement_requested_at", "resolved_at", "published_at")
    found: Found = {"petitions_received": (int(own["received_at"].between(first, last).sum()), None)}
    for name, since, limit in (
        ("refused", "received_at", 2),
        ("supplement_requested", "received_at", 5),
        ("resolved", "received_at", 15),
        ("published", "resolved_at", 2),
    ):
        done = own[own[f"{name}_at"].between(first, last)]
        taken = [_working_days(*pair) for pair in zip(done[since], done[f"{name}_at"], strict=True)]
        found[f"petitions_{name}_in_time"] = (sum(days <= limit for days in taken), len(done))
    return found


def _tasks(own: Frame, first: Any, last: Any, existing: int) -> Found:
    del existing
    own = _days(own, "assigned_on", "due_on", "done_on")
    done = own[own["done_on"].between(first, last)]
    still = own[(own["assigned_on"] <= last) & ~(own["done_on"] <= last)]
    return {
        "assigned_tasks": (int(own["assigned_on"].between(first, last).sum()), None),
        "assigned_tasks_done": (len(done), None),
        "assigned_tasks_done_on_time": (int((done["done_on"] <= done["due_on"]).sum()), int(done["due_on"].notna().sum())),
        "assigned_tasks_done_late": (int((done["done_on"] > done["due_on"]).sum()), None),
        "assigned_tasks_open": (len(still), None),
        "assigned_tasks_overdue": (int((still["due_on"] < last).sum()), None),
    }


def _inspections(own: Frame, first: Any, last: Any, existing: int) -> Found:
    own = _days(own, "held_on")
    own = own[own["held_on"].between(first, last)]
    both = own[(own["problems_found"] != "") & (own["problems_handled"] != "")]
    return {
        "inspections_held": (len(own), None),
        "inspected_units": (int(own["unit_code"].nunique()), existing),
        "inspection_problems": (_sum(own, "problems_found"), None),
        "inspection_problems_handled": (_sum(both, "problems_handled"), _sum(both, "problems_found")),
    }


def _periodic(own: Frame, first: Any, last: Any, existing: int) -> Found:
    del existing
    own = _days(own, "due_on", "sent_on")
    due, sent = own[own["due_on"].between(first, last)], own[own["sent_on"].between(first, last)]
    return {
        "reports_on_time": (int((due["sent_on"] <= due["due_on"]).sum()), len(due)),
        "reports_on_system": (int((sent["on_system"] == "yes").sum()), int((sent["on_system"] != "").sum())),
    }


def _legal(own: Frame, first: Any, last: Any, existing: int) -> Found:
    del existing
    own = _days(own, "issued_on", "checked_on", "reviewed_on", "handled_on")
    judged = own[["checked_on", "reviewed_on"]].min(axis=1)
    return {
        **{
            f"legal_documents_{name}": (int(own[f"{name}_on"].between(first, last).sum()), None)
            for name in ("issued", "checked", "reviewed", "handled")
        },
        "legal_documents_to_handle": (int((judged.between(first, last) & (own["needs_handling"] == "yes")).sum()), None),
    }


def _procedures(listed: Frame, first: Any, last: Any, existing: int) -> Found:
    del first, existing
    now = _in_force(listed, last)
    full, partial = (_different(now, now["service_level"] == level) for level in ("full", "partial"))
    return {
        "procedures_in_force": (int(now["procedure_code"].nunique()), None),
        "services_full": (full, None),
        "services_partial": (partial, None),
        "services_full_share": (full, full + partial),
        "procedures_boundary_free": (_different(now, now["boundary_free"] == "yes"), None),
        "procedures_interlinked": (_different(now, now["interlinked"].str.endswith(("_level", "_levels"))), None),
        "services_proactive": (_different(now, now["proactive"].str.startswith("proactive_")), None),
    }


_COUNTS: dict[str, Callable[[Frame, Any, Any, int], Found]] = {
    "dossiers": _dossiers,
    "documents": _documents,
    "meetings": _meetings,
    "outreach": _outreach,
    "initiatives": _initiatives,
    "surveys": _surveys,
    "petitions": _petitions,
    "assigned_tasks": _tasks,
    "inspections": _inspections,
    "periodic_reports": _periodic,
    "legal_documents": _legal,
    "procedures": _procedures,
}
