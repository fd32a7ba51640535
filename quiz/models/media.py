"""Images: their content once each, the names that banks give them, and which versions of questions show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, delete, insert, literal, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base, parts
from quiz.files.images import Image
from quiz.models.bank import QuestionVersion
from quiz.questions.images import digest_of_pin, pin_of


class Media(Base):
    """The content of an image, which never changes."""

    __tablename__ = "media"

    #: SHA-256 of the content, in hexadecimal.
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    mime: Mapped[str] = mapped_column(String(40))
    #: Bytes.
    size: Mapped[int]
    #: Pixels.
    width: Mapped[int]
    height: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class BankImage(Base):
    """A file of a bank's folder of images: what its name stands for now."""

    __tablename__ = "bank_image"
    __table_args__ = (
        # which banks have this image
        Index(None, "digest"),
    )

    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"), primary_key=True)
    #: The path beside the bank file: ``images/asia.svg``.
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("media.digest"))


class VersionImage(Base):
    """An image that a version of a question shows: written with the version, for ever."""

    __tablename__ = "version_image"
    __table_args__ = (
        # which versions show this image
        Index(None, "digest"),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("media.digest"), primary_key=True)


def keep_images(connection: Connection, bank_id: int, images: Mapping[str, Image]) -> None:
    """Puts images into a bank's folder by name; one of the same name is replaced there. Versions keep what they show."""
    for name, image in images.items():
        _keep(connection, image)
        if not _is_kept(connection, image.digest):
            _keep(connection, image)  # somebody has just deleted it: nothing else showed it
        same = (BankImage.bank_id == bank_id) & (BankImage.name == name)
        connection.execute(delete(BankImage).where(same))
        connection.execute(insert(BankImage).values(bank_id=bank_id, name=name, digest=image.digest))


def _keep(connection: Connection, image: Image) -> None:
    values: dict[Any, Any] = {
        Media.digest: image.digest,
        Media.mime: image.mime,
        Media.size: len(image.content),
        Media.width: image.width,
        Media.height: image.height,
        Media.content: image.content,
    }
    there = select(Media.digest).where(Media.digest == image.digest).exists()
    row = select(*(literal(value, column.type) for column, value in values.items())).where(~there)
    # two authors may bring the same image at the same moment: the second waits, and then finds it there
    once = row.suffix_with("ON CONFLICT DO NOTHING")
    connection.execute(insert(Media).from_select([*values], once))


def _is_kept(connection: Connection, digest: str) -> bool:
    """Whether the content is there, and stays for as long as the transaction lasts."""
    there = select(Media.digest).where(Media.digest == digest).with_for_update(read=True)
    return connection.execute(there).first() is not None


def folder_of(connection: Connection, bank_id: int) -> dict[str, str]:
    """The pins of the images in a bank's folder by their names."""
    rows = connection.execute(
        select(BankImage.name, Media.digest, Media.width, Media.height)
        .join(Media, Media.digest == BankImage.digest)
        .where(BankImage.bank_id == bank_id)
    )
    return {row.name: pin_of(row.digest, row.width, row.height) for row in rows}


def contents_of(connection: Connection, digests: Iterable[str]) -> dict[str, bytes]:
    """The contents of images by digest."""
    return {
        row.digest: row.content
        for part in parts(sorted(set(digests)))
        for row in connection.execute(select(Media.digest, Media.content).where(Media.digest.in_(part)))
    }


def images_on(connection: Connection, version_ids: Iterable[int]) -> list[Image]:
    """The images that these versions of questions show."""
    return [
        Image(row.mime, row.width, row.height, row.content)
        for part in parts(sorted(set(version_ids)))
        for row in connection.execute(
            select(Media).where(
                Media.digest.in_(select(VersionImage.digest).where(VersionImage.version_id.in_(part)))
            )
        )
    ]


def note_images(connection: Connection, bank_id: int, pins: Mapping[int, Mapping[str, str]]) -> None:
    """Writes down what the current versions of questions show; ``pins`` by question, as ``Question.images``.

    A name that the bank's folder lacks is put there, so that an earlier version brings its images back.
    """
    if not pins:
        return
    digests = {question_id: {*map(digest_of_pin, shown.values())} for question_id, shown in pins.items()}
    shows = [
        {"version_id": row.id, "digest": digest}
        for part in parts([*pins])
        for row in connection.execute(
            select(QuestionVersion.id, QuestionVersion.question_id).where(
                QuestionVersion.question_id.in_(part), QuestionVersion.current
            )
        )
        for digest in sorted(digests[row.question_id])
    ]
    connection.execute(insert(VersionImage), shows)
    folder = folder_of(connection, bank_id)
    lacking = {name: pin for shown in pins.values() for name, pin in shown.items() if name not in folder}
    if lacking:
        connection.execute(
            insert(BankImage),
            [
                {"bank_id": bank_id, "name": name, "digest": digest_of_pin(pin)}
                for name, pin in lacking.items()
            ],
        )


def forget_images(connection: Connection, bank_id: int, names: Iterable[str]) -> None:
    """Takes images out of a bank's folder that none of its questions shows now; nothing is kept that nobody has then."""
    shown = (
        select(VersionImage.digest)
        .join(QuestionVersion, QuestionVersion.id == VersionImage.version_id)
        .where(QuestionVersion.bank_id == bank_id, QuestionVersion.current)
    )
    for part in parts([*names]):
        gone = (BankImage.bank_id == bank_id) & BankImage.name.in_(part) & BankImage.digest.not_in(shown)
        digests = connection.execute(select(BankImage.digest).where(gone)).scalars().all()
        connection.execute(delete(BankImage).where(gone))
        drop_unused(connection, digests)


def drop_unused(connection: Connection, digests: Iterable[str]) -> None:
    """Deletes the contents among these that no bank's folder and no version has any more.

    They are locked first: who was about to use one has done so when the second statement looks.
    """
    connection.execute(select(Media.digest).where(Media.digest.in_([*digests])).with_for_update())
    connection.execute(
        delete(Media).where(
            Media.digest.in_([*digests]),
            ~select(BankImage.digest).where(BankImage.digest == Media.digest).exists(),
            ~select(VersionImage.digest).where(VersionImage.digest == Media.digest).exists(),
        )
    )
