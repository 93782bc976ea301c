"""Changing one choice of a scheme: ``"4.2:rule.target"`` → a new value. Variants of a scheme, parameters and what-if are such changes."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from cchc_metrics.arguments import public
from cchc_metrics.declared import Declared, Mistakes
from cchc_metrics.errors import suggestion
from cchc_metrics.score.scheme import Scheme
from cchc_metrics.values import Text


@public
def with_choices(scheme: Scheme, choices: Mapping[str, object]) -> Scheme:
    """Return a scheme with some choices changed, checked anew.

    Args:
        scheme: the scheme.
        choices: ``"<id>:<key>"`` of a field, criterion or component, or ``":<key>"`` of the scheme itself → value. Keys may lead further
            down, with 1-based positions: ``"1.1:rule.bands.2.points"``. Numbers are exact (int, ``Decimal``, ``Fraction``), rules are
            tables (``{"shape": "linear"}``); None takes a key away.

    Raises:
        MistakesError: an id or a key that there is not, with the nearest; a value that does not fit.

    >>> from cchc_metrics.score import qd766
    >>> with_choices(qd766(), {":round": 1, "4.2:max": 5}).round
    1
    """
    data = as_data(scheme)
    mistakes = Mistakes(Declared("choices", choices))
    for choice, why in apply(data, choices):
        mistakes.say((choice,), why.vi, why.en)
    mistakes.raise_if_any()
    found = mistakes.model(Scheme, data)
    mistakes.raise_if_any()
    assert found is not None  # noqa: S101  without mistakes there is one
    return found


def as_data(scheme: Scheme) -> dict[str, Any]:
    """Return a scheme as nested tables, without what is at its default."""
    data: dict[str, Any] = _plain(scheme)
    return data


def apply(data: dict[str, Any], choices: Mapping[str, object]) -> Iterator[tuple[str, Text]]:
    """Change nested tables by choices, and yield each choice that names what there is not, with what is wrong.

    Args:
        data: the scheme as nested tables; changed in place.
        choices: see ``with_choices``.
    """
    items = dict(_items(data))
    for choice, value in choices.items():
        name, colon, key = choice.rpartition(":")
        if not colon or not key:
            yield choice, Text("viết «mã:khóa»", "write «id:key»")
        elif name and name not in items:
            vi, en = suggestion(name, items)
            yield choice, Text(f"không có «{name}»{vi}", f"there is no «{name}»{en}")
        else:
            missing = _set(items[name] if name else data, key.split("."), value)
            if missing is not None:
                yield choice, Text(f"không có «{missing}»", f"there is no «{missing}»")


def _set(table: Any, keys: list[str], value: object) -> str | None:
    """Set what keys lead to; return the key that there is not, or None when it is done."""
    for key in keys[:-1]:
        inner = _inner(table, key)
        if not isinstance(inner, (dict, list)):
            return key
        table = inner
    last = keys[-1]
    if isinstance(table, list):
        if _inner(table, last) is None:
            return last
        table[int(last) - 1] = copy.deepcopy(value)
    elif value is None:
        table.pop(last, None)
    else:
        table[last] = copy.deepcopy(value)
    return None


def _inner(table: Any, key: str) -> Any:
    if isinstance(table, dict):
        return table.get(key)
    if isinstance(table, list) and key.isascii() and key.isdecimal() and len(key) < 10 and 0 < int(key) <= len(table):
        return table[int(key) - 1]
    return None


def _items(data: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every field, criterion and component of nested tables by id, wherever they are well formed."""
    for key in ("fields", "criteria", "components"):
        tables = data.get(key, ())
        for table in tables if isinstance(tables, (list, tuple)) else ():
            if isinstance(table, dict):
                yield from _items(table)
                if isinstance(table.get("id"), str):
                    yield table["id"], table


def _plain(value: Any) -> Any:
    fields = getattr(type(value), "model_fields", None)
    if fields is not None:
        found = {}
        for name, field in fields.items():
            own = getattr(value, name)
            if name == "shape" or field.is_required() or own != field.get_default(call_default_factory=True, validated_data={}):
                found[name] = _plain(own)
        return found
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return value
