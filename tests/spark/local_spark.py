"""Spark as it is: the counts of one scan, or an error that names the partition or the file; never a smaller number: ``nox -s spark``."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.fold.asked import ask_of, only
from tests.fold.test_fold import table_of, write
from tests.spark.cluster import children_of, held, mapped, parent_of, running, waiting, when
from tests.spark.counted import ask_about, in_background, one, read, same

from cchc_metrics.errors import InputError
from cchc_metrics.fold import settle, tally_batches, tally_files
from cchc_metrics.read.raw import UnreadableFileError
from cchc_metrics.records.codes import Code
from cchc_metrics.spark import SparkJobError, tally_spark

ROWS = 3_000


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with running("local[2,3]", tmp_path_factory.mktemp("spark")) as session:
        yield session


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return table_of(ROWS)


@pytest.fixture(scope="module")
def parts(table: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write(table, tmp_path_factory.mktemp("parts") / "rows", 4)


# --- The same as one scan


def test_a_frame_is_counted_as_one_scan_counts_it(spark: Any, table: pa.Table, parts: list[Path]) -> None:
    same(tally_spark(read(spark, *parts), ask_about()), one(table))


def test_files_are_counted_by_tasks_that_read_them_themselves(spark: Any, table: pa.Table, parts: list[Path]) -> None:
    ask = ask_of("dossiers", table, [table])
    expected = settle(ask, tally_files(ask, parts))
    for rows in (parts, str(parts[0].parent), read(spark, parts[0].parent)):
        same(tally_spark(rows, ask_about(), files=True), expected)
    assert only(expected, "dossiers") == only(one(table), "dossiers")
    assert any(p.sheet == "part-3.parquet" for p in expected.problems)


def test_empty_partitions_partitions_of_one_row_and_one_of_nearly_all(spark: Any, tmp_path: Path) -> None:
    table = table_of(60)
    frame = read(spark, *write(table, tmp_path / "rows", 2))
    expected = one(table)
    for cut in (
        frame.repartition(90),
        frame.repartitionByRange(60, "dossier_id"),
        frame.repartition(5, frame["channel"] == "1"),
        frame.coalesce(1),
    ):
        same(tally_spark(cut, ask_about()), expected)
    nothing = table.slice(0, 0)
    same(tally_spark(frame.limit(0), ask_about(nothing)), one(nothing))
    assert tally_spark(frame.limit(0), ask_about(nothing)).problems.by_code() == {Code.EMPTY_TABLE: 1}


def test_bytes_with_long_offsets_where_the_session_wants_them(spark: Any, table: pa.Table, parts: list[Path]) -> None:
    spark.conf.set("spark.sql.execution.arrow.useLargeVarTypes", "true")
    try:
        same(tally_spark(read(spark, *parts), ask_about()), one(table))
    finally:
        spark.conf.unset("spark.sql.execution.arrow.useLargeVarTypes")


def test_secret_rows_are_only_counted_wherever_the_other_of_their_id_stands(spark: Any, tmp_path: Path) -> None:
    table = pa.table(
        {
            "document_id": ["a", "b", "b", "b", "c"],
            "unit_code": ["nowhere"] * 2 + ["TM"] * 3,
            "issued_on": pa.array([date(2021, 1, 4)] * 5, pa.date32()),
            "direction": ["đi"] * 5,
            "secrecy": ["none", "none", "mật", "mật", "?!"],
        }
    )
    found = tally_spark(read(spark, *write(table, tmp_path / "rows", 5)), ask_about(kind="documents"))
    same(found, one(table, "documents"), "documents")
    assert not any("b" in (p.value, *p.keys) for p in found.problems)


def test_texts_are_settled_by_all_of_them(spark: Any, tmp_path: Path) -> None:
    """The first part alone would be read day first; the last shows that the month comes first."""
    days = [date(2021, 1, 1 + n % 12) for n in range(40)] + [date(2021, 1, 13 + n) for n in range(10)]
    table = pa.table(
        {
            "dossier_id": [f"TM-{n}" for n in range(50)],
            "unit_code": ["TM"] * 50,
            "status": ["9"] * 50,
            "channel": ["1"] * 50,
            "received_at": [day.strftime("%m/%d/%Y") for day in days],
            "due_at": [(day + timedelta(days=5)).strftime("%m/%d/%Y") for day in days],
            "ended_at": pa.array([day + timedelta(days=n % 9) for n, day in enumerate(days)], pa.date32()),
        }
    )
    paths = write(table, tmp_path / "rows", 5)
    expected = one(table)
    same(tally_spark(read(spark, *paths), ask_about()), expected)
    same(tally_spark(read(spark, *paths), ask_about(), unique="trusted"), expected)
    assert only(tally_spark(paths, ask_about(), files=True), "dossiers") == only(expected, "dossiers")


def test_ids_that_are_trusted_are_counted_as_they_come(spark: Any, table: pa.Table, parts: list[Path]) -> None:
    ask = ask_about(table).trusting_ids()
    expected = settle(ask, tally_batches(ask, [table]))
    same(tally_spark(read(spark, *parts), ask_about(), unique="trusted"), expected)
    assert Code.DUPLICATE_CONFLICTING not in expected.problems.by_code()
    assert Code.DUPLICATE_CONFLICTING in tally_spark(read(spark, *parts), ask).problems.by_code()  # what the call says holds


def test_headings_that_cannot_be_understood_count_nothing(spark: Any, table: pa.Table, parts: list[Path]) -> None:
    frame = read(spark, *parts).drop("status")
    ask = ask_about(table.drop_columns(["status"])).trusting_ids()
    same(tally_spark(frame, ask_about()), settle(ask, tally_batches(ask, [table.drop_columns(["status"])])))


def test_instants_have_their_days_in_vietnam(spark: Any, tmp_path: Path) -> None:
    evening = [datetime(2021, 1, 4, hour) for hour in range(24)]
    table = pa.table(
        {
            "dossier_id": [f"TM-{n}" for n in range(24)],
            "unit_code": ["TM"] * 24,
            "status": ["9"] * 24,
            "channel": ["1"] * 24,
            "received_at": pa.array(evening, pa.timestamp("us", tz="UTC")),
            "due_at": pa.array([date(2021, 1, 5)] * 24, pa.date32()),
            "ended_at": pa.array([date(2021, 1, 5)] * 24, pa.date32()),
        }
    )
    paths = write(table, tmp_path / "rows", 2)
    same(tally_spark(read(spark, *paths), ask_about()), one(table))
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    try:
        moved = read(spark, *paths).selectExpr("* except (received_at)", "cast(received_at as date) received_at")
        for frame in (read(spark, *paths), moved):
            with pytest.raises(
                SparkJobError, match=r"time zone is UTC, which moves days of instants; set spark\.sql\.session\.timeZone=Asia/Ho"
            ):
                tally_spark(frame, ask_about())
    finally:
        spark.conf.set("spark.sql.session.timeZone", "Asia/Ho_Chi_Minh")
    with pytest.raises(SparkJobError, match="time zone is UTC"):  # made before the zone was set
        tally_spark(moved, ask_about())


# --- What is lost is done again, or nothing is given


@pytest.mark.parametrize("unique", ["check", "trusted"])
@pytest.mark.parametrize("whose", ["of the rows", "of the counts"])
def test_a_python_worker_that_is_killed_counts_once(
    spark: Any, table: pa.Table, parts: list[Path], tmp_path: Path, unique: Any, whose: str
) -> None:
    frame = held(read(spark, *parts), tmp_path, part=1)
    thread, found = in_background(lambda: tally_spark(frame, ask_about(table), unique=unique))
    pid = when(lambda: next(waiting(tmp_path, 1), None))
    killed = {pid} if whose == "of the rows" else children_of(parent_of(pid)) - {pid}
    assert killed
    for each in killed:
        os.kill(each, signal.SIGKILL)
    (tmp_path / "go").touch()
    thread.join(200)
    assert [*waiting(tmp_path, 1, attempt=1)]
    if unique == "check":
        same(found[0], one(table))
    else:
        ask = ask_about(table).trusting_ids()
        same(found[0], settle(ask, tally_batches(ask, [table])))


def test_a_partition_whose_worker_is_always_killed_is_named(spark: Any, table: pa.Table, parts: list[Path], tmp_path: Path) -> None:
    frame = held(read(spark, *parts), tmp_path, part=1, attempts=3)
    thread, found = in_background(lambda: tally_spark(frame, ask_about(table)))
    for attempt in range(3):
        os.kill(when(lambda n=attempt: next(waiting(tmp_path, 1, attempt=n), None)), signal.SIGKILL)
    thread.join(200)
    assert isinstance(found[0], SparkJobError)
    assert found[0].en.startswith("Spark: partition 1 failed 3 times: Python worker exited unexpectedly")
    assert found[0].code == "spark"


# --- Files that break, and files that are unlike


@pytest.fixture
def broken(table: pa.Table, tmp_path: Path) -> list[Path]:
    return write(table, tmp_path / "rows", 4)


def test_a_file_that_is_cut_off_is_named(spark: Any, table: pa.Table, broken: list[Path]) -> None:
    whole = read(spark, *broken)
    broken[2].write_bytes(broken[2].read_bytes()[:-50])
    unique: Any
    for unique in ("check", "trusted"):
        with pytest.raises(SparkJobError, match=r"part-2\.parquet"):
            tally_spark(whole, ask_about(table), unique=unique)
        with pytest.raises(SparkJobError, match=r"partition \d: part-2\.parquet: "):
            tally_spark(broken, ask_about(table), files=True, unique=unique)


def test_a_file_that_is_gone_is_named(spark: Any, table: pa.Table, broken: list[Path]) -> None:
    whole = read(spark, *broken)
    broken[1].unlink()
    with pytest.raises(SparkJobError, match=r"part-1\.parquet"):
        tally_spark(whole, ask_about(table))
    with pytest.raises(UnreadableFileError, match=r"part-1\.parquet"):
        tally_spark(broken, ask_about(table), files=True)


@pytest.mark.parametrize("files", [False, True])
@pytest.mark.parametrize("compression", ["none", "snappy"])
def test_a_flipped_bit_is_seen(spark: Any, table: pa.Table, tmp_path: Path, compression: str, *, files: bool) -> None:
    """Of dates that stand as they are, too: the file has checksums, as those that Spark writes have."""
    (tmp_path / "rows").mkdir()
    paths = [tmp_path / "rows" / f"part-{n}.parquet" for n in range(2)]
    for n, path in enumerate(paths):
        part = table.slice(n * ROWS // 2, ROWS // 2)
        pq.write_table(part, path, compression=compression, use_dictionary=False, write_page_checksum=True)
    data = bytearray(paths[1].read_bytes())
    column = pq.read_metadata(paths[1]).row_group(0).column(table.schema.get_field_index("received_at"))
    data[column.data_page_offset + column.total_compressed_size // 2] ^= 1
    paths[1].write_bytes(data)
    with pytest.raises(SparkJobError, match=r"part-1\.parquet"):
        tally_spark(paths if files else read(spark, *paths), ask_about(table), files=files, unique="trusted")


def test_files_of_unlike_columns_are_named(spark: Any, table: pa.Table, broken: list[Path]) -> None:
    pq.write_table(pq.read_table(broken[3]).drop_columns(["channel"]), broken[3])
    lacks = r"part-3\.parquet.*lacks «channel» and also has —"
    merged = spark.read.option("mergeSchema", "true").parquet(*map(str, broken))
    turned = read(spark, broken[3], *broken[:3])  # whose schema Spark takes from the first
    typed = spark.read.schema(read(spark, broken[0]).schema).parquet(*map(str, broken))
    assert "channel" in merged.columns
    for frame in (read(spark, *broken), merged, typed, merged.filter("unit_code = 'TM'"), merged.union(merged)):
        with pytest.raises(SparkJobError, match=lacks):
            tally_spark(frame, ask_about(table))
    if "channel" not in turned.columns:
        with pytest.raises(SparkJobError, match="also has «channel»"):
            tally_spark(turned, ask_about())
    with pytest.raises(SparkJobError, match=r"partition \d: " + lacks):
        tally_spark(broken, ask_about(table), files=True)
    merged.createOrReplaceTempView("unlike")
    read(spark, broken[0]).createOrReplaceTempView("alike")
    hidden = spark.sql("SELECT * FROM alike WHERE channel IN (SELECT channel FROM unlike)")
    with pytest.raises(SparkJobError, match=lacks):
        tally_spark(hidden, ask_about(table))


@pytest.mark.parametrize("name", ["ignoreCorruptFiles", "ignoreMissingFiles"])
def test_sessions_and_frames_that_pass_over_files_are_refused(spark: Any, table: pa.Table, parts: list[Path], name: str) -> None:
    with pytest.raises(SparkJobError, match=rf"option\({name}\)=true passes over files"):
        tally_spark(spark.read.option(name, "true").parquet(*map(str, parts)), ask_about(table))
    spark.conf.set(f"spark.sql.files.{name}", "true")
    try:
        with pytest.raises(SparkJobError, match=rf"spark\.sql\.files\.{name}=true passes over files"):
            tally_spark(read(spark, *parts), ask_about(table))
    finally:
        spark.conf.unset(f"spark.sql.files.{name}")


def test_texts_that_spark_reads_as_it_likes_are_refused(spark: Any, table: pa.Table, parts: list[Path], tmp_path: Path) -> None:
    read(spark, *parts).write.option("header", "true").csv(str(tmp_path / "csv"))
    read(spark, *parts).write.json(str(tmp_path / "json"))
    with pytest.raises(SparkJobError, match="broken rows of CSV become blank"):
        tally_spark(spark.read.option("header", "true").csv(str(tmp_path / "csv")), ask_about(table))
    strict = spark.read.option("header", "true").option("mode", "FAILFAST")
    with pytest.raises(SparkJobError, match=r"whether files of csv have the same columns.*option\('enforceSchema', False\)"):
        tally_spark(strict.csv(str(tmp_path / "csv")), ask_about(table))
    with pytest.raises(SparkJobError, match="whether files of json have the same columns"):
        tally_spark(spark.read.option("mode", "FAILFAST").json(str(tmp_path / "json")), ask_about(table))
    texts = strict.option("enforceSchema", "false").csv(str(tmp_path / "csv"))
    assert only(tally_spark(texts, ask_about()), "dossiers") == only(one(table), "dossiers")


def test_codes_in_names_of_folders_stay_codes(spark: Any, table: pa.Table, parts: list[Path], tmp_path: Path) -> None:
    read(spark, *parts).selectExpr("* except (unit_code)", "service_level AS unit_code").write.partitionBy("unit_code").parquet(
        str(tmp_path / "rows")
    )
    with pytest.raises(SparkJobError, match=r"the code «unit_code» in names of folders was made a number"):
        tally_spark(read(spark, tmp_path / "rows"), ask_about())
    with pytest.raises(InputError, match=r"unit_code=\d: names of folders have columns"):
        tally_spark(tmp_path / "rows", ask_about(), files=True)
    name = "spark.sql.sources.partitionColumnTypeInference.enabled"
    spark.conf.set(name, "false")
    try:
        found = tally_spark(read(spark, tmp_path / "rows"), ask_about())
    finally:
        spark.conf.unset(name)
    whole = table.set_column(table.schema.get_field_index("unit_code"), "unit_code", table["service_level"])
    assert only(found, "dossiers") == only(one(whole), "dossiers")


# --- What is no table, or another one each time


def test_a_frame_that_gives_other_rows_each_time_is_refused(spark: Any, table: pa.Table, parts: list[Path]) -> None:
    def some(batches: Iterator[Any]) -> Iterator[Any]:
        import random  # noqa: PLC0415  runs in another process

        for batch in batches:
            yield batch.slice(random.randrange(batch.num_rows // 2))  # noqa: S311  no secret

    def others(batches: Iterator[Any]) -> Iterator[Any]:
        import uuid  # noqa: PLC0415  runs in another process

        for batch in batches:
            yield batch.set_column(0, batch.schema.field(0), pa.array([uuid.uuid4().hex for _ in range(batch.num_rows)]))

    frame = read(spark, *parts)
    for change in (some, others):
        with pytest.raises(SparkJobError, match="two readings did not have the same rows"):
            tally_spark(mapped(frame, change), ask_about(table))


@pytest.mark.usefixtures("spark")
def test_a_file_that_is_written_anew_meanwhile_is_refused(table: pa.Table, broken: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    import cchc_metrics.spark.job as module  # noqa: PLC0415  only here

    counted = module._Source.counted

    def late(self: Any, ask: Any, ids: Any) -> Any:
        pq.write_table(pq.read_table(broken[0]).slice(1), broken[0])
        return counted(self, ask, ids)

    monkeypatch.setattr(module._Source, "counted", late)
    with pytest.raises(SparkJobError, match=r"two readings did not have the same rows|written anew"):
        tally_spark(broken, ask_about(table), files=True)
    with pytest.raises(SparkJobError, match="written anew while they were counted"):
        tally_spark(broken, ask_about(table), files=True, unique="trusted")


def test_parts_must_have_the_columns_of_the_ask(spark: Any, table: pa.Table, parts: list[Path]) -> None:
    with pytest.raises(InputError, match="this one lacks «channel»"):
        tally_spark(read(spark, *parts).drop("channel"), ask_about(table))


def test_what_is_neither_a_frame_nor_files(spark: Any, table: pa.Table, parts: list[Path], tmp_path: Path) -> None:
    wrong: Any
    for wrong in (None, 5, table):
        with pytest.raises(InputError, match="a data frame of Spark is needed"):
            tally_spark(wrong, ask_about(table))
    with pytest.raises(InputError, match="paths go with files=True"):
        tally_spark(str(parts[0]), ask_about(table))
    with pytest.raises(InputError, match="leave files=True out"):
        tally_spark(read(spark, *parts).filter("channel = '1'"), ask_about(table), files=True)
    with pytest.raises(InputError, match="leave files=True out"):
        tally_spark(spark.range(3), ask_about(table), files=True)
    with pytest.raises(InputError, match=r"there is no \.parquet file"):
        tally_spark(tmp_path, ask_about(table), files=True)
    with pytest.raises(InputError, match="s3a://bucket/x: files=True needs a file system that every machine has"):
        tally_spark("s3a://bucket/x", ask_about(table), files=True)
    wrong = "trust"
    with pytest.raises(InputError, match="did you mean «trusted»"):
        tally_spark(read(spark, *parts), ask_about(table), unique=wrong)
    stream = spark.readStream.schema(read(spark, *parts).schema).parquet(str(parts[0].parent))
    with pytest.raises(InputError, match="a streaming frame has no end"):
        tally_spark(stream, ask_about(table))


def test_the_session_stays_as_it_was(spark: Any, table: pa.Table, parts: list[Path]) -> None:
    name = "parquet.page.verify-checksum.enabled"
    tally_spark(read(spark, *parts), ask_about(table), unique="trusted")
    assert spark.conf.get(name, "unset") == "unset"
    spark.conf.set(name, "false")
    tally_spark(read(spark, *parts), ask_about(table), unique="trusted")
    assert spark.conf.get(name) == "false"
    spark.conf.unset(name)


def test_the_program_of_the_page_runs(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table is that of docs/recipes.md, and so is the answer."""
    days = [date(2021, 1, 4) + timedelta(days=n % 300) for n in range(6_000)]
    cells = {
        "dossier_id": [f"MA-{n % 5_990}" for n in range(6_000)],
        "unit_code": ["MA", "MQ"] * 3_000,
        "status": ["9"] * 6_000,
        "channel": ["1"] * 6_000,
        "received_at": days,
        "due_at": [day + timedelta(days=5) for day in days],
        "ended_at": [day + timedelta(days=n % 9) for n, day in enumerate(days)],
    }
    write(pa.table(cells), tmp_path / "rows", 4)
    page = (Path(__file__).parents[2] / "docs" / "spark.md").read_text("utf-8")
    monkeypatch.setattr("sys.argv", ["count.py", str(tmp_path / "rows")])
    assert spark is spark.active()
    exec(page.split("```python\n")[1].split("```")[0], {})  # noqa: S102  a page of this repository
    assert capsys.readouterr().out == "3988 5980 20\n"
