"""A change of the public face is seen: names, signatures, columns, files, keys, commands and options stand in ``public.txt``."""

from __future__ import annotations

import ast
import difflib

from tests.face.dump import FILE, face, of_class, signature


def test_the_public_face_is_as_it_is_written() -> None:
    kept, found = FILE.read_text(encoding="utf-8"), face()
    changed = list(difflib.unified_diff(kept.splitlines(), found.splitlines(), "public.txt", "now", lineterm="", n=1))
    assert changed == [], "if it is meant: python -m tests.face.dump, a line in CHANGELOG.md, and docs/stability.md\n" + "\n".join(changed)


def test_an_argument_that_goes_would_be_seen() -> None:
    (one, other) = (ast.parse(text).body[0] for text in ("def f(a: int, *, b: str = 'x') -> int: ...", "def f(a: int) -> int: ..."))
    assert isinstance(one, ast.FunctionDef)
    assert isinstance(other, ast.FunctionDef)
    assert (signature(one), signature(other)) == ("f(a: int, *, b: str='x') -> int", "f(a: int) -> int")


def test_a_field_or_method_that_goes_would_be_seen() -> None:
    text = "class A:\n    x: int = 1\n    _y: int\n    B = 'b'\n    @property\n    def z(self) -> int: ...\n    def _w(self): ..."
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.ClassDef)
    assert list(of_class(node)) == ["x: int = 1", "B = 'b'", "property z(self) -> int"]
