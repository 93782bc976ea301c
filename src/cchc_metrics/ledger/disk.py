"""What a ledger does to files, one step at a time: after each of them the machine may stop, and the folder is still a ledger."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cchc_metrics.errors import CchcError


class LedgerError(CchcError):
    """A ledger cannot be used as it is: it is damaged, another program writes in it, or it answers another question."""

    code = "ledger"


class Disk:
    """The steps by which files change; tests stop the machine before any of them."""

    def make_folder(self, path: Path) -> None:
        """Make a folder that nobody else may open; one that is there stays as it is."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def write(self, path: Path, parts: Sequence[Any]) -> None:
        """Write a new file that nobody else may open; it may be lost until ``sync``."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        with open(handle, "wb", buffering=0) as file:  # noqa: PTH123  it has no name: only its handle
            for part in parts:
                view = memoryview(part).cast("B")
                while view:  # one call writes 2 GB at most
                    view = view[file.write(view) :]

    def sync(self, path: Path) -> None:
        """Return when the content of a file is on the disk."""
        with path.open("rb+") as file:
            os.fsync(file.fileno())

    def rename(self, path: Path, to: Path) -> None:
        """Give a file its name, in one step, in place of what had it before."""
        path.replace(to)

    def sync_folder(self, path: Path) -> None:
        """Return when the names of the files of a folder are on the disk."""
        if sys.platform == "win32":  # where folders cannot be opened; NTFS keeps a journal of names
            return
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def remove(self, path: Path) -> None:
        """Remove a file."""
        with suppress(FileNotFoundError):
            path.unlink()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Be the only one who writes in a ledger; whoever is killed lets go, since it is the system that holds the lock and not the file.

    Args:
        path: the file that is locked; it stays, with the number of the last process that wrote.

    Raises:
        LedgerError: another program is writing.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            _lock(handle)
        except OSError:
            other = os.read(handle, 20).decode("ascii", "replace").strip() or "?"
            raise LedgerError(
                f"sổ «{path.parent}» đang được tiến trình {other} ghi; đợi xong rồi chạy lại",
                f"process {other} is writing in the ledger «{path.parent}»; wait for it and run again",
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415  of that system

        os.lseek(handle, 1 << 30, os.SEEK_SET)  # beyond the text: what is locked there cannot be read
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)
        return
    import fcntl  # noqa: PLC0415  of other systems

    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
