"""The scoring scheme of a folder (``scheme.toml`` or a built-in one) and what it is scored on (``scores.toml``)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cchc_metrics.errors import InputError, suggestion
from cchc_metrics.read.places import bytes_in, bytes_of

if TYPE_CHECKING:
    from cchc_metrics.score import Inputs, Scheme

SCHEME, SCORES = "scheme.toml", "scores.toml"


def read_scheme(folder: Path, chosen: str | None) -> Scheme | None:
    """Return the scheme: a built-in one by name, a file, or the folder's ``scheme.toml``; None where there is none.

    Raises:
        InputError: when what was chosen is neither built in nor a file.
    """
    path = Path(chosen) if chosen else folder / SCHEME
    if chosen is None and not os.path.lexists(path):
        return None
    from cchc_metrics.score import load_scheme  # noqa: PLC0415  scoring is loaded where there is a scheme only
    from cchc_metrics.score.builtin import BUILTIN, load_builtin  # noqa: PLC0415

    if chosen in BUILTIN:
        return load_builtin(chosen)
    if chosen is not None and not path.is_file():
        vi, en = suggestion(str(chosen), BUILTIN)
        raise InputError(
            f"không có bộ tiêu chí «{chosen}»{vi}; có sẵn: {', '.join(BUILTIN)}, hoặc một tệp",
            f"there is no scheme «{chosen}»{en}; built in: {', '.join(BUILTIN)}, or a file",
        )
    return load_scheme(bytes_in(folder, path) if chosen is None else bytes_of(path), file=path.name)


def read_scores(folder: Path, chosen: Path | None, unit: str) -> Mapping[str, Inputs]:
    """Return unit code → inputs from a file with ``[[units]]``, or of one unit; empty where there is no file.

    Raises:
        InputError: when the chosen file is missing, or a value is not understood.
    """
    path = chosen or folder / SCORES
    if chosen is None and not os.path.lexists(path):
        return {}
    from cchc_metrics.score.inputs import load_scores  # noqa: PLC0415  scoring is loaded where there is a scheme only

    return load_scores(bytes_in(folder, path) if chosen is None else bytes_of(path), file=path.name, unit=unit)
