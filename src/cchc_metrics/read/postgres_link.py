"""A connection to PostgreSQL: one read-only snapshot, shared by as many connections as are wanted, and errors that keep secrets (ADBC)."""

from __future__ import annotations

import os
import re
import weakref
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, Final, Self, TypeVar
from urllib.parse import unquote

from cchc_metrics.errors import InputError
from cchc_metrics.read.arrow import arrow

T = TypeVar("T")

HIDDEN: Final = "***"
_BATCH_SIZE, _BATCH = "adbc.postgresql.batch_size_hint_bytes", str(8 << 20)
_BEGIN: Final = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
_SETTINGS: Final = (
    "SET LOCAL client_encoding = 'UTF8'",
    "SET LOCAL TIME ZONE INTERVAL '+07:00' HOUR TO MINUTE",  # received_at::date in a query is the day in Vietnam
    "SET LOCAL datestyle = 'ISO, DMY'",
    "SET LOCAL extra_float_digits = 1",
    "SET LOCAL synchronize_seqscans = off",  # the same rows in the same order each time
    "SET LOCAL max_parallel_workers_per_gather = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",  # the snapshot waits while its parts are counted
)
_PASSWORDS: Final = (
    re.compile(r"://[^:/?#]*:(.*)@", re.DOTALL),
    re.compile(r"(?:ssl)?password\s*=\s*('(?:[^'\\]|\\.)*'|[^\s&]+)", re.IGNORECASE),
)
_SERVER_TEXT: Final = re.compile(r"(?:ERROR|FATAL|PANIC|LỖI):\s+([^\n]*)")
_HINT: Final = re.compile(r"HINT:\s+([^\n]*)")
_REASONS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "no password supplied": (
            "thiếu mật khẩu; đặt biến môi trường PGPASSWORD",
            "no password was given; set the environment variable PGPASSWORD",
        ),
        "authentication failed": ("sai tên người dùng hoặc mật khẩu", "the user's name or the password is wrong"),
        "no pg_hba.conf entry": (
            "máy chủ không cho máy này kết nối (pg_hba.conf); hỏi người quản trị",
            "the server does not let this machine connect (pg_hba.conf); ask its administrator",
        ),
        "could not translate host name": (
            "không tìm thấy máy chủ; ký tự đặc biệt trong mật khẩu phải viết dạng %XX",
            "there is no such host; special characters of a password must be written as %XX",
        ),
        "Connection refused": (
            "không có máy chủ PostgreSQL ở địa chỉ và cổng này",
            "there is no PostgreSQL server at this address and port",
        ),
        "No such file or directory": ("không có máy chủ PostgreSQL trên máy này", "there is no PostgreSQL server on this machine"),
        "timeout expired": ("quá thời gian chờ kết nối", "the server did not answer in time"),
        "too many clients": ("máy chủ hết chỗ kết nối; thử lại sau", "the server has no connection left; try again later"),
        "does not exist": ("không có cơ sở dữ liệu hoặc người dùng này", "there is no such database or user"),
        "server does not support SSL": ("máy chủ không có SSL; bỏ sslmode", "the server has no SSL; leave out sslmode"),
    }
)

_BROKEN: Final = ("mất kết nối giữa chừng; đọc lại", "the connection was lost midway; read again")
_GONE: Final = (
    "mất ảnh chụp vì kết nối giữ nó đã đứt; mở lại rồi đọc lại",
    "the snapshot was lost with the connection that kept it; open it and read again",
)
_LOST: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "terminating connection": _BROKEN,
        "server closed the connection": _BROKEN,
        "no connection to the server": _BROKEN,
        "could not receive data from server": _BROKEN,
        "SSL SYSCALL": _BROKEN,
        "invalid snapshot identifier": _GONE,
        "could not import the requested snapshot": _GONE,
    }
)
_FORM: Final = (
    "địa chỉ không đúng dạng postgresql://người-dùng@máy-chủ/cơ-sở-dữ-liệu",
    "the address is not of the form postgresql://user@host/database",
)


class DatabaseError(InputError):
    """A database cannot be reached, a query cannot be run, or its answer broke off; passwords are never in the message."""

    code = "database"


def driver() -> Any:
    """Return the module ``adbc_driver_postgresql.dbapi``.

    Raises:
        InputError: it is not installed.
    """
    arrow()
    try:
        import adbc_driver_postgresql.dbapi as found  # noqa: PLC0415  an extra
    except ImportError:
        raise InputError(
            'thiếu adbc-driver-postgresql để đọc PostgreSQL; cài: pip install "cchc-metrics[postgres]"',
            'adbc-driver-postgresql, which reads PostgreSQL, is missing; install: pip install "cchc-metrics[postgres]"',
        ) from None
    return found


def has_password(uri: str) -> bool:
    """Return whether an address of a database has a password in it.

    >>> has_password("postgresql://doc:bi-mat@10.0.0.5/motcua"), has_password("postgresql://doc@10.0.0.5/motcua")
    (True, False)
    """
    return any(found.group(1) for pattern in _PASSWORDS for found in pattern.finditer(uri))


def _secrets(uri: str) -> set[str]:
    found = {each.group(1) for pattern in _PASSWORDS for each in pattern.finditer(uri)}
    found |= {each.strip("'") for each in found} | {os.environ.get("PGPASSWORD", "")}
    return {each for secret in found for each in (secret, unquote(secret)) if each}


def without_secrets(text: str, uri: str) -> str:
    """Return a text in which the passwords of an address, and that of the environment, are hidden, and the address itself.

    >>> without_secrets("invalid port: «bi-mat»", "postgresql://doc:bi-mat@10.0.0.5/motcua")
    'invalid port: «***»'
    """
    for secret in sorted({uri} | _secrets(uri), key=len, reverse=True):
        text = text.replace(secret, HIDDEN) if secret else text
    return text


def reason(error: BaseException, uri: str, *, connecting: bool = False) -> DatabaseError:
    """Return the error of the library for one of the driver: what the server says and its hint, without secrets.

    Args:
        error: of the driver.
        uri: the address of the database.
        connecting: whether it is about connecting: the driver may then repeat parts of the address, so only what the server says is used.
    """
    said = str(error)
    text = _SERVER_TEXT.search(said)
    hint = _HINT.search(said)
    if connecting:
        why = next((both for mark, both in _REASONS.items() if mark in said), None)
        if why is None:
            told = "" if text is None else without_secrets(text.group(1), uri)
            why = (told or _FORM[0], told or _FORM[1])
        return DatabaseError(f"PostgreSQL: không kết nối được: {why[0]}", f"PostgreSQL: cannot connect: {why[1]}")
    lost = next((both for mark, both in _LOST.items() if mark in said), None)
    if lost is not None:
        return DatabaseError(f"PostgreSQL: {lost[0]}", f"PostgreSQL: {lost[1]}")
    told = text.group(1) if text else re.sub(r"^[A-Z_]+: (\[libpq\] )?", "", said.strip().partition("\n")[0])
    if hint:
        told += f" ({hint.group(1)})"
    told = without_secrets(told.strip(), uri)
    return DatabaseError(f"PostgreSQL: {told}", f"PostgreSQL: {told}")


def guarded(uri: str, act: Callable[[], T], *, connecting: bool = False) -> T:
    """Return what an act of the driver gives; its errors are those of the library.

    Raises:
        DatabaseError: the act failed.
    """
    pa = arrow()
    manager = driver()
    try:
        return act()
    except (manager.Error, OSError, pa.ArrowException) as error:
        raise reason(error, uri, connecting=connecting) from None


class PostgresSnapshot:
    """The state of a PostgreSQL database at one moment, read-only: all that is read in it fits together, whatever is written meanwhile.

    It lasts until it is closed (``with``), or nothing uses it any more. Its transaction stays open so long, and the server keeps old rows
    for it: a nightly job is short, a notebook should close it.

    Args:
        uri: ``postgresql://user@host/database``; the password best in the environment variable ``PGPASSWORD`` or in ``~/.pgpass``.

    Raises:
        DatabaseError: the database cannot be reached; the message has no password.
        InputError: the driver is not installed.
    """

    __slots__ = ("__weakref__", "_closer", "_first", "_id", "_uri")

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._first = _connection(uri)
        self._closer = weakref.finalize(self, _close, self._first)
        _run(self._first, uri, (_BEGIN, *_SETTINGS))
        [(self._id,)] = _fetched(self._first, uri, "SELECT pg_export_snapshot()")

    def __repr__(self) -> str:
        return f"PostgresSnapshot({HIDDEN})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the snapshot; what was left to be read cannot be read any more."""
        self._closer()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a small answer.

        Raises:
            DatabaseError: the query cannot be run.
        """
        with self.connection() as link:
            return _fetched(link, self._uri, sql)

    def schema(self, sql: str) -> Any:
        """Return the Arrow schema of a query's answer, which is not run.

        Raises:
            DatabaseError: the query is wrong.
        """

        def described(link: Any) -> Any:
            with link.cursor() as cursor:
                return cursor.adbc_execute_schema(sql)

        with self.connection() as link:
            return guarded(self._uri, lambda: described(link))

    def batches(self, sql: str) -> Generator[Any, None, None]:
        """Yield the answer to a query as Arrow record batches, in memory that does not grow with it.

        Raises:
            DatabaseError: the query cannot be run, or its answer broke off.
        """
        with self.connection() as link:
            cursor = link.cursor()
            cursor.adbc_statement.set_options(**{_BATCH_SIZE: _BATCH})
            try:
                guarded(self._uri, lambda: cursor.execute(sql))
                reader = guarded(self._uri, cursor.fetch_record_batch)
                while (batch := guarded(self._uri, lambda: next(reader, None))) is not None:
                    yield batch
            finally:
                guarded(self._uri, cursor.close)

    def batches_of(self, queries: Sequence[str]) -> Iterator[Any]:
        """Yield the answers to several queries by turns, each on a connection of its own that fetches one batch ahead.

        Raises:
            DatabaseError: one of them cannot be run, or its answer broke off.
        """
        if len(queries) == 1:
            yield from self.batches(queries[0])
            return
        with ThreadPoolExecutor(max_workers=len(queries)) as pool:
            answers = [self.batches(query) for query in queries]
            waiting = deque((answer, pool.submit(next, answer, None)) for answer in answers)
            try:
                while waiting:
                    answer, fetched = waiting[0]
                    batch = fetched.result()
                    waiting.popleft()
                    if batch is not None:
                        waiting.append((answer, pool.submit(next, answer, None)))
                        yield batch
            finally:  # what is being fetched is waited for, then every connection is closed
                wait([fetched for _, fetched in waiting])
                for answer in answers:
                    answer.close()

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """Give a connection of its own on the snapshot.

        Raises:
            DatabaseError: the snapshot was closed, or the database cannot be reached.
        """
        if not self._closer.alive:
            raise DatabaseError(
                "PostgreSQL: ảnh chụp đã đóng; mở lại bằng PostgresSnapshot(uri)",
                "PostgreSQL: the snapshot was closed; open one again: PostgresSnapshot(uri)",
            )
        link = _connection(self._uri)
        try:
            _run(link, self._uri, (_BEGIN, f"SET TRANSACTION SNAPSHOT '{self._id}'", *_SETTINGS))
            yield link
        finally:
            _close(link)


def _connection(uri: str) -> Any:
    connect = driver().connect
    return guarded(uri, lambda: connect(uri, autocommit=True), connecting=True)


def _run(link: Any, uri: str, statements: tuple[str, ...]) -> None:
    with link.cursor() as cursor:
        for statement in statements:
            guarded(uri, lambda statement=statement: cursor.execute(statement))  # type: ignore[misc]


def _fetched(link: Any, uri: str, sql: str) -> list[tuple[Any, ...]]:
    with link.cursor() as cursor:
        guarded(uri, lambda: cursor.execute(sql))
        found: list[tuple[Any, ...]] = guarded(uri, cursor.fetchall)
        return found


def _close(link: Any) -> None:
    try:
        link.close()
    except (driver().Error, OSError):  # the connection is lost already; what it gave was judged where it was read
        return
