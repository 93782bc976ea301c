"""The rows of the periodic report on administrative reform, as data: number, words, what each is counted in and where it comes from."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator

from cchc_metrics.declared import DeclaredModel, Mistakes, parse_toml
from cchc_metrics.errors import CchcError, InputError
from cchc_metrics.values import Text

OfPlan = Literal["tasks", "done", "completion", "on_time"]
"""What is asked of the plan: how many tasks it has, how many are done, and both rates."""


class Worded(DeclaredModel):
    """What has a number and words in both languages."""

    number: str
    vi: str
    en: str

    @property
    def text(self) -> Text:
        """The words."""
        return Text(self.vi, self.en)


class OutlineRow(Worded):
    """A row; one with neither ``indicator`` nor ``plan`` has no value yet.

    Args:
        number: its number within the part: ``"3.1"``.
        vi, en: its words.
        counted_vi, counted_en: what it is counted in.
        indicator: id of an indicator of the catalogue, counted from records or entered by hand.
        levels, labels: whether a line for each level of unit, and for each label of its breakdowns, stands under it.
        plan: see ``OfPlan``.
    """

    counted_vi: str
    counted_en: str
    indicator: str = ""
    levels: bool = False
    labels: bool = False
    plan: OfPlan | None = None

    @model_validator(mode="after")
    def _comes_from_one_place(self) -> Self:
        if self.indicator and self.plan is not None:
            raise CchcError("chỉ ghi một trong indicator, plan", "only one of indicator and plan may be given")
        if (self.levels or self.labels) and not self.indicator:
            raise CchcError("levels, labels cần indicator", "levels and labels need an indicator")
        return self


class OutlineGroup(Worded):
    """Rows under one title."""

    rows: tuple[OutlineRow, ...]


class OutlinePart(Worded):
    """One of the seven parts: its Roman numeral, its words, its groups of rows."""

    groups: tuple[OutlineGroup, ...]


class Outline(DeclaredModel):
    """The whole."""

    parts: tuple[OutlinePart, ...]

    def rows(self) -> Iterator[tuple[OutlinePart, OutlineGroup, OutlineRow]]:
        """Yield each row with what it stands in, in order."""
        for part in self.parts:
            for group in part.groups:
                for row in group.rows:
                    yield part, group, row


def load_outline(text: str | bytes, *, file: str = "periodic.toml", indicators: Collection[str] | None = None) -> Outline:
    """Return the rows that a TOML text describes, as ``report/data/periodic.toml`` of the package does.

    Args:
        text: the TOML.
        file: its name, for messages.
        indicators: the ids that rows may name; None to accept any.

    Raises:
        MistakesError: lists every mistake with its place and, for a mistyped name, the nearest one.
    """
    mistakes = Mistakes(parse_toml(text, file))
    found = mistakes.model(Outline, mistakes.source.data)
    seen: set[tuple[str, str]] = set()
    for p, part in enumerate(found.parts if found is not None else ()):
        for g, group in enumerate(part.groups):
            for r, row in enumerate(group.rows):
                path = ("parts", p, "groups", g, "rows", r)
                if (part.number, row.number) in seen:
                    mistakes.say(
                        (*path, "number"), f"số {row.number} trùng trong phần {part.number}", f"{row.number} is twice in {part.number}"
                    )
                seen.add((part.number, row.number))
                if row.indicator and indicators is not None:
                    mistakes.missing_name((*path, "indicator"), row.indicator, indicators, "chỉ tiêu", "indicator")
    mistakes.raise_if_any()
    assert found is not None  # noqa: S101  without mistakes there is one
    return found


def read_outline(path: Path, *, indicators: Collection[str] | None = None) -> Outline:
    """Return the rows that a TOML file describes; see ``load_outline``.

    Raises:
        InputError: it cannot be read.
        MistakesError: lists every mistake.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise InputError(f"không đọc được {path}: {error.strerror}", f"cannot read {path}: {error.strerror}") from None
    return load_outline(text, file=path.name, indicators=indicators)


@cache
def outline() -> Outline:
    """Return the rows as they are packaged.

    >>> [part.number for part in outline().parts]
    ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII']
    """
    return load_outline(resources.files("cchc_metrics.report").joinpath("data/periodic.toml").read_text(encoding="utf-8"))
