"""The page about the night's job: its script runs, with every status that it tells apart. (The program on PostgreSQL: tests/postgres.)"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.folders import ROOT, SMALL, small


def test_the_program_of_the_page_tells_a_crash_from_rejected_rows(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "nightly.md").read_text(encoding="utf-8")
    program = tmp_path / "nightly.py"
    program.write_text(page.split("```python\n")[1].split("```")[0], encoding="utf-8")
    (tmp_path / "units.json").write_text("[]", encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "MOT_CUA_URI"}
    command = [sys.executable, str(program), "units.json", "out", "2021-12-31"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=tmp_path)  # noqa: S603  as below
    assert (done.returncode, done.stderr) == (3, "nightly.py: KeyError: 'MOT_CUA_URI'\n")


def test_the_script_of_the_page(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "nightly.md").read_text(encoding="utf-8")
    script = tmp_path / "nightly.sh"
    script.write_text(page.split("```sh\n")[1].split("```")[0], encoding="utf-8")
    folder, out = small(tmp_path / "folder"), tmp_path / "out"
    out.mkdir()
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    def night(day: str) -> tuple[int, str]:
        command = ["/bin/sh", str(script), str(folder), str(out), day]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603  stands on the page
        assert done.stdout == ""
        return done.returncode, done.stderr

    assert night("2021-12-30")[0] == 0
    assert os.readlink(out / "latest") == "2021-12-30"  # noqa: PTH115  what it says, not where that leads
    (folder / "dossiers.csv").write_text(SMALL["dossiers.csv"] + "5,TM,9,30/02/2021,,\n", encoding="utf-8")
    assert night("2021-12-31")[0] == 1
    assert json.loads((out / "latest" / "report.json").read_text(encoding="utf-8"))["as_of"] == "2021-12-31"
    (folder / "district.toml").unlink()
    status, said = night("2022-01-01")
    assert status == 2
    assert said.endswith(f"nightly.sh: no report of 2022-01-01, {out}/latest stays\n")
    assert sorted(path.name for path in out.iterdir()) == ["2021-12-30", "2021-12-31", "latest"]
    assert os.readlink(out / "latest") == "2021-12-31"  # noqa: PTH115  as above
