"""A quiz as a whole over the store: completion, times, groups, subjects, papers side by side; who sees it."""

from datetime import timedelta
from math import isclose

import pytest

from quiz.errors import Invalid, NotFound, SignedOut
from quiz.operations import comparing, enrolling, quizzes
from tests.cast import BLUEPRINT, NOW
from tests.sittings import EVERY, join, sit
from tests.statements import statements

LATER = NOW + timedelta(days=1)


def overview(cast, who=None, group=None, which="first", quiz=None):
    return comparing.overview(who or cast.ada, quiz or cast.quiz, which, group, LATER)


@pytest.fixture
def two_groups(cast):
    """Monday: five who have all, five minutes each; Tuesday: five who have only the single choice, ten minutes each."""
    for name, right, seconds in (("Monday", EVERY, 50), ("Tuesday", {"single_choice"}, 100)):
        people = [join(cast, f"{name} {number}") for number in range(5)]
        for who in people:
            sit(cast, who, right, seconds=seconds)
        enrolling.set_group(cast.ada, cast.course, [who.id for who in people], name, NOW)
    cast.start(cast.bo)


def test_the_figures_by_hand(cast, two_groups):
    found = overview(cast)
    assert (found.students, found.started, found.finished, found.attempts, found.left_out) == (
        12,
        11,
        11,
        10,
        0,
    )
    assert [(row.name, row.students, row.finished, row.attempts) for row in found.by_group] == [
        ("Monday", 5, 5, 5),
        ("Tuesday", 5, 5, 5),
        (None, 2, 1, 0),  # over since, not closed yet
    ]
    assert [row.mean.value for row in found.by_group[:2]] == [100, 20]
    assert found.by_group[-1].mean is None
    assert found.differ is None  # no spread within the groups
    assert (found.times.low, found.times.high, sum(found.times.counts)) == (5, 10, 10)
    assert found.link.r == pytest.approx(-1)
    topics = found.subjects["topic"]
    assert [(one.name, one.answers, one.attempts, one.state) for one in topics] == [
        ("sums/minus", 20, 10, "open"),
        ("sums/times", 10, 10, "open"),
        ("sums/plus", 20, 10, "known"),
    ]
    assert [one.share.value for one in topics] == [0.5, 0.5, 0.75]
    assert "objective" not in found.subjects
    assert not found.last_only


def test_an_overview_of_very_many_is_over_the_last_ones(cast, two_groups):
    found = comparing.overview(cast.ada, cast.quiz, "first", None, LATER, most=5)
    assert (found.finished, found.attempts, found.last_only) == (11, 5, True)
    assert [one.share.value for one in found.subjects["topic"]] == [0, 0, 0.5]


def test_one_group(cast, two_groups):
    found = overview(cast, group="Tuesday")
    assert (found.students, found.finished, found.attempts) == (5, 5, 5)
    assert [row.name for row in found.by_group] == ["Tuesday"]
    states = {one.name: one.state for one in found.subjects["topic"]}
    assert states == {"sums/minus": "again", "sums/times": "again", "sums/plus": "known"}
    assert isclose(found.subjects["topic"][-1].share.value, 0.5)


def test_a_quiz_that_nobody_has_taken_and_a_draft(cast):
    draft = quizzes.create(cast.ada, cast.course, BLUEPRINT, NOW)
    for quiz in (draft, cast.quiz):
        found = overview(cast, quiz=quiz)
        assert (found.students, found.attempts, found.times, found.points, found.subjects) == (
            2,
            0,
            None,
            (),
            {},
        )
        assert comparing.side_by_side(cast.ada, quiz, "first", None, "name", 1).sheets.rows == ()


def test_side_by_side(cast, two_groups):
    found = comparing.side_by_side(cast.ada, cast.quiz, "first", None, "grade", 1)
    first, *_, last = found.sheets.rows
    assert (first.student, first.group, first.grade, last.grade) == ("Monday 0", "Monday", 100, 20)
    assert [fraction for _, fraction in first.cells] == [1, 1, 1, 1, 1]
    assert sorted(fraction for _, fraction in last.cells) == [0, 0, 0, 0, 1]
    assert (found.slots, found.sheets.total) == ((1, 2, 3, 4, 5), 10)
    names = comparing.side_by_side(cast.ada, cast.quiz, "first", "Tuesday", "name", 1)
    assert [sheet.student for sheet in names.sheets.rows] == [f"Tuesday {number}" for number in range(5)]
    assert comparing.side_by_side(cast.ada, cast.quiz, "all", None, "ended", 1).sheets.total == 10


def test_what_there_is_not(cast):
    for which, group, order in (
        ("odd", None, "name"),
        ("first", "Friday", "name"),
        ("first", None, "shoe size"),
    ):
        with pytest.raises(Invalid):
            comparing.side_by_side(cast.ada, cast.quiz, which, group, order, 1)
    with pytest.raises(Invalid):
        overview(cast, group="Friday")


def test_only_who_sees_results(cast):
    for who, error in ((cast.bo, NotFound), (cast.di, NotFound), (cast.ada._replace(epoch=9), SignedOut)):
        with pytest.raises(error):
            overview(cast, who)
        with pytest.raises(error):
            comparing.side_by_side(who, cast.quiz, "first", None, "name", 1)


def test_many_attempts_take_no_more_statements_than_few(cast, two_groups):
    with statements() as few:
        overview(cast, group="Monday")
        comparing.side_by_side(cast.ada, cast.quiz, "first", "Monday", "name", 1)
    with statements() as many:
        overview(cast)
        comparing.side_by_side(cast.ada, cast.quiz, "first", None, "name", 1)
    assert len(many) == len(few)
