"""Taking a snapshot of a dataset's figures, and asking for the same figures again on a later day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import get_args

from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.count.tally import Tally
from cchc_metrics.errors import InputError, no_member
from cchc_metrics.read.sources import TableSource
from cchc_metrics.records.kind import Context
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.scan import joined_parts
from cchc_metrics.snapshot.cells import RowCells, names_of, row_cells
from cchc_metrics.snapshot.inputs import Digest
from cchc_metrics.snapshot.model import (
    Input,
    Origin,
    Provenance,
    Snapshot,
    checked_name,
    definitions_of,
    digest_of_calendar,
    restated,
)
from cchc_metrics.verbs.measures import Measures
from cchc_metrics.version import __version__


def provenance(
    name: str,
    *,
    on: date,
    by: str,
    origin: Origin,
    signed: str,
    restates: Snapshot | None,
    why: str,
    unit: str,
    as_of: date,
    rules: Rules,
    calendar: Calendar,
    catalogue: Catalogue,
    breakdowns: Mapping[str, Sequence[Sequence[str]]] | None,
) -> Provenance:
    """Return who makes which snapshot of what, checked; its tables are named when it is taken. See ``Dataset.snapshot`` and ``Provenance``.

    Raises:
        InputError: the name cannot be that of a file, nobody stands behind it, or it restates a snapshot of another unit.
    """
    if not by.strip():
        raise InputError("chưa ghi ai chịu trách nhiệm về số liệu; thêm by= (--by)", "nobody stands behind the figures; add by= (--by)")
    if origin not in get_args(Origin):
        wrong = no_member(origin, get_args(Origin))
        raise InputError(wrong.vi, wrong.en)
    if on < as_of:
        raise InputError(
            f"ngày {on:%d/%m/%Y} của bản chụp trước ngày {as_of:%d/%m/%Y} của số liệu; thêm as_of= (--as-of) là ngày chốt số",
            f"the day {on} of the snapshot is before the day {as_of} of the records; add as_of= (--as-of), the day they end on",
        )
    if restates is not None:
        _check_unit(restates.about, unit)
    return Provenance(
        name=checked_name(name),
        origin=origin,
        by=by.strip(),
        on=on,
        signed=signed.strip(),
        unit=unit,
        as_of=as_of,
        library=__version__,
        rules=rules,
        calendar=calendar.id,
        calendar_sha256=digest_of_calendar(calendar),
        definitions=definitions_of(catalogue),
        breakdowns={i.id: tuple(map(tuple, (breakdowns or {}).get(i.id, i.breakdowns))) for i in catalogue},
        inputs=(),
        restates="" if restates is None else restates.name,
        why=why.strip(),
    )


def provenance_today(
    then: Provenance, *, unit: str, exported: date | None, rules: Rules, calendar: Calendar, catalogue: Catalogue
) -> Provenance:
    """Return the provenance of the same figures, about the same day, by what counts today.

    Args:
        then: that of the snapshot.
        unit: the unit that reports now.
        exported: the last day that the records of today know of; None where it is not said.
        rules: the rules of today.
        calendar: the calendar of today.
        catalogue: the indicators of today.

    Raises:
        InputError: the records end before the day of the snapshot, or are of another unit.
    """
    _check_unit(then, unit)
    if exported is not None and exported < then.as_of:
        raise InputError(
            f"số liệu này chỉ đến {exported:%d/%m/%Y}, trước ngày {then.as_of:%d/%m/%Y} của bản chụp «{then.name}»; dùng bản xuất mới hơn",
            f"these records end on {exported}, before the day {then.as_of} of the snapshot «{then.name}»; take a later export",
        )
    return replace(
        then,
        library=__version__,
        rules=rules,
        calendar=calendar.id,
        calendar_sha256=digest_of_calendar(calendar),
        definitions=definitions_of(catalogue),
    )


def take(
    about: Provenance,
    measures: Measures,
    counted: Tally,
    tables: Mapping[str, TableSource],
    *,
    units: UnitTree,
    calendar: Calendar,
    catalogue: Catalogue,
    restates: Snapshot | None,
    rows: bool,
) -> Snapshot:
    """Return a snapshot: the figures with the digests of the tables that they were counted from.

    Args:
        about: who, when, of what; it has no tables yet.
        measures: the figures.
        counted: the counts that they follow from.
        tables: kind → table, as they were counted.
        units: the unit tree.
        calendar: the working calendar.
        catalogue: the indicators.
        restates: an earlier snapshot whose figures these replace.
        rows: whether it is kept what each row counts as.
    """
    sets = catalogue.event_sets(about.breakdowns)
    context = Context(about.rules, calendar, frozenset(sets), counted.frame.day)
    kept: dict[str, RowCells] = {}
    inputs: list[Input] = []
    for kind, table in tables.items():
        digest = Digest(table)
        parts = digest.through(joined_parts(table, tables))
        if rows and kind in counted.kinds:
            kept[kind] = row_cells(kind, parts, context, counted.frame.edges, sets)
        else:
            for _ in parts:
                pass
        inputs.append(digest.input())
    made = replace(about, inputs=tuple(inputs))
    was = {} if restates is None else restated(restates, measures, made)
    return Snapshot(made, units, measures, counted, kept, was)


def places_of(kind: str, tables: Mapping[str, TableSource]) -> Mapping[str, tuple[str, int]]:
    """Return id → the file and row in which each row of a kind stands today."""
    found: dict[str, tuple[str, int]] = {}
    for part in joined_parts(tables[kind], tables) if kind in tables else ():
        found.update(zip(names_of(kind, part), ((part.file, row) for row in part.row_numbers().tolist()), strict=True))
    return found


def _check_unit(about: Provenance, unit: str) -> None:
    if about.unit != unit:
        raise InputError(
            f"bản chụp «{about.name}» là của đơn vị {about.unit}, không phải {unit}",
            f"the snapshot «{about.name}» is of unit {about.unit}, not of {unit}",
        )
