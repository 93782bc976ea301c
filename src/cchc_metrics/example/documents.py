"""The documents of the example: outgoing ones by how they were sent, secret and unmarked ones, incoming and internal ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cchc_metrics.example.draw import Draw, divide
from cchc_metrics.example.place import BUSY, DISTRICT, SIZES, STRETCHES, SYNTHETIC
from cchc_metrics.example.workdays import Season, WorkingDays

HEADINGS: Final = (
    "document_id",
    "unit_code",
    "issued_on",
    "direction",
    "electronic",
    "signed_by_person",
    "signed_by_agency",
    "exchanged",
    "secrecy",
)

# Outgoing documents by year. Of 2021: 1.411 of 1.520 without a secrecy mark were exchanged electronically, 92,83 %
# (92,828…: a report that cuts digits off instead of rounding prints 92,82).
OUTGOING: Final[tuple[Mapping[str, int], ...]] = (
    {"exchanged": 991, "by_mail": 102, "on_paper": 87, "mat": 15, "toi_mat": 3, "unmarked": 14},
    {"exchanged": 1411, "by_mail": 67, "on_paper": 42, "mat": 21, "toi_mat": 3, "unmarked": 9},
    {"exchanged": 381, "by_mail": 11, "on_paper": 6, "mat": 4, "toi_mat": 1, "unmarked": 2},
)
INCOMING: Final = (190, 290, 78)
INTERNAL: Final = (90, 130, 32)
SHARES: Final = {DISTRICT.code: 11.0, **SIZES}
"""How the documents spread over the units."""
TYPES: Final = {"UBND-VX": 20, "UBND-KT": 18, "UBND-NC": 12, "BC-UBND": 22, "KH-UBND": 10, "QĐ-UBND": 14, "TTr-UBND": 7, "TB-UBND": 9}
"""Types of outgoing documents; a công văn has none, only the initials of who drafted it."""
SENDERS: Final = {"UBND-HC": 10, "SNV-CCHC": 8, "STTTT-CNTT": 6, "BC-UBND": 14, "KH-UBND": 5}
YES_YES: Final = {"electronic": "yes", "exchanged": "yes"}


def make_documents(seed: int, days: WorkingDays) -> list[dict[str, object]]:
    """Return the rows of documents.csv, by day, unit and number."""
    draw = Draw(seed, "documents")
    rows: list[dict[str, object]] = []
    for year, (first, last) in enumerate(STRETCHES):
        season = Season(days.within(first, last), BUSY)
        kinds = {**OUTGOING[year], "incoming": INCOMING[year], "internal": INTERNAL[year]}
        made = [_document(kind, code, season, draw) for kind, n in kinds.items() for code, k in _spread(kind, n, draw) for _ in range(k)]
        rows += _numbered(made, draw)
    return rows


def _spread(kind: str, count: int, draw: Draw) -> list[tuple[str, int]]:
    if kind in ("mat", "toi_mat"):
        shares = {DISTRICT.code: 1.0}  # communes of the example issue no secret documents
    elif kind in ("by_mail", "on_paper"):
        shares = {code: weight * (0.5 if code == DISTRICT.code else 0.7 + 0.6 * draw.below(2)) for code, weight in SHARES.items()}
    else:
        shares = SHARES
    return list(divide(count, shares).items())


def _document(kind: str, unit: str, season: Season, draw: Draw) -> dict[str, object]:
    row: dict[str, object] = {"unit_code": unit, "issued_on": season.draw(draw), "direction": "outgoing", "secrecy": "none"}
    if kind in ("incoming", "internal"):
        row |= {"direction": kind, **(YES_YES if draw.chance(85) else {"electronic": "no", "exchanged": "no"})}
    elif kind == "exchanged":
        row |= YES_YES
    elif kind == "by_mail":  # electronic, but outside the linked systems; the export does not always know
        row |= {"electronic": "yes", "exchanged": "no" if draw.chance(90) else ""}
    elif kind == "unmarked":
        row |= {"secrecy": "", **(YES_YES if draw.chance(70) else {"electronic": "no", "exchanged": "no"})}
    else:
        row |= {"electronic": "no", "exchanged": "no", "secrecy": "none" if kind == "on_paper" else kind}
    if row["electronic"] == "yes":
        by_person = draw.chance(96)
        row |= {"signed_by_person": "yes" if by_person else "no", "signed_by_agency": "yes" if by_person and draw.chance(95) else "no"}
    else:
        row |= {"signed_by_person": "no", "signed_by_agency": "no"}
    return row


def _numbered(rows: list[dict[str, object]], draw: Draw) -> list[dict[str, object]]:
    """Number one year's documents: own documents from 01 in each unit, incoming ones by a number of their sender."""
    rows = sorted(rows, key=lambda row: (str(row["issued_on"]), str(row["unit_code"])))
    counters: dict[str, int] = {}
    taken: set[tuple[object, ...]] = set()
    for row in rows:
        unit = str(row["unit_code"])
        if row["direction"] == "incoming":
            number, kind = draw.between(1, 2400), draw.weighted(SENDERS)
            while (unit, row["issued_on"], number, kind) in taken:
                number += 1
            taken.add((unit, row["issued_on"], number, kind))
        else:
            number = counters[unit] = counters.get(unit, 0) + 1
            kind = draw.weighted(TYPES) if row["direction"] == "outgoing" else "TB-VP"
        row["document_id"] = f"{SYNTHETIC}-{number:02d}/{kind}"
    return rows
