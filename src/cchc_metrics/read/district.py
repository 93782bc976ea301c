"""``district.toml``: who reports, when, with which units, rules, files and headings."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from cchc_metrics.errors import CchcError, InputError, suggestion
from cchc_metrics.read.headings import IGNORED
from cchc_metrics.records.fields import CellError, parse_day
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import schema
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import Level, Unit
from cchc_metrics.text import fold

FILE = "district.toml"
_LEVELS: Mapping[str, str] = {
    **dict.fromkeys(("tinh", "cap tinh", "thanh pho truc thuoc trung uong"), "province"),
    **dict.fromkeys(("huyen", "cap huyen", "quan", "thi xa"), "district"),
    **dict.fromkeys(("xa", "cap xa", "phuong", "thi tran", "dac khu"), "commune"),
}


def _level(value: object) -> object:
    return _LEVELS.get(fold(value), value) if isinstance(value, str) else value


def _date(value: object) -> object:
    if value is None or isinstance(value, date):
        return value
    try:
        return parse_day(value)
    except CellError as error:
        raise CchcError(error.code.vi, error.code.en) from None


def _short(entry: object) -> str:
    return json.dumps(entry, default=str, ensure_ascii=False, separators=(",", ":")).replace('"', "")


def _file_name(value: object) -> object:
    if isinstance(value, str) and (not value.strip() or value.startswith(("/", "\\")) or ":" in value or ".." in re.split(r"[/\\]", value)):
        raise CchcError(
            f"«{value}» phải là tên tệp trong thư mục này; chép tệp vào đây",
            f"«{value}» must be the name of a file in this folder; copy the file here",
        )
    return value


Day = Annotated[date, BeforeValidator(_date)]
"""A date: of TOML, or text as in a table."""
LevelName = Annotated[Level, BeforeValidator(_level)]
"""A level, also by its Vietnamese name: cấp xã, phường."""
FileName = Annotated[str, BeforeValidator(_file_name)]
"""The name of a file in the folder or below it."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


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
        if isinstance(fixed.get("predecessors"), str):
            fixed["predecessors"] = tuple(filter(None, (p.strip() for p in fixed["predecessors"].replace(";", ",").split(","))))
        return fixed

    @field_validator("valid_from", "valid_to", mode="before")
    @classmethod
    def _day(cls, value: object) -> object:
        return _date(value)


class CalendarYearEntry(_Part):
    """A year of the working calendar, as an official notice gives it; replaces the packaged year or stands beside it."""

    status: Literal["announced", "estimated"] = "announced"
    days_off: tuple[Day, ...]
    working_weekend_days: tuple[Day, ...] = ()
    sources: tuple[str, ...] = ()


class CalendarEntry(_Part):
    """``[calendar]``: a JSON or TOML file of years, years written here, or both; what stands here wins."""

    file: FileName = ""
    years: Mapping[int, CalendarYearEntry] = Field(default_factory=dict)


class CoverageEntry(_Part):
    """From which to which day the records of a kind are complete; the day of export where the last is not said."""

    first: Day
    last: Day | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise CchcError("last trước first", "last is before first")
        return self


class District(_Part):
    r"""A district's ``district.toml``.

    Args:
        code, name, level, province: who reports; any level of unit can.
        extracted_on: the day on which the records were exported; nothing later is known. None when not said.
        period: the period reported on unless another is asked for, as ``Period.parse`` reads it.
        rules: a preset's name, or a table of ``Rules`` with ``base``, the preset that it changes.
        units, units_file: the unit tree, here or in a CSV file of the same columns; neither for a single unit.
        files: kind → file name; ``<kind>.csv`` where not said.
        headings: kind → own heading → canonical column, or ``""`` to pass a column over.
        calendar: own years of the working calendar.
        coverage: kind → the days between which its records are complete; ``first`` and ``last`` directly under it hold for every kind.
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
    files: Mapping[str, FileName] = Field(default_factory=dict)
    headings: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)
    calendar: CalendarEntry = CalendarEntry()
    coverage: Mapping[str, CoverageEntry] = Field(default_factory=dict)
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
        base = Rules.preset(str(value.get("base", "default")))
        changes = {key: entry for key, entry in value.items() if key != "base"}
        # Measures carry the id and tallies are added by it, so unlike rules must not share one.
        reported = (f"{key}={_short(entry)}" for key, entry in sorted(changes.items()) if key not in ("id", "vi", "en"))
        own = "+".join([base.id, *reported])
        return {**base.model_dump(), "id": own, **changes}

    @field_validator("files", "headings", "coverage", mode="before")
    @classmethod
    def _kinds(cls, value: object, info: Any) -> object:
        if not isinstance(value, Mapping):
            return value
        if info.field_name == "coverage" and set(value) & {"first", "last"}:
            whole = {key: value[key] for key in ("first", "last") if key in value}
            value = dict.fromkeys(KINDS, whole) | {key: entry for key, entry in value.items() if key not in whole}
        wrong = [(key, *suggestion(key, KINDS)) for key in value if key not in KINDS]
        if wrong:
            raise CchcError(
                "; ".join(f"không có loại hồ sơ «{key}»{vi}" for key, vi, _ in wrong),
                "; ".join(f"there is no kind «{key}»{en}" for key, _, en in wrong),
            )
        return value

    @field_validator("headings", mode="after")
    @classmethod
    def _columns(cls, value: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, str]]:
        wrong = []
        for kind, own in value.items():
            columns = [spec.name for spec in schema(KINDS[kind].model)]
            wrong += [(kind, to, *suggestion(to, columns)) for to in own.values() if to != IGNORED and to not in columns]
        if wrong:
            raise CchcError(
                "; ".join(f"{kind} không có cột «{to}»{vi}" for kind, to, vi, _ in wrong),
                "; ".join(f"{kind} has no column «{to}»{en}" for kind, to, _, en in wrong),
            )
        return value

    @model_validator(mode="after")
    def _one_tree(self) -> Self:
        if self.units and self.units_file:
            raise CchcError("chỉ ghi một trong hai: units, units_file", "give one of units and units_file, not both")
        return self


def load_district(text: str, *, file: str = FILE) -> District:
    r"""Return what a ``district.toml`` says.

    Args:
        text: the TOML.
        file: its name, for messages.

    Raises:
        InputError: lists every mistake, each with its key.

    >>> load_district('code = "TM"\nname = "Tháp Mười"\nlevle = "district"')
    Traceback (most recent call last):
        ...
    cchc_metrics.errors.InputError: district.toml: level: thiếu; levle: khóa lạ; có phải «level»? | district.toml: level: is missing; levle: unknown key; did you mean «level»?
    """  # noqa: E501  (the message is one line by its contract)
    try:
        return District.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{file}: không phải TOML: {error}", f"{file}: not TOML: {error}") from None
    except ValidationError as error:
        raise mistakes_of(error, District, file) from None


def mistakes_of(error: ValidationError, model: type[BaseModel], place: str) -> InputError:
    """Return every mistake that a model found in a file as one error, each with its key, in both languages."""
    reported = [_mistake(details, model) for details in error.errors(include_url=False)]
    return InputError(f"{place}: " + "; ".join(vi for vi, _ in reported), f"{place}: " + "; ".join(en for _, en in reported))


_TEXTS: Mapping[str, tuple[str, str]] = {
    "missing": ("thiếu", "is missing"),
    "extra_forbidden": ("khóa lạ", "unknown key"),
    "string_type": ("phải là chữ trong ngoặc kép", "must be text in quotation marks"),
    "string_too_short": ("không được trống", "must not be empty"),
    "literal_error": ("phải là một trong: {expected}", "must be one of: {expected}"),
    "bool_parsing": ("phải là true hoặc false", "must be true or false"),
    "bool_type": ("phải là true hoặc false", "must be true or false"),
    "date_type": ("phải là ngày, như 2022-03-31", "must be a date, like 2022-03-31"),
    "int_parsing": ("phải là số nguyên", "must be a whole number"),
    "tuple_type": ("phải là danh sách [ … ]", "must be a list [ … ]"),
    "dict_type": ("phải là một bảng", "must be a table"),
    "mapping_type": ("phải là một bảng", "must be a table"),
    "model_type": ("phải là một bảng", "must be a table"),
}


def _mistake(details: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    where = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in details["loc"]).lstrip(".")
    raised = details.get("ctx", {}).get("error")
    if isinstance(raised, CchcError):
        vi, en = raised.vi, raised.en
    else:
        vi, en = _TEXTS.get(details["type"], ("giá trị không hợp lệ: " + details["msg"], details["msg"]))
        expected = str(details.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ")
        vi, en = vi.replace("{expected}", expected), en.replace("{expected}", expected)
    if details["type"] == "extra_forbidden":
        tail_vi, tail_en = suggestion(str(details["loc"][-1]), _keys_at(model, details["loc"][:-1]))
        vi, en = vi + tail_vi, en + tail_en
    return (f"{where}: {vi}", f"{where}: {en}") if where else (vi, en)


def _keys_at(model: type[BaseModel], path: Sequence[int | str]) -> list[str]:
    """Return the keys known at a place of a file; of the whole file where the place is not a table of its own."""
    parts: dict[str, type[BaseModel]] = {
        "units": UnitEntry,
        "calendar": CalendarEntry,
        "years": CalendarYearEntry,
        "coverage": CoverageEntry,
        "rules": Rules,
    }
    named = [part for part in path if part in parts]
    return list((parts[str(named[-1])] if named else model).model_fields)
