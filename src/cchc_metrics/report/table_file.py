"""One answer table as a file, whole or not at all: the ending of its name says the format."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cchc_metrics.errors import InputError
from cchc_metrics.report.files import write_whole
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Lang


def save_table(table: AnswerTable[Any], path: Path, lang: Lang = "vi", whole: object = None) -> None:
    """Write a table as .xlsx, .csv, .json, .md, .txt or .parquet.

    Args:
        table: the table.
        path: the file.
        lang: the language.
        whole: what is written as JSON, where that is more than the rows.

    Raises:
        InputError: the name ends otherwise; the message says in what it can.
        CchcError: the extra that the format needs is not installed, or the file cannot be written.
    """
    rows = table.to_dicts if whole is None else lambda _: whole
    writers: Mapping[str, Callable[[], None]] = {
        ".xlsx": lambda: table.to_excel(path, lang),
        ".csv": lambda: write_whole(path, table.csv_parts(lang), encoding="utf-8-sig"),
        ".json": lambda: write_whole(path, [json.dumps(rows(lang), ensure_ascii=False, indent=1), "\n"]),
        ".md": lambda: write_whole(path, [table.to_markdown(lang), "\n"]),
        ".txt": lambda: write_whole(path, [table.to_text(lang, rows=None, width=None), "\n"]),
        ".parquet": lambda: table.to_parquet(path, lang),
    }
    if path.suffix.lower() not in writers:
        known = ", ".join(writers)
        raise InputError(f"tệp «{path.name}» phải có đuôi {known}", f"the file «{path.name}» must end in {known}")
    writers[path.suffix.lower()]()
