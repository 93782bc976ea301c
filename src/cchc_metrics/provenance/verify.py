"""A report computed again and compared with what was written: every number, status, text and digest."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, Self

from cchc_metrics.arguments import public_methods
from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.errors import InputError
from cchc_metrics.provenance.reported import Reported, plain
from cchc_metrics.read.inputs import SETTINGS
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.report.json_report import PROVENANCE, REPORT_DIGEST, report_json
from cchc_metrics.report.model import Report
from cchc_metrics.tables.columns import Cells, Lazy, Rows
from cchc_metrics.tables.numbers import grouped
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Lang
from cchc_metrics.values import Text

_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "measures": ("indicator", "unit", "period", "breakdown"),
    "deltas": ("indicator", "unit", "period", "breakdown"),
    "assessments": ("id", "unit", "breakdown"),
    "examples": ("code", "file", "sheet", "row", "column", "heading", "value"),
    "inputs": ("of", "kind", "file"),
    "assumed": ("file", "code"),
}
"""List of a report → what tells its items apart."""
_WORDS: Final = ("text", "reason", "name", "sentence")
_DIGITS: Final = re.compile("[0-9]+")
_FIGURES: Final = ("measures", "deltas", "assessments")
_ABSENT: Final = object()
_WIDEST = 50  # of a value that is printed; an item that is missing is a long one


@dataclass(frozen=True, slots=True)
class ReportDifference:
    """A place at which a report is not what is computed now.

    Args:
        part: ``measures``, ``deltas``, ``inputs`` …: which part of the report.
        about: what it is about: indicator, unit, period and breakdown of a figure, kind and file of an input.
        key: which number, status, text or digest.
        reported, computed: what stands there, and what was computed, as JSON; empty where there is none.
        why: why, as far as it can be told.
        unexplained: whether nothing that the figure follows from is another.
    """

    part: str
    about: str
    key: str
    reported: str
    computed: str
    why: Text
    unexplained: bool = False


@public_methods
@dataclass(frozen=True, slots=True, repr=False)
class Verification(AnswerTable[ReportDifference]):
    """What of a report is not what is computed now; empty where all of it is.

    Args:
        items: the differences.
        compared: how many values were compared.
        notes: what is to be known of all.
        whole: all differences of the table of which some were taken; None where it is the whole table. The verdict is of all.

    >>> import cchc_metrics as cm
    >>> units = [{"code": "MA", "name": "Mỹ An", "level": "commune"}]
    >>> row = {"unit_code": "MA", "kind": "họp UBND"}
    >>> rows = [
    ...     {**row, "meeting_id": 1, "held_on": "05/01/2020", "paperless": "không"},
    ...     {**row, "meeting_id": 2, "held_on": "06/01/2021", "paperless": "có"},
    ... ]
    >>> data = cm.Dataset(units=units, meetings=rows)
    >>> from cchc_metrics.report.json_report import report_json
    >>> data.verify(report_json(data.report("2021")).encode()).equal
    True
    """

    items: tuple[ReportDifference, ...]
    compared: int
    notes: tuple[Text, ...] = ()
    whole: tuple[ReportDifference, ...] | None = None

    _key_columns = ("part", "about", "key")

    @property
    def equal(self) -> bool:
        """Whether nothing differs, whatever part of the table this is."""
        return not self._every

    @property
    def unexplained(self) -> int:
        """How many differ although everything that they follow from is the same."""
        return sum(each.unexplained for each in self._every)

    @property
    def _every(self) -> tuple[ReportDifference, ...]:
        return self.items if self.whole is None else self.whole

    def __len__(self) -> int:
        return len(self.items)

    def _item(self, row: int) -> ReportDifference:
        return self.items[row]

    def _take(self, rows: Rows) -> Self:
        return replace(self, items=tuple(self.items[row] for row in rows.tolist()), whole=self._every)

    def _columns(self) -> Mapping[str, Lazy]:
        return {
            "part": Cells("text", [each.part for each in self.items]),
            "about": Cells("text", [each.about or None for each in self.items]),
            "key": Cells("text", [each.key or None for each in self.items]),
            "reported": Cells("text", [each.reported or None for each in self.items]),
            "computed": Cells("text", [each.computed or None for each in self.items]),
            "why": Cells("text", [each.why for each in self.items]),
            "unexplained": Cells("flag", [each.unexplained for each in self.items]),
        }

    def _headings(self, lang: Lang) -> Mapping[str, str]:
        return _HEADINGS if lang == "vi" else {}

    def _shown_columns(self) -> Mapping[str, Lazy]:
        cut = {key: Cells("text", [_short(getattr(each, key)) for each in self.items]) for key in ("reported", "computed")}
        return {key: column for key, column in {**self._columns(), **cut}.items() if key != "unexplained"}

    def _above(self, lang: Lang) -> str:
        return "\n".join((self.verdict.text(lang), *(note.text(lang) for note in self.notes)))

    @property
    def verdict(self) -> Text:
        """What came of it, in a line."""
        n, alarming, same = (grouped(each) for each in (len(self._every), self.unexplained, self.compared))
        if not self._every:
            return Text(f"Khớp: {same.vi} giá trị tính lại đều như đã ghi.", f"Equal: {same.en} values are what was written.")
        if not self.unexplained:
            return Text(f"Khác: {n.vi} chỗ.", f"Different: {n.en} places.")
        return Text(
            f"Khác: {n.vi} chỗ, trong đó {alarming.vi} chỗ không giải thích được: đầu vào, quy tắc và phiên bản đều như cũ.",
            f"Different: {n.en} places, {alarming.en} of them unexplained: inputs, rules and version are the same.",
        )


_HEADINGS: Final = {"part": "phần", "about": "về", "key": "mục", "reported": "đã ghi", "computed": "tính lại", "why": "vì"}


def verification(reported: Reported, report: Report) -> Verification:
    """Return what of a report is not what is computed now.

    Args:
        reported: the report as it was written.
        report: the same, computed now.

    Raises:
        InputError: the report is of another unit.
    """
    lang = reported.lang
    said = reported.data.get("district")
    if not isinstance(said, dict) or said.get("code") != report.units.unit(report.unit).code:
        code = said.get("code") if isinstance(said, dict) else None
        raise InputError(
            f"«{reported.file}» là báo cáo của đơn vị {code}, không phải {report.unit}",
            f"«{reported.file}» is a report of unit {code}, not of {report.unit}",
        )
    text = report_json(report, lang)
    body = text.rpartition(f',\n "{REPORT_DIGEST}": ')[0]
    now = json.loads(text, parse_float=Decimal)
    causes = _Causes(reported, now, report.catalogue)
    if reported.intact and reported.body == body:
        return Verification((), sum(1 for _ in _leaves(now)), causes.notes())
    count, more, items = 0, 0, []
    both = {key: (reported.data.get(key, _ABSENT), now.get(key, _ABSENT)) for key in {**reported.data, **now} if key != REPORT_DIGEST}
    for part, (before, after) in both.items():
        for about, indicator, key, was, found in _compared(part, before, after, ()):
            count += 1
            if _same(was, found):
                continue
            if causes.counts(part, key, was, found):
                items.append(causes.judged(part, about, indicator, key, was, found))
            else:
                more += was is _ABSENT and part != PROVENANCE
    if not reported.intact:
        digest = hashlib.sha256(reported.body.encode()).hexdigest()
        items.append(ReportDifference(REPORT_DIGEST, "", "sha256", _written(reported.data.get(REPORT_DIGEST)), _written(digest), _EDITED))
    return Verification(tuple(items), count, causes.notes(more))


class _Causes:
    """What is another than it was when the report was written, and which differences follow from it."""

    def __init__(self, reported: Reported, now: Mapping[str, Any], catalogue: Catalogue) -> None:
        then, made = reported.made, now[PROVENANCE]
        self.intact, self.catalogue = reported.intact, catalogue
        self.library = (then["library"], made["library"])
        self.other_library = then["library"] != made["library"]
        before, after = ({_about("inputs", each)[0]: each for each in side["inputs"]} for side in (then, plain(made)))
        changed = [key for key in {**before, **after} if _sum_of(before.get(key)) != _sum_of(after.get(key))]
        self.files: dict[str, list[str]] = {}
        for key in changed:
            each = after.get(key) or before[key]
            self.files.setdefault("baseline" if each.get("of") == "baseline" else each["kind"], []).append(str(each.get("file")))
        # Of what has no digest on one of the sides it cannot be told whether it is another.
        self.unknown = {each["kind"] for side in (before, after) for each in side.values() if each.get("sha256") is None}
        self.definitions = [
            Text(vi, en)
            for key, vi, en in (
                ("rules", "quy tắc tính khác", "the rules differ"),
                ("calendar", "lịch làm việc khác", "the working calendar differs"),
                ("catalogue", "định nghĩa chỉ tiêu khác", "the definitions of indicators differ"),
            )
            if then[key] != plain(made[key])
        ]
        said, says = then["declared"], plain(made["declared"])
        if names := ", ".join(key for key in {**said, **says} if said.get(key) != says.get(key)):
            self.definitions.append(Text(f"khai báo khác: {names}", f"what is declared differs: {names}"))

    def notes(self, more: int = 0) -> tuple[Text, ...]:
        """Return what is to be known of all.

        Args:
            more: how many values are computed now that the report has not, and of which no difference is made.
        """
        found = []
        if self.other_library:
            then, now = self.library
            found.append(
                Text(
                    f"Báo cáo do thư viện {then} lập, đối chiếu bằng {now}: chỉ so những gì báo cáo có, lời văn chỉ so con số.",
                    f"The report was made by library {then}, verified by {now}: only what it has is compared, of words the numbers.",
                )
            )
        if more:
            found.append(Text(f"{more} mục tính được nay mà báo cáo không có.", f"{more} items are computed now that the report has not."))
        if not self.intact:
            found.append(
                Text(
                    "Mã kiểm tra của tệp không đúng: tệp đã bị sửa sau khi ghi.",
                    "The digest of the file is not that of its text: the file was changed after it was written.",
                )
            )
        for kind, files in self.files.items():
            names = ", ".join(files)
            found.append(Text(f"Đầu vào khác ({kind}): {names}.", f"Another input ({kind}): {names}."))
        if self.unknown:
            kinds = ", ".join(sorted(self.unknown))
            found.append(Text(f"Không có mã kiểm tra của: {kinds}.", f"There is no digest of: {kinds}."))
        return tuple(found)

    def counts(self, part: str, key: str, was: Any, found: Any) -> bool:
        """Return whether a difference is one: of another version of the library, what it says more and in other words is none."""
        if not self.other_library:
            return True
        if was is _ABSENT or part in ("rules", "calendar", "schema_version"):
            return False
        if part == PROVENANCE:
            return key.partition(".")[0] == "inputs"
        if key.rpartition(".")[2] not in _WORDS:
            return True
        # What is printed are figures too.
        return part in _FIGURES and _numbers(was) != _numbers(found)

    def judged(self, part: str, about: str, indicator: str, key: str, was: Any, found: Any) -> ReportDifference:
        why, unexplained = self._why(part, about, key, indicator)
        return ReportDifference(part, about, key, _written(was), _written(found), why, unexplained)

    def _why(self, part: str, about: str, key: str, indicator: str) -> tuple[Text, bool]:
        if "unused_file" in (about.partition(" ")[0], key.rpartition(".")[2]):
            return _UNUSED, False
        if part == PROVENANCE:
            if self.files or self.definitions or self.other_library:
                return Text("đầu vào hoặc định nghĩa đã đổi", "an input or a definition changed"), False
            return _EDITED if not self.intact else _ALARM, self.intact
        kinds = tuple(self._kinds(part, indicator))
        files = [name for kind in kinds for name in self.files.get(kind, ())]
        unknown = ", ".join(kind for kind in kinds if kind in self.unknown)
        why = [Text(f"đầu vào đã đổi: {', '.join(files)}", f"inputs changed: {', '.join(files)}")] if files else []
        why += self.definitions
        if self.other_library:
            why.append(Text("phiên bản thư viện khác", "another version of the library"))
        if not self.intact:
            why.append(_EDITED)
        if unknown and not files:
            why.append(Text(f"không có mã kiểm tra của: {unknown}", f"there is no digest of: {unknown}"))
        if not why:
            return _ALARM, True
        return Text("; ".join(each.vi for each in why), "; ".join(each.en for each in why)), False

    def _kinds(self, part: str, indicator: str) -> Iterator[str]:
        """Yield the kinds of input that a figure follows from."""
        named = self.catalogue.kinds_of(indicator) if indicator in self.catalogue else frozenset(KINDS)
        joined = {join.kind for kind in named for join in KINDS[kind].joins}
        yield from (kind for kind in KINDS if kind in named | joined)
        yield from (kind for kind in SETTINGS if kind != "baseline" or part != "measures")


_UNUSED: Final = Text("trong thư mục có bảng khác mà không mục nào dùng đến", "other tables stand in the folder that nothing names")
_EDITED: Final = Text("tệp báo cáo đã bị sửa sau khi ghi", "the report was changed after it was written")
_ALARM: Final = Text(
    "KHÔNG GIẢI THÍCH ĐƯỢC: đầu vào, quy tắc và phiên bản đều như cũ; báo cáo bị sửa kèm mã kiểm tra, hoặc thư viện sai",
    "UNEXPLAINED: inputs, rules and version are the same; the report was changed together with its digest, or the library is wrong",
)
_Compared = tuple[str, str, str, Any, Any]
"""What a value is about, its indicator, its key, what stands there, what was computed."""


def _compared(part: str, before: Any, after: Any, path: tuple[str, ...], about: str = "", indicator: str = "") -> Iterator[_Compared]:
    """Yield every value of two parts of a report, items of lists by what tells them apart."""
    keys = _KEYS.get(path[-1] if path else part)
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            yield from _compared(part, before.get(key, _ABSENT), after.get(key, _ABSENT), (*path, key), about, indicator)
    elif keys and isinstance(before, list) and isinstance(after, list):
        sides = (_by_key(path[-1] if path else part, before), _by_key(path[-1] if path else part, after))
        for key in {**sides[0], **sides[1]}:
            was, now = (side.get(key, _ABSENT) for side in sides)
            named, of = _about(path[-1] if path else part, was if isinstance(was, dict) else now)
            yield from _compared(part, was, now, () if not path else (path[0],), named, of)
    elif isinstance(before, list) and isinstance(after, list):
        for place in range(max(len(before), len(after))):
            was, now = (side[place] if place < len(side) else _ABSENT for side in (before, after))
            yield from _compared(part, was, now, (*path, str(place)), about, indicator)
    else:
        yield about, indicator, ".".join(path), before, after


def _by_key(name: str, items: list[Any]) -> dict[tuple[str, int], Any]:
    """Return items by what tells them apart; those that nothing tells apart by their order too."""
    found: dict[tuple[str, int], Any] = {}
    times: dict[str, int] = {}
    for item in items:
        key = _about(name, item)[0]
        times[key] = times.get(key, 0) + 1
        found[key, times[key]] = item
    return found


def _about(name: str, item: Any) -> tuple[str, str]:
    """Return what tells an item apart, in words, and its indicator."""
    if not isinstance(item, dict):
        return _written(item), ""
    said = [item.get(key) for key in _KEYS[name]]
    parts = [", ".join(f"{k}={v}" for k, v in sorted(each.items())) if isinstance(each, dict) else str(each) for each in said if each]
    indicator = item.get("indicator")
    return " · ".join(filter(None, parts)), indicator if isinstance(indicator, str) else ""


def _sum_of(each: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    return None if each is None else (each.get("sha256"), each.get("rows"), each.get("bytes"))


def _numbers(text: Any) -> list[str]:
    return _DIGITS.findall(str(text))


def _leaves(data: Any) -> Iterator[Any]:
    if isinstance(data, (dict, list)):
        for each in data.values() if isinstance(data, dict) else data:
            yield from _leaves(each)
    else:
        yield data


def _same(a: Any, b: Any) -> bool:
    return type(a) is type(b) and (a is b or bool(a == b))


def _short(text: str) -> str | None:
    return (text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…") or None


def _written(value: Any) -> str:
    if value is _ABSENT:
        return ""
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False, default=str)
