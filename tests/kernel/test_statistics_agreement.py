"""Our figures are those of R, to a millionth: the stored ones, and R's own where it is installed."""

import numpy as np
import pytest

from quiz.statistics.dif import mantel_haenszel
from quiz.statistics.reliability import alpha_if_deleted, alpha_of, covariances, omega_total, one_factor
from tests.kernel.r import again
from tools.agreement import load_tables, pairs, stored

NEAR = 1e-6


def test_the_stored_figures_of_r():
    found = stored()
    assert {pair.table for pair in found} == {*load_tables()}
    assert [pair for pair in found if not pair.difference < NEAR] == []


def test_r_gives_these_figures():
    figures = again("classical.R", "psych", "GPArotation", "jsonlite", given="tables.json")
    assert [pair for pair in pairs(figures) if not pair.difference < NEAR] == []


# Reliability ---------------------------------------------------------------------------------------------------------


def test_covariances_of_missing_cells_rest_on_the_pairs():
    """Against numpy over the rows that have both."""
    dice = np.random.default_rng(4)
    scores = dice.integers(0, 5, (40, 4)).astype(float)
    scores[dice.random(scores.shape) < 0.2] = np.nan
    found = covariances(scores)
    for i in range(4):
        for j in range(4):
            both = np.isfinite(scores[:, i]) & np.isfinite(scores[:, j])
            assert found[i, j] == pytest.approx(np.cov(scores[both, i], scores[both, j])[0, 1])


def test_one_factor_is_found_again():
    """Correlations that one factor makes: its loadings; omega is the share of the sum that it makes."""
    loadings = np.array([0.9, -0.3, 0.5, 0.7])
    made = np.outer(loadings, loadings)
    np.fill_diagonal(made, 1)
    found = one_factor(made)
    assert np.abs(found * np.sign(found[0])) == pytest.approx(np.abs(loadings), abs=1e-9)
    spreads = np.outer([1, 2, 3, 4], [1, 2, 3, 4])
    assert omega_total(made * spreads) == pytest.approx(loadings.sum() ** 2 / made.sum())


def test_no_loading_is_more_than_the_whole():
    """Heywood's case: r12 · r13 / r23 is 1.28, more than a variance."""
    made = np.array([[1, 0.8, 0.8], [0.8, 1, 0.5], [0.8, 0.5, 1]])
    assert max(abs(one_factor(made))) == pytest.approx(0.995**0.5)


def test_equal_items_are_wholly_reliable():
    between = np.ones((3, 3))
    assert alpha_of(between) == pytest.approx(1)
    assert alpha_if_deleted(between) == pytest.approx([1, 1, 1])


def test_what_varies_not_has_no_reliability():
    assert alpha_of(np.zeros((3, 3))) is None
    assert alpha_if_deleted(np.eye(2)) == [None, None]
    assert omega_total(np.diag([1.0, 1.0, 0.0])) is None


# Differential item functioning -----------------------------------------------------------------------------------------


def test_two_strata_by_hand():
    """Right of all: reference 8 of 10 and 4 of 10, focal 5 of 10 and 2 of 10."""
    right = np.repeat([1, 0, 1, 0, 1, 0, 1, 0], [8, 2, 5, 5, 4, 6, 2, 8]).astype(float)[:, None]
    focal = np.repeat([False, True, False, True], 10)
    strata = np.repeat([7.0, 3.0], 20)
    (found,) = mantel_haenszel(right, strata, focal)
    # Σ AD/T = (8·5 + 4·8)/20, Σ BC/T = (2·5 + 6·2)/20.
    assert found.odds_ratio == pytest.approx(72 / 22)
    assert found.delta == pytest.approx(-2.35 * np.log(72 / 22))
    # ΣA = 12 against 6.5 + 3; variances 10·10·13·7/(400·19) and 10·10·6·14/(400·19).
    assert found.chi2 == pytest.approx(2**2 / ((9100 + 8400) / 7600))
    assert found.ets_class == "A"


@pytest.mark.parametrize("n, ets", [(1, "A"), (2, "B"), (5, "C")])
def test_classes_grow_with_what_is_known(n, ets):
    """The same odds ratio, 72/22: |Δ| 2.79."""
    counts = np.array([8, 2, 5, 5, 4, 6, 2, 8]) * n
    right = np.repeat([1, 0, 1, 0, 1, 0, 1, 0], counts).astype(float)[:, None]
    focal = np.repeat([False, True, False, True], 10 * n)
    (found,) = mantel_haenszel(right, np.repeat([7.0, 3.0], 20 * n), focal)
    assert found.ets_class == ets


def test_a_stratum_with_one_group_tells_nothing():
    right = np.array([[1.0], [0.0], [1.0], [0.0]])
    assert mantel_haenszel(right, np.array([1.0, 1, 2, 2]), np.array([True, True, False, False])) == [None]
    assert mantel_haenszel(np.ones((4, 1)), np.ones(4), np.array([True, False, True, False])) == [None]
