"""What the pages of the problem codes show: each code with what codes.toml says of it, and what its example gives when it is run."""

from __future__ import annotations

import csv
import io
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal, NamedTuple

import openpyxl

from cchc_metrics import Dataset, Problem, Problems, read_folder
from cchc_metrics.records.codes import Code
from cchc_metrics.text import Text

Lang = Literal["vi", "en"]
GROUPS: Final[Mapping[str, tuple[str, str]]] = {
    "cell": ("Ô", "A cell"),
    "row": ("Dòng", "A row"),
    "link": ("Nối với bảng khác", "A link to another table"),
    "table": ("Bảng và tệp không dùng được", "A table that cannot be used"),
    "figures": ("Số liệu còn thiếu", "Figures that lack something"),
    "finding": ("Dòng vẫn được tính", "Rows that still count"),
    "file": ("Tệp: điều được hiểu thay", "Files: what was assumed"),
    "units": ("Danh mục đơn vị", "The list of units"),
}
DISTRICT: Final = 'code = "TM"\nname = "Tháp Mười"\nlevel = "huyện"\nextracted_on = 2022-01-31\nperiod = "2021"\n'
"""Who reports in an example that does not say otherwise."""


class Entry(NamedTuple):
    """What codes.toml says of one code."""

    code: Code
    group: str
    cause: tuple[str, str]
    fix: tuple[str, str]
    files: tuple[tuple[str, str], ...]
    measure: str


class Seen(NamedTuple):
    """What came of an example."""

    problem: Problem
    problems: Problems
    status: str
    counts: str
    reason: Text


def entries(text: str) -> Iterator[Entry]:
    """Yield what the file of the codes says of each, in its order."""
    for group, codes in tomllib.loads(text).items():
        for name, said in codes.items():
            yield Entry(
                Code[name.upper()],
                group,
                tuple(said["cause"]),
                tuple(said["fix"]),
                tuple(said["files"].items()),
                said.get("measure", "resolved_on_time"),
            )


@cache
def run(entry: Entry) -> Seen:
    """Return what the example of a code gives; it fails where that is not this code."""
    with tempfile.TemporaryDirectory() as name:
        for file, text in {"district.toml": DISTRICT, **dict(entry.files)}.items():
            if file.endswith(".xlsx"):
                book = openpyxl.Workbook()
                for row in csv.reader(io.StringIO(text)):
                    book.active.append(row)
                book.save(Path(name, file))
            else:
                Path(name, file).write_text(text, encoding="utf-8", newline="")
        data = read_folder(name)
        data = data.replace(catalogue=data.catalogue.select([entry.measure]))  # nothing else is looked at
        problem = next(problem for problem in found_in(data) if problem.code is entry.code)
        measure = data.measures()[entry.measure, data.unit]
        parts = [str(n) for n in (measure.numerator, measure.denominator) if n is not None]
        return Seen(problem, data.problems, measure.status.value, "/".join(parts), measure.reason)


def found_in(data: Dataset) -> Iterator[Problem]:
    """Yield what was found in a dataset, by whoever finds it."""
    yield from data.problems
    yield from data.quality()
    yield from data.dossier_codes()
    yield from data.report().problems


def sections(lang: Lang, text: str) -> str:
    """Return the codes with their causes, fixes and examples, group by group, in one language; what they mean in both."""
    parts, group = [], ""
    for entry in entries(text):
        if entry.group != group:
            group = entry.group
            parts.append(f"## {GROUPS[group][lang == 'en']}\n")
        parts.append(section(entry, run(entry), lang))
    return "\n".join(parts)


def section(entry: Entry, seen: Seen, lang: Lang) -> str:
    """Return what a page says of one code."""
    vi, code, found = lang == "vi", entry.code, seen.problems
    severity = {"error": ("lỗi", "error"), "warning": ("lưu ý", "warning")}[code.severity][not vi]
    words = ("Nghĩa", "Vì sao", "Cách sửa", "Hệ quả") if vi else ("Means", "Why", "What to do", "Effect")
    read = f"{found.read} = {found.valid} + {found.rejected}"
    rows = f"dòng đọc = hợp lệ + bị loại: {read}" if vi else f"rows read = valid + rejected: {read}"
    value = f"`{entry.measure}`: `{seen.status}`" + (f", {seen.counts}" if seen.counts else "")
    value += f" ({seen.reason.text(lang)})" if seen.reason.text(lang) else ""
    cause, fix = (texts[not vi] for texts in (entry.cause, entry.fix))
    said = [
        f"### `{code.value}`\n",
        f"- **{words[0]}**: {code.vi} · *{code.en}*" if vi else f"- **{words[0]}**: {code.en} · *{code.vi}*",
        f"- **{words[1]}**: {cause}",
        f"- **{words[2]}**: {fix}",
        f"- **{words[3]}**: {severity}; {rows}; {value}\n",
    ]
    for file, text in entry.files:
        kind = {"toml": "toml", "csv": "csv", "xlsx": "csv", "xls": "xml"}.get(file.rpartition(".")[2], "text")
        said.append(f'```{kind} title="{file}"\n{text.rstrip()}\n```\n')
    return "\n".join([*said, f"```text\n{seen.problem.text(lang)}\n```\n"])
