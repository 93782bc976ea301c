"""The service of examples/service: answers equal the library's, errors go by code, and no cell leaves it by another way."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
import socket
import threading
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.folders import EXAMPLE, ROOT, SMALL, small
from tests.test_errors import errors

import cchc_metrics as cm
from cchc_metrics.report.json_report import assessment_lines, delta_lines, measure_lines
from cchc_metrics.report.json_shape import MeasureItem

pytest.importorskip("fastapi", reason="the group service is not installed")

import uvicorn
from fastapi.testclient import TestClient

from examples.service import app as service
from examples.service.answers import AssessAnswer, Code, CompareAnswer, MeasuresAnswer
from examples.service.guard import Limits

Question = dict[str, Any]
PRIVATE = "Nguyễn Thị Riêng"


def rows_of_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def question(**changes: Any) -> Question:
    """Return the small district as a question about 2021; a key that is None is left out."""
    units = [{key: cell for key, cell in row.items() if cell} for row in rows_of_csv(SMALL["units.csv"])]
    asked = {
        "settings": {"units": units, "as_of": "2022-01-31"},
        "records": {kind: rows_of_csv(SMALL[f"{kind}.csv"]) for kind in ("dossiers", "meetings")},
        "periods": ["2021"],
    }
    return {key: value for key, value in (asked | changes).items() if value is not None}


@cache
def district() -> Question:
    """Return the example of the repository as a question without a period."""
    toml = tomllib.loads((EXAMPLE / "district.toml").read_text(encoding="utf-8"))
    days = {key: day.isoformat() for key, day in toml["coverage"].items()}
    kinds = ("dossiers", "documents", "meetings", "outreach", "initiatives", "surveys")
    rows = {name: rows_of_csv((EXAMPLE / f"{name}.csv").read_text(encoding="utf-8")) for name in (*kinds, "units")}
    units = [{key: cell for key, cell in row.items() if cell} for row in rows.pop("units")]
    return {
        "settings": {"units": units, "as_of": toml["extracted_on"].isoformat(), "coverage": dict.fromkeys(kinds, days)},
        "records": rows,
    }


def plan() -> Any:
    return json.loads(json.dumps(tomllib.loads((EXAMPLE / "plan.toml").read_text(encoding="utf-8")), default=str))


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(service.create_app(), raise_server_exceptions=True) as made:
        yield made


def asked(client: TestClient, path: str, given: Question) -> Any:
    answer = client.post(path, json=given)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(answer: Any) -> list[tuple[str, str]]:
    """Return the code and place of each error; each is said in both languages."""
    items = answer.json()["errors"]
    assert items
    assert all(item.keys() == {"code", "vi", "en", "place"} and item["vi"] and item["en"] for item in items)
    assert {item["code"] for item in items} <= set(get_args(Code))
    return [(item["code"], item["place"]) for item in items]


# --- Answers are the library's


def test_a_year_of_a_district_stands_as_the_library_says(client: TestClient) -> None:
    """The example of the repository: its values and where its plan stands, item by item."""
    found = asked(client, "/assess", district() | {"period": "2022", "plan": plan(), "lang": "en"})
    AssessAnswer.model_validate(found)
    data = cm.read_folder(EXAMPLE)
    assert found["assessments"] == list(map(json.loads, assessment_lines(data.assessments("2022"), "en")))
    assert {one["unit"] for one in found["assessments"]} <= set(found["units"])
    own = data.replace(plan=None).measures("2022")
    samples = {indicator.id for indicator in data.catalogue if indicator.sample}
    assert [{k: v for k, v in item.items() if k != "exact"} for item in found["measures"]] == [
        json.loads(line) for line in measure_lines(own, "en", samples)
    ]
    values = [one.value for one in own if one.status != "not_applicable"]
    assert [None if item["exact"] is None else Fraction(item["exact"]) for item in found["measures"]] == values
    assert (found["problems"]["read"], found["rules"]) == (data.problems.read, data.rules.id)
    assert found["units"]["H20.38"]["name"] == "huyện Tháp Mười"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_values_and_changes_are_those_of_the_library(client: TestClient, tmp_path: Path, lang: Any) -> None:
    data = cm.read_folder(small(tmp_path))
    found = asked(client, "/compare", question(periods=None, period="2021", lang=lang))
    CompareAnswer.model_validate(found)
    assert found["deltas"] == list(map(json.loads, delta_lines(data.replace(as_of=date(2022, 1, 31)).deltas("2021"), lang)))
    found = asked(client, "/measures", question(periods=["2020", "2021"], lang=lang))
    MeasuresAnswer.model_validate(found)
    samples = {indicator.id for indicator in data.catalogue if indicator.sample}
    own = map(json.loads, measure_lines(data.measures("2020", "2021"), lang, samples))
    assert [{k: v for k, v in item.items() if k != "exact"} for item in found["measures"]] == list(own)


def test_a_baseline_is_a_report_or_earlier_records(client: TestClient) -> None:
    earlier = [row | {"Ngày tiếp nhận": "02/03/2020", "Ngày hẹn trả": "06/03/2020"} for row in question()["records"]["dossiers"]]
    earlier = [row | {"Ngày kết thúc": row["Ngày kết thúc"] and "05/03/2020"} for row in earlier]
    about = question(periods=None, period="2021", indicators=["resolved_on_time"], units=["TM"])
    by_records = asked(client, "/compare", about | {"baseline": {"records": {"dossiers": earlier}}})
    year = asked(client, "/measures", question(records={"dossiers": earlier}, periods=["2020"], indicators=["resolved_on_time"]))
    report = {"as_of": "2020-12-31", "measures": year["measures"]}
    by_report = asked(client, "/compare", about | {"baseline": {"report": report}})
    for found in (by_records, by_report):
        whole = next(each for each in found["deltas"] if each["breakdown"] == {})
        assert (whole["baseline"], whole["current"], whole["status"]) == ("100", "66.6666666667", "ok")
    assert refused(client.post("/compare", json=about | {"baseline": {}})) == [("error", "baseline")]
    assert refused(client.post("/compare", json=about | {"baseline": {"report": {}}})) == [("input", "baseline.report")]


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_files_give_what_rows_give(client: TestClient, tmp_path: Path, ending: str) -> None:
    by_rows = asked(client, "/measures", question())
    sent = []
    for kind in ("dossiers", "meetings"):
        path = tmp_path / (kind + ending)
        if ending == ".csv":
            path.write_text(SMALL[f"{kind}.csv"], encoding="utf-8")
        else:
            pq.write_table(pa.Table.from_pylist(rows_of_csv(SMALL[f"{kind}.csv"])), path)
        sent.append(("files", (path.name, path.read_bytes())))
    answer = client.post("/measures/files", data={"question": json.dumps(question(records=None))}, files=sent)
    assert answer.status_code == 200, answer.text
    assert answer.json()["measures"] == by_rows["measures"]


def test_only_what_is_asked_for_is_answered(client: TestClient) -> None:
    found = asked(client, "/measures", question(indicators=["resolved_on_time"], units=["TM.01"], breakdowns={"resolved_on_time": []}))
    assert [(item["indicator"], item["unit"], item["exact"]) for item in found["measures"]] == [("resolved_on_time", "TM.01", "50")]
    assert list(found["units"]) == ["TM.01"]


def test_questions_side_by_side_are_answered_as_one_after_the_other(client: TestClient) -> None:
    """Nothing is kept between them, and threads do not meet."""
    few = ["resolved_on_time", "dossiers_received", "paperless_meetings"]
    questions = [
        question(periods=[period], lang=lang, indicators=few) for period in ("2020", "2021", "2021-Q1", "2021-03") for lang in ("vi", "en")
    ]
    one_by_one = [client.post("/measures", json=each).content for each in questions]
    assert len(set(one_by_one)) == len(questions)
    ready = threading.Barrier(len(questions))

    def at_once(each: Question) -> bytes:
        ready.wait()
        return bytes(client.post("/measures", json=each).content)

    with ThreadPoolExecutor(len(questions)) as pool:
        assert list(pool.map(at_once, questions)) == one_by_one


# --- What is refused


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"records": {"dosiers": []}}, ("input", "records.dosiers")),
        ({"records": {"dossiers": [{"Mã hồ sơ": [PRIVATE]}]}}, ("not_understood", "records.dossiers[1]")),
        ({"records": {"dossiers": PRIVATE}}, ("not_understood", "records.dossiers")),
        ({"periods": []}, ("not_understood", "periods")),
        ({"periods": ["2021-Q5"]}, None),
        ({"periods": None}, ("not_understood", "periods")),
        ({"perids": ["2021"]}, ("not_understood", "perids")),
        ({"indicators": ["resolved_ontime"]}, ("unknown_indicator", "indicators")),
        ({"units": ["TM.09"]}, ("unknown_unit", "units")),
        ({"breakdowns": {"resolved_on_time": [["colour"]]}}, None),
        ({"settings": {"units": []}}, ("not_understood", "settings.units")),
        ({"settings": {"units": question()["settings"]["units"], "rules": "mine"}}, None),
        ({"settings": question()["settings"] | {"coverage": {"dosiers": {"first": "2021-01-01", "last": "2021-12-31"}}}},
         ("input", "settings.coverage.dosiers")),
        ({"settings": {"units": question()["settings"]["units"][1:]}}, None),
        ({"settings": question()["settings"] | {"own": {"dossiers": {"values": {"x": {"a": "b"}}}}}}, ("input", "records")),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_says_why_and_where(client: TestClient, change: Question, expected: tuple[str, str] | None) -> None:
    answer = client.post("/measures", json=question(**change))
    assert answer.status_code == 422
    found = refused(answer)
    assert expected is None or expected in found
    assert PRIVATE not in answer.text


def test_every_mistake_of_a_plan_is_said_at_once(client: TestClient) -> None:
    given = plan()
    given["targets"][0]["indicator"] = "resolved_ontime"
    given["targets"][1]["comparator"] = "=>"
    answer = client.post("/assess", json=question(periods=None, period="2021", plan=given))
    assert answer.status_code == 422
    assert set(refused(answer)) == {("plan", "plan")}
    assert len(refused(answer)) >= 2
    assert "did you mean «resolved_on_time»" in answer.text


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"settings": NaN}', b"[]", b"null"])
def test_what_is_no_question_is_refused(client: TestClient, body: bytes) -> None:
    answer = client.post("/measures", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert refused(answer)


def test_other_addresses_and_methods(client: TestClient) -> None:
    assert (client.get("/measure").status_code, refused(client.get("/measure"))) == (404, [("not_found", "")])
    assert (client.get("/measures").status_code, refused(client.get("/measures"))) == (405, [("bad_request", "")])
    assert client.get("/measures").headers["allow"] == "POST"


@pytest.mark.parametrize("name", ["ho-so.csv", "dossiers.xlsx", "../dossiers.csv.exe", "dossiers"])
def test_a_file_is_named_by_its_kind(client: TestClient, name: str) -> None:
    answer = client.post("/measures/files", data={"question": json.dumps(question(records=None))}, files=[("files", (name, b"x"))])
    assert (answer.status_code, refused(answer)) == (422, [(refused(answer)[0][0], "files")])


def test_a_file_that_is_none_is_refused(client: TestClient) -> None:
    sent = [("files", ("dossiers.parquet", b"PAR1 and no more"))]
    answer = client.post("/measures/files", data={"question": json.dumps(question(records=None))}, files=sent)
    assert (answer.status_code, refused(answer)) == (422, [("unreadable_file", "files.dossiers")])
    for body in ("{", json.dumps({"perids": 1})):
        assert client.post("/measures/files", data={"question": body}, files=sent).status_code == 422


# --- Limits


def test_a_question_has_a_size() -> None:
    client = TestClient(service.create_app(Limits(body=2_000, rows=3)))
    large = json.dumps(question()).encode() + b" " * 2_000

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(large), 500):
            yield large[start : start + 500]

    for body in (large, pieces()):  # said at once, and found while it comes
        answer = client.post("/measures", content=body, headers={"content-type": "application/json"})
        assert (answer.status_code, refused(answer)) == (413, [("too_large", "")])
    sent = [("files", ("dossiers.csv", large))]
    answer = client.post("/measures/files", data={"question": "{}"}, files=sent)
    assert (answer.status_code, refused(answer)) == (413, [("too_large", "")])


def test_a_question_has_so_many_rows(tmp_path: Path) -> None:
    client = TestClient(service.create_app(Limits(rows=5)))
    answer = client.post("/measures", json=question())
    assert (answer.status_code, refused(answer)) == (413, [("too_many_rows", "records")])
    assert client.post("/measures", json=question(records={"dossiers": question()["records"]["dossiers"]})).status_code == 200
    path = tmp_path / "dossiers.parquet"
    pq.write_table(pa.Table.from_pylist(question()["records"]["dossiers"] * 2), path)
    for name, content in (("dossiers.parquet", path.read_bytes()), ("dossiers.csv", SMALL["dossiers.csv"].encode() * 2)):
        sent = [("files", (name, content))]
        answer = client.post("/measures/files", data={"question": json.dumps(question(records=None))}, files=sent)
        assert (answer.status_code, refused(answer)) == (413, [("too_many_rows", "records")])


def test_a_file_has_so_many_lines_whether_they_are_rows_or_not() -> None:
    """Lines that are titles and totals are none of the rows that were read, and take as long."""
    client = TestClient(service.create_app(Limits(rows=50)))
    sent = [("files", ("dossiers.csv", SMALL["dossiers.csv"].encode() + b"a,b,c\n" * 60))]
    answer = client.post("/measures/files", data={"question": json.dumps(question(records=None))}, files=sent)
    assert (answer.status_code, refused(answer)) == (413, [("too_many_rows", "records")])


def test_a_table_has_so_many_columns_and_a_cell_so_many_characters(client: TestClient, tmp_path: Path) -> None:
    narrow = TestClient(service.create_app(Limits(columns=30)))
    ragged = [{f"h{row}-{n}": "x" for n in range(4)} for row in range(10)]
    for changes, place in (({"records": {"dossiers": ragged}}, "records.dossiers"), ({}, "baseline.records.meetings")):
        baseline = {"baseline": {"records": {"meetings": ragged}}} if place.startswith("baseline") else {}
        answer = narrow.post("/compare", json=question(periods=None, period="2021", **changes, **baseline))
        assert (answer.status_code, refused(answer)) == (413, [("too_many_columns", place)])
    pq.write_table(pa.table({f"c{n}": [1] for n in range(31)}), tmp_path / "dossiers.parquet")
    sent = [("files", ("dossiers.parquet", (tmp_path / "dossiers.parquet").read_bytes()))]
    answer = narrow.post("/measures/files", data={"question": json.dumps(question(records=None))}, files=sent)
    assert (answer.status_code, refused(answer)) == (413, [("too_many_columns", "files.dossiers")])
    for row in ({"Đơn vị": PRIVATE * 3_000}, {PRIVATE * 100: "x"}):
        answer = client.post("/measures", json=question(records={"dossiers": [row]}))
        assert (answer.status_code, refused(answer)) == (422, [("not_understood", "records.dossiers[1]")])
        assert PRIVATE not in answer.text


def test_an_answer_has_so_many_values() -> None:
    few = TestClient(service.create_app(Limits(spans=5, values=1_000)))
    assert few.post("/measures", json=question()).status_code == 200  # three units, one period
    assert refused(few.post("/measures", json=question(periods=["2021", "2020"]))) == [("too_many_values", "periods")]
    short = TestClient(service.create_app(Limits(values=10)))
    for path, of in (("/measures", {}), ("/compare", {"periods": None, "period": "2021"})):
        answer = short.post(path, json=question(**of))
        assert (answer.status_code, refused(answer)) == (413, [("too_many_values", "periods")])
    assert short.post("/measures", json=question(indicators=["resolved_on_time"], units=["TM"], breakdowns={})).status_code == 200


def test_a_key_stands_once_and_half_a_character_is_none(client: TestClient) -> None:
    """Of two cells under one heading one would be lost; what UTF-8 cannot spell comes as JSON spells it, and goes so."""
    headers = {"content-type": "application/json"}
    twice = json.dumps(question())[:-1] + ', "periods": ["2020"]}'
    answer = client.post("/measures", content=twice, headers=headers)
    assert (answer.status_code, refused(answer)) == (400, [("bad_request", "")])
    form = json.dumps(question(records=None))[:-1] + ', "periods": ["2020"]}'
    answer = client.post("/measures/files", data={"question": form}, files=[("files", ("meetings.csv", SMALL["meetings.csv"].encode()))])
    assert (answer.status_code, refused(answer)) == (422, [("bad_request", "question")])
    for half in (question(indicators=["HALF"]), question(settings=question()["settings"] | {"unit": "HALF"})):
        answer = client.post("/measures", content=json.dumps(half).replace("HALF", "\\ud800"), headers=headers)
        assert answer.status_code == 422
        assert refused(answer)


def served(limits: Limits) -> Iterator[tuple[str, int]]:
    server = uvicorn.Server(uvicorn.Config(service.create_app(limits), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()
    server.should_exit = True
    thread.join()


def begun(address: tuple[str, int], body: bytes, length: int) -> socket.socket:
    """Return a question of which only the beginning has come."""
    found = socket.create_connection(address, timeout=20)
    found.sendall(
        f"POST /measures HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n".encode() + body
    )
    return found


def test_a_question_that_does_not_come_is_not_waited_for_and_others_are_answered() -> None:
    for address in served(Limits(seconds=0.5, held=3_000)):
        waiting = [begun(address, b"{" + b" " * 999, 5_000) for _ in range(3)]
        time.sleep(0.2)
        with begun(address, b"{ ", 10_000) as more:  # what the others brought is held still
            assert b" 503 " in (said := more.recv(4096)).splitlines()[0]
            assert b"retry-after: 5" in said.lower()
        with urllib.request.urlopen(f"http://{address[0]}:{address[1]}/health") as answer:  # asked of its own address
            assert answer.status == 200
        for each in waiting:
            with each:
                assert b" 408 " in each.recv(4096).splitlines()[0]
        with begun(address, (whole := json.dumps(question(records={}, periods=["2021"])).encode()), len(whole)) as later:
            assert b" 200 " in later.recv(4096).splitlines()[0]


# --- What is private stays so


def test_secret_rows_and_columns_that_are_not_understood_are_in_no_answer(client: TestClient) -> None:
    documents = [
        {
            "document_id": "MAT-1",
            "unit_code": "TM",
            "issued_on": "30/02/2021",
            "direction": "out",
            "secrecy": "secret",
            "Người ký": PRIVATE,
        },
        {"document_id": "MAT-2", "unit_code": PRIVATE, "issued_on": "01/02/2021", "direction": "out", "secrecy": "secret"},
    ]
    answer = client.post("/measures", json=question(records={"documents": documents}, examples=1000))
    assert answer.status_code == 200
    assert answer.json()["problems"]["rejected"] == 2
    assert not re.search(f"{PRIVATE}|MAT-|30/02", answer.text)


def test_what_nobody_foresaw_says_nothing_of_the_question(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError(PRIVATE)

    monkeypatch.setattr(service, "dataset", broken)
    with caplog.at_level(logging.DEBUG):
        answer = TestClient(service.create_app()).post("/measures", json=question())
    assert (answer.status_code, refused(answer)) == (500, [("internal", "")])
    said = answer.text + caplog.text
    assert not re.search(f"{PRIVATE}|Traceback|RuntimeError", answer.text)
    assert PRIVATE not in said
    assert "unforeseen RuntimeError at test_service.py" in caplog.text


def test_an_error_of_another_place_goes_by_a_code_of_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    class OtherError(cm.CchcError):
        code = "other"

    def other(*_: Any) -> None:
        raise OtherError("khác", "other")

    monkeypatch.setattr(service, "dataset", other)
    answer = TestClient(service.create_app()).post("/measures", json=question())
    assert (answer.status_code, refused(answer)) == (422, [("error", "")])


# --- What an integrator reads


def test_the_codes_are_a_closed_list() -> None:
    own = {
        "bad_request", "busy", "internal", "not_found", "not_understood", "too_large", "too_many_columns", "too_many_rows",
        "too_many_values", "too_slow",
    }  # fmt: skip
    elsewhere = ("cchc_metrics.spark", "cchc_metrics.ledger")  # which no question comes to
    assert set(get_args(Code)) - own == {vars(error)["code"] for error in errors() if not error.__module__.startswith(elsewhere)} - own
    page = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
    assert {code for code in own if f"`{code}`" not in page} == set()


def test_the_description_has_every_shape(client: TestClient) -> None:
    said = client.get("/openapi.json").json()
    assert set(said["paths"]) == {"/measures", "/measures/files", "/compare", "/assess", "/catalogue", "/schema", "/health"}
    for path, answers in said["paths"].items():
        for method in answers.values():
            shape = method["responses"]["200"]["content"]["application/json"]["schema"]
            assert "$ref" in shape or path == "/schema"
            assert method["responses"]["422"]["content"]["application/json"]["schema"]["$ref"].endswith("/ErrorAnswer")
    item = said["components"]["schemas"]["ExactMeasureItem"]
    assert set(item["properties"]) == {*MeasureItem.model_fields, "exact"}
    assert said["components"]["schemas"]["ErrorItem"]["properties"]["code"]["enum"] == list(get_args(Code))


def test_catalogue_and_schema_are_the_librarys(client: TestClient) -> None:
    assert [each["id"] for each in client.get("/catalogue").json()["indicators"]] == [each.id for each in cm.Catalogue.default()]
    assert client.get("/schema").json()["Dossier"]["properties"]["channel"]["default"] == "counter"


def test_the_question_of_the_page_has_the_answer_of_the_page() -> None:
    """Asked of a real server, over the loopback."""
    blocks = re.findall(r"^```json\n(.*?)^```$", (ROOT / "docs" / "service.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(service.app, log_level="warning", ws="none", lifespan="off"))
    running = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    running.start()
    try:
        while not server.started:
            assert running.is_alive()
            time.sleep(0.01)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with urllib.request.urlopen(f"{address}/health") as answer:
            assert json.load(answer)["status"] == "ok"
        head = {"content-type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(f"{address}/measures", blocks[0].encode(), head)) as answer:
            assert json.load(answer)["measures"][0] == json.loads(blocks[1])
    finally:
        server.should_exit = True
        running.join()
        listening.close()
