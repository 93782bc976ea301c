"""What the codes of dossiers say that their rows do not: another unit, another day of receipt. Nothing is changed or left out by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from typing import Final

from cchc_metrics.records.boundary_free import first_receipts
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.dossier_code import day_in_code, is_agency, split_code
from cchc_metrics.records.problems import Problem, Problems
from cchc_metrics.reference.days import date_of, day_number
from cchc_metrics.reference.unit import UnitTree

_LIMIT: Final = 1000


def dossier_codes(parts: Iterable[Columns], units: UnitTree) -> Problems:
    """Return where the codes of dossiers disagree with their rows; a code of another form than ``dossier_code`` knows is not judged.

    - ``code_day_impossible``: its six digits are no real day.
    - ``code_day_differs``: it names another day than that of the receipt, nor, of a boundary-free dossier, that of the receipt elsewhere,
      where it can have got its code; a dossier without a receipt is not compared.
    - ``code_unit_differs``: its agency, or the nearest above it that is in the tree, is another unit than the row's, nor one that the row's
      took over; or none is.
    - ``code_unit_not_judged``: the unit's own code is no agency code; told once a unit, with the number of dossiers.

    Args:
        parts: valid rows, with their ids.
        units: the unit tree.
    """
    problems = Problems(limit=_LIMIT)
    for part in parts:
        problems += _judged(part, units)
    return problems


def _judged(dossiers: Columns, units: UnitTree) -> Problems:
    """Return what the codes of some rows say; rows without ids say nothing."""
    totals: Counter[Code] = Counter()
    found: list[Problem] = []
    apart: dict[str, list[int]] = {}
    meant: dict[str, tuple[str, ...]] = {}
    ids = dossiers.arrays["dossier_id"].tolist() if "dossier_id" in dossiers else []
    received, filed = dossiers.days("received_at").tolist(), dossiers.days("submitted_at").tolist()
    first = first_receipts(dossiers).tolist()
    codes, labels = dossiers.codes("unit_code")
    own = [units.whole(label) for label in labels]
    comparable = [is_agency(code) for code in own]
    numbers = dossiers.row_numbers()

    def tell(code: Code, at: int, fix: Callable[[], tuple[str, str]] = lambda: ("", "")) -> None:
        totals[code] += 1
        if totals[code] <= _LIMIT:
            heading = dossiers.headings.get("dossier_id", "")
            place = (code, dossiers.file, dossiers.sheet, int(numbers[at]), "dossier_id", str(ids[at])[:80])
            found.append(Problem(*place, *fix(), heading))

    for at, (text, unit) in enumerate(zip(ids, codes.tolist(), strict=False)):
        parts = split_code(text)
        if parts is None:
            continue
        agency, digits, _ = parts
        day = day_in_code(digits)
        if day is None:
            tell(Code.CODE_DAY_IMPOSSIBLE, at)
        elif received[at] >= 0 and day_number(day) not in (received[at], first[at]):
            tell(Code.CODE_DAY_DIFFERS, at, partial(_days, day, received[at], filed[at]))
        if not comparable[unit]:
            apart.setdefault(labels[unit], []).append(int(numbers[at]))
            continue
        if agency not in meant:
            meant[agency] = _unit_of(agency, units)
        if own[unit] not in meant[agency]:
            tell(Code.CODE_UNIT_DIFFERS, at, partial(_units, agency, meant[agency], own[unit]))
    for label, rows in apart.items():
        totals[Code.CODE_UNIT_NOT_JUDGED] += len(rows)
        place = (Code.CODE_UNIT_NOT_JUDGED, dossiers.file, dossiers.sheet, rows[0], "unit_code", label)
        found.append(Problem(*place, heading=dossiers.headings.get("unit_code", ""), cells=len(rows), rows=tuple(rows[:_LIMIT])))
    order = list(Code)
    examples = tuple(sorted(found, key=lambda p: (order.index(p.code), p.row)))
    return Problems({(dossiers.file, code): n for code, n in totals.items()}, examples, limit=_LIMIT)


def _unit_of(agency: str, units: UnitTree) -> tuple[str, ...]:
    """Return the unit that an agency is, or a part of, then those that took it over: the longest beginning of its code that is in the tree.

    Nothing where none is.
    """
    code = agency
    while code and code not in units:
        code = code.rpartition(".")[0]
    found = [code] if code else []
    for each in found:  # those that are added are walked through as well
        found += [after for after in units.successors(each) if after not in found]
    return tuple(dict.fromkeys(map(units.whole, found)))


def _days(in_code: date, received: int, filed: int) -> tuple[str, str]:
    day, is_filing = date_of(received), day_number(in_code) == filed
    vi = f": {in_code:%d/%m/%Y} trong mã{', là ngày nộp' if is_filing else ''}; tiếp nhận {day:%d/%m/%Y}"
    return vi, f": {in_code} in the code{', the day of filing' if is_filing else ''}; received {day}"


def _units(agency: str, meant: tuple[str, ...], own: str) -> tuple[str, str]:
    if not meant:
        return (
            f": {agency}, không có trong danh mục đơn vị; dòng ghi {own}",
            f": {agency}, which is not in the unit tree; the row says {own}",
        )
    return f": {meant[0]}; dòng ghi {own}", f": {meant[0]}; the row says {own}"
