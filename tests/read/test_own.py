"""What a district declares of its cells: own words, what an empty cell means, columns that a file lacks; the same by every reader."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from tests.read.test_dressing import write

import cchc_metrics as cm
from cchc_metrics.errors import InputError, MistakesError
from cchc_metrics.read.checks import Given
from cchc_metrics.read.district import load_district
from cchc_metrics.read.files import parse_file
from cchc_metrics.read.own import Own
from cchc_metrics.read.parquet_files import scan_file
from cchc_metrics.read.rows import read_rows, read_table
from cchc_metrics.read.tables import Parsed
from cchc_metrics.records.choices import StatedTiming, Status
from cchc_metrics.records.codes import Code
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import ColumnSpec, schema

TWO = cm.UnitTree([*(cm.Unit(code=code, name=code, kind="xã", level="commune") for code in ("TM", "TN"))])
HEAD = 'code = "TM"\nname = "Tân Mai"\nlevel = "xã"\nextracted_on = 2022-03-31\n'
ROWS = [("1/A", "05/03/2021", "", "Văn bản gửi đi"), ("2/A", "06/03/2021", "Mật", "VĂN BẢN GỬI-ĐI"), ("3/A", "07/03/2021", " ", "")]
HEADINGS = ("Số ký hiệu", "Ngày ban hành", "Độ mật", "Loại văn bản")
OWN = Own(
    values={"direction": {"văn bản gửi đi": "outgoing", "khác": "internal"}},
    blank={"secrecy": "none", "direction": "incoming"},
    columns={"unit_code": "TN", "electronic": "yes", "secrecy": "mat"},
)


def ways(kind: str, headings: tuple[str, ...], rows: Sequence[tuple[str, ...]], own: Own, folder: Path) -> list[list[Parsed]]:
    """Read rows from a CSV file, a workbook, and Parquet whole and in parts."""
    book = xlsxwriter.Workbook(folder / "t.xlsx")
    sheet = book.add_worksheet()
    for at, row in enumerate((headings, *rows)):
        for place, cell in enumerate(row):
            sheet.write_string(at, place, cell)
    book.close()
    table = pa.table({name: [row[at] for row in rows] for at, name in enumerate(headings)})
    pq.write_table(table, folder / "t.parquet", row_group_size=1)
    (folder / "t.csv").write_text("\n".join(";".join(row) for row in (headings, *rows)), encoding="utf-8")
    chosen, given = KINDS[kind], Given(TWO, own=own)
    whole = [[parse_file(folder / name, chosen, given, {})] for name in ("t.csv", "t.xlsx", "t.parquet")]
    return [*whole, list(scan_file(chosen, folder / "t.parquet", given, {}, part_rows=1, keep_ids=True))]


def test_own_words_empty_cells_and_columns_for_the_whole_file(tmp_path: Path) -> None:
    for parts in ways("documents", HEADINGS, ROWS, OWN, tmp_path):
        records = [record.model_dump(mode="json") for part in parts for record in part.columns.records()]
        assert [(r["document_id"], r["direction"], r["secrecy"], r["unit_code"], r["electronic"]) for r in records] == [
            ("1/A", "outgoing", "none", "TN", "yes"),
            ("2/A", "outgoing", "mat", "TN", "yes"),
            ("3/A", "incoming", "none", "TN", "yes"),
        ]
        problems = sum((part.problems for part in parts), cm.Problems())
        assert problems.by_code() == {Code.COLUMN_DECLARED: 2, Code.COLUMN_DECLARED_IN_VAIN: 1}
        assert {(p.column, p.fix_en) for p in problems} == {("unit_code", ": TN"), ("electronic", ": yes"), ("secrecy", ": mat")}


def test_without_a_declaration_the_same_rows_are_not_understood(tmp_path: Path) -> None:
    for parts in ways("documents", HEADINGS, ROWS, Own(), tmp_path):
        assert not any(part.usable for part in parts)


def test_a_unit_is_mapped_and_what_is_mapped_is_still_judged(tmp_path: Path) -> None:
    rows = [("1", "Văn phòng", "2021-03-05", "Hội nghị"), ("2", "Phòng ban", "2021-03-05", "họp ubnd")]
    own = Own(values={"unit_code": {"Văn  phòng": "TM", "phòng ban": "XX"}})
    for parts in ways("meetings", ("meeting_id", "unit_code", "held_on", "kind"), rows, own, tmp_path):
        assert [record.model_dump()["unit_code"] for part in parts for record in part.columns.records()] == ["TM"]
        assert sum(part.problems.count(Code.UNKNOWN_UNIT) for part in parts) == 1


def test_district_toml_declares_them() -> None:
    district = load_district(
        HEAD
        + '[values.dossiers.status]\n"Quá hạn bổ sung" = "supplement_requested"\n[blank.documents]\nsecrecy = "none"\n'
        + '[columns.documents]\ndirection = "outgoing"\nunit_code = "TM"\n'
    )
    assert district.own("dossiers") == Own(values={"status": {"Quá hạn bổ sung": "supplement_requested"}})
    assert district.own("documents") == Own(blank={"secrecy": "none"}, columns={"direction": "outgoing", "unit_code": "TM"})
    assert district.own("meetings") == Own()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('values.dossier.status = {a = "resolved"}', "did you mean «dossiers»?"),
        ('values.dossiers.statu = {a = "resolved"}', "did you mean «status»?"),
        ('values.dossiers.status = {a = "resolvd"}', "did you mean «resolved»?"),
        ('values.dossiers.status = {"a-b" = "resolved", "A B" = "returned"}', "one word with two meanings"),
        ('values.dossiers.received_at = {a = "01/01/2021"}', "«received_at» cannot be declared here"),
        ('blank.documents.secrecy = "non"', "did you mean «none»?"),
        ('blank.documents.document_id = "1"', "«document_id» cannot be declared here"),
        ('columns.documents.unit_cod = "TM"', "did you mean «unit_code»?"),
        ('columns.documents.issued_on = "31/02/2021"', "not a real or readable date"),
        ('columns.documents.unit_code = " "', "a value is missing"),
    ],
)
def test_mistakes_name_the_line_the_key_and_the_nearest(line: str, said: str) -> None:
    with pytest.raises(MistakesError) as caught:
        load_district(HEAD + line)
    assert "district.toml:5" in caught.value.en
    assert said in caught.value.en


def test_a_folder_uses_them(tmp_path: Path) -> None:
    (tmp_path / "district.toml").write_text(
        HEAD + 'blank.documents.secrecy = "none"\ncolumns.documents.electronic = "yes"\ncolumns.documents.exchanged = "yes"\n',
        encoding="utf-8",
    )
    (tmp_path / "documents.csv").write_text("Số ký hiệu,Ngày ban hành,Độ mật\n1/A,05/03/2021,\n2/A,05/03/2021,Mật\n", encoding="utf-8")
    found = cm.read_folder(tmp_path).measures("2021")["electronic_exchange", "TM"]
    assert (found.numerator, found.denominator) == (1, 1)


CLOSED = [(kind, spec) for kind in KINDS.values() for spec in schema(kind.model) if spec.choice not in (None, StatedTiming)]


@pytest.mark.parametrize(("kind", "spec"), CLOSED, ids=lambda each: each.name)
def test_an_unknown_word_of_any_closed_list_is_one_message_with_its_number_and_what_is_accepted(kind: Kind, spec: ColumnSpec) -> None:
    assert spec.choice is not None
    needed = [each for each in schema(kind.model) if each.required and each.name != spec.name]
    rows = [{**{each.name: "x" for each in needed}, spec.name: word} for word in ("Zzzz", "zzzz", "Qqqq", " ZZZZ ")]
    found = [p for p in read_rows(kind, rows).problems if p.column == spec.name]
    assert [(p.value, p.cells, p.rows) for p in found] == [("Zzzz", 3, (1, 2, 4)), ("Qqqq", 1, (3,))]
    for problem in found:
        for member in spec.choice:
            assert member.vi in problem.text("vi")
            assert member.value in problem.text("en")
        assert f"[values.{kind.name}.{spec.name}]" in problem.text("vi")


def test_a_near_word_is_named_in_vietnamese() -> None:
    row = {"meeting_id": "1", "unit_code": "TM", "kind": "họp UBND", "status": "đã hopp", "held_on": "05/03/2021"}
    (problem,) = read_rows("meetings", [row]).problems
    assert "có phải «đã họp»?" in problem.text("vi")


# --- The same from Python, under one name

CODES = [
    {"id": "1", "sts": 1, "via": "W", "Ngày tiếp nhận": "01/03/2021", "Ngày hẹn trả": "10/03/2021", "Ngày có kết quả": "08/03/2021"},
    {"id": "2", "sts": 2, "via": "", "Ngày tiếp nhận": "01/03/2021", "Ngày hẹn trả": "10/03/2021", "Ngày có kết quả": None},
]
MAP: dict[str, dict[str, object]] = {
    "headings": {"id": "dossier_id", "sts": "status", "via": "channel"},
    "values": {"status": {1: "resolved", "2": Status.PROCESSING}, "channel": {"W": "online"}},
    "blank": {"channel": "postal"},
    "columns": {"unit_code": "TM"},
}


def in_every_way(folder: Path) -> list[Parsed]:
    names = list(CODES[0])
    write(folder / "t.csv", [names, *[["" if row[name] is None else str(row[name]) for name in names] for row in CODES]])
    table = pa.table({name: [row[name] for row in CODES] for name in names})
    pq.write_table(table, folder / "t.parquet")
    read = [
        cm.read_rows("dossiers", CODES, own=MAP),
        read_table("dossiers", names, [[row[name] for row in CODES] for name in names], own=MAP),
        *(cm.read_file("dossiers", folder / name, own=MAP) for name in ("t.csv", "t.parquet")),
        *(cm.read_frame("dossiers", frame, own=MAP) for frame in (table, pd.DataFrame(CODES), pl.DataFrame(CODES), CODES)),
        *cm.scan_parquet("dossiers", folder / "t.parquet", own=MAP, keep_ids=True),
    ]
    data = cm.Dataset([{"code": "TM", "name": "Tân Mai", "kind": "xã", "level": "commune"}], dossiers=CODES, own={"dossiers": MAP})
    return [*read, data.tables["dossiers"].whole()]


def test_codes_of_another_system_are_mapped_in_one_argument_of_every_reader(tmp_path: Path) -> None:
    for parsed in in_every_way(tmp_path):
        records = [record.model_dump(mode="json") for record in parsed.columns.records()]
        assert [(r["dossier_id"], r["unit_code"], r["status"], r["channel"], r["postal_in"]) for r in records] == [
            ("1", "TM", "resolved", "online", "no"),
            ("2", "TM", "processing", "postal", "yes"),
        ]


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"value": {}}, "own has no «value»; did you mean «values»?"),
        ({"values": {"statuss": {"1": "resolved"}}}, "own: values.statuss: dossiers has no column «statuss»; did you mean «status»?"),
        ({"values": {"status": {"1": "resolvd"}}}, "own: values.status.1: status has no code «resolvd»; did you mean «resolved»?"),
        ({"headings": {"id": "dossier"}}, "own: headings.id: dossiers has no column «dossier»; did you mean «dossier_id»?"),
        ({"blank": {"channel": "fax"}}, "own: blank.channel: channel has no code «fax»; there are: counter, online, postal"),
        ({"values": {"status": "resolved"}}, "own.values must be a mapping, not dict"),
        ([("headings", {})], "own must be a mapping, not list"),
    ],
)
def test_a_wrong_declaration_is_an_error_that_names_the_key_and_the_nearest(own: object, said: str) -> None:
    with pytest.raises(InputError) as raised:
        cm.read_rows("dossiers", CODES, own=own)  # type: ignore[arg-type]
    assert raised.value.en.startswith(said.partition(";")[0])
    assert said.partition("did you mean")[2] in raised.value.en


def test_a_declaration_of_a_table_that_was_read_already_is_refused() -> None:
    read = cm.read_rows("dossiers", CODES, own=MAP)
    unit = [{"code": "TM", "name": "Tân Mai", "kind": "xã", "level": "commune"}]
    for table in (read, read.columns, [read.columns]):
        with pytest.raises(InputError, match="comes too late"):
            cm.Dataset(unit, dossiers=table, own={"dossiers": MAP})
    with pytest.raises(InputError, match="did you mean «dossiers»"):
        cm.Dataset(unit, dossiers=CODES, own={"dosiers": MAP})
