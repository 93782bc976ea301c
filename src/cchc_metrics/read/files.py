"""Reading one file of a room, whatever its format: by its name's ending the reader is chosen, and every reader gives the same raw table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from cchc_metrics.read.checks import Given
from cchc_metrics.read.csv_files import read_csv
from cchc_metrics.read.headings import match_headings
from cchc_metrics.read.raw import Progress, UnreadableFileError
from cchc_metrics.read.rows import room_named
from cchc_metrics.read.tables import Parsed, understand
from cchc_metrics.records.room import Room
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.unit import UnitTree


def read_file(
    room: str | Room,
    path: Path | str,
    *,
    units: UnitTree | None = None,
    extracted_on: date | None = None,
    calendar: Calendar | None = None,
    own_headings: Mapping[str, str] | None = None,
    file: str = "",
    progress: Progress | None = None,
) -> Parsed:
    """Read one file of one room; never stops at a bad row and never drops one silently.

    Args:
        room: a room or its name: dossiers, documents, meetings, outreach, initiatives, surveys.
        path: a CSV file.
        units: the unit tree; without it unit codes are taken as they are.
        extracted_on: the day of export; without it no date is found to lie in the future.
        calendar: the working calendar; without it no year is found to be missing.
        own_headings: own headings → canonical column.
        file: a name for messages; the path's last part by default.
        progress: called with the name, how much is done and how much there is.

    Returns:
        The valid rows as columns, and the problems.

    Raises:
        InputError: there is no such room, or the file is not there or no table can be read from it.
    """
    path = Path(path)
    name = file or path.name
    try:
        return parse_file(path, room_named(room), Given(units, calendar, extracted_on), own_headings or {}, file=name, progress=progress)
    except UnreadableFileError as error:
        raise UnreadableFileError(f"{name}: không đọc được ({error.vi})", f"{name}: cannot be read ({error.en})") from None


def parse_file(path: Path, room: Room, given: Given, own: Mapping[str, str], *, file: str = "", progress: Progress | None = None) -> Parsed:
    """Return what a file of a room says; the seam where formats meet.

    Args:
        path: the file.
        room: what its rows are.
        given: what they are held against.
        own: the district's own headings.
        file: its name for messages; the path's last part by default.
        progress: called with the name, how much is done and how much there is.

    Raises:
        UnreadableFileError: no table can be read from the file; the message does not name it.
    """
    table = read_csv(
        path, wanted=lambda headings: match_headings(room, headings, own).positions.values(), file=file or path.name, progress=progress
    )
    return understand(table, room, given, own)
