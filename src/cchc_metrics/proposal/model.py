"""A proposal: every line of a ``district.toml`` with how sure it is, so that only what is in doubt is asked about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from cchc_metrics.declared import parse_toml
from cchc_metrics.errors import CchcError, InputError, no_member
from cchc_metrics.read.district import LEVEL_WORDS
from cchc_metrics.read.limits import Limits, limits_of
from cchc_metrics.records.codes import Code
from cchc_metrics.records.fields import CellError, parse_day
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import schema_by_name
from cchc_metrics.reference.period import Period
from cchc_metrics.text import fold

Path = tuple[str, ...]
"""The keys that lead to a value: ``("values", "dossiers", "status", "Đang chờ ký")``."""
Answer = str | tuple[str, ...]
"""A value, or a list of them; ``""`` as the column of a heading passes it over."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of ``district.toml``.

    Args:
        where: its keys.
        value: what is proposed; None where nothing could be guessed.
        sure: whether it stands in the files or was answered; else it is in doubt.
        cells: how many cells it concerns, 0 where it is about none.
        options: what can be answered, where that is a closed list.
        sample: what it is about, where a word of the files shows it.
    """

    where: Path
    value: Answer | None
    sure: bool = False
    cells: int = 0
    options: tuple[str, ...] = ()
    sample: str = ""

    def meant(self, said: str) -> str:
        """Return what somebody's answer means, as it is written into the file.

        Raises:
            CchcError: it is none that can be given; the message names the nearest and all that can.

        >>> Entry(("level",), None, options=("province", "district", "commune")).meant("huyện")
        'district'
        >>> Entry(("values", "dossiers", "status", "Xong"), None, options=("resolved",)).meant("đã xử lý xong")
        'resolved'
        """
        match self.where:
            case ("level",):
                said = LEVEL_WORDS.get(fold(said), said)
            case ("period",):
                return Period.parse(said).label
            case ("extracted_on",):
                return _day(said).isoformat()
            case ("values" | "blank", kind, column, *_):
                choice = schema_by_name(KINDS[kind].model)[column].choice
                if choice is not None:
                    with suppress(CellError):
                        return str(choice.parse(said or "—").value)
        if self.options and not set(said.split("+")) <= {*self.options, *([""] if self.where[0] == "headings" else [])}:
            raise no_member(said, self.options)
        return said

    def question(self, lang: str = "vi") -> str:
        """Return what is asked, in one line.

        >>> Entry(("values", "dossiers", "status", "Quá hạn bổ sung"), None, cells=3, options=("processing",)).question("en")
        'dossiers, status: what does «Quá hạn bổ sung» mean? (3 cells; processing)'
        """
        vi = lang != "en"
        cells = [f"{self.cells} ô" if vi else f"{self.cells} cells"] if self.cells else []
        aside = "; ".join([*cells, *([", ".join(self.options)] if self.options else [])])
        return self._asked(vi=vi) + (f" ({aside})" if aside else "")

    def _asked(self, *, vi: bool) -> str:
        section, kind, column, word = (*self.where, "", "", "")[:4]
        vietnamese, english = _TOP.get(section, (section, section))
        forms = _ASKED.get(section, (f"{vietnamese}?", f"{english}?"))
        return forms[not vi].format(kind=kind, column=column, word=word, sample=self.sample)


def _day(said: str) -> date:
    try:
        found = parse_day(said)
    except CellError as error:
        raise CchcError(error.code.vi, error.code.en) from None
    if found is None:
        raise CchcError(Code.MISSING_VALUE.vi, Code.MISSING_VALUE.en)
    return found


_ASKED: Mapping[str, tuple[str, str]] = {
    "encoding": ("«{kind}» viết bằng bảng mã nào: {sample}", "in which encoding is «{kind}»: {sample}"),
    "headings": ("{kind}: cột «{column}» là cột nào?", "{kind}: which column is «{column}»?"),
    "values": ("{kind}, {column}: «{word}» nghĩa là gì?", "{kind}, {column}: what does «{word}» mean?"),
    "blank": ("{kind}, {column}: ô để trống nghĩa là gì?", "{kind}, {column}: what does an empty cell mean?"),
    "columns": ("{kind}: tệp không có cột {column}; ghi gì?", "{kind}: the file lacks {column}; what holds for it?"),
    "units": ("mã của đơn vị «{kind}»?", "the code of the unit «{kind}»?"),
}
"""Section → what is asked about a line of it, in both languages; the keys are called as those of most sections."""
_TOP: Mapping[str, tuple[str, str]] = {
    "code": ("mã của đơn vị báo cáo", "code of the reporting unit"),
    "name": ("tên của đơn vị báo cáo", "name of the reporting unit"),
    "level": ("cấp của đơn vị báo cáo: tỉnh, huyện, xã", "level of the reporting unit: province, district, commune"),
    "extracted_on": ("ngày xuất dữ liệu", "day on which the tables were exported"),
    "period": ("kỳ báo cáo", "period reported on"),
}


@dataclass(frozen=True, slots=True)
class Read:
    """What was seen of one kind, for the comments.

    Args:
        kind: the kind's name.
        places: files, with their sheets.
        rows: how many rows look like records.
        known: (heading, column) of the headings that are understood without being declared.
        unused: how many other headings there are; their cells are read by nobody and copied nowhere.
        missing: required columns that no heading was found for.
    """

    kind: str
    places: tuple[str, ...]
    rows: int
    known: tuple[tuple[str, str], ...]
    unused: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a folder's ``district.toml`` could say.

    Args:
        entries: its lines.
        read: what was seen of each kind.
        units: name of a unit below the reporting one → (kind, level); its code is the entry ``("units", name)``.
        unknown: files and sheets that look like no kind.
    """

    entries: tuple[Entry, ...]
    read: tuple[Read, ...]
    units: Mapping[str, tuple[str, str]]
    unknown: tuple[str, ...] = ()

    @property
    def doubts(self) -> tuple[Entry, ...]:
        """What is to be asked."""
        return tuple(entry for entry in self.entries if not entry.sure)

    def answered(self, answers: Mapping[Path, Answer]) -> Proposal:
        """Return the proposal with answers; what is answered is sure."""
        entries = [replace(e, value=answers[e.where], sure=True) if e.where in answers else e for e in self.entries]
        return replace(self, entries=tuple(entries))

    def guessed(self) -> Proposal:
        """Return the proposal with every best guess taken; what could not be guessed is left in doubt."""
        return self.answered({entry.where: entry.value for entry in self.doubts if entry.value is not None})

    def check(self) -> None:
        """Raise where nothing could be written that runs.

        Raises:
            InputError: no sheet is a table of any kind, or nobody knows who reports; the message says the fix.
        """
        if not self.read:
            raise InputError(
                "không nhận ra loại hồ sơ nào trong các tệp: cần dòng tiêu đề có các cột như trong docs/records.md",
                "no kind of record was recognised in the files: a row of headings as in docs/records.md is needed",
            )
        lacking = [entry.where[0] for entry in self.entries if entry.where in (("code",), ("name",), ("level",)) and not entry.value]
        if lacking:
            vi, en = (", ".join(_TOP[key][at] for key in lacking) for at in (0, 1))
            options = " ".join(f"--{key} …" for key in lacking)
            raise InputError(f"không rõ {vi}; thêm {options}", f"not known: {en}; add {options}")


def answers_given(given: Mapping[str, object]) -> dict[Path, Answer]:
    """Return what was said on the command line as answers.

    >>> answers_given({"code": "TM", "name": None, "extracted_on": "2022-01-05"})
    {('code',): 'TM', ('extracted_on',): '2022-01-05'}
    """
    return {(key,): str(value) for key, value in given.items() if value is not None and value != ""}


def answers_in(text: bytes) -> dict[Path, Answer]:
    """Return what a ``district.toml`` answers already; the period and the day of export are asked of the tables again.

    Raises:
        InputError: it is no TOML.
    """
    data = parse_toml(text, "district.toml").data
    found: dict[Path, Answer] = {(key,): data[key] for key in ("code", "name", "level") if isinstance(data.get(key), str)}
    for section in ("headings", "values", "blank", "columns"):
        found.update(_leaves((section,), data.get(section, {})))
    encoding = data.get("encoding", {})
    found.update(_leaves(("encoding",), {"*": encoding} if isinstance(encoding, str) else encoding))
    found.update(
        (("units", str(unit["name"])), str(unit["code"]))
        for unit in data.get("units", ())
        if isinstance(unit, Mapping) and {"name", "code"} <= set(unit)
    )
    return found


def encodings_in(answers: Mapping[Path, Answer]) -> dict[str, str]:
    """Return file or pattern → the encoding that was answered for it.

    >>> encodings_in({("encoding", "a.csv"): "tcvn3", ("code",): "TM"})
    {'a.csv': 'tcvn3'}
    """
    return {where[1]: str(answer) for where, answer in answers.items() if where[0] == "encoding" and len(where) == 2}


def limits_in(text: bytes) -> Limits:
    r"""Return how much a file may hold by a ``district.toml``.

    Raises:
        InputError: it is no TOML, or says a limit that is none.

    >>> limits_in(b"[limits]\ncells = 1000\n").cells
    1000
    """
    said = parse_toml(text, "district.toml").data.get("limits", {})
    if not isinstance(said, Mapping):
        raise InputError("district.toml: limits: cần một bảng [limits]", "district.toml: limits: a table [limits] is needed")
    return limits_of(said, lambda vi, en: InputError(f"district.toml: limits: {vi}", f"district.toml: limits: {en}"))


def _leaves(path: Path, value: object) -> Iterator[tuple[Path, Answer]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves((*path, str(key)), inner)
    elif isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        yield path, tuple(map(str, value))
