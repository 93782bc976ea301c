"""A kind whose rows stand in several files or sheets: each part is understood by itself, ids are compared over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from cchc_metrics.read.checks import Finding, Given, duplicates
from cchc_metrics.read.files import EVERY, like_sheets, parse_file
from cchc_metrics.read.findings import Findings
from cchc_metrics.read.raw import Progress
from cchc_metrics.read.secret import secret_of
from cchc_metrics.read.tables import Parsed, tidy
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array, Columns, stacked
from cchc_metrics.records.dossier_code import dossier_code
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.problems import Problems

PROVINCE: Final = "-"
"""Stands for the owner of a province's system, which codes do not name."""
_OF_THE_FILE: Final = (Code.DISGUISED_FILE, Code.HIDDEN_SHEET)


def parse_place(
    path: Path, kind: Kind, given: Given, own: Mapping[str, str], *, sheet: str, file: str, progress: Progress | None
) -> list[Parsed]:
    """Return what one file of several says, sheet by sheet where all like sheets are asked for; ids are still to be compared.

    Args:
        path: the file.
        kind: what its rows are.
        given: what they are compared with.
        own: the district's own headings.
        sheet: the sheet of a workbook; ``"*"`` for all that look alike, ``""`` for the one that fits best.
        file: its name for messages.
        progress: called with the name, how much is done and how much there is.

    Raises:
        UnreadableFileError: no table can be read from the file.
    """
    every = sheet == EVERY
    sheets, remarks = like_sheets(path, kind, own, given.own.encoding_of(file), given.own.limits) if every else ((sheet,), ())
    part = replace(given, part=True)
    found = [parse_file(path, kind, part, own, sheet=name, file=file, progress=progress) for name in sheets]
    if remarks:
        beside = Findings(file, sheets[0])
        for code, fix in remarks:
            beside.add(code, fix=fix)
        found[0] = replace(found[0], problems=found[0].problems + beside.problems(0, 0))
    return [*found[:1], *(replace(each, problems=_of_the_sheet(each.problems)) for each in found[1:])]


def _of_the_sheet(problems: Problems) -> Problems:
    """Return problems without those of the whole file, which are reported with its first sheet."""
    totals = {key: n for key, n in problems.totals.items() if key[1] not in _OF_THE_FILE}
    return replace(problems, totals=totals, examples=tuple(each for each in problems.examples if each.code not in _OF_THE_FILE))


def judged_together(kind: Kind, parts: Sequence[Parsed]) -> list[Parsed]:
    """Return parts of one table without the rows that repeat an id, whichever part the other stands in; as if they stood in one.

    Args:
        kind: what the rows are.
        parts: what each part says, ids not compared yet.
    """
    usable = [part for part in parts if part.usable]
    if not usable:
        return list(parts)
    every = stacked(kind.model, [part.columns for part in usable])
    twice = _in_two_systems(every, usable) if kind.name == "dossiers" else np.zeros(0, dtype=np.int64)
    left = np.setdiff1d(np.arange(len(every)), twice)
    found = [replace(each, where=left[each.where]) for each in duplicates(every, left, kind, {})]
    found += [Finding(Code.IN_TWO_SYSTEMS, kind.id_columns[0], twice)]
    secret = secret_of(every, kind)
    judged, first = [], 0
    for part in parts:
        last = first + (len(part.columns) if part.usable else 0)
        here = [replace(each, where=each.where[(each.where >= first) & (each.where < last)] - first) for each in found]
        repeats = part.usable and any(len(each.where) for each in here)
        judged.append(_without(part, here, None if secret is None else secret[first:last]) if repeats else part)
        first = last
    return judged


def _in_two_systems(every: Columns, parts: Sequence[Parsed]) -> Array:
    """Return the rows of a province's system of dossiers that stand in the file of the ministry's system too, by which they are counted.

    A file is that of a ministry's system where every code of a known form was given by one such system, and of a province's where some code
    was not. Otherwise two rows of one code are what they always are: a duplicate.
    """
    place = [part.columns.file for part in parts for _ in range(len(part.columns))]
    if "dossier_id" not in every or len(set(place)) < 2:
        return np.zeros(0, dtype=np.int64)
    codes = [dossier_code(text) for text in every.arrays["dossier_id"].tolist()]
    owners: dict[str, set[str]] = {}
    for file, code in zip(place, codes, strict=False):
        if code is not None:
            owners.setdefault(file, set()).add(code.owner if code.ministry else PROVINCE)
    ministry = {file for file, found in owners.items() if len(found) == 1 and PROVINCE not in found}
    theirs = {code.text for file, code in zip(place, codes, strict=False) if code is not None and file in ministry}
    found = [
        at
        for at, (file, code) in enumerate(zip(place, codes, strict=False))
        if code is not None and code.text in theirs and PROVINCE in owners[file]
    ]
    return np.array(found, dtype=np.int64)


def _without(part: Parsed, found: Sequence[Finding], secret: Array | None) -> Parsed:
    columns = part.columns
    findings = Findings(columns.file, columns.sheet)
    findings.headings, findings.secret = columns.headings, secret
    kept = np.ones(len(columns), dtype=bool)
    for each in found:
        kept[each.where] = False
        findings.add_rows(each.code, columns.row_numbers(), each.where, each.column, columns.arrays[each.column].__getitem__)
    problems = part.problems + findings.problems(0, int(np.count_nonzero(~kept)))
    return Parsed(tidy(columns.take(kept)), problems)
