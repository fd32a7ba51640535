"""A quiz's questions on one scale: bounded, kept, with a band that holds what the papers were drawn from."""

import numpy as np
import pytest

from quiz.statistics.irt import persons, scales
from quiz.statistics.irt.anchored import Anchor
from quiz.statistics.irt.models import fit
from quiz.statistics.irt.scales import calibration_of, curve_of, scale_of
from quiz.statistics.table import ResponseTable

ITEMS = 12


def drawn(papers, steps=1, held=1.0, seed=5):
    """Shares of the mark by Rasch's model, and the difficulties; a question of s steps is s answers together."""
    dice = np.random.default_rng(seed)
    ability, difficulty = dice.normal(size=(papers, 1)), np.linspace(-1.5, 1.5, ITEMS)
    p = 1 / (1 + np.exp(difficulty - ability))
    shares = (dice.random((steps, papers, ITEMS)) < p).sum(axis=0) / steps
    return np.where(dice.random((papers, ITEMS)) < held, shares, np.nan), difficulty


def test_the_curve_is_that_of_the_model_and_its_band_holds_the_truth():
    shares, difficulty = drawn(200)
    scale = scale_of(shares)
    table = ResponseTable(tuple(map(str, range(ITEMS))), shares, np.ones(ITEMS))
    fitted = fit(table, "pairwise", "rasch")
    assert (scale.name, scale.used, scale.papers) == ("rasch", 200, 200)
    held = 0
    for place in range(ITEMS):
        curve = curve_of(scale, place)
        theta = np.array(curve.theta)
        assert curve.estimate.b == pytest.approx(fitted.items[place].b, abs=1e-6)
        assert curve.expected == pytest.approx(1 / (1 + np.exp(curve.estimate.b[0] - theta)), abs=1e-9)
        truth = 1 / (1 + np.exp(difficulty[place] - theta))
        held += bool(((curve.low <= truth) & (truth <= curve.high)).all())
        # Of one parameter the band is that of b moved by 1.96 standard errors.
        assert curve.low == pytest.approx(
            1 / (1 + np.exp(curve.estimate.b[0] + 1.959964 * curve.estimate.se_b[0] - theta))
        )
        assert curve.information == pytest.approx(np.array(curve.expected) * (1 - np.array(curve.expected)))
        assert sum(point.n for point in curve.points) == 200
        assert np.average(
            [p.share for p in curve.points], weights=[p.n for p in curve.points]
        ) == pytest.approx(shares[:, place].mean())
    assert held >= ITEMS - 2
    assert curve.whole == pytest.approx(persons.information(fitted, theta).sum(axis=0), rel=1e-4)


def test_many_papers_give_each_question_a_slope():
    scale = scale_of(drawn(260)[0])
    curve = curve_of(scale, 3)
    assert scale.name == "2pl"
    assert 0.4 < curve.estimate.a < 2
    assert curve.estimate.se_a > 0
    # From the covariance of (a, d) by the delta method: the errors of a and of b = −d / a, which are those of R.
    (row,) = np.flatnonzero(scale.fitted.coded.places == 3)
    (a, d), covariance = scale.fitted.rows[row, :2], scale.fitted.covariances[row, :2, :2]
    by_b = np.array([d / a**2, -1 / a])
    assert curve.estimate.se_a == pytest.approx(covariance[0, 0] ** 0.5)
    assert curve.estimate.se_b[0] == pytest.approx((by_b @ covariance @ by_b) ** 0.5)
    middle = len(curve.theta) // 2
    assert curve.low[middle] < curve.expected[middle] < curve.high[middle]


def test_partial_credit_and_papers_that_differ():
    shares, _ = drawn(120, steps=2, held=0.8)
    scale = scale_of(shares)
    curve = curve_of(scale, 0)
    assert scale.name == "pcm"
    assert len(curve.estimate.b) == 2
    assert sum(point.n for point in curve.points) == np.isfinite(shares[:, 0]).sum()
    assert all(0 <= low <= high <= 1 for low, high in zip(curve.low, curve.high, strict=True))


def test_the_same_papers_are_fitted_once():
    shares, _ = drawn(60)
    first = scale_of(shares)
    before = scales._fitted.cache_info().hits
    assert scale_of(shares.copy()).fitted is first.fitted
    assert scales._fitted.cache_info().hits == before + 1


def test_the_last_papers_are_fitted_where_there_are_too_many(monkeypatch):
    monkeypatch.setattr(scales, "MOST_CELLS", 60 * ITEMS)
    shares, _ = drawn(100)
    scale = scale_of(shares)
    assert (scale.papers, scale.used) == (100, 60)
    assert (scale.shares == shares[-60:]).all()
    monkeypatch.setattr(scales, "MOST_CELLS", 29 * ITEMS)
    assert scale_of(shares).why == "spread"


def test_why_there_is_no_curve():
    shares, _ = drawn(60)
    assert scale_of(shares[:29]).why == "few"
    assert scale_of(np.zeros((60, 3))).why == "alike"
    assert scale_of(np.full((60, 3), np.nan)).why == "spread"
    shares[:, 0] = 1  # everybody right
    shares[:, 1] = np.round(shares[:, 1] * 0.31, 9)  # no equal steps
    shares[31:, 2] = np.nan
    shares[29:, 3] = np.nan
    scale = scale_of(shares)
    assert [curve_of(scale, place) for place in (0, 1, 3)] == ["unplaced"] * 3
    assert not isinstance(curve_of(scale, 2), str)
    assert curve_of(scale_of(shares[:20]), 2) == "unplaced"


# A bank --------------------------------------------------------------------------------------------------------------


def test_a_bank_has_slopes_even_of_few_papers_and_stands_on_its_anchors_scale():
    shares, difficulty = drawn(400)
    anchors = {place: Anchor(1.0, (difficulty[place] + 2,)) for place in range(0, ITEMS, 2)}
    scale = calibration_of(shares, anchors)
    assert scale.name == "2pl"
    assert scale.fitted.mu == pytest.approx(2, abs=0.15)
    for place in range(1, ITEMS, 2):
        told = scale.fitted.items[place]
        assert abs(told.b[0] - difficulty[place] - 2) < 4 * told.se_b[0]
    # Of a few papers each has one too; and marks that come in other steps than those of the anchor make it none.
    few = calibration_of(drawn(60, steps=2)[0], anchors)
    assert few.fitted.mu is None
    assert few.fitted.items[0].se_a is not None


def test_an_item_whose_slope_runs_away_is_left_out_and_the_others_are_placed():
    shares, _ = drawn(40)
    split = np.argsort(np.argsort(shares.sum(axis=1)))
    perfect = (split >= 20).astype(float)
    scale = calibration_of(np.column_stack([shares, perfect]), {})
    assert ITEMS not in scale.places
    assert scale.fitted.converged
    assert scale.fitted.covariances is not None
