"""The files that a folder is read from, each known by its size and time before it is read, and its SHA-256 when that is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cchc_metrics.errors import InputError
from cchc_metrics.read.district import FILE, District
from cchc_metrics.read.files import as_it_is_named, table_place, table_places
from cchc_metrics.read.fixes import is_fix
from cchc_metrics.read.kept import digest_of_file, snapshot_path
from cchc_metrics.read.parquet_table import part_files
from cchc_metrics.read.places import fault_of
from cchc_metrics.read.raw import UnreadableFileError
from cchc_metrics.read.scheme_files import SCHEME, SCORES
from cchc_metrics.records.kinds import KINDS

PLAN, BASELINE, FIGURES = "plan.toml", "baseline.json", "figures.toml"
SETTINGS: Final = ("district", "units", "calendar", "catalogue", "plan", "baseline", "figures", "scheme", "scores", "fixes")
"""What a file says that is no table of records."""
CHOSEN: Final = ("plan", "baseline", "scheme", "scores")
"""What may be chosen in place of the folder's own."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that a folder's figures follow from.

    Args:
        kind: the kind of record, or which of ``SETTINGS`` it is.
        name: its path in the folder, with ``/``; of a file that was chosen from elsewhere its last part.
        path: where it stands.
        stamp: its size in bytes and its time, before it was read.
        outside: whether it was chosen from outside the folder.
    """

    kind: str
    name: str
    path: Path
    stamp: tuple[int, int]
    outside: bool = False

    @property
    def bytes(self) -> int:
        """Its size in bytes, when it was read."""
        return self.stamp[0]

    def parquet_rows(self) -> int | None:
        """Return how many rows a file of Parquet has; None where it cannot be read."""
        import pyarrow as pa  # noqa: PLC0415  whoever asks has read Parquet
        import pyarrow.parquet as pq  # noqa: PLC0415

        try:
            return int(pq.read_metadata(self.path).num_rows)
        except (OSError, pa.ArrowException):  # reported where it is read
            return None

    def sha256(self) -> str | None:
        """Return the SHA-256 of what it holds; None where it is no longer what was read.

        It is asked for when a report is written, so that whoever reads tables for a single value does not pay for it.
        """
        try:
            found = digest_of_file(self.path)
            return found if _stamp(self.path) == self.stamp else None
        except (InputError, OSError):
            return None


def input_files(folder: Path, district: District) -> tuple[InputFile, ...]:
    """Return the files of a folder that are read: its settings, then its tables kind by kind, each part file of Parquet by itself.

    Args:
        folder: the folder.
        district: what its ``district.toml`` says.
    """
    found: dict[tuple[str, str], InputFile] = {}
    for kind, name in (*_settings(folder, district), *_tables(folder, district)):
        path = folder / as_it_is_named(folder, name)
        if fault_of(folder, path) is None:
            found.update({(kind, each.name): each for each in files_at(kind, path, folder)})
    return tuple(found.values())


def chosen_file(kind: str, path: Path, folder: Path) -> InputFile | None:
    """Return a file that was chosen in place of the folder's own; None where there is none.

    Args:
        kind: which of ``CHOSEN`` it is.
        path: the file.
        folder: the folder that is read.
    """
    if not path.is_file():
        return None
    inside = path.resolve().is_relative_to(folder.resolve())
    name = path.resolve().relative_to(folder.resolve()).as_posix() if inside else path.name
    return InputFile(kind, name, path, _stamp(path), outside=not inside)


def files_at(kind: str, path: Path, folder: Path) -> Iterator[InputFile]:
    """Yield the file at a path of the folder, or the part files below it; nothing where there is none."""
    files: Sequence[Path] = (path,) if path.is_file() else ()
    with suppress(UnreadableFileError):  # reported where it is read
        files = part_files(path) or files
    for each in files:
        yield InputFile(kind, each.relative_to(folder).as_posix(), each, _stamp(each))


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _settings(folder: Path, district: District) -> Iterator[tuple[str, str]]:
    yield "district", FILE
    if district.units_file:
        yield "units", table_place(folder, "units", district.units_file)[0]
        yield from (("units", name) for name in district.units_later)
    if district.calendar.file:
        yield "calendar", district.calendar.file
    yield from (("catalogue", name) for name in district.catalogue)
    yield "plan", district.plan or PLAN
    kept = snapshot_path(folder, district.baseline) if district.baseline else None
    yield "baseline", kept.relative_to(folder).as_posix() if kept is not None else district.baseline or BASELINE
    yield from (("figures", FIGURES), ("scheme", SCHEME), ("scores", SCORES))
    yield from (("fixes", path.name) for path in sorted(folder.iterdir()) if is_fix(path.name))


def _tables(folder: Path, district: District) -> Iterator[tuple[str, str]]:
    for kind in KINDS:
        if kind not in district.queries:
            yield from ((kind, name) for name, _ in table_places(folder, kind, district.files.get(kind, ())))
