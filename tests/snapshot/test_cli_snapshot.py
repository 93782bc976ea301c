"""The commands ``cchc-metrics snapshot …``: taken, listed and compared, for people in two languages and for programs."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.folders import EXAMPLE

from cchc_metrics.cli import main


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["snapshot", *words])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "folder"))


def edited(folder: Path) -> tuple[str, list[str]]:
    """Take one dossier of the district itself out of the folder, put two of its own beside it; return their ids."""
    path = folder / "dossiers.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    place = next(n for n, line in enumerate(lines) if line.startswith("MP-H20.38-2101") and ",returned," in line)
    gone, late = lines[place], [lines[place + 1].replace("MP-", start, 1) for start in ("MQ-", "MR-")]
    path.write_text("\n".join([*lines[:place], *lines[place + 1 :], *late]) + "\n", encoding="utf-8")
    return gone.split(",")[0], [line.split(",")[0] for line in late]


def test_figures_are_kept_listed_and_compared(folder: Path, tmp_path: Path) -> None:
    words = ("--by", "Văn phòng", "--on", "01/04/2022", "--published", "--signed", "Báo cáo số 1/BC")
    taken = run("take", str(folder), "2021", *words)
    assert taken.exit_code == 0, taken.output
    assert "2021: huyện Tháp Mười (H20.38), 2021; đã công bố ngày 01/04/2022, Văn phòng\nvăn bản: Báo cáo số 1/BC" in taken.stdout
    again = run("take", str(folder), "2021", *words)
    assert (again.exit_code, "không ghi đè" in again.stderr) == (2, True)
    listed = json.loads(run("list", str(folder), "--json").stdout)
    assert [(each["name"], each["origin"], each["signed"]) for each in listed] == [("2021", "published", "Báo cáo số 1/BC")]
    assert "published on 2022-04-01 by Văn phòng" in run("list", str(folder), "--lang", "en").stdout

    same = run("compare", str(folder), "2021")
    assert (same.exit_code, same.stdout.splitlines()[-1].endswith(": 0 số nay đã khác")) == (0, True)
    one = run("compare", str(folder), "2021", "--indicator", "dossiers_received")  # a figure that is as it was is no error
    assert (one.exit_code, one.stdout.splitlines()[-1].endswith(": 0 số nay đã khác")) == (0, True)
    other = run("compare", str(folder), "2021", "--indicator", "dossiers_recieved")
    assert (other.exit_code, "«dossiers_received»" in other.stderr) == (2, True)
    gone, late = edited(folder)
    found = json.loads(run("compare", str(folder), "2021", "--json", "--lang", "en").stdout)
    figure = next(each for each in found["figures"] if each["indicator"] == "dossiers_received" and each["breakdown"] == {})
    assert figure["rows"] == {"late": 2, "corrected": 0, "gone": 1, "unlisted": 0}
    assert figure["numerator_difference"] == 1
    about = ("--indicator", figure["indicator"])
    rows = json.loads(run("compare", str(folder), "2021", *about, "--json").stdout)
    assert {(row["id"], row["numerator"]) for row in rows["rows"]} == {(gone, -1), *((each, 1) for each in late)}
    text = run("compare", str(folder), "2021", *about, "--lang", "en").stdout
    assert "gone" in text
    assert gone in text
    assert "không còn" in run("compare", str(folder), "2021", *about).stdout
    for ending in ("csv", "xlsx", "md", "parquet", "txt", "json"):
        out = tmp_path / f"changes.{ending}"
        assert run("compare", str(folder), "2021", "--out", str(out)).exit_code == 0
        assert out.stat().st_size > 100
    with (tmp_path / "changes.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(found["figures"])
    wrong = run("compare", str(folder), "2021", "--out", str(tmp_path / "changes.doc"))
    assert (wrong.exit_code, "changes.doc" in wrong.stderr) == (2, True)


def test_what_is_not_there_is_said_with_the_nearest(folder: Path) -> None:
    none = run("compare", str(folder), "2021")
    assert (none.exit_code, "snapshot take" in none.stderr) == (2, True)
    assert run("list", str(folder)).stdout == "chưa có bản chụp nào\n"
    run("take", str(folder), "bao-cao-2021", "--by", "a", "--on", "01/04/2022")
    near = run("compare", str(folder), "bao-cao-2020", "--lang", "en")
    assert (near.exit_code, "did you mean «bao-cao-2021»?" in near.stderr) == (2, True)


def test_a_restatement_is_listed_with_what_it_changed(folder: Path) -> None:
    run("take", str(folder), "a", "--by", "x", "--on", "01/04/2022", "--published")
    edited(folder)
    restated = run("take", str(folder), "b", "--by", "x", "--on", "02/04/2022", "--restates", "a", "--why", "nhập bổ sung", "--lang", "en")
    assert restated.exit_code == 0, restated.output
    listed = {each["name"]: each for each in json.loads(run("list", str(folder), "--json").stdout)}
    assert listed["b"]["restates"] == "a"
    assert listed["b"]["restated"] > 0
    assert "restates a: " in restated.stdout
