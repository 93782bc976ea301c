"""Write the golden reports anew: ``python tests/golden/regenerate.py``, and read the diff before it is committed.

Of a district of two communes, small enough to be counted by hand, the whole report and the periodic one; of a province in the quarter
that straddles 01/07/2025, and of a commune in the month in which rules changed, the text; of communes that merged and one that was divided
their changes; of the large example its digest and its main figures.
All are made by the command itself, or by what it calls. The tests in tests/test_job.py compare what it writes with these files, byte for
byte.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from cchc_metrics import cli
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.report.page_text import page_text
from cchc_metrics.report.periodic_page import periodic_page
from cchc_metrics.verbs.compare import compare

GOLDEN = Path(__file__).parent
SMALL = GOLDEN / "two-communes"
MERGED = GOLDEN / "merged-2025"
STRADDLING = GOLDEN / "third-quarter-2025"
CHANGED = GOLDEN / "august-2026"
EXAMPLE = GOLDEN.parents[1] / "examples" / "thap-muoi"
PERIOD = "2021"
DIGEST = "thap-muoi.txt"


@cache
def written(folder: Path, period: str = PERIOD) -> Mapping[str, bytes]:
    """Return what the command writes for a folder, by file name."""
    with tempfile.TemporaryDirectory() as out:
        arguments = ["report", str(folder), "--period", period, "--formats", "txt,json", "--out", out]
        done = CliRunner().invoke(cli.main, arguments, catch_exceptions=False)
        if done.exit_code not in (0, 1):  # 1: a row is rejected, as one of the small folder is
            raise RuntimeError(done.stderr)
        return {path.name: path.read_bytes() for path in sorted(Path(out).iterdir())}


def golden_files() -> dict[str, str]:
    """Return the golden files by name."""
    small = {f"two-communes.{name}": made.decode() for name, made in written(SMALL).items()}
    straddling = {"third-quarter-2025.report.txt": written(STRADDLING, "2025-Q3@nd09")["report.txt"].decode()}
    changed = {"august-2026.report.txt": written(CHANGED, "2026-08")["report.txt"].decode()}
    periodic = {"two-communes.periodic.txt": page_text(periodic_page(read_folder(SMALL).periodic(PERIOD)))}
    merged = {"merged-2025.txt": "\n".join(merged_lines()) + "\n"}
    return small | straddling | changed | periodic | merged | {DIGEST: digest(written(EXAMPLE))}


def merged_lines() -> Iterator[str]:
    """Yield the changes of communes that merged and of one that was divided, without and with the shares of its parts, and the annex."""
    data = read_folder(MERGED)
    shares = {"99002": {"99001": Fraction(1, 3), "99003": Fraction(2, 3)}}
    current, before = data.measures("2025-Q4"), data.measures("2024-Q4")
    for heading, found, wanted in (
        ("2025-Q4 against 2024-Q4", data.deltas(), data.units.codes),
        ("With shares: a third of Tân Hòa went to Tân Lập", compare(current, before, units=data.units, shares=shares), ("99001", "99003")),
    ):
        yield from (heading, "")
        for row in found.filter(indicator=["dossiers_received", "resolved_on_time"], breakdown=()).to_dicts("vi"):
            if row["status"] != "not_applicable" and row["unit"] in wanted:
                change = "–" if row["difference"] is None else f"{float(row['difference']):+.2f}"
                sides = [
                    f"{row[of + 'numerator']}/{row[of + 'denominator']}".replace("/None", "").replace("None", "–")
                    for of in ("", "baseline_")
                ]
                yield f"{row['indicator']} · {row['unit']} {row['unit_name']}: {sides[0]} ← {sides[1]}: {change} · {row['status']}"
                yield f"    {row['reason']}"
        yield ""
    text = written(MERGED, "2025-Q4")["report.txt"].decode()
    yield from text[text.index("Phụ lục 2.") : text.index("Phụ lục 3.")].rstrip().splitlines()


def difference(name: str, found: bytes) -> str:
    """Return where a file of the large example's report differs from the golden one; empty where no byte does."""
    if hash_line(name, found) in (GOLDEN / DIGEST).read_text(encoding="utf-8").splitlines():
        return ""
    return first_difference(found, written(EXAMPLE)[name]) or f"{name}: python tests/golden/regenerate.py shows what changed"


def first_difference(found: bytes, golden: bytes) -> str:
    """Return the first line that differs; a whole diff of 100 000 lines would take minutes."""
    for number, (a, b) in enumerate(zip(found.split(b"\n"), golden.split(b"\n"), strict=False), start=1):
        if a != b:
            return f"line {number}: {a.decode()!r} and not {b.decode()!r}"
    return "" if len(found) == len(golden) else f"{len(found)} bytes and not {len(golden)}"


# --- The digest of the large example


def hash_line(name: str, content: bytes) -> str:
    """Return the line that fixes every byte of a file."""
    return f"sha256 {hashlib.sha256(content).hexdigest()}  {name}, {len(content)} bytes"


def digest(files: Mapping[str, bytes]) -> str:
    """Return the digest of a report: the hash of each file, the main figures to be read, and a hash of all figures of each indicator."""
    data: Any = json.loads(files["report.json"])
    by_indicator: dict[str, list[Any]] = {}
    for item in data["measures"]:
        by_indicator.setdefault(item["indicator"], []).append(item)
    whole = data["district"]["code"]
    rows: list[tuple[str, ...]] = [("indicator", "of", "status", "numerator", "denominator", "value", "all its figures")]
    for name, items in by_indicator.items():
        own = [m for m in items if m["unit"] == whole]
        year = [m for m in own if m["period"] == PERIOD]
        shown = [m for m in year if set(m["breakdown"]) <= {"level"}] or year or own  # some have no total, or are of the plan's year only
        figures = f"{len(items)}: {figures_hash(items)}"
        for number, m in enumerate(shown):
            cells = (m["status"], m["numerator"], m["denominator"], m["value"])
            of = " ".join([*m["breakdown"].values(), *([m["period"]] if m["period"] != PERIOD else [])]) or "the whole"
            rows.append((name, of, *("–" if cell is None else str(cell) for cell in cells), figures if number == 0 else ""))
    counts = ", ".join(f"{len(data[key])} {key}" for key in ("measures", "deltas", "assessments"))
    lines = [
        f"What `cchc-metrics report examples/thap-muoi --period {PERIOD}` writes. Made by tests/golden/regenerate.py.",
        "",
        *(hash_line(name, content) for name, content in files.items()),
        f"{counts}, {data['problems']['read']} rows read, {data['problems']['rejected']} rejected",
        "",
        f"Figures of {whole} in {PERIOD}. Last: how many measures an indicator has, of every unit, period and breakdown, and the hash",
        "of what they are about, their statuses, numerators, denominators and values, in any order and in no words.",
        "",
        *aligned(rows),
    ]
    return "\n".join(lines) + "\n"


def figures_hash(items: Iterable[Any]) -> str:
    """Return the hash of some measures' figures, which words, keys and their order do not change."""
    figures = sorted(
        json.dumps([m["unit"], m["period"], sorted(m["breakdown"].items()), m["status"], m["numerator"], m["denominator"], m["value"]])
        for m in items
    )
    return hashlib.sha256("\n".join(figures).encode()).hexdigest()[:16]


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines whose columns stand under each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


if __name__ == "__main__":
    for file_name, text in golden_files().items():
        (GOLDEN / file_name).write_text(text, encoding="utf-8", newline="\n")
