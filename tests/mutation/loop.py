"""A pytest session that runs its tests again for every mutant: collected once, a process of its own (a fork) for each mutant.

A mutant takes the place of the code of functions that are loaded already. What is met when a module is imported is beyond that: such
mutants, and those that seem to survive, are tried in a fresh process by ``run_fresh``.
"""

from __future__ import annotations

import gc
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final, TextIO

import pytest
from hypothesis import HealthCheck, Phase, settings
from tests.mutation.mutants import Mutant

PACKAGE: Final = Path(__file__).parents[2] / "src" / "cchc_metrics"
EXAMPLES: Final = 15
SLOW: Final = 2.0
"""Seconds of the processor after which a test is no test of a mutant."""
BUDGET: Final = 8.0
"""Seconds of the processor that the tests of one mutant take at most, without the mutant; the fastest come first."""
FLAGS: Final = (
    "-s",
    "-q",
    "-p",
    "no:randomly",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "-p",
    "no:benchmark",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
)

settings.register_profile(
    "mutation",
    deadline=None,
    database=None,
    derandomize=True,
    max_examples=EXAMPLES,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@dataclass(slots=True)
class Known:
    """What is known of a test: how long it takes (seconds of the processor), and which lines of which files it runs."""

    seconds: float
    lines: dict[str, set[int]]


def known_from_json(text: str) -> dict[str, Known]:
    """Return what was known of tests."""
    return {name: Known(seconds, {file: set(lines) for file, lines in by.items()}) for name, (seconds, by) in json.loads(text).items()}


def known_to_json(known: dict[str, Known]) -> str:
    """Return it as text."""
    return json.dumps({name: [k.seconds, {file: sorted(lines) for file, lines in k.lines.items()}] for name, k in known.items()})


def in_a_fork(work: Callable[..., None], *given: Any, seconds: float = 0, wall: int = 0) -> tuple[int, str]:
    """Run something in a process of its own.

    Args:
        work: takes a file to write to, and what is given.
        given: for the work.
        seconds: of the processor after which it is ended; 0 for no limit.
        wall: seconds of the clock after which it is ended.

    Returns:
        Its exit status, negative for the signal that ended it, and what it wrote.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        child = os.fork()
        if not child:
            status = 70
            try:
                if seconds:
                    limit = int(seconds) + 1
                    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 2))
                if wall:
                    signal.alarm(wall)
                work(out, *given)
                out.flush()
                status = 0
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else 70
            except BaseException:  # noqa: BLE001 (what stops it is said to the process that waits)
                out.write(traceback.format_exc())
                out.flush()
            finally:
                os._exit(status)
        _, ended = os.waitpid(child, 0)
        out.seek(0)
        return os.waitstatus_to_exitcode(ended), out.read()


def silence() -> None:
    """Send what is printed nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


class Failed:
    """A plugin that ends the process at the first test that fails: exit status 1."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            os._exit(1)


class Prepared:
    """A plugin that makes the tests short and the same each time, and keeps those that are asked for.

    Args:
        wanted: the ids of the tests, in the order in which they are to run; None for all.
    """

    def __init__(self, wanted: Sequence[str] | None = None) -> None:
        self.wanted = wanted

    def pytest_sessionstart(self) -> None:
        settings.load_profile("mutation")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            function = getattr(item, "obj", None)
            own = getattr(function, "_hypothesis_internal_use_settings", None)
            if own is not None and function is not None:
                short = settings(settings.get_profile("mutation"), max_examples=min(own.max_examples, EXAMPLES))
                target = getattr(function, "__func__", function)
                target._hypothesis_internal_use_settings = short
        if self.wanted is not None:
            by_id = {item.nodeid: item for item in items}
            items[:] = [by_id[name] for name in self.wanted if name in by_id]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:  # under a mutant that is a test that fails
            os._exit(1)


def chosen(mutant: Mutant, known: dict[str, Known]) -> list[str]:
    """Return the tests of a mutant: those that run a line of its statement, the fastest first, as many as the budget has."""
    first, last = mutant.lines
    wanted = set(range(first, last + 1))
    reached = {name: k for name, k in known.items() if k.lines.get(mutant.file)}
    if not mutant.at_import:
        reached = {name: k for name, k in reached.items() if wanted & k.lines[mutant.file]} or reached
    kept: list[str] = []
    spent = 0.0
    for name in sorted(reached, key=lambda name: (reached[name].seconds, name)):
        spent += reached[name].seconds
        if kept and spent > BUDGET:
            break
        kept.append(name)
    return kept


class Loop(Prepared):
    """The session: first each test without a mutant, to know how long it takes and what it runs; then every mutant.

    Args:
        files: the modules that are changed.
        mutants: the mutants, of functions only.
        known: what is known of tests already, by their ids.
        report: takes the number of a mutant and how it ended.
    """

    def __init__(
        self, files: Sequence[str], mutants: Sequence[Mutant], known: dict[str, Known], report: Callable[[int, str], None]
    ) -> None:
        super().__init__()
        self.files, self.mutants, self.known, self.report = files, mutants, known, report

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        modules = [importlib.import_module(module_name(file)) for file in self.files]
        self._learn(session.items)
        functions: dict[str, list[FunctionType]] = {file: [] for file in self.files}
        paths = {str(module.__file__): file for module, file in zip(modules, self.files, strict=True)}
        for each in gc.get_objects():
            if type(each) is FunctionType and each.__code__.co_filename in paths:
                functions[paths[each.__code__.co_filename]].append(each)
        by_path = {file: Path(path) for path, file in paths.items()}
        items = {item.nodeid: item for item in session.items}
        for number, mutant in enumerate(self.mutants):
            tests = [name for name in chosen(mutant, self.known) if name in items]
            code = mutant.code(by_path[mutant.file])
            self.report(number, self._try(code, functions[mutant.file], [items[name] for name in tests]))
        return True

    def _learn(self, items: list[pytest.Item]) -> None:
        for item in items:
            if item.nodeid not in self.known:
                status, written = in_a_fork(learn, item, self.files, seconds=2 * SLOW, wall=int(40 * SLOW))
                self.known[item.nodeid] = Known(2 * SLOW, {}) if status else known_from_json(written)[item.nodeid]

    def _try(self, code: CodeType, functions: list[FunctionType], items: list[pytest.Item]) -> str:
        def work(_: Any) -> None:
            silence()
            if not put_in_place(code, functions):
                os._exit(3)
            items[0].config.pluginmanager.register(Failed())
            run_items(items)

        if not items:
            return "not run by any test"
        limit = 5 + 8 * sum(self.known[item.nodeid].seconds for item in items)
        status, _ = in_a_fork(work, seconds=limit, wall=int(15 * limit))
        return {0: "survived", 1: "killed", 3: "not in place"}.get(status, "killed (time)" if status < 0 else f"exit {status}")


def run_items(items: Sequence[pytest.Item]) -> None:
    """Run tests, each set up and torn down by itself."""
    for item in items:
        item.ihook.pytest_runtest_protocol(item=item, nextitem=None)


def learn(out: TextIO, item: pytest.Item, files: Sequence[str]) -> None:
    """Write how long a test takes and which lines it runs; one that fails, is skipped or is slow is said to run none."""
    import coverage  # noqa: PLC0415 (the process that tries mutants has no need of it)

    silence()
    sound = True

    class Outcome:
        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            nonlocal sound
            sound &= report.passed

    item.config.pluginmanager.register(Outcome())
    cover = coverage.Coverage(data_file=None, config_file=False, include=[str(PACKAGE / file) for file in files])
    cover.start()
    begun = time.process_time()
    run_items([item])
    taken = time.process_time() - begun
    cover.stop()
    data = cover.get_data()
    lines = {file: set(data.lines(str(PACKAGE / file)) or ()) for file in files}
    known = Known(taken, {file: found for file, found in lines.items() if found} if sound and taken <= SLOW else {})
    out.write(known_to_json({item.nodeid: known}))


def put_in_place(code: CodeType, functions: list[FunctionType]) -> bool:
    """Give functions the code that the mutated module has for them; return whether anything was changed."""
    by_place: dict[tuple[str, int], list[CodeType]] = {}
    for each in _nested(code):
        by_place.setdefault((each.co_qualname, each.co_firstlineno), []).append(each)
    changed = False
    for function in functions:
        own = function.__code__
        found = by_place.get((own.co_qualname, own.co_firstlineno), [])
        if len(found) == 1 and found[0] != own and found[0].co_freevars == own.co_freevars:
            function.__code__ = found[0]
            changed = True
    return changed


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _nested(each)


def module_name(file: str) -> str:
    """Return the name by which a file of the package is imported."""
    return ".".join(("cchc_metrics", *Path(file).with_suffix("").parts)).removesuffix(".__init__")


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module with a mistake."""

    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        self.name, self.path, self.code = name, path, code

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:  # noqa: ARG002
        if fullname != self.name:
            return None
        below = [str(self.path.parent)] if self.path.name == "__init__.py" else None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self, submodule_search_locations=below)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:  # noqa: ARG002
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(self.code, module.__dict__)  # noqa: S102 (the module itself)


def run_fresh(mutant: Mutant, known: dict[str, Known], flags: Sequence[str]) -> str:
    """Return how a mutant ends that is there when the package is imported."""
    tests = chosen(mutant, known)
    if not tests:
        return "not run by any test"

    def work(_: Any) -> None:
        silence()
        path = PACKAGE / mutant.file
        sys.meta_path.insert(0, _Mutated(module_name(mutant.file), path, mutant.code(path)))
        paths = sorted({name if "test_docs" in name else name.split("::")[0] for name in tests})
        os._exit(min(1, int(pytest.main([*flags, "-x", *paths], plugins=[Prepared(tests), Failed()]))))

    limit = 30 + 8 * sum(known[name].seconds for name in tests)
    status, _ = in_a_fork(work, seconds=limit, wall=int(15 * limit))
    return {0: "survived", 1: "killed"}.get(status, "killed (time)" if status < 0 else f"exit {status}")
