"""The same rows say the same, byte for byte, whatever runs them: ``python -m tests.determinism.matrix``.

A process of its own for each variant of the environment (hash seed, locale, time zone, optimisation, encoding) writes all that can be
written about the example; in each, the rows are counted by every engine and number of workers. Then the same rows in other orders and split
over other files must say the same figures. ``--keep FOLDER`` leaves the digests there and compares with those that other Pythons and other
versions of the dependencies left: what this library writes itself must be the same, what others write for it (pictures, workbooks,
Parquet) is compared where they have the same versions.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import importlib.metadata
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from cchc_metrics.records.kinds import KINDS

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "thap-muoi"
SMALL = ROOT / "tests" / "golden" / "two-communes"
ALL_FORMATS = ("txt", "md", "json", "csv", "html", "xlsx", "docx", "parquet")
OWN_FORMATS = ("txt", "md", "json", "csv")
"""Written by this library alone; the others by packages whose versions put other bytes around the same figures."""
BY_OTHERS = (".html", ".xlsx", ".docx", ".parquet")
WRITERS = ("matplotlib", "xlsxwriter", "python-docx", "docxtpl", "pyarrow", "jinja2", "numpy", "pillow", "lxml")
LOCALES = ("vi_VN", "tr_TR")
Digests = Mapping[str, str]


class Variant(NamedTuple):
    """One way to run the program; what is not said is as in the reference."""

    seed: str = "0"
    locale: str = "C"
    zone: str = "UTC"
    options: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"seed {self.seed}, {self.locale}, {self.zone} {' '.join(self.options)}".strip()


REFERENCE = Variant()
EACH = (
    *(Variant(seed=seed) for seed in ("1", "42", "4294967295", "random")),
    *(Variant(locale=name) for name in ("C.UTF-8", *(f"{name}.UTF-8" for name in LOCALES))),
    *(Variant(zone=zone) for zone in ("Asia/Ho_Chi_Minh", "Pacific/Kiritimati", "America/St_Johns")),
    *(Variant(options=options) for options in (("-O",), ("-OO",), ("-X", "utf8=0"), ("-X", "utf8=1"), ("-X", "dev"))),
)
TOGETHER = (
    Variant("random", "tr_TR.UTF-8", "Pacific/Kiritimati", ("-O",)),
    Variant("7", "vi_VN.UTF-8", "Asia/Ho_Chi_Minh", ("-X", "utf8=0")),
)


@cache
def locales() -> Path:
    """Make the locales in a folder of their own, which takes no rights; returns it.

    Raises:
        SystemExit: the machine has no sources of locales; ``.ci/need locales`` installs them.
    """
    place = Path(tempfile.mkdtemp(prefix="locales-"))
    for name in LOCALES:
        if shutil.which("localedef") is None or not Path("/usr/share/i18n/locales", name).is_file():
            raise SystemExit("no sources of locales; .ci/need locales installs them")
        subprocess.run(["localedef", "-i", name, "-f", "UTF-8", str(place / f"{name}.UTF-8")], check=True)  # noqa: S603, S607
    return place


def run(folder: Path, formats: Sequence[str], variant: Variant = REFERENCE) -> Digests:
    """Return the digests of all that a process of its own writes about a folder.

    Raises:
        SystemExit: it did not end well, or wrote anything but its answer.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON", "TZ"))}
    environment |= {"PYTHONHASHSEED": variant.seed, "LC_ALL": variant.locale, "TZ": variant.zone, "PYTHONWARNINGS": "ignore"}
    if variant.locale.startswith(LOCALES):
        environment["LOCPATH"] = str(locales())
    command = [sys.executable, *variant.options, "-m", "tests.determinism.once", str(folder), ",".join(formats)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)  # noqa: S603
    if done.returncode or done.stderr:
        raise SystemExit(f"{variant}: status {done.returncode}\n{done.stderr[-2000:]}")
    found: Digests = json.loads(done.stdout)
    return found


def unlike(wanted: Digests, found: Digests, names: Sequence[str] = ()) -> list[str]:
    """Return the names of what differs, of those names or of all."""
    return [name for name in names or sorted({*wanted, *found}) if wanted.get(name) != found.get(name)]


# --- The same rows in other orders and files


def _rows(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        headings, *rows = csv.reader(file)
    return headings, rows


def _write(path: Path, headings: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headings, *rows])


def shuffled(source: Path, folder: Path, seed: int, parts: int = 1) -> Path:
    """Copy a folder with the rows of every table in another order, and each table split over so many files."""
    shutil.copytree(source, folder)
    draw = random.Random(seed)  # noqa: S311  an order
    named = []
    for path in sorted(path for path in folder.glob("*.csv") if path.stem in KINDS):
        kind = path.stem
        headings, rows = _rows(path)
        draw.shuffle(rows)
        if parts == 1:
            _write(path, headings, rows)
            continue
        path.unlink()
        cuts = sorted(draw.sample(range(1, len(rows)), min(parts, len(rows)) - 1))
        for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(rows)], strict=True), start=1):
            _write(folder / f"{kind}-{number}.csv", headings, rows[start:end])
        named.append(f'{kind} = "{kind}-*.csv"')
    if named:
        with (folder / "district.toml").open("a", encoding="utf-8") as file:
            file.write("\n[files]\n" + "\n".join(named) + "\n")
    return folder


def arrangements(place: Path, source: Path = EXAMPLE) -> Iterator[tuple[str, Path]]:
    """Yield the same rows as other folders, by what is other about them."""
    for seed, parts in ((1, 1), (2, 1), (3, 2), (4, 7)):
        yield f"rows shuffled, {parts} files a table", shuffled(source, place / f"{seed}-{parts}", seed, parts)


# --- The same on other Pythons, with other versions


def stamp() -> str:
    """Return the digest of the source and of the example: only what is the same is compared."""
    digest = hashlib.sha256()
    for folder in (ROOT / "src", EXAMPLE, Path(__file__).parent):
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Return what a report is made with, by name."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in (*WRITERS, "pydantic", "click", "rich", "python-dateutil"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "none"
    return found


def kept(folder: Path, found: Digests) -> Iterator[str]:
    """Leave digests in a folder; yield what differs from those left there by others, and say with whom it was compared."""
    folder.mkdir(parents=True, exist_ok=True)
    own = {"stamp": stamp(), "versions": versions(), "digests": dict(found)}
    name = hashlib.sha256(json.dumps(own["versions"], sort_keys=True).encode()).hexdigest()[:8]
    path = folder / f"{own['versions']['python']}-{name}.json"  # type: ignore[index]
    for other in sorted(folder.glob("*.json")):
        said = json.loads(other.read_text(encoding="utf-8"))
        if other == path or said["stamp"] != own["stamp"]:
            continue
        same = all(said["versions"][each] == versions()[each] for each in WRITERS)
        names = [each for each in sorted(found) if same or not each.endswith(BY_OTHERS)]
        wrong = unlike(said["digests"], found, names)
        yield from (f"{each}: not as {other.stem}" for each in wrong)
        print(f"{len(names) - len(wrong)} of {len(names)} as on Python {other.stem}", flush=True)
    path.write_text(json.dumps(own, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Run the matrix; ends with status 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="a folder of digests of other Pythons and versions")
    parser.add_argument("--once", action="store_true", help="only the reference, to be compared with what is kept")
    asked = parser.parse_args()
    print(", ".join(f"{name} {version}" for name, version in versions().items()), flush=True)
    wanted = run(EXAMPLE, ALL_FORMATS)
    wrong = [] if asked.keep is None else list(kept(asked.keep, wanted))
    tried = 1
    for variant in () if asked.once else (*EACH, *TOGETHER):
        differs = unlike(wanted, run(EXAMPLE, ALL_FORMATS, variant))
        wrong += [f"{name}: {variant}" for name in differs]
        tried += 1
        print(f"{len(wanted) - len(differs)} of {len(wanted)} equal: {variant}", flush=True)
    with tempfile.TemporaryDirectory() as place:
        for what, folder in () if asked.once else arrangements(Path(place)):
            differs = unlike(wanted, run(folder, OWN_FORMATS), SAME_ROWS)
            wrong += [f"{name}: {what}" for name in differs]
            tried += 1
            print(f"{len(SAME_ROWS) - len(differs)} of {len(SAME_ROWS)} equal: {what}", flush=True)
    print(f"{tried} variants, {len(wrong)} differences", *wrong, sep="\n", flush=True)
    raise SystemExit(bool(wrong))


SAME_ROWS = ("figures", "measures.csv", "deltas.csv", "tally", "periodic.txt")
"""What names neither files nor row numbers."""

if __name__ == "__main__":
    main()
