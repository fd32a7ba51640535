"""The topics of banks as a tree: the lines of a page, and of a list to choose from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from quiz.banks.model import Topic
from quiz.files.languages import NO_BREAK_SPACE


@dataclass(frozen=True, slots=True)
class Branch:
    """A topic in the tree of a bank: as people call it, how deep it lies, and how many questions are in it and below."""

    name: str
    title: str
    depth: int
    count: int

    @property
    def indented(self) -> str:
        """Its line in a list to choose from."""
        return f"{NO_BREAK_SPACE * 4 * self.depth}{self.title} ({self.count})"


def tree(
    by_topic: Iterable[tuple[str, int]], told: Mapping[str, Topic] = MappingProxyType({})
) -> list[Branch]:
    """Every topic of a question, what stands above it, and what a bank tells of besides."""
    counts: Counter[tuple[str, ...]] = Counter()
    for topic, count in [*by_topic, *((name, 0) for name in told)]:
        segments = tuple(filter(None, topic.split("/")))
        for depth in range(1, len(segments) + 1):
            counts[segments[:depth]] += count
    return [
        Branch(name, (told[name].title if name in told else None) or path[-1], len(path) - 1, counts[path])
        for path in sorted(counts)
        for name in ("/".join(path),)
    ]
