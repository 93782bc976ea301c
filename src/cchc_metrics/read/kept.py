"""Files that are kept: snapshots in their folder, never written over; and digests of files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cchc_metrics.errors import InputError, suggestion
from cchc_metrics.read.files import as_it_is_named
from cchc_metrics.read.fixes import is_fix
from cchc_metrics.read.places import refuse
from cchc_metrics.tables.whole import made_folder, whole_file

SNAPSHOTS: Final = "snapshots"
"""The folder of a district's snapshots, below its own."""
ENDING: Final = ".snapshot.json"
_PIECE = 1 << 20


def snapshot_path(folder: Path, name: str) -> Path | None:
    """Return the file of a snapshot of a district's folder by its name, None where there is none."""
    place = snapshot_folder(folder)
    found = place / as_it_is_named(place, name + ENDING) if place.is_dir() else place / name
    if not found.is_file():
        return None
    refuse(folder, found)
    return found


def snapshot_folder(folder: Path) -> Path:
    """Return where the snapshots of a district's folder stand, or will.

    Raises:
        InputError: it is a link that leads out of the folder.
    """
    place = folder / SNAPSHOTS
    if place.is_symlink() and not place.resolve().is_relative_to(folder.resolve()):
        vi, en = "liên kết dẫn ra ngoài thư mục; tạo thư mục thật", "a link that leads out of the folder; make a folder in its place"
        raise InputError(f"{SNAPSHOTS}: {vi}", f"{SNAPSHOTS}: {en}")
    return place


def snapshot_names(folder: Path) -> tuple[str, ...]:
    """Return the names of the snapshots of a district's folder, in order."""
    place = snapshot_folder(folder)
    return tuple(sorted(path.name.removesuffix(ENDING) for path in place.glob("*" + ENDING))) if place.is_dir() else ()


def snapshot_at(folder: Path, name: str) -> Path:
    """Return the file of a snapshot by its name, or of a file that is named.

    Raises:
        InputError: there is none; names the nearest and those that there are.
    """
    path = snapshot_path(folder, name)
    if path is None and Path(name).is_file():
        path = Path(name)
    if path is None:
        names = snapshot_names(folder)
        vi, en = suggestion(name, names)
        vi, en = (vi, en) if vi or not names else (f"; có: {', '.join(names)}", f"; there are: {', '.join(names)}")
        vi, en = (vi, en) if names else ("; chụp bằng: cchc-metrics snapshot take", "; make one by: cchc-metrics snapshot take")
        raise InputError(f"không có bản chụp «{name}» trong «{folder}»{vi}", f"there is no snapshot «{name}» in «{folder}»{en}")
    return path


def write_new(path: Path, data: bytes, there: InputError) -> None:
    """Write a file that is not there yet; it appears whole or not at all.

    Args:
        path: the file; its folder is made where it is missing.
        data: what is written.
        there: what is raised where there is a file of this name.

    Raises:
        InputError: ``there``, or that it cannot be written.
    """
    made_folder(path.parent)
    with whole_file(path, there) as unfinished:
        unfinished.write_bytes(data)


def digest_of_files(paths: Sequence[Path]) -> str:
    """Return the SHA-256 of a file, or of several and of the rows that were fixed beside them: that of their digests, in order.

    Raises:
        InputError: one cannot be read.
    """
    files = [each for path in paths for each in (sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path])]
    folders = dict.fromkeys(path.parent for path in paths)
    files += sorted(each for folder in folders for each in folder.iterdir() if is_fix(each.name))
    digests = [digest_of_file(path) for path in files]
    return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 of a file.

    Raises:
        InputError: it cannot be read.
    """
    found = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                found.update(piece)
    except OSError as error:
        raise InputError(f"không đọc được {path.name}: {error.strerror}", f"cannot read {path.name}: {error.strerror}") from None
    return found.hexdigest()
