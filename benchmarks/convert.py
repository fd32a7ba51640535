"""``quiz convert`` of Moodle XML against lxml's parse of the same file, and of GIFT against reading the file as text.

Beside them the least that a reader in Python does with such a file: looks once at each element, or cuts the questions into
name, text and answers by a regular expression each, without understanding any of it.
"""

import math
import re
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from lxml import etree

from quiz.files.shipped import shipped
from quiz.formats import get
from quiz.formats.conversion import Instances, convert

SIZES = (1_000, 10_000)
ROUNDS = 3
MUST = 0.15
TODAY = Instances(date(2025, 9, 1))
_QUESTION = re.compile(r"::((?:\\.|[^:\\])*)::((?:\\.|[^{}\\])*)(?:\{((?:\\.|[^}\\])*)\})?")
_ANSWER = re.compile(r"[=~](?:\\.|[^=~\\])*", re.DOTALL)


def main():
    """Prints for both formats and sizes the share of the floor's rate, how time grows, and the memory of a long file."""
    with tempfile.TemporaryDirectory(prefix="quiz-bench-") as folder:
        for name, floor, least in (("moodle-xml", _parse, _look), ("gift", _lines, _cut)):
            spent = [_measure(Path(folder), name, size, floor, least) for size in SIZES]
            growth = math.log(spent[1] / spent[0]) / math.log(SIZES[1] / SIZES[0])
            print(f"quiz convert, {name}: time grows as (questions)^{growth:.2f}\n")
        _memory(Path(folder))


def _measure(folder, name, size, floor, least):
    source = _source(folder, name, size)
    works = {
        floor: lambda: floor(source),
        least: lambda: least(source),
        _read: lambda: _read(source, name),
        convert: lambda: convert(source, folder / "out", get(name), get(name), TODAY),
    }
    spent = {what: [] for what in works}
    for _ in range(ROUNDS):
        for what, work in works.items():
            spent[what].append(_cpu(work))
    bottom, bare, read, both = (statistics.median(spent[what]) for what in works)
    print(
        f"{name}, {size:,} questions, {source.stat().st_size / 1e6:.1f} MB: floor {bottom:.3f} s; "
        f"bare {bare:.3f} s = {bottom / bare:.3f} of its rate; read {read:.2f} s = {bottom / read:.3f}; "
        f"read and written {both:.2f} s = {bottom / both:.3f} (must ≥ {MUST})"
    )
    return both


def _source(folder, name, size):
    """The shipped questions again and again, in this format."""
    banks = [path for path in sorted(shipped("question_banks").glob("*.yaml")) if path.stem != "sco-facts"]
    pieces = []
    for path in banks:
        target = folder / f"{path.stem}.{name}"
        convert(path, target, get("yaml"), get(name), TODAY)
        pieces.append(target.read_text("utf-8"))
    begin, end = ("<quiz>\n", "</quiz>\n") if name == "moodle-xml" else ("", "")
    inner = "".join(piece.partition("<quiz>\n")[2].removesuffix(end) if begin else piece for piece in pieces)
    count = inner.count("<idnumber>") - inner.count('type="category"') if begin else inner.count("\n::")
    source = folder / f"{size}.{name}"
    source.write_text(begin + inner * math.ceil(size / count) + end, "utf-8")
    return source


def _parse(source):
    etree.parse(str(source))


def _look(source):
    for element in etree.parse(str(source)).getroot().iter():
        element.tag, element.text, element.attrib  # noqa: B018 - each is made when it is asked for


def _lines(source):
    source.read_bytes().decode().split("\n")


def _cut(source):
    return [
        (name, text, _ANSWER.findall(inside))
        for name, text, inside in _QUESTION.findall(source.read_text("utf-8"))
    ]


def _read(source, name):
    from quiz.formats.base import Source  # noqa: PLC0415 - timed with what it costs
    from quiz.formats.conversion import Reading, Report  # noqa: PLC0415

    with source.open("rb") as file:
        return sum(1 for _ in Reading(get(name), Source(file, source.name), Report("x", name), "b"))


def _cpu(work):
    before = time.process_time()
    work()
    return time.process_time() - before


def _memory(folder):
    """The most memory that a conversion takes: the same for a file with ten times the questions."""
    told = "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1])"
    for size in SIZES:
        source = folder / f"{size}.moodle-xml"
        words = ["convert", str(source), str(folder / "out.xml"), "--from=moodle-xml", "--to=moodle-xml"]
        program = f"from quiz.cli import main\nmain({words!r}, standalone_mode=False)"
        program = f"try:\n {program.replace(chr(10), chr(10) + ' ')}\nexcept SystemExit: pass\n{told}"
        done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
        most = int(done.stdout.split()[-1]) / 1024
        print(
            f"quiz convert of {source.stat().st_size / 1e6:.1f} MB of Moodle XML: at most {most:.0f} MB of memory"
        )


if __name__ == "__main__":
    main()
