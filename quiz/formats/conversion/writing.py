"""Hands questions to a writer, and accounts for what the format cannot hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any, BinaryIO, Final

from quiz.banks.families import Family
from quiz.banks.loading import load
from quiz.banks.model import Authored, Bank, Question, Topic
from quiz.errors import Invalid, Said, in_turn
from quiz.formats.base import Format, Loss, Unwritable, Writer, lost_fields
from quiz.formats.conversion.ids import Ids, as_id, renamed
from quiz.formats.conversion.pictures import by_name, with_words
from quiz.formats.conversion.reading import Understood
from quiz.formats.conversion.report import Report
from quiz.questions.base import Content

#: Nothing more to say.
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Instances:
    """The questions that a family is written as where a format has no families: those of a date, at most so many."""

    on: date
    most: int = 10


def write(
    questions: Iterable[Understood],
    bank: Bank,
    write_as: Format,
    target: BinaryIO,
    report: Report,
    instances: Instances,
    topics: Mapping[str, Topic] | None = None,
) -> Mapping[str, bytes]:
    """Writes questions to an open file; ``bank`` is the header. Returns the pictures that belong beside the file.

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
    return writing.writer.beside


def _trimmed(one: Understood) -> tuple[Understood, list[Loss]]:
    """The question without the white space around its texts, names and tags, of which formats keep some and not others,
    each line ending with LF: a format of lines takes CR for another end of one.

    Beside it what is lost: a line break at the end says nothing, which who writes a text as lines of YAML has.
    """
    if not _is_loose(one.question):  # as most are, which is sooner seen than changed
        return one, []
    fields = one.question.dump()
    made = {name: _stripped(value, _bare) for name, value in fields.items()}
    ended = {name: _stripped(value, _without_last_break) for name, value in fields.items()}
    lost = [name for name in fields if made[name] != ended[name]]
    question = load({name: value for name, value in made.items() if value != ""})
    return replace(one, question=question), [Loss(name, "white space around a text is lost") for name in lost]


def _is_loose(value: object) -> bool:
    """Whether white space stands around a text, or a line of one ends otherwise than with LF."""
    if isinstance(value, str):
        return "\r" in value or value != value.strip()
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
    return any(map(_is_loose, vars(value).values() if isinstance(value, Content) else parts))


def _without_last_break(text: str) -> str:
    return _with_lf(text).removesuffix("\n")


def _bare(text: str) -> str:
    return _with_lf(text).strip()


def _with_lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _stripped(value: Any, strip: Callable[[str], str]) -> Any:
    """A value of a question with its texts stripped, without those of a list of which nothing is left."""
    if isinstance(value, str):
        return strip(value)
    if isinstance(value, dict):
        return {name: _stripped(part, strip) for name, part in value.items()}
    if isinstance(value, list):
        return [part for part in (_stripped(one, strip) for one in value) if part != ""]
    return value


class _Writing:
    """Hands questions to a writer, and notes in the report what becomes of each."""

    def __init__(self, writer: Writer, report: Report, instances: Instances) -> None:
        self.writer, self._report, self._families = writer, report, instances
        self._ids = Ids()

    def add(self, one: Understood) -> None:
        """Writes a question; a family as the format holds it, else as its questions."""
        if self.writer.whole or not isinstance(one.question, Family):
            self._question(one)
        elif not self._as_family(one, one.question):
            for each in self._instances(one, one.question):
                self._question(each, {"family": one.question.id})

    def _question(self, one: Understood, more: Mapping[str, str] = _NOTHING) -> None:
        one, trimmed = (with_words(one), []) if self.writer.whole else _trimmed(by_name(one))
        one = self._with_own_id(one)
        try:
            losses = [*self._added(one)]
        except Unwritable as error:
            self._refuse(one, error.kind)
        else:
            losses += self._lost(one.question, losses)
            told = {loss.field for loss in losses}
            losses += [loss for loss in trimmed if loss.field not in told]
            self._written(one, [*one.losses, *losses], more)

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

    def _written(self, one: Understood, losses: list[Loss], more: Mapping[str, str] = _NOTHING) -> None:
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
        losses = (*one.losses, *renamed(one.question.id, id))
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
