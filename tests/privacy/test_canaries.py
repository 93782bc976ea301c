"""Canaries in every column of every kind, searched in every output of every format: what may show one is listed, with why."""

from __future__ import annotations

import io
import logging
import shutil
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import click
import pyarrow as pa
import pytest
import xlsxwriter
from click.testing import CliRunner
from docx import Document
from tests.folders import ROOT, SMALL
from tests.privacy.planted import UNLISTED, Planted, What, plant, texts_of, write

import cchc_metrics as cm
from cchc_metrics import cli
from cchc_metrics.errors import CchcError
from cchc_metrics.fold import id_hashes, repeated, settle, signs_of_batches, tally_batches
from cchc_metrics.plots import figure_svg
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.report.files import FORMATS
from cchc_metrics.report.periodic_files import FORMATS as PERIODIC
from cchc_metrics.report.table_file import save_table
from cchc_metrics.tables.table import AnswerTable

LISTED: tuple[tuple[What, str, str], ...] = (
    (
        What.CELL,
        "the word that is to be put right, with its place: nobody could find it otherwise",
        (
            "check, printed|check: problems.csv|init, printed|init: district.toml|partial, its problems|partial, shown|"
            "partial, stored|problems, shown|problems, written|report, printed|report, shown|report: problems.csv|"
            "report: report.docx|report: report.html|report: report.json|report: report.md|report: report.txt|report: report.xlsx"
        ),
    ),
    (
        What.MARK,
        "the same: a mark that nobody can read hides its row until it is put right",
        (
            "check: problems.csv|init, printed|init: district.toml|partial, its problems|partial, stored|problems, written|"
            "report, printed|report, shown|report: problems.csv|report: report.docx|report: report.html|report: report.json|"
            "report: report.md|report: report.txt|report: report.xlsx"
        ),
    ),
    (What.CELL, "the office's own sheet given back to it, bad cells marked", "check: can_sua.xlsx"),
    (What.ID, "the same", "check: can_sua.xlsx"),
    (What.LABEL, "the same", "check: can_sua.xlsx"),
    (What.CELL, "the cells that the caller has just given, by which no table is read", "error of a record"),
    (What.MARK, "the same", "error of a record"),
    (What.LABEL, "the same", "error of a record"),
    (What.HIDDEN, "the same", "error of a record"),
    (
        What.ID,
        "a row that has no partner in another table is found by its id only",
        "check: problems.csv|problems, written|report: problems.csv",
    ),
    (What.ID, "rows whose table has no numbers are found by their ids", "partial, its problems"),
    (
        What.LABEL,
        "a procedure that the list lacks is the word to be put right",
        "check: problems.csv|problems, written|report: problems.csv",
    ),
    (What.LABEL, "the same", "partial, its problems"),
    (
        What.ID,
        "which rows a figure counts is what was asked",
        "explain, printed|explanations, shown|report: report.html|periodic: periodic.html",
    ),
    (What.LABEL, "which groups a figure counts is what was asked", "explanations, shown"),
    (
        What.ID,
        "what each row counted as is kept, so that a change is traced to rows (--no-rows leaves it out)",
        "snapshot: one.snapshot.json",
    ),
    (What.ID, "a ledger holds the rows; nobody but its owner may open the folder", "ledger folder of dossiers|ledger folder of meetings"),
    (What.LABEL, "the same", "ledger folder of dossiers"),
    (What.HIDDEN, "the same", "ledger folder of meetings"),
    (What.ID, "rows of an id that stands twice travel whole, to be judged together: to be kept as the table is", "partial, stored"),
    (What.HIDDEN, "the same", "partial, stored"),
    (
        What.ID,
        "the id of an initiative is its short name, a dimension of its figures",
        (
            "deltas, written|measures, written|partial, shown|periodic, written|periodic: periodic.csv|periodic: periodic.json|"
            "report, shown|report: deltas.csv|report: deltas.parquet|report: measures.csv|report: measures.parquet|"
            "report: report.json|report: report.xlsx|tally, shown|tally, stored"
        ),
    ),
    (
        What.LABEL,
        "an open list is a dimension by which figures are broken down",
        (
            "deltas, written|measures, written|partial, shown|partial, stored|periodic, printed|periodic, shown|periodic, written|"
            "periodic: periodic.csv|periodic: periodic.docx|periodic: periodic.html|periodic: periodic.json|periodic: periodic.md|"
            "periodic: periodic.txt|periodic: periodic.xlsx|report, printed|report, shown|report: deltas.csv|"
            "report: deltas.parquet|report: measures.csv|report: measures.parquet|report: report.docx|report: report.html|"
            "report: report.json|report: report.md|report: report.txt|report: report.xlsx|snapshot: one.snapshot.json|tally, shown|"
            "tally, stored"
        ),
    ),
)
"""Of what a canary is, why it may be shown, and the outputs that show it. No other output shows one; every one of these does."""
MAY = {(output, what): why for what, why, outputs in LISTED for output in outputs.split("|")}

LEDGERS = ("dossiers", "meetings")
NO_FOLDER = {"calendar", "catalogue", "deadline", "schema", "example"}
"""Commands that read no records."""


def folder(planted: Planted) -> Path:
    at = Path(mkdtemp()) / "f"
    at.mkdir()
    write(planted, at)
    (at / "district.toml").write_text(SMALL["district.toml"].replace("2022-01-31", "2023-06-30") + 'plan = "plan.toml"\n', "utf-8")
    (at / "units.csv").write_text(SMALL["units.csv"], "utf-8")
    shutil.copy(ROOT / "tests" / "golden" / "two-communes" / "plan.toml", at)
    return at


class Search:
    """What was found where."""

    def __init__(self, planted: Planted) -> None:
        self.planted = planted
        self.found: dict[tuple[str, What], set[str]] = {}
        self.searched: dict[str, int] = {}
        self.valid: dict[str, int] = {}

    def look(self, output: str, texts: Iterable[str]) -> None:
        for text in texts:
            self.searched[output] = self.searched.get(output, 0) + len(text)
            for what, where in self.planted.found_in(text):
                self.found.setdefault((output, what), set()).add(where)

    def files(self, output: str, at: Path) -> None:
        for path in sorted(at.rglob("*")) if at.is_dir() else [at]:
            if path.is_file():
                self.look(f"{output}: {path.name}", texts_of(path.name, path.read_bytes()))


@contextmanager
def listening(search: Search) -> Iterator[None]:
    """Search what is logged and warned of meanwhile."""
    lines = io.StringIO()
    handler, root = logging.StreamHandler(lines), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    search.look("log", ["log", lines.getvalue()])
    search.look("warnings", ["warnings", *(str(each.message) for each in caught)])


def commands(at: Path, out: Path) -> dict[str, list[list[str]]]:
    """Return every command that reads a folder, as it is called."""
    f, book = str(at), at.parent / "ledger"
    form, letter = at.parent / "form.xlsx", at.parent / "letter.docx"
    names = "{{unit}} {{dossiers_received|name}} {{electronic_exchange}}"
    with xlsxwriter.Workbook(str(form)) as sheet:
        sheet.add_worksheet().write_string(0, 0, names)
    document = Document()
    document.add_paragraph(names)
    document.save(str(letter))
    bare = at.parent / "bare"
    bare.mkdir()
    for path in at.glob("*.csv"):
        shutil.copy(path, bare)
    shutil.copytree(at, at.parent / "nightly", ignore=shutil.ignore_patterns("dossier_events.csv"))  # which change each night, as rows do
    nightly = str(at.parent / "nightly")
    nights = {kind: [nightly, f"{book}-{kind}", "--day", "2023-06-30"] for kind in (*LEDGERS, "documents")}
    reports = [["report", f, "--out", str(out / "report"), "--formats", ",".join(FORMATS)], ["report", f, "--lang", "en"]]
    return {
        "report": reports,
        "check": [["check", f, "--out", str(out / "check")], ["check", f, "--lang", "en"]],
        "plan": [["plan", f]],
        "form06": [
            ["form06", f, "--out", str(out / "form06.xlsx")],
            ["form06", f, "--why", "--json"],
            ["form06", f, "--check", str(at / "dossiers.csv")],
        ],
        "periodic": [["periodic", f, "--period", "2021", "--out", str(out / "periodic"), "--formats", ",".join(PERIODIC)]],
        "explain": [["explain", f, "dossiers_received"], ["explain", f, "electronic_exchange"]],
        "why": [["why", f, "resolved_on_time", "--by", "field"]],
        "score": [["score", f, "--scheme", "district_example"]],
        "fill": [["fill", f, str(form), "--out", str(out / "filled.xlsx")], ["fill", f, str(letter), "--out", str(out / "filled.docx")]],
        "verify": [["verify", str(out / "report" / "report.json"), f, "--json"]],
        "init": [["init", str(bare), "--yes"]],
        "snapshot take": [["snapshot", "take", f, "one", "--by", "A", "--on", "2023-07-01"]],
        "snapshot list": [["snapshot", "list", f]],
        "snapshot compare": [["snapshot", "compare", f, "one"]],
        "ledger update": [
            ["ledger", "update", *night[:2], f"{at}/{kind}.csv", *night[2:], "--kind", kind] for kind, night in nights.items()
        ],
        **{f"ledger {name}": [["ledger", name, nightly, f"{book}-meetings"]] for name in ("show", "audit", "compact", "undo")},
    }


def all_commands(group: click.Group = cli.main, before: str = "") -> set[str]:
    found: set[str] = set()
    for name, command in group.commands.items():
        found |= all_commands(command, f"{before}{name} ") if isinstance(command, click.Group) else {before + name}
    return found


def run_commands(search: Search, at: Path, out: Path) -> None:
    for name, calls in commands(at, out).items():
        for call in calls:
            result = CliRunner().invoke(cli.main, call)
            assert result.exit_code in (0, 1, 2), (call, result.output, result.exception)
            search.look(f"{name}, printed", [result.stdout])
            search.look(f"{name}, its messages", [result.stderr])
    for each in ("report", "check", "periodic"):
        search.files(each, out / each)
    for name in ("form06.xlsx", "filled.xlsx", "filled.docx"):
        search.files("written", out / name)
    search.files("snapshot", at / "snapshots")
    search.files("init", at.parent / "bare" / "district.toml")
    for kind in LEDGERS:
        assert (at.parent / f"ledger-{kind}").is_dir()
        kept = [path for path in sorted((at.parent / f"ledger-{kind}").rglob("*")) if path.is_file()]
        search.look(f"ledger folder of {kind}", (text for path in kept for text in texts_of(path.name, path.read_bytes())))


def answers(data: cm.Dataset) -> dict[str, Any]:
    """Return what a dataset answers by itself, by name."""
    return {
        "dataset": data,
        "problems": data.problems,
        "quality": data.quality(),
        "codes": data.dossier_codes(),
        "measures": data.measures("2021"),
        "deltas": data.deltas("2021"),
        "assessments": data.assessments("2021"),
        "form06": data.form06("2021"),
        "form06_why": data.form06_why("2021"),
        "periodic": data.periodic("2021"),
        "report": data.report("2021"),
        "snapshot": data.snapshot("two", "2021", on=date(2023, 7, 1), by="A"),
        "tally": data.tally(["2021", "2022", "2020"]),
    }


def ask_library(search: Search, at: Path, out: Path) -> None:
    data = cm.read_folder(at)
    search.valid = {kind: len(data.columns(kind)) for kind in KINDS}
    for name, answer in answers(data).items():
        texts = [repr(answer), str(answer)]
        if hasattr(answer, "_repr_html_"):
            texts.append(answer._repr_html_())
        search.look(f"{name}, shown", texts)
        if isinstance(answer, AnswerTable):
            for ending in (".xlsx", ".csv", ".json", ".md", ".txt", ".parquet"):
                save_table(answer, out / f"{name}{ending}")
                search.look(f"{name}, written", texts_of(name, (out / f"{name}{ending}").read_bytes()))
            search.look(f"{name}, written", [str(answer.to_arrow().to_pylist()), str(answer.to_dicts("en"))])
        if hasattr(answer, "plot"):
            with suppress(CchcError, TypeError):
                search.look("pictures", [figure_svg(answer.plot())])
    search.look("tally, stored", [data.tally(["2021"]).to_json(), data.tally(["2021"]).to_bytes().decode("latin-1")])
    for measure in data.measures("2021"):
        if measure.unit == "TM" and not measure.breakdown and measure.numerator is not None:
            with suppress(CchcError):
                search.look("explanations, shown", [repr(data.explain(measure.indicator, "TM", "2021"))])
    for kind, rows in search.planted.rows.items():
        table = pa.table({name: [row[name] for row in rows] for name in rows[0]})
        ask = data.ask(kind, "2021", like=table)
        ask = ask.with_signs(signs_of_batches(ask, [table])).with_repeated(repeated([id_hashes(ask, table)]))
        partial = tally_batches(ask, [table])
        search.look("partial, stored", [partial.to_bytes().decode("latin-1")])
        search.look("partial, shown", [repr(partial)])
        search.look("partial, its problems", [settle(ask, partial).problems.to_csv()])
        for row in rows:
            try:
                KINDS[kind].model(**{name: cell for name, cell in row.items() if name in KINDS[kind].headings})
            except CchcError as error:
                search.look("error of a record", [str(error), repr(error), error.text("en")])
    search.look("errors of a dataset", [str(_error(call)) for call in (lambda: data.explain("nothing"), lambda: data.columns("dosiers"))])


def _error(call: Any) -> CchcError:
    with pytest.raises(CchcError) as found:
        call()
    return found.value


@cache
def searched() -> Search:
    planted = plant()
    at = folder(planted)
    search, out = Search(planted), at.parent / "out"
    out.mkdir()
    with listening(search):
        run_commands(search, at, out)
        ask_library(search, at, out)
    return search


def test_every_command_is_tried(tmp_path: Path) -> None:
    assert set(commands(tmp_path, tmp_path)) | NO_FOLDER == all_commands()


def test_every_column_of_every_kind_is_planted_and_canaries_are_found_where_they_stand() -> None:
    planted = searched().planted
    kept = {f"{kind}.{name}" for kind, rows in planted.rows.items() for row in rows for name, cell in row.items() if planted.found_in(cell)}
    assert {f"{kind.name}.{name}" for kind in KINDS.values() for name in (*kind.headings, *UNLISTED)} <= kept
    cells = "\n".join(cell for rows in planted.rows.values() for row in rows for cell in row.values())
    assert planted.found_in(cells) == set(planted.canaries)
    assert len(planted.canaries) > 1000


def test_valid_rows_of_every_kind_are_among_them() -> None:
    assert not [kind for kind, rows in searched().valid.items() if rows < 1]


def test_what_shows_a_canary_is_listed_and_what_is_listed_shows_one() -> None:
    found = {place: sorted(where)[:3] for place, where in searched().found.items()}
    assert not {place: where for place, where in found.items() if place not in MAY}
    assert not [place for place in MAY if place not in found]


if __name__ == "__main__":  # the figures of docs/trust.md
    done = searched()
    shown = {what: sum(len(where) for (_, each), where in done.found.items() if each is what) for what in What}
    print(len(done.planted.canaries), len(done.searched), sum(done.searched.values()), shown, *(set(done.found) ^ set(MAY)))  # noqa: T201
