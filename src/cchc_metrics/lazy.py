"""Public names of a package, said once in its stub (``__init__.pyi``) and loaded on first use, so that importing it costs little."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType


def attach(package: str, file: str) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Return ``__getattr__``, ``__dir__`` and ``__all__`` of a package whose stub imports its public names.

    Args:
        package: ``__name__`` of the package.
        file: its ``__file__``; the stub stands beside it.
    """
    homes: dict[str, str] = {}
    for statement in ast.parse(Path(file).with_name("__init__.pyi").read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.ImportFrom):
            homes.update({alias.name: str(statement.module) for alias in statement.names})

    def load(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home = homes[name]
        if home == package:  # a package of its own, such as ``score``
            return importlib.import_module(f"{package}.{name}")
        module: ModuleType = importlib.import_module(home)
        value: object = getattr(module, name)
        setattr(importlib.import_module(package), name, value)
        return value

    return load, lambda: sorted(homes), sorted(homes)
