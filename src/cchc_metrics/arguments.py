"""Wrong arguments of public functions become errors of the library that name the argument, at no cost to calls that succeed."""

from __future__ import annotations

import functools
import inspect
import sys
import types
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin

from cchc_metrics.errors import CchcError

P = ParamSpec("P")
R = TypeVar("R")

_LOOKED_AT = 3  # items of a list that are looked at: the first wrong one is what failed


class ArgumentError(CchcError):
    """An argument of a public function is of another type than it takes; the message names it."""

    code = "argument"


def public(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function that blames its arguments when it fails: those that are not of the type that it declares.

    Nothing is checked before the call. When it raises something that is no error of the library, the arguments are compared with the
    annotations, and a misfit is raised as ``ArgumentError``; where all fit, the failure is the library's own and stays as it is.

    >>> @public
    ... def half(number: int) -> float:
    ...     return number / 2
    >>> half(4)
    2.0
    >>> half("4")
    Traceback (most recent call last):
        ...
    cchc_metrics.arguments.ArgumentError: half: number: cần int, không phải str «4» | half: number: int is needed, not str «4»
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except CchcError:
            raise
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            wrong = _wrong_argument(function, args, kwargs)
            if wrong is None:
                raise
            raise wrong from error

    return call


def _wrong_argument(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> ArgumentError | None:
    signature = inspect.signature(function)
    try:
        given = signature.bind(*args, **kwargs).arguments
    except TypeError:  # a wrong number of arguments is Python's own to say
        return None
    own = function.__qualname__.removesuffix(".__init__")
    for name, value in given.items():
        parameter = signature.parameters[name]
        if name in ("self", "cls") or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        hint = _hint(function, parameter.annotation)
        if not fits(value, hint):
            wanted = parameter.annotation if isinstance(parameter.annotation, str) else getattr(hint, "__name__", str(hint))
            shown = f"{type(value).__name__} «{value!s:.40}»"
            return ArgumentError(f"{own}: {name}: cần {wanted}, không phải {shown}", f"{own}: {name}: {wanted} is needed, not {shown}")
    return None


def _hint(function: Callable[..., Any], annotation: Any) -> Any:
    """Return what an annotation means; Any where it names what is not loaded."""
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, vars(sys.modules[function.__module__]))  # noqa: S307  an annotation of the library itself
    except (NameError, AttributeError, TypeError):
        return Any


def fits(value: object, hint: Any) -> bool:  # noqa: PLR0911  one answer for each form of a hint
    """Return whether a value is of a type as far as a look at it tells; in doubt it is.

    >>> from collections.abc import Iterable
    >>> fits([1], list[int]), fits(["a"], list[int]), fits(None, int | None), fits(5, Iterable[int])
    (True, False, True, False)
    """
    if hint is None:
        return value is None
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return fits(value, args[0])
    if origin in (Union, types.UnionType):
        return any(fits(value, arg) for arg in args)
    if origin is Literal:
        return any(value == arg for arg in args)
    held = origin or hint
    if not isinstance(held, type):
        return True
    if getattr(held, "_is_protocol", False) and held.__module__ != "typing" and not held.__module__.startswith("collections"):
        members = {name for name in vars(held) if not name.startswith("_")} | {
            name for name in ("__iter__", "__len__") if name in vars(held)
        }
        return all(hasattr(value, name) for name in members)
    if held is float:
        return isinstance(value, (int, float))  # a whole number is a float, as in typing
    if not isinstance(value, held):
        return False
    if isinstance(value, str) and origin is not None and held is not str and str not in args:
        return False  # a text where several things are wanted: its letters are not meant
    return _items_fit(value, args)


def _items_fit(value: object, args: tuple[Any, ...]) -> bool:
    if isinstance(value, Mapping) and len(args) == 2:
        return all(fits(key, args[0]) and fits(inner, args[1]) for key, inner in list(value.items())[:_LOOKED_AT])
    if isinstance(value, (list, tuple)) and args and not (isinstance(value, tuple) and len(args) > 1 and args[1] is not Ellipsis):
        return all(fits(item, args[0]) for item in value[:_LOOKED_AT])
    return True


__all__ = ["ArgumentError", "fits", "public"]
