"""Every mistake of a declared file at once: a line each, in both languages, with file, line, key, value and fix."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cchc_metrics.declared.lines import Path
from cchc_metrics.declared.places import inside, keys_of, place
from cchc_metrics.declared.source import Declared
from cchc_metrics.errors import CchcError, suggestion
from cchc_metrics.text import Text

M = TypeVar("M", bound=BaseModel)

_LONGEST_SHOWN = 40


class MisfitError(CchcError):
    """What does not fit together in one table, raised by a model's validator: several mistakes, each with its key.

    Args:
        mistakes: pairs of the path from the table, and what is wrong.
    """

    code = "misfit"

    def __init__(self, mistakes: Iterable[tuple[Path, Text]]) -> None:
        self.mistakes = tuple(mistakes)
        at = [(written(path) + ": " if path else "", text) for path, text in self.mistakes]
        super().__init__("; ".join(head + text.vi for head, text in at), "; ".join(head + text.en for head, text in at))

    def __reduce__(self) -> tuple[type[MisfitError], tuple[tuple[tuple[Path, Text], ...]]]:  # type: ignore[override]  # other arguments
        return (type(self), (self.mistakes,))


class Mistakes:
    r"""The mistakes found in one declared file, in the order of its lines.

    Args:
        source: the file.

    >>> from cchc_metrics.declared import parse_toml
    >>> mistakes = Mistakes(parse_toml("code = 1\nnam = 2", "own.toml"))
    >>> mistakes.unknown((), mistakes.source.data, ["code", "name"])
    >>> mistakes.raise_if_any()
    Traceback (most recent call last):
        ...
    cchc_metrics.errors.MistakesError: own.toml:2: nam: khóa lạ; có phải «name»? | own.toml:2: nam: unknown key; did you mean «name»?
    """

    def __init__(self, source: Declared) -> None:
        self.source = source
        self.found: dict[Text, int] = {}  # each once, with its line; 0 where it has none
        self._lines: dict[Path, int] | None = None

    def __bool__(self) -> bool:
        return bool(self.found)

    def say(self, path: Path, vi: str, en: str, *, at: Path = (), data: object = None) -> None:
        """Add a mistake.

        Args:
            path: the place of the key.
            vi: what is wrong, and the fix.
            en: the same in English.
            at: the place in the file where it comes from, when that is another (a variant that changes the key).
            data: the data that the path leads through, when they are not the file's.
        """
        data = self.source.data if data is None else data
        line = self.line(at or path)
        where = f"{self.source.file}:{line}" if line else self.source.file
        head = ": ".join(filter(None, (where, written(at, self.source.data), written(path, data))))
        text = Text(_one_line(f"{head}: {vi}"), _one_line(f"{head}: {en}"))
        self.found.setdefault(text, line or 0)

    def line(self, path: Path) -> int | None:
        """Return the line of a place, or of the innermost table or key around it that has one."""
        if self._lines is None:
            self._lines = self.source.lines()
        lines = self._lines
        return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), None)

    def unknown(self, path: Path, table: Mapping[str, Any], keys: Collection[str]) -> None:
        """Add a mistake for each key of a table that is none of those known."""
        for key in table:
            if key not in keys:
                vi, en = suggestion(key, keys)
                self.say((*path, key), f"khóa lạ{vi}", f"unknown key{en}")

    def missing_name(self, path: Path, name: object, options: Collection[str], vi: str, en: str) -> bool:
        """Add a mistake when a name is none of those that there are, and return whether it was added.

        Args:
            path: the place of the name.
            name: the name.
            options: the names that there are.
            vi: what it is the name of: «chỉ tiêu».
            en: the same in English: «indicator».
        """
        if isinstance(name, str) and name in options:
            return False
        near_vi, near_en = suggestion(str(name), options)
        self.say(path, f"không có {vi} «{short(name)}»{near_vi}", f"there is no {en} «{short(name)}»{near_en}")
        return True

    def tables(self, key: str) -> list[tuple[Path, Mapping[str, Any]]]:
        """Return the tables ``[[key]]`` with their places; anything else under the key is a mistake."""
        value = self.source.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
            self.say((key,), f"viết thành các bảng [[{key}]]", f"write it as tables [[{key}]]")
            return []
        return [((key, number), table) for number, table in enumerate(value)]

    def model(self, model: type[M], data: object, path: Path = (), *, at: Path = (), known: Collection[object] = ()) -> M | None:
        """Return the model of some data, or None with all mistakes added.

        Args:
            model: the model.
            data: the data.
            path: where they stand in the file.
            at: see ``say``.
            known: pairs of pydantic's place and type of mistakes that the file has there without ``at``.
        """
        try:
            return checked(model, data)
        except ValidationError as error:
            self.validation(error, model, data, path, at=at, known=known)
            return None

    def validation(
        self,
        error: ValidationError,
        model: type[BaseModel],
        data: object,
        path: Path = (),
        *,
        at: Path = (),
        known: Collection[object] = (),
    ) -> None:
        """Add all mistakes that a model found in some data."""
        whole = data
        for part in reversed(path):  # what the path leads to, so that it is written with the ids of the tables around
            whole = {part: whole} if isinstance(part, str) else [*[None] * part, whole]
        shown_data = self.source.data if inside_path(self.source.data, path) is data else whole
        for loc, kind, inner, said in _found(error, model, data):
            own = at if (loc, kind) not in known else ()
            self.say((*path, *inner), said.vi, said.en, at=own, data=shown_data)

    def as_error(self) -> CchcError | None:
        """Return all mistakes as one error of the source's class, in the order of lines; None where there is none."""
        if not self.found:
            return None
        texts = sorted(self.found, key=self.found.__getitem__)
        return self.source.error("\n".join(t.vi for t in texts), "\n".join(t.en for t in texts))

    def raise_if_any(self) -> None:
        """Raise all mistakes as one error, see ``as_error``."""
        error = self.as_error()
        if error is not None:
            raise error


def checked(model: type[M], data: object) -> M:
    """Return the model of some data with pydantic's error, which has the place of each mistake; for those who report them elsewhere."""
    found: M = BaseModel.model_validate.__func__(model, data)  # type: ignore[attr-defined]  # the class method of the base, of this model
    return found


def written(path: Path, data: object = None) -> str:
    """Return a place for a reader, with the id of the innermost table that has one: ``targets[2] «on-time».value``."""
    text, here = "", data
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{short(part)}"
        here = inside(here, part)
        if isinstance(part, int) and isinstance(here, Mapping) and isinstance(here.get("id"), str):
            text = re.sub(r" «[^»]*»", "", text) + f" «{short(here['id'])}»"
    return text.removeprefix(".")


def short(value: object) -> str:
    """Return a value for a message, of 40 characters at most."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def inside_path(data: object, path: Path) -> Any:
    """Return what a path of plain data leads to, or None."""
    for part in path:
        data = inside(data, part)
    return data


def misfits(error: ValidationError, model: type[BaseModel], data: object) -> Iterator[tuple[Path, Text]]:
    """Yield what a model found in some data, for a validator that raises it as a ``MisfitError``."""
    for _, _, path, text in _found(error, model, data):
        yield path, text


def _found(error: ValidationError, model: type[BaseModel], data: object) -> Iterator[tuple[Path, str, Path, Text]]:
    """Yield pydantic's place and type of each mistake, its path in the data and its words."""
    for found in error.errors(include_url=False):
        if found["type"] == "too_short" and _length(found["input"]) >= found["ctx"]["min_length"]:
            continue  # an echo: pydantic counts the items of a list that are left when those with mistakes are taken away
        inner, held = place(model, found["loc"], data)
        for tail, said in _said(found, held, str(inner[-1]) if inner else ""):
            yield found["loc"], found["type"], (*inner, *tail), said


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())


def _length(value: object) -> int:
    return len(value) if isinstance(value, (list, tuple, dict, str)) else 0


def _said(found: Mapping[str, Any], model: type[BaseModel], key: str) -> Iterator[tuple[Path, Text]]:
    """Yield what pydantic found, in both languages, each with the rest of its path."""
    kind, value, context = found["type"], found["input"], found.get("ctx", {})
    own = context.get("error")
    plain = not isinstance(value, (Mapping, list, tuple, BaseModel)) and value is not None
    if isinstance(own, MisfitError):
        yield from own.mistakes
    elif isinstance(own, CchcError):
        head = f"«{short(value)}»: " if plain and f"«{short(value)}»" not in own.en else ""
        yield (), Text(head + own.vi, head + own.en)
    elif kind == "missing":
        yield (), Text("thiếu", "missing")
    elif kind == "extra_forbidden":
        vi, en = suggestion(key, keys_of(model))
        yield (), Text(f"khóa lạ{vi}", f"unknown key{en}")
    elif kind == "union_tag_not_found":
        tag = str(context["discriminator"]).strip("'")
        yield (), Text(f"thiếu {tag}", f"{tag} is missing")
    elif kind in ("literal_error", "enum", "union_tag_invalid"):
        given = context.get("tag", value)
        options = tuple(re.findall(r"'([^']*)'", context.get("expected_tags") or context["expected"]))
        # Signs have no near spelling: ">" is as near to "=>" as ">=" is, and means something else.
        vi, en = suggestion(str(given), options) if re.fullmatch(r"[\w\- ]{1,40}", str(given)) else ("", "")
        listed = ", ".join(options)
        yield (), Text(f"không có «{short(given)}»; dùng {listed}{vi}", f"there is no «{short(given)}»; use {listed}{en}")
    else:
        vi, en = next(((vi, en) for beginning, vi, en in _WANTED if kind.startswith(beginning)), ("giá trị không hợp lệ", found["msg"]))
        head = "" if value is None or (isinstance(value, str) and not value) else f"«{short(value)}»: "
        bound = next((str(context[name]) for name in ("ge", "gt", "le", "lt", "pattern") if name in context), "")
        yield (), Text(head + vi.replace("{bound}", bound), head + en.replace("{bound}", bound))


# By the beginning of pydantic's type, the first that fits.
_WANTED = (
    ("json", "không phải JSON", "is not JSON"),
    ("date", "cần một ngày, ví dụ 2022-12-31", "a day is needed, as 2022-12-31"),
    ("time", "cần một giờ, ví dụ 07:30:00", "a time is needed, as 07:30:00"),
    ("int", "cần một số nguyên", "a whole number is needed"),
    ("greater_than_equal", "quá nhỏ; ít nhất {bound}", "too small; at least {bound}"),
    ("greater_than", "quá nhỏ; hơn {bound}", "too small; more than {bound}"),
    ("less_than_equal", "quá lớn; nhiều nhất {bound}", "too big; at most {bound}"),
    ("less_than", "quá lớn; dưới {bound}", "too big; less than {bound}"),
    ("bool", "cần true hoặc false", "true or false is needed"),
    ("string_too_short", "không được trống", "must not be empty"),
    ("string_pattern", "sai dạng; cần {bound}", "is not of the right form; {bound} is needed"),
    ("string", "cần một chuỗi trong ngoặc kép", "text in quotation marks is needed"),
    ("too_short", "thiếu phần tử hoặc trống", "must not be empty, or has too few items"),
    ("too_long", "thừa phần tử", "has too many items"),
    ("tuple", "cần một danh sách [ … ]", "a list is needed, [ … ]"),
    ("list", "cần một danh sách [ … ]", "a list is needed, [ … ]"),
    ("mapping", "cần một bảng", "a table is needed"),
    ("dict", "cần một bảng", "a table is needed"),
    ("model", "cần một bảng", "a table is needed"),
    ("recursion_loop", "lồng nhau quá nhiều tầng", "nested too deep"),
    ("frozen", "không sửa được", "cannot be changed"),
)
