"""What can be wrong with the input: a closed, documented list of codes, each with what it says in both languages.

A problem of severity ``error`` is to be put right: it sets its row apart (rejected), a table or a link cannot be used, or figures lack what
was not read or cannot be computed. One of severity ``warning`` is a finding about a row that still counts, or says what was assumed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

Severity = Literal["error", "warning"]


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
    NUMBER_OUT_OF_RANGE = ("number_out_of_range", "error", "số ngoài khoảng cho phép", "the number is outside the range allowed")
    UNKNOWN_CODE = ("unknown_code", "error", "mã không có trong danh mục", "the code is not in the list of this column")
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
    TERM_WITHOUT_UNIT = ("term_without_unit", "error", "có thời hạn nhưng thiếu đơn vị tính", "a term is given without its unit")
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
    DATE_IN_FUTURE = ("date_in_future", "warning", "ngày ở sau ngày xuất dữ liệu", "the date lies after the day the records were exported")
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
    MANY_REAPPOINTMENTS = ("many_reappointments", "warning", "hẹn lại nhiều hơn một lần", "more than one re-appointment")
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
    OLD_ENCODING = ("old_encoding", "error", "chữ không phải Unicode", "text that is not Unicode")
    TEXT_CONVERTED = ("text_converted", "warning", "chữ được chuyển sang Unicode", "text was converted to Unicode")
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
