"""A real PostgreSQL in a folder of its own, on loopback, run by an ordinary user; what it needs from Debian: ``.ci/need postgres``."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import adbc_driver_postgresql.dbapi as adbc

USER, PASSWORD = "chủ", "bí mật:@/1"
READER, READ_PASSWORD = "doc", "khóa-của-người-đọc"
_TIMEOUT = 120


@dataclass(frozen=True)
class Server:
    """A server that runs: its port, and what is asked of it as its owner."""

    port: int
    log: Path

    def uri(self, user: str = USER, password: str | None = PASSWORD, database: str = "postgres", options: str = "") -> str:
        secret = "" if password is None else f":{quote(password, safe='')}"
        return f"postgresql://{quote(user, safe='')}{secret}@127.0.0.1:{self.port}/{database}{options}"

    def run(self, *statements: str) -> None:
        with adbc.connect(self.uri(), autocommit=True) as link, link.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with adbc.connect(self.uri(), autocommit=True) as link, link.cursor() as cursor:
            cursor.execute(sql)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found

    def csv(self, sql: str, path: Path) -> None:
        """Write the answer to a query as ``psql`` does."""
        program = [str(_bin() / "psql"), self.uri(), "--csv", "-q", "-o", str(path), "-c", sql]
        subprocess.run(program, check=True, timeout=_TIMEOUT, env={**os.environ, "PGTZ": "Asia/Ho_Chi_Minh"})  # noqa: S603  stands here

    def load(self, name: str, table: Any) -> None:
        """Write an Arrow table; types of its columns are what the driver makes of them."""
        with adbc.connect(self.uri(), autocommit=True) as link, link.cursor() as cursor:
            cursor.adbc_ingest(name, table, mode="replace")


def _bin() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])) or [
        Path(each) for each in (shutil.which("initdb"),) if each
    ]
    assert found, "no PostgreSQL on this machine; install it: .ci/need postgres"
    return found[-1].parent


@contextmanager
def running() -> Iterator[Server]:
    """Give a server of a fresh cluster; as root it is run by the user ``postgres``, since it refuses to be run by root."""
    folder = Path(tempfile.mkdtemp(prefix="cchc-postgres-"))
    ids: dict[str, Any] = {}
    if os.getuid() == 0:
        person = pwd.getpwnam("postgres")
        os.chown(folder, person.pw_uid, person.pw_gid)
        ids = {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data, secret, log = folder / "data", folder / "secret", folder / "log"
    secret.write_text(PASSWORD, encoding="utf-8")
    secret.chmod(0o644)
    secrets = ["-A", "scram-sha-256", "-U", USER, f"--pwfile={secret}", "-E", "UTF8", "--locale=C.UTF-8"]

    def program(name: str, arguments: Sequence[str]) -> None:
        # No pipes: the server inherits them, and whoever reads them waits for its end.
        subprocess.run(  # noqa: S603  stands here
            [str(_bin() / name), "-D", str(data), *arguments],
            check=True,
            cwd=folder,
            timeout=_TIMEOUT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            **ids,
        )

    program("initdb", [*secrets, "--no-sync"])
    program("pg_ctl", ["start", "-w", "-l", str(log), "-o", f"-p {port} -k {folder} -h 127.0.0.1 -c fsync=off -c max_connections=40"])
    try:
        server = Server(port, log)
        server.run(f"CREATE ROLE {READER} LOGIN PASSWORD '{READ_PASSWORD}'", f"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {READER}")
        yield server
    finally:
        program("pg_ctl", ["stop", "-w", "-m", "immediate"])
        shutil.rmtree(folder)
