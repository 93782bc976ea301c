"""Everything that is written about one folder, once, in this process: prints the SHA-256 of each, by name, as JSON.

``python -m tests.determinism.once FOLDER FORMATS``. It takes the locale of its environment, as a program that embeds the library may.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import locale
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import get_args

from cchc_metrics.count.engines import Engine
from cchc_metrics.count.tally import tally
from cchc_metrics.dataset import Dataset
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.report.json_report import report_json
from cchc_metrics.report.page_text import page_text
from cchc_metrics.report.periodic_page import periodic_page

PERIOD = "2021"
WORKERS = (None, 1, 2, 3)
OF_THE_INPUT = ("provenance", "report_sha256")
"""What a report says of the files that it was made from, which other files of the same rows do not share."""


def written(folder: Path, formats: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Yield all that is written about a folder, by name. What is counted by several engines is one name: unlike counts are an error."""
    data = read_folder(folder)
    report = data.report(PERIOD)
    with tempfile.TemporaryDirectory() as out:
        for path in report.save(out, formats):
            yield path.name, path.read_bytes()
    said = json.loads(report_json(report, "en"))
    yield "report.json in English", json.dumps(said, ensure_ascii=False).encode()
    for name in OF_THE_INPUT:
        del said[name]
    yield "figures", json.dumps(said, ensure_ascii=False).encode()
    yield "periodic.txt", page_text(periodic_page(data.periodic(PERIOD))).encode()
    yield "snapshot", data.snapshot("kept", PERIOD, on=date(2022, 4, 15), by="Ủy ban nhân dân", rows=False).to_bytes()
    yield "tally", one(tallies(data))
    yield "explained", repr([data.explain("resolved_on_time", unit).to_dicts() for unit in data.units.codes[:3]]).encode()


def tallies(data: Dataset) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes of a dataset's counts by every engine and number of workers, by which."""
    columns = {kind: data.columns(kind) for kind in data.tables}
    engines: tuple[Engine, ...] = get_args(Engine)
    for engine in engines:
        if engine == "compiled" and importlib.util.find_spec("numba") is None:
            continue
        for workers in WORKERS:
            counted = tally(columns, periods=PERIOD, rules=data.rules, as_of=data.as_of, engine=engine, workers=workers)
            yield f"{engine}, {workers} workers", counted.to_bytes()


def one(found: Iterator[tuple[str, bytes]]) -> bytes:
    """Return the bytes that all have."""
    (first, wanted), *others = found
    unlike = [name for name, made in others if made != wanted]
    if unlike:
        raise SystemExit(f"not as {first}: {', '.join(unlike)}")
    return wanted


def digests(folder: Path, formats: tuple[str, ...]) -> Mapping[str, str]:
    """Return the SHA-256 of everything that is written about a folder, by name."""
    return {name: hashlib.sha256(made).hexdigest() for name, made in written(folder, formats)}


if __name__ == "__main__":
    locale.setlocale(locale.LC_ALL, "")
    print(json.dumps(digests(Path(sys.argv[1]), tuple(sys.argv[2].split(",")))))
