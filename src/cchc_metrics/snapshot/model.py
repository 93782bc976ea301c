"""A snapshot: the figures of a dataset as they were reported, with everything that they rest on."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from cchc_metrics.arguments import public_methods
from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.count.tally import Tally
from cchc_metrics.errors import InputError
from cchc_metrics.folding import nfc
from cchc_metrics.read.kept import ENDING, write_new
from cchc_metrics.read.places import bytes_of
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.snapshot.cells import RowCells
from cchc_metrics.tables.numbers import format_date, grouped
from cchc_metrics.values import Breakdown, Measure, Restated, Text, join_reasons, value_text
from cchc_metrics.verbs.measures import Measures

Origin = Literal["published", "recomputed"]
"""Whether figures are those of a report that went out, or were computed for the comparison."""
Key = tuple[str, str, str, Breakdown]
"""What a figure is about: indicator, unit, label of the period, breakdown."""
_NAME = re.compile(r"[^\W_][\w.() -]{0,79}")
_ENDINGS = (" ", ".")


@dataclass(frozen=True, slots=True)
class Input:
    """A table that figures were counted from.

    Args:
        kind: the kind.
        file: the file, ``""`` for memory.
        rows: how many of its rows were counted.
        sha256: of the bytes of the file, of several their digests in order; of a table in memory that of its valid rows, in any order.
    """

    kind: str
    file: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a figure was before it was restated.

    Args:
        measure: what was reported.
        on, by, why: when, by whom and why it was restated.
    """

    measure: Measure
    on: date
    by: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who made a snapshot of what, when, and by which definitions.

    Args:
        name: its name, which no other snapshot beside it has.
        origin: see ``Origin``.
        by: who stands behind the figures.
        on: the day on which they were made or signed, as the caller says.
        signed: the text that was signed, such as the number and date of the report; empty for none.
        unit: code of the unit that reports.
        as_of: nothing later was known.
        library: version of the library.
        rules: what disputed points were decided by.
        calendar: id of the calendar.
        calendar_sha256: digest of its days.
        definitions: indicator → digest of everything that its values follow from.
        breakdowns: indicator → lists of dimensions by which it was measured.
        inputs: the tables.
        restates: the name of the snapshot whose figures these replace; empty for none.
        why: why they do.
    """

    name: str
    origin: Origin
    by: str
    on: date
    signed: str
    unit: str
    as_of: date
    library: str
    rules: Rules
    calendar: str
    calendar_sha256: str
    definitions: Mapping[str, str]
    breakdowns: Mapping[str, tuple[tuple[str, ...], ...]]
    inputs: tuple[Input, ...]
    restates: str = ""
    why: str = ""


@public_methods
@dataclass(frozen=True, eq=False)
class Snapshot:
    """Figures as they were reported, kept so that nobody can change them unseen: ``Dataset.snapshot`` makes one, ``save`` writes it.

    ``Dataset.changes_since`` says which of its figures would be others today, and through which rows.

    Args:
        about: who, when, of what, by which definitions.
        units: the unit tree.
        measures: the figures.
        tally: the counts that they follow from.
        rows: kind → what each of its rows counts as; empty where rows were not kept. No secret row is named.
        was: the figures that were restated → what they were.

    >>> import cchc_metrics as cm
    >>> units = [{"code": "MA", "name": "Mỹ An", "level": "commune"}]
    >>> row = {"unit_code": "MA", "kind": "họp UBND"}
    >>> rows = [
    ...     {**row, "meeting_id": 1, "held_on": "05/01/2020", "paperless": "không"},
    ...     {**row, "meeting_id": 2, "held_on": "06/01/2021", "paperless": "có"},
    ... ]
    >>> data = cm.Dataset(units=units, meetings=rows)
    >>> kept = data.snapshot("2021", "2021", on=date(2022, 1, 5), by="Văn phòng UBND")
    >>> kept.measures["paperless_meetings", "MA"].value, Snapshot.from_bytes(kept.to_bytes()) == kept
    (Fraction(100, 1), True)
    """

    about: Provenance
    units: UnitTree
    measures: Measures
    tally: Tally
    rows: Mapping[str, RowCells] = field(default_factory=dict)
    was: Mapping[Key, Earlier] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name."""
        return self.about.name

    @property
    def periods(self) -> tuple[Period, ...]:
        """The periods of its figures, in order."""
        return self.tally.periods

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Snapshot) and self.to_bytes() == other.to_bytes()

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def __repr__(self) -> str:
        return self.to_text()

    def to_text(self, lang: str = "vi") -> str:
        """Return who made it, when, of what and by which definitions.

        Args:
            lang: ``"vi"`` or ``"en"``.
        """
        a = self.about
        unit = self.units.unit(a.unit).full_name if a.unit in self.units else a.unit
        periods = ", ".join(p.label for p in self.periods)
        listed = grouped(sum(len(each.listed) for each in self.rows.values()))
        figures, changed = grouped(len(self.measures)), grouped(len(self.was))
        tables = ", ".join(f"{each.file or each.kind} {each.sha256[:12]}" for each in a.inputs)
        if lang == "en":
            origin = {"published": "published", "recomputed": "recomputed"}[a.origin]
            lines = [
                f"{a.name}: {unit} ({a.unit}), {periods}; {origin} on {format_date(a.on, 'en')} by {a.by}",
                *([f"signed: {a.signed}"] if a.signed else []),
                *([f"restates {a.restates}: {changed.en} figures changed" + (f" ({a.why})" if a.why else "")] if a.restates else []),
                f"as of {format_date(a.as_of, 'en')}; rules {a.rules.id}; calendar {a.calendar}; cchc-metrics {a.library}",
                f"{figures.en} figures, {listed.en} rows can be traced; tables: {tables}",
            ]
        else:
            origin = {"published": "đã công bố", "recomputed": "tính lại"}[a.origin]
            lines = [
                f"{a.name}: {unit} ({a.unit}), {periods}; {origin} ngày {format_date(a.on, 'vi')}, {a.by}",
                *([f"văn bản: {a.signed}"] if a.signed else []),
                *([f"thay số của {a.restates}: {changed.vi} số đã đổi" + (f" ({a.why})" if a.why else "")] if a.restates else []),
                f"số liệu đến {format_date(a.as_of, 'vi')}; quy tắc {a.rules.id}; lịch {a.calendar}; cchc-metrics {a.library}",
                f"{figures.vi} số, truy được {listed.vi} dòng; bảng: {tables}",
            ]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return who made it, when, of what and by which definitions, as JSON takes it."""
        a = self.about
        return {
            "name": a.name,
            "origin": a.origin,
            "by": a.by,
            "on": a.on.isoformat(),
            "signed": a.signed,
            "restates": a.restates,
            "why": a.why,
            "unit": a.unit,
            "periods": [period.label for period in self.periods],
            "as_of": a.as_of.isoformat(),
            "library": a.library,
            "rules": a.rules.id,
            "calendar": a.calendar,
            "inputs": [{"kind": i.kind, "file": i.file, "rows": i.rows, "sha256": i.sha256} for i in a.inputs],
            "figures": len(self.measures),
            "restated": len(self.was),
            "rows": sum(len(each.listed) for each in self.rows.values()),
        }

    def to_bytes(self) -> bytes:
        """Return it as the bytes of a file: the same figures of the same rows are the same bytes, however the rows were ordered or cut."""
        from cchc_metrics.snapshot.stored import to_bytes  # noqa: PLC0415  what writes a snapshot reads it

        return to_bytes(self)

    @classmethod
    def from_bytes(cls, data: bytes, *, file: str = "") -> Snapshot:
        """Return what ``to_bytes`` wrote.

        Args:
            data: the bytes.
            file: where they are from, for messages.

        Raises:
            InputError: they are no snapshot, damaged, or changed by hand.
        """
        from cchc_metrics.snapshot.stored import from_bytes  # noqa: PLC0415  as above

        return from_bytes(data, file=file)

    def save(self, folder: Path | str) -> Path:
        """Write it into a folder, which is made where it is missing, under its name; what is there is never written over.

        Args:
            folder: where to write.

        Returns:
            The file.

        Raises:
            InputError: there is a snapshot of this name.
        """
        path = Path(folder) / (self.name + ENDING)
        write_new(
            path,
            self.to_bytes(),
            InputError(
                f"đã có bản chụp «{self.name}» ({path}), không ghi đè; đặt tên khác, và restates=«{self.name}» (--restates) "
                "nếu thay số của nó",
                f"there is a snapshot «{self.name}» ({path}) and it is not written over; give another name, and restates=«{self.name}» "
                "(--restates) if it replaces its figures",
            ),
        )
        return path

    @classmethod
    def read(cls, path: Path | str) -> Snapshot:
        """Return the snapshot of a file.

        Args:
            path: the file.

        Raises:
            InputError: there is none, or it is no snapshot, damaged, or changed by hand.
        """
        place = Path(path)
        return cls.from_bytes(bytes_of(place), file=place.name)

    def baseline(self, catalogue: Catalogue) -> Measures:
        """Return its figures to compare with: one that was restated says so; one whose definition is another today is not comparable.

        Args:
            catalogue: the indicators of today.
        """
        today = definitions_of(catalogue)
        table = self._restated
        bases = []
        for basis in table.bases:
            same = today.get(basis.indicator) in (None, self.about.definitions.get(basis.indicator))
            bases.append(basis if same else replace(basis, formula=f"{basis.formula} ({self.name})"))
        return replace(table, bases=tuple(bases))

    @cached_property
    def _restated(self) -> Measures:
        """The figures, with what they were before where a restatement changed them."""
        if not self.was:
            return self.measures
        items = []
        for item in self.measures:
            before = self.was.get(item.key)
            items.append(item if before is None else replace(item, reason=_restated_words(before, item)))
        return Measures.of(items, bases={basis.indicator: basis for basis in self.measures.bases})


def _restated_words(before: Earlier, now: Measure) -> Restated:
    """Return what is said of a figure that was restated: when, by whom, from what to what, and what else was said of it."""
    (was_vi, was_en), (is_vi, is_en) = ((figure_text(m, "vi"), figure_text(m, "en")) for m in (before.measure, now))
    why = f", {before.why}" if before.why else ""
    said = Text(
        f"đã tính lại ngày {format_date(before.on, 'vi')}, {before.by}: từ {was_vi} thành {is_vi}{why}",
        f"restated on {format_date(before.on, 'en')} by {before.by}: from {was_en} to {is_en}{why}",
    )
    rest = join_reasons(now.reason, said)
    return Restated(rest.vi, rest.en)


def restated(earlier: Snapshot, measures: Measures, about: Provenance) -> dict[Key, Earlier]:
    """Return the figures that are others than those of an earlier snapshot → what they were; what that one had restated stays so.

    Args:
        earlier: the snapshot that is restated.
        measures: the figures now.
        about: when, by whom and why.
    """
    before = {m.key: m for m in earlier.measures}
    found: dict[Key, Earlier] = {}
    for now in measures:
        old = before.get(now.key)
        if old is not None and values_changed(old, now):
            found[now.key] = Earlier(old, about.on, about.by, about.why)
        elif now.key in earlier.was:
            found[now.key] = earlier.was[now.key]
    return found


def figure_text(measure: Measure, lang: Literal["vi", "en"]) -> str:
    """Return a figure as printed, with its counts; that there is none where there is none."""
    if measure.value is None:
        return "no value" if lang == "en" else "không có số"
    counts = "" if measure.denominator is None or measure.numerator is None else f" ({measure.numerator}/{measure.denominator})"
    return value_text(measure.value, measure.scale, lang) + counts


def checked_name(name: str) -> str:
    """Return the name of a snapshot in its normal form.

    Raises:
        InputError: it cannot be the name of a file everywhere.
    """
    found = nfc(name)
    if not _NAME.fullmatch(found) or found.endswith(_ENDINGS):
        raise InputError(
            f"tên bản chụp «{name}»: dùng chữ, số, dấu chấm, gạch, cách; bắt đầu bằng chữ hoặc số, nhiều nhất 80 ký tự",
            f"the name of a snapshot «{name}»: use letters, digits, dots, hyphens, blanks; a letter or digit first, at most 80",
        )
    return found


def definitions_of(catalogue: Catalogue) -> Mapping[str, str]:
    """Return indicator → digest of what its values follow from; words, sources and where reports show it are no part of that."""
    found = {}
    for indicator in catalogue:
        own = indicator.model_dump(mode="json", exclude=_WORDS, exclude_defaults=True)
        own["formula"] = indicator.formula_id
        counts = [
            catalogue.counts[name].model_dump(mode="json", exclude={"vi", "en"}, exclude_defaults=True)
            for name in sorted({*indicator.counts})
        ]
        found[indicator.id] = digest_of([own, counts])
    return found


_WORDS = {
    "vi", "en", "better", "formula", "source", "source_en", "breakdowns", "by_level", "sample", "headline", "per_unit", "total",
    "definition_changed_on", "definition_changed_vi", "definition_changed_en", "example", "noun_vi", "noun_en", "bad_vi", "bad_en",
}  # fmt: skip
"""What of the definition of an indicator its values do not follow from."""


def digest_of(data: Any) -> str:
    """Return the SHA-256 of data as canonical JSON."""
    return hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def digest_of_calendar(calendar: Calendar) -> str:
    """Return the SHA-256 of the days of a calendar."""
    return digest_of(calendar.to_json())


def values_changed(before: Measure, now: Measure) -> bool:
    """Return whether a figure is another: its counts or its value."""
    return (before.numerator, before.denominator, before.value) != (now.numerator, now.denominator, now.value)
