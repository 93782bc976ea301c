"""Loading a scheme from TOML text: every mistake at once, a line each, with its place in the file and in both languages."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from cchc_metrics.declared import Mistakes, checked, parse_toml
from cchc_metrics.declared.lines import Path
from cchc_metrics.errors import MistakesError, suggestion
from cchc_metrics.score.check import check_scheme
from cchc_metrics.score.choices import apply
from cchc_metrics.score.scheme import Scheme, Variant


class SchemeError(MistakesError):
    """A scheme that cannot be used: all its mistakes."""

    code = "scheme"


def load_scheme(
    text: str | bytes,
    *,
    file: str = "scheme.toml",
    variant: str = "",
    indicators: Collection[str] | None = None,
    checked: bool = True,
) -> Scheme:
    """Return the scheme that a TOML text describes; ``docs/scores.md`` has the keys.

    Args:
        text: the TOML, as text or as the file's bytes: keys of ``Scheme``, ``[[fields]]``, ``[[fields.criteria]]``,
            ``[[fields.criteria.components]]``; and where the document has several readings ``[variants.<name>]`` with ``default_variant``.
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
    mistakes = Mistakes(parse_toml(text, file, error=SchemeError))
    scheme = _Loader(mistakes, indicators, checked).load(dict(mistakes.source.data), variant)
    mistakes.raise_if_any()
    assert scheme is not None  # noqa: S101  without mistakes there is one
    return scheme


@dataclass(frozen=True, slots=True)
class _Loader:
    mistakes: Mistakes
    indicators: Collection[str] | None
    checked: bool

    def load(self, data: dict[str, Any], wanted: str) -> Scheme | None:
        tables = data.pop("variants", {})
        default = data.pop("default_variant", "")
        variants = self._variants(tables)
        for key, name in (("default_variant", default), ("variant", wanted)):
            if isinstance(tables, dict) and (name or (tables and key == "default_variant")):
                self.mistakes.missing_name((key,), name, variants, "phương án", "variant")
        if not variants:
            return self._scheme(data)
        schemes = {}
        for name, variant in variants.items():
            changed = copy.deepcopy(data)
            at: Path = ("variants", name, "choices")
            for choice, why in apply(changed, {**variant.choices, ":variant": name}):
                self.mistakes.say((*at, choice), why.vi, why.en)
            schemes[name] = self._scheme(changed, at, data)
        chosen = wanted or default
        return schemes.get(chosen) if isinstance(chosen, str) else None

    def _variants(self, tables: object) -> dict[str, Variant]:
        if not isinstance(tables, dict):
            self.mistakes.say(("variants",), "viết thành các bảng [variants.<tên>]", "write it as tables [variants.<name>]")
            return {}
        found = {name: self.mistakes.model(Variant, table, ("variants", name)) for name, table in tables.items()}
        return {name: variant for name, variant in found.items() if variant is not None}

    def _scheme(self, data: dict[str, Any], at: Path = (), base: Mapping[str, Any] | None = None) -> Scheme | None:
        """Return the scheme that tables describe, and add their mistakes: those that a variant makes, at the variant."""
        scheme = self.mistakes.model(Scheme, data, at=at, known=_mistakes_of(base))
        if scheme is None:
            return None
        for name, indicator in scheme.indicators.items():
            if self.indicators is not None:
                self.mistakes.missing_name(("indicators", name), indicator, self.indicators, "chỉ tiêu", "indicator")
        needs = scheme.needs()
        for name in scheme.indicators:
            if name not in needs:
                vi, en = suggestion(name, needs)
                self.mistakes.say(("indicators", name), f"không tiêu chí nào dùng «{name}»{vi}", f"no criterion reads «{name}»{en}")
        known = _findings_of(base) if at else set()
        for finding in check_scheme(scheme) if self.checked else ():
            if finding.mistake:
                own = at if (finding.path, finding.text) not in known else ()
                self.mistakes.say(finding.path, finding.text.vi, finding.text.en, at=own, data=data)
        return scheme


def _mistakes_of(data: Mapping[str, Any] | None) -> set[object]:
    """Return the mistakes in form that tables have by themselves, before a variant changes them."""
    try:
        checked(Scheme, data or {})
    except ValidationError as error:
        return {(found["loc"], found["type"]) for found in error.errors(include_url=False)}
    return set()


def _findings_of(data: Mapping[str, Any] | None) -> set[object]:
    """Return what does not fit together in tables by themselves, before a variant changes them."""
    try:
        return {(finding.path, finding.text) for finding in check_scheme(checked(Scheme, data))}
    except ValidationError:
        return set()
