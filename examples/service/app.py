"""Measures over HTTP: questions in JSON or files, answers with the keys of report.json, errors by code in both languages.

    uvicorn examples.service.app:app

Nothing is kept between two questions, and nothing of a question is logged. docs/service.md says how it is asked and run.
"""

from __future__ import annotations

import json
import logging
import shutil
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, get_args

from fastapi import FastAPI, Form, HTTPException, Request, Response, UploadFile
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException as HTTPError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import cchc_metrics as cm
from cchc_metrics.declared.mistakes import checked, misfits, written
from cchc_metrics.read.rows import kind_named
from cchc_metrics.schemas import json_schemas

from .answers import AssessAnswer, CatalogueAnswer, Code, CompareAnswer, ErrorAnswer, Health, MeasuresAnswer, answer_text
from .questions import (
    AssessQuestion,
    CompareQuestion,
    FilesQuestion,
    MeasuresQuestion,
    Refused,
    Settings,
    at,
    chosen,
    dataset,
    plan_of,
    row_count,
    with_baseline,
)

LOG = logging.getLogger("cchc_service")
ENDINGS = (".csv", ".parquet")
QUESTIONS: Mapping[str, type[BaseModel]] = {"/measures": MeasuresQuestion, "/compare": CompareQuestion, "/assess": AssessQuestion}
BY_STATUS = {
    404: ("not_found", "không có địa chỉ này", "there is no such address"),
    405: ("bad_request", "không dùng phương thức này ở đây", "this method is not for this address"),
    413: ("too_large", "câu hỏi quá lớn", "the question is too large"),
}
BROKEN = ("bad_request", "không đọc được câu hỏi: cần JSON UTF-8", "the question cannot be read: JSON in UTF-8 is needed")
Said = tuple[str, str, str, str]
"""Code, Vietnamese, English, place."""


@dataclass(frozen=True)
class Limits:
    """What one question may bring.

    Args:
        body: bytes, files and all.
        rows: rows of all its tables.
    """

    body: int = 32 * 2**20
    rows: int = 500_000


def refusal(status: int, errors: Iterable[Said], headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer that says what is wrong; never what was in a cell."""
    items = [{"code": code, "vi": vi, "en": en, "place": place} for code, vi, en, place in errors]
    return Response(json.dumps({"errors": items}, ensure_ascii=False), status, headers, media_type="application/json")


def answered(text: str) -> Response:
    """Return an answer that was written by lines; the tests hold it to its model."""
    return Response(text, media_type="application/json")


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
                vi, en = "cần danh sách các dòng, mỗi dòng là tiêu đề → ô (chữ, số, true/false, null)", "rows are needed: heading → cell"
                after = path.index("records")
                place = path[: after + 1] + tuple(
                    part for part in path[after + 1 : after + 3] if isinstance(part, int) or part in cm.records.KINDS
                )
            found["not_understood", vi, en, written(place)] = None
        return list(found)
    return []


def _check_rows(rows: int, limits: Limits) -> None:
    if rows > limits.rows:
        vi = f"quá {limits.rows} dòng; gửi từng phần nhỏ hơn, hoặc dùng thư viện ngay tại nơi có dữ liệu"
        raise Refused(
            "records", TooManyRowsError(vi, f"more than {limits.rows} rows; ask for less, or use the library where they are"), 413
        )


class TooManyRowsError(cm.CchcError):
    """A question with more rows than one may have."""

    code = "too_many_rows"


class Guard:
    """What stands around every question: a limit of its size, and an answer without a trace for what nobody foresaw."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app, self.limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a question on, and answer in its place where it is too large or fails."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        taken, begun = 0, False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.limit:
                raise HTTPException(413)
            return message

        async def sent(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not length.isdigit() or int(length) > self.limit:
            await refusal(413, [(*BY_STATUS[413], "")])(scope, receive, send)
            return
        try:
            await self.app(scope, counted, sent)
        except Exception as error:  # noqa: BLE001  whatever it is, it may have a cell in its text, so only its kind and place are logged
            last = traceback.extract_tb(error.__traceback__)[-1]
            LOG.error("unforeseen %s at %s:%s", type(error).__name__, Path(last.filename).name, last.lineno)  # noqa: TRY400  as above
            if not begun:
                said = ("internal", "lỗi của dịch vụ; xem nhật ký của máy chủ", "a fault of the service; see the server's log", "")
                await refusal(500, [said])(scope, receive, send)


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
                _check_rows(rows + _rows_said(path), limits)
                read = cm.read_file(kind, path, units=empty.units, extracted_on=empty.as_of, calendar=empty.calendar, own=own)
            rows += read.problems.read
            _check_rows(rows, limits)
            tables[kind] = read
    return dataset(settings, tables)


def _rows_said(path: Path) -> int:
    """Return how many rows the end of a Parquet file says that it has; 0 where there is no such end, which reading then says."""
    if path.suffix != ".parquet":
        return 0
    import pyarrow as pa  # noqa: PLC0415  only where there is Parquet
    import pyarrow.parquet as pq  # noqa: PLC0415  as above

    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError):
        return 0


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
    def health() -> Health:
        """Say that it answers, and by which version and calendar."""
        return Health(status="ok", version=cm.__version__, calendar=cm.Calendar.official().id)


def create_app(limits: Limits | None = None) -> FastAPI:
    """Return the service.

    Args:
        limits: what one question may bring.
    """
    most = limits or Limits()
    errors: dict[int | str, dict[str, Any]] = {code: {"model": ErrorAnswer} for code in (400, 413, 422, 500)}
    app = FastAPI(title="cchc-metrics", version=cm.__version__, docs_url=None, redoc_url=None, responses=errors)
    app.add_middleware(Guard, limit=most.body)
    _add_refusals(app)

    # Functions without async: each question is answered in a thread of the pool, and the library may be called from many.

    @app.post("/measures", response_model=MeasuresAnswer)
    def measures(question: MeasuresQuestion) -> Response:
        """Give the value of every indicator, for every unit and period asked for."""
        _check_rows(row_count(question), most)
        return _measured(dataset(question.settings, question.records), question)

    @app.post("/measures/files", response_model=MeasuresAnswer)
    def measures_of_files(
        question: Annotated[str, Form(description="A FilesQuestion as JSON: settings, periods, what is wanted.")],
        files: Annotated[list[UploadFile], Form(description="Tables named by their kind: dossiers.parquet, meetings.csv …")],
    ) -> Response:
        """Give the same, of tables in CSV or Parquet."""
        try:
            asked = FilesQuestion.model_validate_json(question)
        except ValidationError:
            try:
                found = _misshapen(FilesQuestion, json.loads(question))
            except (ValueError, RecursionError):
                found = []
            return refusal(422, found or [(*BROKEN, "question")])
        return _measured(_from_files(asked.settings, files, most), asked)

    def _measured(data: cm.Dataset, asked: FilesQuestion) -> Response:
        data = chosen(data, asked)
        with at("periods"):
            periods = [cm.Period.parse(label) for label in asked.periods]
        with at("breakdowns" if asked.breakdowns else "records"):
            return answered(answer_text(data, data.measures(*periods, breakdowns=asked.breakdowns), asked))

    @app.post("/compare", response_model=CompareAnswer)
    def compare(question: CompareQuestion) -> Response:
        """Give the values of a period and their changes against a baseline."""
        _check_rows(row_count(question), most)
        data = chosen(dataset(question.settings, question.records), question)
        data = with_baseline(data, question.settings, question.baseline)
        with at("period"):
            period = cm.Period.parse(question.period)
        with at("baseline_period"):
            base = None if question.baseline_period is None else cm.Period.parse(question.baseline_period)
        with at("records"):
            deltas = data.deltas(period, baseline_period=base, breakdowns=question.breakdowns)
            measures = data.measures(period, breakdowns=question.breakdowns)
            return answered(answer_text(data, measures, question, deltas=deltas))

    @app.post("/assess", response_model=AssessAnswer)
    def assess(question: AssessQuestion) -> Response:
        """Give the values of a period and where every target and task of a plan stands."""
        _check_rows(row_count(question), most)
        data = dataset(question.settings, question.records)
        whole = with_baseline(data, question.settings, question.baseline).replace(plan=plan_of(data, question.plan))
        with at("period"):
            period = cm.Period.parse(question.period)
        with at("plan"):
            assessments = whole.assessments(period)
        data = chosen(whole, question)
        with at("records"):
            measures = data.replace(plan=None).measures(period, breakdowns=question.breakdowns)
            return answered(answer_text(data, measures, question, assessments=assessments))

    _add_lookups(app)
    return app


app = create_app()
