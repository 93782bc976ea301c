"""The forms of dates and times that the benchmark of moments writes, and how polars is given each of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

WEEKDAYS: Final = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")
DAYS: Final = "plain days"


@dataclass(frozen=True, slots=True)
class Form:
    """A form of dates and times.

    Args:
        text: a format of ``Y``, ``M``, ``D``, ``h``, ``m``, ``s``, the hour of a half of the day ``g``, the half ``half`` and ``weekday``.
        polars: the format that polars is given.
        before: what polars replaces in the texts first, since no format says it: pattern → text.
    """

    text: str
    polars: str
    before: tuple[tuple[str, str], ...] = ()

    def written(self, cell: str) -> str:
        """Return a cell, written ``yyyy-mm-dd[ HH:MM:SS]``, in this form; what is no such cell stays as it is."""
        day, _, clock = cell.partition(" ")
        if day.count("-") != 2:
            return cell
        year, month, number = map(int, day.split("-"))
        hour, minute, second = map(int, clock.split(":")) if clock else (8, 0, 0)
        weekday = WEEKDAYS[date(year, month, min(number, 28)).weekday()] if "{weekday}" in self.text else ""
        half, of_half = "SA" if hour < 12 else "CH", (hour - 1) % 12 + 1
        return self.text.format(Y=year, M=month, D=number, h=hour, m=minute, s=second, g=of_half, half=half, weekday=weekday)


FORMS: Final = {
    DAYS: Form("{D:02}/{M:02}/{Y}", "%d/%m/%Y"),
    "05/03/2021 08:30": Form("{D:02}/{M:02}/{Y} {h:02}:{m:02}", "%d/%m/%Y %H:%M"),
    "05/03/2021 08:30:15": Form("{D:02}/{M:02}/{Y} {h:02}:{m:02}:{s:02}", "%d/%m/%Y %H:%M:%S"),
    "5/3/2021 8:30": Form("{D}/{M}/{Y} {h}:{m:02}", "%d/%m/%Y %H:%M"),
    "2021-03-05 08:30:15": Form("{Y}-{M:02}-{D:02} {h:02}:{m:02}:{s:02}", "%Y-%m-%d %H:%M:%S"),
    "2021-03-05T08:30:15": Form("{Y}-{M:02}-{D:02}T{h:02}:{m:02}:{s:02}", "%Y-%m-%dT%H:%M:%S"),
    "2021-03-05T08:30:15+07:00": Form("{Y}-{M:02}-{D:02}T{h:02}:{m:02}:{s:02}+07:00", "%Y-%m-%dT%H:%M:%S%z"),
    "20210305083015": Form("{Y}{M:02}{D:02}{h:02}{m:02}{s:02}", "%Y%m%d%H%M%S"),
    "08:30 05/03/2021": Form("{h:02}:{m:02} {D:02}/{M:02}/{Y}", "%H:%M %d/%m/%Y"),
    "05/03/2021 08:30 SA": Form("{D:02}/{M:02}/{Y} {g:02}:{m:02} {half}", "%d/%m/%Y %I:%M %p", before=((" SA", " AM"), (" CH", " PM"))),
    "05/03/2021 08:30 (GMT+7)": Form("{D:02}/{M:02}/{Y} {h:02}:{m:02} (GMT+7)", "%d/%m/%Y %H:%M (GMT+7)"),
    "Thứ sáu, 05/03/2021 08:30": Form("{weekday}, {D:02}/{M:02}/{Y} {h:02}:{m:02}", "%d/%m/%Y %H:%M", before=(("^[^,]*, ", ""),)),
    "08 giờ 30 ngày 05/03/2021": Form("{h:02} giờ {m:02} ngày {D:02}/{M:02}/{Y}", "%H giờ %M ngày %d/%m/%Y"),
    "ngày 05 tháng 3 năm 2021": Form("ngày {D:02} tháng {M} năm {Y}", "ngày %d tháng %m năm %Y"),
}
"""An example of the form, as people know it → the form."""
