"""What is odd about an item, in plain words: each flag is a test with a stated error and the figures that it rests on.

No flag for fewer than ``FEWEST`` examinees; a *hint* ("look at") below ``ENOUGH``, a *verdict* from there on. A class is
20 to 30, so much stays a hint, and that is honest: a rule without a test accuses nearly every sound quiz.

A quiz has many questions, so that a test which errs once in forty finds something in most sound quizzes. ``settle``
lets a verdict stand where it holds over all of them together; the others are hints.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import atanh, inf, sqrt, tanh
from statistics import NormalDist
from typing import Final

import numpy as np

from quiz.statistics.classical import EQUAL, Values, correlation, mean, size
from quiz.statistics.dif import Dif
from quiz.statistics.distractors import Chosen, choice_rest
from quiz.statistics.distributions import Z95, binomial_tail, chi2_tail, t_tail

FEWEST: Final = 10
ENOUGH: Final = 30

#: The error of the test that a rival is chosen by more than the key.
COMPETES_P: Final = 0.01
#: The error of each of the two tests of a mis-key, which both have to hold (benchmarks/flags.py: what that comes to).
MISKEY_P: Final = 0.03
#: A rival that fewer chose is left alone.
FEWEST_CHOICES: Final = 5
#: A key whose item–rest may be this high is not called wrong.
KEY_WORKS: Final = 0.15
HARDLY_DISCRIMINATES: Final = 0.10
TOO_EASY: Final = 0.95
NEAR_GUESS: Final = 0.05
UNUSED: Final = 0.05
NOT_REACHED: Final = 0.05
#: The error of the tests that no option is preferred, and that the stronger do no better.
NO_SIGN: Final = 0.05
#: So near to that of guessing lies the facility where students may guess.
GUESSING: Final = 0.10
#: The error of the test that the facility is another than before, and how much it has to differ.
DRIFT_P: Final = 0.01
DRIFT: Final = 0.10
#: The error of a verdict over all questions of a quiz: that of one question's one-sided 95 % limit.
FAMILY: Final = 0.025


@dataclass(frozen=True, slots=True)
class Flag:
    """``code`` of contracts.md; ``level`` hint or verdict; ``options`` the places of the options it speaks of, from 0.

    ``figures`` by name: facility and guess are 0–1, item_rest, key_rest and their limits correlations, rest and
    key_mean means of R in percent. ``p`` is the probability of what is found where nothing is wrong; None where the flag
    is what the figures are, or where its test is strict enough for a whole quiz.
    """

    code: str
    level: str
    options: tuple[int, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    p: float | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """How an item did on the ``n`` papers of earlier quizzes: its mean share of the mark, 0–1."""

    n: int
    facility: float


@dataclass(frozen=True, slots=True)
class Observed:
    """What is known of an item: marks x of ``maximum`` and rests R, shape (n,); who chose which option, shape (n, k).

    ``keys`` are the places of the options that belong to the key; without options k is 0. ``guess`` is the random guess
    score, 0–1, None where there is none. ``not_reached`` is the share of papers blank here and ever after.

    ``times``, shape (n,): how many examinees each row stands for, None for one; ``chosen`` then says how many of them
    chose which, and ``several`` whether anybody chose more than one (None: the rows tell).
    """

    x: Values
    maximum: float
    rest: Values
    guess: float | None
    chosen: Chosen
    keys: tuple[int, ...]
    not_reached: float = 0.0
    dif: Dif | None = None
    times: Values | None = None
    several: bool | None = None
    #: None: it was in no earlier quiz.
    earlier: Earlier | None = None

    @property
    def n(self) -> int:
        """The number of examinees."""
        return size(self.x, self.times)

    @property
    def facility(self) -> float:
        """The mean share of the marks."""
        return mean(self.x, self.times) / self.maximum

    @property
    def item_rest(self) -> float | None:
        """The correlation of marks and rests; None where somebody has no rest."""
        return correlation(self.x, self.rest, self.times) if np.isfinite(self.rest).all() else None

    @property
    def everybody(self) -> Values:
        """How many examinees each row stands for."""
        return np.ones(len(self.x)) if self.times is None else self.times

    @property
    def only_key(self) -> int | None:
        """The place of the key, where one option is to be chosen: one is right, and nobody chose two."""
        several = (self.chosen.sum(axis=1) > 1).any() if self.several is None else self.several
        if len(self.keys) != 1 or several:
            return None
        return self.keys[0]

    @property
    def distractors(self) -> list[int]:
        """The places of the options that are not of the key."""
        return [place for place in range(self.chosen.shape[1]) if place not in self.keys]


def flags(item: Observed) -> list[Flag]:
    """The flags of an item, the gravest first."""
    if item.n < FEWEST or item.maximum <= 0:
        return []
    level = "verdict" if item.n >= ENOUGH else "hint"
    found = [
        *_rivals(item, level),
        *_discrimination(item, level),
        *_facility(item, level),
        *_unused(item, level),
        *_guessing(item, level),
        *_not_reached(item, level),
        *_dif(item, level),
        *_drift(item, level),
    ]
    return sorted(found, key=lambda flag: GRAVITY.index(flag.code))


def settle(found: Sequence[Sequence[Flag]]) -> list[list[Flag]]:
    """The flags of all items of a quiz: verdicts that do not hold over the whole of it become hints.

    For each code, Holm's (1979) sequence over the p of the items, at ``FAMILY``: in a sound quiz the probability of any
    false verdict of this code is at most that.
    """
    tested: dict[str, list[float]] = {}
    for flag in (flag for of_item in found for flag in of_item if flag.p is not None):
        tested.setdefault(flag.code, []).append(flag.p or 0.0)
    limits = {code: _holm(sorted(values), len(found)) for code, values in tested.items()}
    return [
        [
            flag if flag.p is None or flag.p <= limits[flag.code] else replace(flag, level="hint")
            for flag in of_item
        ]
        for of_item in found
    ]


def _holm(values: Sequence[float], tests: int) -> float:
    """The largest of the ascending values that is rejected among so many tests; −1 where none is."""
    limit = -1.0
    for step, value in enumerate(values):
        if value > FAMILY / (tests - step):
            break
        limit = value
    return limit


#: The codes, the gravest first.
GRAVITY: Final = (
    "possible-miskey",
    "negative-discrimination",
    "competing-options",
    "dif",
    "drift",
    "no-discrimination",
    "guessing",
    "too-hard",
    "not-reached",
    "too-easy",
    "unused-distractor",
)


# Single rules ------------------------------------------------------------------------------------------------------


def _discrimination(item: Observed, level: str) -> Iterator[Flag]:
    r = item.item_rest
    if r is None:
        return
    limit = upper_limit(r, item.n)
    figures = {"item_rest": r, "limit": limit}
    if limit < 0:
        yield Flag("negative-discrimination", level, (), figures, below_p(r, 0.0, item.n))
    elif limit < HARDLY_DISCRIMINATES:
        yield Flag("no-discrimination", level, (), figures, below_p(r, HARDLY_DISCRIMINATES, item.n))


def _facility(item: Observed, level: str) -> Iterator[Flag]:
    facility = item.facility
    if facility >= TOO_EASY:
        yield Flag("too-easy", level, (), {"facility": facility})
    elif item.guess is not None and share_limit(facility, item.n) <= item.guess + NEAR_GUESS:
        yield Flag("too-hard", level, (), {"facility": facility, "guess": item.guess})


def _unused(item: Observed, level: str) -> Iterator[Flag]:
    counts = item.chosen.sum(axis=0)
    unused = tuple(place for place in item.distractors if counts[place] < UNUSED * item.n)
    if unused:
        most = max(int(counts[place]) for place in unused)
        yield Flag("unused-distractor", level, unused, {"most": most, "n": item.n})


def _guessing(item: Observed, level: str) -> Iterator[Flag]:
    """The facility is near that of guessing and may be it, no option is preferred, the stronger do not seem better.

    A verdict where the facility can hardly be farther from it.
    """
    if item.guess is None or item.only_key is None or item.chosen.shape[1] < 2:
        return
    facility, r = item.facility, item.item_rest
    low, high = 1 - share_limit(1 - facility, item.n), share_limit(facility, item.n)
    near = abs(facility - item.guess) <= GUESSING and low <= item.guess <= high
    better = r is not None and correlation_p(r, item.n) < NO_SIGN
    if near and not better and equally_chosen_p(item.chosen) > NO_SIGN:
        known = item.guess - GUESSING <= low and high <= item.guess + GUESSING
        yield Flag("guessing", level if known else "hint", (), {"facility": facility, "guess": item.guess})


def _not_reached(item: Observed, level: str) -> Iterator[Flag]:
    if item.not_reached >= NOT_REACHED:
        yield Flag("not-reached", level, (), {"share": item.not_reached})


def _dif(item: Observed, level: str) -> Iterator[Flag]:
    """ETS classes B and C."""
    if item.dif is not None and item.dif.delta is not None and item.dif.ets_class != "A":
        yield Flag("dif", level, (), {"delta": item.dif.delta}, item.dif.p)


def _drift(item: Observed, level: str) -> Iterator[Flag]:
    """The facility here against that of all earlier quizzes, if there are as many papers as a flag needs."""
    before = item.earlier
    if before is None or before.n < FEWEST or abs(item.facility - before.facility) < DRIFT:
        return
    p = two_shares_p(item.facility, item.n, before.facility, before.n)
    if p < DRIFT_P:
        figures = {"facility": item.facility, "earlier": before.facility, "earlier_n": float(before.n)}
        yield Flag("drift", level, (), figures, p)


def _rivals(item: Observed, level: str) -> Iterator[Flag]:
    """Of the key: the distractor that behaves most like the right answer, by either of the two rules."""
    key = item.only_key
    if key is None or not np.isfinite(item.rest).all():
        return
    by_rest = sorted(item.distractors, key=lambda place: -(_choice_rest(item, place) or -inf))
    for code, holds in (("possible-miskey", _is_miskey), ("competing-options", _competes)):
        rival = next((place for place in by_rest if holds(item, key, place)), None)
        if rival is not None:
            yield Flag(code, level, (rival, key), _rival_figures(item, key, rival))


def _is_miskey(item: Observed, key: int, rival: int) -> bool:
    """Its item–rest exceeds the key's and 0, each at ``MISKEY_P``, and the key's is low at its best."""
    r_rival, r_key = _choice_rest(item, rival), _choice_rest(item, key) or 0.0
    if r_rival is None or item.chosen[:, rival].sum() < FEWEST_CHOICES:
        return False
    both = _exclusive(*(float(item.chosen[:, place].sum()) / item.n for place in (rival, key)))
    return (
        upper_limit(r_key, item.n) < KEY_WORKS
        and correlation_p(r_rival, item.n) < MISKEY_P
        and dependent_p(r_rival, r_key, both, item.n) < MISKEY_P
    )


def _competes(item: Observed, key: int, rival: int) -> bool:
    """It is chosen by more than the key (two-sided sign test of those who chose either), and not by weaker ones."""
    r_rival, r_key = _choice_rest(item, rival), _choice_rest(item, key) or 0.0
    ours, theirs = int(item.chosen[:, key].sum()), int(item.chosen[:, rival].sum())
    more = theirs > ours and 2 * binomial_tail(theirs, theirs + ours) < COMPETES_P
    return r_rival is not None and more and r_rival >= r_key - EQUAL


def _rival_figures(item: Observed, key: int, rival: int) -> dict[str, float]:
    found = {
        "rival_n": float(item.chosen[:, rival].sum()),
        "key_n": float(item.chosen[:, key].sum()),
        "rival_rest": _choice_rest(item, rival) or 0.0,
        "key_rest": _choice_rest(item, key) or 0.0,
        "rival_mean": mean(item.rest, _chose(item, rival)),
    }
    if found["key_n"]:
        found["key_mean"] = mean(item.rest, _chose(item, key))
    return found


def _chose(item: Observed, place: int) -> Values:
    return item.chosen[:, place].astype(np.float64)


def _choice_rest(item: Observed, place: int) -> float | None:
    """An option's item–rest; None where all or nobody chose it (the key then counts as 0)."""
    return choice_rest(_chose(item, place), item.rest, item.everybody)


def _exclusive(one: float, other: float) -> float:
    """The correlation of having chosen two options with these shares, of which nobody chooses both; 0 without any."""
    spread = one * (1 - one) * other * (1 - other)
    return -one * other / sqrt(spread) if spread > 0 else 0.0


# Tests of correlations and shares ----------------------------------------------------------------------------------


def upper_limit(r: float, n: int) -> float:
    """The upper end of the 95 % interval of a correlation over n > 3 pairs: Fisher's z."""
    return tanh((atanh(r) if abs(r) < 1 else r * inf) + Z95 / sqrt(n - 3))


def below_p(r: float, bound: float, n: int) -> float:
    """The probability of a correlation of at most r over n > 3 pairs where it is ``bound``: Fisher's z."""
    if abs(r) >= 1:
        return float(r > bound)
    return NormalDist().cdf((atanh(r) - atanh(bound)) * sqrt(n - 3))


def equally_chosen_p(chosen: Chosen) -> float:
    """The probability of shares of k ≥ 2 options as unequal as these where none is preferred: Pearson's χ²."""
    counts = chosen.sum(axis=0)
    mean = float(counts.mean())
    return chi2_tail(float(((counts - mean) ** 2).sum()) / mean, len(counts) - 1) if mean else 1.0


def share_limit(share: float, n: int) -> float:
    """The upper end of the 95 % interval of a share of n: Wilson's score. Wide for means of graded marks in 0–1."""
    square = Z95 * Z95
    spread = Z95 * sqrt(share * (1 - share) / n + square / (4 * n * n))
    return (share + square / (2 * n) + spread) / (1 + square / n)


def two_shares_p(one: float, n: int, other: float, m: int) -> float:
    """The probability of shares of n and of m that differ so much where both are equal: z with the pooled share.

    Two-sided, without continuity correction (R's prop.test with correct=FALSE). Too large for means of graded marks.
    """
    pooled = (one * n + other * m) / (n + m)
    error = sqrt(max(0.0, pooled * (1 - pooled)) * (1 / n + 1 / m))
    return 2 * NormalDist().cdf(-abs(one - other) / error) if error > EQUAL else 1.0


def correlation_p(r: float, n: int) -> float:
    """The probability of a correlation of at least r where there is none: t with n − 2 degrees of freedom."""
    return float(r <= 0) if abs(r) >= 1 else t_tail(r * sqrt((n - 2) / (1 - r * r)), n - 2)


def dependent_p(r12: float, r13: float, r23: float, n: int) -> float:
    """The probability of r12 − r13 at least this large where both are equal, 1, 2, 3 measured on the same n > 3.

    Williams' T2 (Steiger 1980, equation 7), one-sided, n − 3 degrees of freedom.
    """
    if 1 + r23 <= EQUAL:  # two options only: r13 is −r12, and this is what T2 comes to
        return t_tail(r12 * sqrt((n - 3) / (1 - r12 * r12)), n - 3) if abs(r12) < 1 else float(r12 <= 0)
    determinant = 1 - r12 * r12 - r13 * r13 - r23 * r23 + 2 * r12 * r13 * r23
    mean = (r12 + r13) / 2
    below = 2 * (n - 1) / (n - 3) * determinant + mean * mean * (1 - r23) ** 3
    if below <= 0:  # both are known exactly
        return float(r12 <= r13)
    return t_tail((r12 - r13) * sqrt((n - 1) * (1 + r23) / below), n - 3)
