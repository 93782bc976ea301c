"""Offices drawn at random: after ``init --yes`` the report has the figures of the drawn records, or says what is in doubt."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.proposal.drawn_offices import NAMES, Sheet, write_office, xlsx
from tests.read.old_writing import to_1258

import cchc_metrics as cm
from cchc_metrics.cli import main

AS_OF = date(2022, 1, 5)
WHO = ("--code", "TM", "--name", "Tháp Mười", "--level", "huyện", "--period", "2021", "--extracted-on", str(AS_OF))


@pytest.mark.parametrize("seed", [*range(16), 66, 528, 606, 616])
def test_the_figures_of_a_drawn_office_are_right_or_in_doubt(tmp_path: Path, seed: int) -> None:
    right = write_office(tmp_path, seed)
    done = CliRunner().invoke(main, ["init", str(tmp_path), "--yes", *WHO])
    assert done.exit_code in (0, 1), done.output
    data = cm.read_folder(tmp_path, period="2021", as_of=AS_OF)
    measures, dossiers = data.measures(), data.columns("dossiers")
    in_doubt = done.exit_code == 1 or data.problems.rejected > 0
    for indicator, (numerator, denominator) in right.items():
        found: tuple[int | None, int | None]
        if indicator.startswith("channel "):
            found = int(dossiers.equals("channel", indicator.removeprefix("channel ")).sum()), None
        else:
            measure = measures[indicator, "TM"]
            found = measure.numerator, measure.denominator if denominator is not None else None
        assert found == (numerator, denominator) or in_doubt, indicator
    data.report().save(tmp_path / "out")
    said = done.output + (tmp_path / "district.toml").read_text(encoding="utf-8") + data.problems.to_csv()
    said += "".join(path.read_text(encoding="utf-8", errors="replace") for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert not [name for name in NAMES if name in said]


# --- Kinds of faults that such draws found

TOP = ["Mã hồ sơ", "Trạng thái", "Ngày tiếp nhận", "Ngày có kết quả", "Trực tuyến"]


def _record(n: int, tick: str = "") -> list[str]:
    return [f"H20.38-{n:04d}", "Đã trả kết quả", f"{n:02d}/03/2021", f"{n + 3:02d}/03/2021", tick]


def _office(folder: Path, **sheets: Sheet) -> tuple[str, cm.Dataset]:
    (folder / "HoSo.xlsx").write_bytes(xlsx(dict(sheets)))
    done = CliRunner().invoke(main, ["init", str(folder), "--yes", *WHO])
    return done.output, cm.read_folder(folder, period="2021", as_of=AS_OF)


def test_a_month_without_a_tick_is_read_like_the_months_beside_it(tmp_path: Path) -> None:
    _, data = _office(tmp_path, T1=Sheet([TOP, _record(1), _record(2)]), T2=Sheet([TOP, _record(13, "x"), _record(14)]))
    columns = data.columns("dossiers")
    assert [int(columns.equals("channel", name).sum()) for name in ("counter", "online")] == [3, 1]


@pytest.mark.parametrize(
    "total", [["Tổng số: 2", "", "", "", ""], ["", "", "2", "", ""], ["Cộng", "", "2 hồ sơ", "", ""], ["Cộng", "", 2, "", ""]]
)
def test_a_total_whose_count_stands_under_an_id_or_a_date_is_no_record(tmp_path: Path, total: list[object]) -> None:
    _, data = _office(tmp_path, S=Sheet([TOP, _record(1, "x"), _record(13), total]))
    assert (data.problems.read, data.problems.rejected) == (2, 0)
    assert data.problems.count("dressing_rows") == 1


def test_a_record_without_an_id_and_with_a_number_for_a_date_is_a_bad_row(tmp_path: Path) -> None:
    _, data = _office(tmp_path, S=Sheet([TOP, _record(1, "x"), _record(13), ["", "", "13", "14/03/2021", "x"]]))
    assert (data.problems.read, data.problems.rejected) == (3, 1)


def test_the_reporting_unit_is_not_below_itself_nor_is_another_of_its_level(tmp_path: Path) -> None:
    rows = [["Đơn vị", *TOP]] + [
        [unit, *_record(n, "x")] for n, unit in enumerate(("UBND huyện Tháp Mười", "UBND xã Mỹ Quí", "UBND huyện Cao Lãnh"), 11)
    ]
    said, data = _office(tmp_path, S=Sheet(rows))
    assert "«UBND huyện Cao Lãnh»" in said
    assert [data.units.unit(code).name for code in data.units.codes] == ["Tháp Mười", "Mỹ Quí"]
    assert (data.problems.read, data.problems.rejected) == (3, 1)


def test_column_numbers_below_a_heading_that_adds_nothing_are_no_record(tmp_path: Path) -> None:
    below, numbers = ["", "", "", "", "", "Điện thoại"], [f"({n})" for n in range(1, 7)]
    _, data = _office(tmp_path, S=Sheet([[*TOP, "Người nộp"], below, numbers, [*_record(1, "x"), ""], [*_record(13), ""]]))
    assert (data.problems.read, data.problems.rejected) == (2, 0)


def test_the_name_of_a_group_is_no_heading(tmp_path: Path) -> None:
    top, low = ["TT", "", "", "Thời gian", "", ""], ["", TOP[0], TOP[1], TOP[2], TOP[3], TOP[4]]
    rows: list[list[Any]] = [top, low, ["II. LĨNH VỰC HỘ TỊCH"], [1, *_record(1, "x")], [2, *_record(13)]]
    _, data = _office(tmp_path, S=Sheet(rows))
    assert "LĨNH VỰC" not in (tmp_path / "district.toml").read_text(encoding="utf-8")
    assert data.problems.read == 2


def test_a_heading_on_two_lines_in_an_old_encoding_is_one_line_of_the_settings(tmp_path: Path) -> None:
    lines = [["Mã\nhồ sơ", *TOP[1:]], _record(1, "x"), _record(13)]
    text = "\n".join(";".join(f'"{cell}"' for cell in row) for row in lines)
    (tmp_path / "HoSo.csv").write_bytes(to_1258(text))
    assert CliRunner().invoke(main, ["init", str(tmp_path), "--yes", *WHO]).exit_code == 0
    assert len(cm.read_folder(tmp_path, period="2021").columns("dossiers")) == 2


@pytest.mark.parametrize("mark", ["\x1b[31m", "\x07", "\u202e", "\u2028", "\x85", '"""', "#"])
def test_a_heading_that_gives_orders_breaks_no_settings(mark: str, tmp_path: Path) -> None:
    lines = [[*TOP, f"{mark}Ghi{mark}"], [*_record(1, "x"), "a"], [*_record(13), "b"]]
    text = "\n".join(";".join(f'"{str(cell).replace(chr(34), chr(34) * 2)}"' for cell in row) for row in lines)
    (tmp_path / f"Ho{mark}So.csv").write_text(text, "utf-8")
    done = CliRunner().invoke(main, ["init", str(tmp_path), "--yes", *WHO])
    assert done.exit_code == 0, done.output
    assert not {"\x1b", "\x07", "\u202e"} & set(done.output)
    assert len(cm.read_folder(tmp_path, period="2021").columns("dossiers")) == 2
