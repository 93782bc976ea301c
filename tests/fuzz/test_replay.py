"""The seeds of the fuzzer and what it found are read again: each ends with an answer or with an error of the library, as it must."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fuzz.mutators import mutated
from tests.fuzz.run import place_of
from tests.fuzz.seeds import CORPUS, REGRESSIONS, seeds
from tests.fuzz.targets import TARGETS, run

KEPT = [(path.parent.name, path) for place in (CORPUS, REGRESSIONS) for path in sorted(place.glob("*/*")) if path.is_file()]


@pytest.mark.parametrize(("target", "path"), KEPT, ids=[f"{path.parent.parent.name}-{target}-{path.name}" for target, path in KEPT])
def test_what_is_kept_ends_as_it_must(target: str, path: Path, tmp_path: Path) -> None:
    ended = run(target, path.read_bytes(), tmp_path)
    if path.is_relative_to(CORPUS):
        assert ended == "answer"  # a seed that is refused shows the fuzzer nothing


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_has_seeds_and_survives_some_changes(target: str, tmp_path: Path) -> None:
    paths = [path for name, path in KEPT if name == target]
    assert paths
    assert sum(path.stat().st_size for name, path in KEPT) < 300_000
    for seed in range(6):
        data = paths[seed % len(paths)].read_bytes()
        changed = mutated(data, 200_000, seed, TARGETS[target][0], lambda given, most: given[: most - 7][::-1])
        run(target, changed, tmp_path)
        run(target, data[: len(data) * seed // 6], tmp_path)


def test_the_seeds_are_those_that_are_made() -> None:
    made: dict[str, list[bytes]] = {}
    for target, data in seeds():
        made.setdefault(target, []).append(data)
    assert set(made) == set(TARGETS)
    written = {"snapshot", "tally", "partial", "baseline", "xlsx", "form06_book", "parquet", "arrow"}  # by other packages, or of a version
    for target in made.keys() - written:
        assert [(CORPUS / target / f"{n}").read_bytes() for n in range(len(made[target]))] == made[target], target


def test_a_find_is_called_by_its_place() -> None:
    try:
        run("csv", b"", Path("/nowhere/at/all"))
    except OSError as error:
        assert place_of(error).startswith("FileNotFoundError-targets-run-")
    else:
        raise AssertionError
