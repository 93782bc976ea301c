"""The examples of the README and the docs as a user's own files: ``python tests/typing/examples.py`` has mypy and pyright check them.

Each page is a file, and each line of it stands where it stands in the page, so that what is said of it leads there. What an example leaves
to the reader is no fault: functions without annotations, and packages without types. Examples that end with an error are left out.
"""

from __future__ import annotations

import doctest
import json
import re
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^(?P<indent> *)```py(?:thon|con)\b[^\n]*\n(?P<code>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
NOT_INSTALLED = {"pyspark/sql.pyi": "from typing import Any\ndef __getattr__(name: str) -> Any: ...\n"}
"""What stands for a package of 400 MB that one example imports."""
MYPY = """[mypy]
strict = True
disallow_untyped_defs = False
disallow_incomplete_defs = False
disallow_untyped_calls = False
allow_redefinition_new = True
local_partial_types = True
ignore_missing_imports = True
"""
PYRIGHT = {
    "include": ["*.py"],
    "typeCheckingMode": "standard",
    "reportUnusedExpression": "none",
    "reportMissingModuleSource": "none",
    "pythonVersion": "3.11",
    "stubPath": "stubs",
}


def code_of(text: str) -> list[str]:
    """Return the lines of a page with its code alone."""
    lines = [""] * (text.count("\n") + 1)
    parser = doctest.DocTestParser()
    for block in BLOCK.finditer(text):
        start = text.count("\n", 0, block.start("code"))
        code = textwrap.dedent(block["code"])
        examples = parser.get_examples(code)
        parts = [(each.lineno, each.source) for each in examples if each.exc_msg is None] if examples else [(0, code)]
        for line, source in parts:
            made = source.rstrip("\n").split("\n")
            lines[start + line : start + line + len(made)] = made
    return lines


def write(out: Path) -> int:
    """Write the files, pages without code left out, and the checkers' settings; returns how many lines of code there are."""
    found = 0
    for path in PAGES:
        lines = code_of(path.read_text(encoding="utf-8"))
        if any(lines):
            name = re.sub(r"\W", "_", path.relative_to(ROOT).with_suffix("").as_posix())
            (out / f"{name}.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
        found += sum(map(bool, lines))
    for place, text in NOT_INSTALLED.items():
        stub = out / "stubs" / place
        stub.parent.mkdir(parents=True)
        stub.write_text(text, encoding="utf-8")
        (stub.parent / "__init__.pyi").touch()
    (out / "mypy.ini").write_text(MYPY, encoding="utf-8")
    (out / "pyrightconfig.json").write_text(json.dumps(PYRIGHT), encoding="utf-8")
    return found


def main() -> int:
    """Check the examples by both; return 1 where either finds a mistake, or there is next to nothing to check."""
    with tempfile.TemporaryDirectory() as folder:
        lines = write(Path(folder))
        print(f"{lines} lines of examples", flush=True)
        by_mypy = subprocess.run(["mypy", "--config-file", "mypy.ini", "--no-incremental", "."], cwd=folder, check=False)  # noqa: S607
        by_pyright = subprocess.run(["pyright", "--pythonpath", sys.executable], cwd=folder, check=False)  # noqa: S607
    return int(lines < 300 or by_mypy.returncode != 0 or by_pyright.returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
