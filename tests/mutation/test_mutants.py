"""The mutants themselves: each is another program, known by the same name wherever it stands, and nothing of form is changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.mutation.__main__ import HERE, Listed, listed_of, rooms_of
from tests.mutation.mutants import mutants_of

from cchc_metrics.records.fields import FIRST_DATE, CellError, parse_moment
from cchc_metrics.reference.days import day_number

PLAIN = '''
LIMIT = 3


def few(numbers: list[int], least: int = 0) -> list[int]:
    """Return the numbers below the limit."""
    if not numbers:
        raise ValueError(f"{1 + 1} numbers")
    return sorted((n for n in numbers if least <= n < LIMIT), reverse=True)
'''
CHANGES = {
    "3 → 4 in LIMIT = 3": False,
    "0 → 1 in numbers: list[int], least: int=0": False,
    "if not numbers → if True": True,
    "if not numbers → if False": True,
    "not numbers → numbers": True,
    "without: raise ValueError(f'{1 + 1} numbers')": True,
    "without: if least <= n < LIMIT": True,
    "least <= n < LIMIT → least < n < LIMIT": True,
    "least <= n < LIMIT → least <= n <= LIMIT": True,
    "sorted: without reverse=True": True,
    "True → False in reverse=True": True,
}


def test_every_change_is_another_program() -> None:
    found = mutants_of(PLAIN, "few.py")
    changes = {mutant.change: not mutant.at_import for mutant in found}
    returned = {change for change in changes if change.startswith("return ")}
    assert len(returned) == 1
    assert {change: inside for change, inside in changes.items() if change not in returned} == CHANGES
    codes = [mutant.code(Path("few.py")) for mutant in found]
    assert len(set(codes)) == len(codes) == len({mutant.name for mutant in found})
    assert compile(PLAIN, "few.py", "exec") not in codes


@pytest.mark.parametrize("change", [change for change, inside in CHANGES.items() if inside and change.startswith("least")])
def test_a_mutant_does_what_it_says(change: str) -> None:
    [mutant] = [mutant for mutant in mutants_of(PLAIN, "few.py") if mutant.change == change]
    there: dict[str, object] = {}
    exec(mutant.code(Path("few.py")), there)  # noqa: S102 (a program of this file)
    few = there["few"]
    assert callable(few)
    assert few([0, 1, 2, 3]) == ([2, 1] if "least < n" in change else [3, 2, 1, 0])


def test_of_places_filled_together_each_is_left_alone_once() -> None:
    source = "def put(a: list[int], b: list[int]) -> tuple[int, int]:\n    a[0], b[0] = 1, 2\n    return a[0], b[0]\n"
    found = {}
    for mutant in mutants_of(source, "put.py"):
        if mutant.change.startswith("without"):
            there: dict[str, Any] = {}
            exec(mutant.code(Path("put.py")), there)  # noqa: S102 (a program of this file)
            found[mutant.change] = there["put"]([0], [0])
    whole = "a[0], b[0] = (1, 2)"
    assert found == {f"without: {whole}": (0, 0), f"without: a[0] in {whole}": (0, 2), f"without: b[0] in {whole}": (1, 0)}


def test_names_and_places_in_the_sample_do_not_depend_on_what_stands_before() -> None:
    moved = mutants_of("import math\n\n\ndef other() -> int:\n    return 5\n\n" + PLAIN, "few.py")
    names = {mutant.name: mutant.rank("s") for mutant in moved}
    assert all(names[mutant.name] == mutant.rank("s") for mutant in mutants_of(PLAIN, "few.py"))


def test_rooms_have_files_and_tests_and_what_survives_has_a_reason() -> None:
    rooms = rooms_of(HERE / "rooms.toml")
    files = [file for room in rooms for file in room.files]
    assert len(files) == len(set(files)) > len(rooms)
    assert all((HERE.parents[1] / path.split("::")[0]).exists() for room in rooms for path in room.tests)
    assert all(each.why.strip() for each in listed_of(HERE / "survivors.toml"))


def test_no_day_of_a_record_has_the_number_0_as_survivors_are_told_to_be_equal_to_the_code() -> None:
    assert day_number(FIRST_DATE) > 0
    with pytest.raises(CellError):
        parse_moment(date(1970, 1, 1))


def test_a_survivor_is_listed_by_file_function_and_change() -> None:
    mutants = {mutant.change: mutant for mutant in mutants_of(PLAIN, "few.py")}
    of_bounds = Listed("few.py", "few", "least <= n < LIMIT → *", "whatever", equivalent=True)
    assert {change for change, mutant in mutants.items() if of_bounds.is_of(mutant)} == {c for c in CHANGES if c.startswith("least")}
    twice = mutants_of("def none() -> list[int]:\n    return [-1, -1]\n", "few.py")
    second = Listed("few.py", "none", "1 → 2 in -1 #1", "whatever", equivalent=True)
    assert [mutant.nth for mutant in twice if second.is_of(mutant)] == [1]
