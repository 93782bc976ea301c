"""Snapshots: what is kept, what is refused, and what is said of figures that cannot be compared as if they were the same."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.folders import EXAMPLE

from cchc_metrics.catalogue.load import load_catalogue
from cchc_metrics.dataset import Dataset
from cchc_metrics.errors import CchcError, InputError
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.snapshot.model import Snapshot

UNITS = [
    {"code": "MA", "name": "Mỹ An", "kind": "thị trấn", "level": "commune"},
    {"code": "MQ", "name": "Mỹ Quý", "kind": "xã", "level": "commune", "parent": ""},
]
MEETINGS = [
    {"Mã cuộc họp": "1", "Đơn vị": "MA", "Loại cuộc họp": "Họp UBND", "Ngày họp": "05/01/2021", "Họp không giấy": "x", "Độ mật": "Thường"},
    {"Mã cuộc họp": "2", "Đơn vị": "MA", "Loại cuộc họp": "Họp UBND", "Ngày họp": "06/01/2021", "Họp không giấy": "", "Độ mật": "Thường"},
    {"Mã cuộc họp": "3", "Đơn vị": "MA", "Loại cuộc họp": "Họp UBND", "Ngày họp": "07/01/2021", "Họp không giấy": "x", "Độ mật": "Mật"},
]
ON: dict[str, Any] = {"on": date(2022, 1, 10), "by": "Chánh Văn phòng"}
P = "paperless_meetings"


def held(*rows: dict[str, str], **more: Any) -> Dataset:
    return Dataset(units=UNITS[:1], meetings=list(rows or MEETINGS), **more)


def kept(data: Dataset, name: str = "2021", **more: Any) -> Snapshot:
    return data.snapshot(name, "2021", **ON, **more)


def damage(data: bytes) -> dict[str, bytes]:
    """Return bytes that somebody edited or that were damaged, by what was done to them."""
    text = data.decode()
    return {
        "a figure": text.replace('"numerator": 1,', '"numerator": 2,', 1).encode(),
        "the signer": text.replace("Chánh Văn phòng", "Ai đó").encode(),
        "cut short": data[: len(data) // 2],
        "line ends": data.replace(b"\n", b"\r\n"),
        "a byte": data[:-20] + b"x" + data[-19:],
        "empty": b"",
        "other JSON": b"{}",
        "no JSON": b"\x00\x01 snapshot",
        "another version": data.replace(b'"cchc_snapshot": 1', b'"cchc_snapshot": 99', 1),
    }


@pytest.mark.parametrize("what", list(damage(b"{}\n")))
def test_a_snapshot_that_was_damaged_or_edited_is_one_error(what: str, tmp_path: Path) -> None:
    path = kept(held(), signed="Báo cáo 12/BC-UBND").save(tmp_path)
    assert Snapshot.read(path) == kept(held(), signed="Báo cáo 12/BC-UBND")
    path.write_bytes(damage(path.read_bytes())[what])
    with pytest.raises(InputError, match="snapshot") as caught:
        Snapshot.read(path)
    assert path.name in caught.value.vi


def test_a_snapshot_whose_checksum_somebody_made_anew_is_still_checked() -> None:
    endless = b'"value": "1e999999999", "unit": "'  # which no memory holds
    for old, new in (
        (b'"status": "no_data"', b'"status": "fine"'),
        (b'"tally": "', b'"tally": "!!'),
        (b'"origin"', b'"origine"'),
        (b'"status": "no_data", "unit": "', b'"status": "no_data", ' + endless),
        *(
            (b'"denominator": 2, "excluded": {"secret": 1}', counts)
            for counts in (
                b'"denominator": -2, "excluded": {}',
                b'"denominator": 2.5, "excluded": {}',
                b'"denominator": true, "excluded": {}',
                b'"denominator": [], "excluded": {}',
                b'"denominator": 0, "excluded": {}',
                b'"denominator": null, "excluded": {}',
                b'"denominator": 9223372036854775808, "excluded": {}',
                b'"denominator": 2, "excluded": {"secret": -1}',
                b'"denominator": 2, "excluded": {"secret": 0.5}',
            )
        ),
        (b'"indicator": "paperless_meetings", "numerator": 1', b'"indicator": "paperless_meetings", "numerator": -1'),
        (b'"indicator": "paperless_meetings", "numerator": 1', b'"indicator": "paperless_meetings", "numerator": null'),
        (b'"status": "no_data", "unit": "MA"', b'"status": "no_data", "unit": "MQ"'),
        (b'"status": "no_data", "unit": "MA"', b'"status": "no_data", "unit": 5'),
        (b'"period": "2021"', b'"period": "2020"'),
        (b'"unit": "MA",\n', b'"unit": "MB",\n'),
        (b'"by": "', b'"by": 5, "of": "'),
        (b'["held", "MA", 1,', b'["held", "MA", -1,'),
        (b'["held", "MA", 1,', b'["held", "MA", 1, "more",'),
        (b'["held", "MA", 1,', b'["held", "MB", 1,'),
        (b'["held", "MA", 1,', b'["given", "MA", 1,'),
        (b"  [[0], [", b"  [[-1], ["),
        (b"  [[0], [", b"  [[0], [5, "),
        (b'"by": "', b'"by": "\\ud800'),
        (b'"by": "', b'"by": "\xed\xa0\x80'),
    ):
        assert old in kept(held()).to_bytes()
        body = kept(held()).to_bytes().split(b"\n", 2)[2].replace(old, new, 1)
        head = f'{{\n "cchc_snapshot": 1, "sha256": "{hashlib.sha256(body).hexdigest()}",\n'.encode()
        with pytest.raises(CchcError, match="damaged"):
            Snapshot.from_bytes(head + body)


def test_a_name_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    path = kept(held()).save(tmp_path / "snapshots")
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"not written over.*another name.*restates"):
        kept(held(MEETINGS[0])).save(tmp_path / "snapshots")
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["2021.snapshot.json"]


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a\\b", ".x", "x.", "x" * 81, "a:b", "con\n"])
def test_names_that_are_no_names_of_files_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="the name of a snapshot"):
        kept(held(), name)


def test_what_is_asked_wrongly_is_said() -> None:
    with pytest.raises(InputError, match="nobody stands behind"):
        held().snapshot("a", "2021", on=date(2022, 1, 1), by=" ")
    with pytest.raises(InputError, match="before the day 2021-12-31 of the records"):
        held().snapshot("a", "2021", on=date(2021, 12, 1), by="a")
    with pytest.raises(InputError, match="did you mean «published»"):
        kept(held(), origin="publishd")
    with pytest.raises(InputError, match="is of unit MA, not of MQ"):
        Dataset(units=[{**UNITS[1]}], meetings=[]).changes_since(kept(held()))
    with pytest.raises(InputError, match="these records end on 2021-06-01, before the day 2021-12-31"):
        held(as_of=date(2021, 6, 1)).changes_since(kept(held()))


def test_secret_rows_are_counted_and_never_named() -> None:
    made = kept(held())
    rows = made.rows["meetings"]
    assert list(rows.listed) == ["1", "2"]
    assert sum(rows.unlisted.values()) == 1
    text = made.to_bytes().decode()
    assert '["1"]' in text
    assert '"3"' not in text.split('"rows"')[1]
    # A secret meeting that is not secret any more came late by what can be told; the one that left is only counted.
    changes = held(*MEETINGS[:2], {**MEETINGS[2], "Độ mật": "Thường"}).changes_since(made)
    assert (changes[P, "MA"].numerator, changes[P, "MA"].denominator) == (1, 1)
    found = changes.rows(P, "MA")
    assert [(row.id, row.change, row.numerator, row.denominator) for row in found] == [("3", "late", 1, 1)]
    # One that has become secret is counted and not named, though its id was kept when it was not.
    hidden = held({**MEETINGS[0], "Độ mật": "Mật"}, *MEETINGS[1:]).changes_since(made).rows(P, "MA")
    assert (len(hidden), hidden.numerator, hidden.denominator) == (0, -1, -1)
    assert "not listed: numerator -1, denominator -1" in hidden.to_text("en")


def test_changes_are_told_with_their_rows_in_both_languages() -> None:
    made = kept(held())
    late = {**MEETINGS[0], "Mã cuộc họp": "9", "Ngày họp": "30/12/2021"}
    changes = held(MEETINGS[0], {**MEETINGS[1], "Họp không giấy": "x"}, MEETINGS[2], late).changes_since(made)
    item = changes[P, "MA"]
    assert (item.change, item.late, item.corrected, item.gone, item.unlisted) == ("changed", 1, 1, 0, 0)
    assert [item.numerator, item.denominator, item.difference] == [2, 1, 50]
    assert item.text("vi").endswith("50% (1/2) → 100% (3/3), đã đổi")
    rows = changes.rows(P, "MA")
    assert {row.id: (row.change, row.numerator, row.denominator, row.row) for row in rows} == {
        "2": ("corrected", 1, 0, 2),
        "9": ("late", 1, 1, 4),
    }
    assert "held committee_meeting unknown none" in rows["2"].was
    assert "paperless_meetings" in changes.to_text("en")
    assert "late arrival" in rows.to_text("en")
    assert "đến sau" in rows.to_text("vi")


def test_what_happened_after_the_day_is_no_change() -> None:
    data = held(as_of=date(2021, 3, 31))
    made = data.snapshot("nam", "2021", **ON)
    more = held(*MEETINGS, {**MEETINGS[0], "Mã cuộc họp": "8", "Ngày họp": "01/06/2021"}, as_of=date(2021, 6, 30))
    assert len(more.changes_since(made)) == 0
    late = held(*MEETINGS, {**MEETINGS[0], "Mã cuộc họp": "8", "Ngày họp": "01/03/2021"}, as_of=date(2021, 6, 30))
    assert late.changes_since(made)[P, "MA"].late == 1


# --- What is told, and not compared as if it were the same


def test_other_rules_are_told() -> None:
    changes = held(rules="form06").changes_since(kept(held()))
    assert {item.change for item in changes} == {"not_comparable"}
    assert "unlike rules: «default» and «form06»" in changes[P, "MA"].reason.en
    assert changes[P, "MA"].difference is None
    assert changes[P, "MA"].numerator is None
    with pytest.raises(CchcError, match="can be traced: unlike rules"):
        changes.rows(P, "MA")


def test_a_definition_that_changed_is_told_for_its_indicator_only() -> None:
    own, other = (
        load_catalogue(f'[[indicator]]\nid = "own"\nvi = "x"\nen = "x"\nscale = "count"\nsource = "x"\nnumerator = {counts}\n')
        for counts in ('["meetings.held"]', '["meetings.held", "meetings.paperless"]')
    )
    made = kept(held(catalogue=own))
    changes = held(catalogue=other).changes_since(made)
    assert {item.measure.indicator for item in changes} == {"own"}
    assert "defined anew" in changes["own", "MA"].reason.en
    # As a baseline it is not comparable either, and what is as it was is.
    nxt = {**MEETINGS[0], "Ngày họp": "05/01/2022"}
    deltas = held(nxt, catalogue=other, baseline=made).deltas("2022")
    assert deltas["own", "MA"].status.value == "not_comparable"
    assert "unlike formula" in deltas["own", "MA"].reason.en
    assert deltas[P, "MA"].difference == 50


def test_units_that_changed_are_told() -> None:
    def tree(*more: dict[str, str]) -> UnitTree:
        return UnitTree([Unit.model_validate(each) for each in (UNITS[0], *more)])

    made = kept(Dataset(tree(), meetings=MEETINGS))
    assert len(Dataset(tree({**UNITS[1], "parent": ""}), unit="MA", meetings=MEETINGS).changes_since(made)) == 0
    moved = Dataset(UnitTree([Unit.model_validate({**UNITS[0], "valid_from": date(2020, 5, 1)})]), meetings=MEETINGS).changes_since(made)
    assert {item.change for item in moved} == {"not_comparable"}
    assert "list of units" in moved[P, "MA"].reason.en


def test_a_kind_that_was_absent_then_is_told() -> None:
    made = kept(Dataset(units=UNITS[:1], outreach=[]))
    changes = held(outreach=[]).changes_since(made)
    item = changes[P, "MA"]
    assert (item.change, item.late, item.difference) == ("appeared", None, None)
    assert any("no table «meetings» then" in note.en for note in changes.notes)
    back = Dataset(units=UNITS[:1], outreach=[]).changes_since(kept(held(outreach=[])))
    assert back[P, "MA"].change == "disappeared"


def test_another_calendar_is_told() -> None:
    data = held()
    calendar = data.calendar.with_year(2027, days_off=[date(2027, 1, 1)])
    changes = held(calendar=calendar).changes_since(kept(data))
    assert any("calendar is another" in note.en for note in changes.notes)


def test_without_rows_figures_are_compared_all_the_same() -> None:
    made = Snapshot.from_bytes(kept(held(), rows=False).to_bytes())
    changes = held(MEETINGS[0]).changes_since(made)
    assert changes[P, "MA"].difference == 50
    assert any("no rows" in note.en for note in changes.notes)
    with pytest.raises(CchcError, match="the snapshot has no rows"):
        changes.rows(P, "MA")


@pytest.mark.parametrize("gone", [{"meetings": {"gone": frozenset()}}, {"meetings": {}, "gone": {}}])
def test_what_another_version_of_the_library_counted_keeps_its_figures(gone: dict[str, dict[str, frozenset[str]]]) -> None:
    """A set of events that is counted no more is no damage: the figures stand, only their rows cannot be told apart any more."""
    made = Snapshot.from_bytes(kept(held()).to_bytes())
    older = replace(made, tally=replace(made.tally, counted={**made.tally.counted, **gone}))
    found = Snapshot.from_bytes(older.to_bytes())
    assert (list(found.measures), found.periods, found.rows) == (list(made.measures), made.periods, {})
    changes = held(MEETINGS[0]).changes_since(found)
    assert changes[P, "MA"].difference == 50
    assert any("another version of the library" in note.en for note in changes.notes)
    assert held(baseline=found).deltas("2021", baseline_period="2021")[P, "MA"].difference == 0


# --- As a baseline


def test_a_restated_figure_says_so_wherever_it_is_compared_with() -> None:
    made = kept(held(), "cong-bo", origin="published")
    fixed = held(MEETINGS[0], {**MEETINGS[1], "Họp không giấy": "x"}, MEETINGS[2])
    again = Snapshot.from_bytes(kept(fixed, "tinh-lai", restates=made, why="nhập bổ sung").to_bytes())
    assert again.about.restates == "cong-bo"
    nxt = [{**MEETINGS[0], "Ngày họp": "05/01/2022"}]
    change = held(*nxt, baseline=again).deltas("2022")[P, "MA"]
    assert change.difference == 0
    assert "restated on 2022-01-10 by Chánh Văn phòng: from 50% (1/2) to 100% (2/2), nhập bổ sung" in change.reason.en
    assert "đã tính lại ngày 10/01/2022, Chánh Văn phòng: từ 50% (1/2) thành 100% (2/2)" in change.reason.vi
    assert "restated" not in held(*nxt, baseline=made).deltas("2022")[P, "MA"].reason.en
    # What was restated once stays so, when something else is restated after it.
    third = kept(fixed, "lan-3", restates=again)
    assert held(*nxt, baseline=third).deltas("2022")[P, "MA"].reason == change.reason


def test_a_folder_names_a_snapshot_as_its_baseline(copied: Callable[[], Path]) -> None:
    folder = copied()
    read_folder(folder).snapshot("2020 công bố", "2020", **{**ON, "on": date(2022, 4, 1)}).save(folder / "snapshots")
    district = folder / "district.toml"
    own = read_folder(folder).deltas("2021")
    district.write_text('baseline = "2020 công bố"\n' + district.read_text(encoding="utf-8"), encoding="utf-8")
    data = read_folder(folder)
    assert isinstance(data.baseline, Snapshot)
    assert data.deltas("2021").column("difference") == own.column("difference")
    assert isinstance(read_folder(EXAMPLE, baseline=folder / "snapshots" / "2020 công bố.snapshot.json").baseline, Snapshot)
    assert not data.problems.by_code()
    with pytest.raises(InputError, match=r"nowhere.*2020 công bố"):
        read_folder(folder, baseline="nowhere")


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[], Path]:
    return lambda: Path(shutil.copytree(EXAMPLE, tmp_path / "folder"))


def test_the_digests_are_those_of_the_files(copied: Callable[[], Path]) -> None:
    folder = copied()
    made = read_folder(folder).snapshot("a", "2021", on=date(2022, 4, 1), by="a")
    digests = {each.kind: each.sha256 for each in made.about.inputs}
    assert digests["dossiers"] == hashlib.sha256((folder / "dossiers.csv").read_bytes()).hexdigest()
    said = json.loads(made.to_bytes())
    assert said["rules"]["id"] == "default"
    assert replace(made, about=replace(made.about, signed="khác")) != made


def test_a_restated_baseline_is_marked_in_every_form_of_the_report(copied: Callable[[], Path], tmp_path: Path) -> None:
    folder = copied()
    first = read_folder(folder).snapshot("a", "2020", on=date(2022, 4, 1), by="VP", origin="published")
    documents = folder / "documents.csv"
    lines = documents.read_text(encoding="utf-8").splitlines()
    documents.write_text("\n".join([lines[0], *lines[5:]]) + "\n", encoding="utf-8")
    data = read_folder(folder)
    again = data.snapshot("b", "2020", on=date(2022, 4, 2), by="VP", restates=first)
    report = data.replace(baseline=again).report("2021")
    said = "restated on 2022-04-02 by VP: from 83.98% (991/1180) to 83.93% (987/1176)"
    made = {path.name: path for path in report.save(tmp_path / "out", ("txt", "md", "html", "docx", "xlsx", "json"), "en")}
    texts = {name: " ".join(made[name].read_text(encoding="utf-8").split()) for name in ("report.txt", "report.html")}
    for name, inner in (("report.docx", "word/document.xml"), ("report.xlsx", "xl/sharedStrings.xml")):
        with zipfile.ZipFile(made[name]) as book:
            texts[name] = book.read(inner).decode()
    for name, text in texts.items():
        assert said in text, name
        assert "‡" in text, name
    deltas = {
        item["indicator"]: item
        for item in json.loads(made["report.json"].read_text())["deltas"]
        if (item["unit"], item["breakdown"]) == ("H20.38", {})
    }
    assert deltas["electronic_exchange"]["baseline_restated"] is True
    assert said in deltas["electronic_exchange"]["reason"]
    assert deltas["dossiers_postal"]["baseline_restated"] is False


def test_a_merged_unit_says_which_of_its_parts_was_restated() -> None:
    units: list[dict[str, Any]] = [
        {**UNITS[0], "valid_to": "2021-12-31"},
        {**UNITS[1], "valid_to": "2021-12-31"},
        {"code": "MM", "name": "Mỹ Mới", "level": "commune", "valid_from": "2022-01-01", "predecessors": ["MA", "MQ"]},
    ]
    both = (MEETINGS[0], {**MEETINGS[1], "Họp không giấy": "không"})
    rows = [{**row, "Đơn vị": unit, "Mã cuộc họp": row["Mã cuộc họp"] + unit} for row in both for unit in ("MA", "MQ")]
    first = kept(Dataset(units=units, unit="MM", meetings=rows), "a")
    again = kept(Dataset(units=units, unit="MM", meetings=rows[1:]), "b", restates=first)
    now = [{**MEETINGS[0], "Đơn vị": "MM", "Ngày họp": "05/01/2022"}]
    deltas = Dataset(units=units, unit="MM", meetings=now, baseline=again).deltas("2022")
    found = deltas[P, "MM"]
    assert found.baseline is not None
    assert (found.baseline.numerator, found.baseline.denominator) == (1, 3)
    assert "thị trấn Mỹ An: đã tính lại ngày 10/01/2022" in found.reason.vi
    assert "Mỹ Quý" not in found.reason.vi
    assert deltas.filter(indicator=P, unit="MM", breakdown=()).column("baseline_restated") == [True]
