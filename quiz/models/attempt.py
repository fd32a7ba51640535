"""Attempts, their slots, the append-only answers, and the marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    case,
    false,
    func,
    select,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base, UtcDateTime
from quiz.models.people import one_of
from quiz.questions.parts import holds_answer

ENDED_BY = ("student", "time", "teacher")
ACTS = ("save", "check", "hint")


class Attempt(Base):
    """One student's sitting of a quiz."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("quiz_id", "user_id", "number"),
        CheckConstraint(f"ended_by IS NULL OR {one_of('ended_by', ENDED_BY)}", name="ended_by"),
        CheckConstraint("(ended_by IS NULL) = (finished_at IS NULL)", name="ended_iff_finished"),
        Index(
            "uq_attempt_in_progress",
            "quiz_id",
            "user_id",
            unique=True,
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
        # upkeep: which attempts in progress are over
        Index(
            "ix_attempt_due_in_progress",
            "due_at",
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
        # upkeep and reports: which finished attempts are not counted as they are now
        Index(
            "ix_attempt_uncounted",
            "quiz_id",
            "user_id",
            sqlite_where=text("finished_at IS NOT NULL AND counted_at IS NULL"),
            postgresql_where=text("finished_at IS NOT NULL AND counted_at IS NULL"),
        ),
        # a student's own list
        Index(None, "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("quiz_revision.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: 1 … n of this student in this quiz.
    number: Mapped[int]
    seed: Mapped[int] = mapped_column(BigInteger)
    #: The fixed form of the revision that it got; NULL = a paper of its own.
    form: Mapped[int | None]
    as_of: Mapped[date] = mapped_column(Date)
    #: In which the student reads the questions that have it; NULL = each as it was authored.
    language: Mapped[str | None] = mapped_column(String(20))
    #: How the paper was drawn ("draw/1").
    algorithm: Mapped[str] = mapped_column(String(20))
    #: {slug: digest} of the banks as they were.
    bank_digests: Mapped[dict[str, str]] = mapped_column(JSON)
    #: Exposure counts that the draw used; {} = it used none.
    exposure: Mapped[dict[str, int]] = mapped_column(JSON)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: NULL = no deadline.
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Added to this attempt while it ran, also beyond the closing of the quiz.
    extra_minutes: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    #: The one slot that can be opened and answered, where there is no way back; NULL = any can.
    at_slot: Mapped[int | None]
    #: NULL = in progress.
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: NULL = in progress.
    ended_by: Mapped[str | None] = mapped_column(String(10))
    #: NULL = not in the accumulated statistics yet.
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: NULL = no grade (in progress, needs grading, or nothing to grade).
    grade: Mapped[float | None]
    #: Of an ended adaptive test what its marks tell, in logits, with the standard error; NULL = it is none, or tells nothing.
    ability: Mapped[float | None]
    ability_error: Mapped[float | None]
    #: Which rule of an adaptive test has ended it (``path.STOPPED``); NULL = none has.
    stopped: Mapped[str | None] = mapped_column(String(10))


class AttemptSlot(Base):
    """One place on the paper: which version stands there, in which shown order, for how many points."""

    __tablename__ = "attempt_slot"
    __table_args__ = (
        # "who has this version"
        Index(None, "version_id"),
    )

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"))
    section: Mapped[str] = mapped_column(String(200))
    #: Which instance of a family of questions; NULL = it is none.
    variant: Mapped[str | None] = mapped_column(String(200))
    #: Authored ids in shown order; [] = nothing to shuffle.
    shown_order: Mapped[list[str]] = mapped_column(JSON)
    points: Mapped[float]
    bonus: Mapped[bool] = mapped_column(default=False)
    #: False for a text without a question, which has neither answer nor mark.
    asks: Mapped[bool] = mapped_column(default=True, server_default=true())
    #: In an adaptive test: asked to be calibrated by its answers later; its mark does not count.
    trial: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: In an adaptive test: what was known when it was chosen (``path.Step``); NULL = it is on a drawn paper.
    step: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: NULL = not flagged.
    flagged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: NULL = open; else when its key was shown.
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Answer(Base):
    """What a student gave, every time. Rows are only ever added; the highest seq of a slot is current."""

    __tablename__ = "answer"
    __table_args__ = (
        ForeignKeyConstraint(["attempt_id", "slot"], ["attempt_slot.attempt_id", "attempt_slot.slot"]),
        CheckConstraint(one_of("act", ACTS), name="act"),
        CheckConstraint("seq >= 1", name="seq"),
    )

    attempt_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    act: Mapped[str] = mapped_column(String(10))
    #: Raw fields as posted: {name: [values]}.
    fields: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    writer: Mapped[str] = mapped_column(String(64))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LateAnswer(Base):
    """What came after the end: never counted, shown to student and teacher."""

    __tablename__ = "late_answer"
    __table_args__ = (
        ForeignKeyConstraint(["attempt_id", "slot"], ["attempt_slot.attempt_id", "attempt_slot.slot"]),
        # a repeat of the same late save is the same late answer
        UniqueConstraint("attempt_id", "slot", "writer", "seq"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int]
    slot: Mapped[int]
    seq: Mapped[int]
    fields: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    writer: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: NULL = not accepted: it does not count.
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: NULL = not accepted.
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Mark(Base):
    """What a slot earned. Rounds: 1 is the first scoring, each rescoring adds one; tries within a round."""

    __tablename__ = "mark"
    __table_args__ = (
        ForeignKeyConstraint(["attempt_id", "slot"], ["attempt_slot.attempt_id", "attempt_slot.slot"]),
        CheckConstraint("fraction IS NULL OR (fraction >= -1 AND fraction <= 1)", name="fraction"),
        Index(
            "uq_mark_counts",
            "attempt_id",
            "slot",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
    )

    attempt_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: Which try of the round, from 1.
    try_: Mapped[int] = mapped_column("try", primary_key=True, autoincrement=False)
    #: NULL = needs grading.
    fraction: Mapped[float | None]
    #: fraction × max; NULL = needs grading.
    points: Mapped[float | None]
    max: Mapped[float]
    final: Mapped[bool]
    #: NULL = by the program.
    graded_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: The points are a person's; else the program's, at the word of ``graded_by`` where that is set.
    by_hand: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: What the person says to the student, Markdown; NULL = nothing.
    comment: Mapped[str | None] = mapped_column(Text)
    #: Of each criterion of the question's rubric the place of the level given, from 0; NULL = marked without.
    rubric: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    #: The log's id of what went wrong in scoring; NULL = nothing did.
    problem_id: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: NULL = this is the one that counts.
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def due_at(
    started_at: datetime, limit_minutes: int | None, closes_at: datetime | None, extra_minutes: int = 0
) -> datetime | None:
    """The earlier of start + limit and the close, but never before the start; None where there is neither.

    ``extra_minutes`` were given to this attempt and come on top, also after the close.
    """
    ends = [max(started_at, closes_at)] if closes_at is not None else []
    if limit_minutes is not None:
        ends.append(started_at + timedelta(minutes=limit_minutes))
    return min(ends) + timedelta(minutes=extra_minutes) if ends else None


#: How long after the deadline a save that was under way is accepted, where the installation does not say otherwise.
GRACE = timedelta(seconds=30)


def over(now: datetime, grace: timedelta) -> ColumnElement[bool]:
    """The condition: the deadline and the grace for the last save have passed, whoever has seen to it or not."""
    return Attempt.due_at < now - grace


def ended_at(now: datetime, grace: timedelta) -> ColumnElement[datetime | None]:
    """When the attempt ended, also where it is over and nobody has closed it yet; NULL = in progress.

    What lists attempts reads this in place of ``finished_at``, so that it need not wait for the upkeep.
    """
    return func.coalesce(Attempt.finished_at, case((over(now, grace), Attempt.due_at)))


def waits_for_a_mark() -> ColumnElement[bool]:
    """The condition: a mark that counts needs grading. No grade alone may as well mean that there are no points."""
    open_mark = (
        select(Mark.slot)
        .where(Mark.attempt_id == Attempt.id, Mark.superseded_at.is_(None), Mark.fraction.is_(None))
        .correlate(Attempt)
        .exists()
    )
    return and_(Attempt.finished_at.is_not(None), Attempt.grade.is_(None), open_mark)


#: *after* lasts this long from finishing; then it is *later*, until the quiz closes.
AFTER = timedelta(minutes=2)


def moment(finished_at: datetime | None, closes_at: datetime | None, now: datetime) -> str:
    """Which of the four moments of the review options it is."""
    if finished_at is None:
        return "during"
    if closes_at is not None and now >= closes_at:
        return "closed"
    return "after" if now < finished_at + AFTER else "later"


#: What of a review tells, or gives away, which answer is right.
TELLS_KEY = frozenset({"marks", "right_wrong", "answer", "feedback", "explanation"})


def key_was_out(
    review: Mapping[str, Sequence[str]], finished_at: datetime, closes_at: datetime | None, at: datetime
) -> bool:
    """Whether the student could know the key at a moment after the end of their attempt, by these review options."""
    moments = (
        moment(finished_at, closes_at, one) for one in (finished_at, finished_at + AFTER, at) if one <= at
    )
    return any(TELLS_KEY & set(review.get(one, ())) for one in moments)


Fields: TypeAlias = Mapping[str, Sequence[str]]
#: How certain a student can be.
CERTAINTIES = (1, 2, 3)


def is_answered(fields: Fields | None) -> bool:
    """Whether these raw fields hold an answer at all."""
    return holds_answer(fields or {})


def chosen_certainty(fields: Fields | None) -> int | None:
    """How certain the student said to be; None where they did not, or sent anything else."""
    given = (fields or {}).get("certainty") or ("",)
    return int(given[0]) if given[0] in map(str, CERTAINTIES) else None
