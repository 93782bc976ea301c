"""Folders whose tables are Parquet: what is counted part by part says what the same rows say as CSV."""

from __future__ import annotations

import csv
import inspect
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from tests.folders import EXAMPLE, small
from tests.test_cli_dossiers import DOSSIERS, PROCEDURES

from cchc_metrics import cli
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.read.parquet_files import scan_parquet
from cchc_metrics.records.codes import Code
from cchc_metrics.reference.period import Period
from cchc_metrics.report.json_report import report_json
from cchc_metrics.verbs.explain import Explanation

BAD = """\
Mã hồ sơ,Đơn vị,Trạng thái,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc,Kênh thực hiện,Mức độ
1,TM,9,01/03/2021,05/03/2021,03/03/2021,1,2
2,TM.01,9,31/02/2021,05/03/2021,05/03/2021,1,3
3,TM.01,9,01/03/2021,05/03/2021,08/03/2021,2,2
3,TM.01,9,01/03/2021,05/03/2021,08/03/2021,2,2
4,TM.09,4,01/03/2021,05/03/2021,,1,3
5,TM.01,9,01/03/2021,05/03/2021,08/03/2021,1,3
1,TM,9,01/03/2021,05/03/2021,04/03/2021,1,2
6,TM.02,9,08/03/2021,05/03/2021,01/03/2021,1,1
7,TM.02,9,01/03/2021,05/03/2021,05/03/2021,2,1
8,Mỹ Quý,4,01/03/2021,05/03/2021,,fax,3
"""
EVENTS = """\
Mã hồ sơ,Loại sự kiện,Thời điểm,Ngày hẹn trả
4,yêu cầu bổ sung,02/03/2021,
4,đã bổ sung,05/03/2021,
5,hẹn lại,09/04/2021,14/04/2021
5,hẹn lại,10/04/2021,15/04/2021
3,yêu cầu bổ sung,03/03/2021,
"""
Edit = Callable[[Path], None]


def as_parquet(folder: Path, kind: str, *, group: int = 3, files: int = 1) -> Path:
    """Replace a kind's CSV file by Parquet: texts as dictionaries, nulls for empty cells, several row groups, or several part files."""
    source = folder / f"{kind}.csv"
    headings, *rows = csv.reader(source.read_text(encoding="utf-8").splitlines())
    columns = {h: pa.array([row[at] or None for row in rows], pa.string()).dictionary_encode() for at, h in enumerate(headings)}
    table, target = pa.table(columns), folder / f"{kind}.parquet"
    source.unlink()
    if files == 1:
        pq.write_table(table, target, row_group_size=group)
        return target
    target.mkdir()
    for number in range(files):
        part = table.slice(number * len(rows) // files, (number + 1) * len(rows) // files - number * len(rows) // files)
        pq.write_table(part, target / f"part-{number}.parquet", row_group_size=group)
    return target


def figures_of(text: str) -> Any:
    """Return a report without what it says of its files, which are others."""
    found = json.loads(text)
    del found["provenance"], found["report_sha256"]
    return found


def as_csv_says(folder: Path, kind: str, **options: Any) -> Any:
    """Return what ``report.json`` says of a folder with Parquet, as if it were CSV: rows are counted from the one with the headings."""
    found = figures_of(report_json(read_folder(folder, **options).report()))
    for problem in found["problems"]["examples"]:
        if problem["file"] == f"{kind}.parquet":
            problem["file"] = f"{kind}.csv"
            row = problem["row"]
            problem["row"] = row + 1 if row else 0
            text = problem["text"].replace(f"{kind}.parquet, dòng {row},", f"{kind}.csv, dòng {row + 1},")
            problem["text"] = text.replace(f"{kind}.parquet,", f"{kind}.csv,")
    return found


def said(folder: Path, **options: Any) -> str:
    return report_json(read_folder(folder, **options).report())


def tables(kind: str, path: Path) -> Path:
    """Write a folder of one kind."""
    if kind == "bad":
        return small(path, dossiers_csv=BAD)
    if kind == "procedures":
        return small(path, dossiers_csv=DOSSIERS, procedures_csv=PROCEDURES)
    return small(path, dossiers_csv=DOSSIERS, procedures_csv=PROCEDURES, dossier_events_csv=EVENTS)


def parts_of(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    defaults: Any = inspect.unwrap(scan_parquet).__kwdefaults__
    monkeypatch.setitem(defaults, "part_rows", rows)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a part have two rows, so that these folders have several."""
    parts_of(2, monkeypatch)


@pytest.mark.parametrize("kind", ["bad", "procedures", "events"])
@pytest.mark.parametrize("files", [1, 3])
def test_a_report_from_parquet_is_that_from_csv(tmp_path: Path, kind: str, files: int) -> None:
    expected = said(tables(kind, tmp_path / "csv"))
    folder = tables(kind, tmp_path / "parquet")
    as_parquet(folder, "dossiers", files=files)
    assert as_csv_says(folder, "dossiers") == figures_of(expected)
    assert '"dossiers.csv"' in expected or kind != "bad"


def test_the_example_with_every_table_in_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts_of(1500, monkeypatch)
    folder = tmp_path / "example"
    folder.mkdir()
    for path in EXAMPLE.iterdir():
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes())
    kinds = [kind for kind in read_folder(folder).tables if kind != "procedures"]
    for kind in kinds:
        as_parquet(folder, kind, group=700)
    left = read_folder(folder)
    assert {kind for kind, table in left.tables.items() if not table.held} == set(kinds)
    expected = figures_of(report_json(read_folder(EXAMPLE).report()))
    found = figures_of(report_json(read_folder(folder).report()))
    for reported in (expected, found):
        reported["problems"]["examples"] = [{**p, "file": Path(p["file"]).stem, "row": 0} for p in reported["problems"]["examples"]]
    assert found == expected


def test_what_is_wrong_is_reported_with_its_rows(tmp_path: Path) -> None:
    folder = small(tmp_path, dossiers_csv=BAD)
    as_parquet(folder, "dossiers")
    found = read_folder(folder).problems
    assert (found.read, found.rejected) == (12, 7)
    dossiers = [(p.row, p.code, p.column) for p in found if p.file == "dossiers.parquet"]
    assert dossiers == [
        (0, Code.COLUMN_FOLLOWS, "postal_in"),
        (1, Code.DUPLICATE_CONFLICTING, "dossier_id"),
        (2, Code.IMPOSSIBLE_DATE, "received_at"),
        (4, Code.DUPLICATE_IDENTICAL, "dossier_id"),
        (5, Code.UNKNOWN_UNIT, "unit_code"),
        (7, Code.DUPLICATE_CONFLICTING, "dossier_id"),
        (8, Code.END_BEFORE_RECEIPT, "ended_at"),
        (10, Code.UNKNOWN_CODE, "channel"),
        (3, Code.INFORMATION_ONLY_ONLINE, "service_level"),
        (9, Code.INFORMATION_ONLY_ONLINE, "service_level"),
    ]
    assert list(read_folder(folder).report().problems) == list(found)


def test_a_file_under_another_name_and_a_folder_of_part_files(tmp_path: Path) -> None:
    folder = small(tmp_path)
    as_parquet(folder, "dossiers", files=2).rename(folder / "năm 2021")
    as_parquet(folder, "meetings").rename(folder / "họp")
    with (folder / "district.toml").open("a", encoding="utf-8") as file:
        file.write('[files]\ndossiers = "năm 2021"\nmeetings = "họp"\n')
    found = read_folder(folder)
    assert {kind: len(found.columns(kind)) for kind in found.tables} == {"dossiers": 4, "meetings": 2}
    assert list(found.problems.by_code()) in ([], [Code.COLUMN_FOLLOWS])
    assert read_folder(folder).report().problems.read == 6


def _cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _broken_page(path: Path) -> None:
    column = pq.ParquetFile(path).metadata.row_group(1).column(3)
    data = bytearray(path.read_bytes())
    start = column.dictionary_page_offset or column.data_page_offset
    data[start : start + column.total_compressed_size] = b"\xff" * column.total_compressed_size
    path.write_bytes(data)


@pytest.mark.parametrize("spoil", [_cut_off, _broken_page, lambda path: path.write_text("a,b\n1,2\n"), lambda path: path.write_bytes(b"")])
def test_a_broken_file_is_reported_and_nothing_of_it_counts(tmp_path: Path, spoil: Edit) -> None:
    folder = small(tmp_path, dossiers_csv=BAD)
    spoil(as_parquet(folder, "dossiers"))
    found = read_folder(folder).problems
    assert [(p.file, p.code) for p in found] == [("dossiers.parquet", Code.UNREADABLE_FILE)]
    assert (found.read, found.rejected) == (2, 0)
    report = read_folder(folder).report()
    assert list(report.problems) == list(found)
    received = report.measures.get("dossiers_received", "TM", Period.parse("2021"))
    assert received is not None
    assert received.status == "no_data"
    assert (found.read, list(found)) == (read_folder(folder).problems.read, list(read_folder(folder).problems))


def test_headings_that_cannot_be_understood_are_no_dossiers(tmp_path: Path) -> None:
    folder = small(tmp_path, dossiers_csv="Mã hồ sơ,Đơn vị\n1,TM\n2,TM\n")
    as_parquet(folder, "dossiers")
    job = read_folder(folder)
    assert job.tally(["2021"]).kinds == {"meetings"}
    assert job.problems.count(Code.MISSING_HEADING) > 0
    assert job.problems.rejected == 2


def test_without_pyarrow_the_command_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = small(tmp_path)
    as_parquet(folder, "dossiers")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for command in ("report", "check"):
        result = CliRunner().invoke(cli.main, [command, str(folder), "--lang", "en"])
        assert result.exit_code == 2
        (line,) = result.stderr.splitlines()
        assert 'pip install "cchc-metrics[arrow]"' in line


def scored(folder: Path) -> str:
    return "\n".join(card.to_text() for card in read_folder(folder, scheme="district_example").scores().values())


def test_the_other_commands_say_the_same(tmp_path: Path) -> None:
    one, other = tables("events", tmp_path / "csv"), tables("events", tmp_path / "parquet")
    as_parquet(other, "dossiers")
    assert read_folder(one, rules="form06").form06() == read_folder(other, rules="form06").form06()
    assert scored(one) == scored(other)

    def numbers(explanation: Explanation, first: int) -> list[int]:
        return [row.row - first for row in (*explanation.numerator, *explanation.rest)]

    assert numbers(read_folder(one).explain("handled_on_time"), 1) == numbers(read_folder(other).explain("handled_on_time"), 0)


def test_mistakes_are_counted_by_the_file_that_was_read(tmp_path: Path) -> None:
    folder = small(tmp_path, dossiers_csv=BAD)
    as_parquet(folder, "dossiers")
    assert read_folder(folder).errors(["dossiers"]) == {"dossiers.parquet": 7}


def test_a_baseline_folder_is_counted_part_by_part_too(tmp_path: Path) -> None:
    earlier = DOSSIERS.replace("/2021", "/2020")
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        small(folder)
        small(folder / "base", dossiers_csv=earlier, procedures_csv=PROCEDURES)
    as_parquet(other / "base", "dossiers")
    assert figures_of(said(one, baseline=one / "base")) == figures_of(said(other, baseline=other / "base"))
    assert said(one, baseline=one / "base") != said(one)


def test_units_may_stand_in_parquet(tmp_path: Path) -> None:
    folder = small(tmp_path / "TM")
    expected = read_folder(folder).units.codes
    as_parquet(folder, "units").rename(folder / "đơn vị.parquet")
    text = (folder / "district.toml").read_text(encoding="utf-8").replace("units.csv", "đơn vị.parquet")
    (folder / "district.toml").write_text(text, encoding="utf-8")
    found = read_folder(folder)
    assert found.units.codes == expected
    assert list(found.problems.by_code()) in ([], [Code.COLUMN_FOLLOWS])
