"""Mutants of a module: each is its syntax tree with one small mistake, known by file, function and what was changed.

A mutant has the same name as long as its function stands as it does, wherever in the file: a sample by name stays the same.

What is never changed, because no answer follows from it: docstrings, annotations, decorators, texts of messages and what is said of an
error, ``__repr__`` and ``__hash__``, and arguments that choose speed, memory or form (``dtype``, ``strict``, ``slots`` …).
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import CodeType
from typing import Final

_COMPARED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_COMPUTED: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_PAIRS: Final = (("min", "max"), ("any", "all"), ("minimum", "maximum"), ("floor", "ceil"), ("first", "last"))
_SWAPPED: Final = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])}
_OF_FORM: Final = {"dtype", "strict", "slots", "frozen", "eq", "copy", "maxsize", "writeable", "ensure_ascii", "indent", "vi", "en"}
_SILENT: Final = {"__repr__", "__hash__", "_repr_html_", "__reduce__", "vi", "en"}
_SAID: Final = {"Text", "TypeVar", "cast", "suggestion", "TypeAdapter", "Meaning", "Hint"}
_SKIPPED_FIELDS: Final = {"annotation", "returns", "decorator_list", "type_comment", "ctx", "type_params"}
_LONGEST: Final = 150


@dataclass(frozen=True, slots=True, eq=False)
class Mutant:
    """One mistake.

    Args:
        file: path of the module from the folder of the package.
        function: qualified name of the function; ``""`` at the level of the module, the class's name in its body.
        change: what was changed into what.
        nth: how many of the same name stand before it.
        lines: first and last line of the statement it stands in.
        at_import: whether it is met when the module is imported, not when a function is called.
    """

    file: str
    function: str
    change: str
    nth: int
    lines: tuple[int, int]
    at_import: bool
    _tree: ast.Module
    _owner: ast.AST
    _field: str
    _index: int | None
    _new: ast.AST | None

    @property
    def name(self) -> str:
        """What it is known by."""
        return f"{self.file} :: {self.function} :: {self.change}" + (f" #{self.nth}" if self.nth else "")

    def rank(self, seed: str) -> str:
        """Return its place in the order in which samples are drawn."""
        return sha256(f"{seed} {self.name}".encode()).hexdigest()

    def code(self, path: Path) -> CodeType:
        """Return the compiled module with the mistake."""
        held = getattr(self._owner, self._field)
        if self._index is None:
            setattr(self._owner, self._field, self._new)
        else:
            put = [self._new] if self._new is not None else []
            setattr(self._owner, self._field, [*held[: self._index], *put, *held[self._index + 1 :]])
        try:
            return compile(ast.fix_missing_locations(self._tree), str(path), "exec", dont_inherit=True)
        finally:
            setattr(self._owner, self._field, held)


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where the walk is: the names of the classes and functions around, the statement's lines, and whether a function's body is around."""

    names: tuple[str, ...] = ()
    lines: tuple[int, int] = (1, 1)
    inside: bool = False


def mutants_of(source: str, file: str) -> list[Mutant]:
    """Return every mutant of a module's source."""
    tree = ast.parse(source)
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for owner, field, index, new, change, scope in _walk(tree, _Scope()):
        function, said = ".".join(scope.names), " ".join(change.split())
        said = said if len(said) <= _LONGEST else said[: _LONGEST - 9] + "…" + sha256(said.encode()).hexdigest()[:8]
        key = (function, said)
        found.append(Mutant(file, function, said, seen[key], scope.lines, not scope.inside, tree, owner, field, index, new))
        seen[key] += 1
    return found


_Site = tuple[ast.AST, str, int | None, ast.AST | None, str, _Scope]


def _walk(node: ast.AST, scope: _Scope) -> Iterator[_Site]:
    """Yield where and how the tree below a node can be changed."""
    for field, value in ast.iter_fields(node):
        if field in _SKIPPED_FIELDS:
            continue
        inner = scope
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and field == "body":
            inner = _Scope((*scope.names, node.name), scope.lines, inside=scope.inside or isinstance(node, ast.FunctionDef))
        children = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for index, child in children:
            if not isinstance(child, ast.AST) or _skipped(child):
                continue
            here = _Scope(inner.names, _lines(child), inner.inside) if isinstance(child, ast.stmt) else inner
            for new, change in _changes(child, node, field):
                yield node, field, index, new, change, here
            if isinstance(child, ast.Call):
                for at, keyword in enumerate(child.keywords):
                    if keyword.arg is not None and keyword.arg not in _OF_FORM:
                        yield child, "keywords", at, None, f"{ast.unparse(child.func)}: without {ast.unparse(keyword)}", here
            yield from _walk(child, here)


def _lines(statement: ast.stmt) -> tuple[int, int]:
    """Return the lines of a statement, of a compound one those of its head."""
    body = getattr(statement, "body", None)
    last = body[0].lineno - 1 if body else statement.end_lineno or statement.lineno
    return statement.lineno, max(statement.lineno, last)


def _skipped(node: ast.AST) -> bool:
    """Return whether nothing below a node is changed."""
    match node:
        case ast.FunctionDef(name=name):
            return name in _SILENT or any(ast.unparse(each).endswith("overload") for each in node.decorator_list)
        case ast.Call(func=func):
            called = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
            return called in _SAID or called.endswith(("Error", "_error"))
        case ast.keyword(arg=arg):
            return arg in _OF_FORM
        case ast.If(test=test):
            return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"
    return isinstance(node, ast.JoinedStr | ast.Assert | ast.Import | ast.ImportFrom)


def _changes(node: ast.AST, owner: ast.AST, field: str) -> Iterator[tuple[ast.AST, str]]:
    """Yield what a node can be changed into, and the change in words."""
    if isinstance(node, ast.stmt):
        yield from _changed_statements(node)
    elif isinstance(node, ast.Name | ast.Attribute | ast.Constant | ast.Slice):
        yield from _changed_leaves(node, owner, field)
    else:
        yield from _changed_expressions(node)


def _changed_expressions(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    match node:
        case ast.Compare(left=left, ops=ops, comparators=others):
            for at, op in enumerate(ops):
                changed = [*ops[:at], _COMPARED[type(op)](), *ops[at + 1 :]]
                yield _spelled(node, ast.Compare(left, changed, others))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _COMPUTED and not any(_is_text(each) for each in (left, right)):
            yield _spelled(node, ast.BinOp(left, _COMPUTED[type(op)](), right))
        case ast.BoolOp(op=op, values=values):
            yield _spelled(node, ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values))
        case ast.UnaryOp(op=ast.Not() | ast.Invert() | ast.USub(), operand=operand):
            yield _spelled(node, operand)
        case ast.IfExp(body=then, orelse=instead):
            yield then, f"{ast.unparse(node)} → {ast.unparse(then)}"
            yield instead, f"{ast.unparse(node)} → {ast.unparse(instead)}"
        case ast.comprehension(target=target, iter=each, ifs=ifs, is_async=is_async) if ifs:
            yield ast.comprehension(target, each, [], is_async), f"without: if {' if '.join(map(ast.unparse, ifs))}"
        case ast.Call(func=ast.Attribute(attr="where"), args=[test, then, instead]):
            yield _spelled(node, ast.Call(node.func, [test, instead, then], node.keywords))


def _changed_leaves(node: ast.AST, owner: ast.AST, field: str) -> Iterator[tuple[ast.AST, str]]:
    around = f"in {_context(owner, field)}"
    match node:
        case ast.Constant(value=bool() as value):
            yield _spelled(node, ast.Constant(not value), around)
        case ast.Constant(value=int() as number) if not _is_bound(owner):  # there the comparison's own change says the same
            yield _spelled(node, ast.Constant(number + 1), around)
        case ast.Name(id=name) if name in _SWAPPED and isinstance(owner, ast.Call) and field == "func":
            yield _spelled(node, ast.Name(_SWAPPED[name], ast.Load()), around)
        case ast.Attribute(value=value, attr=name, ctx=ast.Load()) if name in _SWAPPED:
            yield _spelled(node, ast.Attribute(value, _SWAPPED[name], ast.Load()), around)
        case ast.Slice(lower=lower, upper=upper, step=step):
            if lower is not None:
                yield _spelled(node, ast.Slice(None, upper, step), around)
            if upper is not None:
                yield _spelled(node, ast.Slice(lower, None, step), around)


def _changed_statements(node: ast.stmt) -> Iterator[tuple[ast.AST, str]]:
    match node:
        case ast.AugAssign(target=target, op=op, value=value):
            if type(op) in _COMPUTED and not _is_text(value):
                yield _spelled(node, ast.AugAssign(target, _COMPUTED[type(op)](), value))
            yield ast.Pass(), f"without: {ast.unparse(node)}"
        case ast.If(test=test, body=body, orelse=other):
            yield ast.If(ast.Constant(value=True), body, other), f"if {ast.unparse(test)} → if True"
            yield ast.If(ast.Constant(value=False), body, other), f"if {ast.unparse(test)} → if False"
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(ast.Constant(None)), f"return {ast.unparse(value)} → return None"
        case ast.Raise() | ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.Assign(targets=[ast.Subscript()]):
            yield ast.Pass(), f"without: {ast.unparse(node)}"
        case ast.Assign(targets=[ast.Tuple(elts=places)], value=value) if all(isinstance(each, ast.Subscript) for each in places):
            yield ast.Pass(), f"without: {ast.unparse(node)}"
            for at, place in enumerate(places):
                kept: list[ast.expr] = [*places[:at], ast.Name("_", ast.Store()), *places[at + 1 :]]
                yield ast.Assign([ast.Tuple(kept, ast.Store())], value), f"without: {ast.unparse(place)} in {ast.unparse(node)}"
        case ast.Continue():
            yield ast.Break(), "continue → break"
        case ast.Break():
            yield ast.Continue(), "break → continue"


def _spelled(old: ast.AST, new: ast.AST, where: str = "") -> tuple[ast.AST, str]:
    return new, f"{ast.unparse(old)} → {ast.unparse(ast.fix_missing_locations(new))} {where}"


def _context(owner: ast.AST, field: str) -> str:
    """Return the text around a node whose own text says little."""
    if isinstance(owner, ast.FunctionDef | ast.ClassDef | ast.Module) or field in {"body", "orelse"}:
        return f"{type(owner).__name__}.{field}"
    return ast.unparse(owner)


def _is_bound(owner: ast.AST) -> bool:
    """Return whether a node is compared by order, so that moving the bound by one is what the comparison is changed into."""
    return isinstance(owner, ast.Compare) and all(isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for op in owner.ops)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
