"""What is fuzzed: every reader and loader, with what must hold whatever its bytes are.

Each target takes bytes and a folder of its own. It ends with an answer or with an error of the library; anything else is a find. Where rows
are read, those that were read are those that are valid and those that were rejected; beside ``out`` nothing changes in the folder, and what
stands outside of it is in no output.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shutil
import zlib
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

import pyarrow as pa
from click.testing import CliRunner

import cchc_metrics as cm
from cchc_metrics import cli
from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.declared import parse_json
from cchc_metrics.errors import CchcError
from cchc_metrics.fold.partial import Partial
from cchc_metrics.read.baseline import read_baseline
from cchc_metrics.read.district import load_district
from cchc_metrics.read.form06_csv import read_form06_file
from cchc_metrics.read.published import read_published
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.report.periodic_outline import load_outline
from cchc_metrics.score import load_scheme
from cchc_metrics.score.inputs import load_inputs, load_scores
from cchc_metrics.verbs.entered import load_figures

Target = Callable[[bytes, Path], None]
UNITS: Final = cm.UnitTree(
    [
        cm.Unit(code="TM", name="Tháp Mười", kind="huyện", level="district"),
        cm.Unit(code="TM.01", name="Mỹ An", kind="thị trấn", level="commune", parent="TM"),
    ]
)
SMALLER: Final = {"limits": {"cells": 200_000, "page_cells": 200_000, "unpacked_bytes": 1 << 24}}
"""What a file may hold here, so that no input takes long."""
CALENDAR: Final = cm.Calendar.official()
CANARY: Final = "CANARY-7f3a"
"""Stands in files beside the folder that is read; no output may have it."""
NAMES: Final = tuple(KINDS)


class FoundError(AssertionError):
    """What must hold does not."""


def _holds(said: bool, what: str) -> None:
    if not said:
        raise FoundError(what)


def _parsed(found: Any) -> None:
    problems = found.problems
    _holds(problems.read == problems.valid + problems.rejected, f"read {problems.read} = {problems.valid} + {problems.rejected}")
    _holds(len(found.columns) == problems.valid, f"{len(found.columns)} columns of {problems.valid} valid rows")
    problems.to_csv()
    for problem in problems.examples[:20]:
        problem.text("vi")


def _table(ending: str) -> Target:
    """Return the target that reads a file as the table of a kind; its first byte says of which."""

    def run(data: bytes, folder: Path) -> None:
        kind = NAMES[data[0] % len(NAMES)] if data else "dossiers"
        path = folder / f"t{ending}"
        path.write_bytes(data[1:])
        _parsed(cm.read_file(kind, path, units=UNITS, extracted_on=date(2022, 1, 31), calendar=CALENDAR, own=SMALLER))

    return run


def _arrow(data: bytes, folder: Path) -> None:
    del folder
    kind = NAMES[data[0] % len(NAMES)] if data else "dossiers"
    try:
        table = pa.ipc.open_stream(data[1:]).read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError, MemoryError, NotImplementedError):
        return  # what is no table is refused by Arrow itself; the library takes tables
    _parsed(cm.read_frame(kind, table, units=UNITS, extracted_on=date(2022, 1, 31), calendar=CALENDAR))


def _loader(load: Callable[[bytes], object]) -> Target:
    def run(data: bytes, folder: Path) -> None:
        del folder
        load(data)

    return run


def _text(load: Callable[[str], object]) -> Target:
    return _loader(lambda data: load(data.decode("utf-8", "surrogateescape")))


def _file(name: str, load: Callable[[Path], object]) -> Target:
    def run(data: bytes, folder: Path) -> None:
        path = folder / name
        path.write_bytes(data)
        load(path)

    return run


def _summed(data: bytes, magic: bytes) -> bytes:
    """Return bytes with the checksum that they have: what is behind it is what is fuzzed."""
    return data[:4] + zlib.crc32(data[8:]).to_bytes(4, "big") + data[8:] if data.startswith(magic) else data


def _tally(data: bytes) -> None:
    data = _summed(data, b"CCHC")
    found = cm.Tally.from_json(data.decode("utf-8", "surrogateescape")) if data.startswith(b"{") else cm.Tally.from_bytes(data)
    _holds(cm.Tally.from_json(found.to_json()) == found, "a tally comes back as it was")
    _holds(cm.Tally.from_bytes(found.to_bytes()) == found, "a tally comes back as it was")
    with contextlib.suppress(CchcError):
        cm.measure(found, units=UNITS)
    with contextlib.suppress(CchcError):
        found + found


def _snapshot(data: bytes) -> None:
    head, _, rest = data.partition(b"\n")
    second, _, body = rest.partition(b"\n")
    digest = hashlib.sha256(body).hexdigest().encode()  # what is behind the checksum is what is fuzzed
    data = head + b"\n" + re.sub(rb"[0-9a-f]{64}", digest, second) + b"\n" + body
    cm.Snapshot.from_bytes(data).to_text("vi")


def _baseline(data: bytes) -> None:
    read_baseline(parse_json(data, "baseline.json").data, default_catalogue()).to_text("vi")


def _partial(data: bytes) -> None:
    end = 12 + int.from_bytes(data[8:12], "big")  # of the tally inside, which has a checksum of its own
    found = Partial.from_bytes(_summed(data[:12] + _summed(data[12:end], b"CCHC") + data[end:], b"CCHP"))
    _holds(Partial.from_bytes(found.to_bytes()).to_bytes() == found.to_bytes(), "a part comes back as it was")


COMMANDS: Final = (
    ("check",),
    ("report", "--out", "{out}", "--formats", "txt,md,json,csv"),
    ("plan",),
    ("score",),
    ("form06",),
    ("explain", "resolved_on_time"),
    ("why", "resolved_on_time"),
    ("init", "--force", "--yes"),
    ("periodic",),
    ("snapshot", "list"),
)
PART: Final = b"\n====="
"""Begins a part of a folder: the name of its file follows up to the end of the line, with ``->`` and a place for a link."""


def _folder(data: bytes, folder: Path) -> None:
    """Write the files that the bytes say, and run one of the commands on the folder."""
    inside, out, beside = folder / "in", folder / "out", folder / "beside"
    for path in (inside, out, beside):
        shutil.rmtree(path, ignore_errors=True)
    inside.mkdir()
    beside.mkdir()
    (beside / "dossiers.csv").write_text(f"dossier_id,unit_code,received_at,status\n{CANARY},TM,01/03/2021,4\n")
    (beside / "plan.toml").write_text(f'title = "{CANARY}"\n')
    command = COMMANDS[data[0] % len(COMMANDS)] if data else COMMANDS[0]
    for part in data[1:].split(PART)[1:]:
        head, _, body = part.partition(b"\n")
        name, arrow, place = head.decode("utf-8", "replace").strip().partition("->")
        if not name or "/" in name or "\0" in name or name in (".", "..") or len(name) > 60:
            continue
        with contextlib.suppress(OSError, ValueError):
            if arrow:
                (inside / name).symlink_to(place.strip())
            else:
                (inside / name).write_bytes(body)
    before = _state(folder, command[0])
    named = [command[0], *command[1:2], str(inside)] if command[0] == "snapshot" else [command[0], str(inside), *command[1:]]
    arguments = [str(out) if each == "{out}" else each for each in named]
    result = CliRunner(env={"CCHC_METRICS_TRACEBACK": "1"}).invoke(cli.main, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    _holds(result.exit_code in (0, 1, 2), f"exit status {result.exit_code}")
    _holds(result.exit_code != 2 or bool(result.stderr.strip()), "status 2 without a word")
    _holds(_state(folder, command[0]) == before, "something was written outside of out")
    said = result.stdout + result.stderr
    written = "".join(path.read_text("utf-8", "replace") for path in sorted(out.rglob("*")) if path.is_file()) if out.exists() else ""
    _holds(CANARY not in said + written, "what stands outside of the folder is in an output")


def _state(folder: Path, command: str) -> Mapping[str, object]:
    """Return what stands in a folder and beside it; ``init`` writes the settings."""
    own = {"district.toml", "district.toml.old"} if command == "init" else set()
    return {
        str(path): (path.lstat().st_mtime_ns, path.lstat().st_size)
        for place in ("in", "beside")
        for path in (folder / place).rglob("*")
        if path.name not in own
    }


Shape = Literal["text", "zip", "bytes"]
"""How the bytes of a target are changed: as text, in the parts of an archive, as they are."""

TARGETS: Final[Mapping[str, tuple[Shape, Target]]] = MappingProxyType(
    {
        "csv": ("text", _table(".csv")),
        "tsv": ("text", _table(".tsv")),
        "xlsx": ("zip", _table(".xlsx")),
        "xlsb": ("zip", _table(".xlsb")),
        "ods": ("zip", _table(".ods")),
        "xls": ("bytes", _table(".xls")),
        "xml": ("text", _table(".xml")),
        "html": ("text", _table(".html")),
        "mhtml": ("text", _table(".mht")),
        "parquet": ("bytes", _table(".parquet")),
        "arrow": ("bytes", _arrow),
        "tally": ("bytes", _loader(_tally)),
        "partial": ("bytes", _loader(_partial)),
        "snapshot": ("bytes", _loader(_snapshot)),
        "baseline": ("text", _loader(_baseline)),
        "calendar_json": ("text", _loader(cm.Calendar.from_json)),
        "district": ("text", _loader(load_district)),
        "plan": ("text", _loader(lambda data: cm.load_plan(data, units=UNITS, indicators=default_catalogue().indicators))),
        "scheme": ("text", _loader(load_scheme)),
        "scores": ("text", _loader(load_scores)),
        "inputs": ("text", _loader(load_inputs)),
        "catalogue": ("text", _loader(lambda data: cm.load_catalogue(data, base=default_catalogue()))),
        "figures": ("text", _loader(load_figures)),
        "periodic": ("text", _loader(load_outline)),
        "published": ("text", _loader(lambda data: read_published(data, default_catalogue(), UNITS, "TM", file="p.toml"))),
        "unit_changes": ("text", _file("t.csv", cm.units_from_changes)),
        "form06_csv": ("text", _file("t.csv", read_form06_file)),
        "form06_book": ("zip", _file("t.xlsx", read_form06_file)),
        "folder": ("text", _folder),
    }
)


def run(name: str, data: bytes, folder: Path) -> str:
    """Run a target; return ``"answer"``, or the code of the library's error.

    Raises:
        FoundError: what must hold does not; and whatever else the library lets through.
    """
    try:
        TARGETS[name][1](data, folder)
    except CchcError as error:
        str(error)
        _holds(bool(error.vi and error.en), "an error without words")
        return error.code
    return "answer"


_TOKENS: Final = r"""
31/02/2021 2021-03-01 có không TM.01 =1+1 " ; , [[targets]] [files] [limits] = true false nan inf -0 1e308 9999999999999999999999 1/0
<c r="XFD1048576" t="e"/> t="s" t="b" t="str" <row r="2"> <v> <f> &#x1b; <td rowspan="9999"> colspan="9999" <table> ss:Index="9999" <br>
../beside/dossiers.csv ../beside/plan.toml ->../beside/dossiers.csv table:number-columns-repeated="999999" table:number-rows-repeated="999"
"""


@cache
def words() -> tuple[str, ...]:
    """Return the words that readers and loaders know, for a dictionary: bytes alone hardly find a heading or a key."""
    from cchc_metrics.schemas import json_schemas  # noqa: PLC0415  costs as much as the rest

    found: set[str] = set()
    for kind in KINDS.values():
        found |= {heading for headings in kind.headings.values() for heading in headings} | set(kind.headings)
    keys: list[Any] = [json_schemas(None)]
    while keys:
        item = keys.pop()
        if isinstance(item, dict):
            found |= set(item.get("properties", {})) | {each for each in item.get("enum", ()) if isinstance(each, str)}
            keys += item.values()
        elif isinstance(item, list):
            keys += item
    found |= {i.id for i in default_catalogue()}
    found |= set(_TOKENS.split())
    return tuple(sorted(found | {json.dumps(word, ensure_ascii=False) for word in ("TM", "2021", "district")}))
