"""The written report as chapters of sentences. The sentences are data; every number in them is a value of the report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Literal

from cchc_metrics.catalogue.model import Indicator
from cchc_metrics.declared import DeclaredModel, parse_toml
from cchc_metrics.report.draft import Draft, capitalised
from cchc_metrics.report.first_page import first_page
from cchc_metrics.report.format import assessment_cells, counts_text, measure_text, percent_in_sentence
from cchc_metrics.tables.numbers import format_count
from cchc_metrics.text import Lang
from cchc_metrics.values import Measure, Scale, Status
from cchc_metrics.verbs.assess import Verdict

Said = Literal["plan", "others", "better", "attention", "ahead"]
"""What a topic says beside the values of its indicators: how the plan stands, the indicators that no topic names, what changed for the
better, what needs attention, what of the plan is still to be done."""

_OPTIONAL: Final = re.compile(r"\[\[(.*?)\]\]")
_FIELD: Final = re.compile(r"\{(\w+)\}")
_BETTER = 5  # changes that are named


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of a chapter.

    Args:
        title: its title.
        sentences: its paragraphs.
        gap: whether no record says anything about it, so that the office has to write it.
    """

    title: str
    sentences: tuple[str, ...]
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of a written report."""

    title: str
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Narrative:
    """A written report.

    Args:
        title: what it is about.
        opening: its first sentence.
        chapters: in order.
    """

    title: str
    opening: str
    chapters: tuple[Chapter, ...]


class _Said(DeclaredModel):
    vi: str
    en: str

    def text(self, lang: Lang) -> str:
        return self.en if lang == "en" else self.vi


class _Topic(_Said):
    indicators: tuple[str, ...] = ()
    said: Said | None = None


class _Chapter(_Said):
    topics: tuple[_Topic, ...]


class _Outline(DeclaredModel):
    title: _Said
    opening: _Said
    sentences: Mapping[str, _Said]
    chapters: tuple[_Chapter, ...]


def narrative(draft: Draft) -> Narrative:
    """Return a report in sentences."""
    return _Writer(draft, _outline()).narrative()


def sentences(draft: Draft, names: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each indicator that has a value, and one that names those that have none.

    Args:
        draft: the report.
        names: ids of indicators; those that its catalogue does not have are passed over.
    """
    return _Writer(draft, _outline()).values(names)


def gap_text(lang: Lang) -> str:
    """Return what stands in the place of a topic that no record says anything about."""
    vi, en = "[Nội dung này không có trong số liệu; đơn vị bổ sung.]", "[No record says anything about this: to be written.]"
    return en if lang == "en" else vi


def filled(pattern: str, fields: Mapping[str, str]) -> str:
    """Return a sentence with its fields filled in, without the parts of which a field has nothing to say.

    >>> filled("{name}[[ {scope}]] đạt {value}[[, {change}]].", {"name": "Tỷ lệ", "scope": "", "value": "5%", "change": "tăng 1"})
    'Tỷ lệ đạt 5%, tăng 1.'
    """

    def part(found: re.Match[str]) -> str:
        return found[1] if all(fields[name] for name in _FIELD.findall(found[1])) else ""

    return _FIELD.sub(lambda found: fields[found[1]], _OPTIONAL.sub(part, pattern))


@cache
def _outline() -> _Outline:
    text = resources.files("cchc_metrics.report").joinpath("data/narrative.toml").read_text(encoding="utf-8")
    return _Outline.model_validate(parse_toml(text, "narrative.toml").data)


def _bare(percent: str) -> str:
    """Return a percentage of a table as a sentence has it: without decimals where it is whole.

    >>> _bare("= 100,00%"), _bare("98,50%")
    ('= 100%', '98,50%')
    """
    return re.sub(r"[,.]0+%$", "%", percent)


@dataclass(frozen=True, slots=True)
class _Writer:
    draft: Draft
    outline: _Outline

    def narrative(self) -> Narrative:
        draft, lang = self.draft, self.draft.lang
        fields = {
            "unit": draft.title_name,
            "period": draft.report.period.in_sentence(lang),
            "as_of": draft.date(draft.report.as_of),
            "base": draft.base,
        }
        chapters = tuple(
            Chapter(chapter.text(lang), tuple(self._topic(topic) for topic in chapter.topics if self._wanted(topic)))
            for chapter in self.outline.chapters
        )
        return Narrative(filled(self.outline.title.text(lang), fields), filled(self.outline.opening.text(lang), fields), chapters)

    def _wanted(self, topic: _Topic) -> bool:
        """Tell whether a topic is part of the report: what can be left out without a gap is, where there is nothing to say."""
        return topic.said not in ("others", "plan") or any(True for _ in self._said(topic.said))

    def _topic(self, topic: _Topic) -> Topic:
        sentences = [*self.values(topic.indicators), *self._said(topic.said)]
        return Topic(topic.text(self.draft.lang), tuple(sentences), gap=not sentences)

    def _said(self, what: Said | None) -> Iterator[str]:
        if what == "plan":
            yield from self._plan()
        elif what == "others":
            named = {name for chapter in self.outline.chapters for topic in chapter.topics for name in topic.indicators}
            yield from self.values(indicator.id for indicator in self.draft.report.catalogue if indicator.id not in named)
        elif what == "better":
            yield from self._better()
        elif what == "attention":
            yield from (p.text for section in first_page(self.draft) if section.id == "attention" for p in section.paragraphs)
        elif what == "ahead":
            yield from self._ahead()

    # --- Values

    def values(self, names: Iterable[str]) -> Iterator[str]:
        """Yield a sentence for each indicator that has a value, and one that names those that have none; nothing of what does not apply."""
        catalogue, silent, hidden = self.draft.report.catalogue, [], []
        for indicator in (catalogue[name] for name in names if name in catalogue):
            found = list(self._of(indicator))
            for value in found:
                yield self._sentence(indicator, value)
            total = self.draft.get(indicator.id) if indicator.total and not found else None
            if total is not None and total.status is Status.SUPPRESSED:
                hidden.append(indicator.name(self.draft.lang))
            elif not found and self.draft.missed(indicator):
                silent.append(indicator.name(self.draft.lang))
        if silent:
            yield self._filled("no_data", {"names": "; ".join(silent)})
        if hidden:
            yield self._filled("suppressed", {"names": "; ".join(hidden)})

    def _of(self, indicator: Indicator) -> Iterator[Measure]:
        """Yield the value of an indicator, or those of its labels where they do not add up to one."""
        for breakdown in ((),) if indicator.total else self.draft.labels(indicator):
            found = self.draft.get(indicator.id, breakdown)
            if found is not None and found.value is not None:
                yield found

    def _sentence(self, indicator: Indicator, found: Measure, *, short: bool = False) -> str:
        """Return the sentence of a value; a short one leaves out its parts and what is to be known of it, which stand elsewhere."""
        draft, delta = self.draft, self.draft.delta(found)
        target = draft.targets.get((found.indicator, found.unit, found.breakdown))
        reached, required = (None, None) if target is None else assessment_cells(target, draft.lang)
        left_out, doubt = ("", "") if short else (draft.excluded(indicator, found), draft.doubt(found))
        fields = self._value(found) | {
            "name": indicator.name(draft.lang),
            "change": draft.change_words(delta) if delta is not None and delta.difference is not None else "",
            "base": draft.base,
            "target": "" if required is None else _bare(required.shown),
            "verdict": "" if target is None else target.verdict.text(draft.lang),
            "parts": "" if short else ", ".join(self._parts(indicator, found)),
            "doubt": f"({capitalised(doubt)}.)" if doubt else "",
            "excluded": f"({capitalised(left_out)}.)" if left_out else "",
        }
        if reached is not None:  # with as many digits as tell it from the target
            fields["value"] = _bare(reached.text)
        return self._filled(indicator.id if indicator.id in self.outline.sentences else found.scale.value, fields)

    def _parts(self, indicator: Indicator, found: Measure) -> Iterator[str]:
        """Yield what the levels of a unit have in a value."""
        if any(dim == "level" for dim, _ in found.breakdown):
            return
        parts = [(level, self.draft.get(indicator.id, tuple(sorted((*found.breakdown, *level))))) for level in self.draft.level_parts()]
        known = [(level, part) for level, part in parts if part is not None and part.value is not None]
        if len(known) == 1 and (known[0][1].numerator, known[0][1].denominator) == (found.numerator, found.denominator):
            return  # the only level that has any is the whole once more
        for level, part in known:
            yield self._filled("part", self._value(part) | {"scope": self.draft.scope(level)})

    def _value(self, found: Measure) -> dict[str, str]:
        lang = self.draft.lang
        counts = counts_text(found, lang) if found.scale is Scale.PERCENT else ""
        shown = measure_text(found, lang)
        if found.scale is Scale.PERCENT and found.value is not None:
            shown = percent_in_sentence(found.value, lang)
        return {"value": shown, "noun": self.draft.noun(found), "counts": counts, "scope": self.draft.scope(found.breakdown)}

    def _filled(self, name: str, fields: Mapping[str, str]) -> str:
        return filled(self.outline.sentences[name].text(self.draft.lang), fields)

    # --- The plan, and what changed

    def _plan(self) -> Iterator[str]:
        """Yield how many targets and tasks there are and how they stand."""
        draft, plan, found = self.draft, self.draft.report.plan, self.draft.report.assessments
        if plan is None or found is None:
            return
        day, number = draft.date(draft.report.as_of), f"{plan.number} {draft.say('ngày', 'of')} {draft.date(plan.issued_on)}"
        verdicts = [a.verdict for a in found]
        stand = ", ".join(
            f"{format_count(verdicts.count(verdict), draft.lang)} {verdict.text(draft.lang)}" for verdict in Verdict if verdict in verdicts
        )
        yield draft.say(
            f"Kế hoạch số {number}: {format_count(len(verdicts), draft.lang)} chỉ tiêu, nhiệm vụ; tính đến ngày {day}: {stand}.",
            f"Plan {number}: {format_count(len(verdicts), draft.lang)} targets and tasks; as of {day}: {stand}.",
        )

    def _better(self) -> Iterator[str]:
        """Yield the changes for the better of the main figures."""
        draft, told = self.draft, 0
        for indicator, found in draft.headlines():
            delta = draft.delta(found)
            if delta is not None and delta.better and told < _BETTER:
                told += 1
                yield self._sentence(indicator, found, short=True)

    def _ahead(self) -> Iterator[str]:
        """Yield the targets and tasks that are not met, at risk or due, with what it takes."""
        draft = self.draft
        for found in draft.report.assessments or ():
            if found.verdict in (Verdict.NOT_MET, Verdict.AT_RISK, Verdict.NOT_DUE, Verdict.ON_TRACK):
                takes = found.sentence.text(draft.lang)
                due = draft.say(f"hạn {draft.date(found.due)}", f"due {draft.date(found.due)}")
                stand = found.verdict.text(draft.lang)
                if draft.date(found.due) not in takes and f"{found.due}" not in takes:  # the day of a task is said with what it takes
                    stand += f", {due}"
                yield f"{found.name.text(draft.lang)} ({stand})" + (f": {takes}." if takes else ".")
