"""Blueprints to begin with: the shipped ones, and one made from the banks that a teacher may use."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from itertools import islice

from quiz.assembly.blueprint import read_blueprint
from quiz.files.shipped import shipped
from quiz.operations.quizzes import UsableBank

#: A section asks for so many questions, or for all that there are.
QUESTIONS = 5
#: So many banks stand in the starter; the others are one copied section away.
SECTIONS = 4

_STARTER = """\
format: quiz-blueprint/1
title: My quiz
sections:
{sections}
order: shuffled              # or as_listed, easy_to_hard
settings:
  limit: 20                  # minutes; leave the line out for no limit
  attempts: null             # as many as they like; 1 for one
"""
_SECTION = """\
  - title: {title}
    bank: {slug}             # {ready} ready
    count: {count}"""


@cache
def shipped_blueprints() -> dict[str, tuple[str, str]]:
    """The title and the text of each shipped blueprint, by its name."""
    folder = shipped("question_banks") / "blueprints"
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))}
    return {name: (read_blueprint(text, name).title, text) for name, text in texts.items()}


def starter(banks: Sequence[UsableBank]) -> str:
    """A blueprint that these banks meet on most days, to be changed by its author."""
    sections = [_section(bank) for bank in islice(banks, SECTIONS)]
    return _STARTER.format(sections="\n".join(sections) or _example())


def _section(bank: UsableBank) -> str:
    total = sum(bank.ready.values())
    ready = ", ".join(
        f"{bank.ready[label]} {label}" for label in ("easy", "medium", "hard") if label in bank.ready
    )
    return _SECTION.format(
        title=_quoted(bank.title), slug=bank.slug, ready=ready, count=min(QUESTIONS, total)
    )


def _example() -> str:
    return _SECTION.format(title="A section", slug="my-bank", ready="import one first: none", count=QUESTIONS)


def _quoted(text: str) -> str:
    """The text as YAML takes it, whatever stands in it."""
    return json.dumps(text, ensure_ascii=False)
