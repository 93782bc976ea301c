"""Write the tables of docs/ that repeat what the code says: ``python docs/generate.py``; a test holds that they are current.

Such a table stands on its page between ``<!-- table NAME -->`` and ``<!-- end -->``. What the code knows is written from the code: names,
choices, headings, sources. Words that explain it stand on the page only and are kept: a cell that is ``WORDS`` here is taken from the
page, by the first cell of its row. A row that is new has ``…`` there, which the test does not let pass.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import runpy
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

import cchc_metrics
from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.catalogue.model import Count, Indicator, event_sets
from cchc_metrics.dataset import Dataset
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.records import choices
from cchc_metrics.records.fields import Choice, Flag
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.problems import Problems
from cchc_metrics.records.record import ColumnSpec, schema
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.rules import OPTIONS, Rules, rule_presets
from cchc_metrics.score import Scorecard, cheapest_way, qd766, rank_units, score_units, what_if
from cchc_metrics.score.shapes import REGISTER
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.values import Status
from cchc_metrics.verbs.assess import Assessments, TaskState, Verdict

DOCS = Path(__file__).parent
WORDS: Final = None
"""Stands for a cell whose words are on the page."""
NEW = "…"
BLOCK = re.compile(r"<!-- table (?P<name>\S+) -->\n(?P<body>.*?)<!-- end -->", re.DOTALL)

Cells = Sequence[str | None]
CELLS: Mapping[str, str] = {
    "id": "text",
    "label": "text",
    "unit": "unit",
    "moment": "date",
    "term": "number, halves",
    "whole": "whole number",
}
"""What a cell holds, by the type of its column."""


def code(name: object) -> str:
    """Return a name as code."""
    return f"`{name}`"


def markdown(headings: Sequence[str], rows: Iterable[Cells], page: str = "") -> str:
    """Return a Markdown table; cells that are ``WORDS`` are those that ``page`` has in the row of the same first cell."""
    kept = {row[0]: row for row in (cells_of(line) for line in re.findall(r"^\| .*\|$", page, flags=re.MULTILINE))}
    lines = [headings, ["---"] * len(headings)]
    for row in rows:
        before = kept.get(str(row[0]), [])
        lines.append([(before[i] if i < len(before) else NEW) if cell is WORDS else cell for i, cell in enumerate(row)])
    return "".join(f"|{'|'.join(line)}|\n" if line[0] == "---" else f"| {' | '.join(line)} |\n" for line in lines)


def cells_of(line: str) -> list[str]:
    """Return the cells of a line of a table."""
    return [cell.strip() for cell in line.strip("|").split("|")]


# --- What can be read: records.md


def columns_of_kind(kind: Kind, page: str) -> str:
    """Return the columns of a kind with the headings that mean them."""
    rows = [(code(spec.name), cell_text(spec), WORDS, " · ".join(kind.headings[spec.name])) for spec in schema(kind.model)]
    return markdown(("Column", "Cell", "What it is", "Also known as"), rows, page)


def cell_text(spec: ColumnSpec) -> str:
    """Return what a cell of a column holds."""
    if spec.choice is None:
        text = CELLS[spec.cell_type.name]
    elif spec.choice is Flag:
        text = "yes or no"
    else:
        text = f"one of [{spec.choice.__name__}](#{spec.choice.__name__.lower()})"
    return text + ", required" * spec.required


def closed_lists(_: str) -> str:
    """Return every closed list in every spelling."""
    lists = dict.fromkeys(spec.choice for kind in KINDS.values() for spec in schema(kind.model) if spec.choice is not None)
    return "\n".join(closed_list(choice) for choice in lists)


def closed_list(choice: type[Choice]) -> str:
    """Return a closed list with what an empty cell is."""
    blank = choice.blank()
    empty = "An empty cell is a problem." if blank is None else f"An empty cell is {code(blank.value)}."
    rows = [(code(member.value), member.vi, " · ".join(member.aliases)) for member in choice]
    said = (inspect.getdoc(choice) or "").replace("``", "`")
    return f"### {choice.__name__}\n\n{said} {empty}\n\n{markdown(('Code', 'Vietnamese', 'Also written'), rows)}"


# --- What is computed: catalogue.md


def indicators(_: str) -> str:
    """Return the packaged indicators, kind by kind."""
    by_kind: dict[str, list[Cells]] = {}
    for indicator in default_catalogue():
        kind = "entered" if indicator.entered else (indicator.values_of or indicator.numerator[0]).split(".")[0]
        row = (
            code(indicator.id),
            name_and_days(indicator),
            indicator.scale.value.replace("_", " "),
            made_of(indicator),
            indicator.source_text("en"),
        )
        by_kind.setdefault(kind, []).append(row)
    headings = ("Id", "What it is", "In", "Made of", "Source")
    return "\n".join(f"### {kind.capitalize()}\n\n{markdown(headings, rows)}" for kind, rows in by_kind.items())


def name_and_days(indicator: Indicator) -> str:
    """Return the name of an indicator, and from when to when its definition holds."""
    first = f" From {indicator.valid_from:%d/%m/%Y}." if indicator.valid_from else ""
    last = f" Until {indicator.valid_to:%d/%m/%Y}." if indicator.valid_to else ""
    return f"{indicator.en}.{first}{last}"


def made_of(indicator: Indicator) -> str:
    """Return the formula of an indicator."""
    if indicator.entered:
        return "entered by hand"
    if indicator.quantile:
        return f"quantile {indicator.quantile} of {code(indicator.values_of)}"
    parts = [added(names) for names in (indicator.numerator, indicator.denominator) if names]
    return parts[0] if len(parts) == 1 else " ÷ ".join(f"({part})" if " " in part else part for part in parts)


def added(names: Sequence[str]) -> str:
    """Return counts that are added; one with a leading ``-`` is taken away."""
    text = "".join(f" {'−' if name.startswith('-') else '+'} {code(name.removeprefix('-'))}" for name in names)
    return text.removeprefix(" + ").strip()


def counts(_: str) -> str:
    """Return the packaged counts."""
    rows = [(code(count.id), count.en, events_of(count)) for count in default_catalogue().counts.values()]
    return markdown(("Count", "What is counted", "Events"), rows)


def events_of(count: Count) -> str:
    """Return the events that a count selects, and when."""
    text = code(count.events) + (f" less {code(count.until)}" if count.until else "")
    text += "".join(f"; {code(dim)}: {', '.join(labels)}" for dim, labels in count.where.items())
    text += f"; without {code(count.less)}" if count.less else ""
    at = {"end": ", up to the last day", "start": ", before the first day"}
    of = {"value": ", summed", "units": ", units", "labels": f", different {code(count.labels_of)}"}
    return text + at.get(count.at, "") + of.get(count.of, "")


def events(page: str) -> str:
    """Return every set of events."""
    rows = [
        (code(name), WORDS, ", ".join(code(dim.name) for dim in found.dims), code(found.value) if found.value else "")
        for name, found in event_sets().items()
    ]
    return markdown(("Events", "On which day", "Dimensions", "Number"), rows, page)


# --- Rules, statuses, the calendar


def rules(page: str) -> str:
    """Return the options of the rules with their choices, the default first."""
    rows = []
    for name in OPTIONS:
        info = Rules.model_fields[name]
        default = json.dumps(list(info.default) if isinstance(info.default, tuple) else info.default)
        named = get_args(info.annotation) if get_origin(info.annotation) is Literal else ()
        others = ["false" if info.default else "true"] if isinstance(info.default, bool) else [n for n in named if n != info.default]
        rows.append((code(name), ", ".join(code(choice) for choice in (default.strip('"'), *others)), WORDS))
    return markdown(("Option", "Choices, the default first", "What it decides"), rows, page)


def presets(page: str) -> str:
    """Return the packaged rules with what differs from the default."""
    plain = Rules.preset("default")
    rows = [
        (code(name), ", ".join(code(f"{o} = {json.dumps(v)}") for o, v in preset.model_dump(mode="json").items() if o in changed), WORDS)
        for name, preset in rule_presets().items()
        for changed in [{o for o in OPTIONS if getattr(preset, o) != getattr(plain, o)}]
    ]
    return markdown(("Preset", "What differs from the default", "Who"), rows, page)


def rule_changes(page: str) -> str:
    """Return what the packaged rules decide anew, from which day."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for name, preset in rule_presets().items():
        for change in preset.changes:
            options = change.model_dump(mode="json", include=set(change.options))
            decided = ", ".join(code(f"{option} = {json.dumps(value)}") for option, value in options.items())
            found.setdefault((change.from_day.isoformat(), decided, change.en), []).append(code(name))
    rows = [(day, ", ".join(names), decided, en) for (day, decided, en), names in found.items()]
    return markdown(("From", "Presets", "What is decided anew", "What it rests on"), rows, page)


def statuses(page: str) -> str:
    """Return the statuses of a value, best to worst."""
    return markdown(("Status", "What it means", "Value"), [(code(s.value), WORDS, "yes" if s.usable else "no") for s in Status], page)


def verdicts(page: str) -> str:
    """Return the verdicts on a target."""
    return markdown(("Verdict", "Vietnamese", "What it means"), [(code(v.value), v.text("vi"), WORDS) for v in Verdict], page)


def task_states(page: str) -> str:
    """Return the states of a task."""
    return markdown(
        ("State", "Vietnamese", "What it means", "Verdict"), [(code(s.value), s.text("vi"), WORDS, WORDS) for s in TaskState], page
    )


def dossier_statuses(page: str) -> str:
    """Return the status codes of the national exchange."""
    rows = [(status.aliases[0], code(status.value), status.vi, WORDS) for status in choices.Status]
    return markdown(("Code", "Name", "Vietnamese", "Counts as"), rows, page)


def classes(page: str) -> str:
    """Return the classes of an ended dossier."""
    return markdown(("Class", "Vietnamese", "What it means"), [(code(t.value), t.vi, WORDS) for t in choices.Timing], page)


def standings(page: str) -> str:
    """Return what can have become of a received dossier by the day of the question."""
    return markdown(("Standing", "Vietnamese", "What it means"), [(code(s.value), s.vi, WORDS) for s in choices.Standing], page)


def shapes(page: str) -> str:
    """Return the shapes of a scoring rule."""
    return markdown(("Shape", "What it says", "Keys"), [(code(name), WORDS, WORDS) for name in REGISTER], page)


def years(_: str) -> str:
    """Return the years of the packaged calendar."""
    rows = [(str(y.year), str(y.working_days), y.status, "; ".join(y.sources)) for y in Calendar.official().by_year.values()]
    return markdown(("Year", "Working days", "Status", "Sources"), rows)


@cache
def example() -> Dataset:
    """Return the example."""
    return read_folder(DOCS.parent / "examples" / "thap-muoi")


def answer(question: str, page: str) -> str:
    """Return the columns of an answer table; those of its dimensions are one row."""
    dimensions = {dim.name for found in event_sets().values() for dim in found.dims}
    names = ["each dimension" if name in dimensions else code(name) for name in getattr(example(), question)("2021").columns]
    return markdown(("Column", "What it is"), [(name, WORDS) for name in dict.fromkeys(names)], page)


def other_answer(table: Callable[[], AnswerTable[Any]], page: str) -> str:
    """Return the columns of an answer table that has no dimensions of its own."""
    return markdown(("Column", "What it is"), [(code(name), WORDS) for name in table().columns], page)


def scores() -> dict[str, Scorecard]:
    """Return two scorecards by a packaged scheme."""
    return score_units({unit: {"2.1": 90} for unit in ("A", "B")}, qd766())


ANSWERS: Mapping[str, Callable[[], AnswerTable[Any]]] = {
    "assessments": lambda: Assessments((), date(2021, 12, 31)),
    "form06": lambda: example().form06("2021"),
    "explanation": lambda: example().explain("resolved_on_time", "H20.38", "2021"),
    "contributions": lambda: example().contributions("channel", "resolved_on_time", period="2021"),
    "problems": Problems,
    "scorecard": lambda: scores()["A"],
    "ranking": lambda: rank_units(scores()),
    "what-if": lambda: what_if({"2.1": 90}, qd766(), {"2.1": 95}),
    "cheapest-way": lambda: cheapest_way({"2.1": 90}, qd766(), 1),
}
"""The answer tables whose columns are always the same."""


def house(page: str) -> str:
    """Return what stands directly in the package, in the page's order, each with the first sentence of its docstring."""
    source = Path(cchc_metrics.__file__).parent
    found = {path.name: path for path in sorted(source.iterdir()) if path.suffix == ".py"}
    found |= {f"{path.parent.name}/": path for path in sorted(source.glob("*/__init__.py"))}
    names = [name for name in re.findall(r"^\| `([\w./]+)` \|", page, flags=re.MULTILINE) if name in found]
    rows = []
    for name in dict.fromkeys((*names, *found)):
        said = ast.get_docstring(ast.parse(found[name].read_text(encoding="utf-8"))) or NEW
        rows.append((code(name), " ".join(said.split("\n\n")[0].replace("``", "`").split())))
    return markdown(("Where", "What"), rows)


def decisions(_: str) -> str:
    """Return the titles of the decisions as links, by title."""
    titles = {path.read_text(encoding="utf-8").split("\n", 1)[0].removeprefix("# "): path for path in (DOCS / "decisions").glob("*.md")}
    return "".join(f"- [{title}]({path.name})\n" for title, path in sorted(titles.items()) if path.name != "README.md")


CODES: Final = runpy.run_path(str(DOCS / "codes.py"))
"""Of docs/codes.py."""


def problem_codes(lang: str, _: str) -> str:
    """Return the problem codes in one language, each with its example as it runs."""
    text: str = CODES["sections"](lang, (DOCS / "codes.toml").read_text(encoding="utf-8"))
    return text


def codes_of(group: str, _: str) -> str:
    """Return the codes of one group as links to what is said of each."""
    found = CODES["entries"]((DOCS / "codes.toml").read_text(encoding="utf-8"))
    return " · ".join(f"[`{entry.code}`](problem-codes.md#{entry.code})" for entry in found if entry.group == group)


PLANNING = runpy.run_path(str(DOCS.parent / "benchmarks" / "planning.py"))


def planning_costs(page: str) -> str:
    """Return the costs that plans are made of."""
    return markdown(("Cost", "Used", "Where it is from"), [(code(name), value, WORDS) for name, value in PLANNING["cost_rows"]()], page)


def planning(_: str) -> str:
    """Return what rows cost on one process, two and a cluster."""
    return markdown(PLANNING["HEADS"], PLANNING["planning_rows"]())


TABLES: Mapping[str, Callable[[str], str]] = {
    **{f"columns-{kind.name}": partial(columns_of_kind, kind) for kind in KINDS.values()},
    "closed-lists": closed_lists,
    "indicators": indicators,
    "counts": counts,
    "events": events,
    "rules": rules,
    "rule-changes": rule_changes,
    "presets": presets,
    "statuses": statuses,
    "verdicts": verdicts,
    "task-states": task_states,
    "dossier-statuses": dossier_statuses,
    "classes": classes,
    "standings": standings,
    "shapes": shapes,
    "years": years,
    "measures": partial(answer, "measures"),
    "deltas": partial(answer, "deltas"),
    **{name: partial(other_answer, table) for name, table in ANSWERS.items()},
    **{f"codes-{group}": partial(codes_of, group) for group in CODES["GROUPS"]},
    "problem-codes-vi": partial(problem_codes, "vi"),
    "problem-codes-en": partial(problem_codes, "en"),
    "map": house,
    "decisions": decisions,
    "planning-costs": planning_costs,
    "planning": planning,
}
"""The tables by name; each takes what stands on the page."""


def current(text: str) -> str:
    """Return a page with its tables as the code has them."""

    def table(found: re.Match[str]) -> str:
        return f"<!-- table {found['name']} -->\n\n{TABLES[found['name']](found['body']).strip()}\n\n<!-- end -->"

    return BLOCK.sub(table, text)


if __name__ == "__main__":
    for path in sorted(DOCS.rglob("*.md")):
        path.write_text(current(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
