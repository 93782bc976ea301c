"""Write the pictures of this folder from the example: ``python docs/images/make.py``; needs what ``.ci/need office`` installs."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

ROWS = (
    ("Tỷ lệ hồ sơ giải quyết trước hạn, đúng hạn cấp huyện", "%", "resolved_on_time|cấp=huyện"),
    ("Tỷ lệ hồ sơ giải quyết trước hạn, đúng hạn cấp xã", "%", "resolved_on_time|cấp=xã"),
    ("Hồ sơ tiếp nhận trực tuyến", "hồ sơ", "dossiers_received|kênh=trực tuyến"),
    ("Hồ sơ tiếp nhận trực tiếp", "hồ sơ", "dossiers_received|kênh=trực tiếp"),
    ("Hồ sơ tiếp nhận qua bưu chính", "hồ sơ", "dossiers_received|kênh=bưu chính công ích"),
    ("Tỷ lệ văn bản điện tử trao đổi trên môi trường mạng", "%", "electronic_exchange"),
    ("Tỷ lệ cuộc họp không giấy cấp huyện", "%", "paperless_meetings|cấp=huyện"),
)


def office_form(path: Path) -> None:
    """Write a form as an office has it: letterhead, merged cells, own number formats, totals, a chart."""
    import xlsxwriter  # noqa: PLC0415  an extra

    with xlsxwriter.Workbook(str(path), {"default_format_properties": {"font_name": "Times New Roman", "font_size": 12}}) as book:

        def form(**given: Any) -> Any:
            return book.add_format({"font_name": "Times New Roman", "font_scheme": "none", "font_size": 12, "valign": "vcenter", **given})

        sheet = book.add_worksheet("Biểu tổng hợp")
        framed = {"border": 1, "text_wrap": True}
        head = form(bold=True, align="center", bg_color="#FCE4D6", **framed)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 1)
        sheet.hide_gridlines(2)
        sheet.set_column("A:A", 5)
        sheet.set_column("B:B", 46)
        sheet.set_column("C:H", 13)
        middle = form(align="center", text_wrap=True)
        sheet.merge_range("A1:C1", "ỦY BAN NHÂN DÂN\nHUYỆN THÁP MƯỜI", form(bold=True, align="center", text_wrap=True))
        sheet.merge_range(
            "D1:H1", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc", form(bold=True, align="center", text_wrap=True)
        )
        sheet.set_row(0, 36)
        sheet.merge_range("A3:H3", "BIỂU TỔNG HỢP CHỈ TIÊU CẢI CÁCH HÀNH CHÍNH", form(bold=True, align="center", font_size=14))
        sheet.merge_range("A4:H4", "{{period}}, số liệu tính đến ngày {{as_of}}", middle)
        for column, text in enumerate(
            ("TT", "Chỉ tiêu", "Đơn vị tính", "{{baseline_period}}", "{{period}}", "Tăng, giảm", "Tử số", "Mẫu số")
        ):
            sheet.write(5, column, text, head)
        for row, (text, counted, name) in enumerate(ROWS, start=6):
            rate = counted == "%"
            number = form(num_format="0.00" if rate else "#,##0", border=1)
            sheet.write(row, 0, row - 5, form(align="center", **framed))
            sheet.write(row, 1, text, form(**framed))
            sheet.write(row, 2, counted, form(align="center", **framed))
            sheet.write(row, 3, f"{{{{{name}|2020}}}}", number)
            sheet.write(row, 4, f"{{{{{name}}}}}", number)
            sheet.write(row, 5, f"{{{{{name}|chênh lệch}}}}", form(num_format="+0.00;-0.00" if rate else "+#,##0;-#,##0", border=1))
            for column, what in ((6, "tử số"), (7, "mẫu số")):
                sheet.write(row, column, f"{{{{{name}|{what}}}}}" if rate else "", form(num_format="#,##0", border=1))
        total = form(bold=True, num_format="#,##0", **framed)
        sheet.merge_range(13, 0, 13, 2, "Tổng số hồ sơ tiếp nhận (công thức của biểu)", form(bold=True, **framed))
        for letter in "DE":
            sheet.write_formula(f"{letter}14", f"=SUM({letter}9:{letter}11)", total, 0)
        sheet.merge_range(
            "A16:H16",
            "Năm nay cấp xã giải quyết đúng hạn {{resolved_on_time|cấp=xã|tử số}}/{{resolved_on_time|cấp=xã|mẫu số}} hồ sơ, đạt "
            "{{resolved_on_time|cấp=xã}}.",
            form(italic=True),
        )
        chart = book.add_chart({"type": "bar"})
        chart.add_series(
            {"categories": "='Biểu tổng hợp'!$B$9:$B$11", "values": "='Biểu tổng hợp'!$E$9:$E$11", "fill": {"color": "#C55A11"}}
        )
        chart.set_title({"name": "Hồ sơ tiếp nhận theo kênh, {{period}}", "name_font": {"size": 11}})
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True})
        sheet.insert_chart("B18", chart, {"x_scale": 1.6, "y_scale": 0.75})


def main() -> None:
    from tests.office.soffice import converted, picture  # noqa: PLC0415  found by the path above

    from cchc_metrics.folder_dataset import read_folder  # noqa: PLC0415  as above

    data = read_folder(ROOT / "examples" / "thap-muoi")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        data.form06("2021").to_excel(folder / "form06.xlsx")
        data.report("2021").save(folder, formats=("xlsx",))
        office_form(folder / "form-empty.xlsx")
        data.fill_form(folder / "form-empty.xlsx", folder / "form-filled.xlsx", period="2021")
        for name in ("form06", "report", "form-empty", "form-filled"):
            picture(converted(folder / f"{name}.xlsx", "pdf", folder), 1, HERE / f"{name}.png")


if __name__ == "__main__":
    main()
