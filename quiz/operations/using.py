"""Where a question is used, in which version, and how it did there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Connection

from quiz.db import reading
from quiz.models.bank import Bank, Question
from quiz.models.itemising import Fared, uses_of
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
        seen = _seen(connection, actor, [one.quiz_id for _, one in fared])
    mine = [
        Use(number, one.version_id, one.quiz_id, *seen[one.quiz_id], one.n, one.facility)
        for number, one in fared
        if one.quiz_id in seen
    ]
    others = [(number, one) for number, one in fared if one.quiz_id not in seen]
    return tuple(sorted([*mine, *_together(others)], key=lambda use: -use.version))


def _seen(connection: Connection, actor: Actor, quiz_ids: Sequence[int]) -> Mapping[int, tuple[str, str]]:
    """The titles of those of these quizzes, and of their courses, whose results I see."""
    rows = connection.execute(
        select(Quiz.id, Quiz.title, Course.title.label("course"))
        .join(Course, Course.id == Quiz.course_id)
        .join(Enrolment, Enrolment.course_id == Course.id)
        .where(Quiz.id.in_(quiz_ids), Enrolment.user_id == actor.id, Enrolment.role.in_(RESULTS))
    )
    return {row.id: (row.title, row.course) for row in rows}


def _together(fared: Iterable[tuple[int, Fared]]) -> Iterator[Use]:
    """All uses of each version as one, which says of no quiz that there is one."""
    versions: dict[tuple[int, int], list[Fared]] = {}
    for number, one in fared:
        versions.setdefault((number, one.version_id), []).append(one)
    for (number, version_id), uses_of_one in versions.items():
        n = sum(one.n for one in uses_of_one)
        share = sum(one.n * one.facility for one in uses_of_one) / n
        yield Use(number, version_id, None, None, None, n, share)
