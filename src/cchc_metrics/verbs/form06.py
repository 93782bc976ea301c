"""Form 06 (Biểu số 06/VPCP/KSTT): dossiers by level and field for any period and unit, and a checker of its identities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from cchc_metrics.arguments import public
from cchc_metrics.catalogue.labels import label_name
from cchc_metrics.catalogue.model import Count
from cchc_metrics.count.tally import Tally, tally
from cchc_metrics.errors import CchcError, InputError
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.dossier import ENDED
from cchc_metrics.records.ends import AS_CHECKED
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules, rules_until
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.tables.columns import Cells, Lazy, Rows
from cchc_metrics.tables.numbers import check_language
from cchc_metrics.tables.sheet import PrintedSheet
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.tables.workbook import open_book
from cchc_metrics.text import Lang, Text, dictionary_order
from cchc_metrics.verbs.asked import missing_columns, when_asked
from cchc_metrics.verbs.counts import CountReader
from cchc_metrics.verbs.form06_rows import NUMBERS, Form06Row
from cchc_metrics.verbs.form06_sheet import form06_sheet
from cchc_metrics.verbs.judge import Coverage

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NO_NOTE = Text()
_UNKNOWN = ("calendar_missing", "wait_without_dates", "start_unknown")


@dataclass(frozen=True, slots=True, repr=False)
class Form06(AnswerTable[Form06Row]):
    """The form for one unit and period; ``form["commune", "Hộ tịch"]`` is a row, ``form["commune", None]`` the total of a level.

    Args:
        unit: unit code; the form covers it and everything below.
        period: the period.
        as_of: nothing later is known.
        rules: the id of the rules, with the days up to its own last one on which they changed.
        rows: by level, then field; after the fields of a level its total, at the end the total of all.
        unit_name: its kind and name, for printing.

    >>> import cchc_metrics as cm
    >>> units = [{"code": "MA", "name": "Mỹ An", "level": "commune"}]
    >>> row = {"dossier_id": 1, "unit_code": "MA", "status": 9, "channel": "online", "received_at": "04/01/2021", "due_at": "08/01/2021"}
    >>> data = cm.Dataset(units=units, dossiers=[{**row, "ended_at": "07/01/2021"}], rules="form06")
    >>> found = data.form06("2021")
    >>> found.column("total"), found.column("early")
    ([1, 1, 1], [1, 1, 1])
    """

    unit: str
    period: Period
    as_of: date
    rules: str
    rows: tuple[Form06Row, ...]
    unit_name: str = ""

    _key_columns = ("level", "field")
    _printed = ("level", "field", *NUMBERS)

    def __len__(self) -> int:
        return len(self.rows)

    def _item(self, row: int) -> Form06Row:
        return self.rows[row]

    def _take(self, rows: Rows) -> Self:
        return replace(self, rows=tuple(self.rows[row] for row in rows.tolist()))

    def _columns(self) -> Mapping[str, Lazy]:
        rows = self.rows
        return {
            "unit": [self.unit] * len(rows),
            "unit_name": Cells("text", [self.unit_name or None] * len(rows)),
            "period": Cells("text", [self.period] * len(rows)),
            "level": [row.level for row in rows],
            "field": Cells("text", [row.field for row in rows]),
            **{name: Cells("whole", [getattr(row, name) for row in rows]) for name in NUMBERS},
        }

    def _headings(self, lang: Lang) -> Mapping[str, str]:
        """Return the numbers of the form's columns, by which it is known; those that it does not have keep their names."""
        words = {"level": "cấp", "field": "lĩnh vực"} if lang == "vi" else {}
        return {**words, **{name: f"({number})" for number, name in zip(range(3, 14), NUMBERS, strict=False)}}

    def _above(self, lang: Lang) -> str:
        return f"{self.unit} · {self.period.text(lang)}"

    def to_excel(self, path: str | Path, lang: Lang = "vi") -> None:
        """Write the form as it is submitted: headings of three rows, totals as formulas, A4 lying, the place of the signatures.

        Args:
            path: the file, .xlsx; it appears whole or not at all.
            lang: ``"vi"`` or ``"en"``.

        Raises:
            CchcError: XlsxWriter (the extra ``excel``) is not installed, or the file cannot be written.
        """
        check_language(lang)
        with open_book(Path(path), created=self.as_of, title=f"Biểu số 06/VPCP/KSTT · {self.unit} · {self.period.label}") as book:
            book.add(self.sheet(lang))

    def sheet(self, lang: Lang = "vi", notes: Sequence[str] = ()) -> PrintedSheet:
        """Return the form as a sheet to be printed and signed.

        Args:
            lang: ``"vi"`` or ``"en"``.
            notes: what stands under it, beside what it says of dossiers without a due date.
        """
        return form06_sheet(self.rows, self.unit_name or self.unit, self.period, lang, notes)

    def plot(self, level: str = "", field: str | None = None, *, lang: Lang = "vi") -> Figure:
        """Return one row of the form as a picture: how dossiers came in, what became of them and how timely.

        Args:
            level: level of the units, ``""`` for all.
            field: field of the procedures; None for all of the level.
            lang: the language.

        Raises:
            CchcError: there is no such row, it has no dossiers or does not add up, or the extra ``plot`` is not installed.
        """
        from cchc_metrics.plots.flow import flow  # noqa: PLC0415  drawing is loaded where something is drawn

        check_language(lang)
        row = self[level, field]
        words = {"vi": "Hồ sơ tiếp nhận và giải quyết (Biểu 06)", "en": "Dossiers received and resolved (Form 06)"}
        names = [self.unit_name or self.unit, self.period.text(lang), label_name("level", level).text(lang) if level else "", field or ""]
        numbers = {name: getattr(row, name) for name in NUMBERS}
        return flow(numbers, title=words[lang], subtitle=" · ".join(filter(None, names)), lang=lang)

    def check(self) -> list[Failure]:
        """Return the identities that fail; empty when all hold."""
        return check_form06(self.rows)


@dataclass(frozen=True, slots=True)
class Failure:
    """An identity that does not hold in a row; nothing is repaired.

    Args:
        row: 1-based position of the row; 0 for a row that only the next form has.
        identity: e.g. ``(7) = (8)+(9)+(10)``.
        left, right: its two sides as given.
        note: what is known about the difference.
    """

    row: int
    identity: str
    left: int
    right: int
    note: Text = _NO_NOTE

    @property
    def difference(self) -> int:
        """Left less right."""
        return self.left - self.right


_IDENTITIES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("(3) = (4)+(5)+(6)", ("total",), ("online", "direct", "carried_over")),
    ("(7) = (8)+(9)+(10)", ("ended",), ("early", "on_due_date", "late")),
    ("(11) = (12)+(13)", ("pending",), ("in_time", "overdue")),
    ("(3) = (7)+(11)", ("total",), ("ended", "pending")),
)
_STOCK = "(6) kỳ sau = (11) kỳ này | (6) of the next period = (11)"


def check_form06(rows: Sequence[Form06Row], *, following: Sequence[Form06Row] | None = None) -> list[Failure]:
    """Return every identity of the form that fails, in a form of one's own or a published one; nothing is repaired.

    Args:
        rows: the rows of the form.
        following: the rows of the next period's form; their (6) must be this one's (11), row by row of the same level and field. A row
            that one of the two forms does not have is 0 there.

    >>> published = Form06Row("commune", "Hộ tịch", 100, 40, 55, 5, 90, 80, 8, 1, 10, 9, 1)
    >>> [(f.identity, f.left, f.right) for f in check_form06([published])]
    [('(7) = (8)+(9)+(10)', 90, 89)]
    """
    found = []
    for number, row in enumerate(rows, start=1):
        for name, left, right in _IDENTITIES:
            one, other = (sum(getattr(row, key) for key in side) for side in (left, right))
            if one != other:
                found.append(Failure(number, name, one, other, _known(row, name)))
    return found if following is None else [*found, *_check_stock(rows, following)]


def _check_stock(rows: Sequence[Form06Row], following: Sequence[Form06Row]) -> Iterator[Failure]:
    after = {(row.level, row.field): row.carried_over for row in following}
    for number, row in enumerate(rows, start=1):
        later = after.pop((row.level, row.field), None)
        if (later or 0) != row.pending:
            note = _NO_NOTE if later is not None else Text("biểu kỳ sau không có dòng này", "the next form does not have this row")
            yield Failure(number, _STOCK, later or 0, row.pending, note)
    for (level, field), later in after.items():
        if later:
            name = " ".join(filter(None, (level, field)))
            yield Failure(0, _STOCK, later, 0, Text(f"biểu này không có dòng «{name}»", f"this form does not have the row «{name}»"))


def in_form06(dossiers: Columns, period: Period) -> Columns:
    """Return the dossiers that can be in the form of a period under any rules: not those received after it, or over before it.

    Args:
        dossiers: valid rows.
        period: the period.
    """
    received = dossiers.days("received_at")
    last_end = np.maximum.reduce([dossiers.days(name) for name in AS_CHECKED])
    over = dossiers.equals("status", *(status.value for status in ENDED)) & (last_end >= 0) & (last_end < day_number(period.first))
    return dossiers.take(np.flatnonzero((received >= 0) & (received <= day_number(period.last)) & ~over))


def check_complete(period: Period, day: date, coverage: Coverage) -> None:
    """Refuse a form of a period in which the dossiers are not complete.

    Args:
        period: the period.
        day: nothing later is known.
        coverage: kind → first and last day between which its records are complete.

    Raises:
        InputError: names the days.
    """
    first, last = coverage.get("dossiers", (period.first, period.last))
    if not first <= period.first <= min(period.last, day) <= last and period.first <= day:
        raise InputError(
            f"hồ sơ chỉ đầy đủ từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}, không lập được biểu kỳ {period.label}",
            f"the dossiers are complete from {first} to {last} only: there is no form of {period.label}",
        )


def form06_again(form: Form06, dossiers: Columns, rules: Rules, *, units: UnitTree, calendar: Calendar) -> Form06:
    """Return the same form, of the same unit, period and day, counted under other rules.

    Args:
        form: the form.
        dossiers: at least those that can be in it; see ``in_form06``.
        rules: the other rules.
        units: the unit tree.
        calendar: the working calendar.
    """
    counted = tally(
        {"dossiers": dossiers}, periods=[form.period], rules=rules, calendar=calendar, as_of=form.as_of, sets=FORM06_SETS, daily=False
    )
    return form06(counted, units=units, unit=form.unit, period=form.period, as_of=form.as_of)


@public
def form06(tally: Tally, *, units: UnitTree, unit: str, period: Period | str | None = None, as_of: date | str | None = None) -> Form06:
    """Return Form 06 of a unit and everything below it.

    Postal filings count with the counter, as in the form. Use the preset rules ``form06`` for the form as it is sent: under rules that keep
    dossiers without a due date apart, (7) and (11) contain them and their parts do not.

    Args:
        tally: the counts.
        units: the unit tree.
        unit: unit code.
        period: the period; None for that of the tally, if it has only one.
        as_of: nothing later is known; None as for ``measure``.

    Raises:
        CchcError: when the tally holds no dossiers, or not the columns that the form rests on, or the period has not begun: there is
            nothing to fill the form with, and a form of zeros would say that there was nothing to do.

    >>> import cchc_metrics as cm
    >>> units = [{"code": "MA", "name": "Mỹ An", "level": "commune"}]
    >>> row = {"dossier_id": 1, "unit_code": "MA", "status": 9, "channel": "online", "received_at": "04/01/2021", "due_at": "08/01/2021"}
    >>> data = cm.Dataset(units=units, dossiers=[{**row, "ended_at": "07/01/2021"}], rules="form06")
    >>> total = form06(data.tally("2021"), units=data.units, unit="MA", period="2021").rows[-1]
    >>> total.online, total.early
    (1, 1)
    """
    if "dossiers" not in tally.kinds:
        raise CchcError("không có bảng hồ sơ (dossiers) để lập biểu", "there is no table of dossiers to fill the form with")
    asked, day = when_asked(tally, period, as_of)
    if len(asked) != 1:
        labels = ", ".join(p.label for p in asked)
        raise CchcError(f"biểu của kỳ nào? thêm period=; đã đếm: {labels}", f"the form of which period? add period=; counted: {labels}")
    (only,) = asked
    if only.first > day:
        raise CchcError(f"kỳ {only.label} chưa bắt đầu vào ngày {day:%d/%m/%Y}", f"period {only.label} has not begun on {day}")
    asked_sets = [(name, count.where, ()) for count in _COUNTS.values() for name in (count.events, count.until) if name]
    missing = missing_columns(tally, asked_sets)
    if missing:
        columns = ", ".join(missing)
        raise CchcError(f"không lập được biểu: thiếu cột {columns}", f"the form cannot be filled: the tables have no column {columns}")
    reader = CountReader.of(tally, units, [only], day)
    fields = sorted(
        {label for count in _COUNTS.values() for label in reader.labels(count, ("field",))}, key=lambda labels: dictionary_order(labels[0])
    )
    read = {key: reader.read(count, ("field",), fields)[:, :, 0] for key, count in _COUNTS.items()} if fields else {}
    position = {code: i for i, code in enumerate(units.codes)}
    rows: list[Form06Row] = []
    for level in units.levels_below(unit):
        members = [position[code] for code in units.subtree(unit) if units.unit(code).level == level]
        of_level = [row for n, (field,) in enumerate(fields) if _any(row := _row(level, field, read, members, n))]
        rows += [*of_level, _total(level, of_level)]
    totals = [row for row in rows if row.field is None]
    return Form06(
        unit, only, day, rules_until(tally.frame.rules, min(only.last, day)), (*rows, _total("", totals)), units.called(unit, only.last)
    )


def _row(level: str, field: str, read: dict[str, np.ndarray], members: list[int], n: int) -> Form06Row:
    counted = {key: int(array[members, n].sum()) for key, array in read.items()}
    in_time = counted["pending"] - counted["overdue"] - counted["pending_no_due_date"] - counted["pending_due_unknown"]
    total = counted["online"] + counted["direct"] + counted["carried_over"]
    return Form06Row(level=level, field=field, total=total, in_time=in_time, **counted)


def _total(level: str, rows: Iterable[Form06Row]) -> Form06Row:
    total = Form06Row(level, None, *([0] * len(NUMBERS)))
    for row in rows:
        total = Form06Row(level, None, *(getattr(total, name) + getattr(row, name) for name in NUMBERS))
    return total


def _any(row: Form06Row) -> bool:
    return any(getattr(row, name) for name in NUMBERS)


def _known(row: Form06Row, identity: str) -> Text:
    apart = {
        "(7) = (8)+(9)+(10)": (row.ended_no_due_date, row.ended_due_unknown),
        "(11) = (12)+(13)": (row.pending_no_due_date, row.pending_due_unknown),
    }.get(identity, (0, 0))
    vi = (f"{apart[0]} hồ sơ không có hạn", f"{apart[1]} hồ sơ không tính được hạn")
    en = (f"{apart[0]} dossiers without a due date", f"{apart[1]} dossiers whose due date could not be computed")
    return Text(*("; ".join(text for n, text in zip(apart, texts, strict=True) if n) for texts in (vi, en)))


def _count(name: str, events: str, until: str = "", at: str = "period", **where: tuple[str, ...]) -> Count:
    return Count.model_validate(
        {"id": f"form.{name}", "vi": name, "en": name, "events": events, "until": until, "at": at, "where": where},
    )


def _counts() -> Iterator[Count]:
    yield _count("online", "dossiers.received", channel=("online",))
    yield _count("direct", "dossiers.received", channel=("counter", "postal"))
    yield _count("carried_over", "dossiers.received", "dossiers.ended", "start")
    yield _count("ended", "dossiers.ended")
    for timing in ("early", "on_due_date", "late"):
        yield _count(timing, "dossiers.ended", timing=(timing,))
    yield _count("ended_no_due_date", "dossiers.ended", timing=("no_due_date",))
    yield _count("pending", "dossiers.received", "dossiers.ended", "end")
    yield _count("overdue", "dossiers.overdue_begins", "dossiers.overdue_ends", "end")
    yield _count("ended_due_unknown", "dossiers.ended", timing=_UNKNOWN)
    yield _count("pending_no_due_date", "dossiers.undated_begins", "dossiers.undated_ends", "end", timing=("no_due_date",))
    yield _count("pending_due_unknown", "dossiers.undated_begins", "dossiers.undated_ends", "end", timing=_UNKNOWN)


FORM06_SETS: Mapping[str, tuple[str, ...]] = {
    "dossiers.received_by_field": ("field", "channel"),
    "dossiers.ended_by_field": ("field", "timing"),
    **{f"dossiers.overdue_{when}": ("field",) for when in ("begins", "ends")},
    **{f"dossiers.undated_{when}": ("timing", "field") for when in ("begins", "ends")},
}
"""The sets of events that the form is made of, with their dimensions, as ``tally`` takes them."""
_COUNTS = {count.id.removeprefix("form."): count for count in _counts()}
