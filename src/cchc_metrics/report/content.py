"""What a report says, section by section, in either language: a page that can be read by itself, then the annexes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from cchc_metrics.errors import InputError
from cchc_metrics.reference.level import TWO_LEVELS_SINCE
from cchc_metrics.report.annexes import annexes, plan_annex
from cchc_metrics.report.draft import Draft, capitalised
from cchc_metrics.report.first_page import first_page
from cchc_metrics.report.format import better_words
from cchc_metrics.report.model import Report
from cchc_metrics.report.page import Page
from cchc_metrics.tables.listing import NOT_SHOWN
from cchc_metrics.tables.numbers import format_points, format_signed
from cchc_metrics.text import Lang
from cchc_metrics.values import Measure, Scale
from cchc_metrics.verbs.compare import Delta


def report_page(report: Report, lang: Lang = "vi") -> Page:
    """Return a report as a page: what a leader reads first, then the annexes."""
    draft = Draft(report, lang)
    name, period = draft.title_name.upper(), report.period.text(lang).upper()
    title = draft.say(f"KẾT QUẢ CẢI CÁCH HÀNH CHÍNH {name} – {period}", f"ADMINISTRATIVE REFORM IN {name} – {period}")
    return Page(
        title, (period_line(draft), *lifetime(draft), *straddling(draft), *warnings(draft)), (*first_page(draft), *annexes(draft)), lang
    )


def period_line(draft: Draft) -> str:
    """Return of which days a report is, as of which day, against which, and that they are not over where they are not."""
    report = draft.report
    first, last, day = (draft.date(d) for d in (report.period.first, report.period.last, report.as_of))
    line = draft.say(
        f"Kỳ báo cáo {first} – {last}; số liệu tính đến ngày {day}; so với {draft.base_with_days}.",
        f"Period {first} to {last}; as of {day}; against {draft.base_with_days}.",
    )
    if report.as_of < report.period.last:
        line += draft.say(" Kỳ báo cáo chưa kết thúc, số liệu còn thay đổi.", " The period is not over: figures will change.")
    return line


def lifetime(draft: Draft) -> Iterator[str]:
    """Yield that the unit that reports existed on a part of the period's days only, or on none, and which units were there then."""
    report, units = draft.report, draft.report.units
    (since, until), (first, last) = units.days_of(report.unit), (report.period.first, min(report.period.last, report.as_of))
    name = capitalised(draft.called(report.unit))
    if since is not None and first < since:
        others, day = units.predecessors(report.unit), draft.date(since)
        line = draft.say(f"{name} có từ ngày {day}", f"{name} exists since {day}")
        line += _whose_days(draft, since, last, part=since <= last)
        line += draft.say("; trước đó là ", "; before, these were ") + ", ".join(map(units.called, others)) if others else ""
        yield line + "."
    if until is not None and until < last:
        others, day = units.successors(report.unit), draft.date(until)
        line = draft.say(f"{name} kết thúc ngày {day}", f"{name} ended on {day}")
        line += _whose_days(draft, first, until, part=first <= until)
        line += draft.say("; sau đó là ", "; since, these are ") + ", ".join(map(units.called, others)) if others else ""
        yield line + "."


def _whose_days(draft: Draft, first: date, last: date, *, part: bool) -> str:
    """Return that the figures are those of some days of the period, or that there are none since the unit existed on none of them."""
    if not part:
        return draft.say(", nên không có số liệu của đơn vị này trong kỳ báo cáo", ", so there are no figures of this unit in the period")
    days = draft.say(f"{draft.date(first)} – {draft.date(last)}", f"{draft.date(first)} to {draft.date(last)}")
    return draft.say(f": số liệu trong kỳ báo cáo chỉ là của {days}", f": its figures in the period are those of {days} only")


def straddling(draft: Draft) -> Iterator[str]:
    """Yield that the period, or the one it is compared with, has days before and after the day on which districts had ended."""
    report = draft.report
    for named, period in (("Kỳ báo cáo", "The period"), report.period), (("Kỳ so sánh", "The baseline"), report.baseline_period):
        if period.crosses(TWO_LEVELS_SINCE) and report.as_of >= TWO_LEVELS_SINCE:
            yield draft.say(
                f"{named[0]} có ngày trước và sau 01/07/2025: cấp huyện kết thúc, thẩm quyền chuyển về cấp xã;"
                " số liệu theo cấp và của từng xã không cùng phạm vi trong cả kỳ.",
                f"{named[1]} has days before and after 2025-07-01, when the district level ended and its competences went to the communes:"
                " figures by level and of each commune are not of the same scope throughout.",
            )


def plan_page(report: Report, lang: Lang = "vi") -> Page:
    """Return where the plan stands as a page of its own.

    Raises:
        InputError: when there is no plan.
    """
    draft = Draft(report, lang)
    found = plan_annex(draft)
    if report.plan is None or found is None:
        raise InputError("không có kế hoạch; thêm plan.toml hoặc --plan", "there is no plan; add plan.toml, or --plan")
    title = draft.say(report.plan.title, report.plan.title_en or report.plan.title) or report.plan.number
    return Page(title, warnings(draft), (found,), lang)


def warnings(draft: Draft) -> tuple[str, ...]:
    """Return what has to stand at the top of every page: that records are made up, and the note of the district."""
    made_up = draft.say("SỐ LIỆU MÔ PHỎNG, không phải số liệu thật.", "SYNTHETIC RECORDS, not real data.") if draft.report.synthetic else ""
    below = draft.report.suppress_below
    hidden = "" if below is None else f"{NOT_SHOWN} {capitalised(draft.not_published)}."
    text = " ".join(filter(None, (made_up, capitalised(draft.report.note.text(draft.lang)), hidden)))
    return (text,) if text else ()


def delta_text(delta: Delta | None, found: Measure, lang: Lang = "vi") -> str:
    """Return a change as printed: percentage points for rates, never "%"; counts with their relative change; else the reason."""
    if delta is None or found.value is None:
        return ""
    if delta.difference is None:
        return delta.reason.text(lang)
    return change_text(delta.difference, delta.relative_percent, found.scale, delta.better, lang)


def change_text(difference: Fraction, relative: Fraction | None, scale: Scale, better: bool | None, lang: Lang = "vi") -> str:  # noqa: FBT001  as in Delta
    """Return a difference as printed, with which way it went in words."""
    if scale is Scale.PERCENT:
        text = format_points(difference, lang)
    else:
        text = format_signed(difference, lang=lang)
        if relative is not None and scale is Scale.COUNT:
            text += f" ({format_signed(relative, decimals=1, lang=lang)}%)"
    return text if better is None else f"{text}, {better_words(better, lang)}"
