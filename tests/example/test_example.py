"""The example folder: what is committed is what the generator makes, and its figures hold when counted by hand.

Nothing of the library counts here: the rows are read with ``csv``, days are counted one by one, and the days off are
typed in from the notices once more.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from importlib import resources
from pathlib import Path

import pytest

from cchc_metrics.example.draw import Draw, divide
from cchc_metrics.example.make import WRITTEN, make_example

FOLDER = Path(__file__).parents[2] / "examples" / "thap-muoi"
COMMITTED = 2021
DISTRICT = "H20.38"
DAY = timedelta(days=1)
OFFICIAL_DAYS_OFF = """
2020-01-01 2020-01-23 2020-01-24 2020-01-27 2020-01-28 2020-01-29 2020-04-02 2020-04-30 2020-05-01 2020-09-02
2021-01-01 2021-02-10 2021-02-11 2021-02-12 2021-02-15 2021-02-16 2021-04-21 2021-04-30 2021-05-03 2021-09-02 2021-09-03
2022-01-03 2022-01-31 2022-02-01 2022-02-02 2022-02-03 2022-02-04 2022-04-11 2022-05-02 2022-05-03
"""
OFF = {date.fromisoformat(day) for day in OFFICIAL_DAYS_OFF.split()}
COMMUNES = """
Mỹ An, Mỹ Hòa, Mỹ Quý, Mỹ Đông, Đốc Binh Kiều, Tân Kiều, Thanh Mỹ, Phú Điền, Láng Biển, Trường Xuân, Thạnh Lợi, Hưng Thạnh
"""
ENDED = ("withdrawn", "resolved", "returned")

Row = Mapping[str, str]
# Every law below holds for the committed files and for any other seed.
seeds = pytest.mark.parametrize("seed", [COMMITTED, 0, 7])


@cache
def files(seed: int) -> dict[str, str]:
    if seed == COMMITTED:
        return {path.name: path.read_bytes().decode("utf-8") for path in sorted(FOLDER.iterdir())}
    return make_example(seed)


@cache
def rows(seed: int, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files(seed)[name]), strict=True))


def is_worked(day: date) -> bool:
    return day.weekday() < 5 and day not in OFF


def day_of(cell: str) -> date:
    return date.fromisoformat(cell[:10])


def computed_due(row: Row) -> date | None:
    """Count a term day by day, from the day after the receipt."""
    if not row["term"]:
        return None
    day = day_of(row["received_at"])
    length = float(row["term"].replace(",", "."))
    if row["term_unit"] == "hours":
        return day  # received by 09:30, so four hours end on the day itself
    if row["term_unit"] == "working_days":
        left = length + int(row["paused_days"] or 0)
        while left > 0:
            day += DAY
            left -= is_worked(day)
        return day
    if row["term_unit"] == "months":
        day = add_month(day)
    else:
        day += int(length) * DAY
    while not is_worked(day):
        day += DAY
    return day


def add_month(day: date) -> date:
    following = (day.replace(day=1) + 31 * DAY).replace(day=1)
    last = (following + 31 * DAY).replace(day=1) - DAY
    return following.replace(day=min(day.day, last.day))


def days_between(row: Row) -> int:
    return (day_of(row["received_at"]) - day_of(row["submitted_at"])).days


def end_of(row: Row) -> str:
    return row["ended_at"] or row["returned_at"]


def timing(row: Row) -> str:
    due = day_of(row["due_at"]) if row["due_at"] else computed_due(row)
    end = day_of(end_of(row))
    if due is None:
        return "no_due_date"
    return "early" if end < due else "on_due_date" if end == due else "late"


def timings(seed: int, year: int, *, district: bool) -> Counter[str]:
    return Counter(
        timing(row)
        for row in rows(seed, "dossiers.csv")
        if row["status"] in ENDED and (row["unit_code"] == DISTRICT) == district and day_of(end_of(row)).year == year
    )


def online(seed: int, year: int, *, district: bool) -> int:
    return sum(
        row["channel"] == "online"
        and row["service_level"] in ("level_3", "level_4")
        and row["status"] not in ("submitted", "refused")
        and row["received_at"].startswith(str(year))
        and (row["unit_code"] == DISTRICT) == district
        for row in rows(seed, "dossiers.csv")
    )


def test_committed_files_are_made_by_the_generator() -> None:
    assert make_example(COMMITTED) == files(COMMITTED)


def test_the_package_holds_the_generator_and_no_table() -> None:
    """What is generated is not packaged too: docs/decisions/example-is-generated.md."""
    folder = resources.files("cchc_metrics.example").joinpath("data")
    assert sorted(file.name for file in folder.iterdir()) == sorted(WRITTEN)
    assert sum(len(file.read_bytes()) for file in folder.iterdir()) < 20_000


def test_another_seed_makes_another_district() -> None:
    drawn = {name for name, text in make_example(7).items() if text != files(COMMITTED)[name]}
    tables = {name for name in files(COMMITTED) if name.endswith(".csv")}
    assert drawn == tables - {"units.csv"}


@seeds
def test_everything_says_that_it_is_synthetic(seed: int) -> None:
    for name, text in files(seed).items():
        if name.endswith(".csv"):
            if name not in ("units.csv", "initiatives.csv"):
                assert all(next(iter(row.values())).startswith("MP-") for row in rows(seed, name)), name
        else:
            beginning = "\n".join(text.splitlines()[:3]).upper()
            assert "MÔ PHỎNG" in beginning, name
            assert "SYNTHETIC" in beginning, name
    assert tomllib.loads(files(seed)["district.toml"])["synthetic"] is True


@seeds
def test_files_are_small_and_plain(seed: int) -> None:
    assert sum(len(text.encode()) for text in files(seed).values()) < 2_500_000
    assert not any("\r" in text for text in files(seed).values())


@seeds
def test_units(seed: int) -> None:
    units = rows(seed, "units.csv")
    assert Counter((u["level"], u["kind"]) for u in units) == {
        ("district", "huyện"): 1,
        ("commune", "thị trấn"): 1,
        ("commune", "xã"): 12,
    }
    assert sorted(u["name"] for u in units if u["kind"] == "xã") == sorted(COMMUNES.strip().split(", "))
    assert {u["parent"] for u in units if u["level"] == "commune"} == {DISTRICT}
    assert {u["valid_to"] for u in units} == {"2025-06-30"}
    codes = {u["code"] for u in units}
    for name in ("dossiers.csv", "documents.csv", "outreach.csv", "initiatives.csv", "surveys.csv"):
        assert {row["unit_code"] for row in rows(seed, name)} <= codes
    assert {row["Mã đơn vị"] for row in rows(seed, "meetings.csv")} == codes


@seeds
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("dossiers.csv", ["dossier_id"]),
        ("documents.csv", ["document_id", "unit_code", "issued_on"]),
        ("meetings.csv", ["Mã cuộc họp"]),
        ("outreach.csv", ["activity_id"]),
        ("initiatives.csv", ["initiative_id", "unit_code"]),
        ("surveys.csv", ["response_id", "question"]),
    ],
)
def test_ids_are_unique(seed: int, name: str, keys: list[str]) -> None:
    assert max(Counter(tuple(row[key] for key in keys) for row in rows(seed, name)).values()) == 1


@seeds
def test_nothing_is_known_after_the_extraction(seed: int) -> None:
    seen = [
        row[name]
        for table, names in {
            "dossiers.csv": ("submitted_at", "received_at", "ended_at", "returned_at"),
            "documents.csv": ("issued_on",),
            "outreach.csv": ("held_on",),
            "initiatives.csv": ("adopted_on",),
            "surveys.csv": ("answered_on",),
        }.items()
        for row in rows(seed, table)
        for name in names
        if row[name]
    ]
    seen += ["-".join(reversed(row["Ngày họp"].split("/"))) for row in rows(seed, "meetings.csv") if row["Ngày họp"]]
    assert max(seen)[:10] <= "2022-03-31"
    assert min(seen) >= "2019-12-30"


@seeds
def test_dossiers_are_whole(seed: int) -> None:
    dossiers = rows(seed, "dossiers.csv")
    assert 9_000 <= len(dossiers) <= 12_500
    assert {row["status"] for row in dossiers} == {
        "submitted", "received", "refused", "processing", "supplement_requested", "payment_requested",
        "withdrawn", "stopped", "resolved", "returned",
    }  # fmt: skip
    for row in dossiers:
        received = row["received_at"][:10]
        assert bool(received) == (row["status"] not in ("submitted", "refused"))
        assert bool(end_of(row)) == (row["status"] in (*ENDED, "stopped"))
        assert not end_of(row) or end_of(row)[:10] >= received
        assert not row["due_at"] or row["due_at"][:10] >= received
        assert not row["returned_at"] or row["returned_at"][:10] >= row["ended_at"][:10]
        assert not row["submitted_at"] or not received or row["submitted_at"][:10] <= received
        assert bool(row["term"]) == bool(row["term_unit"])
        assert (row["channel"] == "postal") == (row["postal_in"] == "yes")


@seeds
def test_given_due_dates_are_those_of_the_term(seed: int) -> None:
    given = [row for row in rows(seed, "dossiers.csv") if row["due_at"]]
    assert [row["dossier_id"] for row in given if day_of(row["due_at"]) != computed_due(row)] == []
    units = Counter(row["term_unit"] for row in rows(seed, "dossiers.csv"))
    assert units["working_days"] > sum(units.values()) / 2
    assert min(units[unit] for unit in ("hours", "calendar_days", "months", "")) > 0
    assert any(row["paused_days"] for row in given)


@seeds
def test_some_dossiers_have_a_term_only_and_a_few_have_none(seed: int) -> None:
    received = [row for row in rows(seed, "dossiers.csv") if row["received_at"]]
    term_only = sum(not row["due_at"] and bool(row["term"]) for row in received)
    neither = sum(not row["due_at"] and not row["term"] for row in received)
    assert term_only > 500
    assert 10 <= neither <= 100
    assert any(day_of(row["received_at"]).weekday() == 5 for row in received)
    assert not any(day_of(row["received_at"]).weekday() == 6 for row in received)


@seeds
def test_dossiers_on_time(seed: int) -> None:
    district, communes = timings(seed, 2021, district=True), timings(seed, 2021, district=False)
    assert (district["late"], communes["late"]) == (43, 26)
    assert Fraction(98, 100) < 1 - Fraction(43, district.total() - district["no_due_date"]) < Fraction(99, 100)
    assert Fraction(99, 100) < 1 - Fraction(26, communes.total() - communes["no_due_date"]) < Fraction(995, 1000)
    assert min(district["no_due_date"], communes["no_due_date"]) > 0
    assert min(district[c] for c in ("early", "on_due_date")) > 100
    assert (timings(seed, 2020, district=True)["late"], timings(seed, 2020, district=False)["late"]) == (39, 41)
    assert (timings(seed, 2022, district=True)["late"], timings(seed, 2022, district=False)["late"]) == (9, 10)


@seeds
def test_the_end_of_processing_is_not_the_hand_over(seed: int) -> None:
    # Dossiers that would be late if the citizen's coming counted, and some that have nothing but the hand-over.
    returned = [row for row in rows(seed, "dossiers.csv") if row["status"] == "returned"]
    assert any(
        row["due_at"] and row["ended_at"][:10] <= row["due_at"][:10] < row["returned_at"][:10] for row in returned if row["ended_at"]
    )
    assert any(not row["ended_at"] for row in returned)


@seeds
@pytest.mark.parametrize("day", [date(2020, 12, 31), date(2021, 12, 31), date(2022, 3, 31)])
def test_dossiers_pending_in_time_and_overdue(seed: int, day: date) -> None:
    pending: Counter[tuple[bool, str]] = Counter()
    for row in rows(seed, "dossiers.csv"):
        if row["status"] in ("submitted", "refused") or day_of(row["received_at"]) > day:
            continue
        if row["status"] in ENDED and day_of(end_of(row)) <= day:
            continue
        due = day_of(row["due_at"]) if row["due_at"] else computed_due(row)
        pending[row["unit_code"] == DISTRICT, "none" if due is None else "in time" if due >= day else "overdue"] += 1
    assert all(pending[district, state] > 0 for district in (True, False) for state in ("in time", "overdue"))


@seeds
def test_online_dossiers(seed: int) -> None:
    assert (online(seed, 2020, district=True), online(seed, 2021, district=True)) == (412, 412 + 811)
    assert (online(seed, 2020, district=False), online(seed, 2021, district=False)) == (133, 133 + 160)
    # Both conditions matter: neither the channel nor the level alone gives the figure.
    counter = [row for row in rows(seed, "dossiers.csv") if row["channel"] == "counter"]
    assert any(row["service_level"] == "level_4" for row in counter)
    assert any(row["channel"] == "online" and not row["service_level"] for row in rows(seed, "dossiers.csv"))


@seeds
def test_some_online_dossiers_waited_too_long_for_their_receipt(seed: int) -> None:
    filed = [row for row in rows(seed, "dossiers.csv") if row["submitted_at"] and row["received_at"]]
    waits = [sum(is_worked(day_of(row["submitted_at"]) + n * DAY) for n in range(1, days_between(row) + 1)) for row in filed]
    assert Counter(wait > 1 for wait in waits)[True] in range(30, 150)


@seeds
def test_postal_dossiers(seed: int) -> None:
    received = [row for row in rows(seed, "dossiers.csv") if row["received_at"].startswith("2021")]
    assert sum(row["channel"] == "postal" for row in received) == 2096
    assert Counter(row["unit_code"] == DISTRICT for row in received if row["postal_in"] == "yes") == {
        True: 1010,
        False: 1086,
    }


@seeds
def test_electronic_documents(seed: int) -> None:
    issued = [row for row in rows(seed, "documents.csv") if row["issued_on"].startswith("2021")]
    outgoing = [row for row in issued if row["direction"] == "outgoing"]
    open_ones = [row for row in outgoing if row["secrecy"] == "none"]
    exchanged = sum(row["electronic"] == "yes" and row["exchanged"] == "yes" for row in open_ones)
    assert (exchanged, len(open_ones)) == (1411, 1520)
    assert 9282 < Fraction(exchanged * 10_000, len(open_ones)) - Fraction(1, 2) < 9283  # half-up, 92,83
    assert Fraction(exchanged * 10_000, len(open_ones)) < 9283  # and cut off it would be 92,82
    assert Counter(row["secrecy"] for row in outgoing) == {"none": 1520, "mat": 21, "toi_mat": 3, "": 9}
    assert {row["direction"] for row in issued} == {"outgoing", "incoming", "internal"}
    assert any(row["electronic"] == "yes" and row["exchanged"] != "yes" for row in open_ones)
    signed = sum(row["signed_by_person"] == row["signed_by_agency"] == "yes" for row in open_ones)
    assert len(open_ones) * 0.8 < signed < exchanged + 67


@seeds
def test_paperless_meetings(seed: int) -> None:
    kinds = ("Họp UBND", "Hội nghị UBND", "Kỳ họp HĐND")
    own = [
        row
        for row in rows(seed, "meetings.csv")
        if row["Mã đơn vị"] == DISTRICT and row["Trạng thái"] == "đã họp" and row["Loại cuộc họp"] in kinds
    ]
    paperless = {
        (kind, year): {
            row["Họp không giấy"]
            for row in own
            if row["Ngày họp"].endswith(year) and row["Loại cuộc họp"] == kind and row["Độ mật"] == "không mật"
        }
        for kind in kinds
        for year in ("2020", "2021")
    }
    assert {answer for (_, year), answers in paperless.items() if year == "2021" for answer in answers} == {"có"}
    assert all("không" in paperless[kind, "2020"] for kind in kinds)
    # What must stay out of the count is there, and would spoil it.
    assert any(row["Độ mật"] == "mật" and row["Họp không giấy"] == "không" for row in own)
    states = Counter(row["Trạng thái"] for row in rows(seed, "meetings.csv"))
    assert states["hủy"] == 2
    assert states["hoãn"] == 1


@seeds
def test_initiative(seed: int) -> None:
    adoptions = rows(seed, "initiatives.csv")
    assert {(row["initiative_id"], row["name"]) for row in adoptions} == {("5-trong-1", "5 trong 1")}
    assert Counter(row["status"] for row in adoptions) == {"adopted": 11, "planned": 2, "exempt": 1}
    first, *others = sorted((row["adopted_on"], row["unit_code"]) for row in adoptions if row["status"] == "adopted")
    assert first == ("2020-06-15", "H20.38.01")
    assert all(day.startswith("2021") for day, _ in others)
    assert [row["unit_code"] for row in adoptions if row["status"] == "exempt"] == [DISTRICT]


@seeds
def test_satisfaction(seed: int) -> None:
    answers = [row for row in rows(seed, "surveys.csv") if row["answered_on"].startswith("2021")]
    about = [row for row in answers if row["question"] == "5 trong 1"]
    assert (sum(row["score"] in "45" for row in about), len(about)) == (392, 412)
    assert sum(row["unit_code"] == "H20.38.01" for row in about) > 50
    begun = {row["unit_code"]: row["adopted_on"] for row in rows(seed, "initiatives.csv") if row["adopted_on"]}
    assert all(row["answered_on"] >= begun[row["unit_code"]] for row in about)
    general = [row for row in answers if row["question"] == "hài lòng chung"]
    assert (sum(row["score"] in "45" for row in general), len(general)) == (589, 640)
    assert {row["score"] for row in answers} == set("12345")


@seeds
def test_outreach(seed: int) -> None:
    activities = rows(seed, "outreach.csv")
    done = Counter(row["channel"] for row in activities if row["held_on"].startswith("2021"))
    assert len(done) == 14
    dialogues = [row for row in activities if row["channel"].endswith("dialogue") and row["held_on"][:4] == "2021"]
    assert sorted((row["unit_code"], row["channel"]) for row in dialogues) == [
        (DISTRICT, "citizen_dialogue"),
        (DISTRICT, "staff_dialogue"),
    ]
    silent = [row for row in activities if row["unit_code"] == "H20.38.10"]
    assert not any("2021-07" <= row["held_on"] < "2021-10" for row in silent)
    assert len(silent) > 10
    assert 0 < sum(bool(row["reach"]) for row in activities) < len(activities)


@seeds
def test_the_readme_tells_what_is_in_the_tables(seed: int) -> None:
    readme = files(seed)["README.md"]
    late = [timings(seed, 2021, district=district)["late"] for district in (False, True)]
    for figure in (f"quá hạn {late[0]} hồ sơ", f"quá hạn {late[1]} hồ sơ", "1.411/1.520", "1.010 ở huyện, 1.086 ở xã"):
        assert figure in readme
    assert f"{1_223:,}".replace(",", ".") + " − 412" in readme
    assert "293 − 133" in readme
    assert "11/13 đơn vị; hài lòng 392/412" in readme


def test_the_plan_is_the_real_document_with_made_up_targets() -> None:
    plan = tomllib.loads(files(COMMITTED)["plan.toml"])
    assert (plan["number"], plan["issued_on"], plan["year"]) == ("11970/KH-UBND", date(2021, 12, 31), 2022)
    assert plan["illustrative"] is True
    assert "không công khai" in plan["note_vi"]
    assert "not public" in plan["note_en"]


def test_the_plan_is_in_progress() -> None:
    tasks = tomllib.loads(files(COMMITTED)["plan.toml"])["tasks"]
    today = date(2022, 3, 31)
    states = Counter(
        ("in time" if task["done_on"] <= task["due_on"] else "done late")
        if "done_on" in task
        else "overdue"
        if task["due_on"] < today
        else "in progress"
        for task in tasks
    )
    assert states == {"in time": 2, "done late": 1, "overdue": 1, "in progress": 3}


def test_a_total_is_divided_whole() -> None:
    for total in (0, 1, 7, 1000):
        parts = divide(total, {"a": 3, "b": 1.5, "c": 0})
        assert sum(parts.values()) == total
        assert parts["c"] == 0


def test_draws_keep_within_their_bounds() -> None:
    draw = Draw(1, "test")
    assert {draw.between(2, 4) for _ in range(200)} == {2, 3, 4}
    assert {draw.weighted({"a": 1, "b": 0, "c": 1}) for _ in range(200)} == {"a", "c"}
    assert sorted(draw.shuffled(range(50))) == list(range(50))
    assert draw.between(5, 3) == 5
