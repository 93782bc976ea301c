"""Procedures (thủ tục hành chính) and their versions: the term that applied on the day a dossier was received."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from cchc_metrics.records.choices import Channel, Interlinked, ProactiveLevel, ServiceLevel, TermUnit, Tier
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.due import CUT_OFF
from cchc_metrics.records.fields import NO_DAY, Choice, Flag, Label, Moment, RequiredLabel, Term, Whole
from cchc_metrics.records.kind import Context, Dates, Dim, Events, EventSet, Join, Kind
from cchc_metrics.records.record import Record, RowCheck

_FAR = 2**30  # beyond every day number: an open end


class TermChannel(Choice):
    """The channel that a version of a procedure is for: one of ``Channel``, or every channel that has no version of its own."""

    ANY = "any", "mọi kênh", ("tất cả", "all")
    COUNTER = "counter", Channel.COUNTER.vi, Channel.COUNTER.aliases
    ONLINE = "online", Channel.ONLINE.vi, Channel.ONLINE.aliases
    POSTAL = "postal", Channel.POSTAL.vi, Channel.POSTAL.aliases

    @classmethod
    def blank(cls) -> TermChannel:
        """Return ``any``."""
        return cls.ANY


class Procedure(Record):
    """One version of a procedure; the version of the receipt date applies to a dossier for its whole life.

    Args:
        procedure_code: code (mã TTHC).
        name: its name.
        field: its field (lĩnh vực).
        channel: the channel that this version is for; empty for every channel that has no version of its own.
        valid_from, valid_to: first and last day of this version; empty for open.
        term, term_unit: the time limit.
        cut_off: time of day, ``15:00``, ``15h`` or a time cell, after which a receipt counts from the next working day; empty for none.
        tier: the level of government that handles it.
        service_level: level of its online service; of a dossier that does not say its own, too.
        boundary_free: whether it can be filed anywhere (phi địa giới hành chính).
        interlinked: whether several agencies handle it one after the other.
        proactive: level of the proactive service, which is no level of the online service.
        fee: how much its fees are, in đồng, 0 where they were set to that; of a dossier that does not say whether it owes any, too.

    >>> Procedure(procedure_code="1.001", term="3", term_unit="ngày làm việc", cut_off="15:00").term
    Fraction(3, 1)
    """

    procedure_code: RequiredLabel
    name: Label = ""
    field: Label = ""
    channel: TermChannel = TermChannel.ANY
    valid_from: Moment = None
    valid_to: Moment = None
    term: Term = None
    term_unit: TermUnit = TermUnit.NONE
    cut_off: Label = ""
    tier: Tier = Tier.UNKNOWN
    service_level: ServiceLevel = ServiceLevel.UNKNOWN
    boundary_free: Flag = Flag.UNKNOWN
    interlinked: Interlinked = Interlinked.UNKNOWN
    proactive: ProactiveLevel = ProactiveLevel.UNKNOWN
    fee: Whole = None


# A spreadsheet makes 15:00 a time of day, which reads as 15:00:00.
_TIME = re.compile(r"([0-9]{1,2})(?::([0-9]{2})(?::([0-9]{2}))?|h([0-9]{2})?)")


def _second(text: str) -> int | None:
    """Return the second of the day that a text says, or None where it is no time of day."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2] or match[4] or 0), int(match[3] or 0)
    return hour * 3600 + minute * 60 + second if hour < 24 and minute < 60 and second < 60 else None


def _bad_cut_off(text: str) -> bool:
    return bool(text) and _second(text) is None


def _bad_cut_offs(columns: Columns) -> Array:
    codes, labels = columns.codes("cut_off")
    found: Array = np.array([_bad_cut_off(text) for text in labels], dtype=bool)[codes]
    return found


Procedure.checks = (
    RowCheck(
        Code.TERM_WITHOUT_UNIT,
        "term_unit",
        record=lambda r: r.term is not None and r.term_unit is TermUnit.NONE,
        columns=lambda c: (c.numbers("term") >= 0) & c.equals("term_unit", "none"),
    ),
    RowCheck(
        Code.NOT_A_TIME,
        "cut_off",
        record=lambda r: _bad_cut_off(r.cut_off),
        columns=_bad_cut_offs,
    ),
)


_ALWAYS = 0  # 1970-01-01: a version without a first day holds since before every period
_DIMS = (
    Dim("procedure_code"),
    Dim("tier", Tier),
    Dim("service_level", ServiceLevel),
    Dim("boundary_free", Flag),
    Dim("interlinked", Interlinked),
    Dim("proactive", ProactiveLevel),
)
BEGUN = EventSet("begun", _DIMS)
ENDED = EventSet("ended", _DIMS)


def events(columns: Columns, context: Context) -> Iterator[Events]:
    """Yield that versions came into force and ceased to be in it, on the day after their last: of no unit, since a list is of them all."""
    del context  # nothing about a list of procedures is disputed by rules or calendar
    first, last = columns.days("valid_from"), columns.days("valid_to")
    begun = np.where(first < 0, np.int32(_ALWAYS), first)
    held = (last < 0) | (last >= begun)  # a version that another one replaced before it began never held
    dims = {d.name: columns.codes(d.name) for d in _DIMS}
    nobody = np.zeros(len(columns), dtype=np.uint8), ("",)
    yield Events(BEGUN, np.where(held, begun, np.int32(NO_DAY)), nobody, dims)
    yield Events(ENDED, np.where(held & (last >= 0), last + 1, np.int32(NO_DAY)), nobody, dims)


def close_versions(rows: Columns, procedures: Columns) -> Columns:
    """Return versions with the day on which the next one of the same procedure and channel takes over, where they say no earlier last day.

    A version that outlasts the next one (a change for a time) holds all along: of what holds twice, the procedure is in force once.

    Args:
        rows: versions.
        procedures: all versions; of rows that are not among them nothing is known but themselves.
    """
    if not len(procedures):
        return rows
    whole = _keys(procedures, procedures)
    begun, ended = (procedures.days(name).astype(np.int64) for name in ("valid_from", "valid_to"))
    order = np.lexsort((begun, whole))
    key, first, last = whole[order], begun[order], np.where(ended < 0, _FAR, ended)[order]
    at = np.searchsorted(
        key * _FAR + np.maximum(first, 0), _keys(rows, procedures) * _FAR + np.maximum(rows.days("valid_from"), 0), "right"
    )
    beside = np.minimum(at, len(key) - 1)
    own_last = rows.days("valid_to").astype(np.int64)
    outlasted = (at < len(key)) & (key[beside] == _keys(rows, procedures)) & (last[beside] >= np.where(own_last < 0, _FAR, own_last))
    found = np.where(outlasted & ((own_last < 0) | (own_last >= first[beside])), first[beside] - 1, own_last)
    return replace(rows, arrays={**rows.arrays, "valid_to": found.astype(np.int32)})


def _keys(rows: Columns, procedures: Columns) -> Array:
    """Return a number for the procedure and the channel of each row (int64[n]), by the labels of all versions."""
    position = {text: n for n, text in enumerate(procedures.codes("procedure_code")[1])}
    codes, labels = rows.codes("procedure_code")
    number = np.array([position.get(text, -1) for text in labels] or [0], dtype=np.int64)[codes]
    found: Array = number * len(TermChannel) + _positions(rows, TermChannel.labels())
    return found


KIND = Kind(
    "procedures",
    "thủ tục hành chính",
    Procedure,
    (BEGUN, ENDED),
    events,
    ("procedure_code", "channel", "valid_from"),
    headings={
        "procedure_code": ("Mã TTHC", "Mã thủ tục", "Mã thủ tục hành chính"),
        "name": ("Tên TTHC", "Tên thủ tục", "Tên thủ tục hành chính"),
        "field": ("Lĩnh vực", "Mã lĩnh vực"),
        "channel": ("Kênh thực hiện", "Kênh tiếp nhận"),
        "valid_from": ("Hiệu lực từ", "Áp dụng từ"),
        "valid_to": ("Hiệu lực đến", "Áp dụng đến"),
        "term": ("Thời hạn", "Thời hạn giải quyết"),
        "term_unit": ("Đơn vị thời hạn", "Đơn vị tính"),
        "cut_off": ("Giờ chốt", "Giờ chốt tiếp nhận"),
        "tier": ("Cấp thực hiện", "Cấp giải quyết"),
        "service_level": ("Mức độ DVC", "Mức độ dịch vụ công", "Mức độ dịch vụ công trực tuyến", "Dịch vụ công trực tuyến"),
        "boundary_free": ("Phi địa giới", "Phi địa giới hành chính", "Không phụ thuộc địa giới hành chính"),
        "interlinked": ("Liên thông", "Thủ tục liên thông"),
        "fee": ("Mức phí, lệ phí", "Số tiền phí, lệ phí", "Phí, lệ phí (đồng)", "Mức thu phí, lệ phí"),
        "proactive": ("Mức độ chủ động", "Dịch vụ công chủ động", "Mức độ dịch vụ công chủ động"),
    },
    dates=Dates("valid_from", (), ("valid_from", "valid_to")),
    joins=(Join("procedures", "procedure_code", close_versions, "this", Code.PROCEDURE_NOT_LISTED),),
    listing=True,
)


def attach_procedures(dossiers: Columns, procedures: Columns) -> Columns:
    """Return dossiers with the term, field, cut-off and service level of their procedure's version on the day of receipt.

    And with whether there is a financial obligation: none where the fee of the version is 0 đồng. What a dossier says itself stands.

    A version for the dossier's channel wins over one for every channel. A dossier whose procedure, channel or day no version covers stays
    as it is. Where versions overlap, of those that are in force on the day the one that began last applies.

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
    seconds = np.array([-1 if (second := _second(text)) is None else second for text in labels], dtype=np.int32)
    cut_off[found] = seconds[codes[version]]
    arrays = {**dossiers.arrays, "term": term, "term_unit": unit}
    if (cut_off >= 0).any():
        arrays[CUT_OFF] = cut_off
    names = {**dossiers.labels, "term_unit": TermUnit.labels()}
    field, fields = _fields(dossiers, procedures, chosen)
    arrays["field"], names["field"] = field, fields
    if "service_level" in procedures:
        level = _choices(dossiers, "service_level", ServiceLevel.labels())
        unsaid = found[level[found] == ServiceLevel.labels().index("unknown")]
        level[unsaid] = _choices(procedures, "service_level", ServiceLevel.labels())[chosen[unsaid]]
        arrays["service_level"], names["service_level"] = level, ServiceLevel.labels()
    if "fee" in procedures:
        flags, fee = Flag.labels(), procedures.numbers("fee")
        owed = _choices(dossiers, "fee_due", flags)
        unsaid = found[owed[found] == flags.index("unknown")]
        amount = fee[chosen[unsaid]]
        said = np.where(amount < 0, flags.index("unknown"), np.where(amount > 0, flags.index("yes"), flags.index("no")))
        owed[unsaid] = said.astype(np.uint8)
        arrays["fee_due"], names["fee_due"] = owed, flags
    return replace(dossiers, arrays=arrays, labels=names)


def _versions(dossiers: Columns, procedures: Columns) -> Array:
    """Return for each dossier the row of the version that applies, −1 for none."""
    names = {text: i for i, text in enumerate(procedures.codes("procedure_code")[1])}
    codes, labels = dossiers.codes("procedure_code")
    procedure = np.array([names.get(text, -1) for text in labels], dtype=np.int64)[codes]
    channels = TermChannel.labels()
    channel = _positions(dossiers, channels)
    keys = procedures.codes("procedure_code")[0].astype(np.int64) * len(channels) + _positions(procedures, channels)
    line, version = _line(keys, procedures.days("valid_from"), procedures.days("valid_to"))
    received = dossiers.days("received_at").astype(np.int64)
    found = np.full(len(dossiers), -1, dtype=np.int64)
    known = (procedure >= 0) & (received >= 0)
    for which in (np.zeros_like(channel), channel):  # a version for the channel itself comes second and wins
        at = np.searchsorted(line, (procedure * len(channels) + which) * _FAR + received, side="right") - 1
        row = version[np.maximum(at, 0)]
        found = np.where(known & (at >= 0) & (row >= 0), row, found)
    return found


def _positions(columns: Columns, channels: tuple[str, ...]) -> Array:
    codes, labels = columns.codes("channel")
    found: Array = np.array([channels.index(label) for label in labels], dtype=np.int64)[codes]
    return found


def _line(keys: Array, first: Array, last: Array) -> tuple[Array, Array]:
    """Return the points ``key · _FAR + day`` from which on another version applies, ascending, and its row (−1: none applies)."""
    versions: dict[int, list[tuple[int, int, int]]] = {}
    ends = np.where(last < 0, _FAR - 2, last)
    for row, (key, begin, end) in enumerate(zip(keys.tolist(), np.maximum(first, 0).tolist(), ends.tolist(), strict=True)):
        versions.setdefault(key, []).append((begin, row, end))
    line, rows = [], []
    for key in sorted(versions):
        known = sorted(versions[key])
        for day in sorted({0} | {begin for begin, _, _ in known} | {end + 1 for _, _, end in known}):
            applying = [(begin, row) for begin, row, end in known if begin <= day <= end]
            line.append(key * _FAR + day)
            rows.append(max(applying)[1] if applying else -1)
    return np.array([-1, *line], dtype=np.int64), np.array([-1, *rows], dtype=np.int64)


def _unit_codes(columns: Columns) -> Array:
    codes, labels = columns.codes("term_unit")
    order = {label: i for i, label in enumerate(TermUnit.labels())}
    found: Array = np.array([order[label] for label in labels], dtype=np.uint8)[codes]
    return found


def _choices(columns: Columns, name: str, order: tuple[str, ...]) -> Array:
    """Return a column of a closed list as positions in the list (uint8[n])."""
    codes, labels = columns.codes(name)
    return np.array([order.index(label) for label in labels], dtype=np.uint8)[codes]


def _fields(dossiers: Columns, procedures: Columns, chosen: Array) -> tuple[Array, tuple[str, ...]]:
    own_codes, own = dossiers.codes("field")
    version_codes, names = procedures.codes("field")
    labels = tuple(sorted({*own, *names, ""}))
    position = {text: i for i, text in enumerate(labels)}
    field = np.array([position[text] for text in own], dtype=np.uint32)[own_codes]
    of_version = np.array([position[text] for text in names], dtype=np.uint32)[version_codes]
    fill = (field == position[""]) & (chosen >= 0)
    return np.where(fill, of_version[np.maximum(chosen, 0)] if len(of_version) else field, field), labels
