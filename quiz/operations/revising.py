"""One change to many questions of a bank, looked at first, made in one transaction, and taken back by ``undoing``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlalchemy.engine import Connection

from quiz.banks.findings import Finding
from quiz.banks.loading import load
from quiz.banks.revising import Canonical, Change, differences
from quiz.db import reading, transaction
from quiz.errors import Conflict, Invalid, Problem, Said
from quiz.files.richtext import to_text
from quiz.lint.inspect import hindrances
from quiz.models.audit import record
from quiz.models.bank import LONGEST_REASON, LONGEST_TOPIC, Question, QuestionVersion, topics_of
from quiz.models.choosing import Selection, selected
from quiz.models.drafting import drafts_of
from quiz.models.searching import tags_of
from quiz.models.transferring import lacking_quizzes
from quiz.models.versions import add_versions, bank_changed
from quiz.operations.access import Actor, editable_bank, titles_of

#: Questions that are changed at once.
MOST: Final = 10_000
#: The act as the audit log names it.
ACT: Final = "bank.revise"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A bank, how many of its questions are selected, and the topics and tags that it has."""

    bank_id: int
    title: str
    count: int
    topics: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Revised:
    """A question that would be changed: its fields by name, with the value before and after."""

    question_id: int
    slug: str
    prompt: str
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A question that is left as it is: somebody has typed something for it, or the rules keep it from being ready."""

    question_id: int
    slug: str
    #: Who has a draft of it, and since when.
    drafts: tuple[tuple[str, datetime], ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What a change would do. ``seen`` stands for just this, so that nothing else is done after it was agreed to."""

    total: int
    revised: tuple[Revised, ...]
    refused: tuple[Refused, ...]
    #: Published quizzes that would lack questions, since these are no longer ready; "" = one that I do not teach.
    lacking: tuple[str, ...]
    seen: str

    @property
    def unchanged(self) -> int:
        """Questions that are so already."""
        return self.total - len(self.revised) - len(self.refused)


def look(
    actor: Actor,
    bank_id: int,
    selection: Selection,
    change: Change,
    now: datetime,
    *,
    over_drafts: bool = False,
) -> Look:
    """What a change would do to the selected questions of a bank that I may change. Writes nothing.

    ``over_drafts``: also those that somebody is writing at; they are shown both versions when they save. Raises Invalid
    where nothing is to be changed, nothing is selected, or a value is none that a question can have.
    """
    with reading() as connection:
        bank = editable_bank(connection, actor, bank_id, lock=False)
        plan = _plan(connection, bank, selection, change, over_drafts=over_drafts)
        lacking = titles_of(connection, actor, lacking_quizzes(connection, bank_id, plan.put_away(), now))
    return plan.look(lacking)


def chosen(actor: Actor, bank_id: int, selection: Selection) -> Chosen:
    """What a form for a change shows, for a bank that I may change."""
    with reading() as connection:
        bank = editable_bank(connection, actor, bank_id, lock=False)
        count = _selected(connection, bank_id, selection).with_only_columns(func.count()).order_by(None)
        return Chosen(
            bank_id=bank_id,
            title=bank.title,
            count=connection.execute(count).scalar_one(),
            topics=topics_of(connection, bank_id),
            tags=tags_of(connection, bank_id),
        )


def run(
    actor: Actor,
    bank_id: int,
    selection: Selection,
    change: Change,
    seen: str,
    now: datetime,
    reason: str = "",
    *,
    over_drafts: bool = False,
) -> int:
    """Makes the change that was ``seen``: a new version of each question. Returns of how many.

    Raises Conflict where it would do something else by now, and what ``look`` raises; then nothing is written.
    """
    if len(reason) > LONGEST_REASON:
        mend = Said("use up to %(most)s characters", most=LONGEST_REASON)
        raise Invalid([Problem("reason", "this is too long", mend)])
    with reading() as connection:  # and load them before others have to wait
        bank = editable_bank(connection, actor, bank_id, lock=False)
        plan = _plan(connection, bank, selection, change, over_drafts=over_drafts)
        changed = [(row.question_id, load(fields)) for row, fields in plan.changed]
    with transaction() as connection:
        editable_bank(connection, actor, bank_id)
        if plan.seen != seen or not _still(connection, bank_id, selection, plan, over_drafts=over_drafts):
            raise Conflict("The questions have changed since you looked. Look again.")
        if not changed:
            return 0
        add_versions(connection, changed, bank_id, actor.id, now, reason)
        bank_changed(connection, bank_id, now)
        record(connection, actor.id, ACT, ("bank", bank_id), now, count=len(changed))
    return len(changed)


@dataclass(frozen=True)
class _Plan:
    """The selected questions: as they are, what they would be, and what stands against it."""

    change: Change
    rows: Sequence[Row[Any]]
    changed: Sequence[tuple[Row[Any], dict[str, Any]]]
    refused: Sequence[tuple[Row[Any], Refused]]

    @property
    def seen(self) -> str:
        """Stands for which versions become what."""
        parts = [f"{row.question_id}:{row.number}" for row, _ in self.changed]
        return sha256(" ".join([repr(self.change), str(len(self.rows)), *parts]).encode()).hexdigest()

    def put_away(self) -> frozenset[str]:
        """The ids of questions that are ready, and will not be."""
        return frozenset(
            row.slug
            for row, fields in self.changed
            if row.content.get("status", "ready") == "ready" != fields.get("status", "ready")
        )

    def look(self, lacking: tuple[str, ...]) -> Look:
        revised = tuple(
            Revised(
                row.question_id,
                row.slug,
                to_text(row.content["prompt"]),
                tuple(differences(row.content, fields)),
            )
            for row, fields in self.changed
        )
        refused = tuple(one for _, one in self.refused)
        return Look(len(self.rows), revised, refused, lacking, self.seen)


def _selected(connection: Connection, bank_id: int, selection: Selection) -> Any:
    return (
        select(QuestionVersion.question_id, Question.slug, QuestionVersion.number, QuestionVersion.content)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(
            Question.bank_id == bank_id, QuestionVersion.current, *selected(connection, bank_id, selection)
        )
        .order_by(QuestionVersion.topic, Question.slug)
    )


def _plan(
    connection: Connection, bank: Row[Any], selection: Selection, change: Change, *, over_drafts: bool
) -> _Plan:
    canonical = _demand_sense(change)
    rows = connection.execute(_selected(connection, bank.id, selection).limit(MOST + 1)).all()
    if not rows:
        raise Invalid([Problem("", "no question is selected", "tick some, or search for others")])
    if len(rows) > MOST:
        what = Said("more than %(most)s questions are selected", most=MOST)
        raise Invalid([Problem("", what, "narrow the search, and change them in several steps")])
    different = [(row, fields) for row in rows if (fields := canonical.of(row.content)) != row.content]
    drafts = {} if over_drafts else drafts_of(connection, [row.question_id for row, _ in different])
    judged = [(row, fields, _refusal(bank, row, fields, drafts)) for row, fields in different]
    return _Plan(
        change,
        rows,
        [(row, fields) for row, fields, refusal in judged if refusal is None],
        [(row, refusal) for row, _, refusal in judged if refusal is not None],
    )


def _still(
    connection: Connection, bank_id: int, selection: Selection, plan: _Plan, *, over_drafts: bool
) -> bool:
    """Whether just these versions are selected, and nobody has begun to write at what is to be changed."""
    versions = _selected(connection, bank_id, selection).with_only_columns(
        QuestionVersion.question_id, QuestionVersion.number
    )
    same = {(row.question_id, row.number) for row in connection.execute(versions)} == {
        (row.question_id, row.number) for row in plan.rows
    }
    changed = [row.question_id for row, _ in plan.changed]
    return same and (over_drafts or not drafts_of(connection, changed))


def _demand_sense(change: Change) -> Canonical:
    """Raises Invalid where nothing is to be changed, or to something that no question can be."""
    if not change:
        raise Invalid([Problem("", "nothing is to be changed", "fill at least one field")])
    if len(change.topic or "") > LONGEST_TOPIC:
        raise Invalid(
            [Problem("topic", "this is too long", Said("use up to %(most)s characters", most=LONGEST_TOPIC))]
        )
    return change.canonical()


def _refusal(
    bank: Row[Any],
    row: Row[Any],
    fields: Mapping[str, Any],
    drafts: Mapping[int, list[tuple[str, datetime]]],
) -> Refused | None:
    """Why the question is left as it is; None: it is not."""
    of_it = tuple(drafts.get(row.question_id, ()))
    becomes_ready = fields.get("status", "ready") == "ready" != row.content.get("status", "ready")
    sourced = bool(bank.header.get("documents"))
    findings = tuple(hindrances(load(fields), bank.language, sourced=sourced)) if becomes_ready else ()
    return Refused(row.question_id, row.slug, of_it, findings) if of_it or findings else None
