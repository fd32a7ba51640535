"""Before an attempt: what a student reads of a quiz, and whether they can begin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, and_, func, select
from sqlalchemy.engine import Connection

from quiz.assembly.blueprint import Blueprint
from quiz.db import reading
from quiz.models.accommodating import Terms, terms_for
from quiz.models.adapting import QuizPool
from quiz.models.attempt import GRACE, Attempt, ended_at
from quiz.models.bank import Bank, StratumSize
from quiz.models.people import Course, Enrolment, User
from quiz.models.quiz import Quiz, QuizRevision
from quiz.operations.access import Actor, acting, missing


@dataclass(frozen=True, slots=True)
class Perspective:
    """A bank and what it rests on; ``translations``: {language: {title, perspective}}."""

    title: str
    perspective: str
    translations: Mapping[str, Mapping[str, str]]

    def told(self, name: str, language: str) -> str:
        """The title or the perspective in this language, else as it was authored."""
        authored: str = getattr(self, name)
        return self.translations.get(language, {}).get(name, authored)


@dataclass(frozen=True, slots=True)
class Usual:
    """What of a quiz holds for everybody to whom nothing else was granted."""

    opens_at: datetime | None
    closes_at: datetime | None
    limit_minutes: int | None
    attempts_allowed: int | None


@dataclass(frozen=True, slots=True)
class StartPage:
    """What a student reads before starting: dates, limit and attempts as they hold for them. ``why_not`` is the code of what stands against it, "" for nothing."""

    id: int
    title: str
    course_id: int
    course_title: str
    time_zone: str
    role: str
    questions: str
    opens_at: datetime | None
    closes_at: datetime | None
    limit_minutes: int | None
    attempts_allowed: int | None
    usual: Usual
    attempts_used: int
    grading: str
    scale: float
    pass_grade: float | None
    layout: str
    #: There is no way back to a question that was left.
    sequential: bool
    #: Each next question hangs on the answers before it.
    adaptive: bool
    #: test or practice; in practice answers can be checked, as often as ``tries`` says.
    mode: str
    tries: str
    #: Students are asked how certain they are.
    certainty: bool
    needs_access_code: bool
    review: Mapping[str, Sequence[str]]
    #: The day for which the questions are true: that of its pool, or set by the quiz, else today in the course's time zone.
    as_of: date
    #: What the banks rest on.
    perspectives: tuple[Perspective, ...]
    #: Languages in which questions can be read, each with how many there are of ``ready``; none where all are in one.
    languages: Mapping[str, int]
    ready: int
    in_progress: int | None
    why_not: str


def start_page(actor: Actor, quiz_id: int, now: datetime, grace: timedelta = GRACE) -> StartPage:
    """The rules of a published quiz, for the people of its course."""
    with reading() as connection:
        quiz = _published(connection, actor, quiz_id)
        terms = terms_for(connection, quiz_id, actor.id)
        attempts = connection.execute(
            select(Attempt.id, ended_at(now, grace).label("finished_at")).where(
                Attempt.quiz_id == quiz_id, Attempt.user_id == actor.id
            )
        ).all()
        banks = _drawn_from(connection, quiz.banks.values())
    in_progress = next((one.id for one in attempts if one.finished_at is None), None)
    blueprint = Blueprint.load(quiz.blueprint)
    return StartPage(
        id=quiz.id,
        title=quiz.title,
        course_id=quiz.course_id,
        course_title=quiz.course_title,
        time_zone=quiz.time_zone,
        role=quiz.role,
        questions=how_many(blueprint),
        opens_at=terms.opens_at,
        closes_at=terms.closes_at,
        limit_minutes=terms.limit_minutes,
        attempts_allowed=terms.attempts_allowed,
        usual=Usual(quiz.opens_at, quiz.closes_at, quiz.limit_minutes, quiz.attempts_allowed),
        attempts_used=len(attempts),
        grading=quiz.grading,
        scale=quiz.scale,
        pass_grade=quiz.pass_grade,
        layout=quiz.layout,
        sequential=quiz.sequential or blueprint.settings.adaptive is not None,
        adaptive=blueprint.settings.adaptive is not None,
        mode=quiz.mode,
        tries=quiz.tries,
        certainty=quiz.certainty,
        needs_access_code=bool(quiz.access_code),
        review=quiz.review,
        as_of=quiz.pool_of or blueprint.as_of or now.astimezone(ZoneInfo(quiz.time_zone)).date(),
        perspectives=tuple(
            Perspective(row.title, row.header.get("perspective", ""), row.header.get("translations", {}))
            for row in banks
            if row.header.get("perspective")
        ),
        languages=_languages(banks),
        ready=sum(row.ready for row in banks),
        in_progress=in_progress,
        why_not="" if in_progress is not None else _why_not(quiz.role, terms, len(attempts), now),
    )


def _drawn_from(connection: Connection, banks: Iterable[int]) -> Sequence[Row[Any]]:
    """The banks of a quiz with the number of their ready questions."""
    ready = (
        select(func.coalesce(func.sum(StratumSize.size), 0))
        .where(StratumSize.bank_id == Bank.id)
        .scalar_subquery()
    )
    return connection.execute(
        select(Bank.title, Bank.header, Bank.language, Bank.languages, ready.label("ready"))
        .where(Bank.id.in_(banks))
        .order_by(Bank.id)
    ).all()


def _languages(banks: Sequence[Row[Any]]) -> Mapping[str, int]:
    """How many ready questions there are in each language, those of the banks first; {} where none is translated."""
    counts: Counter[str] = Counter()
    for bank in banks:
        counts[bank.language] += bank.ready
    for bank in banks:
        counts.update(bank.languages)
    return dict(counts) if any(bank.languages for bank in banks) else {}


def _published(connection: Connection, actor: Actor, quiz_id: int) -> Row[Any]:
    found = connection.execute(
        select(
            Quiz,
            Course.title.label("course_title"),
            Course.time_zone,
            Enrolment.role,
            QuizRevision.scale,
            QuizRevision.layout,
            QuizRevision.mode,
            QuizRevision.tries,
            QuizRevision.certainty,
            QuizRevision.banks,
            QuizRevision.blueprint,
            QuizPool.as_of.label("pool_of"),
        )
        .join(Course, Course.id == Quiz.course_id)
        .join(QuizRevision, and_(QuizRevision.quiz_id == Quiz.id, QuizRevision.current))
        .outerjoin(QuizPool, QuizPool.revision_id == QuizRevision.id)
        .join(Enrolment, Enrolment.course_id == Course.id)
        .join(User, User.id == Enrolment.user_id)
        .where(Quiz.id == quiz_id, acting(actor))
    ).first()
    if found is None:
        raise missing(connection, actor)
    return found


def _why_not(role: str, terms: Terms, used: int, now: datetime) -> str:
    """The code of the error that starting would raise now."""
    if role != "student":
        return "forbidden"
    if terms.opens_at is not None and now < terms.opens_at:
        return "not-open"
    if terms.closes_at is not None and now >= terms.closes_at:
        return "closed"
    return "no-attempts-left" if terms.attempts_allowed is not None and used >= terms.attempts_allowed else ""


def how_many(blueprint: Blueprint) -> str:
    """The number of questions as a person writes it: 10, or 9–10."""
    rules = blueprint.settings.adaptive
    if rules is not None:
        least, most = rules.shortest, rules.longest
        return str(most) if least == most else f"{least}–{most}"
    if blueprint.questions is not None:
        return str(blueprint.questions)
    bounds = [section.bounds for section in blueprint.sections]
    least = sum(bound.min for bound in bounds)
    most = sum(bound.min if bound.max is None else bound.max for bound in bounds)
    return str(least) if least == most else f"{least}–{most}"
