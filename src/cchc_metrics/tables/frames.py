"""Answer tables as Arrow, pandas, polars and Parquet; each needs its own package only, which is imported where it is used."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from cchc_metrics.errors import CchcError
from cchc_metrics.tables.columns import Column
from cchc_metrics.tables.whole import whole_file
from cchc_metrics.text import Lang

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

Named = Iterable[tuple[str, Column]]

_NULLABLE = {"whole": "Int64", "flag": "boolean"}  # pandas' own types for integers and flags that may be missing


def arrow(columns: Named, lang: Lang) -> pa.Table:
    """Return columns as a pyarrow table."""
    pyarrow = _package("pyarrow", "cchc-metrics[arrow]")
    types = {
        "text": pyarrow.string(),
        "whole": pyarrow.int64(),
        "number": pyarrow.float64(),
        "date": pyarrow.date32(),
        "flag": pyarrow.bool_(),
    }
    arrays = {}
    for name, column in columns:
        values, there = column.exported(lang)
        arrays[name] = pyarrow.array(values, type=types[column.type], mask=None if there is None else ~there)
    return pyarrow.table(arrays)


def pandas(columns: Named, lang: Lang) -> pd.DataFrame:
    """Return columns as a pandas frame; integers and flags that may be missing are of pandas' nullable types, whether or not any is."""
    package = _package("pandas", "pandas")
    series = {}
    for name, column in columns:
        values, there = column.exported(lang)
        made = package.Series(values, name=name, dtype="string" if column.type == "text" else None)
        if column.optional and column.type in _NULLABLE:
            made = made.astype(_NULLABLE[column.type])
            made = made if there is None else made.where(there)
        series[name] = made
    return package.DataFrame(series)


def polars(columns: Named, lang: Lang) -> pl.DataFrame:
    """Return columns as a polars frame."""
    package = _package("polars", "polars")
    types = {"text": package.String, "whole": package.Int64, "number": package.Float64, "date": package.Date, "flag": package.Boolean}
    series = []
    for name, column in columns:
        values, there = column.exported(lang)
        given = values.tolist() if column.type == "text" else values
        made = package.Series(name, given, dtype=types[column.type])
        if there is not None and column.type != "text":
            made = made.zip_with(package.Series(there), package.Series([None], dtype=made.dtype))
        series.append(made)
    return package.DataFrame(series)


def parquet(table: pa.Table, target: str | Path | BinaryIO) -> None:
    """Write an Arrow table as Parquet; a file appears whole or not at all."""
    write = import_module("pyarrow.parquet").write_table
    if not isinstance(target, (str, Path)):
        write(table, target)
        return
    with whole_file(Path(target)) as unfinished:
        write(table, unfinished)


def _package(name: str, requirement: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise CchcError(
            f'cần gói {name}; cài: pip install "{requirement}"', f'the package {name} is needed; install: pip install "{requirement}"'
        ) from None
