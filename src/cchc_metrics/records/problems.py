"""What can be wrong with the input: a closed, documented list of codes, and the problems that were found.

A problem of severity ``error`` is to be put right: it sets its row apart (rejected), a table or a link cannot be used, or figures lack what
was not read or cannot be computed. One of severity ``warning`` is a finding about a row that still counts, or says what was assumed.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final, Literal, Self

import numpy as np

from cchc_metrics.errors import RejectedRowsError
from cchc_metrics.hashes import Array, hashes_of
from cchc_metrics.tables.columns import Cells, Lazy, Rows
from cchc_metrics.tables.listing import no_formula
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Lang, Text, word_key

Severity = Literal["error", "warning"]
_ROWS_NAMED: Final = 5
"""So many of the rows in which a mistake stands are named."""
WITHHELD: Final = "…"
"""Stands in place of a value that is not shown."""
DIFFERENT_FIXES: Final = 100
"""For so many different bad cells of a column the nearest good one is sought; more are fixed by fixing the export."""


class Code(StrEnum):
    """The closed list of problem codes, each with its severity, what it says and the fix, in both languages."""

    severity: Severity
    vi: str
    en: str

    def __new__(cls, value: str, severity: Severity, vi: str, en: str) -> Code:  # noqa: PYI034  enum members are made, not subclassed
        """Make a member that carries its texts."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.severity = severity
        member.vi = vi
        member.en = en
        return member

    # A cell
    MISSING_VALUE = "missing_value", "error", "thiếu giá trị bắt buộc", "a required value is missing"
    IMPOSSIBLE_DATE = (
        "impossible_date",
        "error",
        "ngày không có thật hoặc không đọc được; dùng dd/mm/yyyy hoặc yyyy-mm-dd",
        "not a real or readable date; use dd/mm/yyyy or yyyy-mm-dd",
    )
    NOT_A_TIME = "not_a_time", "error", "không phải giờ trong ngày; viết 15:00 hoặc 15h00", "not a time of day; write 15:00 or 15h00"
    NOT_A_NUMBER = "not_a_number", "error", "không phải số; dùng 2.096 hoặc 92,83", "not a number; use 2.096 or 92,83"
    FORMULA_WITHOUT_VALUE = (
        "formula_without_value",
        "error",
        "công thức chưa được tính; mở tệp bằng Excel rồi lưu lại",
        "the formula was never calculated; open the workbook in Excel and save it",
    )
    CELL_ERROR = (
        "cell_error",
        "error",
        "ô báo lỗi của bảng tính, không có giá trị; sửa công thức, nới cột nếu là ####, rồi lưu hoặc xuất lại",
        "the cell shows an error of the spreadsheet and no value; correct the formula, or widen the column if it is ####, and save again",
    )
    AMBIGUOUS_VALUE = (
        "ambiguous_value",
        "error",
        "đọc được hai cách mà cột không cho biết cách nào",
        "can be read in two ways, and the column does not tell which",
    )
    NUMBER_OUT_OF_RANGE = (
        "number_out_of_range",
        "error",
        "số ngoài khoảng cho phép",
        "the number is outside the range allowed",
    )
    UNKNOWN_CODE = (
        "unknown_code",
        "error",
        "mã không có trong danh mục",
        "the code is not in the list of this column",
    )
    UNKNOWN_UNIT = (
        "unknown_unit",
        "error",
        "đơn vị không có trong danh mục đơn vị của district.toml",
        "the unit is not in the unit tree of district.toml",
    )
    ID_LOST_DIGITS = (
        "id_lost_digits",
        "error",
        "bảng tính đã đổi mã thành số và làm mất chữ số; xuất lại cột này dạng văn bản",
        "a spreadsheet made the id a number and digits were lost; export the column as text",
    )
    LETTERS_LOST = (
        "letters_lost",
        "error",
        "chữ đã mất thành «?», không khôi phục được; xuất lại từ phần mềm gốc dạng Unicode (UTF-8)",
        "letters were lost to «?» and cannot be restored; export again from the original system as Unicode (UTF-8)",
    )
    WRONG_NUMBER_OF_CELLS = (
        "wrong_number_of_cells",
        "error",
        "số ô của dòng khác số cột",
        "the row has more or fewer cells than the heading",
    )
    SWALLOWED_LINES = (
        "swallowed_lines",
        "error",
        "một dấu nháy kép lạc chỗ biến nhiều dòng thành một ô; không dòng nào trong đó được tính; xóa hoặc viết đôi dấu nháy",
        "a stray quotation mark makes one cell of several lines; none of them counts; remove the mark or double it",
    )
    # A row
    MISSING_RECEIVED_AT = (
        "missing_received_at",
        "error",
        "trạng thái cho biết đã tiếp nhận nhưng thiếu ngày tiếp nhận",
        "the status says received, the receipt date is missing",
    )
    ENDED_WITHOUT_TIME = (
        "ended_without_time",
        "error",
        "trạng thái đã kết thúc nhưng thiếu ngày kết thúc",
        "the status says ended, the end date is missing",
    )
    END_BEFORE_RECEIPT = "end_before_receipt", "error", "kết thúc trước khi tiếp nhận", "ended before it was received"
    BOUNDARY_FREE_DIFFERS = (
        "boundary_free_differs",
        "warning",
        "ghi không phải hồ sơ phi địa giới nhưng có ngày nơi khác tiếp nhận; tính như không phải phi địa giới",
        "the row says that it is not boundary-free, and when it was received elsewhere; it counts as not boundary-free",
    )
    ELSEWHERE_NOT_SAID = (
        "elsewhere_not_said",
        "warning",
        "hồ sơ phi địa giới thiếu ngày nơi khác tiếp nhận; tiếp nhận trước 05/08/2026 thì không tính được hạn từ thời hạn giải quyết",
        "boundary-free, but when it was received elsewhere is not said; before 2026-08-05 no due date follows from its term",
    )
    ELSEWHERE_AFTER_RECEIPT = (
        "elsewhere_after_receipt",
        "warning",
        "cơ quan có thẩm quyền nhận trước khi nơi khác tiếp nhận",
        "the competent agency received it before the other place did",
    )
    TERM_WITHOUT_UNIT = (
        "term_without_unit",
        "error",
        "có thời hạn nhưng thiếu đơn vị tính",
        "a term is given without its unit",
    )
    DUPLICATE_IDENTICAL = (
        "duplicate_identical",
        "error",
        "dòng lặp lại y hệt; dòng đầu được giữ",
        "an identical row came before; the first is kept",
    )
    DUPLICATE_CONFLICTING = (
        "duplicate_conflicting",
        "error",
        "cùng mã nhưng nội dung khác nhau; không dòng nào được tính",
        "rows of one id contradict each other; none is counted",
    )
    IN_TWO_SYSTEMS = (
        "in_two_systems",
        "error",
        "hồ sơ có cả trong tệp của hệ thống bộ và tệp của hệ thống tỉnh; chỉ tính dòng của hệ thống bộ",
        "the dossier is in the file of a ministry's system and in that of the province's; only the row of the ministry's counts",
    )
    # A link to another table
    EVENT_WITHOUT_DOSSIER = (
        "event_without_dossier",
        "error",
        "không có hồ sơ nào mang mã này được tính, nên diễn biến này không có tác dụng",
        "no dossier that counts has this id, so the event has no effect",
    )
    PROCEDURE_NOT_LISTED = (
        "procedure_not_listed",
        "error",
        "bảng procedures không có mã thủ tục này; hồ sơ vẫn được tính, theo thời hạn riêng nếu có",
        "the table procedures does not have this code; the dossier still counts, by a term of its own if it has one",
    )
    # Findings about rows that still count
    DUE_BEFORE_RECEIPT = "due_before_receipt", "warning", "hạn trả trước ngày tiếp nhận", "due before it was received"
    UNIT_NOT_VALID_ON_DATE = (
        "unit_not_valid_on_date",
        "warning",
        "đơn vị không còn hoặc chưa có hiệu lực vào ngày này",
        "the unit did not exist on this date",
    )
    END_BEFORE_RECEIPT_TIME = (
        "end_before_receipt_time",
        "warning",
        "kết thúc cùng ngày nhưng trước giờ tiếp nhận",
        "ended on the day of the receipt, at an earlier time",
    )
    DATE_IN_FUTURE = (
        "date_in_future",
        "warning",
        "ngày ở sau ngày xuất dữ liệu",
        "the date lies after the day the records were exported",
    )
    YEAR_NOT_IN_CALENDAR = (
        "year_not_in_calendar",
        "warning",
        "năm chưa có trong lịch làm việc; nạp lịch bằng [calendar] trong district.toml",
        "the year is not in the working calendar; supply it under [calendar] in district.toml",
    )
    DUE_DIFFERS = (
        "due_differs",
        "warning",
        "hạn trả được ghi khác hạn tính từ thời hạn",
        "the given due date is not the one computed from the term",
    )
    DUE_OUTSIDE_CALENDAR = (
        "due_outside_calendar",
        "error",
        "không tính được hạn trả: năm chưa có trong lịch làm việc; nạp lịch bằng [calendar] trong district.toml",
        "the due date cannot be computed: its year is not in the working calendar; supply it under [calendar] in district.toml",
    )
    TIMING_DIFFERS = (
        "timing_differs",
        "warning",
        "đúng hạn hay quá hạn ghi trong tệp khác với ngày tháng; số liệu tính theo ngày tháng",
        "the file says another timing than its dates do; figures follow the dates",
    )
    INFORMATION_ONLY_ONLINE = (
        "information_only_online",
        "warning",
        "nộp trực tuyến với dịch vụ mức độ 1, 2 (chỉ cung cấp thông tin)",
        "filed online for a service of level 1 or 2, which gives information only",
    )
    MANY_REAPPOINTMENTS = (
        "many_reappointments",
        "warning",
        "hẹn lại nhiều hơn một lần",
        "more than one re-appointment",
    )
    SUPPLEMENT_ASKED_LATE = (
        "supplement_asked_late",
        "warning",
        "yêu cầu bổ sung lần đầu quá thời hạn thông báo của bộ quy tắc",
        "papers were asked for first after the time that the rules give for it",
    )
    WAIT_WITHOUT_DATES = (
        "wait_without_dates",
        "warning",
        "có số ngày chờ nhưng không có ngày yêu cầu và ngày bổ sung; nạp bảng dossier_events",
        "days waited without the dates of request and receipt; supply the table dossier_events",
    )
    TIES_WITH_DUE_DATE = (
        "ties_with_due_date",
        "warning",
        "tỷ lệ hồ sơ kết thúc đúng vào ngày hẹn cao bất thường",
        "an implausible share of dossiers ended exactly on the due date",
    )
    # The list of units; what each is about stands behind the text
    UNIT_CODE_CORRECTED = "unit_code_corrected", "warning", "mã in nhầm trong bảng chuyển đổi", "a misprinted code of the list of changes"
    UNIT_TWO_NAMES = "unit_two_names", "warning", "một mã có nhiều tên", "one code has several names"
    UNIT_TWO_PARENTS = "unit_two_parents", "warning", "một mã có nhiều đơn vị cấp trên", "one code has several units above it"
    UNIT_NOTE_NOT_UNDERSTOOD = "unit_note_not_understood", "warning", "ghi chú của bảng chuyển đổi", "a note of the list of changes"
    UNIT_WITHOUT_CODE = "unit_without_code", "warning", "đơn vị cũ của bảng chuyển đổi", "an old unit of the list of changes"
    UNIT_CHANGE_TWICE = "unit_change_twice", "warning", "dòng lặp lại của bảng chuyển đổi", "a repeated row of the list of changes"
    UNIT_NAME_DIFFERS = "unit_name_differs", "warning", "tên trước khi đổi không khớp", "the name before the change is another"
    UNIT_DIVIDED = "unit_divided", "warning", "đơn vị bị chia", "the unit was divided"
    UNIT_GAP = "unit_gap", "warning", "có những ngày không có đơn vị nào", "there are days without a unit"
    UNIT_OVERLAP = "unit_overlap", "warning", "đơn vị trước và đơn vị sau cùng có hiệu lực", "a unit and its predecessor exist at once"
    UNIT_ORPHAN = "unit_orphan", "warning", "có những ngày thiếu đơn vị cấp trên", "there are days without the unit above"
    UNIT_WITHOUT_SUCCESSOR = "unit_without_successor", "warning", "không có đơn vị kế thừa", "there is no successor"
    UNIT_SAME_NAME = "unit_same_name", "warning", "hai đơn vị cùng tên", "two units have one name"
    CODE_DAY_DIFFERS = (
        "code_day_differs",
        "warning",
        "ngày trong mã hồ sơ khác ngày tiếp nhận",
        "the day in the dossier's code is not that of its receipt",
    )
    CODE_DAY_IMPOSSIBLE = (
        "code_day_impossible",
        "warning",
        "sáu chữ số giữa mã hồ sơ không phải ngày có thật",
        "the six digits in the dossier's code are no real day",
    )
    CODE_UNIT_DIFFERS = (
        "code_unit_differs",
        "warning",
        "cơ quan trong mã hồ sơ khác đơn vị của dòng",
        "the agency in the dossier's code is not the unit of its row",
    )
    CODE_UNIT_NOT_JUDGED = (
        "code_unit_not_judged",
        "warning",
        "mã đơn vị không phải mã định danh cơ quan, nên không so được với cơ quan trong mã hồ sơ",
        "the unit's code is not that of an agency, so it cannot be compared with the agency in dossiers' codes",
    )
    # A file
    MISSING_FILE = "missing_file", "error", "thiếu tệp", "the file is missing"
    UNUSED_FILE = (
        "unused_file",
        "warning",
        "tệp bảng không dùng đến; ghi tên tệp dưới [files] trong district.toml",
        "the table is not used; name its file under [files] in district.toml",
    )
    UNREADABLE_FILE = (
        "unreadable_file",
        "error",
        "không đọc được tệp; lưu lại dạng CSV UTF-8 hoặc .xlsx",
        "the file cannot be read; save it as UTF-8 CSV or .xlsx",
    )
    OLD_ENCODING = (
        "old_encoding",
        "error",
        "chữ không phải Unicode",
        "text that is not Unicode",
    )
    TEXT_CONVERTED = (
        "text_converted",
        "warning",
        "chữ được chuyển sang Unicode",
        "text was converted to Unicode",
    )
    DISGUISED_FILE = (
        "disguised_file",
        "warning",
        "nội dung tệp khác với đuôi tên tệp; được đọc theo nội dung",
        "the file is something else than its name ends in; it is read as what it is",
    )
    HIDDEN_ROWS = (
        "hidden_rows",
        "warning",
        "dòng bị ẩn hoặc bị lọc trong trang tính vẫn được đọc như dòng khác",
        "rows that are hidden or filtered out in the sheet are read like others",
    )
    HIDDEN_SHEET = (
        "hidden_sheet",
        "warning",
        "trang tính ẩn có vẻ cùng loại, không được đọc; bỏ ẩn, hoặc ghi tên trang dưới [files] sau dấu #",
        "hidden sheets look like tables of this kind and are not read; show them, or name one under [files] after a #",
    )
    UNUSED_SHEET = (
        "unused_sheet",
        "error",
        "trang tính khác có vẻ cùng loại mà không được đọc",
        "other sheets look like this one and are not read",
    )
    NO_HEADING_ROW = (
        "no_heading_row",
        "error",
        "dòng này có lẽ là dữ liệu, không phải tiêu đề; nội dung không được chép ra; thêm dòng tiêu đề vào tệp",
        "this row may be data and no headings; what stands in it is copied nowhere; add a row of headings to the file",
    )
    MISSING_HEADING = "missing_heading", "error", "thiếu cột bắt buộc", "a required column is missing"
    UNKNOWN_HEADING = (
        "unknown_heading",
        "warning",
        "cột không dùng đến, được bỏ qua và không sao chép",
        "the column is not used; it is ignored and never copied",
    )
    UNUSED_DATE_COLUMN = (
        "unused_date_column",
        "error",
        "cột có ngày tháng mà không được dùng; kết quả của bảng này có thể thiếu ngày đó",
        "the column holds dates and is not used; what this table gives may lack that date",
    )
    UNIT_ASSUMED = (
        "unit_assumed",
        "warning",
        "bảng không có cột đơn vị; mọi dòng tính cho đơn vị duy nhất của danh mục",
        "the table has no column of units; every row counts for the only unit of the tree",
    )
    COLUMN_DECLARED = (
        "column_declared",
        "warning",
        "bảng không có cột này; mọi dòng có giá trị ghi dưới [columns] trong district.toml",
        "the table does not have the column; every row has the value declared under [columns] in district.toml",
    )
    COLUMN_DECLARED_IN_VAIN = (
        "column_declared_in_vain",
        "warning",
        "bảng có cột này, nên giá trị ghi dưới [columns] trong district.toml không dùng đến",
        "the table has the column, so the value declared under [columns] in district.toml is not used",
    )
    COLUMN_FOLLOWS = (
        "column_follows",
        "warning",
        "bảng không có cột này; nó được suy ra từ cột khác",
        "the table does not have the column; it follows from another",
    )
    FIGURE_DIFFERS = (
        "figure_differs",
        "warning",
        "số nhập tay khác số đếm từ hồ sơ; số đếm được dùng, kiểm lại một trong hai",
        "a figure entered by hand is not what the records give; what was counted is used, check one of the two",
    )
    ROWS_FIXED = (
        "rows_fixed",
        "warning",
        "dòng đã sửa trong can_sua*.xlsx được đọc thay cho dòng trong tệp",
        "rows that were fixed in can_sua*.xlsx are read in place of those of the file",
    )
    FIX_OUTDATED = (
        "fix_outdated",
        "error",
        "dòng đã sửa trong can_sua*.xlsx không còn khớp mã của dòng này trong tệp, nên không dùng; sửa lại, hoặc xóa dòng đó trong can_sua",
        "a row fixed in can_sua*.xlsx no longer has the identifier of this row of the file; it is not used; fix it anew or delete it",
    )
    LAYOUT_CHANGED = (
        "layout_changed",
        "warning",
        "các cột không còn như khi khai báo [layout] trong district.toml; kiểm lại, rồi chạy: cchc-metrics init --force",
        "the columns are no longer as when [layout] in district.toml was declared; look at them, then run: cchc-metrics init --force",
    )
    AMBIGUOUS_HEADING = (
        "ambiguous_heading",
        "error",
        "tiêu đề có hai nghĩa; không đoán",
        "the heading can mean two columns; none is guessed",
    )
    DUPLICATE_HEADING = "duplicate_heading", "error", "hai cột cùng một nghĩa", "two columns mean the same"
    ROW_IS_ID = (
        "row_is_id",
        "warning",
        "bảng không có cột mã; số dòng được dùng làm mã, nên dòng ghi hai lần không nhận ra được",
        "the table has no column of ids; the number of the row stands in, so that a row entered twice cannot be found",
    )
    MARKS_ASSUMED = (
        "marks_assumed",
        "warning",
        "cột chỉ có dấu (x, v, ✓); ô trống được hiểu là không",
        "the column has marks only (x, v, ✓); an empty cell is taken for no",
    )
    DRESSING_ROWS = (
        "dressing_rows",
        "warning",
        "dòng không phải hồ sơ (tổng cộng, tên nhóm, chữ ký…), được bỏ qua và không sao chép",
        "rows that are no records (totals, group names, signatures …) are passed over and never copied",
    )
    TOTAL_IN_DOUBT = (
        "total_in_doubt",
        "warning",
        "giống dòng tổng cộng nhưng đủ nội dung của một bản ghi nên vẫn được tính; xóa dòng nếu là tổng",
        "looks like a total and has all that a record needs, so it counts; remove the row if it is a total",
    )
    EMPTY_TABLE = "empty_table", "warning", "bảng không có dòng nào", "the table has no rows"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem in one place.

    Args:
        code: what is wrong.
        file: the file's name, ``""`` for rows from memory.
        sheet: the sheet's name, or that of the part file of a table of many files; ``""`` where there is none.
        row: 1-based row as a spreadsheet shows it (the heading is row 1), 0 for the whole file or where it is not known.
        column: the canonical column, or the heading for an unknown one.
        value: the value given, as text, cut to 80 characters; withheld (``"…"``) for ignored columns.
        fix_vi, fix_en: what to do, where more is known than the code says.
        heading: the sheet's own heading of the column, where it is another than ``column``.
        cells: how many cells it is about; more than one where the same word is reported once.
        rows: the first rows in which such a word stands; empty where the problem is about ``row`` only, and where the rows are secret, of
            which nothing is told but how many they are: ``row`` is 0 and ``value`` withheld.
        keys: the identifiers of the rows, where their numbers are not known.
    """

    code: Code
    file: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""
    value: str = ""
    fix_vi: str = ""
    fix_en: str = ""
    heading: str = ""
    cells: int = 1
    rows: tuple[int, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def unlisted(self) -> bool:
        """Whether it is about secret rows, which are counted and not named."""
        return self.row == 0 and self.value == WITHHELD

    def text(self, lang: str = "vi") -> str:
        """Return the problem as one line; a column is named as the sheet does, with the canonical name in brackets.

        >>> Problem(Code.IMPOSSIBLE_DATE, row=7, column="due_at", value="31/02/2021", heading="Ngày hẹn trả").text("en")
        'row 7, Ngày hẹn trả [due_at] = «31/02/2021»: not a real or readable date; use dd/mm/yyyy or yyyy-mm-dd'
        """
        vi = lang != "en"
        place = [part for part in (self.file, self.sheet) if part]
        if self.row and self.cells == 1:
            place.append(f"{'dòng' if vi else 'row'} {self.row}")
        if self.cells == 1 and any(self.keys):
            place.append(f"{'mã' if vi else 'id'} {self.keys[0]}")
        if self.column:
            name = f"{self.heading} [{self.column}]" if self.heading else self.column
            place.append(name + (f" = «{self.value}»" if self.value and not self.unlisted else ""))
        message = (self.code.vi if vi else self.code.en) + (self.fix_vi if vi else self.fix_en) + self._how_often(vi=vi)
        return f"{', '.join(place)}: {message}" if place else message

    def _how_often(self, *, vi: bool) -> str:
        if self.unlisted:
            return f" ({self.cells} dòng có dấu mật, không liệt kê)" if vi else f" ({self.cells} rows with a secrecy mark, not listed)"
        if self.cells == 1:
            return ""
        named: tuple[object, ...] = self.keys or self.rows
        listed = ", ".join(map(str, named[:_ROWS_NAMED])) + (" …" if self.cells > _ROWS_NAMED else "")
        cells = f"{self.cells} {'ô' if vi else 'cells'}, " if self.column else ""
        rows = ("mã" if vi else "ids") if self.keys else "dòng" if vi else "rows"
        return f" ({cells}{rows} {listed})"


@dataclass(frozen=True, slots=True, repr=False)
class Problems(AnswerTable[Problem]):
    """Every problem of a reading: exact totals by code and file, and a table of examples, a limited number of each.

    Args:
        totals: ``(file, code) -> how many``; exact, whatever the number of examples kept.
        examples: the first problems of each file and code, at most ``limit`` each.
        read, rejected: rows read and rows set apart, over all files; ``read == valid + rejected`` always.
        limit: how many examples of each file and code are kept.
    """

    totals: Mapping[tuple[str, Code], int] = field(default_factory=dict)
    examples: tuple[Problem, ...] = ()
    read: int = 0
    rejected: int = 0
    limit: int = 1000

    _key_columns = ("code", "file", "row", "column")
    _printed = ("file", "sheet", "row", "column", "value", "cells", "code", "text")

    @property
    def valid(self) -> int:
        """Rows that count."""
        return self.read - self.rejected

    @property
    def total(self) -> int:
        """How many problems there are, exact even where examples were cut."""
        return sum(self.totals.values())

    def __len__(self) -> int:
        return len(self.examples)

    def __bool__(self) -> bool:
        return bool(self.totals)

    def count(self, code: Code | str) -> int:
        """Return how many problems have this code, over all files; exact even where examples were cut."""
        return sum(n for (_, c), n in self.totals.items() if c == code)

    def by_code(self) -> dict[Code, int]:
        """Return exact totals by code, in the order of the closed list."""
        return {code: n for code in Code if (n := self.count(code))}

    def __add__(self, other: Problems) -> Problems:
        totals = dict(self.totals)
        for key, n in other.totals.items():
            totals[key] = totals.get(key, 0) + n
        limit = max(self.limit, other.limit)
        examples = _each_word_once(self.examples + other.examples, limit)
        if any(n > limit and key in self.totals and key in other.totals for key, n in totals.items()):
            examples = _first(_cell_by_cell(examples, totals, limit), limit)
        return Problems(totals, examples, self.read + other.read, self.rejected + other.rejected, limit)

    def ordered(self) -> Problems:
        """Return the problems as they are in whatever parts and order the rows came: the examples in the order of the rows.

        What to do stands beside the first hundred different values of a column, as where the rows come in one part.
        """
        examples = _cell_by_cell(_each_word_once(self.examples, self.limit), self.totals, self.limit)
        fixes: dict[tuple[object, ...], dict[str, tuple[str, str]]] = {}
        found = sorted(_first(examples, self.limit), key=_shown_place)
        for p in sorted((p for p in found if p.code in _FIXED_BY_CELL), key=_kept_place):
            known = fixes.setdefault((p.code, p.file, p.column), {})
            if p.value in known or len(known) < DIFFERENT_FIXES:
                known[p.value] = max(known.get(p.value, _NO_FIX), (p.fix_vi, p.fix_en))
        return replace(self, examples=tuple(_with_fix(p, fixes) if p.code in _FIXED_BY_CELL else p for p in found))

    def raise_if_any(self) -> None:
        """Raise ``RejectedRowsError`` when there is any error: rows rejected, a file that cannot be used, figures that lack something."""
        errors = {code: n for code, n in self.by_code().items() if code.severity == "error"}
        if errors:
            listing = ", ".join(f"{code} × {n}" for code, n in errors.items())
            first = next(p for p in self.examples if p.code in errors)
            raise RejectedRowsError(
                f"{self.rejected} dòng bị loại ({listing}); ví dụ: {first.text('vi')}",
                f"{self.rejected} rows were rejected ({listing}); for example: {first.text('en')}",
            )

    def _item(self, row: int) -> Problem:
        return self.examples[row]

    def _take(self, rows: Rows) -> Self:
        """Return some examples only; those of their files and codes that are not among the examples are still counted."""
        examples = tuple(self.examples[row] for row in rows.tolist())
        before, now = _listed(self.examples), _listed(examples)
        return replace(self, examples=examples, totals={key: self.totals[key] - before[key] + n for key, n in now.items()})

    def _columns(self) -> Mapping[str, Lazy]:
        found = self.examples
        return {
            "file": [p.file for p in found],
            "sheet": [p.sheet for p in found],
            "row": Cells("whole", [p.row for p in found]),
            "column": [p.column for p in found],
            "heading": [p.heading for p in found],
            "value": [p.value for p in found],
            "cells": Cells("whole", [p.cells for p in found]),
            "code": [p.code for p in found],
            "severity": [p.code.severity for p in found],
            "vi": [p.code.vi + p.fix_vi for p in found],
            "en": [p.code.en + p.fix_en for p in found],
        }

    def _shown_columns(self) -> Mapping[str, Lazy]:
        headings = [p.heading or p.column for p in self.examples]
        return {**self._columns(), "column": headings, "text": [Text(p.code.vi + p.fix_vi, p.code.en + p.fix_en) for p in self.examples]}

    def _headings(self, lang: Lang) -> Mapping[str, str]:
        return _HEADINGS if lang == "vi" else {}

    def _below(self, lang: Lang) -> str:
        return "\n".join(f"{file} {code}: {more.text(lang)}".strip() for file, code, _, more in self._more())

    def _more(self) -> Iterator[tuple[str, Code, int, Text]]:
        """Yield the files and codes of which not all problems are among the examples, how many are not, and that in words."""
        listed = _listed(self.examples)
        for (file, code), n in sorted(self.totals.items()):
            if rest := n - listed[file, code]:
                yield file, code, rest, Text(f"còn {rest} vấn đề cùng loại", f"{rest} more of the same")

    def to_csv(self, lang: Lang = "vi") -> str:
        """Return the examples as CSV text for the clerk who fixes the sheet; of what is not listed a row 0 says how many there are."""
        rest = [[file, "", 0, "", "", "", n, code, code.severity, more.vi, more.en] for file, code, n, more in self._more()]
        out = io.StringIO(AnswerTable.to_csv(self, lang))
        out.seek(0, io.SEEK_END)
        csv.writer(out, lineterminator="\n").writerows([[no_formula(str(cell)) for cell in row] for row in rest])
        return out.getvalue()

    @classmethod
    def of(cls, problems: Iterable[Problem], *, read: int = 0, rejected: int = 0, limit: int = 1000) -> Problems:
        """Count problems exactly and keep the first ``limit`` examples of each file and code."""
        totals: dict[tuple[str, Code], int] = {}
        examples = []
        for p in problems:
            key = (p.file, p.code)
            totals[key] = totals.get(key, 0) + p.cells
            if totals[key] <= limit or p.rows:
                examples.append(p)
        return cls(totals, tuple(examples), read, rejected, limit)


def _listed(examples: Iterable[Problem]) -> Counter[tuple[str, Code]]:
    """Return how many examples there are of each file and code."""
    found: Counter[tuple[str, Code]] = Counter()
    for p in examples:
        found[p.file, p.code] += p.cells
    return found


def first_rows(where: Array, rows: Array | range, limit: int) -> Array:
    """Return the first of some rows by their numbers, in that order.

    Args:
        where: ascending positions in ``rows``.
        rows: the number of each row; a range or ascending where they are numbered, in any order where they are known by their ids.
        limit: how many are wanted.
    """
    if isinstance(rows, range):
        return where[:limit]
    numbers = rows[where]
    if (numbers[1:] >= numbers[:-1]).all():
        return where[:limit]
    if len(where) > 4 * limit:  # the bulk is set aside before anything is sorted
        where = where[numbers <= np.partition(numbers, limit)[limit]]
        numbers = rows[where]
    return where[np.argsort(numbers, kind="stable")][:limit]


def key_numbers(hashes: Array) -> Array:
    """Return the numbers by which rows that are known by their ids are put in order (int64), of the ``hashes_of`` their ids; none is 0."""
    return (hashes >> np.uint64(2)).astype(np.int64) + 1


@lru_cache(maxsize=1 << 14)
def _key_number(key: str) -> int:
    return int(key_numbers(hashes_of([key]))[0])


def _place(p: Problem) -> tuple[int, int, str]:
    """Return where a problem stands in its sheet."""
    return (p.row, _key_number(p.keys[0]), p.keys[0]) if p.keys else (p.row, -1, "")


def _kept_place(p: Problem) -> tuple[object, ...]:
    """Return by what the first examples of a file and code are chosen."""
    return (*_place(p), p.sheet, p.column, p.value)


def _shown_place(p: Problem) -> tuple[object, ...]:
    """Return in what order examples are shown; those of one numbered row, and those of a whole file, as they were reported."""
    among = (_ORDER[p.code], p.column, p.value, p.fix_vi) if p.keys else ()
    return (p.file, p.sheet, *_place(p), *among)


def _with_fix(p: Problem, fixes: Mapping[tuple[object, ...], Mapping[str, tuple[str, str]]]) -> Problem:
    fix = fixes[p.code, p.file, p.column].get(p.value, _NO_FIX)
    return p if (p.fix_vi, p.fix_en) == fix else replace(p, fix_vi=fix[0], fix_en=fix[1])


def _each_word_once(examples: tuple[Problem, ...], limit: int) -> tuple[Problem, ...]:
    """Return the examples with those about one word of a column put together, as where a table was read in parts."""
    places: dict[tuple[object, ...], int] = {}
    found: dict[int, Problem] = {}
    for at, p in enumerate(examples):
        key = (p.code, p.file, p.sheet, p.column, word_key(p.value)) if p.rows or p.unlisted else None
        if key is None or key not in places:
            found[at], place = p, at
        else:  # it stands where its first row does
            other = places[key] if _place(found[places[key]]) <= _place(p) else at
            first, second = (found[other], p) if other != at else (p, found.pop(places[key]))
            found[other] = _one_word(first, second, limit)
            place = other
        if key is not None:
            places[key] = place
    if any(p.unlisted for p in found.values()):  # they have no place in the sheet, so they stand in front, in whatever order parts came
        found = dict(enumerate(sorted((found[at] for at in sorted(found)), key=_unlisted_first)))
    return tuple(found[at] for at in sorted(found))


def _unlisted_first(problem: Problem) -> tuple[str, ...]:
    return (problem.file, problem.sheet, problem.code, problem.column) if problem.unlisted else ("\U0010ffff",)


def _one_word(first: Problem, second: Problem, limit: int) -> Problem:
    fix = first if first.fix_vi else second
    rows = tuple(sorted((*first.rows, *second.rows)))[:limit]
    keys = tuple(sorted((*first.keys, *second.keys), key=lambda key: (_key_number(key), key)))[:limit]
    return replace(first, cells=first.cells + second.cells, rows=rows, keys=keys, fix_vi=fix.fix_vi, fix_en=fix.fix_en)


def _cell_by_cell(examples: tuple[Problem, ...], totals: Mapping[tuple[str, Code], int], limit: int) -> tuple[Problem, ...]:
    """Return the examples with a word told cell by cell where a file has more words of a code than are kept: none is known in full then."""
    words = Counter((p.file, p.code) for p in examples if p.rows)
    listed = _listed(examples)
    many = {key for key, n in words.items() if n > limit or listed[key] < totals[key]}
    if not many:
        return examples
    plain: list[Problem] = []
    told: list[Problem] = []  # behind all else that is wrong with a row, whenever it is that they are told so
    for p in examples:
        if p.rows and (p.file, p.code) in many:
            places = zip(p.rows, p.keys or [""] * len(p.rows), strict=True)
            told += [replace(p, cells=1, row=row, rows=(), keys=(key,) if p.keys else ()) for row, key in places]
        else:
            plain.append(p)
    return (*plain, *sorted(told, key=lambda p: p.column))


def _first(examples: tuple[Problem, ...], limit: int) -> tuple[Problem, ...]:
    """Return the examples without those of a file and code that lie behind so many others of the sheet."""
    kept: dict[tuple[str, Code], int] = {}
    chosen: set[int] = set()
    for at in sorted(range(len(examples)), key=lambda at: _kept_place(examples[at])):
        key = (examples[at].file, examples[at].code)
        kept[key] = kept.get(key, 0) + (not examples[at].unlisted)
        if kept[key] <= limit:
            chosen.add(at)
    return tuple(p for at, p in enumerate(examples) if at in chosen)


_ORDER: Final = {code: place for place, code in enumerate(Code)}
_NO_FIX: Final = ("", "")
_FIXED_BY_CELL: Final = frozenset(
    (
        Code.IMPOSSIBLE_DATE,
        Code.NOT_A_TIME,
        Code.NOT_A_NUMBER,
        Code.AMBIGUOUS_VALUE,
        Code.NUMBER_OUT_OF_RANGE,
        Code.UNKNOWN_CODE,
        Code.UNKNOWN_UNIT,
        Code.ID_LOST_DIGITS,
        Code.EVENT_WITHOUT_DOSSIER,
        Code.PROCEDURE_NOT_LISTED,
    )
)
"""Codes of which what to do follows from the cell, and is sought for so many different ones only."""


_HEADINGS = {
    "file": "tệp",
    "sheet": "trang",
    "row": "dòng",
    "column": "cột",
    "value": "giá trị",
    "cells": "số ô",
    "code": "mã",
    "text": "vấn đề",
}
