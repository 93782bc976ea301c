"""Files that appear under their name when they are whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cchc_metrics.errors import InputError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a place to write to, which takes the file's name when the block ends well; else nothing of it is left.

    Raises:
        InputError: the file cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield unfinished
        unfinished.replace(path)
    except OSError as error:
        raise InputError(f"không ghi được {path}: {error.strerror or error}", f"cannot write {path}: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            unfinished.unlink()
