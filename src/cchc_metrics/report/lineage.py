"""What the figures of a report follow from, as it stands in the report itself: library, rules, calendar, indicators, files, assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Literal

from cchc_metrics.tables.numbers import format_count
from cchc_metrics.text import Lang

Note = Literal["", "memory", "database", "changed", "suppressed"]
"""Why an input has no digest: its rows were in memory or in a database, the file was changed after it was read, or small counts are
suppressed and it says some that could be guessed."""
_GUESSED = ("figures", "scores", "baseline")
"""Inputs that may be no more than a few counts: whoever tries small numbers finds by their digests which they are."""
SHORT = 16
"""So many signs of a digest are printed; ``report.json`` has all 64."""


@dataclass(frozen=True, slots=True)
class InputDigest:
    """A file or table that the figures of a report follow from.

    Args:
        of: ``report``, or ``baseline`` where it is one of another folder that is compared with.
        kind: the kind of record, or what a file of settings says: ``district``, ``units``, ``plan`` …
        file: its path in the folder; ``""`` for memory and for a query.
        rows: how many rows were read of it; None for settings and what is not counted.
        bytes: its size.
        sha256: of what it holds.
        note: why there is no digest.
        outside: whether the file was chosen from outside the folder.
    """

    of: Literal["report", "baseline"]
    kind: str
    file: str
    rows: int | None
    bytes: int | None
    sha256: str | None
    note: Note = ""
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Lineage:
    """What the figures of a report follow from; equal inputs give equal ones, on any machine and day.

    Args:
        library: version of the library.
        period, baseline_period: labels.
        as_of: the day of the question.
        exported: the day of export that was declared or chosen; None where none was.
        rules: name, with the days on which they change.
        rules_sha256: of all their options.
        calendar: id.
        calendar_sha256: of its days.
        years: status → the years of the calendar that have it (``announced``, ``estimated``).
        catalogue: ``packaged``, or ``own`` where the district has indicators or changes of its own.
        indicators: how many there are.
        catalogue_sha256: of their definitions.
        declared: unit tree, plan, scheme and what else is declared, in a file or from Python → digest.
        scheme: id of the scoring scheme; ``""`` for none.
        inputs: the files and tables.
        assumed: file, code and how often, of what was assumed when the tables were read.
        suppress_below: counts below this number are suppressed; None where all are shown.
    """

    library: str
    period: str
    baseline_period: str
    as_of: date
    exported: date | None
    rules: str
    rules_sha256: str
    calendar: str
    calendar_sha256: str
    years: Mapping[str, tuple[int, ...]]
    catalogue: str
    indicators: int
    catalogue_sha256: str
    declared: Mapping[str, str]
    scheme: str
    inputs: tuple[InputDigest, ...]
    assumed: tuple[tuple[str, str, int | None], ...]
    suppress_below: int | None = None

    def unnumbered(self, below: int) -> Lineage:
        """Return the same of a report in which counts below a number are suppressed: no number of rows, bytes or assumptions.

        A digest of counts that were entered by hand is left out, too: small ones could be found by trying.
        """
        inputs = [replace(each, rows=None, bytes=None) for each in self.inputs]
        guessed = [each.sha256 is not None and each.kind in _GUESSED for each in inputs]
        inputs = [replace(each, sha256=None, note="suppressed") if hide else each for each, hide in zip(inputs, guessed, strict=True)]
        return replace(
            self,
            inputs=tuple(inputs),
            declared={name: digest for name, digest in self.declared.items() if name not in _GUESSED},
            assumed=tuple((file, code, None) for file, code, _ in self.assumed),
            suppress_below=below,
        )

    def to_json(self, lang: Lang) -> dict[str, Any]:
        """Return it as ``report.json`` has it, without the digest of the report, which is known when all of it is written.

        Args:
            lang: the language of the report.
        """
        return {
            "library": self.library,
            "lang": lang,
            "period": self.period,
            "baseline_period": self.baseline_period,
            "as_of": self.as_of.isoformat(),
            "exported": None if self.exported is None else self.exported.isoformat(),
            "rules": {"name": self.rules, "sha256": self.rules_sha256},
            "calendar": {
                "name": self.calendar,
                "years": {status: list(years) for status, years in self.years.items()},
                "sha256": self.calendar_sha256,
            },
            "catalogue": {"name": self.catalogue, "indicators": self.indicators, "sha256": self.catalogue_sha256},
            "scheme": self.scheme,
            "suppress_below": self.suppress_below,
            "declared": dict(self.declared),
            "assumed": [{"file": file, "code": code, "times": n} for file, code, n in self.assumed],
            "inputs": [asdict(each) for each in self.inputs],
        }

    def lines(self, lang: Lang) -> Iterator[str]:
        """Yield in words by what the figures were made; the files stand in a table of their own."""
        en, catalogue = lang == "en", self.catalogue_sha256[:SHORT]
        n, own = format_count(self.indicators, lang), self.catalogue == "own"
        yield f"Library: cchc-metrics {self.library}." if en else f"Thư viện: cchc-metrics {self.library}."
        yield (
            f"Indicators: {'own and packaged' if own else 'packaged'}, {n}, digest {catalogue}."
            if en
            else f"Bộ chỉ tiêu: {'có phần của địa phương' if own else 'kèm theo thư viện'}, {n} chỉ tiêu, mã kiểm tra {catalogue}."
        )
        if estimated := ", ".join(map(str, (year for year in self.years.get("estimated", ()) if year <= self.as_of.year + 1))):
            yield (
                f"Working calendar not announced yet, estimated: {estimated}."
                if en
                else f"Năm chưa có lịch làm việc chính thức, ước tính: {estimated}."
            )

    def rows(self, lang: Lang) -> Iterator[tuple[str, str, int | None, str]]:
        """Yield of each input what it is, its file, the rows that were read of it, and the beginning of its digest or why it has none."""
        why = _NOTES_EN if lang == "en" else _NOTES
        for each in self.inputs:
            file = each.file or why[each.note]
            yield (each.of, each.kind)[each.of == "report"], file, each.rows, (each.sha256 or "")[:SHORT] or why[each.note]


_NOTES: Mapping[str, str] = {
    "": "–",
    "memory": "trong bộ nhớ",
    "database": "cơ sở dữ liệu",
    "changed": "tệp đã đổi sau khi đọc",
    "suppressed": "không công bố",
}
_NOTES_EN: Mapping[str, str] = {
    "": "–",
    "memory": "in memory",
    "database": "a database",
    "changed": "changed after it was read",
    "suppressed": "not published",
}
