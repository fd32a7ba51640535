"""Where the key stands. Where options are shuffled for each student it stands everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from quiz.errors import Said
from quiz.lint.reading import Item
from quiz.lint.rule import Flag, Rule, ask, several
from quiz.lint.rules.length import BY_CHANCE, at_least

#: Questions from which the place of the key can be a habit, and a share of them that is one by itself.
FEWEST: Final = 5
TOO_OFTEN: Final = 0.6


@Rule(
    "P01", "The key stands too often in one place",
    scope="bank",
    message="Among the questions whose options keep their order, the key stands too often in the same place",
    fix="Let the options be shuffled, or move keys about; options in order of size have their place by that",
    guideline="Haladyna 20",
    bad=[several(*(ask(f"Question {n}?", "*One", "Two", "Three", shuffle=False) for n in range(6)))],
    good=[
        several(*(ask(f"Question {n}?", "*One", "Two", "Three") for n in range(6))),
        several(*(ask(f"Question {n}?", *(f"{'*' * (place == n % 3)}{place}" for place in range(3)), shuffle=False) for n in range(6))),
    ],
)  # fmt: skip
def key_position(items: Sequence[Item]) -> Iterator[Flag]:
    """An exact test of the commonest place, corrected for the choice among places; an error above 60 %."""
    fixed = [item for item in items if item.key and item.fixed_order]
    if len(fixed) < FEWEST:
        return
    (place, hits), *_ = Counter(_place(item) for item in fixed).most_common(1)
    share, chance = hits / len(fixed), sum(1 / len(item.choices) for item in fixed) / len(fixed)
    rare = at_least(hits, len(fixed), chance) / chance < BY_CHANCE
    if share > TOO_OFTEN or rare:
        severity = "error" if share > TOO_OFTEN else ""
        yield Flag(
            "",
            Said(
                "place %(place)s in %(hits)s of %(count)s questions",
                place=place + 1,
                hits=hits,
                count=len(fixed),
            ),
            severity,
        )


def _place(item: Item) -> int:
    return next(place for place, choice in enumerate(item.choices) if choice.right)
