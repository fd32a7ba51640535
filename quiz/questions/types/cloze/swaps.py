"""Gaps whose answers may be swapped: of such gaps each answer counts once (scoring.md, ``cloze``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Final, TypeAlias

from quiz.errors import Problem, Said
from quiz.questions.base import Response, Score
from quiz.questions.types.cloze.gaps import Gap

#: Gaps of one group, so that the best way to place the answers is found at once.
MOST_SWAPPED: Final = 12

Gaps: TypeAlias = Mapping[str, Gap]
Groups: TypeAlias = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Placed:
    """What a response is worth, the gap in which it counts and the authored answer that it is taken for there.

    Both are empty where a response counts for none.
    """

    score: Score
    gap: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class _Offer:
    """A gap in which a response would be worth something."""

    #: Stands for all gaps with the same content: which of them is taken makes no difference.
    like: str
    placed: Placed

    @property
    def gap(self) -> str:
        return self.placed.gap

    @property
    def key(self) -> str:
        return self.placed.answer.casefold()

    @property
    def worth(self) -> Fraction:
        return self.placed.score.fraction or Fraction(0)


def placed(gaps: Gaps, groups: Groups, given: Mapping[str, Response]) -> Mapping[str, Placed]:
    """Each gap's response with its worth. In a group the responses stand where together they are worth most."""
    found = {name: Placed(gap.score(given.get(name))) for name, gap in gaps.items()}
    for group in groups:
        found |= _swapped({name: gaps[name] for name in group}, given)
    return found


def right_words(gaps: Gaps, groups: Groups, answers: Mapping[str, Placed]) -> Mapping[str, str]:
    """The right answer of each gap in words; in a group none that stands in another gap already."""
    words = {name: gap.kind.right_answer(gap.content) for name, gap in gaps.items()}
    for group in groups:
        words |= _spread([name for name in gaps if name in group], gaps, answers)
    return words


def _spread(group: Sequence[str], gaps: Gaps, answers: Mapping[str, Placed]) -> dict[str, str]:
    """Where an answer is right, that one; to the others in turn what the gaps that are left can still take."""
    right = {name: answers[name] for name in group if (answers[name].score.fraction or 0) >= 1}
    words = {name: placed.answer for name, placed in right.items()}
    used = {answer.casefold() for answer in words.values()}
    taken = {placed.gap for placed in right.values()}
    left = iter([name for name in group if name not in taken])
    for name in group:
        if name not in words:
            offered = [answer for other in (next(left), *group) for answer in _rights(gaps[other])]
            words[name] = next((answer for answer in offered if answer.casefold() not in used), offered[0])
            used.add(words[name].casefold())
    return words


def _rights(gap: Gap) -> Sequence[str]:
    return gap.kind.right_answers(gap.content)


def _swapped(group: Gaps, given: Mapping[str, Response]) -> dict[str, Placed]:
    offers = {name: [*_offers(name, group, given.get(name))] for name in group}
    left = {name: _left_over(gap, given.get(name)) for name, gap in group.items()}
    best = _best(offers, {name: one.score.fraction or Fraction(0) for name, one in left.items()})
    return {name: best[name].placed if name in best else left[name] for name in group}


def _offers(name: str, group: Gaps, response: Response) -> Iterator[_Offer]:
    """Where the response is worth something, its own gap first."""
    if response is None:
        return
    first_like = {gap_name: _first_like(gap_name, group) for gap_name in group}
    for target in (name, *(other for other in group if other != name)):
        moved = _carried(response, group[name], group[target])
        score = group[target].score(moved)
        if (score.fraction or 0) > 0:
            answer = group[target].kind.taken_for(group[target].content, moved)
            yield _Offer(first_like[target], Placed(score, target, answer))


def _first_like(name: str, group: Gaps) -> str:
    return next(other for other, gap in group.items() if gap.content == group[name].content)


def _carried(response: Response, source: Gap, target: Gap) -> Response:
    """The response as the other gap knows it: typed text as it is, an option by its words."""
    options = target.kind.shuffled(target.content)
    if not options:
        return response
    words = source.kind.taken_for(source.content, response)
    return next((name for name in options if target.kind.taken_for(target.content, name) == words), None)


def _left_over(gap: Gap, response: Response) -> Placed:
    """A response that found no place: the same answer again, or one that is wrong everywhere."""
    score = gap.score(response)
    return Placed(Score(Fraction(0))) if (score.fraction or 0) > 0 else Placed(score)


def _best(offers: Mapping[str, Sequence[_Offer]], left: Mapping[str, Fraction]) -> Mapping[str, _Offer]:
    """The offers to take, one a response, no gap and no answer twice, that are worth most; ``left`` is what a response
    without one costs.
    """
    names = [*offers]

    @cache
    def best(
        place: int, gaps: frozenset[str], answers: frozenset[str]
    ) -> tuple[Fraction, tuple[_Offer | None, ...]]:
        if place == len(names):
            return Fraction(0), ()
        found: tuple[Fraction, tuple[_Offer | None, ...]] | None = None
        tried: set[str] = set()
        for offer in offers[names[place]]:
            if offer.gap in gaps or offer.key in answers or offer.like in tried:
                continue
            tried.add(offer.like)
            rest, taken = best(place + 1, gaps | {offer.gap}, answers | {offer.key})
            if found is None or rest + offer.worth > found[0]:
                found = rest + offer.worth, (offer, *taken)
        rest, taken = best(place + 1, gaps, answers)
        without = rest + left[names[place]]
        if found is None or without > found[0]:
            found = without, (None, *taken)
        return found

    taken = best(0, frozenset(), frozenset())[1]
    return {name: offer for name, offer in zip(names, taken, strict=True) if offer is not None}


def swap_faults(gaps: Gaps, groups: Groups) -> Iterator[Problem]:
    """Groups of one, gaps that are not there or stand in two groups, or that differ in type or weight."""
    seen: set[str] = set()
    for place, group in enumerate(groups):
        where = f"interchangeable[{place}]"
        for name in group:
            if name not in gaps:
                yield Problem(where, Said("there is no gap '%(name)s'", name=name), "name gaps of the text")
            elif name in seen:
                yield Problem(
                    where,
                    Said("the gap '%(name)s' stands twice", name=name),
                    "let each gap stand in one group",
                )
            seen.add(name)
        if not 2 <= len(group) <= MOST_SWAPPED:
            what = Said("has %(count)s gaps", count=len(group))
            mend = Said("name 2 to %(most)s", most=MOST_SWAPPED)
            yield Problem(where, what, mend)
        members = [gaps[name] for name in group if name in gaps]
        if any(gap.kind.several_answers for gap in members):
            yield Problem(where, "has gaps with several answers each", "leave them out: each is its own")
        elif len({gap.type for gap in members}) > 1 or len({gap.weight for gap in members}) > 1:
            yield Problem(where, "has gaps of different types or weights", "make them alike, or part them")
