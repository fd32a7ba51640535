"""The live view of a running quiz: who is where; a message, more time, or the end, for one or all at work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from quiz.assembly.settings import Adaptive
from quiz.db import reading, transaction
from quiz.errors import Forbidden, Invalid, Problem, Said
from quiz.models.accommodating import lengthened, move_deadlines
from quiz.models.attempt import Answer, Attempt, AttemptSlot, LateAnswer, is_answered, over
from quiz.models.audit import record
from quiz.models.closing import close
from quiz.models.paging import Page, page_of
from quiz.models.people import Enrolment, User
from quiz.models.presence import KEPT, Presence, note
from quiz.models.progress import Progress, progress_of
from quiz.models.quiz import Quiz, QuizRevision
from quiz.models.scoring import current_answer
from quiz.models.telling import (
    LONGEST_MESSAGE,
    AttemptMessage,
    Message,
    Sent,
    is_told,
    messages_of,
    sent_in,
)
from quiz.operations.access import (
    GRADING,
    TEACHING,
    Actor,
    QuizHead,
    acting,
    head_of,
    missing,
    quiz_of_results,
)

#: After so long without a word a page is taken to be offline; browsers let hidden pages speak once a minute.
SILENCE = timedelta(seconds=90)
#: The most that is added at once, in minutes.
MOST_MINUTES = 600


# The student's page --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """How an attempt stands: what its open page has to know. ``due_at`` None: no deadline; minutes as in ``AttemptPage``."""

    due_at: datetime | None
    ended: bool
    limit_minutes: int | None
    own_minutes: int | None
    messages: tuple[Message, ...]


def contact(actor: Actor, attempt_id: int, slot: int | None, now: datetime, grace: timedelta) -> Standing:
    """My open page says which question it shows (None: another page), and hears how the attempt stands."""
    with reading() as connection:
        found = connection.execute(
            select(
                Attempt.due_at,
                Attempt.finished_at,
                Attempt.extra_minutes,
                Quiz.limit_minutes,
                Enrolment.time_factor,
                Presence.slot,
                Presence.seen_at,
                is_told().label("is_told"),
            )
            .join(Quiz, Quiz.id == Attempt.quiz_id)
            .join(User, User.id == Attempt.user_id)
            .join(Enrolment, and_(Enrolment.course_id == Quiz.course_id, Enrolment.user_id == User.id))
            .outerjoin(Presence, Presence.attempt_id == Attempt.id)
            .where(Attempt.id == attempt_id, acting(actor))
        ).first()
        if found is None:
            raise missing(connection, actor)
        messages = messages_of(connection, attempt_id) if found.is_told else ()
    ended = found.finished_at is not None or (found.due_at is not None and found.due_at < now - grace)
    if not ended and (found.seen_at is None or found.slot != slot or found.seen_at <= now - KEPT):
        with transaction() as connection:
            note(connection, attempt_id, slot, now)
    own = lengthened(found.limit_minutes, found.time_factor)
    own_minutes = None if own is None else own + found.extra_minutes
    return Standing(found.due_at, ended, found.limit_minutes, own_minutes, messages)


# The teacher's view --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Watched:
    """A student at work. ``slot`` None: on no question, or nobody knows; ``due_at`` None: no deadline."""

    attempt_id: int
    student: str
    number: int
    slot: int | None
    answered: int
    asked: int
    #: They are asked so many at most: the test is adaptive.
    at_most: bool
    #: None: nothing saved yet.
    saved_at: datetime | None
    #: The last word of the page: that it is open, or an answer.
    heard_at: datetime
    offline: bool
    due_at: datetime | None
    #: Whole minutes left, rounded up; None: no deadline.
    left: int | None
    extra_minutes: int


@dataclass(frozen=True, slots=True)
class LiveView(QuizHead):
    """A running quiz, as those who mark in its course see it in this role."""

    now: datetime
    progress: Progress
    #: Late answers that nobody has accepted.
    late: int
    at_work: Page[Watched]
    #: What was said to attempts, the newest first.
    sent: tuple[Sent, ...]


def live(actor: Actor, quiz_id: int, page: int, now: datetime, grace: timedelta) -> LiveView:
    """Who is at work on a quiz now, by name; for its teachers and assistants. Eight statements, however many there are."""
    with reading() as connection:
        quiz = _quiz(connection, actor, quiz_id, GRADING)
        cut = page_of(connection, _at_work(quiz_id, now, grace), page, lambda row: row)
        slots = _slots_of(connection, [row.id for row in cut.rows])
        late = connection.execute(
            select(func.count())
            .select_from(LateAnswer)
            .join(Attempt, Attempt.id == LateAnswer.attempt_id)
            .where(Attempt.quiz_id == quiz_id, LateAnswer.accepted_at.is_(None))
        ).scalar_one()
        progress = progress_of(connection, [quiz_id], now, grace)[quiz_id]
        sent = sent_in(connection, quiz_id)
    return LiveView(
        **head_of(quiz),
        now=now,
        progress=progress,
        late=late,
        at_work=Page(
            tuple(_watched(row, slots[row.id], now) for row in cut.rows), cut.number, cut.total, cut.per_page
        ),
        sent=sent,
    )


def _quiz(connection: Connection, actor: Actor, quiz_id: int, roles: tuple[str, ...]) -> Row[Any]:
    quiz = quiz_of_results(connection, actor, quiz_id)
    if quiz.role not in roles:
        raise Forbidden
    return quiz


def _working(quiz_id: int, now: datetime, grace: timedelta) -> ColumnElement[bool]:
    """The condition: an attempt at this quiz in progress, whose time is not over."""
    return and_(
        Attempt.quiz_id == quiz_id,
        Attempt.finished_at.is_(None),
        or_(Attempt.due_at.is_(None), ~over(now, grace)),
    )


def _at_work(quiz_id: int, now: datetime, grace: timedelta) -> Any:
    return (
        select(
            Attempt.id,
            User.name,
            Attempt.number,
            Attempt.at_slot,
            Attempt.started_at,
            Attempt.due_at,
            Attempt.extra_minutes,
            Presence.slot,
            Presence.seen_at,
            QuizRevision.blueprint["settings", "adaptive"].label("adaptive"),
        )
        .join(User, User.id == Attempt.user_id)
        .join(QuizRevision, QuizRevision.id == Attempt.revision_id)
        .outerjoin(Presence, Presence.attempt_id == Attempt.id)
        .where(_working(quiz_id, now, grace))
        .order_by(User.name, Attempt.id)
    )


def _slots_of(connection: Connection, attempt_ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """The slots that ask something of each attempt, with the answers that stand."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    rows = connection.execute(
        select(AttemptSlot.attempt_id, AttemptSlot.slot, Answer.fields, Answer.saved_at)
        .outerjoin(Answer, current_answer())
        .where(AttemptSlot.attempt_id.in_(attempt_ids), AttemptSlot.asks)
    )
    for row in rows:
        found[row.attempt_id].append(row)
    return found


def _watched(row: Row[Any], slots: Sequence[Row[Any]], now: datetime) -> Watched:
    last = max((one for one in slots if one.saved_at), key=lambda one: one.saved_at, default=None)
    saved_at = last.saved_at if last else None
    heard_at = max(moment for moment in (row.started_at, row.seen_at, saved_at) if moment)
    by_answers = row.at_slot or (last.slot if last else None)
    left = None if row.due_at is None else max(0, -((now - row.due_at) // timedelta(minutes=1)))
    return Watched(
        attempt_id=row.id,
        student=row.name,
        number=row.number,
        slot=by_answers if row.seen_at is None else row.slot,
        answered=sum(is_answered(one.fields) for one in slots),
        asked=Adaptive.model_validate(row.adaptive).longest if row.adaptive else len(slots),
        at_most=row.adaptive is not None,
        saved_at=saved_at,
        heard_at=heard_at,
        offline=now - heard_at > SILENCE,
        due_at=row.due_at,
        left=left,
        extra_minutes=row.extra_minutes,
    )


def extend(
    actor: Actor,
    quiz_id: int,
    attempt_ids: Sequence[int] | None,
    minutes: int,
    now: datetime,
    grace: timedelta,
) -> int:
    """Gives these attempts at work (None: all of the quiz) so many minutes more, also beyond its closing.

    Returns how many got them: those without a deadline need none, and those that are over get none.
    """
    with transaction() as connection:
        _quiz(connection, actor, quiz_id, TEACHING)
        if not 1 <= minutes <= MOST_MINUTES:
            mend = Said("write 1 to %(most)s", most=MOST_MINUTES)
            raise Invalid([Problem("minutes", "this number does not work", mend)])
        given = (
            connection.execute(
                update(Attempt)
                .where(_chosen(quiz_id, attempt_ids, now, grace), Attempt.due_at.is_not(None))
                .values(extra_minutes=Attempt.extra_minutes + minutes)
                .returning(Attempt.id)
            )
            .scalars()
            .all()
        )
        move_deadlines(connection, Attempt.id.in_(given))
        record(
            connection,
            actor.id,
            "quiz.extend",
            ("quiz", quiz_id),
            now,
            minutes=minutes,
            attempts=sorted(given),
        )
    return len(given)


def tell(
    actor: Actor, quiz_id: int, attempt_ids: Sequence[int] | None, text: str, now: datetime, grace: timedelta
) -> int:
    """Says something to these attempts at work (None: all of the quiz): it stands on their pages, and stays with them.

    Returns how many heard it.
    """
    said = " ".join(text.split())
    with transaction() as connection:
        _quiz(connection, actor, quiz_id, TEACHING)
        if not 1 <= len(said) <= LONGEST_MESSAGE:
            mend = Said("write 1 to %(most)s characters", most=LONGEST_MESSAGE)
            raise Invalid([Problem("text", "the message is missing or too long", mend)])
        chosen = select(Attempt.id).where(_chosen(quiz_id, attempt_ids, now, grace)).order_by(Attempt.id)
        told = connection.execute(chosen).scalars().all()
        if told:
            rows = [{"attempt_id": one, "sent_at": now, "sent_by": actor.id, "text": said} for one in told]
            connection.execute(insert(AttemptMessage), rows)
        record(connection, actor.id, "quiz.tell", ("quiz", quiz_id), now, attempts=[*told])
    return len(told)


def _chosen(
    quiz_id: int, attempt_ids: Sequence[int] | None, now: datetime, grace: timedelta
) -> ColumnElement[bool]:
    working = _working(quiz_id, now, grace)
    return working if attempt_ids is None else and_(working, Attempt.id.in_(attempt_ids))


def working_among(
    actor: Actor, quiz_id: int, attempt_ids: Sequence[int] | None, now: datetime, grace: timedelta
) -> tuple[LiveView, tuple[tuple[int, str], ...]]:
    """The view, and who of these attempts (None: all) is at work: (attempt, name); for those who may end them."""
    view = live(actor, quiz_id, 1, now, grace)
    if view.role not in TEACHING:
        raise Forbidden
    with reading() as connection:
        rows = connection.execute(
            select(Attempt.id, User.name)
            .join(User, User.id == Attempt.user_id)
            .where(_chosen(quiz_id, attempt_ids, now, grace))
            .order_by(User.name, Attempt.id)
        )
        return view, tuple((row.id, row.name) for row in rows)


def close_now(actor: Actor, quiz_id: int, attempt_ids: Sequence[int], now: datetime, grace: timedelta) -> int:
    """Ends these attempts with what is saved. Returns how many; those that have ended meanwhile stay as they are."""
    with transaction() as connection:
        _quiz(connection, actor, quiz_id, TEACHING)
        working = connection.execute(
            select(Attempt.id, Attempt.due_at)
            .where(_chosen(quiz_id, attempt_ids, now, grace))
            .order_by(Attempt.id)
        ).all()
        ended = [
            one.id
            for one in working
            if close(connection, one.id, "teacher", min(now, one.due_at or now), now)
        ]
        record(connection, actor.id, "quiz.close-attempts", ("quiz", quiz_id), now, attempts=ended)
    return len(ended)
