"""The tables in a folder that nothing names: each is reported, with the kind whose rows it seems to hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cchc_metrics.errors import CchcError, suggestion
from cchc_metrics.read.district import FILE, District
from cchc_metrics.read.files import as_it_is_named, is_parquet, is_table, table_place, table_places
from cchc_metrics.read.findings import shown
from cchc_metrics.read.fixes import is_fix
from cchc_metrics.read.headings import known_positions, match_headings
from cchc_metrics.read.layout import TOP, find_heading
from cchc_metrics.read.look import Sheet, sheets_of
from cchc_metrics.read.parquet_table import open_parquet
from cchc_metrics.read.places import fault_of
from cchc_metrics.records.codes import Code
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.problems import Problem, Problems

WRITTEN: Final = ("problems.csv", "report.xlsx")
"""Written by the command itself; may stand in the folder."""


def unused_files(folder: Path, district: District) -> Iterator[tuple[str, str, Problems]]:
    """Yield for each table that nothing names the kind that its headings are of, ``""`` where they are of none, its name and a finding.

    A table under a mistyped name must not go unseen, and neither must a part of a table that is read: a month that was put there later.
    A kind that a query gives has no parts among files.

    Args:
        folder: the district's folder.
        district: what its ``district.toml`` says.
    """
    units, _ = table_place(folder, "units", district.units_file)
    used = {
        name for kind in KINDS if kind not in district.queries for name, _ in table_places(folder, kind, district.files.get(kind, ()))
    } | set(WRITTEN)
    used |= {units, *(as_it_is_named(folder, name) for name in district.units_later)} if district.units_file else set()
    for name in sorted(path.name for path in folder.iterdir() if is_table(path) and path.name not in used and not is_fix(path.name)):
        kind = _kind_of(folder, name, district)
        vi, en = suggestion(name, [f"{kind}{Path(name).suffix}" for kind in KINDS])
        if kind:
            read = [place for place, _ in table_places(folder, kind, district.files.get(kind, ())) if (folder / place).exists()]
            listed = ", ".join(f'"{shown(each)}"' for each in [*dict.fromkeys(read), name])
            line = f"{kind} = [{listed}]" if read else f"{kind} = {listed}"
            vi = f": tiêu đề là của {kind}; ghi {line} dưới [files] trong {FILE}, hoặc chuyển tệp đi chỗ khác"
            en = f": its headings are of {kind}; write {line} under [files] in {FILE}, or move the file away"
        problem = Problem(Code.UNUSED_FILE, shown(name), fix_vi=vi, fix_en=en)
        yield kind, name, Problems({(shown(name), Code.UNUSED_FILE): 1}, (problem,))


def _kind_of(folder: Path, name: str, district: District) -> str:
    """Return the kind of which a file has the headings, the one with the most of them; ``""`` where it has those of none, or is unread."""
    path = folder / name
    if fault_of(folder, path) is not None:
        return ""
    try:
        sheets = [Sheet(name, "", [open_parquet(path).headings])] if is_parquet(path) else sheets_of(path, rows=TOP, limits=district.limits)
    except CchcError:  # that nobody names it is reported all the same
        return ""
    likely = {kind.name: max((_known(sheet, kind, district) for sheet in sheets), default=0) for kind in KINDS.values()}
    best = max(likely, key=lambda kind: likely[kind])
    return best if likely[best] else ""


def _known(sheet: Sheet, kind: Kind, district: District) -> int:
    """Return how many columns of a kind a sheet has; 0 where one is missing without which it cannot be read, or the kind has a query."""
    if kind.name in district.queries:
        return 0
    own = district.own(kind.name)
    heading = find_heading(sheet.rows[:TOP], lambda headings: known_positions(kind, headings, own.headings), sheet.merged)
    matched = match_headings(kind, heading.headings, own.headings)
    may_lack = {"unit_code", *own.columns, *(kind.id_columns[:1] if kind.row_is_id else ())}
    if not set(matched.missing) <= may_lack or (matched.missing and len(matched.positions) < 2):
        return 0
    return len(matched.positions)
