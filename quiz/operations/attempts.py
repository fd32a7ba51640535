"""Taking a quiz: start, look at a page, save, flag, summarise, finish, review."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, Row, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.draw import Paper, draw
from quiz.assembly.path import ALGORITHM as ADAPTIVE
from quiz.assembly.settings import Adaptive
from quiz.banks.trying import Standing, may_take_hint
from quiz.db import Prepared, reading, single_statement, transaction
from quiz.errors import (
    AccessCode,
    AttemptClosed,
    Invalid,
    NoAttemptsLeft,
    NotOpen,
    OutOfSequence,
    Problem,
    QuizClosed,
    QuizError,
    TooLate,
    Unmeetable,
)
from quiz.files.richtext import to_html
from quiz.models.accommodating import Terms, lengthened, terms_for
from quiz.models.adapting import Pools, Sitting
from quiz.models.asking import ASKED, asked
from quiz.models.attempt import GRACE, Answer, Attempt, AttemptSlot, Fields, due_at, is_answered
from quiz.models.bank import Bank, Question, QuestionVersion
from quiz.models.closing import close
from quiz.models.drawing import SqlIndex, bank_digests
from quiz.models.fixed import form_for, slot_values
from quiz.models.guessing import count_failure, demand_patience
from quiz.models.people import ACTING, Course, Enrolment, User
from quiz.models.practising import deeds, headers, standing_of
from quiz.models.quiz import Quiz, QuizRevision
from quiz.models.reviewing import Marked, Outcome, outcome_of
from quiz.models.saving import Save, Saved, refusal
from quiz.models.saving import save as write_answer
from quiz.models.scoring import current_answer
from quiz.models.spacing import ZONE, day_in, turns
from quiz.models.telling import Message, is_told, messages_of
from quiz.operations.access import Actor, missing
from quiz.questions.base import Presented

__all__ = [
    "AttemptPage",
    "Entry",
    "QuestionView",
    "Saved",
    "SlotSave",
    "SlotState",
    "entry",
    "finish",
    "flag",
    "is_answered",
    "leave",
    "page",
    "save",
    "save_many",
    "set_language",
    "start",
    "summary",
]

#: Seeds are short enough to be read aloud and exact in every program's numbers.
SEED_BITS = 48


# Start ----------------------------------------------------------------------------------------------------------


def start(
    actor: Actor,
    quiz_id: int,
    access_code: str,
    now: datetime,
    grace: timedelta,
    *,
    address: str = "",
    seed: int | None = None,
    language: str = "",
) -> int:
    """Starts an attempt, or takes up the one in progress. Returns its id.

    ``seed`` None: the paper is drawn by a new secret one; the demo names its own, so that it is the same everywhere.
    ``language``: see ``set_language``.
    An attempt whose time is up is closed first. Raises NotOpen, QuizClosed, NoAttemptsLeft, Unmeetable, AccessCode,
    and TooMany where this student, or this ``address``, has sent too many wrong access codes.
    """
    try:
        with transaction() as connection:
            quiz = _startable(connection, actor, quiz_id)
            open_one = _in_progress(connection, actor, quiz_id)
            if open_one is not None:
                if not _is_over(open_one, now, grace):
                    return int(open_one.id)
                close(connection, open_one.id, "time", open_one.due_at, now)
            terms = terms_for(
                connection, quiz_id, actor.id
            )  # after the lock: what was granted meanwhile holds
            number = _may_start(connection, actor, quiz_id, terms, now)
            _demand_code(connection, actor, quiz, access_code, address, now)
            drawn_by = secrets.randbits(SEED_BITS) if seed is None else seed
            spoken = language_tag(language)
            return _insert_attempt(connection, actor, quiz, terms, number, now, drawn_by, spoken)
    except AccessCode:
        if access_code.strip():  # no code is no guess
            with transaction() as connection:
                count_failure(connection, _guesser(actor, quiz_id), address, now)
        raise


_LOCK = Prepared(select(Quiz.id).where(Quiz.id == bindparam("quiz_id")).with_for_update(read=True))
_STARTABLE = Prepared(
    select(
        Quiz.id,
        Quiz.access_code,
        Quiz.sequential,
        QuizRevision.id.label("revision_id"),
        QuizRevision.blueprint,
        QuizRevision.banks,
        QuizRevision.mode,
        Course.time_zone,
        ZONE.label("own_zone"),
    )
    .join(Course, Course.id == Quiz.course_id)
    .join(Enrolment, Enrolment.course_id == Course.id)
    .join(User, User.id == Enrolment.user_id)
    .join(QuizRevision, and_(QuizRevision.quiz_id == Quiz.id, QuizRevision.current))
    .where(Quiz.id == bindparam("quiz_id"), ACTING, Enrolment.role == "student")
    .with_for_update(of=Enrolment)
)
_of_student = and_(Attempt.quiz_id == bindparam("quiz_id"), Attempt.user_id == bindparam("user_id"))
_IN_PROGRESS = Prepared(select(Attempt.id, Attempt.due_at).where(_of_student, Attempt.finished_at.is_(None)))
_USED = Prepared(select(func.count()).where(_of_student))


def _startable(connection: Connection, actor: Actor, quiz_id: int) -> Row[Any]:
    """The published quiz. Locks the enrolment, so that two starts of one student come one after the other.

    A change of the quiz's dates under way is waited for, and the next one waits: no attempt gets a deadline of before.
    """
    _LOCK.run(connection, {"quiz_id": quiz_id})
    found = _STARTABLE.run(connection, {"quiz_id": quiz_id, **actor.bound}).first()
    if found is None:
        raise missing(connection, actor)
    return found


def _in_progress(connection: Connection, actor: Actor, quiz_id: int) -> Any:
    return _IN_PROGRESS.run(connection, {"quiz_id": quiz_id, "user_id": actor.id}).first()


def _may_start(connection: Connection, actor: Actor, quiz_id: int, terms: Terms, now: datetime) -> int:
    """The number that a new attempt gets; raises why there can be none."""
    if terms.opens_at is not None and now < terms.opens_at:
        raise NotOpen(opens_at=terms.opens_at)
    if terms.closes_at is not None and now >= terms.closes_at:
        raise QuizClosed(closed_at=terms.closes_at)
    used: int = _USED.run(connection, {"quiz_id": quiz_id, "user_id": actor.id}).scalar_one()
    if terms.attempts_allowed is not None and used >= terms.attempts_allowed:
        raise NoAttemptsLeft(allowed=terms.attempts_allowed)
    return used + 1


def _demand_code(
    connection: Connection, actor: Actor, quiz: Row[Any], given: str, address: str, now: datetime
) -> None:
    """Raises AccessCode where the quiz has a code and this is not it; TooMany where there have been too many guesses."""
    if not quiz.access_code:
        return
    demand_patience(connection, _guesser(actor, quiz.id), address, now)
    if not secrets.compare_digest(quiz.access_code.encode(), given.strip().encode()):
        raise AccessCode


def _guesser(actor: Actor, quiz_id: int) -> str:
    """Under which name wrong access codes are counted: by student and quiz."""
    return f"access:{quiz_id}:{actor.id}"


def _insert_attempt(
    connection: Connection,
    actor: Actor,
    quiz: Row[Any],
    terms: Terms,
    number: int,
    now: datetime,
    seed: int,
    language: str | None,
) -> int:
    """Stores a new attempt with its paper."""
    blueprint = Blueprint.load(quiz.blueprint)
    paper = _paper(connection, actor, quiz, blueprint, now, seed)
    attempt_id: int = connection.execute(
        insert(Attempt)
        .values(
            quiz_id=quiz.id,
            revision_id=quiz.revision_id,
            user_id=actor.id,
            number=number,
            language=language,
            bank_digests=bank_digests(connection, quiz.banks),
            started_at=now,
            due_at=due_at(now, terms.limit_minutes, terms.closes_at),
            at_slot=1 if quiz.sequential or blueprint.settings.adaptive else None,
            **paper.values,
        )
        .returning(Attempt.id)
    ).scalar_one()
    connection.execute(insert(AttemptSlot), [{"attempt_id": attempt_id, **slot} for slot in paper.slots])
    return attempt_id


class _Given(NamedTuple):
    """The paper of a new attempt: what the attempt's row says of it, and its slots."""

    values: Mapping[str, Any]
    slots: Sequence[Mapping[str, Any]]


def _paper(
    connection: Connection, actor: Actor, quiz: Row[Any], blueprint: Blueprint, now: datetime, seed: int
) -> _Given:
    """The first question of an adaptive test, one of the quiz's fixed forms, or else a paper drawn by the seed."""
    if blueprint.settings.adaptive:
        had = _seen(connection, actor, quiz.id)
        sitting = Sitting(connection, Pools(connection)[quiz.revision_id], blueprint, seed, had)
        values = {"seed": seed, "as_of": sitting.as_of, "algorithm": ADAPTIVE, "exposure": had}
        return _Given(values, [sitting.first()])
    form = form_for(connection, quiz.revision_id, actor.id) if blueprint.fixed_forms else None
    if form is not None:
        values = {"seed": form.seed, "as_of": form.as_of, "algorithm": form.algorithm, "form": form.number}
        return _Given({**values, "exposure": {}}, form.slots)
    as_of: date = blueprint.as_of or now.astimezone(ZoneInfo(quiz.time_zone)).date()
    paper, seen = _drawn(connection, actor, quiz, blueprint, as_of, now, seed)
    values = {"seed": paper.seed, "as_of": as_of, "algorithm": paper.algorithm, "exposure": seen}
    return _Given(values, slot_values(connection, paper, quiz.banks))


def _drawn(
    connection: Connection,
    actor: Actor,
    quiz: Row[Any],
    blueprint: Blueprint,
    as_of: date,
    now: datetime,
    seed: int,
) -> tuple[Paper, Mapping[str, int]]:
    """A paper, and what the student had seen before it.

    In practice what is due comes first, as far as the blueprint can be met with it, and topics take turns.
    """
    index, seen = SqlIndex(connection, quiz.banks), _seen(connection, actor, quiz.id)
    if quiz.mode != "practice":
        return draw(blueprint, index, seed, as_of, seen=seen), seen
    if blueprint.order == "as_listed":
        blueprint = blueprint.model_copy(update={"order": "interleaved"})
    due = seen | turns(connection, actor.id, quiz.banks, day_in(quiz.own_zone, now))
    try:
        return draw(blueprint, index, seed, as_of, seen=due), due
    except Unmeetable:
        return draw(blueprint, index, seed, as_of, seen=seen), seen


_SEEN = Prepared(
    select(Bank.slug, Question.slug, AttemptSlot.variant, func.count())
    .select_from(Attempt)
    .join(AttemptSlot, AttemptSlot.attempt_id == Attempt.id)
    .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
    .join(Question, Question.id == QuestionVersion.question_id)
    .join(Bank, Bank.id == Question.bank_id)
    .where(_of_student)
    .group_by(Bank.slug, Question.slug, AttemptSlot.variant)
)


def _seen(connection: Connection, actor: Actor, quiz_id: int) -> dict[str, int]:
    """How often this student has had each question (``bank/id``), and each variant (``bank/id#key``), in earlier
    attempts at this quiz.
    """
    rows = _SEEN.run(connection, {"quiz_id": quiz_id, "user_id": actor.id})
    seen: Counter[str] = Counter()
    for bank, question, variant, count in rows:
        name = f"{bank}/{question}"
        seen.update({name: count, **({f"{name}#{variant}": count} if variant is not None else {})})
    return dict(seen)


# Look ------------------------------------------------------------------------------------------------------------


class SlotState(NamedTuple):
    """How a slot stands, for the panel and the summary."""

    slot: int
    answered: bool
    flagged: bool
    closed: bool
    #: In practice: the answer that stands has been checked.
    checked: bool
    #: False for a text without a question: there is nothing to answer.
    asks: bool


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question as the student may see it, with the answer that stands. ``seq`` 0 = nothing saved yet."""

    slot: int
    presented: Presented
    fields: Fields
    seq: int
    saved_at: datetime | None
    points: float
    flagged: bool
    closed: bool
    #: False for a text without a question.
    asks: bool
    #: The one that it is shown in, and all that it has, the authored one first.
    language: str
    languages: tuple[str, ...]
    complaints: tuple[str, ...]
    read_as: str
    #: In practice: how the question stands after its checks, the hints taken (HTML), and whether there is another.
    standing: Standing | None = None
    outcome: Outcome | None = None
    hints: tuple[str, ...] = ()
    more_hints: bool = False
    #: What each try before the last costs, in points.
    penalty: float = 0


@dataclass(frozen=True, slots=True)
class AttemptPage:
    """A page of an attempt in progress. Times are UTC; ``due_at`` None = no deadline."""

    attempt_id: int
    user_id: int
    quiz_id: int
    quiz_title: str
    course_id: int
    course_title: str
    time_zone: str
    number: int
    layout: str
    #: The one slot that can be opened, where there is no way back; None = any can.
    at_slot: int | None
    #: test or practice; in practice answers can be checked, as often as ``tries`` says.
    mode: str
    tries: str
    #: Students are asked how certain they are.
    certainty: bool
    started_at: datetime
    due_at: datetime | None
    limit_minutes: int | None
    #: The limit as it holds for this attempt: with the person's own factor, and what was added while it ran.
    own_minutes: int | None
    now: datetime
    #: What the teacher has said while it runs.
    messages: tuple[Message, ...]
    slots: tuple[SlotState, ...]
    questions: tuple[QuestionView, ...]
    #: The rules of an adaptive test; None: it is none.
    adaptive: Adaptive | None = None

    @property
    def longest(self) -> int:
        """How many slots there are; of an adaptive test how many at most."""
        return self.adaptive.longest if self.adaptive else len(self.slots)

    @property
    def time_up(self) -> bool:
        """Past the deadline, whether or not somebody has closed it: no page of questions any more."""
        return self.due_at is not None and self.now > self.due_at

    @property
    def saved_at(self) -> datetime | None:
        """When an answer to a question on this page was saved last."""
        return max((view.saved_at for view in self.questions if view.saved_at is not None), default=None)

    @property
    def languages(self) -> tuple[str, ...]:
        """Those of the questions on this page."""
        return tuple(dict.fromkeys(language for view in self.questions for language in view.languages))

    @property
    def asked(self) -> tuple[SlotState, ...]:
        """The slots that ask something."""
        return tuple(state for state in self.slots if state.asks)

    @property
    def answered(self) -> int:
        """How many slots have an answer."""
        return sum(state.answered for state in self.asked)


@dataclass(frozen=True, slots=True)
class Entry:
    """Where an attempt is to be taken up: state is open, time-up or finished; ``slot`` the last seen, from 1."""

    state: str
    layout: str
    slot: int


_ATTEMPT = Prepared(
    select(
        Attempt.id,
        Attempt.user_id,
        Attempt.number,
        Attempt.started_at,
        Attempt.due_at,
        Attempt.extra_minutes,
        Attempt.finished_at,
        Attempt.ended_by,
        Attempt.language,
        Attempt.at_slot,
        is_told().label("is_told"),
        Quiz.id.label("quiz_id"),
        Quiz.title.label("quiz_title"),
        Quiz.limit_minutes,
        Enrolment.time_factor,
        Course.id.label("course_id"),
        Course.title.label("course_title"),
        Course.time_zone,
        Quiz.review,
        QuizRevision.layout,
        QuizRevision.mode,
        QuizRevision.tries,
        QuizRevision.certainty,
        QuizRevision.blueprint["settings", "adaptive"].label("adaptive"),
    )
    .join(Quiz, Quiz.id == Attempt.quiz_id)
    .join(Course, Course.id == Quiz.course_id)
    .join(QuizRevision, QuizRevision.id == Attempt.revision_id)
    .join(User, User.id == Attempt.user_id)
    .join(Enrolment, and_(Enrolment.course_id == Course.id, Enrolment.user_id == User.id))
    .where(
        Attempt.id == bindparam("attempt_id", type_=Integer),
        ACTING,
    )
)

_SLOTS = Prepared(
    select(
        AttemptSlot.slot,
        AttemptSlot.flagged_at,
        AttemptSlot.closed_at,
        AttemptSlot.shown_order,
        AttemptSlot.points,
        AttemptSlot.asks,
        *ASKED,
        Bank.language,
        Answer.seq,
        Answer.act,
        Answer.fields,
        Answer.saved_at,
    )
    .select_from(AttemptSlot)
    .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
    .outerjoin(Answer, current_answer())
    .outerjoin(
        QuestionVersion,
        and_(
            QuestionVersion.id == AttemptSlot.version_id,
            # 0 stands for every slot, −1 for none
            or_(
                AttemptSlot.slot == bindparam("shown", type_=Integer), bindparam("shown", type_=Integer) == 0
            ),
        ),
    )
    .outerjoin(Bank, Bank.id == QuestionVersion.bank_id)
    .where(AttemptSlot.attempt_id == bindparam("attempt_id", type_=Integer))
    .order_by(AttemptSlot.slot)
)
_EVERY_SLOT, _NO_SLOT = 0, -1


def _own(connection: Connection, actor: Actor, attempt_id: int) -> Row[Any]:
    found = _ATTEMPT.run(connection, {"attempt_id": attempt_id, **actor.bound}).first()
    if found is None:
        raise missing(connection, actor)
    return found


def entry(actor: Actor, attempt_id: int, now: datetime, grace: timedelta = GRACE) -> Entry:
    """Where to go on: the slot it stands at, else that saved last, else the first. Finished is also what is over by now."""
    with reading() as connection:
        attempt = _own(connection, actor, attempt_id)
        last = connection.execute(
            select(Answer.slot)
            .where(Answer.attempt_id == attempt_id)
            .order_by(Answer.saved_at.desc())
            .limit(1)
        ).scalar()
    state = "finished" if _is_over(attempt, now, grace) else _state(attempt, now)
    return Entry(state, attempt.layout, attempt.at_slot or last or 1)


def _state(attempt: Row[Any], now: datetime) -> str:
    if attempt.finished_at is not None:
        return "finished"
    return "time-up" if attempt.due_at is not None and now > attempt.due_at else "open"


def _is_over(attempt: Row[Any], now: datetime, grace: timedelta) -> bool:
    return attempt.due_at is not None and attempt.due_at < now - grace


def page(actor: Actor, attempt_id: int, slot: int | None, now: datetime) -> AttemptPage:
    """One question of an attempt in progress with the state of all; ``slot`` None = all questions on one page.

    Raises AttemptClosed where it has ended, TooLate where its time is up, NotFound for a slot that it does not have,
    OutOfSequence for another one than the attempt stands at, where there is no way back.
    """
    shown = _EVERY_SLOT if slot is None else slot
    with reading() as connection:
        attempt = _own(connection, actor, attempt_id)
        _demand_open(attempt, now)
        rows = _SLOTS.run(connection, {"attempt_id": attempt_id, "shown": shown}).all()
        if slot is not None and not any(row.slot == slot for row in rows):
            raise missing(connection, actor)
        _demand_at(attempt, slot)
        views = [_view(row, attempt.language) for row in rows if row.content is not None]
        if attempt.mode == "practice":
            views = _practised(connection, attempt, rows, views)
        messages = _messages(connection, attempt)
    return _page(attempt, rows, now, messages, views)


def _demand_open(attempt: Row[Any], now: datetime) -> None:
    state = _state(attempt, now)
    if state == "finished":
        raise AttemptClosed if attempt.ended_by == "student" else TooLate
    if state == "time-up":
        raise TooLate


def _demand_at(attempt: Row[Any], slot: int | None) -> None:
    if attempt.at_slot not in (None, slot):
        raise OutOfSequence(at=attempt.at_slot)


def summary(actor: Actor, attempt_id: int, now: datetime, grace: timedelta = GRACE) -> AttemptPage:
    """The state of all slots before submitting; also after the time is up, until saves under way cannot come any more.

    Raises AttemptClosed where it has ended, TooLate where it is over.
    """
    with reading() as connection:
        attempt = _own(connection, actor, attempt_id)
        if attempt.finished_at is not None:
            raise AttemptClosed
        if _is_over(attempt, now, grace):
            raise TooLate
        rows = _SLOTS.run(connection, {"attempt_id": attempt_id, "shown": _NO_SLOT}).all()
        messages = _messages(connection, attempt)
    return _page(attempt, rows, now, messages)


def _messages(connection: Connection, attempt: Row[Any]) -> tuple[Message, ...]:
    return messages_of(connection, attempt.id) if attempt.is_told else ()


def _page(
    attempt: Row[Any],
    rows: Sequence[Row[Any]],
    now: datetime,
    messages: tuple[Message, ...],
    views: Iterable[QuestionView] = (),
) -> AttemptPage:
    return AttemptPage(
        attempt_id=attempt.id,
        user_id=attempt.user_id,
        quiz_id=attempt.quiz_id,
        quiz_title=attempt.quiz_title,
        course_id=attempt.course_id,
        course_title=attempt.course_title,
        time_zone=attempt.time_zone,
        number=attempt.number,
        layout=attempt.layout,
        at_slot=attempt.at_slot,
        mode=attempt.mode,
        tries=attempt.tries,
        certainty=attempt.certainty,
        started_at=attempt.started_at,
        due_at=attempt.due_at,
        limit_minutes=attempt.limit_minutes,
        own_minutes=_own_minutes(attempt),
        now=now,
        messages=messages,
        slots=tuple(
            SlotState(
                slot=row.slot,
                answered=is_answered(row.fields),
                flagged=row.flagged_at is not None,
                closed=row.closed_at is not None,
                checked=row.act == "check" and attempt.mode == "practice",
                asks=row.asks,
            )
            for row in rows
        ),
        questions=tuple(views),
        adaptive=None if attempt.adaptive is None else Adaptive.model_validate(attempt.adaptive),
    )


def _own_minutes(attempt: Row[Any]) -> int | None:
    minutes = lengthened(attempt.limit_minutes, attempt.time_factor)
    return None if minutes is None else minutes + int(attempt.extra_minutes)


def _view(row: Row[Any], language: str | None) -> QuestionView:
    authored = asked(row)
    question = authored.in_language(language or "")
    parsed = question.parse(row.fields or {}, row.shown_order)
    return QuestionView(
        slot=row.slot,
        presented=question.present(row.shown_order),
        fields=row.fields or {},
        seq=row.seq or 0,
        saved_at=row.saved_at,
        points=row.points,
        flagged=row.flagged_at is not None,
        closed=row.closed_at is not None,
        asks=row.asks,
        language=row.language if question is authored else str(language),
        languages=(row.language, *authored.translations),
        complaints=parsed.complaints,
        read_as=parsed.read_as,
    )


def _practised(
    connection: Connection, attempt: Row[Any], rows: Sequence[Row[Any]], views: Iterable[QuestionView]
) -> list[QuestionView]:
    """The views with what their checks and hints have brought. Two more statements."""
    by_slot = {row.slot: row for row in rows if row.content is not None}
    done = deeds(connection, attempt.id, by_slot)
    banks = headers(connection, attempt.id, [slot for slot, acts in done.items() if acts])
    allowed = frozenset(attempt.review.get("during", ()))
    return [
        _with_outcome(view, by_slot[view.slot], done.get(view.slot, []), attempt, allowed, banks)
        for view in views
    ]


def _with_outcome(
    view: QuestionView,
    row: Row[Any],
    done: Sequence[Row[Any]],
    attempt: Row[Any],
    allowed: frozenset[str],
    banks: Mapping[int, Mapping[str, Any]],
) -> QuestionView:
    question = asked(row).in_language(attempt.language or "")
    stands = standing_of(question, done, row.shown_order, attempt.tries)
    view = replace(
        view,
        standing=stands,
        hints=tuple(to_html(text) for text in question.hints[: stands.hints]),
        more_hints=not view.closed and may_take_hint(question, stands, attempt.tries),
        penalty=float(question.penalty) * row.points,
    )
    checks = [deed for deed in done if deed.act == "check"]
    if not checks:
        return view
    response = question.parse(checks[-1].fields, row.shown_order).response
    marked = Marked(
        fraction=_double(stands.fraction),
        points=None if stands.fraction is None else float(stands.fraction) * row.points,
        max=row.points,
        last=_double(stands.last),
    )
    shown = (allowed if view.closed else allowed - _OF_THE_KEY) | {"attempt"}  # which they have just given
    order = row.shown_order
    return replace(
        view, outcome=outcome_of(question, banks[view.slot], response, order, marked, row.points, shown)
    )


#: What is not shown while there are tries left.
_OF_THE_KEY = frozenset({"answer", "explanation"})


def _double(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


# Answer ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SlotSave:
    """One slot's part of a save of several."""

    slot: int
    seq: int
    fields: Fields
    act: str = "save"


def save(actor: Actor, attempt_id: int, one: SlotSave, writer: str, now: datetime, grace: timedelta) -> Saved:
    """Saves one answer; acknowledged means committed.

    Raises SignedOut, NotFound, TooLate (kept apart), AttemptClosed, SlotClosed, StaleAnswer (with the current one),
    and TooMany where the slot has taken as many answers as a slot takes.
    """
    given = Save(actor.id, actor.epoch, attempt_id, one.slot, one.seq, one.act, writer, one.fields)
    with single_statement() as connection:
        saved = write_answer(connection, given, now, grace)
    if saved is not None:
        return saved
    with transaction() as connection:
        outcome = refusal(connection, given, now, grace)
    if isinstance(outcome, QuizError):
        raise outcome
    return outcome


def save_many(
    actor: Actor, attempt_id: int, saves: Iterable[SlotSave], writer: str, now: datetime, grace: timedelta
) -> list[Saved | QuizError]:
    """Saves the answers of several slots in one transaction. Each has its own outcome, in order.

    They are written by slot, whatever their order: two pages that save the same slots never wait for each other.
    """
    numbered = sorted(enumerate(saves), key=lambda pair: pair[1].slot)
    outcomes: dict[int, Saved | QuizError] = {}
    with transaction() as connection:
        for place, one in numbered:
            given = Save(actor.id, actor.epoch, attempt_id, one.slot, one.seq, one.act, writer, one.fields)
            saved = write_answer(connection, given, now, grace)
            outcomes[place] = saved or refusal(connection, given, now, grace)
    return [outcomes[place] for place in range(len(outcomes))]


def flag(actor: Actor, attempt_id: int, slot: int, flagged: bool, now: datetime) -> None:
    """Sets or takes off the student's own mark "look at this again"."""
    with transaction() as connection:
        attempt = _own(connection, actor, attempt_id)
        _demand_open(attempt, now)
        _demand_at(attempt, slot)
        found = connection.execute(
            update(AttemptSlot)
            .where(AttemptSlot.attempt_id == attempt_id, AttemptSlot.slot == slot)
            .values(flagged_at=now if flagged else None)
            .returning(AttemptSlot.slot)
        ).first()
        if found is None:
            raise missing(connection, actor)


def leave(actor: Actor, attempt_id: int, slot: int, now: datetime) -> None:
    """Goes on to the next question, for good. A repeat changes nothing, and from the last question there is no further.

    Saves under way come first, as the attempt's row is locked by them; later ones see that the slot was left. Raises
    OutOfSequence for a slot that comes later, NotFound where there is a way back.
    """
    with transaction() as connection:
        attempt = _own(connection, actor, attempt_id)
        _demand_open(attempt, now)
        if attempt.at_slot is None:
            raise missing(connection, actor)
        if slot > attempt.at_slot:
            raise OutOfSequence(at=attempt.at_slot)
        following = select(AttemptSlot.slot).where(
            AttemptSlot.attempt_id == attempt_id, AttemptSlot.slot == slot + 1
        )
        connection.execute(
            update(Attempt)
            .where(
                Attempt.id == attempt_id,
                Attempt.finished_at.is_(None),
                Attempt.at_slot == slot,
                following.exists(),
            )
            .values(at_slot=slot + 1)
        )


def set_language(actor: Actor, attempt_id: int, language: str, now: datetime) -> None:
    """The language in which the student reads the questions that have it; "" = each as it was authored.

    Answers stand: they are stored by shown position, which is the same in every language.
    """
    spoken = language_tag(language)
    with transaction() as connection:
        _demand_open(_own(connection, actor, attempt_id), now)
        connection.execute(update(Attempt).where(Attempt.id == attempt_id).values(language=spoken))


def language_tag(language: str) -> str | None:
    """The tag as it is stored; None for none. Raises Invalid."""
    if language and not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?", language):
        raise Invalid([Problem("language", "this is no tag of a language", "write one such as en, ru or zh")])
    return language or None


def finish(actor: Actor, attempt_id: int, now: datetime) -> None:
    """Submits. A repeat, or a submission that something else has made first, changes nothing and succeeds."""
    with transaction() as connection:
        attempt = _own(connection, actor, attempt_id)
        if attempt.finished_at is not None:
            return
        over = attempt.due_at is not None and now > attempt.due_at
        if over:
            close(connection, attempt_id, "time", attempt.due_at, now)
        else:
            close(connection, attempt_id, "student", now, now)
