"""A snapshot as a file: JSON that people can read, one figure a line, under a checksum, so that a change by hand is seen.

Equal snapshots are equal bytes. The tally is kept as its own bytes (base64), each row as its class of cells.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any, Final, get_args

import numpy as np

from cchc_metrics.count.frame import Frame, needed_edges
from cchc_metrics.count.tally import Tally
from cchc_metrics.errors import CchcError, InputError, TallyMismatchError
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.snapshot.cells import Class, RowCells
from cchc_metrics.snapshot.model import Earlier, Input, Origin, Provenance, Snapshot
from cchc_metrics.values import Better, Measure, Scale, Status, Text, each_change
from cchc_metrics.verbs.measures import Basis, Measures

SCHEMA_VERSION: Final = 1
_HEAD: Final = '{\n "cchc_snapshot": '


def to_bytes(snapshot: Snapshot) -> bytes:
    """Return a snapshot as bytes."""
    body = "".join(_body(snapshot)).encode()
    head = f'{_HEAD}{SCHEMA_VERSION}, "sha256": "{hashlib.sha256(body).hexdigest()}",\n'
    return head.encode() + body


def from_bytes(data: bytes, *, file: str = "") -> Snapshot:
    """Return what ``to_bytes`` wrote.

    Raises:
        InputError: it is no snapshot, of another version, damaged or changed by hand.
    """
    try:
        return _read(data)
    except CchcError as error:
        place = f"«{file}»: " if file else ""
        raise InputError(place + error.vi, place + error.en) from None


def _read(data: bytes) -> Snapshot:
    head, _, rest = data.partition(b"\n")
    second, _, body = rest.partition(b"\n")
    try:
        said = json.loads(head + second.rstrip(b",") + b"}")
        version, sha256 = said["cchc_snapshot"], said["sha256"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _damaged("không bắt đầu như một bản chụp", "it does not begin as a snapshot does") from None
    if version != SCHEMA_VERSION:
        raise InputError(
            f"bản chụp phiên bản {version!r:.20}, cần {SCHEMA_VERSION}; đọc bằng phiên bản thư viện đã ghi nó",
            f"a snapshot of version {version!r:.20}, {SCHEMA_VERSION} is needed; read it with the version of the library that wrote it",
        )
    if hashlib.sha256(body).hexdigest() != sha256:
        raise _damaged("sai mã kiểm tra", "the checksum differs")
    try:
        found = json.loads("{" + body.decode())
        if b"\\ud" in body.lower():  # JSON can spell half a character, which nothing can write
            json.dumps(found, ensure_ascii=False).encode()
        return _understood(found)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, ArithmeticError, RecursionError) as error:
        raise _damaged(f"không đúng dạng: {error}", f"not of the right form: {error}") from None


def _damaged(vi: str, en: str) -> InputError:
    return InputError(
        f"bản chụp bị hỏng hoặc bị sửa tay ({vi}); lấy lại bản gốc, hoặc chụp lại dưới tên khác",
        f"the snapshot is damaged or was changed by hand ({en}); take the original again, or make another under a new name",
    )


# --- Writing


def _body(snapshot: Snapshot) -> Iterator[str]:
    a = snapshot.about
    head: dict[str, Any] = {
        "name": a.name,
        "origin": a.origin,
        "by": a.by,
        "on": a.on.isoformat(),
        "signed": a.signed,
        "restates": a.restates,
        "why": a.why,
        "unit": a.unit,
        "as_of": a.as_of.isoformat(),
        "periods": [period.label for period in snapshot.periods],
        "library": a.library,
        "rules": a.rules.model_dump(mode="json"),
        "calendar": a.calendar,
        "calendar_sha256": a.calendar_sha256,
    }
    for key, value in head.items():
        yield f" {_json(key)}: {_json(value)},\n"
    yield from _listed("inputs", ([i.kind, i.file, i.rows, i.sha256] for i in a.inputs))
    yield from _listed("definitions", ([key, value] for key, value in sorted(a.definitions.items())))
    yield from _listed("breakdowns", ([key, [list(dims) for dims in value]] for key, value in sorted(a.breakdowns.items())))
    yield from _listed("units", (_unit(snapshot.units.unit(code)) for code in snapshot.units.codes))
    yield from _listed("indicators", (_basis(basis) for basis in _bases(snapshot.measures)))
    yield from _listed("measures", map(_measure, snapshot.measures))
    yield from _listed("was", (_earlier(each) for _, each in sorted(snapshot.was.items())))
    yield from _listed("rows", _row_lines(snapshot.rows))
    yield f' "tally": {_json(base64.b64encode(snapshot.tally.to_bytes()).decode())}\n}}\n'


def _listed(key: str, items: Iterator[Any]) -> Iterator[str]:
    yield f" {_json(key)}: ["
    comma = "\n"
    for item in items:
        yield f"{comma}  {_json(item)}"
        comma = ",\n"
    yield "],\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _unit(unit: Unit) -> dict[str, Any]:
    found: dict[str, Any] = unit.model_dump(mode="json", exclude_defaults=True)
    return found


def _bases(measures: Measures) -> list[Basis]:
    used = (measures.bases[code] for code in np.unique(measures.basis).tolist())
    return sorted(dict.fromkeys(used), key=lambda basis: basis.indicator)


def _basis(basis: Basis) -> dict[str, Any]:
    changed = [[day.isoformat(), what.vi, what.en] for day, what in each_change(basis.changed)]
    return {
        "indicator": basis.indicator,
        "vi": basis.name.vi,
        "en": basis.name.en,
        "scale": basis.scale.value,
        "better": basis.better.value,
        "formula": basis.formula,
        "changed": changed,
        "sample": basis.sample,
    }


def _measure(m: Measure) -> dict[str, Any]:
    return {
        "indicator": m.indicator,
        "unit": m.unit,
        "period": m.period.label,
        "breakdown": dict(m.breakdown),
        "status": m.status.value,
        "numerator": m.numerator,
        "denominator": m.denominator,
        **({} if m.quantile is None else {"value": str(m.quantile)}),
        "reason": [m.reason.vi, m.reason.en],
        "excluded": dict(m.excluded),
    }


def _earlier(each: Earlier) -> dict[str, Any]:
    return {**_measure(each.measure), "on": each.on.isoformat(), "by": each.by, "why": each.why}


def _row_lines(rows: Mapping[str, RowCells]) -> Iterator[Any]:
    """Yield the rows kind by kind: its dimensions, its cells, and class by class the places of its cells and the rows that are of it."""
    for kind, table in sorted(rows.items()):
        by_class: dict[Class, list[str]] = {each: [] for each in table.unlisted}
        for name, each in table.listed.items():
            by_class.setdefault(each, []).append(name)
        cells = sorted({cell for each in by_class for cell in each}, key=lambda cell: tuple(map(str, cell)))
        place = {cell: at for at, cell in enumerate(cells)}
        yield {"kind": kind, "axes": {name: list(dims) for name, dims in table.axes.items()}, "cells": cells}
        yield from sorted([[place[cell] for cell in each], sorted(names), table.unlisted.get(each, 0)] for each, names in by_class.items())


# --- Reading


def _understood(data: Mapping[str, Any]) -> Snapshot:
    as_of = date.fromisoformat(data["as_of"])
    rules = Rules.model_validate(data["rules"])
    if data["origin"] not in get_args(Origin):
        raise ValueError(data["origin"])
    texts = [data[key] for key in _TEXTS]
    for key, digest in data["definitions"]:
        texts += [key, digest]
    for key, lists in data["breakdowns"]:
        texts += [key, *(dim for dims in lists for dim in dims)]
    for kind, file, rows, sha256 in data["inputs"]:
        texts += [kind, file, sha256]
        if type(rows) is not int or rows < 0:
            raise ValueError(rows)
    for each in (*data["indicators"], *data["was"]):
        texts += [each[key] for key in ("vi", "en", "formula", "by", "why") if key in each]
    if wrong := [each for each in texts if not isinstance(each, str)]:
        raise ValueError(wrong[0])
    about = Provenance(
        **{key: data[key] for key in _TEXTS if key != "calendar_sha256"},
        on=date.fromisoformat(data["on"]),
        as_of=as_of,
        rules=rules,
        calendar_sha256=data["calendar_sha256"],
        definitions=dict(data["definitions"]),
        breakdowns={key: tuple(tuple(dims) for dims in value) for key, value in data["breakdowns"]},
        inputs=tuple(Input(*each) for each in data["inputs"]),
    )
    bases = {
        item["indicator"]: Basis(
            item["indicator"],
            Text(item["vi"], item["en"]),
            Scale(item["scale"]),
            Better(item["better"]),
            as_of,
            item["formula"],
            rules.id,
            data["calendar"],
            tuple((date.fromisoformat(day), Text(vi, en)) for day, vi, en in item["changed"]) or None,
            item["sample"],
        )
        for item in data["indicators"]
    }
    units = UnitTree([Unit.model_validate(unit) for unit in data["units"]])
    units.unit(data["unit"])
    if len(bases) < len(data["indicators"]):
        raise ValueError("indicators")
    read = _Reader(bases, units, frozenset(data["periods"]))
    found = [read.measure(item) for item in data["measures"]]
    if len({each.key for each in found}) < len(found):
        raise ValueError("measures")
    measures = Measures.of(found, bases=bases)
    earlier = [Earlier(read.measure(item), date.fromisoformat(item["on"]), item["by"], item["why"]) for item in data["was"]]
    was = {each.measure.key: each for each in earlier}
    rows = _rows(data["rows"], units)
    try:
        tally = Tally.from_bytes(base64.b64decode(data["tally"], validate=True))
    except TallyMismatchError:  # what another version of the library counted: the figures stand, their rows cannot be told apart any more
        periods = tuple(Period.parse(label) for label in data["periods"])
        frame = Frame(rules.name, data["calendar"], periods, as_of, tuple(sorted(needed_edges(periods, as_of))), ())
        tally, rows = Tally(frame, {}, {each.kind: {} for each in about.inputs}), {}
    names = {code: units.unit(code).name for code in units.codes}
    return Snapshot(about, units, replace(measures, names=names), tally, rows, was)


class _Reader:
    """Makes measures of their lines; periods, reasons and breakdowns that repeat are made once."""

    def __init__(self, bases: Mapping[str, Basis], units: UnitTree, asked: AbstractSet[str]) -> None:
        self.bases = bases
        self.units = frozenset(units.codes)
        self.asked = asked
        self.periods: dict[str, Period] = {}

    def measure(self, item: Mapping[str, Any]) -> Measure:
        basis = self.bases[item["indicator"]]
        label = item["period"]
        if label not in self.periods:
            self.periods[label] = Period.parse(label)
        if label not in self.asked or item["unit"] not in self.units:
            raise ValueError(label, item["unit"])
        _check_counts(item, basis)
        return Measure(
            basis.indicator,
            item["unit"],
            self.periods[label],
            tuple(sorted(item["breakdown"].items())),
            basis.as_of,
            Status(item["status"]),
            item["numerator"],
            item["denominator"],
            basis.scale,
            basis.better,
            Text(*item["reason"]),
            item["excluded"],
            basis.formula,
            basis.rules,
            basis.calendar,
            _ratio(item["value"]) if "value" in item else None,
        )


def _check_counts(item: Mapping[str, Any], basis: Basis) -> None:
    """Check that a figure is one that could have been counted, whoever made the checksum."""
    over, under, excluded = item["numerator"], item["denominator"], item["excluded"].values()
    counts = [n for n in (over, under) if n is not None]
    if any(type(n) is not int or not 0 <= n < _MOST for n in (*counts, *excluded)):
        raise ValueError(over, under)
    texts = [*item["reason"], *(each for pair in item["breakdown"].items() for each in pair), *item["excluded"]]
    if len(item["reason"]) != 2 or not all(isinstance(each, str) for each in texts):  # in both languages
        raise ValueError(texts)
    if Status(item["status"]).usable and "value" not in item:
        divided = basis.scale is not Scale.COUNT
        if over is None or (under is None) == divided or under == 0:
            raise ValueError(over, under)


def _ratio(text: Any) -> Fraction:
    """Return a number as it is written here; ``Fraction`` reads ``1e999999999`` as well, which fills the memory."""
    over, _, under = text.partition("/")
    return Fraction(int(over), int(under or 1))


def _rows(lines: list[Any], units: UnitTree) -> dict[str, RowCells]:
    """Return the rows kind by kind; whatever is not as it is written is a ValueError or what Python raises of it."""
    found: dict[str, RowCells] = {}
    cells: list[tuple[str | int, ...]] = []
    listed: dict[str, Class] = {}
    unlisted: dict[Class, int] = {}
    for line in lines:
        if isinstance(line, dict):
            axes = {name: tuple(dims) for name, dims in line["axes"].items()}
            cells = [_cell(cell, KINDS[line["kind"]], axes, units) for cell in line["cells"]]
            listed, unlisted = {}, {}
            if line["kind"] in found:
                raise ValueError(line["kind"])
            found[line["kind"]] = RowCells(axes, listed, unlisted)
            continue
        places, names, more = line
        if any(type(at) is not int or at < 0 for at in (*places, more)) or not all(isinstance(name, str) for name in names):
            raise ValueError(line)
        of_class = tuple(cells[at] for at in places)
        listed.update(dict.fromkeys(names, of_class))
        if more:
            unlisted[of_class] = more
    return found


def _cell(cell: list[Any], kind: Kind, axes: Mapping[str, tuple[str, ...]], units: UnitTree) -> tuple[str | int, ...]:
    """Return a cell: set of events, unit, stretch of time, a label for each dimension, and a value where the events have one."""
    name, unit, stretch, *rest = cell
    events = kind.event_set(name)
    dims, labels = axes[name], rest[:-1] if events.value else rest
    known = {each.name for each in events.dims}
    numbers = [stretch, *([rest[-1]] if events.value else [])]
    fits = len(labels) == len(dims) and known.issuperset(dims) and all(isinstance(each, str) for each in labels)
    if not fits or any(type(n) is not int or abs(n) >= _MOST for n in numbers) or stretch < 0:
        raise ValueError(cell)
    units.unit(unit)
    return tuple(cell)


_MOST: Final = 1 << 62
_TEXTS: Final = ("name", "origin", "by", "signed", "restates", "why", "unit", "library", "calendar", "calendar_sha256")
