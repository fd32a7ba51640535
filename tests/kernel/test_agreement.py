"""Agreement of two markers, against published figures."""

import pytest

from quiz.statistics.agreement import kappa


def test_kappa_of_a_table_that_everybody_quotes():
    """Two readers of 50 proposals: 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no give 0.4."""
    pairs = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    assert kappa(pairs) == pytest.approx(0.4)


@pytest.mark.parametrize(
    "pairs, value",
    [
        ([(0, 0), (1, 1), (2, 2)], 1),
        ([(0, 1), (1, 0)], -1),
        ([(0, 0), (0, 1), (1, 0), (1, 1)], 0),
        ([], None),
        ([(1, 1), (1, 1)], None),
    ],
)
def test_kappa_at_its_ends(pairs, value):
    assert kappa(pairs) == value
