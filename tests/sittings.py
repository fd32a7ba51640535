"""Whole classes for the reports: students who join, and sit the small quiz with answers that are right or wrong."""

from datetime import timedelta

import numpy as np

from quiz.operations import attempts, joining
from tests.cast import ADDRESS, GRACE, NOW

#: The questions of the small bank by type: the words of right options, or what is typed; and a wrong answer.
RIGHT = {
    "single_choice": {"2"},
    "multiple_response": {"two", "four"},
    "true_false": {"0"},
    "short_text": {"zero"},
    "numerical": {"144"},
}
WRONG = {
    "single_choice": {"3"},
    "multiple_response": {"five"},
    "true_false": {"1"},
    "short_text": {"nothing"},
    "numerical": {"24"},
}
EVERY = frozenset(RIGHT)


def join(cast, name):
    """A new student of the course."""
    return joining.join(cast.join_code, name, ADDRESS, NOW).actor


def posted(presented, words):
    """The values that a browser would send for these words."""
    shown = presented.controls.get("options")
    return sorted(words) if shown is None else [str(shown.index(word)) for word in sorted(words)]


def sit(cast, who, right=EVERY, *, blank=(), now=NOW, quiz=None, seconds=60, picks=None):
    """An attempt: right in the types of ``right``, no answer in those of ``blank``, wrong in the others.

    Each answer is saved ``seconds`` after the one before, the end comes as long after the last. ``picks`` {type: words}
    goes before. Returns the attempt's id.
    """
    attempt = attempts.start(who, quiz or cast.quiz, "", now, GRACE)
    for view in attempts.page(who, attempt, None, now).questions:
        kind = view.presented.type
        now += timedelta(seconds=seconds)
        if kind in blank:
            continue
        words = (picks or {}).get(kind, (RIGHT if kind in right else WRONG)[kind])
        cast.save(attempt, view.slot, 1, posted(view.presented, words), who=who, now=now)
    attempts.finish(who, attempt, now + timedelta(seconds=seconds))
    return attempt


def sit_class(cast, students):
    """A class by steps of ability, each with some luck: true or false is the easiest question, several answers the hardest."""
    dice = np.random.default_rng(3)
    kinds = ("true_false", "single_choice", "numerical", "short_text", "multiple_response")
    for number in range(students):
        ability = 4 * number / students - 2
        chances = 1 / (1 + np.exp(-1.5 * (ability - np.linspace(-1.2, 1.2, len(kinds)))))
        right = {kind for kind, chance in zip(kinds, chances, strict=True) if dice.random() < chance}
        sit(cast, join(cast, f"Student {number:02}"), right)
