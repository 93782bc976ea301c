"""What the texts above and below a table say: who reports, of which period, of which direction, and on which day it was made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from cchc_metrics.errors import CchcError
from cchc_metrics.records.fields import CellError, cell_text, parse_day, short_year
from cchc_metrics.reference.level import LEVELS_OF_KIND, Level
from cchc_metrics.reference.period import Period
from cchc_metrics.text import fold, nfc

_KINDS: Final = "|".join(LEVELS_OF_KIND)
_OFFICE: Final = re.compile(rf"(?:[ủu][ỷy]\s+ban\s+nhân\s+dân|ubnd)\s+({_KINDS})\s+([^,;–:()\d]{{2,40}})", re.IGNORECASE)
_AGENCY: Final = re.compile(
    r"(?:^|\s)((?:sở|ban|cục|chi\s+cục|văn\s+phòng|phòng|trung\s+tâm|thanh\s+tra)\s+[^,;–:()\d]{2,60}?)"
    rf"\s+({_KINDS})\s+([^,;–:()\d]{{2,40}})",
    re.IGNORECASE,
)
_NO_NAME: Final = frozenset(("nam", "quy", "thang", "ngay", "tu", "ve", "so", "o", "tai"))
_PROVINCES: Final = frozenset(("ha noi", "ho chi minh", "da nang", "hai phong", "can tho", "hue"))
"""Cities that are provinces; every other one belongs to a province."""
_DAY_SAID: Final = re.compile(r"ngay\s+(\d{1,2})\s+thang\s+(\d{1,2})\s+nam\s+(\d{4})")
_DAY: Final = re.compile(r"\b(\d{1,2}[/.-]\d{1,2}[/.-]\d{4})\b")
_BETWEEN: Final = re.compile(
    r"tu(?:\s+ngay)?\s+(\d{1,2}[/.-]\d{1,2}[/.-]\d{4})\s+(?:den|-)(?:\s+(?:het\s+)?ngay)?\s+(\d{1,2}[/.-]\d{1,2}[/.-]\d{4})"
)
_PERIOD: Final = re.compile(r"(?:quy\s+\S+|(?:6|9)\s+thang(?:\s+(?:dau|cuoi))?|thang\s+\d{1,2})?\s*[/,]?\s*(?:nam\s+)?\d{4}$")


@dataclass(frozen=True, slots=True)
class Office:
    """An office as a title names it.

    Args:
        name: without its kind.
        kind: huyện, xã, …
        level: its level.
        sure: whether it is a People's Committee; an agency of one, as «Sở Tư pháp tỉnh Hậu Giang» is, has the level of its committee.
    """

    name: str
    kind: str
    level: Level
    sure: bool = True


def office_of(titles: Iterable[str]) -> Office | None:
    """Return the office that titles name, None where none does.

    >>> office_of(["ỦY BAN NHÂN DÂN HUYỆN THÁP MƯỜI"]), office_of(["CUỘC HỌP CỦA UBND HUYỆN NĂM 2021"])
    (Office(name='Tháp Mười', kind='huyện', level='district', sure=True), None)
    >>> office_of(["SỞ TƯ PHÁP TỈNH HẬU GIANG"])
    Office(name='Sở tư pháp tỉnh Hậu Giang', kind='tỉnh', level='province', sure=False)
    """
    listed = [" ".join(nfc(title).split()) for title in titles]
    for found in filter(None, map(_OFFICE.search, listed)):
        if (name := _place(found[2])) and fold(found[2]).split()[0] not in _NO_NAME:
            return Office(name, found[1].lower(), _level(found[1].lower(), name))
    for found in filter(None, map(_AGENCY.search, listed)):
        if (name := _place(found[3])) and fold(found[3]).split()[0] not in _NO_NAME:
            kind = found[2].lower()
            return Office(f"{found[1].capitalize()} {kind} {name}", kind, _level(kind, name), sure=False)
    return None


def _place(said: str) -> str:
    """Return the name of a place at the beginning of a text, as names are written."""
    words: list[str] = []
    for word in said.split():
        if fold(word) in _NO_NAME - {"o"}:
            break
        words.append(word)
    return " ".join(word.capitalize() for word in words)


def _level(kind: str, name: str) -> Level:
    levels = LEVELS_OF_KIND[kind]
    return levels[0] if len(levels) == 1 or fold(name) in _PROVINCES else levels[1]


def direction_of(titles: Iterable[str]) -> str:
    """Return the direction of the documents of a register by its title, ``""`` where it does not say.

    >>> direction_of(["SỔ ĐĂNG KÝ VĂN BẢN ĐI NĂM 2021"]), direction_of(["SỔ VĂN BẢN ĐI, ĐẾN"])
    ('outgoing', '')
    """
    said = {word for title in titles for word in re.findall(r"\b(di|den)\b", fold(title)) if re.search(r"\b(van ban|vb)\b", fold(title))}
    return {"di": "outgoing", "den": "incoming"}[said.pop()] if len(said) == 1 else ""


def period_of(titles: Iterable[str]) -> str:
    """Return the label of the period that titles name, ``""`` where none does.

    >>> period_of(["Từ ngày 01/01/2021 đến ngày 31/12/2021"]), period_of(["DANH SÁCH QUÝ II NĂM 2021"]), period_of(["HỌP"])
    ('2021', '2021-Q2', '')
    """
    for title in titles:
        folded = fold(title)
        between = _BETWEEN.search(folded)
        found = _PERIOD.search(folded)
        for text in ([_spanned(*between.groups())] if between else []) + ([found[0].strip(" ,/")] if found else []):
            try:
                return Period.parse(text).label
            except CchcError:
                continue
    return ""


def _spanned(first: str, last: str) -> str:
    """Return the period from one day to another, by its name where it has one."""
    try:
        one, other = parse_day(first), parse_day(last)
    except CellError:
        return ""
    return "" if one is None or other is None else period_between(one, other)


def period_between(first: date, last: date) -> str:
    """Return the label of the period from one day to another.

    >>> period_between(date(2021, 4, 1), date(2021, 6, 30)), period_between(date(2021, 4, 2), date(2021, 6, 30))
    ('2021-Q2', '2021-04-02..2021-06-30')
    """
    year = first.year
    names = [f"{year}", *(f"{year}-H{n}" for n in (1, 2)), *(f"{year}-Q{n}" for n in range(1, 5)), f"{year}-9M"]
    names += [f"{year}-{month:02d}" for month in range(1, 13)]
    for name in names:
        period = Period.parse(name)
        if (period.first, period.last) == (first, last):
            return name
    return f"{first}..{last}"


def days_said(texts: Iterable[str]) -> list[date]:
    """Return the days that the texts below a table name in words: «Tháp Mười, ngày 05 tháng 01 năm 2022»."""
    found = []
    for text in texts:
        for day, month, year in _DAY_SAID.findall(fold(text)):
            try:
                found.append(date(int(year), int(month), int(day)))
            except ValueError:
                continue
    return found


def day_of(cell: Any) -> date | None:
    """Return the day that a cell of a record names anywhere, None where it names none.

    >>> day_of("08 giờ 00 ngày 15/01/2021"), day_of("Trưởng phòng")
    (datetime.date(2021, 1, 15), None)
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, (int, float)):
        return None
    text = text_of(cell)
    inside, short = _DAY.search(text), short_year(text)
    try:
        return parse_day(inside[1] if inside else text if short is None else short[3])
    except CellError:
        return next(iter(days_said([text])), None)


def text_of(cell: Any) -> str:
    """Return a cell as text on one line, ``""`` where it is no text that could be read."""
    try:
        return " ".join(cell_text(cell).split())
    except CellError:
        return ""


def texts_of(rows: Iterable[Sequence[Any]]) -> list[str]:
    """Return the texts of rows."""
    return [text for row in rows for cell in row if isinstance(cell, str) and (text := text_of(cell))]
