"""The project's sessions; ``nox -l`` lists them, ``nox`` runs the first five.

Each makes its own environment, so nothing but nox itself has to be installed by hand.
"""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.sessions = ["tests", "lint", "types", "docs", "report"]
nox.options.default_venv_backend = "virtualenv"  # the same on every machine, whatever else it has

PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PYPROJECT)
LOWEST = (
    "tests/test_job.py",
    "tests/read/test_frames.py",
    "tests/read/test_own.py",
    "tests/read/test_excel_files.py",
    "tests/report",
    "tests/plots",
)
KEPT = ("--once", "--keep", "out/determinism")
WRITING = ("arrow", "cli", "excel", "fast", "html", "plot", "word")


def install(session: nox.Session, package: str, *groups: str) -> None:
    """Install the package as a wheel, as users do, and what the dependency groups name.

    The groups are resolved here and not by pip: the pip that Python 3.11 ships does not know them.
    """
    session.install(package, *nox.project.dependency_groups(PYPROJECT, *groups))


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests and every example of the package, the README and the docs, against the installed wheel."""
    install(session, ".", "test")
    session.run("pytest", "-n", "auto", "--maxprocesses", "4", *session.posargs)


@nox.session(python=PYTHONS)
def tests_all(session: nox.Session) -> None:
    """Run the tests on each supported Python that is found on the machine."""
    tests(session)


@nox.session(python=PYTHONS[0])
def lowest(session: nox.Session) -> None:
    """Do the main job and test what touches other packages with the lowest versions that pyproject.toml allows, on the lowest Python.

    Of every extra but Spark, whose lowest is its only release line. What is written must be what other sessions kept in out/determinism.
    """
    extras = {name: needs for name, needs in PYPROJECT["project"]["optional-dependencies"].items() if name != "spark"}
    allowed = {*PYPROJECT["project"]["dependencies"], *chain(*extras.values()), *nox.project.dependency_groups(PYPROJECT, "frames")}
    floors = sorted(re.sub(r">=([^,;]+)(,[^;]*)?", r"==\1", each) for each in allowed)
    session.install(f".[{','.join(extras)}]", "pytest", "pytest-xdist", "openpyxl", *floors)
    session.run(
        "cchc-metrics", "report", "examples/thap-muoi", "--out", "out/lowest", "--formats", "txt,json,html,xlsx,docx,parquet", silent=True
    )
    session.run("cchc-metrics", "schema", silent=True)
    session.run("python", "-m", "tests.determinism.matrix", *KEPT)
    # Warnings are those of old packages about each other.
    session.run("pytest", "-q", "-W", "default", "-n", "auto", "--maxprocesses", "4", *(session.posargs or LOWEST))


@nox.session(python=PYTHONS)
def determinism(session: nox.Session) -> None:
    """Write all that can be written in many environments and from the same rows in other orders and files: every byte must be the same.

    On each Python that is found, compared with the others and with ``lowest``. Installs the sources of locales where they are missing.
    """
    install(session, f".[{','.join(WRITING)}]")
    session.run(".ci/need", "locales", external=True)
    session.run("python", "-m", "tests.determinism.matrix", "--keep", "out/determinism", *session.posargs)


@nox.session
def determinism_newest(session: nox.Session) -> None:
    """Write the same on the newest Python where this machine has none, or run the tests that are named: in a system of its own.

    ``.ci/debian`` installs it once; needs Linux, root or sudo, and 1 GB.
    """
    wanted = ["pip", "install", "--quiet", f".[{','.join(WRITING)}]", *(["--group", "test"] if session.posargs else [])]
    asked = ["pytest", "-q", *session.posargs] if session.posargs else ["python", "-m", "tests.determinism.matrix", *KEPT]
    for command in (wanted, asked):
        session.run(".ci/debian", f"python{PYTHONS[-1]}", *command, external=True)


@nox.session
def hygiene(session: nox.Session) -> None:
    """Build what is published and look into it; then use the wheel with its three dependencies alone, away from the source."""
    session.install(".", "build", "hatchling", "pytest")
    session.run("pytest", "-q", "--noconftest", "tests/hygiene/distributions_hygiene.py", *session.posargs)
    root = Path.cwd()
    session.chdir(session.create_tmp())
    session.run("python", str(root / "tests/hygiene/bare_hygiene.py"), str(root / "tests/golden/two-communes"))


@nox.session
def audit(session: nox.Session) -> None:
    """Ask for known weaknesses of every package that the extras bring; where nobody can be asked that is said, and is no success."""
    install(session, f".[{','.join(WRITING)}]")
    session.install("pip-audit")
    session.run("pip-audit", "--strict", "--skip-editable", "--progress-spinner", "off", *session.posargs)


@nox.session
def random_order(session: nox.Session) -> None:
    """Run the tests, or those that are named, in an order drawn anew; the seed is printed, ``--randomly-seed=N`` repeats it."""
    install(session, ".", "test")
    session.install("pytest-randomly")
    session.run("pytest", "-n", "auto", "--maxprocesses", "4", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check the style and the form of all Python files."""
    session.install(*nox.project.dependency_groups(PYPROJECT, "lint"))
    session.run("ruff", "check", *session.posargs)
    session.run("ruff", "format", "--check", *session.posargs)


@nox.session
def types(session: nox.Session) -> None:
    """Check the types, strictly: of the source and the tests, then of a user's code and the docs' examples against the installed wheel."""
    install(session, ".", "types", "recipes")
    session.run("mypy")
    # Another configuration, that knows no src folder: only the wheel's py.typed makes this pass.
    session.run("mypy", "--config-file", "tests/typing/mypy.ini", "tests/typing")
    session.run("pyright", "--project", "tests/typing")
    session.run("python", "tests/typing/user_code.py")
    session.run("python", "tests/typing/examples.py")


@nox.session
def docs(session: nox.Session) -> None:
    """Run the examples of the README, the docs and the docstrings with what a user of the extras has, and pytest."""
    install(session, ".[arrow,cli,excel,fast,html,plot,testing,word]", "docs", "recipes")
    session.run("pytest", "tests/test_docs.py", *session.posargs)


@nox.session
def site(session: nox.Session) -> None:
    """Build the site of the docs and the API reference into out/site, without network; a warning is an error."""
    install(session, ".", "site")
    session.run("python", "-m", "docs.site.build", *session.posargs)


@nox.session
def report(session: nox.Session) -> None:
    """Do the main job on the example: print a district's report of 2021 and write it to out/thap-muoi."""
    session.install(".[cli]")
    session.run("cchc-metrics", "report", "examples/thap-muoi", "--period", "2021", "--out", "out/thap-muoi", *session.posargs)


@nox.session
def office(session: nox.Session) -> None:
    """Open what is written for an office in LibreOffice: as it is printed, and as it is calculated. Installs what is missing of it."""
    install(session, ".", "test")
    session.run(".ci/need", "office", external=True)
    session.run("pytest", "tests/office/workbooks_office.py", *session.posargs)


@nox.session
def browser(session: nox.Session) -> None:
    """Open the report as a page in Chromium, which is installed where it is missing: sort, filter, ask, print, and look for barriers."""
    install(session, ".", "browser")
    session.run(".ci/need", "browser", external=True)
    session.run("pytest", "tests/browser/page_browser.py", *session.posargs)


@nox.session
def postgres(session: nox.Session) -> None:
    """Read a real PostgreSQL, installed where it is missing and started in a folder of its own: types, lost connections, memory."""
    install(session, ".", "postgres")
    session.run(".ci/need", "postgres", external=True)
    session.run("pytest", "tests/postgres/database_postgres.py", *session.posargs)


@nox.session
def spark(session: nox.Session) -> None:
    """Count with a real Spark on this machine: what is refused, files that break, workers and executors that are killed. Needs Java 17."""
    install(session, ".", "spark")
    session.run(".ci/need", "spark", external=True)
    session.run("pytest", "tests/spark/local_spark.py", "tests/spark/cluster_spark.py", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Give every reader and loader bytes that nobody foresaw, guided by what they reach, for ten minutes; posargs: targets, --seconds N."""
    install(session, ".", "fuzz")
    session.run("pytest", "-q", "tests/fuzz/linear_fuzz.py")
    session.run("python", "-m", "tests.fuzz.run", *session.posargs)


@nox.session
def faults(session: nox.Session) -> None:
    """Write files on disks that are full or read-only and in processes that are killed; needs Linux, and no rights."""
    install(session, ".", "test")
    # In a namespace of its own whoever runs it may mount file systems of a few kB.
    session.run("unshare", "-rm", "pytest", "tests/faults/writing_faults.py", *session.posargs, external=True)


@nox.session
def notebooks(session: nox.Session) -> None:
    """Run the notebooks of examples/notebooks from the first cell to the last, and look for the right figures in what they show."""
    install(session, ".", "notebooks")
    session.run("pytest", "-W", "default", "tests/notebooks/notebooks_run.py", *session.posargs)


@nox.session
def mutation(session: nox.Session) -> None:
    """Make small mistakes in the core, a sample of them or --all, and see that a test fails for each; posargs: names of rooms."""
    install(session, ".", "test", "mutation")
    session.run("python", "-m", "tests.mutation", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Hold the library against polars, DuckDB, pandas and a C kernel on the reference work; posargs: benchmarks/README.md."""
    install(session, ".", "bench")
    session.run("python", "-m", "benchmarks.compare", *session.posargs)


@nox.session
def import_time(session: nox.Session) -> None:
    """Time the import of the package beside that of its three dependencies."""
    session.install(".")
    session.run("python", "benchmarks/import_time.py", *session.posargs)
