"""The questions of a source, as they come."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, Final

from quiz.banks.loading import is_family, load
from quiz.banks.model import Authored, Bank, Topic
from quiz.errors import Invalid, Said, TooLarge, in_turn
from quiz.files.richtext import SEEN, TEXT_FORMATS, is_blank
from quiz.formats.base import Entry, Fault, Format, Found, Head, Loss, Source, Told, Unsupported
from quiz.formats.conversion.ids import ID, Ids, as_id, as_slug, as_written, renamed
from quiz.formats.conversion.report import Report
from quiz.questions.images import references
from quiz.questions.validation import validate

#: What a question says of time where its source knows nothing of it.
_TIMES = ("as_of", "valid", "timeless")
#: The fields of texts that are asked or offered, and what these are called in their parts.
_ASKED: Final[Mapping[str, Collection[str]]] = {
    "prompt": (), "options": ("text",), "items": ("text",), "choices": ("text",), "pairs": ("stem", "choice"),
    "distractors": ("choice",),
}  # fmt: skip


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
    supported go into the report; so does the number of questions read. ``met`` counts all questions, whatever they are.
    """

    def __init__(
        self,
        format: Format,
        source: Source,
        report: Report,
        slug: str,
        prefix: str = "q",
        topics: Mapping[str, Topic] | None = None,
        below: str = "",
    ) -> None:
        """``slug`` names the bank where the source does not; ``prefix`` begins the ids of questions without a name;
        ``topics``: what is said of them where the questions come in, which stays; ``below``: the topic that holds theirs.
        """
        if format.read is None:
            raise Invalid(Said("%(name)s can be written, not read", name=format.name))
        self._entries = format.read(source)
        self._limits, self._report, self._prefix = source.limits, report, prefix
        self._below = below
        self._ids = Ids()
        self.met = self._told = 0
        self.bank = Bank.load({"bank": slug, "title": _title_of(source.name) or slug})
        self._first = self._start()
        self.topics: dict[str, Topic] = {**(topics or {})}
        for name, topic in self.bank.topics.items():
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
        self.met += 1
        if self.met > self._limits.questions:
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
        lost = [*found.losses, *_blanks(fields)]
        if any(loss.spoils for loss in lost) and fields.get("status", "ready") == "ready":
            fields["status"] = "draft"
        try:
            question = _sound(load(fields))
        except Invalid as error:
            title = str(found.fields.get("name") or found.fields.get("id") or "")[:60]
            problems = (replace(one, where=found.named(one.where)) for one in error.problems)
            message = in_turn(": ", filter(None, (title, in_turn("; ", map(str, problems)))))
            self._report.errors.append({"where": found.where, "message": message})
            return None
        self._ids.take(question.id)
        self._report.read += 1
        losses = (*lost, *renamed(found.fields.get("id"), question.id))
        return Understood(found.where, question, losses, found.files)

    def _id(self, fields: Mapping[str, Any]) -> str:
        wished = as_written(fields.get("id") or fields.get("name") or "")
        base = wished if ID.fullmatch(wished) else as_id(wished) or f"{self._prefix}{self.met}"
        return self._ids.apart(base)


def _blanks(fields: Mapping[str, Any]) -> Iterator[Loss]:
    """A loss for each field of a question with a text of which nothing is seen, such as an option that is only a film."""
    style = str(fields.get("text_format"))
    for name, value in fields.items():
        if name in _ASKED and any(_is_blank(text, style) for text in _texts(value, _ASKED[name])):
            yield Loss(name, "nothing is seen of a text: a draft, until it has words", spoils=True)


def _texts(value: Any, names: Collection[str]) -> Iterator[str]:
    """Of a text, or of those under these names in each part of a list, those that have no word at a glance."""
    for part in value if isinstance(value, list) else [value]:
        for text in map(part.get, names) if isinstance(part, dict) else [part]:
            if isinstance(text, str) and text and not SEEN.search(text):
                yield text


def _is_blank(text: str, style: str) -> bool:
    shown = TEXT_FORMATS.get(style, str)(text)
    return is_blank(shown) and not any(references({"text": text, "text_format": style}))


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


def _title_of(file: str) -> str:
    """The name of a file without its ending, on one line; "" where nothing of it is seen."""
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", Path(file).stem).strip()
