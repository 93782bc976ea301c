"""The folder of a ledger: objects named by what is in them, never changed, and one head that says which of them hold.

``HEAD`` lists the nights, the last one last. A night appears in it by one renaming, when everything that it names is on the disk; whatever
was written before a machine stopped is an object that no night names, and ``sweep`` removes it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from cchc_metrics.ledger.disk import Disk, LedgerError

VERSION: Final = 1
HEAD: Final = "HEAD"
LOCK: Final = "lock"
OBJECTS: Final = "objects"
_UNFINISHED: Final = ".part"
_PIECE: Final = 1 << 22


class LogLine(NamedTuple):
    """A line of the head: the day of a night, what was done, and the object that says what held after it."""

    day: date
    what: str
    night: str


@dataclass(frozen=True, slots=True)
class Store:
    """The files of a ledger.

    Args:
        path: its folder.
        disk: how files are changed.
    """

    path: Path
    disk: Disk

    @property
    def objects(self) -> Path:
        """The folder of the objects."""
        return self.path / OBJECTS

    def make(self) -> None:
        """Make the folder where it is missing.

        Raises:
            LedgerError: it is there and something else than a ledger, or cannot be made.
        """
        try:
            if self.path.exists() and not self.objects.is_dir() and any(self.path.iterdir()):
                raise LedgerError(
                    f"«{self.path}» không phải sổ mà đã có tệp khác; chọn một thư mục mới",
                    f"«{self.path}» is no ledger and has other files in it; choose a new folder",
                )
            self.disk.make_folder(self.path)
            self.disk.make_folder(self.objects)
            self.disk.sync_folder(self.path)
        except OSError as error:
            raise _cannot_write(self.path, error) from None

    # --- The head

    def log(self) -> tuple[LogLine, ...]:
        """Return the nights, the first one first; none of a folder that is new.

        Raises:
            LedgerError: the head is damaged, or of another version.
        """
        path = self.path / HEAD
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise damaged(path, error.strerror or "", error.strerror or "") from None
        first, _, body = data.partition(b"\n")
        try:
            said = json.loads(first)
            version, sha256 = said["cchc_ledger"], said["sha256"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise damaged(path, "không bắt đầu như một sổ", "it does not begin as a ledger does") from None
        if version != VERSION:
            raise LedgerError(
                f"sổ phiên bản {version!r:.20}, cần {VERSION}; đọc bằng phiên bản thư viện đã ghi nó",
                f"a ledger of version {version!r:.20}, {VERSION} is needed; read it with the version of the library that wrote it",
            )
        if hashlib.sha256(body).hexdigest() != sha256:
            raise damaged(path, "sai mã kiểm tra", "the checksum differs")
        try:
            return tuple(LogLine(date.fromisoformat(day), str(what), str(night)) for day, what, night in map(json.loads, body.splitlines()))
        except (ValueError, TypeError, RecursionError):
            raise damaged(path, "không ghi các đêm như một sổ", "it does not list nights as a ledger does") from None

    def move_head(self, log: Sequence[LogLine]) -> None:
        """Make these the nights of the ledger, in one step; every object that they name is on the disk already."""
        body = "".join(json.dumps([entry.day.isoformat(), entry.what, entry.night]) + "\n" for entry in log).encode()
        first = json.dumps({"cchc_ledger": VERSION, "sha256": hashlib.sha256(body).hexdigest()}) + "\n"
        self._named(self.path / HEAD, [first.encode(), body])

    # --- Objects

    def put(self, parts: Sequence[Any], ending: str) -> str:
        """Keep an object and return its name, when it is on the disk."""
        total = hashlib.sha256()
        for part in parts:
            total.update(part)
        name = f"{total.hexdigest()}.{ending}"
        self._named(self.objects / name, parts)
        return name

    def get(self, name: str) -> bytes:
        """Return the content of an object.

        Raises:
            LedgerError: it is not there, or damaged.
        """
        path = self.objects / name
        try:
            data = path.read_bytes()
        except (OSError, ValueError) as error:  # of a name that no file can have, too
            why = getattr(error, "strerror", None) or str(error)
            raise damaged(path, why, why) from None
        if hashlib.sha256(data).hexdigest() != name.partition(".")[0]:
            raise damaged(path, "nội dung không khớp tên", "its content is not that of its name")
        return data

    def check(self, name: str) -> None:
        """Look at every byte of an object.

        Raises:
            LedgerError: it is not there, or damaged.
        """
        path, total = self.objects / name, hashlib.sha256()
        try:
            with path.open("rb") as file:
                while piece := file.read(_PIECE):
                    total.update(piece)
        except OSError as error:
            raise damaged(path, error.strerror or "", error.strerror or "") from None
        if total.hexdigest() != name.partition(".")[0]:
            raise damaged(path, "nội dung không khớp tên", "its content is not that of its name")

    def sweep(self, named: Collection[str]) -> int:
        """Remove the objects that no night names and return how many they were."""
        found = [path for path in self.objects.iterdir() if path.name not in named]
        found += self.path.glob(f"*{_UNFINISHED}")
        for path in found:
            self.disk.remove(path)
        return len(found)

    def _named(self, path: Path, parts: Sequence[Any]) -> None:
        """Write a file that appears under its name when it is on the disk."""
        unfinished = path.with_name(f"{path.name}.{os.getpid()}{_UNFINISHED}")
        try:
            self.disk.write(unfinished, parts)
            self.disk.sync(unfinished)
            self.disk.rename(unfinished, path)
            self.disk.sync_folder(path.parent)
        except OSError as error:
            raise _cannot_write(path, error) from None


def damaged(path: Path, vi: str, en: str) -> LedgerError:
    """Return the error of a file that is not what was written."""
    return LedgerError(
        f"{path}: tệp của sổ bị hỏng ({vi}); lấy lại tệp từ bản sao lưu, hoặc lập sổ mới từ toàn bộ dữ liệu",
        f"{path}: a file of the ledger is damaged ({en}); restore it from a backup, or make a new ledger from all rows",
    )


def _cannot_write(path: Path, error: OSError) -> LedgerError:
    return LedgerError(f"không ghi được {path}: {error.strerror}", f"cannot write {path}: {error.strerror}")
