"""What a criterion is scored on: exact numbers, counts with their denominators, measures, answers, dates; or why there is none."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, TypeAlias, TypeVar

from cchc_metrics.declared.values import exact
from cchc_metrics.errors import CchcError, InputError, no_member
from cchc_metrics.values import REASONS, Measure, Status, Text

T = TypeVar("T")

Kind = Literal["number", "flag", "label", "day", "points"]
"""What a rule reads: a number, yes or no, one of several labels, a day, or points given by an assessor."""


NO_REASON = Text()


class NoPointsError(CchcError):
    """There are no points, and this is why; ``score_scheme`` turns it into the status of the line.

    Args:
        status: one of ``zero_denominator``, ``no_data``, ``not_applicable``, ``not_comparable``.
        reason: why, in both languages.
    """

    code = "no_points"

    def __init__(self, status: Status, reason: Text) -> None:
        super().__init__(reason.vi, reason.en)
        self.status = status
        self.reason = reason

    def __reduce__(self) -> tuple[type[NoPointsError], tuple[Status, Text]]:  # type: ignore[override]  # two other arguments than its base
        return (type(self), (self.status, self.reason))


@dataclass(frozen=True, slots=True)
class Ratio:
    """Cases that meet a condition, of all cases; as a number it is a percent.

    Args:
        numerator: how many meet it, 0 or more; more than there are cases is kept, and scored as the rule says.
        denominator: how many there are, the excluded ones among them; None when it is not known.
        excluded: how many of them leave the denominator (tasks not completed for objective reasons).
        evidence: the document that shows it; needed when any is excluded.

    Raises:
        CchcError: a count is negative, more is excluded than there is, or evidence is missing.

    >>> Ratio(4358, 4474).percent == Fraction(435800, 4474)
    True
    >>> Ratio(18, 20, excluded=2, evidence="12/BC-UBND").percent
    Fraction(100, 1)
    """

    numerator: int
    denominator: int | None
    excluded: int = 0
    evidence: str = ""

    def __post_init__(self) -> None:
        if not all(isinstance(n, int) for n in (self.numerator, self.denominator or 0, self.excluded)):
            raise CchcError(
                f"{self.numerator!r}/{self.denominator!r}: cần số nguyên",
                f"{self.numerator!r}/{self.denominator!r}: whole numbers are needed",
            )
        if min(self.numerator, self.denominator or 0, self.excluded) < 0:
            raise CchcError("số đếm không được âm", "a count must not be negative")
        if self.excluded > (self.denominator or 0):
            raise CchcError("số loại trừ lớn hơn mẫu số", "more is excluded than the denominator holds")
        if self.excluded and not self.evidence:
            raise CchcError("loại trừ khỏi mẫu số cần văn bản chứng minh: thêm evidence", "an exclusion needs a document: add evidence")

    @property
    def cases(self) -> int | None:
        """The denominator less what is excluded, or None where it is not known."""
        return None if self.denominator is None else self.denominator - self.excluded

    @property
    def percent(self) -> Fraction | None:
        """100 × numerator / cases, exactly; None for 0 cases or an unknown denominator."""
        return Fraction(100 * self.numerator, self.cases) if self.cases else None

    def __str__(self) -> str:
        less = f" − {self.excluded}" if self.excluded else ""
        return f"{self.numerator}/{'?' if self.denominator is None else self.denominator}{less}"


@dataclass(frozen=True, slots=True)
class GivenPoints:
    """Points that an assessor gave to a criterion (by its id), in place of what its rule would give.

    Args:
        points: the points.
        note: who gave them or why.
    """

    points: Fraction
    note: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """An input that there is none of, and why.

    Args:
        status: ``not_applicable`` (the criterion is left out and the rest rescaled), ``no_data`` or ``zero_denominator`` (no cases).
        reason: why; for ``not_applicable`` it must be said.
    """

    status: Status
    reason: Text = NO_REASON

    def __post_init__(self) -> None:
        if not isinstance(self.status, Status):
            raise no_member(self.status, Status)
        if self.status.usable:
            raise CchcError(f"«{self.status}» không phải lý do thiếu", f"«{self.status}» is no reason to have no value")
        if self.status is Status.NOT_APPLICABLE and not (self.reason.vi or self.reason.en):
            raise CchcError("không áp dụng thì phải nêu lý do: thêm reason", "not applicable needs a reason: add reason")


Value: TypeAlias = bool | int | Fraction | Decimal | str | date | Ratio | Measure | GivenPoints | Absent
"""An input: a number, counts, a measure, yes or no (``False`` for a day: it never happened), a label, a day, points, or none."""


class Peers(Mapping[str, Mapping[str, Value]]):
    """The values of all units that are compared, by unit code; remembers what was worked out of them once, for it is the same for each.

    Args:
        units: unit code → that unit's values.
    """

    __slots__ = ("_found", "_units")

    def __init__(self, units: Mapping[str, Mapping[str, Value]]) -> None:
        self._units = dict(units)
        self._found: dict[Hashable, Any] = {}

    def __getitem__(self, unit: str) -> Mapping[str, Value]:
        return self._units[unit]

    def __iter__(self) -> Iterator[str]:
        return iter(self._units)

    def __len__(self) -> int:
        return len(self._units)

    def once(self, key: Hashable, work: Callable[[], T]) -> T:
        """Return the result of some work on these values, done once for each key."""
        if key not in self._found:
            self._found[key] = work()
        found: T = self._found[key]
        return found


@dataclass(frozen=True, slots=True)
class Facts:
    """The inputs that one reading of a criterion may use, by name. A plain, frozen look-up.

    Args:
        values: input name → value.
        own: the input that a rule reads when it names none: the criterion's id.
        peers: unit → that unit's values, the own unit among them; for rules that compare units.
        year: the year that is scored, for deadlines without a year.

    >>> Facts({"on_time": Ratio(9, 10)}, own="on_time").number("")
    Fraction(90, 1)
    """

    values: Mapping[str, Value]
    own: str = ""
    peers: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    year: int | None = None

    def get(self, name: str) -> Value:
        """Return an input that is there.

        Raises:
            NoPointsError: it is not, or says why there is none.
        """
        value = self.values.get(name or self.own)
        if value is None:
            raise no_data(name or self.own)
        if isinstance(value, Absent):
            raise NoPointsError(value.status, _or_default(value.reason, value.status))
        return value

    def number(self, name: str) -> Fraction:
        """Return a number: of counts and measures of a rate the percent.

        Raises:
            NoPointsError: there is none; ``zero_denominator`` when there were no cases.
            InputError: the input is no number.
        """
        value = self.get(name)
        if isinstance(value, Ratio):
            if value.cases is None:
                vi, en = f"«{name or self.own}»: chưa biết mẫu số", f"«{name or self.own}»: the denominator is not known"
                raise NoPointsError(Status.NO_DATA, Text(vi, en))
            if value.percent is None:
                raise NoPointsError(Status.ZERO_DENOMINATOR, REASONS[Status.ZERO_DENOMINATOR])
            return value.percent
        if isinstance(value, Measure):
            measured = value.value
            if measured is None:
                raise NoPointsError(value.status, _or_default(value.reason, value.status))
            return measured
        if kind_of(value) != "number":
            raise self._wrong(name, "number")
        return exact(value)

    def flag(self, name: str) -> bool:
        """Return an answer, yes or no.

        Raises:
            NoPointsError: there is none.
            InputError: the input is neither true nor false.
        """
        value = self.get(name)
        if isinstance(value, bool):
            return value
        raise self._wrong(name, "flag")

    def label(self, name: str) -> str:
        """Return a label.

        Raises:
            NoPointsError: there is none.
            InputError: the input is no text.
        """
        value = self.get(name)
        if isinstance(value, str):
            return value
        raise self._wrong(name, "label")

    def day(self, name: str) -> date | None:
        """Return a day, or None for what never happened (``False``).

        Raises:
            NoPointsError: nothing is known.
            InputError: the input is neither a day nor false.
        """
        value = self.get(name)
        if isinstance(value, date):
            return value.date() if isinstance(value, datetime) else value
        if value is False:
            return None
        raise self._wrong(name, "day")

    def of_peer(self, unit: str) -> Facts:
        """Return the same facts as another unit has them."""
        return Facts(self.peers[unit], self.own, self.peers, self.year)

    def _wrong(self, name: str, kind: Kind) -> InputError:
        vi, en = wanted(kind)
        return InputError(f"«{name or self.own}»: cần {vi}", f"«{name or self.own}»: {en} is needed")


def no_data(name: str) -> NoPointsError:
    """Return what is raised for an input that was not given."""
    return NoPointsError(Status.NO_DATA, Text(f"thiếu «{name}»", f"«{name}» is missing"))


def kind_of(value: Value) -> Kind | None:
    """Return what a value can be read as; None for one that says why there is none, which fits everywhere.

    ``False`` is a flag, and may stand for a day that never came.

    >>> kind_of(Ratio(1, 2)), kind_of(True), kind_of("late")
    ('number', 'flag', 'label')
    """
    if isinstance(value, Absent):
        return None
    for types, kind in _KINDS:
        if isinstance(value, types):
            return kind
    raise CchcError(
        f"{value!r}: số thực nhị phân không chính xác; dùng Fraction, Decimal hoặc int",
        f"{value!r}: neither a number without error, a count, a day, an answer nor a label; use Fraction, Decimal or int, not float",
    )


def wanted(kind: Kind) -> tuple[str, str]:
    """Return the words for a kind of input in Vietnamese and English."""
    return _WORDS[kind]


def _or_default(reason: Text, status: Status) -> Text:
    return reason if reason.vi or reason.en else REASONS[status]


_KINDS: tuple[tuple[type | tuple[type, ...], Kind], ...] = (
    (bool, "flag"),
    ((int, Fraction, Decimal, Ratio, Measure), "number"),
    (str, "label"),
    (date, "day"),
    (GivenPoints, "points"),
)
_WORDS: Mapping[Kind, tuple[str, str]] = {
    "number": ("một số, hoặc numerator và denominator", "a number, or numerator and denominator,"),
    "flag": ("true hoặc false", "true or false"),
    "label": ("một chuỗi", "a text"),
    "day": ("một ngày, hoặc false nếu chưa có", "a day, or false for never,"),
    "points": ("điểm: { points = … }", "points, { points = … },"),
}
