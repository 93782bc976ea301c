"""What a data frame of Spark reads, and what would lose rows or cells of it without a word: refused before anything is counted."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from cchc_metrics.errors import InputError
from cchc_metrics.fold.ask import Ask
from cchc_metrics.read.parquet_table import part_files
from cchc_metrics.records.record import schema_by_name
from cchc_metrics.spark.session import SparkJobError, job, pyspark

_SKIPS: Final = ("ignoreCorruptFiles", "ignoreMissingFiles")
_INSTANTS: Final = re.compile(r'"timestamp(?:_ltz)?"')
_ZONES: Final = re.compile(r'"timeZoneId":"([^"]+)"')
_VIETNAM: Final = 7 * 3600
_NUMBERS: Final = frozenset({"IntegerType", "LongType", "ShortType", "ByteType", "DoubleType", "FloatType", "DecimalType"})
_FOOTERS_AT_A_TIME: Final = 8


def session_of(rows: Any) -> Any:
    """Return the session of a data frame; of files, the session that is active.

    Raises:
        InputError: there is none, or it is one of Spark Connect, of which it cannot be seen what a frame reads.
    """
    sql = pyspark()
    if isinstance(rows, sql.DataFrame):
        session = rows.sparkSession
    elif isinstance(rows, (str, Path, list, tuple)):
        session = _active(sql)
    else:
        raise InputError(
            f"cần DataFrame của Spark, hoặc với files=True đường dẫn tệp Parquet, không phải {type(rows).__name__}",
            f"a data frame of Spark is needed, or with files=True the path of Parquet files, not {type(rows).__name__}",
        )
    if session is None:
        raise InputError(
            "chưa có phiên Spark nào: SparkSession.builder.getOrCreate()",
            "there is no session of Spark: SparkSession.builder.getOrCreate()",
        )
    if not hasattr(session, "_jsparkSession"):
        raise InputError(
            "Spark Connect không cho biết khung dữ liệu đọc gì; dùng phiên Spark thường",
            "Spark Connect does not tell what a frame reads; use a classic session of Spark",
        )
    return session


def _active(sql: Any) -> Any:
    """Return the session of this thread, or the one that was made last; None where there is none."""
    from pyspark.errors import PySparkRuntimeError  # noqa: PLC0415  an extra

    try:
        return sql.SparkSession.active()
    except PySparkRuntimeError:
        return None


def check_frame(spark: Any, rows: Any) -> Any:
    """Return a data frame of which nothing can be lost without a word.

    Raises:
        SparkJobError: files that cannot be read are passed over; files have unlike columns; or days are those of another time zone.
        InputError: it is no data frame, or one without an end.
    """
    sql = pyspark()
    if not isinstance(rows, sql.DataFrame):
        raise InputError(
            "đường dẫn chỉ dùng với files=True; hoặc đưa spark.read.parquet(…)",
            "paths go with files=True; or give spark.read.parquet(…)",
        )
    if rows.isStreaming:
        raise InputError(
            "khung dữ liệu dạng luồng không có kết thúc; đọc từng phần", "a streaming frame has no end; read it batch by batch"
        )
    with job():
        plan = _plan(rows)
        _check_settings(spark)
        for leaf in _files_read(plan):
            _check_options(leaf)
            _check_alike(spark, leaf)
        _check_zone(spark, plan.toJSON())
    return rows


def check_keys(rows: Any, ask: Ask) -> None:
    """Raise where Spark took codes that stand in the names of folders for numbers: ``unit_code=001`` would be the unit 1.

    Raises:
        SparkJobError: it did.
    """
    specs = schema_by_name(ask.known.model)
    texts = {heading for name, heading in ask.understood.names.items() if specs[name].cell_type.name in ("id", "unit")}
    with job():
        for leaf in _files_read(_plan(rows)):
            for field in leaf.partitionSchema().fields():
                kind = field.dataType().getClass().getSimpleName().removesuffix("$")
                if field.name() in texts and kind in _NUMBERS:
                    raise SparkJobError(
                        f"Spark: mã «{field.name()}» trong tên thư mục bị đổi thành số (001 thành 1); đặt "
                        "spark.sql.sources.partitionColumnTypeInference.enabled=false rồi đọc lại",
                        f"Spark: the code «{field.name()}» in names of folders was made a number (001 is 1); set "
                        "spark.sql.sources.partitionColumnTypeInference.enabled=false and read again",
                    )


def whole_files(spark: Any, rows: Any) -> tuple[Path, ...]:
    """Return the Parquet files that are counted whole.

    Raises:
        InputError: a frame is not just Parquet as it was read; a file is not on this file system; there is none; or columns stand in the
            names of folders.
    """
    if isinstance(rows, pyspark().DataFrame):
        check_frame(spark, rows)
        with job():
            plan = _plan(rows)
            (leaf,) = found if len(found := [*_files_read(plan)]) == 1 else (None,)
            plain = leaf is not None and plan.getClass().getSimpleName() == "LogicalRelation" and _format(leaf) == "parquet"
            named = [] if leaf is None else [str(file) for file in leaf.location().inputFiles()]
        if not plain:
            raise InputError(
                "files=True đọc trọn các tệp Parquet; khung dữ liệu này lọc, đổi cột hoặc đọc thứ khác: bỏ files=True",
                "files=True reads whole Parquet files; this frame filters, changes columns or reads something else: leave files=True out",
            )
        given = [_local(file) for file in named]
    else:
        given = [_local(str(path)) for path in ([rows] if isinstance(rows, (str, Path)) else rows)]
    found_files = [file for path in given for file in (part_files(path) if path.is_dir() else (path,))]
    if not found_files:
        raise InputError("không có tệp .parquet nào", "there is no .parquet file")
    for path in given:
        for file in found_files:
            if path.is_dir() and file.is_relative_to(path) and any("=" in part for part in file.relative_to(path).parts[:-1]):
                raise InputError(
                    f"{file.parent.name}: tên thư mục chứa cột; đọc bằng spark.read.parquet và bỏ files=True",
                    f"{file.parent.name}: names of folders have columns; read with spark.read.parquet and leave files=True out",
                )
    return tuple(dict.fromkeys(found_files))


def _local(path: str) -> Path:
    parts = urlsplit(path)
    if len(parts.scheme) <= 1:  # none, or the letter of a drive
        return Path(path)
    if parts.scheme != "file":
        raise InputError(
            f"{path}: files=True cần hệ tệp mà mọi máy cùng có; với {parts.scheme}:// bỏ files=True",
            f"{path}: files=True needs a file system that every machine has; with {parts.scheme}:// leave files=True out",
        )
    return Path(unquote(parts.path))


# --- What a frame reads


def _plan(rows: Any) -> Any:
    return rows._jdf.queryExecution().analyzed()  # noqa: SLF001  there is no other way to see what a frame reads


def _seq(items: Any) -> Iterator[Any]:
    return (items.apply(at) for at in range(items.size()))


def _files_read(plan: Any) -> Iterator[Any]:
    """Yield the relations of files in a plan, those of its subqueries too."""
    for each in (plan, *_seq(plan.subqueriesAll())):
        for leaf in _seq(each.collectLeaves()):
            if leaf.getClass().getSimpleName() == "LogicalRelation" and leaf.relation().getClass().getSimpleName() == "HadoopFsRelation":
                yield leaf.relation()


def _format(leaf: Any) -> str:
    return str(leaf.fileFormat().toString()).lower()


def _options(leaf: Any) -> dict[str, str]:
    """Return the options of a reading, their names in small letters."""
    pairs = leaf.options().toSeq()
    return {str(pair._1()).lower(): str(pair._2()) for pair in _seq(pairs)}  # noqa: SLF001  a pair of Scala


# --- What is refused


def _check_settings(spark: Any) -> None:
    for name in _SKIPS:
        if str(spark.conf.get(f"spark.sql.files.{name}", "false")).lower() == "true":
            raise _skips(f"spark.sql.files.{name}")


def _skips(name: str) -> SparkJobError:
    return SparkJobError(
        f"Spark: {name}=true bỏ qua tệp không đọc được mà không nói; đặt false",
        f"Spark: {name}=true passes over files that cannot be read and does not say so; set it to false",
    )


def _check_options(leaf: Any) -> None:
    """Raise where a reading was told to pass over what it cannot read."""
    options, kind = _options(leaf), _format(leaf)
    for name in _SKIPS:
        if options.get(name.lower(), "false").lower() == "true":
            raise _skips(f"option({name})")
    if kind in ("csv", "json", "xml") and options.get("mode", "PERMISSIVE").upper() != "FAILFAST":
        raise SparkJobError(
            f"Spark: đọc {kind.upper()} như vậy, dòng hỏng thành trống hoặc bị bỏ mà không nói; đọc với option('mode', 'FAILFAST')",
            f"Spark: read like this, broken rows of {kind.upper()} become blank or are dropped, and nobody says so; "
            "read with option('mode', 'FAILFAST')",
        )


def _check_alike(spark: Any, leaf: Any) -> None:
    """Raise where files have unlike columns, or nobody can tell: Spark fills with nulls what a file lacks."""
    files, kind = [str(file) for file in leaf.location().inputFiles()], _format(leaf)
    if kind != "parquet":
        options = _options(leaf)
        named = kind == "csv" and (options.get("header", "false") == "false" or options.get("enforceschema", "true") == "false")
        if len(files) > 1 and not named:
            raise SparkJobError(
                f"Spark: không biết các tệp {kind} có cùng cột không, cột thiếu thành trống mà không nói; ghi ra Parquet rồi đọc lại"
                + (", hoặc đọc với option('enforceSchema', False)" if kind == "csv" else ""),
                f"Spark: nobody can tell whether files of {kind} have the same columns, and Spark fills what lacks with nulls; "
                "write them as Parquet and read that" + (", or read with option('enforceSchema', False)" if kind == "csv" else ""),
            )
        return
    wanted = [str(name) for name in leaf.dataSchema().fieldNames()]
    blind = str(spark.conf.get("spark.sql.caseSensitive", "false")).lower() != "true"

    def plain(names: Collection[str]) -> frozenset[str]:
        return frozenset(name.lower() for name in names) if blind else frozenset(names)

    first: tuple[str, frozenset[str]] | None = None
    for file, names in _footers(spark, files).items():
        own = plain(names)
        lacks = [name for name in wanted if not plain([name]) & own]
        if lacks:
            raise _unlike(file, lacks, ())
        if first is not None and own != first[1]:
            raise _unlike(file, sorted(first[1] - own), sorted(own - first[1]))
        first = first or (file, own)


def _unlike(file: str, lacks: Collection[str], more: Collection[str]) -> SparkJobError:
    name = unquote(file.rsplit("/", 1)[-1])
    without, beyond = (", ".join(f"«{each}»" for each in names) or "—" for names in (lacks, more))
    return SparkJobError(
        f"Spark: {name} có cột khác các tệp khác: thiếu {without}, thừa {beyond}; Spark sẽ để trống mà không nói",
        f"Spark: the columns of {name} are not those of the other files: it lacks {without} and also has {beyond}; "
        "Spark would fill them with nulls and not say so",
    )


def _footers(spark: Any, files: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the columns of each Parquet file, wherever Spark can read it."""
    jvm, conf = spark.sparkContext._jvm, spark._jsparkSession.sessionState().newHadoopConf()  # noqa: SLF001  only the JVM has its file systems
    known: dict[str, tuple[str, ...]] = {}
    skip = jvm.org.apache.parquet.format.converter.ParquetMetadataConverter.SKIP_ROW_GROUPS

    def names(file: str) -> tuple[str, ...]:
        path = jvm.org.apache.hadoop.fs.Path(jvm.java.net.URI(file))
        try:
            schema = jvm.org.apache.parquet.hadoop.ParquetFileReader.readFooter(conf, path, skip).getFileMetaData().getSchema()
        except Exception as error:  # noqa: BLE001  whatever the JVM says of it
            told = str(getattr(error, "java_exception", error)).split("\n")[0]
            name = unquote(file.rsplit("/", 1)[-1])
            raise SparkJobError(f"Spark: {name} không đọc được: {told}", f"Spark: {name} cannot be read: {told}") from None
        text = str(schema.toString())
        if text not in known:
            known[text] = tuple(str(schema.getFieldName(at)) for at in range(schema.getFieldCount()))
        return known[text]

    with ThreadPoolExecutor(_FOOTERS_AT_A_TIME) as pool:
        return dict(zip(files, pool.map(names, files), strict=True))


def _check_zone(spark: Any, plan: str) -> None:
    """Raise where days may come from instants in another time zone than Vietnam's."""
    if _INSTANTS.search(plan) is None:
        return
    own = str(spark.conf.get("spark.sql.session.timeZone"))
    for zone in dict.fromkeys([own, *_ZONES.findall(plan)]):
        if not _is_vietnams(spark, zone):
            raise SparkJobError(
                f"Spark: múi giờ của phiên là {zone}, ngày của thời điểm buổi tối sẽ lệch; đặt spark.sql.session.timeZone="
                "Asia/Ho_Chi_Minh trước khi tạo khung dữ liệu",
                f"Spark: the session's time zone is {zone}, which moves days of instants; set spark.sql.session.timeZone="
                "Asia/Ho_Chi_Minh before the frame is made",
            )


def _is_vietnams(spark: Any, zone: str) -> bool:
    time = spark.sparkContext._jvm.java.time  # noqa: SLF001  the zone is one of Java's
    rules = time.ZoneId.of(zone, time.ZoneId.SHORT_IDS).getRules()
    days = (f"{year}-{month}-01T00:00:00Z" for year in (2000, 2010, 2026, 2050) for month in ("01", "07"))
    return all(rules.getOffset(time.Instant.parse(day)).getTotalSeconds() == _VIETNAM for day in days)
