"""The initiative of the example, "5 trong 1", with the units that took it over, and what those served think."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from cchc_metrics.example.draw import Draw, divide
from cchc_metrics.example.place import BUSY, COMMUNES, DISTRICT, SIZES, STRETCHES, SYNTHETIC, TOWN
from cchc_metrics.example.workdays import Season, WorkingDays

INITIATIVE_HEADINGS: Final = ("initiative_id", "name", "unit_code", "adopted_on", "status")
SURVEY_HEADINGS: Final = ("response_id", "unit_code", "answered_on", "question", "score")

INITIATIVE: Final = ("5-trong-1", "5 trong 1")
BEGUN: Final = date(2020, 6, 15)
"""When thị trấn Mỹ An began it; the others followed in 2021."""
PLANNED: Final = ("H20.38.10", "H20.38.12")
"""Units that have it in their plan only."""

# Answers and, of them, satisfied or very satisfied ones, by year. Of 2021, about "5 trong 1": 392 of 412, 95,15 %.
ANSWERS: Final[Mapping[str, tuple[tuple[int, int], ...]]] = {
    INITIATIVE[1]: ((38, 34), (412, 392), (96, 92)),
    "hài lòng chung": ((520, 468), (640, 589), (180, 168)),
}


def make_initiatives(seed: int, days: WorkingDays) -> list[dict[str, object]]:
    """Return the rows of initiatives.csv: one for each unit; the district itself is exempt, its desk does no such cases."""
    draw = Draw(seed, "initiatives")
    identifier, name = INITIATIVE
    rows: list[dict[str, object]] = [{"unit_code": DISTRICT.code, "status": "exempt"}]
    for unit, day in _adoptions(draw, days).items():
        rows.append({"unit_code": unit, "adopted_on": day, "status": "adopted"})
    rows += [{"unit_code": unit, "status": "planned"} for unit in PLANNED]
    rows.sort(key=lambda row: str(row["unit_code"]))
    return [{"initiative_id": identifier, "name": name, **row} for row in rows]


def make_surveys(seed: int, days: WorkingDays) -> list[dict[str, object]]:
    """Return the rows of surveys.csv, by day and unit; nobody is asked about "5 trong 1" before the unit has it."""
    adopted = _adoptions(Draw(seed, "initiatives"), days)
    draw = Draw(seed, "surveys")
    rows = []
    for question, counts in ANSWERS.items():
        for (first, last), (answers, satisfied) in zip(STRETCHES, counts, strict=True):
            shares: Mapping[str, float] = SIZES | {DISTRICT.code: 4.0}
            begun = dict.fromkeys(shares, first)
            if question == INITIATIVE[1]:
                begun = {unit: max(first, day) for unit, day in adopted.items() if day <= last}
                shares = {unit: SIZES[unit] * ((last - day).days + 20) for unit, day in begun.items()}
            units = [unit for unit, n in divide(answers, shares).items() for _ in range(n)]
            happy = draw.shuffled([True] * satisfied + [False] * (answers - satisfied))
            seasons = {unit: Season(days.within(begun[unit], last), BUSY) for unit in shares}
            rows += [
                {"unit_code": unit, "answered_on": seasons[unit].draw(draw), "question": question, "score": _score(content, draw)}
                for unit, content in zip(units, happy, strict=True)
            ]
    rows.sort(key=lambda row: (str(row["answered_on"]), str(row["unit_code"])))
    return [{"response_id": f"{SYNTHETIC}-KS-{number:04d}", **row} for number, row in enumerate(rows, start=1)]


def _adoptions(draw: Draw, days: WorkingDays) -> dict[str, date]:
    """Return since when each unit that has it has "5 trong 1"."""
    spread = days.within(date(2021, 2, 22), date(2021, 11, 30))
    followers = [unit.code for unit in COMMUNES if unit is not TOWN and unit.code not in PLANNED]
    return {TOWN.code: BEGUN} | {unit: draw.pick(spread) for unit in followers}


def _score(content: bool, draw: Draw) -> int:  # noqa: FBT001  one of two kinds of answer
    return draw.weighted({4: 58, 5: 42}) if content else draw.weighted({3: 60, 2: 30, 1: 10})
