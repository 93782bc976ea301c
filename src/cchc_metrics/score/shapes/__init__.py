"""Every shape of a scoring rule. A shape is a file of this package, called like the shape, and a line of the register."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Annotated, TypeAlias, Union

from pydantic import BaseModel, Field

from cchc_metrics.declared import DeclaredModel
from cchc_metrics.score.base import Shape
from cchc_metrics.score.shapes.part import Part

REGISTER = (
    "yes_no",
    "levels",
    "bands",
    "steps",
    "per_case",
    "linear",
    "threshold_linear",
    "full_at",
    "between",
    "cliff",
    "base_step",
    "deduct",
    "relative",
    "deadline",
    "assessed",
    "shown_only",
    "sum",
    "best_of",
    "zero_if",
)
"""The shapes in the order in which messages list them."""


def _shape(name: str) -> type[Shape]:
    """Return the class of a file that is a rule of the shape that the file is called after."""
    held = vars(importlib.import_module(f"{__name__}.{name}")).values()
    shapes = [value for value in held if isinstance(value, type) and issubclass(value, Shape)]
    return next(shape for shape in shapes if (field := shape.model_fields.get("shape")) and field.default == name)


SHAPES: dict[str, type[Shape]] = {name: _shape(name) for name in REGISTER}
"""Every shape by its name."""

if TYPE_CHECKING:
    AnyShape: TypeAlias = Shape
else:
    AnyShape = Annotated[Union[tuple(SHAPES.values())], Field(discriminator="shape")]  # noqa: UP007  the members are not known before
    """A scoring rule of any shape."""

_MODELS: tuple[type[BaseModel], ...] = (Part, *SHAPES.values())
for _model in _MODELS:
    _model.model_rebuild(_types_namespace={"AnyShape": AnyShape})


class _Holder(DeclaredModel):
    rule: AnyShape


_Holder.__name__ = "shape_of"  # what messages name


def shape_of(data: object) -> Shape:
    """Return the rule that a table describes.

    Args:
        data: ``{"shape": "linear", …}`` with exact numbers (no binary floats), or a rule.

    Raises:
        MistakesError: the table has mistakes; all are listed.

    >>> from fractions import Fraction
    >>> from cchc_metrics.score.facts import Facts
    >>> shape_of({"shape": "full_at", "target": 80}).points(Facts({"": 40}), Fraction(2))
    Fraction(1, 1)
    """
    return _Holder.model_validate({"rule": data}).rule
