"""Images: who may see one, and the folder of a bank."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select

from quiz.banks.images import FOLDER
from quiz.db import reading, transaction
from quiz.errors import Conflict, Invalid, NotFound, Problem, Said
from quiz.files.images import SUFFIXES, read_image
from quiz.models.attempt import Attempt, AttemptSlot
from quiz.models.audit import record
from quiz.models.bank import Bank, Question, QuestionVersion
from quiz.models.media import BankImage, Media, VersionImage, drop_unused, folder_of, keep_images
from quiz.models.people import Enrolment, User
from quiz.models.quiz import Quiz
from quiz.operations.access import EDITING, RESULTS, Actor, acting, editable_bank, missing, readable_banks
from quiz.questions.images import digest_of_pin

#: Images in the folder of one bank.
MOST_IMAGES = 1_000


@dataclass(frozen=True, slots=True)
class Content:
    """An image as it is sent."""

    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class FolderImage:
    """An image of a bank's folder. ``used_by``: the bank's questions that show it, id and name, the present versions."""

    name: str
    digest: str
    size: int
    width: int
    height: int
    used_by: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Folder:
    """The images of a bank."""

    bank_id: int
    bank_title: str
    editable: bool
    images: tuple[FolderImage, ...]


def image(actor: Actor, digest: str) -> Content:
    """An image, for whoever may see a question that shows it.

    These are readers of a bank that has it now or had it in some version, students with an attempt that holds such a
    version, and those who see the results of such attempts. NotFound for everybody else.
    """
    readable = readable_banks(actor, Bank.id).with_only_columns(Bank.id)
    in_folder = select(BankImage.digest).where(BankImage.digest == digest, BankImage.bank_id.in_(readable))
    in_version = (
        select(VersionImage.digest)
        .join(QuestionVersion, QuestionVersion.id == VersionImage.version_id)
        .where(VersionImage.digest == digest, QuestionVersion.bank_id.in_(readable))
    )
    on_paper = (
        select(VersionImage.digest)
        .join(AttemptSlot, AttemptSlot.version_id == VersionImage.version_id)
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .join(Enrolment, (Enrolment.course_id == Quiz.course_id) & (Enrolment.user_id == actor.id))
        .where(VersionImage.digest == digest, or_(Attempt.user_id == actor.id, Enrolment.role.in_(RESULTS)))
    )
    statement = (
        select(Media.mime, Media.content)
        .join(User, acting(actor))
        .where(Media.digest == digest, or_(in_folder.exists(), in_version.exists(), on_paper.exists()))
    )
    with reading() as connection:
        found = connection.execute(statement).first()
        if found is None:
            raise missing(connection, actor)
        return Content(found.mime, found.content)


def folder(actor: Actor, bank_id: int) -> Folder:
    """The images of a bank that I may read, by name."""
    with reading() as connection:
        bank = connection.execute(readable_banks(actor, Bank).where(Bank.id == bank_id)).first()
        if bank is None:
            raise missing(connection, actor)
        images = connection.execute(
            select(BankImage.name, Media.digest, Media.size, Media.width, Media.height)
            .join(Media, Media.digest == BankImage.digest)
            .where(BankImage.bank_id == bank_id)
            .order_by(func.lower(BankImage.name), BankImage.name)
        ).all()
        uses = connection.execute(
            select(VersionImage.digest, Question.id, Question.slug)
            .join(QuestionVersion, QuestionVersion.id == VersionImage.version_id)
            .join(Question, Question.id == QuestionVersion.question_id)
            .where(QuestionVersion.bank_id == bank_id, QuestionVersion.current)
            .order_by(Question.slug)
        ).all()
    by_digest: dict[str, list[tuple[int, str]]] = {}
    for use in uses:
        by_digest.setdefault(use.digest, []).append((use.id, use.slug))
    rows = (
        FolderImage(
            one.name, one.digest, one.size, one.width, one.height, tuple(by_digest.get(one.digest, ()))
        )
        for one in images
    )
    return Folder(bank_id, bank.title, bank.access in EDITING, tuple(rows))


def add_image(actor: Actor, bank_id: int, file_name: str, content: bytes, now: datetime) -> str:
    """Puts an image into the folder of a bank that I may change. Returns the name under which texts show it.

    The name is made from the file's; another image of that name stays, and this one is numbered. Raises Invalid where
    it is no image, or out of bounds.
    """
    made = read_image(content)
    with transaction() as connection:
        editable_bank(connection, actor, bank_id)
        known = {name: digest_of_pin(pin) for name, pin in folder_of(connection, bank_id).items()}
        for name, digest in known.items():
            if digest == made.digest:
                return name
        if len(known) >= MOST_IMAGES:
            what = Said("the bank has %(most)s images", most=MOST_IMAGES)
            raise Invalid([Problem("", what, "delete some that no question shows")])
        name = _free_name(file_name, SUFFIXES[made.mime][0], known)
        keep_images(connection, bank_id, {name: made})
        record(connection, actor.id, "bank.image", ("bank", bank_id), now, digest=made.digest)
    return name


def _free_name(file_name: str, suffix: str, taken: dict[str, str]) -> str:
    """A name for an image that nothing in the folder has, made of the letters and digits of a file's name."""
    stem = re.sub(r"[^a-z0-9]+", "-", file_name.rpartition(".")[0].casefold()).strip("-")[:60] or "image"
    name, number = f"{FOLDER}/{stem}{suffix}", 1
    while name in taken:
        number += 1
        name = f"{FOLDER}/{stem}-{number}{suffix}"
    return name


def delete_image(actor: Actor, bank_id: int, name: str, now: datetime) -> None:
    """Takes an image that no question shows now out of a bank's folder. Earlier versions and attempts keep it.

    Raises NotFound where there is no such image, Conflict where a question shows it.
    """
    with transaction() as connection:
        editable_bank(connection, actor, bank_id)
        here = (BankImage.bank_id == bank_id) & (BankImage.name == name)
        digest = connection.execute(select(BankImage.digest).where(here)).scalar()
        if digest is None:
            raise NotFound
        shown = connection.execute(
            select(VersionImage.digest)
            .join(QuestionVersion, QuestionVersion.id == VersionImage.version_id)
            .where(VersionImage.digest == digest, QuestionVersion.bank_id == bank_id, QuestionVersion.current)
        ).first()
        if shown is not None:
            raise Conflict("A question of the bank shows this image.")
        connection.execute(delete(BankImage).where(here))
        drop_unused(connection, [digest])
        record(connection, actor.id, "bank.image.delete", ("bank", bank_id), now, digest=digest)
