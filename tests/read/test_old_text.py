"""Text that is not in Unicode: every letter of every table comes back; what a file is, is recognised; nothing is read as another word."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.read.old_writing import LETTERS, TCVN3, VNI, as_shown, in_bytes, to_tcvn3, to_vni

import cchc_metrics as cm
from cchc_metrics.errors import CchcError, MistakesError
from cchc_metrics.read.district import load_district
from cchc_metrics.read.files import read_file
from cchc_metrics.read.old_text import converted, encoding_named, from_tcvn3, from_vni, is_syllable, recognise, written_in
from cchc_metrics.read.rows import read_rows
from cchc_metrics.read.tables import Parsed
from cchc_metrics.records.choices import Channel, Status
from cchc_metrics.records.codes import Code
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import schema
from cchc_metrics.text import letters_lost, nfc

ENCODINGS = ("tcvn3", "vni", "windows-1258")
HEADINGS = ("Mã hồ sơ", "Đơn vị", "Trạng thái", "Lĩnh vực", "Ngày tiếp nhận", "Ngày có kết quả")
ROWS: Sequence[Sequence[str]] = [
    ("H20-1", "xã Mỹ Quý", "Đã xử lý xong", "Đất đai", "01/03/2021", "03/03/2021"),
    ("H20-2", "Thị trấn Mỹ An", "Đang xử lý", "Hộ tịch", "02/03/2021", ""),
    ("12/QĐ-UBND", "xã Mỹ Quý", "Đã tiếp nhận", "Nông nghiệp và môi trường", "03/03/2021", ""),
]
UNITS = cm.UnitTree(
    [
        cm.Unit(code="TM", name="Tháp Mười", kind="huyện", level="district"),
        cm.Unit(code="TM.01", name="Mỹ An", kind="thị trấn", level="commune", parent="TM"),
        cm.Unit(code="TM.02", name="Mỹ Quý", kind="xã", level="commune", parent="TM"),
    ]
)
WORDS = sorted(
    {word for kind in KINDS.values() for texts in kind.headings.values() for text in texts for word in text.split()}
    | {word for spec in schema(KINDS["dossiers"].model) if spec.choice for member in spec.choice for word in str(member.vi).split()}
)
"""Words of the field."""
PHRASES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)


def text_of(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    return out.getvalue()


def workbook(path: Path, rows: Sequence[Sequence[str]], write: Callable[[str], str] = str) -> Path:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        for place, cell in enumerate(row):
            if cell:
                sheet.write_string(at, place, write(cell))
    book.close()
    return path


def codes(parsed: Parsed) -> dict[str, int]:
    assert parsed.problems.read == len(parsed.columns) + parsed.problems.rejected
    return {code.value: n for code, n in parsed.problems.by_code().items()}


EXPECTED = list(read_rows("dossiers", [dict(zip(HEADINGS, row, strict=True)) for row in ROWS], units=UNITS).columns.records())


# --- the tables


def test_the_letters_are_all_of_vietnamese() -> None:
    bases, tones = "aăâeêioôơuưy", ("", "\u0301", "\u0300", "\u0309", "\u0303", "\u0323")
    expected = {nfc(base + tone) for base in bases for tone in tones} - set("aeiouy") | {"đ"}
    assert set(LETTERS) == expected | {letter.upper() for letter in expected}
    assert len(LETTERS) == 134
    assert {letter for letter in TCVN3 if letter.islower()} == expected


def test_every_letter_comes_back() -> None:
    for letter in LETTERS:
        assert from_vni(VNI[letter]) == letter
        # TCVN3 has no capitals with tones: a font shows small letters as capitals.
        assert from_tcvn3(to_tcvn3(letter)) in (letter, letter.lower())
        assert from_tcvn3(to_tcvn3(f"HX{letter}")) == f"HX{letter.upper()}"
        assert from_tcvn3(to_tcvn3(f"hx{letter.lower()}")) == f"hx{letter.lower()}"
        assert converted(in_bytes(letter, "windows-1258").decode("latin-1"), "windows-1258") == letter
        assert converted(as_shown(letter, "utf-8"), "utf-8") == letter


def test_signs_that_are_no_letters_stay() -> None:
    for sign in "°±²³´“”–…":
        assert from_tcvn3(f"100 {sign}") == f"100 {sign}"


@given(PHRASES, st.sampled_from(["lower", "upper", "title"]))
def test_words_come_back_in_every_case(text: str, case: str) -> None:
    text = nfc(getattr(text, case)())
    assert from_vni(to_vni(text)) == text
    again = from_tcvn3(to_tcvn3(text))
    assert again.lower() == text.lower()
    plain = sum(char.isascii() and char.isalpha() for char in text)
    assert again == text or case == "title" or (case == "upper" and plain < 2)
    assert converted(as_shown(text, "windows-1258"), "windows-1258") == text
    assert converted(as_shown(text, "utf-8"), "utf-8") == text
    for encoding in (*ENCODINGS, "utf-8"):
        assert converted(text, encoding) == text or not any(letter > "\xff" for letter in text)


# --- what a text is


@pytest.mark.parametrize("encoding", [*ENCODINGS, "utf-8"])
@settings(max_examples=150)
@given(st.lists(PHRASES, min_size=8, max_size=20))
def test_what_texts_are_written_in_is_recognised(encoding: str, texts: list[str]) -> None:
    marked = [text for text in texts if sum(map(is_marked, text.split())) > 1]
    found = recognise([(as_shown(text, encoding), 1) for text in marked])
    # A few words may be words either way; of so many there is no doubt.
    few = len({word for text in marked for word in text.split() if is_marked(word)}) < 8
    assert (found is None and few) or (found is not None and found.encoding == encoding)


def is_marked(word: str) -> bool:
    return not word.isascii()


@given(st.lists(PHRASES, max_size=20))
def test_unicode_is_nothing_else(texts: list[str]) -> None:
    assert recognise([(text, 1) for text in texts]) is None
    assert all(written_in(text) in ((), ("",)) for text in texts)


@pytest.mark.parametrize(
    "text",
    ["café", "São Paulo", "naïve", "Zürich", "100 m²", "20 °C", "§ 3", "½", "Île", "Müller & Söhne", "Mã", "Cà Mau", "Krông Nô", "Pôkô"],
)
def test_words_of_other_tongues_are_left_alone(text: str) -> None:
    assert written_in(text) == ()


def test_words_of_the_field_are_syllables() -> None:
    words = [word for word in WORDS if word.isalpha() and not word.isascii() and word != word.upper()]
    assert len(words) > 100
    assert [word for word in words if not is_syllable(word)] == []


# --- files of bytes


@pytest.mark.parametrize("size", [1, 4000])
def test_a_file_in_windows_1258_is_read_and_said_to_be(tmp_path: Path, size: int) -> None:
    rows = [[f"{row[0]}.{n}", *row[1:]] for n in range(size) for row in ROWS]
    path = tmp_path / "dossiers.csv"
    path.write_bytes(in_bytes(text_of([("DANH SÁCH HỒ SƠ",), HEADINGS, *rows]), "windows-1258"))
    if size > 1:
        path.write_bytes(path.read_bytes() + b"\n" * (1 << 21))  # the way of blocks
    found = read_file("dossiers", path, units=UNITS)
    assert codes(found) == {"text_converted": 1}
    assert found.problems.examples[0].fix_en.startswith(": Windows-1258, ")
    assert found.problems.examples[0].fix_en.endswith("; recognised by its syllables")
    expected = read_rows("dossiers", [dict(zip(HEADINGS, row, strict=True)) for row in rows], units=UNITS)
    assert list(found.columns.records()) == list(expected.columns.records())


@pytest.mark.parametrize(("encoding", "name"), [("tcvn3", "TCVN3 (ABC)"), ("vni", "VNI-Windows")])
def test_a_file_in_an_old_font_is_named_and_read_once_it_is_declared(tmp_path: Path, encoding: str, name: str) -> None:
    path = tmp_path / "dossiers.csv"
    path.write_bytes(in_bytes(text_of([("DANH SÁCH HỒ SƠ",), HEADINGS, *ROWS]), encoding))
    with pytest.raises(cm.CchcError) as raised:
        read_file("dossiers", path, units=UNITS)
    assert f"text in {name}, " in raised.value.en
    assert f'write [encoding] "dossiers.csv" = "{encoding}"' in raised.value.en
    found = read_file("dossiers", path, units=UNITS, own={"encoding": name})
    assert codes(found) == {"text_converted": 1}
    assert list(found.columns.records()) == EXPECTED


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_declaration_does_not_spoil_what_is_unicode(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "dossiers.csv"
    for codec in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        path.write_bytes(text_of([HEADINGS, *ROWS]).encode(codec))
        for declared in ("", encoding):
            found = read_file("dossiers", path, units=UNITS, own={"encoding": declared})
            assert (codes(found), list(found.columns.records())) == ({}, EXPECTED)


def test_a_broken_byte_of_utf_8_is_no_old_font(tmp_path: Path) -> None:
    path = tmp_path / "dossiers.csv"
    path.write_bytes(text_of([HEADINGS, *ROWS]).encode() + b"\xff\n")
    with pytest.raises(cm.CchcError) as raised:
        read_file("dossiers", path, units=UNITS)
    assert "byte 0xff is not UTF-8)" in raised.value.en


def test_a_file_of_bytes_whose_letters_are_lost_says_so(tmp_path: Path) -> None:
    path = tmp_path / "dossiers.csv"
    path.write_bytes(text_of([HEADINGS, *ROWS]).encode("cp1252", "replace"))
    with pytest.raises(cm.CchcError) as raised:
        read_file("dossiers", path, units=UNITS)
    assert "is not UTF-8: letters were lost to «?» and cannot be restored" in raised.value.en
    assert "(32 of 144 letters)" in raised.value.en


# --- cells


@pytest.mark.parametrize("encoding", [*ENCODINGS, "utf-8"])
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_cells_in_an_old_font_are_named_with_their_share_and_read_once_declared(tmp_path: Path, encoding: str, ending: str) -> None:
    path = tmp_path / f"dossiers.{ending}"
    rows = [HEADINGS, *ROWS]
    if ending == "xlsx":
        workbook(path, rows, lambda text: as_shown(text, encoding))
    else:
        path.write_text(text_of([[as_shown(cell, encoding) for cell in row] for row in rows]), encoding="utf-8")
    found = read_file("dossiers", path, units=UNITS)
    (problem,) = [p for p in found.problems if p.code is Code.OLD_ENCODING]
    assert problem.code.severity == "error"
    share = "3 of 6 cells with marks (50 %)" if encoding == "utf-8" else "6 of 6 cells with marks (100 %)"  # of those bytes some are spaces
    assert share in problem.fix_en
    assert f'write [encoding] "dossiers.{ending}" = "{encoding}"' in problem.fix_en
    again = read_file("dossiers", path, units=UNITS, own={"encoding": encoding})
    assert codes(again) == {"text_converted": 1}
    assert list(again.columns.records()) == EXPECTED


@settings(max_examples=60, deadline=None)
@given(data=st.data(), encoding=st.sampled_from([*ENCODINGS, "utf-8"]))
def test_records_written_in_an_old_font_are_read_back(tmp_path_factory: Any, data: st.DataObject, encoding: str) -> None:
    vi = st.sampled_from([str(member.vi) for member in Status if member is not Status.REFUSED]).map(str.capitalize)
    row = st.tuples(
        st.sampled_from(["xã Mỹ Quý", "Thị trấn Mỹ An", "UBND huyện Tháp Mười"]),
        vi,
        st.sampled_from([str(member.vi) for member in Channel]),
        PHRASES,
    )
    drawn = data.draw(st.lists(row, max_size=8))
    headings = ("Mã hồ sơ", "Đơn vị", "Trạng thái", "Hình thức nộp hồ sơ", "Lĩnh vực", "Ngày tiếp nhận", "Ngày có kết quả")
    rows = [(f"TM-{at}", *cells, "01/03/2021", "05/03/2021") for at, cells in enumerate(drawn)]
    folder = tmp_path_factory.mktemp("old")
    path = workbook(folder / "a.xlsx", [headings, *rows], lambda text: as_shown(text, encoding))
    plain = read_rows("dossiers", [dict(zip(headings, row, strict=True)) for row in rows], units=UNITS)
    found = read_file("dossiers", path, units=UNITS, own={"encoding": encoding})
    assert [lowered(record) for record in found.columns.records()] == [lowered(record) for record in plain.columns.records()]


def lowered(record: Any) -> dict[str, str]:
    """Return a record without case, which a TCVN3 font does not keep of letters with tones."""
    return {key: str(value).lower() for key, value in record.model_dump(mode="json").items()}


def test_a_column_in_both_is_converted_and_its_doubtful_cells_are_counted(tmp_path: Path) -> None:
    rows = [
        HEADINGS,
        ("1", "TM", "Đã tiếp nhận", to_tcvn3("Hộ tịch"), "01/03/2021", ""),
        ("2", "TM", "Đã tiếp nhận", "Hộ tịch", "01/03/2021", ""),
        ("3", "TM", "Đã tiếp nhận", "hoà", "01/03/2021", ""),  # «hoà» here and «hoư» there: no word there
        ("4", "TM", "Đã tiếp nhận", "mã", "01/03/2021", ""),  # «mã» here and «mó» there
    ]
    found = read_file("dossiers", workbook(tmp_path / "a.xlsx", rows), units=UNITS, own={"encoding": "tcvn3"})
    assert [record.field for record in found.columns.records()][:2] == ["Hộ tịch", "Hộ tịch"]  # type: ignore[attr-defined]
    (problem,) = [p for p in found.problems if p.code is Code.TEXT_CONVERTED]
    assert "3 cells; 2 of them are words either way" in problem.fix_en


# --- declarations


def test_an_encoding_is_declared_of_a_file_a_pattern_a_kind_or_all(tmp_path: Path) -> None:
    assert [encoding_named(name) for name in ("ABC", "TCVN3 (ABC)", "VNI-Windows", "cp1258", "Windows 1258", "utf8")] == [
        "tcvn3",
        "tcvn3",
        "vni",
        "windows-1258",
        "windows-1258",
        "utf-8",
    ]
    head = 'code = "TM"\nname = "Tháp Mười"\nlevel = "huyện"\n'
    whole = load_district(head + 'encoding = "ABC"\n').own("dossiers")
    assert whole.encoding_of("gì.csv") == "tcvn3"
    some = load_district(head + '[encoding]\ndossiers = "vni"\n"Cũ_*.xls" = "tcvn3"\n')
    assert [some.own("dossiers").encoding_of(name) for name in ("Cũ_1.xls", "mới.csv")] == ["tcvn3", "vni"]
    assert some.own("meetings").encoding_of("mới.csv") == ""
    with pytest.raises(MistakesError) as raised:
        load_district(head + '[encoding]\ndossiers = "tcvn4"\n')
    assert "did you mean «tcvn3»?" in raised.value.en
    with pytest.raises(CchcError):
        read_file("dossiers", tmp_path / "a.csv", own={"encoding": "tcvn4"})


def test_a_folder_is_read_as_it_declares(tmp_path: Path) -> None:
    (tmp_path / "district.toml").write_text(
        'code = "TM"\nname = "Tháp Mười"\nlevel = "huyện"\nextracted_on = 2021-12-31\nunits_file = "units.csv"\n'
        '[encoding]\n"dossiers.csv" = "tcvn3"\n"units.csv" = "vni"\n',
        encoding="utf-8",
    )
    (tmp_path / "units.csv").write_bytes(
        in_bytes("Mã,Tên,Loại,Cấp,Mã cấp trên\nTM,Tháp Mười,huyện,huyện,\nTM.01,Mỹ An,thị trấn,xã,TM\nTM.02,Mỹ Quý,xã,xã,TM\n", "vni")
    )
    (tmp_path / "dossiers.csv").write_bytes(in_bytes(text_of([HEADINGS, *ROWS]), "tcvn3"))
    data = cm.read_folder(tmp_path)
    assert list(data.columns("dossiers").records()) == EXPECTED
    assert data.units.unit("TM.01").name == "Mỹ An"


# --- letters that are lost


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("Tr?n V?n ?nh", 3),
        ("?ang x? l?", 3),
        ("H? s?", 2),
        ("C?", 1),
        ("12/Q?-UBND", 1),
        ("Kh\ufffdng", 1),
        ("", 0),
        ("?", 0),
        ("???", 0),
        ("Đúng không?", 0),
        ("Trực tuyến (?)", 0),
        ("https://dvc.gov.vn/?id=x", 0),
        ("TM-1?", 0),
    ],
)
def test_what_is_lost_is_counted(text: str, lost: int) -> None:
    assert letters_lost(text) == lost


@given(PHRASES)
def test_a_text_that_lost_its_letters_is_known_by_it(text: str) -> None:
    gone = "".join(char if char < "\x80" else "?" for char in text)
    assert letters_lost(text) == 0
    if any("?" in word.rstrip("?") for word in gone.split()):
        assert letters_lost(gone) > 0


def test_a_lost_word_is_never_another_word(tmp_path: Path) -> None:
    rows = [
        (*HEADINGS, "Nộp qua bưu chính"),
        ("1", "TM", "Đã tiếp nhận", "?ất đai", "01/03/2021", "", "C?"),  # «c» is yes
        ("2", "M? Quý", "Đã tiếp nhận", "Đất đai", "01/03/2021", "", ""),
        ("3", "TM", "?ã tiếp nhận", "Đất đai", "01/03/2021", "", ""),
        ("4/Q?", "TM", "Đã tiếp nhận", "Đất đai", "01/03/2021", "", ""),
        ("5", "TM", "Đã tiếp nhận", "H? t?ch", "01/03/2021", "", ""),
    ]
    for ending in ("csv", "xlsx"):
        path = tmp_path / f"a.{ending}"
        path.write_text(text_of(rows), encoding="utf-8") if ending == "csv" else workbook(path, rows)
        found = read_file("dossiers", path, units=UNITS)
        assert codes(found)["letters_lost"] == 5
        assert {(p.row, p.column, p.value) for p in found.problems if p.code is Code.LETTERS_LOST} == {
            (2, "postal_in", "C?"),
            (3, "unit_code", "M? Quý"),
            (4, "status", "?ã tiếp nhận"),
            (5, "dossier_id", "4/Q?"),
            (6, "field", "H? t?ch"),
        }
        assert next(p.fix_en for p in found.problems if p.row == 6) == " (2 of 6 letters)"
        assert [record.model_dump()["dossier_id"] for record in found.columns.records()] == ["5"]


def test_a_heading_that_lost_its_letters_is_named_and_means_nothing(tmp_path: Path) -> None:
    headings = ("M? h? s?", "Ðơn vị", "Tr?ng thái", "L?nh v?c", "Ngày ti?p nh?n", "Ngày có k?t qu?")
    path = tmp_path / "a.csv"
    path.write_text(text_of([headings, *ROWS]), encoding="utf-8")
    found = read_file("dossiers", path, units=UNITS)
    assert not found.usable
    assert codes(found)["letters_lost"] == 5
