"""The commands ``plan`` and ``score``, and both in ``report``, on the example folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cchc_metrics.cli import main

EXAMPLE = Path(__file__).parents[1] / "examples" / "thap-muoi"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "thap-muoi"
    shutil.copytree(EXAMPLE, copy)
    return copy


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


SCHEME = """
id = "own"
version = "2022"
vi = "Bộ tiêu chí của mình"
en = "Own scheme"
source = "own"
max = 20
bands = [
    { id = "good", vi = "Tốt", en = "Good", at_least = 80 },
    { id = "weak", vi = "Yếu", en = "Weak", less_than = 80 },
]

[indicators]
"1" = "resolved_on_time"

[[fields]]
id = "A"
vi = "Thủ tục hành chính"
en = "Procedures"
max = 20
source = "own"

[[fields.criteria]]
id = "1"
vi = "Đúng hạn"
en = "On time"
max = 10
rule = { shape = "linear" }

[[fields.criteria]]
id = "2"
vi = "Kiểm tra"
en = "Inspections"
max = 10
rule = { shape = "linear" }
"""


def test_plan_prints_where_the_plan_stands(folder: Path) -> None:
    found = run("plan", folder, "--as-of", "31/03/2022")
    assert found.exit_code == 0, found.output
    for words in ("11970/KH-UBND", "MÔ PHỎNG", "minh họa", "đúng tiến độ", "có nguy cơ", "quá hạn 6 ngày"):
        assert words in found.output


def test_plan_without_a_plan_says_the_fix(folder: Path) -> None:
    (folder / "plan.toml").unlink()
    text = (folder / "district.toml").read_text(encoding="utf-8")
    (folder / "district.toml").write_text("\n".join(x for x in text.splitlines() if not x.startswith("plan")), encoding="utf-8")
    found = run("plan", folder, "--lang", "en")
    assert found.exit_code == 2
    assert "--plan" in found.output


def test_a_scheme_of_ones_own_takes_measures_and_given_scores(folder: Path) -> None:
    (folder / "scheme.toml").write_text(SCHEME, encoding="utf-8")
    (folder / "scores.toml").write_text('[values]\n"2" = { numerator = 1, denominator = 2 }\n', encoding="utf-8")
    found = run("score", folder, "--lang", "en")
    assert found.exit_code == 0, found.output
    assert "9.89" in found.output  # 6.223/6.292 of 10 points
    assert "14.89" in found.output
    assert "Weak" in found.output


def test_what_if_and_the_cheapest_way(folder: Path) -> None:
    (folder / "scheme.toml").write_text(SCHEME, encoding="utf-8")
    (folder / "scores.toml").write_text('[values]\n"2" = { numerator = 1, denominator = 2 }\n', encoding="utf-8")
    changed = run("score", folder, "--lang", "en", "--what-if", "2=80")
    assert changed.exit_code == 0, changed.output
    assert "17.89" in changed.output
    assert "Good" in changed.output
    way = run("score", folder, "--lang", "en", "--cheapest", "1")
    assert way.exit_code == 0, way.output
    assert "Inspections" in way.output


def test_several_units_are_ranked(folder: Path) -> None:
    (folder / "scheme.toml").write_text(SCHEME, encoding="utf-8")
    units = [("H20.38.01", 50), ("H20.38.02", 90), ("H20.38.03", 70)]
    (folder / "scores.toml").write_text(
        "\n".join(f'[[units]]\nunit = "{code}"\n[units.values]\n"2" = {rate}\n' for code, rate in units), encoding="utf-8"
    )
    found = run("score", folder, "--lang", "en")
    assert found.exit_code == 0, found.output
    ranking = found.output[found.output.rindex("\n\n") :]
    assert ranking.index("H20.38.02") < ranking.index("H20.38.03") < ranking.index("H20.38.01")


def test_a_built_in_scheme_by_name_and_in_the_report(folder: Path, tmp_path: Path) -> None:
    found = run("report", folder, "--scheme", "district_example", "--out", tmp_path / "out")
    assert found.exit_code == 0, found.output
    assert "Chấm điểm" in found.output
    data = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert list(data["scores"]) == ["H20.38"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--scheme", "qd767"), "did you mean «qd766»"),
        ((), "add --scheme"),
        (("--scheme", "district_example", "--unit", "H20.39"), "did you mean «H20.38»"),
        (("--scheme", "qd766", "--what-if", "2.1"), "write INPUT=VALUE"),
        (("--scheme", "qd766", "--what-if", "2.9=1"), "2.9"),
        (("--scheme", "qd766", "--scores", "nowhere.toml"), "nowhere.toml"),
    ],
)
def test_a_mistake_is_one_line_with_the_fix(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    found = run("score", folder, "--lang", "en", *arguments)
    assert found.exit_code == 2
    assert words in found.output
    assert len(found.output.strip().splitlines()) == 1


def test_a_broken_scheme_names_every_mistake(folder: Path) -> None:
    (folder / "scheme.toml").write_text(
        SCHEME.replace("at_least = 80", "at_leest = 80").replace('shape = "linear"', 'shape = "linaer"'), encoding="utf-8"
    )
    found = run("score", folder, "--lang", "en")
    assert found.exit_code == 2
    assert "at_leest" in found.output
    assert "linaer" in found.output
