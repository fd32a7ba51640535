"""Calibrating a bank: what the answers on this site tell of its questions, looked at, and written into those chosen.

The answers of all courses are taken together, as parameters belong to a question and not to a class; no student is told of.
What is written can be taken back as any change to many questions (``undoing``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np
from sqlalchemy import Row, select
from sqlalchemy.engine import Connection

from quiz.banks.calibrating import Line, calibrated, estimated
from quiz.banks.calibration import FARTHEST, Calibration
from quiz.banks.loading import load
from quiz.banks.model import Authored
from quiz.db import parts, reading, transaction
from quiz.errors import Conflict, Invalid, Problem
from quiz.files.richtext import to_text
from quiz.models.audit import record
from quiz.models.bank import Bank, Question, QuestionVersion
from quiz.models.calibrating import answers_of, questions_of
from quiz.models.drafting import drafts_of
from quiz.models.versions import add_versions, bank_changed
from quiz.operations.access import EDITING, Actor, editable_bank, missing, readable_banks
from quiz.statistics.classical import Values
from quiz.statistics.irt.anchored import Anchor
from quiz.statistics.irt.fitting import ItemFit, departures
from quiz.statistics.irt.models import STEEP, Fitted, ItemEstimate
from quiz.statistics.irt.persons import abilities
from quiz.statistics.irt.scales import FEWEST_ANSWERS, SLOPES_FROM, Scale, calibration_of
from quiz.statistics.table import CellProblem, bounded

#: Which scale: that of the questions that have a calibration, or a new one, where these students are N(0, 1).
Onto: TypeAlias = Literal["theirs", "new"]
ONTO: Final[tuple[Onto, ...]] = get_args(Onto)
#: The act as the audit log names it.
ACT: Final = "bank.calibrate"
#: An infit or outfit beyond these is odd (Wright & Linacre 1994).
REGULAR, ERRATIC = 0.7, 1.3
#: A location beyond this is told of by few students.
FAR: Final = 4.0
#: By how much of its mark an anchor departs, and in how many standard errors (p = .01), to be told of.
DEPARTS, SURELY = 0.1, 2.58


@dataclass(frozen=True, slots=True)
class Told:
    """What the answers tell of a question. ``calibration`` is what would be written; None where nothing can be."""

    question_id: int
    slug: str
    prompt: str
    #: As it stands in the question.
    before: Calibration | None
    estimate: ItemEstimate
    #: How many answers it rests on.
    n: int
    fit: ItemFit | None
    #: By how much of the mark the answers are above what it expects of those who gave them, −1 to 1.
    above: float
    calibration: Calibration | None
    #: few, erratic, regular, far, steep, negative, easier, harder, gap, typed: by which it is to be doubted.
    doubts: tuple[str, ...]

    @property
    def location(self) -> float:
        """The middle of where its steps lie; 0 where none has a place."""
        b = [place for place in self.estimate.b if place is not None]
        return sum(b) / len(b) if b else 0.0

    @property
    def proposed(self) -> bool:
        """Whether it can be written and nothing speaks against it."""
        return self.calibration is not None and not self.doubts


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A question of which the answers tell nothing: too few, all alike, marks in no even steps, a slope that runs away."""

    question_id: int
    slug: str
    n: int


@dataclass(frozen=True, slots=True)
class Look:
    """What the answers on this site tell of a bank's questions. ``seen`` stands for just this."""

    bank_id: int
    title: str
    #: Whether I may change the bank.
    editable: bool
    onto: Onto
    #: The scale that can be taken: that of the calibrated questions is there where some have answers.
    choices: tuple[Onto, ...]
    until: datetime
    papers: int
    answers: int
    scale: Scale | None
    #: From the easiest to the hardest; those that keep their calibration come behind the others.
    rows: tuple[Told, ...]
    unplaced: tuple[Unplaced, ...]
    #: Questions with answers that were given to another wording, or key, of theirs.
    outdated: int
    abilities: tuple[float, ...]
    seen: str

    @property
    def fitted(self) -> Fitted | None:
        """The model, where there is one."""
        return None if self.scale is None else self.scale.fitted


def look(actor: Actor, bank_id: int, onto: str, until: datetime) -> Look:
    """What the answers that were given until then tell of the questions of a bank that I may read. Writes nothing.

    ``onto``: one of ``ONTO``; *new* wherever the calibrated questions have no answers.
    """
    with reading() as connection:
        bank = connection.execute(readable_banks(actor, Bank).where(Bank.id == bank_id)).first()
        if bank is None:
            raise missing(connection, actor)
        gathered = _gathered(connection, bank, until)
    return _look(gathered, onto, until)


def run(
    actor: Actor,
    bank_id: int,
    onto: str,
    until: datetime,
    slugs: Collection[str],
    seen: str,
    now: datetime,
    words: Callable[[int], tuple[str, str]],
) -> int:
    """Writes what was ``seen`` into the questions of these names: a new version of each. Returns of how many.

    ``words``, of a number of answers: whose they were, kept in the calibrations; and why the versions are made. Raises
    Conflict where something else would be written by now, Invalid where nothing can be; then nothing is written.
    """
    with reading() as connection:
        bank = editable_bank(connection, actor, bank_id, lock=False)
        gathered = _gathered(connection, bank, until)
    found = _look(gathered, onto, until)
    chosen = {one.slug: one.calibration for one in found.rows if one.slug in slugs and one.calibration}
    if found.seen != seen:
        raise Conflict("The answers or the questions have changed since you looked. Look again.")
    if not chosen:
        raise Invalid([Problem("question", "no question is ticked", "tick those that are to be calibrated")])
    rows = [row for row in gathered.questions if row.slug in chosen]
    source, reason = words(found.answers)
    with_source = {slug: one.model_copy(update={"source": source}) for slug, one in chosen.items()}
    return _write(actor, bank_id, rows, with_source, now, reason)


def bring(
    actor: Actor | None,
    bank_id: int,
    table: tuple[str, Sequence[Line]],
    now: datetime,
    reason: str,
    *,
    dry_run: bool = False,
) -> int:
    """Writes the calibrations of a table (the name of its file, its lines) into a bank's questions. Returns into how many.

    A question that has the same already stays as it is. Raises Invalid where a line names no question of the bank.
    """
    name, lines = table
    with reading() as connection:
        editable_bank(connection, actor, bank_id, lock=False)
        given = {line.item: line.calibration for line in lines}
        rows = _current(connection, bank_id, given)
    known = {row.slug for row in rows}
    if lost := [line for line in lines if line.item not in known]:
        what, mend = "the bank has no such question", "write the id of a question of the bank"
        raise Invalid(bounded([CellProblem(line.item, what, mend, line.number, name) for line in lost]))
    changed = [row for row in rows if calibrated(row.content, given[row.slug]) != row.content]
    if changed and not dry_run:
        _write(actor, bank_id, changed, given, now, reason)
    return len(changed)


# Writing -------------------------------------------------------------------------------------------------------------


def _current(connection: Connection, bank_id: int, slugs: Collection[str]) -> Sequence[Row[Any]]:
    """The current versions of the questions of these names."""
    versions = (
        select(QuestionVersion.question_id, QuestionVersion.number, QuestionVersion.content, Question.slug)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Question.bank_id == bank_id, QuestionVersion.current)
    )
    return [
        row for part in parts([*slugs]) for row in connection.execute(versions.where(Question.slug.in_(part)))
    ]


def _write(
    actor: Actor | None,
    bank_id: int,
    rows: Sequence[Row[Any]],
    given: Mapping[str, Calibration],
    now: datetime,
    reason: str,
) -> int:
    changed: list[tuple[int, Authored]] = [
        (row.question_id, load(calibrated(row.content, given[row.slug]))) for row in rows
    ]
    with transaction() as connection:
        editable_bank(connection, actor, bank_id)
        now_there = {(row.question_id, row.number) for row in _current(connection, bank_id, given)}
        typed = drafts_of(connection, [question_id for question_id, _ in changed])
        if typed or not {(row.question_id, row.number) for row in rows} <= now_there:
            raise Conflict(
                "Somebody has changed these questions since you looked, or is writing at them. Look again."
            )
        owner = None if actor is None else actor.id
        add_versions(connection, changed, bank_id, owner, now, reason)
        bank_changed(connection, bank_id, now)
        record(connection, owner, ACT, ("bank", bank_id), now, count=len(changed))
    return len(changed)


# Looking -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What is read of a bank (its row): marks, and the current versions of the questions that they are of."""

    bank: Row[Any]
    answers: Sequence[Row[Any]]
    #: Of these the ones to a question as it is now.
    kept: Sequence[Row[Any]]
    questions: Sequence[Row[Any]]
    #: The ids of those at which somebody is writing.
    typed: Collection[int]


def _gathered(connection: Connection, bank: Row[Any], until: datetime) -> _Gathered:
    answers = answers_of(connection, bank.id, until)
    questions, same = questions_of(connection, answers)
    kept = [row for row in answers if row.version_id in same]
    answered = {row.question_id for row in kept}
    listed = [row for row in questions if row.question_id in answered]
    typed = drafts_of(connection, [row.question_id for row in listed])
    return _Gathered(bank, answers, kept, listed, typed)


def _look(gathered: _Gathered, onto: str, until: datetime) -> Look:
    bank, listed = gathered.bank, gathered.questions
    before = [_before(row) for row in listed]
    anchors = {place: _anchor(one) for place, one in enumerate(before) if one}
    chosen: Onto = "new" if onto == "new" or not anchors else "theirs"
    shares = _shares(gathered.kept, [row.question_id for row in listed])
    scale = calibration_of(shares, anchors if chosen == "theirs" else {}) if listed else None
    figures = _figures(scale)
    told = _told(listed, before, figures, gathered.typed)
    numbers = np.isfinite(shares).sum(axis=0).tolist()
    theta = abilities(scale.fitted, "eap")[0] if scale and scale.fitted else np.zeros(0)
    return Look(
        bank_id=bank.id,
        title=bank.title,
        editable=bank.access in EDITING,
        onto=chosen,
        choices=ONTO if anchors else ("new",),
        until=until,
        papers=scale.used if scale else 0,
        answers=sum(one.n for one in told),
        scale=scale,
        rows=told,
        unplaced=tuple(
            Unplaced(row.question_id, row.slug, numbers[place])
            for place, row in enumerate(listed)
            if place not in figures
        ),
        outdated=len(
            {row.question_id for row in gathered.answers} - {row.question_id for row in gathered.kept}
        ),
        abilities=tuple(theta[np.isfinite(theta)].tolist()),
        seen=_seen(listed, told, chosen),
    )


def _before(row: Row[Any]) -> Calibration | None:
    return load(row.content).calibration if "calibration" in row.content else None


def _anchor(calibration: Calibration) -> Anchor:
    return Anchor(float(calibration.a), tuple(map(float, calibration.b)), float(calibration.c))


def _shares(answers: Sequence[Row[Any]], questions: Sequence[int]) -> Values:
    """Shares of the mark, shape (papers, questions), NaN where a paper has no answer to the question."""
    papers = {one: row for row, one in enumerate(dict.fromkeys(answer.attempt_id for answer in answers))}
    columns = {question: column for column, question in enumerate(questions)}
    shares = np.full((len(papers), len(columns)), np.nan)
    for answer in answers:
        shares[papers[answer.attempt_id], columns[answer.question_id]] = answer.fraction
    return shares


@dataclass(frozen=True, slots=True)
class _Figures:
    """Of a question that is placed."""

    estimate: ItemEstimate
    n: int
    fit: ItemFit
    #: By how much of the mark the answers are above what is expected, and that in standard errors.
    above: tuple[float, float]
    sure: bool


def _figures(scale: Scale | None) -> dict[int, _Figures]:
    """By the question's place in the table."""
    fitted = scale.fitted if scale else None
    if scale is None or fitted is None:
        return {}
    answers = np.isfinite(scale.shares).sum(axis=0)
    sure = fitted.converged and fitted.covariances is not None
    rows = zip(fitted.coded.places.tolist(), scale.fits, departures(fitted), strict=True)
    return {
        int(scale.places[column]): _Figures(fitted.items[column], int(answers[column]), fit, above, sure)
        for column, fit, above in rows
    }


def _told(
    questions: Sequence[Row[Any]],
    before: Sequence[Calibration | None],
    figures: Mapping[int, _Figures],
    typed: Collection[int],
) -> tuple[Told, ...]:
    """What is told of each question that is placed, by its place; ``typed``: somebody is writing at these."""
    found = [
        _one(questions[place], before[place], one, questions[place].question_id in typed)
        for place, one in figures.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.estimate.anchor, one.location, one.slug)))


def _one(row: Row[Any], before: Calibration | None, found: _Figures, typed: bool) -> Told:
    doubts = (*_doubts(found), *(("typed",) if typed else ()))
    writable = (
        found.sure and not found.estimate.anchor and not {"negative", "steep", "gap", "typed"} & {*doubts}
    )
    return Told(
        question_id=row.question_id,
        slug=row.slug,
        prompt=to_text(row.content["prompt"]),
        before=before,
        estimate=found.estimate,
        n=found.n,
        fit=found.fit,
        above=found.above[0],
        calibration=_calibration(found) if writable else None,
        doubts=doubts,
    )


def _doubts(found: _Figures) -> list[str]:
    """By what the figures of a question are to be doubted."""
    one, (above, errors) = found.estimate, found.above
    b = [location for location in one.b if location is not None]
    judged = found.n >= FEWEST_ANSWERS
    odd = [figure for figure in (found.fit.infit, found.fit.outfit) if judged and figure is not None]
    departs = one.anchor and judged and abs(above) >= DEPARTS and abs(errors) > SURELY
    holds = {
        "few": found.n < SLOPES_FROM and not one.anchor,
        "negative": one.a is not None and one.a <= 0,
        "steep": one.a is not None and one.a > STEEP,
        "gap": len(b) < len(one.b) or not b,
        "far": any(abs(location) > FAR for location in b),
        "erratic": any(figure > ERRATIC for figure in odd),
        "regular": any(figure < REGULAR for figure in odd),
        "easier": departs and above > 0,
        "harder": departs and above < 0,
    }
    return [doubt for doubt, does in holds.items() if does]


def _calibration(found: _Figures) -> Calibration | None:
    """What would be written; None where no question can have it."""
    one = found.estimate
    b = [location for location in one.b if location is not None]
    if one.a is None or any(abs(location) > FARTHEST for location in b):
        return None
    return estimated(one.a, b, found.n)


def _seen(questions: Sequence[Row[Any]], told: Sequence[Told], onto: Onto) -> str:
    versions = [f"{row.question_id}:{row.number}" for row in questions]
    return sha256(repr([onto, versions, [one.calibration for one in told]]).encode()).hexdigest()
