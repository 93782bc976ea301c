"""Where a mistake of a pydantic model stands in the file: its path without the names that pydantic adds, and the keys known there."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cchc_metrics.declared.lines import Path


def place(model: type[BaseModel], loc: Path, data: object) -> tuple[Path, type[BaseModel]]:
    """Return the path of a mistake in the data, and the innermost model on the way to it.

    In the place of a mistake pydantic names the member of a union that it tried (``shape = "bands"`` gives ``rule.bands.steps``), and
    ``[key]`` for a key. Neither stands in the file.

    Args:
        model: the model that the data were checked with.
        loc: the place that pydantic reports, from the data on.
        data: the data.
    """
    path: list[str | int] = []
    annotation: Any = model
    innermost = model
    for part in loc:
        annotation, tag = _bare(annotation)
        if tag:
            member = _member(annotation, tag, part)
            if member is not None:
                annotation = innermost = member
                continue
        if isinstance(part, str) and part == "[key]":
            break
        annotation = _inside(annotation, part)
        path.append(part)
        data = inside(data, part)
        held, _ = _bare(annotation)
        if isinstance(held, type) and issubclass(held, BaseModel) and isinstance(data, (dict, BaseModel)):
            innermost = held
        if data is None and part is not loc[-1]:
            break
    return tuple(path), innermost


def keys_of(model: type[BaseModel]) -> list[str]:
    """Return the keys that a table of this model may have."""
    return [field.alias or name for name, field in model.model_fields.items()]


def inside(data: object, part: str | int) -> Any:
    """Return what a key or position of plain data holds, or None."""
    if isinstance(data, Mapping) and isinstance(part, str):
        return data.get(part)
    if isinstance(data, (list, tuple)) and isinstance(part, int) and part < len(data):
        return data[part]
    return None


def _bare(annotation: Any) -> tuple[Any, str]:
    """Return an annotation without ``Annotated`` and ``| None``, and the key by which a union is told apart (``""`` for none)."""
    tag = ""
    while True:
        if isinstance(annotation, FieldInfo):
            tag = annotation.discriminator if isinstance(annotation.discriminator, str) else tag
            annotation = annotation.annotation
        elif get_origin(annotation) is Annotated:
            for extra in annotation.__metadata__:
                if isinstance(extra, FieldInfo) and isinstance(extra.discriminator, str):
                    tag = extra.discriminator
            annotation = annotation.__origin__
        elif get_origin(annotation) in (Union, types.UnionType) and not tag:
            held = [arg for arg in get_args(annotation) if arg is not type(None)]
            if len(held) != 1:
                return annotation, tag
            annotation = held[0]
        else:
            return annotation, tag


def _member(union: Any, tag: str, part: str | int) -> type[BaseModel] | None:
    for member in get_args(union):
        bare, _ = _bare(member)
        if isinstance(bare, type) and issubclass(bare, BaseModel) and bare.model_fields[tag].default == part:
            return bare
    return None


def _inside(annotation: Any, part: str | int) -> Any:
    """Return the annotation of what a key or position holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            if part in (name, field.alias):
                return field
        return None
    args = [arg for arg in get_args(annotation) if arg is not Ellipsis]
    return args[-1] if args else None
