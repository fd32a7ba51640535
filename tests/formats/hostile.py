"""Files that mean harm, by name. Each is refused, whole or with the question in it, before it costs anything.

``python -m tests.formats.hostile FILE…`` reads each as ``quiz convert`` would, in a process of its own, and prints a line
of JSON: what became of it, how many seconds of a processor it took, and how much memory it took at most.
"""

import json
import os
import resource
import sqlite3
import stat
import struct
import sys
import zipfile
from base64 import b64encode
from contextlib import closing
from io import BytesIO
from pathlib import Path

from quiz.errors import Invalid
from quiz.formats import format_of, formats
from quiz.formats.base import Source
from quiz.formats.conversion import Reading, Report
from tests.pictures import png

ONE = '<question type="description"><name><text>a</text></name><questiontext><text>{}</text></questiontext></question>'
BANK = "format: quiz-bank/1\nbank: b\ntitle: B\nquestions: "
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_SHEET = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
_SHEETS = f'xmlns="{_MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
ITEM = b'<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="a"/>'


def zipped(*entries):
    """An archive of (name or ZipInfo, content) pairs."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return made.getvalue()


def billion_laughs():
    """Entities of entities: a gigabyte of text out of a kilobyte."""
    levels = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
    return f"<!DOCTYPE quiz [<!ENTITY a0 'lol'>{levels}]><quiz>{ONE.format('&a9;')}</quiz>".encode()


def external_entity():
    """An entity that is a file of the server."""
    kind = '<!DOCTYPE quiz [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return f"{kind}<quiz>{ONE.format('&a;')}</quiz>".encode()


def parameter_entity():
    """A document type that fetches another one."""
    kind = '<!DOCTYPE quiz [<!ENTITY % a SYSTEM "http://127.0.0.1:9/a.dtd"> %a;]>'
    return f"{kind}<quiz>{ONE.format('x')}</quiz>".encode()


def zip_slip():
    """An entry that would be written outside of the folder."""
    return zipped(("imsmanifest.xml", "<manifest/>"), ("../../.ssh/authorized_keys", "key"))


def zip_symlink():
    """A link to a file of the server."""
    link = zipfile.ZipInfo("images/a.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return zipped(("imsmanifest.xml", "<manifest/>"), (link, "/etc/passwd"))


def zip_bomb():
    """Megabytes of nothing out of a few bytes."""
    return zipped(("imsmanifest.xml", b"<manifest>" + b" " * 18_000_000))


def zip_bomb_of_bzip2():
    """The same by bzip2, which Python unpacks whole whatever size the archive says: here 9 kB for 30 MB."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("imsmanifest.xml", bytes(30_000_000))
    said = struct.pack("<I", 9_000)
    packed = bytearray(made.getvalue())
    for place in (22, packed.index(b"PK\x01\x02") + 24):  # APPNOTE 4.3.7 and 4.3.12
        packed[place : place + 4] = said
    return bytes(packed)


def zip_that_overlaps():
    """Many entries that are all one piece of the file, so that no ratio of one tells."""
    whole = zipped(("imsmanifest.xml", os.urandom(400_000)))
    start, end = whole.index(b"PK\x01\x02"), whole.index(b"PK\x05\x06")
    entry = whole[start:end]
    more = b"".join(entry.replace(b"imsmanifest.xml", b"%015d" % number) for number in range(120))
    return (
        whole[:end] + more + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 121, 121, len(entry + more), start, 0)
    )


def zip_in_zip():
    """Archives in archives; nothing in here is opened."""
    content = zipped(("a.xml", ITEM))
    for _ in range(20):
        content = zipped(("imsmanifest.xml", "<manifest/>"), ("a.zip", content))
    return content


def zip_of_many_entries():
    """More files than a folder should get."""
    return zipped(
        ("imsmanifest.xml", "<manifest/>"), *((zipfile.ZipInfo(str(n)), b"") for n in range(60_000))
    )


def deep_xml():
    """Elements in elements."""
    return b'<quiz><question type="description">' + b"<x>" * 100_000


def deep_json():
    """Lists in lists."""
    return b'{"format": "quiz-bank/1", "questions": ' + b"[" * 1_000_000


def deep_yaml():
    """The same in YAML."""
    return (BANK + "[" * 50_000).encode()


def alias_bomb():
    """Lists of aliases of lists of aliases."""
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10))
    return f"format: quiz-bank/1\nbank: b\na0: &a0 lol\n{levels}\nquestions: *a9\n".encode()


def xlsx_bomb():
    """A sheet of millions of equal cells, which packs well."""
    return _workbook(b'<row><c t="n"><v>1</v></c></row>' * 500_000)


def xlsx_with_a_far_cell():
    """Two cells, and a table up to the last of them."""
    return _workbook(
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="999999"><c r="BA999999"><v>1</v></c></row>'
    )


def xlsx_with_a_far_cell_whose_place_follows_a_quote():
    """Found by fuzzing: no white space stands before the place, which the reader of workbooks takes all the same."""
    return _workbook(
        b'<row r="1"><c r="A1"><v>1</v></c><c t="inlineStr"r="XFD1048576"><is><t>x</t></is></c></row>'
    )


def xlsx_whose_cells_share_a_text():
    """Thousands of cells with a text of 20,000 characters that stands there once."""
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>{"0" if n % 2 else "<![CDATA[0]]>"}</v></c></row>'
        for n in range(1, 3_500)
    )
    return _workbook(
        rows.encode(),
        ("xl/sharedStrings.xml", f"<sst xmlns='{_MAIN}'><si><t>{os.urandom(10_000).hex()}</t></si></sst>"),
    )


def _workbook(rows, *more):
    return zipped(
        ("[Content_Types].xml", "<Types/>"),
        ("xl/workbook.xml", f'<workbook {_SHEETS}><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'),
        ("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" Type="{_SHEET}" Target="worksheets/sheet1.xml"/></Relationships>'),
        ("xl/worksheets/sheet1.xml", b"<worksheet xmlns='" + _MAIN.encode() + b"'><sheetData>" + rows + b"</sheetData></worksheet>"),
        *more,
    )  # fmt: skip


def _collection(*statements):
    with closing(sqlite3.connect(":memory:")) as made:
        for statement in statements:
            made.execute(statement)
        made.commit()
        return made.serialize()


def anki_that_never_ends():
    """A collection whose notes are worked out, for ever, when they are asked for."""
    never = "WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a) SELECT n AS id, n AS mid, '' AS tags, 'a' AS flds FROM a"
    content = _collection(
        "CREATE TABLE col (id INTEGER, models TEXT)",
        "INSERT INTO col VALUES (1, '{}')",
        f"CREATE VIEW notes AS {never}",
    )
    return zipped(("collection.anki2", content), ("media", "{}"))


def anki_that_is_broken():
    """A collection with pages that are none."""
    content = bytearray(
        _collection(
            "CREATE TABLE col (id INTEGER, models TEXT)",
            "CREATE TABLE notes (id INTEGER, mid INTEGER, tags TEXT, flds TEXT)",
            "INSERT INTO notes VALUES (1, 1, '', 'a')",
        )
    )
    content[4096:] = b"\xff" * len(content[4096:])
    return zipped(("collection.anki2", bytes(content)), ("media", "{}"))


def _pictured(name, content):
    """A question of Moodle's with such a file."""
    file = f'<file name="{name}" path="/" encoding="base64">{b64encode(content).decode()}</file>'
    shown = f'&lt;img src="@@PLUGINFILE@@/{name}" alt="a"&gt;'
    return f"<quiz>{ONE.format(shown).replace('</text></questiontext>', f'</text>{file}</questiontext>')}</quiz>".encode()


def page_as_picture():
    """A page with a script that calls itself a picture."""
    return _pictured("a.png", b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script></html>")


def drawing_with_script():
    """A picture with a page behind its end, and one that runs."""
    return _pictured("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')


def picture_and_page():
    """A picture, and behind its end a page."""
    return _pictured("a.png", png() + b"<html><script>alert(1)</script></html>")


def picture_of_gigapixels():
    """A picture of few bytes that needs gigabytes to be shown."""
    return _pictured("a.png", png(15_000, 15_000))


#: The name of the file, and who makes it, for those that are refused whole.
REFUSED = {
    "billion-laughs.xml": billion_laughs,
    "external-entity.xml": external_entity,
    "parameter-entity.xml": parameter_entity,
    "zip-slip.zip": zip_slip,
    "zip-symlink.zip": zip_symlink,
    "zip-bomb.zip": zip_bomb,
    "zip-bomb-of-bzip2.zip": zip_bomb_of_bzip2,
    "zip-that-overlaps.zip": zip_that_overlaps,
    "zip-in-zip.zip": zip_in_zip,
    "zip-of-many-entries.zip": zip_of_many_entries,
    "deep.xml": deep_xml,
    "deep.json": deep_json,
    "deep.yaml": deep_yaml,
    "alias-bomb.yaml": alias_bomb,
    "bomb.xlsx": xlsx_bomb,
    "far-cell.xlsx": xlsx_with_a_far_cell,
    "shared-text.xlsx": xlsx_whose_cells_share_a_text,
    "far-cell-after-a-quote.xlsx": xlsx_with_a_far_cell_whose_place_follows_a_quote,
    "never-ends.apkg": anki_that_never_ends,
    "broken.apkg": anki_that_is_broken,
}
#: Those of which the question is taken, and its picture only as far as it is one.
DISARMED = {
    "page-as-picture.xml": page_as_picture,
    "drawing-with-script.xml": drawing_with_script,
    "picture-and-page.xml": picture_and_page,
    "picture-of-gigapixels.xml": picture_of_gigapixels,
}


def long_file(path, megabytes):
    """A sound file of Moodle's of so many megabytes, on disk: a question of a megabyte after the other."""
    file = ONE.format("x" * 999_800)
    with path.open("w") as target:
        target.write("<quiz>")
        for _ in range(megabytes):
            target.write(file)
        target.write("</quiz>")


def read(path):
    """What becomes of a file: the questions counted, not kept."""
    try:
        format = format_of(path)
        with path.open("rb") as file:
            report = Report(path.name, format.name)
            found = [
                {
                    "files": [content.decode("latin-1") for content in one.files.values()],
                    "lost": [*map(str, one.losses)],
                }
                if path.name in DISARMED
                else None
                for one in Reading(format, Source(file, path.name, path.parent), report, "b")
            ]
    except Invalid as error:
        return {
            "refused": [
                [problem.line, problem.where, problem.what, problem.mend] for problem in error.problems[:3]
            ]
        }
    return {"found": found, "errors": report.errors[:3]}


def measured(path):
    """The same in a child, with the seconds of a processor and the megabytes that it took at most."""
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        told = read(path)
        used = resource.getrusage(resource.RUSAGE_SELF)
        told |= {"seconds": used.ru_utime + used.ru_stime, "megabytes": used.ru_maxrss / 1024}
        with os.fdopen(there, "w") as out:
            json.dump({"file": path.name, **told}, out)
        os._exit(0)
    os.close(there)
    with os.fdopen(here) as answer:
        told = answer.read()
    os.waitpid(child, 0)
    return told


if __name__ == "__main__":
    formats()
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    for name in sys.argv[1:]:
        sys.stdout.write(measured(Path(name)) + "\n")
