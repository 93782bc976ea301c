"""``district.toml``: who reports, when, with which units, rules, files and headings."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, field_validator, model_validator

from cchc_metrics.declared import Day, DeclaredModel, MisfitError, Mistakes, checked, parse_toml
from cchc_metrics.declared.lines import Path
from cchc_metrics.declared.mistakes import misfits
from cchc_metrics.errors import CchcError, InputError, suggestion
from cchc_metrics.read.limits import LIMITS, Limits, limits_of
from cchc_metrics.read.old_text import encoding_named
from cchc_metrics.read.own import Own, mistakes_of
from cchc_metrics.read.postgres_link import has_password
from cchc_metrics.records.fields import CellError, parse_day
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import Level, Unit
from cchc_metrics.text import Text, fold

FILE = "district.toml"
LEVEL_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("tinh", "cap tinh", "thanh pho truc thuoc trung uong"), "province"),
    **dict.fromkeys(("huyen", "cap huyen", "quan", "thi xa"), "district"),
    **dict.fromkeys(("xa", "cap xa", "phuong", "thi tran", "dac khu"), "commune"),
}


def _level(value: object) -> object:
    return LEVEL_WORDS.get(fold(value), value) if isinstance(value, str) else value


def _date(value: object) -> object:
    if value is None or isinstance(value, date):
        return value
    try:
        return parse_day(value)
    except CellError as error:
        raise CchcError(error.code.vi, error.code.en) from None


def _kind(name: str) -> str:
    if name not in KINDS:
        raise _no_kind(name)
    return name


def _no_kind(name: str, *others: str) -> CchcError:
    vi, en = suggestion(name, (*KINDS, *others))
    return CchcError(f"không có loại hồ sơ «{name}»{vi}", f"there is no kind «{name}»{en}")


def _short(entry: object) -> str:
    return json.dumps(entry, default=str, ensure_ascii=False, separators=(",", ":")).replace('"', "")


def _file_name(value: object) -> object:
    if isinstance(value, str) and (not value.strip() or value.startswith(("/", "\\")) or ":" in value or ".." in re.split(r"[/\\]", value)):
        raise CchcError(
            f"«{value}» phải là tên tệp trong thư mục này; chép tệp vào đây",
            f"«{value}» must be the name of a file in this folder; copy the file here",
        )
    return value


def _encodings(value: object) -> object:
    return {"*": value} if isinstance(value, str) else value


def _file_names(value: object) -> object:
    return value if isinstance(value, (list, tuple)) else (value,)


LevelName = Annotated[Level, BeforeValidator(_level)]
"""A level, also by its Vietnamese name: cấp xã, phường."""
FileName = Annotated[str, BeforeValidator(_file_name)]
"""The name of a file in the folder or below it."""
FileNames = Annotated[tuple[FileName, ...], BeforeValidator(_file_names), Field(min_length=1)]
"""One file or several; a name may be a pattern."""


def _limits(value: object) -> object:
    return limits_of(value) if isinstance(value, Mapping) else value


Encoding = Annotated[str, AfterValidator(encoding_named)]
"""The encoding of a file's text, by any of its names."""
KindName = Annotated[str, AfterValidator(_kind)]
"""The name of a kind of record."""


class UnitEntry(Unit):
    """A unit as ``district.toml`` or a unit file has it: levels also in Vietnamese, dates also as dd/mm/yyyy, empty for not said."""

    @model_validator(mode="before")
    @classmethod
    def _fix(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        fixed = {key: value for key, value in data.items() if value not in ("", None)}
        if "level" in fixed:
            fixed["level"] = _level(fixed["level"])
        for key in ("predecessors", "parts_of"):
            if isinstance(fixed.get(key), str):
                fixed[key] = tuple(filter(None, (p.strip() for p in fixed[key].replace(";", ",").split(","))))
        if isinstance(fixed.get("continues"), str) and fold(fixed["continues"]) in ("x", "co", "yes", "true", "1"):
            fixed["continues"] = True
        return fixed

    @field_validator("valid_from", "valid_to", mode="before")
    @classmethod
    def _day(cls, value: object) -> object:
        return _date(value)


class CalendarYearEntry(DeclaredModel):
    """A year of the working calendar, as an official notice gives it; replaces the packaged year or stands beside it."""

    status: Literal["announced", "estimated"] = "announced"
    days_off: tuple[Day, ...]
    working_weekend_days: tuple[Day, ...] = ()
    sources: tuple[str, ...] = ()


class CalendarEntry(DeclaredModel):
    """``[calendar]``: a JSON or TOML file of years, years written here, or both; what stands here wins."""

    file: FileName = ""
    years: Mapping[int, CalendarYearEntry] = Field(default_factory=dict)


class CoverageEntry(DeclaredModel):
    """From which to which day the records of a kind are complete; the day of export where the last is not said.

    ``local_only``: they are those of the province's own system, without what ministries' systems keep.
    """

    first: Day | None = None
    last: Day | None = None
    local_only: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.first is None and (self.last is not None or not self.local_only):
            raise MisfitError([(("first",), Text("thiếu", "missing"))])
        if self.first is not None and self.last is not None and self.last < self.first:
            raise MisfitError([(("last",), Text("last trước first", "last is before first"))])
        return self


class QueryEntry(DeclaredModel):
    """``[queries.<kind>]``: a table that is the answer to a query of PostgreSQL.

    Args:
        sql: the query.
        uri: the address of the database, without a password.
        uri_env: the environment variable that has the address; one of the two is given.
    """

    sql: str = Field(min_length=1)
    uri: str = ""
    uri_env: str = ""

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        why = None if bool(self.uri) != bool(self.uri_env) else Text("ghi đúng một trong hai: uri, uri_env", "give one of uri and uri_env")
        if self.uri_env and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", self.uri_env):
            why = Text(
                "uri_env là tên một biến môi trường, như MOT_CUA_URI", "uri_env is the name of an environment variable, as MOT_CUA_URI"
            )
        if has_password(self.uri):  # the message is made here, since that of a wrong value would show it
            why = Text(
                "mật khẩu không được ghi trong tệp; bỏ nó khỏi uri và đặt biến môi trường PGPASSWORD, "
                "hoặc thay uri bằng uri_env = tên biến môi trường có cả địa chỉ",
                "a password must not stand in a file; take it out of uri and set the environment variable PGPASSWORD, "
                "or replace uri by uri_env, the name of an environment variable that has the whole address",
            )
        if why is not None:
            raise MisfitError([(("uri",), why)])
        return self

    def address(self, kind: str) -> str:
        """Return the address of the database.

        Args:
            kind: the kind whose query it is, for messages.

        Raises:
            InputError: the environment variable is not set.
        """
        if self.uri:
            return self.uri
        found = os.environ.get(self.uri_env, "")
        if not found:
            place = f"{FILE}: queries.{kind}.uri_env"
            raise InputError(
                f"{place}: chưa đặt biến môi trường {self.uri_env}; đặt: {self.uri_env}=postgresql://người-dùng@máy-chủ/cơ-sở-dữ-liệu",
                f"{place}: the environment variable {self.uri_env} is not set; set {self.uri_env}=postgresql://user@host/database",
            )
        return found


class PublishEntry(DeclaredModel):
    """``[publish]``: how what leaves the office is made.

    Args:
        suppress_below: counts below this number are not shown, nor what gives them away; None for all counts.
    """

    suppress_below: int | None = Field(default=None, ge=2, strict=True)


class District(DeclaredModel):
    r"""A district's ``district.toml``.

    Args:
        code, name, level, province: who reports; any level of unit can.
        extracted_on: the day on which the records were exported; nothing later is known. None when not said.
        period: the period reported on unless another is asked for, as ``Period.parse`` reads it.
        rules: a preset's name, or a table of ``Rules`` with ``base``, the preset that it changes; ``changes`` from a day on stand beside
            those of the preset.
        units, units_file: the unit tree, here, in a file of the same columns, or as an official list of changes; neither for a single unit.
        units_later: lists of what was renamed after the official list of changes.
        units_changed_on: the first day of the new units of that list; 01/07/2025 where not said.
        files: kind → file name, several, or a pattern; ``<kind>.csv`` where not said. ``#`` and a sheet may follow, or ``#*``: all like
            sheets.
        queries: kind → a query of PostgreSQL that gives its table, in place of a file.
        headings: kind → own heading → canonical column, ``""`` to pass a column over, or ``a+b`` where it fills two.
        values: kind → column → own word → the code, unit or label that it means.
        blank: kind → column → what an empty cell means.
        columns: kind → column → the value of every row, where the file lacks the column; a file that has it speaks for itself.
        encoding: the encoding of every file's text, or file, pattern or kind → its encoding; Unicode where nothing is said.
        limits: how much a file may hold (``limits.Limits``), where the usual limits are too low.
        layout: kind → the layouts that were declared (``headings.layout_of``); another one is reported.
        calendar: own years of the working calendar.
        coverage: kind → the days between which its records are complete; ``first`` and ``last`` directly under it hold for every kind.
            ``local_only`` of dossiers says that they are an export of the province's own system, which ministries' systems stand beside.
        publish: how what leaves the office is made: ``suppress_below``.
        synthetic: whether the records are made up; every output says so.
        note_vi, note_en: a note to print with every output.
        plan, baseline, catalogue: file names; ``plan.toml`` and ``baseline.json`` are used without being named.

    >>> load_district('code = "TM"\nname = "Tháp Mười"\nlevel = "huyện"\nextracted_on = 2022-03-31').level
    'district'
    """

    code: str = Field(min_length=1)
    name: str = Field(min_length=1)
    level: LevelName
    province: str = ""
    extracted_on: Day | None = None
    period: str = ""
    rules: Rules = Field(default_factory=lambda: Rules.preset("default"))
    units: tuple[UnitEntry, ...] = ()
    units_file: FileName | None = None
    units_later: tuple[FileName, ...] = ()
    units_changed_on: Day | None = None
    files: Mapping[KindName, FileNames] = Field(default_factory=dict)
    queries: Mapping[KindName, QueryEntry] = Field(default_factory=dict)
    encoding: Annotated[Mapping[str, Encoding], BeforeValidator(_encodings)] = Field(default_factory=dict)
    headings: Mapping[KindName, Mapping[str, str]] = Field(default_factory=dict)
    values: Mapping[KindName, Mapping[str, Mapping[str, str]]] = Field(default_factory=dict)
    blank: Mapping[KindName, Mapping[str, str]] = Field(default_factory=dict)
    columns: Mapping[KindName, Mapping[str, str]] = Field(default_factory=dict)
    limits: Annotated[Limits, BeforeValidator(_limits)] = LIMITS
    layout: Mapping[KindName, tuple[str, ...]] = Field(default_factory=dict)
    calendar: CalendarEntry = CalendarEntry()
    coverage: Mapping[KindName, CoverageEntry] = Field(default_factory=dict)
    publish: PublishEntry = PublishEntry()
    synthetic: bool = False
    note_vi: str = ""
    note_en: str = ""
    plan: FileName | None = None
    baseline: FileName | None = None
    catalogue: tuple[FileName, ...] = ()

    @field_validator("period", mode="after")
    @classmethod
    def _period(cls, value: str) -> str:
        return Period.parse(value).label if value else ""

    @field_validator("rules", mode="before")
    @classmethod
    def _rules(cls, value: object) -> object:
        if isinstance(value, str):
            return Rules.preset(value)
        if not isinstance(value, Mapping):
            return value
        try:
            base = Rules.preset(str(value.get("base", "default")))
        except CchcError as error:
            raise MisfitError([(("base",), Text(error.vi, error.en))]) from None
        changes = {key: entry for key, entry in value.items() if key != "base"}
        named = {key: changes.pop(key) for key in ("id", "vi", "en") if key in changes}
        # Measures carry the id and tallies are added by it, so unlike rules must not share one.
        reported = (f"{key}={_short(entry)}" for key, entry in sorted(changes.items()))
        given = {"id": "+".join([base.id, *reported]), **named, **changes}
        try:
            own = checked(Rules, given)
        except ValidationError as error:
            raise MisfitError(misfits(error, Rules, given)) from None
        return base.with_options(own.id, own.model_dump(exclude_unset=True, exclude={"id", "changes"}), own.changes)

    @field_validator("coverage", mode="before")
    @classmethod
    def _every_kind(cls, value: object) -> object:
        if not isinstance(value, Mapping) or not set(value) & {"first", "last"}:
            return value
        whole = {key: value[key] for key in ("first", "last") if key in value}
        unknown = {key: _no_kind(key, "first", "last") for key in value if key not in (*KINDS, *whole)}
        wrong: list[tuple[Path, Text]] = [((key,), Text(why.vi, why.en)) for key, why in unknown.items()]
        try:
            checked(CoverageEntry, whole)
        except ValidationError as error:  # reported once, and not for every kind
            wrong += misfits(error, CoverageEntry, whole)
        if wrong:
            raise MisfitError(wrong)
        own = {key: entry for key, entry in value.items() if key not in whole}
        for key, entry in own.items():  # one that says no days of its own has those of every kind
            if isinstance(entry, Mapping) and not set(entry) & set(whole):
                own[key] = {**whole, **entry}
        return dict.fromkeys(KINDS, whole) | own

    @field_validator("coverage", mode="after")
    @classmethod
    def _local(cls, value: Mapping[str, CoverageEntry]) -> Mapping[str, CoverageEntry]:
        why = Text("chỉ ghi cho dossiers: hệ thống của bộ giữ hồ sơ", "is for dossiers only: it is these that ministries' systems keep")
        wrong: list[tuple[Path, Text]] = [
            ((kind, "local_only"), why) for kind, own in value.items() if own.local_only and kind != "dossiers"
        ]
        if wrong:
            raise MisfitError(wrong)
        return value

    @field_validator("headings", mode="after")
    @classmethod
    def _columns(cls, value: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, str]]:
        wrong = [((kind, *path[1:]), why) for kind, own in value.items() for path, why in mistakes_of(KINDS[kind], Own(headings=own))]
        if wrong:
            raise MisfitError(wrong)
        return value

    @model_validator(mode="after")
    def _own_cells(self) -> Self:
        wrong = [
            ((path[0], name, *path[1:]), why)
            for name in dict.fromkeys((*self.values, *self.blank, *self.columns))
            for path, why in mistakes_of(KINDS[name], self.own(name))
        ]
        if wrong:
            raise MisfitError(wrong)
        return self

    @property
    def local_only(self) -> bool:
        """Whether the dossiers are those of the province's own system."""
        return "dossiers" in self.coverage and self.coverage["dossiers"].local_only

    def own(self, kind: str) -> Own:
        """Return what is declared of the table of a kind."""
        encodings = {name: encoding for name, encoding in self.encoding.items() if name not in KINDS and name != "*"}
        whole = self.encoding.get(kind, self.encoding.get("*"))
        encodings |= {} if whole is None else {"*": whole}
        cells = (self.values.get(kind, {}), self.blank.get(kind, {}), self.columns.get(kind, {}))
        return Own(self.headings.get(kind, {}), *cells, self.layout.get(kind, ()), encodings, self.limits)

    @model_validator(mode="after")
    def _one_table(self) -> Self:
        why = Text("đã có bảng này dưới [files]; chỉ ghi một trong hai", "this table stands under [files] already; give one of the two")
        both: list[tuple[Path, Text]] = [(("queries", kind), why) for kind in self.queries if kind in self.files]
        if both:
            raise MisfitError(both)
        return self

    @model_validator(mode="after")
    def _one_tree(self) -> Self:
        if self.units and self.units_file:
            why = Text("chỉ ghi một trong hai: units, units_file", "give one of units and units_file, not both")
            raise MisfitError([(("units_file",), why)])
        return self


def load_district(text: str | bytes, *, file: str = FILE) -> District:
    r"""Return what a ``district.toml`` says.

    Args:
        text: the TOML, as text or as the file's bytes.
        file: its name, for messages.

    Raises:
        MistakesError: lists every mistake, each with its line and key.

    >>> load_district('code = "TM"\nname = "Tháp Mười"\nlevle = "district"')
    Traceback (most recent call last):
        ...
    cchc_metrics.errors.MistakesError: district.toml: level: thiếu | district.toml: level: missing
    district.toml:3: levle: khóa lạ; có phải «level»? | district.toml:3: levle: unknown key; did you mean «level»?
    """
    mistakes = Mistakes(parse_toml(text, file))
    found = mistakes.model(District, mistakes.source.data)
    mistakes.raise_if_any()
    assert found is not None  # noqa: S101  without mistakes there is one
    return found
