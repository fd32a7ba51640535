"""When a question is due again in practice: the model FSRS-6 of the library ``fsrs``, by calendar days.

The library reckons in times; it is given the noon of each day, and no steps of minutes, so that every interval is a
whole number of days. Its weights are those that it ships, and nothing is left to chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Final

from fsrs import Card, Rating, Scheduler, State

#: The share of questions that a student wants still to know when they are due: from, to, and where they say nothing.
LEAST_RETENTION: Final = 0.70
MOST_RETENTION: Final = 0.97
USUAL_RETENTION: Final = 0.90
#: No question waits longer, in days.
LONGEST: Final = 365


@dataclass(frozen=True, slots=True)
class Memory:
    """What the model holds of one question in one mind, after its last answer."""

    #: Days after which it is still known with a probability of 90 %.
    stability: float
    #: 1 (easy) to 10.
    difficulty: float
    #: Days of the student's calendar.
    answered_on: date
    due_on: date


def rating_of(fraction: Fraction) -> Rating:
    """What a mark says of the memory: all of it *good*, half or more *hard*, less *again*. No mark says *easy*."""
    if fraction >= 1:
        return Rating.Good
    return Rating.Hard if fraction >= Fraction(1, 2) else Rating.Again


def remembered(before: Memory | None, fraction: Fraction, day: date, retention: float) -> Memory:
    """The memory after an answer on this day that earned this fraction of the marks; ``before`` None: the first one.

    ``retention``: 0.70 to 0.97. A second answer on a day counts as one; a day before the last one counts as that day.
    """
    scheduler = Scheduler(
        desired_retention=retention,
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=LONGEST,
        enable_fuzzing=False,
    )
    answered_on = day if before is None else max(day, before.answered_on)
    card, _ = scheduler.review_card(_card(before, answered_on), rating_of(fraction), _noon(answered_on))
    if card.stability is None or card.difficulty is None:
        raise ValueError("a card that was reviewed has a stability and a difficulty")
    return Memory(card.stability, card.difficulty, answered_on, card.due.date())


def _card(before: Memory | None, day: date) -> Card:
    if before is None:
        return Card(card_id=0, due=_noon(day))
    return Card(
        card_id=0,
        state=State.Review,
        stability=before.stability,
        difficulty=before.difficulty,
        due=_noon(before.due_on),
        last_review=_noon(before.answered_on),
    )


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
