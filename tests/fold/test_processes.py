"""A table of Parquet that several processes read: the counts byte for byte, the problems one by one; what goes wrong is no number."""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fold.asked import CALENDAR, DAY, PERIODS, RULES, same
from tests.read.arrow_tables import tables
from tests.read.test_rows import UNITS

from cchc_metrics.dataset import Dataset
from cchc_metrics.errors import InputError
from cchc_metrics.fold import Ask, processes
from cchc_metrics.fold.processes import Job, ProcessErrand, Worker, scan_in_processes
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.read.checks import Given
from cchc_metrics.read.own import NOTHING
from cchc_metrics.read.sources import TableSource, file_source, memory_source
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.problems import Problems
from cchc_metrics.scan import Beside, Scan, scan_tables
from cchc_metrics.testing import dossier_events
from cchc_metrics.verbs.form06 import FORM06_SETS

BESIDE = Beside(Ask.of("dossiers", "2021").periods, RULES, FORM06_SETS)
DISTRICT = 'code = "P"\nname = "Đồng Tháp"\nlevel = "province"\nextracted_on = 2021-12-31\nperiod = "2021"\nunits_file = "units.csv"\n'


def sent(what: Any) -> Any:
    return pickle.loads(pickle.dumps(what))  # noqa: S301  what was just written


class Here:
    """Does the jobs of all processes in this one, with everything sent as it is between them."""

    def __init__(self, errand: ProcessErrand, workers: int) -> None:
        self._workers = [Worker(sent(errand), number) for number in range(workers)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def answers(self, jobs: Iterable[Job], _: Callable[[int], None] | None = None) -> list[Any]:
        told = [sent(job) for job in jobs]
        return [sent(job.done_by(self._workers[n % len(self._workers)])) for n, job in enumerate(told)]


def source(folder: Path, kind: str, table: pa.Table, files: int, rows: int) -> TableSource:
    place = folder / f"{kind}.parquet"
    place.mkdir()
    size = -(-table.num_rows // files) or 1
    for n in range(files):
        pq.write_table(table.slice(n * size, size), place / f"{n}.parquet", row_group_size=rows)
    chosen = Given(UNITS, CALENDAR, DAY, NOTHING)
    return file_source(place, KINDS[kind], chosen, {}, sheet="", file=place.name, whole=False, progress=None)


def scanned(own: TableSource, joins: dict[str, Any], elsewhere: Any = None) -> Scan:
    others = {name: memory_source(name, columns, Given()) for name, columns in joins.items()}
    return scan_tables(
        {own.kind: own} | others,
        [(name, Problems()) for name in (own.kind, *others)],
        periods=Ask.of(own.kind, PERIODS).periods,
        rules=RULES,
        calendar=CALENDAR,
        as_of=DAY,
        exported=DAY,
        sets=None,
        beside=BESIDE,
        elsewhere=elsewhere,
    )


@given(
    st.one_of(tables(KINDS["dossiers"], ids=4), tables(KINDS["dossiers"])),
    st.lists(dossier_events(), max_size=4),
    st.integers(1, 3),
    st.integers(1, 3),
)
@settings(max_examples=15, deadline=None)
def test_what_several_processes_find_is_what_one_finds(table: pa.Table, happened: list[Any], files: int, rows: int) -> None:
    events = [event.model_copy(update={"dossier_id": str(n % 5)}) for n, event in enumerate(happened)]
    joins = {"dossier_events": columns_of(KINDS["dossier_events"].model, events, file="events")} if events else {}
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "_Processes", Here)
        own = source(Path(folder), "dossiers", table, files, rows)
        ask = Ask.of("dossiers", PERIODS, as_of=DAY, units=UNITS, extracted_on=DAY, joins=joins, file=own.file)

        def elsewhere(asked: TableSource) -> Any:
            return scan_in_processes(asked, ask, workers=2, beside=BESIDE, part_rows=1, at_least=0)

        one, several = scanned(own, joins), scanned(own, joins, elsewhere)
    same(several, one, "dossiers")
    assert several.problems == one.problems
    assert several.beside is not None
    assert one.beside is not None
    assert several.beside.to_bytes() == one.beside.to_bytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a province's folder: dossiers in several files, some of them wrong, some ids twice."""
    rows = 900
    table = pa.table(
        {
            "dossier_id": [f"MA-{n % 890}" for n in range(rows)],
            "unit_code": ["MA", "MQ", "XX"] * (rows // 3),
            "status": ["9"] * rows,
            "channel": ["1", "2"] * (rows // 2),
            "received_at": pa.array([18_700 + n % 200 for n in range(rows)], pa.int32()).cast(pa.date32()),
            "due_at": pa.array([18_705 + n % 200 for n in range(rows)], pa.int32()).cast(pa.date32()),
            "ended_at": pa.array([18_700 + n % 200 + n % 9 for n in range(rows)], pa.int32()).cast(pa.date32()),
        }
    )
    place = tmp_path / "dossiers.parquet"
    place.mkdir()
    for n in range(6):
        pq.write_table(table.slice(n * 150, 150), place / f"{n}.parquet", row_group_size=50)
    (tmp_path / "district.toml").write_text(DISTRICT, encoding="utf-8")
    (tmp_path / "units.csv").write_text("code,name,level,parent\nP,Đồng Tháp,province,\nMA,A,commune,P\nMQ,Q,commune,P\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small tables be read by several processes."""
    monkeypatch.setattr(processes, "scan_in_processes", partial(scan_in_processes, part_rows=100, at_least=0))


@pytest.mark.usefixtures("small")
def test_a_folder_is_read_by_two_processes(folder: Path) -> None:
    one, two = (read_folder(folder, workers=workers).report() for workers in (1, 2))
    assert two.measures.to_csv() == one.measures.to_csv()
    assert two.problems == one.problems
    assert two.problems.rejected > 300
    assert two.form06().rows == one.form06().rows


@pytest.mark.usefixtures("small")
def test_a_file_that_breaks_off_is_named_by_the_process_that_reads_it(folder: Path) -> None:
    path = folder / "dossiers.parquet" / "4.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 8 : len(data) // 8 + 400] = bytes(400)
    path.write_bytes(data)
    one, two = read_folder(folder), read_folder(folder, workers=2)
    (found,) = [p for p in two.problems if p.code.value == "unreadable_file"]
    assert "4.parquet: " in found.fix_en
    assert two.problems == one.problems
    assert two.measures().get("dossiers_received", "P") == one.measures().get("dossiers_received", "P")


class Killed(Worker):
    """A process that the system stops in the middle of its work."""

    def parts(self, *_: Any) -> Any:
        os._exit(9)


def killed(connection: Any, number: int) -> None:
    pytest.MonkeyPatch().setattr(processes, "Worker", Killed)  # in the process that is stopped
    processes._serve(connection, number)


@pytest.mark.usefixtures("small")
def test_a_process_that_is_stopped_gives_no_smaller_number(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_target", killed)
    with pytest.raises(InputError, match=r"status 9\), so there are no figures"):
        read_folder(folder, workers=2).measures()


def test_no_fewer_than_one_process() -> None:
    with pytest.raises(InputError, match="at least one worker: 0"):
        Dataset(UNITS, unit="", workers=0)
