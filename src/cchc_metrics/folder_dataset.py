"""A dataset of a district's folder: what its files say of units, rules, plan, scheme and baseline, and what is given in their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cchc_metrics.arguments import public
from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.count.arguments import as_day
from cchc_metrics.dataset import Dataset
from cchc_metrics.plan import Plan
from cchc_metrics.read.folder import FolderFiles, open_folder
from cchc_metrics.read.inputs import CHOSEN, InputFile, chosen_file
from cchc_metrics.read.kept import ENDING, snapshot_path
from cchc_metrics.read.raw import Progress
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.snapshot.model import Snapshot
from cchc_metrics.values import Measure, MeasureSource, Text

if TYPE_CHECKING:
    from cchc_metrics.score import Scheme


@public
def read_folder(
    path: Path | str,
    *,
    period: Period | str | None = None,
    as_of: date | str | None = None,
    plan: Plan | Path | str | None = None,
    baseline: Path | str | Dataset | Snapshot | Iterable[Measure] | None = None,
    rules: Rules | str | None = None,
    scheme: Scheme | Path | str | None = None,
    scores: Path | str | None = None,
    whole: bool = False,
    workers: int = 1,
    suppress_below: int | None = None,
    progress: Progress | None = None,
    needs_table: bool = True,
) -> Dataset:
    r"""Read a district's folder; bad rows are set apart and reported, never dropped silently.

    A kind's table is ``<kind>.csv``, or ``<kind>`` with another ending of a table, unless ``[files]`` names another. A kind without a file
    is not supplied; a file that is named and is not there is a problem. Parquet is read part by part when it is asked about, in memory that
    does not grow with it. What is given here wins over ``district.toml``. See docs/bad-input.md.

    Args:
        path: a folder with ``district.toml``.
        period: the period that is meant where none is said.
        as_of: the day of export; nothing later is known.
        plan: a plan or its file; the folder's ``plan.toml`` by default.
        baseline: another folder, a ``report.json``, a dataset or measures to compare with; the folder's ``baseline.json`` by default.
        rules: rules or the name of a preset.
        scheme: a scoring scheme, its file or the name of a built-in one; the folder's ``scheme.toml`` by default.
        scores: the file with what is scored beside the measures; the folder's ``scores.toml`` by default.
        whole: whether Parquet is read now, in one part.
        workers: how many processes read a large table of Parquet, once it is asked about; what they find is the same.
        suppress_below: counts below this number are not shown, nor what gives them away; 0 for all counts, also where the folder's
            ``[publish]`` says otherwise. See docs/publishing.md.
        progress: called with what is being read, how much is done and how much there is (bytes; rows of Parquet).
        needs_table: whether a folder without any table is refused; one that only says how a ledger is counted has none.

    Raises:
        InputError: the folder, its ``district.toml``, unit tree, calendar, plan or baseline cannot be used, or there is no table at all;
            the message is one line and says the fix.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "district.toml").write_text('code = "MA"\nname = "Mỹ An"\nlevel = "commune"\n', "utf-8")
    ...     rows = "meeting_id,unit_code,kind,held_on,paperless\n1,MA,Họp UBND,05/01/2021,x\n"
    ...     _ = Path(folder, "meetings.csv").write_text(rows, "utf-8")
    ...     read_folder(folder).measures("2021")["paperless_meetings", "MA"].numerator
    1
    """
    day = as_day(as_of)
    files = open_folder(Path(path), as_of=day, whole=whole, progress=progress, needs_table=needs_table)
    district = files.district
    catalogue = files.catalogue()
    chosen = scheme if scheme is not None and not isinstance(scheme, (str, Path)) else files.scheme(scheme)
    earlier = files.baseline_path if baseline is None else baseline
    if isinstance(earlier, (str, Path)):
        earlier = _earlier(Path(earlier), files, catalogue, progress, workers)
    made = _of_files(files).replace(
        rules=district.rules if rules is None else rules,
        catalogue=catalogue,
        figures=files.figures(),
        plan=plan if isinstance(plan, Plan) else files.plan(plan, catalogue),
        scheme=chosen,
        given_scores=files.scores(scores) if chosen is not None else {},
        baseline=earlier,
        workers=workers,
        suppress_below=district.publish.suppress_below if suppress_below is None else suppress_below,
        as_of=day or district.extracted_on,
        period=period if period is not None else district.period or None,
    )
    given = {"plan": plan, "baseline": baseline, "scheme": scheme, "scores": scores}
    made._set(read_from=_read_from(files, given))  # noqa: SLF001  nobody else has it yet
    return made


def _read_from(files: FolderFiles, given: Mapping[str, object]) -> tuple[InputFile, ...]:
    """Return the files of a folder with those that were chosen in place of its own."""
    chosen = [(kind, Path(place)) for kind, place in given.items() if isinstance(place, (str, Path))]
    named = [(kind, place if place.exists() else snapshot_path(files.path, str(place)) or place) for kind, place in chosen]
    others = (chosen_file(kind, place, files.path) for kind, place in named)
    own = (each for each in files.inputs if given.get(each.kind) is None)
    return (*own, *(each for each in others if each is not None))


def _of_files(files: FolderFiles) -> Dataset:
    """Return the records of a folder with their units and calendar; nothing is planned, scored or compared yet."""
    made = Dataset(
        files.units,
        unit=files.district.code,
        calendar=files.calendar,
        rules=files.district.rules,
        coverage=files.coverage,
        local_only=files.district.local_only,
        as_of=files.district.extracted_on,
        synthetic=files.district.synthetic,
        note=Text(files.district.note_vi, files.district.note_en),
        tables=files.tables,
    )
    made._set(found=files.found, read_from=files.inputs)  # noqa: SLF001  nobody else has it yet
    return made


def _earlier(
    place: Path, files: FolderFiles, catalogue: Catalogue, progress: Progress | None, workers: int
) -> Dataset | Snapshot | MeasureSource:
    """Return what is compared with: another folder, a snapshot by its file or its name, or a file of figures."""
    named = None if place.exists() else snapshot_path(files.path, str(place))
    if named is not None or place.name.endswith(ENDING):
        return Snapshot.read(named or place)
    if not place.is_dir():
        return files.baseline(place, catalogue)
    other = open_folder(place, progress=progress)
    made = _of_files(other).replace(catalogue=catalogue, figures=other.figures(), workers=workers)
    own = tuple(each for each in other.inputs if each.kind not in (*CHOSEN, "catalogue"))
    made._set(read_from=own)  # noqa: SLF001  nobody else has it yet
    return made
