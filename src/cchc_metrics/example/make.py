"""The whole example as texts: file name → content. Nothing is written to disk here."""

from __future__ import annotations

from importlib import resources
from typing import Final

from cchc_metrics.example import documents, dossiers, initiatives, meetings, outreach
from cchc_metrics.example.place import DISTRICT, LAST_DAY, UNITS, table
from cchc_metrics.example.workdays import WorkingDays
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import date_of

WRITTEN: Final = ("README.md", "district.toml", "plan.toml")
"""Files that are written, not drawn; they are packaged as they are."""
UNIT_HEADINGS: Final = ("code", "name", "kind", "level", "parent", "valid_from", "valid_to")


def make_example(seed: int = 2021) -> dict[str, str]:
    r"""Return the files of the example folder: huyện Tháp Mười, 2020 to the first quarter of 2022, all of it synthetic.

    The totals that the district published about 2021 hold for every seed; the rest is drawn anew. The same seed gives
    the same bytes on every version of Python.

    Args:
        seed: any whole number; examples/thap-muoi in the project is made with 2021.

    Returns:
        File name → text, UTF-8, lines ending in ``\n``.

    >>> files = make_example()
    >>> sorted(files)[:4]
    ['README.md', 'district.toml', 'documents.csv', 'dossiers.csv']
    >>> files["units.csv"].splitlines()[2]
    'H20.38.01,Mỹ An,thị trấn,commune,H20.38,,2025-06-30'
    """
    days = working_days(Calendar.official())
    folder = resources.files("cchc_metrics.example").joinpath("data")
    return {name: folder.joinpath(name).read_text(encoding="utf-8") for name in WRITTEN} | {
        "units.csv": _units(),
        "dossiers.csv": table(dossiers.HEADINGS, dossiers.make_dossiers(seed, days)),
        "documents.csv": table(documents.HEADINGS, documents.make_documents(seed, days)),
        "meetings.csv": table(tuple(meetings.HEADINGS.values()), meetings.make_meetings(seed, days)),
        "outreach.csv": table(outreach.HEADINGS, outreach.make_outreach(seed, days)),
        "initiatives.csv": table(initiatives.INITIATIVE_HEADINGS, initiatives.make_initiatives(seed, days)),
        "surveys.csv": table(initiatives.SURVEY_HEADINGS, initiatives.make_surveys(seed, days)),
    }


def working_days(calendar: Calendar) -> WorkingDays:
    """Return the working days of a calendar."""
    return WorkingDays([date_of(int(number)) for number in calendar.working_day])


def _units() -> str:
    rows = [
        {
            "code": unit.code,
            "name": unit.name,
            "kind": unit.kind,
            "level": "district" if unit is DISTRICT else "commune",
            "parent": "" if unit is DISTRICT else DISTRICT.code,
            "valid_to": LAST_DAY,
        }
        for unit in UNITS
    ]
    return table(UNIT_HEADINGS, rows)
