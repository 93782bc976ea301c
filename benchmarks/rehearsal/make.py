"""Writes the country's folder: 34 provinces, 3.321 communes, a Parquet file a province and month, units.csv and district.toml.

``python -m benchmarks.rehearsal.make FOLDER ROWS [YEAR]``. Rows are drawn column by column; the same rows and year give the same files.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import day_number

Array = np.ndarray[Any, np.dtype[Any]]

PROVINCES: Final = 34
COMMUNES: Final = 3_321
PROCEDURES: Final = 2_000
YEAR: Final = 2026
DOSSIERS: Final = "dossiers.parquet"
STATUSES: Final = ("Đã trả kết quả", "Đang xử lý", "Rút hồ sơ")
CHANNELS: Final = ("Trực tuyến", "Trực tiếp", "Bưu chính công ích")
FIELDS: Final = ("Đất đai", "Hộ tịch", "Chứng thực", "Đầu tư", "Giao thông", "Bảo trợ xã hội", "Thuế", "Xây dựng")
TERMS: Final = (1, 2, 3, 5, 7, 10, 15, 20, 30)
_CODE: Final = 23
"""Characters of the code of a dossier: ``H01.0001-260105-0000001``."""


def write_folder(folder: Path, rows: int, year: int = YEAR) -> None:
    """Write what a country has of a year: its dossiers received in that year, its units, and who reports on which day."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "units.csv").write_text(_units(), encoding="utf-8")
    (folder / "district.toml").write_text(_district(year), encoding="utf-8")
    place = folder / DOSSIERS
    place.mkdir(exist_ok=True)
    for (province, month), number in zip(_parts(), _sizes(rows), strict=True):
        table = _dossiers(province, month, year, number)
        pq.write_table(table, place / f"p{province + 1:02}-{year}-{month:02}.parquet", compression="zstd", row_group_size=1 << 20)


def communes_of(province: int) -> range:
    """Return the numbers of the communes of a province, counted over the country."""
    return range(province * COMMUNES // PROVINCES, (province + 1) * COMMUNES // PROVINCES)


def _district(year: int) -> str:
    return f'code = "H01"\nname = "Số 1"\nlevel = "province"\nextracted_on = {year}-12-31\nperiod = "{year}"\nunits_file = "units.csv"\n'


def _units() -> str:
    lines = ["code,name,kind,level,parent"]
    for province in range(PROVINCES):
        code = f"H{province + 1:02}"
        lines.append(f"{code},Số {province + 1},tỉnh,province,")
        lines += [f"{_commune(province, number)},Số {number + 1},xã,commune,{code}" for number in communes_of(province)]
    return "\n".join(lines) + "\n"


def _commune(province: int, number: int) -> str:
    return f"H{province + 1:02}.{number:04}"


def _parts() -> list[tuple[int, int]]:
    return [(province, month) for province in range(PROVINCES) for month in range(1, 13)]


def _sizes(rows: int) -> list[int]:
    """Return how many rows each part has: provinces are of unlike size, the largest of eight times the smallest."""
    weights = np.array([1 + 7 * (province * 13 % PROVINCES) / (PROVINCES - 1) for province, _ in _parts()])
    cuts = np.floor(np.concatenate([[0], np.cumsum(weights)]) / weights.sum() * rows + 0.5).astype(np.int64)
    return [int(size) for size in np.diff(cuts)]


def _dossiers(province: int, month: int, year: int, rows: int) -> pa.Table:
    """Return the dossiers of a province received in a month, by the day of receipt, as a warehouse exports them."""
    rng = np.random.default_rng([year, province, month])
    calendar = Calendar.official()
    first = day_number(date(year, month, 1))
    last = day_number(date(year + month // 12, month % 12 + 1, 1)) - 1
    known = day_number(date(year, 12, 31))
    received = np.sort(rng.integers(first, last + 1, rows, dtype=np.int32))
    listed = np.array(communes_of(province))
    weights = 1 / np.arange(1, len(listed) + 1) ** 0.5  # a few communes have many
    at = np.searchsorted(np.cumsum(weights) / weights.sum(), rng.random(rows)).clip(0, len(listed) - 1)
    term = rng.choice(np.array(TERMS, dtype=np.int32), rows)
    paused = np.where(rng.random(rows) < 0.1, rng.integers(1, 11, rows), 0).astype(np.int32)
    due = calendar.add_working_days_column(received, (term + paused).astype(np.int64)).astype(np.int32)
    ended = np.maximum(due + rng.integers(-12, 3, rows, dtype=np.int32), received).astype(np.int32)
    status = (rng.random(rows) < 0.01).astype(np.int8) * np.int8(2)
    pending = (rng.random(rows) < 0.03) | (ended > known)
    status[pending] = 1
    codes = [_commune(province, number) for number in listed]
    return pa.table(
        {
            "Mã hồ sơ": _dossier_codes(province, listed[at], received),
            "Mã đơn vị": _words(at, codes),
            "Mã thủ tục": _words(_skewed(rng, rows, PROCEDURES), [f"1.{n:06}" for n in range(PROCEDURES)]),
            "Lĩnh vực": _words(_skewed(rng, rows, len(FIELDS)), FIELDS),
            "Hình thức nộp": _words(_skewed(rng, rows, len(CHANNELS)), CHANNELS),
            "Trạng thái": _words(status, STATUSES),
            "Ngày tiếp nhận": pa.array(received).cast(pa.date32()),
            "Ngày hẹn trả": pa.array(due).cast(pa.date32()),
            "Ngày kết thúc": pa.array(ended, mask=pending).cast(pa.date32()),
            "Số ngày tạm dừng": pa.array(paused),
        }
    )


def _skewed(rng: np.random.Generator, rows: int, size: int) -> Array:
    """Return numbers below a size, the first of them most often."""
    found: Array = (rng.random(rows) ** 3 * size).astype(np.int32)
    return found


def _words(codes: Array, words: Any) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(words)).cast(pa.string())


def _dossier_codes(province: int, communes: Array, received: Array) -> pa.Array:
    """Return a code for each dossier: its commune, the day of receipt and a number, each once."""
    rows = len(communes)
    texts = np.empty((rows, _CODE), dtype=np.uint8)
    texts[:] = np.frombuffer(b"H00.0000-000000-0000000", dtype=np.uint8)
    days = {day: (date(1970, 1, 1) + timedelta(days=day)) for day in np.unique(received).tolist()}
    numbers = np.array([days[day].year % 100 * 10_000 + days[day].month * 100 + days[day].day for day in sorted(days)], dtype=np.int64)
    written = numbers[np.searchsorted(np.array(sorted(days)), received)] if rows else np.zeros(0, dtype=np.int64)
    for first, width, value in (
        (1, 2, np.full(rows, province + 1)),
        (4, 4, communes),
        (9, 6, written),
        (16, 7, np.arange(1, rows + 1)),
    ):
        left = value.astype(np.int64)
        for place in range(first + width - 1, first - 1, -1):
            texts[:, place] += (left % 10).astype(np.uint8)
            left //= 10
    offsets = np.arange(0, (rows + 1) * _CODE, _CODE, dtype=np.int32)
    return pa.Array.from_buffers(pa.string(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(texts)])


if __name__ == "__main__":
    write_folder(Path(sys.argv[1]), int(float(sys.argv[2])), *map(int, sys.argv[3:]))
