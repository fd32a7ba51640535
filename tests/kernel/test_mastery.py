"""Levels of mastery: how they rise, and that they fall on a miss."""

import pytest

from quiz.statistics.mastery import LEVELS, level_of


@pytest.mark.parametrize(
    "shares, level",
    [
        ([], "not_started"),
        ([0], "attempted"),
        ([0.69], "attempted"),
        ([0.7], "familiar"),
        ([1], "proficient"),
        ([0.3, 1], "proficient"),
        ([1, 1], "mastered"),
        ([1, 1 - 1e-12], "mastered"),
        ([0.7, 0.9, 0.8], "familiar"),
        ([1, 1, 1, 0.9], "proficient"),
        ([1, 1, 0.9, 0.9], "familiar"),
        ([1, 1, 0.2], "proficient"),
        ([1, 1, 0, 0, 0, 0], "attempted"),
        ([0.8, 0.6], "attempted"),
        ([1, 0.5, 1], "proficient"),
    ],
)
def test_a_level_rises_with_all_of_the_marks_and_falls_with_less(shares, level):
    assert LEVELS[level_of(shares)] == level
