"""What stands behind the figures of a page: counts, what was left out, the definition, and the rows where they are known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from cchc_metrics.catalogue.model import Indicator
from cchc_metrics.report.draft import Draft, capitalised
from cchc_metrics.report.format import counts_text, excluded_name, no_value_text
from cchc_metrics.report.page import About
from cchc_metrics.tables.numbers import format_count, format_date
from cchc_metrics.values import Better, Measure

ROWS: Final = 50
"""So many rows of each explanation are listed on a page; the others are counted."""
_READ_AGAIN: Final = 500_000
"""Larger tables are not read again for the rows behind the main figures; ``explain`` lists them."""


class Details:
    """The details of the figures that a page shows, collected while it is written.

    A figure is known by its place in the list; what many figures share, such as a definition, is said once.

    Args:
        draft: the report that the page is of, in its language.
    """

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._main = {found.key for _, found in draft.headlines()}
        self._places: dict[About, int | None] = {}
        self._values: list[list[Any]] = []
        self._indicators: dict[str, dict[str, str]] = {}
        self._units: dict[str, str] = {}

    def place(self, about: About) -> int | None:
        """Return the number of a figure's details; None where its value is not one of the report's."""
        if about not in self._places:
            self._places[about] = self._add(about)
        return self._places[about]

    def data(self) -> dict[str, Any]:
        """Return the details as data for the page's script."""
        return {"indicators": self._indicators, "units": self._units, "values": self._values}

    def _add(self, about: About) -> int | None:
        report = self._draft.report
        found = report.measures.get(*about)
        if found is None or found.indicator not in report.catalogue:
            return None
        indicator = report.catalogue[found.indicator]
        if indicator.id not in self._indicators:
            self._indicators[indicator.id] = self._definition(indicator)
        self._units.setdefault(found.unit, self._draft.called(found.unit))
        self._values.append(self._value(indicator, found))
        return len(self._values) - 1

    def _value(self, indicator: Indicator, found: Measure) -> list[Any]:
        """Return what the script shows: indicator, unit, scope, value, counts, change, what was left out, reason, rows."""
        draft, lang = self._draft, self._draft.lang
        scope = ", ".join(filter(None, (draft.scope(found.breakdown), found.period.text(lang))))
        delta = draft.delta(found)
        change = "" if delta is None else draft.change_words(delta) or delta.reason.text(lang)
        if delta is not None and delta.difference is not None:
            change = draft.say(f"{change} so với {draft.base}", f"{change} against {draft.base}")
        shown = draft.cell(found).shown if found.value is not None else no_value_text(found, lang)
        counts = draft.report.catalogue.counts
        left_out = [[format_count(n, lang), excluded_name(why, counts[indicator.excluded[why]], lang)] for why, n in found.excluded.items()]
        why, cases = found.reason.text(lang), self._cases(found)
        return [indicator.id, found.unit, scope, shown, counts_text(found, lang), change, left_out, why, cases]

    def _definition(self, indicator: Indicator) -> dict[str, str]:
        said = {
            "name": indicator.name(self._draft.lang),
            "numerator": self._counted(indicator.numerator),
            "denominator": self._counted(indicator.denominator),
            "formula": indicator.formula,
            "source": indicator.source_text(self._draft.lang),
        }
        return {name: text for name, text in said.items() if text}

    def _counted(self, names: Iterable[str]) -> str:
        """Return what is counted in words: «hồ sơ đã giải quyết − hồ sơ không có hạn»."""
        counts = self._draft.report.catalogue.counts
        text = ""
        for name in names:
            count = counts[name.removeprefix("-")]
            sign = " − " if name.startswith("-") else " + " if text else ""
            text += sign + self._draft.say(count.vi, count.en)
        return capitalised(text.strip())

    def _cases(self, found: Measure) -> list[Any] | None:
        """Return the rows behind a value as a table: title, headings, cells as texts, what is said under it; None where they are not known.

        Of a rate those that fell short are listed, else those that are counted.
        """
        if found.key not in self._main or self._draft.report.explain is None or self._draft.report.problems.read > _READ_AGAIN:
            return None
        explained = self._draft.report.explain(found)
        draft, lang = self._draft, self._draft.lang
        short = found.denominator is not None and found.better is not Better.LOWER
        rows, part = (explained.rest, "rest") if short else (explained.numerator, "numerator")
        title = draft.say("Trong mẫu số, không trong tử số", "In the denominator, not in the numerator") if short else ""
        dated = any(row.due or row.ended for row in rows)
        headings = [("Mã", "Identifier"), ("Đơn vị", "Unit"), ("Ngày", "Day")]
        headings += [("Hạn trả", "Due"), ("Kết thúc", "Ended"), ("Trễ (ngày làm việc)", "Late (working days)")] if dated else []
        cells = []
        for row in rows[:ROWS]:
            name = draft.called(row.unit)
            days = [row.day, row.due, row.ended] if dated else [row.day]
            late = [] if not dated else ["" if row.days_late is None else format_count(row.days_late, lang)]
            cells.append([row.id, name, *("" if day is None else format_date(day, lang) for day in days), *late])
        more = []
        if len(rows) > ROWS:
            left = format_count(len(rows) - ROWS, lang)
            more.append(draft.say(f"và {left} trường hợp khác", f"and {left} more"))
        secret = explained.secret.get(part, 0)
        if secret:
            n = format_count(secret, lang)
            more.append(draft.say(f"{n} trường hợp mật, không liệt kê", f"{n} secret, not listed"))
        return [title, [draft.say(*heading) for heading in headings], cells, more] if cells or more else None
