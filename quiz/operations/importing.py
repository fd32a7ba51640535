"""Brings banks in: from a file's text to versions in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, or_, select, update
from sqlalchemy.engine import Connection

from quiz.banks.findings import Finding
from quiz.banks.heads import added, cleared, described, joined
from quiz.banks.images import FOLDER, Find, Pictures, among
from quiz.banks.loading import load
from quiz.banks.model import Authored, digest_of
from quiz.banks.model import Bank as LoadedBank
from quiz.banks.transferring import transfer
from quiz.banks.yaml import read_bank, read_mapping
from quiz.db import parts, reading, transaction
from quiz.errors import Conflict, Invalid, Problem
from quiz.files.images import Image
from quiz.files.richtext import to_text
from quiz.lint.inspect import findings_of_all, is_sourced
from quiz.models.audit import record
from quiz.models.bank import (
    Bank,
    BankShare,
    Question,
    QuestionVersion,
    new_bank,
)
from quiz.models.media import folder_of, keep_images
from quiz.models.storable import demand_storable, faults_of, stored
from quiz.models.versions import add_versions, bank_changed
from quiz.operations.access import AUTHORING, Actor, demand_role, readable_banks
from quiz.questions.images import digest_of_pin

__all__ = ["ImportReport", "Target", "demand_storable", "import_bank", "target", "targets"]

#: Questions whose beginning is shown before they are imported, and those of which is shown what changes; characters of it.
MOST_SHOWN: Final = 100
MOST_COMPARED: Final = 50
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
    #: Of the first of those that change: what they are in the bank, and what they become.
    compared: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = field(default_factory=dict)
    #: Stands for the questions that were met in the bank, so that nothing else is done after it was agreed to.
    seen: str = ""

    @property
    def changes(self) -> bool:
        """Whether any question is another than before: only then there is something to take back."""
        return bool(self.new or self.changed or self.retired)


@dataclass(frozen=True, slots=True)
class Target:
    """The bank that questions come into, as it is when they are looked at; ``header`` None = there is none yet."""

    header: Mapping[str, Any] | None = None
    #: The pins of its images by name.
    folder: Mapping[str, str] = field(default_factory=dict)


def import_bank(  # noqa: PLR0913 - each is a choice of whoever imports
    actor: Actor | None,
    text: str,
    name: str,
    now: datetime,
    *,
    pictures: Pictures | None = None,
    into: str | None = None,
    dry_run: bool = False,
    prune: bool = False,
    seen: str = "",
) -> ImportReport:
    """Imports a bank file: same id and digest nothing, changed a new version, gone listed.

    A question that breaks a rule of severity error without giving a reason comes in as a draft, whatever it calls itself.
    ``actor`` None is the command line: the bank is then a shipped one, usable by every author. ``name`` stands in
    messages. ``pictures`` are the files that came with the text, images and tables; without them those count that the bank has
    already. ``into``: the name of the bank that the questions come into, whose head stays and gets what they need; None:
    the file is the bank. ``seen``: the one of a dry run. Raises Invalid with all faults of the file, Conflict where it would
    do something else than was seen; then nothing is written.
    """
    bank, there = _read(actor, text, name, pictures, into)
    faults = [*faults_of(bank)]
    if faults:
        raise Invalid(faults)
    images, found = _shown(bank, pictures), _findings(bank)
    hindrances = tuple(one for one in found if one.severity == "error")
    authored = _as_drafts(bank.by_id, {one.question for one in hindrances})
    with transaction() as connection:
        owner_id = _author(connection, actor)
        place = _place(connection, bank, there, owner_id, now, make=not dry_run)
        report = _compare(connection, bank, authored, place.bank_id, whole=there is None, prune=prune)
        if report.changes and seen not in ("", report.seen):
            raise _changed()
        report = replace(
            report,
            images=tuple(images),
            hindrances=hindrances,
            advice=tuple(one for one in found if one.severity != "error"),
            prompts=_prompts(authored, [*report.new, *report.changed]),
        )
        if dry_run or place.bank_id is None:
            now_there = _contents(connection, place.bank_id, report.changed[:MOST_COMPARED])
            return replace(
                report, compared={slug: (one, authored[slug].dump()) for slug, one in now_there.items()}
            )
        brought = _write_header(connection, bank, place, report, now)
        brought["added"]["images"] = _keep_images(connection, place.bank_id, images)
        return _write(connection, authored, place.bank_id, report, brought, owner_id, now)


def _read(
    actor: Actor | None, text: str, name: str, pictures: Pictures | None, into: str | None
) -> tuple[LoadedBank, Target | None]:
    """The bank as it is to be, with the questions that come; and the one that they come into. Raises Invalid."""
    there = None if into is None else target(actor, into)
    folder = there.folder if there else {} if pictures else _folder(actor, text)
    bank = read_bank(text, name, _finding(pictures, folder), pictures.read if pictures else None)
    if there is None or (there.header is None and bank.slug == into):
        return bank, there
    if there.header is None:
        raise Invalid([Problem("bank", "no bank is chosen", "choose one that you may change")])
    made = transfer(
        bank,
        bank.authored,
        LoadedBank.load(cleared(there.header, bank.by_id)),
        frozenset(),  # a question with an id that is there already is a new version of it
        {file: digest_of_pin(pin) for file, pin in there.folder.items()},
    )
    sets = there.header.get("stimuli", ())
    staying: dict[str, dict[str, Any]] = {
        id: {} for one in sets for id in one["questions"] if id not in bank.by_id
    }
    header = described(joined(made.header, there.header, staying), bank.header().get("topics", {}))
    return LoadedBank.load(header, made.questions), there


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the questions are written: the bank, its head before (None = it had none), and whether it was just made."""

    bank_id: int | None
    before: Mapping[str, Any] | None
    made: bool = False


def _place(
    connection: Connection,
    bank: LoadedBank,
    there: Target | None,
    owner_id: int | None,
    now: datetime,
    *,
    make: bool,
) -> _Place:
    """The bank of this name, made where there is none. Raises Conflict where it is no longer the one that was read."""
    bank_id = _editable(connection, bank.slug, owner_id)
    before = _header(connection, bank_id)
    if there is not None and before != there.header:
        raise _changed()
    if bank_id is not None or not make:
        return _Place(bank_id, before)
    made = new_bank(connection, bank, owner_id, now)
    # where somebody else has made it meanwhile: compare with what they wrote
    return _Place(made or _editable(connection, bank.slug, owner_id), None, made is not None)


def _changed() -> Conflict:
    return Conflict("The questions have changed since you looked. Look again.")


def _author(connection: Connection, actor: Actor | None) -> int | None:
    """Whose the bank is to be: the actor's, who may write banks; None for the command line."""
    if actor is None:
        return None
    demand_role(connection, actor, AUTHORING)
    return actor.id


def target(actor: Actor | None, slug: str) -> Target:
    """The bank of this name into which one may bring questions."""
    with reading() as connection:
        bank_id = _editable(connection, slug, actor.id if actor else None)
        header = _header(connection, bank_id)
        return Target() if bank_id is None else Target(header, folder_of(connection, bank_id))


def _header(connection: Connection, bank_id: int | None) -> dict[str, Any] | None:
    return connection.execute(select(Bank.header).where(Bank.id == bank_id)).scalar()


def _finding(pictures: Pictures | None, folder: Mapping[str, str]) -> Find:
    """Finds the images that came, and those of the bank that did not come."""
    kept = among(folder)
    if pictures is None:
        return kept

    def find(file: str) -> str:
        try:
            return pictures.find(file)
        except Invalid:
            if file in folder:
                return kept(file)
            raise

    return find


def _shown(bank: LoadedBank, pictures: Pictures | None) -> dict[str, Image]:
    """The images that came, by the names that they have in the bank."""
    came = {image.digest: image for image in pictures.images.values()} if pictures else {}
    named = {file: digest_of_pin(pin) for one in bank.authored for file, pin in one.images.items()}
    return {file: came[digest] for file, digest in named.items() if digest in came}


#: Banks of one's own to choose from when questions are brought in.
MOST_TARGETS: Final = 500


def targets(actor: Actor) -> dict[str, str]:
    """The titles of the banks into which an author may bring questions, by name, in their order."""
    with reading() as connection:
        rows = connection.execute(
            readable_banks(actor, Bank.slug, Bank.title, Bank.owner_id)
            .where(or_(Bank.owner_id == actor.id, BankShare.right == "edit"))
            .order_by(Bank.title, Bank.id)
            .limit(MOST_TARGETS)
        ).all()
    own_last = sorted(rows, key=lambda row: row.owner_id == actor.id)  # of two of one name my own is meant
    return dict(sorted({row.slug: row.title for row in own_last}.items(), key=lambda one: one[1]))


def _folder(actor: Actor | None, text: str) -> Mapping[str, str]:
    """The images that the bank of this text has already, by name; none are looked for where it names none."""
    if f"{FOLDER}/" not in text:
        return {}
    try:
        slug = read_mapping(text)[0].get("bank")
    except Invalid:  # said with all the other faults, when the bank is read
        return {}
    return target(actor, str(slug)).folder


def _findings(bank: LoadedBank) -> list[Finding]:
    """What the rules say to its ready questions; those that are stored already, in any version, have been looked through."""
    ready = [one for one in bank.authored if one.status == "ready"]
    there = stored([one.digest for one in ready])
    fresh = [one for one in ready if one.digest not in there]
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
    whole: bool,
    prune: bool,
) -> ImportReport:
    """``whole``: the bank is to hold what is given and nothing else."""
    stored: dict[str, tuple[str, str]] = {}
    if bank_id is not None:
        rows = connection.execute(
            select(Question.slug, QuestionVersion.digest, QuestionVersion.status)
            .join(QuestionVersion, QuestionVersion.question_id == Question.id)
            .where(Question.bank_id == bank_id, QuestionVersion.current)
        )
        stored = {row.slug: (row.digest, row.status) for row in rows}
    given = {slug: question.digest for slug, question in authored.items()}
    gone = tuple(sorted(set(stored) - set(given))) if whole else ()
    met = [(slug, *stored[slug]) for slug in sorted(stored) if slug in given or slug in gone]
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
        seen=digest_of(met),
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
    if report.changes:
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


def _write_header(
    connection: Connection, bank: LoadedBank, place: _Place, report: ImportReport, now: datetime
) -> dict[str, Any]:
    """Writes the head of a bank, and what it was before. Returns what taking the import back has to know."""
    before, bank_id = place.before or {}, place.bank_id
    header = joined(bank.header(), before, _contents(connection, bank_id, report.gone))
    values = {
        "title": bank.title,
        "language": bank.language,
        "header": header,
        "updated_at": now,
        **({"header_before": place.before} if report.changes else {}),
    }
    connection.execute(update(Bank).where(Bank.id == bank_id).values(**values))
    return {"made": place.made, "added": added(before, header), "head": digest_of(header)}


def _keep_images(connection: Connection, bank_id: int, images: Mapping[str, Image]) -> list[str]:
    """Puts images into the bank's folder. Returns the names that stood there for nothing, or for another image."""
    there = folder_of(connection, bank_id)
    keep_images(connection, bank_id, images)
    return [file for file, image in images.items() if digest_of_pin(there.get(file, "")) != image.digest]


def _contents(connection: Connection, bank_id: int | None, slugs: Sequence[str]) -> dict[str, dict[str, Any]]:
    return {
        row.slug: row.content
        for part in parts(slugs)
        for row in connection.execute(
            select(Question.slug, QuestionVersion.content)
            .join(QuestionVersion, QuestionVersion.question_id == Question.id)
            .where(Question.bank_id == bank_id, Question.slug.in_(part), QuestionVersion.current)
        )
    }


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
