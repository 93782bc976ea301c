"""Run the fuzzer: ``python -m tests.fuzz.run [TARGET …] [--seconds N] [--finds FOLDER]``, all targets in ten minutes where nothing is said.

Each target has processes of its own: one that dies, takes more memory or more time than is stated, is told, its input is kept, and the
next begins. What is found is kept in ``--finds``, one file a place of the code; move it to ``tests/fuzz/regressions`` with the fix.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any, Final

MEMORY: Final = 2048
"""In MB, of a process of the fuzzer; what it needs itself is a few hundred."""
SECONDS: Final = 20
"""A single input may take no longer, where the code is watched, which costs several times as much."""
LONGEST: Final = 200_000
_RUNS: Final = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_COVERED: Final = re.compile(r"cov: (\d+)")


def place_of(error: BaseException) -> str:
    """Return what an error is called by: its type and the last place of the library in its traceback."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "cchc_metrics" in frame.filename or "fuzz" in frame.filename]
    last = frames[-1] if frames else None
    where = f"{Path(last.filename).stem}-{last.name}-{last.lineno}" if last else "nowhere"
    return f"{type(error).__name__}-{where}"


def child(target: str, seconds: int, finds: Path) -> None:
    """Fuzz one target in this process until the time is over."""
    import atheris  # noqa: PLC0415  only the fuzzer has it

    with atheris.instrument_imports(include=["cchc_metrics"]):
        import tests.fuzz.targets as watched  # noqa: PLC0415  the library is watched from its import on
    from tests.fuzz.mutators import mutated  # noqa: PLC0415  as above
    from tests.fuzz.seeds import CORPUS, REGRESSIONS  # noqa: PLC0415  as above

    shape = watched.TARGETS[target][0]
    finds.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        corpus, place = Path(scratch) / "corpus", Path(scratch) / "files"
        corpus.mkdir()
        place.mkdir()
        lists = Path(scratch) / "words"
        lists.write_text("".join(f'"{_escaped(word)}"\n' for word in watched.words() if 0 < len(word) < 60))
        kept = [str(found) for found in (CORPUS / target, REGRESSIONS / target) if found.is_dir()]

        def one(data: bytes) -> None:
            try:
                watched.run(target, data, place)
            except Exception as error:  # noqa: BLE001  everything else is a find
                name = place_of(error)
                if not (finds / name).exists():
                    (finds / name).write_bytes(data)
                    (finds / f"{name}.txt").write_text("".join(traceback.format_exception(error)))

        atheris.Setup(
            [
                *("fuzz", str(corpus), *kept, f"-max_total_time={seconds}", f"-rss_limit_mb={MEMORY}", f"-timeout={SECONDS}"),
                *(f"-max_len={LONGEST}", f"-dict={lists}", "-print_final_stats=1", f"-artifact_prefix={finds}/", "-verbosity=1"),
            ],
            one,
            custom_mutator=lambda data, most, seed: mutated(data, most, seed, shape, atheris.Mutate),
        )
        atheris.Fuzz()


def _escaped(word: str) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}" for byte in word.encode("utf-8", "replace"))


def session(targets: list[str], seconds: int, finds: Path) -> dict[str, Any]:
    """Fuzz targets one after the other, each for its part of the time; return what was tried and found of each."""
    told: dict[str, Any] = {}
    for target in targets:
        began, runs, covered = time.monotonic(), 0, 0
        until = began + seconds / len(targets)
        while (left := int(until - time.monotonic())) > 0:
            command = [sys.executable, "-m", "tests.fuzz.run", "--child", target, "--seconds", str(left), "--finds", str(finds / target)]
            ended = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603  itself
            runs += max(map(int, _RUNS.findall(ended.stderr)), default=0)
            covered = max([covered, *map(int, _COVERED.findall(ended.stderr))])
            (finds / f"{target}.log").write_text(ended.stderr[-20_000:])
            if not runs:
                break
        found = sorted(path.name for path in (finds / target).glob("*") if path.suffix != ".txt" and not path.name.startswith("slow-unit"))
        told[target] = {"inputs": runs, "edges": covered, "seconds": round(time.monotonic() - began), "finds": found}
        sys.stdout.write(f"{target}: {json.dumps(told[target])}\n")
        sys.stdout.flush()
    return told


def main() -> None:
    """Run what the command line says."""
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415  not in a child, where the library is to be watched

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", help=f"all where none is named: {', '.join(TARGETS)}")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--finds", type=Path, default=Path("out/fuzz"))
    given = parser.parse_args()
    if unknown := sorted(set(given.targets) - set(TARGETS)):
        parser.error(f"no target {', '.join(unknown)}; there are: {', '.join(TARGETS)}")
    given.finds.mkdir(parents=True, exist_ok=True)
    told = session(given.targets or list(TARGETS), given.seconds, given.finds)
    raise SystemExit(1 if any(each["finds"] or not each["inputs"] for each in told.values()) else 0)


if __name__ == "__main__":
    if "--child" in sys.argv:
        child(sys.argv[2], int(sys.argv[4]), Path(sys.argv[6]))
    else:
        main()
