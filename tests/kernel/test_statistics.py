"""Classical statistics: small tables by hand, Moodle's definitions written down a second time, and properties."""

from fractions import Fraction
from math import isclose, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from quiz.statistics.classical import (
    alpha_from,
    alpha_interval,
    correlation,
    covariance,
    effective_weights,
    intended_weight,
    item_figures,
    kurtosis,
    skewness,
    tails,
    variance,
    whole_figures,
)
from quiz.statistics.distractors import fifths, option_figures
from quiz.statistics.distributions import binomial_tail, chi2_tail, f_quantile, incomplete_beta, t_tail

#: Four examinees, three items of one mark: the ladder of Guttman.
LADDER = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=float)
TOTAL = LADDER.sum(axis=1)


def near(value, expected, tolerance=1e-9):
    return isclose(value, expected, rel_tol=tolerance, abs_tol=tolerance)


def array(*values):
    return np.array(values, dtype=float)


def cronbach_alpha(columns):
    return alpha_from([variance(column) for column in columns.T], variance(columns.sum(axis=1)), len(columns))


def total_figures(totals, columns):
    return whole_figures(totals, cronbach_alpha(columns), columns.shape[1])


# By hand -----------------------------------------------------------------------------------------------------------


def test_an_item_by_hand():
    """x = 1 1 1 0, R = 2 1 0 0: cov ¼, var x ¼, var R 11/12, and both are sorted alike already."""
    found = item_figures(LADDER[:, 0], 1.0, TOTAL, TOTAL - LADDER[:, 0])
    assert (found.n, found.max, found.facility) == (4, 1.0, 0.75)
    assert near(found.sd, 0.5)
    assert near(found.variance, 0.25)
    assert near(found.rest_variance, 11 / 12)
    assert near(found.covariance, 0.25)
    assert near(found.item_rest, 0.25 / sqrt(11 / 48))
    assert near(found.discrimination_index, 52.22329678670935)
    assert near(found.covariance_max, 0.25)
    assert near(found.discriminative_efficiency, 100)
    assert near(found.item_total, 0.5 / sqrt(0.25 * 5 / 3))
    assert near(found.total_covariance, 0.5)


def test_efficiency_by_hand():
    """x = 0 1 1, R = 2 1 0: cov −½; sorted 0 1 1 with 0 1 2: ½."""
    x, rest = array(0, 1, 1), array(2, 1, 0)
    assert near(item_figures(x, 1.0, x + rest, rest).discriminative_efficiency, -100)
    mixed = item_figures(array(1, 0, 1, 0), 1.0, array(4, 2, 2, 0), array(3, 2, 1, 0))
    assert near(mixed.discriminative_efficiency, 50)


def test_weights_by_hand():
    covariances = [item_figures(LADDER[:, j], 1.0, TOTAL, TOTAL).total_covariance for j in range(3)]
    assert [near(*pair) for pair in zip(covariances, (1 / 2, 2 / 3, 1 / 2), strict=True)] == [True] * 3
    whole = 2 * sqrt(0.5) + sqrt(2 / 3)
    weights = effective_weights(covariances)
    assert near(weights[1], 100 * sqrt(2 / 3) / whole)
    assert near(sum(weights), 100)
    assert intended_weight(2.0, 8.0) == 25


def test_a_test_by_hand():
    """Variances ¼, ⅓, ¼ and 5/3: alpha 3/2 · (1 − ½)."""
    found = total_figures(TOTAL, LADDER)
    assert (found.n, found.mean, found.median) == (4, 1.5, 1.5)
    assert near(found.sd, sqrt(5 / 3))
    assert near(found.alpha, 0.75)
    assert near(found.cic, 75)
    assert near(found.error_ratio, 50)
    assert near(found.standard_error, sqrt(5 / 3) / 2)
    assert near(found.skewness, 0)
    assert near(found.kurtosis, -1.2)


def test_skewness_and_kurtosis_as_spreadsheets_give_them():
    """The example in the documentation of Excel's SKEW and KURT."""
    sample = array(3, 4, 5, 2, 3, 4, 5, 6, 4, 7)
    assert near(skewness(sample), 0.359543071, 1e-8)
    assert near(kurtosis(sample), -0.151799637, 1e-8)


# A second time, as Moodle's source has it ---------------------------------------------------------------------------


def moodle(table, maxima):
    """Its figures (field.md §4) over exact fractions: S attempts, p slots."""
    rows = [[Fraction(int(mark)) for mark in row] for row in table]
    s, p = len(rows), len(maxima)
    totals = [sum(row) for row in rows]

    def cov(xs, ys):
        mx, my = sum(xs) / s, sum(ys) / s
        return sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True)) / (s - 1)

    columns = [[row[j] for row in rows] for j in range(p)]
    roots = [sqrt(cov(x, totals)) if cov(x, totals) >= 0 else None for x in columns]
    items = []
    for x, maximum, root in zip(columns, maxima, roots, strict=True):
        rest = [total - mark for total, mark in zip(totals, x, strict=True)]
        spread = sqrt(cov(x, x) * cov(rest, rest))
        items.append(
            {
                "facility": float(sum(x) / s / maximum),
                "sd": sqrt(cov(x, x)),
                "discrimination_index": 100 * cov(x, rest) / spread if spread else None,
                "discriminative_efficiency": float(100 * cov(x, rest) / cov(sorted(x), sorted(rest)))
                if spread
                else None,
                "effective_weight": None
                if root is None
                else 100 * root / sum(one for one in roots if one is not None),
            }
        )
    mean = sum(totals) / s
    m2, m3, m4 = (sum((t - mean) ** r for t in totals) / s for r in (2, 3, 4))
    k2 = s * m2 / (s - 1)
    k3 = s**2 * m3 / ((s - 1) * (s - 2))
    k4 = s**2 * ((s + 1) * m4 - 3 * (s - 1) * m2**2) / ((s - 1) * (s - 2) * (s - 3))
    cic = 100 * Fraction(p, p - 1) * (1 - sum(cov(x, x) for x in columns) / k2)
    ratio = 100 * sqrt(1 - cic / 100)
    return items, {
        "mean": float(mean),
        "sd": sqrt(k2),
        "skewness": float(k3) / float(k2) ** 1.5,
        "kurtosis": float(k4 / k2**2),
        "cic": float(cic),
        "error_ratio": ratio,
        "standard_error": ratio / 100 * sqrt(k2),
    }


@pytest.mark.parametrize("seed", range(12))
def test_moodles_figures(seed):
    dice = np.random.default_rng(seed)
    maxima = dice.integers(1, 5, 6)
    strength = dice.normal(size=(25, 1))
    table = np.clip(np.rint(maxima * (0.5 + 0.3 * strength + 0.3 * dice.normal(size=(25, 6)))), 0, maxima)
    totals = table.sum(axis=1)
    items, test = moodle(table, [int(one) for one in maxima])
    found = [
        item_figures(table[:, j], float(maxima[j]), totals, totals - table[:, j]) for j in range(len(maxima))
    ]
    weights = effective_weights([one.total_covariance for one in found])
    for expected, item, weight in zip(items, found, weights, strict=True):
        for name in ("facility", "sd", "discrimination_index", "discriminative_efficiency"):
            assert near(getattr(item, name), expected[name]), name
        assert near(weight, expected["effective_weight"])
    whole = total_figures(totals, table)
    assert all(near(getattr(whole, name), value) for name, value in test.items())


# What does not exist -------------------------------------------------------------------------------------------------


def test_nobody_has_no_figures():
    nobody = array()
    item = item_figures(nobody, 1.0, nobody, nobody)
    assert {getattr(item, name) for name in item.__slots__ if name not in ("n", "max")} == {None}
    whole = total_figures(nobody, np.empty((0, 3)))
    assert {getattr(whole, name) for name in whole.__slots__ if name != "n"} == {None}
    assert intended_weight(1.0, 0.0) is None


def test_one_examinee_has_a_mean_and_no_spread():
    found = total_figures(array(7), np.array([[3.0, 4.0]]))
    assert (found.mean, found.median, found.sd, found.alpha, found.standard_error) == (7, 7, None, None, None)


def test_what_does_not_vary_correlates_with_nothing():
    """Also where a sum of thirds leaves the last bit different."""
    same = np.full(7, 1 / 3) + np.arange(7) * 1e-17
    found = item_figures(same, 1.0, np.arange(7.0), np.arange(7.0))
    assert (found.item_rest, found.discrimination_index, found.discriminative_efficiency) == (None,) * 3
    assert found.sd == 0
    assert (skewness(same), kurtosis(same), cronbach_alpha(np.outer(same, [1, 1]))) == (None, None, None)


def test_the_only_question_has_no_rest():
    x = array(1, 0, 1)
    found = item_figures(x, 1.0, 100 * x, np.full(3, np.nan))
    assert (found.item_rest, found.covariance, found.rest_variance) == (None, None, None)
    assert near(found.item_total, 1)


def test_negative_covariances_weigh_nothing():
    assert effective_weights([1.0, -0.5, 1.0, None]) == [50, None, 50, None]
    assert effective_weights([0.0, 0.0]) == [None, None]


def test_too_few_for_a_moment():
    assert skewness(array(1, 2)) is None
    assert kurtosis(array(1, 2, 3)) is None
    assert cronbach_alpha(LADDER[:2]) is None
    assert cronbach_alpha(LADDER[:, :1]) is None


# Properties --------------------------------------------------------------------------------------------------------

MARKS = arrays.arrays(float, st.tuples(st.integers(4, 20), st.integers(2, 6)), elements=st.integers(0, 4))


@given(MARKS, st.integers(0, 100))
def test_the_order_of_examinees_is_nothing(table, seed):
    totals = table.sum(axis=1)
    order = np.random.default_rng(seed).permutation(len(table))
    one = item_figures(table[:, 0], 4.0, totals, totals - table[:, 0])
    other = item_figures(table[order, 0], 4.0, totals[order], (totals - table[:, 0])[order])
    for name in one.__slots__:
        a, b = getattr(one, name), getattr(other, name)
        assert (a is None) == (b is None)
        assert a is None or near(a, b)


@given(MARKS)
def test_bounds(table):
    totals = table.sum(axis=1)
    for j in range(table.shape[1]):
        found = item_figures(table[:, j], 4.0, totals, totals - table[:, j])
        assert 0 <= found.facility <= 1
        assert found.item_rest is None or -1 <= found.item_rest <= 1
        if found.discriminative_efficiency is not None:
            assert found.discriminative_efficiency <= 100 + 1e-9
            assert found.discriminative_efficiency * found.discrimination_index >= -1e-9
    alpha = cronbach_alpha(table)
    assert alpha is None or alpha <= 1 + 1e-9


@given(MARKS, st.integers(2, 9))
def test_a_scale_changes_no_figure_without_unit(table, factor):
    totals = table.sum(axis=1)
    one = item_figures(table[:, 0], 4.0, totals, totals - table[:, 0])
    other = item_figures(factor * table[:, 0], factor * 4.0, totals, totals - table[:, 0])
    for name in ("facility", "item_rest", "item_total", "discriminative_efficiency"):
        a, b = getattr(one, name), getattr(other, name)
        assert (a is None and b is None) or near(a, b)
    assert near(factor * one.sd, other.sd)


@given(MARKS)
def test_upper_less_lower(table):
    """Either group weighs one at most (less where both hold somebody); the same total counts alike; the best are above."""
    totals = table.sum(axis=1)
    weights = tails(totals)
    if weights is None:
        assert np.ptp(totals) == 0
        return
    assert weights[weights > 0].sum() <= 1 + 1e-9
    assert near(weights.sum(), 0)
    assert all(np.ptp(weights[totals == total]) == 0 for total in totals)
    assert weights @ totals > 0


@given(MARKS)
def test_the_variance_of_a_sum(table):
    """Σ cov(x, T) = var T."""
    totals = table.sum(axis=1)
    assert near(sum(covariance(table[:, j], totals) for j in range(table.shape[1])), variance(totals))


def test_the_same_item_twice_is_a_perfect_test():
    column = array(0, 1, 1, 0, 1)
    assert near(cronbach_alpha(np.column_stack([column, column])), 1)
    assert near(correlation(column, 3 - 2 * column), -1)


# Options -----------------------------------------------------------------------------------------------------------


def test_options_by_hand():
    """A is chosen by those with rests 80 and 60, B by those with 40 and 20; nobody chooses C; the last is blank."""
    chosen = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 0]], dtype=bool)
    rest = array(80, 60, 40, 20, 50)
    a, b, c = option_figures(chosen, rest, rest)
    assert (a.n, a.share, a.mean_rest) == (2, 0.4, 70)
    assert (b.n, b.share, b.mean_rest) == (2, 0.4, 30)
    assert (c.n, c.share, c.mean_rest, c.item_rest) == (0, 0, None, None)
    assert near(a.item_rest, 20 * sqrt(2 / 3 / 500) * sqrt(5 / 4) * sqrt(1))
    assert near(a.item_rest, -b.item_rest)
    assert a.by_fifth == (0, 0, 0, 1, 1)


def test_fifths_keep_equals_together():
    assert fifths(np.arange(10.0)).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert fifths(array(3, 3, 3, 3, 3)).tolist() == [2] * 5
    assert fifths(array(5, 1)).tolist() == [3, 1]
    assert fifths(array()).tolist() == []


# Distributions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "t, df, p",
    [(12.706204736, 1, 0.025), (2.228138852, 10, 0.025), (2.462021, 29, 0.01), (-1.812461123, 10, 0.95)],
)
def test_tails_of_students_t(t, df, p):
    assert near(t_tail(t, df), p, 1e-7)


def test_many_degrees_of_freedom_are_normal():
    assert near(t_tail(1.96, 1e7), 1 - NormalDist().cdf(1.96), 1e-6)


def test_tosses_of_a_coin():
    for n in (1, 7, 40):
        for k in range(n + 2):
            exact = sum(Fraction(_choose(n, j), 2**n) for j in range(k, n + 1))
            assert near(binomial_tail(k, n), float(exact), 1e-12)


def _choose(n, k):
    return 1 if k in (0, n) else _choose(n - 1, k - 1) * n // k


@pytest.mark.parametrize(
    "x, df, p",
    [
        (3.841458821, 1, 0.05),
        (5.991464547, 2, 0.05),
        (7.814727903, 3, 0.05),
        (23.20925116, 10, 0.01),
        (0, 4, 1),
        (250, 260, 0.660909050837496),
        (900, 700, 4.22761674089803e-07),
        (5000, 40, 0),
    ],
)
def test_tails_of_chi_square(x, df, p):
    assert near(chi2_tail(x, df), p, 1e-9)


@pytest.mark.parametrize(
    "p, df1, df2, f",
    [(0.95, 3, 10, 3.708265), (0.975, 4, 20, 3.514695), (0.5, 5, 5, 1.0), (0.025, 2, 8, 0.025396)],
)
def test_quantiles_of_f(p, df1, df2, f):
    assert near(f_quantile(p, df1, df2), f, 1e-5)


@given(st.floats(0.001, 0.999), st.floats(0.5, 60), st.floats(0.5, 60))
def test_the_two_tails_of_beta_make_one(x, a, b):
    assert near(incomplete_beta(x, a, b) + incomplete_beta(1 - x, b, a), 1, 1e-12)


def test_the_interval_of_alpha():
    """Feldt, Woodruff & Salih (1987): by the quantiles of F; it holds alpha, and narrows with more examinees."""
    low, high = alpha_interval(0.79, 41, 26)
    assert near(low, 1 - 0.21 * f_quantile(0.975, 40, 1000))
    assert low < 0.79 < high
    wide = alpha_interval(0.79, 11, 26)
    assert wide[0] < low < high < wide[1]
