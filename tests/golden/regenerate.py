"""Write the golden report of the example anew: ``python tests/golden/regenerate.py``, and read the diff before it is committed.

The test in tests/test_job.py compares what the command writes with these files, byte for byte.
"""

from __future__ import annotations

from pathlib import Path

from cchc_metrics.dataset import read_folder
from cchc_metrics.report.content import report_page
from cchc_metrics.report.json_report import report_json
from cchc_metrics.report.page import page_text

GOLDEN = Path(__file__).parent
EXAMPLE = GOLDEN.parents[1] / "examples" / "thap-muoi"
PERIOD = "2021"


def golden_files() -> dict[str, str]:
    """Return the golden files by name."""
    report = read_folder(EXAMPLE, period=PERIOD).report()
    return {"report.txt": page_text(report_page(report)), "report.json": report_json(report)}


if __name__ == "__main__":
    for name, text in golden_files().items():
        (GOLDEN / name).write_text(text, encoding="utf-8", newline="\n")
