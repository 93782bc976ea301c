"""Declared files of many mistakes and of keys of many parts are refused in time that grows with them, and no faster."""

from __future__ import annotations

import time

import pytest

from cchc_metrics.declared import Mistakes, parse_toml
from cchc_metrics.errors import MistakesError


def test_a_key_of_many_parts_is_refused_before_it_is_read() -> None:
    for text in ("a" + ".a" * 1_000_000 + " = 1", "x = { a" + ".a" * 1_000_000 + " = 1 }", "[a" + " . a" * 500_000 + "]"):
        started = time.process_time()
        with pytest.raises(MistakesError, match="nested more than 50 deep"):
            parse_toml("ok = 1\n" + text, "own.toml")
        assert time.process_time() - started < 5  # 8.000 parts took a second


def test_mistakes_are_told_once_however_many() -> None:
    mistakes = Mistakes(parse_toml("a = 1", "own.toml"))
    started = time.process_time()
    for n in range(100_000):
        mistakes.say((), f"lỗi {n % 50_000}", f"mistake {n % 50_000}")
    assert len(mistakes.found) == 50_000
    assert time.process_time() - started < 10  # each was compared with all before: 3.000 took 12 s
