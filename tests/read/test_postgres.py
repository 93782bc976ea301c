"""What of reading PostgreSQL needs no PostgreSQL: SQL text, messages without secrets, cells as the driver hands them on."""

from __future__ import annotations

import builtins
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest

from cchc_metrics.errors import InputError, MistakesError
from cchc_metrics.read.district import load_district
from cchc_metrics.read.frames import read_frame
from cchc_metrics.read.parquet_table import PartedTable
from cchc_metrics.read.postgres import changed_months, scan_postgres
from cchc_metrics.read.postgres_link import has_password, reason, without_secrets
from cchc_metrics.read.postgres_table import QueryTable, bare
from cchc_metrics.read.typed import column_of
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import schema_by_name

SPECS = schema_by_name(KINDS["dossiers"].model)


def field(name: str, typed: str, arrow: pa.DataType | None = None) -> pa.Field:
    return pa.field(name, arrow or pa.string(), metadata={"POSTGRESQL:type": typed})


def query(*fields: pa.Field) -> QueryTable:
    return QueryTable(None, "SELECT * FROM hs -- all", pa.schema(fields), 3)  # type: ignore[arg-type]  # never asked here


def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("adbc"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r'pip install "cchc-metrics\[postgres\]"'):
        scan_postgres("dossiers", "postgresql://doc:bí-mật@10.0.0.5/x", "SELECT 1")


def test_a_kind_that_there_is_not_is_said_before_anything_is_reached() -> None:
    with pytest.raises(InputError, match="did you mean «dossiers»"):
        scan_postgres("dossier", "postgresql://10.0.0.5/x", "SELECT 1")


def test_columns_are_asked_for_in_the_form_in_which_they_are_understood() -> None:
    opaque = pa.opaque(pa.binary(), "unnamed<oid:16385>", "PostgreSQL")
    table = query(
        field('Mã "hồ sơ"', "bpchar"),
        field("Lệ phí", "money", pa.int64()),
        field("Kênh", "unnamed<oid:16385>", opaque),
        field("Thời hạn", "numeric", pa.opaque(pa.string(), "numeric", "PostgreSQL")),
        field("Mã", "text"),
        field("Mã", "text"),
    )
    parted: PartedTable = table
    assert table.select(['Mã "hồ sơ"', "Kênh", "Thời hạn", "Lệ phí", "Mã"]) == (
        "SELECT c0::text AS c0, c2::text AS c2, c3 AS c3, c1::numeric AS c1, c4 AS c4 FROM (\n"
        "SELECT * FROM hs -- all\n) AS q(c0, c1, c2, c3, c4, c5)"  # a comment ends with its line
    )
    assert table.where("c1 > 0").startswith('SELECT c0 AS "Mã ""hồ sơ""", c1 AS "Lệ phí"')
    assert parted.texts == {'Mã "hồ sơ"', "Kênh", "Mã"}
    assert bare("SELECT 1;\n ;") == "SELECT 1"


@pytest.mark.parametrize(
    ("uri", "secret"),
    [
        ("postgresql://doc:bi-mat@10.0.0.5/x", "bi-mat"),
        ("postgresql://doc:bi%20mat@10.0.0.5/x", "bi mat"),
        ("postgresql://doc:bi@mat@10.0.0.5/x", "bi@mat"),
        ("postgresql://10.0.0.5/x?user=doc&password=bi-mat", "bi-mat"),
        ("host=10.0.0.5 user=doc password='bi mat'", "bi mat"),
        ("host=10.0.0.5 PASSWORD = bi-mat", "bi-mat"),
        ("postgresql://10.0.0.5/x?sslpassword=bi-mat", "bi-mat"),
    ],
)
def test_secrets_of_an_address_are_known_and_never_shown(uri: str, secret: str) -> None:
    assert has_password(uri)
    shown = without_secrets(f"«{uri}»: «{secret}» is wrong", uri)
    assert secret not in shown
    assert "is wrong" in shown
    said = str(reason(OSError(f"[libpq] {secret}: ERROR:  {secret} {uri}\nLINE 1: {secret}\nHINT:  not {secret}"), uri))
    assert secret not in said
    assert "***" in said
    assert secret not in str(reason(OSError(f"invalid port {secret}"), uri, connecting=True))


@pytest.mark.parametrize("uri", ["postgresql://doc@10.0.0.5:5432/x", "postgresql:///x", "host=10.0.0.5 user=doc", "service=motcua", ""])
def test_an_address_without_a_password_has_none(uri: str) -> None:
    assert not has_password(uri)


def test_an_error_is_one_line_with_the_hint_of_the_server() -> None:
    said = reason(OSError('NOT_FOUND: ERROR:  column "a" does not exist\nLINE 1: …\nHINT:  Perhaps "b".\n\nQuery was: …'), "")
    assert said.en == 'PostgreSQL: column "a" does not exist (Perhaps "b".)'
    assert (
        reason(OSError("[libpq] server closed the connection unexpectedly"), "").en
        == "PostgreSQL: the connection was lost midway; read again"
    )


def test_months_that_changed_came_and_went() -> None:
    before = {"2021-01": [2, 5], "2021-02": [1, -7], "2021-03": [9, 9]}  # as JSON gives it back
    assert changed_months(before, {"2021-01": (2, 5), "2021-02": (1, -8), "2021-04": (1, 1)}) == ("2021-02", "2021-03", "2021-04")
    assert changed_months({}, {}) == ()


# --- Types of databases, in any Arrow table


def test_numbers_written_out_are_numbers_and_never_texts() -> None:
    cells = pa.ExtensionArray.from_storage(pa.opaque(pa.string(), "numeric", "PostgreSQL"), pa.array(["1.500", None, "1.500", "12"]))
    column: Any = column_of(SPECS["term"], cells)
    assert [column.cell(row) for row in range(4)] == [Decimal("1.5"), None, Decimal("1.5"), Decimal(12)]


def test_ids_of_the_type_uuid_are_their_texts() -> None:
    some = UUID("6f9619ff-8b86-d011-b42d-00c04fc964ff")
    cells = pa.ExtensionArray.from_storage(pa.uuid(), pa.array([some.bytes, None], pa.binary(16)))
    column: Any = column_of(SPECS["dossier_id"], cells)
    assert [column.cell(0), column.cell(1)] == [str(some), None]


@pytest.mark.parametrize(
    "cells", [pa.array([[1, 2]]), pa.array([{"a": 1}]), pa.ExtensionArray.from_storage(pa.json_(), pa.array(["[1, 2]"]))]
)
def test_a_list_in_a_cell_is_refused_with_the_reason(cells: pa.Array) -> None:
    table = pa.table({"activity_id": cells, "unit_code": ["TM"], "channel": ["talk_show"], "held_on": ["2021-05-12"]})
    found = read_frame("outreach", table)
    assert len(found.columns) == 0
    assert ["the cell is a list, not one value" in each.text("en") for each in found.problems if each.column == "activity_id"] == [True]


@pytest.mark.parametrize(
    ("number", "typed", "shown"),
    [
        (2**31 - 1, pa.date32(), "infinity"),
        (-(2**31) + 1, pa.date32(), "-infinity"),
        (-2147472692, pa.date32(), "infinity"),
        (-2147472691, pa.date32(), "-infinity"),
        (2**63 - 1, pa.timestamp("us"), "infinity"),
        (-9222425352054775809, pa.timestamp("us", "UTC"), "infinity"),
        (-9222425352054775808, pa.timestamp("us"), "-infinity"),
    ],
)
def test_days_that_never_come_are_reported_as_such(number: int, typed: pa.DataType, shown: str) -> None:
    whole = pa.int32() if typed == pa.date32() else pa.int64()
    held = pa.array([number], whole).view(typed)
    found = read_frame("outreach", pa.table({"activity_id": ["A"], "unit_code": ["TM"], "channel": ["talk_show"], "held_on": held}))
    assert [(each.code.value, each.value) for each in found.problems] == [("impossible_date", shown)]


# --- In district.toml

HEAD = 'code = "TM"\nname = "Tháp Mười"\nlevel = "huyện"\n'


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            'sql = "SELECT 1"\nuri = "postgresql://doc:bi-mat@10.0.0.5/x"',
            "PGPASSWORD, or replace uri by uri_env",
        ),
        ('sql = "SELECT 1"\nuri = "host=10.0.0.5 password=bi-mat"', "a password must not stand in a file"),
        ('sql = "SELECT 1"\npassword = "bi-mat"\nuri_env = "X"', "password: unknown key"),
        ('sql = "SELECT 1"\nuri_env = "postgresql://doc:bi-mat@10.0.0.5/x"', "uri_env is the name of an environment variable"),
        ('sql = "SELECT 1"', "give one of uri and uri_env"),
        ('sql = "SELECT 1"\nuri = "postgresql:///x"\nuri_env = "X"', "give one of uri and uri_env"),
        ('uri_env = "X"', "queries.dossiers.sql: missing"),
        ('sql = "SELECT 1"\nuri_env = "X"\n[files]\ndossiers = "a.csv"', "stands under [files] already"),
    ],
)
def test_a_query_of_a_folder_names_a_database_and_no_password(table: str, said: str) -> None:
    with pytest.raises(MistakesError) as error:
        load_district(f"{HEAD}[queries.dossiers]\n{table}\n")
    assert said in error.value.en
    assert "district.toml:" in error.value.en
    assert "bi-mat" not in str(error.value)


def test_a_query_of_a_folder_is_of_a_kind_and_its_address_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MistakesError, match="did you mean «dossiers»"):
        load_district(f'{HEAD}[queries.dossier]\nsql = "SELECT 1"\nuri_env = "X"\n')
    found = load_district(f'{HEAD}[queries.dossiers]\nsql = "SELECT 1"\nuri_env = "MOT_CUA"\n').queries["dossiers"]
    monkeypatch.setenv("MOT_CUA", "postgresql://10.0.0.5/x")
    assert found.address("dossiers") == "postgresql://10.0.0.5/x"
    monkeypatch.delenv("MOT_CUA")
    with pytest.raises(InputError, match="MOT_CUA is not set"):
        found.address("dossiers")
