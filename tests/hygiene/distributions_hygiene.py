"""What is published: the sdist and the wheel have what belongs in them and nothing else, and are the same bytes whenever they are built.

Needs build and hatchling: ``nox -s hygiene``.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "cchc_metrics"
METADATA = {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}
FOLDERS = ("src/", "tests/", "docs/", "examples/", "benchmarks/", ".ci/")
BESIDE = {
    "PKG-INFO", "pyproject.toml", "noxfile.py", "mkdocs.yml", "LICENSE", "README.md", "README.vi.md", "CHANGELOG.md", "CONTRIBUTING.md",
    "SECURITY.md", ".pre-commit-config.yaml", ".gitignore",
}  # fmt: skip
STRAY = (
    "__pycache__",
    ".pyc",
    ".hypothesis",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".nox",
    ".DS_Store",
    "~",
    ".orig",
    ".rej",
    ".swp",
)
OF_A_PACKAGE = {".css", ".csv", ".jinja", ".js", ".json", ".md", ".py", ".pyi", ".toml", ".typed"}
"""Endings of what the wheel has of the package; another is let in by whoever means it."""
LARGEST = 4_000_000
"""Bytes of the largest file that is published, which is a table of the example."""


def built(kind: str, source: Path, out: Path) -> Path:
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1767225600"}
    command = [sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "--outdir", str(out), str(source)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    (path,) = (path for path in out.iterdir() if path.suffix == {"wheel": ".whl", "sdist": ".gz"}[kind])
    return path


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    built("sdist", ROOT, out)
    built("wheel", ROOT, out)
    return out


def sdist_files(dist: Path) -> dict[str, int]:
    with tarfile.open(next(dist.glob("*.tar.gz"))) as file:
        return {each.name.partition("/")[2]: each.size for each in file.getmembers() if each.isfile()}


def committed() -> set[str]:
    """Return the files of the repository."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    return set(filter(None, done.stdout.split("\0")))


def test_the_wheel_has_the_package_and_its_metadata_and_nothing_else(dist: Path) -> None:
    with zipfile.ZipFile(next(dist.glob("*.whl"))) as file:
        found = set(file.namelist())
    package = {f"cchc_metrics/{path.relative_to(SOURCE).as_posix()}" for path in SOURCE.rglob("*") if path.is_file()}
    package = {name for name in package if "__pycache__" not in name}
    assert {"cchc_metrics/py.typed", "cchc_metrics/__init__.pyi", "cchc_metrics/reference/data/calendar_vn.json"} <= package
    assert {f"src/{name}" for name in package} <= committed()
    assert [name for name in package if Path(name).suffix not in OF_A_PACKAGE] == []
    assert [name for name in found if any(mark in name for mark in STRAY)] == []
    info = {name for name in found if ".dist-info/" in name}
    assert found - info == package
    assert {name.partition(".dist-info/")[2] for name in info} == METADATA


def test_the_sdist_has_what_is_committed_and_nothing_stray(dist: Path) -> None:
    found = sdist_files(dist)
    inside = {name for name in found if name.startswith(FOLDERS)}
    assert set(found) - inside == BESIDE
    assert inside == {name for name in committed() if name.startswith(FOLDERS)}
    assert [name for name in found if any(mark in name for mark in STRAY)] == []
    assert {name: size for name, size in found.items() if size > LARGEST} == {}


def test_no_path_of_a_machine_and_no_mark_of_a_conflict_is_published(dist: Path, tmp_path: Path) -> None:
    with tarfile.open(next(dist.glob("*.tar.gz"))) as file:
        file.extractall(tmp_path, filter="data")
    wrong = []
    for path in tmp_path.rglob("*"):
        if path.is_file() and path.suffix in (".py", ".pyi", ".toml", ".md", ".json", ".yml"):
            text = path.read_text(encoding="utf-8")
            wrong += [path.name for mark in (str(Path.home()) + "/", str(ROOT) + "/", "<" * 7 + " ", ">" * 7 + " ") if mark in text]
    assert wrong == []


def test_the_wheel_of_the_sdist_is_that_of_the_tree_and_both_are_built_again_to_the_same_bytes(dist: Path, tmp_path: Path) -> None:
    def digest(path: Path) -> str:
        return hashlib.sha256(path.read_bytes()).hexdigest()

    sdist, wheel = next(dist.glob("*.tar.gz")), next(dist.glob("*.whl"))
    with tarfile.open(sdist) as file:
        file.extractall(tmp_path / "from", filter="data")
    (unpacked,) = (tmp_path / "from").iterdir()
    assert digest(built("wheel", unpacked, tmp_path / "wheel")) == digest(wheel)
    assert digest(built("sdist", ROOT, tmp_path / "sdist")) == digest(sdist)
