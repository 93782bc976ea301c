"""An explanation as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cchc_metrics.report.format import counts_text, excluded_of_kind, label_text, measure_text, rules_text
from cchc_metrics.tables.numbers import format_count, format_date
from cchc_metrics.text import Lang
from cchc_metrics.verbs.explain import Explanation, Row


def explanation_text(explanation: Explanation, lang: Lang = "vi", *, limit: int = 20) -> str:
    """Return the rows behind a measure as text; at most ``limit`` rows of each part are listed, all are counted."""
    return "\n".join(_lines(explanation, lang, limit)) + "\n"


def _lines(found: Explanation, lang: Lang, limit: int) -> Iterator[str]:
    vi = lang == "vi"
    m = found.measure
    place = ", ".join([m.unit, *(label_text(dim, label, lang) for dim, label in m.breakdown)])
    counts = counts_text(m, lang)
    yield f"{m.indicator} · {place} · {m.period.text(lang)}: {measure_text(m, lang, flag=True)}" + (f" = {counts}" if counts else "")
    yield (
        f"công thức {m.formula}; quy tắc {rules_text(m.rules, lang)}; lịch {m.calendar}"
        if vi
        else f"formula {m.formula}; rules {rules_text(m.rules, lang)}; calendar {m.calendar}"
    )
    if m.numerator is None:
        return
    yield f"{'Trong tử số' if vi else 'In the numerator'}: {format_count(found.numerator_total or 0, lang)}"
    yield from _rows(found.numerator, found.secret.get("numerator", 0), lang, limit)
    if m.denominator is not None:
        yield from _part("Phần còn lại của mẫu số" if vi else "The rest of the denominator", found.rest, found, "rest", lang, limit)
    if found.subtracted or "subtracted" in found.secret:
        yield from _part("Trừ khỏi mẫu số" if vi else "Taken away from the denominator", found.subtracted, found, "subtracted", lang, limit)
    if found.units:
        yield f"{'Đơn vị được đếm' if vi else 'Units counted as such'}: {', '.join(found.units)}"
    kind = next((row.kind for row in found), "")
    for why, rows in found.excluded.items():
        if not rows and why not in found.secret:
            continue
        yield from _part(
            f"{'Không tính' if vi else 'Left out'}: {excluded_of_kind(why, kind, (why, why), lang)}", rows, found, why, lang, limit
        )
    if not found.adds_up:
        yield "CẢNH BÁO: các dòng không cộng thành số đã đếm" if vi else "WARNING: the rows do not add up to the counts"


def _part(title: str, rows: Sequence[Row], found: Explanation, part: str, lang: Lang, limit: int) -> Iterator[str]:
    secret = found.secret.get(part, 0)
    yield f"{title}: {format_count(sum(r.weight for r in rows) + secret, lang)}"
    yield from _rows(rows, secret, lang, limit)


def _rows(rows: Sequence[Row], secret: int, lang: Lang, limit: int) -> Iterator[str]:
    vi = lang == "vi"
    for row in rows[:limit]:
        times = f" × {row.weight}" if row.weight != 1 else ""
        said = "".join(f"; {text}" for text in _dates(row, lang))
        yield f"  {row.file or row.kind}, {'dòng' if vi else 'row'} {row.row}: {row.id} ({row.unit}){times}{said}"
    if len(rows) > limit:
        yield f"  … {format_count(len(rows) - limit, lang)} {'dòng nữa' if vi else 'more rows'}"
    if secret:
        yield f"  {format_count(secret, lang)} {'dòng có dấu mật, không liệt kê' if vi else 'rows with a secrecy mark, not listed'}"


def _dates(row: Row, lang: Lang) -> Iterator[str]:
    """Yield when a row that has a due date fell due and ended, and how late it is."""
    vi = lang == "vi"
    if row.due is not None:
        yield f"{'hạn' if vi else 'due'} {format_date(row.due, lang)}"
        ended = "đang giải quyết" if vi else "pending"
        yield ended if row.ended is None else f"{'xong' if vi else 'ended'} {format_date(row.ended, lang)}"
    if row.days_late is not None:
        days = format_count(row.days_late, lang)
        yield f"trễ {days} ngày làm việc" if vi else f"{days} working day{'' if row.days_late == 1 else 's'} late"
    if row.rules_from is not None:
        yield f"quy tắc từ {format_date(row.rules_from, lang)}" if vi else f"rules from {format_date(row.rules_from, lang)}"
