"""Decoding, parsing and the limits of declared files; mistakes, their order and their words."""

from __future__ import annotations

import pickle
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from cchc_metrics.declared import DeclaredModel, MisfitError, Mistakes, decode, parse_json, parse_toml
from cchc_metrics.errors import CchcError, MistakesError
from cchc_metrics.text import Text


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"a = 1\nb = '\xe3'", "own.toml:2: is not UTF-8 (byte 0xe3); save it as UTF-8"),
        ("a = 1".encode("utf-16"), "own.toml: is UTF-16; save it as UTF-8"),
        (b"a = 1\nb = Th\xc3\xa1p", "own.toml:2: not TOML: Invalid value; text goes in quotation marks"),
        (b"a = 1\n\n", ""),
        (b"a = 'x", 'own.toml:1: not TOML: Expected "\'"'),
        (b"a = 1\na = 2\n", "own.toml:2: not TOML: Cannot overwrite a value: the key or table is there already"),
        (b"a = 2022-02-31", "own.toml:1: not TOML: Invalid date or datetime"),
        (b"a = 1\nb = " + b"[" * 10_000, "own.toml:2: nested more than 50 deep"),
        (b"a = 1\nb = " + b"[" * 60 + b"]" * 60, "own.toml:2: b[1]"),
        (b"a = 1\n" + b".".join([b"k"] * 60) + b" = 1", "nested more than 50 deep"),
        (b"a = 1\nb = " + b"9" * 5_000, "own.toml:2: a number of more than 100 digits"),
        (b"a = 1\nb = 0x" + b"f" * 5_000, "own.toml:2: b: a number of more than 100 digits"),
        (b"a = 1\nb = 0." + b"9" * 5_000, "own.toml:2: b: a number of more than 100 digits"),
        (b"a = 1\nb = 1e99999", "own.toml:2: b: a number of more than 100 digits"),
        (b"\xff", "own.toml:1: is not UTF-8"),
    ],
)
def test_toml_that_cannot_be_used(raw: bytes, says: str) -> None:
    if not says:
        assert parse_toml(raw, "own.toml").data == {"a": 1}
        return
    with pytest.raises(MistakesError) as found:
        parse_toml(raw, "own.toml")
    assert says in found.value.en
    assert "Invalid" not in found.value.vi
    assert found.value.vi.startswith("own.toml")


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ('{"a": 1,\n}', "own.json:2: not JSON"),
        ("", "own.json:1: not JSON"),
        ("[1]", "own.json: an object { … } is needed"),
        ('{"a": NaN}', "own.json: «NaN» is no number"),
        ('{"a": "\\ud800"}', "own.json:1: a: a text with half a character"),
        ('{"a": ' + "[" * 100_000, "own.json:1: nested more than 50 deep"),
        ('{"a": 1,\n "b": {"c": 1,\n "c": 2}}', "own.json:3: b.c: the key occurs twice"),
        ('{"a": ' + "9" * 5_000 + "}", "own.json:1: a number of more than 100 digits"),
    ],
)
def test_json_that_cannot_be_used(raw: str, says: str) -> None:
    with pytest.raises(MistakesError) as found:
        parse_json(raw, "own.json")
    assert says in found.value.en


def test_what_is_read() -> None:
    assert parse_toml("\ufeffa = 1.10", "f").data == {"a": Decimal("1.10")}
    assert parse_toml("\ufeffa = 'é'\r\nb = 2".encode(), "f").data == {"a": "é", "b": 2}
    assert parse_json(b'{"a": 1.10}', "f").data == {"a": Decimal("1.10")}
    wrong: Any = 5
    with pytest.raises(CchcError, match="not int"):
        decode(wrong, "f")


class Leaf(DeclaredModel):
    shape: Literal["leaf"] = "leaf"
    size: int = Field(default=1, ge=1, le=9)


class Branch(DeclaredModel):
    shape: Literal["branch"] = "branch"
    parts: tuple[Annotated[Leaf | Branch, Field(discriminator="shape")], ...] = ()


class Root(DeclaredModel):
    id: str = Field(min_length=1, pattern="^[a-z]+$")
    top: Annotated[Leaf | Branch, Field(discriminator="shape")] | None = None
    named: dict[str, Leaf] = Field(default_factory=dict)
    on: bool = Field(default=False, strict=True)


def said(text: str) -> list[str]:
    mistakes = Mistakes(parse_toml(text, "f"))
    mistakes.model(Root, mistakes.source.data)
    with pytest.raises(MistakesError) as found:
        mistakes.raise_if_any()
    return found.value.en.split("\n")


def test_a_union_told_apart_by_a_key_leaves_no_trace_in_the_path() -> None:
    assert said(
        'id = "a"\non = 1\n[top]\nshape = "branch"\n'
        '[[top.parts]]\nshape = "leaf"\nsise = 2\n[[top.parts]]\nshape = "laef"\n[[top.parts]]\nsize = 0\n'
        "[named.x]\nsize = 99\nshap = 1\n[named]\ny = 3"
    ) == [
        "f:2: on: «1»: true or false is needed",
        "f:7: top.parts[1].sise: unknown key; did you mean «size»?",
        "f:8: top.parts[2]: there is no «laef»; use leaf, branch; did you mean «leaf»?",
        "f:10: top.parts[3]: shape is missing",
        "f:13: named.x.size: «99»: too big; at most 9",
        "f:14: named.x.shap: unknown key; did you mean «shape»?",
        "f:16: named.y: «3»: a table is needed",
    ]


def test_a_model_made_in_python_raises_the_same() -> None:
    with pytest.raises(MistakesError) as found:
        Root(id="A", top={"shape": "leaf", "size": 0}, colour=1)  # type: ignore[call-arg]  # wrong on purpose
    assert found.value.en.split("\n") == [
        "Root: id: «A»: is not of the right form; ^[a-z]+$ is needed",
        "Root: top.size: «0»: too small; at least 1",
        "Root: colour: unknown key",
    ]


def test_values_are_short_and_on_one_line() -> None:
    (line,) = said('id = "' + "A" * 5_000 + '"')
    assert len(line) < 150
    (line,) = said('id = "A\\nB\\u2028C"')
    assert line == "f:1: id: «A B C»: is not of the right form; ^[a-z]+$ is needed"


def test_errors_are_sent_between_processes() -> None:
    for error in (MisfitError([(("a", 0), Text("x", "y"))]), MistakesError("a\nb", "c\nd")):
        again = pickle.loads(pickle.dumps(error))  # noqa: S301  made in the line above
        assert (type(again), again.vi, again.en) == (type(error), error.vi, error.en)


def test_no_word_of_pydantic_is_shown_in_vietnamese() -> None:
    values: tuple[Any, ...] = (None, 5, "x", [], {}, [1], {"a": 1}, True)
    for key in ("id", "top", "named", "on"):
        for value in values:
            try:
                Root(**{"id": "a", key: value})
            except MistakesError as error:
                assert not any(word in error.vi for word in ("Input", "should", "valid", "Value")), error.vi
