"""The base of every record model, and the schema of columns that is read off a model: one definition for both paths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails, PydanticCustomError

from cchc_metrics.records.fields import CellError, CellType, Choice
from cchc_metrics.records.problems import Code


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


class Record(BaseModel):
    """A frozen record of one kind; cells are understood exactly as in a file, unknown fields are ignored.

    Raises:
        pydantic.ValidationError: with the problem codes of ``cchc_metrics.records.problems.Code`` as error types.
    """

    # What checks a row is built when the first is made: whoever reads files makes none.
    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="strings", arbitrary_types_allowed=True, defer_build=True)

    checks: ClassVar[tuple[RowCheck, ...]] = ()

    @field_validator("*", mode="before")
    @classmethod
    def _understand(cls, value: object, info: ValidationInfo) -> object:
        column = schema_by_name(cls)[info.field_name or ""]
        try:
            return column.cell_type.parse(value)
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
