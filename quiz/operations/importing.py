"""Brings banks in: from a file's text to versions in the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, or_, select, update
from sqlalchemy.engine import Connection

from quiz.banks.findings import Finding
from quiz.banks.images import FOLDER, Pictures, among
from quiz.banks.loading import load
from quiz.banks.model import Authored
from quiz.banks.model import Bank as LoadedBank
from quiz.banks.yaml import BankProblem, read_bank, read_mapping
from quiz.db import parts, reading, transaction
from quiz.errors import Invalid, Problem, Said
from quiz.files.richtext import to_text
from quiz.lint.inspect import findings_of_all, is_sourced
from quiz.models.audit import record
from quiz.models.bank import (
    LONGEST_LANGUAGE,
    LONGEST_TITLE,
    LONGEST_TOPIC,
    LONGEST_VARIANT,
    Bank,
    BankShare,
    Question,
    QuestionVersion,
    new_bank,
)
from quiz.models.media import folder_of, keep_images
from quiz.models.versions import add_versions, bank_changed
from quiz.operations.access import AUTHORING, Actor, demand_role, readable_banks

#: Questions whose beginning is shown before they are imported, and characters of it.
MOST_SHOWN: Final = 100
LONGEST_SHOWN: Final = 120


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do: ids of questions by what happened to them."""

    bank: str
    bank_id: int | None
    title: str
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    #: In the database, but no longer in the file; retired only where that was asked for.
    gone: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    #: Files of images that came with the bank and are shown by its questions.
    images: tuple[str, ...] = ()
    #: What keeps questions that the file calls ready from being so: they come in as drafts.
    hindrances: tuple[Finding, ...] = ()
    #: What else the rules say to questions that are not stored yet.
    advice: tuple[Finding, ...] = ()
    #: How the questions that are new or changed begin, by id.
    prompts: Mapping[str, str] = field(default_factory=dict)


def import_bank(
    actor: Actor | None,
    text: str,
    name: str,
    now: datetime,
    *,
    pictures: Pictures | None = None,
    dry_run: bool = False,
    prune: bool = False,
) -> ImportReport:
    """Imports a bank file: same id and digest nothing, changed a new version, gone listed.

    A question that breaks a rule of severity error without giving a reason comes in as a draft, whatever it calls itself.
    ``actor`` None is the command line: the bank is then a shipped one, usable by every author. ``name`` stands in
    messages. ``pictures`` are the files that came with the text, images and tables; without them those count that the bank has
    already. Raises Invalid with all faults of the file; then nothing is written.
    """
    find = pictures.find if pictures else among(_folder(actor, text))
    bank = read_bank(text, name, find, pictures.read if pictures else None)
    too_long = [*_too_long(bank), *_wrong_variants(bank)]
    if too_long:
        raise Invalid(too_long)
    found = _findings(bank)
    hindrances = tuple(one for one in found if one.severity == "error")
    authored = _as_drafts(bank.by_id, {one.question for one in hindrances})
    with transaction() as connection:
        owner_id = None
        if actor is not None:
            demand_role(connection, actor, AUTHORING)
            owner_id = actor.id
        bank_id, made = _editable(connection, bank.slug, owner_id), None
        if bank_id is None and not dry_run:
            made = new_bank(connection, bank, owner_id, now)
            # where somebody else has made it meanwhile: compare with what they wrote
            bank_id = made or _editable(connection, bank.slug, owner_id)
        report = _compare(connection, bank, authored, bank_id, prune=prune)
        images = pictures.images if pictures else {}
        report = replace(
            report,
            images=tuple(images),
            hindrances=hindrances,
            advice=tuple(one for one in found if one.severity != "error"),
            prompts=_prompts(authored, [*report.new, *report.changed]),
        )
        if dry_run or bank_id is None:
            return report
        said = _write_header(connection, bank, bank_id, now)
        topics = said if made is None else [*bank.topics]
        keep_images(connection, bank_id, images)
        brought = {"made": made is not None, "added": {"documents": [], "stimuli": [], "topics": topics}}
        return _write(connection, authored, bank_id, report, brought, owner_id, now)


#: Banks of one's own to choose from when questions are brought in.
MOST_TARGETS: Final = 500


def headers_of(actor: Actor) -> dict[str, dict[str, Any]]:
    """The headers of the banks into which an author may bring questions, by name, in the order of their titles."""
    with reading() as connection:
        rows = connection.execute(
            readable_banks(actor, Bank.slug, Bank.header, Bank.title, Bank.owner_id)
            .where(or_(Bank.owner_id == actor.id, BankShare.right == "edit"))
            .order_by(Bank.title, Bank.id)
            .limit(MOST_TARGETS)
        ).all()
    own_last = sorted(rows, key=lambda row: row.owner_id == actor.id)  # of two of one name my own is meant
    found = {row.slug: row.header for row in own_last}
    return dict(sorted(found.items(), key=lambda one: one[1]["title"]))


def _folder(actor: Actor | None, text: str) -> dict[str, str]:
    """The images that the bank of this text has already, by name; none are looked for where it names none."""
    if f"{FOLDER}/" not in text:
        return {}
    try:
        slug = read_mapping(text)[0].get("bank")
    except Invalid:  # said with all the other faults, when the bank is read
        return {}
    return images_of(actor, str(slug))


def images_of(actor: Actor | None, slug: str) -> dict[str, str]:
    """The images of a bank into which one may bring questions, by name; none where there is no such bank."""
    with reading() as connection:
        bank_id = _editable(connection, slug, actor.id if actor else None)
        return {} if bank_id is None else folder_of(connection, bank_id)


def _too_long(bank: LoadedBank) -> Iterator[Problem]:
    """What the columns of the store do not hold."""
    for where, value, most in (
        ("title", bank.title, LONGEST_TITLE),
        ("language", bank.language, LONGEST_LANGUAGE),
    ):
        if len(value) > most:
            yield BankProblem(where, "this is too long", Said("use up to %(most)s characters", most=most))
    for question in bank.authored:
        if len(question.topic) > LONGEST_TOPIC:
            mend = Said("use up to %(most)s characters", most=LONGEST_TOPIC)
            yield BankProblem("topic", "this is too long", mend, question=question.qualified)


def _wrong_variants(bank: LoadedBank) -> Iterator[Problem]:
    """What is wrong with variants of its families, at any date; keys that the store does not hold.

    Families that are stored already, in any version, have been looked through when they were.
    """
    stored = _stored([family.digest for family in bank.families])
    for family in bank.families:
        if family.digest in stored:
            continue
        for problem in family.faults():
            yield BankProblem(problem.where, problem.what, problem.mend, question=family.qualified)
        longest = max(map(len, family.every_key()), default=0)
        if longest > LONGEST_VARIANT:
            what = Said("the key of a variant has %(most)s characters", most=longest)
            mend = Said("up to %(most)s: take fewer rows, or give them shorter keys", most=LONGEST_VARIANT)
            yield BankProblem("take", what, mend, question=family.qualified)


def _stored(digests: Sequence[str]) -> set[str]:
    """Which of these contents there are in the store."""
    with reading() as connection:
        return {
            digest
            for part in parts(digests)
            for digest in connection.execute(
                select(QuestionVersion.digest).where(QuestionVersion.digest.in_(part))
            ).scalars()
        }


def _findings(bank: LoadedBank) -> list[Finding]:
    """What the rules say to its ready questions; those that are stored already, in any version, have been looked through."""
    ready = [one for one in bank.authored if one.status == "ready"]
    stored = _stored([one.digest for one in ready])
    fresh = [one for one in ready if one.digest not in stored]
    return findings_of_all(fresh, bank.language, sourced=is_sourced(bank))


def _prompts(authored: Mapping[str, Authored], slugs: Sequence[str]) -> dict[str, str]:
    """How these questions begin; of a family one of them."""
    samples = {slug: authored[slug].sample() for slug in slugs[:MOST_SHOWN]}
    return {slug: to_text(one.prompt)[:LONGEST_SHOWN] for slug, one in samples.items() if one}


def _as_drafts(authored: Mapping[str, Authored], held: set[str | None]) -> dict[str, Authored]:
    """The questions by id, those of ``held`` (``bank/id``) as drafts."""
    return {
        slug: load({**one.dump(), "status": "draft"}) if one.qualified in held else one
        for slug, one in authored.items()
    }


def _editable(connection: Connection, slug: str, owner_id: int | None) -> int | None:
    """The bank of this name that the owner has or may edit; None where it is to be made."""
    own = (
        select(Bank.id)
        .where(Bank.slug == slug, Bank.owner_id.is_not_distinct_from(owner_id))
        .with_for_update()  # a second import of it waits, and then compares with what this one has written
    )
    found: int | None = connection.execute(own).scalar()
    if found is None and owner_id is not None:
        found = connection.execute(
            select(Bank.id)
            .join(BankShare, BankShare.bank_id == Bank.id)
            .where(Bank.slug == slug, BankShare.user_id == owner_id, BankShare.right == "edit")
            .order_by(Bank.id)
            .with_for_update(of=Bank)
        ).scalar()
    return found


def _compare(
    connection: Connection,
    bank: LoadedBank,
    authored: Mapping[str, Authored],
    bank_id: int | None,
    *,
    prune: bool,
) -> ImportReport:
    stored: dict[str, tuple[str, str]] = {}
    if bank_id is not None:
        rows = connection.execute(
            select(Question.slug, QuestionVersion.digest, QuestionVersion.status)
            .join(QuestionVersion, QuestionVersion.question_id == Question.id)
            .where(Question.bank_id == bank_id, QuestionVersion.current)
        )
        stored = {row.slug: (row.digest, row.status) for row in rows}
    given = {slug: question.digest for slug, question in authored.items()}
    gone = tuple(sorted(set(stored) - set(given)))
    return ImportReport(
        bank=bank.slug,
        bank_id=bank_id,
        title=bank.title,
        new=tuple(slug for slug in given if slug not in stored),
        changed=tuple(slug for slug, digest in given.items() if slug in stored and stored[slug][0] != digest),
        unchanged=tuple(
            slug for slug, digest in given.items() if slug in stored and stored[slug][0] == digest
        ),
        gone=gone,
        retired=tuple(slug for slug in gone if stored[slug][1] != "retired") if prune else (),
    )


def _write(
    connection: Connection,
    authored: Mapping[str, Authored],
    bank_id: int,
    report: ImportReport,
    brought: Mapping[str, Any],
    owner_id: int | None,
    now: datetime,
) -> ImportReport:
    if report.new:
        connection.execute(insert(Question), [{"bank_id": bank_id, "slug": slug} for slug in report.new])
    ids = _question_ids(connection, bank_id, [*report.new, *report.changed, *report.retired])
    add_versions(
        connection,
        [(ids[slug], authored[slug]) for slug in [*report.new, *report.changed]],
        bank_id,
        owner_id,
        now,
    )
    _retire(connection, bank_id, [ids[slug] for slug in report.retired], owner_id, now)
    bank_changed(connection, bank_id, now)
    if report.new or report.changed or report.retired:
        record(
            connection,
            owner_id,
            "bank.import",
            ("bank", bank_id),
            now,
            new=len(report.new),
            changed=len(report.changed),
            retired=len(report.retired),
            **brought,
        )
    return report


def _write_header(connection: Connection, bank: LoadedBank, bank_id: int, now: datetime) -> list[str]:
    """Returns the topics of which the bank said nothing before."""
    before = connection.execute(select(Bank.header).where(Bank.id == bank_id)).scalar_one().get("topics", {})
    values = {
        "title": bank.title,
        "language": bank.language,
        "header": bank.header(),
        "digest": bank.digest,  # until ``bank_changed`` has seen what else stands in it
        "updated_at": now,
    }
    connection.execute(update(Bank).where(Bank.id == bank_id).values(**values))
    return [name for name in bank.topics if name not in before]


def _question_ids(connection: Connection, bank_id: int, slugs: Sequence[str]) -> dict[str, int]:
    if not slugs:
        return {}
    rows = connection.execute(select(Question.slug, Question.id).where(Question.bank_id == bank_id))
    wanted = set(slugs)
    return {row.slug: row.id for row in rows if row.slug in wanted}


def _retire(
    connection: Connection, bank_id: int, question_ids: Sequence[int], owner_id: int | None, now: datetime
) -> None:
    """A retired question is a new version like any other change: nothing that an attempt rests on is touched."""
    retired = [
        (row.question_id, load({**row.content, "status": "retired"}))
        for part in parts(question_ids)
        for row in connection.execute(
            select(QuestionVersion.question_id, QuestionVersion.content).where(
                QuestionVersion.question_id.in_(part), QuestionVersion.current
            )
        )
    ]
    add_versions(connection, retired, bank_id, owner_id, now)
