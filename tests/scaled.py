"""A calibrated bank for adaptive tests, and students who sit one. Its figures are made up, for tests alone."""

from math import exp

import numpy as np

from quiz.operations import attempts, importing, practice, quizzes
from quiz.operations.attempts import SlotSave
from tests.cast import GRACE, NOW

TOPICS = ("sums", "products")


def bank(size=24, trials=0):
    """A bank of true-or-false questions; every second one of another topic. The first two are enemies."""
    lines = ["format: quiz-bank/1", "bank: scaled", "title: Scaled", "language: en", "questions:"]
    rng = np.random.default_rng(9)
    for number in range(size + trials):
        lines += [
            f"  - id: q{number:02}",
            f"    topic: {TOPICS[number % 2]}",
            "    type: true_false",
            f"    prompt: Statement {number} is true.",
            "    answer: true",
            "    explanation: It says so.",
            "    difficulty: medium",
            "    timeless: true",
        ]
        if number < size:
            lines.append(
                f"    calibration: {{a: {0.8 + rng.random():.2f}, b: {4 * number / size - 2:.2f}, n: 300}}"
            )
        if number == 0:
            lines.append("    enemies: [q01]")
    return "\n".join(lines) + "\n"


def plan(rules="fewest: 4, most: 8", sections="  - bank: scaled\n", more=""):
    """A blueprint of an adaptive test."""
    return (
        "format: quiz-blueprint/1\ntitle: Placement\nsections:\n"
        f"{sections}settings:\n  adaptive: {{{rules}}}\n{more}"
    )


def publish(cast, text, *, size=24, trials=0):
    """Publishes an adaptive quiz of the bank in the course of the cast. Returns its id."""
    importing.import_bank(cast.ada, bank(size, trials), "scaled.yaml", NOW)
    quiz = quizzes.create(cast.ada, cast.course, text, NOW)
    quizzes.publish(cast.ada, quiz, NOW)
    return quiz


def view(cast, attempt):
    """The question at which the attempt stands."""
    slot = attempts.entry(cast.bo, attempt, NOW).slot
    return attempts.page(cast.bo, attempt, slot, NOW).questions[0]


def number(view):
    """The number of the question in the bank."""
    return int("".join(filter(str.isdigit, view.presented.prompt)))


def give(cast, attempt, slot, right, *, seq=1, writer="w", now=NOW):
    """Answers a slot for good."""
    one = SlotSave(slot, seq, {"answer": ["0" if right else "1"]}, "check")
    return practice.save(cast.bo, attempt, one, writer, now, GRACE)


def sit(cast, attempt, able):
    """Answers until the test ends; ``able(number)`` says whether an answer is right. Returns the questions' numbers."""
    seen = []
    while attempts.entry(cast.bo, attempt, NOW).state == "open":
        question = view(cast, attempt)
        seen.append(number(question))
        give(cast, attempt, question.slot, able(seen[-1]))
    return seen


def knows(ability, size=24):
    """Right where the chance of it is above one half."""
    return lambda number: number < size and 1 / (1 + exp(4 * number / size - 2 - ability)) > 0.5
