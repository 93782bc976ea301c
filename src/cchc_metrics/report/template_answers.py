"""What the names of a form are answered with: exact numbers with a fitting format, or words, or the reason why there is nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from cchc_metrics.errors import suggestion
from cchc_metrics.plan import Plan
from cchc_metrics.reference.period import Period
from cchc_metrics.report.format import measure_text, no_value_words
from cchc_metrics.report.template_names import COMPARED, Asker, Name
from cchc_metrics.tables.listing import NOT_SHOWN
from cchc_metrics.tables.numbers import decimals_beside, format_count, format_number, format_percent, format_signed
from cchc_metrics.text import Lang, Text
from cchc_metrics.values import Measure, Scale, Status
from cchc_metrics.verbs.assess import Assessments
from cchc_metrics.verbs.compare import Deltas
from cchc_metrics.verbs.measures import Measures

_NONE: Final = Text()


@dataclass(frozen=True, slots=True)
class Answers:
    """What a form is filled from.

    Args:
        measures: label of a period → its values; none for a period that has not begun.
        deltas: labels of a period and of the one compared with → changes.
        assessments: where the plan stands; None where no target is asked for.
        day: nothing later is known.
    """

    measures: Mapping[str, Measures]
    deltas: Mapping[tuple[str, str], Deltas]
    assessments: Assessments | None
    day: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a name is answered with.

    Args:
        words: as it reads in a text; ``""`` where there is nothing.
        value: the exact number; None for a text or for nothing.
        number_format: how the number is shown in a cell without a format of its own.
        percent: whether the number can be shown with a percent sign, as a hundredth.
        status, reason: of the value.
    """

    words: str
    value: Fraction | None = None
    number_format: str = ""
    percent: bool = False
    status: Status = Status.OK
    reason: Text = _NONE


def answer_name(name: Name, answers: Answers, asker: Asker, lang: Lang, mistakes: list[Text]) -> Answer:
    """Return what a name is answered with.

    Args:
        name: the name.
        answers: what it is answered from.
        asker: what it was understood by.
        lang: the language of words and of numbers in texts.
        mistakes: where is noted what the name should have said.
    """
    if name.indicator not in asker.catalogue:
        facts = {
            "unit": asker.units.unit(name.unit).full_name,
            "period": name.period.text(lang),
            "baseline_period": name.baseline.text(lang),
            "as_of": answers.day,
        }
        return Answer(facts[name.indicator])
    indicator = asker.catalogue[name.indicator]
    if name.what == "name":
        return Answer(indicator.name(lang))
    if name.what == "target":
        return _target(name, answers.assessments, asker.plan, indicator.scale, lang, mistakes)
    answer = _of_period(name, answers, lang)
    # Who asks for words is told why there is no value.
    said = answer.words or (
        no_value_words(answer.status, answer.reason, lang) if name.what in ("text", "reason") and not answer.status.usable else ""
    )
    return replace(answer, words=said or (NOT_SHOWN if answer.status is Status.SUPPRESSED else ""))


def _of_period(name: Name, answers: Answers, lang: Lang) -> Answer:
    measures = answers.measures.get(name.period.label)
    if measures is None:
        return _nothing(Text("kỳ chưa bắt đầu", "the period has not begun"))
    found = measures.get(name.indicator, name.unit, name.period, name.breakdown)
    if found is None:
        return _nothing(_why_none(name, measures))
    if name.what in COMPARED:
        return _change(name, answers.deltas[name.period.label, name.baseline.label], found.scale, lang)
    return _of_measure(name.what, found, lang)


def _of_measure(what: str, found: Measure, lang: Lang) -> Answer:
    if what == "text":
        return Answer(measure_text(found, lang, flag=True), status=found.status, reason=found.reason)
    if what == "reason":
        return Answer(found.reason.text(lang), reason=found.reason)
    if what in ("numerator", "denominator"):
        count = getattr(found, what) if found.status.usable or found.status is Status.ZERO_DENOMINATOR else None
        if count is None:
            return _nothing(found.reason, found.status)
        return Answer(format_count(count, lang), Fraction(count), "#,##0", status=found.status, reason=found.reason)
    value = found.value
    if value is None:
        return _nothing(found.reason, found.status)
    answer = Answer(format_number(value, lang=lang), value, _plain_format(found.scale, value), found.scale is Scale.PERCENT)
    if what == "percent":
        answer = Answer(format_percent(value, lang=lang), value, _percent_format(value), percent=True)
    return replace(answer, status=found.status, reason=found.reason)


def _change(name: Name, deltas: Deltas, scale: Scale, lang: Lang) -> Answer:
    found = deltas.get(name.indicator, name.unit, name.period, name.breakdown)
    if found is None:
        return _nothing(Text("không có kỳ gốc", "no baseline"))
    if name.what == "relative":
        value = found.relative_percent
        if value is None:
            return _nothing(found.reason, found.status if not found.status.usable else Status.NOT_COMPARABLE)
        decimals = "0" * decimals_beside(value, [0], 1)
        words = format_signed(value, decimals=1, lang=lang) + "%"
        shown, percent = f"+0.{decimals}%;-0.{decimals}%;0%", True
    else:
        value = found.difference
        if value is None:
            return _nothing(found.reason, found.status)
        plain = _plain_format(scale, value)
        words, shown, percent = format_signed(value, lang=lang), f"+{plain};-{plain};0", scale is Scale.PERCENT
    return Answer(words, value, shown, percent, found.status, found.reason)


def _target(name: Name, assessments: Assessments | None, plan: Plan | None, scale: Scale, lang: Lang, mistakes: list[Text]) -> Answer:
    """Return what the plan asks for in the period; of several targets that ask for different things the name has to say which."""
    assert assessments is not None  # noqa: S101  the name was understood, so there is a plan
    assert plan is not None  # noqa: S101  as above
    periods = {item.id: item.period for item in plan.targets} | {item.key: item.period for item in plan.quotas}
    fitting = [
        a
        for a in assessments.each_unit()
        if (a.indicator, a.unit, a.breakdown) == (name.indicator, name.unit, name.breakdown)
        and name.target in ("", a.target)
        and Period.parse(periods.get(a.target) or plan.period.label) == name.period
        and a.asked is not None
    ]
    different = {(a.required, a.required_upper, a.comparator): a for a in fitting}
    if len(different) > 1:
        ids = ", ".join(a.target for a in different.values())
        mistakes.append(
            Text(
                f"«{name.written}»: kế hoạch có nhiều chỉ tiêu ({ids}); ghi thêm target=",
                f"«{name.written}»: the plan has several targets ({ids}); add target=",
            )
        )
        return Answer("")
    asked = fitting[0].asked if fitting else None
    if asked is None:
        period = name.period.text("vi")
        return _nothing(
            Text(f"kế hoạch không giao chỉ tiêu này cho kỳ {period}", f"the plan has no such target for {name.period.text('en')}")
        )
    ends = [asked.value] if asked.upper is None else [asked.value, asked.upper]
    words = "–".join(format_percent(end, lang=lang) if scale is Scale.PERCENT else format_number(end, lang=lang) for end in ends)
    if len(ends) > 1:
        return Answer(words)
    percent = scale is Scale.PERCENT
    return Answer(words, ends[0], _percent_format(ends[0]) if percent else _plain_format(scale, ends[0]), percent)


def _why_none(name: Name, measures: Measures) -> Text:
    known = [label for breakdown in measures.labels(name.indicator) for _, label in breakdown]
    for dim, label in name.breakdown:
        if dim != "level" and label not in known:
            vi, en = suggestion(label, known)
            return Text(f"không có số liệu của «{label}»{vi}", f"no data of «{label}»{en}")
    return Text("không có số liệu", "no data")


def _nothing(reason: Text, status: Status = Status.NO_DATA) -> Answer:
    return Answer("", status=status, reason=reason)


def _percent_format(value: Fraction) -> str:
    """Return a format in which only 0 and 100 % show as such."""
    return f"0.{'0' * decimals_beside(value, (0, 100))}%"


def _plain_format(scale: Scale, value: Fraction) -> str:
    return "#,##0" if scale is Scale.COUNT else f"#,##0.{'0' * decimals_beside(value, (0,))}"
