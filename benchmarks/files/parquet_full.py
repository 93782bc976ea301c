"""The whole default report of a folder whose dossiers are one Parquet file: every problem found, every indicator, unit and breakdown.

``python -m benchmarks.files.parquet_full FILE UNITS``; prints what was read and how many measures there are.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.reference_work import library
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.report.json_report import report_json

DISTRICT = """\
code = "H"
name = "Huyện"
level = "district"
extracted_on = 2025-01-31
period = "2024"
units_file = "units.csv"
"""


def write_folder(folder: Path, dossiers: Path, units: int) -> None:
    """Write what a folder has beside its dossiers, which stay where they are."""
    lines = ["code,name,level,parent", *(f"{code},{code},commune,H" for code in library.unit_codes(units))]
    (folder / "units.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "district.toml").write_text(DISTRICT, encoding="utf-8")
    (folder / "dossiers.parquet").symlink_to(dossiers.resolve())


def main(dossiers: Path, units: int) -> None:
    """Write the folder, report and print."""
    with tempfile.TemporaryDirectory() as name:
        write_folder(Path(name), dossiers, units)
        report = read_folder(Path(name)).report()
    text = report_json(report)
    problems = report.problems
    print(
        f"{problems.read} rows = {problems.valid} valid + {problems.rejected} rejected; {len(report.measures)} measures, {len(text)} bytes"
    )
    print({code.value: n for code, n in problems.by_code().items()})


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
