"""Proposing a ``district.toml`` from the sheets of a folder: what stands in them is taken, what is likely is asked about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import Final

from cchc_metrics.proposal.model import Answer, Entry, Path, Proposal, Read, encodings_in
from cchc_metrics.proposal.tables import Seen, table_of
from cchc_metrics.proposal.texts import days_said, direction_of, office_of, period_of
from cchc_metrics.proposal.words import guessed_code, known, may_be_copied
from cchc_metrics.read.district import LEVEL_WORDS
from cchc_metrics.read.files import EVERY
from cchc_metrics.read.headings import BOTH, heading_key, layout_of
from cchc_metrics.read.look import Sheet
from cchc_metrics.read.old_text import ENCODINGS, Writing
from cchc_metrics.read.own import Own
from cchc_metrics.records.choices import Secrecy
from cchc_metrics.records.fields import Choice, Flag
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import schema, schema_by_name
from cchc_metrics.reference.level import LEVELS, LEVELS_OF_KIND
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit_name import kind_of, normalise_unit_name
from cchc_metrics.text import fold

MOST_WORDS: Final = 40
"""A column with more unknown words is no closed list; its words are copied nowhere."""
_CODE: Final = re.compile(r"((?:\d{2,3}\.){0,3}[A-Z]{1,2}\d{1,3}(?:\.\d{1,3})*)[-.]\d{2,}")
_NUMBERS: Final = re.compile(r"\d+(?:[\W_]*\d+)*")
_LETTERS: Final = re.compile(r"[^\W\d_]{3}")
_SPECIAL: Final = re.compile(r"[*?\[\]#]")
_OFFICE_WORDS: Final = (
    "phong",
    "ban",
    "ubnd",
    "uy ban",
    "van phong",
    "trung tam",
    "chi cuc",
    "bo phan",
    "cong an",
    "thanh tra",
    "vp",
    "so",
)


def propose(sheets: Sequence[Sheet], answers: Mapping[Path, Answer] | None = None) -> Proposal:
    """Return what a folder's ``district.toml`` could say.

    Args:
        sheets: the sheets of its files.
        answers: what is known already: given on the command line, or answered before.
    """
    answers = answers or {}
    unit_files = [sheet for sheet in sheets if _lists_units(sheet)]
    found = [(sheet, table_of(sheet)) for sheet in sheets if sheet not in unit_files]
    tables = [table for _, table in found if table is not None]
    by_kind = {name: [table for table in tables if table.kind.name == name] for name in KINDS}
    by_kind = {name: some for name, some in by_kind.items() if some}
    entries, units = _who(tables, unit_files[:1], answers)
    entries += _when(tables)
    entries += _encodings(sheets, Own(encodings=encodings_in(answers)))
    for name, some in by_kind.items():
        entries.append(Entry(("files", name), _places(some, sheets), sure=True))
        entries.append(Entry(("layout", name), tuple(dict.fromkeys(layout_of(t.heading.headings) for t in some)), sure=True))
        entries += _headings(some)
        entries += _lacking(some)
        for column in _closed(some):
            entries += _words(some, *column)
    read = tuple(_seen(some) for some in by_kind.values())
    unknown = tuple(f"{s.file}#{s.name}" if s.name else s.file for s, table in found if table is None and len(s.rows) > 1)
    proposed = {entry.where for entry in entries}
    # What was answered once holds for words and headings that are not in these files too.
    kept = [where for where in answers if (len(where) > 2 or where[0] == "encoding") and where not in proposed]
    entries += [Entry(where, answers[where], sure=True) for where in kept]
    return Proposal(tuple(entries), read, units, unknown).answered(answers)


def _encodings(sheets: Sequence[Sheet], own: Own) -> Iterator[Entry]:
    """Yield in which encoding files seem to be that are not in Unicode and of which nobody says it, with a sample converted."""
    of_file: dict[str, list[Writing]] = {}
    for sheet in sheets:
        if sheet.writing is not None and not own.encoding_of(sheet.file):
            of_file.setdefault(sheet.file, []).append(sheet.writing)
    for file, found in of_file.items():
        best = max(found, key=lambda writing: writing.cells)
        yield Entry(
            ("encoding", file), best.encoding, cells=sum(writing.cells for writing in found), options=ENCODINGS, sample=best.example
        )


def _lists_units(sheet: Sheet) -> bool:
    keys = {heading_key(str(cell)) for cell in sheet.rows[0]} if sheet.rows else set()
    return bool(keys & {"code", "ma", "madonvi"} and keys & {"name", "ten", "tendonvi"} and keys & {"level", "cap", "parent", "macaptren"})


def _who(
    tables: Sequence[Seen], unit_files: Sequence[Sheet], answers: Mapping[Path, Answer]
) -> tuple[list[Entry], dict[str, tuple[str, str]]]:
    """Return who reports, and the units below."""
    office = office_of([title for table in tables for title in table.heading.titles])
    if unit_files:
        return _from_unit_file(unit_files[0]), {}
    name = _one(answers.get(("name",))) or (office.name if office else None)
    initials = "".join(word[0] for word in fold(name).upper().split()) if name else None
    code: str | None = _one(answers.get(("code",))) or _code(tables) or initials
    entries = [
        Entry(("code",), code, sure=code is not None),  # a name of its own choice; no figure depends on it
        Entry(("name",), name, sure=office is not None and office.sure),
        Entry(
            ("level",),
            office.level if office else None,
            sure=office is not None and office.sure,
            options=("province", "district", "commune"),
        ),
    ]
    level = _one(answers.get(("level",))) or (office.level if office else None)
    below, units = _below(tables, name, level, code or "")
    return entries + below, units


def _one(answer: Answer | None) -> str | None:
    return answer if isinstance(answer, str) else None


def _from_unit_file(sheet: Sheet) -> list[Entry]:
    keys = [heading_key(str(cell)) for cell in sheet.rows[0]]
    rows = [dict(zip(keys, map(str, row), strict=False)) for row in sheet.rows[1:]]

    def said(row: Mapping[str, str], *names: str) -> str:
        return next((row[name].strip() for name in names if row.get(name, "").strip()), "")

    top = [row for row in rows if not said(row, "parent", "macaptren", "donvicaptren", "captren")]
    root = top[0] if len(top) == 1 else {}
    place = f"{sheet.file}#{sheet.name}" if sheet.name else sheet.file
    named = {"code": ("code", "ma", "madonvi"), "name": ("name", "ten", "tendonvi"), "level": ("level", "cap")}
    return [
        *(Entry((key,), said(root, *names) or None, sure=bool(said(root, *names))) for key, names in named.items()),
        Entry(("units_file",), place, sure=True),
    ]


def _code(tables: Sequence[Seen]) -> str | None:
    """Return the code with which the numbers of all dossiers begin, as national numbers do: H20.38-210109-0001."""
    ids = [word for table in tables if table.kind.name == "dossiers" and "dossier_id" in table.filled for word in table.words("dossier_id")]
    found = {match[1] if (match := _CODE.match(word)) else "" for word in ids}
    return found.pop() if len(found) == 1 and "" not in found else None


def _below(tables: Sequence[Seen], name: str | None, level: str | None, code: str) -> tuple[list[Entry], dict[str, tuple[str, str]]]:
    """Return the units that unit columns name: administrative ones get a code below, departments count for the reporting unit.

    A unit that cannot be below, as another district of a district, is asked about.
    """
    entries: list[Entry] = []
    units: dict[str, tuple[str, str]] = {}
    own = {fold(code), normalise_unit_name(name or "")}
    for table in tables:
        for word, cells in table.words("unit_code").items() if "unit_code" in table.filled else ():
            if not word or fold(word) in own or normalise_unit_name(word) in own or not may_be_copied(word):
                continue
            unit = next((kind for kind in LEVELS_OF_KIND if re.match(rf"(?:ubnd\s+)?{fold(kind)}\b", fold(word))), "")
            where = ("values", table.kind.name, "unit_code", word)
            if unit and not _may_be_below(level, unit):
                if where not in [e.where for e in entries]:
                    entries.append(Entry(where, None, cells=cells))
            elif unit:
                name = re.sub(rf"(?i)^(?:ubnd\s+|[ủu][ỷy]\s+ban\s+nhân\s+dân\s+)?{unit}\s+", "", word)
                if name not in units:
                    units[name] = (unit, LEVELS_OF_KIND[unit][-1])
                    entries.append(Entry(("units", name), f"{code}.{len(units):02d}", cells=cells))
            elif fold(word).startswith(_OFFICE_WORDS) and kind_of(word) not in LEVELS_OF_KIND and where not in [e.where for e in entries]:
                entries.append(Entry(where, code, cells=cells))
    for table in tables:
        lacks = units and "unit_code" not in table.filled and "unit_code" in schema_by_name(table.kind.model)
        if lacks and ("columns", table.kind.name, "unit_code") not in [e.where for e in entries]:
            entries.append(Entry(("columns", table.kind.name, "unit_code"), code, cells=len(table.records)))
    return entries, units


def _may_be_below(level: str | None, kind: str) -> bool:
    """Return whether a unit of a kind can be below a unit of a level, which may be said in Vietnamese."""
    level = LEVEL_WORDS.get(fold(level or ""), level)
    return level is None or level not in LEVELS or LEVELS.index(LEVELS_OF_KIND[kind][-1]) > LEVELS.index(level)


def _when(tables: Sequence[Seen]) -> list[Entry]:
    """Return the period and the day of export: from the titles and the foot, else from the dates."""
    named = Counter(label for table in tables if (label := period_of(table.heading.titles)))
    period = _period_over(named) if named else _period_around([day for t in tables for day in t.days([t.kind.dates.main])])
    latest = max((day for table in tables for day in table.days(table.kind.dates.facts)), default=None)
    foot = max((day for table in tables for day in days_said(table.foot)), default=None)
    sure = foot is not None and (latest is None or foot >= latest)
    # Who names a period above a table has mostly waited for its end.
    likely = [*([Period.parse(period).last] if named and period else []), *([latest] if latest else [])]
    export = foot if sure else max(likely, default=None)
    return [
        Entry(("extracted_on",), None if export is None else export.isoformat(), sure=sure),
        Entry(("period",), period, sure=len(named) == 1),
    ]


def _period_over(named: Counter[str]) -> str:
    """Return the shortest period that has a name and holds all that are named, as the sheets of three months are of a quarter."""
    periods = [Period.parse(label) for label in named]
    first, last = min(period.first for period in periods), max(period.last for period in periods)
    year = first.year
    names = [*(f"{year}-Q{n}" for n in range(1, 5)), f"{year}-H1", f"{year}-H2", f"{year}-9M", f"{year}"]
    over = [name for name in names if (whole := Period.parse(name)).first <= first and last <= whole.last]
    return named.most_common(1)[0][0] if len(named) == 1 or not over else over[0]


def _period_around(days: Sequence[date]) -> str | None:
    """Return the month, the quarter or the year in which all days lie, else the year of the last."""
    if not days:
        return None
    year, months = max(days).year, {(day.year, day.month) for day in days}
    if len(months) == 1:
        return f"{year}-{max(days).month:02d}"
    quarters = {(year, (month + 2) // 3) for year, month in months}
    return f"{year}-Q{quarters.pop()[1]}" if len(quarters) == 1 else f"{year}"


def _places(tables: Sequence[Seen], sheets: Sequence[Sheet]) -> Answer:
    """Return the files of a kind, with the sheet where the file has several; a pattern where a name carries a date or a number.

    The next export has another date in its name. A pattern is proposed where it fits no other file that is there.
    """
    several = {sheet.file for sheet in sheets if sum(other.file == sheet.file for other in sheets) > 1}
    files = {sheet.file for sheet in sheets}
    own = {table.sheet.file for table in tables}
    found = []
    for table in tables:
        file, name = table.sheet.file, table.sheet.name
        pattern = _pattern(file)
        fits = {other for other in files if fnmatchcase(other, pattern)} if pattern else set()
        alike = [other for other in tables if other.sheet.file == file and _layout(other) == _layout(table)]
        here = sum(sheet.file == file for sheet in sheets)
        sheet = "" if file not in several else f"#{EVERY}" if len(alike) == here else f"#{name}"
        found.append((pattern if fits and fits <= own else file) + sheet)
    places = tuple(dict.fromkeys(found))
    return places[0] if len(places) == 1 else places


def _pattern(file: str) -> str:
    """Return a file's name with any date or number in place of its own, ``""`` where too little would be left of it.

    >>> _pattern("DanhSachHoSo_2021_02.xlsx"), _pattern("HoSo T1-2021.csv"), _pattern("2021.csv"), _pattern("HoSo.csv")
    ('DanhSachHoSo_*.xlsx', 'HoSo T*.csv', '', '')
    """
    stem, dot, ending = file.rpartition(".")
    pattern = _NUMBERS.sub(EVERY, stem)
    return pattern + dot + ending if pattern != stem and _LETTERS.search(pattern) and not _SPECIAL.search(stem) else ""


def _layout(table: Seen) -> str:
    return fold(layout_of(table.heading.headings))


def _headings(tables: Sequence[Seen]) -> Iterator[Entry]:
    seen = set()
    meant = {heading_key(t.heading.headings[at]): name for t in tables for name, at in t.positions.items()}
    for table in tables:
        columns = tuple(spec.name for spec in schema(table.kind.model))
        for at, text in enumerate(table.heading.headings):
            if text in seen or not (at in table.guesses or at in table.passed):
                continue
            seen.add(text)
            names = table.guesses.get(at, ("",))
            elsewhere = meant.get(heading_key(text))
            if at in table.passed and elsewhere is not None and elsewhere not in table.filled:
                # A sheet in which nothing is ticked, or no word of the list stands, is read like those beside it.
                yield Entry(("headings", table.kind.name, text), elsewhere, sure=True)
                continue
            # A heading that means its column by its words only gives way to one that means it by itself.
            gives_way = at in table.passed and heading_key(text) in map(heading_key, table.kind.by_words)
            yield Entry(("headings", table.kind.name, text), BOTH.join(names), gives_way, table.said(at), columns)


def _lacking(tables: Sequence[Seen]) -> Iterator[Entry]:
    """Yield what holds for columns that the files lack: the direction by the title; an ordinary register has no secret documents."""
    if tables[0].kind.name != "documents":
        return
    if not any("direction" in table.filled for table in tables):
        said = {direction_of(table.heading.titles) or direction_of([table.sheet.name, table.sheet.file]) for table in tables}
        direction = said.pop() if len(said) == 1 else ""
        if direction:
            yield Entry(("columns", "documents", "direction"), direction, sure=True)
    if not any("secrecy" in table.filled for table in tables):
        rows = sum(len(table.records) for table in tables)
        yield Entry(("columns", "documents", "secrecy"), "none", cells=rows, options=Secrecy.labels())


def _closed(tables: Sequence[Seen]) -> list[tuple[str, type[Choice]]]:
    specs = schema(tables[0].kind.model)
    return [(s.name, s.choice) for s in specs if s.choice is not None and any(s.name in table.filled for table in tables)]


def _words(tables: Sequence[Seen], column: str, choice: type[Choice]) -> Iterator[Entry]:
    """Yield the words of a closed list that are not known, and what its empty cells mean."""
    kind = tables[0].kind.name
    counted: Counter[str] = Counter()
    for table in tables:
        if column in table.filled:
            counted += table.words(column)
    empty = counted.pop("", 0)
    codes = {word: known(tables[0].kind, column, choice, word) for word in counted}
    unknown = [word for word, code in codes.items() if not code]
    guesses = {word: guessed_code(column, choice, word) for word in unknown}
    if len(unknown) <= MOST_WORDS or all(guesses.values()):
        for word in sorted(unknown, key=lambda word: -counted[word]):
            if may_be_copied(word):
                yield Entry(("values", kind, column, word), guesses[word] or None, cells=counted[word], options=choice.labels())
    means = set(codes.values()) | set(guesses.values())
    no = "no" if choice is Flag else "none" if choice is Secrecy else ""
    if empty and no and no not in means and (counted or choice is Secrecy):
        yield Entry(("blank", kind, column), no, cells=empty, options=choice.labels())


def _seen(tables: Sequence[Seen]) -> Read:
    kind = tables[0].kind
    filled = {name for table in tables for name in table.filled}
    pairs = [(table.heading.headings[at], name) for table in tables for name, at in table.positions.items()]
    used = set(tables[0].filled.values())
    return Read(
        kind.name,
        tuple(table.place for table in tables),
        sum(len(table.records) for table in tables),
        tuple(dict.fromkeys(pairs)),
        sum(bool(text) and at not in used for at, text in enumerate(tables[0].heading.headings)),
        tuple(spec.name for spec in schema(kind.model) if spec.required and spec.name not in filled and spec.name != "unit_code"),
    )
