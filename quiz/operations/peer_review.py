"""Reviews and comments: what colleagues say to a question before it is ready.

A draft whose review is asked for is *in review*; files know it as a draft. Whoever may change its bank approves it, which
makes it ready, or sends it back with a comment, but nobody what they asked for themselves. Whoever may read the bank may
comment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Row, and_, func, insert, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from quiz.banks.loading import load
from quiz.db import reading, transaction
from quiz.errors import Conflict, EditConflict, Forbidden, Invalid, NotFound, Problem, Said
from quiz.files.richtext import to_text
from quiz.lint.inspect import hindrances
from quiz.models.audit import record
from quiz.models.bank import Bank, BankShare, Question, QuestionVersion
from quiz.models.paging import Page, page_of
from quiz.models.peer_review import QuestionComment, QuestionReview
from quiz.models.people import User
from quiz.models.versions import add_versions, bank_changed
from quiz.operations.access import EDITING, Actor, missing, readable_banks, role_of

#: Characters of a comment.
LONGEST_COMMENT: Final = 4_000
#: Reviews that the first page lists; the queue has the rest.
MOST: Final = 20
Decision: TypeAlias = Literal["approved", "returned"]

_asker, _reviewer, _decider = aliased(User), aliased(User), aliased(User)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, and where it begins a thread the answers to it, the oldest first."""

    id: int
    author: str
    text: str
    at: datetime
    resolved_at: datetime | None
    answers: tuple[Comment, ...] = ()
    #: Whether I may say that nothing is left to do.
    mine_to_resolve: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A review that is open."""

    by: str
    at: datetime
    #: Whom it was asked of; None: whoever may change the bank.
    of: str | None
    #: Whether I may approve the question or send it back.
    mine_to_decide: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """What is said to a question, the newest thread first, and where its review stands."""

    question_id: int
    number: int
    status: str
    editable: bool
    review: Asked | None
    threads: tuple[Comment, ...]
    #: Whom a review can be asked of: user name and name.
    reviewers: tuple[tuple[str, str], ...]

    @property
    def open(self) -> int:
        """Threads in which something is left to do."""
        return sum(1 for thread in self.threads if thread.resolved_at is None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question in review, or one that came back: ``at`` since when."""

    question_id: int
    slug: str
    prompt: str
    bank_id: int
    bank_title: str
    by: str
    of: str | None
    at: datetime
    comments: int


@dataclass(frozen=True, slots=True)
class ForMe:
    """What needs me: reviews that wait for my word, and questions of mine that came back; at most ``MOST`` of each."""

    reviews: tuple[Waiting, ...]
    returned: tuple[Waiting, ...]


# Seen ----------------------------------------------------------------------------------------------------------------


def talk(actor: Actor, question_id: int) -> Talk:
    """What is said to a question of a bank that I may read."""
    with reading() as connection:
        question = _question(connection, actor, question_id)
        review = _open_review(connection, question) if question.status == "draft" else None
        return Talk(
            question_id=question_id,
            number=question.number,
            status=question.status,
            editable=question.access in EDITING,
            review=None if review is None else _asked(review, actor, question),
            threads=_threads(connection, actor, question),
            reviewers=_reviewers(connection, actor, question),
        )


def queue(actor: Actor, which: str, page: int) -> Page[Waiting]:
    """The questions in review: that wait for my word (``mine``), or all of the banks that I may read; the oldest first."""
    statement = _waiting(actor).where(QuestionReview.decided_at.is_(None))
    if which == "mine":
        statement = statement.where(_waits_for(actor))
    with reading() as connection:
        role_of(connection, actor)
        return page_of(
            connection, statement.order_by(QuestionReview.asked_at, QuestionReview.id), page, _waiting_row
        )


def for_me(actor: Actor) -> ForMe:
    """What needs me. Two statements."""
    reviews = (
        _waiting(actor)
        .where(QuestionReview.decided_at.is_(None), _waits_for(actor))
        .order_by(QuestionReview.asked_at, QuestionReview.id)
    )
    # until I save a later version, or ask again
    later = aliased(QuestionReview)
    asked_again = select(later.id).where(
        later.question_id == QuestionReview.question_id, later.id > QuestionReview.id
    )
    returned = (
        _waiting(actor)
        .where(
            QuestionReview.outcome == "returned",
            QuestionReview.asked_by == actor.id,
            QuestionVersion.created_at <= QuestionReview.decided_at,
            ~asked_again.exists(),
        )
        .order_by(QuestionReview.decided_at.desc(), QuestionReview.id)
    )
    with reading() as connection:
        return ForMe(
            *(tuple(map(_waiting_row, connection.execute(one.limit(MOST)))) for one in (reviews, returned))
        )


def _waiting(actor: Actor) -> Any:
    """Reviews of drafts in banks that I may read."""
    comments = (
        select(func.count())
        .where(
            QuestionComment.question_id == Question.id,
            QuestionComment.thread_id.is_(None),
            QuestionComment.resolved_at.is_(None),
        )
        .correlate(Question)
        .scalar_subquery()
    )
    return (
        readable_banks(
            actor,
            Question.id,
            Question.slug,
            QuestionVersion.content["prompt"].as_string().label("prompt"),
            Bank.id.label("bank_id"),
            Bank.title,
            _asker.name.label("asker"),
            _reviewer.name.label("reviewer"),
            _decider.name.label("decider"),
            QuestionReview.asked_at,
            QuestionReview.decided_at,
            comments.label("comments"),
        )
        .join(Question, Question.bank_id == Bank.id)
        .join(QuestionVersion, and_(QuestionVersion.question_id == Question.id, QuestionVersion.current))
        .join(QuestionReview, QuestionReview.question_id == Question.id)
        .join(_asker, _asker.id == QuestionReview.asked_by)
        .outerjoin(_reviewer, _reviewer.id == QuestionReview.reviewer_id)
        .outerjoin(_decider, _decider.id == QuestionReview.decided_by)
        .where(QuestionVersion.status == "draft")
    )


def _waits_for(actor: Actor) -> Any:
    """The condition: a review asked of me, or of nobody by name in a bank that I may change; not by myself."""
    may_change = or_(Bank.owner_id == actor.id, BankShare.right == "edit")
    asked_of_me = or_(QuestionReview.reviewer_id == actor.id, QuestionReview.reviewer_id.is_(None))
    return and_(QuestionReview.asked_by != actor.id, may_change, asked_of_me)


def _waiting_row(row: Row[Any]) -> Waiting:
    return Waiting(
        question_id=row.id,
        slug=row.slug,
        prompt=to_text(row.prompt),
        bank_id=row.bank_id,
        bank_title=row.title,
        by=row.decider or row.asker,
        of=row.reviewer,
        at=row.decided_at or row.asked_at,
        comments=row.comments,
    )


def _question(connection: Connection, actor: Actor, question_id: int, *, lock: bool = False) -> Row[Any]:
    """The question as it is now, of a bank that I may read; locked with its bank."""
    statement = (
        readable_banks(
            actor,
            Bank.id.label("bank_id"),
            Bank.language,
            Bank.header,
            Bank.owner_id,
            Question.id,
            QuestionVersion.number,
            QuestionVersion.status,
            QuestionVersion.content,
        )
        .join(Question, Question.bank_id == Bank.id)
        .join(QuestionVersion, and_(QuestionVersion.question_id == Question.id, QuestionVersion.current))
        .where(Question.id == question_id)
    )
    found: Row[Any] | None = connection.execute(
        statement.with_for_update(of=Bank) if lock else statement
    ).first()
    if found is None:
        raise missing(connection, actor)
    return found


def _open_review(connection: Connection, question: Row[Any]) -> Row[Any] | None:
    return connection.execute(
        select(
            QuestionReview.id,
            QuestionReview.asked_by,
            QuestionReview.asked_at,
            _asker.name.label("asker"),
            _reviewer.name.label("reviewer"),
        )
        .join(_asker, _asker.id == QuestionReview.asked_by)
        .outerjoin(_reviewer, _reviewer.id == QuestionReview.reviewer_id)
        .where(QuestionReview.question_id == question.id, QuestionReview.decided_at.is_(None))
    ).first()


def _asked(review: Row[Any], actor: Actor, question: Row[Any]) -> Asked:
    mine = question.access in EDITING and review.asked_by != actor.id
    return Asked(review.asker, review.asked_at, review.reviewer, mine)


def _threads(connection: Connection, actor: Actor, question: Row[Any]) -> tuple[Comment, ...]:
    rows = connection.execute(
        select(QuestionComment, User.name)
        .with_only_columns(*QuestionComment.__table__.columns, User.name)
        .join(User, User.id == QuestionComment.author_id)
        .where(QuestionComment.question_id == question.id)
        .order_by(QuestionComment.id)
    ).all()
    answers: dict[int, list[Comment]] = {}
    for row in rows:
        if row.thread_id is not None:
            answers.setdefault(row.thread_id, []).append(_comment(row))
    may_change = question.access in EDITING
    return tuple(
        Comment(
            row.id,
            row.name,
            row.text,
            row.at,
            row.resolved_at,
            tuple(answers.get(row.id, ())),
            may_change or row.author_id == actor.id,
        )
        for row in reversed(rows)
        if row.thread_id is None
    )


def _comment(row: Row[Any]) -> Comment:
    return Comment(row.id, row.name, row.text, row.at, row.resolved_at)


def _reviewers(connection: Connection, actor: Actor, question: Row[Any]) -> tuple[tuple[str, str], ...]:
    """Who else may change the bank."""
    rows = connection.execute(
        select(User.username, User.name)
        .outerjoin(
            BankShare,
            and_(
                BankShare.user_id == User.id,
                BankShare.bank_id == question.bank_id,
                BankShare.right == "edit",
            ),
        )
        .where(
            User.active,
            User.id != actor.id,
            User.username.is_not(None),
            or_(User.id == question.owner_id, BankShare.user_id.is_not(None)),
        )
        .order_by(User.name, User.id)
    )
    return tuple((row.username, row.name) for row in rows)


# Done ----------------------------------------------------------------------------------------------------------------


def ask(actor: Actor, question_id: int, reviewer: str, now: datetime) -> None:
    """Asks for a review of a draft: of somebody by user name, or ("") of whoever may change the bank.

    Asked before and not answered it is asked anew. Raises Conflict where the question is no draft, Invalid where the
    reviewer may not change the bank.
    """
    with transaction() as connection:
        question = _editable(connection, actor, question_id)
        if question.status != "draft":
            raise Conflict("Only a draft is reviewed: save it as a draft first.")
        of = _reviewer_id(connection, actor, question, reviewer) if reviewer else None
        _end(connection, question_id, actor, "withdrawn", now)
        connection.execute(
            insert(QuestionReview).values(
                question_id=question_id, asked_by=actor.id, asked_at=now, reviewer_id=of
            )
        )
        record(connection, actor.id, "question.ask-review", ("question", question_id), now, reviewer=of)


def withdraw(actor: Actor, question_id: int, now: datetime) -> None:
    """The review is no longer asked for."""
    with transaction() as connection:
        _editable(connection, actor, question_id)
        _end(connection, question_id, actor, "withdrawn", now)
        record(connection, actor.id, "question.withdraw-review", ("question", question_id), now)


def decide(actor: Actor, question_id: int, number: int, outcome: Decision, text: str, now: datetime) -> None:
    """Approves a question in review, which makes it ready, or sends it back with a comment.

    ``number`` is the version that I have seen: EditConflict where there is a later one. Raises Forbidden where I asked for
    the review myself, Conflict where none is open, Invalid where a comment is missing, or the rules of good questions
    keep it from being ready.
    """
    with transaction() as connection:
        question = _editable(connection, actor, question_id)
        review = _open_review(connection, question)
        if review is None or question.status != "draft":
            raise Conflict("No review of this question is open.")
        if review.asked_by == actor.id:
            raise Forbidden("Somebody else reviews what you asked a review for.")
        if question.number != number:
            raise EditConflict(number=question.number)
        if outcome == "returned" or text.strip():
            _add_comment(connection, actor, question_id, None, text, now)
        if outcome == "approved":
            _make_ready(connection, actor, question, text, now)
        _end(connection, question_id, actor, outcome, now)
        act = f"question.review-{outcome}"
        record(connection, actor.id, act, ("question", question_id), now, version=number)


def say(actor: Actor, question_id: int, text: str, thread_id: int | None, now: datetime) -> None:
    """Comments on a question of a bank that I may read, or answers to a comment; an answer opens a thread again."""
    with transaction() as connection:
        _question(connection, actor, question_id)
        if thread_id is not None:
            begun = connection.execute(
                update(QuestionComment)
                .where(
                    QuestionComment.id == thread_id,
                    QuestionComment.question_id == question_id,
                    QuestionComment.thread_id.is_(None),
                )
                .values(resolved_at=None)
                .returning(QuestionComment.id)
            ).scalar()
            if begun is None:
                raise NotFound
        _add_comment(connection, actor, question_id, thread_id, text, now)


def resolve(actor: Actor, comment_id: int, now: datetime, *, resolved: bool) -> int:
    """Says that in a thread nothing is left to do, or that something is. Returns the id of its question.

    For who began it, and whoever may change the bank.
    """
    with transaction() as connection:
        comment = connection.execute(
            select(QuestionComment.question_id, QuestionComment.author_id).where(
                QuestionComment.id == comment_id, QuestionComment.thread_id.is_(None)
            )
        ).first()
        if comment is None:
            raise missing(connection, actor)
        question = _question(connection, actor, comment.question_id)
        if question.access not in EDITING and comment.author_id != actor.id:
            raise Forbidden
        connection.execute(
            update(QuestionComment)
            .where(QuestionComment.id == comment_id)
            .values(resolved_at=now if resolved else None)
        )
    question_id: int = comment.question_id
    return question_id


def _editable(connection: Connection, actor: Actor, question_id: int) -> Row[Any]:
    question = _question(connection, actor, question_id, lock=True)
    if question.access not in EDITING:
        raise Forbidden
    return question


def _reviewer_id(connection: Connection, actor: Actor, question: Row[Any], username: str) -> int:
    if username not in dict(_reviewers(connection, actor, question)):
        what = Said("'%(username)s' may not change this bank", username=username)
        raise Invalid([Problem("reviewer", what, "share it with them first, to use and change")])
    found: int = connection.execute(select(User.id).where(User.username == username)).scalar_one()
    return found


def _end(connection: Connection, question_id: int, actor: Actor, outcome: str, now: datetime) -> None:
    connection.execute(
        update(QuestionReview)
        .where(QuestionReview.question_id == question_id, QuestionReview.decided_at.is_(None))
        .values(decided_at=now, decided_by=actor.id, outcome=outcome)
    )


def _add_comment(
    connection: Connection,
    actor: Actor,
    question_id: int,
    thread_id: int | None,
    text: str,
    now: datetime,
) -> None:
    problems = [*_comment_problems(text.strip())]
    if problems:
        raise Invalid(problems)
    connection.execute(
        insert(QuestionComment).values(
            question_id=question_id, thread_id=thread_id, author_id=actor.id, text=text.strip(), at=now
        )
    )


def _comment_problems(text: str) -> Sequence[Problem]:
    if not text:
        return [Problem("text", "there is no comment", "say what is good or what is to be done")]
    if len(text) > LONGEST_COMMENT:
        return [
            Problem("text", "this is too long", Said("use up to %(most)s characters", most=LONGEST_COMMENT))
        ]
    return []


def _make_ready(connection: Connection, actor: Actor, question: Row[Any], text: str, now: datetime) -> None:
    ready = load({**question.content, "status": "ready"})
    sourced = bool(question.header.get("documents"))
    found = hindrances(ready, question.language, sourced=sourced)
    if found:
        raise Invalid(
            Problem("", Said("%(what)s (%(rule)s)", what=Said(one.message), rule=one.rule), one.fix)
            for one in found
        )
    add_versions(connection, [(question.id, ready)], question.bank_id, actor.id, now, text.strip()[:500])
    bank_changed(connection, question.bank_id, now)
