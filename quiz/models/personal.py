"""What is kept of a person, table by table: what they are handed of it, and what becomes of it when they are erased.

One list for the export, for the erasure and for the page docs/personal-data.md; a test holds it against every column
that names a person. What people did stays, so that papers, marks, reports and the audit log stay true; the name beside it
becomes a pseudonym.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, cast, delete, inspect, literal, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.types import String

from quiz.db import Base
from quiz.models.accommodating import Override
from quiz.models.attempt import Answer, Attempt, AttemptSlot, LateAnswer, Mark, is_answered
from quiz.models.audit import AuditEvent
from quiz.models.bank import Bank, BankShare, Question, QuestionVersion
from quiz.models.choosing import SavedSearch
from quiz.models.drafting import QuestionDraft
from quiz.models.factors import Authenticator, Passkey, RecoveryCode
from quiz.models.gradebook import GradeDecision
from quiz.models.identities import Identity
from quiz.models.inviting import Invitation
from quiz.models.links import AccountLink
from quiz.models.mailing import ReportMail
from quiz.models.peer_review import QuestionComment, QuestionReview
from quiz.models.people import Course, Enrolment, User
from quiz.models.presence import Presence
from quiz.models.quiz import Quiz, QuizRevision
from quiz.models.rescored import Rescoring
from quiz.models.spacing import PracticeCard
from quiz.models.telling import AttemptMessage

#: What an essay of somebody who was erased reads: it still counts as answered.
ERASED_TEXT: Final = "–"
_UNCHANGED: Final[Mapping[str, Any]] = MappingProxyType({})


class Kept(NamedTuple):
    """The rows of a table that are about somebody.

    ``of`` is the column that names them (or their attempt), ``handed`` what the export holds of each row, ``goes``: the
    rows are deleted when the person is erased; else ``changed`` are their new values.
    """

    name: str
    of: Any
    handed: tuple[Any, ...]
    holds: str
    goes: bool = False
    changed: Mapping[str, Any] = _UNCHANGED
    becomes: str = "stays"

    @property
    def table(self) -> type[Base]:
        """The table's model."""
        model: type[Base] = self.of.class_
        return model


def _title(model: Any, id: Any) -> Any:
    return select(model.title).where(model.id == id).scalar_subquery()


_QUIZ = _title(Quiz, Attempt.quiz_id).label("quiz")

KEPT: Final = (
    Kept(
        "account",
        User.id,
        (
            User.id,
            User.username,
            User.name,
            User.mail_address,
            User.role,
            User.active,
            User.time_zone,
            User.theme,
            User.language,
            User.retention,
            User.created_at,
        ),
        "user name, name, address for forgotten passwords, digests of password and return code, role, settings",
        changed={
            "username": None,
            "name": literal("Erased person ").concat(cast(User.id, String)),
            "mail_address": None,
            "password_hash": None,
            "return_code_hash": None,
            "active": False,
            "session_epoch": User.session_epoch + 1,
            "time_zone": None,
            "theme": "auto",
            "language": None,
            "retention": 0.9,
        },
        becomes="a pseudonym (“Erased person 17”) that nobody can sign in as",
    ),
    Kept(
        "courses",
        Enrolment.user_id,
        (
            _title(Course, Enrolment.course_id).label("course"),
            Enrolment.role,
            Enrolment.group_name,
            Enrolment.time_factor,
            Enrolment.extra_attempts,
            Enrolment.created_at,
        ),
        "courses with role and group, longer time, further attempts",
        changed={"time_factor": 1.0, "extra_attempts": 0},
        becomes="course, role and group stay, longer time and further attempts go",
    ),
    Kept(
        "dates of their own",
        Override.user_id,
        (_title(Quiz, Override.quiz_id).label("quiz"), Override.opens_at, Override.closes_at),
        "other dates of a quiz",
        goes=True,
    ),
    Kept(
        "attempts",
        Attempt.user_id,
        (
            Attempt.id,
            _QUIZ,
            Attempt.number,
            Attempt.language,
            Attempt.started_at,
            Attempt.due_at,
            Attempt.extra_minutes,
            Attempt.finished_at,
            Attempt.ended_by,
            Attempt.grade,
        ),
        "when a quiz was taken, and the grade",
    ),
    Kept(
        "answers",
        Answer.attempt_id,
        (Answer.attempt_id, Answer.slot, Answer.seq, Answer.act, Answer.fields, Answer.saved_at),
        "every answer as it was given, and when",
        becomes="stays, but the texts of essays go",
    ),
    Kept(
        "late answers",
        LateAnswer.attempt_id,
        (
            LateAnswer.attempt_id,
            LateAnswer.slot,
            LateAnswer.fields,
            LateAnswer.received_at,
            LateAnswer.accepted_at,
        ),
        "answers that came after the end",
        becomes="stays, but the texts of essays go",
    ),
    Kept(
        "marks",
        Mark.attempt_id,
        (Mark.attempt_id, Mark.slot, Mark.round, Mark.points, Mark.max, Mark.comment, Mark.created_at),
        "points of each answer, and what was said to it",
        changed={"comment": None},
        becomes="points stay, comments go",
    ),
    Kept(
        "decisions about grades",
        GradeDecision.user_id,
        (
            _title(Quiz, GradeDecision.quiz_id).label("quiz"),
            GradeDecision.kind,
            GradeDecision.grade,
            GradeDecision.reason,
            GradeDecision.decided_at,
        ),
        "grades by hand and excuses, with their reasons",
        changed={"reason": ERASED_TEXT},
        becomes="grades and excuses stay, reasons go",
    ),
    Kept(
        "messages",
        AttemptMessage.attempt_id,
        (AttemptMessage.attempt_id, AttemptMessage.text, AttemptMessage.sent_at),
        "what a teacher said during an attempt",
        goes=True,
    ),
    Kept(
        "presence",
        Presence.attempt_id,
        (Presence.attempt_id, Presence.slot, Presence.seen_at),
        "which question of an attempt was open last",
        goes=True,
    ),
    Kept(
        "practice",
        PracticeCard.user_id,
        (
            PracticeCard.question_id,
            PracticeCard.stability,
            PracticeCard.difficulty,
            PracticeCard.answered_on,
            PracticeCard.due_on,
        ),
        "how well a question is remembered, and when it comes again",
        goes=True,
    ),
    Kept(
        "authenticators",
        Authenticator.user_id,
        (Authenticator.confirmed_at,),
        "its secret, sealed",
        goes=True,
    ),
    Kept("recovery codes", RecoveryCode.user_id, (), "digests of the codes", goes=True),
    Kept(
        "passkeys",
        Passkey.user_id,
        (Passkey.name, Passkey.created_at, Passkey.used_at),
        "the public half of each, its name, when it was used",
        goes=True,
    ),
    Kept(
        "sign-ins elsewhere",
        Identity.user_id,
        (Identity.issuer, Identity.subject, Identity.linked_at, Identity.used_at),
        "what a system that vouches for them calls them",
        goes=True,
    ),
    Kept(
        "links",
        AccountLink.user_id,
        (AccountLink.purpose, AccountLink.address, AccountLink.created_at, AccountLink.expires_at),
        "links for a new password or to confirm an address",
        goes=True,
    ),
    Kept(
        "reports by mail",
        ReportMail.user_id,
        (_title(Quiz, ReportMail.quiz_id).label("quiz"), ReportMail.address, ReportMail.every),
        "where the report of a quiz is mailed to",
        goes=True,
    ),
    Kept(
        "drafts",
        QuestionDraft.user_id,
        (QuestionDraft.bank_id, QuestionDraft.type, QuestionDraft.form, QuestionDraft.saved_at),
        "questions that are being typed",
        goes=True,
    ),
    Kept(
        "searches",
        SavedSearch.user_id,
        (SavedSearch.bank_id, SavedSearch.name, SavedSearch.wanted),
        "searches kept by a name",
        goes=True,
    ),
    Kept(
        "banks shared with them",
        BankShare.user_id,
        (_title(Bank, BankShare.bank_id).label("bank"), BankShare.right),
        "banks of others that they may use or change",
        goes=True,
    ),
    Kept("banks", Bank.owner_id, (Bank.slug, Bank.title), "banks that they made"),
    Kept(
        "questions written",
        QuestionVersion.created_by,
        (
            select(Question.slug)
            .where(Question.id == QuestionVersion.question_id)
            .scalar_subquery()
            .label("question"),
            QuestionVersion.number,
            QuestionVersion.reason,
            QuestionVersion.created_at,
        ),
        "versions of questions, and why they were made",
    ),
    Kept(
        "comments",
        QuestionComment.author_id,
        (QuestionComment.question_id, QuestionComment.text, QuestionComment.at),
        "what they said to questions",
    ),
    Kept(
        "reviews",
        QuestionReview.asked_by,
        (QuestionReview.question_id, QuestionReview.asked_at, QuestionReview.outcome),
        "reviews of questions that they asked for",
    ),
    Kept(
        "acts",
        AuditEvent.actor_id,
        (AuditEvent.at, AuditEvent.act, AuditEvent.subject_type, AuditEvent.subject_id),
        "what they did, by ids (audit log)",
    ),
)

#: Columns that say by whom something was done to what is not theirs; with the pseudonym they say so no more.
DONE_BY: Final = (
    LateAnswer.accepted_by,
    Mark.graded_by,
    GradeDecision.decided_by,
    AttemptMessage.sent_by,
    Invitation.created_by,
    QuestionReview.reviewer_id,
    QuestionReview.decided_by,
    Quiz.created_by,
    QuizRevision.published_by,
    Rescoring.created_by,
    Rescoring.undone_by,
)


def _about(kept: Kept, user_id: int) -> ColumnElement[bool]:
    """The condition: the row is about this person."""
    if kept.of.key == "attempt_id":
        condition: ColumnElement[bool] = kept.of.in_(select(Attempt.id).where(Attempt.user_id == user_id))
        return condition
    return and_(kept.of == user_id)


def rows_about(connection: Connection, kept: Kept, user_id: int) -> Sequence[Row[Any]]:
    """What the export holds of these rows, by their keys. One statement."""
    keys = inspect(kept.table).primary_key
    return connection.execute(select(*kept.handed).where(_about(kept, user_id)).order_by(*keys)).all()


def erase_rows(connection: Connection, user_id: int) -> None:
    """Puts a pseudonym in the place of a person, and takes away what is theirs alone."""
    for table in (Answer, LateAnswer):
        _empty_essays(connection, table, user_id)
    for kept in KEPT:
        if kept.goes:
            connection.execute(delete(kept.table).where(_about(kept, user_id)))
        elif kept.changed:
            connection.execute(update(kept.table).where(_about(kept, user_id)).values(**kept.changed))


def _empty_essays(connection: Connection, table: Any, user_id: int) -> None:
    """Takes the words out of a person's essays in this table; what was no answer stays none."""
    keys = inspect(table).primary_key
    written = connection.execute(
        select(*keys, table.fields)
        .join(Attempt, Attempt.id == table.attempt_id)
        .join(AttemptSlot, and_(AttemptSlot.attempt_id == table.attempt_id, AttemptSlot.slot == table.slot))
        .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
        .where(Attempt.user_id == user_id, QuestionVersion.type == "essay")
    ).all()
    for row in written:
        if is_answered(row.fields):
            fields = row.fields | {"answer": [ERASED_TEXT]}
            this = and_(*(key == getattr(row, key.key) for key in keys))
            connection.execute(update(table).where(this).values(fields=fields))


def open_attempts(connection: Connection, user_id: int) -> Sequence[Row[Any]]:
    """Attempts of a person that have not ended: id, due_at."""
    return connection.execute(
        select(Attempt.id, Attempt.due_at).where(Attempt.user_id == user_id, Attempt.finished_at.is_(None))
    ).all()


def taught_alone(connection: Connection, user_id: int) -> Sequence[str]:
    """The titles of the courses whose only teacher this person is."""
    others = Enrolment.__table__.alias("others")
    beside = select(others.c.user_id).where(
        others.c.course_id == Course.id, others.c.role == "teacher", others.c.user_id != user_id
    )
    return (
        connection.execute(
            select(Course.title)
            .join(Enrolment, Enrolment.course_id == Course.id)
            .where(Enrolment.user_id == user_id, Enrolment.role == "teacher", ~beside.exists())
            .order_by(Course.title)
        )
        .scalars()
        .all()
    )


def idle_since(connection: Connection, day: datetime) -> Sequence[Row[Any]]:
    """Students and people without a course who can still sign in, and have done nothing since: id, name, username."""
    answered = select(Answer.seq).where(Answer.attempt_id == Attempt.id, Answer.saved_at >= day)
    recent = or_(Attempt.started_at >= day, Attempt.finished_at >= day, answered.exists())
    busy = (
        select(Attempt.id).where(Attempt.user_id == User.id, recent),
        select(AuditEvent.id).where(AuditEvent.actor_id == User.id, AuditEvent.at >= day),
        select(Enrolment.course_id).where(
            Enrolment.user_id == User.id, or_(Enrolment.role != "student", Enrolment.created_at >= day)
        ),
    )
    vouched = select(Identity.subject).where(Identity.user_id == User.id)
    way_in = or_(User.password_hash.is_not(None), User.return_code_hash.is_not(None), vouched.exists())
    return connection.execute(
        select(User.id, User.name, User.username)
        .where(
            User.role == "user",
            way_in,
            User.created_at < day,
            *(~one.exists() for one in busy),
        )
        .order_by(User.id)
    ).all()
