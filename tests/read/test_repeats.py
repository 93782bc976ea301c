"""Numbers that stand more than once, in memory or on disk: what a set of all numbers says."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.errors import InputError
from cchc_metrics.hashes import hashes_of
from cchc_metrics.read.repeats import Repeats

NUMBERS = st.integers(0, 2**64 - 1) | st.sampled_from([0, 1, 2**58, 2**58 - 1, 2**64 - 1])


def twice(parts: list[list[int]], at_once: int) -> list[int]:
    with Repeats(at_once) as repeats:
        for part in parts:
            repeats.add(np.array(part, dtype=np.uint64))
        found: list[int] = repeats.twice().tolist()
        return found


@given(st.lists(st.lists(NUMBERS, max_size=6), max_size=6), st.integers(0, 40))
def test_those_that_came_more_than_once(parts: list[list[int]], at_once: int) -> None:
    counts = Counter(number for part in parts for number in part)
    assert twice(parts, at_once) == sorted(number for number, n in counts.items() if n > 1)


def test_many_on_disk_are_those_in_memory_and_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    numbers = hashes_of([f"TM-{n % 290_000}" for n in range(300_000)])
    parts = [part.tolist() for part in np.array_split(numbers, 7)]
    assert twice(parts, 20_000) == twice(parts, 300_000) == sorted(numbers[:10_000].tolist())
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_with_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(InputError, match=r"8 bytes a row on disk, which .* cannot take \(No space left on device\); set TMPDIR"):
        twice([[1, 2, 3]], 2)
