"""What a report is made of: everything one run computed, ready to be printed in any form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cchc_metrics.arguments import public_methods
from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.errors import CchcError
from cchc_metrics.plan import Plan
from cchc_metrics.records.problems import Problems
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.report.lineage import Lineage
from cchc_metrics.text import Lang
from cchc_metrics.values import Measure, Text
from cchc_metrics.verbs.assess import Assessments
from cchc_metrics.verbs.compare import Deltas
from cchc_metrics.verbs.explain import Explanation
from cchc_metrics.verbs.form06 import Form06
from cchc_metrics.verbs.measures import Measures

if TYPE_CHECKING:
    from cchc_metrics.score import Scorecard

_NO_NOTE = Text()


def _no_form() -> Form06:
    raise CchcError("báo cáo không kèm Biểu số 06", "the report comes without Form 06")


@public_methods
@dataclass(frozen=True, slots=True)
class Report:
    """The result of one run over a district's folder.

    Args:
        unit: code of the unit that reports, a root of the tree.
        units: the unit tree.
        period: the period reported on.
        baseline_period: the period compared with.
        as_of: the day on which the question is asked.
        rules, calendar: ids.
        catalogue: the indicators.
        measures: values of the period, its baseline and, where there is a plan, the plan's year.
        deltas: changes of ``period`` against the baseline.
        plan: the plan, or None.
        assessments: where the plan stands on ``as_of``; None without a plan.
        problems: what was wrong with the input.
        scorecards: unit code → its scorecard, where there is a scheme.
        synthetic: whether the records are made up; every output says so.
        note: a note to print with it.
        form06: gives Form 06 of the unit and the period by the rules of the form, counted when it is asked for.
        explain: gives the rows behind a value, read when it is asked for; None where there are none to read.
        tables: kind → what was wrong with its table, with the rows read and rejected; every part of ``problems`` that is about one kind.
        files: kind → the name of its file, ``""`` for memory.
        names: dimension and label → the name that the records give, where it is another, as of an initiative.
        suppress_below: counts below this number are suppressed; None where all are shown.
        lineage: gives what the figures follow from, with the digests of the inputs, which are computed when it is first asked for; None
            where that is not known.

    >>> import cchc_metrics as cm
    >>> units = [{"code": "MA", "name": "Mỹ An", "level": "commune"}]
    >>> row = {"unit_code": "MA", "kind": "họp UBND"}
    >>> rows = [
    ...     {**row, "meeting_id": 1, "held_on": "05/01/2020", "paperless": "không"},
    ...     {**row, "meeting_id": 2, "held_on": "06/01/2021", "paperless": "có"},
    ... ]
    >>> data = cm.Dataset(units=units, meetings=rows)
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     sorted(path.name for path in data.report("2021").save(folder))
    ['problems.csv', 'report.json', 'report.md', 'report.txt']
    """

    unit: str
    units: UnitTree
    period: Period
    baseline_period: Period
    as_of: date
    rules: str
    calendar: str
    catalogue: Catalogue
    measures: Measures
    deltas: Deltas
    plan: Plan | None
    assessments: Assessments | None
    problems: Problems
    scorecards: Mapping[str, Scorecard] = field(default_factory=dict)
    synthetic: bool = False
    note: Text = _NO_NOTE
    form06: Callable[[], Form06] = _no_form
    explain: Callable[[Measure], Explanation] | None = None
    tables: Mapping[str, Problems] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    lineage: Callable[[], Lineage] | None = None
    suppress_below: int | None = None

    def save(self, folder: Path | str, formats: Iterable[str] = ("txt", "json", "md"), lang: Lang = "vi") -> tuple[Path, ...]:
        """Write the report into a folder, which is made where it is missing; each file appears whole or not at all.

        Args:
            folder: where to write.
            formats: what to write: see ``report.files.FORMATS``.
            lang: ``"vi"`` or ``"en"``.

        Returns:
            The files that were written.

        Raises:
            InputError: there is no such format.
        """
        from cchc_metrics.report.files import save_report  # noqa: PLC0415  what writes a report reads it

        return save_report(self, folder, formats, lang)

    def text(self, lang: Lang = "vi") -> str:
        """Return the report as plain text."""
        from cchc_metrics.report.files import report_text  # noqa: PLC0415  what writes a report reads it

        return report_text(self, lang)

    def __str__(self) -> str:
        return self.text()
