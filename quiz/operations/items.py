"""The page of a question in a report: its curve, its history, who answered what, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Row
from sqlalchemy.engine import Connection

from quiz.banks.analysing import letter_of
from quiz.banks.model import Authored, Question
from quiz.db import reading
from quiz.errors import Invalid, NotFound, Problem, Said
from quiz.files.richtext import to_text
from quiz.models.analysing import WHICH, key_is_out, unknown_which
from quiz.models.bank import Bank, load_authored, load_variant
from quiz.models.comparing import Counted
from quiz.models.itemising import answers_to, elsewhere_of, fractions_of, version_of
from quiz.models.paging import Page, page_of, part_of
from quiz.operations.access import EDITING, Actor, QuizHead, head_of, quiz_of_results, readable_banks
from quiz.questions.base import Choice
from quiz.statistics.irt.scales import Curve, Scale, curve_of, scale_of

#: In place of an option's letter: those who gave no answer.
BLANK = "none"


@dataclass(frozen=True, slots=True)
class Past:
    """A version of the question in another quiz, or in quizzes of other courses together (``quiz`` None)."""

    version: int
    quiz: str | None
    quiz_id: int | None
    n: int
    facility: float


@dataclass(frozen=True, slots=True)
class ItemPage:
    """What the report's figures of a question do not tell."""

    question_id: int
    bank_id: int
    #: Whether I may read, and change, the question in its bank.
    readable: bool
    editable: bool
    scale: Scale
    #: The curve, or why there is none: few, spread, alike (``Scale``), unplaced, unsure (``curve_of``).
    curve: Curve | str
    past: tuple[Past, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer to the question; marks None where it waits for one."""

    attempt_id: int
    number: int
    student: str
    group: str | None
    #: Plain; "" for none.
    answer: str
    #: The letters of the options that were chosen.
    letters: tuple[str, ...]
    points: float | None
    max: float | None


@dataclass(frozen=True, slots=True)
class Answers(QuizHead):
    """Who answered what, one page of it. ``options`` are (letter, text), empty where answers are typed or built."""

    which: str
    version_id: int
    prompt: str
    options: tuple[tuple[str, str], ...]
    #: A letter, BLANK, or "" for all.
    option: str
    given: Page[Given]


def item_page(actor: Actor | None, quiz_id: int, version_id: int, which: str) -> ItemPage:
    """The curve, the history and the doors of a question, for those who see results. Eight statements at most.

    NotFound where no attempt of the quiz holds this version.
    """
    with reading() as connection:
        quiz = quiz_of_results(connection, actor, quiz_id)
        version = _version(connection, quiz, version_id)
        access = _access(connection, actor, version.bank_id)
        rows = fractions_of(connection, Counted(quiz, _known(which), None))
        past = tuple(_past(elsewhere_of(connection, quiz, version.question_id)))
    scale, place = _scale(rows, version_id)
    curve = "few" if place is None else scale.why or curve_of(scale, place)
    return ItemPage(
        version.question_id, version.bank_id, access is not None, access in EDITING, scale, curve, past
    )


def _known(which: str) -> str:
    if which not in WHICH:
        raise unknown_which(which)
    return which


def _version(connection: Connection, quiz: Row[Any], version_id: int) -> Row[Any]:
    found = version_of(connection, quiz.id, version_id)
    if found is None:
        raise NotFound
    return found


def _access(connection: Connection, actor: Actor | None, bank_id: int) -> str | None:
    """My right in the bank; None where I may not read it."""
    if actor is None:
        return None
    access: str | None = connection.execute(readable_banks(actor).where(Bank.id == bank_id)).scalar()
    return access


def _scale(rows: Any, version_id: int) -> tuple[Scale, int | None]:
    """The scale of all questions, and the place of this one in it; None where no settled attempt holds it."""
    papers = {attempt: place for place, attempt in enumerate(dict.fromkeys(row.attempt_id for row in rows))}
    items = {one: place for place, one in enumerate(sorted({row.version_id for row in rows}))}
    shares = np.full((len(papers), len(items)), np.nan)
    if rows:
        at = ([papers[row.attempt_id] for row in rows], [items[row.version_id] for row in rows])
        shares[at] = [np.nan if row.fraction is None else row.fraction for row in rows]
    return scale_of(shares), items.get(version_id)


def _past(found: list[Any]) -> Iterator[Past]:
    """Quizzes of the course one by one, those of other courses together for each version."""
    for version in dict.fromkeys(one.version for one in found):
        of_one = [one for one in found if one.version == version]
        yield from (
            Past(version, one.quiz, one.quiz_id, one.n, one.facility)
            for one in of_one
            if one.quiz is not None
        )
        others = [one for one in of_one if one.quiz is None]
        n = sum(one.n for one in others)
        if n:
            yield Past(version, None, None, n, sum(one.n * one.facility for one in others) / n)


# Who answered what ---------------------------------------------------------------------------------------------------


def answers(
    actor: Actor | None, quiz_id: int, version_id: int, which: str, option: str, page: int, now: datetime
) -> Answers:
    """Who gave which answer, by name, a page of them; only those of an option (its letter, or BLANK) where one is named.

    For those who see results, and for readers only when students may have seen the key: NotFound until then. Five
    statements; with an option all answers are read, for what is on a paper is known by its order there alone.
    """
    with reading() as connection:
        quiz = quiz_of_results(connection, actor, quiz_id)
        version = _version(connection, quiz, version_id)
        if quiz.role == "reader" and not key_is_out(quiz.review, quiz.closes_at, now):
            raise NotFound
        authored = load_authored(version.digest, version.content)
        choices = _choices(authored)
        letters = {choice.id: letter_of(place) for place, choice in enumerate(choices)}
        wanted = _wanted(option, letters)
        statement = answers_to(Counted(quiz, _known(which), None), version_id)

        def given(row: Row[Any]) -> Given:
            question = load_variant(version.digest, version.content, row.variant, row.as_of)
            return _given(row, question, letters)

        if wanted is None:
            listed = page_of(connection, statement, page, given)
        else:
            listed = part_of([one for one in map(given, connection.execute(statement)) if wanted(one)], page)
    return Answers(
        **head_of(quiz),
        which=which,
        version_id=version_id,
        prompt=to_text(authored.prompt),
        options=tuple((letters[choice.id], choice.text) for choice in choices),
        option=option,
        given=listed,
    )


def _choices(authored: Authored) -> tuple[Choice, ...]:
    """The options; those of a family differ between its variants, so it has none."""
    sample = authored.sample()
    if sample is None or authored.every_key():
        return ()
    return sample.kind.choices(sample.content)


def _wanted(option: str, letters: Mapping[str, str]) -> Callable[[Given], bool] | None:
    """Which answers are asked for; None for all."""
    if not option:
        return None
    if option == BLANK:
        return lambda one: not one.answer
    if option not in letters.values():
        what = Said("there is no option '%(option)s'", option=option)
        mend = Said("say one of %(names)s", names=", ".join([*letters.values(), BLANK]))
        raise Invalid([Problem("option", what, mend)])
    return lambda one: option in one.letters


def _given(row: Row[Any], question: Question, letters: Mapping[str, str]) -> Given:
    response = question.parse(row.fields or {}, row.shown_order).response
    answered = question.answered(response)
    chosen = question.kind.chosen(question.content, response) if letters and answered else frozenset()
    return Given(
        attempt_id=row.attempt_id,
        number=row.number,
        student=row.student,
        group=row.group,
        answer=question.kind.summarise(question.content, response) if answered else "",
        letters=tuple(letter for key, letter in letters.items() if key in chosen),
        points=row.points,
        max=row.max,
    )
