"""``quiz bank check`` with its lint against the YAML parse of the same file alone (the loader in C)."""

import math
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path

import yaml

from quiz.banks.check import check_files
from quiz.banks.evidence import Shelf
from quiz.banks.yaml import read_bank
from quiz.files.shipped import shipped
from quiz.lint.inspect import inspect_bank

SIZES = (1_000, 10_000)
ROUNDS = 3
TODAY = date(2026, 11, 25)
MUST = 3.0


def main():
    """Prints the ratio at both sizes, and how time grows between them."""
    spent = [_measure(size) for size in SIZES]
    growth = math.log(spent[1] / spent[0]) / math.log(SIZES[1] / SIZES[0])
    print(f"quiz bank check: time grows as (questions)^{growth:.2f}\n")


def _measure(size):
    with tempfile.TemporaryDirectory(prefix="quiz-bench-") as folder:
        path = Path(folder) / "large.yaml"
        path.write_text(_bank(size), encoding="utf-8")
        floors, ours = [], []
        for _ in range(ROUNDS):
            floors.append(_cpu(lambda: yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)))
            ours.append(_cpu(lambda: check_files([path], Shelf(None), TODAY, TODAY, (), inspect_bank)))
    floor, whole = statistics.median(floors), statistics.median(ours)
    print(
        f"quiz bank check, {size:,} questions: {whole:.1f} s of CPU = {whole / floor:.2f} × the YAML parse (must ≤ {MUST:g})"
    )
    return whole


def _cpu(work):
    before = time.process_time()
    work()
    return time.process_time() - before


def _bank(size):
    """The shipped questions again and again, each with a number of its own."""
    found = [
        question
        for path in sorted(shipped("question_banks").glob("*.yaml"))
        for question in read_bank(path).questions
    ]
    listed = [_numbered(found[number % len(found)], number) for number in range(size)]
    head = {"format": "quiz-bank/1", "bank": "large", "title": "Large", "language": "en"}
    return yaml.dump(
        {**head, "questions": listed}, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False
    )


def _numbered(question, number):
    fields = {
        name: value
        for name, value in question.dump().items()
        if name not in ("bank", "enemies", "translations")
    }
    evidence = [{"source": {"title": "A book"}, "supports": "the key"}]
    return {
        **fields,
        "id": f"q{number}",
        "prompt": f"{fields['prompt']} Case {number}.",
        "evidence": evidence,
    }


if __name__ == "__main__":
    main()
