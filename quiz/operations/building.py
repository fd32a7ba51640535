"""What a quiz is built with: what the banks offer, papers to look at, quizzes to begin with, copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Row, and_, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from quiz.assembly.blueprint import Blueprint, read_blueprint
from quiz.assembly.draw import ALGORITHM, Paper, PaperSlot, draw
from quiz.assembly.fairness import Fairness, FormFairness
from quiz.assembly.index import Item
from quiz.assembly.measures import minutes_of
from quiz.assembly.path import shortfalls, stock_of, tried
from quiz.assembly.possible import Draws, possible
from quiz.assembly.supply import Window, dated, lasting, may_stand, out_of_date, turning
from quiz.banks.yaml import dump_yaml
from quiz.db import reading, transaction
from quiz.errors import Unmeetable
from quiz.files.richtext import to_text
from quiz.models.answered import AnsweredIndex, measured
from quiz.models.audit import record
from quiz.models.bank import Bank, Question, QuestionVersion, load_authored, load_variant
from quiz.models.drawing import SqlIndex, version_ids
from quiz.models.fixed import arranged
from quiz.models.people import Course, Enrolment, User
from quiz.models.quiz import Quiz
from quiz.models.searching import finds
from quiz.models.supplying import Opening, kinds_held, languages_held, tags_held, usable_banks, window_of
from quiz.operations.access import TEACHING, Actor, acting, readable_banks, taught_course, taught_quiz
from quiz.statistics.adaptive.simulation import Figures

#: So many questions are shown of those that a search finds.
MOST_FOUND: Final = 20
#: So many papers are drawn to be looked at.
PAPERS: Final = 3


# What there is to choose from ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kind:
    """How many ready questions of a bank are alike in this."""

    bank: str
    topic: str
    type: str
    difficulty: str
    #: "" where they do not say.
    level: str
    ready: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """What some banks hold: by kind, by tag as (bank, tag, ready questions), by language alike."""

    kinds: tuple[Kind, ...]
    tags: tuple[tuple[str, str, int], ...]
    languages: tuple[tuple[str, str, int], ...]

    def of(self, banks: Iterable[str]) -> Shelf:
        """What these hold."""
        wanted = {*banks}
        return Shelf(
            tuple(kind for kind in self.kinds if kind.bank in wanted),
            tuple(one for one in self.tags if one[0] in wanted),
            tuple(one for one in self.languages if one[0] in wanted),
        )

    @property
    def ready(self) -> int:
        """How many questions there are."""
        return sum(kind.ready for kind in self.kinds)

    def by(self, name: str) -> Mapping[str, int]:
        """How many there are of each topic, type, difficulty or level."""
        counts: Counter[str] = Counter()
        for kind in self.kinds:
            counts[getattr(kind, name)] += kind.ready
        return counts

    @property
    def by_tag(self) -> Mapping[str, int]:
        """How many have each tag."""
        return _sums(self.tags)

    @property
    def by_language(self) -> Mapping[str, int]:
        """How many can be read in each language."""
        return _sums(self.languages)


def _sums(held: Iterable[tuple[str, str, int]]) -> Mapping[str, int]:
    """(bank, name, how many) by name."""
    counts: Counter[str] = Counter()
    for _bank, name, ready in held:
        counts[name] += ready
    return counts


@dataclass(frozen=True, slots=True)
class Pick:
    """A ready question that a section can always hold; ``name`` is ``bank/id``."""

    name: str
    type: str
    difficulty: str
    prompt: str


def shelf(actor: Actor, course_id: int, banks: Sequence[str]) -> Shelf:
    """What the banks of these names hold, as far as I may use them in the course. For its teachers."""
    with reading() as connection:
        taught_course(connection, actor, course_id)
        usable = usable_banks(connection, actor.id, course_id, banks)
        return Shelf(
            tuple(Kind(*row) for row in kinds_held(connection, usable)),
            tuple(tags_held(connection, usable)),
            tuple(languages_held(connection, usable)),
        )


def find(actor: Actor, course_id: int, banks: Sequence[str], words: str) -> tuple[Pick, ...]:
    """The first ready questions of these banks in which all the words occur. For the course's teachers."""
    with reading() as connection:
        taught_course(connection, actor, course_id)
        usable = usable_banks(connection, actor.id, course_id, banks)
        which = [and_(Question.bank_id == bank, finds(bank, words)) for bank in usable.values()]
        return _picks(connection, usable, which)


def named(actor: Actor, course_id: int, names: Sequence[str]) -> tuple[Pick, ...]:
    """The questions of these names, as far as they are ready and I may use their banks. For the course's teachers."""
    by_bank: dict[str, list[str]] = {}
    for name in names:
        bank, _slash, slug = name.partition("/")
        by_bank.setdefault(bank, []).append(slug)
    with reading() as connection:
        taught_course(connection, actor, course_id)
        usable = usable_banks(connection, actor.id, course_id, [*by_bank])
        which = [
            and_(Question.bank_id == bank_id, Question.slug.in_(by_bank[bank]))
            for bank, bank_id in usable.items()
        ]
        return _picks(connection, usable, which, len(names))


def _picks(
    connection: Connection, banks: Mapping[str, int], which: Sequence[Any], most: int = MOST_FOUND
) -> tuple[Pick, ...]:
    """The first ready questions for which one of these conditions holds."""
    if not which:
        return ()
    slugs = {bank_id: slug for slug, bank_id in banks.items()}
    rows = connection.execute(
        select(Question.bank_id, Question.slug, QuestionVersion.digest, QuestionVersion.content)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(QuestionVersion.draw_rank.is_not(None), or_(*which))
        .order_by(QuestionVersion.topic, Question.slug)
        .limit(most)
    )
    return tuple(_pick(row, slugs[row.bank_id]) for row in rows)


def _pick(row: Row[Any], bank: str) -> Pick:
    question = load_authored(row.digest, row.content)
    return Pick(f"{bank}/{row.slug}", question.type, question.difficulty, to_text(question.prompt))


# Papers to look at ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drawn:
    """A question on a paper; ``name`` is ``bank/id``, ``expected`` the share of its marks to be expected."""

    number: int
    section: str
    name: str
    #: None where I may use its bank, and not read it.
    question_id: int | None
    prompt: str
    type: str
    points: Fraction
    expected: float


@dataclass(frozen=True, slots=True)
class DrawnPaper:
    """What one student would get. ``seed``: of a fixed form its number."""

    seed: int
    points: Fraction
    #: The marks to be expected, and the interval of 95 % of that.
    expected: float
    low: float
    high: float
    #: Each of its questions is expected to be as easy as those that are called so.
    easy: bool
    questions: tuple[Drawn, ...]
    #: How long answers take all in all, as the questions say or as those of their types usually do.
    minutes: Fraction


@dataclass(frozen=True, slots=True)
class Papers:
    """Some papers of a quiz as its blueprint stands, none where it cannot be met; ``on`` is the day of their questions."""

    quiz_id: int
    title: str
    course_id: int
    course_title: str
    time_zone: str
    on: date | None
    papers: tuple[DrawnPaper, ...]
    #: How fair they are; None where there is none.
    fairness: Fairness | None = None
    #: What many more of them would bring; None where they are all that there are.
    draws: Draws | None = None
    #: Of an adaptive test, which has no paper before it is taken, what it gives simulated students.
    tried: Figures | None = None
    unknown: tuple[str, ...] = ()
    unmet: tuple[Mapping[str, Any], ...] = ()


def papers(actor: Actor, quiz_id: int, first: int, now: datetime) -> Papers:
    """``PAPERS`` papers of a quiz as it is saved, by the seeds from ``first``, for the teachers of its course.

    They are drawn as those of students are, for the first day on which it is open. Nothing is written.
    """
    with reading() as connection:
        quiz = taught_quiz(connection, actor, quiz_id)
        blueprint = read_blueprint(quiz.blueprint_text, "blueprint")
        banks = usable_banks(connection, actor.id, quiz.course_id, blueprint.banks)
        none = Papers(
            quiz.id,
            quiz.title,
            quiz.course_id,
            quiz.course_title,
            quiz.time_zone,
            None,
            (),
        )
        unknown = tuple(name for name in blueprint.banks if name not in banks)
        if unknown:
            return replace(none, unknown=unknown)
        window = window_of(blueprint, Opening(quiz.time_zone, quiz.opens_at, quiz.closes_at), now)
        on = window.first
        if blueprint.settings.adaptive:
            index = SqlIndex(connection, banks)
            stock = stock_of(lasting(blueprint, index, window), index, on)
            short = shortfalls(blueprint, stock)
            return replace(
                none,
                on=on,
                tried=None if short else tried(blueprint, stock),
                unmet=tuple(dated(short, on)),
            )
        readable = {*connection.execute(readable_banks(actor, Bank.id)).scalars()}
        try:
            found = [
                (paper, _versions(connection, banks, paper))
                for paper in _papers(connection, blueprint, banks, first, window)
            ]
            draws = _draws(connection, blueprint, banks, on)
        except Unmeetable as error:
            return replace(none, on=on, unmet=tuple(dated(error.unmet, on)))
        rows = {row.id: row for _, versions in found for row in versions.values()}
        authored = {id: load_authored(row.digest, row.content) for id, row in rows.items()}
        fairness = Fairness([paper for paper, _ in found], measured(connection, authored))
    return replace(
        none,
        on=on,
        fairness=fairness,
        draws=draws,
        papers=tuple(
            _seen(paper, versions, readable, fair, fairness)
            for (paper, versions), fair in zip(found, fairness.forms, strict=True)
        ),
    )


def _papers(
    connection: Connection, blueprint: Blueprint, banks: Mapping[str, int], first: int, window: Window
) -> Sequence[Paper]:
    """``PAPERS`` papers by the seeds from ``first``; of a quiz with fixed forms, those. Raises Unmeetable."""
    if blueprint.fixed_forms:
        return arranged(connection, blueprint, banks, window).papers
    index = SqlIndex(connection, banks)
    return [draw(blueprint, index, seed, window.first) for seed in range(first, first + PAPERS)]


def _draws(connection: Connection, blueprint: Blueprint, banks: Mapping[str, int], on: date) -> Draws | None:
    return None if blueprint.fixed_forms else possible(blueprint, AnsweredIndex(connection, banks), on)


def _versions(connection: Connection, banks: Mapping[str, int], paper: Paper) -> Mapping[str, Row[Any]]:
    """The versions of a paper's questions by their names."""
    versions = version_ids(connection, banks, [slot.question for slot in paper.slots])
    rows = connection.execute(
        select(
            QuestionVersion.digest,
            QuestionVersion.content,
            QuestionVersion.id,
            QuestionVersion.question_id,
            QuestionVersion.bank_id,
            QuestionVersion.type,
        ).where(QuestionVersion.id.in_(versions.values()))
    )
    by_id = {row.id: row for row in rows}
    return {name: by_id[version] for name, version in versions.items()}


def _seen(
    paper: Paper,
    versions: Mapping[str, Row[Any]],
    readable: Collection[int],
    fair: FormFairness,
    fairness: Fairness,
) -> DrawnPaper:
    shares = {name: known.share for name, known in fairness.expectations.items()}
    return DrawnPaper(
        paper.seed if paper.algorithm == ALGORITHM else paper.form,
        paper.points,
        fair.expected,
        fair.low,
        fair.high,
        fair.easy,
        tuple(
            _question(slot, versions[slot.question], paper.as_of, readable, shares.get(slot.question, 0.0))
            for slot in paper.slots
        ),
        sum((minutes_of(load_authored(*row[:2])) for row in versions.values()), Fraction(0)),
    )


def _question(slot: PaperSlot, row: Row[Any], on: date, readable: Collection[int], expected: float) -> Drawn:
    shown = load_variant(row.digest, row.content, slot.variant, on)
    return Drawn(
        slot.slot,
        slot.section,
        slot.question,
        row.question_id if row.bank_id in readable else None,
        to_text(shown.prompt),
        row.type,
        slot.points,
        expected,
    )


# Whether it is ready ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    """Some questions of a bank, and by which condition its list shows them (the fields of ``Filter``; {}: by none).

    ``bank_id`` is None where I may not open the bank.
    """

    bank_id: int | None
    title: str
    count: int
    wanted: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Readiness:
    """What stands around a quiz that is to be published, besides what its banks hold (``quizzes.Checklist``)."""

    course_id: int
    students: int
    join_open: bool
    #: Ready questions that its papers could hold but for their dates, on its first day; those that go out of force, or
    #: change with time, till its last.
    out_of_date: tuple[Held, ...]
    leaving: int
    #: Its papers are fixed forms; why there are none, where there are not (``Unmeetable.unmet``).
    fixed: bool
    unmet: tuple[Mapping[str, Any], ...]
    #: Questions of its banks that are not ready yet, so that none is drawn.
    drafts: tuple[Held, ...]
    #: Minutes that the answers of a paper take; None where none can be drawn.
    minutes: Fraction | None
    #: Of many papers, or of the fixed forms, some hold easy questions alone, others do not.
    unlike: bool


def readiness(actor: Actor, quiz_id: int, now: datetime) -> Readiness:
    """What else to look at before publishing, for the teachers of the quiz's course. Writes nothing."""
    with reading() as connection:
        quiz = taught_quiz(connection, actor, quiz_id, Course.join_open)
        blueprint = read_blueprint(quiz.blueprint_text, "blueprint")
        banks = usable_banks(connection, actor.id, quiz.course_id, blueprint.banks)
        index = SqlIndex(connection, banks)
        window = window_of(blueprint, Opening(quiz.time_zone, quiz.opens_at, quiz.closes_at), now)
        leaving = _leaving(blueprint, index, window)
        stale = index.named(sorted(out_of_date(blueprint, index, window.first)))
        today = now.astimezone(ZoneInfo(quiz.time_zone)).date()
        shelves = _shelves(connection, actor, banks)
        drafts = connection.execute(
            select(Bank.slug, func.count())
            .join(QuestionVersion, QuestionVersion.bank_id == Bank.id)
            .where(Bank.id.in_(banks.values()), QuestionVersion.current, QuestionVersion.status == "draft")
            .group_by(Bank.slug)
        ).tuples()
        students = connection.execute(
            select(func.count()).where(Enrolment.course_id == quiz.course_id, Enrolment.role == "student")
        ).scalar_one()
    drawn = papers(actor, quiz_id, 1, now)
    return Readiness(
        quiz.course_id,
        students,
        quiz.join_open,
        _held(shelves, Counter((item.bank, _kind(item, today)) for item in stale.values()), "time"),
        leaving,
        bool(blueprint.fixed_forms),
        drawn.unmet,
        _held(shelves, {(name, "draft"): count for name, count in drafts}, "status"),
        max((paper.minutes for paper in drawn.papers), default=None),
        drawn.draws.unlike if drawn.draws else len({paper.easy for paper in drawn.papers}) > 1,
    )


def _shelves(
    connection: Connection, actor: Actor, banks: Mapping[str, int]
) -> Mapping[str, tuple[int | None, str]]:
    """By the names of banks their ids (None: I may not open it) and titles."""
    readable = {*connection.execute(readable_banks(actor, Bank.id)).scalars()}
    rows = connection.execute(select(Bank.id, Bank.title).where(Bank.id.in_(banks.values())))
    titles = {row.id: row.title for row in rows}
    return {name: (id if id in readable else None, titles[id]) for name, id in banks.items()}


def _held(
    shelves: Mapping[str, tuple[int | None, str]], counts: Mapping[tuple[str, str], int], condition: str
) -> tuple[Held, ...]:
    """What banks hold by (name, value of the condition), by their titles."""
    found = [
        Held(*shelves[name], count, {condition: value} if value else {})
        for (name, value), count in counts.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.title, *one.wanted.values())))


def _kind(item: Item, today: date) -> str:
    """Under which turn of time a question is listed today that is not true on some day; "" for a family, under none."""
    if item.spans is not None:
        return ""
    if item.end is not None and item.end <= today:
        return "stale"
    return "coming" if item.start is not None and item.start > today else "ending"


def _leaving(blueprint: Blueprint, index: SqlIndex, window: Window) -> int:
    if blueprint.fixed_forms:
        return len(turning(blueprint, index, window))
    return len(may_stand(blueprint, index, window.first) - may_stand(blueprint, index, window.last))


# Beginning with what is there ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Beginning:
    """A quiz of mine that another one can begin with."""

    quiz_id: int
    title: str
    course_title: str
    template: bool


def beginnings(actor: Actor) -> tuple[Beginning, ...]:
    """The quizzes of the courses that I teach, templates first."""
    with reading() as connection:
        rows = connection.execute(
            select(Quiz.id, Quiz.title, Course.title.label("course_title"), Quiz.template)
            .select_from(Quiz)
            .join(Course, Course.id == Quiz.course_id)
            .join(Enrolment, and_(Enrolment.course_id == Course.id, Enrolment.role.in_(TEACHING)))
            .join(User, User.id == Enrolment.user_id)
            .where(acting(actor))
            .order_by(Quiz.template.desc(), Quiz.title, Quiz.id)
        )
        return tuple(Beginning(*row) for row in rows)


def courses_taught(actor: Actor) -> tuple[tuple[int, str], ...]:
    """The courses that I teach, as (id, title)."""
    with reading() as connection:
        rows = connection.execute(
            select(Course.id, Course.title)
            .join(Enrolment, and_(Enrolment.course_id == Course.id, Enrolment.role.in_(TEACHING)))
            .join(User, User.id == Enrolment.user_id)
            .where(acting(actor))
            .order_by(Course.title, Course.id)
        )
        return tuple((row.id, row.title) for row in rows)


def begun_with(actor: Actor, quiz_id: int) -> str:
    """A blueprint to make another quiz from: that of this one, with its settings as they hold now, but for its dates.

    For those who teach its course.
    """
    with reading() as connection:
        quiz = taught_quiz(connection, actor, quiz_id)
    blueprint = read_blueprint(quiz.blueprint_text, "blueprint").dump()
    kept = {
        name: value
        for name, value in blueprint.get("settings", {}).items()
        if name not in ("opens", "closes")
    }
    settings = {
        **kept,
        "limit": quiz.limit_minutes,
        "attempts": quiz.attempts_allowed,
        "grading": quiz.grading,
        "pass": quiz.pass_grade,
        "navigation": "sequential" if quiz.sequential else "free",
        "review": quiz.review,
    }
    return dump_yaml({**blueprint, "title": quiz.title, "settings": settings})


#: What a copy takes over: neither dates, which are another term's, nor the access code, which students know.
_COPIED: Final = (
    "title", "blueprint_text", "limit_minutes", "attempts_allowed", "grading", "pass_grade", "review", "sequential",
)  # fmt: skip


def copy(actor: Actor, quiz_id: int, course_id: int, now: datetime) -> int:
    """Makes a draft like this quiz in a course that I teach too, without dates and access code. Returns its id.

    What its banks hold is asked when it is saved or published.
    """
    with transaction() as connection:
        quiz = taught_quiz(connection, actor, quiz_id)
        taught_course(connection, actor, course_id)
        made: int = connection.execute(
            insert(Quiz)
            .values(
                course_id=course_id,
                created_at=now,
                created_by=actor.id,
                **{name: getattr(quiz, name) for name in _COPIED},
            )
            .returning(Quiz.id)
        ).scalar_one()
        record(connection, actor.id, "quiz.copy", ("quiz", made), now, copied_from=quiz_id)
    return made


def set_template(actor: Actor, quiz_id: int, template: bool, now: datetime) -> None:
    """Lists the quiz first where another one is begun, or no longer. For the teachers of its course."""
    with transaction() as connection:
        quiz = taught_quiz(connection, actor, quiz_id, lock=True)
        if quiz.template == template:
            return
        connection.execute(update(Quiz).where(Quiz.id == quiz_id).values(template=template))
        record(connection, actor.id, "quiz.template", ("quiz", quiz_id), now, template=template)
