"""Headings: every spelling that is promised is understood, none means two columns, and nearness alone means nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.read.cells import spelt, strip_marks

from cchc_metrics.read.headings import heading_key, known_headings, match_headings, spellings
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import schema

NAMED = [
    (name, column, spelling) for name, kind in KINDS.items() for column, others in kind.headings.items() for spelling in (column, *others)
]
# Of the fields that the national exchange is seen to use, those that some column stands for.
EXCHANGE = {
    "MaHoSo": "dossier_id",
    "MaTTHC": "procedure_code",
    "MaLinhVuc": "field",
    "KenhThucHien": "channel",
    "NgayNopHoSo": "submitted_at",
    "NgayTiepNhan": "received_at",
    "NgayHenTra": "due_at",
    "NgayKetThucXuLy": "ended_at",
    "NgayTra": "returned_at",
    "TrangThaiHoSo": "status",
    "HoSoCoThanhPhanSoHoa": "digitised",
    "TrangThaiSoHoa": "digitised",
    "DuocThanhToanTrucTuyen": "paid_online",
    "DonViXuLy": "unit_code",
}
# And those that none does: they tell of the applicant, of refusals, or of things that are not counted.
NOT_USED = ("LoaiDoiTuong", "NgayTuChoi", "HinhThucTra", "NoiNopHoSo", "MaCSDL", "DanhSachLePhi")


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda r: r.name)
def test_no_heading_means_two_columns(kind: Kind) -> None:
    meant: dict[str, set[str]] = {}
    for column in (spec.name for spec in schema(kind.model)):
        for spelling in spellings(kind, column):
            meant.setdefault(heading_key(spelling), set()).add(column)
    assert {key: columns for key, columns in meant.items() if len(columns) > 1} == {}
    assert set(known_headings(kind)) == set(meant)


@given(st.sampled_from(NAMED).flatmap(lambda n: st.tuples(st.just(n[0]), st.just(n[1]), spelt(n[2]))))
def test_a_heading_is_understood_in_every_spelling(named: tuple[str, str, str]) -> None:
    kind, column, written = named
    assert match_headings(KINDS[kind], [written]).positions == {column: 0}


@pytest.mark.parametrize(("field", "column"), EXCHANGE.items())
def test_fields_of_the_national_exchange_are_headings(field: str, column: str) -> None:
    assert match_headings(KINDS["dossiers"], [field]).positions == {column: 0}


@pytest.mark.parametrize("field", NOT_USED)
def test_fields_without_a_column_are_passed_over(field: str) -> None:
    assert match_headings(KINDS["dossiers"], [field]).positions == {}


def test_an_export_of_the_exchange_does_not_name_a_column_twice() -> None:
    fields = [field for field in (*EXCHANGE, *NOT_USED) if field != "TrangThaiSoHoa"]  # of the two, an export has one
    matched = match_headings(KINDS["dossiers"], fields)
    assert matched.usable
    assert len(matched.unknown) == len(NOT_USED)


@given(st.sampled_from(list(KINDS.values())), st.lists(st.text(max_size=12) | st.sampled_from([n[2] for n in NAMED]), max_size=8))
def test_every_heading_is_accounted_for_once(kind: Kind, headings: list[str]) -> None:
    matched = match_headings(kind, headings)
    twice = sum(len(others) - 1 for _, others in matched.duplicates) + sum(len(beside) for _, _, beside in matched.doubtful)
    assert len(matched.positions) + twice + len(matched.unknown) == len(headings)
    assert {column for column, _ in matched.duplicates} <= set(matched.positions)
    assert set(matched.missing) == {spec.name for spec in schema(kind.model) if spec.required} - set(matched.positions)
    for column, position in matched.positions.items():
        assert heading_key(headings[position]) in map(heading_key, spellings(kind, column))


def test_a_near_heading_is_named_and_not_taken() -> None:
    matched = match_headings(KINDS["dossiers"], ["Ngày tiếp nhân hồ sơ 2", "dossier_ids"])
    assert matched.positions == {}
    assert matched.unknown == ((0, "Ngày tiếp nhận hồ sơ"), (1, "dossier_id"))


def test_own_headings_win_and_may_pass_a_column_over() -> None:
    own = {"mã hs": "dossier_id", "Mã hồ sơ": "", "TÌNH TRẠNG": "field"}
    matched = match_headings(KINDS["dossiers"], ["Mã hồ sơ", "Ma HS", "Tình trạng", "Trạng thái", "Đơn vị"], own)
    assert matched.positions == {"dossier_id": 1, "field": 2, "status": 3, "unit_code": 4}
    assert matched.usable
    assert not matched.unknown


def test_two_headings_of_one_column_and_a_missing_one_are_reported() -> None:
    matched = match_headings(KINDS["surveys"], ["Mã phiếu", "So_Phieu", "Đơn vị", "Điểm"])
    assert matched.duplicates == (("response_id", ("Mã phiếu", "So_Phieu")),)
    assert matched.missing == ("answered_on",)
    assert not matched.usable


def test_the_composed_and_the_decomposed_form_are_one() -> None:
    text = "Ngày kết thúc xử lý"
    assert heading_key(unicodedata.normalize("NFD", text)) == heading_key(text) == heading_key(strip_marks(text)) == "ngayketthucxuly"
