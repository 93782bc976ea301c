"""All loaders of declared data have one voice: whatever is in a file, only the library's errors come out, each with its line."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cchc_metrics.catalogue.load import load_catalogue
from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.errors import CchcError, MistakesError
from cchc_metrics.plan import load_plan
from cchc_metrics.read.district import load_district
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.score import load_inputs, load_scheme, load_unit_inputs
from cchc_metrics.score.builtin import BUILTIN, builtin_text
from cchc_metrics.score.inputs import load_scores

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "cchc_metrics"
EXAMPLE = ROOT / "examples" / "thap-muoi"
INPUTS = """\
unit = "TM"
year = 2022
survey_held = false
[values]
on_time = { numerator = 4358, denominator = 4474 }
tasks = { numerator = 17, denominator = 20, excluded = 3, evidence = "45/BC-UBND" }
rate = 92.83
border = { status = "not_applicable", reason = "không có biên giới" }
[self]
"1.2" = { points = 1.5 }
"""
UNITS = """\
year = 2022
[[units]]
unit = "A"
[units.values]
"2.1" = { numerator = 99, denominator = 100 }
[[units]]
unit = "B"
"""
RULES = """
[rules]
base = "qd766"
stopped = "pending"
[headings.surveys]
"Điểm" = "score"
[calendar.years.2028]
days_off = [2028-01-03]
"""


class Loader(NamedTuple):
    load: Callable[[Any], object]
    text: str


def catalogue_of(path: Path) -> Loader:
    """Return the loader of one file of the packaged catalogue, upon all the others."""
    text, whole = read(path), Catalogue.default()
    ids = set(re.findall(r'^id = "(.*)"$', text, re.MULTILINE))
    base = Catalogue([c for c in whole.counts.values() if c.id not in ids], [i for i in whole if i.id not in ids])
    return Loader(partial(load_catalogue, base=base), text)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


LOADERS = {
    "district": Loader(load_district, re.sub("(?m)^rules = .*$", "", read(EXAMPLE / "district.toml")) + RULES),
    "plan": Loader(load_plan, read(EXAMPLE / "plan.toml")),
    **{name: Loader(load_scheme, builtin_text(name)) for name in BUILTIN},
    "inputs": Loader(load_inputs, INPUTS),
    "units": Loader(load_unit_inputs, UNITS),
    "scores": Loader(load_scores, UNITS),
    **{path.stem: catalogue_of(path) for path in sorted((PACKAGE / "catalogue" / "data").glob("*.toml"))},
    "calendar": Loader(Calendar.from_json, read(PACKAGE / "reference" / "data" / "calendar_vn.json")),
}
TOML = [name for name in LOADERS if name != "calendar"]


@pytest.mark.parametrize("name", LOADERS)
def test_every_example_loads_as_text_and_as_bytes_with_and_without_a_mark(name: str) -> None:
    loader = LOADERS[name]
    for form in (loader.text, loader.text.encode(), loader.text.encode("utf-8-sig"), loader.text.replace("\n", "\r\n")):
        loader.load(form)


def mistakes(name: str, text: str | bytes) -> list[str]:
    with pytest.raises(MistakesError) as found:
        LOADERS[name].load(text)
    assert len(found.value.vi.split("\n")) == len(found.value.en.split("\n"))
    assert found.value.code
    return found.value.en.split("\n")


def lines_of(found: list[str]) -> list[int]:
    return [int(number[1]) for line in found if (number := re.match(r"[\w.]+:(\d+): ", line))]


def some(rows: list[str]) -> list[tuple[int, str]]:
    """Return numbered rows: all of a short file, evenly spread ones of a long one, in which each takes a while to read."""
    return list(enumerate(rows, start=1))[:: 1 + len(rows) // 80]


@pytest.mark.parametrize("name", TOML)
def test_a_mistyped_key_is_found_on_its_line_wherever_it_stands(name: str) -> None:
    """Every key of every example is mistyped in turn; free names (headings, names of inputs) are no mistakes."""
    rows = LOADERS[name].text.split("\n")
    found_any = 0
    for number, row in some(rows):
        key = re.match(r'("?)([A-Za-z_]+)("?)( *=.*)', row)
        if not key:
            continue
        changed = [*rows[: number - 1], f"{key[1]}{key[2]}_x{key[3]}{key[4]}", *rows[number:]]
        try:
            LOADERS[name].load("\n".join(changed))
        except MistakesError as error:
            found_any += 1
            assert number in lines_of(error.en.split("\n")), (row, error.en)
            assert number in lines_of(error.vi.split("\n"))
    assert found_any >= 1


@pytest.mark.parametrize("name", TOML)
def test_a_value_of_another_type_is_found_on_its_line(name: str) -> None:
    rows = LOADERS[name].text.split("\n")
    refused = 0
    for number, row in some(rows):
        key = re.match(r'("?[\w.]+"? *= *)[^\[{]+$', row)  # one value on one line
        for value in ("[[1]]", "{ x = [{ y = 1 }] }", "nan", "0x" + "f" * 200, "2021-01-01T10:00:00+07:00") if key else ():
            assert key
            changed = [*rows[: number - 1], key[1] + value, *rows[number:]]
            try:
                LOADERS[name].load("\n".join(changed))
            except MistakesError as error:
                refused += 1
                assert number in lines_of(error.en.split("\n")), (row, value, error.en)
    assert refused >= 6


@pytest.mark.parametrize("name", LOADERS)
def test_what_cannot_be_read_at_all(name: str) -> None:
    text = LOADERS[name].text
    assert "is not UTF-8" in mistakes(name, text.encode() + b"\n# \xe3\x28\n")[0]
    assert "is UTF-16" in mistakes(name, text.encode("utf-16"))[0]
    assert "nested more than 50 deep" in mistakes(name, ("x = " if name in TOML else '{"x": ') + "[" * 100_000)[0]
    for depth in (80, 300, 600, 900):  # what its reader still takes, and what asks on which line it stands
        lists, tables = "[" * depth + "]" * depth, ('{"x": ' * depth + "1" + "}" * depth)
        for deep in ("x = " + lists, "x = " + tables.replace('"x":', "x =")) if name in TOML else ('{"x": ' + lists + "}", tables):
            assert "nested more than 50 deep" in mistakes(name, deep)[0]
    assert "100 digits" in mistakes(name, "x = " + "9" * 5_000 if name in TOML else '{"x": ' + "9" * 5_000 + "}")[0]
    wrong: Any
    for wrong in (None, 5, [], {}, object()):
        with pytest.raises(CchcError):
            LOADERS[name].load(wrong)


ODD = st.sampled_from(
    ["5", '"x"', "[1]", "[[1]]", "{}", "{ a = 1 }", "nan", "-1", "0.5", "true", "2021-01-01", "07:00:00", '""', "1e50", '"\\u0000"', "[{}]"]
)


@st.composite
def changed_text(draw: st.DrawFn, text: str) -> str:
    """Return a text with a few of its rows dropped, doubled, swapped, cut, or given another value."""
    rows = text.split("\n")
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(rows) - 1))
        row = rows[at]
        how = draw(st.sampled_from(["drop", "double", "cut", "value", "inner", "letter"]))
        if how == "drop":
            rows[at] = ""
        elif how == "double":
            rows.insert(draw(st.integers(0, len(rows))), row)
        elif how == "cut":
            rows[at] = row[: draw(st.integers(0, len(row)))]
        elif how == "value" and "=" in row:
            rows[at] = row.split("=")[0] + "= " + draw(ODD)
        elif how == "inner" and row.count("=") > 1:
            rows[at] = re.sub(r"= *[^,{}\[\]]+(?=[,}])", "= " + draw(ODD).replace("\\", ""), row, count=draw(st.integers(1, 2)))
        elif row:
            cut = draw(st.integers(0, len(row) - 1))
            rows[at] = row[:cut] + draw(st.sampled_from(['"', "x", "[", "]", "=", ".", "é", "\\", "\n", "9"])) + row[cut + 1 :]
    return "\n".join(rows)


@pytest.mark.parametrize("name", LOADERS)
@settings(max_examples=120)
@given(data=st.data())
def test_whatever_is_changed_only_the_librarys_errors_come_out(name: str, data: st.DataObject) -> None:
    text = data.draw(changed_text(LOADERS[name].text))
    try:
        LOADERS[name].load(text)
    except MistakesError as error:
        assert len(error.vi.split("\n")) == len(error.en.split("\n"))
        assert not re.search(r"Input should|valid |Value error", error.vi)
        assert all(number <= text.count("\n") + 1 for number in lines_of(error.en.split("\n")))
    except CchcError:
        assert name == "calendar"


@pytest.mark.parametrize("name", LOADERS)
@settings(max_examples=30)
@given(raw=st.binary(max_size=60))
def test_any_bytes(name: str, raw: bytes) -> None:
    with contextlib.suppress(CchcError):
        LOADERS[name].load(raw)
