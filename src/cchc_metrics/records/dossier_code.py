"""The code of a dossier (mã số hồ sơ): who resolves it, on which day it was received, and whose system gave the code.

Two forms are known: ``H15.50.05.13-261008-0975`` of a province's system, a number of four digits last; and ``M.Y.Z-YYMMDD-AAXXXX`` of a
ministry's system (Thông tư 04/2025/TT-VPCP, in force since 25/01/2026, as a third party copied it; not read in the gazette): the agency
that resolves it, the day of receipt, and two characters for the owner of the system before the number. Older codes of ministries have six
or seven digits last. A code of any other form says nothing here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from cchc_metrics.text import nfc

_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"))
_AGENCY: Final = r"[A-Z]\d{2}(?:\.[A-Z0-9]{1,6})*"
_OLD_AGENCY: Final = r"\d{3}(?:\.\d{2,3}){1,2}\.[A-Z]\d{2}"
_CODE: Final = re.compile(rf"(?P<agency>{_AGENCY}|{_OLD_AGENCY})-(?P<day>\d{{6}})-(?P<number>\d{{4}}|[A-Z0-9]{{2}}\d{{4}}|\d{{7}})")
_IS_AGENCY: Final = re.compile(_AGENCY)
_OWNED: Final = 6


@dataclass(frozen=True, slots=True)
class DossierCode:
    """What the code of a dossier says.

    Args:
        text: the code without spaces, in capitals, with plain hyphens: equal for equal codes, however they are typed.
        agency: code of the agency that resolves the dossier.
        day: the day of receipt; None where the six digits are no real day.
        ministry: whether a ministry's system gave the code.
        owner: the owner of that system, ``""`` where the code does not say.
    """

    text: str
    agency: str
    day: date | None
    ministry: bool = False
    owner: str = ""


def dossier_code(text: str) -> DossierCode | None:
    """Return what a code says, None for one of another form.

    >>> dossier_code("h20.38.04 – 260805 – G10012")
    DossierCode(text='H20.38.04-260805-G10012', agency='H20.38.04', day=datetime.date(2026, 8, 5), ministry=True, owner='G1')
    >>> dossier_code("H20.38.04-260230-0001").day, dossier_code("TM-210301-0001")
    (None, None)
    """
    found = split_code(text)
    if found is None:
        return None
    agency, day, number = found
    owner = number[:2] if len(number) == _OWNED else ""
    return DossierCode("-".join(found), agency, day_in_code(day), len(number) >= _OWNED, owner)


def split_code(text: str) -> tuple[str, str, str] | None:
    """Return agency, day and number of a code as it is written plainly; None for one of another form."""
    found = _CODE.fullmatch(text) or _CODE.fullmatch("".join(nfc(text).translate(_DASHES).split()).upper())
    return None if found is None else (found["agency"], found["day"], found["number"])


@lru_cache(maxsize=20_000)
def day_in_code(digits: str) -> date | None:
    """Return the day that six digits of a code name, ``YYMMDD``; None where there is no such day."""
    year, month, day = (int(digits[at : at + 2]) for at in (0, 2, 4))
    try:
        return date(2000 + year, month, day)
    except ValueError:
        return None


def is_agency(code: str) -> bool:
    """Return whether a unit's code is that of an agency, as dossiers' codes begin with.

    >>> is_agency("H20.38.04"), is_agency("30043")
    (True, False)
    """
    return _IS_AGENCY.fullmatch(code) is not None
