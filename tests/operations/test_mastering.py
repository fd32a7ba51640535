"""Mastery: the student's map, never more than the quizzes show, and the teacher's table."""

from datetime import timedelta

import pytest

from quiz.errors import NotFound
from quiz.operations import learning, mastering
from tests.cast import NOW
from tests.operations.test_learning import NOTHING, practice
from tests.operations.test_quizzes import edit
from tests.sittings import EVERY, sit

LATER = NOW + timedelta(days=1)
TIMES = {"single_choice", "multiple_response", "true_false"}


@pytest.mark.parametrize("engine", ["sqlite"])
def test_my_map_has_all_topics_and_falls_on_a_miss(cast):
    practice(cast, "All of it")
    untried = learning.my_progress(cast.bo, NOW).map
    assert untried
    assert {level for parts in untried.values() for _, level in parts} == {0}
    for right, wanted in [(EVERY, 3), (EVERY, 4), (TIMES, None)]:
        sit(cast, cast.bo, right)
        found = learning.my_progress(cast.bo, LATER).map
        assert {name for parts in found.values() for name, _ in parts} >= {
            name for parts in untried.values() for name, _ in parts
        }
        if wanted is not None:
            assert {level for parts in found.values() for _, level in parts} == {wanted}
    levels = dict(found["sums"])
    assert levels["sums/times"] == 3
    edit(cast, review=NOTHING)
    hidden = learning.my_progress(cast.bo, LATER).map
    assert {level for parts in hidden.values() for _, level in parts} == {0}


def test_the_teacher_sees_every_student_by_topic_whatever_is_shown(cast):
    edit(cast, review=NOTHING)
    assert mastering.mastery(cast.ada, cast.course, 1).topics == ()
    sit(cast, cast.bo)
    sit(cast, cast.bo)
    sit(cast, cast.cy, TIMES)
    found = mastering.mastery(cast.ada, cast.course, 1)
    assert found.topics == ("sums",)
    assert [(one.student, one.levels) for one in found.rows.rows] == [("Bo", (4,)), ("Cy", (1,))]
    for nobody in (cast.bo, cast.di):
        with pytest.raises(NotFound):
            mastering.mastery(nobody, cast.course, 1)
