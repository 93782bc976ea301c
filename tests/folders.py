"""Folders that the tests of the command and of the whole job start from: the committed example, and a small one written by hand."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.report.json_report import report_json
from cchc_metrics.report.model import Report

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "thap-muoi"
DISTRICT = "H20.38"

Row = dict[str, str]
Key = tuple[str, str, str, tuple[tuple[str, str], ...]]
"""Indicator, unit, period, breakdown: what a measure is about."""

SMALL: Mapping[str, str] = {
    "district.toml": """\
code = "TM"
name = "Tháp Mười"
level = "district"
extracted_on = 2022-01-31
period = "2021"
units_file = "units.csv"
""",
    "units.csv": """\
code,name,kind,level,parent
TM,Tháp Mười,huyện,district,
TM.01,Mỹ An,thị trấn,commune,TM
TM.02,Mỹ Quý,xã,commune,TM
""",
    "dossiers.csv": """\
Mã hồ sơ,Đơn vị,Trạng thái,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc
1,TM,9,01/03/2021,05/03/2021,03/03/2021
2,TM.01,9,01/03/2021,05/03/2021,05/03/2021
3,TM.01,9,01/03/2021,05/03/2021,08/03/2021
4,Mỹ Quý,4,01/03/2021,05/03/2021,
""",
    "meetings.csv": """\
Mã cuộc họp,Đơn vị,Loại cuộc họp,Ngày họp,Họp không giấy
1,TM,Họp UBND,05/01/2021,có
2,TM,Họp UBND,05/02/2021,không
""",
}
"""A district with two communes: one dossier early, one on its due date, one late, one pending and overdue; one paperless meeting of two."""


def small(folder: Path, **changes: str | None) -> Path:
    """Write the small folder with changed files: ``dossiers_csv = …``; None leaves a file out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**SMALL, **{key.replace("_csv", ".csv").replace("_toml", ".toml"): text for key, text in changes.items()}}.items():
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


def copied(folder: Path) -> Path:
    """Return a copy of the example that a test may change."""
    return Path(shutil.copytree(EXAMPLE, folder / "thap-muoi"))


def change_row(path: Path, wanted: Callable[[Row], bool], **cells: str) -> Row:
    """Write new cells into the first wanted row of a CSV file and return that row as it was; every other byte stays."""
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    headings, *rows = csv.reader(io.StringIO(text))
    for number, cells_of_row in enumerate(rows, start=1):
        row = dict(zip(headings, cells_of_row, strict=True))
        if wanted(row):
            out = io.StringIO()
            csv.writer(out, lineterminator="").writerow([cells.get(heading, row[heading]) for heading in headings])
            assert next(csv.reader([lines[number]])) == cells_of_row  # no cell of the example breaks a line
            lines[number] = out.getvalue()
            path.write_text("\n".join(lines), encoding="utf-8", newline="")
            return row
    raise LookupError(f"no such row in {path.name}")


def rows_of(name: str) -> list[Row]:
    """Return the rows of a table of the example."""
    with (EXAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def example_report() -> Report:
    """Return the report of the example for 2021."""
    return read_folder(EXAMPLE, period="2021").report()


@cache
def example_json() -> Any:
    """Return ``report.json`` of the example for 2021, loaded; not to be changed."""
    return json.loads(report_json(example_report()))


def measures_by_key(data: Any) -> dict[Key, Any]:
    """Return the items of ``measures`` of a loaded ``report.json`` by what they are about."""
    found = {(m["indicator"], m["unit"], m["period"], tuple(sorted(m["breakdown"].items()))): m for m in data["measures"]}
    assert len(found) == len(data["measures"])
    return found
