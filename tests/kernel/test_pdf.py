"""PDF files of tables: what stands in them can be read again, in every language; nothing is cut off the page."""

import io
from datetime import UTC, datetime

import pypdf

from quiz.files.pdf import write_pdf
from quiz.files.tables import Table

NAMES = (
    "Абдуллаева Наргиза",
    "陈雨桐",
    "Ελένη Βασιλείου",
    "Zoë Nowak",
    "李㛃喆",
    "Әлия Қасымова",
    "Ҷамшед Ӯроқов",
    "Łukasz Şahin",
    "Наргиза 陈 Yu",
)


def pages(content):
    return pypdf.PdfReader(io.BytesIO(content)).pages


def text(content):
    return "\n".join(page.extract_text() for page in pages(content))


def test_names_in_every_script_can_be_read_and_the_font_is_inside():
    made = write_pdf(
        "Оценки 成绩", "2026", [Table("Grades", ("student", "grade"), tuple((n, 7.125) for n in NAMES))]
    )
    found = text(made)
    assert all(name in found for name in (*NAMES, "Оценки 成绩"))
    assert found.count("7.13") == len(NAMES)
    fonts = pages(made)[0]["/Resources"]["/Font"].values()
    used = [font.get_object() for font in fonts]
    assert any("/FontFile2" in font["/FontDescriptor"] for font in used if "/FontDescriptor" in font)
    assert len(made) < 100_000


def test_the_head_is_repeated_and_no_row_is_lost():
    rows = tuple((f"Student {number:03}", number) for number in range(120))
    found = pages(write_pdf("A", "", [Table("", ("who", "grade"), rows)]))
    assert len(found) == 3
    assert all("who" in page.extract_text() for page in found)
    assert all(f"{number} / 3" in page.extract_text() for number, page in enumerate(found, 1))
    whole = "\n".join(page.extract_text() for page in found)
    assert all(name in whole for name, _ in rows)


def test_a_wide_table_goes_on_below_with_its_first_column():
    header = ("student", *(f"quiz-{number}" for number in range(40)))
    made = write_pdf("A", "", [Table("Wide", header, (("Bo", *range(100, 140)),))])
    found = text(made)
    assert all(name in found for name in header)
    assert all(str(number) in found for number in range(100, 140))
    assert found.count("Bo") > 1
    right = max(x for page in pages(made) for x in places(page))
    assert right < float(pages(made)[0].mediabox.width)


def places(page):
    """Where texts begin, from the left."""
    found = []
    page.extract_text(
        visitor_text=lambda words, _c, matrix, _f, _s: found.append(matrix[4]) if words.strip() else None
    )
    return found


def test_long_texts_wrap_with_and_without_spaces():
    long = "word " * 60 + "中" * 90 + "x" * 90
    found = text(
        write_pdf("A", "", [Table("", ("text", "when"), ((long, datetime(2026, 1, 2, tzinfo=UTC)),))])
    )
    assert "".join(found.split()).count("中") == 90
    assert found.count("x") >= 90
    assert found.count("word") == 60
    assert "2026-01-02 00:00" in found


def test_the_same_tables_give_the_same_bytes():
    table = Table("T", ("a",), ((None,), (0.5,)))
    assert write_pdf("A", "b", [table]) == write_pdf("A", "b", [table])
