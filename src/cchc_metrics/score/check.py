"""What is wrong with a scheme though it can be read: totals, bands, points that nobody can reach, ids, sources. Each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from cchc_metrics.arguments import public
from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.declared.lines import Path
from cchc_metrics.score.base import Code, Shape
from cchc_metrics.score.intervals import gaps, overlaps
from cchc_metrics.score.scheme import Component, Criterion, Field, Scheme, place_of
from cchc_metrics.tables.numbers import exact_text
from cchc_metrics.values import Better, Scale, Text

_MISTAKES = frozenset(
    {"total", "duplicate_id", "gap", "overlap", "unreachable", "above_maximum", "two_kinds", "unknown_id", "small_percent"}
)


@dataclass(frozen=True, slots=True)
class SchemeFinding:
    """Something about a scheme that its author should look at.

    Args:
        code: ``total``: parts do not add up to a declared maximum. ``duplicate_id``. ``gap``, ``overlap``, ``small_percent``: of bands.
            ``unreachable``: no input earns the maximum, or a band can never be reached. ``above_maximum``: an input earns more.
            ``two_kinds``: rules read one input as different things. ``unknown_id``: a gate names what there is not. And, as notes:
            ``no_source``; ``no_case``: what 0/0 earns is not said; ``no_maximum``: not known;
            ``doubtful_percent``: a bound from which on a rate earns more is 1 % or less.
        path: see ``Path``.
        place: the same for a reader.
        text: what it is.

    >>> from cchc_metrics.score import qd766
    >>> [str(f) for f in check_scheme(qd766()) if f.code == "no_maximum"][0]
    'fields[4].criteria[1].components[1] «3.1»: chưa có điểm tối đa | the maximum is not known'
    """

    code: Code
    path: Path
    place: str
    text: Text

    @property
    def mistake(self) -> bool:
        """Whether it is a mistake, for which ``load_scheme`` refuses the scheme; else a note."""
        return self.code in _MISTAKES

    def __str__(self) -> str:
        return f"{self.place}: {self.text.vi} | {self.text.en}"


@public
def check_scheme(scheme: Scheme, catalogue: Catalogue | None = None) -> list[SchemeFinding]:
    """Return everything about a scheme that does not fit together, in the order of the scheme.

    Args:
        scheme: the scheme.
        catalogue: the indicators that its inputs are measured by; the packaged ones by default. Bounds are doubted of rates of which more
            is better, and of inputs that no known indicator measures.

    >>> from cchc_metrics.score import commune_example
    >>> check_scheme(commune_example())
    []
    """
    found = [*_ids(scheme), *_totals(scheme), *_grades(scheme), *_kinds(scheme), *_doubtful(scheme, catalogue or default_catalogue())]
    for path, item in scheme.items():
        if isinstance(item, Component):
            found += _component(path, item, _kind_of_field(scheme, path))
            if not item.source and not _source_above(scheme, path):
                found.append(_Found("no_source", path, "chưa ghi nguồn", "no source is given"))
    findings = [SchemeFinding(f.code, f.path, place_of(scheme, f.path), Text(f.vi, f.en)) for f in found]
    order = {path: n for n, (path, _) in enumerate(scheme.items())}
    return sorted(findings, key=lambda f: max((n for path, n in order.items() if f.path[: len(path)] == path), default=-1))


@dataclass(frozen=True, slots=True)
class _Found:
    code: Code
    path: Path
    vi: str
    en: str


def _ids(scheme: Scheme) -> Iterator[_Found]:
    first: dict[str, Path] = {}
    items: list[tuple[Path, str]] = [(path, item.id) for path, item in scheme.items()]
    for path, name in items:
        if name in first:
            where = place_of(scheme, first[name])
            yield _Found("duplicate_id", (*path, "id"), f"mã đã dùng ở {where}", f"the id is already at {where}")
        first.setdefault(name, path)
    grades: set[str] = set()
    for n, grade in enumerate(scheme.bands):
        if grade.id in grades:
            yield _Found("duplicate_id", ("bands", n, "id"), f"xếp loại «{grade.id}» lặp lại", f"band «{grade.id}» occurs twice")
        grades.add(grade.id)
    ids = {"field": {f.id for f in scheme.fields}, "criterion": {c.id for f in scheme.fields for c in f.criteria}}
    for n, gate in enumerate(scheme.gates):
        if gate.best not in grades:
            yield _Found("unknown_id", ("gates", n, "best"), f"không có xếp loại «{gate.best}»", f"there is no band «{gate.best}»")
        for m, name in enumerate(gate.ids):
            if name not in ids[gate.of]:
                yield _Found("unknown_id", ("gates", n, "ids", m), f"không có «{name}»", f"there is no {gate.of} «{name}»")


def _totals(scheme: Scheme) -> Iterator[_Found]:
    whole = scheme.model_copy(update={"max": None}).full
    if scheme.max is not None and whole is not None and scheme.max != whole:
        yield _adds_up(("max",), "các lĩnh vực", "the fields", whole, scheme.max)
    for path, item in scheme.items():
        if item.max is None:
            continue
        if isinstance(item, Field):
            parts = item.model_copy(update={"max": None}).full
            if parts is not None and parts != item.max:
                yield _adds_up((*path, "max"), "các tiêu chí", "the criteria", parts, item.max)
        elif isinstance(item, Criterion) and item.components:
            parts = item.model_copy(update={"max": None}).full
            known = sum((part.max for part in item.components if part.max is not None), Fraction(0))
            if (parts is not None and parts != item.max) or known > item.max:
                yield _adds_up((*path, "max"), "các tiêu chí thành phần", "the components", known, item.max)


def _adds_up(path: Path, vi: str, en: str, parts: Fraction, declared: Fraction) -> _Found:
    a, b = exact_text(parts), exact_text(declared)
    return _Found("total", path, f"{vi} cộng lại {a}, không phải {b}", f"{en} add up to {a}, not {b}")


def _grades(scheme: Scheme) -> Iterator[_Found]:
    if not scheme.bands:
        return
    highest = Fraction(100) if scheme.bands_on == "percent" else scheme.full
    if scheme.bands_on == "percent":
        for n, band in enumerate(scheme.bands):
            end = next((e for e in (band.at_least, band.more_than, band.at_most, band.less_than) if e is not None and 0 < e < 1), None)
            if end is not None:
                vi, en = f"{exact_text(end)} là phần trăm, trên thang 100: viết 95", f"{exact_text(end)} is a percentage, of 100: write 95"
                yield _Found("small_percent", ("bands", n), f"{vi}, không viết 0,95", f"{en}, not 0.95")
    if highest is not None:
        for gap in gaps(scheme.bands, Fraction(0), highest):
            yield _Found("gap", ("bands",), f"không xếp loại nào chứa {gap.vi}", f"no band holds {gap.en}")
    for a, b, shared in overlaps(scheme.bands):
        other = scheme.bands[a]
        yield _Found("overlap", ("bands", b), f"trùng với «{other.vi}» ở {shared.vi}", f"shares {shared.en} with «{other.en}»")


def _kinds(scheme: Scheme) -> Iterator[_Found]:
    first: dict[str, str] = {}
    for leaf in scheme.leaves():
        for need in leaf.component.needs():
            kind = first.setdefault(need.name, need.kind)
            if kind != need.kind:
                yield _Found(
                    "two_kinds",
                    (*leaf.path, "rule"),
                    f"«{need.name}» ở đây là {need.kind}, nơi khác là {kind}",
                    f"«{need.name}» is a {need.kind} here and a {kind} elsewhere",
                )


def _doubtful(scheme: Scheme, catalogue: Catalogue) -> Iterator[_Found]:
    """Yield bounds such as 0,95 of rates that should be high: a spreadsheet holds 95 % so, and here it is less than one percent."""
    for leaf in scheme.leaves():
        if leaf.component.rule is None:
            continue
        for path, rule in _rules_in((*leaf.path, "rule"), leaf.component.rule):
            name = next((need.name for need in rule.needs()), "") or leaf.component.id
            indicator = catalogue.indicators.get(scheme.indicators.get(name, ""))
            if indicator is not None and (indicator.scale, indicator.better) != (Scale.PERCENT, Better.HIGHER):
                continue
            for tail, bound in rule.rising():
                if 0 < bound <= 1:
                    small, hundred = exact_text(bound), exact_text(100 * bound)
                    yield _Found(
                        "doubtful_percent",
                        (*path, *tail),
                        f"với một tỷ lệ, {small} ở đây là {small} %; viết {hundred} nếu là {hundred} %",
                        f"of a rate {small} is {small} % here; write {hundred} if {hundred} % is meant",
                    )


def _rules_in(path: Path, rule: Shape) -> Iterator[tuple[Path, Shape]]:
    """Yield a rule and those inside it, each with its place."""
    yield path, rule
    for part in rule.inner():
        yield from _rules_in((*path, *part.path), part.rule)


def _kind_of_field(scheme: Scheme, path: Path) -> str:
    return scheme.fields[int(path[1])].kind


def _source_above(scheme: Scheme, path: Path) -> bool:
    field = scheme.fields[int(path[1])]
    return bool(field.source or (len(path) > 4 and field.criteria[int(path[3])].source))


def _component(path: Path, item: Component, kind: str) -> Iterator[_Found]:
    if item.rule is None:
        return
    if item.full is None:
        yield _Found("no_maximum", path, "chưa có điểm tối đa", "the maximum is not known")
    else:
        yield from _fits((*path, "rule"), item.rule, item.full, must_reach=kind != "penalty")
    if item.no_case is None and _may_have_no_cases(item.rule):
        yield _Found("no_case", path, "chưa nêu điểm khi không phát sinh (no_case)", "what no cases earn is not said (no_case)")
    yield from _rule((*path, "rule"), item.rule)


def _fits(path: Path, rule: Shape, maximum: Fraction, *, must_reach: bool) -> Iterator[_Found]:
    best = rule.bounds(maximum).high
    a, b = exact_text(best), exact_text(maximum)
    if best > maximum:
        yield _Found("above_maximum", path, f"có thể đạt {a}, hơn tối đa {b}", f"can earn {a}, more than the maximum {b}")
    elif best < maximum and must_reach:
        yield _Found("unreachable", path, f"nhiều nhất đạt {a}, tối đa {b}", f"earns {a} at most, the maximum is {b}")


def _may_have_no_cases(rule: Shape) -> bool:
    return rule.no_cases or any(not part.no_case_said and _may_have_no_cases(part.rule) for part in rule.inner())


def _rule(path: Path, rule: Shape) -> Iterator[_Found]:
    """Yield what is wrong in a rule and in those inside it."""
    for code, tail, text in rule.checks():
        yield _Found(code, (*path, *tail), text.vi, text.en)
    for part in rule.inner():
        if part.max is not None:
            yield from _fits((*path, *part.path), part.rule, part.max, must_reach=True)
        yield from _rule((*path, *part.path), part.rule)
