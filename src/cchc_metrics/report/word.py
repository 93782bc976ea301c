"""The report as a Word document, laid out as Nghị định 30/2020/NĐ-CP, Phụ lục I, lays out an administrative document.

Sentences come from ``narrative``, tables from the annexes of the page; what an office has to write itself stands marked where it belongs.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.util import find_spec
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cchc_metrics.errors import InputError
from cchc_metrics.folding import one_line
from cchc_metrics.report.content import lifetime, report_page, straddling
from cchc_metrics.report.draft import Draft
from cchc_metrics.report.model import Report
from cchc_metrics.report.narrative import Narrative, gap_text, narrative
from cchc_metrics.report.page import Section, Table
from cchc_metrics.report.pictures import Picture, pictures
from cchc_metrics.text import Lang

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

_FONT: Final = "Times New Roman"
_BODY, _TABLE, _NOTE = 14, 11, 11  # points
_WIDE: Final = 6
"""Tables of more columns stand on a sheet turned sideways."""
_NARROWEST: Final = 1.2  # centimetres of a column
_PICTURE: Final = 15.5
"""In centimetres: as wide, or as high, as a picture may be."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def write_word(report: Report, path: Path, lang: Lang = "vi") -> None:
    """Write a report as a Word document (.docx).

    Args:
        report: the report.
        path: the file; the same report gives the same bytes.
        lang: the language.

    Raises:
        InputError: the extra ``word`` is not installed.
    """
    draft = Draft(report, lang)
    drawn = list(pictures(draft)) if find_spec("matplotlib") is not None else []
    annexes = [section for section in report_page(report, lang).sections if section.annex]
    own = {section.id for section in annexes}
    # A picture of the first page stands in the first annex: sentences are not broken up by pictures.
    placed = [
        (section, [p for p in drawn if p.section == section.id or (not at and p.section not in own)]) for at, section in enumerate(annexes)
    ]
    write_document(draft, narrative(draft), placed, path)


def write_document(draft: Draft, told: Narrative, annexes: Sequence[tuple[Section, Sequence[Picture]]], path: Path) -> None:
    """Write sentences and annexes as an administrative document.

    Args:
        draft: the report that they are of.
        told: the sentences.
        annexes: each with the pictures that stand in it.
        path: the file; the same report gives the same bytes.

    Raises:
        InputError: the extra ``word`` is not installed.
    """
    document = _new(draft.report, draft.lang)
    _head(document, draft)
    _title(document, draft, told)
    _chapters(document, draft, told)
    _signature(document, draft)
    for section, drawn in annexes:
        _annex(document, section, drawn)
    made = BytesIO()
    document.save(made)
    path.write_bytes(_same_bytes(made.getvalue()))


def _new(report: Report, lang: Lang) -> Document:
    try:
        import docx  # noqa: PLC0415  needs the extra
    except ModuleNotFoundError:
        raise InputError(
            'thiếu phần bổ trợ "word" để ghi văn bản; cài: pip install "cchc-metrics[word]"',
            'a Word document needs the extra "word"; install: pip install "cchc-metrics[word]"',
        ) from None
    from docx.oxml.ns import qn  # noqa: PLC0415  as above
    from docx.shared import Cm, Pt  # noqa: PLC0415  as above

    document = docx.Document()
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(_BODY)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    style.element.rPr.append(_element("w:lang", val="vi-VN" if lang == "vi" else "en-GB"))
    style.paragraph_format.space_after = style.paragraph_format.space_before = Pt(0)
    sheet = document.sections[0]
    sheet.page_width, sheet.page_height = Cm(21), Cm(29.7)
    sheet.top_margin = sheet.bottom_margin = Cm(2)
    sheet.left_margin, sheet.right_margin = Cm(3), Cm(1.75)
    sheet.header_distance = Cm(1)
    sheet.different_first_page_header_footer = True
    _page_number(sheet.header.paragraphs[0])
    about = document.core_properties
    about.author, about.title, about.comments = "cchc-metrics", "", ""
    about.created = about.modified = datetime(report.as_of.year, report.as_of.month, report.as_of.day)
    about.last_modified_by, about.revision = "cchc-metrics", 1
    return document


# --- The head of the document


def _head(document: Document, draft: Draft) -> None:
    """Write the names of the issuing body and of the state side by side, number and day below them, to be filled in by hand."""
    from docx.shared import Pt  # noqa: PLC0415  an extra

    say = draft.say
    table = document.add_table(rows=2, cols=2)
    table.autofit = False
    _set_widths(table, (6.0, 10.25))
    unit = draft.title_name.upper()
    body, state = table.rows[0].cells
    _line(body, say("ỦY BAN NHÂN DÂN", "PEOPLE'S COMMITTEE"), 13, bold=True)
    _line(body, unit, 13, bold=True)
    _rule(body, 2.2)
    _line(state, say("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SOCIALIST REPUBLIC OF VIET NAM"), 12, bold=True)
    _line(state, say("Độc lập - Tự do - Hạnh phúc", "Independence - Freedom - Happiness"), 13, bold=True)
    _rule(state, 5.6)
    number, day = table.rows[1].cells
    _line(number, say("Số:       /BC-UBND", "No.       /BC-UBND"), 13)
    name = draft.report.units.unit(draft.report.unit).name
    _line(
        day,
        say(f"{name}, ngày      tháng      năm {draft.report.as_of.year}", f"{name},                    {draft.report.as_of.year}"),
        13,
        italic=True,
    )
    for cell in (number, day):
        cell.paragraphs[0].paragraph_format.space_before = Pt(6)


def _title(document: Document, draft: Draft, told: Narrative) -> None:
    from docx.shared import Pt, RGBColor  # noqa: PLC0415  an extra

    for text, before in ((draft.say("BÁO CÁO", "REPORT"), 18), (told.title, 0)):
        paragraph = _paragraph(document, text, bold=True, center=True)
        paragraph.paragraph_format.space_before = Pt(before)
    _rule(document, 3.5)
    for line in _warnings(draft):
        paragraph = _paragraph(document, line, bold=True, center=True, size=12)
        paragraph.runs[0].font.color.rgb = RGBColor(0xB0, 0, 0)
    for sentence in (told.opening, *lifetime(draft), *straddling(draft)):
        _body(document, sentence)


def _warnings(draft: Draft) -> Iterable[str]:
    if draft.report.synthetic:
        yield draft.say("SỐ LIỆU MÔ PHỎNG, không phải số liệu thật", "SYNTHETIC RECORDS, not real data")
    if note := draft.report.note.text(draft.lang):
        yield note


# --- The text


def _chapters(document: Document, draft: Draft, told: Narrative) -> None:
    for number, chapter in enumerate(told.chapters, 1):
        _heading(document, f"{_ROMAN[number]}. {chapter.title.upper()}", 1)
        for below, topic in enumerate(chapter.topics, 1):
            _heading(document, f"{below}. {topic.title}", 2)
            for sentence in topic.sentences:
                _body(document, sentence)
            if topic.gap:
                _body(document, gap_text(draft.lang), italic=True, shaded=True)


_ROMAN: Final = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


def _signature(document: Document, draft: Draft) -> None:
    """Write who receives it, and room for the signature."""
    from docx.shared import Pt  # noqa: PLC0415  an extra

    say = draft.say
    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    to, signer = table.rows[0].cells
    _set_widths(table, (8.0, 8.25))
    _line(to, say("Nơi nhận:", "To:"), 12, bold=True, italic=True, center=False)
    for line in (say("- …;", "- …;"), say("- Lưu: VT.", "- File.")):
        _line(to, line, 11, center=False)
    _line(signer, say("TM. ỦY BAN NHÂN DÂN", "FOR THE PEOPLE'S COMMITTEE"), 14, bold=True)
    _line(signer, say("CHỦ TỊCH", "CHAIR"), 14, bold=True)
    for cell in (to, signer):
        cell.paragraphs[0].paragraph_format.space_before = Pt(12)


# --- The annexes


def _annex(document: Document, section: Section, drawn: Sequence[Picture]) -> None:
    from docx.enum.section import WD_ORIENT, WD_SECTION  # noqa: PLC0415  an extra
    from docx.shared import Cm  # noqa: PLC0415  as above

    sheet = document.add_section(WD_SECTION.NEW_PAGE)
    _tiny(document.paragraphs[-1])
    sheet.different_first_page_header_footer = False
    wide = any(len(table.headings) > _WIDE for table in section.tables)
    sheet.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    sheet.page_width, sheet.page_height = (Cm(29.7), Cm(21)) if wide else (Cm(21), Cm(29.7))
    sheet.left_margin, sheet.right_margin = (Cm(2), Cm(2)) if wide else (Cm(3), Cm(1.75))
    title = _heading(document, section.title, 1)
    title.alignment = 1
    for paragraph in section.paragraphs:
        _body(document, ("- " if paragraph.item else "") + paragraph.text, size=12)
    for picture in drawn:
        _picture(document, picture)
    for at, table in enumerate(section.tables):
        if at:
            _paragraph(document, "", size=6)
        _table(document, table, 25.7 if wide else 16.25)


def _picture(document: Document, picture: Picture) -> None:
    """Put a picture on the page with its title under it; what it shows is said for who cannot see it."""
    from docx.shared import Cm  # noqa: PLC0415  an extra

    image = BytesIO()
    picture.figure.savefig(image, format="png", dpi=150, metadata={"Software": None}, facecolor="white")
    width, height = picture.figure.get_size_inches()
    placed = document.add_picture(image, width=Cm(min(_PICTURE, _PICTURE * width / height)))
    placed._inline.docPr.set("descr", one_line(str(picture.figure.get_label())))  # noqa: SLF001  the library has no other way
    document.paragraphs[-1].alignment = 1
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    _paragraph(document, picture.title, size=_NOTE, italic=True, center=True)


def _table(document: Document, table: Table, width: float) -> None:
    """Write a table; its headings stand on top of every sheet, and no row is torn in two."""
    from docx.shared import Cm, Pt  # noqa: PLC0415  an extra

    if table.caption:
        _paragraph(document, table.caption, bold=True, size=12).paragraph_format.keep_with_next = True
    grouped = any(heading.group for heading in table.headings)
    made = document.add_table(rows=1 + grouped, cols=len(table.headings))
    made.style, made.autofit = "Table Grid", False
    widths = _widths(table, width)
    _headings(made, table, grouped=grouped)
    for row in table.rows:
        cells = made.add_row().cells
        spread = row.spread
        for column, (cell, heading) in enumerate(zip(row.cells, table.headings, strict=True)):
            if spread is not None and column >= spread:
                _line(_merged(cells[column], cells[-1]), cell.shown, _TABLE, bold=True, center=False).paragraph_format.keep_with_next = True
                break
            paragraph = _line(cells[column], cell.shown, _TABLE, bold=row.role != "row", center=False)
            if heading.right:
                paragraph.alignment = 2
            elif column == 0 and row.depth:
                paragraph.paragraph_format.left_indent = Cm(0.4 * row.depth)
    for at, row in enumerate(made.rows):
        row._tr.get_or_add_trPr().append(_element("w:cantSplit"))  # noqa: SLF001  the library has no other way
        if at <= grouped:
            row._tr.get_or_add_trPr().append(_element("w:tblHeader"))  # noqa: SLF001  as above
    _set_widths(made, widths)
    for note in table.notes:
        _paragraph(document, note, size=_NOTE, italic=True).paragraph_format.space_before = Pt(2)


def _headings(made: Any, table: Table, *, grouped: bool) -> None:
    """Write the headings of a table; those of a group stand under its name, the others span both lines."""
    last = made.rows[int(grouped)].cells
    if grouped:
        first, at = made.rows[0].cells, 0
        for group, members in groupby(table.headings, key=lambda heading: heading.group):
            for end in [at + len(list(members))] if group else [at + n for n, _ in enumerate(members, 1)]:
                if group:
                    _line(_merged(first[at], first[end - 1]), group, _TABLE, bold=True)
                at = end
    for column, heading in enumerate(table.headings):
        cell = last[column]
        if grouped and not heading.group:
            cell = _merged(made.rows[0].cells[column], cell)
        _line(cell, heading.text, _TABLE, bold=True)
        cell.vertical_alignment = 1


def _merged(first: _Cell, last: _Cell) -> _Cell:
    """Return two cells and what lies between them as one, without the empty lines that they had."""
    cell = first.merge(last)
    for paragraph in cell.paragraphs[1:]:
        paragraph._p.getparent().remove(paragraph._p)  # noqa: SLF001  the library has no other way
    return cell


def _set_widths(made: Any, widths: Sequence[float]) -> None:
    """Set the width of each column in centimetres: of the column for some programs, of its cells for others."""
    from docx.shared import Cm  # noqa: PLC0415  an extra

    for column, width in zip(made.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


def _widths(table: Table, width: float) -> list[float]:
    """Return the width of each column in centimetres: as much as its longest word or number needs, the rest to who has most to say."""
    least, most = [], []
    for column, heading in enumerate(table.headings):
        texts = [heading.text, *(row.cells[column].shown for row in table.rows if row.role != "title")]
        words = [word for text in texts for word in text.split()] if not heading.right else [*heading.text.split(), *texts[1:]]
        least.append(max(_NARROWEST, 0.2 * max(map(len, words), default=0) + 0.5))
        most.append(max(_NARROWEST, 0.2 * max(map(len, texts), default=0) + 0.5))
    room = width - sum(least)
    asked = sum(more - less for less, more in zip(least, most, strict=True))
    if room <= 0 or not asked:
        return [width * less / sum(least) for less in least]
    return [less + (more - less) * min(1, room / asked) for less, more in zip(least, most, strict=True)]


# --- Pieces


def _body(document: Document, text: str, *, italic: bool = False, shaded: bool = False, size: int = _BODY) -> None:
    from docx.shared import Cm, Pt  # noqa: PLC0415  an extra

    paragraph = _paragraph(document, text, italic=italic, size=size)
    paragraph.alignment = 3
    paragraph.paragraph_format.first_line_indent = Cm(1.27)
    paragraph.paragraph_format.space_before = Pt(6)
    if shaded:
        paragraph.runs[0]._r.get_or_add_rPr().append(_element("w:shd", val="clear", color="auto", fill="FFF2CC"))  # noqa: SLF001  as above


def _heading(document: Document, text: str, level: int) -> Paragraph:
    from docx.shared import Cm, Pt, RGBColor  # noqa: PLC0415  an extra

    paragraph = document.add_heading(one_line(text), level)
    run = paragraph.runs[0]
    run.font.name, run.font.size, run.font.bold = _FONT, Pt(_BODY), True
    run.font.color.rgb = RGBColor(0, 0, 0)
    for kind in ("w:asciiTheme", "w:hAnsiTheme"):  # the style's own font would win
        run._r.get_or_add_rPr().rFonts.attrib.pop(_name(kind), None)  # noqa: SLF001  as above
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(6), Pt(0)
    paragraph.paragraph_format.first_line_indent = Cm(1.27 if level > 1 or text[:1] in "IVX" else 0)
    return paragraph


def _paragraph(
    document: Document, text: str, *, bold: bool = False, italic: bool = False, center: bool = False, size: int = _BODY
) -> Paragraph:
    from docx.shared import Pt  # noqa: PLC0415  an extra

    paragraph = document.add_paragraph()
    if center:
        paragraph.alignment = 1
    run = paragraph.add_run(one_line(text))
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    return paragraph


def _line(cell: _Cell, text: str, size: int, *, bold: bool = False, italic: bool = False, center: bool = True) -> Paragraph:
    """Write a line in a cell: its first paragraph where that is empty, else another."""
    from docx.shared import Pt  # noqa: PLC0415  an extra

    paragraph = cell.paragraphs[0] if not cell.paragraphs[0].runs else cell.add_paragraph()
    paragraph.alignment = 1 if center else 0
    run = paragraph.add_run(one_line(text))
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    return paragraph


def _rule(place: Any, centimetres: float) -> None:
    """Draw a line under what stands before it, as long as said: the border of a paragraph with indents on both sides."""
    from docx.shared import Cm, Pt  # noqa: PLC0415  an extra

    paragraph = place.add_paragraph()
    whole = 6.0 if hasattr(place, "merge") and centimetres < 3 else 10.25 if hasattr(place, "merge") else 16.25
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Cm((whole - centimetres) / 2 - 0.2)
    paragraph.paragraph_format.line_spacing, paragraph.paragraph_format.space_before = Pt(3), Pt(3)
    paragraph.paragraph_format.space_after = Pt(4)
    borders = _element("w:pBdr")
    borders.append(_element("w:top", val="single", sz="6", space="1", color="000000"))
    paragraph._p.get_or_add_pPr().append(borders)  # noqa: SLF001  as above


def _tiny(paragraph: Paragraph) -> None:
    """Take the height from the paragraph that ends a section, which would be a sheet of its own after a full one."""
    from docx.shared import Pt  # noqa: PLC0415  an extra

    paragraph.paragraph_format.line_spacing = Pt(1)


def _page_number(paragraph: Paragraph) -> None:
    from docx.shared import Pt  # noqa: PLC0415  an extra

    paragraph.alignment = 1
    run = paragraph.add_run()
    run.font.size = Pt(13)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            run._r.append(_element("w:fldChar", fldCharType=kind))  # noqa: SLF001  as above
        else:
            instruction = _element("w:instrText")
            instruction.text = text
            run._r.append(instruction)  # noqa: SLF001  as above


def _element(tag: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement  # noqa: PLC0415  an extra

    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(_name(f"w:{name}"), value)
    return made


def _name(tag: str) -> str:
    from docx.oxml.ns import qn  # noqa: PLC0415  an extra

    return str(qn(tag))


def _same_bytes(data: bytes) -> bytes:
    """Return a package whose members all have the same day: that of the writing would make every file another."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as given, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name in given.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            out.writestr(entry, given.read(name))
    return made.getvalue()
