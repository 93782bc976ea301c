"""What has become of figures that were reported: which are others today, by how much, and through which rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal, Self

from cchc_metrics.errors import CchcError
from cchc_metrics.reference.period import Period
from cchc_metrics.tables.columns import Cells, Lazy, Rows
from cchc_metrics.tables.numbers import format_count, format_decimal_exact
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Lang, Text
from cchc_metrics.values import Breakdown, Measure
from cchc_metrics.verbs.measures import KeyedByMeasure, Measures, as_breakdown

FigureKind = Literal["changed", "appeared", "disappeared", "not_comparable"]
"""What became of a figure: another one; one where there was none; none where there was one; one that counts something else."""
RowKind = Literal["late", "gone", "corrected"]
"""What became of a row: it came after the figures were made; it is there no more; it is there and counts as something else."""
FIGURE_WORDS: Mapping[FigureKind, Text] = {
    "changed": Text("đã đổi", "changed"),
    "appeared": Text("nay có số", "appeared"),
    "disappeared": Text("nay không còn số", "disappeared"),
    "not_comparable": Text("không so sánh được", "not comparable"),
}
ROW_WORDS: Mapping[RowKind, Text] = {
    "late": Text("đến sau", "late arrival"),
    "gone": Text("không còn", "gone"),
    "corrected": Text("đã sửa", "corrected"),
}
Place = tuple[str, int]
"""The file and the row in which a record stands today."""


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row through which a figure changed.

    Args:
        kind: the kind of record.
        id: its own id.
        change: see ``RowKind``.
        numerator, denominator: what it adds to the difference of each; None where rows are no part of a sum, as of a count of units.
        was, now: what it counted as, and counts as, where the two are unlike.
        file, row: where it stands today; None of one that is gone.
    """

    kind: str
    id: str
    change: RowKind
    numerator: int | None
    denominator: int | None
    was: str = ""
    now: str = ""
    file: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class RowChanges(AnswerTable[RowChange]):
    """The rows through which a figure changed, as a table. Secret rows, and rows without an id of their own, are only counted.

    Args:
        items: the rows.
        figure: the figure.
        unlisted: how many rows are not listed.
        numerator, denominator: what these add to the difference of each; None where rows are no part of a sum.
    """

    items: tuple[RowChange, ...]
    figure: FigureChange
    unlisted: int = 0
    numerator: int | None = 0
    denominator: int | None = 0

    _key_columns = ("id", "kind")
    _printed = ("change", "id", "numerator", "denominator", "was", "now", "kind", "file", "row")
    _signed = ()

    def __len__(self) -> int:
        return len(self.items)

    def _item(self, row: int) -> RowChange:
        return self.items[row]

    def _take(self, rows: Rows) -> Self:
        return replace(self, items=tuple(self.items[row] for row in rows.tolist()))

    def _columns(self) -> Mapping[str, Lazy]:
        return {
            "kind": Cells("text", [each.kind for each in self.items]),
            "id": Cells("text", [each.id for each in self.items]),
            "change": Cells("text", [ROW_WORDS[each.change] for each in self.items]),
            "numerator": Cells("whole", [each.numerator for each in self.items]),
            "denominator": Cells("whole", [each.denominator for each in self.items]),
            "was": Cells("text", [each.was or None for each in self.items]),
            "now": Cells("text", [each.now or None for each in self.items]),
            "file": Cells("text", [each.file or None for each in self.items]),
            "row": Cells("whole", [each.row for each in self.items]),
        }

    def _headings(self, lang: Lang) -> Mapping[str, str]:
        return _ROW_HEADINGS if lang == "vi" else {}

    def to_json(self, lang: Lang = "vi") -> dict[str, Any]:
        """Return the figure, its rows and what the rows that are not listed give, as JSON takes them.

        Args:
            lang: the language of texts.
        """
        return {
            "figure": self.figure.to_dict(lang),
            "rows": self.to_dicts(lang),
            "unlisted": {"rows": self.unlisted, "numerator": self.numerator, "denominator": self.denominator},
        }

    def _above(self, lang: Lang) -> str:
        return self.figure.text(lang)

    def _below(self, lang: Lang) -> str:
        if not self.unlisted:
            return ""
        effect = "" if self.numerator is None else f": {_counts(self.numerator, self.denominator, lang)}"
        return (
            f"{self.unlisted} secret rows, or rows without an id, not listed{effect}"
            if lang == "en"
            else f"{self.unlisted} dòng mật hoặc không có mã, không liệt kê{effect}"
        )


_ROW_HEADINGS = {
    "kind": "loại", "id": "mã", "change": "thay đổi", "numerator": "tử số", "denominator": "mẫu số", "was": "trước", "now": "nay",
    "file": "tệp", "row": "dòng",
}  # fmt: skip


def _counts(numerator: int | None, denominator: int | None, lang: Lang) -> str:
    vi = lang == "vi"
    parts = [] if numerator is None else [f"{'tử số' if vi else 'numerator'} {numerator:+d}"]
    return ", ".join(parts + ([] if denominator is None else [f"{'mẫu số' if vi else 'denominator'} {denominator:+d}"]))


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure that was reported and would be another today.

    Args:
        then: what was reported; None where nothing was.
        now: what it is today, about the same day; None where there is none.
        change: see ``FigureKind``.
        name: name of the indicator.
        late, gone, corrected: through how many rows of each sort; None where rows were not kept or the figure cannot be traced.
        unlisted: through how many secret rows, or rows without an id.
        reason: why it cannot be compared, or what was said of the side that has no figure.
    """

    then: Measure | None
    now: Measure | None
    change: FigureKind
    name: Text = Text()  # noqa: RUF009  a frozen value
    late: int | None = None
    gone: int | None = None
    corrected: int | None = None
    unlisted: int | None = None
    reason: Text = Text()  # noqa: RUF009  a frozen value

    @property
    def measure(self) -> Measure:
        """One of the two, of which indicator, unit, period and breakdown are those of both."""
        found = self.then or self.now
        assert found is not None  # noqa: S101  one of them is there
        return found

    @property
    def numerator(self) -> int | None:
        """By how much the numerator (of a count the count, of a mean the sum) is another; None where the two cannot be compared."""
        return self._difference("numerator")

    @property
    def denominator(self) -> int | None:
        """By how much the denominator is another."""
        return self._difference("denominator")

    @property
    def difference(self) -> Fraction | None:
        """By how much the value is another, exactly: of a percent in percentage points."""
        then, now = (None if m is None else m.value for m in (self.then, self.now))
        return None if then is None or now is None or self.change == "not_comparable" else now - then

    def _difference(self, name: Literal["numerator", "denominator"]) -> int | None:
        then, now = (None if m is None else getattr(m, name) for m in (self.then, self.now))
        return None if then is None or now is None or self.change == "not_comparable" else now - then

    def text(self, lang: Lang = "vi") -> str:
        """Return what became of it, in one line.

        Args:
            lang: ``"vi"`` or ``"en"``.
        """
        from cchc_metrics.snapshot.model import figure_text  # noqa: PLC0415  a snapshot knows its changes

        m = self.measure
        what = " · ".join([self.name.text(lang) or m.indicator, m.unit, *(f"{d}={label}" for d, label in m.breakdown), m.period.label])
        then, now = ("–" if each is None else figure_text(each, lang) for each in (self.then, self.now))
        reason = f" ({self.reason.text(lang)})" if self.reason.text(lang) else ""
        return f"{what}: {then} → {now}, {FIGURE_WORDS[self.change].text(lang)}{reason}"

    def to_dict(self, lang: Lang = "vi") -> dict[str, Any]:
        """Return it as JSON takes it: each side as a measure, and the differences.

        Args:
            lang: the language of texts.
        """
        m, difference = self.measure, self.difference
        return {
            "indicator": m.indicator,
            "name": self.name.text(lang),
            "unit": m.unit,
            "period": m.period.label,
            "breakdown": dict(m.breakdown),
            "change": self.change,
            **{side: _side(getattr(self, side)) for side in ("then", "now")},
            "numerator_difference": self.numerator,
            "denominator_difference": self.denominator,
            "value_difference": None if difference is None else format_decimal_exact(difference),
            "rows": None
            if self.late is None
            else {"late": self.late, "corrected": self.corrected, "gone": self.gone, "unlisted": self.unlisted},
            "text": self.text(lang),
            "reason": self.reason.text(lang),
        }

    def __str__(self) -> str:
        return self.text()


def _side(measure: Measure | None) -> dict[str, Any] | None:
    """Return the figure of one side as JSON takes it."""
    if measure is None:
        return None
    value = measure.value
    return {
        "status": measure.status.value,
        "numerator": measure.numerator,
        "denominator": measure.denominator,
        "value": None if value is None else format_decimal_exact(value),
    }


Tracer = Callable[[FigureChange], RowChanges]
"""Gives the rows through which a figure changed."""


def _no_rows(figure: FigureChange) -> RowChanges:
    return RowChanges((), figure)


@dataclass(frozen=True, repr=False, eq=False)
class FigureChanges(KeyedByMeasure[FigureChange]):
    """The reported figures that would be others today, as a table; ``rows`` gives the rows through which one changed.

    Args:
        items: the figures.
        compared: how many figures were compared.
        notes: what is to be known of all: another calendar, a kind of record that is there on one side only.
        tracer: see ``Tracer``.
        title: what was compared.
        whole: all figures of the table of which some were taken; None where it is the whole table.

    >>> import cchc_metrics as cm
    >>> units = [{"code": "MA", "name": "Mỹ An", "level": "commune"}]
    >>> row = {"unit_code": "MA", "kind": "họp UBND"}
    >>> rows = [
    ...     {**row, "meeting_id": 1, "held_on": "05/01/2020", "paperless": "không"},
    ...     {**row, "meeting_id": 2, "held_on": "06/01/2021", "paperless": "có"},
    ... ]
    >>> data = cm.Dataset(units=units, meetings=rows)
    >>> from datetime import date
    >>> kept = data.snapshot("2021", "2021", on=date(2022, 1, 5), by="Văn phòng UBND")
    >>> found = cm.Dataset(units=units, meetings=rows[:1]).changes_since(kept)
    >>> found["paperless_meetings", "MA"].change
    'disappeared'
    """

    items: tuple[FigureChange, ...]
    compared: int
    notes: tuple[Text, ...] = ()
    tracer: Tracer = _no_rows
    title: Text = field(default_factory=Text)
    whole: tuple[FigureChange, ...] | None = None

    _printed = (
        "indicator", "unit", "labels", "period", "change", "value_then", "value_now", "value_difference", "numerator_difference",
        "denominator_difference", "late", "corrected", "gone", "unlisted", "reason",
    )  # fmt: skip
    _compared = (("value_then", "value_now"),)
    _signed = ("value_difference",)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def _keys(self) -> Measures:
        return Measures.of([each.measure for each in self.items])

    def _item(self, row: int) -> FigureChange:
        return self.items[row]

    def _take(self, rows: Rows) -> Self:
        return replace(self, items=tuple(self.items[row] for row in rows.tolist()), whole=self.items if self.whole is None else self.whole)

    def rows(
        self, indicator: str, unit: str, period: Period | str | None = None, breakdown: Breakdown | Mapping[str, str] = ()
    ) -> RowChanges:
        """Return the rows through which a figure changed; what they add, with the rows that are not listed, is the difference exactly.

        Args:
            indicator: indicator id.
            unit: unit code.
            period: the period; it may be left out where the table has only one.
            breakdown: dimension → label.

        Raises:
            CchcError: the table has no such figure, or it cannot be traced; the message says why.
        """
        figure = (
            self[indicator, unit, period, as_breakdown(breakdown)] if period is not None else self[indicator, unit, as_breakdown(breakdown)]
        )
        if figure.late is None:
            why = figure.reason
            raise CchcError(
                f"không truy được dòng nào của «{indicator}» · {unit}: {why.vi or 'bản chụp không giữ các dòng'}",
                f"no rows of «{indicator}» · {unit} can be traced: {why.en or 'the snapshot has no rows'}",
            )
        return self.tracer(figure)

    def to_json(self, lang: Lang = "vi") -> dict[str, Any]:
        """Return what was compared and every figure that is another, as JSON takes them.

        Args:
            lang: the language of texts.
        """
        return {
            "title": self.title.text(lang),
            "compared": self.compared,
            "notes": [note.text(lang) for note in self.notes],
            "figures": [each.to_dict(lang) for each in self.items],
        }

    def _columns(self) -> Mapping[str, Lazy]:
        items = self.items
        measures = [each.measure for each in items]

        def side(name: Literal["then", "now"], what: str) -> list[int | None]:
            return [None if (m := getattr(each, name)) is None else getattr(m, what) for each in items]

        def values(name: Literal["then", "now"]) -> list[Fraction | None]:
            return [None if (m := getattr(each, name)) is None else m.value for each in items]

        return {
            "indicator": Cells("text", [m.indicator for m in measures]),
            "name": Cells("text", [each.name if each.name.vi else None for each in items]),
            "unit": Cells("text", [m.unit for m in measures]),
            "period": Cells("text", [m.period for m in measures]),
            "labels": Cells("text", [" · ".join(f"{dim}={label}" for dim, label in m.breakdown) or None for m in measures]),
            "change": Cells("text", [FIGURE_WORDS[each.change] for each in items]),
            "numerator_then": Cells("whole", side("then", "numerator")),
            "denominator_then": Cells("whole", side("then", "denominator")),
            "value_then": Cells("number", values("then")),
            "numerator_now": Cells("whole", side("now", "numerator")),
            "denominator_now": Cells("whole", side("now", "denominator")),
            "value_now": Cells("number", values("now")),
            "numerator_difference": Cells("whole", [each.numerator for each in items]),
            "denominator_difference": Cells("whole", [each.denominator for each in items]),
            "value_difference": Cells("number", [each.difference for each in items]),
            "scale": Cells("text", [m.scale.value for m in measures]),
            "late": Cells("whole", [each.late for each in items]),
            "corrected": Cells("whole", [each.corrected for each in items]),
            "gone": Cells("whole", [each.gone for each in items]),
            "unlisted": Cells("whole", [each.unlisted for each in items]),
            "reason": Cells("text", [each.reason if each.reason.vi else None for each in items]),
        }

    def _shown_columns(self) -> Mapping[str, Lazy]:
        return self._columns()

    def _headings(self, lang: Lang) -> Mapping[str, str]:
        return _HEADINGS[lang]

    def _above(self, lang: Lang) -> str:
        return self.title.text(lang)

    def _below(self, lang: Lang) -> str:
        every = self.items if self.whole is None else self.whole
        others = sum(each.change != "not_comparable" for each in every)
        compared, n, apart = (format_count(each, lang) for each in (self.compared, others, len(every) - others))
        if lang == "en":
            said = f"{compared} figures compared: {n} are others today" + (f", {apart} cannot be compared" if others < len(every) else "")
        else:
            said = f"đã so {compared} số: {n} số nay đã khác" + (f", {apart} số không so sánh được" if others < len(every) else "")
        return "\n".join([said, *(note.text(lang) for note in self.notes)])


_HEADINGS: Mapping[Lang, Mapping[str, str]] = {
    "vi": {
        "indicator": "chỉ tiêu", "unit": "đơn vị", "period": "kỳ", "labels": "phân tổ", "change": "thay đổi",
        "numerator_then": "tử số đã báo", "denominator_then": "mẫu số đã báo", "value_then": "đã báo", "numerator_now": "tử số nay",
        "denominator_now": "mẫu số nay", "value_now": "nay", "value_difference": "chênh", "numerator_difference": "tử số",
        "denominator_difference": "mẫu số", "late": "đến sau", "corrected": "đã sửa",
        "gone": "không còn", "unlisted": "không liệt kê", "reason": "ghi chú",
    },
    "en": {
        "numerator_then": "num. then", "denominator_then": "den. then", "value_then": "then", "numerator_now": "num. now",
        "denominator_now": "den. now", "value_now": "now",
        "value_difference": "difference", "numerator_difference": "numerator", "denominator_difference": "denominator",
    },
}  # fmt: skip


def shown_cells(cells: Iterable[Sequence[object]]) -> str:
    """Return what a row counts as, without the stretches of time, which have no name."""
    return ", ".join(" ".join(str(part) for at, part in enumerate(cell) if at not in (1, 2) and str(part)) for cell in cells)


def order_of(figures: Sequence[FigureChange]) -> list[FigureChange]:
    """Return figures in the order of a table: what changed, appeared, disappeared; last what cannot be compared."""
    kinds: list[FigureKind] = list(FIGURE_WORDS)
    return sorted(figures, key=lambda each: kinds.index(each.change))
