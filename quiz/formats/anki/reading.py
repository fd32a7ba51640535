"""Notes of Anki to questions: notes with a front and a back are typed answers or essays, notes with gaps cloze questions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Any, Final

from quiz.errors import Invalid, Said
from quiz.files.images import Image
from quiz.files.richtext import Html, to_text
from quiz.formats._pictures import Pictures
from quiz.formats.anki.package import NESTED, Note, Package
from quiz.formats.base import Entry, Fault, Found, Head, Loss, Source, Unsupported, told_of, topic_of
from quiz.questions.rules.text import LONGEST_PATTERN, exactly

#: {{c1::answer::hint}}, without a gap within: where the next one begins a search ends, so that many cost no more than few.
GAP: Final = re.compile(
    r"\{\{c(\d+)::((?:(?!\{\{c\d+::|\}\}|::).)*)(?:::((?:(?!\{\{c\d+::|\}\}).)*))?\}\}", re.DOTALL
)
_GAP_ENDS: Final = re.compile(r"(\{\{c\d+::|\}\})")
_IMAGE: Final = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_SRC: Final = re.compile(r"""\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
_SOUND: Final = re.compile(r"\[sound:[^\[\]]*\]", re.IGNORECASE)
#: A formula that LaTeX typesets, ``[$]…[/$]`` or ``[$$]…[/$$]``, also as all of a document; other documents are more.
_LATEX: Final = re.compile(
    r"\[(?P<mark>\$\$?)\](?P<tex>(?:(?!\[/?\$)[\s\S])*+)\[/(?P=mark)\]"
    r"|\[latex\]\s*(?P<dollars>\$\$?)(?P<whole>[^$\[\]]+)(?P=dollars)\s*\[/latex\]"
)
_TAG: Final = re.compile(r"<[^<>]*>")
#: What a note with gaps asks, which says so by its gaps alone.
FILL_IN: Final = "Fill in."
#: How a gap begins that is an area to be covered on a picture.
_COVERED: Final = "image-occlusion:"


class _Other(Exception):
    """The note is of a kind that we do not have; the message names it."""


class _Wrong(Exception):
    """What is wrong with a note, and how to mend it."""


def read(source: Source) -> Iterator[Entry]:
    """The notes of a package; the outermost deck names the bank where it holds them all, those within are topics."""
    package = Package(source)
    pictures = _Media(package)
    tops = {note.deck[0] for note in package.notes if note.deck}
    title = tops.pop().strip() if len(tops) == 1 else ""
    if title:
        yield Head({"title": title})
    places = [
        (Said("note %(n)s", n=number), note.deck[bool(title) :])
        for number, note in enumerate(package.notes, 1)
    ]
    yield from told_of(places)
    for (where, deck), note in zip(places, package.notes, strict=True):
        yield _entry(where, note, topic_of(deck), pictures)


class _Media:
    """The pictures of a package, by the names that its notes have for them."""

    def __init__(self, package: Package) -> None:
        self._package, self._pictures = package, Pictures()
        self._known: dict[str, tuple[str, Image] | None] = {}

    def _picture(self, wished: str) -> tuple[str, Image] | None:
        """A picture with the name that it gets here, unpacked once however often it is shown; None where there is none."""
        if wished not in self._known:
            try:
                self._known[wished] = self._pictures.name(wished, self._package.medium(wished))
            except (KeyError, Invalid):
                self._known[wished] = None
        return self._known[wished]

    def shown(self, field: str, files: dict[str, bytes], losses: list[Loss]) -> str:
        """A field of a note with the pictures that there are, which come into ``files``, and without sounds."""

        def picture(tag: re.Match[str]) -> str:
            src = _SRC.search(tag[0])
            if src is None:
                return tag[0]
            wished = unescape(src[src.lastindex or 0])
            if (found := self._picture(wished)) is None:
                losses.append(
                    Loss(
                        "images",
                        Said("'%(file)s' is no picture that comes with the package", file=wished[:60]),
                        spoils=True,
                    )
                )
                return ""
            name, image = found
            files[name] = image.content
            start, end = src.span(src.lastindex or 0)
            return f"{tag[0][:start]}{name}{tag[0][end:]}"

        pictured = _IMAGE.sub(picture, field)
        bare = _SOUND.sub("", pictured)
        losses += [Loss("sounds", "sounds are left out")] if bare != pictured else []
        shown = _LATEX.sub(_as_formula, bare)
        losses += [Loss("text_format", "documents of LaTeX stay as they were typed")] * ("[latex]" in shown)
        return shown


def _as_formula(found: re.Match[str]) -> str:
    """What Anki would have typeset, as pages do; the lines of a field are none of a formula."""
    tex = " ".join(_TAG.sub(" ", found["tex"] or found["whole"]).split())
    apart = "$$" in (found["mark"] or found["dollars"])
    return f"\\[{tex}\\]" if apart else f"\\({tex}\\)"


def _entry(where: str, note: Note, topic: str, media: _Media) -> Entry:
    files: dict[str, bytes] = {}
    losses: list[Loss] = []
    shown = [media.shown(field, files, losses) for field in note.fields]
    cloze = note.cloze or bool(GAP.search(note.fields[0]))
    try:
        fields, lost = _cloze(shown) if cloze else _sides(note, shown)
    except _Other as other:
        return Unsupported(where, str(other), note.kind)
    except _Wrong as error:
        return Fault(where, str(error))
    more = {"topic": topic, "tags": list(note.tags)}
    found = {"text_format": "html", **fields, **{name: value for name, value in more.items() if value}}
    return Found(where, found, [*losses, *lost], files)


def words_of(html: str) -> str:
    """What of a text is typed: its words, without those of pictures."""
    return to_text(Html(_IMAGE.sub("", html)))


# Fronts and backs ----------------------------------------------------------------------------------------------------


def _sides(note: Note, shown: Sequence[str]) -> tuple[dict[str, Any], list[Loss]]:
    """A question that asks with the first field for the second. Raises _Other and _Wrong."""
    filled = [field for field in note.fields if field.strip()]
    if len(filled) < 2:
        raise _Wrong("the note has an empty side – fill front and back")
    front, back = shown[0].strip(), shown[1].strip()
    answer = words_of(back)
    if not front or not answer:
        raise _Other(Said("note of %(count)s fields, without words in the first two", count=len(shown)))
    losses = [Loss("fields", "further fields of the note")] if len(filled) > 2 else []
    if note.cards > 1:
        losses.append(Loss("cards", "further cards of the note, which ask the other way round"))
    if len(exactly(answer)) > LONGEST_PATTERN:
        losses.append(Loss("answers", "an answer that nobody types word by word is marked by a person"))
        return {"type": "essay", "prompt": front, "model_answer": back}, losses
    marked = " ".join(unescape(back).split()) != answer
    explained = {"explanation": back} if marked else {}
    return {
        "type": "short_text",
        "prompt": front,
        "answers": [{"text": exactly(answer)}],
        **explained,
    }, losses


# Gaps ----------------------------------------------------------------------------------------------------------------


def _cloze(shown: Sequence[str]) -> tuple[dict[str, Any], list[Loss]]:
    """A text with gaps to type into. Raises _Other and _Wrong."""
    if not GAP.search(shown[0]):
        raise _Wrong("the note has no gap – write {{c1::answer}}")
    gaps: dict[str, dict[str, Any]] = {}
    losses: list[Loss] = []

    def gap(found: re.Match[str]) -> str:
        if found[2].startswith(_COVERED):
            raise _Other("image occlusion")
        answer = words_of(found[2])
        if not answer:
            losses.append(Loss("gaps", "a gap without words is none"))
            return found[2]
        if found[3]:
            losses.append(Loss("hints", "the hints of gaps"))
        name = str(len(gaps) + 1)
        gaps[name] = {"type": "short_text", "answers": [{"text": exactly(answer)}]}
        return f"[[{name}]]"

    flat = _flat(shown[0])
    losses += [Loss("gaps", "a gap within a gap is part of it")] if flat != shown[0] else []
    text = GAP.sub(gap, flat.replace("[[", "&#91;["))
    if not gaps:
        raise _Other("gaps without words")
    extra, *others = [field.strip() for field in shown[1:]] or [""]
    losses += [Loss("fields", "further fields of the note")] if any(others) else []
    explained = {"explanation": extra} if extra else {}
    return {"type": "cloze", "prompt": FILL_IN, "text": text, "gaps": gaps, **explained}, losses


def _flat(text: str) -> str:
    """The text with the words of gaps that lie within others in their place."""
    unclosed = [""]
    for piece in _GAP_ENDS.split(text):
        if piece == "}}" and len(unclosed) > 1:
            inner = unclosed.pop()
            unclosed[-1] += f"{inner}{piece}" if len(unclosed) == 1 else inner.split(NESTED)[1]
        elif piece != "}}" and _GAP_ENDS.fullmatch(piece):
            unclosed.append(piece)
        else:
            unclosed[-1] += piece
    return "".join(unclosed)
