"""How soon the program begins: commands against Python itself, the server's first page against the import of Flask.

Seconds of CPU, of all processes that a command starts; for the server, until its first page has come, with one worker.
"""

import os
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from benchmarks.servers import SECRET

ROUNDS = 7
#: Milliseconds above Python's own start; times the import of Flask.
MOST_ABOVE, MOST_TIMES = 150, 2
QUIZ = Path(sys.executable).with_name("quiz")
BANK = """\
format: quiz-bank/1
bank: one
title: One
questions:
- {id: sum, type: true_false, prompt: Is 1 + 1 = 2?, answer: true, timeless: true}
"""


def main():
    """Prints the rows of all three."""
    with tempfile.TemporaryDirectory(prefix="quiz-bench-") as folder:
        _measure(Path(folder))


def _measure(folder):
    bank = folder / "one.yaml"
    bank.write_text(BANK, "utf-8")
    settings = {**os.environ, "SECRET_KEY": SECRET, "DATA_DIR": str(folder), "LOG_LEVEL": "WARNING"}
    subprocess.run([QUIZ, "init"], env=settings, check=True, capture_output=True)
    line = b'{"question": "sum", "response": true}\n'
    works = {
        "python": lambda: _run([sys.executable, "-c", "pass"]),
        "flask": lambda: _run([sys.executable, "-c", "import flask"]),
        "quiz --help": lambda: _run([QUIZ, "--help"]),
        "quiz score of one line": lambda: _run([QUIZ, "score", bank, "-"], line),
        "quiz serve": lambda: _first_page(settings),
    }
    spent = {name: [] for name in works}
    for _ in range(ROUNDS):  # alternating, so that what else the machine does falls on all of them
        for name, work in works.items():
            spent[name].append(_cpu(work))
    _print({name: 1000 * statistics.median(times) for name, times in spent.items()})


def _print(spent):
    for name in ("quiz --help", "quiz score of one line"):
        above = spent[name] - spent["python"]
        verdict = "reached" if above <= MOST_ABOVE else "FALLS SHORT"
        print(f"{name}: Python's start + {above:.0f} ms (must ≤ {MOST_ABOVE} ms: {verdict})")
    times = spent["quiz serve"] / spent["flask"]
    verdict = "reached" if times <= MOST_TIMES else "FALLS SHORT"
    print(
        f"quiz serve to its first page: {spent['quiz serve']:.0f} ms = {times:.1f} × import flask "
        f"({spent['flask']:.0f} ms; must ≤ {MOST_TIMES} ×: {verdict})\n"
    )


def _run(words, given=b""):
    subprocess.run(words, input=given, check=True, capture_output=True)


def _first_page(settings):
    server = subprocess.Popen(
        [QUIZ, "serve", "--port", "0", "--workers", "1"], env=settings, stdout=subprocess.PIPE, text=True
    )
    try:
        told = next(found for line in server.stdout if (found := re.search(r"http://\S+", line)))
        with urllib.request.urlopen(told[0]) as answer:  # noqa: S310 - our own server
            answer.read()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
        server.stdout.close()


def _cpu(work):
    before = _spent()
    work()
    return _spent() - before


def _spent():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
