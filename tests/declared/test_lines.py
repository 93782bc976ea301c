"""Every table, key and item of a list has its line: in TOML and JSON that are drawn, and in every file of the package."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.declared.lines import Path, deep_line, json_lines, toml_lines

ROOT = FilePath(__file__).parents[2]
FILES = sorted([*ROOT.glob("src/**/*.toml"), *ROOT.glob("examples/**/*.toml"), ROOT / "pyproject.toml"])


def places(data: Any, path: Path = ()) -> Iterator[Path]:
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        yield (*path, key)
        yield from places(value, (*path, key))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_place_of_every_file_has_a_line_that_shows_it(file: FilePath) -> None:
    text = file.read_text(encoding="utf-8")
    lines = toml_lines(text)
    rows = text.split("\n")
    assert set(lines) == set(places(tomllib.loads(text)))
    for path, line in lines.items():
        assert not isinstance(path[-1], str) or path[-1] in rows[line - 1]


TRICKY = '''\
# a = 1
"k = [" = "x # [[t]]"
'q.r'.s = """
[[t]]
a = 1 \\""" ""\"""
b = \'\'\'
c = "
\'\'\'
list = [ # ]
  1, "]",
  { x = [2, 3], "y z" = "}" }, # {
]
when = 1979-05-27 07:32:00
[a."b.c"]
d.e = 1
[[t]]
[[t]]
  [t.u]
  v = 1
  [[t.w]]
  [[t.w]]
  z = 1
"\\u00e9\\U0001F600" = 1
'''


def test_strings_comments_and_nested_tables_do_not_mislead() -> None:
    lines = toml_lines(TRICKY)
    assert set(lines) == set(places(tomllib.loads(TRICKY)))
    rows = TRICKY.split("\n")
    for path, row in {
        ("k = [",): '"k = ["',
        ("q.r", "s"): "'q.r'.s",
        ("b",): "b = '''",
        ("list", 1): '  1, "]"',
        ("list", 2, "x", 1): "  { x",
        ("when",): "when",
        ("a", "b.c"): '[a."b.c"]',
        ("a", "b.c", "d", "e"): "d.e",
        ("t", 1, "u", "v"): "  v",
        ("t", 1, "w", 1, "z"): "  z",
        ("t", 1, "w", 1, "é😀"): '"\\u',
    }.items():
        assert rows[lines[path] - 1].startswith(row)
    assert [lines["t", 0], lines["t", 1]] == [n for n, text in enumerate(rows, start=1) if text == "[[t]]"][1:]


KEYS = st.text("ab. é\"'\\=#[{", min_size=1, max_size=4)
DATA = st.recursive(
    st.integers(0, 9) | st.booleans() | st.text('ab"\\#[]{}=,\n', max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


def written(value: Any, draw: st.DataObject) -> str:
    """Return a value as TOML over as many lines as TOML lets it have."""

    def gap() -> str:
        return draw.draw(st.sampled_from(["", " ", "\n", " # ]\n"]))

    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {written(inner, draw)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + gap() + ",".join(gap() + written(inner, draw) + gap() for inner in value) + "]"
    return json.dumps(value)


@given(st.dictionaries(KEYS, DATA, max_size=4), st.data())
def test_drawn_toml(data: dict[str, Any], draw: st.DataObject) -> None:
    text = "".join(f"{json.dumps(key)} = {written(value, draw)}\n" for key, value in data.items())
    assert tomllib.loads(text) == data
    lines = toml_lines(text)
    assert set(lines) == set(places(data))
    for path, line in lines.items():
        assert not isinstance(path[-1], str) or json.dumps(path[-1]) in text.split("\n")[line - 1]


@given(st.dictionaries(KEYS, DATA, max_size=4), st.sampled_from([None, 0, 1]))
def test_drawn_json(data: dict[str, Any], indent: int | None) -> None:
    text = json.dumps(data, indent=indent)
    lines, repeated = json_lines(text)
    assert set(lines) == set(places(data))
    assert repeated == []
    for path, line in lines.items():
        assert not isinstance(path[-1], str) or json.dumps(path[-1]) in text.split("\n")[line - 1]


def test_where_brackets_go_too_deep() -> None:
    assert deep_line('a = "[[["\n# [[[\nb = [[1]]\nc = [[[1]]]', 2) == 4
    assert deep_line("a = [[1]]", 2) is None
