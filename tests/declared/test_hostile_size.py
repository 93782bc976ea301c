"""Declared files of many mistakes and of keys of many parts are refused whole; tests/fuzz/linear_fuzz.py asks how long that takes."""

from __future__ import annotations

import pytest

from cchc_metrics.declared import Mistakes, parse_json, parse_toml
from cchc_metrics.errors import MistakesError


def test_a_key_of_many_parts_is_refused_before_it_is_read() -> None:
    for text in ("a" + ".a" * 1_000_000 + " = 1", "x = { a" + ".a" * 1_000_000 + " = 1 }", "[a" + " . a" * 500_000 + "]"):
        with pytest.raises(MistakesError, match="nested more than 50 deep"):
            parse_toml("ok = 1\n" + text, "own.toml")


@pytest.mark.parametrize("number", ["1e99999999999999999999", "-2.5E-99999999999999999999", "0e99999999999999999999", "1e400", "1e-400"])
def test_an_exponent_beyond_every_number_is_named_with_its_line(number: str) -> None:
    for parse, text in ((parse_toml, f"a = 1\nb = {number}"), (parse_json, f'{{"a": 1,\n"b": {number}}}')):
        with pytest.raises(MistakesError, match=r":2: (b: )?a number of more than 100 digits"):
            parse(text, "own")


def test_mistakes_are_told_once_however_many() -> None:
    mistakes = Mistakes(parse_toml("a = 1", "own.toml"))
    for n in range(4_000):
        mistakes.say((), f"lỗi {n % 2_000}", f"mistake {n % 2_000}")
    assert len(mistakes.found) == 2_000
