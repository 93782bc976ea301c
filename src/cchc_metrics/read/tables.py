"""The one path by which every table is understood, column by column; rows and files all come this way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import Final

import numpy as np

from cchc_metrics.errors import did_you_mean
from cchc_metrics.read.assumed import assume, followed, following, report_followed, row_is_id, said_by, ticked, worded
from cchc_metrics.read.cells import understand_cells
from cchc_metrics.read.checks import Finding, Given, broken, dates, duplicates
from cchc_metrics.read.dated import are_dates, of_persons
from cchc_metrics.read.doubt import NO_SIGNS, settle, settle_dates
from cchc_metrics.read.dressing import Undressed, undress
from cchc_metrics.read.findings import Findings, listed, shown
from cchc_metrics.read.headings import Matched, heading_key, layout_changes, match_headings, shows_a_person, spellings
from cchc_metrics.read.moments import understand_moments
from cchc_metrics.read.old_cells import lost_share, report_lost, report_writing
from cchc_metrics.read.raw import ABSENT, RawColumn, RawTable, TypedColumn
from cchc_metrics.read.secret import secret_rows
from cchc_metrics.read.unit_days import on_their_days
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import SECOND, Array, Columns, code_dtype, columns_from_values, encode
from cchc_metrics.records.fields import NO_DAY, CellError
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.problems import DIFFERENT_FIXES, Problems, first_rows
from cchc_metrics.records.record import schema, schema_by_name
from cchc_metrics.text import letters_lost, word_key


@dataclass(frozen=True, slots=True)
class Parsed:
    """A table that was read: the rows that count, and what was wrong with the others.

    Args:
        columns: the valid rows.
        problems: every problem; ``problems.read == len(columns) + problems.rejected`` always.
        usable: whether the table's headings could be understood. An unusable table has no rows, which is not the same as no events.
    """

    columns: Columns
    problems: Problems
    usable: bool = True


def understand(table: RawTable, kind: Kind, given: Given, own: Mapping[str, str] | None = None) -> Parsed:
    """Return the valid rows of a table as columns, and its problems.

    Each distinct cell of a column is understood once. A row is rejected once, however many problems it has. Rules about whole rows are
    checked where all cells are valid; duplicates are sought among the rows that are left; findings are about rows that count.

    Args:
        table: the table.
        kind: what its rows are.
        given: what they are compared with.
        own: the district's own headings.
    """
    findings = Findings(table.file, table.sheet)
    matched = match_headings(kind, table.headings, own, lambda at: _words(table.columns[at]), worded=given.own.values)
    matched = with_declared(kind, matched, given, findings)
    if row_is_id(kind, table):
        matched = replace(matched, missing=tuple(name for name in matched.missing if name != kind.id_columns[0]))
    findings.headings = {name: table.headings[position] for name, position in matched.positions.items()}
    tell_headings(findings, table, kind, matched)
    for code, fix in table.remarks:
        findings.add(code, fix=fix)
    kept = {name: table.columns[position] for name, position in matched.positions.items()}
    report_writing(findings, table, kept, {spec.name: spec.cell_type.name for spec in schema(kind.model)})
    if matched.of_headings:
        tell_layout(findings, table.headings, given)
    table = _with_fixes(table, matched, kind, given, findings)
    bare = undress(table, matched.positions, kind, given) if matched.usable else Undressed(table)
    table, refused = bare.table, bare.table.refused_rows
    tell_dressing(findings, bare)
    for row in table.refused:
        if row.lines > 1:
            findings.add(Code.SWALLOWED_LINES, row.row, fix=(f": {row.lines} dòng", f": {row.lines} lines"))
        else:
            findings.add(Code.WRONG_NUMBER_OF_CELLS, row.row, fix=_cells_fix(row.cells, len(table.headings)))
    if table.like_sheets:
        names = ", ".join(f"«{shown(name)}»" for name in table.like_sheets)
        every, one = (f'{kind.name} = "{shown(table.file)}#{name}"' for name in ("*", shown(table.sheet)))
        vi = f": {names}; ghi {every} dưới [files] để đọc tất cả, hoặc {one}"
        findings.add(Code.UNUSED_SHEET, fix=(vi, f": {names}; write {every} under [files] to read all, or {one}"))
    if len(table.rows) + refused == 0:
        findings.add(Code.EMPTY_TABLE)
    if not matched.usable:
        return unusable(kind, findings, len(table.rows) + refused)
    cells = {name: table.columns[position] for name, position in matched.positions.items()}
    if table.from_1904:
        cells = _counted_from_1900(cells, kind)
    report_followed(following(kind, cells, given, findings.headings), lambda name: said_by(cells[name]), given.own, findings)
    parsed = judge(table, assume(cells, table, kind, given, findings), kind, given, findings)
    return replace(parsed, columns=tidy(parsed.columns))


_BETWEEN_EPOCHS: Final = 1462
"""Days from the first day of a workbook that counts from 1900 to that of one that counts from 1904."""


def _counted_from_1900(cells: Mapping[str, RawColumn | TypedColumn], kind: Kind) -> dict[str, RawColumn | TypedColumn]:
    """Return cells in which days that stand as numbers are counted as in every other workbook."""
    found = dict(cells)
    for name, column in cells.items():
        if schema_by_name(kind.model)[name].cell_type.name == "moment" and isinstance(column, RawColumn):
            values = [value + _BETWEEN_EPOCHS if type(value) in (int, float) else value for value in column.values]
            found[name] = RawColumn(values, column.codes)
    return found


def _with_fixes(table: RawTable, matched: Matched, kind: Kind, given: Given, findings: Findings) -> RawTable:
    """Return a table with the rows that were fixed, which is reported; a fix of a row that is another one by now is not taken."""
    table, fixed, outdated = given.fixes.applied(table, matched.positions.get(kind.id_columns[0]))
    report_fixes(findings, fixed, outdated)
    return table


def report_fixes(findings: Findings, fixed: Sequence[int], outdated: Sequence[int]) -> None:
    """Add which rows were fixed, and which fixes are of rows that are others by now."""
    if fixed:
        findings.add(Code.ROWS_FIXED, fix=(f": {len(fixed)} dòng ({listed(fixed)})", f": {len(fixed)} rows ({listed(fixed)})"))
    for row in outdated:
        findings.add(Code.FIX_OUTDATED, row)


def tell_layout(findings: Findings, headings: Sequence[str], given: Given) -> None:
    """Add that a table is laid out in another way than the one for which the district declared what its headings and words mean."""
    changes = layout_changes(headings, given.own.layout) if given.own.layout else None
    if changes is None:
        return
    new, gone = changes
    vi = _named("mới", new, "cột về người") + _named("mất", gone, "cột về người") or "; các cột đổi chỗ"
    en = _named("new", new, "a column of persons") + _named("gone", gone, "a column of persons") or "; columns changed places"
    findings.add(Code.LAYOUT_CHANGED, fix=(vi, en))


def _named(word: str, headings: Sequence[str], other: str) -> str:
    """Return the headings that are new or gone, those of persons without their names."""
    named = [f"«{shown(heading)}»" for heading in headings if not heading.startswith("#")]
    listed = ", ".join([*named, *([other] if len(named) < len(headings) else [])])
    return f"; {word}: {listed}" if listed else ""


def _words(column: RawColumn | TypedColumn) -> Sequence[object]:
    return column.values if isinstance(column, RawColumn) else ()


def with_declared(kind: Kind, matched: Matched, given: Given, findings: Findings) -> Matched:
    """Return what headings mean where columns are declared for the whole file, or the only unit of the tree is assumed; it is reported."""
    for name, value in given.own.columns.items():
        used = name not in matched.positions
        code = Code.COLUMN_DECLARED if used else Code.COLUMN_DECLARED_IN_VAIN
        findings.add(code, column=name, fix=(f": {shown(value)}", f": {shown(value)}"))
    matched = replace(matched, missing=tuple(name for name in matched.missing if name not in given.own.columns))
    only = _only_unit(kind, given)
    if only is None or "unit_code" not in matched.missing:
        return matched
    findings.add(Code.UNIT_ASSUMED, fix=(f": {only}", f": {only}"))
    return replace(matched, missing=tuple(name for name in matched.missing if name != "unit_code"))


def _only_unit(kind: Kind, given: Given) -> str | None:
    """Return the code of the only unit of the tree, where there is one and rows of the kind have a unit."""
    if given.units is None or len(given.units.codes) != 1 or "unit_code" not in schema_by_name(kind.model):
        return None
    return given.units.codes[0]


def unusable(kind: Kind, findings: Findings, rows: int) -> Parsed:
    """Return what a table of so many rows says whose headings cannot be understood: nothing."""
    nothing = columns_from_values(kind.model, {spec.name: [] for spec in schema(kind.model)}, file=findings.file)
    return Parsed(nothing, findings.problems(rows, rows), usable=False)


def judge(table: RawTable, cells: Mapping[str, RawColumn | TypedColumn], kind: Kind, given: Given, findings: Findings) -> Parsed:
    """Return the valid rows of a table whose headings are understood, and the findings with those about its cells and rows.

    Args:
        table: the table; refused rows count as read and rejected.
        cells: canonical column → its cells.
        kind: what the rows are.
        given: what they are compared with.
        findings: what was found before, to which the rest is added.
    """
    n, refused = len(table.rows), table.refused_rows
    findings.verdicts = given.verdicts
    cells = {name: _as_ids(column) if schema_by_name(kind.model)[name].cell_type.name == "id" else column for name, column in cells.items()}
    cells = ticked(cells, findings.headings, kind)
    filled = followed(cells, kind, given, findings.headings)
    sources = {rule.column: findings.headings[rule.source] for rule in kind.follows if rule.source in findings.headings}
    findings.headings = {**findings.headings, **{name: sources[name] for name in filled if name not in cells and name in sources}}
    cells = worded(given.own.applied(filled, kind, n), kind)
    only = _only_unit(kind, given)
    if only is not None and "unit_code" not in cells:
        cells["unit_code"] = RawColumn([only], np.zeros(n, dtype=np.int32))
    findings.secret = secret_rows(cells, kind)
    if table.secret is not None:
        findings.secret = table.secret if findings.secret is None else table.secret | findings.secret
    columns, bad, ids = _understand_cells(cells, table, kind, given, findings)
    report_lost(findings, columns, table.rows, bad)
    valid = _check_rows(columns, ids, bad, kind, given, _Teller(findings, table, cells))
    if given.verdicts is not None:
        given.verdicts.rows(columns, valid)
    kept = columns if valid is None else columns.take(valid)
    return Parsed(kept, findings.problems(n + refused, n + refused - len(kept)))


def _as_ids(column: RawColumn | TypedColumn) -> RawColumn | TypedColumn:
    found = column.ids() if isinstance(column, RawColumn) else None
    return column if found is None else found


def tidy(columns: Columns) -> Columns:
    """Return columns without labels that no row has and without times of day that no row has, as ``columns_of`` would make them."""
    arrays, labels = dict(columns.arrays), dict(columns.labels)
    for spec in schema(columns.model):
        name = spec.name
        if spec.cell_type.name in ("unit", "label") and name in arrays:
            used = np.bincount(arrays[name], minlength=len(labels[name])) > 0
            if not used.all():
                texts = tuple(text for text, kept in zip(labels[name], used.tolist(), strict=True) if kept)
                arrays[name] = (np.cumsum(used) - 1)[arrays[name]].astype(code_dtype(len(texts)))
                labels[name] = texts or ("",)
        elif name + SECOND in arrays and not (arrays[name + SECOND] >= 0).any():
            del arrays[name + SECOND]
    return replace(columns, arrays=arrays, labels=labels)


def _understand_cells(
    cells: Mapping[str, RawColumn | TypedColumn], table: RawTable, kind: Kind, given: Given, findings: Findings
) -> tuple[Columns, Array, dict[str, Array]]:
    """Return every row as columns, bad cells with a stand-in; the mask of the rows that have one; numbers that tell identifiers apart."""
    arrays: dict[str, Array] = {}
    labels: dict[str, tuple[str, ...]] = {}
    ids: dict[str, Array] = {}
    bad = np.zeros(len(table.rows), dtype=bool)
    for spec in schema(kind.model):
        if spec.name not in cells:
            continue
        column = cells[spec.name]
        if isinstance(column, TypedColumn):
            arrays.update({spec.name + suffix: array for suffix, array in column.arrays.items()})
            for code, where in column.errors.items():
                bad[where] = True
                findings.add_rows(code, table.rows, where, spec.name, column.cell)
            continue
        if spec.cell_type.name == "moment":
            found = settle_dates(column, understand_moments(spec, column), table.signs.get(spec.name, NO_SIGNS))
            arrays[spec.name], seconds = found.rows(column)
            if (found.found.seconds >= 0).any():
                arrays[spec.name + SECOND] = seconds
            for code, where, reason in found.wrong():
                bad[where] = True
                _tell(findings, code, spec.name, column, reason, table.rows, where)
            continue
        values, errors = understand_cells(spec, column.values, given)
        values, errors = settle(spec, column, values, errors, table.signs.get(spec.name, NO_SIGNS))
        if spec.cell_type.name == "id":
            ids[spec.name] = _numbered(column, values, errors)
        if spec.cell_type.name == "unit" and given.units is not None:
            days = partial(_main_days, cells, kind, len(table.rows))
            column, values = on_their_days(column, values, errors, given.units, days)
        if errors:
            for code in dict.fromkeys(error.code for error in errors.values()):
                mask = np.zeros(len(column.values), dtype=bool)
                mask[[at for at, error in errors.items() if error.code == code]] = True
                where = np.flatnonzero(mask[column.codes])
                bad[where] = True
                if code is Code.UNKNOWN_CODE and spec.choice is not None:
                    _tell_words(findings, kind, spec.name, column, errors, table.rows, where)
                else:
                    _tell(findings, code, spec.name, column, partial(_reason, column.codes, errors), table.rows, where)
        distinct: dict[str, Array] = {}
        encode(spec, values, distinct, labels)
        for name, array in distinct.items():
            arrays[name] = column.spread(array)
    headings = {name: shown(heading) for name, heading in findings.headings.items() if heading != name}
    columns = Columns(kind.model, arrays, labels, table.file, table.rows, sheet=findings.sheet, headings=headings)
    return columns, bad, ids


def _numbered(column: RawColumn, values: Sequence[str], errors: Mapping[int, CellError]) -> Array:
    """Return for each row a number ≥ 0; the numbers of rows without an error are equal exactly where their values are."""
    if values is not column.values:
        written = list(column.values)
        for at in errors:
            written[at] = values[at]
        if written != values:
            first: dict[str, int] = {}
            return np.fromiter(map(first.setdefault, values, range(len(values))), dtype=np.int32, count=len(values))[column.codes]
    return column.codes


def _main_days(cells: Mapping[str, RawColumn | TypedColumn], kind: Kind, rows: int) -> Array:
    """Return the main date of each row, ``NO_DAY`` where there is none or it cannot be understood."""
    main = kind.dates.main
    if main not in cells:
        return np.full(rows, NO_DAY, dtype=np.int32)
    column = cells[main]
    if isinstance(column, TypedColumn):
        return column.arrays[""]
    return understand_moments(schema_by_name(kind.model)[main], column).rows(column)[0]


def _reason(codes: Array, errors: Mapping[int, CellError], row: int) -> CellError:
    return errors[int(codes[row])]


def _tell(
    findings: Findings,
    code: Code,
    name: str,
    column: RawColumn,
    reason: Callable[[int], CellError],
    rows: Array | range,
    where: Array,
) -> None:
    """Add rows with a bad cell; the same reason has the same fix."""
    fixes: dict[int, tuple[str, str]] = {}

    def fix(at: int) -> tuple[str, str]:
        error = reason(at)
        if id(error) not in fixes:
            fixes[id(error)] = error.fix if len(fixes) < DIFFERENT_FIXES else ("", "")
        return fixes[id(error)]

    findings.add_rows(code, rows, where, name, lambda at: None if column.cell(at) is ABSENT else column.cell(at), fix)


def _tell_words(
    findings: Findings, kind: Kind, name: str, column: RawColumn, errors: Mapping[int, CellError], rows: Array | range, where: Array
) -> None:
    """Add one problem for each word that a closed list does not have, in the order in which they first stand in the table."""
    if not len(where):  # words that no row has
        return
    where = first_rows(where, rows, len(where))
    cells = column.codes[where]
    number = np.zeros(len(column.values), dtype=np.int64)
    words: dict[str, int] = {}
    for at in np.unique(cells).tolist():
        number[at] = words.setdefault(word_key(shown(column.values[at])), len(words))
    order = np.argsort(number[cells], kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(number[cells]))[:-1])
    told = 0
    for group in sorted(groups, key=lambda group: int(group[0])):
        first = int(cells[group[0]])
        fix = partial(_word_fix, kind, name, column.values[first], errors[first]) if told < DIFFERENT_FIXES else lambda: ("", "")
        told += findings.add_word(Code.UNKNOWN_CODE, rows, where[group], name, column.cell, fix)


def _word_fix(kind: Kind, name: str, cell: object, error: CellError) -> tuple[str, str]:
    vi, en = error.fix
    line = f'"{shown(cell)}" = "…"'
    return (
        f"{vi}; hoặc khai báo {line} dưới [values.{kind.name}.{name}]",
        f"{en}; or declare {line} under [values.{kind.name}.{name}]",
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Teller:
    """Tells findings about rows, with the cell as it was written."""

    findings: Findings
    table: RawTable
    cells: Mapping[str, RawColumn | TypedColumn]

    def tell(self, found: Finding, rows: Array | None) -> None:
        """Add a finding about ``rows[found.where]``, positions in the table; None for all rows."""
        where = found.where if rows is None else rows[found.where]
        self.findings.add_rows(found.code, self.table.rows, where, found.column, lambda at: self._cell(found.column, at))

    def _cell(self, name: str, at: int) -> object:
        column = self.cells.get(name)
        if column is None or column.cell(at) is ABSENT:
            return None
        return column.cell(at)


def _check_rows(columns: Columns, ids: Mapping[str, Array], bad: Array, kind: Kind, given: Given, teller: _Teller) -> Array | None:
    """Return the ascending positions of the rows that count, None for all; ``bad`` is the mask of those that have a bad cell."""
    names = [name for name in kind.id_columns if schema_by_name(kind.model)[name].cell_type.name == "id"]
    slim = reduce(lambda left, name: left.without(name), names, columns)  # identifiers are looked at below, where they are
    found_by_rules = broken(slim, kind.model.checks)
    if bad.any():  # the stand-in of a bad cell breaks no rule
        found_by_rules = [replace(found, where=found.where[~bad[found.where]]) for found in found_by_rules]
    errors = [found for found in found_by_rules if found.code.severity == "error"]
    for found in errors:
        teller.tell(found, None)
    kept = _all_but([np.flatnonzero(bad), *(found.where for found in errors)], None, len(columns))
    alike = _alike(teller.cells, kind)
    if not given.part and (alike is None or len(alike)):
        left = np.arange(len(columns)) if kept is None else kept
        if alike is not None:
            mask = np.zeros(len(columns), dtype=bool)
            mask[alike] = True
            left = left[mask[left]]
        repeated = list(duplicates(columns, left, kind, {name: number[left] for name, number in ids.items()}))
        for found in repeated:
            teller.tell(found, left)
        kept = _all_but([left[found.where] for found in repeated], kept, len(columns))
    counts = np.zeros(len(columns), dtype=bool)
    counts[slice(None) if kept is None else kept] = True
    for found in (*found_by_rules, *dates(slim, kind, given)):
        if found.code.severity != "error":
            teller.tell(replace(found, where=found.where[counts[found.where]]), None)
    return kept


def _all_but(rejected: Sequence[Array], kept: Array | None, rows: int) -> Array | None:
    """Return the ascending positions that are kept and not rejected, None for all rows."""
    if not any(len(where) for where in rejected):
        return kept
    left = np.zeros(rows, dtype=bool)
    left[slice(None) if kept is None else kept] = True
    for where in rejected:
        left[where] = False
    return np.flatnonzero(left)


def _alike(cells: Mapping[str, RawColumn | TypedColumn], kind: Kind) -> Array | None:
    """Return the rows among which are all that repeat the id of another, as far as a column tells; None where none does.

    There are none where a part of the id is not here to be looked at.
    """
    columns = [cells.get(name) for name in kind.id_columns if schema_by_name(kind.model)[name].required]
    if any(column is None for column in columns):
        return np.zeros(0, dtype=np.int64)
    known = [column.alike for column in columns if isinstance(column, TypedColumn) and column.alike is not None]
    return min(known, key=len, default=None)


def tell_dressing(findings: Findings, bare: Undressed) -> None:
    """Add which rows of a table are no records, by their numbers only, and which may be totals."""
    if bare.dressing:
        rows = listed(bare.dressing)
        findings.add(Code.DRESSING_ROWS, fix=(f": {len(bare.dressing)} dòng ({rows})", f": {len(bare.dressing)} rows ({rows})"))
    for name, where in (bare.totals or {}).items():
        findings.add_rows(Code.TOTAL_IN_DOUBT, bare.table.rows, where, name, lambda _: None)


def tell_headings(findings: Findings, table: RawTable, kind: Kind, matched: Matched) -> None:
    """Add what is wrong with the headings of a table."""
    row = table.heading_row

    def name(position: int) -> str:
        heading = table.headings[position]
        hidden = shows_a_person(heading) or not (matched.of_headings or position in known)
        return column_letters(position) if hidden else shown(heading) or column_letters(position)

    known = set(matched.positions.values())
    for position, heading in enumerate(table.headings):
        if lost := letters_lost(heading):
            findings.add(Code.LETTERS_LOST, row, name(position), fix=lost_share(lost, sum(map(str.isalpha, heading))))
    for column, headings in matched.duplicates:
        listed = ", ".join(f"«{shown(h)}»" for h in headings)
        fix = (
            f': {listed}; bỏ bớt một cột, hoặc ghi "{shown(headings[-1])}" = "" dưới [headings.{kind.name}]',
            f': {listed}; remove one, or write "{shown(headings[-1])}" = "" under [headings.{kind.name}]',
        )
        if len(set(map(heading_key, headings))) < len(headings):  # which no line can tell apart
            fix = (f": {listed}; đổi tên hoặc bỏ một cột", f": {listed}; rename or remove one")
        findings.add(Code.DUPLICATE_HEADING, row, column, fix=fix)
    for heading, columns, beside in matched.doubtful:
        listed = ", ".join(f"«{shown(h)}»" for h in beside)
        lines = [f'"{shown(heading)}" = "{column}"' for column in (*columns, "")]
        fix = (
            f": cạnh {listed} có thể là {' hoặc '.join(columns)}; ghi {' hoặc '.join(lines)} dưới [headings.{kind.name}] của district.toml",
            f": beside {listed} it can be {' or '.join(columns)}; write {' or '.join(lines)} under [headings.{kind.name}] in district.toml",
        )
        findings.add(Code.AMBIGUOUS_HEADING, row, shown(heading), fix=fix)
    unknown = [table.headings[position] for position, _ in matched.unknown if name(position) == shown(table.headings[position])]
    if not matched.of_headings:
        findings.add(Code.NO_HEADING_ROW, row)
    for column in matched.missing:
        near = next(filter(None, (did_you_mean(spelling, unknown) for spelling in spellings(kind, column))), "")
        reported = shown(near) or "…"
        fix = (
            f'; nếu là cột «{reported}», ghi "{reported}" = "{column}" dưới [headings.{kind.name}] trong district.toml',
            f'; if it is the column «{reported}», write "{reported}" = "{column}" under [headings.{kind.name}] in district.toml',
        )
        if column == "unit_code":
            whole = f'[columns.{kind.name}] unit_code = "…"'
            fix = (f"{fix[0]}; nếu cả tệp là của một đơn vị: {whole}", f"{fix[1]}; if the whole file is of one unit: {whole}")
        findings.add(Code.MISSING_HEADING, row, column, fix=fix)
    free = [spec.name for spec in schema(kind.model) if spec.cell_type.name == "moment" and spec.name not in matched.positions]
    for position, _ in matched.unknown:
        cells = table.columns.get(position)
        dated = position in table.dated or (isinstance(cells, RawColumn) and are_dates(cells.values))
        if dated and not of_persons(table.headings[position]):
            named = name(position)
            meant = ", ".join(free) or "…"
            fix = (
                f'; nếu là {meant}: ghi "{named}" = "…" dưới [headings.{kind.name}]; nếu không cần: "{named}" = ""',
                f'; if it is {meant}, write "{named}" = "…" under [headings.{kind.name}]; if it is not needed, "{named}" = ""',
            )
            findings.add(Code.UNUSED_DATE_COLUMN, row, named, fix=fix if matched.of_headings else ("", ""))
    for position, near in matched.unknown:
        tail = (f"; có phải «{near}»?", f"; did you mean «{near}»?") if near and matched.of_headings else ("", "")
        findings.add(Code.UNKNOWN_HEADING, row, name(position), fix=tail)


def column_letters(position: int) -> str:
    """Return how a spreadsheet names a column, counted from 0.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _cells_fix(cells: int, headings: int) -> tuple[str, str]:
    if not cells:
        return "; dấu nháy kép đặt sai chỗ", "; a quotation mark is out of place"
    return f": {cells} ô, {headings} cột", f": {cells} cells, {headings} columns"
