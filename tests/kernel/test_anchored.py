"""Calibration on a scale that stands: beside R, the likelihood written out anew, and items whose parameters are known."""

import json

import numpy as np
import pytest

from quiz.errors import Invalid
from quiz.statistics.adaptive.pool import Item, Pool
from quiz.statistics.adaptive.session import Rules, Session
from quiz.statistics.irt.anchored import FEWEST_ANSWERS, Anchor, calibrate
from quiz.statistics.irt.models import fit
from quiz.statistics.irt.persons import abilities
from quiz.statistics.table import ResponseTable
from tests.kernel.r import again
from tools.agreement_models import FOLDER

ANCHORS = {
    "plain": [Anchor(1.2, (-1.4,)), Anchor(0.9, (-0.2,)), Anchor(1.5, (-0.9,))],
    "guessed": [Anchor(1.2, (-1.4,), 0.2), Anchor(0.9, (-0.2,)), Anchor(1.5, (-0.9,), 0.25)],
}
FIGURES = json.loads((FOLDER / "anchored.json").read_text(encoding="utf-8"))
NODES = np.linspace(-6, 6, 61)
SHARES = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()


def table(scores, maxima=None):
    x = np.array(scores, dtype=float)
    items = tuple(f"i{number}" for number in range(1, x.shape[1] + 1))
    return ResponseTable(items, x, np.ones(x.shape[1]) if maxima is None else np.array(maxima, dtype=float))


def named(anchors):
    return {f"i{number}": anchor for number, anchor in enumerate(anchors, 1)}


def chances(theta, anchor):
    """The chance of each category at each ability, shape (categories, abilities)."""
    weights = np.exp(np.cumsum([0 * theta, *[anchor.a * (theta - b) for b in anchor.b]], axis=0))
    p = weights / weights.sum(axis=0)
    return np.array([(1 - anchor.c) * p[0], anchor.c + (1 - anchor.c) * p[1]]) if anchor.c else p


def answers(theta, anchors, seed):
    chance = np.random.default_rng(seed)
    found = [
        (chance.random(len(theta)) > np.cumsum(chances(theta, one), axis=0)[:-1]).sum(axis=0)
        for one in anchors
    ]
    return np.array(found, dtype=float).T


# Beside R -----------------------------------------------------------------------------------------------------------


def lsat7():
    return table(json.loads((FOLDER / "irt-tables.json").read_bytes())["lsat7"])


@pytest.mark.parametrize("name", ANCHORS)
def test_figures_are_those_of_r(name):
    theirs, found = FIGURES[name], calibrate(lsat7(), "complete", "2pl", named(ANCHORS[name]))
    new = found.items[3:]
    assert (found.converged, found.message, found.parameters) == (True, "", 6)
    assert found.loglik == pytest.approx(theirs["loglik"], abs=1e-5)
    assert (found.mu, found.sigma) == pytest.approx((theirs["mean"], theirs["deviation"]), abs=1e-3)
    assert [one.a for one in new] == pytest.approx(theirs["a"], abs=1e-3)
    assert [one.b[0] for one in new] == pytest.approx(theirs["b"], abs=1e-3)
    errors = [*(one.se_a for one in new), *(one.se_b[0] for one in new)]
    assert errors == pytest.approx(theirs["se"][2:], rel=1e-2)


def test_r_gives_the_stored_figures():
    found = again("anchored.R", "jsonlite", given="irt-tables.json")
    assert found.keys() == FIGURES.keys()
    for name, figures in FIGURES.items():
        for figure, values in figures.items():
            assert np.array(found[name][figure]) == pytest.approx(np.array(values), abs=1e-4)


# The likelihood, written out -----------------------------------------------------------------------------------------

GRADED = [Anchor(1.1, (-0.6, 0.3)), Anchor(0.8, (0.2,)), Anchor(1.4, (-0.5,), 0.2)]


def test_steps_and_guesses_stand_side_by_side_at_the_top_of_the_likelihood():
    """Three kinds of anchors, one calibrated item in two steps and one in one; no move of a parameter makes it likelier."""
    theta = np.random.default_rng(4).normal(0.5, 1.3, 700)
    new = [Anchor(1.2, (-0.4, 0.6)), Anchor(0.9, (0.1,))]
    scores = answers(theta, [*GRADED, *new], seed=5)
    found = calibrate(table(scores, (2, 1, 1, 2, 1)), "complete", "gpcm", named(GRADED))

    met, counts = np.unique(scores.astype(int), axis=0, return_counts=True)

    def height(free):
        mean, deviation, a, first, second, other_a, b = free
        items = [*GRADED, Anchor(a, (first, second)), Anchor(other_a, (b,))]
        curves = [chances(mean + deviation * NODES, one)[met[:, i]] for i, one in enumerate(items)]
        return counts @ np.log(np.prod(curves, axis=0) @ SHARES)

    steps, one = found.items[3:]
    free = np.array([found.mu, found.sigma, steps.a, *steps.b, one.a, *one.b])
    assert found.parameters == len(free)
    assert found.loglik == pytest.approx(height(free), abs=1e-6)
    h = 1e-3 * np.eye(len(free))
    slope = [(height(free + move) - height(free - move)) / 2e-3 for move in h]
    curvature = [
        [
            (height(free + u + v) - height(free + u - v) - height(free - u + v) + height(free - u - v)) / 4e-6
            for u in h
        ]
        for v in h
    ]
    covariance = np.linalg.inv(-np.array(curvature))
    assert np.abs(covariance @ slope).max() < 1e-4
    told = [steps.se_a, *steps.se_b, one.se_a, *one.se_b]
    assert told == pytest.approx(np.sqrt(np.diag(covariance))[2:], rel=2e-3)


# Items whose parameters are known -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["2pl", "3pl", "rasch"])
def test_parameters_are_recovered_on_the_scale_of_the_anchors(name):
    """From examinees who are stronger, and differ more, than those of the scale; each saw half of the new items."""
    chance = np.random.default_rng(6)
    slopes = np.ones(9) if name == "rasch" else np.linspace(0.8, 1.7, 9)
    places = [*np.linspace(-1.5, 2.5, 6), -0.5, 0.5, 1.5]
    items = [Anchor(a, (b,), 0.2 if name == "3pl" else 0.0) for a, b in zip(slopes, places, strict=True)]
    theta = chance.normal(0.7, 1.4, 1200)
    scores = answers(theta, items, seed=7)
    scores[:, 6:][chance.random((1200, 3)) < 0.5] = np.nan
    found = calibrate(table(scores), "pairwise", name, named(items[:6]), prior=name == "3pl")
    assert found.converged
    assert (found.mu, found.sigma) == (pytest.approx(0.7, abs=0.2), pytest.approx(1.4, abs=0.2))
    for told, known in zip(found.items[6:], items[6:], strict=True):
        assert abs(told.b[0] - known.b[0]) < 3 * told.se_b[0] < 1.5
        assert told.a == 1 if name == "rasch" else abs(told.a - known.a) < 3 * told.se_a
    theirs, error = abilities(found, "eap")
    assert np.mean(theirs - theta) == pytest.approx(0, abs=0.15)
    assert np.sqrt(np.mean((theirs - theta) ** 2)) == pytest.approx(np.sqrt(np.mean(error**2)), rel=0.1)


def test_trial_items_of_adaptive_tests_are_recovered():
    """Each examinee saw ten of 24 items, those that tell most of them, and three on trial: what is missing may be passed over."""
    chance = np.random.default_rng(12)
    theta = chance.normal(0.5, 1.2, 400)
    items = [Item(f"i{n + 1}", 0.8 + 0.9 * chance.random(), (-2 + n / 6,)) for n in range(24)]
    trials = [Anchor(0.9, (-1.0,)), Anchor(1.3, (0.2,)), Anchor(1.6, (1.3,))]
    pool = Pool(items)
    right = pool.answers(theta, chance)
    session = Session(pool, Rules(among=3, most=10), len(theta), chance)
    while session.going.any():
        who, chosen = session.choose()
        session.take(who, chosen, right[who, chosen])
    scores = np.hstack([np.where(session.seen, right, np.nan), answers(theta, trials, seed=13)])
    given = {item.name: Anchor(item.a, item.b) for item in items}
    found = calibrate(table(scores), "pairwise", "2pl", given)
    assert (found.mu, found.sigma) == (pytest.approx(0.5, abs=0.15), pytest.approx(1.2, abs=0.15))
    for told, known in zip(found.items[24:], trials, strict=True):
        assert abs(told.b[0] - known.b[0]) < 3 * told.se_b[0] < 0.9
        assert abs(told.a - known.a) < 3 * told.se_a


def test_anchors_at_the_parameters_of_a_free_fit_leave_the_others_where_they_are():
    free = fit(lsat7(), "complete", "2pl")
    given = {one.item: Anchor(one.a, one.b) for one in free.items[:3]}
    found = calibrate(lsat7(), "complete", "2pl", given)
    assert (found.mu, found.sigma) == (pytest.approx(0, abs=1e-3), pytest.approx(1, abs=1e-3))
    assert [one.b[0] for one in found.items] == pytest.approx([one.b[0] for one in free.items], abs=2e-3)
    assert [one.anchor for one in found.items] == [True] * 3 + [False] * 2
    assert {one.se_a for one in found.items[:3]} == {None}


# What cannot be calibrated says so ----------------------------------------------------------------------------------


def test_an_item_with_few_answers_says_so_and_the_others_are_calibrated():
    scores = np.array(lsat7().scores)
    scores[FEWEST_ANSWERS - 1 :, 4] = np.nan
    found = calibrate(table(scores), "pairwise", "2pl", named(ANCHORS["plain"]))
    assert (
        found.items[4].message == f"not calibrated: {FEWEST_ANSWERS - 1} answers, it takes {FEWEST_ANSWERS}"
    )
    assert found.items[4].b == ()
    assert found.items[3].b


def test_an_anchor_that_everybody_has_right_still_tells():
    theta = np.random.default_rng(8).normal(0, 1, 300)
    items = [*ANCHORS["plain"], Anchor(1.0, (-6.0,)), Anchor(1.1, (0.3,))]
    scores = answers(theta, items, seed=9)
    scores[:, 3] = 1
    found = calibrate(table(scores), "complete", "2pl", named(items[:4]))
    assert found.items[3].anchor
    assert abs(found.items[4].b[0] - 0.3) < 4 * found.items[4].se_b[0]


def test_an_item_that_does_not_come_to_rest_says_so():
    found = calibrate(lsat7(), "complete", "2pl", named(ANCHORS["plain"]), most_steps=2)
    assert "did not converge" in found.message
    assert all("did not come to rest" in one.message for one in found.items[3:])


def test_examinees_who_do_not_differ_have_no_scale():
    scores = np.zeros((200, 4))
    scores[:100, :3] = [1, 0, 1]  # as far apart as these anchors can be
    scores[100:, :3] = [0, 1, 0]
    scores[::2, 3] = 1
    found = calibrate(table(scores), "complete", "2pl", named(ANCHORS["plain"]))
    assert (found.loglik, found.converged) == (None, False)
    assert "do not differ" in found.message


@pytest.mark.parametrize(
    "anchors, where",
    [
        ({"other": Anchor(1, (0,))}, "anchors"),
        ({"i1": Anchor(1, (0, 1))}, "anchor i1"),
    ],
)
def test_anchors_that_do_not_fit_the_table_are_told(anchors, where):
    with pytest.raises(Invalid) as caught:
        calibrate(lsat7(), "complete", "2pl", anchors)
    assert [problem.where for problem in caught.value.problems] == [where]


def test_anchors_that_nobody_has_answered_are_told():
    scores = np.array(lsat7().scores)
    scores[:, 0] = np.nan
    with pytest.raises(Invalid) as caught:
        calibrate(table(scores), "pairwise", "2pl", {"i1": Anchor(1, (0,))})
    assert "nobody" in caught.value.problems[0].what
