"""Every problem code has its entry: cause, fix and an example, in both languages; what the example gives is what its severity says.

That the pages are what the examples give when they are run, tests/test_pages.py holds: a code that its example does not yield ends it.
"""

from __future__ import annotations

import re
import tomllib

import pytest
from docs import codes
from tests.folders import ROOT

from cchc_metrics.records.codes import Code

TEXT = (ROOT / "docs" / "codes.toml").read_text(encoding="utf-8")
ENTRIES = {entry.code: entry for entry in codes.entries(TEXT)}
PAGES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("problem-codes.md", "problem-codes.vi.md")}
EFFECT = re.compile(r"(?m)^- \*\*(?:Effect|Hệ quả)\*\*: (\w+|lưu ý);.*: (\d+) = (\d+) \+ (\d+); `\w+`: `(\w+)`")


def section(name: str, code: Code) -> str:
    """Return what a page says of a code."""
    return PAGES[name].partition(f"### `{code.value}`\n")[2].partition("\n### ")[0]


def test_every_code_has_one_entry() -> None:
    assert sorted(ENTRIES) == sorted(Code)
    keys = {key for group in tomllib.loads(TEXT).values() for entry in group.values() for key in entry}
    assert keys == {"cause", "files", "fix", "measure"}


@pytest.mark.parametrize("code", Code)
def test_what_the_example_gives_is_what_the_severity_says(code: Code) -> None:
    entry = ENTRIES[code]
    for name in PAGES:
        found = EFFECT.search(section(name, code))
        assert found
        severity, read, valid, rejected, status = found.groups()
        assert severity in ({"error", "lỗi"} if code.severity == "error" else {"warning", "lưu ý"})
        assert int(read) == int(valid) + int(rejected)
        if code.severity == "warning":
            assert rejected == "0"
        elif entry.group in {"cell", "row"}:
            assert rejected != "0"
        if valid == "0":
            assert status == "no_data"  # what could not be counted is never zero


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda entry: entry.code.value)
def test_cause_and_fix_are_sentences_in_both_languages(entry: codes.Entry) -> None:
    for vi, en in (entry.cause, entry.fix):
        assert vi.endswith((".", ")"))
        assert en.endswith((".", ")"))
        assert vi != en
    assert entry.files


@pytest.mark.parametrize("name", PAGES)
def test_the_district_file_of_the_page_is_that_of_the_examples(name: str) -> None:
    page = PAGES[name].partition("<!-- table")[0]
    assert re.findall(r'```toml title="district.toml"\n(.*?)```', page, re.DOTALL) == [codes.DISTRICT]
