"""What a blueprint gives each student: many draws, of which some may be of easy questions alone."""

from fractions import Fraction

import pytest

from quiz.assembly.draw import ListIndex, draw
from quiz.assembly.possible import DRAWS, possible
from tests.kernel.papers import DAY, blueprint, item

POOL = [item(f"q{n}", difficulty="easy" if n < 6 else "hard") for n in range(12)]


def test_they_are_the_papers_of_the_seeds():
    plan = blueprint({"count": 3, "points": 2}, expected_facility={"max": "0.8"})
    found = possible(plan, ListIndex(POOL), DAY, 20)
    papers = [draw(plan, ListIndex(POOL), seed, DAY) for seed in range(1, 21)]
    assert found.expected == pytest.approx([float(paper.expected_score) for paper in papers])
    assert found.mean == pytest.approx(sum(found.expected) / 20)
    assert found.spread > 0


@pytest.mark.parametrize(
    "section, unlike",
    [
        ({"count": 2}, True),
        ({"count": 2, "difficulty": {"easy": 1, "hard": 1}}, False),
        ({"count": 2, "difficulty": "easy"}, False),
    ],
)
def test_papers_of_easy_questions_alone_are_counted(section, unlike):
    """Of two out of six easy and six hard ones: 5 of 22 papers, so that 200 draws are within 5 errors of 45."""
    found = possible(blueprint(section), ListIndex(POOL), DAY)
    assert found.unlike == unlike
    if unlike:
        share = Fraction(5, 22)
        assert abs(found.easy - DRAWS * share) < 5 * (DRAWS * share * (1 - share)) ** 0.5
