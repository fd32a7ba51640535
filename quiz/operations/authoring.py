"""Writing questions in the browser: every edit a new version, nothing is ever overwritten."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, chain, count
from typing import Any, NamedTuple

from sqlalchemy import Row, insert, select, update
from sqlalchemy.engine import Connection

from quiz.assembly.dice import Dice
from quiz.assembly.draw import item_of, shown_order
from quiz.banks.findings import Finding
from quiz.banks.images import among, bound
from quiz.banks.loading import is_family, load
from quiz.banks.model import Bank as LoadedBank
from quiz.banks.model import Question as LoadedQuestion
from quiz.banks.model import Topic
from quiz.banks.translations import own_language
from quiz.db import reading, transaction
from quiz.errors import Conflict, EditConflict, Forbidden, Invalid, NotFound, Problem, Said
from quiz.files.richtext import media_address
from quiz.lint.inspect import hindrances, inspect_question, mended
from quiz.lint.mending import Patch
from quiz.models.audit import record
from quiz.models.bank import (
    LONGEST_LANGUAGE,
    LONGEST_REASON,
    LONGEST_TITLE,
    LONGEST_TOPIC,
    Bank,
    Question,
    QuestionVersion,
    new_bank,
    topics_of,
)
from quiz.models.discarding import discard, is_empty
from quiz.models.drafting import forget
from quiz.models.media import folder_of
from quiz.models.people import User
from quiz.models.reviewing import Marked, Outcome, outcome_of
from quiz.models.versions import add_versions, bank_changed
from quiz.operations.access import (
    AUTHORING,
    EDITING,
    Actor,
    demand_role,
    editable_bank,
    missing,
    readable_banks,
)
from quiz.questions.base import Presented
from quiz.questions.images import digest_of_pin, references, size_of_pin

#: Characters of all texts of a question together.
LONGEST_QUESTION = 200_000


class ImageFile(NamedTuple):
    """An image of a bank: where it lies on our pages, and its size in pixels."""

    address: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A question as its author works on it. ``fields`` is the flat form of bank files; ``number`` the version seen."""

    bank_id: int
    bank_title: str
    bank: str
    access: str
    question_id: int | None
    number: int
    current: bool
    fields: Mapping[str, Any]
    #: Titles of the bank's documents by id, and the topics of its questions.
    documents: Mapping[str, str]
    topics: tuple[str, ...]
    #: The bank's images by name.
    images: Mapping[str, ImageFile]
    #: Whatever has been the id of a part in any version of the question: never to be given to another part.
    used: frozenset[str]

    @property
    def editable(self) -> bool:
        """Whether I may change the bank."""
        return self.access in EDITING


#: Why a family of questions has no form.
MADE_ELSEWHERE = (
    "This is a family of questions. It is changed in its bank file, which is then imported again."
)


@dataclass(frozen=True, slots=True)
class BankHead:
    """What can be changed at a bank's head; "" for what it does not say."""

    id: int
    title: str
    perspective: str
    licence: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in a question's history; ``changed`` names the fields that differ from the one before."""

    number: int
    created_at: datetime
    by: str | None
    #: Why, in the words of who made it; "" = they do not say.
    reason: str
    status: str
    current: bool
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TryOut:
    """A question that is not saved, as a student would see it; with an answer, how that would fare."""

    presented: Presented
    outcome: Outcome | None
    complaints: tuple[str, ...]
    #: What the rules of good questions say to it, each with what a click would change (None: only a person can mend it).
    findings: tuple[tuple[Finding, Patch | None], ...] = ()


# Banks -----------------------------------------------------------------------------------------------------------


def add_bank(actor: Actor, slug: str, title: str, language: str, now: datetime) -> int:
    """Makes an empty bank of mine; without a slug one is made of the title. Returns its id."""
    with transaction() as connection:
        demand_role(connection, actor, AUTHORING)
        slug = slug or _new_bank_slug(connection, actor, title)
        bank = _loaded({"bank": slug, "title": title, "language": language})
        bank_id = new_bank(connection, bank, actor.id, now)
        if bank_id is None:
            what = Said("you have a bank '%(slug)s' already", slug=bank.slug)
            raise Invalid([Problem("bank", what, "choose another name")])
        record(connection, actor.id, "bank.add", ("bank", bank_id), now)
    return bank_id


def delete_bank(actor: Actor, bank_id: int, now: datetime) -> str:
    """Deletes a bank of mine in which nothing stands. Returns its title. Raises Conflict where something does."""
    with transaction() as connection:
        bank = editable_bank(connection, actor, bank_id)
        if bank.access != "own":
            raise Forbidden
        if not is_empty(connection, bank_id):
            raise Conflict(
                "Questions stand in this bank, be they retired or just begun, or a published quiz draws from it: it cannot be deleted."
            )
        discard(connection, bank_id)
        record(connection, actor.id, "bank.delete", ("bank", bank_id), now, title=bank.title)
    title: str = bank.title
    return title


def bank_head(actor: Actor, bank_id: int) -> BankHead:
    """What stands at the head of a bank that I may change; Forbidden where I may only read it."""
    with reading() as connection:
        bank = editable_bank(connection, actor, bank_id, lock=False)
    head = bank.header
    return BankHead(bank_id, bank.title, head.get("perspective", ""), head.get("licence", ""))


def edit_bank(actor: Actor, bank_id: int, title: str, perspective: str, licence: str, now: datetime) -> None:
    """Changes what stands at a bank's head."""
    changed = {"title": title, "perspective": perspective or None, "licence": licence or None}
    _change_header(actor, bank_id, lambda _header: changed, now)


def bank_topics(actor: Actor, bank_id: int) -> tuple[BankHead, dict[str, Topic]]:
    """The topics of a bank that I may change: those of its questions, those above them, and others that it tells of.

    Each with what the bank says of it. Forbidden where I may only read the bank.
    """
    with reading() as connection:
        bank = editable_bank(connection, actor, bank_id, lock=False)
        names = topics_of(connection, bank_id)
    told = LoadedBank.load(bank.header).topics
    every = {above for name in names for above in accumulate(name.split("/"), "{}/{}".format)}
    listed = {name: told.get(name, Topic()) for name in sorted(filter(None, every | told.keys()))}
    return BankHead(bank_id, bank.title, "", ""), listed


def edit_topics(actor: Actor, bank_id: int, texts: Mapping[str, Mapping[str, str]], now: datetime) -> None:
    """Says these things of topics, by their names; what is not among them stays as it is, "" says nothing any more."""

    def changed(header: Mapping[str, Any]) -> dict[str, Any]:
        told = header.get("topics", {})
        both = {**told, **{name: {**told.get(name, {}), **said} for name, said in texts.items()}}
        fields = {name: {field: text for field, text in one.items() if text} for name, one in both.items()}
        return {"topics": {name: one for name, one in fields.items() if one}}

    _change_header(actor, bank_id, changed, now)


def _change_header(
    actor: Actor,
    bank_id: int,
    changed: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    now: datetime,
) -> None:
    """Gives a bank's header these fields, None: none. Raises Invalid."""
    with transaction() as connection:
        bank = editable_bank(connection, actor, bank_id)
        whole = {**bank.header, **changed(bank.header)}
        kept = {name: value for name, value in whole.items() if value is not None}
        loaded = _loaded(kept)
        connection.execute(
            update(Bank).where(Bank.id == bank_id).values(title=loaded.title, header=loaded.header())
        )
        bank_changed(connection, bank_id, now)
        record(connection, actor.id, "bank.edit", ("bank", bank_id), now)


def _loaded(header: Mapping[str, Any]) -> LoadedBank:
    """The bank of this head. Raises Invalid, also where it is longer than the store takes."""
    bank = LoadedBank.load(header)
    bounds = (("title", LONGEST_TITLE), ("language", LONGEST_LANGUAGE))
    problems = [
        Problem(name, "this is too long", Said("use up to %(most)s characters", most=most))
        for name, most in bounds
        if len(getattr(bank, name)) > most
    ]
    if problems:
        raise Invalid(problems)
    return bank


# Questions ---------------------------------------------------------------------------------------------------------


def new_sheet(actor: Actor, bank_id: int) -> Sheet:
    """An empty sheet for a new question of this bank. Forbidden where I may not change it."""
    with reading() as connection:
        bank = editable_bank(connection, actor, bank_id, lock=False)
        return _sheet(connection, bank, None, 0, current=True, fields={}, used=frozenset())


def sheet(actor: Actor, question_id: int, number: int | None = None) -> Sheet:
    """A version of a question (None = the current one) for those who may read its bank."""
    with reading() as connection:
        return _version(connection, actor, question_id, number)


def edit_sheet(actor: Actor, question_id: int, number: int | None = None) -> Sheet:
    """The same for those who may change it; Forbidden to those who may only read it."""
    with reading() as connection:
        found = _version(connection, actor, question_id, number)
        if not found.editable:
            raise Forbidden
        if is_family(found.fields):
            raise Conflict(MADE_ELSEWHERE)
        return found


def _version(connection: Connection, actor: Actor, question_id: int, number: int | None) -> Sheet:
    bank = connection.execute(
        readable_banks(actor, Bank)
        .join(Question, Question.bank_id == Bank.id)
        .where(Question.id == question_id)
    ).first()
    if bank is None:
        raise missing(connection, actor)
    versions = connection.execute(
        select(QuestionVersion.number, QuestionVersion.current, QuestionVersion.content).where(
            QuestionVersion.question_id == question_id
        )
    ).all()
    wanted = [one for one in versions if (one.current if number is None else one.number == number)]
    if not wanted:
        raise NotFound
    used = frozenset(name for one in versions for name in _part_ids(one.content))
    one = wanted[0]
    return _sheet(
        connection, bank, question_id, one.number, current=one.current, fields=one.content, used=used
    )


def _sheet(
    connection: Connection, bank: Row[Any], question_id: int | None, number: int, **version: Any
) -> Sheet:
    documents = bank.header.get("documents", {})
    return Sheet(
        bank_id=bank.id,
        bank_title=bank.title,
        bank=bank.slug,
        access=bank.access,
        question_id=question_id,
        number=number,
        documents={name: document["title"] for name, document in documents.items()},
        topics=topics_of(connection, bank.id),
        images={
            name: ImageFile(media_address(digest_of_pin(pin)), *size_of_pin(pin))
            for name, pin in sorted(folder_of(connection, bank.id).items())
        },
        **version,
    )


def _part_ids(value: Any) -> Iterator[str]:
    """Whatever may be the id of a part in a question's canonical form: keys, and values that are called id."""
    if isinstance(value, Mapping):
        yield from value
        yield from (value[name] for name in ("id", "choice_id") if name in value)
    if isinstance(value, Mapping | list):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _part_ids(part)


def try_out(
    actor: Actor,
    bank_id: int,
    fields: Mapping[str, Any],
    raw: Mapping[str, list[str]] | None,
    language: str = "",
) -> TryOut:
    """Shows a question that is not saved as a student sees it; with an answer, scores that. Writes nothing.

    In the ``language``, where it has that one.
    """
    with reading() as connection:
        bank = connection.execute(readable_banks(actor, Bank).where(Bank.id == bank_id)).first()
        if bank is None:
            raise missing(connection, actor)
        if is_family(fields):
            raise Conflict(MADE_ELSEWHERE)
        fields = _bound(connection, bank_id, fields)
    question = _load(bank.slug, fields, fields.get("id") or "preview").in_language(language)
    order = list(shown_order(item_of(question), 1, Dice(0), shuffle=False))
    presented = question.present(order)
    found = inspect_question(question, bank.language, sourced=_is_sourced(bank))
    findings = tuple((one, mended(question, bank.language, one)) for one in found)
    if raw is None:
        return TryOut(presented, None, (), findings)
    parsed = question.parse(raw, order)
    fraction = question.score(parsed.response).fraction
    share = None if fraction is None else float(fraction)
    points = float(question.points)
    marked = Marked(share, None if share is None else share * points, points, share)
    everything = frozenset({"attempt", "marks", "max", "right_wrong", "answer", "feedback", "explanation"})
    outcome = outcome_of(question, bank.header, parsed.response, order, marked, points, everything)
    return TryOut(presented, outcome, parsed.complaints, findings)


def save_question(
    actor: Actor,
    bank_id: int,
    question_id: int | None,
    number: int,
    fields: Mapping[str, Any],
    now: datetime,
    reason: str = "",
) -> tuple[int, int]:
    """Saves a new question (``question_id`` None), or a new version of one, and why. Returns its id and version number.

    My draft of it has then done its work.
    ``number`` is the version that the author began with: EditConflict where somebody has saved a later one. Equal
    content makes no new version. Raises Invalid with every problem at its field; in a question that is ready also with
    what the rules of good questions call an error.
    """
    with transaction() as connection:
        bank = editable_bank(connection, actor, bank_id)
        twice = [*own_language(fields.get("translations", {}), bank.language)]
        if twice:
            raise Invalid(twice)
        if len(reason) > LONGEST_REASON:
            mend = Said("use up to %(most)s characters", most=LONGEST_REASON)
            raise Invalid([Problem("reason", "this is too long", mend)])
        fields = _bound(connection, bank_id, fields)
        forget(connection, actor.id, bank_id, question_id, str(fields.get("type", "")))
        if question_id is None:
            slug = _new_slug(connection, bank_id, fields)
            question = _load(bank.slug, fields, slug)
            _demand_good(question, bank.language, sourced=_is_sourced(bank))
            question_id = connection.execute(
                insert(Question).values(bank_id=bank_id, slug=slug).returning(Question.id)
            ).scalar_one()
        else:
            present = _present(connection, bank_id, question_id, actor)
            if present.number != number:
                raise EditConflict(number=present.number)
            if present.item.get("family"):
                raise Conflict(MADE_ELSEWHERE)
            question = _load(bank.slug, fields, present.slug)
            if question.digest == present.digest:
                return question_id, number
            _demand_good(question, bank.language, sourced=_is_sourced(bank))
        add_versions(connection, [(question_id, question)], bank_id, actor.id, now, reason)
        bank_changed(connection, bank_id, now)
        record(connection, actor.id, "question.save", ("question", question_id), now, version=number + 1)
    return question_id, number + 1


def _is_sourced(bank: Row[Any]) -> bool:
    """Whether a bank has documents, on which its keys rest: then every one of its questions that is ready names its own."""
    return bool(bank.header.get("documents"))


def _demand_good(question: LoadedQuestion, language: str, *, sourced: bool) -> None:
    """Raises Invalid where a question that is ready breaks a rule of severity error without giving a reason."""
    if question.status != "ready":
        return
    problems = [
        Problem(
            found.where,
            found.message,
            Said("%(fix)s; or save it as a draft (%(rule)s)", fix=Said(found.fix), rule=found.rule),
        )
        for found in hindrances(question, language, sourced=sourced)
    ]
    if problems:
        raise Invalid(problems)


def _bound(connection: Connection, bank_id: int, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The question with its images as the bank has them now, or as the version it began with had them."""
    if next(references(fields), None) is None:
        return {name: value for name, value in fields.items() if name != "images"}
    return bound(fields, among(folder_of(connection, bank_id), fields.get("images", {})))


def _load(bank: str, fields: Mapping[str, Any], slug: str) -> LoadedQuestion:
    """The question. Raises Invalid, also where it is longer than the store takes."""
    question = LoadedQuestion.load({**fields, "bank": bank, "id": slug})
    if len(question.topic) > LONGEST_TOPIC:
        raise Invalid(
            [Problem("topic", "this is too long", Said("use up to %(most)s characters", most=LONGEST_TOPIC))]
        )
    if len(str(question.dump())) > LONGEST_QUESTION:
        what = Said("the question is longer than %(most)s characters", most=LONGEST_QUESTION)
        raise Invalid([Problem("prompt", what, "make several questions of it")])
    return question


def _present(connection: Connection, bank_id: int, question_id: int, actor: Actor) -> Row[Any]:
    found = connection.execute(
        select(QuestionVersion.number, QuestionVersion.digest, QuestionVersion.item, Question.slug)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Question.id == question_id, Question.bank_id == bank_id, QuestionVersion.current)
    ).first()
    if found is None:
        raise missing(connection, actor)
    return found


def _new_slug(connection: Connection, bank_id: int, fields: Mapping[str, Any]) -> str:
    """The id that the author gives, or one made of the prompt's first words; numbered where it is taken."""
    given = str(fields.get("id") or "")
    taken = set(connection.execute(select(Question.slug).where(Question.bank_id == bank_id)).scalars())
    if given:
        if given in taken:
            what = Said("there is a question '%(given)s' already", given=given)
            raise Invalid([Problem("id", what, "choose another id")])
        return given
    return _untaken(_slug_of(str(fields.get("prompt", ""))) or "question", taken)


def _new_bank_slug(connection: Connection, actor: Actor, title: str) -> str:
    """One made of the title's first words; numbered where I have such a bank."""
    taken = set(connection.execute(select(Bank.slug).where(Bank.owner_id == actor.id)).scalars())
    return _untaken(_slug_of(title) or "bank", taken)


def _slug_of(text: str) -> str:
    """The first words of a text as a slug; "" where it has no Latin letters or digits."""
    return "-".join(re.findall(r"[a-z0-9]+", text.casefold())[:6])[:60].strip("-")


def _untaken(slug: str, taken: Collection[str]) -> str:
    """The slug, numbered where it is taken."""
    numbered = (f"{slug}-{number}" for number in count(2))
    return next(one for one in chain([slug], numbered) if one not in taken)


def history(actor: Actor, question_id: int) -> list[VersionRow]:
    """The versions of a question, the newest first, and what each of them changed."""
    with reading() as connection:
        rows = connection.execute(
            readable_banks(
                actor,
                QuestionVersion.number,
                QuestionVersion.created_at,
                QuestionVersion.created_by,
                QuestionVersion.reason,
                QuestionVersion.status,
                QuestionVersion.current,
                QuestionVersion.content,
            )
            .join(QuestionVersion, QuestionVersion.bank_id == Bank.id)
            .where(QuestionVersion.question_id == question_id)
            .order_by(QuestionVersion.number)
        ).all()
        if not rows:
            raise missing(connection, actor)
        makers = [row.created_by for row in rows if row.created_by is not None]
        names = dict(connection.execute(select(User.id, User.name).where(User.id.in_(makers))).tuples().all())
    found = []
    before: Mapping[str, Any] = {}
    for row in rows:
        changed = sorted(
            name for name in {*before, *row.content} if before.get(name) != row.content.get(name)
        )
        found.append(
            VersionRow(
                number=row.number,
                created_at=row.created_at,
                by=names.get(row.created_by),
                reason=row.reason,
                status=row.status,
                current=row.current,
                changed=tuple(changed) if before else (),
            )
        )
        before = row.content
    return found[::-1]


def restore(actor: Actor, question_id: int, number: int, now: datetime, reason: str = "") -> int:
    """Makes an earlier version current again, as a new version, and says why. Returns its number; the current one stays as it is."""
    with transaction() as connection:
        row = connection.execute(
            select(QuestionVersion).where(
                QuestionVersion.question_id == question_id, QuestionVersion.number == number
            )
        ).first()
        if row is None:
            raise missing(connection, actor)
        bank = editable_bank(connection, actor, row.bank_id)
        if row.current:
            return number
        slug = connection.execute(select(Question.slug).where(Question.id == question_id)).scalar_one()
        fields = {**row.content, "bank": bank.slug, "id": slug}  # it may have moved here since
        restored = load(_bound(connection, row.bank_id, fields))
        add_versions(connection, [(question_id, restored)], row.bank_id, actor.id, now, reason)
        bank_changed(connection, row.bank_id, now)
        newest: int = connection.execute(
            select(QuestionVersion.number).where(
                QuestionVersion.question_id == question_id, QuestionVersion.current
            )
        ).scalar_one()
        record(
            connection,
            actor.id,
            "question.restore",
            ("question", question_id),
            now,
            version=newest,
            of=number,
        )
    return newest
