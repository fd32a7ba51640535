"""False alarms and hits of the flags: simulated quizzes that are sound, and others with one wrong key.

A quiz has 20 questions of four options; students' abilities are N(0, 1). Each question follows the two-parameter logistic
model with guessing: slopes log-normal about 1.1, difficulties N(−0.4, 0.9) within ± 1.8, a quarter guessed; its distractors
draw the others unequally. So a sound question always discriminates, and nobody's key is wrong. In the other quizzes a
question of middle difficulty carries the key of its most popular distractor.

Drift: every question was on ``EARLIER`` papers of a class that was as strong, and in the second thousand one of middle
difficulty has since become known: half of those who would have had it wrong have it right.

``python -m benchmarks.flags > benchmarks/flags.md``, then ``make docs`` puts the tables into docs/methods.md.
"""

import sys
from collections import Counter

import numpy as np

from quiz.statistics.flags import Earlier, Observed, flags, settle

SIZES = (25, 30, 60, 200, 600)
QUIZZES = 1_000
QUESTIONS = 20
OPTIONS = 4
EARLIER = 200
#: Codes that say something untrue of a sound question; too-easy and unused-distractor only say what was observed.
ACCUSING = (
    "possible-miskey",
    "negative-discrimination",
    "competing-options",
    "no-discrimination",
    "guessing",
    "too-hard",
)
MUST = 0.05


def main(quizzes=QUIZZES):
    """Prints a line a size: quizzes with a false alarm, which kind, and wrong keys that were found."""
    print(
        f"flags: {quizzes:,} sound quizzes and {quizzes:,} with one wrong key, {QUESTIONS} questions of {OPTIONS} options\n"
    )
    print(
        "| students | sound quizzes accused | of it: | a hint or more | too easy, hardly chosen | wrong key named | a flag on it |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for n in SIZES:
        print(_line(n, quizzes), flush=True)
    print(
        "\n| students | sound quizzes with a drift | the question that became known | another one of its quiz |"
    )
    print("| --- | --- | --- | --- |")
    for n in SIZES:
        print(_drift_line(n, quizzes), flush=True)


def _drift_line(n, quizzes):
    dice = np.random.default_rng(n)
    level = "verdict" if n >= 30 else "hint"
    false, hits, beside = 0, 0, 0
    for _ in range(quizzes):
        quiz = _questions(dice)
        earlier = _right(dice, EARLIER, quiz).mean(axis=0)
        false += bool(_drifted(_right(dice, n, quiz), earlier, level))
        right = _right(dice, n, quiz)
        known = int(np.argsort(right.mean(axis=0))[QUESTIONS // 2])
        right[:, known] |= dice.random(n) < 0.5
        found = _drifted(right, earlier, level)
        hits += known in found
        beside += bool(found - {known})
    which = "" if level == "verdict" else " (hints)"
    late = "" if false / quizzes <= MUST or level == "hint" else " TOO MANY"
    return f"| {n}{which} | {false / quizzes:.1%}{late} | {hits / quizzes:.1%} | {beside / quizzes:.1%} |"


def _drifted(right, earlier, level):
    """The places of the questions with the flag drift of this level."""
    x, none = right.astype(float), np.zeros((len(right), 0), dtype=bool)
    seen = [
        Observed(of_one, 1.0, np.zeros(len(x)), None, none, (), earlier=Earlier(EARLIER, before))
        for of_one, before in zip(x.T, earlier, strict=True)
    ]
    found = settle([flags(one) for one in seen])
    return {
        place
        for place, of_one in enumerate(found)
        if any(flag.code == "drift" and flag.level == level for flag in of_one)
    }


def _line(n, quizzes):
    dice = np.random.default_rng(n)
    level = "verdict" if n >= 30 else "hint"
    accused, hinted, observed, kinds = 0, 0, 0, Counter()
    named, flagged = 0, 0
    for _ in range(quizzes):
        found = _flags(*_quiz(dice, n))
        false = {
            flag.code for of_one in found for flag in of_one if flag.code in ACCUSING and flag.level == level
        }
        accused += bool(false)
        kinds.update(false)
        observed += any(flag.code not in ACCUSING for of_one in found for flag in of_one)
        hinted += any(flag.code in ACCUSING for of_one in found for flag in of_one)
    for _ in range(quizzes):
        chosen, keys = _quiz(dice, n)
        wrong = int(np.argsort(chosen[:, :, 0].mean(axis=0))[QUESTIONS // 2])
        keys[wrong] = 1 + int(chosen[:, wrong, 1:].sum(axis=0).argmax())
        on_it = [
            flag for flag in _flags(chosen, keys)[wrong] if flag.level == level and flag.code in ACCUSING
        ]
        named += any(flag.code == "possible-miskey" and flag.options[0] == 0 for flag in on_it)
        flagged += bool(on_it)
    told = ", ".join(f"{code} {count / quizzes:.1%}" for code, count in kinds.most_common()) or "none"
    which = "" if level == "verdict" else " (hints)"
    late = "" if accused / quizzes <= MUST or level == "hint" else " TOO MANY"
    return (
        f"| {n}{which} | {accused / quizzes:.1%}{late} | {told} | {hinted / quizzes:.1%} | {observed / quizzes:.1%} | {named / quizzes:.1%} "
        f"| {flagged / quizzes:.1%} |"
    )


def _quiz(dice, n):
    """Who chose which option, shape (n, questions, options), and the keys; option 0 is the right one."""
    ability = dice.normal(size=(n, 1))
    right = _answered(dice, ability, _questions(dice))
    pull = np.cumsum(dice.dirichlet(np.full(OPTIONS - 1, 4.0), QUESTIONS), axis=1)
    wrong = 1 + (dice.random((n, QUESTIONS, 1)) > pull[:, :-1]).sum(axis=2)
    return np.where(right, 0, wrong)[:, :, None] == np.arange(OPTIONS), [0] * QUESTIONS


def _questions(dice):
    """Slopes and difficulties."""
    slope = np.exp(dice.normal(np.log(1.1), 0.25, QUESTIONS))
    return slope, np.clip(dice.normal(-0.4, 0.9, QUESTIONS), -1.8, 1.8)


def _right(dice, n, questions):
    """Who has which question right, shape (n, questions)."""
    return _answered(dice, dice.normal(size=(n, 1)), questions)


def _answered(dice, ability, questions):
    slope, difficulty = questions
    return dice.random((len(ability), QUESTIONS)) < 0.25 + 0.75 / (
        1 + np.exp(-slope * (ability - difficulty))
    )


def _flags(chosen, keys):
    x = np.stack([chosen[:, place, key] for place, key in enumerate(keys)], axis=1).astype(float)
    total = x.sum(axis=1)
    return settle(
        [
            flags(
                Observed(
                    x[:, place],
                    1.0,
                    100 * (total - x[:, place]) / (QUESTIONS - 1),
                    1 / OPTIONS,
                    chosen[:, place],
                    (key,),
                )
            )
            for place, key in enumerate(keys)
        ]
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
