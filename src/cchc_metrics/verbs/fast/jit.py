"""Compiling functions, and keeping what was compiled for the next process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


@cache
def _digest() -> str:
    """Return what tells the sources of this package from any others."""
    sources = sorted((f for f in resources.files(__package__).iterdir() if f.name.endswith(".py")), key=lambda f: f.name)
    return hashlib.sha256(b"".join(f.read_bytes() for f in sources)).hexdigest()[:12]


def jit(function: Function) -> Function:
    """Return a function that is compiled when it is first called, and runs without the lock on the interpreter.

    What is compiled is kept on disk under a name that has a digest of all sources: the compiler itself only looks at the time and size of
    one file, which a new version can share with an old one. Where nothing can be kept it is compiled anew in each process.
    """
    function.__qualname__ = f"{function.__qualname__}_{_digest()}"
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "boundscheck": False}
    try:
        return numba.njit(cache=True, **options)(function)  # type: ignore[no-any-return]
    except RuntimeError:  # no folder can be written to
        return numba.njit(**options)(function)  # type: ignore[no-any-return]
