"""A report says what it was made from, and what of it is not what the same inputs give is found, whatever was changed."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import cchc_metrics as cm
from cchc_metrics import cli
from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.errors import InputError
from cchc_metrics.provenance.reported import read_reported
from cchc_metrics.provenance.verify import Verification, verification
from cchc_metrics.report.json_report import REPORT_DIGEST, report_json
from cchc_metrics.report.model import Report
from cchc_metrics.score import Inputs, commune_example
from cchc_metrics.values import Better

SMALL = Path(__file__).parents[1] / "golden" / "two-communes"
HEAD = f',\n "{REPORT_DIGEST}": '


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "folder"))


@cache
def small_report() -> Report:
    return cm.read_folder(SMALL).report("2021")


@cache
def written() -> str:
    return report_json(small_report())


def sealed(text: str) -> str:
    """Return a report with the digest made anew, as whoever forges one would."""
    body, _, _ = text.rpartition(HEAD)
    return f'{body}{HEAD}"{hashlib.sha256(body.encode()).hexdigest()}"\n}}\n'


def verified(text: str) -> Verification:
    return verification(read_reported(text.encode()), small_report())


def run(*arguments: object) -> Any:
    return CliRunner().invoke(cli.main, [str(each) for each in arguments])


# --- What a report says


def test_the_report_of_a_folder_says_what_it_was_made_from(folder: Path) -> None:
    made = json.loads(written())["provenance"]
    by_name = {each["file"]: each for each in made["inputs"]}
    assert set(by_name) == {path.name for path in SMALL.iterdir()} - {"README.md"}
    for name, each in by_name.items():
        data = (SMALL / name).read_bytes()
        assert (each["sha256"], each["bytes"]) == (hashlib.sha256(data).hexdigest(), len(data))
    assert {name: each["rows"] for name, each in by_name.items() if each["rows"] is not None} == {
        "dossiers.csv": 10, "documents.csv": 5, "meetings.csv": 3, "outreach.csv": 2,
    }  # fmt: skip
    assert (made["rules"]["name"], made["catalogue"]["name"], made["exported"]) == ("default@2026-08-05", "packaged", "2022-01-31")
    assert made["assumed"] == [{"file": "dossiers.csv", "code": "column_follows", "times": 1}]
    # The same files at another place give the same bytes: no path and no clock is in it.
    assert report_json(cm.read_folder(folder).report("2021")) == written()
    assert str(SMALL) not in written()


def test_every_format_for_people_says_it() -> None:
    sha256 = hashlib.sha256((SMALL / "dossiers.csv").read_bytes()).hexdigest()
    text = small_report().text()
    assert sha256[:16] in text
    assert "Thư viện: cchc-metrics " in text


def test_several_files_and_part_files_have_each_their_rows(folder: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    csv = pytest.importorskip("pyarrow.csv")
    rows = (folder / "documents.csv").read_text(encoding="utf-8").splitlines()
    for number, part in enumerate((rows[1:3], rows[3:])):
        (folder / f"documents-{number}.csv").write_text("\n".join([rows[0], *part]), encoding="utf-8")
    (folder / "documents.csv").unlink()
    table = csv.read_csv(folder / "dossiers.csv", convert_options=csv.ConvertOptions(column_types={"Mã hồ sơ": "string"}))
    (folder / "dossiers.csv").unlink()
    (folder / "dossiers.parquet").mkdir()
    for number, part in enumerate((table.slice(0, 4), table.slice(4))):
        pq.write_table(part, folder / "dossiers.parquet" / f"{number}.parquet")
    with (folder / "district.toml").open("a", encoding="utf-8") as file:
        file.write('\n[files]\ndocuments = "documents-*.csv"\n')
    made = json.loads(report_json(cm.read_folder(folder).report("2021")))["provenance"]
    assert {each["file"]: each["rows"] for each in made["inputs"] if "-" in each["file"] or "parquet" in each["file"]} == {
        "documents-0.csv": 2, "documents-1.csv": len(rows) - 3, "dossiers.parquet/0.parquet": 4, "dossiers.parquet/1.parquet": 6,
    }  # fmt: skip


def test_a_table_in_memory_says_so() -> None:
    units = [{"code": "MA", "name": "Mỹ An", "kind": "thị trấn", "level": "commune"}]
    rows = [{"Mã cuộc họp": "1", "Đơn vị": "MA", "Loại cuộc họp": "Họp UBND", "Ngày họp": "05/01/2021", "Họp không giấy": "x"}]
    data = cm.Dataset(units=units, meetings=rows)
    text = report_json(data.report("2021"))
    (only,) = json.loads(text)["provenance"]["inputs"]
    assert (only["kind"], only["file"], only["rows"], only["sha256"], only["note"]) == ("meetings", "", 1, None, "memory")
    assert data.verify(text.encode()).equal
    other = cm.Dataset(units=units, meetings=[{**rows[0], "Họp không giấy": "không"}])
    found = other.verify(text.encode())
    assert not found.equal
    # Whether the rows are others cannot be told, so nothing is called unexplained.
    assert {each.why.en for each in found} == {"there is no digest of: meetings"}


def test_a_file_that_changed_after_it_was_read_has_no_digest(folder: Path) -> None:
    data = cm.read_folder(folder)
    with (folder / "dossiers.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    inputs = {each["file"]: each for each in json.loads(report_json(data.report("2021")))["provenance"]["inputs"]}
    assert (inputs["dossiers.csv"]["sha256"], inputs["dossiers.csv"]["note"]) == (None, "changed")


# --- Verifying


def test_an_equal_report_is_equal_in_both_languages(folder: Path, tmp_path: Path) -> None:
    for lang in ("vi", "en"):
        options = ("--period", "2021", "--formats", "json", "--out", tmp_path / lang, "--lang", lang)
        assert run("report", folder, *options).exit_code == 1  # a row is rejected
        done = run("verify", tmp_path / lang / "report.json", folder, "--lang", lang)
        assert (done.exit_code, done.stdout.split(":")[0]) == (0, {"vi": "Khớp", "en": "Equal"}[lang])


def test_an_input_that_changed_is_named_with_the_figures_that_follow_from_it(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(written(), encoding="utf-8")
    rows = (folder / "meetings.csv").read_text(encoding="utf-8").splitlines()
    (folder / "meetings.csv").write_text("\n".join([rows[0], *rows[2:]]), encoding="utf-8")
    done = run("verify", tmp_path / "report.json", folder, "--json", "--lang", "en")
    said = json.loads(done.stdout)
    assert (done.exit_code, said["equal"], said["unexplained"]) == (4, False, 0)
    assert said["notes"] == ["Another input (meetings): meetings.csv."]
    figures = [each for each in said["differences"] if each["part"] in ("measures", "deltas")]
    assert figures
    assert {each["why"] for each in figures} == {"inputs changed: meetings.csv"}
    catalogue = Catalogue.default()
    assert all("meetings" in catalogue.kinds_of(each["about"].partition(" ")[0]) for each in figures)


def test_other_rules_and_another_version_are_said(folder: Path) -> None:
    other = written().replace('"library": "', '"library": "0.0.')
    found = verified(sealed(other))
    assert found.equal
    assert "0.0." in found.notes[0].vi
    assert not verified(sealed(other).replace('"numerator": 3, "denominator": 4', '"numerator": 4, "denominator": 4')).equal
    text = (folder / "district.toml").read_text(encoding="utf-8")
    (folder / "district.toml").write_text('rules = {id = "default", base = "default", pauses = "restart"}\n' + text, encoding="utf-8")
    notes = {each.why.en for each in cm.read_folder(folder).verify(written().encode())}
    assert notes == {"an input or a definition changed"}


def test_what_was_chosen_from_elsewhere_is_asked_for(folder: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan-2.toml"
    (folder / "plan.toml").rename(plan)
    asked = ("report", folder, "--period", "2021", "--formats", "json", "--plan", plan, "--out", tmp_path / "out")
    run(*asked)
    done = run("verify", tmp_path / "out" / "report.json", folder)
    assert (done.exit_code, "--plan" in done.stderr) == (2, True)
    assert run("verify", tmp_path / "out" / "report.json", folder, "--plan", plan).exit_code == 0
    run(*asked, "--baseline", SMALL)
    done = run("verify", tmp_path / "out" / "report.json", folder, "--plan", plan)
    assert (done.exit_code, "--baseline" in done.stderr) == (2, True)
    assert run("verify", tmp_path / "out" / "report.json", folder, "--plan", plan, "--baseline", SMALL).exit_code == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text[: len(text) // 2], "cut"),
        (lambda _: "{}", "no report.json"),
        (lambda _: "", "cut"),
        (lambda text: text.partition(',\n "provenance"')[0] + "\n}\n", "older version"),
        (lambda text: re.sub(r'"provenance": \{.*?\n \}', '"provenance": {}', text, flags=re.DOTALL), "right form"),
        (lambda text: text.replace('"code": "TM"', '"code": "XX"', 1), "of unit XX"),
    ],
)
def test_what_cannot_be_verified_says_why(change: Any, said: str, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(change(written()), encoding="utf-8")
    done = run("verify", tmp_path / "report.json", folder, "--lang", "en")
    assert (done.exit_code, said in done.stderr) == (2, True), done.stderr


def places() -> list[int]:
    """Return where the digits of a report stand."""
    return [found.start() for found in re.finditer("[0-9]", written())]


@settings(max_examples=8, deadline=None)
@given(st.data())
def test_any_digit_that_is_edited_is_found(data: st.DataObject) -> None:
    """Whoever edits one sees it found, and whoever makes the digest anew sees the figure named, unless it is that digest."""
    at = data.draw(st.sampled_from(places()))
    digit = data.draw(st.sampled_from([each for each in "0123456789" if each != written()[at]]))
    edited = written()[:at] + digit + written()[at + 1 :]
    for text in (edited, sealed(edited)):
        try:
            found = verified(text)
        except InputError:  # the edit is of what it is asked by: the version of the shape, a date
            continue
        if text == written():  # the digest itself, made anew
            assert found.equal
        elif '"library": "' in edited[max(0, at - 20) : at + 1]:  # another version would be a fact, not a fault
            assert found.notes
        else:
            assert not found.equal, edited[max(0, at - 200) : at + 50]


@settings(max_examples=4, deadline=None)
@given(st.data())
def test_a_line_that_is_left_out_or_repeated_is_found(data: st.DataObject) -> None:
    lines = written().splitlines(keepends=True)
    items = [n for n, line in enumerate(lines) if line.startswith("  {") and line.endswith(",\n")]
    at, times = data.draw(st.sampled_from(items)), data.draw(st.sampled_from([0, 2]))
    assert verified(sealed("".join([*lines[:at], *[lines[at]] * times, *lines[at + 1 :]]))).unexplained


# --- What is given from Python, and what hides in a report


def test_nothing_hides_behind_the_digest(folder: Path) -> None:
    data = cm.read_folder(folder)
    after = written().rstrip().removesuffix("}").rstrip() + ',\n "extra": 5\n}\n'
    found = data.verify(after.encode())
    assert [(each.part, each.key) for each in found] == [("extra", ""), (REPORT_DIGEST, "sha256")]
    # Line ends that a mail program changed leave every value what it is, and the digest of another text.
    (only,) = data.verify(written().replace("\n", "\r\n").encode())
    assert (only.part, only.reported == only.computed) == (REPORT_DIGEST, False)


def test_a_report_that_calls_itself_of_another_version_hides_no_figure() -> None:
    """Its wording may be another, and what it says less; what is printed in it are figures, and its inputs are what they are."""
    old = json.loads(written().replace('"library": "', '"library": "0.0.'))
    del old[REPORT_DIGEST]

    def judged(change: Any) -> Verification:
        edited = json.loads(json.dumps(old))
        change(edited)
        return verified(sealed(json.dumps(edited, ensure_ascii=False, indent=1)[:-2] + HEAD))

    assert judged(lambda _: None).equal
    item = next(n for n, each in enumerate(old["measures"]) if each["text"] == "75%")
    assert not judged(lambda data: data["measures"][item].update(text="95%")).equal
    assert judged(lambda data: data["measures"][item].update(text="75 phần trăm")).equal
    assert not judged(lambda data: data["provenance"]["inputs"][0].update(sha256="0" * 64)).equal
    assert not judged(lambda data: data["provenance"]["inputs"].append({"of": "report", "kind": "surveys", "file": "s.csv"})).equal
    fewer = judged(lambda data: data["measures"].pop(item))
    assert (fewer.equal, [note.en for note in fewer.notes][-1]) == (True, "1 items are computed now that the report has not.")


def test_what_is_declared_from_python_explains_what_differs() -> None:
    units = [{"code": "MA", "name": "Mỹ An", "kind": "thị trấn", "level": "commune"}]
    catalogue = Catalogue.default()
    days = date(2020, 1, 1), date(2021, 12, 31)
    figure = {
        "indicator": "staff_trained", "period": "2021", "numerator": 40,
        "source": "BC 12", "signed_by": "Chủ tịch", "signed_on": date(2021, 12, 31),
    }  # fmt: skip
    base = cm.Dataset(units=units, meetings=[], as_of=date(2021, 12, 31), coverage={"meetings": days})
    turned = Catalogue(catalogue.counts.values(), [each.model_copy(update={"better": Better.LOWER}) for each in catalogue])
    others = {
        "coverage": base.replace(coverage={"meetings": days, "outreach": days}),
        "figures": base.replace(figures=[figure]),
        "catalogue": base.replace(catalogue=turned),
        "local_only": base.replace(local_only=True),
        "scores": base.replace(scheme=commune_example(), given_scores={"MA": Inputs({"1.1": date(2021, 1, 5)})}),
    }
    asked = report_json(base.report("2021"))
    for name, other in others.items():
        found = other.verify(asked.encode())
        assert not found.equal, name
        assert not found.unexplained, (name, [each for each in found if each.unexplained])
        assert any(name in each.key or name in each.why.en for each in found), name
    compared = base.replace(baseline=base.measures("2020"))
    text = report_json(compared.report("2021"))
    assert compared.verify(text.encode()).equal
    assert not base.verify(text.encode()).unexplained


def test_a_table_that_nothing_names_is_why_a_problem_is_new(folder: Path) -> None:
    (folder / "ghi-chu.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    found = cm.read_folder(folder).verify(written().encode())
    assert {each.why.en for each in found} == {"other tables stand in the folder that nothing names"}


@pytest.mark.parametrize("name", ["a" * 5000, "a\0b", "../../../etc/passwd", "/etc/passwd", "", "."])
def test_a_name_in_a_report_leads_nowhere(name: str, folder: Path, tmp_path: Path) -> None:
    data = json.loads(written())
    data["provenance"]["inputs"].append({"of": "report", "kind": "plan", "file": name})
    (tmp_path / "report.json").write_text(json.dumps(data), encoding="utf-8")
    (folder / "plan.toml").unlink()
    done = run("verify", tmp_path / "report.json", folder, "--json", "--lang", "en")
    assert (done.exit_code, done.stderr) == (4, "")
