"""Item response models: against published parameters, R, and the likelihood written out anew; on small and ugly data."""

import json
from itertools import pairwise, product
from math import lgamma
from pathlib import Path

import numpy as np
import pytest

from quiz.statistics.irt import conditional
from quiz.statistics.irt.fitting import item_fits
from quiz.statistics.irt.models import MODELS, fit
from quiz.statistics.irt.persons import abilities, information
from quiz.statistics.table import ResponseTable
from tools import agreement_models

FOLDER = Path(__file__).parent / "statistics"
TABLES = json.loads((FOLDER / "irt-tables.json").read_text(encoding="utf-8"))
FIGURES = json.loads((FOLDER / "irt-figures.json").read_text(encoding="utf-8"))
NODES = np.linspace(-6, 6, 61)
SHARES = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()


def table(scores, maxima=None):
    x = np.array(scores, dtype=float)
    items = tuple(f"i{number}" for number in range(1, x.shape[1] + 1))
    return ResponseTable(items, x, np.ones(x.shape[1]) if maxima is None else np.array(maxima, dtype=float))


def locations(fitted):
    return [b for item in fitted.items for b in item.b]


# Published ----------------------------------------------------------------------------------------------------------


def test_figures_are_those_that_are_printed():
    """To a tenth of a percent or 0.003: so far those programs go on, and so many decimals they print."""
    pairs = [pair for _, pair in agreement_models.published()]
    assert len(pairs) > 10
    assert [pair for pair in pairs if pair.difference > max(1e-3 * abs(pair.reference), 3e-3)] == []
    assert [pair for pair in pairs if pair.figure.startswith("loglik") and pair.difference > 1e-3] == []


def test_criteria_of_2pl_of_lsat7_and_its_s_x2():
    fitted = fit(table(TABLES["lsat7"]), "complete", "2pl")
    assert (fitted.parameters, fitted.n) == (10, 1000)
    assert fitted.aic == pytest.approx(5337.610, abs=0.001)
    assert fitted.bic == pytest.approx(5386.688, abs=0.001)
    assert fitted.items[0].b[0] == pytest.approx(-1.879, abs=1e-3)
    fits = item_fits(fitted)
    assert [one.df for one in fits] == [2] * 5
    assert [one.p for one in fits] == pytest.approx([0.093, 0.001, 0.530, 0.073, 0.625], abs=1e-3)


def test_rasch_by_mml_is_1pl_on_another_scale():
    one, rasch = (fit(table(TABLES["lsat6"]), "complete", name) for name in ("1pl", "rasch"))
    assert rasch.loglik == pytest.approx(one.loglik, abs=1e-8)
    assert rasch.sigma == pytest.approx(one.items[0].a)
    assert one.sigma is None
    assert {(item.a, item.se_a) for item in rasch.items} == {(1.0, None)}
    assert locations(rasch) == pytest.approx([b * rasch.sigma for b in locations(one)], abs=1e-6)


def test_3pl_without_a_prior_is_no_worse_than_2pl_and_with_one_has_asymptotes_near_it():
    free = fit(table(TABLES["lsat7"]), "complete", "3pl")
    bound = fit(table(TABLES["lsat7"]), "complete", "3pl", prior=True)
    assert free.loglik > -2658.805
    assert free.loglik > bound.loglik
    assert all(0.1 < item.c < 0.3 for item in bound.items)
    assert bound.parameters == 15


# R ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(TABLES))
def test_conditional_rasch_as_in_r(name):
    theirs, scores = FIGURES[name], TABLES[name]
    fitted = fit(
        table([[np.nan if cell is None else cell for cell in row] for row in scores]),
        "pairwise",
        "rasch",
        "cml",
    )
    assert fitted.converged
    assert locations(fitted) == pytest.approx(theirs["b"], abs=1e-5)
    assert sum(locations(fitted)) == pytest.approx(0, abs=1e-9)
    assert [item.se_b[0] for item in fitted.items] == pytest.approx(theirs["se"], abs=1e-5)
    assert fitted.loglik == pytest.approx(theirs["loglik"], abs=1e-5)
    assert fitted.parameters == len(fitted.items) - 1
    if "theta" in theirs:
        fits = item_fits(fitted)
        assert [one.infit for one in fits] == pytest.approx(theirs["infit"], abs=1e-4)
        assert [one.outfit for one in fits] == pytest.approx(theirs["outfit"], abs=1e-4)
        theta = dict(zip(np.sum(scores, axis=1), abilities(fitted, "ml")[0], strict=True))
        assert [theta[total] for total in theirs["totals"]] == pytest.approx(theirs["theta"], abs=1e-4)


# The likelihood, written out in the parameters that are told --------------------------------------------------------


def shares(name, a, b, c, theta):
    """The chance of each category, from locations; shape (categories, nodes)."""
    if name == "grm":
        above = [
            np.ones_like(theta),
            *[1 / (1 + np.exp(-a * (theta - each))) for each in b],
            np.zeros_like(theta),
        ]
        return np.array([high - low for high, low in pairwise(above)])
    weights = np.exp(np.cumsum([0 * theta, *[a * (theta - each) for each in b]], axis=0))
    found = weights / weights.sum(axis=0)
    return np.array([(1 - c) * found[0], c + (1 - c) * found[1]]) if c else found


def parameters(name, free, steps):
    """For each item a, b, c; and the deviation of abilities; from the free parameters in the order of told_by."""
    left = list(free)
    items = len(steps)
    model = MODELS[name]
    sigma = left.pop(0) if model.free_deviation else 1.0
    common = left.pop(0) if name == "1pl" else 1.0
    beside = [0.0, *(left.pop(0) for _ in range(steps[0] - 1))] if name == "rsm" else None
    found = []
    for item in range(items):
        a = left.pop(0) if model.own_slopes else common
        if beside is None:
            b = [left.pop(0) for _ in range(steps[item])]
        else:
            first = left.pop(0)
            b = [first + each for each in beside]
        found.append((a, b, left.pop(0) if model.asymptote else 0))
    assert not left
    return found, sigma


def told_by(fitted):
    """The free parameters and their errors, None where the error is not told of one alone."""
    model, pairs = fitted.model, []
    if model.free_deviation:
        pairs.append((fitted.sigma, None))
    if fitted.name == "1pl":
        pairs.append((fitted.items[0].a, fitted.items[0].se_a))
    if fitted.name == "rsm":
        pairs += [(each - fitted.items[0].b[0], None) for each in fitted.items[0].b[1:]]
    for item in fitted.items:
        if model.own_slopes:
            pairs.append((item.a, item.se_a))
        pairs += [*zip(item.b, item.se_b, strict=True)][: 1 if fitted.name == "rsm" else None]
        if model.asymptote:
            pairs.append((item.c, item.se_c))
    return [value for value, _ in pairs], [error for _, error in pairs]


def loglik(name, free, scores, steps):
    of_items, sigma = parameters(name, free, steps)
    chances = np.ones((len(scores), len(NODES)))
    for x, (a, b, c) in zip(scores.T, of_items, strict=True):
        chances *= shares(name, a, b, c, sigma * NODES)[x]
    return np.log(chances @ SHARES).sum()


def log_prior(name, free, steps):
    constant = lgamma(22) - lgamma(5) - lgamma(17)
    of_items, _ = parameters(name, free, steps)
    return sum(constant + 4 * np.log(c) + 16 * np.log(1 - c) for _, _, c in of_items if c)


def simulated(name, n, steps, seed):
    chance = np.random.default_rng(seed)
    theta = chance.normal(size=n)
    middle = np.linspace(-0.8, 0.8, len(steps))
    found = []
    for item, count in enumerate(steps):
        b = middle[item] + (np.arange(count) - (count - 1) / 2) * 0.9
        slope = 1.2 if not MODELS[name].own_slopes else 0.9 + 0.3 * item
        p = shares(name, slope, b, 0.2 if MODELS[name].asymptote else 0, theta)
        found.append((chance.random(n) > np.cumsum(p, axis=0)[:-1]).sum(axis=0))
    return np.array(found).T


@pytest.mark.parametrize("name", MODELS)
def test_the_fit_is_the_top_of_the_likelihood_and_errors_its_curvature(name):
    steps = (2, 2, 2) if name == "rsm" else (2, 1, 3) if MODELS[name].several else (1, 1, 1, 1)
    scores = simulated(name, 800, steps, seed=3)
    fitted = fit(table(scores, steps), "complete", name, prior=MODELS[name].asymptote)
    assert (fitted.converged, fitted.message) == (True, "")
    free, errors = told_by(fitted)
    assert fitted.parameters == len(free)
    assert fitted.loglik == pytest.approx(loglik(name, free, scores, steps), abs=1e-6)

    def height(*moves):
        moved = np.array(free)
        for place, by in moves:
            moved[place] += by
        return loglik(name, moved, scores, steps) + log_prior(name, moved, steps)

    h = 1e-3
    places = range(len(free))
    slope = [(height((place, h)) - height((place, -h))) / (2 * h) for place in places]
    curvature = np.zeros((len(free), len(free)))
    for one, other in product(places, places):
        signs = product((h, -h), (h, -h))
        bends = [np.sign(u * v) * height((one, u), (other, v)) for u, v in signs]
        curvature[one, other] = -sum(bends) / (4 * h * h)
    covariance = np.linalg.inv(curvature)
    assert np.abs(covariance @ slope).max() < 1e-4  # what a step of Newton would still move
    for place, error in enumerate(errors):
        if error is not None:
            assert error == pytest.approx(np.sqrt(covariance[place, place]), rel=2e-3)


@pytest.mark.parametrize("name", ["2pl", "gpcm", "grm"])
def test_parameters_are_recovered(name):
    steps = (1,) * 8 if name == "2pl" else (2,) * 6
    fitted = fit(table(simulated(name, 4000, steps, seed=5), steps), "complete", name)
    middle = np.linspace(-0.8, 0.8, len(steps))
    for item, found in enumerate(fitted.items):
        assert abs(found.a - (0.9 + 0.3 * item)) < 4 * found.se_a
        wanted = middle[item] + (np.arange(steps[item]) - (steps[item] - 1) / 2) * 0.9
        assert (np.abs(found.b - wanted) < 4 * np.array(found.se_b)).all()
    theta, error = abilities(fitted, "wle")
    assert np.isfinite(theta).all()
    assert (error > 0).all()


def test_conditional_moments_are_those_of_all_patterns():
    epsilon = np.array([0.3, 1.1, 2.5, 0.8])
    patterns = np.array([*product((0, 1), repeat=4)])
    weights = np.where(patterns, epsilon, 1).prod(axis=1)
    counts = np.array([3.0, 4, 5, 2, 7])
    expected, both = np.zeros(4), np.zeros((4, 4))
    for total, count in enumerate(counts):
        of_total = patterns[patterns.sum(axis=1) == total]
        share = weights[patterns.sum(axis=1) == total]
        share = share / share.sum()
        mean = share @ of_total
        expected += count * mean
        both += count * ((of_total.T * share) @ of_total - np.outer(mean, mean))
    part = conditional._Part(np.tile(epsilon, (5, 1)), np.arange(5))
    first = part.chance @ counts
    assert first == pytest.approx(expected)
    pairs = part.both(counts) - (part.chance * counts) @ part.chance.T
    assert np.diag(first) + pairs == pytest.approx(both)


# Abilities ----------------------------------------------------------------------------------------------------------


def test_abilities_by_hand():
    fitted = fit(table(TABLES["lsat7"]), "complete", "2pl")
    rights = np.array(TABLES["lsat7"])
    curves = np.array([shares("2pl", item.a, item.b, 0, NODES) for item in fitted.items])
    likelihood = np.prod(
        [np.where(rights[:, [i]] == 1, curves[i][1], curves[i][0]) for i in range(5)], axis=0
    )
    posterior = likelihood * SHARES / (likelihood @ SHARES)[:, None]
    mean = posterior @ NODES
    theta, error = abilities(fitted, "eap")
    assert theta == pytest.approx(mean, abs=1e-9)
    assert error == pytest.approx(np.sqrt(posterior @ NODES**2 - mean**2), abs=1e-9)


@pytest.mark.parametrize("method", ["map", "ml", "wle"])
@pytest.mark.parametrize("name", ["2pl", "3pl", "gpcm", "grm"])
def test_an_ability_is_the_top_of_what_its_method_makes_large(name, method):
    several = MODELS[name].several
    steps = (2, 2, 3, 1) if several else (1,) * 5
    scores = simulated(name, 500, steps, seed=8)
    fitted = fit(table(scores, steps), "complete", name, prior=name == "3pl")
    theta, _ = abilities(fitted, method)
    if method == "wle" and name in ("3pl", "grm"):  # there Warm's equation has no simple integral
        assert np.isfinite(theta).all()
        return
    fine = np.linspace(-12, 12, 24001)
    curves = [shares(name, item.a, item.b, item.c or 0, fine) for item in fitted.items]
    told = information(fitted, fine).sum(axis=0)
    added = {"map": -(fine**2) / 2, "ml": 0 * fine, "wle": np.log(told) / 2}[method]
    for row in range(25):
        height = added + sum(np.log(curve[x]) for curve, x in zip(curves, scores[row], strict=True))
        top = height.argmax()
        if top in (0, len(fine) - 1):
            assert np.isnan(theta[row])
        else:
            assert theta[row] == pytest.approx(fine[top], abs=1.1e-3)


def test_a_perfect_score_has_no_ability_by_ml_and_one_by_the_others():
    fitted = fit(table(TABLES["lsat6"]), "complete", "rasch")
    for method, exists in (("ml", False), ("eap", True), ("map", True), ("wle", True)):
        theta, error = abilities(fitted, method)
        for row in (0, -1):
            assert bool(np.isfinite(theta[row])) == bool(np.isfinite(error[row])) == exists


def test_who_has_no_answer_has_no_ability():
    scores = [*TABLES["small"], [np.nan] * 8]
    fitted = fit(table(scores), "pairwise", "rasch")
    for method in ("eap", "map", "wle"):
        theta, _ = abilities(fitted, method)
        assert np.isnan(theta[-1])
        assert np.isfinite(theta[:-1]).all()


def test_information_is_the_expected_curvature():
    fitted = fit(table(TABLES["lsat7"]), "complete", "2pl")
    first = fitted.items[0]
    theta = np.array([-1.0, 0.5])
    right = shares("2pl", first.a, first.b, 0, theta)[1]
    assert information(fitted, theta)[0] == pytest.approx(first.a**2 * right * (1 - right))


# Small and ugly -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("estimator", ["cml", "mml"])
def test_items_that_all_have_right_or_wrong_are_not_placed_and_the_others_are(estimator):
    scores = np.array(TABLES["small"])
    whole = fit(table(scores), "complete", "rasch", estimator)
    more = fit(table(np.column_stack([scores, np.ones(150), np.zeros(150)])), "complete", "rasch", estimator)
    assert locations(more) == pytest.approx(locations(whole), abs=1e-6)
    for item in more.items[-2:]:
        assert (item.a, item.b) == (None, ())
        assert item.message.startswith("cannot be placed")


@pytest.mark.parametrize(
    "name,estimator", [*((name, "mml") for name in MODELS), ("rasch", "cml")], ids=lambda value: value
)
@pytest.mark.parametrize(
    "scores",
    [
        [[1, 0, 1], [0, 1, 1]],
        [[1, 1], [0, 0]],
        [[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]],
        [[1, 1, 1]],
        [[np.nan, np.nan], [np.nan, np.nan]],
        [[1], [0]],
    ],
    ids=["two", "two alike", "ladder", "one", "blank", "one item"],
)
def test_two_examinees_ladders_and_blanks_are_fitted_or_told(name, estimator, scores):
    fitted = fit(table(scores), "pairwise", name, estimator)
    assert fitted.converged or fitted.message
    for item in fitted.items:
        assert item.b or item.message
        assert all(value is None or np.isfinite(value) for value in (item.a, *item.b, *item.se_b, item.se_a))
    item_fits(fitted)
    for method in ("eap", "map", "ml", "wle"):
        abilities(fitted, method)


def test_an_item_whose_slope_runs_away_says_so():
    """One item is right exactly where the total of the others is high: no slope is steep enough."""
    scores = simulated("2pl", 60, (1,) * 6, seed=2)
    split = (scores.sum(axis=1) >= 3).astype(int)
    fitted = fit(table(np.column_stack([scores, split])), "complete", "2pl")
    assert "runs away" in fitted.items[-1].message
    assert all(item.message == "" for item in fitted.items[:-1])


def test_totals_above_127_are_totals():
    scores = (np.random.default_rng(9).random((150, 140)) < 0.95).astype(int)
    assert (scores.sum(axis=1) > 127).any()
    fitted = fit(table(scores), "complete", "rasch", "cml")
    assert fitted.converged
    for item, right in zip(fitted.items, scores.mean(axis=0), strict=True):
        if item.b:  # abilities hardly differ: nearly the logit, but for the mean
            assert item.b[0] - fitted.mean == pytest.approx(-np.log(right / (1 - right)), abs=0.1)


def test_a_ladder_has_no_conditional_difficulties():
    fitted = fit(table([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]]), "complete", "rasch", "cml")
    assert fitted.loglik is None
    assert "cannot be computed" in fitted.message
    assert all(item.message for item in fitted.items)


@pytest.mark.parametrize("name", ["pcm", "rsm", "gpcm", "grm"])
def test_a_score_that_nobody_has_is_told_and_has_no_location(name):
    scores = simulated(name, 400, (3, 3, 3, 3), seed=4)
    scores[scores[:, 1] == 1, 1] = 0
    fitted = fit(table(scores, (3,) * 4), "complete", name)
    item = fitted.items[1]
    assert fitted.converged
    assert item.message == "nobody scored 1"
    assert [b is None for b in item.b] == [name != "rsm", False, False]
    assert [b is None for b in item.se_b] == [b is None for b in item.b]


def test_two_steps_at_once_are_one_step_of_two_in_the_partial_credit_model():
    """Scores 0 and 2 only: as the item doubled, a slope of 2 · 1."""
    scores = simulated("pcm", 600, (2, 2, 2), seed=6)
    scores[:, 0] = 2 * (scores[:, 0] > 0)
    fitted = fit(table(scores, (2, 2, 2)), "complete", "pcm")
    first = shares("2pl", 2.0, [fitted.items[0].b[1]], 0, fitted.sigma * NODES)
    curves = [first, *[shares("pcm", 1.0, item.b, 0, fitted.sigma * NODES) for item in fitted.items[1:]]]
    codes = [scores[:, 0] // 2, scores[:, 1], scores[:, 2]]
    chances = np.prod([curve[code] for curve, code in zip(curves, codes, strict=True)], axis=0)
    assert fitted.loglik == pytest.approx(np.log(chances @ SHARES).sum(), abs=1e-6)


def test_scores_in_steps_are_refused_by_models_of_right_and_wrong():
    scores = np.column_stack([np.array(TABLES["small"]), np.arange(150) % 3])
    fitted = fit(table(scores, [1] * 8 + [2]), "complete", "2pl")
    assert "pcm" in fitted.items[-1].message
    assert all(item.b for item in fitted.items[:-1])
    halves = fit(table(scores / 2, [1] * 8 + [2]), "complete", "grm")
    assert all("whole numbers" in item.message for item in halves.items)


def test_missing_answers_by_each_rule():
    holes = table([[np.nan if cell is None else cell for cell in row] for row in TABLES["holes"]])
    whole = np.isfinite(holes.scores).all(axis=1)
    complete, pairwise, zero = (fit(holes, rule, "2pl") for rule in ("complete", "pairwise", "zero"))
    assert (complete.n, pairwise.n, zero.n) == (whole.sum(), 150, 150)
    assert locations(complete) == pytest.approx(locations(fit(table(holes.scores[whole]), "complete", "2pl")))
    assert locations(zero) == pytest.approx(
        locations(fit(table(np.nan_to_num(holes.scores)), "complete", "2pl"))
    )
    assert locations(pairwise) != pytest.approx(locations(complete), abs=1e-3)
