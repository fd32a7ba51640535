"""A student's own report: never more than the review options let them see, and what to practise next."""

from datetime import timedelta
from itertools import product

import pytest

from quiz.assembly.settings import EVERYTHING
from quiz.operations import courses, deciding, importing, learning, quizzes, reporting
from quiz.operations.deciding import Verdict
from tests.cast import BANK, BLUEPRINT, NOW
from tests.operations.test_quizzes import edit
from tests.sittings import EVERY, sit

CLOSES = NOW + timedelta(hours=1)
#: A moment of each kind; during is before the end of the attempt.
WHEN = {
    "after": NOW + timedelta(minutes=6, seconds=30),
    "later": NOW + timedelta(minutes=30),
    "closed": CLOSES,
}
NOTHING = {"during": [], "after": [], "later": [], "closed": []}
LATER = NOW + timedelta(days=1)
#: For what does not hang on the engine.
on_sqlite = pytest.mark.parametrize("engine", ["sqlite"])


def seen(cast, now):
    """What the student's own pages tell at a moment: which of the marks' and the grade's figures."""
    progress = learning.my_progress(cast.bo, now)
    (mine,) = reporting.my_grades(cast.bo, now, 1).rows
    (card,) = courses.course(cast.bo, cast.course, now).quizzes
    told = {"marks"} if progress.broad or progress.topics or progress.advice or progress.objectives else set()
    assert progress.hidden == (0 if told else 1)
    return (
        told
        | ({"grade"} if mine.grade is not None else set())
        | ({"card"} if card.grade is not None else set())
    )


@on_sqlite
def test_each_field_at_each_moment(cast):
    """Eight fields by four moments: marks let the progress be seen, the grade the grades, nothing else does."""
    sit(cast, cast.bo, EVERY - {"numerical"})
    for field, allowed_at in product(EVERYTHING, NOTHING):
        edit(cast, review=NOTHING | {allowed_at: [field]}, closes_at=CLOSES)
        for when, now in WHEN.items():
            allowed = {"marks": {"marks"}, "grade": {"grade", "card"}}.get(field, set())
            assert seen(cast, now) == (allowed if when == allowed_at else set()), (field, allowed_at, when)


@on_sqlite
def test_the_pages_say_no_more(browser, cast, watch):
    sit(cast, cast.bo, EVERY - {"numerical"})
    bo = browser("bo")
    for field in EVERYTHING:
        edit(cast, review=NOTHING | {"later": [field]}, closes_at=CLOSES)
        watch.now = WHEN["later"]
        bo.get("/progress")
        assert ("%" in bo.text) == (field == "marks")
        bo.get("/grades")
        assert ("80 of 100" in bo.text) == (field == "grade")
        bo.get(f"/courses/{cast.course}")
        assert ("grade 80" in bo.text) == (field == "grade")


@on_sqlite
def test_a_running_attempt_tells_nothing(cast):
    attempt = cast.start()
    cast.save(attempt, 1, 1, "0")
    assert learning.my_progress(cast.bo, NOW) == learning.Progress((), (), 0)
    assert courses.course(cast.bo, cast.course, NOW).quizzes[0].grade is None


# Decisions as students see them --------------------------------------------------------------------------------------


def decide(cast, kind, grade=""):
    page = deciding.grade_page(cast.ada, cast.quiz, cast.bo.id, LATER)
    deciding.decide(cast.ada, cast.quiz, cast.bo.id, page.seen, Verdict(kind, grade, "Agreed"), LATER)
    return courses.course(cast.bo, cast.course, LATER).quizzes[0]


def test_a_student_sees_a_grade_by_hand_when_they_may_see_the_grade(cast):
    card = decide(cast, "override", "73")
    assert (card.grade, card.by_hand) == (73, True)
    sit(cast, cast.bo)
    assert courses.course(cast.bo, cast.course, LATER).quizzes[0].grade == 73
    card = decide(cast, "excused")
    assert (card.grade, card.by_hand, card.excused) == (None, False, True)
    assert decide(cast, "computed").grade == 100
    edit(cast, review=NOTHING)
    card = decide(cast, "override", "73")
    assert (card.grade, card.by_hand, card.excused) == (None, False, False)


# What to practise ----------------------------------------------------------------------------------------------------


def practice(cast, title, **section):
    more = "".join(f", {key}: {value}" for key, value in section.items())
    text = (
        BLUEPRINT.replace("A small quiz", title).replace("count: 5", f"count: 1{more}") + "  mode: practice\n"
    )
    quiz = quizzes.create(cast.ada, cast.course, text, NOW)
    quizzes.publish(cast.ada, quiz, NOW)
    return quiz


def test_the_least_known_topics_lead_to_practice_that_draws_them(cast):
    whole = practice(cast, "All of it")
    minus = practice(cast, "Minus", topic="sums/minus")
    assert learning.my_progress(cast.bo, LATER).advice == ()
    for _ in range(3):
        sit(cast, cast.bo, {"single_choice", "multiple_response", "true_false"})
    found = learning.my_progress(cast.bo, LATER).advice
    assert [(one.topic.name, one.topic.lately) for one in found] == [("sums/times", 0), ("sums/minus", 0.5)]
    assert [[quiz for quiz, _ in one.quizzes] for one in found] == [[whole], [whole, minus]]
    for _ in range(3):
        sit(cast, cast.bo)
    assert learning.my_progress(cast.bo, LATER).advice == ()


@on_sqlite
def test_a_broad_topic_is_named_where_its_parts_have_too_few_questions(cast):
    minus = practice(cast, "Minus", topic="sums/minus")
    sit(cast, cast.bo, ())
    (advice,) = learning.my_progress(cast.bo, LATER).advice
    assert (advice.topic.name, advice.topic.questions) == ("sums", 5)
    assert [quiz for quiz, _ in advice.quizzes] == [minus]


@on_sqlite
def test_practice_that_is_closed_is_not_offered(cast):
    quiz = practice(cast, "Yesterday's")
    found = quizzes.manage(cast.ada, quiz)
    values = {name: getattr(found.sheet, name) for name in found.sheet.__dataclass_fields__} | {
        "closes_at": CLOSES
    }
    quizzes.edit(cast.ada, quiz, found.edits, quizzes.QuizSheet(**values), found.blueprint_text, NOW)
    for _ in range(3):
        sit(cast, cast.bo, ())
    advice = learning.my_progress(cast.bo, LATER).advice
    assert advice
    assert all(one.quizzes == () for one in advice)


def test_objectives_stand_beside_topics(cast):
    bank = BANK.replace("bank: small", "bank: aims").replace(
        "    topic: sums/times\n", "    topic: sums/times\n    objective: Multiplies by heart\n"
    )
    importing.import_bank(cast.ada, bank, "aims.yaml", NOW)
    quiz = quizzes.create(cast.ada, cast.course, BLUEPRINT.replace("bank: small", "bank: aims"), NOW)
    quizzes.publish(cast.ada, quiz, NOW)
    sit(cast, cast.bo, EVERY - {"numerical"}, quiz=quiz)
    found = learning.my_progress(cast.bo, LATER)
    assert [(one.name, one.share, one.questions) for one in found.objectives] == [
        ("Multiplies by heart", 0, 1)
    ]
    assert found.broad[0].questions == 5
