"""What stands around every question: how much it may bring, how long it may take to come, and how many are answered at once."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG = logging.getLogger("cchc_service")
BY_STATUS = {
    404: ("not_found", "không có địa chỉ này", "there is no such address"),
    405: ("bad_request", "không dùng phương thức này ở đây", "this method is not for this address"),
    408: ("too_slow", "câu hỏi đến quá chậm", "the question came too slowly"),
    413: ("too_large", "câu hỏi quá lớn", "the question is too large"),
    503: ("busy", "đang có nhiều câu hỏi khác; hỏi lại sau", "many other questions are being answered; ask again later"),
}
BROKEN = (
    "bad_request",
    "không đọc được câu hỏi: cần JSON UTF-8, mỗi khóa một lần",
    "the question cannot be read: JSON in UTF-8 is needed, each key once",
)
Said = tuple[str, str, str, str]
"""Code, Vietnamese, English, place."""


@dataclass(frozen=True)
class Limits:
    """What one question may bring, and all of them together.

    Args:
        body: bytes, files and all.
        rows: rows of all its tables.
        columns: headings of one table.
        spans: units × periods.
        values: values of its answer.
        seconds: how long it may take to come.
        at_once: how many are answered at the same time; others wait.
        held: bytes of all that have come and are not answered yet.
    """

    body: int = 32 * 2**20
    rows: int = 500_000
    columns: int = 1_000
    spans: int = 50_000
    values: int = 500_000
    seconds: float = 60
    at_once: int = 4
    held: int = 8 * 32 * 2**20


def refusal(status: int, errors: Iterable[Said], headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer that says what is wrong; never what was in a cell."""
    items = [{"code": code, "vi": vi, "en": en, "place": place} for code, vi, en, place in errors]
    return answered(json.dumps({"errors": items}, ensure_ascii=False), status, headers)


def answered(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer of JSON text; half a character, which JSON can spell and UTF-8 cannot, is spelled so again."""
    return Response(text.encode("utf-8", "backslashreplace"), status, headers, media_type="application/json")


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; one that has a key twice says two things, and neither is taken."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def parsed(text: str | bytes) -> Any:
    """Return what JSON says.

    Raises:
        ValueError: it is none, is nested too deep or has a key twice.
    """
    try:
        return json.loads(text, object_pairs_hook=once)
    except RecursionError:
        raise ValueError from None


class _Question(Request):  # type: ignore[misc]  # mypy runs without the group too
    async def json(self) -> Any:
        return parsed(await self.body())


class Route(APIRoute):  # type: ignore[misc]  # as above
    """A question in JSON, in which no key stands twice: of two cells under one heading one would be lost."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await handler(_Question(request.scope, request.receive))

        return handle


class Guard:
    """Limits of size and time, and an answer without a trace for what nobody foresaw."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self.app, self.limits = app, limits
        self.held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a question on, and answer in its place where it is too large, too slow or fails."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not length.isdigit() or int(length) > self.limits.body:
            await refusal(413, [(*BY_STATUS[413], "")])(scope, receive, send)
            return
        question = _Coming(self, receive)
        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, question.receive, sent)
        except Exception as error:  # noqa: BLE001  whatever it is, it may have a cell in its text, so only its kind and place are logged
            last = traceback.extract_tb(error.__traceback__)[-1]
            LOG.error("unforeseen %s at %s:%s", type(error).__name__, Path(last.filename).name, last.lineno)  # noqa: TRY400  as above
            if not begun:
                said = ("internal", "lỗi của dịch vụ; xem nhật ký của máy chủ", "a fault of the service; see the server's log", "")
                await refusal(500, [said])(scope, receive, send)
        finally:
            self.held -= question.taken


class _Coming:
    """A question while it comes: counted and timed, until all of it is there."""

    def __init__(self, guard: Guard, receive: Receive) -> None:
        self.guard, self.inner = guard, receive
        self.taken, self.whole = 0, False
        self.until = asyncio.get_running_loop().time() + guard.limits.seconds

    async def receive(self) -> Message:
        """Return what came next."""
        if self.whole:  # what may still come is that nobody waits for the answer
            return await self.inner()
        try:
            async with asyncio.timeout_at(self.until):
                message = await self.inner()
        except TimeoutError:
            raise HTTPException(408, headers={"Connection": "close"}) from None
        size = len(message.get("body", b""))
        self.taken += size
        self.guard.held += size
        self.whole = not message.get("more_body", False)
        if self.taken > self.guard.limits.body:
            raise HTTPException(413)
        if self.guard.held > self.guard.limits.held:
            raise HTTPException(503, headers={"Retry-After": "5"})
        return message
