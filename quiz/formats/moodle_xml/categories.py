"""Categories of Moodle XML, which are our topics: what they are called, and what they say of themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from quiz.banks.model import Topic
from quiz.errors import Said, in_turn
from quiz.files.xml import Element
from quiz.formats._moodle import category, path_of, settled, without_files
from quiz.formats.base import Loss, Told, Unwritable, titles, topic_of
from quiz.formats.moodle_xml.item import Item
from quiz.formats.moodle_xml.sheet import FORMATS, coded

_KNOWN: Final = frozenset({"category", "info", "idnumber"})


class Category(Item):
    """A category as it is read: its description is that of a topic, which shows no pictures."""

    def _with_files(self, text: str, _files: Sequence[Element]) -> str:
        return text

    def _pictured(self, text: str, _style: str) -> str:
        self.lose("topics", "the description of a topic shows no pictures")
        return without_files(text)


def read_category(item: Category) -> tuple[str, list[Told]]:
    """The topic of what follows, and what is said of it and of those above it."""
    where = Said("line %(n)s", n=item.element.sourceline)
    names = category(item.word("category"))
    topic = topic_of(names)
    said: dict[str, Any] = {"idnumber": item.word("idnumber"), **_description(item)}
    for name in item.unknown(_KNOWN):
        item.lose(
            "topics", Said("nothing here holds <%(name)s> of the category %(topic)s", name=name, topic=topic)
        )
    named = {name: {"title": title} for name, title in titles(names)}
    said = {**named.pop(topic, {}), **{name: value for name, value in said.items() if value}}
    above = [Told(where, name, fields) for name, fields in named.items()]
    return topic, [*above, Told(where, topic, said, as_one(item.losses))]


def as_one(losses: Sequence[Loss]) -> list[Loss]:
    """What is lost of topics, as one loss: of several for one field a report would tell the first."""
    details = dict.fromkeys(loss.detail for loss in losses)
    return [Loss("topics", in_turn("; ", details))] if details else []


def _description(item: Item) -> dict[str, Any]:
    text = item.text("info")
    if not text:
        return {}
    found = settled({"prompt": text})
    return {"description": found["prompt"], "text_format": found.get("text_format", "markdown")}


class Categories:
    """Writes a category where the topic changes, and what is said of each topic once, those above it first."""

    def __init__(self) -> None:
        self._now = ""
        self._named: set[str] = set()
        self._said: set[str] = set()
        self.losses: list[Loss] = []

    def before(self, topic: str, topics: Mapping[str, Topic]) -> list[str]:
        """The lines in front of a question of this topic. Raises Unwritable where its name is none for XML."""
        if topic == self._now:
            return []
        coded(topic)  # before anything is noted as written
        lines = [
            line
            for name in _above(topic)
            if name in topics and name not in self._said and _speaks(topics[name])
            for line in self._category(name, topics)
        ]
        self._now = topic
        return [*lines, *self._category(topic, topics)]

    def after(self, topics: Mapping[str, Topic]) -> list[str]:
        """The lines behind the last question: topics that none of them has."""
        lines = []
        for name, topic in topics.items():
            if name not in self._said and (name not in self._named or _speaks(topic)):
                try:
                    lines += self._category(name, topics)
                except Unwritable as error:
                    self._lose(name, error)
        return lines

    def _category(self, name: str, topics: Mapping[str, Topic]) -> list[str]:
        """The lines of a category. Raises Unwritable, and has then noted nothing."""
        path, misfits = path_of(name, topics)
        whole = coded("/".join(filter(None, ("$course$/top", path))))
        self.losses += (
            Loss("topics", Said("Moodle calls '%(topic)s' by its name: its title", topic=one))
            for one in misfits
            if one not in self._named
        )
        topic = Topic() if name in self._said else topics.get(name, Topic())
        self._said.add(name)
        self._named |= {name, *_above(name)}
        format = FORMATS[topic.text_format] if topic.description else "moodle_auto_format"
        return [
            '  <question type="category">',
            f"    <category>\n      <text>{whole}</text>\n    </category>",
            f'    <info format="{format}">\n      <text>{self._held(name, topic.description)}</text>\n    </info>',
            f"    <idnumber>{self._held(name, topic.idnumber)}</idnumber>",
            "  </question>",
        ]

    def _held(self, name: str, text: str | None) -> str:
        try:
            return coded(text or "")
        except Unwritable as error:
            self._lose(name, error)
            return ""

    def _lose(self, name: str, error: Unwritable) -> None:
        self.losses.append(Loss("topics", Said("'%(name)s' has %(kind)s", name=name, kind=Said(error.kind))))


def _above(name: str) -> Sequence[str]:
    """The topics that a topic lies in, the widest first: "" is the whole bank."""
    levels = name.split("/") if name else []
    return ["/".join(levels[:place]) for place in range(len(levels))]


def _speaks(topic: Topic) -> bool:
    return bool(topic.description or topic.idnumber)
