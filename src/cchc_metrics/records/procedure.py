"""Procedures (thủ tục hành chính) and their versions: the term that applied on the day a dossier was received."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from cchc_metrics.records.choices import Channel, TermUnit
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.due import CUT_OFF
from cchc_metrics.records.fields import Label, Moment, RequiredLabel, Term
from cchc_metrics.records.problems import Code
from cchc_metrics.records.record import Record, RowCheck
from cchc_metrics.records.room import Context, Events, Room

_FAR = 2**30  # beyond every day number: an open end


class Procedure(Record):
    """One version of a procedure; the version of the receipt date applies to a dossier for its whole life.

    Args:
        procedure_code: code (mã TTHC).
        name: its name.
        field: its field (lĩnh vực).
        channel: the channel that this term is for; empty for every channel that has no term of its own.
        valid_from, valid_to: first and last day of this version; empty for open.
        term, term_unit: the time limit.
        cut_off: time of day, ``15:00``, after which a receipt counts from the next working day; empty for none.

    >>> Procedure(procedure_code="1.001", term="3", term_unit="ngày làm việc", cut_off="15:00").term
    Fraction(3, 1)
    """

    procedure_code: RequiredLabel
    name: Label = ""
    field: Label = ""
    channel: Label = ""
    valid_from: Moment = None
    valid_to: Moment = None
    term: Term = None
    term_unit: TermUnit = TermUnit.NONE
    cut_off: Label = ""


_TIME = re.compile(r"(\d{1,2})[:h](\d{2})")


def _bad_cut_off(text: str) -> bool:
    match = _TIME.fullmatch(text)
    return bool(text) and (match is None or not (int(match[1]) < 24 and int(match[2]) < 60))


def _bad_channel(text: str) -> bool:
    return bool(text) and text not in Channel.labels()


def _labelled(columns: Columns, name: str, *, bad: object) -> Array:
    codes, labels = columns.codes(name)
    test = _bad_cut_off if bad is _bad_cut_off else _bad_channel
    found: Array = np.array([test(text) for text in labels], dtype=bool)[codes]
    return found


Procedure.checks = (
    RowCheck(
        Code.TERM_WITHOUT_UNIT,
        "term_unit",
        record=lambda r: r.term is not None and r.term_unit is TermUnit.NONE,
        columns=lambda c: (c.numbers("term") >= 0) & c.equals("term_unit", "none"),
    ),
    RowCheck(
        Code.UNKNOWN_CODE,
        "channel",
        record=lambda r: _bad_channel(r.channel),
        columns=lambda c: _labelled(c, "channel", bad=_bad_channel),
    ),
    RowCheck(
        Code.NOT_A_NUMBER,
        "cut_off",
        record=lambda r: _bad_cut_off(r.cut_off),
        columns=lambda c: _labelled(c, "cut_off", bad=_bad_cut_off),
    ),
)


def events(columns: Columns, context: Context) -> Iterator[Events]:
    """Yield nothing: procedures are read into the dossiers, not counted by themselves."""
    del columns, context
    return iter(())


ROOM = Room("procedures", "thủ tục hành chính", Procedure, (), events, ("procedure_code", "channel", "valid_from"))


def attach_procedures(dossiers: Columns, procedures: Columns) -> Columns:
    """Return dossiers with the term, field and cut-off of their procedure's version on the day of receipt, where they have none.

    A version for the dossier's channel wins over one for every channel. A dossier whose procedure, channel or day no version covers stays
    as it is. Where versions overlap, the one that began last applies.

    Args:
        dossiers: columns of dossiers.
        procedures: columns of ``Procedure``.
    """
    chosen = _versions(dossiers, procedures)
    found = np.flatnonzero(chosen >= 0)
    version = chosen[found]
    term = np.array(dossiers.numbers("term"), dtype=np.int32, copy=True)
    own = found[term[found] < 0]
    term[own] = procedures.numbers("term")[chosen[own]]
    unit = _unit_codes(dossiers).copy()
    unit[own] = _unit_codes(procedures)[chosen[own]]
    cut_off = np.full(len(dossiers), -1, dtype=np.int32)
    codes, labels = procedures.codes("cut_off")
    seconds = np.array([_second(text) for text in labels], dtype=np.int32)
    cut_off[found] = seconds[codes[version]]
    arrays = {**dossiers.arrays, "term": term, "term_unit": unit, CUT_OFF: cut_off}
    names = {**dossiers.labels, "term_unit": TermUnit.labels()}
    field, fields = _fields(dossiers, procedures, chosen)
    arrays["field"], names["field"] = field, fields
    return replace(dossiers, arrays=arrays, labels=names)


def _versions(dossiers: Columns, procedures: Columns) -> Array:
    """Return for each dossier the row of the version that applies, −1 for none."""
    code_labels = {text: i for i, text in enumerate(procedures.codes("procedure_code")[1])}
    codes, labels = dossiers.codes("procedure_code")
    procedure = np.array([code_labels.get(text, -1) for text in labels], dtype=np.int64)[codes]
    channel_codes, channel_labels = dossiers.codes("channel")
    channels = {label: i + 1 for i, label in enumerate(Channel.labels())}  # 0 stands for every channel
    channel = np.array([channels[label] for label in channel_labels], dtype=np.int64)[channel_codes]
    version_channel_codes, version_channel_labels = procedures.codes("channel")
    version_channel = np.array([channels.get(label, 0) for label in version_channel_labels], dtype=np.int64)[version_channel_codes]
    span = len(channels) + 1
    key = procedures.codes("procedure_code")[0].astype(np.int64) * span + version_channel
    begins = np.maximum(procedures.days("valid_from"), 0).astype(np.int64)
    ends = np.where(procedures.days("valid_to") < 0, _FAR, procedures.days("valid_to"))
    order = np.argsort(key * (_FAR * 2) + begins, kind="stable")
    line = (key * (_FAR * 2) + begins)[order]
    received = dossiers.days("received_at").astype(np.int64)
    found = np.full(len(dossiers), -1, dtype=np.int64)
    for which in (np.zeros_like(channel), channel):  # a version of the channel itself comes second and wins
        wanted = procedure * span + which
        at = np.searchsorted(line, wanted * (_FAR * 2) + received, side="right") - 1
        row = order[np.maximum(at, 0)]
        fits = (at >= 0) & (procedure >= 0) & (received >= 0) & (key[row] == wanted) & (received <= ends[row])
        found = np.where(fits, row, found)
    return found


def _unit_codes(columns: Columns) -> Array:
    codes, labels = columns.codes("term_unit")
    order = {label: i for i, label in enumerate(TermUnit.labels())}
    found: Array = np.array([order[label] for label in labels], dtype=np.uint8)[codes]
    return found


def _fields(dossiers: Columns, procedures: Columns, chosen: Array) -> tuple[Array, tuple[str, ...]]:
    own_codes, own = dossiers.codes("field")
    version_codes, names = procedures.codes("field")
    labels = tuple(sorted({*own, *names, ""}))
    position = {text: i for i, text in enumerate(labels)}
    field = np.array([position[text] for text in own], dtype=np.uint32)[own_codes]
    of_version = np.array([position[text] for text in names], dtype=np.uint32)[version_codes]
    fill = (field == position[""]) & (chosen >= 0)
    return np.where(fill, of_version[np.maximum(chosen, 0)] if len(of_version) else field, field), labels


def _second(text: str) -> int:
    match = _TIME.fullmatch(text)
    return -1 if match is None else int(match[1]) * 3600 + int(match[2]) * 60
