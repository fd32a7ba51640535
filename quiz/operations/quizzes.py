"""Quizzes as teachers make them: from a blueprint to a published revision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, and_, case, func, insert, select, update
from sqlalchemy.engine import Connection

from quiz.assembly.adaptive import shares_of_sections
from quiz.assembly.blueprint import Blueprint, read_blueprint
from quiz.assembly.settings import EVERYTHING, QuizSettings
from quiz.assembly.supply import scarcest
from quiz.banks.yaml import located, read_mapping
from quiz.db import reading, snapshot, transaction
from quiz.errors import EditConflict, Invalid, Problem, Said
from quiz.models.accommodating import move_deadlines
from quiz.models.adapting import keep_pool, make_pool
from quiz.models.attempt import Attempt
from quiz.models.audit import record
from quiz.models.bank import Bank, QuestionVersion
from quiz.models.drawing import SqlIndex
from quiz.models.fixed import fix_forms, make_forms
from quiz.models.quiz import GRADING, Quiz, QuizRevision
from quiz.models.supplying import (
    Held,
    Opening,
    days_of,
    demand_held,
    demand_unchanged,
    held_for,
    usable_banks,
    window_of,
)
from quiz.operations.access import Actor, taught_course, taught_quiz
from quiz.operations.starting import how_many

LONGEST_TITLE = 200
LONGEST_ACCESS_CODE = 80
MOMENTS = ("during", "after", "later", "closed")


@dataclass(frozen=True, slots=True)
class QuizSheet:
    """What acts at once: may be changed while students take the quiz. Times are UTC."""

    title: str
    opens_at: datetime | None
    closes_at: datetime | None
    limit_minutes: int | None
    attempts_allowed: int | None
    grading: str
    pass_grade: float | None
    review: Mapping[str, Sequence[str]]
    access_code: str | None
    #: In attempts that begin from now on there is no way back to a question that was left.
    sequential: bool = False


@dataclass(frozen=True, slots=True)
class ManagedQuiz:
    """A quiz as its teacher works on it."""

    id: int
    course_id: int
    course_title: str
    time_zone: str
    sheet: QuizSheet
    blueprint_text: str
    #: test or practice, as the blueprint has it now.
    mode: str
    #: Counts edits; an edit names the one it saw.
    edits: int
    #: The number of the revision that new attempts get; None = not published.
    revision: int | None
    published_at: datetime | None
    #: The blueprint differs from the published one.
    unpublished_changes: bool
    #: Listed first where another quiz is begun.
    template: bool
    attempts: int


@dataclass(frozen=True, slots=True)
class UsableBank:
    """A bank that a quiz may draw from: how many ready questions it holds, by difficulty."""

    slug: str
    title: str
    ready: Mapping[str, int]
    #: In which some of its questions can be read, its own first.
    languages: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """How many ready questions it holds."""
        return sum(self.ready.values())


@dataclass(frozen=True, slots=True)
class Workbench:
    """What a new quiz is made with: the course it will stand in, the banks it may draw from."""

    course_id: int
    course_title: str
    time_zone: str
    banks: tuple[UsableBank, ...]


@dataclass(frozen=True, slots=True)
class Checklist:
    """What publishing would freeze, and whether the banks hold it on every day from open to close."""

    quiz: ManagedQuiz
    #: How many questions a paper has, such as 10 or 9–10.
    questions: str
    layout: str
    adaptive: bool
    scale: float
    #: The banks' titles.
    banks: tuple[str, ...]
    #: The days that were looked at: the first one, and those on which the drawable questions change.
    days: tuple[date, ...]
    #: Names of banks that may not, or no longer, be used.
    unknown: tuple[str, ...]
    #: Shortfalls (constraint, required, available, short, as_of) on the first day that has any.
    unmet: tuple[Mapping[str, Any], ...]

    @property
    def can_publish(self) -> bool:
        """Whether ``publish`` would do it now."""
        return not self.unknown and not self.unmet


@dataclass(frozen=True, slots=True)
class SectionSupply:
    """A section of a blueprint: how many questions it asks for (``most`` None: any number), and how many match.

    ``available`` is the number on the day that has fewest, ``on``.
    """

    section: str
    least: int
    most: int | None
    available: int
    on: date
    #: It is one of an adaptive test, and has this share of it (None: whatever tells most).
    adaptive: bool = False
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """What the banks hold for a blueprint: by section, and what is missing all in all (as in ``Checklist``)."""

    sections: tuple[SectionSupply, ...]
    days: tuple[date, ...]
    unknown: tuple[str, ...]
    unmet: tuple[Mapping[str, Any], ...]
    #: How many questions each student is asked in an adaptive test, such as 10 or 9–10; "" where it is none.
    asked: str = ""


# Make ------------------------------------------------------------------------------------------------------------


def workbench(actor: Actor, course_id: int) -> Workbench:
    """What a teacher of the course makes a new quiz with; their own banks come first."""
    with reading() as connection:
        course = taught_course(connection, actor, course_id)
        banks = usable_banks(connection, actor.id, course_id)
        version = QuestionVersion
        rows = connection.execute(
            select(
                Bank.slug,
                Bank.title,
                Bank.language,
                Bank.languages,
                version.difficulty,
                func.count().label("ready"),
            )
            .join(version, and_(version.bank_id == Bank.id, version.draw_rank.is_not(None)))
            .where(Bank.id.in_(banks.values()))
            .group_by(Bank.id, version.difficulty)
            .order_by(
                case((Bank.owner_id == actor.id, 0), else_=1), Bank.title, Bank.slug, version.difficulty
            )
        )
        held: dict[str, tuple[Row[Any], dict[str, int]]] = {}
        for row in rows:
            held.setdefault(row.slug, (row, {}))[1][row.difficulty] = row.ready
    return Workbench(
        course.id,
        course.title,
        course.time_zone,
        tuple(
            UsableBank(slug, row.title, ready, (row.language, *row.languages))
            for slug, (row, ready) in held.items()
        ),
    )


def create(actor: Actor | None, course_id: int, blueprint_text: str, now: datetime) -> int:
    """Makes a quiz (a draft) from a blueprint; its ``settings:`` become the quiz's. Returns its id.

    Raises Invalid with the blueprint's faults by line, Unmeetable where the banks hold too little.
    """
    with snapshot() as connection:
        course, blueprint, sheet = _begun(connection, actor, course_id, blueprint_text, now)
        demand_held(_held(connection, actor, course, blueprint, sheet, now))
    with transaction() as connection:
        return _added(connection, actor, course_id, blueprint_text, sheet, now)


def create_published(actor: Actor | None, course_id: int, blueprint_text: str, now: datetime) -> int:
    """The same, published at once: both or, where something is refused, neither. Raises as ``create`` and ``publish``."""
    with snapshot() as connection:
        course, blueprint, sheet = _begun(connection, actor, course_id, blueprint_text, now)
        frozen = _frozen(connection, actor, course, blueprint, sheet, now)
    with transaction() as connection:
        quiz_id = _added(connection, actor, course_id, blueprint_text, sheet, now)
        _keep(connection, actor, course_id, quiz_id, frozen, now)
    return quiz_id


def _begun(
    connection: Connection, actor: Actor | None, course_id: int, blueprint_text: str, now: datetime
) -> tuple[Row[Any], Blueprint, QuizSheet]:
    """The course, the blueprint and the settings of a new quiz."""
    blueprint = _supported(blueprint_text)
    course = taught_course(connection, actor, course_id)
    sheet = _sheet_of(blueprint, course.time_zone)
    _demand_good(sheet, blueprint_text)
    _demand_to_come(sheet, blueprint_text, now)
    return course, blueprint, sheet


def _added(
    connection: Connection,
    actor: Actor | None,
    course_id: int,
    blueprint_text: str,
    sheet: QuizSheet,
    now: datetime,
) -> int:
    taught_course(connection, actor, course_id)
    quiz_id: int = connection.execute(
        insert(Quiz)
        .values(
            course_id=course_id,
            blueprint_text=blueprint_text,
            created_at=now,
            created_by=actor.id if actor else None,
            **_columns(sheet),
        )
        .returning(Quiz.id)
    ).scalar_one()
    record(connection, actor.id if actor else None, "quiz.add", ("quiz", quiz_id), now)
    return quiz_id


def _supported(text: str) -> Blueprint:
    return read_blueprint(text, "blueprint")


def _sheet_of(blueprint: Blueprint, time_zone: str) -> QuizSheet:
    settings = blueprint.settings
    return QuizSheet(
        title=blueprint.title,
        opens_at=in_zone(settings.opens, time_zone),
        closes_at=in_zone(settings.closes, time_zone),
        limit_minutes=settings.limit,
        attempts_allowed=settings.attempts,
        grading=settings.grading,
        pass_grade=None if settings.pass_mark is None else float(settings.pass_mark),
        review={moment: list(shown) for moment, shown in settings.shown.items()},
        access_code=None,
        sequential=settings.sequential,
    )


def _demand_to_come(sheet: QuizSheet, text: str, now: datetime) -> None:
    """Raises Invalid, at its line, where a new quiz closes before it is made."""
    if sheet.closes_at is not None and sheet.closes_at <= now:
        what = "this moment is past: nobody could begin"
        problem = Problem("settings.closes", what, "write a later one, or leave it out")
        raise Invalid(located([problem], read_mapping(text)[1]))


def in_zone(moment: datetime | None, time_zone: str) -> datetime | None:
    """A time without a zone is one of the course's."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=ZoneInfo(time_zone))


def _columns(sheet: QuizSheet) -> dict[str, Any]:
    return {
        "title": sheet.title,
        "opens_at": sheet.opens_at,
        "closes_at": sheet.closes_at,
        "limit_minutes": sheet.limit_minutes,
        "attempts_allowed": sheet.attempts_allowed,
        "grading": sheet.grading,
        "pass_grade": sheet.pass_grade,
        "review": {moment: list(shown) for moment, shown in sheet.review.items()},
        "access_code": sheet.access_code,
        "sequential": sheet.sequential,
    }


# Supply ------------------------------------------------------------------------------------------------------------


def _held(
    connection: Connection,
    actor: Actor | None,
    course: Row[Any],
    blueprint: Blueprint,
    sheet: QuizSheet,
    now: datetime,
) -> Held:
    """What the banks that I may use hold for a blueprint, on every day on which the quiz is open."""
    user_id = actor.id if actor else None
    return held_for(connection, user_id, course.id, blueprint, _opening(course, sheet), now)


def _opening(course: Row[Any], sheet: QuizSheet) -> Opening:
    return Opening(course.time_zone, sheet.opens_at, sheet.closes_at)


def supply(
    actor: Actor, course_id: int, blueprint_text: str, now: datetime, sheet: QuizSheet | None = None
) -> Supply:
    """How many questions match each section of a blueprint, for teachers of the course.

    Looked at are the days from opening to close, by ``sheet`` or else by the blueprint's own settings, on which the
    drawable questions change. Raises Invalid with the blueprint's faults by line. Writes nothing.
    """
    blueprint = _supported(blueprint_text)
    with reading() as connection:
        course = taught_course(connection, actor, course_id)
        sheet = sheet or _sheet_of(blueprint, course.time_zone)
        found = _held(connection, actor, course, blueprint, sheet, now)
        index = SqlIndex(connection, found.banks)
        days = found.days or days_of(index, blueprint, _opening(course, sheet), now)
        counts = scarcest(blueprint, index, days)
    is_adaptive, shares = blueprint.settings.adaptive is not None, shares_of_sections(blueprint)
    sections = tuple(
        SectionSupply(
            section.name,
            0 if is_adaptive else section.bounds.min,
            section.bounds.max,
            available,
            day,
            is_adaptive,
            shares[str(number)] / sum(shares.values()) if is_adaptive and shares else None,
        )
        for number, (section, (available, day)) in enumerate(zip(blueprint.sections, counts, strict=True), 1)
    )
    told = how_many(blueprint) if is_adaptive else ""
    return Supply(sections, tuple(days), tuple(found.unknown), tuple(found.unmet), told)


# Publish -----------------------------------------------------------------------------------------------------------


def publish(actor: Actor | None, quiz_id: int, now: datetime) -> int:
    """Freezes the blueprint as a revision for new attempts. Returns its number; attempts in progress keep theirs.

    Raises Invalid or Unmeetable where the banks do not hold what it asks for; EditConflict where somebody has changed
    the quiz, or a question of its forms or its pool, while these were made.
    """
    with snapshot() as connection:
        seen = _taught(connection, actor, quiz_id)
        blueprint = _supported(seen.blueprint_text)
        course = taught_course(connection, actor, seen.course_id)
        frozen = _frozen(connection, actor, course, blueprint, _stored_sheet(seen), now)
    with transaction() as connection:
        quiz = _as_seen(_taught(connection, actor, quiz_id, lock=True), seen.edits)
        return _keep(connection, actor, quiz.course_id, quiz_id, frozen, now)


@dataclass(frozen=True, slots=True)
class _Frozen:
    """What publishing keeps: what the banks hold, the fixed forms (``make_forms``), the pool (``make_pool``)."""

    blueprint: Blueprint
    held: Held
    forms: Sequence[Mapping[str, Any]]
    pool: Mapping[str, Any] | None

    @property
    def slots(self) -> Sequence[Mapping[str, Any]]:
        """The questions that are kept, as forms have them."""
        if not self.pool:
            return self.forms
        return [*self.forms, {"slots": [*self.pool["items"], *self.pool["trials"]]}]


def _frozen(
    connection: Connection,
    actor: Actor | None,
    course: Row[Any],
    blueprint: Blueprint,
    sheet: QuizSheet,
    now: datetime,
) -> _Frozen:
    """Takes seconds where there are forms: never within a writing transaction. Raises Invalid, Unmeetable."""
    held = _held(connection, actor, course, blueprint, sheet, now)
    banks, window = demand_held(held), window_of(blueprint, _opening(course, sheet), now)
    forms = make_forms(connection, blueprint, banks, window)
    return _Frozen(blueprint, held, forms, make_pool(connection, blueprint, banks, window))


def _keep(
    connection: Connection, actor: Actor | None, course_id: int, quiz_id: int, frozen: _Frozen, now: datetime
) -> int:
    """The next revision of a quiz; its number. Raises EditConflict where the banks have changed meanwhile."""
    user_id, blueprint = actor.id if actor else None, frozen.blueprint
    demand_unchanged(connection, user_id, course_id, blueprint, frozen.held, frozen.slots)
    connection.execute(
        update(QuizRevision)
        .where(QuizRevision.quiz_id == quiz_id, QuizRevision.current)
        .values(current=False)
    )
    number = (
        1
        + connection.execute(
            select(func.coalesce(func.max(QuizRevision.number), 0)).where(QuizRevision.quiz_id == quiz_id)
        ).scalar_one()
    )
    revision_id: int = connection.execute(
        insert(QuizRevision)
        .values(
            quiz_id=quiz_id,
            number=number,
            current=True,
            blueprint=blueprint.dump(),
            banks=frozen.held.banks,
            scale=float(blueprint.settings.scale),
            layout=blueprint.settings.layout,
            mode=blueprint.settings.mode,
            tries=blueprint.settings.tries,
            certainty=blueprint.settings.certainty,
            published_at=now,
            published_by=user_id,
        )
        .returning(QuizRevision.id)
    ).scalar_one()
    fix_forms(connection, revision_id, frozen.forms)
    keep_pool(connection, revision_id, frozen.pool)
    record(connection, user_id, "quiz.publish", ("quiz", quiz_id), now, revision=number)
    return int(number)


def manage(actor: Actor, quiz_id: int) -> ManagedQuiz:
    """A quiz as those who teach its course work on it. Forbidden to those who only see its results."""
    with reading() as connection:
        return _work(connection, _taught(connection, actor, quiz_id))


def _work(connection: Connection, quiz: Row[Any]) -> ManagedQuiz:
    attempts: int = connection.execute(select(func.count()).where(Attempt.quiz_id == quiz.id)).scalar_one()
    blueprint = _supported(quiz.blueprint_text)
    return ManagedQuiz(
        id=quiz.id,
        course_id=quiz.course_id,
        course_title=quiz.course_title,
        time_zone=quiz.time_zone,
        sheet=_stored_sheet(quiz),
        blueprint_text=quiz.blueprint_text,
        mode=blueprint.settings.mode,
        edits=quiz.edits,
        revision=quiz.revision,
        published_at=quiz.published_at,
        unpublished_changes=quiz.blueprint is not None and blueprint.dump() != quiz.blueprint,
        template=quiz.template,
        attempts=attempts,
    )


def checklist(actor: Actor, quiz_id: int, now: datetime) -> Checklist:
    """What publishing now would do, for the quiz's teachers. Writes nothing."""
    with reading() as connection:
        quiz = _taught(connection, actor, quiz_id)
        blueprint = _supported(quiz.blueprint_text)
        course = taught_course(connection, actor, quiz.course_id)
        found = _held(connection, actor, course, blueprint, _stored_sheet(quiz), now)
        titles = connection.execute(
            select(Bank.title).where(Bank.id.in_(found.banks.values())).order_by(Bank.title)
        ).scalars()
        return Checklist(
            quiz=_work(connection, quiz),
            questions=how_many(blueprint),
            layout=blueprint.settings.layout,
            adaptive=blueprint.settings.adaptive is not None,
            scale=float(blueprint.settings.scale),
            banks=tuple(titles),
            days=tuple(found.days),
            unknown=tuple(found.unknown),
            unmet=tuple(found.unmet),
        )


def _stored_sheet(quiz: Row[Any]) -> QuizSheet:
    return QuizSheet(**{name: getattr(quiz, name) for name in QuizSheet.__dataclass_fields__})


def _taught(connection: Connection, actor: Actor | None, quiz_id: int, *, lock: bool = False) -> Row[Any]:
    """The quiz for those who teach its course (and the command line). ``lock``: another editor waits."""
    columns = (QuizRevision.number.label("revision"), QuizRevision.published_at, QuizRevision.blueprint)
    return taught_quiz(connection, actor, quiz_id, *columns, lock=lock)


def quizzes_of(course_id: int) -> list[tuple[int, str, bool]]:
    """A course's quizzes as (id, title, published), in the order of their making; for the command line."""
    with reading() as connection:
        rows = connection.execute(
            select(Quiz.id, Quiz.title, QuizRevision.id.is_not(None).label("published"))
            .outerjoin(QuizRevision, and_(QuizRevision.quiz_id == Quiz.id, QuizRevision.current))
            .where(Quiz.course_id == course_id)
            .order_by(Quiz.id)
        )
        return [(row.id, row.title, row.published) for row in rows]


# Change ------------------------------------------------------------------------------------------------------------


def edit(
    actor: Actor, quiz_id: int, edits: int, sheet: QuizSheet, blueprint_text: str, now: datetime
) -> None:
    """Changes a quiz. Dates and limit act at once: open attempts get their new deadline in the same transaction.

    ``edits`` is the one that the editor saw; EditConflict where somebody was quicker. The blueprint acts with the
    next ``publish``.
    """
    blueprint = _demand_good(sheet, blueprint_text)
    with snapshot() as connection:
        seen = _as_seen(_taught(connection, actor, quiz_id), edits)
        course = taught_course(connection, actor, seen.course_id)
        demand_held(_held(connection, actor, course, blueprint, sheet, now))
    with transaction() as connection:
        quiz = _as_seen(_taught(connection, actor, quiz_id, lock=True), edits)
        sheet = _in_step(sheet, _supported(quiz.blueprint_text), blueprint)
        connection.execute(
            update(Quiz)
            .where(Quiz.id == quiz_id)
            .values(blueprint_text=blueprint_text, edits=Quiz.edits + 1, **_columns(sheet))
        )
        moved = move_deadlines(connection, Attempt.quiz_id == quiz_id)
        record(connection, actor.id, "quiz.edit", ("quiz", quiz_id), now, deadlines_moved=[*moved])


def _as_seen(quiz: Row[Any], edits: int) -> Row[Any]:
    """The quiz, which nobody has edited meanwhile; else EditConflict."""
    if quiz.edits != edits:
        raise EditConflict(edits=quiz.edits)
    return quiz


def _in_step(sheet: QuizSheet, before: Blueprint, after: Blueprint) -> QuizSheet:
    """A quiz that turns from test to practice, or back, shows after a check what is usual there."""
    if before.settings.mode == after.settings.mode:
        return sheet
    return replace(sheet, review={**sheet.review, "during": after.settings.shown["during"]})


def _demand_good(sheet: QuizSheet, blueprint_text: str) -> Blueprint:
    """The blueprint. Raises Invalid with all that is wrong with it and with the sheet."""
    try:
        blueprint = _supported(blueprint_text)
    except Invalid as error:
        raise Invalid([*_sheet_problems(sheet), *error.problems]) from None
    problems = [*_sheet_problems(sheet), *_settings_problems(sheet, blueprint.settings)]
    if problems:
        raise Invalid(problems)
    return blueprint


def _sheet_problems(sheet: QuizSheet) -> Iterator[Problem]:
    yield from _value_problems(sheet)
    if sheet.opens_at and sheet.closes_at and sheet.opens_at >= sheet.closes_at:
        yield Problem("closes_at", "the quiz closes before it opens", "let it close later")
    if sheet.grading not in GRADING:
        yield Problem(
            "grading", "there is no such method", Said("use one of %(all)s", all=", ".join(GRADING))
        )
    for moment, shown in sheet.review.items():
        if moment not in MOMENTS or not set(shown) <= set(EVERYTHING):
            yield Problem("review", "there is no such review option")


def _value_problems(sheet: QuizSheet) -> Iterator[Problem]:
    for name, least, most in (("title", 1, LONGEST_TITLE), ("access_code", 0, LONGEST_ACCESS_CODE)):
        if not least <= len((getattr(sheet, name) or "").strip()) <= most:
            mend = Said("write %(least)s to %(most)s characters", least=least, most=most)
            yield Problem(name, "this is missing or too long", mend)
    for name in ("limit_minutes", "attempts_allowed"):
        value = getattr(sheet, name)
        if value is not None and not 1 <= value <= 100_000:
            yield Problem(name, "this number does not work", "write 1 or more, or leave it empty")


def _settings_problems(sheet: QuizSheet, settings: QuizSettings) -> Iterator[Problem]:
    """What of the sheet does not go with the blueprint."""
    scale = float(settings.scale)
    if sheet.sequential and settings.layout == "all":
        what = "the blueprint has all questions on one page"
        yield Problem("sequential", what, "take this off, or write layout: one there")
    if sheet.pass_grade is not None and not 0 <= sheet.pass_grade <= scale:
        what = "the pass mark is not on the scale"
        yield Problem("pass_grade", what, Said("write 0 to %(scale)s, or leave it empty", scale=f"{scale:g}"))
