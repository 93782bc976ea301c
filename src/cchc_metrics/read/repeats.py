"""Numbers that stand more than once among many, found in memory that does not grow with them: beyond it they are kept on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from cchc_metrics.errors import InputError
from cchc_metrics.hashes import Array

HASHES: Final = 50_000_000
"""So many numbers are compared in memory (400 MB); more are kept in files by their first bits, and each file is compared by itself."""
BUCKETS: Final = 64
"""Into so many groups numbers are divided, by their first bits."""
_AT_A_TIME: Final = 1 << 20


class Repeats:
    """Collects numbers (uint64) and tells which of them came more than once; to be used with ``with``, which removes what is on disk.

    Args:
        at_once: how many numbers are held in memory; it suffices for 64 times as many.
    """

    def __init__(self, at_once: int = HASHES) -> None:
        self._held = np.empty(max(at_once, 1), dtype=np.uint64)  # what is not filled takes no memory
        self._size = 0
        self._files: list[Any] = []
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def add(self, numbers: Array) -> None:
        """Add numbers.

        Raises:
            InputError: they are more than memory is to hold, and cannot be kept on disk.
        """
        while len(numbers):
            some = numbers[: len(self._held) - self._size]
            self._held[self._size : self._size + len(some)] = some
            self._size += len(some)
            numbers = numbers[len(some) :]
            if len(numbers):
                self._put_aside()

    def twice(self) -> Array:
        """Return the numbers that were added more than once, ascending; after that nothing more may be added."""
        if self._files:
            self._put_aside()
        found = [_twice(numbers) for numbers in self._groups()]
        return np.concatenate([np.zeros(0, dtype=np.uint64), *found])

    def _groups(self) -> Iterator[Array]:
        """Yield the numbers in groups, each by itself in memory; equal ones are in one, and each is above those before it."""
        if not self._files:
            yield self._held[: self._size]
            return
        self._held = np.zeros(0, dtype=np.uint64)
        for file in self._files:
            try:
                file.seek(0)
                yield np.fromfile(file, dtype=np.uint64)
            except OSError as error:
                raise _no_place(error) from None
            file.close()

    def _put_aside(self) -> None:
        """Keep what is in memory in files, by the first bits."""
        try:
            if not self._files:
                self._files = [self._open.enter_context(tempfile.TemporaryFile()) for _ in range(BUCKETS)]  # noqa: SIM115  it is one
        except OSError as error:
            raise _no_place(error) from None
        put_by_bits(self._held[: self._size], self._files)
        self._size = 0


def put_by_bits(numbers: Array, files: Sequence[Any]) -> None:
    """Write numbers (uint64) into as many files as there are ``BUCKETS``, by their first bits.

    Raises:
        InputError: there is no place on disk.
    """
    try:
        for first in range(0, len(numbers), _AT_A_TIME):
            some = numbers[first : first + _AT_A_TIME]
            group = (some >> np.uint64(58)).astype(np.uint8)
            ends = np.cumsum(np.bincount(group, minlength=BUCKETS))
            ordered = some[np.argsort(group, kind="stable")]
            for file, part in zip(files, np.split(ordered, ends[:-1]), strict=True):
                part.tofile(file)
    except OSError as error:
        raise _no_place(error) from None


def twice_in(paths: Iterable[Path]) -> Array:
    """Return which numbers stand more than once in some files together (uint64, ascending).

    Raises:
        InputError: a file cannot be read.
    """
    try:
        return _twice(np.concatenate([np.zeros(0, dtype=np.uint64), *(np.fromfile(path, dtype=np.uint64) for path in paths)]))
    except OSError as error:
        raise _no_place(error) from None


def _twice(numbers: Array) -> Array:
    """Return which numbers stand in an array more than once, which is sorted for it; looked for in runs, since masks of all take memory."""
    numbers.sort()
    parts = (numbers[first : first + _AT_A_TIME + 1] for first in range(0, len(numbers), _AT_A_TIME))
    found = [part[1:][part[1:] == part[:-1]] for part in parts]
    return np.unique(np.concatenate(found)) if found else numbers


def _no_place(error: OSError) -> InputError:
    place = tempfile.gettempdir()
    return InputError(
        f"không ghi được tệp tạm trong {place} để tìm mã lặp, cần 8 byte mỗi dòng ({error.strerror}); đặt TMPDIR ở ổ còn chỗ",
        f"repeated ids are looked for with 8 bytes a row on disk, which {place} cannot take ({error.strerror}); set TMPDIR to another",
    )
