"""The first page of a report: the main figures, what went wrong, what the figures lack and what was assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final

from cchc_metrics.catalogue.model import Indicator
from cchc_metrics.records.codes import Code
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.problems import Problems
from cchc_metrics.report.draft import Draft, Footnotes, capitalised
from cchc_metrics.report.format import assessment_cells, percent_in_sentence, value_form
from cchc_metrics.report.page import Cell, Form, Paragraph, Section, Table, TableHeading, TableRow, number_cell
from cchc_metrics.tables.numbers import format_count, format_number, format_percent
from cchc_metrics.text import Lang
from cchc_metrics.values import Measure, Scale, Status
from cchc_metrics.verbs.assess import Assessment, Verdict
from cchc_metrics.verbs.interval import interval_95
from cchc_metrics.verbs.suppress import WITHHELD

WORST = 3
"""So many units are named."""
_NAMED = 2  # targets, tasks and indicators that a sentence names
_TOLD = 8  # assumptions and unread files that are listed
ASSUMED: Final = (
    Code.UNIT_ASSUMED,
    Code.COLUMN_DECLARED,
    Code.COLUMN_DECLARED_IN_VAIN,
    Code.COLUMN_FOLLOWS,
    Code.TEXT_CONVERTED,
    Code.DISGUISED_FILE,
    Code.HIDDEN_ROWS,
    Code.ROW_IS_ID,
    Code.MARKS_ASSUMED,
    Code.DRESSING_ROWS,
    Code.TOTAL_IN_DOUBT,
    Code.ROWS_FIXED,
    Code.LAYOUT_CHANGED,
)
"""Problems that say what was assumed when the tables were read."""
_COUNTED_ONCE: Final = (Code.DUPLICATE_IDENTICAL, Code.IN_TWO_SYSTEMS)
"""Codes of rows that are set apart because what they say is counted by another row."""
_SHARE: Final = Form("percent", 2, suffix="%")


def first_page(draft: Draft) -> Iterator[Section]:
    """Yield the sections of the first page."""
    yield _figures(draft)
    if found := tuple(_wrong(draft)):
        yield Section("attention", draft.say("2. Những việc cần lưu ý", "2. What needs attention"), found)
    yield _left_out(draft, 3 if found else 2)


# --- The main figures


def _figures(draft: Draft) -> Section:
    notes, rows, judged = Footnotes(), [], False
    shown = [(indicator, found) for indicator, found in draft.headlines() if found.value is not None]
    values = [found for _, found in shown]
    compared = draft.compared(values)
    for indicator, found in shown:
        delta = draft.delta(found)
        was, difference, relative, way = draft.changes(delta)
        target = draft.targets.get((found.indicator, found.unit, found.breakdown))
        judged |= target is not None
        reached, required = (draft.cell(found), Cell()) if target is None else assessment_cells(target, draft.lang)
        value = draft.cell(found) if target is None else _with_key(reached, found)
        about = f", {draft.scope(found.breakdown)}" if found.breakdown else ""
        told = not compared or delta is None or delta.difference is not None or delta.status is Status.SUPPRESSED
        reason = "" if told or delta is None else delta.reason.text(draft.lang)
        mark = notes.mark(interval_note(draft, indicator, found), reason, draft.of_baseline(delta) if compared else "")
        verdict = "" if target is None else target.verdict.text(draft.lang)
        cells = (Cell(f"{draft.name(indicator)}{about} {mark}".strip()), value, *draft.counts(found), was, difference, relative, way)
        rows.append((*cells, required, Cell(verdict)))
    title = draft.say("1. Kết quả chính", "1. Main figures")
    if not rows:
        return Section("headlines", title, (*_score(draft), Paragraph(draft.say("Không có số liệu.", "There are no data."))))
    # What it was, and the change of a count in percent, stand in the annex: a line here should not break more often than it must.
    kept = [*range(4), *(((5, 7) if judged else (4, 5, 7)) if compared else ()), *((8, 9) if judged else ())]
    headings = figure_headings(draft, targets=True)
    shown_rows = tuple(TableRow(tuple(row[column] for column in kept)) for row in rows)
    table = Table(
        "headlines",
        tuple(headings[column] for column in kept),
        shown_rows,
        notes=(*_samples_in_one(notes), *_legend(draft, shown_rows, shown, compared=compared)),
    )
    return Section("headlines", title, tuple(_score(draft)), (table,))


def _samples_in_one(notes: Footnotes) -> Iterator[str]:
    """Yield the notes of a table; those of samples, which are short, stand in one line."""
    said = list(notes.notes())
    if samples := [note for note in said if ") n = " in note]:
        yield " ".join(samples)
    yield from (note for note in said if note not in samples)


def _score(draft: Draft) -> Iterator[Paragraph]:
    """Yield the score of the unit that reports, where there is a scheme and a total."""
    card = draft.report.scorecards.get(draft.report.unit)
    if card is None or card.points is None or card.total.max is None:
        return
    points, most = (
        format_number(number, lang=draft.lang, beside=(card.points, card.total.max)) for number in (card.points, card.total.max)
    )
    grade = "" if card.band is None else draft.say(f", xếp loại {card.band.name.text('vi')}", f", grade {card.band.name.text('en')}")
    yield Paragraph(f"{card.scheme.name.text(draft.lang)}: {points}/{most} {draft.say('điểm', 'points')}{grade}.")


def _with_key(cell: Cell, found: Measure) -> Cell:
    return Cell(cell.text, cell.number, cell.form, cell.day, cell.mark, found.key)


def figure_headings(draft: Draft, *, targets: bool = False) -> tuple[TableHeading, ...]:
    """Return the headings of a table of values: the value, its counts, its change; and its target where that is wanted."""
    say, now = draft.say, capitalised(draft.period_name)
    against = say(f"So với {draft.base}", f"Against {draft.base}")
    if draft.base_days is not None:  # the head of the report says of which days; a heading of two lines would be read no better
        against = say("So với cùng kỳ", "Against a year earlier")
    found = (
        TableHeading(say("Chỉ tiêu", "Indicator")),
        TableHeading(say("Kết quả", "Value"), now, right=True),
        TableHeading(say("Tử số", "Cases"), now, right=True),
        TableHeading(say("Mẫu số", "Out of"), now, right=True),
        TableHeading(say("Kỳ gốc", "Baseline"), against, right=True),
        TableHeading(say("Tăng, giảm", "Change"), against, right=True),
        TableHeading("%", against, right=True),
        TableHeading(say("Xu hướng", "Trend"), against),
    )
    if not targets:
        return found
    asked = say("Chỉ tiêu giao", "Target")
    return (*found, TableHeading(say("Mức", "Level"), asked, right=True), TableHeading(say("Đánh giá", "Verdict"), asked))


def _legend(draft: Draft, rows: Sequence[TableRow], shown: list[tuple[Indicator, Measure]], *, compared: bool) -> Iterator[str]:
    """Yield what a star is and what changes are in, in one line, or why there are no changes."""
    said = [*draft.estimated(rows)]
    if not compared:
        yield from (*said, *draft.not_compared(found for _, found in shown))
        return
    if any(indicator.scale is Scale.PERCENT for indicator, _ in shown):
        said.append(draft.say("Tăng, giảm của tỷ lệ tính bằng điểm phần trăm.", "The change of a share is in percentage points."))
    if said:
        yield " ".join(said)


def interval_note(draft: Draft, indicator: Indicator, found: Measure) -> str:
    """Return the size of a sample and the interval that its share stands for; ``""`` where there is none."""
    ends = interval_95(found.numerator or 0, found.denominator or 0) if indicator.sample and found.value is not None else None
    if ends is None or found.denominator is None:
        return ""
    low, high = (format_percent(end, lang=draft.lang, strip=False) for end in ends)
    n = format_count(found.denominator, draft.lang)
    return draft.say(f"n = {n}, khoảng tin cậy 95%: {low}–{high}", f"n = {n}, 95% interval: {low}–{high}")


# --- What went wrong


def _wrong(draft: Draft) -> Iterator[Paragraph]:
    for sentence in (*_late(draft), *_lowest(draft), *_worse(draft), *_missed(draft), *_silent(draft), *_hidden(draft)):
        yield Paragraph(sentence, item=True)


def _late(draft: Draft) -> Iterator[str]:
    """Yield the dossiers that were late, and those that are."""
    say, lang = draft.say, draft.lang
    ended = draft.get("resolved_on_time") if "resolved_on_time" in draft.report.catalogue else None
    if ended is not None and ended.value is not None and (late := (ended.denominator or 0) - (ended.numerator or 0)):
        n, of = format_count(late, lang), format_count(ended.denominator or 0, lang)
        yield say(f"{n} hồ sơ giải quyết quá hạn trong số {of} hồ sơ đã giải quyết.", f"Resolved late: {n} of {of} dossiers.")
    overdue = draft.get("dossiers_pending_overdue") if "dossiers_pending_overdue" in draft.report.catalogue else None
    if overdue is None or not overdue.value or overdue.numerator is None:
        return
    delta = draft.delta(overdue)
    change = "" if delta is None or delta.difference is None else f" ({draft.change_words(delta)} {say('so với', 'against')} {draft.base})"
    long = draft.get("pending_overdue_over_10") if "pending_overdue_over_10" in draft.report.catalogue else None
    n = format_count(overdue.numerator, lang)
    told = say(f"{n} hồ sơ đang giải quyết đã quá hạn cuối kỳ{change}", f"Dossiers pending and overdue at the end: {n}{change}")
    if long is not None and long.numerator:
        many = format_count(long.numerator, lang)
        told += say(f", trong đó {many} hồ sơ quá hạn trên 10 ngày làm việc", f", by more than 10 working days: {many}")
    most = sorted(_own_values(draft, draft.report.catalogue["dossiers_pending_overdue"]), key=lambda pair: -(pair[1].numerator or 0))
    named = [f"{name} {format_count(m.numerator or 0, lang)}" for name, m in most[:WORST] if m.numerator]
    whose = say("; nhiều nhất: ", "; most: ") + ", ".join(named) + _of_shown(draft, "dossiers_pending_overdue")
    yield told + (whose if len(most) > 1 and named else "") + "."


def _own_values(draft: Draft, indicator: Indicator) -> list[tuple[str, Measure]]:
    return [(name, own) for name, own in draft.own_values(indicator.id) if own is not None and own.value is not None]


def _lowest(draft: Draft) -> Iterator[str]:
    """Yield the units with the lowest rates, those below the rate of the whole, with the counts that show how much they say."""
    for indicator in draft.report.catalogue:
        if not (indicator.per_unit and indicator.headline and indicator.scale is Scale.PERCENT and indicator.total):
            continue
        whole, units = draft.get(indicator.id), _own_values(draft, indicator)
        if whole is None or whole.value is None or len(units) <= 1:
            continue
        below = sorted(((m.value, name, m) for name, m in units if m.value is not None and m.value < whole.value), key=lambda row: row[0])
        if below:
            named = [f"{name} {percent_in_sentence(value, draft.lang)} ({_counts(draft, m)})" for value, name, m in below[:WORST]]
            least = f"{draft.say('thấp nhất', 'lowest')}: {', '.join(named)}{_of_shown(draft, indicator.id)}"
            yield f"{indicator.name(draft.lang)} {least}."


def _of_shown(draft: Draft, indicator: str) -> str:
    """Return that only units whose values are published are compared, where others are not."""
    hidden = any(own is not None and own.status is Status.SUPPRESSED for _, own in draft.own_values(indicator))
    return draft.say(" (trong các đơn vị có số được công bố)", " (of the units whose figures are published)") if hidden else ""


def _counts(draft: Draft, found: Measure) -> str:
    return f"{format_count(found.numerator or 0, draft.lang)}/{format_count(found.denominator or 0, draft.lang)}"


def _worse(draft: Draft) -> Iterator[str]:
    """Yield what changed for the worse, of the whole."""
    named = []
    for indicator in draft.report.catalogue:
        found = draft.get(indicator.id) if indicator.total and indicator.id not in _SAID else None
        delta = None if found is None else draft.delta(found)
        if delta is not None and delta.better is False:
            named.append(f"{indicator.name(draft.lang)} {draft.change_words(delta)}")
    if named:
        yield f"{draft.say('Xấu đi so với', 'Worse than in')} {draft.base}: {_listed(draft, named)}."


_SAID: Final = {"dossiers_pending_overdue", "pending_overdue_1_5", "pending_overdue_6_10", "pending_overdue_over_10"}


def _listed(draft: Draft, names: list[str]) -> str:
    rest = len(names) - _NAMED
    return "; ".join(names[:_NAMED]) + (draft.say(f"; và {rest} mục khác", f"; and {rest} more") if rest > 0 else "")


def _missed(draft: Draft) -> Iterator[str]:
    """Yield the targets and tasks of the plan that are not met or at risk, with the year that they are of."""
    plan, found = draft.report.plan, draft.report.assessments
    if plan is None or found is None:
        return
    said = []
    for verdict in (Verdict.NOT_MET, Verdict.AT_RISK):
        if names := [a.name.text(draft.lang) for a in found if a.verdict is verdict]:
            many = format_count(len(names), draft.lang)
            said.append(f"{many} {verdict.text(draft.lang)} ({_listed(draft, names)})")
    if said:
        day = draft.date(draft.report.as_of)
        head = draft.say(f"Chỉ tiêu, nhiệm vụ năm {plan.year}, tính đến ngày {day}", f"Targets and tasks of {plan.year}, as of {day}")
        yield f"{head}: {'; '.join(said)}."


def _silent(draft: Draft) -> Iterator[str]:
    names = [indicator.name(draft.lang) for indicator in draft.report.catalogue if indicator.headline and _unknown(draft, indicator)]
    if names:
        yield f"{draft.say('Không có số liệu', 'No data')}: {_listed(draft, names)}."


def _hidden(draft: Draft) -> Iterator[str]:
    """Yield the main figures that are not published."""
    found = (found for indicator in draft.report.catalogue if indicator.headline and indicator.total and (found := draft.get(indicator.id)))
    names = [draft.report.catalogue[m.indicator].name(draft.lang) for m in found if m.status is Status.SUPPRESSED]
    if names:
        yield f"{draft.say('Không công bố vì số nhỏ', 'Not published, small numbers')}: {_listed(draft, names)}."


def _unknown(draft: Draft, indicator: Indicator) -> bool:
    if not indicator.total:
        return not draft.labels(indicator)
    found = draft.get(indicator.id)
    return found is not None and found.value is None and found.status not in (Status.ZERO_DENOMINATOR, Status.SUPPRESSED)


# --- What the figures lack


def _left_out(draft: Draft, number: int) -> Section:
    report, say, lang = draft.report, draft.say, draft.lang
    found = report.problems
    title = say("Số liệu chưa tính được và giả định khi đọc", "What the figures lack, and what was assumed")
    if not found.numbered:
        read_all = say("Không loại dòng nào.", "No row was rejected.")
        some = say("Có dòng bị loại, không dùng được; số dòng không công bố.", "Some rows were rejected; how many is not published.")
        told = (*_unread(found, lang), *_not_counted(draft), *_undated(draft), *_assumed(found, draft))
        first = Paragraph(some if found.rejected else read_all)
        return Section("left_out", f"{number}. {title}", (first, *(Paragraph(text, item=True) for text in told)))
    read, rejected = format_count(found.read, lang), format_count(found.rejected, lang)
    said: list[Paragraph] = []
    if found.rejected:
        share = format_percent(Fraction(100 * found.rejected, found.read), lang=lang)
        said.append(
            Paragraph(
                say(
                    f"Đọc {read} dòng, loại {rejected} dòng ({share}) không dùng được; từng dòng ghi trong problems.csv.",
                    f"Rows read: {read}; rejected: {rejected} ({share}), each listed in problems.csv.",
                )
            )
        )
    else:
        said.append(Paragraph(say(f"Đọc {read} dòng, không loại dòng nào.", f"Rows read: {read}; none was rejected.")))
    undated = tuple(_undated(draft))
    if not assumed_totals(found) and not undated:
        unassumed = say(" Không phải giả định gì khi đọc số liệu.", " Nothing had to be assumed to read the records.")
        said[0] = Paragraph(said[0].text + unassumed)
    said += [Paragraph(text, item=True) for text in (*_unread(found, lang), *_not_counted(draft), *undated, *_assumed(found, draft))]
    tables = []
    rejected_of = {kind: own for kind, own in report.tables.items() if own.rejected and kind in KINDS}
    if rejected_of:
        tables.append(_rejected(draft, rejected_of))
        tables += _spans(draft, rejected_of)
    return Section("left_out", f"{number}. {title}", tuple(said), tuple(tables))


def _unread(problems: Problems, lang: Lang) -> Iterator[str]:
    """Yield the files, sheets and columns that could not be used."""
    told = [p for p in problems.examples if p.code.severity == "error" and not p.row]
    for problem in told[:_TOLD]:
        said = problem.text(lang)
        yield (said if problem.file else capitalised(said)) + "."  # the name of a file stays as it is


def _not_counted(draft: Draft) -> Iterator[str]:
    """Yield what the main figures leave out of both counts; the annexes say which of them."""
    left: dict[str, None] = {}
    withheld = []
    for indicator in draft.report.catalogue:
        found = draft.get(indicator.id) if indicator.headline and indicator.total else None
        if found is not None:
            left.update(dict.fromkeys(draft.excluded_parts(indicator, found)))
            withheld += [indicator.name(draft.lang)] if WITHHELD.en in found.reason.en else []
    if left:
        yield f"{draft.say('Các số liệu trên không tính', 'The figures above leave out')} {'; '.join(left)}."
    if withheld:
        yield f"{capitalised(WITHHELD.text(draft.lang))} ({_listed(draft, withheld)})."


def _undated(draft: Draft) -> Iterator[str]:
    """Yield that nobody said on which day the records were exported: whatever is not in them is taken not to have happened."""
    if draft.report.lineage is not None and draft.report.lineage().exported is None:
        day = draft.date(draft.report.as_of)
        yield draft.say(
            f"Giả định: chưa khai ngày kết xuất (extracted_on trong district.toml, hoặc --as-of), nên coi số liệu là đủ đến {day}.",
            f"Assumed: the day of export is not said (extracted_on in district.toml, --as-of); records are taken to be complete to {day}.",
        )


def _assumed(problems: Problems, draft: Draft) -> Iterator[str]:
    for file, code, n in assumed_totals(problems)[:_TOLD]:
        text = code.vi if draft.lang == "vi" else code.en
        times = f" ({format_count(n, draft.lang)})" if n > 1 else ""
        columns = "".join(f", «{name}»" for name in _columns_of(draft, file, code))
        yield f"{draft.say('Giả định', 'Assumed')}, {file or draft.say('số liệu trong bộ nhớ', 'in memory')}{columns}{times}: {text}."


def assumed_totals(problems: Problems) -> list[tuple[str, Code, int]]:
    """Return what was assumed when the tables were read: file, code and how often."""
    return [(file, code, n) for (file, code), n in sorted(problems.totals.items()) if code in ASSUMED]


def _columns_of(draft: Draft, file: str, code: Code) -> tuple[str, ...]:
    """Return the columns that the problems of a file and code are about: by the sheet's own headings, else by those that are known."""
    names: dict[str, None] = {}
    report = draft.report
    tables = report.tables or {
        kind: report.problems for kind, name in report.files.items() if name == file
    }  # none where counts are suppressed
    for kind, own in tables.items():
        for p in own.examples:
            if (p.file, p.code) == (file, code) and p.column:
                known = KINDS[kind].headings.get(p.column, ()) if kind in KINDS and draft.lang == "vi" else ()
                names[p.heading or (known[0] if known else p.column)] = None
    return tuple(names)[:_NAMED]


def kind_name(kind: str, lang: Lang) -> str:
    """Return what the records of a kind are called."""
    return KINDS[kind].vi if lang == "vi" else kind.replace("_", " ")


def _rejected(draft: Draft, tables: Mapping[str, Problems]) -> Table:
    say = draft.say
    headings = (
        TableHeading(say("Loại số liệu", "Records")),
        TableHeading(say("Số dòng đọc", "Rows read"), right=True),
        TableHeading(say("Bị loại", "Rejected"), right=True),
        TableHeading(say("Tỷ lệ", "Share"), right=True),
    )
    rows = tuple(
        TableRow(
            (
                Cell(kind_name(kind, draft.lang)),
                draft.count(own.read),
                draft.count(own.rejected),
                number_cell(Fraction(100 * own.rejected, own.read), _SHARE, draft.lang) if own.read else Cell(),
            )
        )
        for kind, own in tables.items()
    )
    return Table("rejected", headings, rows)


def span_of(found: Measure, rows: int) -> tuple[Fraction, Fraction] | None:
    """Return between what a value would lie had rows been counted that were rejected: all of them bad cases, or all good ones.

    Args:
        found: a rate or a count.
        rows: how many rows, all taken for cases of this value.

    Returns:
        The two ends, exact, in the scale of the value; None where it has none, or is neither a rate nor a count.
    """
    if found.value is None or found.quantile is not None or found.numerator is None:
        return None
    if found.scale is Scale.COUNT:
        return Fraction(found.numerator), Fraction(found.numerator + rows)
    if found.scale is not Scale.PERCENT or found.denominator is None:
        return None
    cases = found.denominator + rows
    return Fraction(100 * found.numerator, cases), Fraction(100 * (found.numerator + rows), cases)


def _spans(draft: Draft, tables: Mapping[str, Problems]) -> Iterator[Table]:
    """Yield between what the main figures would lie had the rejected rows been counted."""
    say, rows, decides = draft.say, [], []
    for indicator, found in draft.headlines():
        kinds = draft.report.catalogue.kinds_of(indicator.id)
        # A row that repeats another, or that another system has too, is counted once already: it could move nothing.
        lost = sum(own.rejected - sum(map(own.count, _COUNTED_ONCE)) for kind, own in tables.items() if kind in kinds)
        ends = span_of(found, lost) if lost > 0 and indicator.scale in (Scale.PERCENT, Scale.COUNT) else None
        if ends is None or found.value is None:
            continue
        form, about = value_form(found.scale), f", {draft.scope(found.breakdown)}" if found.breakdown else ""
        name = f"{draft.name(indicator)}{about}"
        cells = [number_cell(end, form, draft.lang, beside=(found.value,)) for end in ends]
        rows.append(TableRow((Cell(name), draft.cell(found, beside=ends), draft.count(lost), *cells)))
        target = draft.targets.get((found.indicator, found.unit, found.breakdown))
        if target is not None and _decides(target, ends):
            decides.append(name)
    if not rows:
        return
    headings = (
        TableHeading(say("Chỉ tiêu", "Indicator")),
        TableHeading(say("Kết quả", "Value"), right=True),
        TableHeading(say("Dòng bị loại", "Rejected rows"), right=True),
        TableHeading(say("Thấp nhất", "Lowest"), say("Nếu tính các dòng bị loại", "Had they counted"), right=True),
        TableHeading(say("Cao nhất", "Highest"), say("Nếu tính các dòng bị loại", "Had they counted"), right=True),
    )
    notes = [
        say(
            "Thấp nhất, cao nhất: nếu mọi dòng bị loại đều thuộc kỳ và phạm vi này, và đều không đạt hoặc đều đạt.",
            "Lowest, highest: had all rejected rows been of this period and scope, and all bad or all good cases.",
        )
    ]
    if decides:
        notes.append(
            say("Chỉ tiêu giao nằm trong khoảng này, nên chưa kết luận được: ", "The target lies between the two, so nothing is settled: ")
            + "; ".join(decides)
            + "."
        )
    yield Table(
        "spans",
        headings,
        tuple(rows),
        say("Các dòng bị loại có thể làm thay đổi kết quả", "What the rejected rows could change"),
        tuple(notes),
    )


def _decides(target: Assessment, ends: tuple[Fraction, Fraction]) -> bool:
    """Return whether a target is met at one end of a span and missed at the other."""
    asked = target.asked
    return asked is not None and len({asked.holds(end) for end in ends}) > 1
