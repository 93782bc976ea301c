"""On which line every table, key and item of a list stands, in TOML or JSON text that parses. ``tomllib`` and ``json`` do not say."""

from __future__ import annotations

import json
import re
import tomllib
from bisect import bisect_left
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""A place in declared data: ``("targets", 1, "value")``; positions count from 0."""

_DEEPEST = 60
"""Deeper than any file may be nested, so that no place there is asked for; Python's stack would end at a few hundred."""

_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL)
_PLAIN = re.compile(r"[^,\]}#\n]*")
_BRACKETS = re.compile(rf"{_STRING.pattern}|#[^\n]*|[\[{{\]}}]", re.DOTALL)


def toml_lines(text: str) -> dict[Path, int]:
    r"""Return place → line, from 1, of every table, key and item of a list.

    Args:
        text: TOML that ``tomllib`` reads.

    >>> toml_lines('a = [1,\n 2]\n[[t]]\nx.y = 3\n')
    {('a',): 1, ('a', 0): 1, ('a', 1): 2, ('t',): 3, ('t', 0): 3, ('t', 0, 'x'): 4, ('t', 0, 'x', 'y'): 4}
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


def json_lines(text: str) -> tuple[dict[Path, int], list[tuple[Path, int]]]:
    r"""Return place → line as ``toml_lines`` does, and each key that its object has already, with the line of the repetition.

    Args:
        text: JSON that ``json`` reads.

    >>> json_lines('{"a": [1,\n 2],\n "a": 3}')
    ({('a',): 1, ('a', 0): 1, ('a', 1): 2}, [(('a',), 3)])
    """
    scanner = _Scanner(text)
    scanner.value(())
    return scanner.lines, scanner.repeated


def deep_line(text: str, depth: int) -> int | None:
    """Return the line on which brackets are nested deeper than so many, or None; the text need not parse."""
    level = 0
    for match in _BRACKETS.finditer(text):
        level += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
        if level > depth:
            return text.count("\n", 0, match.start()) + 1
    return None


class _Scanner:
    """Goes once through a text that is known to parse; JSON objects and inline tables differ in one sign only."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.ends = [match.start() for match in re.finditer("\n", text)]
        self.lines: dict[Path, int] = {}
        self.repeated: list[tuple[Path, int]] = []
        self.counts: dict[Path, int] = {}

    def document(self) -> None:
        here: Path = ()
        while self.skip() < len(self.text):
            if self.text[self.at] != "[":
                self.pair(here)
                continue
            start, many = self.at, self.text.startswith("[[", self.at)
            self.at += 1 + many
            here = self.table(self.key(), many=many, start=start)
            self.skip()
            self.at += 1 + many

    def table(self, names: list[str], *, many: bool, start: int) -> Path:
        """Return the place of a table with a heading: each name leads into the last table of its list, where it has one."""
        path: Path = ()
        for n, name in enumerate(names):
            path = (*path, name)
            self.mark(path, start)
            if many and n == len(names) - 1:
                self.counts[path] = self.counts.get(path, 0) + 1
            if path in self.counts:
                path = (*path, self.counts[path] - 1)
                self.mark(path, start)
        return path

    def pair(self, here: Path) -> None:
        start = self.at
        path = here
        names = self.key()
        for name in names:
            path = (*path, name)
            if path in self.lines and len(names) == 1:
                self.repeated.append((path, self.line(start)))
            self.mark(path, start)
        self.skip()
        self.at += 1  # = or :
        self.value(path)

    def key(self) -> list[str]:
        names = []
        while True:
            self.skip()
            if match := _STRING.match(self.text, self.at):
                names.append(_text_of(match[0]))
            else:
                match = _BARE.match(self.text, self.at)
                assert match  # noqa: S101  the text parses
                names.append(match[0])
            self.at = match.end()
            if self.skip() >= len(self.text) or self.text[self.at] != ".":
                return names
            self.at += 1

    def value(self, path: Path) -> None:
        self.skip()
        opened = self.text[self.at]
        if opened not in "[{":
            match = _STRING.match(self.text, self.at) or _PLAIN.match(self.text, self.at)
            assert match  # noqa: S101  the second matches anything
            self.at = match.end()
            return
        if len(path) > _DEEPEST:
            self.at = _after(self.text, self.at)
            return
        self.at += 1
        number = 0
        while self.text[self.skip()] not in "]}":
            if opened == "[":
                self.mark((*path, number), self.at)
                self.value((*path, number))
                number += 1
            else:
                self.pair(path)
            if self.text[self.skip()] == ",":
                self.at += 1
        self.at += 1

    def skip(self) -> int:
        match = _GAP.match(self.text, self.at)
        assert match  # noqa: S101  it matches nothing too
        self.at = match.end()
        return self.at

    def mark(self, path: Path, at: int) -> None:
        self.lines.setdefault(path, self.line(at))

    def line(self, at: int) -> int:
        return bisect_left(self.ends, at) + 1


def _after(text: str, at: int) -> int:
    """Return where the bracket that opens at a place is closed, however deep it is nested inside."""
    level = 0
    for match in _BRACKETS.finditer(text, at):
        level += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
        if not level:
            return match.end()
    return len(text)


def _text_of(quoted: str) -> str:
    """Return what a quoted key says; the escapes of TOML are those of JSON and a few more."""
    if quoted[0] == "'":
        return quoted[1:-1]
    try:
        text: str = json.loads(quoted)
    except ValueError:
        text = tomllib.loads(f"k = {quoted}")["k"]
    return text
