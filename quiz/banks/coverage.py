"""What a bank covers: how many questions of each topic, level and difficulty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from quiz.banks.model import Authored

DIFFICULTIES: Final = ("easy", "medium", "hard")
#: Levels in Bloom's order; "" for questions that do not say theirs.
LEVELS: Final = ("remember", "understand", "apply", "analyse", "evaluate", "create", "")


@dataclass(frozen=True, slots=True)
class Cell:
    """The questions of a topic at a level that the bank has: how many easy, medium and hard ones."""

    topic: str
    level: str
    easy: int
    medium: int
    hard: int


def coverage(questions: Iterable[Authored]) -> tuple[Cell, ...]:
    """A cell for each topic and each level that occurs in the bank, empty ones too; retired questions do not count."""
    counts: Counter[tuple[str, str, str]] = Counter(
        (one.topic, one.level, one.difficulty) for one in questions if one.status != "retired"
    )
    levels = [level for level in LEVELS if any(level == found for _, found, _ in counts)]
    return tuple(
        Cell(topic, level, *(counts[topic, level, difficulty] for difficulty in DIFFICULTIES))
        for topic in sorted({topic for topic, _, _ in counts})
        for level in levels
    )
