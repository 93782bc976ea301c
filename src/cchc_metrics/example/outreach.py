"""The outreach of the example: what was done by which channel, by whom, and how many it reached where that was reported."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from cchc_metrics.example.draw import Draw, divide
from cchc_metrics.example.place import BUSY, COMMUNES, DISTRICT, SIZES, STRETCHES, SYNTHETIC, ExampleUnit
from cchc_metrics.example.workdays import Season, WorkingDays

HEADINGS: Final = ("activity_id", "unit_code", "channel", "held_on", "topic", "reach")

# Channel → activities of the district, and of all communes, in 2020, 2021 and the first quarter of 2022.
ACTIVITIES: Final[Mapping[str, tuple[tuple[int, int, int], tuple[int, int, int]]]] = {
    "radio": ((12, 14, 4), (84, 112, 31)),
    "radio_story": ((2, 4, 1), (0, 12, 4)),
    "talk_show": ((1, 2, 1), (0, 3, 1)),
    "leaflet": ((2, 3, 1), (14, 22, 6)),
    "panel": ((3, 4, 1), (13, 16, 3)),
    "poster": ((1, 2, 0), (6, 11, 2)),
    "social_network": ((10, 26, 9), (31, 96, 38)),
    "mobile_app": ((0, 1, 1), (0, 2, 2)),
    "mobile_campaign": ((2, 3, 1), (9, 13, 3)),
    "performance": ((1, 1, 0), (4, 3, 1)),
    "portal_news": ((18, 31, 9), (12, 29, 10)),
    "staff_dialogue": ((0, 1, 0), (0, 0, 0)),
    "citizen_dialogue": ((1, 1, 1), (0, 0, 0)),
    "other": ((1, 1, 0), (3, 4, 1)),
}
SILENT: Final = ("H20.38.10", date(2021, 7, 1), date(2021, 9, 30))
"""The unit without any activity in one quarter, and the quarter."""
TOPICS: Final = {
    "dịch vụ công trực tuyến mức độ 3, mức độ 4": 30,
    "dịch vụ bưu chính công ích": 18,
    "kế hoạch cải cách hành chính": 14,
    "mô hình 5 trong 1": 9,
    "mô hình mới, cách làm hay": 7,
    "": 8,  # the sheet does not say
}
DIALOGUE_TOPICS: Final = {"staff_dialogue": "đạo đức công vụ", "citizen_dialogue": "thủ tục hành chính"}
REACH: Final[Mapping[str, tuple[int, int]]] = {
    "radio": (400, 2600),
    "radio_story": (300, 1500),
    "talk_show": (40, 180),
    "leaflet": (150, 1200),
    "social_network": (30, 900),
    "mobile_campaign": (200, 1400),
    "performance": (120, 500),
    "portal_news": (40, 700),
    "staff_dialogue": (60, 120),
    "citizen_dialogue": (80, 160),
}
"""How many people an activity reaches; panels, posters and applications report nothing."""


def make_outreach(seed: int, days: WorkingDays) -> list[dict[str, object]]:
    """Return the rows of outreach.csv, by day and unit."""
    draw = Draw(seed, "outreach")
    rows = []
    for year, (first, last) in enumerate(STRETCHES):
        possible = days.within(first, last)
        season = Season(possible, BUSY)
        quiet = Season([d for d in possible if not SILENT[1] <= d <= SILENT[2]], BUSY)
        for channel, (district, communes) in ACTIVITIES.items():
            rows += [_activity(DISTRICT, channel, season, draw) for _ in range(district[year])]
            shares = divide(communes[year], {code: size * (0.6 + draw.below(9) / 10) for code, size in SIZES.items()})
            for unit in COMMUNES:
                when = quiet if unit.code == SILENT[0] else season
                rows += [_activity(unit, channel, when, draw) for _ in range(shares[unit.code])]
    rows.sort(key=lambda row: (str(row["held_on"]), str(row["unit_code"]), str(row["channel"])))
    for number, row in enumerate(rows, start=1):
        row["activity_id"] = f"{SYNTHETIC}-TT-{number:04d}"
    return rows


def _activity(unit: ExampleUnit, channel: str, season: Season, draw: Draw) -> dict[str, object]:
    low, high = REACH.get(channel, (0, 0))
    reported = high and (channel in DIALOGUE_TOPICS or draw.chance(65))
    return {
        "unit_code": unit.code,
        "channel": channel,
        "held_on": season.draw(draw),
        "topic": DIALOGUE_TOPICS.get(channel) or draw.weighted(TOPICS),
        "reach": draw.between(low, high) if reported else "",
    }
