"""Loading a scheme from TOML text: every mistake at once, a line each, with its place in the file and in both languages."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ValidationError

from cchc_metrics.errors import CchcError, MistakesError, suggestion
from cchc_metrics.score.base import Condition
from cchc_metrics.score.check import check_scheme
from cchc_metrics.score.choices import apply
from cchc_metrics.score.scheme import Component, Criterion, Field, Gate, Grade, Path, Scheme, Variant
from cchc_metrics.score.shapes import SHAPES, Part
from cchc_metrics.score.shapes_fact import Due
from cchc_metrics.score.shapes_number import Band, Fallback, Step
from cchc_metrics.values import Text


class SchemeError(MistakesError):
    """A scheme that cannot be used: all its mistakes."""


def load_scheme(
    text: str,
    *,
    file: str = "scheme.toml",
    variant: str = "",
    indicators: Collection[str] | None = None,
    checked: bool = True,
) -> Scheme:
    """Return the scheme that a TOML text describes; ``docs/scores.md`` has the keys.

    Args:
        text: the TOML: keys of ``Scheme``, ``[[fields]]``, ``[[fields.criteria]]``, ``[[fields.criteria.components]]``; and where the
            document has several readings ``[variants.<name>]`` with ``default_variant``.
        file: its name, for messages.
        variant: the reading that is wanted; ``""`` for the default. Mistakes of the others are found too.
        indicators: the ids that ``indicators`` may name; None to accept any.
        checked: refuse what ``check_scheme`` finds to be a mistake; False to load it all the same and list the findings afterwards.

    Raises:
        SchemeError: lists every mistake, each with its place (``scheme.toml:12: fields[1].criteria[2] «1.2».rule.target``) and,
            for a mistyped name, the nearest one.

    >>> load_scheme('''
    ... id = "own"
    ... version = "2022"
    ... vi = "Ví dụ"
    ... en = "Example"
    ... source = "ví dụ"
    ... [[fields]]
    ... id = "A"
    ... vi = "Hồ sơ"
    ... en = "Dossiers"
    ... [[fields.criteria]]
    ... id = "on_time"
    ... vi = "Đúng hạn"
    ... en = "On time"
    ... max = 20
    ... rule = { shape = "linear", ful = 100 }
    ... ''')
    Traceback (most recent call last):
        ...
    cchc_metrics.score.load.SchemeError: scheme.toml:16: fields[1].criteria[1] «on_time».rule.ful: khóa lạ; có phải «full»? \
| scheme.toml:16: fields[1].criteria[1] «on_time».rule.ful: unknown key; did you mean «full»?
    """
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise SchemeError(f"{file}: không phải TOML: {error}", f"{file}: not TOML: {error}") from None
    loader = _Loader(file, _lines(text), indicators, checked)
    scheme = loader.load(data, variant)
    if scheme is None or loader.mistakes:
        mistakes = list(dict.fromkeys(loader.mistakes))
        raise SchemeError("\n".join(m.vi for m in mistakes), "\n".join(m.en for m in mistakes))
    return scheme


@dataclass(slots=True)
class _Loader:
    file: str
    lines: Mapping[Path, int]
    indicators: Collection[str] | None
    checked: bool
    mistakes: list[Text] = field(default_factory=list)

    def load(self, data: dict[str, Any], wanted: str) -> Scheme | None:
        tables = data.pop("variants", {})
        default = data.pop("default_variant", "")
        variants = self._variants(tables)
        chosen = wanted or default
        for key, name in (("default_variant", default), ("variant", wanted)):
            if (name or (tables and key == "default_variant")) and name not in variants:
                vi, en = suggestion(str(name), variants)
                self._say((key,), f"không có phương án «{name}»{vi}", f"there is no variant «{name}»{en}")
        if not variants:
            return self._scheme(data)
        schemes = {}
        for name, variant in variants.items():
            changed = copy.deepcopy(data)
            at: Path = ("variants", name, "choices")
            self.mistakes += [self._text(at, m.vi, m.en) for m in apply(changed, {**variant.choices, ":variant": name})]
            schemes[name] = self._scheme(changed, at, data)
        return schemes.get(chosen)

    def _variants(self, tables: object) -> dict[str, Variant]:
        if not isinstance(tables, dict):
            self._say(("variants",), "viết thành các bảng [variants.<tên>]", "write it as tables [variants.<name>]")
            return {}
        found: dict[str, Variant] = {}
        for name, table in tables.items():
            try:
                found[name] = Variant.model_validate(table)
            except ValidationError as error:
                self._model(error, {"variants": {name: table}}, ("variants", name))
        return found

    def _scheme(self, data: dict[str, Any], at: Path = (), base: Mapping[str, Any] | None = None) -> Scheme | None:
        """Return the scheme that tables describe, and tell their mistakes: those that a variant makes, at the variant."""
        try:
            scheme = Scheme.model_validate(data)
        except ValidationError as error:
            self._model(error, data, at=at, known=_mistakes_of(base))
            return None
        for name, indicator in scheme.indicators.items():
            if self.indicators is not None and indicator not in self.indicators:
                vi, en = suggestion(indicator, self.indicators)
                self._say(("indicators", name), f"không có chỉ tiêu «{indicator}»{vi}", f"there is no indicator «{indicator}»{en}")
        needs = scheme.needs()
        for name in scheme.indicators:
            if name not in needs:
                vi, en = suggestion(name, needs)
                self._say(("indicators", name), f"không tiêu chí nào dùng «{name}»{vi}", f"no criterion reads «{name}»{en}")
        known = _findings_of(base) if at else set()
        for finding in check_scheme(scheme) if self.checked else ():
            if finding.mistake:
                own = at and (finding.path, finding.text) not in known
                self._say(finding.path, finding.text.vi, finding.text.en, data, at if own else ())
        return scheme

    def _model(
        self, error: ValidationError, data: Mapping[str, Any], prefix: Path = (), *, at: Path = (), known: Collection[object] = ()
    ) -> None:
        for found in error.errors():
            if found["type"] == "too_short" and len(found["input"]) >= found["ctx"]["min_length"]:
                continue  # an echo: pydantic counts the items of a list that are left when those with mistakes are taken away
            path, model = _resolve((*prefix, *found["loc"]), data)
            said = _said(found, model)
            self._say(path, said.vi, said.en, data, at if (found["loc"], found["type"]) not in known else ())

    def _say(self, path: Path, vi: str, en: str, data: Mapping[str, Any] | None = None, at: Path = ()) -> None:
        self.mistakes.append(self._text(path, vi, en, data, at))

    def _text(self, path: Path, vi: str, en: str, data: Mapping[str, Any] | None = None, at: Path = ()) -> Text:
        line = _deepest(at or path, self.lines)
        where = f"{self.file}:{line}" if line else self.file
        place = ": ".join(filter(None, (_written(at, {}), _written(path, data or {}))))
        head = f"{where}: {place}" if place else where
        return Text(f"{head}: {vi}".replace("\n", " "), f"{head}: {en}".replace("\n", " "))


def _mistakes_of(data: Mapping[str, Any] | None) -> set[object]:
    """Return the mistakes in form that tables have by themselves, before a variant changes them."""
    try:
        Scheme.model_validate(data or {})
    except ValidationError as error:
        return {(found["loc"], found["type"]) for found in error.errors()}
    return set()


def _findings_of(data: Mapping[str, Any] | None) -> set[object]:
    """Return what does not fit together in tables by themselves, before a variant changes them."""
    try:
        return {(finding.path, finding.text) for finding in check_scheme(Scheme.model_validate(data))}
    except ValidationError:
        return set()


def _deepest(path: Path, lines: Mapping[Path, int]) -> int | None:
    return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), None)


def _written(path: Path, data: Any) -> str:
    """Return a path with the ids of the tables that it leads through."""
    written, here = "", data
    for part in path:
        written += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
        here = _step(here, part)
        if isinstance(here, dict) and isinstance(here.get("id"), str) and isinstance(part, int):
            written += f" «{here['id']}»"
    # Only the innermost id is reported; those above it are given by their positions.
    return re.sub(r" «[^»]*»(?=.* «)", "", written).removeprefix(".")


def _step(here: Any, part: str | int) -> Any:
    if isinstance(here, dict) and isinstance(part, str):
        return here.get(part)
    if isinstance(here, list) and isinstance(part, int) and part < len(here):
        return here[part]
    return None


_MODELS: Mapping[str, type[BaseModel]] = {
    "fields": Field,
    "criteria": Criterion,
    "components": Component,
    "bands": Band,
    "steps": Step,
    "due": Due,
    "parts": Part,
    "alternatives": Part,
    "fallback": Fallback,
    "gates": Gate,
    "variants": Variant,
    **dict.fromkeys(("when", "multiplier_when", "all_of", "any_of", "none_of"), Condition),
}


_SCHEME: type[BaseModel] = Scheme


def _resolve(loc: Path, data: Any) -> tuple[Path, type[BaseModel]]:
    """Return the place of a mistake without the names of shapes that pydantic puts into it, and the model that stands there."""
    path: list[str | int] = []
    here, model = data, _SCHEME
    tagged = False  # whether the name of the present table's shape was passed; it may also be one of the table's keys
    for part in loc:
        if not tagged and isinstance(part, str) and isinstance(here, dict) and here.get("shape") == part:
            model, tagged = SHAPES[part], True
            continue
        path.append(part)
        tagged = False
        here = _step(here, part)
        if isinstance(part, str) and part in _MODELS and isinstance(here, (dict, list)):
            model = Grade if path == ["bands"] else _MODELS[part]
    return tuple(path), model


def _lines(text: str) -> dict[Path, int]:
    """Return the line on which each table and each key of the file begins."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    here: Path = ()
    quoted = False
    for number, line in enumerate(text.split("\n"), start=1):
        was_quoted, quoted = quoted, quoted ^ ((line.count('"""') + line.count("'''")) % 2 == 1)
        if was_quoted:
            continue
        if header := re.match(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]", line):
            names = tuple(a or b for a, b in re.findall(r'"([^"]*)"|([^."\s]+)', header[2]))
            here = tuple(_positions(names, counts, new=header[1] == "[["))
            found.setdefault(here, number)
        elif key := re.match(r'\s*(?:"([^"]*)"|([A-Za-z0-9_-]+))\s*=', line):
            found.setdefault((*here, key[1] or key[2]), number)
    return found


def _positions(names: tuple[str, ...], counts: dict[Path, int], *, new: bool) -> Iterator[str | int]:
    path: Path = ()
    for n, name in enumerate(names):
        path = (*path, name)
        yield name
        if new and n == len(names) - 1:
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            position = counts[path] - 1
            path = (*path, position)
            yield position


def _said(found: Mapping[str, Any], model: type[BaseModel]) -> Text:
    """Return one mistake that pydantic found, in both languages."""
    kind, value, context = found["type"], found["input"], found.get("ctx", {})
    own = context.get("error")
    if isinstance(own, CchcError):
        return Text(own.vi, own.en)
    if kind in _SAID:
        return _SAID[kind]
    if kind == "extra_forbidden":
        vi, en = suggestion(str(found["loc"][-1]), model.model_fields)
        return Text(f"khóa lạ{vi}", f"unknown key{en}")
    if kind in ("literal_error", "union_tag_invalid"):
        given = context.get("tag", value)
        options = tuple(SHAPES) if kind == "union_tag_invalid" else tuple(re.findall(r"'([^']*)'", context["expected"]))
        vi, en = suggestion(str(given), options)
        return Text(f"không có «{given}»; dùng {', '.join(options)}{vi}", f"there is no «{given}»; use {', '.join(options)}{en}")
    vi, en = next(((vi, en) for beginning, vi, en in _WANTED if kind.startswith(beginning)), (found["msg"], found["msg"]))
    return Text(f"«{_short(value)}»: {vi}", f"«{_short(value)}»: {en}")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:40] + "…"


_SAID = {"missing": Text("thiếu", "missing"), "union_tag_not_found": Text("thiếu shape", "shape is missing")}
_WANTED = (
    ("date", "cần một ngày, ví dụ 2022-12-31", "a day is needed, as 2022-12-31"),
    ("int", "cần một số nguyên", "a whole number is needed"),
    ("greater_than_equal", "quá nhỏ", "too small"),
    ("less_than_equal", "quá lớn", "too big"),
    ("bool", "cần true hoặc false", "true or false is needed"),
    ("string_too_short", "không được trống", "must not be empty"),
    ("string_pattern", "sai dạng", "is not of the right form"),
    ("string", "cần một chuỗi trong ngoặc kép", "text in quotation marks is needed"),
    ("too_short", "không được trống", "must not be empty"),
    ("tuple", "cần một danh sách", "a list is needed"),
    ("mapping", "cần một bảng", "a table is needed"),
    ("dict", "cần một bảng", "a table is needed"),
    ("model", "cần một bảng", "a table is needed"),
)
