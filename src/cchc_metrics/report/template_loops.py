"""Loops of an office's own Word document, as docxtpl writes them: a row of a table, or a paragraph, for each unit.

A document with loops is written out first, as one in which every name says its unit; then it is filled as any other. What is
not ours of it is a Jinja template, which is rendered in a sandbox: a document that came by mail can loop and ask, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from cchc_metrics.errors import InputError
from cchc_metrics.reference.unit import Unit
from cchc_metrics.report.template_document import paragraphs, text_parts
from cchc_metrics.report.template_names import FACTS
from cchc_metrics.report.template_parts import NAME, Package
from cchc_metrics.report.template_xml import Edits, replace_text
from cchc_metrics.text import Text, fold

_LOOP: Final = re.compile(r"\{%\w*\s*for\s+([\w\s,]+?)\s+in\b")
_ROOT: Final = re.compile(r"\s*([^\W\d]\w*)\s*(?:[.\[|(].*)?", re.DOTALL)
_RENDERED: Final = ("header", "footer", "footnotes")
_UNIT_KEYS: Final = ("unit", fold("đơn vị"))


@dataclass(frozen=True, slots=True)
class UnitOfLoop:
    """A unit as loops see it.

    Args:
        code, name, full_name: as in the list of units.
        level: province, district or commune.
    """

    code: str
    name: str
    full_name: str
    level: str

    @classmethod
    def of(cls, unit: Unit) -> UnitOfLoop:
        """Return what loops see of a unit."""
        return cls(_no_name(unit.code), _no_name(unit.name), _no_name(unit.full_name), unit.level)


def has_loops(package: Package) -> bool:
    """Return whether a document has something that Jinja has to say."""
    return any("{%" in text.text for part in text_parts(package) for text in paragraphs(part, package.read(part), package.main))


def written_out(package: Package, units: Sequence[Unit], check: Callable[[str, Text], None]) -> Package:
    """Return a document without loops: what stood in them stands there for each unit.

    Args:
        package: the document.
        units: what ``units`` is in it.
        check: takes each name that says a unit of a loop, for any unit, and where it stands.

    Raises:
        InputError: the extra ``word`` is not installed, or Jinja does not understand the loops.
    """
    try:
        from docxtpl import DocxTemplate  # noqa: PLC0415  needs the extra
        from jinja2 import StrictUndefined, TemplateError  # noqa: PLC0415  comes with it
        from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415  comes with it
    except ModuleNotFoundError:
        raise InputError(
            'thiếu phần bổ trợ "word" để lặp trong mẫu; cài: pip install "cchc-metrics[word]"',
            'loops in a form need the extra "word"; install: pip install "cchc-metrics[word]"',
        ) from None
    names: list[tuple[str, str]] = []
    changed = {
        part: _with_calls(package, part, names, units[0].code if units else "", check)
        for part in text_parts(package)
        if part == package.main or part.rpartition("/")[2].startswith(_RENDERED)
    }
    template = DocxTemplate(BytesIO(package.written(changed)))

    def name(number: int, unit: object = None) -> str:
        before, after = names[number]
        if not after:
            return before
        if not isinstance(unit, UnitOfLoop):
            raise TemplateError("unit= names something that is no unit")
        return f"{before}{unit.code}{after}"

    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    try:
        template.render({"units": [UnitOfLoop.of(unit) for unit in units], "cchc_name": name}, environment)
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise InputError(f"không hiểu vòng lặp của mẫu: {error}", f"the loops of the form are not understood: {error}") from error
    made = BytesIO()
    template.save(made)
    return _same_day(Package.of(made.getvalue()))


def _with_calls(package: Package, part: str, names: list[tuple[str, str]], any_unit: str, check: Callable[[str, Text], None]) -> bytes:
    """Return a part in which our names are calls that give them back, with the unit of the loop in place of its variable."""
    data, edits = package.read(part), Edits()
    found = paragraphs(part, data, package.main)
    variables = {word for text in found for loop in _LOOP.findall(text.text) for word in re.split(r"[\s,]+", loop) if word}
    if wrong := variables & {*FACTS}:
        word = min(wrong)
        raise InputError(
            f"vòng lặp không đặt biến tên «{word}», vì {{{{{word}}}}} là một tên; đặt «u»",
            f"a loop cannot call its variable «{word}», since {{{{{word}}}}} is a name; call it «u»",
        )
    for text in found:
        place = Text(text.where, text.where_en)

        def call(match: re.Match[str], where: Text = place) -> str:
            root = _ROOT.fullmatch(match[1])
            if root is not None and root[1] in {*variables, "loop", "units"}:
                return match[0]
            parts = match[1].split("|")
            for at, said in enumerate(parts):
                key, equals, value = said.partition("=")
                if equals and fold(key.strip()) in _UNIT_KEYS and value.strip() in variables:
                    before, after = "|".join([*parts[:at], f"{key.strip()}="]), "|".join(["", *parts[at + 1 :]])
                    check(f"{before}{any_unit}{after}", where)
                    names.append(("{{" + before, after + "}}"))
                    return f"{{{{ cchc_name({len(names) - 1}, {value.strip()}) }}}}"
            check(match[1], where)
            names.append((match[0], ""))
            return f"{{{{ cchc_name({len(names) - 1}) }}}}"

        if "{{" in text.text:
            replace_text(data, text.leaves, NAME, call, edits)
    return edits.applied(data)


def _no_name(text: str) -> str:
    """Return a text from the list of units in which nothing looks like a name."""
    return re.sub(r"([{}])(?=[{}_%#])", r"\1 ", text)


def _same_day(package: Package) -> Package:
    """Return the parts dated alike: the day of the writing would make every file another."""
    for entry in package.entries:
        entry.date_time = (1980, 1, 1, 0, 0, 0)
    return package
