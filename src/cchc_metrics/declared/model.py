"""The base of what is declared: frozen, no unknown keys, and made in Python it raises the library's errors as a file does."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic._internal._model_construction import ModelMetaclass

from cchc_metrics.declared.mistakes import Mistakes
from cchc_metrics.declared.source import Declared


class _LibraryErrors(ModelMetaclass):
    """Turns what a call of the class finds wrong into the library's error; ``model_validate`` keeps pydantic's, for loaders."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:  # noqa: N805  a metaclass: its instance is a class
        try:
            return super().__call__(*args, **kwargs)
        except ValidationError as error:
            mistakes = Mistakes(Declared(cls.__name__, kwargs))
            mistakes.validation(error, cls, kwargs)  # type: ignore[arg-type]  # every class of this metaclass is a model
            mistakes.raise_if_any()
            raise


class DeclaredModel(BaseModel, metaclass=_LibraryErrors):
    """A table of a declared file.

    >>> class Grade(DeclaredModel):
    ...     points: int
    >>> Grade(point=1)
    Traceback (most recent call last):
        ...
    cchc_metrics.errors.MistakesError: Grade: points: thiếu | Grade: points: missing
    Grade: point: khóa lạ; có phải «points»? | Grade: point: unknown key; did you mean «points»?
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
