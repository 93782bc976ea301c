"""Scorecards: the points of a unit, line by line, each with its maximum, its status and why. Frozen, exact, printable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from cchc_metrics.arguments import public_methods
from cchc_metrics.score.facts import Absent, GivenPoints, Ratio, Value
from cchc_metrics.score.scheme import WAY_NAMES, Grade, Scheme, Way
from cchc_metrics.tables.columns import Cells, Lazy, Rows
from cchc_metrics.tables.numbers import check_language, exact_text
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import LANGS, Lang
from cchc_metrics.values import Measure, Status, Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from cchc_metrics.plots.scores import FieldScore

Depth = Literal["total", "field", "criterion", "component"]

NumberWriter = Callable[[Fraction], object]
"""How a fraction is written in a dict."""


@dataclass(frozen=True, slots=True)
class Stake:
    """How many points lie between the worst and the best result, and for how many of them the result is known.

    Args:
        total: of all that applies; None when a maximum is not known.
        known: of what has points.
    """

    total: Fraction | None
    known: Fraction


@dataclass(frozen=True, slots=True)
class WayScore:
    """What one way of scoring gives to a criterion, exactly.

    Args:
        way: measured, self, appraised or surveyed.
        points: the points, or None.
        status, reason: why there are none, or what they rest on.
        notes: what else a reader should know.
    """

    way: Way
    points: Fraction | None
    status: Status = Status.OK
    reason: Text = Text()  # noqa: RUF009  a frozen value
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a scorecard: the total, a field, a criterion or a component.

    Args:
        id: its id in the scheme.
        name: its name.
        depth: which of the four it is.
        kind: core, bonus or penalty.
        max: the maximum in the scheme; None when it is not known.
        out_of: what of the maximum the points are out of: less than ``max`` when something does not apply; 0 for bonus and penalty.
        points: the points, rounded only where the scheme says so; None when there are none.
        status: see ``Status``; of a sum the worst of what it rests on.
        reason: why the status is not ok.
        inputs: what the rule read: name → value.
        ways: what every way of scoring gives; of components and criteria with a rule.
        counted: the way that counts; ``""`` for a sum, and where nothing was given.
        notes: what else a reader should know: no cases, exclusions with their evidence, more than 100 %.
        missing: ids of the components below without points, though they apply.
        stake: see ``Stake``.
        parts: the lines below.
    """

    id: str
    name: Text
    depth: Depth
    kind: Literal["core", "bonus", "penalty"]
    max: Fraction | None
    out_of: Fraction
    points: Fraction | None
    status: Status
    reason: Text
    stake: Stake
    inputs: tuple[tuple[str, Value], ...] = ()
    ways: tuple[WayScore, ...] = ()
    counted: Way | Literal[""] = ""
    notes: tuple[Text, ...] = ()
    missing: tuple[str, ...] = ()
    parts: tuple[Line, ...] = ()

    @property
    def share(self) -> Fraction | None:
        """Points / what they are out of × 100, or None where there are none or nothing to be out of."""
        return None if self.points is None or self.out_of <= 0 else 100 * self.points / self.out_of

    @property
    def scaled(self) -> Fraction | None:
        """The points brought back to the whole maximum: the same as ``points`` where everything applies."""
        if self.points is None or self.out_of <= 0 or self.max is None or self.out_of == self.max:
            return self.points
        return self.points * self.max / self.out_of

    def walk(self) -> Iterator[Line]:
        """Yield the line and all below it, each before what it consists of."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def leaves(self) -> Iterator[Line]:
        """Yield the lines below that are scored by a rule."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


@dataclass(frozen=True, slots=True, repr=False)
class Scorecard(AnswerTable[Line]):
    """The score of one unit: a table of its lines, the total last; ``card["4.2"]`` is a line, ``card[""]`` the total.

    Args:
        scheme: what it was scored by.
        unit: unit code, ``""`` where none was said.
        year: the scored year, where one was said.
        total: the total, with everything below it.
        band: the band, after the gates; None where there is no total or no band holds it.
        band_before_gates: the band that the total alone would give.
        gates: why gates lowered the band.
        chosen: the lines that are in the table; None for all.

    >>> from cchc_metrics.score import load_scheme, score_scheme
    >>> scheme = load_scheme('''
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
    ... source = "Điều 1"
    ... no_case = "full"
    ... rule = { shape = "linear" }
    ... ''')
    >>> print(score_scheme({"on_time": Fraction(9741, 100)}, scheme).to_text("en"))
    Example (own, 2022)
    id       name       points  max      %
    A        Dossiers    19.48   20  97.41
    on_time    On time   19.48   20  97.41
             TOTAL       19.48   20  97.41
    """

    scheme: Scheme
    unit: str
    year: int | None
    total: Line
    band: Grade | None
    band_before_gates: Grade | None
    gates: tuple[Text, ...] = ()
    chosen: tuple[Line, ...] | None = None

    _closed: ClassVar[Mapping[str, Iterable[str]]] = {"status": Status}
    _key_columns = ("id",)
    _printed = ("id", "name", "points", "max", "share", "note")
    _compared = (("points", "max"),)
    _decimals = 2

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of the table, each before what it consists of; the total last."""
        return (*(line for line in self.total.walk() if line is not self.total), self.total) if self.chosen is None else self.chosen

    @property
    def points(self) -> Fraction | None:
        """The total's points, or None."""
        return self.total.points

    @property
    def share(self) -> Fraction | None:
        """The composite: points / maximum of what remains × 100, or None."""
        return self.total.share

    @property
    def fields(self) -> tuple[Line, ...]:
        """The lines of the fields."""
        return self.total.parts

    def __len__(self) -> int:
        return len(self.lines)

    def _item(self, row: int) -> Line:
        return self.lines[row]

    def _take(self, rows: Rows) -> Self:
        return replace(self, chosen=tuple(self.lines[row] for row in rows.tolist()))

    def _columns(self) -> Mapping[str, Lazy]:
        lines = self.lines
        return {
            "unit": [self.unit] * len(lines),
            "id": [line.id for line in lines],
            "name": [line.name for line in lines],
            "depth": [line.depth for line in lines],
            "kind": [line.kind for line in lines],
            "status": [line.status for line in lines],
            "points": Cells("number", [line.points for line in lines]),
            "max": Cells("number", [line.max for line in lines]),
            "out_of": Cells("number", [line.out_of for line in lines]),
            "share": Cells("number", [line.share for line in lines]),
            "counted": [line.counted for line in lines],
            "reason": [line.reason for line in lines],
        }

    def _shown_columns(self) -> Mapping[str, Lazy]:
        indents = {"total": 0, "field": 0, "criterion": 1, "component": 2}
        names = [
            Text(_WORDS["vi"]["total"], _WORDS["en"]["total"])
            if line is self.total
            else Text(*("  " * indents[line.depth] + line.name.text(lang) for lang in LANGS))
            for line in self.lines
        ]
        return {**self._columns(), "name": names, "note": [_note(line) for line in self.lines]}

    def _headings(self, lang: Lang) -> Mapping[str, str]:
        return {**_WORDS[lang], "share": "%", "note": ""}

    def _beside(self) -> Mapping[str, Sequence[Fraction]]:
        """Return what a share must not seem to be: nothing, everything, the edges of the bands and what the gates ask for."""
        scheme = self.scheme
        edges = [end for grade in scheme.bands for end in grade.ends]
        shares = [Fraction(0), Fraction(100), *(gate.below for gate in scheme.gates)]
        on_share = scheme.bands_on == "percent"
        return {"share": [*shares, *(edges if on_share else ())], "points": [Fraction(0), *(() if on_share else edges)]}

    def _above(self, lang: Lang) -> str:
        scheme = self.scheme
        ids = ", ".join(filter(None, (scheme.id, scheme.version, scheme.variant)))
        about = " · ".join(filter(None, (self.unit, str(self.year or ""))))
        example = f" [{_WORDS[lang]['example']}]" if scheme.example else ""
        return f"{scheme.name.text(lang)} ({ids}){example}" + (f" · {about}" if about else "")

    def _below(self, lang: Lang) -> str:
        band = [] if self.band is None else [f"{_WORDS[lang]['band']}: {self.band.name.text(lang)}"]
        return "\n".join([*band, *(gate.text(lang) for gate in self.gates)])

    def plot(self, *, lang: Lang = "vi") -> Figure:
        """Return the points by field, and the total, as a picture.

        Args:
            lang: the language.

        Raises:
            CchcError: no field has points, or the extra ``plot`` is not installed.
        """
        from cchc_metrics.plots.scores import one_unit  # noqa: PLC0415  drawing is loaded where something is drawn

        about = " · ".join(filter(None, (self.unit, str(self.year or ""), self.band.name.text(lang) if self.band else "")))
        return one_unit(_fields(self, lang), title=self.scheme.name.text(lang), subtitle=about, lang=lang)

    def to_dict(self, number: NumberWriter = exact_text) -> dict[str, Any]:
        """Return the scorecard for JSON.

        Args:
            number: how a fraction is written; as it stands ``"14.81"``, and ``"2/3"`` where the decimals do not end.
        """

        def written(value: Fraction | None) -> object:
            return None if value is None else number(value)

        def band(grade: Grade | None) -> dict[str, str] | None:
            return None if grade is None else {"id": grade.id, "vi": grade.vi, "en": grade.en}

        def line(found: Line) -> dict[str, Any]:
            return {
                "id": found.id,
                **_both(found.name),
                "depth": found.depth,
                "kind": found.kind,
                "points": written(found.points),
                "max": written(found.max),
                "out_of": written(found.out_of),
                "share": written(found.share),
                "status": found.status.value,
                "reason": _both(found.reason),
                "counted": found.counted,
                "ways": [
                    {"way": w.way, "points": written(w.points), "status": w.status.value, "reason": _both(w.reason)} for w in found.ways
                ],
                "inputs": {name: _value(value, number) for name, value in found.inputs},
                "notes": [_both(note) for note in found.notes],
                "missing": list(found.missing),
                "parts": [line(part) for part in found.parts],
            }

        scheme = self.scheme
        return {
            "schema_version": 1,
            "scheme": {
                "id": scheme.id,
                "version": scheme.version,
                "variant": scheme.variant,
                **_both(scheme.name),
                "example": scheme.example,
            },
            "unit": self.unit,
            "year": self.year,
            "band": band(self.band),
            "band_before_gates": band(self.band_before_gates),
            "gates": [_both(gate) for gate in self.gates],
            "total": line(self.total),
        }


@public_methods
class Scorecards(dict[str, Scorecard]):
    """Unit code → its scorecard, all by one scheme."""

    __slots__ = ()

    def plot(self, names: Mapping[str, str] | None = None, *, most: int = 30, lang: Lang = "vi") -> Figure:
        """Return the share of points of each unit in each field as a picture, the best total first.

        Args:
            names: unit code → its name; codes stand where none is given.
            most: how many units are shown at most, half of them from each end.
            lang: the language.

        Raises:
            CchcError: no unit has points, or the extra ``plot`` is not installed.
        """
        from cchc_metrics.plots.scores import many_units  # noqa: PLC0415  drawing is loaded where something is drawn
        from cchc_metrics.plots.style import told_apart  # noqa: PLC0415

        check_language(lang)
        called = names or {}
        apart = told_apart([called.get(code, code) for code in self], list(self))
        units = [(name, _fields(card, lang)) for name, card in zip(apart, self.values(), strict=True)]
        first = next(iter(self.values()), None)
        title = "" if first is None else first.scheme.name.text(lang)
        said = {"vi": "phần trăm điểm đạt được của từng lĩnh vực", "en": "percent of the points of each field"}[lang]
        return many_units(units, title=title, subtitle=said, most=most, lang=lang)


def _fields(card: Scorecard, lang: Lang) -> list[FieldScore]:
    """Return the fields of a card and its total, as they are drawn."""
    from cchc_metrics.plots.scores import FieldScore  # noqa: PLC0415  drawing is loaded where something is drawn

    words = Text(_WORDS["vi"]["total"], _WORDS["en"]["total"])
    lines = [*((line.name, line) for line in card.fields), (words, card.total)]
    return [FieldScore(name.text(lang), line.points, line.out_of, line.share, line.reason.text(lang)) for name, line in lines]


def _note(line: Line) -> Text:
    """Return what stands beside a line's numbers: the way that counts where it was not measured, why there are none, and its notes."""
    said = [line.reason] if line.status is not Status.OK else []
    if line.counted and line.counted != "measured":
        said.insert(0, Text(*WAY_NAMES[line.counted]))
    return Text(*("; ".join(filter(None, (text.text(lang) for text in (*said, *line.notes)))) for lang in LANGS))


def _both(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


def _value(value: Value, number: NumberWriter) -> object:
    if isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (Fraction, Decimal)):
        return number(Fraction(value))
    if isinstance(value, date):
        return value.isoformat()
    return _table(value, number)


def _table(value: Ratio | GivenPoints | Absent | Measure, number: NumberWriter) -> dict[str, object]:
    if isinstance(value, Ratio):
        excluded: dict[str, object] = {"excluded": value.excluded, "evidence": value.evidence} if value.excluded else {}
        return {"numerator": value.numerator, "denominator": value.denominator, **excluded}
    if isinstance(value, GivenPoints):
        return {"points": number(value.points), "note": value.note}
    if isinstance(value, Absent):
        return {"status": value.status.value, "reason": value.reason.vi, "reason_en": value.reason.en}
    return {
        "indicator": value.indicator,
        "unit": value.unit,
        "period": value.period.label,
        "status": value.status.value,
        "numerator": value.numerator,
        "denominator": value.denominator,
        "value": None if value.value is None else number(value.value),
    }


_WORDS = {
    "vi": {
        "id": "mã",
        "name": "tên",
        "points": "điểm",
        "max": "tối đa",
        "total": "TỔNG",
        "band": "Xếp loại",
        "example": "ví dụ, không phải quy định",
    },
    "en": {
        "id": "id",
        "name": "name",
        "points": "points",
        "max": "max",
        "total": "TOTAL",
        "band": "Band",
        "example": "example, not a rule",
    },
}
