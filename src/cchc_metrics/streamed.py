"""Kinds of a folder that are too large to be held: counted part by part, with everything that is wrong with them.

What a part needs of other tables is read into it: its procedures by their code, its events by the dossier's id. So a dossier counts as it
would among all of them, since every part has whole dossiers and no dossier stands in two.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from cchc_metrics.count.parts import tally_parts
from cchc_metrics.count.tally import Frame, Tally
from cchc_metrics.read.files import table_place
from cchc_metrics.read.folder import Folder, unreadable
from cchc_metrics.read.raw import UnreadableFileError
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.problems import Problems
from cchc_metrics.records.procedure import attach_procedures
from cchc_metrics.records.waits import attach_events
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.verbs.quality import Quality, quality_of_part


@dataclass(frozen=True, slots=True, eq=False)
class Streamed:
    """What was found in the kinds that came part by part.

    Args:
        counted: their counts; kinds that could not be used are not among its kinds.
        problems: kind → what reading found.
        quality: what the rules and the calendar find in dossiers.
    """

    counted: Tally
    problems: Mapping[str, Problems]
    quality: Problems


def join_tables(columns: Mapping[str, Columns]) -> Mapping[str, Columns]:
    """Return the tables with procedures and events read into the dossiers, where they were supplied."""
    if "dossiers" not in columns:
        return columns
    dossiers = columns["dossiers"]
    if "procedures" in columns:
        dossiers = attach_procedures(dossiers, columns["procedures"])
    if "dossier_events" in columns:
        dossiers = attach_events(dossiers, columns["dossier_events"])
    return {**columns, "dossiers": dossiers}


def count_streamed(
    folder: Folder,
    *,
    rules: Rules,
    periods: Iterable[Period] = (),
    as_of: date | None = None,
    sets: Mapping[str, Collection[str]] | None = None,
) -> Streamed:
    """Count the kinds of a folder that were left to be read part by part, in the memory of one part.

    Args:
        folder: what was read.
        rules: how disputed points are decided.
        periods: the periods to be measured; without one nothing is counted, and only what is wrong is found.
        as_of: a day up to which a running period is to be read.
        sets: sets of events to count → dimensions to keep, as for ``tally``.
    """
    wanted = tuple(periods)
    counted = Tally.zero(Frame.of(wanted, rules, folder.calendar, as_of=as_of))
    problems: dict[str, Problems] = {}
    found = Quality(Problems())
    for kind in folder.parts:
        read = _Read(folder, kind, rules)
        try:
            if wanted:
                counted += tally_parts(kind, read.parts(), periods=wanted, rules=rules, calendar=folder.calendar, as_of=as_of, sets=sets)
            else:
                for _ in read.parts():
                    pass
        except UnreadableFileError as error:  # what was counted of it so far is forgotten
            name, _ = table_place(folder.path, kind, folder.district.files.get(kind))
            problems[kind] = unreadable(name, error)
        else:
            problems[kind] = read.problems
            found += read.quality
    return Streamed(counted, problems, found.findings())


@dataclass(slots=True)
class _Read:
    """A kind while it is read, with what was found in the parts so far."""

    folder: Folder
    kind: str
    rules: Rules
    problems: Problems = field(default_factory=Problems)
    quality: Quality = field(default_factory=lambda: Quality(Problems()))

    def parts(self) -> Iterator[Columns]:
        """Yield the valid rows part by part with what other tables say of them; nothing where the headings cannot be understood."""
        tables = self.folder.columns
        dossiers = self.kind == "dossiers"
        problems = self.problems
        for parsed in self.folder.parts[self.kind](keep_ids=dossiers and "dossier_events" in tables):
            problems += parsed.problems
            if not parsed.usable:
                continue
            columns = join_tables({**tables, "dossiers": parsed.columns})["dossiers"] if dossiers else parsed.columns
            if dossiers:
                self.quality += quality_of_part(columns, rules=self.rules, calendar=self.folder.calendar, full=self.quality.full())
            yield columns
        examples = tuple(sorted(problems.examples, key=lambda problem: problem.row))  # repeated ids come last
        self.problems = Problems(problems.totals, examples, problems.read, problems.rejected, problems.limit)
