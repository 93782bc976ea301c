"""Every notebook of the examples runs from its first cell to its last and shows the figures of the library: ``nox -s notebooks``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from tests.folders import EXAMPLE, ROOT

import cchc_metrics as cm

FOLDER = ROOT / "examples" / "notebooks"
PATHS = sorted(FOLDER.glob("*.ipynb"))


@cache
def outputs(name: str) -> list[dict[str, Any]]:
    """Return what the code cells of a notebook show, by kind; a cell that fails fails."""
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=100, resources={"metadata": {"path": str(FOLDER)}}).execute()
    return [
        out.get("data", {"text/plain": out.get("text", "")}) for cell in notebook.cells if cell.cell_type == "code" for out in cell.outputs
    ]


def said(name: str) -> str:
    return "\n".join(str(out.get("text/plain", "")) for out in outputs(name))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs(path: Path) -> None:
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert cells
    assert not [cell for cell in cells if cell.outputs or cell.execution_count]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_tables_and_a_picture(path: Path) -> None:
    shown = outputs(path.stem)
    assert any("text/html" in out for out in shown)
    assert any("image/svg+xml" in out for out in shown)


def test_a_year_of_a_district_shows_its_figures() -> None:
    data = cm.read_folder(EXAMPLE)
    value = data.measures("2021")["resolved_on_time", data.unit]
    text = said("mot-nam-cua-huyen")
    assert repr(value.value) in text
    assert f"{value.numerator}    {value.denominator}" in text
    for name in ("report.txt", "report.html", "report.xlsx", "report.docx"):
        assert name in text


def test_a_change_is_shown_with_its_parts_and_rows() -> None:
    data = cm.read_folder(EXAMPLE)
    value = data.measures("2021")["resolved_on_time", data.unit]
    text = said("vi-sao-thay-doi")
    assert str(data.deltas("2021").contributions("unit", indicator="resolved_on_time", unit=data.unit)) in text
    assert f"({value.numerator}/{value.denominator})" in text


def test_a_province_ranks_all_its_communes() -> None:
    shown = [str(out.get("text/plain", "")) for out in outputs("mot-tinh-parquet")]
    assert "200000" in shown[0]
    assert shown[1] == "True"
    assert shown[2].startswith("(120,")


def test_what_new_communes_inherit_is_the_sum_of_counts_and_one_of_them_is_refused() -> None:
    data = cm.read_folder(EXAMPLE)
    old = [data.measures("2021")["resolved_on_time", code] for code in ("H20.38.01", "H20.38.02", "H20.38.03")]
    numerator, denominator = sum(m.numerator or 0 for m in old), sum(m.denominator or 0 for m in old)
    text = said("xa-moi-ke-thua")
    assert f"{numerator}     {denominator}" in text
    assert "{'xã Phương Thịnh': 'xã Phương Thịnh (–30/06/2025): không có số liệu kỳ gốc'}" in text
