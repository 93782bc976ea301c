"""The library's own errors: one line, in Vietnamese and English, with the fix."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import ClassVar

from cchc_metrics.folding import fold


class CchcError(ValueError):
    """An input that cannot be used; says so in Vietnamese and in English.

    Args:
        vi: the message in Vietnamese, one line.
        en: the message in English, one line.

    >>> error = CchcError("thiếu tệp a.csv", "file a.csv is missing")
    >>> error.en
    'file a.csv is missing'
    >>> print(error)
    thiếu tệp a.csv | file a.csv is missing
    """

    code: ClassVar[str] = "error"
    """A stable name of the kind of error, in snake case; every class has its own."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{vi} | {en}")
        self.vi = vi
        self.en = en

    def text(self, lang: str) -> str:
        """Return the message in one language: ``"vi"`` or ``"en"``."""
        return self.en if lang == "en" else self.vi

    def __reduce__(self) -> tuple[type[CchcError], tuple[str, str]]:
        return (type(self), (self.vi, self.en))


class CalendarRangeError(CchcError):
    """A date lies outside the years that the calendar knows."""

    code = "calendar_range"


class UnknownUnitError(CchcError):
    """A unit code is not in the unit tree."""

    code = "unknown_unit"


class UnknownIndicatorError(CchcError):
    """An indicator id is not in the catalogue."""

    code = "unknown_indicator"


class CatalogueError(CchcError):
    """A catalogue, plan or scheme is not well formed; the message names the place."""

    code = "catalogue"


class TallyMismatchError(CchcError):
    """Two tallies that rest on different rules, calendars or periods were added."""

    code = "tally_mismatch"


class NotCountedError(CchcError):
    """A tally was asked for what it did not count: a period, a day, a set of events or a dimension."""

    code = "not_counted"


class InputError(CchcError):
    """A folder, file or table cannot be used at all (as opposed to a bad row, which is a problem)."""

    code = "input"


class DuplicateIdError(InputError):
    """Two records of one table have the same identifier: counted both, they would be two."""

    code = "duplicate_id"


class MistakesError(CatalogueError, InputError):
    """The mistakes of a declared file, all at once; ``vi`` and ``en`` have a line for each, and printed each line has both languages."""

    code = "mistakes"

    def __str__(self) -> str:
        return "\n".join(f"{vi} | {en}" for vi, en in zip(self.vi.split("\n"), self.en.split("\n"), strict=True))


class RejectedRowsError(CchcError):
    """Raised by ``Problems.raise_if_any`` when rows were rejected."""

    code = "rejected_rows"


def no_member(value: object, members: Iterable[str]) -> CchcError:
    """Return the error for a value that is none of a closed list, with the nearest of them.

    >>> no_member("okk", ["ok", "no_data"]).en
    'there is no «okk»; use ok, no_data; did you mean «ok»?'
    """
    options = list(members)
    vi, en = suggestion(str(value), options)
    return CchcError(f"không có «{value}»; dùng {', '.join(options)}{vi}", f"there is no «{value}»; use {', '.join(options)}{en}")


def did_you_mean(value: str, options: Iterable[str]) -> str:
    """Return the option nearest to a mistyped value, or ``""`` where none is near.

    Diacritics and case do not count, so a heading typed without them is still recognised.

    >>> did_you_mean("resolved_ontime", ["resolved_on_time", "not_late"])
    'resolved_on_time'
    >>> did_you_mean("xyz", ["resolved_on_time"])
    ''
    """
    folded = {fold(option): option for option in options}
    near = difflib.get_close_matches(fold(value), list(folded), n=1, cutoff=0.6)
    return folded[near[0]] if near else ""


def suggestion(value: str, options: Iterable[str]) -> tuple[str, str]:
    """Return the tails ``("; có phải «x»?", "; did you mean «x»?")`` of a message, empty where no option is near.

    >>> suggestion("onlin", ["online", "counter"])
    ('; có phải «online»?', '; did you mean «online»?')
    """
    near = did_you_mean(value, options)
    return (f"; có phải «{near}»?", f"; did you mean «{near}»?") if near else ("", "")
