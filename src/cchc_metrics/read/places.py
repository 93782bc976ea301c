"""What stands at a place of a folder: only files of the folder itself are read, whatever a link says."""

from __future__ import annotations

import os
from pathlib import Path

from cchc_metrics.errors import InputError
from cchc_metrics.read.findings import shown
from cchc_metrics.read.limits import MOST_STORED
from cchc_metrics.read.parquet_table import part_files
from cchc_metrics.read.raw import UnreadableFileError


def is_there(path: Path) -> bool:
    """Return whether a table stands at a path: a file, or a folder of Parquet part files, those in folders below it too."""
    return path.is_file() or (path.is_dir() and (path.suffix.lower() == ".parquet" or any(path.rglob("*.[pP][aA][rR][qQ][uU][eE][tT]"))))


def fault_of(folder: Path, path: Path) -> UnreadableFileError | None:
    """Return why what stands at a path is not read: nobody's files are read by a link; None where it may be, or where nothing stands.

    Args:
        folder: the folder that is read; may be reached by links itself.
        path: a place in it.
    """
    if not os.path.lexists(path):
        return None
    if not _is_text(path.name):
        return UnreadableFileError("tên tệp không phải UTF-8; đổi tên tệp", "the file's name is not UTF-8; rename it")
    inside = folder.resolve()
    try:
        found = path.resolve(strict=True)
        out = next((each for each in (found, *_below(path)) if not each.resolve().is_relative_to(inside)), None)
    except OSError:
        return UnreadableFileError("liên kết hỏng, không dẫn đến tệp nào", "a broken link that leads to no file")
    if out is not None:
        vi = "liên kết dẫn ra ngoài thư mục; chép tệp vào thư mục"
        return UnreadableFileError(vi, "a link that leads out of the folder; copy the file into the folder")
    return _fault_within(path) if is_there(path) else UnreadableFileError("không phải là tệp", "no file")


def _fault_within(path: Path) -> UnreadableFileError | None:
    try:
        part_files(path)
    except UnreadableFileError as error:
        return error
    return None


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:  # bytes of another encoding, which Python keeps as halves of characters
        return False
    return True


def _below(path: Path) -> list[Path]:
    return [each for each in path.rglob("*") if each.is_symlink()] if path.is_dir() else []


def refuse(folder: Path, path: Path) -> None:
    """Raise where what stands at a path is not read.

    Raises:
        InputError: see ``fault_of``.
    """
    fault = fault_of(folder, path)
    if fault is not None:
        name = shown(path.name)
        raise InputError(f"không đọc được {name}: {fault.vi}", f"cannot read {name}: {fault.en}")


def bytes_in(folder: Path, path: Path) -> bytes:
    """Return what a file of a folder holds.

    Raises:
        InputError: it leads out of the folder, is no file, or cannot be read.
    """
    refuse(folder, path)
    return bytes_of(path)


def bytes_of(path: Path) -> bytes:
    """Return what a file holds that was chosen by its own path.

    Raises:
        InputError: it is not there, is no file, is larger than 1 GB, or cannot be read.
    """
    if not os.path.lexists(path):
        raise InputError(f"không có tệp «{path}»", f"there is no file «{path}»")
    if not path.is_file():  # a pipe would be waited for
        raise InputError(f"không đọc được {path.name}: không phải là tệp", f"cannot read {path.name}: no file")
    try:
        size = path.stat().st_size
        if size > MOST_STORED:
            vi, en = f"{size} byte, quá {MOST_STORED}", f"{size} bytes, over {MOST_STORED}"
            raise InputError(f"không đọc được {path.name}: {vi}", f"cannot read {path.name}: {en}")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"không đọc được {path.name}: {error.strerror}", f"cannot read {path.name}: {error.strerror}") from None
