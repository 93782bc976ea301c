"""What is missing, said in records and in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.tables.numbers import grouped
from cchc_metrics.values import Measure, Text
from cchc_metrics.verbs.assess.effort import Effort
from cchc_metrics.verbs.assess.model import ItemKind

CASES = Text("hồ sơ", "cases")
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


def rate_sentence(effort: Effort, measure: Measure, noun: Text, *, up: bool, more_to_come: bool) -> Text:
    """Return what a rate lacks or may still lose.

    Args:
        effort: the two numbers.
        measure: for its counts.
        noun: what one in the numerator is called.
        up: whether the rate must be at least the target; otherwise the numerator counts the bad cases.
        more_to_come: whether more cases can come.
    """
    if effort.needed is None:
        bad = (measure.denominator or 0) - (measure.numerator or 0) if up else measure.numerator or 0
        return _out_of_reach(bad)
    if effort.needed == 0:
        return Text() if effort.spare is None else _may_fail(effort.spare)
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
    return Text(f"còn được phép {_vi(effort.spare, noun)}", _en(effort.spare, noun, "more is allowed", "more", "are allowed"))


def _out_of_reach(bad: int) -> Text:
    if bad <= 0:  # a target above 100 %
        return Text("không đạt được", "out of reach")
    n = grouped(bad)
    have = "has" if bad == 1 else "have"
    return Text(f"không còn đạt được: đã có {n.vi} trường hợp không đạt", f"out of reach: {n.en} {have} already failed")


def _may_fail(spare: int) -> Text:
    n = grouped(spare)
    return Text(f"còn được phép {n.vi} trường hợp không đạt", f"{n.en} more may fail")


def _vi(count: int, noun: Text) -> str:
    return f"{grouped(count).vi} {noun.vi}"


def _en(count: int, noun: Text, one: str, before: str, after: str) -> str:
    """Return an English phrase; catalogues hold the plural only, so that one is said as ``1 more is needed: dossiers on time``."""
    if count == 1:
        return f"1 {one}: {noun.en}"
    return " ".join(filter(None, (grouped(count).en, before, noun.en, after)))
