"""What a student sees of their own learning, over all their courses."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, and_, func, or_, select, true, update
from sqlalchemy.engine import Connection

from quiz.assembly.blueprint import Blueprint, Section
from quiz.assembly.spacing import LEAST_RETENTION, MOST_RETENTION
from quiz.banks.model import Topic as AboutTopic
from quiz.db import reading, transaction
from quiz.errors import Invalid, Problem, Said, SignedOut
from quiz.models.accommodating import closes_for, opens_for
from quiz.models.adapting import sums_up
from quiz.models.attempt import Attempt, AttemptSlot, Mark, moment
from quiz.models.bank import Bank, QuestionVersion
from quiz.models.comparing import SUBJECTS
from quiz.models.people import Course, Enrolment, User
from quiz.models.quiz import Quiz, QuizRevision
from quiz.models.scoring import counting_mark
from quiz.models.spacing import ZONE, PracticeCard, day_in
from quiz.operations.access import Actor, acting
from quiz.questions.validation import validate
from quiz.statistics.mastery import NOT_STARTED, level_of

#: A topic is to be practised where so little of its marks (0 to 1) was earned of late, in so many questions at least.
KNOWN: Final = 0.8
ENOUGH: Final = 3
#: "Of late": in so many attempts.
LATE: Final = 3
#: So many topics are named.
MOST: Final = 3


@dataclass(frozen=True, slots=True)
class Step:
    """The questions of a topic in one attempt: marks earned of ``max``, when the attempt ended."""

    at: datetime
    marks: float
    max: float
    questions: int

    @property
    def share(self) -> float:
        """The share of the marks, 0–1; negative marks count as none."""
        return max(0.0, self.marks / self.max)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic over time, ``name`` as the banks have it ("" where a question has none)."""

    name: str
    steps: tuple[Step, ...]

    @property
    def questions(self) -> int:
        """How many questions of it were marked."""
        return sum(step.questions for step in self.steps)

    @property
    def share(self) -> float:
        """The share of all its marks."""
        return _share(self.steps)

    @property
    def lately(self) -> float:
        """The share of the marks of the last ``LATE`` attempts."""
        return _share(self.steps[-LATE:])

    @property
    def level(self) -> int:
        """How well it is mastered, a place in ``mastery.LEVELS``."""
        return level_of(step.share for step in self.steps)


def _share(steps: Sequence[Step]) -> float:
    return max(0.0, sum(step.marks for step in steps) / sum(step.max for step in steps))


@dataclass(frozen=True, slots=True)
class Advice:
    """A topic to practise next, and the open practice quizzes (id, title) that draw questions of it."""

    topic: Topic
    quizzes: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """My progress. ``broad`` topics are the first segments of the ``topics``' names; all by name."""

    broad: tuple[Topic, ...]
    topics: tuple[Topic, ...]
    #: Finished attempts whose marks their quizzes do not show now.
    hidden: int
    #: The learning objectives of those questions that name one.
    objectives: tuple[Topic, ...] = ()
    #: What to practise next, the least known first.
    advice: tuple[Advice, ...] = ()
    #: Topics that open practice quizzes draw, and of which no mark can be seen yet.
    untried: tuple[str, ...] = ()
    #: What the banks of all these say of topics, by name.
    told: Mapping[str, AboutTopic] = field(default_factory=dict)

    @property
    def map(self) -> dict[str, list[tuple[str, int]]]:
        """All topics that have a name, with their levels, by broad topic."""
        levels = dict.fromkeys(self.untried, NOT_STARTED) | {one.name: one.level for one in self.topics}
        found: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for name in sorted(filter(None, levels)):
            found[name.partition("/")[0]].append((name, levels[name]))
        return dict(found)

    @property
    def share(self) -> float | None:
        """The share of all marks; None where there are none."""
        most = sum(step.max for topic in self.broad for step in topic.steps)
        return (
            max(0.0, sum(step.marks for topic in self.broad for step in topic.steps) / most) if most else None
        )


def my_progress(actor: Actor, now: datetime) -> Progress:
    """My marks by topic, objective and attempt, as far as the review options of each quiz show marks now, and what to
    practise by these. Six statements at most.
    """
    with reading() as connection:
        if connection.execute(select(User.id).where(acting(actor))).first() is None:
            raise SignedOut
        attempts = connection.execute(_attempts(actor)).all()
        shown = {
            one.id: one.finished_at
            for one in attempts
            if "marks" in one.review.get(moment(one.finished_at, one.closes_at, now), ())
        }
        sums = [row for row in _sums(connection, actor) if row.attempt_id in shown and row.max > 0]
        steps = [(row, _step(row, shown[row.attempt_id])) for row in sums]
        topics = _topics((row.topic, row.attempt_id, step) for row, step in steps)
        broad = _topics((row.topic.partition("/")[0], row.attempt_id, step) for row, step in steps)
        quizzes = connection.execute(_practices(actor, now)).all()
        held = _held(connection, {bank for quiz in quizzes for bank in quiz.banks.values()})
        told = _told(connection, actor, held)
    return Progress(
        broad=broad,
        topics=topics,
        hidden=len(attempts) - len(shown),
        objectives=_topics((row.objective, row.attempt_id, step) for row, step in steps if row.objective),
        advice=_advice(_weakest(topics, broad), quizzes, held),
        untried=tuple(sorted(_drawn(quizzes, held) - {one.name for one in topics})),
        told=told,
    )


def _attempts(actor: Actor) -> Any:
    """My finished attempts in the courses that I am in."""
    return (
        select(Attempt.id, Attempt.finished_at, Quiz.review, closes_for(Attempt.user_id).label("closes_at"))
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .join(Enrolment, and_(Enrolment.course_id == Quiz.course_id, Enrolment.user_id == Attempt.user_id))
        .where(Attempt.user_id == actor.id, Attempt.finished_at.is_not(None))
    )


def _sums(connection: Connection, actor: Actor) -> Sequence[Row[Any]]:
    """What I earned by topic and objective in each finished attempt; what still needs grading is left out, and what adds up
    to nothing.
    """
    return connection.execute(
        select(
            AttemptSlot.attempt_id,
            QuestionVersion.topic,
            SUBJECTS["objective"].label("objective"),
            func.sum(Mark.points).label("marks"),
            func.sum(Mark.max).label("max"),
            func.count().label("questions"),
        )
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .join(Mark, counting_mark())
        .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
        .where(
            Attempt.user_id == actor.id,
            Attempt.finished_at.is_not(None),
            Mark.fraction.is_not(None),
            sums_up(),
        )
        .group_by(AttemptSlot.attempt_id, QuestionVersion.topic, "objective")
    ).all()


def _told(connection: Connection, actor: Actor, banks: Collection[int]) -> dict[str, AboutTopic]:
    """What these banks, and those whose questions I have answered, say of their topics; of two the older one."""
    answered = (
        select(QuestionVersion.bank_id)
        .join(AttemptSlot, AttemptSlot.version_id == QuestionVersion.id)
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .where(Attempt.user_id == actor.id, Attempt.finished_at.is_not(None))
    )
    told = connection.execute(
        select(Bank.header["topics"])
        .where(or_(Bank.id.in_(banks), Bank.id.in_(answered)))
        .order_by(Bank.id.desc())
    ).scalars()
    return {name: validate(AboutTopic, one) for topics in told if topics for name, one in topics.items()}


def _step(row: Row[Any], finished_at: datetime) -> Step:
    return Step(finished_at, float(row.marks), float(row.max), row.questions)


def _topics(steps: Iterable[tuple[str, int, Step]]) -> tuple[Topic, ...]:
    """The steps by topic, those of one attempt made into one, in the order of time."""
    found: dict[str, dict[int, list[Step]]] = defaultdict(lambda: defaultdict(list))
    for name, attempt_id, step in steps:
        found[name][attempt_id].append(step)
    return tuple(
        # attempts that ended together stand as they began
        Topic(
            name, tuple(sorted((_sum(attempts[one]) for one in sorted(attempts)), key=lambda step: step.at))
        )
        for name, attempts in sorted(found.items())
    )


def _sum(parts: Sequence[Step]) -> Step:
    return Step(
        parts[0].at,
        sum(part.marks for part in parts),
        sum(part.max for part in parts),
        sum(part.questions for part in parts),
    )


# What to practise -------------------------------------------------------------------------------------------------


def _weakest(topics: Iterable[Topic], broad: Iterable[Topic]) -> list[Topic]:
    """The topics least known of late, of those that have a name and questions enough; a broad one where no part of it has."""
    parts = [one for one in topics if one.name and one.questions >= ENOUGH]
    inside = {one.name.partition("/")[0] for one in parts}
    wholes = [one for one in broad if one.name and one.questions >= ENOUGH and one.name not in inside]
    found = [one for one in (*parts, *wholes) if one.lately < KNOWN]
    return sorted(found, key=lambda one: (one.lately, one.name))[:MOST]


def _drawn(quizzes: Iterable[Row[Any]], held: Mapping[int, Sequence[str]]) -> set[str]:
    """The topics of which these quizzes may draw a question."""
    return {
        topic
        for quiz in quizzes
        for section in Blueprint.load(quiz.blueprint).sections
        for bank, topics in held.items()
        for topic in topics
        if _draws(section, quiz.banks, "", {bank: [topic]})
    }


def _advice(
    topics: Iterable[Topic], quizzes: Iterable[Row[Any]], held: Mapping[int, Sequence[str]]
) -> tuple[Advice, ...]:
    drawn = [(quiz, Blueprint.load(quiz.blueprint).sections) for quiz in quizzes]
    return tuple(
        Advice(
            topic,
            tuple(
                (quiz.id, quiz.title)
                for quiz, sections in drawn
                if any(_draws(section, quiz.banks, topic.name, held) for section in sections)
            ),
        )
        for topic in topics
    )


def _practices(actor: Actor, now: datetime) -> Any:
    """The practice quizzes that are open to me as a student."""
    return (
        select(
            Quiz.id,
            Quiz.title,
            QuizRevision.blueprint,
            QuizRevision.banks,
            Course.title.label("course_title"),
            ZONE.label("zone"),
        )
        .join(QuizRevision, and_(QuizRevision.quiz_id == Quiz.id, QuizRevision.current))
        .join(Course, Course.id == Quiz.course_id)
        .join(Enrolment, Enrolment.course_id == Quiz.course_id)
        .join(User, User.id == Enrolment.user_id)
        .where(
            QuizRevision.mode == "practice",
            Enrolment.user_id == actor.id,
            Enrolment.role == "student",
            func.coalesce(opens_for(actor.id) <= now, true()),
            func.coalesce(closes_for(actor.id) > now, true()),
        )
        .order_by(Quiz.title, Quiz.id)
    )


def _held(connection: Connection, banks: Collection[int]) -> dict[int, list[str]]:
    """The topics on which each of these banks has questions ready."""
    rows = connection.execute(
        select(QuestionVersion.bank_id, QuestionVersion.topic)
        .where(QuestionVersion.bank_id.in_(banks), QuestionVersion.draw_rank.is_not(None))
        .distinct()
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        found[row.bank_id].append(row.topic)
    return found


def _draws(section: Section, banks: Mapping[str, int], topic: str, held: Mapping[int, Sequence[str]]) -> bool:
    """Whether a section may draw a question of this topic, or of a part of it; topic "": of any."""
    within = [whole for whole in (topic, section.topic) if whole]
    return any(
        all(f"{one}/".startswith(f"{whole}/") for whole in within)
        for name in section.sources
        for one in held.get(banks[name], ())
    )


# Practice today ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DueQuiz:
    """An open practice quiz, and of how many questions it draws it is the turn today, by broad topic, most first."""

    id: int
    title: str
    course_title: str
    due: int
    topics: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Today:
    """What is to be practised today. Quizzes with the most that is due come first."""

    retention: float
    quizzes: tuple[DueQuiz, ...]
    #: Questions that are due, each once, however many quizzes draw it.
    due: int


def practice_today(actor: Actor, now: datetime) -> Today:
    """What I have practised before and may have forgotten by today, in the practice quizzes that are open to me.

    "Today" is a day of my own time zone, or else of the course's. Three statements. Raises SignedOut.
    """
    with reading() as connection:
        retention = connection.execute(select(User.retention).where(acting(actor))).scalar_one_or_none()
        if retention is None:
            raise SignedOut
        quizzes = connection.execute(_practices(actor, now)).all()
        cards = connection.execute(_cards(actor)).all()
    due = {quiz.id: _due(quiz, cards, now) for quiz in quizzes}
    listed = [
        DueQuiz(quiz.id, quiz.title, quiz.course_title, len(due[quiz.id]), _by_topic(due[quiz.id]))
        for quiz in quizzes
    ]
    return Today(
        retention=retention,
        quizzes=tuple(sorted(listed, key=lambda one: -one.due)),
        due=len({card.question_id for held in due.values() for card in held}),
    )


def _cards(actor: Actor) -> Any:
    """What I have practised of the questions that are ready."""
    return (
        select(PracticeCard.question_id, PracticeCard.due_on, QuestionVersion.bank_id, QuestionVersion.topic)
        .join(QuestionVersion, QuestionVersion.question_id == PracticeCard.question_id)
        .where(PracticeCard.user_id == actor.id, QuestionVersion.draw_rank.is_not(None))
    )


def _due(quiz: Row[Any], cards: Sequence[Row[Any]], now: datetime) -> list[Row[Any]]:
    """The cards of which it is the turn, of those that the quiz may draw."""
    today, sections = day_in(quiz.zone, now), Blueprint.load(quiz.blueprint).sections
    return [
        card
        for card in cards
        if card.due_on <= today
        and any(_draws(section, quiz.banks, "", {card.bank_id: [card.topic]}) for section in sections)
    ]


def _by_topic(cards: Iterable[Row[Any]]) -> tuple[tuple[str, int], ...]:
    counts = Counter(card.topic.partition("/")[0] for card in cards)
    return tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def set_retention(actor: Actor, retention: float) -> None:
    """Sets which share of questions I want still to know when they are asked again, 0.70 to 0.97.

    Days that are set already stay; each question follows with its next answer. Raises Invalid and SignedOut.
    """
    if not LEAST_RETENTION <= retention <= MOST_RETENTION:
        what = Said(
            "is not between %(least)s and %(most)s",
            least=f"{LEAST_RETENTION:.0%}",
            most=f"{MOST_RETENTION:.0%}",
        )
        raise Invalid([Problem("retention", what, "choose a share in between")])
    with transaction() as connection:
        found = connection.execute(
            update(User).where(acting(actor)).values(retention=retention).returning(User.id)
        ).first()
        if found is None:
            raise SignedOut
