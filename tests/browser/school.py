"""What the browsers find: a course with the shipped banks, a teacher, and a quiz of ten with two questions of each type.
And what they leave: the answers and marks that the database holds."""

import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import select

from quiz import clock
from quiz.banks.images import Pictures, opened
from quiz.banks.model import Question
from quiz.db import reading
from quiz.models.attempt import Answer, Attempt, AttemptSlot, LateAnswer, Mark
from quiz.models.bank import QuestionVersion, load_variant
from quiz.operations import accounts, courses, importing, joining, quizzes
from quiz.operations.access import Actor

BANKS = Path(__file__).parents[2] / "question_banks"
TYPES = ("single_choice", "multiple_response", "true_false", "short_text", "numerical")
TEACHER, PASSWORD = "teacher", "correct horse battery"
ADDRESS = "127.0.0.1"


@dataclass
class School:
    """A course, its teacher's account, and the code by which students join."""

    teacher: Actor
    course: int
    join_code: str

    @classmethod
    def open(cls):
        """Imports the banks; nobody has joined, and there is no quiz."""
        teacher = Actor(accounts.add_user(None, TEACHER, "Ada", PASSWORD, "author", clock.now()), 1)
        for file in sorted(BANKS.glob("*.yaml")):
            content, read = opened(file)
            importing.import_bank(None, content.decode(), file.name, clock.now(), pictures=Pictures(read))
        course = courses.add_course(teacher, "SCO studies", "Asia/Shanghai", clock.now())
        return cls(teacher, course, courses.course(teacher, course, clock.now()).join_code)

    def add_quiz(self, title="A test of ten", each=2, **settings):
        """Publishes a quiz with ``each`` questions of every type, at random from all banks. Returns its id."""
        banks = [file.stem for file in sorted(BANKS.glob("*.yaml"))]
        sections = [{"title": type_, "banks": banks, "types": [type_], "count": each} for type_ in TYPES]
        blueprint = {
            "format": "quiz-blueprint/1",
            "title": title,
            "sections": sections,
            "order": "shuffled",
            "settings": {"attempts": None, **settings},
        }
        quiz = quizzes.create(self.teacher, self.course, json.dumps(blueprint), clock.now())
        quizzes.publish(self.teacher, quiz, clock.now())
        return quiz

    def close(self, quiz, at):
        """The quiz closes then (UTC), and its open attempts end."""
        managed = quizzes.manage(self.teacher, quiz)
        sheet = replace(managed.sheet, closes_at=at)
        quizzes.edit(self.teacher, quiz, managed.edits, sheet, managed.blueprint_text, clock.now())

    def join(self, name):
        """A student who has joined on another day. Returns the return code."""
        return joining.join(self.join_code, name, ADDRESS, clock.now()).return_code


@dataclass(frozen=True)
class Slot:
    """A question of a paper, in the order in which the student sees its options."""

    question: Question
    order: list[str]

    def score(self, answer):
        """The fraction that this answer (a list of posted values) earns."""
        return self.question.score(self.question.parse({"answer": answer}, self.order).response).fraction


def paper(attempt):
    """The questions of an attempt by slot."""
    with reading() as connection:
        rows = connection.execute(
            select(
                AttemptSlot.slot,
                AttemptSlot.shown_order,
                AttemptSlot.variant,
                Attempt.as_of,
                QuestionVersion.digest,
                QuestionVersion.content,
            )
            .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
            .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
            .where(AttemptSlot.attempt_id == attempt)
            .order_by(AttemptSlot.slot)
        )
        return {
            row.slot: Slot(load_variant(row.digest, row.content, row.variant, row.as_of), row.shown_order)
            for row in rows
        }


def stored(attempt):
    """Every answer that was written: (slot, seq) → the posted values."""
    with reading() as connection:
        rows = connection.execute(
            select(Answer.slot, Answer.seq, Answer.fields).where(Answer.attempt_id == attempt)
        )
        return {(row.slot, row.seq): row.fields.get("answer", []) for row in rows}


def current(attempt):
    """The answers that stand: slot → the posted values."""
    return {slot: values for (slot, _), values in sorted(stored(attempt).items())}


def late(attempt):
    """The answers that came too late: slot → the posted values."""
    with reading() as connection:
        rows = connection.execute(
            select(LateAnswer.slot, LateAnswer.fields).where(LateAnswer.attempt_id == attempt)
        )
        return {row.slot: row.fields["answer"] for row in rows}


def ended(attempt):
    """(ended by, finished at, due at) of an attempt."""
    with reading() as connection:
        return tuple(
            connection.execute(
                select(Attempt.ended_by, Attempt.finished_at, Attempt.due_at).where(Attempt.id == attempt)
            ).one()
        )


def demand_marks(attempt, given):
    """The attempt has one mark a slot, and it is what the answers that were given last earn."""
    slots = paper(attempt)
    with reading() as connection:
        marks = connection.execute(select(Mark.slot, Mark.fraction).where(Mark.attempt_id == attempt)).all()
    assert Counter(mark.slot for mark in marks) == dict.fromkeys(slots, 1)
    earned = {number: float(slot.score(given.get(number, []))) for number, slot in slots.items()}
    assert {mark.slot: mark.fraction for mark in marks} == pytest.approx(earned)
    return sum(earned.values())
