"""LibreOffice, told to convert files as a Vietnamese office would see them; what it needs from Debian: ``.ci/need office``."""

from __future__ import annotations

import subprocess
from pathlib import Path

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>vi-VN</value></prop></item>
</oor:items>
"""
_TIMEOUT = 240


def converted(path: Path, ending: str, folder: Path) -> Path:
    """Return a file as LibreOffice writes it in another form: ``pdf``, ``xlsx``.

    Args:
        path: the file.
        ending: the form, by its ending.
        folder: where to write; the settings of the program stand there too, so that the user's own change nothing.
    """
    profile = folder / "profile"
    if not profile.exists():
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    out = folder / ending
    program = [
        "soffice",
        f"-env:UserInstallation={profile.resolve().as_uri()}",
        "--headless",
        "--convert-to",
        ending,
        "--outdir",
        str(out),
        str(path),
    ]
    subprocess.run(program, check=True, capture_output=True, timeout=_TIMEOUT)  # noqa: S603  stands here
    return out / f"{path.stem}.{ending}"


def pages(pdf: Path) -> list[str]:
    """Return the text of each page, its lines as they stand on it."""
    done = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, timeout=_TIMEOUT)  # noqa: S603, S607
    return done.stdout.decode().removesuffix("\f").split("\f")


def picture(pdf: Path, page: int, target: Path, *, dots: int = 70) -> None:
    """Write one page, counted from 1, as a picture."""
    program = ["pdftoppm", "-png", "-r", str(dots), "-f", str(page), "-l", str(page), "-singlefile", str(pdf), str(target.with_suffix(""))]
    subprocess.run(program, check=True, capture_output=True, timeout=_TIMEOUT)  # noqa: S603  stands here
