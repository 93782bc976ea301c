"""What is asked of a dataset's tables beside their counts: whole columns, names, mistakes by file, and the rows behind a value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.errors import InputError, suggestion
from cchc_metrics.read.folder import BESIDE
from cchc_metrics.read.raw import UnreadableFileError
from cchc_metrics.read.sources import TableSource
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.problems import Problems
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.scan import joins_of
from cchc_metrics.values import Measure
from cchc_metrics.verbs.explain import Explanation, explain

Tables = Mapping[str, TableSource]
"""Kind → table."""


def whole_columns(kind: str, tables: Tables) -> Columns:
    """Return the valid rows of a kind in one part, joined with what it takes from others.

    Raises:
        InputError: there is no such table, or it cannot be read.
    """
    if kind not in tables:
        vi, en = suggestion(kind, tables)
        raise InputError(f"không có bảng «{kind}»{vi}", f"there is no table «{kind}»{en}")
    return joins_of(kind, tables).join(tables[kind].whole().columns)[0]


def errors_by_file(kinds: Iterable[str], tables: Tables, found: Sequence[tuple[str, Problems]], problems: Problems) -> Mapping[str, int]:
    """Return the files of some kinds, and of what these join, in which rows could not be used or that are missing → how many mistakes.

    Args:
        kinds: names of kinds.
        tables: kind → table.
        found: problems found before the tables were read, each with the kind that it is about.
        problems: everything that is wrong with all tables.
    """
    wanted = {*kinds}
    wanted |= {join.kind for kind in wanted & KINDS.keys() for join in KINDS[kind].joins}
    files = {tables[kind].file for kind in wanted if kind in tables}
    files |= {file for kind, own in found if kind.removesuffix(BESIDE) in wanted for file, _ in own.totals}
    errors: dict[str, int] = {}
    for (file, code), n in problems.totals.items():
        if file in files and code.severity == "error":
            errors[file] = errors.get(file, 0) + n
    return errors


def initiative_names(tables: Tables) -> Mapping[tuple[str, str], str]:
    """Return what the records call the initiatives: dimension and label → name; nothing where they are not there."""
    if "initiatives" not in tables:
        return {}
    try:
        columns = tables["initiatives"].whole().columns
    except UnreadableFileError:  # told with the problems
        return {}
    codes, names = columns.codes("name")
    ids = columns.arrays.get("initiative_id", ())
    return {("initiative", str(label)): names[code] for label, code in zip(ids, codes.tolist(), strict=True) if names[code]}


def procedure_names(tables: Tables) -> Mapping[str, str]:
    """Return code of a procedure → its name; nothing where there is no list of procedures."""
    if "procedures" not in tables:
        return {}
    table = tables["procedures"].whole().columns
    pairs = ((table.codes(name)[1], table.codes(name)[0]) for name in ("procedure_code", "name"))
    codes, names = ([labels[at] for at in places.tolist()] for labels, places in pairs)
    return {code: name for code, name in zip(codes, names, strict=True) if name}


def explainer(
    tables: Tables, *, catalogue: Catalogue, units: UnitTree, rules: Rules, calendar: Calendar
) -> Callable[[Measure], Explanation]:
    """Return what gives the rows behind a value; each table is read once, when it is first asked for."""
    read: dict[str, Columns] = {}

    def rows_behind(found: Measure) -> Explanation:
        kinds = [kind for kind in catalogue.kinds_of(found.indicator) if kind in tables]
        read.update({kind: whole_columns(kind, tables) for kind in kinds if kind not in read})
        own = {kind: read[kind] for kind in kinds}
        explained: Explanation = explain(found, own, catalogue=catalogue, units=units, rules=rules, calendar=calendar)
        return explained

    return rows_behind
