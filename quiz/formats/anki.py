"""Anki's packages: notes of two fields and cloze notes, in the database that a zip holds (``collection.anki2``, schema 11)."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from hashlib import sha1
from html import unescape
from typing import Any, BinaryIO, Final

from quiz.banks.model import Bank, Question
from quiz.errors import Invalid, Said, TooLarge
from quiz.files.archive import START, Archive, Limits, pack
from quiz.files.richtext import Html, to_html, to_text
from quiz.formats._pictures import Pictures
from quiz.formats.base import Entry, Fault, Format, Found, Loss, Source, Unsupported, Unwritable, Writer

_LIMITS: Final = Limits(entries=20_000, entry=25_000_000, total=200_000_000, ratio=200)
#: Steps of SQLite's machine that reading may take: some thirty a note.
_MOST_STEPS: Final = 20_000_000
_NAMES: Final = ("collection.anki21", "collection.anki2")
_PARTED: Final = "\x1f"
#: {{c1::answer::hint}}
_GAP: Final = re.compile(r"\{\{c(\d+)::(.*?)(?:::(.*?))?\}\}", re.DOTALL)
_GAP_ENDS: Final = re.compile(r"(\{\{c\d+::|\}\})")
_IMAGE: Final = re.compile(
    r"""<img\b[^<>]*?\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))[^<>]*>""", re.IGNORECASE
)
_SOUND: Final = re.compile(r"\[sound:[^\[\]]*\]", re.IGNORECASE)
#: Ids of what we write: the same deck gives the same bytes.
_DECK, _BASIC, _CLOZE, _FIRST = 1_600_000_000_001, 1_600_000_000_002, 1_600_000_000_003, 1_600_000_000_100
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


#: How a database begins (The SQLite Database File Format, 1.3).
_BEGINS: Final = b"SQLite format 3\0"


def _read(source: Source) -> Iterator[Entry]:
    content = source.file.read(source.limits.bytes + 1)
    if len(content) > source.limits.bytes:
        raise TooLarge(
            Said(
                "%(file)s is larger than %(size)s MB", file=source.name, size=source.limits.bytes // 1_000_000
            )
        )
    archive = Archive(content, _LIMITS)
    name = next((one for one in _NAMES if one in archive.names), "")
    if not name:
        raise Invalid(
            Said(
                "%(file)s is no Anki package of the older kind – export it with 'Support older Anki versions'",
                file=source.name,
            )
        )
    with closing(sqlite3.connect(":memory:")) as collection:
        collection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, source.limits.question_bytes)
        collection.set_progress_handler(lambda: 1, _MOST_STEPS)
        try:
            collection.deserialize(_database(archive.read(name)))
            _demand_tables(collection)
            models = json.loads(collection.execute("SELECT models FROM col").fetchone()[0])
            notes = collection.execute("SELECT mid, tags, flds FROM notes ORDER BY id").fetchall()
        except (sqlite3.Error, ValueError, TypeError, RecursionError):
            raise Invalid(
                Said("%(file)s: the collection is damaged – export it again", file=source.name)
            ) from None
    media = _Media(archive)
    for number, (model, tags, fields) in enumerate(notes, 1):
        known = models.get(str(model)) if isinstance(models, dict) else None
        kind = known if isinstance(known, dict) else {}
        yield _note(
            Said("note %(n)s", n=number),
            kind,
            str(tags or "").split(),
            str(fields or "").split(_PARTED),
            media,
        )


def _database(content: bytes) -> bytes:
    """The same. Raises ValueError for what is no database: of an empty one SQLite says that memory is short."""
    if not content.startswith(_BEGINS):
        raise ValueError("no database")
    return content


def _demand_tables(collection: sqlite3.Connection) -> None:
    """Raises ValueError where what is read is no table: a view could compute for ever."""
    rows = collection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE TABLE%'"
    )
    if not {"col", "notes"} <= {name for (name,) in rows}:
        raise ValueError("views in place of tables")


class _Media:
    """The pictures of a package, by the names that its notes have for them."""

    def __init__(self, archive: Archive) -> None:
        self._archive, self._pictures = archive, Pictures()
        try:
            listed = json.loads(archive.read("media")) if "media" in archive.names else {}
        except (ValueError, RecursionError):
            listed = {}
        entries = listed.items() if isinstance(listed, dict) else ()
        self._entries = {name: entry for entry, name in entries if isinstance(name, str)}

    def shown(self, field: str, files: dict[str, bytes], losses: list[Loss]) -> str:
        """A field of a note with the pictures that there are, which come into ``files``, and without sounds."""

        def picture(tag: re.Match[str]) -> str:
            wished = unescape(tag[tag.lastindex or 0])
            try:
                name, image = self._pictures.name(wished, self._archive.read(self._entries[wished]))
            except (KeyError, Invalid):
                losses.append(
                    Loss(
                        "images",
                        Said("'%(file)s' is no picture that comes with the package", file=wished[:60]),
                    )
                )
                return ""
            files[name] = image.content
            start, end = tag.span(tag.lastindex or 0)
            return f"{tag[0][: start - tag.start()]}{name}{tag[0][end - tag.start() :]}"

        pictured = _IMAGE.sub(picture, field)
        bare = _SOUND.sub("", pictured)
        losses += [Loss("sounds", "sounds are left out")] if bare != pictured else []
        return bare


def _note(
    where: str, model: Mapping[str, Any], tags: Sequence[str], fields: Sequence[str], media: _Media
) -> Entry:
    files: dict[str, bytes] = {}
    more: list[Loss] = []
    fields = [media.shown(field, files, more) for field in fields]
    cloze = model.get("type") == 1 or bool(_GAP.search(fields[0]))
    own, losses = _cloze(fields) if cloze else _basic(fields)
    if own is None:
        title = str(model.get("name") or "")
        return Unsupported(where, Said("note of %(count)s fields", count=len(fields)), title)
    if isinstance(own, str):
        return Fault(where, own)
    found = {"text_format": "html", **own, **({"tags": list(tags)} if tags else {})}
    return Found(where, found, [*more, *losses], files)


def _basic(fields: Sequence[str]) -> tuple[dict[str, Any] | str | None, list[Loss]]:
    filled = [field for field in fields if field.strip()]
    if len(filled) < 2:
        return Said("the note has an empty side – fill front and back"), []
    answer = to_text(Html(fields[1]))
    if not answer:
        return None, []
    losses = [Loss("fields", "further fields of the note")] if len(filled) > 2 else []
    typed = answer.replace("\\", "\\\\").replace("*", "\\*")
    return {"type": "short_text", "prompt": fields[0], "answers": [{"text": typed}]}, losses


def _flat(text: str) -> str:
    """The text with the words of gaps that lie within others in their place."""
    unclosed = [""]
    for piece in _GAP_ENDS.split(text):
        if piece == "}}" and len(unclosed) > 1:
            inner = unclosed.pop()
            unclosed[-1] += f"{inner}{piece}" if len(unclosed) == 1 else inner.split("::")[1]
        elif piece != "}}" and _GAP_ENDS.fullmatch(piece):
            unclosed.append(piece)
        else:
            unclosed[-1] += piece
    return "".join(unclosed)


def _cloze(fields: Sequence[str]) -> tuple[dict[str, Any] | str | None, list[Loss]]:
    gaps: dict[str, dict[str, Any]] = {}
    losses: list[Loss] = []

    def gap(found: re.Match[str]) -> str:
        if found[3]:
            losses.append(Loss("hints", "the hints of gaps"))
        answer = to_text(Html(found[2]))
        if not answer:
            return found[2]
        name = str(len(gaps) + 1)
        typed = answer.replace("\\", "\\\\").replace("*", "\\*")
        gaps[name] = {"type": "short_text", "answers": [{"text": typed}]}
        return f"[[{name}]]"

    flat = _flat(fields[0])
    losses += [Loss("gaps", "a gap within a gap is part of it")] if flat != fields[0] else []
    text = _GAP.sub(gap, flat)
    if not gaps:
        return Said("the note has no gap – write {{c1::answer}}"), []
    more = fields[1].strip() if len(fields) > 1 else ""
    explanation = {"explanation": more} if more else {}
    return {"type": "cloze", "prompt": "Fill in.", "text": text, "gaps": gaps, **explanation}, losses


# Writing -------------------------------------------------------------------------------------------------------------


class _Writer(Writer):
    types = frozenset({"short_text", "cloze"})
    holds = frozenset({"prompt", "answers", "text", "gaps", "tags", "explanation"})

    def __init__(self, target: BinaryIO, bank: Bank, *more: Any) -> None:
        super().__init__(target, bank, *more)
        self._notes: list[tuple[int, str, list[str], int]] = []

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        if any(" " in tag for tag in question.tags):
            raise Unwritable("a tag with a space, which parts tags in Anki")
        model, fields, cards, losses = (_front if question.type == "short_text" else _gaps)(question)
        self._notes.append((model, " ".join(question.tags), fields, cards))
        if question.text_format == "markdown":
            losses = [*losses, Loss("text_format", "Markdown became HTML")]
        return [*losses, *([Loss("images", "pictures are left out")] if files else [])]

    def close(self) -> None:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as collection:
            collection.executescript(_SCHEMA)
            collection.execute("INSERT INTO col VALUES (1,0,0,0,11,0,0,0,'{}',?,?,'{}','{}')", self._heads())
            for number, (model, tags, fields, cards) in enumerate(self._notes):
                self._insert(collection, _FIRST + number * 100, model, tags, fields, cards)
            content = collection.serialize()
        self.target.write(pack({"collection.anki2": content, "media": b"{}"}))

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
        deck = {"id": _DECK, "name": self.bank.title, "mod": 0, "usn": 0, "desc": "", "dyn": 0, "conf": 1, "collapsed": False,
                "extendNew": 10, "extendRev": 50, "newToday": [0, 0], "revToday": [0, 0], "lrnToday": [0, 0], "timeToday": [0, 0]}  # fmt: skip
        return json.dumps(models), json.dumps({str(_DECK): deck})

    @staticmethod
    def _insert(
        collection: sqlite3.Connection, id: int, model: int, tags: str, fields: Sequence[str], cards: int
    ) -> None:
        joined = _PARTED.join(fields)
        digest = sha1(joined.encode(), usedforsecurity=False).hexdigest()
        collection.execute(
            "INSERT INTO notes VALUES (?,?,?,0,-1,?,?,?,?,0,'')",
            (
                id,
                digest[:10],
                model,
                f" {tags} " if tags else "",
                joined,
                to_text(Html(fields[0])),
                int(digest[:8], 16),
            ),
        )
        for place in range(cards):
            values = (id + place, id, _DECK, place)
            collection.execute("INSERT INTO cards VALUES (?,?,?,?,0,-1,0,0,0,0,0,0,0,0,0,0,0,'')", values)


def _template(name: str, front: str, back: str) -> dict[str, Any]:
    return {"name": name, "ord": 0, "qfmt": front, "afmt": back, "did": None, "bqfmt": "", "bafmt": ""}


Body = tuple[int, list[str], int, list[Loss]]


def _html(text: str, question: Question) -> str:
    made = str(text) if question.text_format == "html" else to_html(text)
    if _GAP.search(made) or _PARTED in made:
        raise Unwritable("a text with marks that Anki takes for its own")
    return made


def _one_answer(answers: Sequence[Any], field: str) -> tuple[str, list[Loss]]:
    """The first right answer; stars of patterns cannot be learnt by heart."""
    right = next(answer.text for answer in answers if answer.credit == 1)
    plain = right.replace("\\*", "\0").replace("\\\\", "\\")
    if "*" in plain or re.search(r"[<&{}:]", plain):
        raise Unwritable("an answer with *, which stands for any text, or with < & { } :")
    return plain.replace("\0", "*"), [Loss(field, "a card has one answer")] if len(answers) > 1 else []


def _front(question: Question) -> Body:
    content: Any = question.content
    answer, losses = _one_answer(content.answers, "answers")
    if question.explanation:
        losses = [*losses, Loss("explanation", "a card has its two sides only")]
    return _BASIC, [_html(question.prompt, question), answer], 1, losses


def _gaps(question: Question) -> Body:
    content: Any = question.content
    text = _html(content.text, question)
    losses: list[Loss] = []
    for number, (name, gap) in enumerate(content.shown.items(), 1):
        if gap.type != "short_text":
            raise Unwritable(Said("a gap of type %(type)s", type=gap.type))
        answer, lost = _one_answer(gap.content.answers, "gaps")
        losses += lost
        text = text.replace(f"[[{name}]]", f"{{{{c{number}::{answer}}}}}")
    losses.append(Loss("prompt", "a cloze card has its text only"))
    more = _html(question.explanation, question) if question.explanation else ""
    return _CLOZE, [text, more], len(content.gaps), losses


def _sniff(head: bytes, name: str) -> float:
    return 0.95 if head.startswith(START) and (name.endswith(".apkg") or b"collection.anki2" in head) else 0.0


FORMAT = Format("anki", "Anki", (".apkg",), _sniff, _read, _Writer, own_suffix=True)
