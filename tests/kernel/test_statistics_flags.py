"""Flags: each rule at its border, the tests behind them against printed values, and few false alarms."""

from dataclasses import replace
from math import atanh, sqrt, tanh

import numpy as np
import pytest

from quiz.statistics import words
from quiz.statistics.dif import Dif
from quiz.statistics.flags import (
    GRAVITY,
    Earlier,
    Flag,
    Observed,
    below_p,
    dependent_p,
    equally_chosen_p,
    flags,
    settle,
    share_limit,
    two_shares_p,
    upper_limit,
)

OPTIONS = 4
NAMES = ("A", "B", "C", "D")


def observed(choices, rest, key=0, guess=0.25):
    """An item of four options from who chose which (−1 = no answer)."""
    chosen = np.asarray(choices)[:, None] == np.arange(OPTIONS)
    x = chosen[:, key].astype(float)
    return Observed(x, 1.0, np.asarray(rest, dtype=float), guess, chosen, (key,))


def codes(item):
    return [flag.code for flag in flags(item)]


def sound(n, seed=3):
    """The stronger half mostly chooses the key, the others all four."""
    dice = np.random.default_rng(seed)
    rest = np.linspace(0, 100, n)
    key = dice.random(n) < 0.15 + 0.8 * rest / 100
    return np.where(key, 0, dice.integers(1, OPTIONS, n)), rest


def test_a_sound_item_has_no_flag():
    choices, rest = sound(200)
    assert flags(observed(choices, rest)) == []


@pytest.mark.parametrize(
    "n, level", [(9, None), (10, "hint"), (29, "hint"), (30, "verdict"), (300, "verdict")]
)
def test_levels(n, level):
    found = flags(observed(np.zeros(n, int), np.arange(n)))
    assert {flag.level for flag in found} == ({level} if level else set())


def test_a_wrong_key_is_found_and_said():
    """The key says B; what the strong choose is A."""
    choices, rest = sound(100)
    found = flags(observed(choices, rest, key=1))
    assert found[0].code == "possible-miskey"
    assert "competing-options" in {flag.code for flag in found}
    assert found[0].options == (0, 1)
    told = words.message(found[0], NAMES)
    assert told.startswith(
        "The strongest students choose A: is the key wrong? On the other questions those who chose A have "
    )
    assert words.message(Flag("possible-miskey", "hint", (0, 1), found[0].figures), NAMES).startswith(
        "Look at the key:"
    )


def test_a_rival_that_fewer_than_five_chose_is_left_alone():
    n = 60
    rest = np.linspace(0, 100, n)
    choices = np.tile([0, 1, 2], n // 3)
    choices[-4:] = 3
    assert "possible-miskey" not in codes(observed(choices, rest))
    choices[-12:] = 3
    assert "possible-miskey" in codes(observed(choices, rest))


def test_two_right_options_are_no_mis_key():
    choices, rest = sound(100)
    chosen = choices[:, None] == np.arange(OPTIONS)
    item = Observed(chosen[:, 1].astype(float), 1.0, rest, 0.25, chosen, (1, 2))
    assert "possible-miskey" not in codes(item)
    both = chosen | (np.arange(OPTIONS) == 0)
    assert "possible-miskey" not in codes(Observed(chosen[:, 1].astype(float), 1.0, rest, 0.25, both, (1,)))


def test_competing_options():
    """Twice as many choose C as the key A, strong and weak alike."""
    choices = np.tile([0, 2, 2], 30)
    rest = np.repeat(np.linspace(0, 100, 30), 3)
    found = next(flag for flag in flags(observed(choices, rest)) if flag.code == "competing-options")
    assert found.options == (2, 0)
    assert (found.figures["rival_n"], found.figures["key_n"]) == (60, 30)


def test_discrimination_by_its_upper_limit():
    n = 60
    rest = np.linspace(0, 100, n)
    against = observed(np.where(rest < 50, 0, 1), rest)
    assert "negative-discrimination" in codes(against)
    nothing = observed(np.tile([0, 1, 2, 3, 3, 2, 1, 0], 75)[:600], np.repeat(np.arange(75), 8))
    assert "no-discrimination" in codes(nothing)
    few = observed(np.tile([0, 1], 10), np.repeat(np.arange(10), 2))
    assert "no-discrimination" not in codes(few)  # nothing is known yet


def test_facility_at_its_borders():
    n = 100
    dice = np.random.default_rng(1)
    rest = dice.permutation(n)

    def with_right(count, guess=0.25):
        return observed(np.where(np.arange(n) < count, 0, 1 + np.arange(n) % 3), rest, guess=guess)

    assert "too-easy" in codes(with_right(95))
    assert "too-easy" not in codes(with_right(94))
    assert "too-hard" in codes(with_right(20))
    assert "too-hard" not in codes(with_right(30))
    assert "too-hard" not in codes(with_right(20, guess=None))
    assert "too-hard" not in codes(with_right(20, guess=0.0))


def test_guessing():
    """All four options alike, and the strong choose as the weak do: a hint where little is known, then a verdict."""
    few, many = (observed(np.tile([0, 1, 2, 3, 3, 2, 1, 0], n // 8), np.arange(n)) for n in (40, 400))
    levels = [next(flag.level for flag in flags(item) if flag.code == "guessing") for item in (few, many)]
    assert levels == ["hint", "verdict"]
    unequal = observed(np.tile([0, 1, 1, 1, 1, 2, 3, 0], 50), np.arange(400))
    assert "guessing" not in codes(unequal)
    strong = observed(np.repeat([1, 2, 3, 0], 100), np.arange(400))
    assert "guessing" not in codes(strong)


def test_not_reached_from_a_twentieth_on():
    choices, rest = sound(100)
    assert [flag.code for flag in flags(replace(observed(choices, rest), not_reached=0.05))] == [
        "not-reached"
    ]
    assert flags(replace(observed(choices, rest), not_reached=0.049)) == []


@pytest.mark.parametrize("ets, told", [("A", []), ("B", ["dif"]), ("C", ["dif"])])
def test_groups_that_differ(ets, told):
    choices, rest = sound(100)
    assert codes(replace(observed(choices, rest), dif=Dif(2.0, -1.63, 0.4, ets, 9.0, 0.003))) == told


def test_a_verdict_holds_over_the_whole_quiz():
    """Holm: of four items .001 ≤ .025 / 4, .009 > .025 / 3, so that .01 ≤ .025 / 2 is not asked any more."""
    found = [[Flag("no-discrimination", "verdict", p=p)] for p in (0.01, 0.001, 0.009)]
    levels = [flag.level for of_item in settle([*found, [Flag("too-easy", "verdict")]]) for flag in of_item]
    assert levels == ["hint", "verdict", "hint", "verdict"]
    assert [flag.level for (flag,) in settle(found[1:])] == ["verdict", "verdict"]


def test_hardly_chosen_options_are_named_together():
    n = 100
    choices = np.tile([0, 0, 1, 1], 25)
    choices[:4] = 2
    found = next(flag for flag in flags(observed(choices, np.arange(n))) if flag.code == "unused-distractor")
    assert found.options == (2, 3)
    assert found.figures == {"most": 4, "n": 100}
    assert words.message(found, NAMES) == "Hardly anybody chooses C, D. Chosen by at most 4 of 100 students."
    choices[4:6] = 2
    found = next(flag for flag in flags(observed(choices, np.arange(n))) if flag.code == "unused-distractor")
    assert found.options == (3,)


@pytest.mark.parametrize(
    "now, before, n, level",
    [
        (80, 0.60, 100, "verdict"),
        (60, 0.80, 100, "verdict"),
        (80, 0.701, 10_000, None),  # not 0.10
        (80, 0.65, 100, None),  # p = .018
        (80, 0.10, 9, None),  # nine papers tell nothing
        (80, 0.30, 10, "verdict"),
    ],
)
def test_drift_compares_with_earlier_quizzes(now, before, n, level):
    x = np.repeat([1.0, 0.0], [now, 100 - now])
    item = Observed(x, 1.0, np.zeros(100), None, np.zeros((100, 0), bool), (), earlier=Earlier(n, before))
    found = [flag for flag in flags(item) if flag.code == "drift"]
    assert [flag.level for flag in found] == ([level] if level else [])
    assert [flag.figures["earlier"] for flag in found] == ([before] if level else [])


def test_drift_in_words():
    flag = Flag("drift", "verdict", (), {"facility": 0.8, "earlier": 0.6, "earlier_n": 100.0}, 0.002)
    told = "It is easier or harder than it was. 80 % of the marks now, 60 % on 100 papers of earlier quizzes."
    assert words.message(flag, ()) == told


def test_an_item_without_rest_or_options_is_only_looked_at_for_its_facility():
    item = Observed(np.ones(40), 1.0, np.full(40, np.nan), None, np.zeros((40, 0), bool), ())
    assert codes(item) == ["too-easy"]


def test_every_code_has_words():
    assert set(words.WORDS) == set(GRAVITY)


# The tests behind them -----------------------------------------------------------------------------------------------


def test_williams_t2():
    """The example of psych's r.test: n = 103, r12 = .4, r13 = .5, r23 = .1 gives t = −0.89 and p = .37, two-sided."""
    r12, r13, r23, n = 0.4, 0.5, 0.1, 103
    determinant = 1 - r12**2 - r13**2 - r23**2 + 2 * r12 * r13 * r23
    mean = (r12 + r13) / 2
    t = (r12 - r13) * sqrt(
        (n - 1) * (1 + r23) / (2 * (n - 1) / (n - 3) * determinant + mean**2 * (1 - r23) ** 3)
    )
    assert t == pytest.approx(-0.8912, abs=1e-4)
    assert dependent_p(r12, r13, r23, n) == pytest.approx(1 - 0.37 / 2, abs=3e-3)
    assert dependent_p(r12, r13, r23, n) + dependent_p(r13, r12, r23, n) == pytest.approx(1)
    assert dependent_p(0.3, 0.3, 0.2, 50) == pytest.approx(0.5)


def test_two_shares():
    """R: prop.test(c(80, 60), c(100, 100), correct = FALSE)$p.value."""
    assert two_shares_p(0.8, 100, 0.6, 100) == pytest.approx(0.00202823114845208, abs=1e-12)
    assert two_shares_p(1.0, 20, 1.0, 30) == 1


def test_fishers_limit():
    assert upper_limit(0.2, 103) == pytest.approx(tanh(atanh(0.2) + 0.1959964), abs=1e-6)
    assert upper_limit(1.0, 20) == 1
    assert upper_limit(-1.0, 20) == -1


def test_wilsons_limit():
    """Newcombe (1998), method 3: 81 of 263 has 0.2553 to 0.3662; 0 of 20 to 0.1611."""
    assert share_limit(81 / 263, 263) == pytest.approx(0.3662, abs=5e-5)
    assert share_limit(0, 20) == pytest.approx(0.1611, abs=5e-5)


# Many quizzes --------------------------------------------------------------------------------------------------------

ACCUSING = {"possible-miskey", "negative-discrimination", "competing-options"}


def simulated(dice, n, wrong_key):
    """20 questions of four options by a 2PL with guessing; with a wrong key in the first one. Codes by question."""
    theta = dice.normal(size=(n, 1))
    slope, place = dice.lognormal(0, 0.3, 20), dice.normal(size=20)
    right = dice.random((n, 20)) < 0.25 + 0.75 / (1 + np.exp(-slope * (theta - place)))
    choices = np.where(right, 0, dice.integers(1, OPTIONS, (n, 20)))
    keys = [1 if wrong_key and not j else 0 for j in range(20)]
    marks = (choices == keys).astype(float)
    rests = 100 * (marks.sum(axis=1, keepdims=True) - marks) / 19
    return [set(codes(observed(choices[:, j], rests[:, j], key=keys[j]))) for j in range(20)]


def test_sound_quizzes_are_seldom_accused():
    dice = np.random.default_rng(20261123)
    accused = sum(bool(ACCUSING & set().union(*simulated(dice, 60, False))) for _ in range(60))
    assert accused <= 3


def test_a_wrong_key_is_mostly_found_among_200():
    dice = np.random.default_rng(7)
    assert sum("possible-miskey" in simulated(dice, 200, True)[0] for _ in range(30)) >= 15


def test_a_correlation_is_below_what_its_limit_is_below():
    for r in (-0.5, -0.1, 0.05, 0.3):
        for n in (10, 40, 500):
            assert (upper_limit(r, n) < 0.1) == (below_p(r, 0.1, n) < 0.025)
    assert (below_p(1.0, 0.1, 10), below_p(-1.0, 0.1, 10)) == (1, 0)


def test_shares_that_are_equal():
    """Counts 5 and 15: χ² 5 with one degree, .0253; of three options 10, 10, 40: 30 with two, exp(−15)."""
    chosen = np.repeat([0, 1], [5, 15])[:, None] == np.arange(2)
    assert equally_chosen_p(chosen) == pytest.approx(0.0253473187)
    assert equally_chosen_p(np.repeat([0, 1, 2], [10, 10, 40])[:, None] == np.arange(3)) == pytest.approx(
        np.exp(-15)
    )
    assert equally_chosen_p(np.zeros((4, 3), bool)) == 1
