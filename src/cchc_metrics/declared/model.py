"""The base of every model: frozen, and what is wrong is the library's error, however the model is made or changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic._internal._model_construction import ModelMetaclass

from cchc_metrics.arguments import public
from cchc_metrics.declared.mistakes import Mistakes
from cchc_metrics.declared.source import Declared
from cchc_metrics.errors import CchcError


class _LibraryErrors(ModelMetaclass):
    """Turns what a call of the class finds wrong into the library's error."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:  # noqa: N805  a metaclass: its instance is a class
        try:
            return super().__call__(*args, **kwargs)
        except ValidationError as error:
            raise cls._library_error(error, kwargs) from None  # type: ignore[attr-defined]  # every class of this metaclass is a model


class FrozenModel(BaseModel, metaclass=_LibraryErrors):
    """A frozen model that raises errors of the library: when it is called, validates data or JSON text, and when something is set.

    Nothing is done beforehand, so that what is right costs no more than with pydantic. Loaders, which need the places of mistakes, call
    ``checked``.
    """

    model_config = ConfigDict(frozen=True)

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Return the model of some data."""
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            raise cls._library_error(error, obj) from None

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Return the model of a JSON text."""
        try:
            return super().model_validate_json(json_data, **options)
        except ValidationError as error:
            raise cls._library_error(error, {}) from None

    @classmethod
    def model_validate_strings(cls, obj: Any, **options: Any) -> Self:
        """Return the model of texts."""
        try:
            return super().model_validate_strings(obj, **options)
        except ValidationError as error:
            raise cls._library_error(error, obj) from None

    def __setattr__(self, name: str, value: Any) -> None:
        try:
            super().__setattr__(name, value)
        except ValidationError:
            own = type(self).__name__
            raise CchcError(
                f"{own}: {name} không sửa được; tạo cái mới bằng model_copy(update={{…}})",
                f"{own}: {name} cannot be changed (frozen); make another with model_copy(update={{…}})",
            ) from None

    @classmethod
    def _library_error(cls, error: ValidationError, data: object) -> Exception:
        mistakes = Mistakes(Declared(cls.__name__, data if isinstance(data, dict) else {}))
        mistakes.validation(error, cls, data)
        return mistakes.as_error() or error


class DeclaredModel(FrozenModel):
    """A table of a declared file: no unknown keys.

    >>> class Grade(DeclaredModel):
    ...     points: int
    >>> Grade(point=1)
    Traceback (most recent call last):
        ...
    cchc_metrics.errors.MistakesError: Grade: points: thiếu | Grade: points: missing
    Grade: point: khóa lạ; có phải «points»? | Grade: point: unknown key; did you mean «points»?
    >>> Grade.model_validate({"points": "many"})
    Traceback (most recent call last):
        ...
    cchc_metrics.errors.MistakesError: Grade: points: «many»: cần một số nguyên | Grade: points: «many»: a whole number is needed
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @public
    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with some values changed; it is checked as a new one is."""
        if not update:
            return super().model_copy(deep=deep)
        kept = {name: getattr(self, name) for name in self.model_fields_set}
        return type(self).model_validate({**kept, **update})
