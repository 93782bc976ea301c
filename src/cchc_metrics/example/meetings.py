"""The meetings of the example. The table is written with Vietnamese headings and words, as a clerk's sheet would be."""

from __future__ import annotations

from datetime import date
from typing import Final

from cchc_metrics.example.draw import Draw
from cchc_metrics.example.place import COMMUNES, DISTRICT, EXTRACTED, SYNTHETIC
from cchc_metrics.example.workdays import DAY, WorkingDays

HEADINGS: Final = {
    "meeting_id": "Mã cuộc họp",
    "unit_code": "Mã đơn vị",
    "kind": "Loại cuộc họp",
    "status": "Trạng thái",
    "held_on": "Ngày họp",
    "paperless": "Họp không giấy",
    "secrecy": "Độ mật",
}
MEETING, CONFERENCE, SESSION = "Họp UBND", "Hội nghị UBND", "Kỳ họp HĐND"
SESSIONS: Final = (
    # Ordinary sessions at mid-year and at the end; in 2021 also the first one of the new Council.
    date(2020, 7, 15),
    date(2020, 12, 16),
    date(2021, 4, 14),
    date(2021, 6, 29),
    date(2021, 7, 28),
    date(2021, 12, 15),
    date(2022, 3, 23),
)
PAPERLESS_2020: Final = {MEETING: 55, CONFERENCE: 40, SESSION: 0}
"""Percent of the district's meetings of 2020 that were paperless; from 2021 on all are."""
PAPERLESS_COMMUNES: Final = {2020: 12, 2021: 48, 2022: 70}


def make_meetings(seed: int, days: WorkingDays) -> list[dict[str, str]]:
    """Return the rows of meetings.csv under their Vietnamese headings, by day and unit."""
    draw = Draw(seed, "meetings")
    rows = []
    for unit in (DISTRICT, *COMMUNES):
        for month in _months():
            rows += _month(unit.code, month, draw, days)
        rows += [
            _meeting(unit.code, SESSION, days.add(day, _later(unit.code, draw)), draw)
            for day in SESSIONS
            if day.year < 2022 or unit is DISTRICT
        ]
    rows += _special(draw)
    rows.sort(key=lambda row: (row["held_on"], row["unit_code"], row["kind"]))
    for number, row in enumerate(rows, start=1):
        row["meeting_id"] = f"{SYNTHETIC}-CH-{number:04d}"
        row["held_on"] = f"{date.fromisoformat(row['held_on']):%d/%m/%Y}" if row["held_on"] else ""
    return [{HEADINGS[name]: cell for name, cell in row.items()} for row in rows]


def _months() -> list[date]:
    return [date(year, month, 1) for year in (2020, 2021, 2022) for month in range(1, 13) if date(year, month, 1) <= EXTRACTED]


def _later(unit: str, draw: Draw) -> int:
    # Communes hold their sessions after the district's.
    return 0 if unit == DISTRICT.code else draw.between(1, 6)


def _month(unit: str, month: date, draw: Draw, days: WorkingDays) -> list[dict[str, str]]:
    following = (month + 31 * DAY).replace(day=1)
    possible = days.within(month, min(following - DAY, EXTRACTED))
    district = unit == DISTRICT.code
    kinds = [MEETING] * 2 if district else [MEETING]
    if month.month % 3 == 0 or (district and draw.chance(50)):
        kinds.append(CONFERENCE)
    if district and draw.chance(30):
        kinds.append("Khác")
    return [_meeting(unit, kind, draw.pick(possible), draw) for kind in kinds]


def _meeting(unit: str, kind: str, day: date, draw: Draw) -> dict[str, str]:
    if unit != DISTRICT.code:
        paperless = draw.chance(PAPERLESS_COMMUNES[day.year])
    elif day.year == 2020:
        paperless = draw.chance(PAPERLESS_2020.get(kind, 20))
    else:
        paperless = True
    return {
        "unit_code": unit,
        "kind": kind,
        "status": "đã họp",
        "held_on": day.isoformat(),
        "paperless": "có" if paperless else "không",
        "secrecy": "không mật",
    }


def _special(draw: Draw) -> list[dict[str, str]]:
    """Return the district's meetings of 2021 that must not count: cancelled, postponed without a new day, secret."""
    one = {"unit_code": DISTRICT.code, "paperless": "không", "secrecy": "không mật"}
    return [
        {**one, "kind": MEETING, "status": "hủy", "held_on": "2021-07-21"},
        {**one, "kind": CONFERENCE, "status": "hủy", "held_on": "2021-08-12", "paperless": ""},
        {**one, "kind": CONFERENCE, "status": "hoãn", "held_on": ""},
        {**one, "kind": MEETING, "status": "đã họp", "held_on": f"2021-0{draw.between(5, 6)}-11", "secrecy": "mật"},
        {**one, "kind": MEETING, "status": "dự kiến", "held_on": "", "paperless": ""},
    ]
