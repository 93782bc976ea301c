"""Write the pictures of this folder from the example: ``python docs/images/make.py``; needs what ``.ci/need office`` installs."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))


def main() -> None:
    from tests.office.soffice import converted, picture  # noqa: PLC0415  found by the path above

    from cchc_metrics.dataset import read_folder  # noqa: PLC0415  as above

    data = read_folder(ROOT / "examples" / "thap-muoi")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        data.form06("2021").to_excel(folder / "form06.xlsx")
        data.report("2021").save(folder, formats=("xlsx",))
        for name in ("form06", "report"):
            picture(converted(folder / f"{name}.xlsx", "pdf", folder), 1, HERE / f"{name}.png")


if __name__ == "__main__":
    main()
