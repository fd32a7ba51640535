"""Where a question is used, in which version, and how it did there."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from quiz.db import reading
from quiz.models.bank import Bank, Question
from quiz.models.itemising import uses_of
from quiz.models.people import Course, Enrolment
from quiz.models.quiz import Quiz
from quiz.operations.access import RESULTS, Actor, missing, readable_banks


@dataclass(frozen=True, slots=True)
class Use:
    """A version in a quiz: how many settled attempts hold it, and the share of the mark that they got.

    ``quiz`` and ``course`` are None in quizzes whose results I do not see: of each version all of them together.
    """

    version: int
    version_id: int
    quiz_id: int | None
    quiz: str | None
    course: str | None
    n: int
    facility: float


def uses(actor: Actor, question_id: int) -> tuple[Use, ...]:
    """The uses of a question of a bank that I may read, the latest version first. Four statements."""
    with reading() as connection:
        readable = readable_banks(actor, Bank.id).join(Question, Question.bank_id == Bank.id)
        if connection.execute(readable.where(Question.id == question_id)).first() is None:
            raise missing(connection, actor)
        fared = uses_of(connection, question_id)
        seen = {
            row.id: row
            for row in connection.execute(
                select(Quiz.id, Quiz.title, Course.title.label("course"))
                .join(Course, Course.id == Quiz.course_id)
                .join(Enrolment, Enrolment.course_id == Course.id)
                .where(
                    Quiz.id.in_([one.quiz_id for _, one in fared]),
                    Enrolment.user_id == actor.id,
                    Enrolment.role.in_(RESULTS),
                )
            )
        }
    mine = [
        Use(
            number,
            one.version_id,
            one.quiz_id,
            seen[one.quiz_id].title,
            seen[one.quiz_id].course,
            one.n,
            one.facility,
        )
        for number, one in fared
        if one.quiz_id in seen
    ]
    others: dict[tuple[int, int], list[tuple[int, float]]] = {}
    for number, one in fared:
        if one.quiz_id not in seen:
            others.setdefault((number, one.version_id), []).append((one.n, one.facility))
    together = [
        Use(
            number,
            version_id,
            None,
            None,
            None,
            n := sum(count for count, _ in of_one),
            sum(count * share for count, share in of_one) / n,
        )
        for (number, version_id), of_one in others.items()
    ]
    return tuple(sorted([*mine, *together], key=lambda use: -use.version))
