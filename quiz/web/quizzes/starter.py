"""Blueprints to begin with: the shipped ones, and one made from the banks that a teacher may use."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from itertools import islice

from quiz.assembly.blueprint import LABELS, read_blueprint
from quiz.files.shipped import shipped
from quiz.operations.quizzes import UsableBank

#: A section asks for so many questions, or for all that there are.
QUESTIONS = 5
#: So many banks stand in the starter; the others are one copied section away.
SECTIONS = 4

#: Where the remarks begin.
COLUMN = 29


@cache
def shipped_blueprints() -> dict[str, tuple[str, str]]:
    """The title and the text of each shipped blueprint, by its name."""
    folder = shipped("question_banks") / "blueprints"
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))}
    return {name: (read_blueprint(text, name).title, text) for name, text in texts.items()}


def starter(banks: Sequence[UsableBank], title: str = "My quiz") -> str:
    """A blueprint that these banks meet on most days, to be changed by its author."""
    listed = list(islice(banks, SECTIONS)) or [UsableBank("my-bank", "My bank", {})]
    lines = [
        "format: quiz-blueprint/1",
        f"title: {_quoted(title)}",
        "sections:",
        *(line for bank in listed for line in _section(bank)),
        _remarked("order: shuffled", "or as_listed, easy_to_hard, interleaved"),
        "settings:",
        _remarked("  limit: 20", "minutes; leave the line out for no limit"),
        _remarked("  attempts: null", "as many as they like; 1 for one"),
    ]
    return "\n".join(lines) + "\n"


def _section(bank: UsableBank) -> list[str]:
    ready = [f"{bank.ready[label]} {label}" for label in LABELS if label in bank.ready]
    return [
        f"  - title: {_quoted(bank.title)}",
        _remarked(f"    bank: {bank.slug}", ", ".join(ready) or "import it first"),
        f"    count: {min(QUESTIONS, sum(bank.ready.values()) or QUESTIONS)}",
    ]


def _remarked(line: str, remark: str) -> str:
    return f"{line:<{COLUMN}}# {remark}"


def _quoted(text: str) -> str:
    """The text as YAML takes it, whatever stands in it."""
    return json.dumps(text, ensure_ascii=False)
