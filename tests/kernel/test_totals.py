"""The total of a course, against the definition worked out in fractions, one student at a time."""

from fractions import Fraction
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.statistics.totals import Part, totals

GRADE = st.none() | st.integers(0, 20).map(lambda tenths: tenths / 20)


def by_hand(row, places, parts):
    """(total, quizzes dropped) of one student."""
    means, dropped = [], set()
    for number, part in enumerate(parts):
        mine = sorted(
            (share, quiz) for quiz, share in enumerate(row) if places[quiz] == number and share is not None
        )
        out = min(part.drop_lowest, max(0, len(mine) - 1))
        dropped |= {quiz for _, quiz in mine[:out]}
        kept = [Fraction(share) for share, _ in mine[out:]]
        if kept and part.weight:
            means.append((sum(kept) / len(kept), Fraction(part.weight)))
    weight = sum(weight for _, weight in means)
    return (sum(mean * weight for mean, weight in means) / weight if weight else None), dropped


@given(st.data())
def test_as_defined(data):
    quizzes = data.draw(st.integers(0, 6))
    parts = data.draw(
        st.lists(st.builds(Part, st.sampled_from([0, 1, 2.5, 40]), st.integers(0, 3)), max_size=3)
    )
    place = st.none() | st.integers(0, len(parts) - 1) if parts else st.none()
    places = data.draw(st.lists(place, min_size=quizzes, max_size=quizzes))
    rows = data.draw(st.lists(st.lists(GRADE, min_size=quizzes, max_size=quizzes), max_size=5))
    shares = np.array([[np.nan if one is None else one for one in row] for row in rows], dtype=float)
    found = totals(shares.reshape(len(rows), quizzes), places, parts)
    for row, total, dropped in zip(rows, found.total, found.dropped, strict=True):
        expected, out = by_hand(row, places, parts)
        assert isnan(total) if expected is None else total == pytest.approx(float(expected), abs=1e-12)
        assert set(np.flatnonzero(dropped)) == out


def test_weights_and_the_lowest_by_hand():
    """Homework 50, 80, 100 % without its lowest at 40, an exam of 60 % at 60: 0.4 · 90 + 0.6 · 60."""
    found = totals(np.array([[0.5, 0.8, 1.0, 0.6]]), [0, 0, 0, 1], [Part(40, 1), Part(60, 1)])
    assert found.total[0] == pytest.approx(0.72)
    assert found.parts[0] == pytest.approx([0.9, 0.6])
    assert found.dropped.tolist() == [[True, False, False, False]]
