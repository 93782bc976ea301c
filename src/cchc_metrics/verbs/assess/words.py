"""What is missing, said in records and in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.tables.numbers import grouped
from cchc_metrics.values import Measure, Text
from cchc_metrics.verbs.assess.effort import Effort
from cchc_metrics.verbs.assess.model import ItemKind

CASES = Text("hồ sơ", "cases")
_FAILED = Text("trường hợp không đạt", "cases that fail")
_ACTIVITIES = Text("hoạt động", "activities")
UNITS = Text("đơn vị", "units")
GOOD = Text("trường hợp đạt", "good cases")


def noun_of(indicator: str, kind: ItemKind, nouns: Mapping[str, Text], catalogue: Catalogue | None) -> Text:
    """Return what one in the numerator is called: as given, else as the catalogue says, else a plain word."""
    if indicator in nouns:
        return nouns[indicator]
    if catalogue is not None and indicator in catalogue and catalogue[indicator].noun_vi:
        return Text(catalogue[indicator].noun_vi, catalogue[indicator].noun_en)
    return _ACTIVITIES if kind == "quota" else CASES


def bad_of(indicator: str, catalogue: Catalogue | None) -> Text:
    """Return what one that is in the denominator only is called, as the catalogue says, else a plain word."""
    if catalogue is not None and indicator in catalogue and catalogue[indicator].bad_vi:
        return Text(catalogue[indicator].bad_vi, catalogue[indicator].bad_en)
    return _FAILED


def more_needed(count: int, noun: Text) -> Text:
    """Return that so many more are needed.

    >>> more_needed(12, Text("hồ sơ đúng hạn", "dossiers on time")).en
    '12 more dossiers on time are needed'
    """
    return Text(f"còn thiếu {_vi(count, noun)}", _en(count, noun, "more is needed", "more", "are needed"))


def missed(count: int, noun: Text) -> Text:
    """Return that so many were missing when nothing more could come."""
    return Text(f"thiếu {_vi(count, noun)}", _en(count, noun, "more was needed", "more", "were needed"))


def too_many(count: int, noun: Text) -> Text:
    """Return that there are so many above a ceiling."""
    return Text(f"vượt mức {_vi(count, noun)}", _en(count, noun, "too many", "", "too many"))


def rate_sentence(effort: Effort, measure: Measure, noun: Text, bad: Text, *, up: bool, more_to_come: bool) -> Text:
    """Return what a rate lacks or may still lose.

    Args:
        effort: the two numbers.
        measure: for its counts.
        noun: what one in the numerator is called.
        bad: what one in the denominator only is called.
        up: whether the rate must be at least the target; otherwise the numerator counts the bad cases.
        more_to_come: whether more cases can come.
    """
    if effort.needed is None:
        failed = (measure.denominator or 0) - (measure.numerator or 0) if up else measure.numerator or 0
        return _out_of_reach(failed, bad if up else _FAILED)
    if effort.needed == 0:
        return Text() if effort.spare is None else _at_most(effort.spare, bad if up else _FAILED)
    if up:
        return more_needed(effort.needed, noun) if more_to_come else missed(effort.needed, noun)
    if more_to_come:
        return Text(f"cần thêm {_vi(effort.needed, GOOD)}", _en(effort.needed, GOOD, "more is needed", "more", "are needed"))
    return too_many(effort.needed, noun)


def count_sentence(effort: Effort, count: int, level: int, noun: Text, *, up: bool, more_to_come: bool) -> Text:
    """Return what a count lacks, exceeds or may still add.

    Args:
        effort: the two numbers.
        count: the count.
        level: the smallest whole number that reaches a floor; the count above it is said.
        noun: what is counted.
        up: whether at least the target is wanted.
        more_to_come: whether more can come.
    """
    if effort.needed:
        if up:
            return more_needed(effort.needed, noun) if more_to_come else missed(effort.needed, noun)
        return too_many(effort.needed, noun)
    if up:
        more = count - level
        return Text(f"vượt {_vi(more, noun)}", _en(more, noun, "more than asked", "", "more than asked")) if more > 0 else Text()
    if effort.spare is None or not more_to_come:
        return Text()
    return _at_most(effort.spare, noun)


def _out_of_reach(failed: int, noun: Text) -> Text:
    if failed <= 0:  # a target above 100 %
        return Text("không đạt được", "out of reach")
    return Text(f"không còn đạt được: đã có {_vi(failed, noun)}", f"out of reach: {grouped(failed).en} {noun.en} already")


def _at_most(spare: int, noun: Text) -> Text:
    """Return how many more there may be at most.

    >>> _at_most(2, Text("hồ sơ trễ hạn", "late dossiers"))
    Text(vi='được phép thêm tối đa 2 hồ sơ trễ hạn', en='at most 2 more late dossiers are allowed')
    """
    vi = f"được phép thêm tối đa {_vi(spare, noun)}" if spare else f"không được thêm {noun.vi} nào"
    return Text(vi, f"at most {_en(spare, noun, 'more is allowed', 'more', 'are allowed')}" if spare else f"no more {noun.en} are allowed")


def _vi(count: int, noun: Text) -> str:
    return f"{grouped(count).vi} {noun.vi}"


def _en(count: int, noun: Text, one: str, before: str, after: str) -> str:
    """Return an English phrase; catalogues hold the plural only, so that one is said as ``1 more is needed: dossiers on time``."""
    if count == 1:
        return f"1 {one}: {noun.en}"
    return " ".join(filter(None, (grouped(count).en, before, noun.en, after)))
