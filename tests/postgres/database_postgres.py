"""PostgreSQL as it is: types, repeated ids, one snapshot, lost connections, errors without secrets: ``nox -s postgres``."""

from __future__ import annotations

import gc
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.postgres.server import PASSWORD, READ_PASSWORD, READER, Server, running

import cchc_metrics as cm
from cchc_metrics.errors import InputError
from cchc_metrics.fold import Partial, settle, tally_batches
from cchc_metrics.read.parquet_files import scan_parquet
from cchc_metrics.read.postgres import DatabaseError, PostgresSnapshot, changed_months, scan_postgres
from cchc_metrics.read.tables import Parsed
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.problems import Problems
from cchc_metrics.testing import records

UNITS = [{"code": "MA", "name": "Mỹ An", "kind": "thị trấn", "level": "commune"}]
DOSSIER = {
    "dossier_id": "'a'::text",
    "unit_code": "'MA'::text",
    "received_at": "date '2021-01-05'",
    "status": "'submitted'::text",
    "term_unit": "'days'::text",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as found:
        yield found


def of(**cells: str) -> str:
    return "SELECT " + ", ".join(f'{cell} AS "{name}"' for name, cell in {**DOSSIER, **cells}.items())


def errors(parsed: Parsed) -> list[tuple[str, str, str]]:
    return [(each.code.value, each.column, each.value) for each in parsed.problems if each.code.severity == "error"]


# --- Types


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("term", "1.500::numeric(9,3)", 3),  # one and a half, in halves: its text would be fifteen hundred
        ("term", "12.000::numeric", 24),
        ("term", "2::money", 4),  # which the driver hands on as 200
        ("term", "2.5::float4", 5),
        ("term", "3::oid", 6),
        ("term", "4::smallint", 8),
        ("supplement_requests", "1::numeric", 1),
        ("dossier_id", "'HS-1'::char(9)", "HS-1"),
        ("dossier_id", "12345678901234567890::numeric", "12345678901234567890"),
        ("dossier_id", "'6f9619ff-8b86-d011-b42d-00c04fc964ff'::uuid", "6f9619ff-8b86-d011-b42d-00c04fc964ff"),
        ("dossier_id", "'\"HS-1\"'::jsonb", "HS-1"),
        ("fee_due", "true", "yes"),
        ("fee_due", "false", "no"),
        ("fee_due", "NULL::boolean", "unknown"),
        ("channel", "'trực tuyến'::kenh", "online"),
        ("channel", "'online'::kenh_rieng", "online"),
        ("received_at", "timestamptz '2021-01-04 18:00:00+00'", date(2021, 1, 5)),  # one in the morning in Vietnam
        ("received_at", "(timestamptz '2021-01-04 18:00:00+00')::date", date(2021, 1, 5)),
        ("received_at", "timestamp '2021-01-04 18:00:00'", date(2021, 1, 4)),
        ("received_at", "'05/01/2021'::text", date(2021, 1, 5)),
    ],
)
def test_types_mean_what_the_database_shows(server: Server, column: str, cell: str, expected: object) -> None:
    server.run("DROP TYPE IF EXISTS kenh CASCADE", "CREATE TYPE kenh AS ENUM ('trực tiếp', 'trực tuyến')")
    server.run("DROP DOMAIN IF EXISTS kenh_rieng", "CREATE DOMAIN kenh_rieng AS varchar(20)")
    [parsed] = scan_postgres("dossiers", server.uri(), of(**{column: cell}), keep_ids=True)
    assert errors(parsed) == []
    array = parsed.columns.arrays[column]
    if isinstance(expected, date):
        assert array[0] == (expected - date(1970, 1, 1)).days
    elif isinstance(expected, str) and column != "dossier_id":
        assert parsed.columns.labels[column][array[0]] == expected
    else:
        assert array[0] == expected


@pytest.mark.parametrize(
    ("column", "cell", "code", "value"),
    [
        ("received_at", "'infinity'::date", "impossible_date", "infinity"),
        ("received_at", "'-infinity'::date", "impossible_date", "-infinity"),
        ("received_at", "'infinity'::timestamptz", "impossible_date", "infinity"),
        ("received_at", "'-infinity'::timestamp", "impossible_date", "-infinity"),
        ("term", "'NaN'::numeric", "not_a_number", "NaN"),
        ("term", "0.333::numeric", "not_a_number", "0.333"),
        ("field", "ARRAY[1, 2]", "unknown_code", "[1, 2]"),
        ("field", "'{\"a\": 1}'::json", "unknown_code", "{'a': 1}"),
        ("field", "'\\xff00'::bytea", "unknown_code", "�"),
    ],
)
def test_cells_that_mean_nothing_are_reported_with_their_value(server: Server, column: str, cell: str, code: str, value: str) -> None:
    [parsed] = scan_postgres("dossiers", server.uri(), of(**{column: cell}))
    assert len(parsed.columns) == 0
    assert [each[:2] for each in errors(parsed)] == [(code, column)]
    assert errors(parsed)[0][2].startswith(value)


# --- The same rows in a file


def plain(parts: list[Parsed]) -> tuple[list[tuple[object, ...]], object, tuple[int, int]]:
    """Return what was understood: rows as texts, how many problems of each code, rows read and rejected."""
    problems = sum((part.problems for part in parts), Problems())
    rows: list[tuple[object, ...]] = []
    for part in parts:
        names = sorted(part.columns.arrays)
        cells = [[(part.columns.labels[n][c] if n in part.columns.labels else c) for c in part.columns.arrays[n].tolist()] for n in names]
        rows += [tuple(zip(names, map(str, row), strict=True)) for row in zip(*cells, strict=True)]
    codes = {code: n for (_, code), n in problems.totals.items()}
    return sorted(rows, key=str), codes, (problems.read, problems.rejected)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(sorted(KINDS)), data=st.data())
def test_a_table_says_what_its_parquet_file_says(server: Server, tmp_path: Path, kind: str, data: st.DataObject) -> None:
    drawn = data.draw(st.lists(records(KINDS[kind]), min_size=1, max_size=30))
    again = data.draw(st.lists(st.sampled_from(drawn), max_size=3))  # some ids stand twice
    table = as_arrow([*drawn, *again])
    server.load("drawn", table)
    pq.write_table(table, tmp_path / "drawn.parquet")
    of_file = plain(list(scan_parquet(kind, tmp_path / "drawn.parquet", keep_ids=True)))
    assert plain(list(scan_postgres(kind, server.uri(), "SELECT * FROM drawn", keep_ids=True))) == of_file


def as_arrow(drawn: list[Any]) -> pa.Table:
    """Return records as a table whose columns are of one type each: text where days and instants, or numbers and words, stand in one."""
    rows = [record.model_dump() for record in drawn]
    columns = {}
    for name in rows[0]:
        cells = [row[name] if type(row[name]) in (int, bool, date, datetime, type(None)) else str(row[name]) for row in rows]
        kinds = {*map(type, cells)} - {type(None)}
        columns[name] = pa.array(cells) if len(kinds) == 1 else pa.array([None if c is None else str(c) for c in cells], pa.string())
    return pa.table(columns)


# --- In a dataset


def dossiers(server: Server, name: str = "hs", rows: int = 1000) -> str:
    server.run(
        f"DROP TABLE IF EXISTS {name}",
        f"""CREATE TABLE {name} AS SELECT 'HS-' || g AS dossier_id, 'MA'::char(6) AS unit_code, 'P' || g % 3 AS procedure_code,
        timestamptz '2021-01-04 01:00:00+00' + g % 200 * interval '1 day' AS received_at, date '2021-01-20' + g % 200 AS due_at,
        CASE WHEN g % 4 > 0 THEN date '2021-01-05' + g % 200 + g % 13 END AS ended_at,
        CASE WHEN g % 4 > 0 THEN 'resolved' ELSE 'processing' END AS status, g % 2 = 0 AS fee_due,
        1::numeric(5, 2) AS supplement_requests FROM generate_series(1, {rows}) AS g""",
    )
    return f"SELECT * FROM {name}"


def test_a_dataset_joins_and_counts_what_a_file_gives(server: Server, tmp_path: Path) -> None:
    sql = dossiers(server)
    server.run(
        "DROP TABLE IF EXISTS sk",
        "CREATE TABLE sk AS SELECT 'HS-' || g AS dossier_id, 'xin lỗi' AS kind, date '2021-03-01' AS happened_at"
        " FROM generate_series(1, 9) AS g",
    )
    events = "SELECT * FROM sk"
    with PostgresSnapshot(server.uri()) as snapshot:
        tables = {"dossiers": scan_postgres("dossiers", snapshot, sql), "dossier_events": scan_postgres("dossier_events", snapshot, events)}
        data = cm.Dataset(units=UNITS, tables=tables, as_of=date(2021, 12, 31))
        found, problems = data.measures("2021"), data.problems
        ids = data.columns("dossiers").arrays["dossier_id"].tolist()
    server.csv(sql, tmp_path / "dossiers.csv")
    server.csv(events, tmp_path / "dossier_events.csv")
    (tmp_path / "district.toml").write_text('code = "MA"\nname = "Mỹ An"\nlevel = "commune"\nextracted_on = 2021-12-31\n', "utf-8")
    folder = cm.read_folder(tmp_path)
    assert found.to_dicts() == folder.measures("2021").to_dicts()
    assert found.filter(status="ok")
    assert {code: n for (_, code), n in problems.totals.items()} == {code: n for (_, code), n in folder.problems.totals.items()}
    assert sorted(ids) == sorted(folder.columns("dossiers").arrays["dossier_id"].tolist())


def test_rows_of_one_id_are_judged_together_wherever_they_stand(server: Server) -> None:
    sql = f"({dossiers(server, 'far', 300_000)}) UNION ALL (SELECT * FROM far WHERE dossier_id IN ('HS-1', 'HS-299999'))"
    parts = list(scan_postgres("dossiers", server.uri(), sql))
    problems = sum((part.problems for part in parts), Problems())
    assert len(parts) > 2
    assert problems.read == 300_002
    assert {code.value: n for (_, code), n in problems.totals.items() if "duplicate" in code.value} == {"duplicate_identical": 2}
    assert sum(len(part.columns) for part in parts) == 300_000


@pytest.mark.parametrize("connections", [2, 3])
def test_several_connections_give_each_row_once(server: Server, connections: int) -> None:
    sql = f"({dossiers(server, 'wide', 30_000)}) UNION ALL (SELECT * FROM wide WHERE dossier_id IN ('HS-1', 'HS-2'))"
    one = plain(list(scan_postgres("dossiers", server.uri(), sql, keep_ids=True)))
    with PostgresSnapshot(server.uri()) as snapshot:
        several = scan_postgres("dossiers", snapshot, sql, keep_ids=True, connections=connections)
        server.run("DELETE FROM wide WHERE dossier_id < 'HS-2'")  # after the snapshot, and before most connections
        assert plain(list(several)) == one
        assert [part.columns.arrays["dossier_id"].tolist() for part in several] == [
            part.columns.arrays["dossier_id"].tolist() for part in several
        ]


def test_as_many_connections_as_there_may_be(server: Server) -> None:
    with pytest.raises(InputError, match="use 1 to 16"):
        scan_postgres("dossiers", server.uri(), "SELECT 1", connections=0)


def test_who_stops_listening_leaves_no_connection(server: Server) -> None:
    dossiers(server, "long", 400_000)
    sql = "SELECT *, repeat('x', 200) AS field FROM long"
    links = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    gc.collect()
    before = server.rows(links)[0][0]
    with PostgresSnapshot(server.uri()) as snapshot:
        for connections in (1, 2):
            parts: Any = iter(scan_postgres("dossiers", snapshot, sql, connections=connections))
            next(parts)
            parts.close()
        gc.collect()
        assert wait_for(lambda: server.rows(links)[0][0] <= before + 1)  # that of the snapshot


def wait_for(condition: Callable[[], bool]) -> bool:
    for _ in range(50):
        if condition():
            return True
        time.sleep(0.1)
    return False


# Not ru_maxrss, which a process has from the one that started it.
READS = """
import re, sys
from pathlib import Path
from cchc_metrics.read.postgres import scan_postgres
query = scan_postgres("dossiers", sys.argv[1], "SELECT * FROM grown LIMIT " + sys.argv[2])
print(sum(part.problems.read for part in query), int(re.search("VmHWM:[^0-9]*([0-9]+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


def test_memory_does_not_grow_with_the_rows(server: Server) -> None:
    dossiers(server, "grown", 1_000_000)
    peaks = []
    for rows in (600_000, 1_000_000):  # more than are judged at once
        command = [sys.executable, "-c", READS, server.uri(), str(rows)]
        read, peak = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()  # noqa: S603  stands here
        assert int(read) == rows
        peaks.append(int(peak))
    assert peaks[1] < 350  # MB, of which Python with its packages is 160
    assert peaks[1] - peaks[0] < 40  # ids are compared by 8 bytes a row


# --- One snapshot


def test_all_questions_are_about_one_moment(server: Server) -> None:
    sql = dossiers(server, "moving")
    with PostgresSnapshot(server.uri()) as snapshot:
        before = scan_postgres("dossiers", snapshot, sql)
        server.run("DELETE FROM moving WHERE dossier_id IN ('HS-1', 'HS-2')", "UPDATE moving SET unit_code = 'X' WHERE dossier_id = 'HS-3'")
        assert sum(part.problems.read for part in before) == 1000
        assert sum(part.problems.read for part in scan_postgres("dossiers", snapshot, sql)) == 1000
        assert before.table.snapshot.rows("SELECT count(*) FROM moving WHERE unit_code = 'X'") == [(0,)]
    assert sum(part.problems.read for part in scan_postgres("dossiers", server.uri(), sql)) == 998
    with pytest.raises(DatabaseError, match="the snapshot was closed"):
        list(before)


def test_a_query_cannot_write(server: Server) -> None:
    dossiers(server, "kept")
    server.run("CREATE OR REPLACE FUNCTION wipe() RETURNS text LANGUAGE sql AS 'DELETE FROM kept RETURNING dossier_id'")
    with pytest.raises(DatabaseError, match="read-only transaction"):
        list(scan_postgres("dossiers", server.uri(), "SELECT wipe() AS dossier_id"))
    for sql in (
        "SELECT 1; DELETE FROM kept",
        "SELECT 1) AS q; DELETE FROM kept; SELECT count(*) FROM (SELECT 1",
        "DELETE FROM kept RETURNING *",
    ):
        with pytest.raises(DatabaseError):
            list(scan_postgres("dossiers", server.uri(), sql))
    assert server.rows("SELECT count(*) FROM kept") == [(1000,)]


# --- What goes wrong


def test_a_lost_connection_is_an_error_and_never_a_shorter_answer(server: Server) -> None:
    dossiers(server, "large", 600_000)
    sql = "SELECT *, repeat('x', 100) AS field FROM large"  # 100 MB, of which a tenth is taken at a time
    query = scan_postgres("dossiers", server.uri(), sql)
    data = cm.Dataset(units=UNITS, dossiers=query)
    parts = iter(query)
    read = next(parts).problems.read
    assert 0 < read < 600_000
    kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
    assert server.rows(kill + "state = 'active' AND query LIKE 'COPY%'") == [(1,)]  # it waits for us to take what it sends
    with pytest.raises(DatabaseError, match="the connection was lost"):
        list(parts)
    assert data.measures("2021").filter(status="ok")  # the snapshot is still there, and all is read again
    assert server.rows(kill + "state = 'idle in transaction'") == [(1,)]
    for ask in (lambda: list(query), lambda: data.measures("2020"), lambda: data.columns("dossiers")):
        with pytest.raises(DatabaseError, match="the snapshot was lost"):
            ask()


def test_one_lost_connection_of_several_is_an_error(server: Server) -> None:
    dossiers(server, "large", 600_000)
    parts = iter(scan_postgres("dossiers", server.uri(), "SELECT *, repeat('x', 100) AS field FROM large", connections=2))
    next(parts)
    kill = "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'COPY%'"
    assert server.rows(f"{kill} AND pid <> pg_backend_pid() LIMIT 1) AS one") == [(1,)]
    with pytest.raises(DatabaseError, match="the connection was lost"):
        list(parts)


def test_a_query_that_takes_too_long_is_an_error(server: Server) -> None:
    uri = server.uri(options="?options=-c%20statement_timeout%3D200")
    with pytest.raises(DatabaseError, match="statement timeout"):
        list(scan_postgres("dossiers", uri, of(field="pg_sleep(5)::text")))


def test_rows_that_are_others_each_time_are_refused(server: Server) -> None:
    dossiers(server, "sampled", 4000)
    with pytest.raises(DatabaseError, match="rows after"):
        list(scan_postgres("dossiers", server.uri(), "SELECT * FROM sampled WHERE random() < 0.5"))


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT dossier_idd FROM hs", 'column "dossier_idd" does not exist (Perhaps you meant to reference the column "hs.dossier_id".)'),
        ("SELECT * FROM nothing", 'relation "nothing" does not exist'),
        ("SELEC * FROM hs", "syntax error"),
        (" ; ", "the query is empty"),
        ("SELECT dossier_id, unit_code, received_at, status, unit_code::int AS term FROM hs", "invalid input syntax for type integer"),
    ],
)
def test_a_wrong_query_is_an_error_that_says_why(server: Server, sql: str, said: str) -> None:
    dossiers(server)
    with pytest.raises(InputError) as error:
        list(scan_postgres("dossiers", server.uri(), sql))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_column_that_is_missing_is_reported_as_in_a_file(server: Server) -> None:
    dossiers(server)
    [parsed] = scan_postgres("dossiers", server.uri(), "SELECT dossier_id, received_at FROM hs")
    assert not parsed.usable
    assert ("missing_heading", "unit_code") in [(each.code.value, each.column) for each in parsed.problems]


def test_an_empty_answer_is_an_empty_table(server: Server) -> None:
    [parsed] = scan_postgres("dossiers", server.uri(), f"{dossiers(server)} WHERE false")
    assert parsed.usable
    assert [each.code.value for each in parsed.problems if each.code.value == "empty_table"] == ["empty_table"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (lambda server: server.uri(password="sai mật"), "the user's name or the password is wrong"),
        (lambda server: server.uri(password=None), "PGPASSWORD"),
        (lambda server: server.uri(database="khong-co"), "there is no such database or user"),
        (lambda server: server.uri().replace(f":{server.port}", ":1"), "there is no PostgreSQL server at this address"),
        (lambda server: server.uri().replace("127.0.0.1", "khong-co.invalid"), "there is no such host"),
        (lambda server: f"postgresql://doc:bí@mật@127.0.0.1:{server.port}/postgres", "there is no such host"),
        (lambda server: f"postgresql://doc:bí@mật:1@127.0.0.1:{server.port}/postgres", "not of the form"),
        (lambda server: f"postgresql://doc:bí/mật@127.0.0.1:{server.port}/postgres", "not of the form"),
        (lambda server: f"postgresql://doc:bí%zzmật@127.0.0.1:{server.port}/postgres", "not of the form"),
        (lambda server: f"host=127.0.0.1 port={server.port} passwort='bí mật'", "not of the form"),
        (lambda _: "postgresql://doc:bí mật@127.0.0.1/x?mật=1", "not of the form"),
    ],
)
def test_what_cannot_be_reached_is_an_error_without_secrets(server: Server, address: Any, said: str) -> None:
    uri = address(server)
    with pytest.raises(DatabaseError) as error:
        scan_postgres("dossiers", uri, "SELECT 1")
    assert said in error.value.en
    for secret in ("mật", "sai", PASSWORD, uri, "zz"):
        assert secret not in str(error.value).replace("mật khẩu", "").replace("sai tên", "")
    assert error.value.__cause__ is None


def test_a_password_may_stand_in_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    dossiers(server)
    monkeypatch.setenv("PGPASSWORD", READ_PASSWORD)
    query = scan_postgres("dossiers", server.uri(READER, None), "SELECT * FROM hs")
    assert sum(part.problems.read for part in query) == 1000
    with pytest.raises(DatabaseError) as error:
        scan_postgres("dossiers", server.uri(READER, None), f"SELECT '{READ_PASSWORD}'::int")
    assert READ_PASSWORD not in str(error.value)
    assert "***" in str(error.value)
    assert READ_PASSWORD not in repr(query)
    assert str(server.port) not in repr(query)


# --- Which months changed


def test_months_tell_what_was_added_changed_and_deleted(server: Server) -> None:
    sql = dossiers(server, "nightly")

    def marks() -> Any:
        return scan_postgres("dossiers", server.uri(), sql).months()

    before = marks()
    assert [*before] == [f"2021-{month:02}" for month in range(1, 8)]
    assert changed_months({}, before) == tuple(before)
    assert changed_months(before, marks()) == ()
    server.run("DELETE FROM nightly WHERE dossier_id = 'HS-40'")
    deleted = marks()
    assert changed_months(before, deleted) == ("2021-02",)
    server.run("UPDATE nightly SET ended_at = ended_at + 1 WHERE dossier_id = 'HS-101'")
    assert changed_months(deleted, marks()) == ("2021-04",)
    server.run("UPDATE nightly SET received_at = received_at + interval '1 month' WHERE dossier_id = 'HS-70'")
    server.run("UPDATE nightly SET received_at = NULL WHERE dossier_id = 'HS-41'")
    assert changed_months(deleted, marks()) == ("", "2021-02", "2021-03", "2021-04")
    server.run("DELETE FROM nightly WHERE received_at >= '2021-07-01'")
    assert "2021-07" in changed_months(before, marks())


def test_months_are_those_of_vietnam_and_add_up_to_the_whole(server: Server) -> None:
    sql = dossiers(server, "whole")
    server.run("UPDATE whole SET received_at = timestamptz '2021-01-31 18:00:00+00' WHERE dossier_id = 'HS-5'")
    with PostgresSnapshot(server.uri()) as snapshot:
        query = scan_postgres("dossiers", snapshot, sql)
        marks = query.months()
        parts = {month: query.in_month(month) for month in marks}
        of_months = [cm.Dataset(units=UNITS, dossiers=part, as_of=date(2021, 12, 31)).tally(["2021"]) for part in parts.values()]
        whole = cm.Dataset(units=UNITS, dossiers=query, as_of=date(2021, 12, 31)).tally(["2021"])
        assert {month: part.table.rows for month, part in parts.items()} == {month: rows for month, (rows, _) in marks.items()}
    assert marks["2021-02"][0] == 28 * 5 + 1
    assert cm.Tally.sum(of_months) == whole


def test_months_that_are_counted_apart_are_put_together_by_the_fold(server: Server) -> None:
    sql = dossiers(server, "folded")
    server.run("ALTER TABLE folded ALTER supplement_requests TYPE money", "UPDATE folded SET due_at = 'infinity' WHERE dossier_id = 'HS-7'")
    with PostgresSnapshot(server.uri()) as snapshot:
        query = scan_postgres("dossiers", snapshot, sql)
        data = cm.Dataset(units=UNITS, as_of=date(2021, 12, 31))
        ask = data.ask("dossiers", "2021", like=next(query.batches())).trusting_ids()
        found = settle(ask, Partial.sum(tally_batches(ask, query.in_month(month).batches(), part=month) for month in query.months()))
        whole = cm.Dataset(units=UNITS, as_of=date(2021, 12, 31), dossiers=query)
        assert found.counted is not None
        assert str(cm.measure(found.counted, units=whole.units)) == str(cm.measure(whole.tally(["2021"]), units=whole.units))
        assert found.problems.rejected == whole.problems.rejected == 1


def test_months_need_a_column_of_dates(server: Server) -> None:
    dossiers(server)
    query = scan_postgres("dossiers", server.uri(), "SELECT dossier_id, to_char(received_at, 'DD/MM/YYYY') AS received_at FROM hs")
    with pytest.raises(InputError, match="to_date"):
        query.months()
    with pytest.raises(InputError, match="did you mean «received_at»"):
        query.months("received")
    with pytest.raises(InputError, match="is no month"):
        scan_postgres("dossiers", server.uri(), "SELECT * FROM hs").in_month("2021-13")


# --- A folder whose tables are queries

DISTRICT = 'code = "MA"\nname = "Mỹ An"\nlevel = "commune"\nextracted_on = 2021-12-31\n'


def test_a_folder_names_queries_and_reads_them_in_one_snapshot(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sql = dossiers(server, "of_folder")
    server.run("DROP TABLE IF EXISTS terms", "CREATE TABLE terms AS SELECT 'P1' AS procedure_code, 'Đất đai' AS field")
    queries = f'''[queries.dossiers]
sql = """
{sql};
"""
uri_env = "MOT_CUA"
[queries.procedures]
sql = "SELECT * FROM terms"
uri_env = "MOT_CUA"
'''
    (tmp_path / "district.toml").write_text(DISTRICT + queries, "utf-8")
    monkeypatch.delenv("MOT_CUA", raising=False)
    with pytest.raises(InputError, match="the environment variable MOT_CUA is not set"):
        cm.read_folder(tmp_path)
    monkeypatch.setenv("MOT_CUA", server.uri())
    data = cm.read_folder(tmp_path)
    server.run("DELETE FROM of_folder")
    assert len(data.columns("dossiers")) == 1000
    assert [each.code.value for each in data.problems if each.code.value == "procedure_not_listed"]
    server.csv("SELECT * FROM terms", tmp_path / "dossiers.csv")
    monkeypatch.setenv("MOT_CUA", server.uri(password="sai"))
    with pytest.raises(DatabaseError, match="the password is wrong"):
        cm.read_folder(tmp_path)
    monkeypatch.setenv("MOT_CUA", server.uri())
    unused = [(each.code.value, each.file) for each in cm.read_folder(tmp_path).problems if each.code.value == "unused_file"]
    assert unused == [("unused_file", "dossiers.csv")]  # the query gives this table


def test_the_command_ends_with_one_line_that_has_no_secret(server: Server, tmp_path: Path) -> None:
    uri = server.uri(READER, None, options="?options=-c%20statement_timeout%3D1")
    dossiers(server, "slow", 200_000)
    (tmp_path / "district.toml").write_text(f'{DISTRICT}[queries.dossiers]\nsql = "SELECT * FROM slow"\nuri = "{uri}"\n', "utf-8")
    command = [sys.executable, "-m", "cchc_metrics.cli", "report", str(tmp_path), "--period", "2021"]
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "PGPASSWORD": READ_PASSWORD}, text=True)  # noqa: S603
    assert done.returncode == 2
    assert "statement timeout" in done.stderr
    assert READ_PASSWORD not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_the_program_of_the_page_counts_a_closed_year_again(server: Server, tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "databases.md").read_text("utf-8")
    [program] = [block.partition("```")[0] for block in page.split("```python\n")[1:] if "changed_months(" in block.partition("```")[0]]
    (tmp_path / "closed_year.py").write_text(program.replace("2025", "2021"), "utf-8")
    (tmp_path / "units.json").write_text(json.dumps(UNITS), "utf-8")
    kept = tmp_path / "kept"
    kept.mkdir()
    server.run("CREATE SCHEMA IF NOT EXISTS cchc", "DROP TABLE IF EXISTS cchc.dossiers")
    dossiers(server, "cchc.dossiers")

    def night() -> list[str]:
        command, env = [sys.executable, "closed_year.py", "units.json", "kept"], {**os.environ, "MOT_CUA_URI": server.uri()}
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, env=env, text=True)  # noqa: S603  stands here
        return done.stdout.splitlines()

    def whole() -> str:
        data = cm.Dataset(
            units=UNITS, as_of=date(2026, 3, 31), dossiers=scan_postgres("dossiers", server.uri(), "SELECT * FROM cchc.dossiers")
        )
        return str(data.measures("2021").filter(indicator="resolved_on_time", breakdown={}))

    first = night()
    assert first[0] == "counted again: 2021-01, 2021-02, 2021-03, 2021-04, 2021-05, 2021-06, 2021-07"
    assert "\n".join(first[1:]) == whole()
    assert night() == ["counted again: nothing", *first[1:]]
    server.run("DELETE FROM cchc.dossiers WHERE received_at >= '2021-07-01' OR dossier_id = 'HS-41'")
    third = night()
    assert third[0] == "counted again: 2021-02, 2021-07"
    assert third[1:] != first[1:]
    assert "\n".join(third[1:]) == whole()


def test_a_ledger_takes_the_months_that_changed(server: Server, tmp_path: Path) -> None:
    sql, day = dossiers(server, "ledgered"), date(2021, 12, 31)
    data = cm.Dataset(units=UNITS, as_of=day)
    ledger = data.ledger(tmp_path / "so", "2021")

    def night(before: Any) -> tuple[Any, int]:
        query = scan_postgres("dossiers", server.uri(), sql)
        months = query.months()
        changed = changed_months(before, months)
        for month in changed:
            ledger.replace(month, query.in_month(month), day=day)
        whole = cm.Dataset(units=UNITS, as_of=day, dossiers=scan_postgres("dossiers", server.uri(), sql))
        assert ledger.tally() == whole.tally(["2021"], sets=data.catalogue.event_sets())
        found, expected = ledger.problems(), whole.problems
        assert (found.read, found.rejected) == (expected.read, expected.rejected)
        return months, len(changed)

    marks, changed = night({})
    assert changed == 7
    server.run("DELETE FROM ledgered WHERE dossier_id = 'HS-40'")
    server.run("UPDATE ledgered SET received_at = received_at + interval '1 month' WHERE dossier_id = 'HS-70'")
    server.run("UPDATE ledgered SET received_at = NULL WHERE dossier_id = 'HS-41'")
    marks, changed = night(marks)
    assert changed >= 2
    assert night(marks)[1] == 0
    assert ledger.update(scan_postgres("dossiers", server.uri(), sql), day=day).new == 0
    assert ledger.audit().sound


def test_the_night_of_the_page(server: Server, tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "nightly.md").read_text("utf-8")
    (tmp_path / "nightly.py").write_text(page.split("```python\n")[1].partition("```")[0], "utf-8")
    (tmp_path / "units.json").write_text(json.dumps(UNITS), "utf-8")
    server.run("CREATE SCHEMA IF NOT EXISTS cchc", "DROP TABLE IF EXISTS cchc.dossiers")
    dossiers(server, "cchc.dossiers")

    def night(day: str, uri: str = server.uri()) -> tuple[int, str, str]:
        command, env = [sys.executable, "nightly.py", "units.json", "out", day], {**os.environ, "MOT_CUA_URI": uri}
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, env=env, text=True)  # noqa: S603  stands here
        return done.returncode, done.stdout, done.stderr

    def measures(day: str) -> Any:
        return json.loads((tmp_path / "out" / day / "report.json").read_text("utf-8"))["measures"]

    (tmp_path / "out").mkdir()
    first = night("2022-01-30")
    assert first[0] == 0, first
    assert first[1].endswith("changed in years that are over: nothing\n")
    server.run("DELETE FROM cchc.dossiers WHERE received_at >= '2021-07-01' OR dossier_id = 'HS-41'")
    assert night("2022-01-31")[1].endswith("changed in years that are over: 2021-02, 2021-07\n")
    whole = cm.Dataset(
        units=UNITS, as_of=date(2022, 1, 31), dossiers=scan_postgres("dossiers", server.uri(), "SELECT * FROM cchc.dossiers")
    ).measures("2022", "2021")
    found = {(m["indicator"], m["unit"], m["period"], tuple(m["breakdown"].items())): m["numerator"] for m in measures("2022-01-31")}
    same = [m for m in whole if m.status != "not_applicable"]
    assert same
    assert [found[m.indicator, m.unit, m.period.label, m.breakdown] for m in same] == [m.numerator for m in same]
    status, said, wrong = night("2022-02-01", server.uri(password="khóa-sai"))
    assert (status, said) == (2, "")
    assert wrong.startswith("nightly.py: ")
    assert wrong.count("\n") == 1
    assert not re.search("khóa|sai|kh%C3", wrong.replace("is wrong", ""))
    assert not (tmp_path / "out" / "2022-02-01").exists()
    assert night("2023-01-02")[1].endswith("changed in years that are over: nothing\n")  # other rows are read, and nothing changed
