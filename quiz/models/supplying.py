"""Which banks a course's quiz may draw from, and whether they hold what a blueprint asks for on every day it is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, false, func, or_, select
from sqlalchemy.engine import Connection

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.supply import Window, change_dates, dated, lasting, unmet
from quiz.errors import EditConflict, Invalid, Problem, Said, Unmeetable
from quiz.models.bank import Bank, BankShare, QuestionVersion
from quiz.models.drawing import SqlIndex
from quiz.models.fixed import are_current
from quiz.models.people import Enrolment
from quiz.models.searching import SearchHit, SearchTerm


@dataclass(frozen=True, slots=True)
class Held:
    """The banks by name, the days looked at, the names of unknown banks, and what is missing on the first day it is."""

    banks: Mapping[str, int]
    days: Sequence[date]
    unknown: Sequence[str] = ()
    unmet: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """When a quiz can be taken: from ``opens_at`` (None: now) to ``closes_at`` (None: for ever), in its course's zone."""

    time_zone: str
    opens_at: datetime | None
    closes_at: datetime | None


def _usable(user_id: int | None, course_id: int) -> tuple[Any, Any]:
    """Two conditions on banks: they are my own, and they are shared with me for use.

    From the command line, ``user_id`` None: they are one of the course's teachers'; none is shared.
    """
    if user_id is None:
        of_teacher = select(Enrolment.user_id).where(
            Enrolment.course_id == course_id,
            Enrolment.user_id == Bank.owner_id,
            Enrolment.role == "teacher",
        )
        return of_teacher.exists(), false()
    shared = select(BankShare.bank_id).where(
        BankShare.bank_id == Bank.id,
        BankShare.user_id == user_id,
        BankShare.right.in_(("use", "edit")),
    )
    return Bank.owner_id == user_id, shared.exists()


def usable_banks(
    connection: Connection, user_id: int | None, course_id: int, names: Sequence[str] | None = None
) -> dict[str, int]:
    """Which bank a name means: my own, else one shared with me for use, else a shipped one. None: all names."""
    mine, shared = _usable(user_id, course_id)
    statement = (
        select(Bank.slug, Bank.id)
        .where(or_(mine, shared, Bank.owner_id.is_(None)))
        .order_by(case((mine, 2), (Bank.owner_id.is_(None), 0), else_=1), Bank.id.desc())
    )
    if names is not None:
        statement = statement.where(Bank.slug.in_(names))
    return {row.slug: row.id for row in connection.execute(statement)}  # the last of a name wins: mine


def held_for(
    connection: Connection,
    user_id: int | None,
    course_id: int,
    blueprint: Blueprint,
    opening: Opening,
    now: datetime,
) -> Held:
    """What the banks that the blueprint names hold for it; ``user_id`` says whose banks they are (None: the command line's).

    Whether there are the fixed forms that it asks for is told where they are made (``fixed.make_forms``).
    """
    banks = usable_banks(connection, user_id, course_id, blueprint.banks)
    unknown = [name for name in blueprint.banks if name not in banks]
    if unknown:
        return Held(banks, (), unknown)
    index = SqlIndex(connection, banks)
    days = days_of(index, blueprint, opening, now)
    if blueprint.fixed_forms or blueprint.settings.adaptive:
        return _lasting_held(blueprint, index, banks, days, window_of(blueprint, opening, now))
    for day in days:
        short = unmet(blueprint, index, day)
        if short:
            return Held(banks, days, unmet=dated(short, day))
    return Held(banks, days)


def _lasting_held(
    blueprint: Blueprint, index: SqlIndex, banks: Mapping[str, int], days: Sequence[date], window: Window
) -> Held:
    """The same where the quiz has fixed forms or a pool, which are of its first day and good for the others."""
    try:
        short = unmet(lasting(blueprint, index, window), index, window.first)
    except Unmeetable as error:
        short = error.unmet
    return Held(banks, days, unmet=dated(short, window.first))


def demand_unchanged(
    connection: Connection,
    user_id: int | None,
    course_id: int,
    blueprint: Blueprint,
    held: Held,
    frozen: Sequence[Mapping[str, Any]],
) -> None:
    """Raises EditConflict where by now the names mean other banks, or a question of these forms or pools was changed.

    Whoever changes these banks is waited for, and then waits: what they take back is not what is about to be kept.
    """
    held_still = select(Bank.id).where(Bank.id.in_(held.banks.values())).order_by(Bank.id)
    connection.execute(held_still.with_for_update(read=True)).all()
    banks = usable_banks(connection, user_id, course_id, blueprint.banks)
    if banks != held.banks or not are_current(connection, frozen):
        raise EditConflict


def demand_held(held: Held) -> Mapping[str, int]:
    """The banks by name. Raises Invalid for unknown ones, Unmeetable where a day while open has too few questions."""
    if held.unknown:
        raise Invalid(
            Problem(
                "sections",
                Said("there is no bank '%(name)s' that you may use", name=name),
                "import it, or ask for a share",
            )
            for name in held.unknown
        )
    if held.unmet:
        raise Unmeetable([dict(one) for one in held.unmet])
    return held.banks


def days_of(index: SqlIndex, blueprint: Blueprint, opening: Opening, now: datetime) -> Sequence[date]:
    """The days from open to close on which the drawable questions change, the first one included."""
    return change_dates(index.kinds(blueprint.banks), window_of(blueprint, opening, now))


def window_of(blueprint: Blueprint, opening: Opening, now: datetime) -> Window:
    """The days from open to close; where the blueprint names one for which its papers are true, that one."""
    if blueprint.as_of is not None:
        return Window(blueprint.as_of, blueprint.as_of)
    zone = ZoneInfo(opening.time_zone)
    first = max(now, opening.opens_at or now).astimezone(zone).date()
    last = opening.closes_at.astimezone(zone).date() if opening.closes_at else date.max
    return Window(first, max(first, last))


def kinds_held(connection: Connection, banks: Mapping[str, int]) -> list[tuple[str, str, str, str, str, int]]:
    """(bank, topic, type, difficulty, level, how many ready questions) of these banks."""
    names = {bank_id: name for name, bank_id in banks.items()}
    version = QuestionVersion
    alike = (version.bank_id, version.topic, version.type, version.difficulty, version.level)
    rows = connection.execute(
        select(*alike, func.count())
        .where(version.bank_id.in_(names), version.draw_rank.is_not(None))
        .group_by(*alike)
    )
    return sorted((names[bank_id], *rest) for bank_id, *rest in rows)


def languages_held(connection: Connection, banks: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """(bank, language, how many ready questions can be read in it) of these banks, each with its own language first."""
    names = {bank_id: name for name, bank_id in banks.items()}
    ready = select(func.count()).where(
        QuestionVersion.bank_id == Bank.id, QuestionVersion.draw_rank.is_not(None)
    )
    rows = connection.execute(
        select(Bank.id, Bank.language, Bank.languages, ready.scalar_subquery().label("ready"))
        .where(Bank.id.in_(names))
        .order_by(Bank.slug)
    )
    return [
        (names[row.id], language, count)
        for row in rows
        for language, count in {row.language: row.ready, **row.languages}.items()
    ]


def tags_held(connection: Connection, banks: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """(bank, tag, how many ready questions) of these banks."""
    names = {bank_id: name for name, bank_id in banks.items()}
    ready = and_(
        QuestionVersion.question_id == SearchHit.question_id,
        QuestionVersion.draw_rank.is_not(None),
    )
    rows = connection.execute(
        select(SearchHit.bank_id, SearchTerm.term, func.count())
        .join(SearchTerm, SearchTerm.id == SearchHit.term_id)
        .join(QuestionVersion, ready)
        .where(SearchHit.bank_id.in_(names), SearchTerm.term.startswith("#"))
        .group_by(SearchHit.bank_id, SearchTerm.term)
    )
    return sorted((names[bank_id], term[1:], ready) for bank_id, term, ready in rows)
