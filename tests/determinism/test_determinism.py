"""The cheap part of ``nox -s determinism``: a small folder written in two unlike environments and from its rows in another order."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from tests.determinism.matrix import OWN_FORMATS, SMALL, Digests, Variant, kept, run, shuffled, unlike
from tests.determinism.once import one

# Where the machine has no sources of locales, the session installs them; here the one that every machine has must do.
TURKISH = "tr_TR.UTF-8" if Path("/usr/share/i18n/locales/tr_TR").is_file() else "C.UTF-8"


@cache
def reference() -> Digests:
    return run(SMALL, OWN_FORMATS)


def test_another_environment_writes_the_same_bytes() -> None:
    found = run(SMALL, OWN_FORMATS, Variant("random", TURKISH, "Pacific/Kiritimati", ("-O",)))
    assert unlike(reference(), found) == []
    assert {"report.json", "report.txt", "report.md", "measures.csv", "snapshot", "tally"} <= set(found)


def test_rows_in_another_order_and_other_files_count_the_same(tmp_path: Path) -> None:
    found = run(shuffled(SMALL, tmp_path / "shuffled", seed=5, parts=3), OWN_FORMATS)
    assert unlike(reference(), found, ("measures.csv", "deltas.csv", "tally")) == []
    assert unlike(reference(), found, ("report.json",)) == ["report.json"]  # other files: it says so


def test_counts_of_engines_that_differ_are_an_error() -> None:
    assert one(iter([("general", b"1"), ("tables", b"1")])) == b"1"
    with pytest.raises(SystemExit, match="not as general: tables"):
        one(iter([("general", b"1"), ("tables", b"2")]))


def test_what_other_versions_left_is_compared(tmp_path: Path) -> None:
    assert list(kept(tmp_path, {"report.json": "a", "report.docx": "b"})) == []
    (left,) = tmp_path.glob("*.json")
    text = left.read_text(encoding="utf-8")
    other = left.rename(tmp_path / "3.99.0-other.json")
    assert list(kept(tmp_path, {"report.json": "a", "report.docx": "c"})) == ["report.docx: not as 3.99.0-other"]
    other.write_text(text.replace('"matplotlib": "', '"matplotlib": "0.'), encoding="utf-8")
    assert list(kept(tmp_path, {"report.json": "a", "report.docx": "c"})) == []
    assert list(kept(tmp_path, {"report.json": "d", "report.docx": "c"})) == ["report.json: not as 3.99.0-other"]
    other.write_text(text.replace('"stamp": "', '"stamp": "0'), encoding="utf-8")
    assert list(kept(tmp_path, {"report.json": "d", "report.docx": "c"})) == []


def test_what_a_process_cannot_do_is_an_error() -> None:
    with pytest.raises(SystemExit, match="status 1"):
        run(SMALL / "nothing", OWN_FORMATS)
