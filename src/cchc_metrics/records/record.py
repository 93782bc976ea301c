"""The base of every record model, and the schema of columns that is read off a model: one definition for both paths."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Self, get_args, get_origin

from pydantic import ConfigDict, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails, PydanticCustomError

from cchc_metrics.declared import FrozenModel
from cchc_metrics.declared.mistakes import misfits, short
from cchc_metrics.errors import CchcError
from cchc_metrics.records.codes import Code
from cchc_metrics.records.fields import CellError, CellType, Choice, present
from cchc_metrics.text import Text


@dataclass(frozen=True, slots=True)
class RowCheck:
    """A rule about a whole row, said twice: for one record and for columns; a test proves that both say the same.

    Args:
        code: the problem's code; its severity decides whether the row is set apart.
        column: the column named in the problem.
        record: takes a record whose cells are valid, returns whether the row breaks the rule.
        columns: takes ``Columns`` of rows whose cells are valid, returns the mask of the rows that break it.
    """

    code: Code
    column: str
    record: Callable[[Any], bool]
    columns: Callable[[Any], Any]


class RecordError(CchcError):
    """A record that cannot be made: all that is wrong with it at once, as the problems of a row are when a file is read.

    Args:
        name: the record's class.
        found: column, problem code and text of each mistake; without a code where what was given is no record at all.
    """

    code = "record"

    def __init__(self, name: str, found: Iterable[tuple[str, Code | None, Text]]) -> None:
        self.name, self.found = name, tuple(found)
        at = [(f"{column}: " if column else "", text) for column, _, text in self.found]
        super().__init__(
            f"{name}: " + "; ".join(column + text.vi for column, text in at),
            f"{name}: " + "; ".join(column + text.en for column, text in at),
        )

    @property
    def codes(self) -> tuple[Code, ...]:
        """The problem codes, in the order of the columns."""
        return tuple(code for _, code, _ in self.found if code is not None)

    def __reduce__(self) -> tuple[type[RecordError], tuple[Any, ...]]:
        return (type(self), (self.name, self.found))


class Record(FrozenModel):
    """A frozen record of one kind; cells are understood exactly as in a file, unknown fields are ignored.

    Raises:
        RecordError: with the problem codes of ``cchc_metrics.records.codes.Code``.

    >>> from cchc_metrics.records.survey import SurveyAnswer
    >>> SurveyAnswer(response_id="1", unit_code="TM", answered_on="31/02/2021", question="1", score=5)
    Traceback (most recent call last):
        ...
    cchc_metrics.records.record.RecordError: SurveyAnswer: answered_on: «31/02/2021»: ngày không có thật hoặc không đọc được; dùng ...
    """

    # What checks a row is built when the first is made: whoever reads files makes none.
    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="strings", arbitrary_types_allowed=True, defer_build=True)

    checks: ClassVar[tuple[RowCheck, ...]] = ()

    @field_validator("*", mode="before")
    @classmethod
    def _understand(cls, value: object, info: ValidationInfo) -> object:
        column = schema_by_name(cls)[info.field_name or ""]
        try:
            return column.cell_type.parse(present(value))
        except CellError as error:
            raise PydanticCustomError(
                error.code.value,
                "{vi} | {en}",
                {"vi": error.code.vi + error.fix[0], "en": error.code.en + error.fix[1]},
            ) from None

    @model_validator(mode="after")
    def _check_row(self) -> Self:
        broken = [check for check in type(self).checks if check.code.severity == "error" and check.record(self)]
        if broken:
            # All at once, as reading tells them; each at its column.
            raise ValidationError.from_exception_data(
                type(self).__name__,
                [
                    InitErrorDetails(
                        type=PydanticCustomError(check.code.value, "{vi} | {en}", {"vi": check.code.vi, "en": check.code.en}),
                        loc=(check.column,),
                        input=getattr(self, check.column),
                    )
                    for check in broken
                ],
            )
        return self

    @classmethod
    def _library_error(cls, error: ValidationError, data: object) -> RecordError:
        found: list[tuple[str, Code | None, Text]] = []
        codes = {code.value: code for code in Code}
        for mistake, (_, said) in zip(error.errors(include_url=False), misfits(error, cls, data), strict=False):
            column, value, context = ".".join(map(str, mistake["loc"])), mistake["input"], mistake.get("ctx", {})
            code = codes.get("missing_value" if mistake["type"] == "missing" else mistake["type"])
            if code is None:
                found.append((column, None, said))
            else:
                head = "" if code is Code.MISSING_VALUE or value in (None, "") else f"«{short(value)}»: "
                found.append((column, code, Text(head + context.get("vi", code.vi), head + context.get("en", code.en))))
        return RecordError(cls.__name__, found)


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One column of a kind: its canonical name, how cells are understood, and what an absent column means.

    Args:
        name: canonical heading.
        cell_type: see ``CellType``.
        choice: the closed list, for kind ``choice``; None otherwise.
        required: whether a table without this column cannot be used.
        default: the value of an absent column or empty cell.
    """

    name: str
    cell_type: CellType
    choice: type[Choice] | None
    required: bool
    default: Any


@cache
def schema(model: type[Record]) -> tuple[ColumnSpec, ...]:
    """Return the columns of a record model, in declared order."""
    return tuple(_column(name, info) for name, info in model.model_fields.items())


@cache
def schema_by_name(model: type[Record]) -> dict[str, ColumnSpec]:
    """Return the columns of a record model by name."""
    return {column.name: column for column in schema(model)}


def _column(name: str, info: FieldInfo) -> ColumnSpec:
    annotation = info.annotation
    for meta in info.metadata:
        if isinstance(meta, CellType):
            return ColumnSpec(name, meta, None, info.is_required(), None if info.is_required() else info.default)
    options = get_args(annotation) if get_origin(annotation) is not None else (annotation,)
    choice = next(o for o in options if isinstance(o, type) and issubclass(o, Choice))
    return ColumnSpec(name, CellType("choice", choice.parse), choice, info.is_required(), None if info.is_required() else info.default)
