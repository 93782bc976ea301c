"""Wrong arguments of public functions become errors of the library that name the argument, at no cost to calls that succeed."""

from __future__ import annotations

import builtins
import functools
import inspect
import re
import sys
import types
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from pathlib import PurePath
from typing import Annotated, Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin

from cchc_metrics.errors import CchcError

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C")

_TOO_LARGE = 2**62
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
        except ArgumentError as inner:  # of a function below; the outermost whose argument is wrong names it
            raise _wrong_argument(function, args, kwargs) or inner from None
        except CchcError:
            raise
        except (AttributeError, LookupError, OverflowError, TypeError, ValueError) as error:
            wrong = _wrong_argument(function, args, kwargs)
            if wrong is None:
                raise
            raise wrong from error

    call.__is_public__ = True  # type: ignore[attr-defined]  # see ``public_methods``
    return call


def public_methods(cls: type[C]) -> type[C]:
    """Make every public method of a class ``public``, its class methods too, ``[…]`` and making one."""
    for name, member in list(vars(cls).items()):
        if name.startswith("_") and name not in ("__getitem__", "__init__"):
            continue
        own = member.__func__ if isinstance(member, (classmethod, staticmethod)) else member
        if isinstance(own, types.FunctionType) and not hasattr(own, "__is_public__"):
            setattr(cls, name, public(own) if own is member else type(member)(public(own)))
    return cls


def _wrong_argument(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> ArgumentError | None:
    signature = inspect.signature(function)
    try:
        given = signature.bind(*args, **kwargs).arguments
    except TypeError:  # a wrong number of arguments is Python's own to say
        return None
    # Each of ``*periods`` is what the annotation says.
    several = {p.name for p in signature.parameters.values() if p.kind is p.VAR_POSITIONAL}
    each = [(name, value) for name, values in given.items() for value in (values if name in several else (values,))]
    for name, value in each:
        parameter = signature.parameters[name]
        if name in ("self", "cls") or parameter.kind is parameter.VAR_KEYWORD:
            continue
        if (wrong := _misfit(function, parameter, value)) is not None:
            return wrong
    return None


def check_arguments(function: Callable[..., Any], given: Mapping[str, object], names: Mapping[str, object] | None = None) -> None:
    """Raise ``ArgumentError`` for what is kept now and used later, when nobody could blame the argument any more.

    Args:
        function: the public function whose arguments they are.
        given: argument → value.
        names: what annotations name that the function's module does not load.
    """
    parameters = inspect.signature(function).parameters
    for name, value in given.items():
        if (wrong := _misfit(function, parameters[name], value, names)) is not None:
            raise wrong


def _misfit(
    function: Callable[..., Any], parameter: inspect.Parameter, value: object, names: Mapping[str, object] | None = None
) -> ArgumentError | None:
    """Return what is wrong with the value of a parameter."""
    hint, name = _hint(function, parameter.annotation, names), parameter.name
    own = function.__qualname__.removesuffix(".__init__")
    if isinstance(value, (str, PurePath)) and "Path" in str(parameter.annotation) and not _names_a_file(value):
        vi, en = "không phải tên tệp", "is no name of a file"
        return ArgumentError(f"{own}: {name}: «{value!s:.40}» {vi}", f"{own}: {name}: «{value!s:.40}» {en}")
    if isinstance(value, int) and abs(value) >= _TOO_LARGE:
        return ArgumentError(f"{own}: {name}: số quá lớn", f"{own}: {name}: the number is too large")
    if not fits(value, hint):
        wanted = parameter.annotation if isinstance(parameter.annotation, str) else getattr(hint, "__name__", str(hint))
        shown = f"{type(value).__name__} «{value!s:.40}»"
        return ArgumentError(f"{own}: {name}: cần {wanted}, không phải {shown}", f"{own}: {name}: {wanted} is needed, not {shown}")
    return None


class NotNone:
    """What a name that is not loaded, or an annotation that cannot be read, says at least, where it does not name None."""


class _Known(dict[str, Any]):
    """The names of a module and Python's own; any other, as one that only a type checker loads, is something that is not None."""

    def __missing__(self, name: str) -> Any:
        return vars(builtins).get(name, NotNone)


def _names_a_file(path: str | PurePath) -> bool:
    return "\0" not in str(path) and PurePath(path).name != ""


def _hint(function: Callable[..., Any], annotation: Any, names: Mapping[str, object] | None = None) -> Any:
    """Return what an annotation means; where it cannot be read Any, and what is not None where it does not name that."""
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, {}, _Known({**vars(sys.modules[function.__module__]), **(names or {})}))  # noqa: S307  an annotation of the library itself
    except (NameError, AttributeError, TypeError):
        return Any if re.search(r"\b(None|Any|object)\b", annotation) else NotNone


def fits(value: object, hint: Any) -> bool:  # noqa: PLR0911  one answer for each form of a hint
    """Return whether a value is of a type as far as a look at it tells; in doubt it is.

    >>> from collections.abc import Iterable
    >>> fits([1], list[int]), fits(["a"], list[int]), fits(None, int | None), fits(5, Iterable[int])
    (True, False, True, False)
    """
    if hint is Any or hint is object:
        return True
    if hint is None or hint is NotNone:
        return (value is None) == (hint is None)
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
        return not isinstance(value, (Mapping, str, bytes)) and all(hasattr(value, name) for name in members)
    if held is float:
        return isinstance(value, (int, float))  # a whole number is a float, as in typing
    if not isinstance(value, held):
        return False
    if isinstance(value, (str, bytes)) and origin is not None and held not in (str, bytes) and type(value) not in args:
        return False  # a text where several things are wanted: its letters are not meant
    return _items_fit(value, args)


def _items_fit(value: object, args: tuple[Any, ...]) -> bool:
    if isinstance(value, Mapping) and len(args) == 2:
        return all(fits(key, args[0]) and fits(inner, args[1]) for key, inner in list(value.items())[:_LOOKED_AT])
    if isinstance(value, (list, tuple)) and args and not (isinstance(value, tuple) and len(args) > 1 and args[1] is not Ellipsis):
        return all(fits(item, args[0]) for item in value[:_LOOKED_AT])
    if isinstance(value, (Mapping, AbstractSet)) and len(args) == 1:
        return all(fits(item, args[0]) for item in list(value)[:_LOOKED_AT])
    return True


__all__ = ["ArgumentError", "check_arguments", "fits", "public", "public_methods"]
