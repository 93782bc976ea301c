"""Measures over HTTP: questions in JSON or files, answers with the keys of report.json, errors by code in both languages.

    uvicorn examples.service.app:app

Nothing is kept between two questions, and nothing of a question is logged. docs/service.md says how it is asked and run.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, get_args

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI, Form, Request, Response, UploadFile
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException as HTTPError

import cchc_metrics as cm
from cchc_metrics.declared.mistakes import checked, misfits, written
from cchc_metrics.read.rows import kind_named
from cchc_metrics.schemas import json_schemas

from .answers import AssessAnswer, CatalogueAnswer, Code, CompareAnswer, ErrorAnswer, Health, MeasuresAnswer, answer_text
from .guard import BROKEN, BY_STATUS, Guard, Limits, Route, Said, answered, parsed, refusal
from .questions import (
    LONGEST,
    AssessQuestion,
    CompareQuestion,
    FilesQuestion,
    MeasuresQuestion,
    Refused,
    Settings,
    Shown,
    at,
    chosen,
    dataset,
    plan_of,
    row_count,
    tables_of,
    with_baseline,
)

ENDINGS = (".csv", ".parquet")
ROWS_ARE = (
    f"cần danh sách các dòng, mỗi dòng là tiêu đề → ô (chữ đến {LONGEST} ký tự, số, true/false, null)",
    f"rows are needed: heading → cell (text of {LONGEST} characters at most, number, true/false, null)",
)
QUESTIONS: Mapping[str, type[BaseModel]] = {"/measures": MeasuresQuestion, "/compare": CompareQuestion, "/assess": AssessQuestion}


def _said(place: str, why: cm.CchcError) -> list[Said]:
    """Return a line for each mistake of an error of the library."""
    code = why.code if why.code in get_args(Code) else "error"
    vi, en = why.vi.split("\n"), why.en.split("\n")
    return [(code, *pair, place) for pair in zip(vi, en, strict=True)] if len(vi) == len(en) else [(code, why.vi, why.en, place)]


def _misshapen(model: type[BaseModel], given: Any) -> list[Said]:
    """Return everything that is wrong with the shape of a question; of rows only where it is, since cells are private."""
    try:
        checked(model, given)
    except ValidationError as error:
        found: dict[tuple[str, str, str, str], None] = {}
        for path, text in misfits(error, model, given):
            vi, en, place = text.vi, text.en, path
            if "records" in path:
                vi, en = ROWS_ARE
                after = path.index("records")
                place = path[: after + 1] + tuple(
                    part for part in path[after + 1 : after + 3] if isinstance(part, int) or part in cm.records.KINDS
                )
            found["not_understood", vi, en, written(place)] = None
        return list(found)
    return []


class TooManyRowsError(cm.CchcError):
    """A question with more rows than one may have."""

    code = "too_many_rows"


class TooManyColumnsError(cm.CchcError):
    """A table with more columns than one may have."""

    code = "too_many_columns"


class TooManyValuesError(cm.CchcError):
    """A question with more values in its answer than one may have."""

    code = "too_many_values"


def _check_rows(rows: int, limits: Limits) -> None:
    if rows > limits.rows:
        vi = f"quá {limits.rows} dòng; gửi từng phần nhỏ hơn, hoặc dùng thư viện ngay tại nơi có dữ liệu"
        raise Refused(
            "records", TooManyRowsError(vi, f"more than {limits.rows} rows; ask for less, or use the library where they are"), 413
        )


def _check_columns(columns: int, place: str, limits: Limits) -> None:
    if columns > limits.columns:
        vi = f"quá {limits.columns} cột; chỉ gửi những cột dùng đến"
        raise Refused(place, TooManyColumnsError(vi, f"more than {limits.columns} columns; send those that are used"), 413)


def _check_values(values: int, most: int) -> None:
    if values > most:
        vi = "câu trả lời quá dài; hỏi ít kỳ, ít chỉ tiêu, ít đơn vị hơn (periods, indicators, breakdowns, units)"
        en = "the answer would be too long; ask for fewer periods, indicators, breakdowns or units"
        raise Refused("periods", TooManyValuesError(vi, en), 413)


def _check_size(question: MeasuresQuestion | CompareQuestion | AssessQuestion, limits: Limits) -> None:
    _check_rows(row_count(question), limits)
    for place, rows in tables_of(question):
        _check_columns(len(set().union(*rows)), place, limits)
    _check_values(len(question.settings.units) * len(getattr(question, "periods", "1")), limits.spans)


def _add_refusals(app: FastAPI) -> None:
    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> Response:
        return refusal(error.status, _said(error.place, error.why))

    @app.exception_handler(cm.CchcError)
    async def library(_: Request, error: cm.CchcError) -> Response:
        return refusal(422, _said("", error))

    @app.exception_handler(RequestValidationError)
    async def misshapen(request: Request, error: RequestValidationError) -> Response:
        model = QUESTIONS.get(request.url.path)
        found = [] if model is None or not isinstance(error.body, dict) else _misshapen(model, error.body)
        places = [".".join(map(str, each["loc"][1:])) for each in error.errors() if each["type"] == "missing"]
        found = found or [("not_understood", "thiếu", "missing", place) for place in places if place]
        return refusal(422, found or [(*BROKEN, "")])

    @app.exception_handler(HTTPError)
    async def http(_: Request, error: HTTPError) -> Response:
        return refusal(error.status_code, [(*BY_STATUS.get(error.status_code, BROKEN), "")], error.headers)


def _from_files(settings: Settings, files: Iterable[UploadFile], limits: Limits) -> cm.Dataset:
    """Return the dataset of files that came with a question, each named by its kind: ``dossiers.parquet``."""
    empty = dataset(settings, {})
    tables: dict[str, Any] = {}
    rows = 0
    with TemporaryDirectory() as folder:
        for upload in files:
            given = Path(upload.filename or "")
            with at("files"):
                kind = kind_named(given.stem).name
                if given.suffix not in ENDINGS or kind in tables:
                    vi = f"tệp đặt tên theo loại, mỗi loại một tệp: {kind}.csv hoặc {kind}.parquet"
                    raise cm.CchcError(vi, f"a file is named by its kind, one each: {kind}.csv or {kind}.parquet")
            path = Path(folder, kind + given.suffix)
            with path.open("wb") as out:
                shutil.copyfileobj(upload.file, out)
            own = settings.own[kind].model_dump() if kind in settings.own else None
            with at(f"files.{kind}"):
                said, columns = _size_said(path)
                _check_rows(rows + said - 1, limits)
                _check_columns(columns, f"files.{kind}", limits)
                read = cm.read_file(kind, path, units=empty.units, extracted_on=empty.as_of, calendar=empty.calendar, own=own)
            rows += read.problems.read
            _check_rows(rows, limits)
            tables[kind] = read
    return dataset(settings, tables)


def _size_said(path: Path) -> tuple[int, int]:
    """Return how many rows and columns the end of a Parquet file says that it has, or how many lines another has.

    Reading asks more of a line than counting it does, be it a row or not. Of a file without such an end it is none, which reading says.
    """
    if path.suffix != ".parquet":
        with path.open("rb") as file:
            return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b"")), 0
    import pyarrow as pa  # noqa: PLC0415  only where there is Parquet
    import pyarrow.parquet as pq  # noqa: PLC0415  as above

    try:
        found = pq.read_metadata(path)
    except (pa.ArrowException, OSError):
        return 0, 0
    return int(found.num_rows), int(found.num_columns)


def _add_lookups(app: FastAPI) -> None:
    @app.get("/catalogue")
    def catalogue() -> CatalogueAnswer:
        """List the indicators and the counts that they are made of."""
        found = cm.Catalogue.default()
        return CatalogueAnswer(counts=list(found.counts.values()), indicators=list(found))

    @app.get("/schema")
    def schema() -> dict[str, Any]:
        """Give the JSON Schema of every model of the library by name: records, units, plans, report.json."""
        return json_schemas()

    @app.get("/health")
    async def health() -> Health:  # waits for no thread: it is asked whether others are busy
        """Say that it answers, and by which version and calendar."""
        return Health(status="ok", version=cm.__version__, calendar=cm.Calendar.official().id)


def create_app(limits: Limits | None = None) -> FastAPI:
    """Return the service.

    Args:
        limits: what one question may bring.
    """
    most = limits or Limits()
    errors: dict[int | str, dict[str, Any]] = {code: {"model": ErrorAnswer} for code in (400, 413, 422, 500)}

    @asynccontextmanager
    async def few_threads(_: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = most.at_once
        yield

    app = FastAPI(
        title="cchc-metrics", version=cm.__version__, docs_url=None, redoc_url=None, responses=errors, lifespan=few_threads,
        redirect_slashes=False,
    )  # fmt: skip
    app.router.route_class = Route
    app.add_middleware(Guard, limits=most)
    _add_refusals(app)

    _add_questions(app, most)
    _add_lookups(app)
    return app


def _add_questions(app: FastAPI, most: Limits) -> None:
    # Functions without async: each question is answered in a thread of the pool, and the library may be called from many.

    @app.post("/measures", response_model=MeasuresAnswer)
    def measures(question: MeasuresQuestion) -> Response:
        """Give the value of every indicator, for every unit and period asked for."""
        _check_size(question, most)
        return _measured(dataset(question.settings, question.records), question)

    @app.post("/measures/files", response_model=MeasuresAnswer)
    def measures_of_files(
        question: Annotated[str, Form(description="A FilesQuestion as JSON: settings, periods, what is wanted.")],
        files: Annotated[list[UploadFile], Form(description="Tables named by their kind: dossiers.parquet, meetings.csv …")],
    ) -> Response:
        """Give the same, of tables in CSV or Parquet."""
        try:
            given = parsed(question)
        except ValueError:
            return refusal(422, [(*BROKEN, "question")])
        if found := _misshapen(FilesQuestion, given):
            return refusal(422, found)
        asked: FilesQuestion = FilesQuestion.model_validate(given)
        _check_values(len(asked.settings.units) * len(asked.periods), most.spans)
        return _measured(_from_files(asked.settings, files, most), asked)

    def _measured(data: cm.Dataset, asked: FilesQuestion) -> Response:
        data = chosen(data, asked)
        with at("periods"):
            periods = [cm.Period.parse(label) for label in asked.periods]
        with at("breakdowns" if asked.breakdowns else "records"):
            return _answered(data, data.measures(*periods, breakdowns=asked.breakdowns), asked)

    def _answered(data: cm.Dataset, measures: cm.Measures, asked: Shown, **more: Any) -> Response:
        measures = measures.filter(unit=asked.units) if asked.units else measures
        _check_values(len(measures), most.values)
        return answered(answer_text(data, measures, asked, **more))

    @app.post("/compare", response_model=CompareAnswer)
    def compare(question: CompareQuestion) -> Response:
        """Give the values of a period and their changes against a baseline."""
        _check_size(question, most)
        data = chosen(dataset(question.settings, question.records), question)
        data = with_baseline(data, question.settings, question.baseline)
        with at("period"):
            period = cm.Period.parse(question.period)
        with at("baseline_period"):
            base = None if question.baseline_period is None else cm.Period.parse(question.baseline_period)
        with at("records"):
            deltas = data.deltas(period, baseline_period=base, breakdowns=question.breakdowns)
            measures = data.measures(period, breakdowns=question.breakdowns)
            return _answered(data, measures, question, deltas=deltas)

    @app.post("/assess", response_model=AssessAnswer)
    def assess(question: AssessQuestion) -> Response:
        """Give the values of a period and where every target and task of a plan stands."""
        _check_size(question, most)
        data = dataset(question.settings, question.records)
        whole = with_baseline(data, question.settings, question.baseline).replace(plan=plan_of(data, question.plan))
        with at("period"):
            period = cm.Period.parse(question.period)
        with at("plan"):
            assessments = whole.assessments(period)
        data = chosen(whole, question)
        with at("records"):
            measures = data.replace(plan=None).measures(period, breakdowns=question.breakdowns)
            return _answered(data, measures, question, assessments=assessments)


app = create_app()
