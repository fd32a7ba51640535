"""Converts between formats: reads what a source holds, writes what the target can hold, and accounts for the rest."""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from io import BytesIO
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, Final

from quiz.banks.families import Family
from quiz.banks.loading import is_family, load
from quiz.banks.model import Authored, Bank, Question, Topic
from quiz.errors import Invalid, Problem, Said, TooLarge, in_turn
from quiz.files.images import read_image
from quiz.formats.base import (
    USUAL,
    Entry,
    Fault,
    Format,
    Found,
    Head,
    Limits,
    Loss,
    Source,
    Told,
    Unsupported,
    Unwritable,
    Writer,
    blind,
    lost_fields,
)
from quiz.questions.fields import Number
from quiz.questions.images import references, size_of_pin, worded
from quiz.questions.validation import validate

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ID_WORDS = Said("letters, digits, '.', '_' and '-', at most 64")
_UNFIT = re.compile(r"[^A-Za-z0-9]+")
#: Questions that a family is written as, unless told otherwise.
USUAL_INSTANCES: Final = 10
#: What a question says of time where its source knows nothing of it.
_TIMES = ("as_of", "valid", "timeless")


#: Losses of one field of a question that are told: who reads them sees what it is about.
_MOST_TOLD: Final = 10
#: Nothing more to say.
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Instances:
    """The questions that a family is written as where a format has no families: those of a date, at most so many."""

    on: date
    most: int = USUAL_INSTANCES


@dataclass(slots=True)
class Report:
    """Every question of the source once in ``questions``, ``unsupported`` or ``errors`` (contracts.md §2)."""

    source: str
    format: str
    read: int = 0
    written: int = 0
    questions: list[dict[str, Any]] = field(default_factory=list)
    losses: list[dict[str, Any]] = field(default_factory=list)
    unsupported: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def summary(self) -> list[dict[str, Any]]:
        """The losses by field and reason: ``field``, ``detail``, and the ``ids`` of the questions ("" for the bank)."""
        groups: dict[tuple[str, str], list[str]] = {}
        for loss in self.losses:
            groups.setdefault((loss["field"], loss["detail"]), []).append(loss["id"] or "")
        return [{"field": name, "detail": detail, "ids": ids} for (name, detail), ids in groups.items()]

    def lose(self, id: str | None, where: str, losses: Iterable[Loss]) -> None:
        """Notes losses, each once; of one field no more than a reader takes in."""
        told: dict[str, set[str]] = {}
        for loss in losses:
            details = told.setdefault(loss.field, set())
            if loss.detail not in details and len(details) < _MOST_TOLD:
                details.add(loss.detail)
                self.losses.append({"id": id, "where": where, "field": loss.field, "detail": loss.detail})


@dataclass(frozen=True, slots=True)
class Understood:
    """A question that was read, and everything that came with it."""

    where: str
    question: Authored
    losses: tuple[Loss, ...]
    files: Mapping[str, bytes]


class Reading:
    """The questions of a source as they come; ``bank`` is the header once the first of them has come.

    ``topics`` is what the bank and the source say of topics; it grows while questions come. Faults and what is not
    supported go into the report; so does the number of questions read.
    """

    def __init__(
        self,
        format: Format,
        source: Source,
        report: Report,
        slug: str,
        prefix: str = "q",
        bank: Bank | None = None,
        below: str = "",
    ) -> None:
        """``slug`` names the bank where the source does not; ``prefix`` begins the ids of questions without a name;
        ``bank``: the one that they come into, whatever the source says of its own; ``below``: the topic that holds theirs.
        """
        if format.read is None:
            raise Invalid(Said("%(name)s can be written, not read", name=format.name))
        self._entries = format.read(source)
        self._limits, self._report, self._prefix = source.limits, report, prefix
        self._below = below
        self._ids = _Ids()
        self._met = self._told = 0
        self.bank = Bank.load({"bank": slug, "title": _title_of(source.name) or slug})
        self._first = self._start()
        own, self.bank = self.bank, bank or self.bank
        self.topics: dict[str, Topic] = {**bank.topics} if bank else {}
        for name, topic in own.topics.items():
            self._add_topic("", name, topic)

    def _start(self) -> Entry | None:
        first = next(self._entries, None)
        if not isinstance(first, Head):
            return first
        header = {**self.bank.header(), **first.fields}
        if isinstance(header["bank"], str):
            header["bank"] = as_slug(header["bank"])
        self.bank = Bank.load(header)
        self._report.lose(None, "", [*first.losses])
        return None

    def __iter__(self) -> Iterator[Understood]:
        entries = self._entries if self._first is None else chain([self._first], self._entries)
        yield from filter(None, map(self._taken, entries))

    def _taken(self, entry: Entry) -> Understood | None:
        """The question of an entry, if it holds one; everything else is noted."""
        if isinstance(entry, Told):
            self._learn(entry)
            return None
        self._met += 1
        if self._met > self._limits.questions:
            raise TooLarge(
                Said(
                    "more than %(most)s questions: cut the file into several",
                    most=self._limits.questions,
                )
            )
        if isinstance(entry, Unsupported):
            told = {"where": entry.where, "kind": entry.kind, "title": entry.title}
            self._report.unsupported.append(told)
        elif isinstance(entry, Fault):
            self._report.errors.append({"where": entry.where, "message": entry.message})
        return self._understood(entry) if isinstance(entry, Found) else None

    def _learn(self, told: Told) -> None:
        self._told += 1
        if self._told > self._limits.questions:
            raise TooLarge(
                Said(
                    "more than %(most)s topics: cut the file into several",
                    most=self._limits.questions,
                )
            )
        self._report.lose(None, told.where, [*told.losses])
        try:
            topic = validate(Topic, told.fields)
        except Invalid as error:
            message = in_turn("; ", map(str, error.problems))
            self._report.lose(None, told.where, [Loss("topics", in_turn(": ", (told.topic, message)))])
        else:
            self._add_topic(told.where, told.topic, topic)

    def _add_topic(self, where: str, name: str, topic: Topic) -> None:
        """What was said first stays; what a topic says of itself another time is a loss where it differs."""
        name = _joined(self._below, name)
        said = _said(topic)
        both = {**said, **_said(self.topics.get(name, Topic()))}
        if any(both[field] != value for field, value in said.items()):
            lost = Loss(
                "topics",
                Said("'%(name)s' is told of twice, otherwise the second time: the first stays", name=name),
            )
            self._report.lose(None, where, [lost])
        if both:
            self.topics[name] = validate(Topic, both)

    def _understood(self, found: Found) -> Understood | None:
        own = {"bank": self.bank.slug, "id": self._id(found.fields)}
        fields = {**own, **found.fields, **own}  # in front, also where the source has none
        if self._below:
            fields["topic"] = _joined(self._below, str(found.fields.get("topic", "")))
        if "each" not in fields and not any(fields.get(name) for name in _TIMES):
            fields["timeless"] = True
        if fields.get("name") == fields["id"]:
            del fields["name"]
        if is_family(fields):
            fields["language"] = self.bank.language
        if any(loss.spoils for loss in found.losses) and fields.get("status", "ready") == "ready":
            fields["status"] = "draft"
        try:
            question = _sound(load(fields))
        except Invalid as error:
            title = str(found.fields.get("name") or found.fields.get("id") or "")[:60]
            faults = in_turn("; ", map(str, error.problems))
            message = in_turn(": ", filter(None, (title, faults)))
            self._report.errors.append({"where": found.where, "message": message})
            return None
        self._ids.take(question.id)
        self._report.read += 1
        losses = (*found.losses, *_renamed(found.fields.get("id"), question.id))
        return Understood(found.where, question, losses, found.files)

    def _id(self, fields: Mapping[str, Any]) -> str:
        wished = _as_written(fields.get("id") or fields.get("name") or "")
        base = wished if _ID.fullmatch(wished) else as_id(wished) or f"{self._prefix}{self._met}"
        return self._ids.apart(base)


def _said(topic: Topic) -> dict[str, Any]:
    """The fields of a topic that say something."""
    return topic.model_dump(exclude_none=True, exclude=None if topic.description else {"text_format"})


def _joined(above: str, topic: str) -> str:
    """The topic below another one."""
    return "/".join(filter(None, (above, topic)))


def _sound(question: Authored) -> Authored:
    """The same. Raises Invalid for a family that has no variant, or none that is a question."""
    found = [*question.sample_faults()]
    if found:
        raise Invalid(found)
    return question


def _as_written(given: object) -> str:
    """What a source gives as text; a number of YAML by its characters there, so that 007 and 6e26 stay what they are."""
    return given.written if isinstance(given, Number) else str(given)


def _renamed(given: object, id: str) -> Iterator[Loss]:
    if given and _as_written(given) != id:
        yield Loss(
            "id",
            Said(
                "'%(given)s' became '%(id)s': an id has %(rule)s, once in a bank",
                given=given,
                id=id,
                rule=_ID_WORDS,
            ),
        )


class _Ids:
    """The ids that are taken, each with the last number that was put behind it."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def apart(self, base: str) -> str:
        """The id itself, or with a number behind it where it is taken."""
        name = base
        while name in self._last:
            self._last[base] += 1
            number = self._last[base]
            name = f"{base[: 63 - len(str(number))]}-{number}"
        return name

    def take(self, id: str) -> None:
        """From now on the id is taken."""
        self._last.setdefault(id, 1)


def as_id(text: str) -> str:
    """Letters, digits and hyphens of a name, at most 64; "" where it has none (Chinese, say)."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _UNFIT.sub("-", bare).strip("-")[:64].strip("-")


def as_slug(text: str) -> str:
    """The name of a bank, made of any text."""
    return as_id(text).lower() or "bank"


def _title_of(file: str) -> str:
    """The name of a file without its ending, on one line; "" where nothing of it is seen."""
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", Path(file).stem).strip()


def legible(path: Path) -> str:
    """A path that every file and terminal can show: bytes of a name that are no UTF-8, as old archives have them, as �."""
    return os.fsencode(path).decode("utf-8", "replace")


def convert(
    source: Path,
    target: Path,
    read_as: Format,
    write_as: Format,
    instances: Instances,
    limits: Limits = USUAL,
    step: Callable[[], object] = lambda: None,
) -> Report:
    """Converts a file. The target is written whole or not at all. ``step`` is called once a question.

    Raises Invalid or TooLarge where the source is refused as a whole: no target is then written.
    """
    with source.open("rb") as file:
        report = Report(legible(source), read_as.name)
        reading = Reading(
            read_as,
            Source(file, legible(Path(source.name)), source.parent, limits),
            report,
            as_slug(target.stem),
        )
        with _replaced(target) as written:
            writing = write_as.for_file(target.name)
            questions = _stepped(reading, step)
            write(questions, reading.bank, writing, written, report, instances, target.parent, reading.topics)
    return report


def _stepped(questions: Iterable[Understood], step: Callable[[], object]) -> Iterator[Understood]:
    for one in questions:
        yield one
        step()


def write(
    questions: Iterable[Understood],
    bank: Bank,
    write_as: Format,
    target: BinaryIO,
    report: Report,
    instances: Instances,
    folder: Path | None = None,
    topics: Mapping[str, Topic] | None = None,
) -> Mapping[str, bytes]:
    """Writes questions to an open file; ``bank`` is the header. Returns the pictures that belong beside the file.

    ``folder``: where they are put (None: nowhere).
    ``topics``: what is said of topics, which may grow while questions come (None: what the bank says).
    """
    if write_as.writer is None:
        raise Invalid(Said("%(name)s can be read, not written", name=write_as.name))
    writing = _Writing(write_as.writer(target, bank), report, instances)
    if topics is not None:
        writing.writer.topics = topics
    report.lose(None, "", [*writing.writer.head_losses()])
    for one in questions:
        writing.add(one)
    writing.writer.close()
    report.lose(None, "", [*writing.writer.topic_losses()])
    if folder is not None:
        put_beside(writing.writer.beside, folder)
    return writing.writer.beside


def put_beside(files: Mapping[str, bytes], folder: Path) -> None:
    """Puts pictures into a folder; one that is there already stays as it is. Raises Invalid, and has then put none, where
    another one has the name: some other file in the folder shows it.
    """
    others = [name for name, content in files.items() if not _has_room(folder / name, content)]
    if others:
        what = "another picture lies in the folder under this name"
        mend = "write into a folder of its own, or move that picture away"
        raise Invalid(Problem(name, what, mend) for name in others)
    for name, content in files.items():
        place = folder / name
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)


def _has_room(place: Path, content: bytes) -> bool:
    """Whether nothing lies there, or the same picture: the file of its author may hold more than we keep of it."""
    if not place.is_file():
        return not place.exists()
    there = place.read_bytes()
    try:
        return there == content or read_image(there).content == content
    except Invalid:
        return False


@dataclass(frozen=True, slots=True)
class Converted:
    """A file in memory, the pictures that belong beside it, and what became of each question."""

    content: bytes
    files: Mapping[str, bytes]
    report: Report


def convert_upload(
    source: Source,
    read_as: Format,
    write_as: Format,
    name: str,
    instances: Instances,
    bank: Bank | None = None,
    topic: str = "",
    images: Container[str] = (),
) -> Converted:
    """Converts a file that somebody sent, all in memory.

    ``name`` is that of the file: ids that have to be made begin with it, and the bank gets it, unless the questions come
    into a ``bank`` that there is already. ``topic`` is put in front of their own. A question with an image that is neither
    in the file nor among these ``images`` is an error of its own; one with an image without words is a draft.
    Raises Invalid or TooLarge where the file is refused as a whole.
    """
    report, target, files = Report(source.name, read_as.name), BytesIO(), dict[str, bytes]()
    reading = Reading(read_as, source, report, as_slug(name), f"{as_slug(name)[:50]}-", bank, topic)

    def kept() -> Iterator[Understood]:
        for one in reading:
            try:
                seen = _seen(one, images)
            except Invalid as error:
                report.errors.append({"where": one.where, "message": str(error)})
                report.read -= 1
            else:
                files.update(one.files)
                yield seen

    write(kept(), reading.bank, write_as, target, report, instances, topics=reading.topics)
    return Converted(target.getvalue(), files, report)


def _seen(one: Understood, there: Container[str]) -> Understood:
    """The question with words for its images that have none: their names, until somebody says what they show.

    Raises Invalid where an image did not come, and is not ``there``.
    """
    fields = one.question.dump()
    named = [*references(fields)]
    gone = [each.file for each in named if each.file not in one.files and each.file not in there]
    if gone:
        raise Invalid(
            Said(
                "there is no image '%(file)s' – bring it with the file, or leave it out of the text",
                file=gone[0][:60],
            )
        )
    return _with_words(one)


def _with_words(one: Understood) -> Understood:
    """The question, a draft where an image has no words: its name stands for them, until somebody says what it shows."""
    fields = one.question.dump()
    unseen = [each.file for each in references(fields) if not each.alt.strip()]
    if not unseen:
        return one
    detail = Said(
        "'%(file)s' has no alternative text: a draft, until you say in place of its name what it shows",
        file=unseen[0],
    )
    status = "draft" if one.question.status == "ready" else one.question.status
    question = load({**worded(fields), "status": status})
    others = [loss for loss in one.losses if loss not in map(blind, unseen)]
    return replace(one, question=question, losses=(Loss("images", detail), *others))


def export(bank: Bank, files: Mapping[str, bytes], write_as: Format, instances: Instances) -> Converted:
    """The questions of a bank in another format; ``files`` are its pictures by the names in its texts."""
    report, target = Report(bank.slug, "yaml"), BytesIO()
    understood = (
        Understood(one.qualified, one, (), {name: files[name] for name in one.images if name in files})
        for one in bank.authored
    )
    report.read = len(bank.authored)
    beside = write(understood, bank.holding(()), write_as, target, report, instances)
    whole = write_as.writer is not None and write_as.writer.whole  # holds pictures of shared texts too
    return Converted(target.getvalue(), files if whole else beside, report)


class _Writing:
    """Hands questions to a writer, and notes in the report what becomes of each."""

    def __init__(self, writer: Writer, report: Report, instances: Instances) -> None:
        self.writer, self._report, self._families = writer, report, instances
        self._ids = _Ids()

    def add(self, one: Understood) -> None:
        """Writes a question; a family as the format holds it, else as its questions."""
        if self.writer.whole or not isinstance(one.question, Family):
            self._question(one)
        elif not self._as_family(one, one.question):
            for each in self._instances(one, one.question):
                self._question(each, {"family": one.question.id})

    def _question(self, one: Understood, more: Mapping[str, str] = NOTHING) -> None:
        one = self._with_own_id(_with_words(one) if self.writer.whole else _by_name(one))
        try:
            losses = self._added(one)
        except Unwritable as error:
            self._refuse(one, error.kind)
        else:
            self._written(one, [*one.losses, *losses, *self._lost(one.question, losses)], more)

    def _lost(self, question: Authored, told: Iterable[Loss]) -> list[Loss]:
        """The fields that are not held, but for those of which the writer says why."""
        if not isinstance(question, Question):
            return []
        return lost_fields(question, self.writer.held(question).union(loss.field for loss in told))

    def _added(self, one: Understood) -> Sequence[Loss]:
        if one.question.type not in self.writer.types:
            raise Unwritable(one.question.type)
        picture = getattr(getattr(one.question, "content", None), "picture", None)
        if picture is not None and "picture" not in self.writer.held(one.question):  # type: ignore[arg-type]
            raise Unwritable(
                Said("%(type)s on a picture", type=one.question.type)
            )  # without it there is nothing to ask
        return self.writer.add(one.question, one.files)

    def _written(self, one: Understood, losses: list[Loss], more: Mapping[str, str] = NOTHING) -> None:
        question = one.question
        self._report.written += 1
        self._report.questions.append({"id": question.id, "type": question.type, "where": one.where, **more})
        self._report.lose(question.id, one.where, losses)

    def _refuse(self, one: Understood, kind: str) -> None:
        told = {"id": one.question.id, "where": one.where, "kind": kind, "title": one.question.name or ""}
        self._report.unsupported.append({**told, "stage": "write"})

    def _with_own_id(self, one: Understood) -> Understood:
        """The question; under another id where one that a family stands for has taken its own."""
        id = self._ids.apart(one.question.id)
        self._ids.take(id)
        if id == one.question.id:
            return one
        losses = (*one.losses, *_renamed(one.question.id, id))
        return replace(one, question=load({**one.question.dump(), "id": id}), losses=losses)

    # Families --------------------------------------------------------------------------------------------------------

    def _as_family(self, one: Understood, family: Family) -> bool:
        """Writes a family as one question; False where the format does not hold it."""
        try:
            losses = self.writer.add_family(family, one.files, self._families.on)
        except Unwritable:
            return False
        self._ids.take(family.id)
        self._written(one, [*one.losses, *losses])
        return True

    def _instances(self, one: Understood, family: Family) -> Iterator[Understood]:
        """Questions that a family stands for, spread evenly over all of them; the report counts these in its place."""
        on = self._families.on
        keys = family.variants(on)
        if not keys or family.type not in self.writer.types:
            self._refuse(one, family.type if keys else Said("family without a question on %(on)s", on=on))
            return
        count = min(len(keys), self._families.most)
        self._report.read -= 1
        lost = Said(
            "%(count)s of its %(all)s questions on %(on)s are written, each by itself",
            count=count,
            all=len(keys),
            on=on,
        )
        self._report.lose(
            family.id, one.where, [*one.losses, Loss("each" if family.generated else "variables", lost)]
        )
        for place in range(count):
            key = keys[place * len(keys) // count]
            try:
                question = family.variant(key, on)
            except Invalid as error:
                message = Said(
                    "variant '%(key)s': %(faults)s", key=key, faults=in_turn("; ", map(str, error.problems))
                )
                self._report.errors.append({"where": one.where, "message": message})
                continue
            self._report.read += 1
            id = f"{family.id[:40]}.{as_id(key)[:23]}"
            yield replace(one, question=Question.load({**question.dump(), "id": id}), losses=())


def _by_name(one: Understood) -> Understood:
    """The question as other formats have it: its texts name its pictures, and the size of one is written out."""
    if not one.question.images:
        return one
    fields = one.question.dump()
    pins = fields.pop("images")
    for name in {"image", "picture"} & fields.keys():
        width, height = size_of_pin(pins[fields[name]["file"]])
        fields[name] = {"width": width, "height": height, **fields[name]}
    return replace(one, question=load(fields))


@contextmanager
def _replaced(target: Path) -> Iterator[BinaryIO]:
    """A file that takes the target's place when all went well, and leaves no trace when not."""
    # No more of its name than leaves room in the 255 bytes that file systems have for one.
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.")
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
        os.chmod(name, 0o644)  # noqa: PTH101 - as open() would have made it
        os.replace(name, target)  # noqa: PTH105
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
