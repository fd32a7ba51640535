"""What a bank holds of each topic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from quiz.errors import Said
from quiz.lint.reading import Item
from quiz.lint.rule import Flag, Rule, ask, several

#: Questions that a topic needs, so that two papers need not have the same one, and those of a bank that has topics.
FEWEST: Final = 3
BANK_FROM: Final = 20
#: Levels that ask for more than recall.
_RECALL: Final = ("", "remember")


@Rule(
    "G01", "Thin topic",
    scope="bank",
    severity="info",
    message="A topic has too few questions, or none that asks for more than recall",
    fix="Write further questions on it: a case to which it applies, a comparison, a reason",
    guideline="Haladyna 1, 3",
    bad=[several(*(ask(f"Question number {n}?", "*Yes it is", "Not it", "No", topic="a" if n else "b", level="apply") for n in range(20)))],
    good=[several(*(ask(f"Question number {n}?", "*Yes it is", "Not it", "No", topic=f"t{n % 4}", level="apply") for n in range(20)))],
)  # fmt: skip
def thin_topic(items: Sequence[Item]) -> Iterator[Flag]:
    """Cells of topic × level, for banks of 20 ready questions or more."""
    ready = [item.question for item in items if item.question.status == "ready"]
    if len(ready) < BANK_FROM:
        return
    levels: dict[str, list[str]] = defaultdict(list)
    for question in ready:
        if question.topic:
            levels[question.topic].append(question.level)
    for topic, found in sorted(levels.items()):
        if len(found) < FEWEST:
            yield Flag(
                "", Said("%(topic)s: %(count)s of %(least)s", topic=topic, count=len(found), least=FEWEST)
            )
        elif any(found) and all(level in _RECALL for level in found):
            yield Flag(
                "",
                Said("%(topic)s: %(count)s questions, all of level remember", topic=topic, count=len(found)),
            )
