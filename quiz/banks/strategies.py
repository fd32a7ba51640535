"""What a guesser would score who knows nothing but a trick, over the single choice questions of a bank.

A bank is sound where no trick beats chance by much. Where several options fit a trick equally, the guesser takes
each of them equally often.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final, TypeAlias

from quiz.questions.options import Option, Options

#: The places that a trick picks among the options.
Trick: TypeAlias = Callable[[Sequence[Option]], Sequence[int]]


def strategies(contents: Sequence[Options]) -> Mapping[str, Fraction | None]:
    """For each trick the share of questions that it gets right; None where there are no questions."""
    return {name: _share(trick, contents) for name, trick in TRICKS.items()}


def _share(trick: Trick, contents: Sequence[Options]) -> Fraction | None:
    if not contents:
        return None
    total = sum((_right(trick(content.options), content.options) for content in contents), Fraction(0))
    return total / len(contents)


def _right(picked: Sequence[int], options: Sequence[Option]) -> Fraction:
    right = sum(options[place].correct is True or options[place].credit == 1 for place in picked)
    return Fraction(right, len(picked))


def _any(options: Sequence[Option]) -> Sequence[int]:
    return range(len(options))


def _first(_options: Sequence[Option]) -> Sequence[int]:
    return (0,)


def _longest(options: Sequence[Option]) -> Sequence[int]:
    return _best([len(option.text.strip()) for option in options])


def _odd_one_out(options: Sequence[Option]) -> Sequence[int]:
    """The option that shares least with the others: see ``features``."""
    seen = [features(option.text) for option in options]
    alike = [sum(_shared(one, other) for other in seen if other is not one) for one in seen]
    return _best([-round(value, 9) for value in alike])


def _best(values: Sequence[float]) -> Sequence[int]:
    best = max(values)
    return [place for place, value in enumerate(values) if value == best]


def features(text: str) -> frozenset[str]:
    """What the eye compares: the words without case and punctuation, and four marks of form.

    The marks: has a figure, begins with a capital, ends with a full stop, and how long it is (a doubling is a step).
    """
    words = [word.strip(".,;:!?()[]“”\"'*_`").casefold() for word in text.split()]
    figure = any(character.isdecimal() for character in text)
    form = (f"\nfigure {figure}", f"\ncapital {text[:1].isupper()}", f"\nstop {text.rstrip()[-1:] == '.'}")
    return frozenset((*words, *form, f"\nlength {len(text).bit_length()}"))


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    """The Jaccard index: features in common over features in all."""
    return len(one & other) / len(one | other)


TRICKS: Final[Mapping[str, Trick]] = {
    "chance": _any,
    "longest": _longest,
    "first": _first,
    "odd_one_out": _odd_one_out,
}
