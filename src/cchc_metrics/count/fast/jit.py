"""Compiling functions, and keeping what was compiled for the next process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any, TypeVar

import numba
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

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


@intrinsic  # type: ignore[untyped-decorator]
def prefetch(_typing: Any, array: Any, at: Any) -> Any:
    """Ask for the memory at a position of a one-dimensional array, to be read soon; any position will do, nothing is read.

    Processors ask by themselves for what comes next, but not beyond a page of 4 KiB, and wait at each.
    """
    into, levels, data = 0, 2, 1  # to be read; kept from the second cache on; not instructions

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array_type, at_type = signature.args
        first = context.make_array(array_type)(context, builder, arguments[0]).data
        place = builder.gep(first, [context.cast(builder, arguments[1], at_type, types.intp)])
        pointer, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        function = builder.module.declare_intrinsic(
            "llvm.prefetch", [pointer], ir.FunctionType(ir.VoidType(), [pointer, number, number, number])
        )
        builder.call(function, [builder.bitcast(place, pointer), *(number(value) for value in (into, levels, data))])
        return context.get_dummy_value()

    return types.void(array, at), generate
