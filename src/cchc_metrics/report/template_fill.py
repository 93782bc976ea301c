"""Filling an office's own form: every name in its cells and texts becomes the value that it names, or says why there is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import ClassVar, Final, Self

from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.errors import InputError, MistakesError
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import Unit
from cchc_metrics.report.format import no_value_words
from cchc_metrics.report.template_answers import Answer, Answers, answer_name
from cchc_metrics.report.template_document import TemplateDocument
from cchc_metrics.report.template_loops import has_loops, written_out
from cchc_metrics.report.template_names import COMPARED, Asker, FormNameError, Name
from cchc_metrics.report.template_parts import NAME
from cchc_metrics.report.template_workbook import Number, TemplateWorkbook
from cchc_metrics.tables.columns import Cells, Lazy, Rows
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.tables.whole import whole_file
from cchc_metrics.text import Lang, Text
from cchc_metrics.values import Status
from cchc_metrics.verbs.assess import Assessments
from cchc_metrics.verbs.compare import Deltas
from cchc_metrics.verbs.measures import Measures

_QUOTED: Final = re.compile(r'"[^"]*"|\\.')
_NONE: Final = Text()
WORD_ENDINGS: Final = (".docx", ".docm")


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of one name.

    Args:
        place: the cell or text where it stands: ``Biểu 1!C5``.
        name: the name as written.
        indicator, unit, period, what: what it asks for.
        status: of the value; ``no_data`` and its like where nothing could be written.
        value: the exact value, None where there is none or where a text was asked for.
        text: what was written, as it reads in a text.
        reason: why there is no value, or its mark.
    """

    place: str
    name: str
    indicator: str
    unit: str
    period: Period
    what: str
    status: Status
    value: Fraction | None
    text: str
    reason: Text


@dataclass(frozen=True, slots=True, repr=False)
class FilledForm(AnswerTable[Filled]):
    """What became of every name of a form; ``form.filter(status="no_data")`` are those that have no value.

    Args:
        items: one for each name at each of its places, in the order of the sheets.
        notes: what is to be known of the form as a whole.
    """

    items: tuple[Filled, ...]
    notes: tuple[Text, ...] = ()

    _key_columns = ("place", "name")
    _closed: ClassVar[Mapping[str, Iterable[str]]] = {"status": Status}
    _printed = ("place", "name", "status", "text", "reason")

    def __len__(self) -> int:
        return len(self.items)

    def _item(self, row: int) -> Filled:
        return self.items[row]

    def _take(self, rows: Rows) -> Self:
        return replace(self, items=tuple(self.items[row] for row in rows.tolist()))

    def _columns(self) -> Mapping[str, Lazy]:
        items = self.items
        return {
            "place": Cells("text", [i.place for i in items]),
            "name": Cells("text", [i.name for i in items]),
            "indicator": Cells("text", [i.indicator for i in items]),
            "unit": Cells("text", [i.unit for i in items]),
            "period": Cells("text", [i.period for i in items]),
            "what": Cells("text", [i.what or None for i in items]),
            "status": Cells("text", [i.status.value for i in items]),
            "value": Cells("number", [i.value for i in items]),
            "text": Cells("text", [i.text for i in items]),
            "reason": Cells("text", [i.reason if i.reason.vi or i.reason.en else None for i in items]),
        }

    def _headings(self, lang: Lang) -> Mapping[str, str]:
        return _HEADINGS if lang == "vi" else {}

    def _below(self, lang: Lang) -> str:
        return "\n".join(note.text(lang) for note in self.notes)


_HEADINGS: Final = {"place": "vị trí", "name": "tên", "status": "trạng thái", "text": "đã điền", "reason": "ghi chú"}


@dataclass(frozen=True, slots=True)
class FormToFill:
    """A form whose names are understood.

    Args:
        form: the workbook or document.
        names: each name as written → what it asks for.
        asker: what they were understood by.
    """

    form: TemplateWorkbook | TemplateDocument
    names: Mapping[str, Name]
    asker: Asker

    @classmethod
    def open(cls, path: Path, asker: Asker) -> FormToFill:
        """Read a form.

        Raises:
            InputError: it is no workbook or document, or has no name.
            MistakesError: every name that is not understood, each with its place; and every name that stands where none is filled.
        """
        names: dict[str, Name] = {}
        mistakes: list[Text] = []

        def understand(written: str, where: Text) -> None:
            try:
                names.setdefault(written, asker.name(written))
            except FormNameError as error:
                mistakes.extend(Text(f"{where.vi}: {m.vi}", f"{where.en}: {m.en}") for m in error.mistakes)

        form: TemplateWorkbook | TemplateDocument
        if path.suffix.lower() in WORD_ENDINGS:
            form = TemplateDocument.open(path)
            if has_loops(form.package):
                expanded = written_out(form.package, _below(asker), understand)
                form = form if mistakes else TemplateDocument.of(expanded)
                names = {} if not mistakes else names
        else:
            form = TemplateWorkbook.open(path)
        for place in form.places if not mistakes else ():
            where = Text(place.called("vi"), place.called("en"))
            for written in NAME.findall(place.text):
                understand(written, where)
            if "{{" in NAME.sub("", place.text):
                mistakes.append(Text(f"{where.vi}: «{{{{» thiếu «}}}}»", f"{where.en}: «{{{{» without «}}}}»"))
        mistakes += [
            Text(
                f"{where}: tên đặt trong công thức, quy tắc, trường, tiêu đề bảng Excel hoặc phần không điền được; đưa vào ô thường",
                f"{where}: a name in a formula, rule, field, heading of a table or part that is not filled; put it into a plain cell",
            )
            for where in form.refused
        ]
        if mistakes:
            raise MistakesError("\n".join(m.vi for m in mistakes), "\n".join(m.en for m in mistakes))
        if not names:
            raise InputError(
                f"«{path.name}» không có tên nào dạng {{{{resolved_on_time}}}}",
                f"«{path.name}» has no name such as {{{{resolved_on_time}}}}",
            )
        return cls(form, names, asker)

    @property
    def catalogue(self) -> Catalogue:
        """The indicators that are named, broken down as the names say."""
        own = self.asker.catalogue
        dims: dict[str, set[tuple[str, ...]]] = {}
        for name in self.names.values():
            if name.indicator in own:
                by = tuple(dim for dim, _ in name.breakdown if dim != "level")
                dims.setdefault(name.indicator, set()).update([by] if by else [])
        changed = (own[name].model_copy(update={"breakdowns": tuple(sorted(by))}) for name, by in dims.items())
        return Catalogue(own.counts.values(), changed)

    @property
    def periods(self) -> tuple[Period, ...]:
        """The periods of which values are asked for."""
        return tuple(dict.fromkeys(name.period for name in self.names.values() if name.indicator in self.asker.catalogue))

    @property
    def compared(self) -> tuple[tuple[Period, Period], ...]:
        """The periods of which changes are asked for, each with the period compared with."""
        return tuple(dict.fromkeys((name.period, name.baseline) for name in self.names.values() if name.what in COMPARED))

    @property
    def of_plan(self) -> bool:
        """Whether targets are asked for."""
        return any(name.what == "target" for name in self.names.values())

    def answers(
        self,
        measures: Callable[..., Measures],
        deltas: Callable[..., Deltas],
        assessments: Assessments | None,
        *,
        exported: date | None,
        day: str,
    ) -> Answers:
        """Return what the form is filled from: the values and changes of those of its periods that have begun.

        Args:
            measures: takes periods, gives their values; see ``Dataset.measures``.
            deltas: takes a period and the ``baseline_period``, gives the changes; see ``Dataset.deltas``.
            assessments: where the plan stands; None where no target is asked for.
            exported: the day of export. None where it is not known: each period is then asked about on its own last day.
            day: the day of the form, in words.
        """
        begun = [p for p in self.periods if p.first <= (exported or p.last)]
        # Without a day of export each period is asked about on its own last day, as a report of it is.
        asked = [begun] if exported and begun else [[p] for p in begun]
        return Answers(
            measures={p.label: found for group in asked for found in [measures(*group)] for p in group},
            deltas={(p.label, base.label): deltas(p, baseline_period=base) for p, base in self.compared if p in begun},
            assessments=assessments,
            day=day,
        )

    def write(self, out: Path, answers: Answers, *, lang: Lang, empty: str) -> FilledForm:
        """Fill the form into a file, which appears whole or not at all; see ``fill``.

        Raises:
            MistakesError: names that could mean several targets of the plan.
            InputError: the file cannot be written.
        """
        data, filled = fill(self, answers, lang=lang, empty=empty)
        with whole_file(out) as place:
            place.write_bytes(data)
        return filled


def _below(asker: Asker) -> list[Unit]:
    """Return the units below the one that is asked about, which are there in the period."""
    tree, period = asker.units, asker.period
    codes = [code for code in tree.subtree(asker.unit) if code != asker.unit and tree.overlaps(code, period.first, period.last)]
    return [tree.unit(code) for code in codes]


def check_place(template: Path, out: Path) -> None:
    """Refuse to write a form over itself, or under an ending by which the office's program would not open it.

    Raises:
        InputError: says which name would do.
    """
    if template.resolve() == out.resolve():
        raise InputError(f"«{out}» là chính biểu mẫu; ghi ra tệp khác", f"«{out}» is the form itself; write to another file")
    if out.suffix.lower() != template.suffix.lower():
        name = out.with_suffix(template.suffix).name
        raise InputError(
            f"«{out.name}» khác đuôi của biểu mẫu; đặt tên «{name}»", f"«{out.name}» has not the form's ending; call it «{name}»"
        )


def fill(form: FormToFill, answers: Answers, *, lang: Lang, empty: str) -> tuple[bytes, FilledForm]:
    """Return a form with every name filled, and what became of each.

    Args:
        form: the form.
        answers: what it is filled from.
        lang: the language of words and of numbers in texts.
        empty: what stands in a cell that has no value.

    Raises:
        MistakesError: names that could mean several targets of the plan.
    """
    asker = form.asker
    mistakes: list[Text] = []
    found = {written: answer_name(name, answers, asker, lang, mistakes) for written, name in form.names.items()}
    if mistakes:
        raise MistakesError("\n".join(m.vi for m in mistakes), "\n".join(m.en for m in mistakes))
    numbers: dict[str, Number] = {}
    items = []
    for place in form.form.places:
        whole = place.cell and NAME.fullmatch(place.text.strip())
        for match in NAME.finditer(place.text):
            written = match[1]
            name, answer = form.names[written], found[written]
            text = _words(match, name, answer, lang, empty)
            if whole:
                text = answer.words or (empty if name.empty is None else name.empty)
                if answer.value is not None:
                    numbers[place.where] = _number(answer, place.number_format)
                elif not text:
                    numbers[place.where] = Number(None)
            items.append(
                Filled(
                    place.called(lang),
                    written,
                    name.indicator,
                    name.unit,
                    name.period,
                    name.what,
                    answer.status,
                    answer.value,
                    text,
                    answer.reason,
                )
            )
    notes = (_SIGNED,) if form.form.signed else ()

    def said(match: re.Match[str]) -> str:
        return _words(match, form.names[match[1]], found[match[1]], lang, empty)

    made = form.form
    return (made.filled(said) if isinstance(made, TemplateDocument) else made.filled(numbers, said)), FilledForm(tuple(items), notes)


_SIGNED: Final = Text(
    "Biểu mẫu có chữ ký số; chữ ký không còn giá trị với nội dung đã điền.",
    "The form has a digital signature, which does not hold for what was filled in.",
)


def _words(match: re.Match[str], name: Name, answer: Answer, lang: Lang, empty: str) -> str:
    """Return what stands in a text: never a gap where there is no value; «Năm 2020» within a sentence is «năm 2020»."""
    said = answer.words or (empty if name.empty is None else name.empty)
    before = match.string[: match.start()].rstrip()[-1:]
    if name.indicator in ("period", "baseline_period") and (before.islower() or before == ","):
        return said[:1].lower() + said[1:]
    return said or ("" if answer.status is Status.OK else no_value_words(answer.status, answer.reason, lang))


def _number(answer: Answer, own_format: str) -> Number:
    """Return a value as a cell holds it: a hundredth where the cell, or the format that it gets, shows a percent sign."""
    assert answer.value is not None  # noqa: S101  asked of numbers only
    shown = own_format or answer.number_format
    value = answer.value / 100 if answer.percent and "%" in _QUOTED.sub("", shown) else answer.value
    return Number(int(value) if value.denominator == 1 else float(value), answer.number_format)
