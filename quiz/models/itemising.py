"""What the page of a question in a report is made of: the question, its marks beside the others', how it did elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, and_, func, select
from sqlalchemy.engine import Connection

from quiz.banks.tallying import read_cell
from quiz.models.attempt import Answer, Attempt, AttemptSlot, Mark
from quiz.models.bank import QuestionVersion
from quiz.models.comparing import Counted
from quiz.models.counting import ItemStatistics, standings_in
from quiz.models.people import Enrolment, User
from quiz.models.quiz import Quiz
from quiz.models.scoring import counting_mark, slots_with
from quiz.statistics.flags import Earlier

#: Papers that are read for a model: the last ones.
MOST_PAPERS: Final = 5_000


def version_of(connection: Connection, quiz_id: int, version_id: int) -> Row[Any] | None:
    """The question version, if an attempt of the quiz holds it."""
    held = (
        select(AttemptSlot.slot)
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .where(Attempt.quiz_id == quiz_id, AttemptSlot.version_id == version_id)
    )
    return connection.execute(
        select(QuestionVersion).where(QuestionVersion.id == version_id, held.exists())
    ).first()


def fractions_of(connection: Connection, counted: Counted) -> Sequence[Row[Any]]:
    """The fraction of each mark in the last ``MOST_PAPERS`` of the attempts that count and are settled, the oldest first.

    Without bonuses and without questions that were dropped. One statement.
    """
    last = (
        select(Attempt.id)
        .where(counted.ids, Attempt.grade.is_not(None))
        .order_by(Attempt.id.desc())
        .limit(MOST_PAPERS)
    )
    return connection.execute(
        select(AttemptSlot.attempt_id, AttemptSlot.version_id, Mark.fraction)
        .join(Mark, counting_mark())
        .where(AttemptSlot.attempt_id.in_(last), AttemptSlot.bonus.is_(False), Mark.max > 0)
        .order_by(AttemptSlot.attempt_id)
    ).all()


def answers_to(counted: Counted, version_id: int) -> Any:
    """The statement over the answers to a question version in the attempts that count, by the students' names."""
    return (
        slots_with(
            Attempt.id.label("attempt_id"),
            Attempt.number,
            Attempt.as_of,
            User.name.label("student"),
            Enrolment.group_name.label("group"),
            AttemptSlot.slot,
            AttemptSlot.variant,
            AttemptSlot.shown_order,
            Answer.fields,
            Mark.points,
            Mark.max,
        )
        .join(User, User.id == Attempt.user_id)
        .outerjoin(
            Enrolment,
            and_(Enrolment.user_id == Attempt.user_id, Enrolment.course_id == counted.quiz.course_id),
        )
        .where(counted.ids, AttemptSlot.version_id == version_id)
        .order_by(User.name, User.id, Attempt.number, AttemptSlot.slot)
    )


# Elsewhere -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fared:
    """How a question version did in a quiz: the mean share of its mark, 0–1, over ``n`` first attempts."""

    version_id: int
    quiz_id: int
    n: int
    facility: float


def _fared(connection: Connection, version_ids: Collection[int], quiz_ids: Any) -> list[Fared]:
    """From what is counted (``quiz.models.counting``): attempts that ended a moment ago are not in it yet. One statement."""
    rows = connection.execute(
        select(
            ItemStatistics.version_id,
            ItemStatistics.quiz_id,
            ItemStatistics.kind,
            ItemStatistics.cell,
            func.sum(ItemStatistics.n).label("n"),
        )
        .where(
            ItemStatistics.quiz_id.in_(quiz_ids),
            ItemStatistics.standing.in_(standings_in("first", "first")),
            ItemStatistics.version_id.in_(version_ids),
            ItemStatistics.kind.in_(["mark", "worth"]),
        )
        .group_by(ItemStatistics.version_id, ItemStatistics.quiz_id, ItemStatistics.kind, ItemStatistics.cell)
    )
    sums: dict[tuple[int, int], dict[str, float]] = defaultdict(lambda: {"mark": 0.0, "worth": 0.0, "n": 0.0})
    for row in rows:
        of_one, n = sums[row.version_id, row.quiz_id], int(row.n)
        of_one[row.kind] += n * read_cell(row.cell)[0]
        of_one["n"] += n * (row.kind == "worth")
    return [
        Fared(version, quiz, round(one["n"]), one["mark"] / one["worth"])
        for (version, quiz), one in sums.items()
        if one["worth"] > 0
    ]


def earlier_of(connection: Connection, quiz: Row[Any], version_ids: Collection[int]) -> dict[int, Earlier]:
    """How these versions did in the quizzes that were made before this one, all courses together. One statement."""
    before = select(Quiz.id).where(Quiz.created_at < quiz.created_at, Quiz.id != quiz.id)
    return _together(_fared(connection, version_ids, before))


def answers_of(connection: Connection, version_ids: Collection[int]) -> dict[int, tuple[float, int]]:
    """The mean share of the mark of these versions over the first attempts of all quizzes, and how many these are."""
    found = _together(_fared(connection, version_ids, select(Quiz.id)))
    return {version: (one.facility, one.n) for version, one in found.items()}


def _together(fared: Iterable[Fared]) -> dict[int, Earlier]:
    """The quizzes of each version as one."""
    papers: dict[int, list[Fared]] = defaultdict(list)
    for one in fared:
        papers[one.version_id].append(one)
    found = {}
    for version, of_one in papers.items():
        n = sum(one.n for one in of_one)
        found[version] = Earlier(n, sum(one.n * one.facility for one in of_one) / n)
    return found


def uses_of(connection: Connection, question_id: int) -> list[tuple[int, Fared]]:
    """How the versions of a question did in all quizzes, with their numbers, the latest first. Two statements."""
    versions = _numbers(connection, question_id)
    fared = [(versions[one.version_id], one) for one in _fared(connection, versions, select(Quiz.id))]
    return sorted(fared, key=lambda use: (-use[0], -use[1].quiz_id))


def _numbers(connection: Connection, question_id: int) -> dict[int, int]:
    """The numbers of a question's versions, by their ids."""
    rows = connection.execute(
        select(QuestionVersion.id, QuestionVersion.number).where(QuestionVersion.question_id == question_id)
    )
    return {row.id: row.number for row in rows}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A version of the question in another quiz: its title where that is of the same course, else None."""

    version: int
    quiz: str | None
    quiz_id: int
    n: int
    facility: float


def elsewhere_of(connection: Connection, quiz: Row[Any], question_id: int) -> list[Elsewhere]:
    """All versions of a question in all other quizzes, by version and by when the quizzes were made. Three statements."""
    versions = _numbers(connection, question_id)
    fared = _fared(connection, versions, select(Quiz.id).where(Quiz.id != quiz.id))
    quizzes = {
        row.id: row
        for row in connection.execute(
            select(Quiz.id, Quiz.title, Quiz.course_id, Quiz.created_at).where(
                Quiz.id.in_([one.quiz_id for one in fared])
            )
        )
    }
    fared.sort(key=lambda one: (versions[one.version_id], quizzes[one.quiz_id].created_at, one.quiz_id))
    return [
        Elsewhere(
            version=versions[one.version_id],
            quiz=quizzes[one.quiz_id].title if quizzes[one.quiz_id].course_id == quiz.course_id else None,
            quiz_id=one.quiz_id,
            n=one.n,
            facility=one.facility,
        )
        for one in fared
    ]
