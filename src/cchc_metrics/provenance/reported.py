"""A report as it was written: what it says of its inputs, and whether it is still what was written."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from cchc_metrics.declared import parse_json
from cchc_metrics.errors import InputError, MistakesError
from cchc_metrics.read.inputs import CHOSEN
from cchc_metrics.read.places import bytes_of
from cchc_metrics.report.json_report import PROVENANCE, REPORT_DIGEST, SCHEMA_VERSION
from cchc_metrics.text import Lang

_SHAPE: Final[Mapping[str, type | tuple[type, ...]]] = {
    "library": str, "lang": str, "period": str, "baseline_period": str, "exported": (str, type(None)), "rules": dict, "calendar": dict,
    "catalogue": dict, "scheme": str, "declared": dict, "inputs": list,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Reported:
    """A ``report.json`` that says what it was made from.

    Args:
        file: its name, for messages.
        data: what it says.
        body: its text before the digest of the report; the digest is of this. All of it where the digest is not the last that it says.
        intact: whether that digest is the one that stands in it; where it is not, somebody changed the file after it was written.
    """

    file: str
    data: Mapping[str, Any]
    body: str
    intact: bool

    @property
    def made(self) -> Mapping[str, Any]:
        """What it says of how it was made."""
        found: Mapping[str, Any] = self.data[PROVENANCE]
        return found

    @property
    def lang(self) -> Lang:
        """The language of its texts."""
        return "en" if self.made["lang"] == "en" else "vi"

    @property
    def exported(self) -> date | None:
        """The day of export that was declared or chosen."""
        said = self.made["exported"]
        return None if said is None else date.fromisoformat(said)

    @property
    def suppress_below(self) -> int | None:
        """The number below which counts are suppressed; None where all are shown."""
        said = self.made.get("suppress_below")
        return said if isinstance(said, int) else None

    def chosen(self, folder: Path, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of ``read_folder`` by which the same is asked of a folder.

        Args:
            folder: the folder.
            given: ``plan``, ``baseline``, ``scheme`` and ``scores`` as they are chosen now; None for as they were.

        Raises:
            InputError: something was chosen from outside the folder; names the option by which it is given again.
        """
        found: dict[str, Any] = {"as_of": self.exported, "suppress_below": self.suppress_below or 0, **given}
        own = [each for each in self.made["inputs"] if each.get("of") == "report" and each.get("kind") in CHOSEN]
        for each in own:
            kind, name = each["kind"], str(each.get("file"))
            if found.get(kind) is not None:
                continue
            path = folder / name
            if each.get("outside") is True or each.get("note") == "memory":
                raise _not_given(kind, name)
            # A report is anybody's: a name that no file can have is that of none.
            if os.path.isfile(path) and path.resolve().is_relative_to(folder.resolve()):  # noqa: PTH113
                found[kind] = path
        if found.get("baseline") is None and any(each.get("of") == "baseline" for each in self.made["inputs"]):
            raise _not_given("baseline", "")
        if found.get("scheme") is None and self.made["scheme"]:
            found["scheme"] = self.made["scheme"]
        return found


def read_reported(report: Path | str | bytes) -> Reported:
    """Return a report as it was written.

    Args:
        report: the path of a ``report.json``, or what it holds.

    Raises:
        InputError: it is cut or no report, or it was written by a version of the library that did not say what a report was made from.
    """
    raw, file = (report, "report.json") if isinstance(report, bytes) else (bytes_of(Path(report)), Path(report).name)
    try:
        data = parse_json(raw, file).data
    except MistakesError as error:
        first = error.vi.splitlines()[0], error.en.splitlines()[0]
        raise InputError(
            f"{first[0]}; tệp bị cắt hoặc hỏng, lấy lại bản gốc", f"{first[1]}; the file was cut or is damaged, take the original again"
        ) from None
    version = data.get("schema_version")
    if version != SCHEMA_VERSION or not isinstance(data.get("measures"), list):
        raise InputError(
            f"«{file}» không phải report.json phiên bản {SCHEMA_VERSION}", f"«{file}» is no report.json of version {SCHEMA_VERSION}"
        )
    made = data.get(PROVENANCE)
    if made is None:
        raise InputError(
            f"«{file}» do phiên bản cũ của thư viện ghi, chưa nói lập từ đâu ({PROVENANCE}), nên không đối chiếu được; "
            f"so số liệu bằng: cchc-metrics report THƯ_MỤC --baseline {file}",
            f"«{file}» was written by an older version of the library, which did not say from what ({PROVENANCE}), "
            f"so it cannot be verified; to compare figures: cchc-metrics report FOLDER --baseline {file}",
        )
    if not _well_formed(made):
        raise InputError(
            f"«{file}»: mục {PROVENANCE} không đúng dạng; lấy lại bản gốc",
            f"«{file}»: {PROVENANCE} is not of the right form; take the original again",
        )
    text, said = raw.decode("utf-8-sig").rstrip(), data.get(REPORT_DIGEST)
    # Nothing may follow the digest: it says nothing of that.
    body = text.removesuffix(f',\n "{REPORT_DIGEST}": {json.dumps(said)}\n}}')
    return Reported(file, data, body, body != text and hashlib.sha256(body.encode()).hexdigest() == said)


def _well_formed(made: Any) -> bool:
    if not isinstance(made, dict) or any(not isinstance(made.get(key), types) for key, types in _SHAPE.items()):
        return False
    if not all(isinstance(each, dict) and isinstance(each.get("kind"), str) for each in made["inputs"]):
        return False
    try:
        return made["exported"] is None or bool(date.fromisoformat(made["exported"]))
    except ValueError:
        return False


def _not_given(kind: str, name: str) -> InputError:
    named = f" «{name}»" if name else ""
    vi = f"báo cáo này lập với {kind}{named} ngoài thư mục; thêm --{kind} ĐƯỜNG_DẪN (hoặc {kind}= khi đọc thư mục)"
    return InputError(
        vi, f"the report was made with a {kind}{named} from elsewhere; add --{kind} PATH (or {kind}= when reading the folder)"
    )


def plain(data: Any) -> Any:
    """Return data as JSON would give it back."""
    return json.loads(json.dumps(data))
