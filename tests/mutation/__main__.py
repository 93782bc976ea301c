"""Mutation testing of the core: ``python -m tests.mutation [ROOM …]`` makes small mistakes in the code, and a test has to fail for each.

Rooms, their files and their tests stand in ``rooms.toml``; mutants that no test need find in ``survivors.toml``, each with why.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from tests.mutation.loop import FLAGS, PACKAGE, Known, Loop, in_a_fork, known_from_json, known_to_json, module_name, run_fresh, silence
from tests.mutation.mutants import Mutant, mutants_of

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
SEED: Final = "2026"
SAMPLE: Final = 40
LEAST: Final = 90
"""Percent of a room's mutants that have to be killed, of those that are not listed as equal to the code."""


@dataclass(slots=True)
class Room:
    """Part of the package whose mutants are counted together."""

    name: str
    files: list[str]
    tests: list[str]
    ended: dict[str, str] = field(default_factory=dict)
    mutants: list[Mutant] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Listed:
    """Mutants that survive, and why; the names are patterns as of file names."""

    file: str
    function: str
    change: str
    why: str
    equivalent: bool

    def is_of(self, mutant: Mutant) -> bool:
        """Return whether a mutant is one of them."""
        pattern = self.change.replace("[", "[[]")
        return (
            fnmatchcase(mutant.file, self.file)
            and fnmatchcase(mutant.function, self.function)
            and (fnmatchcase(f"{mutant.change} #{mutant.nth}", pattern) or fnmatchcase(mutant.change, pattern))
        )


def rooms_of(path: Path) -> list[Room]:
    """Return the rooms."""
    found = []
    for name, room in tomllib.loads(path.read_text(encoding="utf-8")).items():
        files = sorted({str(each.relative_to(PACKAGE)) for pattern in room["files"] for each in PACKAGE.glob(pattern)})
        found.append(Room(name, files, [*room["tests"], *map(examples_of, files)]))
    return found


def examples_of(file: str) -> str:
    """Return the test of the examples in the docstrings of a module."""
    return f"tests/test_docs.py::test_examples_of_module[{module_name(file)}]"


def listed_of(path: Path) -> list[Listed]:
    """Return the survivors that were looked at."""
    data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    return [
        Listed(each["file"], each.get("function", "*"), each["change"], each["why"], equivalent=kind == "equivalent")
        for kind in ("equivalent", "left")
        for each in data.get(kind, [])
    ]


def sample(room: Room, seed: str, number: int | None) -> list[Mutant]:
    """Return the mutants of a room, or so many of them."""
    found = [mutant for file in room.files for mutant in mutants_of((PACKAGE / file).read_text(encoding="utf-8"), file)]
    return sorted(found, key=lambda mutant: mutant.rank(seed))[:number]


def try_room(room: Room, cache: Path, scratch: Path, listed: Sequence[Listed] = ()) -> None:
    """Try every mutant of a room and write down how each ended; one that survives and is listed is not tried again."""
    known = _remembered(room, cache)
    in_functions = [mutant for mutant in room.mutants if not mutant.at_import]
    flags = [*FLAGS, f"--rootdir={ROOT}", f"--basetemp={scratch}"]

    def session(out: Any) -> None:
        silence()
        pytest = import_module("pytest")
        ended: dict[int, str] = {}
        loop = Loop(room.files, in_functions, known, ended.__setitem__)
        status = pytest.main([*flags, *room.tests], plugins=[loop])
        json.dump({"status": int(status), "ended": list(ended.items()), "known": known_to_json(loop.known)}, out)

    status, written = in_a_fork(session)
    if status or json.loads(written)["status"]:
        raise SystemExit(f"{room.name}: the tests do not run ({written[-3000:] or status})")
    answer = json.loads(written)
    known = known_from_json(answer["known"])
    _remember(room, cache, known)
    room.ended = {in_functions[number].name: how for number, how in answer["ended"]}
    for mutant in room.mutants:
        how = room.ended.get(mutant.name, "")
        if not how.startswith("killed") and not (how == "survived" and any(each.is_of(mutant) for each in listed)):
            room.ended[mutant.name] = run_fresh(mutant, known, flags)


def _mark(path: str, files: Sequence[str]) -> str:
    """Return a digest of a file of tests and of what it tests."""
    texts = [(ROOT / path).read_bytes(), *((PACKAGE / file).read_bytes() for file in files)]
    return sha256(b"\0".join(texts)).hexdigest()[:16]


def _remembered(room: Room, cache: Path) -> dict[str, Known]:
    """Return what is known of tests whose files, and whose room, have not changed since."""
    kept = cache / f"{room.name}.json"
    if not kept.exists():
        return {}
    data = json.loads(kept.read_text(encoding="utf-8"))
    fresh = {path for path, mark in data["marks"].items() if (ROOT / path).exists() and mark == _mark(path, room.files)}
    return {name: k for name, k in known_from_json(data["known"]).items() if name.split("::")[0] in fresh}


def _remember(room: Room, cache: Path, known: dict[str, Known]) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    marks = {path: _mark(path, room.files) for path in {name.split("::")[0] for name in known}}
    (cache / f"{room.name}.json").write_text(json.dumps({"marks": marks, "known": known_to_json(known)}), encoding="utf-8")


def verdict(room: Room, listed: Sequence[Listed], used: set[int]) -> tuple[str, bool]:
    """Return a room's line of figures with what survived below it, and whether enough was killed."""
    equivalent = left = 0
    lines = []
    for mutant in room.mutants:
        if (how := room.ended[mutant.name]).startswith("killed"):
            continue
        at = next((at for at, each in enumerate(listed) if each.is_of(mutant)), None)
        if at is None:
            lines.append(f"    {how}: {mutant.name} (line {mutant.lines[0]})")
        else:
            used.add(at)
            equivalent += listed[at].equivalent
            left += not listed[at].equivalent
    killed = sum(how.startswith("killed") for how in room.ended.values())
    counted = len(room.mutants) - equivalent
    share = f"{100 * killed / counted:.1f}".replace(".", ",") if counted else "100"
    figures = f"| {room.name} | {len(room.mutants)} | {killed} | {equivalent} | {left} | {len(lines)} | {share} % |"
    return "\n".join([figures, *lines]), 100 * killed >= LEAST * counted


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the rooms that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*", help="names in rooms.toml; all without any")
    parser.add_argument("--seed", default=SEED, help="of the sample")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="mutants of each room")
    parser.add_argument("--all", action="store_true", help="every mutant")
    parser.add_argument("--only", default="*", help="pattern of the names of mutants")
    parser.add_argument("--cache", type=Path, default=ROOT / ".mutation", help="folder of what is known of the tests")
    asked = parser.parse_args(arguments)
    rooms = [room for room in rooms_of(HERE / "rooms.toml") if not asked.rooms or room.name in asked.rooms]
    listed = listed_of(HERE / "survivors.toml")
    scratch = Path(tempfile.mkdtemp(prefix="mutation-"))
    os.chdir(ROOT)
    sys.path.insert(0, str(PACKAGE.parent))  # what is changed is the source, whatever is installed
    used: set[int] = set()
    good = bool(rooms)
    for name in ("pandas", "polars", "pyarrow", "pydantic", "dateutil.relativedelta", "hypothesis.strategies"):
        import_module(name)  # once, for every process that is forked from this one
    print("| Room | Mutants | Killed | Equivalent | Left | Not listed | Killed of what is not equivalent |")  # noqa: T201
    print("|---|---|---|---|---|---|---|", flush=True)  # noqa: T201
    try:
        for room in rooms:
            begun = time.monotonic()
            drawn = sample(room, asked.seed, None if asked.all else asked.sample)
            room.mutants = [mutant for mutant in drawn if fnmatchcase(mutant.name, asked.only.replace("[", "[[]"))]
            try_room(room, asked.cache, scratch, listed)
            text, enough = verdict(room, listed, used)
            good &= enough
            print(text, flush=True)  # noqa: T201
            print(f"    {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)  # noqa: T201
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
