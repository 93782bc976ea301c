"""Files that appear under their names when they are whole, or not at all; several of one answer appear together."""

from __future__ import annotations

import errno
import os
import re
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from cchc_metrics.errors import InputError
from cchc_metrics.text import Text

UNFINISHED: Final = ".cchc-"
"""How the names of files begin that are not whole yet."""
_ALIVE: Final = ".lock"
_LEFT: Final = re.compile(rf"{re.escape(UNFINISHED)}([0-9a-f]{{16}})(?:-\d+\.part|{re.escape(_ALIVE)}$)")
_LOCKS: bool = sys.platform != "win32"
_PAUSE, _TIMES = 0.02, 1500
"""In seconds, and how often: whoever gives names in the same folder is waited for."""


@contextmanager
def whole_file(path: Path, there: InputError | None = None) -> Iterator[Path]:
    """Give a path to write to; what is there afterwards appears under its own name, or nothing does where the writing failed.

    The path has the ending of the file, by which some packages know what to write. What was under the name before stays until then.

    Args:
        path: the name that the file will have.
        there: what is raised where a file has this name by then; None to take its place.

    Raises:
        InputError: ``there``, it cannot be written, or something else than a file stands there; says why.
    """
    with whole_files([path], there) as (unfinished,):
        yield unfinished


@contextmanager
def whole_files(paths: Sequence[Path], there: InputError | None = None) -> Iterator[tuple[Path, ...]]:
    """Give a path to write to for each of some files; afterwards all appear, in this order, or none does where any writing failed.

    All are written and on the disk before the first gets its name, so a full disk or an error leaves what was there before. Who kills the
    process while names are given leaves files that are whole, the first of them new and the others as they were: the last one, where it is
    new, says that all are.

    What a process that was killed has left behind is removed when something is written into the folder again. Of two processes that write
    into one folder at the same time, the files of one get all their names after those of the other: where they have the same names, all
    that is there at the end is of one of them.

    Args:
        paths: the names that the files will have, none of them twice.
        there: what is raised where a file has one of these names by then; None to take their places.

    Raises:
        InputError: ``there``, one cannot be written, or something else than a file stands there; says why.
    """
    token = secrets.token_hex(8)
    unfinished = tuple(path.with_name(f"{UNFINISHED}{token}-{at}.part{path.suffix}") for at, path in enumerate(paths))
    folders = tuple(dict.fromkeys(path.parent for path in paths))
    locks = tuple(folder / f"{UNFINISHED}{token}{_ALIVE}" for folder in folders)
    handles: list[int] = []
    try:
        for folder, lock in zip(folders, locks, strict=True):
            _sweep(folder)
            handles += _alive(lock)
        for path in paths:
            _check(path, there)
        yield unfinished
        for each, path in zip(unfinished, paths, strict=True):
            _sync(each, path)
        with _alone_in(folders):
            for each, path in zip(unfinished, paths, strict=True):
                _name(each, path, there)
        for lock in locks:
            lock.unlink(missing_ok=True)
        for folder in folders:
            sync_folder(folder)
    except BaseException as error:
        for each in (*unfinished, *locks):
            with suppress(OSError):
                each.unlink()
        if isinstance(error, OSError):
            raise not_written(paths[0] if len(paths) == 1 else paths[0].parent, error) from None
        raise
    finally:
        for handle in handles:
            os.close(handle)


def _sync(unfinished: Path, path: Path) -> None:
    """Return when what was written is on the disk."""
    if not unfinished.exists():
        raise InputError(f"không ghi được {path}: chưa có gì được ghi", f"cannot write {path}: nothing was written")
    with unfinished.open("rb+") as file:
        os.fsync(file.fileno())


def _name(unfinished: Path, path: Path, there: InputError | None) -> None:
    """Give a file that is whole its name."""
    if there is None:
        unfinished.replace(path)
        return
    try:
        os.link(unfinished, path)  # unlike a renaming it fails where somebody else was first
        unfinished.unlink()
    except FileExistsError:
        raise there from None
    except OSError:  # a file system without links
        unfinished.rename(path)


def made_folder(path: Path) -> Path:
    """Return a folder to write to, which is made where it is missing.

    Raises:
        InputError: it cannot be made, as where a file stands there.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_written(path, error) from None
    return path


def sync_folder(path: Path) -> None:
    """Return when the names of the files of a folder are on the disk, where the system lets that be asked."""
    if sys.platform == "win32":  # where folders cannot be opened; NTFS keeps a journal of names
        return
    with suppress(OSError):  # some file systems of networks cannot do it
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def not_written(path: Path, error: OSError) -> InputError:
    """Return the error of a file or folder that cannot be written.

    >>> not_written(Path("out"), FileExistsError(17, "File exists")).en
    'cannot write out: a file stands there; choose another folder'
    """
    said = _REASONS.get(error.errno or 0, Text(error.strerror or str(error), error.strerror or str(error)))
    return InputError(f"không ghi được {path}: {said.vi}", f"cannot write {path}: {said.en}")


_FULL = Text("hết chỗ trên đĩa; xóa bớt hoặc ghi nơi khác", "the disk is full; free some space, or write elsewhere")
_DENIED = Text("không có quyền ghi; chọn nơi khác", "no permission to write there; choose another place")
_REASONS: Final = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: Text("tệp quá lớn so với giới hạn của hệ thống", "the file is larger than the system allows"),
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.EROFS: Text("ổ đĩa chỉ đọc; chọn nơi khác", "the disk is read-only; choose another place"),
    errno.EEXIST: Text("ở đó có một tệp; chọn thư mục khác", "a file stands there; choose another folder"),
    errno.ENOTDIR: Text("ở đó có một tệp; chọn thư mục khác", "a file stands there; choose another folder"),
    errno.ENOENT: Text("không có thư mục đó; tạo trước", "there is no such folder; make it first"),
    errno.ENAMETOOLONG: Text("tên quá dài", "the name is too long"),
}


def _check(path: Path, there: InputError | None) -> None:
    """Refuse to write over what is no file: a folder, a device, or a link, which would be cut off from what it leads to.

    Raises:
        InputError: says what stands there; ``there`` of anything, where nothing is to be written over.
    """
    if there is not None and os.path.lexists(path):
        raise there
    if path.is_symlink():
        said = Text("ở đó là một liên kết; ghi thẳng vào tệp đích", "a link stands there; name the file that it leads to")
    elif path.is_dir():
        said = Text("ở đó là một thư mục; thêm tên tệp", "a folder stands there; add the name of a file")
    elif path.exists() and not path.is_file():
        said = Text("ở đó không phải là tệp", "what stands there is no file")
    else:
        return
    raise InputError(f"không ghi được {path}: {said.vi}", f"cannot write {path}: {said.en}")


# --- Who is at work


def _alive(path: Path) -> list[int]:
    """Make a file that is locked as long as this process lives: what is unfinished beside it is no leftover.

    The number of the process would not do: another may have it by now, and in every container it is the same.

    Args:
        path: the file; there is none on a system without such locks.

    Returns:
        What is to be closed in the end.
    """
    handles: list[int] = []
    while _LOCKS and not path.exists():  # somebody who sweeps may have seen it before it was locked
        handles.append(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        with suppress(OSError):  # some file systems have no locks; there nothing is removed
            _lock(handles[-1], wait=True)
    return handles


def _sweep(folder: Path) -> None:
    """Remove what processes that are gone have left in a folder."""
    left: dict[str, list[Path]] = {}
    for path in folder.glob(f"{UNFINISHED}*") if _LOCKS else ():
        if found := _LEFT.match(path.name):
            left.setdefault(found[1], []).append(path)
    for token, files in left.items():
        with suppress(OSError), _gone(folder / f"{UNFINISHED}{token}{_ALIVE}"):
            for path in sorted(files, key=lambda path: path.name.endswith(_ALIVE)):
                path.unlink(missing_ok=True)


@contextmanager
def _gone(path: Path) -> Iterator[None]:
    """Hold the lock of a process that is gone; ``OSError`` where it lives, or where that cannot be known."""
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:  # it is made first and removed last
        yield
        return
    try:
        _lock(handle)
        yield
    finally:
        os.close(handle)


@contextmanager
def _alone_in(folders: Sequence[Path]) -> Iterator[None]:
    """Hold folders while files get their names, which takes some milliseconds; where that cannot be, as on some networks, go on.

    Raises:
        InputError: another process holds one for too long.
    """
    with ExitStack() as held:
        for folder in sorted(folders) if _LOCKS else ():
            with suppress(OSError):
                handle = os.open(folder, os.O_RDONLY)
                held.callback(os.close, handle)
                _wait_for(handle, folder)
        yield


def _wait_for(handle: int, folder: Path) -> None:
    for _ in range(_TIMES):
        try:
            _lock(handle)
        except BlockingIOError:
            time.sleep(_PAUSE)
        else:
            return
    raise InputError(
        f"không ghi được {folder}: một tiến trình khác đang ghi vào đó; chạy lại sau",
        f"cannot write {folder}: another process is writing there; run again later",
    )


def _lock(handle: int, *, wait: bool = False) -> None:
    """Lock a file until it is closed; ``BlockingIOError`` where another has it, ``OSError`` where there are no locks."""
    if sys.platform == "win32":
        raise OSError(errno.ENOSYS, "flock")
    import fcntl  # noqa: PLC0415  of other systems

    fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
