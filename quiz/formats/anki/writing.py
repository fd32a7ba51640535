"""Questions to notes of Anki, in a package of the older kind, which every version takes."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha1
from html import escape
from typing import Any, BinaryIO, Final

from quiz.banks.model import Bank, Question
from quiz.errors import Said
from quiz.files.archive import pack
from quiz.files.richtext import Html, to_html, to_text
from quiz.formats._pictures import Shown
from quiz.formats.anki.package import NESTED, PARTED
from quiz.formats.anki.reading import FILL_IN, GAP, words_of
from quiz.formats.base import Loss, Unwritable, Writer, titled, untold
from quiz.questions.parts import MARK
from quiz.questions.rules.text import LONGEST_PATTERN, has_star, literal

#: Ids of what we write: the same deck gives the same bytes.
_DECK, _BASIC, _CLOZE, _FIRST = 1_600_000_000_001, 1_600_000_000_002, 1_600_000_000_003, 1_600_000_000_100
#: Ids of the decks within the first.
_DECKS: Final = 1_500_000_000_000
_MARKS: Final = re.compile(r"\{\{|\}\}|::")
_SCHEMA: Final = """
CREATE TABLE col (id integer primary key, crt integer, mod integer, scm integer, ver integer, dty integer, usn integer,
  ls integer, conf text, models text, decks text, dconf text, tags text);
CREATE TABLE notes (id integer primary key, guid text, mid integer, mod integer, usn integer, tags text, flds text,
  sfld text, csum integer, flags integer, data text);
CREATE TABLE cards (id integer primary key, nid integer, did integer, ord integer, mod integer, usn integer, type integer,
  queue integer, due integer, ivl integer, factor integer, reps integer, lapses integer, left integer, odue integer,
  odid integer, flags integer, data text);
CREATE TABLE revlog (id integer primary key, cid integer, usn integer, ease integer, ivl integer, lastIvl integer,
  factor integer, time integer, type integer);
CREATE TABLE graves (usn integer, oid integer, type integer);
"""


@dataclass(frozen=True, slots=True)
class _Made:
    """A note: its kind, its fields, and how many cards it makes."""

    model: int
    fields: tuple[str, ...]
    cards: int = 1


class AnkiWriter(Writer):
    """Writes the notes of a deck named like the bank, with a deck within it for each topic."""

    types = frozenset({"short_text", "cloze", "essay"})
    holds = frozenset({"prompt", "answers", "text", "gaps", "tags", "topic", "explanation", "model_answer"})

    def __init__(self, target: BinaryIO, bank: Bank, *more: Any) -> None:
        super().__init__(target, bank, *more)
        self._notes: list[tuple[_Made, str, str]] = []
        self._decks: dict[str, int] = {"": _DECK}
        self._media: dict[str, bytes] = {}

    def held(self, question: Question) -> frozenset[str]:
        return self.holds - {"explanation"} if question.type == "essay" else self.holds

    def head_losses(self) -> Sequence[Loss]:
        lost = [Loss("title", "'::' parts decks")] if NESTED in self.bank.title else []
        return [*super().head_losses(), *lost]

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        sheet = _Sheet(question, files)
        made = _BODIES[question.type](sheet)
        tags = ["-".join(tag.split()) for tag in question.tags]
        if tags != [*question.tags]:
            sheet.lose("tags", "a space parts tags in Anki")
        if question.text_format == "markdown":
            sheet.lose("text_format", "Markdown became HTML")
        if NESTED in question.topic:
            sheet.lose("topic", "'::' parts decks")
        self._decks.setdefault(question.topic, _DECKS + len(self._decks))
        self._notes.append((made, " ".join(tags), question.topic))
        self._media.update((_flat(name), content) for name, content in sheet.used.items())
        return sheet.losses

    def topic_losses(self) -> Sequence[Loss]:
        return untold(self.topics, self._decks)

    def close(self) -> None:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as collection:
            collection.executescript(_SCHEMA)
            collection.execute("INSERT INTO col VALUES (1,0,0,0,11,0,0,0,'{}',?,?,'{}','{}')", self._heads())
            for number, (made, tags, topic) in enumerate(self._notes):
                self._insert(collection, _FIRST + number * 100, made, tags, self._decks[topic])
            content = collection.serialize()
        listed = {str(number): name for number, name in enumerate(self._media)}
        media = {number: self._media[name] for number, name in listed.items()}
        self.target.write(pack({"collection.anki2": content, "media": json.dumps(listed).encode(), **media}))

    def _heads(self) -> tuple[str, str]:
        models = {
            str(id): {
                "id": id, "name": name, "type": kind, "mod": 0, "usn": 0, "sortf": 0, "did": _DECK, "tmpls": templates,
                "flds": [{"name": field, "ord": place, "font": "Arial", "size": 20, "rtl": False, "sticky": False, "media": []}
                         for place, field in enumerate(fields)],
                "css": "", "latexPre": "", "latexPost": "", "tags": [], "vers": [], "req": [[0, "any", [0]]],
            }
            for id, name, kind, fields, templates in (
                (_BASIC, "Basic", 0, ("Front", "Back"), [_template("Card 1", "{{Front}}", "{{FrontSide}}<hr id=answer>{{Back}}")]),
                (_CLOZE, "Cloze", 1, ("Text", "Back Extra"), [_template("Cloze", "{{cloze:Text}}", "{{cloze:Text}}<br>{{Back Extra}}")]),
            )
        }  # fmt: skip
        decks = {str(id): self._deck(id, topic) for topic, id in self._decks.items()}
        return json.dumps(models), json.dumps(decks)

    def _deck(self, id: int, topic: str) -> dict[str, Any]:
        levels = [self.bank.title, *titled(topic, self.topics)[0]]
        name = NESTED.join(level.replace(NESTED, ":") for level in levels)
        return {"id": id, "name": name, "mod": 0, "usn": 0, "desc": "", "dyn": 0, "conf": 1, "collapsed": False,
                "extendNew": 10, "extendRev": 50, "newToday": [0, 0], "revToday": [0, 0], "lrnToday": [0, 0], "timeToday": [0, 0]}  # fmt: skip

    @staticmethod
    def _insert(collection: sqlite3.Connection, id: int, made: _Made, tags: str, deck: int) -> None:
        joined = PARTED.join(made.fields)
        digest = sha1(joined.encode(), usedforsecurity=False).hexdigest()
        first, checksum = to_text(Html(made.fields[0])), int(digest[:8], 16)
        note = (id, digest[:10], made.model, f" {tags} " if tags else "", joined, first, checksum)
        collection.execute("INSERT INTO notes VALUES (?,?,?,0,-1,?,?,?,?,0,'')", note)
        for place in range(made.cards):
            card = (id + place, id, deck, place)
            collection.execute("INSERT INTO cards VALUES (?,?,?,?,0,-1,0,0,0,0,0,0,0,0,0,0,0,'')", card)


def _template(name: str, front: str, back: str) -> dict[str, Any]:
    return {"name": name, "ord": 0, "qfmt": front, "afmt": back, "did": None, "bqfmt": "", "bafmt": ""}


def _flat(name: str) -> str:
    """The name of a picture in Anki, which knows no folders: one that lies in some says so, to be no other's."""
    folders, _, bare = name.removeprefix("images/").rpartition("/")
    mark = sha1(folders.encode(), usedforsecurity=False).hexdigest()[:8]
    return f"{folders.replace('/', '-')}-{mark}-{bare}" if folders else bare


class _Sheet:
    """A question while it is written: its texts in HTML, the pictures in them, and what is lost."""

    def __init__(self, question: Question, files: Mapping[str, bytes]) -> None:
        self.question = question
        self.content: Any = question.content
        self.losses: list[Loss] = []
        self._shown = Shown(question.text_format, files, _flat)
        self.used = self._shown.used

    def lose(self, name: str, detail: str) -> None:
        """Notes a loss of the field of this name."""
        self.losses.append(Loss(name, detail))

    def html(self, text: str | None) -> str:
        """A text. Raises Unwritable where Anki would see more in it."""
        plain = self.question.text_format == "plain"
        made = to_html(text or "") if plain else self._shown.html(text or "", to_html)
        if GAP.search(made) or PARTED in made:
            raise Unwritable("a text with marks that Anki takes for its own")
        return made

    def answer(self, answers: Sequence[Any], field: str) -> str:
        """The first right answer; stars of patterns cannot be learnt by heart."""
        right = next(answer.text for answer in answers if answer.credit == 1)
        if has_star(right):
            raise Unwritable("an answer with *, which stands for any text")
        if len(answers) > 1:
            self.lose(field, "a card has one answer")
        if any(answer.feedback for answer in answers):
            self.lose("feedback", "a card says nothing to an answer")
        return escape(literal(right), quote=False)


def _front(sheet: _Sheet) -> _Made:
    """Behind stands the explanation where it says just the answer, in other letters or with a picture."""
    answer, more = sheet.answer(sheet.content.answers, "answers"), sheet.html(sheet.question.explanation)
    same = words_of(more) == words_of(answer)
    if more and not same:
        sheet.lose("explanation", "a card has its two sides only")
    return _Made(_BASIC, (sheet.html(sheet.question.prompt), more if same else answer))


def _written(sheet: _Sheet) -> _Made:
    """An essay: behind stands the model answer."""
    back = sheet.html(sheet.content.model_answer)
    if len(words_of(back)) <= LONGEST_PATTERN:
        raise Unwritable("an essay without a model answer that is too long to be typed word by word")
    return _Made(_BASIC, (sheet.html(sheet.question.prompt), back))


def _gaps(sheet: _Sheet) -> _Made:
    text, marked = sheet.html(sheet.content.text), dict[str, str]()
    gaps = [gap.content for gap in sheet.content.gaps.values() if gap.type == "short_text"]
    if len({gap.weight for gap in sheet.content.gaps.values()}) > 1:
        sheet.lose("gaps", "all gaps count alike")
    if any(gap.case_sensitive or gap.fold or gap.typo for gap in gaps):
        sheet.lose("gaps", "who learns by heart judges the spelling")
    for number, (name, gap) in enumerate(sheet.content.shown.items(), 1):
        if gap.type != "short_text":
            raise Unwritable(Said("a gap of type %(type)s", type=gap.type))
        answer = sheet.answer(gap.content.answers, "gaps")
        if _MARKS.search(answer):
            raise Unwritable("an answer with {{, }} or ::, which Anki takes for its own")
        answer += " " if answer.endswith("}") else ""
        marked[f"[[{name}]]"] = f"{{{{c{number}::{answer}}}}}"
    text = MARK.sub(
        lambda mark: marked.get(mark[0], mark[0]), text
    )  # at once: an answer may look like a mark
    if to_text(Html(sheet.html(sheet.question.prompt))) != FILL_IN:
        sheet.lose("prompt", "a cloze card has its text only")
    return _Made(_CLOZE, (text, sheet.html(sheet.question.explanation)), len(sheet.content.gaps))


_BODIES: Final[Mapping[str, Callable[[_Sheet], _Made]]] = {
    "short_text": _front,
    "essay": _written,
    "cloze": _gaps,
}
