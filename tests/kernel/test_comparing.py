"""Groups, shares and links: R's figures, to a millionth, and what cannot be computed."""

import numpy as np

from quiz.statistics.comparing import Interval, Sums, differ_p, link_of, mean_of, share_of
from tests.kernel.r import again
from tools.agreement import compared, stored_comparisons


def test_the_stored_figures_of_r():
    found = stored_comparisons()
    assert len(found) == 10
    assert [pair for pair in found if not pair.difference < 1e-6] == []


def test_r_gives_these_figures():
    figures = again("comparing.R", "jsonlite")
    assert [pair for pair in compared(figures) if not pair.difference < 1e-6] == []


def test_what_cannot_be_computed():
    some, same = np.array([1.0, 2.0, 4.0]), np.ones(4)
    assert differ_p([some]) is None
    assert differ_p([some, same, np.array([3.0])]) is None
    assert share_of(Sums(0, 0, 0, 0, 0, 0)) is None
    assert share_of(Sums(1, 2, 4, 4, 8, 16)) == Interval(0.5, None, None)
    assert share_of(Sums(2, 8, 8, 32, 32, 32)) == Interval(1, 1, 1)
    assert mean_of(np.zeros(0)) is None
    assert mean_of(np.array([3.0])) == Interval(3, None, None)
    assert link_of(some, same[:3]) is None
    assert link_of(some[:2], some[:2]) is None
    assert link_of(some, 2 * some).p == 0
