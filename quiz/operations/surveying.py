"""One page over all courses whose results somebody sees: quizzes, what is below target, the trend. It only reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.engine import Connection

from quiz.db import reading, transaction
from quiz.files.tables import Table
from quiz.models.attempt import GRACE
from quiz.models.audit import record
from quiz.models.paging import Page, part_of
from quiz.models.progress import Progress, progress_of
from quiz.models.surveying import grades_of, quizzes_of, subjects_of
from quiz.operations.access import RESULTS, Actor, acting, role_of
from quiz.statistics.comparing import FEWEST, Interval, Sums, share_of

#: So many half-years, the present one among them, are looked at.
TERMS: Final = 4
#: Shares, 0 to 1: the target where nobody names one.
TARGET: Final = 0.6


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """Half a year: January to June is ``half`` 1, July to December 2."""

    year: int
    half: int


@dataclass(frozen=True, slots=True)
class QuizLine:
    """A quiz of a course: its students, and the first attempts of those who have finished; shares are 0 to 1."""

    quiz_id: int
    title: str
    course_id: int
    course_title: str
    closes_at: datetime | None
    students: int
    finished: int
    to_grade: int
    attempts: int
    mean: Interval | None
    #: None without a pass mark, and where nobody has a grade.
    passed: float | None

    @property
    def completion(self) -> float | None:
        """The share of the students who have finished; None where there are none."""
        return self.finished / self.students if self.students else None


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """A topic or an objective in a course, whose share of the marks is surely below the target."""

    kind: str
    name: str
    course_id: int
    course_title: str
    attempts: int
    share: Interval


@dataclass(frozen=True, slots=True)
class Trend:
    """A course over the terms: the mean share of its grades and how many, None for a term without any."""

    course_id: int
    course_title: str
    terms: tuple[tuple[Interval, int] | None, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """All courses whose results I see."""

    target: float
    #: From the first half-year that is looked at.
    since: datetime
    courses: int
    quizzes: tuple[QuizLine, ...]
    #: Those of one page.
    page: Page[QuizLine]
    below: tuple[SubjectLine, ...]
    #: Only those in which an attempt has ended.
    terms: tuple[Term, ...]
    trends: tuple[Trend, ...]


def survey(actor: Actor, target: float, page: int, now: datetime, grace: timedelta = GRACE) -> Survey:
    """The page for whoever sees results of any course: empty for others. Six statements, however many the courses."""
    with reading() as connection:
        return _survey(connection, actor, target, page, now, grace)


def survey_tables(actor: Actor, target: float, now: datetime, grace: timedelta = GRACE) -> tuple[Table, ...]:
    """The same as tables, for files. The export is audited."""
    with reading() as connection:
        found = _survey(connection, actor, target, 1, now, grace)
    with transaction() as connection:  # apart: on SQLite saves wait for it
        record(connection, actor.id, "survey.export", ("user", actor.id), now)
    return _quiz_table(found), _subject_table(found), _term_table(found)


def _survey(
    connection: Connection, actor: Actor, target: float, page: int, now: datetime, grace: timedelta
) -> Survey:
    role_of(connection, actor)
    since = start_of(now)
    quizzes = quizzes_of(connection, acting(actor), RESULTS, since)
    ids = [quiz.id for quiz in quizzes]
    progress = progress_of(connection, ids, now, grace)
    grades = grades_of(connection, ids, since)
    subjects = {kind: subjects_of(connection, ids, since, kind) for kind in ("topic", "objective")}
    courses = {quiz.course_id: quiz.course_title for quiz in quizzes}
    terms = tuple(sorted({_term(row) for row in grades}))
    by_quiz = _by(grades, lambda row: row.quiz_id)
    lines = tuple(_line(quiz, progress[quiz.id], by_quiz.get(quiz.id, ())) for quiz in quizzes)
    return Survey(
        target=target,
        since=since,
        courses=len(courses),
        quizzes=lines,
        page=part_of(lines, page),
        below=tuple(_below(subjects, courses, target)),
        terms=terms,
        trends=tuple(_trends(quizzes, by_quiz, terms)),
    )


def start_of(now: datetime) -> datetime:
    """When the first of the ``TERMS`` half-years begins that end with the present one."""
    halves = now.year * 2 + (now.month > 6) - (TERMS - 1)
    return datetime(halves // 2, 7 if halves % 2 else 1, 1, tzinfo=UTC)


def _term(row: Row[Any]) -> Term:
    return Term(int(row.year), int(row.half))


def _by(rows: Iterable[Row[Any]], key: Any) -> dict[Any, list[Row[Any]]]:
    found: dict[Any, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _line(quiz: Row[Any], progress: Progress, rows: Sequence[Row[Any]]) -> QuizLine:
    n = sum(row.n for row in rows)
    return QuizLine(
        quiz_id=quiz.id,
        title=quiz.title,
        course_id=quiz.course_id,
        course_title=quiz.course_title,
        closes_at=quiz.closes_at,
        students=progress.students,
        finished=progress.finished,
        to_grade=progress.to_grade,
        attempts=n,
        mean=_mean(rows),
        passed=sum(row.passed for row in rows) / n if n and quiz.pass_grade is not None else None,
    )


def _mean(rows: Sequence[Row[Any]]) -> Interval | None:
    """The mean of shares with its interval: each attempt can attain 1."""
    n, shares, squares = (sum(getattr(row, name) for row in rows) for name in ("n", "shares", "squares"))
    return share_of(Sums(n, float(shares), n, float(squares), float(shares), n))


def _below(
    subjects: Mapping[str, Mapping[tuple[int, str], Sums]], courses: Mapping[int, str], target: float
) -> list[SubjectLine]:
    """What is surely below the target, the lowest first."""
    found = [
        SubjectLine(kind, name, course, courses[course], sums.n, share)
        for kind, by_name in subjects.items()
        for (course, name), sums in by_name.items()
        if sums.n >= FEWEST and (share := share_of(sums)) and share.high is not None and share.high < target
    ]
    return sorted(found, key=lambda one: (one.share.value, one.kind, one.name))


def _trends(
    quizzes: Sequence[Row[Any]], by_quiz: Mapping[int, Sequence[Row[Any]]], terms: Sequence[Term]
) -> list[Trend]:
    by_course: dict[int, list[Row[Any]]] = defaultdict(list)
    for quiz in quizzes:
        by_course[quiz.course_id] += by_quiz.get(quiz.id, ())
    titles = {quiz.course_id: quiz.course_title for quiz in quizzes}
    return [
        Trend(course, titles[course], tuple(_in_term(_by(rows, _term).get(term, ())) for term in terms))
        for course, rows in by_course.items()
        if rows
    ]


def _in_term(rows: Sequence[Row[Any]]) -> tuple[Interval, int] | None:
    mean = _mean(rows)
    return None if mean is None else (mean, sum(row.n for row in rows))


# Files -------------------------------------------------------------------------------------------------------------

_INTERVAL: Final = ("share (%)", "from (%)", "to (%)")


def _percents(one: Interval | None) -> tuple[float | None, ...]:
    values = (None, None, None) if one is None else (one.value, one.low, one.high)
    return tuple(None if value is None else round(100 * value, 6) for value in values)


def _quiz_table(found: Survey) -> Table:
    header = ("course", "quiz", "closes (UTC)", "students", "finished", "to mark", "graded first attempts")
    rows = (
        (
            *(one.course_title, one.title, one.closes_at, one.students, one.finished, one.to_grade),
            one.attempts,
            *_percents(one.mean),
            None if one.passed is None else round(100 * one.passed, 6),
        )
        for one in found.quizzes
    )
    return Table("Quizzes", (*header, *(f"mean {name}" for name in _INTERVAL), "passed (%)"), tuple(rows))


def _subject_table(found: Survey) -> Table:
    rows = (
        (one.course_title, one.kind, one.name, one.attempts, *_percents(one.share)) for one in found.below
    )
    return Table("Below target", ("course", "kind", "name", "attempts", *_INTERVAL), tuple(rows))


def _term_table(found: Survey) -> Table:
    rows = (
        (one.course_title, term.year, term.half, known[1], *_percents(known[0]))
        for one in found.trends
        for term, known in zip(found.terms, one.terms, strict=True)
        if known is not None
    )
    return Table("Terms", ("course", "year", "half", "attempts", *_INTERVAL), tuple(rows))
