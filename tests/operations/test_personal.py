"""What is kept of a person: the list is whole, the export is theirs, the erasure leaves figures and papers as they were."""

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select, update

import quiz.models  # noqa: F401 (every table)
from quiz.db import Base, reading, transaction
from quiz.errors import Forbidden, Invalid, NotFound, SignedOut
from quiz.models.attempt import Answer, Attempt
from quiz.models.people import User
from quiz.models.personal import DONE_BY, ERASED_TEXT, KEPT
from quiz.models.quiz import Quiz
from quiz.operations import (
    accommodating,
    accounts,
    analysis,
    attempts,
    deciding,
    gradebook,
    importing,
    marking,
    overseeing,
    personal,
    quizzes,
    reporting,
)
from quiz.operations.access import Actor
from quiz.operations.deciding import Verdict
from quiz.operations.gradebook import Wish
from quiz.operations.marking import Given, Place
from quiz.operations.overseeing import Search
from tests.cast import ADDRESS, GRACE, NOW

#: For what does not hang on the engine.
on_sqlite = pytest.mark.parametrize("engine", ["sqlite"])
LATER = NOW + timedelta(days=1)


def test_every_column_that_names_a_person_or_their_attempt_is_on_the_list():
    """A new table cannot be forgotten: it says what becomes of its rows."""
    listed = {(one.class_.__tablename__, one.key) for one in [*(kept.of for kept in KEPT), *DONE_BY]}
    naming = {
        (key.parent.table.name, key.parent.key)
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.target_fullname in ("user.id", "attempt.id", "attempt_slot.attempt_id")
    }
    about_no_person = {
        # places on the paper, which hold nothing but questions, and figures of what was counted
        ("attempt_slot", "attempt_id"),
        ("counted_attempt", "attempt_id"),
        ("rescored_attempt", "attempt_id"),
        ("rescored_slot", "attempt_id"),
    }
    assert naming - about_no_person == listed - {("user", "id")}


BANK = """
format: quiz-bank/1
bank: essays
title: Essays
questions:
  - {id: essay, type: essay, timeless: true, points: 4, prompt: Why was it founded?}
  - {id: fact, type: true_false, timeless: true, prompt: It has members., answer: true}
"""
BLUEPRINT = """
format: quiz-blueprint/1
title: Essays
sections: [{title: Questions, bank: essays, count: 2}]
order: as_listed
settings: {attempts: null}
"""


@dataclass
class Sat:
    """Bo has written an essay in which his name stands, and has all that a teacher can give."""

    quiz: int
    attempt: int
    essay: int


@pytest.fixture
def sat(cast):
    importing.import_bank(cast.ada, BANK, "essays.yaml", NOW)
    quiz = quizzes.create(cast.ada, cast.course, BLUEPRINT, NOW)
    quizzes.publish(cast.ada, quiz, NOW)
    attempt = attempts.start(cast.bo, quiz, "", NOW, GRACE)
    shown = {view.presented.type: view.slot for view in attempts.page(cast.bo, attempt, None, NOW).questions}
    cast.save(attempt, shown["essay"], 1, "I, Bo, was there.")
    cast.save(attempt, shown["true_false"], 1, "0")
    attempts.finish(cast.bo, attempt, NOW)
    place = Place(attempt, shown["essay"])
    marking.give(cast.ada, quiz, place, 1, Given((), "3", "Well said, Bo!"), NOW)
    accommodating.grant(cast.ada, cast.course, cast.bo.id, 1.5, 1, NOW)
    deciding.decide(cast.ada, cast.quiz, cast.bo.id, 0, Verdict("excused", "", "Bo was ill"), NOW, GRACE)
    return Sat(quiz, attempt, shown["essay"])


@on_sqlite
def test_i_am_handed_my_answers_and_what_of_grades_i_may_see(cast, sat):
    mine = personal.my_data(cast.bo, LATER)
    assert json.loads(json.dumps(mine)) == mine
    assert mine["format"] == personal.FORMAT
    assert [one["name"] for one in mine["account"]] == ["Bo"]
    given = {one["slot"]: one["fields"] for one in mine["answers"]}
    assert given == {sat.essay: {"answer": ["I, Bo, was there."]}, 3 - sat.essay: {"answer": ["0"]}}
    assert [one["grade"] for one in mine["attempts"]] == [80.0]
    assert "Well said, Bo!" in [one["comment"] for one in mine["marks"]]
    assert "was ill" not in json.dumps(mine)
    with pytest.raises(SignedOut):
        personal.my_data(Actor(cast.bo.id, 7), LATER)


@on_sqlite
def test_i_am_handed_no_mark_before_its_time(cast, sat):
    with transaction() as connection:
        connection.execute(update(Quiz).where(Quiz.id == sat.quiz).values(review={"later": ["attempt"]}))
    mine = personal.my_data(cast.bo, LATER)
    assert len(mine["answers"]) == 2
    assert mine["marks"] == []
    assert "grade" not in mine["attempts"][0]


@on_sqlite
def test_the_command_line_gets_all_of_it_and_it_is_logged(cast, sat):
    found = personal.data_of(cast.bo.id, LATER)
    assert [one["reason"] for one in found["decisions about grades"]] == ["Bo was ill"]
    assert overseeing.log(cast.eve, Search(act="user.export")).events[0].subject == "Bo"
    with pytest.raises(NotFound):
        personal.data_of(10**6, LATER)


def everything_but_names(cast, sat):
    found = reporting.results(cast.ada, sat.quiz, 1, LATER)
    book = gradebook.grade_book(cast.ada, cast.course, Wish(), LATER)
    questions = analysis.quiz_report(cast.ada, sat.quiz, "first", LATER).questions
    return found.facilities, sorted(str(row.total) for row in book.rows.rows), questions


def test_erasing_takes_the_name_and_leaves_the_figures(cast, sat):
    before = everything_but_names(cast, sat)
    running = cast.start()
    personal.erase(cast.eve, cast.bo.id, LATER)
    assert everything_but_names(cast, sat) == before
    left = json.dumps(personal.data_of(cast.bo.id, LATER))
    assert "Bo" not in left.replace("Book", "")
    with reading() as connection:
        person = connection.execute(select(User).where(User.id == cast.bo.id)).one()
        ended = select(Attempt.ended_by).where(Attempt.id == running)
        assert connection.execute(ended).scalar() == "teacher"
        essay = select(Answer.fields).where(Answer.attempt_id == sat.attempt, Answer.slot == sat.essay)
        assert connection.execute(essay).scalar() == {"answer": [ERASED_TEXT]}
    assert (person.name, person.active, person.return_code_hash) == (
        f"Erased person {cast.bo.id}",
        False,
        None,
    )
    with pytest.raises(SignedOut):
        accounts.me(cast.bo)
    with pytest.raises(Invalid):
        accounts.return_with_code(cast.codes["bo"], ADDRESS, LATER)
    assert overseeing.log(cast.eve, Search(act="user.erase")).events[0].subject == person.name


@on_sqlite
def test_nobody_is_erased_who_still_runs_things(cast, sat):
    told = {
        person: [problem.where for problem in personal.in_the_way(cast.eve, getattr(cast, person).id)]
        for person in ("ada", "bo", "eve")
    }
    assert told == {"ada": ["role", "teacher"], "bo": [], "eve": ["role"]}
    with pytest.raises(Invalid):
        personal.erase(None, cast.ada.id, LATER)
    with pytest.raises(Forbidden):
        personal.erase(cast.ada, cast.cy.id, LATER)
    with pytest.raises(NotFound):
        personal.erase(cast.eve, 10**6, LATER)
    assert accounts.me(cast.cy).name == "Cy"


def test_students_are_idle_by_what_they_did_last(cast, sat):
    def idle(days, after=timedelta(days=30)):
        return [one.name for one in personal.idle(NOW + after, days)]

    assert idle(31) == []
    assert idle(29) == ["Bo", "Cy"]
    cast.start(cast.cy, now=NOW + timedelta(days=10))
    assert idle(25) == ["Bo"]
    assert idle(19) == ["Bo", "Cy"]
    personal.erase(None, cast.bo.id, LATER)
    assert idle(19) == ["Cy"]
