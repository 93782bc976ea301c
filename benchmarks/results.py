"""RESULTS.md: each command writes its own section, with the machine it ran on, and leaves the others as they are."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from benchmarks.reference_work.floor import compiler_version

RESULTS = Path(__file__).with_name("RESULTS.md")
PACKAGES = ("cchc-metrics", "numpy", "polars", "duckdb", "pandas", "pyarrow", "numba")
HEAD = "# Results\n\nWritten by the commands in README.md, each its own section; not by hand.\n"


def write_section(name: str, text: str) -> None:
    """Replace a section of RESULTS.md, or add it."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    section = f"{begin}\n{text.strip()}\n{end}"
    old = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else HEAD
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    new = pattern.sub(lambda _: section, old) if pattern.search(old) else f"{old.rstrip()}\n\n{section}\n"
    RESULTS.write_text(new, encoding="utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table: the first column is text, the others are numbers."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine() -> str:
    """Return the machine, the versions and how busy it is, in a paragraph."""
    versions = []
    for package in PACKAGES:
        try:
            versions.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{datetime.now().astimezone():%Y-%m-%d %H:%M %z}. {_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} "
        f"{platform.machine()}; Python {sys.version.split()[0]}, {', '.join(versions)}; {compiler_version()}. {busy()}"
    )


def busy() -> str:
    """Return how many processes wanted a core during the last minute."""
    return f"Load of the last minute: {os.getloadavg()[0]:.1f}."


def _processor() -> str:
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or "unknown processor"


def size_text(rows: int) -> str:
    """Return a number of rows as tables show it.

    >>> size_text(100_000), size_text(50_000_000)
    ('10^5', '5·10^7')
    """
    digits = str(rows)
    head = digits.rstrip("0")
    if len(head) != 1:
        return f"{rows:,}"
    power = f"10^{len(digits) - 1}"
    return power if head == "1" else f"{head}·{power}"
