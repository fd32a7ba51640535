"""Conditions on a paper as a whole: sums over its questions that have bounds, for the draw and the exact engine alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, TypeAlias

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.expecting import Expectation, expectation
from quiz.assembly.index import Item
from quiz.assembly.measures import Measures
from quiz.assembly.parts import Part
from quiz.assembly.whole import Count, Span
from quiz.errors import Said

Number: TypeAlias = Fraction | int | float
NOT_MEASURED: Final = Measures()


@dataclass(frozen=True, slots=True)
class Weighed:
    """A question as it stands on a paper: with the points that its section gives it."""

    item: Item
    points: Fraction
    measures: Measures = NOT_MEASURED

    @classmethod
    def of(cls, part: Part, item: Item, measures: Measures = NOT_MEASURED) -> Weighed:
        """The question in this section. A text that asks nothing is worth nothing."""
        given = part.section.points if item.asks else None
        return cls(item, item.points if given is None else given, measures)

    @property
    def known(self) -> Expectation:
        """The share of the mark to be expected, by all that is measured."""
        authored = self.item.facility is not None
        return expectation(self.item.expected_facility, authored=authored, measures=self.measures)

    @property
    def expected(self) -> float:
        """The marks to be expected."""
        return float(self.points) * self.known.share


def _nothing(_one: Weighed) -> int:
    return 0


@dataclass(frozen=True, slots=True)
class Condition:
    """Bounds of Σ ``weigh`` over the questions, or where ``per`` is given of Σ ``weigh`` / Σ ``per``.

    ``shared`` is what a question's stimulus adds, once for all that share it.
    """

    name: str
    weigh: Callable[[Weighed], Number]
    least: Number
    most: Number | None
    per: Callable[[Weighed], Number] | None = None
    shared: Callable[[Weighed], Number] = _nothing
    #: Rests on ``Measures``.
    measured: bool = False

    def found(self, chosen: Sequence[Weighed]) -> Number | None:
        """What the paper comes to; None where there is nothing to divide by."""
        stimuli = {(one.item.bank, one.item.stimulus): self.shared(one) for one in chosen}
        total = sum((self.weigh(one) for one in chosen), 0) + sum(stimuli.values())
        if self.per is None:
            return total
        parts = sum((self.per(one) for one in chosen), 0)
        return total / parts if parts else None

    @property
    def bounds(self) -> Iterator[tuple[str, Number, bool]]:
        """Each bound that says something: its name, the figure, and whether it is the upper one."""
        if self.least > 0:
            yield Said("%(name)s, at least", name=Said(self.name)), self.least, False
        if self.most is not None:
            yield Said("%(name)s, at most", name=Said(self.name)), self.most, True


def conditions_of(blueprint: Blueprint) -> list[Condition]:
    """The conditions of a blueprint, those that are met soonest first."""
    found = [*_counts(blueprint), *_sums(blueprint)]
    return [condition for condition in found if condition.least > 0 or condition.most is not None]


def _counts(blueprint: Blueprint) -> Iterator[Condition]:
    """How many of the questions that ask something are of a kind."""

    def counting(
        name: str,
        counts: Mapping[Any, Count],
        kind: Callable[[Weighed, str], bool],
        *,
        measured: bool = False,
    ) -> Iterator[Condition]:
        for value, count in counts.items():

            def weigh(one: Weighed, value: str = value) -> int:
                return int(one.item.asks and kind(one, value))

            yield Condition(
                Said("%(name)s %(value)s", name=name, value=value),
                weigh,
                count.min,
                count.max,
                measured=measured,
            )

    yield from counting(Said("level"), blueprint.levels, lambda one, value: one.item.level == value)
    yield from counting(
        Said("difficulty"), blueprint.difficulty, lambda one, value: one.item.difficulty == value
    )
    yield from counting(Said("type"), blueprint.types, lambda one, value: one.item.type == value)
    yield from counting(Said("topic"), blueprint.topics, lambda one, value: _below(one.item.topic, value))
    yield from counting(
        Said("objective"),
        blueprint.objectives,
        lambda one, value: one.measures.objective == value,
        measured=True,
    )
    yield from counting(
        Said("author"), blueprint.authors, lambda one, value: one.measures.author == value, measured=True
    )


def _below(topic: str, above: str) -> bool:
    return f"{topic}/".startswith(f"{above}/")


def _sums(blueprint: Blueprint) -> Iterator[Condition]:
    facility = blueprint.expected_facility
    if facility is not None:
        yield Condition(
            Said("expected facility"),
            lambda one: one.points * one.item.expected_facility,
            facility.min,
            None if facility.max == 1 else facility.max,
            per=lambda one: one.points,
        )
    yield from _spanned(Said("points"), blueprint.points, lambda one: one.points, measured=False)
    yield from _spanned(Said("minutes"), blueprint.minutes, lambda one: one.measures.minutes)
    yield from _spanned(
        Said("words"), blueprint.words, lambda one: one.measures.words, shared=lambda one: one.measures.shared
    )
    for entry in blueprint.information:
        yield from _spanned(
            Said("information at %(ability)s", ability=f"{float(entry.theta):g}"),
            entry,
            informing(float(entry.theta)),
        )


def informing(theta: float) -> Callable[[Weighed], float]:
    """The information of a question about an ability of ``theta``."""
    return lambda one: one.measures.information(theta)


def _spanned(
    name: str,
    span: Span | None,
    weigh: Callable[[Weighed], Number],
    *,
    shared: Callable[[Weighed], Number] = _nothing,
    measured: bool = True,
) -> Iterator[Condition]:
    if span is not None:
        yield Condition(name, weigh, span.min, span.max, shared=shared, measured=measured)


def misses(
    conditions: Sequence[Condition], chosen: Sequence[Weighed], tries: int
) -> Iterator[dict[str, Any]]:
    """An entry of ``Unmeetable.unmet`` for each bound that the paper lies beyond; ``short`` says how far."""
    for condition in conditions:
        found = condition.found(chosen)
        for name, bound, upper in condition.bounds:
            if found is not None and (found > bound if upper else found < bound):
                yield beyond(
                    Said("%(name)s (nearest of %(tries)s draws)", name=name, tries=tries), bound, found
                )


def beyond(constraint: str, required: Number, found: Number) -> dict[str, Any]:
    """An entry of ``Unmeetable.unmet`` for a figure that lies beyond its bound."""
    short = max(required, found) - min(required, found)
    figures = {"required": required, "available": found, "short": short}
    return {"constraint": constraint, **{name: shown(value) for name, value in figures.items()}}


def shown(value: Number) -> int | float:
    """JSON-able; what is no whole number to four decimals."""
    return int(value) if value == int(value) else round(float(value), 4)
