"""The package with its three dependencies and no extra, away from its source: what can be imported, and what asks for an extra.

``python tests/hygiene/bare_hygiene.py FOLDER`` in an environment that has the wheel and nothing else; FOLDER is read. Ends with status 1
and says what is wrong.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import re
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

WITH_EXTRA = {"cli": "cli", "testing": "hypothesis", "count.fast": "numba"}
"""Modules that an extra is there for, and what names it where it is missing."""


def is_installed() -> Iterator[str]:
    """Yield what is wrong with where the package is imported from."""
    found = importlib.util.find_spec("cchc_metrics")
    assert found is not None
    assert found.origin is not None
    if not Path(found.origin).is_relative_to(sysconfig.get_path("purelib")):
        yield f"not the wheel: {found.origin}"
    if any(Path(place, "cchc_metrics").is_dir() for place in sys.path if "site-packages" not in place):
        yield "the source can be imported as well"
    declared = {re.split(r"[^A-Za-z0-9-]", each)[0] for each in importlib.metadata.requires("cchc-metrics") or [] if "extra ==" in each}
    there = sorted(name for name in declared if _is_there(name))
    if there:
        yield f"what only extras bring is installed: {', '.join(there)}"


def _is_there(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def failure(name: str) -> str:
    """Return how the import of a module failed; empty where it did not."""
    try:
        importlib.import_module(name)
    except (Exception, SystemExit) as error:  # noqa: BLE001  whatever it is, it is said
        return f"{type(error).__name__}: {error}"
    return ""


def modules() -> Iterator[str]:
    """Yield what is wrong with importing each module; that none depends on what was imported before it, tests/test_layers.py says."""
    place = Path(str(importlib.util.find_spec("cchc_metrics").origin)).parent  # type: ignore[union-attr]
    inner = (path.relative_to(place).with_suffix("").parts for path in sorted(place.rglob("*.py")))
    names = sorted(".".join(("cchc_metrics", *parts)).removesuffix(".__init__") for parts in inner)
    if len(names) < 200:
        yield f"only {len(names)} modules were found"
    for name in names:
        failed = failure(name)
        own = name.removeprefix("cchc_metrics.")
        extra = next((of for module, of in WITH_EXTRA.items() if own == module or own.startswith(module + ".")), None)
        if failed and (extra is None or (extra not in failed and "SystemExit: 2" not in failed)):
            yield f"{name}: {failed}"
    print(f"{len(names)} modules imported")


def asked(folder: Path) -> Iterator[str]:
    """Yield what is wrong with answers that need no extra, and with the errors of those that do."""
    import cchc_metrics as cm  # noqa: PLC0415  after what is said of where it is

    data = cm.read_folder(folder)
    report = data.report("2021")
    with tempfile.TemporaryDirectory() as out:
        report.save(out, ("txt", "md", "json", "csv"))
        needing: tuple[tuple[str, Callable[[], Any]], ...] = (
            ("html", lambda: report.save(out, ("html",))),
            ("excel", lambda: report.save(out, ("xlsx",))),
            ("excel", lambda: report.measures.to_excel(Path(out, "b.xlsx"))),
            ("word", lambda: report.save(out, ("docx",))),
            ("arrow", lambda: report.save(out, ("parquet",))),
            ("arrow", report.measures.to_arrow),
            ("arrow", lambda: cm.scan_parquet("dossiers", Path(out, "a.parquet"), units=data.units)),
            ("plot", lambda: report.deltas.plot("resolved_on_time")),
            ("fast", lambda: data.tally(["2021"], engine="compiled")),
        )
        for extra, ask in needing:
            try:
                ask()
            except cm.CchcError as error:
                if f"cchc-metrics[{extra}]" not in error.en:
                    yield f"{extra}: does not name the extra: {error.en}"
            else:
                yield f"{extra}: needs no extra?"
    print(f"{len(needing)} answers that need an extra name it")


if __name__ == "__main__":
    import pydantic  # noqa: F401  loaded once, before each process takes its copy

    wrong = [*is_installed(), *modules(), *asked(Path(sys.argv[1]))]
    print(*wrong, f"{len(wrong)} mistakes", sep="\n")
    raise SystemExit(bool(wrong))
