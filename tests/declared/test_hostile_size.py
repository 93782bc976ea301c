"""Declared files of many mistakes and of keys of many parts are refused whole; tests/fuzz/linear_fuzz.py asks how long that takes."""

from __future__ import annotations

import pytest

from cchc_metrics.declared import Mistakes, parse_toml
from cchc_metrics.errors import MistakesError


def test_a_key_of_many_parts_is_refused_before_it_is_read() -> None:
    for text in ("a" + ".a" * 1_000_000 + " = 1", "x = { a" + ".a" * 1_000_000 + " = 1 }", "[a" + " . a" * 500_000 + "]"):
        with pytest.raises(MistakesError, match="nested more than 50 deep"):
            parse_toml("ok = 1\n" + text, "own.toml")


def test_mistakes_are_told_once_however_many() -> None:
    mistakes = Mistakes(parse_toml("a = 1", "own.toml"))
    for n in range(4_000):
        mistakes.say((), f"lỗi {n % 2_000}", f"mistake {n % 2_000}")
    assert len(mistakes.found) == 2_000
