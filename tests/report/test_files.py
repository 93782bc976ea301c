"""Files of a report appear whole or not at all, of every format, and their names are given."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.folders import example_report

from cchc_metrics.errors import InputError
from cchc_metrics.report.files import ALWAYS, FORMATS, formats_named, save_report
from cchc_metrics.tables.whole import whole_file


def test_a_file_that_was_written_appears_under_its_name(tmp_path: Path) -> None:
    with whole_file(tmp_path / "a.xlsx") as unfinished:
        assert (unfinished.parent, unfinished.suffix) == (tmp_path, ".xlsx")
        unfinished.write_bytes(b"\x00PK")
        assert not (tmp_path / "a.xlsx").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]
    assert (tmp_path / "a.xlsx").read_bytes() == b"\x00PK"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_file_that_failed_leaves_what_was_there_and_nothing_else(tmp_path: Path, error: type[BaseException]) -> None:
    (tmp_path / "a.docx").write_bytes(b"before")

    def fail(unfinished: Path) -> None:
        unfinished.write_bytes(b"half")
        raise error

    with pytest.raises(error), whole_file(tmp_path / "a.docx") as unfinished:
        fail(unfinished)
    assert [path.name for path in tmp_path.iterdir()] == ["a.docx"]
    assert (tmp_path / "a.docx").read_bytes() == b"before"


def test_a_writer_that_wrote_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing was written"), whole_file(tmp_path / "a.html"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_writes_its_files_whole(tmp_path: Path, name: str) -> None:
    written = save_report(example_report(), tmp_path, [name])
    assert [path.name for path in written] == [*FORMATS[name], *ALWAYS]
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in written}
    assert all(path.stat().st_size for path in written)
    again = {path.name: path.read_bytes() for path in written}
    save_report(example_report(), tmp_path, [name])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == again  # the same report, the same bytes


def test_a_format_that_there_is_not() -> None:
    with pytest.raises(InputError, match="did you mean «json»"):
        formats_named(["jsn"])
